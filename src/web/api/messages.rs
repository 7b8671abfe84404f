//! `/v1/messages` and `/v1/conversations/{id}/messages`: what was said, what a person says, and what a program does.

use super::{
    addressee::Addressee,
    conversations::{account_of, going_on, owned},
    page::{Page, decode},
};
use crate::{
    base::{
        ids::{InboundId, OutboundId},
        limits::{API_SEND_WAIT, NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX},
    },
    model::{
        content::{Content, Media, MediaKind},
        effect::Origin,
        event::Reason,
        template::{Parameters, TemplateMessage},
        window::Window,
    },
    runtime::{
        outbox::SendAnswer,
        told::{ours, theirs},
    },
    store::{
        contact,
        conversation::{self, Conversation},
        inbound, outbound,
    },
    web::{
        auth,
        idempotency::{Again, Answer, json, once},
        input::{self, Input},
        problem::{Answered, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Map, Value as Json};
use std::{cmp::Reverse, sync::Arc};

/// `GET /v1/conversations/{id}/messages?limit=&cursor=`: both directions, newest first.
pub async fn list(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answered {
    let caller = auth::required(&web, &headers).await?;
    let row = owned(&web, &caller, &id).await?;
    let page = Page::read(&query.unwrap_or_default())?;
    let before = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(i64::MAX);
    let (data, next) = both(&web, &row, before, page.limit).await?;
    Ok(json(StatusCode::OK, &page.body(data, next)))
}

/// `POST /v1/conversations/{id}/messages`: a person writes, and has the conversation from then on.
pub async fn send(State(web): State<Arc<Web>>, Path(id): Path<String>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let caller = auth::required(&web, &parts.headers).await?;
    let bytes = input::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let mut input = Input::parse(&bytes)?;
    let content = content(&mut input);
    input.finish()?;
    let content = content.ok_or_else(|| Problem::bug(&"a message without content passed its check"))?;
    let account = account_of(&web, &row)?;
    let path = format!("conversations/{}/messages", row.id);
    let sending = Arc::clone(&web);
    let work = move |again| async move { say(&sending, &row, content, Origin::Person, again).await };
    once(web, account, parts.headers, path, bytes, work).await
}

/// `POST /v1/messages`: a program writes to somebody; whoever has the conversation keeps it.
pub async fn post(State(web): State<Arc<Web>>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let caller = auth::required(&web, &parts.headers).await?;
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let to = Addressee::read(&mut input);
    let content = content(&mut input);
    input.finish()?;
    let content = content.ok_or_else(|| Problem::bug(&"a message without content passed its check"))?;
    let sender = to.sender(&web, &caller, |_| true).await?.clone();
    let sending = Arc::clone(&web);
    let account = sender.account.clone();
    let work = move |again| async move {
        let app = &sending.app;
        let (contact, conversation) = to.reach(app, &sender).await?;
        let row = conversation::find(&app.store, conversation).await.map_err(|error| Problem::bug(&error))?;
        let row = row.ok_or_else(|| Problem::bug(&format!("contact {contact} was reached in no conversation")))?;
        say(&sending, &row, content, Origin::Api, again).await
    };
    once(web, account, parts.headers, "messages".to_owned(), bytes, work).await
}

/// `GET /v1/messages/{id}`: how far a message came, or what the contact wrote.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, headers: HeaderMap) -> Answered {
    let caller = auth::required(&web, &headers).await?;
    let none = || Problem::not_found("There is no such message.");
    let id: i64 = id.parse().map_err(|_| none())?;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let store = &web.app.store;
    let out = outbound::find(store, OutboundId(id)).await.map_err(|error| bug(&error))?;
    let (sender, body) = match out {
        Some(row) => (row.sender_id, ours(&row)),
        None => {
            let row = inbound::find(store, InboundId(id)).await.map_err(|error| bug(&error))?.ok_or_else(none)?;
            (row.sender_id, theirs(&row))
        }
    };
    caller.sender(&web, sender).ok_or_else(none)?;
    Ok(json(StatusCode::OK, &body))
}

async fn both(web: &Web, row: &Conversation, before: i64, limit: i64) -> Result<(Vec<Json>, Option<i64>), Problem> {
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let theirs_rows = inbound::of(store, row.id, InboundId(before), limit).await.map_err(|error| bug(&error))?;
    let our_rows = outbound::of(store, row.id, OutboundId(before), limit).await.map_err(|error| bug(&error))?;
    // Ids of both come from one sequence, so they order the conversation.
    let mut all: Vec<(i64, Json)> = theirs_rows.iter().map(|row| (row.id.0, theirs(row))).collect();
    all.extend(our_rows.iter().map(|row| (row.id.0, ours(row))));
    all.sort_by_key(|(id, _)| Reverse(*id));
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = all.len() > size || theirs_rows.len() == size || our_rows.len() == size;
    all.truncate(size);
    let next = all.last().map(|(id, _)| *id).filter(|_| more);
    Ok((all.into_iter().map(|(_, message)| message).collect(), next))
}

/// Exactly one of `text`, `media` and `template`.
fn content(input: &mut Input) -> Option<Content> {
    let text = input.opt_text("text", TEXT_CHARS_MAX);
    let media = input.inside("media", media);
    let template = input.inside("template", template);
    match (text, media, template) {
        (Some(body), None, None) => Some(Content::Text { body }),
        (caption, Some(media), None) => Some(Content::Media { media: media?, caption }),
        (None, None, Some(template)) => Some(Content::Template(template)),
        (None, None, None) => {
            if input.is_clean() {
                input.wrong("text", "Give a `text`, a `media` or a `template`.");
            }
            None
        }
        (_, _, Some(_)) => {
            input.wrong("template", "A `template` stands alone.");
            None
        }
    }
}

fn media(input: &mut Input) -> Option<Media> {
    let kind = input.text("kind", NAME_CHARS_MAX);
    let id = input.opt_text("id", PROVIDER_ID_BYTES_MAX);
    let url = if id.is_some() { input.opt_text("url", URL_CHARS_MAX) } else { Some(input.text("url", URL_CHARS_MAX)) };
    if id.is_some() && url.is_some() {
        input.wrong("url", "A file has an `id` or a `url`, not both.");
    }
    let url = url.unwrap_or_default();
    let filename = input.opt_text("filename", NAME_CHARS_MAX);
    let known = serde_json::from_value::<MediaKind>(Json::String(kind.clone())).ok();
    if known.is_none() && !kind.is_empty() {
        input.wrong("kind", "`kind` is `image`, `audio`, `video`, `document` or `sticker`.");
    }
    if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
        input.wrong("url", "`url` must begin with `https://`.");
    }
    known.map(|kind| match id {
        Some(id) => Media::uploaded(kind, &id, filename),
        None => Media { kind, url, filename },
    })
}

fn template(input: &mut Input) -> TemplateMessage {
    let name = input.text("name", NAME_CHARS_MAX);
    let language = input.opt_text("language", NAME_CHARS_MAX);
    let body = match input.opt_json("variables") {
        None => Parameters::None,
        Some(Json::Array(values)) => Parameters::Positional(values.iter().map(printed).collect()),
        Some(Json::Object(values)) => named(&values),
        Some(_) => {
            input.wrong("variables", "`variables` is a list, or an object of names.");
            Parameters::None
        }
    };
    TemplateMessage { name, language, header: None, body, buttons: Vec::new(), ttl: None, reference: None }
}

/// `{"1": …, "2": …}` fills positional parameters, as in the dialects.
fn named(values: &Map<String, Json>) -> Parameters {
    let mut numbered: Vec<(usize, String)> =
        values.iter().filter_map(|(name, value)| Some((name.parse().ok()?, printed(value)))).collect();
    if numbered.len() == values.len() && !values.is_empty() {
        numbered.sort_by_key(|(place, _)| *place);
        return Parameters::Positional(numbered.into_iter().map(|(_, value)| value).collect());
    }
    Parameters::Named(values.iter().map(|(name, value)| (name.clone(), printed(value))).collect())
}

fn printed(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

async fn say(web: &Web, row: &Conversation, content: Content, origin: Origin, again: Again) -> Result<Answer, Problem> {
    let app = &web.app;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let uploads = app.senders.get(row.sender_id).is_some_and(|sender| sender.carries().uploads);
    if content.media().is_some_and(|media| media.upload_id().is_some()) && !uploads {
        let why = "The platform of this sender takes files by their address alone: give a `url`.";
        return Err(Problem::invalid(vec![("/media/id".to_owned(), why.to_owned())]));
    }
    let there = outbound::find(&app.store, again.message).await.map_err(|error| bug(&error))?;
    let mut accepted: Option<String> = None;
    if there.is_none() {
        let contact = contact::find(&app.store, row.contact_id).await.map_err(|error| bug(&error))?;
        let open = Window { opened_at: row.opened_at }.is_open(app.clock.now());
        // Asked before it is queued, so that a refusal leaves nothing behind.
        if !content.is_template() && !open {
            return Err(refused("131047", "", Some(Reason::WindowClosed)));
        }
        // A person may answer somebody who wrote after a stop; a program may not.
        let unasked = content.is_template() || origin == Origin::Api;
        if contact.is_some_and(|contact| contact.opted_out.is_some()) && unasked {
            return Err(refused("opted_out", "", Some(Reason::OptedOut)));
        }
        let said =
            app.say_as(again.message, row.contact_id, row.id, content, origin).await.map_err(|error| bug(&error))?;
        match tokio::time::timeout(API_SEND_WAIT.to_std(), said.sent).await {
            Ok(Ok(SendAnswer::Failed { code, text, reason })) => {
                let problem = refused(&code, &text, reason);
                return Ok(Answer { status: problem.status, body: problem.to_json(), took_effect: true });
            }
            Ok(Ok(SendAnswer::Accepted { provider_id })) => accepted = Some(provider_id),
            // Unknown, or not yet: the row says so.
            Ok(Ok(SendAnswer::Unknown) | Err(_)) | Err(_) => {}
        }
    }
    let row = outbound::find(&app.store, again.message).await.map_err(|error| bug(&error))?;
    let mut row = row.ok_or_else(|| Problem::bug(&"a message that was stored has no row"))?;
    if let (Some(provider_id), None) = (accepted, &row.provider_id) {
        // The provider's answer is committed with the next group: what we heard is newer than the row.
        row.provider_id = Some(provider_id.into());
        row.state = outbound::SendState::Sent;
        row.accepted_at = Some(app.clock.now());
    }
    Ok(Answer { status: StatusCode::CREATED, body: ours(&row), took_effect: true })
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
