//! Starts runs: by a message, from outside, by an event.

use super::choose::{Choice, RoutedMessage};
use crate::{
    base::{
        ids::{StartId, StepId},
        limits::RUNS_PER_CONVERSATION_MAX,
        time::{Span, Time},
    },
    definition::{Body, Flow, IfBusy, WrittenTrigger},
    engine::{
        drive,
        question::{answering, lifecycle},
        routing::{choose, once, queue, stop_when},
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

pub fn begin_by_message<'a>(turn: &mut Turn<'a>, choice: Choice<'a>, heard: &RoutedMessage<'_>, aside_of: Option<u32>) {
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
    begin(turn, choice.flow, beginning);
}

/// Begins the author's confirmation for contacts who opt out.
pub fn begin_confirmation<'a>(turn: &mut Turn<'a>, flow: &'a Flow, trigger: &'a WrittenTrigger, at: Time) {
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
    if let Some(run) = begin(turn, flow, beginning) {
        // Only one message, and no step that waits.
        drive::end_run(turn, run, RunEnd::Done);
    }
}

/// Starts steps of `_bot.yaml` as a separate run.
pub fn start_bot_steps(turn: &mut Turn<'_>, Body(entry): Body, trigger: &str, heard: &RoutedMessage<'_>) {
    let flow = &turn.live().bot.flow;
    let Some(number) = new_run(turn, flow, trigger, None, BTreeMap::new(), entry.map(|ix| flow.node(ix).id.clone()))
    else {
        return;
    };
    if let Some(run) = turn.run_mut(number) {
        run.asked_for = Some(heard.message.at);
        run.msg = heard.view.clone();
    }
    drive::run_steps(turn, number);
}

pub(crate) fn begin<'a>(turn: &mut Turn<'a>, flow: &'a Flow, beginning: NewRun<'_>) -> Option<u32> {
    // A value that a trigger reads from a body or pattern, and that the flow does not declare, is a plain variable.
    let declared = |name: &String| flow.inputs.iter().any(|field| field.name == *name);
    let read = |trigger: &WrittenTrigger| matches!(trigger.kind, Trigger::Webhook(_) | Trigger::Message(_));
    let of_trigger = beginning.written.is_some_and(read);
    let (inputs, plain): (BTreeMap<_, _>, BTreeMap<_, _>) =
        beginning.inputs.into_iter().partition(|(name, _)| !of_trigger || declared(name));
    let vars = match drive::opening(turn, turn.live(), flow, inputs) {
        Ok(mut vars) => {
            vars.extend(plain);
            vars
        }
        Err(failure) => {
            turn.note(None, None, format!("`{}` does not start: {}", flow.name, failure.text));
            turn.effects.push(Effect::DeadLetter { run: 0, reason: failure.text });
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
        Some(trigger) => once::key(turn, flow, trigger, &seen).ok().flatten(),
        None => once::sequence_key(flow).filter(|_| !beginning.confirms_stop),
    };
    let entry = flow.entry.map(|ix| flow.node(ix).id.clone());
    let number = new_run(turn, flow, &beginning.trigger, beginning.start, vars, entry)?;
    turn.effects.extend(once.map(|key| Effect::Once { key }));
    let knew = stop_when::knew_of(turn, flow);
    if let Some(trigger) = beginning.written.filter(|trigger| !trigger.at_most.is_empty()) {
        count_start(turn, flow.counts_as(trigger), trigger, number);
    }
    if let Some(run) = turn.run_mut(number) {
        run.frames.iter_mut().for_each(|frame| frame.knew.clone_from(&knew));
        run.event = beginning.event;
        run.msg = beginning.msg;
        run.handoff = beginning.handoff;
        run.asked_for = beginning.asked_for;
        run.aside_of = beginning.aside_of;
        run.depth = beginning.depth;
        run.confirms_stop = beginning.confirms_stop;
    }
    drive::run_steps(turn, number);
    Some(number)
}

/// Begins a run that answers an open form, beside all other runs.
pub(crate) fn begin_answering<'a>(
    turn: &mut Turn<'a>,
    flow: &'a Flow,
    vars: BTreeMap<String, Value>,
    answering: Answering,
) -> Option<u32> {
    let entry = flow.entry.map(|ix| flow.node(ix).id.clone());
    let number = new_run(turn, flow, "form", None, vars, entry)?;
    if let Some(run) = turn.run_mut(number) {
        run.answering = Some(answering);
    }
    drive::run_steps(turn, number);
    Some(number)
}

