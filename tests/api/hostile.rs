//! Bodies that no client means: whatever comes, the answer is one that the document knows, and never our own fault.

use super::host::Host;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use transom::{
    base::limits::API_BODY_BYTES_MAX,
    web::routes::{self, Route, Verb, Who},
};

/// Bodies that fit no request, as bytes.
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

/// Values that stand in for each field of an example, one after the other.
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

/// The example with each field, also inside, replaced by each strange value.
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

fn dialects() -> impl Iterator<Item = &'static Route> {
    let posts = routes::all().filter(|route| route.verb == Verb::Post && route.who == Who::Account);
    posts.filter(|route| route.is_dialect() && !route.example.body.is_empty())
}

async fn ask(host: &Host, path: &str, body: Vec<u8>) {
    // The rates of the dialects are not what is asked here.
    host.clock.set(transom::base::clock::Clock::now(&*host.clock) + transom::base::time::Span::minutes(1));
    let headers = [("authorization", "Bearer key-acme"), ("content-type", "application/json")];
    let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let answer = host.request(Method::POST, path, &headers, body).await;
    assert!(answer.status < 500, "{path} {shown}: {} {}", answer.status, answer.text);
}

#[tokio::test]
async fn no_body_that_fits_nothing_is_our_fault() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let conversation = host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["id"].to_string();
    for route in dialects() {
        let path = route.example.path.replace("$conversation", &conversation);
        for body in corpus() {
            ask(&host, &path, body).await;
        }
    }
    assert!(host.graph.sent().is_empty());
}

#[tokio::test]
async fn no_field_that_is_bent_is_our_fault() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let conversation = host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["id"].to_string();
    for route in dialects() {
        let path = route.example.path.replace("$conversation", &conversation);
        let example: Json = serde_json::from_str(route.example.body).unwrap();
        for body in bent(&example) {
            ask(&host, &path, body.to_string().into_bytes()).await;
        }
    }
}

#[tokio::test]
async fn no_query_and_no_id_that_is_bent_is_our_fault() {
    let host = Host::new().await;
    let strange = [
        "",
        "0",
        "-1",
        "99999999999999999999",
        "x",
        "%00",
        "%ff",
        "%ff",
        "%F0%9F%91%8D",
        "a%2Fb",
        "1.5",
        "null",
        "../..",
        "%27",
    ];
    for route in routes::all().filter(|route| route.verb == Verb::Get && route.is_dialect()) {
        for value in strange {
            // Nothing at the end of an address is another address.
            if value.is_empty() && route.path.ends_with('}') {
                continue;
            }
            let path: Vec<&str> =
                route.path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
            let query: Vec<String> = route.query.iter().map(|field| format!("{}={value}", field.name)).collect();
            host.clock.set(transom::base::clock::Clock::now(&*host.clock) + transom::base::time::Span::minutes(1));
            let answer = host.get("key-acme", &format!("{}?{}", path.join("/"), query.join("&"))).await;
            assert!(answer.status < 500, "{} {value}: {} {}", route.path, answer.status, answer.text);
        }
    }
}
