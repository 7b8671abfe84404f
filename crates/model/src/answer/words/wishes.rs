//! Lists the verbs with which a contact wishes or asks for something: `I'd like`, `could you`, `je voudrais`.

use crate::matching::{has_word, starts_with};

/// True for a word of wish or request of this language, folded.
pub fn is_wish(language: &str, word: &str) -> bool {
    of(language).split(' ').any(|wish| wish == word)
}

/// True if a sentence asks the business to do something for the contact: `could you squeeze me in tomorrow`, `me apuntas
/// 15`. Folded.
pub fn is_request(language: &str, said: &[String]) -> bool {
    let Some((_, asked, oneself)) = REQUESTS.iter().find(|(name, ..)| *name == language) else { return false };
    let sentence = said.join(" ");
    let for_oneself = |word: &str| oneself.split(' ').any(|one| one == word);
    let is_enclitic = |word: &str| {
        let ends = match language {
            "es" => &["rme", "rnos"][..],
            "it" => &["rmi", "rci"],
            _ => &[],
        };
        ends.iter().any(|end| word.ends_with(end))
    };
    asked.split(',').any(|phrase| has_word(&sentence, phrase.trim()))
        && sentence.split(' ').any(|word| for_oneself(word) || is_enclitic(word))
}

/// For each language, words that ask somebody to do something, and the words for the one who asks.
#[rustfmt::skip]
const REQUESTS: [(&str, &str, &str); 6] = [
    ("en", "can you,could you,would you,will you,can u,could u,can ya", "me us"),
    ("es", "puedes,podrias,puede,podria,podeis,podriais,pueden,podrian,me das,me da,me dan,me pones,me pone,me ponen,me apuntas,me apunta,me reservas,me reserva,me guardas,me guarda,\
            nos das,nos pones,nos apuntas,nos reservas,nos guardas", "me nos"),
    ("fr", "pouvez vous,pourriez vous,vous pouvez,vous pourriez,peux tu,pourrais tu,tu peux,tu pourrais", "me m moi nous"),
    ("de", "kannst du,konntest du,konnen sie,konnten sie,konnt ihr,konntet ihr,wurden sie,wurdest du", "mich mir uns"),
    ("pt", "pode,podes,poderia,podia,podem,consegue,consegues,conseguem,me anota,me marca,me coloca,me poe", "me nos"),
    ("it", "puo,puoi,potrebbe,potresti,potete,potreste,riesce,riesci,riuscite,mi segna,mi segni,mi mette,mi metti,me ne segna,me ne segni,ci segna,ci mette", "mi me ci"),
];

/// True if a folded sentence asks somebody to do something, for whomever: `can it say happy birthday`.
pub fn asks_somebody(language: &str, sentence: &str) -> bool {
    let asked = REQUESTS.iter().find(|(name, ..)| *name == language).map_or("", |(_, asked, _)| asked);
    asked.split(',').chain(CAN_IT).any(|phrase| has_word(sentence, phrase.trim()))
}

const CAN_IT: [&str; 6] = ["can it", "could it", "can they", "could they", "konnt ihr", "podem"];

/// True for a word that orders something, at the start of a clause: `put the 29th`, `schreib`, `metti`.
pub fn is_order(language: &str, word: &str) -> bool {
    ORDERS.iter().find(|(name, _)| *name == language).is_some_and(|(_, all)| all.split(' ').any(|order| order == word))
}

#[rustfmt::skip]
const ORDERS: [(&str, &str); 6] = [
    ("en", "put make book write take note"),
    ("es", "pon ponme ponga pongame ponlo apunta apuntame apunteme anota anotame reserva reservame hazlo"),
    ("fr", "mets mettez note notez reserve reservez inscris inscrivez ecris ecrivez faites"),
    ("de", "schreib schreiben trag tragen notier mach macht nimm setz setzen buch buchen"),
    ("pt", "poe ponha bota coloca marca marque anota anote escreve reserva faz faca"),
    ("it", "metti metta mettete mettimi segna segni segnami scrivi scriva prenota prenoti fai faccia"),
];

