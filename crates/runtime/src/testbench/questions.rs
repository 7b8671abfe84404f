//! Checks a test's expectations of questions to models: how often each step asked.

use super::{Stop, look::failure};
use crate::{
    base::{counted::counted, yaml::Node},
    http_step::calls::MockedQuestion,
    llm_step::mocks::{example, meets},
};

/// Advice for a question without a mock. No test reaches a model.
pub(super) fn without_mock(question: &MockedQuestion) -> String {
    let step = question.step.as_str();
    format!(
        "no mock answers the question of `{step}` to the model `{}`; add {} to `mocks: model:` of the test (what `sandbox` \
         in `_bot.yaml` says does not count here)",
        question.model,
        example(step)
    )
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
