//! Checks a test's expectations of questions to models: how often each step asked.

use super::{Stop, look::failure, report::FailedExpectation, world::World};
use crate::{
    base::{counted::counted, place::Place, yaml::Node},
    http_step::mocked::MockedQuestion,
    llm_step::{
        mocks::{example, meets},
        recording::UnlikeRecorded,
        recording_file::RecordedBy,
    },
};

impl World<'_> {
    /// Tells the new questions to models; one that is not the recorded one fails the case.
    pub fn look_at_questions(&mut self) -> Result<(), Stop> {
        let asked = self.app.calls.asked();
        for question in &asked[self.questions_told.min(asked.len())..] {
            if let Some(differs) = &question.unlike {
                self.tell('!', format!("the question of `{}` is not the recorded one", question.step));
                self.note(record_anew(self.bot.recorded_by));
                return Err(unlike(&self.at, question, differs).into());
            } else if question.mocked {
                self.tell('*', format!("`{}` asks the model `{}`", question.step, question.model));
            } else {
                self.tell('!', format!("{} answers the question of `{}`", nobody(self.bot.recorded_by), question.step));
                self.note(unanswered(question, self.bot.recorded_by));
            }
        }
        self.questions_told = asked.len();
        Ok(())
    }
}

fn nobody(by: RecordedBy) -> &'static str {
    match by {
        RecordedBy::Test => "no mock",
        RecordedBy::Eval => "no recording",
    }
}

/// Advice for a question without an answer: neither a test nor an eval reaches a model without `--live`.
pub(super) fn unanswered(question: &MockedQuestion, by: RecordedBy) -> String {
    let step = question.step.as_str();
    if by == RecordedBy::Eval {
        return format!(
            "no answer to the question of `{step}` to the model `{}` is recorded; `{}` asks the model and records its answers",
            question.model,
            by.command()
        );
    }
    format!(
        "no mock answers the question of `{step}` to the model `{}`; add {} to `mocks: model:` of the test (what `sandbox` \
         in `_bot.yaml` says does not count here)",
        question.model,
        example(step)
    )
}

/// Advice for a question that differs from the recorded one.
pub(super) fn record_anew(by: RecordedBy) -> String {
    let without = match by {
        RecordedBy::Test => "; without the file `flows/NAME.model.yaml` mocks answer",
        RecordedBy::Eval => "",
    };
    format!("`{}` asks the models again and records their answers{without}", by.command())
}

/// The failure for a question that is not the recorded one.
pub(super) fn unlike(at: &Place, question: &MockedQuestion, unlike: &UnlikeRecorded) -> FailedExpectation {
    let what = format!("the question of `{}` to the model is not the recorded one", question.step);
    FailedExpectation { place: at.clone(), what, expected: unlike.recorded.clone(), got: unlike.asked.clone() }
}

/// Checks `{what_about: 1}`, `{any: 2}` or `nothing`.
pub(super) fn asked(node: &Node, made: &[MockedQuestion]) -> Result<(), Stop> {
    let shown = || match made.is_empty() {
        true => "no question".to_owned(),
        false => made.iter().map(|question| question.step.to_string()).collect::<Vec<_>>().join("\n"),
    };
    let Some(entries) = node.map() else {
        return match made.is_empty() {
            true => Ok(()),
            false => Err(failure(&node.place, "no model should be asked", "no question", shown()).into()),
        };
    };
    for entry in entries {
        let times = made.iter().filter(|question| meets(&entry.key.text, question.step.as_str())).count();
        let wanted = entry.value.text().unwrap_or_default();
        if wanted.parse() != Ok(times) {
            let expected = format!("`{}` {}", entry.key.text, counted(wanted, "time"));
            let got = format!("{}, of these questions:\n{}", counted(times, "time"), shown());
            return Err(failure(&entry.value.place, "models were not asked as expected", expected, got).into());
        }
    }
    Ok(())
}
