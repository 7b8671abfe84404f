//! The file of translations of one language, written anew from the flows: what is translated stays, what is new is
//! empty, what is outdated is marked.

use super::{
    FlowSet,
    definition::{Role, Sentence},
    lint::translations::of_defaults,
    locale::{CATEGORIES, Form, Locale, Wording, flow_of, same},
    po,
};
use icu_plurals::PluralCategory;
use std::{collections::BTreeMap, fmt::Write};

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
    let all = steps(set);
    let mut progress = Progress::default();
    for (id, sentences) in &all {
        progress.total += sentences.len();
        progress.translated += sentences.iter().filter(|sentence| known_of(locale, id, sentence).is_some()).count();
    }
    let written = locale.into_iter().flat_map(|locale| &locale.steps);
    let wordings = written.flat_map(|(id, step)| step.wordings.iter().map(move |wording| (id, wording)));
    progress.outdated = wordings.filter(|(id, wording)| !is_said(&all, id, wording)).count();
    progress
}

/// What translators gave back in a PO file: by step and text (`cart.say_1#one`: by plural form), what to say.
pub struct Taken(BTreeMap<(String, String), String>);

impl Taken {
    /// Without what is empty or to be looked at again.
    pub fn of(entries: Vec<po::Entry>) -> Taken {
        let good = entries.into_iter().filter(|entry| !entry.fuzzy && !entry.translation.trim().is_empty());
        Taken(good.map(|entry| ((entry.context, entry.source.trim().to_owned()), entry.translation)).collect())
    }

    pub fn nothing() -> Taken {
        Taken(BTreeMap::new())
    }

    fn find(&self, context: &str, source: &str) -> Option<&str> {
        self.0.get(&(context.to_owned(), source.trim().to_owned())).map(String::as_str)
    }
}

/// The PO file of a language: what `locales/<language>.yaml` says, for the tools of translators.
pub fn to_po(set: &FlowSet, language: &str) -> String {
    let locale = set.locales.get(language);
    let mut entries = Vec::new();
    let all = steps(set);
    for (id, sentences) in &all {
        let known = locale.and_then(|locale| locale.steps.get(id)).map_or(&[] as &[Wording], |step| &step.wordings);
        let left: Vec<&Wording> = known.iter().filter(|wording| !is_said(&all, id, wording)).collect();
        for sentence in sentences {
            let place = sentence.text.place();
            let entry = |context: String, translation: String, remark: &str| po::Entry {
                remarks: vec![remark.to_owned()],
                place: Some(format!("{}:{}", place.path(), place.line())),
                fuzzy: false,
                before: None,
                context,
                source: sentence.text.source().trim().to_owned(),
                translation,
            };
            let what = match sentence.role {
                Role::Body => "what the bot says",
                Role::Option => "an option or a button",
                Role::Other => "around it",
            };
            match (known_of(locale, id, sentence).map(|wording| &wording.to), &left[..]) {
                (Some(Form::One(text)), _) => entries.push(entry(id.clone(), text.source().trim().to_owned(), what)),
                (Some(Form::ByNumber { count, forms }), _) => {
                    for (category, text) in forms {
                        let name = category_name(*category);
                        let remark = format!("{what}, where {} is of the plural form `{name}`", count.source());
                        entries.push(entry(format!("{id}#{name}"), text.source().trim().to_owned(), &remark));
                    }
                }
                // The text of the step has changed: what it was translated with may still be nearly right.
                (None, [one]) if sentence.role == Role::Body => {
                    let was = one.to.texts().first().map(|text| text.source().trim().to_owned()).unwrap_or_default();
                    let before = Some(one.from.text.trim().to_owned());
                    entries.push(po::Entry { fuzzy: true, before, ..entry(id.clone(), was, what) });
                }
                (None, _) => entries.push(entry(id.clone(), String::new(), what)),
            }
        }
    }
    po::write(language, &entries)
}

