//! Handles who has the conversation: hand-offs, messages of people, and the return to the bot.

use crate::{
    base::ids::{FlowName, StepId},
    definition::FlowSet,
    engine::{
        turn::{Next, StepFailure, Turn},
        views::map,
    },
    load::bot::Team,
    model::{
        content::Content,
        effect::{Effect, MessageDraft, Origin, RunEnd},
        event::{FlowEvent, Joined},
        hours::OpeningHours,
        session::{NeedsPerson, Person, Run, Unanswered, Waiting},
        value::Value,
    },
    steps::Step,
};

/// The data of a hand-off.
pub struct HandoverData {
    pub run: u32,
    pub flow: FlowName,
    pub step: Option<StepId>,
    pub team: String,
    pub summary: Option<String>,
    pub priority: Option<String>,
    pub out_of_hours: bool,
    pub unanswered: Option<Box<Unanswered>>,
}

impl<'a> Turn<'a> {
    /// The opening hours of a team; a team without any is always open.
    pub fn team_hours(&self, set: &FlowSet, team: &str) -> OpeningHours {
        let named = set.bot.teams.get(team).and_then(|team| team.hours.as_ref());
        let hours = named.and_then(|name| set.bot.hours.get(name));
        hours.cloned().unwrap_or_else(OpeningHours::always)
    }

    /// Hands the conversation over: from here on the bot sends nothing, except messages of this run.
    pub fn hand_over(&mut self, handing: HandoverData) {
        let now = self.now();
        let set = self.set_of(handing.run);
        let give_back =
            set.bot.teams.get(&handing.team).map_or(set.bot.defaults.give_back, |team: &Team| team.give_back);
        self.session.person = Some(Person {
            since: now,
            last_word: now,
            give_back,
            team: Some(handing.team.clone()).filter(|team| !team.is_empty()),
            agent: None,
            flow: Some(handing.flow.clone()),
            run: Some(handing.run),
            unanswered: handing.unanswered,
            step: handing.step,
        });
        self.note(Some(handing.run), None, format!("handed to `{}`", handing.team));
        self.emit(FlowEvent::HandedOver { team: Some(handing.team.clone()).filter(|team| !team.is_empty()) });
        self.effects.push(Effect::Handoff {
            run: handing.run,
            flow: handing.flow,
            team: handing.team,
            summary: handing.summary,
            priority: handing.priority,
            out_of_hours: handing.out_of_hours,
        });
    }

    /// A person of the business wrote, or took over.
    pub fn person_wrote(&mut self, agent: Option<String>) {
        let now = self.now();
        let give_back = self.live().bot.defaults.give_back;
        self.session.needs_person = None;
        match &mut self.session.person {
            Some(person) => {
                person.last_word = now;
                person.unanswered = None;
                person.agent = agent.or(person.agent.take());
            }
            None => {
                self.note(None, None, "a person writes: the bot is silent");
                self.session.person = Some(Person {
                    since: now,
                    last_word: now,
                    give_back,
                    team: None,
                    agent,
                    flow: None,
                    run: None,
                    unanswered: None,
                    step: None,
                });
                self.emit(FlowEvent::HandedOver { team: None });
            }
        }
    }

    /// Assigns the conversation to a person or team, also if another person has it; the bot stays silent.
    pub fn assign(&mut self, team: Option<String>, agent: Option<String>) {
        self.person_wrote(None);
        let Some(person) = &mut self.session.person else { return };
        (person.team, person.agent) = (team, agent);
        let to = [&person.team, &person.agent].into_iter().flatten().map(|name| format!("`{name}`"));
        let to = to.collect::<Vec<_>>().join(", ");
        self.note(None, None, format!("assigned to {to}"));
    }

    /// Returns the conversation to the bot.
    pub fn hand_back(&mut self, agent: Option<String>) {
        let Some(person) = self.session.person.take() else { return };
        self.session.needs_person = None;
        self.note(None, None, "the bot has the conversation again");
        let text = |text: Option<String>| text.map_or(Value::Nothing, Value::Text);
        let handoff = map([
            ("team", text(person.team.clone())),
            ("agent", text(agent.or(person.agent))),
            ("flow", text(person.flow.map(|flow| flow.to_string()))),
        ]);
        // Usually the run that handed over; an earlier one may wait for the same person.
        let waits = |run: &Run| matches!(run.waiting, Waiting::Person { .. });
        for number in self.all_runs() {
            let waiting = self.run(number).is_some_and(waits) && self.session.person.is_none();
            let Some(here) = self.here(number).filter(|_| waiting) else { continue };
            if let Step::Handoff(step) = &here.node.step {
                self.keep(here.run, step.fills.as_deref(), handoff.clone());
            }
            if let Some(run) = self.run_mut(here.run) {
                run.handoff = handoff.clone();
                run.asked_for = None;
            }
            self.resume(here, Next::Continue);
        }
        self.emit(FlowEvent::HandoffDone { handoff, team: person.team });
    }

