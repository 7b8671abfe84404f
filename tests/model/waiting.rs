//! Tests an agent that keeps its customer waiting, and one that offers texts to tap, in a whole daemon.

use super::{Act, ModelServer, step, value};
use crate::runtime::house::House;
use serde_json::{Value as Json, json};
use transom::{base::time::Span, channel::meta::compose::CustomerEvent};

const FLOWS: &[(&str, &str)] = &[
    (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {bench: {}}\n\
         agents: {scope: bicycle repairs, discloses: {no: the tests read replies}}\n",
    ),
    (
        "flows/desk.yaml",
        "flow: desk
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Answer.
    facts: [A check-up is 60 €.]
    patience: {after: 8s, say: One moment please}
",
    ),
];

/// A model that is silent for the first questions.
async fn silent_for(questions: usize) -> ModelServer {
    let answer = json!({"do": "say", "with": {"text": "A check-up is 60 €."}});
    ModelServer::decide(move |number, _| if number < questions { Act::Silent } else { value(answer.clone()) }).await
}

async fn asked(server: &ModelServer, count: usize) {
    while server.asked().len() < count {
        tokio::task::yield_now().await;
    }
}

/// A house whose customer has asked, and waits. A silent question ends after three seconds, and the clock stands still.
async fn waiting(server: &ModelServer) -> House {
    let mut house = House::at_meta(FLOWS, &step::model(server, ", timeout: 3s")).await;
    let message = house.webhook(CustomerEvent::Text("how much is a check-up?".into()));
    house.post(&message).await;
    asked(server, 1).await;
    house
}

#[tokio::test]
async fn a_sentence_that_was_due_after_a_death_is_said_by_the_next_process() {
    let server = silent_for(2).await;
    let house = waiting(&server).await;
    assert_eq!(house.texts(), [""; 0]);
    house.clock.set(house.now() + Span::seconds(8));
    let house = house.restart().await;
    // Its question has no answer either, and ends in an error.
    let texts = step::said(&house, 2).await;
    assert_eq!((texts[0].as_str(), texts.len(), server.asked().len()), ("One moment please", 2, 2), "{texts:?}");
}

#[tokio::test]
async fn a_sentence_that_was_said_before_a_death_is_not_said_again() {
    let server = silent_for(1).await;
    let house = waiting(&server).await;
    house.clock.set(house.now() + Span::seconds(8));
    house.app.tick(true).await.unwrap();
    assert_eq!(step::said(&house, 1).await, ["One moment please"]);
    let mut house = house.restart().await;
    assert_eq!(step::said(&house, 2).await, ["One moment please", "A check-up is 60 €."]);
    house.advance(Span::minutes(2)).await;
    assert_eq!(house.texts().len(), 2);
}

/// The buttons of the newest message.
fn buttons(house: &House) -> Vec<(String, String)> {
    let sent = house.sent();
    let all = sent.last().and_then(|body| body["interactive"]["action"]["buttons"].as_array().cloned());
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let button = |button: &Json| (text(&button["reply"]["id"]), text(&button["reply"]["title"]));
    all.unwrap_or_default().iter().map(button).collect()
}

#[tokio::test]
async fn an_offer_leaves_as_buttons_and_its_tap_reaches_the_model() {
    let server = ModelServer::decide(|_, body| {
        let talk = body["messages"][1]["content"].as_str().unwrap_or_default();
        let said = if talk.contains("a cargo bike") { "say" } else { "offer" };
        value(match said {
            "say" => json!({"do": "say", "with": {"text": "A check-up of a cargo bike is 60 €."}}),
            _ => {
                json!({"do": "offer", "with": {"text": "For which bike?", "options": ["a cargo bike", "a road bike"]}})
            }
        })
    })
    .await;
    let mut house = House::at_meta(FLOWS, &step::model(&server, "")).await;
    house.says("how much is a check-up?").await;
    while buttons(&house).is_empty() {
        tokio::task::yield_now().await;
    }
    let shown = buttons(&house);
    let titles: Vec<&str> = shown.iter().map(|(_, title)| title.as_str()).collect();
    assert_eq!(titles, ["a cargo bike", "a road bike"]);
    house.acts(CustomerEvent::Tap { id: shown[0].0.clone(), title: shown[0].1.clone() }).await;
    assert_eq!(step::said(&house, 1).await, ["A check-up of a cargo bike is 60 €."]);
    let schema = server.asked()[0].body["response_format"].to_string();
    assert!(schema.contains("\"offer\"") && schema.contains("\"options\""), "{schema}");
    assert_eq!(house.bugs(), Vec::<String>::new());
}
