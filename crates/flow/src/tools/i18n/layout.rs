//! The order of a language's file and the comments of its author: both stay when it is written anew.

use super::Locale;
use std::collections::BTreeMap;

/// Remarks that `extract` writes itself, above or below a key.
pub(super) const REMARKS: [&str; 4] = [
    "# `transom i18n extract` writes this file: key = flow.step, each translation beside its text.",
    "# An empty translation, and one whose text has changed, is not used: the text of the flow is said.",
    "# What people write to start a flow or to end one (`.stop_when`), beside the bot's own words.",
    "# Translated once, and said by no flow now. `extract` takes back what is said again; `--prune` takes out the rest.",
];

/// The beginning of a remark at a step.
pub(super) const OUTDATED: &str = "# outdated: ";

/// Former texts of these remarks.
const FORMER: [&str; 2] = [
    "# What people write to start a flow, beside the bot's own words.",
    "# Translated once, and said by no flow now. `extract` takes back what is said again; take out the rest.",
];

/// The keys of a file in its order, and the comments at each.
#[derive(Default)]
pub(super) struct Layout {
    pub keys: Vec<String>,
    /// Lines right above the key.
    above: BTreeMap<String, Vec<String>>,
    /// Lines of their own below it, up to the comments of the next key.
    below: BTreeMap<String, Vec<String>>,
}

impl Layout {
    pub fn of(locale: Option<&Locale>) -> Layout {
        let Some(locale) = locale else { return Layout::default() };
        let lines: Vec<&str> = locale.place.file().text().lines().collect();
        let first = ("locale".to_owned(), locale.place.line());
        let keys = locale.keys.iter().map(|(key, place)| (key.clone(), place.line()));
        let mut keys: Vec<(String, usize)> = std::iter::once(first).chain(keys).collect();
        keys.sort_by_key(|(_, line)| *line);
        // The first line of the comments right above each key, from 0.
        let begins: Vec<usize> = keys.iter().map(|(_, line)| comments_above(&lines, line - 1)).collect();
        let mut layout = Layout::default();
        for (at, (key, line)) in keys.iter().enumerate() {
            let end = begins.get(at + 1).copied().unwrap_or(lines.len());
            let comments = |from: usize, to: usize| {
                let lines = lines.get(from..to).unwrap_or_default().iter().map(|line| line.trim());
                lines.filter(|line| line.starts_with('#') && !is_ours(line)).map(str::to_owned).collect()
            };
            layout.above.insert(key.clone(), comments(begins[at], line - 1));
            layout.below.insert(key.clone(), comments(*line, end));
        }
        layout.keys = keys.into_iter().map(|(key, _)| key).filter(|key| key != "locale").collect();
        layout
    }

    /// A part of the file, which begins with its key, with the comments of its author.
    pub fn with_comments(&self, key: &str, part: &str) -> String {
        let lines = |all: &BTreeMap<String, Vec<String>>, indent: &str| {
            let lines = all.get(key).into_iter().flatten().map(|line| format!("{indent}{line}\n"));
            lines.collect::<String>()
        };
        let indent = if key == "locale" { "" } else { "  " };
        let (first, rest) = part.split_once('\n').unwrap_or((part, ""));
        format!("{}{first}\n{}{rest}", lines(&self.above, ""), lines(&self.below, indent))
    }
}

/// Of lines without a gap above this one, the first.
fn comments_above(lines: &[&str], at: usize) -> usize {
    let above = lines.get(..at).unwrap_or_default().iter().rev();
    at - above.take_while(|line| line.starts_with('#')).count()
}

fn is_ours(line: &str) -> bool {
    line.starts_with(OUTDATED) || REMARKS.contains(&line) || FORMER.contains(&line)
}

/// `_bot.say_10` in its parts, so that it stands behind `_bot.say_2`.
pub(super) fn numbered(id: &str) -> (String, u32) {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.to_owned(), id[stem.len()..].parse().unwrap_or_default())
}

/// The wanted items in the known order; a new one stands behind the one that it follows, else before the one that
/// follows it.
pub(super) fn arranged<T: PartialEq + Clone>(known: &[T], wanted: &[T]) -> Vec<T> {
    let mut all: Vec<T> = known.iter().filter(|one| wanted.contains(one)).cloned().collect();
    for (at, one) in wanted.iter().enumerate().filter(|(_, one)| !known.contains(one)) {
        if all.contains(one) {
            continue;
        }
        let place = |other: &T| all.iter().position(|known| known == other);
        let behind = wanted[..at].iter().rev().find_map(place).map(|at| at + 1);
        let before = || wanted[at + 1..].iter().find_map(place);
        let place = behind.or_else(before).unwrap_or(all.len());
        all.insert(place, one.clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_stands_where_it_belongs() {
        let arranged = |known: &str, wanted: &str| {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            arranged(&chars(known), &chars(wanted)).into_iter().collect::<String>()
        };
        assert_eq!(arranged("", "abc"), "abc");
        assert_eq!(arranged("cab", "abc"), "cab");
        assert_eq!(arranged("cb", "abc"), "cab");
        assert_eq!(arranged("cxa", "abcd"), "cdab");
        assert_eq!(arranged("c", "abc"), "abc");
    }
}
