//! Tests `/v1/contacts`, `/v1/messages`, `/v1/runs`: data of contacts, messages of programs, and runs of flows.

use super::host::{ANA, Answer, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId},
        limits::TURNS_SHOWN_MAX,
        time::{Span, Time},
    },
    model::{contact::ContactData, effect::TraceEntry, inbound::AliasKind},
    store::{
        WriteSet,
        tables::{alias, contact as contacts, trace},
    },
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {size: [S, M, L], bikes: whole}\n\
                   topics: {news: {needs: consent}}\n";
const VIPS: &str = "flow: vips\nwhen:\n  - tag_added: vip\nsteps:\n  - say: Welcome to the club\n    if_closed: skip\n";
const NEWS: &str = "flow: news\ntopic: news\nwhen:\n  - schedule: 0 10 * * TUE\n    to: everyone\nsteps:\n  - say: News\n    if_closed: skip\n";
const SURVEY: &str = "flow: survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How did you like it?\n    as: liking\n  - say: Thanks\n";

async fn host() -> Host {
    let files =
        [("flows/_bot.yaml", BOT), ("flows/vips.yaml", VIPS), ("flows/news.yaml", NEWS), ("flows/survey.yaml", SURVEY)];
    Host::with(&files, "").await
}

async fn contact(host: &Host) -> Json {
    host.get("key-acme", "/v1/contacts?phone=%2B34600111222").await.is(200)["data"][0].clone()
}

async fn patch(host: &Host, path: &str, tag: Option<&str>, body: Json) -> Answer {
    let mut headers = vec![("authorization", "Bearer key-acme")];
    headers.extend(tag.map(|tag| ("if-match", tag)));
    host.request(Method::PATCH, path, &headers, body.to_string()).await
}

#[tokio::test]
async fn a_change_of_a_contact_is_news_to_flows() {
    let mut host = host().await;
    host.ana_says("something else").await;
    let path = format!("/v1/contacts/{}", contact(&host).await["id"]);
    let change = json!({"fields": {"size": "M", "bikes": 2}, "tags": {"add": ["vip"]}, "zone": "America/Lima"});
    let now = patch(&host, &path, None, change).await.is(200);
    assert_eq!(now["fields"], json!({"size": "M", "bikes": 2}));
    assert_eq!((&now["tags"], &now["zone"]), (&json!(["vip"]), &json!("America/Lima")));
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().last().unwrap().text(), "Welcome to the club");
    let marked = patch(&host, &path, None, json!({"name": "A\u{E000}na"})).await.is(200);
    assert_eq!(marked["name"], "Ana", "our own texts use characters of private use as markers");
    let now = patch(&host, &path, None, json!({"fields": {"bikes": null}, "zone": null})).await.is(200);
    assert_eq!((&now["fields"], &now["zone"]), (&json!({"size": "M"}), &Json::Null), "`null` empties");
    assert_eq!(contact(&host).await, now);
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told_with_its_place() {
    let mut host = host().await;
    host.ana_says("something else").await;
    let path = format!("/v1/contacts/{}", contact(&host).await["id"]);
    let before = contact(&host).await;
    let change = json!({"fields": {"size": "XXL", "bike": 1}, "zone": "Mars/Olympus", "tags": {"add": [7]}});
    let said = patch(&host, &path, None, change).await.is(422);
    let mut pointers: Vec<&str> =
        said["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/fields/bike", "/fields/size", "/tags/add/0", "/zone"], "{said}");
    assert!(said.to_string().contains("did you mean `bikes`"), "{said}");
    assert_eq!(contact(&host).await, before);
}

#[tokio::test]
async fn who_has_seen_an_older_state_changes_nothing() {
    let mut host = host().await;
    host.ana_says("something else").await;
    let seen = contact(&host).await;
    let path = format!("/v1/contacts/{}", seen["id"]);
    let shown = host.get("key-acme", &path).await;
    let tag = shown.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(seen["etag"], tag.as_str());
    let first = patch(&host, &path, Some(&tag), json!({"name": "Ana López"})).await;
    assert_ne!(first.headers["etag"].to_str().unwrap(), tag);
    let late = patch(&host, &path, Some(&tag), json!({"name": "Anna"})).await;
    assert_eq!(late.is(412)["code"], "changed_meanwhile");
    assert_eq!(contact(&host).await["name"], "Ana López");
}

