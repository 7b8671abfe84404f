//! Keys whose values are worked out when the step runs: texts and data with `${…}`, and code.

use super::StepFields;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fix::Fix,
        yaml::{self, Kind, Node, Scalar},
    },
    flow::{
        definition::{Role, Sentence},
        script::{Code, view},
        text::{Data, Names, Text, closing_brace},
    },
};

use rhai::Expr;
use std::sync::Arc;

impl<'a, 'b> StepFields<'a, 'b> {
    /// A required text with `${…}`; empty when it is missing, which is reported.
    pub fn text(&mut self, name: &'static str) -> Text {
        match self.fields.required(name) {
            Some(node) => self.text_of(node),
            None => Text::plain("", self.fields.place()),
        }
    }

    pub fn opt_text(&mut self, name: &'static str) -> Option<Text> {
        let node = self.fields.node(name)?;
        Some(self.text_of(node))
    }

    /// An optional text that says something: one that stands there empty is reported.
    pub fn said(&mut self, name: &'static str) -> Option<Text> {
        let node = self.fields.node(name)?;
        Some(self.said_of(node, &format!("`{name}`")))
    }

    /// A text that says something: `what` names it where it is empty.
    pub fn said_of(&mut self, node: &Node, what: &str) -> Text {
        if !node.is_broken() && node.text().is_some_and(|text| text.trim().is_empty()) {
            self.wrong(
                node,
                "E208",
                format!("{what} is empty, and nobody could read it; write a text, or take it out"),
            );
        }
        self.text_of(node)
    }

    /// A list of texts, or a single one.
    pub fn texts(&mut self, name: &'static str) -> Vec<Text> {
        let items = self.fields.list(name);
        items.iter().map(|item| self.text_of(item)).collect()
    }

    /// The text of any node.
    pub fn text_of(&mut self, node: &Node) -> Text {
        self.read_text(node, false)
    }

    /// Notes that the contact reads this text of the step, so that it is translated.
    pub fn sentence(&mut self, role: Role, text: &Text) {
        if !text.source().trim().is_empty() {
            self.outline.sentences.push(Sentence { role, text: text.clone() });
        }
    }

    /// Where secrets may stand: `headers`, `query`, `form`.
    pub fn secret_text_of(&mut self, node: &Node) -> Text {
        self.read_text(node, true)
    }

    fn read_text(&mut self, node: &Node, secrets: bool) -> Text {
        let Some(scalar) = node.scalar() else {
            let finding =
                Diagnostic::error("E208", &node.place, format!("this takes a text, and gets {}", node.describe()));
            self.report(finding.help_if(node.sole_value().map(|value| format!("write the text alone: `{value}`"))));
            return Text::plain("", &node.place);
        };
        let text = Text::parse(scalar, self.builder.scripts, &self.names(secrets), self.builder.findings);
        self.outline.texts.push(text.clone());
        self.outline.codes.extend(text.codes().cloned());
        text
    }

    /// A required condition or value in plain Rhai.
    pub fn code(&mut self, name: &'static str) -> Code {
        match self.fields.required(name) {
            Some(node) => self.code_of(node),
            None => Code::broken(self.fields.place(), self.builder.scripts),
        }
    }

    pub fn opt_code(&mut self, name: &'static str) -> Option<Code> {
        let node = self.fields.node(name)?;
        Some(self.code_of(node))
    }

    pub fn code_of(&mut self, node: &Node) -> Code {
        self.read_code(node, true)
    }

    /// Statements, the last of which is the value (`script:`).
    pub fn script_of(&mut self, node: &Node) -> Code {
        self.read_code(node, false)
    }

