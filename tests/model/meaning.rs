//! Tests triggers `meaning` and `understand` in a whole daemon: the model's server is asked once, and its silence or
//! nonsense costs no message.

use super::{
    Act, ModelServer, completion,
    step::{BOT, entry, model, said, traced},
    value,
};
use crate::runtime::house::House;
use serde_json::json;
use transom::{base::time::Time, channel::meta::compose::CustomerEvent, store::tables::model_call};

const FLOWS: &[(&str, &str)] = &[
    BOT,
    (
        "flows/repair.yaml",
        "flow: repair
when:
  - meaning: something is broken
    like: [my brakes squeak]
steps:
  - ask: Which day?
    type: date
    understand: true
    as: day
  - say: 'Come on ${day}'
",
    ),
    ("flows/rest.yaml", "flow: rest\nwhen: [{any_message: true}]\nsteps:\n  - say: I only know words.\n"),
];

#[tokio::test]
async fn the_flow_starts_that_the_model_finds_and_the_trace_says_what_it_cost() {
    let server = ModelServer::start(vec![value(json!("repair")), value(json!("2027-01-06"))]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("se me ha roto el cambio, mi correo es ana@example.com").await;
    assert_eq!(said(&house, 1).await, ["Which day?"]);
    house.says("the day of the Three Kings").await;
    assert_eq!(said(&house, 2).await[1], "Come on 2027-01-06");
    let lines = traced(&house).await;
    for part in [
        "nothing takes it: asks the model `main` which of `repair` it means",
        "1000 tokens read, 20 written, 0.00104 EUR",
        "`meaning something is broken` starts `repair`: the model finds this meaning",
        "a model finds an answer to the waiting question in it",
    ] {
        assert!(lines.contains(part), "{part} is not in:\n{lines}");
    }
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert_eq!((sums.calls, sums.cost, sums.reserved), (2, 2_080, 0));
    let asked = server.asked();
    let body = asked[0].body.to_string();
    assert!(body.contains("something is broken") && body.contains("se me ha roto") && !body.contains("ana@"), "{body}");
    assert!(asked[1].body.to_string().contains("Which day?"), "{}", asked[1].body);
}

#[tokio::test]
async fn a_server_that_fails_costs_no_message() {
    let refused = Act::Says(500, Vec::new(), "{}".into());
    for act in
        [refused, Act::Breaks, Act::Endless, completion("repair it"), value(json!("rest")), value(json!(["repair"]))]
    {
        let server = ModelServer::start(vec![act.clone()]).await;
        let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
        house.says("se me ha roto el cambio").await;
        assert_eq!(said(&house, 1).await, ["I only know words."], "{act:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_waited_for_four_seconds_and_later_messages_keep_their_order() {
    let server = ModelServer::start(vec![Act::Silent]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    let began = std::time::Instant::now();
    for text in ["se me ha roto el cambio", "123"] {
        let message = house.webhook(CustomerEvent::Text(text.into()));
        house.post(&message).await;
    }
    assert_eq!(said(&house, 2).await, ["I only know words.", "I only know words."]);
    let took = began.elapsed().as_secs();
    assert!((4..20).contains(&took), "{took} s");
    let lines = traced(&house).await;
    assert!(lines.contains("a call is under way: judged when it is back") && lines.contains("`model_slow`"), "{lines}");
}

#[tokio::test]
async fn a_message_without_money_for_the_model_goes_on() {
    let server = ModelServer::start(vec![value(json!("repair"))]).await;
    let models =
        format!("  []\nprices: {{currency: EUR}}\nmodels:\n{}", entry("main", &server, ", budget: 0.000001/1d"));
    let mut house = House::at_meta(FLOWS, &models).await;
    house.says("se me ha roto el cambio").await;
    assert_eq!(said(&house, 1).await, ["I only know words."]);
    assert!(server.asked().is_empty() && traced(&house).await.contains("over_budget"));
}
