//! `/api/v1/…`: describes the routes of the Waplify dialect.

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
use crate::{
    base::time::Time,
    web::dialects::waplify::{self, Refusal, RefusalEndpoint},
};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use shapes::{ERROR, FREEFORM, NEW_PERSON, ONE_PERSON, PEOPLE, SENT, TEMPLATE, TEMPLATES};

const PART: &str = "Waplify";

const REQUEST_ID: &[Field] = &[may("X-Request-ID", Text, "A UUID of version 4, for tracing only; it comes back.")];

const TOLD: &[(&str, &str)] = &[
    ("X-Request-ID", "The request's own, or a new one."),
    ("X-RateLimit-Limit", "Requests of one key in a minute: 100."),
    ("X-RateLimit-Remaining", "How many are left."),
    ("X-RateLimit-Reset", "When the next minute begins: seconds since 1970."),
    ("API-Version", "`v1`."),
];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/api/v1/messages/send-message",
        name: "waplify_send_message",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send a text, a file or buttons while the window is open",
        about: "A file's address is asked for its headers, at most 1 s; the answer 400 comes when they break a limit.",
        body: Some(Of(&FREEFORM)),
        answers: &[ok(Of(&SENT), "")],
        errors: Errors::Dialect(freeform, &ERROR),
        keyed: true,
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: tell(
            "/api/v1/messages/send-message",
            r#"{"contact_phone": "34600111222", "message_type": "text", "message": "Did this answer your question?", "buttons": {"type": "reply", "reply_buttons": [{"id": "yes", "title": "Yes, thanks"}, {"id": "no", "title": "No, I need help"}]}}"#,
        ),
        take: || handler(waplify::freeform),
        ..POST
    },
    Route {
        path: "/api/v1/messages/send",
        name: "waplify_send_template",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send an approved template by its name, at any time",
        body: Some(Of(&TEMPLATE)),
        answers: &[ok(Of(&SENT), "")],
        errors: Errors::Dialect(template, &ERROR),
        keyed: true,
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: tell(
            "/api/v1/messages/send",
            r#"{"template_name": "reminder", "contact_phone": "34600111222", "body_data": {"1": "Ana", "2": "Friday"}}"#,
        ),
        take: || handler(waplify::template),
        ..POST
    },
    Route {
        path: "/api/v1/templates/",
        also: &["/api/v1/templates"],
        name: "waplify_templates",
        scope: Some(Scope::Read),
        part: PART,
        summary: "The templates of all numbers of the account",
        answers: &[ok(Of(&TEMPLATES), "")],
        errors: Errors::Dialect(listing, &ERROR),
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: ask("/api/v1/templates/"),
        take: || handler(waplify::templates),
        ..GET
    },
    Route {
        path: "/api/v1/contacts/",
        also: &["/api/v1/contacts"],
        name: "waplify_contacts",
        scope: Some(Scope::People),
        part: PART,
        summary: "The contacts of the account, newest first",
        query: &[
            may("page", Between(1, i64::MAX / 100), ""),
            may("limit", Between(1, 100), "20 unless given."),
            may("search", Text, "In names, numbers and `email`."),
        ],
        answers: &[ok(Of(&PEOPLE), "")],
        errors: Errors::Dialect(people, &ERROR),
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: ask("/api/v1/contacts/?page=1&limit=20&search=ana"),
        take: || handler(waplify::list),
        ..GET
    },
    Route {
        path: "/api/v1/contacts/",
        also: &["/api/v1/contacts"],
        name: "waplify_create_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "Make a contact",
        body: Some(Of(&NEW_PERSON)),
        answers: &[at(201, Of(&ONE_PERSON), "")],
        errors: Errors::Dialect(making, &ERROR),
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: tell(
            "/api/v1/contacts/",
            r#"{"phone_number": "34600333444", "first_name": "Jane", "last_name": "Smith", "email": "jane@example.com", "tags": ["vip"]}"#,
        ),
        take: || handler(waplify::create),
        ..POST
    },
    Route {
        path: "/api/v1/contacts/{contact_id}",
        name: "waplify_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "One contact",
        answers: &[ok(Of(&ONE_PERSON), "")],
        errors: Errors::Dialect(person, &ERROR),
        headers: REQUEST_ID,
        answers_with: TOLD,
        example: ask("/api/v1/contacts/$waplify_contact"),
        take: || handler(waplify::show),
        ..GET
    },
];

