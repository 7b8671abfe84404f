//! Attacks with misspelt query parameters, which must not be ignored and show everybody's data.

use crate::api::{
    host::{Answer, OPERATOR},
    routes::World,
};
use reqwest::Method;
use serde_json::Value as Json;
use transom::web::routes::{self, Route, Who};

/// Every route of the native API: the dialects read queries as their products do.
fn native() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| route.path.starts_with("/v1/"))
}

async fn ask(world: &World, route: &Route, query: &str) -> Answer {
    let path = if route.example.path.is_empty() { route.path.to_owned() } else { world.path(route) };
    let path = path.split('?').next().unwrap().to_owned();
    let key = if route.who == Who::Operator { OPERATOR } else { "key-acme" };
    let method: Method = route.verb.as_str().parse().unwrap();
    let headers = [("authorization", &*format!("Bearer {key}"))];
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
    let operators = native().filter(|route| route.who == Who::Operator);
    for route in operators {
        let path = world.path(route);
        let method: Method = route.verb.as_str().parse().unwrap();
        let headers = [("authorization", "Bearer key-acme")];
        let answer = world.host.request(method, &format!("{path}?zzz=1"), &headers, route.example.body).await;
        assert_eq!(answer.is(403)["code"], "operator_only", "{}", route.name);
    }
}
