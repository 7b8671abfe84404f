//! `/healthz`, `/readyz`, `/metrics`: for load balancers and monitoring. They do not read the database.
//!
//! The `admin:` listener gives complete answers. The public one tells only whether the daemon is ready: accounts,
//! balances, senders and flows need the operator's key.

use crate::{
    base::{body_fields::At, diagnostic::Diagnostic},
    runtime::{
        bot::template_lock::Drifted,
        process::metrics::{Format, Metrics, SENDER_STATES},
    },
    web::{
        auth,
        idempotency::{json, respond, to_json},
        state::Web,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::sync::Arc;

/// Strangers get `ready` alone; the listener of `admin`, and the operator's key, get all.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ready<'a> {
    ready: bool,
    #[serde(flatten)]
    whole: Option<Readiness<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Readiness<'a> {
    /// The flows that are live.
    live: Live,
    /// Of the newest files, live or not.
    findings: &'a [Diagnostic],
    senders: Vec<ReadySender<'a>>,
    /// Those that are paused, and hear nothing.
    webhooks: Vec<PausedWebhook>,
    /// Those that are not as `templates.lock.yaml` has them.
    templates: Vec<ChangedTemplate>,
    #[schemars(extend("enum" = ["connected", "away"]))]
    database: &'static str,
    /// Why it takes no commits.
    database_error: Option<String>,
    /// Of one of several daemons on a database: the others do not answer this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "&str", extend("enum" = ["active"]))]
    role: Option<&'static str>,
    /// Its number among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64")]
    member: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Live {
    version: i64,
    /// How many.
    flows: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ReadySender<'a> {
    id: i64,
    name: &'a str,
    provider: &'static str,
    /// `degraded`: its platform does not answer, and what it has to say waits.
    #[schemars(extend("enum" = SENDER_STATES))]
    state: &'static str,
    /// Since when it is `degraded`.
    since: Option<At>,
    /// It sends texts, and no templates until then.
    templates_paused_until: Option<At>,
    /// The provider's code and words.
    why: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ChangedTemplate {
    sender: i64,
    name: String,
    language: String,
    #[schemars(extend("enum" = ["missing", "unusable", "category", "parameters", "header", "buttons"]))]
    kind: &'static str,
    /// A sentence.
    what: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PausedWebhook {
    id: i64,
    name: String,
    #[schemars(extend("enum" = ["paused"]))]
    state: &'static str,
    /// One sentence.
    why: String,
}

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: a valid version of the flows is live, the database takes commits, and the daemon is not stopping.
pub async fn readyz(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    // Compare with the operator's key only: other keys need the database, and a probe must not wait for it.
    if auth::bearer(&headers).is_some_and(|shown| web.operator.matches(shown)) {
        return readyz_whole(State(web)).await;
    }
    let ready = is_ready(&web);
    respond(status(ready), &Ready { ready, whole: None })
}

/// The complete readiness, for operators.
pub async fn readyz_whole(State(web): State<Arc<Web>>) -> Response {
    let body = readiness(&web);
    json(status(is_ready(&web)), &body)
}

/// The complete readiness. The findings are those of the newest files, live or not.
pub(super) fn readiness(web: &Web) -> Json {
    let app = &web.app;
    let now = app.clock.now();
    // An `App` starts only with a valid version, and keeps the last one.
    let live = app.live.get();
    let senders = app.senders.all().iter().map(|sender| {
        let standing = app.health.standing_of(sender.id, now);
        ReadySender {
            id: sender.id.0,
            name: &sender.name,
            provider: sender.provider(),
            state: standing.state,
            since: standing.since.map(At),
            templates_paused_until: standing.templates_until.map(At),
            why: standing.why,
        }
    });
    let paused = app.survey.paused_webhooks();
    let paused = paused.into_iter().map(|of| PausedWebhook { id: of.id, name: of.name, state: "paused", why: of.why });
    let findings = app.live.findings();
    let member = app.store.member();
    let whole = Readiness {
        live: Live { version: live.version.0, flows: live.set.flows.len() },
        findings: &findings,
        senders: senders.collect(),
        webhooks: paused.collect(),
        templates: app.live.drifted().into_iter().map(ChangedTemplate::of).collect(),
        database: if app.store.is_connected() { "connected" } else { "away" },
        database_error: app.store.trouble(),
        role: member.map(|_| "active"),
        member,
    };
    to_json(&Ready { ready: is_ready(web), whole: Some(whole) })
}

impl ChangedTemplate {
    fn of(drifted: Drifted) -> ChangedTemplate {
        let (kind, what) = (drifted.what.kind(), drifted.words());
        ChangedTemplate { sender: drifted.sender.0, name: drifted.name, language: drifted.language, kind, what }
    }
}

/// The metrics: OpenMetrics if `Accept` asks for it, else the Prometheus text format.
pub async fn metrics(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    web.app.measure();
    page(&web.app.metrics, &headers)
}

/// The page of metrics in the format that the headers ask for.
pub fn page(metrics: &Metrics, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = Format::accepted(accept);
    let told = [(header::CONTENT_TYPE, format.content_type()), (header::VARY, "accept")];
    (told, metrics.page(format)).into_response()
}

fn is_ready(web: &Web) -> bool {
    web.app.store.is_connected() && !*web.stopping.borrow()
}

fn status(ready: bool) -> StatusCode {
    if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
