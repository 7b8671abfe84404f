//! Completes a future even if the task that waits for it is dropped.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::runtime::Handle;

/// Runs where it is awaited, which costs no task and no wake-up; if it is dropped early, it continues as a task of its
/// own.
pub fn finished<F>(work: F) -> Finished<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    Finished(Some(Box::pin(work)))
}

pub struct Finished<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> Future for Finished<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let work = self.0.as_mut().expect("nobody polls what has come to its end");
        let output = ready!(work.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(output)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Finished<F> {
    fn drop(&mut self) {
        // Without a runtime the process is ending, and uncommitted work is repeated after the start.
        if let (Some(rest), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn work_gives_its_output_to_whoever_waits() {
        assert_eq!(finished(async { 7 }).await, 7);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_goes_on_from_where_it_was() {
        let ((go, wait), (tell, told)) = (oneshot::channel::<u8>(), oneshot::channel());
        let work = finished(async {
            let heard = wait.await;
            let _ = tell.send(heard);
        });
        let waited = tokio::time::timeout(std::time::Duration::ZERO, work).await;
        assert!(waited.is_err());
        go.send(7).unwrap();
        assert_eq!(told.await, Ok(Ok(7)));
    }

    #[test]
    fn work_without_a_runtime_is_dropped() {
        let (tell, mut told) = oneshot::channel::<u8>();
        drop(finished(async { drop(tell) }));
        assert_eq!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
}
