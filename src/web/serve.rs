//! Runs the server until it is told to stop; then what is in hand is finished.

use super::{
    answer,
    listen::{Connection, Door, Patience, Peer},
    router,
    state::Web,
    timed::Timed,
};
use crate::base::limits::HTTP_BUFFER_BYTES_MAX;
use axum::{Router, body::Body, serve::Listener as _};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// A server that listens.
pub struct Server {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    web: Arc<Web>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts to accept at the listener.
    pub fn start(listener: TcpListener, web: Arc<Web>) -> io::Result<Self> {
        Server::start_patient(listener, web, Patience::default())
    }

    /// The same for clients that have so much time.
    pub fn start_patient(listener: TcpListener, web: Arc<Web>, patience: Patience) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept(Door::new(listener, patience), Arc::clone(&web), patience, stopped));
        Ok(Server { address, stop, web, task })
    }

    /// Accepts nothing more and waits for the requests in hand; who has no more patience lets go of it.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // A stream of events would keep its connection for ever.
        self.web.stopping.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(error = %error, "The server's task failed");
        }
    }
}

/// Until it is stopped, or dropped; then until the last connection has ended.
async fn accept(mut door: Door, web: Arc<Web>, patience: Patience, mut stopped: watch::Receiver<bool>) {
    let router = router(Arc::clone(&web));
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    loop {
        let (io, address) = tokio::select! {
            accepted = door.accept() => accepted,
            _ = stopped.changed() => break,
        };
        let (web, router, stopped, open) = (Arc::clone(&web), router.clone(), stopped.clone(), open.clone());
        tokio::spawn(async move {
            serve(io, Peer(address), patience, &web, &router, stopped).await;
            drop(open);
        });
    }
    drop((door, open));
    let _ = all_closed.recv().await;
}

/// The requests of one connection. When the server stops, the one in hand is the last.
async fn serve(
    io: Connection,
    peer: Peer,
    patience: Patience,
    web: &Web,
    router: &Router,
    mut stopped: watch::Receiver<bool>,
) {
    let requests = &io.requests();
    let service = service_fn(|request: Request<Incoming>| {
        requests.begin();
        async move {
            let request = request.map(|body| Body::new(Timed::new(body, patience.body)));
            let response = answer(web, router, peer, request).await;
            requests.answered();
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    let http = http.max_buf_size(HTTP_BUFFER_BYTES_MAX);
    let mut connection = pin!(http.serve_connection(TokioIo::new(io), service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients break off, and fall silent: nothing to do about it.
        tracing::debug!(error = %error, "A connection ended early");
    }
}
