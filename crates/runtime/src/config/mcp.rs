//! Reads `mcp`: the servers of the Model Context Protocol whose tools agents may use.

mod program;

use super::{Written, is_blank, models::own_network, sections::networks};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        fields::Fields,
        limits::{MCP_SERVERS_MAX, MCP_TIMEOUT_DEFAULT, MCP_TIMEOUT_MAX},
        secret::Secret,
        time::Span,
        yaml::Node,
    },
    channel::{
        HeaderName,
        llm::checked_url,
        mcp::{McpAddress, McpEndpoint, McpPlace},
    },
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
    fields.required("name");
    let name = fields.text_if("name").unwrap_or_default().to_owned();
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_sign);
    if !name.is_empty() && !is_name {
        let message = format!("`{name}` cannot be the name of a server");
        fields.wrong_at("name", "E906", message, "small letters, digits and `_`, a letter first: `calendar`");
    }
    let timeout = fields.duration("timeout", MCP_TIMEOUT_DEFAULT);
    if timeout <= Span::ZERO || timeout > MCP_TIMEOUT_MAX {
        let message = format!("`timeout` is more than nothing and at most {MCP_TIMEOUT_MAX}");
        fields.wrong_at("timeout", "E906", message, "write it like `15s`");
    }
    let place = match node.entry("command") {
        Some(command) => program::read(&mut fields, command, findings).map(McpPlace::Program),
        None => address(&mut fields, findings).map(McpPlace::Http),
    };
    fields.finish();
    Some(McpEndpoint { name, place: place?, timeout })
}

fn address(fields: &mut Fields<'_>, findings: &Findings) -> Option<McpAddress> {
    fields.know(&["url", "command", "env", "headers", "allow_private"]);
    let is_near = fields.unread().any(|entry| nearest(&entry.key.text, ["command"]).is_some());
    let has_others = fields.unread().next().is_some();
    if fields.node("url").is_none() && !is_near {
        if has_others {
            // One of them may stand for `url`.
            fields.required("url");
        } else {
            let message = "an MCP server needs `url`, its address, or `command`, a program that the daemon starts";
            let help = "write `url: https://calendar.example/mcp` or `command: [/usr/local/bin/calendar-mcp]`";
            findings.push(Diagnostic::error("E202", fields.place(), message).help(help));
        }
    }
    if let Some(env) = fields.node("env") {
        let message = "`env` is for a server that the daemon starts, and this one has no `command`";
        findings.push(Diagnostic::error("E906", &env.place, message).help("take it out, or write `command`"));
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
    let mut allow_private = networks(fields, "allow_private");
    let is_local = own.is_some() || !allow_private.is_empty();
    allow_private.extend(own.into_iter().flatten());
    if let Some(url) = url.as_ref().filter(|url| url.scheme() == "http" && !is_local) {
        let message = format!("what customers want would go to `{}` in clear text", url.host_str().unwrap_or_default());
        let help = "write `https:`, or name the private network of the server in `allow_private`";
        fields.wrong_at("url", "E906", message, help);
    }
    let headers = headers(fields, findings);
    Some(McpAddress { url: url?, headers, allow_private })
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
