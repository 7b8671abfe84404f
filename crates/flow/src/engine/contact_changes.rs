//! Changes the contact's data, for a step or from outside, and reports each difference to flows.

use super::turn::Turn;
use crate::model::{contact::ContactPatch, event::FlowEvent, value::Value};

impl Turn<'_> {
    pub fn add_tag(&mut self, tag: String) {
        if self.contact.tags.insert(tag.clone()) {
            self.contact_changed = true;
            self.emit(FlowEvent::TagAdded { tag });
        }
    }

    pub fn remove_tag(&mut self, tag: &str) {
        if self.contact.tags.remove(tag) {
            self.contact_changed = true;
            self.emit(FlowEvent::TagRemoved { tag: tag.to_owned() });
        }
    }

    /// Sets a declared field, or `name`, `language`, `zone`; `Nothing` clears it. The value must already have the
    /// declared type.
    pub fn set_field(&mut self, field: &str, value: Value) {
        let before = self.field(field);
        if before == value {
            return;
        }
        let text = value.print().filter(|text| !text.is_empty());
        match field {
            "name" => self.contact.name = text,
            "language" => self.contact.language = text,
            "zone" => self.contact.zone = text,
            _ if value == Value::Nothing => drop(self.contact.fields.remove(field)),
            _ => drop(self.contact.fields.insert(field.to_owned(), value.clone())),
        }
        self.contact_changed = true;
        self.emit(FlowEvent::FieldChanged { field: field.to_owned(), before, value });
    }

    /// The value of a field; `Nothing` if it is empty.
    pub fn field(&self, field: &str) -> Value {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Nothing, Value::text);
        match field {
            "name" => text(&self.contact.name),
            "language" => text(&self.contact.language),
            "zone" => text(&self.contact.zone),
            _ => self.contact.fields.get(field).cloned().unwrap_or_default(),
        }
    }

    /// Applies a change from outside the flows.
    pub fn changed(&mut self, patch: ContactPatch) {
        let before = self.emitted.len();
        patch.tags_removed.iter().for_each(|tag| self.remove_tag(tag));
        patch.tags_added.iter().for_each(|tag| self.add_tag(tag.clone()));
        for (field, value) in &patch.fields {
            self.set_field(field, value.clone());
        }
        for (topic, given) in &patch.consent {
            self.told_consent(topic, *given, &patch);
        }
        if patch.quietly {
            self.emitted.truncate(before);
        }
        if patch.tester_until.is_some() {
            self.contact.tester_until = patch.tester_until;
            self.contact_changed = true;
        }
        match patch.opted_out {
            Some(true) => self.stop_silently(&patch.by, patch.shown),
            Some(false) => self.lift_stop(&patch.by, patch.shown),
            None => {}
        }
    }
}
