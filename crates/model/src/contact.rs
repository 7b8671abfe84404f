//! Describes a contact, a person within one account: its data, its consent, and how often it was written to.

use super::{
    inbound::{Alias, AliasKind},
    value::Value,
};
use crate::base::{
    ids::{AccountName, ContactId, SenderId},
    limits::{STAMPS_KEPT_MAX, UNDELIVERABLE_AFTER},
    time::Time,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    pub account: AccountName,
    /// The time of the contact's opt-out from all messages; `None`: not opted out.
    pub opted_out: Option<Time>,
    pub data: ContactData,
}

/// The data of a contact that is stored in one JSON column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactData {
    /// `+` and digits, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The provider's own id of the person, which replaces a phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bsuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The public name that the person chose on WhatsApp, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An IANA time zone, set by an author or the API; `base::phone` guesses one from the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// The consent by topic; no entry: the contact was never asked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<String, Consent>,
    /// Topics whose consent was suspended by the contact's marketing switch on the platform. When the switch is turned
    /// back, only these get their consent back.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub suspended: BTreeSet<String>,
    /// The case that this contact was assigned to, by the name of a `split`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub splits: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<Time>,
    /// The times of starts that count towards `at_most`, by trigger key; removed when they are older than the longest
    /// cap.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub starts: BTreeMap<String, Vec<Time>>,
    /// The times of unasked messages that count towards the `at_most` of a topic.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unasked: BTreeMap<String, Vec<Time>>,
    /// By sender: how many sends in a row failed because nobody could be reached at the contact's number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unreached: BTreeMap<SenderId, Unreached>,
    /// The contact reaches draft flows until this time, because it sent a tester code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tester_until: Option<Time>,
    /// The contact that this one was joined to, because both are the same person; this contact keeps only its history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_to: Option<ContactId>,
    /// The time at which the person's data was erased on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Time>,
}

/// Failed sends in a row because the platform found nobody at the number; a delivery or a message of the contact ends
/// the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    pub times: u32,
    /// The time since which the number counts as undeliverable; `None`: it does not yet.
    pub since: Option<Time>,
}

impl ContactData {
    /// Counts one more send for which the platform found nobody at the number.
    pub fn is_not_reached(&mut self, sender: SenderId, now: Time) {
        let unreached = self.unreached.entry(sender).or_insert(Unreached { times: 0, since: None });
        unreached.times = unreached.times.saturating_add(1);
        if unreached.times >= UNDELIVERABLE_AFTER {
            unreached.since = unreached.since.or(Some(now));
        }
    }

    /// Clears the failures: the contact wrote, or one of our messages arrived. True if there were any.
    pub fn is_reached(&mut self) -> bool {
        !std::mem::take(&mut self.unreached).is_empty()
    }

    /// The time since which flows and schedules do not send to this number from this sender.
    pub fn undeliverable_since(&self, sender: SenderId) -> Option<Time> {
        self.unreached.get(&sender).and_then(|unreached| unreached.since)
    }

    /// True if the contact reaches draft flows: its number (with `+`) is one of the bot's testers, or it is a tester
    /// for a day.
    pub fn is_tester(&self, testers: &[String], now: Time) -> bool {
        self.phone.as_ref().is_some_and(|phone| testers.contains(phone))
            || self.tester_until.is_some_and(|end| now < end)
    }

    /// True if the contact is joined to another one or erased.
    pub fn is_gone(&self) -> bool {
        self.joined_to.is_some() || self.erased_at.is_some()
    }

    /// Replaces the contact's names by these, because the person wrote under them last or the platform announced them.
    /// An earlier number may now belong to nobody or to a stranger. True if something changed.
    pub fn moves_to(&mut self, names: &[Alias]) -> bool {
        let surest = |kind| names.iter().find(|name| name.kind == kind).map(|name| name.value.as_str());
        let mut is_new = false;
        if let Some(phone) = surest(AliasKind::Phone)
            && self.phone.as_deref().and_then(|known| known.strip_prefix('+')) != Some(phone)
        {
            self.phone = Some(format!("+{phone}"));
            is_new = true;
        }
        if let Some(bsuid) = surest(AliasKind::Bsuid)
            && self.bsuid.as_deref() != Some(bsuid)
        {
            self.bsuid = Some(bsuid.to_owned());
            is_new = true;
        }
        is_new
    }

