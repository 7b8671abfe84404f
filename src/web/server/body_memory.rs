//! Limits the total memory of request bodies: above the limit a body is refused instead of held.
//!
//! Small bodies, as of nearly all webhooks, are not counted: four thousand connections may have one each. So an
//! attacker who fills the memory with large, endless bodies blocks only other large bodies, and only for
//! `BODY_READ_TIMEOUT`.

use crate::base::limits::{BODIES_HELD_BYTES_MAX, BODY_FREE_BYTES, FILES_HELD_BYTES_MAX, WEBHOOK_BODY_BYTES_MAX};
use axum::{
    BoxError,
    body::{Bytes, HttpBody},
};
use hyper::body::{Frame, SizeHint};
use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

/// The memory for bodies: one budget for files that are uploaded with a key, one for everything else.
#[derive(Debug)]
pub struct Room {
    files: Arc<AtomicUsize>,
    others: Arc<AtomicUsize>,
}

/// The memory of one request's body, until the request is answered.
#[derive(Debug)]
pub struct BodyPermit {
    left: Arc<AtomicUsize>,
    bytes: AtomicUsize,
    /// Bytes of one body beyond this are discarded as soon as they are read, so they are not counted.
    bytes_max: usize,
}

/// A body whose bytes are counted while it is read.
pub struct Counted<B> {
    inner: B,
    held: Arc<BodyPermit>,
}

/// There is no memory for this many more bytes: they are discarded.
#[derive(Debug)]
struct Crowded(usize);

impl Default for Room {
    fn default() -> Self {
        Room {
            files: Arc::new(AtomicUsize::new(FILES_HELD_BYTES_MAX)),
            others: Arc::new(AtomicUsize::new(BODIES_HELD_BYTES_MAX)),
        }
    }
}

impl Room {
    /// The budget entry for the body of a request to `path`; `None` if the body is too small to be counted.
    pub fn hold(&self, path: &str, size: &SizeHint) -> Option<Arc<BodyPermit>> {
        if size.upper().is_some_and(|bytes| bytes <= BODY_FREE_BYTES as u64) {
            return None;
        }
        let (left, bytes_max) = match path {
            "/v1/media" => (&self.files, FILES_HELD_BYTES_MAX),
            _ => (&self.others, WEBHOOK_BODY_BYTES_MAX),
        };
        Some(Arc::new(BodyPermit { left: Arc::clone(left), bytes: AtomicUsize::new(0), bytes_max }))
    }
}

impl BodyPermit {
    /// Reserves more bytes; false if there is no memory for them.
    fn grow(&self, bytes: usize) -> bool {
        let before = self.bytes.load(Ordering::Relaxed);
        let more = bytes.min(self.bytes_max.saturating_sub(before));
        let took = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(more));
        if took.is_ok() {
            self.bytes.fetch_add(more, Ordering::Relaxed);
        }
        took.is_ok()
    }
}

impl Drop for BodyPermit {
    fn drop(&mut self) {
        self.left.fetch_add(*self.bytes.get_mut(), Ordering::Relaxed);
    }
}

impl<B> Counted<B> {
    pub fn new(inner: B, held: Arc<BodyPermit>) -> Self {
        Counted { inner, held }
    }
}

/// The number of discarded bytes, if a body failed for lack of memory; `None` if it failed otherwise.
pub fn crowded_out(error: &(dyn Error + 'static)) -> Option<usize> {
    error.downcast_ref().map(|Crowded(bytes)| *bytes).or_else(|| error.source().and_then(crowded_out))
}

impl<B> HttpBody for Counted<B>
where
    B: HttpBody<Data = Bytes, Error = BoxError> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        let bytes = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) | None => 0,
        };
        Poll::Ready(if bytes > 0 && !this.held.grow(bytes) { Some(Err(Crowded(bytes).into())) } else { frame })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Display for Crowded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many bodies are being read")
    }
}

impl Error for Crowded {}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(room: &Room, path: &str) -> Arc<BodyPermit> {
        room.hold(path, &SizeHint::default()).unwrap()
    }

    #[test]
    fn bodies_at_the_limit_are_held_and_one_byte_more_is_not() {
        let room = Room::default();
        let full: Vec<_> =
            (0..BODIES_HELD_BYTES_MAX / WEBHOOK_BODY_BYTES_MAX).map(|_| hold(&room, "/webhooks/meta")).collect();
        assert!(full.iter().all(|held| held.grow(WEBHOOK_BODY_BYTES_MAX)));
        let last = hold(&room, "/webhooks/meta");
        assert!(last.grow(BODIES_HELD_BYTES_MAX % WEBHOOK_BODY_BYTES_MAX));
        assert!(!last.grow(1) && !hold(&room, "/v1/messages").grow(1));
        assert!(hold(&room, "/v1/media").grow(1), "files have room of their own");
        drop(full);
        assert!(last.grow(1));
        drop(last);
        assert_eq!(room.others.load(Ordering::Relaxed), BODIES_HELD_BYTES_MAX);
    }

    #[test]
    fn a_small_body_needs_no_room_and_what_is_thrown_away_takes_none() {
        let room = Room::default();
        assert!(room.hold("/webhooks/meta", &SizeHint::with_exact(BODY_FREE_BYTES as u64)).is_none());
        assert!(room.hold("/webhooks/meta", &SizeHint::with_exact(BODY_FREE_BYTES as u64 + 1)).is_some());
        let one = hold(&room, "/webhooks/meta");
        for _ in 0..10 {
            assert!(one.grow(WEBHOOK_BODY_BYTES_MAX));
        }
        assert_eq!(room.others.load(Ordering::Relaxed), BODIES_HELD_BYTES_MAX - WEBHOOK_BODY_BYTES_MAX);
    }
}
