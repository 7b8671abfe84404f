//! Checks values of the language that are one of a few words: consent by topic, the language of a contact, and names of
//! opening hours. A comparison with another word would be false for everybody, without a finding.

use super::{
    compare::named,
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::diagnostic::{Diagnostic, did_you_mean, nearest},
    load::language_codes::{code_of, not_a_language},
};
use rhai::{Expr, Position};

/// Reports `contact.consent.news` where no topic has this name.
pub fn no_topic(eval: &mut Eval<'_>, name: &str, position: Position) {
    let place = eval.place(position, name.len());
    let topics = eval.set.bot.topics.keys().map(String::as_str);
    let help = did_you_mean(name, topics).unwrap_or_else(|| "add it to `topics` in `_bot.yaml`".to_owned());
    eval.bad(|| Diagnostic::error("E407", &place, format!("there is no topic `{name}`")).help(help));
}

/// Reports `contact.language == "español"`: a language is known by its code. True if it did.
pub fn language(eval: &mut Eval<'_>, op: &str, left: &Expr, right: &Expr) -> bool {
    let (text, at) = match (left, right) {
        (Expr::StringConstant(text, at), other) | (other, Expr::StringConstant(text, at))
            if named(other).as_deref() == Some("contact.language") =>
        {
            (text.as_str(), *at)
        }
        _ => return false,
    };
    let place = eval.place(at, text.chars().count() + 2);
    if text.is_empty() || not_a_language(text, &place).is_none() {
        return false;
    }
    let lower = text.to_lowercase();
    let meant = code_of(text).map(str::to_owned).or_else(|| not_a_language(&lower, &place).is_none().then_some(lower));
    let always = if op == "!=" { "always true" } else { "never true" };
    eval.bad(|| {
        let message = format!("this is {always}: `contact.language` is the code of a language, and \"{text}\" is none");
        let finding = Diagnostic::warning("W315", &place, message);
        finding.help(match meant {
            Some(code) => format!("write \"{code}\""),
            None => "write it like \"es\" or \"pt_BR\"".to_owned(),
        })
    });
    true
}

/// Reports `hours.contains(today())`: each of the hours has a name.
pub fn of_all_hours(eval: &mut Eval<'_>, view: &str, rest: &Expr) {
    let mut first = rest;
    // `hours.slots(day, minutes(30)).is_empty()`
    while let Expr::Dot(pair, ..) | Expr::Index(pair, ..) = first {
        first = &pair.lhs;
    }
    let call = match first {
        Expr::MethodCall(call, position) | Expr::FnCall(call, position) => Some((call.name.to_string(), *position)),
        _ => None,
    };
    let Some((name, position)) = call.filter(|_| view == "hours") else { return };
    let place = eval.place(position, name.len());
    let first = eval.set.bot.hours.keys().next().cloned();
    eval.bad(|| {
        let finding = Diagnostic::error("E404", &place, "`hours` are all of the bot, and here some are meant");
        finding.help(match first {
            Some(first) => format!("name them: `hours.{first}.{name}(…)`"),
            None => format!("write them under `hours` in `_bot.yaml`, and `hours.NAME.{name}(…)` here"),
        })
    });
}

/// Our part of the answer of an `http` step, or of opening hours, for its name in other languages.
pub fn of_answer(name: &str, parts: &[&str]) -> Option<String> {
    if matches!(name, "is_open" | "isOpen" | "opened" | "is_closed") && parts.contains(&"open") {
        return Some("write `.open`, which is true or false".to_owned());
    }
    let ours = match name {
        "json" | "data" | "content" | "response" | "text" => "body",
        "code" | "status_code" | "statusCode" => "status",
        _ => return None,
    };
    (parts.contains(&ours) && parts.contains(&"headers")).then(|| format!("write `{ours}`"))
}

/// The advice for a key of the answer itself, which is below its body: `found.times`.
pub fn of_body(name: &str, parts: &[&str]) -> Option<String> {
    let is_http = parts.contains(&"body") && parts.contains(&"headers");
    // `state` is a word of its own, and often a key of what a server answers.
    let is_slip = name != "state" && nearest(name, parts.iter().copied()).is_some();
    (is_http && !is_slip).then(|| format!("what the server answers is its `body`: write `body.{name}`"))
}

/// Reports `!contact.city`: it turns only true and false around.
pub fn turned_around(eval: &mut Eval<'_>, inner: &Expr, ty: &ValueType, position: Position) {
    let kinds = ty.kinds.without(Kinds::MISSING);
    let place = eval.place(position, 1);
    if ty.kinds.is_vague() || kinds == Kinds::NONE || kinds.meets(Kinds::YESNO.and(Kinds::OTHER)) {
        eval.good(&place, "E318");
        return;
    }
    let name = named(inner);
    let word = match &ty.known {
        KnownValue::Texts(texts) => texts.first().cloned(),
        _ => None,
    };
    eval.bad(|| {
        let message = format!("`!` turns true and false around, and this is {}", kinds.words());
        let finding = Diagnostic::error("E318", &place, message);
        if let Some(word) = word {
            return finding.help(format!("compare it, `… != \"{word}\"`, or ask whether there is one: `missing(…)`"));
        }
        match (kinds, name) {
            (Kinds::LIST, Some(name)) => finding.help(format!("to ask whether it is empty write `{name}.is_empty()`")),
            (_, Some(name)) => finding.help(format!("to ask whether there is none write `missing({name})`")),
            (_, None) => finding.help("compare it first, `!(… == …)`; whether it is there asks `missing(…)`"),
        }
    });
}
