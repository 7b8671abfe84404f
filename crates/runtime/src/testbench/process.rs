//! Models the daemon's process in a test: created for a case, killed and created again by `restart`.

use super::{Bot, Play};
use crate::{
    base::{clock::ManualClock, secret::Secret},
    bot::source_files::{BotFiles, Checked},
    channel::{BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Outgoing, Sent, sandbox::Sandbox},
    config::Config,
    daemon::{
        app::App,
        boot::{Setup, StartError},
    },
    flow::tools::testfile::TemplateIs,
    http_step::calls::Calls,
    lane::state::TurnSeen,
    model::template::{Category, Template, TemplateStatus},
    process::metrics::Metrics,
    store::{self, Store},
};
use anyhow::{anyhow, bail};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};
use tokio::sync::{broadcast, mpsc};

/// The parts of a daemon's process that a test has.
pub(super) struct Process {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub taken: broadcast::Receiver<Outgoing>,
    pub turns: mpsc::UnboundedReceiver<TurnSeen>,
}

pub(super) fn database(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("data").join("transom.db")
}

pub(super) async fn start(
    bot: &Bot,
    play: &Play,
    folder: &tempfile::TempDir,
    clock: &Arc<ManualClock>,
    calls: Calls,
    metrics: Metrics,
) -> anyhow::Result<Process> {
    let config = config(bot, play, folder);
    // A test's data need not survive a power failure.
    let options = store::Options { durable: false, ..store::Options::default() };
    let store = Store::open(&format!("sqlite://{}", database(folder).display()), options).await?;
    let setup = Setup {
        config,
        clock: clock.clone(),
        store,
        http: Arc::new(NoNetwork),
        files: BotFiles { checked: Some(Checked(Arc::clone(&bot.set))), ..bot.files.clone() },
        calls: Some(calls),
        metrics,
        spans: Default::default(),
    };
    let (app, sandbox) = App::start(setup).await.map_err(|error| match error {
        StartError::Flows(error) => anyhow!("the flows cannot go live: {error}"),
        StartError::Secrets(why) => anyhow!(why),
        StartError::Other(error) => error,
    })?;
    let (listener, turns) = mpsc::unbounded_channel();
    if app.runner.turns.set(listener).is_err() {
        bail!("somebody listens to the turns already");
    }
    put_templates(&app, bot, play);
    let taken = sandbox.watch();
    Ok(Process { app, sandbox, taken, turns })
}

fn config(bot: &Bot, play: &Play, folder: &tempfile::TempDir) -> Config {
    let head = &play.head;
    let mut config = Config::sandbox(folder.path());
    // The folder of the files that flows send.
    config.bot.clone_from(&bot.folder);
    let declared = &bot.set.bot;
    config.flows.env = declared.env.iter().map(|name| (name.clone(), String::new())).collect();
    config.flows.env.extend(head.env.clone());
    config.flows.secrets = declared.secrets.iter().map(|name| (name.clone(), Secret::new("test"))).collect();
    if let Some(sender) = config.senders.first_mut() {
        // By default the customer writes to a sender that the tested flow serves.
        let served = bot.set.flow(&play.flow).and_then(|flow| flow.senders.first());
        if let Some(name) = head.sender.as_ref().or(served) {
            sender.name.clone_from(name);
        }
    }
    config
}

/// Sets the templates: unlisted ones are approved, as at a sandbox; a listed one has its state in every language.
fn put_templates(app: &App, bot: &Bot, play: &Play) {
    let declared = &bot.set.bot;
    let mut languages: BTreeSet<&str> = declared.languages.keys().map(String::as_str).collect();
    languages.insert(&declared.language);
    let mut listed = Vec::new();
    for (name, state) in &play.head.templates {
        let status = match state {
            TemplateIs::Approved => continue,
            // For both it is unknown whether they will ever be usable, so messages wait.
            TemplateIs::Missing => TemplateStatus::Pending,
            TemplateIs::Paused => TemplateStatus::Paused,
            TemplateIs::Rejected => TemplateStatus::Rejected,
        };
        listed.extend(languages.iter().map(|language| Template {
            id: 0,
            name: name.clone(),
            language: (*language).to_owned(),
            category: Category::Utility,
            status,
            body: String::new(),
            header: None,
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Default::default(),
        }));
    }
    for sender in &app.config.senders {
        app.templates.catalogue.put(sender.id, true, listed.clone());
    }
    app.templates.show_own_templates();
}

/// A test uses no network: calls are mocked and the provider is the sandbox.
struct NoNetwork;

impl Http for NoNetwork {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let text = "a test has no network".to_owned();
        Box::pin(async { Err(HttpError { sent: Sent::No, code: "unreachable", text }) })
    }
}
