//! Builds an `App`, resumes the work of an earlier process, and stops in order.

use super::{
    app::{App, LastRuns},
    metrics::Metrics,
    panic_guard::kept_up,
    retention::Retention,
};
use crate::{
    base::{
        clock::Clock,
        ids::OutboundId,
        limits::{LISTED_READ_MAX, PART_REST, READ_MARKS_AT_ONCE_MAX, STOP_DRAIN, TOKEN_KEY_BYTES},
    },
    bot::{
        live::Live,
        reload::{ReloadError, Reloader},
        source_files::BotFiles,
    },
    channel::{Http, sandbox::Sandbox},
    config::Config,
    delivery::pacing::sender_rates::Rates,
    events::webhook_delivery::WebhookDelivery,
    http_step::calls::Calls,
    senders::{providers::providers, registry::Senders, templates::catalogue::Catalogue},
    store::{
        Store, WriteSet,
        queries::erasure,
        tables::{dead_letter, early_status, flow_state, meta, once},
    },
};
use anyhow::Context;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::{Semaphore, watch};

/// The parts of an `App`. The daemon, the terminal's sandbox, an author's test and the simulator differ only in these.
pub struct Setup {
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
    pub http: Arc<dyn Http>,
    pub files: BotFiles,
    /// `None`: the guarded HTTP client, and `sandbox.mocks` for sandbox senders.
    pub calls: Option<Calls>,
    pub metrics: Metrics,
}

/// The reason why an `App` cannot start.
#[derive(Debug)]
pub enum StartError {
    Flows(ReloadError),
    Other(anyhow::Error),
}

impl From<anyhow::Error> for StartError {
    fn from(error: anyhow::Error) -> Self {
        StartError::Other(error)
    }
}

impl App {
    pub async fn start(setup: Setup) -> Result<(Arc<App>, Arc<Sandbox>), StartError> {
        let Setup { config, clock, store, http, files, calls, metrics } = setup;
        let now = clock.now();
        let reloader = Reloader::new(&config, metrics.clone());
        let news = reloader.start(&store, files, now).await.map_err(StartError::Flows)?;
        let (version, set) = news.live.context("no flow version is live").map_err(StartError::Other)?;
        let live = Live::new(version, set, &config.flows.env);
        live.set_findings(news.findings);
        let (providers, sandbox) = providers(&config);
        let plays = calls.as_ref().is_none_or(|calls| !calls.is_mocked());
        let calls = match calls {
            Some(calls) => calls,
            None => Calls::new(&config, metrics.clone()).context("the HTTP client of flows")?,
        };
        let posts = WebhookDelivery::new(&config).context("the client of webhooks")?;
        let early = early_status::any(&store).await.context("reading early statuses")?;
        let once_used = once::any(&store).await.context("reading used keys")?;
        let erased_stops = erasure::any(&store).await.context("reading who was erased")?;
        let retention = Arc::new(Retention::new(store.clone(), Arc::clone(&clock), &config.retention));
        let app = Arc::new(App {
            senders: Senders::of(&config),
            token_key: token_key(&store).await?,
            catalogue: Catalogue::default(),
            started_at: now,
            config,
            clock,
            http,
            providers,
            live,
            metrics,
            webhook_delivery: posts,
            balances: Default::default(),
            calls,
            reloader,
            plays,
            paused_senders: Default::default(),
            survey: Default::default(),
            breaker: Default::default(),
            trace_ids: Default::default(),
            flow_health: Default::default(),
            flow_pause_lock: Default::default(),
            lanes: Default::default(),
            timers: Default::default(),
            directory: Default::default(),
            merge_lock: Default::default(),
            opt_outs: Default::default(),
            unknown_sends: Default::default(),
            window_probes: Default::default(),
            uploads: Default::default(),
            listed_unknown: Default::default(),
            backlog: Default::default(),
            earlier_messages: Default::default(),
            is_ending: false.into(),
            admission: Default::default(),
            unstored: Default::default(),
            log_limiter: Default::default(),
            reported_templates: Default::default(),
            late_receipts: Default::default(),
            start_slots: Default::default(),
            calling: Default::default(),
            early_statuses: early.into(),
            long_turns: Default::default(),
            read_marks: Arc::new(Semaphore::new(READ_MARKS_AT_ONCE_MAX)),
            once_used: once_used.into(),
            erased_stops: erased_stops.into(),
            listened_until: 0.into(),
            subscriptions_want: Default::default(),
            subscribed: false.into(),
            subscription_lock: Default::default(),
            publishing: Default::default(),
            audiences: true.into(),
            sender_rates: Rates::default(),
            quiet_hours_spread: Default::default(),
            forms: Default::default(),
            free_slots: Default::default(),
            broadcasts: Default::default(),
            recipient_caps: Default::default(),
            last_runs: LastRuns::default(),
            retention,
            turns: Default::default(),
            store,
        });
        app.flow_health.recall(flow_state::paused(&app.store).await.context("reading paused flows")?);
        app.recall_listeners(now).await?;
        app.recall_subscriptions(now).await?;
        app.open_purses(now).await?;
        app.recall_reach(now).await?;
        app.recall_pauses(now).await?;
        app.load_templates().await?;
        for open in dead_letter::counts(&app.store).await.context("counting dead letters")? {
            app.metrics.set_dead_letters(&open.kind, open.count);
        }
        let unknown = dead_letter::open(&app.store, "unknown_send", i64::MAX, LISTED_READ_MAX).await;
        for letter in unknown.context("reading unknown sends")? {
            if let Some(id) = letter.subject_id {
                app.listed_unknown.add(OutboundId(id));
            }
        }
        Ok((app, sandbox))
    }

