//! Tests that the systems of the business hear of the trace, and nobody else does.

use super::{
    host::Host,
    telemetry::{Collector, export},
};
use crate::{
    model::{
        ModelServer,
        mcp::{BOT, DESK, config, lock, model_with, server::McpServer},
    },
    receiver::{Got, Receiver},
};
use serde_json::{Value as Json, json};
use transom::flow::mcp::LOCK;

/// A flow that posts to the shop, with these further headers.
fn order(headers: &str) -> String {
    format!(
        "flow: order\nwhen: [{{message: order}}]\nsteps:\n  - http: POST ${{env.SHOP_URL}}\n    headers: \
         {{{headers}}}\n    json: {{a: 1}}\n  - say: Ordered\n"
    )
}

/// A daemon that has posted an order of Ana's to the shop.
async fn ordered(shop: &Receiver, headers: &str, telemetry: &str) -> (Host, Got) {
    let more = format!(
        "{telemetry}flows: {{env: {{SHOP_URL: \"{}\"}}, allow_private: [127.0.0.1]}}\nwebhooks: {{allow_private: \
         [127.0.0.1]}}\n",
        shop.url
    );
    let bot = ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nenv: [SHOP_URL]\n");
    let mut host = Host::with(&[bot, ("flows/order.yaml", &order(headers))], &more).await;
    host.ana_says("order").await;
    host.graph.until_sent(1).await;
    let got = shop.got().remove(0);
    (host, got)
}

fn named<'s>(spans: &'s [Json], name: &str) -> &'s Json {
    spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no span {name} among {spans:#?}"))
}

/// The header under which spans of a called server hang below this one.
fn header_of(span: &Json) -> String {
    format!("00-{}-{}-01", span["traceId"].as_str().unwrap(), span["spanId"].as_str().unwrap())
}

#[tokio::test]
async fn the_server_of_an_http_step_is_told_the_span_of_its_call() {
    let (collector, shop) = (Collector::start().await, Receiver::new(&[]).await);
    let (host, got) = ordered(&shop, "", &collector.config("")).await;
    export(&host).await;
    let spans = collector.spans();
    assert_eq!(got.header("traceparent"), header_of(named(&spans, "http")));
    assert_eq!(named(&spans, "http")["traceId"], named(&spans, "webhook")["traceId"]);
    let to_the_platform = host.graph.sent().remove(0).headers;
    assert!(!to_the_platform.contains(&"traceparent".to_owned()), "{to_the_platform:?}");
}

#[tokio::test]
async fn a_header_of_the_author_wins() {
    let (collector, shop) = (Collector::start().await, Receiver::new(&[]).await);
    let (_, got) = ordered(&shop, "Traceparent: mine", &collector.config("")).await;
    assert_eq!(got.header("traceparent"), "mine");
}

#[tokio::test]
async fn the_flags_say_whether_the_sample_has_the_trace() {
    let (collector, shop) = (Collector::start().await, Receiver::new(&[]).await);
    let (_, got) = ordered(&shop, "", &collector.config(", sample_percent: 0")).await;
    let header = got.header("traceparent");
    assert!(header.len() == 55 && header.ends_with("-00"), "{header}");
}

#[tokio::test]
async fn without_telemetry_no_server_is_told_anything() {
    let shop = Receiver::new(&[]).await;
    let (_, got) = ordered(&shop, "", "").await;
    assert_eq!(got.header("traceparent"), "");
}

#[tokio::test]
async fn a_receiver_of_events_is_told_the_span_of_the_post() {
    let (collector, shop, desk) = (Collector::start().await, Receiver::new(&[]).await, Receiver::new(&[503]).await);
    let (mut host, _) = ordered(&shop, "", &collector.config("")).await;
    host.post("key-acme", "/v1/webhooks", json!({"url": desk.url, "name": "CRM"})).await.is(201);
    host.ana_says("hello").await;
    host.graph.until_sent(2).await;
    let now = host.now();
    while host.app.webhooks.post_due(now).await.unwrap().taken > 0 {}
    host.advance(transom::base::time::Span::minutes(1)).await;
    while host.app.webhooks.post_due(host.now()).await.unwrap().taken > 0 {}
    export(&host).await;
    let spans = collector.spans();
    let posts: Vec<&Json> = spans.iter().filter(|span| span["name"] == "event").collect();
    let headers: Vec<String> = posts.iter().map(|span| header_of(span)).collect();
    let got = desk.got();
    let of = |kind: &str| got.iter().filter(|post| post.body["type"] == kind).collect::<Vec<_>>();
    // The first one was refused, and its repetition has a span of its own.
    let (came, went) = (of("message.in"), of("message.out"));
    assert_eq!((came.len(), went.len()), (2, 1), "{got:#?}");
    assert_ne!(came[0].header("traceparent"), came[1].header("traceparent"));
    for post in came.iter().chain(&went) {
        assert!(headers.contains(&post.header("traceparent").to_owned()), "{post:?} is none of {headers:?}");
    }
    let sends: Vec<&Json> = spans.iter().filter(|span| span["name"] == "send").map(|span| &span["spanId"]).collect();
    let of_went = posts.iter().find(|span| header_of(span) == went[0].header("traceparent")).unwrap();
    assert!(sends.contains(&&of_went["parentSpanId"]), "{of_went} is below none of {sends:?}");
    assert!(of("run.began").iter().all(|post| post.header("traceparent").is_empty()), "it belongs to no message");
}

#[tokio::test]
async fn the_server_of_a_tool_is_told_and_the_provider_of_the_model_is_not() {
    let (collector, calendar) = (Collector::start().await, McpServer::start().await);
    let model: ModelServer = model_with("call_calendar.list").await;
    let parts = config(&model, &calendar);
    // The first line of a house's configuration ends its list of templates.
    let more = format!("{}{}", parts.strip_prefix("  []\n").unwrap(), collector.config(""));
    let mut host = Host::with(&[BOT, DESK, (LOCK, &lock())], &more).await;
    host.ana_says("when on 3 December?").await;
    host.graph.until_sent(1).await;
    export(&host).await;
    let spans = collector.spans();
    let (head, _) = calendar.asked("tools/call").remove(0);
    assert_eq!(head["traceparent"], header_of(named(&spans, "mcp")));
    let asked = model.asked();
    assert!(!asked.is_empty() && asked.iter().all(|one| !one.head.to_lowercase().contains("traceparent")), "{asked:?}");
    assert_eq!(named(&spans, "model")["traceId"], named(&spans, "mcp")["traceId"]);
}
