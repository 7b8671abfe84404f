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
use std::{collections::BTreeMap, path::Path, sync::Arc};
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

/// Runs the wanted cases with real models.
pub(super) fn run_all(
    mut bot: Bot,
    tests: &TestFiles,
    options: &TestOptions<'_>,
    live: &LiveOptions<'_>,
) -> anyhow::Result<TestRun> {
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
    let mut run = cases::run_all(&bot, tests, options, &Pace::whole_machine());
    wait(&event_loop, models.close());
    let currency = live.config.prices.currency.clone();
    let mut report = LiveReport { sums: models.sums(), currency, ..LiveReport::default() };
    if live.keep {
        keep(&bot.folder, tests, &run, &mut report)?;
    }
    run.live = Some(report);
    Ok(run)
}

/// Waits on a thread of its own: this one may belong to another event loop.
fn wait<T: Send>(event_loop: &Runtime, work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| event_loop.block_on(work));
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Writes the answers of each file, beside those of cases that were not asked anew.
fn keep(folder: &Path, tests: &TestFiles, run: &TestRun, report: &mut LiveReport) -> anyhow::Result<()> {
    let mut new: BTreeMap<(usize, usize), &Recorded> = BTreeMap::new();
    new.extend(run.recorded.iter().map(|(file, number, recorded)| ((*file, *number), recorded)));
    for (index, (file, read)) in run.files.iter().enumerate() {
        let (Some(read), Some(path)) = (read, RecordingFile::path_of(&file.path)) else { continue };
        let written = tests.recordings.iter().find(|recording| recording.path() == path);
        // A recording that cannot be read is written anew.
        let mut old = written.map(|file| RecordingFile::read(file, &Findings::default())).unwrap_or_default();
        let mut all = RecordingFile::default();
        for (number, (case, _)) in read.cases.iter().enumerate() {
            let before = old.take(&case.name);
            let (recorded, failed) = match new.get(&(index, number)) {
                Some(Recorded { questions, failed: None }) => (Some(questions.clone()), None),
                Some(Recorded { failed: Some(why), .. }) => (before, Some(why)),
                None => (before, None),
            };
            report.unkept.extend(failed.map(|why| format!("{}: {}: {why}", file.path, case.name)));
            all.cases.extend(recorded.filter(|all| !all.is_empty()).map(|questions| (case.name.clone(), questions)));
        }
        let text = all.text();
        if !all.cases.is_empty() && written.is_none_or(|written| written.text() != text) {
            std::fs::write(folder.join(&path), text).with_context(|| format!("writing `{path}`"))?;
            report.written.push((path, all.cases.iter().map(|(_, questions)| questions.len()).sum()));
        }
    }
    Ok(())
}
