//! Tests budgets: no question is asked beyond the money of its model, of the bot, of its flow, of one person, or of its step.

use super::{
    Act, ModelServer, READ, WRITTEN, completion,
    step::{BOT, entry, model, said, traced},
    voice,
};
use crate::runtime::house::House;
use serde_json::json;
use transom::{
    base::time::{Span, Time},
    channel::{llm::silent_note, meta::compose::CustomerEvent},
    store::tables::{
        event,
        model_call::{self, MoneyOf},
    },
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
    assert!(lines.contains("and of 0.0022 in 1d for the model `main` 0.00208 are spent or reserved"), "{lines}");
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
        (&told[0]["alarm"], &told[0]["of"], &told[0]["model"], &told[0]["budget"], &told[0]["spent"]),
        (&json!("model_budget"), &json!("model"), &json!("main"), &json!("0.01/1d"), &json!("0.00832"))
    );
    assert!(house.app.metrics.render().contains(r#"transom_alarms_total{kind="model_budget"} 1"#));
    let mut house = house.restart().await;
    house.says("hm").await;
    said(&house, 10).await;
    assert_eq!(alarms(&house).await.len(), 1, "an earlier process has told it");
    assert_eq!(server.asked().len(), 10);
}

/// The files of a bot with this budget, whose flow `ask` has that one and asks `main`, and whose flow `other` asks `small`.
fn of_two_models(bot: &str, of_ask: &str) -> [(&'static str, String); 3] {
    let bot = format!("bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main, small]\n{bot}");
    let flow = |name: &str, head: &str, model: &str| {
        let flow = FLOW
            .replace("flow: ask", &format!("flow: {name}"))
            .replace("    as:", &format!("    model: {model}\n    as:"));
        flow.replace("when: [{any_message: true}]\n", head)
    };
    let ask = flow("ask", &format!("when: [{{message: hm}}]\n{of_ask}"), "main");
    let other = flow("other", "when: [{any_message: true}]\n", "small");
    [("flows/_bot.yaml", bot), ("flows/ask.yaml", ask), ("flows/other.yaml", other)]
}

async fn house_of_two(
    files: &[(&'static str, String)],
    main: (&ModelServer, &str),
    small: (&ModelServer, &str),
) -> House {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let models = format!("{}{}", model(main.0, main.1), entry("small", small.0, small.1));
    House::at_meta(&files, &models).await
}

async fn spent(house: &House, of: MoneyOf<'_>) -> i64 {
    model_call::spent(&house.app.store, of, Time(0), None).await.unwrap()
}

#[tokio::test]
async fn a_thousand_parallel_questions_to_two_models_never_pass_the_budget_of_the_bot() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20});
    let body = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": usage});
    let cheap = vec![Act::Says(200, Vec::new(), body.to_string())];
    let (main, small) = (ModelServer::start(cheap.clone()).await, ModelServer::start(cheap).await);
    let files = of_two_models("agents: {budget: 0.05/1d}\n", "");
    let mut house = house_of_two(&files, (&main, ", at_once: 64"), (&small, ", at_once: 64")).await;
    let customers = 1_000;
    let mut messages = Vec::new();
    for number in 0..customers {
        let phone = format!("+346012{number:05}");
        let text = if number % 2 == 0 { "hm" } else { "what" };
        messages.push(house.webhook_of((&phone, "Ben"), CustomerEvent::Text(text.into())));
    }
    for message in &messages {
        house.post(message).await;
    }
    // The clock stands still, and the sender keeps its pace by it.
    while house.texts().len() < customers {
        house.advance(Span::seconds(1)).await;
        tokio::task::yield_now().await;
    }
    let answered = house.texts().iter().filter(|text| *text == "Hi").count();
    let mut calls = 0;
    for (name, flow, server) in [("main", "ask", &main), ("small", "other", &small)] {
        let sums = model_call::sums(&house.app.store, name, Time(0)).await.unwrap();
        let asked = i64::try_from(server.asked().len()).unwrap();
        assert!(asked > 0, "{name} was asked");
        assert_eq!((sums.calls, sums.cost, sums.reserved), (asked, asked * 140, 0), "{name}");
        assert_eq!(spent(&house, MoneyOf::Flow(flow)).await, sums.cost, "{flow}");
        calls += asked;
    }
    let all = spent(&house, MoneyOf::Bot).await;
    assert!(all == calls * 140 && all <= 50_000, "{all} were spent by {calls} questions");
    assert!(
        answered < customers && usize::try_from(calls).unwrap() == answered,
        "{calls} questions, {answered} answers"
    );
}

#[tokio::test]
async fn the_budget_of_a_flow_is_for_its_own_steps_and_over_restarts() {
    let (main, small) =
        (ModelServer::start(vec![completion("Hi")]).await, ModelServer::start(vec![completion("Ho")]).await);
    let mut house =
        house_of_two(&of_two_models("", "budget: {all: [0.0022/1d, 1.00/7d]}\n"), (&main, ""), (&small, "")).await;
    let talk = [("hm", "Hi"), ("hm", "Hi"), ("hm", "Sorry: over_budget"), ("what", "Ho")];
    for (number, (text, wanted)) in talk.iter().enumerate() {
        house.says(text).await;
        assert_eq!(said(&house, number + 1).await.last().unwrap(), wanted, "question {number}");
    }
    let lines = traced(&house).await;
    assert!(lines.contains("and of 0.0022 in 1d for the flow `ask` 0.00208 are spent or reserved"), "{lines}");
    let mut house = house.restart().await;
    house.says("hm").await;
    assert_eq!(said(&house, 5).await.last().unwrap(), "Sorry: over_budget", "the sum is in the rows");
    assert_eq!((main.asked().len(), small.asked().len()), (2, 1));
    house.advance(Span::days(1)).await;
    house.says("hm").await;
    assert_eq!(said(&house, 6).await.last().unwrap(), "Hi", "the day is over");
}

#[tokio::test]
async fn the_budgets_for_a_person_are_over_all_models_or_over_the_flow() {
    for (bot, of_ask, last) in [
        ("agents: {budget: {contact: 0.0022/1d}}\n", "", "Sorry: over_budget"),
        ("", "budget: {contact: 0.0022/1d}\n", "Hi"),
    ] {
        let (main, small) =
            (ModelServer::start(vec![completion("Hi")]).await, ModelServer::start(vec![completion("Hi")]).await);
        let mut house = house_of_two(&of_two_models(bot, of_ask), (&main, ""), (&small, "")).await;
        // The first and the last question are of another flow, and to another model.
        for (number, text) in ["what", "hm", "hm"].into_iter().enumerate() {
            house.says(text).await;
            said(&house, number + 1).await;
        }
        assert_eq!(said(&house, 3).await, ["Hi", "Hi", last], "{bot}{of_ask}");
        house.writes("+34600999888", "hm").await;
        assert_eq!(said(&house, 4).await.last().unwrap(), "Hi", "another person has money of their own");
        let lines = traced(&house).await;
        assert_eq!(lines.contains("0.0022 in 1d for the bot and one person 0.00208"), !bot.is_empty(), "{lines}");
    }
}

#[tokio::test]
async fn the_question_to_a_fallback_is_one_of_the_bot() {
    let down = ModelServer::start(vec![Act::Says(500, Vec::new(), String::new())]).await;
    let dear = ModelServer::start(vec![completion("Hi")]).await;
    let files = of_two_models("agents: {budget: 0.01/1d}\n", "");
    // A question to the fallback may cost a hundred times as much.
    let dearer = |text: String| text.replace("input: 1.00, output: 2.00", "input: 100.00, output: 200.00");
    let models = format!("{}{}", model(&down, ", fallback: small"), dearer(entry("small", &dear, "")));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut house = House::at_meta(&files, &models).await;
    house.says("hm").await;
    assert_eq!(said(&house, 1).await, ["Sorry: over_budget"]);
    assert_eq!((down.asked().len(), dear.asked().len()), (1, 0));
    assert!(traced(&house).await.contains("0.01 in 1d for the bot"), "{}", traced(&house).await);
}

#[tokio::test]
async fn the_meaning_of_a_message_and_the_words_of_a_voice_note_cost_money_of_the_bot() {
    let bot = |budget: &str| {
        format!(
            "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nvoice: {{model: ears}}\nagents: {{budget: {budget}}}\n"
        )
    };
    let flows = [
        ("flows/repair.yaml", "flow: repair\nwhen: [{meaning: something is broken}]\nsteps:\n  - say: Repair\n"),
        ("flows/note.yaml", "flow: note\nwhen: [{media: audio}]\nsteps:\n  - say: A voice note\n"),
        ("flows/rest.yaml", "flow: rest\nwhen: [{any_message: true}]\nsteps:\n  - say: Something else\n"),
    ];
    // A minute of sound costs 0.006, and a question about a message more than 0.0002.
    for (budget, wanted, asked) in
        [("0.02/1d", ["Repair", "Repair"], (2, 1)), ("0.00001/1d", ["Something else", "A voice note"], (0, 0))]
    {
        let main = ModelServer::start(vec![super::value(json!("repair"))]).await;
        let ears = ModelServer::start(vec![voice::words("my brakes are broken")]).await;
        let file = ModelServer::start(vec![Act::Gives(silent_note(Span::minutes(1)))]).await;
        let bot = bot(budget);
        let files: Vec<(&str, &str)> = [("flows/_bot.yaml", bot.as_str())].into_iter().chain(flows).collect();
        let models = format!("{}{}", voice::ears(&ears, ""), entry("main", &main, ""));
        let mut house = House::at_meta(&files, &models).await;
        house.graph.as_ref().unwrap().answer("/note.1", 200, json!({ "url": file.url }));
        house.says("my brakes are broken").await;
        said(&house, 1).await;
        let note = house.webhook(voice::note());
        house.post(&note).await;
        assert_eq!(said(&house, 2).await, wanted, "{budget}");
        assert_eq!((main.asked().len(), ears.asked().len()), asked, "{budget}");
        let sum = spent(&house, MoneyOf::Bot).await;
        assert_eq!(sum > 6_000, asked.1 > 0, "{budget}: {sum}");
    }
}

#[tokio::test]
async fn most_of_the_budgets_of_the_bot_and_of_a_flow_is_told_once_over_restarts() {
    let (main, small) =
        (ModelServer::start(vec![completion("Hi")]).await, ModelServer::start(vec![completion("Hi")]).await);
    let files = of_two_models("agents: {budget: {all: 0.02/1d, contact: 0.02/1d}}\n", "budget: 0.01/1d\n");
    let mut house = house_of_two(&files, (&main, ""), (&small, "")).await;
    house.app.events.listen().await.unwrap();
    // Eight questions of the flow cost 0.00832, and eight more of the other one 0.01664 together: the next ones find that.
    let mut texts = ["hm"; 9].to_vec();
    texts.extend(["what"; 8]);
    for (number, text) in texts.into_iter().enumerate() {
        house.says(text).await;
        said(&house, number + 1).await;
        // The sender's pace allows no ninth message at once.
        house.advance(Span::seconds(1)).await;
    }
    let told = alarms(&house).await;
    let kinds: Vec<(&str, &str, &str)> = told
        .iter()
        .map(|told| (told["of"].as_str().unwrap(), told["budget"].as_str().unwrap(), told["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("flow", "0.01/1d", "most of the budget 0.01/1d of the flow `ask` is used up: 0.00832"),
            ("bot", "0.02/1d", "most of the budget 0.02/1d of the bot is used up: 0.01664"),
        ]
    );
    assert_eq!((&told[0]["flow"], &told[1]["flow"]), (&json!("ask"), &serde_json::Value::Null));
    let mut house = house.restart().await;
    house.says("what").await;
    said(&house, 18).await;
    assert_eq!(alarms(&house).await.len(), 2, "an earlier process has told it");
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
