//! Reports a text that tells people to write a word which nothing hears: a translation where *write MENU* became *escribe
//! CARTA* and the trigger is still `menu`, and a text of the bot itself whose word starts no flow.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
    },
    definition::{Flow, Role},
    load::locale::{Locale, STOPS, fallbacks},
    model::{
        answer::is_yes_or_no,
        consent_words::recognise,
        matching::{fold, has_word},
    },
    triggers::{Trigger, message::MatchMode},
};
use regex::Regex;
use std::sync::LazyLock;

pub fn check(set: &FlowSet, findings: &Findings) {
    own_texts(set, findings);
    for locale in set.locales.values().filter(|locale| !locale.language.is_empty()) {
        for wording in locale.steps.values().flat_map(|step| &step.wordings) {
            // A word that is no keyword in the original text is only a name or an emphasis.
            let source: Vec<String> = promised(&wording.from.text);
            let promises: Vec<Promise<'_>> = source
                .iter()
                .filter_map(|word| match hearing(set, word, &set.bot.language) {
                    WordReceiver::Flow(key) => Some((word, Some(key))),
                    WordReceiver::Bot => Some((word, None)),
                    WordReceiver::Nobody => None,
                })
                .collect();
            if promises.is_empty() {
                continue;
            }
            for text in wording.to.texts() {
                let said = promised(text.source());
                let is_heard = |word: &&String| !matches!(hearing(set, word, &locale.language), WordReceiver::Nobody);
                let Some(at) = said.iter().position(|word| !is_heard(&word)) else { continue };
                if said.iter().filter(is_heard).count() >= promises.len() {
                    continue;
                }
                // If both texts have the same number of words, each one corresponds to the one at the same position.
                let meant = if said.len() == promises.len() { at } else { 0 };
                let key = promises.get(meant).and_then(|(_, key)| key.as_deref());
                findings.push(unkept(locale, text.place(), &said[at], key, &promises));
            }
        }
    }
}

/// Reports words of the bot's own texts that no flow hears. Where a flow takes any message, or a model finds what one
/// means, every word is heard.
fn own_texts(set: &FlowSet, findings: &Findings) {
    let takes_all = |trigger: &Trigger| matches!(trigger, Trigger::AnyMessage(_) | Trigger::Meaning(_));
    let has_agent = |flow: &Flow| flow.nodes.iter().any(|node| node.outline.verb == "agent");
    let is_heard_anyway = |flow: &Flow| has_agent(flow) || flow.triggers.iter().any(|trigger| takes_all(&trigger.kind));
    if set.flows.values().any(|flow| is_heard_anyway(flow)) {
        return;
    }
    for flow in set.flows.values() {
        // The answers to a question are its own affair.
        for node in flow.nodes.iter().filter(|node| node.outline.verb == "say") {
            for sentence in node.outline.sentences.iter().filter(|sentence| sentence.role == Role::Body) {
                let text = sentence.text.source();
                let unheard = asked_for(text).into_iter().find(|word| {
                    matches!(hearing(set, word, &set.bot.language), WordReceiver::Nobody)
                        && !is_yes_or_no(word)
                        && !stands_elsewhere(flow, text, word)
                });
                if let Some(word) = unheard {
                    let message = format!("`{word}` starts no flow: nothing hears it");
                    let help = format!(
                        "write `when: [{{message: {}}}]` in the flow that it is meant for, or take the word out",
                        word.to_lowercase()
                    );
                    findings.push(Diagnostic::warning("W914", sentence.text.place(), message).help(help));
                }
            }
        }
    }
}

/// True if the file of the flow has the word outside of this text: an option, a condition, a case of a `switch`.
fn stands_elsewhere(flow: &Flow, text: &str, word: &str) -> bool {
    let count = |text: &str| {
        let word = fold(word);
        let text = fold(text);
        text.match_indices(word.as_str()).count()
    };
    count(flow.place.file().text()) > count(text)
}

