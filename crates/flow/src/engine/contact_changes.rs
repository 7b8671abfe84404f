//! Changes the contact's data, for a step or from outside, and reports each difference to flows.

use super::turn::Turn;
use crate::{
    engine::routing::opt_out,
    model::{contact::ContactPatch, event::FlowEvent, value::Value},
};

pub fn add_tag(turn: &mut Turn<'_>, tag: String) {
    if turn.contact.tags.insert(tag.clone()) {
        turn.contact_changed = true;
        turn.emit(FlowEvent::TagAdded { tag });
    }
}

pub fn remove_tag(turn: &mut Turn<'_>, tag: &str) {
    if turn.contact.tags.remove(tag) {
        turn.contact_changed = true;
        turn.emit(FlowEvent::TagRemoved { tag: tag.to_owned() });
    }
}

/// Sets a declared field, or `name`, `language`, `zone`; `Nothing` clears it. The value must already have the
/// declared type.
pub fn set_field(turn: &mut Turn<'_>, name: &str, value: Value) {
    let before = field(turn, name);
    if before == value {
        return;
    }
    let text = value.print().filter(|text| !text.is_empty());
    match name {
        "name" => turn.contact.name = text,
        "language" => turn.contact.language = text,
        "zone" => turn.contact.zone = text,
        _ if value == Value::Nothing => drop(turn.contact.fields.remove(name)),
        _ => drop(turn.contact.fields.insert(name.to_owned(), value.clone())),
    }
    turn.contact_changed = true;
    turn.emit(FlowEvent::FieldChanged { field: name.to_owned(), before, value });
}

/// The value of a field; `Nothing` if it is empty.
pub fn field(turn: &Turn<'_>, field: &str) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Nothing, Value::text);
    match field {
        "name" => text(&turn.contact.name),
        "language" => text(&turn.contact.language),
        "zone" => text(&turn.contact.zone),
        _ => turn.contact.fields.get(field).cloned().unwrap_or_default(),
    }
}

/// Applies a change from outside the flows.
pub fn changed(turn: &mut Turn<'_>, patch: ContactPatch) {
    let before = turn.emitted.len();
    patch.tags_removed.iter().for_each(|tag| remove_tag(turn, tag));
    patch.tags_added.iter().for_each(|tag| add_tag(turn, tag.clone()));
    for (field, value) in &patch.fields {
        set_field(turn, field, value.clone());
    }
    for (topic, given) in &patch.consent {
        opt_out::told_consent(turn, topic, *given, &patch);
    }
    if patch.quietly {
        turn.emitted.truncate(before);
    }
    if patch.tester_until.is_some() {
        turn.contact.tester_until = patch.tester_until;
        turn.contact_changed = true;
    }
    match patch.opted_out {
        Some(true) => opt_out::stop_silently(turn, &patch.by, patch.shown),
        Some(false) => opt_out::lift_stop(turn, &patch.by, patch.shown),
        None => {}
    }
}
