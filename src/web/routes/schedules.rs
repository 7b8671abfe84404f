//! `/v1/schedules`: describes the routes for scheduled starts.

use super::{
    AnswerBody, CURSOR, DocumentedAnswer, Errors, GET, LIMIT, READERS, Route, Scope, ask, ok,
    shape::{
        Field, Shape,
        Type::{Between, Filled, Flag, Id, List, Map, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::web::api::schedules::{self, forecasts, reports};
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
        need("weekday", Maybe(&Word(WEEKDAYS)), "Of `local`."),
        need("zone", Text, ""),
        need("flow", Text, ""),
        need("title", Maybe(&Text), "The flow's own `title`."),
        need("trigger", Text, ""),
        need("contact_id", Maybe(&Whole), "Of a date, whose it is."),
    ],
);

const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

static EXPLAINED: Shape = shape(
    "ScheduleExplained",
    "",
    &[
        need("flow", Id, ""),
        need("fires", List(&Of(&FIRE)), "What became of them, newest first."),
        need("contact", Maybe(&Of(&CONTACT)), "Why or why not, for the contact that was asked for."),
    ],
);

const STATES: &[&str] = &["waiting", "queued", "begun", "refused", "superseded"];

static FIRE: Shape = shape(
    "FireTally",
    "",
    &[
        need("local", Id, "The local minute; for a date its value."),
        need("trigger", Id, ""),
        need("contacts", Whole, "How many."),
        need("state", Word(STATES), ""),
        need("reason", Maybe(&Id), "Why they were refused."),
    ],
);

static CONTACT: Shape = shape(
    "ContactExplained",
    "",
    &[
        need("id", Whole, ""),
        need("refused", Maybe(&Id), "Why nothing unasked may be sent to it now: `opted_out`, `no_consent`."),
        need("triggers", List(&Of(&OUTLOOK)), "What each trigger has in store for it."),
        need("starts", List(&Of(&START)), "What was planned for it, newest first."),
    ],
);

static OUTLOOK: Shape = shape(
    "Outlook",
    "",
    &[
        need("trigger", Id, ""),
        need(
            "meant",
            Word(&["yes", "held_back", "never_again", "outside", "empty_field", "passed"]),
            "`held_back`: a condition says no at that moment. `outside`: of its `to`. `empty_field`: its date is not known. `passed`: its date is over.",
        ),
        need("local", Maybe(&Id), "Its next moment, on the clock of the zone."),
        need("zone", Id, ""),
        need("field", Maybe(&Id), "The field that is empty."),
        need("why", Maybe(&Text), "Why it is held back, or outside."),
    ],
);

static START: Shape = shape(
    "PlannedStart",
    "",
    &[
        need("local", Id, ""),
        need("trigger", Id, ""),
        need("at", Time, "The moment that it has in the line."),
        need("state", Word(STATES), ""),
        need("what", Word(BECAME), "What the person noticed of it."),
        need("reason", Maybe(&Id), "Why not: the same word as in the report, or the provider's code."),
        need("why", Text, "The same for whoever is asked."),
    ],
);

const BECAME: &[&str] = &[
    "waiting",
    "queued",
    "superseded",
    "refused",
    "silent",
    "text",
    "template",
    "undelivered",
    "kept",
    "skipped",
    "failed",
];

pub(super) static FORECAST: Shape = shape(
    "Forecast",
    "What a fire would do, if nobody wrote until then.",
    &[
        need("flow", Id, ""),
        need("trigger", Id, ""),
        need("people", Whole, "Who are meant."),
        need("fires", List(&Of(&FORESEEN_FIRE)), "The moment in each zone."),
        need("outcomes", List(&Of(&OUTCOME)), "What leaves first, then what waits, then what does not go."),
        need("postponed", Whole, "Of those who get something: after the end of quiet hours."),
        need("first_at", Maybe(&Time), "When the first message leaves."),
        need("last_at", Maybe(&Time), "And the last."),
        need("cost", Maybe(&Of(&COST)), "By the table of prices; `null` without one."),
    ],
);

static FORESEEN_FIRE: Shape = shape(
    "ForecastFire",
    "",
    &[
        need("local", Id, "On the clock of the zone: `2026-03-28T10:00`; of a `date:` the day, `2026-03-28`."),
        need("zone", Id, ""),
        need("at", Time, "Of a day the first moment."),
        need("people", Whole, ""),
    ],
);

static OUTCOME: Shape = shape(
    "ForecastOutcome",
    "",
    &[
        need(
            "what",
            Word(&[
                "text",
                "template",
                "nudge",
                "queued",
                "held",
                "asks_first",
                "silent",
                "refused",
                "skipped",
                "failed",
            ]),
            "`nudge`: the template now, the text when they answer. `asks_first`: a server is asked before anything is said. `silent`: the flow says nothing at once.",
        ),
        need("name", Maybe(&Id), "The template, or the reason."),
        need("people", Whole, ""),
        need("examples", List(&Whole), "A few of them."),
    ],
);

static COST: Shape = shape(
    "ForecastCost",
    "",
    &[need("currency", Id, ""), need("amount", Id, "Of all categories."), need("categories", List(&Of(&CATEGORY)), "")],
);

static CATEGORY: Shape =
    shape("CategoryCost", "", &[need("category", Id, ""), need("messages", Whole, ""), need("amount", Id, "")]);

static REPORT: Shape =
    shape("ScheduleReport", "", &[need("flow", Text, ""), need("fires", List(&Of(&FIRE_REPORT)), "Newest first.")]);

pub(super) static FIRE_REPORT: Shape = shape(
    "FireReport",
    "One fire over all zones.",
    &[
        need("trigger", Id, ""),
        need("local", Id, "The local minute; for a date its value."),
        need("planned", Whole, "Whom it means; while `planning`, those found so far."),
        need("planning", Flag, "Contacts are looked at still."),
        need("done", Whole, "Decided, of the planned ones."),
        need("waiting", Whole, "For their slot, or in the line of a busy conversation."),
        need("begun", Whole, ""),
        need("superseded", Whole, "A newer fire took their place, or they are meant no more."),
        need("text", Whole, "Who got the message itself."),
        need("template", Whole, "Who got a template."),
        need("templates", Map(&Whole), "By name."),
        need("delivered", Whole, ""),
        need("read", Whole, ""),
        need("undelivered", Whole, "The provider took it and could not deliver it."),
        need("answered", Whole, "Wrote within three days."),
        need("opted_out", Whole, "Withdrew something, or everything, within three days."),
        need("kept", Whole, "Their message waits: for quiet hours, an answer, a template."),
        need("silent", Whole, "Begun without a word so far."),
        need("refused", Map(&Whole), "By reason, or the provider's code."),
        need("cost", Maybe(&Id), "Of all that these runs said; `null` without a table of prices."),
        need("currency", Maybe(&Id), ""),
        need("first_at", Maybe(&Time), "When the first message left."),
        need("last_at", Maybe(&Time), "And the last."),
    ],
);

const REPORT_QUERY: &[Field] = &[
    may("since", Filled, "How far back: `30d` unless said otherwise."),
    may("trigger", Text, "One of its triggers alone."),
];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/schedules",
        name: "list_schedules",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        personal: false,
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
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        personal: false,
        summary: "Show what starts next, in each zone where contacts live",
        query: &[LIMIT, may("days", Between(1, 400), "Only what starts in the next so many days.")],
        answers: &[ok(Of(&NEXT), "")],
        example: ask("/v1/schedules/next?limit=2"),
        take: || get(schedules::next),
        ..GET
    },
    Route {
        path: "/v1/schedules/{flow}/forecast",
        name: "forecast_schedule",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        personal: false,
        summary: "Say what a flow's next fire would do over the real contacts",
        about: "How many get the text, which template, who not and why, and what it costs. Nothing is written.",
        query: &[
            may("trigger", Text, "Which of its schedules; the first unless said otherwise."),
            may("at", Text, "As if it fired at this local minute: `2026-11-24T10:00`."),
            may("contact", Whole, "One contact alone."),
        ],
        answers: &[ok(Of(&FORECAST), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/forecast"),
        take: || get(forecasts::forecast),
        ..GET
    },
    Route {
        path: "/v1/schedules/{flow}/report",
        name: "report_schedule",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        personal: false,
        summary: "Report what became of each fire of a flow",
        about: "People are counted: whoever got a template and wrote back counts once as `template`.",
        query: REPORT_QUERY,
        answers: &[ok(Of(&REPORT), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/report"),
        take: || get(reports::report),
        ..GET
    },
    Route {
        path: "/v1/schedules/{flow}/report.csv",
        name: "report_schedule_as_csv",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        personal: false,
        summary: "Report the same for a spreadsheet",
        query: REPORT_QUERY,
        answers: &[DocumentedAnswer { status: 200, about: "A line a fire.", body: AnswerBody::Text("text/csv") }],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/report.csv"),
        take: || get(reports::as_csv),
        ..GET
    },
    Route {
        path: "/v1/schedules/{flow}/explain",
        name: "explain_schedule",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Explain what became of a flow's fires, and for one contact why or why not",
        query: &[
            may("contact", Whole, "The contact's id."),
            may("since", Filled, "How far back: `30d` unless said otherwise."),
        ],
        answers: &[ok(Of(&EXPLAINED), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/explain?contact=$contact"),
        take: || get(schedules::explain),
        ..GET
    },
];
