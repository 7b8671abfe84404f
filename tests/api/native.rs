//! Tests `/v1/…`, the native API.

use super::host::{ANA, Answer, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};
use transom::{
    base::time::Span,
    store::{WriteSet, tables::idempotency},
};

fn parcel(inputs: Json) -> Json {
    json!({"flow": "parcel", "contact": {"phone": ANA}, "sender": 12, "inputs": inputs})
}

#[track_caller]
fn problem(answer: Answer, status: u16, code: &str) -> Json {
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let body = answer.is(status);
    assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code)), "{body}");
    body
}

async fn conversation(host: &Host) -> i64 {
    let list = host.get("key-acme", "/v1/conversations").await.is(200);
    list["data"][0]["id"].as_i64().unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let host = Host::new().await;
    problem(host.get("key-acme", "/nothing").await, 404, "not_found");
    problem(host.get("key-acme", "/v1/keys").await, 405, "method_not_allowed");
    problem(host.get("", "/v1/conversations").await, 401, "unauthorized");
    problem(
        host.request(Method::POST, "/v1/runs", &[("authorization", "Bearer key-acme")], "{").await,
        400,
        "bad_json",
    );
}

#[tokio::test]
async fn a_flow_starts_with_inputs_of_its_types() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let body = host.post("key-acme", "/v1/runs", parcel(json!({"number": 7, "size": "small"}))).await.is(201);
    assert_eq!((&body["flow"], &body["state"]), (&json!("parcel"), &json!("started")));
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().last().unwrap().text(), "Your parcel is on its way");
}

#[tokio::test]
async fn who_starts_a_run_can_address_it() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    // Another conversation's runs: an id and a number within the conversation are two things from here on.
    let other = json!({"flow": "parcel", "contact": {"phone": "+34600999888"}, "sender": 12,
        "inputs": {"number": 1, "size": "small"}});
    host.post("key-acme", "/v1/runs", other).await.is(201);
    let ask = parcel(json!({"number": 7, "size": "small"}));
    let first = host.post_once("key-acme", "/v1/runs", "r9", ask.clone()).await.is(201);
    let shown = host.get("key-acme", &format!("/v1/runs/{}", first["run"])).await.is(200);
    assert_eq!((&shown["id"], &shown["flow"]), (&first["run"], &json!("parcel")));
    assert_eq!(shown["conversation_id"], first["conversation_id"]);
    assert_eq!(host.post_once("key-acme", "/v1/runs", "r9", ask).await.is(201)["run"], first["run"]);

    let event = json!({"name": "parcel_sent", "contact": {"phone": ANA}, "data": {"n": 1}});
    let body = host.post("key-acme", "/v1/events", event).await.is(202);
    let began = &body["started"][0];
    let shown = host.get("key-acme", &format!("/v1/runs/{}", began["run"])).await.is(200);
    assert_eq!((&shown["id"], &shown["flow"]), (&began["run"], &began["flow"]));
    assert_eq!(shown["conversation_id"], body["conversation_id"]);
}

#[tokio::test]
async fn a_start_that_was_cut_off_is_unknown_however_often_it_is_asked() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let body = parcel(json!({"number": 7, "size": "small"}));
    host.post_once("key-acme", "/v1/runs", "c1", body.clone()).await.is(201);
    // The crash: the key is claimed, and its answer was never kept.
    let known = idempotency::find(&host.app.store, &"acme".into(), "c1").await.unwrap().unwrap();
    let claim = idempotency::Claim {
        account: "acme".into(),
        key: "c2".into(),
        request_hash: known.request_hash,
        message_id: known.message_id.unwrap(),
        created_at: host.app.now(),
    };
    let mut set = WriteSet::new();
    set.push(&idempotency::CLAIM, &claim);
    host.app.store.commit(set).await.unwrap();
    host.app.run_due().await.unwrap();
    let before = host.graph.sent().len();
    for _ in 0..3 {
        problem(host.post_once("key-acme", "/v1/runs", "c2", body.clone()).await, 409, "outcome_unknown");
    }
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().len(), before);
}

