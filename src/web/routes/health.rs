//! `/v1/health`: describes the route for the checks of the whole installation.

use super::{
    AllowedCallers, GET, READERS, Route, ask, handler, ok,
    shape::{Type::Word, answer, may},
};
use crate::web::api::health::{self, Health};

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
    answers: &[ok(answer::<Health>(), "")],
    shared: true,
    example: ask("/v1/health"),
    take: || handler(health::show),
    ..GET
}];
