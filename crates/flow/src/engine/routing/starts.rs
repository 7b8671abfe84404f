//! Starts runs: by a message, from outside, by an event.

use super::choose::{Choice, RoutedMessage, sequence_key};
use crate::{
    base::{
        ids::{StartId, StepId},
        limits::RUNS_PER_CONVERSATION_MAX,
        time::{Span, Time},
    },
    definition::{Body, Flow, IfBusy, WrittenTrigger},
    engine::{
        turn::{Seen, Turn},
        views::map,
    },
    load::bot::Topic,
    model::{
        effect::{Effect, RunEnd},
        event::{Reason, Start},
        session::{Answering, CountedStart, Frame, Run, Waiting},
        value::Value,
    },
    triggers::Trigger,
};
use std::collections::BTreeMap;

/// The data with which a new run begins.
pub(crate) struct NewRun<'s> {
    pub trigger: String,
    pub inputs: BTreeMap<String, Value>,
    pub event: Value,
    pub msg: Value,
    pub handoff: Value,
    pub asked_for: Option<Time>,
    pub aside_of: Option<u32>,
    pub depth: usize,
    pub written: Option<&'s WrittenTrigger>,
    /// The planned start that it belongs to.
    pub start: Option<StartId>,
    pub confirms_stop: bool,
}

impl<'a> Turn<'a> {
    pub fn begin_by_message(&mut self, choice: Choice<'a>, heard: &RoutedMessage<'_>, aside_of: Option<u32>) {
        let beginning = NewRun {
            trigger: choice.trigger.key.clone(),
            inputs: choice.inputs,
            event: Value::Nothing,
            msg: heard.view.clone(),
            handoff: Value::Nothing,
            asked_for: Some(heard.message.at),
            aside_of,
            depth: 0,
            written: Some(choice.trigger),
            start: None,
            confirms_stop: false,
        };
        self.begin(choice.flow, beginning);
    }

    /// Begins the author's confirmation for contacts who opt out.
    pub fn begin_confirmation(&mut self, flow: &'a Flow, trigger: &'a WrittenTrigger, at: Time) {
        let event = map([("name", Value::text("consent"))]);
        let beginning = NewRun {
            trigger: trigger.key.clone(),
            inputs: BTreeMap::new(),
            event,
            msg: Value::Nothing,
            handoff: Value::Nothing,
            asked_for: Some(at),
            aside_of: None,
            depth: 0,
            written: None,
            start: None,
            confirms_stop: true,
        };
        if let Some(run) = self.begin(flow, beginning) {
            // Only one message, and no step that waits.
            self.end_run(run, RunEnd::Done);
        }
    }

    /// Starts steps of `_bot.yaml` as a separate run.
    pub fn start_bot_steps(&mut self, Body(entry): Body, trigger: &str, heard: &RoutedMessage<'_>) {
        let flow = &self.live().bot.flow;
        let Some(number) = self.new_run(flow, trigger, None, BTreeMap::new(), entry.map(|ix| flow.node(ix).id.clone()))
        else {
            return;
        };
        if let Some(run) = self.run_mut(number) {
            run.asked_for = Some(heard.message.at);
            run.msg = heard.view.clone();
        }
        self.drive(number);
    }

    pub(crate) fn begin(&mut self, flow: &'a Flow, beginning: NewRun<'_>) -> Option<u32> {
        // A value that a trigger reads from a body or pattern, and that the flow does not declare, is a plain variable.
        let declared = |name: &String| flow.inputs.iter().any(|field| field.name == *name);
        let read = |trigger: &WrittenTrigger| matches!(trigger.kind, Trigger::Webhook(_) | Trigger::Message(_));
        let of_trigger = beginning.written.is_some_and(read);
        let (inputs, plain): (BTreeMap<_, _>, BTreeMap<_, _>) =
            beginning.inputs.into_iter().partition(|(name, _)| !of_trigger || declared(name));
        let vars = match self.opening(self.live(), flow, inputs) {
            Ok(mut vars) => {
                vars.extend(plain);
                vars
            }
            Err(failure) => {
                self.note(None, None, format!("`{}` does not start: {}", flow.name, failure.text));
                self.effects.push(Effect::DeadLetter { run: 0, reason: failure.text });
                return None;
            }
        };
        let seen = Seen {
            vars: Some(&vars),
            event: &beginning.event,
            msg: &beginning.msg,
            handoff: &beginning.handoff,
            error: None,
            extra: &[],
        };
        let once = match beginning.written {
            Some(trigger) => self.once_key(flow, trigger, &seen).ok().flatten(),
            None => sequence_key(flow).filter(|_| !beginning.confirms_stop),
        };
        let entry = flow.entry.map(|ix| flow.node(ix).id.clone());
        let number = self.new_run(flow, &beginning.trigger, beginning.start, vars, entry)?;
        self.effects.extend(once.map(|key| Effect::Once { key }));
        let knew = self.knew_of(flow);
        if let Some(trigger) = beginning.written.filter(|trigger| !trigger.at_most.is_empty()) {
            self.count_start(flow.counts_as(trigger), trigger, number);
        }
        if let Some(run) = self.run_mut(number) {
            run.frames.iter_mut().for_each(|frame| frame.knew.clone_from(&knew));
            run.event = beginning.event;
            run.msg = beginning.msg;
            run.handoff = beginning.handoff;
            run.asked_for = beginning.asked_for;
            run.aside_of = beginning.aside_of;
            run.depth = beginning.depth;
            run.confirms_stop = beginning.confirms_stop;
        }
        self.drive(number);
        Some(number)
    }

