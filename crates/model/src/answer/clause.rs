//! Reads a yes or no that a clause explains: `yes, we bought it in March`, `no it expired`, `I believe so, yes`.
//!
//! The clause may have any words but those that take the answer back, put it off or set a condition.

use super::{
    inside,
    words::{self, Words},
    yesno::{MENTIONS, SURE},
};
use crate::matching::{fold, has_word};

/// The yes or no before a clause, or behind one.
pub fn explained(text: &str, language: &str) -> Option<bool> {
    let own = words::own(language)?;
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if said.len() < 2 || said.len() > WORDS_MAX {
        return None;
    }
    // The `ma` of `ma sì` turns nothing.
    let begun = head(&said, own).map_or(0, |(_, length)| length);
    let is_turned = takes_back(&said[begun..].join(" "), own);
    let before = || before_clause(text, &said, own).filter(|_| !is_turned);
    before().or_else(|| behind_clause(text, &said, own).filter(|_| !takes_back(&folded, own)))
}

/// The answer in `no, the room was dirty`.
fn before_clause(text: &str, said: &[&str], own: &Words) -> Option<bool> {
    let (yes, head) = head(said, own)?;
    let is_more = |word: &&&str| plain(word, own) == Some(yes) || own.polite.contains(*word) || INTENSE.contains(*word);
    let count = head + said[head..].iter().take_while(is_more).count();
    let rest = &said[count..];
    if rest.is_empty() {
        let led = (LEADING.contains(&said[0]) && head == 2).then_some(yes);
        return opening(said, own).filter(|_| said[0] != "ah").map(|(yes, _)| yes).or(led);
    }
    if is_condition(text, rest, own) || rest.iter().any(|word| plain(word, own) == Some(!yes)) {
        return None;
    }
    let is_negated = rest.iter().any(|word| is_not(word, own));
    let is_apart = text.split_whitespace().nth(count - 1).is_some_and(|word| word.ends_with([',', '.', '!', ';']));
    // `sure, I live far away`, but not `sure thing is that I live far away`
    let is_word = SURE_WORDS.iter().any(|(language, words)| *language == own.language && words.contains(&said[0]));
    if is_word && head == 1 && !is_apart {
        return None;
    }
    // `sí porfa que estoy sin coche`
    let is_reason = ["que", "q", "k", "che", "porque", "pq", "xq"].contains(&rest[0]) && own.language != "fr";
    let lacks = |word: &&str| WITHOUT.contains(word);
    let is_negated = is_negated && !(yes && is_reason && !rest.iter().any(|word| is_not(word, own) && !lacks(word)));
    match yes {
        // `yes, it is not` says both.
        true => (!is_negated && !rest.iter().any(|word| UNSURE.contains(word))).then_some(true),
        // `no problem`, `no tengo` and `no sugar` have no clause of their own; `no, that is fine` may be a yes.
        false => {
            let begins = is_apart || !["en", "es", "pt"].contains(&own.language) || STARTS.contains(&rest[0]);
            let agrees = says_agreement(rest) && !is_negated;
            // `não obrigada a gente quase não toma café`
            let is_thanked = count > head && own.polite.contains(&said[count - 1]);
            let begins = begins || is_thanked;
            let corrects = |first: &str| corrects(first, own) && !(first == "a" && rest.get(1) == Some(&"gente"));
            (begins && !agrees && !corrects(rest[0]) && rest.len() >= CLAUSE_WORDS_MIN).then_some(false)
        }
    }
}

/// The yes or no with which these words begin, and its words: `no`, `ben oui`, `vou sim`, `hoy no`.
fn head(said: &[&str], own: &Words) -> Option<(bool, usize)> {
    let is_particle = |word: &str| PARTICLES.contains(&word);
    let second = || plain(said.get(1)?, own);
    // `vou sim`, `precisa não`: Portuguese repeats the verb of the question.
    let repeats = own.language == "pt" && VERBS.contains(&said[0]);
    let first = || plain(said[0], own).map(|yes| (yes, 1));
    let led = || second().filter(|_| repeats || is_particle(said[0])).map(|yes| (yes, 2));
    let sure = SURE_WORDS.iter().any(|(language, words)| *language == own.language && words.contains(&said[0]));
    opening(said, own).or_else(first).or_else(led).or_else(|| sure.then_some((true, 1)))
}

