//! `/api/user/whatsapp/…`: describes the routes of the Autocalls and Intellixent dialect.

use super::{
    Errors, GET, POST, Route, Scope, ask,
    codes::LACKS_SCOPE,
    handler, ok,
    shape::{
        Shape,
        Type::{Any, Filled, Flag, List, Map, Maybe, Of, Text, Time, Whole, Word},
        may, need, shape,
    },
    tell,
};
use crate::web::dialects::autocalls::{self, Refusal};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

const PART: &str = "Autocalls / Intellixent";

static FREEFORM: Shape = shape(
    "AutocallsFreeform",
    "",
    &[
        need("sender_id", Whole, ""),
        need("recipient_phone", Filled, "E.164."),
        need("message", Text, "At most 4096 characters."),
    ],
);

static TEMPLATE: Shape = shape(
    "AutocallsTemplate",
    "",
    &[
        need("sender_id", Whole, ""),
        need("template_id", Whole, "The `id` of the catalogue."),
        need("recipient_phone", Filled, "E.164."),
        may("recipient_name", Text, ""),
        may("variables", Map(&Any), "`{\"1\": …}`: every variable of the template."),
    ],
);

static SESSION: Shape = shape(
    "AutocallsSession",
    "Whether the window is open.",
    &[
        need("is_open", Flag, ""),
        need("can_send_freeform", Flag, ""),
        need("requires_template", Flag, ""),
        need("message", Text, ""),
        may("minutes_remaining", Whole, "While it is open."),
        may("expires_at", Time, "While it is open."),
        may("expired_at", Time, "Once it was."),
    ],
);

static STATUS: Shape = shape(
    "AutocallsSessionStatus",
    "",
    &[
        need("success", Flag, ""),
        need("has_conversation", Flag, ""),
        may("conversation_id", Whole, ""),
        may("customer_name", Maybe(&Text), ""),
        may("last_customer_message_at", Maybe(&Time), ""),
        need("session_status", Of(&SESSION), ""),
    ],
);

static SENT: Shape = shape(
    "AutocallsSent",
    "",
    &[
        need("success", Flag, ""),
        need("conversation_id", Whole, ""),
        need("message_id", Whole, ""),
        need("whatsapp_message_id", Whole, "The same number."),
        need("message_sid", Maybe(&Text), "The provider's id; `null` when it has not answered within 10 s."),
        may("status", Word(&["queued"]), "Of a template."),
        may("session_status", Of(&SESSION), "Of a text."),
    ],
);

static SENDER: Shape = shape(
    "AutocallsSender",
    "",
    &[
        need("id", Whole, "The `sender_id` of the sends."),
        need("phone_number", Text, "E.164."),
        need("display_name", Text, ""),
        need("status", Word(&["online", "offline"]), "Whether it may send now."),
        need("quality_rating", Maybe(&Word(&["GREEN", "YELLOW", "RED"])), "`null`: not known."),
        need("messaging_limit", Maybe(&Whole), "People in 24 hours; `null`: none is known."),
        need("messaging_limit_formatted", Text, ""),
    ],
);

static SENDERS: Shape = shape("AutocallsSenders", "", &[need("data", List(&Of(&SENDER)), "")]);

static LISTED: Shape = shape(
    "AutocallsListedTemplate",
    "",
    &[
        need("id", Whole, "The `template_id` of the send."),
        need("name", Text, ""),
        need("language", Text, ""),
        need("category", Word(&["marketing", "utility", "authentication"]), ""),
        need("status", Word(&["approved", "pending", "rejected", "paused", "disabled"]), ""),
        need("body_text", Text, ""),
        need("variables", List(&Text), "Numbers, or names where the template has names."),
        need("has_variables", Flag, ""),
    ],
);

static TEMPLATES: Shape = shape("AutocallsTemplates", "", &[need("data", List(&Of(&LISTED)), "")]);

