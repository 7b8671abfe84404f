//! Reports comparisons that are never true, or always.

use super::{
    dates::date_hint::{self, DateUse},
    exprs::Eval,
    impossible, known_words,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        fix::Fix,
        foreign_words,
        time::Span,
    },
    model::answer::says_yes,
    script::{numeral, spells_moment, year_first},
};
use rhai::{Expr, Position};

/// Reports a comparison that is false for all values of the two kinds (for `!=`: true).
pub fn comparable(
    eval: &mut Eval<'_>,
    op: &str,
    left: (&Expr, &ValueType),
    right: (&Expr, &ValueType),
    position: Position,
) {
    let (a, b) = (left.1, right.1);
    if eval.judge.is_some() && known_words::language(eval, op, left.0, right.0) {
        return;
    }
    if eval.judge.is_some()
        && (impossible::out_of_range(eval, op, left, right, position)
            || impossible::empty_field(eval, op, left, right, position))
    {
        return;
    }
    if a.kinds.is_vague() || b.kinds.is_vague() {
        return;
    }
    let place = match (left.0, eval.judge.is_some()) {
        (_, false) => return,
        (Expr::Variable(variable, _, at), true) => eval.place(*at, variable.1.len()),
        (_, true) => eval.place(position, op.len()),
    };
    // A missing value is not compared here; the check for filled variables reports it at its place.
    let (x, y) = (a.kinds.without(Kinds::MISSING), b.kinds.without(Kinds::MISSING));
    if x == Kinds::NONE || y == Kinds::NONE {
        return;
    }
    let number = match (left.0, right.0) {
        (Expr::IntegerConstant(n, _), _) | (_, Expr::IntegerConstant(n, _)) => Some(*n as f64),
        _ => None,
    };
    date_hint::meant(eval, left.0, a, &DateUse::Beside(y));
    date_hint::meant(eval, right.0, b, &DateUse::Beside(x));
    date_hint::number_meant(eval, op, left, right);
    if meet(a, b, x, y, op, number) {
        eval.good(&place, "W315");
        return;
    }
    let (left_words, right_words) = (described(a, x), described(b, y));
    let literal = match (left.0, right.0) {
        (Expr::StringConstant(text, at), _) | (_, Expr::StringConstant(text, at)) => Some((text.to_string(), *at)),
        _ => None,
    };
    let texts = match (&a.known, &b.known, left.0, right.0) {
        (_, KnownValue::Texts(texts), Expr::StringConstant(..), _) => Some(texts.clone()),
        (KnownValue::Texts(texts), _, _, Expr::StringConstant(..)) => Some(texts.clone()),
        _ => None,
    };
    let literal = literal.map(|(text, at)| {
        let length = text.chars().count() + 2;
        let place = eval.place(at, length);
        (text, place)
    });
    let part = literal
        .as_ref()
        .and_then(|(text, _)| [left.0, right.0].into_iter().find_map(|side| impossible::part_as_text(side, text)));
    let language = eval.set.bot.language.clone();
    let bare = bare_date(eval.code.source()).map(|date| eval.code.within_quotes(&format!("\"{date}\"")));
    let always = if op == "!=" { "always true" } else { "never true" };
    eval.bad(|| {
        let message = format!("this is {always}: {left_words} is compared with {right_words}");
        let finding = Diagnostic::warning("W315", &place, message);
        match (literal, texts) {
            // For example `5 < x < 6`.
            (None, _) if is_comparison(left.0) || is_comparison(right.0) => {
                finding.help("compare twice: for `1 <= x <= 5` write `1 <= x && x <= 5`")
            }
            (Some((text, _)), None) if matches!(text.as_str(), "none" | "null" | "nothing" | "empty" | "") => finding
                .help(format!(
                    "to ask whether a value is there write `{}missing(…)`",
                    if op == "!=" { "!" } else { "" }
                )),
            (Some((text, at)), Some(texts)) => {
                let near = nearest(&text, texts.iter().map(String::as_str)).map(str::to_owned);
                let all: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
                match near {
                    Some(near) => finding
                        .help(format!("did you mean \"{near}\"?"))
                        .fix(Fix::replace(format!("write \"{near}\""), &at, format!("\"{near}\"")).guess()),
                    None => finding.help(format!("it can be {}", all.join(", "))),
                }
            }
            (Some((text, _)), None) if x.meets(Kinds::YESNO) || y.meets(Kinds::YESNO) => {
                let asked = if x.meets(Kinds::YESNO) { left.0 } else { right.0 };
                let name = if let Expr::Variable(variable, ..) = asked { Some(variable.1.as_str()) } else { None };
                let meant = match text.to_lowercase().as_str() {
                    "true" | "y" => Some(true),
                    "false" | "n" => Some(false),
                    _ => says_yes(&text, &language),
                };
                finding.help(match (name, meant.map(|yes| yes == (op == "=="))) {
                    (Some(name), Some(true)) => format!("write `{name}` alone"),
                    (Some(name), Some(false)) => format!("write `'!{name}'`"),
                    // It is unknown which of the two was meant, and the wrong one may record a consent.
                    (Some(name), None) => {
                        format!("it is true for a yes and false for a no: write `{name}`, or `'!{name}'` for a no")
                    }
                    (None, Some(_)) => format!("write `{}`", meant == Some(true)),
                    (None, None) => "it is true for a yes and false for a no".to_owned(),
                })
            }
            // `contact.last_visit < "6 months"`.
            (Some((text, _)), None)
                if (x.within(moments()) || y.within(moments())) && text.contains(' ') && span_call(&text).is_some() =>
            {
                let span = span_call(&text).unwrap_or_default();
                finding.help(format!(
                    "a date is compared with another one: write `today() - {span}`, or `+` for one ahead"
                ))
            }
            (Some((text, _)), None) if x.within(moments()) || y.within(moments()) => {
                let day = match foreign_words::moment(&text) {
                    Some(moment) => moment,
                    None if x.within(Kinds::CLOCK) || y.within(Kinds::CLOCK) => {
                        return finding.help("write the time of day as `\"09:30\"`");
                    }
                    None => match year_first(&text) {
                        Some(meant) => return finding.help(format!("write the date as `\"{meant}\"`, the year first")),
                        None => "\"2026-12-24\"",
                    },
                };
                finding.help(format!("write the date as `{day}`, or compare a part such as `.weekday` (Monday is 1)"))
            }
            // Without quotes `2026-01-01` is 2024.
            _ if (x.within(moments()) || y.within(moments())) && bare.is_some() => {
                finding.help(format!("write the date in quotes: `{}`", bare.unwrap_or_default()))
            }
            // `hour >= 13` for an answer of the type `time`.
            _ if x == Kinds::CLOCK || y == Kinds::CLOCK => {
                let hour = number.filter(|hour| (0.0..=24.0).contains(hour)).map_or(13, |hour| hour as i64 % 24);
                finding.help(format!("write the time of day as `\"{hour:02}:00\"`, or compare its `.hour`"))
            }
            _ if x.within(moments()) || y.within(moments()) => finding
                .help("compare it with a date such as `today() + days(5)`, or a part such as `.day` or `.weekday`"),
            // The values of `options: [yes, no]` are texts.
            _ if matches!(
                (&a.known, &b.known),
                (KnownValue::Texts(_), KnownValue::Truth(_)) | (KnownValue::Truth(_), KnownValue::Texts(_))
            ) =>
            {
                let (texts, truth) = match (&a.known, &b.known) {
                    (KnownValue::Texts(texts), KnownValue::Truth(truth))
                    | (KnownValue::Truth(truth), KnownValue::Texts(texts)) => (texts, *truth),
                    _ => return finding,
                };
                let wanted = if truth { ["yes", "true"] } else { ["no", "false"] };
                let meant = texts.iter().find(|text| wanted.contains(&text.to_lowercase().as_str()));
                let meant = meant.or(texts.first()).map_or("…", String::as_str);
                let asked = [left.0, right.0].into_iter().any(|side| matches!(side, Expr::Variable(..)));
                let also = if asked { ", or ask with `type: yesno` and without `options`" } else { "" };
                finding.help(format!("write `{op} \"{meant}\"`{also}"))
            }
            _ if x.meets(Kinds::YESNO) || y.meets(Kinds::YESNO) => finding.help("write `true` or `false`"),
            (Some(_), None) if part.is_some() && (x.within(Kinds::NUMERIC) || y.within(Kinds::NUMERIC)) => {
                finding.help_if(part)
            }
            (Some((text, _)), None) if x.within(Kinds::NUMERIC) && is_weekday(&text) => {
                finding.help("weekdays are numbers, Monday is 1 and Sunday 7")
            }
            // For example `contact.tags == "vip"`.
            (Some((text, _)), _) if x == Kinds::LIST || y == Kinds::LIST => {
                let list = if matches!(left.0, Expr::StringConstant(..)) { right.0 } else { left.0 };
                let not = if op == "!=" { "!" } else { "" };
                match named(list) {
                    Some(name) => finding
                        .help(format!("to ask whether it is in the list write `{not}{name}.contains(\"{text}\")`")),
                    None => finding
                        .help(format!("to ask whether it is in the list write `.contains(\"{text}\")` behind it")),
                }
            }
            // `today() - contact.last_visit > 180`.
            _ if x == Kinds::SPAN && y.within(Kinds::NUMERIC) || y == Kinds::SPAN && x.within(Kinds::NUMERIC) => {
                let number = if x == Kinds::SPAN { &b.known } else { &a.known };
                let days = if let KnownValue::Whole(number) = number { number.to_string() } else { "n".to_owned() };
                finding.help(format!(
                    "one side is a length of time: write `days({days})` for the other, `hours({days})`, or for years \
                     `days({days} * 365)`"
                ))
            }
            _ => finding.help(format!(
                "one side is {}, and the other {}: take the part that you mean",
                x.words(),
                y.words()
            )),
        }
    });
}

