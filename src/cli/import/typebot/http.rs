//! Reads Typebot's HTTP requests, also those of Zapier, Make and Pabbly.

use super::{
    super::{
        graph::Step,
        report::Place,
        requests::{self, Request},
        source::{at, is_true, list, some_text, text},
        texts::{clean, literal},
        yaml::Yaml,
    },
    Reader,
    variables::printed,
};
use crate::flow::script::is_word;
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn http(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let request = match at(block, "options.webhook") {
            Value::Null => at(block, "webhook"),
            written => written,
        };
        let Some(url) = some_text(request, "url") else {
            return vec![self.without_counterpart(place, "a request without an address")];
        };
        self.bot.report.kept(place, "`http`");
        let pairs = |reader: &mut Self, path: &str| -> Vec<(String, String)> {
            list(request, path)
                .iter()
                .map(|pair| (clean(&text(pair, "key")), reader.text(&text(pair, "value"), place)))
                .filter(|(key, _)| !key.trim().is_empty())
                .collect()
        };
        let (headers, query) = (pairs(self, "headers"), pairs(self, "queryParams"));
        let body = self.body(block, request, place);
        let variable = "response".to_owned();
        // The names of what is secret follow the server, so that one key of several requests has one name.
        let title = host_word(&url).unwrap_or_else(|| place.kind.clone());
        let body = body.map(|body| requests::hide_keys(body, &title, self.bot, place));
        let made = Request {
            method: some_text(request, "method").unwrap_or_else(|| "POST".to_owned()),
            url: self.text(&url, place),
            headers,
            query,
            body,
            variable: variable.clone(),
        };
        let mut steps = vec![requests::step(&made, &title, place, self.bot)];
        let mut filled = Vec::new();
        for mapped in list(block, "options.responseVariableMapping") {
            let path = text(mapped, "bodyPath");
            if let Some(name) = self.variable_of(mapped, "variableId") {
                filled.push((name, format!("${{{} ?? \"\"}}", within(&format!("{variable}.body"), data_path(&path)))));
            }
        }
        steps.extend(Self::set(filled));
        steps
    }

    /// The body: its own JSON, else all variables, as Typebot sends them.
    fn body(&mut self, block: &Value, request: &Value, place: &Place) -> Option<Yaml> {
        let written = some_text(request, "body");
        if !is_true(block, "options.isCustomBody") && written.is_none() {
            let method = text(request, "method");
            if method == "GET" {
                return None;
            }
            let all = self.variables.declared().into_iter().map(|(name, _)| name);
            let all: Vec<_> = all.map(|name| (name.clone(), Yaml::text(format!("${{{name}}}")))).collect();
            return Some(Yaml::Map(all));
        }
        let written = written.filter(|text| text.trim() != "{{state}}")?;
        match serde_json::from_str::<Value>(&quoted_variables(&written)) {
            Ok(json) => Some(requests::body(&json, &mut |text| self.text(text, place))),
            Err(_) => {
                self.bot.report.replaced(place, "its body is no JSON and is sent as the text `body`");
                let body = self.text(&written, place);
                Some(Yaml::map([("body", Yaml::Text(body))]))
            }
        }
    }

    /// The code of the value that a text with one variable means.
    pub(super) fn value(&mut self, raw: &str, place: &Place) -> String {
        match self.variables.single(raw) {
            Some(variable) => format!("${{{}}}", printed(&variable)),
            None => self.text(raw, place),
        }
    }
}

/// `{{name}}` outside of quotes gets them, so that the body is JSON.
fn quoted_variables(body: &str) -> String {
    let mut out = String::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        if let Some(end) = rest.strip_prefix("{{").and_then(|inner| inner.find("}}")).filter(|_| !escaped) {
            let whole = &rest[..end + 4];
            out.push_str(&if quoted { whole.replace('"', "'") } else { format!("\"{}\"", whole.replace('"', "'")) });
            rest = &rest[end + 4..];
            continue;
        }
        (quoted, escaped) = match (c, escaped) {
            ('"', false) => (!quoted, false),
            ('\\', false) => (quoted, true),
            _ => (quoted, false),
        };
        // A line break within quotes is one of JSON's slips that Typebot forgives.
        if quoted && c == '\n' {
            out.push_str("\\n")
        } else {
            out.push(c)
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// `data.items[0].name` without the `data` that Typebot puts around an answer.
fn data_path(path: &str) -> &str {
    let path = path.trim();
    path.strip_prefix("data.").unwrap_or(if path == "data" { "" } else { path })
}

/// The code for a value within a variable: `response.body.items[0].name`, or with brackets for odd names.
pub fn within(variable: &str, path: &str) -> String {
    let mut code = variable.to_owned();
    for part in path.replace('[', ".[").split('.').filter(|part| !part.is_empty()) {
        let index = part.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match index.map(|inner| (inner, inner.trim_matches(['"', '\'']))) {
            Some((number, _)) if number.parse::<u32>().is_ok() => code.push_str(&format!("[{number}]")),
            Some((_, name)) => code.push_str(&format!("[{}]", super::super::texts::in_code(name))),
            None if is_word(part) && part.is_ascii() => code.push_str(&format!(".{part}")),
            None => code.push_str(&format!("[{}]", super::super::texts::in_code(&literal(part)))),
        }
    }
    code
}

/// The word of a server's name: `example` of `https://api.example.com/x`.
pub fn host_word(url: &str) -> Option<String> {
    let host = url.split("//").nth(1)?.split(['/', '?', ':']).next()?;
    let parts: Vec<&str> = host.split('.').collect();
    let word = parts.len().checked_sub(2).and_then(|at| parts.get(at))?;
    (!word.contains('{') && !word.is_empty()).then(|| (*word).to_owned())
}
