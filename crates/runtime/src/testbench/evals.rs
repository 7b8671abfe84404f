//! Runs evals: plays each talk several times, with recorded or real answers of models, and counts the plays that keep all
//! rules; asks the papers of `knowledge/` for the parts that must be found.

mod aside;
mod calibration;
mod customer;
mod judge;
mod report;
mod rules;
mod search;

use super::{
    Bot, Play, Stop,
    live::{self, AskedFile, LiveOptions, LiveSession},
    mocks_of, own_mocks,
    pace::Pace,
    questions::unanswered,
    report::FailedExpectation,
    world::{Since, World},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::{self, Diagnostic, Findings},
        place::SourceFile,
    },
    bot::source_files::{self, TestFiles},
    flow::{
        FlowSet,
        tools::testfile::evals::{self, EvalCase, EvalFile, EvalKind, EvalStep, EvalTalk},
    },
    llm_step::{
        live::{Recorded, Substitute},
        recording::{RecordedCase, RecordedQuestion},
        recording_file::{RecordedBy, RecordingFile},
    },
    model::effect::millionths,
};
use anyhow::bail;
pub use aside::AsideCost;
use aside::{CUSTOMER, JUDGE};
use calibration::Calibrated;
pub use calibration::CalibrationReport;
pub use report::{EvalCaseReport, EvalFileReport, EvalOutcome, EvalPlay, EvalReport, PassRate};
use std::{path::Path, sync::Arc};

/// The evals to run, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct EvalOptions<'a> {
    /// Only these files, `flows/desk.eval.yaml`; empty: all.
    pub only: &'a [String],
    /// Only the cases with this name.
    pub name: Option<&'a str>,
    /// How often each talk is played, in place of its `repeat`.
    pub repeat: Option<usize>,
    /// Asks real models in place of the recordings.
    pub live: Option<LiveOptions<'a>>,
    /// Asks each of these models in turn what would go to the first one of the bot; only with `live`.
    pub models: &'a [String],
}

/// A valid eval with its recorded answers.
struct ReadEval {
    path: String,
    file: EvalFile,
    /// The recorded answers of the judge to the labelled talks.
    calibration: Vec<RecordedQuestion>,
    /// For each case: its world, and the recorded plays.
    cases: Vec<(Play, Vec<Vec<RecordedQuestion>>)>,
}

/// One play of one case, to be done.
struct Job<'a> {
    file: usize,
    case: usize,
    play: Play,
    talk: &'a EvalTalk,
}

/// Runs the evals beside the flows of `folder`. A bot or a file with errors is reported and not run.
pub fn run(folder: &Path, options: &EvalOptions<'_>) -> anyhow::Result<EvalReport> {
    let began = SystemClock.now();
    let tests = source_files::read_tests(folder)?;
    let mut bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let took = (SystemClock.now() - began).to_std();
            return Ok(EvalReport { findings, took, ..EvalReport::default() });
        }
    };
    bot.recorded_by = RecordedBy::Eval;
    let (mut files, evals) = read_all(&bot, &tests, options);
    let mut live = None;
    match &options.live {
        None => {
            let calibrated = calibration::all(&bot, &evals, options.name);
            play_all(&bot, (&evals, &calibrated), options, None, &mut files);
            report_calibrations(calibrated, &mut files);
        }
        Some(wanted) => {
            let session = LiveSession::begin(&mut bot, *wanted)?;
            let calibrated = calibration::all(&bot, &evals, options.name);
            let mut asked = Vec::new();
            for model in asked_models(&bot, wanted, options.models)? {
                bot.instead = model.clone();
                let name = model.map(|model| model.by);
                asked = play_all(&bot, (&evals, &calibrated), options, name.as_deref(), &mut files);
            }
            report_calibrations(calibrated, &mut files);
            let mut report = session.end();
            if wanted.keep {
                live::keep(&bot, &tests, &asked, &mut report)?;
            }
            live = Some(report);
        }
    }
    Ok(EvalReport { findings: Vec::new(), files, took: (SystemClock.now() - began).to_std(), live })
}

