//! Defines the events of a conversation; only they change a session.

use super::{
    contact::ContactPatch,
    effect::ModelReply,
    form::FormScreenRequest,
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
    /// The contact wrote, tapped or sent something. `reply_to` is the number of our message that it replies to. `word`
    /// is set if the message was recognised as an opt-out or opt-in when it was recorded.
    Received { id: InboundId, message: InboundMessage, reply_to: Option<u32>, word: Option<ConsentWord> },
    /// Time has passed: everything that is due acts.
    Tick,
    /// A flow is started from outside: by a schedule, the API or an event.
    Start(Start),
    /// `POST /v1/events`, or the `emit` of a flow, for waiting runs and `event:` triggers.
    Emitted { name: String, data: Value, depth: usize },
    /// The result of an external call.
    Returned { run: u32, call: u32, result: Result<CallReturn, CallError> },
    /// The process was restarted: running calls have an unknown outcome.
    Restarted,
    /// The outcome of one of our messages, if the engine asked for it (`Draft::tells`).
    Delivery { message: u32, fate: DeliveryOutcome },
    /// A person of the business wrote (phone app, standby, studio, API).
    PersonWrote { agent: Option<String> },
    /// A person of the business threw away the draft with this number.
    SuggestionDiscarded { number: u32 },
    /// A person takes the conversation over without writing yet.
    TakenOver { agent: Option<String> },
    /// The person puts the case aside until a time.
    Snoozed { until: Time },
    /// The person returns the conversation to the bot.
    HandedBack { agent: Option<String> },
    /// The case is closed: runs end, held messages are dropped, the mark is removed.
    Closed,
    /// The contact stopped or resumed marketing in WhatsApp itself (`user_preferences`, 131050). It applies to every
    /// topic that needs consent; `by` names the source for the ledger.
    Preference { given: bool, by: String },
    /// A conversation is assigned to a team, a person, or both. Without a person it waits for one.
    Assigned { team: Option<String>, agent: Option<String> },
    /// The team's `assign` gives the waiting case to a person. It changes nothing if the case waits for that team no
    /// longer, and the contact's wait goes on.
    GivenOut { team: String, agent: String },
    /// An open form of the contact asks for its next screen.
    FormAsked(Box<FormScreenRequest>),
    /// An operator ends a run.
    Stop { run: u32 },
    /// An operator ends the wait of a run, as if its time had passed.
    Resume { run: u32 },
    /// The contact's data is changed from outside; flows are told about real differences.
    Changed(Box<ContactPatch>),
    /// Something happened in another conversation of the contact: it starts nothing here, but runs can wait for it and
    /// be stopped by it.
    Overheard { what: FlowEvent, depth: usize },
    /// New flows are live: their starts at a later time of this conversation are planned.
    Published,
    /// The contact was joined to another one; nothing of this conversation continues.
    Left,
    /// The engine failed on these parts, which is our bug. They are removed, and everything else stays.
    Broken { parts: Vec<Part> },
    /// Another contact was the same person: the state of its conversation is taken over.
    Joined(Box<Joined>),
}

/// The state that a conversation takes over from the conversation of a contact who is the same person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Joined {
    pub opted_out: bool,
    pub person: Option<Person>,
    pub needs_person: Option<NeedsPerson>,
}

/// An event by which flows can start, that they can wait for, and that can stop them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum FlowEvent {
    /// `POST /v1/events`, or the `emit` of a flow.
    Event {
        name: String,
        data: Value,
    },
    Consent {
        topic: String,
        given: bool,
    },
    /// A person returned the conversation to the bot.
    HandoffDone {
        handoff: Value,
        team: Option<String>,
    },
    /// A person now has the conversation.
    HandedOver {
        team: Option<String>,
    },
    TagAdded {
        tag: String,
    },
    TagRemoved {
        tag: String,
    },
    /// The name of the contact's field, without `contact.`.
    FieldChanged {
        field: String,
        before: Value,
        value: Value,
    },
    /// The delivery state of a message of a flow changed.
    Delivery {
        state: DeliveryState,
        flow: FlowName,
        step: Option<StepId>,
        code: Option<String>,
    },
}

/// An opt-out or opt-in word that was recognised when the message was recorded, before any flow: see language.md 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentWord {
    /// A hard opt-out word: the opt-out is already in force.
    Stop,
    /// An opt-in word of a contact who was opted out: the opt-out is already lifted.
    Start,
}

/// A flow to start. Its `if_busy` decides whether it is refused, with a reason, or queued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The row that planned the start or by which a program follows it; the outcome names its result.
    pub id: Option<StartId>,
    pub flow: FlowName,
    /// The trigger in the form that `at_most` and reports use: `schedule 0 10 * * TUE contact`, `api`, `event paid`.
    pub trigger: String,
    pub inputs: BTreeMap<String, Value>,
    /// The value of `event` in expressions: `{name, data}`.
    pub event: Value,
    /// The time at which the start was due.
    pub at: Time,
    pub depth: usize,
}

/// The result of a call that was made. The stored form is that of the answer itself: no field of one kind is enough for
/// the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CallReturn {
    Http(CallAnswer),
    Model(ModelReply),
    Mcp(McpAnswer),
}

/// The answer of a tool of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct McpAnswer {
    /// Its words or its JSON, as the model is told them; written by somebody else.
    pub said: String,
    /// True if the server says that the tool has failed.
    pub is_error: bool,
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
    /// `timeout`, `unreachable`, `blocked`, `too_large`, `invalid_url`, `unknown_outcome`; of an MCP tool also `tool_changed`,
    /// `refused` and `bad_answer`; `deposed`, which no flow sees, because the daemon can store nothing any more.
    pub code: String,
    pub text: String,
}

/// The outcome of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// The provider accepted it at this time; `as_template`: its template (or nudge) was sent instead. `ttl`: how long
    /// the provider tries to deliver, if the template says so.
    Accepted {
        at: Time,
        as_template: bool,
        nudge: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl: Option<Span>,
        /// The texts on the template's own buttons, each with the id that a tap returns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        words: Vec<(String, String)>,
    },
    /// Held until the contact's next message, or until `until`.
    Held {
        until: Time,
    },
    /// Postponed (quiet hours, a day's pause, a paused template).
    Postponed {
        until: Time,
        reason: Reason,
    },
    /// The hold expired.
    Expired,
    /// Not sent, because of a rule: `skip` and the reasons of language.md 5.
    Refused {
        reason: Reason,
    },
    /// Not sent, or failed after it was sent.
    Failed {
        code: String,
        text: String,
    },
    /// Unknown: the message may have been sent.
    Unknown,
    Delivered,
    Read,
}

/// True for the key of a trigger that the clock starts, without a request from outside.
pub fn is_by_clock(trigger: &str) -> bool {
    ["schedule ", "date ", "window_closing ", "quiet_for ", "broadcast "].iter().any(|kind| trigger.starts_with(kind))
}

/// The reason why something was not started or not sent; reports, metrics and the API use the same words.
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
    /// The platform found nobody at the contact's number several times in a row.
    Undeliverable,
    /// The flow is a draft, and the contact is no tester.
    Draft,
    /// The last runs of the flow all failed, or an operator paused it.
    Paused,
}

impl Reason {
    /// The reason with this `as_str`.
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

    /// The reason as a sentence about `them`, without the full stop, for the question why a person did not get
    /// something.
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
