//! Runs authors' tests: every case on the whole runtime, in an empty world whose clock is moved by hand.

mod acts;
mod arrive;
mod beginning;
mod blank;
mod buttons;
mod cases;
mod compare;
mod coverage;
mod dice;
mod draft;
mod evals;
mod guess;
mod init;
mod live;
mod look;
mod marked;
mod mask;
mod misfortune;
mod pace;
mod papers;
mod play;
mod process;
mod questions;
mod record;
mod report;
mod requests;
mod seen;
mod talk_json;
mod told;
mod tool_uses;
mod trouble;
mod unsent;
mod update;
mod wander;
mod words;

pub use words::starting_words;
mod world;

use super::{
    bot::source_files::{self, BotFiles},
    http_step::mocks::Mocks,
    llm_step::{
        live::{LiveModels, Substitute},
        recording::RecordedCase,
        recording_file::{RecordedBy, RecordingFile},
    },
};
use crate::{
    base::{
        cancel::Cancellation,
        clock::{Clock, SystemClock},
        diagnostic::{self, Diagnostic, Findings},
        ids::FlowName,
        place::{Place, SourceFile},
        yaml::Node,
    },
    flow::{
        self, CheckContext, FlowSet,
        tools::testfile::{Case, Head, Scenario, Step, TestAction},
    },
};
use anyhow::Context;
use blank::EmptyDatabase;
use cases::TestRun;
pub use coverage::Coverage;
pub use draft::RecordedTest;
pub use evals::{
    AsideCost, CalibrationReport, EvalCaseReport, EvalFileReport, EvalOptions, EvalOutcome, EvalPlay, EvalReport,
    PassRate, eval_findings, run as run_evals,
};
pub use init::init;
pub use live::{LiveOptions, LiveReport};
use pace::Pace;
pub use play::{
    BadDay, Edits, PlayError, PlayRequest, PlayRoom, Played, RecordedTalks, ReplayedTalks, SavedTest, TestsRequest,
    TestsRun, WanderedTalks,
};
pub use record::record;
pub use report::{CaseReport, FailedExpectation, FileReport, Report, TranscriptLine};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
pub use wander::{Walks, WanderFinding, Wandered, wander};

/// The tests to run, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestOptions<'a> {
    /// Only these files, `flows/booking.test.yaml`; empty: all.
    pub only: &'a [String],
    /// Only the tests of this flow.
    pub flow: Option<&'a str>,
    /// Only the cases with this name.
    pub name: Option<&'a str>,
    /// True if expected texts that differ are rewritten in the test files.
    pub update: bool,
    /// Ask real models in place of mocks.
    pub live: Option<LiveOptions<'a>>,
}

impl TestOptions<'_> {
    fn wants(&self, file: &SourceFile) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == file.path())
    }

    fn wants_flow(&self, flow: &FlowName) -> bool {
        self.flow.is_none_or(|wanted| wanted == flow.as_str())
    }

    fn is_all(&self) -> bool {
        self.only.is_empty() && self.flow.is_none() && self.name.is_none()
    }
}

/// A bot with its tests.
struct Bot {
    folder: PathBuf,
    files: BotFiles,
    set: Arc<FlowSet>,
    blank: Arc<EmptyDatabase>,
    /// Real models, which are asked in place of mocks.
    live: Option<Arc<LiveModels>>,
    /// The model that is asked in place of another one.
    instead: Option<Substitute>,
    recorded_by: RecordedBy,
}

/// The initial world of a case.
#[derive(Debug, Clone)]
struct Play {
    /// The flow that `run`, `vars` and `api` refer to.
    flow: FlowName,
    head: Arc<Head>,
    mocks: Mocks,
}

/// A valid test file.
struct TestFile {
    flow: FlowName,
    /// For cases without settings of their own.
    play: Play,
    cases: Vec<(Case, Play)>,
}

/// Runs the tests beside the flows of `folder`, concurrently on all cores. A bot or test file with errors is reported
/// and not run.
pub fn run(folder: &Path, options: &TestOptions<'_>) -> anyhow::Result<Report> {
    let began = SystemClock.now();
    let tests = source_files::read_tests(folder)?;
    let bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let took = (SystemClock.now() - began).to_std();
            return Ok(Report { findings, took, ..Report::default() });
        }
    };
    let TestRun { mut files, rewrites, coverage, live, .. } = match &options.live {
        Some(live) => live::run_all(bot, &tests, options, *live)?,
        None => cases::run_all(&bot, &tests, options, &Pace::whole_machine()),
    };
    for (index, new) in rewrites.into_iter().filter(|(_, new)| !new.is_empty()) {
        let (Some((report, _)), Some(place)) = (files.get_mut(index), new.first().map(|new| new.place.clone())) else {
            continue;
        };
        let path = folder.join(&report.path);
        std::fs::write(&path, update::apply(place.file().text(), &new))
            .with_context(|| format!("writing `{}`", path.display()))?;
        report.rewritten = new.len();
    }
    let files = files.into_iter().map(|(report, _)| report).collect();
    Ok(Report { findings: Vec::new(), files, took: (SystemClock.now() - began).to_std(), coverage, live })
}

impl Bot {
    /// Loads a bot; the inner `Err` is the errors of its files.
    fn open(folder: &Path) -> anyhow::Result<Result<Bot, Vec<Diagnostic>>> {
        let files = source_files::read(folder)?;
        let checked = set_of(&files, &Cancellation::never()).context("nobody cancels the check")?;
        let set = match checked {
            Ok(set) => Arc::new(set),
            Err(findings) => return Ok(Err(findings)),
        };
        Ok(Ok(Bot::new(folder.to_owned(), files, set, Arc::new(EmptyDatabase::make()?))))
    }

