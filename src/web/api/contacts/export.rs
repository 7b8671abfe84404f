//! `GET /v1/contacts/{id}/export` and `POST …/erase`: exports or erases the stored data of a person.

use super::{ContactShown, consent::ConsentEntry, document, none, owned};
use crate::{
    base::{
        body_fields::{At, Text},
        ids::{AccountName, ContactId, ConversationId, FlowName, InboundId, OutboundId, SenderId, StartId},
        limits::{EXPORT_MESSAGES_MAX, NAME_CHARS_MAX, PAGE_MAX, PHONE_CHARS_MAX},
        phone,
        time::Time,
    },
    model::{
        contact::Contact,
        inbound::{Alias, AliasKind},
    },
    runtime::events::event_json::MessageShown,
    store::{
        ReadError, Store,
        tables::{
            alias, contact, conversation, inbound, ledger, note, outbound, run, start,
            support_case::{self, shadow},
        },
    },
    web::{
        api::{conversations::notes::NoteShown, messages::in_one_list},
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, no_body},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// Everything that is kept of a person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactExport {
    exported_at: At,
    contact: ContactShown,
    /// By which platforms and the API know them.
    names: Vec<ContactName>,
    consent: Vec<ConsentEntry>,
    conversations: Vec<ExportedConversation>,
    runs: Vec<ExportedRun>,
    /// Of people of the business, oldest first.
    cases: Vec<ExportedCase>,
    /// That people of the business wrote about them, oldest first.
    notes: Vec<ExportedNote>,
    /// The drafts of replies to them that agents wrote and nobody was shown, oldest first.
    shadow: Vec<ExportedShadow>,
    planned: Vec<ExportedStart>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ContactName {
    #[schemars(with = "String", extend("enum" = ["phone", "bsuid"]))]
    kind: AliasKind,
    value: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedConversation {
    id: ConversationId,
    sender: SenderId,
    created_at: At,
    /// Oldest first.
    messages: Vec<MessageShown>,
    /// These are all.
    whole: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedRun {
    id: i64,
    flow: FlowName,
    trigger: String,
    started_at: At,
    ended_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedCase {
    id: i64,
    conversation_id: ConversationId,
    team: Option<String>,
    priority: Option<String>,
    summary: Option<String>,
    opened_at: At,
    closed_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedNote {
    conversation_id: ConversationId,
    #[serde(flatten)]
    note: NoteShown,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedShadow {
    conversation_id: ConversationId,
    /// The message that it answers.
    message_id: InboundId,
    agent: String,
    draft: Option<String>,
    /// Why there is none.
    reason: Option<String>,
    at: At,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExportedStart {
    flow: FlowName,
    trigger: String,
    at: At,
    data: Json,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Erased {
    contact_id: ContactId,
    erased: bool,
    /// They had opted out, and stay so under the same names.
    stays_opted_out: bool,
}

/// One of both.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NameToErase {
    /// E.164, however it is spelt.
    phone: Option<Text<PHONE_CHARS_MAX>>,
    /// The platform's own id of the person.
    user_id: Option<Text<NAME_CHARS_MAX>>,
}

/// `GET /v1/contacts/{id}/export`: all data in one document.
pub async fn export(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let contact = owned(&web, &caller, &id).await?;
    let whole = whole(&web.app.store, &contact, web.app.clock.now()).await;
    Ok(respond(StatusCode::OK, &whole.map_err(|error| Problem::bug(&error))?))
}

/// `POST /v1/contacts/{id}/erase`.
pub async fn erase(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    no_body(&bytes)?;
    let account = caller.only_account().cloned().unwrap_or_else(|| AccountName::from(""));
    let erasing = Arc::clone(&web);
    // Looked up inside, because a repeated request with the same key comes when the contact no longer exists.
    once(web, account, parts.headers, format!("contacts/{id}/erase"), bytes, move |_| async move {
        let contact = owned(&erasing, &caller, &id).await?;
        gone(&erasing, contact).await
    })
    .await
}

/// `POST /v1/contacts/erase`: erases by a phone or user id.
pub async fn erase_by_name(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (NameToErase { phone: given, user_id }, mut errors) = request::parse(&bytes)?;
    let phone = given.as_ref().and_then(|given| phone::strict(&given.0));
    if given.is_some() && phone.is_none() {
        errors.wrong("phone", "`phone` must be in E.164 format, like `+14155551234`.");
    } else if given.is_none() && user_id.is_none() && errors.is_clean() {
        errors.wrong("phone", "Give a `phone` or a `user_id`.");
    }
    errors.finish()?;
    let user = user_id.map(|Text(user)| user);
    let account = caller.only_account().cloned().unwrap_or_else(|| AccountName::from(""));
    let erasing = Arc::clone(&web);
    once(web, account, parts.headers, "contacts/erase".to_owned(), bytes, move |_| async move {
        let contact = named(&erasing, &caller, phone.as_deref(), user).await?.ok_or_else(none)?;
        gone(&erasing, contact).await
    })
    .await
}

async fn gone(web: &Web, contact: Contact) -> Result<Answer, Problem> {
    // The erasure continues if the client disconnects, and an interrupted erasure is continued.
    web.app.contacts.erase(&contact).await.map_err(|error| Problem::bug(&error))?;
    let erased = Erased { contact_id: contact.id, erased: true, stays_opted_out: contact.opted_out.is_some() };
    Ok(Answer { status: StatusCode::OK, body: to_json(&erased), took_effect: true })
}

async fn named(
    web: &Web,
    caller: &Caller,
    phone: Option<&str>,
    user: Option<String>,
) -> Result<Option<Contact>, Problem> {
    let bug = |error: crate::store::ReadError| Problem::bug(&error);
    for account in web.app.config.accounts.iter().filter(|account| caller.owns(&account.name)) {
        let mut known = None;
        if let Some(phone) = phone {
            known = web.app.contacts.contact_by_phone(&account.name, phone).await.map_err(bug)?;
        }
        if let (None, Some(user)) = (known, &user) {
            let name = Alias { kind: AliasKind::Bsuid, value: user.clone() };
            known = alias::find(&web.app.store, &account.name, &[name]).await.map_err(bug)?;
        }
        if let Some(id) = known {
            return contact::find(&web.app.store, id).await.map_err(bug);
        }
    }
    Ok(None)
}

/// Everything that is kept of a contact, as the API and `contacts export` write it.
pub async fn whole(store: &Store, contact: &Contact, now: Time) -> Result<ContactExport, ReadError> {
    let names = alias::of(store, contact.id).await?;
    let consent = ledger::of(store, contact.id).await?;
    let mut conversations = Vec::new();
    for row in conversation::of(store, contact.id).await? {
        let (messages, whole) = messages(store, &row).await?;
        let (id, sender, created_at) = (row.id, row.sender_id, At(row.created_at));
        conversations.push(ExportedConversation { id, sender, created_at, messages, whole });
    }
    let runs = run::of_contact(store, contact.id, i64::MAX, EXPORT_MESSAGES_MAX).await?.into_iter();
    let starts = start::of(store, contact.id, StartId(i64::MAX), PAGE_MAX).await?.into_iter();
    let runs = runs.map(|run| ExportedRun {
        id: run.id,
        flow: run.flow,
        trigger: run.trigger_key,
        started_at: At(run.started_at),
        ended_at: run.ended_at.map(At),
    });
    let starts = starts.map(|start| ExportedStart {
        flow: start.flow,
        trigger: start.trigger_key,
        at: At(start.slot_at),
        data: start.data,
    });
    let cases = support_case::of(store, contact.id).await?.into_iter();
    let cases = cases.map(|case| ExportedCase {
        id: case.id,
        conversation_id: case.conversation_id,
        team: case.team,
        priority: case.priority,
        summary: case.summary,
        opened_at: At(case.opened_at),
        closed_at: case.closed_at.map(At),
    });
    let notes = note::of(store, contact.id).await?.into_iter();
    let notes = notes.map(|note| ExportedNote { conversation_id: note.conversation_id, note: NoteShown::of(note) });
    let drafts = shadow::of(store, contact.id, EXPORT_MESSAGES_MAX).await?.into_iter();
    let drafts = drafts.map(|draft| ExportedShadow {
        conversation_id: draft.conversation_id,
        message_id: draft.message_id,
        agent: draft.agent,
        draft: draft.text,
        reason: draft.reason,
        at: At(draft.at),
    });
    Ok(ContactExport {
        exported_at: At(now),
        contact: document(store, contact).await?,
        names: names.into_iter().map(|name| ContactName { kind: name.kind, value: name.value }).collect(),
        consent: consent.iter().map(ConsentEntry::of).collect(),
        conversations,
        runs: runs.collect(),
        cases: cases.collect(),
        notes: notes.collect(),
        shadow: drafts.collect(),
        planned: starts.collect(),
    })
}

/// Oldest first; `false` if there are more than one document may contain: the lists have the rest.
async fn messages(store: &Store, row: &conversation::Conversation) -> Result<(Vec<MessageShown>, bool), ReadError> {
    let mut all = Vec::new();
    let most = usize::try_from(EXPORT_MESSAGES_MAX).unwrap_or(usize::MAX);
    let (mut heard, mut said) = (Some(InboundId(i64::MAX)), Some(OutboundId(i64::MAX)));
    while (heard.is_some() || said.is_some()) && all.len() < most {
        if let Some(before) = heard {
            let rows = inbound::of(store, row.id, before, PAGE_MAX).await?;
            heard = rows.last().map(|row| row.id);
            all.extend(in_one_list(rows, Vec::new()));
        }
        if let Some(before) = said {
            let rows = outbound::of(store, row.id, before, PAGE_MAX).await?;
            said = rows.last().map(|row| row.id);
            all.extend(in_one_list(Vec::new(), rows));
        }
    }
    all.sort_by_key(|(id, _)| *id);
    Ok((all.into_iter().map(|(_, message)| message).collect(), heard.is_none() && said.is_none()))
}
