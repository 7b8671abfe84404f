//! `/v1/sandbox`: describes the routes for the phone of a sandbox customer.

use super::{
    AllowedCallers, GET, Route, Scope, ask, handler, ok,
    shape::{
        Type::{Text, Whole},
        answer, may, need,
    },
};
use crate::web::api::sandbox::{self, SandboxMessages};

pub static ROUTES: &[Route] = &[Route {
    path: "/v1/sandbox/{sender_id}/messages",
    name: "read_sandbox",
    scope: Some(Scope::Flows),
    part: "Sandbox",
    summary: "Read what a sandbox sender has sent to a number",
    who: AllowedCallers::Sandbox,
    query: &[
        need("phone", Text, "The customer's number; a `+` must be written `%2B`."),
        may("after", Whole, "Only messages with a greater id."),
    ],
    answers: &[ok(answer::<SandboxMessages>(), "")],
    example: ask("/v1/sandbox/1/messages?phone=%2B34600333444"),
    take: || handler(sandbox::messages),
    ..GET
}];
