//! Tests slow clients that send byte by byte: each gets an error in time, and others are not delayed.

use super::{
    contract,
    host::{Answer, Host, OPERATOR},
};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use transom::{
    base::{secret::Secret, time::Span},
    web::{
        server::{listener::ClientTimeouts, serve::Server},
        state::Web,
    },
};

const PATIENCE: Span = Span::millis(300);

/// Another server for the host's daemon, with shorter time limits.
fn door(host: &Host, listener: TcpListener) -> Server {
    let web = Arc::new(Web::new(Arc::clone(&host.app), Secret::new(OPERATOR), false));
    let patience = ClientTimeouts { head: PATIENCE, body: PATIENCE, ..ClientTimeouts::default() };
    Server::start_patient(listener, web, patience, 1_000).unwrap()
}

/// The answer to `first` followed by a byte every few milliseconds, and the time that it took.
async fn dripped(server: &Server, first: &str) -> (Answer, Duration) {
    let began = Instant::now();
    let (mut from, mut to) = TcpStream::connect(server.address).await.unwrap().into_split();
    to.write_all(first.as_bytes()).await.unwrap();
    let drips = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            // The door closes when it has had enough.
            if to.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut bytes = Vec::new();
    let answered = async {
        while !is_whole(&bytes) {
            assert_ne!(from.read_buf(&mut bytes).await.unwrap_or(0), 0, "{}", String::from_utf8_lossy(&bytes));
        }
    };
    tokio::select! {
        () = answered => {}
        () = drips => {}
    }
    (read(&bytes), began.elapsed())
}

fn split(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).unwrap().split_once("\r\n\r\n")
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some((head, body)) = split(bytes) else { return false };
    let head = head.to_lowercase();
    let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
    length.is_some_and(|length| body.len() >= length.parse().unwrap())
}

fn read(bytes: &[u8]) -> Answer {
    let (head, text) = split(bytes).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: HeaderMap = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
        })
        .collect();
    Answer { status, headers, text: text.to_owned() }
}

#[tokio::test]
async fn a_body_in_drips_is_a_408_in_the_words_of_whom_it_was_for() {
    let host = Host::new().await;
    let server = door(&host, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let said = [
        ("/webhooks/meta", "too_slow"),
        ("/v1/messages", "too_slow"),
        ("/hooks/paid", "too_slow"),
        ("/api/user/whatsapp/send-freeform", "The request body could not be read."),
        ("/api/v1/messages/send-message", "The request body could not be read."),
        ("/api/v1/workflows/parcel/executions", "The request body could not be read"),
    ];
    for (path, words) in said {
        let first = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer key-acme-of-the-tests\r\ncontent-type: application/json\r\n\
             content-length: 100000\r\n\r\n{{"
        );
        let (answer, took) = dripped(&server, &first).await;
        assert!(answer.status == 408 && answer.text.contains(words), "{path}: {} {}", answer.status, answer.text);
        contract::check(&Method::POST, path, &answer);
        let limit = PATIENCE.to_std();
        assert!(took >= limit && took < limit * 20, "{path}: {took:?}");
    }
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_webhooks_total{provider="meta",result="too_slow"} 1"#), "{page}");
}

#[tokio::test]
async fn headers_in_drips_are_a_408_and_the_end() {
    let host = Host::new().await;
    let server = door(&host, TcpListener::bind("127.0.0.1:0").await.unwrap());
    for first in ["P", "POST /webhooks/meta HTT", "POST /webhooks/meta HTTP/1.1\r\nhost: a\r\nx-more: "] {
        let (answer, took) = dripped(&server, first).await;
        assert_eq!((answer.status, answer.headers["connection"].to_str().unwrap()), (408, "close"), "{first}");
        assert_eq!(answer.json()["code"], "too_slow", "{first}");
        assert!(took >= PATIENCE.to_std(), "{first}: {took:?}");
    }
}

#[tokio::test]
async fn the_second_request_of_a_connection_has_its_own_time() {
    let host = Host::new().await;
    let server = door(&host, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let mut client = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        // Two pieces: the first one starts the clock for this request, and only for this one.
        client.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap();
        tokio::time::sleep(PATIENCE.to_std() / 3).await;
        client.write_all(b"st: a\r\n\r\n").await.unwrap();
        let mut bytes = Vec::new();
        while !is_whole(&bytes) {
            assert_ne!(client.read_buf(&mut bytes).await.unwrap(), 0);
        }
        assert_eq!(read(&bytes).status, 200);
    }
}

#[tokio::test]
async fn nobody_waits_for_those_who_drip() {
    let mut host = Host::new().await;
    let server = door(&host, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let body = "POST /webhooks/meta HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n{";
    let head = "POST /v1/messages HTTP/1.1\r\nhost: ";
    let drippers: Vec<_> = (0..60).map(|n| dripped(&server, if n % 2 == 0 { body } else { head })).collect();
    let others = async {
        // Through the same door, while all those connections hang there.
        let mut client = TcpStream::connect(server.address).await.unwrap();
        let mut count = 0;
        let began = Instant::now();
        while began.elapsed() < PATIENCE.to_std() {
            client.write_all(b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            let mut bytes = Vec::new();
            while !is_whole(&bytes) {
                assert_ne!(client.read_buf(&mut bytes).await.unwrap(), 0);
            }
            assert_eq!(read(&bytes).status, 200);
            count += 1;
        }
        count
    };
    let (told, served) = tokio::join!(futures(drippers), others);
    assert!(told.iter().all(|(answer, _)| answer.status == 408));
    assert!(served > 0, "{served} requests while all others dripped");
    host.ana_says("hello").await;
    assert_eq!(host.graph.until_sent(1).await[0].text(), "Hello to you");
}

/// Runs all futures concurrently.
async fn futures<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|cx| {
        waiting.retain_mut(|one| match one.as_mut().poll(cx) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[tokio::test]
async fn a_connection_from_before_a_stop_gets_its_answer() {
    let host = Host::new().await;
    let server = door(&host, TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = server.address;
    let early = TcpStream::connect(address).await.unwrap();
    tokio::task::yield_now().await;
    let stopping = tokio::spawn(server.stop());
    // The kernel takes this one, and the server may not have seen it yet.
    let late = TcpStream::connect(address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let mut clients = [early, late];
    for client in &mut clients {
        client.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    }
    for mut client in clients {
        let mut bytes = Vec::new();
        // The answer, and the end of the connection.
        client.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(read(&bytes).status, 200);
    }
    stopping.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nothing listens any more");
}
