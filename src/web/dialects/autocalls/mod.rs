//! Implements the API of Autocalls and Intellixent: exact in fields, texts, statuses and errors, so that clients
//! written for those products work after a change of base URL (seeds 000–002, platform.md 1).

mod freeform;
mod lists;
mod refusal;
mod rules;
mod send;
mod session;
mod status;
mod template;

use super::ordered::Keys;
use crate::{
    base::{ids::SenderId, phone, time::Time},
    runtime::config::Sender,
    web::{
        admission::NeededScope,
        auth::{self, Caller},
        parameters::{Misfit, Misfits},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, request::Parts},
};
pub use freeform::freeform;
pub use lists::{senders, templates};
pub use refusal::Refusal;
use rules::{Rules, spoken};
pub use status::session_status;
pub use template::template;

/// In the order of the seeds.
const KEYS: Keys = &[
    "data",
    "id",
    "phone_number",
    "display_name",
    "name",
    "language",
    "category",
    "success",
    "has_conversation",
    "conversation_id",
    "customer_name",
    "last_customer_message_at",
    "message_id",
    "whatsapp_message_id",
    "message_sid",
    "status",
    "quality_rating",
    "messaging_limit",
    "messaging_limit_formatted",
    "body_text",
    "error",
    "error_code",
    "is_open",
    "can_send_freeform",
    "requires_template",
    "sender_id",
    "template_id",
    "recipient_phone",
    "recipient_name",
    "message",
    "variables",
    "has_variables",
    "minutes_remaining",
    "expires_at",
    "expired_at",
    "session_status",
    "errors",
    "retry_after",
];

/// The account of the request, or this dialect's error without one.
async fn caller(web: &Web, request: &Parts) -> Result<Caller, Refusal> {
    let known = auth::caller(web, &request.headers).await;
    let failed = |problem| if auth::is_expired(&problem) { Refusal::Unauthorized } else { Refusal::Internal };
    let caller = known.map_err(failed)?.ok_or(Refusal::Unauthorized)?;
    match NeededScope::lacked(&request.extensions, &caller) {
        Some(why) => Err(Refusal::MissingScope { why }),
        None => Ok(caller),
    }
}

/// Refuses parameters that the route does not take, in the form of Laravel's validation.
fn fitting(wrong: Vec<Misfit>) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    for Misfit { name, why } in wrong {
        let words = format!("The {} parameter {why}.", spoken(&name));
        rules.wrong(&name, words.replace("?.", "?"));
    }
    rules.finish().map_err(Refusal::Invalid)
}

/// Counts the request against the account's rate limit, which both sends share. A refused request is not counted.
fn take_send(web: &Web, caller: &Caller, now: Time) -> Result<(), Refusal> {
    let Caller::Account(key) = caller else { return Ok(()) };
    let Some(account) = web.app.config.account(&key.account) else { return Err(Refusal::Unauthorized) };
    web.take_send(&key.account, account.rate_limit, now).map_err(|at| {
        // Whole seconds, rounded up: a client that waits that long is admitted.
        let seconds = u64::try_from((at - now).0).unwrap_or(0).div_ceil(1_000).max(1);
        Refusal::TooMany { retry_after_s: seconds }
    })
}

/// Runs the checks that both sends begin with: body, key and rate limit.
async fn begin(web: &Web, request: Request) -> Result<(HeaderMap, Bytes, Caller), Refusal> {
    let (parts, body) = request.into_parts();
    let body = send::bytes(body).await?;
    let caller = caller(web, &parts).await?;
    fitting(Misfits::of(&parts.extensions))?;
    take_send(web, &caller, web.app.clock.now())?;
    Ok((parts.headers, body, caller))
}

/// Logs an error of our own.
fn bug(error: &dyn std::fmt::Display) -> Refusal {
    crate::web::dialects::sending::internal(error);
    Refusal::Internal
}

fn e164(text: &str) -> Result<String, Refusal> {
    phone::strict(text.trim()).ok_or(Refusal::InvalidPhone)
}

fn sender<'w>(web: &'w Web, caller: &Caller, id: i64, refusal: Refusal) -> Result<&'w Sender, Refusal> {
    caller.sender(web, SenderId(id)).ok_or(refusal)
}
