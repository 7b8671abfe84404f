//! Parses translations: `locales/es.yaml`, by step, each beside its original text.

use super::{
    language_codes::not_a_language,
    plural::{self, CATEGORIES},
    stock_phrases::Phrase,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        fix::Fix,
        place::Place,
        yaml::{self, Node, Scalar},
    },
    model::matching::fold,
    script::Scripts,
    text::{Names, Text},
};
use icu_plurals::PluralCategory;
use std::{collections::BTreeMap, ops::Bound, sync::Arc};

/// The key of unused translations.
pub const UNUSED: &str = "unused";
/// The key of the engine's own phrases.
pub const PHRASES: &str = "phrases";

/// The key of the words that start flows.
pub const WORDS: &str = "words";

/// The ending of a flow's name under `words` for words that end a run of it, instead of those that start one.
pub const STOPS: &str = ".stop_when";

/// The part between a flow's name and a number under `words`, for its second `message` trigger and those behind it:
/// `clinic.when_2`.
pub const WHEN: &str = ".when_";

/// The texts of one language.
pub struct Locale {
    pub language: String,
    /// By step id (`welcome.ask_1`); `_bot` has the texts of `defaults`.
    pub steps: BTreeMap<String, Translation>,
    /// Phrases that replace the built-in ones.
    pub phrases: BTreeMap<Phrase, String>,
    /// Translations that no flow uses now, with their step: `extract` moves them here and back.
    pub unused: Vec<(String, Wording)>,
    /// The phrases in the order of the file.
    pub phrase_order: Vec<Phrase>,
    /// By flow (`clinic`) or trigger (`clinic.when_2`), the words that start it in this language beside its own ones.
    pub words: BTreeMap<String, TriggerWords>,
    /// By flow, the words that end a run of it in this language beside those of its `stop_when`.
    pub stop_words: BTreeMap<String, TriggerWords>,
    /// All keys of the file but `locale`, in its order.
    pub keys: Vec<(String, Place)>,
    /// The place of `locale:`.
    pub place: Place,
}

/// The words of one trigger in a language; they have the same strength as the bot's own words there.
pub struct TriggerWords {
    /// The place of the flow's name.
    pub place: Place,
    /// The words as written, and folded.
    pub texts: Vec<(String, String)>,
    /// The places of the words.
    pub places: Vec<Place>,
}

/// The translations of one step.
pub struct Translation {
    /// The place of the step's name.
    pub place: Place,
    /// Original texts with their translations: the body first, then options and other texts.
    pub wordings: Vec<Wording>,
    /// The sources of options and other texts in the order of the file, also of those without a translation.
    pub order: Vec<String>,
    /// True for a text in place of `from:` and `to:`, which has a finding.
    pub is_one_text: bool,
}

/// One sentence in another language. It is used only while the flow's text equals `from`.
pub struct Wording {
    pub from: Arc<Scalar>,
    pub to: TranslatedText,
}

/// The translated text.
pub enum TranslatedText {
    One(Text),
    /// By the plural categories of the language (`one`, `few`, `other` …); missing forms are left out.
    ByNumber {
        count: Text,
        forms: Vec<(PluralCategory, Text)>,
    },
}

