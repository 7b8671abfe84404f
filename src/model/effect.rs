//! What the engine wants done, and what it says of why.

mod call;
mod planned;

pub use call::{CallBody, CallJson, CallPart, CallText, HttpCall};
pub use planned::{Audience, PlannedFlow, When, Whom, broadcast_key, broadcast_of, is_start_key, start_key};

use super::{
    contact::ContactData,
    content::Content,
    event::{Happened, Reason},
    form::FormAnswer,
    session::Session,
    template::TemplateMessage,
    value::Value,
};
use crate::base::{
    ids::{FlowName, InboundId, ProviderId, StartId, StepId, VersionId},
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// What one event did. All of it is committed together, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub session: Session,
    /// `Some` when anything about the contact changed.
    pub contact: Option<ContactData>,
    pub effects: Vec<Effect>,
    pub trace: Vec<TraceEntry>,
    pub passage: Passage,
}

/// What a turn passed through, for whoever looks on: coverage, authors' tests. Never stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passage {
    pub steps: Vec<Trod>,
    pub ended: Vec<EndedRun>,
}

/// One step that was reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trod {
    pub run: u32,
    pub flow: FlowName,
    pub step: StepId,
    pub way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Taken,
    /// Its guard did not hold.
    Guarded,
    /// An `if` or `switch` that took none of its ways.
    Fell,
}

/// The variables with which a run ended: its session no longer has them.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedRun {
    pub run: u32,
    pub vars: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Put a message into the conversation's outbox.
    Send(Arc<Draft>),
    /// Make an external call; its result comes back as `Event::Returned` with the same numbers.
    Call(Box<HttpCall>),
    /// Drafts that have not left are dropped: all of a run, or one; why, where it is a rule and not the run's own end.
    Drop { run: Option<u32>, message: Option<u32>, reason: Option<Reason> },
    /// For the consent ledger; the contact's data already says it.
    Consent {
        topic: String,
        given: bool,
        /// When the person said so; `None`: now.
        at: Option<Time>,
        by: String,
        shown: Option<String>,
    },
    /// The contact wants nothing any more (or again), by a tap, an unsure word confirmed, or the API.
    OptOut { out: bool, by: String, shown: Option<String> },
    /// A person is needed: posted to `notify.url`.
    Handoff {
        run: u32,
        flow: FlowName,
        team: String,
        summary: Option<String>,
        priority: Option<String>,
        out_of_hours: bool,
    },
    /// Marked *needs a person*: posted to `notify.url`.
    NeedsPerson { why: String },
    /// An event for webhooks and statistics (its flows were started by the engine itself).
    Emit { flow: FlowName, name: String, data: Value },
    /// A `split` sent the contact one way; `fresh`: for the first time.
    Split { name: String, case: String, fresh: bool },
    /// What became of a planned start.
    Started { id: Option<StartId>, flow: FlowName, trigger: String, refused: Option<Reason>, queued: bool },
    /// A `start` step plans: for later, or for other contacts.
    Plan(Box<PlannedFlow>),
    /// What waits under this key is taken back.
    Unplan { key: String, whom: Whom },
    /// A planned start of somebody who is not meant (any more): outside `to`, the trigger's `if`, or the
    /// flow's senders and testers. No part of the fire, and not counted.
    StartDropped { id: Option<StartId>, flow: FlowName },
    /// A run began, or ended; for `runs list`.
    RunBegan {
        run: u32,
        flow: FlowName,
        version: VersionId,
        trigger: String,
        /// The planned start that it comes of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<StartId>,
    },
    RunEnded {
        run: u32,
        end: RunEnd,
        /// Of one that was stopped: what did it, in a word.
        why: Option<String>,
    },
    /// A run goes on with the live version of its flow (`on_update: move`).
    RunMoved { run: u32, version: VersionId },
    /// A trigger started for this `once_per`: never again for the contact.
    Once { key: String },
    /// For the contact's other conversations, which hear it as `Event::Overheard`.
    Happened { what: Happened, depth: usize },
    /// Nothing matched this message.
    Unanswered,
    /// This message came so long after it was written that it starts nothing: listed with the dead letters.
    Late { message: InboundId, by: Span },
    /// Something an operator should know once; `kind` is a fixed word: `loop_guard`, `flow_paused`, `event_depth`, `lost_in_a_row`.
    Alarm { kind: String, text: String },
    /// A step's error that no author's step took: to be logged and counted by flow.
    Failed { run: u32, flow: FlowName, step: StepId, code: String, text: String },
    /// What a form hears that asked for its next screen.
    FormAnswered { id: i64, answer: FormAnswer },
    /// An error inside error handling: dead-lettered.
    DeadLetter { run: u32, reason: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    Done,
    Expired,
    /// By another flow.
    Replaced,
    /// By a new run of its own flow, which has changed: `on_update: restart`.
    Restarted,
    Stopped,
    Failed,
    HandedOff,
    /// Its question was not allowed out (no consent, capped, …): nobody can answer it.
    Refused,
    /// Its question did not arrive.
    Undelivered,
}