/// The whole file `locales/<language>.yaml`; `taken` goes before what it says already.
pub fn extract(set: &FlowSet, language: &str, taken: &Taken) -> String {
    let locale = set.locales.get(language);
    let mut out = format!("locale: {language}\n");
    out.push_str("# `transom i18n extract` writes this file: key = flow.step, each translation beside its text.\n");
    out.push_str(
        "# An empty translation, and one whose text has changed, is not used: the text of the flow is said.\n",
    );
    let all = steps(set);
    for (id, sentences) in &all {
        step(&mut out, (id, sentences), &all, locale, taken);
    }
    out
}

/// The steps with something to read, in the order of flows and files; the texts of `defaults` last.
fn steps(set: &FlowSet) -> Vec<(String, Vec<Sentence>)> {
    let mut all = Vec::new();
    for flow in set.every_flow() {
        // As a person reads the file: a step comes before those below it.
        let mut nodes: Vec<_> = flow.nodes.iter().collect();
        nodes.sort_by_key(|node| node.place.range().start);
        all.extend(nodes.into_iter().map(|node| (node.id.to_string(), translatable(&node.outline.sentences))));
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

fn known_of<'l>(locale: Option<&'l Locale>, id: &str, sentence: &Sentence) -> Option<&'l Wording> {
    locale?.wording(id, sentence.text.source())
}

/// Some step of the flow says the text of this translation.
fn is_said(all: &[(String, Vec<Sentence>)], id: &str, wording: &Wording) -> bool {
    let of_flow = all.iter().filter(|(other, _)| flow_of(other) == flow_of(id));
    of_flow.flat_map(|(_, sentences)| sentences).any(|sentence| is_of(wording, sentence))
}

fn is_of(wording: &Wording, sentence: &Sentence) -> bool {
    same(&wording.from.text, sentence.text.source())
}

fn step(
    out: &mut String,
    (id, sentences): (&str, &[Sentence]),
    all: &[(String, Vec<Sentence>)],
    locale: Option<&Locale>,
    taken: &Taken,
) {
    let known = locale.and_then(|locale| locale.steps.get(id)).map_or(&[] as &[Wording], |step| &step.wordings);
    let find = |sentence: &Sentence| known_of(locale, id, sentence);
    let outdated: Vec<&Wording> = known.iter().filter(|wording| !is_said(all, id, wording)).collect();
    let _ = writeln!(out, "\n{id}:");
    for old in outdated {
        let was = old.to.texts().iter().map(|text| one_line(text.source())).collect::<Vec<_>>().join(" / ");
        let _ = writeln!(out, "  # outdated: {} -> {was}", one_line(&old.from.text));
    }
    for sentence in sentences.iter().filter(|sentence| sentence.role == Role::Body) {
        entry(out, 2, "from", sentence.text.source());
        translation(out, 2, "to", find(sentence), (id, sentence, taken));
    }
    for (role, key) in [(Role::Option, "options"), (Role::Other, "texts")] {
        let mut listed = sentences.iter().filter(|sentence| sentence.role == role).peekable();
        if listed.peek().is_some() {
            let _ = writeln!(out, "  {key}:");
        }
        for sentence in listed {
            let source = quoted(sentence.text.source().trim());
            translation(out, 4, &source, find(sentence), (id, sentence, taken));
        }
    }
}

fn translation(
    out: &mut String,
    indent: usize,
    key: &str,
    known: Option<&Wording>,
    (id, sentence, taken): (&str, &Sentence, &Taken),
) {
    let given = |context: &str| taken.find(context, sentence.text.source());
    match known.map(|wording| &wording.to) {
        None => entry(out, indent, key, given(id).unwrap_or_default()),
        Some(Form::One(text)) => entry(out, indent, key, given(id).unwrap_or(text.source())),
        Some(Form::ByNumber { count, forms }) => {
            let _ = writeln!(out, "{:indent$}{key}:", "");
            entry(out, indent + 2, "count", count.source());
            for (category, text) in forms {
                let name = category_name(*category);
                entry(out, indent + 2, name, given(&format!("{id}#{name}")).unwrap_or(text.source()));
            }
        }
    }
}

