//! Splits a verified body into items: finds the sender of each change and lets every item fail alone.

use super::{
    Meta, Trust, account,
    body::{Change, Entry, Envelope, List, LooseEntry, LooseEnvelope, People, Person, Standby, Value},
    fields, message, status,
    surrogates::mended,
};
use crate::{
    base::{ids::SenderId, limits::DEAD_LETTER_CONTACTS_BYTES_MAX},
    model::inbound::{Inbound, Item},
    untrusted_json,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

/// Why an item is a dead letter, without its content.
pub type Malformed = Cow<'static, str>;

/// All items of a body, in order. Never fails: unknown items become dead letters. `verified_by`: the names of the keys
/// that verified it, if only names are known. `asked`: the sender in the webhook's path.
pub fn receive(meta: &Meta, trust: &Trust, verified_by: &[String], asked: Option<SenderId>, body: &[u8]) -> Vec<Item> {
    let text = untrusted_json::text_of(body);
    let mut reader = Reader { meta, trust, verified_by, asked, items: Vec::with_capacity(1) };
    reader.envelope(&text);
    reader.items
}

/// The names of the keys that verified a dead letter's body; `None` if its sender's key or other means did.
pub fn proof(raw: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Proof {
        verified_by: Option<Vec<String>>,
    }
    serde_json::from_str::<Proof>(raw).ok()?.verified_by
}

struct Reader<'m> {
    meta: &'m Meta,
    trust: &'m Trust,
    verified_by: &'m [String],
    /// The sender in the webhook's path. It owns a body in which not even the phone number is readable.
    asked: Option<SenderId>,
    items: Vec<Item>,
}

/// The context of an item, so that a dead letter can be wrapped again and parsed like a webhook.
#[derive(Clone, Copy)]
pub struct ItemContext<'a> {
    pub waba_id: &'a str,
    pub field: &'a str,
    pub value: &'a RawValue,
}

