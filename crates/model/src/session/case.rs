//! Defines the case of a conversation: the work of a person of the business in it, and when it is due.

use super::{Person, Suggestion};
use crate::{base::time::Time, effect::ModelCall};
use serde::{Deserialize, Serialize};

/// The open case of a conversation that is with a person. It is closed when the person is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The id of its row. The runtime gives it when the case is first stored; the engine never changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    pub opened_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Since when the contact waits for an answer; `None`: a person has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// When the team's `answer_within` is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_due: Option<Time>,
    /// When the team's `solve_within` is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solve_due: Option<Time>,
    /// True if it was told that the answer is overdue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answer_told: bool,
    /// True if it was told that the solution is overdue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub solve_told: bool,
    /// When it was put aside until; the time stays after the case has come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Time>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_snoozed: bool,
    /// Since when its person has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<Time>,
    /// The question for the summary, while a model is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_call: Option<Box<ModelCall>>,
    /// The draft of a reply, for the person or to be compared with theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Box<Suggestion>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Nobody has taken it.
    Waiting,
    /// A person has it, and the contact waits for an answer.
    Taken,
    /// A person has answered what the contact wrote.
    Answered,
    /// It was put aside until a time.
    Snoozed,
    /// The bot has the conversation again, or it was closed.
    Closed,
}

/// The promise of a team that a case can miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseLimit {
    /// `answer_within`.
    Answer,
    /// `solve_within`.
    Solve,
}

impl CaseState {
    pub const NAMES: &'static [&'static str] = &["waiting", "taken", "answered", "snoozed", "closed"];

    pub fn as_str(self) -> &'static str {
        match self {
            CaseState::Waiting => "waiting",
            CaseState::Taken => "taken",
            CaseState::Answered => "answered",
            CaseState::Snoozed => "snoozed",
            CaseState::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<CaseState> {
        use CaseState::{Answered, Closed, Snoozed, Taken, Waiting};
        [Waiting, Taken, Answered, Snoozed, Closed].into_iter().find(|state| state.as_str() == text)
    }
}

impl CaseLimit {
    pub fn as_str(self) -> &'static str {
        match self {
            CaseLimit::Answer => "answer",
            CaseLimit::Solve => "solve",
        }
    }
}

impl Case {
    /// A case of a contact who waits since `now`.
    pub fn opened(now: Time) -> Case {
        Case {
            id: None,
            opened_at: now,
            priority: None,
            summary: None,
            asked_at: Some(now),
            answered_at: None,
            answer_due: None,
            solve_due: None,
            answer_told: false,
            solve_told: false,
            snoozed_until: None,
            is_snoozed: false,
            assigned_at: None,
            summary_call: None,
            suggestion: None,
        }
    }

    /// The time by which somebody must act: the end of the snooze, else the earlier promise that still counts.
    pub fn due_at(&self) -> Option<Time> {
        if self.is_snoozed {
            return self.snoozed_until;
        }
        self.answer_due.into_iter().chain(self.solve_due).min()
    }

    /// The next time at which the case itself changes: it comes back, or it is told that it is overdue.
    pub fn acts_at(&self) -> Option<Time> {
        if self.is_snoozed {
            return self.snoozed_until;
        }
        let answer = self.answer_due.filter(|_| !self.answer_told);
        let solve = self.solve_due.filter(|_| !self.solve_told);
        answer.into_iter().chain(solve).min()
    }

    /// A person has answered: the contact waits no longer.
    pub fn answer(&mut self, now: Time) {
        (self.asked_at, self.answer_due, self.answer_told) = (None, None, false);
        self.answered_at = Some(now);
        self.is_snoozed = false;
    }

    /// One step up in the list of the team: `low`, `normal`, `high`, `urgent`. Another word counts as `normal`.
    pub fn raise_priority(&mut self) {
        let next = match self.priority.as_deref() {
            Some("low") => "normal",
            Some("high" | "urgent") => "urgent",
            _ => "high",
        };
        self.priority = Some(next.to_owned());
    }

    /// The place of its priority in a queue: 0 is first.
    pub fn rank(&self) -> u8 {
        rank(self.priority.as_deref())
    }
}

/// The priorities that a queue sorts, the first first.
pub const PRIORITIES: [&str; 4] = ["urgent", "high", "normal", "low"];

/// The place of a priority in a queue: 0 is first. Another one counts as `normal`.
pub fn rank(priority: Option<&str>) -> u8 {
    let known = PRIORITIES.iter().position(|known| Some(*known) == priority);
    known.map_or(2, |place| place as u8)
}

impl Person {
    /// The state of the open case; `None`: there is none, because the conversation came to the person before cases
    /// existed.
    pub fn case_state(&self) -> Option<CaseState> {
        let case = self.case.as_ref()?;
        Some(match case.asked_at {
            _ if case.is_snoozed => CaseState::Snoozed,
            None => CaseState::Answered,
            Some(_) if self.is_awaited() => CaseState::Waiting,
            Some(_) => CaseState::Taken,
        })
    }

    /// When the bot has the conversation again, if the person writes nothing more.
    pub fn gives_back_at(&self) -> Time {
        // A case that was put aside is not taken from its person before it has come back.
        let snoozed_until = self.case.as_ref().and_then(|case| case.snoozed_until);
        self.last_word.max(snoozed_until.unwrap_or(self.last_word)) + self.give_back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_as_its_state() {
        for name in CaseState::NAMES {
            assert_eq!(CaseState::parse(name).map(CaseState::as_str), Some(*name));
        }
        assert_eq!(CaseState::parse("open"), None);
    }

    #[test]
    fn the_earlier_promise_is_due_and_a_snooze_puts_both_aside() {
        let mut case = Case { answer_due: Some(Time(20)), solve_due: Some(Time(50)), ..Case::opened(Time(1)) };
        assert_eq!((case.due_at(), case.acts_at()), (Some(Time(20)), Some(Time(20))));
        case.answer_told = true;
        assert_eq!((case.due_at(), case.acts_at()), (Some(Time(20)), Some(Time(50))), "told once");
        (case.is_snoozed, case.snoozed_until) = (true, Some(Time(90)));
        assert_eq!((case.due_at(), case.acts_at()), (Some(Time(90)), Some(Time(90))));
        case.answer(Time(95));
        assert_eq!((case.due_at(), case.acts_at()), (Some(Time(50)), Some(Time(50))));
    }

    #[test]
    fn a_priority_rises_to_urgent_and_stays_there() {
        let mut case = Case::opened(Time(1));
        let mut raised = |from: Option<&str>| {
            case.priority = from.map(str::to_owned);
            case.raise_priority();
            case.priority.clone().unwrap()
        };
        let seen: Vec<String> =
            [Some("low"), None, Some("normal"), Some("vip"), Some("high"), Some("urgent")].map(&mut raised).into();
        assert_eq!(seen, ["normal", "high", "high", "high", "urgent", "urgent"]);
    }
}
