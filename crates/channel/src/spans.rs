//! Queues the finished spans of traces for an exporter: one piece of work each, from the webhook to the reply.
//!
//! A trace is everything that one message of a contact, or one start of a flow, led to. Its id is the number that the log calls `trace.id`, so
//! nothing has to be carried along: each place that knows the number can tell its part, also after a restart and in
//! another daemon. Spans hold ids, names and durations, never a text, a number of a phone or a token.

use crate::base::time::Time;
use std::{
    borrow::Cow,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;

/// A finished piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The `trace.id` of the log.
    pub trace: i64,
    pub part: Part,
    /// The piece that this one belongs to; `None`: the trace begins here.
    pub parent: Option<Part>,
    pub role: Role,
    /// A name with few variants, such as `turn` or `POST`.
    pub name: Cow<'static, str>,
    pub began: Time,
    pub took: Duration,
    /// The fixed word for why it failed.
    pub error: Option<Cow<'static, str>>,
    pub attributes: Vec<(&'static str, Value)>,
}

/// Tells the pieces of one trace apart. Its span id is derived from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The beginning: the webhook with the message, or the start of a run that no message led to.
    Root,
    Turn {
        conversation: i64,
        turn: u64,
    },
    /// The sending of one of our messages, by its id.
    Send(i64),
    /// Nothing belongs to it; the number is that of [`Spans::fresh`].
    Leaf(u64),
}

/// The side of the work, as OpenTelemetry tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An answered request of somebody else.
    Server,
    /// A request of ours.
    Client,
    Internal,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(Cow<'static, str>),
    Number(i64),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

/// The queue to the exporter. Clones share it; the default one is off and costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Spans(Option<Arc<Queue>>);

#[derive(Debug)]
struct Queue {
    sender: mpsc::Sender<Span>,
    dropped: AtomicU64,
    leaves: AtomicU64,
    /// Of one hundred traces, how many are exported.
    percent: u64,
}

impl Spans {
    /// A queue of at most `most` spans, of which `percent` of one hundred traces are taken, each whole or not at all.
    pub fn queue(most: usize, percent: u64) -> (Spans, mpsc::Receiver<Span>) {
        let (sender, receiver) = mpsc::channel(most);
        // The numbers of two processes of one database must differ.
        let leaves = AtomicU64::new(RandomState::new().hash_one(most));
        let queue = Queue { sender, dropped: AtomicU64::new(0), leaves, percent };
        (Spans(Some(Arc::new(queue))), receiver)
    }

    /// Queues a span of `trace` if that trace is exported. Never waits: a span that finds the queue full is dropped and
    /// counted.
    pub fn record(&self, trace: i64, make: impl FnOnce() -> Span) {
        let Some(queue) = &self.0 else { return };
        if is_sampled(trace, queue.percent) && queue.sender.try_send(make()).is_err() {
            queue.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// True if spans of `trace` are exported; `None` where spans are off.
    pub fn samples(&self, trace: i64) -> Option<bool> {
        self.0.as_ref().map(|queue| is_sampled(trace, queue.percent))
    }

    /// A number for a [`Part::Leaf`]; 0 where spans are off.
    pub fn fresh(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.leaves.fetch_add(1, Ordering::Relaxed))
    }

    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the number of dropped spans since the last time.
    pub fn take_dropped(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.dropped.swap(0, Ordering::Relaxed))
    }
}

/// Decides by the trace's id alone, so that all daemons decide alike. Ids come in order, so they are mixed first.
fn is_sampled(trace: i64, percent: u64) -> bool {
    let mixed = (trace as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) * 100 < percent << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(trace: i64) -> Span {
        Span {
            trace,
            part: Part::Root,
            parent: None,
            role: Role::Internal,
            name: "turn".into(),
            began: Time(0),
            took: Duration::ZERO,
            error: None,
            attributes: Vec::new(),
        }
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (spans, mut queued) = Spans::queue(2, 100);
        (0..5).for_each(|trace| spans.record(trace, || span(trace)));
        assert_eq!((spans.take_dropped(), spans.take_dropped()), (3, 0));
        assert_eq!((queued.try_recv().unwrap().trace, queued.try_recv().unwrap().trace), (0, 1));
    }

    #[test]
    fn the_share_of_traces_is_as_asked_and_a_span_is_made_only_for_these() {
        for percent in [0, 1, 25, 50, 99, 100] {
            let taken = (0..10_000).filter(|trace| is_sampled(*trace, percent)).count() as u64;
            assert!(taken.abs_diff(percent * 100) <= 20, "{percent} percent: {taken} of 10,000");
        }
        Spans::default().record(1, || panic!("nobody exports it"));
    }
}