/// Parses one file of `locales/`. `names` gives the variables of a flow, which its translations may read too;
/// translations of a flow that is `lost` are skipped.
pub fn parse<'n>(
    root: &Node,
    scripts: &Scripts,
    names: impl Fn(&str) -> Option<&'n [String]>,
    lost: impl Fn(&str) -> bool,
    findings: &Findings,
) -> Locale {
    let language = root.get("locale").and_then(Node::text).unwrap_or_default().to_owned();
    if language.is_empty() {
        let finding =
            Diagnostic::error("E209", &root.place, "a file of translations begins with `locale:` and its language");
        findings.push(finding.help("write `locale: es` as the first line"));
    }
    let place = root.get("locale").map_or_else(|| root.place.clone(), |node| node.place.clone());
    of_its_name(&language, &place, findings);
    let mut steps = BTreeMap::new();
    let mut unused = Vec::new();
    for item in root.get(UNUSED).map_or(&[] as &[Node], Node::one_or_many) {
        // An unused translation may read variables that no longer exist.
        let reader = Reader { scripts, names: Names { own: &[], secrets: false }, findings: &Findings::default() };
        let step = item.get("step").and_then(Node::text).unwrap_or_default();
        if let (Some(from), Some(to)) = (item.get("from").and_then(Node::scalar), item.get("to")) {
            unused.extend(reader.wording(from, to).map(|wording| (step.to_owned(), wording)));
        } else {
            let finding = Diagnostic::error("E202", &item.place, "what is put aside has a `from` and a `to`");
            findings.push(finding.help("write `- {step: cart.say_1, from: …, to: …}`"));
        }
    }
    let (mut words, mut stop_words) = (BTreeMap::new(), BTreeMap::new());
    for (name, texts) in root.get(WORDS).map(|node| read_words(node, findings)).unwrap_or_default() {
        match name.strip_suffix(STOPS) {
            Some(flow) => drop(stop_words.insert(flow.to_owned(), texts)),
            None => drop(words.insert(name, texts)),
        }
    }
    let phrases = root.get(PHRASES).map(|node| read_phrases(node, findings)).unwrap_or_default();
    let phrase_order =
        keys(root.get(PHRASES)).filter_map(|(key, _)| Phrase::ALL.into_iter().find(|p| p.as_str() == key));
    let of_steps = |key: &str| !["locale", UNUSED, PHRASES, WORDS].contains(&key);
    for entry in root.map().unwrap_or_default().iter().filter(|entry| of_steps(&entry.key.text)) {
        let flow = entry.key.text.split('.').next().unwrap_or_default();
        if lost(flow) {
            continue;
        }
        let names = Names { own: names(flow).unwrap_or_default(), secrets: false };
        let reader = Reader { scripts, names, findings };
        let wordings = reader.wordings(entry.key.text.as_str(), &entry.key.place, &entry.value);
        let order = ["options", "texts"].into_iter().flat_map(|key| keys(entry.value.get(key))).map(|(text, _)| text);
        let (place, is_one_text) = (entry.key.place.clone(), entry.value.text().is_some());
        let translation = Translation { place, wordings, order: order.collect(), is_one_text };
        steps.insert(entry.key.text.clone(), translation);
    }
    let phrase_order = phrase_order.collect();
    let keys = keys(Some(root)).filter(|(key, _)| key != "locale").collect();
    Locale { language, steps, phrases, unused, phrase_order, words, stop_words, keys, place }
}

/// The keys of a map with their places, in the order of the file.
fn keys(node: Option<&Node>) -> impl Iterator<Item = (String, Place)> {
    let entries = node.and_then(Node::map).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.text.clone(), entry.key.place.clone()))
}

/// Parses `words: {opening_hours: [horario, horarios]}`.
fn read_words(node: &Node, findings: &Findings) -> BTreeMap<String, TriggerWords> {
    let Some(flows) = node.map() else {
        if !node.is_null() && !node.is_broken() {
            let message = format!("`words` names flows with what starts them, and this is {}", node.describe());
            let finding = Diagnostic::error("E201", &node.place, message);
            findings.push(finding.help("write `words: {FLOW: [word, another one]}`"));
        }
        return BTreeMap::new();
    };
    let mut all = BTreeMap::new();
    for entry in flows {
        let mut words = TriggerWords { place: entry.key.place.clone(), texts: Vec::new(), places: Vec::new() };
        for item in entry.value.one_or_many() {
            match item.text().map(str::trim).filter(|text| !text.is_empty()) {
                Some(text) => {
                    findings.extend(several_in_one(item));
                    words.texts.push((text.to_owned(), fold(text)));
                    words.places.push(item.place.clone());
                }
                None if item.text().is_some() || item.is_null() => {}
                None => {
                    let message = format!("a word is a text, and this is {}", item.describe());
                    findings.push(Diagnostic::error("E208", &item.place, message).help("write `[word, another one]`"));
                }
            }
        }
        all.insert(entry.key.text.clone(), words);
    }
    all
}

/// Reports `clinic: agendar, marcar` without brackets.
fn several_in_one(item: &Node) -> Option<Diagnostic> {
    let written = yaml::listed(item.scalar()?, 2)?;
    let message = "this is one text with a comma in it, and only who types all of it is heard";
    let fix = Fix::replace(format!("write `{written}`"), &item.place, &written).guess();
    let help = format!("for several words write `{written}`; one with a comma stands in quotes");
    Some(Diagnostic::warning("W422", &item.place, message).help(help).fix(fix))
}

