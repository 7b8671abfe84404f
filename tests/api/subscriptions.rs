//! Tests `/v1/webhooks`: the posts, their signatures, and deliveries that nobody accepts.

use super::host::{Host, OPERATOR};
use crate::receiver::{Got, Receiver};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use transom::{
    base::{
        clock::Clock,
        limits::{WEBHOOK_AT_ONCE, WEBHOOK_GIVE_UP, WEBHOOK_SECRET_OVERLAP},
        secret::Secret,
        time::Span,
    },
    runtime::events::webhook_delivery,
};

const LOCAL: &str = "webhooks: {allow_private: [127.0.0.1]}\n";

async fn host() -> Host {
    Host::with(&[], LOCAL).await
}

async fn subscribe(host: &Host, key: &str, body: Json) -> Json {
    host.post(key, "/v1/webhooks", body).await.is(201)
}

async fn post_due(host: &Host) -> webhook_delivery::PassCounts {
    host.app.webhooks.post_due(host.clock.now()).await.unwrap()
}

fn taken(count: usize) -> webhook_delivery::PassCounts {
    webhook_delivery::PassCounts { taken: count, ..webhook_delivery::PassCounts::default() }
}

async fn edit(host: &Host, key: &str, webhook: &Json, tag: Option<&str>, body: Json) -> super::host::Answer {
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(tag.map(|tag| ("if-match", tag)));
    host.request(Method::PATCH, &format!("/v1/webhooks/{}", webhook["id"]), &headers, body.to_string()).await
}

async fn shown(host: &Host, key: &str, webhook: &Json) -> Json {
    host.get(key, &format!("/v1/webhooks/{}", webhook["id"])).await.is(200)
}

async fn deliveries(host: &Host, key: &str, webhook: &Json) -> Vec<Json> {
    let path = format!("/v1/webhooks/{}/deliveries", webhook["id"]);
    host.get(key, &path).await.is(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_happens_is_posted_once_in_order_and_signed() {
    let mut host = host().await;
    let receiver = Receiver::new(&[]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "name": "CRM"})).await;
    host.ana_says("hello").await;
    while post_due(&host).await.taken > 0 {}
    let got = receiver.got();
    let kinds: Vec<&str> = got.iter().map(|post| post.body["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message.in", "message.out", "run.began", "run.ended", "message.status"]);
    assert_eq!(got[0].body["message"]["text"], "hello");
    let mut ids: Vec<i64> = got.iter().map(|post| post.header("webhook-id").parse().unwrap()).collect();
    assert_eq!(ids, got.iter().map(|post| post.body["id"].as_i64().unwrap()).collect::<Vec<_>>());
    ids.dedup();
    assert_eq!(ids.len(), 5);
    let timestamp = host.clock.now().0 / 1_000;
    let secret = Secret::new(made["secret"].as_str().unwrap());
    for post in &got {
        assert_eq!(post.header("webhook-timestamp"), timestamp.to_string());
        let signed =
            webhook_delivery::sign(std::slice::from_ref(&secret), post.header("webhook-id"), timestamp, &post.text);
        assert_eq!(post.header("webhook-signature"), signed);
        assert_eq!(post.header("content-type"), "application/json");
    }
    host.advance(Span::days(2)).await;
    assert_eq!(post_due(&host).await, taken(0));
    assert!(shown(&host, "key-acme", &made).await["last_taken_at"].is_string());
    assert!(shown(&host, "key-acme", &made).await.get("secret").is_none());
}

