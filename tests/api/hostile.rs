//! Sends malformed bodies: every answer is documented and no internal error.

use super::{host::OPERATOR, routes::World};
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use transom::{
    base::{clock::Clock, limits::API_BODY_BYTES_MAX, time::Span},
    web::routes::{self, AllowedCallers, Route, Verb},
};

/// Bodies that match no request, as bytes.
fn corpus() -> Vec<Vec<u8>> {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(5_000), close.repeat(5_000)).into_bytes();
    let mut all: Vec<Vec<u8>> =
        ["", " ", "null", "true", "7", "[]", "{", "{}}", "\"text\"", "{\"a\":}", "a=b&c=d", "\u{feff}{}"]
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
    all.push(deep("[", "]"));
    all.push(deep("{\"message\":", "}"));
    all.push(b"{\"message\": \"\xff\xfe\"}".to_vec());
    all.push(b"\x00\x01\x02".to_vec());
    all.push(format!("{{\"message\": \"{}\"}}", "x".repeat(API_BODY_BYTES_MAX)).into_bytes());
    all.push(br#"{"message": "\ud800", "contact_phone": "\u0000", "recipient_phone": "\udfff"}"#.to_vec());
    all.push(br#"{"message": "a", "message": ["b"], "contact_phone": "1", "contact_phone": {}}"#.to_vec());
    all.push(format!("{{\"variables\": [{}]}}", vec!["1"; 10_000].join(",")).into_bytes());
    all
}

/// Values to put into each field of an example, one after the other.
fn strange() -> Vec<Json> {
    vec![
        Json::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!(" \t\n"),
        json!("\u{0}"),
        json!("\u{202e}👩‍👩‍👧‍👦é"),
        json!("x".repeat(10_000)),
        json!("${1+1} {{1}} %s ' or 1=1 --"),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({"": {"a": []}}),
        json!([null, {}, "x", 7]),
    ]
}

/// The example with each field, also nested ones, replaced by each strange value.
fn bent(body: &Json) -> Vec<Json> {
    let Json::Object(fields) = body else { return strange() };
    let mut all = Vec::new();
    for (name, value) in fields {
        let inside = if value.is_object() { bent(value) } else { Vec::new() };
        for other in strange().into_iter().chain(inside) {
            let mut copy: Map<String, Json> = fields.clone();
            copy.insert(name.clone(), other);
            all.push(Json::Object(copy));
        }
        let mut without = fields.clone();
        without.remove(name);
        all.push(Json::Object(without));
    }
    all
}

/// Every route with a body for an authenticated caller.
fn with_a_body() -> impl Iterator<Item = &'static Route> {
    let wanted = |route: &&Route| {
        !matches!(route.who, AllowedCallers::Anyone | AllowedCallers::Provider) && !route.example.body.is_empty()
    };
    routes::all().filter(|route| route.verb != Verb::Get).filter(wanted)
}

fn key(route: &Route) -> &'static str {
    if matches!(route.who, AllowedCallers::Operator | AllowedCallers::Studio) { OPERATOR } else { "key-acme" }
}

/// Sends a request; the host itself checks that status and body are documented.
async fn ask(world: &World, route: &Route, path: &str, body: Option<Vec<u8>>) {
    // The rates of the dialects are not what is asked here.
    world.host.clock.set(world.host.clock.now() + Span::minutes(1));
    let authorization = format!("Bearer {}", key(route));
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let shown = String::from_utf8_lossy(body.as_deref().unwrap_or_default()).chars().take(200).collect::<String>();
    let method = Method::from_bytes(route.verb.as_str().as_bytes()).unwrap();
    let answer = world.host.request(method, path, &headers, body.unwrap_or_default()).await;
    assert!(answer.status < 500, "{} {path} {shown}: {} {}", route.verb.as_str(), answer.status, answer.text);
}

#[tokio::test]
async fn no_body_that_fits_nothing_is_our_fault() {
    let world = World::new().await;
    // A run waits for this one, and begins (and speaks) when it is stopped, for which no body is needed.
    let stop = routes::all().find(|route| route.path == "/v1/runs/{id}/stop").unwrap();
    ask(&world, stop, &world.path(stop), None).await;
    world.host.app.run_due().await.unwrap();
    let sent = world.host.graph.sent().len();
    for route in with_a_body() {
        for body in corpus() {
            ask(&world, route, &world.path(route), Some(body.clone())).await;
            let now = world.host.graph.sent();
            let shown = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
            assert_eq!(now.len(), sent, "{} {shown}: {:?}", route.path, now.last().map(|sent| &sent.body));
        }
    }
}

#[tokio::test]
async fn no_field_that_is_bent_is_our_fault() {
    for route in with_a_body() {
        // Some of them may be meant: an erased contact is nobody for the next route.
        let world = World::new().await;
        let example: Json = serde_json::from_str(route.example.body).unwrap();
        for body in bent(&example) {
            ask(&world, route, &world.path(route), Some(body.to_string().into_bytes())).await;
        }
    }
}

/// Values for parts of a path or a query.
const STRANGE_WORDS: &[&str] =
    &["", "0", "-1", "99999999999999999999", "x", "%00", "%ff", "%F0%9F%91%8D", "a%2Fb", "1.5", "null", "../..", "%27"];

#[tokio::test]
async fn no_query_and_no_id_that_is_bent_is_our_fault() {
    // The stream goes on for ever; whom the platform calls is not asked here.
    let asked = |route: &&Route| route.name != "listen" && !matches!(route.who, AllowedCallers::Provider);
    for route in routes::all().filter(asked) {
        let world = World::new().await;
        let body = (!route.example.body.is_empty()).then(|| route.example.body.as_bytes().to_vec());
        for value in STRANGE_WORDS {
            let has_id = route.path.contains('{');
            // Nothing at the end of an address is another address.
            if (value.is_empty() && route.path.ends_with('}')) || !(has_id || route.verb == Verb::Get) {
                continue;
            }
            let path: Vec<&str> =
                route.path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
            let query: Vec<String> = route.query.iter().map(|field| format!("{}={value}", field.name)).collect();
            let path = format!("{}?{}", path.join("/"), query.join("&"));
            ask(&world, route, &path, body.clone().filter(|_| route.verb != Verb::Get)).await;
        }
    }
}
