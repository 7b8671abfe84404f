//! Accepts connections within limits: a total, a number for each address, and time limits for slow clients.

use super::{
    peers::{Counted, Peers},
    tls::{Stream, Tls},
};
use crate::{
    base::{
        clock::Stopwatch,
        limits::{
            BODY_READ_TIMEOUT, CONNECTION_IDLE, CONNECTIONS_MAX, FILES_KEPT_FREE, FULL_TOLD_EVERY, HEAD_READ_TIMEOUT,
            TLS_HANDSHAKE_TIMEOUT,
        },
        time::Span,
    },
    web::problem::Problem,
};
use axum::{http::StatusCode, serve::Listener};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep, timeout},
};

/// A listening socket. Above its limit of open connections, new ones wait in the kernel's queue.
pub struct ListeningSocket {
    listener: TcpListener,
    places: Arc<Semaphore>,
    peers: Peers,
    patience: ClientTimeouts,
    /// When the log last said that all places are taken.
    told_full: Option<Stopwatch>,
}

/// The time limits of a client.
#[derive(Debug, Clone, Copy)]
pub struct ClientTimeouts {
    /// For the request line and headers, from their first byte on.
    pub head: Span,
    /// For the request's body.
    pub body: Span,
    /// For beginning a request, or for reading a part of an answer.
    pub idle: Span,
    /// For the TLS handshake, from the beginning of the connection.
    pub handshake: Span,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        ClientTimeouts {
            head: HEAD_READ_TIMEOUT,
            body: BODY_READ_TIMEOUT,
            idle: CONNECTION_IDLE,
            handshake: TLS_HANDSHAKE_TIMEOUT,
        }
    }
}

/// The client's address.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// A connection that fails if for `CONNECTION_IDLE` (at most twice that) no request began and the client read nothing:
/// neither an unread answer nor an idle keep-alive connection takes its place for ever. Slow headers get a 408 after
/// `HEAD_READ_TIMEOUT`, a slow body (`timed`) after `BODY_READ_TIMEOUT`.
pub struct Connection {
    stream: Stream,
    /// True if something was written since the timer was set.
    taken: bool,
    requests: Requests,
    /// The number of requests that had begun when the timer was set.
    begun: u64,
    /// The number of requests that had begun when bytes of the next one arrived; if more have begun since, that one is
    /// complete.
    heard: Option<u64>,
    /// The timer for the headers of that request, with its number.
    head: Option<(u64, Pin<Box<Sleep>>)>,
    patience: ClientTimeouts,
    alarm: Pin<Box<Sleep>>,
    _counted: Counted,
    _place: OwnedSemaphorePermit,
}

/// How many requests of a connection have begun (their headers are complete), and how many were answered.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<[AtomicU64; 2]>);

impl Requests {
    pub fn begin(&self) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    pub fn answered(&self) {
        self.0[1].fetch_add(1, Ordering::Relaxed);
    }

    pub fn begun(&self) -> u64 {
        self.0[0].load(Ordering::Relaxed)
    }

    fn is_in_hand(&self) -> bool {
        self.begun() != self.0[1].load(Ordering::Relaxed)
    }
}

impl Connection {
    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// The connection after a TLS handshake; `None` if that failed, or the client does not speak TLS.
    pub async fn secured(self, tls: &Tls) -> Option<Connection> {
        let stream = timeout(self.patience.handshake.to_std(), self.stream.secured(tls)).await.ok()??;
        Some(Connection { stream, ..self })
    }

    /// Limits every wait for the client by the timer. The timer is set again only when it expires: moving it at each
    /// read would cost more than the read.
    fn waiting<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        while self.alarm.as_mut().poll(cx).is_ready() {
            let begun = self.requests.begun();
            if !std::mem::take(&mut self.taken) && begun == self.begun {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.begun = begun;
            self.alarm.set(sleep(self.patience.idle.to_std()));
        }
        Poll::Pending
    }

    /// True if the headers are late. The timer starts only if the headers are incomplete and more bytes must be
    /// awaited, so a request whose headers arrive in one piece costs nothing.
    fn head_is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let begun = self.requests.begun();
        if self.heard != Some(begun) || self.requests.is_in_hand() {
            return false;
        }
        let limit = self.patience.head.to_std();
        let of_this_one = self.head.take().filter(|(of, _)| *of == begun);
        let (_, alarm) = self.head.insert(of_this_one.unwrap_or_else(|| (begun, Box::pin(sleep(limit)))));
        alarm.as_mut().poll(cx).is_ready()
    }

    /// Writes the 408 directly to the socket, because hyper does not know this request yet.
    fn refuse_late_head(&mut self, cx: &mut Context<'_>) {
        let why = "The headers of the request did not arrive in time.";
        let body = Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", why).to_json().to_string();
        let head = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/problem+json";
        let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        // A client that does not read even this gets no answer.
        let mut stream = Pin::new(&mut self.stream);
        let _ = stream.as_mut().poll_write(cx, answer.as_bytes());
        let _ = stream.poll_flush(cx);
    }
}

impl ListeningSocket {
    pub fn new(listener: TcpListener, patience: ClientTimeouts, peers: Peers, places: usize) -> Self {
        ListeningSocket { listener, places: Arc::new(Semaphore::new(places)), peers, patience, told_full: None }
    }

    /// Gives the socket back; connections that were not accepted wait in the kernel's queue.
    pub fn into_listener(self) -> TcpListener {
        self.listener
    }

