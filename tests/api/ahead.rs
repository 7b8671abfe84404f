//! Tests `/v1/schedules/ahead`: what it counts by cell is what the scheduler then does.

use super::host::Host;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use transom::{
    base::{
        ids::{ContactId, StartId},
        limits::{AHEAD_FIRES_MAX, AHEAD_KEPT},
        time::Span,
    },
    store::tables::start::{self, StartState},
};

const BOT: (&str, &str) = (
    "flows/_bot.yaml",
    "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {visit: date}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
     topics:\n  service: {}\n  news: {needs: consent, at_most: 2/7d}\n",
);

/// A template to whoever has not written, which the cap allows twice.
const NEWS: (&str, &str) = (
    "flows/news.yaml",
    "flow: news\ntopic: news\nwhen:\n  - schedule: \"0 10 * * *\"\n    to: everyone\nsteps:\n  - say: The news\n    \
     if_closed: {template: plain}\n",
);

/// On the bot's clock; only while the window is open.
const HINT: (&str, &str) = (
    "flows/hint.yaml",
    "flow: hint\nwhen:\n  - schedule: \"30 12 * * *\"\n    clock: bot\n    to: {tags: [vip]}\nsteps:\n  - say: A hint\n    \
     if_closed: skip\n",
);

/// Its question goes out within the window, and stays open for two days: others wait behind it in vain.
const POLL: (&str, &str) = (
    "flows/poll.yaml",
    "flow: poll\nwhen:\n  - schedule: \"0 16 * * FRI\"\n    to: {tags: [vip]}\nsteps:\n  - ask: How was it?\n    as: word\n    \
     timeout: 2d\n    on_timeout: [end]\n    if_closed: {hold: 1h}\n",
);

const VISIT: (&str, &str) = (
    "flows/visit.yaml",
    "flow: visit\nwhen:\n  - date: contact.visit\n    at: \"18:00\"\nsteps:\n  - say: See you\n    if_closed: skip\n",
);

const PLAIN: &str = "  - {id: 47, sender: 12, name: plain, language: en, category: marketing, status: approved, body: \
                     \"Come back!\"}\nprices:\n  currency: EUR\n  table: [{category: marketing, price: 0.0500}]\n";

const PEOPLE: &[(&str, bool, bool)] = &[
    ("+34600000001", true, true),
    ("+34600000002", true, false),
    ("+14155550003", true, true),
    ("+573001110004", false, true),
    ("+34600000005", false, false),
];

/// Numbers, whether they agreed to news, and whether they are vip.
async fn shop() -> (Host, Vec<i64>) {
    let mut host = Host::with(&[BOT, NEWS, HINT, POLL, VISIT], PLAIN).await;
    let mut ids = Vec::new();
    for (phone, agreed, vip) in PEOPLE {
        host.somebody_says(phone, "hello").await;
        let page = host.get("key-acme", "/v1/conversations").await.is(200);
        let all = page["data"].as_array().unwrap();
        let own = all.iter().find(|talk| talk["contact"]["phone"] == *phone).unwrap();
        let id = own["contact"]["id"].as_i64().unwrap();
        if *agreed {
            let proof = json!({"topic": "news", "given": true, "proof": "On the form of 1 March"});
            host.post("key-acme", &format!("/v1/contacts/{id}/consent"), proof).await.is(200);
        }
        let tags = if *vip { json!({"add": ["vip"]}) } else { json!({}) };
        let body = json!({"tags": tags, "fields": {"visit": "2026-03-30"}}).to_string();
        let key = [("authorization", "Bearer key-acme")];
        host.request(Method::PATCH, &format!("/v1/contacts/{id}"), &key, body).await.is(200);
        ids.push(id);
    }
    host.advance(Span::minutes(1)).await;
    (host, ids)
}

type Cells = BTreeMap<[String; 5], i64>;

fn key(words: [&Json; 5]) -> [String; 5] {
    words.map(|word| word.as_str().unwrap_or_default().to_owned())
}

async fn ask(host: &Host, query: &str) -> Json {
    host.get("key-acme", &format!("/v1/schedules/ahead{query}")).await.is(200)
}

fn cells(seen: &Json) -> Cells {
    let mut cells = Cells::new();
    for cell in seen["cells"].as_array().unwrap() {
        let key = key(["flow", "local", "outcome", "reason", "template"].map(|name| &cell[name]));
        *cells.entry(key).or_default() += cell["people"].as_i64().unwrap();
    }
    cells
}

/// Contact, flow and minute of each start that waits in line now.
async fn in_line(host: &Host, ids: &[i64]) -> Vec<(i64, String, String)> {
    let mut waiting = Vec::new();
    for id in ids {
        let all = start::of(&host.app.store, ContactId(*id), StartId(i64::MAX), 100).await.unwrap();
        let queued = all.into_iter().filter(|start| start.state == StartState::Queued);
        waiting.extend(queued.map(|start| (*id, start.flow.to_string(), start.minute)));
    }
    waiting
}

