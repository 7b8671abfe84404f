//! Parses the keys of `agent`: tools, exits and limits.

use super::http_tool::{HTTP, HttpTool, read_http};
use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        fields::Fields,
        limits::{
            AGENT_CALLS_DEFAULT, AGENT_CALLS_MAX, AGENT_EXITS_MAX, AGENT_REPLY_CHARS_DEFAULT, AGENT_REPLY_CHARS_MAX,
            AGENT_TOOLS_MAX, AGENT_TURNS_DEFAULT, AGENT_TURNS_MAX, GATHER_MAX,
        },
        place::Place,
        time::Span,
        yaml::Node,
    },
    definition::{Body, Field, Role},
    load::{
        declarations::declared,
        spec::{Declared, FieldKind, FieldSpec, parts},
        step_fields::StepFields,
    },
    model::effect::millionths,
    script::valid_name,
    text::Text,
};

/// A flow that the model may run, a tool of an MCP server, or a request.
pub struct WrittenTool {
    /// The name of the flow or request, or `SERVER.TOOL`; no flow has a dot in its name.
    pub name: String,
    pub mcp: Option<McpTarget>,
    pub http: Option<Box<HttpTool>>,
    /// The question to the customer before it runs; `${inputs.NAME}` are the values that the model gave.
    pub confirm: Option<Text>,
    /// True if the author says that it needs no question.
    pub is_unconfirmed: bool,
    /// Words that a reply may hold only after the tool has succeeded.
    pub claims: Vec<String>,
    pub place: Place,
}

/// The tool of an MCP server that an author names.
pub struct McpTarget {
    pub server: String,
    pub server_at: Place,
    pub tool: String,
    /// True if the author says that it changes nothing: the server's own hints prove nothing.
    pub reads: bool,
}

impl WrittenTool {
    /// True if the tool changes something outside: the author of a flow says so by `confirm`, and a tool of a server does
    /// unless its author says that it only reads. A request does by its method, or where the author asks before it.
    pub fn is_act(&self) -> bool {
        let is_said = self.confirm.is_some() || self.is_unconfirmed;
        match (&self.mcp, &self.http) {
            (Some(mcp), _) => !mcp.reads,
            (None, Some(http)) => is_said || !http.only_reads(),
            (None, None) => is_said,
        }
    }
}

/// A way out of the talk.
pub struct WrittenExit {
    pub name: String,
    pub place: Place,
    /// A description for the model.
    pub when: String,
    /// The tool that must have succeeded in this talk before the model may take the exit, with its place.
    pub after: Option<(String, Place)>,
    pub gives: Vec<Field>,
    pub body: Option<Body>,
}

pub struct AgentLimits {
    /// Replies of the step.
    pub turns: u32,
    /// Questions to the model about one message.
    pub calls: u32,
    /// Of the step, in millionths of the currency unit.
    pub cost: Option<i64>,
    /// Of one reply.
    pub chars: usize,
}

pub(super) const TOOLS: FieldKind = FieldKind::Many(&FieldKind::Either(&[
    FieldKind::Known(Declared::Flow),
    FieldKind::Record(&[
        FieldSpec::required("flow", FieldKind::Known(Declared::Flow), "The flow."),
        FieldSpec::optional(
            "confirm",
            FieldKind::Either(&[FieldKind::Text, FieldKind::Record(UNCONFIRMED)]),
            "The question to the customer before it runs, with `${inputs.NAME}`; Yes and No stand below it. Needed where the \
             flow changes something outside.",
        ),
        FieldSpec::optional(
            "claims",
            FieldKind::Many(&FieldKind::Name),
            "Words that a reply may hold only after it has succeeded: `[booked, reserved]`.",
        ),
    ]),
    FieldKind::Record(MCP),
    FieldKind::Record(HTTP),
]));

