//! Finds the option that a yes or a no means beside options of which none is called so: *Confirm* and *Leave it*.

use super::super::words;
use crate::matching::{fold, has_word};

/// The place of the option that a yes (`true`) or a no to this question means: the only one that confirms, or the only one
/// that refuses. Only a question that can be answered with yes or no has one.
pub fn confirmed(yes: bool, titles: &[&str], question: &str, language: &str) -> Option<usize> {
    if titles.len() > TITLES_MAX || !asks_yes_or_no(question, language) {
        return None;
    }
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let only = |is_one: &dyn Fn(&str) -> bool| {
        let mut found = (0..titles.len()).filter(|place| is_one(&titles[*place]));
        found.next().filter(|_| found.next().is_none())
    };
    // In a menu, *Confirm my booking* is one of several things and not the answer to *Can I help you?*
    let has_way_out = || titles.iter().any(|title| refuses(title) || cancels(title) || changes(title));
    match yes {
        true => only(&confirms).filter(|_| titles.len() == 1 || has_way_out()),
        // Beside *Another day*, a no may ask for that; and *Cancel* then does more than to leave things as they are.
        false => {
            let is_refusal = |title: &str| refuses(title) || cancels(title);
            let place = only(&is_refusal)?;
            let is_sure = refuses(&titles[place]) || !titles.iter().any(|title| changes(title));
            (is_sure && titles.iter().any(|title| confirms(title))).then_some(place)
        }
    }
}

/// True for a refusal that leaves things as they are: `leave it`, `deixa estar`.
pub fn leaves_it(text: &str) -> bool {
    LEAVING.contains(&fold(text).as_str())
}

/// More options are a menu.
const TITLES_MAX: usize = 4;

/// True if the last question of the text can be answered with yes or no.
fn asks_yes_or_no(question: &str, language: &str) -> bool {
    let Some(end) = question.rfind('?') else { return false };
    let last = question[..end].rsplit(['.', '!', '?', '\n', '¿']).next().unwrap_or_default();
    let asked = fold(last);
    let said: Vec<&str> = asked.split(' ').collect();
    let or = words::own(language).map_or("", |own| own.around.or);
    let is_or = |word: &&str| or.split_whitespace().any(|or| or == *word);
    let helps = HELPING.iter().any(|phrase| has_word(&asked, phrase));
    !asked.is_empty() && !helps && !said.iter().any(|word| WH.contains(word)) && !said.iter().any(is_or)
}

fn confirms(title: &str) -> bool {
    let said: Vec<&str> = title.split(' ').collect();
    let is_other = |word: &&str| OTHERS.contains(word);
    BOOKING.contains(&title)
        || CONFIRMING.contains(&said[0]) && said.len() <= CONFIRMING_WORDS_MAX && !said.iter().any(is_other)
}

fn refuses(title: &str) -> bool {
    REFUSING.contains(&title)
}

fn cancels(title: &str) -> bool {
    CANCELLING.contains(&title)
}

fn changes(title: &str) -> bool {
    CHANGING.iter().any(|phrase| has_word(title, phrase))
}

/// `Confirm my booking now` has the most words of such a title.
const CONFIRMING_WORDS_MAX: usize = 4;

