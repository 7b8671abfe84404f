//! Tests an agent whose replies a second model judges, in a whole daemon with two models.

use super::{Act, ModelServer, step, value};
use crate::runtime::house::House;
use serde_json::{Value as Json, json};
use transom::{base::time::Time, store::tables::model_call};

const FLOWS: &[(&str, &str)] = &[
    (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main, small]\nteams: {bench: {}}\n\
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
    ground: {verify: small}
    on_error: [{say: 'Sorry: ${error.code}'}, end]
",
    ),
];

fn says(text: &str) -> Act {
    value(json!({"do": "say", "with": {"text": text}}))
}

/// An answer that is an object.
fn verdict(supported: &str, sentence: Option<&str>) -> Act {
    super::completion(&json!({"supported": supported, "sentence": sentence}).to_string())
}

async fn house(main: &ModelServer, small: &ModelServer) -> House {
    let config = format!("{}{}", step::model(main, ""), step::entry("small", small, ""));
    House::at_meta(FLOWS, &config).await
}

#[tokio::test]
async fn a_reply_leaves_after_the_second_models_yes_and_both_are_paid() {
    let main = ModelServer::start(vec![says("A check-up is 60 €, and we fetch your bike.")]).await;
    let (no, yes) = (verdict("no", Some("we fetch your bike")), verdict("yes", None));
    let small = ModelServer::decide(move |number, _| if number == 0 { no.clone() } else { yes.clone() }).await;
    let mut house = house(&main, &small).await;
    house.says("how much is a check-up? I am at ana@example.com").await;
    assert_eq!(step::said(&house, 1).await, ["A check-up is 60 €, and we fetch your bike."]);
    let system = |asked: &super::Asked| asked.body["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
    assert!(
        system(&main.asked()[1]).contains("no source supports `we fetch your bike`"),
        "{}",
        system(&main.asked()[1])
    );
    let asked = &small.asked()[0];
    assert!(system(asked).contains("A check-up is 60 €."), "{}", system(asked));
    let user: &Json = &asked.body["messages"][1]["content"];
    assert!(user.to_string().contains("we fetch your bike") && !user.to_string().contains("ana@"), "{user}");
    for model in ["main", "small"] {
        let sums = model_call::sums(&house.app.store, model, Time(0)).await.unwrap();
        assert!(sums.calls == 2 && sums.cost > 0 && sums.reserved == 0, "{model}: {sums:?}");
    }
    assert_eq!(house.bugs(), Vec::<String>::new());
}

#[tokio::test]
async fn a_second_model_that_is_down_or_says_no_twice_lets_nothing_out() {
    let main = ModelServer::start(vec![says("We fetch your bike.")]).await;
    for (small, error) in [(super::refusal(500, "broken"), "model_down"), (verdict("no", None), "ungrounded")] {
        let small = ModelServer::start(vec![small]).await;
        let mut house = house(&main, &small).await;
        house.says("do you fetch bikes?").await;
        assert_eq!(step::said(&house, 1).await, [format!("Sorry: {error}")]);
    }
}
