//! Tests the drafts that nobody is shown: the list beside the replies of people, the counts, who may read them, and that the
//! inbox, an erasure and an export treat them right.

use super::{host::Host, sign_in::signed_in};
use crate::{
    model::{Act, ModelServer, step::model, value},
    store::on_both,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::time::Span,
    store::{
        queries::retention::{self, Pace},
        tables::{event, support_case::shadow},
    },
};

const BOT: &str = "bot: Wheels
language: en
timezone: Europe/Madrid
models: [main]
agents: {scope: bicycle repairs}
teams: {desk: {shadow: helper}, bench: {suggest: helper}}
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
const PAPER: &str = "---\ntitle: Prices\n---\n\nNew brake pads are 45 € a pair.\n";

async fn host(database: &str, server: &ModelServer) -> Host {
    let files = [
        ("flows/_bot.yaml", BOT),
        ("flows/person.yaml", PERSON),
        ("flows/desk.yaml", DESK),
        ("knowledge/prices.md", PAPER),
    ];
    let models = model(server, "");
    let (_, more) = models.split_once('\n').unwrap();
    Host::on(database, &files, more).await
}

fn says(text: &str) -> Act {
    value(json!({"do": "say", "with": {"text": text}}))
}

async fn handed_over(host: &mut Host) -> String {
    host.ana_says("person").await;
    let list = host.get("key-acme", "/v1/conversations").await.is(200);
    format!("/v1/conversations/{}", list["data"][0]["id"])
}

/// The pairs that this query finds, the newest first, once there are so many.
async fn pairs(host: &Host, query: &str, count: usize) -> Vec<Json> {
    loop {
        let page = host.get("key-acme", &format!("/v1/shadow?{query}")).await.is(200);
        let data = page["data"].as_array().unwrap().clone();
        if data.len() >= count {
            assert_eq!(data.len(), count, "{data:#?}");
            return data;
        }
        tokio::task::yield_now().await;
    }
}

fn texts<'j>(pair: &'j Json, side: &str) -> Vec<&'j str> {
    pair[side].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect()
}

#[test]
fn pairs_are_listed_counted_and_hidden_from_the_inbox() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![
            says("New brake pads are 45 € a pair."),
            says("They are 99 €."),
            says("They are 98 €."),
            says("We are here."),
        ])
        .await;
        let mut host = host(&bed.url, &server).await;
        let path = handed_over(&mut host).await;
        assert_eq!(pairs(&host, "", 0).await, Vec::<Json>::new());
        host.ana_says("how much are brake pads?").await;
        let waiting = pairs(&host, "", 1).await.remove(0);
        assert_eq!((&waiting["agent"], &waiting["reply"]), (&json!("helper"), &json!([])), "{waiting:#}");
        for text in ["45 € a pair.", "Fitting is free."] {
            host.post("key-acme", &format!("{path}/messages"), json!({"text": text, "agent": "Rosa"})).await.is(201);
        }
        host.ana_says("and for two?").await;
        let both = pairs(&host, "", 2).await;
        assert_eq!(
            (texts(&both[1], "asked"), texts(&both[0], "asked")),
            (vec!["how much are brake pads?"], vec!["and for two?"])
        );
        assert_eq!(texts(&both[1], "reply"), ["45 € a pair.", "Fitting is free."]);
        assert_eq!((&both[1]["reply"][0]["agent"], &both[0]["reply"]), (&json!("Rosa"), &json!([])));
        assert_eq!(both[1]["draft"], "New brake pads are 45 € a pair.");
        assert_eq!(both[1]["sources"], json!([{"title": "Prices", "file": "prices.md", "link": null}]));
        assert_eq!((&both[0]["draft"], &both[0]["why"]), (&Json::Null, &json!("guard")), "{:#}", both[0]);
        assert!(both[0]["reason"].as_str().unwrap().starts_with("the guards refused the draft"), "{:#}", both[0]);

        // The inbox shows nothing of it, and its programs hear nothing.
        let shown = host.get("key-acme", &format!("{path}/suggestion")).await.is(200);
        assert_eq!((&shown["state"], &shown["id"], &shown["text"]), (&json!("none"), &Json::Null, &Json::Null));
        host.post("key-acme", &format!("{path}/suggestion/discard"), json!({})).await.is(200);
        for inbox in [path.clone(), format!("{path}/messages"), "/v1/conversations".into(), "/v1/cases".into()] {
            let answer = host.get("key-acme", &inbox).await.is(200).to_string();
            assert!(!answer.contains("New brake pads are 45 € a pair."), "{inbox}: {answer}");
        }
        let events = event::after(&host.app.store, 0, 1_000).await.unwrap();
        assert!(events.iter().all(|event| event.kind != "suggestion"), "{events:#?}");
        assert_eq!(host.get("key-acme", "/v1/suggestions/counts").await.is(200)["data"], json!([]));

        let counted = host.get("key-acme", "/v1/shadow/counts").await.is(200);
        let own = &counted["data"][0];
        let none = json!({"unsure": 0, "model": 0, "budget": 0, "guard": 1, "failed": 0});
        assert_eq!((&own["agent"], &own["drafted"], &own["none"]), (&json!("helper"), &json!(1), &none), "{counted:#}");
        assert_eq!(counted["currency"], "EUR");
        let cost = |one: &Json| one["cost"].as_str().unwrap().parse::<f64>().unwrap();
        assert!(cost(own) > 0.0 && (cost(own) - cost(&both[0]) - cost(&both[1])).abs() < 1e-9, "{counted:#}");
        let metrics = host.metrics().await;
        for counts in ["shadow_drafts_total{kind=\"ready\"} 1", "shadow_drafts_total{kind=\"guard\"} 1"] {
            assert!(metrics.contains(counts), "{metrics}");
        }
        assert!(!metrics.contains("suggestions_total{"), "{metrics}");

        // A team that shows its drafts has its own, and a draft that was shown is none of these.
        host.post("key-acme", &format!("{path}/assign"), json!({"team": "bench"})).await.is(200);
        host.ana_says("anybody?").await;
        while host.get("key-acme", &format!("{path}/suggestion")).await.is(200)["state"] != "ready" {
            tokio::task::yield_now().await;
        }
        pairs(&host, "", 2).await;
        // Back with the team that shows none, the old one is gone from the inbox.
        host.post("key-acme", &format!("{path}/assign"), json!({"team": "desk"})).await.is(200);
        host.ana_says("hello?").await;
        pairs(&host, "", 3).await;
        assert_eq!(host.get("key-acme", &format!("{path}/suggestion")).await.is(200)["state"], "none");
    });
}