/// The words that a text asks people to write: marked ones behind a verb such as *write* or *escribe*.
fn asked_for(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ASKING.find_iter(text) {
        let mut rest = text[start.end()..].trim_start();
        let mut all = Vec::new();
        loop {
            if let Some(marked) = MARKED.captures(rest) {
                let word = marked.iter().skip(1).flatten().next().map_or("", |word| word.as_str());
                all.push(word.to_owned());
                rest = rest[marked[0].len()..].trim_start_matches([',', ' ']);
            } else if let Some(small) = BETWEEN.find(rest) {
                rest = rest[small.end()..].trim_start();
            } else {
                break;
            }
        }
        found.extend(all.into_iter().filter(|word| word.split_whitespace().count() <= WORDS_MAX));
    }
    found
}

/// Verbs by which a text asks for a word, in the six languages of answers, at the beginning of a clause: `the room type
/// *Double*` asks for nothing, nor does a wish for a file.
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    let verbs = r"(?ix) (?: ^ | [.!?:,;\n(–—-] \s* | \b (?: or | and | to | please | just | then | you\ can | o | y | para
            | puede | puedes | ou | e | pode | et | pour | oder | und | bitte | per | puoi | può ) \s+ )
        (?: write | type | reply | respond
        | escrib(?: a | e | ir ) (?: nos )? | respond[ea] | responder | tecle[ae]
        | escrev(?: a | e | er ) | digit[ea] | digitar
        | écri(?: s | vez | re ) | tape[zr]? | répond(?: s | ez | re )
        | schreib(?: e | en\ Sie )? | tipp(?: e | en\ Sie )? | antworte (?: n\ Sie )?
        | scriv(?: i | a | ere ) | digiti | rispond(?: i | a | ere ) ) \b";
    Regex::new(verbs).expect("the pattern is right")
});

/// A marked word at the beginning: in `*bold*`, in quotes, or in capitals.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    let marked =
        r#"^(?:\*([\p{L} ]+)\*|“([\p{L} ]+)”|«\s?([\p{L} ]+?)\s?»|"([\p{L} ]+)"|„([\p{L} ]+)“|(\p{Lu}{3,})\b)"#;
    Regex::new(marked).expect("the pattern is right")
});

/// Words that may stand between the verb and the word that is meant, and between two such words.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?ix) ^ (?: the | word | just | only | back | with | or | and
        | la | el | palabra | solo | sólo | simplemente | con | o | u | y
        | a | palavra | só | apenas | com | ou | e
        | le | mot | simplement | juste | avec | et
        | das | Wort | nur | einfach | mit | oder | und
        | il | parola | solamente ) \b";
    Regex::new(words).expect("the pattern is right")
});

/// A word that the source tells people to write, and the key under `words` that it belongs to; `None`: it is the
/// engine's own.
type Promise<'s> = (&'s String, Option<String>);

