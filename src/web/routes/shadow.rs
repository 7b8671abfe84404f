//! `/v1/shadow`: describes the routes for the drafts that nobody is shown.

use super::{
    AUTHORS, CURSOR, Errors, GET, LIMIT, Route, Scope, ask, handler, ok,
    shape::{
        Field,
        Type::{Text, Whole},
        answer, may,
    },
};
use crate::web::api::{
    page::Listed,
    shadow::{self, CountedShadow, ShadowPair},
};

const PART: &str = "Conversations";

const SINCE: Field =
    may("since", Text, "Only those since this moment, or since this day, which begins in the bot's time zone.");

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/shadow",
        name: "list_shadow",
        scope: Some(Scope::Read),
        part: PART,
        roles: AUTHORS,
        summary: "List drafts that nobody was shown, each beside the reply of a person, newest first",
        about: "The `shadow` of a team drafts an answer to each message of a customer whose conversation is with a person \
                of the team. Nothing of it is sent or shown in the inbox. People who only answer customers cannot call this.",
        query: &[
            may("agent", Text, "Only those of this agent."),
            SINCE,
            may("sender", Whole, "Only at this sender."),
            may("account", Text, "Only those of this account."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<ShadowPair>>(), "A page of them.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/shadow?agent=helper&limit=1"),
        take: || handler(shadow::list),
        ..GET
    },
    Route {
        path: "/v1/shadow/counts",
        name: "count_shadow",
        scope: Some(Scope::Read),
        part: PART,
        roles: AUTHORS,
        summary: "Count the drafts that nobody was shown, by agent",
        about: "A draft that was begun anew because the customer wrote on is counted once, and its cost without that of \
                the questions that were given up.",
        query: &[SINCE],
        answers: &[ok(answer::<CountedShadow>(), "Of the time for which messages are kept.")],
        example: ask("/v1/shadow/counts"),
        take: || handler(shadow::counts),
        ..GET
    },
];
