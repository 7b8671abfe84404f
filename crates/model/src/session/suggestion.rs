//! Defines the draft of a reply that an agent writes while a person has the conversation.

use super::{Frame, Run, Session, Waiting};
use crate::{
    base::{
        ids::{InboundId, VersionId},
        time::Time,
    },
    effect::CallRequest,
    value::Value,
};
use serde::{Deserialize, Serialize};

/// The draft for the newest message of the contact. It stands in the open case, so it ends with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    #[serde(default, skip_serializing_if = "DraftMode::is_default")]
    pub mode: DraftMode,
    /// Tells it from the other drafts of its conversation; a number of runs, so that no run has it.
    pub number: u32,
    /// The team's agent.
    pub agent: String,
    /// The message that it answers, with those before it.
    pub message: InboundId,
    pub state: SuggestionState,
    /// The cost of the questions behind a draft that is no longer being written, in millionths of the currency unit.
    #[serde(default, skip_serializing_if = "is_free")]
    pub cost: i64,
    /// How many questions were given up, one after another, because the contact wrote again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub given_up: u32,
    /// A later message, which is answered once the running question has its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<InboundId>,
}

/// The readers of a draft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftMode {
    /// The person who has the conversation: `suggest` of the team.
    #[default]
    Suggest,
    /// Nobody in the inbox: `shadow` of the team. The draft is recorded, and compared with the reply of the person.
    Shadow,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SuggestionState {
    /// A model or a tool is asked: the run of the agent, which no other run and no message knows of.
    Thinking { run: Box<Run> },
    /// The guards of the agent let the text pass.
    Ready {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sources: Vec<SuggestionSource>,
    },
    /// There is no draft.
    Without { why: NoSuggestion, text: String },
}

/// The words that a text of a person began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeganWith {
    /// The text comes from a program that shows no drafts (the phone, Chatwoot).
    Unknown,
    OwnWords,
    /// The draft with this number, which the person may have changed.
    Draft(u32),
}

impl BeganWith {
    /// The number of a draft, as a program sends it; `None`: the text began with none. No draft has a negative number.
    pub fn of_number(draft: Option<i64>) -> Self {
        draft.and_then(|number| u32::try_from(number).ok()).map_or(BeganWith::OwnWords, BeganWith::Draft)
    }
}

/// A paper that the draft was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionSource {
    pub title: String,
    /// As flows name it, `faq/repairs.md`.
    pub file: String,
    /// The address in `source` of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// The reason why there is no draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoSuggestion {
    /// The agent would have given the conversation to a person, or ended its part.
    Unsure,
    /// No model gave an answer.
    Model,
    /// The money or the questions of a limit are used up.
    Budget,
    /// The guards refused the text.
    Guard,
    /// Anything else.
    Failed,
}

/// The end of a draft: how the person used it, or threw it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionUse {
    AsIs,
    Edited,
    /// The person wrote something else.
    Unused,
    Discarded,
}

impl NoSuggestion {
    pub const NAMES: &'static [&'static str] = &["unsure", "model", "budget", "guard", "failed"];

    pub fn as_str(self) -> &'static str {
        match self {
            NoSuggestion::Unsure => "unsure",
            NoSuggestion::Model => "model",
            NoSuggestion::Budget => "budget",
            NoSuggestion::Guard => "guard",
            NoSuggestion::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<NoSuggestion> {
        use NoSuggestion::{Budget, Failed, Guard, Model, Unsure};
        [Unsure, Model, Budget, Guard, Failed].into_iter().find(|why| why.as_str() == text)
    }

    /// The reason for the code of an error of a step.
    pub fn of_error(code: &str) -> NoSuggestion {
        match code {
            "unsure" => NoSuggestion::Unsure,
            "model_down" | "model_slow" | "model_refused" => NoSuggestion::Model,
            "over_budget" | "limit" | "tool_loop" => NoSuggestion::Budget,
            "ungrounded" | "wrong_language" | "bad_answer" | "cut_prompt" => NoSuggestion::Guard,
            _ => NoSuggestion::Failed,
        }
    }

    /// The reason as the beginning of a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            NoSuggestion::Unsure => "the agent leaves the answer to you",
            NoSuggestion::Model => "no model answered",
            NoSuggestion::Budget => "a limit of the agent or its budget is reached",
            NoSuggestion::Guard => "the guards refused the draft",
            NoSuggestion::Failed => "the draft could not be made",
        }
    }
}

