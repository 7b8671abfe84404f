//! Handles an answer of the model: a reply, a search, a tool or an exit.

use super::{
    Agent, cite, guard,
    keys::BUILT_IN,
    offer::{OFFER, Offer},
    question::{CALL, EXIT, SAY, SEARCH},
    state,
};
use crate::{
    base::limits::AGENT_SEARCHES_MAX,
    engine::{
        message::parts::{FilledMessage, Message},
        routing::handover::{self, HandoverData},
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    knowledge,
    load::{agents::Disclosure, stock_phrases::Phrase},
    model::{
        content::Content,
        effect::{ModelCall, ModelError, ModelErrorKind, ModelReply, Origin, TalkBy},
        event::CallError,
        session::{AgentDraft, AgentState, Unsaid, Waiting},
        value::Value,
    },
    steps::{
        llm::{
            answer::{bad, read_fields},
            mask, repair, told,
        },
        say,
    },
};
use std::collections::BTreeMap;

/// How often one answer is asked for again.
pub(super) const REPAIRS_MAX: u32 = 1;
/// The last entries of the talk that the person reads.
const SUMMARY_ENTRIES_MAX: usize = 5;
/// Of one entry in that summary.
const SUMMARY_CHARS_MAX: usize = 300;

/// An act that the model has chosen.
enum Act {
    Say(String),
    Offer(Offer),
    Search(String),
    Tool { name: String, with: Value },
    Exit { name: String, with: Value },
}

impl Agent {
    /// A model has answered, or there is no answer.
    pub fn returned<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        call: ModelCall,
        result: Result<ModelReply, CallError>,
    ) -> Next {
        let next = self.next_after(turn, here, call, result);
        self.of_draft(turn, here, next)
    }

    /// Notes what a model has answered, and what it cost. True if a person has talked with the contact meanwhile: then
    /// the answer is dropped.
    pub(super) fn book<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, reply: &ModelReply) -> bool {
        turn.note_at(here, told(reply));
        self.patience_in_mocked_time(turn, here, reply.took);
        let outdated = state::with(turn, here.run, |agent| {
            agent.spent = agent.spent.saturating_add(reply.cost);
            std::mem::take(&mut agent.outdated)
        });
        let is_outdated = outdated == Some(true);
        if is_outdated {
            turn.note_at(here, "a person has talked with the contact meanwhile: the answer is dropped");
        }
        is_outdated
    }

    fn next_after<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        call: ModelCall,
        result: Result<ModelReply, CallError>,
    ) -> Next {
        if let Some(unsaid) = Agent::unsaid_of(turn, here, &call) {
            return self.verdict(turn, here, (call, unsaid), result);
        }
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => return Next::Fail(StepFailure { code: error.code, text: error.text }),
        };
        if self.book(turn, here, &reply) {
            return self.listen(turn, here);
        }
        let act = reply.answer.and_then(|answer| act_of(mask::show_in(answer, &call.masked)));
        match act.and_then(|act| self.take(turn, here, act, call.repairs)) {
            Ok(next) => next,
            Err(error) if error.kind.is_of_answer() && call.repairs < REPAIRS_MAX => {
                repair(turn, here, call, &error)
            }
            Err(error) if error.is_above_limit_of_step() => self.limit(turn, here, error.text),
            Err(error) => Next::Fail(StepFailure::new(error.kind.as_str(), error.text)),
        }
    }

    fn take<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, act: Act, repairs: u32) -> Result<Next, ModelError> {
        match act {
            Act::Say(text) => {
                let text = knowledge::as_message(&text);
                guard::check(self, turn, here, &text)?;
                Ok(self.verified(turn, here, Unsaid { text, options: Vec::new(), repairs, call: 0 }))
            }
            Act::Offer(offer) => self.offer(turn, here, offer, repairs),
            Act::Search(question) => {
                let searches = state::with(turn, here.run, |agent| {
                    agent.searches += 1;
                    agent.searches
                });
                if self.knowledge.is_none() || searches.is_none_or(|searches| searches > AGENT_SEARCHES_MAX) {
                    return Err(bad(format!("no further search: at most {AGENT_SEARCHES_MAX} for one message")));
                }
                let found = self.search(turn, here, &question);
                let told = if found == 0 { "Nothing in the papers fits.".to_owned() } else { format!("{found} parts are among the sources now.") };
                state::with(turn, here.run, |agent| agent.say(TalkBy::Tool(SEARCH.to_owned()), told));
                Ok(self.think(turn, here))
            }
            Act::Tool { name, with } => self.use_tool(turn, here, &name, with),
            Act::Exit { name, with } => self.exit(turn, here, &name, with),
        }
    }

    /// Says a reply that all guards let pass.
    pub(super) fn say_unsaid<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, unsaid: Unsaid) -> Next {
        let Unsaid { text, options, .. } = unsaid;
        if !options.is_empty() {
            return self.say_offer(turn, here, text, options);
        }
        if Agent::is_drafting(turn, here) {
            let sources = cite::sources(self, turn, here, &text);
            state::with(turn, here.run, |agent| agent.draft = Some(AgentDraft::Text { text, sources }));
            return Next::Park(Waiting::Agent { deadline: None, think_at: None });
        }
        let shown = cite::with_sources(self, turn, here, &text);
        let body = disclosed(turn, here, &shown);
        let worded = FilledMessage { body: &body, shown: &[], page: 0, asks: false };
        let message = Message::only(self.instructions.clone(), None);
        if let Err(failure) = say::send(turn, here, &message, worded, say::Asking::No { tells: false }) {
            return Next::Fail(failure);
        }
        state::with(turn, here.run, |agent| {
            agent.say(TalkBy::Agent, text);
            agent.replied();
        });
        self.listen(turn, here)
    }

    fn exit<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, name: &str, with: Value) -> Result<Next, ModelError> {
        let written = self.exits.iter().find(|exit| exit.name == name);
        if written.is_none() && !BUILT_IN.contains(&name) {
            return Err(bad("there is no such exit"));
        }
        if Agent::is_drafting(turn, here) {
            return Ok(Next::Fail(StepFailure::new("unsure", format!("it takes the exit `{name}`"))));
        }
        if name == "off_topic" {
            let before = state::with(turn, here.run, |agent| std::mem::replace(&mut agent.off_topic, true));
            if before == Some(false) {
                return Err(bad("say in one sentence what you can help with; the next time take this exit"));
            }
        }
        if let Some((tool, _)) = written.and_then(|exit| exit.after.as_ref())
            && state::of(turn, here.run).is_none_or(|agent| !agent.has_done(tool))
        {
            return Err(bad(format!("the exit `{name}` is open only after `{tool}` was done")));
        }
        let fields = written.map_or(&[][..], |exit| &exit.gives);
        let said = self.all_said(turn, here);
        let gives = read_fields(fields, with, &said, &here.set.bot.timezone)?;
        guard::check_given(self, turn, here, &gives)?;
        turn.note_at(here, format!("exit `{name}`"));
        if name == "person" && written.is_none_or(|exit| exit.body.is_none()) {
            return Ok(self.to_person(turn, here));
        }
        self.keep(turn, here, name, gives);
        Ok(written.and_then(|exit| exit.body).map_or(Next::Continue, Next::Body))
    }

    /// Fills the variable of `as`.
    fn keep(&self, turn: &mut Turn<'_>, here: Here<'_>, exit: &str, gives: BTreeMap<String, Value>) {
        let replies = state::of(turn, here.run).map_or(0, |agent| agent.replies);
        let mut all = gives;
        all.insert("exit".to_owned(), Value::text(exit));
        all.insert("turns".to_owned(), Value::Whole(i64::from(replies)));
        variables::keep(turn, here.run, self.fills.as_deref(), Value::Map(all));
    }

    /// The exit `person`: its author's steps, else a sentence of ours and a hand-off with the last messages.
    pub(super) fn to_person<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        self.keep(turn, here, "person", BTreeMap::new());
        if let Some(body) = self.exits.iter().find(|exit| exit.name == "person").and_then(|exit| exit.body) {
            return Next::Body(body);
        }
        let sentence = here.set.phrase(turn.language(), Phrase::PersonComes).to_owned();
        let asked_for = turn.run(here.run).and_then(|run| run.asked_for);
        turn.say_ourselves(Content::Text { body: sentence }, Origin::HandoffFlow, asked_for);
        let team = team_of(here);
        let out_of_hours = !team.is_empty() && !handover::team_hours(here.set, &team).is_open(turn.now());
        let summary = state::of(turn, here.run).map(summary);
        handover::hand_over(
            turn,
            HandoverData {
                run: here.run,
                flow: here.flow.name.clone(),
                step: Some(here.node.id.clone()),
                team,
                summary,
                priority: None,
                out_of_hours,
                unanswered: None,
            },
        );
        Next::HandedOff
    }

    /// Everything that was said and found out, for values that must stand in it.
    pub(super) fn all_said(&self, turn: &Turn<'_>, here: Here<'_>) -> String {
        let talk = state::of(turn, here.run).map(|agent| {
            let texts = agent.talk.iter().filter(|entry| entry.by != TalkBy::Agent).map(|entry| entry.text.as_str());
            texts.chain(agent.papers.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
        });
        let facts = self.facts(turn, here).unwrap_or_default();
        let facts = facts.into_iter().chain(self.ground.more(turn, here).unwrap_or_default()).collect::<Vec<_>>().join("\n");
        let own = turn.contact.phone.as_deref().unwrap_or_default();
        format!("{}\n{facts}\n{own}", talk.unwrap_or_default())
    }
}

