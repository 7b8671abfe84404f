//! Catches panics, so that one does not end a lane, a send, a call or a part of the daemon.

use crate::base::time::Span;
use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
};
use tokio::task::JoinHandle;

/// Runs a pinned future to its end; a panic becomes `Err` with its text. Taking the future by value would store it
/// twice, which costs memory for each running message.
pub async fn caught<F: Future + Unpin>(mut future: F) -> Result<F::Output, String> {
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(text_of(panic.as_ref()))),
    })
    .await
}

/// Runs a part of the daemon until it ends. If it panics it is restarted after `rest`: without its timers a daemon
/// would answer requests, but nothing would become due any more.
pub fn kept_up<F>(name: &'static str, rest: Span, part: impl Fn() -> F + Send + 'static) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        while caught(pin!(part())).await.is_err() {
            tracing::error!(
                kind = name,
                "The part `{name}` of the daemon panicked, which is a bug of ours; it is started again"
            );
            tokio::time::sleep(rest.to_std()).await;
        }
    })
}

/// The text of a panic, if it is a literal of our source. A formatted text may quote a customer (slicing a text within
/// a character does), so it is not logged or stored; the place is.
pub fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic.downcast_ref::<&str>().map_or_else(|| "a panic, whose place is in the log".into(), |text| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        assert_eq!(caught(pin!(async { 7 })).await, Ok(7));
        let broken: Result<(), String> = caught(pin!(async { panic!("boom") })).await;
        assert_eq!(broken, Err("boom".into()));
    }

    #[tokio::test]
    async fn a_panic_that_quotes_a_text_is_not_quoted() {
        let letter = "é, my secret".to_owned();
        let broken = caught(pin!(async { letter[1..].len() })).await;
        assert_eq!(broken, Err("a panic, whose place is in the log".into()));
    }

    #[tokio::test]
    async fn a_part_that_panics_begins_anew_until_it_ends_by_itself() {
        let begun = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&begun);
        let part = kept_up("timers", Span::ZERO, move || {
            let n = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(n >= 2, "it panics at first") }
        });
        part.await.unwrap();
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }
}