/// The ends of all starts of these flows, in the words of the cells; `waited` are those that found a conversation
/// busy.
async fn became(host: &Host, ids: &[i64], waited: &BTreeSet<(i64, String, String)>) -> Cells {
    let mut cells = Cells::new();
    for id in ids {
        for flow in ["news", "hint", "poll", "visit"] {
            let path = format!("/v1/schedules/{flow}/explain?contact={id}");
            let told = host.get("key-acme", &path).await.is(200);
            for start in told["contact"]["starts"].as_array().unwrap() {
                let minute = start["local"].as_str().unwrap().to_owned();
                let (what, reason) = match start["what"].as_str().unwrap() {
                    _ if waited.contains(&(*id, flow.to_owned(), minute)) => ("held", json!("busy")),
                    "skipped" | "failed" | "undelivered" => ("refused", start["reason"].clone()),
                    other => (other, start["reason"].clone()),
                };
                let template = if what == "template" { json!("plain") } else { Json::Null };
                let local = if flow == "visit" { json!("2026-03-30T18:00") } else { start["local"].clone() };
                let key = key([&json!(flow), &local, &json!(what), &reason, &template]);
                *cells.entry(key).or_default() += 1;
            }
        }
    }
    cells
}

#[tokio::test]
async fn the_days_ahead_are_what_the_scheduler_then_does() {
    let (host, ids) = shop().await;
    let seen = ask(&host, "?days=5").await;
    assert_eq!((&seen["complete"], &seen["cut"], &seen["contacts"]), (&json!(true), &json!(false), &json!(5)));
    let foretold = cells(&seen);
    let mut waited = BTreeSet::new();
    for _ in 0..5 * 48 {
        host.advance(Span::minutes(30)).await;
        waited.extend(in_line(&host, &ids).await);
    }
    let came = became(&host, &ids, &waited).await;
    assert_eq!(foretold, came, "{seen:#}");
    let outcome = |wanted: &str| foretold.keys().filter(|key| key[2] == wanted).count();
    assert!(outcome("text") > 0 && outcome("template") > 0 && outcome("refused") > 3, "{foretold:#?}");
    let reasons: Vec<&str> = foretold.keys().map(|key| &*key[3]).collect();
    for reason in ["capped", "no_consent", "window_closed", "busy"] {
        assert!(reasons.contains(&reason), "{reason}: {foretold:#?}");
    }
}

#[tokio::test]
async fn a_count_has_zones_and_costs_and_is_kept_for_a_minute() {
    let (host, _) = shop().await;
    let seen = ask(&host, "").await;
    let all = seen["cells"].as_array().unwrap();
    let zones: Vec<&str> =
        all.iter().filter(|cell| cell["flow"] == "news").filter_map(|cell| cell["zone"].as_str()).collect();
    assert!(zones.contains(&"Europe/Madrid") && zones.contains(&"America/Bogota"), "{zones:?}");
    let template = all.iter().find(|cell| cell["outcome"] == "template").unwrap();
    assert!(template["cost"].as_str().unwrap().ends_with(" EUR"), "{template}");
    assert!(all.iter().filter(|cell| cell["outcome"] == "refused").all(|cell| cell["cost"].is_null()));
    host.clock.set(host.now() + (AHEAD_KEPT - Span::millis(1)));
    assert_eq!(ask(&host, "").await["as_of"], seen["as_of"]);
    host.clock.set(host.now() + Span::millis(1));
    assert_ne!(ask(&host, "").await["as_of"], seen["as_of"]);
    assert_eq!(host.get("key-other", "/v1/schedules/ahead").await.is(200)["contacts"], 0);
    for days in ["0", "32", "x"] {
        let wrong = host.get("key-acme", &format!("/v1/schedules/ahead?days={days}")).await.is(422);
        assert_eq!(wrong["errors"][0]["pointer"], "/days");
    }
}

#[tokio::test]
async fn more_fires_than_are_counted_are_told() {
    let minutes = "flow: minutes\nwhen:\n  - schedule: \"* * * * *\"\n    to: {tags: [nobody]}\nsteps:\n  - say: Tick\n    \
                   if_closed: skip\n";
    let mut host = Host::with(&[("flows/minutes.yaml", minutes)], "").await;
    host.ana_says("hello").await;
    let minutes_of_a_day = 24 * 60;
    assert!((2 * minutes_of_a_day..3 * minutes_of_a_day).contains(&AHEAD_FIRES_MAX));
    assert_eq!(ask(&host, "?days=2").await["cut"], false);
    assert_eq!(ask(&host, "?days=3").await["cut"], true);
}
