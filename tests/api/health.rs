//! Tests `/v1/health`: what it looks at, and how often it asks the platforms.

use super::{
    host::{Host, OPERATOR},
    senders::meta_is_well,
    studio::open_host,
};
use serde_json::{Value as Json, json};
use transom::{
    base::{
        ids::SenderId,
        limits::{BACKUP_AGE_MAX, HEALTH_ASKED_EVERY, HEALTH_KEPT, UNSENT_AGE_MAX},
        time::Span,
    },
    runtime::health::backup_mark,
};

async fn checks(host: &Host, query: &str) -> Vec<Json> {
    let body = host.get(OPERATOR, &format!("/v1/health{query}")).await.is(200);
    body["checks"].as_array().unwrap().clone()
}

fn result(checks: &[Json], id: &str) -> String {
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {checks:#?}"))["result"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn platforms_are_asked_again_after_five_minutes_or_on_request() {
    let host = Host::new().await;
    meta_is_well(&host.graph);
    assert_eq!(result(&checks(&host, "").await, "sender.12.token"), "good");
    host.graph.answer("/106", 401, json!({"error": {"code": 190, "message": "expired"}}));
    host.clock.set(host.now() + (HEALTH_ASKED_EVERY - Span::millis(1)));
    assert_eq!(result(&checks(&host, "?fresh=true").await, "sender.12.token"), "good", "it was asked just now");
    host.clock.set(host.now() + Span::millis(1));
    assert_eq!(result(&checks(&host, "").await, "sender.12.token"), "good", "the answer is kept");
    assert_eq!(result(&checks(&host, "?fresh=true").await, "sender.12.token"), "bad");
    meta_is_well(&host.graph);
    host.clock.set(host.now() + (HEALTH_KEPT - Span::millis(1)));
    assert_eq!(result(&checks(&host, "").await, "sender.12.token"), "bad");
    host.clock.set(host.now() + Span::millis(1));
    assert_eq!(result(&checks(&host, "").await, "sender.12.token"), "good");
}

#[tokio::test]
async fn a_paused_sender_is_red_at_once_and_files_with_errors_too() {
    let host = Host::new().await;
    meta_is_well(&host.graph);
    let until = host.now() + Span::hours(1);
    host.app.health.paused_senders.pause(SenderId(12), false, until, "190: wrong token".into());
    std::fs::write(host.folder.path().join("flows/hello.yaml"), "flow: hello\nsteps:\n  - go: nowhere\n").unwrap();
    let all = checks(&host, "").await;
    let online = all.iter().find(|check| check["id"] == "sender.12.online").unwrap();
    assert_eq!((&online["result"], &online["mend"]), (&json!("bad"), &json!("transom senders resume 12")));
    assert_eq!(online["detail"], "Sender 12 is paused: 190: wrong token.");
    assert_eq!(result(&all, "flows"), "bad");
    host.request(
        reqwest::Method::POST,
        "/v1/senders/12/resume",
        &[("authorization", &format!("Bearer {OPERATOR}"))],
        "",
    )
    .await
    .is(200);
    assert!(checks(&host, "").await.iter().all(|check| check["id"] != "sender.12.online"));
}

#[tokio::test]
async fn accounts_do_not_see_the_health_of_all_and_the_page_of_a_sandbox_does() {
    assert_eq!(Host::new().await.get("key-acme", "/v1/health").await.is(403)["code"], "operator_only");
    let open = open_host(&[]).await;
    let seen = open.request(reqwest::Method::GET, "/v1/health", &[], "").await.is(200);
    let checks = seen["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["id"] != "backup"), "a sandbox has nothing to lose: {seen:#}");
    assert_eq!(result(checks, "sender.1.sandbox"), "good");
}

#[tokio::test]
async fn a_message_that_should_have_left_five_minutes_ago_is_told() {
    let mut host = Host::new().await;
    let until = host.now() + Span::hours(1);
    host.app.health.paused_senders.pause(SenderId(12), false, until, "190: wrong token".into());
    host.ana_says("hello").await;
    let since = host.now();
    host.clock.set(since + UNSENT_AGE_MAX);
    assert_eq!(result(&checks(&host, "").await, "queue"), "good");
    host.clock.set(since + UNSENT_AGE_MAX + Span::millis(1));
    let all = checks(&host, "").await;
    let queue = all.iter().find(|check| check["id"] == "queue").unwrap();
    assert_eq!(
        (&queue["result"], &queue["since"]),
        (&json!("warning"), &json!("2026-03-27T09:00:00+00:00")),
        "{queue}"
    );
}

#[tokio::test]
async fn a_backup_is_good_for_a_week() {
    let host = Host::new().await;
    assert_eq!(result(&checks(&host, "").await, "backup"), "warning");
    backup_mark::write(&host.app.config.data, host.now()).unwrap();
    host.clock.set(host.now() + BACKUP_AGE_MAX);
    assert_eq!(result(&checks(&host, "").await, "backup"), "good");
    host.clock.set(host.now() + Span::millis(1));
    assert_eq!(result(&checks(&host, "").await, "backup"), "warning");
}
