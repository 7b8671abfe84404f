//! Generates the translation file of one language from the flows: translations stay in their order, new texts are empty,
//! outdated ones are marked.

mod file;
mod layout;
mod phrases;
mod words;

pub use self::words::words;
use self::{
    file::File,
    layout::{Layout, REMARKS, arranged, numbered},
};
use super::po;
use crate::{
    FlowSet,
    base::yaml,
    check::translations::of_defaults,
    definition::{Role, Sentence},
    load::{
        locale::{Locale, PHRASES, TranslatedText, UNUSED, WORDS, Wording, flow_of, same},
        plural::{self, CATEGORIES},
    },
    model::{answer::AnswerType, value::Value},
    text::Data,
};
use icu_plurals::PluralCategory;
use std::{collections::BTreeMap, fmt::Write};

/// The progress of the translation into a language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: usize,
    pub translated: usize,
    /// Translations whose text has changed; these are not used.
    pub outdated: usize,
}

impl Progress {
    /// The translated share of all texts; 100 if there are none.
    pub fn percent(self) -> usize {
        (self.translated * 100).checked_div(self.total).unwrap_or(100)
    }

    pub fn missing(self) -> usize {
        self.total - self.translated
    }
}

/// Counts the texts of all flows that are translated into this language or its fallback.
pub fn progress(set: &FlowSet, language: &str) -> Progress {
    let locale = set.locales.get(language);
    let all = steps(set);
    let mut progress = Progress::default();
    for (id, sentences) in &all {
        progress.total += sentences.len();
        progress.translated +=
            sentences.iter().filter(|sentence| set.is_translated(language, id, sentence.text.source())).count();
    }
    let written = locale.into_iter().flat_map(|locale| &locale.steps);
    let wordings = written.flat_map(|(id, step)| step.wordings.iter().map(move |wording| (id, wording)));
    progress.outdated = wordings.filter(|(id, wording)| !is_said(&all, id, wording)).count();
    progress
}

/// Whether `extract` without names writes the file of this language: not if a fallback language has all texts.
pub fn needs_file(set: &FlowSet, language: &str) -> bool {
    set.locales.contains_key(language) || set.stand_in(language).is_none()
}

/// The translations from a PO file, by step and text (`cart.say_1#one`: by plural form, if gettext has no rule for the
/// language).
pub struct Taken(BTreeMap<(String, String), po::Entry>);

impl Taken {
    /// Leaves out empty entries and entries marked as fuzzy.
    pub fn of(entries: &[po::Entry]) -> Taken {
        let said = |entry: &&po::Entry| {
            !entry.fuzzy
                && (!entry.translation.trim().is_empty() || entry.forms.iter().any(|form| !form.trim().is_empty()))
        };
        Taken(entries.iter().filter(said).map(|entry| (key_of(entry), entry.clone())).collect())
    }

    pub fn nothing() -> Taken {
        Taken(BTreeMap::new())
    }

    fn find(&self, context: &str, source: &str) -> Option<&po::Entry> {
        self.0.get(&(context.to_owned(), source.trim().to_owned()))
    }

    /// The only message with this context, whatever its source is.
    fn of_context(&self, context: &str) -> Option<&po::Entry> {
        self.0.iter().find(|((known, _), _)| known == context).map(|(_, entry)| entry)
    }

    fn text(&self, context: &str, source: &str) -> Option<&str> {
        let entry = self.find(context, source).filter(|entry| entry.plural.is_none());
        entry.map(|entry| entry.translation.as_str())
    }

    fn forms(&self, context: &str, source: &str) -> Option<&[String]> {
        self.find(context, source).filter(|entry| entry.plural.is_some()).map(|entry| entry.forms.as_slice())
    }
}

fn key_of(entry: &po::Entry) -> (String, String) {
    (entry.context.clone(), entry.plural.as_ref().unwrap_or(&entry.source).trim().to_owned())
}

