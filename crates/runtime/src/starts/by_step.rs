//! Plans the starts of `start` steps: for later, or for many contacts at once.
//!
//! One contact's start is a row in the commit of its turn. An audience is first stored as a row; its contacts are
//! planned in batches, each in one commit with the cursor, so that a crash neither repeats nor skips a contact. Each
//! start is checked again at its slot.

use super::step_rows::{StepRowData, StepStartData};
use crate::{
    base::{
        ids::{AccountName, ContactId, StartId},
        limits::{AUDIENCE_GAP, AUDIENCES_AT_ONCE, START_LATE},
        time::Time,
    },
    bot::live::Current,
    config::Sender,
    flow::{Versions, query::audience as meant},
    lane::{after_commit::AfterCommit, error::LaneError, state::LaneState},
    model::{
        contact::Contact,
        effect::{Audience, PlannedFlow, PlannedTime, StartTarget, start_key},
        event::Reason,
        prefilter::Prefilter,
        value::Value,
    },
    process::long_work::blocking,
    starts::{
        Starts,
        begin::{AtSlot, DueStart},
        serves,
        walk::ContactWalk,
    },
    store::{
        WriteSet,
        tables::{
            audience::{self, Audience as Planned},
            contact,
            start::{self, PlannedStart, StartState, SupersededStarts},
        },
    },
};
use std::{sync::Arc, sync::atomic::Ordering};

impl Starts {
    /// Adds the rows for a `start` step.
    pub(crate) fn plan_start(
        &self,
        contact: &Contact,
        planned: &PlannedFlow,
        now: Time,
        set: &mut WriteSet,
        after: &mut AfterCommit,
    ) {
        match &planned.whom {
            StartTarget::Audience(_) => {
                self.plan_many(&contact.account, &StepRowData::Start(planned.clone()), now, set, after)
            }
            StartTarget::Contact => {
                let at = match planned.when {
                    PlannedTime::At(at) => at.max(now),
                    PlannedTime::Now | PlannedTime::Clock(_) => now,
                };
                let row = self.row(planned, contact.id, at, None, now);
                if planned.key.is_some() {
                    after.take_back(&row.trigger_key, &row.minute);
                }
                after.planned.push(row);
            }
        }
    }

    pub(crate) fn take_start_back(
        &self,
        contact: &Contact,
        key: &str,
        whom: &StartTarget,
        now: Time,
        set: &mut WriteSet,
        after: &mut AfterCommit,
    ) {
        match whom {
            StartTarget::Contact => after.take_back(&start_key(Some(key)), ""),
            StartTarget::Audience(audience) => {
                let wanted = StepRowData::TakeBack { key: key.to_owned(), audience: audience.clone() };
                self.plan_many(&contact.account, &wanted, now, set, after);
            }
        }
    }

    fn plan_many(
        &self,
        account: &AccountName,
        wanted: &StepRowData,
        now: Time,
        set: &mut WriteSet,
        after: &mut AfterCommit,
    ) {
        let row = Planned {
            id: self.store.next_id(),
            account: account.clone(),
            data: serde_json::to_value(wanted).expect("keys are texts, and numbers are finite or null"),
            zone: String::new(),
            cursor_contact_id: ContactId(0),
            planned: 0,
            created_at: now,
            done_at: None,
        };
        set.push(&audience::INSERT, &row);
        after.audience = true;
    }

    fn row(
        &self,
        planned: &PlannedFlow,
        contact_id: ContactId,
        slot_at: Time,
        audience: Option<i64>,
        now: Time,
    ) -> PlannedStart {
        let id = self.store.next_id();
        let given = StepStartData { inputs: planned.inputs.clone(), depth: planned.depth, audience };
        PlannedStart {
            id: StartId(id),
            flow: planned.flow.clone(),
            trigger_key: start_key(planned.key.as_deref()),
            contact_id,
            minute: audience.map_or_else(|| format!("start {id}"), of_audience),
            slot_at,
            state: StartState::Waiting,
            reason: None,
            data: serde_json::to_value(given).expect("keys are texts, and numbers are finite or null"),
            created_at: now,
            ended_at: None,
        }
    }

    /// Plans the audiences that `start` steps have created since the last time.
    pub(crate) async fn plan_audiences(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        if !self.audiences.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let done = self.plan_open(now).await;
        if done.is_err() {
            self.audiences.store(true, Ordering::SeqCst);
        }
        done
    }

    async fn plan_open(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let (mut last, mut done) = (0, Ok(()));
        loop {
            let rows = audience::open(&self.store, last, AUDIENCES_AT_ONCE).await?;
            let Some(row) = rows.last() else { return done };
            last = row.id;
            for row in rows {
                // An error in one audience does not stop the others.
                done = done.and(self.plan_audience(row, now).await);
            }
        }
    }

