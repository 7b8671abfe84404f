//! Computes the states in which flows start: by triggers, by `start` steps, by a call.

use super::{
    maps,
    refine::refine,
    state::{By, State, Trail},
    time_arithmetic, transfer,
    types::{Kinds, Shape, ValueType},
    views,
    window_age::{ANY, Age},
};
use crate::{
    FlowSet,
    base::{time::Span, yaml},
    definition::{Field, Flow, IfBusy, Node, Target, WrittenTrigger},
    model::answer::AnswerType,
    script::Code,
    text::Data,
    triggers::MessageAge,
};
use std::rc::Rc;

/// The age at which a trigger starts its flow.
pub fn first_age(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> Age {
    let own = match trigger.kind.since() {
        MessageAge::Now => Age::NOW,
        MessageAge::UpTo(most) => return Age { least: Span::ZERO, most },
        MessageAge::AnyTime => return Age::ANY,
    };
    // A queued start begins later than it was asked for.
    if flow.if_busy == Some(IfBusy::Queue) { own.up_to(set.bot.defaults.queue_for) } else { own }
}

/// The state in which the conditions of a trigger are evaluated: with the values that it brings, without variables of a
/// run.
pub fn asked(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> State {
    let state = State::new(flow, first_age(set, flow, trigger), &trigger.place);
    brought(set, flow, trigger, inputs(flow, state))
}

/// The state in which a trigger starts its flow.
pub fn start(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> State {
    let age = first_age(set, flow, trigger);
    let written = &trigger.outline.yaml;
    let mut state = brought(set, flow, trigger, given(flow, State::new(flow, age, &trigger.place)));
    if mistaken(set, trigger) {
        let fields = set.bot.fields.iter().map(|field| field.name.as_str());
        let own = ["name", "first_name", "phone", "language", "zone", "country"];
        state = fields.chain(own).fold(state, |state, name| state.fact(&format!("contact.{name}"), true));
    }
    // Contacts outside the audience get no message.
    if let Some(to) = written.get("to") {
        let within = |code: &&Code| to.place.range().contains(&code.place().range().start);
        for condition in trigger.outline.codes.iter().filter(within).filter_map(Code::single) {
            state = refine(flow, &state, condition, true).into_iter().next().unwrap_or(state);
        }
    }
    let guarded = trigger.guard.as_ref().and_then(|guard| guard.single());
    match guarded {
        Some(guard) => refine(flow, &state, guard, true).into_iter().next().unwrap_or(state),
        None => state,
    }
}

/// True if the audience has a mistake, which has a finding: it is unknown which fields it asks for.
fn mistaken(set: &FlowSet, trigger: &WrittenTrigger) -> bool {
    let written = &trigger.outline.yaml;
    let Some(to) = written.get("to") else { return trigger.outline.verb == "schedule" };
    let known = |key: &str| matches!(key, "if" | "tags" | "everyone");
    let misspelt = to.map().is_some_and(|entries| entries.iter().any(|entry| !known(&entry.key.text)));
    let codes = || {
        let within = |code: &&Code| to.place.range().contains(&code.place().range().start);
        trigger.outline.codes.iter().filter(within)
    };
    let unread = to.get("if").is_some() && codes().all(|code| code.single().is_none());
    let unknown = |name: &str| views::part(set, Shape::View("contact"), name).is_none();
    let of_no_field = |code: &Code| {
        let mut properties = code.uses().properties.iter();
        properties.any(|(root, name, _)| root == "contact" && unknown(name))
    };
    misspelt || unread || codes().any(of_no_field)
}

/// The state with the values of a trigger: groups of its pattern, keys of its body, its date.
fn brought(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger, state: State) -> State {
    let mut state = state;
    let written = &trigger.outline.yaml;
    if let Some(patterns) = written.get("message") {
        let patterns: Vec<&str> = patterns.one_or_many().iter().filter_map(yaml::Node::text).collect();
        for name in patterns.iter().flat_map(|pattern| crate::load::parse::groups(pattern)) {
            // A declared input has been converted when the run begins.
            if flow.inputs.iter().any(|field| field.name == *name) {
                continue;
            }
            let always = patterns.iter().all(|pattern| certain(pattern, name));
            let ty = ValueType::of(Kinds::TEXT);
            state = state.with(flow, name, if always { ty } else { ty.or(Kinds::NOTHING) });
        }
    }
    for entry in written.get("body").and_then(yaml::Node::map).unwrap_or_default() {
        let kind = entry.value.text().and_then(AnswerType::parse).unwrap_or(AnswerType::Any);
        state = state.with(flow, &entry.key.text, ValueType::declared(&kind.into()));
    }
    if let Some(field) = written.get("date").and_then(yaml::Node::text) {
        let name = field.strip_prefix("contact.").unwrap_or(field);
        let is_date =
            |field: &&Field| matches!(field.kind.of, AnswerType::Date | AnswerType::DateTime) || field.untyped;
        let dates: Vec<&str> = set.bot.fields.iter().filter(is_date).map(|field| field.name.as_str()).collect();
        // A name that is no date field has a finding; it is unknown which field was meant.
        let given = if dates.contains(&name) { vec![name] } else { dates };
        for name in given {
            state = state.fact(&format!("contact.{name}"), true);
        }
    }
    state
}

/// The state in which `on_stop` begins: the run's variables are unknown.
pub fn stopped(flow: &Flow) -> State {
    let later = flow.stop_when.iter().find(|trigger| trigger.kind.since() != MessageAge::Now);
    let (age, place) = match (later, flow.stop_when.first()) {
        (Some(trigger), _) => (Age::ANY, &trigger.place),
        (None, Some(trigger)) => (Age::NOW, &trigger.place),
        (None, None) => (Age::ANY, &flow.place),
    };
    let state = State::new(flow, age, place);
    State { vars: Rc::new(vec![ValueType::ANY; flow.names.len()]), ..state }
}

/// The flow of a `start` step, with its first state; `state` is that of the step.
pub fn begun<'a>(set: &'a FlowSet, flow: &'a Flow, node: &Node, state: &State) -> Option<(&'a Flow, State)> {
    let other = match &node.outline.target {
        Some(Target::Flow(name)) => set.flow(name)?,
        Some(Target::Top) => flow,
        Some(Target::Block { .. } | Target::Unknown(_)) | None => return None,
    };
    let written = &node.outline.yaml;
    if written.get("for").is_some_and(|whom| whom.text() != Some("contact")) {
        // Each of these contacts wrote at another time.
        return Some((other, given(other, State::new(other, Age::ANY, &node.place))));
    }
    let (then, least, most) = match written.get("at") {
        Some(at) => time_arithmetic::reached(state.age, time_arithmetic::until(node, Some(at))),
        None => (state.age, Span::ZERO, Span::ZERO),
    };
    // If the contact is busy, the start is queued.
    let queue = if other.if_busy == Some(IfBusy::Skip) { Span::ZERO } else { set.bot.defaults.queue_for };
    let came_here = |link: &&Trail| matches!(link.by, By::Begun(..)) && link.place == node.place;
    let (wait, most) = (queue, if most == ANY { ANY } else { Span(most.0.saturating_add(queue.0)) });
    let (age, later) = match state.trail.links().iter().any(came_here) {
        // The number of rounds is unknown.
        true => (Age::ANY, (Span::ZERO, ANY)),
        false => (then.up_to(wait), (least, most)),
    };
    let begun = State::begun(other, age, &node.place, later, state);
    Some((other, given(other, begun)))
}

/// Adds inputs and first values.
pub fn given(flow: &Flow, state: State) -> State {
    let mut state = inputs(flow, state);
    for (name, data) in &flow.vars {
        let ty = match data {
            Data::Text(text) if text.sole().is_some() => ValueType::ANY,
            Data::Text(text) if text.as_plain().is_some() => ValueType::text(text.source()),
            Data::Text(_) => ValueType::of(Kinds::TEXT),
            Data::Value(value) => transfer::literal(value),
            Data::List(_) => ValueType::of(Kinds::LIST),
            Data::Map(entries) => maps::written(entries.iter().map(|(name, _)| name.source())),
        };
        state = state.with(flow, name, ty);
    }
    state
}

fn inputs(flow: &Flow, state: State) -> State {
    let mut state = state;
    for field in &flow.inputs {
        let ty = views::declared(field);
        let ty = if field.optional && field.default.is_none() { ty.or(Kinds::NOTHING) } else { ty };
        state = state.with(flow, &field.name, ty);
    }
    state
}

/// True if the named group takes part in every match of the pattern.
fn certain(pattern: &str, name: &str) -> bool {
    let Some(start) = pattern.find(&format!("<{name}>")) else { return false };
    let mut depth = 1usize;
    let rest = &pattern[start..];
    let end = rest.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => return None,
        }
        (depth == 0).then_some(at + 1)
    });
    !end.is_some_and(|end| rest[end..].starts_with(['?', '*']))
}
