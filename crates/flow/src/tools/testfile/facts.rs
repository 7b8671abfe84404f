//! Defines the data of a contact in tests, for `contact` in the head and for the step `set`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        phone,
        place::SourceFile,
        synonyms::contact_part,
        time::{self, Time},
        yaml::{self, Entry, Node},
    },
    definition::{FlowSet, Kind},
    engine::inputs,
    model::{
        answer::AnswerType,
        contact::{Consent, ContactData, ContactPatch},
        value::Value,
    },
    text::typed,
};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// One item of a contact's data.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Phone(String),
    Name(Option<String>),
    Language(Option<String>),
    Zone(Option<String>),
    Tags(Vec<String>),
    /// The consent by topic.
    Consent(Vec<(String, bool)>),
    /// A declared field; `Nothing` clears it.
    Field(String, Value),
}

/// The number of a customer without data, and a zone if the number does not tell it: the customer is in the country of
/// the business, with its time zone and its quiet hours.
pub fn somebody(zone: &TimeZone) -> (String, Option<Fact>) {
    let name = zone.iana_name().unwrap_or("UTC");
    let phone = phone::example(name);
    let own = (phone::zone(&phone) != Some(name)).then(|| Fact::Zone(Some(name.to_owned())));
    (phone, own)
}

/// The data as a change from outside the flows: flows are told about differences.
pub fn patch(facts: &[Fact], known: &ContactData) -> ContactPatch {
    let mut patch = ContactPatch { by: "test".to_owned(), ..ContactPatch::default() };
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Nothing, Value::text);
    for fact in facts {
        let (field, value) = match fact {
            // The phone number identifies the contact; the parser refuses to change it.
            Fact::Phone(_) => continue,
            Fact::Tags(tags) => {
                let wanted: BTreeSet<String> = tags.iter().cloned().collect();
                patch.tags_added = wanted.difference(&known.tags).cloned().collect();
                patch.tags_removed = known.tags.difference(&wanted).cloned().collect();
                continue;
            }
            Fact::Consent(topics) => {
                patch.consent.extend(topics.iter().cloned());
                continue;
            }
            Fact::Name(name) => ("name", text(name)),
            Fact::Language(language) => ("language", text(language)),
            Fact::Zone(zone) => ("zone", text(zone)),
            Fact::Field(name, value) => (name.as_str(), value.clone()),
        };
        patch.fields.insert(field.to_owned(), value);
    }
    patch
}

/// Writes the data into a contact's data at `now`.
pub fn apply(facts: &[Fact], data: &mut ContactData, now: Time) {
    for fact in facts {
        match fact {
            Fact::Phone(phone) => data.phone = Some(phone.clone()),
            Fact::Name(name) => data.name.clone_from(name),
            Fact::Language(language) => data.language.clone_from(language),
            Fact::Zone(zone) => data.zone.clone_from(zone),
            Fact::Tags(tags) => data.tags = tags.iter().cloned().collect(),
            Fact::Consent(topics) => {
                let given = topics.iter().map(|(topic, given)| (topic.clone(), Consent { given: *given, at: now }));
                data.consent.extend(given);
            }
            Fact::Field(name, Value::Nothing) => {
                data.fields.remove(name);
            }
            Fact::Field(name, value) => {
                data.fields.insert(name.clone(), value.clone());
            }
        }
    }
}

const BUILT_IN: [&str; 6] = ["phone", "name", "language", "zone", "tags", "consent"];

/// Parses one entry under `contact`, or under `set` without its `contact.`.
pub(super) fn fact(name: &str, entry: &Entry, set: &FlowSet, zone: &TimeZone, findings: &Findings) -> Option<Fact> {
    let node = &entry.value;
    let text = || optional_text(name, node, findings);
    Some(match name {
        "phone" => {
            let written = text()?.unwrap_or_default();
            let Some(phone) = phone::strict(&written) else {
                let finding = Diagnostic::error("E953", &node.place, format!("`{written}` is no phone number"));
                findings.push(finding.help("write `+`, the country and the number, in quotes: `\"+34600111222\"`"));
                return None;
            };
            Fact::Phone(phone)
        }
        "name" => Fact::Name(text()?),
        "language" => Fact::Language(text()?),
        "zone" => {
            let zone = text()?;
            if let Some(name) = zone.as_deref().filter(|name| TimeZone::get(name).is_err()) {
                let finding = Diagnostic::error("E953", &node.place, format!("there is no time zone `{name}`"));
                findings.push(finding.help(time::zone_meant(name)));
            }
            Fact::Zone(zone)
        }
        "tags" => Fact::Tags(node.one_or_many().iter().filter_map(Node::text).map(str::to_owned).collect()),
        "consent" => Fact::Consent(consent(node, set, findings)),
        field => {
            let Some(declared) = set.bot.fields.iter().find(|declared| declared.name == field) else {
                let message = format!("a contact has no field `{field}`");
                let known = BUILT_IN.into_iter().chain(set.bot.fields.iter().map(|field| field.name.as_str()));
                let meant = contact_part(field).filter(|part| BUILT_IN.contains(part));
                let meant = meant.map(|part| format!("write `{part}`")).or_else(|| did_you_mean(field, known));
                let help = meant.unwrap_or_else(|| "declare it under `fields` in `flows/_bot.yaml`".to_owned());
                findings.push(Diagnostic::error("E953", &entry.key.place, message).help(help));
                return None;
            };
            Fact::Field(field.to_owned(), field_value(field, &declared.kind, node, zone, findings)?)
        }
    })
}

