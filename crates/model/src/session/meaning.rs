//! Defines what a model is asked about a message that no rule takes, and what it has answered.

use super::{Run, Session, Waiting, WaitingMessage};
use crate::{
    base::{
        ids::{FlowName, InboundId, StepId},
        time::Time,
    },
    effect::ModelCall,
    inbound::InboundMessage,
    value::Value,
};
use serde::{Deserialize, Serialize};

/// The questions about the meaning of one message: the one under way, and the answers so far. Each is asked once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Meaning {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<MeaningCall>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<MeantAnswer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<MeantStart>,
}

/// A question that a model is asked now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeaningCall {
    pub call: ModelCall,
    pub about: MeaningOf,
}

/// The kinds of questions about a meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum MeaningOf {
    /// The answer to the question with which this run waits at this step.
    Answer { run: u32, step: StepId },
    /// The flow of these that it starts.
    Start { choices: Vec<MeaningChoice> },
}

/// A trigger `meaning` and the name under which the model chooses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeaningChoice {
    pub label: String,
    pub flow: FlowName,
    pub trigger: String,
}

/// The answer that the model found in a message; nothing: it found none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeantAnswer {
    pub run: u32,
    pub step: StepId,
    /// The title of an option, or a value of the asked type.
    pub value: Value,
}

/// The trigger that the model found in a message; `None`: it found none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeantStart {
    pub chosen: Option<MeaningChoice>,
}

impl Meaning {
    /// True once a model has answered a question about the message.
    pub fn is_known(&self) -> bool {
        self.answer.is_some() || self.start.is_some()
    }
}

impl WaitingMessage {
    /// A message about which no model was asked.
    pub fn new(
        id: InboundId,
        message: InboundMessage,
        reply_to: Option<u32>,
        heard_before: Option<Time>,
    ) -> WaitingMessage {
        WaitingMessage { id, message, reply_to, heard_before, behind_meaning: false, meaning: None }
    }

    /// The question about its meaning that is under way.
    pub fn meaning_call(&self) -> Option<&MeaningCall> {
        self.meaning.as_ref()?.asked.as_ref()
    }
}

impl Session {
    /// The question about a message that is under way: all later messages wait behind it.
    pub fn meaning_call(&self) -> Option<&ModelCall> {
        self.waiting_messages.first()?.meaning_call().map(|asked| &asked.call)
    }

    /// True while a model reads a message that may answer this run's question, or hears one that may answer any run that
    /// listens: its time stands still.
    pub fn reads_answer_of(&self, run: &Run) -> bool {
        self.meaning_call().is_some() && matches!(run.waiting, Waiting::Question(_))
            || self.hearing_call().is_some() && run.waiting.asks()
    }

    /// The question for the summary of the open case that is under way.
    pub fn summary_call(&self) -> Option<&ModelCall> {
        self.person.as_ref()?.case.as_ref()?.summary_call.as_deref()
    }

    /// True while an external call of a run or a question about a message is under way, so that messages wait.
    pub fn is_in_call(&self) -> bool {
        self.meaning_call().is_some() || self.runs.iter().any(|run| run.waiting.is_in_call())
    }
}
