//! Implements Kapso's API: exact in fields, texts, statuses and errors, so that clients written for that product work
//! after a change of base URL (seed 004, platform.md 3).

mod envelope;
mod execution;
mod files;
pub mod graph;
mod health;
mod message;
mod refusal;
mod sandbox;

use super::ordered::Keys;
pub use execution::{execute, execution};
pub use health::{check, test};
pub use message::send;
pub use refusal::Refusal;
pub use sandbox::{create, list, show};

/// In the order of Kapso's documentation.
const KEYS: Keys = &[
    "data",
    "meta",
    "message",
    "id",
    "phone_number",
    "message_type",
    "content",
    "direction",
    "status",
    "timestamp",
    "checked_at",
    "checks",
    "passed",
    "overall_status",
    "details",
    "processing_status",
    "whatsapp_message_id",
    "metadata",
    "media_url",
    "message_type_data",
    "workflow_id",
    "flow_id",
    "tracking_id",
    "activation_code",
    "activation_message",
    "activation_link",
    "started_at",
    "ended_at",
    "activated_at",
    "expires_at",
    "created_at",
    "updated_at",
    "agent",
    "error",
];

/// Our id as a UUID, which Kapso's clients expect: version 8, whose content is free.
fn uuid(id: i64) -> String {
    let hex = format!("{id:014x}");
    format!("00000000-0000-8000-80{}-{}", &hex[..2], &hex[2..])
}

/// Parses a UUID of `uuid`; also our plain number, as the native API shows it.
fn from_uuid(text: &str) -> Option<i64> {
    if let Some(hex) = text.strip_prefix("00000000-0000-8000-80") {
        let (high, low) = hex.split_once('-')?;
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
        let whole = digits(high, 2) && digits(low, 12);
        return i64::from_str_radix(&format!("{high}{low}"), 16).ok().filter(|_| whole);
    }
    text.parse().ok().filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_went() {
        assert_eq!(uuid(1_234), "00000000-0000-8000-8000-0000000004d2");
        for id in [1, 1_234, 281_474_976_710_656, 9_007_199_254_740_991] {
            assert_eq!((from_uuid(&uuid(id)), from_uuid(&id.to_string())), (Some(id), Some(id)));
            assert_eq!(uuid(id).len(), 36);
        }
        for wrong in ["", "-1", "conv_123", "00000000-0000-8000-8000-", "00000000-0000-8000-80zz-0000000004d2"] {
            assert_eq!(from_uuid(wrong), None, "{wrong}");
        }
    }
}
