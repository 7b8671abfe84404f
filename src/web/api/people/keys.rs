//! `/v1/keys`: creates and revokes API keys; operator only.

use crate::{
    base::{
        ids::AccountName,
        limits::{KEY_LIFE_MAX, NAME_CHARS_MAX},
        time::{Span, iso},
    },
    model::scope::{Scope, Scopes},
    store::CommitError,
    web::{
        audit::noted,
        auth::{self, KeyRights},
        idempotency::json,
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `POST /v1/keys`: `{account, name, scopes, expires_in}`; the key is shown only in this answer.
pub async fn create(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let made = created(&web, request).await?;
    let id = made["id"].as_str().map(str::to_owned);
    let detail = json!({"account": made["account"], "scopes": made["scopes"], "expires_at": made["expires_at"]});
    Ok(noted(json(StatusCode::CREATED, &made), id, detail))
}

/// `DELETE /v1/keys/{id}`.
pub async fn revoke(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    revoked(&web, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn created(web: &Web, request: Request) -> Result<Json, Problem> {
    let mut input = Input::parse(&input::bytes(request.into_body()).await?)?;
    let account = input.opt_text("account", NAME_CHARS_MAX).map(AccountName::from);
    let name = input.opt_text("name", NAME_CHARS_MAX).unwrap_or_default();
    let accounts = &web.app.config.accounts;
    let account = match (account, accounts.as_slice()) {
        (Some(account), _) if accounts.iter().any(|known| known.name == account) => Some(account),
        (Some(account), _) => {
            input.wrong("account", format!("There is no account `{account}`."));
            None
        }
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            input.wrong("account", "There are several accounts; say for which the key is.");
            None
        }
    };
    let scopes = input.opt_list("scopes", NAME_CHARS_MAX).map(|names| scopes(&mut input, &names));
    let now = web.app.clock.now();
    let expires_at = input.opt_text("expires_in", NAME_CHARS_MAX).and_then(|text| match life(&text) {
        Ok(life) => Some(now + life),
        Err(why) => {
            input.wrong("expires_in", why);
            None
        }
    });
    input.finish()?;
    let account = account.ok_or_else(|| Problem::bug(&"no account and no error"))?;
    let rights = KeyRights { account: account.clone(), name, scopes, expires_at };
    let key = auth::create_key(&web.app.store, rights, now).await.map_err(|error| Problem::bug(&error))?;
    let scopes = scopes.map(|scopes| scopes.all().map(Scope::as_str).collect::<Vec<_>>());
    Ok(json!({
        "id": key.id, "account": account, "scopes": scopes, "expires_at": expires_at.map(iso), "key": key.key.expose(),
    }))
}

fn scopes(input: &mut Input, names: &[String]) -> Scopes {
    if names.is_empty() {
        input.wrong("scopes", "Name at least one scope, or leave it out: then the key may do all.");
    }
    let known = names.iter().enumerate().filter_map(|(place, name)| {
        let scope = Scope::parse(name);
        if scope.is_none() {
            let all = Scope::NAMES.join("`, `");
            input.wrong(&format!("scopes/{place}"), format!("There is no scope `{name}`; there are `{all}`."));
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
    match auth::revoke_key(&web.app.store, id, web.app.clock.now()).await {
        Ok(()) => {
            web.end_streams();
            Ok(())
        }
        Err(CommitError::Stale { .. }) => Err(Problem::not_found("There is no such key, or it is revoked already.")),
        Err(error) => Err(Problem::bug(&error)),
    }
}
