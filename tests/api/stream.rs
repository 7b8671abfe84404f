//! Tests `GET /v1/events`: a client gets each committed event once, also after a restart.

use super::{
    host::{Host, OPERATOR, whole_key},
    sign_in::signed_in,
};
use reqwest::{Method, Response};
use serde_json::{Value as Json, json};
use transom::base::{
    limits::{EVENT_LISTENERS_MAX, EVENTS_KEPT},
    time::Span,
};

/// A client of the event stream, which parses it as a browser does.
struct Ear {
    response: Response,
    rest: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Heard {
    id: Option<i64>,
    kind: String,
    data: Json,
}

impl Ear {
    async fn open(host: &Host, key: &str, query: &str, last: Option<i64>) -> Ear {
        let mut headers = vec![("authorization", whole_key(&format!("Bearer {key}")))];
        headers.extend(last.map(|last| ("last-event-id", last.to_string())));
        Ear::with(host, &headers, query).await
    }

    async fn with(host: &Host, headers: &[(&str, String)], query: &str) -> Ear {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("{}/v1/events{query}", host.base));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut ear = Ear { response, rest: String::new() };
        assert_eq!(ear.block().await, "retry: 2000");
        ear
    }

    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                return block;
            }
            let chunk = self.response.chunk().await.unwrap().expect("the stream goes on");
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn next(&mut self) -> Heard {
        loop {
            let block = self.block().await;
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let kind = field("event:").unwrap().to_owned();
            let data = serde_json::from_str(field("data:").unwrap()).unwrap();
            return Heard { id: field("id:").map(|id| id.parse().unwrap()), kind, data };
        }
    }

    /// Reads until an event of this kind, and gives all events read.
    async fn until(&mut self, kind: &str) -> Vec<Heard> {
        let mut all = Vec::new();
        loop {
            all.push(self.next().await);
            if all.last().unwrap().kind == kind {
                return all;
            }
        }
    }
}

fn kinds(all: &[Heard]) -> Vec<&str> {
    all.iter().map(|one| one.kind.as_str()).collect()
}

#[tokio::test]
async fn a_talk_is_heard_from_the_message_to_the_end_of_the_run() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "", None).await;
    host.ana_says("hello").await;
    let all = ear.until("message.status").await;
    for kind in ["message.in", "message.out", "run.began", "run.ended"] {
        assert_eq!(kinds(&all).iter().filter(|one| **one == kind).count(), 1, "{kind}: {all:#?}");
    }
    let of = |kind: &str| &all.iter().find(|one| one.kind == kind).unwrap().data;
    assert_eq!((&of("message.in")["message"]["text"], &of("message.in")["sender"]), (&json!("hello"), &json!(12)));
    assert_eq!(of("message.out")["message"]["text"], "Hello to you");
    assert_eq!(
        (&of("run.ended")["run"]["flow"], &of("run.ended")["run"]["outcome"]),
        (&json!("hello"), &json!("done"))
    );
    assert_eq!(of("message.status")["status"]["state"], "sent");
    let ids: Vec<i64> = all.iter().filter_map(|one| one.id).collect();
    assert!(ids.is_sorted() && ids.len() == all.len(), "{ids:?}");
}

#[tokio::test]
async fn who_comes_back_hears_what_came_meanwhile_and_nothing_twice() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "", None).await;
    host.ana_says("hello").await;
    let last = ear.until("message.status").await.last().unwrap().id.unwrap();
    drop(ear);
    host.advance(Span::minutes(1)).await;
    host.ana_says("hello").await;
    let mut ear = Ear::open(&host, "key-acme", "", Some(last)).await;
    let all = ear.until("message.status").await;
    assert_eq!(kinds(&all).iter().filter(|kind| **kind == "message.in").count(), 1, "{all:#?}");
    assert!(all.iter().all(|one| one.id.unwrap() > last));
}

#[tokio::test]
async fn a_repeated_webhook_is_heard_once() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "?types=message.in", None).await;
    let number = host.sandbox_number(1);
    let body = host.written(&number, "hello");
    let key = [("authorization", "Bearer key-acme")];
    for _ in 0..2 {
        host.request(reqwest::Method::POST, "/webhooks/sandbox/1", &key, body.clone()).await;
        host.app.run_due().await.unwrap();
    }
    host.ana_says("bye").await;
    let (first, second) = (ear.next().await, ear.next().await);
    assert_eq!((&first.data["message"]["text"], &second.data["message"]["text"]), (&json!("hello"), &json!("bye")));
}

#[tokio::test]
async fn another_account_hears_nothing_of_it() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-other", "?types=message.in", None).await;
    host.ana_says("hello").await;
    let number = host.sandbox_number(20);
    let body = host.written(&number, "ours");
    host.request(reqwest::Method::POST, "/webhooks/sandbox/20", &[("authorization", "Bearer key-other")], body).await;
    assert_eq!(ear.next().await.data["message"]["text"], "ours");
}

#[tokio::test]
async fn consent_and_what_a_person_must_know_are_heard() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "?types=consent,needs_person", None).await;
    host.ana_says("STOP").await;
    let stop = ear.next().await;
    assert_eq!((stop.kind.as_str(), &stop.data["consent"]["topic"]), ("consent", &json!("all")), "{stop:?}");
    assert_eq!(stop.data["consent"]["given"], false);
    host.ana_says("are you there?").await;
    assert_eq!(ear.next().await.kind, "needs_person");
}

