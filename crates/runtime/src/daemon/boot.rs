//! Builds an `App`, resumes the work of an earlier process, and stops in order.

use super::{
    app::{App, LastRuns},
    backups::Backups,
    kept_secrets,
    retention::Retention,
};
use crate::{
    base::{
        clock::Clock,
        ids::OutboundId,
        limits::{LISTED_READ_MAX, PART_REST, STOP_DRAIN},
    },
    billing::balance::Billing,
    bot::{
        live::Live,
        reload::{ReloadError, Reloader},
        source_files::BotFiles,
    },
    cases::CaseDesk,
    channel::{
        Http,
        sandbox::Sandbox,
        spans::{Span, Spans},
    },
    config::Config,
    contacts::Contacts,
    delivery::{
        Delivery, Neighbours, policy::SendPolicy, read_receipts::ReadReceipts, statuses::Statuses, uploads::Uploads,
    },
    events::{Events, webhook_delivery::WebhookDelivery},
    health::checkup::Checkups,
    http_step::calls::Calls,
    ingest::{Ingest, media::InboundMedia, replay::Replay},
    lane::{queue::Queue, start_slots::DueStarts},
    process::{Process, metrics::Metrics, otlp::Otlp, panic_guard::kept_up},
    senders::{pausing::SenderHealth, providers::providers, registry::Senders, templates::Templates},
    starts::Starts,
    store::{
        Store, WriteSet,
        queries::erasure,
        tables::{dead_letter, early_status, flow_state, once},
    },
    turns::{self, Runner},
};
use anyhow::Context;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::{mpsc, watch};

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
    /// The queue of spans and its other end, by [`otlp::queue`](crate::process::otlp::queue).
    pub spans: (Spans, Option<mpsc::Receiver<Span>>),
}

/// The reason why an `App` cannot start.
#[derive(Debug)]
pub enum StartError {
    Flows(ReloadError),
    /// The secrets in the database cannot be decrypted by the configured keys: only the operator can mend it.
    Secrets(String),
    Other(anyhow::Error),
}

impl From<anyhow::Error> for StartError {
    fn from(error: anyhow::Error) -> Self {
        StartError::Other(error)
    }
}

impl App {
    pub async fn start(setup: Setup) -> Result<(Arc<App>, Arc<Sandbox>), StartError> {
        App::start_with(setup, false).await
    }

    /// As `start`; if every sender is a sandbox, files with errors and without an earlier version begin with nothing
    /// live, so that their author can mend them in the studio.
    pub async fn start_to_serve(setup: Setup) -> Result<(Arc<App>, Arc<Sandbox>), StartError> {
        let may_be_empty = setup.config.only_sandboxes();
        App::start_with(setup, may_be_empty).await
    }

