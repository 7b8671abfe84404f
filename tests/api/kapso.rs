//! Tests the dialect of Kapso. `documents` tests the calls of its documentation.

use super::{
    host::{ANA, Host},
    senders::meta_is_well,
};
use crate::graph::Fault;
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::time::Span;

async fn into(host: &Host, message: Json) -> super::host::Answer {
    let page = host.get("key-acme", "/v1/conversations").await.is(200);
    let path = format!("/api/v1/whatsapp_conversations/{}/whatsapp_messages", page["data"][0]["id"]);
    host.post("key-acme", &path, json!({"message": message})).await
}

#[tokio::test]
async fn every_kind_leaves_as_it_is_meant() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let file = |kind: &str| json!({"message_type": kind, "media_url": "https://a.example/x", "content": "c", "filename": "a.pdf"});
    let kinds = [
        (json!({"message_type": "text", "content": "Hi"}), "text", json!({"preview_url": false, "body": "Hi"})),
        (file("image"), "image", json!({"link": "https://a.example/x", "caption": "c"})),
        (file("video"), "video", json!({"link": "https://a.example/x", "caption": "c"})),
        (
            json!({"message_type": "audio", "media_url": "https://a.example/x"}),
            "audio",
            json!({"link": "https://a.example/x"}),
        ),
        (file("document"), "document", json!({"link": "https://a.example/x", "caption": "c", "filename": "a.pdf"})),
        (
            json!({"message_type": "location", "location": {"latitude": 40.4168, "longitude": -3.7038, "name": "Office", "address": "Sol 1"}}),
            "location",
            json!({"latitude": 40.4168, "longitude": -3.7038, "name": "Office", "address": "Sol 1"}),
        ),
    ];
    for (message, kind, left) in kinds {
        let said = into(&host, message).await.is(201);
        assert_eq!((&said["data"]["message_type"], &said["data"]["status"]), (&json!(kind), &json!("sent")));
        let sent = host.graph.sent();
        assert_eq!((&sent.last().unwrap().body["type"], &sent.last().unwrap().body[kind]), (&json!(kind), &left));
        assert_eq!(said["data"]["whatsapp_message_id"], json!(sent.last().unwrap().id));
    }
    let refused = into(&host, file("audio")).await.is(422);
    assert!(refused["error"].as_str().unwrap().contains("no text beside it"), "{refused}");
}

#[tokio::test]
async fn a_conversation_that_is_not_ours_is_not_found() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let page = host.get("key-acme", "/v1/conversations").await.is(200);
    let message = json!({"message": {"content": "hi"}});
    let not_found = json!({"error": "Conversation not found"});
    let own = page["data"][0]["id"].to_string();
    for (key, id) in [("key-acme", "conv_123"), ("key-acme", "99"), ("key-other", own.as_str())] {
        let path = format!("/api/v1/whatsapp_conversations/{id}/whatsapp_messages");
        assert_eq!(host.post(key, &path, message.clone()).await.is(404), not_found);
    }
}

#[tokio::test]
async fn the_failures_of_seed_004_have_its_words() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    let said = into(&host, json!({"content": "hi"})).await.is(422);
    assert!(said["error"].as_str().unwrap().starts_with("Invalid WhatsApp number"), "{said}");
    assert_eq!(into(&host, json!({"content": ""})).await.is(422), json!({"error": "content can't be blank"}));
    host.advance(Span::hours(25)).await;
    let before = host.graph.sent().len();
    let said = into(&host, json!({"content": "hi"})).await.is(422);
    let words = said["error"].as_str().unwrap();
    assert!(words.starts_with("Re-engagement message") && words.contains("131047"), "{words}");
    assert_eq!(host.graph.sent().len(), before);
    host.ana_says("STOP").await;
    into(&host, json!({"content": "hi"})).await.is(403);
}

