//! Tests the dialects: the same question gives the same value over each, in each way to a typed answer.

use super::{Act, ModelServer, completed, completion, refusal, value};
use serde_json::{Value as Json, json};
use transom::{
    base::{clock::SystemClock, secret::Secret, time::Span},
    channel::llm::{Api, Asked, Endpoint, ModelClient, Next, Structured, checked_url},
    model::{
        effect::{AnswerShape, ModelErrorKind, ModelExample, ModelQuestion, ShapeField, Tokens},
        value::Value,
    },
};

pub const KEY: &str = "sk-very-secret-key";

pub fn endpoint(server: &ModelServer, api: Api) -> Endpoint {
    Endpoint {
        name: "main".into(),
        api,
        base_url: checked_url(&server.url).unwrap(),
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        key: Some(Secret::new(KEY)),
        model: "m-1".into(),
        timeout: Span::seconds(10),
        output: 300,
        context: None,
        structured: Structured::Auto,
        params: serde_json::Map::from_iter([("temperature".to_owned(), 0.into())]),
    }
}

pub fn client(server: &ModelServer) -> ModelClient {
    ModelClient::new(endpoint(server, Api::OpenAi), None).unwrap()
}

pub fn field(name: &str, kind: &str) -> ShapeField {
    ShapeField { name: name.into(), kind: kind.into(), among: Vec::new(), optional: false, about: None }
}

pub fn question(shape: AnswerShape) -> ModelQuestion {
    ModelQuestion {
        instruction: "Say what it is about.".into(),
        input: Some("my brakes squeak".into()),
        talk: Vec::new(),
        sources: Vec::new(),
        examples: Vec::new(),
        shape,
        output_max: None,
        mark: "0123456789abcdef".into(),
        repair: None,
    }
}

pub fn choice() -> AnswerShape {
    AnswerShape::One(ShapeField { among: vec!["repair".into(), "price".into()], ..field("answer", "choice") })
}

pub async fn ask(client: &ModelClient, question: &ModelQuestion) -> Asked {
    client.ask(question, Span::seconds(10), &SystemClock).await.unwrap()
}

/// A message of Anthropic's with these parts.
fn message(content: Json, reason: &str) -> Act {
    let usage = json!({"input_tokens": 600, "cache_read_input_tokens": 400, "output_tokens": 20});
    Act::Says(200, Vec::new(), json!({"content": content, "stop_reason": reason, "usage": usage}).to_string())
}

/// An answer of Ollama's own interface.
pub fn chat(text: &str, reason: &str) -> Act {
    let body = json!({
        "model": "m-1", "message": {"role": "assistant", "content": text}, "done": true, "done_reason": reason,
        "prompt_eval_count": 700, "eval_count": 30,
    });
    Act::Says(200, Vec::new(), body.to_string())
}

fn record() -> AnswerShape {
    AnswerShape::Record(vec![field("angry", "yesno"), ShapeField { optional: true, ..field("parts", "whole") }])
}

