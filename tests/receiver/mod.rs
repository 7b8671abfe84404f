//! Receives posts on loopback: answers with the given statuses, then with 200, and keeps the posts.

use serde_json::Value as Json;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Notify,
};

pub struct Receiver {
    pub url: String,
    got: Arc<Mutex<Vec<Got>>>,
    came: Arc<Notify>,
}

#[derive(Debug, Clone)]
pub struct Got {
    head: String,
    pub text: String,
    pub body: Json,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }
}

impl Receiver {
    pub async fn new(statuses: &[u16]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/desk", listener.local_addr().unwrap());
        let (got, came) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (kept, told, statuses, here) = (got.clone(), came.clone(), statuses.to_vec(), url.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while let Ok(n) = stream.read(&mut part).await {
                    request.extend_from_slice(&part[..n]);
                    if n == 0 || whole(&request) {
                        break;
                    }
                }
                if !whole(&request) {
                    // The sender was killed in the middle of the request, so it does not count.
                    continue;
                }
                let text = String::from_utf8(request).unwrap();
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
                let status = {
                    let mut kept = kept.lock().unwrap();
                    let json = serde_json::from_str(body).unwrap_or_default();
                    kept.push(Got { head: head.to_owned(), text: body.to_owned(), body: json });
                    statuses.get(kept.len() - 1).copied().unwrap_or(200)
                };
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nlocation: {here}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                told.notify_one();
            }
        });
        Receiver { url, got, came }
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits for `count` posts; fails after a time limit.
    pub async fn until(&self, count: usize) {
        let waiting = async {
            while self.got().len() < count {
                self.came.notified().await;
            }
        };
        let patience = std::time::Duration::from_secs(10);
        tokio::time::timeout(patience, waiting).await.expect("the post came");
    }
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
