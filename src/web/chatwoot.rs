//! `POST /chatwoot/{account}`: takes what people do in the inbox of Chatwoot that shows the account's conversations. A
//! message of a person is stored before the answer, and the ordinary way sends it.

use super::{
    idempotency::{Answer, once, respond},
    problem::{ApiResult, Problem},
    server::body::{self, BadBody},
    state::Web,
};
use crate::{
    base::{
        ids::{AccountName, InboundId, OutboundId},
        limits::{CHATWOOT_POST_AGE_MAX, CHATWOOT_SEND_WAIT, NAME_CHARS_MAX, SAID_CHARS_MAX, WEBHOOK_BODY_BYTES_MAX},
        query,
        time::Time,
    },
    channel::signature::{Claimed, Key},
    model::{content::Content, effect::Origin, event::Event, event::Reason, window::Window},
    runtime::{
        config::Chatwoot,
        events::webhook_delivery::chatwoot::{OURS, WINDOW_CLOSED, answer::PersonsMessage, plan::plan},
        lane::{outbox::SendAnswer, requests::MessageRequest},
    },
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage},
            chatwoot_talk::{self, ChatwootTalk, StatusKnown},
            conversation::Conversation,
            inbound, outbound, session,
        },
    },
};
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::Arc};

/// The parts of a post that are read; Chatwoot sends many more.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Posted {
    event: String,
    id: Json,
    content: Json,
    message_type: Json,
    private: Json,
    status: Json,
    source_id: Json,
    content_attributes: Json,
    sender: Json,
    attachments: Json,
    conversation: Json,
    inbox: Json,
    inbox_id: Json,
    user: Json,
    is_private: Json,
}

pub async fn take(
    State(web): State<Arc<Web>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = match body::read(body, WEBHOOK_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(bad) => return closing(bad),
    };
    let account = AccountName::from(account.as_str());
    let inbox = web.app.config.account(&account).and_then(|account| account.chatwoot.clone());
    let Some(inbox) = inbox else {
        return Problem::not_found("This account has no inbox of Chatwoot.").into_response();
    };
    if !is_genuine(&inbox, &parts.headers, query.as_deref().unwrap_or_default(), &bytes, web.app.clock.now()) {
        web.app.metrics.webhook("chatwoot", "unauthorized");
        let why =
            "Neither the signature nor the `secret` of the address is that of this inbox, or the post is too old.";
        return Problem::new(StatusCode::UNAUTHORIZED, "bad_signature", why).into_response();
    }
    let Ok(posted) = serde_json::from_slice::<Posted>(&bytes) else {
        return Problem::new(StatusCode::BAD_REQUEST, "broken", "The body is no JSON object.").into_response();
    };
    match happened(web, account, &inbox, posted, parts.headers, bytes).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Newer versions sign each post; in the address of an older one stands the secret.
fn is_genuine(inbox: &Chatwoot, headers: &HeaderMap, query: &str, body: &[u8], now: Time) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(signature) = header("x-chatwoot-signature") else {
        return query::value(query, "secret").is_some_and(|secret| inbox.secret.matches(&secret));
    };
    let (Some(claimed), Some(timestamp)) = (Claimed::parse(signature), header("x-chatwoot-timestamp")) else {
        return false;
    };
    let Some(at) = timestamp.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000)) else { return false };
    if now.0.abs_diff(at) > CHATWOOT_POST_AGE_MAX.0.unsigned_abs() {
        return false;
    }
    let signed = [timestamp.as_bytes(), b".", body].concat();
    Key::new(inbox.secret.clone()).verifies(&signed, &claimed)
}

