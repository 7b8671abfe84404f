//! Makes `agent` steps of Kapso's agent nodes, with a flow for each request and function that they use as a tool, and a
//! file of `knowledge/` for each knowledge base.

use super::{
    super::{
        bot::ImportedFlow,
        graph::{Goal, Graph, Node, Step, Way},
        names::slug,
        report::{Place, line, quote},
        requests::{self, Request},
        source::{at, list, some_text, text},
        texts::{clean, literal, short},
        typebot::host_word,
        yaml::Yaml,
    },
    Read, Reader, config, values,
};
use crate::base::limits::{AGENT_TOOLS_MAX, IMPORT_QUOTE_CHARS_MAX};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Tools of every agent there, and the parts of the agent here that do the same.
const DEFAULT_TOOLS: [(&str, &str); 7] = [
    ("send_notification_to_user", "its replies"),
    ("enter_waiting", "its listening"),
    ("complete_task", "its exit `done`"),
    ("handoff_to_human", "its exit `person`"),
    ("get_current_datetime", "the time, which its question holds"),
    ("get_whatsapp_context", "its question, which holds the talk"),
    ("get_execution_metadata", "the trace of the run"),
];

/// Inputs by which a tool is told who the customer is: a model could be talked into naming somebody else.
const IDENTITIES: [&str; 6] = ["phone", "phone_number", "wa_id", "customer_phone", "telefono", "whatsapp_id"];

/// A value that the model gives to a tool.
struct Input {
    /// The name in the source, which the server knows.
    key: String,
    name: String,
    declared: Yaml,
    is_optional: bool,
}

