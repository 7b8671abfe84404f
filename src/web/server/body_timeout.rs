//! Limits the time for a request's body: a client that sends one byte per second gets an error and blocks nobody.

use crate::base::time::Span;
use axum::{
    BoxError,
    body::{Bytes, HttpBody},
};
use hyper::body::{Frame, SizeHint};
use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::time::{Sleep, sleep};

/// Wraps a body, and fails with `Late` if its last byte has not arrived in time. The timer starts only when the body
/// must be awaited: nearly every webhook is already complete.
pub struct Timed<B> {
    inner: B,
    limit: Span,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// The body did not arrive in time.
#[derive(Debug)]
struct Late;

impl<B> Timed<B> {
    pub fn new(inner: B, limit: Span) -> Self {
        Timed { inner, limit, alarm: None }
    }
}

/// True if a body failed because it was late.
pub fn is_late(error: &(dyn Error + 'static)) -> bool {
    error.is::<Late>() || error.source().is_some_and(is_late)
}

impl<B> HttpBody for Timed<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = this.limit;
        let alarm = this.alarm.get_or_insert_with(|| Box::pin(sleep(limit.to_std())));
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Some(Err(Late.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl Error for Late {}
