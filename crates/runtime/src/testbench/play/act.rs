//! Records one act of a talk: its messages, the trace, the ways through the flows, calls and refusals.

use super::{
    content,
    state::{self, PlayState, QuietTimes},
};
use crate::{
    base::{
        body_fields::At,
        ids::{FlowName, InboundId, OutboundId, StepId},
        limits::{PLAY_MESSAGES_READ, PLAY_TURNS_READ},
        time::{Time, iso},
    },
    events::event_json::{IncomingMessage, OutgoingMessage},
    flow::{
        self, FlowSet, TraceKind, Versions, World as FlowWorld,
        tools::testfile::{Step, TestAction},
        trace_kind,
    },
    http_step::{mocked::MockedCall, mocks::example},
    model::{
        effect::{Effect, StepLeft, WayOut},
        template::Template,
        window::Window,
    },
    store::tables::{
        inbound,
        outbound::{self, SendState},
        trace,
    },
    testbench::{
        seen::{Handoff, Refusal},
        world::World,
    },
};
use anyhow::anyhow;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One act of a talk.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Act {
    /// As it was given.
    pub step: Json,
    /// When it began.
    pub at: At,
    /// New messages and those that changed, as in `GET /v1/conversations/{id}/messages`, with `json`: the request to
    /// WhatsApp, or the webhook. The `content` of ours is what a phone draws.
    messages: Vec<Json>,
    trace: Vec<PlayLine>,
    /// The ways that runs took out of steps, as the map names them.
    passed: Vec<PassedStep>,
    /// Calls of `http` steps.
    calls: Vec<PlayCall>,
    /// Flows and messages that a rule refused.
    refused: Vec<Refusal>,
    handoffs: Vec<Handoff>,
    /// The screens that forms showed.
    screens: Vec<Json>,
    /// Of a text: the trigger that wins, and why each other one does not.
    pub why: Vec<String>,
    after: PlayState,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlayLine {
    at: At,
    run: Option<u32>,
    flow: Option<String>,
    step: Option<StepId>,
    /// In the engine's words.
    what: String,
    #[schemars(extend("enum" = TraceKind::WORDS))]
    kind: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PassedStep {
    flow: FlowName,
    step: StepId,
    /// The key of the branch, empty for the next step; `null`: the run waits there.
    way: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlayCall {
    method: String,
    /// Without the query.
    url: String,
    /// From 1.
    attempt: u32,
    /// Of the answer; `null`: there was none.
    status: Option<u16>,
    /// A mock answered it.
    mocked: bool,
    /// A mock that would answer it.
    write: Option<String>,
}

/// The state of the record between two acts.
#[derive(Default)]
pub(super) struct Recorder {
    /// Further templates with known texts.
    catalogue: Vec<Template>,
    /// Each message as it was last shown.
    shown: BTreeMap<i64, Json>,
    /// The newest turn whose trace was shown.
    traced: i64,
    /// The flows of runs, by number.
    flows: BTreeMap<u32, String>,
    pub quiet: QuietTimes,
}

impl Recorder {
    /// Before the first act; `catalogue` has templates that the bot does not declare.
    pub fn knowing(catalogue: Vec<Template>) -> Recorder {
        Recorder { catalogue, ..Recorder::default() }
    }

    /// Everything that the act caused, and the state behind it; `given` is the step as it was written, with the moment
    /// at which it began and the triggers that it had to choose from.
    pub async fn act(
        &mut self,
        world: &World<'_>,
        step: &Step,
        (given, at, why): (Json, Time, Vec<String>),
    ) -> anyhow::Result<Act> {
        // These look at the world, and change nothing.
        let looks = matches!(step.act, TestAction::Bot(_) | TestAction::Expect(_));
        let since = world.since;
        let made = world.app.calls.made();
        for effect in world.did.iter().flat_map(|turn| &turn.effects) {
            if let Effect::RunBegan { run, flow, .. } = effect {
                self.flows.insert(*run, flow.to_string());
            }
        }
        let mut act = Act {
            step: given,
            at: At(at),
            messages: self.messages(world).await?,
            trace: self.trace(world).await?,
            passed: Vec::new(),
            calls: Vec::new(),
            refused: Vec::new(),
            handoffs: Vec::new(),
            screens: Vec::new(),
            why,
            after: self.after(world).await?,
        };
        if !looks {
            act.passed = passed(world);
            act.calls = made[since.calls.min(made.len())..].iter().map(call).collect();
            act.refused = world.refusals[since.refusals..].to_vec();
            act.handoffs = world.handoffs[since.handoffs..].to_vec();
            act.screens = world.screens[since.screens..].to_vec();
        }
        Ok(act)
    }

    pub async fn after(&mut self, world: &World<'_>) -> anyhow::Result<PlayState> {
        state::after(world, &mut self.quiet).await
    }

    /// For a text of the customer: the trigger that will win, and for each other one the reason why not.
    pub async fn why(&self, world: &World<'_>, step: &Step) -> anyhow::Result<Vec<String>> {
        let TestAction::User(text) = &step.act else { return Ok(Vec::new()) };
        let app = &world.app;
        let live = app.live.get();
        let versions = Versions::new(live.version, Arc::clone(&live.set));
        let contact = world.contact().await?;
        let now = world.now();
        let around = FlowWorld {
            sender: app.senders.view(world.sender),
            window: Window { opened_at: Some(now) },
            ..FlowWorld::of_contact(now, &contact, live.env(&app.config.flows.env, false))
        };
        let session = world.session().await.map_err(|_| anyhow!("the conversation cannot be read"))?;
        let all = flow::explain(&versions, &session, &around, text).into_iter();
        Ok(all
            .map(|told| match told.trigger.is_empty() {
                true => format!("{}: {}", told.flow, told.why),
                false => format!("{} · {}: {}", told.flow, told.trigger, told.why),
            })
            .collect())
    }

    /// The messages that are new, or not as they were: in the order of the talk.
    async fn messages(&mut self, world: &World<'_>) -> anyhow::Result<Vec<Json>> {
        let (store, conversation) = (&world.app.store, world.conversation);
        let fresh = i64::try_from(world.seen.len() - world.since.seen).unwrap_or(i64::MAX);
        let limit = PLAY_MESSAGES_READ.saturating_add(fresh);
        // The bot's own text wins.
        let mut known = world.app.templates.catalogue.list(world.sender);
        known.extend_from_slice(&self.catalogue);
        let mut now: BTreeMap<i64, Json> = BTreeMap::new();
        for row in inbound::of(store, conversation, InboundId(i64::MAX), limit).await? {
            let mut message = json!(IncomingMessage::of(row.clone()));
            let posted = world.posted.get(row.data.message.provider_id.as_str());
            message["json"] = posted.and_then(|body| serde_json::from_str(body).ok()).unwrap_or(Json::Null);
            now.insert(row.id.0, message);
        }
        for row in outbound::of(store, conversation, OutboundId(i64::MAX), limit).await? {
            let mut message = json!(OutgoingMessage::of(row.clone()));
            let at = [row.failed_at, row.read_at, row.delivered_at, row.accepted_at].into_iter().flatten().next();
            message["status"] = json!(row.state);
            message["status_at"] = iso(at.unwrap_or(row.created_at)).into();
            message["why"] = match row.state {
                SendState::Queued | SendState::Held | SendState::Unknown => world.why_unsent(&row).into(),
                _ => row.error_text.clone().into(),
            };
            message["content"] = content::drawn(row.sent_as.as_ref().unwrap_or(&row.draft.content), &known);
            let sent = world.seen.iter().rev().find(|seen| seen.id == row.id);
            message["json"] = sent.and_then(|seen| serde_json::from_str(&seen.body).ok()).unwrap_or(Json::Null);
            now.insert(row.id.0, message);
        }
        let changed = now.into_iter().filter(|(id, message)| self.shown.get(id) != Some(message));
        let changed: Vec<(i64, Json)> = changed.collect();
        self.shown.extend(changed.iter().cloned());
        Ok(changed.into_iter().map(|(_, message)| message).collect())
    }

    async fn trace(&mut self, world: &World<'_>) -> anyhow::Result<Vec<PlayLine>> {
        let all = trace::between(&world.app.store, world.conversation, self.traced, (Time(0), None), PLAY_TURNS_READ);
        let turns = all.await?;
        self.traced = turns.last().map_or(self.traced, |turn| turn.id);
        let mut lines = Vec::new();
        for turn in turns {
            for entry in &turn.data {
                let found = entry.step.as_ref().and_then(|step| step_of(&world.bot.set, step.as_str()));
                let flow = found.map(|(flow, _)| flow.to_owned());
                let flow = flow.or_else(|| self.flows.get(&entry.run?).cloned());
                lines.push(PlayLine {
                    at: At(turn.at),
                    run: entry.run,
                    flow,
                    step: entry.step.clone(),
                    what: entry.what.clone(),
                    kind: trace_kind(entry, found.map(|(_, verb)| verb)).as_str(),
                });
            }
        }
        Ok(lines)
    }
}

/// The flow and the verb of a step.
fn step_of<'a>(set: &'a FlowSet, step: &str) -> Option<(&'a str, &'static str)> {
    let (name, _) = step.rsplit_once('.')?;
    let flow = set.any_flow(&name.into())?;
    let node = flow.node(flow.find(&step.into())?);
    Some((flow.name.as_str(), node.outline.verb))
}

/// The ways that runs took out of steps, and the steps that they reached and have not left.
fn passed(world: &World<'_>) -> Vec<PassedStep> {
    let mut all = Vec::new();
    for turn in &world.did {
        let steps = &turn.passage;
        let left: BTreeSet<_> = steps.left.iter().map(|left| (left.run, &left.step)).collect();
        for way in &steps.left {
            let key = Some(key_of(&world.bot.set, way));
            all.push(PassedStep { flow: way.flow.clone(), step: way.step.clone(), way: key });
        }
        let waiting = steps.steps.iter().filter(|visit| !left.contains(&(visit.run, &visit.step)));
        all.extend(waiting.map(|visit| PassedStep { flow: visit.flow.clone(), step: visit.step.clone(), way: None }));
    }
    all
}

/// The key of the branch that was taken, as a drawing names it; empty for the way to the next step.
fn key_of(set: &FlowSet, left: &StepLeft) -> String {
    let Some(flow) = set.any_flow(&left.flow) else { return String::new() };
    let Some(node) = flow.find(&left.step).map(|ix| flow.node(ix)) else { return String::new() };
    match &left.way {
        WayOut::Next => String::new(),
        WayOut::Jump => node.outline.verb.to_owned(),
        WayOut::Body(first) => {
            let begins = |ix| flow.node(ix).id == *first;
            let body = node.outline.bodies.iter().find(|(_, body)| body.0.is_some_and(begins));
            body.map(|(key, _)| key.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
        }
    }
}

fn call(call: &MockedCall) -> PlayCall {
    PlayCall {
        method: call.method.clone(),
        url: call.url.clone(),
        attempt: call.attempt,
        status: call.status,
        mocked: call.mocked,
        write: (!call.mocked).then(|| example(&call.method, &call.url)),
    }
}
