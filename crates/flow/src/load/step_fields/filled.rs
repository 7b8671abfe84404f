//! Parses keys whose values are computed when the step runs: texts and data with `${…}`, and code.

use super::StepFields;
use crate::{
    base::{
        blank::is_blank,
        diagnostic::{Diagnostic, Findings},
        fix::Fix,
        yaml::{self, Kind, Node, Scalar},
    },
    definition::{Role, Sentence},
    script::{Code, ranges, view},
    text::{Data, Names, Text, closing_brace},
};

use rhai::Expr;
use std::sync::Arc;

impl<'a, 'b> StepFields<'a, 'b> {
    /// Parses a required text with `${…}`; empty with a finding if it is missing.
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

    /// Parses an optional text, which gets a finding if it is empty.
    pub fn said(&mut self, name: &'static str) -> Option<Text> {
        let node = self.fields.node(name)?;
        Some(self.said_of(node, &format!("`{name}`")))
    }

    /// Parses a text that must not be empty; `what` names it in the finding.
    pub fn said_of(&mut self, node: &Node, what: &str) -> Text {
        if !node.is_broken() && node.text().is_some_and(is_blank) {
            self.wrong(
                node,
                "E208",
                format!("{what} is empty, and nobody could read it; write a text, or take it out"),
            );
        }
        self.text_of(node)
    }

    /// Parses a list of texts, or a single one.
    pub fn texts(&mut self, name: &'static str) -> Vec<Text> {
        let items = self.fields.list(name);
        items.iter().map(|item| self.text_of(item)).collect()
    }

    /// Parses the text of any node.
    pub fn text_of(&mut self, node: &Node) -> Text {
        self.read_text(node, false)
    }

    /// Records that the contact reads this text of the step, so that it is translated.
    pub fn sentence(&mut self, role: Role, text: &Text) {
        if !is_blank(text.source()) {
            self.outline.sentences.push(Sentence { role, text: text.clone() });
        }
    }

    /// Parses a text in which secrets are allowed: `headers`, `query`, `form`.
    pub fn secret_text_of(&mut self, node: &Node) -> Text {
        self.read_text(node, true)
    }

    fn read_text(&mut self, node: &Node, secrets: bool) -> Text {
        let Some(scalar) = node.scalar() else {
            let finding =
                Diagnostic::error("E208", &node.place, format!("this takes a text, and gets {}", node.describe()));
            let by_number = ["one", "other", "singular", "plural"].iter().any(|form| node.get(form).is_some());
            let finding = finding.help(match node.list() {
                _ if by_number => "words that change with a number stand in the file of a language, also of the bot's own: `to: {count: \"${n}\", one: …, other: …}` in `locales/`; `transom i18n extract` writes that file",
                Some(_) => "write one text, of several lines below a `|`; several messages are several steps, one by chance is a `split`",
                None => "write one text; one of several lines stands below a `|`",
            });
            let alone = node.sole_value().map(|value| format!("write the text alone: `{value}`"));
            self.report(finding.help_if(alone.or_else(|| self.keys_beside(node))));
            return Text::plain("", &node.place);
        };
        let text = Text::parse(scalar, self.builder.scripts, &self.names(secrets), self.builder.findings);
        self.outline.texts.push(text.clone());
        self.outline.codes.extend(text.codes().cloned());
        text
    }

    /// The advice for `handoff: {team: vets, summary: …}`: the keys of the step stand beside its verb.
    fn keys_beside(&self, node: &Node) -> Option<String> {
        let verb = self.spec.name;
        let is_own = self.outline.yaml.get(verb).is_some_and(|value| value.place == node.place);
        let entries = node.map().filter(|_| is_own)?;
        let is_key = |name: &str| self.spec.field(name).is_some();
        let (keys, others): (Vec<&str>, Vec<&str>) =
            entries.iter().map(|entry| entry.key.text.as_str()).partition(|name| is_key(name) && *name != verb);
        let [value] = others[..] else { return None };
        let value = node.get(value).and_then(Node::text)?;
        let keys: Vec<String> = keys.iter().map(|name| format!("`{name}:`")).collect();
        Some(match keys.is_empty() {
            true => format!("write `{verb}: {value}`"),
            false => format!("write `{verb}: {value}`, and {} below it, as deep as `{verb}`", keys.join(" and ")),
        })
    }

    /// Parses a required condition or value in plain Rhai.
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

    /// Parses statements, the last of which is the value (`script:`).
    pub fn script_of(&mut self, node: &Node) -> Code {
        self.read_code(node, false)
    }

