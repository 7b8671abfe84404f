//! Accepts connections for a standby, and gives the listener back when the daemon becomes the active one.

use super::StandbyWeb;
use crate::{
    base::{
        clock::Clock,
        limits::{ADMIN_CONNECTIONS_MAX, STOP_ACCEPTS},
    },
    runtime::process::metrics::process::open_files_max,
    web::server::{
        listener::{ClientTimeouts, ListeningSocket, Peer, public_places},
        peers::Peers,
        serve::{Responder, Side, serve},
    },
};
use axum::serve::Listener as _;
use ipnet::IpNet;
use std::{convert::Infallible, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// A server of a standby.
pub struct StandbyServer {
    stop: watch::Sender<bool>,
    task: JoinHandle<TcpListener>,
    /// Ends with the last connection.
    open: mpsc::Receiver<Infallible>,
}

impl StandbyServer {
    /// Serves webhooks and the API by handing them on.
    pub fn start(listener: TcpListener, web: Arc<StandbyWeb>, proxies: &[IpNet], clock: Arc<dyn Clock>) -> Self {
        let places = public_places(open_files_max());
        StandbyServer::start_side(listener, web, Peers::new(proxies, clock), places, Side::Public)
    }

    /// Serves probes and metrics.
    pub fn start_admin(listener: TcpListener, web: Arc<StandbyWeb>, clock: Arc<dyn Clock>) -> Self {
        StandbyServer::start_side(listener, web, Peers::new(&[], clock), ADMIN_CONNECTIONS_MAX, Side::Admin)
    }

    fn start_side(listener: TcpListener, web: Arc<StandbyWeb>, peers: Peers, places: usize, side: Side) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let patience = ClientTimeouts::default();
        let mut door = ListeningSocket::new(listener, patience, peers, places);
        let (held, open) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            loop {
                let (io, peer) = tokio::select! {
                    // A connection that waits when the process ends would be reset. A flood delays no stop: while all
                    // places are taken, none is accepted.
                    biased;
                    accepted = door.accept() => accepted,
                    _ = stopped.changed() => return door.into_listener(),
                };
                let (responder, stopped) = (Responder::Standby(Arc::clone(&web), side, Peer(peer)), stopped.clone());
                let held = held.clone();
                tokio::spawn(async move {
                    serve(io, patience, &responder, stopped).await;
                    drop(held);
                });
            }
        });
        StandbyServer { stop, task, open }
    }

    /// Accepts no more connections, and gives the listener back; new connections wait there. Running requests go on.
    pub async fn stop(self) -> std::io::Result<TcpListener> {
        let _ = self.stop.send(true);
        self.task.await.map_err(std::io::Error::other)
    }

    /// Accepts no more connections, and waits for the running requests.
    pub async fn close(self) {
        // Connections that wait in the kernel's queue would be reset.
        tokio::time::sleep(STOP_ACCEPTS.to_std()).await;
        let StandbyServer { stop, task, mut open } = self;
        let _ = stop.send(true);
        drop(task.await);
        let _ = open.recv().await;
    }
}