#[tokio::test]
async fn every_wrong_input_is_named() {
    let host = Host::new().await;
    let body =
        problem(host.post("key-acme", "/v1/runs", parcel(json!({"size": "huge", "nubmer": 1}))).await, 422, "invalid");
    let pointers: Vec<&str> = body["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/inputs/number", "/inputs/size", "/inputs/nubmer"], "{body}");
    let unknown = json!({"flow": "parcle", "contact": {"phone": "123"}});
    let body = problem(host.post("key-acme", "/v1/runs", unknown).await, 422, "invalid");
    assert!(body.to_string().contains("did you mean `parcel`") && body.to_string().contains("E.164"), "{body}");
    let body = json!({"flow": "hello", "contact": {"phone": ANA}});
    let body = problem(host.post("key-acme", "/v1/runs", body).await, 422, "invalid");
    assert!(body["detail"].as_str().unwrap().contains("no `when: {api: true}`"), "{body}");
}

#[tokio::test]
async fn a_start_repeated_with_its_key_is_one_start() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let ask = parcel(json!({"number": 7, "size": "small"}));
    let first = host.post_once("key-acme", "/v1/runs", "r1", ask.clone()).await.is(201);
    let second = host.post_once("key-acme", "/v1/runs", "r1", ask).await.is(201);
    assert_eq!(first, second);
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().iter().filter(|sent| sent.text() == "Your parcel is on its way").count(), 1);
    let other = parcel(json!({"number": 8, "size": "small"}));
    problem(host.post_once("key-acme", "/v1/runs", "r1", other).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn an_event_starts_the_flow_that_waits_for_it() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let event = json!({"name": "parcel_sent", "contact": {"phone": ANA}, "data": {"n": 1}});
    let body = host.post("key-acme", "/v1/events", event).await.is(202);
    assert_eq!((&body["heard"], &body["did_you_mean"]), (&json!(true), &Json::Null), "{body}");
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().last().unwrap().text(), "Parcel 1 has left");
}

#[tokio::test]
async fn an_event_that_no_flow_hears_is_told_with_the_nearest_name() {
    let host = Host::new().await;
    let event = json!({"name": "parcel_send", "contact": {"phone": ANA}});
    let body = host.post("key-acme", "/v1/events", event).await.is(202);
    let said = (&body["heard"], &body["did_you_mean"], &body["started"]);
    assert_eq!(said, (&json!(false), &json!("parcel_sent"), &json!([])), "{body}");
}

#[tokio::test]
async fn a_person_takes_writes_and_gives_back() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let id = conversation(&host).await;
    let at = |verb: &str| format!("/v1/conversations/{id}/{verb}");
    let body = host.post("key-acme", &at("messages"), json!({"text": "Hi, this is Rosa"})).await.is(201);
    assert_eq!((&body["direction"], &body["state"]), (&json!("out"), &json!("sent")), "{body}");
    let list = host.get("key-acme", "/v1/conversations?state=with_person").await.is(200);
    assert_eq!(list["data"][0]["id"], id);
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Hi, this is Rosa", "the bot is silent");
    assert_eq!(host.post("key-acme", &at("hand-back"), json!({})).await.is(200)["state"], "bot");
    host.advance(Span::minutes(1)).await;
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Hello to you");
    assert_eq!(host.post("key-acme", &at("take-over"), json!({"agent": "Rosa"})).await.is(200)["state"], "with_person");
    assert_eq!(host.post("key-acme", &at("close"), json!({})).await.is(200)["state"], "bot");
}