    /// Begins a run that answers an open form, beside all other runs.
    pub(crate) fn begin_answering(
        &mut self,
        flow: &'a Flow,
        vars: BTreeMap<String, Value>,
        answering: Answering,
    ) -> Option<u32> {
        let entry = flow.entry.map(|ix| flow.node(ix).id.clone());
        let number = self.new_run(flow, "form", None, vars, entry)?;
        if let Some(run) = self.run_mut(number) {
            run.answering = Some(answering);
        }
        self.drive(number);
        Some(number)
    }

    fn new_run(
        &mut self,
        flow: &Flow,
        trigger: &str,
        start: Option<StartId>,
        vars: BTreeMap<String, Value>,
        at: Option<StepId>,
    ) -> Option<u32> {
        if self.session.runs.len() >= RUNS_PER_CONVERSATION_MAX {
            self.note(None, None, format!("`{}` does not start: too many runs are open", flow.name));
            return None;
        }
        self.session.last_run += 1;
        let number = self.session.last_run;
        let version = self.versions.live_id();
        let frame = Frame::new(flow.name.clone(), at, Some(vars), None);
        self.session.runs.push(Run {
            number,
            version,
            flow: flow.name.clone(),
            trigger: trigger.to_owned(),
            started_at: self.now(),
            frames: vec![frame],
            waiting: Waiting::Ready,
            asked_for: None,
            event: Value::Nothing,
            aside_of: None,
            depth: 0,
            msg: Value::Nothing,
            handoff: Value::Nothing,
            postponed: false,
            confirms_stop: false,
            calls: 0,
            handing: None,
            expired: false,
            said: None,
            stopped: false,
            why: None,
            by_itself: 0,
            answering: None,
        });
        self.effects.push(Effect::RunBegan {
            run: number,
            flow: flow.name.clone(),
            version,
            trigger: trigger.to_owned(),
            start,
        });
        Some(number)
    }

    /// Counts a start from the moment the run begins; it no longer counts if nothing of it reaches the contact.
    fn count_start(&mut self, key: String, trigger: &WrittenTrigger, run: u32) {
        let now = self.now();
        let longest = trigger.at_most.iter().map(|cap| cap.per).max().unwrap_or(Span::ZERO);
        let stamps = self.contact.starts.entry(key.clone()).or_default();
        stamps.retain(|at| now - *at < longest);
        stamps.push(now);
        self.contact_changed = true;
        self.session.counted.push(CountedStart { key, at: now, run, open: Vec::new(), ended: false });
    }

