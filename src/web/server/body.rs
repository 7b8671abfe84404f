//! Reads request bodies up to a size limit, never holding more than that in memory; `timed` limits the time.

use super::{body_memory::crowded_out, body_timeout::is_late};
use crate::{base::limits::OVERSIZED_BODY_READ_BYTES_MAX, web::problem::Problem};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
};
use std::{future::poll_fn, pin::Pin};

/// The reason why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadBody {
    /// Longer than the limit. The rest was read and discarded, so that the client gets the answer instead of a
    /// connection reset.
    TooLarge,
    /// It did not arrive in time; reported by `timed`.
    TooSlow,
    /// The memory for bodies is taken by other requests.
    Crowded,
    /// The connection broke, or the framing is wrong.
    Broken,
}

/// The whole body, if it has at most `bytes_max` and arrives in time.
pub async fn read(mut body: Body, bytes_max: usize) -> Result<Bytes, BadBody> {
    let mut first: Option<Bytes> = None;
    let mut kept: Vec<u8> = Vec::new();
    let (mut seen, mut crowded) = (0_usize, false);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) if is_late(&error) => return Err(BadBody::TooSlow),
            Err(error) => {
                // Read and discard the rest, so that the client gets the answer and can retry.
                let Some(bytes) = crowded_out(&error) else { return Err(BadBody::Broken) };
                seen = seen.saturating_add(bytes);
                (crowded, first, kept) = (true, None, Vec::new());
                if seen > bytes_max.saturating_add(OVERSIZED_BODY_READ_BYTES_MAX) {
                    break;
                }
                continue;
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if crowded || seen > bytes_max {
            (first, kept) = (None, Vec::new());
            if seen > bytes_max.saturating_add(OVERSIZED_BODY_READ_BYTES_MAX) {
                break;
            }
            continue;
        }
        // Nearly every webhook arrives in one frame, which then needs no copy.
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
    if crowded {
        return Err(BadBody::Crowded);
    }
    Ok(first.unwrap_or_else(|| kept.into()))
}

impl BadBody {
    pub fn status(self) -> StatusCode {
        match self {
            BadBody::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BadBody::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BadBody::Crowded => StatusCode::SERVICE_UNAVAILABLE,
            BadBody::Broken => StatusCode::BAD_REQUEST,
        }
    }

    /// For the metric's `result` label.
    pub fn as_str(self) -> &'static str {
        match self {
            BadBody::TooLarge => "too_large",
            BadBody::TooSlow => "too_slow",
            BadBody::Crowded => "crowded",
            BadBody::Broken => "broken",
        }
    }

    pub fn problem(self, bytes_max: usize) -> Problem {
        let detail = match self {
            BadBody::TooLarge => format!("The body may have at most {bytes_max} bytes."),
            BadBody::TooSlow => "The body did not arrive in time.".to_owned(),
            BadBody::Crowded => "Too many large bodies are being read; send it again.".to_owned(),
            BadBody::Broken => "The body could not be read.".to_owned(),
        };
        let retry_after_s = (self == BadBody::Crowded).then_some(5);
        Problem { retry_after_s, ..Problem::new(self.status(), self.as_str(), detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Span, web::server::body_timeout::Timed};

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() {
        assert_eq!(read(Body::from("12345"), 5).await, Ok(Bytes::from("12345")));
        assert_eq!(read(Body::from("123456"), 5).await, Err(BadBody::TooLarge));
        assert_eq!(read(Body::empty(), 5).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn a_body_that_never_comes_ends_in_time() {
        let never = Timed::new(Never, Span::ZERO);
        assert_eq!(read(Body::new(never), 5).await, Err(BadBody::TooSlow));
    }

    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
            std::task::Poll::Pending
        }
    }
}