/// The yes or no of a phrase of `HEADS` with which these words begin, and its words.
fn opening(said: &[&str], own: &Words) -> Option<(bool, usize)> {
    HEADS.iter().filter(|(language, ..)| *language == own.language).find_map(|(_, yes, phrases)| {
        let begins = |phrase: &&str| {
            let length = phrase.split(' ').count();
            said.len() >= length && said[..length].join(" ") == **phrase
        };
        let length = phrases.split(',').map(str::trim).find(begins).map(|phrase| phrase.split(' ').count());
        length.map(|length| (*yes, length))
    })
}

/// True for the first word of a correction; the French `on` is no preposition.
pub fn corrects(first: &str, own: &Words) -> bool {
    CORRECTS.contains(&first) && !OTHER_WORDS.contains(&(own.language, first))
}

/// True for words of agreement. The Italian `tutto` and the Portuguese `tudo` agree only in `tutto bene`; somebody may
/// also eat `di tutto`.
pub fn says_agreement(rest: &[&str]) -> bool {
    let is_all = |word: &str| ["tudo", "tutto"].contains(&word);
    let agrees = |(place, word): (usize, &&str)| {
        let next = rest.get(place + 1).copied().unwrap_or_default();
        if is_all(word) {
            ["bem", "bene", "ok", "certo", "apposto", "a"].contains(&next)
        } else {
            AGREES.contains(word)
        }
    };
    rest.iter().enumerate().any(agrees)
}

/// True for an *if*: the Spanish `si` without its accent, the Italian and Portuguese `se`.
fn is_condition(text: &str, rest: &[&str], own: &Words) -> bool {
    let lower = text.to_lowercase();
    let mut raw = lower.split_whitespace();
    let is_if = |word: &str| word == "si";
    match own.language {
        "es" => raw.next().is_some_and(is_if) || raw.any(is_if),
        "fr" => rest.contains(&"si"),
        "pt" | "it" => rest.contains(&"se"),
        _ => false,
    }
}

/// The answer in `it should be, yes` and `por desgracia sí`.
fn behind_clause(text: &str, said: &[&str], own: &Words) -> Option<bool> {
    let (last, before) = said.split_last()?;
    let yes = plain(last, own)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_apart = words.len() >= 2 && words[words.len() - 2].ends_with(',');
    let is_hedge = before.iter().all(|word| HEDGES.contains(word));
    let is_known = before.iter().all(|word| HEDGES.contains(word) || inside::is_carrier(own, word));
    let is_negated = before.iter().any(|word| is_not(word, own) || plain(word, own).is_some());
    // `si puedo sí` is a condition.
    let is_condition = own.language == "es" && before.contains(&"si");
    (!is_negated && !is_condition && (is_hedge || is_apart && is_known && yes)).then_some(yes)
}

pub fn plain(word: &str, own: &Words) -> Option<bool> {
    let (yes, no) = match own.language {
        "en" => (&["yes", "yeah", "yep", "yup", "yea"][..], &["no", "nope", "nah"][..]),
        "es" => (&["si", "sip"][..], &["no", "nop", "nah"][..]),
        "fr" => (&["oui", "ouais"][..], &["non", "nan"][..]),
        "de" => (&["ja", "jo", "jawohl"][..], &["nein", "nee", "ne", "no"][..]),
        "pt" => (&["sim"][..], &["nao"][..]),
        "it" => (&["si"][..], &["no"][..]),
        _ => return None,
    };
    if yes.contains(&word) { Some(true) } else { no.contains(&word).then_some(false) }
}

/// For each language, words that mean yes before a mark.
const SURE_WORDS: [(&str, &[&str]); 6] = [
    ("en", &["sure", "definitely", "absolutely", "certainly"]),
    ("es", &["claro", "obvio"]),
    ("fr", &["evidemment", "volontiers"]),
    ("de", &["klar", "naturlich", "gerne", "gern"]),
    ("pt", &["claro", "obvio"]),
    ("it", &["certo", "certamente", "volentieri", "ovvio"]),
];
const WITHOUT: [&str; 6] = ["without", "sin", "sans", "ohne", "sem", "senza"];