fn new_run(
    turn: &mut Turn<'_>,
    flow: &Flow,
    trigger: &str,
    start: Option<StartId>,
    vars: BTreeMap<String, Value>,
    at: Option<StepId>,
) -> Option<u32> {
    if turn.session.runs.len() >= RUNS_PER_CONVERSATION_MAX {
        turn.note(None, None, format!("`{}` does not start: too many runs are open", flow.name));
        return None;
    }
    turn.session.last_run += 1;
    let number = turn.session.last_run;
    let version = turn.versions.live_id();
    let frame = Frame::new(flow.name.clone(), at, Some(vars), None);
    turn.session.runs.push(Run {
        number,
        version,
        flow: flow.name.clone(),
        trigger: trigger.to_owned(),
        started_at: turn.now(),
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
        agent_calls: 0,
        handing: None,
        expired: false,
        said: None,
        stopped: false,
        why: None,
        by_itself: 0,
        answering: None,
    });
    turn.effects.push(Effect::RunBegan {
        run: number,
        flow: flow.name.clone(),
        version,
        trigger: trigger.to_owned(),
        start,
    });
    Some(number)
}

/// Counts a start from the moment the run begins; it no longer counts if nothing of it reaches the contact.
fn count_start(turn: &mut Turn<'_>, key: String, trigger: &WrittenTrigger, run: u32) {
    let now = turn.now();
    let longest = trigger.at_most.iter().map(|cap| cap.per).max().unwrap_or(Span::ZERO);
    let stamps = turn.contact.starts.entry(key.clone()).or_default();
    stamps.retain(|at| now - *at < longest);
    stamps.push(now);
    turn.contact_changed = true;
    turn.session.counted.push(CountedStart { key, at: now, run, open: Vec::new(), ended: false });
}

/// Ends the runs that wait for an answer, so that another flow takes their place.
pub fn replace(turn: &mut Turn<'_>, asking: u32) {
    let waiting = turn.session.runs.iter().filter(|run| run.number == asking || run.waiting.asks());
    for run in waiting.map(|run| run.number).collect::<Vec<_>>() {
        if let Some(run) = turn.run_mut(run) {
            run.aside_of = None;
        }
        drive::end_run(turn, run, RunEnd::Replaced);
    }
}

/// Handles a start by a schedule, the API or an event: all conditions are checked now.
pub fn start(turn: &mut Turn<'_>, start: Start) {
    let flow = turn.live().flow(&start.flow);
    let Some(flow) = flow else {
        turn.note(None, None, format!("there is no flow `{}` any more", start.flow));
        return queue::refuse(turn, &start, Reason::TooLate);
    };
    if let Some(why) = choose::out_of_reach(turn, flow) {
        return queue::leave_out(turn, None, &start, why);
    }
    let trigger = flow.triggers.iter().find(|trigger| trigger.key == start.trigger);
    match allowed(turn, flow, trigger, &start) {
        Ok(()) => {}
        Err(Some(reason)) => return queue::refuse(turn, &start, reason),
        Err(None) => {
            turn.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
            return;
        }
    }
    let busy = busy(turn);
    let asking = answering::asking(turn);
    match (busy, flow.if_busy.unwrap_or(IfBusy::Queue)) {
        (None, _) => start_now(turn, flow, trigger, start, None),
        (Some(reason), IfBusy::Skip) => queue::refuse(turn, &start, reason),
        (Some(Reason::WithPerson), _) | (Some(_), IfBusy::Queue) => queue::add(turn, start),
        (Some(_), _) if asking.is_some_and(|run| lifecycle::is_protected(turn, run)) => queue::add(turn, start),
        (Some(_), IfBusy::Replace) => {
            let open: Vec<u32> =
                turn.session.runs.iter().filter(|run| in_progress(&run.waiting)).map(|run| run.number).collect();
            open.into_iter().for_each(|run| replace(turn, run));
            start_now(turn, flow, trigger, start, None);
        }
        (Some(_), IfBusy::Parallel) => start_now(turn, flow, trigger, start, None),
        (Some(_), IfBusy::Aside) => match asking.filter(|_| !is_in_steps(turn)) {
            Some(run) => start_now(turn, flow, trigger, start, Some(run)),
            None => queue::add(turn, start),
        },
    }
}