#[tokio::test]
async fn who_needs_a_person_is_counted_until_one_has_come() {
    let mut host = Host::new().await;
    let needing = async |host: &Host| {
        let page = host.metrics().await;
        let line = page.lines().find_map(|line| line.strip_prefix("transom_needs_person ")).map(str::to_owned);
        line.unwrap()
    };
    host.ana_says("STOP").await;
    assert_eq!(needing(&host).await, "0");
    host.ana_says("are you there?").await;
    assert_eq!(needing(&host).await, "1");
    let id = conversation(&host).await;
    host.post("key-acme", &format!("/v1/conversations/{id}/close"), json!({})).await.is(200);
    assert_eq!(needing(&host).await, "0");
}

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages() {
    let mut host = Host::new().await;
    for _ in 0..2 {
        host.ana_says("hello").await;
        host.advance(Span::minutes(1)).await;
    }
    let id = conversation(&host).await;
    let page = host.get("key-acme", &format!("/v1/conversations/{id}/messages?limit=3")).await.is(200);
    let directions: Vec<&str> =
        page["data"].as_array().unwrap().iter().filter_map(|m| m["direction"].as_str()).collect();
    assert_eq!(directions, ["out", "in", "out"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = host.get("key-acme", &format!("/v1/conversations/{id}/messages?cursor={cursor}")).await.is(200);
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    assert_eq!((&rest["data"][0]["text"], &rest["next_cursor"]), (&json!("hello"), &Json::Null));
}

#[tokio::test]
async fn a_person_cannot_write_into_a_closed_window() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let id = conversation(&host).await;
    host.advance(Span::hours(25)).await;
    let path = format!("/v1/conversations/{id}/messages");
    problem(host.post("key-acme", &path, json!({"text": "late"})).await, 409, "window_closed");
    let body = problem(host.post("key-acme", &path, json!({})).await, 422, "invalid");
    assert!(body["detail"].as_str().unwrap().starts_with("Give a message: "), "{body}");
}

#[tokio::test]
async fn another_accounts_conversation_does_not_exist() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let id = conversation(&host).await;
    problem(host.get("key-other", &format!("/v1/conversations/{id}")).await, 404, "not_found");
    problem(host.post("key-other", &format!("/v1/conversations/{id}/close"), json!({})).await, 404, "not_found");
    assert_eq!(host.get("key-other", "/v1/conversations").await.is(200), json!({"data": [], "next_cursor": null}));
}

#[tokio::test]
async fn the_probes_need_no_key() {
    let host = Host::new().await;
    assert_eq!(host.get("", "/healthz").await.text, "ok\n");
    assert_eq!(host.get("", "/readyz").await.is(200), json!({"ready": true}));
}

#[tokio::test]
async fn while_the_disk_is_full_everybody_is_told_so_within_two_seconds() {
    let mut host = Host::new().await;
    host.ana_says("hi").await;
    host.faults.fill_disk();
    let asked = Instant::now();
    problem(
        host.post("key-acme", "/v1/runs", parcel(json!({"number": 7, "size": "small"}))).await,
        503,
        "database_away",
    );
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    host.get("", "/readyz").await.is(503);
    let whole = host.get(OPERATOR, "/readyz").await.is(503);
    assert_eq!(whole["database"], "away");
    assert!(whole["database_error"].as_str().is_some_and(|why| why.contains("full")), "{whole}");
    // Reading still works.
    host.get("key-acme", "/v1/contacts").await.is(200);
    let asked = Instant::now();
    problem(
        host.post("key-acme", "/v1/runs", parcel(json!({"number": 8, "size": "small"}))).await,
        503,
        "database_away",
    );
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    host.faults.free_disk();
    while !host.app.store.is_connected() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(host.get(OPERATOR, "/readyz").await.is(200)["database_error"].is_null());
    host.post("key-acme", "/v1/runs", parcel(json!({"number": 9, "size": "small"}))).await.is(201);
}

#[tokio::test]
async fn a_refused_request_is_no_refused_schedule() {
    let mut host = Host::new().await;
    host.ana_says("STOP").await;
    let ask = parcel(json!({"number": 7, "size": "small"}));
    problem(host.post("key-acme", "/v1/runs", ask).await, 409, "opted_out");
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_start_refused_total{flow="parcel",reason="opted_out"} 1"#), "{page}");
    assert!(!page.contains("transom_schedule_refused_total{"), "{page}");
}
