//! `/v1/dead-letters`: describes the routes for failed messages, webhooks and runs.

use super::{
    AllowedCallers, CURSOR, Errors, GET, LIMIT, POST, Route, Scope, ask, handler, ok,
    shape::{Type::Word, answer, may},
};
use crate::{
    runtime::process::metrics::DEAD_LETTER_KINDS,
    web::api::{
        dead_letters::{self, DeadLetter, Dismissed, ReplayShown},
        page::Listed,
    },
};

const PART: &str = "Dead letters";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/dead-letters",
        name: "list_dead_letters",
        scope: Some(Scope::Read),
        part: PART,
        summary: "List what could not be handled, newest first",
        about: "Those of the account's senders; the operator sees also those that belong to nobody.",
        query: &[
            may("kind", Word(&DEAD_LETTER_KINDS), "Only these."),
            may("state", Word(&["open", "all"]), "`all`: those that were tried again, too."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<DeadLetter>>(), "")],
        example: ask("/v1/dead-letters?state=all"),
        take: || handler(dead_letters::list),
        ..GET
    },
    Route {
        path: "/v1/dead-letters/{id}",
        name: "show_dead_letter",
        scope: Some(Scope::Read),
        part: PART,
        summary: "Show one of them",
        answers: &[ok(answer::<DeadLetter>(), "")],
        example: ask("/v1/dead-letters/$refused"),
        take: || handler(dead_letters::show),
        ..GET
    },
    Route {
        path: "/v1/dead-letters/{id}/replay",
        name: "replay_dead_letter",
        part: PART,
        summary: "Try again what could not be handled",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<ReplayShown>(), "It was taken as if it came in now.")],
        errors: Errors::Problems(&[("failed_again", 409), ("replayed_before", 409), ("not_replayable", 409)]),
        example: ask("/v1/dead-letters/$letter/replay"),
        take: || handler(dead_letters::replay),
        ..POST
    },
    Route {
        path: "/v1/dead-letters/{id}/dismiss",
        name: "dismiss_dead_letter",
        part: PART,
        summary: "Take one off the list without trying it again",
        about: "For what cannot be tried again, or need not be: a body that nobody can read, a run that has ended.",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<Dismissed>(), "")],
        errors: Errors::Problems(&[("replayed_before", 409)]),
        example: ask("/v1/dead-letters/$refused/dismiss"),
        take: || handler(dead_letters::dismiss),
        ..POST
    },
];
