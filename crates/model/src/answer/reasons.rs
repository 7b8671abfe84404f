//! Reads an answer beside a clause of reason or courtesy: `friday, because we leave the next day`.
//!
//! The message is split into clauses. Exactly one clause must be understood by itself, with all of its words, and the
//! other clauses may have unknown words, but nothing that changes the answer: no second value, no condition, no question,
//! no denial, no other person and no other event.

use super::{
    AnswerContext, AnswerType, another,
    asides::{self, comes_along, leaves},
    chatter::GREETINGS,
    clause, echo, frame, inside,
    reading::{HOW_MANY, Reading},
    words::{self, Words, asides as aside_words, frames, joints, joints::JointWords},
};
use crate::matching::{fold, has_word};

/// More clauses tell a story.
pub const CLAUSES_MAX: usize = 4;
/// A shorter clause of unknown words may be a name of the value: `friday, exam day`.
pub const UNKNOWN_CLAUSE_WORDS_MIN: usize = 3;
/// A longer greeting says something else, too.
const GREETING_WORDS_MAX: usize = 3;
/// Shorter words before a full stop are abbreviations.
const SENTENCE_END_CHARS_MIN: usize = 4;
const ABBREVIATIONS: [&str; 6] = ["approx", "circa", "environ", "aprox", "sept", "settembre"];

/// The relation of a clause to the clause before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    Mark,
    Because,
    /// The Spanish, Portuguese or Italian *that* of a reason: `venerdì, che sabato lavoro`.
    That,
    So,
    But,
}

#[derive(Debug, Clone)]
pub struct Clause<'a> {
    pub joint: Joint,
    pub said: Vec<&'a str>,
}

impl Clause<'_> {
    /// True for words of which a *but* excepts one: `any day but Tuesday`.
    pub fn excepts(&self) -> bool {
        let folded = self.folded();
        self.said.len() < UNKNOWN_CLAUSE_WORDS_MIN || ALL.iter().any(|word| has_word(&folded, word))
    }

    pub fn folded(&self) -> String {
        fold(&self.text().replace(['\'', '’'], " "))
    }

    pub fn text(&self) -> String {
        self.said.join(" ").trim_end_matches([',', ';', '!']).to_owned()
    }
}

/// The value of the only clause that is understood, if the other clauses change nothing.
pub fn read(
    kind: AnswerType,
    text: &str,
    hearing: &AnswerContext<'_>,
    by_itself: fn(AnswerType, &str, &AnswerContext<'_>, &'static Words) -> Reading,
) -> Reading {
    let Some((own, joints, clauses)) = clauses_of(text, hearing) else { return Reading::default() };
    let readings: Vec<Reading> = clauses.iter().map(|clause| by_itself(kind, &clause.text(), hearing, own)).collect();
    // A conclusion takes the place of all that was said before it: `I finish at 4 so 5 pm`.
    let from = clauses.iter().rposition(|clause| clause.joint == Joint::So).unwrap_or(0);
    let mut understood = (from..clauses.len()).filter(|place| !readings[*place].is_empty());
    let (Some(place), None) = (understood.next(), understood.next()) else { return Reading::default() };
    let found = &readings[place];
    let has_value = |clause: &Clause<'_>| {
        let is_now = |word: &&str| own.now.contains(&fold(word).as_str());
        let said: Vec<&str> = clause.said.iter().copied().filter(|word| !is_now(word)).collect();
        inside::has_candidate(kind, &said, hearing, own)
    };
    let gate = Gate { own, joints, hearing, of_day: !matches!(kind, AnswerType::Number | AnswerType::Whole) };
    let is_figure = clauses[place].text().bytes().all(|byte| byte.is_ascii_digit());
    let changes = |(at, clause): (usize, &Clause<'_>)| {
        if at == place {
            return false;
        }
        let concludes = at < from && place == from;
        // `5, my kids are with me` may count people.
        let may_count = gate.of_day && is_figure && at > place && clause.joint == Joint::Mark && !gate.is_idle(clause);
        let may_hold_another = !concludes && clause.joint != Joint::Because;
        let is_premise = concludes || at < place && clauses[place].joint == Joint::But && !clause.excepts();
        may_count || may_hold_another && has_value(clause) || gate.changes(clause, at < place, is_premise)
    };
    if clauses.iter().enumerate().any(changes) { Reading::default() } else { found.clone() }
}