async fn happened(
    web: Arc<Web>,
    account: AccountName,
    inbox: &Chatwoot,
    posted: Posted,
    headers: HeaderMap,
    bytes: Bytes,
) -> ApiResult {
    // The webhook of a whole installation also tells of other inboxes.
    let of = [&posted.inbox["id"], &posted.inbox_id, &posted.conversation["inbox_id"]];
    if of.into_iter().filter_map(Json::as_i64).any(|id| id != inbox.inbox) {
        return Ok(nothing());
    }
    match posted.event.as_str() {
        "message_created" if is_of_person(&posted) => written(&web, &account, &posted).await,
        "message_updated" if is_of_person(&posted) && posted.content_attributes["deleted"] == true => {
            deleted(&web, &account, &posted).await
        }
        "conversation_typing_on" if posted.user["type"] == "user" && posted.is_private != true => {
            typing(&web, &account, &posted).await
        }
        "conversation_status_changed" => {
            let Some(theirs) = posted.id.as_i64() else { return Ok(nothing()) };
            let status = posted.status.as_str().unwrap_or_default().to_owned();
            let found = chatwoot_talk::of(&web.app.store, &account, theirs).await.map_err(|error| lost(&error))?;
            let Some(talk) = found else { return Ok(nothing()) };
            let (headers, acting) = (once_only(&headers, &bytes), Arc::clone(&web));
            let path = format!("chatwoot/{theirs}");
            once(web, account, headers, path, bytes, move |_| async move { changed(&acting, talk, status).await }).await
        }
        _ => Ok(nothing()),
    }
}

/// Our own messages come back, too: they have our `source_id`, or in an older version the time that we gave them.
fn is_of_person(posted: &Posted) -> bool {
    let is_ours = posted.source_id.as_str().is_some_and(|id| id.starts_with(OURS))
        || !posted.content_attributes["external_created_at"].is_null();
    let is_outgoing = posted.message_type == "outgoing" || posted.message_type == 1;
    is_outgoing && posted.private != true && posted.sender["type"] == "user" && !is_ours
}

/// A person has written there.
async fn written(web: &Web, account: &AccountName, posted: &Posted) -> ApiResult {
    let app = &web.app;
    let (Some(theirs), Some(place)) = (posted.id.as_i64(), posted.conversation["id"].as_i64()) else {
        return Ok(nothing());
    };
    let talk = chatwoot_talk::of(&app.store, account, place).await.map_err(|error| lost(&error))?;
    let Some(talk) = talk else {
        return Err(not_sent("This conversation was begun in Chatwoot: the customer must write first."));
    };
    let (message, is_new) = recorded(web, &talk, theirs).await?;
    if let Some(why) = &message.refused {
        return Err(not_sent(why));
    }
    let id = OutboundId(message.id);
    if !is_new && outbound::find(&app.store, id).await.map_err(|error| lost(&error))?.is_some() {
        return Ok(nothing());
    }
    let row = here(web, &talk).await?;
    let text = posted.content.as_str().unwrap_or_default().trim();
    let is_open = Window { opened_at: row.opened_at }.is_open(app.clock.now());
    let has_files = posted.attachments.as_array().is_some_and(|files| !files.is_empty());
    let parts = match () {
        () if text.is_empty() && !has_files => Err("The message has no text.".to_owned()),
        () if text.chars().count() > SAID_CHARS_MAX => Err("The text is too long.".to_owned()),
        () if !is_open => Err(WINDOW_CLOSED.to_owned()),
        () => match app.senders.get(row.sender_id) {
            Some(sender) => plan(text, &posted.attachments, sender.carries()),
            None => Err("The number is no longer connected.".to_owned()),
        },
    };
    let parts = match parts {
        Ok(parts) => parts,
        Err(why) => return refused(web, account, &row, message, why).await,
    };
    let agent = posted.sender["name"].as_str();
    let is_several = has_files || parts.len() > 1;
    if !is_new && is_several {
        // It is stored, and is sent when its files are there.
        return Ok(nothing());
    }
    let waits = async || app.webhooks.has_answers_waiting(account, talk.conversation_id).await;
    if is_several || is_new && waits().await.map_err(|error| lost(&error))? {
        let message_of = PersonsMessage { conversation: talk.conversation_id, theirs, agent, parts };
        let queued = app.webhooks.queue_answer(account, message_of, &row, app.clock.now()).await;
        return match queued.map_err(|error| lost(&error))? {
            Ok(()) => Ok(nothing()),
            Err(why) => refused(web, account, &row, message, why.to_owned()).await,
        };
    }
    keep(web, &message).await?;
    let agent = agent.map(|name| name.chars().take(NAME_CHARS_MAX).collect());
    let content = Content::Text { body: text.to_owned() };
    let wanted = MessageRequest { agent, ..MessageRequest::now(content, Origin::Person) };
    let said = app.queue.say_as(id, row.contact_id, row.id, wanted).await.map_err(|error| lost(&error))?;
    let said = said.ok_or_else(|| not_sent("The data of this customer was erased."))?;
    match tokio::time::timeout(CHATWOOT_SEND_WAIT.to_std(), said.sent).await {
        Ok(Ok(SendAnswer::Failed { reason: Some(Reason::WindowClosed), .. })) => Err(not_sent(WINDOW_CLOSED)),
        Ok(Ok(SendAnswer::Failed { code, text, .. })) => {
            Err(not_sent(&format!("It could not be sent: {text} ({code}).")))
        }
        Ok(Ok(SendAnswer::Accepted { .. } | SendAnswer::Unknown) | Err(_)) | Err(_) => Ok(nothing()),
    }
}

