//! `/v1/contacts/{id}/timeline`: describes the route for one contact's past and future.

use super::{
    CURSOR, EVERYBODY, GET, LIMIT, Route, Scope, ask, handler, ok,
    shape::{Type::Text, answer, may},
};
use crate::web::api::{
    contacts::timeline::{self, TimelineEntry},
    page::Listed,
};

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/contacts/{id}/timeline",
    name: "timeline_of_contact",
    scope: Some(Scope::Read),
    part: "Contacts",
    roles: EVERYBODY,
    summary: "Show what happened and what comes, on one line",
    about: "Messages, runs, consent, each fire of a schedule with the reason where it did not reach them, and what is \
            ahead, by the forecast of `/v1/schedules/{flow}/forecast`. Oldest first. Fires that were not for them are \
            told since the contact is known and while messages are kept.",
    query: &[
        may("from", Text, "A moment with its zone, or a day; half a year ago unless said otherwise."),
        may("to", Text, "Excluded; in a quarter of a year unless said otherwise. Nothing later is foretold."),
        LIMIT,
        CURSOR,
    ],
    answers: &[ok(answer::<Listed<TimelineEntry>>(), "")],
    example: ask("/v1/contacts/$contact/timeline?limit=10"),
    take: || handler(timeline::show),
    ..GET
}];
