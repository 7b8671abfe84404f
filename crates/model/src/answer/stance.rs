//! Reads a yes or a no that a phrase says and a remark follows: `never, it's always been the other one`, `we do, the drive
//! fits two vans`, `absolutely!! can it say happy birthday mum?`
//!
//! A phrase that repeats the verb of the question (`we do`, `ist er`, `tem`) counts only if the question has the verb. The
//! remark may have any words but those that take the answer back, set a condition or ask something else.

mod phrases;

use super::{
    AnswerContext,
    another::is_denied_by_sign,
    clause, inside, reasons,
    words::{self, Words, asides, joints, wishes},
    yesno,
};
use crate::matching::{fold, has_word, starts_with};
use phrases::{
    ASKING, DETAILS, FIRST, FIRST_TIMES, HEARD, LASTING, OTHER, PHRASES, REGRETS, STRONG, TAKEN_BACK, VISITS,
};

/// The yes or no of the phrase with which a message begins.
pub fn said(text: &str, hearing: &AnswerContext<'_>) -> Option<bool> {
    let own = words::own(hearing.language)?;
    if text.len() > inside::SENTENCE_BYTES_MAX || is_denied_by_sign(text) || yesno::is_no_answer(text, &fold(text)) {
        return None;
    }
    let asked = plain(hearing.question);
    let (head, mark, rest) = halves(text, own)?;
    let found = stand(&head, &asked, own);
    let yes = found.or_else(|| without_accent(text, own))?;
    // `si dos veces` has no mark behind its yes.
    let behind = || plain(text).split_once(' ').map_or(String::new(), |(_, rest)| rest.to_owned());
    let rest = if found.is_none() { behind() } else { rest };
    // `ah sì` may only have understood.
    if head.starts_with("ah ") && rest.is_empty() {
        return None;
    }
    let is_question = text.contains(['?', '¿']);
    let is_detail = yes && asks_for_detail(text, &rest, own);
    if is_question && !is_detail {
        return None;
    }
    if mark == Mark::But && (yes || !tells_what_it_heard(&head, &rest, own)) {
        return None;
    }
    (is_detail || mark == Mark::But || !changes(yes, &rest, own)).then_some(yes)
}

/// True for words with which a yes or a no is put off or turned into another value: `klar, mal sehen`, `oui, plutôt mardi`.
pub fn is_put_off(text: &str, language: &str) -> bool {
    let folded = plain(text);
    let said: Vec<&str> = folded.split(' ').collect();
    let is_other =
        || said.windows(2).any(|two| RATHER.contains(&two[0]) && inside::is_signal(two[1]) && two[1].len() > 3);
    SEEING.iter().any(|(of, phrase)| language.starts_with(of) && has_word(&folded, phrase)) || is_other()
}

const RATHER: [&str; 8] = ["rather", "plutot", "lieber", "mejor", "melhor", "meglio", "besser", "mieux"];
/// For each language, words of somebody who will see.
#[rustfmt::skip]
const SEEING: [(&str, &str); 33] = [
    ("en", "well see"), ("en", "we ll see"), ("en", "lets see"), ("en", "let s see"), ("en", "i ll see"), ("en", "ill see"), ("es", "ya veremos"), ("es", "ya vere"), ("es", "a ver"), ("es", "ya vemos"), ("es", "venga ya"), ("es", "anda ya"), ("es", "te contesto"), ("es", "le contesto"),
    ("fr", "on verra"), ("fr", "on va voir"), ("fr", "je vais voir"), ("fr", "on voit"), ("fr", "je verrai"), ("de", "mal sehen"), ("de", "schau ma"), ("de", "schauen wir"), ("de", "schaun ma"), ("de", "mal schauen"), ("de", "kommt auf"),
    ("pt", "vamos ver"), ("pt", "bora ver"), ("pt", "ja te falo"), ("pt", "ja te respondo"), ("pt", "vou ver"), ("it", "vediamo"), ("it", "vedremo"), ("it", "ti rispondo"),
];

