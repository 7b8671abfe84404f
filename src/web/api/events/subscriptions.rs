//! `/v1/webhooks`: subscriptions to events by signed POST, and the result of each post.

use crate::{
    base::{
        diagnostic::did_you_mean,
        ids::{AccountName, SenderId},
        limits::{NAME_CHARS_MAX, SUBSCRIPTIONS_MAX, URL_CHARS_MAX},
        query,
        time::iso,
    },
    runtime::events::webhook_delivery::{Edit, NewSubscription},
    store::tables::{
        delivery::{self, Delivery},
        event::KINDS,
        subscription::{self, Filter, Subscription},
    },
    web::{
        api::page::Page,
        auth::Caller,
        etag,
        idempotency::{Answer, once, outcome_unknown, respond},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/webhooks?limit=&cursor=`: oldest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let (store, caller) = (&web.app.store, &caller);
    let body = page
        .gather(
            // There are few, so all are read and those before the cursor skipped.
            |cursor: Option<i64>| async move {
                let rows = subscription::all(store).await?;
                let after = cursor.unwrap_or(i64::MIN);
                Ok(rows.into_iter().filter(|row| row.id > after).take(page_size(page.limit)).collect())
            },
            |row: Subscription| async move { Ok((row.id, is_owned(caller, &row).then(|| described(&row)))) },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `POST /v1/webhooks`: creates a subscription; the secret is shown only in this answer.
pub async fn create(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let name = input.opt_text("name", NAME_CHARS_MAX).unwrap_or_default();
    let url = input.text("url", URL_CHARS_MAX);
    check_url(&web, &mut input, &url);
    let filter = Filter {
        types: types(&mut input).unwrap_or_default(),
        senders: senders(&web, &caller, &mut input).unwrap_or_default(),
    };
    let account = account(&web, &caller, &mut input);
    input.finish()?;
    let new = NewSubscription { name, account: account.clone(), url, filter };
    let making = Arc::clone(&web);
    // The operator's subscriptions have no account, so their idempotency keys have none either.
    let keys_of = account.unwrap_or_else(|| AccountName::from(""));
    once(web, keys_of, parts.headers, "webhooks".to_owned(), bytes, move |again| async move {
        if again.cut_off {
            return Err(outcome_unknown());
        }
        let made = making.app.webhooks.subscribe(new).await.map_err(|error| Problem::bug(&error))?;
        let Some((row, secret)) = made else {
            let why = format!("There are {SUBSCRIPTIONS_MAX} webhooks of this account already.");
            return Err(Problem::conflict("too_many_webhooks", why));
        };
        let mut body = described(&row);
        body["secret"] = secret.expose().into();
        Ok(Answer { status: StatusCode::CREATED, body, took_effect: true })
    })
    .await
}

/// `GET /v1/webhooks/{id}`, with its `ETag`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    Ok(etag::tagged(StatusCode::OK, &described(&owned(&web, &caller, &id).await?)))
}

/// `PATCH /v1/webhooks/{id}`: changes a subscription; `state` pauses and resumes it.
pub async fn change(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    owned(&web, &caller, &id).await?;
    let mut input = Input::parse(&bytes)?;
    let name = input.opt_text("name", NAME_CHARS_MAX);
    let url = input.opt_text("url", URL_CHARS_MAX);
    if let Some(url) = &url {
        check_url(&web, &mut input, url);
    }
    let types = types(&mut input);
    let senders = senders(&web, &caller, &mut input);
    let state = input.opt_text("state", NAME_CHARS_MAX);
    let active = match state.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("paused") => Some(false),
        Some(_) => {
            input.wrong("state", "`state` is `active` or `paused`.");
            None
        }
    };
    input.finish()?;
    let of = AccountName::from("");
    let Some(_turn) = web.in_flight.turn(&of, &format!("webhook {id}")).await else {
        return Err(Problem::conflict("in_progress", "Somebody else is changing this webhook; try again."));
    };
    let row = owned(&web, &caller, &id).await?;
    etag::expected(&parts.headers, &described(&row))?;
    if row.configured && (name.is_some() || url.is_some() || types.is_some() || senders.is_some()) {
        return Err(configured());
    }
    let filter = (types.is_some() || senders.is_some())
        .then(|| Filter { types: types.unwrap_or(row.filter.types), senders: senders.unwrap_or(row.filter.senders) });
    let edit = Edit { name, url, filter, active };
    let changed = web.app.webhooks.edit_subscription(row.id, edit).await.map_err(|error| Problem::bug(&error))?;
    Ok(etag::tagged(StatusCode::OK, &described(&changed.ok_or_else(none)?)))
}

/// `DELETE /v1/webhooks/{id}`: deletes a subscription and its waiting deliveries.
pub async fn delete(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    if row.configured {
        return Err(configured());
    }
    match web.app.webhooks.unsubscribe(row.id).await.map_err(|error| Problem::bug(&error))? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(none()),
    }
}

/// `POST /v1/webhooks/{id}/rotate-secret`: creates a new secret, shown only in this answer; the old one also signs for
/// 24 hours.
pub async fn rotate(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let row = owned(&web, &caller, &id).await?;
    Input::parse(if bytes.is_empty() { b"{}" } else { &bytes })?.finish()?;
    if row.configured {
        return Err(configured());
    }
    let rotating = Arc::clone(&web);
    let account = row.account.unwrap_or_else(|| AccountName::from(""));
    once(web, account, parts.headers, format!("webhooks/{}/rotate-secret", row.id), bytes, move |again| async move {
        if again.cut_off {
            return Err(outcome_unknown());
        }
        let rotated = rotating.app.webhooks.rotate_secret(row.id).await.map_err(|error| Problem::bug(&error))?;
        let (row, secret) = rotated.ok_or_else(none)?;
        let mut body = described(&row);
        body["secret"] = secret.expose().into();
        Ok(Answer { status: StatusCode::OK, body, took_effect: true })
    })
    .await
}

/// `GET /v1/webhooks/{id}/deliveries?state=&limit=&cursor=`: newest first.
pub async fn deliveries(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let state = query::value(&text, "state").filter(|state| !state.is_empty());
    let (store, state) = (&web.app.store, state.as_deref());
    let body = page
        .gather(
            |cursor: Option<i64>| delivery::page(store, row.id, cursor.unwrap_or(i64::MAX), page.limit),
            |row: Delivery| async move {
                let fits = state.is_none_or(|state| state == row.state.as_str());
                Ok((row.id, fits.then(|| delivered(&row))))
            },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `POST /v1/webhooks/{id}/deliveries/{delivery}/redeliver`: posts the same bytes again under the same id.
pub async fn redeliver(
    State(web): State<Arc<Web>>,
    Path((id, delivery)): Path<(String, String)>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let row = owned(&web, &caller, &id).await?;
    Input::parse(if bytes.is_empty() { b"{}" } else { &bytes })?.finish()?;
    let gone =
        || Problem::not_found("There is no such delivery; those that were taken are kept for as long as traces.");
    let delivery: i64 = delivery.parse().map_err(|_| gone())?;
    let there = delivery::find(&web.app.store, delivery).await.map_err(|error| Problem::bug(&error))?;
    there.filter(|there| there.subscription_id == row.id).ok_or_else(gone)?;
    let asking = Arc::clone(&web);
    let path = format!("webhooks/{}/deliveries/{delivery}/redeliver", row.id);
    let account = row.account.unwrap_or_else(|| AccountName::from(""));
    once(web, account, parts.headers, path, bytes, move |_| async move {
        // A repeated request is harmless: the receiver recognises the delivery by its id.
        let again = asking.app.webhooks.redeliver(delivery).await.map_err(|error| Problem::bug(&error))?;
        let again = again.ok_or_else(gone)?;
        Ok(Answer { status: StatusCode::ACCEPTED, body: delivered(&again), took_effect: true })
    })
    .await
}

fn page_size(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn none() -> Problem {
    Problem::not_found("There is no such webhook.")
}

fn configured() -> Problem {
    Problem::conflict(
        "configured",
        "This webhook stands in the configuration: change it there. It can only be resumed.",
    )
}

/// An account sees its own subscriptions; those for all accounts belong to the operator.
fn is_owned(caller: &Caller, row: &Subscription) -> bool {
    caller.accounts().is_none_or(|own| row.account.as_ref().is_some_and(|account| own.contains(account)))
}

async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<Subscription, Problem> {
    let id: i64 = id.parse().map_err(|_| none())?;
    let row = subscription::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| is_owned(caller, row)).ok_or_else(none)
}

fn described(row: &Subscription) -> Json {
    let mut body = json!({
        "id": row.id,
        "name": row.name,
        "account": row.account,
        "url": row.url,
        "types": row.filter.types,
        "senders": row.filter.senders,
        "configured": row.configured,
        "state": if row.paused.is_some() { "paused" } else { "active" },
        "paused_at": row.paused.as_ref().map(|(at, _)| iso(*at)),
        "why": row.paused.as_ref().map(|(_, why)| why),
        "old_secret_until": row.old_secret.as_ref().map(|(_, until)| iso(*until)),
        "created_at": iso(row.created_at),
    });
    // The ETag covers the editable data only, so that accepted posts do not change it.
    body["etag"] = etag::of(&body).into();
    body["last_taken_at"] = row.heard_at.map(iso).into();
    body
}

fn delivered(row: &Delivery) -> Json {
    json!({
        "id": row.id,
        "event_id": row.event_id,
        "type": row.kind,
        "at": iso(row.at),
        "state": row.state.as_str(),
        "attempts": row.attempts,
        "next_at": (row.state == delivery::AttemptState::Pending).then(|| iso(row.next_at)),
        "tried_at": row.tried_at.map(iso),
        "status": row.status,
        "trouble": row.trouble,
        "body": serde_json::from_str::<Json>(&row.body).unwrap_or_default(),
    })
}

fn check_url(web: &Web, input: &mut Input, url: &str) {
    if let (false, Err(why)) = (url.is_empty(), web.app.webhooks.may_reach(url)) {
        input.wrong("url", format!("Nothing can be posted to `url`: {why}."));
    }
}

/// `None` if the field is missing.
fn types(input: &mut Input) -> Option<Vec<String>> {
    let given = input.opt_list("types", NAME_CHARS_MAX)?;
    for (n, kind) in given.iter().enumerate().filter(|(_, kind)| !KINDS.contains(&kind.as_str())) {
        let help = did_you_mean(kind, KINDS.iter().copied());
        let end = help.map_or_else(|| format!("; there are {}.", KINDS.join(", ")), |help| format!("; {help}"));
        input.wrong(&format!("types/{n}"), format!("There is no event `{kind}`{end}"));
    }
    Some(given)
}

fn senders(web: &Web, caller: &Caller, input: &mut Input) -> Option<Vec<SenderId>> {
    let given = match input.opt_json("senders")? {
        Json::Array(items) => items,
        _ => {
            input.wrong("senders", "`senders` must be a list of ids.");
            return None;
        }
    };
    let mut ids = Vec::new();
    for (n, item) in given.iter().enumerate() {
        match item.as_i64().map(SenderId).filter(|id| caller.sender(web, *id).is_some()) {
            Some(id) => ids.push(id),
            None => input.wrong(&format!("senders/{n}"), "There is no such sender."),
        }
    }
    Some(ids)
}

/// The caller's account; the operator may name one, or none for all.
fn account(web: &Web, caller: &Caller, input: &mut Input) -> Option<AccountName> {
    let given = input.opt_text("account", NAME_CHARS_MAX).map(AccountName::from);
    if let Some(name) = &given
        && !(caller.owns(name) && web.app.senders.account(name).is_some())
    {
        input.wrong("account", format!("There is no account `{name}`."));
    }
    caller.only_account().cloned().or(given)
}
