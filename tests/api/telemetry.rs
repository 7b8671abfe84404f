//! Tests the export of traces and metrics to an OpenTelemetry collector, which is a small server of its own here.

use super::host::{ANA, Host};
use crate::receiver::Receiver;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};
use transom::{
    base::{ids::OutboundId, secret::Secret, time::Span},
    channel::{
        meta::compose::{self, News, Number},
        signature::Key,
    },
    model::inbound::DeliveryState,
    runtime::process::otlp::Otlp,
    store::tables::{conversation, outbound},
};

/// A request of OTLP: its path, its head in small letters, its body.
type Told = (String, String, Json);

#[derive(Clone)]
pub struct Collector {
    url: String,
    told: Arc<Mutex<Vec<Told>>>,
    /// The statuses of the next answers; then 200.
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Collector {
    pub async fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let collector = Collector { url, told: Arc::default(), answers: Arc::default() };
        let here = collector.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut request, mut part) = (Vec::new(), [0; 65_536]);
                let (head, body) = loop {
                    let n = stream.read(&mut part).await.unwrap();
                    request.extend_from_slice(&part[..n]);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let head = head.to_ascii_lowercase();
                    let length = head.split("content-length: ").nth(1).and_then(|text| text.lines().next()).unwrap();
                    if body.len() >= length.parse().unwrap() {
                        break (head, body.to_owned());
                    }
                };
                let path = head.split(' ').nth(1).unwrap().to_owned();
                here.told.lock().unwrap().push((path, head, serde_json::from_str(&body).unwrap()));
                let status = here.answers.lock().unwrap().pop().unwrap_or(200);
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        collector
    }

    pub fn config(&self, more: &str) -> String {
        format!("telemetry: {{otlp: \"{}\", headers: {{X-Team: bots}}{more}}}\n", self.url)
    }

    fn of(&self, path: &str) -> Vec<Told> {
        self.told.lock().unwrap().iter().filter(|(at, ..)| at == path).cloned().collect()
    }

    pub fn spans(&self) -> Vec<Json> {
        let spans = |(.., body): &Told| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
        self.of("/v1/traces").iter().flat_map(spans).collect()
    }
}

/// Exports what is queued, as the end of a daemon does.
pub async fn export(host: &Host) {
    let (stop, stopped) = watch::channel(false);
    stop.send(true).unwrap();
    Otlp::drive(host.app.otlp.clone().unwrap(), stopped).await;
}

fn attribute(span: &Json, name: &str) -> String {
    let all = span["attributes"].as_array().unwrap();
    let value = all.iter().find(|one| one["key"] == name).map(|one| &one["value"]);
    let value = value.unwrap_or_else(|| panic!("no {name} in {span}"));
    value.as_object().unwrap().values().next().unwrap().to_string().trim_matches('"').to_owned()
}

