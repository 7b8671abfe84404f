//! A template that prepares a message, and what becomes of the message when the two go different ways.

use super::house::House;
use crate::graph::Fault;
use transom::{
    base::time::Span,
    model::{inbound::DeliveryState, session::Waiting},
    store::{outbound::SendState, session},
};

const STILL: &str = "flow: still
when: [{message: still}]
steps:
  - wait: 25h
  - ask: Are you still interested?
    as: answer
    options: [{id: y, title: Yes}, {id: n, title: No}]
    if_closed: {nudge: nudge_tpl}
    timeout: 2d
    on_timeout: [end]
  - say: You say ${answer}.
";
const TEMPLATE: &str = "  - {id: 1, sender: 1, name: nudge_tpl, language: en, category: utility, status: approved, \
                        body: \"We have a question.\"}";

/// The nudge has been sent, and its question is kept for the answer.
async fn nudged() -> House {
    let mut house = House::at_meta(&[("flows/still.yaml", STILL)], TEMPLATE).await;
    house.says("still").await;
    house.advance(Span::hours(26)).await;
    assert_eq!(house.sent().len(), 1);
    house
}

async fn deadline(house: &House) -> Option<transom::base::time::Time> {
    let talk = session::find(&house.app.store, house.row(0).await.conversation_id).await.unwrap().unwrap();
    match &talk.session.runs[0].waiting {
        Waiting::Question(question) => question.deadline,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_nudge_that_fails_after_its_question_has_left_changes_nothing() {
    let mut house = nudged().await;
    house.says("hello").await;
    assert_eq!(house.sent().len(), 2, "the question itself");
    let until = deadline(&house).await;
    assert!(until.is_some());
    // The template is paused: 132015.
    house.told(0, DeliveryState::Failed, Some(132_015)).await;
    assert_eq!(deadline(&house).await, until);
    assert_eq!(house.row(0).await.state, SendState::Failed);
    house.advance(Span::hours(10)).await;
    assert_eq!(house.sent().len(), 2, "{:#?}", house.sent());
    let house = house.restart().await;
    assert_eq!(deadline(&house).await, until);
}

#[tokio::test]
async fn a_nudge_that_waits_gives_way_when_its_question_can_leave() {
    let mut house = House::at_meta(&[("flows/still.yaml", STILL)], TEMPLATE).await;
    house.says("still").await;
    house.graph.as_ref().unwrap().fail_next(Fault::TooMany { retry_after: 3600 });
    house.advance(Span::hours(25)).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.sent().len(), 1);
    house.says("hello").await;
    let kinds = |house: &House| house.sent().iter().map(|body| body["type"].clone()).collect::<Vec<_>>();
    let said = kinds(&house);
    assert_eq!(said[..2], ["template", "interactive"]);
    house.advance(Span::hours(1)).await;
    assert_eq!(kinds(&house), said, "the template is not sent after it");
    assert_eq!(house.row(0).await.state, SendState::Dropped);
}