    fn read_code(&mut self, node: &Node, expression: bool) -> Code {
        let Some(scalar) = node.scalar() else {
            if !node.is_broken() {
                let message = format!("this takes an expression, and gets {}", node.describe());
                let inner = node.place.text().trim().trim_start_matches(['[', '{']).trim_end_matches([']', '}']).trim();
                let help = match node.list() {
                    Some([_]) if !inner.contains('\n') && !inner.starts_with('-') => {
                        format!("write it without brackets: `{inner}`")
                    }
                    Some(_) => {
                        "join conditions by `&&`, where all must hold, or by `||`, where one is enough".to_owned()
                    }
                    None => "write it as a text, such as `contact.city == \"Sevilla\"`".to_owned(),
                };
                self.report(Diagnostic::error("E208", &node.place, message).help(help));
            }
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
        if !scalar.is_broken() {
            self.report_if(ranges::without_end(scalar));
        }
        self.outline.codes.push(code.clone());
        code
    }

    /// Parses a value of any shape whose texts may contain `${…}`.
    pub fn opt_data(&mut self, name: &'static str) -> Option<Data> {
        let node = self.fields.node(name)?;
        Some(self.value_of(node))
    }

    /// Parses a value of any shape; a text that is the name of a value gets a finding.
    pub fn value_of(&mut self, node: &Node) -> Data {
        self.no_values(node);
        self.data_of(node)
    }

    /// Parses a text; the name of a value gets a finding.
    pub fn named_of(&mut self, node: &Node) -> Text {
        self.no_values(node);
        self.text_of(node)
    }

    /// Parses a key that distinguishes items: a bare name of a value gets a finding, because it would be the same for
    /// all.
    pub fn key_of(&mut self, node: &Node) -> Text {
        match node.scalar().filter(|scalar| scalar.is_plain() && self.builder.names.contains(&scalar.text)) {
            Some(_) => self.stays(node),
            None => self.no_values(node),
        }
        self.text_of(node)
    }

    /// Parses a text that gives a list.
    pub fn list_of(&mut self, key: &str, node: &Node) -> Text {
        let text = self.text_of(node);
        self.takes_list(key, node, &text);
        text
    }

    pub fn data_of(&mut self, node: &Node) -> Data {
        self.read_data(node, false)
    }

    /// Parses data in which secrets are allowed: `json`.
    pub fn secret_data_of(&mut self, node: &Node) -> Data {
        self.read_data(node, true)
    }

    /// The name of a value of the flow, if the text contains nothing else: `contact.phone`, `order.body.id`.
    pub fn names_value(&self, node: &Node) -> Option<String> {
        let scalar = node.scalar().filter(|scalar| !scalar.is_broken() && scalar.is_plain())?;
        let root = scalar.text.split(['.', '[', '(']).next().unwrap_or_default();
        let known = self.builder.names.iter().any(|name| name == root) || view(root).is_some();
        (known && self.is_code(scalar)).then(|| scalar.text.clone())
    }

    /// Reports such texts in data of any shape, because they stay unchanged; also a name that stands for itself,
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

    /// Reports a text in place of a list.
    fn takes_list(&self, key: &str, node: &Node, text: &Text) {
        // A computed text that cannot be parsed has a finding.
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

    /// True if the text would compile as an expression, which its author probably means.
    pub fn is_code(&self, scalar: &Arc<Scalar>) -> bool {
        if !scalar.is_plain() || !scalar.text.contains(['(', '.', '+', '-', '*', '/']) {
            return false;
        }
        let own = Findings::default();
        let Some(code) = Code::expression(scalar, self.builder.scripts, &self.names(false), &own) else { return false };
        let works = matches!(code.single(), Some(Expr::FnCall(..) | Expr::Dot(..)));
        // `5 + 5` has already been folded to a number; other code reads a name or calls a function.
        works && (!code.uses().names.is_empty() || scalar.text.contains("()"))
    }

    /// Reports such a text, because it stays unchanged.
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

    /// Parses `name: text` pairs with names of the author's own.
    pub fn text_map(&mut self, name: &'static str, secrets: bool) -> Vec<(String, Text)> {
        let entries = self.fields.map(name);
        entries.iter().map(|entry| (entry.key.text.clone(), self.read_text(&entry.value, secrets))).collect()
    }

    /// Parses `name: value` pairs with names of the author's own.
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

/// Reports a whole condition in `${…}`, which code does not need. True if it did.
fn wrapped(scalar: &Scalar, findings: &Findings) -> bool {
    let text = scalar.text.trim();
    let Some(inner) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return false };
    // `${a} && ${b}` ends with a brace too.
    if closing_brace(text, 2) != Some(text.len() - 1) {
        return false;
    }
    let finding = Diagnostic::error("E314", &scalar.place, "a condition is code already, without `${ }`");
    // `${{ … }}` of other products.
    let inner = inner.trim();
    let inner = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(inner).trim();
    // A text that YAML would read otherwise needs its quotes.
    let plain = !inner.starts_with(['!', '"', '\'', '[', '{', '&', '*', '`', '@', '%', '|', '>', '#', '-', '?']);
    let plain = plain && !inner.contains(": ") && !inner.contains(" #");
    let written = if plain { inner.to_owned() } else { format!("'{}'", inner.replace('\'', "''")) };
    let fix = Fix::replace("take `${ }` away", &scalar.place, written);
    findings.push(finding.help(format!("write `{inner}`")).fix(fix));
    true
}
