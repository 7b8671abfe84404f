//! Explains common mistakes that YAML reads in another way than authors mean, with advice for each.

use super::{
    blocks,
    brackets::{
        closed_at, closing, ends_early, goes_on, list_name, never_closed, open_quote, second_colon, unended,
        unquoted_code,
    },
    colons,
    foreign_syntax::{handlebars, slashes, text_behind},
    mend,
    messages::{blank_missing, nested, reworded, word_of_cron},
};
use crate::{
    diagnostic::Diagnostic,
    fix::Fix,
    place::{Place, SourceFile},
};
use std::{ops::Range, sync::Arc};

/// Keys whose whole value is code.
pub const CODE_KEYS: [&str; 6] = ["if", "check", "while", "switch", "in", "script"];

/// Finds the line that made the parser stop at byte `at`, explains the mistake, and gives the bytes to replace so that
/// the rest can be read. `said` is the parser's own message, for a mistake that no line explains.
pub fn explain(file: &Arc<SourceFile>, text: &str, at: usize, said: &str) -> (Diagnostic, Option<Range<usize>>) {
    let suspects: Vec<Line<'_>> = lines(text).into_iter().filter(|line| line.start <= at).collect();
    if let Some(finding) = blocks::flat(file, text) {
        return (finding, None);
    }
    if let Some((finding, range)) = over_lines(file, text, &suspects, at) {
        return (finding, Some(range));
    }
    for line in suspects.iter().rev() {
        if let Some((finding, range)) = judge(file, text, line) {
            return (finding, Some(range));
        }
    }
    for line in suspects.iter().rev() {
        if let Some(bracket @ ('[' | '{')) = line.value.chars().next()
            && never_closed(&text[line.value_start..])
        {
            if let Some(finding) = open_quote(file, line.value, line.value_start) {
                return (finding, Some(line.range()));
            }
            let place = Place::new(file, line.value_start..line.value_start + 1);
            let finding = Diagnostic::error("E100", &place, format!("this `{bracket}` is never closed"));
            let end = if bracket == '[' { ']' } else { '}' };
            return (finding.help(format!("write `{end}` at its end: `{}{end}`", line.value)), Some(line.range()));
        }
        if let Some(quote @ ('"' | '\'')) = line.value.chars().next()
            && closing(line.value, quote).is_none()
        {
            let range = line.range();
            let finding = Diagnostic::error("E114", &Place::new(file, range.clone()), "this quote is never closed");
            return (finding.help(format!("end the text with {quote}")), Some(range));
        }
    }
    let start = at.min(text.len());
    let line_start = text[..floor(text, start)].rfind('\n').map_or(0, |at| at + 1);
    let indent =
        &text[line_start..][..text[line_start..].len() - text[line_start..].trim_start_matches([' ', '\t']).len()];
    let place = Place::new(file, start..start + 1);
    // The parser may stop at the end of the line before.
    let below = text[start..].find('\n').map(|end| start + end + 1).filter(|_| said.contains("tab"));
    let below = below.filter(|at| text[*at..].trim_start_matches(' ').starts_with('\t'));
    let tab = indent.find('\t').map(|tab| line_start + tab);
    let tab = tab.or_else(|| below.and_then(|at| Some(at + text[at..].find('\t')?)));
    let finding = if let Some(tab) = tab {
        let place = Place::new(file, tab..tab + 1);
        let fix = Fix::replace("write two blanks", &place, "  ").guess();
        let finding = Diagnostic::error("E115", &place, "a tab cannot indent a line").fix(fix);
        finding.help("indent with blanks, two for each level")
    } else {
        let line = text[line_start..].lines().next().unwrap_or_default();
        let before = text[..line_start].trim_end().lines().next_back().unwrap_or_default();
        if let Some(finding) = slashes(file, suspects.iter().rev().take(2).map(|line| line.value_start..line.end())) {
            return (finding, None);
        }
        if let Some((message, help)) = nested(said, before, line) {
            let begins = line_start + indent.len();
            let finding = Diagnostic::error("E100", &Place::new(file, begins..begins + 1), message);
            return (finding.help(help), None);
        }
        let above = text[..line_start].trim_end().rfind('\n').map_or(0, |at| at + 1);
        let above = (line_start > 0).then_some((above, before));
        let glued = above.into_iter().chain([(line_start, line)]);
        if let Some((at, message, help)) = glued.into_iter().find_map(|(start, line)| {
            let (at, message, help) = blank_missing(line)?;
            Some((start + at, message, help))
        }) {
            return (Diagnostic::error("E100", &Place::new(file, at..at + 1), message).help(help), None);
        }
        let (message, help) = reworded(said, before, line);
        Diagnostic::error("E100", &place, message).help(help)
    };
    (finding, None)
}

