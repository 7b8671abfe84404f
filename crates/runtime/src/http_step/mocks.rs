//! Mocks HTTP calls: `sandbox.mocks` of `_bot.yaml` and the tests' `mocks`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean, nearest},
        fields::Fields,
        fix::Fix,
        yaml::{Entry, Kind, Node, to_json},
    },
    llm_step::mocks::ModelMocks,
    mcp_tool::mocks::McpMocks,
    model::{
        event::{CallAnswer, CallError},
        value::Value,
    },
};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// The mocked result of a call.
pub type MockedResult = Result<CallAnswer, CallError>;

/// Rules in written order; the first match answers.
#[derive(Debug, Clone, Default)]
pub struct Mocks {
    rules: Vec<Rule>,
    /// The answers of models.
    pub models: ModelMocks,
    /// The answers of tools of MCP servers.
    pub mcp: McpMocks,
}

#[derive(Debug, Clone)]
struct Rule {
    /// As written: `GET */slots`.
    name: String,
    method: String,
    pattern: String,
    answers: Vec<MockedResult>,
    asked: usize,
}

impl Mocks {
    /// Reads `mocks`: a map with `model`, see `ModelMocks`, `mcp`, see `McpMocks`, and `http`, a list of `METHOD pattern: answer` or a map of
    /// them. An answer is `{status, json, text, headers}` or `{fail: timeout}`; a list of answers is used one by one.
    pub fn read(node: &Node, findings: &Findings) -> Mocks {
        let mut fields = Fields::new(node, "`mocks`", findings);
        let http = fields.node("http");
        let models = fields.node("model").map(|node| ModelMocks::read(node, findings)).unwrap_or_default();
        let mcp = fields.node("mcp").map(|node| McpMocks::read(node, findings)).unwrap_or_default();
        fields.finish();
        let mut rules = Vec::new();
        for item in http.map_or(&[][..], Node::one_or_many) {
            match &item.kind {
                Kind::Map(entries) => rules.extend(entries.iter().filter_map(|entry| rule(entry, findings))),
                Kind::Null => {}
                Kind::Scalar(_) | Kind::List(_) => {
                    let message = format!("a mock is `METHOD address: answer`, and this is {}", item.describe());
                    findings
                        .push(Diagnostic::error("E920", &item.place, message).help("write `GET */slots: {json: …}`"));
                }
            }
        }
        Mocks { rules, models, mcp }
    }

    /// These rules first, then the others.
    #[must_use]
    pub fn and(mut self, others: &Mocks) -> Mocks {
        self.rules.extend(others.rules.iter().cloned());
        self.models = self.models.and(&others.models);
        self.mcp = self.mcp.and(&others.mcp);
        self
    }

    /// Answers a call, and tells by which rule. The URL is compared without its query. The last answer of a list is
    /// repeated. Without a rule the call fails as unreachable.
    pub fn answer(&mut self, method: &str, url: &str) -> (MockedResult, String) {
        let bare = url.split(['?', '#']).next().unwrap_or(url);
        let rule = self.rules.iter_mut().find(|rule| rule.method == method && fits(&rule.pattern, bare));
        let Some(rule) = rule else {
            let text = format!("{WITHOUT_MOCK}`{method} {bare}`");
            let said = format!("{text}; write one, as {}", example(method, bare));
            return (Err(CallError { code: "unreachable".into(), text }), said);
        };
        let at = rule.asked.min(rule.answers.len() - 1);
        rule.asked += 1;
        let said = format!("`{method} {bare}` was answered by the mock `{}`, not by the network", rule.name);
        (rule.answers[at].clone(), said)
    }