/// The call for a length of time in words: `days(180)` for `6 months`, as months are not all as long; `minutes(30)`
/// for `30m`.
pub fn span_call(text: &str) -> Option<String> {
    in_english(text).or_else(|| {
        let span = Span::meant(text)?;
        let whole = |unit: Span| (span >= unit && span.0 % unit.0 == 0).then(|| span.0 / unit.0);
        let call = |name: &str, unit: Span| whole(unit).map(|count| format!("{name}({count})"));
        call("days", Span::days(1))
            .or_else(|| call("hours", Span::hours(1)))
            .or_else(|| call("minutes", Span::minutes(1)))
    })
}

fn in_english(text: &str) -> Option<String> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number: u32 = number.parse().ok()?;
    let unit = unit.trim().to_lowercase();
    let unit = unit.strip_suffix('s').unwrap_or(&unit);
    let days = |each: u32| Some(format!("days({})", number.checked_mul(each)?));
    match unit {
        "m" | "min" | "minute" => Some(format!("minutes({number})")),
        "h" | "hour" => Some(format!("hours({number})")),
        "d" | "day" => days(1),
        "w" | "week" => days(7),
        "month" => days(30),
        "year" => days(365),
        _ => None,
    }
}

/// The first date of an expression that stands without quotes.
fn bare_date(source: &str) -> Option<&str> {
    let outside = source.split(['"', '\'', '`']).step_by(2);
    let mut words = outside.flat_map(|part| part.split(|c: char| !c.is_ascii_digit() && c != '-'));
    words.find(|word| matches!(word.split('-').map(str::len).collect::<Vec<_>>()[..], [4, 2, 2]))
}

