//! Parses and evaluates `card:` of a message: people or businesses that the customer can save.

use crate::{
    base::{blank::is_blank, limits::CARDS_MAX, yaml::Node},
    engine::turn::{Here, StepFailure, Turn},
    load::step_fields::StepFields,
    model::{
        card::{CardEmail, CardPhone, ContactCard},
        value::Value,
    },
    text::Data,
};
use std::collections::BTreeMap;

/// Cards as written: a map, a list of maps, or `${who}` for an answer of type `contact`.
pub struct WrittenCards(Data);

impl WrittenCards {
    pub fn parse(fields: &mut StepFields<'_, '_>) -> Option<Self> {
        let node = fields.node("card")?;
        for card in node.one_or_many() {
            read_one(fields, card);
        }
        if node.one_or_many().len() > CARDS_MAX {
            fields.wrong(
                node,
                "E208",
                format!("a message has at most {CARDS_MAX} cards; send the rest in another one"),
            );
        }
        fields.opt_data("card").map(WrittenCards)
    }

    pub fn resolve(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Vec<ContactCard>, StepFailure> {
        let cards = match turn.data(here, &self.0)? {
            Value::List(cards) => cards,
            one => vec![one],
        };
        if cards.len() > CARDS_MAX {
            return Err(StepFailure::new(
                "type",
                format!("`card` takes at most {CARDS_MAX} cards, and gets {}", cards.len()),
            ));
        }
        let cards = cards.iter().map(card_of).collect::<Result<Vec<_>, _>>()?;
        if cards.is_empty() { Err(StepFailure::new("empty_text", "there is no card to send")) } else { Ok(cards) }
    }
}

const KEYS: [&str; 8] = ["name", "first_name", "last_name", "company", "title", "phone", "email", "url"];

fn read_one<'a>(fields: &StepFields<'a, '_>, node: &'a Node) {
    match node.text() {
        Some(text) if !text.contains("${") && !node.is_broken() => {
            let message = format!("`card` needs a name and numbers, and this is the text `{text}`");
            fields.wrong(
                node,
                "E201",
                format!("{message}; write `card: {{name: …, phone: …}}`, or `card: ${{who}}` for an answer"),
            );
        }
        Some(_) => {}
        None => {
            let mut keys = fields.below(node, "card");
            let name = if node.has_broken() { keys.node("name") } else { keys.required("name") };
            // A card of the customer has a map there.
            let name = name.map(|name| name.get("formatted_name").unwrap_or(name));
            if let Some(name) = name.filter(|name| !name.is_broken() && name.text().is_some_and(is_blank)) {
                let message = "the `name` of the card is empty, and nobody could save it; write the name";
                fields.wrong(name, "E208", message);
            }
            keys.know(&KEYS);
            keys.know(&["whatsapp"]);
            keys.finish();
        }
    }
}

fn card_of(value: &Value) -> Result<ContactCard, StepFailure> {
    let Value::Map(card) = value else {
        return Err(StepFailure::new("type", "`card` takes a map with a `name`, or a list of such"));
    };
    let line = |key: &str| card.get(key).and_then(|value| said(value, key));
    // A customer's message has these fields inside other objects, as in Meta's format.
    let of = |outer: &str, key: &str| match card.get(outer) {
        Some(Value::Map(parts)) => parts.get(key).and_then(|value| said(value, key)),
        _ => None,
    };
    let Some(name) = of("name", "formatted_name").or_else(|| line("name")) else {
        return Err(StepFailure::new("empty_text", "the name of the card came out empty"));
    };
    let whatsapp = line("whatsapp").map(|number| number.chars().filter(char::is_ascii_digit).collect::<String>());
    let mut phones: Vec<CardPhone> = several(card, "phone")
        .iter()
        .filter_map(|value| {
            let wa_id = match value {
                Value::Map(parts) => parts.get("wa_id").and_then(|id| said(id, "wa_id")),
                _ => None,
            };
            Some(CardPhone { number: said(value, "phone")?, kind: None, wa_id })
        })
        .collect();
    if let Some(digits) = whatsapp.filter(|digits| !digits.is_empty()) {
        let is_it = |phone: &CardPhone| phone.number.chars().filter(char::is_ascii_digit).eq(digits.chars());
        match phones.iter_mut().find(|phone| is_it(phone)) {
            Some(phone) => phone.wa_id = Some(digits),
            None => phones.push(CardPhone { number: format!("+{digits}"), kind: None, wa_id: Some(digits) }),
        }
    }
    Ok(ContactCard {
        name,
        first_name: of("name", "first_name").or_else(|| line("first_name")),
        last_name: of("name", "last_name").or_else(|| line("last_name")),
        company: of("org", "company").or_else(|| line("company")),
        title: of("org", "title").or_else(|| line("title")),
        phones,
        emails: several(card, "email")
            .iter()
            .filter_map(|value| Some(CardEmail { address: said(value, "email")?, kind: None }))
            .collect(),
        urls: several(card, "url").iter().filter_map(|value| said(value, "url")).collect(),
    })
}

/// One value or a list; an answer of type `contact` has `phones`, a flow writes `phone`.
fn several<'v>(card: &'v BTreeMap<String, Value>, key: &str) -> &'v [Value] {
    match card.get(key).or_else(|| card.get(&format!("{key}s"))) {
        Some(Value::List(all)) => all,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// The text of a value, or the text under `key` if it is a map; `None` if it is empty.
fn said(value: &Value, key: &str) -> Option<String> {
    let value = match value {
        Value::Map(parts) => parts.get(key)?,
        other => other,
    };
    value.print().map(|text| text.trim().to_owned()).filter(|text| !is_blank(text))
}
