//! Runs the cases of tests, each in a world of its own.

use super::{
    Bot, Play, Stop, TestFile, TestOptions,
    coverage::{Coverage, CoverageTally},
    live::LiveReport,
    pace::Pace,
    read_with,
    report::{CaseReport, FailedExpectation, FileReport, TranscriptLine},
    update::Rewrite,
    world::World,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        place::SourceFile,
    },
    bot::source_files::TestFiles,
    flow::tools::testfile::Case,
    llm_step::{live::Recorded, recording_file::RecordingFile},
};
use std::collections::BTreeMap;

/// The results of a run.
pub(super) struct TestRun {
    /// The files that were wanted, with what was read of them; `None`: it has errors.
    pub files: Vec<(FileReport, Option<TestFile>)>,
    /// The replacements of expected texts, by the file's index.
    pub rewrites: BTreeMap<usize, Vec<Rewrite>>,
    pub coverage: Coverage,
    /// The number of cases that the time did not suffice for.
    pub left_out: usize,
    /// The answers of real models: file, number of the case, and its answers.
    pub recorded: Vec<(usize, usize, Recorded)>,
    pub live: Option<LiveReport>,
}

/// The result of one case.
pub(super) struct RunCase {
    pub report: CaseReport,
    pub tally: CoverageTally,
    pub rewrites: Vec<Rewrite>,
    /// The answers of real models.
    pub recorded: Option<Recorded>,
}

/// Runs the wanted cases of these files.
pub(super) fn run_all(bot: &Bot, tests: &TestFiles, options: &TestOptions<'_>, pace: &Pace) -> TestRun {
    let wanted = tests.files.iter().filter(|file| options.wants(file));
    // Real models answer in place of the recording, too.
    let recording = |file: &SourceFile| {
        let path = RecordingFile::path_of(file.path()).filter(|_| bot.live.is_none())?;
        tests.recordings.iter().find(|recording| recording.path() == path)
    };
    let mut files: Vec<(FileReport, Option<TestFile>)> =
        wanted.map(|file| read_with(file, recording(file), &bot.set)).collect();
    files.retain(|(_, file)| file.as_ref().is_none_or(|file| options.wants_flow(&file.flow)));
    let unreadable = tests.findings.iter().filter(|finding| options.wants(finding.place.file()));
    files.extend(unreadable.map(|finding| (FileReport::unreadable(finding), None)));
    let all = files.iter().enumerate().filter_map(|(index, (_, file))| Some((index, file.as_ref()?)));
    let jobs: Vec<(usize, usize, &(Case, Play))> = all
        .flat_map(|(index, file)| file.cases.iter().enumerate().map(move |(number, case)| (index, number, case)))
        .filter(|(_, _, (case, _))| options.name.is_none_or(|name| name == case.name))
        .collect();
    let played = pace.side_by_side(jobs.len(), |at| {
        let (_, _, (case, play)) = jobs.get(at)?;
        run_case(bot, play, case, options.update, pace)
    });
    let (mut tally, mut left_out) = (CoverageTally::default(), 0);
    let mut rewrites: BTreeMap<usize, Vec<Rewrite>> = BTreeMap::new();
    let mut reports: Vec<(usize, CaseReport)> = Vec::new();
    let mut recorded = Vec::new();
    for ((index, number, _), done) in jobs.iter().zip(played) {
        let Some(done) = done.flatten() else {
            left_out += 1;
            continue;
        };
        tally.join(done.tally);
        rewrites.entry(*index).or_default().extend(done.rewrites);
        recorded.extend(done.recorded.map(|recorded| (*index, *number, recorded)));
        reports.push((*index, CaseReport { number: *number, ..done.report }));
    }
    let tested: Vec<_> = files.iter().filter_map(|(_, file)| file.as_ref()).map(|file| &file.flow).collect();
    let coverage = tally.of(&bot.set, if options.is_all() { &[] } else { &tested });
    for (index, report) in reports {
        files[index].0.cases.push(report);
    }
    TestRun { files, rewrites, coverage, left_out, recorded, live: None }
}

/// `None` if the time was over before its end.
pub(super) fn run_case(bot: &Bot, play: &Play, case: &Case, update: bool, pace: &Pace) -> Option<RunCase> {
    let began = SystemClock.now();
    let mut rewrites = update.then(Vec::new);
    let played = match pace.block_on(play_case(bot, play, case, &mut rewrites)) {
        Ok(played) => played?,
        Err(error) => PlayedCase { failure: Some(broken(case, &error.into())), ..PlayedCase::default() },
    };
    let PlayedCase { failure, failed_at, transcript, notes, tally, recorded } = played;
    let (name, place) = (case.name.clone(), case.place.clone());
    let took = (SystemClock.now() - began).to_std();
    let report = CaseReport { number: 0, name, place, took, failure, failed_at, notes, transcript };
    Some(RunCase { report, tally, rewrites: rewrites.unwrap_or_default(), recorded })
}

/// The end of a case.
#[derive(Default)]
pub(super) struct PlayedCase {
    pub failure: Option<FailedExpectation>,
    /// The index of the step that failed.
    pub failed_at: Option<usize>,
    pub transcript: Vec<TranscriptLine>,
    pub notes: Vec<String>,
    pub tally: CoverageTally,
    pub recorded: Option<Recorded>,
}

pub(super) async fn play_case(bot: &Bot, play: &Play, case: &Case, rewrites: &mut Option<Vec<Rewrite>>) -> PlayedCase {
    let mut world = match World::begin(bot, play, case.strict).await {
        Ok(world) => world,
        Err(error) => return PlayedCase { failure: Some(broken(case, &error)), ..PlayedCase::default() },
    };
    world.rewrites = rewrites.take();
    let (mut failure, mut failed_at) = (None, None);
    for (index, step) in case.steps.iter().enumerate() {
        match world.perform(step).await {
            Ok(()) => continue,
            Err(Stop::Failed(failed)) => failure = Some(*failed),
            Err(Stop::Broken(error)) => {
                failure = Some(FailedExpectation { place: step.place.clone(), ..broken(case, &error) })
            }
        }
        failed_at = Some(index);
        break;
    }
    *rewrites = world.rewrites.take();
    let recorded = world.app.calls.answered();
    let (transcript, notes, tally) = world.end().await;
    PlayedCase { failure, failed_at, transcript, notes, tally, recorded }
}

fn broken(case: &Case, error: &anyhow::Error) -> FailedExpectation {
    FailedExpectation {
        place: case.place.clone(),
        what: "the case could not be played to its end".to_owned(),
        expected: "a runtime that works".to_owned(),
        got: format!("{error:#}"),
    }
}
