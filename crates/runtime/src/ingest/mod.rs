//! Records everything that platforms report, before a lane handles it.
//!
//! In: the bodies of webhooks (`accept`), polled messages (`polling`), events of other systems (`webhook_triggers`).
//! Out: rows in one commit for each contact, then work for the contact's lane. Statuses go to `delivery`, mostly without a
//! lane. `replay` takes dead letters up again.

pub mod accept;
mod earlier_messages;
pub(super) mod media;
mod platform_events;
mod polling;
pub mod replay;
pub mod webhook_triggers;

use crate::{
    base::clock::Clock,
    bot::live::Live,
    channel::Http,
    config::Config,
    contacts::Contacts,
    delivery::{Neighbours, statuses::Statuses},
    events::Events,
    lane::{queue::Queue, start_slots::DueStarts},
    process::{Process, log_limit::LogLimiter, metrics::Metrics},
    senders::{pausing::SenderHealth, registry::Senders, templates::Templates},
    store::Store,
};
use earlier_messages::EarlierMessages;
use std::sync::Arc;

/// Records what platforms and programs tell, and hands it to the lanes.
pub struct Ingest {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    http: Arc<dyn Http>,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    token_key: Arc<[u8]>,
    plays: bool,
    live: Arc<Live>,
    /// Contacts with messages of an earlier process that are not taken up yet.
    pub(crate) earlier_messages: EarlierMessages,
    senders: Arc<Senders>,
    events: Arc<Events>,
    queue: Arc<Queue>,
    contacts: Arc<Contacts>,
    health: Arc<SenderHealth>,
    templates: Arc<Templates>,
    statuses: Arc<Statuses>,
    due_starts: Arc<DueStarts>,
}

impl Ingest {
    pub(crate) fn new(process: &Process, live: &Arc<Live>, of: &Neighbours<'_>, due_starts: &Arc<DueStarts>) -> Self {
        let Process { config, clock, store, http, metrics, log_limiter, token_key, plays, .. } = process.clone();
        Ingest {
            config,
            clock,
            store,
            http,
            metrics,
            log_limiter,
            token_key,
            plays,
            live: Arc::clone(live),
            earlier_messages: EarlierMessages::default(),
            senders: Arc::clone(of.senders),
            events: Arc::clone(of.events),
            queue: Arc::clone(of.queue),
            contacts: Arc::clone(of.contacts),
            health: Arc::clone(of.health),
            templates: Arc::clone(of.templates),
            statuses: Arc::clone(of.statuses),
            due_starts: Arc::clone(due_starts),
        }
    }
}