/// Parses `phrases: {choose: Elige, more: Más…}`.
fn read_phrases(node: &Node, findings: &Findings) -> BTreeMap<Phrase, String> {
    let mut fields = Fields::new(node, "`phrases`", findings);
    let mut all = BTreeMap::new();
    for phrase in Phrase::ALL {
        let Some(text) = fields.opt_text(phrase.as_str()) else { continue };
        let Some(node) = fields.node(phrase.as_str()) else { continue };
        let length = text.chars().count();
        if text.contains("${") {
            let finding = Diagnostic::error("E208", &node.place, "a phrase is said as it stands: nothing is filled in");
            findings.push(finding.help("take `${ }` out"));
        } else if let Some(max) = phrase.chars_max().filter(|max| length > *max) {
            let message = format!("`{}` has at most {max} characters, and this has {length}", phrase.as_str());
            findings.push(Diagnostic::error("E703", &node.place, message).help("shorten it"));
        } else if !text.trim().is_empty() {
            all.insert(phrase, text.trim().to_owned());
        }
    }
    fields.finish();
    all
}

/// Checks that `locales/en.yaml` contains `locale: en`: otherwise `extract` would write another file, or overwrite this
/// one.
fn of_its_name(language: &str, place: &Place, findings: &Findings) {
    let stem = place.file().stem();
    let plain = |name: &str| name.replace('-', "_").to_lowercase();
    if language.is_empty() {
        return;
    }
    if plain(language) == plain(stem) {
        // `english` in `english.yaml`
        if let Some(finding) = not_a_language(language, place) {
            findings.push(finding);
        }
        return;
    }
    let is_code = |name: &str| not_a_language(name, place).is_none();
    let message = format!("the file is called `{stem}.yaml` and says `locale: {language}`");
    let help = match (is_code(stem), is_code(language)) {
        (true, false) => format!("write `locale: {stem}`"),
        (false, true) => format!("call the file `{language}.yaml`"),
        _ => format!("write `locale: {stem}`, or call the file `{language}.yaml`"),
    };
    findings.push(Diagnostic::error("E209", place, message).help(help));
}

impl Locale {
    /// The translation of a sentence of this step, if it is complete and not outdated.
    pub fn find(&self, step: &str, source: &str) -> Option<&TranslatedText> {
        let of_bot = || self.steps.get("_bot").and_then(|bot| bot.find(source));
        self.wording(step, source).or_else(of_bot).map(|wording| &wording.to).filter(|form| form.is_whole())
    }

    /// The translation of a text: of its step, else of another step of its flow, because the numbers in ids change when
    /// a step is added or removed.
    pub fn wording(&self, step: &str, source: &str) -> Option<&Wording> {
        let others = || self.of_flow(step).find_map(|(_, other)| other.find(source));
        self.steps.get(step).and_then(|own| own.find(source)).or_else(others)
    }

    /// The translations of the flow of this step.
    fn of_flow(&self, step: &str) -> impl Iterator<Item = (&String, &Translation)> {
        let flow = format!("{}.", flow_of(step));
        let from = (Bound::Included(flow.as_str()), Bound::Unbounded);
        let steps: Vec<_> = self.steps.range::<str, _>(from).take_while(|(id, _)| id.starts_with(&flow)).collect();
        steps.into_iter()
    }

    /// The plural category of a number in this language.
    pub fn category(&self, number: f64) -> PluralCategory {
        plural::category(&self.language, number)
    }
}

impl TranslatedText {
    /// True if there is a text for every number: a category without its own form uses `other`.
    pub fn is_whole(&self) -> bool {
        match self {
            TranslatedText::One(_) => true,
            TranslatedText::ByNumber { forms, .. } => {
                forms.iter().any(|(category, _)| *category == PluralCategory::Other)
            }
        }
    }

    /// All texts of the form.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            TranslatedText::One(text) => vec![text],
            TranslatedText::ByNumber { forms, .. } => forms.iter().map(|(_, text)| text).collect(),
        }
    }
}

impl Translation {
    pub fn find(&self, source: &str) -> Option<&Wording> {
        self.wordings.iter().find(|wording| same(&wording.from.text, source))
    }
}

/// The flow of a step: `cart` for `cart.say_1`.
pub fn flow_of(step: &str) -> &str {
    step.split_once('.').map_or(step, |(flow, _)| flow)
}

/// True if the texts are equal without blanks at their ends: `|` adds a line end that a plain scalar does not have.
pub fn same(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}

