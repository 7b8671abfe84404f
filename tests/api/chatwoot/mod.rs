//! Tests an inbox of Chatwoot: a talk appears there once and in order, people answer there, and nothing is doubled.

pub mod fake;
mod files;
mod trouble;

use super::host::{Answer, Host};
use fake::{Day, Fake};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock as _,
        ids::{ContactId, ConversationId, InboundId, SenderId},
        secret::Secret,
        time::Span,
    },
    channel::signature::Key,
    store::{
        WriteSet,
        tables::support_case::shadow::{self, ShadowDraft},
    },
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nteams:\n  shop: {}\n";
const DESK: &str = "flow: desk\nwhen:\n  - message: person\nsteps:\n  - say: Rosa will come\n  - handoff: shop\n";

async fn host(fake: &Fake) -> Host {
    host_with(fake, &[], "").await
}

/// With more files of the bot; `more` is appended to the configuration.
async fn host_with(fake: &Fake, more_files: &[(&str, &str)], more: &str) -> Host {
    let config = |graph: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: \"sqlite://t.db\"\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme], \
             chatwoot: {{url: \"{}\", account: 7, inbox: 5, token: person-token, secret: inbox-secret, \
             teams: {{shop: 3}}}}}}\n  - {{name: other, api_keys: [key-other]}}\nsenders:\n  - {{id: 1, account: acme, \
             name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}\n  - {{id: 12, account: acme, name: Support, \
             provider: meta, phone: \"+15550001111\", phone_number_id: \"106\", waba_id: \"102\", access_token: token, \
             app_secret: app-secret, verify_token: verify-me, api_base: \"{graph}\", api_version: v24.0, shows: typing, default: true}}\n{more}",
            fake.url
        )
    };
    let files = [&[("flows/_bot.yaml", BOT), ("flows/desk.yaml", DESK)], more_files].concat();
    Host::start(&files, config, "2026-03-27T09:00:00Z", None).await
}

/// Tells Chatwoot until nothing is left, over an hour at most.
async fn tell(host: &Host) {
    for _ in 0..60 {
        while host.app.webhooks.post_due(host.clock.now()).await.unwrap().taken > 0 {}
        host.clock.set(host.clock.now() + Span::minutes(1));
    }
}

async fn hear(host: &Host, body: &Json, delivery: &str) -> Answer {
    let (text, at) = (body.to_string(), (host.clock.now().0 / 1_000).to_string());
    let signed = Key::new(Secret::new("inbox-secret")).sign(format!("{at}.{text}").as_bytes());
    let headers = [
        ("x-chatwoot-signature", signed.as_str()),
        ("x-chatwoot-timestamp", at.as_str()),
        ("x-chatwoot-delivery", delivery),
        ("content-type", "application/json"),
    ];
    host.request(Method::POST, "/chatwoot/acme", &headers, text.clone()).await
}

/// A person writes in Chatwoot: the message stands there, and its webhook comes.
fn rosa(fake: &Fake, text: &str) -> Json {
    rosa_in(fake, 41, text)
}

fn rosa_in(fake: &Fake, conversation: i64, text: &str) -> Json {
    let mut data = fake.data.lock().unwrap();
    let id = data.next_message();
    data.messages.push(json!({
        "id": id, "conversation_id": conversation, "content": text, "message_type": "outgoing", "status": "sent",
    }));
    json!({
        "event": "message_created", "id": id, "content": text, "message_type": "outgoing", "private": false,
        "content_type": "text", "content_attributes": {}, "source_id": null,
        "sender": {"id": 2, "name": "Rosa", "email": "rosa@example.com", "type": "user"},
        "inbox": {"id": 5, "name": "WhatsApp"}, "conversation": {"id": conversation, "inbox_id": 5, "status": "open"},
        "account": {"id": 7, "name": "Shop"},
    })
}

fn status_changed(status: &str) -> Json {
    json!({
        "event": "conversation_status_changed", "id": 41, "inbox_id": 5, "status": status,
        "changed_attributes": [{"status": {"previous_value": "open", "current_value": status}}],
    })
}

