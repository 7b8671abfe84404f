//! `/v1/runs`: describes the routes that start, show and stop runs of flows.

use super::{
    CURSOR, Errors, GET, LIMIT, POST, READERS, Route, Scope, ask, at, handler, ok,
    shape::{
        Type::{Text, Whole, Word},
        answer, may, request,
    },
    tell,
};
use crate::web::{
    api::{
        page::Listed,
        runs::{self, RUN_STATES, Run, RunCall, RunStart, RunStarted, TrackedStart},
    },
    request::NoBody,
};

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/runs",
        name: "start_run",
        scope: Some(Scope::Send),
        part: "Runs",
        summary: "Start a flow for one contact",
        about: "The flow's own conditions, consent, caps and quiet hours count as for any other start.",
        body: Some(request::<RunStart>()),
        answers: &[
            at(201, answer::<RunStarted>(), "It began."),
            at(202, answer::<RunStarted>(), "The conversation is busy; it begins later."),
        ],
        errors: Errors::Problems(&[
            ("not_found", 404),
            ("not_started", 409),
            ("outcome_unknown", 409),
            ("draft", 409),
            ("paused", 409),
            ("opted_out", 409),
            ("no_consent", 409),
            ("capped", 409),
            ("quiet_hours", 409),
            ("busy", 409),
            ("with_person", 409),
            ("window_closed", 409),
            ("template_unusable", 409),
            ("no_balance", 409),
            ("sender_down", 409),
            ("too_late", 409),
            ("undeliverable", 409),
        ]),
        keyed: true,
        example: tell(
            "/v1/runs",
            r#"{"flow": "parcel", "contact": {"phone": "+34600111222"}, "sender": 12, "inputs": {"number": 7, "size": "small"}}"#,
        ),
        take: || handler(runs::start),
        ..POST
    },
    Route {
        path: "/v1/runs",
        name: "list_runs",
        scope: Some(Scope::Read),
        part: "Runs",
        roles: READERS,
        summary: "List runs, newest first",
        query: &[
            may("flow", Text, "Of this flow only."),
            may("contact", Whole, "Of the contact with this id only."),
            may("state", Word(RUN_STATES), "Only those; `open`: not ended yet."),
            may("error", Text, "Only those of whose messages the provider refused one with this code: `131047`."),
            may(
                "since",
                Text,
                "Begun then or later: a moment with its zone, or a day, `2026-11-24`, of the bot's zone.",
            ),
            may("until", Text, "Begun before."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<Run>>(), "Without their turns.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/runs?flow=hello"),
        take: || handler(runs::list),
        ..GET
    },
    Route {
        path: "/v1/runs/{id}",
        name: "show_run",
        scope: Some(Scope::Read),
        part: "Runs",
        roles: READERS,
        summary: "Show a run with what it did and why",
        answers: &[ok(answer::<Run>(), "")],
        example: ask("/v1/runs/$run"),
        take: || handler(runs::show),
        ..GET
    },
    Route {
        path: "/v1/runs/{id}/calls",
        name: "list_run_calls",
        scope: Some(Scope::Read),
        part: "Runs",
        roles: READERS,
        personal: false,
        summary: "List the calls that a run made, oldest first",
        about: "Each attempt of its requests to servers, of tools of MCP servers and of questions to models, with the time \
                that it took, tokens and cost; then the one that it waits for. They are kept as long as traces are. A flow \
                that an agent uses as a tool has its calls in the same run.",
        query: &[LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<RunCall>>(), "")],
        example: ask("/v1/runs/$run/calls"),
        take: || handler(runs::calls),
        ..GET
    },
    Route {
        path: "/v1/runs/tracked/{tracking_id}",
        name: "tracked_run",
        scope: Some(Scope::Read),
        part: "Runs",
        roles: READERS,
        summary: "What became of a start",
        about: "Of one that waits until its conversation is free, too.",
        answers: &[ok(answer::<TrackedStart>(), "")],
        example: ask("/v1/runs/tracked/$tracked"),
        take: || handler(runs::tracked),
        ..GET
    },
    Route {
        path: "/v1/runs/{id}/stop",
        name: "stop_run",
        scope: Some(Scope::Send),
        part: "Runs",
        summary: "Stop a run",
        about: "What it has not sent yet is dropped.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(answer::<Run>(), "As it is now.")],
        errors: Errors::Problems(&[("ended", 409)]),
        keyed: true,
        example: tell("/v1/runs/$open/stop", "{}"),
        take: || handler(runs::stop),
        ..POST
    },
    Route {
        path: "/v1/runs/{id}/resume",
        name: "resume_run",
        scope: Some(Scope::Send),
        part: "Runs",
        summary: "End what a run waits for",
        about: "As if its time had passed: a `wait` goes on, a question and a wait for something take their \
                `on_timeout`. To answer in the contact's place there is the sandbox; to end a run, `stop`.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(answer::<Run>(), "As it is now.")],
        errors: Errors::Problems(&[("ended", 409), ("not_waiting", 409)]),
        keyed: true,
        example: tell("/v1/runs/$open/resume", "{}"),
        take: || handler(runs::resume),
        ..POST
    },
];
