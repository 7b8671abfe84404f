//! Tests the limits of the studio's editors on a server with smaller ones.

use super::{
    host::{Host, OPERATOR},
    studio::open_host,
    websocket::{Heard, Socket},
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use transom::{
    base::{
        limits::{STUDIO_EDITOR_BEAT, STUDIO_EDITOR_SLOW, STUDIO_EDITOR_WAITING_MAX},
        secret::Secret,
        time::Span,
    },
    web::{server::serve::Server, state::Web, studio::editor::EditorLimits},
};

const PATH: &str = "/v1/studio/lsp";

/// A server beside the host's own, with these limits.
async fn door(host: &Host, change: impl FnOnce(&mut EditorLimits)) -> (Server, String) {
    let mut limits = EditorLimits::default();
    change(&mut limits);
    let web = Web::new(Arc::clone(&host.app), Secret::new(OPERATOR), false).with_editor_limits(limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(listener, Arc::new(web)).unwrap();
    let base = format!("http://{}", server.address);
    (server, base)
}

async fn open(base: &str) -> Socket {
    Socket::open(base, PATH, &[("origin", base)]).await.unwrap()
}

async fn tell(socket: &mut Socket, method: &str, params: Value) {
    socket.say(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string()).await;
}

/// An editor with a large open file, so that each formatting takes a while and has a long answer.
async fn with_large_file(base: &str) -> Socket {
    let mut socket = open(base).await;
    let params = json!({"processId": null, "rootUri": "file:///bot/", "capabilities": {}});
    ask(&mut socket, 1, "initialize", params).await;
    while !matches!(socket.hear().await, Heard::Text(text) if text.contains("\"id\":1")) {}
    tell(&mut socket, "initialized", json!({})).await;
    let lines = "  -   say:    Good morning to everybody who is here\n".repeat(4_000);
    let text = format!("flow: large\nwhen:\n  - message: large\nsteps:\n{lines}");
    let document = json!({"uri": "file:///bot/flows/large.yaml", "languageId": "yaml", "version": 1, "text": text});
    tell(&mut socket, "textDocument/didOpen", json!({"textDocument": document})).await;
    socket
}

async fn ask(socket: &mut Socket, id: u64, method: &str, params: Value) {
    socket.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()).await;
}

async fn ask_for_format(socket: &mut Socket, id: u64) {
    let document = json!({"uri": "file:///bot/flows/large.yaml"});
    let params = json!({"textDocument": document, "options": {"tabSize": 2, "insertSpaces": true}});
    ask(socket, id, "textDocument/formatting", params).await;
}

#[test]
fn editors_have_the_named_limits() {
    let limits = EditorLimits::default();
    let named = (STUDIO_EDITOR_WAITING_MAX, STUDIO_EDITOR_BEAT, STUDIO_EDITOR_SLOW);
    assert_eq!((limits.waiting, limits.beat, limits.slow), named);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_gives_no_sign_of_life_is_let_go_and_one_that_does_stays() {
    let host = open_host(&[]).await;
    let (_server, base) = door(&host, |limits| limits.beat = Span::millis(300)).await;
    let (mut silent, began) = (open(&base).await, Instant::now());
    let end = tokio::time::timeout(Duration::from_secs(30), silent.hear_silently()).await.expect("it is let go");
    assert!(end == 1006 && began.elapsed() >= Duration::from_millis(200), "{end} {:?}", began.elapsed());
    // This one answers each question for a sign of life.
    let mut alive = open(&base).await;
    let heard = tokio::time::timeout(Duration::from_millis(1_500), alive.hear()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_takes_nothing_is_let_go() {
    let host = open_host(&[]).await;
    let (_server, base) = door(&host, |limits| limits.slow = Span::millis(300)).await;
    let mut socket = with_large_file(&base).await;
    // More than the buffers of a connection hold.
    for id in 2..80 {
        ask_for_format(&mut socket, id).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ended = async {
        // Nothing is read until the server has given up: then writing fails, too.
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if !socket.can_write().await {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_messages_wait_as_the_limit_says_and_one_more_ends_the_connection() {
    let host = open_host(&[]).await;
    let (_server, base) = door(&host, |limits| limits.waiting = 5).await;
    let mut patient = with_large_file(&base).await;
    // The server reads the large file meanwhile; all of these fit into its queue.
    for id in 2..5 {
        ask_for_format(&mut patient, id).await;
    }
    while !matches!(patient.hear().await, Heard::Text(text) if text.contains("\"id\":4")) {}
    let mut hasty = with_large_file(&base).await;
    for id in 2..40 {
        ask_for_format(&mut hasty, id).await;
    }
    let end = async {
        loop {
            if let Heard::Closed(code) = hasty.hear().await {
                return code;
            }
        }
    };
    let code = tokio::time::timeout(Duration::from_secs(60), end).await.expect("it is ended");
    assert_eq!(code, 1008, "too many messages wait");
}
