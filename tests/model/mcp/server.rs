//! A server of the Model Context Protocol on this machine, which behaves by a script.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::sync::{mpsc, watch};

/// How the server answers `tools/call`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Json,
    /// An event of its own, a question to the client, and then the answer; the stream stays open.
    Stream,
    /// So many questions to the client, and the answer once the client has answered this many of them.
    Asks {
        questions: usize,
        answers: usize,
    },
    StreamBreaks,
    Hangs,
    Status(u16),
    Refuses,
    IsError,
    Huge,
    NoJson,
    OtherId,
    Redirects,
}

#[derive(Debug)]
struct Inside {
    way: Way,
    tools: Vec<Json>,
    result: Json,
    /// Tools on a page of the list.
    page: usize,
    /// The version of its handshake; `None`: it has none, and requests carry theirs.
    version: Option<String>,
    /// The number of sessions that were begun; only the last one is known.
    sessions: usize,
    /// The answers to its questions.
    answers: Arc<watch::Sender<Vec<Json>>>,
    /// Each request: its method and its headers.
    asked: Vec<(String, BTreeMap<String, String>, Json)>,
}

#[derive(Clone)]
pub struct McpServer {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
}

impl McpServer {
    pub async fn start() -> McpServer {
        let inside = Inside {
            way: Way::Json,
            tools: tools(),
            result: json!({"content": [{"type": "text", "text": "number 2077"}]}),
            page: 1,
            version: Some("2025-11-25".into()),
            sessions: 0,
            answers: Arc::new(watch::channel(Vec::new()).0),
            asked: Vec::new(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let server = McpServer { url, inside: Arc::new(Mutex::new(inside)) };
        let app = Router::new().route("/mcp", post(answer)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        server
    }

    pub fn behaves(&self, way: Way) {
        self.inside.lock().unwrap().way = way;
    }

    pub fn returns(&self, result: Json) {
        self.inside.lock().unwrap().result = result;
    }

    pub fn speaks(&self, version: Option<&str>) {
        self.inside.lock().unwrap().version = version.map(str::to_owned);
    }

    /// Changes one of its tools.
    pub fn change(&self, tool: &str, change: impl FnOnce(&mut Json)) {
        let mut inside = self.inside.lock().unwrap();
        change(inside.tools.iter_mut().find(|one| one["name"] == tool).expect("it has the tool"));
    }

    /// Lists so many tools, and so many on a page.
    pub fn lists(&self, count: usize, page: usize) {
        let mut inside = self.inside.lock().unwrap();
        let tool =
            |at: usize| json!({"name": format!("t{at}"), "description": "A tool.", "inputSchema": {"type": "object"}});
        (inside.tools, inside.page) = ((0..count).map(tool).collect(), page);
    }

    pub fn forgets_its_sessions(&self) {
        self.inside.lock().unwrap().sessions += 1;
    }

    /// The requests of this method: headers and message.
    pub fn asked(&self, method: &str) -> Vec<(BTreeMap<String, String>, Json)> {
        let inside = self.inside.lock().unwrap();
        inside
            .asked
            .iter()
            .filter(|(known, ..)| known == method)
            .map(|(_, head, body)| (head.clone(), body.clone()))
            .collect()
    }

    /// The client's answers to its questions, so far.
    pub fn answers(&self) -> Vec<Json> {
        self.inside.lock().unwrap().answers.borrow().clone()
    }

    /// The number of uses of a tool.
    pub fn uses(&self, tool: &str) -> usize {
        self.asked("tools/call").iter().filter(|(_, body)| body["params"]["name"] == tool).count()
    }
}

/// The tools that the lock of these tests has, too.
pub fn tools() -> Vec<Json> {
    let text = |about: &str| json!({"type": "string", "description": about});
    let object =
        |properties: Json, required: &[&str]| json!({"type": "object", "properties": properties, "required": required});
    vec![
        json!({"name": "create", "description": "Books a visit.", "inputSchema": object(json!({"day": text("The day.")}), &["day"])}),
        json!({"name": "list", "description": "The free times.", "inputSchema": object(json!({"day": text("The day.")}), &["day"])}),
    ]
}

async fn answer(State(server): State<McpServer>, headers: HeaderMap, body: Bytes) -> Response {
    let message: Json = serde_json::from_slice(&body).unwrap();
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    let head: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let (way, version, tools, result, sessions, page) = {
        let mut inside = server.inside.lock().unwrap();
        inside.asked.push((method.clone(), head.clone(), message.clone()));
        if method == "initialize" && inside.version.is_some() {
            inside.sessions += 1;
        }
        (inside.way, inside.version.clone(), inside.tools.clone(), inside.result.clone(), inside.sessions, inside.page)
    };
    let id = message["id"].clone();
    let told = |result: Json| json!({"jsonrpc": "2.0", "id": id, "result": result});
    let json_of = |json: Json| ([("content-type", "application/json")], json.to_string()).into_response();
    let session = format!("session-{sessions}");
    if version.is_some() && method != "initialize" && head.get("mcp-session-id") != Some(&session) {
        return axum::http::StatusCode::NOT_FOUND.into_response();
    }
    match (method.as_str(), version) {
        ("initialize", Some(version)) => {
            let about = json!({"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}});
            ([("mcp-session-id", session)], json_of(told(about))).into_response()
        }
        ("initialize", None) => {
            json_of(json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "no such method"}}))
        }
        ("notifications/initialized", _) => axum::http::StatusCode::ACCEPTED.into_response(),
        ("server/discover", None) => json_of(told(json!({"supportedVersions": ["2026-07-28"], "capabilities": {}}))),
        ("tools/list", _) => {
            let from: usize = message["params"]["cursor"].as_str().and_then(|at| at.parse().ok()).unwrap_or(0);
            let to = (from + page).min(tools.len());
            let mut list = json!({"tools": tools[from..to]});
            if to < tools.len() {
                list["nextCursor"] = to.to_string().into();
            }
            json_of(told(list))
        }
        ("tools/call", _) => {
            let answers = server.inside.lock().unwrap().answers.subscribe();
            called(way, &id, told(result), answers).await
        }
        ("", Some(_)) => {
            server.inside.lock().unwrap().answers.send_modify(|all| all.push(message));
            axum::http::StatusCode::ACCEPTED.into_response()
        }
        (other, _) => panic!("the client asks `{other}`"),
    }
}

async fn called(way: Way, id: &Json, answer: Json, mut answers: watch::Receiver<Vec<Json>>) -> Response {
    let json_of = |text: String| ([("content-type", "application/json")], text).into_response();
    let stream = |text: String| {
        let head = [("content-type", "text/event-stream")];
        (head, axum::body::Body::new(Endless(Some(Bytes::from(text))))).into_response()
    };
    let news =
        "event: message\ndata: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/progress\", \"params\": {}}\n\n";
    match way {
        Way::Json => json_of(answer.to_string()),
        Way::Stream => {
            let question = json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
            stream(format!(": hello\n\n{news}data: {question}\n\nid: 7\ndata: {answer}\n\n"))
        }
        Way::Asks { questions, answers: wanted } => {
            let (sender, parts) = mpsc::channel(questions + 2);
            for number in 0..questions {
                let method = if number == 1 { "roots/list" } else { "ping" };
                let question = json!({"jsonrpc": "2.0", "id": format!("q{number}"), "method": method});
                sender.send(format!(":\r\n\r\ndata: {question}\n\n")).await.unwrap();
            }
            tokio::spawn(async move {
                if answers.wait_for(|all| all.len() >= wanted).await.is_ok() {
                    // The client may be gone.
                    let _ = sender.send(format!("data: {answer}\n\n")).await;
                }
            });
            let head = [("content-type", "text/event-stream")];
            (head, axum::body::Body::new(Parts(parts))).into_response()
        }
        Way::StreamBreaks => ([("content-type", "text/event-stream")], news.to_owned()).into_response(),
        Way::Hangs => std::future::pending().await,
        Way::Status(status) => axum::http::StatusCode::from_u16(status).unwrap().into_response(),
        Way::Refuses => {
            let error = json!({"code": -32602, "message": "no such day, Bearer sk-of-the-calendar"});
            json_of(json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string())
        }
        Way::IsError => {
            let result = json!({"content": [{"type": "text", "text": "the day is full"}], "isError": true});
            json_of(json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string())
        }
        Way::Huge => json_of(format!("\"{}\"", "x".repeat(1024 * 1024))),
        Way::NoJson => json_of("{\"jsonrpc\": ".to_owned()),
        Way::OtherId => json_of(answer.to_string().replace(&format!("\"id\":{id}"), "\"id\":99999")),
        Way::Redirects => {
            (axum::http::StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:9/")]).into_response()
        }
    }
}

/// A body that says something and stays open.
struct Endless(Option<Bytes>);

impl axum::body::HttpBody for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        match self.0.take() {
            Some(part) => std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(part)))),
            None => std::task::Poll::Pending,
        }
    }
}

/// A body that says one part after the other.
struct Parts(mpsc::Receiver<String>);

impl axum::body::HttpBody for Parts {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        let part = self.0.poll_recv(context);
        part.map(|part| part.map(|text| Ok(hyper::body::Frame::data(Bytes::from(text)))))
    }
}
