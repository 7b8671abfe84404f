//! Leaves out the wish to be called where the question asks when to call: `call me at 5`.

/// The words without the wish to be called, if the question asks for that: `call me tomorrow at 9` postpones else.
pub fn without_call(rest: &[String], asked: &str) -> Vec<String> {
    let asks_for_call = asked.split(' ').any(|word| CALLS.iter().any(|stem| word.starts_with(stem)));
    let mut said = format!(" {} ", rest.join(" "));
    for phrase in CALL_ME.iter().filter(|_| asks_for_call) {
        said = said.replace(&format!(" {phrase} "), " ");
    }
    said.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// First letters of the verbs with which a question asks when to call.
const CALLS: [&str; 8] = ["call", "llam", "appel", "rappel", "anruf", "ligar", "ligam", "chiam"];
#[rustfmt::skip]
const CALL_ME: [&str; 22] = [
    "call me", "call us", "llameme", "llamame", "llamenme", "llamadme", "llamennos", "appelez moi", "appelle moi", "appelez nous", "rappelez moi",
    "rufen sie mich", "ruf mich", "rufen sie uns", "me liga", "me ligue", "me ligar", "liga me", "mi chiami", "chiamami", "mi chiamate", "chiamatemi",
];
