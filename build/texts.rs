//! Splits the page's texts: each page reads those that only its own code names, beside those of the frame.

use std::collections::{BTreeMap, BTreeSet};

/// The code of a page names its texts.
struct Page<'a> {
    name: Option<&'a str>,
    /// The words that stand whole between two marks of a quotation.
    quoted: BTreeSet<&'a str>,
    /// The beginnings of keys whose end is a value: `runs.state.` of `runs.state.${state}`.
    begun: BTreeSet<&'a str>,
}

/// The texts of one language by the name of their page; `None`: those of the frame, with all that several pages name.
/// `file` has one key a line. `code` is that of the pages.
pub fn split(file: &str, code: &BTreeMap<Option<String>, String>) -> Result<BTreeMap<Option<String>, String>, String> {
    let pages: Vec<Page<'_>> = code
        .iter()
        .map(|(name, code)| Page { name: name.as_deref(), quoted: quoted(code), begun: begun(code) })
        .collect();
    let mut lines: BTreeMap<Option<String>, Vec<&str>> = code.keys().map(|name| (name.clone(), Vec::new())).collect();
    lines.entry(None).or_default();
    for (number, line) in file.lines().enumerate() {
        let entry = line.trim().trim_end_matches(',');
        if matches!(entry, "{" | "}") {
            continue;
        }
        let parts = entry.strip_prefix('"').and_then(|rest| rest.split_once("\": "));
        let is_whole = |text: &str| text.len() > 1 && text.ends_with(if text.starts_with('{') { '}' } else { '"' });
        let (key, _) = parts
            .filter(|(_, text)| is_whole(text))
            .ok_or_else(|| format!("{}: a file of texts has one key a line: {line}", number + 1))?;
        let mut named = pages.iter().filter(|page| page.names(key)).map(|page| page.name);
        let page = match (named.next(), named.next()) {
            (Some(Some(only)), None) => Some(only.to_owned()),
            _ => None,
        };
        lines.entry(page).or_default().push(entry);
    }
    Ok(lines.into_iter().map(|(page, lines)| (page, format!("{{{}}}", lines.join(",\n")))).collect())
}

impl Page<'_> {
    fn names(&self, key: &str) -> bool {
        self.quoted.contains(key) || self.begun.iter().any(|head| key.starts_with(head))
    }
}

/// Whether it can be a key of a text: this much code is searched for each of a thousand keys in each language, so only
/// words that can be one are kept.
fn is_key(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn quoted(code: &str) -> BTreeSet<&str> {
    ['\'', '"', '`'].into_iter().flat_map(|mark| code.split(mark)).filter(|word| is_key(word)).collect()
}

fn begun(code: &str) -> BTreeSet<&str> {
    let is_head = |head: &&str| head.ends_with('.') && head.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c));
    code.split('`').filter_map(|part| part.split_once("${")).map(|(head, _)| head).filter(is_head).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(pages: &[(Option<&str>, &str)]) -> BTreeMap<Option<String>, String> {
        pages.iter().map(|(name, code)| (name.map(str::to_owned), (*code).to_owned())).collect()
    }

    #[test]
    fn a_text_belongs_to_the_only_page_that_names_it() {
        let file = "{\n  \"a\": \"A\",\n  \"b.one\": {\"one\": \"B\", \"other\": \"Bs\"},\n  \"both\": \"C\",\n  \"nobody\": \"D\"\n}\n";
        let code = code(&[
            (None, "t('a')"),
            (Some("runs"), "t(`b.${x}`) + t('both') + t('a.b')"),
            (Some("tests"), "t(\"both\")"),
        ]);
        let all = split(file, &code).unwrap();
        assert_eq!(all[&None], "{\"a\": \"A\",\n\"both\": \"C\",\n\"nobody\": \"D\"}");
        assert_eq!(all[&Some("runs".to_owned())], "{\"b.one\": {\"one\": \"B\", \"other\": \"Bs\"}}");
        assert_eq!(all[&Some("tests".to_owned())], "{}");
    }

    #[test]
    fn a_text_over_several_lines_stops_the_build() {
        let wrong = split("{\n  \"a\": {\n", &code(&[(None, "")]));
        assert!(wrong.unwrap_err().starts_with("2: a file of texts has one key a line"));
    }
}
