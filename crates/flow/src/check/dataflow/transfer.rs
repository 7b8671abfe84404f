//! Computes the effect of a step on the age and on variables, along each branch.
//!
//! A verb that is not listed here takes no time, and fills the variable of its `as:`.

use super::{
    answers, lists, maps,
    refine::{self, refine},
    state::{By, State},
    time_arithmetic::{Distance, reached, until},
    types::{Kinds, KnownValue, Shape, ValueType},
    views,
    window_age::{ANY, Age},
};
use crate::{
    FlowSet,
    base::{
        limits::{CALL_TIMEOUT_DEFAULT, MODEL_CALL_MAX, MODEL_CALL_TIMEOUT_DEFAULT, WINDOW, WINDOW_CLOSING},
        place::Place,
        time::Span,
        yaml::{self, Kind as Yaml},
    },
    definition::{Flow, Node},
    script::Code,
    steps::{Step, llm::Returns, set::filled_by},
    text::{Text, typed},
};

/// The span under a key, if it is a literal.
pub fn span(node: Option<&yaml::Node>) -> Option<Span> {
    Span::parse(node?.text()?).ok()
}

/// The code under a key.
pub fn code_of<'a>(node: &'a Node, key: &str) -> Option<&'a Code> {
    code_in(node, node.outline.yaml.get(key)?)
}

/// The code that was parsed from a value, with or without quotes.
fn code_in<'a>(node: &'a Node, written: &yaml::Node) -> Option<&'a Code> {
    let range = written.place.range();
    node.outline.codes.iter().find(|code| range.contains(&code.place().range().start))
}

/// The text that was parsed from a scalar.
pub fn text_of<'a>(node: &'a Node, written: &yaml::Node) -> Option<&'a Text> {
    let place = &written.scalar()?.place;
    node.outline.texts.iter().find(|text| text.place() == place)
}

/// The states after one branch of a step (`by` is its key). Empty: the branch is never taken.
pub fn along(set: &FlowSet, flow: &Flow, node: &Node, by: &str, state: &State) -> Vec<State> {
    let written = &node.outline.yaml;
    let timeout = written.get("timeout");
    let one = |state: State| vec![state];
    let filled = |state: State| one(fill(set, flow, node, by, state));
    let any = |state: &State| state.clone().aged(Age::ANY, &node.place, Span::ZERO, ANY);
    match (node.outline.verb, by) {
        // All attempts may have failed by then.
        ("http" | "llm", "on_error") => one(passed(state, node, Span::ZERO, call_time(written)).caught()),
        (_, "on_error") => one(state.clone().caught()),
        (_, "on_timeout") if node.outline.verb == "handoff" => one(any(state)),
        (_, "on_timeout") => one(late(flow, node, state)),
        // At any time within the time to live; with `on_undelivered`, the next step waits until the message is
        // delivered.
        (_, "on_undelivered") => one(any(state)),
        ("say" | "template", _) if written.get("on_undelivered").is_some() => one(any(&templated(node, state))),
        ("template", _) => one(templated(node, state)),
        ("ask", _) => filled(state.clone().answered(&node.place)),
        // The model may think for some time about the last message.
        ("agent", "on_limit") => one(passed(&state.clone().answered(&node.place), node, Span::ZERO, MODEL_CALL_MAX)),
        ("agent", _) => filled(passed(&state.clone().answered(&node.place), node, Span::ZERO, MODEL_CALL_MAX)),
        ("wait", _) => filled(waited(node, state, written.get("wait"), timeout)),
        ("look_up" | "llm", "unsure") => one(match &node.outline.fills {
            Some(name) => state.clone().with(flow, name, ValueType::NOTHING),
            None => state.clone(),
        }),
        ("handoff", "out_of_hours") => one(state.clone()),
        ("handoff", _) => filled(any(state)),
        ("http" | "llm", _) => filled(passed(state, node, Span::ZERO, call_time(written))),
        ("if", by) => match code_of(node, "if").and_then(Code::single) {
            Some(condition) => refine(flow, state, condition, by == "then"),
            None => one(unread(flow, state, written.get("if").and_then(|condition| condition.text()))),
        },
        ("switch", by) => case(flow, node, by, state),
        ("repeat", by) => {
            let held =
                match code_of(node, "while").or_else(|| nested_code(node, "repeat", "while")).and_then(Code::single) {
                    Some(condition) => refine(flow, state, condition, by == "do"),
                    None => one(state.clone()),
                };
            let name = written.get("repeat").and_then(crate::steps::repeat::variable);
            match (name, by) {
                (Some(name), "do") => {
                    let list = nested_code(node, "repeat", "in").map(|list| worth(set, flow, state, list));
                    let item = list.map_or(ValueType::ANY, |list| lists::item(&list));
                    held.into_iter().map(|state| state.with(flow, name, item.clone())).collect()
                }
                // A literal list has at least one round, so the loop is never skipped.
                (Some(name), _) if is_written_out(nested_code(node, "repeat", "in")) => held
                    .into_iter()
                    .filter(|state| state.var(flow, name).is_none_or(|ty| *ty != ValueType::UNSET))
                    .collect(),
                _ => held,
            }
        }
        ("set", _) => one(set_values(set, flow, node, state)),
        _ if matches!(node.step, Step::Unreadable) => one(state.clone().perhaps_filled()),
        _ => filled(state.clone()),
    }
}