#[tokio::test]
async fn a_consent_stands_in_the_ledger_with_its_proof() {
    let mut host = host().await;
    host.ana_says("something else").await;
    let path = format!("/v1/contacts/{}/consent", contact(&host).await["id"]);
    let given = json!({"topic": "news", "given": true, "proof": "Ticked the box of order A7", "by": "shop"});
    let now = host.post("key-acme", &path, given.clone()).await.is(200);
    assert_eq!(now["consent"]["news"]["given"], true);
    let ledger = host.get("key-acme", &path).await.is(200);
    let line = &ledger["data"][0];
    assert_eq!((&line["topic"], &line["by"], &line["proof"]), (&json!("news"), &json!("api"), &given["proof"]));
    assert_eq!((&line["key_id"], &line["source"]), (&json!("acme/1"), &json!("shop")));
    let said = host.post("key-acme", &path, json!({"topic": "nwes", "given": true})).await.is(422);
    let text = said.to_string();
    assert!(text.contains("did you mean `news`") && text.contains("/proof"), "{said}");
}

#[tokio::test]
async fn a_stop_by_api_is_a_stop_and_can_be_lifted_with_proof() {
    let mut host = host().await;
    host.ana_says("survey").await;
    let path = format!("/v1/contacts/{}/consent", contact(&host).await["id"]);
    let sent = host.graph.sent().len();
    let now = host.post("key-acme", &path, json!({"topic": "all", "given": false, "by": "phone call"})).await.is(200);
    assert!(now["opted_out_at"].is_string(), "{now}");
    assert_eq!(host.get("key-acme", "/v1/runs?state=open").await.is(200)["data"], json!([]), "runs end");
    let text = json!({"contact": {"phone": ANA}, "sender": 12, "text": "hi"});
    assert_eq!(host.post("key-acme", "/v1/messages", text.clone()).await.is(403)["code"], "opted_out");
    assert_eq!(host.graph.sent().len(), sent, "nothing is said, not even a confirmation");
    host.post("key-acme", &path, json!({"topic": "all", "given": true})).await.is(422);
    let again = json!({"topic": "all", "given": true, "proof": "Asked by phone to hear from us again"});
    assert_eq!(host.post("key-acme", &path, again).await.is(200)["opted_out_at"], Json::Null);
    host.post("key-acme", "/v1/messages", text).await.is(201);
    let ledger = host.get("key-acme", &path).await.is(200);
    let lines: Vec<(&Json, &Json)> =
        ledger["data"].as_array().unwrap().iter().map(|line| (&line["given"], &line["proof"])).collect();
    assert_eq!(lines, [(&json!(false), &Json::Null), (&json!(true), &json!("Asked by phone to hear from us again"))]);
}

#[tokio::test]
async fn a_program_writes_within_the_rules_of_the_window_and_the_bot_goes_on() {
    let mut host = host().await;
    let text = json!({"contact": {"phone": ANA}, "sender": 12, "text": "Your bike is ready"});
    assert_eq!(host.post("key-acme", "/v1/messages", text.clone()).await.is(409)["code"], "window_closed");
    let template = json!({"contact": {"phone": ANA}, "sender": 12,
        "template": {"name": "reminder", "language": "en", "variables": ["Ana", "Friday"]}});
    let sent = host.post("key-acme", "/v1/messages", template).await.is(201);
    assert_eq!((&sent["state"], &sent["origin"]), (&json!("sent"), &json!("api")));
    host.ana_says("something else").await;
    let sent = host.post("key-acme", "/v1/messages", text).await.is(201);
    // The provider's answer is committed with the next group, after the request.
    host.app.queue.settled().await;
    let shown = host.get("key-acme", &format!("/v1/messages/{}", sent["id"])).await.is(200);
    assert_eq!((&shown["text"], &shown["state"]), (&json!("Your bike is ready"), &json!("sent")));
    host.advance(Span::minutes(1)).await;
    host.ana_says("survey").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "How did you like it?", "the bot has the conversation");
    let unusable = json!({"contact": {"phone": ANA}, "sender": 12, "template": {"name": "nothing", "language": "en"}});
    assert_eq!(host.post("key-acme", "/v1/messages", unusable).await.is(409)["code"], "template_unusable");
}

