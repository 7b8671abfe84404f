//! Escapes text for XML 1.0.

/// Escapes XML's special characters; control characters that XML cannot contain become `\u{fffd}`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn signs_are_escaped_and_what_xml_cannot_hold_is_replaced() {
        assert_eq!(escape("a < b & \"c\"\n\u{1b}[0m"), "a &lt; b &amp; &quot;c&quot;\n\u{fffd}[0m");
    }
}
