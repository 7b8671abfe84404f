//! `/v1/schedules`: what the clock starts.

use super::{
    CURSOR, Errors, GET, LIMIT, Route, ask, ok,
    shape::{
        Shape,
        Type::{List, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::web::api::schedules;
use axum::routing::get;

const PART: &str = "Schedules";

static SCHEDULE: Shape = shape(
    "Schedule",
    "A trigger by the clock, or by a date of the contact.",
    &[
        need("flow", Text, ""),
        need("trigger", Text, "As caps and reports know it."),
        need("when", Text, "In words."),
        need("clock", Word(&["bot", "contact"]), "On whose clock it counts."),
        need("zone", Maybe(&Text), "Of the bot's clock."),
        need("rate", Maybe(&Of(&RATE)), "How many starts in how long."),
        need("live_since", Maybe(&Time), "Fires from before are never made up for."),
    ],
);

static RATE: Shape = shape("Rate", "", &[need("count", Whole, ""), need("per_ms", Whole, "")]);

static NEXT: Shape = shape("NextMoments", "", &[need("data", List(&Of(&MOMENT)), "Earliest first.")]);

static MOMENT: Shape = shape(
    "Moment",
    "",
    &[
        need("at", Time, ""),
        need("local", Text, "On the clock of the zone: `2026-03-28T10:00`."),
        need("zone", Text, ""),
        need("flow", Text, ""),
        need("trigger", Text, ""),
        need("contact_id", Maybe(&Whole), "Of a date, whose it is."),
    ],
);

static EXPLAINED: Shape = shape(
    "ScheduleExplained",
    "",
    &[
        need("flow", Text, ""),
        need("fires", List(&Of(&FIRE)), "What became of them, newest first."),
        need("contact", Maybe(&Of(&CONTACT)), "Why or why not, for the contact that was asked for."),
    ],
);

const STATES: &[&str] = &["waiting", "queued", "begun", "refused", "superseded"];

static FIRE: Shape = shape(
    "FireTally",
    "",
    &[
        need("local", Text, "The local minute; for a date its value."),
        need("trigger", Text, ""),
        need("contacts", Whole, "How many."),
        need("state", Word(STATES), ""),
        need("reason", Maybe(&Text), "Why they were refused."),
    ],
);

static CONTACT: Shape = shape(
    "ContactExplained",
    "",
    &[
        need("id", Whole, ""),
        need("refused", Maybe(&Text), "Why nothing unasked may be sent to it now: `opted_out`, `no_consent`."),
        need("triggers", List(&Of(&OUTLOOK)), "What each trigger has in store for it."),
        need("starts", List(&Of(&START)), "What was planned for it, newest first."),
    ],
);

static OUTLOOK: Shape = shape(
    "Outlook",
    "",
    &[
        need("trigger", Text, ""),
        need(
            "meant",
            Word(&["yes", "held_back", "never_again", "outside", "empty_field", "passed"]),
            "`held_back`: a condition says no at that moment. `outside`: of its `to`. `empty_field`: its date is not known. `passed`: its date is over.",
        ),
        need("local", Maybe(&Text), "Its next moment, on the clock of the zone."),
        need("zone", Text, ""),
        need("field", Maybe(&Text), "The field that is empty."),
        need("why", Maybe(&Text), "Why it is held back."),
    ],
);

static START: Shape = shape(
    "PlannedStart",
    "",
    &[
        need("local", Text, ""),
        need("trigger", Text, ""),
        need("at", Time, "The moment that it has in the line."),
        need("state", Word(STATES), ""),
        need("reason", Maybe(&Text), ""),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/schedules",
        name: "list_schedules",
        part: PART,
        summary: "List every schedule and date of the flows",
        query: &[LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&SCHEDULE)), "")],
        shared: true,
        example: ask("/v1/schedules"),
        take: || get(schedules::list),
        ..GET
    },
    Route {
        path: "/v1/schedules/next",
        name: "next_schedules",
        part: PART,
        summary: "Show what starts next, in each zone where contacts live",
        query: &[LIMIT],
        answers: &[ok(Of(&NEXT), "")],
        example: ask("/v1/schedules/next?limit=2"),
        take: || get(schedules::next),
        ..GET
    },
    Route {
        path: "/v1/schedules/{flow}/explain",
        name: "explain_schedule",
        part: PART,
        summary: "Explain what became of a flow's fires, and for one contact why or why not",
        query: &[
            may("contact", Whole, "The contact's id."),
            may("since", Text, "How far back: `30d` unless said otherwise."),
        ],
        answers: &[ok(Of(&EXPLAINED), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/explain?contact=$contact"),
        take: || get(schedules::explain),
        ..GET
    },
];
