//! Tests each misfortune of a model's server: what it is called, whether it is asked again, and what it costs.

use super::{
    Act, ModelServer, completed, completion,
    dialects::{KEY, ask, choice, client, endpoint, question},
    refusal,
};
use serde_json::json;
use transom::{
    base::{
        clock::SystemClock,
        limits::{MODEL_ANSWER_BYTES_MAX, MODEL_COUNTED_TOKENS_MAX, MODEL_RETRY_AFTER_MAX},
        time::Span,
    },
    channel::llm::{Api, Asked, Endpoint, ModelClient, Next},
    model::{
        effect::{AnswerShape, ModelErrorKind, ModelQuestion, Tokens},
        value::Value,
    },
};

/// The outcome of a free text from this script within a short time, and the number of requests.
async fn outcome(script: Vec<Act>) -> (Asked, usize) {
    let server = ModelServer::start(script).await;
    let asked = client(&server).ask(&question(AnswerShape::Text), Span(400), &SystemClock).await.unwrap();
    (asked, server.asked().len())
}

async fn error(script: Vec<Act>) -> (ModelErrorKind, Next, bool) {
    let (asked, _) = outcome(script).await;
    let error = asked.answer.expect_err("it is no answer");
    assert!(!error.text.contains(KEY) && !error.text.contains("SECRET-OF-THE-SERVER"), "{}", error.text);
    (error.kind, asked.next, asked.tokens.is_some())
}

