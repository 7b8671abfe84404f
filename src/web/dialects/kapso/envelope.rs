//! Handles the common part of every request of this dialect: the API key and the body.

use super::{KEYS, Refusal};
use crate::{
    base::limits::API_BODY_BYTES_MAX,
    web::{
        admission::NeededScope,
        auth::{self, Caller},
        dialects::ordered,
        parameters::{Misfit, Misfits},
        server::body::{self, BadBody},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::Request,
    http::{Extensions, HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// An authenticated request.
pub struct AuthenticatedRequest {
    pub web: Arc<Web>,
    pub caller: Caller,
    pub headers: HeaderMap,
    /// The part after `?`, still encoded.
    pub query: String,
    pub body: Bytes,
}

impl AuthenticatedRequest {
    /// The object in the body under one of these names, or the body itself if none is present. Fields beside such an
    /// object are refused: what they say would be lost.
    pub fn object(&self, names: &[&str]) -> Result<Map<String, Json>, Refusal> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        let body = serde_json::from_slice(&self.body);
        let Ok(Json::Object(mut body)) = body else {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "The body must be a JSON object"));
        };
        let Some(name) = names.iter().find(|name| body.contains_key(**name)) else { return Ok(body) };
        match body.remove(*name) {
            Some(Json::Object(inner)) => only(&body, &format!("beside {name}"), &[]).map(|()| inner),
            Some(_) | None => Err(Refusal::invalid(format!("{} must be an object", names.join(" or ")))),
        }
    }
}

/// Authenticates a request and answers it with `work`, or with an error.
pub async fn answered<W>(web: Arc<Web>, request: Request, work: impl FnOnce(AuthenticatedRequest) -> W) -> Response
where
    W: Future<Output = Result<Response, Refusal>>,
{
    match admitted(web, request).await {
        Ok(asked) => work(asked).await.unwrap_or_else(Refusal::into_response),
        Err(refusal) => refusal.into_response(),
    }
}

pub fn good(status: StatusCode, body: &Json) -> Response {
    ordered::response(status, body, KEYS)
}

/// The caller by `X-API-Key`, or by a bearer token as in the other dialects.
pub async fn caller(web: &Web, request: &Parts) -> Result<Caller, Refusal> {
    let headers = &request.headers;
    let own = headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::trim);
    let shown = own.or_else(|| auth::bearer(headers)).ok_or_else(Refusal::unauthorized)?;
    let failed = |problem| if auth::is_expired(&problem) { Refusal::unauthorized() } else { Refusal::internal() };
    let caller = auth::of_key(web, shown).await.map_err(failed)?.ok_or_else(Refusal::unauthorized)?;
    match NeededScope::lacked(&request.extensions, &caller) {
        Some(why) => Err(Refusal::new(StatusCode::FORBIDDEN, why)),
        None => Ok(caller),
    }
}

/// Authenticates a request and reads its body.
pub async fn admitted(web: Arc<Web>, request: Request) -> Result<AuthenticatedRequest, Refusal> {
    let (parts, body) = request.into_parts();
    let caller = caller(&web, &parts).await?;
    fitting(&parts.extensions)?;
    let body = body::read(body, API_BODY_BYTES_MAX).await.map_err(|bad| match bad {
        BadBody::TooLarge => Refusal::new(bad.status(), "The request body is too large"),
        BadBody::TooSlow | BadBody::Crowded | BadBody::Broken => {
            Refusal::new(bad.status(), "The request body could not be read")
        }
    })?;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    Ok(AuthenticatedRequest { web, caller, headers: parts.headers, query, body })
}

/// Refuses parameters that the route does not take.
pub fn fitting(request: &Extensions) -> Result<(), Refusal> {
    let refused = |Misfit { name, why }| Refusal::invalid(format!("The parameter {name} {why}"));
    Misfits::of(request).into_iter().next().map_or(Ok(()), |first| Err(refused(first)))
}

/// Refuses a field that is not read here: what it says would be lost. `here`: the place or kind of the object.
pub fn only(fields: &Map<String, Json>, here: &str, known: &[&str]) -> Result<(), Refusal> {
    let says_something = |value: &Json| match value {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(map) => !map.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    };
    match fields.iter().find(|(name, value)| !known.contains(&name.as_str()) && says_something(value)) {
        Some((name, _)) => Err(Refusal::invalid(format!("{name} is not read {here}"))),
        None => Ok(()),
    }
}

/// A text of at most `chars_max` characters; a blank text counts as missing.
pub fn text(fields: &Map<String, Json>, name: &str, chars_max: usize) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.chars().count() > chars_max => {
            Err(Refusal::invalid(format!("{name} is too long (maximum is {chars_max} characters)")))
        }
        Some(Json::String(text)) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(Refusal::invalid(format!("{name} must be a string"))),
    }
}

/// A page of a list: its number from 1, and its size.
pub struct Page {
    pub page: usize,
    pub per_page: usize,
}

impl Page {
    pub fn read(query: &str) -> Result<Page, Refusal> {
        use crate::base::limits::{KAPSO_PAGE_DEFAULT, KAPSO_PAGE_MAX};
        let whole = |name: &str, default: usize, max: usize| match crate::base::query::value(query, name) {
            None => Ok(default),
            Some(text) => {
                let whole = text.parse().ok().filter(|n| (1..=max).contains(n));
                whole.ok_or_else(|| Refusal::invalid(format!("{name} must be between 1 and {max}")))
            }
        };
        let page = whole("page", 1, 1_000_000)?;
        Ok(Page { page, per_page: whole("per_page", KAPSO_PAGE_DEFAULT, KAPSO_PAGE_MAX)? })
    }

    /// `data` and `meta` for this page of all entries.
    pub fn of(&self, all: &[Json]) -> Json {
        let shown: Vec<&Json> = all.iter().skip((self.page - 1) * self.per_page).take(self.per_page).collect();
        serde_json::json!({
            "data": shown,
            "meta": {
                "page": self.page,
                "per_page": self.per_page,
                "total_pages": all.len().div_ceil(self.per_page),
                "total_count": all.len(),
            },
        })
    }
}
