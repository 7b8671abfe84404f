//! Keeps the message templates of each sender: from the configuration and from the platform's catalogue.

pub mod catalogue;
pub mod catalogue_sync;
pub mod configured;
mod faults;
mod lock_compare;
mod updates;

use crate::{
    base::{clock::Clock, ids::SenderId},
    bot::{live::Live, reload::Reloader},
    channel::Http,
    config::Config,
    events::Events,
    lane::queue::Queue,
    process::{Process, id_set::IdSet, metrics::Metrics},
    senders::registry::Senders,
    store::Store,
};
use catalogue::Catalogue;
use std::sync::Arc;

/// Keeps the catalogues up to date, and reacts to news about templates.
pub struct Templates {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    http: Arc<dyn Http>,
    metrics: Metrics,
    /// True if sandbox senders accept every template.
    plays: bool,
    pub catalogue: Catalogue,
    /// Templates whose refusal was reported.
    reported_templates: IdSet<(SenderId, String)>,
    live: Arc<Live>,
    reloader: Arc<Reloader>,
    senders: Arc<Senders>,
    events: Arc<Events>,
    queue: Arc<Queue>,
}

impl Templates {
    /// `bot`: the live flows, and the watch over their files, which is told of changed templates.
    pub(crate) fn new(
        process: &Process,
        bot: (&Arc<Live>, &Arc<Reloader>),
        senders: &Arc<Senders>,
        events: &Arc<Events>,
        queue: &Arc<Queue>,
    ) -> Self {
        let Process { config, clock, store, http, metrics, plays, .. } = process.clone();
        Templates {
            config,
            clock,
            store,
            http,
            metrics,
            plays,
            catalogue: Catalogue::default(),
            reported_templates: IdSet::default(),
            live: Arc::clone(bot.0),
            reloader: Arc::clone(bot.1),
            senders: Arc::clone(senders),
            events: Arc::clone(events),
            queue: Arc::clone(queue),
        }
    }
}
