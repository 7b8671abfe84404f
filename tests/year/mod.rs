//! Simulates a year: people in twelve time zones, thirty flows, the whole daemon on a clock that jumps from event to
//! event, and an oracle that knows which messages are allowed and which are required. `docs/testing.md` explains how
//! to run more.

mod bot;
mod clocks;
mod ledger;
mod meta;
mod oracle;
mod town;

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Mutex};
use town::{Size, Town};

/// The number of seeds by default.
const SEEDS: u64 = 2;
const SMALL: Size = Size { people: 6, days: 14 };

type Counts = BTreeMap<(&'static str, String), u64>;

#[test]
fn nobody_is_told_what_they_may_not_be_and_all_the_rest() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let people = number("YEAR_PEOPLE").map_or(SMALL.people, |n| usize::try_from(n).unwrap());
    let days = number("YEAR_DAYS").map_or(SMALL.days, |n| i64::try_from(n).unwrap());
    let size = Size { people, days };
    let seeds = match number("YEAR_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let first = number("YEAR_FIRST").unwrap_or(1);
            first..first + number("YEAR_SEEDS").unwrap_or(SEEDS)
        }
    };
    assert!(bot::flow_count() >= 30 && oracle::words() >= bot::flow_count(), "{}", bot::flow_count());
    let next = Mutex::new(seeds.clone());
    let failures = Mutex::new(Vec::new());
    let all = Mutex::new(Counts::new());
    let hands = number("YEAR_HANDS").map_or(2, |n| usize::try_from(n).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let Some(seed) = next.lock().unwrap().next() else { return };
                    let (wrong, counts) = year(seed, size);
                    if let Some(wrong) = wrong {
                        eprintln!("{}", wrong.lines().take(3).collect::<Vec<_>>().join(" "));
                        failures.lock().unwrap().push((seed, wrong));
                    } else if number("YEAR_SEEDS").is_some() {
                        eprintln!("seed {seed}: {} messages are right", said(&counts));
                    }
                    let mut all = all.lock().unwrap();
                    counts.into_iter().for_each(|(name, count)| *all.entry(name).or_default() += count);
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    if number("YEAR_SEEDS").is_some() || number("YEAR_SEED").is_some() {
        all.iter().for_each(|((flow, what), count)| eprintln!("{flow:14} {what:18} {count}"));
    }
    let failures = failures.into_inner().unwrap();
    let list: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
    if let Some((_, first)) = failures.first() {
        panic!("{} of {seeds:?} seeds went wrong: {list:?}\n{first}", list.len());
    }
    assert!(said(&all) > 0, "nobody was told anything");
}

fn said(counts: &Counts) -> u64 {
    counts.iter().filter(|((_, what), _)| matches!(what.as_str(), "text" | "template")).map(|(_, count)| count).sum()
}

/// The errors of a year with their history, and the counts.
fn year(seed: u64, size: Size) -> (Option<String>, Counts) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lived = std::panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let mut town = Town::new(seed, size).await;
            town.live().await;
            town.ends().await;
            *town.oracle.counts.entry(("", "moments".into())).or_default() = town.moments;
            (town.oracle.wrong, town.oracle.diary, town.oracle.counts)
        })
    }));
    match lived {
        Ok((wrong, _, counts)) if wrong.is_empty() => (None, counts),
        Ok((wrong, diary, counts)) => {
            // For a single seed show the whole diary.
            let shown = if std::env::var_os("YEAR_SEED").is_some() { diary.len() } else { 200 };
            let from = diary.len().saturating_sub(shown);
            let (wrong, diary) = (wrong.join("\n- "), diary[from..].join("\n  "));
            (Some(format!("YEAR_SEED={seed} goes wrong ({size:?}):\n- {wrong}\nafter:\n  {diary}")), counts)
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            (Some(format!("YEAR_SEED={seed} panics ({size:?}): {}", text.unwrap_or_default())), Counts::new())
        }
    }
}
