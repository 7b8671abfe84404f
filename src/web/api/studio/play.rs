//! `POST /v1/studio/play` and `…/test`: plays a talk with unsaved texts, and writes it as a test.

use super::{bytes, edits, with_findings};
use crate::{
    base::limits::{NAME_CHARS_MAX, PLAYS_AT_ONCE_MAX},
    runtime::testbench::{PlayError, PlayRequest},
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
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `POST /v1/studio/play`: each act of the talk with all that it caused.
pub async fn play(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let request = talk(&mut input);
    input.finish()?;
    let catalogue = web.app.senders.all().iter().flat_map(|sender| web.app.templates.catalogue.list(sender.id));
    let request = PlayRequest { catalogue: catalogue.collect(), ..request };
    let played = web.plays.play(request).await.map_err(problem)?;
    Ok(json(StatusCode::OK, &played))
}

/// `POST /v1/studio/play/test`: the new text of the test file of the talk's flow.
pub async fn test(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let request = talk(&mut input);
    let name = input.text("name", NAME_CHARS_MAX);
    input.finish()?;
    let saved = web.plays.save(request, name.trim().to_owned()).await.map_err(problem)?;
    Ok(json(StatusCode::OK, &json!({"path": saved.path, "text": saved.text})))
}

pub(super) fn talk(input: &mut Input) -> PlayRequest {
    let flow = input.opt_text("flow", NAME_CHARS_MAX);
    let edits = edits(input);
    let world = input.opt_map("world").unwrap_or_default();
    let steps = match input.opt_json("steps") {
        Some(Json::Array(steps)) => steps,
        None => Vec::new(),
        Some(_) => {
            input.wrong("steps", "`steps` must be a list of steps as in a test: `{\"user\": \"hello\"}`.");
            Vec::new()
        }
    };
    PlayRequest { edits, flow, world, steps, ..PlayRequest::default() }
}

pub(super) fn problem(error: PlayError) -> Problem {
    match error {
        PlayError::Errors(findings) => {
            let why = "The files have errors, so they cannot be played.";
            with_findings(Problem::conflict("has_errors", why), &findings)
        }
        PlayError::Unreadable(why) => with_findings(Problem::conflict("not_readable", why), &[]),
        PlayError::Invalid(wrong) => Problem::invalid(wrong),
        PlayError::TooLong(why) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "play_too_long", why),
        PlayError::Crowded => {
            let why = format!("{PLAYS_AT_ONCE_MAX} plays are running; ask again soon.");
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_plays", why);
            Problem { retry_after_s: Some(1), ..problem }
        }
        PlayError::Bug(error) => Problem::bug(&error),
    }
}
