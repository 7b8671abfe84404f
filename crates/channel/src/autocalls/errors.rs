//! Maps Autocalls' errors to the next action, by HTTP status and `error_code` together (platform.md 1.2), never by the
//! status alone.

use crate::{
    HttpResponse, Next, PauseScope, RefusalCause, SendError, TemplateFault, answer,
    base::{
        limits::WINDOW,
        time::{Span, Time},
    },
    meta, twilio, untrusted_json,
};
use serde_json::Value;

/// `…; expired at 2026-02-23T10:30:00+00:00`: the suffix in which we store the time beside the error text.
const EXPIRED: &str = "; expired at ";

pub fn refused(answer: &HttpResponse, json: &Value) -> SendError {
    let code = untrusted_json::text(json, "error_code");
    let said = untrusted_json::text(json, "error").or_else(|| untrusted_json::text(json, "message"));
    let (Some(said), code) = (said, code) else { return answer::by_status(answer.status, &answer.headers) };
    let next = match (&code, untrusted_json::number(json, "retry_after")) {
        (None, Some(seconds)) if answer.status == 429 => {
            Next::Retry { after: Some(Span::seconds(seconds.clamp(0, 3600))) }
        }
        _ => answer::with_retry_after(next(answer.status, code.as_deref()), &answer.headers),
    };
    let expired =
        untrusted_json::text(json, "session_status.expired_at").map(|at| format!("{EXPIRED}{at}")).unwrap_or_default();
    let code = code.unwrap_or_else(|| format!("http_{}", answer.status));
    SendError { next, code, text: format!("{}{expired}", answer::cut(&said)) }
}

/// The next action for an answer.
fn next(status: u16, code: Option<&str>) -> Next {
    let template = |why| Next::TemplateUnusable { why };
    let rejected = |why| Next::Rejected { why };
    match code {
        Some("SESSION_EXPIRED") => Next::WindowClosed,
        // Paused until the operator has paid.
        Some("INSUFFICIENT_BALANCE") => Next::PauseSender { what: PauseScope::Everything, after: None },
        // The status is 422 or 503, depending on the endpoint; the meaning is the same.
        Some("SENDER_OFFLINE" | "MESSAGING_LIMIT_UNAVAILABLE") => Next::Retry { after: None },
        Some("SENDER_NOT_FOUND" | "NO_ASSISTANT_CONFIGURED" | "VOICE_CALL_LIMIT_NOT_MET") => Next::Misconfigured,
        Some("TEMPLATE_NOT_FOUND" | "TEMPLATE_NOT_SYNCED" | "TEMPLATE_MISMATCH") => template(TemplateFault::Data),
        Some("TEMPLATE_NOT_APPROVED") => template(TemplateFault::Paused),
        Some("INVALID_PHONE") => rejected(RefusalCause::Recipient),
        Some(code) if code.starts_with("TWILIO_ERROR_") => {
            let number = code.trim_start_matches("TWILIO_ERROR_").parse().unwrap_or(0);
            twilio::judge_send(number).unwrap_or_else(|| rejected(RefusalCause::Dropped))
        }
        // "UNKNOWN_ERROR" and new codes: refused, so it was not sent.
        Some(_) if status < 500 => Next::RetryOnce,
        Some(_) => Next::Ambiguous,
        None => match status {
            401 | 403 | 404 => Next::Misconfigured,
            429 => Next::Retry { after: None },
            408 | 500..=599 => Next::Ambiguous,
            // Laravel's list of validation errors in our request.
            _ => rejected(RefusalCause::Request),
        },
    }
}

/// The next action for a code from a status: Twilio's codes have five digits, Meta's are shorter or longer.
pub fn of_status(code: i64) -> Next {
    if (10_000..100_000).contains(&code) { twilio::judge_status(code) } else { meta::judge_status(code) }
}

