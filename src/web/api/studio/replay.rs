//! `POST /v1/studio/replay`: plays real talks again on unsaved flows.

use super::{UnsavedFiles, bytes, edits, play::problem};
use crate::{
    base::{
        body_fields::Text,
        limits::{NAME_CHARS_MAX, REPLAY_TALKS_MAX},
    },
    runtime::testbench::RecordedTalks,
    web::{
        idempotency::respond,
        problem::{ApiResult, Problem},
        request::{self, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// One run, or the runs that began on a day.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReplayWish {
    files: Option<UnsavedFiles>,
    /// The number of a run.
    run: Option<i64>,
    /// A day in the bot's time zone: `2026-11-22`.
    day: Option<Text<NAME_CHARS_MAX>>,
    /// Of a day, the newest runs first. 200, unless it is said.
    #[schemars(range(min = 1, max = REPLAY_TALKS_MAX))]
    limit: Option<i64>,
    /// Of a day, only runs with a lower number: to go on behind the last talk.
    before: Option<i64>,
}

/// The talks to play.
enum Talks {
    Run(i64),
    Day { day: Date, limit: usize, before: Option<i64> },
}

/// A verdict for each talk, with the texts before and after.
pub async fn replay(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (mut asked, mut errors) = request::verbatim::<ReplayWish>(&bytes(body).await?)?;
    let edits = edits(&mut errors, asked.files.take());
    let talks = talks(&mut errors, asked);
    errors.finish()?;
    let (app, now) = (&web.app, web.app.now());
    let read = match talks {
        Some(Talks::Run(id)) => RecordedTalks::of_run(&app.store, id, now).await,
        Some(Talks::Day { day, limit, before }) => {
            let zone = app.live.get().set.bot.timezone.clone();
            RecordedTalks::of_day(&app.store, (day, &zone), limit, before, now).await.map(Some)
        }
        None => Ok(None),
    };
    let read = read.map_err(|error| Problem::bug(&error))?;
    let read = read.ok_or_else(|| Problem::not_found("There is no such run."))?;
    let replayed = web.plays.replay(edits, read).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &replayed))
}

fn talks(errors: &mut FieldErrors, asked: ReplayWish) -> Option<Talks> {
    let ReplayWish { run, day, before, .. } = asked;
    let limit = usize::try_from(asked.limit.unwrap_or(REPLAY_TALKS_MAX)).unwrap_or(1);
    match (run, day) {
        (Some(run), None) => Some(Talks::Run(run)),
        (None, Some(Text(written))) => match written.parse() {
            Ok(day) => Some(Talks::Day { day, limit, before }),
            Err(_) => {
                errors.wrong("day", format!("`{written}` is no day; write it like `2026-11-22`."));
                None
            }
        },
        (None, None) => {
            if errors.is_clean() {
                errors.wrong("run", "Name a `run`, or a `day` whose runs are played again.");
            }
            None
        }
        (Some(_), Some(_)) => {
            errors.wrong("day", "Name a `run` or a `day`, not both.");
            None
        }
    }
}
