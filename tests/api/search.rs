//! Tests the search in the words of messages.

use super::{
    host::{ANA, Host, OPERATOR},
    sign_in::signed_in,
};
use crate::store::on_both;
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        ids::{InboundId, OutboundId, ProviderId},
        limits::{SEARCH_MESSAGES_AT_ONCE, SEARCH_READS_MAX},
        time::Span,
    },
    store::{
        WriteSet,
        tables::{
            inbound::{self, NewInbound, Recorded},
            outbound,
        },
    },
};

const BEA: &str = "+34600111333";

async fn found(host: &Host, query: &str) -> Vec<Json> {
    let body = host.get("key-acme", &format!("/v1/messages?{query}")).await.is(200);
    assert_eq!(body["next_cursor"], Json::Null, "{query}");
    body["data"].as_array().unwrap().clone()
}

fn texts(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["text"].as_str().unwrap()).collect()
}

#[test]
fn messages_are_found_by_their_words_in_both_directions() {
    on_both(|bed| async move {
        let mut host = Host::on(&bed.url, &[], "").await;
        host.ana_says("hello").await;
        host.advance(Span::minutes(1)).await;
        host.somebody_says(BEA, "¿Dónde está mi PAQUETE 100%?").await;
        host.advance(Span::minutes(1)).await;
        host.ana_says("my parcel is late").await;
        assert_eq!(texts(&found(&host, "search=hello").await), ["Hello to you", "hello"], "newest first");
        for query in ["search=donde", "search=paquete%20esta", "search=100%25", "search=PAQUE&sender=12&account=acme"] {
            assert_eq!(texts(&found(&host, query).await), ["¿Dónde está mi PAQUETE 100%?"], "{query}");
        }
        for query in ["search=paquete%20parcel", "search=hello&sender=1", "search=%25%25x", "search=reminder"] {
            assert_eq!(found(&host, query).await, Vec::<Json>::new(), "{query}");
        }
        let first = host.get("key-acme", "/v1/messages?search=hello&limit=1").await.is(200);
        let rest = found(&host, &format!("search=hello&cursor={}", first["next_cursor"].as_str().unwrap())).await;
        assert_eq!((texts(&rest), rest[0]["contact"]["phone"].as_str()), (vec!["hello"], Some(ANA)));
        // The cursor of a message opens its conversation where it stands.
        let list = format!("/v1/conversations/{}/messages", rest[0]["conversation_id"]);
        let there = host.get("key-acme", &format!("{list}?cursor={}", rest[0]["cursor"].as_str().unwrap())).await;
        assert_eq!(texts(there.is(200)["data"].as_array().unwrap()), ["hello"]);
        assert_eq!(host.get("key-other", "/v1/messages?search=hello").await.is(200)["data"], json!([]));
        let path = format!("/v1/contacts/{}/erase", rest[0]["contact"]["id"]);
        host.post("key-acme", &path, json!({})).await.is(200);
        assert_eq!(found(&host, "search=hello").await, Vec::<Json>::new(), "of nobody who was erased");
        host.stop().await;
    });
}

#[tokio::test]
async fn whoever_sees_no_customers_cannot_look_for_their_words() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    for (name, role, status) in [("Vera", "viewer", 403), ("Ada", "author", 403), ("Rosa", "agent", 200)] {
        let cookie = signed_in(&host, name, role, Json::Null).await;
        let headers = [("cookie", cookie.as_str()), ("origin", host.base.as_str())];
        host.request(Method::GET, "/v1/messages?search=hello", &headers, "").await.is(status);
    }
    let looked = host.get(OPERATOR, "/v1/audit").await.is(200);
    let entry = &looked["data"].as_array().unwrap()[0];
    assert_eq!((&entry["action"], &entry["person"]), (&json!("search_messages"), &json!("Rosa")), "{entry}");
    assert!(!looked.to_string().contains("hello"), "the words stand in no log");
    for query in ["", "search=", "search=%20", &format!("search={}", "x".repeat(101)), "search=hello&limit=0"] {
        host.get("key-acme", &format!("/v1/messages?{query}")).await.is(422);
    }
    for query in ["search=hello&sender=77", "search=hello&sender=20", "search=hello&account=other"] {
        host.get("key-acme", &format!("/v1/messages?{query}")).await.is(404);
    }
}

/// Further messages in the conversation of the first one.
async fn hay(host: &Host, first: &Recorded, mut count: i64) {
    let store = &host.app.store;
    while count > 0 {
        let mut set = WriteSet::new();
        for _ in 0..count.min(500) {
            let id = store.next_id();
            let mut data = first.data.clone();
            data.message.kind = serde_json::from_value(json!({"kind": "text", "body": "hay"})).unwrap();
            let row = NewInbound {
                id: InboundId(id),
                conversation_id: first.conversation_id,
                contact_id: first.contact_id,
                sender_id: first.sender_id,
                provider_id: ProviderId::from(format!("wamid.hay{id}").as_str()),
                at: host.now(),
                received_at: host.now(),
                data,
                handled_at: Some(host.now()),
            };
            set.push(&inbound::INSERT, &row);
        }
        store.commit(set).await.unwrap();
        count -= 500;
    }
}

#[tokio::test]
async fn a_request_reads_so_many_messages_and_its_cursor_goes_on() {
    let mut host = Host::new().await;
    host.ana_says("needle").await;
    let store = &host.app.store;
    let first = inbound::latest(store, InboundId(i64::MAX), 1).await.unwrap().remove(0);
    let answers = outbound::latest(store, OutboundId(i64::MAX), 10).await.unwrap().len() as i64;
    let last_read = SEARCH_READS_MAX as i64 * SEARCH_MESSAGES_AT_ONCE;
    hay(&host, &first, last_read - answers - 1).await;
    let path = "/v1/messages?search=needle";
    let last = host.get("key-acme", path).await.is(200);
    assert_eq!(texts(last["data"].as_array().unwrap()), ["needle"], "the last one that is read");
    hay(&host, &first, 1).await;
    let one_more = host.get("key-acme", path).await.is(200);
    assert_eq!(one_more["data"], json!([]));
    let cursor = one_more["next_cursor"].as_str().unwrap();
    assert_eq!(texts(&found(&host, &format!("search=needle&cursor={cursor}")).await), ["needle"]);
}
