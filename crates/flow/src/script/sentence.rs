//! Recognises expressions that are written as sentences: `not ok`, `tags contains "vip"`, `city is None`.

use std::ops::Range;

/// True for words that mean a missing value in other languages.
pub fn is_nothing(name: &str) -> bool {
    let name = name.to_lowercase();
    // In English and in other languages of programming; then in those in which answers are understood.
    matches!(name.as_str(), "null" | "none" | "nil" | "undefined" | "nothing" | "empty")
        || matches!(
            name.as_str(),
            "vide" | "rien" | "vacio" | "vacío" | "nada" | "vazio" | "leer" | "nichts" | "vuoto" | "niente"
        )
}

/// The range of `contact.city is None`, `x is not null`, and the expression that it means.
pub fn nothing_in_words(code: &str, at: usize, word: &str) -> Option<(Range<usize>, String)> {
    if !matches!(word, "is" | "equals" | "eq" | "est" | "es" | "ist" | "é" | "è") {
        return None;
    }
    let before = code[..at].trim_end();
    let asked = operand(before);
    let behind = &code[at + word.len()..];
    let rest = behind.trim_start();
    let (not, rest) = rest.strip_prefix("not ").map_or((false, rest), |rest| (true, rest.trim_start()));
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if asked.is_empty() || !is_nothing(name) {
        return None;
    }
    let end = code.len() - rest.len() + name.len();
    Some((before.len() - asked.len()..end, format!("{}missing({asked})", if not { "!" } else { "" })))
}

/// The correction for an expression that is written as a sentence: `not ok`, `tags contains "vip"`, `ok then`, `60d`.
pub fn in_words(before: &str, word: &str, after: &str, known: &[&str]) -> Option<String> {
    // A word in the line below belongs to the next statement.
    let is_below = before[before.trim_end().len()..].contains('\n');
    let (before, after) = (before.trim_end(), after.trim_start());
    let end = after.find("&&").or_else(|| after.find("||")).unwrap_or(after.len());
    let value = after[..end].trim();
    match word {
        "not" | "non" | "pas" | "nicht" | "no" | "não"
            if value.starts_with(|c: char| c.is_alphabetic() || c == '_') =>
        {
            let field = value.starts_with("contact.") && value.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
            Some(match field {
                true => format!("write `!{value}` of a yes or no, `missing({value})` to ask whether there is none"),
                false => format!("write `!{value}`; a condition that begins so stands in single quotes"),
            })
        }
        "contains" | "starts_with" | "ends_with" | "is_match" | "includes" if !before.ends_with('.') => {
            let method = if word == "includes" { "contains" } else { word };
            let value = value.trim_matches(['(', ')']);
            // A word that no step fills is a text.
            let is_text = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
            let is_text = is_text && !value.is_empty() && !known.contains(&value) && value.parse::<f64>().is_err();
            let value = if is_text { format!("\"{value}\"") } else { value.to_owned() };
            Some(format!("write `{}.{method}({value})`", operand(before)))
        }
        "between" | "entre" | "zwischen" | "tra" | "fra" => {
            let joint = [" and ", " et ", " y ", " e ", " und "];
            let (low, high) = joint.into_iter().find_map(|joint| value.split_once(joint))?;
            let (low, high) = (low.trim(), high.trim());
            Some(match operand(before) {
                "" => format!("write `answer >= {low} && answer <= {high}`, with the name of the answer"),
                asked => format!("write `{asked} >= {low} && {asked} <= {high}`"),
            })
        }
        "then" => Some("take it out: `then:` is a key of its own in the line below".to_owned()),
        _ => {
            // The parser stops at the letter behind a number.
            let digits: String = before.chars().rev().take_while(char::is_ascii_digit).collect::<String>();
            let number: String = digits.chars().rev().collect();
            let unit = match word {
                "d" | "day" | "days" => "days",
                "h" | "hour" | "hours" => "hours",
                "m" | "min" | "minute" | "minutes" => "minutes",
                "s" | "second" | "seconds" => "seconds",
                _ => return None,
            };
            let is_value = before.matches('(').count() > before.matches(')').count();
            (!number.is_empty() && !is_below).then(|| {
                let write = format!("write a length of time as `{unit}({number})`");
                match is_value {
                    true => write,
                    false => format!(
                        "{write}; so long ago is `now() - {unit}({number})`, for a date `today() - {unit}({number})`"
                    ),
                }
            })
        }
    }
}

/// The value at the end of some code: `contact.tags`, `today()`.
pub fn operand(code: &str) -> &str {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '(' | ')');
    let start = code.char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(code.len(), |(at, _)| at);
    &code[start..]
}
