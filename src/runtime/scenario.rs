//! Runs authors' tests: every case on the whole runtime, in a clean world whose clock is moved by hand.

mod acts;
mod blank;
mod buttons;
mod compare;
mod look;
mod process;
mod report;
mod seen;
mod world;

pub use report::{CaseReport, Failure, FileReport, Line, Report};

use super::{
    bot::{self, BotFiles},
    mocks::Mocks,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::{self, Diagnostic, Findings},
        place::SourceFile,
    },
    flow::{
        self, FlowSet,
        scenario::{Case, Scenario},
    },
};
use blank::Blank;
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use world::World;

/// A bot whose tests are run.
struct Bot {
    files: BotFiles,
    set: FlowSet,
    blank: Blank,
}

/// A test file without mistakes, and how its calls are answered.
struct Play {
    scenario: Scenario,
    mocks: Mocks,
}

/// Runs the tests beside the flows of `folder`; `only` names one of the files (`flows/booking.test.yaml`).
/// Cases run side by side on all cores. A bot or a test file with errors is reported and not run.
pub fn run(folder: &Path, only: Option<&str>) -> anyhow::Result<Report> {
    let began = SystemClock.now();
    let files = bot::read(folder)?;
    let tests = bot::read_tests(folder)?;
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings.iter().cloned());
    findings.extend(flow::lint(&set));
    findings.retain(Diagnostic::is_error);
    diagnostic::sort(&mut findings);
    if !findings.is_empty() {
        return Ok(Report { findings, files: Vec::new(), took: (SystemClock.now() - began).to_std() });
    }
    let bot = Bot { files, set, blank: Blank::make()? };
    let wanted = tests.iter().filter(|file| only.is_none_or(|only| file.path() == only));
    let (mut reports, plays): (Vec<FileReport>, Vec<Option<Play>>) = wanted.map(|file| read(file, &bot.set)).unzip();
    let jobs: Vec<(usize, &Play, &Case)> = plays
        .iter()
        .enumerate()
        .filter_map(|(index, play)| Some((index, play.as_ref()?)))
        .flat_map(|(index, play)| play.scenario.cases.iter().map(move |case| (index, play, case)))
        .collect();
    for ((index, _, _), report) in jobs.iter().zip(side_by_side(&bot, &jobs)) {
        reports[*index].cases.push(report);
    }
    Ok(Report { findings: Vec::new(), files: reports, took: (SystemClock.now() - began).to_std() })
}

fn read(file: &Arc<SourceFile>, set: &FlowSet) -> (FileReport, Option<Play>) {
    let (scenario, mut found) = flow::scenario::parse(file, set);
    let findings = Findings::default();
    let mocks = scenario.as_ref().and_then(|scenario| scenario.head.mocks.as_ref());
    let mocks = mocks.map(|node| Mocks::read(node, &findings)).unwrap_or_default();
    found.extend(findings.into_sorted());
    diagnostic::sort(&mut found);
    let good = !found.iter().any(Diagnostic::is_error);
    let play = scenario.filter(|_| good).map(|scenario| Play { scenario, mocks });
    (FileReport { path: file.path().to_owned(), findings: found, cases: Vec::new() }, play)
}

/// Takes one case after the other on as many threads as there are cores; reports in the order of `jobs`.
fn side_by_side(bot: &Bot, jobs: &[(usize, &Play, &Case)]) -> Vec<CaseReport> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<CaseReport>>> = jobs.iter().map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let (Some((_, play, case)), Some(slot)) = (jobs.get(index), done.get(index)) else { return };
                    let report = run_case(bot, play, case);
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
                }
            });
        }
    });
    let report = |slot: Mutex<Option<CaseReport>>| slot.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_iter().filter_map(report).collect()
}

fn run_case(bot: &Bot, play: &Play, case: &Case) -> CaseReport {
    let began = SystemClock.now();
    let (failure, transcript) = match event_loop() {
        Ok(event_loop) => event_loop.block_on(play_case(bot, play, case)),
        Err(error) => (Some(broken(case, &error.into())), Vec::new()),
    };
    CaseReport {
        name: case.name.clone(),
        place: case.place.clone(),
        took: (SystemClock.now() - began).to_std(),
        failure,
        transcript,
    }
}

/// A thread plays one case at a time.
fn event_loop() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn play_case(bot: &Bot, play: &Play, case: &Case) -> (Option<Failure>, Vec<Line>) {
    let mut world = match World::begin(bot, play, case.strict).await {
        Ok(world) => world,
        Err(error) => return (Some(broken(case, &error)), Vec::new()),
    };
    let mut failure = None;
    for step in &case.steps {
        match world.perform(step).await {
            Ok(()) => {}
            Err(Stop::Failed(failed)) => failure = Some(*failed),
            Err(Stop::Broken(error)) => failure = Some(Failure { place: step.place.clone(), ..broken(case, &error) }),
        }
        if failure.is_some() {
            break;
        }
    }
    let transcript = world.end().await;
    (failure, transcript)
}

fn broken(case: &Case, error: &anyhow::Error) -> Failure {
    Failure {
        place: case.place.clone(),
        what: "the case could not be played to its end".to_owned(),
        expected: "a runtime that works".to_owned(),
        got: format!("{error:#}"),
    }
}

/// Why a case does not go on.
enum Stop {
    Failed(Box<Failure>),
    /// The runtime itself failed: our bug, or a disk.
    Broken(anyhow::Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
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