fn report_calibrations(calibrated: Vec<Option<Calibrated>>, reports: &mut [EvalFileReport]) {
    for (calibrated, report) in calibrated.into_iter().zip(reports) {
        report.calibration = calibrated.map(|calibrated| calibrated.report);
    }
}

/// The models that answer in turn; `None`: those of the bot.
fn asked_models(bot: &Bot, live: &LiveOptions<'_>, names: &[String]) -> anyhow::Result<Vec<Option<Substitute>>> {
    if names.is_empty() {
        return Ok(vec![None]);
    }
    let Some(first) = bot.set.bot.models.first() else { bail!("the bot names no model: `models` of `_bot.yaml`") };
    if let Some(unknown) = names.iter().find(|name| live.config.model(name).is_none()) {
        bail!("the configuration has no model `{unknown}`");
    }
    Ok(names.iter().map(|name| Some(Substitute { of: first.clone(), by: name.clone() })).collect())
}

/// Reads the wanted evals; those with errors have only a report.
fn read_all(bot: &Bot, tests: &TestFiles, options: &EvalOptions<'_>) -> (Vec<EvalFileReport>, Vec<Option<ReadEval>>) {
    let is_wanted = |path: &str| options.only.is_empty() || options.only.iter().any(|only| only == path);
    let recording = |file: &SourceFile| {
        let path = RecordingFile::path_of(file.path()).filter(|_| options.live.is_none())?;
        tests.recordings.iter().find(|recording| recording.path() == path)
    };
    let wanted = tests.evals.iter().filter(|file| is_wanted(file.path()));
    let (mut reports, mut evals): (Vec<_>, Vec<_>) = wanted.map(|file| read(file, recording(file), &bot.set)).unzip();
    let is_of_evals = |finding: &&Diagnostic| finding.place.file().is_eval() && is_wanted(finding.place.path());
    for finding in tests.findings.iter().filter(is_of_evals) {
        let path = finding.place.path().to_owned();
        reports.push(EvalFileReport { path, findings: vec![finding.clone()], ..EvalFileReport::default() });
        evals.push(None);
    }
    (reports, evals)
}

fn read(
    file: &Arc<SourceFile>,
    recording: Option<&Arc<SourceFile>>,
    set: &FlowSet,
) -> (EvalFileReport, Option<ReadEval>) {
    let (eval, mut found) = evals::parse(file, set);
    let findings = Findings::default();
    let mut recording = recording.map(|file| RecordingFile::read(file, &findings)).unwrap_or_default();
    let path = file.path().to_owned();
    let read = eval.map(|file| {
        let cases = plays_of(&file, &findings);
        let cases = cases
            .into_iter()
            .zip(&file.cases)
            .map(|(play, case)| (play, std::iter::from_fn(|| recording.take(&case.name)).collect()));
        let cases = cases.collect();
        ReadEval { path: path.clone(), cases, calibration: std::mem::take(&mut recording.calibration), file }
    });
    found.extend(findings.into_sorted());
    diagnostic::sort(&mut found);
    let is_good = !found.iter().any(Diagnostic::is_error);
    (EvalFileReport { path, findings: found, ..EvalFileReport::default() }, read.filter(|_| is_good))
}

/// The world of each case.
fn plays_of(file: &EvalFile, findings: &Findings) -> Vec<Play> {
    let mocks = mocks_of(&file.head.mocks, findings);
    let play = |case: &EvalCase| {
        let mocks = own_mocks(&case.head, &file.head, &mocks, findings);
        Play { flow: file.flow.clone(), head: Arc::clone(&case.head), mocks }
    };
    file.cases.iter().map(play).collect()
}

/// The findings about the mocks of an eval, for `transom check`.
pub fn eval_findings(file: &EvalFile) -> Vec<Diagnostic> {
    let findings = Findings::default();
    plays_of(file, &findings);
    findings.into_sorted()
}

