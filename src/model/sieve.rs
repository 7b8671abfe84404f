//! What the row of whoever is meant by an audience must hold, as far as a look at its text can tell.
//!
//! The database leaves out all rows without it before anything of them is read. It may let through who is not meant:
//! they are asked afterwards. It never keeps back who is: so each text is one without which the condition cannot hold.

use crate::base::limits::{SIEVE_GROUPS_MAX, SIEVE_TEXTS_MAX};

/// Of each group one text at least stands in the JSON of whoever is meant. No groups: nothing can be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sieve(Vec<Vec<String>>);

impl Sieve {
    /// These all, as strings of their own.
    pub fn of_all<'t>(texts: impl IntoIterator<Item = &'t String>) -> Sieve {
        let mut sieve = Sieve::default();
        texts.into_iter().for_each(|text| sieve.and(vec![text.clone()]));
        sieve
    }

    /// One of these, too. Beyond the limits the group that says least is left out: the longer a text, the rarer.
    pub fn and(&mut self, texts: Vec<String>) {
        if texts.is_empty() || texts.len() > SIEVE_TEXTS_MAX || self.0.contains(&texts) {
            return;
        }
        self.0.push(texts);
        self.0.sort_by_key(|texts| std::cmp::Reverse(texts.iter().map(String::len).min()));
        self.0.truncate(SIEVE_GROUPS_MAX);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For `like … escape '!'`: as many groups of as many patterns as there may be; `%` lets everything through.
    pub fn patterns(&self) -> [[String; SIEVE_TEXTS_MAX]; SIEVE_GROUPS_MAX] {
        std::array::from_fn(|group| {
            std::array::from_fn(|text| match self.0.get(group) {
                None => "%".to_owned(),
                Some(texts) => pattern(texts.get(text).unwrap_or(&texts[0])),
            })
        })
    }

    /// What the database asks, for tests of what the sieve keeps back.
    pub fn lets_through(&self, json: &str) -> bool {
        let stands = |text: &String| json.contains(&quoted(text));
        self.0.iter().all(|texts| texts.iter().any(stands))
    }
}

/// As it stands in JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in quoted(text).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn patterns_are_quoted_texts_with_their_signs_escaped() {
        let mut sieve = Sieve::default();
        sieve.and(texts(&["100%_!\"x", "b"]));
        let patterns = sieve.patterns();
        assert_eq!(patterns[0][0], r#"%"100!%!_!!\"x"%"#);
        assert_eq!((patterns[0][1].as_str(), patterns[1][0].as_str()), (r#"%"b"%"#, "%"));
    }

    #[test]
    fn at_the_limits_what_says_most_stays() {
        let mut sieve = Sieve::default();
        for n in 0..=SIEVE_GROUPS_MAX {
            sieve.and(vec!["x".repeat(n + 1)]);
        }
        sieve.and(vec!["much too many".to_owned(); SIEVE_TEXTS_MAX + 1]);
        assert_eq!(sieve.0.len(), SIEVE_GROUPS_MAX);
        assert!(!sieve.0.contains(&texts(&["x"])), "{sieve:?}");
        assert!(sieve.lets_through(r#"{"a": "xx", "b": ["xxx"], "xxxx": 1}"#) && !sieve.lets_through("{}"));
    }
}