/// The act in an answer: `{do: NAME, with: {…}}`.
fn act_of(answer: Value) -> Result<Act, ModelError> {
    let Value::Map(mut parts) = answer else { return Err(bad("the answer is no act")) };
    let name = parts.remove("do").and_then(|name| name.print()).unwrap_or_default();
    let with = parts.remove("with").filter(|with| *with != Value::Nothing).unwrap_or_else(|| Value::Map(BTreeMap::new()));
    if !parts.is_empty() {
        return Err(bad("an act has `do` and `with` alone"));
    }
    let text = |key: &str| match &with {
        Value::Map(with) => match with.get(key) {
            Some(Value::Text(text)) if with.len() == 1 => Ok(text.clone()),
            _ => Err(bad(format!("`{name}` takes the text `{key}` alone"))),
        },
        _ => Err(bad(format!("`{name}` takes the text `{key}` alone"))),
    };
    match name.as_str() {
        SAY => text("text").map(Act::Say),
        OFFER => Offer::of(with).map(Act::Offer),
        SEARCH => text("question").map(Act::Search),
        other => match (other.strip_prefix(CALL), other.strip_prefix(EXIT)) {
            (Some(tool), _) => Ok(Act::Tool { name: tool.to_owned(), with }),
            (None, Some(exit)) => Ok(Act::Exit { name: exit.to_owned(), with }),
            (None, None) => Err(bad("there is no such act")),
        },
    }
}

