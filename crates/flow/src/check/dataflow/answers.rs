//! Computes the type of an answer, of its question's `type` and options.

use super::{
    lists,
    state::State,
    transfer::{text_of, worth},
    types::{Kinds, KnownValue, ValueType},
    views,
};
use crate::{
    FlowSet,
    base::yaml,
    check::control_flow::leads_on,
    definition::{Flow, Node},
    model::answer::AnswerType,
    steps::Step,
};

/// The type of the answer to a question on the branch `by`.
pub fn answer(set: &FlowSet, flow: &Flow, node: &Node, by: &str, state: &State) -> ValueType {
    let written = &node.outline.yaml;
    // The step has a finding, so no finding about a missing value follows.
    let reported = ValueType::of(Kinds::ALL.and(Kinds::VAGUE));
    if written.get("form").is_some() {
        let Step::Ask(ask) = &node.step else { return reported };
        return ask.message.form.as_ref().map_or(reported, |form| views::filled(&form.returns));
    }
    let named = written.get("type").and_then(yaml::Node::text);
    match named.and_then(AnswerType::parse) {
        None if named.is_some() => return reported,
        Some(AnswerType::Choice) | None => {}
        // The combination has a finding; one of the two was meant.
        Some(AnswerType::List) if written.get("options").is_some() => {}
        Some(kind) => return typed(written, kind, by),
    }
    let Some(options) = written.get("options") else { return ValueType::of(Kinds::TEXT) };
    let Some(items) = options.list() else {
        let ty = chosen(options, by);
        let listed = matches!(&ty.known, KnownValue::Chosen(texts) if texts.is_empty() && ty.kinds.is_vague());
        return if listed { offered(set, flow, node, state).unwrap_or(ty) } else { ty };
    };
    // `[Red; Blue]` has a finding.
    if matches!(&node.step, Step::Ask(ask) if ask.options.len() != items.len()) {
        return ValueType::of(Kinds::TEXT);
    }
    let mut ids = Vec::new();
    for item in items {
        let Some((id, label)) = id_and_label(item) else { continue };
        if id.contains("${") {
            return ValueType::of(Kinds::TEXT);
        }
        if !by.is_empty() && label == by {
            return ValueType::text(id);
        }
        ids.push(id.to_owned());
    }
    // Two options with the same id have a finding, and it is unknown which one should have another id.
    let twice = ids.iter().enumerate().any(|(at, id)| ids[..at].contains(id));
    // Missing options have a finding.
    if ids.is_empty() || twice {
        ValueType::of(Kinds::TEXT)
    } else {
        ValueType { kinds: Kinds::TEXT, known: KnownValue::Texts(ids.into()) }
    }
}

/// The answer to a question of another type than a choice: a value of this type, or one of the options beside it.
fn typed(written: &yaml::Node, kind: AnswerType, by: &str) -> ValueType {
    let of_type = ValueType::declared(&kind.into());
    let items = written.get("options").and_then(yaml::Node::list).unwrap_or_default();
    let chosen = items.iter().filter_map(id_and_label).find(|(_, label)| !by.is_empty() && *label == by);
    if let Some((id, _)) = chosen.filter(|(id, _)| !id.contains("${")) {
        return ValueType::text(id);
    }
    // Nobody knows which of the two it is until a condition has asked.
    let has_own = kind != AnswerType::YesNo && items.iter().any(|item| !leads_on(item));
    if has_own && !of_type.kinds.within(Kinds::TEXT) {
        return ValueType::of(of_type.kinds.and(Kinds::TEXT).and(Kinds::VAGUE));
    }
    of_type
}

/// The answer behind the question: an option with steps of its own has its own branch.
pub fn going_on(node: &Node, ty: ValueType) -> ValueType {
    let items = node.outline.yaml.get("options").and_then(yaml::Node::list).unwrap_or_default();
    let own: Vec<&str> =
        items.iter().filter(|item| leads_on(item)).filter_map(|item| Some(id_and_label(item)?.0)).collect();
    match &ty.known {
        KnownValue::Texts(texts) if texts.iter().any(|text| !own.contains(&text.as_str())) => {
            let left: Vec<String> = texts.iter().filter(|text| !own.contains(&text.as_str())).cloned().collect();
            ValueType { kinds: ty.kinds, known: KnownValue::Texts(left.into()) }
        }
        _ => ty,
    }
}

/// The answer to options from a list: an item of the list, or the text of an option beside them (`also`).
fn chosen(options: &yaml::Node, by: &str) -> ValueType {
    let also = options.get("also").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    let text = |id: &str| KnownValue::Chosen([id.to_owned()].into());
    let all: Vec<(&str, &str, bool)> =
        also.iter().filter_map(|item| id_and_label(item).map(|(id, label)| (id, label, leads_on(item)))).collect();
    if let Some((id, ..)) = all.iter().find(|(_, label, _)| !by.is_empty() && *label == by) {
        return ValueType { kinds: Kinds::TEXT, known: text(id) };
    }
    // Options with steps of their own do not continue here.
    let texts: Vec<String> = all.iter().filter(|(_, _, own)| !own).map(|(id, ..)| (*id).to_owned()).collect();
    if texts.iter().any(|id| id.contains("${")) {
        return ValueType::ANY;
    }
    ValueType { kinds: Kinds::ALL.and(Kinds::VAGUE), known: KnownValue::Chosen(texts.into()) }
}

/// The id of an option, and the name of its branch.
fn id_and_label(item: &yaml::Node) -> Option<(&str, &str)> {
    match (item.text(), item.map()) {
        (Some(text), _) => Some((text, text)),
        (None, Some([entry])) if !matches!(entry.key.text.as_str(), "id" | "title") => {
            Some((entry.key.text.as_str(), entry.key.text.as_str()))
        }
        (None, _) => {
            let part = |name: &str| item.get(name).and_then(yaml::Node::text);
            let id = part("id").or_else(|| part("title"))?;
            Some((id, part("title").unwrap_or(id)))
        }
    }
}

/// The type of `item` in the options of a question, if it is known: each item of their list.
pub fn offered(set: &FlowSet, flow: &Flow, node: &Node, state: &State) -> Option<ValueType> {
    let options = node.outline.yaml.get("options")?;
    let text = text_of(node, options.get("each").unwrap_or(options))?;
    let list = worth(set, flow, state, text.sole()?);
    matches!(list.known, KnownValue::Items(_)).then(|| lists::item(&list))
}
