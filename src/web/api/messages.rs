//! `/v1/messages` and `/v1/conversations/{id}/messages`: lists messages, and sends messages of people and of programs.

pub mod body;
mod carried;
pub mod search;
mod template;

use super::{
    addressee::Addressee,
    conversations::{account_of, erased, going_on, owned},
    page::{Page, decode},
};
use crate::{
    base::{
        body_fields::Text,
        ids::{ContactId, ConversationId, InboundId, OutboundId},
        limits::{API_SEND_WAIT, NAME_CHARS_MAX, PLANNED_MESSAGES_MAX},
        query,
        time::{Span, Time},
    },
    model::{contact::Contact, content::Content, effect::Origin, event::Reason, session::BeganWith, window::Window},
    runtime::{
        events::event_json::{IncomingMessage, MessageShown, OutgoingMessage},
        lane::{outbox::SendAnswer, requests::MessageRequest},
    },
    store::tables::{
        contact,
        conversation::{self, Conversation},
        inbound, outbound,
    },
    web::{
        auth::Caller,
        idempotency::{Answer, IdempotencyContext, once, respond, to_json},
        problem::{ApiResult, Problem, ProblemDetail},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use body::{MessageBody, SaidMessage, plain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, sync::Arc};

/// A `text` or a `media`, perhaps with something to tap, or a `location`, `contact_cards` or a `template`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MessageToSomebody {
    #[serde(flatten)]
    to: Addressee,
    #[serde(flatten)]
    said: SaidMessage,
}

/// A `text` or a `media`, perhaps with something to tap, or a `location`, `contact_cards` or a `template`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewMessage {
    /// The person who writes, and has the conversation from then on; of somebody who is signed in it is their own name.
    agent: Option<Text<NAME_CHARS_MAX>>,
    /// The `id` of the draft that the text began with.
    suggestion: Option<i64>,
    #[serde(flatten)]
    said: SaidMessage,
}

/// A message of ours as in all lists, and whose it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedMessage {
    conversation_id: ConversationId,
    contact_id: ContactId,
    #[serde(flatten)]
    message: OutgoingMessage,
}

/// `GET /v1/conversations/{id}/messages?limit=&cursor=`: both directions, newest first.
pub async fn list(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let page = Page::read(&query.unwrap_or_default())?;
    let before = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(i64::MAX);
    let (data, next) = both(&web, &row, before, page.limit).await?;
    Ok(respond(StatusCode::OK, &page.listed(data, next)))
}

/// `POST /v1/conversations/{id}/messages`: a person writes, and the conversation is assigned to them.
pub async fn send(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let (NewMessage { agent, suggestion, said }, mut errors) = request::parse(&bytes)?;
    let said = body::read(&mut errors, said, web.app.clock.now());
    errors.finish()?;
    let agent = caller.agent(plain(agent));
    let said = said.ok_or_else(|| Problem::bug(&"a message without content passed its check"))?;
    let account = account_of(&web, &row)?;
    let path = format!("conversations/{}/messages", row.id);
    let sending = Arc::clone(&web);
    let work = move |again| async move { say(&sending, &row, said, By::Person(agent, suggestion), again).await };
    once(web, account, parts.headers, path, bytes, work).await
}

/// `POST /v1/messages`: a program writes to a contact; the conversation's assignment does not change.
pub async fn post(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (MessageToSomebody { to, said }, mut errors) = request::parse(&bytes)?;
    to.check(&mut errors);
    let said = body::read(&mut errors, said, web.app.clock.now());
    errors.finish()?;
    let said = said.ok_or_else(|| Problem::bug(&"a message without content passed its check"))?;
    let sender = to.sender(&web, &caller, |_| true).await?.clone();
    let sending = Arc::clone(&web);
    let account = sender.account.clone();
    let work = move |again| async move {
        let app = &sending.app;
        let (contact, conversation) = to.reach(app, &sender).await?;
        let row = conversation::find(&app.store, conversation).await.map_err(|error| Problem::bug(&error))?;
        let row = row.ok_or_else(|| Problem::bug(&format!("contact {contact} was reached in no conversation")))?;
        say(&sending, &row, said, By::Program, again).await
    };
    once(web, account, parts.headers, "messages".to_owned(), bytes, work).await
}

/// `GET /v1/messages/{id}`: the status of our message, or the content of a contact's.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let none = || Problem::not_found("There is no such message.");
    let id: i64 = id.parse().map_err(|_| none())?;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let store = &web.app.store;
    let out = outbound::find(store, OutboundId(id)).await.map_err(|error| bug(&error))?;
    let (sender, body) = match out {
        Some(row) => (row.sender_id, MessageShown::Ours(OutgoingMessage::of(row).into())),
        None => {
            let row = inbound::find(store, InboundId(id)).await.map_err(|error| bug(&error))?.ok_or_else(none)?;
            (row.sender_id, MessageShown::Theirs(IncomingMessage::of(row).into()))
        }
    };
    caller.sender(&web, sender).ok_or_else(none)?;
    Ok(respond(StatusCode::OK, &body))
}

