//! Mocks tools of MCP servers: `mcp:` of `sandbox.mocks` in `_bot.yaml` and of the tests' `mocks`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        yaml::{Entry, Kind, Node, to_json},
    },
    flow::mcp::LOCK,
    model::{
        effect::McpCall,
        event::{CallError, McpAnswer},
    },
};

/// The mocked result of a use.
pub type MockedUse = Result<McpAnswer, CallError>;

/// Rules in written order; the first match answers.
#[derive(Debug, Clone, Default)]
pub struct McpMocks {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// `SERVER.TOOL`
    name: String,
    answers: Vec<MockedUse>,
    used: usize,
}

const FAILURES: [&str; 6] = ["timeout", "unreachable", "refused", "too_large", "tool_changed", "unknown_outcome"];

impl McpMocks {
    /// Reads the value of `mcp`: a list of `SERVER.TOOL: answer`, or a map of them.
    pub fn read(node: &Node, findings: &Findings) -> McpMocks {
        let mut rules = Vec::new();
        for item in node.one_or_many() {
            match &item.kind {
                Kind::Map(entries) => rules.extend(entries.iter().filter_map(|entry| rule(entry, findings))),
                Kind::Null => {}
                Kind::Scalar(_) | Kind::List(_) => {
                    let message = format!("a mock is `SERVER.TOOL: answer`, and this is {}", item.describe());
                    let finding = Diagnostic::error("E920", &item.place, message);
                    findings.push(finding.help("write `- calendar.list: {json: {free: [\"10:00\"]}}`"));
                }
            }
        }
        McpMocks { rules }
    }

    /// These rules first, then the others.
    #[must_use]
    pub fn and(mut self, others: &McpMocks) -> McpMocks {
        self.rules.extend(others.rules.iter().cloned());
        self
    }

    /// Answers a use, and tells by which rule. The last answer of a list is repeated. Without a rule it fails: no server is
    /// asked.
    pub fn answer(&mut self, call: &McpCall) -> (MockedUse, String) {
        let name = named(call);
        let Some(rule) = self.rules.iter_mut().find(|rule| rule.name == name) else {
            let text = format!("{WITHOUT_MOCK}`{name}`");
            let said = format!("{text}; write one, as {}", example(&name));
            return (Err(CallError { code: "unreachable".into(), text }), said);
        };
        let at = rule.used.min(rule.answers.len() - 1);
        rule.used += 1;
        (rule.answers[at].clone(), format!("`{name}` was answered by its mock, not by the server"))
    }
}

/// The name of a tool, as authors write it.
pub fn named(call: &McpCall) -> String {
    format!("{}.{}", call.server, call.tool)
}

const WITHOUT_MOCK: &str = "no mock answers the tool ";

/// True if a trace line reports a use without a matching rule.
pub fn is_without_mock(said: &str) -> bool {
    said.starts_with(WITHOUT_MOCK)
}

/// An example rule for this tool.
pub fn example(name: &str) -> String {
    format!("`- {name}: {{json: {{…}}}}`")
}

fn rule(entry: &Entry, findings: &Findings) -> Option<Rule> {
    let name = entry.key.text.clone();
    if !name.split_once('.').is_some_and(|(server, tool)| !server.is_empty() && !tool.is_empty()) {
        let message = format!("`{name}` names no tool of a server");
        let help = format!("write `SERVER.TOOL: answer`, with names of `{LOCK}`: `calendar.list: {{json: {{…}}}}`");
        findings.push(Diagnostic::error("E920", &entry.key.place, message).help(help));
        return None;
    }
    let mut answers: Vec<MockedUse> = entry.value.one_or_many().iter().map(|node| answer(node, findings)).collect();
    if answers.is_empty() {
        answers.push(said(String::new()));
    }
    Some(Rule { name, answers, used: 0 })
}

/// A text, `{json: …}`, `{text: …}`, `{error: …}` or `{fail: …}`.
fn answer(node: &Node, findings: &Findings) -> MockedUse {
    if node.map().is_none() {
        return said(node.text().unwrap_or_default().to_owned());
    }
    let mut fields = Fields::new(node, "an answer", findings);
    let json = fields.node("json").map(|node| to_json(node).to_string());
    let text = fields.opt_text("text").map(str::to_owned);
    let error = fields.opt_text("error").map(str::to_owned);
    let fail = fields.word("fail", &FAILURES);
    fields.finish();
    if let Some(code) = fail {
        return Err(CallError { code: code.to_owned(), text: format!("the mock says `{code}`") });
    }
    match error {
        Some(error) => Ok(McpAnswer { said: error, is_error: true }),
        None => said(json.or(text).unwrap_or_default()),
    }
}

fn said(text: String) -> MockedUse {
    Ok(McpAnswer { said: text, is_error: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{place::SourceFile, yaml},
        model::effect::McpPin,
    };

    fn read(text: &str) -> (McpMocks, Vec<String>) {
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("m.yaml", text), &findings).expect("it loads");
        let mocks = McpMocks::read(&node, &findings);
        (mocks, findings.into_sorted().iter().map(ToString::to_string).collect())
    }

    fn call(tool: &str) -> McpCall {
        McpCall {
            run: 1,
            call: 1,
            attempt: 1,
            server: "calendar".into(),
            tool: tool.into(),
            arguments: serde_json::Map::new(),
            pinned: McpPin { description: String::new(), inputs: String::new() },
            is_act: false,
        }
    }

    #[test]
    fn a_list_is_used_one_by_one_and_its_last_stays() {
        let (mut mocks, found) = read(
            "- calendar.list: [{json: {free: [\"10:00\"], code: 007}}, {error: no such day}, {fail: timeout}, closed]\n",
        );
        assert!(found.is_empty(), "{found:?}");
        let mut next = || mocks.answer(&call("list")).0;
        assert_eq!(next().unwrap().said, r#"{"code":"007","free":["10:00"]}"#);
        assert!(next().unwrap().is_error);
        assert_eq!(next().unwrap_err().code, "timeout");
        assert_eq!([next().unwrap().said, next().unwrap().said], ["closed", "closed"]);
    }

    #[test]
    fn a_use_without_a_rule_fails_and_says_which() {
        let (mut mocks, _) = read("calendar.list: {}\n");
        let (answer, said) = mocks.answer(&call("create"));
        assert_eq!(answer.unwrap_err().code, "unreachable");
        assert!(is_without_mock(&said) && said.contains("`- calendar.create: "), "{said}");
    }

    #[test]
    fn mistakes_have_their_places() {
        let (_, found) = read("- list: {}\n- calendar.list: {jason: 1}\n- calendar.list: {fail: down}\n- oops\n");
        assert_eq!(found.len(), 4, "{found:#?}");
        assert!(found[0].contains("m.yaml:1:3") && found[0].contains("SERVER.TOOL"), "{found:#?}");
    }
}