/// The earlier translations of texts that have none, because the texts changed: `fuzzy` messages. `file` is the PO file
/// as it was; `set` is from before the YAML file is written, which loses them.
pub fn fuzzy(set: &FlowSet, language: &str, file: &[po::Entry]) -> Vec<po::Entry> {
    let locale = set.locales.get(language);
    let all = steps(set);
    let mut found = Vec::new();
    for (id, sentences) in &all {
        let known = locale.and_then(|locale| locale.steps.get(id)).map_or(&[] as &[Wording], |step| &step.wordings);
        let left: Vec<&Wording> = known.iter().filter(|wording| !is_said(&all, id, wording)).collect();
        let open: Vec<&Sentence> =
            sentences.iter().filter(|sentence| known_of(locale, id, sentence).is_none()).collect();
        for sentence in &open {
            let source = sentence.text.source().trim();
            let looked_at: Vec<&po::Entry> =
                file.iter().filter(|entry| entry.fuzzy && entry.context == *id && entry.before.is_some()).collect();
            let same_text = looked_at.iter().find(|entry| key_of(entry).1 == source);
            let entry = match (&left[..], &looked_at[..]) {
                // The text of the step has changed, so its earlier translation may still be nearly right.
                ([one], _) if sentence.role == Role::Body || open.len() == 1 => was(one, language),
                (_, _) if same_text.is_some() => same_text.map(|entry| (*entry).clone()).unwrap_or_default(),
                ([], [one]) if sentence.role == Role::Body || open.len() == 1 => (*one).clone(),
                _ => continue,
            };
            found.push(po::Entry { context: id.clone(), source: source.to_owned(), fuzzy: true, ..entry });
        }
    }
    found
}

/// An outdated translation as a message.
fn was(old: &Wording, language: &str) -> po::Entry {
    let text = |form: &crate::text::Text| form.source().trim().to_owned();
    let by_index = |forms: &[(PluralCategory, crate::text::Text)]| {
        let of = |category| forms.iter().find(|(known, _)| *known == category).map(|(_, form)| text(form));
        plural::in_use(language).into_iter().map(|category| of(category).unwrap_or_default()).collect()
    };
    let forms = match &old.to {
        TranslatedText::One(_) => Vec::new(),
        TranslatedText::ByNumber { forms, .. } => by_index(forms),
    };
    let translation = old.to.texts().last().map(|form| text(form)).unwrap_or_default();
    po::Entry { before: Some(old.from.text.trim().to_owned()), translation, forms, ..po::Entry::default() }
}

