//! Reads and writes `mcp.lock.yaml`: the tools of MCP servers as somebody has read and committed them. It is all that the
//! checker, the model and the engine know of a server.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        place::{Place, SourceFile},
        yaml::{self, Node},
    },
    model::{
        effect::McpPin,
        mcp::{McpInputs, McpTool},
    },
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write, sync::Arc};

/// The file in the bot's folder.
pub const LOCK: &str = "mcp.lock.yaml";

const HEAD: &str = "# The tools of MCP servers, as agents may use them. Written by `transom mcp pull`; a server that says something\n\
                    # else is not used. Read the change before you commit it: models obey these descriptions.\n";

/// The pinned tools of each server, by its name in the configuration.
#[derive(Debug, Default)]
pub struct McpLock {
    servers: BTreeMap<String, Vec<LockedTool>>,
    /// True if the file has mistakes: a tool that it seems to lack may stand there.
    pub is_broken: bool,
}

/// A pinned tool.
#[derive(Debug)]
pub struct LockedTool {
    pub tool: McpTool,
    /// Its inputs, or why no model can fill them.
    pub inputs: Result<McpInputs, String>,
    pub pin: McpPin,
    pub place: Place,
}

/// True for the path of the lock.
pub fn is_lock(path: &str) -> bool {
    path == LOCK
}

impl McpLock {
    /// The lock of a file; parts with mistakes are left out.
    pub fn read(file: &Arc<SourceFile>, findings: &Findings) -> McpLock {
        let own = Findings::default();
        let mut servers = BTreeMap::new();
        if let Some(root) = yaml::load(file, &own) {
            let mut fields = Fields::new(&root, "the lock", &own);
            for node in fields.list("servers") {
                let mut server = Fields::new(node, "a server", &own);
                let name = server.text("name").to_owned();
                let tools: Vec<LockedTool> = server.list("tools").iter().filter_map(|node| tool(node, &own)).collect();
                server.finish();
                servers.insert(name, tools);
            }
            fields.finish();
        }
        let is_broken = !own.is_empty();
        for finding in own.into_sorted() {
            findings.push(finding);
        }
        McpLock { servers, is_broken }
    }

    /// The tools of a server; `None`: the lock lacks the server.
    pub fn server(&self, name: &str) -> Option<&[LockedTool]> {
        self.servers.get(name).map(Vec::as_slice)
    }

    pub fn tool(&self, server: &str, tool: &str) -> Option<&LockedTool> {
        self.server(server)?.iter().find(|known| known.tool.name == tool)
    }

    /// The pinned tools of all servers.
    pub fn tools(&self) -> BTreeMap<String, Vec<McpTool>> {
        let of = |tools: &Vec<LockedTool>| tools.iter().map(|locked| locked.tool.clone()).collect();
        self.servers.iter().map(|(name, tools)| (name.clone(), of(tools))).collect()
    }

    /// Advice about a tool of this server that the lock lacks.
    pub fn advice(&self, server: &str, tool: &str) -> String {
        let Some(tools) = self.server(server) else {
            return format!("`transom mcp pull {server}` reads its tools and writes `{LOCK}`");
        };
        let names = || tools.iter().map(|locked| locked.tool.name.as_str());
        if let Some(near) = did_you_mean(tool, names()) {
            return format!("{near} If it is new there, `transom mcp pull {server}` pins it");
        }
        let listed = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let known = if listed.is_empty() { "it has none".to_owned() } else { format!("it has {listed}") };
        format!("{known}; `transom mcp pull {server}` reads them anew")
    }
}

/// The digests by which a server's tool is compared with the pinned one.
pub fn pin(tool: &McpTool) -> McpPin {
    McpPin { description: digest(&tool.description), inputs: digest(&tool.inputs.to_string()) }
}

