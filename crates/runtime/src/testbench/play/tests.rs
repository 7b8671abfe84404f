//! Runs tests for the studio: each case with its result, as the talk that shows it, and with the text that would
//! accept the bot's words.

use super::{Edits, PlayError, PlaySetup, bytes_of, milliseconds};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::Diagnostic,
        ids::{FlowName, StepId},
    },
    flow::tools::testfile::{Case, TestAction},
    testbench::{
        Bot, FailedExpectation, FileReport, Play, TestFile, TestOptions, cases,
        coverage::{FlowCoverage, Missing},
        marked::{self, MarkedWords},
        pace::Pace,
        report::CaseReport,
        talk_json, update,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};

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

#[derive(Debug, Serialize, JsonSchema)]
pub struct TestsRun {
    pub ms: i64,
    /// In the order of the files.
    pub cases: Vec<CaseRun>,
    /// By flow, as `transom test --coverage` says it.
    pub coverage: Vec<FlowCovered>,
    /// Of all steps, branches and triggers.
    pub percent: usize,
    /// Of test files; one with errors is not run.
    pub findings: Vec<Diagnostic>,
    /// Why there are fewer cases than were wanted.
    pub stopped: Option<String>,
}

/// A case with its result, and as the talk that shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseRun {
    /// Of the test file.
    path: String,
    /// Of its name.
    line: usize,
    name: String,
    /// The flow that it tests.
    flow: FlowName,
    passed: bool,
    ms: u64,
    failure: Option<CaseFailure>,
    /// The new text of the whole test file with what the bot says now in this case; `null`: nothing could be accepted.
    accepted: Option<String>,
    /// As a play takes it.
    world: Map<String, Json>,
    /// The acts, as a play takes them.
    steps: Vec<Json>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseFailure {
    /// The index in `steps` of the last act before; `null`: there is none.
    act: Option<usize>,
    line: usize,
    expected: String,
    got: String,
    /// One sentence: the bot says something else.
    reason: String,
    /// Why, in the engine's words.
    notes: Vec<String>,
    /// `expected` and `got` word by word.
    differences: Vec<MarkedWords>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FlowCovered {
    flow: String,
    path: String,
    steps: usize,
    /// Steps that were taken.
    passed: usize,
    /// With branches and triggers.
    percent: usize,
    /// In the order of the file.
    never: Vec<NeverTaken>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NeverTaken {
    /// `null`: a trigger.
    step: Option<StepId>,
    /// The key of the branch as the map names it; `null`: the whole step.
    way: Option<String>,
    path: String,
    line: usize,
    what: String,
}

pub(super) fn tested(setup: &PlaySetup, request: &TestsRequest, pace: &Pace) -> Result<TestsRun, PlayError> {
    let began = SystemClock.now();
    let bot = setup.bot(&request.edits, pace)?;
    let tests = setup.tests(&request.edits)?;
    let only: Vec<String> = request.path.iter().cloned().collect();
    let (flow, name) = (request.flow.as_deref(), request.name.as_deref());
    let run = cases::run_all(&bot, &tests, &TestOptions { only: &only, flow, name, ..TestOptions::default() }, pace);
    let mut cases = Vec::new();
    let (mut bytes, mut left_out) = (0, run.left_out);
    for (report, file) in &run.files {
        for case in &report.cases {
            let shown = file.as_ref().and_then(|file| shown(&bot, report, file, case, pace));
            bytes += shown.as_ref().map_or(0, bytes_of);
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
    Ok(TestsRun {
        ms: (SystemClock.now() - began).0,
        cases,
        coverage: run.coverage.flows.iter().map(covered).collect(),
        percent: run.coverage.counts().percent(),
        findings: findings.cloned().collect(),
        stopped,
    })
}

/// A case with its result; its world and its acts are those of a play.
fn shown(bot: &Bot, file: &FileReport, read: &TestFile, case: &CaseReport, pace: &Pace) -> Option<CaseRun> {
    let (own, play) = read.cases.get(case.number)?;
    let acts = own.steps.iter().map(|step| &step.act);
    Some(CaseRun {
        path: file.path.clone(),
        line: case.place.line(),
        name: case.name.clone(),
        flow: play.flow.clone(),
        passed: case.failure.is_none(),
        ms: milliseconds(case.took),
        failure: case.failure.as_ref().map(|failure| failed(own, case, failure)),
        accepted: case.failure.as_ref().and_then(|_| accepted(bot, own, play, pace)),
        world: talk_json::world(&play.head),
        steps: talk_json::steps(acts),
    })
}

fn failed(own: &Case, case: &CaseReport, failure: &FailedExpectation) -> CaseFailure {
    let until = case.failed_at.map_or(&own.steps[..0], |at| &own.steps[..=at]);
    let acts = until.iter().filter(|step| !matches!(step.act, TestAction::Bot(_) | TestAction::Expect(_))).count();
    CaseFailure {
        act: acts.checked_sub(1),
        line: failure.place.line(),
        expected: failure.expected.clone(),
        got: failure.got.clone(),
        reason: failure.what.clone(),
        notes: case.notes.clone(),
        differences: marked::differences(&failure.expected, &failure.got),
    }
}

/// The text of the whole test file with the bot's words in this case; `None` if a person must decide.
fn accepted(bot: &Bot, own: &Case, play: &Play, pace: &Pace) -> Option<String> {
    let new = cases::run_case(bot, play, own, true, pace)?.rewrites;
    let file = new.first()?.place.file();
    Some(update::apply(file.text(), &new))
}

fn covered(flow: &FlowCoverage) -> FlowCovered {
    let never = flow.missing.iter().map(|one: &Missing| NeverTaken {
        step: one.step.clone(),
        way: one.way.clone(),
        path: one.place.path().to_owned(),
        line: one.place.line(),
        what: one.what.clone(),
    });
    let steps = flow.counts.steps;
    FlowCovered {
        flow: flow.flow.clone(),
        path: flow.path.clone(),
        steps: steps.all,
        passed: steps.taken,
        percent: flow.counts.percent(),
        never: never.collect(),
    }
}
