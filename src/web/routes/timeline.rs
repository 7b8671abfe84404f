//! `/v1/contacts/{id}/timeline`: describes the route for one contact's past and future.

use super::{
    CURSOR, EVERYBODY, GET, LIMIT, Route, Scope, ask, ok,
    shape::{
        Shape,
        Type::{Id, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::{runtime::contacts::timeline::TimelineKind, web::api::contacts::timeline};
use axum::routing::get;

static ITEM: Shape = shape(
    "TimelineItem",
    "One thing on the line.",
    &[
        need("at", Time, ""),
        need(
            "kind",
            Word(&TimelineKind::ALL),
            "`fire`: a start that reached them. `no_fire`: one that did not, or will not, with its reason. `planned`: \
             what comes, as the forecast has it, and what open runs wait for. `date`: the moment of a `date:` ahead.",
        ),
        need("flow", Maybe(&Id), ""),
        need("trigger", Maybe(&Id), ""),
        need("step", Maybe(&Id), ""),
        need(
            "outcome",
            Maybe(&Id),
            "One word: the state of a message, the end of a run, what became of a start or what the forecast says, \
             `given` or `withdrawn`, `opened` or `closes`, what a run waits for.",
        ),
        need(
            "reason",
            Maybe(&Id),
            "Why not: the word of the reports, the provider's code, or `not_meant` of a fire that was not for them. Of \
             a consent its topic.",
        ),
        need("template", Maybe(&Id), "That left, or will leave, instead of the text."),
        need("text", Maybe(&Text), "Of a message its text; else a sentence."),
        need("id", Maybe(&Whole), "Of the message, run, start, line of consent, or conversation of the window."),
    ],
);

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
    answers: &[ok(Page(&Of(&ITEM)), "")],
    example: ask("/v1/contacts/$contact/timeline?limit=10"),
    take: || get(timeline::show),
    ..GET
}];