async fn sent(host: &Host) -> Vec<String> {
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    let path = format!("/v1/conversations/{}/messages", listed["data"][0]["id"]);
    let all = host.get("key-acme", &path).await.is(200)["data"].as_array().unwrap().clone();
    let ours = all.iter().rev().filter(|one| one["direction"] == "out");
    ours.map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_talk_appears_once_and_in_order_whatever_chatwoot_does() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    // Each request of the first message fails once before and once behind its effect.
    fake.bad_days(&[Day::Fails, Day::HalfAnswer, Day::Good, Day::Good, Day::HalfAnswer]);
    fake.bad_days(&[Day::Good, Day::Fails, Day::Good, Day::Good, Day::HalfAnswer]);
    host.ana_says("hello").await;
    host.ana_says("person").await;
    tell(&host).await;
    let seen = fake.seen();
    assert_eq!(seen.iter().filter(|one| *one == "< hello").count(), 1, "{seen:?}");
    assert_eq!(seen.first().map(String::as_str), Some("< hello"), "{seen:?}");
    let own: Vec<&String> = seen.iter().skip_while(|one| *one != "< person").collect();
    assert_eq!(own, ["< person", "> Rosa will come"], "{seen:?}");
    let data = fake.data.lock().unwrap();
    assert_eq!((data.contacts.len(), data.conversations.len()), (1, 1));
    assert_eq!((&data.conversations[0]["status"], &data.conversations[0]["team_id"]), (&json!("open"), &json!(3)));
}

#[tokio::test]
async fn the_next_process_goes_on_and_doubles_nothing() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let before = fake.seen();
    host.ana_says("still there?").await;
    let next = host.next_process().await;
    for _ in 0..20 {
        next.webhooks.post_due(host.clock.now()).await.unwrap();
    }
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    let after = fake.seen();
    assert_eq!(after[before.len()..], ["< still there?"], "{after:?}");
}

/// A draft of an agent for the newest message of the first conversation, which nobody was shown.
async fn drafted(host: &Host) {
    let listed = host.get("key-acme", "/v1/conversations").await.is(200)["data"][0].clone();
    let path = format!("/v1/conversations/{}/messages", listed["id"]);
    let all = host.get("key-acme", &path).await.is(200)["data"].as_array().unwrap().clone();
    let heard = all.iter().find(|one| one["direction"] == "in").unwrap();
    let id = |value: &Json| value.as_i64().unwrap();
    let draft = ShadowDraft {
        id: host.app.store.next_id(),
        conversation_id: ConversationId(id(&listed["id"])),
        contact_id: ContactId(id(&listed["contact"]["id"])),
        sender_id: SenderId(id(&listed["sender"]["id"])),
        agent: "helper".into(),
        message_id: InboundId(id(&heard["id"])),
        text: Some("Hello!".into()),
        why: None,
        reason: None,
        sources: Vec::new(),
        cost: 0,
        at: host.clock.now(),
    };
    let mut set = WriteSet::new();
    set.push(&shadow::INSERT, &draft);
    host.app.store.commit(set).await.unwrap();
}

#[tokio::test]
async fn an_answer_in_chatwoot_is_the_reply_that_a_draft_is_compared_with() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    drafted(&host).await;
    hear(&host, &rosa(&fake, "I am here"), "d1").await.is(200);
    let pair = host.get("key-acme", "/v1/shadow").await.is(200)["data"][0].clone();
    assert_eq!((&pair["asked"][0]["text"], &pair["draft"]), (&json!("person"), &json!("Hello!")));
    assert_eq!((&pair["reply"][0]["text"], &pair["reply"][0]["agent"]), (&json!("I am here"), &json!("Rosa")));
}

#[tokio::test]
async fn a_person_answers_in_chatwoot_and_hands_back_by_resolving() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    assert_eq!(fake.status(), "open");
    let body = rosa(&fake, "I am here");
    hear(&host, &body, "d1").await.is(200);
    hear(&host, &body, "d1").await.is(200);
    hear(&host, &body, "d2").await.is(200);
    host.app.run_due().await.unwrap();
    assert_eq!(sent(&host).await, ["Rosa will come", "I am here"]);
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    assert_eq!(listed["data"][0]["with_person"]["agent"], "Rosa", "{listed}");
    host.ana_says("person").await;
    assert_eq!(sent(&host).await.len(), 2, "the bot is silent");
    tell(&host).await;
    let seen = fake.seen();
    assert_eq!(seen, ["< person", "> Rosa will come", "> I am here", "< person"], "nothing comes back as an echo");
    // Our own message, as Chatwoot tells it back.
    let mut echo = rosa(&fake, "Rosa will come");
    echo["source_id"] = "transom:1".into();
    hear(&host, &echo, "d3").await.is(200);
    assert_eq!(sent(&host).await.len(), 2);
    fake.data.lock().unwrap().conversations[0]["status"] = "resolved".into();
    hear(&host, &status_changed("resolved"), "d4").await.is(200);
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    assert_eq!(listed["data"][0]["with_person"], Json::Null, "{listed}");
    tell(&host).await;
    assert_eq!(fake.status(), "resolved", "it stays so");
    host.ana_says("person").await;
    assert_eq!(sent(&host).await.len(), 3, "the bot has it again");
    hear(&host, &status_changed("resolved"), "d4").await.is(200);
    tell(&host).await;
    assert_eq!(fake.status(), "open", "an old resolution that comes again hands nothing back");
}

