//! The file of translations of one language, written anew from the flows: what is translated stays, what is new is
//! empty, what is outdated is marked.

use super::{
    FlowSet,
    definition::{Role, Sentence},
    lint::translations::of_defaults,
    locale::{CATEGORIES, Form, Locale, Wording, same},
};
use std::fmt::Write;

/// How far a language is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: usize,
    pub translated: usize,
    /// Translations whose text has changed: not used.
    pub outdated: usize,
}

impl Progress {
    /// Of what there is to translate; all of nothing is all.
    pub fn percent(self) -> usize {
        (self.translated * 100).checked_div(self.total).unwrap_or(100)
    }

    pub fn missing(self) -> usize {
        self.total - self.translated
    }
}

/// Counts the sentences of all flows that this language has.
pub fn progress(set: &FlowSet, language: &str) -> Progress {
    let locale = set.locales.get(language);
    let mut progress = Progress::default();
    for (id, sentences) in steps(set) {
        let known = locale.and_then(|locale| locale.steps.get(&id)).map_or(&[] as &[Wording], |step| &step.wordings);
        progress.total += sentences.len();
        progress.translated += sentences.iter().filter(|sentence| known.iter().any(|w| is_of(w, sentence))).count();
        progress.outdated += known.iter().filter(|w| !sentences.iter().any(|sentence| is_of(w, sentence))).count();
    }
    progress
}

/// The whole file `locales/<language>.yaml`.
pub fn extract(set: &FlowSet, language: &str) -> String {
    let locale = set.locales.get(language);
    let mut out = format!("locale: {language}\n");
    out.push_str("# `transom i18n extract` writes this file: key = flow.step, each translation beside its text.\n");
    out.push_str(
        "# An empty translation, and one whose text has changed, is not used: the text of the flow is said.\n",
    );
    for (id, sentences) in steps(set) {
        step(&mut out, &id, &sentences, locale);
    }
    out
}

/// The steps with something to read, in the order of flows and files; the texts of `defaults` last.
fn steps(set: &FlowSet) -> Vec<(String, Vec<Sentence>)> {
    let mut all = Vec::new();
    for node in set.every_flow().flat_map(|flow| &flow.nodes) {
        all.push((node.id.to_string(), translatable(&node.outline.sentences)));
    }
    all.push(("_bot".to_owned(), translatable(&of_defaults(set))));
    all.retain(|(_, sentences)| !sentences.is_empty());
    all
}

/// Without what has no words of its own, each text once.
fn translatable(sentences: &[Sentence]) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = Vec::new();
    for sentence in sentences.iter().filter(|sentence| sentence.text.fixed_chars() > 0) {
        if !all.iter().any(|known| same(known.text.source(), sentence.text.source())) {
            all.push(sentence.clone());
        }
    }
    all
}

fn is_of(wording: &Wording, sentence: &Sentence) -> bool {
    same(&wording.from.text, sentence.text.source())
}

fn step(out: &mut String, id: &str, sentences: &[Sentence], locale: Option<&Locale>) {
    let known = locale.and_then(|locale| locale.steps.get(id)).map_or(&[] as &[Wording], |step| &step.wordings);
    let find = |sentence: &Sentence| known.iter().find(|wording| is_of(wording, sentence));
    let outdated: Vec<&Wording> =
        known.iter().filter(|wording| !sentences.iter().any(|sentence| is_of(wording, sentence))).collect();
    let _ = writeln!(out, "\n{id}:");
    for old in outdated {
        let was = old.to.texts().iter().map(|text| one_line(text.source())).collect::<Vec<_>>().join(" / ");
        let _ = writeln!(out, "  # outdated: {} -> {was}", one_line(&old.from.text));
    }
    for sentence in sentences.iter().filter(|sentence| sentence.role == Role::Body) {
        entry(out, 2, "from", sentence.text.source());
        match find(sentence) {
            Some(wording) => form(out, 2, "to", &wording.to),
            None => entry(out, 2, "to", ""),
        }
    }
    for (role, key) in [(Role::Option, "options"), (Role::Other, "texts")] {
        let mut listed = sentences.iter().filter(|sentence| sentence.role == role).peekable();
        if listed.peek().is_some() {
            let _ = writeln!(out, "  {key}:");
        }
        for sentence in listed {
            let source = quoted(sentence.text.source().trim());
            match find(sentence) {
                Some(wording) => form(out, 4, &source, &wording.to),
                None => entry(out, 4, &source, ""),
            }
        }
    }
}

