//! `POST /v1/studio/replay`: plays real talks again on unsaved flows.

use super::{bytes, edits, play::problem};
use crate::{
    base::limits::{NAME_CHARS_MAX, REPLAY_TALKS_MAX},
    runtime::testbench::RecordedTalks,
    web::{
        idempotency::json,
        input::Input,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use jiff::civil::Date;
use std::sync::Arc;

/// The talks to play.
enum Talks {
    Run(i64),
    Day { day: Date, limit: usize, before: Option<i64> },
}

/// A verdict for each talk, with the texts before and after.
pub async fn replay(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let edits = edits(&mut input);
    let talks = talks(&mut input);
    input.finish()?;
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
    Ok(json(StatusCode::OK, &replayed))
}

fn talks(input: &mut Input) -> Option<Talks> {
    let (run, before) = (input.opt_whole("run"), input.opt_whole("before"));
    let day = input.opt_text("day", NAME_CHARS_MAX);
    let limit = input.opt_whole("limit").unwrap_or(REPLAY_TALKS_MAX);
    if !(1..=REPLAY_TALKS_MAX).contains(&limit) {
        input.wrong("limit", format!("`limit` is a number from 1 to {REPLAY_TALKS_MAX}."));
    }
    match (run, day) {
        (Some(run), None) => Some(Talks::Run(run)),
        (None, Some(written)) => match written.parse() {
            Ok(day) => Some(Talks::Day { day, limit: usize::try_from(limit).unwrap_or(1), before }),
            Err(_) => {
                input.wrong("day", format!("`{written}` is no day; write it like `2026-11-22`."));
                None
            }
        },
        (None, None) => {
            if input.is_clean() {
                input.wrong("run", "Name a `run`, or a `day` whose runs are played again.");
            }
            None
        }
        (Some(_), Some(_)) => {
            input.wrong("day", "Name a `run` or a `day`, not both.");
            None
        }
    }
}
