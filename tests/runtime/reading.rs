//! Tests read marks and typing indicators at Meta: on which senders, and for which contacts.

use super::house::House;
use serde_json::{Value, json};

const BOT: &str = "bot: Shop\nlanguage: en\nteams: {support: {}}\n";
const FLOWS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", BOT),
    ("flows/echo.yaml", "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n"),
    (
        "flows/look.yaml",
        "flow: look\nwhen:\n  - message: look\nsteps:\n  - http: GET http://127.0.0.1:9/orders\n    as: orders\n    \
         retry: 0\n    on_error:\n      - say: Not now\n        if_closed: skip\n",
    ),
    ("flows/help.yaml", "flow: help\nwhen:\n  - message: help\nsteps:\n  - handoff: support\n"),
];

async fn house(shows: &str) -> House {
    House::at_meta_with(FLOWS, "  []\nflows: {allow_private: [127.0.0.1]}", &format!(", shows: {shows}")).await
}

/// The read marks at Meta, after `requests` requests of any kind.
async fn marks(house: &House, requests: usize) -> Vec<Value> {
    let sent = house.graph.as_ref().unwrap().until_sent(requests).await;
    sent.into_iter().map(|sent| sent.body).filter(|body| body["status"] == "read").collect()
}

#[tokio::test]
async fn a_message_that_the_bot_took_is_marked_as_read() {
    let mut house = house("read").await;
    house.says("one").await;
    let mark = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"});
    assert_eq!(marks(&house, 2).await, [mark]);
    assert_eq!(house.texts(), ["one"]);
}

#[tokio::test]
async fn typing_is_shown_where_the_answer_waits_for_somebody_else() {
    let mut house = house("typing").await;
    house.says("one").await;
    assert_eq!(marks(&house, 2).await[0].get("typing_indicator"), None, "its answer was on the way already");
    house.says("look").await;
    let all = marks(&house, 4).await;
    assert_eq!((all.len(), &all[1]["typing_indicator"]), (2, &json!({"type": "text"})));
}

#[tokio::test]
async fn what_a_person_has_to_read_is_not_marked_and_nothing_is_unless_it_is_written() {
    let mut house = house("read").await;
    house.says("help").await;
    house.says("are you there?").await;
    house.writes("34600999888", "one").await;
    let marked: Vec<Value> = marks(&house, 2).await.iter().map(|mark| mark["message_id"].clone()).collect();
    assert_eq!(marked, ["wamid.3"], "the first two are a person's");
    let mut silent = self::house("nothing").await;
    silent.says("one").await;
    assert_eq!(marks(&silent, 1).await.len(), 0);
}
