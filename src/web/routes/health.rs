//! `/v1/health`: describes the route for the checks of the whole installation.

use super::{
    AllowedCallers, GET, READERS, Route, ask, ok,
    shape::{
        Shape,
        Type::{List, Maybe, Of, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::web::api::health;
use axum::routing::get;

static HEALTH: Shape = shape(
    "Health",
    "The whole way in and out.",
    &[
        need("as_of", Time, "When this machine was looked at."),
        need("platforms_asked_at", Time, "When the platforms were asked; their answers are kept for five minutes."),
        need("checks", List(&Of(&CHECK)), "The installation, then each sender."),
    ],
);

static CHECK: Shape = shape(
    "HealthLine",
    "One check, as `transom doctor` prints it.",
    &[
        need("id", Text, "The same in each answer, and there once: `database`, `sender.12.token`."),
        need("sender", Maybe(&Whole), "The sender's id; `null`: it is about the whole installation."),
        need("title", Text, "A few words."),
        need("result", Word(&["good", "warning", "bad"]), ""),
        need("since", Maybe(&Time), "Since when it is so, where that is known."),
        need("detail", Text, "A sentence, with advice if something is wrong."),
        need("mend", Maybe(&Text), "A command that mends it; `null`: it takes more than a command, or nothing."),
    ],
);

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/health",
    name: "show_health",
    part: "Daemon",
    roles: READERS,
    personal: false,
    summary: "Check the whole way in and out",
    about: "The checks of `transom doctor`: flows, database, dead letters, queue, disk, backup, and each sender with \
            its platform.",
    who: AllowedCallers::Operator,
    query: &[may(
        "fresh",
        Word(&["true", "false"]),
        "`true`: ask the platforms again, unless they were asked in the last ten seconds.",
    )],
    answers: &[ok(Of(&HEALTH), "")],
    shared: true,
    example: ask("/v1/health"),
    take: || get(health::show),
    ..GET
}];
