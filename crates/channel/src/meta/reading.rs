//! Marks a customer's message as read and shows the typing indicator (platform.md 4.9).

use super::{Meta, doctor};
use crate::{
    Http, Method,
    base::ids::{ProviderId, SenderId},
    question::QuestionError,
};
use serde_json::json;

/// Marks this message and all earlier ones as read. The typing indicator ends with the answer, or after 25 seconds.
pub async fn mark_read(
    meta: &Meta,
    http: &dyn Http,
    sender: SenderId,
    message: &ProviderId,
    typing: bool,
) -> Result<(), QuestionError> {
    let sender = meta.sender(sender).ok_or_else(|| doctor::unknown(sender))?;
    let mut body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": message});
    if typing {
        body["typing_indicator"] = json!({"type": "text"});
    }
    let path = format!("{}/messages", sender.phone_number_id);
    doctor::ask(http, sender, Method::Post, &path, Some(doctor::with_json(&body))).await.map(drop)
}
