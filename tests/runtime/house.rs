//! Runs a daemon in a test: one sandbox sender, and a clock that moves only when it is set.

use crate::graph::Graph;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};
use tempfile::TempDir;
use tokio::sync::broadcast;
use transom::{
    base::{
        clock::{Clock, ManualClock},
        ids::{OutboundId, SenderId},
        secret::Secret,
        time::{Span, Time},
    },
    channel::{
        HeaderMap, Http, Outgoing, RawRequest,
        client::{Client, install_crypto},
        meta::compose::{self, CustomerAction, CustomerEvent, News, Number},
        sandbox::Sandbox,
        signature::Key,
    },
    model::inbound::{Alias, AliasKind, DeliveryState},
    runtime::{
        bot::source_files,
        config::Config,
        daemon::{app::App, boot::Setup},
        ingest::accept::NotAccepted,
        process::metrics::Metrics,
    },
    store::{InjectedFaults, Options, Store, tables::outbound},
};

pub const SENDER: SenderId = SenderId(1);

pub struct House {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    taken: broadcast::Receiver<Outgoing>,
    folder: TempDir,
    messages: u64,
    at_meta: bool,
    pub faults: Arc<InjectedFaults>,
    /// The database; `None`: SQLite in the folder.
    database: Option<String>,
    /// `Some` if sender 1 is at Meta and its requests go to this emulator.
    pub graph: Option<Graph>,
}

const SECRET: &str = "app-secret";

impl House {
    /// `files`: path → text, such as `flows/hello.yaml`.
    pub async fn new(files: &[(&str, &str)]) -> House {
        House::build(files, None).await
    }

    /// At Meta, whose Graph API is the emulator. `templates` are lines of the configuration.
    pub async fn at_meta(files: &[(&str, &str)], templates: &str) -> House {
        House::at_meta_with(files, templates, "").await
    }

    /// As `at_meta`; `more` is added to the sender's configuration.
    pub async fn at_meta_with(files: &[(&str, &str)], templates: &str, more: &str) -> House {
        let graph = Graph::start().await;
        let config = format!("{}templates:\n{templates}\n", config_of(&graph.base, more));
        let mut files = files.to_vec();
        files.push(("config.yaml", &config));
        House::build(&files, Some(graph)).await
    }

    /// At a Meta behind `wire`, with a database in step: `seed` decides the order of tasks.
    pub async fn in_step(files: &[(&str, &str)], wire: Arc<dyn Http>, seed: u64) -> House {
        let config = config_of("http://graph.example", "");
        let config = format!("{config}templates: []\n");
        let mut files = files.to_vec();
        files.push(("config.yaml", &config));
        let folder = folder_of(&files);
        let faults = Arc::new(InjectedFaults::in_step(seed));
        House::open_over(folder, morning(), None, Some(wire), faults, None, None).await
    }

    /// As `at_meta`, with this database, and a sender that repeats nothing by itself.
    pub async fn at_meta_on(database: Option<String>, files: &[(&str, &str)], templates: &str) -> House {
        let graph = Graph::start().await;
        let config = format!("{}templates:\n{templates}\n", config_of(&graph.base, ", on_unknown: keep"));
        let files = [files, &[("config.yaml", &config)]].concat();
        House::open_over(folder_of(&files), morning(), Some(graph), None, Arc::default(), database, None).await
    }

    async fn build(files: &[(&str, &str)], graph: Option<Graph>) -> House {
        House::open(folder_of(files), morning(), graph).await
    }

    async fn open(folder: TempDir, clock: Arc<ManualClock>, graph: Option<Graph>) -> House {
        House::open_over(folder, clock, graph, None, Arc::default(), None, None).await
    }

