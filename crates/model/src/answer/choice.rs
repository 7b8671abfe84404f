//! Finds which options a longer text names: `the red one, please`.
//!
//! An option counts only if all other words are known and change nothing: `not red`, `red or blue`, `do you have red?`
//! and `red like my car` choose nothing.

mod confirming;
mod corrected;
mod excluded;
mod numbers;
mod offering;
mod parts;
mod phrases;
mod reports;
mod tables;
mod typing;

use super::{
    AnswerContext,
    another::{self, is_denied_by_sign},
    asides, beside, chatter, frame, inside, reasons,
    words::{self, Words, around::IF_POSSIBLE},
};
use crate::matching::{fold, has_word};
pub use confirming::{confirmed, leaves_it};
pub use numbers::{ButtonNamed, button_named, names_option_by_word, number_of_option};
pub use offering::offered;
use tables::{EASY, JOINS, MODALS, MORE, MORE_OF_EASE, OPENINGS, TELLS, TURNS, YOURS};
pub use typing::is_mistyped;

/// The options that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    Nothing,
    /// The place of the only option.
    One(usize),
    /// The places of two or three options; the contact is asked which one it means.
    Several(Vec<usize>),
}

/// More options in one text are no choice between them.
const SEVERAL_MAX: usize = 3;

/// The options that the text names among other words. `titles` holds the titles of each option; `hearing.question` is
/// the text of the question, whose words say nothing new.
pub fn chosen(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Chosen {
    if text.len() > inside::SENTENCE_BYTES_MAX || is_denied_by_sign(text) {
        return Chosen::Nothing;
    }
    let plain = parts::without_kind_of_card(&without_chatter(text, titles, hearing), titles);
    if reports::is_well(&plain, hearing) {
        return Chosen::Nothing;
    }
    let by_sentence = |text: &str| by_sentence(text, titles, hearing);
    if let Some(found) = corrected::chosen(&plain, hearing.language, &by_sentence) {
        return found;
    }
    if is_counted(&plain, titles, hearing) {
        return Chosen::Nothing;
    }
    match by_sentence(&plain) {
        Chosen::Nothing => parts::chosen(&plain, titles, hearing.language)
            .map_or_else(|| among_clauses(&plain, titles, hearing), Chosen::One),
        found => found,
    }
}

fn is_counted(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> bool {
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').collect();
    corrected::is_counted(text, &said, &mentions(&said, titles, hearing), hearing.language)
}

/// The text without chatter that is no title of an option.
fn without_chatter(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> String {
    let names_one = |word: &str| titles.iter().flatten().any(|title| has_word(&fold(title), word));
    chatter::without(text, hearing.language, &names_one)
}

fn by_sentence(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Chosen {
    let as_written = among(text, titles, hearing);
    if as_written != Chosen::Nothing {
        return as_written;
    }
    // `l'orange` names the orange.
    let apart = |text: &str| text.replace(['\'', '’', '‘', '`', '´'], " ");
    if apart(text) == text {
        return Chosen::Nothing;
    }
    let titles: Vec<Vec<String>> = titles.iter().map(|all| all.iter().map(|title| apart(title)).collect()).collect();
    among(&apart(text), &titles, hearing)
}

/// The option of the only clause that chooses one: `at the station, I come by train`.
fn among_clauses(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Chosen {
    let choose = |clause: &str| match by_sentence(clause, titles, hearing) {
        Chosen::One(place) => Some(place),
        Chosen::Nothing | Chosen::Several(_) => None,
    };
    let names_one = |clause: &str| {
        let folded = fold(clause);
        let said: Vec<&str> = folded.split(' ').collect();
        // Of *1-2 people* and *3-4 people*, `we're 3` may choose one.
        let has_figure = |text: &str| text.contains(char::is_numeric);
        let may_count = || has_figure(clause) && titles.iter().flatten().any(|title| has_figure(title));
        let is_out = || words::own(hearing.language).is_some_and(|own| excluded::rules_out(&folded, own));
        may_count() || !mentions(&said, titles, hearing).is_empty() && !is_out()
    };
    let found = reasons::chosen(text, hearing, choose, names_one);
    let found = found.or_else(|| asides::chosen(text, hearing, choose, names_one));
    // `red, I don't like red` names one option twice.
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').collect();
    let named = mentions(&said, titles, hearing);
    let is_twice = |place: &usize| named.len() > 1 && named.iter().filter(|one| one.option == *place).count() > 1;
    let has_other = |place: usize| named.iter().any(|one| one.option != place);
    let found =
        found.filter(|place| !(is_twice(place) && has_other(*place) || is_denied_later(text, *place, titles, hearing)));
    let found =
        found.or_else(|| reports::fault(text, titles, hearing)).or_else(|| reports::source(text, titles, hearing));
    found.map_or(Chosen::Nothing, Chosen::One)
}

/// True if another clause rules out the option itself: `red, I never wear red`.
fn is_denied_later(text: &str, place: usize, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> bool {
    let Some(own) = words::own(hearing.language) else { return false };
    text.split([',', ';', '.', '!', '\n']).skip(1).any(|clause| {
        let folded = fold(clause);
        let said: Vec<&str> = folded.split(' ').collect();
        excluded::rules_out(&folded, own) && mentions(&said, titles, hearing).iter().any(|one| one.option == place)
    })
}

fn among(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Chosen {
    let mut folded = fold(text);
    if let Some(wish) = IF_POSSIBLE.iter().find(|wish| has_word(&folded, wish)) {
        folded = folded.replacen(wish, "", 1);
    }
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if said.len() > inside::SENTENCE_WORDS_MAX {
        return Chosen::Nothing;
    }
    let found = mentions(&said, titles, hearing);
    // `groß ist mir zu groß` complains.
    let is_too = |mention: &Mention| mention.start > 0 && another::TOO.contains(&said[mention.start - 1]);
    if found.len() > 1 && found.iter().any(is_too) {
        return Chosen::Nothing;
    }
    let covered = |place: usize| found.iter().any(|mention| mention.holds(place));
    let first = (0..said.len()).find(|place| covered(*place)).unwrap_or(0);
    let rest: Vec<&str> = (0..said.len()).filter(|place| !covered(*place)).map(|place| said[place]).collect();
    let mut options: Vec<usize> = found.iter().map(|mention| mention.option).collect();
    options.sort_unstable();
    options.dedup();
    let behind = (0..said.len()).rev().find(|place| covered(*place)).map_or(0, |last| last + 1);
    let next = said.get(behind).copied().unwrap_or_default();
    let sentence = Sentence { head: &said[..first], rest, next, text };
    match options.as_slice() {
        [one] if sentence.clone().without_number(*one).says_nothing_else(hearing) => Chosen::One(*one),
        [_, _, ..] if options.len() <= SEVERAL_MAX && sentence.without_joins().says_nothing_else(hearing) => {
            Chosen::Several(options)
        }
        _ => Chosen::Nothing,
    }
}

/// A place in the text where the title of an option stands.
struct Mention {
    start: usize,
    end: usize,
    option: usize,
}

impl Mention {
    fn holds(&self, place: usize) -> bool {
        (self.start..self.end).contains(&place)
    }
}

/// All mentions, without those inside a longer one: `deep blue` does not mention the option *Blue*.
fn mentions(said: &[&str], titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Vec<Mention> {
    let own = words::own(hearing.language).map_or("", |own| own.language);
    let folded: Vec<(usize, String)> = titles
        .iter()
        .enumerate()
        .flat_map(|(option, all)| all.iter().map(move |title| (option, fold(title))))
        .filter(|(_, title)| title.chars().any(char::is_alphanumeric))
        .collect();
    let is_title = |word: &str| folded.iter().any(|(_, title)| title == word);
    let mut found: Vec<Mention> = Vec::new();
    for (option, title) in &folded {
        let parts: Vec<&str> = title.split(' ').collect();
        for start in 0..=said.len().saturating_sub(parts.len()) {
            let Some(these) = said.get(start..start + parts.len()) else { continue };
            let inflected = || match (these, parts.as_slice()) {
                ([word], [title]) => !is_title(word) && inflects(own, title, word),
                _ => false,
            };
            let is_mentioned = these == parts.as_slice() || inflected();
            let is_another =
                || phrases::is_inside_one(said, start, start + parts.len()) || phrases::is_only_near(said, start);
            if is_mentioned && !is_another() {
                found.push(Mention { start, end: start + parts.len(), option: *option });
            }
        }
    }
    let longer = |mention: &Mention| {
        let covers = |other: &Mention| other.start <= mention.start && mention.end <= other.end;
        found.iter().any(|other| covers(other) && other.end - other.start > mention.end - mention.start)
    };
    let inner: Vec<bool> = found.iter().map(longer).collect();
    found.into_iter().zip(inner).filter(|(_, inner)| !inner).map(|(mention, _)| mention).collect()
}

/// The shortest title that is also found in another gender, case or number.
const INFLECTED_CHARS_MIN: usize = 3;

/// True if the word is the title in another gender, case or number: `rote` for *Rot*, `roja` for *Rojo*.
fn inflects(language: &str, title: &str, word: &str) -> bool {
    if title.chars().count() < INFLECTED_CHARS_MIN || inside::is_signal(word) || inside::is_signal(title) {
        return false;
    }
    let (stem, ends): (&str, &[&str]) = match language {
        "de" => (title, &["e", "er", "es", "en", "em"]),
        "fr" => (title, &["e", "s", "es"]),
        "es" | "pt" | "it" => (
            title.trim_end_matches('s').trim_end_matches(['a', 'e', 'i', 'o']),
            &["a", "e", "i", "o", "as", "es", "os"],
        ),
        _ => return false,
    };
    stem.chars().count() + 1 >= INFLECTED_CHARS_MIN && word.strip_prefix(stem).is_some_and(|end| ends.contains(&end))
}

/// The words of a text beside the options that it names.
#[derive(Clone)]
struct Sentence<'a> {
    /// The words before the first option.
    head: &'a [&'a str],
    rest: Vec<&'a str>,
    /// The word behind the last option; empty at the end.
    next: &'a str,
    /// The message as it was written.
    text: &'a str,
}

impl<'a> Sentence<'a> {
    /// Without the number of the option before its title: `1. Red`.
    fn without_number(mut self, option: usize) -> Sentence<'a> {
        if let ([number], [same]) = (self.head, self.rest.as_slice())
            && (number, number.parse()) == (same, Ok(option + 1))
        {
            (self.head, self.rest) = (&[], Vec::new());
        }
        self
    }

    /// The sentence with this one word beside the option.
    fn with_rest(mut self, word: &'a str) -> Sentence<'a> {
        self.rest = vec![word];
        self
    }

    /// Without the words that join two options, which are then asked back.
    fn without_joins(mut self) -> Sentence<'a> {
        self.rest.retain(|word| !JOINS.contains(word));
        self
    }

    /// True if the words belong to one language, and none of them changes the choice.
    fn says_nothing_else(&self, hearing: &AnswerContext<'_>) -> bool {
        words::all(hearing.language).any(|words| self.is_known(words, hearing) && !self.is_changed(words, hearing))
    }

    fn is_known(&self, words: &Words, hearing: &AnswerContext<'_>) -> bool {
        let asked = fold(hearing.question);
        let is_own = words::own(hearing.language).is_some_and(|own| own.language == words.language);
        let known = |word: &&str| {
            inside::is_carrier(words, word)
                || words.around.picks.split_whitespace().any(|pick| pick == *word)
                || is_own && has_word(&asked, word) && !TURNS.contains(word)
        };
        let is_easy =
            |place: usize| self.is_easy(place) || self.is_easy(place + 1) && MORE_OF_EASE.contains(&self.rest[place]);
        (0..self.rest.len()).all(|place| known(&self.rest[place]) || is_easy(place))
    }

    /// True for a word of ease at this place: `pix é mais fácil`.
    fn is_easy(&self, place: usize) -> bool {
        self.rest.get(place).is_some_and(|word| EASY.contains(word))
    }

    /// True if one of the words changes the choice.
    fn is_changed(&self, words: &Words, hearing: &AnswerContext<'_>) -> bool {
        let own = words::own(hearing.language);
        let asked = fold(hearing.question);
        let rest: Vec<String> = self.rest.iter().map(|word| (*word).to_owned()).collect();
        // `er will` has English words, too.
        let is_theirs_in = |words: &Words| frame::is_of_somebody_else(&self.rest, self.text, words, hearing.question);
        let tells = |word: &&str| TELLS.contains(word) && !has_word(&asked, word);
        let is_theirs = || {
            self.head.last().is_some_and(|word| YOURS.contains(word)) || self.next == "on" && !says_on_me(&self.rest)
        };
        is_theirs()
            || self.rest.iter().enumerate().any(|(place, word)| MORE.contains(word) && !self.is_easy(place + 1) || tells(word))
            // `morgen 10:00` is no slot of Friday.
            || !has_day_of(&asked, words) && beside::names_another_day(&rest, words)
            // `I work Monday`, where the options are days.
            || another::is_other_event(&self.rest.join(" "), &asked)
            || is_theirs_in(words)
            || own.is_some_and(is_theirs_in)
            || inside::is_negated(&rest, words, hearing)
            || self.asks(words)
    }

    /// True if the text asks about the option and does not ask for it.
    fn asks(&self, words: &Words) -> bool {
        let opens = |word: &&&str| OPENINGS.contains(*word) || words.polite.contains(*word);
        let head: Vec<&str> = self.head.iter().skip_while(|word| opens(word)).copied().collect();
        let (head, rest) = (head.join(" "), self.rest.join(" "));
        let names = |phrases: &str, said: &str| phrases.split(',').any(|phrase| has_word(said, phrase));
        let begins =
            |phrase: &str| head == phrase || head.strip_prefix(phrase).is_some_and(|rest| rest.starts_with(' '));
        if words.around.requests.split(',').any(begins) {
            return false;
        }
        let starts_as_one = MODALS.contains(&head.as_str()) || words.around.asks.split(',').any(begins);
        starts_as_one || self.text.contains(['?', '¿']) && !names(words.around.requests, &rest)
    }
}

/// True for `I only have my card on me`.
fn says_on_me(rest: &[&str]) -> bool {
    rest.windows(2).any(|pair| pair[0] == "on" && ["me", "us"].contains(&pair[1]))
}

/// True if the question names a day.
fn has_day_of(asked: &str, words: &Words) -> bool {
    let said: Vec<String> = asked.split(' ').map(str::to_owned).collect();
    beside::names_another_day(&said, words)
}
