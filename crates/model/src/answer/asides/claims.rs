//! Tells whether another person in an aside claims the option beside it: by a wish, a decision or an allergy to it.

/// True for an allergy to something that the clause names: `my mum is allergic to lilies`, but not `… to them`.
pub fn is_allergic_to_another(said: &[&str]) -> bool {
    let is_thing = |word: &&&str| !ALLERGIES.contains(*word) && !PRONOUNS.contains(*word);
    let to = |place: usize| {
        ["to", "a", "aux", "au", "gegen", "ai", "alle", "al", "agli", "ao", "aos", "as", "all"].contains(&said[place])
    };
    said.iter().any(|word| ALLERGIES.contains(word))
        && (0..said.len()).any(|place| to(place) && said[place + 1..].iter().take(2).any(|word| is_thing(&word)))
        && !said.iter().any(|word| ["both", "too", "tambien", "aussi", "auch", "tambem", "anche"].contains(word))
}

const ALLERGIES: [&str; 9] =
    ["allergic", "alergica", "alergico", "allergique", "allergisch", "alergia", "allergica", "allergico", "allergia"];
#[rustfmt::skip]
const PRONOUNS: [&str; 33] = [
    "it", "them", "that", "those", "this", "these", "one", "ones", "eso", "esas", "esos", "ellas", "ellos", "el", "la", "los", "las", "ca", "cela", "elles", "eux", "sie", "die", "das", "isso", "elas", "eles", "os", "as",
    "loro", "quelli", "quelle", "questo",
];

/// True for words of somebody who wishes, decides or comes, too: `red, my brother likes it`. What somebody did is a reason:
/// `the screen, my son threw it down the stairs`.
pub fn claims(said: &[&str]) -> bool {
    said.len() < CLAIM_WORDS_MIN || said.iter().any(|word| CLAIMS.contains(word))
}

/// A shorter clause with another person may give the option to it.
const CLAIM_WORDS_MIN: usize = 4;
#[rustfmt::skip]
const CLAIMS: [&str; 207] = [
    "wants", "want", "wanted", "would", "will", "likes", "like", "liked", "loves", "love", "prefers", "prefer", "chooses", "choose", "chose", "picks", "picked", "decides", "decide", "decided", "says", "said", "thinks", "think", "takes", "take", "took", "needs", "need", "asks", "ask", "asked",
    "gets", "ordered", "orders", "order", "eats", "eat", "drinks", "comes", "too", "also", "same", "it", "that", "this", "them", "one", "hates", "knows", "for", "has", "have", "instead", "other",
    "quiere", "quieren", "querria", "prefiere", "prefieren", "gusta", "gustan", "gustaria", "elige", "eligio", "escoge", "decide", "decidio", "dice", "dijo", "opina", "piensa", "toma", "toman", "necesita", "pide", "pidio", "pregunta", "come", "comen", "bebe", "viene", "tambien", "igual",
    "eso", "esa", "ese", "esta", "este", "odia", "sabe", "pa", "tiene",
    "veut", "veulent", "voudrait", "prefere", "preferent", "aime", "aimerait", "choisit", "choisi", "decide", "dit", "pense", "prend", "prennent", "besoin", "demande", "mange", "boit", "vient", "aussi", "pareil", "ca", "celui", "celle", "deteste", "sait",
    "will", "wollen", "mochte", "mochten", "mag", "mogen", "nimmt", "nehmen", "wunscht", "bevorzugt", "wahlt", "entscheidet", "entschieden", "sagt", "meint", "meinte", "sagte", "braucht", "fragt", "isst", "trinkt", "kommt", "auch", "ebenfalls", "gleiche", "hatte", "das", "dies", "diese", "hasst", "weiss", "hatt",
    "quer", "querem", "queria", "prefere", "preferem", "gosta", "gostam", "gostaria", "escolhe", "escolheu", "decidiu", "diz", "disse", "acha", "pega", "leva", "precisa", "pede", "pediu", "pergunta", "vem", "tambem", "isso", "essa", "esse", "odeia", "tem",
    "vuole", "vogliono", "vorrebbe", "preferisce", "preferiscono", "piace", "piacciono", "sceglie", "scelto", "deciso", "dice", "detto", "pensa", "prende", "prendono", "bisogno", "serve", "chiede", "mangia", "beve", "anche", "pure", "uguale", "questo", "questa", "quello", "quella", "odia", "sa",
];

#[cfg(test)]
mod tests {
    use super::{claims, is_allergic_to_another};

    fn said(text: &str) -> Vec<&str> {
        text.split(' ').collect()
    }

    #[test]
    fn somebody_claims_an_option_by_a_wish() {
        assert!(claims(&said("my brother wants red as well")));
        assert!(claims(&said("my brother")));
        assert!(!claims(&said("my son threw the phone down the stairs")));
    }

    #[test]
    fn an_allergy_to_another_thing_claims_nothing() {
        assert!(is_allergic_to_another(&said("my mum is allergic to lilies")));
        assert!(is_allergic_to_another(&said("meine mama ist gegen lilien allergisch")));
        assert!(!is_allergic_to_another(&said("my mum is allergic to them")));
        assert!(!is_allergic_to_another(&said("my mum is allergic")));
    }
}