    fn read_code(&mut self, node: &Node, expression: bool) -> Code {
        let Some(scalar) = node.scalar() else {
            self.wrong(node, "E208", format!("this takes an expression, and gets {}", node.describe()));
            return Code::broken(&node.place, self.builder.scripts);
        };
        let names = self.names(false);
        let code = if expression {
            if wrapped(scalar, self.builder.findings) {
                return Code::broken(&node.place, self.builder.scripts);
            }
            Code::expression(scalar, self.builder.scripts, &names, self.builder.findings)
        } else {
            Code::script(scalar, self.builder.scripts, &names, self.builder.findings)
        };
        let code = code.unwrap_or_else(|| Code::broken(&node.place, self.builder.scripts));
        self.outline.codes.push(code.clone());
        code
    }

    /// A value of any shape whose texts may hold `${…}`.
    pub fn opt_data(&mut self, name: &'static str) -> Option<Data> {
        let node = self.fields.node(name)?;
        Some(self.value_of(node))
    }

    /// The same, where nobody writes the name of a value as a text.
    pub fn value_of(&mut self, node: &Node) -> Data {
        self.no_values(node);
        self.data_of(node)
    }

    /// A text, where nobody writes the name of a value as one.
    pub fn named_of(&mut self, node: &Node) -> Text {
        self.no_values(node);
        self.text_of(node)
    }

    /// What tells one from another: the bare name of a value is the same text for all.
    pub fn key_of(&mut self, node: &Node) -> Text {
        match node.scalar().filter(|scalar| scalar.is_plain() && self.builder.names.contains(&scalar.text)) {
            Some(_) => self.stays(node),
            None => self.no_values(node),
        }
        self.text_of(node)
    }

    /// What gives a list.
    pub fn list_of(&mut self, key: &str, node: &Node) -> Text {
        let text = self.text_of(node);
        self.takes_list(key, node, &text);
        text
    }

    pub fn data_of(&mut self, node: &Node) -> Data {
        self.read_data(node, false)
    }

    /// Where secrets may stand: `json`.
    pub fn secret_data_of(&mut self, node: &Node) -> Data {
        self.read_data(node, true)
    }

    /// A text that names a value the flow knows, with nothing else in it: `contact.phone`, `order.body.id`.
    pub fn names_value(&self, node: &Node) -> Option<String> {
        let scalar = node.scalar().filter(|scalar| !scalar.is_broken() && scalar.is_plain())?;
        let root = scalar.text.split(['.', '[', '(']).next().unwrap_or_default();
        let known = self.builder.names.iter().any(|name| name == root) || view(root).is_some();
        (known && self.is_code(scalar)).then(|| scalar.text.clone())
    }

