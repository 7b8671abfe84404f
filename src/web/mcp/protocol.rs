//! Reads requests of the Model Context Protocol and forms their answers: JSON-RPC 2.0. `transom mcp` has a line for each
//! message, and the daemon a request for each.
//!
//! Versions up to 2025-11-25 begin with `initialize`. From 2026-07-28 on there is no beginning: each request says its
//! version in `_meta`, and `server/discover` tells what the server can. Both are answered side by side, and nothing is
//! remembered between two requests. Source: modelcontextprotocol.io/specification, revisions 2025-11-25 and 2026-07-28.

use serde_json::{Map, Value as Json, json};

/// The version whose requests carry it, and those that begin with `initialize`, newest first.
pub const STATELESS: &str = "2026-07-28";
const WITH_HANDSHAKE: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const HEADER_MISMATCH: i64 = -32020;
const UNSUPPORTED_VERSION: i64 = -32022;

/// How long a client may keep the list of tools: it changes with the program alone.
const LIST_TTL_MS: u64 = 3_600_000;

/// The tools of a server.
pub trait Toolbox {
    type Tool;

    /// Tells the model what the tools are for, and where to begin.
    fn instructions(&self) -> &'static str;
    /// The tools as `tools/list` describes them.
    fn described(&self) -> Vec<Json>;
    fn find(&self, name: &str) -> Option<Self::Tool>;
    /// The sentence about a tool that there is not.
    fn unknown(&self, name: &str) -> String;
}

/// The result of a call, for the model.
#[derive(Debug, Default)]
pub struct Done {
    pub texts: Vec<String>,
    pub is_error: bool,
}

impl Done {
    pub fn failed(why: String) -> Done {
        Done { texts: vec![why], is_error: true }
    }
}

impl From<String> for Done {
    fn from(text: String) -> Done {
        Done { texts: vec![text], is_error: false }
    }
}

/// The wish of one message.
pub enum Request<T> {
    /// A notification that needs nothing, or an answer to a question that nobody asked.
    Nothing,
    Answer(Json),
    /// The refusal of a method that there is not in the version without a handshake, which has a status of its own for it.
    NoSuchMethod(Json),
    /// The call with this id, as JSON, is not wanted any more.
    Cancel(String),
    Call(Call<T>),
}

/// A call of a tool.
pub struct Call<T> {
    /// The id of its request: a text or a number.
    pub id: Json,
    pub tool: T,
    pub arguments: Map<String, Json>,
    is_stateless: bool,
}

impl<T> Call<T> {
    pub fn answered(&self, done: &Done) -> Json {
        let content: Vec<Json> = done.texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
        answer(&self.id, self.is_stateless, json!({"content": content, "isError": done.is_error}))
    }
}

