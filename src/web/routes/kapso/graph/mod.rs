//! Describes the routes of Kapso's Meta proxy and its platform API, which its SDK and newer clients call.

mod platform;
mod proxy;
mod queries;
mod shapes;

use crate::{
    model::scope::Scope,
    web::{dialects::kapso::graph::GraphError, routes::codes::LACKS_SCOPE},
};
use axum::http::StatusCode;
pub use platform::PLATFORM;
pub use proxy::PROXY;
use serde_json::Value as Json;

type Told = Vec<(u16, &'static str, Json)>;

/// The errors that any request of the proxy may get.
fn graph() -> Told {
    let all = [
        ("Invalid key", GraphError::new(StatusCode::UNAUTHORIZED, (190, "Invalid API key"), "Invalid API key")),
        ("Missing scope", super::Refusal::new(StatusCode::FORBIDDEN, LACKS_SCOPE).into()),
        ("Invalid", GraphError::parameter("The parameter messaging_product must be whatsapp")),
        ("Not found", GraphError::unknown("1")),
        (
            "Slow body",
            GraphError::new(
                StatusCode::REQUEST_TIMEOUT,
                (100, "Invalid parameter"),
                "The request body could not be read",
            ),
        ),
        (
            "Large body",
            GraphError::new(StatusCode::PAYLOAD_TOO_LARGE, (100, "Invalid parameter"), "The request body is too large"),
        ),
        (
            "Crowded",
            GraphError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                (100, "Invalid parameter"),
                "Too many large bodies are being read",
            ),
        ),
        ("Server error", GraphError::internal()),
    ];
    written(all.to_vec())
}

/// The errors of a request that sends.
fn sending() -> Told {
    use crate::web::dialects::sending::{ClosedWindow, KeyFault, Refused};
    let closed = ClosedWindow { window: Default::default(), last_inbound_at: None };
    let more = [
        ("Window closed", Refused::Closed(closed).into()),
        ("No balance", Refused::NoBalance.into()),
        ("Opted out", Refused::OptedOut.into()),
        ("Offline", Refused::Offline.into()),
        ("Rate limit", Refused::Limited { why: "Too many messages".into() }.into()),
        ("Key being used", Refused::Key(KeyFault::Busy).into()),
        ("Key used", Refused::Key(KeyFault::OtherBody).into()),
        (
            "Platform",
            GraphError::new(StatusCode::BAD_GATEWAY, (131_016, "Service unavailable"), "The platform does not answer"),
        ),
    ];
    let mut all = graph();
    all.extend(written(more.to_vec()));
    all
}

fn written(all: Vec<(&'static str, GraphError)>) -> Told {
    all.into_iter().map(|(name, fault)| (fault.status.as_u16(), name, fault.body())).collect()
}

/// The errors that any request of the platform API may get.
fn platform() -> Told {
    let mut all = super::any();
    all.extend(super::written(vec![
        ("Not found", super::Refusal::not_found("Conversation")),
        ("Invalid", super::Refusal::invalid("The parameter limit must be between 1 and 100")),
    ]));
    all
}
