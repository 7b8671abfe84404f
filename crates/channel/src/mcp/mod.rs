//! Speaks the Model Context Protocol as a client, over its streamable HTTP or the pipes of a program: lists a server's tools,
//! and uses one.
//!
//! Versions up to 2025-11-25 begin with `initialize`; from 2026-07-28 on each request carries its version, and there is no
//! session. A server that refuses the first way is asked in the second. Source: modelcontextprotocol.io/specification,
//! revisions 2025-06-18, 2025-11-25 and 2026-07-28.

mod answer;
mod http;
pub mod lines;
mod program;

use crate::{
    base::{
        fence::Fence,
        limits::{CALL_ANSWER_BYTES_MAX, MCP_PAGES_MAX, MCP_TOOLS_MAX},
        private_use,
        secret::Secret,
        time::{Span, Time},
    },
    model::{event::McpAnswer, mcp::McpTool},
};
use answer::{Received, Sent};
use http::HttpWire;
use ipnet::IpNet;
pub use program::McpProgram;
use program::Program;
use reqwest::Url;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use tokio::sync::Mutex;

/// The version that is asked for, those that are understood, and the one without a session.
const WANTED: &str = "2025-11-25";
const UNDERSTOOD: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
const STATELESS: &str = "2026-07-28";

/// A configured server.
#[derive(Debug, Clone)]
pub struct McpEndpoint {
    pub name: String,
    pub place: McpPlace,
    pub timeout: Span,
}

/// The place where a server is found.
#[derive(Debug, Clone)]
pub enum McpPlace {
    Http(McpAddress),
    /// The daemon starts it.
    Program(McpProgram),
}

/// The address of a server.
#[derive(Debug, Clone)]
pub struct McpAddress {
    pub url: Url,
    /// Names in small letters.
    pub headers: Vec<(String, Secret)>,
    pub allow_private: Vec<IpNet>,
}

/// The client of one server; it keeps one session.
pub struct McpClient {
    endpoint: McpEndpoint,
    wire: Wire,
    session: Mutex<Option<Session>>,
    last_id: AtomicI64,
}

/// The transport to a server.
enum Wire {
    Http(Box<HttpWire>),
    Program(Program),
}

/// The way in which a server is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Session {
    version: String,
    /// The session that the server has named; of a program, the number of its process.
    id: Option<String>,
}

/// There is no answer that could be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpFailure {
    /// `timeout`, `unreachable`, `blocked`, `too_large`, `bad_answer`, `refused`, `deposed`.
    pub code: &'static str,
    /// A sentence; of the server's own words only those of an error.
    pub text: String,
    /// True if the request may have reached the server, which may have done what it asks.
    pub may_be_done: bool,
}

impl McpFailure {
    fn new(code: &'static str, text: impl Into<String>) -> McpFailure {
        McpFailure { code, text: text.into(), may_be_done: false }
    }
}

impl Session {
    fn is_stateless(&self) -> bool {
        self.version == STATELESS
    }
}

impl McpClient {
    /// Fails only if TLS cannot be set up. The guard lets requests go to public addresses and to the networks that the
    /// operator named; `fence`: only while this process may act for its database.
    pub fn new(endpoint: McpEndpoint, fence: Option<Arc<Fence>>) -> Result<McpClient, reqwest::Error> {
        let wire = match &endpoint.place {
            McpPlace::Http(address) => Wire::Http(Box::new(HttpWire::new(address.clone(), fence)?)),
            McpPlace::Program(program) => Wire::Program(Program::new(&endpoint.name, program.clone(), fence)),
        };
        Ok(McpClient { endpoint, wire, session: Mutex::default(), last_id: AtomicI64::new(0) })
    }

    pub fn endpoint(&self) -> &McpEndpoint {
        &self.endpoint
    }

    /// All tools of the server, by name. A tool that cannot be pinned is an error of the whole list: a part of it would look
    /// like all of it.
    pub async fn tools(&self, now: Time) -> Result<Vec<McpTool>, McpFailure> {
        let sent = AtomicBool::new(false);
        match tokio::time::timeout(self.endpoint.timeout.to_std(), self.list(&sent, now)).await {
            Ok(listed) => listed.map_err(|failure| McpFailure { may_be_done: false, ..failure }),
            Err(_) => Err(self.late()),
        }
    }