/// The place of the only option that one clause chooses, if the other clauses change nothing.
pub fn chosen(
    text: &str,
    hearing: &AnswerContext<'_>,
    choose: impl Fn(&str) -> Option<usize>,
    names_one: impl Fn(&str) -> bool,
) -> Option<usize> {
    let (own, joints, clauses) = clauses_of(text, hearing)?;
    let picks: Vec<Option<usize>> = clauses.iter().map(|clause| choose(&clause.text())).collect();
    let mut found = (0..clauses.len()).filter(|place| picks[*place].is_some());
    let (Some(place), None) = (found.next(), found.next()) else { return None };
    let gate = Gate { own, joints, hearing, of_day: false };
    let changes = |(at, clause): (usize, &Clause<'_>)| {
        at != place && (names_one(&clause.text()) || gate.changes(clause, at < place, false))
    };
    if clauses.iter().enumerate().any(changes) { None } else { picks[place] }
}

/// The yes or no of the first clause, if the other clauses change nothing: `no thanks, we only need the files`.
pub fn agreed(text: &str, hearing: &AnswerContext<'_>, read: fn(&str, &str) -> Option<bool>) -> Option<bool> {
    let (own, joints, clauses) = clauses_of(text, hearing)?;
    let of = |text: &str| read(text, own.language).or_else(|| echo::repeated(text, hearing));
    let (place, yes) = clauses.iter().enumerate().find_map(|(place, clause)| Some((place, of(&clause.text())?)))?;
    let gate = Gate { own, joints, hearing, of_day: false };
    if clauses[place].joint == Joint::But {
        return None;
    }
    let changes = |(at, clause): (usize, &Clause<'_>)| {
        let agrees = || clause::agrees_or_denies(&clause.folded(), own, yes);
        let explains = at > place && !asides::leaves_open(clause, own.language);
        at != place
            && (agrees() || !explains && gate.changes(clause, at < place, false) || at < place && !gate.is_idle(clause))
    };
    if clauses.iter().enumerate().any(changes) { None } else { Some(yes) }
}

type Parts<'a> = (&'static Words, &'static JointWords, Vec<Clause<'a>>);

/// The clauses of a message that has two or more and asks nothing.
fn clauses_of<'a>(text: &'a str, hearing: &AnswerContext<'_>) -> Option<Parts<'a>> {
    let own = words::own(hearing.language)?;
    let joints = joints::of(own.language)?;
    if text.len() > inside::SENTENCE_BYTES_MAX
        || text.contains(['?', '¿', '"', '%'])
        || another::is_denied_by_sign(text)
    {
        return None;
    }
    let clauses = split(text, joints);
    let words: usize = clauses.iter().map(|clause| clause.said.len()).sum();
    let fits = (2..=CLAUSES_MAX).contains(&clauses.len()) && words <= inside::SENTENCE_WORDS_MAX;
    fits.then_some((own, joints, clauses))
}