    /// Takes over the data of another contact who is the same person. Data of this contact wins; if the two disagree
    /// about a topic, the refusal counts; starts and messages of both count towards every cap. Returns the topics that
    /// changed.
    pub fn absorb(&mut self, other: &ContactData) -> Vec<String> {
        for (own, theirs) in [
            (&mut self.phone, &other.phone),
            (&mut self.bsuid, &other.bsuid),
            (&mut self.name, &other.name),
            (&mut self.username, &other.username),
            (&mut self.language, &other.language),
            (&mut self.zone, &other.zone),
        ] {
            if own.is_none() {
                own.clone_from(theirs);
            }
        }
        self.tags.extend(other.tags.iter().cloned());
        for (field, value) in &other.fields {
            self.fields.entry(field.clone()).or_insert_with(|| value.clone());
        }
        for (split, way) in &other.splits {
            self.splits.entry(split.clone()).or_insert_with(|| way.clone());
        }
        self.last_message_at = self.last_message_at.max(other.last_message_at);
        self.tester_until = self.tester_until.max(other.tester_until);
        for (own, theirs) in [(&mut self.starts, &other.starts), (&mut self.unasked, &other.unasked)] {
            for (key, stamps) in theirs {
                let all = own.entry(key.clone()).or_default();
                all.extend(stamps);
                all.sort_unstable();
                let surplus = all.len().saturating_sub(STAMPS_KEPT_MAX);
                all.drain(..surplus);
            }
        }
        // A withdrawal by the person wins over one by the platform's switch.
        let withdrew = |of: &ContactData, topic: &String| {
            of.consent.get(topic).is_some_and(|word| !word.given) && !of.suspended.contains(topic)
        };
        let suspended: BTreeSet<String> = self.suspended.union(&other.suspended).cloned().collect();
        self.suspended =
            suspended.into_iter().filter(|topic| !withdrew(self, topic) && !withdrew(other, topic)).collect();
        let mut changed = Vec::new();
        for (topic, theirs) in &other.consent {
            let own = self.consent.get(topic);
            if own.is_none_or(|own| own.given && !theirs.given) {
                self.consent.insert(topic.clone(), *theirs);
                changed.push(topic.clone());
            }
        }
        changed
    }
}

/// A change of a contact's data from outside the flows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactPatch {
    /// Declared fields, and `name`, `language`, `zone`; `Nothing` clears the field.
    pub fields: BTreeMap<String, Value>,
    pub tags_added: BTreeSet<String>,
    pub tags_removed: BTreeSet<String>,
    /// By topic, whether consent was given.
    pub consent: BTreeMap<String, bool>,
    /// True: opt the contact out; false: lift the opt-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opted_out: Option<bool>,
    /// Makes the contact a tester until this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tester_until: Option<Time>,
    /// The author of the change, for the consent ledger.
    pub by: String,
    /// The proof of the consent, for the ledger: the text that the person saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Set if `consent` was given earlier and elsewhere, and is only reported now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<ConsentTime>,
    /// True: the change starts no flow.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quietly: bool,
}

/// The time of a consent that is reported afterwards. A newer statement of the person wins, and a statement that is
/// known already is not recorded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentTime {
    At(Time),
    /// The time is unknown: an earlier withdrawal always wins.
    Undated,
}

