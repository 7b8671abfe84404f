//! Sends one JSON-RPC message to an MCP server over HTTP and reads its answer, as JSON or out of a stream of events.

use super::{
    McpAddress, McpFailure, McpPlace, Session,
    answer::{Hidden, Received, Sent, answer_to, broken_off, result_of, too_large},
};
use crate::{
    base::{
        fence::Fence,
        limits::{CALL_ANSWER_BYTES_MAX, MCP_ASKED_MAX},
    },
    call::{FlowClient, failed},
    client::capped,
    guard::Guard,
    traceparent::{TRACEPARENT, carried},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    RequestBuilder, Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value as Json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::task::JoinSet;

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
/// A longer name of a session is none: it goes along with each request.
const SESSION_BYTES_MAX: usize = 512;

/// The way to a server at an address.
pub(super) struct HttpWire {
    client: FlowClient,
    address: McpAddress,
    hidden: Hidden,
}

impl HttpWire {
    /// Fails only if TLS cannot be set up.
    pub fn new(address: McpAddress, fence: Option<Arc<Fence>>) -> Result<HttpWire, reqwest::Error> {
        let guard = Guard::new(address.allow_private.iter().copied()).named("mcp.allow_private");
        let mut client = FlowClient::new(guard)?.without_redirects();
        if let Some(fence) = fence {
            client = client.behind(fence);
        }
        let hidden = Hidden::of(&McpPlace::Http(address.clone()));
        Ok(HttpWire { client, address, hidden })
    }
}

/// Sends a request. `sent` becomes true when it may have reached the server.
pub(super) async fn post(
    wire: &HttpWire,
    message: &Json,
    id: i64,
    session: Option<&Session>,
    sent: &AtomicBool,
) -> Result<Received, Sent> {
    let mut answer = exchange(wire, message, session, sent).await?;
    let status = answer.status().as_u16();
    match status {
        200 => {}
        404 if session.is_some_and(|session| session.id.is_some()) => return Err(Sent::SessionGone),
        300..400 => {
            let text = "the server redirects the request, and it is meant for no other address";
            return Err(Sent::Failed(McpFailure::new("blocked", text)));
        }
        // A server or a proxy that breaks may have begun the work.
        500..=599 | 100..=299 => {
            let text = format!("the server answered with status {status}");
            return Err(Sent::Failed(McpFailure { may_be_done: true, ..McpFailure::new("unreachable", text) }));
        }
        _ => return Err(refused(&mut answer, status, &wire.hidden).await),
    }
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let named = Some(header(SESSION)).filter(|id| !id.is_empty() && id.len() <= SESSION_BYTES_MAX);
    let kind = header(CONTENT_TYPE.as_str()).to_lowercase();
    let found = if kind.starts_with("text/event-stream") {
        of_stream(wire, &mut answer, id, session).await?
    } else {
        let (body, cut) = capped(&mut answer, CALL_ANSWER_BYTES_MAX).await;
        whole(&body, cut)?;
        serde_json::from_slice(&body).map_err(|_| Sent::bad("the answer is no JSON"))?
    };
    result_of(found, id, &wire.hidden).map(|result| Received { result, session: named })
}

/// Sends a notification, which has no answer.
pub(super) async fn tell(wire: &HttpWire, message: &Json, session: &Session) -> Result<(), Sent> {
    let answer = exchange(wire, message, Some(session), &AtomicBool::new(false)).await?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        status => Err(Sent::Refused { text: format!("the server answered a notification with status {status}") }),
    }
}

async fn exchange(
    wire: &HttpWire,
    message: &Json,
    session: Option<&Session>,
    sent: &AtomicBool,
) -> Result<Response, Sent> {
    let request = request(wire, message, session).await?;
    sent.store(true, Ordering::Relaxed);
    request.send().await.map_err(|error| {
        let unsent = error.is_connect() || error.is_builder();
        let error = failed(error);
        let code = match error.code.as_str() {
            "blocked" => "blocked",
            "timeout" => "timeout",
            _ => "unreachable",
        };
        let may_be_done = !unsent && code != "blocked";
        if !may_be_done {
            sent.store(false, Ordering::Relaxed);
        }
        Sent::Failed(McpFailure { may_be_done, ..McpFailure::new(code, error.text) })
    })
}

/// A request that may leave.
async fn request(wire: &HttpWire, message: &Json, session: Option<&Session>) -> Result<RequestBuilder, Sent> {
    let stopped = |code, text: String| Sent::Failed(McpFailure::new(code, text));
    let HttpWire { client, address, .. } = wire;
    client.guard.check(&address.url).map_err(|why| stopped("blocked", why.0))?;
    let headers = headers(address, message, session)?;
    client.may_act().await.map_err(|error| stopped("deposed", error.text))?;
    Ok(client.client.post(address.url.clone()).headers(headers).body(message.to_string()))
}

