//! Records delivery statuses, which three of four webhooks are: one set-based update for all of them, and no lane
//! unless a run there waits for one.

use super::late_receipts::LateReceipts;
use crate::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId, OutboundId, SenderId},
    },
    billing::balance::Billing,
    channel::spans::{Part, Role, Span, Spans},
    lane::{queue::Queue, state::LaneTask},
    model::inbound::{DeliveryState, StatusUpdate},
    process::{Process, id_set::IdSet, metrics::Metrics, trace_ids::Traces},
    store::{
        CommitError, Store, WriteSet,
        tables::{
            dead_letter,
            outbound::{self, SendState},
        },
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Records statuses, and remembers for which messages one may still change what is known.
pub struct Statuses {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
    pub(super) metrics: Metrics,
    /// Messages with an unknown send result: a status decides, so their lane must get it.
    pub(crate) unknown_sends: IdSet<OutboundId>,
    /// Messages that were to be sent again, and of which a status has arrived since.
    pub(super) late_receipts: LateReceipts,
    /// Messages that are listed as unknown: a later status removes them from the dead letters.
    pub(crate) listed_unknown: IdSet<OutboundId>,
    /// True if statuses without our id have arrived: an accepted message then checks whether one of them is its own.
    pub(super) early_statuses: AtomicBool,
    /// The trace ids of our newest messages, for the log.
    pub(super) trace_ids: Traces,
    spans: Spans,
    pub(super) billing: Arc<Billing>,
    pub(super) queue: Arc<Queue>,
}

impl Statuses {
    /// `early`: whether the database has statuses whose message is not known yet.
    pub(crate) fn new(process: &Process, billing: &Arc<Billing>, queue: &Arc<Queue>, early: bool) -> Self {
        let Process { clock, store, metrics, spans, .. } = process.clone();
        Statuses {
            clock,
            store,
            metrics,
            unknown_sends: IdSet::default(),
            late_receipts: LateReceipts::default(),
            listed_unknown: IdSet::default(),
            early_statuses: AtomicBool::new(early),
            trace_ids: Traces::default(),
            spans,
            billing: Arc::clone(billing),
            queue: Arc::clone(queue),
        }
    }
}

impl Statuses {
    /// Records statuses. Gives the trace ids of the messages that they moved.
    pub(crate) async fn take_statuses(
        self: &Arc<Self>,
        statuses: Vec<(SenderId, StatusUpdate)>,
    ) -> anyhow::Result<Vec<i64>> {
        if statuses.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        let mut traces = Vec::new();
        let mut note = |id: OutboundId, state: DeliveryState| {
            let trace = self.trace_ids.of(id);
            traces.push(trace);
            tracing::debug!(trace.id = trace, outbound.id = %id, state = state.as_str(), "Message {id} is {}", state.as_str());
            self.spans.record(trace, || Span {
                trace,
                part: Part::Leaf(self.spans.fresh()),
                parent: Some(Part::Send(id.0)),
                role: Role::Internal,
                name: state.as_str().into(),
                began: now,
                took: Duration::ZERO,
                error: None,
                attributes: vec![("transom.message.id", id.0.into())],
            });
        };
        let mut set = WriteSet::new();
        for (sender, status) in &statuses {
            if status.ours.is_none() {
                self.early_statuses.store(true, Ordering::Relaxed);
            }
            outbound::status(&mut set, *sender, status, now);
            if let Some(id) = status.ours.filter(|id| self.listed_unknown.holds(*id)) {
                set.push(&dead_letter::SETTLED, &dead_letter::Settled { subject_id: id.0, at: now });
            }
        }
        let committed = match self.store.commit(set).await {
            Ok(committed) => committed,
            Err(error) => {
                if error == CommitError::Unknown {
                    self.report_known(&statuses).await?;
                }
                return Err(error.into());
            }
        };
        for id in committed.won(&dead_letter::SETTLED) {
            self.metrics.dead_letter("unknown_send", -1);
            self.listed_unknown.remove(OutboundId(id));
        }
        let mut charged = Vec::new();
        for id in outbound::moved_unfollowed(&committed) {
            let arrived = |status: &StatusUpdate| {
                status.ours == Some(id) && matches!(status.state, DeliveryState::Delivered | DeliveryState::Read)
            };
            let Some((sender, update)) = statuses.iter().rev().find(|(_, status)| arrived(status)) else { continue };
            note(id, update.state);
            self.metrics.message(*sender, update.state.as_str());
            charged.push((id, update));
            if self.unknown_sends.holds(id)
                && let Some(row) = outbound::find(&self.store, id).await?
            {
                self.late_receipts.tell(id, update.provider_id.clone());
                self.pass_on(row.contact_id, row.conversation_id, (id, row.draft.number), false, update);
            }
        }
        for moved in outbound::moved(&committed) {
            // If a status of another webhook in the same group was further, that webhook reports it.
            let Some((sender, update)) = statuses.iter().find(|(_, status)| says(status, &moved)) else { continue };
            note(moved.id, moved.state);
            match moved.state {
                DeliveryState::Delivered | DeliveryState::Read => {
                    self.metrics.message(*sender, moved.state.as_str());
                    charged.push((moved.id, update));
                }
                // Counted when the message leaves its outbox, mostly by the provider's answer.
                DeliveryState::Sent | DeliveryState::Failed => {}
            }
            if moved.state != DeliveryState::Failed && self.unknown_sends.holds(moved.id) {
                self.late_receipts.tell(moved.id, update.provider_id.clone());
            }
            let waited_for = moved.tells && moved.state != DeliveryState::Sent;
            if waited_for || moved.state == DeliveryState::Failed || self.unknown_sends.holds(moved.id) {
                let message = (moved.id, moved.number);
                self.pass_on(moved.contact_id, moved.conversation_id, message, moved.tells, update);
            }
        }
        self.billing.settle_arrived(&charged, now).await?;
        Ok(traces)
    }

    /// The answer of the commit was lost. A repeated status would change nothing, so tell the lanes that wait for it
    /// now.
    async fn report_known(self: &Arc<Self>, statuses: &[(SenderId, StatusUpdate)]) -> anyhow::Result<()> {
        for (sender, update) in statuses {
            let Some(id) = update.ours else { continue };
            let Some(row) = outbound::find(&self.store, id).await? else { continue };
            let stands = row.sender_id == *sender && row.state == state_of(update.state);
            let waited_for = row.draft.tells && update.state != DeliveryState::Sent;
            if stands && (waited_for || update.state == DeliveryState::Failed || self.unknown_sends.holds(id)) {
                let (message, tells) = ((id, row.draft.number), row.draft.tells);
                self.pass_on(row.contact_id, row.conversation_id, message, tells, update);
            }
        }
        Ok(())
    }

    /// Passes a status to the lane of its message, identified by id and number.
    pub(crate) fn pass_on(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        (id, number): (OutboundId, u32),
        tells: bool,
        update: &StatusUpdate,
    ) {
        let update = Box::new(update.clone());
        self.queue.push(contact, LaneTask::Status { conversation, id, number, tells, update });
    }
}

/// The state in the message's row.
fn state_of(told: DeliveryState) -> SendState {
    match told {
        DeliveryState::Sent => SendState::Sent,
        DeliveryState::Delivered => SendState::Delivered,
        DeliveryState::Read => SendState::Read,
        DeliveryState::Failed => SendState::Failed,
    }
}

/// True if this status moved the message.
fn says(status: &StatusUpdate, moved: &outbound::StatusChange) -> bool {
    let names = match &moved.provider_id {
        Some(provider_id) => status.ours.is_none() && status.provider_id == *provider_id,
        None => status.ours == Some(moved.id),
    };
    names && status.state == moved.state
}
