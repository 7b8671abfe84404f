//! Finds titles of options that were written as for another product: several in one text, or with their numbers.

use crate::base::{
    diagnostic::Diagnostic,
    fix::Fix,
    yaml::{self, Node, Scalar},
};

/// Reports `options: Red, Blue`, `Yes/No`, `Red | Blue` and `Red`: this is one option.
pub(super) fn in_one(scalar: &Scalar) -> Option<Diagnostic> {
    let (sign, written) = match yaml::listed(scalar, 2) {
        Some(written) => ("commas", written),
        None => match parted(scalar) {
            Some(parted) => parted,
            None => return dashes(scalar).or_else(|| alone(scalar)),
        },
    };
    let fix = Fix::replace(format!("write `{written}`"), &scalar.place, &written).guess();
    let finding = Diagnostic::warning("W422", &scalar.place, format!("this is one option with {sign} in it"));
    let help = format!("for several options write `options: {written}`; one with {sign} stands in quotes");
    Some(finding.help(help).fix(fix))
}

/// Reports a text of several lines that begin with `- `, below `options: |`.
fn dashes(scalar: &Scalar) -> Option<Diagnostic> {
    let lines: Vec<&str> = scalar.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if scalar.is_plain() || lines.is_empty() || !lines.iter().all(|line| line.starts_with("- ")) {
        return None;
    }
    let message = format!("this is one text of {} lines, and so one option", lines.len());
    let finding = Diagnostic::warning("W422", &scalar.place, message);
    Some(finding.help("take the sign behind `options:` out: then each line with `- ` is an option"))
}

/// Reports a text where a list is meant: a question with one option is written as such.
fn alone(scalar: &Scalar) -> Option<Diagnostic> {
    let text = scalar.text.trim();
    if !scalar.is_plain() || scalar.is_broken() || text.is_empty() || text.contains("${") {
        return None;
    }
    let written = format!("[{text}]");
    let fix = Fix::replace(format!("write `{written}`"), &scalar.place, &written).guess();
    let finding = Diagnostic::warning("W422", &scalar.place, "this is one text, and `options` is a list");
    let finding = finding.help(format!("write one option a line, `- {text}`, or `options: {written}` for one alone"));
    Some(if text.contains([',', '[', ']', '{', '}', '#', ':']) { finding } else { finding.fix(fix) })
}

/// The sign between several short texts, and these as a list.
fn parted(scalar: &Scalar) -> Option<(&'static str, String)> {
    let text = scalar.text.trim();
    if !scalar.is_plain() || text.contains(['{', '[', '.', ':']) {
        return None;
    }
    let (name, sign) = [("bars", '|'), ("slashes", '/'), ("semicolons", ';')].into_iter().find(|(_, sign)| text.contains(*sign))?;
    let parts: Vec<&str> = text.split(sign).map(str::trim).collect();
    let words = |part: &&str| part.chars().any(char::is_alphabetic) && part.split_whitespace().count() <= PART_WORDS_MAX;
    parts.iter().all(words).then(|| (name, format!("[{}]", parts.join(", "))))
}

/// The options of `[Red; Blue]`, with the finding: a semicolon parts nothing in YAML.
pub(super) fn by_semicolons(items: &[Node]) -> Option<(Vec<String>, Diagnostic)> {
    let [item] = items else { return None };
    let scalar = item.scalar().filter(|scalar| scalar.text.contains(';'))?;
    let (_, written) = parted(scalar)?;
    let message = "this is one option with semicolons in it";
    let inner = written.trim_matches(['[', ']']);
    let fix = Fix::replace(format!("write `{inner}`"), &scalar.place, inner).guess();
    let finding = Diagnostic::warning("W422", &scalar.place, message);
    let finding = finding.help(format!("for several options write commas: `{written}`")).fix(fix);
    Some((scalar.text.split(';').map(|part| part.trim().to_owned()).collect(), finding))
}

/// The title and the target of `Red -> colours`.
pub(super) fn with_arrow(text: &str) -> Option<(&str, &str)> {
    let (title, target) = ["->", "=>", "→", "⇒", "-->"].iter().find_map(|arrow| text.split_once(arrow))?;
    let (title, target) = (title.trim().trim_end_matches('-').trim_end(), target.trim());
    (!title.is_empty() && !target.is_empty()).then_some((title, target))
}

/// The words of one option among several in a text.
const PART_WORDS_MAX: usize = 3;

/// Reports `1) Red`, `2) Blue`: the number is a part of the title, and people may type it anyway.
pub(super) fn numbered(items: &[Node]) -> Option<Diagnostic> {
    let title = |item: &'_ Node| -> Option<(String, crate::base::place::Place)> {
        let scalar = match item.map() {
            None => item.scalar()?,
            Some([entry]) => &entry.key,
            Some(_) => item.get("title")?.scalar()?,
        };
        Some((scalar.text.clone(), scalar.place.clone()))
    };
    let titles: Option<Vec<_>> = items.iter().map(title).collect();
    let titles = titles.filter(|titles| titles.len() > 1)?;
    let counted = titles.iter().enumerate().all(|(at, (text, _))| behind_number(text, at + 1).is_some());
    let (first, place) = titles.first().filter(|_| counted)?;
    let bare = behind_number(first, 1)?;
    let finding = Diagnostic::warning("W424", place, "the options count themselves, and the numbers make their titles longer");
    let finding = finding.help(format!("write `{bare}`: who types `1` chooses the first one all the same"));
    Some(titles[1..].iter().fold(finding, |finding, (_, place)| finding.and_at(place)))
}

/// The title behind `1) `, `1. `, `1 - ` or the emoji of the number.
fn behind_number(text: &str, number: usize) -> Option<&str> {
    let rest = text.trim().strip_prefix(&number.to_string())?;
    let sign = rest.strip_prefix(['.', ')', ':', '-', '\u{fe0f}']).or_else(|| rest.strip_prefix(" - "))?;
    let rest = sign.trim_start_matches(['\u{20e3}', ' ']);
    (rest.starts_with(char::is_alphabetic)).then_some(rest)
}
