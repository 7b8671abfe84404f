//! Compares the templates of `_bot.yaml` with the catalogues of their platforms.

use super::CheckContext;
use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings},
    model::{draft::TemplateDraft, template::Template},
};
use std::collections::BTreeSet;

/// Reports different texts, once for each language: people get the text of the platform.
pub fn check(set: &FlowSet, around: &CheckContext, findings: &Findings) {
    let senders = around.templates.as_deref().unwrap_or_default();
    for own in set.bot.templates.values() {
        for draft in &own.versions {
            let here = &draft.template;
            let there =
                senders.iter().flatten().filter(|known| known.name == own.name && known.language == here.language);
            let differences: BTreeSet<String> = there.flat_map(|known| differences(draft, known)).collect();
            let Some(first) = differences.first() else { continue };
            let message = format!("the template `{}` (`{}`) {first}", own.name, here.language);
            let finding = Diagnostic::warning("W832", &own.place, message);
            findings.push(finding.help("change it there, in the platform's manager, or write here what it says there"));
        }
    }
}

/// The differences from a template at the platform. A lock of an earlier version does not know footers.
fn differences(draft: &TemplateDraft, there: &Template) -> Vec<String> {
    let mut there = there.clone();
    let of_lock = there.id == 0;
    if of_lock && there.parts.footer.is_none() {
        there.parts.footer.clone_from(&draft.template.parts.footer);
    }
    draft.differences(&there)
}
