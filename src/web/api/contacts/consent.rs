//! `/v1/consent` and `/v1/contacts/{id}/consent`: consents and withdrawals of contacts, with their proof.

use super::{described, find, happen, none, owned};
use crate::{
    base::{
        body_fields::{At, Id, Phone, Text},
        diagnostic::did_you_mean,
        ids::{ContactId, InboundId},
        limits::{NAME_CHARS_MAX, TEXT_CHARS_MAX},
        query,
        time::Time,
    },
    model::contact::{ConsentTime, ContactPatch},
    store::tables::{
        contact,
        ledger::{self, EntrySource, LedgerEntry},
    },
    web::{
        api::page::{Listed, Page},
        auth::{self, Caller},
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConsentLedger {
    /// Oldest first; it only grows.
    data: Vec<ConsentEntry>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConsentEntry {
    id: i64,
    /// Another one's who was found to be the same person, where it was said under that name.
    contact_id: ContactId,
    /// `all`: everything.
    topic: Id<String>,
    given: bool,
    /// When the contact said so.
    at: At,
    /// When it was written down here.
    recorded_at: At,
    /// Where the word comes from: `contact`, `message …`, `step …`, `platform, …`; `api` or `operator` for what was told
    /// afterwards. No request chooses it.
    by: String,
    /// The API key by which it was told; `account/1` is the first of the configuration.
    key_id: Option<Id<String>>,
    /// The name that the program which told it gives itself.
    source: Option<String>,
    /// The contact's message that said it.
    message_id: Option<InboundId>,
    /// The wording that the contact saw.
    proof: Option<String>,
    /// In the list of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Phone<String>>")]
    phone: Option<Option<Phone<String>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ConsentGiven {
    #[serde(flatten)]
    word: ConsentToImport,
    /// The name that the program gives itself: `source` of the ledger's line.
    by: Option<Text<NAME_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ConsentToImport {
    /// One that `_bot.yaml` declares, or `all`: the stop itself, which an import can only make and not lift.
    pub topic: Text<NAME_CHARS_MAX>,
    /// `false`: withdrawn.
    #[schemars(extend("x-missing" = "`given` is missing: `true` or `false`."))]
    pub given: bool,
    /// The words that the contact agreed to, and where; needed with `given: true`.
    pub proof: Option<Text<TEXT_CHARS_MAX>>,
    /// When the contact said so; a newer word of theirs stands then. Without it: now, and in an import whoever ever
    /// withdrew has not agreed.
    #[schemars(extend("x-misfit" = "`at` is a moment like `2026-03-01T10:00:00Z`."))]
    pub at: Option<At>,
}

/// `GET /v1/consent?topic=&limit=&cursor=`: the whole ledger, oldest first.
pub async fn all(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/contacts/{id}/consent`: all consents and withdrawals of a contact, with their proof.
pub async fn of(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let contact = owned(&web, &caller, &id).await?;
    let entries = ledger::of(&web.app.store, contact.id).await.map_err(|error| Problem::bug(&error))?;
    Ok(respond(StatusCode::OK, &ConsentLedger { data: entries.iter().map(ConsentEntry::of).collect() }))
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
    let bytes = request::bytes(body).await?;
    let contact = owned(&web, &caller, &id).await?;
    let (asked, mut errors) = request::parse(&bytes)?;
    let patch = patch(&web, &caller, &parts.headers, &mut errors, asked);
    errors.finish()?;
    let path = format!("contacts/{}/consent", contact.id);
    let acting = Arc::clone(&web);
    once(web, contact.account.clone(), parts.headers, path, bytes, move |_| async move {
        // A repetition adds one more ledger entry and has no other effect, so an interrupted request is simply
        // repeated.
        happen(&acting, &contact, patch).await?;
        let contact = find(&acting, contact.id).await?.ok_or_else(none)?;
        Ok(Answer { status: StatusCode::OK, body: to_json(&described(&acting, &contact).await?), took_effect: true })
    })
    .await
}

impl ConsentEntry {
    /// One ledger entry, as every list shows it.
    pub fn of(entry: &LedgerEntry) -> ConsentEntry {
        let EntrySource { by, key_id, source } = entry.teller();
        ConsentEntry {
            id: entry.id,
            contact_id: entry.contact_id,
            topic: Id(entry.topic.clone()),
            given: entry.given,
            at: At(entry.at),
            recorded_at: At(entry.recorded_at),
            by: by.to_owned(),
            key_id: key_id.map(|id| Id(id.to_owned())),
            source: source.map(str::to_owned),
            message_id: entry.message_id,
            proof: entry.shown.clone(),
            phone: None,
        }
    }
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<ConsentEntry>, Problem> {
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
            let phone = who.and_then(|who| who.data.phone).map(Phone);
            Ok((entry.id, Some(ConsentEntry { phone: Some(phone), ..ConsentEntry::of(&entry) })))
        },
    )
    .await
}

fn patch(
    web: &Web,
    caller: &Caller,
    headers: &HeaderMap,
    errors: &mut FieldErrors,
    ConsentGiven { word: ConsentToImport { topic: Text(topic), given, proof, at }, by }: ConsentGiven,
) -> ContactPatch {
    let by = auth::teller(web, caller, headers, by.as_ref().map(|by| by.0.as_str()));
    let told = said_at(errors, "", at, web.app.now()).map(ConsentTime::At);
    check_topic(web, errors, "", &topic);
    if given && proof.is_none() && errors.is_clean_at("proof") {
        errors.wrong("proof", "`proof` is missing: the words that the contact agreed to, and where.");
    }
    let shown = proof.map(|Text(proof)| proof);
    let mut patch = ContactPatch { by, shown, told, ..ContactPatch::default() };
    match topic.as_str() {
        "all" => patch.opted_out = Some(!given),
        _ => drop(patch.consent.insert(topic, given)),
    }
    patch
}

/// The time of the contact's own act, if it is given; `place` is that of its object in the body.
pub fn said_at(errors: &mut FieldErrors, place: &str, at: Option<At>, now: Time) -> Option<Time> {
    let At(at) = at?;
    if at > now {
        errors.wrong(&format!("{place}at"), "`at` is still to come; it is when the contact said so.");
        return None;
    }
    Some(at)
}

pub fn check_topic(web: &Web, errors: &mut FieldErrors, place: &str, topic: &str) {
    let live = web.app.live.get();
    let topics = &live.set.bot.topics;
    if topic.is_empty() || topic == "all" || topics.contains_key(topic) {
        return;
    }
    let known = topics.keys().map(String::as_str).chain(["all"]);
    let help = did_you_mean(topic, known);
    let end = help.map_or_else(|| "; `all` is the stop itself.".to_owned(), |help| format!("; {help}"));
    errors.wrong(&format!("{place}topic"), format!("`_bot.yaml` declares no topic `{topic}`{end}"));
}
