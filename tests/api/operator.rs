//! What only the operator of the daemon's machine may do.

use super::host::{Host, OPERATOR};
use reqwest::Method;
use serde_json::json;

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
    for path in ["/v1/keys", "/v1/templates/pull", "/v1/dead-letters/1/replay"] {
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

#[tokio::test]
async fn a_dead_letter_is_replayed_once() {
    let host = Host::new().await;
    assert_eq!(host.post(OPERATOR, "/v1/dead-letters/99/replay", json!({})).await.status, 404);
    // Meta's own wrapping around a message without an id: nothing can be made of it.
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{
        "field": "messages",
        "value": {"metadata": {"phone_number_id": "1"}, "messages": [{"type": "text"}]},
    }]}]});
    let key = [("authorization", "Bearer key-acme")];
    host.request(Method::POST, "/webhooks/sandbox/1", &key, body.to_string()).await;
    let letters = transom::store::dead_letter::page(&host.app.store, i64::MAX, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    let path = format!("/v1/dead-letters/{}/replay", letters[0].id);
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(200)["replayed"], true);
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(409)["code"], "replayed_before");
}