impl ConsentTime {
    /// The time of the contact's own statement that wins against the reported one; `None`: there is none.
    pub fn against(self, contact: &ContactData, out: Option<Time>, topic: &str, given: bool) -> Option<Time> {
        let other = contact.consent.get(topic).filter(|known| known.given != given).map(|known| known.at);
        let all = [other, out.filter(|_| given)];
        match self {
            ConsentTime::At(said) => all.into_iter().flatten().find(|at| *at >= said),
            ConsentTime::Undated if given => all.into_iter().flatten().max(),
            ConsentTime::Undated => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub given: bool,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(kind: AliasKind, value: &str) -> Alias {
        Alias { kind, value: value.into() }
    }

    #[test]
    fn a_tester_for_a_day_stays_one_when_two_contacts_are_joined() {
        let day = ContactData { tester_until: Some(Time(10)), ..ContactData::default() };
        let mut other = ContactData { phone: Some("+34600000001".into()), ..ContactData::default() };
        assert!(other.is_tester(&["+34600000001".into()], Time(9)) && !other.is_tester(&[], Time(9)));
        other.absorb(&day);
        assert!(other.is_tester(&[], Time(9)) && !other.is_tester(&[], Time(10)));
    }

    #[test]
    fn the_surest_name_of_each_kind_is_where_a_person_is() {
        let mut data = ContactData { phone: Some("+34600000001".into()), ..ContactData::default() };
        let names = [alias(AliasKind::Phone, "34600000002"), alias(AliasKind::Phone, "34600000003")];
        assert!(data.moves_to(&names) && data.phone.as_deref() == Some("+34600000002"));
        assert!(!data.moves_to(&names));
        assert!(data.moves_to(&[alias(AliasKind::Bsuid, "ES.1")]));
        assert_eq!((data.phone.as_deref(), data.bsuid.as_deref()), (Some("+34600000002"), Some("ES.1")));
    }

    #[test]
    fn of_two_that_are_one_the_stricter_word_counts() {
        let consent = |given, at| Consent { given, at: Time(at) };
        let data = |all: &[(&str, Consent)]| ContactData {
            consent: all.iter().map(|(topic, word)| ((*topic).to_owned(), *word)).collect(),
            ..ContactData::default()
        };
        let mut own = data(&[("a", consent(true, 9)), ("b", consent(false, 1)), ("c", consent(true, 1))]);
        let other = data(&[
            ("a", consent(false, 2)),
            ("b", consent(true, 8)),
            ("c", consent(true, 5)),
            ("d", consent(true, 3)),
        ]);
        assert_eq!(own.absorb(&other), ["a", "d"]);
        let given = |topic: &str| own.consent[topic].given;
        assert!(!given("a") && !given("b") && given("c") && given("d"));
    }

    #[test]
    fn the_platforms_switch_gives_back_nothing_that_either_withdrew_by_themselves() {
        let word = |given| Consent { given, at: Time(1) };
        let data = |given: bool, suspended: bool| ContactData {
            consent: BTreeMap::from([("a".to_owned(), word(given))]),
            suspended: suspended.then(|| "a".to_owned()).into_iter().collect(),
            ..ContactData::default()
        };
        let joined = |mut own: ContactData, other: ContactData| {
            own.absorb(&other);
            (own.consent["a"].given, own.suspended.contains("a"))
        };
        assert_eq!(joined(data(false, true), data(false, false)), (false, false));
        assert_eq!(joined(data(false, false), data(false, true)), (false, false));
        assert_eq!(joined(data(true, false), data(false, true)), (false, true));
        assert_eq!(joined(data(false, true), ContactData::default()), (false, true));
    }

    #[test]
    fn what_is_told_afterwards_gives_way_to_the_newer_word() {
        let word = |given, at| ContactData {
            consent: BTreeMap::from([("a".to_owned(), Consent { given, at: Time(at) })]),
            ..ContactData::default()
        };
        let (agreed, withdrew, nothing) = (word(true, 5), word(false, 5), ContactData::default());
        let against = |told: ConsentTime, data: &ContactData, out: Option<i64>, given| {
            told.against(data, out.map(Time), "a", given).is_some()
        };
        let at = |at| ConsentTime::At(Time(at));
        assert!(against(at(4), &withdrew, None, true) && !against(at(6), &withdrew, None, true));
        assert!(against(at(4), &agreed, None, false) && !against(at(6), &agreed, None, false));
        assert!(
            against(ConsentTime::Undated, &withdrew, None, true)
                && !against(ConsentTime::Undated, &agreed, None, false)
        );
        assert!(
            against(ConsentTime::Undated, &nothing, Some(9), true)
                && !against(ConsentTime::Undated, &nothing, None, true)
        );
        assert!(against(at(8), &nothing, Some(9), true) && !against(at(10), &nothing, Some(9), true));
        assert!(!against(at(8), &nothing, Some(9), false), "a withdrawal is what they want anyway");
    }

    #[test]
    fn what_both_know_stays_and_what_either_had_counts() {
        let stamps = |at: &[i64]| BTreeMap::from([("news".to_owned(), at.iter().copied().map(Time).collect())]);
        let mut own = ContactData {
            phone: Some("+34600000001".into()),
            tags: BTreeSet::from(["vip".into()]),
            fields: BTreeMap::from([("size".into(), Value::text("L"))]),
            unasked: stamps(&[3, 9]),
            ..ContactData::default()
        };
        let other = ContactData {
            phone: Some("+34600000002".into()),
            bsuid: Some("ES.1".into()),
            name: Some("Ana".into()),
            tags: BTreeSet::from(["cold".into()]),
            fields: BTreeMap::from([("size".into(), Value::text("S")), ("colour".into(), Value::text("red"))]),
            unasked: stamps(&[5]),
            last_message_at: Some(Time(7)),
            ..ContactData::default()
        };
        assert!(own.absorb(&other).is_empty());
        assert_eq!((own.phone.as_deref(), own.bsuid.as_deref()), (Some("+34600000001"), Some("ES.1")));
        assert_eq!((own.name.as_deref(), own.last_message_at), (Some("Ana"), Some(Time(7))));
        assert_eq!(own.tags.iter().map(String::as_str).collect::<Vec<_>>(), ["cold", "vip"]);
        assert_eq!((&own.fields["size"], &own.fields["colour"]), (&Value::text("L"), &Value::text("red")));
        assert_eq!(own.unasked["news"], [Time(3), Time(5), Time(9)]);
    }
}
