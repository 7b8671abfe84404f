//! `/v1/events`: describes the route that delivers external events to flows.

use super::{
    Errors, POST, Route, Scope, at, handler,
    shape::{answer, request},
    tell,
};
use crate::web::api::events::{self, EventTaken, NewEvent};

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/events",
    name: "emit_event",
    scope: Some(Scope::Send),
    part: "Events",
    summary: "Tell the flows that something happened to a contact",
    about: "Wakes runs that wait for it and starts flows with `when: {event: …}`.",
    body: Some(request::<NewEvent>()),
    answers: &[at(
        202,
        answer::<EventTaken>(),
        "It was given to the flows; `heard` says whether one of them knows it.",
    )],
    errors: Errors::Problems(&[("not_found", 404), ("outcome_unknown", 409)]),
    keyed: true,
    example: tell(
        "/v1/events",
        r#"{"name": "parcel_sent", "contact": {"phone": "+34600111222"}, "data": {"tracking": "1Z999"}}"#,
    ),
    take: || handler(events::emit),
    ..POST
}];
