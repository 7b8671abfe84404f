//! Tells whether a reader sees anything of a text. Zero-width and other invisible characters count as nothing, because
//! a message of them alone shows an empty bubble, or the platform refuses it.

/// True if the text is empty or has only white space and invisible characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

// Unicode's property `Default_Ignorable_Code_Point`, and U+2800, the empty pattern of braille.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_blank_and_all_others_are_not() {
        for text in ["", " \n\t", "\u{a0}", "\u{200b}", " \u{200d}\u{feff} ", "\u{2800}", "\u{3164}", "\u{e0020}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200b}a", "👍", "❤\u{fe0f}", ".", "日", "\u{e000}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
