//! Tests the drafts of agents for the people of a team: what the API shows, discards and counts, and that nothing of a
//! draft is sent or kept beyond its person.

use super::host::Host;
use crate::{
    model::{ModelServer, step::model, value},
    store::on_both,
};
use serde_json::{Value as Json, json};

const BOT: &str = "bot: Wheels
language: en
timezone: Europe/Madrid
models: [main]
agents: {scope: bicycle repairs}
teams: {desk: {suggest: helper}, bench: {suggest: mechanic}}
";
const PERSON: &str = "flow: person
when: [{message: person}]
steps: [{say: Somebody will come}, {handoff: desk}]
";
const DESK: &str = "flow: desk
when: [{message: desk}]
steps:
  - agent: helper
    instructions: Answer in short sentences.
    knowledge: all
";
const BENCH: &str = "flow: bench
when: [{message: bench}]
steps:
  - agent: mechanic
    instructions: Answer in short sentences.
    knowledge: all
";
const PAPER: &str = "---
title: Prices
source: https://wheels.example/prices
---

New brake pads are 45 € a pair.
";

async fn host(database: &str, server: &ModelServer) -> Host {
    let files = [
        ("flows/_bot.yaml", BOT),
        ("flows/person.yaml", PERSON),
        ("flows/desk.yaml", DESK),
        ("flows/bench.yaml", BENCH),
        ("knowledge/prices.md", PAPER),
    ];
    let models = model(server, "");
    let (_, more) = models.split_once('\n').unwrap();
    Host::on(database, &files, more).await
}

fn says(text: &str) -> crate::model::Act {
    value(json!({"do": "say", "with": {"text": text}}))
}

/// The path of the conversation that was handed over.
async fn handed_over(host: &mut Host) -> String {
    host.ana_says("person").await;
    let list = host.get("key-acme", "/v1/conversations").await.is(200);
    format!("/v1/conversations/{}", list["data"][0]["id"])
}

/// A number that is larger than that of any draft.
const NO_DRAFT: i64 = 9_007_199_254_740_993;

/// The draft once it is no longer being written.
async fn draft(host: &Host, path: &str) -> Json {
    loop {
        let draft = host.get("key-acme", &format!("{path}/suggestion")).await.is(200);
        if draft["state"] != "thinking" {
            return draft;
        }
        tokio::task::yield_now().await;
    }
}

async fn counts(host: &Host) -> Json {
    host.get("key-acme", "/v1/suggestions/counts").await.is(200)["data"].clone()
}

