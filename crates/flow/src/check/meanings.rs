//! Checks triggers `meaning`: a model can tell each from the others, and reads all of them in one question.

use super::conflicting_triggers::meet;
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::{MODEL_CHOICES_MAX, MODEL_INSTRUCTION_BYTES_MAX},
    },
    definition::{Flow, WrittenTrigger},
    model::matching::fold,
    triggers::{Trigger, meaning::Meaning},
};

pub fn check(set: &FlowSet, findings: &Findings) {
    let mut known: Vec<(&Flow, &WrittenTrigger, &Meaning)> = Vec::new();
    let mut bytes = 0;
    for flow in set.flows.values().map(|flow| &**flow).filter(|flow| !flow.draft) {
        for trigger in &flow.triggers {
            let Trigger::Meaning(meaning) = &trigger.kind else { continue };
            bytes += meaning.bytes();
            contradicts_itself(trigger, meaning, findings);
            if known.len() == MODEL_CHOICES_MAX {
                let message =
                    format!("a model chooses among at most {MODEL_CHOICES_MAX} meanings, and this is one more");
                let finding = Diagnostic::error("E543", &trigger.place, message);
                findings.push(finding.help("join meanings whose flows can ask the rest, or take this one out"));
                return;
            }
            if bytes > MODEL_INSTRUCTION_BYTES_MAX {
                let message = format!(
                    "with this one all meanings have {bytes} bytes, and a model reads at most {MODEL_INSTRUCTION_BYTES_MAX}"
                );
                let finding = Diagnostic::error("E543", &trigger.place, message);
                findings.push(finding.help("take texts of `like` and `not` out"));
                return;
            }
            if let Some((other, first, said)) = known.iter().find_map(|(other, first, earlier)| {
                let same = same_text(earlier, meaning)
                    .filter(|_| (meet(other, flow) || other.name == flow.name) && together(earlier, meaning))?;
                Some((*other, *first, same))
            }) {
                let message = format!(
                    "`{}` has the same text: `{said}`, so the model guesses which of the two it means",
                    other.name
                );
                let finding = Diagnostic::warning("W533", &trigger.place, message).label(&first.place, "the other one");
                findings.push(finding.help("word the two so that a stranger could tell them apart, or take one out"));
            }
            known.push((flow, trigger, meaning));
        }
    }
}

/// The text that both have as a meaning or as an example of it.
fn same_text(one: &Meaning, other: &Meaning) -> Option<String> {
    let texts = |meaning: &Meaning| {
        std::iter::once(&meaning.says).chain(&meaning.like).map(|text| fold(text)).collect::<Vec<_>>()
    };
    let known = texts(one);
    let all = std::iter::once(&other.says).chain(&other.like);
    all.filter(|text| known.contains(&fold(text))).map(|text| text.to_owned()).next()
}

/// True if some contact may meet both.
fn together(one: &Meaning, other: &Meaning) -> bool {
    one.language.is_none() || other.language.is_none() || one.language == other.language
}

/// Reports a text that means it and does not mean it.
fn contradicts_itself(trigger: &WrittenTrigger, meaning: &Meaning, findings: &Findings) {
    let not: Vec<String> = meaning.not.iter().map(|text| fold(text)).collect();
    if let Some(text) = meaning.like.iter().find(|text| not.contains(&fold(text))) {
        let message = format!("`{text}` stands under `like` and under `not`");
        findings.push(Diagnostic::error("E543", &trigger.place, message).help("take it out of one of them"));
    }
}
