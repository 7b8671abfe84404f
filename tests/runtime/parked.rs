//! Tests panics of the engine: an event that nobody repeats is listed and removed, and the conversation continues.

use super::house::{House, SENDER};
use transom::{
    base::{ids::ConversationId, time::Span},
    model::session::{Session, Waiting},
    runtime::ingest::replay::Replayed,
    store::{
        WriteSet,
        tables::{
            dead_letter, run,
            session::{self, SessionUpdate},
        },
    },
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";
const SIZE: &str = "flow: size
when: [{message: size}]
steps:
  - ask: Which size?
    as: size
    options: [Small, Large]
    remind: {after: 1h, say: Still choosing?}
    timeout: 5h
    on_timeout: [end]
";
const LATER: &str = "flow: later\nwhen: [{message: later}]\nsteps:\n  - wait: 1h\n  - say: It is later.\n";

async fn talk(house: &House) -> (ConversationId, Session) {
    let (_, conversation) = house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    let stored = session::find(&house.app.store, conversation).await.unwrap().unwrap();
    (conversation, stored.session)
}

/// A question whose reminder causes an arithmetic overflow in the engine: with overflow checks it panics.
async fn with_a_broken_timer() -> House {
    let files = [("flows/echo.yaml", ECHO), ("flows/size.yaml", SIZE), ("flows/later.yaml", LATER)];
    let mut house = House::at_meta(&files, "  []").await;
    house.says("later").await;
    house.says("size").await;
    let contact = house.row(0).await.contact_id;
    let (conversation, mut session) = talk(&house).await;
    session.turn += 1;
    let asking = session.runs.iter_mut().find_map(|run| match &mut run.waiting {
        Waiting::Question(question) => Some(question),
        _ => None,
    });
    asking.unwrap().reminders_sent = u32::MAX;
    let mut set = WriteSet::of(contact.0);
    set.push(&session::TURN, &SessionUpdate::new(conversation, contact, &session));
    house.app.store.commit(set).await.unwrap();
    house.restart().await
}

async fn letters(house: &House) -> Vec<dead_letter::DeadLetter> {
    dead_letter::open(&house.app.store, "poison", i64::MAX, 10).await.unwrap()
}

#[tokio::test]
async fn a_timer_that_breaks_the_engine_is_parked_and_the_conversation_goes_on() {
    if !cfg!(debug_assertions) {
        // Without checks of arithmetic nothing breaks here.
        return;
    }
    let mut house = with_a_broken_timer().await;
    house.advance(Span::minutes(61)).await;
    let listed = letters(&house).await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0].data["event"], &listed[0].data["runs"]), (&"tick".into(), &serde_json::json!([2])));
    // Another run of the same conversation, and its messages, continue.
    assert_eq!(house.texts().last().unwrap(), "It is later.");
    house.says("hello").await;
    assert_eq!(house.texts().last().unwrap(), "hello");
    assert!(talk(&house).await.1.needs_person.is_some());
    let runs = run::page(&house.app.store, i64::MAX, 10).await.unwrap();
    assert_eq!(runs.iter().find(|run| run.flow.as_str() == "size").unwrap().outcome.unwrap().as_str(), "failed");
    assert!(house.app.metrics.render().contains(r#"transom_bugs_total{kind="engine"} 1"#));
    let mut house = house.restart().await;
    house.advance(Span::hours(9)).await;
    assert_eq!(letters(&house).await.len(), 1, "nor is it tried again after a restart");
    let again = house.app.replay.replay(listed[0].id).await.unwrap();
    assert!(matches!(again, Replayed::Impossible(_)), "{again:?}");
}
