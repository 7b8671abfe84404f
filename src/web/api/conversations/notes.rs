//! `/v1/conversations/{id}/notes`: what people of the business write down for each other. No contact ever gets one.

use super::{account_of, going_on, owned};
use crate::{
    base::{
        body_fields::{At, Id, Text},
        limits::{NAME_CHARS_MAX, NOTE_CHARS_MAX, NOTES_MAX},
    },
    store::{
        WriteSet,
        tables::note::{self, Note},
    },
    web::{
        api::page::Page,
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A note about a conversation, for people of the business only.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Note")]
pub struct NoteShown {
    id: i64,
    at: At,
    /// The person who wrote it, if that was said.
    author: Option<Id<String>>,
    text: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewNote {
    #[schemars(length(min = 1))]
    text: Text<NOTE_CHARS_MAX>,
    /// The person who writes it; of somebody who is signed in it is their own name.
    agent: Option<Text<NAME_CHARS_MAX>>,
}

impl NoteShown {
    pub fn of(note: Note) -> NoteShown {
        NoteShown { id: note.id, at: At(note.at), author: note.author.map(Id), text: note.text }
    }
}

/// `GET /v1/conversations/{id}/notes?limit=&cursor=`: newest first.
pub async fn list(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let row = owned(&web, &caller, &id).await?;
    let body = page
        .gather(
            |cursor: Option<i64>| note::page(&web.app.store, row.id, cursor.unwrap_or(i64::MAX), page.limit),
            async |note: Note| Ok((note.id, Some(NoteShown::of(note)))),
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `POST /v1/conversations/{id}/notes`.
pub async fn add(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let (NewNote { text: Text(text), agent }, mut errors) = request::parse(&bytes)?;
    if errors.is_clean() && text.trim().is_empty() {
        errors.wrong("text", "A note has a text.");
    }
    errors.finish()?;
    let author = caller.agent(agent.map(|Text(agent)| agent));
    let (account, path) = (account_of(&web, &row)?, format!("conversations/{}/notes", row.id));
    let acting = Arc::clone(&web);
    once(web, account, parts.headers, path, bytes, move |request| async move {
        let store = &acting.app.store;
        if note::count(store, row.id).await.map_err(|error| Problem::bug(&error))? >= NOTES_MAX {
            let why = format!("A conversation has at most {NOTES_MAX} notes.");
            return Err(Problem::conflict("too_many_notes", why));
        }
        // The id belongs to the request: after an interruption the repeated one writes the same note.
        let note = Note {
            id: request.message.0,
            conversation_id: row.id,
            contact_id: row.contact_id,
            at: acting.app.clock.now(),
            author,
            text,
        };
        let mut set = WriteSet::of(row.contact_id.0);
        set.push(&note::INSERT, &note);
        store.commit(set).await.map_err(|error| Problem::bug(&error))?;
        Ok(Answer { status: StatusCode::CREATED, body: to_json(&NoteShown::of(note)), took_effect: true })
    })
    .await
}
