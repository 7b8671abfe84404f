//! Implements `stop_when` and `on_stop`: ends runs from outside, also because of changes that happened unnoticed.

use super::{choose::RoutedMessage, events};
use crate::{
    definition::{Body, Flow, FlowSet, WrittenTrigger},
    engine::{
        contact_changes, drive,
        question::answering,
        routing::handover,
        turn::{Seen, Turn},
    },
    model::{
        answer,
        effect::{Effect, RunEnd},
        event::FlowEvent,
        session::{StopSnapshot, Waiting},
        value::Value,
    },
    triggers::Trigger,
};

/// The message is one of the words that a file of translations has for this trigger.
fn hears_in_another_language(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger, heard: &RoutedMessage<'_>) -> bool {
    let Trigger::Message(message) = &trigger.kind else { return false };
    let mut words = set.stop_words_of(flow, trigger).filter(|_| heard.text.is_some());
    words.any(|(_, words)| message.how.fits(&words.texts, &heard.folded).is_some())
}

/// Ends the runs that an event stops.
pub fn stop_by(turn: &mut Turn<'_>, what: &FlowEvent, event: &Value) {
    let own = matches!(what, FlowEvent::HandedOver { .. }).then_some("handed_over");
    // A run's own hand-off does not end it.
    let by = turn.session.person.as_ref().and_then(|person| person.run);
    stop_where(turn, event, &Value::Nothing, own, |_, trigger, run| {
        trigger.kind.happens(what) && (own.is_none() || by != Some(run))
    });
}

/// Ends the runs that a message of the contact stops; an answer to a run's own question is no `reply` to it.
pub fn stop_by_message(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) {
    let asking = answering::asking(turn);
    let frames = asking.and_then(|run| turn.run_mut(run)).map(|run| &mut run.frames);
    for knew in frames.into_iter().flatten().filter_map(|frame| frame.knew.as_mut()) {
        knew.heard_at = knew.heard_at.max(Some(heard.message.at));
    }
    let replies = answer::says_something(&heard.message.kind).then_some("reply");
    stop_where(turn, &Value::Nothing, &heard.view, replies, |(set, flow), trigger, run| {
        let own = matches!(trigger.kind, Trigger::Reply(_)) && asking == Some(run);
        !own && (trigger.kind.hears(heard).is_some() || hears_in_another_language(set, flow, trigger, heard))
    });
}

/// Ends the run if a change since the last check stops it: of its tags, fields, consents, or a message to another
/// sender. Called before each message of the run. True: it has ended, or is at its `on_stop`.
pub fn stop_meanwhile<'a>(turn: &mut Turn<'a>, number: u32) -> bool {
    let Some(run) = turn.run(number).filter(|run| !run.stopped) else { return false };
    let set = turn.set_of(number);
    let frames = run.frames.iter().rev();
    let looking: Vec<(&'a Flow, Box<StopSnapshot>)> =
        frames.filter_map(|frame| Some((set.any_flow(&frame.flow)?, frame.knew.clone()?))).collect();
    for (flow, knew) in looking {
        if flow.sequence.is_some() && turn.contact.last_message_at > knew.heard_at {
            stop_run(turn, number, flow, "reply");
            return true;
        }
        for trigger in &flow.stop_when {
            for what in changes_since(turn, &knew, trigger) {
                let event = what.as_ref().map_or(Value::Nothing, events::view);
                if stops(turn, number, flow, trigger, &event, &Value::Nothing) {
                    stop_run(turn, number, flow, &trigger.key);
                    return true;
                }
            }
        }
    }
    false
}

/// The innermost sequence of the run.
pub fn sequence_of<'a>(turn: &Turn<'a>, number: u32) -> Option<&'a Flow> {
    let set = turn.set_of(number);
    let mut flows = turn.run(number)?.frames.iter().rev().filter(|frame| frame.vars.is_some());
    flows.find_map(|frame| set.any_flow(&frame.flow).filter(|flow| flow.sequence.is_some()))
}

/// The data to remember for this check when the flow begins.
pub fn knew_of(turn: &Turn<'_>, flow: &Flow) -> Option<Box<StopSnapshot>> {
    if flow.stop_when.is_empty() && flow.sequence.is_none() {
        return None;
    }
    let mut knew = StopSnapshot { heard_at: turn.contact.last_message_at, ..StopSnapshot::default() };
    for trigger in &flow.stop_when {
        match &trigger.kind {
            Trigger::TagAdded(_) | Trigger::TagRemoved(_) => knew.tags.clone_from(&turn.contact.tags),
            Trigger::FieldChanged(changed) => {
                knew.fields.extend(changed.names.iter().map(|name| (name.clone(), contact_changes::field(turn, name))));
            }
            Trigger::Consent(consent) => {
                let given = |topic: &str| turn.contact.consent.get(topic).is_some_and(|consent| consent.given);
                knew.consent.extend(consent.topics.iter().map(|(topic, _)| (topic.clone(), given(topic))));
            }
            _ => {}
        }
    }
    Some(Box::new(knew))
}

