//! Tests that people whose role does not see customers find no name, number or word of one in any answer.

use super::{
    host::{ANA, Answer, Host},
    routes::World,
    sign_in::signed_in,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::web::{
    admission,
    routes::{self, AllowedCallers, Route, Verb},
};

/// The marks of the customer: a name, a part of the number and a word, none of which stands in a flow.
pub const NAME: &str = "Quintiliana";
pub const NUMBER: &str = "00111222";
pub const WORD: &str = "zarzamora";

/// A world in which everything that can hold something of Ana holds her marks.
pub async fn marked() -> World {
    assert!(ANA.contains(NUMBER));
    let mut world = World::new().await;
    let contact = world.named("$contact");
    let path = format!("/v1/contacts/{contact}");
    let change = json!({"name": format!("{NAME} Pérez"), "tags": {"add": [format!("tag {WORD}")]}});
    world.host.request(Method::PATCH, &path, &[("authorization", "Bearer key-acme")], change.to_string()).await.is(200);
    let proof = json!({"topic": "news", "given": true, "proof": format!("{NAME} said {WORD}, call {ANA}"), "by": WORD});
    world.host.post("key-acme", &format!("{path}/consent"), proof).await.is(200);
    world.host.ana_says(&format!("I am {NAME}, my street is {WORD} and my number 600 111 222 or {ANA}")).await;
    let talk = world.named("$conversation");
    let said = json!({"text": format!("Dear {NAME}: {WORD}, {ANA}")});
    world.host.post("key-acme", &format!("/v1/conversations/{talk}/messages"), said.clone()).await.is(201);
    let mut planned = said;
    planned["contact"] = json!({"phone": ANA});
    planned["at"] = json!("2026-03-28T09:00:00Z");
    world.host.post("key-acme", "/v1/messages", planned).await.is(201);
    let needs = format!("/v1/conversations/{talk}/take-over");
    world.host.post("key-acme", &needs, json!({"agent": "Bea", "unless_taken": false})).await.is(200);
    world
}

async fn read(host: &Host, path: &str, cookie: &str) -> Answer {
    host.request(Method::GET, path, &[("cookie", cookie)], "").await
}

/// The native routes that read, with the addresses to ask: that of the example, with and without its query.
fn asked(world: &World) -> Vec<(&'static Route, String)> {
    let reads = |route: &&'static Route| {
        let native = admission::is_checked(route) && route.path.starts_with("/v1/");
        native && route.verb == Verb::Get && route.who != AllowedCallers::SignIn && !route.example.path.is_empty()
    };
    let both = |route: &'static Route| {
        let path = world.path(route);
        let bare = path.split('?').next().unwrap_or_default().to_owned();
        let more = (bare != path).then_some(path);
        [Some(bare), more].into_iter().flatten().map(move |path| (route, path))
    };
    routes::all().filter(reads).flat_map(both).collect()
}

fn shows(answer: &Answer) -> Option<&'static str> {
    let headers = format!("{:?}", answer.headers);
    let digits: String = answer.text.chars().filter(|c| !" -".contains(*c)).collect();
    [NAME, WORD].into_iter().find(|mark| answer.text.contains(mark) || headers.contains(mark)).or_else(|| {
        // Also in the spelling `600 111 222`.
        (digits.contains(NUMBER) || headers.contains(NUMBER)).then_some(NUMBER)
    })
}

#[tokio::test]
async fn no_answer_tells_a_viewer_or_an_author_who_a_customer_is() {
    let world = marked().await;
    let operator = signed_in(&world.host, "The operator", "operator", Json::Null).await;
    let mut holding = Vec::new();
    for (route, path) in asked(&world) {
        if shows(&read(&world.host, &path, &operator).await).is_some() && !holding.contains(&route.name) {
            holding.push(route.name);
        }
    }
    for name in [
        "list_contacts",
        "show_contact",
        "timeline_of_contact",
        "list_consent",
        "list_conversations",
        "show_conversation",
        "list_messages",
        "list_planned_messages",
        "list_runs",
        "show_run",
        "list_broadcasts",
        "show_broadcast",
        "export_contact",
        "list_all_consent",
    ] {
        assert!(holding.contains(&name), "{name} has no mark, so this test says nothing of it: {holding:?}");
    }
    for role in ["viewer", "author"] {
        let cookie = signed_in(&world.host, &format!("The {role}"), role, Json::Null).await;
        let mut masked = Vec::new();
        for (route, path) in asked(&world) {
            let answer = read(&world.host, &path, &cookie).await;
            assert_eq!(shows(&answer), None, "{role} {path}: {}", answer.text);
            assert!(matches!(answer.status, 200 | 403 | 404), "{role} {path}: {}", answer.text);
            if answer.status == 200 && holding.contains(&route.name) && answer.text.contains('•') {
                masked.push(route.name);
            }
        }
        for name in ["list_contacts", "show_contact", "list_messages", "show_run", "timeline_of_contact"] {
            assert!(masked.contains(&name), "{role} may not read {name}");
        }
    }
}

#[tokio::test]
async fn a_masked_answer_says_what_its_reader_needs() {
    let world = marked().await;
    let cookie = signed_in(&world.host, "The author", "author", Json::Null).await;
    let path = format!("/v1/contacts/{}", world.named("$contact"));
    let answer = read(&world.host, &path, &cookie).await;
    assert!(!answer.headers.contains_key("etag"), "it is made of what is masked");
    let contact = answer.is(200);
    assert_eq!((&contact["phone"], &contact["name"]), (&json!("+34 6•• ••• 222"), &json!("Q••")));
    assert_eq!((&contact["etag"], &contact["tags"]), (&json!(""), &json!(["tag •••••••••"])));
    assert_eq!(contact["consent"]["news"]["given"], true);
    let path = format!("/v1/conversations/{}/messages", world.named("$conversation"));
    let messages = read(&world.host, &path, &cookie).await.is(200);
    let texts: Vec<&str> = messages["data"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect();
    assert!(texts.contains(&"Hello to you"), "the bot's own words stay: {texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("I •• •••••••••••, ")), "{texts:?}");
    let turns = read(&world.host, &format!("/v1/runs/{}", world.named("$run")), &cookie).await.is(200)["turns"].clone();
    let lines: Vec<String> = turns.to_string().split("\"what\":").skip(1).map(str::to_owned).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains('•')), "a trace stays readable: {turns:#}");
}

#[tokio::test]
async fn who_does_not_see_numbers_cannot_search_by_one() {
    let world = World::new().await;
    let path = "/v1/contacts?phone=%2B34600111222";
    for (role, status) in [("viewer", 403), ("author", 403), ("agent", 200), ("operator", 200)] {
        let cookie = signed_in(&world.host, &format!("The {role}"), role, Json::Null).await;
        let answer = read(&world.host, path, &cookie).await;
        assert_eq!(answer.status, status, "{role}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_session_says_what_its_person_may_do() {
    let world = World::new().await;
    for (role, may, may_not) in [
        ("viewer", "list_runs", "play_talk"),
        ("author", "publish_bot", "stop_run"),
        ("agent", "answer_conversation", "list_runs"),
        ("operator", "list_people", ""),
    ] {
        let cookie = signed_in(&world.host, &format!("The {role}"), role, Json::Null).await;
        let told = read(&world.host, "/v1/session", &cookie).await.is(200)["may"].clone();
        let names: Vec<&str> = told.as_array().unwrap().iter().filter_map(Json::as_str).collect();
        assert!(names.contains(&may) && !names.contains(&may_not), "{role}: {names:?}");
    }
}
