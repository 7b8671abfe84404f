//! Describes a question that waits for its answer: its options, how it was sent, and its deadlines.

use crate::{
    base::time::{Span, Time},
    inbound::InboundMessage,
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The message that asked; the deadlines start when it is accepted.
    pub message: u32,
    /// All our messages that ask the question (the first, repetitions, reminders, templates): a reply to one of them is
    /// an answer.
    pub messages: Vec<u32>,
    pub options: Vec<OptionShown>,
    /// The titles of the buttons of the template that was sent in place of the question, by the option's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub template_titles: BTreeMap<String, String>,
    /// The number of bad answers so far.
    pub tries: u32,
    /// The time of the last bad answer: bad answers within 10 s count once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_at: Option<Time>,
    /// False while the message is known to be kept back (held, postponed, behind its nudge): then only an option in
    /// reply to the nudge answers it. A message on its way counts as sent.
    pub left: bool,
    /// The time at which the provider accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Time>,
    /// True if its nudge was sent and the contact has not answered yet: the first reply does not count as a bad answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nudged: bool,
    /// The time at which it was asked, for a message without a reported outcome.
    #[serde(default)]
    pub asked_at: Time,
    /// The time to answer after it was sent; `None` if the author wrote a moment (`deadline` is set then).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// True if the author wrote `timeout`: its deadline runs `on_timeout`, the default one runs `on_expire`.
    pub written: bool,
    /// The number of reminders that were sent; `remind_at` is the time of the next one.
    pub reminders_sent: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Time>,
    /// The newest reminder; dropped with the question if it was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<u32>,
    /// The page of options that was shown last, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub page: u32,
    /// The ids of the options in the newest message, if it shows only some of them: typed numbers count these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed: Vec<String>,
    /// Texts that are being joined to one answer (`gather`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering: Option<Box<Gathering>>,
    /// The question must be delivered by this time, otherwise `on_undelivered` runs; `None`: there is no limit, or it
    /// was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Time>,
}

/// Texts of the contact that become one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gathering {
    /// The newest message, with the texts of all of them.
    pub message: InboundMessage,
    /// The time at which the answer is complete.
    pub until: Time,
}

/// An option as it was shown, so that an answer is understood even if the data has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionShown {
    pub id: String,
    pub title: String,
    /// The value of the answer: the id, the chosen item, or true and false.
    #[serde(default)]
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The topics to which a tap gives consent, or from which it withdraws it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent: Vec<(String, bool)>,
    /// True for an option on every page of a long list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
}

impl Question {
    /// The next time at which the question is due. A contact who is still writing gets no reminder and no time-out.
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
