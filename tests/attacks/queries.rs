//! Attacks with misspelt query parameters, which must not be ignored and show everybody's data.

use crate::api::{
    host::{Answer, OPERATOR},
    routes::World,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{clock::Clock, time::Span},
    web::routes::{self, AllowedCallers, Route, shape::Type},
};

/// Every route of the native API.
fn native() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| route.path.starts_with("/v1/"))
}

async fn ask(world: &World, route: &Route, query: &str) -> Answer {
    let path = if route.example.path.is_empty() { route.path.to_owned() } else { world.path(route) };
    let path = path.split('?').next().unwrap().to_owned();
    let key =
        if matches!(route.who, AllowedCallers::Operator | AllowedCallers::Studio) { OPERATOR } else { "key-acme" };
    let method: Method = route.verb.as_str().parse().unwrap();
    // Sign-in is for the studio's own page, and takes no key.
    let headers = [("authorization", &*format!("Bearer {key}")), ("sec-fetch-site", "same-origin")];
    world.host.request(method, &format!("{path}?{query}"), &headers, route.example.body).await
}

fn is_refused(route: &Route, answer: Answer, name: &str, why: &str) {
    let said = format!("{} {name}: {} {}", route.name, answer.status, answer.text);
    assert_eq!(answer.status, 422, "{said}");
    let body = answer.json();
    assert_eq!(body["code"], "invalid", "{said}");
    let told = body["errors"].as_array().unwrap().iter();
    let of_it: Vec<&Json> = told.filter(|one| one["pointer"] == format!("/{name}")).collect();
    assert!(of_it.iter().any(|one| one["detail"].as_str().unwrap().contains(why)), "{said}");
}

#[tokio::test]
async fn what_no_route_names_is_refused_everywhere() {
    let world = World::new().await;
    let sent = world.host.graph.sent().len();
    for route in native() {
        is_refused(route, ask(&world, route, "zzz=1").await, "zzz", "`zzz` is unknown here");
    }
    assert_eq!(world.host.graph.sent().len(), sent, "nothing happened");
}

#[tokio::test]
async fn what_is_empty_or_stands_twice_is_refused_everywhere() {
    let world = World::new().await;
    for route in native() {
        for field in route.query {
            let name = field.name;
            is_refused(route, ask(&world, route, &format!("{name}=")).await, name, "is empty");
            is_refused(route, ask(&world, route, name).await, name, "is empty");
            is_refused(route, ask(&world, route, &format!("{name}=1&{name}=1")).await, name, "stands twice");
        }
    }
}

/// Every route of the APIs of other products, which refuse in their own forms.
fn dialects() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| route.is_dialect())
}

/// The status is checked by the document of the API, and the form by its schema.
async fn is_refused_in_its_form(world: &World, route: &Route, query: &str, name: &str) {
    // The rates of the dialects are not what is asked here.
    world.host.clock.set(world.host.clock.now() + Span::minutes(1));
    let answer = ask(world, route, query).await;
    let said = format!("{} {query}: {} {}", route.name, answer.status, answer.text);
    assert!([400, 422].contains(&answer.status), "{said}");
    assert!(answer.text.contains(name) || answer.text.contains(&name.replace('_', " ")), "{said}");
}

#[tokio::test]
async fn a_dialect_refuses_what_it_would_have_to_ignore() {
    let world = World::new().await;
    let sent = world.host.graph.sent().len();
    for route in dialects() {
        is_refused_in_its_form(&world, route, "zzz=1", "zzz").await;
        for field in route.query {
            let name = field.name;
            is_refused_in_its_form(&world, route, &format!("{name}="), name).await;
            is_refused_in_its_form(&world, route, &format!("{name}=1&{name}=1"), name).await;
        }
    }
    assert_eq!(world.host.graph.sent().len(), sent, "nothing happened");
}

#[tokio::test]
async fn the_messages_of_nobody_are_not_those_of_everybody() {
    let world = World::new().await;
    let list = "/platform/v1/whatsapp/messages";
    let all = world.host.get("key-acme", list).await.is(200);
    assert!(!all["data"].as_array().unwrap().is_empty());
    let empty = world.host.get("key-acme", &format!("{list}?phone_number=")).await.is(422);
    assert_eq!(empty["error"], "The parameter phone_number is empty; leave it out, or say which");
    // Kapso documents it, and nothing here narrows by it.
    let theirs = world.host.get("key-acme", &format!("{list}?business_scoped_user_id=x")).await.is(422);
    assert_eq!(theirs["error"], "The parameter business_scoped_user_id is unknown here");
    let proxy = "/meta/whatsapp/v24.0/106/conversations?phone_number_id=999";
    assert_eq!(world.host.get("key-acme", proxy).await.is(400)["error"]["code"], 100);
    world.host.get("wrong", &format!("{list}?phone_number=")).await.is(401);
    let laravel = world.host.get("key-acme", "/api/user/whatsapp/senders?stauts=all").await.is(422);
    assert_eq!(laravel["message"], "The stauts parameter is unknown here; did you mean `status`?");
    let pydantic = world.host.get("key-acme", "/api/v1/contacts/?serach=ana").await.is(422);
    let wanted =
        json!([{"type": "extra_forbidden", "loc": ["query", "serach"], "msg": "Extra inputs are not permitted"}]);
    assert_eq!(pydantic["detail"], wanted);
}

#[tokio::test]
async fn a_word_that_is_none_of_a_list_is_refused_with_the_list() {
    let world = World::new().await;
    for route in native() {
        for field in route.query {
            let Type::Word(words) = field.kind else { continue };
            let answer = ask(&world, route, &format!("{}=bogus", field.name)).await;
            words.iter().for_each(|word| assert!(answer.text.contains(&format!("`{word}`")), "{}", answer.text));
            is_refused(route, answer, field.name, "` is `");
        }
    }
    for path in ["/v1/templates?status=bogus", "/v1/dead-letters?kind=bogus", "/v1/events?types=bogus"] {
        world.host.get("key-acme", path).await.is(422);
    }
}

#[tokio::test]
async fn the_runs_of_nobody_are_not_those_of_everybody() {
    let world = World::new().await;
    let all = world.host.get("key-acme", "/v1/runs").await.is(200);
    assert!(!all["data"].as_array().unwrap().is_empty());
    for query in ["contact=", "contact", "contcat=7", "contact=7&contact=8", "contact=seven", "state="] {
        let answer = world.host.get("key-acme", &format!("/v1/runs?{query}")).await.is(422);
        assert!(answer["data"].is_null(), "{query}: {answer}");
    }
}

#[tokio::test]
async fn who_may_not_ask_hears_that_first() {
    let world = World::new().await;
    world.host.get("wrong", "/v1/runs?contcat=7").await.is(401);
    world.host.get("key-acme", "/v1/keys?zzz=1").await.is(405);
    let operators = native().filter(|route| route.who == AllowedCallers::Operator);
    for route in operators {
        let path = world.path(route);
        let method: Method = route.verb.as_str().parse().unwrap();
        let headers = [("authorization", "Bearer key-acme")];
        let answer = world.host.request(method, &format!("{path}?zzz=1"), &headers, route.example.body).await;
        assert_eq!(answer.is(403)["code"], "operator_only", "{}", route.name);
    }
}
