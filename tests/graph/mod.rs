//! Emulates Meta's Graph API: accepts sends, answers as Meta does in good and bad cases, posts statuses.

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
};
use transom::{
    base::{
        clock::{Clock, SystemClock},
        secret::Secret,
    },
    channel::signature::Key,
};

/// How long a test waits for something that should come at once.
const PATIENCE: Duration = Duration::from_secs(20);
/// The interval for repeating a status that was not answered with 200; Meta's is longer.
const TELL_AGAIN: Duration = Duration::from_millis(50);

/// One request to `/{phone_number_id}/messages`.
#[derive(Debug, Clone)]
pub struct Sent {
    pub phone_number_id: String,
    /// The whole `Authorization` header.
    pub authorization: Option<String>,
    /// The names of all headers, in small letters.
    pub headers: Vec<String>,
    pub raw: Vec<u8>,
    pub body: Value,
    /// The returned id; `None` if the send was refused.
    pub id: Option<String>,
    pub at: Instant,
}

impl Sent {
    pub fn to(&self) -> &str {
        self.body["to"].as_str().or(self.body["recipient"].as_str()).unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        self.body["text"]["body"].as_str().unwrap_or_default()
    }
}

/// The result of one send.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Refused with this HTTP status and Meta's code.
    Code { status: u16, code: i64 },
    /// 429 with `Retry-After` in seconds.
    TooMany { retry_after: u64 },
    /// An HTML page with this status; not accepted.
    Html(u16),
    /// Accepted, then an answer without an id.
    NoId,
    /// Accepted, then never an answer.
    Silent,
    /// Accepted, then the connection breaks.
    Cut,
    /// Accepted, and answered with an endless body.
    Endless,
    /// Accepted, and answered after this delay.
    Late(Duration),
}

/// The destination of status webhooks.
#[derive(Debug, Clone)]
pub struct Statuses {
    pub url: String,
    pub app_secret: String,
    /// `["sent", "delivered"]`
    pub states: Vec<&'static str>,
}

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    faults: VecDeque<Fault>,
    statuses: Option<(Statuses, reqwest::Client)>,
    /// When the first status of a message was answered with 200, by the message's id in the emulator.
    told: BTreeMap<String, Instant>,
    listeners: Vec<mpsc::UnboundedSender<Sent>>,
    /// The delay of every answer.
    latency: Duration,
    /// The pages of the template catalogue.
    pages: Vec<Value>,
    /// Answers to other GETs, by the end of their path.
    answers: Vec<(String, u16, Value)>,
    /// The `Date` header of answers to GETs.
    date: Option<String>,
    /// The templates that were asked for, and what the next of these is refused with.
    made: Vec<Value>,
    refusals: VecDeque<(u16, Value)>,
    /// The public key that was uploaded last.
    uploaded_key: Option<String>,
    /// The forms of the files that were uploaded.
    files: Vec<String>,
}

