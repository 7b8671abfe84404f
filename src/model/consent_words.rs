//! Words by which a contact leaves or comes back, in six languages; always the whole message after folding.
//!
//! Recognised when a webhook is recorded, before any flow (language.md 8), so they live here.

use super::matching::fold;

/// What a word alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Always counts.
    Stop,
    /// Counts when no question waits and no flow has it as an exact keyword; asked back.
    Unsure,
    /// Lifts a stop.
    Start,
}

/// Additions of a bot (`opt_out.words`, `opt_out.unsure`), folded once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraWords {
    hard: Vec<String>,
    unsure: Vec<String>,
}

impl ExtraWords {
    pub fn new(hard: &[String], unsure: &[String]) -> Self {
        let folded = |words: &[String]| words.iter().map(|w| fold(w)).filter(|w| !w.is_empty()).collect();
        ExtraWords { hard: folded(hard), unsure: folded(unsure) }
    }
}

/// What the whole message means, if it is one of the words.
pub fn recognise(text: &str, extra: &ExtraWords) -> Option<Word> {
    // The longest entry is far below this; nobody's essay needs folding.
    if text.len() > LONGEST_BYTES && extra.hard.is_empty() && extra.unsure.is_empty() {
        return None;
    }
    let text = fold(text);
    let in_table = |table: &[(&str, &[&str])]| table.iter().any(|(_, words)| words.contains(&text.as_str()));
    if text.is_empty() {
        None
    } else if extra.hard.contains(&text) || in_table(HARD) {
        Some(Word::Stop)
    } else if in_table(START) {
        Some(Word::Start)
    } else if extra.unsure.contains(&text) || in_table(UNSURE) {
        Some(Word::Unsure)
    } else {
        None
    }
}

/// The language that a word belongs to, so that it is answered in the same; international words have none.
pub fn language(text: &str) -> Option<&'static str> {
    let text = fold(text);
    [HARD, UNSURE, START]
        .into_iter()
        .flatten()
        .find(|(language, words)| *language != "en" && words.contains(&text.as_str()))
        .map(|(language, _)| *language)
}

const LONGEST_BYTES: usize = 200;

type Table = &'static [(&'static str, &'static [&'static str])];

const HARD: Table = &[
    ("en", &["stop", "stopall", "stop all", "unsubscribe", "unsubscribe me", "optout", "opt out", "revoke"]),
    (
        "es",
        &[
            "baja",
            "dar de baja",
            "darme de baja",
            "darse de baja",
            "dame de baja",
            "quiero darme de baja",
            "desuscribir",
            "desuscribirme",
        ],
    ),
    (
        "fr",
        &[
            "arret",
            "arrete",
            "desabonner",
            "me desabonner",
            "desabonnez moi",
            "desinscrire",
            "me desinscrire",
            "desinscription",
            "desabonnement",
        ],
    ),
    ("de", &["abmelden", "abmeldung", "stopp", "abbestellen", "austragen", "abbestellung"]),
    (
        "pt",
        &[
            "descadastrar",
            "descadastre",
            "descadastrar me",
            "cancelar inscricao",
            "cancelar subscricao",
            "desinscrever",
            "remover",
        ],
    ),
    (
        "it",
        &[
            "disiscrivimi",
            "disiscriviti",
            "disiscrivere",
            "disiscrizione",
            "cancellami",
            "annulla iscrizione",
            "cancella iscrizione",
        ],
    ),
];

const UNSURE: Table = &[
    ("en", &["cancel", "end", "quit", "exit", "stop it", "no more", "stop messages"]),
    ("es", &["cancelar", "parar", "salir", "alto", "basta", "no mas", "terminar", "para"]),
    ("fr", &["annuler", "quitter", "fin", "arreter", "terminer"]),
    ("de", &["ende", "beenden", "abbrechen", "aufhoren", "halt", "schluss", "kundigen"]),
    ("pt", &["cancelar", "parar", "sair", "encerrar", "pare", "chega"]),
    ("it", &["annulla", "annullare", "fine", "esci", "basta", "ferma", "fermati", "smetti"]),
];

const START: Table = &[
    ("en", &["start", "unstop", "subscribe", "optin", "opt in"]),
    ("es", &["alta", "darme de alta", "suscribir", "suscribirme", "empezar"]),
    ("fr", &["abonner", "m abonner", "mabonner", "reabonner", "reprendre"]),
    ("de", &["anmelden", "anmeldung", "starten"]),
    ("pt", &["inscrever", "inscrever me", "cadastrar", "comecar"]),
    ("it", &["iscrivimi", "iscriviti", "inizia", "riattiva"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<Word> {
        recognise(text, &ExtraWords::default())
    }

    #[test]
    fn hard_words_count_in_six_languages() {
        for word in [
            "STOP",
            "stop.",
            " Stop! ",
            "Stop 🛑",
            "STOPALL",
            "Unsubscribe",
            "BAJA",
            "Arrêt",
            "ABMELDEN",
            "Descadastrar",
            "Cancellami",
        ] {
            assert_eq!(plain(word), Some(Word::Stop), "{word}");
        }
    }

    #[test]
    fn a_sentence_is_no_word() {
        for text in ["stop by tomorrow", "don't stop", "STOP PLEASE", "", "🛑", "nonstop", "The bus stop"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn unsure_words_are_only_unsure() {
        for word in ["CANCEL", "Cancelar", "END", "quit", "PARAR", "Annuler", "Ende", "basta"] {
            assert_eq!(plain(word), Some(Word::Unsure), "{word}");
        }
    }

    #[test]
    fn no_word_is_hard_and_something_else() {
        for (_, words) in HARD {
            for word in *words {
                assert_eq!(fold(word), **word, "entries stand folded");
                for table in [UNSURE, START] {
                    assert!(!table.iter().any(|(_, other)| other.contains(word)), "{word}");
                }
            }
        }
        for (_, words) in UNSURE.iter().chain(START) {
            assert!(words.iter().all(|word| fold(word) == **word));
        }
    }

    #[test]
    fn a_bot_adds_words_of_its_own() {
        let extra = ExtraWords::new(&["Ausstieg!".into()], &["Genug".into()]);
        assert_eq!(recognise("ausstieg", &extra), Some(Word::Stop));
        assert_eq!(recognise("GENUG", &extra), Some(Word::Unsure));
        assert_eq!(recognise("START", &extra), Some(Word::Start));
    }

    #[test]
    fn the_answer_speaks_the_words_language() {
        assert_eq!((language("Baja"), language("ABMELDEN"), language("STOP")), (Some("es"), Some("de"), None));
    }
}
