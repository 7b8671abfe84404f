//! Builds the views that flows can read: `contact`, `msg`, `window`, `hours` and the others of language.md 6b.

use super::{
    inputs,
    turn::{Seen, Turn},
};
use crate::{
    base::{phone, time::Time},
    definition::FlowSet,
    model::{
        answer,
        contact::ContactData,
        hours::OpeningHours,
        inbound::{InboundKind, InboundMessage, Referral},
        quiet::PossibleZones,
        value::Value,
    },
    script,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The contact's own zone, else that of its number's country if there is only one, else the bot's.
pub fn contact_zone(turn: &Turn<'_>, set: &FlowSet) -> TimeZone {
    zone_of(turn.contact.zone.as_deref(), turn.contact.phone.as_deref(), &set.bot.timezone)
}

pub fn local_now(turn: &Turn<'_>, set: &FlowSet) -> jiff::Zoned {
    zoned(turn.now(), contact_zone(turn, set))
}

/// The value of a name in an expression; called only for names that it reads.
pub fn look_up(turn: &Turn<'_>, set: &FlowSet, seen: &Seen<'_>, name: &str) -> Option<Value> {
    if let Some((_, value)) = seen.extra.iter().rev().find(|(extra, _)| *extra == name) {
        return Some(value.clone());
    }
    Some(match name {
        "contact" => contact_view(turn, set),
        "msg" => seen.msg.clone(),
        "event" => seen.event.clone(),
        "body" => match seen.event {
            Value::Map(event) => event.get("body").cloned().unwrap_or_default(),
            _ => Value::Nothing,
        },
        "handoff" => seen.handoff.clone(),
        "error" => match seen.error {
            Some(error) => map([
                ("code", Value::text(error.code.as_str())),
                ("text", Value::text(error.text.as_str())),
                ("step", Value::text(error.step.as_str())),
            ]),
            None => Value::Nothing,
        },
        "window" => window_view(turn, set),
        "hours" => {
            let all = set.bot.hours.iter().map(|(name, hours)| (name.clone(), hours_view(hours, turn.now())));
            Value::Map(all.collect())
        }
        "env" => {
            let all = set.bot.env.iter().map(|name| {
                (name.clone(), turn.world.env.get(name).map_or(Value::Nothing, |v| Value::text(v.as_str())))
            });
            Value::Map(all.collect())
        }
        own => return seen.vars?.get(own).cloned(),
    })
}

fn window_view(turn: &Turn<'_>, set: &FlowSet) -> Value {
    let window = turn.world.window;
    let ends_at = window.ends_at().map_or(Value::Nothing, |end| moment(end, contact_zone(turn, set)));
    map([("open", Value::YesNo(window.is_safe(turn.now()))), ("ends_at", ends_at)])
}

fn contact_view(turn: &Turn<'_>, set: &FlowSet) -> Value {
    let contact = &turn.contact;
    let text = |text: Option<&str>| text.map_or(Value::Nothing, Value::text);
    let consent = contact
        .consent
        .iter()
        .map(|(topic, consent)| (topic.clone(), Value::text(if consent.given { "given" } else { "withdrawn" })));
    let mut all: BTreeMap<String, Value> = contact.fields.clone();
    for field in &set.bot.fields {
        if all.contains_key(&field.name) {
            continue;
        }
        let default = field.default.as_ref().and_then(|value| inputs::convert(&field.kind, value, &set.bot.timezone));
        all.extend(default.map(|value| (field.name.clone(), value)));
    }
    // A field with this name that the bot declares is the bot's own.
    if !set.bot.fields.iter().any(|field| field.name == "username") {
        all.insert("username".to_owned(), text(contact.username.as_deref()));
    }
    let country = contact.phone.as_deref().and_then(phone::country);
    all.extend([
        ("phone".to_owned(), text(contact.phone.as_deref())),
        ("name".to_owned(), text(contact.name.as_deref())),
        ("first_name".to_owned(), text(contact.name.as_deref().and_then(first_name))),
        ("language".to_owned(), text(Some(turn.language()))),
        ("zone".to_owned(), text(contact_zone(turn, set).iana_name())),
        ("country".to_owned(), text(country)),
        ("tags".to_owned(), Value::List(contact.tags.iter().map(|tag| Value::text(tag.as_str())).collect())),
        (
            "last_message_at".to_owned(),
            contact.last_message_at.map_or(Value::Nothing, |at| moment(at, contact_zone(turn, set))),
        ),
        ("consent".to_owned(), Value::Map(consent.collect())),
    ]);
    Value::Map(all)
}

/// All possible zones of the contact: its own, else those of its number's country, else the bot's.
fn zones_of(contact: &ContactData, bot: &TimeZone) -> Vec<TimeZone> {
    let named = |name: &str| TimeZone::get(name).ok();
    let zones: Vec<TimeZone> = match (contact.zone.as_deref().and_then(named), contact.phone.as_deref()) {
        (Some(zone), _) => vec![zone],
        (None, Some(phone)) => phone::zones(phone).iter().filter_map(|name| named(name)).collect(),
        (None, None) => Vec::new(),
    };
    if zones.is_empty() { vec![bot.clone()] } else { zones }
}

/// The places whose quiet hours apply to a contact: its zones, and the countries of its number and its own zone.
pub fn possible_zones(contact: &ContactData, bot: &TimeZone) -> PossibleZones {
    let number = contact.phone.as_deref().and_then(phone::country);
    let zone = contact.zone.as_deref().and_then(phone::country_of_zone).filter(|country| Some(*country) != number);
    PossibleZones { zones: zones_of(contact, bot), countries: number.into_iter().chain(zone).collect() }
}

/// The value of `msg` for a message.
pub fn message_view(message: &InboundMessage, zone: TimeZone) -> Value {
    let kind = match &message.kind {
        InboundKind::Text { .. } => "text",
        InboundKind::Button { .. } => "button",
        InboundKind::Media { heard: Some(_), .. } => "text",
        InboundKind::Media { media, .. } => media.as_str(),
        InboundKind::Location { .. } => "location",
        InboundKind::Contacts { .. } => "contact",
        InboundKind::Order { .. } => "order",
        InboundKind::Form { .. } => "form",
        InboundKind::Reaction { .. } => "reaction",
        InboundKind::Welcome => "welcome",
        InboundKind::Call { .. } => "call",
        InboundKind::Edit { .. } => "edit",
        InboundKind::Revoke { .. } => "revoke",
        InboundKind::System { .. } => "system",
        InboundKind::Unsupported { .. } => "unsupported",
    };
    let text = answer::words_of(&message.kind);
    let of = |wanted: bool| if wanted { answer::value_of(&message.kind) } else { Value::Nothing };
    map([
        ("text", text.map_or(Value::Nothing, |text| Value::text(text.trim()))),
        (
            "button",
            match &message.kind {
                InboundKind::Button { id, .. } => Value::text(id.as_str()),
                _ => Value::Nothing,
            },
        ),
        ("kind", Value::text(kind)),
        ("heard", Value::YesNo(message.kind.heard().is_some())),
        ("media", answer::file_of(&message.kind).unwrap_or_default()),
        ("location", of(matches!(message.kind, InboundKind::Location { .. }))),
        ("order", of(matches!(message.kind, InboundKind::Order { .. }))),
        ("form", of(matches!(message.kind, InboundKind::Form { .. }))),
        ("reaction", of(matches!(message.kind, InboundKind::Reaction { .. }))),
        ("referral", message.referral.as_ref().map_or(Value::Nothing, referral_view)),
        ("at", moment(message.at, zone)),
    ])
}

fn referral_view(referral: &Referral) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Nothing, Value::text);
    map([
        ("id", text(&referral.source_id)),
        ("type", text(&referral.source_type)),
        ("url", text(&referral.source_url)),
        ("headline", text(&referral.headline)),
        ("body", text(&referral.body)),
        ("click_id", text(&referral.click_id)),
    ])
}