/// Of these words, those that leave no doubt about the yes or no behind them: `bah oui`.
const LEADING: [&str; 4] = ["ben", "bah", "pues", "dai"];
/// Words before a yes or a no that only lead to it.
const PARTICLES: [&str; 13] = ["ben", "bah", "eh", "uy", "ay", "pues", "na", "ach", "oh", "nee", "ouh", "uh", "dai"];
/// Words behind a yes or a no that stress it.
#[rustfmt::skip]
const INTENSE: [&str; 16] = [
    "claro", "clar", "klar", "natural", "naturlich", "natuerlich", "bcp", "hombre", "mujer", "dai", "ne", "ta", "thx", "ty", "porfa", "stp",
];
/// Portuguese verbs that stand for a yes or a no beside `sim` or `não`.
#[rustfmt::skip]
const VERBS: [&str; 34] = [
    "e", "ta", "esta", "tenho", "temos", "quero", "queremos", "vou", "vamos", "vai", "pode", "posso", "podemos", "precisa", "preciso", "precisamos", "foi", "fui", "consigo", "da", "gosto", "concordo",
    "aceito", "autorizo", "confirmo", "lembro", "faz", "fiz", "fizemos", "tem", "fazemos", "moro", "uso", "ja",
];
/// For each language, phrases with which an answer begins: `not this time, …`.
#[rustfmt::skip]
const HEADS: [(&str, bool, &str); 12] = [
    ("en", true, "it is yes,defo,deffo,definitely yes,absolutely yes,too right,oh yes,oh yeah,ooh yes,thatd be great,that would be great,that d be great,go for it"),
    ("en", false, "not this time,not today,not tonight,not right now,oh no,no way,never in my life,nah youre alright,no youre alright,nope all good,nah all good,no all good,nah im good,no im good"),
    ("es", true, "sii,claro que si,claro q si,pues claro,por supuesto,fijo,obvio,ay si,uy si"),
    ("es", false, "hoy no,esta vez no,ahora no,de momento no,por ahora no,ni de cona,ni loco,ni loca,jamas en la vida,ya no,todavia no,aun no"),
    ("fr", true, "ah oui,mais oui,carrement,evidemment,bien sur,grave"),
    ("fr", false, "pas cette fois,pas aujourdhui,aujourdhui non,cette fois non,mais non,jamais de la vie,jamais de ma vie,pas encore,pas pour linstant"),
    ("de", true, "na klar,ja klar,na sicher,unbedingt,logisch,auf jeden fall,aber ja,freilich"),
    ("de", false, "heute nicht,diesmal nicht,jetzt nicht,noch nicht,nie im leben,auf keinen fall,ach nein,no passt schon,ne passt schon,nein passt schon,nee passt schon"),
    ("pt", true, "siim,simm,claro que sim,com certeza,bora,ah sim,claro ne,sim sim"),
    ("pt", false, "hoje nao,hj nao,agora nao,dessa vez nao,desta vez nao,por enquanto nao,ainda nao,nunca na vida,ah nao"),
    ("it", true, "ma si,eh si,ah si,ma certo,eccome,assolutamente si,certo che si"),
    ("it", false, "ma no,oggi no,stavolta no,questa volta no,per ora no,ancora no,non ancora,mai nella vita,ah no"),
];

/// True for words that agree, correct, say yes or no, or make the answer before them unsure.
pub fn agrees_or_denies(folded: &str, own: &Words, yes: bool) -> bool {
    let said: Vec<&str> = folded.split(' ').collect();
    let says = |word: &str| UNSURE.contains(&word) || plain(word, own).is_some();
    let corrects = folded.split(' ').next().is_some_and(|first| corrects(first, own));
    corrects || !yes && says_agreement(&said) || folded.split(' ').any(says) || takes_back(folded, own)
}

fn is_not(word: &str, own: &Words) -> bool {
    own.around.nots.split_whitespace().any(|not| not == word)
}

