//! Tells whether an aside beside an answer changes it: by a condition, a doubt, a denial or another person.

use super::{
    super::{
        AnswerType, beside, counting, frame, inside,
        reasons::{CONDITIONS, Clause, Joint, UNKNOWN_CLAUSE_WORDS_MIN},
        units,
        words::{Words, asides, asides::AsideWords, frames},
    },
    Hold, Part, Scene,
    claims::{claims, is_allergic_to_another},
    explaining::goes_before,
    lists::{
        ABLE, BOSSES, COMING_ALONG, COPULAS, DENIAL_WORDS_MAX, FOR, INCLUDING, MORE, ONE, OTHERWISE, PLAIN_NO, PLURALS,
        REASON_WORDS_MIN, SEATS, THEN, UNSURE, WITH, WITH_WHOM, WORKS,
    },
    says, stands,
};
use crate::matching::{fold, has_word, starts_with};

impl Scene<'_> {
    /// True for a clause whose value only explains the answer: the end of the contact's work, or the age of a guest.
    pub fn is_premise(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        match self.kind {
            Some(kind @ (AnswerType::Time | AnswerType::DateTime)) => {
                let is_other = || inside::has_candidate(kind, &clause.said, self.gate.hearing, self.gate.own);
                says(&folded, self.words.own_day) && is_other()
            }
            Some(AnswerType::Date) => self.is_feast(&folded) && !self.names_a_date(clause),
            Some(AnswerType::Number | AnswerType::Whole) => {
                self.counts() && (self.is_feast(&folded) || is_part(&folded))
            }
            _ => false,
        }
    }

    /// True if a clause names a weekday, a month or a relative day; `my daughter's 1st birthday` names none.
    fn names_a_date(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        let own = self.gate.own;
        let names = own.weekdays.iter().chain(&own.months).flat_map(|names| names.iter().copied());
        let mut names = names.chain(own.relative.iter().flat_map(|(_, names)| names.iter().copied()));
        names.any(|name| name.len() > 2 && has_word(&folded, name))
    }

    /// True for words of a feast, and for `les 50 ans de mon père`.
    pub fn is_feast(&self, folded: &str) -> bool {
        let said: Vec<&str> = folded.split(' ').collect();
        let is_age = |three: &[&str]| {
            let is_figure = three[1].bytes().all(|byte| byte.is_ascii_digit());
            PLURALS.contains(&three[0]) && is_figure && ["ans", "anos", "anni"].contains(&three[2])
        };
        // `mia nonna fa 80 anni`
        let turns = |two: &[&str]| {
            ["fa", "faz", "cumple", "wird", "turns", "fete"].contains(&two[0])
                && two[1].len() == 2
                && two[1].bytes().all(|byte| byte.is_ascii_digit())
        };
        // `it's my mum's 60th`
        let is_ordinal = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with("th");
        said.iter().any(|word| stands(self.words.feasts, word))
            || said.iter().any(is_ordinal)
            || said.windows(3).any(is_age)
            || said.windows(2).any(turns)
            || said.windows(2).any(|pair| pair == ["os", "anos"])
    }

    /// True if an aside may change the answer.
    pub fn harms(&self, part: &Part<'_>, is_before: bool, is_premise: bool, hold: Hold) -> bool {
        let clause = &part.clause;
        if self.gate.is_idle(clause) {
            return false;
        }
        if clause.joint == Joint::That {
            return self.is_no_reason(clause, hold);
        }
        if !part.asks && self.is_excuse(clause, is_before) {
            return false;
        }
        let folded = self.without_otherwise(clause.folded());
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let is_condition = || CONDITIONS.iter().any(|word| has_word(&folded, word));
        let is_part = self.counts() && is_part(&folded);
        let is_negated = said.iter().any(|word| stands(self.gate.own.around.nots, word));
        if is_part && is_negated {
            return true;
        }
        if is_part && !is_before && !folded.chars().any(char::is_numeric) {
            return false;
        }
        let is_like = || {
            clause.joint == Joint::But
                && self.likens(&said)
                && !CONDITIONS_HARD.iter().any(|word| has_word(&folded, word))
        };
        if (clause.joint == Joint::But && !is_before && !is_part || is_condition() && !is_part) && !is_like() {
            return true;
        }
        if part.asks {
            // `the ham one, is it halal?` depends on the reply.
            return self.kind.is_none() || is_before || hold == Hold::Bare || self.asks_about_it(&folded);
        }
        // `full day, I work till 6`
        let is_own_day = self.kind.is_none() && says(&folded, self.words.own_day);
        let is_anothers = || self.kind.is_none() && self.is_of_others(&folded);
        let is_negated = || said.iter().any(|word| stands(self.gate.own.around.nots, word));
        let is_taken_back = || is_anothers() || goes_before(&folded, self.gate.own.language) || is_negated();
        let confirms = || says(&folded, self.words.confirms) && !is_taken_back();
        let hold = if hold == Hold::Bare && !is_before && (is_own_day || confirms()) { Hold::Committed } else { hold };
        let admits = || self.words.admits.split(',').any(|start| starts_with(&folded, start));
        let is_sorry = || said.first().is_some_and(|first| self.gate.joints.sorry.split(',').any(|one| one == *first));
        if is_premise || clause.joint == Joint::Because || is_before && is_sorry() || admits() {
            return says(&folded, self.words.hard)
                || admits() && (self.is_of_others(&folded) || self.denies_day(&said));
        }
        if !is_before
            && (self.fears_lateness(&said)
                || self.tells_before(&folded)
                || self.tells_after(&said, &folded)
                || self.lists_people(clause))
        {
            return says(&folded, self.words.hard);
        }
        if hold == Hold::Bare && !self.is_premise(clause) {
            return match self.kind {
                None => self.changes_option(clause, &said, &folded, is_before),
                Some(AnswerType::Number | AnswerType::Whole) if !self.counts() => {
                    self.changes_measure(clause, &said, &folded, is_before)
                }
                _ => self.gate.changes(clause, is_before, is_premise),
            };
        }
        let has_figure = || {
            let left = if self.counts() { self.without_days(&clause.said) } else { clause.said.clone() };
            left.iter().any(|word| word.chars().any(char::is_numeric))
        };
        says(&folded, self.words.hard)
            || self.gate.of_day && is_taken_up(&folded, self.gate.own.language)
            || self.takes_back(&said, is_before) && !(self.counts() && self.is_of_others(&folded))
            || self.counts() && (leaves(&said, self.gate.own) || said.iter().any(|word| UNSURE.contains(word)))
            || self.counts() && hold != Hold::Final && self.adds_somebody(&said, &folded)
            || !self.gate.of_day && self.kind.is_some() && has_figure() && !self.is_premise(clause)
            || self.gate.of_day && self.names_a_day(&said)
    }

    /// True if a clause beside an age, a weight or a price alone may change it.
    fn changes_measure(&self, clause: &Clause<'_>, said: &[&str], folded: &str, is_before: bool) -> bool {
        let others = || !frame::names_somebody(&self.asked) && self.is_of_others(folded);
        let denies = || said.first().is_some_and(|first| stands(self.gate.own.around.nots, first));
        let is_about_it = || said.first().is_some_and(|first| stands(self.words.that, first) || POINTS.contains(first));
        is_before
            || said.len() < UNKNOWN_CLAUSE_WORDS_MIN
            || clause.joint != Joint::Mark && !(clause.joint == Joint::But && self.likens(said))
            || says(folded, self.words.hard)
            || CONDITIONS.iter().any(|word| has_word(folded, word))
            || folded.chars().any(char::is_numeric)
            || said.iter().any(|word| MORE.contains(word))
            || inside::asks(folded)
            || others()
            || denies()
            || is_about_it()
    }

    /// True for a *but* beside the age of a thing or an animal: `he's 6 but acts like a puppy`.
    fn likens(&self, said: &[&str]) -> bool {
        counting::asks_age_of_thing(&self.asked)
            && !said.iter().any(|word| {
                USED.contains(word)
                    || inside::is_signal(word) && word.len() > 3 && self.gate.own.spelled(word).is_some()
            })
    }

    /// True if a clause beside an option alone may change it. Days, figures and events of its own change no option.
    fn changes_option(&self, clause: &Clause<'_>, said: &[&str], folded: &str, is_before: bool) -> bool {
        let is_allergic = is_allergic_to_another(said);
        let without_against = if is_allergic { folded.replace("gegen ", "") } else { folded.to_owned() };
        let others =
            || !frame::names_somebody(&self.asked) && self.is_of_others(folded) && claims(said) && !is_allergic;
        let starts_a_question = || inside::asks(folded) && !is_before;
        let is_about_it = || self.words.that.split(' ').any(|that| said.first() == Some(&that));
        said.len() < UNKNOWN_CLAUSE_WORDS_MIN
            || is_before
            || clause.joint == Joint::So
            || says(&without_against, self.words.hard)
            || starts_a_question()
            || others()
            || is_about_it()
            || self.takes_back(said, is_before)
            || !is_allergic && said.iter().any(|word| TAKES_BACK.contains(word))
    }

    /// The words of a clause without days: `10 nights, we leave on the 24th`.
    pub fn without_days<'t>(&self, said: &[&'t str]) -> Vec<&'t str> {
        let is_day = |word: &str| {
            let figures = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            !figures.is_empty() && figures.len() <= 2 && figures.bytes().all(|byte| byte.is_ascii_digit())
        };
        let marks = match self.gate.own.language {
            "es" => "el dia",
            "fr" => "le",
            "de" => "am den bis zum",
            "pt" => "dia",
            "it" => "il",
            _ => "the",
        };
        let is_left = |place: &usize| {
            let before = place.checked_sub(1).map(|before| fold(said[before])).unwrap_or_default();
            let is_ordinal = self.gate.own.language != "en" || said[*place].contains(char::is_alphabetic);
            !(is_day(said[*place]) && is_ordinal && stands(marks, &before))
        };
        (0..said.len()).filter(is_left).map(|place| said[place]).collect()
    }

    /// `chocolate, the kids would riot otherwise` gives a reason; an alternative would name another option.
    fn without_otherwise(&self, folded: String) -> String {
        let is_long = folded.split(' ').count() >= REASON_WORDS_MIN;
        let otherwise = OTHERWISE.iter().find(|word| self.kind.is_none() && is_long && has_word(&folded, word));
        otherwise.map_or(folded.clone(), |word| folded.replacen(word, "", 1))
    }

    /// True for a *not* or an employer in an admission beside a day: `I know my boss won't let me go`.
    fn denies_day(&self, said: &[&str]) -> bool {
        let denies = |word: &&str| stands(self.gate.own.around.nots, word) || *word == "t" || BOSSES.contains(word);
        self.gate.of_day && said.iter().any(denies)
    }

    /// True for a question whether the answer suits, or about another one.
    fn asks_about_it(&self, folded: &str) -> bool {
        let suits = || folded.split(' ').any(|word| stands(self.words.suits, word));
        says(folded, self.words.hard) || self.gate.of_day && suits()
    }

    /// True for the person of the business whom somebody wants: `saturday at 11 with Julie`.
    pub fn is_with(&self, aside: &Clause<'_>) -> bool {
        self.gate.of_day && WITH_WHOM.contains(&fold(aside.said[0]).as_str())
    }

    /// True for somebody else whom the answer suits: `saturday works for my husband`.
    pub fn is_for_others(&self, aside: &Clause<'_>) -> bool {
        let folded = aside.folded();
        let others = frames::of(self.gate.own.language).map_or("", |frame| frame.others);
        let is_for = FOR.contains(&fold(aside.said[0]).as_str()) || aside.said.len() <= UNKNOWN_CLAUSE_WORDS_MIN;
        let names = || {
            says(&folded, others)
                || folded.split(' ').any(|word| ["him", "them", "ella", "eux", "loro"].contains(&word))
        };
        (self.gate.of_day || self.kind.is_none()) && is_for && names() && !self.is_feast(&folded)
    }

    /// True for a short clause that is unable or unwilling, and for one with a *not* and a word that stands for the answer.
    fn takes_back(&self, said: &[&str], is_before: bool) -> bool {
        let nots = self.gate.own.around.nots;
        let is_negated = said.iter().any(|word| stands(nots, word) || *word == "t");
        // `could you do the 2nd, I can't pay before that`
        if self.gate.of_day
            && is_negated
            && said.len() >= UNKNOWN_CLAUSE_WORDS_MIN
            && said.iter().any(|word| EARLIER.contains(word))
        {
            return false;
        }
        let is_that = || said.iter().any(|word| stands(self.words.that, word));
        let is_unable = || said.len() <= DENIAL_WORDS_MAX && said.iter().any(|word| ABLE.contains(word));
        // `that day I don't work`
        if is_negated && said.len() >= UNKNOWN_CLAUSE_WORDS_MIN && said.iter().any(|word| WORKS.contains(word)) {
            return false;
        }
        // The Spanish, Portuguese and Italian *no* also negates a verb: `con tarjeta, no traigo cambio`.
        let is_of_verb = ["es", "pt", "it"].contains(&self.gate.own.language);
        let begins =
            || !is_of_verb && said.first().is_some_and(|first| stands(nots, first) || PLAIN_NO.contains(first));
        !is_before && begins()
            || is_negated && !is_before && (said.len() < UNKNOWN_CLAUSE_WORDS_MIN || is_unable() || is_that())
    }

    pub fn is_of_others(&self, folded: &str) -> bool {
        frames::of(self.gate.own.language).is_some_and(|frame| says(folded, frame.others))
    }

    /// True if a clause may add somebody or something to a count.
    pub fn adds_somebody(&self, said: &[&str], folded: &str) -> bool {
        let Some(frame) = frames::of(self.gate.own.language) else { return true };
        let is_absent = said.iter().any(|word| stands(self.words.absent, word));
        let is_feast = self.is_feast(folded);
        let is_with = said.first().is_some_and(|first| WITH.contains(first));
        // `a table for 2, somewhere quiet` adds nobody.
        let is_seat = said.iter().any(|word| SEATS.contains(word));
        let is_short = said.len() < UNKNOWN_CLAUSE_WORDS_MIN && !is_seat;
        let counts_people = || units::asks_for_people(&self.asked);
        // Somebody who eats along adds no pizza to a wish for four.
        let adds = || {
            comes_along(said) && (counts_people() || said.iter().any(|word| TOO.contains(word)))
                || said.iter().any(|word| MORE.contains(word))
                || counts_people() && says(folded, frame.others)
        };
        !is_absent && !is_feast && !is_part(folded) && (is_with || is_short || adds())
    }

    pub fn names_a_day(&self, said: &[&str]) -> bool {
        let rest: Vec<String> = said.iter().map(|word| (*word).to_owned()).collect();
        self.kind != Some(AnswerType::Date) && beside::names_another_day(&rest, self.gate.own)
    }
}

