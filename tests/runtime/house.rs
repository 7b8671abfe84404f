//! A daemon in a test: one sandbox sender, a clock that stands still until somebody moves it.

use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::broadcast;
use transom::{
    base::{
        clock::{Clock, ManualClock},
        ids::SenderId,
        time::{Span, Time},
    },
    channel::{
        HeaderMap, Outgoing, RawRequest,
        client::{Client, install_crypto},
        meta::compose::{self, Act, What},
        sandbox::Sandbox,
    },
    model::inbound::{Alias, AliasKind},
    runtime::{app::App, bot, config::Config, metrics::Metrics, start::Setup},
    store::{Faults, Options, Store},
};

pub const SENDER: SenderId = SenderId(1);

pub struct House {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    pub faults: Arc<Faults>,
    taken: broadcast::Receiver<Outgoing>,
    folder: TempDir,
    messages: u64,
}

impl House {
    /// `files`: path → text, such as `flows/hello.yaml`.
    pub async fn new(files: &[(&str, &str)]) -> House {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let at: jiff::Timestamp = "2026-03-27T08:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(Time(at.as_millisecond())));
        House::open(folder, clock).await
    }

    async fn open(folder: TempDir, clock: Arc<ManualClock>) -> House {
        install_crypto();
        let faults = Arc::new(Faults::default());
        let config = Config::sandbox(folder.path());
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let options = Options { durable: false, faults: faults.clone() };
        let store = Store::open(&url, options).await.unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let http = Arc::new(Client::new(shared.clone(), None).unwrap());
        let files = bot::read(folder.path()).unwrap();
        let metrics = Metrics::new();
        let setup = Setup { config, clock: shared, store, http, files, calls: None, metrics };
        let (app, sandbox) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}"));
        app.recover().await.unwrap();
        app.run_due().await.unwrap();
        let taken = sandbox.watch();
        House { app, sandbox, clock, faults, taken, folder, messages: 0 }
    }

    /// The process dies here; the world goes on.
    pub async fn restart(self) -> House {
        self.app.store.abandon().await;
        let House { folder, clock, messages, .. } = self;
        let mut house = House::open(folder, clock).await;
        house.messages = messages;
        house
    }

    /// The customer writes.
    pub async fn says(&mut self, text: &str) {
        self.acts(What::Text(text.into())).await;
    }

    pub async fn acts(&mut self, what: What) {
        self.messages += 1;
        let number = self.sandbox.number(SENDER).unwrap();
        let act = Act {
            from: Alias { kind: AliasKind::Phone, value: "34600111222".into() },
            name: Some("Ana".into()),
            id: format!("wamid.{}", self.messages),
            at: self.clock.now(),
            reply_to: None,
            what,
        };
        self.post(&compose::message(&number, &act)).await;
        self.app.run_due().await.unwrap();
    }

    pub async fn post(&self, body: &str) {
        let headers = HeaderMap::new();
        let request =
            RawRequest { method: "POST", query: "", headers: &headers, body: body.as_bytes(), sender: Some(SENDER) };
        self.app.accept("sandbox", &request).await.unwrap();
    }

    /// What the customer got since the last look.
    pub fn heard(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while let Ok(message) = self.taken.try_recv() {
            heard.push(message.content.text().to_owned());
        }
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
}
