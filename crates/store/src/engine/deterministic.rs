//! Blocks on SQLite's thread without running any other task of this thread, so that a test's result does not depend on
//! which thread was faster.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Polls the future to completion on this thread. It must not need another task of this thread.
pub(crate) fn to_the_end<F: Future>(future: F) -> F::Output {
    // Without `unconstrained`, Tokio's cooperative budget could keep the future pending until this task yields, which
    // it never does.
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
