//! Waits for the signals that end the daemon.

use super::super::Failure;

/// Waits for SIGTERM or Ctrl-C.
pub(super) struct Stopping {
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
}

impl Stopping {
    pub fn new() -> Result<Stopping, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let listen =
                |kind| signal(kind).map_err(|error| Failure::Failed(format!("cannot listen to signals: {error}")));
            Ok(Stopping { terminated: listen(SignalKind::terminate())?, interrupted: listen(SignalKind::interrupt())? })
        }
        #[cfg(not(unix))]
        Ok(Stopping {})
    }

    pub async fn asked(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