fn start_now<'a>(
    turn: &mut Turn<'a>,
    flow: &'a Flow,
    trigger: Option<&'a WrittenTrigger>,
    start: Start,
    aside_of: Option<u32>,
) {
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
    let began = begin(turn, flow, beginning).is_some();
    let refused = (!began).then_some(Reason::Busy);
    turn.effects.push(Effect::Started { id: start.id, flow: flow_name, trigger, refused, queued: false });
}

/// Checks opt-out, consent, caps and the trigger's conditions. `Err(None)`: the contact is not selected.
fn allowed(
    turn: &Turn<'_>,
    flow: &Flow,
    trigger: Option<&WrittenTrigger>,
    start: &Start,
) -> Result<(), Option<Reason>> {
    if turn.opted_out.is_some() {
        return Err(Some(Reason::OptedOut));
    }
    if turn.contact.undeliverable_since(turn.world.sender.id).is_some() {
        return Err(Some(Reason::Undeliverable));
    }
    let nothing = Value::Nothing;
    let handoff = match &start.event {
        Value::Map(event) => event.get("handoff").unwrap_or(&nothing),
        _ => &nothing,
    };
    let seen = Seen { vars: Some(&start.inputs), event: &start.event, msg: &nothing, handoff, error: None, extra: &[] };
    if let Some(Trigger::Date(date)) = trigger.map(|trigger| &trigger.kind) {
        // While the start was queued, the date may have been changed or removed.
        let moment = date.moment(&turn.contact, &turn.live().bot);
        match (moment, date_value(&start.event)) {
            (Some(moment), Some(value)) if moment.value == value => {}
            _ => return Err(None),
        }
    }
    if let Some(Trigger::Schedule(schedule)) = trigger.map(|trigger| &trigger.kind) {
        let tagged = schedule.to.tags.iter().all(|tag| turn.contact.tags.contains(tag));
        let meant = match &schedule.to.condition {
            Some(condition) => turn.in_scope(turn.live(), &seen, |scope| condition.holds(scope)).unwrap_or(false),
            None => true,
        };
        if !tagged || !meant {
            return Err(None);
        }
    }
    let topic = turn.live().bot.topics.get(&flow.topic).cloned().unwrap_or_else(Topic::default);
    if topic.needs_consent && !turn.contact.consent.get(&flow.topic).is_some_and(|consent| consent.given) {
        return Err(Some(Reason::NoConsent));
    }
    let unasked = turn.contact.unasked.get(&flow.topic).map_or(&[][..], Vec::as_slice);
    if topic.at_most.iter().any(|cap| cap.reached(unasked, turn.now())) {
        return Err(Some(Reason::Capped));
    }
    let Some(trigger) = trigger else {
        return if once::began_before(turn, flow) { Err(Some(Reason::Capped)) } else { Ok(()) };
    };
    let stamps = turn.contact.starts.get(&flow.counts_as(trigger)).map_or(&[][..], Vec::as_slice);
    if trigger.at_most.iter().any(|cap| cap.reached(stamps, turn.now())) {
        return Err(Some(Reason::Capped));
    }
    choose::guarded(turn, flow, trigger, &seen).map_err(|_| None)
}

/// The reason why no run may begin now.
pub fn busy(turn: &Turn<'_>) -> Option<Reason> {
    if turn.session.person.is_some() {
        return Some(Reason::WithPerson);
    }
    // A message whose meaning is asked for may begin a run at any moment.
    let is_asked = turn.session.meaning_call().or(turn.session.hearing_call()).is_some();
    (is_asked || turn.session.runs.iter().any(|run| in_progress(&run.waiting))).then_some(Reason::Busy)
}

/// True if a run stands in the middle of its steps, so that it may ask next.
fn is_in_steps(turn: &Turn<'_>) -> bool {
    let waits = |waiting: &Waiting| matches!(waiting, Waiting::Call(_) | Waiting::Fate { .. } | Waiting::Ready);
    turn.session.runs.iter().any(|run| waits(&run.waiting))
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
        Waiting::Question(_)
        | Waiting::Reply { .. }
        | Waiting::Agent { .. }
        | Waiting::Call(_)
        | Waiting::Fate { .. }
        | Waiting::Ready => true,
        Waiting::Until { .. } | Waiting::Event { .. } | Waiting::Delivery { .. } | Waiting::Person { .. } => false,
    }
}
