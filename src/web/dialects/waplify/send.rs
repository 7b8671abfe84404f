//! Resolves the recipient, created if new, and builds the answer, for both sends of this dialect.

use super::{
    envelope::AuthenticatedRequest,
    object_id,
    refusal::{Refusal, RefusalEndpoint, bug},
};
use crate::{
    base::time::{Time, iso_z},
    model::content::Content,
    runtime::config::Sender,
    web::{
        dialects::sending::{
            self, ClientAnswer, ClosedWindow, KeyFault, Order, Recipient, Refused, Sent, TemplateTrouble,
        },
        state::Web,
    },
};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The recipient. A new person becomes a contact at once, even if the send fails: Waplify does the same.
pub async fn recipient(web: &Web, sender: &Sender, phone: String, name: Option<String>) -> Result<Recipient, Refusal> {
    let known = sending::recipient(web, sender, phone.clone(), None).await.map_err(|_| Refusal::Internal)?;
    if known.known.is_some() {
        return Ok(known);
    }
    // Without a name: the placeholder is computed when it is shown, so that the person's own name can replace it.
    web.app.contacts.reach(&sender.account, sender.id, &phone, name.as_deref()).await.map_err(|error| bug(&error))?;
    sending::recipient(web, sender, phone, None).await.map_err(|_| Refusal::Internal)
}

/// Sends once per `Idempotency-Key`. `told` is the part of the request that the answer repeats: the kind, or the
/// template.
pub async fn once(
    asked: AuthenticatedRequest,
    sender: Sender,
    recipient: Recipient,
    content: Content,
    told: (&'static str, String),
    at: RefusalEndpoint,
) -> ClientAnswer {
    let path = format!("waplify/{}", told.0);
    let AuthenticatedRequest { web, headers, body, request_id, .. } = asked;
    let order = Order { sender, recipient, content, headers, path, body: body.to_vec() };
    let clock = Arc::clone(&web.app.clock);
    let words = move |outcome: Result<Sent, Refused>| {
        let now = clock.now();
        match outcome {
            Ok(sent) => (StatusCode::OK, success(&sent, &told, now)),
            Err(refused) => {
                let refusal = said(refused, at, now);
                (refusal.status(), refusal.body(&request_id, now))
            }
        }
    };
    sending::once(web, order, words).await
}

fn success(sent: &Sent, (field, value): &(&'static str, String), now: Time) -> Json {
    let mut body = json!({
        "status": "success",
        "message": "Message sent successfully",
        // Until the platform has answered, our id takes the place of its id, as in Waplify's own webhooks.
        "message_id": sent.provider_id.clone().unwrap_or_else(|| object_id(sent.id.0)),
        "contact_id": object_id(sent.contact.0),
        "timestamp": iso_z(now),
    });
    body[*field] = value.as_str().into();
    body
}

fn said(refused: Refused, at: RefusalEndpoint, now: Time) -> Refusal {
    let failed = |why: &str| Refusal::bad(format!("WhatsApp did not accept the message: {why}"));
    match refused {
        Refused::Offline => Refusal::Offline(at),
        Refused::NoBalance => Refusal::NoBalance(at),
        Refused::OptedOut => {
            let why = "Cannot send message: The contact has opted out of receiving messages.".to_owned();
            Refusal::Forbidden { why, at }
        }
        Refused::Closed(shut) => Refusal::Forbidden { why: closed(&shut, now), at },
        Refused::Template(TemplateTrouble::Paused) => failed("the template is paused"),
        Refused::Template(TemplateTrouble::Disabled) => failed("the template is disabled"),
        Refused::Template(TemplateTrouble::NotSynced { why } | TemplateTrouble::Mismatch { why })
        | Refused::Limited { why } => failed(&why),
        Refused::Unreachable { code, why } | Refused::Other { code, why, .. } => failed(&format!("{why} ({code})")),
        Refused::Key(KeyFault::OtherBody) => Refusal::KeyReused(at),
        Refused::Key(KeyFault::BadKey) => Refusal::bad("The Idempotency-Key header is empty or too long."),
        Refused::Key(KeyFault::Busy) => Refusal::InProgress(at),
        Refused::Internal => Refusal::Internal,
    }
}

/// Clients parse the start of the window out of the second text, so it contains a time only if the window has expired.
fn closed(shut: &ClosedWindow, now: Time) -> String {
    let began = shut.window.opened_at.or(shut.last_inbound_at);
    let over = began.filter(|began| !crate::model::window::Window { opened_at: Some(*began) }.is_open(now));
    let why = match over {
        None => {
            "No inbound message found from this contact. The 24-hour customer service window is not open.".to_owned()
        }
        Some(began) => format!(
            "The 24-hour customer service window has expired. Last inbound message was at {}.",
            crate::base::time::iso(began)
        ),
    };
    format!("Cannot send free-form message: {why} Use the template-based /send endpoint instead.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Span, model::window::Window};

    #[test]
    fn both_texts_of_a_closed_window_are_those_of_the_document() {
        let began = Time(1_781_424_000_000);
        let shut = |opened_at, last_inbound_at| ClosedWindow { window: Window { opened_at }, last_inbound_at };
        assert_eq!(
            closed(&shut(None, None), began),
            "Cannot send free-form message: No inbound message found from this contact. The 24-hour customer service \
             window is not open. Use the template-based /send endpoint instead."
        );
        let expired = "Cannot send free-form message: The 24-hour customer service window has expired. Last inbound \
                       message was at 2026-06-14T08:00:00+00:00. Use the template-based /send endpoint instead.";
        assert_eq!(closed(&shut(Some(began), Some(began)), began + Span::hours(24)), expired);
        assert_eq!(closed(&shut(None, Some(began)), began + Span::hours(30)), expired);
    }

    #[test]
    fn a_window_that_the_platform_calls_closed_names_no_time_that_would_open_it() {
        let wrote = Time(1_781_424_000_000);
        let shut = ClosedWindow { window: Window::default(), last_inbound_at: Some(wrote) };
        assert!(closed(&shut, wrote + Span::hours(2)).contains("No inbound message found"));
    }

    #[test]
    fn refusals_of_our_own_rules_have_the_shape_of_their_endpoint() {
        let body = |refused, at| said(refused, at, Time(0)).body("", Time(0));
        assert_eq!(
            body(Refused::OptedOut, RefusalEndpoint::Freeform),
            json!({"detail": "Cannot send message: The contact has opted out of receiving messages."})
        );
        assert_eq!(body(Refused::NoBalance, RefusalEndpoint::Other)["error"], "payment_required");
        let limited = said(Refused::Limited { why: "Pair rate".into() }, RefusalEndpoint::Freeform, Time(0));
        assert_eq!(limited, Refusal::bad("WhatsApp did not accept the message: Pair rate"));
    }
}
