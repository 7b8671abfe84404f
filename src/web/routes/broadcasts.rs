//! `/v1/broadcasts`: describes the routes for one-off sends of a flow to many contacts.

use super::{
    CURSOR, Errors, GET, LIMIT, POST, READERS, Route, Scope, ask, at, ok,
    shape::{
        Shape,
        Type::{Any, Either, Id, List, Map, Maybe, Of, Page, Text, Time, Whole, Word},
        answer, may, need, request, shape,
    },
    tell,
};
use crate::web::api::{
    broadcasts,
    schedules::{forecasts::Forecast, reports::FireReport},
};
use crate::web::request::NoBody;
use axum::routing::{get, post};

const PART: &str = "Broadcasts";

const STATES: &[&str] = &["draft", "running", "paused", "stopped", "done"];

static TO: Shape = shape(
    "BroadcastTo",
    "As in a schedule.",
    &[
        may("tags", List(&Text), "Those who have all of these tags."),
        may("if", Text, "Those for whom this holds: Rhai, as in a flow."),
    ],
);

static NEW: Shape = shape(
    "NewBroadcast",
    "",
    &[
        need("flow", Text, "Which each of them starts."),
        need("to", Either(&[Of(&TO), Word(&["everyone"])]), ""),
        may("inputs", Map(&Any), "Those of the flow."),
        may("at", Text, "A moment with its zone, or without one a minute on each contact's clock; absent: at once."),
        may("rate", Text, "How many starts in how long: `20/s` unless said otherwise."),
        may("account", Text, "For an operator with several."),
    ],
);

static START: Shape =
    shape("StartBroadcast", "", &[need("people", Whole, "The number that the draft gave: so nobody is surprised.")]);

static BROADCAST: Shape = shape(
    "Broadcast",
    "",
    &[
        need("id", Whole, ""),
        need("account", Id, ""),
        need("flow", Id, ""),
        need("to", Maybe(&Of(&MEANT)), ""),
        need("at", Maybe(&Time), "When it begins; `null`: at once, or on each contact's clock."),
        need("local", Maybe(&Id), "The minute on each contact's clock."),
        need("rate", Maybe(&Id), ""),
        need(
            "state",
            Word(STATES),
            "`done`: all contacts are planned; `waiting` and `kept` of the report say how much is still to come.",
        ),
        need("people", Whole, "Who were meant when it was drafted."),
        need("planned", Whole, "Starts so far."),
        need("created_at", Time, ""),
        need("started_at", Maybe(&Time), ""),
        need("done_at", Maybe(&Time), ""),
        may("forecast", answer::<Forecast>(), "Of a new draft."),
        may("report", answer::<Option<FireReport>>(), "Of one alone; `null` before its first start."),
    ],
);

static MEANT: Shape = shape("BroadcastMeans", "", &[need("tags", List(&Text), ""), need("if", Maybe(&Text), "")]);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/broadcasts",
        name: "create_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Draft a broadcast, and say what it would do",
        about: "Nothing is sent before it is started with the count that this gives. Consent, caps, quiet hours, windows \
                and templates count as for a schedule.",
        body: Some(Of(&NEW)),
        answers: &[at(201, Of(&BROADCAST), "With its forecast.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        keyed: true,
        example: tell(
            "/v1/broadcasts",
            r#"{"flow": "tuesdays", "to": "everyone", "at": "2030-01-01T10:00", "rate": "10/s"}"#,
        ),
        take: || post(broadcasts::create),
        ..POST
    },
    Route {
        path: "/v1/broadcasts",
        name: "list_broadcasts",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "List broadcasts, newest first",
        query: &[LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&BROADCAST)), "Without their reports.")],
        example: ask("/v1/broadcasts"),
        take: || get(broadcasts::list),
        ..GET
    },
    Route {
        path: "/v1/broadcasts/{id}",
        name: "show_broadcast",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Show a broadcast with how far it has come",
        answers: &[ok(Of(&BROADCAST), "With its report.")],
        example: ask("/v1/broadcasts/$broadcast"),
        take: || get(broadcasts::show),
        ..GET
    },
    Route {
        path: "/v1/broadcasts/{id}/start",
        name: "start_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Start a draft by its count",
        body: Some(Of(&START)),
        answers: &[ok(Of(&BROADCAST), "")],
        errors: Errors::Problems(&[
            ("not_a_draft", 409),
            ("other_count", 409),
            ("old_draft", 409),
            ("not_possible", 409),
        ]),
        keyed: true,
        example: tell("/v1/broadcasts/$broadcast/start", r#"{"people": 1}"#),
        take: || post(broadcasts::start),
        ..POST
    },
    Route {
        path: "/v1/broadcasts/{id}/pause",
        name: "pause_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Pause a broadcast",
        about: "Whose slot has not come waits; what runs already goes on.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(Of(&BROADCAST), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/pause", "{}"),
        take: || post(broadcasts::pause),
        ..POST
    },
    Route {
        path: "/v1/broadcasts/{id}/resume",
        name: "resume_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Let a paused broadcast go on",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(Of(&BROADCAST), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/resume", "{}"),
        take: || post(broadcasts::resume),
        ..POST
    },
    Route {
        path: "/v1/broadcasts/{id}/stop",
        name: "stop_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Stop a broadcast for good",
        about: "What has not begun never does; what runs already goes on.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(Of(&BROADCAST), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/stop", "{}"),
        take: || post(broadcasts::stop),
        ..POST
    },
];