    /// Uses a tool, once.
    pub async fn call(&self, tool: &str, arguments: &Map<String, Json>, now: Time) -> Result<McpAnswer, McpFailure> {
        let sent = AtomicBool::new(false);
        let params =
            Map::from_iter([("name".to_owned(), tool.into()), ("arguments".to_owned(), arguments.clone().into())]);
        let asked =
            tokio::time::timeout(self.endpoint.timeout.to_std(), self.ask("tools/call", params, &sent, now)).await;
        let may_be_done = sent.load(Ordering::Relaxed);
        match asked {
            Ok(Ok(result)) => Ok(answer_of(&result)),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(McpFailure { may_be_done, ..self.late() }),
        }
    }

    fn late(&self) -> McpFailure {
        McpFailure::new("timeout", format!("no answer within {}", self.endpoint.timeout))
    }

    async fn list(&self, sent: &AtomicBool, now: Time) -> Result<Vec<McpTool>, McpFailure> {
        let bad = |why: String| McpFailure::new("bad_answer", why);
        let (mut all, mut names, mut cursor) = (Vec::new(), BTreeSet::new(), None::<String>);
        for _ in 0..MCP_PAGES_MAX {
            let params = cursor.take().map(|cursor| ("cursor".to_owned(), cursor.into()));
            let page = self.ask("tools/list", params.into_iter().collect(), sent, now).await?;
            let Some(tools) = page["tools"].as_array() else { return Err(bad("the list has no `tools`".to_owned())) };
            for listed in tools {
                let tool = McpTool::of(listed).map_err(bad)?;
                if !names.insert(tool.name.clone()) {
                    return Err(bad(format!("the list has the tool `{}` twice", tool.name)));
                }
                all.push(tool);
            }
            if all.len() > MCP_TOOLS_MAX {
                return Err(bad(format!("the server has more than {MCP_TOOLS_MAX} tools")));
            }
            cursor = page["nextCursor"].as_str().filter(|next| !next.is_empty()).map(str::to_owned);
            if cursor.is_none() {
                all.sort_by(|a, b| a.name.cmp(&b.name));
                return Ok(all);
            }
        }
        Err(bad(format!("the list has more than {MCP_PAGES_MAX} pages")))
    }

    /// The result of one request. Where the server has forgotten the session, a new one is begun once.
    async fn ask(
        &self,
        method: &str,
        params: Map<String, Json>,
        sent: &AtomicBool,
        now: Time,
    ) -> Result<Json, McpFailure> {
        let session = self.begin(now).await?;
        match self.request(method, params.clone(), Some(&session), sent, now).await {
            Err(Sent::SessionGone) => {
                sent.store(false, Ordering::Relaxed);
                // Another call may have begun a new one meanwhile.
                {
                    let mut kept = self.session.lock().await;
                    if kept.as_ref() == Some(&session) {
                        *kept = None;
                    }
                }
                let session = self.begin(now).await?;
                self.request(method, params, Some(&session), sent, now).await.map_err(Sent::into_failure)
            }
            other => other.map_err(Sent::into_failure),
        }
    }

    /// The kept session, or a new one.
    async fn begin(&self, now: Time) -> Result<Session, McpFailure> {
        let mut kept = self.session.lock().await;
        if let Some(session) = kept.as_ref() {
            return Ok(session.clone());
        }
        // Nothing of the request itself has left yet.
        let session = self.handshake(now).await.map_err(|failure| McpFailure { may_be_done: false, ..failure })?;
        *kept = Some(session.clone());
        Ok(session)
    }