fn headers(address: &McpAddress, message: &Json, session: Option<&Session>) -> Result<HeaderMap, Sent> {
    let mut all = HeaderMap::new();
    for (name, value) in &address.headers {
        let named = HeaderName::try_from(name.as_str()).ok().zip(HeaderValue::try_from(value.expose()).ok());
        let Some((name, mut value)) = named else {
            let text = format!("the header `{name}` holds a line break or the like");
            return Err(Sent::Failed(McpFailure::new("blocked", text)));
        };
        value.set_sensitive(true);
        all.insert(name, value);
    }
    if let Some(value) = carried() {
        all.entry(TRACEPARENT).or_insert(value);
    }
    all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    all.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    let mut put = |name: &'static str, text: &str| {
        if let Ok(value) = HeaderValue::try_from(text) {
            all.insert(name, value);
        }
    };
    if let Some(session) = session {
        put(VERSION, &session.version);
        if let Some(id) = &session.id {
            put(SESSION, id);
        }
        if session.is_stateless() {
            put("mcp-method", message["method"].as_str().unwrap_or_default());
            if let Some(name) = message["params"]["name"].as_str() {
                put("mcp-name", &header_text(name));
            }
        }
    }
    Ok(all)
}

/// A text in a header: anything but plain ASCII as base64, as the version without sessions writes it.
fn header_text(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text;
    if is_plain && !text.starts_with("=?base64?") {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(text))
    }
}

/// A status by which the server says no.
async fn refused(answer: &mut Response, status: u16, hidden: &Hidden) -> Sent {
    let (body, _) = capped(answer, CALL_ANSWER_BYTES_MAX).await;
    let said = serde_json::from_slice::<Json>(&body).ok();
    let said = said.as_ref().and_then(|json| json["error"]["message"].as_str());
    let words = said.map(|text| format!(": {}", hidden.words(text))).unwrap_or_default();
    let text = match status {
        401 | 403 => format!("the server refuses the credentials (status {status}){words}"),
        _ => format!("the server answered with status {status}{words}"),
    };
    Sent::Refused { text }
}

/// The message with this id in a stream of events. Lines of comment keep the stream alive, and other messages are news,
/// which nobody waits for. A server of a version with sessions may ask something meanwhile: it is answered beside the
/// stream, because one that gets no answer to its `ping` may take us for dead.
async fn of_stream(wire: &HttpWire, answer: &mut Response, id: i64, session: Option<&Session>) -> Result<Json, Sent> {
    let (mut bytes, mut read) = (Vec::new(), 0);
    let (mut asked, mut answers) = (0, JoinSet::new());
    loop {
        while let Some((event, rest)) = next_event(&bytes) {
            let found = serde_json::from_str::<Json>(&data(&event)).ok();
            bytes.drain(..rest);
            let Some(message) = found else { continue };
            match message["method"].as_str() {
                None if message["id"] == id => return Ok(message),
                None => {}
                Some(method) => {
                    let said = session.filter(|session| !session.is_stateless());
                    let said = said.zip(answer_to(method, &message["id"])).filter(|_| asked < MCP_ASKED_MAX);
                    if let Some((session, said)) = said {
                        asked += 1;
                        let request = request(wire, &said, Some(session)).await?;
                        answers.spawn(async move { drop(request.send().await) });
                    }
                }
            }
        }
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                read += chunk.len();
                if read > CALL_ANSWER_BYTES_MAX {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(None) | Err(_) => return Err(broken_off()),
        }
    }
}

/// The first whole event, and the length of everything up to its end. Lines end with LF, CR LF or CR.
fn next_event(bytes: &[u8]) -> Option<(String, usize)> {
    let ends = [&b"\n\n"[..], b"\r\n\r\n", b"\r\r"];
    let at = |end: &[u8]| bytes.windows(end.len()).position(|window| window == end).map(|at| (at, at + end.len()));
    let (end, rest) = ends.iter().filter_map(|end| at(end)).min()?;
    Some((String::from_utf8_lossy(&bytes[..end]).into_owned(), rest))
}

/// The text of an event's `data` lines.
fn data(event: &str) -> String {
    let lines = event.split(['\n', '\r']).filter_map(|line| line.strip_prefix("data:"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn whole(body: &[u8], cut: bool) -> Result<(), Sent> {
    match cut {
        true if body.len() >= CALL_ANSWER_BYTES_MAX => Err(too_large()),
        true => Err(broken_off()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_ascii_goes_encoded() {
        assert_eq!(header_text("list_runs"), "list_runs");
        assert_eq!(header_text("größe"), "=?base64?Z3LDtsOfZQ==?=");
        assert_eq!(header_text(" a"), "=?base64?IGE=?=");
        assert_eq!(header_text("a\r\nb: c"), "=?base64?YQ0KYjogYw==?=");
        assert_eq!(header_text("=?base64?YQ==?="), "=?base64?PT9iYXNlNjQ/WVE9PT89?=");
    }

    #[test]
    fn events_end_by_an_empty_line_however_lines_end() {
        for text in ["event: a\ndata: {\"x\":\ndata: 1}\n\nrest", "data: {\"x\":\r\ndata: 1}\r\n\r\nrest"] {
            let (event, rest) = next_event(text.as_bytes()).unwrap();
            assert_eq!((data(&event).replace('\n', ""), &text[rest..]), ("{\"x\":1}".to_owned(), "rest"));
        }
        assert!(next_event(b"data: {}\n").is_none());
    }
}