/// The emulator; it stops with the test's runtime.
#[derive(Clone)]
pub struct Graph {
    /// The URL for `api_base`.
    pub base: String,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

impl Graph {
    pub async fn start() -> Graph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let graph = Graph { base, state: Arc::default(), changed: Arc::default() };
        let serving = graph.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let graph = serving.clone();
                tokio::spawn(async move { graph.serve(stream).await });
            }
        });
        graph
    }

    /// Gives this fault to the next send that has none yet.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// Posts these signed statuses after each accepted send, repeating each until it is answered with 200.
    pub fn post_statuses(&self, statuses: Statuses) {
        self.lock().statuses = Some((statuses, client()));
    }

    /// When the first status of each message was answered with 200.
    pub fn told(&self) -> BTreeMap<String, Instant> {
        self.lock().told.clone()
    }

    /// Every send from now on, when it arrives.
    pub fn listen(&self) -> mpsc::UnboundedReceiver<Sent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().listeners.push(sender);
        receiver
    }

    /// Accepts a send at once and answers after this delay.
    pub fn be_slow(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// The catalogue, page by page.
    pub fn templates(&self, pages: Vec<Value>) {
        self.lock().pages = pages;
    }

    /// The templates that were asked for so far, refused ones too.
    pub fn made(&self) -> Vec<Value> {
        self.lock().made.clone()
    }

    /// The next template that is asked for is refused so.
    pub fn refuse_next_template(&self, status: u16, body: Value) {
        self.lock().refusals.push_back((status, body));
    }

    /// Sets the status of a template that was made, in the catalogue's words.
    pub fn decide(&self, name: &str, language: &str, status: &str, reason: &str) {
        let mut state = self.lock();
        let listed = state.pages.iter_mut().filter_map(Value::as_array_mut).flatten();
        for one in listed.filter(|one| one["name"] == name && one["language"] == language) {
            one["status"] = status.into();
            one["rejected_reason"] = reason.into();
        }
    }

    /// The public key that was uploaded last.
    pub fn uploaded_key(&self) -> Option<String> {
        self.lock().uploaded_key.clone()
    }

    /// The forms of the files that were uploaded so far; the first one has the id `file-1`.
    pub fn uploaded_files(&self) -> Vec<String> {
        self.lock().files.clone()
    }

    /// Sets the answer to GETs whose path ends so; a later one overrides an earlier one.
    pub fn answer(&self, path_end: &str, status: u16, body: Value) {
        self.lock().answers.insert(0, (path_end.to_owned(), status, body));
    }

    /// Sets the `Date` header of answers to GETs.
    pub fn says_that_it_is(&self, date: String) {
        self.lock().date = Some(date);
    }

    /// All send requests so far, including refused ones.
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// Waits for `count` send requests.
    pub async fn until_sent(&self, count: usize) -> Vec<Sent> {
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
        done.unwrap_or_else(|_| panic!("{} of {count} sends came", self.sent().len()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read_request(&mut stream).await {
            let path = request.path.split('?').next().unwrap_or_default().to_owned();
            let go_on = match path.strip_suffix("/messages") {
                Some(before) if request.method == "POST" => {
                    let number = before.rsplit('/').next().unwrap_or_default().to_owned();
                    self.take(&mut stream, number, request).await
                }
                _ => {
                    let (status, body) = match request.method.as_str() {
                        "POST" => self.make(&path, &request.body),
                        _ => self.get(&path, &request.path),
                    };
                    let date = self.lock().date.as_ref().map(|date| format!("date: {date}\r\n")).unwrap_or_default();
                    respond(&mut stream, status, &date, "application/json", body.to_string().as_bytes()).await
                }
            };
            if !go_on {
                return;
            }
        }
    }

    async fn take(&self, stream: &mut BufReader<TcpStream>, phone_number_id: String, request: Request) -> bool {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (fault, id, statuses, latency) = {
            let mut state = self.lock();
            let fault = state.faults.pop_front();
            let refused = matches!(fault, Some(Fault::Code { .. } | Fault::TooMany { .. } | Fault::Html(_)));
            let id = (!refused).then(|| format!("wamid.TEST{:06}", state.sent.len() + 1));
            let sent = Sent {
                phone_number_id: phone_number_id.clone(),
                authorization: request.authorization,
                headers: request.headers,
                raw: request.body,
                body: body.clone(),
                id: id.clone(),
                at: Instant::now(),
            };
            state.listeners.retain(|listener| listener.send(sent.clone()).is_ok());
            state.sent.push(sent);
            (fault, id, state.statuses.clone(), state.latency)
        };
        self.changed.notify_waiters();
        if let (Some(id), Some((statuses, client))) = (&id, statuses) {
            let (graph, id, body) = (self.clone(), id.clone(), body.clone());
            tokio::spawn(async move { graph.post_all(statuses, client, phone_number_id, id, body).await });
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let json = "application/json";
        match fault {
            None => respond(stream, 200, "", json, receipt(&body, id).as_bytes()).await,
            Some(Fault::Late(delay)) => {
                tokio::time::sleep(delay).await;
                respond(stream, 200, "", json, receipt(&body, id).as_bytes()).await
            }
            Some(Fault::Code { status, code }) => {
                let text = format!("(#{code}) as Meta says it");
                let error = json!({"error": {"message": text, "type": "OAuthException", "code": code,
                    "error_data": {"messaging_product": "whatsapp", "details": text}, "fbtrace_id": "A1"}});
                respond(stream, status, "", json, error.to_string().as_bytes()).await
            }
            Some(Fault::TooMany { retry_after }) => {
                let error = json!({"error": {"message": "(#130429) Rate limit hit", "code": 130429}});
                let header = format!("retry-after: {retry_after}\r\n");
                respond(stream, 429, &header, json, error.to_string().as_bytes()).await
            }
            Some(Fault::Html(status)) => {
                respond(stream, status, "", "text/html", b"<html><body>Something broke</body></html>").await
            }
            Some(Fault::NoId) => respond(stream, 200, "", json, b"{\"messaging_product\":\"whatsapp\"}").await,
            Some(Fault::Silent) => std::future::pending().await,
            Some(Fault::Cut) => false,
            Some(Fault::Endless) => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
                let mut open = stream.write_all(head).await.is_ok();
                while open {
                    open = stream.write_all(&[b' '; 8192]).await.is_ok();
                }
                false
            }
        }
    }

    async fn post_all(
        &self,
        statuses: Statuses,
        client: reqwest::Client,
        phone_number_id: String,
        id: String,
        sent: Value,
    ) {
        for state in &statuses.states {
            let mut status = json!({"id": id, "status": state, "timestamp": (SystemClock.now().0 / 1000).to_string(),
                "recipient_id": sent["to"].as_str().unwrap_or_default().trim_start_matches('+')});
            if let Some(opaque) = sent.get("biz_opaque_callback_data") {
                status["biz_opaque_callback_data"] = opaque.clone();
            }
            let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [{
                "field": "messages", "value": {"messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "0", "phone_number_id": phone_number_id},
                "statuses": [status]}}]}]})
            .to_string();
            while post(&client, &statuses.url, &statuses.app_secret, &body).await != 200 {
                tokio::time::sleep(TELL_AGAIN).await;
            }
            self.lock().told.entry(id.clone()).or_insert_with(Instant::now);
        }
    }

    /// A template, which then stands in the catalogue as pending, the public key of forms, or a file.
    fn make(&self, path: &str, body: &[u8]) -> (u16, Value) {
        let mut state = self.lock();
        if path.ends_with("/media") {
            state.files.push(String::from_utf8_lossy(body).into_owned());
            return (200, json!({"id": format!("file-{}", state.files.len())}));
        }
        if path.ends_with("/whatsapp_business_encryption") {
            let form = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(body))).unwrap();
            let key = form.query_pairs().find(|(name, _)| name == "business_public_key");
            state.uploaded_key = key.map(|(_, key)| key.into_owned());
            return (200, json!({"success": state.uploaded_key.is_some()}));
        }
        if !path.ends_with("/message_templates") {
            return (404, json!({"error": {"code": 100, "message": "no such object"}}));
        }
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        state.made.push(asked.clone());
        if let Some(refusal) = state.refusals.pop_front() {
            return refusal;
        }
        let id = (9_000 + state.made.len()).to_string();
        let mut listed = asked;
        (listed["id"], listed["status"]) = (id.clone().into(), "PENDING".into());
        let category = listed["category"].clone();
        match state.pages.first_mut().and_then(Value::as_array_mut) {
            Some(page) => page.push(listed),
            None => state.pages.push(json!([listed])),
        }
        (200, json!({"id": id, "status": "PENDING", "category": category}))
    }

    fn get(&self, path: &str, whole: &str) -> (u16, Value) {
        let state = self.lock();
        let found = state.answers.iter().find(|(end, ..)| path.ends_with(end));
        if found.is_none() && path.ends_with("/message_templates") {
            let page = whole.split("after=page").nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
            let mut body = json!({"data": state.pages.get(page).cloned().unwrap_or(json!([]))});
            if page + 1 < state.pages.len() {
                body["paging"] = json!({"cursors": {"after": format!("page{}", page + 1)},
                    "next": "https://elsewhere.example/steals/the/token"});
            }
            return (200, body);
        }
        found.map_or((404, json!({"error": {"code": 100, "message": "no such object"}})), |(_, status, body)| {
            (*status, body.clone())
        })
    }
}

