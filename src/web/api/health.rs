//! `/v1/health`: the checks of `transom doctor` as data.

use super::probes;
use crate::{
    base::{
        body_fields::{At, Id},
        limits::{HEALTH_ASKED_EVERY, HEALTH_KEPT, HEALTH_SENDERS_AT_ONCE},
        query,
        time::Time,
    },
    runtime::{
        health::{self, DaemonSeen, DaemonState, HealthCheck, HealthInputs},
        process::metrics::Format,
    },
    web::{idempotency::respond, problem::ApiResult, state::Web},
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The whole way in and out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// When this machine was looked at.
    as_of: At,
    /// When the platforms were asked; their answers are kept for five minutes.
    platforms_asked_at: At,
    /// The installation, then each sender.
    checks: Vec<HealthLine>,
}

/// One check, as `transom doctor` prints it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HealthLine {
    /// The same in each answer, and there once: `database`, `sender.12.token`.
    id: String,
    /// The sender's id; `null`: it is about the whole installation.
    sender: Option<i64>,
    /// A few words.
    title: String,
    #[schemars(extend("enum" = ["good", "warning", "bad"]))]
    result: Id<&'static str>,
    /// Since when it is so, where that is known.
    since: Option<At>,
    /// A sentence, with advice if something is wrong.
    detail: String,
    /// A command that mends it; `null`: it takes more than a command, or nothing.
    mend: Option<String>,
}

/// The last answers of the platforms. One request asks at a time, and the others wait for its answers.
#[derive(Default)]
pub struct PlatformAnswers(tokio::sync::Mutex<Option<(Time, Vec<HealthCheck>)>>);

/// `GET /v1/health?fresh=true`: this machine now, the platforms as they answered last.
pub async fn show(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let fresh = query::value(&query.unwrap_or_default(), "fresh").is_some_and(|fresh| fresh == "true");
    let (asked_at, platforms) = platforms(&web, fresh).await;
    web.app.measure();
    let state = DaemonState { ready: probes::readiness(&web), metrics: web.app.metrics.page(Format::Plain) };
    let here = health::here(&inputs(&web), &DaemonSeen::Here(state)).await;
    let checks = health::arranged(&web.app.config, platforms, here);
    let checks = checks.into_iter().map(HealthLine::of).collect();
    let health = Health { as_of: At(web.app.clock.now()), platforms_asked_at: At(asked_at), checks };
    Ok(respond(StatusCode::OK, &health))
}

impl HealthLine {
    pub fn of(check: HealthCheck) -> HealthLine {
        HealthLine {
            id: check.id,
            sender: check.sender.map(|sender| sender.0),
            title: check.title,
            result: Id(check.result.as_str()),
            since: check.since.map(At),
            detail: check.detail,
            mend: check.mend,
        }
    }
}

fn inputs(web: &Web) -> HealthInputs<'_> {
    let app = &web.app;
    HealthInputs {
        config: &app.config,
        store: Ok(&app.store),
        http: app.http.as_ref(),
        providers: &app.senders.providers,
        clock: app.clock.as_ref(),
        is_optimised: crate::IS_OPTIMISED,
    }
}

/// The answers of all platforms, and when they were asked.
async fn platforms(web: &Arc<Web>, fresh: bool) -> (Time, Vec<HealthCheck>) {
    let mut last = web.platform_answers.0.lock().await;
    let now = web.app.clock.now();
    let kept = if fresh { HEALTH_ASKED_EVERY } else { HEALTH_KEPT };
    if let Some((at, checks)) = last.as_ref().filter(|(at, _)| (*at..*at + kept).contains(&now)) {
        return (*at, checks.clone());
    }
    let mut asking = JoinSet::new();
    let mut checks = Vec::new();
    for sender in web.app.config.senders.clone() {
        if asking.len() >= HEALTH_SENDERS_AT_ONCE {
            checks.extend(asking.join_next().await.and_then(Result::ok).unwrap_or_default());
        }
        let web = Arc::clone(web);
        asking.spawn(async move { health::platform(&inputs(&web), &sender).await });
    }
    while let Some(answered) = asking.join_next().await {
        checks.extend(answered.unwrap_or_default());
    }
    *last = Some((now, checks.clone()));
    (now, checks)
}
