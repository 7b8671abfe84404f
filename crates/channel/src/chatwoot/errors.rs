//! Maps Chatwoot's errors to the next action: an HTTP status and a sentence in `error` or `message`.

use crate::{
    HttpResponse, Next, PauseScope, RefusalCause, SendError, TemplateFault,
    answer::{self, by_status},
    meta,
    model::inbound::StatusError,
    untrusted_json::text,
};
use serde_json::Value;

/// The result of a refused send.
pub fn refused(answer: &HttpResponse, json: &Value) -> SendError {
    let Some(said) = text(json, "error").or_else(|| text(json, "message")) else {
        return by_status(answer.status, &answer.headers);
    };
    let (code, next) = judge(answer.status, &said.to_lowercase());
    SendError { next: answer::with_retry_after(next, &answer.headers), code: code.to_owned(), text: answer::cut(&said) }
}

fn judge(status: u16, said: &str) -> (&'static str, Next) {
    match status {
        401 | 403 => ("unauthorized", Next::Misconfigured),
        402 => ("payment_required", Next::PauseSender { what: PauseScope::Everything, after: None }),
        // Somebody has deleted the conversation; another account would not have told us of it.
        404 => ("no_conversation", Next::Rejected { why: RefusalCause::Recipient }),
        408 | 500..=599 => ("internal_error", Next::Ambiguous),
        429 => ("rate_limited", Next::Retry { after: None }),
        // A conversation takes a limited number of messages a minute, whoever writes them.
        422 if said.contains("too many messages") => ("conversation_full", Next::RetryPair { after: None }),
        422 => ("unprocessable", Next::Rejected { why: RefusalCause::Request }),
        300..=399 | 405 | 407 => ("refused", Next::Misconfigured),
        _ => ("refused", Next::Rejected { why: RefusalCause::Request }),
    }
}

/// The next action for a message that failed after Chatwoot had taken it: Meta's code, or a sentence of Chatwoot's own.
pub fn of_status(error: &StatusError) -> Next {
    if error.code != 0 {
        return meta::judge_status(error.code);
    }
    let said = error.text.to_lowercase();
    match () {
        () if said.contains("template not found") => Next::TemplateUnusable { why: TemplateFault::Data },
        () if said.contains("messaging window") || said.contains("24 hour") || said.contains("24-hour") => {
            Next::WindowClosed
        }
        () if said.contains("re-engagement") => Next::WindowClosed,
        // The words of Meta's error without its code, in any language: it was not delivered.
        () => Next::Rejected { why: RefusalCause::Dropped },
    }
}
