//! Tests every kind of message in a native request as it reaches the platform, and scheduled messages.

use super::host::{ANA, Host};
use crate::platform::{Kind, Platform};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        ids::OutboundId,
        limits::PLANNED_MESSAGES_MAX,
        time::{Span, iso},
    },
    store::tables::outbound::{self, SendState},
};

const MESSAGES: &str = "/v1/messages";
const KEY: [(&str, &str); 1] = [("authorization", "Bearer key-acme")];

/// A host to whose number Ana has written.
async fn host() -> Host {
    let templates = "  - {id: 50, sender: 12, name: receipt, language: en, category: utility, status: approved, \
                     header: document, body: \"Hi {{1}}\", buttons: [{title: Pay, url: \"https://shop.example/{{1}}\"}, \
                     \"Call me\"]}\n  - {id: 51, sender: 12, name: greeting, language: en, category: utility, \
                     status: approved, header: {text: \"Order {{1}}\"}, body: Hi}\n";
    let mut host = Host::with(&[], templates).await;
    host.ana_says("something else").await;
    host
}

/// To Ana, from the Meta number.
fn to_ana(message: Json) -> Json {
    let mut body = json!({"contact": {"phone": ANA}, "sender": 12});
    body.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
    body
}

/// The sent requests for a message: `type` and its part, without the common fields.
async fn left(host: &Host, message: Json) -> Vec<Json> {
    let before = host.graph.sent().len();
    host.post("key-acme", MESSAGES, to_ana(message)).await.is(201);
    // Its parts go one after the other, at the pace of the number and the person.
    host.advance(Span::minutes(1)).await;
    let sent = host.graph.sent();
    let part = |sent: &crate::graph::Sent| {
        let kind = sent.body["type"].as_str().unwrap().to_owned();
        json!({"type": kind, kind.clone(): sent.body[&kind]})
    };
    sent[before..].iter().map(part).collect()
}

#[tokio::test]
async fn no_text_beside_a_file_is_lost() {
    let host = host().await;
    let audio = json!({"kind": "audio", "url": "https://x.example/a.mp3"});
    let sent = left(&host, json!({"media": audio, "text": "Listen"})).await;
    assert_eq!(sent[0], json!({"type": "audio", "audio": {"link": "https://x.example/a.mp3"}}));
    assert_eq!(sent[1]["text"]["body"], "Listen", "an audio shows no caption: {sent:#?}");
    let image = json!({"kind": "image", "url": "https://x.example/a.png"});
    for (chars, parts) in [(1024, 1), (1025, 2)] {
        let sent = left(&host, json!({"media": image, "text": "é".repeat(chars)})).await;
        assert_eq!(sent.len(), parts, "{chars}");
        assert_eq!(sent[0]["image"].get("caption").is_some(), parts == 1, "{chars}");
    }
    for (chars, parts) in [(4096, 1), (4097, 2), (16_384, 4)] {
        let sent = left(&host, json!({"text": "x".repeat(chars)})).await;
        let total: usize = sent.iter().map(|sent| sent["text"]["body"].as_str().unwrap().len()).sum();
        assert_eq!((sent.len(), total), (parts, chars));
    }
    host.post("key-acme", MESSAGES, to_ana(json!({"text": "x".repeat(16_385)}))).await.is(422);
}

#[tokio::test]
async fn a_document_without_a_name_is_called_as_its_address_ends() {
    let host = host().await;
    let url = "https://x.example/f/Invoice%20A7.pdf?s=1";
    let sent = left(&host, json!({"media": {"kind": "document", "url": url}})).await;
    assert_eq!(sent[0]["document"], json!({"link": url, "filename": "Invoice A7.pdf"}));
    let waplify = json!({"contact_phone": "34600111222", "message_type": "document", "media_url": url});
    host.post("key-acme", "/api/v1/messages/send-message", waplify).await.is(200);
    let list = host.get("key-acme", "/v1/conversations").await.is(200);
    let kapso = format!("/api/v1/whatsapp_conversations/{}/whatsapp_messages", list["data"][0]["id"]);
    host.post("key-acme", &kapso, json!({"message": {"message_type": "document", "media_url": url}})).await.is(201);
    for sent in host.graph.sent().iter().rev().take(2) {
        assert_eq!(sent.body["document"]["filename"], "Invoice A7.pdf", "{:#}", sent.body);
    }
    let by_id = json!({"media": {"kind": "document", "id": "4490709327384033"}});
    let refused = host.post("key-acme", MESSAGES, to_ana(by_id)).await.is(422);
    assert_eq!(refused["errors"][0]["pointer"], "/media/filename", "{refused}");
}

