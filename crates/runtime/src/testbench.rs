//! Runs authors' tests: every case on the whole runtime, in an empty world whose clock is moved by hand.

mod acts;
mod arrive;
mod beginning;
mod blank;
mod buttons;
mod compare;
mod coverage;
mod dice;
mod draft;
mod guess;
mod init;
mod look;
mod mask;
mod play;
mod process;
mod record;
mod report;
mod requests;
mod seen;
mod trouble;
mod update;
mod wander;
mod words;

pub use words::starting_words;
mod world;

use super::{
    bot::source_files::{self, BotFiles},
    http_step::mocks::Mocks,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::{self, Diagnostic, Findings},
        ids::FlowName,
        place::SourceFile,
        yaml::Node,
    },
    flow::{
        self, CheckContext, FlowSet,
        tools::testfile::{Case, Head, Scenario},
    },
};
use anyhow::Context;
use blank::EmptyDatabase;
pub use coverage::Coverage;
use coverage::CoverageTally;
pub use draft::RecordedTest;
pub use init::init;
pub use play::{Edits, PlayError, PlayRequest, PlayRoom, SavedTest};
pub use record::record;
pub use report::{CaseReport, FailedExpectation, FileReport, Report, TranscriptLine};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use update::Rewrite;
pub use wander::{Walks, WanderFinding, Wandered, wander};
use world::World;

/// The tests to run, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestOptions<'a> {
    /// Only these files, `flows/booking.test.yaml`; empty: all.
    pub only: &'a [String],
    /// True if expected texts that differ are rewritten in the test files.
    pub update: bool,
}

impl TestOptions<'_> {
    fn wants(&self, file: &SourceFile) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == file.path())
    }
}

/// A bot with its tests.
struct Bot {
    folder: PathBuf,
    files: BotFiles,
    set: Arc<FlowSet>,
    blank: Arc<EmptyDatabase>,
}

/// The initial world of a case.
#[derive(Clone)]
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
pub fn run(folder: &Path, wish: &TestOptions<'_>) -> anyhow::Result<Report> {
    let began = SystemClock.now();
    let tests = source_files::read_tests(folder)?;
    let bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let took = (SystemClock.now() - began).to_std();
            return Ok(Report { findings, files: Vec::new(), took, coverage: Coverage::default() });
        }
    };
    let wanted = tests.iter().filter(|file| wish.wants(file));
    let (mut reports, files): (Vec<FileReport>, Vec<Option<TestFile>>) =
        wanted.map(|file| read(file, &bot.set)).unzip();
    let jobs: Vec<(usize, &(Case, Play))> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| Some((index, file.as_ref()?)))
        .flat_map(|(index, file)| file.cases.iter().map(move |case| (index, case)))
        .collect();
    let mut tally = CoverageTally::default();
    let played =
        side_by_side(jobs.len(), |at| jobs.get(at).map(|(_, (case, play))| run_case(&bot, play, case, wish.update)));
    let mut rewrites: BTreeMap<usize, Vec<Rewrite>> = BTreeMap::new();
    for ((index, _), done) in jobs.iter().zip(played) {
        let Some((report, taken, new)) = done else { continue };
        tally.join(taken);
        rewrites.entry(*index).or_default().extend(new);
        reports[*index].cases.push(report);
    }
    for (index, new) in rewrites.into_iter().filter(|(_, new)| !new.is_empty()) {
        let (report, Some(place)) = (&mut reports[index], new.first().map(|new| new.place.clone())) else { continue };
        let path = folder.join(&report.path);
        std::fs::write(&path, update::apply(place.file().text(), &new))
            .with_context(|| format!("writing `{}`", path.display()))?;
        report.rewritten = new.len();
    }
    let tested = files.iter().flatten().map(|file| &file.flow).filter(|_| !wish.only.is_empty());
    let coverage = tally.of(&bot.set, &tested.collect::<Vec<_>>());
    Ok(Report { findings: Vec::new(), files: reports, took: (SystemClock.now() - began).to_std(), coverage })
}

impl Bot {
    /// Loads a bot; the inner `Err` is the errors of its files.
    fn open(folder: &Path) -> anyhow::Result<Result<Bot, Vec<Diagnostic>>> {
        let files = source_files::read(folder)?;
        Bot::of(folder, files, || EmptyDatabase::make().map(Arc::new))
    }