    /// A bot whose models are mocked.
    fn new(folder: PathBuf, files: BotFiles, set: Arc<FlowSet>, blank: Arc<EmptyDatabase>) -> Bot {
        Bot { folder, files, set, blank, live: None, instead: None, recorded_by: RecordedBy::Test }
    }

    /// The world of a test file without settings.
    fn bare_play(&self, flow: &FlowName) -> Play {
        let head = Head::at(flow::tools::testfile::default_now(&self.set.bot.timezone));
        let mocks = mocks_of(&head.mocks, &Findings::default());
        Play { flow: flow.clone(), head: Arc::new(head), mocks }
    }

    /// The world without a test file: that of the sandbox.
    fn plain_play(&self, flow: &FlowName) -> Play {
        let head = self.plain_head();
        let mocks = mocks_of(&head.mocks, &Findings::default());
        Play { flow: flow.clone(), head: Arc::new(head), mocks }
    }

    fn plain_head(&self) -> Head {
        let declared = &self.set.bot;
        let mut head = Head::at(flow::tools::testfile::default_now(&declared.timezone));
        head.env.extend(declared.sandbox.env.clone());
        head.mocks.extend(declared.sandbox.mocks.clone());
        head
    }
}

/// The flows of these files, or their errors. `None` if the check was cancelled.
fn set_of(files: &BotFiles, cancel: &Cancellation) -> Option<Result<FlowSet, Vec<Diagnostic>>> {
    let around = CheckContext { files: files.sendable.clone(), ..CheckContext::default() };
    let (set, mut findings) = flow::check_files(&files.files, &around, cancel)?;
    findings.extend(files.findings.iter().cloned());
    findings.retain(Diagnostic::is_error);
    diagnostic::sort(&mut findings);
    Some(if findings.is_empty() { Ok(set) } else { Err(findings) })
}

fn read(file: &Arc<SourceFile>, set: &FlowSet) -> (FileReport, Option<TestFile>) {
    read_with(file, None, set)
}

/// `recording` answers the questions of the cases to models.
fn read_with(
    file: &Arc<SourceFile>,
    recording: Option<&Arc<SourceFile>>,
    set: &FlowSet,
) -> (FileReport, Option<TestFile>) {
    let (scenario, mut found) = flow::tools::testfile::parse(file, set);
    let findings = Findings::default();
    let mut recording = recording.map(|file| RecordingFile::read(file, &findings)).unwrap_or_default();
    let read = scenario.map(|scenario| {
        let (mocks, own) = mocks_of_test(&scenario, &findings);
        let cases = scenario.cases.into_iter().zip(own).map(|(case, mut mocks)| {
            mocks.models.recorded = recording.take(&case.name).map(RecordedCase::new);
            let play = Play { flow: scenario.flow.clone(), head: Arc::clone(&case.head), mocks };
            (case, play)
        });
        let cases = cases.collect();
        let play = Play { flow: scenario.flow.clone(), head: Arc::clone(&scenario.head), mocks };
        TestFile { flow: scenario.flow, play, cases }
    });
    found.extend(findings.into_sorted());
    diagnostic::sort(&mut found);
    let good = !found.iter().any(Diagnostic::is_error);
    (
        FileReport { path: file.path().to_owned(), findings: found, cases: Vec::new(), rewritten: 0 },
        read.filter(|_| good),
    )
}

/// The findings about a test's mocks; also for `transom check`.
pub fn mock_findings(scenario: &Scenario) -> Vec<Diagnostic> {
    let findings = Findings::default();
    mocks_of_test(scenario, &findings);
    findings.into_sorted()
}

/// The mocks of the file, and those of each case before them.
fn mocks_of_test(scenario: &Scenario, findings: &Findings) -> (Mocks, Vec<Mocks>) {
    let mocks = mocks_of(&scenario.head.mocks, findings);
    let own = scenario.cases.iter().map(|case| own_mocks(&case.head, &scenario.head, &mocks, findings)).collect();
    (mocks, own)
}

/// The mocks of a case before those of its file, `under`.
fn own_mocks(of_case: &Head, of_file: &Head, under: &Mocks, findings: &Findings) -> Mocks {
    // A case's own mocks come before the file's, and only they are new here.
    let own = of_case.mocks.len().saturating_sub(of_file.mocks.len());
    mocks_of(&of_case.mocks[..own], findings).and(under)
}

fn mocks_of(nodes: &[Node], findings: &Findings) -> Mocks {
    nodes.iter().fold(Mocks::default(), |all, node| all.and(&Mocks::read(node, findings)))
}

/// An act that stands in no file.
fn unwritten(act: TestAction) -> Step {
    Step { place: unwritten_place(), act, written: None }
}

fn unwritten_place() -> Place {
    Place::start_of(&SourceFile::new("talk", ""))
}

/// The reason why a case ends early.
enum Stop {
    Failed(Box<FailedExpectation>),
    /// The runtime itself failed: our bug, or a disk.
    Broken(anyhow::Error),
}

impl From<FailedExpectation> for Stop {
    fn from(failure: FailedExpectation) -> Self {
        Stop::Failed(Box::new(failure))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Broken(error.into())
    }
}

#[cfg(test)]
mod tests;
