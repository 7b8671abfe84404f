//! Precomputes the rules of a flow set that sending applies to contacts.

use crate::{
    base::{
        limits::{ASKED_FOR, STAMPS_KEPT_MAX},
        time::Time,
    },
    daemon::app::App,
    flow::{
        self,
        load::bot::{Bot, Topic},
    },
    model::{
        consent_words::ExtraWords,
        contact::{Contact, ContactData},
        effect::{MessageDraft, Origin},
        inbound::{Alias, AliasKind},
        quiet::QuietHours,
        window::{AnswersAfter, TopicRules},
    },
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The rules of `_bot.yaml`, for `accept` and for sending.
pub struct Rules {
    pub words: ExtraWords,
    pub answers_after: AnswersAfter,
    pub language: String,
    languages: BTreeMap<String, Vec<String>>,
    quiet: Option<QuietHours>,
    timezone: TimeZone,
    topics: BTreeMap<String, Topic>,
    pub consent_topics: Vec<String>,
}

impl Rules {
    pub fn of(bot: &Bot) -> Self {
        let needs_consent = bot.topics.iter().filter(|(_, topic)| topic.needs_consent);
        Rules {
            words: ExtraWords::new(&bot.opt_out.words, &bot.opt_out.unsure),
            answers_after: bot.opt_out.answers_after,
            language: bot.language.clone(),
            languages: bot.languages.clone(),
            quiet: bot.quiet_hours,
            timezone: bot.timezone.clone(),
            consent_topics: needs_consent.map(|(name, _)| name.clone()).collect(),
            topics: bot.topics.clone(),
        }
    }

    pub fn topic(&self, name: &str) -> TopicRules<'_> {
        match self.topics.get(name) {
            Some(topic) => TopicRules { needs_consent: topic.needs_consent, at_most: &topic.at_most },
            None => TopicRules { needs_consent: false, at_most: &[] },
        }
    }

    /// When an unrequested message may be sent, if the contact is in quiet hours now. If the zone is unknown and the
    /// number's country has several, it must be outside quiet hours in all of them (language.md 8).
    pub fn quiet_until(&self, contact: &ContactData, now: Time) -> Option<Time> {
        let quiet = self.quiet.as_ref()?;
        quiet.allowed_at(now, &flow::possible_zones(contact, &self.timezone))
    }

    /// As `quiet_until`, by legal quiet hours only, if `_bot.yaml` enables them.
    pub fn unlawful_until(&self, contact: &ContactData, now: Time) -> Option<Time> {
        let quiet = self.quiet.as_ref().filter(|quiet| quiet.law)?;
        quiet.lawful_at(now, &flow::possible_zones(contact, &self.timezone))
    }

    /// The languages for a template, in order: the contact's, else the sender's, with fallbacks, then the bot's.
    pub fn languages(&self, contact: &Contact, sender: Option<&str>) -> Vec<String> {
        let own = contact.data.language.as_deref().or(sender);
        let fallbacks = own.and_then(|language| self.languages.get(language)).into_iter().flatten();
        let mut wished: Vec<String> = own.map(str::to_owned).into_iter().chain(fallbacks.cloned()).collect();
        if !wished.contains(&self.language) {
            wished.push(self.language.clone());
        }
        wished
    }
}

impl Rules {
    /// True if the message counts against the caps of its topic: an unrequested message of a flow.
    pub(crate) fn counts_against_cap(&self, draft: &MessageDraft, now: Time) -> bool {
        let asked = draft.asked_for.is_some_and(|at| now - at <= ASKED_FOR);
        let by_flow = matches!(draft.origin, Origin::Flow | Origin::HandoffFlow);
        by_flow && !asked && !self.topic(&draft.topic).at_most.is_empty()
    }
}

impl App {
    /// The ids by which a provider can reach the person, the phone first.
    pub(crate) fn address_of(&self, contact: &Contact) -> Vec<Alias> {
        let phone = contact.data.phone.as_deref().map(|phone| (AliasKind::Phone, phone.trim_start_matches('+')));
        let bsuid = contact.data.bsuid.as_deref().map(|bsuid| (AliasKind::Bsuid, bsuid));
        [phone, bsuid].into_iter().flatten().map(|(kind, value)| Alias { kind, value: value.to_owned() }).collect()
    }

    /// As of the present rules.
    pub(crate) fn counts_against_cap(&self, draft: &MessageDraft, now: Time) -> bool {
        self.live.get().rules.counts_against_cap(draft, now)
    }
}

/// Counts an unrequested message that is being sent.
pub(crate) fn count_unasked(data: &mut ContactData, topic: &str, now: Time) {
    let stamps = data.unasked.entry(topic.to_owned()).or_default();
    stamps.push(now);
    if stamps.len() > STAMPS_KEPT_MAX {
        stamps.remove(0);
    }
}

/// Removes the count of the attempt at `at`, which reached nobody.
pub(crate) fn give_back_unasked(data: &mut ContactData, topic: &str, at: Time) -> bool {
    let Some(stamps) = data.unasked.get_mut(topic) else { return false };
    let place = stamps.iter().rposition(|stamp| *stamp == at);
    place.map(|place| stamps.remove(place)).is_some()
}
