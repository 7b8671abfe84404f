//! Holds a request back until this process may act for its database, and its bytes if it may not any more.

use crate::base::{fence::Fence, limits::FENCE_LOOK_EVERY};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// The error of a request that a fence held back for ever.
pub(super) const CLOSED: &str = "another daemon has taken this one's work over";

/// Waits until the fence is open; false if it is closed for ever. The wait has no other end: the writer tries to begin
/// a session until it has one or is deposed, and until then the outcome of the request could not be written either.
pub(super) async fn opens(fence: &Fence) -> bool {
    while !fence.is_open() {
        if fence.is_closed() {
            return false;
        }
        tokio::time::sleep(FENCE_LOOK_EVERY.to_std()).await;
    }
    true
}

/// A connection that writes nothing while its fence is shut. A request is checked before it is handed to its connection,
/// which writes it in another task: a process that is stopped between the two would send it when it is woken.
pub(super) struct Fenced<S> {
    stream: S,
    /// `None`: the connection always writes.
    fence: Option<Arc<Fence>>,
}

impl<S> Fenced<S> {
    pub fn new(stream: S, fence: Option<Arc<Fence>>) -> Self {
        Fenced { stream, fence }
    }

    fn passes(&self) -> io::Result<()> {
        match &self.fence {
            Some(fence) if !fence.is_open() => Err(io::Error::other(UNPROVEN)),
            _ => Ok(()),
        }
    }
}

/// The error of a request that a fence stopped.
pub(super) const UNPROVEN: &str = "the database has not confirmed this daemon for some seconds";

impl<S: Read + Unpin> Read for Fenced<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: Write + Unpin> Write for Fenced<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.passes()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        all: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.passes()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Auth, Http as _, HttpRequest, Method, Sent,
        base::{
            clock::SystemClock,
            time::{Span, Time},
        },
        call::{FlowClient, Post},
        client::Client,
        guard::Guard,
        pool::{Pool, PoolError},
    };
    use http_body_util::Full;
    use hyper::{body::Bytes, client::conn::http1::handshake};
    use hyper_util::rt::TokioIo;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        sync::mpsc,
    };

    /// A server that tells each request's first byte, and answers 200.
    async fn server() -> (String, mpsc::UnboundedReceiver<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                        let _ = tell.send(bytes[0]);
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                    }
                });
            }
        });
        (url, told)
    }

    /// A fence without a proof.
    fn shut() -> Arc<Fence> {
        Arc::new(Fence::of_session())
    }

    fn request(url: &str) -> HttpRequest {
        HttpRequest {
            method: Method::Get,
            url: url.to_owned(),
            auth: Auth::None,
            body: None,
            timeout: Duration::from_secs(5),
            sender: None,
        }
    }

    #[tokio::test]
    async fn a_send_waits_for_the_proof_and_then_leaves() {
        let (url, mut told) = server().await;
        let fence = shut();
        let client = Client::new(Arc::new(SystemClock), None).behind(Arc::clone(&fence));
        let sending = tokio::spawn(async move { client.send(request(&url)).await });
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(told.try_recv().is_err(), "nothing is on the wire");
        fence.is_proven(fence.asks());
        assert_eq!(sending.await.unwrap().unwrap().status, 200);
        assert_eq!(told.recv().await, Some(b'G'));
    }

    #[tokio::test]
    async fn sends_and_posts_of_a_deposed_daemon_never_leave() {
        let (url, mut told) = server().await;
        let fence = shut();
        let client = Client::new(Arc::new(SystemClock), None).behind(Arc::clone(&fence));
        let poster = FlowClient::new(Guard::new(["127.0.0.0/8".parse().unwrap()])).unwrap().behind(Arc::clone(&fence));
        let asked = request(&url);
        let sending = tokio::spawn(async move { client.send(asked).await });
        let posting = tokio::spawn(async move {
            let post = Post { url: &url, headers: &[], body: "{}", timeout: Span::seconds(5) };
            poster.post(post).await.map(|_| ())
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        fence.close();
        // A late proof changes nothing.
        fence.is_proven(fence.asks());
        let refused = sending.await.unwrap().unwrap_err();
        assert_eq!((refused.sent, refused.code), (Sent::No, "deposed"));
        assert_eq!(posting.await.unwrap().unwrap_err().code, "deposed");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(told.try_recv().is_err(), "nothing was on the wire");
    }

    #[tokio::test]
    async fn a_request_whose_fence_shuts_while_it_connects_does_not_leave() {
        let (url, mut told) = server().await;
        let out = hyper::Request::get(&url).body(Full::<Bytes>::default()).unwrap();
        let refused = Pool::new().behind(shut()).request(out, Time(0)).await.map(|_| ());
        assert!(matches!(refused, Err(PoolError::Unsent(_))));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(told.try_recv().is_err(), "the connection was opened, and nothing was sent");
    }

    /// The request is with its connection when the fence shuts, and the connection has not written it.
    #[tokio::test]
    async fn a_connection_writes_nothing_once_its_fence_is_shut() {
        let (near, mut far) = tokio::io::duplex(4096);
        let fence = shut();
        fence.is_proven(fence.asks());
        let (mut sender, connection) =
            handshake(Fenced::new(TokioIo::new(near), Some(Arc::clone(&fence)))).await.unwrap();
        let out = hyper::Request::get("/send").header("host", "a.example").body(Full::<Bytes>::default()).unwrap();
        let sending = sender.send_request(out);
        fence.close();
        let (sent, _) = tokio::join!(sending, connection);
        assert!(sent.is_err());
        let mut bytes = Vec::new();
        far.read_to_end(&mut bytes).await.unwrap();
        assert!(bytes.is_empty(), "{bytes:?}");
    }
}