/// `if: !missing(x)` and similar: YAML reads a tag.
pub fn tag(file: &Arc<SourceFile>, place: &Place) -> Diagnostic {
    let text = file.text();
    let start = place.range().start;
    let line_start = text[..floor(text, start)].rfind('\n').map_or(0, |at| at + 1);
    let at = text[line_start..].find('!').map_or(start, |at| line_start + at);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
    let key = text[line_start..at].trim_start_matches([' ', '-']).trim_end().trim_end_matches(':');
    let value = uncommented(&text[at..end]);
    not_a_tag(&Place::new(file, at..at + value.len()), key, value)
}

/// A line `key: value` or `- value` outside block texts.
pub(super) struct Line<'a> {
    pub(super) start: usize,
    key: &'a str,
    value_start: usize,
    value: &'a str,
}

impl Line<'_> {
    fn range(&self) -> Range<usize> {
        self.value_start..self.end()
    }

    fn end(&self) -> usize {
        self.value_start + self.value.len()
    }

    fn is_code(&self) -> bool {
        CODE_KEYS.contains(&self.key)
    }
}

pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    // Within a block text (`|`, `>`) only deeper lines belong to it.
    let mut block: Option<usize> = None;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let here = start;
        start += raw.len();
        if line.trim().is_empty() || block.is_some_and(|block| indent > block) {
            continue;
        }
        block = None;
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut at = indent;
        while line[at..].starts_with("- ") {
            at += 2 + (line[at + 2..].len() - line[at + 2..].trim_start_matches(' ').len());
        }
        let key_at = at;
        let (key, value_at) = split_key(line, at);
        let value = &line[value_at..];
        if is_block(value) {
            block = Some(if key.is_empty() { indent } else { key_at.min(indent.max(key_at)) });
            continue;
        }
        if !value.is_empty() {
            found.push(Line { start: here, key, value_start: here + value_at, value: uncommented(value) });
        }
    }
    found
}

/// The value of a line without its comment. ` #` without a blank behind it may be text.
fn uncommented(value: &str) -> &str {
    let (mut quote, mut previous) = (None, ' ');
    let mut end = value.len();
    for (at, c) in value.char_indices() {
        match quote {
            Some('"') if previous == '\\' => previous = ' ',
            Some(open) if c == open => (quote, previous) = (None, c),
            Some(_) => previous = c,
            None if matches!(c, '"' | '\'') && matches!(previous, ' ' | '[' | '{' | '(' | ',') => {
                (quote, previous) = (Some(c), c);
            }
            None if c == '#'
                && previous == ' '
                && at > 0
                && value[at + 1..].chars().next().is_none_or(|c| c == ' ') =>
            {
                end = at;
                break;
            }
            None => previous = if c == '\t' { ' ' } else { c },
        }
    }
    value[..end].trim_end()
}

/// `|`, `>-`, `|2`: the text stands in the lines below.
pub(super) fn is_block(value: &str) -> bool {
    let sign = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+');
    let rest = value.strip_prefix(['|', '>']).map(|rest| rest.trim_start_matches(sign).trim_start());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// The key of a line and the start of its value; without a key the value begins at `at`.
pub(super) fn split_key(line: &str, at: usize) -> (&str, usize) {
    let rest = &line[at..];
    let word = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']' | '<')))
        .unwrap_or(rest.len());
    match rest[word..].strip_prefix(':') {
        Some(after) if word > 0 && (after.is_empty() || after.starts_with(' ')) => {
            (&rest[..word], at + word + 1 + after.len() - after.trim_start().len())
        }
        _ => ("", at),
    }
}

