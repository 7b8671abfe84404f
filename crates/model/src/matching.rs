//! Compares people's texts with authors' words, without case, accents, punctuation and emoji.

use unicode_normalization::UnicodeNormalization;

/// Words in lower case without accents, separated by one blank; no punctuation, no emoji. A text of only such
/// characters (`?`, `👍`) is returned trimmed but otherwise unchanged.
pub fn fold(text: &str) -> String {
    // Nine of ten messages are plain ASCII, which needs no Unicode tables.
    let folded = if text.is_ascii() {
        fold_chars(text.chars())
    } else {
        // Dropping a character can bring two combining marks together, which have a canonical order of their own.
        fold_chars(text.nfkd()).nfkd().collect()
    };
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}

/// True if the folded `word` stands in the folded `text` as a whole word (or words).
pub fn has_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric())
        })
}

/// True if the folded `text` begins with the folded `start`, and `start` ends at the end of a word.
pub fn starts_with(text: &str, start: &str) -> bool {
    !start.is_empty()
        && text.strip_prefix(start).is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
}

/// The number of typing errors between two folded texts, if there is at most one for every five letters of `meant`.
pub fn near(said: &str, meant: &str) -> Option<usize> {
    let length = meant.chars().count();
    let allowed = length / 5;
    // Counting errors takes time in proportion to the product of both lengths, and a contact may send a very long text.
    if said.chars().count().abs_diff(length) > allowed {
        return None;
    }
    let errors = strsim::osa_distance(said, meant);
    (errors <= allowed).then_some(errors)
}

/// True for one emoji, including sequences: a family, a flag, a digit in a box.
pub fn is_emoji(text: &str) -> bool {
    let part = |c: char| {
        matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '0'..='9' | '#' | '*') || is_picture(c)
    };
    let shows = |c: char| c == '\u{20e3}' || is_picture(c);
    text.chars().count() <= EMOJI_CHARS_MAX && text.chars().all(part) && text.chars().any(shows)
}

/// England's flag has seven characters, a family of four with skin tones has eleven.
const EMOJI_CHARS_MAX: usize = 12;

fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0xa9 | 0xae | 0x203c..=0x3299 | 0x1f000..=0x1faff | 0xe0020..=0xe007f)
}

/// The fewest typing errors between `meant` and the folded `text`, or a run of as many of its words as `meant` has;
/// `None`: there are more than `near` allows.
pub fn nearest(text: &str, meant: &str) -> Option<usize> {
    let words: Vec<&str> = text.split(' ').collect();
    let wanted = meant.split(' ').count();
    let parts = words.windows(wanted).filter_map(|part| near(&part.join(" "), meant));
    near(text, meant).into_iter().chain(parts).min()
}

fn fold_chars(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars {
        match c {
            // Accents of Latin, Greek and Cyrillic, Arabic vowel signs, and the marks that turn a digit into an emoji.
            '\u{300}'..='\u{36f}'
            | '\u{64b}'..='\u{652}'
            | '\u{fe0e}'
            | '\u{fe0f}'
            | '\u{20e3}'
            | '\u{200b}'..='\u{200f}' => {}
            '\'' | '’' | '‘' | '`' | '´' => {}
            'ß' | 'ẞ' => spaced("ss", &mut out, &mut gap),
            'æ' | 'Æ' => spaced("ae", &mut out, &mut gap),
            'œ' | 'Œ' => spaced("oe", &mut out, &mut gap),
            'ø' | 'Ø' => spaced("o", &mut out, &mut gap),
            'ł' | 'Ł' => spaced("l", &mut out, &mut gap),
            'đ' | 'Đ' => spaced("d", &mut out, &mut gap),
            'ı' => spaced("i", &mut out, &mut gap),
            'ς' => spaced("σ", &mut out, &mut gap),
            c if c.is_alphanumeric() || is_mark(c) => {
                let mut buffer = [0; 4];
                for lower in c.to_lowercase() {
                    // The lower case of `İ` is `i` with a combining dot.
                    if !('\u{300}'..='\u{36f}').contains(&lower) {
                        spaced(lower.encode_utf8(&mut buffer), &mut out, &mut gap);
                    }
                }
            }
            _ => gap = true,
        }
    }
    out
}

/// Vowel signs and similar marks of scripts where they belong to the word and are not accents.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) && !('\u{1f000}'..='\u{1ffff}').contains(&c)
}

fn spaced(text: &str, out: &mut String, gap: &mut bool) {
    if std::mem::take(gap) && !out.is_empty() {
        out.push(' ');
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_punctuation_and_emoji_do_not_count() {
        for (written, folded) in [
            ("  Hola! ", "hola"),
            ("¿Qué tal?", "que tal"),
            ("STOP.", "stop"),
            ("Don't", "dont"),
            ("e-mail", "e mail"),
            ("Straße", "strasse"),
            ("Ärger", "arger"),
            ("yes 👍🏽", "yes"),
            ("1️⃣", "1"),
            ("Book\n  a   visit", "book a visit"),
            ("İstanbul", "istanbul"),
            ("ＨＥＬＬＯ", "hello"),
            ("مَرحَبا", "مرحبا"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    #[test]
    fn a_text_of_nothing_else_stays_as_written() {
        assert_eq!((fold(" ? "), fold("👍"), fold("")), ("?".into(), "👍".into(), String::new()));
        assert_ne!(fold("👍"), fold("👎"));
    }

    #[test]
    fn scripts_with_vowel_signs_keep_them() {
        assert_ne!(fold("कि"), fold("की"));
        assert_ne!(fold("か"), fold("が"));
    }

    #[test]
    fn marks_that_come_together_are_put_in_order() {
        let once = fold("\u{11366}'\u{618}");
        assert_eq!(once, fold("\u{11366}\u{618}"), "an apostrophe does not count");
        assert_eq!(fold(&once), once);
    }

    #[test]
    fn words_end_where_words_end() {
        assert!(has_word("i want to book now", "book"));
        assert!(!has_word("my notebook", "book") && !has_word("bookings", "book") && !has_word("book", ""));
        assert!(starts_with("book a visit", "book") && !starts_with("bookings", "book"));
    }

    #[test]
    fn one_error_per_five_letters_is_near() {
        assert_eq!(near("appointmnt", "appointment"), Some(1));
        assert_eq!(near("madird", "madrid"), Some(1), "swapped letters are one error");
        assert_eq!((near("bok", "book"), near("cat", "car")), (None, None));
    }

    #[test]
    fn a_part_may_be_near() {
        assert_eq!(nearest("i need an apointment please", "appointment"), Some(1));
        assert_eq!(nearest("appointment or apointment", "appointment"), Some(0), "the fewest errors count");
        assert_eq!(nearest("oder status", "order status"), Some(1));
        assert_eq!([nearest("i need a point", "appointment"), nearest("", "appointment")], [None; 2]);
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }

    #[test]
    fn an_emoji_is_told_from_a_word() {
        for emoji in ["👍", "❤️", "👨‍👩‍👧‍👦", "🇪🇸", "1️⃣", "👋🏽", "✅", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©"]
        {
            assert!(is_emoji(emoji), "{emoji}");
        }
        for other in ["", "like", ":)", "1", "👍 ok", "👍👍👍👍👍👍👍👍👍👍👍👍👍", " "] {
            assert!(!is_emoji(other), "{other}");
        }
    }
}
