//! Looks for a question in the papers of `knowledge/`, and says which parts were found in place of the wanted one.

use super::FailedExpectation;
use crate::{
    base::counted::counted,
    flow::{
        FlowSet,
        knowledge::{Found, Question},
        tools::testfile::{Head, evals::EvalSearch},
    },
    testbench::look::failure,
};

/// `None` if the wanted part is found.
pub(super) fn look(set: &FlowSet, search: &EvalSearch, head: &Head) -> Option<FailedExpectation> {
    let EvalSearch { question, language, part, top, place } = search;
    let language = language.as_ref().unwrap_or(&set.bot.language);
    let asked = Question { text: question, language, within: &[], today: head.now.date() };
    let found = set.knowledge.rank(&asked, *top);
    let is_it = |found: &Found<'_>| {
        part.as_ref().is_some_and(|part| part.is_in(&set.knowledge, found.document.name(), &found.chunk.headings))
    };
    let is_met = if part.is_none() { found.is_empty() } else { found.iter().any(is_it) };
    if is_met {
        return None;
    }
    let shown: Vec<String> = found.iter().map(shown).collect();
    let got = if shown.is_empty() { "no part of the papers".to_owned() } else { shown.join("\n") };
    let (what, expected) = match part {
        None => ("a part speaks of it, and none should".to_owned(), "no part of the papers".to_owned()),
        Some(part) => (format!("the part is not among the first {}", counted(*top, "hit")), part.to_string()),
    };
    Some(failure(place, what, expected, got))
}

fn shown(found: &Found<'_>) -> String {
    match found.chunk.headings.last() {
        Some(heading) => format!("{}#{heading}", found.document.name()),
        None => found.document.name().to_owned(),
    }
}