impl Reader<'_> {
    fn envelope(&mut self, text: &str) {
        // One pass for valid webhooks; the second only for a body with a value of an unexpected type.
        if let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) {
            for entry in &envelope.entry {
                self.entry(entry);
            }
            return;
        }
        match serde_json::from_str::<LooseEnvelope<'_>>(text) {
            Ok(envelope) => {
                for raw in envelope.entry {
                    self.loose_entry(raw.get());
                }
            }
            Err(error) => {
                self.dead("malformed", format!("the body is no webhook of Meta: {}", wrong(&error)), text.into())
            }
        }
    }

    fn loose_entry(&mut self, raw: &str) {
        match serde_json::from_str::<LooseEntry<'_>>(raw) {
            Ok(entry) => {
                for raw in entry.changes {
                    match serde_json::from_str::<Change<'_>>(raw.get()) {
                        Ok(change) => self.change(entry.id.or_empty(), &change),
                        Err(error) => {
                            let raw = format!(
                                r#"{{"object":"whatsapp_business_account","entry":[{{"id":{},"changes":[{}]}}]}}"#,
                                quoted(entry.id.or_empty()),
                                raw.get()
                            );
                            self.dead("malformed", format!("a change is malformed: {}", wrong(&error)), raw);
                        }
                    }
                }
            }
            Err(error) => {
                let raw = format!(r#"{{"object":"whatsapp_business_account","entry":[{raw}]}}"#);
                self.dead("malformed", format!("an entry is malformed: {}", wrong(&error)), raw);
            }
        }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        for change in &entry.changes {
            self.change(entry.id.or_empty(), change);
        }
    }

    fn change(&mut self, waba_id: &str, change: &Change<'_>) {
        let place = ItemContext { waba_id, field: &change.field, value: change.value };
        match place.field {
            "messages" | "smb_message_echoes" | "standby" | "user_preferences" | "user_id_update" | "calls" => {
                match shape::<Value<'_>>(change.value.get()) {
                    Ok(value) => self.value(place, &value),
                    Err(why) => self.dead_at(place, "malformed", why.into_owned()),
                }
            }
            "message_template_status_update" | "template_category_update" | "message_template_quality_update" => {
                self.template(place);
            }
            _ => self.account(place),
        }
    }

    /// A change about one number: all its lists, in the order in which they must be handled.
    fn value(&mut self, place: ItemContext<'_>, value: &Value<'_>) {
        let number = value.metadata.phone_number_id.or_empty();
        let sender = match self.meta.by_phone_number_id.get(number) {
            Some(&n) if self.meta.trusts(self.trust, n) => Ok(self.meta.senders[n].id),
            Some(_) => Err(("wrong_secret", "the body is signed with the secret of another sender".to_owned())),
            None if number.is_empty() => Err(("malformed", "`metadata.phone_number_id` is missing".to_owned())),
            None => Err(("unknown_sender", format!("no sender has the phone_number_id `{}`", short(number)))),
        };
        let ours = value.metadata.display_phone_number.or_empty();
        let people = &value.contacts;
        let before = self.items.len();
        self.list(place, "messages", &value.messages, &sender, |id, raw| match place.field {
            "messages" => message::read(id, people, raw),
            _ => Ok(Inbound::Ignored { why: "messages_in_another_field" }),
        });
        self.list(place, "statuses", &value.statuses, &sender, |id, raw| match place.field {
            "calls" => fields::call_status(id, raw),
            _ => status::read(id, raw),
        });
        self.list(place, "message_echoes", &value.message_echoes, &sender, |id, raw| fields::app_echo(id, ours, raw));
        self.list(place, "user_preferences", &value.user_preferences, &sender, fields::preference);
        self.list(place, "user_id_update", &value.user_id_update, &sender, fields::new_user_id);
        self.list(place, "calls", &value.calls, &sender, |id, raw| fields::call(id, people, raw));
        self.standby(place, &value.standby, &sender);
        for raw in &value.errors.items {
            self.ignored("platform_error", raw.get());
        }
        if self.items.len() == before {
            // A change without items, or with unknown lists.
            self.ignored("nothing_inside", place.value.get());
        }
    }

    /// Another application has the conversation. This is reported first, so that the bot is silent when the message
    /// itself is handled.
    fn standby(
        &mut self,
        place: ItemContext<'_>,
        standby: &Standby<'_>,
        sender: &Result<SenderId, (&'static str, String)>,
    ) {
        if standby.is_no_object {
            return self.unreadable(sender, "`standby` is not an object".to_owned(), alone(place));
        }
        let people = &standby.contacts;
        if let Ok(id) = sender {
            for raw in &standby.messages.items {
                if let Ok(echo) = fields::standby_holder(*id, people, raw.get()) {
                    self.items.push(Item { what: echo, raw: raw.get().to_owned() });
                }
            }
        }
        let inside = ItemContext { field: "messages", ..place };
        self.list(inside, "messages", &standby.messages, sender, |id, raw| message::read(id, people, raw));
        self.list(inside, "statuses", &standby.statuses, sender, status::read);
        self.list(place, "standby_echoes", &standby.message_echoes, sender, fields::standby_echo);
    }

    fn list(
        &mut self,
        place: ItemContext<'_>,
        name: &'static str,
        list: &List<'_>,
        sender: &Result<SenderId, (&'static str, String)>,
        read: impl Fn(SenderId, &str) -> Result<Inbound, Malformed>,
    ) {
        if list.is_no_list {
            let reason = format!("`{name}` is not a list");
            self.unreadable(sender, reason, wrap(place, &Surroundings::of(place), name, odd(place, name)));
        }
        // Read once for all items: each reading passes over the whole change.
        let around = OnceCell::new();
        for raw in &list.items {
            let around = || around.get_or_init(|| Surroundings::of(place));
            let alone = || wrap(place, around(), name, &format!("[{}]", raw.get()));
            match sender {
                Ok(id) => match mended(raw.get(), |text| read(*id, text)) {
                    Ok(what) => self.items.push(Item { what, raw: raw.get().to_owned() }),
                    Err(why) => self.unreadable(sender, format!("an item of `{name}`: {why}"), alone()),
                },
                Err((kind, reason)) => self.dead(kind, reason.clone(), alone()),
            }
        }
    }

    /// A dead letter of the sender that the change is for.
    fn unreadable(&mut self, sender: &Result<SenderId, (&'static str, String)>, reason: String, raw: String) {
        match sender {
            Ok(id) => {
                let what = Inbound::Dead { sender: Some(*id), kind: "malformed", reason };
                self.items.push(Item { what, raw });
            }
            Err((kind, reason)) => self.dead(kind, reason.clone(), raw),
        }
    }

    fn template(&mut self, place: ItemContext<'_>) {
        let known: Vec<usize> =
            (0..self.meta.senders.len()).filter(|n| self.meta.senders[*n].waba_id == place.waba_id).collect();
        if known.is_empty() {
            let reason = format!("no sender has the waba_id `{}`", short(place.waba_id));
            return self.dead_at(place, "unknown_sender", reason);
        }
        let trusted = known.iter().filter(|n| self.meta.trusts(self.trust, **n));
        let senders: Vec<SenderId> = trusted.map(|n| self.meta.senders[*n].id).collect();
        if senders.is_empty() {
            return self.dead_at(place, "wrong_secret", "the body is signed with the secret of another sender".into());
        }
        let first = senders.first().copied();
        match fields::template(place.field, senders, place.value.get()) {
            Ok(what) => self.items.push(Item { what, raw: place.value.get().to_owned() }),
            Err(why) => {
                let what = Inbound::Dead { sender: first, kind: "malformed", reason: why.into_owned() };
                self.items.push(Item { what, raw: alone(place) });
            }
        }
    }

    /// A problem that stops messages is reported for the senders of that account; everything else is counted.
    fn account(&mut self, place: ItemContext<'_>) {
        let raw = place.value.get();
        if let Some(news) = account::news(place.field, raw) {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let number = news.number.as_deref().map(digits);
            let is_of = |n: &usize| {
                let sender = &self.meta.senders[*n];
                let alike = number.as_ref().is_none_or(|number| *number == digits(&sender.phone));
                sender.waba_id == place.waba_id && alike && self.meta.trusts(self.trust, *n)
            };
            let senders: Vec<SenderId> =
                (0..self.meta.senders.len()).filter(is_of).map(|n| self.meta.senders[n].id).collect();
            if !senders.is_empty() {
                return self.items.push(Item { what: Inbound::Account { senders, news }, raw: raw.to_owned() });
            }
        }
        self.ignored(fields::ignored(place.field, raw), raw);
    }

    fn ignored(&mut self, why: &'static str, raw: &str) {
        self.items.push(Item { what: Inbound::Ignored { why }, raw: raw.to_owned() });
    }

    fn dead_at(&mut self, place: ItemContext<'_>, kind: &'static str, reason: String) {
        self.dead(kind, reason, alone(place));
    }

    /// Adds a dead letter. If its sender's own secret did not verify it, it keeps the names of the keys that did.
    fn dead(&mut self, kind: &'static str, reason: String, raw: String) {
        let raw = match (self.trust, raw.strip_prefix('{')) {
            (Trust::Keys(keys), Some(rest)) => {
                let of_keys = self.meta.keys.iter().zip(keys).filter(|(_, verified)| **verified);
                let mut names: Vec<String> = of_keys.map(|(key, _)| key.name()).collect();
                names.extend(self.verified_by.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
                format!(r#"{{"verified_by":{},{rest}"#, serde_json::Value::from(names))
            }
            (Trust::All, _) | (Trust::Keys(_), None) => raw,
        };
        let sender = self.asked.filter(|_| kind == "malformed");
        self.items.push(Item { what: Inbound::Dead { sender, kind, reason }, raw });
    }
}

/// A webhook body with one change only.
fn alone(place: ItemContext<'_>) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":{},"changes":[{{"field":{},"value":{}}}]}}]}}"#,
        quoted(place.waba_id),
        quoted(place.field),
        place.value.get()
    )
}

/// Parses one item; the error describes the problem without the content.
pub fn shape<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, Malformed> {
    serde_json::from_str(raw).map_err(|error| wrong(&error).into())
}

/// The value under the name of a list that is none.
fn odd<'a>(place: ItemContext<'a>, name: &str) -> &'a str {
    type Parts<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;
    let name = if name == "standby_echoes" { "message_echoes" } else { name };
    let of = |parts: &Parts<'a>| parts.get(name).copied().map(RawValue::get).filter(|raw| !raw.starts_with('['));
    let parts: Parts<'a> = serde_json::from_str(place.value.get()).unwrap_or_default();
    let inner = || serde_json::from_str::<Parts<'a>>(parts.get("standby")?.get()).ok();
    of(&parts).or_else(|| of(&inner()?)).unwrap_or("null")
}

/// The parts of a change that belong to each of its items.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Surroundings<'a> {
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    contacts: Option<&'a RawValue>,
    #[serde(borrow)]
    standby: Option<InStandby<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct InStandby<'a> {
    #[serde(borrow)]
    contacts: Option<&'a RawValue>,
}

impl<'a> Surroundings<'a> {
    fn of(place: ItemContext<'a>) -> Surroundings<'a> {
        serde_json::from_str(place.value.get()).unwrap_or_default()
    }
}

/// One item alone in a webhook with its context: `Provider::replay` parses it like a new one. `list`: the item in its
/// list.
fn wrap(place: ItemContext<'_>, around: &Surroundings<'_>, name: &str, list: &str) -> String {
    let mut value = String::from("{");
    if let Some(metadata) = around.metadata {
        value += &format!(r#""metadata":{},"#, metadata.get());
    }
    let inner = around.standby.as_ref().and_then(|standby| standby.contacts);
    // One dead letter of a large webhook does not carry all of its contacts.
    if let Some(contacts) = inner.or(around.contacts).filter(|c| c.get().len() <= DEAD_LETTER_CONTACTS_BYTES_MAX) {
        value += &format!(r#""contacts":{},"#, contacts.get());
    }
    value += &match name {
        "standby_echoes" => format!(r#""standby":{{"message_echoes":{list}}}}}"#),
        _ => format!(r#""{name}":{list}}}"#),
    };
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":{},"changes":[{{"field":{},"value":{value}}}]}}]}}"#,
        quoted(place.waba_id),
        quoted(place.field)
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// serde's message without the value, which may be a customer's text.
fn wrong(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Eof => "JSON that ends too early",
        serde_json::error::Category::Data | serde_json::error::Category::Io => "a part has an unexpected type",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

/// For messages: a foreign id, at most 40 characters of it.
fn short(id: &str) -> String {
    id.chars().take(40).collect()
}

/// The contact entry with one of these ids: the name and the person's other id.
pub fn person<'p, 'a>(people: &'p People<'a>, from: Option<&str>, user_id: Option<&str>) -> Option<&'p Person<'a>> {
    let is = |theirs: Option<&str>, given: Option<&str>| {
        given.is_some_and(|given| theirs.is_some_and(|t| t.trim_start_matches('+') == given.trim_start_matches('+')))
    };
    people
        .iter()
        .map(|p| &p.0)
        .find(|p| is(p.user_id.get(), user_id) || is(p.wa_id.get(), from))
        // A BSUID may stand in a phone's field, on either side.
        .or_else(|| people.iter().map(|p| &p.0).find(|p| is(p.user_id.get(), from) || is(p.wa_id.get(), user_id)))
        .or_else(|| match (people.as_slice(), from, user_id) {
            ([only], None, None) => Some(&only.0),
            _ => None,
        })
}