/// The PO file of a language, made from `locales/<language>.yaml` for the tools of translators; `fuzzy` was found
/// before that file was written.
pub fn to_po(set: &FlowSet, language: &str, fuzzy: &[po::Entry]) -> String {
    let locale = set.locales.get(language);
    let rule = plural::gettext(language);
    let mut entries = Vec::new();
    for (id, sentences) in &steps(set) {
        for sentence in sentences {
            let source = sentence.text.source().trim();
            let known = known_of(locale, id, sentence).map(|wording| &wording.to);
            let older = fuzzy.iter().find(|entry| known.is_none() && entry.context == *id && entry.source == source);
            let place = sentence.text.place();
            let what = match sentence.role {
                Role::Body => "what the bot says",
                Role::Option => "an option or a button",
                Role::Other => "around it",
            };
            let entry = po::Entry {
                remarks: vec![what.to_owned()],
                place: Some(format!("{}:{}", place.path(), place.line())),
                fuzzy: older.is_some(),
                before: older.and_then(|older| older.before.clone()),
                context: id.clone(),
                source: source.to_owned(),
                ..po::Entry::default()
            };
            let count = match known {
                Some(TranslatedText::One(_)) => None,
                Some(TranslatedText::ByNumber { count, .. }) => Some(count.source().to_owned()),
                None => count_of(set, id, sentence),
            };
            let written = |category| match known {
                Some(TranslatedText::ByNumber { forms, .. }) => {
                    forms.iter().find(|(of, _)| *of == category).map(|(_, text)| text)
                }
                Some(TranslatedText::One(_)) | None => None,
            };
            let written = |category| written(category).map(|text| text.source().trim().to_owned()).unwrap_or_default();
            match (count, known) {
                (Some(count), _) if rule.is_some() => {
                    let in_use = plural::in_use(language);
                    let names: Vec<&str> = in_use.iter().map(|category| plural::name(*category)).collect();
                    let remark = format!("{what}, by {count}: {}", names.join(", "));
                    let mut forms: Vec<String> = in_use.into_iter().map(written).collect();
                    if let Some(older) = older {
                        let old = |index| older.forms.get(index).unwrap_or(&older.translation).clone();
                        forms = (0..forms.len()).map(old).collect();
                    }
                    let one = one_of(set, id, sentence).unwrap_or_else(|| source.to_owned());
                    let plural = Some(source.to_owned());
                    entries.push(po::Entry { remarks: vec![remark], source: one, plural, forms, ..entry });
                }
                (Some(count), Some(TranslatedText::ByNumber { forms, .. })) => {
                    for (category, text) in forms {
                        let name = plural::name(*category);
                        let remark = format!("{what}, where {count} is of the plural form `{name}`");
                        let (context, translation) = (format!("{id}#{name}"), text.source().trim().to_owned());
                        entries.push(po::Entry { remarks: vec![remark], context, translation, ..entry.clone() });
                    }
                }
                (_, Some(TranslatedText::One(text))) => {
                    entries.push(po::Entry { translation: text.source().trim().to_owned(), ..entry });
                }
                (_, _) => {
                    let translation = older.map(|older| older.translation.clone()).unwrap_or_default();
                    entries.push(po::Entry { translation, ..entry });
                }
            }
        }
    }
    entries.extend(words::entries(set, language));
    entries.extend(phrases::entries(set, language));
    po::write(language, rule, &entries)
}

/// The number that decides the plural form of a sentence: the one in the file of some language, else the whole number
/// before a word in the sentence.
fn count_of(set: &FlowSet, id: &str, sentence: &Sentence) -> Option<String> {
    let by_number = set.locales.values().find_map(|locale| match known_of(Some(locale), id, sentence).map(|w| &w.to) {
        Some(TranslatedText::ByNumber { count, .. }) => Some(count.source().trim().to_owned()),
        Some(TranslatedText::One(_)) | None => None,
    });
    by_number.or_else(|| {
        let mut codes = sentence.text.codes();
        let code = codes.next().filter(|_| codes.next().is_none())?.source().trim().to_owned();
        let behind = sentence.text.pieces().skip_while(Option::is_some).nth(1)??;
        let before_word = behind.strip_prefix(' ').is_some_and(|word| word.starts_with(char::is_alphabetic));
        (before_word && (code.ends_with(".len()") || is_whole(set, flow_of(id), &code))).then(|| format!("${{{code}}}"))
    })
}

/// True for an input, variable or answer of whole numbers only.
fn is_whole(set: &FlowSet, flow: &str, name: &str) -> bool {
    let Some(flow) = set.every_flow().find(|known| known.name.as_str() == flow) else { return false };
    let input = flow.inputs.iter().any(|input| input.name == name && input.kind.of == AnswerType::Whole);
    let counted = matches!(flow.vars.get(name), Some(Data::Value(Value::Whole(_))));
    let asked = flow.nodes.iter().map(|node| &node.outline).any(|outline| {
        let whole = outline.yaml.get("type").and_then(yaml::Node::text) == Some(AnswerType::Whole.as_str());
        outline.fills.as_deref() == Some(name) && whole
    });
    input || counted || asked
}