/// Words that point at the value before them: `9, so old is my son`.
const POINTS: [&str; 12] = ["thats", "its", "cest", "c", "so", "es", "e", "era", "was", "war", "etait", "according"];
/// Words of the time before the answer.
const EARLIER: [&str; 9] = ["before", "antes", "avant", "vorher", "davor", "eher", "prima", "until", "sooner"];
/// Words of an addition.
const TOO: [&str; 15] = [
    "too", "also", "well", "each", "tambien", "cada", "aussi", "chacun", "chacune", "auch", "jeder", "tambem", "anche",
    "pure", "ognuno",
];
/// Words that take back an option or set another beside it.
#[rustfmt::skip]
const TAKES_BACK: [&str; 40] = [
    "other", "rest", "left", "whatever", "sick", "hate", "allergic", "wrong", "prefer", "better", "odio", "alergico", "alergica", "resto", "asco", "prefiero", "mejor", "deteste", "allergique", "reste",
    "prefere", "mieux", "degoute", "hasse", "allergisch", "rest", "ubel", "besser", "lieber", "odeio", "alergica", "enjoo", "prefiro", "melhor", "schifo", "allergico", "allergica", "preferisco",
    "meglio", "andere",
];

/// Words of a thing that somebody else had before, and of another number.
#[rustfmt::skip]
const USED: [&str; 26] = [
    "used", "second", "secondhand", "refurbished", "hand", "older", "newer", "segunda", "mano", "reacondicionado", "usado", "usada", "occasion", "reconditionne", "gebraucht", "usato", "seminovo", "almost", "nearly", "casi", "presque", "fast", "quase", "quasi", "more", "less",
];
/// Conditions that no *but* itself makes.
#[rustfmt::skip]
const CONDITIONS_HARD: [&str; 16] = [
    "if", "unless", "or", "depends", "otherwise", "depende", "sinon", "sauf", "ou", "wenn", "falls", "oder", "sonst", "senao", "oppure", "altrimenti",
];

