//! Tests an agent that offers texts to tap, in a whole daemon.

use super::{ModelServer, step, value};
use crate::runtime::house::House;
use serde_json::{Value as Json, json};
use transom::channel::meta::compose::CustomerEvent;

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
",
    ),
];

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
