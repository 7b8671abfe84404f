//! Distributes events: to runs that wait for them or stop by them, and to flows that they start.

use crate::{
    base::limits::EVENT_DEPTH_MAX,
    definition::Flow,
    engine::{
        drive,
        routing::{choose, starts, stop_when},
        timers,
        turn::{Emitted, Next, Seen, Turn},
        variables,
        views::map,
    },
    model::{
        effect::Effect,
        event::{FlowEvent, Start},
        session::Waiting,
        value::Value,
    },
    steps::{Step, wait::WaitFor},
};
use std::collections::BTreeMap;

/// Distributes one event. A chain of events, in which flows that an event starts or wakes emit further events, has
/// a limit.
pub fn hand_round(turn: &mut Turn<'_>) -> bool {
    let Some(Emitted { what, depth, overheard }) = turn.emitted.pop_front() else { return false };
    let event = view(&what);
    stop_when::stop_by(turn, &what, &event);
    if depth > EVENT_DEPTH_MAX {
        let text = format!(
            "{} is the {depth}th of a chain of events that start or wake flows that emit events: a circle? Nothing \
             starts by it",
            words(&what)
        );
        turn.note(None, None, text.clone());
        turn.effects.push(Effect::Alarm { kind: "event_depth".into(), text });
        return true;
    }
    if let FlowEvent::Event { name, .. } = &what {
        wake_by_event(turn, name, &event, depth);
    }
    if overheard {
        return true;
    }
    for flow in turn.live().flows.values() {
        if let Some(trigger) = started_by(turn, flow, &what, &event) {
            starts::start(
                turn,
                Start {
                    id: None,
                    flow: flow.name.clone(),
                    trigger,
                    inputs: BTreeMap::new(),
                    event: event.clone(),
                    at: turn.now(),
                    depth,
                },
            );
        }
    }
    // An event about the contact, and not about this conversation, is also given to its other conversations.
    match what {
        FlowEvent::HandoffDone { .. } | FlowEvent::HandedOver { .. } | FlowEvent::Delivery { .. } => {}
        what => turn.effects.push(Effect::Happened { what, depth }),
    }
    true
}

/// The key of the first trigger of a flow that the event matches; of several, the first whose conditions are true.
fn started_by<'a>(turn: &Turn<'a>, flow: &'a Flow, what: &FlowEvent, event: &Value) -> Option<String> {
    if matches!(what, FlowEvent::Delivery { flow: own, .. } if *own == flow.name) {
        return None;
    }
    let fitting: Vec<_> = flow.triggers.iter().filter(|trigger| trigger.kind.happens(what)).collect();
    let nothing = Value::Nothing;
    let handoff = match event {
        Value::Map(event) => event.get("handoff").unwrap_or(&nothing),
        _ => &nothing,
    };
    let seen = Seen { vars: None, event, msg: &nothing, handoff, error: None, extra: &[] };
    let holds = fitting.iter().find(|trigger| choose::guarded(turn, flow, trigger, &seen).is_ok());
    // If no condition is true, the first trigger is returned, for its reason.
    holds.or(fitting.first()).map(|trigger| trigger.key.clone())
}

fn wake_by_event(turn: &mut Turn<'_>, name: &str, event: &Value, depth: usize) {
    let waiting = |waiting: &Waiting| matches!(waiting, Waiting::Event { name: wanted, .. } if wanted == name);
    let runs: Vec<u32> = turn.session.runs.iter().filter(|run| waiting(&run.waiting)).map(|run| run.number).collect();
    for number in runs {
        let Some(here) = turn.here(number) else { continue };
        let Step::Wait(wait) = &here.node.step else { continue };
        let before = turn.run_mut(number).map(|run| std::mem::replace(&mut run.event, event.clone()));
        let holds = match &wait.on {
            WaitFor::Event { condition: Some(condition), .. } => turn.holds(here, condition, &[]),
            _ => Ok(true),
        };
        match holds {
            Ok(true) => {
                let data = match event {
                    Value::Map(event) => event.get("data").cloned().unwrap_or_default(),
                    _ => Value::Nothing,
                };
                variables::keep(turn, number, wait.fills.as_deref(), data);
                if let Some(run) = turn.run_mut(number) {
                    run.depth = depth;
                }
                timers::wake(turn, here, Next::Continue);
            }
            Ok(false) => {
                if let (Some(run), Some(before)) = (turn.run_mut(number), before) {
                    run.event = before;
                }
            }
            Err(failure) => drive::resume(turn, here, Next::Fail(failure)),
        }
    }
}

/// The value of `event` in expressions.
pub fn view(what: &FlowEvent) -> Value {
    let text = |text: &str| Value::text(text);
    let (name, data) = match what {
        FlowEvent::Event { name, data } => (name.as_str(), data.clone()),
        FlowEvent::Consent { topic, given } => {
            ("consent", map([("topic", text(topic)), ("given", Value::YesNo(*given))]))
        }
        FlowEvent::HandoffDone { handoff, .. } => {
            return map([("name", text("handoff_done")), ("handoff", handoff.clone())]);
        }
        FlowEvent::HandedOver { team } => {
            ("handed_over", map([("team", team.as_deref().map_or(Value::Nothing, Value::text))]))
        }
        FlowEvent::TagAdded { tag } => ("tag_added", map([("tag", text(tag))])),
        FlowEvent::TagRemoved { tag } => ("tag_removed", map([("tag", text(tag))])),
        FlowEvent::FieldChanged { field, before, value } => {
            ("field_changed", map([("field", text(field)), ("before", before.clone()), ("value", value.clone())]))
        }
        FlowEvent::Delivery { state, flow, step, code } => {
            let maybe = |text: Option<&str>| text.map_or(Value::Nothing, Value::text);
            let step = maybe(step.as_ref().map(|step| step.as_str()));
            let data = [
                ("state", text(state.as_str())),
                ("flow", text(flow.as_str())),
                ("step", step),
                ("code", maybe(code.as_deref())),
            ];
            ("delivery", map(data))
        }
    };
    map([("name", text(name)), ("data", data)])
}

fn words(what: &FlowEvent) -> String {
    match what {
        FlowEvent::Event { name, .. } => format!("event `{name}`"),
        FlowEvent::Consent { topic, .. } => format!("consent to `{topic}`"),
        FlowEvent::HandoffDone { .. } => "the end of a hand-off".into(),
        FlowEvent::HandedOver { .. } => "a hand-off".into(),
        FlowEvent::TagAdded { tag } => format!("tag `{tag}`"),
        FlowEvent::TagRemoved { tag } => format!("the loss of tag `{tag}`"),
        FlowEvent::FieldChanged { field, .. } => format!("the change of `contact.{field}`"),
        FlowEvent::Delivery { state, .. } => format!("`{}` of a message", state.as_str()),
    }
}
