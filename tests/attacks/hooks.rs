//! Attacks hooks with replayed signed requests.

use crate::api::host::{ANA, Host};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{secret::Secret, time::Span},
    channel::signature::Key,
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nsecrets: [SHOP]\n";
const PAID: &str = "flow: paid\nwhen:\n  - webhook: paid\n    verify: {header: X-Sig, hmac: sha256-hex, secret: SHOP}\n    \
                    contact: ${body.phone}\nsteps:\n  - say: Thanks\n    if_closed: skip\n";

async fn host() -> Host {
    let files = [("flows/_bot.yaml", BOT), ("flows/paid.yaml", PAID)];
    let mut host = Host::with(&files, "flows: {secrets: {SHOP: shop-secret}}\n").await;
    host.ana_says("something else").await;
    host
}

async fn post(host: &Host, more: &[(&str, &str)], body: &str) -> Json {
    let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
    let mut headers = vec![("x-sig", signature.as_str())];
    headers.extend(more);
    let answer = host.request(Method::POST, "/hooks/paid", &headers, body.to_owned()).await.is(202);
    host.app.run_due().await.unwrap();
    answer["flows"][0]["state"].clone()
}

#[tokio::test]
async fn a_seen_request_is_not_a_new_one_under_another_name() {
    let host = host().await;
    let body = json!({"phone": ANA, "order": "A7"}).to_string();
    assert_eq!(post(&host, &[("webhook-id", "1")], &body).await, "recorded");
    let names = [
        "idempotency-key",
        "webhook-id",
        "x-webhook-id",
        "x-shopify-webhook-id",
        "x-github-delivery",
        "x-wc-webhook-delivery-id",
    ];
    for (n, name) in names.iter().enumerate() {
        assert_eq!(post(&host, &[(name, &format!("forged-{n}"))], &body).await, "repeated", "{name}");
    }
    assert_eq!(post(&host, &[], &body).await, "repeated", "nor without any");
    for days in [1, 8, 40] {
        host.advance(Span::days(days)).await;
        assert_eq!(
            post(&host, &[("webhook-id", &format!("late-{days}"))], &body).await,
            "repeated",
            "{days} days later"
        );
    }
}

#[tokio::test]
async fn what_the_shop_sends_again_with_another_time_in_it_is_known_by_its_name() {
    let host = host().await;
    let body = |try_: u32| json!({"phone": ANA, "order": "A7", "try": try_}).to_string();
    assert_eq!(post(&host, &[("webhook-id", "1")], &body(1)).await, "recorded");
    assert_eq!(post(&host, &[("webhook-id", "1")], &body(2)).await, "repeated");
    assert_eq!(post(&host, &[("webhook-id", "2")], &body(3)).await, "recorded");
}

const NOTED: &str = "flow: noted\nwhen:\n  - webhook: noted\n    contact: ${body.phone}\nsteps:\n  - say: 'Note: ${body.note}'\n    if_closed: skip\n";

#[tokio::test]
async fn no_mark_in_a_hooks_body_reaches_a_message() {
    let files =
        [("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n"), ("flows/noted.yaml", NOTED)];
    let mut host = Host::with(&files, "").await;
    host.ana_says("something else").await;
    let form = format!("phone={}&no%EE%80%80te=c%EE%80%80lean", ANA.replace('+', "%2B"));
    let escaped = format!("{{\"phone\": \"{ANA}\", \"no\\ue000te\": \"c\\ue000lean\"}}");
    let key = ("authorization", "Bearer key-acme");
    for (kind, body) in [("application/x-www-form-urlencoded", form), ("application/json", escaped)] {
        host.request(Method::POST, "/hooks/noted", &[key, ("content-type", kind)], body).await.is(202);
        host.app.run_due().await.unwrap();
        host.app.queue.settled().await;
        let said = host.get("key-acme", "/v1/conversations").await.json();
        let id = said["data"][0]["id"].clone();
        let said = host.get("key-acme", &format!("/v1/conversations/{id}/messages?limit=1")).await.json();
        assert_eq!(said["data"][0]["text"], "Note: clean", "{kind}: {said}");
    }
}
