//! Hears the contact: a message begins a question to the model, a newer one gives the running question up, and a yes
//! begins the act that the contact was asked about.

use super::{
    Agent,
    offer::{self, OLD_TAP, Tapped},
    state,
};
use crate::{
    engine::{
        drive,
        question::{answering, button_token::Token},
        routing::choose::RoutedMessage,
        timers,
        turn::{Here, Next, Turn},
        version_change,
    },
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerContext, AnswerType},
        effect::{CallRequest, TalkBy},
        event::{CallError, CallReturn},
        inbound::{InboundKind, InboundMessage},
        person_wish::asks_for_person,
        session::{AskedAct, Run, ToolState, Waiting},
        value::Value,
    },
    steps::Step,
};
use crate::base::{limits::AGENT_GIVEN_UP_MAX, time::Time};
use std::collections::BTreeMap;

/// The message by which the run began or last went on, as words; `None`: nothing is to be answered.
pub(super) fn message_of_run(turn: &Turn<'_>, run: u32) -> Option<String> {
    let run = turn.run(run).filter(|run| run.asked_for.is_some())?;
    words(&run.msg)
}

/// The text of a message; of a file its kind and its caption.
fn words(view: &Value) -> Option<String> {
    let Value::Map(parts) = view else { return None };
    let text = |name: &str| parts.get(name).and_then(Value::print).filter(|text| !text.trim().is_empty());
    let kind = text("kind").filter(|kind| !matches!(kind.as_str(), "text" | "button"));
    if let Some(Value::Map(place)) = parts.get("location") {
        return Some(format!("[location] {}", place_of(place)).trim_end().to_owned());
    }
    match (kind, text("text")) {
        (None, said) => said,
        (Some(kind), None) => Some(format!("[{kind}]")),
        (Some(kind), Some(caption)) => Some(format!("[{kind}] {caption}")),
    }
}

/// The name and address of a place, and where it is, to about a kilometre.
fn place_of(place: &BTreeMap<String, Value>) -> String {
    let text = |name: &str| place.get(name).and_then(Value::print).filter(|text| !text.trim().is_empty());
    let degrees = |name: &str| place.get(name).and_then(Value::print)?.parse::<f64>().ok().map(|at| format!("{at:.2}"));
    let at = degrees("latitude").zip(degrees("longitude")).map(|(north, east)| format!("({north}, {east})"));
    let named: Vec<String> = [text("name"), text("address")].into_iter().flatten().collect();
    [named.join(", "), at.unwrap_or_default()].join(" ").trim().to_owned()
}

/// The names on the cards of contacts; their numbers and addresses are other people's.
fn named_cards(kind: &InboundKind) -> Option<String> {
    let InboundKind::Contacts { contacts } = kind else { return None };
    let name = |card: &serde_json::Value| Some(card.get("name")?.get("formatted_name")?.as_str()?.trim().to_owned());
    let names: Vec<String> = contacts.as_array()?.iter().take(CARDS_NAMED_MAX).filter_map(name).collect();
    let names: Vec<String> = names.iter().map(|name| name.chars().take(CARD_NAME_CHARS_MAX).collect()).collect();
    (!names.is_empty()).then(|| format!("[contact] {}", names.join(", ")))
}

/// More cards of one message are not named to the model.
const CARDS_NAMED_MAX: usize = 5;
const CARD_NAME_CHARS_MAX: usize = 80;

/// The agent at whose step a run stands.
pub(super) fn agent_of<'a>(turn: &Turn<'a>, run: u32) -> Option<(Here<'a>, &'a Agent)> {
    let here = turn.here(run)?;
    match &here.node.step {
        Step::Agent(agent) => Some((here, agent)),
        _ => None,
    }
}

/// Gives up the question that an agent's model is asked just now, because the contact has written again: the answer
/// would not know of it. After several ones the messages wait for the answer.
pub fn give_up_thinking(turn: &mut Turn<'_>, message: &InboundMessage) {
    let thinks = |run: &&Run| match &run.waiting {
        Waiting::Call(call) => matches!(call.request, CallRequest::Model(_)) && call.back.is_none(),
        _ => false,
    };
    let found = turn.session.runs.iter().rev().find(thinks).map(|run| run.number);
    let Some((here, agent)) = found.and_then(|run| agent_of(turn, run)) else { return };
    let may = state::of(turn, here.run).is_some_and(|agent| agent.given_up < AGENT_GIVEN_UP_MAX);
    if !may || !answer::says_something(&message.kind) {
        return;
    }
    let Ok(deadline) = agent.deadline(turn, here) else { return };
    state::with(turn, here.run, |agent| {
        agent.given_up += 1;
        agent.unanswered = true;
    });
    turn.note_at(here, "the contact writes again: the answer of the model is not waited for");
    if let Some(run) = turn.run_mut(here.run) {
        run.waiting = Waiting::Agent { deadline: Some(deadline), think_at: None };
    }
}

