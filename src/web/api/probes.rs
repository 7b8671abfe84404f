//! `/healthz`, `/readyz`, `/metrics`: for load balancers and monitoring. They do not read the database.
//!
//! The `admin:` listener gives complete answers. The public one tells only whether the daemon is ready: accounts,
//! balances, senders and flows need the operator's key.

use crate::{
    base::time::iso,
    runtime::{
        bot::template_lock::Drifted,
        process::metrics::{Format, Metrics},
    },
    web::{auth, idempotency::json, state::Web},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

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
    json(status(ready), &json!({ "ready": ready }))
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
        json!({
            "id": sender.id,
            "name": sender.name,
            "provider": sender.provider(),
            "state": standing.state,
            "since": standing.since.map(iso),
            "templates_paused_until": standing.templates_until.map(iso),
            "why": standing.why,
        })
    });
    let paused = app.survey.paused_webhooks();
    let paused = paused.iter().map(|of| json!({"id": of.id, "name": of.name, "state": "paused", "why": of.why}));
    let findings = app.live.findings();
    let mut readiness = json!({
        "ready": is_ready(web),
        "live": {"version": live.version, "flows": live.set.flows.len()},
        "findings": findings.iter().map(|finding| finding.to_json()).collect::<Vec<_>>(),
        "senders": senders.collect::<Vec<_>>(),
        "webhooks": paused.collect::<Vec<Json>>(),
        "templates": app.live.drifted().iter().map(Drifted::to_json).collect::<Vec<_>>(),
        "database": if app.store.is_connected() { "connected" } else { "away" },
        "database_error": app.store.trouble(),
    });
    if let Some(member) = app.store.member() {
        readiness["role"] = json!("active");
        readiness["member"] = json!(member);
    }
    readiness
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
