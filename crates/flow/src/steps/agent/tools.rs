//! Runs tools: flows, tools of MCP servers, and requests. An act, which changes something outside, begins only after a tap or a yes of
//! the contact, and the same act succeeds at most once in a talk.

use super::{
    Agent, HttpTool, WrittenTool,
    answer::{disclosed, unusable},
    guard, listen, mcp, reach, state,
};
use crate::{
    base::limits::{AGENT_SAME_CALLS_MAX, AGENT_TOOL_RESULT_BYTES_MAX},
    definition::{Field, Flow},
    engine::{
        message::parts::{FilledMessage, Message},
        routing::handover,
        turn::{Here, Next, StepFailure, Turn},
    },
    load::stock_phrases::Phrase,
    mcp::LockedTool,
    model::{
        effect::{ModelError, TalkBy},
        session::{AskedAct, OptionShown, Reach, StepError, ToolRun, ToolState},
        value::Value,
    },
    steps::{
        llm::answer::read_fields,
        say::{self, Asking},
    },
    text::Text,
};
use std::collections::BTreeMap;

/// The thing that a tool's name stands for.
enum Target<'a> {
    Flow(&'a Flow),
    Mcp(&'a LockedTool),
    Http(&'a HttpTool),
}

impl Agent {
    /// Handles the wish of the model to use a tool: it is begun, asked about, or answered from what is known.
    pub(super) fn use_tool<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        name: &str,
        with: Value,
    ) -> Result<Next, ModelError> {
        let found = self.tools.iter().find(|tool| tool.name == name);
        let found = found.and_then(|tool| Some((tool, self.target(turn, here, tool)?)));
        let found = found.filter(|(tool, _)| !Agent::is_drafting(turn, here) || Agent::may_draft_with(here.set, tool));
        let Some((tool, target)) = found else { return Err(unusable("there is no such tool")) };
        let inputs = match &target {
            Target::Flow(flow) => self.inputs_of(turn, here, &tool.name, &flow.inputs, with)?,
            Target::Http(http) => self.inputs_of(turn, here, &tool.name, &http.inputs, with)?,
            Target::Mcp(locked) => mcp::inputs_of(locked, &tool.name, with)?,
        };
        guard::check_inputs(self, turn, here, &inputs)?;
        if let Some(next) = self.known(turn, here, tool, &inputs) {
            return Ok(next);
        }
        if tool.is_unconfirmed && state::of(turn, here.run).is_some_and(|agent| agent.read_before || mcp::has_read(&self.tools, agent)) {
            turn.note_at(here, format!("`{}` is not begun without a question: a tool of a server was read just before", tool.name));
            let text = "This is not begun now, because somebody else's words were read for this message. Answer the customer; \
                        after their next message it can be done.";
            return Ok(self.told(turn, here, tool, text.to_owned()));
        }
        match &tool.confirm {
            Some(_) => self.ask_about(turn, here, tool, inputs),
            None => Ok(self.begin(turn, here, tool, target, inputs)),
        }
    }

    /// The flow or the pinned tool behind a name; `None`: the version has none that could be used.
    fn target<'t>(&self, turn: &Turn<'_>, here: Here<'t>, tool: &'t WrittenTool) -> Option<Target<'t>> {
        if let Some(http) = &tool.http {
            return Some(Target::Http(http));
        }
        match &tool.mcp {
            None => here.set.named(&tool.name).map(Target::Flow),
            Some(named) => {
                let is_out = state::of(turn, here.run).is_some_and(|agent| agent.changed.contains(&tool.name));
                here.set.mcp.tool(&named.server, &named.tool).filter(|_| !is_out).map(Target::Mcp)
            }
        }
    }

    fn inputs_of(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        name: &str,
        fields: &[Field],
        with: Value,
    ) -> Result<BTreeMap<String, Value>, ModelError> {
        read_fields(fields, with, &self.all_said(turn, here), &here.set.bot.timezone)
            .map_err(|error| unusable(format!("`{name}` cannot be used so: {}", error.text)))
    }

    /// Answers from the earlier uses of the tool: an act that succeeded, or whose outcome nobody knows, is not repeated;
    /// another tool is not used twice for one message. `None`: it may be used.
    fn known<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        tool: &WrittenTool,
        inputs: &BTreeMap<String, Value>,
    ) -> Option<Next> {
        let agent = state::of(turn, here.run)?;
        let is_of_turn = |run: &&ToolRun| run.turn == agent.replies;
        let uses: Vec<&ToolRun> = agent.tool_runs.iter().filter(|run| run.tool == tool.name).collect();
        if tool.is_act() && uses.iter().any(|run| run.state == ToolState::Unknown) {
            let text = "Nobody knows whether this was done before, so it is not done again. A person of the business looks at it.";
            return Some(self.told(turn, here, tool, text.to_owned()));
        }
        let same: Vec<&ToolRun> = uses.into_iter().filter(|run| is_same(&run.inputs, inputs)).collect();
        let done = same.iter().rev().find_map(|run| match &run.state {
            ToolState::Done(result) => Some((run.at, result.clone())),
            ToolState::Running | ToolState::Failed(_) | ToolState::Unknown => None,
        });
        if let (true, Some((at, result))) = (tool.is_act(), &done) {
            let at = here.set.local(*at).strftime("%H:%M").to_string();
            let text = format!("This was done at {at} already and is not done again. Its result: {result}");
            return Some(self.told(turn, here, tool, text));
        }
        let in_turn: Vec<&ToolRun> = same.into_iter().filter(is_of_turn).collect();
        if in_turn.len() + 1 >= AGENT_SAME_CALLS_MAX {
            let text = format!("the model asks for `{}` with the same inputs again and again", tool.name);
            return Some(Next::Fail(StepFailure::new("tool_loop", text)));
        }
        let again = ToolRun::clone(in_turn.last()?);
        let told = match &again.state {
            ToolState::Done(text) | ToolState::Failed(text) => text.clone(),
            ToolState::Running | ToolState::Unknown => String::new(),
        };
        state::with(turn, here.run, |agent| agent.begin(again));
        Some(self.told(turn, here, tool, format!("The same as before: {told}")))
    }

    /// Tells the model a result, and asks what comes next.
    fn told<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, tool: &WrittenTool, text: String) -> Next {
        state::with(turn, here.run, |agent| agent.say(TalkBy::Tool(tool.name.clone()), text));
        self.think(turn, here)
    }

    /// Asks the contact by two buttons.
    fn ask_about<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        tool: &WrittenTool,
        inputs: BTreeMap<String, Value>,
    ) -> Result<Next, ModelError> {
        let Some(confirm) = &tool.confirm else { return Ok(self.listen(turn, here)) };
        let body = match turn.sentence(here, confirm, &[("inputs", Value::Map(inputs.clone()))]) {
            Ok(body) => body,
            Err(failure) => return Ok(Next::Fail(failure)),
        };
        guard::check_confirm(self, turn, here, confirm, &body)?;
        // The number is of the run, so no button of an earlier entry of the step begins this act.
        let number = turn.run_mut(here.run).map_or(0, |run| {
            run.calls += 1;
            run.calls
        });
        let sent = match Agent::show_question(turn, here, confirm, &body, number) {
            Ok(sent) => sent,
            Err(failure) => return Ok(Next::Fail(failure)),
        };
        turn.note_at(here, format!("asks the contact before `{}`", tool.name));
        let at = Some(turn.now());
        state::with(turn, here.run, |agent| {
            agent.say(TalkBy::Agent, body);
            agent.replied();
            agent.asked = Some(AskedAct { number, message: sent, tool: tool.name.clone(), inputs, at });
        });
        Ok(self.listen(turn, here))
    }

    /// Shows the question about an act once more, with the same buttons: a typed yes was written before it was sent.
    pub(super) fn ask_again<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, act: AskedAct) -> Next {
        turn.note_at(here, format!("the yes was written before the question about `{}`: it is asked again", act.tool));
        let confirm = self.tools.iter().find(|tool| tool.name == act.tool).and_then(|tool| tool.confirm.as_ref());
        let Some(confirm) = confirm else { return self.listen(turn, here) };
        let shown = turn
            .sentence(here, confirm, &[("inputs", Value::Map(act.inputs.clone()))])
            .and_then(|body| Agent::show_question(turn, here, confirm, &body, act.number));
        match shown {
            Ok(message) => {
                let at = Some(turn.now());
                state::with(turn, here.run, |agent| agent.asked = Some(AskedAct { message, at, ..act }));
                self.listen(turn, here)
            }
            Err(failure) => Next::Fail(failure),
        }
    }

    /// Sends the question about an act with its two buttons; gives the number of the message.
    fn show_question(
        turn: &mut Turn<'_>,
        here: Here<'_>,
        confirm: &Text,
        body: &str,
        number: u32,
    ) -> Result<u32, StepFailure> {
        let option = |says: bool| OptionShown {
            id: listen::button_id(says, number),
            title: here.set.phrase(turn.language(), if says { Phrase::Yes } else { Phrase::No }).to_owned(),
            value: Value::YesNo(says),
            description: None,
            consent: Vec::new(),
            fixed: false,
        };
        let shown = [option(true), option(false)];
        let shown_body = disclosed(turn, here, body);
        let worded = FilledMessage { body: &shown_body, shown: &shown, page: 0, asks: true };
        let message = Message::only(confirm.clone(), None);
        // The sender tells when it has taken the question: a yes that was written before is about something else.
        say::send(turn, here, &message, worded, Asking::No { tells: true })
    }

    /// Begins the act that the contact has said yes to.
    pub(super) fn begin_act<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, act: AskedAct) -> Next {
        state::with(turn, here.run, |agent| {
            agent.asked = None;
            agent.hear("Yes");
        });
        let found = self.tools.iter().find(|tool| tool.name == act.tool);
        match found.and_then(|tool| Some((tool, self.target(turn, here, tool)?))) {
            // The run may have moved to a version with another lock since the question.
            Some((tool, Target::Mcp(locked)))
                if mcp::inputs_of(locked, &tool.name, Value::Map(act.inputs.clone())).is_err() =>
            {
                self.outgrown(turn, here, tool)
            }
            Some((tool, Target::Http(http))) if !http.takes(&act.inputs) => self.outgrown(turn, here, tool),
            Some((tool, target)) => self.begin(turn, here, tool, target, act.inputs),
            None => Next::Fail(StepFailure::new("unknown_flow", format!("there is no tool `{}`", act.tool))),
        }
    }

    fn outgrown<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, tool: &WrittenTool) -> Next {
        turn.note_at(here, format!("`{}` takes other inputs now: it is not begun", tool.name));
        self.told(turn, here, tool, "It takes other inputs now, and was not done. Ask again.".to_owned())
    }

    /// Begins a tool; a flow comes back by `tool_done` or `tool_failed`, a tool of a server by `mcp_returned`, a request by
    /// `http_returned`.
    fn begin<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        tool: &WrittenTool,
        target: Target<'_>,
        inputs: BTreeMap<String, Value>,
    ) -> Next {
        turn.note_at(here, format!("runs its tool `{}`", tool.name));
        let at = turn.now();
        state::with(turn, here.run, |agent| {
            let (turn, inputs) = (agent.replies, inputs.clone());
            agent.gave(inputs.values());
            agent.begin(ToolRun {
                tool: tool.name.clone(),
                inputs,
                at,
                turn,
                is_act: tool.is_act(),
                reach: Reach::Nothing,
                state: ToolState::Running,
            });
        });
        match target {
            Target::Flow(flow) => {
                Next::CallFlow { flow: flow.name.clone(), with: inputs, returns_as: None, until: None }
            }
            Target::Mcp(locked) => mcp::call(turn, here, tool, locked, &inputs),
            Target::Http(http) => self.send_http(turn, here, http, inputs),
        }
    }

    /// The flow of a tool has ended: the model is told what it returned, unless a request of it has no answer.
    pub fn tool_done<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, value: &Value) -> Next {
        if reach::of(turn, here.run) == Reach::Open {
            return self.outcome_unknown(turn, here);
        }
        let result = match value {
            Value::Nothing => "It is done, and returns nothing.".to_owned(),
            value => cut(value.print().unwrap_or_else(|| value.to_json().to_string())),
        };
        self.ended(turn, here, ToolState::Done(result.clone()), result)
    }

    /// The flow of a tool has ended by a plain `end`: its author says so where nothing was done.
    pub fn tool_ended_early<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        if reach::of(turn, here.run) == Reach::Open {
            return self.outcome_unknown(turn, here);
        }
        let text = "It ended early, and nothing was done.".to_owned();
        self.ended(turn, here, ToolState::Failed(text.clone()), text)
    }

    /// A tool has failed, also where its own `on_error` has said so to the contact. Where nobody knows whether it took effect,
    /// or where a part of it did, a person must look, and it is not used again.
    pub fn tool_failed<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, error: &StepError) -> Next {
        turn.note_at(here, format!("its tool failed: `{}`: {}", error.code, error.text));
        if error.code == "unknown_outcome" || reach::of(turn, here.run) != Reach::Nothing {
            return self.outcome_unknown(turn, here);
        }
        let text = cut(format!("It failed: {}: {}", error.code, error.text));
        self.ended(turn, here, ToolState::Failed(text.clone()), text)
    }

    fn outcome_unknown<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        handover::needs_person(turn, "a tool of an agent has an unknown outcome");
        let text = "It is not known whether this was done. A person of the business looks at it; say so.".to_owned();
        self.ended(turn, here, ToolState::Unknown, text)
    }

    pub(super) fn ended<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, ends: ToolState, told: String) -> Next {
        let outdated = state::with(turn, here.run, |agent| {
            let name = agent.running_mut().map(|run| {
                run.state = ends;
                run.tool.clone()
            });
            agent.say(TalkBy::Tool(name.unwrap_or_default()), told);
            std::mem::take(&mut agent.outdated)
        });
        if outdated == Some(true) {
            turn.note_at(here, "a person has talked with the contact meanwhile: the model is not told");
            return self.listen(turn, here);
        }
        let next = self.think(turn, here);
        self.of_draft(turn, here, next)
    }
}

/// True if two uses have the same inputs. A model does not always write a name in the same letters, so case and blanks of a
/// text do not matter.
fn is_same(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let is_same = |(one, other): (&Value, &Value)| match (one, other) {
        (Value::Text(one), Value::Text(other)) => words(one) == words(other),
        (one, other) => one == other,
    };
    one.keys().eq(other.keys()) && one.values().zip(other.values()).all(is_same)
}

/// The beginning of a result that is longer than a model is told.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > AGENT_TOOL_RESULT_BYTES_MAX {
        let end = (0..=AGENT_TOOL_RESULT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push_str(" … (cut)");
    }
    text
}
