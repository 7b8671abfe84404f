//! Finds words that mean the same as a word of the question: `it expires on 31 December` to "When does it end?"

use super::echo::is_form;

/// True if the word means the same as a word of the question. Both are folded.
pub fn is_of_question(asked: &str, word: &str) -> bool {
    let asks = |group: &[&str]| asked.split(' ').any(|asked| group.iter().any(|one| is_form(asked, one)));
    GROUPS.iter().any(|(questions, words)| words.contains(&word) && asks(questions))
}

/// Words of a question, and the words with which an answer says the same, in all languages.
type Group = (&'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const GROUPS: [Group; 2] = [
    // The end of a contract.
    (
        &["ends", "end", "expire", "expires", "expiry", "vence", "caduca", "termina", "acaba", "finaliza", "finit", "termine", "expire", "echeance", "ablaufen", "lauft", "endet",
          "auslaufen", "scade", "finisce", "scadenza"],
        &["ends", "end", "expires", "expire", "runs", "run", "out", "finishes", "mine", "vence", "caduca", "termina", "acaba", "finaliza", "expira", "mio", "se", "finit", "termine",
          "expire", "mienne", "mien", "elle", "il", "lauft", "endet", "aus", "ab", "sie", "er", "meine", "ele", "ela", "meu", "minha", "scade", "finisce", "mia"],
    ),
    // The collection of a thing.
    (
        &["pick", "collect", "recoger", "retirar", "recuperer", "chercher", "retirer", "abholen", "buscar", "ritirare", "prendere"],
        &["pick", "collect", "fetch", "grab", "by", "up", "recoger", "recogerlo", "retirar", "chercher", "recuperer", "passe", "abholen", "hole", "ab", "buscar", "pegar", "passo",
          "ritirare", "ritirarla", "prendere", "dele", "dela", "besoin", "jen"],
    ),
];

#[cfg(test)]
mod tests {
    use super::is_of_question;

    #[test]
    fn an_answer_may_say_it_in_other_words() {
        assert!(is_of_question("when does your insurance end", "expires"));
        assert!(is_of_question("wann lauft ihre versicherung aus", "endet"));
        assert!(!is_of_question("when would you like to come", "expires"));
    }
}
