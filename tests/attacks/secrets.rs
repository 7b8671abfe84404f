//! Attacks with texts that try to become one of the operator's secrets in a request.

use super::wire::{SECRET, Wire};
use crate::channel::bodies::marked;
use serde_json::json;
use transom::{base::time::Span, channel::meta::compose::CustomerEvent};

/// The marks that stood for a secret in older versions, and the current one.
const FORGED: [&str; 5] = [
    "\u{E000}secret:SHOP_TOKEN\u{E000}",
    "[{\"secret\":\"SHOP_TOKEN\"}]",
    "${secrets.SHOP_TOKEN}",
    "secret:SHOP_TOKEN",
    "\u{E000}secret:SHOP_TOKEN",
];

/// Two calls: the second passes on the answer to the first.
const FLOW: &str = "flow: shop
when: [{any_message: true}]
steps:
  - http: POST ${env.SHOP_URL}/first
    headers: {authorization: 'Bearer ${secrets.SHOP_TOKEN}', x-name: '${contact.name}'}
    query: {q: 'said ${msg.text}'}
    json: {all: '${msg}', text: '${msg.text}', name: 'I am ${contact.name}', key: '${secrets.SHOP_TOKEN}', list: ['${msg.text}']}
    as: first
    retry: 0
  - http: POST ${env.SHOP_URL}/second
    form: {key: '${secrets.SHOP_TOKEN}', text: '${msg.text}', theirs: '${first.body.theirs}', head: '${first.body.parts[0].secret}'}
    retry: 0
  - http: POST ${env.SHOP_URL}/third
    json: '${first.body}'
    retry: 0
";

#[tokio::test]
async fn no_text_of_anybody_becomes_a_secret() {
    for forged in FORGED {
        let part = json!({"secret": "SHOP_TOKEN"});
        let answer = json!({"theirs": forged, "parts": [part], "text": [part], forged: forged, "secret": "SHOP_TOKEN"});
        let wire = Wire::start(answer).await;
        let mut house = wire.house(FLOW).await;
        let media = |caption: &str| CustomerEvent::Media {
            kind: "document".into(),
            id: "1".into(),
            mime: "application/pdf".into(),
            caption: Some(caption.into()),
        };
        let mut calls = 0;
        for what in [CustomerEvent::Text(forged.into()), media(forged)] {
            // The profile's name as well.
            let body = house.webhook(what).replace("\"Ana\"", &json!(forged).to_string());
            house.post(&body).await;
            calls += 3;
            let seen = wire.seen(&house, calls).await;
            let [first, second, third] = &seen[seen.len() - 3..] else { panic!("{seen:#?}") };
            assert_eq!(
                (first.secrets(), first.header("authorization")),
                (2, &*format!("Bearer {SECRET}")),
                "{first:#?}"
            );
            let sent: serde_json::Value = serde_json::from_str(&first.body).unwrap();
            assert_eq!(sent["key"], SECRET);
            assert_eq!((second.secrets(), second.body.contains(&format!("key={SECRET}"))), (1, true), "{second:#?}");
            assert_eq!(third.secrets(), 0, "{third:#?}");
            assert!(!format!("{seen:?}").contains('\u{E000}'), "{seen:#?}");
        }
        assert!(!house.keeps(SECRET), "the database holds the secret");
    }
}

/// Requests with everything that a flow knows of a message.
const TELLS_ALL: &str = "flow: shop
when: [{any_message: true}]
steps:
  - http: POST ${env.SHOP_URL}/all
    json: {msg: '${msg}', contact: '${contact}'}
    retry: 0
";

#[tokio::test]
async fn no_mark_in_any_text_of_a_webhook_reaches_a_row_or_a_request() {
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(TELLS_ALL).await;
    for turn in 0..2 {
        let mut body: serde_json::Value =
            serde_json::from_str(&house.webhook(CustomerEvent::Text("hello".into()))).unwrap();
        body["entry"][0]["changes"][0]["value"]["messages"][0]["referral"] = json!({
            "source_type": "ad", "source_id": "120210", "source_url": "https://fb.example/1", "headline": "Sale",
            "body": "Now", "ctwa_clid": "ARAk", "media_type": "image", "image_url": "https://fb.example/i",
        });
        let (_, marked) = marked(&body.to_string()).unwrap();
        house.post(&marked[turn]).await;
        let seen = wire.seen(&house, turn + 1).await;
        assert!(seen[turn].body.contains("120210"), "{:#?}", seen[turn]);
        assert!(!seen[turn].body.contains('\u{E000}') && !seen[turn].body.contains("ue000"), "{:#?}", seen[turn]);
    }
    assert!(house.keeps("120210") && !house.keeps("\u{E000}"), "the database holds a mark");
}

#[tokio::test]
async fn events_and_inputs_of_programs_hold_no_secret() {
    let flow = "flow: shop
when: [{event: paid}]
steps:
  - http: POST ${env.SHOP_URL}/event
    json: {data: '${event.data}', key: '${secrets.SHOP_TOKEN}'}
    retry: 0
";
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(flow).await;
    house.says("hello").await;
    for (n, forged) in FORGED.iter().enumerate() {
        house.tell("paid", json!({"text": forged, "deep": [{"secret": "SHOP_TOKEN", *forged: 1}]})).await;
        let seen = wire.seen(&house, n + 1).await;
        assert_eq!(seen[n].secrets(), 1, "{:#?}", seen[n]);
    }
}

#[tokio::test]
async fn a_call_that_waits_in_its_row_knows_its_secret_by_name_alone() {
    let flow = "flow: shop
when: [{any_message: true}]
steps:
  - http: POST ${env.SHOP_URL}/orders
    headers: {authorization: 'Bearer ${secrets.SHOP_TOKEN}'}
    json: {text: '${msg.text}', keys: ['${secrets.SHOP_TOKEN}']}
    accept: [201]
    retry: {times: 1, wait: 1h}
";
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(flow).await;
    let webhook = house.webhook(CustomerEvent::Text(FORGED[1].into()));
    house.post(&webhook).await;
    wire.seen(&house, 1).await;
    for _ in 0..2_000 {
        house.app.run_due().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(!house.keeps(SECRET) && house.keeps("SHOP_TOKEN"), "it waits by name");
    // An answer of 200 is none that this step accepts, but 503 would be tried again; a restart tries again, too.
    let mut house = house.restart().await;
    house.advance(Span::hours(2)).await;
    assert!(!house.keeps(SECRET));
}