#[tokio::test]
async fn one_value_comes_over_each_dialect_in_each_way() {
    let tool = |arguments: Json| json!({"tool_calls": [{"function": {"name": "answer", "arguments": arguments}}]});
    let of_tool = json!([{"type": "tool_use", "name": "answer", "input": {"answer": "repair"}}]);
    let in_block = "```json\n{\"answer\": \"repair\"}\n```";
    for (api, structured, act) in [
        (Api::OpenAi, Structured::Schema, value(json!("repair"))),
        (Api::OpenAi, Structured::Tool, completed(tool("{\"answer\": \"repair\"}".into()), "tool_calls")),
        // Some servers give the object itself.
        (Api::OpenAi, Structured::Tool, completed(tool(json!({"answer": "repair"})), "stop")),
        (Api::OpenAi, Structured::Json, completion(in_block)),
        (Api::Ollama, Structured::Schema, chat("{\"answer\": \"repair\"}", "stop")),
        (Api::Ollama, Structured::Json, chat(in_block, "stop")),
        (Api::Anthropic, Structured::Tool, message(of_tool, "tool_use")),
        (Api::Anthropic, Structured::Json, message(json!([{"type": "text", "text": in_block}]), "end_turn")),
    ] {
        let server = ModelServer::start(vec![act]).await;
        let client = ModelClient::new(Endpoint { structured, ..endpoint(&server, api) }, None).unwrap();
        let asked = ask(&client, &question(choice())).await;
        assert_eq!(asked.answer, Ok(Value::text("repair")), "{api:?} {structured:?}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_object_keeps_its_numbers_and_a_null_is_nothing() {
    let server = ModelServer::start(vec![completion("{\"angry\": true, \"parts\": null}")]).await;
    let Ok(Value::Map(map)) = ask(&client(&server), &question(record())).await.answer else { panic!("no object") };
    assert_eq!((&map["angry"], &map["parts"]), (&Value::YesNo(true), &Value::Nothing));
    let server = ModelServer::start(vec![completion("{\"angry\": false, \"parts\": 3}")]).await;
    let Ok(Value::Map(map)) = ask(&client(&server), &question(record())).await.answer else { panic!("no object") };
    assert_eq!((&map["angry"], &map["parts"]), (&Value::YesNo(false), &Value::Whole(3)));
}

#[tokio::test]
async fn tokens_are_those_of_the_server() {
    let text = json!([{"type": "text", "text": "Hello"}]);
    let server = ModelServer::start(vec![message(text, "end_turn")]).await;
    let client = ModelClient::new(endpoint(&server, Api::Anthropic), None).unwrap();
    let asked = ask(&client, &question(AnswerShape::Text)).await;
    assert_eq!(asked.answer, Ok(Value::text("Hello")));
    assert_eq!(asked.tokens, Some(Tokens { input: 1_000, cached: 400, output: 20 }));
}

#[tokio::test]
async fn a_question_has_its_parts_where_each_dialect_wants_them() {
    let server = ModelServer::start(vec![value(json!("repair"))]).await;
    let examples = vec![ModelExample { input: "how much".into(), returns: json!("price") }];
    ask(&client(&server), &ModelQuestion { examples, ..question(choice()) }).await;
    let asked = &server.asked()[0];
    assert!(asked.head.starts_with("POST /chat/completions "), "{}", asked.head);
    assert!(asked.head.contains(&format!("authorization: Bearer {KEY}")), "{}", asked.head);
    let body = &asked.body;
    assert_eq!((&body["model"], &body["max_tokens"], &body["temperature"]), (&json!("m-1"), &json!(300), &json!(0)));
    let system = body["messages"][0]["content"].as_str().unwrap();
    assert!(system.contains("Say what it is about.") && system.contains("Answer: {\"answer\":\"price\"}"), "{system}");
    assert!(!system.contains("squeak"), "the input stands among the instructions: {system}");
    let user = body["messages"][1]["content"].as_str().unwrap();
    assert_eq!(user, "0123456789abcdef\nmy brakes squeak\n0123456789abcdef");
    let schema = &body["response_format"]["json_schema"];
    assert_eq!(
        (&schema["strict"], &schema["schema"]["properties"]["answer"]["enum"]),
        (&json!(true), &json!(["repair", "price"]))
    );

    let server = ModelServer::start(vec![message(json!([]), "end_turn")]).await;
    let client = ModelClient::new(endpoint(&server, Api::Anthropic), None).unwrap();
    ask(&client, &ModelQuestion { output_max: Some(50), ..question(choice()) }).await;
    let asked = &server.asked()[0];
    assert!(asked.head.starts_with("POST /v1/messages ") && asked.head.contains(&format!("x-api-key: {KEY}")));
    assert!(asked.head.contains("anthropic-version: 2023-06-01"), "{}", asked.head);
    assert_eq!((&asked.body["max_tokens"], &asked.body["tool_choice"]["name"]), (&json!(50), &json!("answer")));
}

#[tokio::test]
async fn ollama_is_told_its_context_and_thinks_nothing() {
    let server = ModelServer::start(vec![chat("{\"answer\": \"repair\"}", "stop")]).await;
    let params = json!({"temperature": 0, "keep_alive": "30m"}).as_object().unwrap().clone();
    let own = Endpoint { context: Some(8_192), params, ..endpoint(&server, Api::Ollama) };
    let asked = ask(&ModelClient::new(own, None).unwrap(), &question(choice())).await;
    assert_eq!(
        (asked.answer, asked.tokens),
        (Ok(Value::text("repair")), Some(Tokens { input: 700, cached: 0, output: 30 }))
    );
    let asked = &server.asked()[0];
    assert!(asked.head.starts_with("POST /api/chat ") && asked.head.contains(&format!("authorization: Bearer {KEY}")));
    let body = &asked.body;
    assert_eq!(body["options"], json!({"num_predict": 300, "num_ctx": 8_192, "temperature": 0}));
    let flags = ["stream", "think", "truncate", "shift"].map(|name| body[name].clone());
    assert_eq!((flags, &body["keep_alive"]), ([json!(false), json!(false), json!(false), json!(false)], &json!("30m")));
    // The schema binds the model, and is not shown to it: it stands in words, too.
    assert_eq!(body["format"]["properties"]["answer"]["enum"], json!(["repair", "price"]));
    let system = body["messages"][0]["content"].as_str().unwrap();
    assert!(system.contains("It fits this JSON schema: {") && !system.contains("squeak"), "{system}");
}

#[tokio::test]
async fn ollamas_faults_are_told_apart() {
    let error = |status: u16, text: &str| Act::Says(status, Vec::new(), json!({ "error": text }).to_string());
    let too_long = "the input length exceeds the context length";
    for (act, kind, is_known) in [
        (chat("half an", "length"), ModelErrorKind::BadAnswer, true),
        (chat("", "stop"), ModelErrorKind::BadAnswer, true),
        (Act::Says(200, Vec::new(), "{\"done\": true}".into()), ModelErrorKind::BadAnswer, false),
        (error(400, too_long), ModelErrorKind::CutPrompt, true),
        (error(404, "model \"m-1\" not found"), ModelErrorKind::ModelRefused, true),
        (error(500, "llama runner process has terminated"), ModelErrorKind::ModelDown, true),
    ] {
        let server = ModelServer::start(vec![act.clone()]).await;
        let client = ModelClient::new(endpoint(&server, Api::Ollama), None).unwrap();
        let asked = ask(&client, &question(AnswerShape::Text)).await;
        assert_eq!((asked.answer.unwrap_err().kind, asked.tokens.is_some()), (kind, is_known), "{act:?}");
        assert_eq!(server.asked().len(), 1, "{act:?}");
    }
    // A count that is left out is no count: nobody knows the cost, and nothing says that the question was cut.
    let cached = json!({"message": {"content": "Hi"}, "done_reason": "stop", "eval_count": 3}).to_string();
    let server = ModelServer::start(vec![Act::Says(200, Vec::new(), cached)]).await;
    let client = ModelClient::new(endpoint(&server, Api::Ollama), None).unwrap();
    let asked = ask(&client, &question(AnswerShape::Text)).await;
    assert_eq!((asked.answer, asked.tokens), (Ok(Value::text("Hi")), None));
}

#[tokio::test]
async fn a_question_that_a_server_finds_too_long_is_cut_prompt_over_each_dialect() {
    let code = json!({"error": {"code": "context_length_exceeded", "message": "SECRET"}});
    let words = json!({"error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens"}});
    for (api, body) in [(Api::OpenAi, code), (Api::Anthropic, words)] {
        let server = ModelServer::start(vec![Act::Says(400, Vec::new(), body.to_string())]).await;
        let asked = ask(&ModelClient::new(endpoint(&server, api), None).unwrap(), &question(choice())).await;
        let error = asked.answer.unwrap_err();
        assert_eq!((error.kind, asked.next, server.asked().len()), (ModelErrorKind::CutPrompt, Next::Done, 1));
        assert!(!error.text.contains("SECRET"), "{}", error.text);
    }
}

#[tokio::test]
async fn a_server_that_knows_no_schema_is_asked_in_the_next_way_and_remembered() {
    let tool = json!({"tool_calls": [{"function": {"arguments": "{\"answer\": \"price\"}"}}]});
    let script = vec![refusal(400, "unknown_parameter"), completed(tool, "tool_calls")];
    let server = ModelServer::start(script).await;
    let client = client(&server);
    for _ in 0..2 {
        assert_eq!(ask(&client, &question(choice())).await.answer, Ok(Value::text("price")));
    }
    let ways: Vec<bool> = server.asked().iter().map(|asked| asked.body.get("tools").is_some()).collect();
    assert_eq!(ways, [false, true, true], "the refused way is not tried again");
}

#[tokio::test]
async fn a_server_that_refuses_each_way_refuses_the_question() {
    let server = ModelServer::start(vec![refusal(400, "bad_request")]).await;
    let asked = ask(&client(&server), &question(choice())).await;
    let error = asked.answer.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ModelErrorKind::ModelRefused, 3));
    assert_eq!(error.text, "the server answered with status 400 (`bad_request`)");
    assert_eq!(asked.tokens, Some(Tokens::default()), "a refused request costs nothing");
}