fn split<'a>(text: &'a str, joints: &JointWords) -> Vec<Clause<'a>> {
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let mut clauses: Vec<Clause<'_>> = vec![Clause { joint: Joint::Mark, said: Vec::new() }];
    let mut place = 0;
    while place < said.len() {
        let last = clauses.last_mut().expect("the list begins with one clause");
        if let Some((joint, length)) = joint_at(&folded[place..], joints) {
            match last.said.is_empty() {
                true => last.joint = joint,
                false => clauses.push(Clause { joint, said: Vec::new() }),
            }
            place += length;
            continue;
        }
        let is_dash = !said[place].is_empty() && said[place].chars().all(|c| "-–—".contains(c));
        if !is_dash {
            last.said.push(said[place]);
        }
        if is_dash || ends_clause(said[place]) {
            clauses.push(Clause { joint: Joint::Mark, said: Vec::new() });
        }
        place += 1;
    }
    clauses.retain(|clause| clause.said.iter().any(|word| word.chars().any(char::is_alphanumeric)));
    clauses
}

pub fn ends_clause(word: &str) -> bool {
    let before = word.trim_end_matches('.');
    let stops = before.len() < word.len()
        && before.chars().count() >= SENTENCE_END_CHARS_MIN
        && before.chars().all(char::is_alphabetic)
        && !ABBREVIATIONS.contains(&fold(before).as_str());
    word.ends_with([',', ';', '!']) || stops
}

pub fn joint_at(folded: &[String], joints: &JointWords) -> Option<(Joint, usize)> {
    let begins = |phrases: &str| {
        phrases.split(',').find_map(|phrase| {
            let length = phrase.split(' ').count();
            let is_here = folded.len() > length && folded[..length].join(" ") == phrase;
            is_here.then_some(length)
        })
    };
    let lists = [(Joint::Because, joints.because), (Joint::So, joints.so), (Joint::But, joints.but)];
    lists.into_iter().find_map(|(joint, phrases)| Some((joint, begins(phrases)?)))
}

fn begins_with(folded: &str, start: &str) -> bool {
    folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '))
}

pub struct Gate<'a> {
    pub own: &'static Words,
    pub joints: &'static JointWords,
    pub hearing: &'a AnswerContext<'a>,
    /// True for a day, an hour or a moment.
    pub of_day: bool,
}

