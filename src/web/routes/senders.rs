//! `/v1/senders`: describes the routes for the numbers that messages are sent from.

use super::{
    AllowedCallers, CURSOR, EVERYBODY, GET, LIMIT, POST, Route, Scope, ask, handler, ok,
    shape::{answer, request},
    tell,
};
use crate::web::api::{
    page::Listed,
    senders::{self, HealthCheck, SenderHealth, SenderShown},
};

const PART: &str = "Senders";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/senders",
        name: "list_senders",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        personal: false,
        summary: "List the senders with their health",
        query: &[LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<SenderShown>>(), "In the order of the configuration.")],
        example: ask("/v1/senders"),
        take: || handler(senders::list),
        ..GET
    },
    Route {
        path: "/v1/senders/{id}",
        name: "show_sender",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        personal: false,
        summary: "Show one sender with its health",
        answers: &[ok(answer::<SenderShown>(), "")],
        example: ask("/v1/senders/12"),
        take: || handler(senders::show),
        ..GET
    },
    Route {
        path: "/v1/senders/{id}/health-check",
        name: "check_sender",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Check the whole way in and out of a sender",
        about: "Asks the platform for token, number, quality and subscription, looks at what came and went, and if \
                wished sends a test message to somebody whose window is open: to nobody else.",
        body: Some(request::<HealthCheck>()),
        bare: true,
        answers: &[ok(answer::<SenderHealth>(), "")],
        keyed: true,
        example: tell("/v1/senders/12/health-check", r#"{"test_recipient": "+34600111222"}"#),
        take: || handler(senders::health_check),
        ..POST
    },
    Route {
        path: "/v1/senders/{id}/resume",
        name: "resume_sender",
        part: PART,
        summary: "Let a stopped sender go on",
        about: "What the platform stopped goes on by itself at the time that it named, also after a restart. Who knows \
                better, because the platform lifted a restriction early, says so here: what waits goes at once. If the \
                platform still refuses, the sender is stopped again.",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<SenderShown>(), "As it is now.")],
        example: ask("/v1/senders/12/resume"),
        take: || handler(senders::resume),
        ..POST
    },
];
