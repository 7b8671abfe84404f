//! `/v1/events`: describes the route that delivers external events to flows.

use super::{
    Errors, POST, Route, Scope, at,
    shape::{
        Shape,
        Type::{Any, Flag, List, Maybe, Of, Text, Whole},
        may, need, shape,
    },
    shapes::{ADDRESSEE, SENDER},
    tell,
};
use crate::web::api::events;
use axum::routing::post;

static EVENT: Shape = shape(
    "NewEvent",
    "",
    &[
        need("name", Text, "As the flows write it: `when: {event: parcel_sent}`."),
        need("contact", Of(&ADDRESSEE), ""),
        SENDER,
        may("data", Any, "What the flows read as `event.data`."),
    ],
);

static TAKEN: Shape = shape(
    "EventTaken",
    "",
    &[
        need("name", Text, ""),
        need("conversation_id", Whole, ""),
        need("started", List(&Of(&BEGAN)), "The runs that began by it."),
        need("heard", Flag, "False if no flow starts by an event of this name, waits for it or stops by it."),
        need("did_you_mean", Maybe(&Text), "A similar name that flows hear, if this one is not heard."),
    ],
);

static BEGAN: Shape =
    shape("RunBegan", "", &[need("run", Maybe(&Whole), "Its id, for `/v1/runs/{id}`."), need("flow", Text, "")]);

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/events",
    name: "emit_event",
    scope: Some(Scope::Send),
    part: "Events",
    summary: "Tell the flows that something happened to a contact",
    about: "Wakes runs that wait for it and starts flows with `when: {event: …}`.",
    body: Some(Of(&EVENT)),
    answers: &[at(202, Of(&TAKEN), "It was given to the flows; `heard` says whether one of them knows it.")],
    errors: Errors::Problems(&[("not_found", 404), ("outcome_unknown", 409)]),
    keyed: true,
    example: tell(
        "/v1/events",
        r#"{"name": "parcel_sent", "contact": {"phone": "+34600111222"}, "data": {"tracking": "1Z999"}}"#,
    ),
    take: || post(events::emit),
    ..POST
}];