impl Gate<'_> {
    /// True if a clause beside the answer may change it. `is_before`: it stands before the answer; `is_premise`: the
    /// answer is its conclusion.
    pub fn changes(&self, clause: &Clause<'_>, is_before: bool, is_premise: bool) -> bool {
        if self.is_idle(clause) {
            return false;
        }
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        // A *but* behind the answer takes something back.
        if clause.joint == Joint::But && !is_before {
            return true;
        }
        let asks = inside::ASKS.iter().chain(&inside::ASKS_FOR_DAYS).any(|start| begins_with(&folded, start));
        if asks && !is_before {
            return true;
        }
        // `sorry for answering so late, wednesday` says nothing about the day.
        let apologizes = said.first().is_some_and(|first| self.joints.sorry.split(',').any(|sorry| sorry == *first))
            && said.get(1).is_some_and(|next| FOR_WHAT.contains(next));
        let is_negated = said.iter().any(|word| self.own.around.nots.split_whitespace().any(|not| not == *word));
        if apologizes && !is_negated {
            return false;
        }
        if is_before && said.first().is_some_and(|first| self.joints.sorry.split(',').any(|sorry| sorry == *first)) {
            return false;
        }
        if is_premise || clause.joint == Joint::Because {
            return CONDITIONS.iter().any(|word| has_word(&folded, word));
        }
        said.len() < UNKNOWN_CLAUSE_WORDS_MIN || self.changes_by_its_words(clause, is_before)
    }

    /// As `changes`, for a clause of any length.
    pub fn changes_by_its_words(&self, clause: &Clause<'_>, is_before: bool) -> bool {
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        // `half of them don't eat much anyway`
        let is_long = said.len() >= WEAK_WORDS_MIN && !is_before && clause.joint == Joint::Mark;
        let strong: Vec<&str> = said.iter().copied().filter(|word| !(is_long && WEAK.contains(word))).collect();
        let strong = strong.join(" ");
        let says = |phrases: &str| phrases.split(',').any(|phrase| has_word(&strong, phrase.trim()));
        let is_left_open = || aside_words::of(self.own.language).is_some_and(|words| says(words.hard));
        let asked = fold(self.hearing.question);
        let may_add = || {
            !self.of_day
                && HOW_MANY.iter().any(|phrase| has_word(&asked, phrase))
                && (comes_along(&said) || leaves(&said, self.own))
        };
        is_left_open()
            || self.of_day && asides::is_taken_up(&folded, self.own.language)
            || self.of_day && asides::goes_before(&folded, self.own.language)
            || may_add()
            || says(self.joints.turns)
            || says(self.own.around.spoilers)
            || folded.chars().any(char::is_numeric)
            || self.denies(clause, &said, is_before)
            || self.is_about_another(&folded, &said)
    }

    /// True for a clause of courtesy: `hi there`.
    pub fn is_idle(&self, clause: &Clause<'_>) -> bool {
        let is_idle = |word: &str| word.is_empty() || self.joints.idle.split(',').any(|idle| idle == word);
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').collect();
        // `ciao Gennaro, 5`
        let is_not = |word: &&str| self.own.around.nots.split_whitespace().any(|not| not == *word) || *word == "no";
        let greets = || {
            GREETINGS.contains(&said[0])
                && said.len() <= GREETING_WORDS_MAX
                && !said.iter().any(|word| is_not(word) || inside::is_signal(word) || word.contains(char::is_numeric))
        };
        said.iter().all(|word| is_idle(word)) || greets()
    }

    /// True for a *not* that may deny the answer: `friday, I can't`. A *not* about another thing stands beside none of
    /// the words of ability: `at home, I don't have a car`.
    fn denies(&self, clause: &Clause<'_>, said: &[&str], is_before: bool) -> bool {
        let is_not = |word: &str| self.own.around.nots.split_whitespace().any(|not| not == word) || word == "t";
        let raw: Vec<String> = clause.said.iter().map(|word| fold(word)).collect();
        let is_negated = said.iter().copied().chain(raw.iter().map(String::as_str)).any(is_not);
        let is_able = |word: &&str| self.joints.able.split(',').any(|able| able == *word);
        // The Spanish, Portuguese and Italian *no* stands before each verb: `a las 10, no soy de madrugar`.
        let is_of_verb = ["es", "pt", "it"].contains(&self.own.language)
            && said.len() > UNKNOWN_CLAUSE_WORDS_MIN
            && !said.get(1).is_some_and(|next| self.joints.idle.split(',').any(|idle| idle == *next));
        let begins = !is_of_verb && said.first().is_some_and(|first| is_not(first));
        is_negated && !is_before && (said.iter().any(is_able) || begins)
    }

    fn is_about_another(&self, folded: &str, said: &[&str]) -> bool {
        let asked = fold(&self.hearing.question.replace(['\'', '’'], " "));
        let Some(frame) = frames::of(self.own.language) else { return true };
        let says = |phrases: &str| phrases.split(',').any(|phrase| has_word(folded, phrase.trim()));
        let says_new = |phrases: &str| {
            phrases.split(',').map(str::trim).any(|phrase| has_word(folded, phrase) && !has_word(&asked, phrase))
        };
        let rest: Vec<String> = said.iter().map(|word| (*word).to_owned()).collect();
        self.of_day && another::is_other_event(folded, &asked)
            || !frame::names_somebody(&asked) && says_new(frame.others)
            || says(frame.amounts)
            || self.of_day && says(frame.having)
            || self.of_day && super::beside::names_another_day(&rest, self.own)
    }
}