#[tokio::test]
async fn without_a_listener_nothing_is_written_down() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    assert_eq!(transom::store::tables::event::ends(&host.app.store).await.unwrap(), (0, 0));
    drop(Ear::open(&host, "key-acme", "", None).await);
    host.advance(Span::minutes(1)).await;
    host.ana_says("hello").await;
    assert!(transom::store::tables::event::ends(&host.app.store).await.unwrap().1 > 0, "it may come back");
    host.advance(EVENTS_KEPT + Span::hours(1)).await;
    let (_, last) = transom::store::tables::event::ends(&host.app.store).await.unwrap();
    host.ana_says("hello").await;
    let (first, newest) = transom::store::tables::event::ends(&host.app.store).await.unwrap();
    assert!(newest <= last.max(first), "nobody has listened for {EVENTS_KEPT}: {first} {newest}, was {last}");
}

#[tokio::test]
async fn what_is_no_longer_kept_is_told_as_a_gap() {
    let mut host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "", None).await;
    host.ana_says("hello").await;
    let newest = ear.until("message.status").await.last().unwrap().id.unwrap();
    let mut ear = Ear::open(&host, "key-acme", "", Some(newest + 1_000)).await;
    assert_eq!(ear.next().await, Heard { id: None, kind: "gap".into(), data: json!({}) });
    let said = host.get("key-acme", "/v1/events?after=x").await.is(422);
    assert_eq!(said["errors"][0]["pointer"], "/after");
    let said = host.get("key-acme", "/v1/events?types=mesage.in").await.is(422);
    assert_eq!(said["errors"][0]["pointer"], "/types");
}

#[tokio::test]
async fn a_daemon_that_stops_ends_its_streams() {
    let host = Host::new().await;
    let mut ear = Ear::open(&host, "key-acme", "", None).await;
    host.stop().await;
    // To its end, and not cut off.
    while ear.response.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn so_many_listen_and_no_more() {
    let host = Host::new().await;
    let mut ears = Vec::new();
    for _ in 0..EVENT_LISTENERS_MAX {
        ears.push(Ear::open(&host, "key-acme", "", None).await);
    }
    assert_eq!(host.get("key-acme", "/v1/events").await.is(503)["code"], "too_many_listeners");
}

#[tokio::test]
async fn who_does_not_see_customers_hears_of_their_messages_without_their_words() {
    let mut host = Host::new().await;
    let cookie = signed_in(&host, "Rosa", "author", Json::Null).await;
    let mut ear = Ear::with(&host, &[("cookie", cookie)], "").await;
    host.ana_says("hello, I live in Zarautz").await;
    host.ana_says("hello").await;
    let heard = ear.until("run.ended").await;
    let text = format!("{heard:?}");
    assert!(!text.contains("Zarautz") && !text.contains("600111222"), "{text}");
    let first = &heard.iter().find(|one| one.kind == "message.in").unwrap().data;
    assert_eq!(first["message"]["text"], "hello, I live in •••••••");
    assert_eq!(first["message"]["provider_id"], "", "it holds the number at Meta");
    let answer = &heard.iter().find(|one| one.kind == "message.out").unwrap().data;
    assert_eq!(answer["message"]["text"], "Hello to you");
}

/// Whether the server closes the stream within two seconds, far before the next heartbeat.
async fn is_closed(ear: &mut Ear) -> bool {
    let end = async {
        while let Ok(Some(chunk)) = ear.response.chunk().await {
            assert!(!chunk.is_empty());
        }
    };
    tokio::time::timeout(Span::seconds(2).to_std(), end).await.is_ok()
}

#[tokio::test]
async fn whoever_may_do_less_is_disconnected_at_once_and_nobody_else() {
    let host = Host::new().await;
    let mut open = Vec::new();
    for name in ["Ana", "Bea", "Cleo", "Dora"] {
        let cookie = signed_in(&host, name, "agent", Json::Null).await;
        let ear =
            Ear::with(&host, &[("cookie", cookie.clone()), ("origin", host.base.clone())], "?types=message.in").await;
        open.push((name, ear));
    }
    let people = host.get(OPERATOR, "/v1/people").await.is(200);
    let id = |name: &str| {
        let all = people["data"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["id"].as_i64().unwrap()
    };
    let key = whole_key(&format!("Bearer {OPERATOR}"));
    let (no_more, changed) = (String::new(), json!({"role": "viewer"}).to_string());
    for (name, verb, below, body) in [
        ("Ana", Method::DELETE, "", &no_more),
        ("Bea", Method::DELETE, "/sessions", &no_more),
        ("Cleo", Method::PATCH, "", &changed),
    ] {
        let path = format!("/v1/people/{}{below}", id(name));
        let answer = host.request(verb, &path, &[("authorization", key.as_str())], body.clone()).await;
        assert!(answer.status < 300, "{name}: {}", answer.text);
        let (_, ear) = open.iter_mut().find(|(one, _)| *one == name).unwrap();
        assert!(is_closed(ear).await, "{name} still listens");
    }
    let (_, dora) = open.last_mut().unwrap();
    assert!(!is_closed(dora).await, "Dora may listen on");
}
