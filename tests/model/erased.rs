//! Erases a person while a model thinks about their words: nothing of the late answer is stored but its cost.

use super::{
    Act, ModelServer,
    step::{BOT, model},
    value,
};
use crate::runtime::house::{House, SENDER};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;
use transom::{
    base::time::Time,
    channel::meta::compose::CustomerEvent,
    store::tables::{contact, model_call, model_question, trace},
};

const ASKS: &str = "flow: triage
when: [{any_message: true}]
steps:
  - llm: What is this about?
    input: ${msg.text}
    returns: [repair, price]
    as: kind
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: 'About: ${kind}'
";

const TALKS: &str = "flow: triage
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Answer.
    facts: [A check-up is 60 €.]
";

#[tokio::test]
async fn a_late_answer_stores_no_word_of_an_erased_person() {
    let said = json!({"do": "say", "with": {"text": "Late xyzzy"}});
    for (flow, answer) in [(ASKS, json!("repair")), (TALKS, said)] {
        let until = Arc::new(Notify::new());
        let server = ModelServer::start(vec![Act::Held(Arc::clone(&until), Box::new(value(answer)))]).await;
        let bot = ("flows/_bot.yaml", format!("{}agents: {{scope: bicycles}}\n", BOT.1));
        let mut house = House::at_meta(&[(bot.0, &bot.1), ("flows/triage.yaml", flow)], &model(&server, "")).await;
        let message = house.webhook(CustomerEvent::Text("xyzzy squeaks".into()));
        house.post(&message).await;
        while server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        let store = &house.app.store;
        let (id, conversation) = house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
        let contact = contact::find(store, id).await.unwrap().unwrap();
        house.app.contacts.erase(&contact).await.unwrap();
        until.notify_one();
        // The answer is paid, and nobody's.
        loop {
            let sums = model_call::sums(store, "main", Time(0)).await.unwrap();
            if sums.reserved == 0 {
                assert_eq!((sums.calls, sums.cost), (1, 1_040));
                break;
            }
            tokio::task::yield_now().await;
        }
        house.app.run_due().await.unwrap();
        let kept = model_question::between(store, conversation, 0, (Time(0), None), 9).await.unwrap();
        assert!(kept.is_empty(), "{kept:?}");
        let lines = trace::of(store, conversation, i64::MAX, 50).await.unwrap();
        assert!(lines.is_empty(), "{lines:?}");
        assert_eq!((house.texts(), house.bugs()), (Vec::<String>::new(), Vec::<String>::new()));
    }
}
