//! Tests budgets: no question is asked beyond the money of its model, of one person, or of its step.

use super::{
    Act, ModelServer, READ, WRITTEN, completion,
    step::{BOT, entry, model, said, traced},
};
use crate::runtime::house::House;
use serde_json::json;
use transom::{
    base::time::{Span, Time},
    channel::meta::compose::CustomerEvent,
    store::tables::{event, model_call},
};

const FLOW: &str = "flow: ask
when: [{any_message: true}]
steps:
  - llm: Answer.
    input: ${msg.text}
    as: answer
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: ${answer}
";

async fn house(server: &ModelServer, more: &str) -> House {
    House::at_meta(&[BOT, ("flows/ask.yaml", FLOW)], &model(server, more)).await
}

#[tokio::test]
async fn beyond_the_budget_of_a_model_nobody_asks_until_the_period_is_over() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    // One question costs 0.00104; before each more than 0.0002 are reserved.
    let mut house = house(&server, ", budget: 0.0022/1d").await;
    for (number, wanted) in ["Hi", "Hi", "Sorry: over_budget", "Sorry: over_budget"].iter().enumerate() {
        house.says("hm").await;
        assert_eq!(said(&house, number + 1).await.last().unwrap(), wanted, "question {number}");
    }
    assert_eq!(server.asked().len(), 2);
    let lines = traced(&house).await;
    assert!(lines.contains("and of 0.0022 in 1d for all 0.00208 are spent or reserved"), "{lines}");
    house.advance(Span::days(1)).await;
    house.says("hm").await;
    assert_eq!(said(&house, 5).await.last().unwrap(), "Hi");
}

#[tokio::test]
async fn the_budget_of_a_person_is_for_each_of_them() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let mut house = house(&server, ", budget: {contact: 0.0012/1d}").await;
    house.says("hm").await;
    house.says("hm").await;
    house.writes("+34600999888", "hm").await;
    let mut texts = said(&house, 3).await;
    texts.sort();
    assert_eq!(texts, ["Hi", "Hi", "Sorry: over_budget"]);
}

#[tokio::test]
async fn a_step_that_allows_less_than_a_question_may_cost_does_not_ask() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let limited = |cost: &str| {
        FLOW.replace("    as: answer", &format!("    limits: {{cost: {cost}, tokens: 50}}\n    as: answer"))
    };
    for (cost, wanted) in [("0.00005", "Sorry: over_budget"), ("0.01", "Hi")] {
        let flow = limited(cost);
        let mut house = House::at_meta(&[BOT, ("flows/ask.yaml", &flow)], &model(&server, "")).await;
        house.says("hm").await;
        assert_eq!(said(&house, 1).await, [wanted]);
    }
    assert_eq!(server.asked().iter().map(|asked| asked.body["max_tokens"].clone()).collect::<Vec<_>>(), [json!(50)]);
}

#[tokio::test]
async fn an_agent_whose_answers_have_cost_its_limit_takes_on_limit() {
    // 20 tokens of the answer cost 0.00004 more.
    let answer = |tokens: u64| {
        let content = json!({"answer": {"do": "say", "with": {"text": "Hello"}}}).to_string();
        let usage = json!({"prompt_tokens": tokens, "completion_tokens": 20});
        let body = json!({"choices": [{"message": {"content": content}, "finish_reason": "stop"}], "usage": usage});
        Act::Says(200, Vec::new(), body.to_string())
    };
    let bot = (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {bench: {}}\n\
         agents: {scope: repairs, discloses: {no: the tests read replies}}\n",
    );
    let flow = |cost: &str| {
        format!(
            "flow: desk\nwhen: [{{any_message: true}}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [We repair \
             bikes.]\n    limits: {{cost: {cost}}}\n    on_limit: [{{say: Enough}}, end]\n"
        )
    };
    // After the first answer nothing is left, or less than what the next question may cost.
    for tokens in [49_960, 49_500] {
        let server = ModelServer::start(vec![answer(tokens)]).await;
        let mut house = House::at_meta(&[bot, ("flows/desk.yaml", &flow("0.05"))], &model(&server, "")).await;
        house.says("hm").await;
        assert_eq!(said(&house, 1).await, ["Hello"], "{tokens}");
        house.says("hm").await;
        assert_eq!(said(&house, 2).await, ["Hello", "Enough"], "{tokens}");
        assert_eq!(server.asked().len(), 1, "{tokens}");
    }
}

