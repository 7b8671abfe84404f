//! `/healthz`, `/readyz`, `/metrics`: for load balancers and monitoring; no key.

use crate::{
    base::time::iso,
    runtime::lock::Drifted,
    store::subscription,
    web::{idempotency::json, state::Web},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::sync::Arc;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// A good version of the flows is live and the database takes commits. The findings are those of the
/// newest files, live or not.
pub async fn readyz(State(web): State<Arc<Web>>) -> Response {
    let app = &web.app;
    let now = app.clock.now();
    // An `App` does not start without a good version, and keeps the last one.
    let live = app.live.get();
    let ready = app.store.is_connected();
    let senders = app.senders.all().iter().map(|sender| {
        let pause = app.health.of(sender.id, now);
        let state = if pause.is_some() { "paused" } else { "online" };
        let (rest, why) = app.health.templates_rest(sender.id, now).unzip();
        json!({
            "id": sender.id,
            "name": sender.name,
            "provider": sender.provider(),
            "state": state,
            "templates_paused_until": rest.map(iso),
            "why": pause.map(|pause| pause.why).or(why),
        })
    });
    // Not read while the database is away: the probe must answer.
    let subscriptions = if ready { subscription::all(&app.store).await.unwrap_or_default() } else { Vec::new() };
    let paused = subscriptions.iter().filter_map(|of| {
        let (_, why) = of.paused.as_ref()?;
        Some(json!({"id": of.id, "name": of.name, "state": "paused", "why": why}))
    });
    let findings = app.live.findings();
    let body = json!({
        "live": {"version": live.version, "flows": live.set.flows.len()},
        "findings": findings.iter().map(|finding| finding.to_json()).collect::<Vec<_>>(),
        "senders": senders.collect::<Vec<_>>(),
        "webhooks": paused.collect::<Vec<_>>(),
        "templates": app.live.drifted().iter().map(Drifted::to_json).collect::<Vec<_>>(),
        "database": if app.store.is_connected() { "connected" } else { "away" },
    });
    json(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &body)
}

/// OpenMetrics text.
pub async fn metrics(State(web): State<Arc<Web>>) -> Response {
    web.app.measure().await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], web.app.metrics.render()).into_response()
}
