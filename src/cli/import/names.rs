//! Makes valid names of the titles and ids of another product, each once.

use crate::{base::limits::IMPORT_NAME_CHARS_MAX, flow::script::valid_name, model::matching::fold};
use std::collections::{BTreeMap, BTreeSet};

/// The names of one kind, by what they stand for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    by_key: BTreeMap<String, String>,
}

impl Names {
    /// Keeps a name from being given.
    pub fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// The name for this key: the same for the same key, and another for any other.
    pub fn of(&mut self, key: &str, title: &str, fallback: &str) -> String {
        if let Some(name) = self.by_key.get(key) {
            return name.clone();
        }
        let name = self.fresh(title, fallback);
        self.by_key.insert(key.to_owned(), name.clone());
        name
    }

    /// Gives a name to one more key.
    pub fn also(&mut self, key: &str, name: &str) {
        self.by_key.entry(key.to_owned()).or_insert_with(|| name.to_owned());
    }

    pub fn known(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }

    /// A name that nothing has yet.
    pub fn fresh(&mut self, title: &str, fallback: &str) -> String {
        let mut wish = slug(title, fallback);
        if valid_name(&wish).is_err() {
            wish = format!("my_{wish}");
        }
        let mut name = wish.clone();
        let mut number = 2;
        while self.taken.contains(&name) {
            name = format!("{wish}_{number}");
            number += 1;
        }
        self.taken.insert(name.clone());
        name
    }
}

/// Small letters, figures and `_`: `Where to?` is `where_to`. Accents fall; other alphabets stay.
pub fn slug(title: &str, fallback: &str) -> String {
    let apart: String = title.chars().map(|c| if c.is_alphanumeric() || "'’".contains(c) { c } else { ' ' }).collect();
    let mut name = String::new();
    for word in fold(&apart).split_whitespace() {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if !name.is_empty() && name.chars().count() + word.chars().count() >= IMPORT_NAME_CHARS_MAX {
            break;
        }
        if !name.is_empty() && !word.is_empty() {
            name.push('_');
        }
        name.push_str(&word);
    }
    let name: String = name.chars().take(IMPORT_NAME_CHARS_MAX).collect();
    match name.chars().next() {
        None => fallback.to_owned(),
        Some(first) if !first.is_alphabetic() => format!("{fallback}_{name}"),
        Some(_) => name,
    }
}

/// A name of an environment variable: `SHOP_TOKEN`.
pub fn env_name(title: &str, fallback: &str) -> String {
    let ascii: String =
        slug(title, fallback).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = ascii.trim_matches('_').to_uppercase();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { fallback.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_the_limit_and_no_longer() {
        assert_eq!(slug(&"a".repeat(IMPORT_NAME_CHARS_MAX), "x").len(), IMPORT_NAME_CHARS_MAX);
        assert_eq!(slug(&"a".repeat(IMPORT_NAME_CHARS_MAX + 1), "x").len(), IMPORT_NAME_CHARS_MAX);
    }

    #[test]
    fn each_name_is_valid_and_given_once() {
        let mut names = Names::default();
        for (title, name) in
            [("Where to?", "where_to"), ("where to", "where_to_2"), ("new", "my_new"), ("", "x"), ("2nd", "x_2nd")]
        {
            assert_eq!(names.fresh(title, "x"), name);
        }
        assert_eq!(names.of("key", "Other", "x"), names.of("key", "Different", "x"));
    }
}
