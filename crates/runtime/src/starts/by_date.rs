//! Plans starts that depend on a date of the contact, or on its last message: when flows are published and when the
//! contact changes; one row each.

use crate::{
    base::{
        ids::{ContactId, ConversationId, FlowName, StartId},
        limits::PAGE_ROWS_MAX,
        time::{Span, Time},
    },
    bot::live::Current,
    flow::{self, DateTable, Flow},
    model::{
        contact::{Contact, ContactData},
        event::Event,
        inbound::Alias,
        prefilter::Prefilter,
    },
    starts::{Starts, walk::ContactWalk},
    store::{
        WriteSet,
        tables::{
            contact, conversation,
            schedule::{self, Schedule},
            start::{self, PlannedStart, StartState, SupersededDates},
        },
    },
};
use std::{collections::BTreeMap, sync::Arc};

type Known = BTreeMap<(String, String), Schedule>;

impl Starts {
    /// After a change of a contact, moves or removes its starts by dates. A date that had passed when the field was
    /// set never starts.
    pub(crate) fn plan_dates(
        &self,
        live: &Current,
        contact: ContactId,
        before: &ContactData,
        after: &ContactData,
        now: Time,
        set: &mut WriteSet,
    ) {
        let bot = &live.set.bot;
        for table in flow::dates(&live.set) {
            let (old, new) = (table.date.moment(before, bot), table.date.moment(after, bot));
            if old == new {
                continue;
            }
            let keeps = new.as_ref().filter(|new| new.at > now).map(|new| new.value.clone()).unwrap_or_default();
            let (flow, trigger_key) = (table.flow.name.clone(), table.key.to_owned());
            set.push(&start::CANCEL, &SupersededDates { flow, trigger_key, contact_id: contact, keeps, at: now });
            if let Some(new) = new.filter(|new| new.at > now) {
                set.push(&start::PLAN, &self.planned(&table, contact, new.value, new.at, now));
            }
        }
    }

    /// Sets new names of the contact. A new number may change the time zone, and so its dates. True if something
    /// changed.
    pub(crate) fn move_to(&self, contact: &mut Contact, names: &[Alias], now: Time, set: &mut WriteSet) -> bool {
        let phone = contact.data.phone.clone();
        if !contact.data.moves_to(names) {
            return false;
        }
        if contact.data.phone != phone {
            let before = ContactData { phone, ..contact.data.clone() };
            self.plan_dates(&self.live.get(), contact.id, &before, &contact.data, now, set);
        }
        true
    }

    /// Plans a new date trigger for every contact that has its field.
    pub(crate) async fn publish_dates(
        self: &Arc<Self>,
        live: &Current,
        dates: &[DateTable<'_>],
        known: &Known,
        now: Time,
    ) -> anyhow::Result<()> {
        for table in dates.iter().filter(|table| !is_known(known, &table.flow.name, table.key)) {
            let mut planned = 0_usize;
            for account in self.senders.accounts() {
                for zone in contact::zones(&self.store, account).await? {
                    let everyone = Prefilter::default();
                    let mut walk = ContactWalk::new(&self.store, (account, &zone), ContactId(0), (&everyone, now));
                    while let Some(page) = walk.next().await? {
                        let mut set = WriteSet::new();
                        for contact in &page {
                            let moment = table.date.moment(&contact.data, &live.set.bot);
                            if let Some(moment) = moment.filter(|moment| moment.at > now) {
                                planned += 1;
                                let row = self.planned(table, contact.id, moment.value, moment.at, now);
                                set.push(&start::PLAN, &row);
                            }
                        }
                        self.store.commit(set).await?;
                    }
                }
            }
            // This comes last: after a crash before it, planning is repeated with the same rows.
            self.publish(&table.flow.name, table.key, now).await?;
            tracing::info!(
                flow.name = %table.flow.name, planned,
                "Trigger `{}` of flow {} is live: {planned} contacts have such a date", table.key, table.flow.name
            );
        }
        Ok(())
    }

    /// Tells the conversations with a recent last message about new triggers that count from it.
    pub(crate) fn publish_timed(self: &Arc<Self>, timed: &[(&Flow, &str, Span)], known: &Known, now: Time) {
        let fresh: Vec<(FlowName, String, Span)> = timed
            .iter()
            .filter(|(flow, key, _)| !is_known(known, &flow.name, key))
            .map(|(flow, key, span)| (flow.name.clone(), (*key).to_owned(), *span))
            .filter(|(flow, key, _)| self.publishing.add((flow.clone(), key.clone())))
            .collect();
        let Some(longest) = fresh.iter().map(|(_, _, span)| *span).max() else { return };
        let app = Arc::clone(self);
        self.queue.lanes.enter();
        tokio::spawn(async move {
            let done = app.announce_triggers(now - longest).await;
            for (flow, key, _) in fresh {
                if done.is_ok()
                    && let Err(error) = app.publish(&flow, &key, now).await
                {
                    tracing::warn!(
                        "The dates for trigger `{key}` of flow {flow} could not be read, and are tried again in a minute: {error:#}"
                    );
                }
                app.publishing.remove((flow, key));
            }
            if let Err(error) = done {
                tracing::warn!(
                    "The dates for new triggers could not be read, and are tried again in a minute: {error:#}"
                );
            }
            app.queue.lanes.leave();
        });
    }

    async fn announce_triggers(self: &Arc<Self>, since: Time) -> anyhow::Result<()> {
        let mut before = ConversationId(i64::MAX);
        loop {
            let page = conversation::page(&self.store, before, PAGE_ROWS_MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            before = last.id;
            for row in page.into_iter().filter(|row| row.last_inbound_at.is_some_and(|at| at > since)) {
                self.queue.happen(row.contact_id, row.id, Event::Published).await?;
            }
        }
    }

    async fn publish(&self, flow: &FlowName, key: &str, now: Time) -> anyhow::Result<()> {
        let row = Schedule { flow: flow.clone(), trigger_key: key.to_owned(), published_at: now, planned_until: now };
        let mut set = WriteSet::new();
        set.push(&schedule::PUBLISH, &row);
        self.store.commit(set).await?;
        Ok(())
    }

    fn planned(
        &self,
        table: &DateTable<'_>,
        contact_id: ContactId,
        value: String,
        slot_at: Time,
        now: Time,
    ) -> PlannedStart {
        PlannedStart {
            id: StartId(self.store.next_id()),
            flow: table.flow.name.clone(),
            trigger_key: table.key.to_owned(),
            contact_id,
            minute: value,
            slot_at,
            state: StartState::Waiting,
            reason: None,
            data: serde_json::json!({}),
            created_at: now,
            ended_at: None,
        }
    }
}

fn is_known(known: &Known, flow: &FlowName, key: &str) -> bool {
    known.contains_key(&(flow.to_string(), key.to_owned()))
}
