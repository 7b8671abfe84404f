//! Yes and no, in the words of six languages and in signs.

use super::words::{self, Words};
use crate::model::matching::fold;

/// The contact's language wins where two languages share a word.
pub fn yesno(text: &str, language: &str) -> Option<bool> {
    let said = fold(text);
    let said = said.as_str();
    if YES.contains(&said) {
        return Some(true);
    }
    if NO.contains(&said) {
        return Some(false);
    }
    let said: Vec<&str> = said.split(' ').collect();
    words::all(language).find_map(|words| in_language(&said, words))
}

/// `yeah sure`, `nope, thanks`: several words that say the same. Both together are no answer.
fn in_language(said: &[&str], words: &Words) -> Option<bool> {
    let mut answer = None;
    let mut rest = said;
    while !rest.is_empty() {
        let named = |names: &[&str]| {
            (1..=rest.len()).rev().find(|count| names.contains(&rest[..*count].join(" ").as_str())).unwrap_or(0)
        };
        let okay = usize::from(OKAY.contains(&rest[0]));
        let (yes, no, polite) = (named(words.yes).max(okay), named(words.no), named(words.polite));
        let meant = match yes.max(no).max(polite) {
            0 => return None,
            // "Please" is a yes by itself only.
            count if count == polite && (count > yes.max(no) || said.len() > count) => None,
            count if count == no => Some(false),
            _ => Some(true),
        };
        if let Some(meant) = meant
            && answer.replace(meant).is_some_and(|before| before != meant)
        {
            return None;
        }
        rest = &rest[yes.max(no).max(polite)..];
    }
    answer
}

/// In any language, also beside other words.
const OKAY: &[&str] = &["ok", "okay", "okey", "oki"];
/// In any language; a text of emoji only is compared as written.
const YES: &[&str] =
    &["ok", "okay", "okey", "oki", "k", "1", "👍", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿", "✅", "👌", "✔", "✔️", "🆗", "💯"];
const NO: &[&str] = &["0", "👎", "👎🏻", "👎🏼", "👎🏽", "👎🏾", "👎🏿", "❌", "🚫", "✖", "✖️"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_in_six_languages() {
        for yes in [
            "Yes!",
            "sí",
            "Oui",
            "ja",
            "Sim",
            "👍",
            "👍🏽",
            "ok",
            "Sí, claro",
            "yep",
            "claro",
            "doch",
            "d’accord",
            "va bene",
            "yeah sure",
            "ok thanks",
            "ok, perfect!",
            "yes yes",
            "please",
            "yes, of course, thank you",
            "vale, gracias",
            "ja, gerne, danke",
            "oui merci",
        ] {
            assert_eq!(yesno(yes, "en"), Some(true), "{yes}");
        }
        for no in [
            "No.",
            "nein",
            "Não",
            "non",
            "no, gracias",
            "👎",
            "pas du tout",
            "auf keinen Fall",
            "not yet",
            "Nope, thanks",
            "no no",
            "I don't think so",
            "todavía no",
            "noch nicht",
            "pas encore",
            "ainda não",
            "non ancora",
            "bitte nicht",
            "no, por favor",
            "nein, noch nicht",
            "claro que no",
        ] {
            assert_eq!(yesno(no, "en"), Some(false), "{no}");
        }
        for neither in
            ["maybe", "", "yes and no", "not sure", "thanks", "yes no", "ok no", "nicht sicher", "right now", "1 0"]
        {
            assert_eq!(yesno(neither, "en"), None, "{neither}");
        }
    }
}
