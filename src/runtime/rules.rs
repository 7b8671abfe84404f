//! What the moment of sending asks of contact, conversation and bot.

use super::app::App;
use crate::{
    base::{
        limits::{ASKED_FOR, STAMPS_KEPT_MAX},
        time::Time,
    },
    model::{
        contact::{Contact, ContactData},
        effect::{Draft, Origin},
        inbound::{Alias, AliasKind},
    },
};

impl App {
    /// The names under which a provider can reach the person, the phone first.
    pub(super) fn address_of(&self, contact: &Contact) -> Vec<Alias> {
        let phone = contact.data.phone.as_deref().map(|phone| (AliasKind::Phone, phone.trim_start_matches('+')));
        let bsuid = contact.data.bsuid.as_deref().map(|bsuid| (AliasKind::Bsuid, bsuid));
        [phone, bsuid].into_iter().flatten().map(|(kind, value)| Alias { kind, value: value.to_owned() }).collect()
    }

    /// In which languages a template is looked for: the contact's with its fallbacks, then the bot's.
    pub(super) fn languages(&self, contact: &Contact) -> Vec<String> {
        let set = self.live.set();
        let bot = &set.bot;
        let mut wished: Vec<String> = contact.data.language.iter().cloned().collect();
        if let Some(own) = &contact.data.language {
            wished.extend(bot.fallbacks(own).iter().cloned());
        }
        if !wished.contains(&bot.language) {
            wished.push(bot.language.clone());
        }
        wished
    }

    /// Unasked messages of flows count against the caps of their topic.
    pub(super) fn counts_against_cap(&self, draft: &Draft, now: Time) -> bool {
        let asked = draft.asked_for.is_some_and(|at| now - at <= ASKED_FOR);
        let by_flow = matches!(draft.origin, Origin::Flow | Origin::HandoffFlow);
        by_flow && !asked && !self.live.set().bot.caps(&draft.topic).is_empty()
    }

    pub(super) fn count_unasked(&self, contact: &mut Contact, topic: &str, now: Time) {
        stamp(&mut contact.data, topic, now);
    }
}

fn stamp(data: &mut ContactData, topic: &str, now: Time) {
    let stamps = data.unasked.entry(topic.to_owned()).or_default();
    stamps.push(now);
    if stamps.len() > STAMPS_KEPT_MAX {
        stamps.remove(0);
    }
}
