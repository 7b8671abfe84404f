//! Reads a yes or no with other words: those of the people for whom it counts, and those that contradict it.

use super::yesno::whole;
use crate::matching::{fold, has_word};

/// A yes that names the people for whom it counts: `yes, for both of us`. A no with these words may correct the question
/// (`no, for both of us`), and is asked again.
pub fn for_several(text: &str, language: &str) -> Option<bool> {
    let mut cuts = text.match_indices([' ', ',']).map(|(place, _)| text.split_at(place));
    let (before, _) = cuts.find(|(_, end)| FOR_SEVERAL.contains(&fold(&end.replace(['\'', '’'], " ")).trim()))?;
    whole(before, language).filter(|yes| *yes)
}

/// Words for all who come, folded.
#[rustfmt::skip]
const FOR_SEVERAL: [&str; 24] = [
    "for both of us", "for the both of us", "for the two of us", "for us both", "for all of us", "for the three of us",
    "para los dos", "para las dos", "para ambos", "para ambas", "para nosotros dos", "para todos nosotros",
    "pour nous deux", "pour tous les deux", "pour toutes les deux", "pour nous tous", "fur uns beide", "fur uns alle",
    "para nos dois", "para nos duas", "para todos nos", "per tutti e due", "per entrambi", "per noi due",
];

/// True if the other words of a yes or no to a question about cancelling say the opposite: `yes, I will come` keeps the
/// visit, and `no, I can't come` cancels it.
pub fn contradicts(yes: bool, text: &str, question: &str) -> bool {
    let plain = |text: &str| fold(&text.replace(['\'', '’'], " "));
    let (said, asked) = (plain(text), plain(question));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(&said, phrase));
    let is_cancelling = |word: &str| CANCELLING.iter().any(|stem| word.starts_with(stem));
    let behind = text.split_once([',', '.', ';', '!']).map_or(String::new(), |(_, behind)| plain(behind));
    // `Soll ich absagen?`
    let sets_off = || (asked.contains("absag") || behind.contains("sag")) && behind.trim_end().ends_with(" ab");
    if !yes && (sets_off() || GO_ON.iter().any(|phrase| has_word(&behind, phrase))) {
        return true;
    }
    let asks_for_it = || behind.split(' ').any(is_cancelling) && !behind.split(' ').any(|word| UNABLE.contains(&word));
    // `no, está bien` and `non c'est bon` agree behind their no.
    if !yes && agrees_behind(text) {
        return true;
    }
    // `no, not bad` praises.
    if !yes && says(&NOT_BAD) {
        return true;
    }
    // `no need, just cancel it`: a no that asks for something may mean the opposite of what was asked.
    if !yes && asks_for_it() {
        return true;
    }
    asked.split(' ').any(|word| CANCELLING.iter().any(|stem| word.starts_with(stem)))
        && says(&COMING)
        && (yes || says(&UNABLE))
}

/// True for a plain no and nothing but an agreement behind it. Where *no* is also the word that negates a verb (`no está
/// bien`), a mark stands between.
fn agrees_behind(text: &str) -> bool {
    let said: Vec<&str> = text.split_whitespace().collect();
    let count = said.iter().take_while(|word| PLAIN_NO.contains(&fold(word).as_str())).count();
    let Some(last) = count.checked_sub(1).map(|last| said[last]) else { return false };
    let rest = fold(&said[count..].join(" ").replace(['\'', '’'], " "));
    let negates = NEGATES.contains(&fold(last).as_str()) || ITALIAN.contains(&rest.trim()) && fold(last) == "non";
    (last.ends_with([',', '.', '!', ';']) || !negates) && AGREEING.contains(&rest.trim())
}

/// Agreements that the Italian *non* negates.
const ITALIAN: [&str; 2] = ["va bene", "va benissimo"];
const PLAIN_NO: [&str; 6] = ["no", "non", "nein", "nee", "nao", "nope"];
/// Words that are a no and negate a verb.
const NEGATES: [&str; 2] = ["no", "nao"];
#[rustfmt::skip]
const AGREEING: [&str; 30] = [
    "its fine", "it s fine", "that s fine", "thats fine", "that is fine", "it is fine", "its ok", "it s ok", "that s ok", "its good", "it s good",
    "esta bien", "ta bien", "esta perfecto", "esta bueno", "de acuerdo", "c est bon", "c est bien", "c est parfait", "ca va", "ca me va", "d accord", "passt", "passt schon", "alles gut", "das passt",
    "esta bom", "ta bom", "va bene", "va benissimo",
];

