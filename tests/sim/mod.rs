//! Runs the whole runtime in a simulated world: a seed decides each act, and laws are checked after every act.
//!
//! The same seed gives the same run: one thread, a clock of its own, a database in step with it, and an order of tasks
//! that the seed decides. `docs/simulator.md` explains how to run more seeds and how to read a failure.

mod acts;
mod bot;
mod broadcasts;
mod cases;
mod desk;
pub mod dice;
mod laws;
mod meta;
mod operator;
mod world;

use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicU64, Ordering},
};
use transom::base::time::Span;
use world::{Diary, World};

/// The number of seeds by default.
const SEEDS: u64 = 200;
const ACTS: usize = 40;
/// The number of acts between two checks for unfinished work.
const ACTS_TO_CALM: usize = 10;

/// The seeds in as many tests, so that other tests run beside them: one test would have to take all cores.
mod the_laws_hold {
    pub(super) const SHARES: u64 = 4;

    #[test]
    fn in_the_first_share_of_the_seeds() {
        super::hold(0);
    }

    #[test]
    fn in_the_second_share_of_the_seeds() {
        super::hold(1);
    }

    #[test]
    fn in_the_third_share_of_the_seeds() {
        super::hold(2);
    }

    #[test]
    fn in_the_fourth_share_of_the_seeds() {
        super::hold(3);
    }
}

/// Checks each of `SHARES` seeds, from the one with this place on; a single seed is the first share's.
fn hold(share: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SIM_SEED") {
        if share > 0 {
            return;
        }
        if let Ok(filter) = std::env::var("SIM_LOG") {
            let log = tracing_subscriber::fmt().with_env_filter(filter).without_time().with_writer(std::io::stderr);
            log.init();
        }
        let failed = run(seed);
        assert!(failed.is_none(), "{}", failed.unwrap_or_default());
        return;
    }
    let (first, seeds) = (number("SIM_FIRST").unwrap_or(1), number("SIM_SEEDS").unwrap_or(SEEDS));
    let next = AtomicU64::new(first + share);
    let failures = std::sync::Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let hands = cores.div_ceil(the_laws_hold::SHARES);
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(the_laws_hold::SHARES, Ordering::SeqCst);
                    if seed >= first + seeds {
                        return;
                    }
                    if let Some(failure) = run(seed) {
                        // Print each failure at once, because ten thousand seeds take long.
                        eprintln!("{}", failure.lines().take(2).collect::<Vec<_>>().join(" "));
                        failures.lock().unwrap().push((seed, failure));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let list: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
    let brief =
        |failure: &str| failure.lines().take(3).collect::<Vec<_>>().join(" ").chars().take(300).collect::<String>();
    let all: Vec<String> = failures.iter().map(|(_, failure)| brief(failure)).collect();
    if let Some((_, first)) = failures.first() {
        panic!("{} of {seeds} seeds broke a law: {list:?}\n{}\n{first}", list.len(), all.join("\n"));
    }
}

#[test]
fn a_seed_repeats_itself() {
    for seed in [2, 3] {
        let (once, again) = (lives(seed).1, lives(seed).1);
        let differs = once.iter().zip(&again).find(|(one, other)| one != other);
        assert_eq!(differs, None);
        assert_eq!(once.len(), again.len());
    }
}

/// The laws that a seed broke, with the acts before.
fn run(seed: u64) -> Option<String> {
    let (wrong, diary) = lives(seed);
    if wrong.is_empty() {
        return None;
    }
    Some(format!("SIM_SEED={seed} breaks:\n- {}\nafter:\n  {}", wrong.join("\n- "), diary.join("\n  ")))
}

/// The broken laws, and the whole diary.
fn lives(seed: u64) -> (Vec<String>, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let diary = Diary::default();
    // The daemon's errors belong into the diary; with `SIM_LOG` they are printed instead.
    let told = Told(diary.clone());
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).without_time().with_ansi(false);
    let log = log.with_target(false).with_writer(move || told.clone()).finish();
    let _log = std::env::var_os("SIM_LOG").is_none().then(|| tracing::subscriber::set_default(log));
    let lived = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(live(seed, &diary))));
    let wrong = match lived {
        Ok(wrong) => wrong,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            vec![format!("a panic: {}", text.unwrap_or_default())]
        }
    };
    let diary = diary.lock().unwrap().clone();
    (wrong, diary)
}

/// Writes the daemon's log into the diary.
#[derive(Clone)]
struct Told(Diary);

impl std::io::Write for Told {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().push(format!("    {}", String::from_utf8_lossy(line).trim()));
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn live(seed: u64, diary: &Diary) -> Vec<String> {
    let acts = std::env::var("SIM_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(ACTS);
    let mut world = World::new(seed, diary.clone()).await;
    for n in 1..=acts {
        world.act().await;
        let mut wrong = world.broken().await;
        if wrong.is_empty() && n % ACTS_TO_CALM == 0 {
            world.calm().await;
            wrong = world.broken().await;
            wrong.extend(world.left_lying().await);
        }
        if !wrong.is_empty() {
            let rows = world.rows().await;
            diary.lock().unwrap().extend(rows);
            return wrong;
        }
    }
    Vec::new()
}

impl World {
    /// Ends the faults, and lets some minutes pass.
    async fn calm(&mut self) {
        self.note("calm".into());
        self.meta.lock().moods.clear();
        self.faults.heal();
        self.disk_full_until = None;
        for _ in 0..2 {
            self.advance(Span::minutes(11)).await;
        }
        self.disturbed = false;
        self.metrics_before_calm();
        self.advance(Span::minutes(2)).await;
    }
}
