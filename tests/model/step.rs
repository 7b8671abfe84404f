//! Tests the step `llm` in a whole daemon: from the customer's message to the model's server and back.

use super::{Act, ModelServer, completed, completion, refusal, value};
use crate::runtime::house::{House, SENDER};
use serde_json::json;
use std::sync::Arc;
use transom::{
    base::{limits::MODEL_FAILURES_MAX, time::Time},
    channel::meta::compose::CustomerEvent,
    store::tables::{model_call, model_question, run, trace},
};

pub const BOT: (&str, &str) =
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {support: {}}\n");

const FLOWS: &[(&str, &str)] = &[
    BOT,
    (
        "flows/triage.yaml",
        "flow: triage
when: [{any_message: true}]
steps:
  - llm: What is this about?
    input: ${msg.text}
    returns: [repair, price]
    as: kind
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: 'About: ${kind}'
",
    ),
];

pub const KEY: &str = "sk-key-of-the-house";

/// The rest of a configuration with this model; `more` are further keys of it.
pub fn model(server: &ModelServer, more: &str) -> String {
    format!("  []\nprices: {{currency: EUR}}\nmodels:\n{}", entry("main", server, more))
}

pub fn entry(name: &str, server: &ModelServer, more: &str) -> String {
    format!(
        "  - {{name: {name}, base_url: \"{}\", key: {KEY}, model: m-1, output: 100, prices: {{input: 1.00, output: 2.00}}{more}}}\n",
        server.url
    )
}

/// All lines of the customer's trace.
pub async fn traced(house: &House) -> String {
    let (_, conversation) = house.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    let turns = trace::of(&house.app.store, conversation, i64::MAX, 50).await.unwrap();
    let lines = turns.iter().rev().flat_map(|turn| &turn.data).map(|entry| entry.what.clone());
    lines.collect::<Vec<_>>().join("\n")
}

/// Waits until the bot has said so many texts.
pub async fn said(house: &House, count: usize) -> Vec<String> {
    while house.texts().len() < count {
        tokio::task::yield_now().await;
    }
    house.texts()
}

