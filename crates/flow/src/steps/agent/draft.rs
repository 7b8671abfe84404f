//! Drafts a reply for the person who has the conversation: the agent thinks as ever, and nothing is sent or done.
//!
//! The run of a draft stands in no session. It ends where the agent would speak, act or give up: its state then has the
//! text, or the reason why there is none.

use super::{Agent, WrittenTool, state};
use crate::{
    definition::{Flow, FlowSet, Node},
    engine::turn::{Here, Next, StepFailure, Turn},
    model::{
        effect::ModelCall,
        session::{AgentDraft, AgentState, Run, Waiting},
    },
    steps::{Step, llm, set::SetTarget},
};
use std::collections::BTreeSet;

/// The verbs of a flow that only finds something out.
const READS: [&str; 11] =
    ["set", "if", "switch", "repeat", "http", "look_up", "script", "return", "end", "log", "call"];

/// The agent with this name; `None`: no flow has one.
pub fn named<'a>(set: &'a FlowSet, name: &str) -> Option<(&'a Flow, &'a Node, &'a Agent)> {
    all(set).find(|(_, _, agent)| agent.name == name)
}

/// All agents, by flow.
pub fn all(set: &FlowSet) -> impl Iterator<Item = (&Flow, &Node, &Agent)> {
    set.every_flow().flat_map(|flow| {
        flow.nodes.iter().filter_map(move |node| match &node.step {
            Step::Agent(agent) => Some((flow, node, &**agent)),
            _ => None,
        })
    })
}

/// The state of the agent of a draft.
pub fn state_of(run: &Run) -> Option<&AgentState> {
    run.frames.first()?.agent.as_deref()
}

impl Agent {
    /// Begins the draft in a run that stands at this step; `agent` has the talk.
    pub fn begin_draft<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, agent: AgentState) -> Next {
        state::put(turn, here.run, AgentState { draft: Some(AgentDraft::Open), unanswered: true, ..agent });
        let next = self.think(turn, here);
        self.of_draft(turn, here, next)
    }

    /// Asks once more after a restart of the process.
    pub fn model_restarted<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, call: ModelCall) -> Next {
        let next = llm::restarted(turn, here, call, None);
        self.of_draft(turn, here, next)
    }

    /// True if this run of the agent writes a draft.
    pub(super) fn is_drafting(turn: &Turn<'_>, here: Here<'_>) -> bool {
        state::of(turn, here.run).is_some_and(|agent| agent.draft.is_some())
    }

    /// The end of a draft where the step would go on: neither its steps for errors and limits nor those behind it run.
    pub(super) fn of_draft<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, next: Next) -> Next {
        if !Agent::is_drafting(turn, here) {
            return next;
        }
        let failure = match next {
            Next::Park(_) | Next::CallFlow { .. } => return next,
            Next::Fail(failure) => failure,
            Next::Continue
            | Next::Body(_)
            | Next::Jump(_)
            | Next::Go(_)
            | Next::CallBlock { .. }
            | Next::Return(_)
            | Next::End(_)
            | Next::EndAll
            | Next::HandedOff => StepFailure::new("unsure", "it would go on without a reply"),
        };
        let StepFailure { code, text } = failure;
        state::with(turn, here.run, |agent| agent.draft = Some(AgentDraft::Without { code, text }));
        Next::Park(Waiting::Agent { deadline: None, think_at: None })
    }

    /// True if the model may use the tool for a draft: it changes nothing, and the customer notices nothing of it.
    pub(super) fn may_draft_with(set: &FlowSet, tool: &WrittenTool) -> bool {
        match (&tool.mcp, &tool.http) {
            _ if tool.is_act() => false,
            (Some(_), _) | (None, Some(_)) => true,
            (None, None) => set.named(&tool.name).is_some_and(|flow| only_reads(set, flow, &mut BTreeSet::new())),
        }
    }
}

/// True if all steps of a flow, with those that it calls, only find something out.
fn only_reads<'s>(set: &'s FlowSet, flow: &'s Flow, seen: &mut BTreeSet<&'s str>) -> bool {
    if !seen.insert(flow.name.as_str()) {
        return true;
    }
    flow.nodes.iter().all(|node| {
        let reads = match &node.step {
            Step::Http(http) => matches!(http.method.as_str(), "GET" | "HEAD"),
            Step::Set(set) => set.values.iter().all(|(target, _)| !matches!(target, SetTarget::Contact(_))),
            _ => true,
        };
        let called = node.outline.entered().and_then(|name| set.flow(name));
        READS.contains(&node.outline.verb) && reads && called.is_none_or(|called| only_reads(set, called, seen))
    })
}
