//! Tests a conversation end to end: webhook, flow run, answer.

use super::house::House;
use serde_json::json;
use transom::{base::time::Span, store::tables::webhook};

const HELLO: &str = r#"
flow: hello
when:
  - message: [hi]
steps:
  - ask: Your name?
    as: name
    timeout: 2h
    on_timeout: [{say: Bye.}, end]
  - say: Thanks, ${name}
"#;

#[tokio::test]
async fn a_question_is_answered() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    assert_eq!(house.heard(), ["Your name?"]);
    house.says("Ada").await;
    assert_eq!(house.heard(), ["Thanks, Ada"]);
}

/// The webhook of a message of a special kind.
fn of_kind(house: &House, id: &str, from: &str, kind: &str) -> String {
    let number = house.number();
    let mut message = json!({"id": id, "from": from, "type": kind, "timestamp": (house.now().0 / 1000).to_string()});
    message[kind] = json!({"body": "hi", "depth": 3});
    let value = json!({"messaging_product": "whatsapp", "contacts": [{"wa_id": from}], "messages": [message],
        "metadata": {"display_phone_number": number.phone, "phone_number_id": number.phone_number_id}});
    json!({"object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [{"field": "messages", "value": value}]}]})
    .to_string()
}

/// The value of this item kind in the metrics.
fn counted(house: &House, kind: &str) -> String {
    let page = house.app.metrics.render();
    let line = format!("transom_webhook_items_total{{kind=\"{kind}\"}} ");
    page.lines().find_map(|all| all.strip_prefix(&line)).unwrap_or("0").to_owned()
}

/// The stored raw bodies.
async fn kept(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for id in 0..200 {
        all.extend(webhook::find(&house.app.store, id).await.unwrap().map(|row| row.body));
    }
    all
}

#[tokio::test]
async fn a_number_of_ours_is_never_answered() {
    let mut house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
    let own = house.number().phone.trim_start_matches('+').to_owned();
    house.writes(&own, "hi").await;
    assert!(house.sent().is_empty());
    assert_eq!((counted(&house, "own_number"), counted(&house, "message")), ("1".into(), "0".into()));
    assert_eq!(kept(&house).await.len(), 1);
    house.says("hi").await;
    assert_eq!(house.texts(), ["Your name?"]);
}

#[tokio::test]
async fn an_unknown_kind_is_counted_and_its_content_is_kept() {
    let house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
    house.post(&of_kind(&house, "wamid.a", "34600111222", "hologram")).await;
    assert_eq!((counted(&house, "unknown_kind"), counted(&house, "message")), ("1".into(), "1".into()));
    assert!(kept(&house).await[0].contains(r#""depth":3"#));
    house.post(&of_kind(&house, "wamid.b", "34600111222", "unsupported")).await;
    assert_eq!((counted(&house, "unknown_kind"), kept(&house).await.len()), ("1".into(), 1), "Meta's own word for it");
}

#[tokio::test]
async fn a_question_survives_the_process() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    let mut house = house.restart().await;
    house.says("Ada").await;
    assert_eq!(house.heard(), ["Thanks, Ada"]);
}

#[tokio::test]
async fn a_time_out_fires_once_over_a_restart() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Your name?"]);
    let mut house = house.restart().await;
    house.advance(Span::hours(2)).await;
    assert_eq!(house.heard(), ["Bye."]);
    let mut house = house.restart().await;
    house.advance(Span::days(2)).await;
    assert!(house.heard().is_empty());
}
