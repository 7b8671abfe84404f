//! `/v1/keys`: creates and revokes API keys; operator only.

use crate::{
    base::{
        body_fields::At,
        ids::AccountName,
        limits::{KEY_LIFE_MAX, NAME_CHARS_MAX},
        time::Span,
    },
    model::scope::{Scope, Scopes},
    store::CommitError,
    web::{
        audit::noted,
        auth::{self, KeyRights},
        idempotency::respond,
        problem::{ApiResult, Problem},
        request::{self, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewKey {
    /// Where there are several accounts.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    account: Option<String>,
    /// For people.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    name: Option<String>,
    /// Left out: all that a key of an account may do.
    scopes: Option<Vec<ScopeName>>,
    /// A length of time, as `90d`; at most 3650 days. Left out: it does not expire.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    expires_in: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Key {
    id: String,
    account: String,
    /// `null`: all that a key of an account may do.
    scopes: Option<Vec<ScopeName>>,
    /// `null`: it does not expire.
    expires_at: Option<At>,
    /// The key itself: it is shown this once.
    key: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("x-words" = Scope::NAMES))]
struct ScopeName(#[schemars(length(min = 1, max = NAME_CHARS_MAX))] String);

/// `POST /v1/keys`: `{account, name, scopes, expires_in}`; the key is shown only in this answer.
pub async fn create(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let made = created(&web, request).await?;
    let detail = json!({"account": made.account, "scopes": made.scopes, "expires_at": made.expires_at});
    Ok(noted(respond(StatusCode::CREATED, &made), made.id, detail))
}

/// `DELETE /v1/keys/{key}`.
pub async fn revoke(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    revoked(&web, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn created(web: &Web, request: Request) -> Result<Key, Problem> {
    let (asked, mut errors) = request::parse::<NewKey>(&request::bytes(request.into_body()).await?)?;
    let account = asked.account.map(AccountName::from);
    let accounts = &web.app.config.accounts;
    let account = match (account, accounts.as_slice()) {
        (Some(account), _) if accounts.iter().any(|known| known.name == account) => Some(account),
        (Some(account), _) => {
            errors.wrong("account", format!("There is no account `{account}`."));
            None
        }
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            errors.wrong("account", "There are several accounts; say for which the key is.");
            None
        }
    };
    let scopes = asked.scopes.map(|names| scopes(&mut errors, &names));
    let now = web.app.clock.now();
    let expires_at = asked.expires_in.and_then(|text| match life(&text) {
        Ok(life) => Some(now + life),
        Err(why) => {
            errors.wrong("expires_in", why);
            None
        }
    });
    errors.finish()?;
    let account = account.ok_or_else(|| Problem::bug(&"no account and no error"))?;
    let rights = KeyRights { account: account.clone(), name: asked.name.unwrap_or_default(), scopes, expires_at };
    let key = auth::create_key(&web.app.store, rights, now, None).await.map_err(|error| Problem::bug(&error))?;
    Ok(Key {
        id: key.id,
        account: account.as_str().to_owned(),
        scopes: scopes.map(|scopes| scopes.all().map(|scope| ScopeName(scope.as_str().to_owned())).collect()),
        expires_at: expires_at.map(At),
        key: key.key.expose().to_owned(),
    })
}

fn scopes(errors: &mut FieldErrors, names: &[ScopeName]) -> Scopes {
    if names.is_empty() {
        errors.wrong("scopes", "Name at least one scope, or leave it out: then the key may do all.");
    }
    let known = names.iter().enumerate().filter_map(|(place, ScopeName(name))| {
        let scope = Scope::parse(name);
        if scope.is_none() {
            let all = Scope::NAMES.join("`, `");
            errors.wrong(&format!("scopes/{place}"), format!("There is no scope `{name}`; there are `{all}`."));
        }
        scope
    });
    Scopes::of(known)
}

/// Reads how long a key counts.
pub fn life(text: &str) -> Result<Span, String> {
    let life = Span::parse(text)?;
    if life <= Span(0) || life > KEY_LIFE_MAX {
        return Err(format!(
            "A key counts for more than nothing and at most {}d; `{text}` is not.",
            KEY_LIFE_MAX.0 / DAY_MS
        ));
    }
    Ok(life)
}

const DAY_MS: i64 = Span::days(1).0;

async fn revoked(web: &Web, id: &str) -> Result<(), Problem> {
    match auth::revoke_key(&web.app.store, id, web.app.clock.now(), None).await {
        Ok(()) => {
            web.end_streams();
            Ok(())
        }
        Err(CommitError::Stale { .. }) => Err(Problem::not_found("There is no such key, or it is revoked already.")),
        Err(error) => Err(Problem::bug(&error)),
    }
}
