//! Parses one item of `messages`: a customer's text, tap or file.

use super::{
    body::{People, Text},
    kind::kind,
    parts::{Ad, Message, System},
    receive::{Malformed, person, shape},
};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::{CONTACT_NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX, USERNAME_CHARS_MAX},
        time::Time,
    },
    model::inbound::{Alias, AliasKind, Inbound, InboundMessage},
    untrusted_json,
};
use serde_json::value::RawValue;

/// Parses a message. Without a person, id or time it is malformed; an unknown kind is `Unsupported`.
pub fn read(sender: SenderId, people: &People<'_>, raw: &str) -> Result<Inbound, Malformed> {
    let message: Message<'_> = shape(raw)?;
    if message.group_id.get().is_some() {
        return Ok(Inbound::Ignored { why: "group_message" });
    }
    let at = time(&message.timestamp)?;
    let known = person(people, message.from.get(), message.from_user_id.get());
    if let Some(system) = &message.system
        && let Some(identity) = new_number(sender, &message, system, at)
    {
        return Ok(identity);
    }
    let mut from = aliases(&[&message.from], &[&message.from_user_id]);
    if let Some(known) = known {
        for alias in aliases(&[&known.wa_id], &[&known.user_id]) {
            if from.iter().all(|a| a.kind != alias.kind) {
                from.push(alias);
            }
        }
    }
    from.sort_by_key(|alias| alias.kind);
    if from.is_empty() {
        return Err("it names nobody by a phone or user id".into());
    }
    let message = InboundMessage {
        provider_id: id(&message.id)?,
        at,
        from,
        name: known.and_then(|p| p.profile.name.get()).map(|n| n.chars().take(CONTACT_NAME_CHARS_MAX).collect()),
        username: known.and_then(|p| username(p.profile.username.get())),
        kind: kind(&message)?,
        reply_to: message.context.as_ref().and_then(|c| c.id.get()).map(ProviderId::from),
        referral: message.referral.as_ref().map(Ad::ours),
        number: None,
    };
    Ok(Inbound::Message { sender, message })
}

/// The user name without `@`, which early drafts of the API had; `None` for a sample's placeholder or a text that is
/// too long.
fn username(text: Option<&str>) -> Option<String> {
    let name = text?.trim().trim_start_matches('@');
    let fits = (1..=USERNAME_CHARS_MAX).contains(&name.chars().count()) && plain(name);
    fits.then(|| name.to_owned())
}

/// A provider's id: present, and short enough for an index.
pub fn id(text: &Text<'_>) -> Result<ProviderId, Malformed> {
    match text.get() {
        Some(id) if !plain(id) => Err("its `id` is no id".into()),
        Some(id) if id.len() <= PROVIDER_ID_BYTES_MAX => Ok(id.into()),
        Some(_) => Err("its `id` is too long".into()),
        None => Err("its `id` is missing".into()),
    }
}

/// The characters of an id. A sample's placeholder (`<USER_ID>`) is none.
fn plain(id: &str) -> bool {
    id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"'))
}

/// Meta's seconds, as text or number; forwarding services may write milliseconds.
pub fn time(text: &Text<'_>) -> Result<Time, Malformed> {
    let text = text.get().ok_or("its `timestamp` is missing")?;
    untrusted_json::stamp(text).ok_or_else(|| "its `timestamp` is no time".into())
}

/// The person's ids: `numbers` are fields that hold a phone or a user id, `user_ids` such that hold a user id alone. A
/// text without the form of an id is left out; so is a phone in the field of a user id, because it could be anybody's.
pub fn aliases(numbers: &[&Text<'_>], user_ids: &[&Text<'_>]) -> Vec<Alias> {
    let mut found: Vec<Alias> = Vec::with_capacity(numbers.len() + user_ids.len());
    let read = |text: &&Text<'_>| text.get().and_then(Alias::read);
    let numbers = numbers.iter().filter_map(read);
    let user_ids = user_ids.iter().filter_map(read).filter(|alias| alias.kind == AliasKind::Bsuid);
    for alias in numbers.chain(user_ids) {
        if !found.contains(&alias) {
            found.push(alias);
        }
    }
    found
}

/// A value kept as JSON; U+0000 in it becomes U+FFFD, as in texts.
pub fn json(raw: &RawValue) -> Result<serde_json::Value, Malformed> {
    shape(raw.get()).map(without_nul)
}

/// A notice that the person has a new number or BSUID. Such items carry no `contacts`.
fn new_number(sender: SenderId, message: &Message<'_>, system: &System<'_>, at: Time) -> Option<Inbound> {
    let kind = system.kind.or_empty();
    if !matches!(kind, "user_changed_number" | "customer_changed_number" | "user_changed_user_id") {
        return None;
    }
    let old = aliases(&[&message.from], &[&message.from_user_id]);
    let new = aliases(&[&system.wa_id], &[&system.user_id]);
    (!old.is_empty() && !new.is_empty()).then_some(Inbound::Identity { sender, old, new, at })
}

/// Replaces U+0000 by U+FFFD, because Postgres cannot store it.
pub fn without_nul(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "\u{FFFD}")),
        Json::Array(items) => Json::Array(items.into_iter().map(without_nul).collect()),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(k, v)| (k.replace('\0', "\u{FFFD}"), without_nul(v))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_in_the_field_of_a_user_id_joins_nobody() {
        let [phone, id]: [Text<'_>; 2] =
            [r#""+34600111222""#, r#""ES.77""#].map(|text| serde_json::from_str(text).unwrap());
        let bsuid = Alias { kind: AliasKind::Bsuid, value: "ES.77".into() };
        assert_eq!(aliases(&[&id], &[&phone]), std::slice::from_ref(&bsuid));
        assert_eq!(aliases(&[&phone], &[&id]).len(), 2);
        assert_eq!(aliases(&[], &[&phone, &id]), [bsuid]);
    }

    #[test]
    fn a_time_may_have_a_fraction_as_a_number_and_as_a_text() {
        for written in ["1700000000.123", "\"1700000000.123\"", "1700000000123", "1.700000000123e12"] {
            let text: Text<'_> = serde_json::from_str(written).unwrap();
            assert_eq!(time(&text), Ok(Time(1_700_000_000_123)), "{written}");
        }
    }

    #[test]
    fn a_user_name_has_as_many_characters_as_the_limit_says() {
        let longest = "n".repeat(USERNAME_CHARS_MAX);
        assert_eq!(username(Some(&format!("@{longest}"))), Some(longest.clone()));
        assert_eq!(username(Some(&format!("{longest}a"))), None);
        assert_eq!(username(Some("@")), None);
    }
}
