//! What is the same in the answers of all platforms: none at all, and when to come back.

use super::{HeaderMap, HttpError, Next, SendError, Sent};
use crate::base::{
    limits::{PROVIDER_TEXT_CHARS_MAX, RETRY_AFTER_MAX},
    time::Span,
};

/// Without an answer only one thing is safe to repeat: what never left.
pub fn no_answer(error: HttpError) -> SendError {
    let next = match error.sent {
        Sent::No => Next::Retry { after: None },
        Sent::Perhaps => Next::Ambiguous,
    };
    SendError { next, code: error.code.to_owned(), text: cut(&error.text) }
}

/// An answer in which nothing speaks to us: a page of HTML, a redirect, an empty body. A success without an id
/// is no receipt, for nobody could ever match its statuses.
pub fn by_status(status: u16, headers: &HeaderMap) -> SendError {
    if (200..300).contains(&status) {
        return ours(Next::Ambiguous, "no_id", "the answer says success, but holds no message id");
    }
    let next = match status {
        429 => Next::Retry { after: None },
        408 | 500..=599 => Next::Ambiguous,
        // A redirect or a page that is not there: the address or the account in the configuration is wrong.
        300..=399 | 401 | 403 | 404 | 405 | 407 => Next::Misconfigured,
        _ => Next::Rejected { why: super::Why::Request },
    };
    let text = format!("HTTP {status} without an error that we know");
    SendError { next: with_retry_after(next, headers), code: format!("http_{status}"), text }
}

/// The provider's own word on when to come back.
pub fn with_retry_after(next: Next, headers: &HeaderMap) -> Next {
    let after = retry_after(headers);
    match next {
        Next::Retry { .. } => Next::Retry { after },
        Next::RetryPair { .. } => Next::RetryPair { after },
        other => other,
    }
}

pub fn ours(next: Next, code: &str, text: &str) -> SendError {
    SendError { next, code: code.into(), text: text.into() }
}

/// A provider's words as they are kept.
pub fn cut(text: &str) -> String {
    text.chars().take(PROVIDER_TEXT_CHARS_MAX).collect()
}

/// Seconds, or a date that is measured against the answer's own `Date`; at most `RETRY_AFTER_MAX`.
fn retry_after(headers: &HeaderMap) -> Option<Span> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    let span = match text.parse::<u64>() {
        Ok(seconds) => Span::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000).min(i64::MAX / 1000)),
        Err(_) => {
            let until = http_date(text)?;
            let now = http_date(headers.get("date")?.to_str().ok()?)?;
            Span::seconds(until.saturating_sub(now))
        }
    };
    Some(span.clamp(Span::ZERO, RETRY_AFTER_MAX))
}

/// In seconds since 1970.
pub fn http_date(text: &str) -> Option<i64> {
    // RFC 9110 writes RFC 2822's form with `GMT`.
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second())
}
