//! Recognises date patterns of other programs: `DD/MM/YYYY`, `%A %d`, `EEEE de MMMM`.

/// The letters for parts of a date or time.
const LETTERS: &str = "EdMyHhmsa";

/// The letters of `strftime` with ours.
const PERCENT: [(char, &str); 14] = [
    ('A', "EEEE"),
    ('B', "MMMM"),
    ('H', "HH"),
    ('I', "hh"),
    ('M', "mm"),
    ('S', "ss"),
    ('Y', "yyyy"),
    ('a', "EEE"),
    ('b', "MMM"),
    ('d', "dd"),
    ('e', "d"),
    ('m', "MM"),
    ('p', "a"),
    ('y', "yy"),
];

/// The letters outside of quotes.
fn bare(pattern: &str) -> String {
    pattern.split('\'').step_by(2).collect()
}

/// True if the pattern prints by one of these letters.
pub fn has(pattern: &str, letters: &str) -> bool {
    bare(pattern).contains(|c| letters.contains(c))
}

/// The pattern up to the first of these letters, or from behind the last one; `None` if other letters stand on both
/// sides, or on none.
pub fn without(pattern: &str, letters: &str) -> Option<String> {
    if pattern.contains('\'') {
        return None;
    }
    let (first, last) = (pattern.find(|c| letters.contains(c))?, pattern.rfind(|c| letters.contains(c))?);
    let edge = |c: char| !c.is_alphabetic();
    let (before, behind) = (pattern[..first].trim_end_matches(edge), pattern[last + 1..].trim_start_matches(edge));
    match (before, behind) {
        (left, "") | ("", left) if !left.is_empty() => Some(left.to_owned()),
        _ => None,
    }
}

/// The corrected pattern, if `a` stands in it beside hours to 24: a word before them, or the half of the day behind.
pub fn half_of_the_day(pattern: &str) -> Option<String> {
    let bare = bare(pattern);
    if !bare.contains('H') || bare.contains('h') || pattern.contains('\'') {
        return None;
    }
    let alone = |at: usize| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !letter(pattern[..at].chars().next_back()) && !letter(pattern[at + 1..].chars().next())
    };
    let at = pattern.match_indices('a').map(|(at, _)| at).find(|at| alone(*at))?;
    let (before, behind) = (&pattern[..at], &pattern[at + 1..]);
    Some(match behind.contains('H') {
        true => format!("{before}'a'{behind}"),
        false => format!("{}{behind}", before.trim_end()),
    })
}

/// The corrected pattern, if this one would not print what its author expects; `None`: it is right.
pub fn meant(pattern: &str) -> Option<String> {
    // `EEEE j MMMM` of a French author has the day in its own letter.
    let has_day = bare(pattern).contains(['d', 'D']);
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            '%' if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => 2,
            c if c.is_alphabetic() => rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let part = &rest[..length];
        rest = &rest[length..];
        match first {
            '%' if length == 2 => {
                let letter = part.chars().nth(1).unwrap_or_default();
                out.push_str(PERCENT.iter().find(|(known, _)| *known == letter).map_or("", |(_, ours)| ours));
            }
            'j' | 'J' | 'g' | 'G' | 't' if length == 1 && !has_day && has(pattern, "M") => out.push('d'),
            c if c.is_alphabetic() => out.push_str(&word(part)),
            _ => out.push_str(part),
        }
    }
    (out != pattern).then_some(out)
}

/// The corrected pattern, if this one has minutes in the place of the month, or the month behind the hour.
pub fn confused(pattern: &str) -> Option<String> {
    let mut out = pattern.replace("H:MM", "H:mm").replace("h:MM", "h:mm");
    // The minutes have two letters at most.
    for months in ["mmmm", "mmm"] {
        out = out.replace(months, &months.to_uppercase());
    }
    for sign in ['/', '-', '.'] {
        for part in ["d", "y"] {
            out = out.replace(&format!("{part}{sign}mm"), &format!("{part}{sign}MM"));
            if out.starts_with(&format!("mm{sign}{part}")) {
                out.replace_range(..2, "MM");
            }
        }
    }
    (out != pattern).then_some(out)
}

/// The pattern on 24 hours, if this one counts hours to 12 and does not tell which half of the day is meant.
pub fn twelve_hours(pattern: &str) -> Option<String> {
    let bare: String = pattern.split('\'').step_by(2).collect();
    if !bare.contains('h') || !bare.contains('m') || bare.contains(['a', 'H', '%']) {
        return None;
    }
    let halves = pattern.split('\'').enumerate();
    let parts = halves.map(|(at, part)| if at % 2 == 0 { part.replace('h', "H") } else { part.to_owned() });
    Some(parts.collect::<Vec<_>>().join("'"))
}

/// True for the letters of a year in another language: `AAAA` in Spanish, French, Italian and Portuguese, `JJJJ` in
/// German. Two of them are one only in capitals: `aa` may be the half of the day, and `jj` is a French day.
fn is_year(letter: char, count: usize, letters: &str) -> bool {
    letter == 'Y' || letters.len() == count && (count == 4 || letter.is_uppercase() && letter != 'J')
}

