//! Writes the entries of one step into a translation file.

use super::{layout::OUTDATED, *};

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
    /// Gives one step, with its options and other texts in the order that they have in the file.
    pub(super) fn step(&self, id: &str, sentences: &[Sentence]) -> String {
        let mut out = format!("{id}:\n");
        for (_, old) in self.left.iter().filter(|(step, _)| *step == id) {
            let was = old.to.texts().iter().map(|text| one_line(text.source())).collect::<Vec<_>>().join(" / ");
            let _ = writeln!(out, "  {OUTDATED}{} -> {was}", one_line(&old.from.text));
        }
        for sentence in sentences.iter().filter(|sentence| sentence.role == Role::Body) {
            entry(&mut out, 2, "from", sentence.text.source());
            self.translation(&mut out, (2, "to"), id, sentence);
        }
        let known: Vec<&str> = self
            .locale
            .and_then(|locale| locale.steps.get(id))
            .map_or(Vec::new(), |step| step.order.iter().map(|source| source.trim()).collect());
        for (role, key) in [(Role::Option, "options"), (Role::Other, "texts")] {
            let listed: Vec<&Sentence> = sentences.iter().filter(|sentence| sentence.role == role).collect();
            if !listed.is_empty() {
                let _ = writeln!(out, "  {key}:");
            }
            let sources: Vec<&str> = listed.iter().map(|sentence| sentence.text.source().trim()).collect();
            for source in arranged(&known, &sources) {
                let Some(sentence) = listed.iter().find(|one| one.text.source().trim() == source) else { continue };
                self.translation(&mut out, (4, &quoted(source)), id, sentence);
            }
        }
        out
    }

    /// Gives the phrases that replace the built-in ones.
    pub(super) fn phrases(&self) -> Option<String> {
        let all = phrases::written(self.set, self.language, self.taken);
        let written = self.locale.map(|locale| locale.phrase_order.as_slice()).unwrap_or_default();
        let mut out = format!("{PHRASES}:\n");
        for phrase in arranged(written, &all.keys().copied().collect::<Vec<_>>()) {
            entry(&mut out, 2, phrase.as_str(), &all[&phrase]);
        }
        (!all.is_empty()).then_some(out)
    }

    /// Gives the translations that no flow uses now.
    pub(super) fn unused(&self) -> Option<String> {
        let mut out = format!("{UNUSED}:\n");
        for (step, wording) in self.left {
            let _ = writeln!(out, "  - step: {}", quoted(step));
            entry(&mut out, 4, "from", &wording.from.text);
            match &wording.to {
                TranslatedText::One(text) => entry(&mut out, 4, "to", text.source()),
                TranslatedText::ByNumber { count, forms } => {
                    out.push_str("    to:\n");
                    entry(&mut out, 6, "count", count.source());
                    for (category, form) in forms {
                        entry(&mut out, 6, plural::name(*category), form.source());
                    }
                }
            }
        }
        (!self.left.is_empty()).then_some(out)
    }

    fn translation(&self, out: &mut String, (indent, key): (usize, &str), id: &str, sentence: &Sentence) {
        let source = sentence.text.source();
        let back = || self.back.get(&(id.to_owned(), source.to_owned())).copied();
        let known = known_of(self.locale, id, sentence).or_else(back).map(|wording| &wording.to);
        let (text, forms) = (self.taken.text(id, source), self.taken.forms(id, source));
        let count = match (known, forms) {
            (Some(TranslatedText::ByNumber { count, .. }), _) => Some(count.source().to_owned()),
            // A translation without plural forms is enough, if the translator chose that.
            (Some(TranslatedText::One(_)), None) => None,
            (Some(TranslatedText::One(_)) | None, _) if text.is_some() => None,
            (Some(TranslatedText::One(_)) | None, _) => count_of(self.set, id, sentence),
        };
        let Some(count) = count else {
            let plain = match known {
                Some(TranslatedText::One(text)) => text.source(),
                Some(TranslatedText::ByNumber { .. }) | None => "",
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
    fn forms(
        &self,
        id: &str,
        source: &str,
        known: Option<&TranslatedText>,
        given: &[String],
    ) -> Vec<(PluralCategory, String)> {
        let written: &[(PluralCategory, crate::text::Text)] = match known {
            Some(TranslatedText::ByNumber { forms, .. }) => forms,
            Some(TranslatedText::One(_)) | None => &[],
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
pub(super) fn quoted(text: &str) -> String {
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

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