#[tokio::test]
async fn every_part_of_a_template_is_filled() {
    let host = host().await;
    let file = json!({"kind": "document", "url": "https://x.example/r.pdf"});
    let template = json!({"name": "receipt", "language": "en", "variables": ["Ana"], "header": {"media": file},
        "buttons": [{"url": "a/7"}, {"payload": "call"}]});
    let sent = left(&host, json!({"template": template})).await;
    assert_eq!(
        sent[0]["template"]["components"],
        json!([
            {"type": "header", "parameters": [
                {"type": "document", "document": {"link": "https://x.example/r.pdf", "filename": "r.pdf"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "a/7"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [
                {"type": "payload", "payload": "call"}]},
        ])
    );
    let greeting = json!({"name": "greeting", "language": "en", "header": {"text": "A7"}});
    let sent = left(&host, json!({"template": greeting})).await;
    let header = json!([{"type": "header", "parameters": [{"type": "text", "text": "A7"}]}]);
    assert_eq!(sent[0]["template"]["components"], header);
    // A missing header file is an error of this request.
    let bare = json!({"template": {"name": "receipt", "language": "en", "variables": ["Ana"]}});
    let refused = host.post("key-acme", MESSAGES, to_ana(bare)).await.is(409);
    assert!(refused["detail"].as_str().unwrap().contains("needs a file for its header"), "{refused}");
}

#[tokio::test]
async fn a_template_leaves_whole_or_its_lack_is_said() {
    let host = Host::with(
        &[],
        "  - {id: 60, sender: 12, name: offer, language: en, category: utility, status: approved, body: Hi, \
         header: location, offer: ends, buttons: [{title: Copy, kind: copy_code}, {title: Open, kind: form}], \
         cards: [{header: image, body: \"Buy {{1}}\", buttons: [Buy]}]}\n  \
         - {id: 61, sender: 12, name: shelf, language: en, category: utility, status: approved, body: Hi, \
         buttons: [{title: See, kind: products}]}\n",
    )
    .await;
    let card = json!({"header": {"media": {"kind": "image", "url": "https://x.example/1.png"}}, "variables": ["A7"],
        "buttons": [{"payload": "buy"}]});
    let whole = json!({"name": "offer", "language": "en", "offer_ends": "2026-12-01T09:00:00Z", "cards": [card],
        "header": {"location": {"latitude": 40.4, "longitude": -3.7, "name": "Shop", "address": "Calle 1"}},
        "buttons": [{"code": "SAVE10"}]});
    let sent = left(&host, json!({"template": whole})).await;
    let components = sent[0]["template"]["components"].as_array().unwrap();
    let kinds: Vec<&str> =
        components.iter().map(|part| part["sub_type"].as_str().or(part["type"].as_str()).unwrap()).collect();
    assert_eq!(kinds, ["header", "limited_time_offer", "copy_code", "flow", "carousel"]);
    assert_eq!(components[3]["parameters"][0]["action"]["flow_token"], "unused");
    assert_eq!(components[4]["cards"][0]["components"].as_array().unwrap().len(), 3);
    for (name, lack) in [
        ("header", "needs a place"),
        ("offer_ends", "at which its offer ends"),
        ("buttons", "needs the code"),
        ("cards", "it has 1 cards, given are 0"),
    ] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(name);
        let refused = host.post("key-acme", MESSAGES, to_ana(json!({"template": less}))).await.is(409);
        assert!(refused["detail"].as_str().unwrap().contains(lack), "{name}: {refused}");
    }
    let shelf = json!({"template": {"name": "shelf", "language": "en"}});
    let refused = host.post("key-acme", MESSAGES, to_ana(shelf)).await.is(409);
    assert!(refused["detail"].as_str().unwrap().contains("products, which cannot be given"), "{refused}");
}

#[tokio::test]
async fn what_can_be_tapped_placed_and_saved_reaches_the_phone() {
    let host = host().await;
    let buttons = json!([{"id": "yes", "title": "Yes"}, {"title": "No"}]);
    let image = json!({"kind": "image", "url": "https://x.example/a.png"});
    let sent = left(&host, json!({"text": "Ready?", "buttons": buttons, "media": image, "footer": "Shop"})).await;
    assert_eq!(
        sent[0]["interactive"],
        json!({"type": "button", "header": {"type": "image", "image": {"link": "https://x.example/a.png"}},
            "body": {"text": "Ready?"}, "footer": {"text": "Shop"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "No", "title": "No"}}]}})
    );
    let list = json!({"button": "Choose", "rows": [{"id": "r1", "title": "Today", "description": "at 9"}]});
    let sent = left(&host, json!({"text": "When?", "list": list, "header": "Visit"})).await;
    assert_eq!(
        sent[0]["interactive"],
        json!({"type": "list", "header": {"type": "text", "text": "Visit"}, "body": {"text": "When?"}, "action": {
            "button": "Choose", "sections": [{"rows": [{"id": "r1", "title": "Today", "description": "at 9"}]}]}})
    );
    let link = json!({"title": "Pay", "url": "https://p.example/1"});
    let sent = left(&host, json!({"text": "Please", "link": link})).await;
    let action = json!({"name": "cta_url", "parameters": {"display_text": "Pay", "url": "https://p.example/1"}});
    assert_eq!(sent[0]["interactive"]["action"], action);
    let place = json!({"latitude": 40.4168, "longitude": -3.7038, "name": "Shop", "address": "Calle 1"});
    assert_eq!(left(&host, json!({"location": place})).await[0]["location"], place);
    let phone = json!({"number": "+34 600 000 111", "type": "WORK", "wa_id": "34600000111"});
    let card = json!({"name": "Rosa Gil", "first_name": "Rosa", "phones": [phone]});
    assert_eq!(
        left(&host, json!({"contact_cards": [card]})).await[0]["contacts"],
        json!([{"name": {"formatted_name": "Rosa Gil", "first_name": "Rosa"},
            "phones": [{"phone": "+34 600 000 111", "type": "WORK", "wa_id": "34600000111"}]}])
    );
}