type Said = Vec<(u16, &'static str, Json)>;

fn listing() -> Said {
    written(vec![
        ("Invalid key", Refusal::Unauthorized),
        ("Missing scope", Refusal::Forbidden { why: LACKS_SCOPE.to_owned(), at: RefusalEndpoint::Freeform }),
        ("Crowded", Refusal::BadBody { status: StatusCode::SERVICE_UNAVAILABLE }),
        ("Slow body", Refusal::BadBody { status: StatusCode::REQUEST_TIMEOUT }),
        ("Broken body", Refusal::BadBody { status: StatusCode::BAD_REQUEST }),
        ("Large body", Refusal::TooLarge),
        ("Wrong parameter", Refusal::Invalid(vec![unknown("zzz")])),
        ("Too many", Refusal::TooMany),
        ("Server error", Refusal::Internal),
    ])
}

fn people() -> Said {
    let page =
        json!({"type": "int_parsing", "loc": ["query", "page"], "msg": "Input should be a whole number from 1 to 9"});
    with(listing(), vec![("Wrong page", Refusal::Invalid(vec![page]))])
}

fn person() -> Said {
    with(listing(), vec![("No such contact", Refusal::not_found("Contact not found".into()))])
}

fn making() -> Said {
    with(
        listing(),
        vec![
            ("Invalid number", Refusal::InvalidPhone),
            ("Known number", Refusal::bad("Contact with this phone number already exists")),
            ("No such number of ours", Refusal::not_found("WhatsApp number '7' not found".into())),
            ("Invalid field", Refusal::Invalid(vec![missing("phone_number")])),
        ],
    )
}

fn freeform() -> Said {
    let never = "Cannot send free-form message: No inbound message found from this contact. The 24-hour customer \
                 service window is not open. Use the template-based /send endpoint instead.";
    let expired = "Cannot send free-form message: The 24-hour customer service window has expired. Last inbound message \
                   was at 2026-06-14T08:00:00+00:00. Use the template-based /send endpoint instead.";
    let shape = RefusalEndpoint::Freeform;
    with(
        sending(shape),
        vec![
            ("No text", Refusal::bad("message is required when message_type is 'text'")),
            ("Large file", Refusal::bad("Media file is too large. Maximum size for image: 5 MB")),
            ("Nobody wrote", Refusal::Forbidden { why: never.into(), at: shape }),
            ("Window over", Refusal::Forbidden { why: expired.into(), at: shape }),
            ("Invalid field", Refusal::Invalid(vec![missing("contact_phone")])),
        ],
    )
}

fn template() -> Said {
    with(
        sending(RefusalEndpoint::Other),
        vec![
            ("No variable", Refusal::bad("Missing body variables in 'body_data': 2, 3")),
            ("Not approved", Refusal::bad("Template 'my_template' is not approved. Status: PENDING")),
            ("No file", Refusal::bad("Media URL is required for this template")),
            ("No such template", Refusal::not_found("Template 'nonexistent_template' not found".into())),
            ("Invalid field", Refusal::Invalid(vec![missing("template_name")])),
        ],
    )
}

fn sending(at: RefusalEndpoint) -> Said {
    let stopped = "Cannot send message: The contact has opted out of receiving messages.".to_owned();
    with(
        listing(),
        vec![
            ("Invalid number", Refusal::InvalidPhone),
            ("Refused by WhatsApp", Refusal::bad("WhatsApp did not accept the message: Undeliverable (131026)")),
            ("No balance", Refusal::NoBalance(at)),
            ("Opted out", Refusal::Forbidden { why: stopped, at }),
            ("No such number of ours", Refusal::not_found("WhatsApp number '7' not found".into())),
            ("Key being used", Refusal::InProgress(at)),
            ("Key used", Refusal::KeyReused(at)),
            ("Offline", Refusal::Offline(at)),
        ],
    )
}

fn unknown(parameter: &str) -> Json {
    json!({"type": "extra_forbidden", "loc": ["query", parameter], "msg": "Extra inputs are not permitted"})
}

fn missing(field: &str) -> Json {
    json!({"type": "missing", "loc": ["body", field], "msg": "Field required"})
}

fn with(mut all: Said, more: Vec<(&'static str, Refusal)>) -> Said {
    all.extend(written(more));
    all
}

fn written(all: Vec<(&'static str, Refusal)>) -> Said {
    let body = |refusal: &Refusal| refusal.body("550e8400-e29b-41d4-a716-446655440000", Time(1_781_517_632_000));
    all.into_iter().map(|(name, refusal)| (refusal.status().as_u16(), name, body(&refusal))).collect()
}