fn unkept(locale: &Locale, place: &Place, word: &str, key: Option<&str>, promises: &[Promise<'_>]) -> Diagnostic {
    let language = &locale.language;
    let does = if key.is_some_and(|key| key.ends_with(STOPS)) { "ends" } else { "starts" };
    let message = format!("`{word}` {does} no flow: nothing hears it from those who read `{language}`");
    let finding = Diagnostic::warning("W914", place, message);
    let key = key.or_else(|| promises.iter().find_map(|(_, key)| key.as_deref())).unwrap_or("FLOW");
    let said: Vec<String> = promises.iter().map(|(word, _)| format!("`{word}`")).collect();
    // The words that stand there already go on being heard.
    let there = match key.strip_suffix(STOPS) {
        Some(flow) => locale.stop_words.get(flow),
        None => locale.words.get(key),
    };
    let known = there.into_iter().flat_map(|words| &words.texts).map(|(text, _)| text.as_str());
    let small = word.to_lowercase();
    let words: Vec<&str> = known.chain([small.as_str()]).collect();
    finding.help(format!(
        "write `words: {{{key}: [{}]}}` in `{}`, or leave the word as it is: {}",
        words.join(", "),
        locale.place.path(),
        said.join(", ")
    ))
}

/// The receiver of a word that somebody types.
enum WordReceiver {
    /// The key of its words in a file of translations: the flow, or what ends it.
    Flow(String),
    /// The engine itself: an opt-out or opt-in word.
    Bot,
    Nobody,
}

fn hearing(set: &FlowSet, word: &str, language: &str) -> WordReceiver {
    let said = fold(word);
    let extra = set.bot.opt_out.extra_words();
    if recognise(word, &extra).is_some() {
        return WordReceiver::Bot;
    }
    let reads = |of: &str| fallbacks(language, &set.bot.languages).any(|known| known == of);
    let fits = |how: MatchMode, text: &str| match how {
        MatchMode::Exact => said == text,
        MatchMode::Regex => false,
        MatchMode::Word | MatchMode::Starts | MatchMode::Contains | MatchMode::Like => has_word(&said, text),
    };
    for flow in set.flows.values() {
        let name = || flow.name.to_string();
        let starts = flow.triggers.iter().map(|trigger| (trigger, flow.words_key(trigger).unwrap_or_else(name)));
        let stops = flow.stop_when.iter().map(|trigger| (trigger, format!("{}{STOPS}", flow.name)));
        for (trigger, key) in starts.chain(stops) {
            let Trigger::Message(message) = &trigger.kind else { continue };
            if message.language.as_deref().is_some_and(|of| !reads(of)) {
                continue;
            }
            let own = message.texts.iter().any(|(_, text)| fits(message.how, text));
            let pattern = message.patterns.iter().any(|pattern| pattern.regex.is_match(word.trim()));
            let translated = || {
                let words = set.words_of(flow, trigger).chain(set.stop_words_of(flow, trigger));
                let words = words.filter(|(of, _)| reads(of));
                words.flat_map(|(_, words)| &words.texts).any(|(_, text)| fits(message.how, text))
            };
            if own || pattern || translated() {
                return WordReceiver::Flow(key);
            }
        }
    }
    WordReceiver::Nobody
}

/// The words that a text marks: in `*bold*`, in quotes, or in capitals. A sentence in quotes does not count.
fn promised(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        // A value is not a word, and WhatsApp shows no bold text with blanks inside the marks.
        if word.contains("${") || word.trim() != word {
            return;
        }
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let known = found.iter().any(|known| fold(known) == fold(word));
        if !known && !word.is_empty() && word.split_whitespace().count() <= WORDS_MAX {
            found.push(word.to_owned());
        }
    };
    for (open, close) in [('*', '*'), ('“', '”'), ('«', '»'), ('"', '"'), ('„', '“'), ('‘', '’')] {
        let mut rest = text;
        while let Some((_, behind)) = rest.split_once(open) {
            let Some((inner, after)) = behind.split_once(close) else { break };
            add(inner);
            rest = after;
        }
    }
    let is_capital = |word: &&str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= CAPITALS_MIN
            && word.chars().all(char::is_alphabetic)
            && **word == word.to_uppercase()
            && **word != word.to_lowercase()
    };
    text.split(|c: char| !c.is_alphanumeric()).filter(is_capital).for_each(&mut add);
    found
}

/// The maximum number of words of a keyword.
const WORDS_MAX: usize = 3;
/// Fewer capitals are an abbreviation: `OK`, `TV`.
const CAPITALS_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_behind_a_verb_of_writing_is_asked_for() {
        assert_eq!(asked_for("Write *menu* or *opening hours* at any time."), ["menu", "opening hours"]);
        assert_eq!(asked_for("Escriba la palabra «ayuda» o *recepción*."), ["ayuda", "recepción"]);
        assert_eq!(asked_for("Schreiben Sie MENU, tippe nur \"Hilfe\""), ["MENU", "Hilfe"]);
        for none in [
            "Write to *Ana*.",
            "*Important*: we open at nine.",
            "Reply by *Friday 9:00*.",
            "I write *menu*less",
            "Room type *Double*",
            "Send *photos* of it.",
        ] {
            assert_eq!(asked_for(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn words_that_stand_out_are_promises() {
        assert_eq!(promised("Write *menu* or “open hours”, or STOP. OK?"), ["menu", "open hours", "STOP"]);
        assert_eq!(promised("Escribe «menú», *${word}* o MENÚ"), ["menú"]);
        assert!(promised("Nothing stands out here, 3 * 4 * 5 is 60 and so on.").is_empty());
    }
}