#[tokio::test]
async fn the_key_stands_in_a_header_of_its_own_or_as_a_bearer() {
    let host = Host::new().await;
    let path = "/api/v1/sandbox_sessions";
    for (name, value, status) in [
        ("x-api-key", "key-acme", 200),
        ("authorization", "Bearer key-acme", 200),
        ("x-api-key", "wrong", 401),
        ("x-other", "key-acme", 401),
    ] {
        let answer = host.request(Method::GET, path, &[(name, value)], "").await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_number_that_works_is_healthy_and_a_test_message_goes_to_who_wrote() {
    let mut host = Host::new().await;
    meta_is_well(&host.graph);
    host.ana_says("something else").await;
    let path = "/api/v1/whatsapp_configs/106/health";
    let said = host.get("key-acme", path).await.is(200);
    assert_eq!((&said["status"], &said["timestamp"]), (&json!("healthy"), &json!("2026-03-27T09:00:00Z")), "{said}");
    for check in
        ["phone_number_access", "token_validity", "messaging_health", "webhook_verified", "webhook_subscription"]
    {
        assert_eq!(said["checks"][check]["passed"], true, "{check}: {said}");
    }
    assert_eq!(said["checks"]["messaging_health"]["overall_status"], "AVAILABLE");
    assert_eq!(said["checks"]["phone_number_access"]["details"]["quality_rating"], "GREEN");
    assert!(said["checks"]["test_message"].is_null());
    let before = host.graph.sent().len();
    let tested = host.post("key-acme", path, json!({"phone_number": ANA})).await.is(200);
    assert_eq!(tested["checks"]["test_message"]["passed"], true, "{tested}");
    assert_eq!(tested["checks"]["test_message"]["details"]["phone_number"], ANA);
    assert_eq!(host.graph.sent().len(), before + 1);
    let stranger = host.post("key-acme", path, json!({"phone_number": "+14155552671"})).await.is(200);
    assert_eq!(stranger["checks"]["test_message"]["passed"], false);
    assert_eq!(host.graph.sent().len(), before + 1, "who never wrote gets nothing");
    let also = host.get("key-acme", "/platform/v1/whatsapp/phone_numbers/106/health").await.is(200);
    assert_eq!(also["status"], "healthy");
    let none = json!({"error": "WhatsApp configuration not found"});
    assert_eq!(host.get("key-other", path).await.is(404), none);
}

#[tokio::test]
async fn a_number_that_may_not_send_is_not_healthy() {
    let mut host = Host::new().await;
    let number = |word: &str| {
        json!({"display_phone_number": "+1 555-000-1111", "status": "CONNECTED", "quality_rating": "GREEN",
        "health_status": {"can_send_message": word, "entities": []}})
    };
    let app = json!({"data": [{"whatsapp_business_api_data": {"id": "1", "name": "Shop"}}]});
    host.graph.answer("/subscribed_apps", 200, app);
    host.ana_says("something else").await;
    for (word, status) in [("LIMITED", "degraded"), ("BLOCKED", "unhealthy")] {
        host.graph.answer("/106", 200, number(word));
        let said = host.get("key-acme", "/api/v1/whatsapp_configs/12/health").await.is(200);
        assert_eq!(
            (&said["status"], &said["checks"]["messaging_health"]["overall_status"]),
            (&json!(status), &json!(word))
        );
        assert_eq!(said["checks"]["messaging_health"]["passed"], false);
    }
    for (status, code, access, token) in [(401, 190, false, false), (400, 100, false, true)] {
        host.graph.answer("/106", status, json!({"error": {"code": code, "message": "No"}}));
        let said = host.get("key-acme", "/api/v1/whatsapp_configs/12/health").await.is(200);
        assert_eq!(
            (&said["status"], said["checks"]["messaging_health"]["passed"].as_bool()),
            (&json!("unhealthy"), Some(false))
        );
        assert_eq!(said["checks"]["messaging_health"]["overall_status"], "BLOCKED", "nobody could read it: {said}");
        assert_eq!(
            (&said["checks"]["phone_number_access"]["passed"], &said["checks"]["token_validity"]["passed"]),
            (&json!(access), &json!(token))
        );
    }
    host.graph.answer("/106", 200, number("AVAILABLE"));
    host.graph.fail_next(Fault::Code { status: 401, code: 190 });
    host.ana_says("hello").await;
    let said = host.get("key-acme", "/api/v1/whatsapp_configs/12/health").await.is(200);
    assert_eq!(
        (&said["status"], &said["checks"]["messaging_health"]["overall_status"]),
        (&json!("unhealthy"), &json!("BLOCKED")),
        "a sender that we have stopped sends nothing: {said}"
    );
}

const DRAFT: &str = "flow: fresh\ndraft: true\nwhen:\n  - message: try\nsteps:\n  - say: A new flow\n";

fn session() -> Json {
    json!({"whatsapp_sandbox_session": {"phone_number": ANA}})
}

#[tokio::test]
async fn a_phone_that_sends_its_code_reaches_drafts_for_a_day() {
    let mut host = Host::with(&[("flows/fresh.yaml", DRAFT)], "").await;
    host.ana_says("try").await;
    assert!(host.graph.sent().is_empty(), "a draft is for testers");
    let made = host.post("key-acme", "/api/v1/sandbox_sessions", session()).await.is(201);
    let (id, code) = (made["data"]["id"].as_str().unwrap(), made["data"]["activation_code"].as_str().unwrap());
    // Somebody else's phone, and another code.
    host.somebody_says("+14155552671", code).await;
    host.ana_says("ABC234").await;
    let path = format!("/api/v1/sandbox_sessions/{id}");
    assert_eq!(host.get("key-acme", &path).await.is(200)["data"]["status"], "pending_activation");
    host.advance(Span::hours(1)).await;
    host.ana_says(&code.to_lowercase()).await;
    let shown = host.get("key-acme", &path).await.is(200);
    assert_eq!(
        (&shown["data"]["status"], &shown["data"]["activated_at"]),
        (&json!("active"), &json!("2026-03-27T10:00:00Z"))
    );
    assert_eq!(shown["data"]["expires_at"], "2026-03-28T10:00:00Z");
    let told = host.graph.sent().last().unwrap().text().to_owned();
    assert_eq!(told, "This phone is a tester until 2026-03-28T10:00:00+00:00: it reaches the flows that are drafts.");
    host.ana_says("try").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "A new flow");
    host.somebody_says("+14155552671", "try").await;
    assert_eq!(host.graph.sent().len(), 2, "nobody else became a tester");
    host.advance(Span::hours(24)).await;
    host.ana_says("try").await;
    assert_eq!(host.graph.sent().len(), 2, "the day is over");
    assert_eq!(host.get("key-acme", &path).await.is(200)["data"]["status"], "expired");
}

#[tokio::test]
async fn a_code_counts_for_a_day_and_once_and_is_listed() {
    let mut host = Host::with(&[("flows/fresh.yaml", DRAFT)], "").await;
    let made = host.post("key-acme", "/api/v1/sandbox_sessions", session()).await.is(201);
    let code = made["data"]["activation_code"].as_str().unwrap().to_owned();
    host.advance(Span::hours(24)).await;
    host.ana_says(&code).await;
    assert!(host.graph.sent().is_empty(), "it came too late");
    let listed = host.get("key-acme", "/api/v1/sandbox_sessions?per_page=1").await.is(200);
    assert_eq!(listed["meta"], json!({"page": 1, "per_page": 1, "total_pages": 1, "total_count": 1}));
    assert_eq!(listed["data"][0]["status"], "expired");
    assert_eq!(host.get("key-other", "/api/v1/sandbox_sessions").await.is(200)["data"], json!([]));
    let blank = json!({"whatsapp_sandbox_session": {}});
    let said = host.post("key-acme", "/api/v1/sandbox_sessions", blank).await.is(422);
    assert_eq!(said, json!({"error": "phone_number can't be blank"}));
    host.get("key-acme", "/api/v1/sandbox_sessions?per_page=101").await.is(422);
}

#[tokio::test]
async fn a_flow_is_started_by_its_name_and_can_be_followed() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let start =
        |variables: Json| json!({"workflow_execution": {"phone_number": ANA, "variables": variables, "context": {}}});
    let path = "/api/v1/workflows/parcel/executions";
    let begun = host.post("key-acme", path, start(json!({"number": 7, "size": "small", "other": true}))).await.is(202);
    assert_eq!(
        (&begun["data"]["message"], &begun["data"]["workflow_id"]),
        (&json!("Workflow execution initiated"), &json!("parcel"))
    );
    host.app.queue.settled().await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Your parcel is on its way");
    let id = begun["data"]["tracking_id"].as_str().unwrap();
    assert_eq!(begun["data"]["id"], id);
    let shown = host.get("key-acme", &format!("/platform/v1/workflow_executions/{id}")).await.is(200);
    assert_eq!((&shown["data"]["status"], &shown["data"]["workflow_id"]), (&json!("ended"), &json!("parcel")));
    host.get("key-other", &format!("/api/v1/workflow_executions/{id}")).await.is(404);
    let said = host.post("key-acme", path, start(json!({"number": "x", "size": "small"}))).await.is(422);
    assert!(said["error"].as_str().unwrap().contains("number"), "{said}");
    for unknown in ["nothing", "hello"] {
        let path = format!("/api/v1/workflows/{unknown}/executions");
        assert_eq!(
            host.post("key-acme", &path, start(json!({}))).await.is(404),
            json!({"error": "Workflow not found"})
        );
    }
    let nobody = json!({"workflow_execution": {"variables": {"number": 7, "size": "small"}}});
    assert_eq!(host.post("key-acme", path, nobody).await.is(422), json!({"error": "phone_number can't be blank"}));
}