/// Does the wanted cases and adds their reports, but for those whose judge failed its calibration; gives the answers of real models.
fn play_all(
    bot: &Bot,
    (evals, calibrated): (&[Option<ReadEval>], &[Option<Calibrated>]),
    options: &EvalOptions<'_>,
    model: Option<&str>,
    reports: &mut [EvalFileReport],
) -> Vec<AskedFile> {
    let is_wanted = |case: &EvalCase| options.name.is_none_or(|name| name == case.name);
    let is_unjudged = |index: usize, case: &EvalCase| {
        let failed = calibrated[index].as_ref().is_some_and(|calibrated| !calibrated.report.is_good());
        failed && case.judged().next().is_some()
    };
    let mut jobs = Vec::new();
    for (index, eval) in evals.iter().enumerate().filter_map(|(index, eval)| Some((index, eval.as_ref()?))) {
        for (number, (case, (play, recorded))) in eval.file.cases.iter().zip(&eval.cases).enumerate() {
            let EvalKind::Talk(talk) = &case.kind else { continue };
            if is_wanted(case) && !is_unjudged(index, case) {
                let plays = plays(play, recorded, options.repeat.unwrap_or(talk.plays), bot.live.is_some());
                jobs.extend(plays.into_iter().map(|play| Job { file: index, case: number, play, talk }));
            }
        }
    }
    let pace = Pace::whole_machine();
    let done = pace.side_by_side(jobs.len(), |at| jobs.get(at).map(|job| play_job(bot, job, &pace)));
    let mut done: Vec<(usize, usize, Played)> = jobs
        .iter()
        .zip(done)
        .filter_map(|(job, played)| Some((job.file, job.case, played.flatten().flatten()?)))
        .collect();
    let mut asked = Vec::new();
    for (index, eval) in evals.iter().enumerate().filter_map(|(index, eval)| Some((index, eval.as_ref()?))) {
        let mut answers = Vec::new();
        for (number, case) in eval.file.cases.iter().enumerate() {
            let own = done.extract_if(.., |(file, case, _)| (*file, *case) == (index, number));
            let (plays, recorded): (Vec<EvalPlay>, Vec<Recorded>) =
                own.map(|(_, _, Played { play, recorded })| (play, recorded)).unzip();
            answers.push((case.name.clone(), recorded));
            if !is_wanted(case) {
                continue;
            }
            let outcome = match &case.kind {
                EvalKind::Talk(talk) => {
                    let wanted = if bot.live.is_some() { plays.len() } else { options.repeat.unwrap_or(talk.plays) };
                    EvalOutcome::Played { plays, pass: talk.pass, wanted }
                }
                EvalKind::Finds(search) => EvalOutcome::Searched { missed: search::look(&bot.set, search, &case.head) },
            };
            // The papers do not depend on the model.
            let is_search = matches!(outcome, EvalOutcome::Searched { .. });
            let model = model.filter(|_| !is_search).map(str::to_owned);
            let report = EvalCaseReport { name: case.name.clone(), place: case.place.clone(), model, outcome };
            if !(is_search && reports[index].cases.iter().any(|known| known.name == report.name)) {
                reports[index].cases.push(report);
            }
        }
        let calibration = calibrated[index].as_ref().map(|calibrated| calibrated.recorded.clone());
        asked.push(AskedFile { path: eval.path.clone(), calibration, cases: answers });
    }
    asked
}

/// The worlds of the plays of a case. Without real models each recorded play is one; a case without a recording is played
/// once, and keeps its rules if it asks no model.
fn plays(play: &Play, recorded: &[Vec<RecordedQuestion>], wanted: usize, is_live: bool) -> Vec<Play> {
    if is_live {
        return vec![play.clone(); wanted];
    }
    if recorded.is_empty() {
        return vec![play.clone()];
    }
    let with = |questions: &Vec<RecordedQuestion>| {
        let mut play = play.clone();
        play.mocks.models.recorded = Some(RecordedCase::new(questions.clone()));
        play
    };
    recorded.iter().take(wanted).map(with).collect()
}

