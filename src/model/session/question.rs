//! A question that waits for its answer: what it showed, how it left, and when its time is up.

use crate::{
    base::time::{Span, Time},
    model::{inbound::InboundMessage, value::Value},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The message that asked; its `Accepted` starts the deadlines.
    pub message: u32,
    /// All messages of ours that ask it (the first, repetitions, reminders, templates): a reply to one is meant for it.
    pub messages: Vec<u32>,
    pub options: Vec<OptionShown>,
    /// What stands on the buttons of the template that asked in its place, by the option's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub template_titles: BTreeMap<String, String>,
    /// Bad tries so far.
    pub tries: u32,
    /// Bad answers within 10 s count once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_at: Option<Time>,
    /// False while it is known to be kept back (held, postponed, behind its nudge): then nothing answers
    /// it but an option in reply to its nudge. On its way counts as left.
    pub left: bool,
    /// When the provider took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Time>,
    /// Its nudge went out, and the contact has not answered yet: the first reply costs no try.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nudged: bool,
    /// When it was asked, for a message whose fate nobody tells.
    #[serde(default)]
    pub asked_at: Time,
    /// How long it waits once it has left; `None` where the author wrote a moment (`deadline` is set then).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// True when `timeout` was written by the author: such a deadline has `on_timeout`, the default has `on_expire`.
    pub written: bool,
    /// Which reminder is next, and when.
    pub reminders_sent: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Time>,
    /// The newest reminder; dropped with the question if it has not left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<u32>,
    /// Which page of its options was shown last, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub page: u32,
    /// Texts that are being joined to one answer (`gather`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering: Option<Box<Gathering>>,
    /// Until when it must be delivered, else its `on_undelivered` is taken; `None`: it has none, or it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Time>,
}

/// Texts of the contact that become one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gathering {
    /// The newest message, with all their texts in it.
    pub message: InboundMessage,
    /// When it counts as complete.
    pub until: Time,
}

/// An option as it was shown, so that an answer is understood although the data has changed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionShown {
    pub id: String,
    pub title: String,
    /// The answer: the id, the chosen item, or true and false.
    #[serde(default)]
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What a tap consents to or withdraws.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent: Vec<(String, bool)>,
    /// It stands on every page of a long list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
}

impl Question {
    /// Whoever is still writing is neither reminded nor timed out.
    pub fn due_at(&self) -> Option<Time> {
        match &self.gathering {
            Some(gathering) => Some(gathering.until),
            None => [self.deadline, self.remind_at, self.deliver_by].into_iter().flatten().min(),
        }
    }
}

fn is_first(page: &u32) -> bool {
    *page == 0
}