/// The text without a condition of courtesy: `yes if it's not too much trouble`.
pub fn without_trouble(text: &str, language: &str) -> Option<String> {
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| plain(word)).collect();
    let start =
        (1..said.len()).find(|place| IFS.contains(&folded[*place].as_str()) || folded[*place].starts_with("s il"))?;
    let end =
        (start..said.len()).find(|place| said[*place].ends_with([',', '!', ';'])).map_or(said.len(), |place| place + 1);
    let run = folded[start..end].join(" ");
    let own = words::own(language)?;
    let is_negated = run
        .split(' ')
        .any(|word| own.around.nots.split_whitespace().any(|not| not == word) || ["no", "t", "isnt"].contains(&word));
    let is_trouble = TROUBLE.iter().any(|phrase| has_word(&run, phrase));
    (is_negated && is_trouble && end - start <= TROUBLE_WORDS_MAX)
        .then(|| [&said[..start], &said[end..]].concat().join(" "))
}

const TROUBLE_WORDS_MAX: usize = 8;
const IFS: [&str; 7] = ["if", "si", "se", "wenn", "wenns", "falls", "sofern"];
#[rustfmt::skip]
const TROUBLE: [&str; 25] = [
    "trouble", "bother", "hassle", "problem", "much to ask", "molestia", "problema", "mucho pedir", "lio", "derange", "demander", "gene", "probleme", "embete", "umstande", "muhe", "stort", "incomodo", "trabalho", "pedir muito", "chato", "disturbo", "chiedere troppo",
    "fastidio", "complicato",
];

/// The kind of the place at which the first clause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Clause,
    But,
    /// No mark: the phrase itself ends the clause.
    Behind,
}

fn plain(text: &str) -> String {
    fold(&text.replace(['\'', '’'], " "))
}

/// The first clause and what follows, folded.
fn halves(text: &str, own: &Words) -> Option<(String, Mark, String)> {
    let said: Vec<&str> = text.split_whitespace().collect();
    let joints = joints::of(own.language)?;
    for place in 0..said.len() {
        let is_but = place > 0 && joints.but.split(',').any(|but| but == fold(said[place]));
        let ends = said[place].ends_with([',', ';', '!', '.', '…', ':']);
        let is_sign = place > 0 && !said[place].contains(char::is_alphanumeric);
        if is_but || ends || is_sign {
            let (to, from) = if ends { (place + 1, place + 1) } else { (place, place + 1) };
            let mark = if is_but { Mark::But } else { Mark::Clause };
            return Some((plain(&said[..to].join(" ")), mark, plain(&said[from..].join(" "))));
        }
    }
    Some((plain(text), Mark::Behind, String::new()))
}

/// The yes or no of the first clause.
fn stand(head: &str, asked: &str, own: &Words) -> Option<bool> {
    let head = head.trim();
    let asks = |verbs: &str| verbs.is_empty() || verbs.split(' ').any(|verb| has_word(asked, verb));
    let found = PHRASES
        .iter()
        .filter(|(language, ..)| *language == own.language)
        .find(|(_, _, verbs, phrases)| asks(verbs) && phrases.split(',').any(|phrase| phrase.trim() == head));
    if let Some((_, yes, ..)) = found {
        return Some(*yes);
    }
    // `Is it urgent?` – `very, it comes through the ceiling`
    let is_much = || {
        INTENSE
            .iter()
            .find(|(language, _, words)| *language == own.language && words.split(',').any(|one| one == head))
            .map(|(_, yes, _)| *yes)
    };
    let is_strong = || head.split(' ').any(|word| STRONG.contains(&word));
    let whole = || yesno::whole(head, own.language).filter(|_| is_strong());
    // `nope first time`, but not `no es la primera vez`
    let visits = || {
        let (_, nos, firsts) = FIRST_TIMES.iter().find(|(language, ..)| *language == own.language)?;
        let asks = |words: &[&str]| words.iter().any(|word| has_word(asked, word));
        let behind = nos.split(',').find_map(|no| head.strip_prefix(no)?.strip_prefix(' ')).unwrap_or(head);
        (asks(&VISITS) && !asks(&FIRST) && firsts.split(',').any(|first| first == behind)).then_some(false)
    };
    // `desde que nos mudamos no`, `not since we moved`
    let lasts = || {
        LASTING
            .iter()
            .any(|(language, first, last)| {
                *language == own.language
                    && starts_with(head, first)
                    && (last.is_empty() || last.split(',').any(|end| head.ends_with(&format!(" {end}"))))
            })
            .then_some(false)
    };
    whole().or_else(is_much).or_else(visits).or_else(lasts)
}

