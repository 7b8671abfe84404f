//! `/v1/templates`: describes the routes for each sender's template catalogue.

use super::{
    AllowedCallers, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, ask, handler, ok,
    shape::{
        Type::{Whole, Word},
        answer, may,
    },
};
use crate::web::api::{
    page::Listed,
    templates::{self, STATUSES, TemplateShown, TemplatesPulled},
};

const PART: &str = "Templates";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/templates",
        name: "list_templates",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        personal: false,
        summary: "List the templates of all senders",
        query: &[
            may("sender", Whole, "Of this sender only."),
            may("status", Word(STATUSES), "Only these."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<TemplateShown>>(), "By number.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/templates?status=approved"),
        take: || handler(templates::list),
        ..GET
    },
    Route {
        path: "/v1/templates/{id}",
        name: "show_template",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        personal: false,
        summary: "Show one template",
        answers: &[ok(answer::<TemplateShown>(), "")],
        example: ask("/v1/templates/45"),
        take: || handler(templates::show),
        ..GET
    },
    Route {
        path: "/v1/templates/pull",
        name: "pull_templates",
        part: PART,
        summary: "Read the catalogue of each real sender from its provider",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<TemplatesPulled>(), "")],
        example: ask("/v1/templates/pull"),
        take: || handler(templates::pull),
        ..POST
    },
];
