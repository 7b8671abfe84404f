//! Stores an authenticated hook request as starts, and begins such a start.

use super::{AcceptedRequest, AuthenticatedRequest, METRIC, Repetition};
use crate::{
    base::{
        ids::{AccountName, ContactId, StartId},
        limits::HOOK_REPEATED,
        time::Time,
    },
    bot::live::Current,
    contacts::directory::set_of,
    flow::{
        self, HookTable, World,
        triggers::webhook::{NewContact, Verify, VerifyMethod},
    },
    ingest::Ingest,
    lane::state::LaneTask,
    model::{
        contact::{Contact, ContactData},
        value::Value,
    },
    starts::serves,
    store::{
        WriteSet,
        tables::start::{self, PlannedStart, StartState},
    },
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

impl Ingest {
    pub(super) async fn take_authenticated(
        self: &Arc<Self>,
        live: &Current,
        tables: &[HookTable<'_>],
        told: &AuthenticatedRequest<'_>,
    ) -> anyhow::Result<AcceptedRequest> {
        let now = self.clock.now();
        let mut taken = AcceptedRequest::default();
        let body = match told.body() {
            Ok(body) => body,
            Err(why) => {
                taken.refused.extend(tables.iter().map(|table| (table.flow.name.clone(), why.clone())));
                return Ok(taken);
            }
        };
        let mut sets: Vec<(ContactId, WriteSet)> = Vec::new();
        let mut rows: Vec<PlannedStart> = Vec::new();
        for table in tables {
            let flow = table.flow.name.clone();
            let (phone, inputs) = match self.understand(live, table, &body, now) {
                Ok(understood) => understood,
                Err(why) => {
                    taken.refused.push((flow, why));
                    continue;
                }
            };
            let contact = self.whom_it_means(table, &phone, told.account.as_ref(), &mut sets).await?;
            taken.phone = Some(phone);
            let Some(contact) = contact else {
                self.metrics.webhook(METRIC, "stranger");
                taken.strangers.push(flow);
                continue;
            };
            let minute = match self.repetition(table, contact, told, now).await? {
                Some(minute) => minute,
                None => {
                    self.metrics.webhook(METRIC, "duplicate");
                    taken.starts.push((flow, false));
                    continue;
                }
            };
            let event = flow::hook_event(table.webhook, &body);
            let row = PlannedStart {
                id: StartId(self.store.next_id()),
                flow,
                trigger_key: table.key.to_owned(),
                contact_id: contact,
                minute,
                slot_at: now,
                state: StartState::Waiting,
                reason: None,
                data: serde_json::json!({ "inputs": inputs, "event": event, "delivery": told.delivery() }),
                created_at: now,
                ended_at: None,
            };
            set_of(&mut sets, contact).push(&start::INSERT, &row);
            rows.push(row);
        }
        let mut won: Vec<i64> = Vec::new();
        for (contact, set) in sets {
            match self.store.commit(set).await {
                Ok(done) => won.extend(done.won(&start::INSERT)),
                Err(error) => {
                    self.contacts.directory.forget(contact);
                    return Err(error.into());
                }
            }
        }
        for row in rows {
            let new = won.contains(&row.id.0);
            self.metrics.webhook(METRIC, if new { "recorded" } else { "duplicate" });
            taken.starts.push((row.flow.clone(), new));
            if new && let Some(held) = self.due_starts.start_slots.hold(row.id) {
                self.queue.push(row.contact_id, LaneTask::Begin(Box::new(row), held));
            }
        }
        Ok(taken)
    }

    /// The contact's phone and the inputs that a flow reads from the body, or the reason why it cannot use it.
    fn understand(
        &self,
        live: &Current,
        table: &HookTable<'_>,
        body: &Value,
        now: Time,
    ) -> Result<(String, BTreeMap<String, Value>), String> {
        let inputs = table.webhook.inputs(body, &live.set.bot.timezone)?;
        // No contact is known yet: `contact` may use only the body, the environment and the clock.
        let nobody =
            Contact { id: ContactId(0), account: AccountName::from(""), opted_out: None, data: ContactData::default() };
        let env = live.env(&self.config.flows.env, self.plays && self.senders.only_sandboxes());
        let world = World::of_contact(now, &nobody, env);
        let event = flow::hook_event(table.webhook, body);
        let phone = flow::whom(&live.versions, table.webhook, &event, &inputs, &world)?;
        Ok((phone, inputs))
    }

    /// The contact in the first account that knows the phone; a new one if the flow allows it.
    async fn whom_it_means(
        self: &Arc<Self>,
        table: &HookTable<'_>,
        phone: &str,
        only: Option<&AccountName>,
        sets: &mut Vec<(ContactId, WriteSet)>,
    ) -> anyhow::Result<Option<ContactId>> {
        let accounts = || self.senders.accounts().filter(|name| only.is_none_or(|only| only == *name));
        for account in accounts() {
            if let Some(contact) = self.contacts.contact_by_phone(account, phone).await? {
                return Ok(Some(contact));
            }
        }
        if table.webhook.new_contact == NewContact::Ignore {
            return Ok(None);
        }
        let serves =
            |name: &&AccountName| self.senders.choose(name, |sender| serves(table.flow, sender), &[]).is_some();
        match accounts().find(serves) {
            Some(account) => Ok(Some(self.contacts.find_or_make(account, phone, sets).await?)),
            None => Ok(None),
        }
    }

    /// The key of this request in the start's row; `None` if it is already stored.
    async fn repetition(
        &self,
        table: &HookTable<'_>,
        contact: ContactId,
        told: &AuthenticatedRequest<'_>,
        now: Time,
    ) -> anyhow::Result<Option<String>> {
        // The signature covers only the body, so a copy of the request could be sent again with another delivery id:
        // recognise it by its bytes.
        let signs = |verify: &Verify| matches!(verify.how, VerifyMethod::HmacHex | VerifyMethod::HmacBase64);
        if told.by_stranger && table.webhook.verify.as_ref().is_some_and(signs) {
            let key = (&table.flow.name, table.key, contact);
            let before = match told.delivery() {
                Some(name) => start::delivered(&self.store, key, &name).await?,
                None => None,
            };
            return Ok(before.is_none().then(|| format!("hook {}", digest(&["signed", &told.text]))));
        }
        if let Some(name) = told.delivery() {
            return Ok(Some(format!("hook {name}")));
        }
        let span = now.0.div_euclid(HOOK_REPEATED.0);
        let of = |span: i64| format!("hook {}", digest(&["bytes", &span.to_string(), &told.text]));
        let key = (&table.flow.name, table.key, contact);
        let before = start::created(&self.store, key, &of(span - 1)).await?;
        let repeated = before.is_some_and(|at| now - at < HOOK_REPEATED);
        Ok((!repeated).then(|| of(span)))
    }
}

impl AuthenticatedRequest<'_> {
    /// The request's delivery id, as a start's row stores it.
    fn delivery(&self) -> Option<String> {
        match &self.repetition {
            Repetition::Named(name) => Some(digest(&["name", name])),
            Repetition::Bytes => None,
        }
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
