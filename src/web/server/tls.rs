//! Makes an accepted connection an encrypted one. A client that speaks plain HTTP to it is told so.

use crate::{
    base::limits::TLS_PLAIN_READ_BYTES_MAX,
    runtime::{
        certificate::{CertificateError, ServedCertificate, TlsKey},
        config::Config,
    },
    web::problem::Problem,
};
use axum::http::StatusCode;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The TLS of a listener. Clones share the certificate, which may be renewed.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    pub certificate: Arc<ServedCertificate>,
}

/// The bytes of a connection.
pub enum Stream {
    Plain(TcpStream),
    /// Boxed: its buffers are much larger than a plain connection.
    Tls(Box<TlsStream<TcpStream>>),
}

/// The first byte of a client that begins a handshake (RFC 8446 5.1).
const HANDSHAKE: u8 = 22;

impl Tls {
    /// Reads the pair of the configuration; `None` if it names none.
    pub fn of(config: &Config) -> Result<Option<Tls>, CertificateError> {
        let Some(certificate) = ServedCertificate::open(config)?.map(Arc::new) else { return Ok(None) };
        let settings = certificate.server_config().map_err(|error| CertificateError {
            key: TlsKey::Key,
            sentence: format!("`tls`: this program cannot speak TLS: {error}"),
        })?;
        Ok(Some(Tls { acceptor: TlsAcceptor::from(settings), certificate }))
    }

    /// The handshake. `None`: it failed, or the client spoke no TLS.
    async fn handshake(&self, tcp: TcpStream) -> Option<Stream> {
        let mut first = [0];
        match tcp.peek(&mut first).await {
            Ok(1) if first[0] == HANDSHAKE => {}
            Ok(1) if first[0].is_ascii_alphabetic() => {
                refuse_plain(tcp).await;
                return None;
            }
            // Port scanners, and probes that only look whether the port is open.
            Ok(_) | Err(_) => return None,
        }
        match self.acceptor.accept(tcp).await {
            Ok(stream) => Some(Stream::Tls(Box::new(stream))),
            Err(error) => {
                // Clients that do not trust the certificate hang up here: it is theirs to say why.
                tracing::debug!(error = %error, "A TLS handshake failed");
                None
            }
        }
    }
}

impl Stream {
    /// The stream after a handshake; `None` if there is nothing more to do with it.
    pub async fn secured(self, tls: &Tls) -> Option<Stream> {
        match self {
            Stream::Plain(tcp) => tls.handshake(tcp).await,
            Stream::Tls(_) => Some(self),
        }
    }
}

/// Answers a plain request with the way to ask. Its bytes are read and discarded: with unread input the close would be
/// a reset, which may overtake the answer.
async fn refuse_plain(mut tcp: TcpStream) {
    let why = "This port speaks TLS only; ask with `https://` instead of `http://`.";
    let body = Problem::new(StatusCode::BAD_REQUEST, "needs_tls", why).to_json().to_string();
    let head = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/problem+json";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    if tcp.write_all(answer.as_bytes()).await.is_err() || tcp.shutdown().await.is_err() {
        return;
    }
    let (mut read, mut some) = (0, [0; 1024]);
    while let Ok(count @ 1..) = tcp.read(&mut some).await {
        read += count;
        if read >= TLS_PLAIN_READ_BYTES_MAX {
            return;
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, parts),
            Stream::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(tcp) => tcp.is_write_vectored(),
            Stream::Tls(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
