//! Plans broadcasts, one-off sends of a flow to many contacts: only a little ahead of their slots, so that a pause or
//! a stop takes effect at once.
//!
//! Batches of start rows go with the cursor in one commit, as for a schedule: a crash neither repeats nor skips a
//! contact. A pause or stop wins against the planner, whose commit is then refused.

mod draft;
mod places;
mod taken_back;
mod wanted;

use crate::{
    base::{
        diagnostic::Diagnostic,
        ids::{ContactId, StartId, VersionId},
        limits::{BROADCAST_AHEAD, BROADCAST_LOOK, BROADCASTS_AT_ONCE, BROADCASTS_READ_MAX, START_LATE},
        time::Time,
    },
    bot::{live::Current, source_files::BotFiles},
    config::Sender,
    delivery::pacing::fire_pace::Pace,
    lane::{
        error::LaneError,
        state::{LaneState, LaneTask},
    },
    model::{contact::Contact, effect::broadcast_key},
    process::long_work::blocking,
    starts::{
        Starts,
        begin::{AtSlot, DueStart},
        clocks::{local, zone_named},
        serves,
        walk::{ContactWalk, SlotLine},
    },
    store::{
        CommitError, WriteSet,
        tables::{
            broadcast::{self, Broadcast, BroadcastState, BroadcastTransition},
            contact,
            start::{self, BroadcastCancel, Decided, NewSlots, PlannedStart, StartState},
            version,
        },
    },
};
use anyhow::Context;
pub use draft::DraftResult;
use places::DraftPlaces;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
pub use wanted::{BroadcastAudience, BroadcastSpec, BroadcastTime, ParsedAudience};

/// A name that sorts before all zones: nothing is planned yet.
pub const NOWHERE: &str = "-";

#[derive(Default)]
pub struct Broadcasts {
    /// Parsed audiences, by broadcast and by the version whose fields they name.
    read: Mutex<BTreeMap<(i64, VersionId), Arc<ParsedAudience>>>,
    drafts: DraftPlaces,
}

impl Starts {
    /// Parses an audience against the fields of the live flows.
    pub async fn audience(&self, to: &BroadcastAudience) -> anyhow::Result<Result<ParsedAudience, Vec<Diagnostic>>> {
        let live = self.live.get();
        let row = version::find(&self.store, live.version).await?.context("the live version is not in the database")?;
        Ok(blocking(|| ParsedAudience::read(to, &BotFiles::from_stored(&row.files).files)))
    }