#[tokio::test]
async fn one_trace_leads_from_the_webhook_to_the_delivered_reply() {
    let collector = Collector::start().await;
    let mut host = Host::with(&[], &collector.config("")).await;
    host.ana_says("hello").await;
    let sent = host.graph.until_sent(1).await.remove(0);
    let number = Number { phone_number_id: "106".into(), phone: "+15550001111".into(), waba_id: "102".into() };
    let id = sent.id.expect("it was taken");
    let store = &host.app.store;
    let conversation = conversation::page(store, transom::base::ids::ConversationId(i64::MAX), 1).await.unwrap()[0].id;
    let ours = outbound::of(store, conversation, OutboundId(i64::MAX), 1).await.unwrap()[0].id;
    let state = DeliveryState::Delivered;
    let news = News { provider_id: id, ours: Some(ours), state, at: host.now(), to: "34600111222".into(), code: None };
    host.deliver(compose::status(&number, &news)).await;
    export(&host).await;
    let spans = collector.spans();
    let named = |name: &str| {
        let found: Vec<&Json> = spans.iter().filter(|span| span["name"] == name).collect();
        found.first().copied().unwrap_or_else(|| panic!("no span {name} among {spans:#?}"))
    };
    let (webhook, turn, send, post) = (named("webhook"), named("turn"), named("send"), named("POST"));
    assert!(webhook["parentSpanId"].as_str().unwrap_or_default().is_empty(), "{webhook}");
    assert_eq!(turn["parentSpanId"], webhook["spanId"]);
    assert_eq!(send["parentSpanId"], turn["spanId"]);
    assert_eq!(post["parentSpanId"], send["spanId"]);
    assert_eq!(named("delivered")["parentSpanId"], send["spanId"]);
    for span in &spans {
        assert_eq!(span["traceId"], webhook["traceId"], "{span}");
        assert_eq!(attribute(span, "transom.trace.id"), attribute(webhook, "transom.trace.id"));
    }
    assert_eq!(attribute(turn, "transom.flow.name"), "hello");
    assert_eq!(attribute(post, "http.response.status_code"), "200");
    let (_, head, body) = collector.of("/v1/traces").remove(0);
    assert!(head.contains("content-type: application/json") && head.contains("x-team: bots"), "{head}");
    // Nothing that a person wrote or is called by leaves the daemon this way.
    let text = body.to_string();
    assert!(!text.contains("Hello to you") && !text.contains("34600111222"), "{text}");
}

/// The flows that the clock, another system, a program and an operator start; the first one asks a server, too.
const STARTED: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nsecrets: [SHOP]\nenv: [SHOP_URL]\n"),
    (
        "flows/daily.yaml",
        "flow: daily\nwhen:\n  - schedule: \"0 11 * * *\"\n    to: everyone\nsteps:\n  - http: POST ${env.SHOP_URL}\n  \
         - say: The news\n    if_closed: skip\n",
    ),
    (
        "flows/paid.yaml",
        "flow: paid\nwhen:\n  - webhook: paid\n    verify: {header: X-Shop-Signature, hmac: sha256-hex, secret: SHOP}\n    \
         contact: ${body.phone}\n    body: {phone: text}\nsteps:\n  - say: Thanks\n    if_closed: skip\n",
    ),
];

#[tokio::test]
async fn a_start_begins_the_trace_of_its_run() {
    let (collector, shop) = (Collector::start().await, Receiver::new(&[]).await);
    let more = format!(
        "{}flows: {{env: {{SHOP_URL: \"{}\"}}, secrets: {{SHOP: shop-secret}}, allow_private: [127.0.0.1]}}\n",
        collector.config(""),
        shop.url
    );
    let mut host = Host::with(STARTED, &more).await;
    host.ana_says("hello").await;
    host.graph.until_sent(1).await;
    // It is eleven o'clock in Madrid.
    host.advance(Span::hours(1)).await;
    host.graph.until_sent(2).await;
    let body = json!({"phone": ANA}).to_string();
    let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
    host.request(Method::POST, "/hooks/paid", &[("x-shop-signature", &signature)], body).await.is(202);
    host.app.run_due().await.unwrap();
    host.graph.until_sent(3).await;
    let ana = json!({"phone": ANA});
    let run = json!({"flow": "parcel", "contact": ana, "sender": 12, "inputs": {"number": 7, "size": "small"}});
    host.post("key-acme", "/v1/runs", run).await.is(201);
    host.graph.until_sent(4).await;
    let event = json!({"name": "parcel_sent", "contact": ana, "data": {"n": 7}});
    host.post("key-acme", "/v1/events", event).await.is(202);
    host.graph.until_sent(5).await;
    let to = json!({"flow": "daily", "to": {"if": format!("contact.phone == \"{ANA}\"")}});
    let draft = host.post("key-acme", "/v1/broadcasts", to).await.is(201);
    host.post("key-acme", &format!("/v1/broadcasts/{}/start", draft["id"]), json!({"people": 1})).await.is(200);
    host.advance(Span::seconds(1)).await;
    host.graph.until_sent(6).await;
    export(&host).await;
    let spans = collector.spans();
    let starts: Vec<&Json> = spans.iter().filter(|span| span["name"] == "start").collect();
    let told = |span: &Json| {
        let of = |name: &str| attribute(span, &format!("transom.{name}"));
        format!("{} {} {} {}", of("start.kind"), of("flow.name"), of("start.state"), of("start.late_ms"))
    };
    let all: Vec<String> = starts.iter().map(|span| told(span)).collect();
    assert_eq!(
        all,
        [
            "schedule daily began 0",
            "webhook paid began 0",
            "api parcel began 0",
            "event parcel_sent began 0",
            "broadcast daily began 1000"
        ]
    );
    for start in starts {
        assert!(start["parentSpanId"].as_str().unwrap_or_default().is_empty(), "{start}");
        let of_trace = |name: &str| {
            let mut found = spans.iter().filter(|span| span["traceId"] == start["traceId"] && span["name"] == name);
            found.next().unwrap_or_else(|| panic!("no {name} below {start}"))
        };
        let (turn, send) = (of_trace("turn"), of_trace("send"));
        assert_eq!(turn["parentSpanId"], start["spanId"]);
        assert!(!send["parentSpanId"].as_str().unwrap().is_empty(), "{send}");
        assert_eq!(of_trace("POST")["parentSpanId"], send["spanId"]);
    }
    let call = spans.iter().find(|span| span["name"] == "http").expect("the call of the schedule's run");
    let header = format!("00-{}-{}-01", call["traceId"].as_str().unwrap(), call["spanId"].as_str().unwrap());
    assert_eq!(shop.got()[0].header("traceparent"), header);
}

