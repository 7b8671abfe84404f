//! Plans scheduled starts: which fires are due, for which contacts, and the slot of each start.
//!
//! A fire is (flow, trigger, local minute). Planning inserts starts in batches, each batch with the fire's cursor in
//! one commit: a crash neither repeats nor skips a contact. A run begins when its slot comes, and only then is
//! everything decided (language.md 5, *Schedules*).

use crate::{
    base::{
        ids::{AccountName, ContactId, FlowName, StartId},
        limits::{LINES_KEPT_MAX, PLAN_BATCHES_UNWRITTEN_MAX},
        time::{Span, Time},
    },
    bot::live::Current,
    flow::{self, Timetable, World},
    model::{contact::Contact, event::Reason, schedule::Fire},
    starts::{
        Starts,
        clocks::zone_named,
        serves,
        walk::{ContactWalk, SlotLine},
    },
    store::{
        ReadError, WriteSet,
        tables::{
            contact,
            schedule::{self, Schedule},
            start::{self, PlannedStart, StartState},
        },
    },
};
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The first free slot, by local minute, flow and trigger.
pub(crate) type FreeSlots = Mutex<BTreeMap<(String, FlowName, String), Time>>;

impl Starts {
    /// Plans the fires since the last time, for every trigger of the live flows.
    pub(crate) async fn plan_schedules(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let live = self.live.get();
        let set = &live.set;
        let tables = flow::timetables(set);
        let (dates, timed) = (flow::dates(set), flow::timed(set));
        if tables.is_empty() && dates.is_empty() && timed.is_empty() {
            return Ok(());
        }
        let known: BTreeMap<(String, String), Schedule> = schedule::all(&self.store)
            .await?
            .into_iter()
            .map(|row| ((row.flow.to_string(), row.trigger_key.clone()), row))
            .collect();
        self.publish_dates(&live, &dates, &known, now).await?;
        self.publish_timed(&timed, &known, now);
        for table in &tables {
            let name = (table.flow.name.to_string(), table.key.to_owned());
            let Some(row) = known.get(&name) else {
                // Fires before the trigger's first publication are never made up for.
                let row = Schedule {
                    flow: table.flow.name.clone(),
                    trigger_key: table.key.to_owned(),
                    published_at: now,
                    planned_until: now,
                };
                let mut commit = WriteSet::new();
                commit.push(&schedule::PUBLISH, &row);
                self.store.commit(commit).await?;
                continue;
            };
            if row.planned_until < now {
                self.plan_trigger(&live, table, row, now).await?;
            }
        }
        Ok(())
    }

    async fn plan_trigger(
        self: &Arc<Self>,
        live: &Current,
        table: &Timetable<'_>,
        row: &Schedule,
        now: Time,
    ) -> anyhow::Result<()> {
        let mut any = false;
        // All accounts and zones of the same local minute share one sequence of slots, because `rate` belongs to the
        // trigger.
        let mut line = now;
        for account in self.senders.accounts() {
            for zone in contact::zones(&self.store.aside(), account).await? {
                let clock = if table.by_contact {
                    zone_named(&zone, &live.set.bot.timezone)
                } else {
                    live.set.bot.timezone.clone()
                };
                for fire in table.fires.between(row.planned_until, now, &clock) {
                    any = true;
                    line = line.max(self.line_of(table, &fire.minute).await?);
                    line = self.plan_fire(live, table, account, &zone, &fire, line, now).await?;
                    self.keep_line(table, &fire.minute, line);
                }
            }
        }
        // Without a fire the mark need not be stored often: after a restart there is nothing to find in between.
        if any || now - row.planned_until >= Span::hours(1) {
            let mut commit = WriteSet::new();
            commit.push(&schedule::PLANNED, &Schedule { planned_until: now, ..row.clone() });
            self.store.commit(commit).await?;
        }
        Ok(())
    }

    /// The first free slot of a local minute over all zones. Read once: afterwards only this planner changes it.
    async fn line_of(&self, table: &Timetable<'_>, minute: &str) -> Result<Time, ReadError> {
        let name = (minute.to_owned(), table.flow.name.clone(), table.key.to_owned());
        let known = self.free_slots.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        match known {
            Some(line) => Ok(line),
            None => Ok(schedule::line(&self.store.aside(), &name.1, &name.2, minute).await?.unwrap_or(Time(i64::MIN))),
        }
    }

    fn keep_line(&self, table: &Timetable<'_>, minute: &str, line: Time) {
        let mut lines = self.free_slots.lock().unwrap_or_else(PoisonError::into_inner);
        lines.insert((minute.to_owned(), table.flow.name.clone(), table.key.to_owned()), line);
        while lines.len() > LINES_KEPT_MAX {
            lines.pop_first();
        }
    }

