//! Holds the daemon's parts in one struct, and the loops that plan, wake and clean up.

use super::{
    earlier_messages::EarlierMessages, id_set::IdSet, log_limit::LogLimiter, metrics::Metrics, retention::Retention,
    survey::Survey, timers::Timers, trace_ids::Traces,
};
use crate::{
    base::{
        clock::Clock,
        ids::{ConversationId, FlowName, OutboundId, SenderId},
        limits::{
            LOAD_DUE_EVERY, PLAN_EVERY, PLAN_REST, PURSE_LOOK_EVERY, RETAIN_EVERY, SETTLE_TURNS_MAX, SWEEP_EVERY,
        },
        time::{Span, Time},
    },
    billing::balance::Balances,
    bot::{live::Live, reload::Reloader},
    channel::{Http, Provider},
    config::Config,
    contacts::{directory::Directory, opt_outs::OptOuts},
    delivery::{
        breaker::Breaker,
        pacing::{
            quiet_hours_spread::QuietHoursSpread, recipient_cap::RecipientCaps, sender_rates::Rates,
            start_slots::StartSlots,
        },
        unstored::UnstoredWork,
        uploads::Uploads,
        window_probe::WindowProbes,
    },
    events::webhook_delivery::WebhookDelivery,
    http_step::calls::Calls,
    ingest::late_receipts::LateReceipts,
    lane::{
        admission::Admission,
        backlog::Backlog,
        form_requests::Forms,
        lanes::Lanes,
        long_turns::LongTurns,
        state::{LaneState, LaneTask, TurnSeen},
    },
    senders::{paused::PausedSenders, registry::Senders, templates::catalogue::Catalogue},
    starts::{broadcast::Broadcasts, by_schedule::FreeSlots, flow_pauses::FlowHealth},
    store::{
        Store,
        queries::retention::Pace,
        tables::{event::WantedKinds, outbound, session, start},
    },
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use tokio::sync::{Semaphore, mpsc};

/// The whole running daemon. The daemon, the sandbox in the terminal, authors' tests and the simulator share it; they
/// differ only in the clock, the HTTP client and the database file.
pub struct App {
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
    pub http: Arc<dyn Http>,
    /// By the kind in `/webhooks/{kind}`.
    pub providers: BTreeMap<&'static str, Arc<dyn Provider>>,
    pub senders: Senders,
    pub catalogue: Catalogue,
    /// The live flows, and older versions with open runs.
    pub live: Live,
    pub metrics: Metrics,
    pub webhook_delivery: WebhookDelivery,
    pub paused_senders: PausedSenders,
    /// The trace ids of our newest messages, for the log.
    pub(crate) trace_ids: Traces,
    /// Circuit breakers: whether the platforms of senders answer.
    pub breaker: Breaker,
    /// The figures that were last read from the database for probes and metrics.
    pub survey: Survey,
    /// The available balances of accounts.
    pub balances: Balances,
    pub flow_health: FlowHealth,
    /// Serializes operators' changes of a flow's pause.
    pub(crate) flow_pause_lock: tokio::sync::Mutex<()>,
    pub calls: Calls,
    pub reloader: Reloader,
    pub(crate) retention: Arc<Retention>,
    /// True if sandbox senders use `sandbox.env` and `sandbox.mocks`; false in an author's test, which has its own.
    pub(crate) plays: bool,
    /// The key that signs the tokens of our buttons; kept in the database.
    pub(crate) token_key: Vec<u8>,
    pub(crate) started_at: Time,
    pub(crate) lanes: Lanes<LaneTask, LaneState>,
    pub(crate) timers: Timers,
    pub(crate) directory: Directory,
    /// Serializes the joining of contacts.
    pub(crate) merge_lock: tokio::sync::Mutex<()>,
    /// Opt-outs from the moment of recording, so that no queued message leaves after the webhook was answered.
    pub(crate) opt_outs: OptOuts,
    /// Messages with an unknown send result: a status decides, so their lane must get it.
    pub(crate) unknown_sends: IdSet<OutboundId>,
    /// Messages that were to be sent again, and of which a status has arrived since.
    pub(crate) late_receipts: LateReceipts,
    pub(crate) window_probes: WindowProbes,
    /// Our files that platforms store.
    pub(crate) uploads: Uploads,
    /// Messages that are listed as unknown: a later status removes them from the dead letters.
    pub(crate) listed_unknown: IdSet<OutboundId>,
    /// Running calls of `http` steps, by conversation, run and number: a late answer may meet a newer call.
    pub(crate) calling: IdSet<(ConversationId, u32, u32)>,
    /// Contacts with recorded messages in no queue: their lane first reads these from the database.
    pub(crate) backlog: Backlog,
    /// Contacts with messages of an earlier process that are not taken up yet.
    pub(crate) earlier_messages: EarlierMessages,
    /// True once the daemon ends: unfinished work is done after the next start, and is no failure.
    pub(crate) is_ending: AtomicBool,
    /// Contacts whose messages wait for a free lane.
    pub(crate) admission: Admission,
    /// Work that the database did not take and that is tried again.
    pub(crate) unstored: UnstoredWork,
    /// Log lines that an outage would repeat many times.
    pub log_limiter: LogLimiter,
    /// Templates whose refusal was reported.
    pub(crate) reported_templates: IdSet<(SenderId, String)>,
    /// Planned starts that were handed to their lanes.
    pub(crate) start_slots: Arc<StartSlots>,
    /// True if `start` steps have planned audiences that the planner must still walk.
    pub(crate) audiences: AtomicBool,
    /// True if statuses without our id have arrived: an accepted message then checks whether one of them is its own.
    pub(crate) early_statuses: AtomicBool,
    /// Turns whose scripts work for long.
    pub(crate) long_turns: LongTurns,
    /// Limits concurrent read marks.
    pub(crate) read_marks: Arc<Semaphore>,
    /// Events are written for the event stream until this time, in Unix milliseconds.
    pub(crate) listened_until: AtomicI64,
    /// The event kinds that subscriptions want, whether there are any, and the lock for changing them.
    pub(crate) subscriptions_want: Mutex<WantedKinds>,
    pub(crate) subscribed: AtomicBool,
    pub(crate) subscription_lock: tokio::sync::Mutex<()>,
    /// True if any contact has used a key of `once_per`: lanes then load their keys.
    pub(crate) once_used: AtomicBool,
    /// True if any erased contact had opted out: a new contact may be the same person.
    pub(crate) erased_stops: AtomicBool,
    /// New triggers whose conversations are being told that they are live.
    pub(crate) publishing: IdSet<(FlowName, String)>,
    pub(crate) sender_rates: Rates,
    pub(crate) quiet_hours_spread: QuietHoursSpread,
    pub(crate) forms: Forms,
    /// The next free slots of schedules.
    pub(crate) free_slots: FreeSlots,
    pub(crate) broadcasts: Broadcasts,
    pub(crate) recipient_caps: RecipientCaps,
    pub(crate) last_runs: LastRuns,
    /// Receives the effects of each turn after its commit. Set in an author's test, never in a daemon.
    pub(crate) turns: OnceLock<mpsc::UnboundedSender<TurnSeen>>,
}

/// The times of the last run of each periodic task.
#[derive(Default)]
pub(crate) struct LastRuns {
    loaded: AtomicI64,
    planned: AtomicI64,
    looked: AtomicI64,
    swept: AtomicI64,
    retained: AtomicI64,
    planning: tokio::sync::Mutex<()>,
    planning_many: tokio::sync::Mutex<()>,
    /// True in a daemon, whose planners have loops of their own and rest between batches.
    driven: AtomicBool,
}

impl App {
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// True if sandbox senders accept every template here.
    pub fn plays(&self) -> bool {
        self.plays
    }

    pub(crate) fn provider_of(&self, sender: SenderId) -> Option<&Arc<dyn Provider>> {
        self.providers.get(self.senders.get(sender)?.provider())
    }

    /// Runs everything that is due: schedules, timers, the sweep. `by_hand`: for a clock that is moved by hand, so
    /// that nothing is left to a later tick.
    pub async fn tick(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let planned = self.plan_due().await.and(self.plan_many_due().await);
        let begun = self.begin_starts(self.clock.now(), false).await;
        let woken = self.wake_due(by_hand).await;
        let tidied = self.tidy_due().await;
        // For a clock that is moved by hand: a daemon has a loop of its own for retention.
        let forgotten = match passed(&self.last_runs.retained, self.clock.now(), RETAIN_EVERY) {
            true => self.retention.pass(Pace::AtOnce).await.map_err(anyhow::Error::from),
            false => Ok(()),
        };
        planned.and(begun).and(woken).and(tidied).and(forgotten)
    }

    /// Starts, continues and sends what is due.
    async fn wake_due(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut done = Ok(());
        if passed(&self.last_runs.loaded, now, LOAD_DUE_EVERY) {
            done = self.load_due(now).await;
        }
        if by_hand || passed(&self.last_runs.looked, now, PURSE_LOOK_EVERY) {
            done = done.and(self.refresh_balances(now).await);
        }
        for contact in self.timers.due(now) {
            self.push(contact, LaneTask::Wake);
        }
        done.and(self.check_breaker(now).await)
    }

    /// Plans the starts of schedules. It may scan many contacts, so it does not run within the timers.
    async fn plan_due(self: &Arc<Self>) -> anyhow::Result<()> {
        // Two at the same time would plan a schedule twice; the database would refuse the second.
        let _one = self.last_runs.planning.lock().await;
        let now = self.clock.now();
        if now.0 / 60_000 == self.last_runs.planned.swap(now.0 / 60_000, Ordering::SeqCst) {
            return Ok(());
        }
        self.plan_schedules(now).await
    }

    /// Plans the starts of steps and broadcasts, beside the schedules. An error in one part does not stop the others.
    async fn plan_many_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let _one = self.last_runs.planning_many.lock().await;
        let now = self.clock.now();
        let done = self.plan_audiences(now).await;
        done.and(self.plan_broadcasts(now).await)
    }

    /// Rests between two batches of a plan, so that messages get the writer; not for a clock moved by hand.
    pub(crate) async fn rest_from_planning(&self) {
        if self.last_runs.driven.load(Ordering::Relaxed) {
            tokio::time::sleep(PLAN_REST.to_std()).await;
        }
    }

    /// Runs the sweep, which finds work that the timers missed.
    async fn tidy_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let now = self.clock.now();
        if !passed(&self.last_runs.swept, now, SWEEP_EVERY) {
            return Ok(());
        }
        let swept = self.sweep(now).await;
        self.sender_rates.prune(now);
        self.lanes.forget_idle(LaneState::waits);
        let erased = self.finish_erasures().await;
        let settled = self.settle_late(now).await;
        self.forget_listeners(now);
        swept.and(erased).and(settled)
    }

    pub(crate) fn plan_again(&self) {
        self.last_runs.planned.store(-1, Ordering::SeqCst);
    }

    /// The next time at which `tick` has work, at most `until`. Reads the database: for clocks moved by hand.
    pub async fn next_due(&self, until: Time) -> anyhow::Result<Option<Time>> {
        let now = self.clock.now();
        let candidates = [
            self.timers.next(),
            session::next_due(&self.store, now).await?,
            outbound::next_due(&self.store, now).await?,
            start::next_slot(&self.store, now).await?,
            self.next_fire(until).await?,
            self.next_broadcast(now).await?,
        ];
        Ok(candidates.into_iter().flatten().map(|at| at.max(now)).filter(|at| *at <= until).min())
    }

    /// Updates the metrics that are computed only on request; reads nothing from the database.
    pub fn measure(&self) {
        let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (lanes, work) = self.lanes.count();
        self.metrics.lanes.set(whole(lanes));
        self.metrics.lane_queue.set(whole(work));
        self.metrics.commit_queue.set(whole(self.store.waiting()));
        self.metrics.written(self.store.written());
        self.metrics.database_connected.set(self.store.is_connected().into());
        let now = self.clock.now();
        for sender in self.senders.all() {
            self.metrics.sender_state(sender.id, self.standing_of(sender.id, now).state);
        }
        for account in self.senders.accounts() {
            if let Some(left) = self.balances.available(account) {
                self.metrics.balance(account.as_str(), left);
            }
        }
    }

    /// Waits until no lane, send or call is running.
    pub async fn settled(&self) {
        self.lanes.settled().await;
    }

    /// For a clock that is moved by hand: runs everything that is due now.
    pub async fn run_due(self: &Arc<Self>) -> anyhow::Result<()> {
        for _ in 0..SETTLE_TURNS_MAX {
            self.settled().await;
            let now = self.clock.now();
            self.load_due(now).await?;
            let due = self.timers.next().is_some_and(|at| at <= now);
            self.tick(true).await?;
            self.settled().await;
            if !due && self.timers.next().is_none_or(|at| at > now) {
                return Ok(());
            }
        }
        let now = self.clock.now();
        let sessions = session::due(&self.store, now, 5).await?;
        let messages = outbound::due(&self.store, now, 5).await?;
        anyhow::bail!("something stays due at the same moment for ever; sessions: {sessions:?}, messages: {messages:?}")
    }

    /// The daemon's timer loop: sleeps until something is due, until `stop`.
    pub async fn drive(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        loop {
            let now = self.clock.now();
            let next = self.timers.next().map_or(Span::seconds(1), |at| at - now);
            let pause = next.clamp(Span::millis(5), Span::seconds(1));
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(pause.to_std()) => {}
            }
            if let Err(error) = self.wake_due(false).await {
                self.complain("timers", "Due timers could not be handled, and are tried again", &error);
            }
        }
    }

    /// Logs the failure of a part of the daemon, at most once a minute.
    pub(crate) fn complain(&self, name: &'static str, what: &str, error: &anyhow::Error) {
        if let Some(more) = self.log_limiter.ask(name, self.clock.now()) {
            tracing::error!(more = more.count(), "{what}: {error:#}{more}");
        }
    }

    /// Plans the starts of schedules until `stop`.
    pub async fn drive_plans(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        self.last_runs.driven.store(true, Ordering::Relaxed);
        while waited(&mut stop).await {
            // Each batch is a commit of its own: nothing is lost between two batches.
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = self.plan_due() => done,
            };
            if let Err(error) = done {
                self.complain("plans", "Due schedules could not be planned, and are tried again", &error);
            }
        }
    }

    /// Plans the starts of steps and broadcasts until `stop`.
    pub async fn drive_many(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        while waited(&mut stop).await {
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = self.plan_many_due() => done,
            };
            if let Err(error) = done {
                self.complain("many", "Starts for many contacts could not be planned, and are tried again", &error);
            }
        }
    }

    /// Runs the sweep, and finishes erasures and charges, until `stop`.
    pub async fn drive_sweep(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        while waited(&mut stop).await {
            if let Err(error) = self.tidy_due().await {
                self.complain("sweep", "The search for stuck work failed, and is tried again", &error);
            }
        }
    }
}

/// The pause of a planner; false if it must end.
async fn waited(stop: &mut tokio::sync::watch::Receiver<bool>) -> bool {
    tokio::select! {
        _ = stop.changed() => false,
        () = tokio::time::sleep(PLAN_EVERY.to_std()) => true,
    }
}

/// True if `every` has passed, or the clock was set back: otherwise nothing would run until its old time.
fn passed(last: &AtomicI64, now: Time, every: Span) -> bool {
    let before = last.load(Ordering::SeqCst);
    let due = !(before..before.saturating_add(every.0)).contains(&now.0);
    if due {
        last.store(now.0, Ordering::SeqCst);
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_stops_no_beat() {
        let last = AtomicI64::new(0);
        let (start, every) = (Time(1_790_000_000_000), Span::seconds(30));
        assert!(passed(&last, start, every));
        assert!(!passed(&last, start + Span::seconds(29), every) && passed(&last, start + every, every));
        let back = start - Span::hours(1);
        assert!(passed(&last, back, every) && !passed(&last, back + Span::seconds(29), every));
    }
}