#[test]
fn pairs_are_filtered_paged_and_of_the_own_account() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![says("We are here.")]).await;
        let mut host = host(&bed.url, &server).await;
        handed_over(&mut host).await;
        for (count, text) in ["one", "two", "three"].into_iter().enumerate() {
            host.ana_says(text).await;
            pairs(&host, "", count + 1).await;
            host.advance(Span::hours(1)).await;
        }
        let all = pairs(&host, "agent=helper", 3).await;
        assert_eq!(
            all.iter().map(|pair| texts(pair, "asked").last().copied().unwrap()).collect::<Vec<_>>(),
            ["three", "two", "one"]
        );
        pairs(&host, "agent=mechanic", 0).await;
        let since = all[1]["at"].as_str().unwrap();
        assert_eq!(pairs(&host, &format!("since={since}"), 2).await, all[..2]);
        assert_eq!(
            host.get("key-acme", &format!("/v1/shadow/counts?since={since}")).await.is(200)["data"][0]["drafted"],
            2
        );
        pairs(&host, "since=2099-01-01", 0).await;
        let first = host.get("key-acme", "/v1/shadow?limit=2").await.is(200);
        let next = format!("/v1/shadow?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
        let last = host.get("key-acme", &next).await.is(200);
        assert_eq!((&last["data"], &last["next_cursor"]), (&json!([all[2]]), &Json::Null));
        for wrong in ["since=soon", "cursor=x", "limit=0"] {
            host.get("key-acme", &format!("/v1/shadow?{wrong}")).await.is(422);
        }
        host.get("key-acme", "/v1/shadow?sender=99").await.is(404);
        assert_eq!(host.get("key-other", "/v1/shadow").await.is(200)["data"], json!([]));
        assert_eq!(host.get("key-other", "/v1/shadow/counts").await.is(200)["data"], json!([]));
    });
}

#[tokio::test]
async fn people_who_answer_customers_read_no_drafts_and_authors_no_words_of_customers() {
    let server = ModelServer::start(vec![says("We are here.")]).await;
    let mut host = host("sqlite://t.db", &server).await;
    handed_over(&mut host).await;
    host.ana_says("ZEBRA").await;
    pairs(&host, "", 1).await;
    for (role, status, sees) in
        [("viewer", 403, false), ("agent", 403, false), ("author", 200, false), ("operator", 200, true)]
    {
        let cookie = signed_in(&host, &format!("The {role}"), role, Json::Null).await;
        let headers = [("cookie", cookie.as_str())];
        let answer = host.request(Method::GET, "/v1/shadow", &headers, "").await;
        assert_eq!((answer.status, answer.text.contains("ZEBRA")), (status, sees), "{role}: {}", answer.text);
        let answer = host.request(Method::GET, "/v1/shadow/counts", &headers, "").await;
        assert_eq!(answer.status, status, "{role}: {}", answer.text);
    }
}

#[test]
fn an_export_has_the_drafts_and_an_erasure_and_the_retention_take_them() {
    on_both(|bed| async move {
        let server = ModelServer::start(vec![says("You said ZEBRA.")]).await;
        let mut host = host(&bed.url, &server).await;
        let path = handed_over(&mut host).await;
        host.ana_says("ZEBRA").await;
        let pair = pairs(&host, "", 1).await.remove(0);
        let contact = host.get("key-acme", &path).await.is(200)["contact"]["id"].clone();
        let export = host.get("key-acme", &format!("/v1/contacts/{contact}/export")).await.is(200);
        let drafts = export["shadow"].as_array().unwrap();
        assert_eq!(drafts.len(), 1, "{export:#}");
        assert_eq!((&drafts[0]["draft"], &drafts[0]["message_id"]), (&json!("You said ZEBRA."), &pair["message_id"]));
        host.post("key-acme", &format!("/v1/contacts/{contact}/erase"), json!({})).await.is(200);
        pairs(&host, "", 0).await;
        host.somebody_says("+34600111333", "person").await;
        host.somebody_says("+34600111333", "ZEBRA").await;
        pairs(&host, "", 1).await;
        let before = host.now() + Span::minutes(1);
        let gone = retention::forget(&host.app.store, &shadow::EXPIRE, before, Pace::AtOnce).await.unwrap();
        assert_eq!(gone, 1);
        pairs(&host, "", 0).await;
    });
}
