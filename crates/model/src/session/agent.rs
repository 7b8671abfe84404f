//! Defines the state of an `agent` step between two turns: its talk, the tools that it has used, and the act that waits
//! for a yes.

use super::SuggestionSource;
use crate::{
    base::{
        limits::{AGENT_TALK_BYTES_MAX, AGENT_TALK_ENTRIES_MAX, AGENT_TOOL_RUNS_MAX},
        time::Time,
    },
    effect::{TalkBy, TalkEntry},
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentState {
    /// Everything that was said and found out since the step began, or since a person gave the conversation back; the
    /// oldest first.
    pub talk: Vec<TalkEntry>,
    /// The parts of papers that the model was given so far, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    /// The number of replies to the contact.
    pub replies: u32,
    /// The number of questions to the model since the contact last wrote.
    pub calls: u32,
    /// The number of searches in the papers by the model since the contact last wrote.
    pub searches: u32,
    /// The cost of all questions of the step, in millionths of the currency unit.
    pub spent: i64,
    /// True while a message of the contact has no answer yet.
    pub unanswered: bool,
    /// The number of questions that were given up, since the last reply, because the contact wrote again.
    pub given_up: u32,
    /// When the sentence of `patience` is due, while the model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience_at: Option<Time>,
    /// True if that sentence was due since the last reply.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub patience_said: bool,
    /// True after the model found once that the contact wants something else.
    pub off_topic: bool,
    /// True if a person had the conversation while a question or tool was under way: its result is outdated.
    pub outdated: bool,
    /// The tools that the model has used, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_runs: Vec<ToolRun>,
    /// Tools of MCP servers that are described otherwise now than they are pinned: they are not used any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The act that waits for a tap or a yes of the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedAct>,
    /// The texts to tap below the newest reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// The reply about which a second model is asked just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsaid: Option<Unsaid>,
    /// True after a tap on an option that was offered when a tool of a server had just been read: its words may be those of
    /// that answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read_before: bool,
    /// Texts that the model gave to tools: where a tool repeats one, it is no source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// Set if the agent writes a draft for a person instead of replying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<AgentDraft>,
}

/// How far the draft for a person is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentDraft {
    /// It is being written.
    Open,
    /// This text, which the guards let pass.
    Text { text: String, sources: Vec<SuggestionSource> },
    /// There is none: the code and the sentence of an error.
    Without { code: String, text: String },
}

/// One use of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolRun {
    /// The name of the flow, or `SERVER.TOOL`.
    pub tool: String,
    pub inputs: BTreeMap<String, Value>,
    pub at: Time,
    /// The number of replies before it: uses of one turn have the same one.
    pub turn: u32,
    /// True if the tool changes something outside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_act: bool,
    /// The changes outside by its flow so far.
    #[serde(default, skip_serializing_if = "Reach::is_nothing")]
    pub reach: Reach,
    pub state: ToolState,
}

/// How far the requests of a tool's flow have come that change something outside.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// None was sent, or all were refused.
    #[default]
    Nothing,
    /// At least one was accepted.
    Changed,
    /// The last one has no answer: nobody knows whether it took effect.
    Open,
}

impl Reach {
    fn is_nothing(&self) -> bool {
        *self == Reach::Nothing
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// Its flow runs, in the frames above that of the agent, or its server is asked.
    Running,
    /// It ended with this result, as the model is told it.
    Done(String),
    /// It failed with this code and sentence.
    Failed(String),
    /// Nobody knows whether it took effect: it is not used again.
    Unknown,
}

/// An act about which the contact was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AskedAct {
    pub number: u32,
    /// The message that asked.
    pub message: u32,
    pub tool: String,
    pub inputs: BTreeMap<String, Value>,
    /// When the sender took the question; before that, when it was written. `None` in a session of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

/// A reply that was not said yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsaid {
    pub text: String,
    /// The texts to tap below it; empty: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How often the model was asked again for it.
    #[serde(default)]
    pub repairs: u32,
    /// The number of the question of the second model.
    #[serde(default)]
    pub call: u32,
}

/// Texts that the contact can tap below a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// Stands in the ids of the buttons.
    pub number: u32,
    pub options: Vec<String>,
    /// The place of the option that was tapped last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<usize>,
    /// True if a tool of a server was read before it was offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_read: bool,
}

impl AgentState {
    /// Adds an entry; the oldest ones are dropped when the talk becomes too long.
    pub fn say(&mut self, by: TalkBy, text: impl Into<String>) {
        self.talk.push(TalkEntry { by, text: text.into() });
        let bytes = |talk: &[TalkEntry]| talk.iter().map(|entry| entry.text.len()).sum::<usize>();
        while self.talk.len() > 1
            && (self.talk.len() > AGENT_TALK_ENTRIES_MAX || bytes(&self.talk) > AGENT_TALK_BYTES_MAX)
        {
            self.talk.remove(0);
        }
    }

    /// Adds a message of the contact, which begins a new turn.
    pub fn hear(&mut self, text: impl Into<String>) {
        self.say(TalkBy::Customer, text);
        (self.unanswered, self.calls, self.searches) = (true, 0, 0);
    }

