//! Translates Rhai's errors into words for people who do not program.

use super::sentence::{in_words, is_nothing, nothing_in_words, operand};
use super::{check, notation, statement, unknown_name::unknown_name};
use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        fix::Fix,
        place::Place,
        yaml::filtered,
    },
    load::spec::VIEWS,
};
use rhai::{LexError, ParseError, ParseErrorType, Position};
use std::ops::Range;

/// Names that Rhai reserves.
pub const RESERVED: [&str; 43] = [
    "true", "false", "let", "const", "is", "if", "else", "switch", "do", "while", "until", "loop", "for", "in",
    "continue", "break", "return", "throw", "try", "catch", "fn", "private", "import", "export", "as", "this",
    "default", "case", "match", "call", "go", "use", "with", "async", "new", "var", "static", "shared", "each", "then",
    "goto", "exit", "thread",
];

/// Words that people write in place of an operator.
#[rustfmt::skip]
const OPERATOR_WORDS: [&str; 21] = [
    "and", "or", "not", "is", "equals", "eq", "ne",
    // The same in the languages in which answers are understood.
    "und", "oder", "nicht", "ist", "y", "o", "es", "et", "ou", "est", "e", "é", "non", "no",
];

/// Quotation marks of word processors and phones.
const TYPOGRAPHIC: [char; 9] = ['“', '”', '„', '‟', '‘', '’', '‚', '«', '»'];

