//! `POST /v1/studio/play` and `…/test`: plays a talk with unsaved texts, and writes it as a test.

use super::{UnsavedFiles, bytes, edits, with_findings};
use crate::{
    base::{
        body_fields::Text,
        limits::{NAME_CHARS_MAX, PLAYS_AT_ONCE_MAX},
    },
    runtime::testbench::{PlayError, PlayRequest},
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
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// A talk with the flows of the folder and the texts that lie over them.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Play")]
pub struct Talk {
    /// The flow that a step `api` starts, and whose test the talk becomes; else the first one that it starts.
    flow: Option<Text<NAME_CHARS_MAX>>,
    files: Option<UnsavedFiles>,
    /// The head of a test file: `now`, `contact`, `env`, `templates`, `mocks`, `sender`. With `sandbox: false` that of a
    /// test, in which `sandbox` in `_bot.yaml` does not count.
    world: Option<Map<String, Json>>,
    /// The steps of a test's case, without its checks.
    #[schemars(extend("x-misfit" = "`steps` must be a list of steps as in a test: `{\"user\": \"hello\"}`."))]
    steps: Option<Vec<Json>>,
}

/// A talk that becomes a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "PlayedTest")]
pub struct NamedTalk {
    /// Of the case.
    name: Text<NAME_CHARS_MAX>,
    #[serde(flatten)]
    talk: Talk,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TestText {
    /// Of the test file.
    path: String,
    /// Its whole new text.
    text: String,
}

/// `POST /v1/studio/play`: each act of the talk with all that it caused.
pub async fn play(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (talk, errors) = request::verbatim::<Talk>(&bytes(body).await?)?;
    let request = talk.play(errors)?;
    let catalogue = web.app.senders.all().iter().flat_map(|sender| web.app.templates.catalogue.list(sender.id));
    let request = PlayRequest { catalogue: catalogue.collect(), ..request };
    let played = web.plays.play(request).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &played))
}

/// `POST /v1/studio/play/test`: the new text of the test file of the talk's flow.
pub async fn test(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (NamedTalk { name: Text(name), talk }, errors) = request::verbatim(&bytes(body).await?)?;
    let request = talk.play(errors)?;
    let saved = web.plays.save(request, name.trim().to_owned()).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &TestText { path: saved.path, text: saved.text }))
}

impl Talk {
    pub(super) fn play(self, mut errors: FieldErrors) -> Result<PlayRequest, Problem> {
        let edits = edits(&mut errors, self.files);
        errors.finish()?;
        let (world, steps) = (self.world.unwrap_or_default(), self.steps.unwrap_or_default());
        Ok(PlayRequest { edits, flow: self.flow.map(|Text(flow)| flow), world, steps, ..PlayRequest::default() })
    }
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
