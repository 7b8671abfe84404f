//! Attacks with guessed keys, with files that flood the log, and through caches of answers.

use crate::api::{
    host::{ANA, Host},
    routes::World,
};
use reqwest::Method;
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};
use transom::{
    base::limits::STRANGERS_WRITTEN_MAX,
    web::routes::{self, AllowedCallers},
};

/// The content of the wire log after its thread has written it.
async fn wire_log(host: &Host) -> String {
    tokio::time::sleep(Duration::from_millis(600)).await;
    fs::read_to_string(host.folder.path().join("wire.jsonl")).unwrap_or_default()
}

#[tokio::test]
async fn a_wrong_key_leaves_a_trace_and_a_missing_one_too() {
    let host = Host::new().await;
    for _ in 0..3 {
        host.get("guessed-key-0123456789", "/v1/runs").await.is(401);
    }
    assert_eq!(host.request(Method::GET, "/api/v1/contacts", &[("x-api-key", "guess")], "").await.status, 401);
    assert_eq!(host.request(Method::GET, "/v1/runs", &[], "").await.status, 401);
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_unauthorized_total{kind="wrong_key"} 4"#), "{page}");
    assert!(page.contains(r#"transom_unauthorized_total{kind="no_key"} 1"#), "{page}");
    assert!(!page.contains("guessed"), "never the key itself");
}

#[tokio::test]
async fn nothing_that_is_answered_is_kept_by_a_proxy() {
    let world = World::new().await;
    let asked = routes::all().filter(|route| !route.example.path.is_empty() && route.name != "listen");
    for route in asked.filter(|route| route.who != AllowedCallers::Provider) {
        let answer = world.ask(route, "key-acme").await;
        let kept = answer.headers.get("cache-control").map(|value| value.to_str().unwrap().to_owned());
        assert!(kept.is_some_and(|kept| kept.contains("no-store")), "{}: {:?}", route.name, answer.headers);
    }
    let refused = world.host.get("wrong", "/v1/contacts").await;
    assert_eq!(refused.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn answers_beside_the_router_are_kept_by_nobody_either() {
    let host = Host::new().await;
    let verify = "/webhooks/meta?hub.mode=subscribe&hub.verify_token=guessed&hub.challenge=7";
    for (method, path, status) in [
        (Method::GET, verify, 403),
        (Method::POST, "/webhooks/meta", 401),
        (Method::GET, "/webhooks/nobody", 404),
        (Method::PUT, "/webhooks/meta", 405),
        (Method::GET, "/v1/%ff", 404),
    ] {
        let answer = host.request(method, path, &[], "{}").await;
        assert_eq!((answer.status, answer.headers["cache-control"].to_str().unwrap()), (status, "no-store"), "{path}");
    }
}

#[tokio::test]
async fn strangers_push_nothing_out_of_the_wire_log() {
    let mut host = Host::new().await;
    let body = "x".repeat(200_000);
    for n in 0..STRANGERS_WRITTEN_MAX * 3 {
        let path = format!("/webhooks/meta/{}", 900_000 + n);
        let answer = host.request(Method::POST, &path, &[], body.clone()).await;
        assert!([401, 404].contains(&answer.status), "{}", answer.status);
    }
    host.ana_says("hello").await;
    let log = wire_log(&host).await;
    let incoming: Vec<&str> = log.lines().filter(|line| line.contains(r#""direction":"in""#)).collect();
    let refused = incoming.iter().filter(|line| !line.contains(r#""status":200"#)).count();
    assert_eq!(refused, STRANGERS_WRITTEN_MAX as usize, "some, so that a wrong secret can be found");
    assert_eq!(incoming.len() - refused, 1, "what a platform signed stands there however much strangers send");
    assert!(log.len() < 40_000, "{} bytes", log.len());
}

#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_wire_log() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    wire_log(&host).await;
    let mode = fs::metadata(host.folder.path().join("wire.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_key_of_one_letter_does_not_start_a_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    fs::write(&path, "accounts: [{name: acme, api_keys: [k]}]\n").unwrap();
    let found = transom::runtime::config::Config::load(Some(&path), &|_| None).unwrap_err();
    let said = found[0].render(false);
    assert!(said.contains("an API key has 1 character") && said.contains("openssl rand -hex 32"), "{said}");
}

#[tokio::test]
async fn one_account_with_all_its_streams_and_webhooks_leaves_those_of_others_alone() {
    let host = Host::new().await;
    for n in 0..transom::base::limits::SUBSCRIPTIONS_MAX {
        let url = json!({"url": format!("https://crm.example/{n}")});
        host.post("key-acme", "/v1/webhooks", url).await.is(201);
    }
    let more = json!({"url": "https://crm.example/more"});
    assert_eq!(host.post("key-acme", "/v1/webhooks", more.clone()).await.is(409)["code"], "too_many_webhooks");
    host.post("key-other", "/v1/webhooks", more).await.is(201);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut streams = Vec::new();
    let listen = async |key: &str| {
        let request = client.get(format!("{}/v1/events", host.base));
        request.bearer_auth(crate::api::host::whole_key(key)).send().await.unwrap()
    };
    for _ in 0..transom::base::limits::EVENT_LISTENERS_MAX {
        streams.push(listen("key-acme").await);
    }
    assert!(streams.iter().all(|stream| stream.status() == 200));
    assert_eq!(listen("key-acme").await.status(), 503);
    assert_eq!(listen("key-other").await.status(), 200);
    assert!(!host.get("key-other", "/v1/contacts").await.text.contains(ANA));
}