#[tokio::test]
async fn metrics_are_told_under_the_names_of_the_page() {
    let collector = Collector::start().await;
    let mut host = Host::with(&[], &collector.config(", metrics_every: 30s, service_name: shop")).await;
    host.ana_says("hello").await;
    export(&host).await;
    assert!(collector.of("/v1/metrics").is_empty(), "their time has not come");
    host.advance(Span::seconds(31)).await;
    export(&host).await;
    let (.., body) = collector.of("/v1/metrics").remove(0);
    let metrics = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone();
    let answered = metrics.iter().find(|metric| metric["name"] == "transom_answered").unwrap();
    assert_eq!(answered["sum"]["dataPoints"][0]["asDouble"], 1.0, "{answered}");
    assert!(body["resourceMetrics"][0]["resource"].to_string().contains("\"shop\""));
}

#[tokio::test]
async fn a_collector_that_is_busy_is_asked_again_and_one_that_refuses_costs_nothing_else() {
    let collector = Collector::start().await;
    let mut host = Host::with(&[], &collector.config("")).await;
    // The last one is the first answer.
    *collector.answers.lock().unwrap() = vec![503];
    host.ana_says("hello").await;
    let otlp = host.app.otlp.clone().unwrap();
    let (stop, stopped) = watch::channel(false);
    let loops = tokio::spawn(otlp.drive(stopped));
    let wait = async {
        while collector.of("/v1/traces").len() < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("a second request");
    let told = collector.of("/v1/traces");
    assert_eq!(told[0].2, told[1].2, "the same spans again");
    let page = host.metrics().await;
    assert!(page.contains("transom_telemetry_dropped_total 0"), "{page}");
    // 400 says that another try would be refused, too.
    collector.answers.lock().unwrap().push(400);
    host.ana_says("hello").await;
    let wait = async {
        while !host
            .metrics()
            .await
            .lines()
            .any(|line| line.strip_prefix("transom_telemetry_dropped_total ").is_some_and(|count| count != "0"))
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("they are counted");
    stop.send(true).unwrap();
    loops.await.unwrap();
}

#[tokio::test]
async fn without_telemetry_nothing_is_queued_and_a_sample_keeps_whole_traces() {
    let host = Host::new().await;
    assert!(host.app.otlp.is_none() && !host.app.spans.is_on());
    let collector = Collector::start().await;
    let mut host = Host::with(&[], &collector.config(", sample_percent: 0")).await;
    host.ana_says("hello").await;
    export(&host).await;
    assert!(collector.of("/v1/traces").is_empty());
}
