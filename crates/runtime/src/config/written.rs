//! Reads texts and secrets of the configuration, in which `null` counts as missing.

use crate::base::{diagnostic::Diagnostic, fields::Fields, secret::Secret, yaml::Node};

/// Readers for which `null` counts as missing.
pub(super) trait Written<'a> {
    fn text_if(&mut self, name: &'static str) -> Option<&'a str>;
    fn fields_if(&mut self, name: &'static str) -> Option<Fields<'a>>;
    /// A secret; a blank one is reported and counts as missing.
    fn secret_if(&mut self, name: &'static str) -> Option<Secret>;
    /// One or several secrets, without empty and blank ones; a blank one is reported.
    fn secrets(&mut self, name: &'static str) -> Vec<Secret>;
    fn wrong_at(&mut self, name: &'static str, code: &'static str, message: String, help: &str);
}

impl<'a> Written<'a> for Fields<'a> {
    fn text_if(&mut self, name: &'static str) -> Option<&'a str> {
        let node = self.node(name)?;
        // A text that could not be expanded is already reported; do not check it further.
        if node.is_null() || node.is_broken() { None } else { self.opt_text(name) }
    }

    fn fields_if(&mut self, name: &'static str) -> Option<Fields<'a>> {
        if self.node(name)?.is_null() { None } else { self.fields(name) }
    }

    fn secret_if(&mut self, name: &'static str) -> Option<Secret> {
        let text = self.text_if(name)?;
        if is_blank(text) {
            let node = self.node(name)?;
            blank_secret(self, node, name);
            return None;
        }
        Some(text).filter(|text| !text.is_empty()).map(Secret::new)
    }

    fn secrets(&mut self, name: &'static str) -> Vec<Secret> {
        let mut all = Vec::new();
        for node in self.list(name).iter().filter(|node| !node.is_broken()) {
            match node.text() {
                Some(text) if is_blank(text) => blank_secret(self, node, name),
                Some(text) if !text.is_empty() => all.push(Secret::new(text)),
                Some(_) | None => {}
            }
        }
        all
    }

    fn wrong_at(&mut self, name: &'static str, code: &'static str, message: String, help: &str) {
        if let Some(node) = self.node(name).filter(|node| !node.is_broken()) {
            self.findings().push(Diagnostic::error(code, &node.place, message).help(help));
        }
    }
}

/// True for a text of blanks only, which would be taken for a secret that everybody knows.
pub(super) fn is_blank(text: &str) -> bool {
    !text.is_empty() && text.trim().is_empty()
}

/// True if `secret_if` or `secrets` has reported the value.
pub(super) fn has_blank(node: &Node) -> bool {
    node.one_or_many().iter().any(|node| !node.is_broken() && node.text().is_some_and(is_blank))
}

fn blank_secret(fields: &Fields<'_>, node: &Node, name: &str) {
    let message = format!("`{name}` is nothing but blanks: anybody could guess it");
    let help = "write the secret itself, or look at the variable or file that it comes from";
    fields.findings().push(Diagnostic::error("E905", &node.place, message).help(help));
}
