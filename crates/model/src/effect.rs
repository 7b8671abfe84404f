//! Defines the effects that the engine asks for, and its trace of the reasons.

mod call;
mod call_made;
mod planned;
mod question;
mod voice_note;

pub use call::{CallBody, CallJson, CallPart, CallRequest, CallText, HttpCall, McpCall, McpPin};
pub use call_made::{CallCost, CallKind, CallMade};
pub use planned::{
    Audience, PlannedFlow, PlannedTime, StartTarget, broadcast_key, broadcast_of, is_start_key, start_key,
};
pub use question::{
    ActShape, AnswerShape, MaskedWord, ModelCall, ModelError, ModelErrorKind, ModelExample, ModelQuestion, ModelReply,
    NO_RUN, ShapeField, TalkBy, TalkEntry, Tokens, millionths, money,
};
pub use voice_note::{VOICE_STEP, VoiceNote};

use super::{
    contact::ContactData,
    content::Content,
    event::{FlowEvent, Reason},
    form::FormAnswer,
    inbound::InboundMessage,
    session::{CaseLimit, DraftMode, Session},
    template::TemplateMessage,
    value::Value,
};
use crate::base::{
    ids::{FlowName, InboundId, ProviderId, StartId, StepId, TraceId, VersionId},
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The result of one event. All of it is committed together, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub session: Session,
    /// `Some` if the contact's data changed.
    pub contact: Option<ContactData>,
    pub effects: Vec<Effect>,
    pub trace: Vec<TraceEntry>,
    pub passage: TurnSteps,
}

/// The steps that a turn passed through, for coverage and authors' tests. Never stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnSteps {
    pub steps: Vec<StepVisit>,
    /// The steps that runs left in this turn, also those that were reached in an earlier one.
    pub left: Vec<StepLeft>,
    pub ended: Vec<EndedRun>,
    /// The expressions that had no value in a message that was sent.
    pub gaps: Vec<TextGap>,
    /// The parts of the papers that replies of agents were taken from.
    pub cited: Vec<CitedPart>,
}

/// A part of a file of `knowledge/` that a reply repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedPart {
    /// As flows name it, `faq/repairs.md`.
    pub file: String,
    /// The headings above it, outermost first.
    pub headings: Vec<String>,
}

impl fmt::Display for CitedPart {
    /// As expectations name it: `faq/repairs.md#Guarantee`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.headings.last() {
            Some(heading) => write!(f, "{}#{heading}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// An expression in a message's text that had no value, so that nothing stood in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextGap {
    pub flow: FlowName,
    pub step: StepId,
    /// The expression, as the author wrote it.
    pub code: String,
}

/// One step that was reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepVisit {
    pub run: u32,
    pub flow: FlowName,
    pub step: StepId,
    pub way: StepExit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepExit {
    Taken,
    /// The step's `if` was false.
    Guarded,
    /// An `if` or `switch` of which no branch was taken.
    Fell,
}

/// A step that a run left, and the way that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLeft {
    pub run: u32,
    pub flow: FlowName,
    pub step: StepId,
    pub way: WayOut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// To the step that follows it.
    Next,
    /// Into the body that begins with this step.
    Body(StepId),
    /// To a block or another flow.
    Jump,
}

