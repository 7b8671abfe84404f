//! Sends messages: decides when and how each may leave, sends it, and handles the result.
//!
//! In: the drafts of a turn, in the outbox of a conversation. `policy` decides, `dispatch` commits the decision,
//! `transmit` sends through the provider and handles its answer, `statuses` records what platforms report later. Out:
//! rows, the result as work for the lane, and `News` for the turn. `pacing` limits how fast all of this may happen.

mod dispatch;
mod early_statuses;
mod failed_status;
mod late_receipts;
pub mod pacing;
pub(super) mod policy;
pub(super) mod read_receipts;
mod refusal_log;
pub(super) mod restore;
pub(super) mod rules;
mod scheduled;
mod send_span;
pub(super) mod statuses;
pub(super) mod store_again;
pub(super) mod transmit;
pub(super) mod unstored;
pub(super) mod uploads;
pub(super) mod whole_file;
mod window_probe;

use crate::{
    base::{clock::Clock, time::Time},
    billing::balance::Billing,
    channel::{Http, spans::Spans},
    contacts::Contacts,
    events::Events,
    lane::queue::Queue,
    model::event::Event,
    process::{Process, log_limit::LogLimiter, metrics::Metrics},
    senders::{pausing::SenderHealth, registry::Senders, templates::Templates},
    store::{Store, WriteSet},
};
use policy::SendPolicy;
use statuses::Statuses;
use std::sync::Arc;
use unstored::UnstoredWork;
use uploads::Uploads;
use window_probe::WindowProbes;

/// Sends the messages of conversations, in their lanes. It takes no turn: what the engine must hear is given back.
pub struct Delivery {
    clock: Arc<dyn Clock>,
    store: Store,
    http: Arc<dyn Http>,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    spans: Spans,
    started_at: Time,
    /// Work that the database did not take and that is tried again.
    pub(crate) unstored: UnstoredWork,
    window_probes: WindowProbes,
    senders: Arc<Senders>,
    events: Arc<Events>,
    billing: Arc<Billing>,
    queue: Arc<Queue>,
    contacts: Arc<Contacts>,
    health: Arc<SenderHealth>,
    templates: Arc<Templates>,
    uploads: Arc<Uploads>,
    policy: Arc<SendPolicy>,
    statuses: Arc<Statuses>,
}

/// The components that delivery calls.
pub(crate) struct Neighbours<'a> {
    pub senders: &'a Arc<Senders>,
    pub events: &'a Arc<Events>,
    pub billing: &'a Arc<Billing>,
    pub queue: &'a Arc<Queue>,
    pub contacts: &'a Arc<Contacts>,
    pub health: &'a Arc<SenderHealth>,
    pub templates: &'a Arc<Templates>,
    pub uploads: &'a Arc<Uploads>,
    pub policy: &'a Arc<SendPolicy>,
    pub statuses: &'a Arc<Statuses>,
}

/// Rows for the lane to store, and events of which the engine must hear in the same commit.
pub(crate) struct News {
    pub set: WriteSet,
    pub events: Vec<Event>,
}

impl Delivery {
    pub(crate) fn new(process: &Process, of: &Neighbours<'_>) -> Self {
        let Process { clock, store, http, metrics, log_limiter, spans, started_at, .. } = process.clone();
        Delivery {
            clock,
            store,
            http,
            metrics,
            log_limiter,
            spans,
            started_at,
            unstored: UnstoredWork::default(),
            window_probes: WindowProbes::default(),
            senders: Arc::clone(of.senders),
            events: Arc::clone(of.events),
            billing: Arc::clone(of.billing),
            queue: Arc::clone(of.queue),
            contacts: Arc::clone(of.contacts),
            health: Arc::clone(of.health),
            templates: Arc::clone(of.templates),
            uploads: Arc::clone(of.uploads),
            policy: Arc::clone(of.policy),
            statuses: Arc::clone(of.statuses),
        }
    }
}
