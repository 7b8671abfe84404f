//! Implements `set`: fills variables and fields of the contact.

use super::StepKind;
use crate::{
    base::{
        advice::is_surname,
        diagnostic::{Diagnostic, did_you_mean, probably},
        fix::Fix,
        foreign_words,
        limits,
        place::Place,
        synonyms::contact_part,
        time,
        yaml::{self, Node},
    },
    engine::{
        contact_changes, inputs,
        turn::{Here, Next, StepFailure, Turn},
        variables, views,
    },
    load::{
        language_codes::not_a_language,
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    model::{answer::AnswerType, value::Value},
    text::{Data, typed},
};

pub struct Set {
    pub values: Vec<(SetTarget, Data)>,
}

/// The target of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum SetTarget {
    Variable(String),
    /// `name[]`: adds an item at the end of a list.
    Append(String),
    /// A declared field, or `name`, `language`, `zone`.
    Contact(String),
}

/// The built-in fields of a contact that a flow may change.
pub const CONTACT: [&str; 3] = ["name", "language", "zone"];

impl StepKind for Set {
    const SPEC: Spec = Spec {
        name: "set",
        summary: "Fills variables, appends to lists, and changes what is known of the contact.",
        fields: &[FieldSpec::required(
            "set",
            FieldKind::MapOf(&FieldKind::Data),
            "`name: value`, `name[]: value` appends, `contact.field: value`; `none` empties. From top to bottom: each may read what those above it filled.",
        )],
        example: "set: {count: 1, contact.language: es}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        fields.required("set");
        let mut values = Vec::new();
        let entries = fields.map("set");
        for (at, entry) in entries.iter().enumerate() {
            let name = entry.key.text.as_str();
            if let Some(finding) = at.checked_sub(1).and_then(|before| cut_decimal(&entries[before], entry)) {
                fields.report(finding);
                continue;
            }
            if let Some((target, value)) = assigned(entry) {
                let message = format!("`set` takes `name: value`, and this is `{name}`");
                let finding = Diagnostic::error("E201", &entry.key.place, message);
                fields.report(finding.help(format!("write `set: {{{target}: {value}}}`")));
                continue;
            }
            let goal = match (name.strip_prefix("contact."), name.strip_suffix("[]")) {
                (Some(field), _) => {
                    check_field(fields, field, &entry.key.place);
                    SetTarget::Contact(field.to_owned())
                }
                (None, Some(list)) => SetTarget::Append(checked(fields, list, &entry.key.place)),
                (None, None) => SetTarget::Variable(checked(fields, name, &entry.key.place)),
            };
            let before = fields.findings().len();
            if let SetTarget::Contact(field) = &goal {
                takes(fields, field, &entry.value);
            }
            let data = fields.data_of(&entry.value);
            if before == fields.findings().len() {
                match increment(name, &entry.value) {
                    Some(finding) => fields.report(finding),
                    None => fields.no_code(&entry.value),
                }
            }
            values.push((goal, data));
        }
        Set { values }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        for (goal, data) in &self.values {
            let set = turn.data(here, data).and_then(|value| fill(turn, here, goal, value));
            if let Err(failure) = set {
                return Next::Fail(failure);
            }
        }
        Next::Continue
    }
}

fn fill(turn: &mut Turn<'_>, here: Here<'_>, goal: &SetTarget, value: Value) -> Result<(), StepFailure> {
    match goal {
        SetTarget::Variable(name) => {
            variables::keep(turn, here.run, Some(name), value);
        }
        SetTarget::Append(name) => {
            let Some(vars) = variables::vars_mut(turn, here.run) else { return Ok(()) };
            match vars.entry(name.clone()).or_default() {
                Value::List(items) if items.len() >= limits::SCRIPT_ARRAY_ITEMS_MAX => {
                    return Err(StepFailure::new("too_long", format!("the list `{name}` is full")));
                }
                Value::List(items) => items.push(value),
                nothing @ Value::Nothing => *nothing = Value::List(vec![value]),
                _ => return Err(StepFailure::new("type", format!("`{name}` is no list"))),
            }
        }
        SetTarget::Contact(field) => fill_contact(turn, here, field, value)?,
    }
    Ok(())
}

