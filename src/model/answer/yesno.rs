//! Yes and no, in the words of six languages and in signs.

use super::words;
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
    words::all(language).find_map(|words| match (words.yes.contains(&said), words.no.contains(&said)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    })
}

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
        ] {
            assert_eq!(yesno(yes, "en"), Some(true), "{yes}");
        }
        for no in ["No.", "nein", "Não", "non", "no, gracias", "👎", "pas du tout", "auf keinen Fall"] {
            assert_eq!(yesno(no, "en"), Some(false), "{no}");
        }
        for neither in ["maybe", "", "yes and no", "not sure"] {
            assert_eq!(yesno(neither, "en"), None, "{neither}");
        }
    }
}