/// The finding for one line that YAML cannot read, and the bytes of its value.
fn judge(file: &Arc<SourceFile>, text: &str, line: &Line<'_>) -> Option<(Diagnostic, Range<usize>)> {
    let value = line.value;
    let range = line.range();
    let whole = Place::new(file, range.clone());
    let at = |offset: usize, length: usize| Place::new(file, range.start + offset..range.start + offset + length);
    let found = |mut finding: Diagnostic| {
        // The part after ` #` may be a comment or text.
        finding.fix = finding.fix.map(|fix| if value.contains(" #") { fix.guess() } else { fix });
        Some((finding, range.clone()))
    };
    let first = value.chars().next()?;
    match first {
        '{' if value.starts_with("{{") => {
            let end = value.find("}}").map_or(value.len(), |end| end + 2);
            found(handlebars(&at(0, end), value[2..end].trim_end_matches('}').trim()))
        }
        '{' | '[' if unquoted_code(value).is_some() => {
            let offset = unquoted_code(value).unwrap_or(0);
            found(mend::unquoted(&at, value, offset))
        }
        '{' | '[' if unended(value).is_some() => {
            let (begin, missing) = unended(value)?;
            let quote = &value[begin..=begin];
            let fix = Fix::replace("close the quote", &at(missing, 0), quote).guess();
            let finding = Diagnostic::error("E114", &at(begin, missing - begin), "this quote is never closed").fix(fix);
            let (before, behind) = value.split_at(missing);
            found(finding.help(format!("end the text with {quote}: `{before}{quote}{behind}`")))
        }
        '{' | '[' if ends_early(value).is_some() => {
            let (item, end) = ends_early(value)?;
            let finding = Diagnostic::error("E112", &at(end, 1), "the quote ends here, and the text goes on");
            let inner = &value[item.start + 1..item.end - 1];
            let fix = mend::other_quotes(&at(item.start, item.len()), &value[item.clone()], inner);
            let written = fix.as_ref().and_then(|fix| fix.edits.first()).map(|edit| edit.text.clone());
            found(finding.fix_if(fix).help(match written {
                Some(text) => format!("write `{text}`, or one value a line"),
                None => "write one value a line".to_owned(),
            }))
        }
        '{' if text_behind(value).is_some() => {
            let name = text_behind(value)?;
            let finding = Diagnostic::error("E110", &at(0, 1), "a text cannot begin with `{` without quotes");
            let fix = Fix::replace(format!("write `${{{name}}}`"), &at(0, 1), "${").guess();
            found(finding.help(format!("for the value of `{name}` write `$` before it: `${value}`")).fix(fix))
        }
        '{' if list_name(value).is_some() => {
            let (offset, name) = list_name(value)?;
            let place = at(offset, name.len());
            let fix = Fix::replace(format!("write \"{name}\""), &place, format!("\"{name}\""));
            let finding = Diagnostic::error("E113", &place, format!("`{name}` between `{{ }}` needs quotes")).fix(fix);
            found(finding.help(format!("write `\"{name}\": …`, or write one name a line below")))
        }
        '[' if line.is_code() => found(condition(&whole, line)),
        '[' if goes_on(value) => {
            let finding = Diagnostic::error("E110", &at(0, 1), "a text cannot begin with `[` without quotes");
            let finding = finding.fix(mend::quote(&whole, value));
            found(finding.help(format!("write {}", mend::quoted(value))))
        }
        '{' | '[' if second_colon(value).is_some() => {
            let finding = Diagnostic::error("E108", &at(second_colon(value)?, 1), "a text with `: ` needs quotes");
            found(finding.help("put this text in double quotes, or write one key a line"))
        }
        '*' => {
            let name: &str = value[1..].split([' ', ',', ']', '}']).next().unwrap_or_default();
            if text.contains(&format!("&{name}")) && value.len() == name.len() + 1 {
                return None;
            }
            let finding = Diagnostic::error("E109", &whole, "a text that begins with `*` needs quotes");
            // Two signs are bold in Markdown, one is WhatsApp's.
            let whatsapp = value.replace("**", "*");
            let value = if whatsapp.matches('*').count().is_multiple_of(2) { whatsapp.as_str() } else { value };
            let finding = finding.fix(mend::quote(&whole, value));
            let help = match line.key {
                "schedule" => format!("write \"{value}\" in quotes"),
                _ => format!("for WhatsApp's bold write \"{value}\" in quotes, or use `|`"),
            };
            found(finding.help(help))
        }
        '`' | '@' | '%' => {
            let finding =
                Diagnostic::error("E110", &at(0, 1), format!("a text cannot begin with `{first}` without quotes"));
            let fix = word_of_cron(value).is_none().then(|| mend::quote(&whole, value));
            let quoted = || format!("write \"{value}\" in quotes, or use `|`");
            found(finding.fix_if(fix).help(word_of_cron(value).unwrap_or_else(quoted)))
        }
        '!' => found(not_a_tag(&whole, line.key, value)),
        '"' | '\'' => {
            let end = closing(value, first)?;
            let rest = value[end..].trim_start();
            if rest.is_empty() || rest.starts_with('#') && value[end..].starts_with(' ') {
                return None;
            }
            if rest == ":" || rest.starts_with(": ") {
                return colons::translated(file, value, line.value_start, value.len() - rest.len());
            }
            if line.is_code() {
                return found(condition(&whole, line));
            }
            let finding = Diagnostic::error("E112", &at(end - 1, 1), "the quote ends here, and the text goes on");
            let finding = finding.fix_if(mend::outer(&whole, value));
            found(finding.help(match first {
                '"' if !value.contains('\'') => "use `|` and the text below it, or single quotes outside",
                '"' => "use `|` and the text below it",
                _ => "use `|` and the text below it, or write the inner quote twice: `''`",
            }))
        }
        '|' | '>' | '&' | '{' | '[' | '#' => None,
        _ => {
            // A text that ` #…` cuts off, and whose next line cannot be read.
            if let Some(hash) = value.find(" #").filter(|hash| !value[hash + 2..].starts_with(' ')) {
                let finding =
                    Diagnostic::error("E103", &at(hash + 1, 1), "the text stops at ` #`, which begins a comment");
                let fix = mend::quote(&whole, value).guess();
                return found(finding.help("put the text in quotes or use `|`").fix(fix));
            }
            let value = &value[..value.find(" #").unwrap_or(value.len())];
            let colon = value.find(": ").or_else(|| value.ends_with(':').then(|| value.len() - 1))?;
            if line.is_code() {
                return found(condition(&whole, line));
            }
            if line.key.is_empty() {
                return colons::translated(file, line.value, line.value_start, colon);
            }
            let value = value.trim_end();
            let finding = Diagnostic::error("E108", &at(colon, 1), "a text with `: ` needs quotes");
            let mut finding = finding.fix(mend::quote(&at(0, value.len()), value));
            if let Some(help) = colons::meant(file, line.key, value, colon) {
                finding = Diagnostic { fix: None, ..finding.help(help) };
                return found(finding);
            }
            found(finding.help(format!("write {}", mend::quoted(value))))
        }
    }
}