#[tokio::test]
async fn a_server_that_names_the_other_parameter_for_tokens_gets_it() {
    let hint = json!({"error": {"message": "Use 'max_completion_tokens' instead.", "code": "unsupported_parameter"}});
    let server = ModelServer::start(vec![Act::Says(400, Vec::new(), hint.to_string()), completion("Hi")]).await;
    let client = client(&server);
    assert_eq!(ask(&client, &question(AnswerShape::Text)).await.answer, Ok(Value::text("Hi")));
    let body = &server.asked()[1].body;
    assert_eq!((&body["max_completion_tokens"], body.get("max_tokens")), (&json!(300), None));
}

#[tokio::test]
async fn a_private_address_needs_the_operators_word() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let closed = Endpoint { allow_private: Vec::new(), ..endpoint(&server, Api::OpenAi) };
    let asked = ask(&ModelClient::new(closed, None).unwrap(), &question(AnswerShape::Text)).await;
    let error = asked.answer.unwrap_err();
    assert!(error.kind == ModelErrorKind::ModelRefused && error.text.contains("models.allow_private"), "{error:?}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_takes_key_and_question_to_no_other_server() {
    let other = ModelServer::start(vec![completion("Hi")]).await;
    let to = vec![("location", format!("{}/chat/completions", other.url))];
    let server = ModelServer::start(vec![Act::Says(307, to, String::new())]).await;
    let asked = ask(&client(&server), &question(AnswerShape::Text)).await;
    let error = asked.answer.unwrap_err();
    assert_eq!(
        (error.kind, asked.next, asked.tokens),
        (ModelErrorKind::ModelRefused, Next::Done, Some(Tokens::default()))
    );
    assert_eq!(error.text, "the server redirects the request, and it is meant for no other address");
    assert!(other.asked().is_empty());
}
