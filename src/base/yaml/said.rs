//! The YAML parser's messages in the words of people who only want to write a list.

/// The parser's message in the words of somebody who only wants to write a list, and what to do.
pub fn reworded(said: &str, before: &str, line: &str) -> (String, &'static str) {
    let glued = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        let key = line.split(':').next().unwrap_or_default();
        let word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
        word && line[key.len()..].starts_with(':') && line[key.len() + 1..].starts_with(|c: char| c.is_alphanumeric())
    };
    let dash = |line: &str| {
        let line = line.trim_start();
        line.starts_with('-') && line[1..].starts_with(char::is_alphanumeric)
    };
    let has = |part: &str| said.contains(part);
    let (message, help) = if dash(before) || dash(line) {
        ("a `-` has no blank behind it", "write `- say: …`, with a blank after the `-`")
    } else if glued(before) || glued(line) {
        ("a `:` has no blank behind it", "write `key: value`, with a blank after the `:`")
    } else if has("expected '-' indicator") || has("did not find expected key") || has("indentation") {
        ("this line is indented differently from those that it belongs to", "indent the lines of one list or map alike")
    } else if has("mapping values are not allowed") {
        ("a key cannot stand here", "check the indentation, and quote a text that holds `: `")
    } else if has("simple key") {
        ("a line `key: value` is expected here", "is the `:` missing, or the indentation of a text?")
    } else if has("flow mapping") || has("flow sequence") || has("bracket") || has("illegal placement") {
        ("a `[` or `{` is not closed, or a `,` is missing", "check the brackets, or write one value a line")
    } else if has("escape character") {
        ("a `\\` in double quotes begins an escape, and this is none", "write `\\\\`, or use single quotes")
    } else if has("unexpected character") {
        ("a character stands here that no text may hold", "take it out")
    } else {
        let said = said.split(" at char ").next().unwrap_or(said).split(" at byte ").next().unwrap_or(said);
        return (
            format!("this cannot be read: {said}"),
            "check the indentation and the quotes of this line and the one before",
        );
    };
    (message.to_owned(), help)
}