static ERROR: Shape = shape(
    "AutocallsError",
    "An error in the words of this product: some have `error`, some `message`.",
    &[
        may("success", Flag, ""),
        may("error", Text, ""),
        may("error_code", Text, ""),
        may("session_status", Of(&SESSION), ""),
        may("message", Text, ""),
        may("errors", Map(&Any), "By field, a list of sentences."),
        may("retry_after", Whole, "Seconds."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/api/user/whatsapp/senders",
        name: "autocalls_senders",
        scope: Some(Scope::Read),
        part: PART,
        summary: "The numbers of the account",
        query: &[may("status", Word(&["online", "all"]), "`online` unless said otherwise.")],
        answers: &[ok(Of(&SENDERS), "")],
        errors: Errors::Dialect(listing, &ERROR),
        example: ask("/api/user/whatsapp/senders?status=all"),
        take: || handler(autocalls::senders),
        ..GET
    },
    Route {
        path: "/api/user/whatsapp/senders/{id}/templates",
        name: "autocalls_templates",
        scope: Some(Scope::Read),
        part: PART,
        summary: "The templates of one number",
        query: &[may("status", Word(&["approved", "all"]), "`approved` unless said otherwise.")],
        answers: &[ok(Of(&TEMPLATES), "")],
        errors: Errors::Dialect(listing_templates, &ERROR),
        example: ask("/api/user/whatsapp/senders/12/templates"),
        take: || handler(autocalls::templates),
        ..GET
    },
    Route {
        path: "/api/user/whatsapp/session-status",
        name: "autocalls_session_status",
        scope: Some(Scope::People),
        part: PART,
        summary: "Is the 24-hour window to this person open",
        query: &[need("sender_id", Whole, ""), need("recipient_phone", Filled, "E.164.")],
        answers: &[ok(Of(&STATUS), "")],
        errors: Errors::Dialect(asking, &ERROR),
        example: ask("/api/user/whatsapp/session-status?sender_id=12&recipient_phone=%2B34600111222"),
        take: || handler(autocalls::session_status),
        ..GET
    },
    Route {
        path: "/api/user/whatsapp/send-freeform",
        name: "autocalls_send_freeform",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send a text while the window is open",
        body: Some(Of(&FREEFORM)),
        answers: &[ok(Of(&SENT), "")],
        errors: Errors::Dialect(sending_text, &ERROR),
        keyed: true,
        example: tell(
            "/api/user/whatsapp/send-freeform",
            r#"{"sender_id": 12, "recipient_phone": "+34600111222", "message": "Your bike is ready."}"#,
        ),
        take: || handler(autocalls::freeform),
        ..POST
    },
    Route {
        path: "/api/user/whatsapp/send",
        name: "autocalls_send_template",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send an approved template, at any time",
        body: Some(Of(&TEMPLATE)),
        answers: &[ok(Of(&SENT), "")],
        errors: Errors::Dialect(sending_template, &ERROR),
        keyed: true,
        example: tell(
            "/api/user/whatsapp/send",
            r#"{"sender_id": 12, "template_id": 45, "recipient_phone": "+34600111222", "recipient_name": "Ana", "variables": {"1": "Ana", "2": "Friday"}}"#,
        ),
        take: || handler(autocalls::template),
        ..POST
    },
];

fn asking() -> Vec<(u16, &'static str, Json)> {
    written(vec![
        ("Unauthorized", Refusal::Unauthorized),
        ("Missing scope", lacking()),
        ("SENDER_NOT_FOUND", Refusal::SenderNotFoundShort),
        ("INVALID_PHONE", Refusal::InvalidPhone),
        ("Validation", missing("sender_id", "The sender id field is required.")),
        ("Server Error", Refusal::Internal),
    ])
}

fn listing() -> Vec<(u16, &'static str, Json)> {
    written(vec![
        ("Unauthorized", Refusal::Unauthorized),
        ("Missing scope", lacking()),
        ("Validation", missing("status", "The selected status is invalid.")),
        ("Server Error", Refusal::Internal),
    ])
}

fn listing_templates() -> Vec<(u16, &'static str, Json)> {
    let mut all = listing();
    all.extend(written(vec![("SENDER_NOT_FOUND", Refusal::SenderNotFoundShort)]));
    all
}

fn sending_text() -> Vec<(u16, &'static str, Json)> {
    let closed = json!({
        "is_open": false, "can_send_freeform": false, "requires_template": true,
        "message": "Session expired. Send a template or wait for customer to reply.",
    });
    let mut all = sending(StatusCode::SERVICE_UNAVAILABLE);
    all.extend([
        ("SESSION_EXPIRED", Refusal::SessionExpired { session: closed }),
        ("Validation", missing("message", "The message field is required.")),
    ]);
    written(all)
}

fn sending_template() -> Vec<(u16, &'static str, Json)> {
    let mut all = sending(StatusCode::UNPROCESSABLE_ENTITY);
    all.extend([
        ("TEMPLATE_NOT_FOUND", Refusal::TemplateNotFound),
        ("TEMPLATE_NOT_APPROVED", Refusal::TemplateNotApproved { status: "pending".into() }),
        ("TEMPLATE_NOT_SYNCED", Refusal::TemplateNotSynced { why: "Template does not exist in en".into() }),
        ("TEMPLATE_MISMATCH", Refusal::TemplateMismatch { why: "Template variable {{2}} is missing.".into() }),
        ("Validation", missing("template_id", "The template id field is required.")),
    ]);
    written(all)
}

/// The errors of both sends.
fn sending(offline: StatusCode) -> Vec<(&'static str, Refusal)> {
    vec![
        ("Bad body", Refusal::BadBody { status: StatusCode::BAD_REQUEST }),
        ("Unauthorized", Refusal::Unauthorized),
        ("Missing scope", lacking()),
        ("INSUFFICIENT_BALANCE", Refusal::InsufficientBalance),
        ("OPTED_OUT", Refusal::OptedOut),
        ("SENDER_NOT_FOUND", Refusal::SenderNotFound),
        ("Crowded", Refusal::BadBody { status: StatusCode::SERVICE_UNAVAILABLE }),
        ("Slow body", Refusal::BadBody { status: StatusCode::REQUEST_TIMEOUT }),
        ("IN_PROGRESS", Refusal::InProgress),
        ("Large body", Refusal::TooLarge),
        ("INVALID_PHONE", Refusal::InvalidPhone),
        ("SENDER_OFFLINE", Refusal::SenderOffline { status: offline }),
        ("MESSAGING_LIMIT_UNAVAILABLE", Refusal::LimitUnavailable { why: "Pair rate limit hit".into() }),
        ("TWILIO_ERROR_63018", Refusal::Twilio { code: "63018".into(), why: "Rate limit exceeded".into() }),
        ("UNKNOWN_ERROR", Refusal::Unknown { why: "Message undeliverable".into() }),
        ("IDEMPOTENCY_KEY_REUSED", Refusal::IdempotencyKeyReused),
        ("IDEMPOTENCY_KEY_INVALID", Refusal::IdempotencyKeyInvalid),
        ("Too many", Refusal::TooMany { retry_after_s: 1 }),
        ("Server Error", Refusal::Internal),
    ]
}

fn lacking() -> Refusal {
    Refusal::MissingScope { why: LACKS_SCOPE.to_owned() }
}

fn missing(field: &str, sentence: &str) -> Refusal {
    Refusal::Invalid(json!({"message": sentence, "errors": {field: [sentence]}}))
}

fn written(all: Vec<(&'static str, Refusal)>) -> Vec<(u16, &'static str, Json)> {
    all.into_iter().map(|(name, refusal)| (refusal.status().as_u16(), name, refusal.body())).collect()
}
