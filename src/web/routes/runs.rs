//! `/v1/runs`: describes the routes that start, show and stop runs of flows.

use super::{
    CURSOR, Errors, GET, LIMIT, POST, READERS, Route, Scope, ask, at, ok,
    shape::{
        Shape,
        Type::{Any, Flag, Id, List, Map, Maybe, Of, Page, PersonName, Phone, Text, Time, Whole, Word},
        may, need, request, shape,
    },
    shapes::{ADDRESSEE, SENDER},
    tell,
};
use crate::web::api::runs;
use crate::web::request::NoBody;
use axum::routing::{get, post};

static START: Shape = shape(
    "RunStart",
    "",
    &[
        need("flow", Text, "A flow that says `when: {api: true}`."),
        need("contact", Of(&ADDRESSEE), ""),
        SENDER,
        may("inputs", Map(&Any), "By name, of the types that the flow declares."),
    ],
);

static STARTED: Shape = shape(
    "RunStarted",
    "",
    &[
        need("flow", Text, ""),
        need("conversation_id", Whole, ""),
        need("run", Maybe(&Whole), "Its id, for `/v1/runs/{id}`; `null` while it waits."),
        need("tracking_id", Text, "For `/v1/runs/tracked/{tracking_id}`, which tells the run once it has begun."),
        need("state", Word(&["started", "queued"]), "`queued`: it begins when the conversation is free."),
    ],
);

static TRACKED: Shape = shape(
    "TrackedStart",
    "",
    &[
        need("tracking_id", Id, ""),
        need(
            "state",
            Word(&["queued", "started", "refused"]),
            "`refused`: it left the line without beginning, as the conversation's trace says.",
        ),
        need("flow", Maybe(&Id), "`null`: it never began."),
        need("run", Maybe(&Whole), "Its id, for `/v1/runs/{id}`."),
        need("conversation_id", Whole, ""),
        need("since", Maybe(&Time), "It began then, or waits since then."),
    ],
);

static RUN: Shape = shape(
    "Run",
    "A passage through a flow.",
    &[
        need("id", Whole, ""),
        need("flow", Id, ""),
        need("conversation_id", Whole, ""),
        need("contact_id", Whole, ""),
        need("contact", Maybe(&Of(&CONTACT)), ""),
        need("number", Whole, "Within the conversation, from 1."),
        need("version", Whole, "The set of files that it stands on."),
        need("trigger", Id, "What started it."),
        need("state", Word(RUN_STATES), ""),
        need(
            "reason",
            Maybe(&Id),
            "Of one that was stopped: `reply`, `handed_over`, `opted_out`, `by_hand`, a trigger.",
        ),
        need("waits", Maybe(&Of(&WAITS)), "Where it stands, while it is open."),
        need("started_at", Time, ""),
        need("ended_at", Maybe(&Time), ""),
        may(
            "steps",
            List(&Of(&STEP)),
            "The steps that it is known to have passed: those that said something, and those that the trace names.",
        ),
        may("turns", List(&Of(&TURN)), "What it did and why, oldest first, as long as traces are kept; the first 500."),
        may("more_turns", Flag, "Whether there are more than that."),
    ],
);

/// `open`, and the ends of a run.
pub const RUN_STATES: &[&str] =
    &["open", "done", "expired", "replaced", "restarted", "stopped", "failed", "handed_off", "refused", "undelivered"];

static CONTACT: Shape = shape(
    "RunContact",
    "",
    &[need("id", Whole, ""), need("phone", Maybe(&Phone), ""), need("name", Maybe(&PersonName), "")],
);

static STEP: Shape = shape("RunStep", "", &[need("step", Id, ""), need("at", Time, "Of the turn.")]);

static WAITS: Shape = shape(
    "Waits",
    "",
    &[
        need("for", Word(&["step", "answer", "reply", "time", "event", "delivery", "call", "person"]), ""),
        need("until", Maybe(&Time), ""),
        need("flow", Maybe(&Id), "The flow that it is in, where one calls another."),
        need("step", Maybe(&Id), ""),
    ],
);

static TURN: Shape =
    shape("Turn", "", &[need("turn", Whole, ""), need("at", Time, ""), need("lines", List(&Of(&LINE)), "")]);

static LINE: Shape = shape("TraceLine", "", &[need("step", Maybe(&Id), ""), need("what", Text, "One sentence.")]);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/runs",
        name: "start_run",
        scope: Some(Scope::Send),
        part: "Runs",
        summary: "Start a flow for one contact",
        about: "The flow's own conditions, consent, caps and quiet hours count as for any other start.",
        body: Some(Of(&START)),
        answers: &[
            at(201, Of(&STARTED), "It began."),
            at(202, Of(&STARTED), "The conversation is busy; it begins later."),
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
        take: || post(runs::start),
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
        answers: &[ok(Page(&Of(&RUN)), "Without their turns.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/runs?flow=hello"),
        take: || get(runs::list),
        ..GET
    },
    Route {
        path: "/v1/runs/{id}",
        name: "show_run",
        scope: Some(Scope::Read),
        part: "Runs",
        roles: READERS,
        summary: "Show a run with what it did and why",
        answers: &[ok(Of(&RUN), "")],
        example: ask("/v1/runs/$run"),
        take: || get(runs::show),
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
        answers: &[ok(Of(&TRACKED), "")],
        example: ask("/v1/runs/tracked/$tracked"),
        take: || get(runs::tracked),
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
        answers: &[ok(Of(&RUN), "As it is now.")],
        errors: Errors::Problems(&[("ended", 409)]),
        keyed: true,
        example: tell("/v1/runs/$open/stop", "{}"),
        take: || post(runs::stop),
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
        answers: &[ok(Of(&RUN), "As it is now.")],
        errors: Errors::Problems(&[("ended", 409), ("not_waiting", 409)]),
        keyed: true,
        example: tell("/v1/runs/$open/resume", "{}"),
        take: || post(runs::resume),
        ..POST
    },
];
