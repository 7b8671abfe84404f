//! Precomputes the rules of a flow set that sending applies to contacts.

use crate::{
    base::{limits::ASKED_FOR, time::Time},
    flow::{
        self,
        load::bot::{Bot, Topic},
    },
    model::{
        consent_words::ExtraWords,
        contact::{Contact, ContactData},
        effect::{MessageDraft, Origin},
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
            words: bot.opt_out.extra_words(),
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

    /// True if the message counts against the caps of its topic: an unrequested message of a flow.
    pub(crate) fn counts_against_cap(&self, draft: &MessageDraft, now: Time) -> bool {
        let asked = draft.asked_for.is_some_and(|at| now - at <= ASKED_FOR);
        let by_flow = matches!(draft.origin, Origin::Flow | Origin::HandoffFlow);
        by_flow && !asked && !self.topic(&draft.topic).at_most.is_empty()
    }
}
