//! Implements `message: [texts]`: a typed text.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{base::{diagnostic::Diagnostic, fix::Fix, limits::SCRIPT_PATTERN_BYTES_MAX, place::Place, yaml::{self, Node}}, model::{matching, value::Value}, load::{language_codes::not_a_language, spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}, engine::routing::choose::{Fit, RoutedMessage, Strength}};
use regex::{Regex, RegexBuilder};
use std::cmp::Reverse;

pub struct Message {
    pub how: MatchMode,
    /// The texts as written, and folded (not for `regex`).
    pub texts: Vec<(String, String)>,
    pub patterns: Vec<Pattern>,
    /// Only for contacts with this language; `es` includes `es_MX`.
    pub language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchMode {
    Exact,
    Word,
    Starts,
    Contains,
    /// With typing errors, one for every five letters.
    Like,
    Regex,
}

pub struct Pattern {
    pub regex: Regex,
    /// True for a pattern that is anchored at both ends, so that it matches the whole message.
    pub whole: bool,
}

impl TriggerKind for Message {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "message",
        summary: "The contact types one of these texts.",
        fields: &[
            FieldSpec::required("message", FieldKind::Many(&FieldKind::Name), "The texts; case, accents, punctuation and emoji do not count."),
            FieldSpec::default(
                "match",
                FieldKind::Word(&["exact", "word", "starts", "contains", "like", "regex"]),
                "exact",
                "`exact` the whole message; `starts` its beginning, `word` a whole word in it, `contains` any part; `like` \
                 words of it with typing errors, one per five letters; `regex` an expression whose named groups \
                 become inputs.",
            ),
            FieldSpec::optional("language", FieldKind::Known(Declared::Language), "Only for contacts with this language; `es` is also every `es_…`."),
        ],
        example: "message: [book, appointment]",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let how = match fields.word("match", &["exact", "word", "starts", "contains", "like", "regex"]) {
            Some("word") => MatchMode::Word,
            Some("starts") => MatchMode::Starts,
            Some("contains") => MatchMode::Contains,
            Some("regex") => MatchMode::Regex,
            Some("like") => MatchMode::Like,
            Some(_) | None => MatchMode::Exact,
        };
        fields.required("message");
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        let sole = fields.list("message").len() == 1;
        for node in fields.list("message") {
            let Some(text) = node.text() else {
                fields.wrong(node, "E208", format!("`message` takes texts, and this is {}", node.describe()));
                continue;
            };
            if how == MatchMode::Like && matching::fold(text).chars().count() < LIKE_CHARS_MIN {
                let message = format!("`{text}` is too short for `match: like`: one error is allowed per five letters; write a longer text, or leave `match: like` out");
                fields.wrong(node, "E245", message);
            }
            if how != MatchMode::Regex {
                fields.report_if(pattern_in_text(text, how, &node.place, sole));
                texts.push((text.to_owned(), matching::fold(text)));
                continue;
            }
            match RegexBuilder::new(text).case_insensitive(true).size_limit(SCRIPT_PATTERN_BYTES_MAX).build() {
                Ok(regex) => {
                    fields.report_if(slashes_around(text, node));
                    let whole = alternatives(text).all(|part| {
                        part.starts_with('^') && part.ends_with('$') && !part.ends_with("\\$")
                    });
                    patterns.push(Pattern { regex, whole });
                }
                Err(error) => {
                    let text = error.to_string();
                    let reason = text.lines().last().unwrap_or("it cannot be read").trim_start_matches("error: ").to_owned();
                    fields.wrong(node, "E240", format!("this is no regular expression: {reason}; close each `(` and `[`, or leave `match: regex` out"));
                }
            }
        }
        if how != MatchMode::Regex && let Some(node) = fields.node("message") {
            fields.report_if(several_in_one(node).or_else(|| either_word(node)));
        }
        let language = fields.opt_name("language");
        if let (Some(written), Some(node)) = (&language, fields.node("language").filter(|node| !node.is_broken())) {
            fields.report_if(not_a_language(written, &node.place));
        }
        Message { how, texts, patterns, language }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let text = heard.text?;
        if self.language.as_deref().is_some_and(|wanted| !speaks(heard.language, wanted)) {
            return None;
        }
        match self.how {
            MatchMode::Regex => self.patterns.iter().find_map(|pattern| pattern.fits(text.trim())),
            how => how.fits(&self.texts, &heard.folded).map(Fit::of),
        }
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        let said = heard.text.unwrap_or_default();
        if heard.text.is_none() {
            return format!("it is no text but {}", heard.kind_in_words());
        }
        if let Some(wanted) = self.language.as_deref().filter(|wanted| !speaks(heard.language, wanted)) {
            let own = heard.language.map_or_else(|| "unknown".to_owned(), |own| format!("`{own}`"));
            return format!("it is for contacts with the language `{wanted}`, and this one's is {own}");
        }
        let texts: Vec<String> = self.texts.iter().map(|(text, _)| format!("`{text}`")).collect();
        let texts = texts.join(", ");
        match self.how {
            MatchMode::Regex => "no pattern of it matches".into(),
            MatchMode::Exact => format!("none of {texts} is the whole message: `{said}`"),
            MatchMode::Word => format!("none of {texts} stands as a word in `{said}`"),
            MatchMode::Starts => format!("none of {texts} begins `{said}`"),
            MatchMode::Contains => format!("none of {texts} is in `{said}`"),
            MatchMode::Like => format!("none of {texts} is like it: `{said}` has more than one typing error per five letters"),
        }
    }
}