#[tokio::test]
async fn a_thousand_parallel_questions_never_overspend_and_the_totals_are_those_of_the_server() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20});
    let body = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": usage});
    let cheap = ModelServer::start(vec![Act::Says(200, Vec::new(), body.to_string())]).await;
    let mut house = house(&cheap, ", budget: 0.05/1d, at_once: 64").await;
    let customers = 1_000;
    let mut messages = Vec::new();
    for number in 0..customers {
        let phone = format!("+346012{number:05}");
        messages.push(house.webhook_of((&phone, "Ben"), CustomerEvent::Text("hm".into())));
    }
    for message in &messages {
        house.post(message).await;
    }
    // The clock stands still, and the sender keeps its pace by it.
    while house.texts().len() < customers {
        house.advance(Span::seconds(1)).await;
        tokio::task::yield_now().await;
    }
    let texts = house.texts();
    let answered = texts.iter().filter(|text| *text == "Hi").count();
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert!(sums.cost <= 50_000 && answered > 0 && answered < customers, "{answered} answered: {sums:?}");
    let asked = i64::try_from(cheap.asked().len()).unwrap();
    assert_eq!((sums.calls, sums.cost, sums.reserved), (asked, asked * 140, 0));
    assert_eq!(usize::try_from(asked).unwrap(), answered);
}

/// The alarms of the event log.
async fn alarms(house: &House) -> Vec<serde_json::Value> {
    let all = event::after(&house.app.store, 0, 100).await.unwrap();
    all.into_iter().filter(|event| event.kind == "alarm").map(|event| event.data).collect()
}

#[tokio::test]
async fn most_of_a_budget_is_told_once_in_its_period_over_restarts() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let mut house = house(&server, ", budget: {all: 0.01/1d, contact: 0.01/1d}").await;
    house.app.events.listen().await.unwrap();
    // Eight questions cost 0.00832, which is more than four fifths: the ninth one finds that.
    for number in 1..=8 {
        house.says("hm").await;
        said(&house, number).await;
    }
    // The sender's pace allows no ninth message at once.
    house.advance(Span::seconds(1)).await;
    assert!(alarms(&house).await.is_empty());
    house.says("hm").await;
    said(&house, 9).await;
    let told = alarms(&house).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["alarm"], &told[0]["model"], &told[0]["budget"], &told[0]["spent"]),
        (&json!("model_budget"), &json!("main"), &json!("0.01/1d"), &json!("0.00832"))
    );
    assert!(house.app.metrics.render().contains(r#"transom_alarms_total{kind="model_budget"} 1"#));
    let mut house = house.restart().await;
    house.says("hm").await;
    said(&house, 10).await;
    assert_eq!(alarms(&house).await.len(), 1, "an earlier process has told it");
    assert_eq!(server.asked().len(), 10);
}

#[tokio::test]
async fn a_question_whose_cost_nobody_knows_counts_as_it_was_reserved() {
    let unpriced = Act::Says(200, Vec::new(), json!({"choices": [{"message": {"content": "Hi"}}]}).to_string());
    let server = ModelServer::start(vec![unpriced]).await;
    let mut house = house(&server, "").await;
    house.says("hm").await;
    assert_eq!(said(&house, 1).await, ["Hi"]);
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert!(sums.reserved == 0 && sums.cost > 100 * 2, "half of its bytes, and a hundred tokens for 2.00: {sums:?}");
}

#[tokio::test]
async fn a_model_without_prices_costs_nothing_and_is_counted() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let free = entry("main", &server, "").replace(", prices: {input: 1.00, output: 2.00}", "");
    let more = format!("  []\nmodels:\n{free}");
    let mut house = House::at_meta(&[BOT, ("flows/ask.yaml", FLOW)], &more).await;
    house.says("hm").await;
    assert_eq!(said(&house, 1).await, ["Hi"]);
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert_eq!((sums.calls, sums.cost, sums.tokens.input, sums.tokens.output), (1, 0, READ, WRITTEN));
}