/// Reads one message.
pub fn read<B: Toolbox>(message: &[u8], tools: &B) -> Request<B::Tool> {
    if message.trim_ascii().is_empty() {
        return Request::Nothing;
    }
    let message: Json = match serde_json::from_slice(message) {
        Ok(message) => message,
        Err(why) => return Request::Answer(refused(None, PARSE_ERROR, format!("this message is no JSON: {why}"))),
    };
    let Json::Object(mut message) = message else {
        let why = "a message is one JSON object; several in a list are not read";
        return Request::Answer(refused(None, INVALID_REQUEST, why));
    };
    let id = message.remove("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64());
    let Some(Json::String(method)) = message.remove("method") else {
        // An answer has an id and no method.
        let is_answer = message.contains_key("result") || message.contains_key("error");
        let why = "a request has a `method`";
        return if is_answer { Request::Nothing } else { Request::Answer(refused(id.as_ref(), INVALID_REQUEST, why)) };
    };
    let params = match message.remove("params") {
        Some(Json::Object(params)) => params,
        _ => Map::new(),
    };
    match id {
        Some(id) => request(id, &method, params, tools),
        None if method == "notifications/cancelled" => {
            params.get("requestId").map_or(Request::Nothing, |id| Request::Cancel(id.to_string()))
        }
        None => Request::Nothing,
    }
}

fn request<B: Toolbox>(id: Json, method: &str, mut params: Map<String, Json>, tools: &B) -> Request<B::Tool> {
    let meta = params.get("_meta");
    let version = meta.and_then(|meta| meta.get(VERSION_KEY)).map(|version| version.as_str().unwrap_or_default());
    if let Some(requested) = version.filter(|version| *version != STATELESS) {
        return Request::Answer(unsupported(Some(&id), requested));
    }
    let is_stateless = version.is_some();
    let has_capabilities = meta.and_then(|meta| meta.get(CAPABILITIES_KEY)).is_some_and(Json::is_object);
    if is_stateless && !has_capabilities {
        return Request::Answer(refused(Some(&id), INVALID_PARAMS, format!("`_meta` needs `{CAPABILITIES_KEY}`")));
    }
    let result = match method {
        "initialize" => {
            initialized(params.get("protocolVersion").and_then(Json::as_str).unwrap_or_default(), tools.instructions())
        }
        "server/discover" => json!({
            "supportedVersions": versions(), "capabilities": capabilities(), "instructions": tools.instructions(),
            "ttlMs": LIST_TTL_MS, "cacheScope": "public",
        }),
        // The version without a handshake has no `ping`: each of its requests stands alone.
        "ping" if !is_stateless => json!({}),
        "tools/list" => {
            let mut list = json!({"tools": tools.described()});
            if is_stateless {
                list["ttlMs"] = LIST_TTL_MS.into();
                list["cacheScope"] = "public".into();
            }
            list
        }
        "tools/call" => {
            let name = params.remove("name");
            let name = name.as_ref().and_then(Json::as_str).unwrap_or_default();
            let arguments = match params.remove("arguments") {
                None | Some(Json::Null) => Map::new(),
                Some(Json::Object(arguments)) => arguments,
                Some(_) => return Request::Answer(refused(Some(&id), INVALID_PARAMS, "`arguments` is an object")),
            };
            let Some(tool) = tools.find(name) else {
                return Request::Answer(refused(Some(&id), INVALID_PARAMS, tools.unknown(name)));
            };
            return Request::Call(Call { id, tool, arguments, is_stateless });
        }
        _ => {
            let refusal = refused(Some(&id), METHOD_NOT_FOUND, format!("there is no method `{method}`"));
            return if is_stateless { Request::NoSuchMethod(refusal) } else { Request::Answer(refusal) };
        }
    };
    Request::Answer(answer(&id, is_stateless || method == "server/discover", result))
}

fn initialized(wanted: &str, instructions: &str) -> Json {
    let version = WITH_HANDSHAKE.into_iter().find(|version| *version == wanted).unwrap_or(WITH_HANDSHAKE[0]);
    json!({
        "protocolVersion": version, "capabilities": capabilities(), "serverInfo": server(),
        "instructions": instructions,
    })
}

/// The version that a message says in its `_meta`; `None`: it says none, as in versions with a handshake.
pub fn stated_version(message: &Json) -> Option<&str> {
    message["params"]["_meta"][VERSION_KEY].as_str()
}

/// The answer to a request whose headers differ from its body.
pub fn header_mismatch(id: Option<&Json>, why: String) -> Json {
    refused(id, HEADER_MISMATCH, why)
}

/// True for a version that both forms of a request are answered in.
pub fn is_supported(version: &str) -> bool {
    versions().contains(&version)
}

/// The answer to a request of another version.
pub fn unsupported(id: Option<&Json>, requested: &str) -> Json {
    let error = json!({
        "code": UNSUPPORTED_VERSION,
        "message": "Unsupported protocol version",
        "data": {"supported": versions(), "requested": requested},
    });
    json!({"jsonrpc": "2.0", "id": id, "error": error})
}

/// True for an answer to a message that could not be read as a request.
pub fn is_unreadable(answer: &Json) -> bool {
    matches!(answer["error"]["code"].as_i64(), Some(PARSE_ERROR | INVALID_REQUEST | UNSUPPORTED_VERSION))
}

fn versions() -> Vec<&'static str> {
    [STATELESS].into_iter().chain(WITH_HANDSHAKE).collect()
}

fn capabilities() -> Json {
    json!({"tools": {}})
}

fn server() -> Json {
    json!({"name": "transom", "title": "Transom", "version": env!("CARGO_PKG_VERSION")})
}

/// The answer to a line of more than `MCP_LINE_BYTES_MAX`, whose id is unknown.
pub fn too_long() -> Json {
    refused(None, INVALID_REQUEST, "this message is too long")
}

fn answer(id: &Json, is_stateless: bool, mut result: Json) -> Json {
    if is_stateless {
        result["resultType"] = "complete".into();
        result["_meta"] = json!({SERVER_KEY: server()});
    }
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

fn refused(id: Option<&Json>, code: i64, why: impl Into<String>) -> Json {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": why.into()}})
}
