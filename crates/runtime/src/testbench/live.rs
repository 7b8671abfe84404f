//! `transom test --live`: asks the models of the configuration in place of mocks, and keeps their answers beside the tests.

use super::{
    Bot, TestOptions,
    blank::temporary,
    cases::{self, TestRun},
    pace::Pace,
    process::database,
};
use crate::{
    base::diagnostic::Findings,
    bot::source_files::TestFiles,
    config::Config,
    llm_step::{
        live::{LiveModels, LiveSums, Recorded},
        recording_file::RecordingFile,
    },
    model::effect::money,
    store::{self, Store},
};
use anyhow::{Context, bail};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The models, and what they may cost.
#[derive(Debug, Clone, Copy)]
pub struct LiveOptions<'a> {
    pub config: &'a Config,
    /// In millionths of the currency unit.
    pub cost_max: i64,
    /// True if the answers are written beside the tests.
    pub keep: bool,
}

/// The costs of a run with real models.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveReport {
    pub sums: LiveSums,
    pub currency: String,
    /// The written files, each with the number of its questions.
    pub written: Vec<(String, usize)>,
    /// The cases whose answers were not kept, each with the reason.
    pub unkept: Vec<String>,
}

impl LiveReport {
    pub fn to_json(&self) -> Json {
        let written = self.written.iter().map(|(path, questions)| json!({"path": path, "questions": questions}));
        json!({
            "questions": self.sums.questions, "cost": money(self.sums.cost), "currency": self.currency,
            "stopped": self.sums.is_over, "written": written.collect::<Vec<_>>(), "unkept": self.unkept,
        })
    }
}

/// The models of a run, from its first question to its last.
pub(super) struct LiveSession {
    event_loop: Runtime,
    models: Arc<LiveModels>,
    currency: String,
    /// The folder of the database with the costs.
    _book: TempDir,
}

impl LiveSession {
    /// Lets the worlds of this bot ask the models of the configuration.
    pub fn begin(bot: &mut Bot, live: LiveOptions<'_>) -> anyhow::Result<LiveSession> {
        if let Some(lacking) = bot.set.bot.models.iter().find(|name| live.config.model(name).is_none()) {
            bail!("the configuration has no model `{lacking}`, which `models` of `_bot.yaml` names");
        }
        let event_loop = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let book = temporary()?;
        bot.blank.copy_to(&database(&book))?;
        let url = format!("sqlite://{}", database(&book).display());
        let options_of_store = store::Options { durable: false, ..store::Options::default() };
        let store = wait(&event_loop, Store::open(&url, options_of_store))?;
        let handle = event_loop.handle().clone();
        let models =
            LiveModels::new(live.config, store, live.cost_max, handle).context("making the clients of the models")?;
        let models = Arc::new(models);
        bot.live = Some(Arc::clone(&models));
        let currency = live.config.prices.currency.clone();
        Ok(LiveSession { event_loop, models, currency, _book: book })
    }

    /// Ends the book of costs.
    pub fn end(self) -> LiveReport {
        wait(&self.event_loop, self.models.close());
        LiveReport { sums: self.models.sums(), currency: self.currency, ..LiveReport::default() }
    }
}

/// Runs the wanted cases with real models.
pub(super) fn run_all(
    mut bot: Bot,
    tests: &TestFiles,
    options: &TestOptions<'_>,
    live: LiveOptions<'_>,
) -> anyhow::Result<TestRun> {
    let session = LiveSession::begin(&mut bot, live)?;
    let mut run = cases::run_all(&bot, tests, options, &Pace::whole_machine());
    let mut report = session.end();
    if live.keep {
        let new = |index: usize, number: usize| {
            let of_case = run.recorded.iter().filter(|(file, case, _)| (*file, *case) == (index, number));
            of_case.map(|(_, _, recorded)| recorded.clone()).collect()
        };
        let files = run.files.iter().enumerate().filter_map(|(index, (file, read))| {
            let cases = read.as_ref()?.cases.iter().enumerate();
            let cases = cases.map(|(number, (case, _))| (case.name.clone(), new(index, number))).collect();
            Some(AskedFile { path: file.path.clone(), calibration: None, cases })
        });
        let files: Vec<AskedFile> = files.collect();
        keep(&bot, tests, &files, &mut report)?;
    }
    run.live = Some(report);
    Ok(run)
}

/// A test or an eval with the answers that its cases have got.
pub(super) struct AskedFile {
    pub path: String,
    /// The answers of the judge to its labelled talks; `None`: it was not asked anew.
    pub calibration: Option<Recorded>,
    /// The name of each case, with the answers of each play; no play: it was not asked anew.
    pub cases: Vec<(String, Vec<Recorded>)>,
}

/// Waits on a thread of its own: this one may belong to another event loop.
fn wait<T: Send>(event_loop: &Runtime, work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| event_loop.block_on(work));
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Writes the answers of each file, beside those of cases that were not asked anew.
pub(super) fn keep(bot: &Bot, tests: &TestFiles, files: &[AskedFile], report: &mut LiveReport) -> anyhow::Result<()> {
    for file in files {
        let Some(path) = RecordingFile::path_of(&file.path) else { continue };
        let written = tests.recordings.iter().find(|recording| recording.path() == path);
        // A recording that cannot be read is written anew.
        let mut old = written.map(|file| RecordingFile::read(file, &Findings::default())).unwrap_or_default();
        let mut all = RecordingFile::default();
        let why = file.calibration.as_ref().and_then(|calibration| calibration.failed.as_ref());
        report.unkept.extend(why.map(|why| format!("{}: calibration: {why}", file.path)));
        all.calibration = match file.calibration.as_ref().filter(|_| why.is_none()) {
            Some(new) => new.questions.clone(),
            None => std::mem::take(&mut old.calibration),
        };
        for (name, plays) in &file.cases {
            let before: Vec<_> = std::iter::from_fn(|| old.take(name)).collect();
            let failed = plays.iter().find_map(|play| play.failed.as_ref());
            report.unkept.extend(failed.map(|why| format!("{}: {name}: {why}", file.path)));
            let kept = match plays.is_empty() || failed.is_some() {
                true => before,
                false => plays.iter().map(|play| play.questions.clone()).collect(),
            };
            all.cases.extend(kept.into_iter().filter(|all| !all.is_empty()).map(|questions| (name.clone(), questions)));
        }
        let text = all.text(bot.recorded_by);
        let is_empty = all.cases.is_empty() && all.calibration.is_empty();
        if !is_empty && written.is_none_or(|written| written.text() != text) {
            std::fs::write(bot.folder.join(&path), text).with_context(|| format!("writing `{path}`"))?;
            let of_cases: usize = all.cases.iter().map(|(_, questions)| questions.len()).sum();
            report.written.push((path, all.calibration.len() + of_cases));
        }
    }
    Ok(())
}