    /// Counts a reply, which ends the turn: nothing waits for an answer any more, and no earlier button is of this reply.
    pub fn replied(&mut self) {
        self.replies += 1;
        (self.unanswered, self.given_up, self.offered, self.read_before) = (false, 0, None, false);
        (self.patience_at, self.patience_said, self.unsaid) = (None, false, None);
    }

    /// Forgets the talk, because a person of the business has talked with the contact since: what was wished before may
    /// be done.
    pub fn after_a_person(&mut self, is_under_way: bool) {
        self.talk.clear();
        self.say(
            TalkBy::Note,
            "A person of the business has talked with the customer. What the customer wished before is dealt with.",
        );
        (self.unanswered, self.asked, self.offered, self.given_up) = (false, None, None, 0);
        (self.patience_at, self.patience_said, self.unsaid) = (None, false, None);
        self.outdated = is_under_way;
    }

    /// The tool whose flow runs now.
    pub fn running(&self) -> Option<&ToolRun> {
        self.tool_runs.iter().rev().find(|run| run.state == ToolState::Running)
    }

    /// As `running`, to change it.
    pub fn running_mut(&mut self) -> Option<&mut ToolRun> {
        self.tool_runs.iter_mut().rev().find(|run| run.state == ToolState::Running)
    }

    /// True if the flow of a tool runs now.
    pub fn has_running(&self) -> bool {
        self.tool_runs.iter().any(|run| run.state == ToolState::Running)
    }

    /// Begins a tool; of those that changed nothing the oldest is forgotten if there are too many.
    pub fn begin(&mut self, run: ToolRun) {
        self.tool_runs.push(run);
        if self.tool_runs.len() > AGENT_TOOL_RUNS_MAX {
            let oldest = self.tool_runs.iter().position(|run| !run.is_act).unwrap_or(0);
            self.tool_runs.remove(oldest);
        }
    }

    /// Remembers the texts among these inputs of a tool.
    pub fn gave<'v>(&mut self, inputs: impl Iterator<Item = &'v Value>) {
        for input in inputs {
            if let Value::Text(text) = input
                && !self.given.contains(text)
                && self.given.len() < AGENT_TOOL_RUNS_MAX
            {
                self.given.push(text.clone());
            }
        }
    }

    /// True if a question to the model, or a tool, has no result yet.
    pub fn is_under_way(&self) -> bool {
        self.unanswered || self.tool_runs.iter().any(|run| run.state == ToolState::Running)
    }

    /// True if the tool has succeeded at least once.
    pub fn has_done(&self, tool: &str) -> bool {
        self.tool_runs.iter().any(|run| run.tool == tool && matches!(run.state, ToolState::Done(_)))
    }

    /// The approximate size of its JSON in bytes.
    pub fn estimated_bytes(&self) -> usize {
        let inputs = |inputs: &BTreeMap<String, Value>| {
            inputs.iter().map(|(name, value)| name.len() + value.estimated_bytes() + 4).sum::<usize>()
        };
        let runs = self.tool_runs.iter().map(|run| {
            let told = match &run.state {
                ToolState::Done(text) | ToolState::Failed(text) => text.len(),
                ToolState::Running | ToolState::Unknown => 0,
            };
            120 + run.tool.len() + inputs(&run.inputs) + told
        });
        let talk = self.talk.iter().map(|entry| 40 + entry.text.len());
        let unsaid = self.unsaid.iter().flat_map(|unsaid| unsaid.options.iter().chain([&unsaid.text]));
        let offered = self.offered.iter().flat_map(|offered| &offered.options).chain(unsaid);
        let papers =
            self.papers.iter().chain(&self.given).chain(&self.changed).chain(offered).map(|paper| paper.len() + 4);
        200 + runs.chain(talk).chain(papers).sum::<usize>() + self.asked.as_ref().map_or(0, |act| inputs(&act.inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_talk_keeps_so_many_entries_and_bytes_and_the_newest() {
        let mut state = AgentState::default();
        for number in 0..=AGENT_TALK_ENTRIES_MAX {
            state.hear(number.to_string());
        }
        assert_eq!((state.talk.len(), state.talk[0].text.as_str()), (AGENT_TALK_ENTRIES_MAX, "1"));
        state.hear("x".repeat(AGENT_TALK_BYTES_MAX));
        assert_eq!(state.talk.len(), 1);
        state.hear("y".repeat(AGENT_TALK_BYTES_MAX + 1));
        assert_eq!(state.talk.len(), 1, "a message alone is kept, whatever its length");
    }

    #[test]
    fn acts_are_remembered_longer_than_what_changed_nothing() {
        let mut state = AgentState::default();
        let run = |tool: &str, is_act| ToolRun {
            tool: tool.into(),
            inputs: BTreeMap::new(),
            at: Time(0),
            turn: 0,
            is_act,
            reach: Reach::Nothing,
            state: ToolState::Done(String::new()),
        };
        state.begin(run("book", true));
        for _ in 0..AGENT_TOOL_RUNS_MAX {
            state.begin(run("look", false));
        }
        assert_eq!(state.tool_runs.len(), AGENT_TOOL_RUNS_MAX);
        assert!(state.has_done("book"));
    }
}
