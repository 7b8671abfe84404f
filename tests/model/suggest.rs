//! Tests `suggest` of a team in a whole daemon with a model that misbehaves: the draft waits beside the conversation,
//! survives a crash, and is never sent.

use super::{
    Act, ModelServer, refusal,
    step::{model, traced},
    value,
};
use crate::runtime::house::{House, SENDER};
use serde_json::json;
use transom::{
    channel::meta::compose::CustomerEvent,
    model::session::{NoSuggestion, Suggestion, SuggestionState},
    store::{
        WriteSet,
        tables::{
            dead_letter,
            session::{self, SessionUpdate},
            support_case::suggestion,
        },
    },
};

const FLOWS: &[(&str, &str)] = &[
    (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {bench: {suggest: helper}}\n\
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
    tools: [wheels]
    limits: {cost: 0.50}
",
    ),
    (
        "flows/wheels.yaml",
        "flow: wheels\ndescription: How many wheels there are.\nreturns: {count: whole}\nsteps: [{return: {count: 4}}]\n",
    ),
];

fn says(text: &str) -> Act {
    value(json!({"do": "say", "with": {"text": text}}))
}

async fn draft(house: &House) -> Option<Suggestion> {
    let (_, conversation) = house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    let of_session = async || {
        let row = session::find(&house.app.store, conversation).await.unwrap().unwrap();
        row.session.suggestion().cloned()
    };
    let (draft, stored) = loop {
        let draft = of_session().await;
        let stored = suggestion::find(&house.app.store, conversation).await.unwrap();
        // No turn was committed between both reads.
        if of_session().await == draft {
            break (draft, stored);
        }
    };
    let shown = stored.filter(|row| row.text.is_some()).and_then(|row| row.text);
    let text = draft.as_ref().and_then(|draft| match &draft.state {
        SuggestionState::Ready { text, .. } => Some(text.clone()),
        SuggestionState::Thinking { .. } | SuggestionState::Without { .. } => None,
    });
    assert_eq!(shown, text, "the row is the draft of the session");
    draft
}

/// The draft once it is no longer being written.
async fn ready(house: &House) -> SuggestionState {
    loop {
        if let Some(draft) = draft(house).await.filter(|draft| !draft.is_thinking()) {
            return draft.state;
        }
        tokio::task::yield_now().await;
    }
}

async fn text(house: &House) -> String {
    match ready(house).await {
        SuggestionState::Ready { text, .. } => text,
        other => panic!("{other:?}\n{}", traced(house).await),
    }
}

/// Posts a message of the customer, and does not wait for the model.
async fn writes(house: &mut House, words: &str) {
    let message = house.webhook(CustomerEvent::Text(words.into()));
    house.post(&message).await;
}

async fn asked(server: &ModelServer, count: usize) {
    while server.asked().len() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_draft_knows_the_talk_without_numbers_and_nothing_of_it_is_sent() {
    let server = ModelServer::start(vec![says("A check-up is 60 €. We call ‹phone 1›.")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    house.says("what is a check-up, call me at +34 600 99 88 77").await;
    assert_eq!(text(&house).await, "A check-up is 60 €. We call +34 600 99 88 77.");
    let body = server.asked()[0].body.to_string();
    assert!(body.contains("Somebody comes") && body.contains("‹phone 1›") && !body.contains("600 99"), "{body}");
    assert_eq!(house.texts(), ["Somebody comes"]);
}

#[tokio::test]
async fn a_silent_model_holds_up_nobody_and_a_newer_message_gets_its_own_draft() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    asked(&server, 1).await;
    assert!(draft(&house).await.unwrap().is_thinking());
    writes(&mut house, "anybody?").await;
    assert_eq!(text(&house).await, "Good morning!", "the lane waits for no model");
    assert_eq!(house.texts(), ["Somebody comes"]);
}

#[tokio::test]
async fn a_crash_while_the_model_is_asked_asks_once_more() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    asked(&server, 1).await;
    let house = house.restart().await;
    assert_eq!((text(&house).await.as_str(), server.asked().len()), ("Good morning!", 2));
    let house = house.restart().await;
    assert_eq!(text(&house).await, "Good morning!", "a draft outlives the process");
}

#[tokio::test]
async fn without_an_answer_there_is_no_draft_and_its_reason() {
    for (act, wanted) in [
        (Act::Says(500, Vec::new(), "{}".into()), NoSuggestion::Model),
        (Act::Breaks, NoSuggestion::Model),
        (refusal(401, "invalid_api_key"), NoSuggestion::Model),
        (says("A check-up is 61 €."), NoSuggestion::Guard),
        (value(json!({"do": "exit_person", "with": {}})), NoSuggestion::Unsure),
    ] {
        let server = ModelServer::start(vec![act.clone()]).await;
        let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
        house.says("person").await;
        house.says("what is a check-up?").await;
        match ready(&house).await {
            SuggestionState::Without { why, .. } => assert_eq!(why, wanted, "{act:?}\n{}", traced(&house).await),
            other => panic!("{act:?}: {other:?}"),
        }
        assert_eq!(house.texts(), ["Somebody comes"], "{act:?}");
    }
}

#[tokio::test]
async fn stop_while_the_model_is_asked_ends_the_draft() {
    let server = ModelServer::start(vec![Act::Silent, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    asked(&server, 1).await;
    writes(&mut house, "STOP").await;
    while draft(&house).await.is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_draft_that_breaks_the_engine_ends_and_the_person_keeps_the_conversation() {
    if !cfg!(debug_assertions) {
        // Without checks of arithmetic nothing breaks here.
        return;
    }
    let counts = value(json!({"do": "call_wheels", "with": {}}));
    let server = ModelServer::start(vec![Act::Silent, counts, says("Good morning!")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("person").await;
    writes(&mut house, "hello").await;
    asked(&server, 1).await;
    let contact = house.row(0).await.contact_id;
    let (_, conversation) = house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    let mut session = session::find(&house.app.store, conversation).await.unwrap().unwrap().session;
    session.turn += 1;
    let case = session.person.as_mut().unwrap().case.as_deref_mut().unwrap();
    let SuggestionState::Thinking { run } = &mut case.suggestion.as_deref_mut().unwrap().state else { panic!() };
    // The question after the tool is counted beyond what the counter holds.
    run.calls = u32::MAX;
    let mut set = WriteSet::of(contact.0);
    set.push(&session::TURN, &SessionUpdate::new(conversation, contact, &session));
    house.app.store.commit(set).await.unwrap();
    let mut house = house.restart().await;
    match ready(&house).await {
        SuggestionState::Without { why, text } => assert_eq!(why, NoSuggestion::Failed, "{text}"),
        other => panic!("{other:?}\n{}", traced(&house).await),
    }
    let letters = dead_letter::open(&house.app.store, "poison", i64::MAX, 10).await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].data["parts"], json!(["suggestion"]));
    house.says("anybody?").await;
    assert_eq!(text(&house).await, "Good morning!", "the next message has its draft");
    assert_eq!(house.texts(), ["Somebody comes"], "the person still has the conversation");
}
