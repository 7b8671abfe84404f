//! Checks translations that are missing, older than their text, or use other variables.
//!
//! All findings are warnings (language.md 9), because the original text is used instead.

mod templates;
mod words;

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::{BUTTON_TITLE_CHARS_MAX, ROW_TITLE_CHARS_MAX},
        place::Place,
        yaml::{self, Style},
    },
    definition::{Flow, Node, Role, Sentence},
    load::{
        locale::{Locale, TranslatedText, Wording, fallbacks, flow_of, same},
        spec::VIEWS,
    },
    model::{
        consent_words::{Word, recognise},
        matching::fold,
    },
    script::view,
    steps::{Step, ask::WrittenOption},
    text::Text,
};
use std::collections::{BTreeMap, BTreeSet};

pub fn check(set: &FlowSet, findings: &Findings) {
    let steps: BTreeMap<&str, &Node> = nodes(set).map(|node| (node.id.as_str(), node)).collect();
    for locale in set.locales.values().filter(|locale| !locale.language.is_empty()) {
        written(set, locale, &steps, findings);
    }
    for language in set.bot.languages.keys().filter(|language| **language != set.bot.language) {
        missing(set, language, findings);
    }
    words::check(set, findings);
    templates::check(set, findings);
}

fn nodes(set: &FlowSet) -> impl Iterator<Item = &Node> {
    set.every_flow().flat_map(|flow| &flow.nodes)
}

/// Checks each translation against its step, or else against the other steps of its flow: the numbers in ids change
/// when a step is added or removed, and the translation is still used.
fn written(set: &FlowSet, locale: &Locale, steps: &BTreeMap<&str, &Node>, findings: &Findings) {
    let mut outdated: BTreeMap<&str, Vec<Old<'_>>> = BTreeMap::new();
    for (id, translation) in &locale.steps {
        let elsewhere = |wording: &Wording| {
            let nodes = set.every_flow().filter(|flow| flow.name.as_str() == flow_of(id)).flat_map(|flow| &flow.nodes);
            let mut sentences = nodes.flat_map(|node| &node.outline.sentences);
            sentences.find(|sentence| same(sentence.text.source(), &wording.from.text))
        };
        let defaults: Vec<Sentence>;
        let sentences: &[Sentence] = match steps.get(id.as_str()) {
            Some(node) => &node.outline.sentences,
            None if id == DEFAULTS => {
                defaults = of_defaults(set);
                &defaults
            }
            None if !translation.wordings.is_empty() && translation.wordings.iter().all(|w| elsewhere(w).is_some()) => {
                &[]
            }
            // A step of the flow cannot be parsed; it may be this one.
            None if has_unread_steps(set, flow_of(id)) => continue,
            None => {
                let finding = Diagnostic::warning("W902", &translation.place, format!("there is no step `{id}`"));
                // Numbers in ids are not typing errors, and a step with a translation needs no second one.
                let stem = |id: &str| id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned();
                let open = steps.keys().copied().filter(|known| !locale.steps.contains_key(*known));
                let near = open.filter(|known| stem(known) != stem(id));
                findings.push(
                    finding.help("`transom i18n extract` puts it aside: nothing says this any more").meant(id, near),
                );
                continue;
            }
        };
        told_apart(sentences, translation.wordings.iter(), findings);
        let mut old = Vec::new();
        for wording in &translation.wordings {
            let own = sentences.iter().find(|sentence| same(sentence.text.source(), &wording.from.text));
            match own.or_else(|| elsewhere(wording)) {
                Some(sentence) => {
                    same_variables(&sentence.text, wording, findings);
                    if let Some(node) = steps.get(id.as_str()).filter(|_| sentence.role == Role::Option) {
                        title_fits(node, sentence, wording, findings);
                        stops(set, node, sentence, wording, findings);
                    }
                }
                // A translation that cannot be read may have cut off the end of its source: it has a finding.
                None if wording.to.texts().iter().any(|text| text.style() == Style::Broken) => {}
                // A slip in the text has a finding, and when it is mended the translation is used again.
                None if sentences.iter().any(|sentence| has_a_slip(set, &sentence.text)) => {}
                None => old.push(wording),
            }
        }
        if let [first, rest @ ..] = old.as_slice() {
            let now = sentences.iter().find(|sentence| sentence.role == Role::Body);
            let now = now.map(|sentence| sentence.text.place().clone());
            let flow = id.split('.').next().unwrap_or_default();
            outdated.entry(flow).or_default().push(Old { id, first, more: rest.len(), now });
        }
    }
    outdated.iter().for_each(|(flow, old)| findings.push(no_longer_said(flow, old)));
}

