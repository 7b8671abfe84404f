//! Holds a running writer, and ends it.

use tokio::sync::oneshot;

#[derive(Debug)]
pub(crate) struct Running {
    pub stop: oneshot::Sender<()>,
    pub ended: oneshot::Receiver<()>,
}

impl Running {
    /// Ends the writer at once, like a kill, and waits until its connection is closed.
    pub async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.ended.await;
    }
}
