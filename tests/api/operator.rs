//! Tests requests that only the operator of the daemon's machine may make.

use super::host::{Host, OPERATOR};
use reqwest::Method;
use serde_json::json;
use transom::{
    base::clock::Clock,
    store::{
        WriteSet,
        tables::{dead_letter, inbound},
    },
};

#[tokio::test]
async fn a_created_key_opens_its_account_until_it_is_revoked() {
    let host = Host::new().await;
    let made = host.post(OPERATOR, "/v1/keys", json!({"account": "other", "name": "shop"})).await.is(201);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert!(key.starts_with(&format!("{id}.")));
    let path = "/api/user/whatsapp/session-status?recipient_phone=%2B34600111222&sender_id=";
    assert_eq!(host.get(key, &format!("{path}20")).await.status, 200);
    assert_eq!(host.get(key, &format!("{path}12")).await.status, 404, "of its own account only");
    let end = &key[..key.len() - 1];
    assert_eq!(host.get(&format!("{end}x"), &format!("{path}20")).await.status, 401);
    let revoke = format!("/v1/keys/{id}");
    let operator = format!("Bearer {OPERATOR}");
    let gone = host.request(Method::DELETE, &revoke, &[("authorization", &operator)], "").await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(host.get(key, &format!("{path}20")).await.status, 401);
    assert_eq!(host.request(Method::DELETE, &revoke, &[("authorization", &operator)], "").await.status, 404);
}

#[tokio::test]
async fn an_account_is_no_operator() {
    let host = Host::new().await;
    for path in ["/v1/keys", "/v1/templates/pull", "/v1/dead-letters/1/replay", "/v1/dead-letters/1/dismiss"] {
        assert_eq!(host.post("key-acme", path, json!({})).await.is(403)["code"], "operator_only", "{path}");
        assert_eq!(host.post("wrong", path, json!({})).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_key_is_for_an_account_that_exists() {
    let host = Host::new().await;
    let body = host.post(OPERATOR, "/v1/keys", json!({"account": "nobody"})).await.is(422);
    assert_eq!(body["detail"], "There is no account `nobody`.");
    host.post(OPERATOR, "/v1/keys", json!({})).await.is(422);
}

/// A message without an id in Meta's envelope, which cannot be parsed.
async fn with_a_letter() -> (Host, String) {
    let host = Host::new().await;
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{
        "field": "messages",
        "value": {"metadata": {"phone_number_id": "1"}, "messages": [{"type": "text"}]},
    }]}]});
    let key = [("authorization", "Bearer key-acme")];
    host.request(Method::POST, "/webhooks/sandbox/1", &key, body.to_string()).await;
    let letters = dead_letter::page(&host.app.store, i64::MAX, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    let path = format!("/v1/dead-letters/{}/replay", letters[0].id);
    (host, path)
}

#[tokio::test]
async fn an_account_sees_what_could_not_be_read_of_its_own_number() {
    let (host, _) = with_a_letter().await;
    let listed = host.get("key-acme", "/v1/dead-letters").await.is(200);
    assert_eq!((&listed["data"][0]["kind"], &listed["data"][0]["sender"]), (&json!("malformed"), &json!(1)));
    let id = &listed["data"][0]["id"];
    assert_eq!(host.get("key-acme", &format!("/v1/dead-letters/{id}")).await.is(200)["data"], json!(null));
    assert_eq!(host.get("key-other", "/v1/dead-letters").await.is(200)["data"], json!([]));
}

#[tokio::test]
async fn a_dead_letter_that_fails_again_says_so_and_stays() {
    let (host, path) = with_a_letter().await;
    assert_eq!(host.post(OPERATOR, "/v1/dead-letters/99/replay", json!({})).await.status, 404);
    for _ in 0..2 {
        let again = host.post(OPERATOR, &path, json!({})).await.is(409);
        assert_eq!(again["code"], "failed_again");
        assert!(again["detail"].as_str().unwrap().starts_with("It failed again and stays listed: "), "{again}");
    }
    assert_eq!(dead_letter::page(&host.app.store, i64::MAX, 10).await.unwrap().len(), 1);
    assert!(host.app.metrics.render().contains(r#"transom_dead_letters{kind="malformed"} 1"#));
}

#[tokio::test]
async fn a_dead_letter_that_nobody_can_replay_is_dismissed_once() {
    let (host, replay) = with_a_letter().await;
    let path = replay.replace("/replay", "/dismiss");
    assert_eq!(host.post("key-acme", &path, json!({})).await.status, 403, "it is the operator's");
    assert_eq!(host.post(OPERATOR, "/v1/dead-letters/99/dismiss", json!({})).await.status, 404);
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(200)["dismissed"], true);
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(409)["code"], "replayed_before");
    assert_eq!(host.post(OPERATOR, &replay, json!({})).await.is(409)["code"], "replayed_before");
    assert_eq!(host.get(OPERATOR, "/v1/dead-letters").await.is(200)["data"], json!([]));
    assert!(host.app.metrics.render().contains(r#"transom_dead_letters{kind="malformed"} 0"#));
}

#[tokio::test]
async fn a_dead_letter_that_can_be_read_now_is_replayed_once() {
    let (mut host, _) = with_a_letter().await;
    let raw = host.written(&host.sandbox_number(1), "hello again");
    let letter = dead_letter::DeadLetter {
        id: host.app.store.next_id(),
        kind: "malformed".into(),
        at: host.clock.now(),
        sender_id: None,
        subject_id: None,
        reason: "it was malformed to an older version".into(),
        data: json!({"provider": "sandbox", "raw": raw}),
        replayed_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&dead_letter::INSERT, &letter);
    host.app.store.commit(set).await.unwrap();
    let path = format!("/v1/dead-letters/{}/replay", letter.id);
    let done = host.post(OPERATOR, &path, json!({})).await.is(200);
    assert_eq!((&done["replayed"], &done["waits"]), (&json!(true), &json!(false)));
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(409)["code"], "replayed_before");
}

#[tokio::test]
async fn a_message_for_another_accounts_sender_is_not_let_in_by_a_replay() {
    let (mut host, _) = with_a_letter().await;
    // The key of one account vouches for a message to the sender of another.
    let body = host.written(&host.sandbox_number(1), "let me in");
    let key = [("authorization", "Bearer key-other")];
    host.request(Method::POST, "/webhooks/sandbox/1", &key, body).await;
    let letters = dead_letter::open(&host.app.store, "wrong_secret", i64::MAX, 10).await.unwrap();
    for letter in letters {
        let path = format!("/v1/dead-letters/{}/replay", letter.id);
        assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(409)["code"], "not_replayable");
    }
    assert_eq!(inbound::count_unhandled(&host.app.store).await.unwrap(), 0);
}
