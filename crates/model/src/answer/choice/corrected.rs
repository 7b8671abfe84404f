//! Finds the option of a message that corrects itself (`doble, no, suite`; `pas la suite, la double`), and messages that
//! count an option (`2 dobles`) and so ask for more than one.

use super::{Chosen, Mention};
use crate::answer::{correction, words};

/// The option that counts in a message with two of them; `None`: it corrects nothing. `choose` reads one half.
pub fn chosen(text: &str, language: &str, choose: &dyn Fn(&str) -> Chosen) -> Option<Chosen> {
    let one = |text: &str| match choose(text) {
        Chosen::One(place) => Some(place),
        Chosen::Nothing | Chosen::Several(_) => None,
    };
    if let Some(halves) = correction::later::halves(text, language)
        && let (Some(before), Some(behind)) = (one(&halves.before), one(&halves.behind))
        && before != behind
    {
        return Some(if halves.is_sure { Chosen::One(behind) } else { Chosen::Several(vec![before, behind]) });
    }
    let (rejected, meant) = correction::of_two(text, language)?;
    let (rejected, meant) = (one(&rejected)?, one(&meant)?);
    (rejected != meant).then_some(Chosen::One(meant))
}

/// True if a number other than one stands before the option, or the option is named twice with *and* between: `2 dobles`,
/// `doble y doble`. `1. Doble` has the option's own number, with a mark.
pub(super) fn is_counted(text: &str, said: &[&str], found: &[Mention], language: &str) -> bool {
    let own = words::own(language);
    let number = |word: &str| own.and_then(|own| own.number(&[word])).or_else(|| word.parse().ok());
    let is_marked = |word: &str| {
        let mut raw = text.split_whitespace().map(|raw| raw.trim_start_matches(['(', '#']));
        raw.any(|raw| raw.strip_prefix(word).is_some_and(|rest| rest.starts_with(MARKS)))
    };
    let is_several = |mention: &Mention| {
        let before = mention.start.checked_sub(1).map(|before| said[before]);
        before.is_some_and(|word| number(word).is_some_and(|number| number > 1) && !is_marked(word))
    };
    let is_twice = |pair: &[Mention]| {
        let between = said.get(pair[0].end..pair[1].start).unwrap_or_default();
        pair[0].option == pair[1].option && between.len() == 1 && ANDS.contains(&between[0])
    };
    found.iter().any(is_several) || found.windows(2).any(is_twice)
}

/// Marks behind the number of an option.
const MARKS: [char; 9] = ['.', ')', ':', '-', ',', '\u{20e3}', '\u{fe0f}', '°', '/'];
const ANDS: [&str; 6] = ["and", "y", "et", "und", "e", "plus"];

#[cfg(test)]
mod tests {
    use super::super::{super::tests::hearing, Chosen, chosen};

    fn found(text: &str, language: &str) -> Chosen {
        let titles = match language {
            "fr" => ["Simple", "Double", "Suite"],
            _ => ["Sencilla", "Doble", "Suite"],
        };
        let titles: Vec<Vec<String>> = titles.iter().map(|title| vec![(*title).to_owned()]).collect();
        chosen(text, &titles, &hearing(language))
    }

    #[test]
    fn a_correction_chooses_the_later_option_or_asks() {
        for (language, text, place) in [
            ("es", "doble no, mejor suite", Chosen::One(2)),
            ("es", "doble, no, suite", Chosen::One(2)),
            ("es", "doble, digo suite", Chosen::One(2)),
            ("es", "doble, no suite", Chosen::Several(vec![1, 2])),
            ("fr", "simple, non double", Chosen::One(1)),
            ("fr", "double non suite", Chosen::One(2)),
            ("fr", "pas la suite, la double", Chosen::One(1)),
        ] {
            assert_eq!(found(text, language), place, "{language} {text}");
        }
    }

    #[test]
    fn several_of_one_option_choose_nothing() {
        for (language, text) in [
            ("es", "2 dobles"),
            ("es", "dos dobles"),
            ("es", "2 doble"),
            ("es", "tres sencillas"),
            ("es", "doble y doble"),
            ("fr", "2 doubles"),
        ] {
            assert_eq!(found(text, language), Chosen::Nothing, "{language} {text}");
        }
        assert_eq!(found("2. Doble", "es"), Chosen::One(1));
        assert_eq!(found("una doble", "es"), Chosen::One(1));
    }
}