async fn both(
    web: &Web,
    row: &Conversation,
    before: i64,
    limit: i64,
) -> Result<(Vec<MessageShown>, Option<i64>), Problem> {
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let theirs_rows = inbound::of(store, row.id, InboundId(before), limit).await.map_err(|error| bug(&error))?;
    let our_rows = outbound::of(store, row.id, OutboundId(before), limit).await.map_err(|error| bug(&error))?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = theirs_rows.len() + our_rows.len() > size || theirs_rows.len() == size || our_rows.len() == size;
    let mut all = in_one_list(theirs_rows, our_rows);
    all.sort_by_key(|(id, _)| Reverse(*id));
    all.truncate(size);
    let next = all.last().map(|(id, _)| *id).filter(|_| more);
    Ok((all.into_iter().map(|(_, message)| message).collect(), next))
}

/// The messages of both directions with their ids, which come from one sequence and so order the conversation.
pub(super) fn in_one_list(theirs: Vec<inbound::Recorded>, ours: Vec<outbound::Outbound>) -> Vec<(i64, MessageShown)> {
    let theirs = theirs.into_iter().map(|row| (row.id.0, MessageShown::Theirs(IncomingMessage::of(row).into())));
    let ours = ours.into_iter().map(|row| (row.id.0, MessageShown::Ours(OutgoingMessage::of(row).into())));
    theirs.chain(ours).collect()
}

/// The author of a message.
enum By {
    /// A person of the business, perhaps with a name, and the draft that the text began with.
    Person(Option<String>, Option<i64>),
    Program,
}

async fn say(
    web: &Web,
    row: &Conversation,
    said: MessageBody,
    by: By,
    again: IdempotencyContext,
) -> Result<Answer, Problem> {
    let app = &web.app;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let (origin, agent, began_with) = match by {
        By::Person(agent, draft) => (Origin::Person, agent, BeganWith::of_number(draft)),
        By::Program => (Origin::Api, None, BeganWith::Unknown),
    };
    if let Some(sender) = app.senders.get(row.sender_id) {
        carried::carried(sender, &said)?;
    }
    let quotes = match said.quotes {
        Some(id) => Some(carried::quoted(&app.store, row, id).await?),
        None => None,
    };
    let MessageBody { content, at, .. } = said;
    let there = outbound::find(&app.store, again.message).await.map_err(|error| bug(&error))?;
    let mut accepted: Option<String> = None;
    if there.is_none() {
        let contact = contact::find(&app.store, row.contact_id).await.map_err(|error| bug(&error))?;
        let open = Window { opened_at: row.opened_at }.is_open(app.clock.now());
        // Check before queueing, so that a refusal leaves nothing behind. For a scheduled message the state of the
        // window is not known yet.
        if !content.is_template() && !open && at.is_none() {
            return Err(refused("131047", "", Some(Reason::WindowClosed)));
        }
        // A person may answer a contact who wrote after opting out; a program may not.
        let unasked = content.is_template() || origin == Origin::Api;
        if contact.as_ref().is_some_and(|contact| contact.opted_out.is_some()) && unasked {
            return Err(refused("opted_out", "", Some(Reason::OptedOut)));
        }
        if let Some(at) = at {
            may_be_planned(web, row, contact.as_ref(), &content, at).await?;
        }
        let wanted = MessageRequest { content, origin, quotes, at, agent, began_with };
        let said =
            app.queue.say_as(again.message, row.contact_id, row.id, wanted).await.map_err(|error| bug(&error))?;
        let said = said.ok_or_else(erased)?;
        // A scheduled message is answered at once.
        let wait = if at.is_some() { Span::ZERO } else { API_SEND_WAIT };
        match tokio::time::timeout(wait.to_std(), said.sent).await {
            Ok(Ok(SendAnswer::Failed { code, text, reason })) => {
                // The message stands among those of the conversation, as one that failed.
                let more = ProblemDetail { message_id: Some(again.message), ..ProblemDetail::default() };
                let problem = refused(&code, &text, reason).with(more);
                return Ok(Answer { status: problem.status, body: problem.to_json(), took_effect: true });
            }
            Ok(Ok(SendAnswer::Accepted { provider_id })) => accepted = Some(provider_id),
            // Unknown, or no answer yet: the row has the state.
            Ok(Ok(SendAnswer::Unknown) | Err(_)) | Err(_) => {}
        }
    }
    let row = outbound::find(&app.store, again.message).await.map_err(|error| bug(&error))?;
    let mut row = row.ok_or_else(|| Problem::bug(&"a message that was stored has no row"))?;
    if let (Some(provider_id), None) = (accepted, &row.provider_id) {
        // The provider's answer is committed with the next group, so it is newer than the row.
        row.provider_id = Some(provider_id.into());
        row.state = outbound::SendState::Sent;
        row.accepted_at = Some(app.clock.now());
    }
    Ok(Answer { status: StatusCode::CREATED, body: to_json(&OutgoingMessage::of(row)), took_effect: true })
}

