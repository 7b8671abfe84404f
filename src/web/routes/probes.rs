//! Describes the probes, and the routes that show this list.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, Errors, GET, Route, ask, at, handler, ok,
    shape::{
        Type::{Any, Map},
        answer,
    },
};
use crate::web::{
    api::probes::{self, Ready},
    openapi,
};

const PART: &str = "Daemon";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/healthz",
        name: "healthz",
        part: PART,
        summary: "Does the process live",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer { status: 200, about: "`ok`.", body: AnswerBody::Text("text/plain") }],
        errors: Errors::Problems(&[]),
        example: ask("/healthz"),
        take: || handler(probes::healthz),
        ..GET
    },
    Route {
        path: "/readyz",
        name: "readyz",
        part: PART,
        summary: "Does it take commits, and which flows are live",
        about: "The whole answer is for the listener of `admin` and the operator's key.",
        who: AllowedCallers::Anyone,
        answers: &[
            ok(answer::<Ready>(), ""),
            at(503, answer::<Ready>(), "The database is away, or the daemon is stopping; what is committed waits."),
        ],
        example: ask("/readyz"),
        take: || handler(probes::readyz),
        ..GET
    },
    Route {
        path: "/metrics",
        name: "metrics",
        part: PART,
        summary: "Read the metrics as Prometheus' text",
        about: "As OpenMetrics where `Accept` names `application/openmetrics-text`. The listener of `admin` answers without a key.",
        who: AllowedCallers::Operator,
        answers: &[DocumentedAnswer { status: 200, about: "", body: AnswerBody::Text("text/plain") }],
        take: || handler(probes::metrics),
        ..GET
    },
    Route {
        path: "/openapi.json",
        name: "openapi",
        part: PART,
        summary: "Read this document",
        who: AllowedCallers::Anyone,
        answers: &[ok(Map(&Any), "OpenAPI 3.1.")],
        take: || handler(openapi::serve),
        ..GET
    },
    Route {
        path: "/docs",
        name: "docs",
        part: PART,
        summary: "Read this document as a page",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer { status: 200, about: "", body: AnswerBody::Text("text/html") }],
        take: || handler(openapi::page),
        ..GET
    },
];
