//! Leaves out the wish to be called where the question asks when to call: `call me at 5`, `try me at 4`.

use crate::matching::has_word;

/// The words without those of calling, if the question asks for that: `call me tomorrow at 9` postpones else.
pub fn without_call(rest: &[String], asked: &str) -> Vec<String> {
    let asks_for_call = asked.split(' ').any(|word| begins_with(&CALLS, word));
    let is_left = |word: &&String| !(word.is_empty() || asks_for_call && begins_with(&CALLING, word));
    rest.iter().filter(is_left).cloned().collect()
}

/// True for somebody who will call: `I'll call you tomorrow` postpones.
pub fn will_call(rest: &[String]) -> bool {
    let said = rest.join(" ");
    OWN_CALLS.iter().any(|phrase| has_word(&said, phrase))
}

fn begins_with(stems: &[&str], word: &str) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}

/// First letters of the verbs with which a question asks when to call.
const CALLS: [&str; 12] =
    ["call", "ring", "phone", "llam", "appel", "rappel", "anruf", "zuruckruf", "ligar", "ligam", "chiam", "richiam"];

/// Words of somebody who will call.
#[rustfmt::skip]
const OWN_CALLS: [&str; 30] = [
    "ill call", "i call", "i will call", "we will call", "well call", "ill ring", "i ring", "ill phone", "i can call", "ill try", "llamo", "llamare", "llamamos",
    "je vous appelle", "je vous rappelle", "je t appelle", "on vous appelle", "appellerai", "rappellerai", "rufe", "rufen wir", "wir rufen", "ligo", "ligarei",
    "chiamo", "chiamero", "richiamo", "richiamero", "vi chiamiamo", "telefono io",
];

/// First letters of the verbs with which somebody asks for a call.
#[rustfmt::skip]
const CALLING: [&str; 22] = [
    "call", "ring", "phone", "try", "llam", "telefone", "prueb", "appel", "rappel", "telephon", "essay", "ruf", "anruf", "anzuruf", "zuruckruf", "versuch",
    "lig", "tent", "chiam", "richiam", "telefon", "prov",
];