/// The text of the lock: sorted, so that one change is one hunk in a diff.
pub fn written(servers: &BTreeMap<String, Vec<McpTool>>) -> String {
    let mut text = String::from(HEAD);
    if servers.is_empty() {
        text.push_str("servers: []\n");
        return text;
    }
    text.push_str("servers:\n");
    for (name, tools) in servers {
        let mut sorted: Vec<&McpTool> = tools.iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        let mut line = |line: String| writeln!(text, "{line}").expect("a String takes everything");
        line(format!("  - name: {}", json!(name)));
        line(if sorted.is_empty() { "    tools: []".to_owned() } else { "    tools:".to_owned() });
        for tool in sorted {
            line(format!("      - name: {}", json!(tool.name)));
            line(format!("        description: {}", json!(tool.description)));
            line("        inputs: |".to_owned());
            let inputs = serde_json::to_string_pretty(&tool.inputs).expect("JSON can be written");
            inputs.lines().for_each(|one| line(format!("          {one}")));
        }
    }
    text
}

fn tool(node: &Node, findings: &Findings) -> Option<LockedTool> {
    let mut fields = Fields::new(node, "a tool", findings);
    let listed = json!({"name": fields.text("name"), "description": fields.text("description")});
    let written = fields.required("inputs");
    let place = fields.node("name").map_or(&node.place, |name| &name.place).clone();
    fields.finish();
    let wrong = |place: &Place, why: String| {
        let finding = Diagnostic::error("E527", place, format!("the lock is not as it was written: {why}"));
        findings.push(finding.help("write it anew by `transom mcp pull`"));
    };
    let written = written.filter(|node| !node.is_broken())?;
    let inputs = match serde_json::from_str::<Json>(written.text().unwrap_or_default()) {
        Ok(inputs) => inputs,
        Err(why) => {
            wrong(&written.place, format!("`inputs` is no JSON: {why}"));
            return None;
        }
    };
    let mut listed = listed;
    listed["inputSchema"] = inputs;
    let tool = McpTool::of(&listed).map_err(|why| wrong(&place, why)).ok()?;
    let (inputs, pin) = (McpInputs::read(&tool.inputs), pin(&tool));
    Some(LockedTool { tool, inputs, pin, place })
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (McpLock, Vec<Diagnostic>) {
        let findings = Findings::default();
        let lock = McpLock::read(&SourceFile::new(LOCK, text), &findings);
        (lock, findings.into_sorted())
    }

    #[test]
    fn the_written_lock_is_read_back_and_written_the_same() {
        let listed = json!({
            "name": "create",
            "description": "Creates: it's \"new\"\n- {not: yaml} # and ${this} is no code",
            "inputSchema": {"type": "object", "properties": {"day": {"type": "string", "description": "Tag, z. B. „3.12.“: x"}}},
        });
        let tool = McpTool::of(&listed).unwrap();
        let other = McpTool::of(&json!({"name": "all", "description": "", "inputSchema": {}})).unwrap();
        let servers = BTreeMap::from([("calendar".to_owned(), vec![tool.clone(), other]), ("none".to_owned(), vec![])]);
        let text = written(&servers);
        let (lock, found) = read(&text);
        assert!(found.is_empty(), "{found:?}\n{text}");
        assert_eq!(lock.tool("calendar", "create").map(|locked| &locked.tool), Some(&tool));
        assert_eq!(written(&lock.tools()), text);
        assert!(text.find("\"all\"") < text.find("\"create\"") && lock.server("none").is_some_and(<[_]>::is_empty));
        assert_eq!(read(&written(&BTreeMap::new())).1, []);
    }

    #[test]
    fn a_lock_that_was_edited_by_hand_is_told() {
        let (lock, found) = read("servers:\n  - name: a\n    tools:\n      - {name: b, description: B, inputs: '{'}\n");
        assert_eq!((found.len(), found[0].code, found[0].place.line()), (1, "E527", 4), "{found:?}");
        assert!(lock.is_broken && lock.tool("a", "b").is_none());
    }
}
