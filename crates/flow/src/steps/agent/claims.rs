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
    let claim = words(claim);
    if claim.is_empty() {
        return false;
    }
    let parts: Vec<Vec<String>> = text.split(['.', ',', ';', ':', '!', '?', '\n', '(', ')', '–', '—']).map(words).collect();
    let mut stands = 0;
    for part in &parts {
        for at in 0..part.len().saturating_sub(claim.len() - 1) {
            if part[at..at + claim.len()] == claim {
                if !is_denied(&part[..at]) {
                    return true;
                }
                stands += 1;
            }
        }
    }
    let (letters, wanted): (String, String) = (parts.concat().concat(), claim.concat());
    wanted.chars().count() >= SPELLED_CHARS_MIN && letters.matches(&wanted).count() > stands && is_spelled(&parts, &wanted)
}

/// True if the letters of `wanted` are words of their own in a row, such as `b o o k e d`.
fn is_spelled(parts: &[Vec<String>], wanted: &str) -> bool {
    let all: Vec<&String> = parts.iter().flatten().collect();
    (0..all.len()).any(|from| {
        let mut rest = wanted;
        for (count, word) in all[from..].iter().enumerate() {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return count > 0,
                Some(left) => rest = left,
                None => return false,
            }
        }
        false
    })
}

fn is_denied(before: &[String]) -> bool {
    let near = &before[before.len().saturating_sub(DENIAL_WORDS_MAX)..];
    let limited = near.iter().any(|word| LIMITED.contains(&word.as_str()));
    let spanish = near.windows(2).any(|pair| pair[0] == "no" && DENIED_VERBS.contains(&pair[1].as_str()));
    !limited && (spanish || near.iter().any(|word| DENIALS.contains(&word.as_str())))
}

/// The folded words, without the marks that WhatsApp shows as bold, italic and struck out.
fn words(text: &str) -> Vec<String> {
    let plain: String = readable(text).chars().filter(|c| !matches!(c, '*' | '_' | '~' | '`')).collect();
    fold(&plain).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
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
        ] {
            assert!(!claims(text, claim), "{text}");
        }
    }
}
