//! `/v1/session`: describes the routes by which people sign in to the studio.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, Errors, Example, GET, POST, Route, Verb, handler, ok,
    shape::{answer, request},
};
use crate::web::api::people::session::{self, Session, SignIn};

const PART: &str = "People";
const BY_BROWSER: Example = Example { path: "", body: "" };

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/session",
        name: "show_session",
        part: PART,
        summary: "Show who is signed in",
        who: AllowedCallers::SignIn,
        answers: &[ok(answer::<Session>(), "")],
        errors: Errors::Problems(&[("not_signed_in", 401), ("operator_only", 403)]),
        example: BY_BROWSER,
        take: || handler(session::show),
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
        body: Some(request::<SignIn>()),
        answers: &[DocumentedAnswer { status: 204, about: "Signed in.", body: AnswerBody::Nothing }],
        answers_with: &[("Set-Cookie", "The session.")],
        errors: Errors::Problems(&[
            ("wrong_password", 401),
            ("wrong_link", 401),
            ("needs_https", 403),
            ("too_many_tries", 429),
        ]),
        example: BY_BROWSER,
        take: || handler(session::sign_in),
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
        take: || handler(session::sign_out),
        ..GET
    },
];
