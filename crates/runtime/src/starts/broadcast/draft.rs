//! Creates a draft of a broadcast with a forecast, which is confirmed by its count.

use super::{BroadcastSpec, NOWHERE};
use crate::{
    base::{
        clock::Stopwatch,
        ids::{AccountName, ContactId, FlowName, SenderId},
        limits::{DRAFT_OPERATIONS_MAX, DRAFT_TIME_MAX, TO_OPERATIONS_MAX},
        time::Time,
    },
    flow::{Versions, World},
    model::effect::broadcast_key,
    starts::{
        Starts,
        forecast::{self, Forecast, ForecastInputs, Occasion, When},
    },
    store::{
        WriteSet,
        tables::broadcast::{self, Broadcast, BroadcastState},
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::watch;

/// The result of drafting.
pub enum DraftResult {
    Done(Box<(Broadcast, Forecast)>),
    /// The flow does not exist, or `to` does not match the flows' fields.
    Unfit,
    /// The condition needs too many operations over all contacts.
    TooLong,
    /// The client disconnected: nothing was counted to its end, and nothing is stored.
    Abandoned,
}

impl Starts {
    /// Creates a draft, with a forecast of its contacts and messages. It ends when the sender of `client` is dropped.
    pub async fn draft_broadcast(
        &self,
        account: AccountName,
        name: &FlowName,
        wanted: &BroadcastSpec,
        client: &watch::Receiver<()>,
    ) -> anyhow::Result<DraftResult> {
        let mut here = client.clone();
        tokio::select! {
            drafted = self.draft(account, name, wanted, client) => drafted,
            () = gone(&mut here) => Ok(DraftResult::Abandoned),
        }
    }

    async fn draft(
        &self,
        account: AccountName,
        name: &FlowName,
        wanted: &BroadcastSpec,
        client: &watch::Receiver<()>,
    ) -> anyhow::Result<DraftResult> {
        let live = self.live.get();
        let Some(flow) = live.set.flow(name) else { return Ok(DraftResult::Unfit) };
        let Ok(meant) = self.audience(&wanted.to).await? else { return Ok(DraftResult::Unfit) };
        let _place = self.broadcasts.drafts.take(&account).await?;
        let now = self.clock.now();
        let id = self.store.next_id();
        let asked = |sender: SenderId, contact: ContactId, at: Time| self.policy.state_of(sender, contact, at);
        let version = (live.version, Arc::clone(&live.set));
        let ground = ForecastInputs::read(&self.config, &self.store, version, self.plays, &asked).await?;
        let (spent, began) = (AtomicU64::new(0), Stopwatch::start());
        let holds = |_: &Versions, world: &World<'_>| {
            if spent.load(Ordering::Relaxed) > DRAFT_OPERATIONS_MAX {
                return false;
            }
            // A page of contacts is counted without a pause: nobody else would notice in the middle of it.
            if began.elapsed() > DRAFT_TIME_MAX.to_std() || client.has_changed().is_err() {
                spent.store(DRAFT_OPERATIONS_MAX + 1, Ordering::Relaxed);
                return false;
            }
            let (holds, operations) = meant.counted(world.contact, world.now);
            // A condition that does not come to its end for one contact comes to none for the others: nobody would be meant.
            let counted = if operations >= TO_OPERATIONS_MAX { DRAFT_OPERATIONS_MAX + 1 } else { operations };
            spent.fetch_add(counted, Ordering::Relaxed);
            holds
        };
        let (key, inputs, rate) = (broadcast_key(id), &wanted.inputs, wanted.rate);
        let prefilter = meant.prefilter.clone();
        let when = When::Broadcast(wanted.when, now);
        let occasion = Occasion { flow, trigger: &key, inputs, rate, prefilter, meant: &holds, when };
        let sum = forecast::forecast(&ground, std::slice::from_ref(&account), &occasion, |_, _| {}).await?;
        if client.has_changed().is_err() {
            return Ok(DraftResult::Abandoned);
        }
        if spent.load(Ordering::Relaxed) > DRAFT_OPERATIONS_MAX {
            return Ok(DraftResult::TooLong);
        }
        let row = Broadcast {
            id,
            account,
            flow: name.clone(),
            data: serde_json::to_value(wanted)?,
            state: BroadcastState::Draft,
            people: sum.people,
            zone: NOWHERE.to_owned(),
            cursor_contact_id: ContactId(0),
            planned: 0,
            next_slot_at: now,
            created_at: now,
            started_at: None,
            done_at: None,
        };
        let mut set = WriteSet::new();
        set.push(&broadcast::INSERT, &row);
        self.store.commit(set).await?;
        Ok(DraftResult::Done(Box::new((row, sum))))
    }
}

/// Waits until the sender is dropped.
async fn gone(client: &mut watch::Receiver<()>) {
    while client.changed().await.is_ok() {}
}
