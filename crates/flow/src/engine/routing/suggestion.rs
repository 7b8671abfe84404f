//! Implements `suggest` and `shadow` of a team: an agent drafts the reply while a person has the conversation.
//!
//! The draft stands in the case. Its run lives in a session of its own, which has neither messages nor other runs: of the
//! effects there only the calls that find something out are taken over, so nothing is sent and nothing is changed.

use crate::{
    base::{ids::InboundId, limits::AGENT_GIVEN_UP_MAX},
    engine::{
        drive, timers,
        turn::{StepFailure, Turn},
    },
    model::{
        effect::{CallRequest, Effect, TalkBy, TraceEntry},
        event::{CallError, CallReturn},
        session::{
            AgentDraft, AgentState, Case, DraftMode, Frame, NoSuggestion, Run, Session, Suggestion, SuggestionState,
            Waiting,
        },
    },
    steps::agent::draft,
};
use std::collections::BTreeMap;

/// The contact wrote while a person has the conversation: the agent of the team drafts the answer, and an earlier draft
/// is over.
pub fn contact_wrote(turn: &mut Turn<'_>, id: InboundId) {
    let Some(drafts) = drafts_of(turn) else { return forget(turn) };
    let given_up = match case(turn).and_then(|case| case.suggestion.as_mut()) {
        Some(open) if open.is_thinking() && open.given_up >= AGENT_GIVEN_UP_MAX => {
            open.newer = Some(id);
            return turn.note(
                None,
                None,
                "the contact writes again and again: the draft waits for the running question",
            );
        }
        Some(open) if open.is_thinking() => open.given_up + 1,
        Some(_) | None => 0,
    };
    if given_up > 0 {
        turn.note(None, None, "the contact writes again: the draft is begun anew");
    }
    begin(turn, drafts, id, given_up);
}

/// A person has written: a draft that was meant for them is over.
pub fn person_wrote(case: &mut Case) {
    case.suggestion.take_if(|open| !open.outlives_reply());
}

/// Ends the draft, because somebody has written, threw it away, or has another conversation now.
pub fn forget(turn: &mut Turn<'_>) {
    if let Some(case) = case(turn) {
        case.suggestion = None;
    }
}

/// The engine broke over the draft that was being written: the person answers without one.
pub fn broken(turn: &mut Turn<'_>) {
    let Some((mut open, _)) = take(turn) else { return };
    open.state = without("failed", "a mistake in Transom kept it from being written");
    keep(turn, open);
}

/// A person threw the draft away; a newer one stays, and one that nobody is shown.
pub fn discard(turn: &mut Turn<'_>, number: u32) {
    if let Some(case) = case(turn) {
        case.suggestion.take_if(|open| open.number == number && open.is_shown());
    }
}

/// True if this call belongs to the draft.
pub fn waits_for(turn: &Turn<'_>, run: u32, call: u32) -> bool {
    turn.session.suggestion().and_then(Suggestion::call).is_some_and(|request| request.number() == (run, call))
}

/// A model or a tool has answered the agent of the draft.
pub fn returned(turn: &mut Turn<'_>, call: u32, result: Result<CallReturn, CallError>) {
    let Some((mut open, run)) = take(turn) else { return };
    if let (Some(id), Some(drafts)) = (open.newer, drafts_of(turn)) {
        turn.note(None, None, "the contact has written meanwhile: the draft is begun anew");
        return begin(turn, drafts, id, 0);
    }
    let number = run.number;
    (open.state, open.cost) = apart(turn, run, |inner| timers::returned(inner, number, call, result));
    keep(turn, open);
}

/// The process ended while the agent waited.
pub fn restarted(turn: &mut Turn<'_>) {
    let Some((mut open, run)) = take(turn) else { return };
    (open.state, open.cost) = apart(turn, run, timers::restarted);
    keep(turn, open);
}

/// The mode and the agent of the team that has the conversation; `None`: nobody drafts.
fn drafts_of(turn: &Turn<'_>) -> Option<(DraftMode, String)> {
    let team = turn.session.person.as_ref()?.team.as_ref()?;
    turn.live().bot.teams.get(team)?.drafts.as_ref().map(|drafts| (drafts.mode, drafts.agent.text.clone()))
}

fn begin(turn: &mut Turn<'_>, (mode, agent): (DraftMode, String), message: InboundId, given_up: u32) {
    turn.session.last_run += 1;
    let number = turn.session.last_run;
    let begun = think(turn, mode, &agent, number);
    let (state, cost) = begun.unwrap_or_else(|failure| (without(&failure.code, &failure.text), 0));
    keep(turn, Box::new(Suggestion { mode, number, agent, message, state, cost, given_up, newer: None }));
}

