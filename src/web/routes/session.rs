//! `/v1/session`: describes the routes by which people sign in to the studio.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, Errors, Example, GET, POST, Route, Verb, ok,
    shape::{
        Shape,
        Type::{Flag, List, Maybe, Of, Text, Word},
        may, need, shape,
    },
};
use crate::{model::role::Role, web::api::people::session};
use axum::routing::{delete, get, post};

const PART: &str = "People";
const BY_BROWSER: Example = Example { path: "", body: "" };

static SESSION: Shape = shape(
    "Session",
    "Who asks.",
    &[
        need("person", Maybe(&Text), "Their name; `null` where nobody needs to sign in, and for the operator's key."),
        need("role", Word(Role::NAMES), ""),
        need("accounts", Maybe(&List(&Text)), "Whose customers they see; `null`: all."),
        need("local", Flag, "The studio is open on this machine without a sign-in."),
        need("may", List(&Text), "The `operationId`s of the native routes that are open to them."),
    ],
);

static SIGN_IN: Shape = shape(
    "SignIn",
    "`name` and `password`, or `link` and a new `password`.",
    &[
        may("name", Text, ""),
        may("link", Text, "What stands behind `#` in the address that an operator gave; it counts once."),
        need("password", Text, "With a `link`: the new one, of at least 10 characters."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/session",
        name: "show_session",
        part: PART,
        summary: "Show who is signed in",
        who: AllowedCallers::SignIn,
        answers: &[ok(Of(&SESSION), "")],
        errors: Errors::Problems(&[("not_signed_in", 401), ("operator_only", 403)]),
        example: BY_BROWSER,
        take: || get(session::show),
        ..GET
    },
    Route {
        path: "/v1/session",
        name: "sign_in",
        part: PART,
        summary: "Sign in, by a password or by a link",
        about: "The answer's cookie opens what the person's role may do, and no dialect and no webhook. A wrong name and a \
                wrong password get the same answer; after a few of them the next has to wait, as `Retry-After` says. It \
                needs https, or a browser on the daemon's own machine.",
        who: AllowedCallers::SignIn,
        body: Some(Of(&SIGN_IN)),
        answers: &[DocumentedAnswer { status: 204, about: "Signed in.", body: AnswerBody::Nothing }],
        answers_with: &[("Set-Cookie", "The session.")],
        errors: Errors::Problems(&[
            ("wrong_password", 401),
            ("wrong_link", 401),
            ("needs_https", 403),
            ("too_many_tries", 429),
        ]),
        example: BY_BROWSER,
        take: || post(session::sign_in),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/session",
        name: "sign_out",
        part: PART,
        summary: "Sign out of this browser",
        who: AllowedCallers::SignIn,
        answers: &[DocumentedAnswer { status: 204, about: "Nobody is signed in.", body: AnswerBody::Nothing }],
        answers_with: &[("Set-Cookie", "Takes the session away.")],
        example: BY_BROWSER,
        take: || delete(session::sign_out),
        ..GET
    },
];