/// The singular text in the bot's own language, if that has a file.
fn one_of(set: &FlowSet, id: &str, sentence: &Sentence) -> Option<String> {
    match &known_of(set.locales.get(&set.bot.language), id, sentence)?.to {
        TranslatedText::ByNumber { forms, .. } => {
            let one = forms.iter().find(|(category, _)| *category == PluralCategory::One);
            one.map(|(_, text)| text.source().trim().to_owned())
        }
        TranslatedText::One(_) => None,
    }
}

/// The fate of translations that no flow says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// They are put aside at the end of the file.
    Kept,
    TakenOut,
}

/// The complete file `locales/<language>.yaml`; translations in `taken` replace its own.
pub fn extract(set: &FlowSet, language: &str, taken: &Taken, unused: Unused) -> String {
    let locale = set.locales.get(language);
    let all = steps(set);
    let aside = aside(locale, &all);
    let back = taken_back(locale, &all, taken, &aside);
    let mut left: Vec<&Aside<'_>> =
        aside.iter().filter(|one| !back.values().any(|it| std::ptr::eq(*it, one.1))).collect();
    if unused == Unused::TakenOut {
        left.clear();
    }
    let file = File { set, language, locale, taken, back: &back, left: &left };
    let layout = Layout::of(locale);
    let mut parts: Vec<(String, &str, String)> =
        all.iter().map(|(id, sentences)| (id.clone(), "", file.step(id, sentences))).collect();
    let sections = [
        (WORDS, REMARKS[2], words::section(set, language, taken)),
        (PHRASES, "", file.phrases()),
        (UNUSED, REMARKS[3], file.unused()),
    ];
    // A section that is new stands at the end of the file.
    let (mut wanted, mut last) = (all.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), Vec::new());
    for (key, remark, text) in sections {
        let Some(text) = text else { continue };
        if layout.keys.iter().any(|known| known == key) { &mut wanted } else { &mut last }.push(key.to_owned());
        parts.push((key.to_owned(), remark, text));
    }
    let head = format!("locale: {language}\n{}\n{}\n", REMARKS[0], REMARKS[1]);
    let mut out = layout.with_comments("locale", &head);
    for key in arranged(&layout.keys, &wanted).into_iter().chain(last) {
        let Some((_, remark, text)) = parts.iter().find(|(of, ..)| *of == key) else { continue };
        out.push('\n');
        if !remark.is_empty() {
            let _ = writeln!(out, "{remark}");
        }
        out.push_str(&layout.with_comments(&key, text));
    }
    out
}

/// A translation that no flow uses now, with its step.
type Aside<'l> = (&'l str, &'l Wording);

/// The unused translations, earlier ones and new ones: a translation is never deleted.
fn aside<'l>(locale: Option<&'l Locale>, all: &[(String, Vec<Sentence>)]) -> Vec<Aside<'l>> {
    let Some(locale) = locale else { return Vec::new() };
    let written = locale.steps.iter().flat_map(|(id, step)| step.wordings.iter().map(move |w| (id.as_str(), w)));
    let now = written.filter(|(id, wording)| !is_said(all, id, wording));
    locale.unused.iter().map(|(id, wording)| (id.as_str(), wording)).chain(now).collect()
}

/// By step and text, unused translations that fit again: their text is back, their step is back, or their flow was
/// renamed.
fn taken_back<'l>(
    locale: Option<&Locale>,
    all: &[(String, Vec<Sentence>)],
    taken: &Taken,
    aside: &[Aside<'l>],
) -> BTreeMap<(String, String), &'l Wording> {
    let mut back = BTreeMap::new();
    for (id, sentences) in all {
        for sentence in sentences {
            let source = sentence.text.source();
            let given = taken.text(id, source).is_some() || taken.forms(id, source).is_some();
            if given || known_of(locale, id, sentence).is_some() {
                continue;
            }
            let same_text = || aside.iter().filter(|(_, wording)| is_of(wording, sentence));
            let found = same_text().find(|(step, _)| step == id);
            let found = found.or_else(|| same_text().find(|(step, _)| flow_of(step) == flow_of(id)));
            if let Some((_, wording)) = found.or_else(|| same_text().next()) {
                back.insert((id.clone(), source.to_owned()), *wording);
            }
        }
    }
    back
}

