//! Attacks the memory with many large bodies that never end, without a key.

use crate::api::host::Host;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use transom::base::limits::{BODIES_HELD_BYTES_MAX, WEBHOOK_BODY_BYTES_MAX};

/// Sends a request with an unfinished body.
async fn unfinished(host: &Host, bytes: usize) -> TcpStream {
    let address = host.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /webhooks/meta HTTP/1.1\r\nhost: a\r\ncontent-length: {WEBHOOK_BODY_BYTES_MAX}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let block = vec![b'x'; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let some = left.min(block.len());
        // A refused request finds its connection closed.
        if stream.write_all(&block[..some]).await.is_err() {
            break;
        }
        left -= some;
    }
    stream
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut told = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut told)).await;
    String::from_utf8_lossy(&told[..read.unwrap_or(Ok(0)).unwrap_or(0)]).into_owned()
}

#[tokio::test]
async fn bodies_that_never_end_take_a_bounded_room_and_keep_out_no_ordinary_webhook() {
    let mut host = Host::new().await;
    let most = WEBHOOK_BODY_BYTES_MAX - 1024;
    let beyond = 4;
    let mut all = Vec::new();
    for _ in 0..BODIES_HELD_BYTES_MAX / most + 1 + beyond {
        all.push(unfinished(&host, most).await);
    }
    // Those that came first are held; whoever came when there was no room left hears so at its end.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let last = all.split_off(all.len() - beyond);
    for mut stream in last {
        stream.write_all(&[b'x'; 1024]).await.unwrap();
        let told = answer(&mut stream).await;
        assert!(told.starts_with("HTTP/1.1 503 ") && told.contains(r#""code":"crowded""#), "{told}");
        assert!(told.contains("retry-after: "), "{told}");
    }
    // Nobody who sends what a platform sends notices.
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Hello to you");
    let mut first = all.remove(0);
    first.write_all(&[b'x'; 1024]).await.unwrap();
    let told = answer(&mut first).await;
    assert!(told.starts_with("HTTP/1.1 401 "), "it was read to its end, and nobody has signed it: {told}");
    drop(all);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut again = unfinished(&host, most).await;
    again.write_all(&[b'x'; 1024]).await.unwrap();
    let told = answer(&mut again).await;
    assert!(told.starts_with("HTTP/1.1 401 "), "there is room again: {told}");
}