    async fn plan_audience(self: &Arc<Self>, mut row: Planned, now: Time) -> anyhow::Result<()> {
        let live = self.live.get();
        let wanted: Option<StepRowData> = serde_json::from_value(row.data.clone()).ok();
        let Some((wanted, audience)) = wanted.as_ref().and_then(|wanted| Some((wanted, wanted.audience()?))) else {
            tracing::error!(
                audience.id = row.id,
                "The audience {} of a `start` step cannot be read; none of its contacts is started",
                row.id
            );
            row.done_at = Some(now);
            let mut set = WriteSet::new();
            set.push(&audience::ADVANCE, &row);
            self.store.commit(set).await?;
            return Ok(());
        };
        let versions = self.live.versions_with(&self.store, &live, audience.version).await?;
        let walk = Walk { row: &row, wanted, audience, versions: &versions, live: &live, now };
        let planned = if meant::is_ordered(&versions, audience) {
            self.plan_in_order(&walk).await?
        } else {
            self.plan_by_and_by(&walk).await?
        };
        tracing::info!(audience.id = row.id, planned, "Planned {planned} starts for an audience");
        Ok(())
    }

    /// Plans all contacts of the audience, batch by batch.
    async fn plan_by_and_by(self: &Arc<Self>, walk: &Walk<'_>) -> anyhow::Result<i64> {
        let mut row = walk.row.clone();
        let most = walk.audience.limit.map_or(i64::MAX, i64::from);
        let store = self.store.aside();
        let prefilter = walk.prefilter();
        for zone in contact::zones(&store, &row.account).await? {
            if zone < walk.row.zone {
                continue;
            }
            if zone != row.zone {
                (row.zone, row.cursor_contact_id) = (zone.clone(), ContactId(0));
            }
            let from = (&walk.row.account, zone.as_str());
            let mut contacts = ContactWalk::new(&store, from, row.cursor_contact_id, (&prefilter, walk.now));
            while let Some(page) = contacts.next().await?.filter(|page| !page.is_empty()) {
                row.cursor_contact_id = contacts.after();
                let mut set = WriteSet::new();
                blocking(|| {
                    for contact in &page {
                        if self.visit(walk, contact, &mut set) && row.planned < most && self.may_hear(walk, contact) {
                            row.planned += i64::from(self.plan_one(walk, contact, row.planned, &mut set));
                        }
                    }
                });
                set.push(&audience::ADVANCE, &row);
                self.store.commit(set).await?;
                self.rest_from_planning().await;
            }
        }
        row.done_at = Some(walk.now);
        let mut set = WriteSet::new();
        set.push(&audience::ADVANCE, &row);
        self.store.commit(set).await?;
        Ok(row.planned)
    }

