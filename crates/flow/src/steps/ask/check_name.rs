//! Names the answer where the `check` of a question calls it otherwise than its `as`.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fix::Fix,
    place::Place,
};

/// Names that an author may give the answer in a `check`: those of other products and of tests.
const ANSWER_NAMES: [&str; 6] = ["answer", "value", "input", "reply", "it", "this"];

/// Names the answer where a `check` calls it otherwise.
pub fn name_in_check(findings: &Findings, check: &Place, name: &str) {
    let called = |finding: &Diagnostic| {
        let of = |known: &&str| finding.message == format!("nothing here is called `{known}`");
        ANSWER_NAMES.iter().any(of)
    };
    let inside = |place: &Place| place.path() == check.path() && check.range().contains(&place.range().start);
    let wanted = |finding: &Diagnostic| finding.code == "E303" && inside(&finding.place) && called(finding);
    findings.amend(wanted, |finding| {
        let fix = Fix::replace(format!("write `{name}`"), &finding.place, name).guess();
        finding.help(format!("this answer is called `{name}`, by its `as`: write `{name}`")).fix(fix)
    });
}
