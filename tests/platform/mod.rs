//! Emulates a messaging platform: records requests, and answers in the wire format of its kind or with faults.

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// How long a test waits for something that should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Meta,
    Twilio,
    Kapso,
    Waplify,
    Autocalls,
    Chatwoot,
}

pub const ALL: [Kind; 6] = [Kind::Meta, Kind::Twilio, Kind::Kapso, Kind::Waplify, Kind::Autocalls, Kind::Chatwoot];

/// A received request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// One value of a form body.
    pub fn form(&self, name: &str) -> Option<String> {
        transom::base::query::value(&self.body, name)
    }
}

/// The result of one send.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status, header lines and body; not accepted.
    Says(u16, &'static str, String),
    /// A page of HTML with this status.
    Html(u16),
    /// Accepted, then an answer without an id.
    NoId,
    /// Accepted, then the connection breaks.
    Cut,
    /// Accepted, and answered with an endless body.
    Endless,
    /// A redirect to another address.
    Elsewhere(String),
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    faults: VecDeque<Fault>,
    /// The fault of every GET.
    question: Option<Fault>,
    /// Answers to GETs, by a part of their path; a later one overrides an earlier one.
    answers: Vec<(String, u16, Value)>,
}

/// The emulator; it stops with the test's runtime.
#[derive(Clone)]
pub struct Platform {
    pub base: String,
    kind: Kind,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

impl Platform {
    pub async fn start(kind: Kind) -> Platform {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let platform = Platform { base, kind, state: Arc::default(), changed: Arc::default() };
        let serving = platform.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let platform = serving.clone();
                tokio::spawn(async move { platform.serve(stream).await });
            }
        });
        platform
    }

    /// Gives this fault to the next send that has none yet.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// Gives this fault to every GET from now on.
    pub fn fail_questions(&self, fault: Fault) {
        self.lock().question = Some(fault);
    }

    /// Sets the answer to GETs whose path contains this.
    pub fn answer(&self, part: &str, status: u16, body: Value) {
        self.lock().answers.insert(0, (part.to_owned(), status, body));
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// All sends so far.
    pub fn sent(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.method == "POST").collect()
    }

    /// Waits for `count` sends.
    pub async fn until_sent(&self, count: usize) -> Vec<Asked> {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                let sent = self.sent();
                if sent.len() >= count {
                    return sent;
                }
                changed.await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, wait).await;
        done.unwrap_or_else(|_| panic!("{} of {count} sends came: {:#?}", self.sent().len(), self.sent()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(asked) = read_request(&mut stream).await {
            let (fault, number) = {
                let mut state = self.lock();
                let fault = if asked.method == "POST" { state.faults.pop_front() } else { state.question.clone() };
                state.asked.push(asked.clone());
                (fault, state.asked.len())
            };
            self.changed.notify_waiters();
            let json = "application/json";
            let go_on = match (asked.method.as_str(), fault) {
                ("POST", None) => {
                    let (status, body) = self.taken(&asked, number);
                    respond(&mut stream, status, "", json, &body.to_string()).await
                }
                (_, None) => {
                    let found = {
                        let state = self.lock();
                        let found = state.answers.iter().find(|(part, ..)| asked.path.contains(part.as_str())).cloned();
                        found.map_or((404, json!({"message": "there is no such thing"})), |(_, status, body)| {
                            (status, body)
                        })
                    };
                    respond(&mut stream, found.0, "", json, &found.1.to_string()).await
                }
                (_, Some(Fault::Says(status, header, body))) => respond(&mut stream, status, header, json, &body).await,
                (_, Some(Fault::Html(status))) => {
                    respond(&mut stream, status, "", "text/html", "<html><body>Something broke</body></html>").await
                }
                (_, Some(Fault::NoId)) => respond(&mut stream, 200, "", json, "{\"status\":\"success\"}").await,
                (_, Some(Fault::Cut)) => false,
                (_, Some(Fault::Elsewhere(url))) => {
                    respond(&mut stream, 307, &format!("location: {url}\r\n"), "text/plain", "there").await
                }
                (_, Some(Fault::Endless)) => {
                    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
                    let mut open = stream.write_all(head).await.is_ok();
                    while open {
                        open = stream.write_all(&[b' '; 8192]).await.is_ok();
                    }
                    false
                }
            };
            if !go_on {
                return;
            }
        }
    }

    /// The answer to an accepted send.
    fn taken(&self, asked: &Asked, number: usize) -> (u16, Value) {
        match self.kind {
            Kind::Meta | Kind::Kapso if asked.path.ends_with("/media") => {
                (200, json!({"id": format!("44907{number}")}))
            }
            Kind::Meta | Kind::Kapso => {
                let to = asked.json()["to"].as_str().unwrap_or_default().to_owned();
                let contacts = json!([{"input": to, "wa_id": to.trim_start_matches('+')}]);
                let id = format!("wamid.TEST{number:06}");
                (200, json!({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": id}]}))
            }
            Kind::Autocalls => {
                let body = json!({"success": true, "conversation_id": 1234, "message_id": 567,
                    "whatsapp_message_id": 1000 + number, "message_sid": null, "status": "queued"});
                (200, body)
            }
            Kind::Waplify => {
                let id = format!("wamid.TEST{number:06}");
                (200, json!({"status": "success", "message": "Message sent successfully", "message_id": id}))
            }
            Kind::Chatwoot if asked.path.ends_with("/messages") => {
                let place = asked.path.trim_end_matches("/messages").rsplit('/').next().unwrap_or_default().to_owned();
                (200, json!({"id": 900 + number, "conversation_id": place, "status": "sent", "source_id": null}))
            }
            Kind::Chatwoot => (200, json!({"payload": {"success": true}})),
            Kind::Twilio => {
                let (to, from) = (asked.form("To"), asked.form("From"));
                let sid = format!("SM{number:032}");
                (201, json!({"sid": sid, "status": "queued", "to": to, "from": from, "error_code": null}))
            }
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

async fn respond(stream: &mut BufReader<TcpStream>, status: u16, more: &str, kind: &str, body: &str) -> bool {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}content-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.is_ok()
}
