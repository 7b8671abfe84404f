//! Gives plays threads of their own: a few at a time, each with a limit of time, so that conversations go on beside them.

use super::{PlayError, PlayRequest, SavedTest, Stage, played, save};
use crate::base::limits::{PLAY_PLACE_WAIT, PLAY_STEPS_MAX, PLAY_TIME_MAX, PLAYS_AT_ONCE_MAX};
use crate::testbench::event_loop;
use anyhow::{Context, anyhow};
use serde_json::Value as Json;
use std::{path::Path, sync::Arc};
use tokio::sync::{Semaphore, oneshot};

/// The places for plays of one bot.
pub struct PlayRoom {
    stage: Stage,
    places: Arc<Semaphore>,
}

impl PlayRoom {
    /// For the bot in `folder`. Nothing is made before the first play.
    pub fn of(folder: &Path) -> PlayRoom {
        let stage = Stage { folder: folder.to_owned(), blank: Arc::default() };
        PlayRoom { stage, places: Arc::new(Semaphore::new(PLAYS_AT_ONCE_MAX)) }
    }

    /// Plays a talk; gives each act with all that it caused.
    pub async fn play(&self, wish: PlayRequest) -> Result<Json, PlayError> {
        self.apart(wish, async |stage, wish| played(stage, wish).await).await
    }

    /// Writes a talk as a case of its flow's test file.
    pub async fn save(&self, wish: PlayRequest, name: String) -> Result<SavedTest, PlayError> {
        self.apart(wish, async move |stage, wish| save::saved(stage, wish, &name).await).await
    }

    async fn apart<T: Send + 'static>(
        &self,
        wish: PlayRequest,
        work: impl AsyncFnOnce(&Stage, &PlayRequest) -> Result<T, PlayError> + Send + 'static,
    ) -> Result<T, PlayError> {
        let count = wish.steps.len();
        if count > PLAY_STEPS_MAX {
            return Err(PlayError::TooLong(format!(
                "A play has at most {PLAY_STEPS_MAX} steps, and this has {count}."
            )));
        }
        let place = tokio::time::timeout(PLAY_PLACE_WAIT.to_std(), Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| PlayError::Crowded)?.context("nobody closes the places")?;
        let (answer, answered) = oneshot::channel();
        let stage = self.stage.clone();
        let thread = std::thread::Builder::new().name("transom-play".to_owned());
        thread
            .spawn(move || {
                let _place = place;
                on_this_thread(&stage, &wish, work, answer);
            })
            .context("a thread for a play")?;
        answered.await.unwrap_or_else(|_| Err(anyhow!("the thread of a play ended without an answer").into()))
    }
}

/// Plays until there is an answer, nobody waits for it any more, or the time is over.
fn on_this_thread<T>(
    stage: &Stage,
    wish: &PlayRequest,
    work: impl AsyncFnOnce(&Stage, &PlayRequest) -> Result<T, PlayError>,
    mut answer: oneshot::Sender<Result<T, PlayError>>,
) {
    // The database is made by an event loop of its own.
    let begun = stage.blank().and_then(|_| event_loop().context("the event loop of a play"));
    let event_loop = match begun {
        Ok(event_loop) => event_loop,
        Err(error) => {
            // The receiver may be gone.
            let _ = answer.send(Err(error.into()));
            return;
        }
    };
    let done = event_loop.block_on(async {
        tokio::select! {
            done = work(stage, wish) => Some(done),
            () = answer.closed() => None,
            () = tokio::time::sleep(PLAY_TIME_MAX.to_std()) => {
                let why = format!("The play takes longer than {PLAY_TIME_MAX}; play fewer steps, or move the clock less far.");
                Some(Err(PlayError::TooLong(why)))
            }
        }
    });
    event_loop.shutdown_background();
    if let Some(done) = done {
        let _ = answer.send(done);
    }
}
