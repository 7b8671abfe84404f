//! Answers of this dialect as they are written out: the keys stand in the order of the seeds.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

/// All keys of the dialect. One order serves every answer, also inside `session_status` and `errors`.
const KEYS: &[&str] = &[
    "success",
    "has_conversation",
    "conversation_id",
    "customer_name",
    "last_customer_message_at",
    "message_id",
    "whatsapp_message_id",
    "message_sid",
    "status",
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
    "minutes_remaining",
    "expires_at",
    "expired_at",
    "session_status",
    "errors",
    "retry_after",
];

/// A response with this body.
pub fn response(status: StatusCode, body: &Json) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text(body)).into_response()
}

fn text(body: &Json) -> String {
    serde_json::to_string(&Ordered(body)).expect("a JSON value with text keys can be written")
}

struct Ordered<'a>(&'a Json);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Json::Object(fields) = self.0 else { return self.0.serialize(serializer) };
        let place = |key: &str| KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len());
        let mut sorted: Vec<(&String, &Json)> = fields.iter().collect();
        // Stable: what this dialect does not know keeps the order that it has.
        sorted.sort_by_key(|(key, _)| place(key));
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for (key, value) in sorted {
            map.serialize_entry(key, &Ordered(value))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_stand_as_in_the_seeds() {
        let body = json!({
            "error_code": "SESSION_EXPIRED", "error": "closed", "success": false,
            "session_status": {"requires_template": true, "message": "m", "is_open": false, "can_send_freeform": false},
        });
        assert_eq!(
            text(&body),
            r#"{"success":false,"error":"closed","error_code":"SESSION_EXPIRED","session_status":{"is_open":false,"can_send_freeform":false,"requires_template":true,"message":"m"}}"#
        );
        assert_eq!(
            text(&json!({"errors": {"message": ["a"]}, "message": "b"})),
            r#"{"message":"b","errors":{"message":["a"]}}"#
        );
    }
}