/// The end of a play.
struct Played {
    play: EvalPlay,
    /// The answers of real models.
    recorded: Recorded,
}

fn play_job(bot: &Bot, job: &Job<'_>, pace: &Pace) -> Option<Played> {
    let broken = |error: anyhow::Error| {
        let void = Some(format!("the talk could not be played to its end: {error:#}"));
        let play = EvalPlay { void, ..EvalPlay::default() };
        Played { play, recorded: Recorded::default() }
    };
    match pace.block_on(play_talk(bot, &job.play, job.talk)) {
        Ok(played) => played.map(|played| played.unwrap_or_else(broken)),
        Err(error) => Some(broken(error.into())),
    }
}

/// Plays a talk to its end, and checks all rules: a broken one does not end it.
async fn play_talk(bot: &Bot, play: &Play, talk: &EvalTalk) -> anyhow::Result<Played> {
    let mut world = World::begin(bot, play, false).await?;
    let mut failures: Vec<FailedExpectation> = Vec::new();
    let mut is_over = false;
    for step in &talk.steps {
        match step {
            EvalStep::Act(act) => match world.perform(act).await {
                Ok(()) => {}
                Err(Stop::Failed(failure)) => {
                    failures.push(*failure);
                    // The rest of the talk would answer another question than the one that was asked.
                    is_over = true;
                    break;
                }
                Err(Stop::Broken(error)) => return Err(error),
            },
            EvalStep::Look(rules) => failures.extend(world.check_rules(rules).await?),
        }
    }
    if let Some(customer) = talk.customer.as_ref().filter(|_| !is_over) {
        match world.play_customer(customer).await {
            Ok(()) => {}
            Err(Stop::Failed(failure)) => {
                failures.push(*failure);
                is_over = true;
            }
            Err(Stop::Broken(error)) => return Err(error),
        }
    }
    if !is_over {
        world.since = Since::default();
        failures.extend(world.check_rules(&talk.rules).await?);
    }
    let recorded = world.app.calls.answered().unwrap_or_default();
    let answers = if bot.live.is_some() { recorded.questions.clone() } else { world.app.calls.recorded() };
    let asked = world.app.calls.asked();
    let unrecorded = asked.iter().find(|question| !question.mocked && bot.live.is_none());
    let unrecorded = unrecorded.map(|question| unanswered(question, bot.recorded_by));
    let failed = recorded.failed.as_ref().map(|why| format!("a model gave no answer: {why}"));
    let void = failed.or(unrecorded).or(world.unanswered_aside.take());
    let (transcript, mut notes, _) = world.end().await;
    if void.is_some() {
        // The rules are not about the way out that the bot takes without the answer.
        failures.clear();
        notes.clear();
    }
    let (judge, customer) = (AsideCost::of(&answers, JUDGE), AsideCost::of(&answers, CUSTOMER));
    let currency = currency_of(&answers);
    let answers = aside::of_bot(answers);
    let play = EvalPlay {
        failures,
        void,
        notes,
        transcript,
        cost: cost_of(&answers),
        currency,
        ms: answers.iter().map(|answer| answer.ms).sum(),
        questions: answers.len(),
        judge,
        customer,
    };
    Ok(Played { play, recorded })
}

/// The currency of the answers; empty: no model has prices.
fn currency_of(answers: &[RecordedQuestion]) -> String {
    answers.iter().find_map(|answer| Some(answer.cost.split_once(' ')?.1.to_owned())).unwrap_or_default()
}

/// The cost of the answers in millionths of the currency unit; `None`: a model has no prices.
fn cost_of(answers: &[RecordedQuestion]) -> Option<i64> {
    answers.iter().map(|answer| millionths(answer.cost.split(' ').next().unwrap_or_default())).sum()
}