    /// A bot of these files, which send those of `folder`. `blank` gives the empty database if there are no errors.
    fn of(
        folder: &Path,
        files: BotFiles,
        blank: impl FnOnce() -> anyhow::Result<Arc<EmptyDatabase>>,
    ) -> anyhow::Result<Result<Bot, Vec<Diagnostic>>> {
        let (set, mut findings) = flow::parse_set(&files.files);
        findings.extend(files.findings.iter().cloned());
        let around = CheckContext { files: files.sendable.clone(), ..CheckContext::default() };
        findings.extend(flow::lint_around(&set, &around));
        findings.retain(Diagnostic::is_error);
        diagnostic::sort(&mut findings);
        if !findings.is_empty() {
            return Ok(Err(findings));
        }
        Ok(Ok(Bot { folder: folder.to_owned(), files, set: Arc::new(set), blank: blank()? }))
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

fn read(file: &Arc<SourceFile>, set: &FlowSet) -> (FileReport, Option<TestFile>) {
    let (scenario, mut found) = flow::tools::testfile::parse(file, set);
    let findings = Findings::default();
    let read = scenario.map(|scenario| {
        let (mocks, own) = mocks_of_test(&scenario, &findings);
        let cases = scenario.cases.into_iter().zip(own).map(|(case, mocks)| {
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
    let of_case = |case: &Case| {
        // A case's own mocks come before the file's, and only they are new here.
        let own = case.head.mocks.len().saturating_sub(scenario.head.mocks.len());
        mocks_of(&case.head.mocks[..own], findings).and(&mocks)
    };
    let own = scenario.cases.iter().map(of_case).collect();
    (mocks, own)
}

fn mocks_of(nodes: &[Node], findings: &Findings) -> Mocks {
    nodes.iter().fold(Mocks::default(), |all, node| all.and(&Mocks::read(node, findings)))
}

/// Runs `count` jobs on as many threads as there are cores; gives the results in order.
fn side_by_side<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count);
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(slot) = done.get(index) else { return };
                    let result = work(index);
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    let result = |slot: Mutex<Option<T>>| slot.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_iter().filter_map(result).collect()
}

fn run_case(bot: &Bot, play: &Play, case: &Case, update: bool) -> (CaseReport, CoverageTally, Vec<Rewrite>) {
    let began = SystemClock.now();
    let mut rewrites = update.then(Vec::new);
    let (failure, (transcript, notes, tally)) = match event_loop() {
        Ok(event_loop) => event_loop.block_on(play_case(bot, play, case, &mut rewrites)),
        Err(error) => (Some(broken(case, &error.into())), Ended::default()),
    };
    let (name, place) = (case.name.clone(), case.place.clone());
    let took = (SystemClock.now() - began).to_std();
    (CaseReport { name, place, took, failure, notes, transcript }, tally, rewrites.unwrap_or_default())
}

/// Each thread plays one case at a time.
fn event_loop() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The result of a world: the transcript, notes, and the steps taken.
type Ended = (Vec<TranscriptLine>, Vec<String>, CoverageTally);

async fn play_case(
    bot: &Bot,
    play: &Play,
    case: &Case,
    rewrites: &mut Option<Vec<Rewrite>>,
) -> (Option<FailedExpectation>, Ended) {
    let mut world = match World::begin(bot, play, case.strict).await {
        Ok(world) => world,
        Err(error) => return (Some(broken(case, &error)), Ended::default()),
    };
    world.rewrites = rewrites.take();
    let mut failure = None;
    for step in &case.steps {
        match world.perform(step).await {
            Ok(()) => {}
            Err(Stop::Failed(failed)) => failure = Some(*failed),
            Err(Stop::Broken(error)) => {
                failure = Some(FailedExpectation { place: step.place.clone(), ..broken(case, &error) })
            }
        }
        if failure.is_some() {
            break;
        }
    }
    *rewrites = world.rewrites.take();
    (failure, world.end().await)
}

fn broken(case: &Case, error: &anyhow::Error) -> FailedExpectation {
    FailedExpectation {
        place: case.place.clone(),
        what: "the case could not be played to its end".to_owned(),
        expected: "a runtime that works".to_owned(),
        got: format!("{error:#}"),
    }
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