/// The steps with texts, in the order of flows and files; the texts of `defaults` last.
fn steps(set: &FlowSet) -> Vec<(String, Vec<Sentence>)> {
    let mut all = Vec::new();
    for flow in set.every_flow() {
        // In the order of the file: a step comes before the steps below it.
        let mut nodes: Vec<_> = flow.nodes.iter().collect();
        nodes.sort_by_key(|node| node.place.range().start);
        // The steps of `defaults` have their numbers in another order than their places.
        if std::ptr::eq(flow, &set.bot.flow) {
            nodes.sort_by_key(|node| numbered(node.id.as_str()));
        }
        all.extend(nodes.into_iter().map(|node| (node.id.to_string(), translatable(&node.outline.sentences))));
    }
    all.push(("_bot".to_owned(), translatable(&of_defaults(set))));
    all.retain(|(_, sentences)| !sentences.is_empty());
    all
}

/// The sentences without those that have no words, each text once.
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

/// True if some step of the flow has the text of this translation.
fn is_said(all: &[(String, Vec<Sentence>)], id: &str, wording: &Wording) -> bool {
    let of_flow = all.iter().filter(|(other, _)| flow_of(other) == flow_of(id));
    of_flow.flat_map(|(_, sentences)| sentences).any(|sentence| is_of(wording, sentence))
}