    /// Starts, pauses, resumes or stops a broadcast. False if it is in none of the states `from`.
    pub async fn turn_broadcast(
        self: &Arc<Self>,
        id: i64,
        from: &[BroadcastState],
        to: BroadcastState,
    ) -> anyhow::Result<bool> {
        let at = self.clock.now();
        for from in from {
            let line = match (from, to) {
                (BroadcastState::Paused, BroadcastState::Running) => self.kept_back(id, at).await?,
                _ => None,
            };
            // Starts that the pause held back come first.
            let slots_from = line.as_ref().map_or(at, |(_, end)| *end);
            let mut set = WriteSet::new();
            set.push(&broadcast::TURN, &BroadcastTransition { id, from: *from, to, at, slots_from });
            if let Some((line, _)) = &line {
                set.push(&start::LINE_UP, line);
            }
            if let (BroadcastState::Stopped, Some(row)) = (to, broadcast::find(&self.store, id).await?) {
                let (flow, trigger_key) = (row.flow, broadcast_key(id));
                set.push(&start::CALL_OFF, &BroadcastCancel { broadcast: id, from: *from, flow, trigger_key, at });
            }
            if !self.store.commit(set).await?.won(&broadcast::TURN).is_empty() {
                self.due_starts.start_slots.look();
                if to == BroadcastState::Stopped {
                    self.cancel_starts(id).await?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Also cancels starts that are queued at busy conversations.
    async fn cancel_starts(self: &Arc<Self>, id: i64) -> anyhow::Result<()> {
        self.flow_health.cancel_broadcast(id);
        let Some(row) = broadcast::find(&self.store, id).await? else { return Ok(()) };
        for contact in start::in_line(&self.store, &row.flow, &broadcast_key(id)).await? {
            self.queue.push(contact, LaneTask::Wake);
        }
        self.take_back_kept().await
    }

    /// The waiting starts with new slots from now on at the broadcast's pace, and the first slot after them.
    async fn kept_back(&self, id: i64, now: Time) -> anyhow::Result<Option<(NewSlots, Time)>> {
        let Some(row) = broadcast::find(&self.store, id).await? else { return Ok(None) };
        let wanted: BroadcastSpec = serde_json::from_value(row.data.clone()).context("what it wants cannot be read")?;
        let (pace, trigger_key) = (self.pace_of(&row, &wanted), broadcast_key(id));
        let waiting = start::waiting(&self.store, &row.flow, &trigger_key).await?;
        let line = NewSlots { broadcast: id, flow: row.flow, trigger_key, from: now, gap_us: pace.gap_us() };
        Ok(Some((line, pace.slot(now, waiting))))
    }

    fn pace_of(&self, row: &Broadcast, wanted: &BroadcastSpec) -> Pace {
        let live = self.live.get();
        let flow = live.set.flow(&row.flow);
        let serves = |sender: &Sender| flow.is_none_or(|flow| serves(flow, sender));
        self.senders.pace(&row.account, serves, wanted.rate)
    }

    /// Plans the starts whose slots are near.
    pub(crate) async fn plan_broadcasts(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let (mut last, mut done) = (0, Ok(()));
        loop {
            let rows = broadcast::running(&self.store, last, BROADCASTS_AT_ONCE).await?;
            let Some(row) = rows.last() else { return done };
            last = row.id;
            for row in rows {
                let id = row.id;
                // An error in one broadcast does not stop the others.
                let planned = self.plan_broadcast(row, now).await.with_context(|| format!("planning broadcast {id}"));
                done = done.and(planned);
            }
        }
    }

    async fn plan_broadcast(self: &Arc<Self>, mut row: Broadcast, now: Time) -> anyhow::Result<()> {
        let wanted: BroadcastSpec = serde_json::from_value(row.data.clone()).context("what it wants cannot be read")?;
        let places = self.places(&row, &wanted).await?;
        let begun = places.iter().position(|(_, zone)| *zone == row.zone).unwrap_or(0);
        if places.get(begun).is_some_and(|(at, _)| *at > now + BROADCAST_AHEAD) {
            return Ok(());
        }
        let meant = self.meant_by(&row, &wanted.to).await?;
        let live = self.live.get();
        let pace = self.pace_of(&row, &wanted);
        // The minute of its confirmation makes its starts one fire.
        let minute = local(row.started_at.unwrap_or(row.created_at), &live.set.bot.timezone);
        let (store, account) = (self.store.aside(), row.account.clone());
        for (moment, zone) in places.iter().skip(begun) {
            if *moment > now + BROADCAST_AHEAD {
                return Ok(());
            }
            if *zone != row.zone {
                (row.zone, row.cursor_contact_id) = (zone.clone(), ContactId(0));
            }
            let from = (&account, zone.as_str());
            let mut walk = ContactWalk::new(&store, from, row.cursor_contact_id, (&meant.prefilter, now));
            while let Some(page) = walk.next_tested(|contact| meant.holds(contact, now)).await? {
                let mut line = SlotLine::new(row.next_slot_at.max(*moment), pace);
                let mut is_ahead = false;
                let mut set = WriteSet::new();
                for (contact, is_meant) in &page {
                    if line.free() > now + BROADCAST_AHEAD {
                        is_ahead = true;
                        break;
                    }
                    row.cursor_contact_id = contact.id;
                    if !is_meant {
                        continue;
                    }
                    let slot_at = line.take();
                    set.push(&start::INSERT, &self.start_of(&row, contact, &minute, slot_at, now));
                    self.due_starts.expect_start(contact.id, slot_at);
                }
                row.planned += line.taken();
                self.metrics.planned(row.flow.as_str(), usize::try_from(line.taken()).unwrap_or(0));
                if line.taken() > 0 {
                    row.next_slot_at = line.free();
                }
                set.push(&broadcast::ADVANCE, &row);
                match self.store.commit(set).await {
                    Ok(_) => {}
                    // It was paused or stopped in the meantime.
                    Err(CommitError::Stale { .. }) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
                if is_ahead {
                    return Ok(());
                }
                if !walk.is_done() {
                    self.rest_from_planning().await;
                }
            }
        }
        (row.state, row.done_at) = (BroadcastState::Done, Some(now));
        let mut set = WriteSet::new();
        set.push(&broadcast::ADVANCE, &row);
        match self.store.commit(set).await {
            Ok(_) | Err(CommitError::Stale { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        tracing::info!(broadcast.id = row.id, planned = row.planned, "All of broadcast {} is planned", row.id);
        Ok(())
    }

    /// The time zones of its account's contacts, by the time at which it begins there.
    async fn places(&self, row: &Broadcast, wanted: &BroadcastSpec) -> anyhow::Result<Vec<(Time, String)>> {
        let bots = self.live.get().set.bot.timezone.clone();
        let since = row.started_at.unwrap_or(row.created_at);
        let zones = contact::zones(&self.store.aside(), &row.account).await?;
        let moment = |zone: &str| wanted.when.moment(&zone_named(zone, &bots), since);
        let mut places: Vec<(Time, String)> = zones.into_iter().map(|zone| (moment(&zone), zone)).collect();
        places.sort();
        Ok(places)
    }

    async fn meant_by(&self, row: &Broadcast, to: &BroadcastAudience) -> anyhow::Result<Arc<ParsedAudience>> {
        let key = (row.id, self.live.get().version);
        let known = self.broadcasts.read.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = self.audience(to).await?;
        let meant = read.map_err(|found| {
            let first = found.first().map(|finding| finding.message.clone()).unwrap_or_default();
            anyhow::anyhow!("its `to` does not fit the flows any more: {first}")
        })?;
        let meant = Arc::new(meant);
        let mut all = self.broadcasts.read.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= BROADCASTS_READ_MAX {
            all.clear();
        }
        all.insert(key, Arc::clone(&meant));
        Ok(meant)
    }

    fn start_of(&self, row: &Broadcast, contact: &Contact, minute: &str, slot_at: Time, now: Time) -> PlannedStart {
        PlannedStart {
            id: StartId(self.store.next_id()),
            flow: row.flow.clone(),
            trigger_key: broadcast_key(row.id),
            contact_id: contact.id,
            minute: minute.to_owned(),
            slot_at,
            state: StartState::Waiting,
            reason: None,
            data: serde_json::json!({}),
            created_at: now,
            ended_at: None,
        }
    }

    /// Checks a broadcast's start at its slot: the broadcast must be running, and the contact in its audience.
    pub(super) async fn broadcast_at_slot<'l>(
        self: &Arc<Self>,
        live: &'l Current,
        lane: &LaneState,
        id: i64,
        row: &PlannedStart,
        now: Time,
    ) -> Result<AtSlot<'l>, LaneError> {
        let Some(found) = broadcast::find(&self.store, id).await? else { return Ok(AtSlot::Superseded) };
        if found.state == BroadcastState::Paused {
            self.await_resumption(lane.contact.id, id, row.id, now).await?;
            return Ok(AtSlot::Postponed);
        }
        let runs = matches!(found.state, BroadcastState::Running | BroadcastState::Done);
        let wanted = serde_json::from_value::<BroadcastSpec>(found.data.clone()).ok().filter(|_| runs);
        let Some((wanted, flow)) = wanted.zip(live.set.flow(&row.flow)) else { return Ok(AtSlot::Superseded) };
        let is_meant = match self.meant_by(&found, &wanted.to).await {
            Ok(meant) => blocking(|| meant.holds(&lane.contact, now)),
            // The condition uses a field that is gone from the flows and cannot be evaluated.
            Err(_) => false,
        };
        Ok(match is_meant {
            true => AtSlot::Due(DueStart { inputs: wanted.inputs, ..DueStart::of(flow, Some(START_LATE)) }),
            false => AtSlot::Superseded,
        })
    }

    /// Puts off a start while its broadcast is paused.
    async fn await_resumption(
        &self,
        contact: ContactId,
        broadcast: i64,
        id: StartId,
        now: Time,
    ) -> Result<(), LaneError> {
        let slot =
            |at: Time| Decided { id, state: StartState::Waiting, reason: None, slot_at: Some(at), ended_at: None };
        self.decide_start(contact, &slot(now + BROADCAST_LOOK)).await?;
        // It was resumed at the same moment, and this start missed its new slot.
        let found = broadcast::find(&self.store, broadcast).await?;
        if found.is_some_and(|found| found.state != BroadcastState::Paused) {
            self.due_starts.expect_start(contact, now);
            self.decide_start(contact, &slot(now)).await?;
        }
        Ok(())
    }

    /// The next time at which there is something to plan, for clocks that are moved by hand.
    pub(crate) async fn next_broadcast(&self, now: Time) -> anyhow::Result<Option<Time>> {
        let mut next: Option<Time> = None;
        for row in broadcast::running(&self.store, 0, BROADCASTS_AT_ONCE).await? {
            let wanted: BroadcastSpec =
                serde_json::from_value(row.data.clone()).context("what it wants cannot be read")?;
            let places = self.places(&row, &wanted).await?;
            let begun = places.iter().position(|(_, zone)| *zone == row.zone).unwrap_or(0);
            let own = places.get(begun).map(|(moment, _)| row.next_slot_at.max(*moment));
            let rest = places.iter().skip(begun + 1).map(|(moment, _)| *moment).next();
            let moments = own.into_iter().chain(rest).map(|at| at - BROADCAST_AHEAD).filter(|at| *at > now);
            next = next.into_iter().chain(moments).min();
        }
        Ok(next)
    }
}