/// The finding for a script that did not compile; `expression`: a single one was expected.
pub fn syntax<'a>(
    error: &ParseError,
    code: &str,
    expression: bool,
    known: impl Iterator<Item = &'a str>,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let position = error.position();
    let at = check::offset(code, at(position, code));
    let here = |length: usize| place(at..(at + length.max(1)).min(code.len().max(at)));
    let word = code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    if let Some((at, blank)) = bare(code).find(|(_, c)| c.is_whitespace() && !c.is_ascii()) {
        let place = place(at..at + blank.len_utf8());
        let fix = Fix::replace("write a blank", &place, " ");
        let message = format!("this blank is a hard one (U+{:04X}), as word processors write it", u32::from(blank));
        return Diagnostic::error("E308", &place, message).help("type a plain one").fix(fix);
    }
    if let Some((range, condition)) = of_spreadsheet(code) {
        let message = "a condition stands alone here, without the `=` and the `IF` of a spreadsheet";
        return Diagnostic::error("E308", &place(range), message).help(format!("write `{condition}`"));
    }
    // `a ? b : c` and 'text' stop the parser at different places, so they are recognised in the text.
    if let Some(quote) = single_quoted(code) {
        let text = code[quote.clone()].trim_matches('\'');
        return Diagnostic::error("E304", &place(quote.clone()), "text needs double quotes")
            .help(format!("write `\"{text}\"`"))
            .fix(Fix::replace(format!("write `\"{text}\"`"), &place(quote), format!("\"{text}\"")));
    }
    if let Some((at, quote)) = code.char_indices().find(|(_, c)| TYPOGRAPHIC.contains(c)) {
        let place = place(at..at + quote.len_utf8());
        let finding = Diagnostic::error("E308", &place, format!("`{quote}` is not the quote that expressions know"));
        let fix = Fix::replace("write `\"`", &place, "\"").guess();
        return finding.help("write `\"`, the straight one, on both sides of the text").fix(fix);
    }
    if let Some((question, a, b, c)) = ternary(code) {
        return Diagnostic::error("E305", &place(question..question + 1), "a choice is not written with `?` and `:`")
            .help(format!("write `if {a} {{ {b} }} else {{ {c} }}`"))
            .fix(Fix::replace(
                "write it with `if`",
                &place(0..code.len()),
                format!("if {a} {{ {b} }} else {{ {c} }}"),
            ));
    }
    if let Some(wrapped) = code.find("${").filter(|_| !code.contains('`')) {
        let inner = unwrapped(code);
        return Diagnostic::error("E314", &place(wrapped..wrapped + 2), "a condition is code already, without `${ }`")
            .help(format!("write `{inner}`"))
            .fix(Fix::replace("take `${ }` away", &place(0..code.len()), inner));
    }
    if let Some(finding) = notation::meant(code, at, place) {
        return finding;
    }
    if let Some((range, asked)) = nothing_in_words(code, at, &word) {
        let place = place(range);
        let fix = Fix::replace(format!("write `{asked}`"), &place, asked.clone());
        return Diagnostic::error("E308", &here(word.len()), format!("`{word}` means nothing here"))
            .help(format!("to ask whether a value is there write `{asked}`"))
            .fix(if asked.starts_with('!') { fix.guess() } else { fix });
    }
    if let Some(finding) = statement::unended_line(error, code, at, expression, place) {
        return finding;
    }
    if let Some(help) = in_words(&code[..at], &word, &code[at + word.len()..], &known) {
        return Diagnostic::error("E308", &here(word.len()), format!("`{word}` means nothing here")).help(help);
    }
    if let Some((range, meant)) = compared(code, at) {
        let place = place(range);
        let fix = Fix::replace(format!("write `{meant}`"), &place, meant);
        return Diagnostic::error("E308", &place, format!("`{}` does not compare", place.text()))
            .help(format!("write `{meant}`"))
            .fix(fix);
    }
    if let (Some(meant), "default") = (filtered(code), word.as_str()) {
        let fix = Fix::replace(format!("write `{meant}`"), &place(0..code.len()), meant.clone());
        return Diagnostic::error("E308", &here(word.len()), "`default` means nothing here")
            .help(format!("write `{meant}`"))
            .fix(fix);
    }
    if let Some(finding) = statement::meant(code, at, &word, expression, place) {
        return finding;
    }
    match error.err_type() {
        ParseErrorType::VariableUndefined(name) => unknown_name(name, &here(name.len()), known.iter()),
        ParseErrorType::ModuleUndefined(name) => {
            Diagnostic::error("E306", &here(name.len()), format!("there is no file `scripts/{name}.rhai`"))
                .help("write the functions into a file of that name, or correct the name before the `::`")
        }
        ParseErrorType::Reserved(name) if is_nothing(name) => unknown_name(name, &here(name.len()), known.iter()),
        ParseErrorType::Reserved(name) if name == "var" => {
            let place = here(name.len());
            let fix = Fix::replace("write `let`", &place, "let");
            Diagnostic::error("E308", &place, "`var` declares nothing here").help("write `let`").fix(fix)
        }
        ParseErrorType::Reserved(name) => {
            let message = format!("the name `{name}` is reserved; choose another, such as `my_{name}`");
            Diagnostic::error("E307", &here(name.len()), message)
        }
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) if symbol == "=" || symbol == "===" => {
            let place = here(symbol.len());
            let fix = Fix::replace("write `==`", &place, "==");
            Diagnostic::error("E308", &place, format!("`{symbol}` does not compare")).help("write `==`").fix(fix)
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            Diagnostic::error("E308", &here(1), "this text is never closed").help("end it with `\"`")
        }
        ParseErrorType::UnknownOperator(symbol) | ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) => {
            Diagnostic::error("E308", &here(symbol.len()), format!("`{symbol}` means nothing here"))
                .help_if(operator(symbol))
        }
        ParseErrorType::UnexpectedEOF => {
            let finding = Diagnostic::error("E308", &place(at..code.len()), "the expression ends too early");
            finding.help("is a bracket or a value missing at its end?")
        }
        ParseErrorType::ExprTooDeep => Diagnostic::error("E308", &here(1), "this is nested too deeply"),
        _ if OPERATOR_WORDS.contains(&word.to_lowercase().as_str()) => {
            let place = here(word.len());
            // `name or "you"`: the text replaces a missing value.
            let spoken = word.to_lowercase();
            let stands_in = spoken == "or" && code[at + word.len()..].trim_start().starts_with(['"', '\'']);
            let meant = if stands_in { Some("write `??`".to_owned()) } else { operator(&spoken) };
            let symbol = meant.as_deref().and_then(|help| help.split('`').nth(1)).unwrap_or_default().to_owned();
            let fix = Fix::replace(format!("write `{symbol}`"), &place, symbol);
            Diagnostic::error("E308", &place, format!("`{word}` means nothing here")).help_if(meant).fix(fix)
        }
        _ if code[at..].starts_with("->") => {
            Diagnostic::error("E308", &here(2), "`->` means nothing here").help_if(operator("->"))
        }
        _ if code[at..].starts_with('=') => {
            let place = here(1);
            let finding = Diagnostic::error("E308", &place, "`=` would change a value, and this only looks at it");
            finding.help("to compare write `==`").fix(Fix::replace("write `==`", &place, "=="))
        }
        other => {
            let message = format!("this cannot be read: {}", reworded(&other.to_string()));
            let help = at_a_stop(code, at, &word);
            let in_braces = || "what is done stands in braces: `if a > 3 { \"yes\" } else { \"no\" }`".to_owned();
            let help = help.or_else(|| message.contains("statement block").then(in_braces));
            Diagnostic::error("E308", &here(word.len()), message).help_if(help)
        }
    }
}

