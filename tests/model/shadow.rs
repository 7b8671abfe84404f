//! Tests `shadow` of a team in a whole daemon with a model that misbehaves: the draft is recorded once, beside the reply of
//! the person, and nobody is sent or shown anything.

use super::{
    Act, ModelServer,
    step::{model, said, traced},
    value,
};
use crate::runtime::house::{House, SENDER};
use serde_json::json;
use transom::{
    base::{
        ids::{ContactId, ConversationId},
        time::Time,
    },
    channel::meta::compose::CustomerEvent,
    model::{answer::text_of, content::Content, effect::Origin, event::Event, session::NoSuggestion},
    store::tables::{
        event,
        support_case::{
            shadow::{self, Pair},
            suggestion,
        },
    },
};

const FLOWS: &[(&str, &str)] = &[
    (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {bench: {shadow: helper}}\n\
         agents: {scope: bicycle repairs}\n",
    ),
    (
        "flows/person.yaml",
        "flow: person\nwhen: [{message: person}]\nsteps: [{say: Somebody comes}, {handoff: bench}]\n",
    ),
    (
        "flows/desk.yaml",
        "flow: desk
when: [{message: desk}]
steps:
  - agent: helper
    instructions: Answer.
    facts: [A check-up is 60 €.]
    tools: [{flow: book, confirm: 'Shall I book a check-up?'}]
",
    ),
    (
        "flows/book.yaml",
        "flow: book\ndescription: Books a check-up.\nsteps: [{http: POST https://shop.example/bookings}, {say: Booked}]\n",
    ),
];

fn says(text: &str) -> Act {
    value(json!({"do": "say", "with": {"text": text}}))
}

async fn place(house: &House) -> (ContactId, ConversationId) {
    house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap()
}

/// All pairs, the oldest first.
async fn pairs(house: &House) -> Vec<Pair> {
    let store = &house.app.store;
    let mut pairs = Vec::new();
    for draft in shadow::page(store, None, Time(0), (Time(i64::MAX), i64::MAX), 100).await.unwrap() {
        pairs.push(shadow::pair(store, draft).await.unwrap());
    }
    pairs.reverse();
    pairs
}

/// The pairs once there are so many.
async fn recorded(house: &House, count: usize) -> Vec<Pair> {
    loop {
        let pairs = pairs(house).await;
        if pairs.len() >= count {
            assert_eq!(pairs.len(), count, "{pairs:?}");
            return pairs;
        }
        tokio::task::yield_now().await;
    }
}

fn asked(pair: &Pair) -> Vec<&str> {
    pair.asked.iter().map(|row| text_of(&row.data.message.kind).unwrap_or_default()).collect()
}

fn replied(pair: &Pair) -> Vec<&str> {
    pair.reply.iter().map(|row| row.draft.content.text()).collect()
}

/// A person of the business writes.
async fn person_says(house: &House, text: &str) {
    let (contact, conversation) = place(house).await;
    let content = Content::Text { body: text.into() };
    house.app.queue.say(contact, conversation, content, Origin::Person).await.unwrap().sent.await.unwrap();
}

/// Posts a message of the customer, and does not wait for the model.
async fn writes(house: &mut House, words: &str) {
    let message = house.webhook(CustomerEvent::Text(words.into()));
    house.post(&message).await;
}

async fn was_asked(server: &ModelServer, count: usize) {
    while server.asked().len() < count {
        tokio::task::yield_now().await;
    }
}

