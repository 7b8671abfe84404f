//! Reads the names of people: what others see, and what is typed at the sign-in.

use crate::{base::limits::PERSON_NAME_CHARS_MAX, model::matching};

/// Words that the audit log and the command use for somebody who is not signed in.
const RESERVED: &[&str] = &["operator", "command", "page", "key", "api", "transom"];

/// The name as it is kept, or a sentence that says what is wrong with it.
pub fn read(text: &str) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("The name is empty.".to_owned());
    }
    if name.chars().count() > PERSON_NAME_CHARS_MAX {
        return Err(format!("The name is longer than {PERSON_NAME_CHARS_MAX} characters."));
    }
    // Invisible characters and those that turn the direction of a text make two names look alike.
    if name.chars().any(is_invisible) {
        return Err("The name has a character that cannot be seen.".to_owned());
    }
    let folded = folded(&name);
    if !folded.chars().any(char::is_alphanumeric) {
        return Err("The name has no letter.".to_owned());
    }
    if RESERVED.contains(&folded.as_str()) {
        return Err(format!("`{name}` is a word of the audit log; take another name."));
    }
    Ok(name)
}

/// The name without capitals, accents and punctuation: two names that differ only in these are one.
pub fn folded(name: &str) -> String {
    matching::fold(name)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_it_is_seen() {
        assert_eq!(read("  Ana   María "), Ok("Ana María".to_owned()));
        assert_eq!(read("<img onerror=alert(1)>"), Ok("<img onerror=alert(1)>".to_owned()));
        assert_eq!(folded("ANA Maria"), folded("Ana María"));
        let long = "é".repeat(PERSON_NAME_CHARS_MAX);
        assert!(read(&long).is_ok() && read(&(long + "x")).is_err());
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for bad in
            ["", "  ", "...", "Ana\u{202e}x", "A\u{200b}na", "Ana\u{7}", "Operator", "OPERATOR ", "command", "👍"]
        {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