    /// How often each rule was used, by its name.
    pub fn asked(&self) -> BTreeMap<&str, usize> {
        self.rules.iter().map(|rule| (rule.name.as_str(), rule.asked)).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

const WITHOUT_MOCK: &str = "no mock answers ";

/// True if a trace line reports a call without a matching rule.
pub fn is_without_mock(said: &str) -> bool {
    said.starts_with(WITHOUT_MOCK)
}

/// An example rule for this URL: `- GET */slots: {json: {…}}`.
pub fn example(method: &str, url: &str) -> String {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split_once('/').map_or("…", |(_, path)| path);
    format!("`- {method} */{path}: {{json: {{…}}}}`")
}

/// True if a pattern matches a URL, as sent or without percent-encoding, as the author reads it.
pub fn fits(pattern: &str, url: &str) -> bool {
    glob(pattern, url) || glob(pattern, &percent_decode_str(url).decode_utf8_lossy())
}

/// True if `text` matches `pattern`, where `*` stands for any text, also an empty one.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        // For a part that is not the last, its first occurrence is sufficient.
        if let Some(part) = last.replace(part) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

fn rule(entry: &Entry, findings: &Findings) -> Option<Rule> {
    let name = entry.key.text.clone();
    let (method, pattern) = name.split_once(' ').map(|(method, pattern)| (method, pattern.trim()))?;
    if !METHODS.contains(&method) {
        let message = format!("`{method}` is no method of HTTP");
        let help = did_you_mean(method, METHODS).unwrap_or_else(|| "write `GET */slots: {json: …}`".to_owned());
        findings.push(Diagnostic::error("E920", &entry.key.place, message).help(help));
        return None;
    }
    // An address begins with its scheme and its host.
    let pattern = match pattern.strip_prefix('/') {
        Some(path) => {
            let message = format!("no call goes to `{pattern}`: an address begins with its host, or with a `*` for it");
            let finding = Diagnostic::error("E920", &entry.key.place, message);
            let fix =
                Fix::replace(format!("write `{method} */{path}`"), &entry.key.place, format!("{method} */{path}"));
            findings.push(finding.help(format!("write `{method} */{path}`")).fix(fix));
            format!("*/{path}")
        }
        None => pattern.to_owned(),
    };
    let answers: Vec<MockedResult> = entry.value.one_or_many().iter().map(|node| answer(node, findings)).collect();
    let empty = || Ok(CallAnswer { status: 200, headers: BTreeMap::new(), body: Value::Nothing });
    Some(Rule {
        method: method.to_owned(),
        pattern,
        answers: if answers.is_empty() { vec![empty()] } else { answers },
        name: name.clone(),
        asked: 0,
    })
}

fn answer(node: &Node, findings: &Findings) -> MockedResult {
    let mut fields = Fields::new(node, "an answer", findings);
    let status = fields.whole("status", 200, 100..=599);
    let mut headers = BTreeMap::new();
    for entry in fields.map("headers") {
        headers.insert(entry.key.text.to_lowercase(), entry.value.text().unwrap_or_default().to_owned());
    }
    let json = fields.node("json").map(|node| Value::from_json(&to_json(node)));
    let text = fields.opt_text("text").map(Value::text);
    let fail = fields.word("fail", &["timeout", "unreachable", "blocked", "too_large", "unknown_outcome"]);
    if let Some(finding) = bare_body(node) {
        findings.push(finding);
        fields.leave_unread();
    }
    fields.finish();
    if let Some(code) = fail {
        return Err(CallError { code: code.to_owned(), text: format!("the mock says `{code}`") });
    }
    Ok(CallAnswer { status: u16::try_from(status).unwrap_or(200), headers, body: json.or(text).unwrap_or_default() })
}

/// Reports `{state: ready}`, where the body of the answer stands without its key.
fn bare_body(node: &Node) -> Option<Diagnostic> {
    let entries = node.map()?;
    let first = entries.first()?;
    let is_ours = |entry: &Entry| ANSWER.iter().any(|ours| entry.key.text.eq_ignore_ascii_case(ours));
    // `state` is a word of its own, and no slip of `status`.
    let slips = |entry: &Entry| entry.key.text != "state" && nearest(&entry.key.text, ANSWER).is_some();
    if entries.iter().any(|entry| is_ours(entry) || slips(entry)) {
        return None;
    }
    let written = node.place.text();
    let body = if written.starts_with('{') && !written.contains('\n') { written } else { "{…}" };
    let finding = Diagnostic::error("E203", &first.key.place, format!("an answer has no key `{}`", first.key.text));
    Some(finding.help(format!("what the server answers stands under `json`: write `{{json: {body}}}`")))
}

/// The keys of an answer.
const ANSWER: [&str; 5] = ["status", "headers", "json", "text", "fail"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{place::SourceFile, yaml};

    fn mocks(text: &str) -> (Mocks, Vec<String>) {
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("m.yaml", text), &findings).expect("it loads");
        let mocks = Mocks::read(&node, &findings);
        (mocks, findings.into_sorted().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_first_rule_that_matches_answers_and_the_query_does_not_count() {
        let (mut mocks, found) = mocks(
            "http:\n  - GET */repairs/2041: {json: {status: ready, parts: [{cents: 2450}], code: 007}}\n  - GET */repairs/*: {status: 404}\n",
        );
        assert!(found.is_empty(), "{found:?}");
        let (answer, said) = mocks.answer("GET", "https://shop.example/repairs/2041?x=1");
        let body = answer.unwrap().body.to_json();
        assert_eq!(body, serde_json::json!({"status": "ready", "parts": [{"cents": 2450}], "code": "007"}));
        assert_eq!(
            said,
            "`GET https://shop.example/repairs/2041` was answered by the mock `GET */repairs/2041`, not by the network"
        );
        assert_eq!(mocks.answer("GET", "https://shop.example/repairs/1").0.unwrap().status, 404);
        assert_eq!(mocks.asked()["GET */repairs/*"], 1);
    }

    #[test]
    fn a_body_without_its_key_is_told() {
        let (_, found) = mocks("http:\n  - GET */orders/7: {state: ready}\n");
        assert!(found.len() == 1 && found[0].ends_with("write `{json: {state: ready}}`"), "{found:?}");
        let (_, found) = mocks("http:\n  - GET */orders/7: {statsu: 404}\n");
        assert!(found.len() == 1 && found[0].ends_with("did you mean `status`?"), "{found:?}");
    }

    #[test]
    fn a_list_is_used_one_by_one_and_its_last_stays() {
        let (mut mocks, _) = mocks("http:\n  POST */bookings: [{status: 503}, {fail: timeout}, {json: {ok: true}}]\n");
        let mut status =
            || mocks.answer("POST", "https://a/bookings").0.map_or_else(|e| e.code, |a| a.status.to_string());
        assert_eq!([status(), status(), status(), status()], ["503", "timeout", "200", "200"]);
    }

    #[test]
    fn a_call_without_a_rule_fails_and_says_which() {
        let (mut mocks, _) = mocks("http:\n  - GET */a: {}\n");
        let (answer, said) = mocks.answer("POST", "https://x/a?token=1");
        assert_eq!(answer.unwrap_err().code, "unreachable");
        assert!(said.starts_with("no mock answers `POST https://x/a`"), "{said}");
    }

    #[test]
    fn mistakes_have_their_places() {
        let (_, found) =
            mocks("http:\n  - get */a: {}\n  - GET */b: {stauts: 1}\n  - GET */c: {status: 99}\n  - oops\n");
        assert_eq!(found.len(), 4, "{found:#?}");
        let (mut read, path) = mocks("http:\n  - GET /slots: {}\n");
        assert!(path.len() == 1 && path[0].contains("write `GET */slots`"), "{path:#?}");
        assert!(read.answer("GET", "https://a.example/slots").0.is_ok());
        assert!(found[0].contains("m.yaml:2:5") && found[0].contains("did you mean `GET`?"), "{found:#?}");
        assert!(found[1].contains("did you mean `status`?"), "{found:#?}");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, is) in [
            ("*/slots", "https://a/slots", true),
            ("*/slots", "https://a/slots/1", false),
            ("https://a/*/b*", "https://a/x/y/bc", true),
            ("https://a", "https://a", true),
            ("https://a", "https://ab", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("*/x/*/x", "/x/1/x", true),
        ] {
            assert_eq!(glob(pattern, text), is, "{pattern} {text}");
        }
    }
}
