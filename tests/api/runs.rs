//! Tests the filters of `/v1/runs`, and what the page of a run shows.

use super::host::{ANA, Host};
use crate::graph::Fault;
use serde_json::{Value as Json, json};
use transom::base::time::Span;

const BEA: &str = "+34600222333";

const SURVEY: (&str, &str) = (
    "flows/survey.yaml",
    "flow: survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How many?\n    as: count\n    type: whole\n  - say: Thanks\n",
);

async fn runs(host: &Host, query: &str) -> Vec<Json> {
    let body = host.get("key-acme", &format!("/v1/runs?{query}")).await.is(200);
    body["data"].as_array().unwrap().clone()
}

async fn flows(host: &Host, query: &str) -> Vec<String> {
    runs(host, query).await.iter().map(|run| run["flow"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn runs_are_found_by_the_time_of_their_start() {
    let mut host = Host::with(&[SURVEY], "").await;
    host.ana_says("hello").await;
    host.advance(Span::hours(1)).await;
    host.ana_says("survey").await;
    host.advance(Span::days(1)).await;
    host.ana_says("hello").await;
    assert_eq!(flows(&host, "").await, ["hello", "survey", "hello"]);
    // The bot lives in Madrid, where the second run began at 11:00 of 27 March.
    assert_eq!(flows(&host, "since=2026-03-27&until=2026-03-28").await, ["survey", "hello"]);
    assert_eq!(flows(&host, "since=2026-03-27T10:00:00Z&until=2026-03-27T10:00:01Z").await, ["survey"]);
    assert_eq!(flows(&host, "until=2026-03-27T10:00:00Z").await, ["hello"], "the end is excluded");
    assert_eq!(flows(&host, "since=2026-03-27T10:00:00Z&flow=hello").await, ["hello"]);
    assert_eq!(flows(&host, "since=2026-03-28&state=open").await, Vec::<String>::new());
    assert_eq!(flows(&host, "since=2026-03-27&state=done").await.len(), 2);
    let wrong = host.get("key-acme", "/v1/runs?since=yesterday").await.is(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/since");
    let first = host.get("key-acme", "/v1/runs?since=2026-03-27&limit=2").await.is(200);
    let next = format!("/v1/runs?since=2026-03-27&limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = host.get("key-acme", &next).await.is(200);
    let ids = |page: &Json| page["data"].as_array().unwrap().iter().map(|run| run["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids(&first).len(), ids(&second).len(), &second["next_cursor"]), (2, 1, &Json::Null));
    assert!(!ids(&first).contains(&ids(&second)[0]));
    assert!(host.get("key-other", "/v1/runs?since=2026-03-27").await.is(200)["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn runs_are_found_by_the_code_of_a_refusal_and_by_a_bad_end() {
    let mut host = Host::with(&[SURVEY], "").await;
    host.somebody_says(BEA, "hello").await;
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    host.ana_says("survey").await;
    let refused = runs(&host, "error=131026").await;
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!((&refused[0]["flow"], &refused[0]["contact"]["phone"]), (&json!("survey"), &json!(ANA)));
    assert_eq!(flows(&host, "error=131047").await, Vec::<String>::new());
    let ana = refused[0]["contact_id"].as_i64().unwrap();
    assert_eq!(flows(&host, &format!("error=131026&contact={ana}")).await, ["survey"]);
    let all = runs(&host, "").await;
    let bea = all.iter().find(|run| run["contact"]["phone"] == BEA).unwrap()["contact_id"].as_i64().unwrap();
    assert_eq!(flows(&host, &format!("error=131026&contact={bea}")).await, Vec::<String>::new());
    assert_eq!(flows(&host, "state=failed").await, ["survey"]);
    assert_eq!(flows(&host, "state=failed&flow=hello").await, Vec::<String>::new());
    assert_eq!(flows(&host, "state=undelivered").await, Vec::<String>::new());
    assert!(host.get("key-other", "/v1/runs?error=131026").await.is(200)["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_run_names_the_steps_that_it_passed() {
    let mut host = Host::with(&[SURVEY], "").await;
    host.ana_says("survey").await;
    host.ana_says("many").await;
    host.ana_says("3").await;
    let id = runs(&host, "flow=survey").await[0]["id"].to_string();
    let run = host.get("key-acme", &format!("/v1/runs/{id}")).await.is(200);
    let steps: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|one| one["step"].as_str().unwrap()).collect();
    assert!(matches!(steps[..], [asks, says] if asks.contains("ask") && says.contains("say")), "{run:#}");
    assert_eq!((&run["state"], &run["contact"]["phone"]), (&json!("done"), &json!(ANA)));
}
