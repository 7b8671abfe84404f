//! A writer at work, and how it is ended.

use tokio::sync::oneshot;

#[derive(Debug)]
pub(super) struct Running {
    pub stop: oneshot::Sender<()>,
    pub ended: oneshot::Receiver<()>,
}

impl Running {
    /// Ends the writer at once, as a kill would, and waits until its connection is closed.
    pub async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.ended.await;
    }
}
