//! Builds the `session_status` object of this dialect: the state of the window (seeds 000 and 001).

use crate::{
    base::time::{Time, iso},
    model::window::Window,
};
use serde_json::{Value as Json, json};

/// The window at `now`, by its true end, so that a send and this answer agree.
pub fn status(window: Window, now: Time) -> Json {
    match window.ends_at() {
        Some(end) if now < end => {
            let minutes = (end - now).0 / 60_000;
            json!({
                "is_open": true,
                "can_send_freeform": true,
                "requires_template": false,
                "message": format!(
                    "Session open ({} remaining). Unlimited free-form messages allowed.",
                    hours_and_minutes(minutes)
                ),
                "minutes_remaining": minutes,
                "expires_at": iso(end),
            })
        }
        Some(end) => {
            let mut closed = closed("Session expired. Send a template or wait for customer to reply.");
            closed["expired_at"] = iso(end).into();
            closed
        }
        None => closed("Session expired. Send a template or wait for customer to reply."),
    }
}

/// For a person without any message in either direction.
pub fn no_conversation() -> Json {
    closed("No conversation exists with this recipient. Send a template message first.")
}

fn closed(message: &str) -> Json {
    json!({"is_open": false, "can_send_freeform": false, "requires_template": true, "message": message})
}

fn hours_and_minutes(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} hr {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    // 2026-02-24T10:30:00Z
    const WROTE: Time = Time(1_771_929_000_000);

    fn at(since: Span) -> Json {
        status(Window { opened_at: Some(WROTE) }, WROTE + since)
    }

    #[test]
    fn an_open_window_reads_as_in_the_seed() {
        assert_eq!(
            at(Span::minutes(15)),
            json!({
                "is_open": true,
                "can_send_freeform": true,
                "requires_template": false,
                "message": "Session open (23 hr 45 min remaining). Unlimited free-form messages allowed.",
                "minutes_remaining": 1425,
                "expires_at": "2026-02-25T10:30:00+00:00",
            })
        );
        assert!(at(Span::minutes(1400)).to_string().contains("(40 min remaining)"));
    }

    #[test]
    fn the_last_millisecond_is_open_and_the_end_is_not() {
        assert_eq!(at(Span(Span::hours(24).0 - 1))["is_open"], true);
        assert_eq!(
            at(Span::hours(24)),
            json!({
                "is_open": false,
                "can_send_freeform": false,
                "requires_template": true,
                "message": "Session expired. Send a template or wait for customer to reply.",
                "expired_at": "2026-02-25T10:30:00+00:00",
            })
        );
    }

    #[test]
    fn a_window_that_never_was_has_no_end() {
        assert_eq!(status(Window::default(), WROTE).get("expired_at"), None);
    }
}