const MCP: &[FieldSpec] = &[
    FieldSpec::required("mcp", FieldKind::Known(Declared::McpServer), "The server, one of `mcp` in `_bot.yaml`."),
    FieldSpec::required("only", FieldKind::Many(&FieldKind::Known(Declared::McpTool)), "The tools of it that the model may use."),
    FieldSpec::optional(
        "reads",
        FieldKind::Many(&FieldKind::Known(Declared::McpTool)),
        "Those that change nothing outside; every other one needs `confirm`.",
    ),
    FieldSpec::optional(
        "confirm",
        FieldKind::MapOf(&FieldKind::Either(&[FieldKind::Text, FieldKind::Record(UNCONFIRMED)])),
        "By tool, the question to the customer before it is used, with `${inputs.NAME}`.",
    ),
    FieldSpec::optional(
        "claims",
        FieldKind::MapOf(&FieldKind::Many(&FieldKind::Name)),
        "By tool, words that a reply may hold only after it has succeeded.",
    ),
];

pub(super) const UNCONFIRMED: &[FieldSpec] =
    &[FieldSpec::required("no", FieldKind::Name, "Why the customer is not asked, such as: the flow asks itself.")];

pub(super) const EXITS: FieldKind = FieldKind::MapOf(&FieldKind::Record(&[
    FieldSpec::required("when", FieldKind::Name, "When the model takes it."),
    FieldSpec::optional("after", FieldKind::Name, "The tool without whose success it is refused: `book_time`."),
    FieldSpec::optional("gives", FieldKind::MapOf(&parts::DECLARATION), "Values that the model gives with it, by name."),
    FieldSpec::optional("do", FieldKind::Steps, "What to do then; the flow goes on behind the agent."),
]));

pub(super) const LIMITS: &[FieldSpec] = &[
    FieldSpec::default("turns", FieldKind::Whole, "20", "Replies of the step."),
    FieldSpec::default("calls", FieldKind::Whole, "6", "Questions to the model about one message."),
    FieldSpec::optional("cost", FieldKind::Name, "The most that the step may cost, such as `0.20`, in the currency of `prices`."),
    FieldSpec::default("chars", FieldKind::Whole, "700", "Characters of a reply."),
];

/// Exits that every agent has, and that its author may give steps.
pub(super) const BUILT_IN: [&str; 3] = ["person", "done", "off_topic"];

pub(super) fn read_name(fields: &mut StepFields<'_, '_>) -> String {
    let name = fields.name("agent");
    if let Some(node) = fields.node("agent").filter(|node| !node.is_broken())
        && let Err(message) = valid_name(&name)
    {
        fields.wrong(node, "E307", message);
    }
    name
}

pub(super) fn read_tools(fields: &mut StepFields<'_, '_>) -> Vec<WrittenTool> {
    let mut tools: Vec<WrittenTool> = Vec::new();
    for node in fields.list("tools") {
        let read = match node.get("mcp") {
            Some(server) => read_mcp(fields, node, server),
            None if node.get("http").is_some() => vec![read_http(fields, node)],
            None => {
                let tool = read_tool(fields, node);
                fields.tool(&tool.name, &tool.place);
                vec![tool]
            }
        };
        for tool in read {
            if tools.iter().any(|known| known.name == tool.name) {
                let message = format!("the tool `{}` is there twice; take one out", tool.name);
                fields.report(Diagnostic::error("E522", &tool.place, message));
                continue;
            }
            if tools.len() == AGENT_TOOLS_MAX {
                let message = format!("an agent has at most {AGENT_TOOLS_MAX} tools; split it, or take some out");
                fields.report(Diagnostic::error("E522", &tool.place, message));
                return tools;
            }
            tools.push(tool);
        }
    }
    tools
}

