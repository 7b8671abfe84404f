//! Describes the tools of MCP servers: as a server lists them, as a lock pins them, and how the two differ.

mod inputs;

use crate::base::{
    limits::{MCP_DESCRIPTION_BYTES_MAX, MCP_SCHEMA_BYTES_MAX},
    private_use,
};
pub use inputs::{Form, FormKind, McpField, McpInputs};
use serde_json::Value as Json;

/// A tool of a server: everything that a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct McpTool {
    pub name: String,
    pub description: String,
    /// The JSON schema of its inputs.
    pub inputs: Json,
}

/// A difference between a pinned tool and the one of the same name that a server lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McpChange {
    New,
    Gone,
    Description,
    Inputs,
}

impl McpChange {
    /// The sentence about the tool, behind its name.
    pub fn words(self) -> &'static str {
        match self {
            McpChange::New => "is new",
            McpChange::Gone => "is gone",
            McpChange::Description => "has another description",
            McpChange::Inputs => "takes other inputs",
        }
    }
}

impl McpTool {
    /// A tool in the answer to `tools/list`. The error is a sentence about the tool; its name comes first where it has one.
    pub fn of(listed: &Json) -> Result<McpTool, String> {
        let name = listed["name"].as_str().unwrap_or_default();
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        if name.is_empty() || name.len() > 128 || !name.chars().all(is_sign) {
            return Err("a tool has no name of at most 128 letters, digits, `_`, `-`, `.` and `/`".to_owned());
        }
        let description = readable(listed["description"].as_str().unwrap_or_default());
        if description.len() > MCP_DESCRIPTION_BYTES_MAX {
            let most = MCP_DESCRIPTION_BYTES_MAX / 1024;
            return Err(format!("the description of `{name}` has more than {most} KiB"));
        }
        let inputs = readable_json(&listed["inputSchema"]);
        if inputs.to_string().len() > MCP_SCHEMA_BYTES_MAX {
            return Err(format!("the inputs of `{name}` have more than {} KiB", MCP_SCHEMA_BYTES_MAX / 1024));
        }
        Ok(McpTool { name: name.to_owned(), description, inputs })
    }

    /// How the tool that a server lists now differs from this one; `None`: there is none of this name.
    pub fn differs(&self, now: Option<&McpTool>) -> Vec<McpChange> {
        let Some(now) = now else { return vec![McpChange::Gone] };
        let description = (now.description != self.description).then_some(McpChange::Description);
        let inputs = (now.inputs != self.inputs).then_some(McpChange::Inputs);
        description.into_iter().chain(inputs).collect()
    }
}

/// The differences between two lists of one server, by the names of the tools.
pub fn changes(before: &[McpTool], after: &[McpTool]) -> Vec<(String, McpChange)> {
    let named = |list: &[McpTool], name: &str| list.iter().find(|tool| tool.name == name).cloned();
    let mut all: Vec<(String, McpChange)> = before
        .iter()
        .flat_map(|tool| {
            tool.differs(named(after, &tool.name).as_ref()).into_iter().map(|one| (tool.name.clone(), one))
        })
        .collect();
    let new = after.iter().filter(|tool| named(before, &tool.name).is_none());
    all.extend(new.map(|tool| (tool.name.clone(), McpChange::New)));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The text as a person sees it: a model reads signs that nobody sees, so an order could hide in them.
pub fn readable(text: &str) -> String {
    let is_unseen = |c: char| {
        matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
            || c.is_control() && c != '\n'
            || private_use::is_private_use(c)
    };
    let text = text.replace("\r\n", "\n").replace(['\t', '\u{2028}', '\u{2029}'], " ");
    text.chars().filter(|c| !is_unseen(*c)).collect::<String>().trim().to_owned()
}

fn readable_json(json: &Json) -> Json {
    match json {
        Json::String(text) => Json::String(readable(text)),
        Json::Array(items) => items.iter().map(readable_json).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (readable(key), readable_json(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str, description: &str, inputs: Json) -> McpTool {
        McpTool::of(&json!({"name": name, "description": description, "inputSchema": inputs})).unwrap()
    }

    #[test]
    fn signs_that_nobody_sees_are_taken_out() {
        let one = tool("list", "Lists\u{200B} it.\u{E0041}\u{202E}\n\u{7}End", json!({"title": "A\u{FEFF}b"}));
        assert_eq!((one.description.as_str(), &one.inputs), ("Lists it.\nEnd", &json!({"title": "Ab"})));
    }

    #[test]
    fn a_change_is_named_by_its_kind() {
        let before = [tool("a", "A.", json!({})), tool("b", "B.", json!({})), tool("c", "C.", json!({}))];
        let after = [tool("b", "B!", json!({"x": 1})), tool("c", "C.", json!({})), tool("d", "D.", json!({}))];
        let told: Vec<String> =
            changes(&before, &after).iter().map(|(name, what)| format!("{name} {}", what.words())).collect();
        assert_eq!(told, ["a is gone", "b has another description", "b takes other inputs", "d is new"]);
    }

    #[test]
    fn a_tool_may_have_so_many_bytes() {
        let of = |description: usize, schema: usize| {
            let text = "x".repeat(schema.saturating_sub(2));
            McpTool::of(&json!({"name": "a", "description": "x".repeat(description), "inputSchema": text}))
        };
        assert!(of(MCP_DESCRIPTION_BYTES_MAX, MCP_SCHEMA_BYTES_MAX).is_ok());
        assert!(of(MCP_DESCRIPTION_BYTES_MAX + 1, 2).unwrap_err().contains("description"));
        assert!(of(1, MCP_SCHEMA_BYTES_MAX + 1).unwrap_err().contains("inputs"));
        assert!(McpTool::of(&json!({"name": "a b"})).is_err() && McpTool::of(&json!({})).is_err());
    }
}