/// Checks a scheduled message now, so that an error appears in this request and not at the scheduled time.
async fn may_be_planned(
    web: &Web,
    row: &Conversation,
    contact: Option<&Contact>,
    content: &Content,
    at: Time,
) -> Result<(), Problem> {
    if let Content::Template(template) = content
        && let Some(why) = web.app.policy.never_goes(row.sender_id, at, contact, template)
    {
        return Err(refused(Reason::TemplateUnusable.as_str(), &why, Some(Reason::TemplateUnusable)));
    }
    let count = web.app.delivery.planned_count(row.id).await.map_err(|error| Problem::bug(&error))?;
    if count >= PLANNED_MESSAGES_MAX {
        let why = format!("{PLANNED_MESSAGES_MAX} messages of this conversation are planned already.");
        return Err(Problem::conflict("too_many_planned", why));
    }
    Ok(())
}

/// `GET /v1/messages/planned?contact=&limit=&cursor=`: scheduled messages, earliest first.
pub async fn planned(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let contact = match query::value(&text, "contact") {
        None => None,
        Some(id) => Some(id.parse().map(ContactId).map_err(|_| {
            Problem::invalid(vec![("/contact".to_owned(), "`contact` is the number of one.".to_owned())])
        })?),
    };
    let (store, now) = (&web.app.store, web.app.clock.now());
    let read = |after: Option<(i64, i64)>| {
        let (at, id) = after.unwrap_or((0, 0));
        outbound::planned(store, now, (Time(at), OutboundId(id)), page.limit)
    };
    let take = |row: outbound::Outbound| {
        let place = (row.not_before.unwrap_or_default().0, row.id.0);
        let is_meant = contact.is_none_or(|contact| contact == row.contact_id);
        let shown = (is_meant && caller.sender(&web, row.sender_id).is_some()).then(|| PlannedMessage {
            conversation_id: row.conversation_id,
            contact_id: row.contact_id,
            message: OutgoingMessage::of(row),
        });
        std::future::ready(Ok((place, shown)))
    };
    Ok(respond(StatusCode::OK, &page.gather(read, take).await?))
}

/// `DELETE /v1/messages/{id}`: cancels a message of a program or a person that was not sent yet.
pub async fn take_back(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let none = || Problem::not_found("There is no such message.");
    let id = OutboundId(id.parse().map_err(|_| none())?);
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let row = outbound::find(&web.app.store, id).await.map_err(|error| bug(&error))?.ok_or_else(none)?;
    caller.sender(&web, row.sender_id).ok_or_else(none)?;
    let taken = web.app.queue.take_back(row.contact_id, row.conversation_id, id).await.map_err(|error| bug(&error))?;
    let row = outbound::find(&web.app.store, id).await.map_err(|error| bug(&error))?.ok_or_else(none)?;
    // A repeated cancellation succeeds.
    if taken || row.state == outbound::SendState::Dropped {
        return Ok(respond(StatusCode::OK, &OutgoingMessage::of(row)));
    }
    let why = match row.draft.origin {
        Origin::Api | Origin::Person => "The message is on its way, or has ended.",
        Origin::Flow | Origin::HandoffFlow | Origin::OptOutConfirmation => "The message is a flow's own.",
    };
    Err(Problem::conflict("not_taken_back", why))
}

fn refused(code: &str, text: &str, reason: Option<Reason>) -> Problem {
    let say = |status, code, detail: &str| Problem::new(status, code, detail);
    match reason {
        Some(Reason::OptedOut | Reason::NoConsent) => {
            say(StatusCode::FORBIDDEN, "opted_out", "The contact wants no messages.")
        }
        Some(Reason::WindowClosed) => say(
            StatusCode::CONFLICT,
            "window_closed",
            "The 24-hour window is closed: the contact must write first, or send a template.",
        ),
        Some(reason) => {
            say(StatusCode::CONFLICT, reason.as_str(), if text.is_empty() { reason.as_str() } else { text })
        }
        None => say(
            StatusCode::UNPROCESSABLE_ENTITY,
            "refused_by_provider",
            &format!("The provider refused it: {text} ({code})."),
        ),
    }
}