    async fn start_with(setup: Setup, may_be_empty: bool) -> Result<(Arc<App>, Arc<Sandbox>), StartError> {
        let Setup { config, clock, store, http, files, calls, metrics, spans: (spans, queued) } = setup;
        let store = kept_secrets::encrypted(store, &config).await?;
        let now = clock.now();
        let reloader = Reloader::new(&config, metrics.clone());
        let news = match may_be_empty {
            true => reloader.start_anyway(&store, files, now).await,
            false => reloader.start(&store, files, now).await,
        };
        let news = news.map_err(StartError::Flows)?;
        let (version, set) = news.live.context("no flow version is live").map_err(StartError::Other)?;
        let live = Live::new(version, set, &config.flows.env);
        live.set_findings(news.findings);
        let (providers, sandbox) = providers(&config);
        let plays = calls.as_ref().is_none_or(|calls| !calls.is_mocked());
        let calls = match calls {
            Some(calls) => calls,
            None => Calls::new(&config, metrics.clone(), store.fence()).context("the HTTP client of flows")?,
        };
        let early = early_status::any(&store).await.context("reading early statuses")?;
        let once_used = once::any(&store).await.context("reading used keys")?;
        let erased_stops = erasure::any(&store).await.context("reading who was erased")?;
        let calls = Arc::new(calls);
        kept_secrets::keep_operator_token(&store).await?;
        let process = Process {
            config: Arc::new(config),
            clock,
            token_key: kept_secrets::token_key(&store).await?.into(),
            store,
            http,
            metrics,
            spans,
            log_limiter: Arc::default(),
            started_at: now,
            plays,
        };
        let settings = process.config.telemetry.clone().zip(queued);
        let otlp = settings.map(|(settings, queued)| Otlp::new(&process, settings, queued)).transpose()?.map(Arc::new);
        let events = Arc::new(Events::new(&process));
        let billing = Arc::new(Billing::new(&process));
        let senders = Arc::new(Senders::of(&process.config).served_by(providers));
        let (live, reloader) = (Arc::new(live), Arc::new(reloader));
        let queue = Arc::new(Queue::new(&process));
        let contacts = Arc::new(Contacts::new(&process, &senders, &queue, erased_stops));
        let health = Arc::new(SenderHealth::new(&process, &senders, &events, &queue));
        let templates = Arc::new(Templates::new(&process, (&live, &reloader), &senders, &events, &queue));
        let due_starts = Arc::new(DueStarts::new(&process, &queue));
        let uploads = Arc::new(Uploads::new(&process, &senders, &calls));
        let read_receipts = Arc::new(ReadReceipts::new(&process, &senders));
        let inbound_media = Arc::new(InboundMedia::new(&process, &senders));
        let ways = super::chatwoot_ways::ways(&queue, &uploads, &inbound_media);
        let webhooks = WebhookDelivery::new(&process, &calls, &events, ways).context("the client of webhooks")?;
        let webhooks = Arc::new(webhooks);
        let of_senders = (&senders, &health, &templates);
        let policy = Arc::new(SendPolicy::new(&process, &live, of_senders, &contacts, &billing));
        let statuses = Arc::new(Statuses::new(&process, &billing, &queue, early));
        let neighbours = Neighbours {
            senders: &senders,
            events: &events,
            billing: &billing,
            queue: &queue,
            contacts: &contacts,
            health: &health,
            templates: &templates,
            uploads: &uploads,
            policy: &policy,
            statuses: &statuses,
        };
        let delivery = Arc::new(Delivery::new(&process, &neighbours));
        let starts = Arc::new(Starts::new(&process, &live, (&senders, &contacts), (&queue, &due_starts), &policy));
        let cases = Arc::new(CaseDesk::new(&process, &live, &senders, &queue));
        let parts = turns::Parts {
            cases: &cases,
            live: &live,
            calls: &calls,
            read_receipts: &read_receipts,
            starts: &starts,
            due_starts: &due_starts,
            delivery: &delivery,
        };
        let runner = Arc::new(Runner::new(&process, &neighbours, &parts, once_used));
        let ingest = Arc::new(Ingest::new(&process, &live, &neighbours, &due_starts));
        let replay = Arc::new(Replay::new(&process, &senders, &queue, &ingest, &webhooks));
        let checkup = Arc::new(Checkups::new(&process, &senders, (&health, &policy), &contacts, &queue));
        let Process { config, clock, store, http, metrics, log_limiter, token_key, spans, .. } = process;
        let retention = Arc::new(Retention::new(store.clone(), Arc::clone(&clock), &config.retention));
        let backups = config
            .backup
            .clone()
            .map(|plan| Backups::new(store.clone(), Arc::clone(&clock), plan, config.data.clone(), metrics.clone()))
            .map(Arc::new);
        let app = Arc::new(App {
            backups,
            otlp,
            spans,
            senders,
            events,
            token_key,
            templates,
            queue,
            contacts,
            health,
            due_starts,
            uploads,
            read_receipts,
            inbound_media,
            policy,
            statuses,
            delivery,
            starts,
            cases,
            runner,
            ingest,
            replay,
            checkup,
            config,
            clock,
            http,
            live,
            metrics,
            webhooks,
            billing,
            calls,
            reloader,
            plays,
            survey: Default::default(),
            log_limiter,
            last_runs: LastRuns::default(),
            retention,
            store,
        });
        let runner = Arc::downgrade(&app.runner);
        app.queue.is_run_by(Box::new(move |contact| match runner.upgrade() {
            Some(runner) => Box::pin(runner.run_lane(contact)),
            // The daemon is gone, and what is not done waits in its database.
            None => Box::pin(std::future::ready(())),
        }));
        app.starts.flow_health.recall(flow_state::paused(&app.store).await.context("reading paused flows")?);
        app.events.recall_listeners(now).await?;
        app.webhooks.recall_subscriptions(now).await?;
        app.billing.open_purses(now).await?;
        app.policy.recall_reach(now).await?;
        app.health.recall_pauses(now).await?;
        app.templates.load_templates().await?;
        for open in dead_letter::counts(&app.store).await.context("counting dead letters")? {
            app.metrics.set_dead_letters(&open.kind, open.count);
        }
        let unknown = dead_letter::open(&app.store, "unknown_send", i64::MAX, LISTED_READ_MAX).await;
        for letter in unknown.context("reading unknown sends")? {
            if let Some(id) = letter.subject_id {
                app.statuses.listed_unknown.add(OutboundId(id));
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
        let cases = kept_up("cases", PART_REST, move || Arc::clone(&app).drive_cases(ends.clone()));
        let (app, ends) = given();
        let starts = kept_up("starts", PART_REST, move || Arc::clone(&app.due_starts).drive_starts(ends.clone()));
        let (app, ends) = given();
        let sweep = kept_up("sweep", PART_REST, move || Arc::clone(&app).drive_sweep(ends.clone()));
        let (app, ends) = given();
        let retention = kept_up("retention", PART_REST, move || Arc::clone(&app.retention).drive(ends.clone()));
        let (app, ends) = given();
        let backups = kept_up("backups", PART_REST, move || {
            let (app, ends) = (Arc::clone(&app), ends.clone());
            async move {
                if let Some(backups) = &app.backups {
                    Arc::clone(backups).drive(ends).await;
                }
            }
        });
        let (app, ends) = given();
        let otlp = kept_up("telemetry", PART_REST, move || {
            let (app, ends) = (Arc::clone(&app), ends.clone());
            async move {
                if let Some(otlp) = &app.otlp {
                    Arc::clone(otlp).drive(ends).await;
                }
            }
        });
        let (app, ends) = given();
        let posts = kept_up("webhooks", PART_REST, move || {
            let (app, ends) = (Arc::clone(&app), ends.clone());
            async move { app.webhooks.drive_posts(ends).await }
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
        let polling = kept_up("polling", PART_REST, move || Arc::clone(&app.ingest).poll(ends.clone()));
        let (app, ends) = given();
        let templates =
            kept_up("templates", PART_REST, move || Arc::clone(&app.templates).watch_templates(ends.clone()));
        let (app, ends) = given();
        let survey = kept_up("survey", PART_REST, move || Arc::clone(&app).drive_survey(ends.clone()));
        vec![
            timers, plans, many, cases, starts, sweep, retention, backups, otlp, posts, reload, polling, templates,
            survey,
        ]
    }

    /// Makes a new version live from the next turn on; keeps the findings for `/readyz`.
    pub fn take_news(self: &Arc<Self>, news: crate::bot::reload::ReloadResult) {
        self.live.set_findings(news.findings);
        if let Some((version, set)) = news.live {
            self.live.publish(version, set, &self.config.flows.env);
            self.templates.show_own_templates();
            self.cases.look_again();
            // New triggers count from now, not from the next minute.
            self.plan_again();
            self.resume_paused_flows();
        }
    }

    /// New files may have fixed the errors: paused flows start again.
    fn resume_paused_flows(self: &Arc<Self>) {
        let paused = self.starts.flow_health.mended();
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
                () = self.queue.settled() => true,
                // Work that waits for an unreachable database can as well wait for the next start.
                () = self.store.stays_away() => false,
            }
        };
        if !tokio::time::timeout(STOP_DRAIN.to_std(), orderly).await.unwrap_or(false) {
            tracing::warn!(
                "Stopping before {} turns, sends or calls have ended; the next start continues them",
                self.queue.lanes.busy()
            );
        }
        self.runner.is_ending.store(true, Ordering::Relaxed);
        if self.store.is_connected()
            && let Err(error) = self.forgive_attempts().await
        {
            tracing::debug!("The attempts of unfinished messages stay counted: {error:#}");
        }
        self.store.close().await;
    }
}
