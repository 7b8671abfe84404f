//! Gives plays threads of their own: a few at a time, each with a limit of time and a lower share of the processor, so
//! that conversations go on beside them. Many plays of one request take a second thread while its place is free.

use super::{
    Edits, PlayError, PlayRequest, PlaySetup, Played, RecordedTalks, SavedTest,
    bad_day::{self, BadDay},
    played,
    quiet::quietly,
    replay::{self, ReplayedTalks},
    save,
    tests::{self, TestsRequest, TestsRun},
    wandered::{self, WanderedTalks},
};
use crate::{
    base::{
        limits::{
            BAD_DAY_TIME_MAX, PLAY_ANSWER_BYTES_MAX, PLAY_PLACE_WAIT, PLAY_STEPS_MAX, PLAY_TIME_MAX, PLAYS_AT_ONCE_MAX,
            REPLAY_TIME_MAX, TESTS_TIME_MAX, WANDER_TIME_MAX,
        },
        time::Span,
    },
    testbench::{pace::Pace, wander::Walks},
};
use anyhow::{Context, anyhow};
use std::{path::Path, sync::Arc};
use tokio::sync::{Semaphore, oneshot, watch};
use tracing::dispatcher;

/// The places for plays of one bot.
pub struct PlayRoom {
    setup: PlaySetup,
    places: Arc<Semaphore>,
}

/// The limits of plays, each named in `base::limits`; a test has smaller ones.
#[derive(Debug, Clone, Copy)]
pub(in crate::testbench) struct PlayLimits {
    pub at_once: usize,
    pub place_wait: Span,
    pub play: Span,
    pub tests: Span,
    pub bad_day: Span,
    pub wander: Span,
    pub replay: Span,
    pub answer_bytes: usize,
}

impl Default for PlayLimits {
    fn default() -> Self {
        PlayLimits {
            at_once: PLAYS_AT_ONCE_MAX,
            place_wait: PLAY_PLACE_WAIT,
            play: PLAY_TIME_MAX,
            tests: TESTS_TIME_MAX,
            bad_day: BAD_DAY_TIME_MAX,
            wander: WANDER_TIME_MAX,
            replay: REPLAY_TIME_MAX,
            answer_bytes: PLAY_ANSWER_BYTES_MAX,
        }
    }
}

impl PlayRoom {
    /// For the bot in `folder`. Nothing is made before the first play.
    pub fn of(folder: &Path) -> PlayRoom {
        PlayRoom::with_limits(folder, PlayLimits::default())
    }

    pub(in crate::testbench) fn with_limits(folder: &Path, limits: PlayLimits) -> PlayRoom {
        let setup = PlaySetup { folder: folder.to_owned(), blank: Arc::default(), limits };
        PlayRoom { setup, places: Arc::new(Semaphore::new(limits.at_once)) }
    }

    /// Plays a talk; gives each act with all that it caused.
    pub async fn play(&self, request: PlayRequest) -> Result<Played, PlayError> {
        self.talk(request, async |setup, request, pace| played(setup, request, pace).await).await
    }

    /// Writes a talk as a case of its flow's test file.
    pub async fn save(&self, request: PlayRequest, name: String) -> Result<SavedTest, PlayError> {
        self.talk(request, async move |setup, request, pace| save::saved(setup, request, &name, pace).await).await
    }

    /// Runs tests; gives each case with its result, and the coverage.
    pub async fn tests(&self, request: TestsRequest) -> Result<TestsRun, PlayError> {
        self.on_own_thread(self.setup.limits.tests, move |setup, pace| tests::tested(setup, &request, pace)).await
    }

    /// Plays a talk against each misfortune at each of its acts.
    pub async fn bad_day(&self, request: PlayRequest) -> Result<BadDay, PlayError> {
        few_steps(&request)?;
        self.on_own_thread(self.setup.limits.bad_day, move |setup, pace| bad_day::endured(setup, &request, pace)).await
    }

    /// Lets random customers loose; gives the problems that they meet.
    pub async fn wander(&self, edits: Edits, walks: Walks) -> Result<WanderedTalks, PlayError> {
        self.on_own_thread(self.setup.limits.wander, move |setup, pace| wandered::wandered(setup, &edits, walks, pace))
            .await
    }

    /// Plays real talks again on edited flows; gives a verdict for each.
    pub async fn replay(&self, edits: Edits, talks: RecordedTalks) -> Result<ReplayedTalks, PlayError> {
        let time = self.setup.limits.replay;
        self.on_own_thread(time, move |setup, pace| replay::replayed(setup, &edits, &talks, pace)).await
    }

    async fn talk<T: Send + 'static>(
        &self,
        request: PlayRequest,
        work: impl AsyncFnOnce(&PlaySetup, &PlayRequest, &Pace) -> Result<T, PlayError> + Send + 'static,
    ) -> Result<T, PlayError> {
        few_steps(&request)?;
        let time = self.setup.limits.play;
        self.on_own_thread(time, move |setup, pace| {
            let done = pace.block_on(work(setup, &request, pace)).context("the event loop of a play")?;
            done.unwrap_or_else(|| {
                let why = format!("The play takes longer than {time}; play fewer steps, or move the clock less far.");
                Err(PlayError::TooLong(why))
            })
        })
        .await
    }

    /// Works on a thread of its own, as soon as there is a place.
    async fn on_own_thread<T: Send + 'static>(
        &self,
        time: Span,
        work: impl FnOnce(&PlaySetup, &Pace) -> Result<T, PlayError> + Send + 'static,
    ) -> Result<T, PlayError> {
        let wait = self.setup.limits.place_wait.to_std();
        let place = tokio::time::timeout(wait, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| PlayError::Crowded)?.context("nobody closes the places")?;
        let (answer, answered) = oneshot::channel();
        // Closed with this future, when nobody waits any more.
        let (_waits, asker) = watch::channel(());
        let (setup, spare) = (self.setup.clone(), Arc::clone(&self.places));
        let log = dispatcher::get_default(Clone::clone);
        let thread = std::thread::Builder::new().name("transom-play".to_owned());
        thread
            .spawn(move || {
                let _place = place;
                let _log = dispatcher::set_default(&log);
                take_lower_share();
                let done = quietly(|| {
                    // The database is made by an event loop of its own.
                    setup.blank()?;
                    work(&setup, &Pace::limited(time, asker, spare))
                });
                // The receiver may be gone.
                let _ = answer.send(done);
            })
            .context("a thread for a play")?;
        answered.await.unwrap_or_else(|_| Err(anyhow!("the thread of a play ended without an answer").into()))
    }
}

fn few_steps(request: &PlayRequest) -> Result<(), PlayError> {
    let count = request.steps.len();
    if count > PLAY_STEPS_MAX {
        let why = format!("A play has at most {PLAY_STEPS_MAX} steps, and this has {count}.");
        return Err(PlayError::TooLong(why));
    }
    Ok(())
}

/// Lets the threads of conversations go first: this thread and those that it starts have the lowest share. Elsewhere
/// than on Linux the share is that of all threads.
fn take_lower_share() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), LOWEST_SHARE) {
        tracing::debug!(error = %error, "A play runs with the share of conversations");
    }
}

/// The nice value of Linux for work that may wait.
#[cfg(target_os = "linux")]
const LOWEST_SHARE: i32 = 19;
