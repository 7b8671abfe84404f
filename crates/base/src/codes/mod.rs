//! Loads the explanation of every finding's code, for `transom help CODE`, the reference and editors.
//!
//! The texts are beside this file, one file for each group: `## E501 Title`, an explanation, a wrong and a right
//! example. A test runs every example and walks the sources for codes that are not listed.

use std::sync::OnceLock;

/// The explanation of one code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Code {
    /// `E501`
    pub code: &'static str,
    pub title: &'static str,
    /// The reason for the rule, and advice.
    pub text: &'static str,
    /// An example that causes this finding and no other: files, or commands if no file can show it.
    pub bad: &'static str,
    /// The corrected example.
    pub good: &'static str,
}

/// Codes of one subject.
#[derive(Debug)]
pub struct Group {
    pub title: &'static str,
    pub codes: Vec<Code>,
}

/// All groups, in the order of the list.
pub fn groups() -> &'static [Group] {
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    GROUPS.get_or_init(|| WRITTEN.iter().map(|(title, text)| Group { title, codes: parse(text) }).collect())
}

pub fn all() -> impl Iterator<Item = &'static Code> {
    groups().iter().flat_map(|group| &group.codes)
}

/// The explanation of a code such as `E501`.
pub fn find(code: &str) -> Option<&'static Code> {
    all().find(|known| known.code == code)
}

/// The commands of an example that consists of commands: each line begins with `$ `.
pub fn commands(example: &str) -> Option<Vec<&str>> {
    example.starts_with("$ ").then(|| example.lines().filter_map(|line| line.strip_prefix("$ ")).collect())
}

/// The files of an example, by path: `# flows/NAME.yaml` or `# knowledge/NAME.md` begins a file, and a text that begins
/// with `flow: NAME` is a file by itself. A line that ends in `# and so on, 101 lines` is repeated 101 times, with its
/// `1` replaced by the number.
pub fn files(example: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in example.split_inclusive('\n') {
        match (named(line), files.last_mut()) {
            (Some(path), _) => files.push((path.to_owned(), String::new())),
            (None, Some((_, text))) => match repeated(line) {
                Some((line, times)) => (1..=times).for_each(|number| {
                    text.push_str(&line.replacen('1', &number.to_string(), 1));
                    text.push('\n');
                }),
                None => text.push_str(line),
            },
            (None, None) => {
                let name = line.trim_end().strip_prefix("flow: ").unwrap_or("example");
                files.push((format!("flows/{name}.yaml"), line.to_owned()));
            }
        }
    }
    files
}

/// A repeated line and its number of repetitions.
fn repeated(line: &str) -> Option<(&str, usize)> {
    let (line, rest) = line.split_once("# and so on, ")?;
    Some((line.trim_end(), rest.trim_end().strip_suffix(" lines")?.parse().ok()?))
}

fn named(line: &str) -> Option<&str> {
    let path = line.trim_end().strip_prefix("# ")?;
    let is_of_a_bot = [".yaml", ".rhai", ".md", ".txt", ".csv"].iter().any(|ending| path.ends_with(ending));
    is_of_a_bot.then_some(path).filter(|path| !path.contains(' '))
}

const WRITTEN: [(&str, &str); 12] = [
    ("Reading YAML", include_str!("reading.md")),
    ("Keys and values", include_str!("shape.md")),
    ("Expressions", include_str!("expressions.md")),
    ("Names", include_str!("names.md")),
    ("The window, and the order of steps", include_str!("order.md")),
    ("Limits of WhatsApp", include_str!("limits.md")),
    ("Templates", include_str!("templates.md")),
    ("Translations", include_str!("translations.md")),
    ("Knowledge", include_str!("knowledge.md")),
    ("Language models", include_str!("agents.md")),
    ("The configuration and the folder of the bot", include_str!("configuration.md")),
    ("Tests of flows", include_str!("tests.md")),
];

/// Parses `## E501 Title`, text, then a wrong and a right block of YAML.
fn parse(text: &'static str) -> Vec<Code> {
    let sections = text.strip_prefix("## ").unwrap_or(text).split("\n## ");
    sections
        .filter_map(|section| {
            let (head, rest) = section.split_once('\n')?;
            let (code, title) = head.split_once(' ')?;
            // The text, the wrong block, the text between, the right block.
            let parts: Vec<&str> = rest.split("```").collect();
            // A back-tick within a text is written between two back-ticks and begins no block.
            let begins =
                |block: &&'static str| block.strip_prefix("yaml\n").or_else(|| block.strip_prefix("console\n"));
            let block = |at: usize| parts.get(at).and_then(begins).unwrap_or("");
            let text = parts.first().map_or("", |text| text.trim());
            Some(Code { code, title: title.trim(), text, bad: block(1), good: block(3) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once() {
        let mut seen = std::collections::BTreeSet::new();
        for code in all() {
            assert!(seen.insert(code.code), "{} is there twice", code.code);
            assert!(!code.bad.is_empty() && !code.good.is_empty(), "{} has no example", code.code);
            assert!(code.code.len() == 4 && code.code.starts_with(['E', 'W']), "{}", code.code);
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn an_example_of_several_files_is_parted() {
        let files = files("# flows/_bot.yaml\nbot: a\n# flows/b.yaml\nflow: b # note\n# a comment.\n");
        assert_eq!(files[0], ("flows/_bot.yaml".into(), "bot: a\n".into()));
        assert_eq!(files[1], ("flows/b.yaml".into(), "flow: b # note\n# a comment.\n".into()));
    }

    #[test]
    fn one_line_of_an_example_stands_for_many() {
        let files = files("flow: a\n  - Option 1 # and so on, 3 lines\nend\n");
        assert_eq!(files[0].1, "flow: a\n  - Option 1\n  - Option 2\n  - Option 3\nend\n");
    }
}