/// The range of `=>` or `<>`, with the operator that was meant.
fn compared(code: &str, at: usize) -> Option<(Range<usize>, &'static str)> {
    let (before, rest) = (&code[..at], &code[at..]);
    match () {
        () if rest.starts_with("=>") => Some((at..at + 2, ">=")),
        () if rest.starts_with("=<") => Some((at..at + 2, "<=")),
        () if rest.starts_with("<>") => Some((at..at + 2, "!=")),
        () if before.ends_with('<') && rest.starts_with('>') => Some((at - 1..at + 1, "!=")),
        () => None,
    }
}

/// The range of the first sign of `=IF(a=1;TRUE;FALSE)`, with the condition in it.
fn of_spreadsheet(code: &str) -> Option<(Range<usize>, String)> {
    let start = code.len() - code.trim_start().len();
    let equals = code[start..].starts_with('=') && !code[start..].starts_with("==");
    let bare_code = code[start..].trim_start_matches('=').trim();
    let called = ["IF(", "SI(", "SE(", "WENN("].iter().find_map(|name| bare_code.strip_prefix(name));
    let condition = match called {
        Some(inner) => {
            let end = bare(inner).find(|(_, c)| matches!(c, ';' | ',')).map(|(at, _)| at);
            &inner[..end.or_else(|| inner.rfind(')')).unwrap_or(inner.len())]
        }
        None if equals && bare_code.contains(['=', '<', '>']) => bare_code,
        None => return None,
    };
    let signs: Vec<(usize, char)> = bare(condition).collect();
    let mut meant = condition.to_owned();
    for (at, _) in signs.iter().rev().filter(|(_, c)| *c == '=') {
        let beside = |other: Option<usize>| {
            other
                .and_then(|other| condition.as_bytes().get(other))
                .is_some_and(|byte| matches!(byte, b'=' | b'<' | b'>' | b'!'))
        };
        if !beside(at.checked_sub(1)) && !beside(at.checked_add(1)) {
            meant.insert(*at, '=');
        }
    }
    Some((start..start + 1, meant.trim().replace("<>", "!=")))
}

/// The probable correction where the parser stopped without a reason.
fn at_a_stop(code: &str, at: usize, word: &str) -> Option<String> {
    let before = code[..at].trim_end();
    let bare = before.matches('(').count() == before.matches(')').count();
    if code[at..].starts_with(',') && bare && before.contains(['=', '<', '>']) {
        return Some("a condition is no list: for both write `&&`, for one of the two `||`".to_owned());
    }
    if word == "x" && before.ends_with(|c: char| c.is_alphanumeric() || c == ')') {
        return Some("to multiply write `*`".to_owned());
    }
    if before.is_empty() && code[at..].starts_with(['<', '>', '=']) {
        return Some(format!("write first what is compared: `answer {}`, with the name of the answer", code.trim()));
    }
    // For example `contact.first_name || "you"`.
    if let Some(left) = before.strip_suffix("||").filter(|_| code[at..].starts_with('"')) {
        let text = code[at + 1..].split('"').next().unwrap_or_default();
        return Some(format!(
            "to put a text in the place of what is missing write `{} ?? \"{text}\"`",
            operand(left.trim_end())
        ));
    }
    // For example `contact.first name`.
    let last = operand(before).rsplit('.').next().unwrap_or_default();
    let joined = format!("{last}_{word}");
    let known = || VIEWS.iter().flat_map(|view| view.parts).any(|(name, _)| *name == joined);
    (before.len() < at && known()).then(|| format!("a name has no blank in it: write `{joined}`"))
}