/// For each language, a little or much as the answer to a question for a quality.
#[rustfmt::skip]
const INTENSE: [(&str, bool, &str); 12] = [
    ("en", true, "very,very much,very much so,extremely,super urgent,quite"), ("en", false, "not very,not much,not too much,not that much,not particularly,not especially,no not much,no not very"),
    ("es", true, "mucho,muchisimo,bastante,muy,si mucho,si bastante"), ("es", false, "no mucho,no tanto,poco,no demasiado,no muy,tampoco mucho,no especialmente"),
    ("fr", true, "tres,beaucoup,enormement,oui beaucoup,oui tres,assez oui"), ("fr", false, "pas trop,pas tellement,pas tres,non pas trop,pas specialement,pas beaucoup"),
    ("de", true, "sehr,ja sehr,extrem,ziemlich"), ("de", false, "nicht sehr,nicht so,nicht besonders,nicht allzu,nein nicht so,nicht so sehr"),
    ("pt", true, "muito,muitissimo,bastante,demais,sim muito,muito mesmo"), ("pt", false, "nao muito,nem tanto,nao tanto,pouco,nao muito nao"),
    ("it", true, "molto,moltissimo,parecchio,abbastanza,si molto"), ("it", false, "non molto,non tanto,non troppo,poco,non particolarmente,no non molto"),
];

/// The Spanish yes without its accent before a number of times or a span: `si dos veces`, `si hace un par de años`.
fn without_accent(text: &str, own: &Words) -> Option<bool> {
    let folded = plain(text);
    let said: Vec<&str> = folded.split(' ').collect();
    let [first, second, third, ..] = said.as_slice() else { return None };
    let counts =
        |word: &str| own.spelled(word).is_some() || ["unos", "unas", "muchas", "varias", "muchos"].contains(&word);
    let of_times = || counts(second) && ["vez", "veces"].contains(third);
    let of_span = || *second == "hace" && (counts(third) || ["tiempo", "mucho", "poco"].contains(third));
    (own.language == "es" && *first == "si" && (of_times() || of_span())).then_some(true)
}

/// True if a question behind a yes asks only how it can be done: `can you write happy birthday mum?`
fn asks_for_detail(text: &str, rest: &str, own: &Words) -> bool {
    let ends_once = !text.contains(['?', '¿']) || text.trim_end().ends_with('?') && text.matches('?').count() == 1;
    let has = |words: &[&str]| rest.split(' ').any(|word| words.contains(&word));
    let names_value = || rest.split(' ').any(|word| word.contains(char::is_numeric) || inside::is_signal(word));
    let asks = wishes::asks_somebody(own.language, rest);
    ends_once
        && asks
        && has(&DETAILS)
        && !names_value()
        && !rest.split(' ').any(|word| TAKEN_BACK.contains(&word) && !MODALS.contains(&word))
}

const MODALS: [&str; 12] =
    ["can", "could", "will", "would", "podria", "puedo", "peux", "pourrais", "kann", "konnte", "posso", "poderia"];

/// True for a *but* behind a *not yet* that tells only what the contact has heard: `not yet but I've heard great things`.
fn tells_what_it_heard(head: &str, rest: &str, own: &Words) -> bool {
    let says = |words: &[&str]| rest.split(' ').any(|word| words.contains(&word));
    let yet = ["yet", "todavia", "aun", "encore", "noch", "ainda", "ancora"];
    head.split(' ').any(|word| yet.contains(&word))
        && HEARD.iter().any(|phrase| has_word(rest, phrase))
        && !says(&TAKEN_BACK)
        && !rest.split(' ').any(|word| wishes::is_wish(own.language, word))
}

