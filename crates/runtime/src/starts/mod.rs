//! Starts flows without a message: by a schedule, a date, a step, or a broadcast.
//!
//! Each source plans rows of starts (`by_schedule`, `by_date`, `by_step`, `broadcast`); `lane::start_slots`
//! hands them to their lanes when they are due, and `begin` decides there. `agenda`, `forecast`, `report` and `history` tell people about them.

pub mod agenda;
mod begin;
pub mod broadcast;
mod by_date;
pub(super) mod by_schedule;
mod by_step;
pub(crate) mod clocks;
pub mod flow_pauses;
pub mod forecast;
pub mod history;
pub mod report;
mod step_rows;
mod walk;

use crate::{
    base::{clock::Clock, ids::FlowName, limits::PLAN_REST},
    bot::live::Live,
    config::{Config, Sender},
    contacts::Contacts,
    delivery::policy::SendPolicy,
    flow::Flow,
    lane::{queue::Queue, start_slots::DueStarts},
    process::{Process, id_set::IdSet, metrics::Metrics},
    senders::registry::Senders,
    store::Store,
};
pub(crate) use begin::Begun;
use broadcast::Broadcasts;
use by_schedule::FreeSlots;
use flow_pauses::FlowHealth;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Plans starts, and decides at its slot whether one may still begin. The engine is not called here: the lane lets it
/// take the start that is given back.
pub struct Starts {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    plays: bool,
    live: Arc<Live>,
    pub flow_health: FlowHealth,
    /// Serializes operators' changes of a flow's pause.
    flow_pause_lock: tokio::sync::Mutex<()>,
    /// True if `start` steps have planned audiences that the planner must still walk.
    pub(crate) audiences: AtomicBool,
    /// New triggers whose conversations are being told that they are live.
    publishing: IdSet<(FlowName, String)>,
    /// The next free slots of schedules.
    free_slots: FreeSlots,
    broadcasts: Broadcasts,
    /// True in a daemon, whose planners have loops of their own and rest between batches.
    pub(crate) driven: AtomicBool,
    senders: Arc<Senders>,
    queue: Arc<Queue>,
    contacts: Arc<Contacts>,
    policy: Arc<SendPolicy>,
    due_starts: Arc<DueStarts>,
}

impl Starts {
    pub(crate) fn new(
        process: &Process,
        live: &Arc<Live>,
        (senders, contacts): (&Arc<Senders>, &Arc<Contacts>),
        (queue, due_starts): (&Arc<Queue>, &Arc<DueStarts>),
        policy: &Arc<SendPolicy>,
    ) -> Self {
        let Process { config, clock, store, metrics, plays, .. } = process.clone();
        Starts {
            config,
            clock,
            store,
            metrics,
            plays,
            live: Arc::clone(live),
            flow_health: FlowHealth::default(),
            flow_pause_lock: tokio::sync::Mutex::default(),
            audiences: AtomicBool::new(true),
            publishing: IdSet::default(),
            free_slots: FreeSlots::default(),
            broadcasts: Broadcasts::default(),
            driven: AtomicBool::new(false),
            senders: Arc::clone(senders),
            queue: Arc::clone(queue),
            contacts: Arc::clone(contacts),
            policy: Arc::clone(policy),
            due_starts: Arc::clone(due_starts),
        }
    }

    /// Rests between two batches of a plan, so that messages get the writer; not for a clock moved by hand.
    async fn rest_from_planning(&self) {
        if self.driven.load(Ordering::Relaxed) {
            tokio::time::sleep(PLAN_REST.to_std()).await;
        }
    }
}

/// True if the flow names this sender by name or id, or names none.
pub fn serves(flow: &Flow, sender: &Sender) -> bool {
    flow.senders.is_empty() || flow.senders.iter().any(|name| *name == sender.name || *name == sender.id.to_string())
}
