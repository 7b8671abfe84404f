//! `/v1/flows`: the live flows, their triggers and the findings of the checker.

use super::page::{Page, decode};
use crate::{
    base::{
        body_fields::At,
        diagnostic::{Diagnostic, nearest},
        ids::FlowName,
    },
    flow::{Flow, FlowSet, engine::inputs as inputs_rules},
    web::{
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
use std::sync::Arc;

/// A flow of the version that is live.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Flow")]
pub struct FlowShown<'a> {
    name: &'a str,
    title: Option<&'a str>,
    file: &'a str,
    /// The subject of its unasked messages, for consent and caps.
    topic: &'a str,
    /// `draft`: for testers only. `paused`: by an operator, or because its last runs all failed; then a new version
    /// starts it again, too.
    #[schemars(extend("enum" = ["live", "draft", "paused"]))]
    state: &'static str,
    /// Since when an operator has it stand still.
    paused_at: Option<At>,
    /// The senders that it serves; empty: all.
    senders: &'a [String],
    /// The triggers that start it.
    triggers: Vec<&'a str>,
    steps: usize,
    /// Findings in the newest files, live or not.
    errors: usize,
    warnings: usize,
    #[serde(flatten)]
    details: Option<FlowDetails<'a>>,
}

/// The fields of one flow alone.
#[derive(Debug, Serialize, JsonSchema)]
struct FlowDetails<'a> {
    /// The set of files that is live.
    version: i64,
    description: Option<&'a str>,
    /// The `inputs` of `POST /v1/runs`.
    inputs: Vec<FlowInput<'a>>,
    /// The checker's words about its file.
    findings: Vec<&'a Diagnostic>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FlowInput<'a> {
    name: &'a str,
    /// In words.
    #[serde(rename = "type")]
    kind: String,
    optional: bool,
    about: Option<&'a str>,
}

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
    let findings = web.app.live.findings();
    let data = shown.iter().map(|flow| FlowShown::of(&web, flow, &findings)).collect();
    Ok(respond(StatusCode::OK, &page.listed(data, next)))
}

/// `GET /v1/flows/{name}`.
pub async fn show(State(web): State<Arc<Web>>, Path(name): Path<String>) -> ApiResult {
    let live = web.app.live.get();
    let Some(flow) = live.set.named(&name) else {
        return Err(unknown(&live.set, &name));
    };
    let findings = web.app.live.findings();
    let inputs = flow.inputs.iter().map(|field| FlowInput {
        name: &field.name,
        kind: inputs_rules::name_of(&field.kind),
        optional: field.optional || field.default.is_some(),
        about: field.about.as_deref(),
    });
    let details = FlowDetails {
        version: live.version.0,
        description: flow.description.as_deref(),
        inputs: inputs.collect(),
        findings: own(flow, &findings).collect(),
    };
    Ok(respond(StatusCode::OK, &FlowShown { details: Some(details), ..FlowShown::of(&web, flow, &findings) }))
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
    Ok(respond(StatusCode::OK, &FlowShown::of(web, flow, &web.app.live.findings())))
}

/// The findings in the flow's file.
fn own<'f>(flow: &Flow, findings: &'f [Diagnostic]) -> impl Iterator<Item = &'f Diagnostic> {
    findings.iter().filter(|finding| finding.place.path() == flow.place.path())
}

impl<'a> FlowShown<'a> {
    fn of(web: &Web, flow: &'a Flow, findings: &[Diagnostic]) -> FlowShown<'a> {
        let errors = own(flow, findings).filter(|finding| finding.is_error()).count();
        let paused = web.app.starts.flow_health.paused();
        FlowShown {
            name: flow.name.as_str(),
            title: flow.title.as_deref(),
            file: flow.place.path(),
            topic: &flow.topic,
            state: if flow.draft {
                "draft"
            } else if paused.holds(&flow.name) {
                "paused"
            } else {
                "live"
            },
            paused_at: paused.by_hand(&flow.name).map(At),
            senders: &flow.senders,
            triggers: flow.triggers.iter().map(|trigger| trigger.key.as_str()).collect(),
            steps: flow.nodes.len(),
            errors,
            warnings: own(flow, findings).count() - errors,
            details: None,
        }
    }
}
