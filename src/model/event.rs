//! What can happen to a conversation: the only thing that moves a session.

use super::{
    contact::Patch,
    form::FormAsked,
    inbound::{DeliveryState, InboundMessage},
    session::{NeedsPerson, Part, Person},
    value::Value,
};
use crate::base::{
    ids::{FlowName, InboundId, StartId, StepId},
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most events are messages; a box each would cost more than it saves")]
pub enum Event {
    /// The contact wrote, tapped, sent something. `reply_to` is our own message's number, if it replies to one.
    /// `provisional`: recognised as an opt-out or opt-in when it was recorded.
    Received { id: InboundId, message: InboundMessage, reply_to: Option<u32>, word: Option<ConsentWord> },
    /// Time has passed: whatever is due acts.
    Tick,
    /// A flow is started from outside: schedule, API, event of the shop.
    Start(Start),
    /// `POST /v1/events`, or a flow's `emit`: reaches waiting runs and `event:` triggers.
    Emitted { name: String, data: Value, depth: usize },
    /// An external call came back.
    Returned { run: u32, call: u32, result: Result<CallAnswer, CallError> },
    /// The process was restarted: calls that were under way are of unknown outcome.
    Restarted,
    /// What became of a message of ours, where the engine asked to know (`Draft::tells`).
    Delivery { message: u32, fate: Fate },
    /// A person of the business wrote (phone app, standby, studio, API), or took over.
    PersonWrote { agent: Option<String> },
    /// The person gives the conversation back to the bot.
    HandedBack { agent: Option<String> },
    /// The case is closed: runs end, holds drop, the mark is cleared.
    Closed,
    /// The contact stopped or resumed marketing in WhatsApp itself (`user_preferences`, 131050): every
    /// topic that needs consent follows; `by` says who told us, for the ledger.
    Preference { given: bool, by: String },
    /// A person has the conversation, by somebody's order: a team, one of it, or both.
    Assigned { team: Option<String>, agent: Option<String> },
    /// A form that the contact has open asks for its next screen.
    FormAsked(Box<FormAsked>),
    /// An operator ends one run.
    Stop { run: u32 },
    /// An operator ends what one run waits for, as if its time had passed.
    Resume { run: u32 },
    /// What is known of the contact is changed from outside; what differs is news to flows.
    Changed(Box<Patch>),
    /// Something happened in another conversation of the contact: it starts nothing here, but runs wait for it
    /// and stop by it.
    Overheard { what: Happened, depth: usize },
    /// New flows are live: what they start at a moment of this conversation is planned.
    Published,
    /// The person goes on as another contact: nothing of this conversation does.
    Left,
    /// A mistake of ours: the engine broke over these parts. They are taken out, and nothing else moves.
    Broken { parts: Vec<Part> },
    /// Another contact was the same person: who had their conversation, and what they want.
    Joined(Box<Joined>),
}

/// What a conversation takes over from that of a contact who is the same person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Joined {
    pub opted_out: bool,
    pub person: Option<Person>,
    pub needs_person: Option<NeedsPerson>,
}

/// Something that flows may start by, wait for and stop by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    /// `POST /v1/events`, or a flow's `emit`.
    Event {
        name: String,
        data: Value,
    },
    Consent {
        topic: String,
        given: bool,
    },
    /// A person gave the conversation back.
    HandoffDone {
        handoff: Value,
        team: Option<String>,
    },
    /// A person has the conversation from now on.
    HandedOver {
        team: Option<String>,
    },
    TagAdded {
        tag: String,
    },
    TagRemoved {
        tag: String,
    },
    /// A field of the contact, without `contact.`.
    FieldChanged {
        field: String,
        before: Value,
        value: Value,
    },
    /// How far a message of a flow came.
    Delivery {
        state: DeliveryState,
        flow: FlowName,
        step: Option<StepId>,
        code: Option<String>,
    },
}

/// Recognised by `accept`, before any flow: see language.md 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentWord {
    /// A hard opt-out word: the stop is in force already.
    Stop,
    /// An opt-in word of somebody who was opted out: the stop is lifted already.
    Start,
}

/// A flow to start. Refused with a reason, or queued, by its `if_busy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The row that planned it, or by which a program follows it, if any; the outcome says what became of it.
    pub id: Option<StartId>,
    pub flow: FlowName,
    /// What started it, as `at_most` and reports know it: `schedule 0 10 * * TUE contact`, `api`, `event paid`.
    pub trigger: String,
    pub inputs: BTreeMap<String, Value>,
    /// What `event.` shows: `{name, data}`.
    pub event: Value,
    /// When it was meant to begin.
    pub at: Time,
    pub depth: usize,
}

