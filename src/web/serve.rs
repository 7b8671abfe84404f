//! Runs the server until it is told to stop; then what is in hand is finished, for a while.

use super::{
    listen::{Door, Peer},
    router,
    state::Web,
};
use crate::base::limits::STOP_WITHIN;
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// A server that listens.
pub struct Server {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    web: Arc<Web>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts to accept at the listener.
    pub fn start(listener: TcpListener, web: Arc<Web>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, mut stopped) = watch::channel(false);
        let service = router(Arc::clone(&web)).into_make_service_with_connect_info::<Peer>();
        let task = tokio::spawn(async move {
            let stopping = async move {
                // An error means that the server was dropped: the same.
                let _ = stopped.changed().await;
            };
            axum::serve(Door::new(listener), service).with_graceful_shutdown(stopping).await
        });
        Ok(Server { address, stop, web, task })
    }

    /// Accepts nothing more and waits for what is in hand, at most `STOP_WITHIN`.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        // A stream of events would keep its connection for ever.
        self.web.stopping.send_replace(true);
        match tokio::time::timeout(STOP_WITHIN.to_std(), &mut self.task).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(error = %error, "The server ended with an error"),
            Ok(Err(error)) => tracing::error!(error = %error, "The server's task failed"),
            Err(_) => {
                tracing::warn!("Requests were still in hand when the time to stop was over");
                self.task.abort();
            }
        }
    }
}
