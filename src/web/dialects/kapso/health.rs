//! `GET|POST /api/v1/whatsapp_configs/{id}/health`: the checks of a number in Kapso's form, and a test message.

use super::{
    Refusal,
    envelope::{self, AuthenticatedRequest, good, only, text},
    refusal::bug,
};
use crate::{
    base::{ids::OutboundId, limits::PHONE_CHARS_MAX, phone, time::iso_z},
    channel::checkup::{Check, Grade},
    runtime::{
        config::Sender,
        health::checkup::{Checkup, Test},
    },
    web::{idempotency, path_params::LastParam, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

pub async fn check(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move {
        let sender = number(&asked, &id)?;
        let checkup = asked.web.app.checkup.checkup(&sender, None).await.map_err(|error| bug(&error))?;
        Ok(good(StatusCode::OK, &report(&sender, &checkup)))
    })
    .await
}

/// The same checks with a test message to a person who has written recently.
pub async fn test(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move { tested(asked, &id).await }).await
}

async fn tested(asked: AuthenticatedRequest, id: &str) -> Result<Response, Refusal> {
    let sender = number(&asked, id)?;
    let fields = asked.object(&["test_message"])?;
    only(&fields, "here", &["phone_number", "test_recipient"])?;
    let given = text(&fields, "phone_number", PHONE_CHARS_MAX)?;
    let given = given.or(text(&fields, "test_recipient", PHONE_CHARS_MAX)?);
    let given = given.ok_or_else(|| Refusal::invalid("phone_number can't be blank"))?;
    let phone = phone::lenient(&given, None).ok_or_else(|| Refusal::invalid("Invalid WhatsApp number"))?;
    let AuthenticatedRequest { web, headers, body, .. } = asked;
    let task = tokio::spawn(async move {
        let path = format!("kapso/{}/health", sender.id);
        let begun = match idempotency::begin(&web, &sender.account, &headers, &path, &body).await {
            Ok(begun) => begun,
            Err(idempotency::Refused::Before(status, body)) => {
                return Ok(idempotency::replayed(good(status, &body)));
            }
            Err(refused) => return Err(Refusal::from(crate::web::dialects::sending::key_refused(&refused))),
        };
        let wanted = Test { message: OutboundId(begun.message.0), phone };
        let checkup = web.app.checkup.checkup(&sender, Some(wanted)).await.map_err(|error| bug(&error))?;
        let answer = idempotency::Answer { status: StatusCode::OK, body: report(&sender, &checkup), took_effect: true };
        let answer = begun.finish(&web, answer).await;
        Ok(good(answer.status, &answer.body))
    });
    task.await.map_err(|panic| bug(&panic))?
}

fn number(asked: &AuthenticatedRequest, id: &str) -> Result<Sender, Refusal> {
    let own = asked.web.app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
    let found = own.into_iter().find(|sender| sender.is_called(id));
    found.cloned().ok_or_else(|| Refusal::not_found("WhatsApp configuration"))
}

/// Kapso's names and the names of our checks.
const NAMES: &[(&str, &str)] = &[
    ("phone_number_access", "number"),
    ("token_validity", "token"),
    ("messaging_health", "sending"),
    ("webhook_verified", "webhook"),
    ("webhook_subscription", "subscription"),
    ("test_message", "test_message"),
];

fn report(sender: &Sender, checkup: &Checkup) -> Json {
    let online = checkup.check("online");
    let is_bad = |name: &str| checkup.check(name).is_some_and(|check| check.grade == Grade::Bad);
    let is_unknown = |check: &Check| check.grade == Grade::Unknown;
    let mut checks = Map::new();
    for (name, ours) in NAMES {
        let Some(check) = checkup.check(ours).or(online.filter(|_| *ours == "sending")) else { continue };
        checks.insert((*name).to_owned(), shown(check));
    }
    if let Some(sending) = checks.get_mut("messaging_health") {
        let told = sending["details"]["overall_status"].clone();
        let is_stopped = online.is_some_and(|check| check.grade == Grade::Bad);
        // The state of an unreadable number is unknown, and its credentials cannot send either.
        let is_unread = is_bad("token") || (is_bad("number") && checkup.check("sending").is_none_or(is_unknown));
        // A sender that we have stopped sends nothing, whatever its platform reports.
        let overall = match told.as_str() {
            _ if is_stopped || is_unread => "BLOCKED",
            Some(word) => word,
            None if sending["passed"] == true => "AVAILABLE",
            None => "LIMITED",
        };
        sending["overall_status"] = overall.into();
        sending["passed"] = (overall == "AVAILABLE").into();
        if let Some(stopped) = online.filter(|_| is_stopped) {
            sending["details"]["message"] = stopped.text.as_str().into();
        }
    }
    if let Some(access) = checks.get_mut("phone_number_access") {
        if is_bad("token") {
            access["passed"] = false.into();
        }
        let quality = checkup.check("quality").map(|check| check.details["quality_rating"].clone());
        access["details"]["quality_rating"] = quality.unwrap_or_default();
        access["details"]["id"] = sender.platform_id().map_or_else(|| sender.id.to_string(), str::to_owned).into();
    }
    let at = iso_z(checkup.at);
    json!({"status": checkup.status().as_str(), "timestamp": at, "checked_at": at, "checks": checks})
}

/// An unknown check counts as passed, except a test message that was not sent.
fn shown(check: &Check) -> Json {
    let passed = match check.grade {
        Grade::Good => true,
        Grade::Unknown => check.name != "test_message",
        Grade::Poor | Grade::Bad => false,
    };
    let mut details = if check.details.is_object() { check.details.clone() } else { json!({}) };
    details["message"] = check.text.as_str().into();
    json!({"passed": passed, "details": details})
}