/// Parses an item of a contact's data as a person types it: the name of a field, and its value in YAML.
pub fn typed_fact(name: &str, value: &str, set: &FlowSet) -> Result<Fact, Box<Diagnostic>> {
    let findings = Findings::default();
    let read = |value: &str| yaml::load(&SourceFile::new("", format!("{name}: {value}")), &findings);
    // A person need not type quotes: a value that is not valid YAML is a text.
    let node = read(value).filter(|_| findings.is_empty());
    let (findings, node) = match node {
        Some(node) => (findings, Some(node)),
        None => {
            let fresh = Findings::default();
            let quoted = SourceFile::new("", format!("{name}: {}", serde_json::Value::from(value)));
            let node = yaml::load(&quoted, &fresh);
            (fresh, node)
        }
    };
    let entries = node.as_ref().and_then(Node::map).unwrap_or_default();
    let read = entries.first().and_then(|entry| fact(name, entry, set, &set.bot.timezone, &findings));
    let first = findings.into_sorted().into_iter().find(Diagnostic::is_error);
    match (read, first) {
        (Some(fact), None) => Ok(fact),
        (_, Some(finding)) => Err(Box::new(finding)),
        (None, None) => Err(Box::new(Diagnostic::error("E953", &set.bot.place, format!("`{name}` cannot be set")))),
    }
}

/// Parses `{order: A7, sum: 12}` as a person types it; `None`: it is not YAML.
pub fn typed_data(text: &str) -> Option<Value> {
    let findings = Findings::default();
    let node = yaml::load(&SourceFile::new("", text), &findings)?;
    findings.is_empty().then(|| value_of(&node))
}

/// The YAML value with the type that it looks like: for `data` of events and fields of any type.
pub(super) fn value_of(node: &Node) -> Value {
    match &node.kind {
        yaml::Kind::Null => Value::Nothing,
        yaml::Kind::Scalar(scalar) => typed(scalar).unwrap_or_else(|| Value::text(scalar.text.as_str())),
        yaml::Kind::List(items) => Value::List(items.iter().map(value_of).collect()),
        yaml::Kind::Map(entries) => {
            let all: BTreeMap<_, _> =
                entries.iter().map(|entry| (entry.key.text.clone(), value_of(&entry.value))).collect();
            Value::Map(all)
        }
    }
}

fn field_value(name: &str, kind: &Kind, node: &Node, zone: &TimeZone, findings: &Findings) -> Option<Value> {
    let read = value_of(node);
    // The field decides the type: `1.10` is a number for a number field and a text for a text field.
    let written = node.text().map(Value::text).filter(|_| read != Value::Nothing).unwrap_or(read);
    let as_day = || {
        // A day means its first moment in a field for moments.
        let day = inputs::convert(&AnswerType::Date.into(), &written, zone)?;
        inputs::convert(kind, &day, zone)
    };
    let value = inputs::convert(kind, &written, zone).or_else(as_day);
    if value.is_none() && !node.is_broken() {
        let message = format!("`{name}` takes {}, and this is {}", inputs::name_of(kind), node.describe());
        findings.push(Diagnostic::error("E953", &node.place, message));
    }
    value
}

fn consent(node: &Node, set: &FlowSet, findings: &Findings) -> Vec<(String, bool)> {
    let Some(entries) = node.map() else {
        if !node.is_broken() {
            let message =
                format!("`consent` takes topics with `given` or `withdrawn`, and this is {}", node.describe());
            findings.push(Diagnostic::error("E953", &node.place, message).help("write `{marketing: given}`"));
        }
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in entries {
        let topic = entry.key.text.as_str();
        if !set.bot.topics.contains_key(topic) {
            let finding = Diagnostic::error("E953", &entry.key.place, format!("there is no topic `{topic}`"));
            findings.push(finding.help_if(did_you_mean(topic, set.bot.topics.keys().map(String::as_str))));
        }
        match entry.value.text() {
            Some("given") => all.push((topic.to_owned(), true)),
            Some("withdrawn") => all.push((topic.to_owned(), false)),
            _ => {
                let message = format!("consent is `given` or `withdrawn`, and this is {}", entry.value.describe());
                findings.push(Diagnostic::error("E953", &entry.value.place, message));
            }
        }
    }
    all
}

/// `Some(None)`: cleared by nothing, `none` or `null`.
fn optional_text(name: &str, node: &Node, findings: &Findings) -> Option<Option<String>> {
    match (&node.kind, node.text()) {
        (yaml::Kind::Null, _) => Some(None),
        (_, Some(text)) if node.scalar().is_some_and(|s| s.is_plain()) && matches!(text, "none" | "null") => Some(None),
        (_, Some(text)) => Some(Some(text.to_owned())),
        _ => {
            let message = format!("`{name}` takes a text, and this is {}", node.describe());
            findings.push(Diagnostic::error("E208", &node.place, message));
            None
        }
    }
}