fn read_tool(fields: &mut StepFields<'_, '_>, node: &Node) -> WrittenTool {
    let mut tool = WrittenTool {
        name: node.text().unwrap_or_default().to_owned(),
        mcp: None,
        http: None,
        confirm: None,
        is_unconfirmed: false,
        claims: Vec::new(),
        place: node.place.clone(),
    };
    if node.map().is_none() {
        return tool;
    }
    // The node lives as long as the file, and the keys of the step are read meanwhile.
    let flow = node.get("flow").and_then(Node::text);
    let confirm = node.get("confirm");
    {
        let mut keys = Fields::new(node, "a tool", fields.findings()).at(&node.place);
        keys.required("flow");
        keys.know(&["confirm"]);
        tool.claims = claims(&keys.texts("claims"));
        keys.finish();
    }
    flow.unwrap_or_default().clone_into(&mut tool.name);
    if let Some(confirm) = confirm {
        read_confirm(fields, confirm, &mut tool);
    }
    tool
}

/// The tools of one server that the author names.
fn read_mcp(fields: &mut StepFields<'_, '_>, node: &Node, server: &Node) -> Vec<WrittenTool> {
    let named = |key: &str| node.get(key).map_or(&[][..], Node::one_or_many).iter().filter_map(Node::scalar);
    {
        let mut keys = Fields::new(node, "a tool", fields.findings()).at(&node.place);
        keys.required("mcp");
        keys.required("only");
        keys.texts("only");
        keys.texts("reads");
        keys.map("confirm");
        keys.map("claims");
        keys.finish();
    }
    let name = server.text().unwrap_or_default();
    let mut tools: Vec<WrittenTool> = Vec::new();
    for only in named("only") {
        tools.push(WrittenTool {
            name: format!("{name}.{}", only.text),
            mcp: Some(McpTarget {
                server: name.to_owned(),
                server_at: server.place.clone(),
                tool: only.text.clone(),
                reads: named("reads").any(|read| read.text == only.text),
            }),
            http: None,
            confirm: None,
            is_unconfirmed: false,
            claims: Vec::new(),
            place: only.place.clone(),
        });
    }
    let of = |key: &str| node.get(key).and_then(Node::map).unwrap_or_default();
    let keys = ["confirm", "claims"].into_iter().flat_map(|key| of(key).iter().map(|entry| &entry.key));
    for one in named("reads").chain(keys) {
        if !named("only").any(|only| only.text == one.text) {
            let finding = Diagnostic::error("E527", &one.place, format!("`only` does not name the tool `{}`", one.text));
            let near = did_you_mean(&one.text, named("only").map(|only| only.text.as_str()));
            fields.report(finding.help(near.unwrap_or_else(|| "write it there, too".to_owned())));
        }
    }
    for entry in of("confirm") {
        let Some(tool) = tools.iter_mut().find(|tool| is_called(tool, &entry.key.text)) else { continue };
        if tool.mcp.as_ref().is_some_and(|mcp| mcp.reads) {
            let message = format!("`{}` stands among those that only read, and the customer is asked before it", tool.name);
            fields.report(Diagnostic::error("E523", &entry.key.place, message).help("take it out of `reads`, or of `confirm`"));
        }
        read_confirm(fields, &entry.value, tool);
    }
    for entry in of("claims") {
        let words: Vec<&str> = entry.value.one_or_many().iter().filter_map(Node::text).collect();
        if let Some(tool) = tools.iter_mut().find(|tool| is_called(tool, &entry.key.text)) {
            tool.claims = claims(&words);
        }
    }
    tools
}

fn is_called(tool: &WrittenTool, name: &str) -> bool {
    tool.mcp.as_ref().is_some_and(|mcp| mcp.tool == name)
}

pub(super) fn claims(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).filter(|claim| !claim.trim().is_empty()).collect()
}

/// `confirm` of a tool: the question, or why there is none.
pub(super) fn read_confirm(fields: &mut StepFields<'_, '_>, confirm: &Node, tool: &mut WrittenTool) {
    if confirm.map().is_some() {
        let mut why = Fields::new(confirm, "`confirm`", fields.findings());
        why.required("no");
        why.finish();
        tool.is_unconfirmed = true;
        return;
    }
    let text = fields.said_of(confirm, "`confirm`");
    fields.sentence(Role::Other, &text);
    tool.confirm = Some(text);
}