/// Posts a signed webhook body; gives the status of the answer, or 0 without an answer.
pub async fn post(client: &reqwest::Client, url: &str, app_secret: &str, body: &str) -> u16 {
    let signature = Key::new(Secret::new(app_secret)).sign(body.as_bytes());
    let request = client.post(url).header("x-hub-signature-256", signature).body(body.to_owned());
    request.send().await.map_or(0, |answer| answer.status().as_u16())
}

/// A client that connects to this machine only.
pub fn client() -> reqwest::Client {
    transom::channel::client::install_crypto();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn receipt(sent: &Value, id: Option<String>) -> String {
    let to = sent["to"].as_str().unwrap_or_default();
    json!({"messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to.trim_start_matches('+')}],
        "messages": [{"id": id}]})
    .to_string()
}

struct Request {
    method: String,
    path: String,
    authorization: Option<String>,
    headers: Vec<String>,
    body: Vec<u8>,
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let (mut length, mut authorization, mut headers) = (0, None, Vec::new());
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push(name.to_ascii_lowercase());
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, path, authorization, headers, body })
}

async fn respond(stream: &mut BufReader<TcpStream>, status: u16, more: &str, kind: &str, body: &[u8]) -> bool {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}content-length: {}\r\n\r\n", body.len());
    let mut all = head.into_bytes();
    all.extend_from_slice(body);
    stream.write_all(&all).await.is_ok()
}
