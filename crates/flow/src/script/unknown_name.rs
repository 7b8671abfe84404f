//! Reports names that nothing fills, with what was meant: a text without its quotes, a function, a part of the contact.

use super::{
    FUNCTIONS, Function, is_word,
    sentence::{is_nothing, operand},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        fix::Fix,
        foreign_words,
        place::Place,
    },
    load::spec::VIEWS,
};
use std::ops::Range;

/// The finding about an unknown name.
pub fn unknown_name(name: &str, place: &Place, known: impl IntoIterator<Item = impl AsRef<str>>) -> Diagnostic {
    // A name that cannot be one is never meant.
    let known: Vec<String> =
        known.into_iter().map(|name| name.as_ref().to_owned()).filter(|name| is_word(name)).collect();
    let range = place.range();
    let text = place.file().text();
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    let compared = before.strip_suffix("==").or_else(|| before.strip_suffix("!=")).or_else(|| before.strip_suffix('='));
    let left = compared.map(|left| operand(left.trim_end())).filter(|left| !left.is_empty());
    if let (Some(left), true) = (left, is_nothing(name)) {
        let asked = if before.ends_with("!=") { format!("!missing({left})") } else { format!("missing({left})") };
        return Diagnostic::error("E303", place, format!("nothing here is called `{name}`"))
            .help(format!("to ask whether a value is there write `{asked}`"));
    }
    if let Some((whole, meant)) = dashed(text, &range) {
        let finding = Diagnostic::error("E303", place, format!("`{whole}` is no name: a `-` subtracts"));
        return finding.help(format!("write `{meant}`, also where the name is given"));
    }
    // `True` of Python, `VRAI` of a spreadsheet.
    let truth = match name.to_lowercase().as_str() {
        "true" | "vrai" | "verdadero" | "verdadeiro" | "wahr" | "vero" => Some("true"),
        "false" | "faux" | "falso" | "falsch" => Some("false"),
        _ => None,
    };
    if let Some(truth) = truth {
        let fix = Fix::replace(format!("write `{truth}`"), place, truth);
        return Diagnostic::error("E303", place, format!("nothing here is called `{name}`"))
            .help(format!("write `{truth}`, in small letters"))
            .fix(fix);
    }
    // `contact.name | upper` is the syntax of other languages.
    if let Some(piped) = before.strip_suffix('|').filter(|piped| !piped.ends_with('|'))
        && FUNCTIONS.iter().any(|function| function.name() == name)
    {
        let finding = Diagnostic::error("E303", place, format!("nothing here is called `{name}`: that is a function"));
        return finding.help(format!("write `{}.{name}()`", operand(piped.trim_end())));
    }
    let function = |known: &&Function| !known.is_method() && known.name() == name && known.call.ends_with("()");
    if FUNCTIONS.iter().any(|known| function(&known)) {
        let fix = Fix::replace(format!("write `{name}()`"), place, format!("{name}()"));
        return Diagnostic::error("E303", place, format!("`{name}` is a function"))
            .help(format!("write `{name}()`"))
            .fix(fix);
    }
    // `vip in contact.tags`: what is looked for in a list is a text.
    let behind = place.file().text().get(range.end..).unwrap_or_default().trim_start();
    if let Some(list) = behind.strip_prefix("in ").filter(|_| !known.iter().any(|known| known == name)) {
        let list = list.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).next().unwrap_or_default();
        let finding = Diagnostic::error("E303", place, format!("nothing here is called `{name}`"));
        return finding.help(format!("for the text write `{list}.contains(\"{name}\")`"));
    }
    if matches!(name, "def" | "function" | "func" | "fun" | "sub") && behind.contains('(') {
        let signature = behind.split(['{', ':', '\n']).next().unwrap_or_default().trim();
        let fix = Fix::replace("write `fn`", place, "fn");
        let finding = Diagnostic::error("E303", place, format!("`{name}` begins no function here"));
        return finding.help(format!("write `fn {signature} {{`")).fix(fix.guess());
    }
    // `contact.tags.contains(vip)`: what is looked for is a text.
    let looked_for = [".contains(", ".starts_with(", ".ends_with("].iter().any(|call| before.ends_with(call));
    if looked_for
        && behind.starts_with(')')
        && !known.iter().any(|known| is_as_long(known, name) && nearest(name, [known.as_str()]).is_some())
    {
        let fix = Fix::replace(format!("write `\"{name}\"`"), place, format!("\"{name}\"")).guess();
        let finding = Diagnostic::error("E303", place, format!("nothing here is called `{name}`"));
        return finding.help(format!("for the text write `\"{name}\"`, in double quotes")).fix(fix);
    }
    // `money(total, EUR)`
    if before.ends_with(',') && name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let fix = Fix::replace(format!("write `\"{name}\"`"), place, format!("\"{name}\"")).guess();
        let finding = Diagnostic::error("E303", place, format!("nothing here is called `{name}`"));
        return finding.help(format!("a code such as this is a text: write `\"{name}\"`, in double quotes")).fix(fix);
    }
    // `day.format(HH:mm)`: the pattern is a text.
    if before.ends_with(".format(") {
        let pattern = text.get(range.start..).unwrap_or_default().split(')').next().unwrap_or_default().trim();
        let finding =
            Diagnostic::error("E303", place, format!("the pattern of `format` is a text, and `{name}` is a name"));
        return finding.help(format!("write `.format(\"{pattern}\")`, in double quotes"));
    }
    if let Some(moment) = foreign_words::moment(name) {
        return Diagnostic::error("E303", place, format!("nothing here is called `{name}`"))
            .help(format!("for that day or moment write `{moment}`"));
    }
    // In a comparison, a word is more often a text without quotes than a name.
    let text = before.ends_with("==") || before.ends_with("!=") || before.ends_with("??");
    let help = match (name.to_lowercase().as_str(), elsewhere(name)) {
        ("yes" | "oui" | "si" | "sí" | "sì" | "sim" | "ja" | "no" | "non" | "não" | "nein", _) if text => {
            let truth = !matches!(name.to_lowercase().as_str(), "no" | "non" | "não" | "nein");
            format!("the answer of a `yesno` is `{truth}`; for the text write `\"{name}\"`, in double quotes")
        }
        _ if text => format!("for the text write `\"{name}\"`, in double quotes; a name is filled by an earlier step"),
        (_, Some(ours)) => ours,
        _ => format!("an earlier step fills it, `as: {name}` or `set:`, or it is an input of the flow"),
    };
    Diagnostic::error("E303", place, format!("nothing here is called `{name}`")).help(help).meant(
        name,
        known.iter().map(String::as_str).filter(|known| !text || is_as_long(known, name) && same_case(known, name)),
    )
}

