//! Reads what language models and MCP servers send. Input: a letter for the kind, a letter for its form, then the bytes.

use super::{choice, within};
use std::{collections::BTreeMap, sync::LazyLock, time::Duration};
use transom_base::{
    limits::{CALL_ANSWER_BYTES_MAX, MCP_DESCRIPTION_BYTES_MAX, MODEL_ANSWER_BYTES_MAX},
    private_use::is_private_use,
    secret::Secret,
    time::Span,
};
use transom_channel::{
    llm::{Api, Endpoint, ModelClient, Structured},
    mcp::{self, McpPlace, McpProgram, lines},
};
use transom_model::{
    effect::{ActShape, AnswerShape, ModelQuestion, ShapeField},
    event::CallAnswer,
    mcp::{McpInputs, McpTool, changes},
    value::Value,
};

const SECRET: &str = "Bearer mcp-secret-of-a-server";

pub fn run(data: &[u8]) {
    let Some((kind, rest)) = choice(data, 4) else { return };
    let Some((form, rest)) = choice(rest, 12) else { return };
    match kind {
        0 => each_line(rest, form),
        1 => tools(rest),
        2 => result(rest),
        _ => answer(rest, form),
    }
}

/// Lines of a limited length are the bytes of the input, in order.
fn each_line(bytes: &[u8], bytes_max: usize) {
    let read = async {
        let (mut input, mut all) = (bytes, Vec::new());
        loop {
            match lines::next(&mut input, bytes_max).await.expect("memory can be read") {
                lines::Line::Text(line) => {
                    assert!(line.len() <= bytes_max && !line.contains(&b'\n'), "{line:?}");
                    all.push(line);
                }
                lines::Line::TooLong(line) => {
                    assert_eq!(line.len(), bytes_max);
                    lines::skip(&mut input).await.expect("memory can be read");
                    all.push(line);
                }
                lines::Line::End => return all,
            }
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let read = within(Duration::from_millis(200), "lines", || runtime.block_on(read));
    let mut wanted: Vec<Vec<u8>> =
        bytes.split(|byte| *byte == b'\n').map(|line| line[..line.len().min(bytes_max)].to_vec()).collect();
    if bytes.is_empty() || bytes.ends_with(b"\n") {
        wanted.pop();
    }
    assert_eq!(read, wanted);
}

/// A list of tools: each that can be pinned is as short as it may be, and holds no character that a reader does not see.
fn tools(bytes: &[u8]) {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let listed = json.as_array().cloned().unwrap_or_else(|| vec![json]);
    let tools: Vec<McpTool> = within(Duration::from_millis(500), "tools", || {
        listed.iter().filter_map(|tool| McpTool::of(tool).ok()).collect()
    });
    for tool in &tools {
        assert!(!tool.name.is_empty() && tool.name.len() <= 128 && tool.description.len() <= MCP_DESCRIPTION_BYTES_MAX);
        let shown = format!("{}{}", tool.description, tool.inputs);
        assert!(!shown.chars().any(is_private_use), "{shown:?}");
        let _ = within(Duration::from_millis(500), "inputs", || McpInputs::read(&tool.inputs));
    }
    assert!(changes(&tools, &tools).is_empty() || has_twice(&tools), "a list differs from itself");
}

fn has_twice(tools: &[McpTool]) -> bool {
    tools.iter().enumerate().any(|(at, tool)| tools[..at].iter().any(|other| other.name == tool.name))
}

/// The answer to a use of a tool tells no secret of the server, and has its limit.
fn result(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace("SECRET", "mcp-secret-of-a-server");
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else { return };
    let program = McpProgram { command: Vec::new(), env: vec![("KEY".to_owned(), Secret::new(SECRET))] };
    let place = McpPlace::Program(program);
    match within(Duration::from_millis(500), "a result", || mcp::read_result(json, 1, &place)) {
        Ok(answer) => {
            assert!(answer.said.len() <= CALL_ANSWER_BYTES_MAX && !answer.said.contains('\0'));
            assert!(!answer.said.contains("mcp-secret-of-a-server"), "{}", answer.said);
            assert!(!answer.said.chars().any(is_private_use), "{:?}", answer.said);
        }
        Err(failure) => {
            assert!(!failure.text.contains("mcp-secret-of-a-server"), "{}", failure.text);
            assert!(failure.text.chars().count() <= 400 && !failure.text.chars().any(char::is_control), "{failure:?}");
        }
    }
}

static MODELS: LazyLock<Vec<ModelClient>> = LazyLock::new(|| {
    let endpoint = |api| Endpoint {
        name: "main".to_owned(),
        api,
        base_url: "https://model.example/v1".parse().expect("an address"),
        allow_private: Vec::new(),
        key: None,
        model: "m".to_owned(),
        timeout: Span::seconds(20),
        output: 1_000,
        context: None,
        structured: Structured::Auto,
        params: serde_json::Map::new(),
    };
    Api::ALL.into_iter().map(|api| ModelClient::new(endpoint(api), None).expect("TLS can be set up")).collect()
});

fn question(shape: usize) -> ModelQuestion {
    let field = |name: &str, kind: &str| ShapeField {
        name: name.to_owned(),
        kind: kind.to_owned(),
        among: Vec::new(),
        optional: false,
        about: None,
    };
    let shape = match shape {
        0 => AnswerShape::Text,
        1 => AnswerShape::One(field("answer", "number")),
        2 => AnswerShape::Record(vec![field("size", "text"), field("count", "whole")]),
        _ => AnswerShape::Act(vec![ActShape {
            name: "say".to_owned(),
            about: "Says it".to_owned(),
            fields: vec![field("text", "text")],
            schema: None,
        }]),
    };
    ModelQuestion {
        instruction: "Answer.".to_owned(),
        input: None,
        talk: Vec::new(),
        sources: Vec::new(),
        examples: Vec::new(),
        shape,
        output_max: None,
        mark: "m-1".to_owned(),
        repair: None,
    }
}

/// The body of a model's server: an answer has the form that was asked for and its limit; else there is a reason.
fn answer(bytes: &[u8], form: usize) {
    let text = String::from_utf8_lossy(bytes);
    let body = serde_json::from_str(&text).map_or_else(|_| Value::text(&*text), |json| Value::from_json(&json));
    let answer = CallAnswer { status: 200, headers: BTreeMap::new(), body };
    let question = question(form % 4);
    let client = &MODELS[form / 4];
    let asked = within(Duration::from_millis(500), "a model's answer", || client.read_answer(&question, &answer));
    assert_eq!(asked, client.read_answer(&question, &answer), "an answer is read in two ways");
    match &asked.answer {
        Ok(value) => {
            // A text that is trimmed has two quotes beside it.
            assert!(value.estimated_bytes() <= MODEL_ANSWER_BYTES_MAX + 2, "{} bytes", value.estimated_bytes());
            match question.shape {
                AnswerShape::Text => assert!(matches!(value, Value::Text(text) if !text.is_empty()), "{value:?}"),
                AnswerShape::Record(_) => assert!(matches!(value, Value::Map(_)), "{value:?}"),
                AnswerShape::One(_) | AnswerShape::Act(_) => {}
            }
        }
        Err(error) => assert!(!error.text.is_empty() && error.text.len() <= 400, "{error:?}"),
    }
    if let Some(tokens) = asked.tokens {
        let _ = tokens.input + tokens.output;
    }
}
