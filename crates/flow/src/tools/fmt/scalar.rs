//! Chooses the form of a text: plain if that is safe, otherwise in quotes or below a `|`.

use crate::base::yaml::Style;

/// The surroundings of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarContext {
    /// Behind a key or a dash; it may continue below.
    Block,
    /// Between `[ ]` or `{ }`.
    Flow,
    Key,
    /// A key between `{ }`.
    FlowKey,
}

/// A text in its canonical form.
#[derive(Debug, PartialEq, Eq)]
pub enum ScalarForm {
    Line(String),
    /// The indicator (`|`, `|-`, `|+`) and the lines below it.
    Below(&'static str, Vec<String>),
}

/// Words that YAML 1.1 and its parsers read as yes or no.
const YES_NO: [&str; 4] = ["yes", "no", "on", "off"];

/// The formatted text. `code`: the value of `if`, `check` and the like.
pub fn form(text: &str, style: Style, around: ScalarContext, code: bool) -> ScalarForm {
    let flow = matches!(around, ScalarContext::Flow | ScalarContext::FlowKey);
    let key = matches!(around, ScalarContext::Key | ScalarContext::FlowKey);
    if style == Style::Plain && key && text == "<<" {
        return ScalarForm::Line(text.to_owned());
    }
    let lower = text.to_lowercase();
    let text_for_sure = style != Style::Plain;
    let bare = plain(text, flow) && text != "<<" && !(text_for_sure && like_a_value(text));
    // A key of the language or `draft: yes` needs no quotes; an answer `yes` does.
    if bare && !(YES_NO.contains(&lower.as_str())) {
        return ScalarForm::Line(text.to_owned());
    }
    if !flow && !key && !text.is_empty() {
        // A text that was on one line stays on one line, in quotes.
        let is_below = matches!(style, Style::Literal | Style::Folded);
        let unhandy = text.contains("${") || text.contains('"') && text.contains('\'');
        if (text.contains('\n') || is_below && unhandy && !code)
            && let Some(below) = below(text)
        {
            return below;
        }
    }
    ScalarForm::Line(in_quotes(text, code))
}

/// True if the text without quotes is read as the same text.
fn plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let begins_badly = match first {
        '-' => second.is_none_or(|c| c == ' ' || (flow && ",[]{}".contains(c))) || text.starts_with("---"),
        '.' => text.starts_with("..."),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
        | '=' | '\u{feff}' => true,
        _ => false,
    };
    let last = text.chars().next_back().unwrap_or(first);
    let spaced = first.is_whitespace() || last.is_whitespace();
    let printable = text.chars().all(|c| c == ' ' || (!c.is_control() && !c.is_whitespace() && c != '\u{feff}'));
    let colon = text.match_indices(':').any(|(at, _)| {
        let next = text[at + 1..].chars().next();
        next.is_none_or(|c| c == ' ' || (flow && ",[]{}".contains(c)))
    });
    let brackets = flow && text.contains([',', '[', ']', '{', '}']);
    !(begins_badly || spaced || !printable || colon || brackets || text.contains(" #") || text == "~")
}

/// True if our parser reads the text without quotes as a number, a yes or no, or nothing; then quotes have a meaning.
pub fn is_typed(text: &str) -> bool {
    matches!(text, "true" | "false" | "null" | "none" | "nothing" | "~" | "") || text.parse::<f64>().is_ok()
}

/// True if some YAML parser reads the text without quotes as a number, a date or nothing.
fn like_a_value(text: &str) -> bool {
    if is_typed(text) {
        return true;
    }
    let lower = text.to_lowercase();
    if ["null", "none", "true", "false", "y", "n"].contains(&lower.as_str()) || YES_NO.contains(&lower.as_str()) {
        return true;
    }
    let rest = text.trim_start_matches(['+', '-', '.']);
    let mut chars = rest.chars();
    chars.next().is_some_and(|c| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || ".:_-+".contains(c))
        || [".inf", ".nan"].iter().any(|word| lower.trim_start_matches(['+', '-']) == *word)
}

/// The text in double quotes, or single ones if it contains double quotes; a condition always in single ones, as
/// `check` suggests.
fn in_quotes(text: &str, code: bool) -> String {
    let escapes = text.chars().any(|c| (c.is_control() || c.is_whitespace()) && c != ' ' || c == '\u{feff}');
    if escapes {
        return double(text);
    }
    if code || text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { double(text) }
}