async fn texts(host: &Host, path: &str) -> Vec<String> {
    let all = host.get("key-acme", &format!("{path}/messages")).await.is(200);
    let ours = all["data"].as_array().unwrap().iter().filter(|one| one["direction"] == "out");
    ours.map(|one| one["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_draft_is_shown_used_edited_and_thrown_away_and_each_is_counted() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![says("New brake pads are 45 € a pair.")]).await;
        let mut host = host(&bed.url, &server).await;
        let path = handed_over(&mut host).await;
        let none = draft(&host, &path).await;
        assert_eq!((&none["state"], &none["id"], &none["why"]), (&json!("none"), &Json::Null, &Json::Null));
        host.ana_says("how much are brake pads?").await;
        let ready = draft(&host, &path).await;
        assert_eq!((&ready["state"], &ready["agent"]), (&json!("ready"), &json!("helper")), "{ready}");
        assert_eq!(ready["text"], "New brake pads are 45 € a pair.");
        let source = json!({"title": "Prices", "file": "prices.md", "link": "https://wheels.example/prices"});
        assert_eq!(ready["sources"], json!([source]));
        let heard = host.get("key-acme", &format!("{path}/messages")).await.is(200);
        let heard = heard["data"].as_array().unwrap().iter().find(|one| one["text"] == "how much are brake pads?");
        assert_eq!(Some(&ready["message_id"]), heard.map(|one| &one["id"]));
        assert_eq!(texts(&host, &path).await, ["Somebody will come"], "nothing of it was sent");
        host.get("key-other", &format!("{path}/suggestion")).await.is(404);

        let reply = json!({"text": ready["text"], "suggestion": ready["id"], "agent": "Rosa"});
        host.post("key-acme", &format!("{path}/messages"), reply).await.is(201);
        assert_eq!(draft(&host, &path).await["state"], "none");
        host.ana_says("and two?").await;
        let edited = draft(&host, &path).await["id"].clone();
        let reply = json!({"text": "45 € a pair, Ana!", "suggestion": edited, "agent": "Rosa"});
        host.post("key-acme", &format!("{path}/messages"), reply).await.is(201);
        host.ana_says("and three?").await;
        draft(&host, &path).await;
        let reply = json!({"text": "I will call you.", "suggestion": NO_DRAFT, "agent": "Rosa"});
        host.post("key-acme", &format!("{path}/messages"), reply).await.is(201);
        host.ana_says("and four?").await;
        let last = draft(&host, &path).await["id"].clone();
        let older = host.post("key-acme", &format!("{path}/suggestion/discard"), json!({"id": edited})).await.is(200);
        assert_eq!(older["state"], "ready", "a newer one stays");
        let other = host.post("key-acme", &format!("{path}/suggestion/discard"), json!({"id": NO_DRAFT})).await.is(200);
        assert_eq!(other["state"], "ready");
        let gone = host.post("key-acme", &format!("{path}/suggestion/discard"), json!({"id": last})).await.is(200);
        assert_eq!((&gone["state"], &gone["text"], &gone["why"]), (&json!("none"), &Json::Null, &Json::Null));
        let all = json!([{"agent": "helper", "as_is": 1, "edited": 1, "unused": 1, "discarded": 1}]);
        assert_eq!(counts(&host).await, all);
        // Another team has another agent, and the counts of the first one stay with it.
        host.post("key-acme", &format!("{path}/assign"), json!({"team": "bench"})).await.is(200);
        host.ana_says("and five?").await;
        let own = draft(&host, &path).await;
        assert_eq!(own["agent"], "mechanic", "{own}");
        let reply = json!({"text": own["text"], "suggestion": own["id"], "agent": "Rosa"});
        host.post("key-acme", &format!("{path}/messages"), reply).await.is(201);
        let other = json!({"agent": "mechanic", "as_is": 1, "edited": 0, "unused": 0, "discarded": 0});
        assert_eq!(counts(&host).await, json!([all[0], other]));
        assert_eq!(host.get("key-other", "/v1/suggestions/counts").await.is(200)["data"], json!([]));
        let metrics = host.metrics().await;
        assert!(metrics.contains("suggestions_total{kind=\"as_is\"} 2"), "{metrics}");
    });
}

#[test]
fn a_draft_that_no_source_speaks_for_is_none_and_says_why() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![says("They are 99 €."), says("They are 98 €.")]).await;
        let mut host = host(&bed.url, &server).await;
        let path = handed_over(&mut host).await;
        host.ana_says("how much are brake pads?").await;
        let none = draft(&host, &path).await;
        assert_eq!((&none["state"], &none["why"], &none["text"]), (&json!("none"), &json!("guard"), &Json::Null));
        assert!(none["reason"].as_str().unwrap().starts_with("the guards refused the draft"), "{none}");
        assert_eq!(texts(&host, &path).await, ["Somebody will come"]);
    });
}

#[test]
fn an_erasure_takes_the_draft_and_its_counts_with_it() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![says("You said ZEBRA.")]).await;
        let mut host = host(&bed.url, &server).await;
        let path = handed_over(&mut host).await;
        host.ana_says("ZEBRA").await;
        assert_eq!(draft(&host, &path).await["text"], "You said ZEBRA.");
        let contact = host.get("key-acme", &path).await.is(200)["contact"]["id"].clone();
        host.post("key-acme", &format!("/v1/contacts/{contact}/erase"), json!({})).await.is(200);
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        let id = transom::base::ids::ConversationId(id);
        let store = &host.app.store;
        assert_eq!(transom::store::tables::support_case::suggestion::find(store, id).await.unwrap(), None);
        let session = transom::store::tables::session::find(store, id).await.unwrap();
        assert!(!format!("{session:?}").contains("ZEBRA"), "{session:?}");
        assert_eq!(counts(&host).await, json!([]));
    });
}