#[tokio::test]
async fn a_run_inside_a_call_waits_no_longer_than_the_call() {
    let pay = "flow: pay\nwhen:\n  - message: pay\nsteps:\n  - call: paid\n    timeout: 2h\nblocks:\n  paid:\n    - wait: {event: paid}\n";
    let mut host = Host::with(&[("flows/_bot.yaml", BOT), ("flows/pay.yaml", pay)], "").await;
    host.ana_says("pay").await;
    let runs = host.get("key-acme", "/v1/runs?flow=pay&state=open").await.is(200);
    let waits = &runs["data"][0]["waits"];
    let until = waits["until"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).expect("it has an end");
    assert_eq!(waits["for"], json!("event"));
    assert_eq!(until.as_millisecond(), (host.clock.now() + Span::hours(2)).0);
}

#[tokio::test]
async fn a_run_is_shown_with_what_it_did_and_is_stopped() {
    let mut host = host().await;
    host.ana_says("survey").await;
    let runs = host.get("key-acme", "/v1/runs?flow=survey&state=open").await.is(200);
    let run = &runs["data"][0];
    assert_eq!((&run["waits"]["for"], &run["waits"]["flow"]), (&json!("answer"), &json!("survey")), "{run}");
    let path = format!("/v1/runs/{}", run["id"]);
    let shown = host.get("key-acme", &path).await.is(200);
    assert!(!shown["turns"][0]["lines"].as_array().unwrap().is_empty(), "{shown}");
    let stopped = host.post("key-acme", &format!("{path}/stop"), json!({})).await.is(200);
    assert_eq!((&stopped["state"], &stopped["waits"]), (&json!("stopped"), &Json::Null));
    assert_eq!(host.post("key-acme", &format!("{path}/stop"), json!({})).await.is(409)["code"], "ended");
    let id = contact(&host).await["id"].to_string();
    let of_ana = host.get("key-acme", &format!("/v1/runs?contact={id}&state=stopped")).await.is(200);
    assert_eq!(of_ana["data"][0]["id"], run["id"]);
    assert_eq!(host.get("key-other", &format!("/v1/runs?contact={id}")).await.status, 404);
    assert_eq!(host.get("key-acme", "/v1/runs?state=lost").await.is(422)["errors"][0]["pointer"], "/state");
}

#[tokio::test]
async fn an_old_run_is_shown_with_its_turns_however_much_came_after() {
    let mut host = host().await;
    host.ana_says("survey").await;
    host.ana_says("fine").await;
    host.advance(Span::minutes(1)).await;
    let run = host.get("key-acme", "/v1/runs?flow=survey").await.is(200)["data"][0].clone();
    let number = |name: &str| run[name].as_i64().unwrap();
    let conversation = ConversationId(number("conversation_id"));
    let turn = |turn: u64, run: Option<u32>, at| {
        let data = vec![TraceEntry { run, step: None, what: format!("turn {turn}"), call: None }];
        let contact_id = ContactId(number("contact_id"));
        trace::Trace { id: host.app.store.next_id(), conversation_id: conversation, contact_id, turn, at, data }
    };
    let mut later = WriteSet::new();
    for n in 0..1_200 {
        later.push(&trace::INSERT, &turn(100 + n, Some(77), host.clock.now()));
    }
    host.app.store.commit(later).await.unwrap();
    let path = format!("/v1/runs/{}", run["id"]);
    let shown = host.get("key-acme", &path).await.is(200);
    assert_eq!((shown["turns"].as_array().unwrap().len(), &shown["more_turns"]), (2, &json!(false)), "{shown}");
    let ended = Time(host.clock.now().0 - 60_000);
    let mut own = WriteSet::new();
    for n in 0..TURNS_SHOWN_MAX as u64 {
        own.push(&trace::INSERT, &turn(10 + n, Some(1), ended));
    }
    host.app.store.commit(own).await.unwrap();
    let shown = host.get("key-acme", &path).await.is(200);
    assert_eq!(shown["turns"].as_array().unwrap().len(), TURNS_SHOWN_MAX);
    assert_eq!(shown["more_turns"], json!(true), "the first ones, and it says that there are more");
}

