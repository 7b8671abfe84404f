//! Reads the localizations of RapidPro's flows, and the codes of their languages.

use super::{
    super::source::{at, list, text},
    Reader,
};
use crate::flow::load::language_codes::code_of;
use serde_json::Value;

/// Codes of three letters (ISO 639-3) that `check` does not know by itself.
const CODES: [(&str, &str); 27] = [
    ("afr", "af"),
    ("amh", "am"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("fas", "fa"),
    ("guj", "gu"),
    ("hau", "ha"),
    ("ind", "id"),
    ("kan", "kn"),
    ("khm", "km"),
    ("kin", "rw"),
    ("lao", "lo"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("msa", "ms"),
    ("mya", "my"),
    ("nep", "ne"),
    ("ori", "or"),
    ("pan", "pa"),
    ("sna", "sn"),
    ("som", "so"),
    ("swa", "sw"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tha", "th"),
    ("urd", "ur"),
    ("vie", "vi"),
];

/// The code of a language as flows here have it; `None` for what is none, as `base`.
pub fn code(of: &str) -> Option<String> {
    let lower = of.trim().to_lowercase();
    let short = CODES.iter().find(|(long, _)| *long == lower).map(|(_, short)| *short);
    // Glific writes `english`.
    let short = short.or_else(|| code_of(&lower)).map(str::to_owned);
    let is_code = (2..=3).contains(&lower.len()) && lower.chars().all(|c| c.is_ascii_lowercase());
    short.or(is_code.then_some(lower))
}

impl Reader<'_> {
    /// The texts of one item in all other languages.
    pub(super) fn localized(&self, uuid: &str, key: &str) -> Vec<String> {
        let languages = at(self.json, "localization").as_object();
        let texts = languages.into_iter().flat_map(|map| map.values()).flat_map(|items| strings(items, uuid, key));
        texts.filter(|text| !text.trim().is_empty()).collect()
    }

    /// Notes the translations of a text of an action. `write` makes our text of theirs.
    pub(super) fn translate(
        &mut self,
        uuid: &str,
        key: &str,
        sources: &[String],
        write: &mut dyn FnMut(&mut Self, &str) -> String,
    ) {
        let Some(languages) = at(self.json, "localization").as_object() else { return };
        for (language, items) in languages {
            let Some(code) = code(language).filter(|code| *code != self.bot.language) else { continue };
            for (source, written) in sources.iter().zip(strings(items, uuid, key)) {
                let written = write(self, &written);
                if !written.trim().is_empty() && !source.trim().is_empty() {
                    self.bot.translations.entry(code.clone()).or_default().insert(source.clone(), written);
                }
            }
        }
    }
}

fn strings(items: &Value, uuid: &str, key: &str) -> Vec<String> {
    let item = items.get(uuid).unwrap_or(&Value::Null);
    let as_list: Vec<String> = list(item, key).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if as_list.is_empty() {
        Some(text(item, key)).filter(|text| !text.is_empty()).into_iter().collect()
    } else {
        as_list
    }
}
