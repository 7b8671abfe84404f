//! Runs the HTTP server until it is stopped, then finishes the running requests.

use super::{
    body_memory::{Counted, Room},
    body_timeout::Timed,
    listener::{ClientTimeouts, Connection, ListeningSocket, Peer, public_places},
    peers::Peers,
    tls::Tls,
};
use crate::{
    base::limits::{ADMIN_CONNECTIONS_MAX, HTTP_BUFFER_BYTES_MAX, STOP_ACCEPTS},
    runtime::process::metrics::process::open_files_max,
    web::{admin, answer, router, standby::StandbyWeb, state::Web},
};
use axum::{
    Router,
    body::{Body, HttpBody as _},
    http::StatusCode,
    response::Response,
    serve::Listener as _,
};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Sleep, sleep},
};

/// The audience of a listener. Each has its own connection limit, so that one cannot block the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Side {
    /// Webhooks and the API.
    Public,
    /// Probes and metrics.
    Admin,
}

/// A server that listens.
pub struct Server {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    web: Arc<Web>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts to accept connections at the listener.
    pub fn start(listener: TcpListener, web: Arc<Web>) -> io::Result<Self> {
        Server::start_patient(listener, web, ClientTimeouts::default(), public_places(open_files_max()))
    }

    /// As `start`, with these time limits and this number of connections.
    pub fn start_patient(
        listener: TcpListener,
        web: Arc<Web>,
        patience: ClientTimeouts,
        places: usize,
    ) -> io::Result<Self> {
        Server::start_side(listener, web, (patience, places), Side::Public)
    }

    /// Serves probes and metrics completely and without a key, to every client that can reach the listener.
    pub fn start_admin(listener: TcpListener, web: Arc<Web>) -> io::Result<Self> {
        Server::start_side(listener, web, (ClientTimeouts::default(), ADMIN_CONNECTIONS_MAX), Side::Admin)
    }

    fn start_side(
        listener: TcpListener,
        web: Arc<Web>,
        (patience, places): (ClientTimeouts, usize),
        side: Side,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let peers = Peers::new(&web.app.config.proxies, Arc::clone(&web.app.clock));
        let door = ListeningSocket::new(listener, patience, peers, places);
        let task = tokio::spawn(accept(door, Arc::clone(&web), patience, side, stopped));
        Ok(Server { address, stop, web, task })
    }

    /// Accepts no more connections and waits for the running requests; drop the future to stop waiting.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // An event stream would keep its connection open for ever.
        self.web.stopping.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(error = %error, "The server's task failed");
        }
    }
}

/// Accepts until it is stopped or dropped; then waits until the last connection has ended.
async fn accept(
    mut door: ListeningSocket,
    web: Arc<Web>,
    patience: ClientTimeouts,
    side: Side,
    mut stopped: watch::Receiver<bool>,
) {
    let router = match side {
        Side::Public => router(Arc::clone(&web)),
        Side::Admin => admin::router(Arc::clone(&web)),
    };
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut closes = None;
    while let Some((io, address)) = next(&mut door, &mut stopped, &mut closes).await {
        let (web, router, open) = (Arc::clone(&web), router.clone(), open.clone());
        let mut stopped = stopped.clone();
        if closes.is_some() {
            // Its first request is the last.
            stopped.mark_changed();
        }
        tokio::spawn(async move {
            let responder = match side {
                Side::Public => Responder::Public(web, router, Peer(address)),
                Side::Admin => Responder::Admin(web, router),
            };
            serve(io, patience, &responder, stopped).await;
            drop(open);
        });
    }
    drop((door, open));
    let _ = all_closed.recv().await;
}

/// The next connection; `None` once the listener is to be closed. After a stop was asked for that takes a moment: the
/// kernel has accepted connections that wait in its queue, and would reset them.
async fn next(
    door: &mut ListeningSocket,
    stopped: &mut watch::Receiver<bool>,
    closes: &mut Option<Pin<Box<Sleep>>>,
) -> Option<(Connection, SocketAddr)> {
    if closes.is_none() {
        tokio::select! {
            accepted = door.accept() => return Some(accepted),
            _ = stopped.changed() => {}
        }
    }
    let closes = closes.get_or_insert_with(|| Box::pin(sleep(STOP_ACCEPTS.to_std())));
    tokio::select! {
        // A connection that waits at the end is taken, too.
        biased;
        accepted = door.accept() => Some(accepted),
        () = closes => None,
    }
}

/// The answers to the requests of one connection.
pub(in crate::web) enum Responder {
    Public(Arc<Web>, Router, Peer),
    Admin(Arc<Web>, Router),
    Standby(Arc<StandbyWeb>, Side, Peer),
}

impl Responder {
    fn room(&self) -> &Room {
        match self {
            Responder::Public(web, ..) | Responder::Admin(web, _) => &web.room,
            Responder::Standby(web, ..) => &web.room,
        }
    }

    /// The TLS of the connection's listener; `None`: it is plain. Probes always are.
    fn tls(&self) -> Option<&Tls> {
        match self {
            Responder::Public(web, ..) => web.tls.as_ref(),
            Responder::Standby(web, Side::Public, _) => web.tls.as_ref(),
            Responder::Admin(..) | Responder::Standby(_, Side::Admin, _) => None,
        }
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        match self {
            Responder::Public(web, router, peer) => answer(web, router, *peer, request).await,
            Responder::Admin(_, router) => admin::answer(router, request).await,
            // Boxed, because it is the rarer case.
            Responder::Standby(web, side, peer) => Box::pin(web.answer(*side, *peer, request)).await,
        }
    }
}

/// Serves the requests of one connection. When the server stops, the running one is the last.
pub(in crate::web) async fn serve(
    io: Connection,
    patience: ClientTimeouts,
    responder: &Responder,
    mut stopped: watch::Receiver<bool>,
) {
    let io = match responder.tls() {
        // Boxed, because it is over before the first request.
        Some(tls) => match Box::pin(secured(io, tls, stopped.clone())).await {
            Some(io) => io,
            None => return,
        },
        None => io,
    };
    let requests = &io.requests();
    let service = service_fn(|request: Request<Incoming>| {
        requests.begin();
        async move {
            let held = responder.room().hold(request.uri().path(), &request.body().size_hint());
            let request = request.map(|body| {
                let body = Timed::new(body, patience.body);
                match &held {
                    Some(held) => Body::new(Counted::new(body, Arc::clone(held))),
                    None => Body::new(body),
                }
            });
            let response = responder.answer(request).await;
            drop(held);
            // A connection that becomes another protocol's stays with this request, so that the bytes on it are never
            // taken for the next one.
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                requests.answered();
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    let http = http.max_buf_size(HTTP_BUFFER_BYTES_MAX);
    let mut connection = pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            // hyper would close a connection without a first request at once, and its client may be sending it.
            let ended = match requests.begun() {
                0 => tokio::time::timeout(STOP_ACCEPTS.to_std(), connection.as_mut()).await.ok(),
                _ => None,
            };
            match ended {
                Some(ended) => ended,
                None => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        }
    };
    if let Err(error) = ended {
        // Clients disconnect or stop sending: no action is needed.
        tracing::debug!(error = %error, "A connection ended early");
    }
}

/// The handshake of a connection. When the server stops, one that has begun gets as long as a first request does.
async fn secured(io: Connection, tls: &Tls, mut stopped: watch::Receiver<bool>) -> Option<Connection> {
    let too_late = async {
        let _ = stopped.changed().await;
        sleep(STOP_ACCEPTS.to_std()).await;
    };
    tokio::select! {
        biased;
        io = io.secured(tls) => io,
        () = too_late => None,
    }
}