/// True if the remark behind a yes or a no changes it.
fn changes(yes: bool, rest: &str, own: &Words) -> bool {
    if yes && WHY_NOT.contains(&rest) {
        return false;
    }
    let soft = softened(yes, rest, own);
    let said: Vec<&str> = soft.split(' ').filter(|word| !word.is_empty()).collect();
    if said.is_empty() {
        return false;
    }
    let has = |words: &[&str]| said.iter().any(|word| words.contains(word));
    let is_not =
        |word: &&str| own.around.nots.split_whitespace().any(|not| not == *word) || ["no", "non", "t"].contains(word);
    if !yes
        && has(&ASKING)
        && said.len() <= ASKING_WORDS_MAX
        && ["why", "por", "pour", "deshalb", "drum", "per", "therefore"].iter().any(|word| said.contains(word))
    {
        return false;
    }
    let hard =
        asides::of(own.language).is_none_or(|words| words.hard.split(',').any(|phrase| has_word(&soft, phrase.trim())));
    let is_order = || !yes && said.first().is_some_and(|first| wishes::is_order(own.language, first));
    let corrects = || !yes && said.first().is_some_and(|first| clause::corrects(first, own));
    let turns = || {
        said.iter().any(|word| clause::plain(word, own).is_some_and(|plain| plain != yes))
            || clause::takes_back(&soft, own)
    };
    hard || corrects()
        || turns()
        || !yes && clause::says_agreement(&said)
        || reasons::CONDITIONS.iter().any(|word| has_word(&soft, word))
        || has(&TAKEN_BACK)
        || said.iter().any(|word| own.around.or.split_whitespace().any(|or| or == *word))
        || yes && said.iter().any(is_not)
        || is_order()
        || inside::asks(&soft) && own.language == "en"
}

/// The remark without words that take no answer back: regrets, and beside a no *only* and *the other one*.
fn softened(yes: bool, rest: &str, own: &Words) -> String {
    let said: Vec<&str> = rest.split(' ').collect();
    let wishes = said.iter().any(|word| {
        wishes::is_own_wish(own.language, word)
            || ["better", "mejor", "mieux", "besser", "melhor", "meglio", "rather"].contains(word)
    });
    let is_long = said.len() >= OTHER_WORDS_MIN;
    let is_soft = |word: &&str| REGRETS.contains(word) || !yes && is_long && !wishes && OTHER.contains(word);
    said.into_iter().filter(|word| !is_soft(word)).collect::<Vec<_>>().join(" ")
}

const WHY_NOT: [&str; 6] = ["why not", "por que no", "pourquoi pas", "warum nicht", "por que nao", "perche no"];
/// A longer remark asks something else, too.
const ASKING_WORDS_MAX: usize = 7;
/// A shorter remark may name another thing: `no, the other one`.
const OTHER_WORDS_MIN: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};
    use crate::value::Value;

    #[test]
    fn a_remark_follows_a_yes_or_a_no() {
        for (language, question, text, means) in [
            ("en", "Have you had surgery on this knee?", "never, its always been the other one", Some(false)),
            ("en", "Is there parking?", "there is, the drive fits two vans", Some(true)),
            ("en", "Do you want a card?", "there is, the drive fits two vans", None),
            ("en", "Do you want a card?", "absolutely!! can it say happy birthday mum?", Some(true)),
            ("en", "Do you want a card?", "absolutely!! how much is it?", None),
            ("en", "Have you been here before?", "not yet but ive heard great things", Some(false)),
            ("en", "Have you been here before?", "not yet but i will", None),
            ("es", "¿Se ha lesionado antes?", "si dos veces, jugando al fútbol", Some(true)),
            ("es", "¿Quiere una tarjeta?", "si puedo, sí", None),
            ("de", "Ist der Hund geimpft?", "ist er, im januar aufgefrischt", Some(true)),
            ("pt", "Você já veio aqui?", "já, duas vezes", Some(true)),
            ("it", "C'è parcheggio?", "c'è, nel vialetto ci stanno due furgoni", Some(true)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let likely = read(AnswerType::YesNo, &InboundKind::Text { body: text.into() }, &hearing).likely;
            assert_eq!(likely, means.map(Value::YesNo).into_iter().collect::<Vec<_>>(), "{language}: {text}");
        }
    }
}
