//! Knows the variables of a Typebot: their names here, and how a text or condition reads each.

use super::super::{
    names::Names,
    source::{at, is_true, list, text},
    texts::{clean, in_code, literal},
    yaml::Yaml,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The value of a variable, as far as its writers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A server or several kinds of questions write it: what it is shows when the flow runs.
    Any,
    /// Only questions for numbers write it.
    Number,
    List,
    /// A file that the customer sends; `.url` is its address.
    File,
    /// A date or time of a question.
    Moment,
}

#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
    pub default: Value,
    pub is_used: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Variables {
    all: Vec<(String, Variable)>,
    by_id: BTreeMap<String, usize>,
    by_title: BTreeMap<String, usize>,
    names: Names,
}

impl Variables {
    pub fn read(bot: &Value) -> Variables {
        let mut variables = Variables::default();
        for one in list(bot, "variables") {
            variables.add(&text(one, "id"), &text(one, "name"), at(one, "value").clone());
        }
        for block in list(bot, "groups").iter().flat_map(|group| list(group, "blocks")) {
            variables.learn(block);
        }
        variables
    }

    fn add(&mut self, id: &str, title: &str, default: Value) -> usize {
        let name = self.names.fresh(title, "value");
        let kind = if default.is_array() { Kind::List } else { Kind::Text };
        let variable = Variable { name, kind, default, is_used: false };
        self.all.push((id.to_owned(), variable));
        let at = self.all.len() - 1;
        self.by_id.insert(id.to_owned(), at);
        self.by_title.entry(title.trim().to_owned()).or_insert(at);
        at
    }

    /// Learns kinds from the blocks that write variables; two different writers make a text.
    fn learn(&mut self, block: &Value) {
        let kind = match at(block, "type").as_str() {
            Some("number input" | "rating input") => Kind::Number,
            Some("file input") => Kind::File,
            Some("date input" | "time input") => Kind::Moment,
            Some("choice input" | "picture choice input") if is_true(block, "options.isMultipleChoice") => Kind::List,
            Some("Set variable") if text(block, "options.type") == "Append value(s)" => Kind::List,
            Some("phone number input" | "Webhook" | "Google Sheets") => Kind::Any,
            _ => Kind::Text,
        };
        self.wrote(&text(block, "options.variableId"), kind);
        let lists = ["options.dynamicVariableId", "options.dynamicItems.titlesVariableId"];
        lists.iter().for_each(|path| self.wrote(&text(block, path), Kind::List));
        for mapped in
            list(block, "options.responseVariableMapping").iter().chain(list(block, "options.responseMapping"))
        {
            let is_model = at(mapped, "bodyPath").is_null();
            self.wrote(&text(mapped, "variableId"), if is_model { Kind::Text } else { Kind::Any });
        }
        for cell in list(block, "options.cellsToExtract") {
            self.wrote(&text(cell, "variableId"), Kind::Any);
        }
        for path in
            ["options.audioClip.saveVariableId", "options.attachments.saveVariableId", "options.saveItemInVariableId"]
        {
            self.wrote(&text(block, path), Kind::Any);
        }
    }

    fn wrote(&mut self, id: &str, kind: Kind) {
        let Some(&at) = self.by_id.get(id) else { return };
        let variable = &mut self.all[at].1;
        let first = !variable.is_used && variable.default.is_null();
        variable.is_used = true;
        if variable.kind != kind {
            // A list stays one: the question for its items needs it.
            variable.kind = match (first, variable.kind, kind) {
                (true, _, kind) => kind,
                (false, Kind::List, _) | (false, _, Kind::List) => Kind::List,
                (false, ..) => Kind::Any,
            };
        }
    }

    pub fn by_id(&self, id: &str) -> Option<&Variable> {
        self.by_id.get(id).map(|at| &self.all[*at].1)
    }

    /// The variable that a block reads.
    pub fn read_by(&mut self, id: &str) -> Option<Variable> {
        let variable = &mut self.all[*self.by_id.get(id)?].1;
        variable.is_used = true;
        Some(variable.clone())
    }

    /// A name for an answer that the bot has no variable for.
    pub fn fresh(&mut self, title: &str) -> String {
        self.names.fresh(title, "answer")
    }