fn fill_contact(turn: &mut Turn<'_>, here: Here<'_>, name: &str, value: Value) -> Result<(), StepFailure> {
    let text = || value.print().filter(|text| !text.is_empty());
    match name {
        "zone" if text().is_some_and(|zone| jiff::tz::TimeZone::get(&zone).is_err()) => {
            let zone = text().unwrap_or_default();
            return Err(StepFailure::new("type", format!("there is no time zone `{zone}`")));
        }
        "name" | "language" | "zone" => {
            contact_changes::set_field(turn, name, text().map_or(Value::Nothing, Value::Text))
        }
        field => {
            let Some(declared) = here.set.bot.fields.iter().find(|declared| declared.name == field) else {
                return Err(StepFailure::new("type", format!("a contact has no field `{field}`")));
            };
            let zone = views::contact_zone(turn, here.set);
            let Some(value) = inputs::convert(&declared.kind, &value, &zone) else {
                let wanted = inputs::name_of(&declared.kind);
                return Err(StepFailure::new("type", format!("`contact.{field}` takes {wanted}")));
            };
            contact_changes::set_field(turn, field, value);
        }
    }
    Ok(())
}

/// Reports a literal that the field of the contact can never hold, when the flow is parsed.
fn takes(fields: &mut StepFields<'_, '_>, name: &str, node: &Node) {
    let plain =
        node.scalar().filter(|scalar| !scalar.text.contains("${") && !scalar.is_broken() && scalar.text != "none");
    match (name, plain) {
        ("zone", Some(scalar)) if jiff::tz::TimeZone::get(&scalar.text).is_err() => {
            let message = format!("there is no time zone `{}`; {}", scalar.text, time::zone_meant(&scalar.text));
            return fields.report(Diagnostic::error("E211", &node.place, message));
        }
        ("language", Some(scalar)) => return fields.report_if(not_a_language(&scalar.text, &node.place)),
        _ => {}
    }
    let Some(declared) = fields.bot().fields.iter().find(|field| field.name == name) else { return };
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.contains("${") && !scalar.is_broken()) else {
        return;
    };
    let value = typed(scalar).unwrap_or_else(|| Value::text(scalar.text.as_str()));
    if declared.kind.of == AnswerType::Text && scalar.text.is_empty() && value == Value::text("") {
        let message = format!("`contact.{name}` then holds an empty text, and counts as known: `missing(contact.{name})` is false");
        let fix = Fix::replace("write `none`", &node.place, "none");
        return fields.report(Diagnostic::warning("W333", &node.place, message).help("to empty it write `none`").fix(fix));
    }
    if inputs::convert(&declared.kind, &value, &fields.bot().timezone).is_some() {
        return;
    }
    let takes = inputs::name_of(&declared.kind);
    let message = format!("`contact.{name}` takes {takes}, and this is {}", node.describe());
    let finding = Diagnostic::error("E318", &node.place, message);
    let from = if declared.kind.of == AnswerType::DateTime { "now()" } else { "today()" };
    let worked_out = match foreign_words::moment(&scalar.text) {
        Some(moment) => Some(format!("${{{}}}", moment.replace("today()", from).replace("now()", from))),
        None => fields.is_code(scalar).then(|| format!("${{{}}}", scalar.text)),
    };
    fields.report(match worked_out {
        Some(text) => {
            let fix = Fix::replace(format!("write `{text}`"), &node.place, yaml::quoted(&text));
            finding.help(format!("write \"{text}\": what is worked out stands in `${{ }}`")).fix(fix)
        }
        None => {
            let like = inputs::written(&declared.kind, &scalar.text);
            let like = like.unwrap_or_else(|| "write such a value".to_owned());
            finding.help(format!("{like}; `${{…}}` stands for one that is worked out, `none` empties it"))
        }
    });
}

/// The name and the value of `{n += 1}` or `{n++}`, which other languages write for `n: "${n + 1}"`.
fn assigned(entry: &yaml::Entry) -> Option<(&str, String)> {
    entry.value.is_null().then(|| yaml::assignment(&entry.key.text)).flatten()
}

/// The finding about `{price: 12,50}`, whose second half became a key.
fn cut_decimal(before: &yaml::Entry, entry: &yaml::Entry) -> Option<Diagnostic> {
    let (name, digits) = (&before.key.text, &entry.key.text);
    let whole = before.value.text().filter(|whole| whole.parse::<i64>().is_ok())?;
    if !entry.value.is_null() || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let message = format!("`{whole},{digits}` ends at its comma, and `{digits}` became a key");
    let finding = Diagnostic::error("E201", &entry.key.place, message);
    Some(finding.help(format!("write `{name}: {whole}.{digits}`: decimals stand behind a point")))
}

