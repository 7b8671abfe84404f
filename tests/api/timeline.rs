//! Tests `/v1/contacts/{id}/timeline`: each fire is on it with its reason, and what was foretold is what came.

use super::host::{ANA, Host};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::{ids::FlowName, time::Span};

const NEWS: (&str, &str) = (
    "flows/news.yaml",
    "flow: news\nwhen:\n  - schedule: \"0 10 * * *\"\n    to: {tags: [vip]}\nsteps:\n  - say: The news\n    if_closed: skip\n",
);

const BIRTHDAY: (&str, &str) = (
    "flows/birthday.yaml",
    "flow: birthday\nwhen:\n  - date: contact.visit\n    at: \"18:00\"\nsteps:\n  - say: See you\n    if_closed: skip\n",
);

const BOT: (&str, &str) =
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {visit: date}\n");

/// Lets time pass as a daemon sees it: no fire is so late that it is left out.
async fn pass(host: &Host, hours: i64) {
    for _ in 0..hours * 2 {
        host.advance(Span::minutes(30)).await;
    }
}

async fn contact(host: &Host) -> i64 {
    host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["contact"]["id"].as_i64().unwrap()
}

async fn line(host: &Host, query: &str) -> Vec<Json> {
    let path = format!("/v1/contacts/{}/timeline?limit=200&{query}", contact(host).await);
    host.get("key-acme", &path).await.is(200)["data"].as_array().unwrap().clone()
}

/// Day, kind, outcome and reason of each fire of the news.
fn fires(items: &[Json]) -> Vec<[String; 4]> {
    let word = |item: &Json, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let is_fire =
        |item: &&Json| item["flow"] == "news" && ["fire", "no_fire", "planned"].contains(&&*word(item, "kind"));
    let fires = items.iter().filter(is_fire);
    let day = |item: &Json| word(item, "at")[..10].to_owned();
    fires.map(|item| [day(item), word(item, "kind"), word(item, "outcome"), word(item, "reason")]).collect()
}

async fn tag(host: &Host) {
    let path = format!("/v1/contacts/{}", contact(host).await);
    let key = [("authorization", "Bearer key-acme")];
    let body = json!({"tags": {"add": ["vip"]}}).to_string();
    host.request(Method::PATCH, &path, &key, body).await.is(200);
}

#[tokio::test]
async fn the_line_of_a_contact_has_each_fire_with_its_reason() {
    let mut host = Host::with(&[BOT, NEWS], "").await;
    host.ana_says("hello").await;
    pass(&host, 25).await;
    host.ana_says("hello").await;
    tag(&host).await;
    let foretold = line(&host, "from=2026-03-29&to=2026-03-31").await;
    let expected = [["2026-03-29", "planned", "text", ""], ["2026-03-30", "no_fire", "skipped", ""]];
    assert_eq!(fires(&foretold), expected, "{foretold:#?}");
    pass(&host, 46).await;
    assert!(host.app.starts.turn_flow(&FlowName::from("news"), true).await.unwrap());
    pass(&host, 24).await;
    assert!(host.app.starts.turn_flow(&FlowName::from("news"), false).await.unwrap());
    let stop = json!({"topic": "all", "given": false});
    host.post("key-acme", &format!("/v1/contacts/{}/consent", contact(&host).await), stop).await.is(200);
    pass(&host, 24).await;
    let items = line(&host, "from=2026-03-27&to=2026-04-02").await;
    let mut came = fires(&items);
    assert!(["opted_out", "not_meant"].contains(&&*came[4][3]), "{came:?}");
    came.truncate(4);
    let expected = [
        ["2026-03-28", "no_fire", "outside", "not_meant"],
        ["2026-03-29", "fire", "text", ""],
        ["2026-03-30", "no_fire", "skipped", "window_closed"],
        ["2026-03-31", "no_fire", "refused", "paused"],
    ];
    assert_eq!(came, expected, "{items:#?}");
    let of_kind = |kind: &str| items.iter().filter(|item| item["kind"] == kind).count();
    assert_eq!((of_kind("message_in"), of_kind("consent"), of_kind("window")), (2, 1, 2), "{items:#?}");
    assert!(items.iter().any(|item| item["kind"] == "message_out" && item["text"] == "The news"));
    let outside = items.iter().find(|item| item["reason"] == "not_meant").unwrap();
    assert!(!outside["text"].as_str().unwrap().is_empty());
    let ats: Vec<&str> = items.iter().map(|item| item["at"].as_str().unwrap()).collect();
    assert!(ats.is_sorted(), "{ats:?}");
}

#[tokio::test]
async fn small_pages_make_up_the_same_line() {
    let mut host = Host::with(&[BOT, NEWS], "").await;
    host.ana_says("hello").await;
    tag(&host).await;
    pass(&host, 50).await;
    host.ana_says("hello").await;
    let whole = line(&host, "").await;
    assert!(whole.len() > 10, "{whole:#?}");
    let path = format!("/v1/contacts/{}/timeline?limit=3", contact(&host).await);
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    for _ in 0..100 {
        let page = host.get("key-acme", &format!("{path}{cursor}")).await.is(200);
        pages.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, whole);
}

#[tokio::test]
async fn a_date_and_an_open_question_are_ahead() {
    let ask = "flow: ask\nwhen:\n  - message: ask\nsteps:\n  - ask: Which day?\n    as: day\n    timeout: 2h\n    on_timeout: [end]\n";
    let mut host = Host::with(&[BOT, BIRTHDAY, ("flows/ask.yaml", ask)], "").await;
    host.ana_says("ask").await;
    let path = format!("/v1/contacts/{}", contact(&host).await);
    let body = json!({"fields": {"visit": "2026-03-28"}}).to_string();
    host.request(Method::PATCH, &path, &[("authorization", "Bearer key-acme")], body).await.is(200);
    host.advance(Span::minutes(1)).await;
    let items = line(&host, "from=2026-03-27T09:02:00Z&to=2026-04-10").await;
    let seen: Vec<[&str; 4]> = items
        .iter()
        .filter(|item| item["kind"] != "window")
        .map(|item| ["at", "kind", "flow", "outcome"].map(|name| item[name].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        seen,
        [
            ["2026-03-27T11:00:00+00:00", "planned", "ask", "answer"],
            ["2026-03-28T17:00:00+00:00", "date", "birthday", "skipped"]
        ],
        "{items:#?}"
    );
    assert_eq!(host.get("key-other", &format!("{path}/timeline")).await.is(404)["code"], "not_found");
    let wrong = host.get("key-acme", &format!("{path}/timeline?from=2026-03-28&to=2026-03-28")).await.is(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/to");
    assert!(host.get("key-acme", &format!("{path}/export")).await.text.contains(ANA));
}
