//! `/v1/webhooks`: subscriptions to events by signed POST.

use crate::{
    base::{
        body_fields::At,
        diagnostic::did_you_mean,
        ids::{AccountName, SenderId},
        limits::{NAME_CHARS_MAX, SUBSCRIPTIONS_MAX, URL_CHARS_MAX},
        secret::Secret,
    },
    runtime::events::webhook_delivery::{Edit, NewSubscription},
    store::tables::{
        event::KINDS,
        subscription::{self, Filter, Subscription},
    },
    web::{
        api::page::Page,
        auth::Caller,
        etag,
        idempotency::{Answer, once, outcome_unknown, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, FieldErrors, no_body},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// A subscription to events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Webhook {
    #[serde(flatten)]
    state: WebhookState,
    /// When it last answered a post with 2xx.
    last_taken_at: Option<At>,
    /// The name of this state, for `If-Match`.
    etag: String,
    /// `whsec_…`: shown when it is made or rotated, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    secret: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WebhookState {
    id: i64,
    /// A word for people.
    name: String,
    /// The account whose events it hears; `null`: all, for the operator.
    account: Option<String>,
    url: String,
    /// The events that it wants, as in `GET /v1/events`; empty: all.
    types: Vec<String>,
    /// Only the events of these; empty: of all.
    senders: Vec<i64>,
    /// It stands in the configuration, and is changed there.
    configured: bool,
    /// `paused`: nothing is posted until somebody resumes it.
    #[schemars(extend("enum" = ["active", "paused"]))]
    state: &'static str,
    paused_at: Option<At>,
    /// Why it is paused.
    why: Option<String>,
    /// Until then posts are signed with the secret before, too.
    old_secret_until: Option<At>,
    created_at: At,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewWebhook {
    /// Where to post; no private address, but for `webhooks.allow_private`.
    #[schemars(length(min = 1, max = URL_CHARS_MAX))]
    url: String,
    /// A word for people.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    name: Option<String>,
    /// The wanted events; none: all.
    #[schemars(inner(length(min = 1, max = NAME_CHARS_MAX)))]
    types: Option<Vec<String>>,
    /// Of which senders; none: of all.
    #[schemars(extend("x-misfit" = SENDERS_MISFIT))]
    senders: Option<Vec<ListedSender>>,
    /// For the operator: whose events; else all.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    account: Option<String>,
}

/// A field that is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WebhookEdit {
    #[schemars(length(min = 1, max = URL_CHARS_MAX))]
    url: Option<String>,
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    name: Option<String>,
    /// All that it wants from now on.
    #[schemars(inner(length(min = 1, max = NAME_CHARS_MAX)))]
    types: Option<Vec<String>>,
    #[schemars(extend("x-misfit" = SENDERS_MISFIT))]
    senders: Option<Vec<ListedSender>>,
    /// `active` resumes: the waiting posts go out at once.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX), extend("x-words" = ["active", "paused"]))]
    state: Option<String>,
}

const SENDERS_MISFIT: &str = "`senders` must be a list of ids.";
const NO_SENDER: &str = "There is no such sender.";

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, extend("x-misfit" = NO_SENDER))]
struct ListedSender(i64);

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
            |row: Subscription| async move { Ok((row.id, is_owned(caller, &row).then(|| Webhook::of(row)))) },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `POST /v1/webhooks`: creates a subscription; the secret is shown only in this answer.
pub async fn create(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (asked, mut errors) = request::parse::<NewWebhook>(&bytes)?;
    let (name, url) = (asked.name.unwrap_or_default(), asked.url);
    check_url(&web, &mut errors, &url);
    let filter = Filter {
        types: types(&mut errors, asked.types).unwrap_or_default(),
        senders: senders(&web, &caller, &mut errors, asked.senders).unwrap_or_default(),
    };
    let account = account(&web, &caller, &mut errors, asked.account);
    errors.finish()?;
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
        Ok(Answer { status: StatusCode::CREATED, body: with_secret(row, &secret), took_effect: true })
    })
    .await
}

/// `GET /v1/webhooks/{id}`, with its `ETag`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    Ok(etag::tagged(StatusCode::OK, &to_json(&Webhook::of(owned(&web, &caller, &id).await?))))
}

