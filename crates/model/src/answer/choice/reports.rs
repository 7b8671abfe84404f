//! Finds the option that a report names, where the question asks for a fault (`the battery's dead by lunchtime`, `there's a
//! leak, my husband put a bucket under it`) or how the contact has heard of the business (`saw you on instagram`).

use super::{AnswerContext, mentions};
use crate::{
    answer::{another, inside, words},
    matching::{fold, has_word, starts_with},
};

/// The place of the only option that a report of a fault names. An option that is no fault by its name (*Battery*) needs a
/// word of failing beside it; a report that it is well, or that it was mended, names none.
pub fn fault(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Option<usize> {
    let own = words::own(hearing.language)?;
    let asked = plain(hearing.question);
    if !ASKS.iter().any(|phrase| has_word(&asked, phrase))
        || text.len() > inside::SENTENCE_BYTES_MAX
        || text.contains(['?', '¿', '"'])
        || another::is_denied_by_sign(text)
    {
        return None;
    }
    let titles: Vec<Vec<String>> =
        titles.iter().map(|all| all.iter().map(|title| title.replace(['\'', '’'], " ")).collect()).collect();
    let folded = plain(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let found = mentions(&said, &titles, hearing);
    let first = found.first()?;
    if said.len() > inside::SENTENCE_WORDS_MAX || found.iter().any(|mention| mention.option != first.option) {
        return None;
    }
    let rest: Vec<&str> =
        (0..said.len()).filter(|place| !found.iter().any(|mention| mention.holds(*place))).map(|at| said[at]).collect();
    let left = rest.join(" ");
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(&left, phrase));
    let is_open = || own.around.or.split_whitespace().any(|or| has_word(&left, or));
    if says(&WELL) || says(&DOUBTS) || is_open() || inside::ASKS.iter().any(|start| starts_with(&folded, start)) {
        return None;
    }
    let is_not = |word: &&&str| {
        own.around.nots.split_whitespace().any(|not| not == **word) || ["won", "no", "t"].contains(*word)
    };
    let negated = rest.iter().filter(is_not).count();
    let title = fold(&titles[first.option][0]);
    let is_fault = title.split(' ').any(|word| FAULTS.contains(&word) || NONE.contains(&word));
    match (is_fault, negated) {
        (true, 0) => Some(first.option),
        (true, _) => None,
        (false, 0) => says(&FAILS).then_some(first.option),
        // `la batterie tient plus, à midi elle est morte`, but not `the battery isn't dead`
        (false, _) => {
            let ceases = rest.iter().filter(|word| CEASES.contains(word)).count();
            (ceases >= negated).then_some(first.option)
        }
    }
}

fn plain(text: &str) -> String {
    fold(&text.replace(['\'', '’'], " "))
}

/// True for a report that something is well, where the question asks for a fault: `the battery is fine now`.
pub fn is_well(text: &str, hearing: &AnswerContext<'_>) -> bool {
    let (asked, folded) = (plain(hearing.question), plain(text));
    let is_negated = || {
        let nots = words::own(hearing.language).map_or("", |own| own.around.nots);
        folded.split(' ').any(|word| nots.split_whitespace().any(|not| not == word) || ["t", "no"].contains(&word))
    };
    ASKS.iter().any(|phrase| has_word(&asked, phrase))
        && FINE.iter().any(|phrase| has_word(&folded, phrase))
        && !is_negated()
}

/// The place of the only option that tells how the contact has heard of the business.
pub fn source(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Option<usize> {
    let own = words::own(hearing.language)?;
    let asked = plain(hearing.question);
    if !SOURCES.iter().any(|phrase| has_word(&asked, phrase))
        || text.len() > inside::SENTENCE_BYTES_MAX
        || text.contains(['?', '¿', '"'])
        || another::is_denied_by_sign(text)
    {
        return None;
    }
    let folded = plain(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let found = mentions(&said, titles, hearing);
    let first = found.first()?;
    let rest: Vec<&str> =
        (0..said.len()).filter(|place| !found.iter().any(|mention| mention.holds(*place))).map(|at| said[at]).collect();
    let left = rest.join(" ");
    let is_not = |word: &&str| own.around.nots.split_whitespace().any(|not| not == *word) || ["no", "t"].contains(word);
    let is_open = DOUBTS.iter().any(|phrase| has_word(&left, phrase))
        || own.around.or.split_whitespace().any(|or| has_word(&left, or));
    let is_one = found.iter().all(|mention| mention.option == first.option);
    (is_one && said.len() <= inside::SENTENCE_WORDS_MAX && !is_open && !rest.iter().any(is_not)).then_some(first.option)
}

/// Words of a question how the contact has heard of the business.
#[rustfmt::skip]
const SOURCES: [&str; 30] = [
    "hear about us", "heard about us", "hear of us", "find us", "found us", "find out about us", "nos ha conocido", "nos conocio", "nos has conocido", "nos encontro", "supo de nosotros", "nous avez vous connus", "nous avez vous connu", "nous connaissez", "nous avez vous trouves", "entendu parler de nous",
    "von uns erfahren", "auf uns aufmerksam", "von uns gehort", "uns gefunden", "nos conheceu", "ficou sabendo", "nos encontrou", "soube de nos", "ci ha conosciuti", "ci ha conosciuto", "ci hai conosciuti", "ci ha trovati", "ci ha trovato", "sentito parlare di noi",
];
/// Words of what is well.
#[rustfmt::skip]
const FINE: [&str; 35] = [
    "is fine", "is ok", "is okay", "is good", "s fine", "s ok", "works fine", "works well", "esta bien", "va bien", "funciona bien", "esta perfecto", "esta perfecta", "ist ok", "ist jetzt ok", "ist gut", "ist in ordnung", "geht gut", "passt", "esta boa", "esta bom", "ta boa", "ta bom", "esta otima",
    "va bene", "adesso va bene", "e a posto", "funziona bene", "est bonne", "marche bien", "est ok", "va tres bien", "is fixed", "was fixed", "wieder ganz",
];
/// Words of a question for a fault.
#[rustfmt::skip]
const ASKS: [&str; 50] = [
    "wrong", "problem", "issue", "fault", "matter with", "broken", "happened",
    "problema", "que le pasa", "le pasa", "falla", "fallo", "averia", "estropeado", "roto", "que tiene el", "ha pasado",
    "probleme", "souci", "panne", "casse", "arrive a", "qu a votre", "ne marche pas",
    "fehler", "kaputt", "passiert", "defekt", "fehlt", "stimmt nicht", "was ist mit", "was hat", "que tiene", "que ocurre", "qu est ce qu", "what s up", "whats up", "cosa c e che", "cos ha", "che cos ha", "cosa succede", "o que ha", "o que tem", "o que foi", "qual o problema", "c est quoi le", "defeito", "aconteceu", "guasto", "difetto",
];
/// Words of a fault, which an option may have in its name.
#[rustfmt::skip]
const FAULTS: [&str; 62] = [
    "leak", "noise", "crack", "cracked", "broken", "puncture", "smell", "error", "blocked", "damage", "dent", "scratch",
    "fuga", "ruido", "grieta", "pinchazo", "rota", "roto", "olor", "averia", "golpe", "atasco", "goteo", "rayon",
    "fuite", "bruit", "fissure", "crevaison", "casse", "cassee", "odeur", "panne", "bouchon", "rayure",
    "leck", "gerausch", "riss", "kaputt", "platten", "geruch", "fehler", "verstopft", "delle", "kratzer",
    "vazamento", "barulho", "rachadura", "furo", "quebrado", "quebrada", "cheiro", "entupido", "amassado", "arranhao",
    "perdita", "rumore", "crepa", "foratura", "rotto", "rotta", "odore", "graffio",
];
const NONE: [&str; 10] = ["no", "sin", "pas", "kein", "keine", "sem", "niente", "nessun", "nessuna", "non"];
/// Words of failing, beside a part.
#[rustfmt::skip]
const FAILS: [&str; 122] = [
    "dead", "dies", "died", "broken", "broke", "cracked", "smashed", "shattered", "empty", "drains", "draining", "flat", "stuck", "bust", "knackered", "goes black", "dropped", "fell", "threw", "faulty", "leaking", "swollen", "gone black",
    "muerto", "muerta", "muere", "rota", "roto", "rompio", "rajada", "rajado", "agrietada", "hinchada", "descarga", "gotea", "atascado", "estropeada", "estropeado", "tiro", "cayo", "hecha polvo", "reventada", "se apaga",
    "morte", "mort", "cassee", "casse", "fissuree", "fendue", "vide", "se vide", "hs", "foutue", "bloque", "lache", "tombe", "tombee", "balance", "jete", "fait tomber", "petee", "gonflee",
    "tot", "kaputt", "hin", "gesprungen", "zersprungen", "leer", "defekt", "klemmt", "gerissen", "tropft", "aufgeblaht", "runtergefallen", "gefallen", "geworfen", "runtergeworfen", "fallen lassen", "im eimer", "geht aus", "zerbrochen",
    "morreu", "morta", "morto", "quebrou", "quebrada", "quebrado", "rachou", "rachada", "trincou", "trincada", "estragou", "viciada", "descarrega", "acaba", "pifou", "estufada", "vazando", "caiu", "jogou", "derrubou", "derrubei",
    "rotto", "rotta", "morta", "scarica", "scaricata", "crepato", "scheggiato", "frantumato", "gonfia", "andata", "si spegne", "bloccato", "in mille pezzi", "perde", "spaccato", "esplosa", "caduto", "caduta", "lanciato", "buttato",
];
/// Words of working, which fail with a *not*.
#[rustfmt::skip]
const CEASES: [&str; 50] = [
    "last", "lasts", "charge", "charges", "hold", "holds", "work", "turn", "turns", "start", "starts", "come on", "keep",
    "dura", "aguanta", "carga", "funciona", "enciende", "va", "responde", "sirve", "arranca",
    "tient", "charge", "marche", "allume", "fonctionne", "demarre", "repond", "tiens",
    "halt", "ladt", "geht", "funktioniert", "reagiert", "springt", "laden",
    "segura", "carrega", "liga", "pega", "responde", "funfa", "presta",
    "regge", "carica", "funziona", "accende", "parte", "tiene",
];
/// Words of what is well, was mended, or belongs to the past.
#[rustfmt::skip]
const WELL: [&str; 94] = [
    "fine", "ok", "okay", "good", "great", "perfect", "works", "new", "replaced", "changed", "fixed", "repaired", "solved", "stopped", "gone", "last year", "used to", "before", "already", "too", "also", "how much", "cost", "instead", "apart",
    "bien", "perfecto", "nuevo", "nueva", "cambie", "cambiado", "cambiada", "cambiaron", "arreglado", "arreglada", "solucionado", "ano pasado", "antes", "tambien", "cuanto", "cuesta", "aparte",
    "bon", "bonne", "neuf", "neuve", "change", "changee", "repare", "reparee", "regle", "l an dernier", "annee derniere", "avant", "aussi", "combien",
    "gut", "heil", "neu", "neue", "neuen", "getauscht", "gewechselt", "repariert", "behoben", "letztes jahr", "fruher", "auch", "kostet", "ganz",
    "bom", "boa", "novo", "nova", "troquei", "trocada", "trocado", "consertei", "consertado", "ano passado", "tambem", "quanto", "resolvido",
    "bene", "nuovo", "nuova", "cambiato", "cambiata", "riparato", "riparata", "risolto", "anno scorso", "anche", "prima",
];
/// Words of a guess, and those of a condition.
#[rustfmt::skip]
const DOUBTS: [&str; 34] = [
    "maybe", "perhaps", "might", "could be", "not sure", "dont know", "don t know", "if", "either", "guess", "quiza", "quizas", "tal vez", "a lo mejor", "igual", "no se", "peut etre", "sais pas", "soit",
    "vielleicht", "eventuell", "weiss nicht", "wenn", "entweder", "talvez", "nao sei", "acho que nao", "forse", "magari", "non so", "ob", "whether", "unless", "ask",
];
