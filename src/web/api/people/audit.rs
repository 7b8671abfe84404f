//! `GET /v1/audit`: what people, keys and commands did.

use crate::{
    base::{
        body_fields::{At, Id},
        query,
        time::Time,
    },
    store::tables::audit::{self, AuditEntry, Means},
    web::{
        api::{moments::moment, page::Page},
        idempotency::respond,
        problem::ApiResult,
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::{future::ready, sync::Arc};

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct AuditShown {
    id: i64,
    at: At,
    /// Their name at that time; `null`: nobody was signed in.
    person: Option<String>,
    /// Name and id of the API key, or account and place of one in the configuration; `null`: it was none.
    key: Option<String>,
    /// The account of the object, else that of the doer; `null`: of no single account.
    account: Option<String>,
    /// The network address that it came from; `null`: a command that worked without the daemon.
    address: Option<String>,
    /// `command`: `transom` on the daemon's own machine; `page`: the studio there, where nobody signs in.
    #[schemars(extend("enum" = ["person", "command", "page", "key"]))]
    by: Id<Means>,
    /// The `operationId` of the request; also `wrong_password`.
    action: String,
    /// The object of the action: ids and names of the request's path.
    subject: Option<String>,
    /// `done`; `begun`: the daemon died in the middle of it; else the code of the refusal.
    outcome: String,
    /// An object. It names no customer.
    detail: Json,
}

/// The entries that somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A part of the name of a person or key, in small letters.
    pub who: Option<String>,
    /// A part of the action.
    pub what: Option<String>,
    pub account: Option<String>,
}

impl Wanted {
    pub fn takes(&self, entry: &AuditEntry) -> bool {
        let named =
            |name: &Option<String>, part: &str| name.as_ref().is_some_and(|name| name.to_lowercase().contains(part));
        self.who.as_deref().is_none_or(|part| named(&entry.person, part) || named(&entry.key_name, part))
            && self.what.as_deref().is_none_or(|part| entry.action.contains(part))
            && self.account.as_deref().is_none_or(|name| entry.account.as_ref().is_some_and(|of| of.as_str() == name))
    }
}

/// `GET /v1/audit?since=&who=&what=&account=&limit=&cursor=`: newest first. Operators alone read it, and they have all
/// accounts.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let since = moment(&text, "since", &TimeZone::UTC)?.unwrap_or(Time(i64::MIN));
    let value = |name: &str| query::value(&text, name).filter(|value| !value.is_empty());
    let who = value("who").map(|who| who.to_lowercase());
    let wanted = Wanted { who, what: value("what"), account: value("account") };
    let body = page.gather(
        |cursor: Option<i64>| audit::page(&web.app.store, cursor.unwrap_or(i64::MAX), page.limit, since),
        |row: AuditEntry| ready(Ok((row.id, wanted.takes(&row).then(|| shown(row))))),
    );
    Ok(respond(StatusCode::OK, &body.await?))
}

fn shown(row: AuditEntry) -> AuditShown {
    AuditShown {
        id: row.id,
        at: At(row.at),
        person: row.person,
        key: row.key_name,
        account: row.account.map(|account| account.to_string()),
        address: row.address,
        by: Id(row.means),
        action: row.action,
        subject: row.subject,
        outcome: row.outcome,
        detail: row.detail,
    }
}