/// True for a literal list that is not empty: `["a", "b"]`.
fn is_written_out(list: Option<&Code>) -> bool {
    match list.and_then(Code::single) {
        Some(rhai::Expr::Array(items, _)) => !items.is_empty(),
        Some(rhai::Expr::DynamicConstant(list, _)) => list.as_array_ref().is_ok_and(|items| !items.is_empty()),
        _ => false,
    }
}

/// The state after a template, until the contact answers it.
fn templated(node: &Node, state: &State) -> State {
    match node.outline.verb {
        "template" => State { templated: Some(node.place.clone()), ..state.clone() },
        _ => state.clone(),
    }
}

/// The code under an inner key of a key.
pub fn nested_code<'a>(node: &'a Node, key: &str, inner: &str) -> Option<&'a Code> {
    code_in(node, node.outline.yaml.get(key)?.get(inner)?)
}

/// The state after the time-out of a step.
pub fn late(flow: &Flow, node: &Node, state: &State) -> State {
    let exactly = |span: Span| Distance::Between(span, span);
    let ahead = match node.outline.yaml.get("timeout") {
        None => exactly(flow.expires),
        Some(written) => match span(Some(written)) {
            Some(span) => exactly(span),
            None if written.get("until").is_some() => until(node, written.get("until")),
            // A time-out that cannot be parsed has a finding.
            None => exactly(Span::ZERO),
        },
    };
    let place = node.outline.yaml.get("timeout").map_or(&node.place, |written| &written.place);
    let (age, least, most) = reached(state.age, ahead);
    state.clone().passed(age, place, By::Late(least, most))
}

fn passed(state: &State, node: &Node, least: Span, most: Span) -> State {
    state.clone().aged(state.age.later(least, most), &node.place, least, most)
}

/// The state after a `wait` that did not end by its time-out.
fn waited(node: &Node, state: &State, value: Option<&yaml::Node>, timeout: Option<&yaml::Node>) -> State {
    let Some(value) = value else { return state.clone() };
    let at_most = match timeout {
        Some(written) => span(Some(written)).unwrap_or_else(|| reached(state.age, until(node, written.get("until"))).2),
        // An event or a delivery may arrive at any time.
        None => ANY,
    };
    match value.text() {
        Some("reply") => state.clone().answered(&node.place),
        Some("window_closing") => {
            // Half an hour before the end of the window, or now if that has passed.
            let end = Span(WINDOW.0 - WINDOW_CLOSING.0);
            let (age, _, _) = reached(state.age, Distance::AtAge(end));
            state.clone().aged(age, &node.place, Span::ZERO, end)
        }
        Some(_) => match span(Some(value)) {
            Some(span) => passed(state, node, span, span),
            // A wait that cannot be parsed has a finding, so no finding about the window follows.
            None => state.clone(),
        },
        None if value.get("until").is_some() => {
            let (age, least, most) = reached(state.age, until(node, value.get("until")));
            state.clone().aged(age, &node.place, least, most)
        }
        None if value.get("event").is_some() || value.get("delivery").is_some() => {
            passed(state, node, Span::ZERO, at_most)
        }
        None => state.clone(),
    }
}

