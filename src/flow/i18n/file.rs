//! Writes the entries of one step into a translation file.

use super::*;
use crate::flow::triggers::Trigger;

/// The data for writing a file.
pub(super) struct File<'a> {
    pub(super) set: &'a FlowSet,
    pub(super) language: &'a str,
    pub(super) locale: Option<&'a Locale>,
    pub(super) taken: &'a Taken,
    /// By step and text: unused translations that fit again.
    pub(super) back: &'a BTreeMap<(String, String), &'a Wording>,
    /// Translations that stay unused.
    pub(super) left: &'a [&'a Aside<'a>],
}

impl File<'_> {
    pub(super) fn step(&self, out: &mut String, id: &str, sentences: &[Sentence]) {
        let _ = writeln!(out, "\n{id}:");
        for (_, old) in self.left.iter().filter(|(step, _)| *step == id) {
            let was = old.to.texts().iter().map(|text| one_line(text.source())).collect::<Vec<_>>().join(" / ");
            let _ = writeln!(out, "  # outdated: {} -> {was}", one_line(&old.from.text));
        }
        for sentence in sentences.iter().filter(|sentence| sentence.role == Role::Body) {
            entry(out, 2, "from", sentence.text.source());
            self.translation(out, (2, "to"), id, sentence);
        }
        for (role, key) in [(Role::Option, "options"), (Role::Other, "texts")] {
            let mut listed = sentences.iter().filter(|sentence| sentence.role == role).peekable();
            if listed.peek().is_some() {
                let _ = writeln!(out, "  {key}:");
            }
            for sentence in listed {
                let source = quoted(sentence.text.source().trim());
                self.translation(out, (4, &source), id, sentence);
            }
        }
    }

    /// Writes the words that start flows in this language; a missing one is empty, beside the bot's own words.
    pub(super) fn words(&self, out: &mut String) {
        let known = |flow: &str| self.locale.and_then(|locale| locale.words.get(flow));
        let flows = self.set.flows.values().filter_map(|flow| match &flow.words_trigger()?.kind {
            Trigger::Message(message) => Some((flow.name.as_str(), message.texts.as_slice())),
            _ => None,
        });
        let all: Vec<_> = flows.collect();
        let lost = self.locale.into_iter().flat_map(|locale| locale.words.keys());
        let lost: Vec<&String> = lost.filter(|name| !all.iter().any(|(flow, _)| flow == name)).collect();
        if all.is_empty() && lost.is_empty() {
            return;
        }
        out.push_str("\n# What people write to start a flow, beside the bot's own words.\n");
        let _ = writeln!(out, "{WORDS}:");
        for (flow, own) in all.iter().copied().chain(lost.iter().map(|name| (name.as_str(), &[] as &[_]))) {
            let own: Vec<&str> = own.iter().map(|(text, _)| text.as_str()).collect();
            let own = if own.is_empty() { String::new() } else { format!("  # {}", one_line(&own.join(", "))) };
            match known(flow).map(|words| words.texts.as_slice()).unwrap_or_default() {
                [] => {
                    let _ = writeln!(out, "  {flow}: []{own}");
                }
                texts => {
                    let _ = writeln!(out, "  {flow}:{own}");
                    for (text, _) in texts {
                        let _ = writeln!(out, "    - {}", quoted(text));
                    }
                }
            }
        }
    }

    /// Writes the phrases that replace the built-in ones.
    pub(super) fn phrases(&self, out: &mut String) {
        let all = phrases::written(self.set, self.language, self.taken);
        if all.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{PHRASES}:");
        for (phrase, text) in &all {
            entry(out, 2, phrase.as_str(), text);
        }
    }

    /// Writes translations that no flow uses now, at the end of the file.
    pub(super) fn unused(&self, out: &mut String) {
        if self.left.is_empty() {
            return;
        }
        out.push_str("\n# Translated once, and said by no flow now. `extract` takes back what is said again; take out the rest.\n");
        let _ = writeln!(out, "{UNUSED}:");
        for (step, wording) in self.left {
            let _ = writeln!(out, "  - step: {}", quoted(step));
            entry(out, 4, "from", &wording.from.text);
            match &wording.to {
                Form::One(text) => entry(out, 4, "to", text.source()),
                Form::ByNumber { count, forms } => {
                    out.push_str("    to:\n");
                    entry(out, 6, "count", count.source());
                    for (category, form) in forms {
                        entry(out, 6, plural::name(*category), form.source());
                    }
                }
            }
        }
    }

    fn translation(&self, out: &mut String, (indent, key): (usize, &str), id: &str, sentence: &Sentence) {
        let source = sentence.text.source();
        let back = || self.back.get(&(id.to_owned(), source.to_owned())).copied();
        let known = known_of(self.locale, id, sentence).or_else(back).map(|wording| &wording.to);
        let (text, forms) = (self.taken.text(id, source), self.taken.forms(id, source));
        let count = match (known, forms) {
            (Some(Form::ByNumber { count, .. }), _) => Some(count.source().to_owned()),
            // A translation without plural forms is enough, if the translator chose that.
            (Some(Form::One(_)), None) => None,
            (Some(Form::One(_)) | None, _) if text.is_some() => None,
            (Some(Form::One(_)) | None, _) => count_of(self.set, id, sentence),
        };
        let Some(count) = count else {
            let plain = match known {
                Some(Form::One(text)) => text.source(),
                Some(Form::ByNumber { .. }) | None => "",
            };
            return entry(out, indent, key, text.unwrap_or(plain));
        };
        let _ = writeln!(out, "{:indent$}{key}:", "");
        entry(out, indent + 2, "count", &count);
        for (category, form) in self.forms(id, source, known, forms.unwrap_or_default()) {
            entry(out, indent + 2, plural::name(category), &form);
        }
    }

    /// The plural forms of the language and those that are written, with the required `other` last.
    fn forms(&self, id: &str, source: &str, known: Option<&Form>, given: &[String]) -> Vec<(PluralCategory, String)> {
        let written: &[(PluralCategory, crate::flow::text::Text)] = match known {
            Some(Form::ByNumber { forms, .. }) => forms,
            Some(Form::One(_)) | None => &[],
        };
        let in_use = plural::in_use(self.language);
        let said = |text: &&String| !text.trim().is_empty();
        let form = |category| {
            let index = in_use.iter().position(|known| *known == category);
            // Gettext counts only whole numbers; the remaining category gets the last of its forms.
            let left = (category == PluralCategory::Other && index.is_none()).then(|| in_use.len() - 1);
            let written =
                written.iter().find(|(known, _)| *known == category).map(|(_, text)| text.source().to_owned());
            let by_name = self.taken.text(&format!("{id}#{}", plural::name(category)), source).map(str::to_owned);
            let by_index = index.and_then(|index| given.get(index)).filter(said).cloned();
            let left = left.and_then(|index| given.get(index)).filter(said).cloned();
            by_index.or(by_name).or(written).or(left)
        };
        let listed = |category| in_use.contains(&category) || category == PluralCategory::Other;
        let all = CATEGORIES.into_iter().map(|(_, category)| (category, form(category)));
        all.filter(|(category, form)| form.is_some() || listed(*category))
            .map(|(category, form)| (category, form.unwrap_or_default()))
            .collect()
    }
}

/// Writes `key: text`, without quotes if YAML allows it.
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

/// The text without quotes if YAML reads it unchanged, otherwise in double quotes.
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