#[tokio::test]
async fn a_reply_quotes_a_message_of_its_own_conversation() {
    let host = host().await;
    let list = host.get("key-acme", "/v1/conversations").await.is(200);
    let path = format!("/v1/conversations/{}/messages", list["data"][0]["id"]);
    let heard = host.get("key-acme", &path).await.is(200)["data"][0].clone();
    assert_eq!(heard["direction"], "in");
    host.post("key-acme", MESSAGES, to_ana(json!({"text": "This one", "reply_to": heard["id"]}))).await.is(201);
    assert_eq!(host.graph.sent().last().unwrap().body["context"], json!({"message_id": heard["provider_id"]}));
    // Ours can be quoted as well, once the platform has taken it.
    host.app.run_due().await.unwrap();
    let ours = host.get("key-acme", &path).await.is(200)["data"][0].clone();
    host.post("key-acme", &path, json!({"text": "And this", "reply_to": ours["id"]})).await.is(201);
    assert_eq!(host.graph.sent().last().unwrap().body["context"], json!({"message_id": ours["provider_id"]}));
    let refused = host.post("key-acme", MESSAGES, to_ana(json!({"text": "x", "reply_to": 1}))).await.is(422);
    assert_eq!(refused["errors"][0]["pointer"], "/reply_to");
}

