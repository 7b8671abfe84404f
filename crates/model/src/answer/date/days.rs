//! Knows the days that mean weeks (`dans huit jours`) and the words for a weekday that is still to come.

/// True for a text that may mean weeks by eight or fifteen days; it is compared with the words of each language later.
pub fn is_idiom(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let in_figures = || ["8 ", "15 "].iter().any(|number| text.contains(number)) && text.contains(['d', 'j', 't', 'g']);
    text.len() <= TEXT_BYTES_MAX && (in_figures() || IDIOMS.iter().any(|number| text.contains(number)))
}

/// Days of a longer text stand among other words.
const TEXT_BYTES_MAX: usize = 60;

/// The days of so many weeks, for a number of days by which people of this language mean weeks; else the number itself.
pub fn in_weeks(days: u32, language: &str) -> i64 {
    match days {
        8 if ["es", "fr", "de", "pt", "it"].contains(&language) => 7,
        15 if ["es", "fr", "pt", "it"].contains(&language) => 14,
        _ => i64::from(days),
    }
}

/// Eight and fifteen in the languages that mean weeks by so many days.
const IDIOMS: [&str; 8] = ["ocho", "huit", "acht", "oito", "otto", "quince", "quinze", "quindici"];

/// True if the words name a weekday that is still to come: `el martes que viene`, `kommenden Dienstag`.
pub fn says_coming(said: &[&str]) -> bool {
    let is_pair = |pair: &[&str]| ["que viene", "que vem"].contains(&pair.join(" ").as_str());
    said.windows(2).any(is_pair) || said.iter().any(|word| COMING.contains(word))
}

const COMING: [&str; 9] =
    ["coming", "proximo", "proxima", "prochain", "prochaine", "kommenden", "kommender", "prossimo", "prossima"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_days_are_a_week_in_some_languages() {
        assert_eq!([in_weeks(8, "fr"), in_weeks(15, "fr"), in_weeks(15, "de"), in_weeks(8, "en")], [7, 14, 15, 8]);
        assert!(is_idiom("dans huit jours") && is_idiom("en 15 días") && !is_idiom("in zehn Tagen"));
        assert!(says_coming(&["el", "martes", "que", "viene"]) && !says_coming(&["el", "martes"]));
    }
}