fn double(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c == '\u{feff}' || c.is_control() || (c.is_whitespace() && c != ' ') => {
                let code = u32::from(c);
                out.push_str(&if code > 0xff { format!("\\u{code:04x}") } else { format!("\\x{code:02x}") });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `None`: blanks or other characters would be lost.
fn below(text: &str) -> Option<ScalarForm> {
    let body = text.trim_end_matches('\n');
    let odd = text.chars().any(|c| c != '\n' && (c.is_control() || (c.is_whitespace() && c != ' ')) || c == '\u{feff}');
    if odd
        || body.is_empty()
        || body.starts_with([' ', '\n'])
        || body.lines().any(|line| line.trim().is_empty() && !line.is_empty())
    {
        return None;
    }
    let mark = match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    let mut lines: Vec<String> = body.split('\n').map(str::to_owned).collect();
    lines.extend(std::iter::repeat_n(String::new(), (text.len() - body.len()).saturating_sub(1)));
    Some(ScalarForm::Below(mark, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, style: Style, around: ScalarContext) -> String {
        match form(text, style, around, false) {
            ScalarForm::Line(line) => line,
            ScalarForm::Below(mark, lines) => format!("{mark} {}", lines.join("⏎")),
        }
    }

    #[test]
    fn a_text_is_plain_when_that_is_safe() {
        use ScalarContext::{Block, Flow, Key};
        for (text, style, around, wanted) in [
            ("Hello", Style::DoubleQuoted, Block, "Hello"),
            ("Hi ${name ?? \"you\"}", Style::Literal, Block, "Hi ${name ?? \"you\"}"),
            ("Order: 5", Style::DoubleQuoted, Block, "\"Order: 5\""),
            ("Order: ${no}", Style::DoubleQuoted, Block, "\"Order: ${no}\""),
            ("Order: ${no}", Style::Literal, Block, "|- Order: ${no}"),
            ("\"it's\"", Style::SingleQuoted, Block, "'\"it''s\"'"),
            ("\"it's\"", Style::Literal, Block, "|- \"it's\""),
            ("Order #${no}\n", Style::Folded, Block, "| Order #${no}"),
            ("${day}", Style::DoubleQuoted, Flow, "\"${day}\""),
            ("${a ?? \"b\"}", Style::SingleQuoted, Flow, "'${a ?? \"b\"}'"),
            ("a, b", Style::Plain, Block, "a, b"),
            ("a, b", Style::Plain, Flow, "\"a, b\""),
            ("Yes", Style::DoubleQuoted, Key, "\"Yes\""),
            ("on", Style::Plain, Block, "\"on\""),
            ("007", Style::DoubleQuoted, Block, "\"007\""),
            ("007", Style::Plain, Block, "007"),
            ("5", Style::Literal, Block, "\"5\""),
            ("true", Style::Folded, Block, "\"true\""),
            ("none", Style::DoubleQuoted, Block, "\"none\""),
            ("nothing", Style::SingleQuoted, Block, "\"nothing\""),
            ("1e5", Style::DoubleQuoted, Block, "\"1e5\""),
            ("none", Style::Plain, Block, "none"),
            ("10:00", Style::DoubleQuoted, Flow, "\"10:00\""),
            ("true", Style::Plain, Block, "true"),
            ("*bold*", Style::SingleQuoted, Block, "\"*bold*\""),
            ("", Style::DoubleQuoted, Block, "\"\""),
            ("-", Style::DoubleQuoted, Block, "\"-\""),
            ("-1d", Style::Plain, Block, "-1d"),
            ("a\tb", Style::DoubleQuoted, Block, "\"a\\tb\""),
            ("one\n\n  two\n", Style::DoubleQuoted, Block, "| one⏎⏎  two"),
        ] {
            assert_eq!(line(text, style, around), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_condition_stands_in_single_quotes() {
        let form = form("!missing(x) && a == \"b: c\"", Style::DoubleQuoted, ScalarContext::Block, true);
        assert_eq!(form, ScalarForm::Line("'!missing(x) && a == \"b: c\"'".into()));
    }
}