#[tokio::test]
async fn silence_and_dripping_bytes_end_with_the_time() {
    for act in [Act::Silent, Act::Drips] {
        assert_eq!(error(vec![act]).await, (ModelErrorKind::ModelSlow, Next::Fallback, false));
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off_and_its_cost_is_unknown() {
    assert_eq!(error(vec![Act::Endless]).await, (ModelErrorKind::BadAnswer, Next::Done, false));
}

#[tokio::test]
async fn half_an_answer_is_none_and_its_cost_is_unknown() {
    assert_eq!(error(vec![Act::Breaks]).await, (ModelErrorKind::ModelDown, Next::Fallback, false));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_down() {
    let server = ModelServer { url: "http://127.0.0.1:9".into(), asked: Default::default() };
    let asked = ask(&client(&server), &question(AnswerShape::Text)).await;
    assert_eq!((asked.answer.unwrap_err().kind, asked.next), (ModelErrorKind::ModelDown, Next::Fallback));
}

#[tokio::test]
async fn an_overloaded_server_is_asked_once_more_when_it_says_so() {
    let busy = |seconds: i64, status: u16| Act::Says(status, vec![("retry-after", seconds.to_string())], "{}".into());
    for status in [429, 503, 529] {
        let (asked, requests) = outcome(vec![busy(0, status), completion("Hi")]).await;
        assert_eq!((asked.answer, requests), (Ok(Value::text("Hi")), 2), "{status}");
        let (asked, requests) = outcome(vec![busy(0, status)]).await;
        assert_eq!(
            (asked.answer.unwrap_err().kind, asked.next, requests),
            (ModelErrorKind::ModelDown, Next::Fallback, 2)
        );
    }
}

#[tokio::test]
async fn a_pause_beyond_the_limit_is_not_waited_for() {
    let busy = |seconds: i64| Act::Says(429, vec![("retry-after", seconds.to_string())], "{}".into());
    let limit = MODEL_RETRY_AFTER_MAX.0 / 1_000;
    let server = ModelServer::start(vec![busy(limit + 1), completion("Hi")]).await;
    let asked = ask(&client(&server), &question(AnswerShape::Text)).await;
    assert_eq!((asked.answer.unwrap_err().kind, server.asked().len()), (ModelErrorKind::ModelDown, 1));
}

#[tokio::test]
async fn a_broken_server_is_down_and_a_wrong_key_is_refused() {
    for status in [500, 502, 504] {
        assert_eq!(error(vec![refusal(status, "x")]).await, (ModelErrorKind::ModelDown, Next::Fallback, true));
    }
    for status in [401, 403, 404] {
        assert_eq!(error(vec![refusal(status, "x")]).await, (ModelErrorKind::ModelRefused, Next::Done, true));
    }
}

#[tokio::test]
async fn a_refusal_an_empty_and_a_cut_answer_are_told_apart_and_paid() {
    for (act, kind) in [
        (completed(json!({"content": null, "refusal": "No."}), "stop"), ModelErrorKind::ModelRefused),
        (completed(json!({"content": "half"}), "content_filter"), ModelErrorKind::ModelRefused),
        (completed(json!({"content": "half an"}), "length"), ModelErrorKind::BadAnswer),
        (completion("  \n"), ModelErrorKind::BadAnswer),
    ] {
        assert_eq!(error(vec![act]).await, (kind, Next::Done, true));
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_bad_answer() {
    for body in ["<html>", "{\"choices\": [", "[]", "{}"] {
        let act = Act::Says(200, Vec::new(), body.into());
        let (kind, next, is_known) = error(vec![act]).await;
        assert_eq!((kind, next, is_known), (ModelErrorKind::BadAnswer, Next::Done, false), "{body}");
    }
}

#[tokio::test]
async fn a_typed_answer_that_is_no_json_or_of_another_form_is_bad() {
    for text in ["repair", "{\"answer\": ", "{\"other\": 1}", "[1]"] {
        let server = ModelServer::start(vec![completion(text)]).await;
        let asked = ask(&client(&server), &question(choice())).await;
        assert_eq!(asked.answer.unwrap_err().kind, ModelErrorKind::BadAnswer, "{text}");
        assert!(asked.tokens.is_some(), "it is paid");
    }
}

#[tokio::test]
async fn an_answer_as_long_as_the_limit_is_read_and_a_longer_one_is_bad() {
    let (asked, _) = outcome(vec![completion(&"x".repeat(MODEL_ANSWER_BYTES_MAX))]).await;
    assert!(asked.answer.is_ok());
    assert_eq!(error(vec![completion(&"x".repeat(MODEL_ANSWER_BYTES_MAX + 1))]).await.0, ModelErrorKind::BadAnswer);
}

#[tokio::test]
async fn the_arguments_of_a_tool_have_the_same_limit() {
    // The estimate counts the quotes of a text, too.
    for (bytes, is_read) in [(MODEL_ANSWER_BYTES_MAX - 2, true), (MODEL_ANSWER_BYTES_MAX - 1, false)] {
        let arguments = json!({"answer": "x".repeat(bytes)});
        let tool = json!({"tool_calls": [{"function": {"arguments": arguments}}]});
        let server = ModelServer::start(vec![completed(tool, "tool_calls")]).await;
        let asked = ask(&client(&server), &question(choice())).await;
        assert_eq!(asked.answer.is_ok(), is_read, "{bytes}");
    }
}

#[tokio::test]
async fn a_count_of_tokens_beyond_the_limit_counts_as_the_limit() {
    for (read, counted) in
        [(MODEL_COUNTED_TOKENS_MAX, MODEL_COUNTED_TOKENS_MAX), (u64::MAX / 2, MODEL_COUNTED_TOKENS_MAX)]
    {
        let usage =
            json!({"prompt_tokens": read, "completion_tokens": read, "prompt_tokens_details": {"cached_tokens": read}});
        let body = json!({"choices": [{"message": {"content": "Hi"}}], "usage": usage}).to_string();
        let (asked, _) = outcome(vec![Act::Says(200, Vec::new(), body)]).await;
        assert_eq!(asked.tokens, Some(Tokens { input: counted, cached: counted, output: counted }), "{read}");
        assert_eq!(asked.answer, Ok(Value::text("Hi")));
    }
}

#[tokio::test]
async fn a_server_that_read_only_a_part_of_the_question_is_noticed() {
    let usage = json!({"prompt_tokens": 40, "completion_tokens": 3});
    let body = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": usage});
    let server = ModelServer::start(vec![Act::Says(200, Vec::new(), body.to_string())]).await;
    let long = ModelQuestion { instruction: "word ".repeat(400), ..question(AnswerShape::Text) };
    let asked = ask(&client(&server), &long).await;
    assert_eq!(asked.answer.unwrap_err().kind, ModelErrorKind::CutPrompt);
    assert_eq!(asked.tokens, Some(Tokens { input: 40, cached: 0, output: 3 }));
    assert!(ask(&client(&server), &question(AnswerShape::Text)).await.answer.is_ok(), "a short question fits");
}

#[tokio::test]
async fn a_question_that_is_too_long_for_the_model_is_not_sent() {
    let server = ModelServer::start(vec![completion("Hi")]).await;
    let small = Endpoint { context: Some(600), ..endpoint(&server, Api::OpenAi) };
    let client = ModelClient::new(small, None).unwrap();
    let long = ModelQuestion { instruction: "word ".repeat(400), ..question(AnswerShape::Text) };
    let asked = ask(&client, &long).await;
    assert_eq!((asked.answer.unwrap_err().kind, server.asked().len()), (ModelErrorKind::CutPrompt, 0));
    assert!(ask(&client, &question(AnswerShape::Text)).await.answer.is_ok());
}