/// Asks the model about messages that have no answer yet, where nothing else is under way. True if it asked.
pub fn think_on(turn: &mut Turn<'_>) -> bool {
    if turn.session.person.is_some() || turn.opted_out.is_some() {
        return false;
    }
    let waits = |run: &&Run| {
        let listens = matches!(run.waiting, Waiting::Agent { think_at: None, .. });
        listens && run.frames.last().and_then(|frame| frame.agent.as_ref()).is_some_and(|agent| agent.unanswered)
    };
    let found = turn.session.runs.iter().find(waits).map(|run| run.number);
    let Some((here, agent)) = found.and_then(|run| agent_of(turn, run)) else { return false };
    if timers::must_be_silent(turn, here.run) {
        return false;
    }
    let next = agent.think(turn, here);
    drive::resume(turn, here, next);
    true
}

/// Counts the cost of a question that was given up: its answer came, and nobody waited for it.
pub fn paid_in_vain(turn: &mut Turn<'_>, run: u32, result: &Result<CallReturn, CallError>) {
    let Ok(CallReturn::Model(reply)) = result else { return };
    let frames = turn.run_mut(run).map(|run| run.frames.iter_mut().rev()).into_iter().flatten();
    if let Some(agent) = frames.filter_map(|frame| frame.agent.as_deref_mut()).next() {
        agent.spent = agent.spent.saturating_add(reply.cost);
    }
}

/// Level 5: a tap on a button of this agent, which goes before all keywords. A button of an earlier message or run is no
/// answer to the newest one. `false`: it is of another step, or judged as words are.
pub fn tapped(turn: &mut Turn<'_>, run: u32, token: &Token, heard: &RoutedMessage<'_>) -> bool {
    let Some((here, agent)) = agent_of(turn, run) else { return false };
    let is_late = turn.now() - heard.message.at > turn.live().bot.defaults.late_message;
    if !token.is_of(&here.node.id) || is_late || version_change::must_restart(turn, run) {
        return false;
    }
    let asked = state::of(turn, run).and_then(|agent| agent.asked.clone()).filter(|_| token.run == run);
    if let Some(act) = asked
        && let Some(says) = [true, false].into_iter().find(|says| token.means(&button_id(*says, act.number)))
    {
        agent.act_answered(turn, here, act, says, heard);
        return true;
    }
    match offer::tapped(turn, run, token) {
        Tapped::Option(title) => {
            turn.note_at(here, "a tap on what the agent has offered");
            agent.hear(turn, here, heard, title, None);
        }
        Tapped::Again => turn.note_at(here, "a second tap on the same button changes nothing"),
        Tapped::Old => {
            turn.note_at(here, "a tap on a button of an earlier message: it is told to the model as one");
            let said = words(&heard.view).unwrap_or_default();
            agent.hear(turn, here, heard, said, Some(OLD_TAP));
        }
    }
    true
}

/// Level 6: a plain yes or no to the act that the contact was asked about.
pub fn answer_act(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some((here, agent)) = agent_of(turn, run) else { return false };
    let Some(act) = state::of(turn, run).and_then(|agent| agent.asked.clone()) else { return false };
    let Some(says) = said_to_act(turn, &act, heard) else { return false };
    // Times of platforms are whole seconds, cut: a message of the second of the question may be older than it.
    if says && act.at.is_some_and(|asked| heard.message.at < asked) {
        answering::moved_by(turn, run, heard);
        let next = agent.ask_again(turn, here, act);
        drive::resume(turn, here, next);
        return true;
    }
    agent.act_answered(turn, here, act, says, heard);
    true
}

/// The sender has taken the message at `at`: a question about an act was not to be seen before.
pub fn question_sent(turn: &mut Turn<'_>, message: u32, at: Time) {
    let frames = turn.session.runs.iter_mut().flat_map(|run| &mut run.frames);
    let asked = frames.filter_map(|frame| frame.agent.as_mut()?.asked.as_mut());
    for act in asked.filter(|act| act.message == message) {
        act.at = act.at.max(Some(at));
    }
}

/// The id of a button below the question about an act.
pub(super) fn button_id(says: bool, number: u32) -> String {
    format!("{}_{number}", if says { "yes" } else { "no" })
}

/// `Some(true)`: yes. A tap is judged by its button alone, and never by its title.
fn said_to_act(turn: &Turn<'_>, act: &AskedAct, heard: &RoutedMessage<'_>) -> Option<bool> {
    if heard.button.is_some() {
        return None;
    }
    let text = heard.text?;
    // After anything else was said, a typed yes may be about that: only a tap counts then.
    if answer::is_asked_back(text) || turn.session.last_message != act.message {
        return None;
    }
    let titles = [true, false].into_iter().find(|says| {
        let phrase = if *says { Phrase::Yes } else { Phrase::No };
        crate::model::matching::fold(turn.live().phrase(turn.language(), phrase)) == heard.folded
    });
    let context = AnswerContext::new(jiff::Zoned::default(), turn.language(), None);
    let read = || answer::read_whole(AnswerType::YesNo, &heard.message.kind, &context).single();
    titles.or_else(|| match read() {
        Some(Value::YesNo(says)) => Some(says),
        _ => None,
    })
}