    async fn open_over(
        folder: TempDir,
        clock: Arc<ManualClock>,
        graph: Option<Graph>,
        wire: Option<Arc<dyn Http>>,
        faults: Arc<InjectedFaults>,
        database: Option<String>,
        dies: Option<(u32, bool)>,
    ) -> House {
        install_crypto();
        let at_meta = graph.is_some() || wire.is_some();
        let config = match at_meta {
            false => Config::sandbox(folder.path()),
            true => Config::load(Some(&folder.path().join("config.yaml")), &|_| None)
                .unwrap_or_else(|findings| panic!("{findings:#?}")),
        };
        let url = database.clone().unwrap_or_else(|| format!("sqlite://{}", folder.path().join("t.db").display()));
        let options = Options { durable: false, faults: faults.clone() };
        let store = Store::open(&url, options).await.unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let http = wire.unwrap_or_else(|| Arc::new(Client::new(shared.clone(), None)));
        let files = source_files::read(folder.path()).unwrap();
        let metrics = Metrics::new();
        let setup =
            Setup { config, clock: shared, store, http, files, calls: None, metrics, spans: Default::default() };
        let (app, sandbox) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}"));
        let taken = sandbox.watch();
        if let Some((commit, after)) = dies {
            faults.die_at_commit(commit, after);
        }
        let begins = async {
            app.recover().await.unwrap();
            app.run_due().await.unwrap();
        };
        tokio::select! {
            biased;
            () = faults.died() => {}
            () = begins => {}
        }
        House { app, sandbox, clock, taken, folder, messages: 0, faults, database, at_meta, graph }
    }

    /// Kills the process, and starts another one in the same world.
    pub async fn restart(self) -> House {
        self.reborn(None).await
    }

    /// As `restart`; the new process dies at the commit after so many others of its first work, or behind it.
    pub async fn restart_dying(self, commit: u32, after: bool) -> House {
        self.reborn(Some((commit, after))).await
    }

    async fn reborn(self, dies: Option<(u32, bool)>) -> House {
        self.app.store.abandon().await;
        let House { folder, clock, messages, graph, database, .. } = self;
        let mut house = House::open_over(folder, clock, graph, None, Arc::default(), database, dies).await;
        house.messages = messages;
        house
    }

    /// True if a file of the database contains this text.
    pub fn keeps(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut of_database = files.filter(|path| path.to_string_lossy().contains("t.db"));
        of_database.any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    /// Replaces the files, and makes them live.
    pub async fn reload(&self, files: &[(&str, &str)]) {
        let old = self.folder.path().join("flows");
        std::fs::remove_dir_all(&old).unwrap();
        std::fs::create_dir_all(&old).unwrap();
        for (path, text) in files {
            std::fs::write(self.folder.path().join(path), text).unwrap();
        }
        let files = source_files::read(self.folder.path()).unwrap();
        let news = self.app.reloader.offer(&self.app.store, files, self.clock.now()).await.unwrap();
        assert!(news.live.is_some(), "{:?}", news.findings);
        self.app.take_news(news);
    }

    /// The customer writes.
    pub async fn says(&mut self, text: &str) {
        self.acts(CustomerEvent::Text(text.into())).await;
    }

    pub async fn acts(&mut self, what: CustomerEvent) {
        let body = self.webhook(what);
        self.post(&body).await;
        self.app.run_due().await.unwrap();
    }

    /// Another customer writes.
    pub async fn writes(&mut self, phone: &str, text: &str) {
        let body = self.webhook_of((phone, phone), CustomerEvent::Text(text.into()));
        self.post(&body).await;
        self.app.run_due().await.unwrap();
    }

    /// The webhook of a customer's act, for posting it in another way.
    pub fn webhook(&mut self, what: CustomerEvent) -> String {
        self.webhook_of(("34600111222", "Ana"), what)
    }

    /// The webhook of another customer, by number and name.
    pub fn webhook_of(&mut self, (phone, name): (&str, &str), what: CustomerEvent) -> String {
        self.messages += 1;
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: phone.into() },
            name: Some(name.into()),
            id: format!("wamid.{}", self.messages),
            at: self.clock.now(),
            reply_to: None,
            what,
        };
        compose::message(&self.number(), &act)
    }

    /// The row of the `n`th request (from 0) to Meta's emulator.
    pub async fn row(&self, n: usize) -> outbound::Outbound {
        let opaque = self.sent()[n]["biz_opaque_callback_data"].clone();
        let id = opaque.as_str().and_then(|opaque| opaque.strip_prefix("transom:")).and_then(|id| id.parse().ok());
        outbound::find(&self.app.store, OutboundId(id.unwrap())).await.unwrap().unwrap()
    }

    /// Emits an event of the shop for the customer who writes by `says`.
    pub async fn tell(&mut self, event: &str, data: serde_json::Value) {
        let (contact, conversation) =
            self.app.contacts.reach(&"sandbox".into(), SENDER, "34600111222", None).await.unwrap();
        let data = transom::model::value::Value::from_json(&data);
        self.app.queue.emit_event(contact, conversation, event.into(), data).await.unwrap();
        self.app.run_due().await.unwrap();
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    pub fn number(&self) -> Number {
        let at_meta =
            || Number { waba_id: "1".into(), phone_number_id: "106540352242922".into(), phone: "+15550001111".into() };
        self.sandbox.number(SENDER).unwrap_or_else(at_meta)
    }

    pub async fn post(&self, body: &str) {
        self.take(body).await.unwrap();
    }

    /// Posts a webhook that cannot be recorded: the platform repeats it.
    pub async fn post_in_vain(&self, body: &str) {
        assert!(self.take(body).await.is_err(), "it is recorded");
    }

    /// Posts a webhook, and disconnects after the request was read.
    pub async fn post_and_hang_up(&self, body: &str) {
        let mut taking = pin!(self.take(body));
        let pending = poll_fn(|context| Poll::Ready(taking.as_mut().poll(context).is_pending())).await;
        assert!(pending, "nothing is recorded at once");
    }

    async fn take(&self, body: &str) -> Result<(), NotAccepted> {
        let mut headers = HeaderMap::new();
        let (kind, sender) = if self.at_meta { ("meta", None) } else { ("sandbox", Some(SENDER)) };
        let signature = Key::new(Secret::new(SECRET)).sign(body.as_bytes());
        headers.insert("x-hub-signature-256", signature.parse().unwrap());
        let request =
            RawRequest { method: "POST", query: "", headers: &headers, body: body.as_bytes(), now: Time(1), sender };
        self.app.ingest.accept(kind, &request).await.map(drop)
    }

    /// Meta reports a status of the `n`th request (from 0) that it accepted; `code` is for a failure.
    pub async fn told(&self, n: usize, state: DeliveryState, code: Option<i64>) {
        self.post(&self.news(n, state, code)).await;
        self.app.run_due().await.unwrap();
    }

    /// The webhook of that status.
    pub fn news(&self, n: usize, state: DeliveryState, code: Option<i64>) -> String {
        let sent = self.graph.as_ref().unwrap().sent()[n].clone();
        let opaque = sent.body["biz_opaque_callback_data"].as_str().unwrap_or_default();
        let ours = opaque.strip_prefix("transom:").and_then(|id| id.parse().ok()).map(OutboundId);
        let provider_id = sent.id.expect("it was taken");
        let news = News { provider_id, ours, state, at: self.clock.now(), to: "34600111222".into(), code };
        compose::status(&self.number(), &news)
    }

    /// The lines of the metrics that count a bug of ours; each kind is on the page from the start, at 0.
    pub fn bugs(&self) -> Vec<String> {
        let page = self.app.metrics.render();
        let counted = page.lines().filter(|line| line.starts_with("transom_bugs_total{") && !line.ends_with(" 0"));
        assert!(page.contains("transom_bugs_total{"), "the counters are on the page:\n{page}");
        counted.map(str::to_owned).collect()
    }

    /// The texts of the sent messages.
    pub fn texts(&self) -> Vec<String> {
        self.sent().iter().filter_map(|body| Some(body["text"]["body"].as_str()?.to_owned())).collect()
    }

    /// The bodies sent to Meta's emulator so far.
    pub fn sent(&self) -> Vec<serde_json::Value> {
        self.graph.as_ref().unwrap().sent().into_iter().map(|sent| sent.body).collect()
    }

    /// The customer's messages since the last call.
    pub fn heard(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while let Ok(message) = self.taken.try_recv() {
            heard.push(message.content.text().to_owned());
        }
        heard
    }

    /// The messages since the last call with their recipients, sorted.
    pub fn heard_by(&mut self) -> Vec<(String, String)> {
        let mut heard = Vec::new();
        while let Ok(message) = self.taken.try_recv() {
            let to = message.to.first().map(|alias| alias.value.clone()).unwrap_or_default();
            heard.push((to, message.content.text().to_owned()));
        }
        heard.sort();
        heard
    }

    pub async fn advance(&mut self, span: Span) {
        let target = self.clock.now() + span;
        while let Some(next) = self.app.next_due(target).await.unwrap() {
            self.clock.set(next.max(Time(self.clock.now().0 + 1)));
            self.app.run_due().await.unwrap();
        }
        self.clock.set(target);
        self.app.run_due().await.unwrap();
    }

    /// Moves the clock while the database takes nothing: parts of the daemon fail and continue.
    pub async fn endure(&mut self, span: Span) {
        let target = self.clock.now() + span;
        while let Some(next) = self.app.next_due(target).await.unwrap() {
            self.clock.set(next.max(Time(self.clock.now().0 + 1)));
            let _ = self.app.run_due().await;
        }
        self.clock.set(target);
        let _ = self.app.run_due().await;
    }
}

/// The configuration up to the end of its only sender, at Meta.
fn config_of(api_base: &str, more: &str) -> String {
    format!(
        "accounts: [{{name: acme}}]\nsenders:\n  - {{id: 1, account: acme, name: Support, provider: meta, \
         phone: \"+15550001111\", phone_number_id: \"106540352242922\", waba_id: \"1\", access_token: token, \
         app_secret: {SECRET}, verify_token: v, api_base: \"{api_base}\", api_version: v24.0, unknown_after: 60s{more}}}\n"
    )
}

fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A Friday, nine o'clock in Madrid.
fn morning() -> Arc<ManualClock> {
    let at: jiff::Timestamp = "2026-03-27T08:00:00Z".parse().unwrap();
    Arc::new(ManualClock::new(Time(at.as_millisecond())))
}