fn form(out: &mut String, indent: usize, key: &str, form: &Form) {
    match form {
        Form::One(text) => entry(out, indent, key, text.source()),
        Form::ByNumber { count, forms } => {
            let _ = writeln!(out, "{:indent$}{key}:", "");
            entry(out, indent + 2, "count", count.source());
            for (category, text) in forms {
                let name = CATEGORIES.iter().find(|(_, known)| known == category).map_or("other", |(name, _)| name);
                entry(out, indent + 2, name, text.source());
            }
        }
    }
}

/// `key: text`, as plainly as YAML allows.
fn entry(out: &mut String, indent: usize, key: &str, text: &str) {
    let text = text.trim();
    let block = text.contains('\n') || (text.contains(['"', '\\']) && !text.starts_with([' ', '\t']));
    if !block {
        let _ = writeln!(out, "{:indent$}{key}: {}", "", quoted(text));
        return;
    }
    let _ = writeln!(out, "{:indent$}{key}: |", "");
    for line in text.lines() {
        let deeper = indent + 2;
        let _ = if line.is_empty() { writeln!(out) } else { writeln!(out, "{:deeper$}{line}", "") };
    }
}

/// Plain where nothing in it means something to YAML, else in double quotes.
fn quoted(text: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '¿' | '¡' | '$');
    let plain = text.starts_with(word)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.contains([':', '#', '\n', '\t'])
        && !matches!(
            text.to_lowercase().as_str(),
            "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "none" | "y" | "n"
        );
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, flow::parse_set};

    const FLOW: &str = "flow: a\nsteps:\n  - say: \"Hello: ${contact.name ?? \\\"you\\\"}\"\n  - ask: Colour?\n    options: [\"Yes\", Red one]\n    invalid: |\n      Pardon?\n      Again, please.\n";

    fn set(locale: &str) -> FlowSet {
        let files = [
            ("flows/_bot.yaml", "language: en\nlanguages: {es: []}\n"),
            ("flows/a.yaml", FLOW),
            ("locales/es.yaml", locale),
        ];
        let (set, findings) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
        set
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let first = extract(&set("locale: es\n"), "es");
        assert_eq!(extract(&set(&first), "es"), first);
        assert_eq!(progress(&set(&first), "es"), Progress { total: 5, translated: 0, outdated: 0 });
        let half = first.replace("from: Colour?\n  to: \"\"", "from: Colour?\n  to: \"¿Color: cuál?\"");
        assert_eq!(progress(&set(&half), "es"), Progress { total: 5, translated: 1, outdated: 0 });
        assert_eq!(extract(&set(&half), "es"), half);
    }

    #[test]
    fn an_outdated_translation_stays_as_a_remark() {
        let written = extract(&set("locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\n"), "es");
        assert!(written.contains("# outdated: Which colour? -> ¿Cuál?\n  from: Colour?\n  to: \"\"\n"), "{written}");
    }

    #[test]
    fn numbers_keep_their_forms() {
        let locale = "locale: es\na.ask_1:\n  from: Colour?\n  to: {count: \"${1}\", one: uno, other: otros}\n";
        let written = extract(&set(locale), "es");
        assert!(written.contains("  to:\n    count: ${1}\n    one: uno\n    other: otros\n"), "{written}");
        assert_eq!(extract(&set(&written), "es"), written);
    }
}
