//! `/v1/schedules/ahead`: describes the route for the coming days of all schedules.

use super::{
    GET, READERS, Route, Scope, ask, ok,
    shape::{
        Shape,
        Type::{Between, Flag, List, Maybe, Of, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::{base::limits::AHEAD_DAYS_MAX, web::api::schedules::ahead};
use axum::routing::get;

static AHEAD: Shape = shape(
    "Ahead",
    "What will be sent, if nobody writes until then.",
    &[
        need("as_of", Time, "When the count began; it is kept for a minute."),
        need("complete", Flag, "`false`: contacts are counted still; ask again."),
        need("cut", Flag, "There is more than is counted: too many fires, or contacts."),
        need("contacts", Whole, "How many were looked at so far."),
        need("cells", List(&Of(&CELL)), "By their local minute."),
    ],
);

static CELL: Shape = shape(
    "AheadCell",
    "The people of one fire in one zone who come to the same end.",
    &[
        need("flow", Text, ""),
        need("trigger", Text, ""),
        need("zone", Text, "The clock of `local`: the contact's, or the bot's."),
        need("local", Text, "The local minute of the fire, or of the date: `2026-03-28T10:00`."),
        need(
            "outcome",
            Word(&["text", "template", "held", "refused", "asks_first", "silent"]),
            "`held`: it waits, for an answer, a template, or up to six hours for a busy conversation. `asks_first`: a \
             server is asked before anything is said. `silent`: the flow says nothing at once.",
        ),
        need("reason", Maybe(&Text), "Why it is held or refused: the words of the reports, or `failed`."),
        need("template", Maybe(&Text), ""),
        need("people", Whole, ""),
        need("cost", Maybe(&Text), "`0.42 EUR`; `null` without a table of prices, or where nothing leaves."),
    ],
);

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/schedules/ahead",
    name: "schedules_ahead",
    scope: Some(Scope::Read),
    part: "Schedules",
    roles: READERS,
    personal: false,
    summary: "Count what all schedules and dates will do in the coming days",
    about: "As the forecast of each fire, one after the other: the caps that an earlier fire uses up and the questions \
            that it leaves open count for the later ones. Nothing is written.",
    query: &[may("days", Between(1, AHEAD_DAYS_MAX), "7 unless said otherwise.")],
    answers: &[ok(Of(&AHEAD), "")],
    example: ask("/v1/schedules/ahead?days=7"),
    take: || get(ahead::show),
    ..GET
}];
