//! Describes the routes of the Kapso dialect.

mod graph;
mod shapes;

use super::{
    Errors, GET, POST, Route, Scope, ask, at,
    codes::LACKS_SCOPE,
    handler, ok,
    shape::{
        Field,
        Type::{Between, Of, Text},
        may,
    },
    tell,
};
use crate::web::dialects::{
    kapso::{self, Refusal},
    sending::{ClosedWindow, KeyFault, Refused},
};
use axum::http::StatusCode;
pub use graph::{PLATFORM, PROXY};
use serde_json::{Value as Json, json};
use shapes::{
    ERROR, HEALTH, NEW_EXECUTION, NEW_MESSAGE, NEW_SESSION, ONE_BEGUN, ONE_EXECUTION, ONE_SENT, ONE_SESSION, SESSIONS,
    TEST,
};

const PART: &str = "Kapso";

const KEY: &[Field] = &[may("X-API-Key", Text, "The key, as that product has it; a bearer is the same.")];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/api/v1/whatsapp_conversations/{conversation_id}/whatsapp_messages",
        name: "kapso_send_message",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send a message into a conversation while the window is open",
        about: "`conversation_id` is that of the native API, as a number or as a UUID.",
        body: Some(Of(&NEW_MESSAGE)),
        answers: &[at(201, Of(&ONE_SENT), "")],
        errors: Errors::Dialect(sending, &ERROR),
        keyed: true,
        headers: KEY,
        example: tell(
            "/api/v1/whatsapp_conversations/$conversation/whatsapp_messages",
            r#"{"message": {"content": "Hello from Kapso!"}}"#,
        ),
        take: || handler(kapso::send),
        ..POST
    },
    Route {
        path: "/api/v1/whatsapp_configs/{whatsapp_config_id}/health",
        also: &[
            "/api/v1/whatsapp/phone_numbers/{phone_number_id}/health",
            "/platform/v1/whatsapp/phone_numbers/{phone_number_id}/health",
        ],
        name: "kapso_health",
        scope: Some(Scope::Read),
        part: PART,
        summary: "Does a number work",
        about: "The id is the number's own at its platform, or the sender's `id`.",
        answers: &[ok(Of(&HEALTH), "")],
        errors: Errors::Dialect(checking, &ERROR),
        headers: KEY,
        example: ask("/api/v1/whatsapp_configs/12/health"),
        take: || handler(kapso::check),
        ..GET
    },
    Route {
        path: "/api/v1/whatsapp_configs/{whatsapp_config_id}/health",
        also: &[
            "/api/v1/whatsapp/phone_numbers/{phone_number_id}/health",
            "/platform/v1/whatsapp/phone_numbers/{phone_number_id}/health",
        ],
        name: "kapso_health_test",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Does a number work, tried with a message to somebody who has written lately",
        body: Some(Of(&TEST)),
        answers: &[ok(Of(&HEALTH), "")],
        errors: Errors::Dialect(testing, &ERROR),
        keyed: true,
        headers: KEY,
        example: tell("/api/v1/whatsapp_configs/12/health", r#"{"phone_number": "+34600111222"}"#),
        take: || handler(kapso::test),
        ..POST
    },
    Route {
        path: "/api/v1/workflows/{workflow_id}/executions",
        also: &["/platform/v1/workflows/{workflow_id}/executions", "/api/v1/flows/{flow_id}/executions"],
        name: "kapso_execute",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Start a flow for somebody",
        about: "`workflow_id` is the name of a flow that says `when: api`.",
        body: Some(Of(&NEW_EXECUTION)),
        answers: &[at(202, Of(&ONE_BEGUN), "")],
        errors: Errors::Dialect(starting, &ERROR),
        keyed: true,
        shared: true,
        headers: KEY,
        example: tell(
            "/api/v1/workflows/parcel/executions",
            r#"{"workflow_execution": {"phone_number": "+34600333444", "variables": {"number": 7, "size": "small"}, "context": {"source": "checkout_flow"}}}"#,
        ),
        take: || handler(kapso::execute),
        ..POST
    },
    Route {
        path: "/api/v1/workflow_executions/{execution_id}",
        also: &["/platform/v1/workflow_executions/{execution_id}", "/api/v1/flow_executions/{execution_id}"],
        name: "kapso_execution",
        scope: Some(Scope::Read),
        part: PART,
        summary: "How far a run has come",
        about: "`execution_id` is the `id` or the `tracking_id` of its start.",
        answers: &[ok(Of(&ONE_EXECUTION), "")],
        errors: Errors::Dialect(execution, &ERROR),
        headers: KEY,
        example: ask("/api/v1/workflow_executions/$open"),
        take: || handler(kapso::execution),
        ..GET
    },
    Route {
        path: "/api/v1/sandbox_sessions",
        name: "kapso_create_sandbox_session",
        scope: Some(Scope::Flows),
        part: PART,
        summary: "Make a code by which a phone becomes a tester for 24 hours",
        about: "The phone sends the code to the number; then it reaches the flows marked `draft`.",
        body: Some(Of(&NEW_SESSION)),
        answers: &[at(201, Of(&ONE_SESSION), "")],
        errors: Errors::Dialect(session, &ERROR),
        headers: KEY,
        example: tell(
            "/api/v1/sandbox_sessions",
            r#"{"whatsapp_sandbox_session": {"phone_number": "+12345678901", "agent_id": "123e4567-e89b-12d3-a456-426614174000"}}"#,
        ),
        take: || handler(kapso::create),
        ..POST
    },
    Route {
        path: "/api/v1/sandbox_sessions",
        name: "kapso_sandbox_sessions",
        scope: Some(Scope::Flows),
        part: PART,
        summary: "The sandbox sessions of the account, newest first",
        query: &[may("page", Between(1, i64::MAX / 100), ""), may("per_page", Between(1, 100), "20 unless given.")],
        answers: &[ok(Of(&SESSIONS), "")],
        errors: Errors::Dialect(sessions, &ERROR),
        headers: KEY,
        example: ask("/api/v1/sandbox_sessions"),
        take: || handler(kapso::list),
        ..GET
    },
    Route {
        path: "/api/v1/sandbox_sessions/{id}",
        name: "kapso_sandbox_session",
        scope: Some(Scope::Flows),
        part: PART,
        summary: "One sandbox session",
        answers: &[ok(Of(&ONE_SESSION), "")],
        errors: Errors::Dialect(sessions_of, &ERROR),
        headers: KEY,
        example: ask("/api/v1/sandbox_sessions/$tester"),
        take: || handler(kapso::show),
        ..GET
    },
];

