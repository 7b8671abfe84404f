//! Describes the routes that only the `transom` command on the daemon's own machine may call.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, GET, POST, Route, Verb, ask, at, handler,
    shape::{answer, request},
    tell,
};
use crate::web::api::people::keys::{self, Key, NewKey};

const PART: &str = "Operator";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/keys",
        name: "create_key",
        part: PART,
        summary: "Make an API key",
        who: AllowedCallers::Operator,
        body: Some(request::<NewKey>()),
        answers: &[at(201, answer::<Key>(), "")],
        example: tell(
            "/v1/keys",
            r#"{"account": "other", "name": "shop", "scopes": ["read", "send"], "expires_in": "90d"}"#,
        ),
        take: || handler(keys::create),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/keys/{key}",
        name: "revoke_key",
        part: PART,
        summary: "Revoke an API key",
        who: AllowedCallers::Operator,
        answers: &[DocumentedAnswer { status: 204, about: "From now on it opens nothing.", body: AnswerBody::Nothing }],
        example: ask("/v1/keys/$key"),
        take: || handler(keys::revoke),
        ..GET
    },
];
