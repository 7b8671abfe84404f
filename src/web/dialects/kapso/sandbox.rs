//! `/api/v1/sandbox_sessions`: phones that may test draft flows after they have sent their code.

use super::{
    Refusal,
    envelope::{self, AuthenticatedRequest, Page, good, only, text},
    execution::accounts,
    from_uuid,
    refusal::bug,
    uuid,
};
use crate::{
    base::{
        limits::{NAME_CHARS_MAX, PHONE_CHARS_MAX},
        phone,
        time::{Time, iso_z},
    },
    store::tables::tester_session::{self, TesterSession},
    web::{path_params::LastParam, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn create(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, made).await
}

/// `?page=&per_page=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, listed).await
}

pub async fn show(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move { shown(&asked, &id).await }).await
}

async fn made(asked: AuthenticatedRequest) -> Result<Response, Refusal> {
    let fields = asked.object(&["whatsapp_sandbox_session"])?;
    // The answer tells that there is no agent.
    only(&fields, "here", &["phone_number", "phone_number_id", "agent_id"])?;
    let given = text(&fields, "phone_number", PHONE_CHARS_MAX)?;
    let given = given.ok_or_else(|| Refusal::invalid("phone_number can't be blank"))?;
    let phone = phone::lenient(&given, None).ok_or_else(|| Refusal::invalid("phone_number is invalid"))?;
    let wanted = text(&fields, "phone_number_id", NAME_CHARS_MAX)?;
    let app = &asked.web.app;
    let own = accounts(&asked.caller, &asked.web);
    let sender = match &wanted {
        Some(wanted) => {
            let mut all = app.senders.all().iter().filter(|sender| own.contains(&sender.account));
            all.find(|sender| sender.is_called(wanted))
        }
        None => own.iter().find_map(|account| app.senders.choose(account, |_| true, &[])),
    };
    let sender = sender.ok_or_else(|| Refusal::not_found("WhatsApp phone number"))?;
    let session = app.contacts.offer_tester_session(sender, phone).await.map_err(|error| bug(&error))?;
    Ok(good(StatusCode::CREATED, &json!({"data": described(&asked.web, &session, app.clock.now())})))
}

async fn listed(asked: AuthenticatedRequest) -> Result<Response, Refusal> {
    let page = Page::read(&asked.query)?;
    let now = asked.web.app.clock.now();
    let mut all = Vec::new();
    for account in accounts(&asked.caller, &asked.web) {
        all.extend(tester_session::of(&asked.web.app.store, &account).await.map_err(|error| bug(&error))?);
    }
    let all: Vec<Json> = all.iter().map(|session| described(&asked.web, session, now)).collect();
    Ok(good(StatusCode::OK, &page.of(&all)))
}

async fn shown(asked: &AuthenticatedRequest, id: &str) -> Result<Response, Refusal> {
    let none = || Refusal::not_found("Sandbox session");
    let id = from_uuid(id).ok_or_else(none)?;
    let found = tester_session::find(&asked.web.app.store, id).await.map_err(|error| bug(&error))?;
    let session = found.filter(|session| asked.caller.owns(&session.account)).ok_or_else(none)?;
    let body = json!({"data": described(&asked.web, &session, asked.web.app.clock.now())});
    Ok(good(StatusCode::OK, &body))
}

fn described(web: &Web, session: &TesterSession, now: Time) -> Json {
    let status = match session.activated_at {
        _ if session.expires_at <= now => "expired",
        Some(_) => "active",
        None => "pending_activation",
    };
    let number = web.app.senders.get(session.sender_id).map(|sender| sender.phone.trim_start_matches('+'));
    json!({
        "id": uuid(session.id),
        "phone_number": session.phone,
        "status": status,
        "activation_code": session.code,
        "activation_message": format!("Your WhatsApp Sandbox activation code is: {}", session.code),
        "activation_link": number.map(|number| format!("https://wa.me/{number}?text={}", session.code)),
        "activated_at": session.activated_at.map(iso_z),
        "expires_at": iso_z(session.expires_at),
        "created_at": iso_z(session.created_at),
        "updated_at": iso_z(session.activated_at.unwrap_or(session.created_at)),
        // Flows answer here; conversations are not routed to an agent.
        "agent": null,
    })
}
