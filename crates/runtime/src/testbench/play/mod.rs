//! Plays a talk of the studio: the bot with texts that are not saved yet, a world and steps as in a test, and after each
//! act all that it caused, as data.

mod act;
mod bad_day;
mod content;
mod quiet;
mod recorded;
mod replay;
mod room;
mod save;
mod state;
mod tests;
mod wandered;

use super::{Bot, Play, Stop, blank::EmptyDatabase, buttons, mocks_of, pace::Pace, set_of, talk_json, world::World};
use crate::{
    base::{
        cancel::Cancellation,
        clock::{Clock, SystemClock},
        diagnostic::{Diagnostic, Findings, did_you_mean},
        ids::FlowName,
    },
    bot::source_files::{self, TestFiles},
    flow::tools::testfile::{Head, Step, Talk, TestAction, default_now, sentence, talk},
    model::template::Template,
};
use act::{Act, Recorder};
pub use bad_day::BadDay;
pub use replay::{RecordedTalks, ReplayedTalks};
pub(super) use room::PlayLimits;
pub use room::PlayRoom;
pub use save::SavedTest;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use state::PlayState;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
pub use tests::{TestsRequest, TestsRun};
pub use wandered::WanderedTalks;

/// The new texts of files by path; `None`: the file is deleted.
pub type Edits = BTreeMap<String, Option<String>>;

/// The talk to play.
#[derive(Debug, Clone, Default)]
pub struct PlayRequest {
    /// Lie over the files of the bot's folder.
    pub edits: Edits,
    /// The flow that `api` starts; `None`: the first one.
    pub flow: Option<String>,
    /// The head of a test file.
    pub world: Map<String, Json>,
    pub steps: Vec<Json>,
    /// The templates of real senders. They change nothing in the play; the texts of those that the bot does not declare
    /// are shown as the customer reads them.
    pub catalogue: Vec<Template>,
}

/// Each act of a talk with all that it caused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Played {
    /// The time that the play took.
    pub ms: i64,
    pub flow: String,
    pub sender: PlaySender,
    pub contact: PlayContact,
    /// The time zone of the talk's clock.
    pub zone: Option<String>,
    /// One for each step, up to the one that stopped the talk.
    pub acts: Vec<Act>,
    /// The state before the first act.
    pub first: PlayState,
    /// The step that was not possible.
    pub stopped: Option<PlayStop>,
}

/// The head of the talk: the bot and its number.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlaySender {
    pub title: String,
    pub phone: Option<String>,
}

/// The customer of the talk.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayContact {
    pub name: Option<String>,
    pub phone: String,
}

/// The step at which a talk ended, because it is not possible there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayStop {
    /// Its index, from 0.
    pub step: usize,
    /// A fixed word: `no_such_button`, `wrong_step`, …
    pub code: &'static str,
    pub detail: String,
    /// The buttons that can be tapped.
    pub offered: Vec<String>,
}

/// The reason why there is no answer.
#[derive(Debug)]
pub enum PlayError {
    /// The flows have errors.
    Errors(Vec<Diagnostic>),
    /// The folder of the bot cannot be read.
    Unreadable(String),
    /// The wrong fields of the request: a JSON pointer and a sentence each.
    Invalid(Vec<(String, String)>),
    TooLong(String),
    /// Other plays have all places.
    Crowded,
    Bug(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for PlayError {
    fn from(error: E) -> Self {
        PlayError::Bug(error.into())
    }
}

/// The parts of plays that do not depend on their requests.
#[derive(Clone)]
struct PlaySetup {
    folder: PathBuf,
    /// Made by the first play.
    blank: Arc<Mutex<Option<Arc<EmptyDatabase>>>>,
    limits: PlayLimits,
}

impl PlaySetup {
    /// Reads and checks the bot; gives up after the time of one play, or when nobody waits any more.
    fn bot(&self, edits: &Edits, pace: &Pace) -> Result<Bot, PlayError> {
        let (time, ends_at, pace) = (self.limits.play, SystemClock.now() + self.limits.play, pace.clone());
        let cancel = Cancellation::when(move || SystemClock.now() >= ends_at || pace.is_left());
        let files = source_files::read(&self.folder).map_err(|error| PlayError::Unreadable(error.to_string()))?;
        let files = files.with_changes(edits);
        let Some(checked) = set_of(&files, &cancel) else {
            let why = format!("The check of the bot's files takes longer than {time}, so they cannot be played.");
            return Err(PlayError::TooLong(why));
        };
        let set = Arc::new(checked.map_err(PlayError::Errors)?);
        Ok(Bot::new(self.folder.clone(), files, set, self.blank()?))
    }

    /// The tests beside the flows, with edits over them.
    fn tests(&self, edits: &Edits) -> Result<TestFiles, PlayError> {
        source_files::tests_with_changes(&self.folder, edits).map_err(|error| PlayError::Unreadable(error.to_string()))
    }

    fn blank(&self) -> anyhow::Result<Arc<EmptyDatabase>> {
        let mut blank = self.blank.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*blank {
            return Ok(Arc::clone(made));
        }
        let made = Arc::new(EmptyDatabase::make()?);
        *blank = Some(Arc::clone(&made));
        Ok(made)
    }
}

/// The flow, the world and the steps of a request.
fn read(bot: &Bot, request: &PlayRequest) -> Result<(Play, Vec<Result<Step, String>>), PlayError> {
    let flow = match &request.flow {
        Some(name) => {
            let known = bot.set.named(name).map(|flow| flow.name.clone());
            known.ok_or_else(|| PlayError::Invalid(vec![("/flow".to_owned(), no_flow(bot, name))]))?
        }
        None => bot.set.flows.keys().next().cloned().unwrap_or_else(|| FlowName::from("")),
    };
    let wrong = |(key, why): (String, String)| {
        (if key.is_empty() { "/world".to_owned() } else { format!("/world/{key}") }, why)
    };
    let mut world = request.world.clone();
    let under = match world.remove(talk_json::SANDBOX) {
        None | Some(Json::Null | Json::Bool(true)) => bot.plain_head(),
        Some(Json::Bool(false)) => Head::at(default_now(&bot.set.bot.timezone)),
        Some(_) => {
            let why = "`sandbox` is `true`, or `false` for a world in which `sandbox` in `_bot.yaml` does not count.";
            return Err(PlayError::Invalid(vec![("/world/sandbox".to_owned(), why.to_owned())]));
        }
    };
    let read = talk(&world, &request.steps, &under, &bot.set);
    let Talk { head, steps } = read.map_err(|all| PlayError::Invalid(all.into_iter().map(wrong).collect()))?;
    let findings = Findings::default();
    let mocks = mocks_of(&head.mocks, &findings);
    let wrong: Vec<(String, String)> = findings
        .into_sorted()
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| ("/world/mocks".to_owned(), sentence(finding)))
        .collect();
    if !wrong.is_empty() {
        return Err(PlayError::Invalid(wrong));
    }
    Ok((Play { flow, head, mocks }, steps))
}

/// The acts of a talk with their indexes, without checks.
fn acts_of(steps: Vec<Result<Step, String>>) -> Result<Vec<(usize, TestAction)>, PlayError> {
    let mut acts = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        let step = step.map_err(|why| PlayError::Invalid(vec![(format!("/steps/{index}"), why)]))?;
        if !matches!(step.act, TestAction::Bot(_) | TestAction::Expect(_)) {
            acts.push((index, step.act));
        }
    }
    Ok(acts)
}

