//! Does the work of lanes: lets the engine take each event, and stores what follows from it.
//!
//! In: the jobs of a contact, one at a time, from `lane::queue`. `runner` takes them, `handlers` handles each kind,
//! `turn` asks the engine, `effects` makes rows of its answer, `calls` asks servers and models, and `hearing` fetches
//! voice notes for them. Out: rows, and messages for `delivery`. Only the
//! daemon's room names this one: the others put work into the queue.

mod assigned;
mod called_off;
mod calls;
mod commands;
mod consent_evidence;
mod effects;
mod erased;
mod foreign_buttons;
mod handlers;
mod hearing;
mod load;
mod long_turns;
mod merged;
mod model_budget;
mod quarantine;
mod recorded;
mod repeat_log;
mod replied_message;
mod returned;
mod runner;
mod spans;
mod start_span;
mod tester;
mod turn;
mod unstored;

use crate::{
    base::{clock::Clock, ids::ConversationId},
    bot::live::Live,
    cases::CaseDesk,
    channel::{Http, spans::Spans},
    config::Config,
    contacts::Contacts,
    delivery::{Delivery, Neighbours, policy::SendPolicy, read_receipts::ReadReceipts, statuses::Statuses},
    events::Events,
    http_step::calls::Calls,
    lane::{queue::Queue, start_slots::DueStarts, state::TurnSeen},
    process::{Process, id_set::IdSet, log_limit::LogLimiter, metrics::Metrics},
    senders::{registry::Senders, templates::Templates},
    starts::Starts,
    store::Store,
    turns::long_turns::LongTurns,
};
use std::sync::{Arc, OnceLock, atomic::AtomicBool};
use tokio::sync::mpsc;

/// Does the work of lanes: loads a contact, lets the engine take each event, and stores what follows from it.
pub struct Runner {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    spans: Spans,
    token_key: Arc<[u8]>,
    plays: bool,
    live: Arc<Live>,
    calls: Arc<Calls>,
    http: Arc<dyn Http>,
    /// Running calls, by conversation, run and number: a late answer may meet a newer call.
    calling: IdSet<(ConversationId, u32, u32)>,
    /// Turns whose scripts work for long.
    pub(crate) long_turns: LongTurns,
    /// True if any contact has used a key of `once_per`: lanes then load their keys.
    once_used: AtomicBool,
    /// True once the daemon ends: unfinished work is done after the next start, and is no failure.
    pub(crate) is_ending: AtomicBool,
    /// Receives the effects of each turn after its commit. Set in an author's test, never in a daemon.
    pub(crate) turns: OnceLock<mpsc::UnboundedSender<TurnSeen>>,
    senders: Arc<Senders>,
    events: Arc<Events>,
    queue: Arc<Queue>,
    contacts: Arc<Contacts>,
    templates: Arc<Templates>,
    policy: Arc<SendPolicy>,
    statuses: Arc<Statuses>,
    delivery: Arc<Delivery>,
    read_receipts: Arc<ReadReceipts>,
    starts: Arc<Starts>,
    cases: Arc<CaseDesk>,
    due_starts: Arc<DueStarts>,
}

/// The components that only the runner needs, beside those of delivery.
pub(crate) struct Parts<'a> {
    pub live: &'a Arc<Live>,
    pub calls: &'a Arc<Calls>,
    pub read_receipts: &'a Arc<ReadReceipts>,
    pub starts: &'a Arc<Starts>,
    pub cases: &'a Arc<CaseDesk>,
    pub due_starts: &'a Arc<DueStarts>,
    pub delivery: &'a Arc<Delivery>,
}

impl Runner {
    /// `once_used`: whether the database has used keys of `once_per`.
    pub(crate) fn new(process: &Process, of: &Neighbours<'_>, parts: &Parts<'_>, once_used: bool) -> Self {
        let Process { config, clock, store, http, metrics, log_limiter, spans, token_key, plays, .. } = process.clone();
        Runner {
            config,
            clock,
            store,
            metrics,
            log_limiter,
            spans,
            token_key,
            plays,
            live: Arc::clone(parts.live),
            calls: Arc::clone(parts.calls),
            http,
            calling: IdSet::default(),
            long_turns: LongTurns::default(),
            once_used: AtomicBool::new(once_used),
            is_ending: AtomicBool::new(false),
            turns: OnceLock::new(),
            senders: Arc::clone(of.senders),
            events: Arc::clone(of.events),
            queue: Arc::clone(of.queue),
            contacts: Arc::clone(of.contacts),
            templates: Arc::clone(of.templates),
            policy: Arc::clone(of.policy),
            statuses: Arc::clone(of.statuses),
            delivery: Arc::clone(parts.delivery),
            read_receipts: Arc::clone(parts.read_receipts),
            starts: Arc::clone(parts.starts),
            cases: Arc::clone(parts.cases),
            due_starts: Arc::clone(parts.due_starts),
        }
    }
}