/// A person has deleted a message there. WhatsApp takes none back, so this only stops one that has not left.
async fn deleted(web: &Web, account: &AccountName, posted: &Posted) -> ApiResult {
    let app = &web.app;
    let (Some(theirs), Some(place)) = (posted.id.as_i64(), posted.conversation["id"].as_i64()) else {
        return Ok(nothing());
    };
    let talk = chatwoot_talk::of(&app.store, account, place).await.map_err(|error| lost(&error))?;
    let Some(talk) = talk else { return Ok(nothing()) };
    let known = chatwoot_message::of(&app.store, talk.conversation_id, theirs).await.map_err(|error| lost(&error))?;
    let Some(known) = known.filter(|known| known.refused.is_none()) else { return Ok(nothing()) };
    app.webhooks.forget_in_chatwoot(&known).await.map_err(|error| lost(&error))?;
    let row = here(web, &talk).await?;
    let taken = app.queue.take_back(row.contact_id, row.id, OutboundId(known.id)).await;
    taken.map_err(|error| lost(&error))?;
    Ok(nothing())
}

/// A person types there: the customer sees it, and that the newest message was read.
async fn typing(web: &Web, account: &AccountName, posted: &Posted) -> ApiResult {
    let app = &web.app;
    let Some(place) = posted.conversation["id"].as_i64() else { return Ok(nothing()) };
    let talk = chatwoot_talk::of(&app.store, account, place).await.map_err(|error| lost(&error))?;
    let Some(talk) = talk else { return Ok(nothing()) };
    let row = here(web, &talk).await?;
    if !(Window { opened_at: row.opened_at }).is_open(app.clock.now()) {
        return Ok(nothing());
    }
    let newest = inbound::of(&app.store, row.id, InboundId(i64::MAX), 1).await.map_err(|error| lost(&error))?;
    if let Some(message) = newest.into_iter().next() {
        app.read_receipts.show_typing(row.sender_id, message.data.message.provider_id);
    }
    Ok(nothing())
}

/// Stores that the message does not go to the customer, and says why.
async fn refused(
    web: &Web,
    account: &AccountName,
    row: &Conversation,
    message: ChatwootMessage,
    why: String,
) -> ApiResult {
    let refused = ChatwootMessage { refused: Some(why.clone()), ..message };
    let app = &web.app;
    let done = app.webhooks.refuse_in_chatwoot(account, row.contact_id, &refused, app.clock.now()).await;
    done.map_err(|error| lost(&error))?;
    Err(not_sent(&why))
}