/// True for words that put off, set a condition or turn the answer.
pub fn takes_back(folded: &str, own: &Words) -> bool {
    let turns = TURNS.iter().filter(|(language, _)| *language == own.language).flat_map(|(_, phrases)| *phrases);
    turns.into_iter().any(|phrase| has_word(folded, phrase)) || is_unsure(folded, own)
}

/// True for a sentence that puts off or is unsure: its words change the answer.
pub fn is_unsure(folded: &str, words: &Words) -> bool {
    let unsure = SURE.iter().any(|sure| has_word(folded, sure)) || MENTIONS.iter().any(|word| has_word(folded, word));
    let spoilers = words.around.spoilers.split(',').map(str::trim).filter(|phrase| PUT_OFF.contains(phrase));
    unsure || spoilers.into_iter().any(|phrase| has_word(folded, phrase))
}

/// Words of the spoilers that put a yes or a no off, too; the others are of days and numbers.
#[rustfmt::skip]
const PUT_OFF: [&str; 24] = [
    "think about", "tell", "ask", "know", "knows", "digo", "aviso", "avisare", "preguntar", "saber", "dirai", "demande", "savoir", "frag", "fragen", "frage", "weiss",
    "wissen", "melde", "pergunta", "sei", "sapere", "chiedi", "faccio sapere",
];

const WORDS_MAX: usize = 16;
const CLAUSE_WORDS_MIN: usize = 2;

/// First words of a clause behind an English, Spanish or Portuguese *no* without a comma.
#[rustfmt::skip]
const STARTS: [&str; 47] = [
    "been", "had", "already", "well", "theyll", "itll", "youll", "deixe", "dejalo", "dejelo", "deja",
    "i", "im", "ive", "ill", "id", "we", "were", "weve", "it", "its", "that", "thats", "the", "they", "he", "she", "my", "our", "this", "please", "leave", "keep",
    "yo", "ya", "gracias", "por", "mi", "eu", "ja", "meu", "minha", "obrigado", "obrigada", "pode", "deixa", "never",
];

/// Words of agreement behind a *no*: `no, that is fine`.
#[rustfmt::skip]
const AGREES: [&str; 60] = [
    "ok", "okay", "fine", "good", "great", "perfect", "right", "correct", "alright", "works", "sure", "problem", "worries", "matter", "idea", "doubt", "reason",
    "bien", "bueno", "vale", "perfecto", "correcto", "claro", "problema", "duda", "importa", "idea", "bon", "parfait", "accord", "probleme", "souci", "doute",
    "grave", "gut", "perfekt", "passt", "gern", "gerne", "stimmt", "problem", "richtig", "bom", "boa", "otimo", "perfeito", "certo", "beleza", "bene", "perfetto",
    "giusto", "certo", "daccordo", "dubbio", "quiero", "love", "happy", "tudo", "tutto", "convient",
];

/// Words of a language that are prepositions in another one: `tô` and `dá` in Portuguese.
const OTHER_WORDS: [(&str, &str); 3] = [("fr", "on"), ("pt", "to"), ("pt", "da")];

/// First words behind a *no* that correct the question: `no, for both of us`.
#[rustfmt::skip]
const CORRECTS: [&str; 31] = [
    "for", "at", "on", "to", "in", "para", "por", "a", "al", "en", "pour", "au", "chez", "fur", "zum", "zur", "am", "um", "im", "mit", "con", "avec", "com", "with", "de", "da", "di", "pra", "per", "alla", "alle",
];

