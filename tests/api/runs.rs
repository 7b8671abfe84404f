//! Tests the filters of `/v1/runs`, and what the page of a run shows.

use super::host::{ANA, Host};
use crate::{graph::Fault, receiver::Receiver};
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

#[tokio::test]
async fn the_calls_of_a_run_are_listed_with_each_attempt() {
    let shop = Receiver::new(&[503, 200]).await;
    let bot = ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nenv: [SHOP_URL]\n");
    let order = "flow: order\nwhen: [{message: order}]\nsteps:\n  - http: GET ${env.SHOP_URL}/orders/${msg.text}\n    \
                 retry: {times: 1, wait: 1m}\n  - http: GET http://10.0.0.1/\n    retry: 0\n    on_error: [{say: No}]\n";
    let more = format!("flows: {{env: {{SHOP_URL: \"{}\"}}, allow_private: [127.0.0.1]}}\n", shop.url);
    let mut host = Host::with(&[bot, ("flows/order.yaml", order)], &more).await;
    host.ana_says("order").await;
    shop.until(1).await;
    let run = runs(&host, "flow=order").await[0]["id"].clone();
    let calls = async |host: &Host, query: &str| {
        let page = host.get("key-acme", &format!("/v1/runs/{run}/calls{query}")).await.is(200);
        (page["data"].as_array().unwrap().clone(), page["next_cursor"].clone())
    };
    let told = |call: &Json| {
        let of = |name: &str| call[name].to_string().replace('"', "");
        ["name", "step", "call", "attempt", "state", "status", "error"].map(of).join(" ")
    };
    // The answer comes into the lane a moment after the shop has written it.
    let waits = async {
        loop {
            let listed = calls(&host, "").await.0;
            if listed.last().is_some_and(|call| call["state"] == "waiting") {
                return listed;
            }
            tokio::task::yield_now().await;
        }
    };
    let listed = tokio::time::timeout(std::time::Duration::from_secs(10), waits).await.unwrap();
    let first = "127.0.0.1 order.http_1 1 1 done 503 null";
    assert_eq!(listed.iter().map(told).collect::<Vec<_>>(), [first, "127.0.0.1 order.http_1 1 2 waiting null null"]);
    assert_eq!((&listed[1]["next_at"], &listed[1]["ms"]), (&json!("2026-03-27T09:01:00+00:00"), &Json::Null));
    assert!(listed[0]["ms"].is_i64() && listed[0]["at"].is_string(), "{listed:#?}");
    host.advance(Span::minutes(1)).await;
    host.graph.until_sent(1).await;
    let (listed, next) = calls(&host, "").await;
    let (second, third) = ("127.0.0.1 order.http_1 1 2 done 200 null", "10.0.0.1 order.http_2 2 1 failed null blocked");
    assert_eq!(
        (listed.iter().map(told).collect::<Vec<_>>(), next),
        (vec![first.into(), second.into(), third.into()], Json::Null)
    );
    let (page, next) = calls(&host, "?limit=2").await;
    let (rest, end) = calls(&host, &format!("?limit=2&cursor={}", next.as_str().unwrap())).await;
    assert_eq!((page.len(), rest.iter().map(told).collect::<Vec<_>>(), end), (2, vec![third.to_owned()], Json::Null));
    // Neither the customer's words nor another account's runs are told.
    assert!(!json!(listed).to_string().contains("orders"), "{listed:#?}");
    host.get("key-other", &format!("/v1/runs/{run}/calls")).await.is(404);
    host.get("key-acme", &format!("/v1/runs/{run}/calls?limit=0")).await.is(422);
}