/// The time of all attempts of a call and the pauses between them.
fn call_time(written: &yaml::Node) -> Span {
    let default = if written.get("llm").is_some() { MODEL_CALL_TIMEOUT_DEFAULT } else { CALL_TIMEOUT_DEFAULT };
    let timeout = span(written.get("timeout")).unwrap_or(default);
    let retry = written.get("retry");
    let number = |node: Option<&yaml::Node>| node.and_then(yaml::Node::text).and_then(|text| text.parse::<i64>().ok());
    let times = number(retry).or_else(|| number(retry.and_then(|retry| retry.get("times")))).unwrap_or(2).clamp(0, 10);
    let pause = span(retry.and_then(|retry| retry.get("wait"))).unwrap_or(Span::seconds(1));
    let backoff = number(retry.and_then(|retry| retry.get("backoff"))).unwrap_or(2).clamp(1, 10);
    let mut total = timeout.0;
    let mut wait = pause.0;
    for _ in 0..times {
        total = total.saturating_add(wait).saturating_add(timeout.0);
        wait = wait.saturating_mul(backoff);
    }
    Span(total)
}

/// The state behind a condition that cannot be read: nothing is known of the values that it names.
fn unread(flow: &Flow, state: &State, condition: Option<&str>) -> State {
    let words = condition.unwrap_or_default().split(|c: char| !c.is_alphanumeric() && c != '_');
    let named = words.filter(|word| state.var(flow, word).is_some());
    named.fold(state.clone(), |state, name| state.with(flow, name, ValueType::ANY))
}

