//! A request's body that must be there in time: who sends a byte a second is told so, and holds nobody up.

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

/// The body of another, which fails as `Late` when its last byte has not come in time. There is a clock only once it
/// must be waited for: nearly every webhook is there before anybody asks.
pub struct Timed<B> {
    inner: B,
    limit: Span,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// It did not arrive in time.
#[derive(Debug)]
struct Late;

impl<B> Timed<B> {
    pub fn new(inner: B, limit: Span) -> Self {
        Timed { inner, limit, alarm: None }
    }
}

/// Whether a body failed because it was late.
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
