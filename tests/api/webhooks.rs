//! Tests `/webhooks/…`: authentication and answers.

use super::host::Host;
use reqwest::Method;
use transom::{
    base::{query::encode, secret::Secret},
    channel::signature::Key,
};

#[tokio::test]
async fn the_handshake_answers_the_challenge_to_whoever_knows_the_token() {
    let host = Host::new().await;
    let ask = |token: &str| {
        format!("/webhooks/meta?hub.mode=subscribe&hub.challenge=1158&hub.verify_token={}", encode(token))
    };
    let right = host.request(Method::GET, &ask("verify-me"), &[], "").await;
    assert_eq!((right.status, right.text.as_str()), (200, "1158"));
    assert!(host.request(Method::GET, &ask("wrong"), &[], "").await.status >= 400);
}

#[tokio::test]
async fn a_forged_body_is_refused_and_counted() {
    let host = Host::new().await;
    for headers in [vec![], vec![("x-hub-signature-256", "sha256=00")]] {
        assert_eq!(host.request(Method::POST, "/webhooks/meta", &headers, "{}").await.status, 401);
    }
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_webhooks_total{provider="meta",result="bad_signature"} 2"#), "{page}");
}

#[tokio::test]
async fn a_signed_message_is_recorded_before_it_is_answered() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let sent = host.graph.until_sent(1).await;
    assert_eq!(sent[0].text(), "Hello to you");
}

#[tokio::test]
async fn the_wire_log_holds_webhooks_and_nothing_private_of_them() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    host.request(Method::POST, "/webhooks/meta", &[], r#"{"text": "forged"}"#).await.is(401);
    let lines = loop {
        let text = std::fs::read_to_string(host.folder.path().join("wire.jsonl")).unwrap();
        if text.matches(r#""direction":"in""#).count() == 2
            && text.contains(r#""direction":"out""#)
            && text.ends_with('\n')
        {
            break text;
        }
        tokio::task::yield_now().await;
    };
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let heard: Vec<_> = lines.iter().filter(|line| line["direction"] == "in").collect();
    assert_eq!(
        (&heard[0]["method"], &heard[0]["url"], &heard[0]["status"]),
        (&"POST".into(), &"/webhooks/meta".into(), &200.into())
    );
    assert!(heard[0]["request"].as_str().unwrap().ends_with(" bytes>"), "{}", heard[0]);
    assert_eq!((&heard[1]["status"], &heard[1]["request"]), (&401.into(), &"<18 bytes>".into()));
}

#[tokio::test]
async fn too_large_a_body_is_read_away_and_refused() {
    let host = Host::new().await;
    let most = vec![b' '; 3 * 1024 * 1024];
    let signature = Key::new(Secret::new("app-secret")).sign(&most);
    let headers = [("x-hub-signature-256", signature.as_str())];
    assert_eq!(host.request(Method::POST, "/webhooks/meta", &headers, most.clone()).await.status, 200, "at the limit");
    let more = vec![b' '; 8 * 1024 * 1024];
    assert_eq!(host.request(Method::POST, "/webhooks/meta", &headers, more).await.status, 413);
}

#[tokio::test]
async fn a_sandbox_of_a_configuration_needs_a_key_of_its_account() {
    let mut host = Host::new().await;
    let number = host.sandbox_number(1);
    let body = host.written(&number, "hello");
    let post = async |key: &str| {
        let key = format!("Bearer {key}");
        host.request(Method::POST, "/webhooks/sandbox/1", &[("authorization", &key)], body.clone()).await.status
    };
    assert_eq!(post("").await, 401);
    assert_eq!(post("key-other").await, 401);
    assert_eq!(post("key-acme").await, 200);
    host.app.run_due().await.unwrap();
    let told = host.get("key-acme", "/v1/sandbox/1/messages?phone=%2B34600111222").await.is(200);
    assert_eq!(told["data"][0]["text"], "Hello to you");
    let other = host.get("key-other", "/v1/sandbox/1/messages?phone=%2B34600111222").await;
    assert_eq!(other.status, 404, "senders of another account do not exist for a key, as everywhere in the native API");
}

#[tokio::test]
async fn a_method_that_no_webhook_has_is_told_with_those_that_there_are() {
    let host = Host::new().await;
    for (method, path) in [(Method::DELETE, "/webhooks/meta"), (Method::TRACE, "/webhooks/meta/12")] {
        let answer = host.request(method, path, &[], "").await;
        assert_eq!((answer.status, &answer.headers["allow"]), (405, &"GET,HEAD,POST".parse().unwrap()));
        assert_eq!(answer.json()["code"], "method_not_allowed");
    }
    let key = [("authorization", "Bearer key-acme")];
    assert_eq!(host.request(Method::GET, "/webhooks/sandbox/1", &key, "").await.status, 404, "nobody verifies it");
}

#[tokio::test]
async fn unknown_providers_and_senders_are_404() {
    let host = Host::new().await;
    for path in ["/webhooks/telegram", "/webhooks/meta/x", "/webhooks/telegram/1"] {
        assert_eq!(host.request(Method::POST, path, &[], "{}").await.status, 404, "{path}");
    }
}