/// In a remark of so many words, words of shares and spans speak of its own subject.
const WEAK_WORDS_MIN: usize = 5;
#[rustfmt::skip]
const WEAK: [&str; 67] = [
    "half", "double", "twice", "both", "each", "again", "already", "weeks", "months", "minutes", "over", "under", "above", "below", "hundred", "thousand", "million", "bus", "train",
    "mitad", "ambos", "ya", "mes", "meses", "semanas", "minutos", "autobus", "tren", "moitie", "deja", "mois", "semaines", "minutes", "halb", "halfte", "doppelt", "beide", "schon", "wieder", "monat", "monate", "wochen", "minuten", "unter", "uber", "bus", "zug",
    "metade", "ja", "meses", "semanas", "minutos", "onibus", "trem", "muito", "meta", "doppio", "entrambi", "gia", "mese", "mesi", "settimane", "minuti", "treno", "autobus", "ancora", "encore",
];

/// Words behind an apology that name its cause: `sorry for the late notice`.
const FOR_WHAT: [&str; 16] =
    ["for", "about", "por", "el", "la", "las", "los", "pour", "du", "de", "fur", "wegen", "pela", "pelo", "per", "il"];

/// Words for all of some things, of which a *but* excepts one.
const ALL: [&str; 7] = ["any", "every", "all", "each", "nothing", "none", "no"];

/// Words of a condition in a reason or a premise, folded.
#[rustfmt::skip]
pub const CONDITIONS: [&str; 22] = [
    "if", "unless", "or", "depends", "otherwise", "pero", "depende", "sinon", "sauf", "ou", "wenn", "falls", "oder", "sonst", "senao", "tranne", "oppure", "altrimenti",
    "senno", "but", "aber", "mais si",
];

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, Chosen, InboundKind, chosen, read, tests::hearing};

    fn is_taken(kind: AnswerType, question: &str, text: &str, language: &str) -> bool {
        let hearing = AnswerContext { question, ..hearing(language) };
        read(kind, &InboundKind::Text { body: text.into() }, &hearing).likely.len() == 1
    }

    #[test]
    fn a_reason_beside_the_answer_may_have_any_words() {
        for (question, language, text) in [
            ("Which day would you like?", "en", "thursday, my hair is a mess"),
            ("Which day would you like?", "en", "next tuesday please, because I have a wedding on saturday"),
            ("Which day would you like?", "en", "I start my new job on monday so sunday"),
            ("Which day would you like?", "en", "I know you are full but friday"),
            ("¿Qué día quiere venir?", "es", "el jueves, llevo el pelo fatal"),
            ("Quel jour voulez-vous venir ?", "fr", "je commence lundi donc dimanche"),
            ("An welchem Tag möchten Sie kommen?", "de", "entschuldigung für die späte antwort, mittwoch passt"),
            ("Que dia você quer vir?", "pt", "quinta, meu cabelo tá horrível"),
            ("Che giorno vuole venire?", "it", "martedì per favore, perché sabato ho un matrimonio"),
        ] {
            assert!(is_taken(AnswerType::Date, question, text, language), "{text}");
        }
    }

    #[test]
    fn a_clause_that_changes_the_answer_gives_none() {
        for text in [
            "friday, I can't",
            "friday, that doesn't work",
            "friday, if my boss agrees",
            "friday, but I have to ask",
            "friday, my sister comes then",
            "friday, I have a meeting",
            "friday, exam day",
            "friday, is that okay",
            "friday, no wait",
            "I called on friday, nobody answered",
            "not on friday, because I work then",
            "my party is on friday, we are all looking forward",
        ] {
            assert!(!is_taken(AnswerType::Date, "Which day would you like?", text, "en"), "{text}");
        }
    }

    #[test]
    fn a_reason_beside_an_option_may_have_any_words() {
        let titles: Vec<Vec<String>> = ["Castle", "River"].map(|title| vec![title.to_owned()]).to_vec();
        let pick = |text: &str| chosen(text, &titles, &AnswerContext { question: "Which tour?", ..hearing("en") });
        assert_eq!(pick("the river one, our feet hurt"), Chosen::One(1));
        assert_eq!(pick("the river one, if my feet allow"), Chosen::Nothing);
        assert_eq!(pick("the river one, castles are boring, castle"), Chosen::Nothing);
    }
}