impl SuggestionUse {
    pub const ALL: [SuggestionUse; 4] =
        [SuggestionUse::AsIs, SuggestionUse::Edited, SuggestionUse::Unused, SuggestionUse::Discarded];

    pub fn parse(text: &str) -> Option<SuggestionUse> {
        SuggestionUse::ALL.into_iter().find(|how| how.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            SuggestionUse::AsIs => "as_is",
            SuggestionUse::Edited => "edited",
            SuggestionUse::Unused => "unused",
            SuggestionUse::Discarded => "discarded",
        }
    }
}

impl DraftMode {
    /// The key of a team that names the agent.
    pub fn as_str(self) -> &'static str {
        match self {
            DraftMode::Suggest => "suggest",
            DraftMode::Shadow => "shadow",
        }
    }

    fn is_default(&self) -> bool {
        *self == DraftMode::default()
    }
}

impl Suggestion {
    /// True if the person who has the conversation sees the draft.
    pub fn is_shown(&self) -> bool {
        self.mode == DraftMode::Suggest
    }

    /// True if the draft goes on after a person has written: its reply is compared with theirs.
    pub fn outlives_reply(&self) -> bool {
        self.mode == DraftMode::Shadow && self.is_thinking()
    }

    /// The call of the model or of a tool that is under way.
    pub fn call(&self) -> Option<&CallRequest> {
        match &self.state {
            SuggestionState::Thinking { run } => match &run.waiting {
                Waiting::Call(call) => Some(&call.request),
                _ => None,
            },
            SuggestionState::Ready { .. } | SuggestionState::Without { .. } => None,
        }
    }

    pub fn is_thinking(&self) -> bool {
        matches!(self.state, SuggestionState::Thinking { .. })
    }

    /// The approximate size of its JSON in bytes.
    pub fn estimated_bytes(&self) -> usize {
        let state = match &self.state {
            SuggestionState::Thinking { run } => run.estimated_bytes(),
            SuggestionState::Ready { text, sources } => {
                let source = |source: &SuggestionSource| {
                    60 + source.title.len() + source.file.len() + source.link.as_ref().map_or(0, String::len)
                };
                text.len() + sources.iter().map(source).sum::<usize>()
            }
            SuggestionState::Without { text, .. } => text.len(),
        };
        150 + self.agent.len() + state
    }

    /// How a text of the person uses the draft; `None`: there is none, or the person may not have seen it.
    pub fn used_by(&self, text: &str, began_with: BeganWith) -> Option<SuggestionUse> {
        let SuggestionState::Ready { text: draft, .. } = &self.state else { return None };
        match began_with {
            _ if !self.is_shown() => None,
            BeganWith::Unknown => None,
            _ if text.trim() == draft.trim() => Some(SuggestionUse::AsIs),
            BeganWith::Draft(number) if number == self.number => Some(SuggestionUse::Edited),
            BeganWith::Draft(_) | BeganWith::OwnWords => Some(SuggestionUse::Unused),
        }
    }
}

impl Run {
    /// The run of an agent that drafts a reply; no conversation has it among its runs.
    pub fn drafting(mode: DraftMode, number: u32, version: VersionId, frame: Frame, now: Time) -> Run {
        Run {
            number,
            version,
            flow: frame.flow.clone(),
            trigger: mode.as_str().to_owned(),
            started_at: now,
            frames: vec![frame],
            waiting: Waiting::Ready,
            asked_for: None,
            event: Value::Nothing,
            aside_of: None,
            depth: 0,
            msg: Value::Nothing,
            handoff: Value::Nothing,
            postponed: false,
            confirms_stop: false,
            calls: 0,
            agent_calls: 0,
            handing: None,
            expired: false,
            said: None,
            stopped: false,
            why: None,
            by_itself: 0,
            answering: None,
        }
    }
}