impl Reader<'_> {
    pub(super) fn agent(&mut self, node: &Value, place: &Place, next: Goal) -> Read {
        let config = config(node);
        self.uses_models();
        let prompt = some_text(config, "system_prompt")
            .unwrap_or_else(|| "Answer the customer in a few short sentences.".into());
        let instructions = self.template(&prompt, place);
        let name = self.names.of(&format!("agent {}", place.id), &place.name, "agent");
        let mut knowledge = self.knowledge_bases(config, place);
        let tools = self.tools(config, place);
        self.default_tools(config, place);
        for (key, what) in [
            ("flow_agent_mcp_servers", "MCP servers"),
            ("flow_agent_app_integration_tools", "integrations"),
            ("flow_agent_resources", "resources"),
        ] {
            let names: Vec<String> = list(config, key)
                .iter()
                .map(|tool| some_text(tool, "name").unwrap_or_else(|| "without a name".into()))
                .collect();
            if !names.is_empty() {
                self.bot.report.left(place, format!("its {what}: {}", quote(&names.join(", "))));
            }
        }
        if knowledge.is_empty() && tools.is_empty() {
            let path = self.paper(&name, &prompt);
            self.bot.report.todo.insert(format!(
                "Agents: the prompt of `{name}` stands also in `knowledge/{path}.md`, for it was all that the agent knew. Keep there what the business knows, and in `instructions` how it talks."
            ));
            knowledge.push(path);
        }
        self.names_its_matter();
        let mut step = Step::keys([("agent", Yaml::bare(&name)), ("instructions", Yaml::Text(instructions))]);
        if !knowledge.is_empty() {
            step = step.key("knowledge", Yaml::List(knowledge.into_iter().map(Yaml::bare).collect()));
        }
        if !tools.is_empty() {
            step = step.key("tools", Yaml::List(tools));
        }
        if next != Goal::End {
            // The node behind is for a finished talk.
            let ends = Yaml::map([("do", Yaml::List(vec![Yaml::bare("end")]))]);
            step = step.key("exits", Yaml::map([("off_topic", ends)]));
        }
        let person = || Way { steps: vec![Step::keys([("handoff", Yaml::bare("support"))])], to: Goal::End };
        let step = step.way("on_limit", person()).way("on_error", person());
        self.bot.report.replaced(
            place,
            "`agent`: a reply says no price, date or address of which no source speaks, and after 20 replies a person takes over",
        );
        Read { steps: vec![step], next: None, copied: false }
    }

    fn names_its_matter(&mut self) {
        if self.bot.keys.iter().any(|(key, _)| key == "agents") {
            return;
        }
        let scope = format!("everything about {}", short(&line(&self.bot.name), 60));
        self.bot.keys.push(("agents".to_owned(), Yaml::map([("scope", Yaml::text(literal(&scope)))])));
        self.bot.report.todo.insert(
            "Agents: write under `agents: scope` in `flows/_bot.yaml` what their matter is; everything else they refuse.".into(),
        );
    }

    /// The names of the files; what has no text is reported.
    fn knowledge_bases(&mut self, config: &Value, place: &Place) -> Vec<String> {
        let mut paths = Vec::new();
        for base in list(config, "flow_agent_knowledge_bases") {
            let title = some_text(base, "name").unwrap_or_else(|| "knowledge".into());
            match some_text(base, "knowledge_base_text") {
                Some(text) => {
                    let path = self.paper(&title, &text);
                    self.bot
                        .report
                        .kept(place, format!("its knowledge base `{}`: `knowledge/{path}.md`", line(&title)));
                    paths.push(path);
                }
                None => {
                    self.bot.report.left(place, format!("its knowledge base {}, which has no text here", quote(&title)))
                }
            }
        }
        paths
    }

    /// Writes a file of `knowledge/`, once for the same text.
    fn paper(&mut self, title: &str, text: &str) -> String {
        let name = slug(title, "paper");
        // The heading stands first, so that a line of `---` begins no head of a file.
        let body = format!("# {}\n\n{}\n", short(&line(title), IMPORT_QUOTE_CHARS_MAX), clean(text).trim());
        let of = |name: &str| format!("knowledge/{name}.md");
        let mut number = 1;
        loop {
            let wish = if number == 1 { name.clone() } else { format!("{name}_{number}") };
            match self.bot.other_files.iter().find(|(path, _)| *path == of(&wish)) {
                Some((_, known)) if *known != body => number += 1,
                Some(_) => return wish,
                None => {
                    self.bot.other_files.push((of(&wish), body));
                    return wish;
                }
            }
        }
    }

    fn default_tools(&mut self, config: &Value, place: &Place) {
        let names = list(config, "enabled_default_tools").iter().filter_map(Value::as_str);
        let unknown: Vec<&str> = names.filter(|name| DEFAULT_TOOLS.iter().all(|(known, _)| known != name)).collect();
        if !unknown.is_empty() {
            self.bot.report.left(place, format!("its own tools {}", quote(&unknown.join(", "))));
        }
        for name in list(config, "enabled_default_tools").iter().filter_map(Value::as_str) {
            if let Some((name, here)) = DEFAULT_TOOLS.iter().find(|(known, _)| *known == name) {
                self.bot.report.kept(place, format!("its tool `{name}`: {here}"));
            }
        }
    }

    /// A flow for each request and function.
    fn tools(&mut self, config: &Value, place: &Place) -> Vec<Yaml> {
        let webhooks = list(config, "flow_agent_webhooks").iter().map(|tool| (tool, false));
        let functions = list(config, "flow_agent_function_tools").iter().map(|tool| (tool, true));
        let all: Vec<(&Value, bool)> = webhooks.chain(functions).collect();
        for (tool, _) in all.iter().skip(AGENT_TOOLS_MAX) {
            let name = text(tool, "name");
            self.bot.report.left(place, format!("its tool {}: an agent has at most {AGENT_TOOLS_MAX}", quote(&name)));
        }
        let mut written = Vec::new();
        for (tool, is_function) in all.into_iter().take(AGENT_TOOLS_MAX) {
            if !is_function && text(tool, "url").trim().is_empty() {
                self.bot
                    .report
                    .left(place, format!("its tool {}, a request without an address", quote(&text(tool, "name"))));
                continue;
            }
            written.push(self.tool(tool, is_function, place));
        }
        written
    }

    fn tool(&mut self, tool: &Value, is_function: bool, place: &Place) -> Yaml {
        let title = some_text(tool, "name").unwrap_or_else(|| "tool".into());
        let name = self.bot.flow_names.fresh(&title, "tool");
        let inputs = self.inputs(tool, place, &title);
        let (step, changes) = if is_function {
            (self.function_tool(tool, &inputs, place), true)
        } else {
            self.webhook_tool(tool, &inputs, place)
        };
        let mut graph = Graph::default();
        let back = Step::keys([("return", Yaml::text("${answer.body}"))]);
        let start = graph.add(Node::new(title.clone(), vec![step, back], Goal::End));
        graph.start = Some(start);
        let about = some_text(tool, "description").map(|text| literal(&short(&line(&clean(&text)), ABOUT_CHARS_MAX)));
        let declared = inputs.iter().map(|input| (input.name.clone(), input.declared.clone())).collect();
        self.bot.flows.push(ImportedFlow {
            name: name.clone(),
            title: line(&title),
            inputs: declared,
            keys: vec![(
                "description".to_owned(),
                Yaml::Text(about.unwrap_or_else(|| format!("Asks for {}.", literal(&line(&title))))),
            )],
            graph,
            ..ImportedFlow::default()
        });
        self.bot.report.kept(place, format!("its tool `{}`: the flow `{name}`", line(&title)));
        if !changes {
            return Yaml::bare(&name);
        }
        self.bot.report.todo.insert(format!(
            "Tools: `{name}` may change something, so its agent asks the customer before. Write the question under `confirm` and `claims`, the words that say it was done; where it only reads, write `confirm: {{no: it only reads}}`."
        ));
        let shown: Vec<String> = inputs
            .iter()
            .map(|input| {
                let rest = if input.is_optional { " ?? \"–\"" } else { "" };
                format!("\n{}: ${{inputs.{}{rest}}}", input.name.replace('_', " "), input.name)
            })
            .collect();
        let question = format!("Shall I do this? {}{}", literal(&line(&title)).replace('_', " "), shown.concat());
        Yaml::map([("flow", Yaml::bare(&name)), ("confirm", Yaml::Text(question))])
    }

    /// The inputs by the JSON schema of the tool.
    fn inputs(&mut self, tool: &Value, place: &Place, title: &str) -> Vec<Input> {
        let schema =
            ["input_schema", "body_schema"].into_iter().map(|key| parsed(at(tool, key))).find(Value::is_object);
        let schema = schema.unwrap_or_default();
        let required: BTreeSet<&str> = list(&schema, "required").iter().filter_map(Value::as_str).collect();
        let mut names = super::super::names::Names::default();
        ["answer", "msg", "contact", "env", "secrets", "inputs", "flow", "run"]
            .iter()
            .for_each(|name| names.reserve(name));
        let mut inputs = Vec::new();
        for (key, of) in at(&schema, "properties").as_object().into_iter().flatten() {
            if IDENTITIES.contains(&slug(key, "value").as_str()) {
                self.bot.report.replaced(
                    place,
                    format!(
                        "`{}` of its tool `{}` is the customer's own number, and no model gives it",
                        line(key),
                        line(title)
                    ),
                );
                continue;
            }
            let name = names.of(key, key, "value");
            let kind = match text(of, "type").as_str() {
                "integer" => "whole",
                "number" => "number",
                "boolean" => "yesno",
                _ => "text",
            };
            let allowed = list(of, "enum").iter().filter_map(Value::as_str).map(|one| line(&clean(one)));
            let allowed: BTreeSet<String> = allowed.filter(|one| !one.is_empty()).collect();
            let kind = match allowed.is_empty() {
                true => Yaml::bare(kind),
                false => Yaml::List(allowed.into_iter().map(Yaml::text).collect()),
            };
            let is_optional = !required.contains(key.as_str());
            let mut entries = vec![("type".to_owned(), kind)];
            if is_optional {
                entries.push(("optional".to_owned(), Yaml::bare(true)));
            }
            if let Some(about) = some_text(of, "description") {
                entries.push(("about".to_owned(), Yaml::text(short(&line(&clean(&about)), ABOUT_CHARS_MAX))));
            }
            inputs.push(Input { key: key.clone(), name, declared: Yaml::Map(entries), is_optional });
        }
        inputs
    }

    fn function_tool(&mut self, tool: &Value, inputs: &[Input], place: &Place) -> Step {
        let named = ["function_slug", "function_name", "function_id"].iter().find_map(|path| some_text(tool, path));
        let name = slug(&named.unwrap_or_else(|| "function".into()), "function");
        self.asks_functions(&name, place);
        Step::keys([
            ("http", Yaml::text(format!("POST ${{env.FUNCTIONS_URL}}/{name}"))),
            ("json", self.given(inputs, tool)),
            ("as", Yaml::bare("answer")),
        ])
    }

    /// The request, and whether it may change something.
    fn webhook_tool(&mut self, tool: &Value, inputs: &[Input], place: &Place) -> (Step, bool) {
        let url = text(tool, "url");
        let title = host_word(&url).unwrap_or_else(|| "server".into());
        let method = ["method", "http_method"].iter().find_map(|key| some_text(tool, key));
        let method = method.unwrap_or_else(|| "POST".into()).trim().to_uppercase();
        let headers = parsed(at(tool, "headers"));
        // Variables of the talk are no part of a flow that is called.
        let headers = headers.as_object().into_iter().flatten();
        let headers =
            headers.map(|(name, value)| (name.clone(), literal(&clean(value.as_str().unwrap_or_default())))).collect();
        let reads = matches!(method.as_str(), "GET" | "HEAD");
        let template =
            ["body_template", "body"].into_iter().map(|key| parsed(at(tool, key))).find(|body| !body.is_null());
        let body = template.filter(|_| !reads).map(|body| {
            let known: BTreeMap<String, String> = inputs.iter().map(|input| (input.key.clone(), read(input))).collect();
            requests::body(&body, &mut |text| filled(text, &known))
        });
        let body = body.map(|body| requests::hide_keys(body, &title, self.bot, place));
        let body = body.or_else(|| (!reads && !inputs.is_empty()).then(|| self.given(inputs, tool)));
        let query = inputs.iter().filter(|_| reads).map(|input| (input.key.clone(), read(input))).collect();
        let request =
            Request { method, url: literal(&clean(&url)), headers, query, body, variable: "answer".to_owned() };
        (requests::step(&request, &title, place, self.bot), !reads)
    }

    /// All inputs by the names of the source, and the customer's number where the tool is told it.
    fn given(&self, inputs: &[Input], tool: &Value) -> Yaml {
        let mut given: Vec<(String, Yaml)> =
            inputs.iter().map(|input| (input.key.clone(), Yaml::Text(read(input)))).collect();
        let schema =
            ["input_schema", "body_schema"].into_iter().map(|key| parsed(at(tool, key))).find(Value::is_object);
        let schema = schema.unwrap_or_default();
        let own = at(&schema, "properties").as_object().into_iter().flatten().map(|(key, _)| key);
        let own = own.filter(|key| IDENTITIES.contains(&slug(key, "value").as_str()));
        given.extend(own.map(|key| (key.clone(), Yaml::text("${contact.phone ?? \"\"}"))));
        Yaml::Map(given)
    }
}

/// Of a description, in characters.
const ABOUT_CHARS_MAX: usize = 300;

/// The expression that reads an input.
fn read(input: &Input) -> String {
    let rest = if input.is_optional { " ?? \"\"" } else { "" };
    format!("${{{}{rest}}}", input.name)
}

/// A text of a request with the inputs in place of `{{name}}`; another value stays as it was written.
fn filled(raw: &str, known: &BTreeMap<String, String>) -> String {
    let text = clean(raw);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(begin) = rest.find("{{") {
        let Some(length) = rest[begin..].find("}}") else { break };
        let name = values::bare(rest[begin + 2..begin + length].trim());
        let value = match known.get(name) {
            Some(value) => value.clone(),
            None if IDENTITIES.contains(&name.rsplit('.').next().unwrap_or_default()) => {
                "${contact.phone ?? \"\"}".to_owned()
            }
            None => literal(&rest[begin..begin + length + 2]),
        };
        out.push_str(&literal(&rest[..begin]));
        out.push_str(&value);
        rest = &rest[begin + length + 2..];
    }
    out.push_str(&literal(rest));
    out
}

/// JSON that may stand in a text.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    }
}