#[tokio::test]
async fn lists_go_on_where_a_page_ended() {
    let mut host = host().await;
    for _ in 0..3 {
        host.ana_says("survey").await;
        host.ana_says("fine").await;
        host.advance(Span::minutes(1)).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/runs?limit=2".to_owned();
    for _ in 0..3 {
        let page = host.get("key-acme", &path).await.is(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/runs?limit=2&cursor={next}");
    }
    let all = host.get("key-acme", "/v1/runs").await.is(200);
    let all: Vec<i64> = all["data"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect();
    assert_eq!((seen.len(), &seen), (3, &all));
}

#[tokio::test]
async fn a_schedule_says_when_it_comes_and_why_it_will_not_reach_somebody() {
    let mut host = host().await;
    host.ana_says("something else").await;
    let list = host.get("key-acme", "/v1/schedules").await.is(200);
    assert_eq!((&list["data"][0]["flow"], &list["data"][0]["clock"]), (&json!("news"), &json!("contact")), "{list}");
    let next = host.get("key-acme", "/v1/schedules/next?limit=1").await.is(200);
    assert_eq!(next["data"][0]["local"], "2026-03-31T10:00", "{next}");
    let path = format!("/v1/schedules/news/explain?contact={}", contact(&host).await["id"]);
    let why = host.get("key-acme", &path).await.is(200);
    assert_eq!(
        (&why["contact"]["refused"], &why["contact"]["triggers"][0]["meant"]),
        (&json!("no_consent"), &json!("yes"))
    );
    host.advance(Span::hours(4 * 24 - 1)).await;
    host.advance(Span::minutes(2)).await;
    let why = host.get("key-acme", &path).await.is(200);
    assert_eq!((&why["fires"][0]["contacts"], &why["fires"][0]["reason"]), (&json!(1), &json!("no_consent")), "{why}");
    let others = host.get("key-other", "/v1/schedules/news/explain").await.is(200);
    assert_eq!(others["fires"], json!([]), "another account's contacts are not counted");
}

#[tokio::test]
async fn a_dead_letter_shows_its_body_to_the_operator_only() {
    let host = host().await;
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{
        "field": "messages",
        "value": {"metadata": {"phone_number_id": "1"}, "messages": [{"type": "text"}]},
    }]}]});
    let key = [("authorization", "Bearer key-acme")];
    host.request(Method::POST, "/webhooks/sandbox/1", &key, body.to_string()).await;
    let letters = host.get(OPERATOR, "/v1/dead-letters").await.is(200);
    let path = format!("/v1/dead-letters/{}", letters["data"][0]["id"]);
    assert!(host.get(OPERATOR, &path).await.is(200)["data"].is_object());
    let own = host.get("key-acme", &path).await;
    assert!(own.status == 404 || own.json()["data"].is_null(), "{}", own.text);
    assert_eq!(host.get("key-other", "/v1/dead-letters").await.is(200)["data"], json!([]));
    assert_eq!(host.post("key-acme", &format!("{path}/replay"), json!({})).await.status, 403);
}

#[tokio::test]
async fn a_draft_reaches_nobody_and_the_api_says_so() {
    let idea = "flow: idea\ndraft: true\nwhen:\n  - schedule: 0 10 * * TUE\n    to: everyone\nsteps:\n  - say: Hi\n    if_closed: skip\n";
    let mut host = Host::with(&[("flows/_bot.yaml", BOT), ("flows/idea.yaml", idea)], "").await;
    host.ana_says("something else").await;
    let path = format!("/v1/schedules/idea/explain?contact={}", contact(&host).await["id"]);
    let why = host.get("key-acme", &path).await.is(200);
    assert_eq!(why["contact"]["refused"], json!("draft"), "{why}");
}

#[tokio::test]
async fn a_stop_is_taken_of_somebody_with_whom_nobody_has_talked() {
    let host = host().await;
    let id = ContactId(host.app.store.next_id());
    let data = ContactData { phone: Some("+34600999888".into()), ..ContactData::default() };
    let new = contacts::NewContact {
        id,
        account: "acme".into(),
        data,
        zone: String::new(),
        sought: "34600999888".into(),
        opted_out_at: None,
        created_at: host.app.now(),
    };
    let mut set = WriteSet::of(id.0);
    set.push(&contacts::INSERT, &new);
    let row =
        alias::NewAlias { account: "acme".into(), kind: AliasKind::Phone, value: "34600999888".into(), contact_id: id };
    set.push(&alias::INSERT, &row);
    host.app.store.commit(set).await.unwrap();
    let stop = json!({"topic": "all", "given": false, "by": "desk"});
    let now = host.post("key-acme", &format!("/v1/contacts/{id}/consent"), stop).await.is(200);
    assert!(now["opted_out_at"].is_string(), "{now}");
}
