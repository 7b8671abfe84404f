//! Describes the routes that only the `transom` command on the daemon's own machine may call.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, GET, POST, Route, Scope, Verb, ask, at,
    shape::{
        Shape,
        Type::{List, Maybe, Of, Text, Time, Word},
        may, need, shape,
    },
    tell,
};
use crate::web::api::people::keys;
use axum::routing::{delete, post};

const PART: &str = "Operator";

static NEW_KEY: Shape = shape(
    "NewKey",
    "",
    &[
        may("account", Text, "Where there are several accounts."),
        may("name", Text, "For people."),
        may("scopes", List(&Word(Scope::NAMES)), "Left out: all that a key of an account may do."),
        may("expires_in", Text, "A length of time, as `90d`; at most 3650 days. Left out: it does not expire."),
    ],
);

static KEY: Shape = shape(
    "Key",
    "",
    &[
        need("id", Text, ""),
        need("account", Text, ""),
        need("scopes", Maybe(&List(&Word(Scope::NAMES))), "`null`: all that a key of an account may do."),
        need("expires_at", Maybe(&Time), "`null`: it does not expire."),
        need("key", Text, "The key itself: it is shown this once."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/keys",
        name: "create_key",
        part: PART,
        summary: "Make an API key",
        who: AllowedCallers::Operator,
        body: Some(Of(&NEW_KEY)),
        answers: &[at(201, Of(&KEY), "")],
        example: tell(
            "/v1/keys",
            r#"{"account": "other", "name": "shop", "scopes": ["read", "send"], "expires_in": "90d"}"#,
        ),
        take: || post(keys::create),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/keys/{id}",
        name: "revoke_key",
        part: PART,
        summary: "Revoke an API key",
        who: AllowedCallers::Operator,
        answers: &[DocumentedAnswer { status: 204, about: "From now on it opens nothing.", body: AnswerBody::Nothing }],
        example: ask("/v1/keys/$key"),
        take: || delete(keys::revoke),
        ..GET
    },
];
