//! Holds the daemon's parts in one struct, and the loops that plan, wake and clean up.

use super::{backups::Backups, retention::Retention, survey::Survey};
use crate::{
    base::{
        clock::Clock,
        limits::{
            LOAD_DUE_EVERY, PLAN_EVERY, PURSE_LOOK_EVERY, RETAIN_EVERY, SEARCH_WRITTEN_AT_ONCE, SETTLE_TURNS_MAX,
            SWEEP_EVERY,
        },
        time::{Span, Time},
    },
    billing::balance::Billing,
    bot::{live::Live, reload::Reloader},
    cases::CaseDesk,
    channel::{Http, spans::Spans},
    config::Config,
    contacts::Contacts,
    delivery::{Delivery, policy::SendPolicy, read_receipts::ReadReceipts, statuses::Statuses, uploads::Uploads},
    events::{Events, webhook_delivery::WebhookDelivery},
    health::checkup::Checkups,
    http_step::calls::Calls,
    ingest::{Ingest, media::InboundMedia, replay::Replay},
    lane::{
        queue::Queue,
        start_slots::DueStarts,
        state::{LaneState, LaneTask},
    },
    process::{log_limit::LogLimiter, metrics::Metrics, otlp::Otlp},
    senders::{pausing::SenderHealth, registry::Senders, templates::Templates},
    starts::Starts,
    store::{
        Store,
        queries::retention::Pace,
        tables::{outbound, session, start},
    },
    turns::Runner,
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The whole running daemon. The daemon, the sandbox in the terminal, authors' tests and the simulator share it; they
/// differ only in the clock, the HTTP client and the database file.
pub struct App {
    pub config: Arc<Config>,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
    pub http: Arc<dyn Http>,
    pub senders: Arc<Senders>,
    pub events: Arc<Events>,
    pub templates: Arc<Templates>,
    /// The live flows, and older versions with open runs.
    pub live: Arc<Live>,
    pub metrics: Metrics,
    pub webhooks: Arc<WebhookDelivery>,
    pub health: Arc<SenderHealth>,
    pub policy: Arc<SendPolicy>,
    pub(crate) statuses: Arc<Statuses>,
    pub delivery: Arc<Delivery>,
    /// The figures that were last read from the database for probes and metrics.
    pub survey: Survey,
    pub billing: Arc<Billing>,
    pub starts: Arc<Starts>,
    pub cases: Arc<CaseDesk>,
    pub runner: Arc<Runner>,
    pub ingest: Arc<Ingest>,
    pub replay: Arc<Replay>,
    pub checkup: Arc<Checkups>,
    pub calls: Arc<Calls>,
    pub reloader: Arc<Reloader>,
    /// `None`: the configuration wants no copies.
    pub backups: Option<Arc<Backups>>,
    /// `None`: no collector is configured.
    pub otlp: Option<Arc<Otlp>>,
    /// Where finished pieces of traces are told.
    pub spans: Spans,
    pub(crate) retention: Arc<Retention>,
    /// True if sandbox senders use `sandbox.env` and `sandbox.mocks`; false in an author's test, which has its own.
    pub(crate) plays: bool,
    /// The key that signs the tokens of our buttons; kept in the database.
    pub(crate) token_key: Arc<[u8]>,
    pub queue: Arc<Queue>,
    pub contacts: Arc<Contacts>,
    /// Our files that platforms store.
    pub uploads: Arc<Uploads>,
    /// Log lines that an outage would repeat many times.
    pub log_limiter: Arc<LogLimiter>,
    pub(crate) due_starts: Arc<DueStarts>,
    pub read_receipts: Arc<ReadReceipts>,
    pub inbound_media: Arc<InboundMedia>,
    pub(crate) last_runs: LastRuns,
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
}

impl App {
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// True if sandbox senders accept every template here.
    pub fn plays(&self) -> bool {
        self.plays
    }

    /// Runs everything that is due: schedules, timers, the sweep. `by_hand`: for a clock that is moved by hand, so
    /// that nothing is left to a later tick.
    pub async fn tick(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let planned = self.plan_due().await.and(self.plan_many_due().await);
        let begun = self.due_starts.begin_starts(self.clock.now(), false).await;
        let woken = self.wake_due(by_hand).await;
        let given = self.cases.give_out().await;
        let tidied = self.tidy_due().await;
        // For a clock that is moved by hand: a daemon has a loop of its own for retention.
        let forgotten = match passed(&self.last_runs.retained, self.clock.now(), RETAIN_EVERY) {
            true => self.retention.pass(Pace::AtOnce).await.map_err(anyhow::Error::from),
            false => Ok(()),
        };
        planned.and(begun).and(woken).and(given).and(tidied).and(forgotten)
    }

    /// Starts, continues and sends what is due.
    async fn wake_due(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut done = Ok(());
        if passed(&self.last_runs.loaded, now, LOAD_DUE_EVERY) {
            done = self.load_due(now).await;
        }
        if by_hand || passed(&self.last_runs.looked, now, PURSE_LOOK_EVERY) {
            done = done.and(self.billing.refresh_balances(now).await);
        }
        for contact in self.queue.timers.due(now) {
            self.queue.push(contact, LaneTask::Wake);
        }
        done.and(self.health.check_breaker(now).await)
    }

    /// Plans the starts of schedules. It may scan many contacts, so it does not run within the timers.
    async fn plan_due(self: &Arc<Self>) -> anyhow::Result<()> {
        // Two at the same time would plan a schedule twice; the database would refuse the second.
        let _one = self.last_runs.planning.lock().await;
        let now = self.clock.now();
        if now.0 / 60_000 == self.last_runs.planned.swap(now.0 / 60_000, Ordering::SeqCst) {
            return Ok(());
        }
        self.starts.plan_schedules(now).await
    }

    /// Plans the starts of steps and broadcasts, beside the schedules. An error in one part does not stop the others.
    async fn plan_many_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let _one = self.last_runs.planning_many.lock().await;
        let now = self.clock.now();
        let done = self.starts.plan_audiences(now).await;
        done.and(self.starts.plan_broadcasts(now).await)
    }

    /// Runs the sweep, which finds work that the timers missed.
    async fn tidy_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let now = self.clock.now();
        if !passed(&self.last_runs.swept, now, SWEEP_EVERY) {
            return Ok(());
        }
        let swept = self.sweep(now).await;
        self.policy.sender_rates.prune(now);
        self.queue.lanes.forget_idle(LaneState::waits);
        let erased = self.contacts.finish_erasures().await;
        let settled = self.billing.settle_late(now).await;
        self.events.forget_listeners(now);
        swept.and(erased).and(settled)
    }

    pub(crate) fn plan_again(&self) {
        self.last_runs.planned.store(-1, Ordering::SeqCst);
    }

    /// The next time at which `tick` has work, at most `until`. Reads the database: for clocks moved by hand.
    pub async fn next_due(&self, until: Time) -> anyhow::Result<Option<Time>> {
        let now = self.clock.now();
        let candidates = [
            self.queue.timers.next(),
            session::next_due(&self.store, now).await?,
            outbound::next_due(&self.store, now).await?,
            start::next_slot(&self.store, now).await?,
            self.starts.next_fire(until).await?,
            self.starts.next_broadcast(now).await?,
        ];
        Ok(candidates.into_iter().flatten().map(|at| at.max(now)).filter(|at| *at <= until).min())
    }

    /// Updates the metrics that are computed only on request; reads nothing from the database.
    pub fn measure(&self) {
        let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (lanes, work) = self.queue.lanes.count();
        self.metrics.lanes.set(whole(lanes));
        self.metrics.lane_queue.set(whole(work));
        self.metrics.commit_queue.set(whole(self.store.waiting()));
        self.metrics.written(self.store.written());
        self.metrics.database_connected.set(self.store.is_connected().into());
        self.metrics.active.set(1);
        let now = self.clock.now();
        for sender in self.senders.all() {
            self.metrics.sender_state(sender.id, self.health.standing_of(sender.id, now).state);
        }
        for account in self.senders.accounts() {
            if let Some(left) = self.billing.available(account) {
                self.metrics.balance(account.as_str(), left);
            }
        }
    }

    /// For a clock that is moved by hand: runs everything that is due now.
    pub async fn run_due(self: &Arc<Self>) -> anyhow::Result<()> {
        for _ in 0..SETTLE_TURNS_MAX {
            self.queue.settled().await;
            let now = self.clock.now();
            self.load_due(now).await?;
            let due = self.queue.timers.next().is_some_and(|at| at <= now);
            self.tick(true).await?;
            self.queue.settled().await;
            if !due && self.queue.timers.next().is_none_or(|at| at > now) {
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
            let next = self.queue.timers.next().map_or(Span::seconds(1), |at| at - now);
            let pause = next.clamp(Span::millis(5), Span::seconds(1));
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(pause.to_std()) => {}
            }
            if let Err(error) = self.wake_due(false).await {
                self.log_limiter.complain(
                    "timers",
                    "Due timers could not be handled, and are tried again",
                    &error,
                    self.clock.now(),
                );
            }
        }
    }

    /// Plans the starts of schedules until `stop`.
    pub async fn drive_plans(self: Arc<Self>, stop: tokio::sync::watch::Receiver<bool>) {
        self.starts.driven.store(true, Ordering::Relaxed);
        let what = "Due schedules could not be planned, and are tried again";
        self.drive_planning(stop, ("plans", what), || self.plan_due()).await;
    }

    /// Plans the starts of steps and broadcasts until `stop`.
    pub async fn drive_many(self: Arc<Self>, stop: tokio::sync::watch::Receiver<bool>) {
        let what = "Starts for many contacts could not be planned, and are tried again";
        self.drive_planning(stop, ("many", what), || self.plan_many_due()).await;
    }

    /// Plans again and again until `stop`, which also ends a plan in its middle: each batch is a commit of its own, so
    /// nothing is lost between two batches. A failure is logged under `complaint`, its topic and its sentence.
    async fn drive_planning<F: Future<Output = anyhow::Result<()>>>(
        &self,
        mut stop: tokio::sync::watch::Receiver<bool>,
        complaint: (&'static str, &'static str),
        plan: impl Fn() -> F,
    ) {
        while waited(&mut stop).await {
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = plan() => done,
            };
            if let Err(error) = done {
                self.log_limiter.complain(complaint.0, complaint.1, &error, self.clock.now());
            }
        }
    }

    /// Gives waiting cases to people until `stop`.
    pub async fn drive_cases(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        while waited(&mut stop).await {
            if let Err(error) = self.cases.give_out().await {
                let what = "Waiting cases could not be given to people, and are tried again";
                self.log_limiter.complain("cases", what, &error, self.clock.now());
            }
        }
    }

    /// Runs the sweep, and finishes erasures and charges, until `stop`.
    pub async fn drive_sweep(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        self.make_searchable(&mut stop).await;
        while waited(&mut stop).await {
            if let Err(error) = self.tidy_due().await {
                self.log_limiter.complain(
                    "sweep",
                    "The search for stuck work failed, and is tried again",
                    &error,
                    self.clock.now(),
                );
            }
        }
    }

    /// Makes the contacts searchable that a version without a search has written; ends at once if there are none.
    async fn make_searchable(&self, stop: &mut tokio::sync::watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.contacts.make_searchable(SEARCH_WRITTEN_AT_ONCE).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let what = "Old contacts could not be made searchable, and are tried again";
                    self.log_limiter.complain("search", what, &error, self.clock.now());
                    if !waited(stop).await {
                        return;
                    }
                }
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