#[tokio::test]
async fn a_value_is_kept_and_the_trace_says_what_it_cost() {
    let server = ModelServer::start(vec![value(json!("repair"))]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("my brakes squeak, call +34 600 11 22 33 or ana@example.com").await;
    assert_eq!(said(&house, 1).await, ["About: repair"]);
    let lines = traced(&house).await;
    // A thousand tokens for 1.00 a million, and twenty for 2.00 a million.
    assert!(lines.contains("1000 tokens read, 20 written, 0.00104 EUR"), "{lines}");
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert_eq!((sums.calls, sums.cost, sums.reserved), (1, 1_040, 0));
    let body = server.asked()[0].body.to_string();
    assert!(!body.contains("600 11") && !body.contains("ana@"), "{body}");
    let page = house.app.metrics.render();
    assert!(page.contains(r#"transom_model_calls_total{model="main",result="ok"} 1"#), "{page}");
    assert!(page.contains(r#"transom_model_cost_millionths_total{model="main"} 1040"#), "{page}");
}

#[tokio::test]
async fn no_key_is_in_any_row_trace_or_error() {
    // The server repeats the key that it got.
    let echo = Act::Says(401, Vec::new(), json!({"error": {"code": KEY, "message": KEY}}).to_string());
    let server = ModelServer::start(vec![completion(KEY), completion(KEY), echo]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("hi").await;
    house.says("hi again").await;
    said(&house, 2).await;
    assert!(server.asked().iter().all(|asked| asked.head.contains(KEY)), "the server has it");
    assert!(!house.keeps(KEY) && !traced(&house).await.contains(KEY));
}

#[tokio::test]
async fn a_bad_answer_is_repaired_once_and_the_second_is_an_error() {
    let server = ModelServer::start(vec![completion("oops"), value(json!("price"))]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("how much").await;
    assert_eq!(said(&house, 1).await, ["About: price"]);
    let repair = server.asked()[1].body["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(repair.contains("Your last answer could not be used: the answer is no JSON"), "{repair}");

    let server = ModelServer::start(vec![completion("oops")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("how much").await;
    assert_eq!((said(&house, 1).await, server.asked().len()), (vec!["Sorry: bad_answer".to_owned()], 2));
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert_eq!((sums.calls, sums.cost), (2, 2_080), "both are paid");
}

#[tokio::test]
async fn a_refusal_goes_to_on_error_at_once() {
    let server = ModelServer::start(vec![completed(json!({"refusal": "No."}), "stop")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    house.says("hm").await;
    assert_eq!((said(&house, 1).await, server.asked().len()), (vec!["Sorry: model_refused".to_owned()], 1));
}

#[tokio::test]
async fn a_model_that_is_down_is_replaced_by_its_fallback() {
    let down = ModelServer::start(vec![refusal(500, "x")]).await;
    let up = ModelServer::start(vec![value(json!("repair"))]).await;
    let models = format!("{}{}", model(&down, ", fallback: small"), entry("small", &up, ""));
    let mut house = House::at_meta(FLOWS, &models).await;
    house.says("hm").await;
    assert_eq!(said(&house, 1).await, ["About: repair"]);
    let lines = traced(&house).await;
    assert!(lines.contains("`small` answered in"), "{lines}");
    let sums = |name: &'static str| model_call::sums(&house.app.store, name, Time(0));
    assert_eq!((sums("main").await.unwrap().cost, sums("small").await.unwrap().cost), (0, 1_040));
}

#[tokio::test]
async fn an_overloaded_model_is_asked_once_more_and_then_its_fallback() {
    let busy = Act::Says(429, vec![("retry-after", "0".into())], "{}".into());
    let (busy, up) = (ModelServer::start(vec![busy]).await, ModelServer::start(vec![value(json!("repair"))]).await);
    let models = format!("{}{}", model(&busy, ", fallback: small"), entry("small", &up, ""));
    let mut house = House::at_meta(FLOWS, &models).await;
    house.says("hm").await;
    assert_eq!(said(&house, 1).await, ["About: repair"]);
    assert_eq!((busy.asked().len(), up.asked().len()), (2, 1));
}

#[tokio::test]
async fn a_lone_model_that_is_silent_ends_with_the_time_of_the_step_and_others_are_served_meanwhile() {
    let slow = FLOWS[1].1.replace("    as: kind", "    timeout: 1s\n    as: kind");
    let server = ModelServer::start(vec![Act::Silent, value(json!("price"))]).await;
    let mut house = House::at_meta(&[BOT, ("flows/triage.yaml", &slow)], &model(&server, "")).await;
    let first = house.webhook(CustomerEvent::Text("hm".into()));
    house.post(&first).await;
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = house.webhook_of(("+34600999888", "Ben"), CustomerEvent::Text("how much".into()));
    house.post(&other).await;
    assert_eq!(said(&house, 2).await, ["About: price", "Sorry: model_slow"]);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn phones_mails_cards_and_accounts_are_in_no_request_and_the_first_two_come_back() {
    let flow = "flow: triage
when: [{any_message: true}]
steps:
  - llm: Which number and which address do they give?
    input: ${msg.text}
    returns: {number: {type: phone}, address: {type: email}, rest: text}
    as: found
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: '${found.number} ${found.address} ${found.rest}'
";
    let answer = json!({"number": "‹phone 1›", "address": "‹email 1›", "rest": "‹card 1› ‹iban 1›"});
    let server = ModelServer::start(vec![completion(&answer.to_string())]).await;
    let mut house = House::at_meta(&[BOT, ("flows/triage.yaml", flow)], &model(&server, "")).await;
    let (phone, mail, card, iban) =
        ("+34 600 11 22 33", "ana@example.com", "4111 1111 1111 1111", "ES91 2100 0418 4502 0005 1332");
    house.says(&format!("{phone}, {mail}; card {card}, account {iban}")).await;
    assert_eq!(said(&house, 1).await, ["+34600112233 ana@example.com ‹card 1› ‹iban 1›"]);
    let body = server.asked()[0].body.to_string();
    let run = run::page(&house.app.store, i64::MAX, 1).await.unwrap().remove(0);
    let stretch = (run.started_at, run.ended_at);
    let kept = model_question::between(&house.app.store, run.conversation_id, 0, stretch, 9).await.unwrap();
    assert_eq!((kept.len(), kept[0].run, kept[0].data.step.as_str()), (1, run.number, "triage.llm_1"));
    let kept = serde_json::to_string(&kept[0].data).unwrap();
    assert!(kept.contains("Which number and which address") && kept.contains("‹phone 1›"), "{kept}");
    for word in ["600 11 22 33", mail, "4111", "2100 0418"] {
        assert!(!body.contains(word) && !kept.contains(word), "{word}: {body} {kept}");
    }
}

#[tokio::test]
async fn questions_beyond_the_rate_wait_and_those_that_wait_too_long_fail() {
    let server = ModelServer::start(vec![value(json!("price"))]).await;
    let quick = FLOWS[1].1.replace("    as: kind", "    timeout: 1s\n    as: kind");
    let mut house = House::at_meta(&[BOT, ("flows/triage.yaml", &quick)], &model(&server, ", rate: 2/1s")).await;
    let mut messages = Vec::new();
    for number in 0..4 {
        messages.push(house.webhook_of((&format!("+3460011{number:04}"), "Ben"), CustomerEvent::Text("hm".into())));
    }
    for message in &messages {
        house.post(message).await;
    }
    // Two at once, and one after half a second. The slot of the last one is where its time ends.
    let texts = said(&house, 4).await;
    let answered = texts.iter().filter(|text| *text == "About: price").count();
    assert_eq!((answered, server.asked().len()), (3, 3), "{texts:?}");
    assert!(texts.contains(&"Sorry: model_slow".to_owned()), "{texts:?}");
    let page = house.app.metrics.render();
    assert!(page.contains(r#"transom_model_calls_total{model="main",result="no_slot"} 1"#), "{page}");
}

#[tokio::test]
async fn after_five_failures_a_model_rests_and_is_asked_again_later() {
    let server = ModelServer::start(vec![refusal(500, "x")]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    for number in 1..=MODEL_FAILURES_MAX + 2 {
        house.says("hm").await;
        assert_eq!(said(&house, number).await.last().unwrap(), "Sorry: model_down");
    }
    assert_eq!(server.asked().len(), MODEL_FAILURES_MAX, "it rests");
    house.advance(transom::base::limits::MODEL_REST).await;
    house.says("hm").await;
    said(&house, MODEL_FAILURES_MAX + 3).await;
    assert_eq!(server.asked().len(), MODEL_FAILURES_MAX + 1);
}

#[tokio::test]
async fn a_silent_model_keeps_nobody_else_waiting() {
    let silent = ModelServer::start(vec![Act::Silent, value(json!("price"))]).await;
    let mut house = House::at_meta(FLOWS, &model(&silent, "")).await;
    let first = house.webhook(CustomerEvent::Text("hm".into()));
    house.post(&first).await;
    while silent.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = house.webhook_of(("+34600999888", "Ben"), CustomerEvent::Text("how much".into()));
    house.post(&other).await;
    assert_eq!(said(&house, 1).await, ["About: price"]);
}

#[tokio::test]
async fn a_question_under_way_at_a_crash_is_asked_once_more_and_paid_as_reserved() {
    let server = ModelServer::start(vec![Act::Silent, value(json!("repair"))]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    let message = house.webhook(CustomerEvent::Text("my brakes".into()));
    house.post(&message).await;
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let before = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert!(before.calls == 1 && before.reserved > 0 && before.cost == before.reserved, "{before:?}");
    let house = house.restart().await;
    assert_eq!(said(&house, 1).await, ["About: repair"]);
    assert_eq!(server.asked().len(), 2);
    let lines = traced(&house).await;
    assert!(lines.contains("it is asked once more, and the first question counts as paid"), "{lines}");
    let after = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert_eq!((after.calls, after.reserved, after.cost), (2, before.reserved, before.reserved + 1_040));
}

#[tokio::test]
async fn a_stop_while_the_model_thinks_is_confirmed_and_the_answer_is_dropped() {
    let server = ModelServer::start(vec![Act::Silent]).await;
    let mut house = House::at_meta(FLOWS, &model(&server, "")).await;
    for text in ["hm", "STOP"] {
        let message = house.webhook(CustomerEvent::Text(text.into()));
        house.post(&message).await;
        while server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    }
    let texts = said(&house, 1).await;
    assert!(texts.len() == 1 && !texts[0].contains("About"), "{texts:?}");
}

#[tokio::test]
async fn a_bot_whose_model_the_configuration_lacks_does_not_start() {
    let server = ModelServer::start(vec![completion("hi")]).await;
    let lacks = model(&server, "").replace("name: main", "name: other");
    let failed = tokio::spawn(async move { House::at_meta(FLOWS, &lacks).await.now() }).await;
    let panic = failed.expect_err("it starts").into_panic();
    let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(text.contains("E912") && text.contains("`main`"), "{text}");
}

#[tokio::test]
async fn a_conversation_goes_on_as_before_beside_many_questions() {
    let server = ModelServer::start(vec![value(json!("repair"))]).await;
    let house = House::at_meta(FLOWS, &model(&server, ", at_once: 1")).await;
    let mut house = house;
    let mut messages = Vec::new();
    for number in 0..8 {
        let phone = format!("+3460011{number:04}");
        messages.push(house.webhook_of((&phone, "Ben"), CustomerEvent::Text("hm".into())));
    }
    for message in &messages {
        house.post(message).await;
    }
    let texts = said(&house, 8).await;
    assert!(texts.iter().all(|text| text == "About: repair"), "{texts:?}");
    let _ = Arc::clone(&house.app);
}