/// The place among the frames of the agent whose tool runs in those above it.
fn agent_of_tool(turn: &Turn<'_>, run: u32) -> Option<usize> {
    let (_, below) = turn.run(run)?.frames.split_last()?;
    below.iter().rposition(|frame| frame.agent.as_ref().is_some_and(|agent| agent.has_running()))
}

/// Adds the contact's answer to a question of a running tool to the talk, so that the model knows it.
pub fn note_answer(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) {
    let (Some(said), Some(at)) = (words(&heard.view), agent_of_tool(turn, run)) else { return };
    if let Some(agent) = turn.run_mut(run).and_then(|run| run.frames[at].agent.as_deref_mut()) {
        agent.say(TalkBy::Customer, said);
    }
}

/// A wish for a person ends the tool that asks just now. True if the message was one.
pub fn leave_tool_for_person(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some(at) = agent_of_tool(turn, run).filter(|_| heard.text.is_some_and(asks_for_person)) else { return false };
    answering::moved_by(turn, run, heard);
    answering::leave_question(turn, run);
    if let Some(run) = turn.run_mut(run) {
        run.frames.truncate(at + 1);
    }
    // A tool runs from its agent's step alone.
    let Some((here, agent)) = agent_of(turn, run) else { return false };
    turn.note_at(here, "the contact asks for a person while a tool asks");
    state::with(turn, run, |agent| {
        if let Some(tool) = agent.running_mut() {
            tool.state = ToolState::Failed("The customer asked for a person before it was done.".to_owned());
        }
    });
    let next = agent.to_person(turn, here);
    drive::resume(turn, here, next);
    true
}

impl Agent {
    /// Level 8: any message with content is the agent's.
    pub fn heard<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, heard: &RoutedMessage<'_>) -> bool {
        if !answer::says_something(&heard.message.kind) {
            return false;
        }
        let said = named_cards(&heard.message.kind).or_else(|| words(&heard.view));
        let said = said.unwrap_or_else(|| "[message]".to_owned());
        self.hear(turn, here, heard, said, None);
        true
    }

    /// Adds a message to the talk, with a note for the model, and waits for further texts or for the model.
    fn hear<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        heard: &RoutedMessage<'_>,
        said: String,
        note: Option<&str>,
    ) {
        answering::moved_by(turn, here.run, heard);
        if heard.text.is_some_and(asks_for_person) {
            turn.note_at(here, "the contact asks for a person");
            state::with(turn, here.run, |agent| agent.hear(heard.text.unwrap_or_default()));
            let next = self.to_person(turn, here);
            return drive::resume(turn, here, next);
        }
        state::with(turn, here.run, |agent| {
            agent.hear(said);
            if let Some(note) = note {
                agent.say(TalkBy::Note, note);
            }
            if let Some(act) = agent.asked.take() {
                agent.say(TalkBy::Note, format!("The customer was asked about `{}` and answered this; it was not done.", act.tool));
            }
        });
        let is_typed = heard.text.is_some() && heard.button.is_none();
        let gathers = self.gather > crate::base::time::Span::ZERO && is_typed;
        let known = match turn.run(here.run).map(|run| &run.waiting) {
            Some(Waiting::Agent { think_at, .. }) => *think_at,
            _ => None,
        };
        let think_at = gathers.then(|| known.unwrap_or(turn.now() + self.gather));
        match self.deadline(turn, here) {
            Ok(deadline) => {
                if let Some(run) = turn.run_mut(here.run) {
                    run.waiting = Waiting::Agent { deadline: Some(deadline), think_at };
                }
            }
            Err(failure) => drive::resume(turn, here, Next::Fail(failure)),
        }
    }

    /// The contact has said yes or no to an act.
    fn act_answered<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        act: AskedAct,
        says: bool,
        heard: &RoutedMessage<'_>,
    ) {
        answering::moved_by(turn, here.run, heard);
        let next = match says {
            true => self.begin_act(turn, here, act),
            false => {
                turn.note_at(here, format!("the contact does not want `{}`", act.tool));
                state::with(turn, here.run, |agent| {
                    agent.asked = None;
                    agent.hear(words(&heard.view).unwrap_or_default());
                    agent.say(TalkBy::Note, format!("The customer said no: `{}` was not done.", act.tool));
                });
                self.listen(turn, here)
            }
        };
        drive::resume(turn, here, next);
    }
}
