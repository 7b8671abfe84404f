//! Starts a daemon with a server on a free port, two accounts, and a clock that stands still.

use super::curl::Curl;
use crate::graph::Graph;
use reqwest::{Method, header::HeaderMap};
use serde_json::Value as Json;
use std::sync::Arc;
use tempfile::TempDir;
use transom::{
    base::{
        clock::{Clock, ManualClock},
        ids::SenderId,
        secret::Secret,
        time::{Span, Time},
    },
    channel::{
        client::{Client, install_crypto},
        imitation::ImitatedEvent,
        meta::compose::{self, CustomerAction, CustomerEvent, Number},
        sandbox::Sandbox,
        signature::Key,
        wire::WireLog,
    },
    model::inbound::{Alias, AliasKind},
    runtime::{
        bot::source_files,
        config::Config,
        daemon::{app::App, boot::Setup},
        http_step::calls::Calls,
        process::{metrics::Metrics, otlp},
    },
    store::{InjectedFaults, Options, Store},
    web::{
        server::{serve::Server, tls::Tls},
        state::Web,
    },
};

pub const ANA: &str = "+34600111222";
/// The name for which a host with `tls` needs a certificate.
pub const TLS_NAME: &str = "bot.example.com";
pub const OPERATOR: &str = "operator-token";

/// Tests and examples use short names for keys; the configuration requires longer keys. Only requests that bypass
/// `Host` contain the whole key.
const SHORT_KEYS: &[&str] = &["key-acme", "key-other", "key-poor", "YOUR_API_KEY", "POOR"];

/// The whole key for a short name; any other text is unchanged.
pub fn whole_key(shown: &str) -> String {
    let (before, name) = shown.rsplit_once(' ').map_or(("", shown), |(before, name)| (before, name));
    match SHORT_KEYS.contains(&name) {
        true if before.is_empty() => format!("{name}-of-the-tests"),
        true => format!("{before} {name}-of-the-tests"),
        false => shown.to_owned(),
    }
}

/// The configuration with whole keys.
fn with_whole_keys(config: &str) -> String {
    config
        .split_inclusive(['[', ']', ','])
        .map(|part| {
            let (text, end) = part.split_at(part.len() - usize::from(part.ends_with(['[', ']', ','])));
            let bare = text.trim_start();
            format!("{}{}{end}", &text[..text.len() - bare.len()], whole_key(bare))
        })
        .collect()
}

pub struct Host {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    pub graph: Graph,
    pub base: String,
    client: reqwest::Client,
    messages: u64,
    server: Server,
    pub faults: Arc<InjectedFaults>,
    pub folder: TempDir,
    /// Set if the configuration has `tls`.
    pub tls: Option<Tls>,
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }
}

const FLOWS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n"),
    ("flows/hello.yaml", "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Hello to you\n"),
    (
        "flows/parcel.yaml",
        "flow: parcel\nwhen:\n  - api: true\ninputs:\n  number: whole\n  size: [small, large]\n  \
         note: {type: text, optional: true}\nsteps:\n  - say: Your parcel is on its way\n    if_closed: skip\n",
    ),
    (
        "flows/parcel_sent.yaml",
        "flow: parcel_sent\nwhen:\n  - event: parcel_sent\nsteps:\n  - say: Parcel ${event.data.n} has left\n    if_closed: skip\n",
    ),
];

impl Host {
    pub async fn new() -> Host {
        Host::with(&[], "").await
    }

    /// With more or other files; `more` is appended to the configuration.
    pub async fn with(files: &[(&str, &str)], more: &str) -> Host {
        Host::on("sqlite://t.db", files, more).await
    }

    /// As `with`, on the given database.
    pub async fn on(database: &str, files: &[(&str, &str)], more: &str) -> Host {
        let config = |graph: &str| {
            format!(
                "listen: 127.0.0.1:0\ndatabase: \"{database}\"\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme], \
             rate_limit: 5/s}}\n  - {{name: other, api_keys: [key-other]}}\n  - {{name: poor, api_keys: [key-poor], \
             balance: 0.00}}\nsenders:\n  - {{id: 1, account: acme, name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}\n  \
             - {{id: 12, account: acme, name: Support, provider: meta, phone: \"+15550001111\", \
             phone_number_id: \"106\", waba_id: \"102\", access_token: token, app_secret: app-secret, \
             verify_token: verify-me, api_base: \"{graph}\", api_version: v24.0, default: true}}\n  \
             - {{id: 20, account: other, name: Theirs, provider: sandbox, phone: \"+15550000020\"}}\n  \
             - {{id: 30, account: poor, name: Poor, provider: sandbox, phone: \"+15550000030\"}}\ntemplates:\n  \
             - {{id: 45, sender: 12, name: reminder, language: en, category: utility, status: approved, \
             body: \"Hi {{{{1}}}}, see you on {{{{2}}}}.\"}}\n  - {{id: 46, sender: 12, name: fresh, language: en, \
             category: utility, status: pending, body: \"Hi\"}}\n{more}"
            )
        };
        Host::start(files, config, "2026-03-27T09:00:00Z", None).await
    }

