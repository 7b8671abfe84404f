//! Serializes the answers of the dialects with the keys in the order of each product's documentation.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

/// All keys of a dialect. One order is used for every object, also for nested ones.
pub type Keys = &'static [&'static str];

/// A response with this body.
pub fn response(status: StatusCode, body: &Json, keys: Keys) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text(body, keys)).into_response()
}

fn text(body: &Json, keys: Keys) -> String {
    serde_json::to_string(&Ordered(body, keys)).expect("a JSON value with text keys can be written")
}

struct Ordered<'a>(&'a Json, Keys);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = match self.0 {
            Json::Object(fields) => fields,
            Json::Array(items) => return serializer.collect_seq(items.iter().map(|item| Ordered(item, self.1))),
            other => return other.serialize(serializer),
        };
        let place = |key: &str| self.1.iter().position(|known| *known == key).unwrap_or(self.1.len());
        let mut sorted: Vec<(&String, &Json)> = fields.iter().collect();
        // A stable sort: keys that this dialect does not know keep their order.
        sorted.sort_by_key(|(key, _)| place(key));
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for (key, value) in sorted {
            map.serialize_entry(key, &Ordered(value, self.1))?;
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
        const KEYS: Keys = &[
            "success",
            "is_open",
            "can_send_freeform",
            "requires_template",
            "error",
            "error_code",
            "message",
            "session_status",
            "errors",
        ];
        let body = json!({
            "error_code": "SESSION_EXPIRED", "error": "closed", "success": false,
            "session_status": {"requires_template": true, "message": "m", "is_open": false, "can_send_freeform": false},
        });
        assert_eq!(
            text(&body, KEYS),
            r#"{"success":false,"error":"closed","error_code":"SESSION_EXPIRED","session_status":{"is_open":false,"can_send_freeform":false,"requires_template":true,"message":"m"}}"#
        );
        assert_eq!(
            text(&json!([{"errors": {"message": ["a"]}, "message": "b"}]), KEYS),
            r#"[{"message":"b","errors":{"message":["a"]}}]"#
        );
    }
}
