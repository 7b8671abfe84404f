//! Reads the runs of production that are played again: one, or those of a day.

use super::replay::RecordedTalks;
use crate::{
    base::{
        ids::VersionId,
        limits::{REPLAY_COUNTED_MAX, REPLAY_RUNS_PAGE},
        time::Time,
    },
    store::{
        ReadError, Store,
        tables::{run, version},
    },
    testbench::record::read_run,
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::btree_map::Entry;

impl RecordedTalks {
    /// One run; `None` if there is none with this number.
    pub async fn of_run(store: &Store, id: i64, now: Time) -> anyhow::Result<Option<RecordedTalks>> {
        let Some(run) = run::find(store, id).await? else { return Ok(None) };
        let mut talks = RecordedTalks::default();
        talks.add(store, run, now).await?;
        Ok(Some(talks))
    }

    /// The newest runs that began on a day of this zone, `limit` at most; with `before` only those with a lower number.
    pub async fn of_day(
        store: &Store,
        (day, zone): (Date, &TimeZone),
        limit: usize,
        before: Option<i64>,
        now: Time,
    ) -> anyhow::Result<RecordedTalks> {
        let start = |day: Date| day.to_zoned(zone.clone()).map(|at| Time(at.timestamp().as_millisecond()));
        let (from, until) = (start(day)?, start(day.tomorrow()?)?);
        let mut after = first_at(store, until).await?;
        after = before.map_or(after, |before| before.min(after));
        let mut talks = RecordedTalks::default();
        let mut looked = 0;
        'pages: while looked < REPLAY_COUNTED_MAX {
            let page = run::page(store, after, REPLAY_RUNS_PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for run in page {
                looked += 1;
                // Runs get their numbers nearly in the order of their beginnings.
                if run.started_at < from {
                    break 'pages;
                }
                match talks.runs.len() < limit && run.started_at < until {
                    true => talks.add(store, run, now).await?,
                    false => talks.more += usize::from(run.started_at < until),
                }
            }
        }
        Ok(talks)
    }

    async fn add(&mut self, store: &Store, run: run::Run, now: Time) -> anyhow::Result<()> {
        let version: VersionId = run.version_id;
        self.runs.push(read_run(store, run, now).await?);
        if let Entry::Vacant(new) = self.versions.entry(version) {
            new.insert(version::find(store, version).await?.map(|version| version.files));
        }
        Ok(())
    }
}

/// A number such that all runs with a lower one began before `at`, found by halves: numbers grow with time.
async fn first_at(store: &Store, at: Time) -> Result<i64, ReadError> {
    let newest = run::page(store, i64::MAX, 1).await?.into_iter().next();
    let (mut low, mut high) = (0, newest.map_or(0, |newest| newest.id + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        // The newest run below the number after `middle`.
        let below = run::page(store, middle + 1, 1).await?.into_iter().next();
        match below.is_some_and(|run| run.started_at >= at) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    Ok(low)
}