/// A `{ }` or `[ ]` over several lines that contains `${…}` without quotes.
fn over_lines(
    file: &Arc<SourceFile>,
    text: &str,
    suspects: &[Line<'_>],
    stopped: usize,
) -> Option<(Diagnostic, Range<usize>)> {
    let (range, offset) = suspects.iter().rev().filter(|line| line.value.starts_with(['{', '['])).find_map(|line| {
        let length = closed_at(&text[line.value_start..])?;
        let range = line.value_start..line.value_start + length;
        let offset = unquoted_code(&text[range.clone()])?;
        (range.end > line.end() && stopped <= range.end).then_some((range, offset))
    })?;
    // If a bracketed value on one line within it is wrong, it is the smaller part to replace.
    let inner = suspects.iter().rev().filter(|line| line.value_start > range.start);
    let inner = inner.filter(|line| line.value.starts_with(['{', '['])).find_map(|line| judge(file, text, line));
    Some(inner.unwrap_or_else(|| {
        let at = |offset: usize, length: usize| Place::new(file, range.start + offset..range.start + offset + length);
        (mend::unquoted(&at, &text[range.clone()], offset), range.clone())
    }))
}

fn condition(place: &Place, line: &Line<'_>) -> Diagnostic {
    let meant = mend::within_quotes(line.value).unwrap_or(line.value);
    let value = meant.replace('\'', "''");
    Diagnostic::error("E111", place, format!("YAML cannot read this `{}` without quotes", line.key))
        .help(format!("put the whole condition in single quotes: `{}: '{value}'`", line.key))
        .fix(mend::single(place, meant))
}

fn not_a_tag(place: &Place, key: &str, value: &str) -> Diagnostic {
    let finding = Diagnostic::error("E116", place, "a value that begins with `!` needs quotes");
    // The part after ` #` may be a comment or text.
    let fix = |fix: Fix| if value.contains(" #") { fix.guess() } else { fix };
    if CODE_KEYS.contains(&key) {
        let finding = finding.fix(fix(mend::single(place, value)));
        finding.help(format!("put the whole condition in single quotes: `{key}: '{}'`", value.replace('\'', "''")))
    } else {
        finding.fix(fix(mend::quote(place, value))).help(format!("write {}", mend::quoted(value)))
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
