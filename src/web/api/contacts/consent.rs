//! `/v1/consent` and `/v1/contacts/{id}/consent`: consents and withdrawals of contacts, with their proof.

use super::{described, find, happen, none, owned};
use crate::{
    base::{
        diagnostic::did_you_mean,
        limits::{NAME_CHARS_MAX, TEXT_CHARS_MAX},
        query,
        time::{Time, iso},
    },
    model::contact::{ConsentTime, ContactPatch},
    store::tables::{
        contact,
        ledger::{self, EntrySource, LedgerEntry},
    },
    web::{
        api::page::{Listed, Page},
        auth::{self, Caller},
        idempotency::{Answer, json, once, respond},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/consent?topic=&limit=&cursor=`: the whole ledger, oldest first.
pub async fn all(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/contacts/{id}/consent`: all consents and withdrawals of a contact, with their proof.
pub async fn of(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let contact = owned(&web, &caller, &id).await?;
    let entries = ledger::of(&web.app.store, contact.id).await.map_err(|error| Problem::bug(&error))?;
    Ok(json(StatusCode::OK, &json!({"data": entries.iter().map(shown).collect::<Vec<_>>()})))
}

/// `POST /v1/contacts/{id}/consent`: records a consent or withdrawal given elsewhere; topic `all` is the opt-out of
/// everything.
pub async fn record(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let contact = owned(&web, &caller, &id).await?;
    let mut input = Input::parse(&bytes)?;
    let patch = patch(&web, &caller, &parts.headers, &mut input);
    input.finish()?;
    let path = format!("contacts/{}/consent", contact.id);
    let acting = Arc::clone(&web);
    once(web, contact.account.clone(), parts.headers, path, bytes, move |_| async move {
        // A repetition adds one more ledger entry and has no other effect, so an interrupted request is simply
        // repeated.
        happen(&acting, &contact, patch).await?;
        let contact = find(&acting, contact.id).await?.ok_or_else(none)?;
        Ok(Answer { status: StatusCode::OK, body: described(&acting, &contact).await?, took_effect: true })
    })
    .await
}

/// One ledger entry, as every list shows it.
pub fn shown(entry: &LedgerEntry) -> Json {
    let EntrySource { by, key_id, source } = entry.teller();
    json!({
        "id": entry.id, "contact_id": entry.contact_id, "topic": entry.topic, "given": entry.given,
        "at": iso(entry.at), "recorded_at": iso(entry.recorded_at), "by": by, "key_id": key_id, "source": source,
        "message_id": entry.message_id, "proof": entry.shown,
    })
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<Json>, Problem> {
    let page = Page::read(text)?;
    let topic = query::value(text, "topic").unwrap_or_default();
    let (store, topic) = (&web.app.store, topic.as_str());
    page.gather(
        |cursor: Option<i64>| ledger::page(store, caller.only_account(), topic, cursor.unwrap_or(0), page.limit),
        |entry: LedgerEntry| async move {
            let who = contact::find(store, entry.contact_id).await.map_err(|error| Problem::bug(&error))?;
            // Rows of one account alone are read for a caller of one; nobody knows the account of who is erased.
            let is_theirs = caller.accounts().is_none_or(|own| own.len() == 1)
                || who.as_ref().is_some_and(|who| caller.owns(&who.account));
            if !is_theirs {
                return Ok((entry.id, None));
            }
            let mut line = shown(&entry);
            line["phone"] = who.and_then(|who| who.data.phone).into();
            Ok((entry.id, Some(line)))
        },
    )
    .await
}

fn patch(web: &Web, caller: &Caller, headers: &HeaderMap, input: &mut Input) -> ContactPatch {
    let topic = input.text("topic", NAME_CHARS_MAX);
    let given = input.opt_flag("given");
    let shown = input.opt_text("proof", TEXT_CHARS_MAX);
    let by = auth::teller(web, caller, headers, input.opt_text("by", NAME_CHARS_MAX).as_deref());
    let told = said_at(input, web.app.now()).map(ConsentTime::At);
    check_topic(web, input, &topic);
    match given {
        None if input.is_clean_at("given") => input.wrong("given", "`given` is missing: `true` or `false`."),
        Some(true) if shown.is_none() && input.is_clean_at("proof") => {
            input.wrong("proof", "`proof` is missing: the words that the contact agreed to, and where.");
        }
        Some(_) | None => {}
    }
    let mut patch = ContactPatch { by, shown, told, ..ContactPatch::default() };
    match (topic.as_str(), given) {
        (_, None) => {}
        ("all", Some(given)) => patch.opted_out = Some(!given),
        (_, Some(given)) => drop(patch.consent.insert(topic, given)),
    }
    patch
}

/// The time of the contact's own act, if it is given.
pub fn said_at(input: &mut Input, now: Time) -> Option<Time> {
    let text = input.opt_text("at", NAME_CHARS_MAX)?;
    match text.parse::<jiff::Timestamp>().map(|at| Time(at.as_millisecond())) {
        Ok(at) if at <= now => return Some(at),
        Ok(_) => input.wrong("at", "`at` is still to come; it is when the contact said so."),
        Err(_) => input.wrong("at", "`at` is a moment like `2026-03-01T10:00:00Z`."),
    }
    None
}

pub fn check_topic(web: &Web, input: &mut Input, topic: &str) {
    let live = web.app.live.get();
    let topics = &live.set.bot.topics;
    if topic.is_empty() || topic == "all" || topics.contains_key(topic) {
        return;
    }
    let known = topics.keys().map(String::as_str).chain(["all"]);
    let help = did_you_mean(topic, known);
    let end = help.map_or_else(|| "; `all` is the stop itself.".to_owned(), |help| format!("; {help}"));
    input.wrong("topic", format!("`_bot.yaml` declares no topic `{topic}`{end}"));
}