pub fn opened_at(said: &str) -> Option<Time> {
    untrusted_json::time(said.rsplit_once(EXPIRED)?.1).map(|end| end - WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(status: u16, body: &str) -> Next {
        let answer = HttpResponse { status, ..HttpResponse::default() };
        refused(&answer, &serde_json::from_str(body).unwrap_or_default()).next
    }

    /// One test for each row of the table.
    macro_rules! rows {
        ($($name:ident: [$(($status:expr, $code:expr)),*] => $next:pat),* $(,)?) => { $(
            #[test]
            fn $name() {
                for (status, code) in [$(($status, $code)),*] {
                    let next = seen(status, &format!(r#"{{"success":false,"error":"words","error_code":"{code}"}}"#));
                    assert!(matches!(next, $next), "{status} {code}: {next:?}");
                }
            }
        )* };
    }

    rows! {
        an_empty_balance_pauses_the_sender: [(402, "INSUFFICIENT_BALANCE")]
            => Next::PauseSender { what: PauseScope::Everything, after: None },
        an_expired_session_is_a_closed_window: [(403, "SESSION_EXPIRED")] => Next::WindowClosed,
        a_sender_that_is_not_there_stops: [(404, "SENDER_NOT_FOUND"), (422, "NO_ASSISTANT_CONFIGURED"),
            (422, "VOICE_CALL_LIMIT_NOT_MET")] => Next::Misconfigured,
        an_offline_sender_is_tried_again_under_both_statuses: [(422, "SENDER_OFFLINE"), (503, "SENDER_OFFLINE"),
            (422, "MESSAGING_LIMIT_UNAVAILABLE")] => Next::Retry { after: None },
        a_template_that_is_not_there_asks_for_another: [(404, "TEMPLATE_NOT_FOUND"), (422, "TEMPLATE_NOT_SYNCED"),
            (422, "TEMPLATE_MISMATCH")] => Next::TemplateUnusable { why: TemplateFault::Data },
        a_template_that_waits_for_approval_may_come: [(422, "TEMPLATE_NOT_APPROVED")]
            => Next::TemplateUnusable { why: TemplateFault::Paused },
        a_bad_phone_is_final: [(422, "INVALID_PHONE")] => Next::Rejected { why: RefusalCause::Recipient },
        twilios_code_counts: [(422, "TWILIO_ERROR_63016")] => Next::WindowClosed,
        an_unknown_twilio_code_is_final: [(422, "TWILIO_ERROR_1")] => Next::Rejected { why: RefusalCause::Dropped },
        an_unknown_error_is_tried_once_more: [(422, "UNKNOWN_ERROR"), (400, "SOMETHING_NEW")] => Next::RetryOnce,
        what_broke_there_is_ambiguous: [(500, "SOMETHING_NEW")] => Next::Ambiguous,
    }

    #[test]
    fn refusals_without_a_code_go_by_status_and_words() {
        assert_eq!(seen(401, r#"{"error":"Unauthorized"}"#), Next::Misconfigured);
        let list = r#"{"message":"The message field is required.","errors":{"message":["…"]}}"#;
        assert_eq!(seen(422, list), Next::Rejected { why: RefusalCause::Request });
        let many = r#"{"message":"Too Many Attempts.","retry_after":60}"#;
        assert_eq!(seen(429, many), Next::Retry { after: Some(Span::seconds(60)) });
    }

    #[test]
    fn the_refusal_tells_when_the_window_was_opened() {
        let body = r#"{"error":"closed","error_code":"SESSION_EXPIRED",
            "session_status":{"expired_at":"2026-02-23T10:30:00+00:00"}}"#;
        let answer = HttpResponse { status: 403, ..HttpResponse::default() };
        let error = refused(&answer, &serde_json::from_str(body).unwrap());
        assert_eq!(opened_at(&error.text), untrusted_json::time("2026-02-22T10:30:00Z"));
        assert_eq!(opened_at("closed"), None);
    }

    #[test]
    fn a_status_has_a_code_of_twilio_or_of_meta() {
        assert_eq!(of_status(63016), Next::WindowClosed);
        assert_eq!(of_status(131_047), Next::WindowClosed);
    }
}
