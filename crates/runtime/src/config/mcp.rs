//! Reads `mcp`: the servers of the Model Context Protocol whose tools agents may use.

use super::{Written, is_blank, models::own_network, sections::networks};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        limits::{MCP_SERVERS_MAX, MCP_TIMEOUT_DEFAULT, MCP_TIMEOUT_MAX},
        secret::Secret,
        time::Span,
        yaml::Node,
    },
    channel::{HeaderName, llm::checked_url, mcp::McpEndpoint},
};

/// Headers that decide what a request is and where it ends: the protocol's own, and those of HTTP.
const OURS: [&str; 11] = [
    "host",
    "content-length",
    "content-type",
    "accept",
    "transfer-encoding",
    "connection",
    "upgrade",
    "mcp-session-id",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
];

pub fn servers(nodes: &[Node], findings: &Findings) -> Vec<McpEndpoint> {
    if let Some(node) = nodes.get(MCP_SERVERS_MAX) {
        let message = format!("there are more than {MCP_SERVERS_MAX} servers");
        findings.push(Diagnostic::error("E906", &node.place, message).help("take some out"));
    }
    nodes.iter().take(MCP_SERVERS_MAX).filter_map(|node| server(node, findings)).collect()
}

/// `None` if it cannot be asked.
fn server(node: &Node, findings: &Findings) -> Option<McpEndpoint> {
    let mut fields = Fields::new(node, "an MCP server", findings);
    if let Some(command) = node.entry("command") {
        let message = "a server that is a program of this machine is not started by the daemon";
        let finding = Diagnostic::error("E906", &command.key.place, message);
        findings.push(
            finding.help("run it behind its HTTP transport, and write its address: `url: http://127.0.0.1:9000/mcp`"),
        );
        fields.know(&["command"]);
    } else {
        fields.required("url");
    }
    fields.required("name");
    let name = fields.text_if("name").unwrap_or_default().to_owned();
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_sign);
    if !name.is_empty() && !is_name {
        let message = format!("`{name}` cannot be the name of a server");
        fields.wrong_at("name", "E906", message, "small letters, digits and `_`, a letter first: `calendar`");
    }
    let url = match fields.text_if("url").map(checked_url) {
        Some(Ok(url)) => Some(url),
        Some(Err(why)) => {
            let message = format!("`url` cannot be called: {why}");
            fields.wrong_at("url", "E906", message, "write it like `https://calendar.example/mcp`");
            None
        }
        None => None,
    };
    let own = url.as_ref().and_then(own_network);
    let mut allow_private = networks(&mut fields, "allow_private");
    let is_local = own.is_some() || !allow_private.is_empty();
    allow_private.extend(own.into_iter().flatten());
    if let Some(url) = url.as_ref().filter(|url| url.scheme() == "http" && !is_local) {
        let message = format!("what customers want would go to `{}` in clear text", url.host_str().unwrap_or_default());
        let help = "write `https:`, or name the private network of the server in `allow_private`";
        fields.wrong_at("url", "E906", message, help);
    }
    let timeout = fields.duration("timeout", MCP_TIMEOUT_DEFAULT);
    if timeout <= Span::ZERO || timeout > MCP_TIMEOUT_MAX {
        let message = format!("`timeout` is more than nothing and at most {MCP_TIMEOUT_MAX}");
        fields.wrong_at("timeout", "E906", message, "write it like `15s`");
    }
    let headers = headers(&mut fields, findings);
    fields.finish();
    Some(McpEndpoint { name, url: url?, headers, allow_private, timeout })
}

/// Every value is a secret: most are, and none needs to be shown.
fn headers(fields: &mut Fields<'_>, findings: &Findings) -> Vec<(String, Secret)> {
    let mut all = Vec::new();
    for entry in fields.map("headers") {
        let name = entry.key.text.to_lowercase();
        let wrong = |message: String, help: &str| {
            findings.push(Diagnostic::error("E906", &entry.key.place, message).help(help));
        };
        if HeaderName::try_from(name.as_str()).is_err() {
            wrong(format!("`{}` is no name of a header", entry.key.text), "write it like `authorization`");
            continue;
        }
        if OURS.contains(&name.as_str()) {
            wrong(format!("the header `{name}` is written by the daemon"), "take it out");
            continue;
        }
        match entry.value.text() {
            Some(text) if !entry.value.is_broken() && !is_blank(text) && !text.is_empty() => {
                all.push((name, Secret::new(text)));
            }
            _ if entry.value.is_broken() => {}
            _ => wrong(format!("the header `{name}` is empty"), "write its value, or take it out"),
        }
    }
    all
}