/// `PATCH /v1/webhooks/{id}`: changes a subscription; `state` pauses and resumes it.
pub async fn change(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    owned(&web, &caller, &id).await?;
    let (WebhookEdit { url, name, types: kinds, senders: of, state }, mut errors) = request::parse(&bytes)?;
    if let Some(url) = &url {
        check_url(&web, &mut errors, url);
    }
    let types = types(&mut errors, kinds);
    let senders = senders(&web, &caller, &mut errors, of);
    let active = match state.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("paused") => Some(false),
        Some(_) => {
            errors.wrong("state", "`state` is `active` or `paused`.");
            None
        }
    };
    errors.finish()?;
    let of = AccountName::from("");
    let Some(_turn) = web.in_flight.turn(&of, &format!("webhook {id}")).await else {
        return Err(Problem::conflict("in_progress", "Somebody else is changing this webhook; try again."));
    };
    let row = owned(&web, &caller, &id).await?;
    etag::expected(&parts.headers, &to_json(&Webhook::of(row.clone())))?;
    if row.configured && (name.is_some() || url.is_some() || types.is_some() || senders.is_some()) {
        return Err(configured());
    }
    let filter = (types.is_some() || senders.is_some())
        .then(|| Filter { types: types.unwrap_or(row.filter.types), senders: senders.unwrap_or(row.filter.senders) });
    let edit = Edit { name, url, filter, active };
    let changed = web.app.webhooks.edit_subscription(row.id, edit).await.map_err(|error| Problem::bug(&error))?;
    Ok(etag::tagged(StatusCode::OK, &to_json(&Webhook::of(changed.ok_or_else(none)?))))
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
    let bytes = request::bytes(body).await?;
    let row = owned(&web, &caller, &id).await?;
    no_body(&bytes)?;
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
        Ok(Answer { status: StatusCode::OK, body: with_secret(row, &secret), took_effect: true })
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

pub(super) async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<Subscription, Problem> {
    let id: i64 = id.parse().map_err(|_| none())?;
    let row = subscription::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| is_owned(caller, row)).ok_or_else(none)
}

impl Webhook {
    fn of(row: Subscription) -> Webhook {
        let (paused_at, why) = row.paused.map(|(at, why)| (At(at), why)).unzip();
        let state = WebhookState {
            id: row.id,
            name: row.name,
            account: row.account.map(|account| account.as_str().to_owned()),
            url: row.url,
            types: row.filter.types,
            senders: row.filter.senders.iter().map(|sender| sender.0).collect(),
            configured: row.configured,
            state: if paused_at.is_some() { "paused" } else { "active" },
            paused_at,
            why,
            old_secret_until: row.old_secret.map(|(_, until)| At(until)),
            created_at: At(row.created_at),
        };
        // The ETag covers the editable data only, so that accepted posts do not change it.
        let etag = etag::of(&to_json(&state));
        Webhook { state, last_taken_at: row.heard_at.map(At), etag, secret: None }
    }
}

fn with_secret(row: Subscription, secret: &Secret) -> Json {
    to_json(&Webhook { secret: Some(secret.expose().to_owned()), ..Webhook::of(row) })
}

fn check_url(web: &Web, errors: &mut FieldErrors, url: &str) {
    if let (false, Err(why)) = (url.is_empty(), web.app.webhooks.may_reach(url)) {
        errors.wrong("url", format!("Nothing can be posted to `url`: {why}."));
    }
}

/// `None` if the field is missing.
fn types(errors: &mut FieldErrors, given: Option<Vec<String>>) -> Option<Vec<String>> {
    let given = given?;
    for (n, kind) in given.iter().enumerate().filter(|(_, kind)| !KINDS.contains(&kind.as_str())) {
        let help = did_you_mean(kind, KINDS.iter().copied());
        let end = help.map_or_else(|| format!("; there are {}.", KINDS.join(", ")), |help| format!("; {help}"));
        errors.wrong(&format!("types/{n}"), format!("There is no event `{kind}`{end}"));
    }
    Some(given)
}

fn senders(
    web: &Web,
    caller: &Caller,
    errors: &mut FieldErrors,
    given: Option<Vec<ListedSender>>,
) -> Option<Vec<SenderId>> {
    let ids: Vec<SenderId> = given?.into_iter().map(|ListedSender(id)| SenderId(id)).collect();
    for (n, id) in ids.iter().enumerate() {
        let place = format!("senders/{n}");
        if errors.is_clean_at(&place) && caller.sender(web, *id).is_none() {
            errors.wrong(&place, NO_SENDER);
        }
    }
    Some(ids)
}

/// The caller's account; the operator may name one, or none for all.
fn account(web: &Web, caller: &Caller, errors: &mut FieldErrors, given: Option<String>) -> Option<AccountName> {
    let given = given.map(AccountName::from);
    if let Some(name) = &given
        && !(caller.owns(name) && web.app.senders.account(name).is_some())
    {
        errors.wrong("account", format!("There is no account `{name}`."));
    }
    caller.only_account().cloned().or(given)
}