    /// Plans the first contacts of the audience in the author's order, in one commit, so that it is one selection.
    /// Earlier starts are taken back before it, one commit for each batch; repeating this is harmless.
    async fn plan_in_order(self: &Arc<Self>, walk: &Walk<'_>) -> anyhow::Result<i64> {
        let mut row = walk.row.clone();
        let most = walk.audience.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1);
        let mut best: Vec<(Value, Contact)> = Vec::new();
        let by_rank =
            |a: &(Value, Contact), b: &(Value, Contact)| meant::compare(&a.0, &b.0).then_with(|| a.1.id.cmp(&b.1.id));
        let store = self.store.aside();
        let prefilter = walk.prefilter();
        for zone in contact::zones(&store, &row.account).await? {
            let from = (&row.account, zone.as_str());
            let mut contacts = ContactWalk::new(&store, from, ContactId(0), (&prefilter, walk.now));
            while let Some(page) = contacts.next().await? {
                let mut set = WriteSet::new();
                blocking(|| {
                    for contact in page {
                        if self.visit(walk, &contact, &mut set) && self.may_hear(walk, &contact) {
                            let rank = self.asked(walk.live, &contact, walk.now, |world| {
                                meant::rank(walk.versions, walk.audience, world)
                            });
                            best.push((rank, contact));
                        }
                    }
                });
                best.sort_by(by_rank);
                best.truncate(most);
                self.store.commit(set).await?;
                self.rest_from_planning().await;
            }
        }
        let mut set = WriteSet::new();
        for (_, contact) in &best {
            row.planned += i64::from(self.plan_one(walk, contact, row.planned, &mut set));
        }
        row.done_at = Some(walk.now);
        set.push(&audience::ADVANCE, &row);
        self.store.commit(set).await?;
        Ok(row.planned)
    }

    /// `limit` selects among contacts who may get the message: a place must not be lost to a contact who has opted out
    /// or lacks a consent. Without a limit all are planned, and refused starts are counted with their reason.
    fn may_hear(&self, walk: &Walk<'_>, contact: &Contact) -> bool {
        let (StepRowData::Start(planned), true) = (walk.wanted, walk.audience.limit.is_some()) else { return true };
        let topic = walk.live.set.flow(&planned.flow).map(|flow| flow.topic.as_str()).unwrap_or_default();
        let consented = contact.data.consent.get(topic).is_some_and(|consent| consent.given);
        let needs_consent = walk.live.rules.topic(topic).needs_consent;
        contact.opted_out.is_none() && !self.contacts.opt_outs.in_force(contact.id) && (consented || !needs_consent)
    }

    /// Takes back the contact's starts under the key, and tells whether the contact is in the audience.
    fn visit(&self, walk: &Walk<'_>, contact: &Contact, set: &mut WriteSet) -> bool {
        let is_meant =
            self.asked(walk.live, contact, walk.now, |world| meant::is_meant(walk.versions, walk.audience, world));
        // A new start under a key replaces all earlier ones, also of contacts who are no longer in the audience.
        let starts = matches!(walk.wanted, StepRowData::Start(_));
        if let Some(key) = walk.wanted.key().filter(|_| is_meant || starts) {
            let (contact_id, trigger_key) = (contact.id, start_key(Some(key)));
            let keeps = of_audience(walk.row.id);
            set.push(&start::TAKE_BACK, &SupersededStarts { contact_id, trigger_key, keeps, at: walk.now });
        }
        is_meant
    }

    /// Adds one contact's start; false if earlier ones are only taken back.
    fn plan_one(&self, walk: &Walk<'_>, contact: &Contact, place: i64, set: &mut WriteSet) -> bool {
        let StepRowData::Start(planned) = walk.wanted else { return false };
        let from = match &planned.when {
            PlannedTime::Now => Some(walk.row.created_at),
            PlannedTime::At(at) => Some((*at).max(walk.row.created_at)),
            PlannedTime::Clock(clock) => self
                .asked(walk.live, contact, walk.row.created_at, |world| meant::next_clock(walk.versions, clock, world)),
        };
        let serves = |sender: &Sender| walk.live.set.flow(&planned.flow).is_none_or(|flow| serves(flow, sender));
        let pace = self.senders.pace_of_gap(&walk.row.account, serves, AUDIENCE_GAP);
        let slot_at = pace.slot(from.unwrap_or(walk.now), place);
        set.push(&start::INSERT, &self.row(planned, contact.id, slot_at, Some(walk.row.id), walk.now));
        self.due_starts.expect_start(contact.id, slot_at);
        true
    }

    /// Checks the start of a step at its slot.
    pub(super) async fn step_at_slot<'l>(
        &self,
        live: &'l Current,
        lane: &LaneState,
        row: &PlannedStart,
        now: Time,
    ) -> Result<AtSlot<'l>, LaneError> {
        let given: Option<StepStartData> = serde_json::from_value(row.data.clone()).ok();
        if let Some(audience) = given.as_ref().and_then(|given| given.audience)
            && !self.is_still_meant(live, lane, audience, now).await?
        {
            return Ok(AtSlot::Superseded);
        }
        Ok(match (live.set.flow(&row.flow), given) {
            (None, _) => AtSlot::Refused(Reason::TooLate),
            (Some(_), None) => AtSlot::Refused(Reason::SenderDown),
            (Some(flow), Some(StepStartData { inputs, depth, .. })) => {
                AtSlot::Due(DueStart { inputs, depth, ..DueStart::of(flow, Some(START_LATE)) })
            }
        })
    }

    /// Checks `for:` again; if it cannot be evaluated any more, the start is not refused.
    async fn is_still_meant(
        &self,
        live: &Current,
        lane: &LaneState,
        audience: i64,
        now: Time,
    ) -> Result<bool, LaneError> {
        let Some(row) = audience::find(&self.store, audience).await? else { return Ok(true) };
        let wanted: Option<StepRowData> = serde_json::from_value(row.data).ok();
        let Some(audience) = wanted.as_ref().and_then(StepRowData::audience) else { return Ok(true) };
        match self.live.versions_with(&self.store, live, audience.version).await {
            Ok(versions) => {
                Ok(self.asked(live, &lane.contact, now, |world| meant::is_meant(&versions, audience, world)))
            }
            Err(_) => Ok(true),
        }
    }
}

/// The common data for planning a batch of contacts.
struct Walk<'a> {
    row: &'a Planned,
    wanted: &'a StepRowData,
    audience: &'a Audience,
    versions: &'a Versions,
    live: &'a Current,
    now: Time,
}

impl Walk<'_> {
    /// With a key, contacts outside the audience may have earlier starts to take back: then all contacts are read.
    fn prefilter(&self) -> Prefilter {
        match self.wanted.key() {
            Some(_) => Prefilter::default(),
            None => meant::prefilter(self.versions, self.audience),
        }
    }
}

fn of_audience(id: i64) -> String {
    format!("audience {id}")
}
