//! Makes texts and options of another product fit those of WhatsApp and of the language.

use super::{
    graph::{Choice, Say, Step, Verb, Way},
    report::{ImportReport, Place, quote},
};
use crate::base::limits::{
    BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, OPTIONS_MAX, ROW_DESCRIPTION_CHARS_MAX, ROW_ID_CHARS_MAX, ROW_TITLE_CHARS_MAX,
    TEXT_CHARS_MAX,
};

/// A foreign text without hidden characters. Line ends are `\n`.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}'], "\n");
    let hidden = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
    };
    text.chars().filter(|c| !hidden(*c)).map(|c| if c == '\t' { ' ' } else { c }).collect()
}

/// A foreign text as one of ours that says the same: `${` is no expression in it.
pub fn literal(text: &str) -> String {
    clean(text).replace("${", "$${")
}

/// A text of code in double quotes, within an expression.
pub fn in_code(text: &str) -> String {
    let clean = clean(text);
    let mut out = String::from("\"");
    for c in clean.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Texts within the limit of a message: a longer one is parted between its lines or words.
pub fn parts(text: &str) -> Vec<String> {
    let mut rest = text.trim_end();
    let mut parts = Vec::new();
    while rest.chars().count() > TEXT_CHARS_MAX {
        let end = rest.char_indices().nth(TEXT_CHARS_MAX).map_or(rest.len(), |(at, _)| at);
        let head = &rest[..end];
        let outside = |at: &usize| head[..*at].matches("${").count() <= head[..*at].matches('}').count();
        let cut = ["\n\n", "\n", ". ", " "].iter().find_map(|by| head.rfind(by).filter(|at| *at > 0).filter(outside));
        let (one, other) = rest.split_at(cut.unwrap_or(end));
        parts.push(one.trim_end().to_owned());
        rest = other.trim_start();
    }
    parts.push(rest.to_owned());
    parts
}

/// A text as one or more messages; none for an empty one.
pub fn says(text: &str) -> Vec<Step> {
    parts(text).into_iter().filter(|part| !part.trim().is_empty()).map(Step::say).collect()
}

/// A message of files alone.
pub fn media(urls: Vec<String>) -> Step {
    Verb::Say(Say { media: urls, ..Say::default() }).into()
}

/// An option as the other product has it.
pub struct Offered {
    pub title: String,
    /// The answer, where it is not the title.
    pub value: Option<String>,
    pub about: Option<String>,
    pub way: Option<Way>,
}

/// Options with titles that fit, each once. Changes are reported.
pub fn choices(offered: Vec<Offered>, place: &Place, report: &mut ImportReport) -> Vec<Choice> {
    let whole = offered.len();
    let fits_buttons = whole <= BUTTONS_MAX
        && offered.iter().all(|one| one.about.is_none() && one.title.chars().count() <= BUTTON_TITLE_CHARS_MAX);
    let mut choices: Vec<Choice> = Vec::new();
    for one in offered {
        let whole_title = clean(&one.title).replace('\n', " ").trim().to_owned();
        if whole_title.is_empty() || choices.len() == OPTIONS_MAX {
            report.left(place, format!("the option `{}` has no title, or is one too many", quote(&whole_title)));
            continue;
        }
        let title = short(&whole_title, if fits_buttons { BUTTON_TITLE_CHARS_MAX } else { ROW_TITLE_CHARS_MAX });
        let is_cut = title != whole_title;
        let about = one.about.map(|about| clean(&about)).filter(|about| !about.trim().is_empty());
        let about =
            about.or_else(|| is_cut.then(|| whole_title.clone())).map(|about| short(&about, ROW_DESCRIPTION_CHARS_MAX));
        let answer = one.value.filter(|value| *value != title).or_else(|| is_cut.then(|| whole_title.clone()));
        let answer = answer.map(|answer| clean(&answer).chars().take(ROW_ID_CHARS_MAX).collect::<String>());
        if is_cut {
            report.replaced(
                place,
                format!("the option `{}` is too long for a row and is shown as `{title}`", quote(&whole_title)),
            );
        }
        let same = |other: &Choice| {
            other.title == title || other.id.as_ref().unwrap_or(&other.title) == answer.as_ref().unwrap_or(&title)
        };
        if choices.iter().any(same) {
            let number = format!("{} {}", short(&title, ROW_TITLE_CHARS_MAX - 4), choices.len() + 1);
            report.replaced(place, format!("two options are called `{title}`; one is `{number}` now"));
            let id = Some(number.clone());
            choices.push(Choice { title: number, id, about, way: one.way });
        } else {
            choices.push(Choice { title, id: answer.filter(|answer| !answer.is_empty()), about, way: one.way });
        }
    }
    choices
}

/// The text cut to so many letters, with `…` at its end.
pub fn short(text: &str, chars: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let head: String = text.chars().take(chars.saturating_sub(1)).collect();
    let word = head.rfind(' ').filter(|at| *at > head.len() / 2).map_or(head.as_str(), |at| &head[..at]);
    format!("{}…", word.trim_end())
}

/// A length of time in its largest whole unit: `1h` for 3600.
pub fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let found = units.iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    found.map_or_else(|| format!("{seconds}s"), |(length, unit)| format!("{}{unit}", seconds / length))
}

/// A step in the place of what has no counterpart: it says so in the trace.
pub fn gap(what: &str) -> Step {
    let what = literal(&quote(what));
    Step::keys([("log", super::yaml::Yaml::text(format!("Import: {what}")))])
        .remark(format!("Import: {what}; see IMPORT.md."))
}

/// Whether an address is one that a step can write as it is: whole, and on the internet.
pub fn is_public_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let named = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let is_inside =
        host.ends_with(".local") || host.ends_with(".internal") || host.chars().all(|c| c.is_ascii_digit() || c == '.');
    named && !is_inside && !host.starts_with('.') && !rest.contains([' ', '\n', '"', '`', '\\'])
}