fn category_name(category: PluralCategory) -> &'static str {
    CATEGORIES.iter().find(|(_, known)| *known == category).map_or("other", |(name, _)| name)
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

    fn written(set: &FlowSet) -> String {
        extract(set, "es", &Taken::nothing())
    }

    #[test]
    fn translations_come_back_from_a_po_file() {
        let numbers = "locale: es\na.ask_1:\n  from: Colour?\n  to: {count: \"${1}\", one: uno, other: otros}\n  options: {\"Yes\": Sí}\n";
        let set = set(numbers);
        let mut entries = po::read(&to_po(&set, "es")).unwrap();
        assert_eq!(extract(&set, "es", &Taken::of(entries.clone())), written(&set), "nothing new, nothing lost");
        let mut say = |context: &str, source: &str, to: &str| {
            let found = entries.iter_mut().find(|entry| entry.context == context && entry.source == source);
            found.unwrap_or_else(|| panic!("{context} {source}")).translation = to.into();
        };
        say("a.say_1", "Hello: ${contact.name ?? \"you\"}", "Hola: ${contact.name ?? \"tú\"}");
        say("a.ask_1#one", "Colour?", "un color");
        say("a.ask_1", "Red one", "Rojo");
        say("a.ask_1", "Yes", "");
        let file = extract(&set, "es", &Taken::of(entries));
        for line in ["Hola: ${contact.name ?? \"tú\"}", "one: un color", "other: otros", "Red one: Rojo", "\"Yes\": Sí"]
        {
            assert!(file.contains(line), "{line} is missing:\n{file}");
        }
    }

    #[test]
    fn a_changed_text_is_fuzzy_in_the_po_file_and_not_taken() {
        let set = set("locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\n");
        let entries = po::read(&to_po(&set, "es")).unwrap();
        let entry = entries.iter().find(|entry| entry.source == "Colour?").unwrap();
        assert!(entry.fuzzy && entry.translation == "¿Cuál?" && entry.before.as_deref() == Some("Which colour?"));
        assert_eq!(extract(&set, "es", &Taken::of(entries)), written(&set));
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let first = written(&set("locale: es\n"));
        assert_eq!(written(&set(&first)), first);
        assert_eq!(progress(&set(&first), "es"), Progress { total: 5, translated: 0, outdated: 0 });
        let half = first.replace("from: Colour?\n  to: \"\"", "from: Colour?\n  to: \"¿Color: cuál?\"");
        assert_eq!(progress(&set(&half), "es"), Progress { total: 5, translated: 1, outdated: 0 });
        assert_eq!(written(&set(&half)), half);
    }

    #[test]
    fn an_outdated_translation_stays_as_a_remark() {
        let file = written(&set("locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\n"));
        assert!(file.contains("# outdated: Which colour? -> ¿Cuál?\n  from: Colour?\n  to: \"\"\n"), "{file}");
    }

    #[test]
    fn a_translation_goes_with_its_text_when_ids_move() {
        let file = written(&set("locale: es\na.ask_2: {from: Colour?, to: ¿Color?, options: {Red one: Rojo}}\n"));
        assert!(file.contains("a.ask_1:\n  from: Colour?\n  to: ¿Color?\n"), "{file}");
        assert!(file.contains("Red one: Rojo") && !file.contains("outdated"), "{file}");
    }

    #[test]
    fn numbers_keep_their_forms() {
        let locale = "locale: es\na.ask_1:\n  from: Colour?\n  to: {count: \"${1}\", one: uno, other: otros}\n";
        let file = written(&set(locale));
        assert!(file.contains("  to:\n    count: ${1}\n    one: uno\n    other: otros\n"), "{file}");
        assert_eq!(written(&set(&file)), file);
    }
}