/// True if a sentence begins as the contact's question whether it can have something: `can I come on wednesday`.
pub fn asks_for_itself(folded: &str) -> bool {
    FOR_ITSELF.iter().any(|start| starts_with(folded, start)) || AT_THE_END.iter().any(|end| folded.ends_with(end))
}

#[rustfmt::skip]
const FOR_ITSELF: [&str; 50] = [
    "can i", "could i", "may i", "can we", "could we", "any chance of", "any chance", "is there any chance", "could it be", "could you do", "can you do", "could you fit me in", "can you fit me in", "would it be possible", "puedo", "podria", "podemos", "podriamos", "puede ser", "podria ser", "podra ser", "se puede", "seria posible",
    "es posible", "je peux", "je pourrais", "on peut", "on pourrait", "puis je", "ca serait possible", "c est possible", "cest possible", "konnten wir", "kann ich", "konnte ich", "konnt ich", "konnen wir", "ginge", "posso",
    "poderia", "podia", "pode ser", "podia ser", "da pra", "possiamo", "potrei", "potremmo", "si puo", "si potrebbe", "sarebbe possibile",
];
/// Last words of such a question: `mardi prochain c'est possible ?`
const AT_THE_END: [&str; 14] = [
    " c est possible",
    " cest possible",
    " ca serait possible",
    " ce serait possible",
    " possible",
    " jouable",
    " faisable",
    " machbar",
    " fattibile",
    " doable",
    " ware moglich",
    " possivel",
    " posible",
    " possibile",
];

fn of(language: &str) -> &'static str {
    WISHES.iter().find(|(name, _)| *name == language).map_or("", |(_, wishes)| wishes)
}

#[rustfmt::skip]
const WISHES: [(&str, &str); 6] = [
    ("en", "want wanna need like love prefer fancy can could would id wed ill lets let please pls plz take book put make give gimme get shall"),
    ("es", "quiero queremos quisiera quisieramos querria gustaria prefiero preferimos preferiria puedo podemos podria podriamos puede pueden podrian podrias puedes ponme ponga \
            pongame apuntame apunteme reservame reserveme dame deme mandame necesito necesitamos porfa favor"),
    ("fr", "veux voulons veut voudrais voudrait voudrions aimerais aimerait aimerions prefere prefererais preferons peux peut pouvons pourrais pourrait pourrions pouvez pourriez \
            mettez mets prends prenons prendrai prendrais faut faudrait besoin donnez gardez notez svp stp"),
    ("de", "mochte mochten hatte hatten hatt will wollen wurde wurden wurd kann konnen konnte konnten konnt konntet brauche brauchen brauch nehme nehmen nehm bitte gern gerne \
            lieber"),
    ("pt", "quero queremos queria queriamos gostaria gostariamos prefiro preferimos preferia posso podemos pode podem poderia podia poderiam consigo consegue preciso precisamos \
            precisava coloca marca bota anota favor pfv"),
    ("it", "voglio vogliamo vorrei vorremmo preferisco preferiamo preferirei posso possiamo puo potrei potremmo potete potrebbe metta metti mettimi segni segna segnami prendo \
            prendiamo prenderei serve servono favore cortesia"),
];

/// True for a wish that is more than courtesy: `please note the film starts at 10:30` wishes nothing for itself.
pub fn is_own_wish(language: &str, word: &str) -> bool {
    is_wish(language, word) && !COURTESIES.contains(&word)
}

const COURTESIES: [&str; 16] = [
    "please", "pls", "plz", "porfa", "favor", "svp", "stp", "bitte", "gern", "gerne", "pfv", "cortesia", "can",
    "could", "shall", "get",
];

/// Words before the name of a thing.
#[rustfmt::skip]
pub const DETERMINERS: [&str; 61] = [
    "the", "a", "an", "my", "our", "your", "this", "that", "el", "la", "los", "las", "un", "una", "mi", "mis", "nuestro", "nuestra", "al", "del", "le", "les", "l", "une",
    "mon", "ma", "mes", "notre", "nos", "au", "du", "der", "die", "das", "den", "dem", "ein", "eine", "einen", "einem", "mein", "meine", "meinen", "unser", "unsere", "zum", "zur", "o",
    "os", "as", "um", "uma", "meu", "minha", "ao", "il", "lo", "i", "gli", "mio", "mia",
];
