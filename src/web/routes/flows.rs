//! `/v1/flows`: describes the routes for live flows.

use super::{AllowedCallers, CURSOR, GET, LIMIT, POST, READERS, Route, Scope, ask, handler, ok, shape::answer};
use crate::web::api::{
    flows::{self, FlowShown},
    page::Listed,
};

const PART: &str = "Flows";

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
        answers: &[ok(answer::<Listed<FlowShown>>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/flows?limit=2"),
        take: || handler(flows::list),
        ..GET
    },
    Route {
        path: "/v1/flows/{name}",
        name: "show_flow",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Show a flow with its inputs and findings",
        answers: &[ok(answer::<FlowShown>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel"),
        take: || handler(flows::show),
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
        answers: &[ok(answer::<FlowShown>(), "It stands still now, or did already.")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel/pause"),
        take: || handler(flows::pause),
        ..POST
    },
    Route {
        path: "/v1/flows/{name}/resume",
        name: "resume_flow",
        part: PART,
        summary: "Let a paused flow go on",
        about: "Also one that is paused because its last runs all failed.",
        who: AllowedCallers::Operator,
        answers: &[ok(answer::<FlowShown>(), "It goes on now, or did already.")],
        shared: true,
        personal: false,
        example: ask("/v1/flows/parcel/resume"),
        take: || handler(flows::resume),
        ..POST
    },
];
