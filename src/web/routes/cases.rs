//! `/v1/cases`, `/v1/replies` and `/v1/teams`: describes the routes for the work of people of the business.

use super::{
    AGENTS, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, ask, handler, ok,
    shape::{
        Field,
        Type::{Text, Whole, Word},
        answer, may, request,
    },
    tell,
};
use crate::{
    model::session::CaseState,
    web::api::{
        cases::{
            self, Case,
            acts::{self, Snooze},
        },
        conversations::{Agent, Assignment, Taker},
        page::Listed,
        replies::{self, Reply, TeamShown},
    },
};

const PART: &str = "Cases";

const IF_MATCH: Field =
    may("If-Match", Text, "The `etag` that was read: what somebody else has changed since is not overwritten.");

const TAGGED: &[(&str, &str)] = &[("ETag", "The name of this state.")];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/cases",
        name: "list_cases",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List the open cases, newest first",
        about: "A conversation has an open case while a person has it, or is waited for after a hand-off. With `due` the \
                earliest due come first, and those without a due time last. With `closed` the last closed come first; \
                they are kept as long as messages are.",
        query: &[
            may("state", Word(CaseState::NAMES), "Only these."),
            may("sort", Word(cases::SORTS), "The earliest due first."),
            may("team", Text, "Only those of this team; several with commas."),
            may("agent", Text, "Only those that this person has."),
            may("sender", Whole, "Only at this sender."),
            may("account", Text, "Only those of this account."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<Case>>(), "A page of them.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/cases?sort=due&limit=1"),
        take: || handler(cases::list),
        ..GET
    },
    Route {
        path: "/v1/cases/{id}",
        name: "show_case",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show one case",
        answers: &[ok(answer::<Case>(), "")],
        answers_with: TAGGED,
        example: ask("/v1/cases/$case"),
        take: || handler(cases::show),
        ..GET
    },
    Route {
        path: "/v1/cases/{id}/take",
        name: "take_case",
        summary: "Take a case",
        about: "As `take-over` of its conversation: the bot is silent, and of two people who take it at the same time one \
                gets 200, and the other 409.",
        body: Some(request::<Taker>()),
        bare: true,
        errors: Errors::Problems(&[("taken", 409), ("closed", 409), ("in_progress", 409), ("changed_meanwhile", 412)]),
        example: tell("/v1/cases/$case/take", r#"{"agent": "Rosa"}"#),
        take: || handler(acts::take),
        ..ACT
    },
    Route {
        path: "/v1/cases/{id}/assign",
        name: "assign_case",
        summary: "Give a case to a team, or to somebody of it",
        about: "Without an `agent` it waits for somebody of the team.",
        body: Some(request::<Assignment>()),
        example: tell("/v1/cases/$case/assign", r#"{"team": "workshop", "agent": "Bea"}"#),
        take: || handler(acts::assign),
        ..ACT
    },
    Route {
        path: "/v1/cases/{id}/snooze",
        name: "snooze_case",
        summary: "Put a case aside until a time",
        about: "It comes back at that time, or when the contact writes. Until then it is not overdue, and its person \
                keeps it.",
        body: Some(request::<Snooze>()),
        example: tell("/v1/cases/$case/snooze", r#"{"until": "2027-01-04T09:00:00Z"}"#),
        take: || handler(acts::snooze),
        ..ACT
    },
    Route {
        path: "/v1/cases/{id}/close",
        name: "close_case",
        summary: "Close a case",
        about: "As `close` of its conversation: the runs end, what is held is dropped, and the bot has it again.",
        body: Some(request::<Agent>()),
        bare: true,
        example: tell("/v1/cases/$case/close", r#"{"agent": "Rosa"}"#),
        take: || handler(acts::close),
        ..ACT
    },
    Route {
        path: "/v1/replies",
        name: "list_replies",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List the replies of the bot",
        about: "The texts below `replies` in `_bot.yaml`, which people send from the inbox with one key.",
        query: &[may("conversation", Whole, "Fill in the values for this conversation's contact.")],
        answers: &[ok(answer::<Listed<Reply>>(), "All of them, by name.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/replies?conversation=$conversation"),
        take: || handler(replies::list),
        ..GET
    },
    Route {
        path: "/v1/teams",
        name: "list_teams",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List the teams of the bot, with their people",
        answers: &[ok(answer::<Listed<TeamShown>>(), "All of them, by name.")],
        example: ask("/v1/teams"),
        take: || handler(replies::teams),
        ..GET
    },
];

/// The common part of routes that change a case.
const ACT: Route = Route {
    part: PART,
    scope: Some(Scope::People),
    roles: AGENTS,
    headers: &[IF_MATCH],
    answers: &[ok(answer::<Case>(), "As it is now.")],
    errors: Errors::Problems(&[("closed", 409), ("in_progress", 409), ("changed_meanwhile", 412)]),
    keyed: true,
    ..POST
};