/// True for the letters of a day in another language: `TT` in German, `JJ` in French, `GG` in Italian.
fn is_day(letters: &str) -> bool {
    matches!(letters, "TT" | "tt" | "GG" | "gg" | "JJ" | "jj")
}

/// Corrects a run of letters: parts of a date side by side (`ddMMyyyy`, with the `T` of a moment), or a word that needs
/// quotes.
fn word(letters: &str) -> String {
    let mut out = String::new();
    let mut rest = letters;
    let mut is_word = false;
    let mut has_parts = false;
    while let Some(letter) = rest.chars().next() {
        let count = rest.chars().take_while(|c| *c == letter).count();
        let run = &rest[..count * letter.len_utf8()];
        rest = &rest[run.len()..];
        has_parts |= LETTERS.contains(letter) || matches!(letter, 'D' | 'Y');
        match (letter, count) {
            ('d' | 'D', 3..) => out.push_str(if count == 3 { "EEE" } else { "EEEE" }),
            ('D', _) => out.push_str(&"d".repeat(count)),
            ('Y' | 'A' | 'J' | 'a' | 'j', 2 | 4) if is_year(letter, count, letters) => {
                has_parts = true;
                out.push_str(&"y".repeat(count));
            }
            ('T' | 't' | 'G' | 'g' | 'J' | 'j', 1 | 2) if is_day(letters) => {
                has_parts = true;
                out.push_str(&"d".repeat(count));
            }
            ('Y', _) => out.push_str(&"y".repeat(count)),
            ('T', 1) => out.push('T'),
            (letter, _) => {
                is_word |= !LETTERS.contains(letter);
                out.push_str(run);
            }
        }
    }
    // Letters without a part of a date stay unchanged.
    if is_word && has_parts { format!("'{letters}'") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_other_programs_are_known() {
        let cases = [
            ("DD/MM/YYYY", Some("dd/MM/yyyy")),
            ("dddd at HH:mm", Some("EEEE 'at' HH:mm")),
            ("%A %d", Some("EEEE dd")),
            ("EEEE d de MMMM", Some("EEEE d 'de' MMMM")),
            ("EEEE d 'de' MMMM", None),
            ("yyyy-MM-ddTHH:mm", None),
            ("h:mm a", None),
            ("d.M.yy", None),
            ("DD/MM/AAAA", Some("dd/MM/yyyy")),
            ("TT.MM.JJJJ", Some("dd.MM.yyyy")),
            ("jj/MM/aaaa", Some("dd/MM/yyyy")),
            ("GG/MM/AAAA", Some("dd/MM/yyyy")),
            ("d. MMMM JJJJ", Some("d. MMMM yyyy")),
            ("dd/MM/AA", Some("dd/MM/yy")),
            ("EEEE j MMMM", Some("EEEE d MMMM")),
            ("g MMMM", Some("d MMMM")),
            ("EEEE d MMMM 'j'", None),
        ];
        for (written, wanted) in cases {
            assert_eq!(meant(written).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn hours_to_twelve_tell_the_half_of_the_day() {
        for (written, wanted) in [
            ("hh:mm", Some("HH:mm")),
            ("d MMMM 'at' h:mm", Some("d MMMM 'at' H:mm")),
            ("h:mm a", None),
            ("HH:mm", None),
            ("d 'hours'", None),
        ] {
            assert_eq!(twelve_hours(written).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn a_word_before_hours_to_24_is_no_half_of_the_day() {
        for (written, wanted) in [
            ("d MMMM a HH:mm", Some("d MMMM 'a' HH:mm")),
            ("HH:mm a", Some("HH:mm")),
            ("d MMMM 'a' HH:mm", None),
            ("h:mm a", None),
            ("HH:mm", None),
        ] {
            assert_eq!(half_of_the_day(written).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn the_part_for_the_other_kind_is_taken_out() {
        for (written, letters, left) in [
            ("EEEE d MMMM, HH:mm", "Hhmsa", Some("EEEE d MMMM")),
            ("HH:mm, d MMMM", "EdMy", Some("HH:mm")),
            ("d MMMM 'at' HH:mm", "Hhmsa", None),
            ("HH:mm", "Hhmsa", None),
        ] {
            assert_eq!(without(written, letters).as_deref(), left, "{written}");
        }
    }

    #[test]
    fn minutes_are_no_month() {
        let cases = [
            ("dd/mm/yyyy", Some("dd/MM/yyyy")),
            ("mm-dd", Some("MM-dd")),
            ("yyyy-mm-dd HH:mm", Some("yyyy-MM-dd HH:mm")),
            ("HH:MM", Some("HH:mm")),
            ("HH:mm", None),
            ("mm:ss", None),
            ("d.MM. H.mm", None),
            ("EEEE d mmmm", Some("EEEE d MMMM")),
            ("d mmm, HH:mm", Some("d MMM, HH:mm")),
        ];
        for (written, wanted) in cases {
            assert_eq!(confused(written).as_deref(), wanted, "{written}");
        }
    }
}
