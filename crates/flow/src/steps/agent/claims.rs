//! Finds a claim in a reply, also with signs between its letters, with letters that look like ours, and not in a sentence
//! that denies it.

use crate::model::{grounding::readable, matching::fold};

/// Words that deny what follows within `DENIAL_WORDS_MAX` words of the same sentence part.
const DENIALS: [&str; 12] =
    ["not", "nothing", "nicht", "nichts", "pas", "rien", "non", "niente", "nada", "nao", "isnt", "wasnt"];
/// `no está reservado`: a Spanish no denies the verb behind it, and an English one nothing.
const DENIED_VERBS: [&str; 6] = ["esta", "estan", "ha", "hay", "he", "queda"];
/// `not only booked, but paid` denies nothing.
const LIMITED: [&str; 8] = ["only", "just", "nur", "solo", "soltanto", "seulement", "apenas", "so"];
const DENIAL_WORDS_MAX: usize = 2;
/// Shorter claims are looked for as words alone: their letters stand in many others.
const SPELLED_CHARS_MIN: usize = 5;

/// True if the text says the words of `claim` and does not deny them.
pub(super) fn claims(text: &str, claim: &str) -> bool {
    let claim = words(&plain(claim));
    if claim.is_empty() {
        return false;
    }
    let parts = parts(text);
    let stands = |part: &[String]| {
        let mut places = part.windows(claim.len()).enumerate().filter(|(_, words)| *words == claim);
        places.any(|(at, _)| !is_denied(&part[..at]))
    };
    parts.iter().any(|part| stands(part)) || is_spelled(&parts.concat(), &claim)
}

/// The folded words of each part of the text's sentences.
pub(super) fn parts(text: &str) -> Vec<Vec<String>> {
    plain(text).split(ends_a_part).map(words).collect()
}

/// True for a sign behind which another part of the sentence begins; letters may have blanks and hyphens between them.
fn ends_a_part(c: char) -> bool {
    !(c.is_alphanumeric() || c == ' ' || matches!(c, '\'' | '’'))
}

/// True if the letters of the claim are spread over other words than its own, such as `b o o k e d`.
fn is_spelled(words: &[String], claim: &[String]) -> bool {
    let wanted = claim.concat();
    let is_at = |from: usize| {
        let mut rest = wanted.as_str();
        for (count, word) in words[from..].iter().enumerate() {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return words[from..=from + count] != *claim,
                Some(left) => rest = left,
                None => return false,
            }
        }
        false
    };
    wanted.chars().count() >= SPELLED_CHARS_MIN && (0..words.len()).any(is_at)
}

pub(super) fn is_denied(before: &[String]) -> bool {
    let near = &before[before.len().saturating_sub(DENIAL_WORDS_MAX)..];
    let limited = near.iter().any(|word| LIMITED.contains(&word.as_str()));
    let spanish = near.windows(2).any(|pair| pair[0] == "no" && DENIED_VERBS.contains(&pair[1].as_str()));
    !limited && (spanish || near.iter().any(|word| DENIALS.contains(&word.as_str())))
}

/// The text as it is read: without the marks that WhatsApp shows as bold, italic and struck out.
fn plain(text: &str) -> String {
    readable(text).chars().filter(|c| !matches!(c, '*' | '_' | '~' | '`')).collect()
}

pub(super) fn words(plain: &str) -> Vec<String> {
    fold(plain).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::claims;

    #[test]
    fn a_claim_is_found_however_it_is_written() {
        for text in [
            "It is booked.",
            "Booked!",
            "It is bооked.",
            "It is *boo*ked.",
            "It is b o o k e d",
            "b-o-o-k-e-d",
            "boo ked",
            "No problem, booked!",
            "Not only booked, but paid.",
            "It is not late: it is booked.",
            "Why not? It is booked.",
            "Why not - booked!",
            "Not late 👍 booked",
            "It is booked, not open.",
        ] {
            assert!(claims(text, "booked"), "{text}");
        }
        assert!(claims("Nous vous attendons demain", "vous attendons") && claims("We expect you at 10", "we expect you"));
    }

    #[test]
    fn a_denied_claim_is_none() {
        for (text, claim) in [
            ("It is not booked yet. Which day?", "booked"),
            ("No, nothing is booked yet.", "booked"),
            ("Es ist noch nicht gebucht.", "gebucht"),
            ("No está reservado todavía.", "reservado"),
            ("Ce n'est pas encore réservé.", "réservé"),
            ("Our notebook is full.", "book"),
            ("It is overbooked.", "booked"),
            ("We do not expect you today.", "we expect you"),
            ("Not: we", "we expect you"),
            ("I do not say that we expect you", "that we expect you"),
        ] {
            assert!(!claims(text, claim), "{text}");
        }
    }
}
