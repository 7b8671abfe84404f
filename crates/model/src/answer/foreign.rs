//! Lists the words for yes and no that count in a contact's answer although they belong to another language.

/// True for a phrase that means yes or no to a contact of every other language: `oui`, `va bene`. A single word counts
/// only if it is listed here, because `prima` is "before" in Italian, `mai` is May and `show` a show.
pub fn is_unmistakable(phrase: &[&str], contact: &str) -> bool {
    match phrase {
        ["ja"] => !is_no_yes(contact),
        [word] => YES.contains(word) || NO.contains(word),
        _ => !phrase.contains(&"ja") || !is_no_yes(contact),
    }
}

/// Spanish speakers laugh with `ja`, `já` is "soon" in Portuguese, and French and Italian have short words that sound so.
fn is_no_yes(contact: &str) -> bool {
    ["es", "pt", "fr", "it"].contains(&contact)
}

#[rustfmt::skip]
const YES: [&str; 49] = [
    "ok", "okay", "okey", "oki", "yes", "yess", "yesss", "yeah", "yep", "yup", "sure", "absolutely", "definitely", "correct", "perfect", "great",
    "si", "sii", "siii", "sip", "claro", "vale", "correcto", "perfecto", "exacto", "oui", "ouais", "daccord", "volontiers", "parfait", "ja", "jawohl",
    "klar", "gerne", "genau", "naturlich", "einverstanden", "doch", "perfekt", "sim", "siim", "simm", "certo", "correto", "perfeito", "perfetto", "esatto",
    "daccordo", "volentieri",
];

const NO: [&str; 13] =
    ["nicht", "no", "noo", "nooo", "nope", "non", "nein", "nao", "never", "nunca", "jamais", "niemals", "keinesfalls"];
