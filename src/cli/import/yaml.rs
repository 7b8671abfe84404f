//! Writes values as YAML that the loader reads back as the same values; `fmt` gives the text its one form.

use crate::{
    base::{limits::IMPORT_BRACKETS_CHARS_MAX, place::SourceFile},
    flow::tools::fmt,
};

/// A value in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yaml {
    /// A text with `${ }`; it stands in quotes wherever YAML would read it as something else.
    Text(String),
    /// A number, `true`, `none` or a word of the language, as it stands.
    Bare(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
    Steps(Vec<WrittenStep>),
}

/// A step or trigger with remarks for the author above it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenStep {
    pub remarks: Vec<String>,
    pub keys: Vec<(String, Yaml)>,
}

impl Yaml {
    pub fn text(text: impl Into<String>) -> Yaml {
        Yaml::Text(text.into())
    }

    pub fn bare(word: impl std::fmt::Display) -> Yaml {
        Yaml::Bare(word.to_string())
    }

    /// A map, from names with values.
    pub fn map<const N: usize>(entries: [(&str, Yaml); N]) -> Yaml {
        Yaml::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// A whole file: its entries and remarks at its top. What `fmt` cannot read stays as it was written.
pub fn file(path: &str, remarks: &[String], entries: &[(String, Yaml)]) -> String {
    let mut out = String::new();
    remarks.iter().for_each(|remark| comment(&mut out, remark, 0));
    entries.iter().for_each(|(key, value)| entry(&mut out, key, value, 0));
    let source = SourceFile::new(path, out.as_str());
    fmt::format(&source).unwrap_or(out)
}

fn entry(out: &mut String, key: &str, value: &Yaml, indent: usize) {
    out.push_str(&" ".repeat(indent));
    out.push_str(&key_of(key));
    out.push(':');
    below(out, value, indent + 2);
}

/// A value behind its key: on the same line, or in the lines below.
fn below(out: &mut String, value: &Yaml, indent: usize) {
    // The steps of a flow and of a block stand in lines of their own, also where there is one.
    let is_body = indent <= 4 && holds_steps(value);
    if let Some(line) = in_line(value).filter(|line| !is_body && is_short(value, line)) {
        if !line.is_empty() {
            out.push(' ');
            out.push_str(&line);
        }
        out.push('\n');
        return;
    }
    out.push('\n');
    match value {
        Yaml::Text(_) | Yaml::Bare(_) => {}
        Yaml::List(items) => items.iter().for_each(|one| item(out, one, indent)),
        Yaml::Map(entries) => entries.iter().for_each(|(key, value)| entry(out, key, value, indent)),
        Yaml::Steps(steps) => steps.iter().for_each(|one| step(out, one, indent)),
    }
}

fn item(out: &mut String, value: &Yaml, indent: usize) {
    match value {
        Yaml::Map(entries) if !in_line(value).is_some_and(|line| is_short(value, &line)) => {
            step(out, &WrittenStep { remarks: Vec::new(), keys: entries.clone() }, indent);
        }
        _ => {
            out.push_str(&" ".repeat(indent));
            out.push('-');
            below(out, value, indent + 2);
        }
    }
}

fn step(out: &mut String, step: &WrittenStep, indent: usize) {
    step.remarks.iter().for_each(|remark| comment(out, remark, indent));
    for (at, (key, value)) in step.keys.iter().enumerate() {
        match at {
            0 if matches!((key.as_str(), value), ("end" | "hand_back", Yaml::Bare(word)) if word.is_empty()) => {
                out.push_str(&format!("{}- {key}\n", " ".repeat(indent)));
            }
            0 => {
                let mut first = String::new();
                entry(&mut first, key, value, indent + 2);
                out.push_str(&format!("{}- {}", " ".repeat(indent), first.trim_start_matches(' ')));
            }
            _ => entry(out, key, value, indent + 2),
        }
    }
}

/// The value in one line; `None` for steps of more than a jump, which always stand in lines of their own.
fn in_line(value: &Yaml) -> Option<String> {
    Some(match value {
        Yaml::Text(text) => quoted(text),
        Yaml::Bare(word) => word.clone(),
        Yaml::List(items) => format!("[{}]", items.iter().map(in_line).collect::<Option<Vec<_>>>()?.join(", ")),
        Yaml::Map(entries) => {
            let pair = |(key, value): &(String, Yaml)| Some(format!("{}: {}", key_of(key), in_line(value)?));
            format!("{{{}}}", entries.iter().map(pair).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Yaml::Steps(steps) => match steps.as_slice() {
            [] => "[]".to_owned(),
            [one] if one.remarks.is_empty() => match one.keys.as_slice() {
                [(key, Yaml::Bare(name))] if key == "go" => format!("[{{go: {name}}}]"),
                [(key, Yaml::Bare(empty))] if key == "end" && empty.is_empty() => "[end]".to_owned(),
                _ => return None,
            },
            _ => return None,
        },
    })
}

fn holds_steps(value: &Yaml) -> bool {
    match value {
        Yaml::Steps(steps) => !steps.is_empty(),
        Yaml::Map(entries) => entries.iter().any(|(_, value)| holds_steps(value)),
        Yaml::Text(_) | Yaml::Bare(_) | Yaml::List(_) => false,
    }
}

/// Whether a list or map may stand in brackets. Texts stay in their line; `fmt` puts those of several lines below.
fn is_short(value: &Yaml, line: &str) -> bool {
    match value {
        Yaml::Text(_) | Yaml::Bare(_) | Yaml::Steps(_) => true,
        Yaml::List(items) if items.is_empty() => true,
        Yaml::Map(entries) if entries.is_empty() => true,
        Yaml::List(_) | Yaml::Map(_) => {
            line.chars().count() <= IMPORT_BRACKETS_CHARS_MAX && !line.contains("\\n") && !line.contains("${")
        }
    }
}

/// A text in double quotes, whose escapes are those of JSON; `fmt` takes needless quotes away.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn key_of(key: &str) -> String {
    let plain = !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && key.starts_with(|c: char| c.is_alphabetic());
    if plain { key.to_owned() } else { quoted(key) }
}

fn comment(out: &mut String, text: &str, indent: usize) {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    out.push_str(&format!("{}# {}\n", " ".repeat(indent), line.trim()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stands_in_brackets_up_to_the_limit() {
        // Two brackets, and two quotes around the one text.
        let list = |letters| Yaml::List(vec![Yaml::text("a".repeat(letters))]);
        let written = |letters| file("a.yaml", &[], &[("k".to_owned(), list(letters))]);
        assert!(written(IMPORT_BRACKETS_CHARS_MAX - 4).starts_with("k: ["));
        assert!(written(IMPORT_BRACKETS_CHARS_MAX - 3).starts_with("k:\n"));
    }
}
