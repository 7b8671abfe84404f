//! Parses one item of `statuses`: the delivery status of our message. Three of four webhooks are statuses.

use super::{
    body::Text,
    message::{id, time},
    payload::our_id,
    receive::{Malformed, shape},
};
use crate::{
    base::{ids::SenderId, limits::PROVIDER_TEXT_CHARS_MAX},
    model::inbound::{DeliveryState, Inbound, Price, StatusError, StatusUpdate},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads a status. `played` (a voice message was listened to) counts as read.
pub fn read(sender: SenderId, raw: &str) -> Result<Inbound, Malformed> {
    let status: Status<'_> = shape(raw)?;
    if status.recipient_type.get() == Some("group") {
        return Ok(Inbound::Ignored { why: "group_status" });
    }
    let state = match status.status.get() {
        Some("sent") => DeliveryState::Sent,
        Some("delivered") => DeliveryState::Delivered,
        Some("read" | "played") => DeliveryState::Read,
        Some("failed") => DeliveryState::Failed,
        Some(_) => return Ok(Inbound::Ignored { why: "status_kind" }),
        None => return Err("its `status` is missing".into()),
    };
    let error = match state {
        DeliveryState::Failed => status.errors.and_then(|errors| shape::<Vec<MetaError<'_>>>(errors.get()).ok()),
        DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read => None,
    };
    let status = StatusUpdate {
        provider_id: id(&status.id)?,
        ours: status.biz_opaque_callback_data.get().and_then(our_id),
        state,
        at: time(&status.timestamp)?,
        error: error.and_then(|all| all.first().map(MetaError::ours)),
        price: match state {
            DeliveryState::Delivered | DeliveryState::Read => status.pricing.and_then(price),
            DeliveryState::Sent | DeliveryState::Failed => None,
        },
    };
    Ok(Inbound::Status { sender, status })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    recipient_type: Text<'a>,
    #[serde(borrow)]
    biz_opaque_callback_data: Text<'a>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
    /// Parsed only for delivered messages: nothing else is charged.
    #[serde(borrow)]
    pricing: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pricing<'a> {
    billable: Option<bool>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
}

/// The price. `free_customer_service` and similar types are free, whatever `billable` says.
fn price(raw: &RawValue) -> Option<Price> {
    let pricing: Pricing<'_> = shape(raw.get()).ok()?;
    let free = pricing.billable == Some(false) || pricing.kind.get().is_some_and(|kind| kind.starts_with("free_"));
    Some(Price { billable: !free, category: pricing.category.owned() })
}

/// Meta's error object, the same in statuses and in answers.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MetaError<'a> {
    #[serde(borrow)]
    pub code: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    error_data: Option<Details<'a>>,
    pub is_transient: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details<'a> {
    #[serde(borrow)]
    details: Text<'a>,
}

impl MetaError<'_> {
    /// The error text, details first: titles and messages are unreliable.
    pub fn text(&self) -> String {
        let details = self.error_data.as_ref().and_then(|data| data.details.get());
        let said = self.message.get().or(self.title.get());
        let text = match (said, details) {
            (Some(said), Some(details)) if said != details => format!("{said}: {details}"),
            (Some(said), _) => said.to_owned(),
            (None, details) => details.unwrap_or_default().to_owned(),
        };
        text.chars().take(PROVIDER_TEXT_CHARS_MAX).collect()
    }

    pub fn number(&self) -> Option<i64> {
        self.code.get()?.parse().ok()
    }

    fn ours(&self) -> StatusError {
        StatusError { code: self.number().unwrap_or(0), text: self.text() }
    }
}
