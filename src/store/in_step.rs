//! One thing after another: waits for SQLite's thread without letting anything else of this one run, so
//! that nothing depends on which thread was faster.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Polls the future to its end here. It must need no other task of this thread.
pub(super) fn to_the_end<F: Future>(future: F) -> F::Output {
    // Tokio makes a task that polled much wait for its next turn, which never comes in here.
    let mut future = pin!(tokio::task::unconstrained(future));
    let waker = Waker::from(Arc::new(Sleeper(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Sleeper(Thread);

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_thread_finishes_is_waited_for() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let other = thread::spawn(move || sender.send(7));
        assert_eq!(to_the_end(receiver), Ok(7));
        other.join().unwrap().unwrap();
    }
}