    /// Ends the runs that wait for an answer, so that another flow takes their place.
    pub fn replace(&mut self, asking: u32) {
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Question(_) | Waiting::Reply { .. });
        let waiting = self.session.runs.iter().filter(|run| run.number == asking || waits(&run.waiting));
        for run in waiting.map(|run| run.number).collect::<Vec<_>>() {
            if let Some(run) = self.run_mut(run) {
                run.aside_of = None;
            }
            self.end_run(run, RunEnd::Replaced);
        }
    }

    /// Handles a start by a schedule, the API or an event: all conditions are checked now.
    pub fn start(&mut self, start: Start) {
        let flow = self.live().flow(&start.flow);
        let Some(flow) = flow else {
            self.note(None, None, format!("there is no flow `{}` any more", start.flow));
            return self.refuse(&start, Reason::TooLate);
        };
        if let Some(why) = self.out_of_reach(flow) {
            return self.leave_out(None, &start, why);
        }
        let trigger = flow.triggers.iter().find(|trigger| trigger.key == start.trigger);
        match self.allowed(flow, trigger, &start) {
            Ok(()) => {}
            Err(Some(reason)) => return self.refuse(&start, reason),
            Err(None) => {
                self.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
                return;
            }
        }
        let busy = self.busy();
        let asking = self.asking();
        match (busy, flow.if_busy.unwrap_or(IfBusy::Queue)) {
            (None, _) => self.start_now(flow, trigger, start, None),
            (Some(reason), IfBusy::Skip) => self.refuse(&start, reason),
            (Some(Reason::WithPerson), _) | (Some(_), IfBusy::Queue) => self.queue(start),
            (Some(_), _) if asking.is_some_and(|run| self.is_protected(run)) => self.queue(start),
            (Some(_), IfBusy::Replace) => {
                let open: Vec<u32> =
                    self.session.runs.iter().filter(|run| in_progress(&run.waiting)).map(|run| run.number).collect();
                open.into_iter().for_each(|run| self.replace(run));
                self.start_now(flow, trigger, start, None);
            }
            (Some(_), IfBusy::Parallel) => self.start_now(flow, trigger, start, None),
            (Some(_), IfBusy::Aside) => match asking {
                Some(run) => self.start_now(flow, trigger, start, Some(run)),
                None => self.queue(start),
            },
        }
    }

    fn start_now(&mut self, flow: &'a Flow, trigger: Option<&'a WrittenTrigger>, start: Start, aside_of: Option<u32>) {
        let beginning = NewRun {
            trigger: start.trigger.clone(),
            inputs: start.inputs.clone(),
            handoff: match &start.event {
                Value::Map(event) => event.get("handoff").cloned().unwrap_or_default(),
                _ => Value::Nothing,
            },
            event: start.event.clone(),
            msg: Value::Nothing,
            asked_for: None,
            aside_of,
            depth: start.depth,
            written: trigger,
            start: start.id,
            confirms_stop: false,
        };
        let (flow_name, trigger) = (start.flow.clone(), start.trigger.clone());
        let began = self.begin(flow, beginning).is_some();
        let refused = (!began).then_some(Reason::Busy);
        self.effects.push(Effect::Started { id: start.id, flow: flow_name, trigger, refused, queued: false });
    }

    /// Checks opt-out, consent, caps and the trigger's conditions. `Err(None)`: the contact is not selected.
    fn allowed(&self, flow: &Flow, trigger: Option<&WrittenTrigger>, start: &Start) -> Result<(), Option<Reason>> {
        if self.opted_out.is_some() {
            return Err(Some(Reason::OptedOut));
        }
        if self.contact.undeliverable_since(self.world.sender.id).is_some() {
            return Err(Some(Reason::Undeliverable));
        }
        let nothing = Value::Nothing;
        let handoff = match &start.event {
            Value::Map(event) => event.get("handoff").unwrap_or(&nothing),
            _ => &nothing,
        };
        let seen =
            Seen { vars: Some(&start.inputs), event: &start.event, msg: &nothing, handoff, error: None, extra: &[] };
        if let Some(Trigger::Date(date)) = trigger.map(|trigger| &trigger.kind) {
            // While the start was queued, the date may have been changed or removed.
            let moment = date.moment(&self.contact, &self.live().bot);
            match (moment, date_value(&start.event)) {
                (Some(moment), Some(value)) if moment.value == value => {}
                _ => return Err(None),
            }
        }
        if let Some(Trigger::Schedule(schedule)) = trigger.map(|trigger| &trigger.kind) {
            let tagged = schedule.to.tags.iter().all(|tag| self.contact.tags.contains(tag));
            let meant = match &schedule.to.condition {
                Some(condition) => self.in_scope(self.live(), &seen, |scope| condition.holds(scope)).unwrap_or(false),
                None => true,
            };
            if !tagged || !meant {
                return Err(None);
            }
        }
        let topic = self.live().bot.topics.get(&flow.topic).cloned().unwrap_or_else(Topic::default);
        if topic.needs_consent && !self.contact.consent.get(&flow.topic).is_some_and(|consent| consent.given) {
            return Err(Some(Reason::NoConsent));
        }
        let unasked = self.contact.unasked.get(&flow.topic).map_or(&[][..], Vec::as_slice);
        if topic.at_most.iter().any(|cap| cap.reached(unasked, self.now())) {
            return Err(Some(Reason::Capped));
        }
        let Some(trigger) = trigger else {
            return if self.began_before(flow) { Err(Some(Reason::Capped)) } else { Ok(()) };
        };
        let stamps = self.contact.starts.get(&flow.counts_as(trigger)).map_or(&[][..], Vec::as_slice);
        if trigger.at_most.iter().any(|cap| cap.reached(stamps, self.now())) {
            return Err(Some(Reason::Capped));
        }
        self.guarded(flow, trigger, &seen).map_err(|_| None)
    }

    /// The reason why no run may begin now.
    pub fn busy(&self) -> Option<Reason> {
        if self.session.person.is_some() {
            return Some(Reason::WithPerson);
        }
        self.session.runs.iter().any(|run| in_progress(&run.waiting)).then_some(Reason::Busy)
    }
}

/// The value of the date for which a start was planned.
fn date_value(event: &Value) -> Option<String> {
    let Value::Map(event) = event else { return None };
    let Some(Value::Map(data)) = event.get("data") else { return None };
    data.get("value").and_then(Value::print)
}

/// True if a question is open, or steps are running.
fn in_progress(waiting: &Waiting) -> bool {
    match waiting {
        Waiting::Question(_) | Waiting::Reply { .. } | Waiting::Call(_) | Waiting::Fate { .. } | Waiting::Ready => true,
        Waiting::Until { .. } | Waiting::Event { .. } | Waiting::Delivery { .. } | Waiting::Person { .. } => false,
    }
}
