//! Sends malformed bodies to every endpoint: each answers with a documented status and does not panic. `host.request`
//! compares each answer with the API's document.

use super::{
    host::{Host, OPERATOR},
    routes::World,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{clock::Clock, secret::Secret, time::Span},
    channel::signature::Key,
    web::routes::{self, AllowedCallers, Route, Verb},
};

/// How often a platform's webhook is sent again here. Platforms do so for days.
const SENT_AGAIN_MAX: usize = 20;

/// Bodies that are no valid request.
fn raw() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    vec![
        ("no object", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1e308".to_vec()),
        ("cut off", br#"{"flow": "par"#.to_vec()),
        ("not UTF-8", b"{\"flow\": \"\xff\xfe\xfa\"}".to_vec()),
        ("UTF-16", "{}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a mark of byte order", b"\xef\xbb\xbf{}".to_vec()),
        ("NUL bytes", b"\0\0\0\0".to_vec()),
        ("half a surrogate", br#"{"flow": "\ud800", "text": "\udc00"}"#.to_vec()),
        ("keys twice", br#"{"flow": "a", "flow": "b", "flow": {}}"#.to_vec()),
        ("a number too large", br#"{"sender": 1e999}"#.to_vec()),
        ("a number too long", format!(r#"{{"sender": {}}}"#, "9".repeat(5_000)).into_bytes()),
        ("deep lists", deep("[", "]", 50_000).into_bytes()),
        ("deep objects", deep("{\"a\":", "}", 20_000).into_bytes()),
        (
            "10 k fields",
            json!((0..10_000).map(|n| (format!("f{n}"), json!(n))).collect::<serde_json::Map<_, _>>())
                .to_string()
                .into_bytes(),
        ),
        ("larger than any", vec![b' '; 300 * 1024]),
    ]
}

/// Values to put into each field of a valid request.
fn values() -> Vec<Json> {
    vec![
        Json::Null,
        json!(true),
        json!(-1),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MIN),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("a\u{0}b\u{e000}secret:X\u{e000}"),
        json!("\u{202e}\u{feff}${env.HOME}{{1}}"),
        json!("../../etc/passwd"),
        json!("x".repeat(20_000)),
        json!([]),
        json!({}),
        json!([[[[[]]]]]),
        json!((0..10_000).collect::<Vec<i32>>()),
        json!({"a": {"b": {"c": [1, "two", null]}}}),
    ]
}

fn key(route: &Route) -> &'static str {
    match route.who {
        AllowedCallers::Operator | AllowedCallers::Studio => OPERATOR,
        AllowedCallers::Account | AllowedCallers::Sandbox | AllowedCallers::Hook => "key-acme",
        AllowedCallers::Anyone | AllowedCallers::SignIn | AllowedCallers::Provider => "",
    }
}

async fn ask(world: &World, route: &Route, body: Vec<u8>, what: &str) {
    // Else the rate of the dialects' sends would answer for all.
    let now = world.host.clock.now();
    world.host.clock.set(now + Span::seconds(1));
    let authorization = format!("Bearer {}", key(route));
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let method: Method = route.verb.as_str().parse().unwrap();
    let answer = world.host.request(method, &world.path(route), &headers, body).await;
    assert!(answer.status < 500, "{} {what}: {} {}", route.name, answer.status, answer.text);
}

fn with_bodies() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| !route.example.path.is_empty() && route.body.is_some())
}

#[tokio::test]
async fn no_body_that_is_no_request_brings_an_endpoint_down() {
    let world = World::new().await;
    for route in with_bodies() {
        for (what, body) in raw() {
            ask(&world, route, body, what).await;
        }
    }
}

#[tokio::test]
async fn no_value_in_any_field_brings_an_endpoint_down() {
    for route in with_bodies() {
        let world = World::new().await;
        let example: Json = serde_json::from_str(route.example.body).unwrap();
        let mut pointers = Vec::new();
        collect(&example, "", &mut pointers);
        for pointer in pointers {
            for value in values() {
                let mut body = example.clone();
                *body.pointer_mut(&pointer).unwrap() = value.clone();
                let what = format!("{pointer} = {:.60}", value.to_string());
                ask(&world, route, body.to_string().into_bytes(), &what).await;
            }
        }
    }
}

/// Every path in a body, except the body itself.
fn collect(value: &Json, at: &str, all: &mut Vec<String>) {
    let inside: Vec<(String, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(name, value)| (name.replace('/', "~1"), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inside {
        let here = format!("{at}/{name}");
        all.push(here.clone());
        collect(value, &here, all);
    }
}

#[tokio::test]
async fn no_webhook_brings_the_daemon_down_and_the_next_message_is_answered() {
    let mut host = Host::new().await;
    let sign = |body: &[u8]| Key::new(Secret::new("app-secret")).sign(body);
    for (what, body) in raw() {
        let signature = sign(&body);
        let headers = [("x-hub-signature-256", signature.as_str())];
        let answer = host.request(Method::POST, "/webhooks/meta", &headers, body.clone()).await;
        assert!(answer.status < 500, "meta {what}: {} {}", answer.status, answer.text);
        let key = [("authorization", "Bearer key-acme")];
        let answer = host.request(Method::POST, "/webhooks/sandbox/1", &key, body).await;
        assert!(answer.status < 500, "sandbox {what}: {} {}", answer.status, answer.text);
    }
    let number = transom::channel::meta::compose::Number {
        waba_id: "102".into(),
        phone_number_id: "106".into(),
        phone: "+15550001111".into(),
    };
    let good: Json = serde_json::from_str(&host.written(&number, "something else")).unwrap();
    let mut pointers = Vec::new();
    collect(&good, "", &mut pointers);
    for pointer in pointers {
        for value in values() {
            let mut body = good.clone();
            *body.pointer_mut(&pointer).unwrap() = value;
            let body = body.to_string();
            let signature = sign(body.as_bytes());
            let headers = [("x-hub-signature-256", signature.as_str())];
            let mut answer = host.request(Method::POST, "/webhooks/meta", &headers, body.clone()).await;
            // Ten thousand items in one body take a busy machine longer than a webhook may wait for its answer. What
            // was recorded stays, so it is taken once it is sent again, as the platform does.
            for _ in 0..SENT_AGAIN_MAX {
                if answer.status != 503 {
                    break;
                }
                assert_eq!(answer.json()["code"], "not_recorded", "{pointer}");
                answer = host.request(Method::POST, "/webhooks/meta", &headers, body.clone()).await;
            }
            assert_eq!(answer.status, 200, "{pointer}: {}", answer.text);
        }
    }
    host.app.run_due().await.unwrap();
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Hello to you");
}

#[test]
fn every_post_that_sends_or_starts_something_honours_an_idempotency_key() {
    // Requests that send nothing, or that are harmless to repeat by a rule of their own.
    let others = [
        "import_contacts",
        "replay_dead_letter",
        "dismiss_dead_letter",
        "resume_sender",
        "pause_flow",
        "resume_flow",
        "create_key",
        "pull_templates",
        "upload_media",
        "take_webhook",
        "take_sender_webhook",
        "take_hook",
        // Chatwoot sends no such header: a repeated delivery is known by its id.
        "take_chatwoot",
        // Meta's own request, which has no such header; the flow that answers it says nothing in the chat.
        "answer_form",
        // The etags refuse a second time, and a look or a play changes nothing.
        "publish_bot",
        "preview_bot",
        "ask_knowledge",
        "ask_by_mcp",
        "play_talk",
        "save_talk",
        "draw_flow",
        "run_tests",
        "play_bad_day",
        "let_customers_loose",
        "replay_talks",
        // The answer has a secret, which is not kept for a second time.
        "add_person",
        "link_person",
        "sign_in",
    ];
    for route in routes::all().filter(|route| route.verb == Verb::Post && !route.is_dialect()) {
        assert!(route.keyed || others.contains(&route.name), "{}", route.name);
    }
}
