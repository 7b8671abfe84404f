//! `/platform/v1/whatsapp/phone_numbers`: lists the numbers of a key, whose ids clients need for all other requests.

use super::{GraphParams, business_of, called, number_of, told};
use crate::{
    base::query,
    runtime::config::Sender,
    web::{
        dialects::kapso::{
            envelope::{AuthenticatedRequest, Page},
            uuid,
        },
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn numbers(State(web): State<Arc<Web>>, request: Request) -> Response {
    told(web, request, |asked| async move {
        let page = Page::read(&asked.query)?;
        let wanted = |name: &str| query::value(&asked.query, name).filter(|value: &String| !value.is_empty());
        let (number, business) = (wanted("phone_number_id"), wanted("business_account_id"));
        let own = asked.web.app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
        let fitting = own.filter(|sender| {
            number.as_deref().is_none_or(|number| sender.is_called(number))
                && business.as_deref().is_none_or(|business| business_of(sender) == business)
        });
        let all: Vec<Json> = fitting.map(|sender| described(&asked, sender)).collect();
        Ok(page.of(&all))
    })
    .await
}

pub async fn number(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move {
        let sender = number_of(&asked, names.get(0))?;
        Ok(json!({"data": described(&asked, sender)}))
    })
    .await
}

fn described(asked: &AuthenticatedRequest, sender: &Sender) -> Json {
    let app = &asked.web.app;
    let paused = app.health.paused_senders.paused_until(sender.id, false, app.clock.now()).is_some();
    json!({
        "id": called(sender),
        "internal_id": uuid(sender.id.0),
        "phone_number_id": called(sender),
        "name": sender.name,
        "display_name": sender.name,
        "business_account_id": business_of(sender),
        "display_phone_number": sender.phone,
        "display_phone_number_normalized": sender.phone.trim_start_matches('+'),
        "status": if paused { "DISCONNECTED" } else { "CONNECTED" },
        "is_coexistence": false,
        "inbound_processing_enabled": true,
        "calls_enabled": false,
        "customer_id": null,
    })
}