fn no_flow(bot: &Bot, name: &str) -> String {
    let near = did_you_mean(name, bot.set.flows.keys().map(FlowName::as_str));
    format!("There is no flow `{name}`{}.", near.map(|near| format!("; {near}")).unwrap_or_default())
}

/// Plays the talk up to its end, or to the first step that is not possible.
async fn played(setup: &PlaySetup, request: &PlayRequest, pace: &Pace) -> Result<Played, PlayError> {
    let began = SystemClock.now();
    let bot = setup.bot(&request.edits, pace)?;
    let (play, steps) = read(&bot, request)?;
    let mut world = World::begin(&bot, &play, false).await?;
    let mut recorder = Recorder::knowing(request.catalogue.clone());
    let first = recorder.after(&world).await?;
    let (mut acts, mut stopped, mut bytes) = (Vec::new(), None, 0);
    for (index, (step, given)) in steps.into_iter().zip(&request.steps).enumerate() {
        let step = match step {
            Ok(step) => step,
            Err(detail) => {
                stopped = Some(PlayStop { step: index, code: "wrong_step", detail, offered: Vec::new() });
                break;
            }
        };
        let (at, why) = (world.now(), recorder.why(&world, &step).await?);
        if let Err(stop) = world.perform(&step).await {
            stopped = Some(stopped_at(index, &step, stop, &world));
            break;
        }
        let act = recorder.act(&world, &step, (given.clone(), at, why)).await?;
        bytes += bytes_of(&act);
        if bytes > setup.limits.answer_bytes {
            let most = setup.limits.answer_bytes;
            let why = format!("The answer would have more than {most} bytes; play fewer steps.");
            return Err(PlayError::TooLong(why));
        }
        acts.push(act);
    }
    let sender = world.app.config.senders.first();
    let answer = Played {
        flow: play.flow.to_string(),
        sender: PlaySender {
            title: bot.set.bot.name.clone(),
            phone: sender.map(|sender| sender.phone.as_str().to_owned()),
        },
        contact: PlayContact { name: world.contact().await?.data.name, phone: format!("+{}", world.phone()) },
        zone: world.zone.iana_name().map(ToOwned::to_owned),
        acts,
        first,
        stopped,
        ms: (SystemClock.now() - began).0,
    };
    world.end().await;
    Ok(answer)
}

/// A time of the clock, in whole milliseconds.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The length of a part of an answer, in bytes of JSON.
fn bytes_of(part: &impl Serialize) -> usize {
    serde_json::to_vec(part).map_or(0, |json| json.len())
}

/// The reason why the talk stops at a step, with the buttons that could be tapped.
fn stopped_at(index: usize, step: &Step, stop: Stop, world: &World<'_>) -> PlayStop {
    let (code, detail) = match stop {
        Stop::Broken(error) => ("not_playable", format!("{error:#}")),
        Stop::Failed(failed) => match &step.act {
            TestAction::Tap(title) => {
                ("no_such_button", format!("No message shows a button `{title}`: {}.", failed.got))
            }
            TestAction::Status(_) => ("no_message", "There is no message of ours that could have a status.".to_owned()),
            TestAction::AdvanceTo(_) => ("time_passed", format!("Time moves forward only: {}.", failed.got)),
            TestAction::Webhook { .. } => ("webhook_refused", format!("{}: {}.", failed.what, failed.got)),
            _ => ("not_as_expected", format!("{}: expected {}, got {}.", failed.what, failed.expected, failed.got)),
        },
    };
    let offered = match &step.act {
        TestAction::Tap(_) => buttons::on_show(&world.seen, &world.app.token_key),
        _ => Vec::new(),
    };
    PlayStop { step: index, code, detail, offered }
}