impl MatchMode {
    /// The match of one of these texts (as written, and folded) with a folded message; patterns match separately.
    pub fn fits(self, texts: &[(String, String)], said: &str) -> Option<Strength> {
        let longest = |fits: fn(&str, &str) -> bool| {
            let fitting = texts.iter().filter(|(_, text)| fits(said, text));
            fitting.map(|(_, text)| text.chars().count()).max()
        };
        Some(match self {
            MatchMode::Exact => longest(|said, text| said == text).map(|_| Strength::Whole(0))?,
            MatchMode::Starts => Strength::Part(0, Reverse(longest(matching::starts_with)?)),
            MatchMode::Word => Strength::Part(1, Reverse(longest(matching::has_word)?)),
            MatchMode::Contains => {
                let inside = |said: &str, text: &str| !text.is_empty() && said.contains(text);
                Strength::Part(2, Reverse(longest(inside)?))
            }
            MatchMode::Like => {
                let near = texts.iter().filter_map(|(_, text)| Some((matching::nearest(said, text)?, Reverse(text.chars().count()))));
                let (errors, length) = near.min()?;
                Strength::Part(LIKE.saturating_add(u8::try_from(errors).unwrap_or(u8::MAX)), length)
            }
            MatchMode::Regex => return None,
        })
    }
}

/// Reports `message: hi, hello, good morning` without brackets: nobody types all of it.
fn several_in_one(node: &Node) -> Option<Diagnostic> {
    // Two texts may be one greeting: `hi, there`.
    let written = yaml::listed(node.scalar()?, 3)?;
    let message = "this is one text with commas in it, and only who types all of it is heard";
    let fix = Fix::replace(format!("write `{written}`"), &node.place, &written).guess();
    let help = format!("for several texts write `message: {written}`; one with commas stands in quotes");
    Some(Diagnostic::warning("W422", &node.place, message).help(help).fix(fix))
}

/// Reports `message: menu or card`, where somebody means two texts. In brackets it is one text: `[trick or treat]`.
fn either_word(node: &Node) -> Option<Diagnostic> {
    let scalar = node.scalar().filter(|scalar| scalar.is_plain() && !scalar.is_broken())?;
    let words: Vec<&str> = scalar.text.split_whitespace().collect();
    let [first, or, second] = words[..] else { return None };
    if !OR.contains(&or.to_lowercase().as_str()) {
        return None;
    }
    let message = format!("this is one text, and only `{}` as a whole is heard", scalar.text);
    let written = format!("[{first}, {second}]");
    let fix = Fix::replace(format!("write `{written}`"), &node.place, &written).guess();
    let help = format!("for two texts write `message: {written}`; if it is one, write it in brackets: `[{}]`", scalar.text);
    Some(Diagnostic::warning("W422", &node.place, message).help(help).fix(fix))
}

/// "Or" in the languages of the studio; Spanish has two words for it.
const OR: [&str; 8] = ["or", "ou", "o", "u", "oder", "atau", "أو", "/"];

