//! Tests `customer` of evals: a model plays the customer from a wish, and sees nothing of the bot but its messages.

use super::{super::ModelServer, RECORDING, bot, completion, only, refusal, replace, run, run_live};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use transom::{
    base::limits::EVAL_CUSTOMER_CHARS_MAX,
    runtime::testbench::{EvalOutcome, EvalReport, PassRate},
};

const EVAL: &str = "evals: desk
repeat: 2
cases:
  - name: somebody wants brakes
    customer: {wants: new brake pads and their price, knows: my number is 600 111 222, turns: 3, model: small}
    expect: {says: \"45\", never_says: [discount], cost_below: 0.01}
";

fn played() -> TempDir {
    let folder = bot();
    replace(&folder, "_bot.yaml", "models: [main]", "models: [main, small]");
    std::fs::write(folder.path().join("flows/desk.eval.yaml"), EVAL).unwrap();
    folder
}

fn is_customer(body: &Json) -> bool {
    body["messages"].to_string().contains("You play a customer")
}

fn act(message: &str, state: &str) -> super::super::Act {
    completion(&json!({"message": message, "state": state}).to_string())
}

/// A server that answers the bot, and plays the customer: by the number of its own messages in the talk so far.
async fn server(customer: impl Fn(usize) -> super::super::Act + Send + Sync + 'static) -> ModelServer {
    ModelServer::decide(move |_, body| {
        let messages = body["messages"].to_string();
        match is_customer(body) {
            true => customer(messages.matches(r#"\"by\":\"customer\""#).count()),
            false => completion("Brake pads are 45 €."),
        }
    })
    .await
}

/// The lines of the first play.
fn lines(report: &EvalReport) -> Vec<String> {
    let EvalOutcome::Played { plays, .. } = &only(report).outcome else { panic!() };
    let talk = plays[0].transcript.iter().filter(|line| "<>".contains(line.mark) || line.text.contains("customer"));
    talk.map(|line| format!("{} {}", line.mark, line.text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_writes_until_the_wish_is_fulfilled_and_repeats_it_offline() {
    let folder = played();
    let server = server(|written| match written {
        0 => act("Hi, I am on ‹phone 1›", "goes_on"),
        1 => act("and brake pads?", "goes_on"),
        _ => act("", "fulfilled"),
    })
    .await;
    let report = run_live(&folder, &server, true, &[]).await;
    assert!(report.is_good(), "{:#}", report.to_json());
    let talk = [
        "< Hi, I am on 600 111 222",
        "> Brake pads are 45 €.",
        "< and brake pads?",
        "> Brake pads are 45 €.",
        "* the customer has what they wanted",
    ];
    assert_eq!(lines(&report), talk);
    let case = only(&report);
    assert_eq!((case.cost(), case.aside_cost(|play| play.customer)), (Some(2_080), Some(3_120)));
    assert_eq!(server.asked().len(), 2 * 5);
    assert_eq!(run(&folder).to_json()["files"], report.to_json()["files"]);
    assert_eq!(server.asked().len(), 10, "no model is asked");
    let kept = std::fs::read_to_string(folder.path().join(RECORDING)).unwrap();
    assert!(!kept.contains("600 111"), "{kept}");

    replace(&folder, "desk.eval.yaml", "new brake pads and", "new brake pads today and");
    let text = only(&run(&folder)).explain().unwrap();
    assert!(text.contains("the question of `customer` to the model is not the recorded one"), "{text}");
    assert!(text.contains("pads today"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_reads_the_talk_and_nothing_of_the_bot() {
    let folder = played();
    let server = server(|written| act("and now?", if written < 2 { "goes_on" } else { "given_up" })).await;
    let report = run_live(&folder, &server, true, &[]).await;
    assert_eq!(lines(&report).last().unwrap(), "* the customer gives up");
    for asked in server.asked().iter().filter(|asked| is_customer(&asked.body)) {
        let text = asked.body.to_string();
        // The instruction and the fact of the flow.
        assert!(!text.contains("Answer from the facts") && asked.body["model"] == "small-1", "{text}");
    }
    let first = server.asked().into_iter().find(|asked| is_customer(&asked.body)).unwrap().body.to_string();
    assert!(!first.contains("45 €"), "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_writes_no_more_than_turns_allows() {
    let folder = played();
    let server = server(|written| act(&format!("message {written}"), "goes_on")).await;
    let report = run_live(&folder, &server, true, &[]).await;
    let said = lines(&report).into_iter().filter(|line| line.starts_with('<')).collect::<Vec<_>>();
    assert_eq!(said, ["< message 0", "< message 1", "< message 2"]);
    assert_eq!(lines(&report).last().unwrap(), "* the customer has written 3 messages, which is the most");
    assert_eq!(server.asked().iter().filter(|asked| is_customer(&asked.body)).count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_cannot_be_played_is_asked_for_once_more_and_then_the_play_is_void() {
    for (message, state) in [("", "goes_on"), ("hi", "waits"), (&*"a".repeat(EVAL_CUSTOMER_CHARS_MAX + 1), "goes_on")] {
        let folder = played();
        replace(&folder, "desk.eval.yaml", "repeat: 2", "repeat: 1");
        let (message, state) = (message.to_owned(), state.to_owned());
        let server = server(move |_| act(&message, &state)).await;
        let report = run_live(&folder, &server, true, &[]).await;
        assert_eq!(only(&report).rate(), PassRate { passed: 0, plays: 1 });
        let text = only(&report).explain().unwrap();
        assert!(text.contains("a model gave no answer: `customer`: bad_answer"), "{text}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_does_not_go_on_with_a_bot_whose_model_is_away() {
    let folder = played();
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let server = ModelServer::decide(move |_, body| match is_customer(body) {
        true => {
            *count.lock().unwrap() += 1;
            act("hello?", "goes_on")
        }
        false => refusal(401, "invalid_api_key"),
    })
    .await;
    let text = only(&run_live(&folder, &server, true, &[]).await).explain().unwrap();
    assert!(text.contains("a model gave no answer: `desk.llm_1`"), "{text}");
    assert_eq!(*asked.lock().unwrap(), 2, "one message in each play");
}
