//! `/v1/knowledge`: describes the routes for the business's own papers.

use super::{
    EVERYBODY, GET, POST, Route, ask, ok,
    shape::{
        Shape,
        Type::{Between, Filled, Flag, List, Maybe, Number, Of, Text, Whole},
        may, need, shape,
    },
    tell,
};
use crate::{base::limits::KNOWLEDGE_RANKED_MAX, model::scope::Scope, web::api::knowledge};
use axum::routing::{get, post};

const PART: &str = "Flows";

static LISTED: Shape = shape(
    "Knowledge",
    "",
    &[need("version", Whole, "The version that is live."), need("files", List(&Of(&FILE)), "By path.")],
);

static FILE: Shape = shape(
    "KnowledgeFile",
    "A file of `knowledge/`.",
    &[
        need("path", Text, ""),
        need("title", Text, ""),
        need("source", Maybe(&Text), "Its origin: an address or a name."),
        need("language", Text, ""),
        need("valid_until", Maybe(&Text), "The last day on which it is used, in the bot's time zone."),
        need("expired", Flag, "It is not searched any more."),
        need("checked", Maybe(&Text), "The day on which somebody compared it with the facts."),
        need("parts", Whole, "Sections below headings, or rows."),
        need("bytes", Whole, ""),
    ],
);

static QUESTION: Shape = shape(
    "KnowledgeQuestion",
    "",
    &[
        need("question", Filled, "As a customer writes it."),
        may("language", Filled, "Of the customer; without it the bot's. Parts in it count a quarter more."),
        may("in", List(&Filled), "Files and folders, as flows name them: `prices.csv`, `faq`; without it all."),
        may("top", Between(1, KNOWLEDGE_RANKED_MAX as i64), "The number of parts, at most; without it 4."),
    ],
);

static ANSWER: Shape = shape(
    "KnowledgeAnswer",
    "",
    &[
        need("found", List(&Of(&FOUND)), "The best first; empty: no part speaks of it."),
        need("expired", List(&Text), "Files that were not searched, because they have expired."),
    ],
);

static FOUND: Shape = shape(
    "KnowledgeFound",
    "A part of a file that fits the question.",
    &[
        need("path", Text, ""),
        need("line", Whole, ""),
        need("title", Text, "Of the file."),
        need("headings", List(&Text), "Above it, outermost first; for a row of a table its first cell."),
        need("text", Text, "In Markdown; of a row a line for each cell."),
        need("source", Maybe(&Text), ""),
        need("language", Text, ""),
        need("valid_until", Maybe(&Text), "Of the row, else of the file."),
        need("score", Number, "Comparable among the parts of one answer only."),
        need("share", Whole, "How much of the question it speaks of, in percent; rare words count more."),
        need("why", List(&Of(&WORD)), "The words of the question that it holds."),
    ],
);

static WORD: Shape = shape(
    "KnowledgeWord",
    "",
    &[
        need("asked", Text, "As it was asked, in lower case."),
        need("found", Text, "The form by which it was found."),
        need("errors", Whole, "Typing errors that were forgiven."),
        need("in_headings", Whole, "How often it stands in title and headings, where it counts twice."),
        need("in_text", Whole, ""),
        need("score", Number, "Its part of the score."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/knowledge",
        name: "list_knowledge",
        part: PART,
        roles: EVERYBODY,
        scope: Some(Scope::Read),
        summary: "List the files of `knowledge/` that are live",
        answers: &[ok(Of(&LISTED), "")],
        shared: true,
        personal: false,
        example: ask("/v1/knowledge"),
        take: || get(knowledge::list),
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
        body: Some(Of(&QUESTION)),
        answers: &[ok(Of(&ANSWER), "")],
        shared: true,
        personal: false,
        example: tell("/v1/knowledge/ask", r#"{"question": "how long is the guarantee?", "top": 1}"#),
        take: || post(knowledge::ask),
        ..POST
    },
];