/// True if both begin with a capital, or both do not: in a comparison, `Dog` is a title, and not the variable `log`.
fn same_case(known: &str, name: &str) -> bool {
    known.starts_with(char::is_uppercase) == name.starts_with(char::is_uppercase)
}

/// True if one of the two may be the other with a slip: in a comparison, a longer name is another one.
fn is_as_long(known: &str, name: &str) -> bool {
    known.chars().count().abs_diff(name.chars().count()) <= SLIP_CHARS_MAX
}

const SLIP_CHARS_MAX: usize = 2;

/// The complete `name` in `contact.full-name` up to the next blank, and the corrected name.
fn dashed(text: &str, range: &Range<usize>) -> Option<(String, String)> {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = text[..range.start].char_indices().rev().take_while(|(_, c)| name(*c)).last()?.0;
    let whole = &text[start..range.end];
    let glued = text[..range.start].ends_with('-') && whole.starts_with("contact.");
    glued.then(|| (whole.to_owned(), whole.replace('-', "_")))
}

/// The place of a name in this language: `contact.tags` for `tags`.
fn elsewhere(name: &str) -> Option<String> {
    let parts = VIEWS.iter().find(|view| view.name == "contact").map_or(&[][..], |view| view.parts);
    let of_contact = parts.iter().any(|(part, _)| *part == name);
    match name.to_lowercase().as_str() {
        _ if of_contact => Some(format!("write `contact.{name}`")),
        "user" | "customer" | "client" | "person" | "profile" => {
            Some("who they are is `contact`: write `contact.name`".to_owned())
        }
        "date" | "datetime" | "moment" | "dayjs" => Some("this moment is `now()`, and this day `today()`".to_owned()),
        "message" | "text" | "input" | "user_input" | "last_input_text" | "last_message" | "reply" | "message_text" => {
            Some("what they wrote is `msg.text`; an answer has a name, `as: reply`".to_owned())
        }
        _ => None,
    }
}
