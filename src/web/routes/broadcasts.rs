//! `/v1/broadcasts`: describes the routes for one-off sends of a flow to many contacts.

use super::{
    CURSOR, Errors, GET, LIMIT, POST, READERS, Route, Scope, ask, at, handler, ok,
    shape::{answer, request},
    tell,
};
use crate::web::{
    api::{
        broadcasts::{self, BroadcastShown, NewBroadcast, StartBroadcast},
        page::Listed,
    },
    request::NoBody,
};

const PART: &str = "Broadcasts";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/broadcasts",
        name: "create_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Draft a broadcast, and say what it would do",
        about: "Nothing is sent before it is started with the count that this gives. Consent, caps, quiet hours, windows \
                and templates count as for a schedule.",
        body: Some(request::<NewBroadcast>()),
        answers: &[at(201, answer::<BroadcastShown>(), "With its forecast.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        keyed: true,
        example: tell(
            "/v1/broadcasts",
            r#"{"flow": "tuesdays", "to": "everyone", "at": "2030-01-01T10:00", "rate": "10/s"}"#,
        ),
        take: || handler(broadcasts::create),
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
        answers: &[ok(answer::<Listed<BroadcastShown>>(), "Without their reports.")],
        example: ask("/v1/broadcasts"),
        take: || handler(broadcasts::list),
        ..GET
    },
    Route {
        path: "/v1/broadcasts/{id}",
        name: "show_broadcast",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Show a broadcast with how far it has come",
        answers: &[ok(answer::<BroadcastShown>(), "With its report.")],
        example: ask("/v1/broadcasts/$broadcast"),
        take: || handler(broadcasts::show),
        ..GET
    },
    Route {
        path: "/v1/broadcasts/{id}/start",
        name: "start_broadcast",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Start a draft by its count",
        body: Some(request::<StartBroadcast>()),
        answers: &[ok(answer::<BroadcastShown>(), "")],
        errors: Errors::Problems(&[
            ("not_a_draft", 409),
            ("other_count", 409),
            ("old_draft", 409),
            ("not_possible", 409),
        ]),
        keyed: true,
        example: tell("/v1/broadcasts/$broadcast/start", r#"{"people": 1}"#),
        take: || handler(broadcasts::start),
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
        answers: &[ok(answer::<BroadcastShown>(), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/pause", "{}"),
        take: || handler(broadcasts::pause),
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
        answers: &[ok(answer::<BroadcastShown>(), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/resume", "{}"),
        take: || handler(broadcasts::resume),
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
        answers: &[ok(answer::<BroadcastShown>(), "")],
        errors: Errors::Problems(&[("not_possible", 409)]),
        keyed: true,
        example: tell("/v1/broadcasts/$live_broadcast/stop", "{}"),
        take: || handler(broadcasts::stop),
        ..POST
    },
];
