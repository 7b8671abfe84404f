//! `/v1/senders`: describes the routes for the numbers that messages are sent from.

use super::{
    AllowedCallers, CURSOR, EVERYBODY, GET, LIMIT, POST, Route, Scope, ask, ok,
    shape::{
        Shape,
        Type::{Any, Flag, Map, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
    tell,
};
use crate::{runtime::process::metrics::SENDER_STATES, web::api::senders};
use axum::routing::{get, post};

const PART: &str = "Senders";

static SENDER: Shape = shape(
    "Sender",
    "A number of the configuration, and whether it may send now.",
    &[
        need("id", Whole, ""),
        need("account", Text, ""),
        need("name", Text, ""),
        need("provider", Text, "`meta`, `twilio`, `kapso`, `waplify`, `autocalls` or `sandbox`."),
        need("phone", Text, "E.164."),
        need("default", Flag, "It speaks where nobody says which."),
        need("language", Maybe(&Text), "Of contacts whose own is unknown."),
        need(
            "state",
            Word(&SENDER_STATES),
            "`paused`: the platform told it to stop, or its token is wrong; `degraded`: its platform does not answer.",
        ),
        need("paused_until", Maybe(&Time), ""),
        need("templates_paused_until", Maybe(&Time), "It may answer, and send no templates."),
        need("why", Maybe(&Text), "The provider's code and words."),
        need("templates", Whole, "How many it has."),
    ],
);

static ASKED: Shape = shape(
    "HealthCheck",
    "The whole body may be left out.",
    &[may(
        "test_recipient",
        Text,
        "E.164: who gets a test message, if they have written to this sender within the last 24 hours.",
    )],
);

static EXAMINED: Shape = shape(
    "SenderHealth",
    "Whether a sender works.",
    &[
        need("sender", Whole, ""),
        need(
            "status",
            Word(&["healthy", "degraded", "unhealthy"]),
            "`unhealthy`: one check is `bad`; `degraded`: one is `poor`.",
        ),
        need("checked_at", Time, ""),
        need(
            "checks",
            Map(&Of(&CHECK)),
            "By name: `token`, `number`, `quality`, `sending`, `limit` and `subscription` are what the platform says, where it \
             can be asked; `online`, `webhook`, `outbound` and `rate` what was seen here; `test_message` what came of \
             it.",
        ),
    ],
);

static CHECK: Shape = shape(
    "SenderCheck",
    "",
    &[
        need("result", Word(&["good", "unknown", "poor", "bad"]), ""),
        need("detail", Text, "A sentence, with what to do."),
        need("facts", Any, "What the platform said, for programs."),
    ],
);

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
        answers: &[ok(Page(&Of(&SENDER)), "In the order of the configuration.")],
        example: ask("/v1/senders"),
        take: || get(senders::list),
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
        answers: &[ok(Of(&SENDER), "")],
        example: ask("/v1/senders/12"),
        take: || get(senders::show),
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
        body: Some(Of(&ASKED)),
        bare: true,
        answers: &[ok(Of(&EXAMINED), "")],
        keyed: true,
        example: tell("/v1/senders/12/health-check", r#"{"test_recipient": "+34600111222"}"#),
        take: || post(senders::health_check),
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
        answers: &[ok(Of(&SENDER), "As it is now.")],
        example: ask("/v1/senders/12/resume"),
        take: || post(senders::resume),
        ..POST
    },
];