    /// Plans a fire in one zone, with slots at `from` or later. Gives the first free slot.
    #[expect(clippy::too_many_arguments, reason = "a fire is named by all of them")]
    async fn plan_fire(
        self: &Arc<Self>,
        live: &Current,
        table: &Timetable<'_>,
        account: &AccountName,
        zone: &str,
        fire: &Fire,
        from: Time,
        now: Time,
    ) -> anyhow::Result<Time> {
        // Each account has its own contacts, so the zone in a fire's row includes the account.
        let place = format!("{account}/{zone}");
        let fresh = schedule::FireRow {
            flow: table.flow.name.clone(),
            trigger_key: table.key.to_owned(),
            zone: place.clone(),
            minute: fire.minute.clone(),
            at: fire.at,
            cursor_contact_id: ContactId(0),
            next_slot_at: fire.at.max(from),
            created_at: now,
            done_at: None,
        };
        let stored = schedule::fire(&self.store, &table.flow.name, table.key, &place, &fire.minute).await?;
        let mut row = match stored {
            Some(row) if row.done_at.is_some() => return Ok(row.next_slot_at.max(from)),
            Some(row) => row,
            None => {
                let mut commit = WriteSet::new();
                commit.push(&schedule::FIRE, &fresh);
                self.store.commit(commit).await?;
                fresh
            }
        };
        let late = now - fire.at > table.late;
        let pace = self.senders.pace(account, |sender| serves(table.flow, sender), table.rate);
        let mut planned = 0_usize;
        let mut line = SlotLine::new(row.next_slot_at, pace);
        let store = self.store.aside();
        let prefilter = table.prefilter(&live.set);
        let mut unwritten = 0;
        let mut walk = ContactWalk::new(&store, (account, zone), row.cursor_contact_id, (&prefilter, now));
        while let Some(page) = walk.next_tested(|contact| self.in_audience(live, table, contact, now)).await? {
            let mut commit = WriteSet::new();
            for (contact, _) in page.iter().filter(|(_, is_meant)| *is_meant) {
                planned += 1;
                // A refused start uses no slot.
                let slot_at = if late { line.free() } else { line.take() };
                let state = if late { StartState::Refused } else { StartState::Waiting };
                let start = PlannedStart {
                    id: StartId(self.store.next_id()),
                    flow: table.flow.name.clone(),
                    trigger_key: table.key.to_owned(),
                    contact_id: contact.id,
                    minute: fire.minute.clone(),
                    slot_at,
                    state,
                    reason: late.then_some(Reason::TooLate),
                    data: serde_json::json!({}),
                    created_at: now,
                    ended_at: late.then_some(now),
                };
                if late {
                    self.metrics.start_refused(table.flow.name.as_str(), true, Reason::TooLate);
                }
                commit.push(&start::INSERT, &start);
            }
            row.cursor_contact_id = walk.after();
            row.next_slot_at = line.free();
            row.done_at = walk.is_done().then_some(now);
            // If few contacts match, a commit for each batch would delay everybody.
            unwritten += 1;
            if walk.is_done() || !commit.is_empty() || unwritten >= PLAN_BATCHES_UNWRITTEN_MAX {
                commit.push(&schedule::ADVANCE, &row);
                self.store.commit(commit).await?;
                unwritten = 0;
                self.due_starts.start_slots.look();
            }
            if !walk.is_done() {
                self.rest_from_planning().await;
            }
        }
        self.metrics.planned(table.flow.name.as_str(), planned);
        if planned > 0 {
            tracing::info!(
                flow.name = %table.flow.name, fire.minute, planned, late,
                "Planned {planned} starts of flow {} for {}", table.flow.name, fire.minute
            );
        }
        Ok(row.next_slot_at.max(from))
    }

    pub(super) fn in_audience(&self, live: &Current, table: &Timetable<'_>, contact: &Contact, now: Time) -> bool {
        self.asked(live, contact, now, |world| flow::in_audience(&live.versions, table, world))
    }

    /// Evaluates something about a contact outside of any conversation.
    pub(crate) fn asked<T>(&self, live: &Current, contact: &Contact, now: Time, f: impl FnOnce(&World<'_>) -> T) -> T {
        let env = live.env(&self.config.flows.env, self.plays && self.senders.only_sandboxes());
        f(&World::of_contact(now, contact, env))
    }

    /// The next fire of any trigger after now, for clocks that are moved by hand.
    pub(crate) async fn next_fire(&self, until: Time) -> Result<Option<Time>, ReadError> {
        let live = self.live.get();
        let set = &live.set;
        let now = self.clock.now();
        let mut zones: Vec<TimeZone> = vec![set.bot.timezone.clone()];
        for account in self.senders.accounts() {
            let names = contact::zones(&self.store, account).await?;
            zones.extend(names.iter().map(|zone| zone_named(zone, &set.bot.timezone)));
        }
        let next = flow::timetables(set)
            .iter()
            .flat_map(|table| {
                let clocks = if table.by_contact { &zones[..] } else { &zones[..1] };
                clocks.iter().filter_map(|zone| table.fires.next(now, zone)).map(|fire| fire.at).collect::<Vec<_>>()
            })
            .filter(|at| *at <= until)
            .min();
        Ok(next)
    }
}