    /// Closes the case: nothing of the conversation continues.
    pub fn close(&mut self) {
        for run in self.all_runs() {
            self.stop_because(run, "closed");
        }
        self.drop_queue();
        self.session.waiting_messages.clear();
        self.session.welcome = None;
        self.effects.push(Effect::Drop { run: None, message: None, reason: None });
        self.session.needs_person = None;
        self.hand_back(None);
    }

    /// Ends the conversation because the contact was joined to another one: no run continues, and flows get no event.
    /// Messages that have not left are still sent.
    pub fn leave(&mut self) {
        self.note(None, None, "the person goes on as another contact");
        for run in self.all_runs() {
            self.stop_because(run, "joined");
        }
        self.drop_queue();
        self.session.waiting_messages.clear();
        self.session.welcome = None;
        self.session.unsure_stop = None;
        self.session.language_asked = None;
        self.session.needs_person = None;
        self.session.person = None;
    }

    /// Takes over the state of another contact's conversation who was the same person.
    pub fn join(&mut self, joined: Joined) {
        self.note(None, None, "another contact was the same person, and is joined");
        if let (None, Some(person)) = (&self.session.person, joined.person) {
            // Its run ended in the other conversation.
            self.session.person = Some(Person { run: None, step: None, unanswered: None, ..person });
        }
        if self.session.needs_person.is_none() {
            self.session.needs_person = joined.needs_person;
        }
        if joined.opted_out {
            self.stop("joined to a contact who opted out", self.now(), false);
        }
    }

    /// Handles the due times of a hand-off: after a silence since the person's last message the bot has the
    /// conversation again; if nobody answered, the hand-off's text is sent.
    pub fn person_due(&mut self) {
        let now = self.now();
        let Some(person) = &mut self.session.person else { return };
        if person.last_word + person.give_back <= now {
            self.hand_back(None);
            return;
        }
        let due = person.unanswered.take_if(|unanswered| unanswered.at <= now);
        let (run, flow, step) = (person.run, person.flow.clone(), person.step.clone());
        if let Some(unanswered) = due {
            let number = self.next_message();
            let content = Content::Text { body: unanswered.body };
            self.send(MessageDraft {
                run,
                flow,
                step,
                topic: unanswered.topic,
                if_closed: unanswered.if_closed,
                ..MessageDraft::plain(number, content, Origin::HandoffFlow)
            });
        }
    }

    pub fn needs_person(&mut self, why: &str) {
        self.note(None, None, format!("needs a person: {why}"));
        if self.session.needs_person.is_none() {
            self.session.needs_person = Some(NeedsPerson { since: self.now(), why: why.to_owned() });
            self.effects.push(Effect::NeedsPerson { why: why.to_owned() });
        }
    }

    /// Ends the steps for a closed team.
    pub fn handed(&mut self, run: u32) -> bool {
        let Some(step) = self.run_mut(run).and_then(|run| run.handing.take()) else { return false };
        let set = self.set_of(run);
        let found = self.run(run).and_then(|found| {
            let place = found.frames.iter().rposition(|frame| {
                let flow = set.any_flow(&frame.flow);
                flow.is_some_and(|flow| flow.find(&step).is_some())
            })?;
            let flow = set.any_flow(&found.frames[place].flow)?;
            Some((place, flow, flow.find(&step)?))
        });
        let next = match found {
            Some((place, flow, ix)) => {
                if let Some(run) = self.run_mut(run) {
                    run.frames.truncate(place + 1);
                    run.frames[place].at = Some(step);
                }
                match &flow.node(ix).step {
                    Step::Handoff(handoff) => handoff.wait(self),
                    _ => Next::HandedOff,
                }
            }
            None => Next::HandedOff,
        };
        match next {
            Next::Park(waiting) => {
                if let Some(run) = self.run_mut(run) {
                    run.waiting = waiting;
                }
            }
            _ => self.end_run(run, RunEnd::HandedOff),
        }
        true
    }

    /// Hands the conversation over after an error that nobody handled; built in. Of several teams none is chosen:
    /// nobody said which one looks after errors, so the conversation is assigned to no team.
    pub fn hand_over_error(&mut self, run: u32, flow: FlowName, failure: &StepFailure) {
        let teams = &self.set_of(run).bot.teams;
        let only = teams.keys().next().filter(|_| teams.len() == 1);
        let team = only.cloned().unwrap_or_default();
        let summary = Some(format!("An error: {}", failure.text));
        let is_open = |team: &str| self.team_hours(self.live(), team).is_open(self.now());
        let out_of_hours = !teams.is_empty() && !teams.keys().any(|team| is_open(team));
        self.hand_over(HandoverData {
            run,
            flow,
            step: None,
            team,
            summary,
            priority: None,
            out_of_hours,
            unanswered: None,
        });
    }

    pub fn all_runs(&self) -> Vec<u32> {
        self.session.runs.iter().map(|run| run.number).collect()
    }
}