/// The variables of a run at its end, which its session no longer contains.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedRun {
    pub run: u32,
    pub vars: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Put a message into the outbox of the conversation.
    Send(Arc<MessageDraft>),
    /// Make an external call; its result returns as `Event::Returned` with the same numbers.
    Call(Box<CallRequest>),
    /// Drop messages that have not left: all of a run, or one. `reason` is set if a rule drops them and not the end of
    /// the run.
    Drop { run: Option<u32>, message: Option<u32>, reason: Option<Reason> },
    /// Record a consent in the ledger; the contact's data already contains it.
    Consent {
        topic: String,
        given: bool,
        /// The time of the statement; `None`: now.
        at: Option<Time>,
        by: String,
        shown: Option<String>,
    },
    /// The contact opted out of everything, or in again: by a tap, a confirmed unsure word, or the API.
    OptOut { out: bool, by: String, shown: Option<String> },
    /// A person is needed; posted to `notify.url`.
    Handoff {
        run: u32,
        flow: FlowName,
        team: String,
        summary: Option<String>,
        priority: Option<String>,
        out_of_hours: bool,
    },
    /// The conversation is marked as *needs a person*; posted to `notify.url`.
    NeedsPerson { why: String },
    /// The open case has missed a promise of its team, which was due at `due`. It is said once for each.
    CaseOverdue { limit: CaseLimit, due: Time },
    /// A model has summed the conversation up, after the hand-off; the case has the text.
    SummedUp { summary: String },
    /// An agent has written a draft while a person has the conversation, or says in `why` that there is none; the case has
    /// both.
    Suggested { mode: DraftMode, text: Option<String>, why: Option<String> },
    /// An event for webhooks and statistics; the engine itself has already started its flows.
    Emit { flow: FlowName, name: String, data: Value },
    /// A `split` assigned the contact to a case; `fresh`: for the first time.
    Split { name: String, case: String, fresh: bool },
    /// The outcome of a planned start.
    Started { id: Option<StartId>, flow: FlowName, trigger: String, refused: Option<Reason>, queued: bool },
    /// Plan the starts of a `start` step: for later, or for other contacts.
    Plan(Box<PlannedFlow>),
    /// Cancel the planned starts with this key.
    Unplan { key: String, whom: StartTarget },
    /// Drop a planned start of a contact who is not (or no longer) selected: by `to`, by the trigger's `if`, or by the
    /// flow's senders and testers. The report of the schedule does not count it.
    StartDropped { id: Option<StartId>, flow: FlowName },
    /// A run began. `runs list` shows runs by this effect and `RunEnded`.
    RunBegan {
        run: u32,
        flow: FlowName,
        version: VersionId,
        trigger: String,
        /// The planned start of which the run came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<StartId>,
    },
    RunEnded {
        run: u32,
        end: RunEnd,
        /// For a stopped run: the cause, as one word.
        why: Option<String>,
    },
    /// A run continues with the live version of its flow (`on_update: move`).
    RunMoved { run: u32, version: VersionId },
    /// A trigger has started for this `once_per`, and never starts for it again for the contact.
    Once { key: String },
    /// An event for the contact's other conversations, which receive it as `Event::Overheard`.
    Happened { what: FlowEvent, depth: usize },
    /// The words of a voice note were heard: the message as it is kept from now on.
    Heard { id: InboundId, message: Box<InboundMessage> },
    /// No trigger matched this message.
    Unanswered,
    /// This message arrived so long after it was written that it starts nothing; listed with the dead letters.
    Late { message: InboundId, by: Span },
    /// A condition that an operator should see once; `kind` is a fixed word: `loop_guard`, `flow_paused`,
    /// `event_depth`, `lost_in_a_row`.
    Alarm { kind: String, text: String },
    /// An error of a step that no `on_error` handled; logged and counted by flow.
    Failed { run: u32, flow: FlowName, step: StepId, code: String, text: String },
    /// The answer to a form that asked for its next screen.
    FormAnswered { id: i64, answer: FormAnswer },
    /// An error inside an error handler; recorded as a dead letter.
    DeadLetter { run: u32, reason: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    Done,
    Expired,
    /// Replaced by another flow.
    Replaced,
    /// Replaced by a new run of the same flow, which was updated: `on_update: restart`.
    Restarted,
    Stopped,
    Failed,
    HandedOff,
    /// The run's question was refused (no consent, capped, …), so nobody can answer it.
    Refused,
    /// The run's question was not delivered.
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

/// A message on its way to the outbox. `window::plan` decides at the moment of sending whether it goes out as it is, as
/// its template, later or not at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageDraft {
    /// The number of the message within the conversation, from 1; it gives the order of sending.
    pub number: u32,
    /// The run that sends it; `None`: the engine, a person or the API.
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
    /// The time of the contact's message that it answers; `None`: unasked. Whether the message still counts as asked
    /// for (30 minutes) is decided at the moment of sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Time>,
    pub origin: Origin,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_quiet_hours: bool,
    /// True if the engine needs the outcome as `Event::Delivery`, once for each change, but `Delivered` and `Read` only
    /// with `follows`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells: bool,
    /// True if a `wait: {delivery: …}` of the flow may ask for the delivery state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// True for a question: its hold ends with its run. The hold of a `say` outlives a run that ended normally.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub question: bool,
    /// The turn of the session that created it, set by the runtime: an unknown send delays the later messages of the
    /// same turn.
    #[serde(default)]
    pub turn: u64,
    /// True for a template that is sent before a message which waits for the contact's answer; made by the runtime.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nudge: bool,
    /// True for a run that the clock started: a refusal is counted in the report of its schedule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_clock: bool,
    /// The message must not leave before this time; all rules are checked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// The platform's id of the message that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<ProviderId>,
    /// The contact's message or the start that caused it, set by the runtime, so that log lines can be joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceId>,
    /// The person of the business who wrote it, if somebody said who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl MessageDraft {
    /// A message that belongs to no flow: of topic `service`, unasked, without a report of its outcome.
    pub fn plain(number: u32, content: Content, origin: Origin) -> MessageDraft {
        MessageDraft {
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
            agent: None,
        }
    }
}

/// The author of a message; it decides which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Flow,
    /// The flow that handed the conversation over; it may still write while a person has the conversation.
    HandoffFlow,
    /// The single confirmation of an opt-out: allowed despite the opt-out, skipped if the window is closed.
    OptOutConfirmation,
    /// A person of the business, by API or studio.
    Person,
    /// A message sent through an API, ours or that of another product.
    Api,
}

/// The action if the window is closed at the moment of sending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfClosed {
    /// Send the first usable template in place of the message.
    Template(Vec<TemplateMessage>),
    /// Send the template now, and the message itself when the contact answers, within `hold`.
    Nudge {
        templates: Vec<TemplateMessage>,
        hold: Span,
    },
    Hold(Span),
    Skip,
    Fail,
}

/// One line of the trace: an action of the engine and its reason; printed by `explain`, `/trace` and `runs show`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// A sentence for the author: "flow `booking`: `book` is not the whole message".
    pub what: String,
    /// The call that has returned, if the line tells of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<CallMade>>,
}