    async fn handshake(&self, now: Time) -> Result<Session, McpFailure> {
        let about = json!({
            "protocolVersion": WANTED, "capabilities": {},
            "clientInfo": {"name": "transom", "version": env!("CARGO_PKG_VERSION")},
        });
        let Json::Object(params) = about else { return Err(McpFailure::new("bad_answer", "no request")) };
        let id = self.next_id();
        let message = json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params});
        let received = self.post(&message, id, None, &AtomicBool::new(false), now).await;
        let (result, named) = match received {
            Ok(received) => (received.result, received.session),
            // A server without a session knows no `initialize`.
            Err(Sent::Refused { .. } | Sent::SessionGone) => {
                let session = Session { version: STATELESS.to_owned(), id: None };
                let discovered =
                    self.request("server/discover", Map::new(), Some(&session), &AtomicBool::new(false), now).await;
                let refused = "the server refuses `initialize` and `server/discover`";
                return match discovered {
                    Ok(_) => Ok(session),
                    Err(Sent::Refused { text, .. }) => Err(McpFailure::new("refused", format!("{refused}: {text}"))),
                    Err(other) => Err(other.into_failure()),
                };
            }
            Err(other) => return Err(other.into_failure()),
        };
        let version = result["protocolVersion"].as_str().unwrap_or_default();
        let Some(version) = UNDERSTOOD.into_iter().find(|known| *known == version) else {
            let text = "the server speaks a version of the protocol that is not understood here";
            return Err(McpFailure::new("bad_answer", text));
        };
        let session = Session { version: version.to_owned(), id: named };
        let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.tell(&told, &session, now).await.map_err(Sent::into_failure)?;
        Ok(session)
    }

    async fn request(
        &self,
        method: &str,
        mut params: Map<String, Json>,
        session: Option<&Session>,
        sent: &AtomicBool,
        now: Time,
    ) -> Result<Json, Sent> {
        if session.is_some_and(Session::is_stateless) {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": STATELESS,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "transom", "version": env!("CARGO_PKG_VERSION")},
            });
            params.insert("_meta".to_owned(), meta);
        }
        let id = self.next_id();
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.post(&message, id, session, sent, now).await.map(|received| received.result)
    }

    async fn post(
        &self,
        message: &Json,
        id: i64,
        session: Option<&Session>,
        sent: &AtomicBool,
        now: Time,
    ) -> Result<Received, Sent> {
        match &self.wire {
            Wire::Http(wire) => http::post(wire, message, id, session, sent).await,
            Wire::Program(program) => program.post(message, id, session, sent, now).await,
        }
    }

    async fn tell(&self, message: &Json, session: &Session, now: Time) -> Result<(), Sent> {
        match &self.wire {
            Wire::Http(wire) => http::tell(wire, message, session).await,
            Wire::Program(program) => program.tell(message, session, now).await,
        }
    }

    fn next_id(&self) -> i64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// The words of a result: its JSON where the tool gives one, else its texts; of everything else the kind alone.
/// Reads the answer of the server at this place to `tools/call` with this id, as it came over the wire; its secrets are
/// hidden.
pub fn read_result(message: Json, id: i64, place: &McpPlace) -> Result<McpAnswer, McpFailure> {
    let result = answer::result_of(message, id, &answer::Hidden::of(place)).map_err(Sent::into_failure)?;
    Ok(answer_of(&result))
}

fn answer_of(result: &Json) -> McpAnswer {
    let texts = result["content"].as_array().into_iter().flatten().map(|part| match part["type"].as_str() {
        Some("text") => part["text"].as_str().unwrap_or_default().to_owned(),
        Some("resource") if part["resource"]["text"].is_string() => {
            part["resource"]["text"].as_str().unwrap_or_default().to_owned()
        }
        Some("image") => "[image]".to_owned(),
        Some("audio") => "[audio]".to_owned(),
        Some("resource" | "resource_link") => "[file]".to_owned(),
        _ => "[something else]".to_owned(),
    });
    let is_error = result["isError"] == true;
    let said = match &result["structuredContent"] {
        Json::Null => texts.collect::<Vec<_>>().join("\n"),
        _ if is_error => texts.collect::<Vec<_>>().join("\n"),
        json => json.to_string(),
    };
    let mut said = private_use::without(&said).replace('\0', "\u{FFFD}");
    if said.len() > CALL_ANSWER_BYTES_MAX {
        said.truncate((0..=CALL_ANSWER_BYTES_MAX).rev().find(|end| said.is_char_boundary(*end)).unwrap_or(0));
    }
    McpAnswer { said, is_error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_json_or_its_texts() {
        let said = |result: Json| answer_of(&result).said;
        assert_eq!(
            said(json!({"content": [{"type": "text", "text": "a"}, {"type": "image", "data": "x"}]})),
            "a\n[image]"
        );
        assert_eq!(
            said(json!({"content": [{"type": "text", "text": "a"}], "structuredContent": {"b": 1}})),
            "{\"b\":1}"
        );
        assert_eq!(said(json!({"content": "no list"})), "");
        let failed =
            answer_of(&json!({"content": [{"type": "text", "text": "no"}], "structuredContent": {}, "isError": true}));
        assert_eq!((failed.said.as_str(), failed.is_error), ("no", true));
    }
}
