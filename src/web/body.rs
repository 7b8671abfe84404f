//! Reads request bodies within limits of size and time, and never holds more of one than its limit.

use super::problem::Problem;
use crate::base::limits::{BODY_READ_TIMEOUT, OVERSIZED_BODY_READ_BYTES_MAX};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
};
use std::{future::poll_fn, pin::Pin};

/// Why a body could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadBody {
    /// Longer than the limit. The rest was read and thrown away, so that the client sees the answer
    /// instead of a reset connection.
    TooLarge,
    /// It did not arrive within `BODY_READ_TIMEOUT`.
    TooSlow,
    /// The connection broke, or the framing is wrong.
    Broken,
}

/// The whole body, if it has at most `bytes_max` and arrives in time.
pub async fn read(body: Body, bytes_max: usize) -> Result<Bytes, BadBody> {
    in_time(collect(body, bytes_max), BODY_READ_TIMEOUT.to_std()).await
}

impl BadBody {
    pub fn status(self) -> StatusCode {
        match self {
            BadBody::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BadBody::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BadBody::Broken => StatusCode::BAD_REQUEST,
        }
    }

    /// For the metric's `result` label.
    pub fn as_str(self) -> &'static str {
        match self {
            BadBody::TooLarge => "too_large",
            BadBody::TooSlow => "too_slow",
            BadBody::Broken => "broken",
        }
    }

    pub fn problem(self, bytes_max: usize) -> Problem {
        let detail = match self {
            BadBody::TooLarge => format!("The body may have at most {bytes_max} bytes."),
            BadBody::TooSlow => "The body did not arrive in time.".to_owned(),
            BadBody::Broken => "The body could not be read.".to_owned(),
        };
        Problem::new(self.status(), self.as_str(), detail)
    }
}

async fn in_time(
    reading: impl Future<Output = Result<Bytes, BadBody>>,
    limit: std::time::Duration,
) -> Result<Bytes, BadBody> {
    tokio::time::timeout(limit, reading).await.unwrap_or(Err(BadBody::TooSlow))
}

async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, BadBody> {
    let mut first: Option<Bytes> = None;
    let mut kept: Vec<u8> = Vec::new();
    let mut seen = 0_usize;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| BadBody::Broken)?.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen > bytes_max {
            (first, kept) = (None, Vec::new());
            if seen > bytes_max.saturating_add(OVERSIZED_BODY_READ_BYTES_MAX) {
                break;
            }
            continue;
        }
        // Nearly every webhook comes in one frame, which then needs no copy.
        match first.take() {
            None if kept.is_empty() => first = Some(data),
            None => kept.extend_from_slice(&data),
            Some(before) => {
                kept.extend_from_slice(&before);
                kept.extend_from_slice(&data);
            }
        }
    }
    if seen > bytes_max {
        return Err(BadBody::TooLarge);
    }
    Ok(first.unwrap_or_else(|| kept.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() {
        assert_eq!(read(Body::from("12345"), 5).await, Ok(Bytes::from("12345")));
        assert_eq!(read(Body::from("123456"), 5).await, Err(BadBody::TooLarge));
        assert_eq!(read(Body::empty(), 5).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn a_body_that_never_comes_ends_in_time() {
        assert_eq!(in_time(std::future::pending(), std::time::Duration::ZERO).await, Err(BadBody::TooSlow));
    }
}
