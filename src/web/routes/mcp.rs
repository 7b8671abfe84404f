//! `/mcp`: describes the route for assistants that speak the Model Context Protocol.

use super::{AnswerBody, DocumentedAnswer, Errors, POST, Route, Scope, at, handler, ok, shape::Type, tell};
use crate::web::mcp;

pub static ROUTES: &[Route] = &[Route {
    path: "/mcp",
    name: "ask_by_mcp",
    part: "Daemon",
    scope: Some(Scope::Read),
    personal: false,
    summary: "Answer an assistant in the Model Context Protocol",
    about: "One message of JSON-RPC 2.0 in a request, versions 2024-11-05 to 2026-07-28. The tools read and change nothing, \
            and what customers are called and have written is masked for every key. A message that is no request answers \
            400 with an error of JSON-RPC.",
    body: Some(Type::Any),
    answers: &[
        ok(Type::Any, "The answer of JSON-RPC, also if a tool failed."),
        at(
            400,
            Type::Any,
            "An error of JSON-RPC: the message cannot be read as a request of a version that is spoken here.",
        ),
        at(404, Type::Any, "An error of JSON-RPC: the version 2026-07-28 has no such method."),
        DocumentedAnswer { status: 202, about: "The message was a notification.", body: AnswerBody::Nothing },
    ],
    errors: Errors::Problems(&[("foreign_origin", 403)]),
    example: tell("/mcp", r#"{"jsonrpc": "2.0", "id": 1, "method": "ping"}"#),
    take: || handler(mcp::answer),
    ..POST
}];
