//! Keeps the events of plays out of the daemon's log: what happens in a play has not happened to a customer.

use crate::base::limits::PLAY_LOG_LINES_MAX;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber, dispatcher,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// Does a piece of work whose log lines are left out. Its warnings and errors, which may be troubles of our program,
/// follow at the level `debug` when it has ended, also by a panic.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let troubles = Troubles::default();
    // Dropped last, when the usual log is back.
    let _written = WrittenAtTheEnd(troubles.clone());
    let log = Dispatch::new(tracing_subscriber::registry().with(troubles));
    dispatcher::with_default(&log, work)
}

/// Takes the place of the log, and keeps the first warnings and errors.
#[derive(Clone, Default)]
struct Troubles(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    lines: Vec<String>,
    more: u64,
}

struct WrittenAtTheEnd(Troubles);

impl<S: Subscriber> Layer<S> for Troubles {
    fn enabled(&self, about: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *about.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut sentence = Sentence::default();
        event.record(&mut sentence);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.lines.len() < PLAY_LOG_LINES_MAX {
            true => kept.lines.push(sentence.0),
            false => kept.more += 1,
        }
    }
}

impl Drop for WrittenAtTheEnd {
    fn drop(&mut self) {
        let Kept { lines, more } = std::mem::take(&mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        for line in lines {
            tracing::debug!("In a play: {line}");
        }
        if more > 0 {
            tracing::debug!(more, "In a play: {more} more warnings and errors");
        }
    }
}

/// The sentence of an event, without its fields.
#[derive(Default)]
struct Sentence(String);

impl Visit for Sentence {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbench::{PlayRequest, PlayRoom, pace::event_loop};

    /// Keeps all lines with their levels, as a log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<(Level, String)>>>);

    impl<S: Subscriber> Layer<S> for Log {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut sentence = Sentence::default();
            event.record(&mut sentence);
            self.0.lock().unwrap().push((*event.metadata().level(), sentence.0));
        }
    }

    fn logged(work: impl FnOnce()) -> Vec<(Level, String)> {
        let log = Log::default();
        dispatcher::with_default(&Dispatch::new(tracing_subscriber::registry().with(log.clone())), work);
        let lines = log.0.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn events_are_left_out_and_troubles_follow_at_the_level_debug() {
        let lines = logged(|| {
            quietly(|| {
                tracing::info!("a fact of the play");
                tracing::warn!("a trouble of the play");
            });
            tracing::info!("after the play");
        });
        let expected = [(Level::DEBUG, "In a play: a trouble of the play"), (Level::INFO, "after the play")];
        assert_eq!(lines, expected.map(|(level, line)| (level, line.to_owned())));
    }

    #[test]
    fn a_play_writes_no_fact_into_the_log() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("flows")).unwrap();
        let broken = "flow: broken\nwhen: [{message: broken}]\nsteps:\n  - script: 'let a = []; while a.len() < 3 { a.push(1); } a[a.len() + 2]'\n    as: n\n  - say: ${n}\n";
        for (name, text) in [("_bot.yaml", "bot: Shop\ntimezone: UTC\n"), ("broken.yaml", broken)] {
            std::fs::write(folder.path().join("flows").join(name), text).unwrap();
        }
        let lines = logged(|| {
            let steps = vec![serde_json::json!({"user": "broken"})];
            let request = PlayRequest { steps, ..PlayRequest::default() };
            let played = event_loop().unwrap().block_on(PlayRoom::of(folder.path()).play(request)).unwrap();
            assert!(played.stopped.is_none(), "{played:?}");
        });
        assert!(lines.iter().all(|(level, _)| *level > Level::INFO), "{lines:?}");
        let failed = |(_, line): &(Level, String)| line.starts_with("In a play: Step ") && line.contains(" failed: ");
        assert!(lines.iter().any(failed), "{lines:?}");
    }

    #[test]
    fn so_many_troubles_are_kept_and_the_others_counted() {
        let troubles = |count: usize| logged(|| quietly(|| (0..count).for_each(|_| tracing::error!("in a play"))));
        assert_eq!(troubles(PLAY_LOG_LINES_MAX).len(), PLAY_LOG_LINES_MAX);
        let more = troubles(PLAY_LOG_LINES_MAX + 2);
        assert_eq!(more.len(), PLAY_LOG_LINES_MAX + 1);
        assert!(more[PLAY_LOG_LINES_MAX].1.contains("2 more"), "{more:?}");
    }

    #[test]
    fn the_troubles_before_a_panic_are_written() {
        let lines = logged(|| {
            let panicked = std::panic::catch_unwind(|| {
                quietly(|| {
                    tracing::error!("a play breaks");
                    assert!(std::env::args().count() == 0, "a test has arguments");
                });
            });
            assert!(panicked.is_err());
        });
        assert!(lines.contains(&(Level::DEBUG, "In a play: a play breaks".to_owned())), "{lines:?}");
    }
}
