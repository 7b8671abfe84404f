//! `/v1/schedules`: describes the routes for scheduled starts.

use super::{
    AnswerBody, CURSOR, DocumentedAnswer, Errors, GET, LIMIT, READERS, Route, Scope, ask, handler, ok,
    shape::{
        Field,
        Type::{Between, Filled, Text, Whole},
        answer, may,
    },
};
use crate::web::api::{
    page::Listed,
    schedules::{
        self, NextMoments, Schedule, ScheduleExplained,
        forecasts::{self, Forecast},
        reports::{self, ScheduleReport},
    },
};

const PART: &str = "Schedules";

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
        answers: &[ok(answer::<Listed<Schedule>>(), "")],
        shared: true,
        example: ask("/v1/schedules"),
        take: || handler(schedules::list),
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
        answers: &[ok(answer::<NextMoments>(), "")],
        example: ask("/v1/schedules/next?limit=2"),
        take: || handler(schedules::next),
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
        answers: &[ok(answer::<Forecast>(), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/forecast"),
        take: || handler(forecasts::forecast),
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
        answers: &[ok(answer::<ScheduleReport>(), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/report"),
        take: || handler(reports::report),
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
        take: || handler(reports::as_csv),
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
        answers: &[ok(answer::<ScheduleExplained>(), "")],
        errors: Errors::Problems(&[]),
        shared: true,
        example: ask("/v1/schedules/tuesdays/explain?contact=$contact"),
        take: || handler(schedules::explain),
        ..GET
    },
];