    /// Spawns the timers, the webhook posts and the watch over the flow files, until `stop` turns true.
    pub fn spawn_parts(self: &Arc<Self>, stop: &watch::Receiver<bool>) -> Vec<tokio::task::JoinHandle<()>> {
        let given = || (Arc::clone(self), stop.clone());
        let (app, ends) = given();
        let timers = kept_up("timers", PART_REST, move || Arc::clone(&app).drive(ends.clone()));
        let (app, ends) = given();
        let plans = kept_up("schedules", PART_REST, move || Arc::clone(&app).drive_plans(ends.clone()));
        let (app, ends) = given();
        let many = kept_up("broadcasts", PART_REST, move || Arc::clone(&app).drive_many(ends.clone()));
        let (app, ends) = given();
        let starts = kept_up("starts", PART_REST, move || Arc::clone(&app).drive_starts(ends.clone()));
        let (app, ends) = given();
        let sweep = kept_up("sweep", PART_REST, move || Arc::clone(&app).drive_sweep(ends.clone()));
        let (app, ends) = given();
        let retention = kept_up("retention", PART_REST, move || Arc::clone(&app.retention).drive(ends.clone()));
        let (app, ends) = given();
        let posts = kept_up("webhooks", PART_REST, move || {
            let (app, ends) = (Arc::clone(&app), ends.clone());
            async move { app.drive_posts(ends).await }
        });
        let (app, ends) = given();
        let reload = kept_up("reload", PART_REST, move || {
            let (app, ends) = (Arc::clone(&app), ends.clone());
            async move {
                let folder = app.config.bot.clone();
                let tell = |news: crate::bot::reload::ReloadResult| app.take_news(news);
                app.reloader.follow(&app.store, &folder, app.clock.as_ref(), ends, tell).await;
            }
        });
        let (app, ends) = given();
        let polling = kept_up("polling", PART_REST, move || Arc::clone(&app).poll(ends.clone()));
        let (app, ends) = given();
        let templates = kept_up("templates", PART_REST, move || Arc::clone(&app).watch_templates(ends.clone()));
        let (app, ends) = given();
        let survey = kept_up("survey", PART_REST, move || Arc::clone(&app).drive_survey(ends.clone()));
        vec![timers, plans, many, starts, sweep, retention, posts, reload, polling, templates, survey]
    }

    /// Makes a new version live from the next turn on; keeps the findings for `/readyz`.
    pub fn take_news(self: &Arc<Self>, news: crate::bot::reload::ReloadResult) {
        self.live.set_findings(news.findings);
        if let Some((version, set)) = news.live {
            self.live.publish(version, set, &self.config.flows.env);
            self.show_own_templates();
            // New triggers count from now, not from the next minute.
            self.plan_again();
            self.resume_paused_flows();
        }
    }

    /// New files may have fixed the errors: paused flows start again.
    fn resume_paused_flows(self: &Arc<Self>) {
        let paused = self.flow_health.mended();
        if paused.is_empty() {
            return;
        }
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let mut set = WriteSet::new();
            for flow in paused.iter() {
                let row = flow_state::FlowState { flow: flow.clone(), paused_at: None, reason: None, since_run: 0 };
                set.push(&flow_state::SET, &row);
            }
            if let Err(error) = app.store.commit(set).await {
                tracing::warn!(
                    "Paused flows run again, but this could not be stored: a restart would pause them again: {error}"
                );
            }
        });
    }

    /// Lets running work finish, after `first` (which stops new work), for at most 10 s in total; then closes the
    /// database.
    pub async fn stop(&self, first: impl Future<Output = ()>) {
        let orderly = async {
            first.await;
            tokio::select! {
                () = self.settled() => true,
                // Work that waits for an unreachable database can as well wait for the next start.
                () = self.store.stays_away() => false,
            }
        };
        if !tokio::time::timeout(STOP_DRAIN.to_std(), orderly).await.unwrap_or(false) {
            tracing::warn!(
                "Stopping before {} turns, sends or calls have ended; the next start continues them",
                self.lanes.busy()
            );
        }
        self.is_ending.store(true, Ordering::Relaxed);
        if self.store.is_connected()
            && let Err(error) = self.forgive_attempts().await
        {
            tracing::debug!("The attempts of unfinished messages stay counted: {error:#}");
        }
        self.store.close().await;
    }
}

/// The key that signs our buttons: created once and stored, so that old buttons stay valid.
pub(crate) async fn token_key(store: &Store) -> anyhow::Result<Vec<u8>> {
    const NAME: &str = "token_key";
    if meta::find(store, NAME).await?.is_none() {
        let mut bytes = [0_u8; TOKEN_KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        let value = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut set = WriteSet::new();
        set.push(&meta::ADD, &meta::Meta { key: NAME.into(), value });
        store.commit(set).await?;
    }
    let hex = meta::find(store, NAME).await?.context("the key of buttons is missing in the database")?;
    Ok(hex.into_bytes())
}