    /// Says of such texts in data of any shape that they stay as they are; so does a name that stands for itself,
    /// `{name: name}`.
    pub fn no_values(&self, node: &Node) {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| self.no_values(item)),
            Kind::Map(entries) => {
                for entry in entries {
                    let same = entry.value.text() == Some(entry.key.text.as_str());
                    match entry.value.scalar().filter(|scalar| same && scalar.is_plain() && !scalar.is_broken()) {
                        Some(scalar) if self.builder.names.contains(&scalar.text) => self.stays(&entry.value),
                        _ => self.no_values(&entry.value),
                    }
                }
            }
            Kind::Scalar(_) if self.names_value(node).is_some() => self.stays(node),
            Kind::Scalar(_) | Kind::Null => {}
        }
    }

    /// What takes a list gets a text.
    fn takes_list(&self, key: &str, node: &Node, text: &Text) {
        // Of what is worked out and cannot be read the reason is said.
        let computed = node.text().is_some_and(|text| text.contains("${"));
        let Some(plain) = text.as_plain().filter(|_| !node.is_broken() && !computed) else { return };
        let message = format!("`{key}` takes a list, and this is the text `{plain}`");
        let finding = Diagnostic::error("E318", &node.place, message);
        let worked_out = format!("${{{plain}}}");
        let fix = Fix::replace(format!("write {worked_out}"), &node.place, &worked_out);
        let help = format!("for a list that the flow knows write `{key}: {worked_out}`");
        let named = self.names_value(node).is_some() || self.builder.names.iter().any(|name| name == plain);
        self.report(finding.help(help).fix_if(named.then_some(fix)));
    }

    fn read_data(&mut self, node: &Node, secrets: bool) -> Data {
        let data = Data::parse(node, self.builder.scripts, &self.names(secrets), self.builder.findings);
        let mut texts = Vec::new();
        data.texts(&mut texts);
        self.outline.codes.extend(texts.iter().flat_map(|text| text.codes().cloned()));
        self.outline.texts.extend(texts.into_iter().cloned());
        data
    }

    /// A text that would work as an expression: whoever writes it means what that gives.
    pub fn is_code(&self, scalar: &Arc<Scalar>) -> bool {
        if !scalar.is_plain() || !scalar.text.contains(['(', '.', '+', '-', '*', '/']) {
            return false;
        }
        let own = Findings::default();
        let Some(code) = Code::expression(scalar, self.builder.scripts, &self.names(false), &own) else { return false };
        let works = matches!(code.single(), Some(Expr::FnCall(..) | Expr::Dot(..)));
        // `5 + 5` has been counted by now; what is left reads a name or calls a function.
        works && (!code.uses().names.is_empty() || scalar.text.contains("()"))
    }

    /// Says of such a text that it stays as it is.
    pub fn no_code(&self, node: &Node) {
        if node.scalar().is_some_and(|scalar| !scalar.is_broken() && self.is_code(scalar)) {
            self.stays(node);
        }
    }

    fn stays(&self, node: &Node) {
        let Some(scalar) = node.scalar() else { return };
        let text = format!("${{{}}}", scalar.text);
        let message = format!("this is the text `{}`, and nothing works it out", scalar.text);
        let finding = Diagnostic::warning("W320", &node.place, message);
        let fix = Fix::replace(format!("write \"{text}\""), &node.place, yaml::quoted(&text)).guess();
        self.report(finding.help(format!("write \"{text}\" for what it gives; a text stands in quotes")).fix(fix));
    }

    /// `name: text` pairs of the author's own.
    pub fn text_map(&mut self, name: &'static str, secrets: bool) -> Vec<(String, Text)> {
        let entries = self.fields.map(name);
        entries.iter().map(|entry| (entry.key.text.clone(), self.read_text(&entry.value, secrets))).collect()
    }

    /// `name: value` pairs of the author's own.
    pub fn data_map(&mut self, name: &'static str) -> Vec<(String, Data)> {
        let entries = self.fields.map(name);
        if let Some(node) = self.fields.node(name) {
            self.no_values(node);
        }
        entries.iter().map(|entry| (entry.key.text.clone(), self.data_of(&entry.value))).collect()
    }

    fn names(&self, secrets: bool) -> Names<'b>
    where
        'a: 'b,
    {
        Names { own: self.builder.names, secrets }
    }
}

/// A whole condition in `${…}`: code needs none, which is reported.
fn wrapped(scalar: &Scalar, findings: &Findings) -> bool {
    let text = scalar.text.trim();
    let Some(inner) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return false };
    // `${a} && ${b}` ends with a brace, too.
    if closing_brace(text, 2) != Some(text.len() - 1) {
        return false;
    }
    let finding = Diagnostic::error("E314", &scalar.place, "a condition is code already, without `${ }`");
    let inner = inner.trim();
    // What YAML would read otherwise needs its quotes.
    let plain = !inner.starts_with(['!', '"', '\'', '[', '{', '&', '*', '`', '@', '%', '|', '>', '#', '-', '?']);
    let plain = plain && !inner.contains(": ") && !inner.contains(" #");
    let written = if plain { inner.to_owned() } else { format!("'{}'", inner.replace('\'', "''")) };
    let fix = Fix::replace("take `${ }` away", &scalar.place, written);
    findings.push(finding.help(format!("write `{inner}`")).fix(fix));
    true
}
