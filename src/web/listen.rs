//! Accepts connections: at most so many at once, and none that stays silent for ever.

use crate::base::limits::{CONNECTION_IDLE, CONNECTIONS_MAX};
use axum::serve::Listener;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
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
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// A connection that ends with an error when its client sends nothing for `CONNECTION_IDLE` (at most
/// twice that): neither half a header nor an unused keep-alive connection keeps its place for ever.
pub struct Connection {
    stream: TcpStream,
    /// Something came since the alarm was set.
    heard: bool,
    alarm: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Door {
    pub fn new(listener: TcpListener) -> Self {
        Door { listener, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
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
        let alarm = Box::pin(sleep(CONNECTION_IDLE.to_std()));
        (Connection { stream, heard: true, alarm, _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            this.heard = true;
            return Poll::Ready(result);
        }
        // The alarm is set again only when it rings: moving it with each read would cost more than reading.
        while this.alarm.as_mut().poll(cx).is_ready() {
            if !std::mem::take(&mut this.heard) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            this.alarm.set(sleep(CONNECTION_IDLE.to_std()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        // Who listens to a stream says nothing, and takes what is sent.
        this.heard |= matches!(written, Poll::Ready(Ok(_)));
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, parts)
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