/// Asks the agent for its first act.
fn think(turn: &mut Turn<'_>, mode: DraftMode, name: &str, number: u32) -> Result<(SuggestionState, i64), StepFailure> {
    let set = turn.live();
    let found = draft::named(set, name);
    let (flow, node, agent) =
        found.ok_or_else(|| StepFailure::new("no_agent", format!("no flow has the agent `{name}`")))?;
    let vars = drive::opening(turn, set, flow, BTreeMap::new())?;
    let mut talk = AgentState::default();
    for entry in turn.world.talk {
        talk.say(entry.by.clone(), entry.text.clone());
    }
    if talk.talk.last().is_none_or(|entry| entry.by != TalkBy::Customer) {
        return Err(StepFailure::new("nothing_said", "the message has no words that a model could read"));
    }
    let reader = if mode == DraftMode::Shadow { ", which nobody is shown" } else { " for the person" };
    turn.note(None, Some(&node.id), format!("the agent `{name}` drafts a reply{reader}"));
    let frame = Frame::new(flow.name.clone(), Some(node.id.clone()), Some(vars), None);
    let run = Run::drafting(mode, number, turn.versions.live_id(), frame, turn.now());
    Ok(apart(turn, run, |inner| {
        if let Some(here) = inner.here(number) {
            let next = agent.begin_draft(inner, here, talk);
            drive::resume(inner, here, next);
        }
    }))
}

/// Moves the run in a session of its own, and says how far the draft is then, and what its questions have cost.
fn apart(turn: &mut Turn<'_>, run: Run, act: impl FnOnce(&mut Turn<'_>)) -> (SuggestionState, i64) {
    let session = Session { last_run: run.number, runs: vec![run], ..Session::default() };
    let mut inner = Turn::new(turn.versions, session, turn.world);
    inner.contact = turn.contact.clone();
    (inner.opted_out, inner.fuel) = (turn.opted_out, turn.fuel);
    act(&mut inner);
    turn.fuel = inner.fuel;
    // No row has the number of the run.
    turn.trace.extend(inner.trace.into_iter().map(|entry| TraceEntry { run: None, ..entry }));
    let Some(run) = inner.session.runs.into_iter().next() else {
        return (without("failed", "the agent ended without a reply"), 0);
    };
    let agent = draft::state_of(&run);
    let cost = agent.map_or(0, |agent| agent.spent);
    match agent.and_then(|agent| agent.draft.clone()) {
        Some(AgentDraft::Text { text, sources }) => return (SuggestionState::Ready { text, sources }, cost),
        Some(AgentDraft::Without { code, text }) => return (without(&code, &text), cost),
        Some(AgentDraft::Open) | None => {}
    }
    let asked = match &run.waiting {
        Waiting::Call(call) if call.retry_at.is_none() && finds_out(&call.request) => call.request.clone(),
        _ => return (without("failed", "a tool would have to wait, or to do something"), cost),
    };
    turn.effects.push(Effect::Call(Box::new(asked)));
    (SuggestionState::Thinking { run: Box::new(run) }, 0)
}

/// True if the call changes nothing outside.
fn finds_out(request: &CallRequest) -> bool {
    match request {
        CallRequest::Model(_) => true,
        CallRequest::Mcp(call) => !call.is_act,
        CallRequest::Http(call) => matches!(call.method.as_str(), "GET" | "HEAD"),
    }
}

/// Takes a draft that is being written out of its case, with its run.
fn take(turn: &mut Turn<'_>) -> Option<(Box<Suggestion>, Run)> {
    let mut open = case(turn)?.suggestion.take_if(|open| open.is_thinking())?;
    let empty = SuggestionState::Ready { text: String::new(), sources: Vec::new() };
    match std::mem::replace(&mut open.state, empty) {
        SuggestionState::Thinking { run } => Some((open, *run)),
        SuggestionState::Ready { .. } | SuggestionState::Without { .. } => None,
    }
}

/// Puts the draft into the case, and tells of it once it is there, or will not come.
fn keep(turn: &mut Turn<'_>, open: Box<Suggestion>) {
    let told = match &open.state {
        SuggestionState::Thinking { .. } => None,
        SuggestionState::Ready { text, .. } => Some((Some(text.clone()), None)),
        SuggestionState::Without { text, .. } => Some((None, Some(text.clone()))),
    };
    let mode = open.mode;
    if let Some(case) = case(turn) {
        case.suggestion = Some(open);
    }
    if let Some((text, why)) = told {
        if let Some(why) = &why {
            turn.note(None, None, format!("there is no draft of a reply: {why}"));
        }
        turn.effects.push(Effect::Suggested { mode, text, why });
    }
}

fn without(code: &str, text: &str) -> SuggestionState {
    let why = NoSuggestion::of_error(code);
    SuggestionState::Without { why, text: format!("{}: {text}", why.in_words()) }
}

fn case<'t>(turn: &'t mut Turn<'_>) -> Option<&'t mut Case> {
    turn.session.person.as_mut()?.case.as_deref_mut()
}
