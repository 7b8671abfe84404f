//! Tests language models against a server that answers by a script: well, badly, slowly, or not at all.

mod agent;
mod budgets;
mod dialects;
mod erased;
mod evals;
mod faults;
mod killed;
mod live;
pub mod mcp;
mod meaning;
mod shadow;
pub mod step;
mod suggest;
mod summary;
mod verified;
mod voice;
mod waiting;

use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// The answer to one request.
#[derive(Debug, Clone)]
pub enum Act {
    /// A status, further headers, and the body.
    Says(u16, Vec<(&'static str, String)>, String),
    /// A file.
    Gives(Vec<u8>),
    /// Reads the request, and acts when it is told to.
    Held(Arc<Notify>, Box<Act>),
    /// Reads the request, and says nothing.
    Silent,
    /// A head, and then one byte after the other, slowly.
    Drips,
    /// A body without end.
    Endless,
    /// Half a body, and the connection ends.
    Breaks,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first line and the headers, as they came.
    pub head: String,
    pub body: Json,
    /// The body as it came, for what is no JSON.
    pub raw: Vec<u8>,
}

/// A server on this machine. The last act of its script is repeated.
pub struct ModelServer {
    /// Without a path.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl ModelServer {
    pub async fn start(script: Vec<Act>) -> ModelServer {
        ModelServer::decide(move |number, _| script[number.min(script.len() - 1)].clone()).await
    }

    /// A server that decides by the number of the request, from 0, and by its body.
    pub async fn decide(decide: impl Fn(usize, &Json) -> Act + Send + Sync + 'static) -> ModelServer {
        let decide = Arc::new(decide);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, decide) = (Arc::clone(&seen), Arc::clone(&decide));
                tokio::spawn(async move { serve(stream, &seen, &*decide).await });
            }
        });
        ModelServer { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// One request of one connection; a client that is gone is no failure.
async fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Asked>>, decide: &(dyn Fn(usize, &Json) -> Act + Send + Sync)) {
    let Some(asked) = request(&mut stream).await else { return };
    let act = {
        let mut seen = seen.lock().unwrap();
        seen.push(asked);
        decide(seen.len() - 1, &seen[seen.len() - 1].body)
    };
    let act = match act {
        Act::Held(until, then) => {
            until.notified().await;
            *then
        }
        act => act,
    };
    let head = |status: u16| format!("HTTP/1.1 {status} It\r\ncontent-type: application/json\r\nconnection: close\r\n");
    match &act {
        Act::Says(status, headers, body) => {
            let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let text = format!("{}{more}content-length: {}\r\n\r\n{body}", head(*status), body.len());
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Act::Gives(bytes) => {
            let head = format!("HTTP/1.1 200 It\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", bytes.len());
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(bytes).await;
        }
        Act::Held(..) => unreachable!("one is held once"),
        Act::Silent => {
            // Until the client gives up.
            let _ = stream.read(&mut [0]).await;
        }
        Act::Drips => {
            let _ = stream.write_all(format!("{}content-length: 100000\r\n\r\n", head(200)).as_bytes()).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
        Act::Endless => {
            let _ = stream.write_all(format!("{}\r\n", head(200)).as_bytes()).await;
            let part = [b' '; 16 * 1024];
            while stream.write_all(&part).await.is_ok() {}
        }
        Act::Breaks => {
            let text = format!("{}content-length: 1000\r\n\r\n{{\"choices\": [", head(200));
            let _ = stream.write_all(text.as_bytes()).await;
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<Asked> {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        read.extend_from_slice(&part[..n]);
        let Some(end) = read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if read.len() >= end + 4 + length.unwrap_or(0) {
            let raw = read[end + 4..].to_vec();
            return Some(Asked { head, body: serde_json::from_slice(&raw).unwrap_or_default(), raw });
        }
    }
}

/// More tokens than any question of these tests has, so that none counts as cut.
pub const READ: u64 = 1_000;
pub const WRITTEN: u64 = 20;

/// A completion with this text.
pub fn completion(text: &str) -> Act {
    completed(json!({"content": text}), "stop")
}

pub fn completed(message: Json, reason: &str) -> Act {
    let usage = json!({"prompt_tokens": READ, "completion_tokens": WRITTEN});
    let body = json!({"choices": [{"message": message, "finish_reason": reason}], "usage": usage});
    Act::Says(200, Vec::new(), body.to_string())
}

/// A completion that is one value.
pub fn value(value: Json) -> Act {
    completion(&json!({ "answer": value }).to_string())
}

/// An error of the server, with its fixed word.
pub fn refusal(status: u16, code: &str) -> Act {
    let body = json!({"error": {"code": code, "message": "SECRET-OF-THE-SERVER"}});
    Act::Says(status, Vec::new(), body.to_string())
}