/// First words of a title that confirms.
#[rustfmt::skip]
const CONFIRMING: [&str; 14] = [
    "confirm", "confirmed", "confirmar", "confirmo", "confirma", "confirmado", "confirmer", "confirme", "bestatigen", "bestatige", "conferma", "confermo", "confermare", "confermato",
];
/// Words of a title that confirms something else, or later.
#[rustfmt::skip]
const OTHERS: [&str; 26] = [
    "another", "other", "later", "not", "new", "no", "otro", "otra", "otros", "luego", "despues", "nuevo", "autre", "plus", "tard", "pas", "spater", "nicht", "andere", "anderen", "outro", "outra", "depois", "nao",
    "altro", "dopo",
];
/// Titles that book.
#[rustfmt::skip]
const BOOKING: [&str; 24] = [
    "book it", "book now", "yes book it", "reserve it", "reservar", "reservalo", "reservar ya", "reserver", "buchen", "jetzt buchen", "verbindlich buchen", "agendar", "marcar",
    "reservar agora", "prenota", "prenotare", "prenota ora", "accept", "aceptar", "accepter", "annehmen", "aceitar", "accetta", "accettare",
];
/// Titles that leave things as they are.
#[rustfmt::skip]
const REFUSING: [&str; 48] = [
    "leave it", "leave it as is", "leave as is", "leave it as it is", "never mind", "nevermind", "no thanks", "no thank you", "not now", "forget it", "dont book", "dont confirm", "skip",
    "dejarlo", "dejarlo asi", "dejar asi", "dejalo asi", "no gracias", "ahora no", "mejor no", "no confirmar", "no reservar",
    "laisser comme ca", "laisser tomber", "non merci", "pas maintenant", "ne pas confirmer",
    "so lassen", "nein danke", "lieber nicht", "nicht jetzt", "nicht bestatigen", "nicht buchen",
    "deixar assim", "deixar como esta", "deixar estar", "deixa estar", "nao obrigado", "nao obrigada", "agora nao", "nao confirmar", "nao reservar",
    "lascia cosi", "lasciare cosi", "lascia stare", "no grazie", "non ora", "non confermare",
];
/// Titles that end something.
#[rustfmt::skip]
const CANCELLING: [&str; 12] = [
    "cancel", "cancelar", "anular", "annuler", "abbrechen", "stornieren", "annulla", "annullare", "cancella", "desistir", "reject", "decline",
];
/// Words of a title that changes something.
#[rustfmt::skip]
const CHANGING: [&str; 36] = [
    "another", "other", "change", "edit", "reschedule", "different", "otro", "otra", "cambiar", "corregir", "modificar", "autre", "changer", "modifier", "corriger", "ander", "anderer", "andere", "anderen", "anderes",
    "andern", "verschieben", "outro", "outra", "mudar", "alterar", "corrigir", "trocar", "altro", "altra", "cambia", "cambiare", "modifica", "modificare", "correggi", "remarcar",
];
/// Words of a question for more than a yes or a no.
#[rustfmt::skip]
const WH: [&str; 44] = [
    "what", "when", "where", "who", "which", "how", "why", "whose", "que", "quien", "cual", "cuando", "donde", "como", "cuanto", "cuantos", "cuantas", "quoi", "qui", "quel", "quelle", "quels", "quand", "ou",
    "comment", "combien", "pourquoi", "was", "wann", "wo", "wer", "welche", "welcher", "welches", "welchen", "wie", "warum", "quem", "qual", "quando", "onde", "quanto", "cosa", "quale",
];
/// Phrases of an offer to help.
#[rustfmt::skip]
const HELPING: [&str; 18] = [
    "help", "assist", "anything else", "ayudar", "ayudarte", "ayudarle", "algo mas", "aider", "autre chose", "helfen", "noch etwas", "sonst noch", "ajudar", "ajuda", "mais alguma coisa", "aiutare", "aiutarti", "altro",
];
/// Answers that leave things as they are, folded.
#[rustfmt::skip]
const LEAVING: [&str; 26] = [
    "leave it", "leave it as it is", "leave it be", "never mind", "nevermind", "forget it", "dejalo", "dejalo asi", "dejelo", "dejelo asi", "deja", "laisse", "laissez", "laisse tomber", "laissez tomber", "lass es", "lassen sie es", "lass gut sein",
    "deixa estar", "deixe estar", "deixa", "deixa assim", "esquece", "lascia stare", "lasci stare", "lascia perdere",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_confirms_and_a_no_leaves_it() {
        let three = ["Confirmar", "Outro dia", "Deixar assim"];
        let asked = "Fica sexta às 10:00. Confirmo?";
        assert_eq!(confirmed(true, &three, asked, "pt"), Some(0));
        assert_eq!(confirmed(false, &three, asked, "pt"), Some(2));
        for (language, yes, titles, question, place) in [
            ("en", true, &["Confirm booking", "Another day"][..], "Friday at 10. Is that right?", Some(0)),
            ("en", false, &["Confirm booking", "Another day"], "Friday at 10. Is that right?", None),
            ("en", true, &["Confirm", "Confirm and pay", "Leave it"], "Friday at 10. Is that right?", None),
            ("en", true, &["Confirm", "Another day", "Cancel"], "Which one?", None),
            ("en", true, &["Confirm my booking", "Opening hours"], "Can I help you?", None),
            ("en", true, &["Confirm", "Cancel"], "Shall I confirm it or cancel it?", None),
            ("en", true, &["Confirm", "Cancel"], "Friday at 10.", None),
            ("en", true, &["Confirm", "Cancel"], "Friday at 10, ok?", Some(0)),
            ("en", false, &["Confirm", "Cancel"], "Friday at 10, ok?", Some(1)),
            ("en", false, &["Confirm", "Another day", "Cancel"], "Friday at 10, ok?", None),
            ("en", false, &["Confirm", "Cancel", "No thanks"], "Friday at 10, ok?", None),
            ("de", true, &["Bestätigen", "Anderer Tag"], "Freitag um 10. Passt das?", Some(0)),
            ("fr", true, &["Confirmer", "Annuler"], "Vendredi à 10 h. C'est bon ?", Some(0)),
            ("it", true, &["Conferma", "Annulla"], "Venerdì alle 10. Va bene?", Some(0)),
            ("es", true, &["Reservar", "No, gracias"], "Viernes a las 10. ¿Te va bien?", Some(0)),
        ] {
            assert_eq!(confirmed(yes, titles, question, language), place, "{yes} {titles:?} {question}");
        }
    }
}