/// True if an expression of the text cannot be read, or reads a field that no contact has.
fn has_a_slip(set: &FlowSet, text: &Text) -> bool {
    let written = text.source().replace("$${", "").matches("${").count();
    let unknown = |name: &str| {
        let own = VIEWS.iter().filter(|view| view.name == "contact").flat_map(|view| view.parts);
        !set.bot.fields.iter().any(|field| field.name == name) && !own.into_iter().any(|(part, _)| *part == name)
    };
    let mut properties = text.codes().flat_map(|code| &code.uses().properties);
    text.style() == Style::Broken
        || text.codes().count() < written
        || properties.any(|(root, name, _)| root == "contact" && unknown(name))
}

fn has_unread_steps(set: &FlowSet, flow: &str) -> bool {
    let flow = set.every_flow().find(|known| known.name.as_str() == flow);
    flow.is_some_and(|flow| flow.nodes.iter().any(|node| node.outline.verb.is_empty()))
}

/// A step with translations of texts that it no longer has.
struct Old<'l> {
    id: &'l str,
    first: &'l Wording,
    /// The number of its further outdated texts.
    more: usize,
    now: Option<Place>,
}

/// One finding for each flow, because a new step changes the numbers of all steps behind it.
fn no_longer_said(flow: &str, old: &[Old<'_>]) -> Diagnostic {
    let first = old.iter().min_by_key(|old| old.first.from.place.range().start).unwrap_or(&old[0]);
    let id = first.id;
    let message = match (old.len(), first.more) {
        (1, 0) => format!("`{id}` no longer says this: the translation is not used"),
        (1, more) => format!("`{id}` no longer says this, nor {more} more of its texts: the translations are not used"),
        (steps, _) => {
            let others = steps - 1;
            let others = if others == 1 { "does 1 other step".to_owned() } else { format!("do {others} other steps") };
            format!("`{id}` no longer says this, nor {others} of `{flow}` say what was translated")
        }
    };
    let finding = Diagnostic::warning("W901", &first.first.from.place, message);
    let finding = match &first.now {
        Some(now) => finding.label(now, "it says this now"),
        None => finding,
    };
    finding.help("let `transom i18n extract` put the translations where their texts stand now, and correct the rest")
}

/// Checks that a translation uses the same variables; their order may differ.
fn same_variables(source: &Text, wording: &Wording, findings: &Findings) {
    let expected = variables(source);
    let texts = wording.to.texts();
    for text in &texts {
        // An expression that cannot be parsed has a finding.
        if text.source().matches("${").count() > text.codes().count() + text.source().matches("$${").count() {
            continue;
        }
        let found = variables(text);
        // One of several plural forms may leave the number out: `one: A bike is ready`.
        // `{n}` for `${n}` has a finding of its own.
        let in_braces = |name: &&String| {
            let written = format!("{{{name}");
            text.source().match_indices(&written).any(|(at, _)| {
                let (before, behind) = (&text.source()[..at], &text.source()[at + written.len()..]);
                !before.ends_with('$') && behind.starts_with(['}', '.'])
            })
        };
        let missing: Vec<&String> = match &wording.to {
            TranslatedText::One(_) => expected.difference(&found).filter(|name| !in_braces(name)).collect(),
            TranslatedText::ByNumber { .. } => Vec::new(),
        };
        let added: Vec<&String> = found.difference(&expected).collect();
        let (what, names) = match (missing.as_slice(), added.as_slice()) {
            ([], []) => continue,
            ([], added) => ("reads, and its source does not", added),
            (missing, _) => ("does not read, and its source does", missing),
        };
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("this translation {what}: {}", names.join(", "));
        let finding = Diagnostic::warning("W903", text.place(), message).label(source.place(), "the source");
        let values: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
        findings.push(finding.help(match values.as_slice() {
            [] => "take it out: the source reads no values".to_owned(),
            values => format!("read the same values as the source: {}", values.join(", ")),
        }));
    }
}

/// Checks the length of a translated title: translations are often longer, and a title that does not fit is cut.
fn title_fits(node: &Node, sentence: &Sentence, wording: &Wording, findings: &Findings) {
    let (what, max) = match node.outline.verb {
        "say" => ("a button", BUTTON_TITLE_CHARS_MAX),
        _ => ("an option", ROW_TITLE_CHARS_MAX),
    };
    let options = node.outline.yaml.get("options");
    let items = options.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter();
    let mut described =
        items.chain(options.and_then(|options| options.get("also"))).filter_map(|item| item.get("desc"));
    // A description may be longer, and a text that is too long in the original language has a finding there.
    if sentence.text.fixed_chars() > max || described.any(|desc| desc.place == *sentence.text.place()) {
        return;
    }
    for text in wording.to.texts().into_iter().filter(|text| text.fixed_chars() > max) {
        let length = text.fixed_chars();
        let message = format!("{what} has a title of at most {max} characters, and this translation has {length}");
        let finding = Diagnostic::warning("W907", text.place(), message).label(sentence.text.place(), "the source");
        findings.push(finding.help("shorten it: what is too long is cut"));
    }
}

/// Reports the title of an option that is an opt-out word in this language: who types it is opted out.
fn stops(set: &FlowSet, node: &Node, sentence: &Sentence, wording: &Wording, findings: &Findings) {
    let Step::Ask(ask) = &node.step else { return };
    let own = set.bot.opt_out.extra_words();
    let is_stop = |title: &str| recognise(title, &own) == Some(Word::Stop);
    let chosen = |option: &&WrittenOption| same(option.title.source(), sentence.text.source());
    let tells = ask.options.iter().find(chosen).is_none_or(|option| !option.consent.is_empty());
    // The original title has a finding in the flow.
    if tells || sentence.text.as_plain().is_some_and(is_stop) {
        return;
    }
    for text in wording.to.texts() {
        let Some(title) = text.as_plain().filter(|title| is_stop(title)) else { continue };
        let message = format!("whoever types `{title}` wants no messages any more: that counts before every question");
        let finding = Diagnostic::warning("W418", text.place(), message).label(sentence.text.place(), "the source");
        findings.push(finding.help("call the option something else in this language"));
    }
}

/// Reports two options with the same title: a contact who types it cannot say which one is meant.
fn told_apart<'l>(sentences: &[Sentence], wordings: impl Iterator<Item = &'l Wording>, findings: &Findings) {
    let mut known: BTreeMap<String, &Wording> = BTreeMap::new();
    for wording in wordings {
        let option =
            |sentence: &&Sentence| sentence.role == Role::Option && same(sentence.text.source(), &wording.from.text);
        let TranslatedText::One(text) = &wording.to else { continue };
        let Some(title) = text.as_plain().filter(|_| sentences.iter().any(|sentence| option(&sentence))) else {
            continue;
        };
        let Some(other) = known.insert(fold(title), wording) else { continue };
        if other.from.text == wording.from.text {
            continue;
        }
        let message = format!("`{}` and `{}` are both `{title}` here", other.from.text, wording.from.text);
        let finding = Diagnostic::warning("W910", text.place(), message);
        let first = other.to.texts().first().map(|text| text.place().clone());
        let finding = first.into_iter().fold(finding, |finding, place| finding.label(&place, "the other one"));
        findings.push(finding.help("give each option a title of its own"));
    }
}