fn is_of(wording: &Wording, sentence: &Sentence) -> bool {
    same(&wording.from.text, sentence.text.source())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, load::stock_phrases::Phrase, parse_set};

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
        extract(set, "es", &Taken::nothing(), Unused::Kept)
    }

    #[test]
    fn translations_come_back_from_a_po_file() {
        let numbers = "locale: es\na.ask_1:\n  from: Colour?\n  to: {count: \"${1}\", one: uno, other: otros}\n  options: {\"Yes\": Sí}\n";
        let set = set(numbers);
        let mut entries = po::read(&to_po(&set, "es", &[])).unwrap();
        assert_eq!(extract(&set, "es", &Taken::of(&entries), Unused::Kept), written(&set), "nothing new, nothing lost");
        let colours = entries.iter_mut().find(|entry| entry.source == "Colour?").unwrap();
        assert_eq!(
            (colours.plural.as_deref(), &colours.forms[..]),
            (Some("Colour?"), &["uno".into(), "otros".into()][..])
        );
        colours.forms[0] = "un color".into();
        let mut say = |context: &str, source: &str, to: &str| {
            let found = entries.iter_mut().find(|entry| entry.context == context && entry.source == source);
            found.unwrap_or_else(|| panic!("{context} {source}")).translation = to.into();
        };
        say("a.say_1", "Hello: ${contact.name ?? \"you\"}", "Hola: ${contact.name ?? \"tú\"}");
        say("a.ask_1", "Red one", "Rojo");
        say("a.ask_1", "Yes", "");
        let file = extract(&set, "es", &Taken::of(&entries), Unused::Kept);
        for line in ["Hola: ${contact.name ?? \"tú\"}", "one: un color", "other: otros", "Red one: Rojo", "\"Yes\": Sí"]
        {
            assert!(file.contains(line), "{line} is missing:\n{file}");
        }
    }

    #[test]
    fn phrases_go_through_a_po_file() {
        let first = set("locale: es\nphrases: {choose: Elige, more: Más cosas}\n");
        let po = to_po(&first, "es", &[]);
        let more = "msgctxt \"phrases#more\"\nmsgid \"More…\"\nmsgstr \"Más cosas\"\n";
        assert!(po.contains(more) && po.contains("at most 24 characters"), "{po}");
        assert!(!po.contains("phrases#back"), "Spanish has a phrase of its own for it: {po}");
        let filled = po.replace("Más cosas", "Otras").replace("\"Elige\"", "\"\"");
        let file = extract(&first, "es", &Taken::of(&po::read(&filled).unwrap()), Unused::Kept);
        assert!(file.contains("phrases:\n  choose: Elige\n  more: Otras\n"), "what is left empty stays: {file}");
        assert_eq!(to_po(&set(&file), "es", &[]), po.replace("Más cosas", "Otras"));
    }

    #[test]
    fn a_language_without_phrases_is_asked_for_all_of_them() {
        let files = [("flows/_bot.yaml", "language: en\nlanguages: {ca: []}\n"), ("flows/a.yaml", FLOW)];
        let (set, _) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        let po = to_po(&set, "ca", &[]);
        assert_eq!(po.matches("msgctxt \"phrases#").count(), Phrase::ALL.len(), "{po}");
        let filled = po.replace("msgid \"Choose\"\nmsgstr \"\"", "msgid \"Choose\"\nmsgstr \"Tria\"");
        let file = extract(&set, "ca", &Taken::of(&po::read(&filled).unwrap()), Unused::Kept);
        assert!(file.contains("phrases:\n  choose: Tria\n"), "{file}");
    }

    #[test]
    fn a_changed_text_is_fuzzy_in_the_po_file_and_not_taken() {
        let set = set("locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\n");
        let entries = po::read(&to_po(&set, "es", &fuzzy(&set, "es", &[]))).unwrap();
        let entry = entries.iter().find(|entry| entry.source == "Colour?").unwrap();
        assert!(entry.fuzzy && entry.translation == "¿Cuál?" && entry.before.as_deref() == Some("Which colour?"));
        assert_eq!(extract(&set, "es", &Taken::of(&entries), Unused::Kept), written(&set));
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
    fn what_was_translated_is_put_aside_and_taken_back() {
        let old = "locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\nb.say_4: {from: Colour?, to: {count: \"${1}\", one: uno, other: otros}}\n";
        let first = written(&set(old));
        assert!(first.contains("  from: Colour?\n  to:\n    count: ${1}\n    one: uno\n    other: otros\n"), "{first}");
        assert!(first.ends_with("unused:\n  - step: a.ask_1\n    from: Which colour?\n    to: ¿Cuál?\n"), "{first}");
        assert_eq!(written(&set(&first)), first, "it stays there");
        // The text has not changed, but is in another flow.
        let again = first.replace("from: Which colour?", "from: Pardon?\\nAgain, please.");
        let again = again.replace("    from: Pardon?\\nAgain, please.", "    from: \"Pardon?\\nAgain, please.\"");
        let back = written(&set(&again.replace("step: a.ask_1", "step: gone.say_1")));
        assert!(back.contains("¿Cuál?") && !back.contains("unused:"), "{back}");
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

    const COUNTED: &str = "flow: a\nvars: {n: 2, x: text}\nsteps:\n  - say: ${n} things in your cart\n  - say: Room ${x} is free\n  - say: You are number ${n}\n";

    fn counted(locales: &[(&str, &str)]) -> FlowSet {
        let bot = SourceFile::new("flows/_bot.yaml", "language: en\nlanguages: {es: [], pl: [], xx: []}\n");
        let mut files = vec![bot, SourceFile::new("flows/a.yaml", COUNTED)];
        files.extend(locales.iter().map(|(path, text)| SourceFile::new(*path, *text)));
        let (set, findings) = parse_set(&files);
        assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
        set
    }

    #[test]
    fn a_text_with_a_count_is_offered_in_the_languages_forms() {
        let set = counted(&[]);
        let file = written(&set);
        let offered = "  from: ${n} things in your cart\n  to:\n    count: ${n}\n    one: \"\"\n    other: \"\"\n";
        assert!(file.contains(offered), "{file}");
        assert_eq!(file.matches("count:").count(), 1, "a name and a place in a queue have no plural: {file}");
        // Empty entries count as missing and are written again.
        let again = counted(&[("locales/es.yaml", &file)]);
        assert_eq!((written(&again), progress(&again, "es").translated), (file.clone(), 0));
        // A form with a text stays while the others are empty.
        let half = file.replace("one: \"\"", "one: Una cosa");
        let again = counted(&[("locales/es.yaml", &half)]);
        assert_eq!((written(&again), progress(&again, "es").translated), (half, 0));
        // A translation without plural forms stays too.
        let plain = file.replace("to:\n    count: ${n}\n    one: \"\"\n    other: \"\"\n", "to: Cosas, ${n}\n");
        assert_eq!(written(&counted(&[("locales/es.yaml", &plain)])), plain);
        let polish = extract(&set, "pl", &Taken::nothing(), Unused::Kept);
        assert!(polish.contains("    one: \"\"\n    few: \"\"\n    many: \"\"\n    other: \"\"\n"), "{polish}");
    }

    #[test]
    fn plural_forms_go_through_a_po_file() {
        let own = "locale: en\na.say_1:\n  from: ${n} things in your cart\n  to: {count: \"${n}\", one: A thing, other: \"${n} things\"}\n";
        let set = counted(&[("locales/en.yaml", own)]);
        let po = to_po(&set, "es", &[]);
        let offered = "msgid \"A thing\"\nmsgid_plural \"${n} things in your cart\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n";
        assert!(po.contains(offered) && po.contains("Plural-Forms: nplurals=2; plural=(n != 1);\\n"), "{po}");
        let filled = po
            .replace("msgstr[0] \"\"", "msgstr[0] \"Una cosa\"")
            .replace("msgstr[1] \"\"", "msgstr[1] \"${n} cosas\"");
        let file = extract(&set, "es", &Taken::of(&po::read(&filled).unwrap()), Unused::Kept);
        assert!(file.contains("    count: ${n}\n    one: Una cosa\n    other: ${n} cosas\n"), "{file}");
        let set = counted(&[("locales/en.yaml", own), ("locales/es.yaml", &file)]);
        assert_eq!((to_po(&set, "es", &[]), progress(&set, "es").translated), (filled, 1));
        // Polish whole numbers have no `other`: it gets the text of the last form.
        let filled = to_po(&set, "pl", &[]).replace("msgstr[2] \"\"", "msgstr[2] \"${n} rzeczy\"");
        let file = extract(&set, "pl", &Taken::of(&po::read(&filled).unwrap()), Unused::Kept);
        assert!(file.contains("    many: ${n} rzeczy\n    other: ${n} rzeczy\n"), "{file}");
    }

    #[test]
    fn a_fuzzy_translation_stays_until_somebody_looks_at_it() {
        let old = set("locale: es\na.ask_1: {from: Which colour?, to: ¿Cuál?}\n");
        let first = to_po(&old, "es", &fuzzy(&old, "es", &[]));
        assert!(
            first.contains(
                "#, fuzzy\n#| msgid \"Which colour?\"\nmsgctxt \"a.ask_1\"\nmsgid \"Colour?\"\nmsgstr \"¿Cuál?\"\n"
            ),
            "{first}"
        );
        // The newly written YAML file has only a remark about the old translation.
        let new = set(&written(&old));
        let file = po::read(&first).unwrap();
        assert_eq!(to_po(&new, "es", &fuzzy(&new, "es", &file)), first);
        // Without the fuzzy mark the translation is used.
        let looked_at = po::read(&first.replace("#, fuzzy\n", "")).unwrap();
        assert!(extract(&new, "es", &Taken::of(&looked_at), Unused::Kept).contains("from: Colour?\n  to: ¿Cuál?\n"));
    }
}