    /// The variable that a text names; one that the export does not list is added.
    fn named(&mut self, title: &str) -> &Variable {
        let title = title.trim();
        let at = match self.by_title.get(title) {
            Some(at) => *at,
            None => self.add(&format!("text:{title}"), title, Value::Null),
        };
        self.all[at].1.is_used = true;
        &self.all[at].1
    }

    /// `vars` of the flow: what is not filled yet prints as nothing, as in Typebot.
    pub fn declared(&self) -> Vec<(String, Yaml)> {
        let used = self.all.iter().filter(|(_, variable)| variable.is_used || !variable.default.is_null());
        used.filter_map(|(_, variable)| {
            let value = match (&variable.default, variable.kind) {
                (Value::Array(items), _) => {
                    Yaml::List(items.iter().map(|item| Yaml::text(literal(&plain(item)))).collect())
                }
                (Value::Null, Kind::List) => Yaml::List(Vec::new()),
                (_, Kind::File | Kind::Moment) => return None,
                (Value::Null, Kind::Number) => Yaml::bare("none"),
                (default, _) => Yaml::text(literal(&plain(default))),
            };
            Some((variable.name.clone(), value))
        })
        .collect()
    }

    /// A text with `{{name}}` as one with `${name}`; the second value lists the code that could not be carried over.
    pub fn template(&mut self, text: &str) -> (String, Vec<String>) {
        let text = clean(text);
        let (mut out, mut lost) = (String::new(), Vec::new());
        let mut rest = text.as_str();
        while let Some(begin) = rest.find("{{") {
            let Some(length) = rest[begin..].find("}}") else { break };
            out.push_str(&literal(&rest[..begin]));
            let inner = rest[begin + 2..begin + length].trim();
            if inner.starts_with('=') || inner.is_empty() || inner.contains('\n') {
                lost.push(inner.to_owned());
                out.push_str(&literal(&rest[begin..begin + length + 2]));
            } else {
                out.push_str(&format!("${{{}}}", printed(self.named(inner))));
            }
            rest = &rest[begin + length + 2..];
        }
        out.push_str(&literal(rest));
        (out, lost)
    }

    /// The code of a text with variables, for conditions: `name`, `"text"` or `"Hello " + name`.
    pub fn code(&mut self, text: &str) -> String {
        let text = clean(text);
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(begin) = rest.find("{{") {
            let Some(length) = rest[begin..].find("}}") else { break };
            if begin > 0 {
                parts.push(in_code(&rest[..begin]));
            }
            parts.push(as_text(self.named(&rest[begin + 2..begin + length])));
            rest = &rest[begin + length + 2..];
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(in_code(rest));
        }
        parts.join(" + ")
    }

    /// The one variable that a text is made of: `{{name}}`.
    pub fn single(&mut self, text: &str) -> Option<Variable> {
        let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
        (!inner.contains('{') && !inner.contains('}') && !inner.trim().starts_with('='))
            .then(|| self.named(inner).clone())
    }

    /// Each `{{name}}` of a text replaced by what `write` makes of it.
    pub fn substituted(&mut self, text: &str, write: impl Fn(&Variable) -> String) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(begin) = rest.find("{{") {
            let Some(length) = rest[begin..].find("}}") else { break };
            out.push_str(&rest[..begin]);
            out.push_str(&write(self.named(&rest[begin + 2..begin + length])));
            rest = &rest[begin + length + 2..];
        }
        out + rest
    }
}

/// The code that prints a variable, to stand within `${ }`.
pub fn printed(variable: &Variable) -> String {
    let name = &variable.name;
    match variable.kind {
        Kind::Text | Kind::Any => name.clone(),
        Kind::Number | Kind::Moment => format!("{name} ?? \"\""),
        Kind::List => format!("{name}.join(\", \")"),
        Kind::File => format!("{name}.url ?? \"\""),
    }
}

/// The code for the text of a variable, which a condition compares.
pub fn as_text(variable: &Variable) -> String {
    let name = &variable.name;
    match variable.kind {
        Kind::Text => name.clone(),
        Kind::Any => format!("{name}.to_text()"),
        Kind::Number | Kind::Moment => format!("({name} ?? \"\").to_text()"),
        Kind::List => format!("{name}.join(\", \")"),
        Kind::File => format!("({name}.url ?? \"\").to_text()"),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
