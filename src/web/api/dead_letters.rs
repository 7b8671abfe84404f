//! `/v1/dead-letters`: lists messages, webhooks and runs that failed, and replays them.

use super::page::{Listed, Page};
use crate::{
    base::{body_fields::At, ids::OutboundId, limits::API_SEND_WAIT, query},
    runtime::{ingest::replay::Replayed, lane::outbox::SendAnswer, process::metrics::DEAD_LETTER_KINDS},
    store::{
        ReadError,
        tables::{dead_letter, outbound},
    },
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::sync::Arc;
use tokio::time::timeout;

/// Something that could not be handled, kept to be tried again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeadLetter {
    id: i64,
    /// Why it could not be handled.
    #[schemars(extend("enum" = DEAD_LETTER_KINDS))]
    kind: String,
    /// Since when.
    at: At,
    /// Of which sender, where that is known.
    sender: Option<i64>,
    /// One sentence.
    reason: String,
    /// When it was tried again, settled itself or was dismissed.
    replayed_at: Option<At>,
    /// The part of it that was kept; for the operator only.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Json>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Replayed")]
pub struct ReplayShown {
    id: i64,
    /// It is off the list.
    replayed: bool,
    /// It stands in line; its result is not known yet.
    waits: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Dismissed {
    id: i64,
    /// It is off the list.
    dismissed: bool,
}

/// `GET /v1/dead-letters?kind=&state=all&limit=&cursor=`: the open ones, newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/dead-letters/{id}`: shows one, for the operator with its stored data.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let id: i64 = id.parse().map_err(|_| none())?;
    let letter = dead_letter::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    let letter = letter.filter(|letter| is_owned(&web, &caller, letter)).ok_or_else(none)?;
    // A body may contain items of other accounts, so only the operator, who can read the database anyway, sees it.
    let data = if caller.is_operator() { letter.data.clone() } else { Json::Null };
    Ok(respond(StatusCode::OK, &DeadLetter { data: Some(data), ..DeadLetter::of(letter) }))
}

/// `POST /v1/dead-letters/{id}/replay`: processes it again.
pub async fn replay(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    Ok(respond(StatusCode::OK, &replayed(&web, &id).await?))
}

/// `POST /v1/dead-letters/{id}/dismiss`: closes an entry that cannot or need not be replayed.
pub async fn dismiss(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let id: i64 = id.parse().map_err(|_| none())?;
    match web.app.replay.dismiss(id).await.map_err(|error| Problem::bug(&error))? {
        Replayed::Before => Err(Problem::conflict("replayed_before", "It is off the list already.")),
        Replayed::Missing => Err(none()),
        _ => Ok(respond(StatusCode::OK, &Dismissed { id, dismissed: true })),
    }
}

fn none() -> Problem {
    Problem::not_found("There is no such dead letter.")
}

/// An account sees the dead letters of its senders; the operator also sees those without a sender.
fn is_owned(web: &Web, caller: &Caller, letter: &dead_letter::DeadLetter) -> bool {
    match letter.sender_id {
        Some(sender) => caller.is_operator() || caller.sender(web, sender).is_some(),
        None => caller.is_operator(),
    }
}

impl DeadLetter {
    fn of(letter: dead_letter::DeadLetter) -> DeadLetter {
        DeadLetter {
            id: letter.id,
            kind: letter.kind,
            at: At(letter.at),
            sender: letter.sender_id.map(|sender| sender.0),
            reason: letter.reason,
            replayed_at: letter.replayed_at.map(At),
            data: None,
        }
    }
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<DeadLetter>, Problem> {
    let page = Page::read(text)?;
    let kind = query::value(text, "kind").filter(|kind| !kind.is_empty());
    let all = query::value(text, "state").as_deref() == Some("all");
    let kind = kind.as_deref();
    page.gather(
        |cursor: Option<i64>| read(web, kind, all, cursor.unwrap_or(i64::MAX), page.limit),
        |row: dead_letter::DeadLetter| async move {
            let fits = (all || row.replayed_at.is_none()) && kind.is_none_or(|kind| kind == row.kind);
            Ok((row.id, (fits && is_owned(web, caller, &row)).then(|| DeadLetter::of(row))))
        },
    )
    .await
}

async fn read(
    web: &Web,
    kind: Option<&str>,
    all: bool,
    before: i64,
    limit: i64,
) -> Result<Vec<dead_letter::DeadLetter>, ReadError> {
    match kind {
        Some(kind) if !all => dead_letter::open(&web.app.store, kind, before, limit).await,
        Some(_) | None => dead_letter::page(&web.app.store, before, limit).await,
    }
}

async fn replayed(web: &Web, id: &str) -> Result<ReplayShown, Problem> {
    let id: i64 = id.parse().map_err(|_| none())?;
    match web.app.replay.replay(id).await.map_err(|error| Problem::bug(&error))? {
        Replayed::Done => Ok(ReplayShown { id, replayed: true, waits: false }),
        Replayed::Waits => Ok(ReplayShown { id, replayed: true, waits: true }),
        Replayed::Sending(answer) => match timeout(API_SEND_WAIT.to_std(), answer).await {
            Ok(Ok(SendAnswer::Accepted { .. })) => Ok(ReplayShown { id, replayed: true, waits: false }),
            Ok(Ok(SendAnswer::Failed { code, text, .. })) => {
                Err(failed_again(format!("The provider did not take it: {code}: {text}.")))
            }
            Ok(Ok(SendAnswer::Unknown) | Err(_)) | Err(_) if is_unknown(web, id).await? => {
                Err(failed_again("Again nobody knows whether it left; without a status it is listed anew.".to_owned()))
            }
            // The message stays queued: because of a rate limit, a stopped sender or a slow provider.
            Ok(Ok(SendAnswer::Unknown) | Err(_)) | Err(_) => Ok(ReplayShown { id, replayed: true, waits: true }),
        },
        Replayed::Again(why) => Err(failed_again(why)),
        Replayed::Missing => Err(none()),
        Replayed::Before => Err(Problem::conflict("replayed_before", "It was replayed already.")),
        Replayed::Settled(state) => {
            let state = format!("{state:?}").to_lowercase();
            let why = format!("A status said that the message is `{state}`; it is off the list.");
            Err(Problem::conflict("replayed_before", why))
        }
        Replayed::Impossible(why) => Err(Problem::conflict("not_replayable", why)),
    }
}

/// True if it is unknown whether the message of this dead letter was sent.
async fn is_unknown(web: &Web, id: i64) -> Result<bool, Problem> {
    let store = &web.app.store;
    let letter = dead_letter::find(store, id).await.map_err(|error| Problem::bug(&error))?;
    let Some(message) = letter.and_then(|letter| letter.subject_id) else { return Ok(false) };
    let row = outbound::find(store, OutboundId(message)).await.map_err(|error| Problem::bug(&error))?;
    Ok(row.is_some_and(|row| row.state == outbound::SendState::Unknown))
}

fn failed_again(why: String) -> Problem {
    Problem::conflict("failed_again", why)
}