#[tokio::test]
async fn what_is_refused_comes_again_after_a_pause_and_holds_up_its_conversation_alone() {
    let mut host = host().await;
    let receiver = Receiver::new(&[500]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    host.ana_says("two").await;
    assert_eq!(post_due(&host).await, webhook_delivery::PassCounts { retried: 1, ..taken(0) });
    assert_eq!(post_due(&host).await, taken(0), "the second waits behind the first");
    let number = host.sandbox_number(1);
    let body = host.written(&number, "elsewhere");
    host.request(Method::POST, "/webhooks/sandbox/1", &[("authorization", "Bearer key-acme")], body).await;
    host.app.run_due().await.unwrap();
    assert_eq!(post_due(&host).await, taken(1), "another conversation goes on");
    let first = deliveries(&host, "key-acme", &made).await.pop().unwrap();
    assert_eq!((&first["status"], &first["attempts"], &first["state"]), (&json!(500), &json!(1), &json!("pending")));
    host.advance(Span::seconds(7)).await;
    assert_eq!(post_due(&host).await, taken(1));
    assert_eq!(post_due(&host).await, taken(1));
    let texts: Vec<String> = receiver.got().iter().map(|post| post.body["message"]["text"].to_string()).collect();
    assert_eq!(texts, [r#""one""#, r#""elsewhere""#, r#""one""#, r#""two""#]);
    let got = receiver.got();
    assert_eq!((&got[0].text, got[0].header("webhook-id")), (&got[2].text, got[2].header("webhook-id")));
}

#[tokio::test]
async fn what_was_not_taken_is_posted_by_the_next_process() {
    let mut host = host().await;
    let receiver = Receiver::new(&[503]).await;
    subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    assert_eq!(post_due(&host).await.retried, 1);
    host.ana_says("never looked at before the end").await;
    let next = host.next_process().await;
    let later = host.clock.now() + Span::seconds(7);
    assert_eq!(next.webhooks.post_due(later).await.unwrap(), taken(1));
    assert_eq!(next.webhooks.post_due(later).await.unwrap(), taken(1));
    assert_eq!(receiver.got().len(), 3);
}

#[tokio::test]
async fn nobody_is_asked_for_ever_and_the_operator_hears_of_it() {
    let mut host = Host::with(&[], &format!("{LOCAL}notify: {{url: \"http://127.0.0.1:9/\", secret: s}}\n")).await;
    let receiver = Receiver::new(&[500, 500]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    assert_eq!(post_due(&host).await.retried, 1);
    host.clock.set(host.clock.now() + WEBHOOK_GIVE_UP);
    host.ana_says("two").await;
    assert_eq!(post_due(&host).await.given_up, 1);
    let paused = shown(&host, "key-acme", &made).await;
    assert_eq!(paused["state"], "paused");
    assert_eq!(paused["why"], "Nothing was taken for three days; the last time: the answer 500.");
    let metrics = host.metrics().await;
    let ready = host.get(OPERATOR, "/readyz").await.is(200);
    assert_eq!(ready["webhooks"][0]["id"], made["id"], "{ready}");
    assert!(metrics.contains("transom_webhooks_paused 1"), "{metrics}");
    assert!(metrics.contains(r#"transom_alarms_total{kind="webhook_paused"} 1"#), "{metrics}");
    let letters = host.get(OPERATOR, "/v1/dead-letters?kind=webhook").await.is(200);
    let letter = letters["data"][0]["id"].as_i64().unwrap();
    post_due(&host).await;
    let notify = host.get(OPERATOR, "/v1/webhooks").await.is(200)["data"][0].clone();
    assert_eq!((&notify["name"], &notify["configured"]), (&json!("notify"), &json!(true)));
    let told = deliveries(&host, OPERATOR, &notify).await;
    assert_eq!(told[0]["body"]["data"]["alarm"], "webhook_paused", "{told:?}");
    assert_eq!(receiver.got().len(), 2, "nothing is posted while it is paused");
    edit(&host, "key-acme", &made, None, json!({"state": "active"})).await.is(200);
    assert_eq!(post_due(&host).await.taken, 1, "what waits goes out at once");
    host.post(OPERATOR, &format!("/v1/dead-letters/{letter}/replay"), json!({})).await.is(200);
    assert_eq!(post_due(&host).await.taken, 1);
    let texts: Vec<String> = receiver.got()[2..].iter().map(|post| post.body["message"]["text"].to_string()).collect();
    assert_eq!(texts, [r#""two""#, r#""one""#]);
    assert_eq!(host.get(OPERATOR, "/v1/dead-letters?kind=webhook").await.is(200)["data"], json!([]));
}

#[tokio::test]
async fn a_receiver_that_is_gone_for_good_is_asked_no_more() {
    let mut host = host().await;
    let receiver = Receiver::new(&[410]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    post_due(&host).await;
    assert_eq!(shown(&host, "key-acme", &made).await["state"], "paused");
    host.advance(Span::hours(1)).await;
    assert_eq!(post_due(&host).await, taken(0));
}

#[tokio::test]
async fn one_that_does_not_answer_holds_up_no_other() {
    let mut host = host().await;
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = Receiver::new(&[]).await;
    let url = format!("http://{}/", deaf.local_addr().unwrap());
    subscribe(&host, "key-acme", json!({"url": url, "types": ["message.in"]})).await;
    subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let app = Arc::clone(&host.app);
    let driving = tokio::spawn(async move { app.webhooks.drive_posts(stopped).await });
    for n in 0..WEBHOOK_AT_ONCE {
        host.ana_says(&format!("message {n}")).await;
        receiver.until(n + 1).await;
    }
    stop.send(true).unwrap();
    driving.await.unwrap();
}

#[tokio::test]
async fn a_webhook_hears_what_it_wants_and_what_is_its_accounts() {
    let mut host = host().await;
    let (ours, theirs, all) = (Receiver::new(&[]).await, Receiver::new(&[]).await, Receiver::new(&[]).await);
    subscribe(&host, "key-acme", json!({"url": ours.url, "types": ["message.in"], "senders": [1]})).await;
    subscribe(&host, "key-other", json!({"url": theirs.url})).await;
    subscribe(&host, OPERATOR, json!({"url": all.url, "types": ["message.in", "consent"]})).await;
    host.ana_says("hello").await;
    let number = host.sandbox_number(1);
    let body = host.written(&number, "stop");
    host.request(Method::POST, "/webhooks/sandbox/1", &[("authorization", "Bearer key-acme")], body).await;
    host.app.run_due().await.unwrap();
    while post_due(&host).await.taken > 0 {}
    let texts: Vec<String> = ours.got().iter().map(|post| post.body["message"]["text"].to_string()).collect();
    assert_eq!(texts, [r#""stop""#]);
    assert!(theirs.got().is_empty());
    let mut kinds: Vec<String> = all.got().iter().map(|post| post.body["type"].to_string()).collect();
    kinds.sort();
    assert_eq!(kinds, [r#""consent""#, r#""message.in""#, r#""message.in""#]);
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_sign_for_a_day() {
    let mut host = host().await;
    let receiver = Receiver::new(&[]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    let path = format!("/v1/webhooks/{}/rotate-secret", made["id"]);
    let rotated = host.post("key-acme", &path, json!({})).await.is(200);
    assert_ne!(rotated["secret"], made["secret"]);
    host.ana_says("one").await;
    post_due(&host).await;
    host.clock.set(host.clock.now() + WEBHOOK_SECRET_OVERLAP);
    host.ana_says("two").await;
    post_due(&host).await;
    let secret = |body: &Json| Secret::new(body["secret"].as_str().unwrap());
    let got = receiver.got();
    let sign = |post: &Got, secrets: &[Secret]| {
        webhook_delivery::sign(
            secrets,
            post.header("webhook-id"),
            post.header("webhook-timestamp").parse().unwrap(),
            &post.text,
        )
    };
    assert_eq!(got[0].header("webhook-signature"), sign(&got[0], &[secret(&rotated), secret(&made)]));
    assert_eq!(got[1].header("webhook-signature"), sign(&got[1], &[secret(&rotated)]));
}

#[tokio::test]
async fn what_was_taken_is_posted_again_when_asked_for_word_for_word() {
    let mut host = host().await;
    let receiver = Receiver::new(&[]).await;
    let made = subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    post_due(&host).await;
    let row = deliveries(&host, "key-acme", &made).await.pop().unwrap();
    let path = format!("/v1/webhooks/{}/deliveries/{}/redeliver", made["id"], row["id"]);
    assert_eq!(host.post("key-acme", &path, json!({})).await.is(202)["state"], "pending");
    assert_eq!(post_due(&host).await, taken(1));
    let got = receiver.got();
    assert_eq!((&got[0].text, got[0].header("webhook-id")), (&got[1].text, got[1].header("webhook-id")));
    host.post("key-other", &path, json!({})).await.is(404);
}

#[tokio::test]
async fn no_private_address_is_posted_to() {
    let mut host = Host::new().await;
    for url in ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest", "ftp://example.com/", "x"] {
        let said = host.post("key-acme", "/v1/webhooks", json!({"url": url})).await.is(422);
        assert_eq!(said["errors"][0]["pointer"], "/url", "{said}");
    }
    let made = subscribe(&host, "key-acme", json!({"url": "http://localhost:9/", "types": ["message.in"]})).await;
    host.ana_says("one").await;
    post_due(&host).await;
    assert_eq!(deliveries(&host, "key-acme", &made).await[0]["trouble"], "blocked");
}

#[tokio::test]
async fn a_redirect_is_no_taking() {
    let mut host = host().await;
    let receiver = Receiver::new(&[302, 307]).await;
    subscribe(&host, "key-acme", json!({"url": receiver.url, "types": ["message.in"]})).await;
    host.ana_says("one").await;
    assert_eq!(post_due(&host).await.retried, 1);
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn only_the_state_that_was_seen_is_changed() {
    let host = Host::with(&[], "notify: {url: \"https://desk.example\", secret: s}\n").await;
    let made = subscribe(&host, "key-acme", json!({"url": "https://a.example/x"})).await;
    let tag = made["etag"].as_str().unwrap();
    let now =
        edit(&host, "key-acme", &made, Some(tag), json!({"url": "https://b.example/x", "name": "B"})).await.is(200);
    assert_eq!((&now["url"], &now["name"]), (&json!("https://b.example/x"), &json!("B")));
    let late = edit(&host, "key-acme", &made, Some(tag), json!({"name": "C"})).await.is(412);
    assert_eq!(late["code"], "changed_meanwhile");
    let wrong = edit(&host, "key-acme", &made, None, json!({"types": ["mesage.in"], "senders": [20]})).await.is(422);
    assert!(wrong.to_string().contains("did you mean `message.in`"), "{wrong}");
    assert_eq!(wrong["errors"].as_array().unwrap().len(), 2, "{wrong}");
    let notify = host.get(OPERATOR, "/v1/webhooks").await.is(200)["data"][0].clone();
    assert_eq!(edit(&host, OPERATOR, &notify, None, json!({"name": "x"})).await.is(409)["code"], "configured");
    edit(&host, OPERATOR, &notify, None, json!({"state": "paused"})).await.is(200);
    edit(&host, "key-acme", &notify, None, json!({"state": "active"})).await.is(404);
    let path = format!("/v1/webhooks/{}", made["id"]);
    let bearer = [("authorization", "Bearer key-acme")];
    assert_eq!(host.request(Method::DELETE, &path, &bearer, "").await.status, 204);
    assert_eq!(host.request(Method::DELETE, &path, &bearer, "").await.status, 404);
}
