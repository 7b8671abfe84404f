//! Checks for HTML and Markdown in texts for the contact: WhatsApp shows their marks unchanged.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fix::Fix,
        yaml::Style,
    },
    definition::{Flow, Role},
    load::locale::Locale,
    text::{Text, closing_brace},
};
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

/// HTML tags, `# heading`, `**bold**`, `__italic__`, `~~struck~~`, `[a](https://…)`, and an escaped line break.
static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?x)
        \\ n
        | <(?<tag> /? (?:br|b|strong|i|em|u|s|del|p|a|ul|ol|li|div|span|h[1-6]) ) (?: \s [^<>]* | \s* / )? >
        | \*\* (?<bold> [^\s*] (?: [^*\n]* [^\s*] )? ) \*\*
        | \b __ (?<italic> [^\s_] (?: [^_\n]* [^\s_] )? ) __ \b
        | ~~ (?<struck> [^\s~] (?: [^~\n]* [^\s~] )? ) ~~
        | (?m: ^ \#{1,6} [\ ] (?<heading> \S .* ) $ )
        | ! ? \[ (?<title> [^\[\]\n]+ ) \] \( (?<url> https? :// [^()\s]+ ) \)";
    Regex::new(pattern).expect("the pattern is right")
});

pub fn check(flow: &Flow, findings: &Findings) {
    for sentence in flow.nodes.iter().flat_map(|node| &node.outline.sentences) {
        let found = first(&sentence.text, sentence.role);
        findings.extend(found.or_else(|| in_quotes(&sentence.text).filter(|_| sentence.role == Role::Body)));
    }
}

/// Checks translations, except for marks that their sources have, too: these have a finding.
pub fn translated(locale: &Locale, findings: &Findings) {
    for wording in locale.steps.values().flat_map(|step| &step.wordings) {
        if !MARKS.is_match(&wording.from.text) {
            findings.extend(wording.to.texts().into_iter().find_map(|text| first(text, Role::Other)));
        }
    }
}

/// A finding for a whole text in the quotes of a word processor, which are no quotes for YAML.
fn in_quotes(text: &Text) -> Option<Diagnostic> {
    let source = text.source().trim();
    let (open, close) = [('“', '”'), ('„', '“'), ('‘', '’'), ('«', '»')]
        .into_iter()
        .find(|(open, close)| source.starts_with(*open) && source.ends_with(*close) && source.chars().count() > 2)?;
    let inner = source.strip_prefix(open)?.strip_suffix(close)?;
    if inner.contains([open, close]) {
        return None;
    }
    let message = format!("the text is sent with its `{open}` and `{close}`: these are no quotes for YAML");
    Some(
        Diagnostic::warning("W710", text.place(), message)
            .help("take them away, or write the straight `\"` of the keyboard"),
    )
}

/// A finding for the first mark of a text; the others are labels of it.
fn first(text: &Text, role: Role) -> Option<Diagnostic> {
    let source = text.source();
    // A text that begins with `*` without quotes has a finding of YAML.
    if text.place().text().starts_with('*') {
        return None;
    }
    let code = codes(source);
    let outside = |range: &Range<usize>| !code.iter().any(|code| code.contains(&range.start));
    let all = MARKS.captures_iter(source).filter_map(|found| Some((found.get(0)?.range(), found)));
    let mut all = all.filter(|(range, _)| outside(range));
    let (range, found) = all.next()?;
    let mark = &source[range.clone()];
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let place = text.part(range);
    let finding = Diagnostic::warning("W710", &place, format!("WhatsApp shows `{mark}` as it stands"));
    let written = |what: &str, meant: String| {
        let fix = Fix::replace(format!("write `{meant}`"), &place, &meant).guess();
        finding.clone().help(format!("for {what} write `{meant}`")).fix(fix)
    };
    if let Some(words) = part("heading") {
        return Some(all.fold(written("a heading", format!("*{}*", words.trim())), |finding, (range, _)| {
            finding.and_at(&text.part(range))
        }));
    }
    let finding = match (part("tag"), part("bold"), part("italic"), part("struck"), part("url")) {
        (_, Some(words), ..) => written("bold", format!("*{words}*")),
        (_, _, Some(words), ..) => written("italics", format!("_{words}_")),
        (_, _, _, Some(words), _) => written("words struck out", format!("~{words}~")),
        (.., Some(url)) => {
            let title = part("title").unwrap_or_default();
            let help = match role {
                Role::Body => format!(
                    "write the address alone, `{title}: {url}`, or a button, `link: {{title: {title}, url: \"{url}\"}}`"
                ),
                Role::Option | Role::Other => format!("write the address alone, `{title}: {url}`"),
            };
            finding.help(help)
        }
        (Some(tag), ..) => finding.help(instead_of(tag)),
        _ => finding.help(line_break(text)),
    };
    Some(all.fold(finding, |finding, (range, _)| finding.and_at(&text.part(range))))
}

/// WhatsApp's own mark for a tag.
fn instead_of(tag: &str) -> &'static str {
    match tag.trim_start_matches('/') {
        "br" | "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            "write the text below a `|`, in as many lines as it has; a heading is `*bold*`"
        }
        "b" | "strong" => "for bold write `*words*`",
        "i" | "em" => "for italics write `_words_`",
        "s" | "del" => "for words struck out write `~words~`",
        "a" => "write the address alone, or a button, `link: {title: …, url: …}`",
        "ul" | "ol" | "li" => "write the text below a `|`, each item in a line that begins with `- `",
        _ => "take it out: WhatsApp has `*bold*`, `_italics_` and `~struck out~`",
    }
}

fn line_break(text: &Text) -> &'static str {
    match text.style() {
        Style::Literal | Style::Folded => "begin a new line instead",
        _ => "write the text below a `|`, in as many lines as it has",
    }
}

/// The ranges of the `${…}` of a text.
fn codes(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices("${") {
        if all.last().is_none_or(|last| at >= last.end) {
            all.push(at..closing_brace(text, at + 2).unwrap_or(text.len()));
        }
    }
    all
}