#[tokio::test]
async fn what_does_not_go_together_is_named() {
    let host = host().await;
    let row = |n: usize| json!({"title": format!("row {n}")});
    let rows = |count: usize| (0..count).map(row).collect::<Vec<_>>();
    let button = |title: &str| json!({"title": title});
    let image = json!({"kind": "image", "url": "https://x.example/a.png"});
    let place = json!({"latitude": 1, "longitude": 2});
    for (message, pointer) in [
        (json!({}), "/text"),
        (json!({"buttons": [button("Yes")]}), "/text"),
        (json!({"text": "x", "buttons": []}), "/buttons"),
        (json!({"text": "x", "buttons": [button("1"), button("2"), button("3"), button("4")]}), "/buttons"),
        (json!({"text": "x", "buttons": [button("Yes"), button("Yes")]}), "/buttons"),
        (json!({"text": "x", "buttons": [button(&"t".repeat(21))]}), "/buttons/0/title"),
        (json!({"text": "x", "list": {"button": "Open", "rows": rows(11)}}), "/list/rows"),
        (json!({"text": "x", "list": {"button": "Open", "rows": []}}), "/list/rows"),
        (json!({"text": "x", "media": image, "list": {"button": "Open", "rows": rows(1)}}), "/media"),
        (json!({"text": "x", "header": "H"}), "/header"),
        (json!({"text": "x", "location": place}), "/location"),
        (json!({"location": {"latitude": 91, "longitude": 2}}), "/location/latitude"),
        (json!({"location": {"latitude": 1}}), "/location/longitude"),
        (json!({"contact_cards": []}), "/contact_cards"),
        (json!({"contact_cards": [{"phones": []}]}), "/contact_cards/0/name"),
        (json!({"text": "x", "link": {"title": "t", "url": "ftp://x"}}), "/link/url"),
        (json!({"template": {"name": "receipt", "buttons": [{}]}}), "/template/buttons/0/url"),
        (json!({"template": {"name": "receipt", "header": {}}}), "/template/header/text"),
        (json!({"text": "x", "at": "tomorrow"}), "/at"),
        (json!({"text": "x", "at": "2026-03-27T08:59:59Z"}), "/at"),
        (json!({"text": "x", "at": "2028-03-27T09:00:00Z"}), "/at"),
    ] {
        let refused = host.post("key-acme", MESSAGES, to_ana(message.clone())).await.is(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{message}: {refused}");
    }
    assert_eq!(host.graph.sent().len(), 0);
}

#[tokio::test]
async fn what_a_platform_cannot_do_is_refused_here() {
    let platform = Platform::start(Kind::Twilio).await;
    let base = platform.base.clone();
    let config = move |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\npublic_url: https://bot.example\naccounts:\n  \
             - {{name: acme, api_keys: [key-acme]}}\nsenders:\n  - {{id: 12, account: acme, name: Support, provider: twilio, \
             phone: \"+15550001111\", account_sid: ACx1, auth_token: tok-1, api_base: \"{base}\", content_base: \"{base}\", \
             messaging_base: \"{base}\"}}\n"
        )
    };
    let host = Host::start(&[], config, "2026-03-27T09:00:00Z", None).await;
    let choices = json!({"button": "Open", "rows": [{"title": "r"}]});
    for (message, pointer) in [
        (json!({"text": "x", "buttons": [{"title": "Yes"}]}), "/buttons"),
        (json!({"text": "x", "list": choices}), "/list"),
        (json!({"text": "x", "reply_to": 1}), "/reply_to"),
    ] {
        let refused = host.post("key-acme", MESSAGES, to_ana(message)).await.is(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    assert_eq!(platform.sent().len(), 0);
}

async fn planned(host: &Host, query: &str) -> Vec<Json> {
    let list = host.get("key-acme", &format!("/v1/messages/planned{query}")).await.is(200);
    list["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_message_leaves_at_its_time_and_not_before() {
    let mut host = host().await;
    let at = host.clock.now() + Span::hours(2);
    let asked = to_ana(json!({"text": "Your bike is ready.", "at": iso(at)}));
    let said = host.post_once("key-acme", MESSAGES, "p1", asked.clone()).await.is(201);
    assert_eq!((&said["state"], &said["planned_for"]), (&json!("queued"), &json!(iso(at))));
    assert_eq!(host.post_once("key-acme", MESSAGES, "p1", asked).await.is(201)["id"], said["id"], "once");
    let listed = planned(&host, "").await;
    assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["planned_for"]), (1, &said["id"], &json!(iso(at))));
    assert_eq!((&listed[0]["at"], &listed[0]["created_at"]), (&said["created_at"], &said["created_at"]));
    assert_eq!(planned(&host, &format!("?contact={}", listed[0]["contact_id"])).await.len(), 1);
    assert_eq!(planned(&host, "?contact=999999").await.len(), 0);
    let theirs = host.get("key-other", "/v1/messages/planned").await.is(200);
    assert_eq!(theirs["data"], json!([]), "another account sees none");
    // A message sent meanwhile passes it, and a message of Ana's does not release it early.
    host.post("key-acme", MESSAGES, to_ana(json!({"text": "Meanwhile"}))).await.is(201);
    host.ana_says("hello").await;
    host.advance(Span::hours(2) - Span(1)).await;
    let texts: Vec<String> = host.graph.sent().iter().map(|sent| sent.text().to_owned()).collect();
    assert_eq!(texts, ["Meanwhile", "Hello to you"]);
    host.advance(Span(1)).await;
    assert_eq!(host.graph.until_sent(3).await[2].text(), "Your bike is ready.");
    assert_eq!(planned(&host, "").await.len(), 0);
    let path = format!("/v1/messages/{}", said["id"]);
    let late = host.request(Method::DELETE, &path, &KEY, "").await.is(409);
    assert_eq!(late["code"], "not_taken_back");
}

#[tokio::test]
async fn a_planned_message_is_taken_back() {
    let host = host().await;
    let at = host.clock.now() + Span::hours(1);
    let said = host.post("key-acme", MESSAGES, to_ana(json!({"text": "Soon", "at": iso(at)}))).await.is(201);
    let path = format!("/v1/messages/{}", said["id"]);
    let stranger = [("authorization", "Bearer key-other")];
    assert_eq!(host.request(Method::DELETE, &path, &stranger, "").await.status, 404);
    for _ in 0..2 {
        assert_eq!(host.request(Method::DELETE, &path, &KEY, "").await.is(200)["state"], "dropped");
    }
    assert_eq!(planned(&host, "").await.len(), 0);
    host.advance(Span::hours(2)).await;
    assert_eq!(host.graph.sent().len(), 0);
}

#[tokio::test]
async fn a_planned_message_survives_the_process() {
    let host = host().await;
    let at = host.clock.now() + Span::hours(1);
    let said = host.post("key-acme", MESSAGES, to_ana(json!({"text": "Still here", "at": iso(at)}))).await.is(201);
    let next = host.next_process().await;
    next.recover().await.unwrap();
    next.run_due().await.unwrap();
    assert_eq!(host.graph.sent().len(), 0, "not before its time");
    host.clock.set(at);
    next.run_due().await.unwrap();
    assert_eq!(host.graph.until_sent(1).await[0].text(), "Still here");
    let row = outbound::find(&next.store, OutboundId(said["id"].as_i64().unwrap())).await.unwrap().unwrap();
    assert_eq!(row.state, SendState::Sent);
}

#[tokio::test]
async fn all_rules_are_asked_when_a_planned_message_leaves() {
    let mut host = host().await;
    let began = host.clock.now();
    let later = |hours: i64| iso(began + Span::hours(hours));
    let (inside, outside) = (later(23), later(25));
    let text = |text: &str, at: &str| to_ana(json!({"text": text, "at": at}));
    let late = host.post("key-acme", MESSAGES, text("too late", &outside)).await.is(201);
    host.post("key-acme", MESSAGES, text("in time", &inside)).await.is(201);
    let reminder = json!({"name": "reminder", "language": "en", "variables": ["Ana", "Friday"]});
    host.post("key-acme", MESSAGES, to_ana(json!({"template": reminder, "at": outside}))).await.is(201);
    host.advance(Span::hours(23)).await;
    assert_eq!(host.graph.until_sent(1).await[0].text(), "in time");
    host.advance(Span::hours(2)).await;
    let sent = host.graph.until_sent(2).await;
    assert_eq!((sent.len(), sent[1].body["type"].as_str()), (2, Some("template")), "{sent:#?}");
    let shown = host.get("key-acme", &format!("/v1/messages/{}", late["id"])).await.is(200);
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("skipped"), &json!("window_closed")));
    // An opt-out also stops messages that were scheduled before it.
    host.ana_says("something else").await;
    let soon = iso(host.clock.now() + Span::hours(1));
    host.post("key-acme", MESSAGES, text("after the stop", &soon)).await.is(201);
    host.ana_says("STOP").await;
    host.advance(Span::hours(2)).await;
    assert!(host.graph.sent().iter().all(|sent| sent.text() != "after the stop"));
    let refused = host.post("key-acme", MESSAGES, text("x", &iso(host.clock.now() + Span::hours(1)))).await.is(403);
    assert_eq!(refused["code"], "opted_out");
}

#[tokio::test]
async fn a_mistake_is_told_when_a_message_is_planned() {
    let host = host().await;
    let at = iso(host.clock.now() + Span::hours(1));
    let few = json!({"name": "reminder", "language": "en", "variables": ["Ana"]});
    let refused = host.post("key-acme", MESSAGES, to_ana(json!({"template": few, "at": at}))).await.is(409);
    assert_eq!(refused["code"], "template_unusable", "{refused}");
    for _ in 0..PLANNED_MESSAGES_MAX {
        host.post("key-acme", MESSAGES, to_ana(json!({"text": "again", "at": at}))).await.is(201);
    }
    let refused = host.post("key-acme", MESSAGES, to_ana(json!({"text": "again", "at": at}))).await.is(409);
    assert_eq!(refused["code"], "too_many_planned");
}