type Said = Vec<(u16, &'static str, Json)>;

/// The errors that every request may get.
fn any() -> Said {
    written(vec![
        ("Invalid key", Refusal::unauthorized()),
        ("Missing scope", Refusal::new(StatusCode::FORBIDDEN, LACKS_SCOPE)),
        ("Crowded", Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "The request body could not be read")),
        ("Slow body", Refusal::new(StatusCode::REQUEST_TIMEOUT, "The request body could not be read")),
        ("Bad body", Refusal::new(StatusCode::BAD_REQUEST, "The body must be a JSON object")),
        ("Large body", Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large")),
        ("Wrong parameter", Refusal::invalid("The parameter zzz is unknown here")),
        ("Server error", Refusal::internal()),
    ])
}

fn keyed(what: &str, invalid: &str) -> Said {
    with(
        any(),
        vec![
            ("Not found", Refusal::not_found(what)),
            ("Key being used", Refusal::from(Refused::Key(KeyFault::Busy))),
            ("Key used", Refusal::from(Refused::Key(KeyFault::OtherBody))),
            ("Invalid", Refusal::invalid(invalid)),
        ],
    )
}

fn sending() -> Said {
    let closed = ClosedWindow { window: Default::default(), last_inbound_at: None };
    let stranger = Refused::Unreachable { code: "131026".into(), why: "Message undeliverable".into() };
    with(
        keyed("Conversation", "content can't be blank"),
        vec![
            ("Window closed", Refused::Closed(closed).into()),
            ("Not on WhatsApp", stranger.into()),
            ("No balance", Refused::NoBalance.into()),
            ("Opted out", Refused::OptedOut.into()),
            ("Offline", Refused::Offline.into()),
        ],
    )
}

fn checking() -> Said {
    with(any(), vec![("Not found", Refusal::not_found("WhatsApp configuration"))])
}

fn testing() -> Said {
    keyed("WhatsApp configuration", "Invalid WhatsApp number")
}

fn starting() -> Said {
    keyed("Workflow", "Workflow was not started: opted_out")
}

fn execution() -> Said {
    with(any(), vec![("Not found", Refusal::not_found("Workflow execution"))])
}

fn session() -> Said {
    with(
        any(),
        vec![
            ("Not found", Refusal::not_found("WhatsApp phone number")),
            ("Invalid", Refusal::invalid("phone_number can't be blank")),
        ],
    )
}

fn sessions() -> Said {
    with(any(), vec![("Wrong page", Refusal::invalid("page must be between 1 and 1000000"))])
}

fn sessions_of() -> Said {
    with(any(), vec![("Not found", Refusal::not_found("Sandbox session"))])
}

fn with(mut all: Said, more: Vec<(&'static str, Refusal)>) -> Said {
    all.extend(written(more));
    all
}

fn written(all: Vec<(&'static str, Refusal)>) -> Said {
    all.into_iter().map(|(name, refusal)| (refusal.status.as_u16(), name, json!({"error": refusal.words}))).collect()
}
