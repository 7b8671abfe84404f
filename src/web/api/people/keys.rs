//! `/v1/keys`: creates and revokes API keys; operator only.

use crate::{
    base::{ids::AccountName, limits::NAME_CHARS_MAX},
    store::CommitError,
    web::{
        audit::noted,
        auth,
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

/// `POST /v1/keys`: `{account, name}`; the key is shown only in this answer.
pub async fn create(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let made = created(&web, request).await?;
    let (id, detail) = (made["id"].as_str().map(str::to_owned), json!({"account": made["account"]}));
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
    input.finish()?;
    let account = account.ok_or_else(|| Problem::bug(&"no account and no error"))?;
    let key = auth::create_key(&web.app.store, account.clone(), name, web.app.clock.now()).await;
    let key = key.map_err(|error| Problem::bug(&error))?;
    Ok(json!({"id": key.id, "account": account, "key": key.key.expose()}))
}

async fn revoked(web: &Web, id: &str) -> Result<(), Problem> {
    match auth::revoke_key(&web.app.store, id, web.app.clock.now()).await {
        Ok(()) => Ok(()),
        Err(CommitError::Stale { .. }) => Err(Problem::not_found("There is no such key, or it is revoked already.")),
        Err(error) => Err(Problem::bug(&error)),
    }
}
