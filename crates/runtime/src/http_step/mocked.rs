//! Describes the calls, questions and uses of tools that mocks of an author's test have answered.

use crate::{
    base::ids::StepId,
    llm_step::recording::UnlikeRecorded,
    model::effect::{CallBody, CallText, HttpCall},
};
use std::collections::BTreeMap;

/// A question that a mock answered, for the tests' `expect: {model}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MockedQuestion {
    pub step: StepId,
    pub model: String,
    /// True if a rule, a recording or a model answered it; otherwise it failed.
    pub mocked: bool,
    /// The recording has another question in its place.
    pub unlike: Option<UnlikeRecorded>,
}

/// A use of an MCP tool that a mock answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MockedToolUse {
    /// `SERVER.TOOL`
    pub name: String,
    /// True if a rule answered it; otherwise it failed.
    pub mocked: bool,
}

/// A call that a mock answered, for the tests' `expect: {http, same_key}`.
#[derive(Debug, Clone, PartialEq)]
pub struct MockedCall {
    pub method: String,
    /// Without the query.
    pub url: String,
    pub key: Option<String>,
    pub attempt: u32,
    pub query: Vec<(String, CallText)>,
    pub headers: BTreeMap<String, CallText>,
    pub body: Option<CallBody>,
    /// True if a rule answered it; otherwise it failed.
    pub mocked: bool,
    /// The HTTP status of the answer; `None`: there was none.
    pub status: Option<u16>,
}

impl MockedCall {
    /// The call as a mock is asked for it; it has no status yet.
    pub fn of(call: &HttpCall) -> MockedCall {
        MockedCall {
            method: call.method.clone(),
            url: call.url.split(['?', '#']).next().unwrap_or_default().to_owned(),
            key: call.key.clone(),
            attempt: call.attempt,
            query: call.query.clone(),
            headers: call.headers.clone(),
            body: call.body.clone(),
            mocked: true,
            status: None,
        }
    }
}