/// The language and its fallbacks: as declared in `languages`, and `pt` for `pt_BR`.
pub fn fallbacks<'a>(language: &'a str, declared: &'a BTreeMap<String, Vec<String>>) -> impl Iterator<Item = &'a str> {
    let named = declared.get(language).into_iter().flatten().map(String::as_str);
    let stem = language.split(['_', '-']).next().filter(|stem| *stem != language);
    std::iter::once(language).chain(named).chain(stem)
}

struct Reader<'a> {
    scripts: &'a Scripts,
    names: Names<'a>,
    findings: &'a Findings,
}

impl Reader<'_> {
    fn wordings(&self, step: &str, place: &Place, node: &Node) -> Vec<Wording> {
        if let Some(text) = node.text().filter(|text| !text.trim().is_empty() && !node.is_broken()) {
            let message = format!("`{step}` has a translation with its source, and this is one text");
            let finding = Diagnostic::error("E201", &node.place, message);
            let help = format!("write below it `from:` with the text of the flow, and `to: {}`", yaml::quoted(text));
            self.findings.push(finding.help(help));
            return Vec::new();
        }
        let mut fields = Fields::new(node, format!("`{step}`"), self.findings).at(place);
        let mut all = Vec::new();
        let (from, to) = (fields.node("from"), fields.node("to"));
        match (from.and_then(Node::scalar), to) {
            (Some(from), Some(to)) => all.extend(self.wording(from, to)),
            (Some(from), None) => {
                let finding = Diagnostic::error("E202", &from.place, format!("`{step}` has no `to`"));
                self.findings.push(finding.help("write the translation under `to`, or leave it empty: `to: \"\"`"));
            }
            (None, Some(to)) => {
                let finding = Diagnostic::error("E202", &to.place, format!("`{step}` has no `from`"));
                self.findings.push(finding.help("write the text that was translated: an outdated one is not used"));
            }
            (None, None) => {}
        }
        for entry in fields.map("options").iter().chain(fields.map("texts")) {
            all.extend(self.wording(&entry.key, &entry.value));
        }
        fields.finish();
        all
    }

    /// `None` while nothing is translated: the value, or each of its forms, is empty.
    fn wording(&self, from: &Arc<Scalar>, to: &Node) -> Option<Wording> {
        let text = |scalar: &Arc<Scalar>| Text::parse(scalar, self.scripts, &self.names, self.findings);
        if let Some(scalar) = to.scalar() {
            let to = TranslatedText::One(text(scalar));
            return (!scalar.text.trim().is_empty()).then(|| Wording { from: from.clone(), to });
        }
        if let Some(finding) = cut_at_colon(to) {
            let to = TranslatedText::One(Text::plain(to.place.text(), &to.place));
            self.findings.push(finding);
            return Some(Wording { from: from.clone(), to });
        }
        let mut fields = Fields::new(to, "a translation by number", self.findings);
        let count = fields.required("count");
        self.findings.extend(count.and_then(plural::never_counted));
        let count = count.and_then(Node::scalar).map(text);
        let mut forms = Vec::new();
        for (name, category) in CATEGORIES {
            if let Some(scalar) = fields.node(name).and_then(Node::scalar).filter(|form| !form.text.trim().is_empty()) {
                forms.push((category, text(scalar)));
            }
        }
        fields.required("other");
        fields.finish();
        let count = count.filter(|_| !forms.is_empty())?;
        Some(Wording { from: from.clone(), to: TranslatedText::ByNumber { count, forms } })
    }
}

/// A text such as `Rojo: claro` on its own line, which YAML reads as a key and a value.
fn cut_at_colon(to: &Node) -> Option<Diagnostic> {
    let [entry] = to.map()? else { return None };
    let (key, value) = (entry.key.text.as_str(), entry.value.text()?);
    if key == "count" || CATEGORIES.iter().any(|(name, _)| *name == key) {
        return None;
    }
    let whole = yaml::quoted(&format!("{key}: {value}"));
    let fix = Fix::replace(format!("write {whole}"), &to.place, &whole).guess();
    let finding = Diagnostic::error("E108", &to.place, "a text with `: ` needs quotes");
    Some(finding.help(format!("write {whole}")).fix(fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stem_of_a_language_comes_last() {
        let declared = BTreeMap::from([("es_MX".to_owned(), vec!["es_ES".to_owned()])]);
        assert_eq!(fallbacks("es_MX", &declared).collect::<Vec<_>>(), ["es_MX", "es_ES", "es"]);
        assert_eq!(fallbacks("fr", &declared).collect::<Vec<_>>(), ["fr"]);
    }
}
