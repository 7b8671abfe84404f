//! `/v1/templates`: describes the routes for each sender's template catalogue.

use super::{
    AllowedCallers, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, ask, ok,
    shape::{
        Shape,
        Type::{Any, List, Maybe, Of, Page, Text, Whole, Word},
        may, need, shape,
    },
};
use crate::web::api::templates;
use axum::routing::{get, post};

const PART: &str = "Templates";

static TEMPLATE: Shape = shape(
    "Template",
    "What may be sent while the window is closed.",
    &[
        need("id", Whole, "Our number for it; the Autocalls dialect calls it `template_id`."),
        need("sender", Whole, "Whose it is."),
        need("name", Text, "As the provider knows it."),
        need("language", Text, "Exactly as the provider spells it: `en`, `en_US`."),
        need("category", Word(&["marketing", "utility", "authentication"]), ""),
        need("status", Word(STATUSES), "Only an approved one is sent."),
        need("header", Maybe(&Any), "`{\"text\": …}`, or what media it has."),
        need("body", Text, "With its placeholders: `{{1}}`, or `{{name}}`."),
        need("footer", Maybe(&Text), "The small line below the text."),
        need("buttons", List(&Any), ""),
        need("cards", List(&Of(&CARD)), "Of a carousel, from the left."),
        need("offer", Maybe(&Word(&["ends", "open"])), "Of a limited-time offer: whether a message says when it ends."),
    ],
);

static CARD: Shape = shape(
    "TemplateCard",
    "",
    &[
        need("header", Maybe(&Any), "The media it has: `\"image\"` or `\"video\"`."),
        need("body", Text, "With its placeholders."),
        need("buttons", List(&Any), ""),
    ],
);

const STATUSES: &[&str] = &["approved", "pending", "rejected", "paused", "disabled"];

static PULLED: Shape =
    shape("TemplatesPulled", "", &[need("data", List(&Of(&PULLED_ONE)), "One entry for each sender.")]);

static PULLED_ONE: Shape = shape(
    "SenderPulled",
    "",
    &[
        need("sender", Whole, ""),
        need("name", Text, ""),
        may("templates", Whole, "How many the provider lists."),
        may("gone", Whole, "How many that we knew it no longer lists."),
        may("error", Text, "Why its catalogue could not be read."),
    ],
);

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
        answers: &[ok(Page(&Of(&TEMPLATE)), "By number.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/templates?status=approved"),
        take: || get(templates::list),
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
        answers: &[ok(Of(&TEMPLATE), "")],
        example: ask("/v1/templates/45"),
        take: || get(templates::show),
        ..GET
    },
    Route {
        path: "/v1/templates/pull",
        name: "pull_templates",
        part: PART,
        summary: "Read the catalogue of each real sender from its provider",
        who: AllowedCallers::Operator,
        answers: &[ok(Of(&PULLED), "")],
        example: ask("/v1/templates/pull"),
        take: || post(templates::pull),
        ..POST
    },
];