    /// A place for one more connection; waits while all are taken, and says so in the log.
    async fn place(&mut self) -> OwnedSemaphorePermit {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return place;
        }
        if self.told_full.is_none_or(|told| told.elapsed() >= FULL_TOLD_EVERY.to_std()) {
            self.told_full = Some(Stopwatch::start());
            let listen = self.listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
            tracing::warn!(
                listen = %listen,
                "All connections of the listener at {listen} are in use; new ones wait until one ends"
            );
        }
        Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed")
    }
}

/// The number of public connections. Each needs a file descriptor, and so do the database and the probes.
pub fn public_places(open_files_max: Option<u64>) -> usize {
    let files = open_files_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    files.saturating_sub(FILES_KEPT_FREE).clamp(files.min(FILES_KEPT_FREE) / 2, CONNECTIONS_MAX).max(1)
}

impl Listener for ListeningSocket {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let place = self.place().await;
        // axum's `Listener` already waits when file descriptors run out.
        let (stream, address, counted) = loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            // Close a connection above its address's limit: in a queue it would block others.
            if let Some(counted) = self.peers.admit(address.ip()) {
                break (stream, address, counted);
            }
        };
        // Answers are single small writes: waiting to fill a packet (Nagle's algorithm) would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "A connection keeps Nagle's algorithm");
        }
        let (patience, alarm) = (self.patience, Box::pin(sleep(self.patience.idle.to_std())));
        let (taken, requests) = (true, Requests::default());
        let (begun, heard, head) = (0, None, None);
        let connection = Connection {
            stream: Stream::Plain(stream),
            taken,
            requests,
            begun,
            heard,
            head,
            patience,
            alarm,
            _counted: counted,
            _place: place,
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (this, before) = (self.get_mut(), buffer.filled().len());
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Pending if this.head_is_late(cx) => {
                this.refuse_late_head(cx);
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => this.waiting(cx),
            ready => {
                // Bytes of the running request's body do not belong to the next request.
                if buffer.filled().len() > before && !this.requests.is_in_hand() {
                    this.heard = Some(this.requests.begun());
                }
                ready
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Pending => this.waiting(cx),
            ready => {
                this.taken |= matches!(ready, Poll::Ready(Ok(_)));
                ready
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write_vectored(cx, parts) {
            Poll::Pending => this.waiting(cx),
            ready => {
                this.taken |= matches!(ready, Poll::Ready(Ok(_)));
                ready
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    const IDLE: Duration = Duration::from_millis(20);

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let soon = Span::millis(20);
        let mut door = ListeningSocket::new(
            listener,
            ClientTimeouts { head: soon, body: soon, idle: soon, handshake: soon },
            Peers::new(&[], Arc::new(crate::base::clock::SystemClock)),
            1,
        );
        let address = door.local_addr().unwrap();
        let (accepted, client) = tokio::join!(door.accept(), TcpStream::connect(address));
        (accepted.0, client.unwrap())
    }

    #[test]
    fn connections_leave_some_files_to_all_else() {
        let places: Vec<usize> = [None, Some(65_536), Some(1_024), Some(300), Some(1)].map(public_places).into();
        assert_eq!(places, [CONNECTIONS_MAX, CONNECTIONS_MAX, 768, 128, 1]);
    }

    #[tokio::test]
    async fn a_header_in_drips_does_not_keep_its_place() {
        let (mut server, mut client) = pair().await;
        let drips = async {
            while client.write_all(b"x").await.is_ok() {
                sleep(IDLE / 10).await;
            }
        };
        let ended = async {
            let mut byte = [0];
            loop {
                if let Err(error) = server.read_exact(&mut byte).await {
                    return error.kind();
                }
            }
        };
        tokio::select! {
            kind = ended => assert_eq!(kind, io::ErrorKind::TimedOut),
            () = drips => panic!("the client saw the end before the server said it"),
        }
        drop(server);
        // Unread input makes the close a reset; the answer written before still arrives.
        let (mut told, mut some) = (Vec::new(), [0; 512]);
        while let Ok(count @ 1..) = client.read(&mut some).await {
            told.extend_from_slice(&some[..count]);
        }
        let told = String::from_utf8(told).unwrap();
        assert!(told.starts_with("HTTP/1.1 408 ") && told.contains(r#""code":"too_slow""#), "{told}");
    }

    #[tokio::test]
    async fn a_connection_that_waits_between_requests_hears_nothing() {
        let (mut server, mut client) = pair().await;
        client.write_all(b"x").await.unwrap();
        let mut byte = [0];
        server.read_exact(&mut byte).await.unwrap();
        // With that byte the request was complete, and it was answered.
        server.requests().begin();
        server.requests().answered();
        let kind = server.read_exact(&mut byte).await.unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::TimedOut, "it ends as one that is not used");
        drop(server);
        let mut told = String::new();
        client.read_to_string(&mut told).await.unwrap();
        assert_eq!(told, "");
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_does_not_keep_its_place() {
        let (mut server, _client) = pair().await;
        let block = vec![0; 1 << 20];
        let kind = loop {
            if let Err(error) = server.write_all(&block).await {
                break error.kind();
            }
        };
        assert_eq!(kind, io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_connection_whose_requests_begin_stays() {
        let (mut server, mut client) = pair().await;
        let requests = server.requests();
        for _ in 0..30 {
            requests.begin();
            requests.answered();
            client.write_all(b"x").await.unwrap();
            let mut byte = [0];
            server.read_exact(&mut byte).await.expect("it is in use");
            sleep(IDLE / 5).await;
        }
    }
}