/// The changes of the contact's data that concern a trigger; inner `None`: a message to another sender.
fn changes_since(turn: &Turn<'_>, knew: &StopSnapshot, trigger: &WrittenTrigger) -> Vec<Option<FlowEvent>> {
    let all: Vec<Option<FlowEvent>> = match &trigger.kind {
        Trigger::Reply(_) if turn.contact.last_message_at > knew.heard_at => return vec![None],
        Trigger::TagAdded(_) => {
            let fresh = turn.contact.tags.difference(&knew.tags);
            fresh.map(|tag| Some(FlowEvent::TagAdded { tag: tag.clone() })).collect()
        }
        Trigger::TagRemoved(_) => {
            let gone = knew.tags.difference(&turn.contact.tags);
            gone.map(|tag| Some(FlowEvent::TagRemoved { tag: tag.clone() })).collect()
        }
        Trigger::FieldChanged(_) => {
            let changed = knew.fields.iter().filter_map(|(field, before)| {
                let (value, before) = (contact_changes::field(turn, field), before.clone());
                (value != before).then(|| Some(FlowEvent::FieldChanged { field: field.clone(), before, value }))
            });
            changed.collect()
        }
        Trigger::Consent(_) => {
            let changed = knew.consent.iter().filter_map(|(topic, before)| {
                let given = turn.contact.consent.get(topic).is_some_and(|consent| consent.given);
                (given != *before).then(|| Some(FlowEvent::Consent { topic: topic.clone(), given }))
            });
            changed.collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().filter(|what| what.as_ref().is_some_and(|what| trigger.kind.happens(what))).collect()
}

/// Ends the runs for which `stops` is true. `own`: the name of an event that ends every sequence.
fn stop_where<'a>(
    turn: &mut Turn<'a>,
    event: &Value,
    msg: &Value,
    own: Option<&'static str>,
    fits: impl Fn((&FlowSet, &Flow), &WrittenTrigger, u32) -> bool,
) {
    let asking = answering::asking(turn);
    for number in handover::all_runs(turn) {
        let set = turn.set_of(number);
        let Some(run) = turn.run(number).filter(|run| !run.stopped) else { continue };
        let frames = run.frames.iter().rev().filter(|frame| frame.vars.is_some());
        let flows: Vec<&'a Flow> = frames.filter_map(|frame| set.any_flow(&frame.flow)).collect();
        // An answer to its own question is no reply to a sequence, and its own hand-off not that of others.
        let handed = turn.session.person.as_ref().is_some_and(|person| person.run == Some(number));
        let own = own.filter(|_| asking != Some(number) && !handed);
        let found = flows.iter().find_map(|flow| {
            if let (Some(_), Some(own)) = (flow.sequence, own) {
                return Some((*flow, own.to_owned()));
            }
            let mut fitting = flow.stop_when.iter().filter(|trigger| fits((set, flow), trigger, number));
            let trigger = fitting.find(|trigger| stops(turn, number, flow, trigger, event, msg))?;
            Some((*flow, trigger.key.clone()))
        });
        if let Some((flow, key)) = found {
            stop_run(turn, number, flow, &key);
            drive::run_steps(turn, number);
        }
    }
}

/// Evaluates the trigger's `if`, with the event as `event`, the variables of its own flow, and the run's `body` and
/// `handoff`.
fn stops(turn: &mut Turn<'_>, number: u32, flow: &Flow, trigger: &WrittenTrigger, event: &Value, msg: &Value) -> bool {
    let (Some(guard), Some(run)) = (&trigger.guard, turn.run(number)) else { return true };
    let body = match &run.event {
        Value::Map(event) => event.get("body").cloned().unwrap_or_default(),
        _ => Value::Nothing,
    };
    let extra = [("body", body)];
    let frame = run.frames.iter().rev().find(|frame| frame.vars.is_some() && frame.flow == flow.name);
    let vars = frame.and_then(|frame| frame.vars.as_ref());
    let seen = Seen { vars, event, msg, handoff: &run.handoff, error: None, extra: &extra };
    match turn.in_scope(turn.set_of(number), &seen, |scope| guard.holds(scope)) {
        Ok(holds) => holds,
        Err(failure) => {
            turn.note(Some(number), None, format!("the `if` of its `{}` fails: {}", trigger.key, failure.text));
            false
        }
    }
}

/// Stops a run: its messages that have not left are dropped, and it ends or continues at its `on_stop`.
pub fn stop_run<'a>(turn: &mut Turn<'a>, number: u32, flow: &'a Flow, key: &str) {
    turn.note(Some(number), None, format!("`{key}` stops it"));
    if let Some(run) = turn.run_mut(number) {
        run.why = Some(key.to_owned());
    }
    turn.effects.push(Effect::Drop { run: Some(number), message: None, reason: None });
    let entry = flow.on_stop.and_then(|Body(entry)| entry);
    let frame = turn
        .run(number)
        .and_then(|run| run.frames.iter().rev().find(|frame| frame.vars.is_some() && frame.flow == flow.name).cloned());
    let (Some(entry), Some(mut frame)) = (entry, frame) else {
        return drive::end_run(turn, number, RunEnd::Stopped);
    };
    frame.at = Some(flow.node(entry).id.clone());
    (frame.returns_as, frame.until, frame.error) = (None, None, None);
    if let Some(run) = turn.run_mut(number) {
        run.frames = vec![frame];
        run.waiting = Waiting::Ready;
        run.handing = None;
        (run.stopped, run.postponed, run.asked_for) = (true, false, None);
    }
}