/// For each language, words that make a yes or a no unsure, or turn it. Each list counts in its language only: the German
/// `was` asks, the English one does not.
#[rustfmt::skip]
const TURNS: [(&str, &[&str]); 6] = [
    ("en", &[
        "but", "if", "unless", "only", "maybe", "perhaps", "depends", "later", "wait", "first i", "first we", "first let", "first tell", "first the", "first need", "first want", "or", "instead",
        "except", "until", "not sure", "dont know", "do not know", "think about", "as if", "for now", "and im the", "let me", "let you", "rather", "whatever", "both", "neither", "half", "when", "what",
        "how", "why", "who", "where", "aber", "pero", "mais",
    ]),
    ("es", &[
        "pero", "solo", "solamente", "quiza", "quizas", "tal vez", "depende", "luego", "mas tarde", "espera", "espere", "o", "salvo", "excepto", "hasta", "no se", "cuando", "por ahora", "antes",
        "y yo soy", "a menos", "but", "instead", "como si", "que va",
    ]),
    ("fr", &[
        "mais", "si jamais", "seulement", "peut etre", "depend", "plus tard", "attends", "attendez", "sauf", "jusqu", "sais pas", "quand", "comment", "quoi", "tu parles", "uniquement", "linstant", "l instant",
        "et moi je suis", "avant", "ou", "a moins", "but",
    ]),
    ("de", &[
        "aber", "wenn", "wenns", "falls", "nur", "vielleicht", "kommt drauf", "spater", "warte", "oder", "ausser", "bis", "weiss nicht", "erst morgen", "erst mal", "erst ab", "erst wenn", "erst um",
        "erst am", "erst nachste", "erst in", "erst nach", "wann", "wie", "was", "eventuell", "im moment", "und ich bin", "sobald", "sollte ich", "mei", "but", "als ob",
    ]),
    ("pt", &[
        "mas", "somente", "apenas", "talvez", "mais tarde", "ou", "exceto", "ate", "nao sei", "quando", "depois", "caso", "por enquanto", "e eu sou", "antes", "espera", "espere", "depende", "so se",
        "but", "ate parece",
    ]),
    ("it", &[
        "ma", "soltanto", "forse", "dipende", "piu tardi", "aspetta", "aspetti", "oppure", "tranne", "fino", "non so", "dopo", "magari", "prima di", "prima devo", "prima che", "prima vorrei",
        "prima mi", "per ora", "a meno", "e io sono", "quando", "but", "lo so", "figurati",
    ]),
];

/// Words that make a yes unsure.
const UNSURE: [&str; 12] = [
    "right", "suppose", "guess", "supongo", "suppose", "vermute", "suponho", "suppongo", "no", "nicht", "but",
    "sarcasm",
];

/// Words before a yes or no that only tell how sure somebody is.
#[rustfmt::skip]
const HEDGES: [&str; 69] = [
    "i", "think", "believe", "hope", "afraid", "im", "sadly", "unfortunately", "so", "well", "oh", "god", "mmm", "mm", "hmm", "erm", "um",
    "creo", "yo", "diria", "que", "me", "temo", "pienso", "supongo", "por", "desgracia", "desafortunadamente", "lamentablemente", "pues", "uy", "espero", "sepa",
    "je", "crois", "pense", "crains", "malheureusement", "helas", "dirais", "ben", "ma", "connaissance", "a",
    "ich", "denke", "glaube", "meine", "leider", "furchte", "wurde", "sagen", "mal", "oh", "aber", "mmh",
    "acho", "creio", "infelizmente", "eu", "penso", "di", "credo", "temo", "purtroppo", "direi", "io", "sappia", "che",
];

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn a_clause_explains_the_answer() {
        for (text, language, meant) in [
            ("yes, we bought it in March", "en", Some(true)),
            ("no it expired last year", "en", Some(false)),
            ("it should be, yes", "en", Some(true)),
            ("no, caducó el año pasado", "es", Some(false)),
            ("creo que sí", "es", Some(true)),
            ("oui on l'a achetée en mars", "fr", Some(true)),
            ("nein die ist abgelaufen", "de", Some(false)),
            ("sim, compramos em março", "pt", Some(true)),
            ("no, la camera era sporca", "it", Some(false)),
        ] {
            assert_eq!(explained(text, language), meant, "{text}");
        }
    }

    #[test]
    fn a_clause_that_turns_the_answer_gives_none() {
        for (text, language) in [
            ("yes, if it is before five", "en"),
            ("yes, it is not", "en"),
            ("no, that is fine", "en"),
            ("no, for both of us", "en"),
            ("no tengo coche", "es"),
            ("sí, si es barato", "es"),
            ("si puedo sí", "es"),
            ("oui si c'est vendredi", "fr"),
            ("ja aber nicht heute", "de"),
            ("sim, se for sexta", "pt"),
            ("sì se costa meno", "it"),
        ] {
            assert_eq!(explained(text, language), None, "{text}");
        }
    }
}
