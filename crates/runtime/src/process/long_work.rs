//! Runs long computations without blocking the threads that serve requests.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs `work` while another thread takes over this thread's other tasks. On a single-threaded runtime, as in
/// simulations, it runs in place.
pub fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        Ok(_) | Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn others_are_served_while_it_works() {
        let (tell, told) = std::sync::mpsc::channel();
        let other = tokio::spawn(async move { tell.send(()).unwrap() });
        let worked = tokio::spawn(async move { blocking(|| told.recv_timeout(Duration::from_secs(20)).is_ok()) });
        assert!(worked.await.unwrap(), "the only thread went on with the other task");
        other.await.unwrap();
    }
}
