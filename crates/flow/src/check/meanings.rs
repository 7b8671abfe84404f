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
    triggers::{Trigger, meaning::Meaning, message::speaks},
};

pub fn check(set: &FlowSet, findings: &Findings) {
    let mut known: Vec<(&Flow, &WrittenTrigger, &Meaning)> = Vec::new();
    let mut bytes = 0;
    for flow in set.flows.values().map(|flow| &**flow) {
        for trigger in &flow.triggers {
            let Trigger::Meaning(meaning) = &trigger.kind else { continue };
            contradicts_itself(trigger, meaning, findings);
            // A draft is the copy of another flow.
            if flow.draft {
                continue;
            }
            bytes += meaning.bytes();
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
            let rival = known.iter().find_map(|(other, first, earlier)| {
                let both_begin =
                    meet(other, flow) || other.name == flow.name && first.guard.is_none() && trigger.guard.is_none();
                let said = same_text(earlier, meaning).filter(|_| both_begin && together(earlier, meaning))?;
                Some((*first, said))
            });
            if let Some((first, said)) = rival {
                let message =
                    format!("another `meaning` has the same text: `{said}`, so the model cannot tell the two apart");
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
    let (Some(one), Some(other)) = (&one.language, &other.language) else { return true };
    speaks(Some(one), other) || speaks(Some(other), one)
}

/// Reports a text that means it and does not mean it.
fn contradicts_itself(trigger: &WrittenTrigger, meaning: &Meaning, findings: &Findings) {
    let not: Vec<String> = meaning.not.iter().map(|text| fold(text)).collect();
    let means = meaning.like.iter().chain(std::iter::once(&meaning.says));
    if let Some(text) = means.into_iter().find(|text| not.contains(&fold(text))) {
        let message = format!("`{text}` means it, and stands under `not` as well");
        findings.push(Diagnostic::error("E543", &trigger.place, message).help("take it out of one of them"));
    }
}