/// The variables that a text reads, and the keys of views: `contact.first_name`.
fn variables(text: &Text) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for uses in text.codes().map(|code| code.uses()) {
        let parts = uses.properties.iter().filter(|(root, ..)| view(root).is_some());
        let parts: BTreeSet<(&str, String)> =
            parts.map(|(root, part, _)| (root.as_str(), format!("{root}.{part}"))).collect();
        all.extend(uses.names.iter().filter(|name| !parts.iter().any(|(root, _)| root == name)).cloned());
        all.extend(parts.into_iter().map(|(_, part)| part));
    }
    all
}

/// Reports missing translations: one finding for each flow and language, and one for a language without a file.
fn missing(set: &FlowSet, language: &str, findings: &Findings) {
    // Texts that are missing in `es` for `es_MX: [es]` are reported for `es`.
    if set.stand_in(language).is_some() {
        return;
    }
    let covered: Vec<&str> =
        fallbacks(language, &set.bot.languages).take_while(|covered| *covered != set.bot.language).collect();
    if !covered.iter().any(|wanted| set.locales.contains_key(*wanted)) {
        let message = format!("`{language}` is among the languages, and there is no `locales/{language}.yaml`");
        let finding = Diagnostic::warning("W904", set.bot.named_at("languages", language), message);
        findings.push(finding.help(format!("run `transom i18n extract {language}`, and translate what it writes")));
        return;
    }
    for flow in set.every_flow() {
        let open = open(set, flow, language);
        let Some(first) = open.first() else { continue };
        let steps: BTreeSet<&str> = open.iter().map(|(id, _)| *id).collect();
        let sentences = flow.nodes.iter().map(|node| node.outline.sentences.len());
        let total = sentences.sum::<usize>() + default_texts(set, flow).count();
        let message =
            format!("{} of {total} texts of `{}` have no translation into `{language}`", open.len(), flow.name);
        let listed: Vec<String> = steps.iter().take(LISTED_MAX).map(|id| format!("`{id}`")).collect();
        let listed = match steps.len().saturating_sub(LISTED_MAX) {
            0 => listed.join(", "),
            more => format!("{} and {more} more", listed.join(", ")),
        };
        // `extract` has written the entries, but they are still empty.
        let written = set.locales.get(language).filter(|locale| steps.iter().all(|id| locale.steps.contains_key(*id)));
        let source = first.1.place();
        findings.push(match written.and_then(|locale| locale.steps.get(first.0)) {
            // The author writes here, and not in the flow.
            Some(entry) => Diagnostic::warning("W904", &entry.place, message)
                .label(source, "the text")
                .help(format!("write them in `{}`: {listed}", entry.place.path())),
            None => Diagnostic::warning("W904", source, message)
                .help(format!("`transom i18n extract {language}` adds what is missing: {listed}")),
        });
    }
}

