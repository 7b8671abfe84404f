//! Describes the probes, and the routes that show this list.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, Errors, GET, Route, ask, at, ok,
    shape::{
        Shape,
        Type::{Any, Flag, List, Map, Maybe, Of, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::{
    runtime::process::metrics::SENDER_STATES,
    web::{api::probes, openapi},
};
use axum::routing::get;

const PART: &str = "Daemon";

static READY: Shape = shape(
    "Ready",
    "Strangers get `ready` alone; the listener of `admin`, and the operator's key, get all.",
    &[
        need("ready", Flag, ""),
        may("live", Of(&LIVE), "The flows that are live."),
        may("findings", List(&Of(&FINDING)), "Of the newest files, live or not."),
        may("senders", List(&Of(&SENDER)), ""),
        may("webhooks", List(&Of(&WEBHOOK)), "Those that are paused, and hear nothing."),
        may("templates", List(&Of(&DRIFTED)), "Those that are not as `templates.lock.yaml` has them."),
        may("database", Word(&["connected", "away"]), ""),
        may("database_error", Maybe(&Text), "Why it takes no commits."),
    ],
);

static LIVE: Shape = shape("Live", "", &[need("version", Whole, ""), need("flows", Whole, "How many.")]);

/// One finding, as `transom check --format json` prints it.
pub(super) static FINDING: Shape = Shape {
    name: "Finding",
    about: "What the checker says of the flows.",
    fields: &[
        need("code", Text, "`E…` of errors, `W…` of warnings; the reference explains each."),
        need("severity", Word(&["error", "warning"]), ""),
        need("message", Text, ""),
        need("file", Text, ""),
        need("line", Whole, ""),
        need("column", Whole, ""),
    ],
    open: true,
};

static SENDER: Shape = shape(
    "SenderState",
    "",
    &[
        need("id", Whole, ""),
        need("name", Text, ""),
        need("provider", Text, ""),
        need("state", Word(&SENDER_STATES), "`degraded`: its platform does not answer, and what it has to say waits."),
        need("since", Maybe(&Time), "Since when it is `degraded`."),
        need("templates_paused_until", Maybe(&Time), "It sends texts, and no templates until then."),
        need("why", Maybe(&Text), "The provider's code and words."),
    ],
);

static DRIFTED: Shape = shape(
    "ChangedTemplate",
    "",
    &[
        need("sender", Whole, ""),
        need("name", Text, ""),
        need("language", Text, ""),
        need("kind", Word(&["missing", "unusable", "category", "parameters", "header", "buttons"]), ""),
        need("what", Text, "A sentence."),
    ],
);

static WEBHOOK: Shape = shape(
    "PausedWebhook",
    "",
    &[
        need("id", Whole, ""),
        need("name", Text, ""),
        need("state", Word(&["paused"]), ""),
        need("why", Text, "One sentence."),
    ],
);

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
        take: || get(probes::healthz),
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
            ok(Of(&READY), ""),
            at(503, Of(&READY), "The database is away, or the daemon is stopping; what is committed waits."),
        ],
        example: ask("/readyz"),
        take: || get(probes::readyz),
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
        take: || get(probes::metrics),
        ..GET
    },
    Route {
        path: "/openapi.json",
        name: "openapi",
        part: PART,
        summary: "Read this document",
        who: AllowedCallers::Anyone,
        answers: &[ok(Map(&Any), "OpenAPI 3.1.")],
        take: || get(openapi::serve),
        ..GET
    },
    Route {
        path: "/docs",
        name: "docs",
        part: PART,
        summary: "Read this document as a page",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer { status: 200, about: "", body: AnswerBody::Text("text/html") }],
        take: || get(openapi::page),
        ..GET
    },
];
