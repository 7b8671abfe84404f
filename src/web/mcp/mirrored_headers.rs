//! Compares the headers of a stateless request with its body: `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` repeat
//! what stands there, so that a proxy may route or count by them. A request whose header says something else than its
//! body would be one thing to the proxy and another one here, so it is refused.
//!
//! Source: modelcontextprotocol.io/specification/2026-07-28, *Streamable HTTP*. Earlier versions have no such headers
//! beside the version, and theirs may be missing.

use super::{VERSION_HEADER, protocol};
use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value as Json;

const METHOD_HEADER: &str = "mcp-method";
const NAME_HEADER: &str = "mcp-name";

/// A value that is no plain ASCII stands between these two, as base64 of its UTF-8.
const ENCODED_BEGINS: &str = "=?base64?";
const ENCODED_ENDS: &str = "?=";

/// The refusal of a stateless message whose headers are missing or differ from its body; `None`: they agree, or the
/// message is of another version, or none that can be read.
pub fn mismatch(headers: &HeaderMap, body: &[u8]) -> Option<Json> {
    let message: Json = serde_json::from_slice(body).ok()?;
    let version = protocol::stated_version(&message);
    let is_stateless = |version: &str| version == protocol::STATELESS;
    if !version.is_some_and(is_stateless) && !header(headers, VERSION_HEADER).as_deref().is_some_and(is_stateless) {
        return None;
    }
    let method = message["method"].as_str()?;
    let name = match method {
        "tools/call" | "prompts/get" => message["params"]["name"].as_str(),
        "resources/read" => message["params"]["uri"].as_str(),
        _ => None,
    };
    let pairs =
        [(VERSION_HEADER, Some(version.unwrap_or_default())), (METHOD_HEADER, Some(method)), (NAME_HEADER, name)];
    let why =
        pairs.into_iter().filter_map(|(name, wanted)| Some((name, wanted?))).find_map(
            |(name, wanted)| match header(headers, name) {
                None if !headers.contains_key(name) => {
                    Some(format!("the header `{name}` is missing: it repeats `{wanted}`"))
                }
                None => Some(format!("the header `{name}` cannot be read")),
                Some(said) if said == wanted => None,
                Some(said) if wanted.is_empty() => {
                    Some(format!("the header `{name}` says `{said}`, and `_meta` no version"))
                }
                Some(said) => Some(format!("the header `{name}` says `{said}`, and the body `{wanted}`")),
            },
        )?;
    Some(protocol::header_mismatch(message.get("id"), why))
}

/// The text of a header, decoded; `None`: it is missing, stands twice or cannot be read.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut all = headers.get_all(name).iter();
    let (value, None) = (all.next()?, all.next()) else { return None };
    let text = value.to_str().ok()?.trim();
    match text.strip_prefix(ENCODED_BEGINS).and_then(|rest| rest.strip_suffix(ENCODED_ENDS)) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::json;

    fn refusal(headers: &[(&'static str, &str)], body: &Json) -> Option<String> {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(*name, HeaderValue::try_from(*value).unwrap());
        }
        let refusal = mismatch(&all, body.to_string().as_bytes())?;
        assert_eq!((&refusal["error"]["code"], &refusal["id"]), (&json!(-32020), &json!(7)), "{refusal}");
        refusal["error"]["message"].as_str().map(str::to_owned)
    }

    #[test]
    fn headers_repeat_what_the_body_says() {
        let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
        let call = json!({"id": 7, "method": "tools/call", "params": {"name": "list_runs", "_meta": meta}});
        let version = ("mcp-protocol-version", "2026-07-28");
        let method = ("mcp-method", "tools/call");
        assert_eq!(refusal(&[version, method, ("mcp-name", "list_runs")], &call), None);
        assert_eq!(refusal(&[version, method, ("mcp-name", "=?base64?bGlzdF9ydW5z?=")], &call), None);
        for (headers, said) in [
            (vec![method, ("mcp-name", "list_runs")], "`mcp-protocol-version` is missing"),
            (vec![version, ("mcp-name", "list_runs")], "`mcp-method` is missing"),
            (vec![version, method], "`mcp-name` is missing"),
            (vec![version, method, ("mcp-name", "show_run")], "says `show_run`, and the body `list_runs`"),
            (vec![version, ("mcp-method", "tools/list"), ("mcp-name", "list_runs")], "`mcp-method` says `tools/list`"),
            (vec![version, method, method, ("mcp-name", "list_runs")], "`mcp-method` cannot be read"),
            (vec![version, method, ("mcp-name", "=?base64?%%%?=")], "`mcp-name` cannot be read"),
            (vec![("mcp-protocol-version", "2025-11-25"), method, ("mcp-name", "list_runs")], "says `2025-11-25`"),
        ] {
            let found = refusal(&headers, &call).unwrap_or_default();
            assert!(found.contains(said), "{headers:?}: {found}");
        }
        let list = json!({"id": 7, "method": "tools/list", "params": {"_meta": meta}});
        assert_eq!(refusal(&[version, ("mcp-method", "tools/list")], &list), None, "only some methods have a name");
        let bare = json!({"id": 7, "method": "tools/list"});
        assert!(refusal(&[version], &bare).is_some_and(|why| why.contains("`_meta` no version")));
    }

    #[test]
    fn earlier_versions_need_no_such_headers() {
        let call = json!({"id": 7, "method": "tools/call", "params": {"name": "list_runs"}});
        assert_eq!(refusal(&[], &call), None);
        assert_eq!(refusal(&[("mcp-protocol-version", "2025-11-25"), ("mcp-method", "other")], &call), None);
        assert!(mismatch(&HeaderMap::new(), b"{").is_none());
    }
}