/// True for a part of a count: `we are 5, one is a baby`.
pub fn is_part(folded: &str) -> bool {
    let said: Vec<&str> = folded.split(' ').collect();
    let is_one = said.len() > 2 && ONE.contains(&said[0]) && COPULAS.contains(&said[1]);
    // `casi todos niños`
    let is_most = said.len() > 2
        && [
            "casi todos",
            "casi todo",
            "casi todas",
            "quase tudo",
            "quase todos",
            "quasi tutti",
            "quasi tutte",
            "presque que",
            "fast nur",
            "almost all",
            "vor allem",
            "sobre todo",
        ]
        .contains(&said[..2].join(" ").as_str());
    is_one || is_most || INCLUDING.contains(&said[0])
}

/// True for words of somebody who may come along and be counted, too.
pub fn comes_along(said: &[&str]) -> bool {
    said.iter().any(|word| COMING_ALONG.contains(word))
}

/// True for the contact's own day at the hour of the answer: `6, my shift starts then`.
pub fn is_taken_up(folded: &str, language: &str) -> bool {
    let then = |words: &AsideWords| folded.split(' ').any(|word| stands(words.that, word) || THEN.contains(&word));
    asides::of(language).is_some_and(|words| says(folded, words.own_day) && then(words))
}

/// True for `one is not coming`.
pub fn leaves(said: &[&str], own: &Words) -> bool {
    said.first().is_some_and(|first| ONE.contains(first)) && said.iter().any(|word| stands(own.around.nots, word))
}

/// True if a clause beside a yes or a no sets a condition or leaves it open. A clause of one or two words may name
/// another answer.
pub fn leaves_open(clause: &Clause<'_>, language: &str) -> bool {
    let folded = clause.folded();
    let is_condition = CONDITIONS.iter().any(|word| has_word(&folded, word));
    let is_open = asides::of(language).is_none_or(|words| says(&folded, words.hard));
    is_condition || is_open || clause.joint == Joint::But || clause.said.len() < UNKNOWN_CLAUSE_WORDS_MIN
}