impl RunEnd {
    pub const ALL: [RunEnd; 9] = [
        RunEnd::Done,
        RunEnd::Expired,
        RunEnd::Replaced,
        RunEnd::Restarted,
        RunEnd::Stopped,
        RunEnd::Failed,
        RunEnd::HandedOff,
        RunEnd::Refused,
        RunEnd::Undelivered,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            RunEnd::Done => "done",
            RunEnd::Expired => "expired",
            RunEnd::Replaced => "replaced",
            RunEnd::Restarted => "restarted",
            RunEnd::Stopped => "stopped",
            RunEnd::Failed => "failed",
            RunEnd::HandedOff => "handed_off",
            RunEnd::Refused => "refused",
            RunEnd::Undelivered => "undelivered",
        }
    }
}

/// A message on its way to the outbox. Whether it goes out as it is, as its template, later or not
/// at all is decided when it is sent (`window::plan`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Its number within the conversation, from 1; orders the conversation's sends.
    pub number: u32,
    /// The run that says it; `None`: the engine, a person or the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    pub topic: String,
    pub content: Content,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_closed: Option<IfClosed>,
    /// Time of the contact's message that asked for it; `None` is unasked. Whether it still counts as
    /// asked for (30 minutes) is judged when sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Time>,
    pub origin: Origin,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_quiet_hours: bool,
    /// The engine wants to hear what became of it: `Event::Delivery`, once for each change, but
    /// `Delivered` and `Read` only with `follows`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells: bool,
    /// A `wait: {delivery: …}` of its flow may ask how far it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// The message is a question (its hold ends with its run; a `say` outlives a run that ended by itself).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub question: bool,
    /// The session's turn that said it (the runtime fills it in): an unknown send holds up what its own
    /// turn says after it.
    #[serde(default)]
    pub turn: u64,
    /// The template that goes before a message which waits for the answer (made by the runtime).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nudge: bool,
    /// Said by a run that the clock started: a refusal counts as one of its schedule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_clock: bool,
    /// Not before this moment: whoever wrote it wants it to leave then, and all rules are asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// The message that it quotes, by the platform's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<ProviderId>,
    /// The contact's message that led to it (the runtime fills it in), so that logs can join both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<InboundId>,
}

impl Draft {
    /// A message of no flow: of topic `service`, unasked, and nobody waits to hear what became of it.
    pub fn plain(number: u32, content: Content, origin: Origin) -> Draft {
        Draft {
            number,
            run: None,
            flow: None,
            step: None,
            topic: "service".into(),
            content,
            if_closed: None,
            asked_for: None,
            origin,
            ignore_quiet_hours: false,
            tells: false,
            follows: false,
            question: false,
            turn: 0,
            nudge: false,
            by_clock: false,
            at: None,
            quotes: None,
            trace: None,
        }
    }
}

/// Who speaks: decides which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Flow,
    /// The flow that handed the conversation over; may speak while a person has it.
    HandoffFlow,
    /// The one confirmation of an opt-out: passes the opt-out, skipped when the window is closed.
    OptOutConfirmation,
    /// A person, by API or studio.
    Person,
    /// A dialect's send.
    Api,
}

/// What to do when the window is closed at the moment of sending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfClosed {
    /// The first usable one stands for the message.
    Template(Vec<TemplateMessage>),
    /// The template now, the message itself when the contact answers, kept at most `hold`.
    Nudge {
        templates: Vec<TemplateMessage>,
        hold: Span,
    },
    Hold(Span),
    Skip,
    Fail,
}

/// One line of what the engine did and why; what `explain`, `/trace` and `runs show` print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// A sentence for the author: "flow `booking`: `book` is not the whole message".
    pub what: String,
}
