//! `GET /v1/events`: describes the stream of events.

use super::{
    AnswerBody, DocumentedAnswer, EVERYBODY, Errors, GET, Route, Scope, handler,
    shape::{
        Field,
        Type::{self, Text, Whole},
        answer, may,
    },
};
use crate::{runtime::events::event_json::EventShown, web::api::events::stream};

const LAST: Field =
    may("Last-Event-ID", Whole, "The last id that was heard: the stream goes on behind it, also after a restart.");

/// The data of an event.
pub const EVENT: Type = answer::<EventShown>();

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/events",
    name: "listen",
    scope: Some(Scope::Read),
    part: "Events",
    roles: EVERYBODY,
    summary: "Listen to what happens, as Server-Sent Events",
    about: "Each event has an `id`, a type as its `event`, and JSON as its `data`: `{id, type, at, sender, \
            conversation_id, contact_id}` and what it is about: `message` (as in the lists), `status` (`{message_id, \
            state, provider_id, error, reason}`), `run`, `consent`, or `data` (of an `event` of an `emit` step its `flow`, `event` and `data`). The types: `message.in`, \
            `message.out`, `message.status`, `run.began`, `run.ended`, `consent`, `event`, `handoff`, `needs_person`, \
            `assigned`, `sender_stopped`, `unknown_send`, `dead_letter`, `alarm`. Events come from what was committed and are \
            kept for 3 days; they are written down from the first time that somebody listens, until nobody has for \
            3 days. `gap` says that what came after `Last-Event-ID` is no longer kept: read the lists anew. `files` (`{path, etag}`, `null`: deleted) and `flows` \
            (`{version, errors}`) tell that the bot's files changed; they come only if `types` names them, without an \
            id, and from no log. Without a key the studio's page may listen while every sender is a sandbox. A comment \
            every 15 s is a sign of life. Who takes nothing for 10 s is disconnected, and goes on where it was.",
    query: &[
        may("types", Text, "Only these, with commas between."),
        may("after", Whole, "As `Last-Event-ID`, for who cannot send headers."),
    ],
    headers: &[LAST],
    answers: &[DocumentedAnswer { status: 200, about: "A stream without end.", body: AnswerBody::Events(EVENT) }],
    errors: Errors::Problems(&[("too_many_listeners", 503)]),
    take: || handler(stream::listen),
    ..GET
}];
