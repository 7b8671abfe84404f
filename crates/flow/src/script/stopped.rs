//! Explains why a script stopped at run time, in words for people who do not program.

use super::{Code, ScriptError, sandbox::OUT_OF_FUEL, words::reworded};
use rhai::EvalAltResult;

/// The error of a script that stopped at run time.
pub fn stopped(error: &EvalAltResult, code: &Code) -> ScriptError {
    let (inner, module) = innermost(error, None);
    let text = match inner {
        EvalAltResult::ErrorTerminated(..) => match inner {
            EvalAltResult::ErrorTerminated(token, _) if token.to_string() != OUT_OF_FUEL => "the script was stopped".into(),
            _ => "the script works for too long; is there a loop that never ends?".into(),
        },
        EvalAltResult::ErrorFunctionNotFound(signature, _) => not_for(signature),
        EvalAltResult::ErrorDataRace(..) => {
            "a list cannot be read inside of the `map`, `filter` or `sort` that walks it; copy what you need with `let` first".into()
        }
        EvalAltResult::ErrorStackOverflow(_) => "functions call each other too deeply".into(),
        EvalAltResult::ErrorDataTooLarge(what, _) => format!("too large: {}", what.to_lowercase()),
        EvalAltResult::ErrorTooManyVariables(_) => "too many variables".into(),
        EvalAltResult::ErrorArrayBounds(length, index, _) => {
            let items = crate::base::counted::counted(length, "item");
            format!("the list has {items}, and number {index} was asked for (the first is 0)")
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("nothing here is called `{name}`"),
        EvalAltResult::ErrorDotExpr(said, _) => no_part(said),
        EvalAltResult::ErrorPropertyNotFound(name, _) => format!("there is no `{name}` in this value"),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => format!("this takes {wanted}, and got {found}"),
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        other => reworded(&other.to_string()),
    };
    let position = inner.position();
    // The line of a mistake inside a module is a line of that file, not of this one.
    if let Some(module) = module {
        let line = position.line().unwrap_or(1);
        return ScriptError { text: format!("{text} (scripts/{module}.rhai, line {line})"), place: code.place() };
    }
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => ScriptError { text, place: code.place_at((line, column), 1) },
        _ => code.error(text),
    }
}

fn innermost<'a>(error: &'a EvalAltResult, module: Option<&'a str>) -> (&'a EvalAltResult, Option<&'a str>) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, source, inner, _) => {
            innermost(inner, if source.is_empty() { module } else { Some(source.as_str()) })
        }
        EvalAltResult::ErrorInModule(_, inner, _) => innermost(inner, module),
        other => (other, module),
    }
}

/// The error for a function that exists, called with arguments that it does not accept.
fn not_for(signature: &str) -> String {
    let (name, rest) = signature.split_once(" (").unwrap_or((signature, ""));
    // Only one bracket is removed: the kind of a missing value is written `()`.
    let kinds = rest.strip_suffix(')').unwrap_or(rest);
    let first = kinds.split(", ").next().unwrap_or_default();
    if first.is_empty() {
        return format!("`{name}` needs a value to work on");
    }
    let what = kind_in_words(first);
    let operator = !name.starts_with(|c: char| c.is_alphabetic());
    if operator {
        return match kinds.split(", ").nth(1) {
            Some(second) => format!("`{name}` does not work on {what} and {}", kind_in_words(second)),
            None => format!("`{name}` does not work on {what}"),
        };
    }
    format!("`{name}` does not work on {what}")
}

/// The error for a property that the value does not have: `slot.time`, if `slot` is a text.
fn no_part(said: &str) -> String {
    let quoted: Vec<&str> = said.split('\'').collect();
    match quoted.as_slice() {
        [before, name, .., kind, _] if before.starts_with("Unknown property") => {
            let what = kind_in_words(kind);
            format!("`.{name}` is asked of {what} here, and {what} has no such part")
        }
        _ => reworded(said),
    }
}

fn kind_in_words(kind: &str) -> &str {
    match kind {
        "()" => "a value that is missing",
        "i64" | "f64" => "a number",
        "string" | "&str | ImmutableString | String" => "a text",
        "bool" => "true or false",
        "array" => "a list",
        "map" => "a map",
        "Date" => "a date",
        "Time" => "a time",
        "Zoned" => "a date with time",
        "Span" => "a length of time",
        other => other.rsplit("::").next().unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_whole_whatever_the_values_are() {
        assert_eq!(not_for("upper (())"), "`upper` does not work on a value that is missing");
        assert_eq!(not_for("- ((), i64)"), "`-` does not work on a value that is missing and a number");
        assert_eq!(not_for("- (i64, ())"), "`-` does not work on a number and a value that is missing");
        assert_eq!(not_for("- (string)"), "`-` does not work on a text");
        assert_eq!(not_for("! (())"), "`!` does not work on a value that is missing");
        assert_eq!(not_for("trim ()"), "`trim` needs a value to work on");
    }
}