impl Session {
    /// The draft of a reply while a person has the conversation, in either mode.
    pub fn suggestion(&self) -> Option<&Suggestion> {
        self.person.as_ref()?.case.as_ref()?.suggestion.as_deref()
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_free(cost: &i64) -> bool {
    *cost == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(text: &str) -> Suggestion {
        let state = SuggestionState::Ready { text: text.into(), sources: Vec::new() };
        let mode = DraftMode::Suggest;
        Suggestion {
            mode,
            number: 4,
            agent: "desk".into(),
            message: InboundId(9),
            state,
            cost: 0,
            given_up: 0,
            newer: None,
        }
    }

    #[test]
    fn a_text_is_the_draft_or_it_began_with_it_or_it_is_another_one() {
        let draft = ready("Open until six.");
        assert_eq!(draft.used_by("Open until six. ", BeganWith::OwnWords), Some(SuggestionUse::AsIs));
        assert_eq!(draft.used_by("Open until six.", BeganWith::Draft(4)), Some(SuggestionUse::AsIs));
        assert_eq!(draft.used_by("Until six!", BeganWith::Draft(4)), Some(SuggestionUse::Edited));
        assert_eq!(
            draft.used_by("Until six!", BeganWith::Draft(3)),
            Some(SuggestionUse::Unused),
            "of an earlier draft"
        );
        assert_eq!(draft.used_by("Until six!", BeganWith::OwnWords), Some(SuggestionUse::Unused));
        assert_eq!(draft.used_by("Open until six.", BeganWith::Unknown), None, "typed on the phone");
        let began = [Some(4), Some(-1), Some(i64::MAX), None].map(BeganWith::of_number);
        assert_eq!(began, [BeganWith::Draft(4), BeganWith::OwnWords, BeganWith::OwnWords, BeganWith::OwnWords]);
        let hidden = Suggestion { mode: DraftMode::Shadow, ..draft.clone() };
        assert_eq!(hidden.used_by("Open until six.", BeganWith::Draft(4)), None, "nobody has seen it");
        let state = SuggestionState::Without { why: NoSuggestion::Model, text: String::new() };
        assert_eq!(Suggestion { state, ..draft }.used_by("Until six!", BeganWith::Draft(4)), None);
    }

    #[test]
    fn a_draft_of_an_older_version_is_one_for_the_person() {
        let draft = ready("Open until six.");
        let stored = serde_json::to_value(&draft).unwrap();
        assert_eq!((stored.get("mode"), stored.get("cost")), (None, None));
        assert_eq!(serde_json::from_value::<Suggestion>(stored).unwrap(), draft);
        let hidden = Suggestion { mode: DraftMode::Shadow, cost: 7, ..draft };
        let stored = serde_json::to_value(&hidden).unwrap();
        assert_eq!(stored["mode"], DraftMode::Shadow.as_str());
        assert_eq!(serde_json::from_value::<Suggestion>(stored).unwrap(), hidden);
        assert!(!hidden.outlives_reply(), "it is there already");
    }

    #[test]
    fn each_name_is_read_as_its_reason() {
        for name in NoSuggestion::NAMES {
            assert_eq!(NoSuggestion::parse(name).map(NoSuggestion::as_str), Some(*name));
        }
        for how in SuggestionUse::ALL {
            assert_eq!(serde_json::to_value(how).unwrap(), how.as_str());
            assert_eq!(SuggestionUse::parse(how.as_str()), Some(how));
        }
        assert_eq!(NoSuggestion::parse("none"), None);
        assert_eq!(NoSuggestion::of_error("http_status"), NoSuggestion::Failed);
    }
}