/// The state in a case of a `switch`: the compared value is filled.
fn case(flow: &Flow, node: &Node, by: &str, state: &State) -> Vec<State> {
    let cases: Vec<&str> = match node.outline.yaml.get("cases").map(|cases| &cases.kind) {
        Some(Yaml::Map(entries)) => entries.iter().map(|entry| entry.key.text.as_str()).collect(),
        _ => Vec::new(),
    };
    let variable = match code_of(node, "switch").and_then(Code::single) {
        Some(rhai::Expr::Variable(variable, ..)) => variable,
        Some(dotted @ rhai::Expr::Dot(..))
            if cases.contains(&by) && !by.split(',').any(|text| text.trim() == "none") =>
        {
            return refine::there(state, dotted);
        }
        _ => return vec![state.clone()],
    };
    let name = variable.1.as_str();
    let Some(ty) = state.var(flow, name) else { return vec![state.clone()] };
    if let (KnownValue::Chosen(_), false) = (&ty.known, cases.contains(&by)) {
        let known: Vec<&str> = cases.iter().flat_map(|case| case.split(',')).map(str::trim).collect();
        return ty.chosen(&known, false).map(|left| state.clone().with(flow, name, left)).into_iter().collect();
    }
    let texts: Vec<String> = by.split(',').map(|text| text.trim().to_owned()).collect();
    if !cases.contains(&by) && is_covered(&cases, ty) {
        return Vec::new();
    }
    if !cases.contains(&by) || texts.iter().any(|text| text == "none") {
        return vec![state.clone()];
    }
    if ty.only_missing() {
        return Vec::new();
    }
    let mut present = ty.present();
    if let KnownValue::Texts(known) = &present.known
        && present.kinds == Kinds::TEXT
    {
        let left: Vec<String> =
            known.iter().filter(|text| *text == by.trim() || texts.contains(text)).cloned().collect();
        present.known = if left.is_empty() { KnownValue::No } else { KnownValue::Texts(left.into()) };
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    present.chosen(&texts, true).map(|present| state.clone().with(flow, name, present)).into_iter().collect()
}

/// True if each text that the value can be has a case, so that no value is left for the next step.
fn is_covered(cases: &[&str], ty: &ValueType) -> bool {
    let KnownValue::Texts(known) = &ty.known else { return false };
    let stands_in = |case: &&str, text: &str| case.trim() == text || case.split(',').any(|part| part.trim() == text);
    ty.kinds == Kinds::TEXT && known.iter().all(|text| cases.iter().any(|case| stands_in(case, text)))
}

/// The state in which the variable of `as:` has its type, on the branches that fill it.
fn fill(set: &FlowSet, flow: &Flow, node: &Node, by: &str, state: State) -> State {
    let Some(name) = &node.outline.fills else { return state };
    let ty = match node.outline.verb {
        "ask" if matches!(by, "on_fail" | "other") => return state,
        "ask" if by.is_empty() => answers::going_on(node, answers::answer(set, flow, node, by, &state)),
        "ask" => answers::answer(set, flow, node, by, &state),
        "http" => ValueType::shape(Shape::Http),
        "llm" => match &node.step {
            Step::Llm(llm) => match &llm.returns {
                Returns::Text => ValueType::of(Kinds::TEXT),
                Returns::One(kind) => ValueType::declared(kind),
                Returns::Record(fields) => views::record("what the step `returns`", fields),
            },
            _ => ValueType::ANY,
        },
        "agent" => match &node.step {
            Step::Agent(agent) => views::talk(agent, by),
            _ => ValueType::ANY,
        },
        // Without `unsure` the flow goes on, with nothing found.
        "look_up" if node.outline.yaml.get("unsure").is_none() => views::found(set, node).or(Kinds::NOTHING),
        "look_up" => views::found(set, node),
        "script" => code_of(node, "script").map_or(ValueType::ANY, |code| maps::made(set, flow, &state, code)),
        _ => ValueType::ANY,
    };
    state.with(flow, name, ty)
}

/// The state after `set: {name: value}`: the values are set in order, so each can read those above it.
fn set_values(set: &FlowSet, flow: &Flow, node: &Node, state: &State) -> State {
    in_turn(set, flow, node, state).pop().map_or_else(|| state.clone(), |(_, after)| after)
}

/// The states before each value of a `set`, with its place, and the state after the last one.
pub fn in_turn(set: &FlowSet, flow: &Flow, node: &Node, state: &State) -> Vec<(Place, State)> {
    if node.outline.verb != "set" {
        return Vec::new();
    }
    let mut after = state.clone();
    let mut all = Vec::new();
    let written = node.outline.yaml.get("set");
    // `n += 1` has a finding, and it fills `n`.
    if let Some((name, _)) = written.and_then(yaml::Node::text).and_then(yaml::assignment) {
        after = after.with(flow, name, ValueType::ANY);
    }
    for entry in written.and_then(yaml::Node::map).unwrap_or_default() {
        all.push((entry.key.place.to(&entry.value.place), after.clone()));
        let key = filled_by(entry);
        if key != entry.key.text {
            after = after.with(flow, key, ValueType::ANY);
            continue;
        }
        if let Some(list) = key.strip_suffix("[]") {
            after = after.with(flow, list, ValueType::of(Kinds::LIST));
            continue;
        }
        let ty = value(set, flow, node, &entry.value, &after);
        if key.contains('.') {
            let cleared = entry.value.text() == Some("none");
            after = after.fact(key, !cleared && !ty.may_miss());
        } else {
            after = after.with(flow, key, ty);
        }
    }
    let end = node.place.range().end;
    all.push((Place::new(node.place.file(), end..end), after));
    all
}

/// The type of a written value.
pub fn value(set: &FlowSet, flow: &Flow, node: &Node, written: &yaml::Node, state: &State) -> ValueType {
    match &written.kind {
        Yaml::Null => ValueType::NOTHING,
        Yaml::List(_) => ValueType::of(Kinds::LIST),
        Yaml::Map(entries) => maps::written(entries.iter().map(|entry| entry.key.text.as_str())),
        Yaml::Scalar(scalar) => match typed(scalar) {
            Some(value) => literal(&value),
            None => match text_of(node, written) {
                Some(text) => match text.sole() {
                    Some(code) => worth(set, flow, state, code),
                    // Code that cannot be read has a finding.
                    None if text.as_plain() == Some("") && scalar.text.contains("${") => ValueType::ANY,
                    None if text.as_plain().is_some() => ValueType::text(scalar.text.as_str()),
                    None => ValueType::of(Kinds::TEXT),
                },
                None => ValueType::ANY,
            },
        },
    }
}

pub fn literal(value: &crate::model::value::Value) -> ValueType {
    use crate::model::value::Value;
    match value {
        Value::Nothing => ValueType::NOTHING,
        Value::YesNo(truth) => ValueType::truth(*truth),
        Value::Whole(number) => ValueType::whole(*number),
        Value::Number(_) => ValueType::of(Kinds::NUMBER),
        Value::Text(text) => ValueType::text(text.as_str()),
        Value::Date(_) => ValueType::of(Kinds::DATE),
        Value::Clock(_) => ValueType::of(Kinds::CLOCK),
        Value::DateTime(_) => ValueType::of(Kinds::DATETIME),
        Value::Span(_) => ValueType::of(Kinds::SPAN),
        Value::List(_) => ValueType::of(Kinds::LIST),
        Value::Map(parts) => ValueType::map(parts.keys().map(String::as_str)),
    }
}

/// The type of the result of some code, without any finding.
pub fn worth(set: &FlowSet, flow: &Flow, state: &State, code: &Code) -> ValueType {
    let mut eval = super::exprs::Eval { set, flow, state, code, judge: None, locals: Vec::new() };
    eval.value(super::exprs::Use::Asked)
}