/// Reports the signs of a pattern in a text, which do not count: `cita*`, `/cita/`, `order {number}`.
pub fn pattern_in_text(text: &str, how: MatchMode, place: &Place, sole: bool) -> Option<Diagnostic> {
    let text = text.trim();
    let near = |at: usize| text[..at].ends_with(char::is_alphanumeric);
    let inner = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')).map(|(inner, _)| inner);
    let names = text.find('{').is_some_and(|at| text[at..].contains('}'));
    let is_regex = is_pattern(text);
    let stem = text.trim_matches('*').trim();
    let bars = text.contains('|') && !is_regex;
    let help = match () {
        () if !text.is_empty() && stem.is_empty() || matches!(text, ".*" | ".+") || sole && matches!(text, "any" | "anything") => {
            "for whatever comes write `- any_message: true`".to_owned()
        }
        () if inner.is_some_and(|inner| !inner.is_empty()) => {
            format!("for a regular expression write `'{}'` and `match: regex` beside it", inner.unwrap_or_default())
        }
        () if is_regex => format!("for a regular expression write `match: regex` beside it: `'{text}'`"),
        () if names => "a part of the message becomes an input by a named group: `'^order (?<number>\\w+)$'` with `match: regex`".to_owned(),
        () if bars => {
            let parts: Vec<&str> = text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
            format!("for several texts write `message: [{}]`", parts.join(", "))
        }
        () if text.starts_with('*') && text.ends_with('*') && stem.len() + 2 <= text.len() && !stem.is_empty() => {
            format!("for a message with it write `{stem}` and `match: contains` beside it")
        }
        () if text.ends_with('*') && near(text.len() - 1) && how != MatchMode::Starts => {
            format!("for messages that begin so write `{stem}` and `match: starts` beside it")
        }
        () => return None,
    };
    let signs = if text.contains(char::is_alphabetic) && !text.contains(|c: char| c.is_ascii_punctuation()) { "" } else { ", and its signs do not count" };
    let message = format!("`{text}` is compared as it stands{signs}");
    Some(Diagnostic::warning("W425", place, message).help(help))
}

/// True for a text with the signs of a regular expression.
pub fn is_pattern(text: &str) -> bool {
    let text = text.trim();
    ["(?", ".*", ".+", "\\d", "\\w", "\\s", "\\b", "[a-z", "[0-9"].iter().any(|sign| text.contains(sign))
        || text.starts_with('^') && text.ends_with('$')
        || text.starts_with('(') && text.ends_with(')') && text.contains('|')
}

/// Reports a pattern between slashes, as some programs write them: here the slashes and the letters behind them count.
fn slashes_around(pattern: &str, node: &Node) -> Option<Diagnostic> {
    let (inner, letters) = pattern.trim().strip_prefix('/')?.rsplit_once('/')?;
    let is_flags = letters.len() <= 3 && letters.chars().all(|c| c.is_ascii_lowercase());
    if inner.is_empty() || !is_flags {
        return None;
    }
    let message = format!("the slashes of `{}` belong to the pattern: the message must contain them", pattern.trim());
    let help = format!("write `'{inner}'`; capital and small letters are alike");
    Some(Diagnostic::warning("W425", &node.place, message).help(help))
}

/// The parts of a pattern between bars outside all brackets.
fn alternatives(pattern: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut class, mut escaped) = (0usize, false, false);
    pattern.split(move |c: char| {
        match c {
            _ if escaped => {
                escaped = false;
                return false;
            }
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '|' && !class && depth == 0
    })
}

/// The rank of a text of `like` without a typing error, behind `starts`, `word` and `contains`; each error adds one.
pub const LIKE: u8 = 3;

/// Shorter texts allow no error, so `like` would be `exact`.
const LIKE_CHARS_MIN: usize = 5;

impl Pattern {
    fn fits(&self, said: &str) -> Option<Fit> {
        let found = self.regex.captures(said)?;
        let names = self.regex.capture_names().flatten();
        let inputs = names.filter_map(|name| Some((name.to_owned(), Value::text(found.name(name)?.as_str()))));
        let length = found.get(0).map_or(0, |all| all.as_str().chars().count());
        let strength = if self.whole { Strength::Whole(0) } else { Strength::Part(2, Reverse(length)) };
        Some(Fit { strength, inputs: inputs.collect() })
    }
}

/// True if the contact's language is the wanted one or a country's variant of it, as with translations.
pub fn speaks(own: Option<&str>, wanted: &str) -> bool {
    let kind = |own: &str| own.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(['_', '-']));
    own.is_some_and(|own| own == wanted || kind(own))
}