#[tokio::test]
async fn a_closed_window_shows_our_sentence_and_nothing_is_sent() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    host.advance(Span::hours(25)).await;
    let body = rosa(&fake, "Are you there?");
    let refused = hear(&host, &body, "d1").await.is(422);
    assert_eq!(refused["detail"], "The 24-hour window is closed: the customer must write first.");
    hear(&host, &body, "d1").await.is(422);
    tell(&host).await;
    let last = fake.data.lock().unwrap().messages.last().unwrap().clone();
    assert_eq!(last["status"], "failed");
    assert_eq!(last["external_error"], "The 24-hour window is closed: the customer must write first.");
    host.ana_says("yes").await;
    hear(&host, &body, "d2").await.is(422);
    assert_eq!(sent(&host).await, ["Rosa will come"]);
}

#[tokio::test]
async fn a_post_without_the_secret_is_refused() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let text = rosa(&fake, "I am here").to_string();
    let late = ((host.clock.now() - Span::minutes(6)).0 / 1_000).to_string();
    let signed = Key::new(Secret::new("inbox-secret")).sign(format!("{late}.{text}").as_bytes());
    let old = [("x-chatwoot-signature", signed.as_str()), ("x-chatwoot-timestamp", late.as_str())];
    host.request(Method::POST, "/chatwoot/acme", &old, text.clone()).await.is(401);
    host.request(Method::POST, "/chatwoot/acme", &[], text.clone()).await.is(401);
    host.request(Method::POST, "/chatwoot/acme?secret=other", &[], text.clone()).await.is(401);
    host.request(Method::POST, "/chatwoot/other?secret=inbox-secret", &[], text.clone()).await.is(404);
    host.request(Method::POST, "/chatwoot/acme?secret=inbox-secret", &[], "[".to_owned()).await.is(400);
    assert_eq!(sent(&host).await, ["Rosa will come"]);
    host.request(Method::POST, "/chatwoot/acme?secret=inbox-secret", &[], text).await.is(200);
    assert_eq!(sent(&host).await, ["Rosa will come", "I am here"]);
}

#[tokio::test]
async fn the_customer_sees_that_a_person_types() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let typing = |event: &str, is_private: bool| {
        json!({
            "event": event, "user": {"id": 2, "name": "Rosa", "type": "user"}, "is_private": is_private,
            "conversation": {"id": 41, "inbox_id": 5, "status": "open"},
        })
    };
    let before = host.graph.sent().len();
    hear(&host, &typing("conversation_typing_on", true), "d1").await.is(200);
    hear(&host, &typing("conversation_typing_off", false), "d2").await.is(200);
    hear(&host, &typing("conversation_typing_on", false), "d3").await.is(200);
    let shown = host.graph.until_sent(before + 1).await;
    assert_eq!(shown.len(), before + 1, "a private note is not typed for the customer");
    assert_eq!(shown[before].body["typing_indicator"], json!({"type": "text"}));
    assert_eq!(shown[before].body["message_id"], "wamid.1");
}

#[tokio::test]
async fn a_message_that_is_deleted_before_its_file_is_there_is_not_sent() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let mut body = rosa(&fake, "Look");
    body["attachments"] =
        json!([{"id": 1, "file_type": "image", "extension": "png", "data_url": format!("{}/rails/a.png", fake.url)}]);
    hear(&host, &body, "d1").await.is(200);
    fake.serve_file("/rails/a.png", fake::Served::File("image/png", b"\x89PNG".to_vec()));
    body["event"] = "message_updated".into();
    body["content_attributes"] = json!({"deleted": true});
    hear(&host, &body, "d2").await.is(200);
    tell(&host).await;
    assert_eq!(sent(&host).await, ["Rosa will come"]);
    assert_eq!(host.graph.uploaded_files(), Vec::<String>::new());
    // One that has left stays.
    let mut body = rosa(&fake, "I am here");
    hear(&host, &body, "d3").await.is(200);
    body["event"] = "message_updated".into();
    body["content_attributes"] = json!({"deleted": true});
    hear(&host, &body, "d4").await.is(200);
    assert_eq!(sent(&host).await, ["Rosa will come", "I am here"]);
}
