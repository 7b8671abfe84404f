//! Accepts connections: at most so many at once, and none that stays silent for ever.

use crate::base::limits::{CONNECTION_IDLE, CONNECTIONS_MAX};
use axum::serve::Listener;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

/// The listening socket. Beyond `CONNECTIONS_MAX` open connections new ones wait in the kernel's queue.
pub struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    idle: Duration,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// A connection that ends with an error when no request has begun and nothing was taken by its client for
/// `CONNECTION_IDLE` (at most twice that): neither a header in drips, nor an answer that nobody reads, nor an unused
/// keep-alive connection keeps its place for ever. A body in drips has a time of its own, `BODY_READ_TIMEOUT`.
pub struct Connection {
    stream: TcpStream,
    /// Something was written since the alarm was set.
    taken: bool,
    requests: Requests,
    /// How many had begun when the alarm was set.
    begun: u64,
    idle: Duration,
    alarm: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

/// How many requests of a connection have begun: their headers are complete.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<AtomicU64>);

impl Requests {
    pub fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Connection {
    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// What waits for the client waits no longer than the alarm. It is set again only when it rings: moving it with
    /// each read would cost more than reading.
    fn waiting<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        while self.alarm.as_mut().poll(cx).is_ready() {
            let begun = self.requests.0.load(Ordering::Relaxed);
            if !std::mem::take(&mut self.taken) && begun == self.begun {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.begun = begun;
            self.alarm.set(sleep(self.idle));
        }
        Poll::Pending
    }
}

impl Door {
    pub fn new(listener: TcpListener) -> Self {
        Door { listener, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)), idle: CONNECTION_IDLE.to_std() }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        // The listener of the standard library's own kind already waits out a lack of file descriptors.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are single small writes: waiting to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "A connection keeps Nagle's algorithm");
        }
        let (idle, alarm) = (self.idle, Box::pin(sleep(self.idle)));
        let (taken, requests) = (true, Requests::default());
        (Connection { stream, taken, requests, begun: 0, idle, alarm, _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Pending => this.waiting(cx),
            ready => ready,
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const IDLE: Duration = Duration::from_millis(20);

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut door = Door { idle: IDLE, ..Door::new(listener) };
        let address = door.local_addr().unwrap();
        let (accepted, client) = tokio::join!(door.accept(), TcpStream::connect(address));
        (accepted.0, client.unwrap())
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
            client.write_all(b"x").await.unwrap();
            let mut byte = [0];
            server.read_exact(&mut byte).await.expect("it is in use");
            sleep(IDLE / 5).await;
        }
    }
}
