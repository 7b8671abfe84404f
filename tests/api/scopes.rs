//! Tests the scopes, expiry, masks and last use of API keys; `access` asks every route with each scope.

use super::{
    host::{ANA, Host, OPERATOR},
    routes::World,
};
use serde_json::{Value as Json, json};
use transom::{
    base::{limits::KEY_USED_EVERY, time::Span},
    model::scope::Scope,
    store::tables::api_key,
    web::routes::{self, AllowedCallers},
};

async fn key(host: &Host, scopes: Json) -> String {
    let asked = json!({"account": "acme", "name": "test", "scopes": scopes});
    host.post(OPERATOR, "/v1/keys", asked).await.is(201)["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn no_scope_makes_an_operator() {
    let world = World::new().await;
    let key = key(&world.host, json!(Scope::NAMES)).await;
    for route in routes::all().filter(|route| route.who == AllowedCallers::Operator) {
        let (status, text) = world.ask_as(route, &[("authorization", &format!("Bearer {key}"))]).await;
        assert_eq!(status, 403, "{}: {text}", route.name);
        assert!(text.contains("operator_only"), "{}: {text}", route.name);
    }
    assert_eq!(world.host.get(&key, "/v1/session").await.status, 403);
}

#[tokio::test]
async fn waplify_refuses_in_the_form_of_the_endpoint() {
    let host = Host::new().await;
    let key = key(&host, json!(["flows"])).await;
    let other = host.get(&key, "/api/v1/templates/").await.is(403);
    assert_eq!((&other["error"], other.get("detail")), (&json!("forbidden"), None), "{other}");
    let freeform = host.post(&key, "/api/v1/messages/send-message", json!({})).await.is(403);
    assert!(freeform["detail"].is_string() && freeform.get("error").is_none(), "{freeform}");
}

#[tokio::test]
async fn no_key_hears_of_other_accounts() {
    let host = Host::new().await;
    let all = key(&host, json!(Scope::NAMES)).await;
    assert_eq!(host.get(&all, "/v1/health").await.is(403)["code"], "operator_only");
    let talks = json!({"files": {}, "day": "2026-03-27"});
    assert_eq!(host.post(&all, "/v1/studio/replay", talks).await.is(403)["code"], "operator_only");
}

#[tokio::test]
async fn a_key_without_people_reads_customers_masked() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let (reads, sees) = (key(&host, json!(["read"])).await, key(&host, json!(["read", "people"])).await);
    let masked = host.get(&reads, "/v1/contacts").await;
    assert!(masked.status == 200 && !masked.text.contains(ANA) && masked.text.contains('•'), "{}", masked.text);
    assert!(host.get(&sees, "/v1/contacts").await.text.contains(ANA));
    // A search would tell number by number whose a masked one is.
    let sought = host.get(&reads, &format!("/v1/contacts?phone=%2B{}", &ANA[1..])).await.is(403);
    assert_eq!(sought["code"], "missing_scope");
    assert_eq!(host.get(&sees, &format!("/v1/contacts?phone=%2B{}", &ANA[1..])).await.status, 200);
}

#[tokio::test]
async fn an_expired_key_is_told_so_and_opens_nothing() {
    let host = Host::new().await;
    let asked = json!({"account": "acme", "scopes": ["read"], "expires_in": "1h"});
    let made = host.post(OPERATOR, "/v1/keys", asked).await.is(201);
    assert_eq!((&made["scopes"], &made["expires_at"]), (&json!(["read"]), &json!("2026-03-27T10:00:00+00:00")));
    let key = made["key"].as_str().unwrap();
    assert_eq!(host.get(key, "/v1/flows").await.status, 200);
    host.advance(Span::hours(1) - Span::millis(1)).await;
    assert_eq!(host.get(key, "/v1/flows").await.status, 200);
    host.advance(Span::millis(1)).await;
    assert_eq!(host.get(key, "/v1/flows").await.is(401)["code"], "key_expired");
    // Only the holder of the whole key learns that.
    let id = key.split('.').next().unwrap();
    assert_eq!(host.get(&format!("{id}.00"), "/v1/flows").await.is(401)["code"], "unauthorized");
    // The dialects know no such error, and refuse it as an unknown key.
    for path in ["/api/user/whatsapp/senders", "/api/v1/templates/", "/platform/v1/whatsapp/phone_numbers"] {
        assert_eq!(host.get(key, path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_scope_or_expiry_is_refused_with_its_place() {
    let host = Host::new().await;
    let wrong = async |body: Json| host.post(OPERATOR, "/v1/keys", body).await.is(422)["errors"][0].clone();
    let sned = wrong(json!({"account": "acme", "scopes": ["read", "sned"]})).await;
    assert_eq!(sned["pointer"], "/scopes/1");
    assert!(sned["detail"].as_str().unwrap().contains("`sned`"), "{sned}");
    assert_eq!(wrong(json!({"account": "acme", "scopes": []})).await["pointer"], "/scopes");
    for life in ["", "0s", "-1d", "3651d", "soon"] {
        assert_eq!(wrong(json!({"account": "acme", "expires_in": life})).await["pointer"], "/expires_in", "{life}");
    }
    host.post(OPERATOR, "/v1/keys", json!({"account": "acme", "expires_in": "3650d"})).await.is(201);
}

#[tokio::test]
async fn the_last_use_of_a_key_is_written_now_and_then() {
    let host = Host::new().await;
    let key = key(&host, json!(["read"])).await;
    let id = key.split('.').next().unwrap();
    let used = async || api_key::find(&host.app.store, id).await.unwrap().unwrap().used_at;
    assert_eq!(used().await, None);
    host.get(&key, "/v1/flows").await;
    let first = host.now();
    assert_eq!(used().await, Some(first));
    host.advance(KEY_USED_EVERY - Span::millis(1)).await;
    host.get(&key, "/v1/flows").await;
    assert_eq!(used().await, Some(first));
    host.advance(Span::millis(1)).await;
    host.get(&key, "/v1/flows").await;
    assert_eq!(used().await, Some(host.now()));
}

#[tokio::test]
async fn a_key_with_flows_publishes_and_is_written_down() {
    let host = Host::new().await;
    let deploys = key(&host, json!(["flows"])).await;
    let text = "flow: thanks\nwhen:\n  - message: thanks\nsteps:\n  - say: You are welcome\n";
    let body = json!({"files": {"flows/thanks.yaml": text}, "etags": {"flows/thanks.yaml": null}});
    assert_eq!(host.post("key-acme", "/v1/bot/publish", body.clone()).await.is(403)["code"], "operator_only");
    host.post(&deploys, "/v1/bot/publish", body).await.is(200);
    let audit = host.get(OPERATOR, "/v1/audit").await.is(200);
    assert_eq!((&audit["data"][0]["action"], &audit["data"][0]["by"]), (&json!("publish_bot"), &json!("key")));
}
