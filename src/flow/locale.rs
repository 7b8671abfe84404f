//! Translations: `locales/es.yaml`, by step.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    yaml::Node,
};
use std::collections::BTreeMap;

/// One language's texts.
#[derive(Debug, Clone, Default)]
pub struct Locale {
    pub language: String,
    /// By step id: `welcome.ask_1`.
    pub steps: BTreeMap<String, Translation>,
}

/// A translation counts only while `from` is still the source.
#[derive(Debug, Clone, Default)]
pub struct Translation {
    pub from: String,
    pub to: String,
    /// Titles of options by their source.
    pub options: BTreeMap<String, String>,
}

/// Reads one file of `locales/`.
pub fn parse(root: &Node, findings: &Findings) -> Locale {
    let mut locale = Locale::default();
    for entry in root.map().unwrap_or_default() {
        if entry.key.text == "locale" {
            locale.language = entry.value.text().unwrap_or_default().to_owned();
            continue;
        }
        let mut fields = Fields::new(&entry.value, format!("`{}`", entry.key.text), findings).at(&entry.key.place);
        let mut step = Translation {
            from: fields.opt_text("from").unwrap_or_default().to_owned(),
            to: fields.opt_text("to").unwrap_or_default().to_owned(),
            options: BTreeMap::new(),
        };
        for option in fields.map("options") {
            if let Some(text) = option.value.text() {
                step.options.insert(option.key.text.clone(), text.to_owned());
            }
        }
        fields.finish();
        locale.steps.insert(entry.key.text.clone(), step);
    }
    if locale.language.is_empty() {
        let finding =
            Diagnostic::error("E209", &root.place, "a file of translations begins with `locale:` and its language");
        findings.push(finding.help("write `locale: es` as the first line"));
    }
    locale
}
