//! Tests `transom models`, and the chat of a bot that asks a model.

use super::{bot, chat, ends, err, out, run};
use crate::model::{Act, ModelServer, refusal, value};
use serde_json::json;

/// The output of a command against a server with this script.
async fn told(script: Vec<Act>, more: &[&str]) -> (std::process::Output, ModelServer) {
    let server = ModelServer::start(script).await;
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "prices: {{currency: EUR}}\nmodels:\n  - {{name: main, base_url: \"{}\", key: sk-of-the-command, model: m-1, \
         prices: {{input: 1.00, output: 2.00}}}}\n",
        server.url
    );
    std::fs::write(folder.path().join("c.yaml"), config).unwrap();
    let args = [&["models", "test", "--config", "c.yaml"], more].concat().into_iter().map(str::to_owned);
    let args: Vec<String> = args.collect();
    let output = tokio::task::spawn_blocking(move || {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        run(folder.path(), &args)
    });
    (output.await.unwrap(), server)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_model_is_asked_and_tells_dialect_time_tokens_and_price() {
    let (output, server) = told(vec![value(json!("repair"))], &[]).await;
    ends(&output, 0);
    let said = out(&output);
    assert!(said.starts_with("main: answered `repair` in "), "{said}");
    assert!(said.contains("by openai (schema): 1000 tokens read, 20 written, 0.00104 EUR"), "{said}");
    assert_eq!(server.asked().len(), 1);
    let (output, _) = told(vec![value(json!("repair"))], &["--json"]).await;
    let document: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (&document["models"][0]["answer"], &document["models"][0]["cost"]),
        (&json!("repair"), &json!("0.00104"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_answer_ends_with_1_and_shows_no_key() {
    let (output, _) = told(vec![refusal(401, "invalid_api_key")], &["main"]).await;
    ends(&output, 1);
    assert!(out(&output).contains("main: model_refused after") && out(&output).contains("`invalid_api_key`"));
    assert!(!out(&output).contains("sk-of") && !err(&output).contains("sk-of"));
    let (output, server) = told(vec![refusal(401, "x")], &["other"]).await;
    ends(&output, 2);
    assert!(err(&output).contains("no model `other`") && server.asked().is_empty());
}

#[test]
fn the_chat_says_which_model_would_be_asked_and_what() {
    let flow = "flow: ask\nwhen: [{any_message: true}]\nsteps:\n  - id: sort\n    llm: Say what it is about.\n    as: x\n    \
                on_error: [{say: Sorry}, end]\n  - say: ${x}\n";
    let plain = ("_bot.yaml", "bot: B\nmodels: [main]\n");
    let said = chat(bot(&[plain, ("ask.yaml", flow)]).path(), "hi\n");
    assert!(said.contains("│ Sorry"), "{said}");
    let wanted = "would ask the model `main`: “Say what it is about.”; write one, as `- sort: …`, under `sandbox: mocks: model:`";
    assert!(said.contains(wanted), "{said}");
    let mocked = ("_bot.yaml", "bot: B\nmodels: [main]\nsandbox: {mocks: {model: {sort: A mock speaks}}}\n");
    assert!(chat(bot(&[mocked, ("ask.yaml", flow)]).path(), "hi\n").contains("│ A mock speaks"));
}