/// The answer of an `http` step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallAnswer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallError {
    /// `timeout`, `unreachable`, `blocked`, `too_large`, `invalid_url`, `unknown_outcome`.
    pub code: String,
    pub text: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// The provider took it, at this time; `as_template` says that its template (or nudge) went instead.
    /// `ttl`: how long it tries to deliver, where the template says so.
    Accepted {
        at: Time,
        as_template: bool,
        nudge: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl: Option<Span>,
        /// The texts on the template's own buttons, each with what a tap on it brings back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        words: Vec<(String, String)>,
    },
    /// Kept until the next inbound; `until` is when it expires.
    Held {
        until: Time,
    },
    /// Waits for a moment (quiet hours, a day's pause, a paused template).
    Postponed {
        until: Time,
        reason: Reason,
    },
    /// A hold ran out.
    Expired,
    /// Not sent, by rule. `skip` and the reasons of language.md 5.
    Refused {
        reason: Reason,
    },
    /// Not sent, or failed after it was sent.
    Failed {
        code: String,
        text: String,
    },
    /// It may have left: nobody knows.
    Unknown,
    Delivered,
    Read,
}

/// A trigger, by its key, that asks nobody from outside: the clock starts it.
pub fn is_by_clock(trigger: &str) -> bool {
    ["schedule ", "date ", "window_closing ", "quiet_for ", "broadcast "].iter().any(|kind| trigger.starts_with(kind))
}

/// Why something was not started or not sent; the same words in reports, metrics and the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    OptedOut,
    NoConsent,
    Capped,
    QuietHours,
    Busy,
    WithPerson,
    WindowClosed,
    TemplateUnusable,
    NoBalance,
    SenderDown,
    TooLate,
    /// The platform has found nobody at the contact's number, several times in a row.
    Undeliverable,
    /// The flow is a draft, and the contact is no tester.
    Draft,
    /// Its last runs all failed, or an operator has it stand still.
    Paused,
}

impl Reason {
    /// From the word that `as_str` gives.
    pub fn named(word: &str) -> Option<Reason> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }

    pub const ALL: [Reason; 14] = [
        Reason::OptedOut,
        Reason::NoConsent,
        Reason::Capped,
        Reason::QuietHours,
        Reason::Busy,
        Reason::WithPerson,
        Reason::WindowClosed,
        Reason::TemplateUnusable,
        Reason::NoBalance,
        Reason::SenderDown,
        Reason::TooLate,
        Reason::Undeliverable,
        Reason::Draft,
        Reason::Paused,
    ];

    /// For whoever is asked why a person did not get something: a sentence about `them`, without its full stop.
    pub fn words(self) -> &'static str {
        match self {
            Reason::OptedOut => "they opted out, and get nothing that they have not asked for",
            Reason::NoConsent => "they have not agreed to its topic, or took their consent back",
            Reason::Capped => {
                "they have had as much of it as `at_most` allows, or so many people as the account's \
                 `messaging_limit` allows in a day have been reached"
            }
            Reason::QuietHours => "these are their quiet hours: nothing goes out that they have not asked for",
            Reason::Busy => "the bot was in another conversation with them",
            Reason::WithPerson => "a person of the business has the conversation, and the bot is silent",
            Reason::WindowClosed => "they had not written for 24 hours, and the flow has no template for that",
            Reason::TemplateUnusable => {
                "no template of it could go out to them: paused, rejected or missing, in no language of theirs, or \
                 advertising in a topic that needs no consent"
            }
            Reason::NoBalance => "the balance of the account does not pay for it",
            Reason::SenderDown => "no sender could write to them: there is none, or it is stopped or cannot be reached",
            Reason::Undeliverable => "nobody was found at the number three times in a row",
            Reason::TooLate => "its time was over when it could have gone: the daemon was down, or it waited too long",
            Reason::Draft => "the flow is a draft, and they are none of its testers",
            Reason::Paused => "the flow stood still: an operator had paused it, or all of its last runs had failed",
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Reason::OptedOut => "opted_out",
            Reason::NoConsent => "no_consent",
            Reason::Capped => "capped",
            Reason::QuietHours => "quiet_hours",
            Reason::Busy => "busy",
            Reason::WithPerson => "with_person",
            Reason::WindowClosed => "window_closed",
            Reason::TemplateUnusable => "template_unusable",
            Reason::NoBalance => "no_balance",
            Reason::SenderDown => "sender_down",
            Reason::TooLate => "too_late",
            Reason::Undeliverable => "undeliverable",
            Reason::Draft => "draft",
            Reason::Paused => "paused",
        }
    }
}