/// The text with the sentence above it that a machine answers, where that was not said in this window.
pub(super) fn disclosed(turn: &mut Turn<'_>, here: Here<'_>, text: &str) -> String {
    let Some(sentence) = disclosure(turn, here) else { return text.to_owned() };
    turn.session.disclosed_at = Some(turn.now());
    format!("_{sentence}_\n\n{text}")
}

fn disclosure(turn: &Turn<'_>, here: Here<'_>) -> Option<String> {
    let is_due = turn.session.disclosed_at.is_none_or(|at| turn.now() - at >= crate::base::limits::WINDOW);
    match &here.set.bot.agents.discloses {
        Disclosure::BuiltIn => Some(here.set.phrase(turn.language(), Phrase::Machine).to_owned()),
        Disclosure::Own(text) => Some(text.clone()),
        Disclosure::Not => None,
    }
    .filter(|_| is_due)
}

/// The team of the exit `person`: the one of `agents`, else the only one.
fn team_of(here: Here<'_>) -> String {
    let teams = &here.set.bot.teams;
    let only = || teams.keys().next().filter(|_| teams.len() == 1).cloned();
    here.set.bot.agents.team.clone().or_else(only).unwrap_or_default()
}

/// The last messages, for the person.
fn summary(agent: &AgentState) -> String {
    let told = |by: &TalkBy| match by {
        TalkBy::Customer => Some("Customer"),
        TalkBy::Agent | TalkBy::Flow => Some("Bot"),
        TalkBy::Tool(_) | TalkBy::Note => None,
    };
    let said: Vec<_> = agent.talk.iter().filter_map(|entry| Some((told(&entry.by)?, &entry.text))).collect();
    let last = said.iter().skip(said.len().saturating_sub(SUMMARY_ENTRIES_MAX));
    let lines = last.map(|(by, text)| format!("{by}: {}", text.chars().take(SUMMARY_CHARS_MAX).collect::<String>()));
    lines.collect::<Vec<_>>().join("\n")
}

/// An error about an answer, for the model.
pub(super) fn unusable(text: impl Into<String>) -> ModelError {
    ModelError::new(ModelErrorKind::BadAnswer, text)
}