/// The name that an entry of `set` fills, also as other languages write it.
pub fn filled_by(entry: &yaml::Entry) -> &str {
    assigned(entry).map_or(entry.key.text.as_str(), |(name, _)| name)
}

/// So many digits behind a `+` are a phone number with its country, the shortest of which have seven.
const PHONE_DIGITS_MIN: usize = 7;

/// The finding about `n: +1`, `n: += 1`, `n: "+= 1"` or `n: ++`, which are texts and add nothing.
fn increment(name: &str, node: &Node) -> Option<Diagnostic> {
    let scalar = node.scalar().filter(|scalar| !scalar.is_broken())?;
    let written = scalar.text.trim();
    let sign = written.chars().next().filter(|sign| matches!(sign, '+' | '-' | '*' | '/'))?;
    let assigns = written[1..].starts_with('=');
    // Other texts in quotes are meant as they stand: `"+34"`.
    if !assigns && (!scalar.is_plain() || matches!(sign, '*' | '/')) {
        return None;
    }
    let rest = written[1..].trim_start_matches(['=', sign]).trim();
    let by = if rest.is_empty() && written.len() > 1 { "1" } else { rest };
    // `+351912000111` is a phone number.
    if sign == '+' && !assigns && rest.len() >= PHONE_DIGITS_MIN && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // `-1` is a number.
    if by.parse::<f64>().is_err() || sign == '-' && written.parse::<f64>().is_ok() {
        return None;
    }
    let text = format!("${{{name} {sign} {by}}}");
    let done = match sign {
        '+' => "added",
        '-' => "taken away",
        _ => "worked out",
    };
    let message = format!("this is the text `{written}`, and nothing is {done}");
    let fix = Fix::replace(format!("write \"{text}\""), &node.place, yaml::quoted(&text)).guess();
    let plain = if sign == '+' && !assigns { format!("; for the number alone `{by}`") } else { String::new() };
    let help = format!("to change the number write `{name}: \"{text}\"`{plain}");
    Some(Diagnostic::warning("W320", &node.place, message).help(help).fix(fix))
}

fn checked(fields: &StepFields<'_, '_>, name: &str, place: &Place) -> String {
    if let Err(message) = crate::script::valid_name(name) {
        fields.report(Diagnostic::error("E307", place, message));
    }
    name.to_owned()
}

/// The source of a contact's other built-in data, for the finding that a flow cannot set it.
fn not_set(name: &str) -> Option<&'static str> {
    Some(match name {
        "first_name" => "it is the first word of the name: write `contact.name`",
        "username" => {
            "it is the public name that they chose on WhatsApp; for another one add a field of your own to `fields` in `_bot.yaml`"
        }
        "phone" | "country" => {
            "it is the number that they write from; for another one add a field of your own to `fields` in `_bot.yaml`"
        }
        "tags" => "write a step `- tag: NAME`, or `- untag: NAME`",
        "consent" => "write a step `- consent: {TOPIC: given}`",
        "last_message_at" => {
            "it is when they wrote last; for another moment add a field of your own to `fields` in `_bot.yaml`"
        }
        _ => return None,
    })
}

fn check_field(fields: &StepFields<'_, '_>, name: &str, place: &Place) {
    let declared = &fields.bot().fields;
    if CONTACT.contains(&name) || declared.iter().any(|field| field.name == name) {
        return;
    }
    if let Some(help) = not_set(name) {
        let message = format!("`contact.{name}` is read, and never set");
        return fields.report(Diagnostic::error("E408", place, message).help(help));
    }
    let known = || declared.iter().map(|field| field.name.as_str()).chain(CONTACT);
    let finding = Diagnostic::error("E408", place, format!("a contact has no field `{name}`"));
    let surname = is_surname(name).then(|| format!("write `{name}: text` under `fields` in `_bot.yaml`"));
    let part = contact_part(name).filter(|part| CONTACT.contains(part));
    let meant = part.or_else(|| probably(name, known())).filter(|_| surname.is_none());
    let help = surname.or(part.map(|part| format!("write `contact.{part}`")));
    let help = help.or_else(|| did_you_mean(name, known()));
    let finding = finding.help(help.unwrap_or_else(|| "add it to `fields` in `_bot.yaml`".into()));
    fields.report(finding.fix_if(meant.and_then(|meant| Fix::rename(place, name, meant))));
}
