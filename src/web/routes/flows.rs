//! `/v1/flows`: describes the routes for live flows.

use super::{
    AllowedCallers, CURSOR, GET, LIMIT, POST, READERS, Route, Scope, ask, ok,
    probes::FINDING,
    shape::{
        Shape,
        Type::{Flag, List, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
};
use crate::web::api::flows;
use axum::routing::{get, post};

const PART: &str = "Flows";

static FLOW: Shape = shape(
    "Flow",
    "A flow of the version that is live.",
    &[
        need("name", Text, ""),
        need("title", Maybe(&Text), ""),
        need("file", Text, ""),
        need("topic", Text, "What its unasked messages are about, for consent and caps."),
        need(
            "state",
            Word(&["live", "draft", "paused"]),
            "`draft`: for testers only. `paused`: by an operator, or because its last runs all failed; then a new version \
             starts it again, too.",
        ),
        need("paused_at", Maybe(&Time), "Since when an operator has it stand still."),
        need("senders", List(&Text), "Which senders it serves; empty: all."),
        need("triggers", List(&Text), "What starts it."),
        need("steps", Whole, ""),
        need("errors", Whole, "Findings in the newest files, live or not."),
        need("warnings", Whole, ""),
        may("version", Whole, "The set of files that is live."),
        may("description", Maybe(&Text), ""),
        may("inputs", List(&Of(&INPUT)), "What `POST /v1/runs` takes."),
        may("findings", List(&Of(&FINDING)), "What the checker says of its file."),
    ],
);

static INPUT: Shape = shape(
    "FlowInput",
    "",
    &[
        need("name", Text, ""),
        need("type", Text, "In words."),
        need("optional", Flag, ""),
        need("about", Maybe(&Text), ""),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/flows",
        name: "list_flows",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "List the flows that are live, by name",
        about: "The bot serves every account, so all see the same.",
        query: &[LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&FLOW)), "")],
        shared: true,
        personal: false,
        example: ask("/v1/flows?limit=2"),
        take: || get(flows::list),
        ..GET
    },
    Route {
        path: "/v1/flows/{name}",
        name: "show_flow",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Show a flow with its inputs and findings",
        answers: &[ok(Of(&FLOW), "")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel"),
        take: || get(flows::show),
        ..GET
    },
    Route {
        path: "/v1/flows/{name}/pause",
        name: "pause_flow",
        part: PART,
        summary: "Have a flow stand still",
        about: "It begins for nobody, and what its runs wait for stands still until it goes on: of a `wait: 2d` the \
                rest is left, and a time-out or a moment that passes meanwhile counts then. What it has said already \
                leaves; a question can be answered.",
        who: AllowedCallers::Operator,
        answers: &[ok(Of(&FLOW), "It stands still now, or did already.")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel/pause"),
        take: || post(flows::pause),
        ..POST
    },
    Route {
        path: "/v1/flows/{name}/resume",
        name: "resume_flow",
        part: PART,
        summary: "Let a paused flow go on",
        about: "Also one that is paused because its last runs all failed.",
        who: AllowedCallers::Operator,
        answers: &[ok(Of(&FLOW), "It goes on now, or did already.")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel/resume"),
        take: || post(flows::resume),
        ..POST
    },
];
