//! The daemon's parts in one place, how they are put together, and the clockwork that drives them.

use super::{
    admission::Admission,
    arrived::Arrived,
    asked_windows::AskedWindows,
    attach::Uploads,
    beginning::Beginning,
    behind::Behind,
    breaker::Breaker,
    broadcast::Broadcasts,
    calls::Calls,
    catalogue::Catalogue,
    config::Config,
    directory::Directory,
    flow_health::FlowHealth,
    forms::Forms,
    health::Health,
    lane::{LaneState, TurnSeen, Work},
    lanes::Lanes,
    live::Live,
    marks::Marks,
    metrics::Metrics,
    mornings::Mornings,
    posts::Posts,
    purse::Purse,
    rates::Rates,
    reach::Reach,
    reload::Reloader,
    retention::Retention,
    schedule::Lines,
    seldom::Seldom,
    senders::Senders,
    stops::Stops,
    survey::Survey,
    timers::Timers,
    traces::Traces,
    undone::Undone,
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
    channel::{Http, Provider},
    store::{Store, event::Wanted, outbound, retention::Pace, session, start},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use tokio::sync::{Semaphore, mpsc};

/// Everything that runs. Shared by the daemon, the sandbox in the terminal, the authors' tests and the
/// simulator; only the clock, the HTTP client and the database file differ.
pub struct App {
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
    pub http: Arc<dyn Http>,
    /// By the word of `/webhooks/{kind}`.
    pub providers: BTreeMap<&'static str, Arc<dyn Provider>>,
    pub senders: Senders,
    pub catalogue: Catalogue,
    /// The flows that are live, and older ones that runs stand on.
    pub live: Live,
    pub metrics: Metrics,
    pub posts: Posts,
    pub health: Health,
    /// What led to our newest messages, for the log.
    pub(super) traces: Traces,
    /// Whether the platforms of senders answer.
    pub breaker: Breaker,
    /// What was last read from the rows for probes and metrics.
    pub survey: Survey,
    /// What accounts have left for messages.
    pub purse: Purse,
    pub flow_health: FlowHealth,
    /// One operator at a time pauses a flow or lets it go on.
    pub(super) turning_flows: tokio::sync::Mutex<()>,
    pub calls: Calls,
    pub reloader: Reloader,
    pub(super) retention: Arc<Retention>,
    /// Sandbox senders use `sandbox.env` and `sandbox.mocks`; not in an author's test, which has its own.
    pub(super) plays: bool,
    /// Signs the tokens of our buttons; kept in the database.
    pub(super) token_key: Vec<u8>,
    pub(super) started_at: Time,
    pub(super) lanes: Lanes<Work, LaneState>,
    pub(super) timers: Timers,
    pub(super) directory: Directory,
    /// Contacts are joined one pair at a time.
    pub(super) joining: tokio::sync::Mutex<()>,
    /// Opt-outs, from the moment they are recorded: nothing that is queued leaves after the webhook was answered.
    pub(super) stops: Stops,
    /// Messages of which nobody knows whether they left: a status decides, so their lane must hear it.
    pub(super) watched: Marks<OutboundId>,
    /// Those of which a status has come since they were to go again.
    pub(super) arrived: Arrived,
    pub(super) asked_windows: AskedWindows,
    /// Files of ours that platforms keep.
    pub(super) uploads: Uploads,
    /// Those that are listed as unknown: a status that comes later takes them off the list.
    pub(super) listed: Marks<OutboundId>,
    /// Calls of `http` steps that are under way, by their conversation, run and number: of a call whose time was up the
    /// answer may come when its run has made another.
    pub(super) calling: Marks<(ConversationId, u32, u32)>,
    /// Contacts with recorded messages that are in nobody's line: their lane reads them back before it goes on.
    pub(super) behind: Behind,
    /// Contacts whose messages wait for a free lane.
    pub(super) admission: Admission,
    /// What the database took not, and takes later.
    pub(super) undone: Undone,
    /// Lines of the log that an outage would write each time.
    pub seldom: Seldom,
    /// Templates of whose refusal somebody was told.
    pub(super) templates_told: Marks<(SenderId, String)>,
    /// Planned starts that were handed to their lanes.
    pub(super) beginning: Arc<Beginning>,
    /// `start` steps have planned for many: the clockwork walks their contacts.
    pub(super) audiences: AtomicBool,
    /// Statuses without our id have come: what is accepted looks whether one of them is its own.
    pub(super) early_statuses: AtomicBool,
    /// Places of read marks that are on their way.
    pub(super) read_marks: Arc<Semaphore>,
    /// Until when events are written down for listeners: milliseconds.
    pub(super) listened_until: AtomicI64,
    /// What subscriptions want to hear of, whether there are any, and who changes them now.
    pub(super) subscriptions_want: Mutex<Wanted>,
    pub(super) subscribed: AtomicBool,
    pub(super) subscribing: tokio::sync::Mutex<()>,
    /// Some contact has used up a key of `once_per`: lanes read theirs.
    pub(super) once_used: AtomicBool,
    /// Somebody was erased who had opted out: whoever is new may be them.
    pub(super) erased_stops: AtomicBool,
    /// Triggers whose conversations are being told that they are live.
    pub(super) publishing: Marks<(FlowName, String)>,
    pub(super) rates: Rates,
    pub(super) mornings: Mornings,
    pub(super) forms: Forms,
    /// How far the starts of schedules are spread out.
    pub(super) lines: Lines,
    pub(super) broadcasts: Broadcasts,
    pub(super) reach: Reach,
    pub(super) beat: Beat,
    /// Hears what each turn did, after its commit. An author's test listens; a daemon has none.
    pub(super) turns: OnceLock<mpsc::UnboundedSender<TurnSeen>>,
}

/// When each part of the clockwork last ran.
#[derive(Default)]
pub(super) struct Beat {
    loaded: AtomicI64,
    planned: AtomicI64,
    looked: AtomicI64,
    swept: AtomicI64,
    retained: AtomicI64,
    planning: tokio::sync::Mutex<()>,
    planning_many: tokio::sync::Mutex<()>,
    /// The planners run by themselves: nobody moves the clock by hand, and others want the writer, too.
    driven: AtomicBool,
}

impl App {
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Sandbox senders take every template here.
    pub fn plays(&self) -> bool {
        self.plays
    }

    pub(super) fn provider_of(&self, sender: SenderId) -> Option<&Arc<dyn Provider>> {
        self.providers.get(self.senders.get(sender)?.provider())
    }

    /// Everything that is due now: schedules, timers, the sweep. `by_hand`: the clock is moved by
    /// somebody, so nothing is left to a later tick.
    pub async fn tick(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let planned = self.plan_due().await.and(self.plan_many_due().await);
        let begun = self.begin_starts(self.clock.now(), false).await;
        let woken = self.wake_due(by_hand).await;
        let tidied = self.tidy_due().await;
        // Of the one who moves the clock by hand: a daemon has a loop of its own for it.
        let forgotten = match passed(&self.beat.retained, self.clock.now(), RETAIN_EVERY) {
            true => self.retention.pass(Pace::AtOnce).await.map_err(anyhow::Error::from),
            false => Ok(()),
        };
        planned.and(begun).and(woken).and(tidied).and(forgotten)
    }

    /// What begins, goes on or leaves at a moment that has come.
    async fn wake_due(self: &Arc<Self>, by_hand: bool) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut done = Ok(());
        if passed(&self.beat.loaded, now, LOAD_DUE_EVERY) {
            done = self.load_due(now).await;
        }
        if by_hand || passed(&self.beat.looked, now, PURSE_LOOK_EVERY) {
            done = done.and(self.look_into_purses(now).await);
        }
        for contact in self.timers.due(now) {
            self.push(contact, Work::Wake);
        }
        done.and(self.tend_breaker(now).await)
    }

    /// What schedules start. It may walk over many contacts, so it goes beside the timers.
    async fn plan_due(self: &Arc<Self>) -> anyhow::Result<()> {
        // Two at once would plan a schedule twice; the rows would refuse it, but why try.
        let _one = self.beat.planning.lock().await;
        let now = self.clock.now();
        if now.0 / 60_000 == self.beat.planned.swap(now.0 / 60_000, Ordering::SeqCst) {
            return Ok(());
        }
        self.plan_schedules(now).await
    }

    /// What steps and broadcasts start, beside the schedules: a large fire keeps them not. A part that fails keeps no
    /// other back.
    async fn plan_many_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let _one = self.beat.planning_many.lock().await;
        let now = self.clock.now();
        let done = self.plan_audiences(now).await;
        done.and(self.plan_broadcasts(now).await)
    }

    /// Between two batches of a plan: messages want the writer, too. Who moves the clock by hand does not wait.
    pub(super) async fn rest_from_planning(&self) {
        if self.beat.driven.load(Ordering::Relaxed) {
            tokio::time::sleep(PLAN_REST.to_std()).await;
        }
    }

    /// The sweep, which looks for what the timers should have done.
    async fn tidy_due(self: &Arc<Self>) -> anyhow::Result<()> {
        let now = self.clock.now();
        if !passed(&self.beat.swept, now, SWEEP_EVERY) {
            return Ok(());
        }
        let swept = self.sweep(now).await;
        self.rates.prune(now);
        self.lanes.forget_idle(LaneState::waits);
        let erased = self.finish_erasures().await;
        let settled = self.settle_late(now).await;
        self.forget_listeners(now);
        swept.and(erased).and(settled)
    }

    pub(super) fn plan_again(&self) {
        self.beat.planned.store(-1, Ordering::SeqCst);
    }

    /// The next moment at which `tick` has something to do, at most at `until`. Reads the rows, too: for
    /// clocks that are moved by hand.
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

    /// Brings the numbers up to date that are counted only when somebody asks for them; reads no row.
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
            if let Some(left) = self.purse.available(account) {
                self.metrics.balance(account.as_str(), left);
            }
        }
    }

    /// Waits until nothing is under way: lanes, sends, calls.
    pub async fn settled(&self) {
        self.lanes.settled().await;
    }

    /// For a clock that is moved by hand: does everything that is due at the present moment.
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

    /// The daemon's clockwork: sleeps until something is due, until `stop`.
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
                self.complain("clockwork", "The clockwork failed and goes on", &error);
            }
        }
    }

    /// A part of the daemon failed and goes on: said once a minute.
    pub(super) fn complain(&self, name: &'static str, what: &str, error: &anyhow::Error) {
        if let Some(more) = self.seldom.ask(name, self.clock.now()) {
            tracing::error!(more, "{what}: {error:#}");
        }
    }

    /// Plans what schedules start, until `stop`.
    pub async fn drive_plans(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        self.beat.driven.store(true, Ordering::Relaxed);
        while waited(&mut stop).await {
            // Each batch is a commit of its own: nothing is lost by ending between two.
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = self.plan_due() => done,
            };
            if let Err(error) = done {
                self.complain("plans", "What the clock starts could not be planned now, and will be", &error);
            }
        }
    }

    /// Plans what steps and broadcasts start, until `stop`.
    pub async fn drive_many(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        while waited(&mut stop).await {
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = self.plan_many_due() => done,
            };
            if let Err(error) = done {
                self.complain("many", "What starts for many could not be planned now, and will be", &error);
            }
        }
    }

    /// Sweeps and forgets what is old, until `stop`.
    pub async fn drive_sweep(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        while waited(&mut stop).await {
            if let Err(error) = self.tidy_due().await {
                self.complain("sweep", "The sweep failed and goes on", &error);
            }
        }
    }
}

/// The pause of a planner; false: it ends.
async fn waited(stop: &mut tokio::sync::watch::Receiver<bool>) -> bool {
    tokio::select! {
        _ = stop.changed() => false,
        () = tokio::time::sleep(PLAN_EVERY.to_std()) => true,
    }
}

/// A clock that was set back counts as passed: else nothing would run until it is where it was.
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
