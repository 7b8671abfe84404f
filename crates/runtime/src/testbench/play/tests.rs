//! Runs tests for the studio: each case with its result, as the talk that shows it, and with the text that would
//! accept the bot's words.

use super::{Edits, PlayError, PlaySetup};
use crate::{
    base::clock::{Clock, SystemClock},
    flow::tools::testfile::{Case, TestAction},
    testbench::{
        Bot, FailedExpectation, FileReport, Play, TestFile, TestOptions, cases,
        coverage::{FlowCoverage, Missing},
        marked,
        pace::Pace,
        report::CaseReport,
        talk_json, update,
    },
};
use serde_json::{Value as Json, json};

/// The tests to run; without wishes all of them.
#[derive(Debug, Clone, Default)]
pub struct TestsRequest {
    /// Lie over the files of the bot's folder, tests included.
    pub edits: Edits,
    /// The path of a test file.
    pub path: Option<String>,
    /// The name of a case.
    pub name: Option<String>,
    pub flow: Option<String>,
}

pub(super) fn tested(setup: &PlaySetup, request: &TestsRequest, pace: &Pace) -> Result<Json, PlayError> {
    let began = SystemClock.now();
    let bot = setup.bot(&request.edits, pace)?;
    let tests = setup.tests(&request.edits)?;
    let only: Vec<String> = request.path.iter().cloned().collect();
    let (flow, name) = (request.flow.as_deref(), request.name.as_deref());
    let run = cases::run_all(&bot, &tests, &TestOptions { only: &only, flow, name, ..TestOptions::default() }, pace);
    let mut cases: Vec<Json> = Vec::new();
    let (mut bytes, mut left_out) = (0, run.left_out);
    for (report, file) in &run.files {
        for case in &report.cases {
            let shown = file.as_ref().and_then(|file| shown(&bot, report, file, case, pace));
            bytes += shown.as_ref().map_or(0, |shown| shown.to_string().len());
            match shown.filter(|_| bytes <= setup.limits.answer_bytes) {
                Some(shown) => cases.push(shown),
                None => left_out += 1,
            }
        }
    }
    let findings = run.files.iter().flat_map(|(report, _)| &report.findings);
    let stopped = (left_out > 0).then(|| {
        let time = setup.limits.tests;
        format!("{left_out} more cases did not fit into {time}; run fewer at once, those of one flow or of one file.")
    });
    Ok(json!({
        "ms": (SystemClock.now() - began).0,
        "cases": cases,
        "coverage": run.coverage.flows.iter().map(covered).collect::<Vec<_>>(),
        "percent": run.coverage.counts().percent(),
        "findings": findings.collect::<Vec<_>>(),
        "stopped": stopped,
    }))
}

/// A case with its result; its world and its acts are those of a play.
fn shown(bot: &Bot, file: &FileReport, read: &TestFile, case: &CaseReport, pace: &Pace) -> Option<Json> {
    let (own, play) = read.cases.get(case.number)?;
    let acts = own.steps.iter().map(|step| &step.act);
    Some(json!({
        "path": file.path, "line": case.place.line(), "name": case.name, "flow": play.flow,
        "passed": case.failure.is_none(), "ms": case.took.as_millis(),
        "failure": case.failure.as_ref().map(|failure| failed(own, case, failure)),
        "accepted": case.failure.as_ref().and_then(|_| accepted(bot, own, play, pace)),
        "world": talk_json::world(&play.head), "steps": talk_json::steps(acts),
    }))
}

fn failed(own: &Case, case: &CaseReport, failure: &FailedExpectation) -> Json {
    let until = case.failed_at.map_or(&own.steps[..0], |at| &own.steps[..=at]);
    let acts = until.iter().filter(|step| !matches!(step.act, TestAction::Bot(_) | TestAction::Expect(_))).count();
    json!({
        "act": acts.checked_sub(1), "line": failure.place.line(), "expected": failure.expected, "got": failure.got,
        "reason": failure.what, "notes": case.notes,
        "differences": marked::differences(&failure.expected, &failure.got),
    })
}

/// The text of the whole test file with the bot's words in this case; `None` if a person must decide.
fn accepted(bot: &Bot, own: &Case, play: &Play, pace: &Pace) -> Option<String> {
    let new = cases::run_case(bot, play, own, true, pace)?.rewrites;
    let file = new.first()?.place.file();
    Some(update::apply(file.text(), &new))
}

fn covered(flow: &FlowCoverage) -> Json {
    let never = flow.missing.iter().map(|one: &Missing| {
        json!({
            "step": one.step, "way": one.way, "path": one.place.path(), "line": one.place.line(), "what": one.what,
        })
    });
    let steps = flow.counts.steps;
    json!({
        "flow": flow.flow, "path": flow.path, "steps": steps.all, "passed": steps.taken,
        "percent": flow.counts.percent(), "never": never.collect::<Vec<_>>(),
    })
}
