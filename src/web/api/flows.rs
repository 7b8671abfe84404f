//! `/v1/flows`: the live flows, their triggers and the findings of the checker.

use super::page::{Page, decode};
use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        ids::FlowName,
        time::iso,
    },
    flow::{Flow, FlowSet, engine::inputs as inputs_rules},
    web::{
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/flows?limit=&cursor=`: ordered by name.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let after = page.cursor.as_deref().map(decode::<String>).transpose()?;
    let live = web.app.live.get();
    let rest =
        live.set.flows.values().filter(|flow| after.as_ref().is_none_or(|after| flow.name.as_str() > after.as_str()));
    let flows: Vec<&Arc<Flow>> = rest.take(page.size() + 1).collect();
    let more = flows.len() > page.size();
    let shown = &flows[..flows.len().min(page.size())];
    let next = shown.last().filter(|_| more).map(|flow| flow.name.as_str());
    let data = shown.iter().map(|flow| described(&web, flow)).collect();
    Ok(json(StatusCode::OK, &page.body(data, next)))
}

/// `GET /v1/flows/{name}`.
pub async fn show(State(web): State<Arc<Web>>, Path(name): Path<String>) -> ApiResult {
    let live = web.app.live.get();
    let Some(flow) = live.set.named(&name) else {
        return Err(unknown(&live.set, &name));
    };
    let mut body = described(&web, flow);
    body["version"] = json!(live.version);
    body["description"] = json!(flow.description);
    body["inputs"] = flow
        .inputs
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "type": inputs_rules::name_of(&field.kind),
                "optional": field.optional || field.default.is_some(),
                "about": field.about,
            })
        })
        .collect();
    let findings = web.app.live.findings();
    let own = findings.iter().filter(|finding| finding.place.path() == flow.place.path());
    body["findings"] = own.map(Diagnostic::to_json).collect();
    Ok(json(StatusCode::OK, &body))
}

fn unknown(set: &FlowSet, name: &str) -> Problem {
    let names = set.flows.keys().map(|name| name.as_str());
    let help = nearest(name, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
    Problem::not_found(format!("There is no such flow.{help}"))
}

/// `POST /v1/flows/{name}/pause`: no new run begins, and the timers of its runs stop.
pub async fn pause(State(web): State<Arc<Web>>, Path(name): Path<String>) -> ApiResult {
    turn(&web, &name, true).await
}

/// `POST /v1/flows/{name}/resume`: the timers continue with their remaining time.
pub async fn resume(State(web): State<Arc<Web>>, Path(name): Path<String>) -> ApiResult {
    turn(&web, &name, false).await
}

async fn turn(web: &Web, name: &str, pause: bool) -> ApiResult {
    let live = web.app.live.get();
    let name = FlowName::from(name);
    let Some(flow) = live.set.named(name.as_str()) else { return Err(unknown(&live.set, name.as_str())) };
    web.app.starts.turn_flow(&name, pause).await.map_err(|error| Problem::bug(&error))?;
    Ok(json(StatusCode::OK, &described(web, flow)))
}

fn described(web: &Web, flow: &Flow) -> Json {
    let findings = web.app.live.findings();
    let own = findings.iter().filter(|finding| finding.place.path() == flow.place.path());
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) = own.partition(|finding| finding.is_error());
    let paused = web.app.starts.flow_health.paused();
    let by_hand = paused.by_hand(&flow.name);
    json!({
        "name": flow.name,
        "title": flow.title,
        "file": flow.place.path(),
        "topic": flow.topic,
        "state": if flow.draft { "draft" } else if paused.holds(&flow.name) { "paused" } else { "live" },
        "paused_at": by_hand.map(iso),
        "senders": flow.senders,
        "triggers": flow.triggers.iter().map(|trigger| trigger.key.as_str()).collect::<Vec<_>>(),
        "steps": flow.nodes.len(),
        "errors": errors.len(),
        "warnings": warnings.len(),
    })
}
