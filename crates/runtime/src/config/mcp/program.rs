//! Reads the `command` and `env` of an MCP server that is a program of this machine.

use super::is_blank;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        secret::Secret,
        yaml::{Entry, Kind, Node},
    },
    channel::mcp::McpProgram,
};

/// Keys of a server at an address.
const OF_ADDRESSES: [&str; 3] = ["url", "headers", "allow_private"];

/// `None` if it cannot be started.
pub(super) fn read(fields: &mut Fields<'_>, command: &Entry, findings: &Findings) -> Option<McpProgram> {
    fields.know(&["command"]);
    for key in OF_ADDRESSES {
        if let Some(entry) = fields.entry(key) {
            let message = format!("`{key}` is for a server over HTTP, and this one is a program (`command`)");
            findings.push(Diagnostic::error("E906", &entry.key.place, message).help("take one of the two out"));
        }
    }
    let env = env(fields, findings);
    let command = words(&command.value, findings)?;
    Some(McpProgram { command, env })
}

fn words(node: &Node, findings: &Findings) -> Option<Vec<String>> {
    let wrong = |node: &Node, message: String, help: &str| {
        if !node.is_broken() {
            findings.push(Diagnostic::error("E906", &node.place, message).help(help));
        }
        None
    };
    let Kind::List(items) = &node.kind else {
        let message = format!("`command` is a list of the program and its arguments, and this is {}", node.describe());
        return wrong(node, message, "no shell reads it: `command: [npx, -y, \"@example/calendar-mcp\"]`");
    };
    let mut all = Vec::new();
    for item in items {
        match item.text().filter(|text| !item.is_broken() && !text.contains('\0')) {
            Some(text) => all.push(text.to_owned()),
            None => {
                return wrong(item, format!("a word of `command` is a text, and this is {}", item.describe()), TEXT);
            }
        }
    }
    match (all.first(), items.first()) {
        (Some(first), Some(item)) if is_blank(first) || first.is_empty() => {
            wrong(item, "the first word of `command` is empty".to_owned(), "write the program there")
        }
        (Some(first), Some(item)) if first.contains('/') && !first.starts_with('/') => {
            let message = format!("`{first}` is no whole path of a program");
            wrong(item, message, "write its whole path, as `/usr/local/bin/calendar-mcp`, or a name in the PATH")
        }
        (Some(_), Some(_)) => Some(all),
        _ => wrong(node, "`command` is empty".to_owned(), "write the program and its arguments"),
    }
}

const TEXT: &str = "write it in quotes where it looks like something else";

/// Every value is a secret: most are, and none needs to be shown.
fn env(fields: &mut Fields<'_>, findings: &Findings) -> Vec<(String, Secret)> {
    let mut all = Vec::new();
    for entry in fields.map("env") {
        let name = &entry.key.text;
        let wrong = |message: String, help: &str| {
            findings.push(Diagnostic::error("E906", &entry.key.place, message).help(help));
        };
        let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_sign) {
            wrong(format!("`{name}` is no name of a variable"), "write it like `CALENDAR_TOKEN`");
            continue;
        }
        match entry.value.text().filter(|text| !text.contains('\0')) {
            _ if entry.value.is_broken() => {}
            Some(text) => all.push((name.clone(), Secret::new(text))),
            None => wrong(format!("the variable `{name}` is no text"), "write `NAME: value`, in quotes if in doubt"),
        }
    }
    all
}