    /// With its own configuration, built for the address of the emulated Graph API; `calls` replaces the network of
    /// flows.
    pub async fn start(
        files: &[(&str, &str)],
        config: impl FnOnce(&str) -> String,
        now: &str,
        calls: Option<Calls>,
    ) -> Host {
        install_crypto();
        let graph = Graph::start().await;
        let folder = tempfile::tempdir().unwrap();
        let config = with_whole_keys(&config(&graph.base));
        let own = FLOWS.iter().filter(|(path, _)| !files.iter().any(|(other, _)| other == path));
        for (path, text) in own.chain(files).copied().chain([("config.yaml", config.as_str())]) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let config = Config::load(Some(&folder.path().join("config.yaml")), &|_| None)
            .unwrap_or_else(|findings| panic!("{findings:#?}"));
        let at: jiff::Timestamp = now.parse().unwrap();
        let clock = Arc::new(ManualClock::new(Time(at.as_millisecond())));
        let faults = Arc::new(InjectedFaults::default());
        let options = Options { durable: false, faults: faults.clone() };
        let store = Store::open(config.database.expose(), options).await.unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let wire = WireLog::open(&folder.path().join("wire.jsonl")).unwrap();
        let spans = otlp::queue(config.telemetry.as_ref());
        let setup = Setup {
            config,
            clock: shared.clone(),
            store,
            http: Arc::new(Client::new(shared, Some(wire.clone())).with_spans(spans.0.clone())),
            files: source_files::read(folder.path()).unwrap(),
            calls,
            metrics: Metrics::new(),
            spans,
        };
        let (app, sandbox) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}"));
        app.recover().await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = Tls::of(&app.config).unwrap();
        let web = Web::new(Arc::clone(&app), Secret::new(OPERATOR), false).with_wire(wire);
        let server = Server::start(listener, Arc::new(web.with_tls(tls.clone()))).unwrap();
        let client = reqwest::Client::builder().no_proxy();
        // Over TLS the client is a real one: it calls a name, and trusts the host's certificate alone.
        let (base, client) = match &app.config.tls {
            None => (format!("http://{}", server.address), client),
            Some(files) => {
                let root = reqwest::Certificate::from_pem(&std::fs::read(&files.cert).unwrap()).unwrap();
                let client = client.tls_certs_only([root]).resolve(TLS_NAME, server.address);
                (format!("https://{TLS_NAME}:{}", server.address.port()), client)
            }
        };
        let client = client.build().unwrap();
        Host { app, sandbox, clock, graph, base, client, messages: 0, server, faults, folder, tls }
    }

    /// A next process on the same database, without a server.
    pub async fn next_process(&self) -> Arc<App> {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let setup = Setup {
            config: Config::clone(&self.app.config),
            clock: clock.clone(),
            store: self.app.store.clone(),
            http: Arc::new(Client::new(clock, None)),
            files: source_files::read(&self.app.config.bot).unwrap(),
            calls: None,
            metrics: Metrics::new(),
            spans: Default::default(),
        };
        App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}")).0
    }

    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, whole_key(value));
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await.unwrap() };
        super::contract::check(&method, path, &answer);
        answer
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.request(Method::GET, path, &[("authorization", &format!("Bearer {key}"))], "").await
    }

    /// The metrics after the figures were read from the database.
    pub async fn metrics(&self) -> String {
        self.app.survey().await.unwrap();
        self.get(OPERATOR, "/metrics").await.text
    }

    pub async fn post(&self, key: &str, path: &str, body: Json) -> Answer {
        self.request(Method::POST, path, &[("authorization", &format!("Bearer {key}"))], body.to_string()).await
    }

    /// Sends a request from a `curl` command.
    pub async fn curl(&self, command: &str) -> Answer {
        let curl = Curl::parse(command);
        let headers: Vec<(&str, &str)> = curl.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.request(curl.method, &curl.path, &headers, curl.body).await
    }

    pub async fn post_once(&self, key: &str, path: &str, once: &str, body: Json) -> Answer {
        let headers = [("authorization", &*format!("Bearer {key}")), ("idempotency-key", once)];
        self.request(Method::POST, path, &headers, body.to_string()).await
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The address at which it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address
    }

    /// Stops as at SIGTERM.
    pub async fn stop(self) {
        self.server.stop().await;
    }

    /// Replaces the files, and makes them live.
    pub async fn reload(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            std::fs::write(self.folder.path().join(path), text).unwrap();
        }
        let files = source_files::read(self.folder.path()).unwrap();
        let news = self.app.reloader.offer(&self.app.store, files, self.clock.now()).await.unwrap();
        assert!(news.live.is_some(), "{:?}", news.findings);
        self.app.take_news(news);
    }

    pub async fn advance(&self, span: Span) {
        self.clock.set(self.clock.now() + span);
        self.app.run_due().await.unwrap();
    }

    /// Ana writes to the Meta sender, 12: a signed webhook.
    pub async fn ana_says(&mut self, text: &str) {
        self.somebody_says(ANA, text).await;
    }

    /// Another customer writes, by phone number.
    pub async fn somebody_says(&mut self, phone: &str, text: &str) {
        let number = Number { waba_id: "102".into(), phone_number_id: "106".into(), phone: "+15550001111".into() };
        let body = self.written_by(phone, &number, CustomerEvent::Text(text.into()));
        self.deliver(body).await;
    }

    /// Ana sends a picture to the Meta sender, 12; `id` is Meta's media id.
    pub async fn ana_shows(&mut self, id: &str) {
        let number = Number { waba_id: "102".into(), phone_number_id: "106".into(), phone: "+15550001111".into() };
        let what =
            CustomerEvent::Media { kind: "image".into(), id: id.into(), mime: "image/png".into(), caption: None };
        let body = self.written_by(ANA, &number, what);
        self.deliver(body).await;
    }

    /// Ana taps a button with this id.
    pub async fn ana_taps(&mut self, id: &str, title: &str) {
        let number = Number { waba_id: "102".into(), phone_number_id: "106".into(), phone: "+15550001111".into() };
        let body = self.written_by(ANA, &number, CustomerEvent::Tap { id: id.into(), title: title.into() });
        self.deliver(body).await;
    }

    /// Ana submits a form with these answers.
    pub async fn ana_fills(&mut self, answers: Json) {
        let number = Number { waba_id: "102".into(), phone_number_id: "106".into(), phone: "+15550001111".into() };
        let body = self.written_by(ANA, &number, CustomerEvent::Form(answers));
        self.deliver(body).await;
    }

    /// Ana writes a text that no flow handles, to a sender of any platform.
    pub async fn open_window(&mut self, sender: i64) {
        self.messages += 1;
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: ANA.trim_start_matches('+').into() },
            name: Some("Ana".into()),
            id: format!("wamid.{}", self.messages),
            at: self.clock.now(),
            what: CustomerEvent::Text("qwertz".into()),
            reply_to: None,
        };
        let sender = self.app.senders.get(SenderId(sender)).unwrap();
        let provider = &self.app.senders.providers[sender.provider()];
        let posted = provider.imitate(sender.id, ImitatedEvent::Message(&act)).unwrap();
        let headers: Vec<(&str, &str)> = posted.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(self.request(Method::POST, &posted.path, &headers, posted.body.clone()).await.status, 200);
        self.app.run_due().await.unwrap();
    }

    /// Posts a signed body as Meta does.
    pub async fn deliver(&self, body: String) {
        let signature = Key::new(Secret::new("app-secret")).sign(body.as_bytes());
        let headers = [("x-hub-signature-256", signature.as_str())];
        assert_eq!(self.request(Method::POST, "/webhooks/meta", &headers, body).await.status, 200);
        self.app.run_due().await.unwrap();
    }

    /// A webhook body in which Ana writes to a number.
    pub fn written(&mut self, number: &Number, text: &str) -> String {
        self.written_by(ANA, number, CustomerEvent::Text(text.into()))
    }

    fn written_by(&mut self, phone: &str, number: &Number, what: CustomerEvent) -> String {
        self.messages += 1;
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').into() },
            name: Some("Ana".into()),
            id: format!("wamid.{}", self.messages),
            at: self.clock.now(),
            what,
            reply_to: None,
        };
        compose::message(number, &act)
    }

    pub fn sandbox_number(&self, sender: i64) -> Number {
        self.sandbox.number(SenderId(sender)).unwrap()
    }
}
