//! `/v1/senders`: the numbers that we send from.

use super::{
    CURSOR, GET, LIMIT, Route, ask, ok,
    shape::{
        Shape,
        Type::{Flag, Maybe, Of, Page, Text, Time, Whole, Word},
        need, shape,
    },
};
use crate::web::api::senders;
use axum::routing::get;

const PART: &str = "Senders";

static SENDER: Shape = shape(
    "Sender",
    "A number of the configuration, and whether it may send now.",
    &[
        need("id", Whole, ""),
        need("account", Text, ""),
        need("name", Text, ""),
        need("provider", Text, "`meta`, `sandbox`."),
        need("phone", Text, "E.164."),
        need("default", Flag, "It speaks where nobody says which."),
        need("language", Maybe(&Text), "Of contacts whose own is unknown."),
        need("state", Word(&["online", "paused"]), "`paused`: the platform told it to stop, or its token is wrong."),
        need("paused_until", Maybe(&Time), ""),
        need("templates_paused_until", Maybe(&Time), "It may answer, and send no templates."),
        need("why", Maybe(&Text), "The provider's code and words."),
        need("templates", Whole, "How many it has."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/senders",
        name: "list_senders",
        part: PART,
        summary: "List the senders with their health",
        query: &[LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&SENDER)), "In the order of the configuration.")],
        example: ask("/v1/senders"),
        take: || get(senders::list),
        ..GET
    },
    Route {
        path: "/v1/senders/{id}",
        name: "show_sender",
        part: PART,
        summary: "Show one sender with its health",
        answers: &[ok(Of(&SENDER), "")],
        example: ask("/v1/senders/12"),
        take: || get(senders::show),
        ..GET
    },
];
