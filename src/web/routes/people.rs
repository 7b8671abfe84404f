//! `/v1/people` and `/v1/audit`: describes the routes for people who sign in, and for what they did.

use super::{
    AllowedCallers, AnswerBody, CURSOR, DocumentedAnswer, Errors, GET, LIMIT, POST, Route, Verb, ask, at, handler, ok,
    shape::{Type::Text, answer, may, request},
    tell,
};
use crate::web::api::{
    page::Listed,
    people::{
        self, NewPerson, PersonAdded, PersonChange, PersonLink, PersonShown,
        audit::{self, AuditShown},
    },
};

const PART: &str = "People";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/people",
        name: "list_people",
        part: PART,
        summary: "List the people who may sign in",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<Listed<PersonShown>>(), "All of them, oldest first.")],
        example: ask("/v1/people"),
        take: || handler(people::list),
        ..GET
    },
    Route {
        path: "/v1/people",
        name: "add_person",
        part: PART,
        summary: "Add a person, and get the link by which they set a password",
        who: AllowedCallers::Operator,
        body: Some(request::<NewPerson>()),
        answers: &[at(201, answer::<PersonAdded>(), "")],
        errors: Errors::Problems(&[("name_taken", 409), ("too_many_people", 409)]),
        example: tell("/v1/people", r#"{"name": "Eva", "role": "author"}"#),
        take: || handler(people::add),
        ..POST
    },
    Route {
        path: "/v1/people/{id}",
        name: "show_person",
        part: PART,
        summary: "Show a person",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<PersonShown>(), "")],
        example: ask("/v1/people/$person"),
        take: || handler(people::show),
        ..GET
    },
    Route {
        verb: Verb::Patch,
        path: "/v1/people/{id}",
        name: "change_person",
        part: PART,
        summary: "Give a person another role, other accounts or other teams",
        about: "With another role or other accounts they are signed out everywhere.",
        who: AllowedCallers::Operator,
        body: Some(request::<PersonChange>()),
        answers: &[ok(answer::<PersonShown>(), "As they are now.")],
        errors: Errors::Problems(&[("last_operator", 409)]),
        example: tell("/v1/people/$person", r#"{"role": "agent", "accounts": ["acme"]}"#),
        take: || handler(people::change),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/people/{id}",
        name: "remove_person",
        part: PART,
        summary: "Remove a person, who is signed out everywhere",
        who: AllowedCallers::Operator,
        answers: &[DocumentedAnswer { status: 204, about: "They are gone.", body: AnswerBody::Nothing }],
        errors: Errors::Problems(&[("last_operator", 409)]),
        example: ask("/v1/people/$person"),
        take: || handler(people::remove),
        ..GET
    },
    Route {
        path: "/v1/people/{id}/link",
        name: "link_person",
        part: PART,
        summary: "Make a link by which a person sets a new password",
        about: "Their password, an older link and all their sessions end at once.",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<PersonLink>(), "")],
        example: ask("/v1/people/$person/link"),
        take: || handler(people::link),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/people/{id}/sessions",
        name: "sign_out_person",
        part: PART,
        summary: "Sign a person out everywhere",
        who: AllowedCallers::Operator,
        answers: &[DocumentedAnswer { status: 204, about: "They are signed out.", body: AnswerBody::Nothing }],
        example: ask("/v1/people/$person/sessions"),
        take: || handler(people::sign_out),
        ..GET
    },
    Route {
        path: "/v1/audit",
        name: "list_audit",
        part: PART,
        summary: "List what people, keys and commands did, newest first",
        about: "Sign-ins, also refused ones, and each request that changed something, exported or showed a contact; not the \
                messages, runs and contacts of programs. It is kept for 400 days, unless `retention.audit` says otherwise.",
        who: AllowedCallers::Operator,
        query: &[
            may("since", Text, "Done then or later: a moment with its zone, or a day, `2026-11-24`, in UTC."),
            may("who", Text, "Only by people or keys whose name holds this."),
            may("what", Text, "Only actions that hold this: `erase`."),
            may("account", Text, "Only those of this account."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<AuditShown>>(), "")],
        example: ask("/v1/audit?limit=2"),
        take: || handler(audit::list),
        ..GET
    },
];
