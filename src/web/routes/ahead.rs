//! `/v1/schedules/ahead`: describes the route for the coming days of all schedules.

use super::{
    GET, READERS, Route, Scope, ask, handler, ok,
    shape::{Type::Between, answer, may},
};
use crate::{
    base::limits::AHEAD_DAYS_MAX,
    web::api::schedules::ahead::{self, Ahead},
};

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
    answers: &[ok(answer::<Ahead>(), "")],
    example: ask("/v1/schedules/ahead?days=7"),
    take: || handler(ahead::show),
    ..GET
}];