/// Praise that negates.
const NOT_BAD: [&str; 12] = [
    "not bad",
    "not too bad",
    "nada mal",
    "no esta mal",
    "no estuvo mal",
    "pas mal",
    "nicht schlecht",
    "nada mau",
    "nao esta mau",
    "nao foi mau",
    "niente male",
    "non male",
];

/// Words with which somebody lets another one go on.
const GO_ON: [&str; 7] =
    ["go ahead", "adelante", "allez y", "machen sie ruhig", "machen sie nur", "pode seguir", "faccia pure"];

/// The beginnings of words that cancel something, folded.
const CANCELLING: [&str; 12] =
    ["cancel", "anul", "annul", "storn", "absag", "absage", "desmarc", "disdi", "disdett", "suspend", "delet", "losch"];

/// Words of somebody who comes, folded, with blanks for apostrophes.
#[rustfmt::skip]
const COMING: [&str; 48] = [
    "ir", "venir", "asistir", "vir", "venire", "viens", "come", "coming", "be there", "attend", "attending", "keep it", "keep my", "see you", "make it", "on my way",
    "voy", "vamos", "ire", "iremos", "vengo", "vendre", "vendremos", "asistire", "nos vemos", "alli estare",
    "je viens", "je viendrai", "nous venons", "nous viendrons", "j y serai", "a bientot",
    "komme", "kommen", "bin da", "sind da", "bis dann", "vou", "irei", "estarei", "venho", "viremos",
    "verro", "verremo", "veniamo", "ci saro", "ci saremo", "ci vediamo",
];

/// Words of somebody who cannot come, folded, with blanks for apostrophes. A `no` alone begins the answer.
#[rustfmt::skip]
const UNABLE: [&str; 31] = [
    "cant", "can t", "cannot", "wont", "won t", "not", "unable", "dont", "don t", "didnt", "puedo", "podemos", "podre", "podremos", "no voy", "no vamos",
    "pas", "peux", "pouvons", "pourrai", "nicht", "kann", "konnen", "posso", "poderei", "nao vou", "nao irei", "possiamo", "potro", "non vengo", "non verro",
];

#[cfg(test)]
mod tests {
    use super::{
        super::{AnswerContext, AnswerType, read, tests::hearing},
        *,
    };
    use crate::{inbound::InboundKind, value::Value};

    #[test]
    fn who_comes_does_not_cancel() {
        for (language, question, text, means) in [
            ("en", "Shall we cancel your visit on Friday?", "yes, I will come", None),
            ("en", "Shall we cancel your visit on Friday?", "no, I can't come", None),
            ("en", "Shall we cancel your visit on Friday?", "no, I will come", Some(false)),
            ("es", "¿Anulamos tu cita del viernes?", "no, no puedo ir", None),
            ("en", "Shall we cancel your visit on Friday?", "yes", Some(true)),
            ("en", "Shall we cancel your visit on Friday?", "no", Some(false)),
            ("en", "Will you come on Friday?", "yes, I will come", Some(true)),
            ("es", "¿Anulamos tu cita del viernes?", "sí, voy", None),
            ("es", "¿Vienes el viernes?", "sí, voy", Some(true)),
            ("fr", "Faut-il annuler votre visite ?", "oui, je viens", None),
            ("de", "Sollen wir den Termin stornieren?", "ja, ich komme", None),
            ("pt", "Cancelamos a sua visita?", "sim, vou", None),
            ("it", "Annulliamo la visita?", "sì, vengo", None),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let likely = read(AnswerType::YesNo, &InboundKind::Text { body: text.into() }, &hearing).likely;
            assert_eq!(likely, means.map(Value::YesNo).into_iter().collect::<Vec<_>>(), "{language}: {text}");
        }
        assert_eq!(for_several("yes, for both of us", "en"), Some(true));
    }
}
