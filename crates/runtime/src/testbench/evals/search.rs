//! Looks for a question in the papers of `knowledge/`, and says which parts were found in place of the wanted one.

use super::FailedExpectation;
use crate::{
    base::counted::counted,
    flow::{
        FlowSet,
        knowledge::{Found, Question},
        tools::testfile::{Head, evals::EvalSearch},
    },
    model::matching::fold,
    testbench::look::failure,
};

/// `None` if the wanted part is found.
pub(super) fn look(set: &FlowSet, search: &EvalSearch, head: &Head) -> Option<FailedExpectation> {
    let EvalSearch { question, language, part, top, place } = search;
    let language = language.as_ref().unwrap_or(&set.bot.language);
    let asked = Question { text: question, language, within: &[], today: head.now.date() };
    let found = set.knowledge.rank(&asked, *top);
    let is_it = |found: &&Found<'_>| match part {
        Some((file, heading)) => {
            let is_file = set.knowledge.named(file).any(|document| document.file.path() == found.document.file.path());
            let is_part = |wanted: &String| found.chunk.headings.iter().any(|known| fold(known) == fold(wanted));
            is_file && heading.as_ref().is_none_or(is_part)
        }
        None => false,
    };
    let is_met = if part.is_none() { found.is_empty() } else { found.iter().any(|one| is_it(&one)) };
    if is_met {
        return None;
    }
    let shown: Vec<String> = found.iter().map(shown).collect();
    let got = if shown.is_empty() { "no part of the papers".to_owned() } else { shown.join("\n") };
    let (what, expected) = match part {
        None => ("a part speaks of it, and none should".to_owned(), "no part of the papers".to_owned()),
        Some((file, heading)) => {
            let part = heading.as_ref().map_or_else(|| file.clone(), |heading| format!("{file}#{heading}"));
            (format!("the part is not among the first {}", counted(*top, "hit")), part)
        }
    };
    Some(failure(place, what, expected, got))
}

fn shown(found: &Found<'_>) -> String {
    match found.chunk.headings.last() {
        Some(heading) => format!("{}#{heading}", found.document.name()),
        None => found.document.name().to_owned(),
    }
}