/// True for an English weekday, which an author writes who expects names from `.weekday`.
fn is_weekday(text: &str) -> bool {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    NAMES.iter().any(|name| text.to_lowercase().starts_with(name))
}

/// The expression as written: `name`, `contact.tags`.
pub fn named(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Dot(pair, ..) => match &pair.rhs {
            Expr::Property(property, _) => Some(format!("{}.{}", named(&pair.lhs)?, property.2)),
            _ => None,
        },
        _ => None,
    }
}

fn is_comparison(expr: &Expr) -> bool {
    matches!(expr, Expr::FnCall(call, _) if matches!(call.name.as_str(), "<" | ">" | "<=" | ">="))
}

const fn moments() -> Kinds {
    Kinds::DATE.and(Kinds::DATETIME).and(Kinds::CLOCK)
}

fn described(ty: &ValueType, kinds: Kinds) -> String {
    match &ty.known {
        KnownValue::Texts(texts) if texts.len() == 1 => format!("\"{}\"", texts[0]),
        KnownValue::Texts(texts) if texts.len() <= 4 => {
            let all: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            format!("one of {}", all.join(", "))
        }
        _ => kinds.words(),
    }
}

/// True if two values can be equal (or in order), by the rules of `script::operators::compare`. `number` is the literal
/// one of them.
fn meet(a: &ValueType, b: &ValueType, x: Kinds, y: Kinds, op: &str, number: Option<f64>) -> bool {
    if let (KnownValue::Texts(left), KnownValue::Texts(right)) = (&a.known, &b.known)
        && x == Kinds::TEXT
        && y == Kinds::TEXT
        && matches!(op, "==" | "!=")
    {
        return left.iter().any(|text| right.contains(text));
    }
    let moments = Kinds::DATE.and(Kinds::DATETIME).and(Kinds::CLOCK);
    let spells = |text: &ValueType, other: Kinds| {
        let fits = |text: &String| {
            let text = text.trim();
            other.meets(Kinds::NUMERIC)
                && numeral(text).is_some_and(|spelled| number.is_none_or(|n| op != "==" && op != "!=" || n == spelled))
                || other.meets(Kinds::DATE.and(Kinds::DATETIME)) && spells_moment(text, false)
                || other.meets(Kinds::CLOCK.and(Kinds::DATETIME)) && spells_moment(text, true)
        };
        match &text.known {
            KnownValue::Texts(texts) => texts.iter().any(fits),
            _ => other.meets(Kinds::NUMERIC.and(moments)),
        }
    };
    x.meets(y)
        || x.meets(Kinds::NUMERIC) && y.meets(Kinds::NUMERIC)
        || x.meets(Kinds::DATETIME) && y.meets(moments)
        || y.meets(Kinds::DATETIME) && x.meets(moments)
        || x.meets(Kinds::TEXT) && spells(a, y)
        || y.meets(Kinds::TEXT) && spells(b, x)
        || x.meets(Kinds::OTHER)
        || y.meets(Kinds::OTHER)
}