/// Nobody was told of a draft, and none is shown.
async fn nobody_knows(house: &House) {
    let (_, conversation) = place(house).await;
    assert_eq!(suggestion::find(&house.app.store, conversation).await.unwrap(), None);
    let events = event::after(&house.app.store, 0, 1_000).await.unwrap();
    let told: Vec<_> = events.iter().filter(|event| event.kind == "suggestion").collect();
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn the_draft_stands_beside_the_reply_and_nobody_sees_or_gets_it() {
    let books = value(json!({"do": "call_book", "with": {}}));
    let acts = vec![books, says("Hello!"), says("A check-up is 60 €. We call ‹phone 1›."), says("Bye!")];
    let server = ModelServer::start(acts).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    house.says("hello").await;
    // The tool is no choice for a draft: the model was asked once more.
    let pair = recorded(&house, 1).await.remove(0);
    assert_eq!((asked(&pair), replied(&pair)), (vec!["hello"], vec![]), "{}", traced(&house).await);
    house.says("what is a check-up, call me at +34 600 99 88 77").await;
    recorded(&house, 2).await;
    person_says(&house, "It is 60 €.").await;
    person_says(&house, "We call you.").await;
    house.says("thanks").await;
    let pairs = recorded(&house, 3).await;
    assert_eq!(asked(&pairs[1]), ["hello", "what is a check-up, call me at +34 600 99 88 77"]);
    assert_eq!(pairs[1].draft.text.as_deref(), Some("A check-up is 60 €. We call +34 600 99 88 77."));
    assert_eq!(replied(&pairs[1]), ["It is 60 €.", "We call you."]);
    assert!(pairs[1].draft.cost > 0 && pairs[1].draft.why.is_none());
    assert_eq!((replied(&pairs[0]), replied(&pairs[2])), (vec![], vec![]), "the customer wrote again at once");
    let body = server.asked()[2].body.to_string();
    assert!(body.contains("‹phone 1›") && !body.contains("600 99"), "{body}");
    assert_eq!(house.texts(), ["Somebody comes", "It is 60 €.", "We call you."], "nothing of a draft was sent");
    assert!(house.sent().iter().all(|sent| !sent.to_string().contains("bookings")));
    nobody_knows(&house).await;
}

#[tokio::test]
async fn a_crash_while_the_model_is_asked_loses_no_pair() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    was_asked(&server, 1).await;
    person_says(&house, "Hello, I am Rosa.").await;
    let house = house.restart().await;
    let pair = recorded(&house, 1).await.remove(0);
    assert_eq!((pair.draft.text.as_deref(), server.asked().len()), (Some("Good morning!"), 2));
    assert_eq!((asked(&pair), replied(&pair)), (vec!["hello"], vec!["Hello, I am Rosa."]));
    let house = house.restart().await;
    assert_eq!(pairs(&house).await, [pair], "it is recorded once");
    nobody_knows(&house).await;
}

#[tokio::test]
async fn a_draft_that_is_begun_anew_is_recorded_once_for_all_messages() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    was_asked(&server, 1).await;
    writes(&mut house, "anybody?").await;
    let pair = recorded(&house, 1).await.remove(0);
    assert_eq!((asked(&pair), pair.draft.text.as_deref()), (vec!["hello", "anybody?"], Some("Good morning!")));
}

#[tokio::test]
async fn without_a_draft_its_reason_is_recorded_beside_the_reply() {
    for (act, why) in [
        (Act::Says(500, Vec::new(), "{}".into()), NoSuggestion::Model),
        (says("A check-up is 61 €."), NoSuggestion::Guard),
        (value(json!({"do": "exit_person", "with": {}})), NoSuggestion::Unsure),
    ] {
        let server = ModelServer::start(vec![act.clone()]).await;
        let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
        house.says("person").await;
        house.says("what is a check-up?").await;
        recorded(&house, 1).await;
        person_says(&house, "It is 60 €.").await;
        let pair = recorded(&house, 1).await.remove(0);
        assert_eq!((pair.draft.text.as_ref(), pair.draft.why), (None, Some(why)), "{act:?}");
        assert_eq!(replied(&pair), ["It is 60 €."], "{act:?}");
    }
}

#[tokio::test]
async fn a_reply_on_the_phone_has_no_text_and_one_of_a_program_is_none() {
    let server = ModelServer::start(vec![says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    house.says("hello").await;
    recorded(&house, 1).await;
    let (contact, conversation) = place(&house).await;
    let echo = Event::PersonWrote { agent: Some("phone app".into()) };
    house.app.queue.happen(contact, conversation, echo).await.unwrap();
    let content = Content::Text { body: "Your parcel is on its way.".into() };
    house.app.queue.say(contact, conversation, content, Origin::Api).await.unwrap().sent.await.unwrap();
    let pair = recorded(&house, 1).await.remove(0);
    assert_eq!((pair.draft.text.as_deref(), replied(&pair)), (Some("Good morning!"), vec![]));
    person_says(&house, "Rosa here, from the desk.").await;
    assert_eq!(
        replied(&recorded(&house, 1).await[0]),
        ["Rosa here, from the desk."],
        "the customer has not written since"
    );
}

#[tokio::test]
async fn stop_while_the_model_is_asked_records_nothing() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    was_asked(&server, 1).await;
    writes(&mut house, "STOP").await;
    said(&house, 2).await;
    assert_eq!((pairs(&house).await, server.asked().len()), (vec![], 1));
}