pub fn moment(at: Time, zone: TimeZone) -> Value {
    Value::moment(zoned(at, zone))
}

pub fn zoned(at: Time, zone: TimeZone) -> jiff::Zoned {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone)
}

pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub fn zone_of(own: Option<&str>, number: Option<&str>, bot: &TimeZone) -> TimeZone {
    let named = own.and_then(|zone| TimeZone::get(zone).ok());
    named
        .or_else(|| number.and_then(phone::zone).and_then(|zone| TimeZone::get(zone).ok()))
        .unwrap_or_else(|| bot.clone())
}

/// The value of `hours.NAME`.
pub fn hours_view(hours: &OpeningHours, now: Time) -> Value {
    let at = |at: Option<Time>| at.map_or(Value::Nothing, |at| moment(at, hours.zone.clone()));
    let mut view = map([
        ("open", Value::YesNo(hours.is_open(now))),
        ("opens_at", at(hours.opens_at(now))),
        ("closes_at", at(hours.closes_at(now).filter(|_| hours.is_open(now)))),
    ]);
    if let Value::Map(all) = &mut view {
        all.extend(script::hours::parts(hours).map(|(name, value)| (name.to_owned(), value)));
    }
    view
}

/// The first word of a name, if it looks like one; not for `~*Ada*~` and `+34 600`.
fn first_name(name: &str) -> Option<&str> {
    let word = name.split_whitespace().next()?;
    word.chars().all(|c| c.is_alphabetic() || "-'’.".contains(c)).then_some(word)
}