/// The maximum number of steps in one finding.
const LISTED_MAX: usize = 5;

/// The sentences of a flow without a translation.
fn open<'a>(set: &'a FlowSet, flow: &'a Flow, language: &str) -> Vec<(&'a str, &'a Text)> {
    let sentences = flow.nodes.iter().flat_map(|node| node.outline.sentences.iter().map(move |s| (node, &s.text)));
    let open = sentences.filter(|(node, text)| !set.is_translated(language, node.id.as_str(), text.source()));
    // A changed text has a finding at its old translation.
    let open = open.filter(|(node, _)| !outdated_in(set, language, node));
    let open = open.map(|(node, text)| (node.id.as_str(), text));
    let defaults = default_texts(set, flow).map(|text| (DEFAULTS, text));
    let defaults = defaults.filter(|(id, text)| !set.is_translated(language, id, text.source()));
    // A text such as `${item.name}` has no words.
    open.chain(defaults).filter(|(_, text)| text.fixed_chars() > 0).collect()
}

/// True if the step has a translation of a text that it no longer has.
fn outdated_in(set: &FlowSet, language: &str, node: &Node) -> bool {
    let step = set.locales.get(language).and_then(|locale| locale.steps.get(node.id.as_str()));
    step.is_some_and(|step| {
        let flows = set.every_flow().filter(|flow| flow.name.as_str() == flow_of(node.id.as_str()));
        let sentences: Vec<&Sentence> = flows.flat_map(|flow| &flow.nodes).flat_map(|n| &n.outline.sentences).collect();
        let says = |from: &str| sentences.iter().any(|sentence| same(sentence.text.source(), from));
        step.is_one_text || step.wordings.iter().any(|wording| !says(&wording.from.text))
    })
}

/// The key of the texts of `_bot.yaml` in a file of translations.
const DEFAULTS: &str = "_bot";

/// The texts of `_bot.yaml` that are not in steps.
pub fn of_defaults(set: &FlowSet) -> Vec<Sentence> {
    let texts = default_texts(set, &set.bot.flow);
    texts.map(|text| Sentence { role: Role::Other, text: text.clone() }).collect()
}

/// As `of_defaults`; none for the flows of files.
fn default_texts<'s>(set: &'s FlowSet, flow: &Flow) -> impl Iterator<Item = &'s Text> {
    let of_bot = std::ptr::eq(flow, &set.bot.flow);
    let (defaults, replies) = (&set.bot.defaults, set.bot.replies.values());
    let texts =
        [&defaults.ask_invalid, &defaults.ask_unclear, &defaults.old_button].into_iter().flatten().chain(replies);
    texts.filter(move |_| of_bot)
}
