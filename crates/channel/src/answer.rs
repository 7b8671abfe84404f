//! Maps two cases that all platforms share: no answer at all, and `Retry-After`.

use super::{HeaderMap, HttpError, Next, SendError, Sent};
use crate::base::{
    limits::{PROVIDER_TEXT_CHARS_MAX, RETRY_AFTER_MAX},
    time::Span,
};

/// Without an answer, only a request that was certainly not sent is safe to repeat.
pub fn no_answer(error: HttpError) -> SendError {
    let next = match error.sent {
        Sent::No => Next::Retry { after: None },
        Sent::Perhaps => Next::Ambiguous,
    };
    SendError { next, code: error.code.to_owned(), text: cut(&error.text) }
}

/// Maps an answer without an error code that we know: an HTML page, a redirect, an empty body. A success without an id
/// is no receipt, because its statuses could never be matched.
pub fn by_status(status: u16, headers: &HeaderMap) -> SendError {
    if (200..300).contains(&status) {
        return ours(Next::Ambiguous, "no_id", "the answer says success, but holds no message id");
    }
    let next = match status {
        429 => Next::Retry { after: None },
        408 | 500..=599 => Next::Ambiguous,
        // A redirect or a missing page: the address or the account in the configuration is wrong.
        300..=399 | 401 | 403 | 404 | 405 | 407 => Next::Misconfigured,
        _ => Next::Rejected { why: super::RefusalCause::Request },
    };
    let text = format!("HTTP {status} without an error that we know");
    SendError { next: with_retry_after(next, headers), code: format!("http_{status}"), text }
}

/// Adds the provider's `Retry-After` to a retry.
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

/// A provider's error text, cut to `PROVIDER_TEXT_CHARS_MAX` characters.
pub fn cut(text: &str) -> String {
    text.chars().take(PROVIDER_TEXT_CHARS_MAX).collect()
}

/// Seconds, or a date that is compared with the answer's own `Date`; at most `RETRY_AFTER_MAX`.
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

/// An HTTP date in seconds since 1970.
pub fn http_date(text: &str) -> Option<i64> {
    // The format of RFC 9110 is that of RFC 2822 with `GMT`.
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second())
}