/// The row of a message, and whether it is the first time that it comes.
async fn recorded(web: &Web, talk: &ChatwootTalk, theirs: i64) -> Result<(ChatwootMessage, bool), Problem> {
    let store = &web.app.store;
    let known = chatwoot_message::of(store, talk.conversation_id, theirs).await.map_err(|error| lost(&error))?;
    let (conversation_id, at) = (talk.conversation_id, web.app.clock.now());
    let new = || ChatwootMessage { id: store.next_id(), conversation_id, theirs, at, refused: None };
    Ok(known.map_or_else(|| (new(), true), |known| (known, false)))
}

/// Stores the number under which the message is sent, before it is sent: a repetition after a crash has the same.
async fn keep(web: &Web, message: &ChatwootMessage) -> Result<(), Problem> {
    let mut set = WriteSet::new();
    set.push(&chatwoot_message::INSERT, message);
    web.app.store.commit(set).await.map_err(|error| lost(&error))?;
    let of = chatwoot_message::of(&web.app.store, message.conversation_id, message.theirs).await;
    match of.map_err(|error| lost(&error))? {
        Some(kept) if kept.id == message.id => Ok(()),
        // The same post came twice at once: the other one sends it.
        Some(_) | None => Err(Problem::conflict("in_progress", "The same message is being taken by another request.")),
    }
}

/// The conversation in which the talk goes on.
async fn here(web: &Web, talk: &ChatwootTalk) -> Result<Conversation, Problem> {
    let found = web.app.webhooks.goes_on(talk.conversation_id).await.map_err(|error| lost(&error))?;
    found.map_err(not_sent)
}

/// The status of a conversation has changed there: whoever resolves it hands it back to the bot.
async fn changed(web: &Web, talk: ChatwootTalk, status: String) -> Result<Answer, Problem> {
    let app = &web.app;
    let is_resolved = status == "resolved";
    let mut set = WriteSet::new();
    set.push(&chatwoot_talk::STATUS, &StatusKnown { conversation_id: talk.conversation_id, status });
    app.store.commit(set).await.map_err(|error| lost(&error))?;
    if is_resolved {
        let row = here(web, &talk).await?;
        let stored = session::find(&app.store, row.id).await.map_err(|error| lost(&error))?;
        if stored.is_some_and(|stored| stored.session.person.is_some()) {
            let back = app.queue.happen(row.contact_id, row.id, Event::HandedBack { agent: None }).await;
            back.map_err(|error| lost(&error))?;
        }
    }
    Ok(Answer { status: StatusCode::OK, body: Json::Object(Default::default()), took_effect: true })
}

/// A repetition of a post has its number; in an older version, its bytes.
fn once_only(headers: &HeaderMap, bytes: &[u8]) -> HeaderMap {
    let mut key = "chatwoot-".to_owned();
    match headers.get("x-chatwoot-delivery").and_then(|id| id.to_str().ok()).filter(|id| id.len() <= 100) {
        Some(id) => key.push_str(id),
        None => Sha256::digest(bytes).iter().for_each(|byte| write!(key, "{byte:02x}").unwrap_or_default()),
    }
    let value = HeaderValue::from_str(&key).ok();
    value
        .map(|value| HeaderMap::from_iter([(header::HeaderName::from_static("idempotency-key"), value)]))
        .unwrap_or_default()
}

fn nothing() -> Response {
    respond(StatusCode::OK, &serde_json::json!({}))
}

fn not_sent(why: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not_sent", why)
}

/// With 503 Chatwoot marks the message as failed, and a person sends it again.
fn lost(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(error = %error, "A post of Chatwoot could not be recorded, and was answered with 503");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_recorded", "Not recorded; please send it again.")
}

/// An error response that closes the connection: it cannot be reused if a body was not read to its end.
fn closing(bad: BadBody) -> Response {
    let mut response = bad.problem(WEBHOOK_BODY_BYTES_MAX).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