pub(super) fn read_exits(fields: &mut StepFields<'_, '_>) -> Vec<WrittenExit> {
    let entries = fields.map("exits");
    if let Some(entry) = entries.get(AGENT_EXITS_MAX) {
        fields.wrong(&entry.value, "E524", format!("an agent has at most {AGENT_EXITS_MAX} exits; take some out"));
    }
    let mut exits = Vec::new();
    for entry in entries.iter().take(AGENT_EXITS_MAX) {
        let name = entry.key.text.clone();
        let message = match valid_name(&name) {
            Err(message) => Some(message),
            Ok(_) if name.starts_with("on_") => Some(format!("`{name}` is a key of the step; give the exit another name")),
            Ok(_) => None,
        };
        if let Some(message) = message {
            fields.report(Diagnostic::error("E524", &entry.key.place, message));
            continue;
        }
        let mut keys = fields.below(&entry.value, "exits");
        let is_built_in = BUILT_IN.contains(&name.as_str());
        let when = if is_built_in { keys.node("when") } else { keys.required("when") };
        let after = keys.node("after").and_then(|node| Some((node.text()?.to_owned(), node.place.clone())));
        let (gives, body) = (keys.node("gives"), keys.node("do"));
        keys.finish();
        let gives = declared(gives.and_then(Node::map).unwrap_or_default(), fields.findings());
        let when = when.and_then(Node::text).unwrap_or_default().to_owned();
        let body = body.map(|node| fields.body_of(&name, node));
        exits.push(WrittenExit { name, place: entry.key.place.clone(), when, after, gives, body });
    }
    exits
}

pub(super) fn read_limits(fields: &mut StepFields<'_, '_>) -> AgentLimits {
    let mut limits = AgentLimits {
        turns: AGENT_TURNS_DEFAULT as u32,
        calls: AGENT_CALLS_DEFAULT as u32,
        cost: None,
        chars: AGENT_REPLY_CHARS_DEFAULT as usize,
    };
    let Some(node) = fields.node("limits") else { return limits };
    let mut keys = fields.below(node, "limits");
    let whole = |number: i64| u32::try_from(number).unwrap_or(1);
    limits.turns = whole(keys.whole("turns", AGENT_TURNS_DEFAULT, 1..=AGENT_TURNS_MAX));
    limits.calls = whole(keys.whole("calls", AGENT_CALLS_DEFAULT, 1..=AGENT_CALLS_MAX));
    limits.chars = whole(keys.whole("chars", AGENT_REPLY_CHARS_DEFAULT, 1..=AGENT_REPLY_CHARS_MAX)) as usize;
    let written = keys.node("cost");
    limits.cost = written.and_then(Node::text).and_then(millionths);
    if let Some(node) = written.filter(|node| limits.cost.is_none() && !node.is_broken()) {
        keys.wrong(node, "E529", format!("an amount is written like `0.20`, and this is {}", node.describe()));
    }
    keys.finish();
    limits
}

pub(super) fn read_gather(fields: &mut StepFields<'_, '_>) -> Span {
    let span = fields.duration("gather", Span::ZERO);
    if let Some(node) = fields.node("gather").filter(|_| span > GATHER_MAX || span < Span::ZERO) {
        fields.wrong(node, "E253", format!("`gather` is at most {GATHER_MAX}; write `gather: 2s`"));
    }
    span
}

/// Reports a bot without `agents: scope`.
pub(super) fn check_scope(fields: &mut StepFields<'_, '_>) {
    if fields.bot().agents.scope.is_empty() {
        let message = "nothing says what the bot's agents are for: everything else is answered with a refusal";
        let finding = Diagnostic::error("E521", &fields.place(), message);
        let help = "write `agents: {scope: repairs and prices of our bicycle workshop}` in `_bot.yaml`";
        fields.report(finding.help(help));
    }
}
