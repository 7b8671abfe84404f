//! `/v1/knowledge`: describes the routes for the business's own papers.

use super::{
    EVERYBODY, GET, POST, Route, ask, handler, ok,
    shape::{answer, request},
    tell,
};
use crate::{
    model::scope::Scope,
    web::api::knowledge::{self, KnowledgeAnswer, KnowledgeListed, KnowledgeQuestion},
};

const PART: &str = "Flows";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/knowledge",
        name: "list_knowledge",
        part: PART,
        roles: EVERYBODY,
        scope: Some(Scope::Read),
        summary: "List the files of `knowledge/` that are live",
        answers: &[ok(answer::<KnowledgeListed>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/knowledge"),
        take: || handler(knowledge::list),
        ..GET
    },
    Route {
        path: "/v1/knowledge/ask",
        name: "ask_knowledge",
        part: PART,
        roles: EVERYBODY,
        scope: Some(Scope::Read),
        summary: "Find the parts of the knowledge that answer a question",
        about: "As flows find them: the same question finds the same parts in the same order. Nothing is stored, and no \
                model is asked.",
        body: Some(request::<KnowledgeQuestion>()),
        answers: &[ok(answer::<KnowledgeAnswer>(), "")],
        shared: true,
        personal: false,
        example: tell("/v1/knowledge/ask", r#"{"question": "how long is the guarantee?", "top": 1}"#),
        take: || handler(knowledge::ask),
        ..POST
    },
];