/// The code without the `${ }` around its values.
fn unwrapped(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("${") {
        out.push_str(&rest[..at]);
        let inner = at + 2;
        match crate::text::closing_brace(rest, inner) {
            Some(end) => {
                out.push_str(rest[inner..end].trim());
                rest = &rest[end + 1..];
            }
            None => {
                out.push_str(&rest[inner..]);
                rest = "";
            }
        }
    }
    out + rest
}

/// Line and column, from 1; the end of the code if Rhai gives none.
fn at(position: Position, code: &str) -> (usize, usize) {
    match position.line() {
        Some(line) => (line, position.position().unwrap_or(1)),
        None => (code.matches('\n').count() + 1, usize::MAX),
    }
}

fn operator(symbol: &str) -> Option<String> {
    let meant = match symbol {
        "and" | "und" | "y" | "et" | "e" => "&&",
        "or" | "oder" | "o" | "ou" => "||",
        "not" | "nicht" | "non" | "no" => "!",
        "is" | "equals" | "eq" | "ist" | "es" | "est" | "é" => "==",
        "ne" => "!=",
        "===" | "=" => "==",
        "!==" | "<>" => "!=",
        "print" | "debug" => {
            return Some(
                "take it out: a script prints nothing; what it ends with is its value, and a `log` step writes \
                         into the trace"
                    .to_owned(),
            );
        }
        "->" => return Some("for a part of a value write `.`, in a `switch` of a script `=>`".to_owned()),
        "++" => "+= 1",
        "--" => "-= 1",
        ":=" | "<-" => "=",
        _ => return did_you_mean(symbol, ["==", "!=", "<=", ">=", "&&", "||", "??"]),
    };
    Some(format!("write `{meant}`"))
}

/// The range of a text of several letters in single quotes: Rhai allows only one letter there.
fn single_quoted(code: &str) -> Option<Range<usize>> {
    let mut start = None;
    for (at, _) in bare(code).filter(|(_, c)| *c == '\'') {
        match start.take() {
            None => start = Some(at),
            Some(open) if code[open + 1..at].chars().count() == 1 => {}
            Some(open) => return Some(open..at + 1),
        }
    }
    None
}

/// The characters of code outside texts in double quotes or backticks.
pub fn bare(code: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut escaped) = (None, false);
    code.char_indices().filter(move |(_, c)| match quote {
        Some(_) if escaped => {
            escaped = false;
            false
        }
        Some(open) => {
            escaped = *c == '\\' && open == '"';
            if *c == open {
                quote = None;
            }
            false
        }
        None => {
            quote = Some(*c).filter(|c| matches!(c, '"' | '`'));
            quote.is_none()
        }
    })
}

/// The parts of `a ? b : c`.
fn ternary(code: &str) -> Option<(usize, &str, &str, &str)> {
    let mut question = None;
    for (at, c) in bare(code) {
        match c {
            '?' => {
                let next = code[at + 1..].chars().next();
                if !matches!(next, Some('?' | '.' | '[')) && !code[..at].ends_with('?') {
                    question = Some(at);
                }
            }
            ':' if !code[at + 1..].starts_with(':') && !code[..at].ends_with(':') => {
                let question = question?;
                return Some((question, code[..question].trim(), code[question + 1..at].trim(), code[at + 1..].trim()));
            }
            _ => {}
        }
    }
    None
}

/// Rhai's message `expecting ';' to terminate this statement` in our words; an unknown message stays unchanged.
pub fn reworded(said: &str) -> String {
    let said = said.split(" (line ").next().unwrap_or(said);
    let lower = said.to_lowercase();
    if lower.contains("';'") && lower.contains("terminate") {
        return "something is missing before it, or it is one word too many".to_owned();
    }
    let mut chars = said.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + chars.as_str())
}
