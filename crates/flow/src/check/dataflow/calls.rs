//! Checks calls of functions: the number and kinds of their arguments, and the kinds of their results.

use super::{
    arithmetic::{joined, sum},
    closures,
    compare::{self, comparable},
    counts,
    dates::{
        bot_clock,
        date_hint::{self, DateUse},
        opening_hours, spans, spelled,
    },
    divisors,
    exprs::{Eval, Use},
    known_words, lists, parts, patterns, prices,
    types::{Kinds, KnownValue, Shape, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, fix::Fix, place::Place, time::Span},
    engine::question::titles,
    script::{FUNCTIONS, clock, numeral},
};
use rhai::{Array, Dynamic, Expr, FnCallExpr, ImmutableString, Map, Position};
use std::any::TypeId;

/// Methods that a missing value also has.
const ASKING: [&str; 7] = ["is_empty", "contains", "starts_with", "ends_with", "is_match", "len", "type_of"];

/// True if the first call of a chain accepts a missing value.
pub fn asks(rest: &Expr) -> bool {
    match rest {
        Expr::MethodCall(call, _) | Expr::FnCall(call, _) => ASKING.contains(&call.name.as_str()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => asks(&pair.lhs),
        _ => false,
    }
}

pub fn function(eval: &mut Eval<'_>, call: &FnCallExpr, position: Position) -> ValueType {
    let name = call.name.as_str();
    if !call.namespace.is_empty() {
        call.args.iter().for_each(|arg| drop(eval.expr(arg, Use::Asked)));
        return ValueType::ANY;
    }
    match (name, call.args.as_slice()) {
        ("curry" | "Fn" | "call", args) => {
            args.iter().for_each(|arg| drop(eval.expr(arg, Use::Asked)));
            ValueType::ANY
        }
        ("missing" | "type_of" | "is_def_var", args) => {
            args.iter().for_each(|arg| drop(eval.expr(arg, Use::Asked)));
            ValueType::of(if name == "type_of" { Kinds::TEXT } else { Kinds::YESNO })
        }
        ("title", [answer]) => {
            eval.expr(answer, Use::Shown);
            titled(eval, answer, position);
            ValueType::of(Kinds::TEXT)
        }
        ("!", [inner]) => {
            let ty = eval.expr(inner, Use::Asked);
            known_words::turned_around(eval, inner, &ty, position);
            ValueType::of(Kinds::YESNO)
        }
        ("==" | "!=" | "<" | ">" | "<=" | ">=", [a, b]) => {
            let (left, right) = (eval.expr(a, Use::Asked), eval.expr(b, Use::Asked));
            comparable(eval, name, (a, &left), (b, &right), position);
            ValueType::of(Kinds::YESNO)
        }
        ("+" | "-" | "*" | "/" | "%" | "**", [a, b]) => {
            let (left, right) = (eval.expr(a, Use::Shown), eval.expr(b, Use::Shown));
            date_hint::meant(eval, a, &left, &DateUse::Beside(right.kinds));
            date_hint::meant(eval, b, &right, &DateUse::Beside(left.kinds));
            if matches!(name, "/" | "%") {
                divisors::check(eval, name, b, position);
            }
            spans::beside_a_date(eval, name, &left, b, position);
            sum(eval, name, &left, &right, position)
        }
        ("&", [a, b]) => {
            let (left, right) = (eval.expr(a, Use::Asked), eval.expr(b, Use::Asked));
            joined(eval, &left, &right, position)
        }
        _ => {
            let how = if ASKING.contains(&name) { Use::Asked } else { Use::Shown };
            let args: Vec<ValueType> = call.args.iter().map(|arg| eval.expr(arg, how)).collect();
            if let ("money", [amount, _], [ty, currency]) = (name, call.args.as_slice(), args.as_slice()) {
                prices::check(eval, (amount, ty), currency, position);
            }
            applied(eval, name, &args, false, position)
        }
    }
}

/// Checks the format of a date, or a time of day, that is a literal.
fn written_time(eval: &mut Eval<'_>, name: &str, args: &[ValueType], place: &Place) {
    if let ("date" | "datetime" | "time", [text]) = (name, args) {
        return spelled::check(eval, name, text, place);
    }
    if let ("contains", [hours, time]) = (name, args)
        && hours.known == KnownValue::Shape(Shape::Hours)
    {
        return opening_hours::check(eval, time, place);
    }
    let texts = match args.get(1).map(|arg| &arg.known) {
        Some(KnownValue::Texts(texts)) if texts.len() == 1 && args[1].kinds == Kinds::TEXT => texts.clone(),
        _ => return,
    };
    let text = texts[0].as_str();
    let moments = Kinds::DATE.and(Kinds::DATETIME).and(Kinds::CLOCK);
    match name {
        "format"
            if args[0].kinds.without(Kinds::MISSING).within(moments.and(Kinds::TEXT)) || args[0].kinds.is_vague() =>
        {
            patterns::check(eval, args[0].kinds, text, place);
        }
        "at" if args[0].kinds.without(Kinds::MISSING) == Kinds::DATE && clock(text).is_none() => {
            let meant = text.replace(['.', 'h'], ":");
            let meant = if clock(&meant).is_some() { meant } else { "10:00".to_owned() };
            let finding = Diagnostic::error("E318", place, format!("`{text}` is no time of day"));
            if let Some(judge) = &mut eval.judge {
                // The argument of `at` may be a text; only its content is wrong.
                judge.bad_as("time of day", finding.help(format!("write it like `.at(\"{meant}\")`")));
            }
        }
        _ => {}
    }
}

/// Reports `day.at("10:00", "clinic")`: opening hours have no time zone of their own.
fn whose_clock(eval: &mut Eval<'_>, args: &[ValueType], place: &Place) {
    let Some(KnownValue::Texts(texts)) = args.get(2).map(|arg| &arg.known) else { return };
    let Some(whose) = texts.iter().find(|whose| !matches!(whose.as_str(), "bot" | "contact")) else { return };
    let finding = Diagnostic::error("E318", place, format!("`{whose}` is nobody's clock"));
    let help = match eval.set.bot.hours.contains_key(whose) {
        true => "hours are on the bot's clock: write \"bot\"",
        false => "write \"bot\" for the clock of the counter, and nothing for the contact's own",
    };
    if let Some(judge) = &mut eval.judge {
        judge.bad_as("whose clock", finding.help(help));
    }
}

/// Reports `.title` of a value that was not chosen: only the answer to a question of this flow with options has a
/// title.
fn titled(eval: &mut Eval<'_>, answer: &Expr, position: Position) {
    let name = match answer {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        _ => None,
    };
    let place = eval.place(position, "title".len());
    if name.is_some_and(|name| titles::questions(eval.flow, name).next().is_some()) {
        return;
    }
    eval.bad(|| {
        let message = match name {
            Some(name) => format!("no question of this flow shows options for `{name}`, so it has no title"),
            None => "`title` takes the name of an answer, such as `title(service)`".to_owned(),
        };
        let finding = Diagnostic::error("E318", &place, message);
        finding.help("name the `as:` of a question with `options`; to another flow hand the title itself, `with: {what: \"${title(service)}\"}`")
    });
}

pub fn method(eval: &mut Eval<'_>, base: &ValueType, call: &FnCallExpr, position: Position) -> ValueType {
    let name = call.name.as_str();
    let (given, of_closure) = closures::arguments(eval, base, call);
    if let ("at", [hour], [ty]) = (name, call.args.as_slice(), given.as_slice()) {
        bot_clock::taken_for_another(eval, base, hour, ty, position);
    }
    if name == "slots" {
        spans::between_slots(eval, base, call, position);
    }
    let args: Vec<ValueType> = std::iter::once(base.clone()).chain(given).collect();
    let ty = applied(eval, name, &args, true, position);
    lists::made(base, name, of_closure.as_ref()).unwrap_or(ty)
}

/// The type of a property: `date.year`, `text.len`.
pub fn getter(eval: &mut Eval<'_>, base: &ValueType, name: &str, position: Position) -> ValueType {
    if let KnownValue::Gives(parts) = &base.known {
        return parts::part(eval, base, parts, name, position);
    }
    let kinds = base.kinds.without(Kinds::MISSING);
    if base.kinds.is_vague() || kinds.meets(Kinds::MAP.and(Kinds::OTHER)) || kinds == Kinds::NONE {
        return ValueType::ANY;
    }
    let place = eval.place(position, name.len());
    let getter = format!("get${name}");
    let signatures = eval.set.scripts.signatures(&getter);
    // `written.rs` has checked `answer.text`.
    let of_no_answer = name == "text";
    if !of_no_answer && signatures.iter().any(|params| params.first().is_some_and(|first| kinds_of(first).meets(kinds)))
    {
        eval.good(&place, "E318");
        let whole = matches!(
            name,
            "year" | "month" | "day" | "hour" | "minute" | "weekday" | "days" | "hours" | "minutes" | "len"
        );
        let ty = match name {
            _ if whole => ValueType::of(Kinds::WHOLE),
            "date" => ValueType::of(Kinds::DATE),
            "time" => ValueType::of(Kinds::CLOCK),
            _ => ValueType::ANY,
        };
        return if base.may_miss() { ty.or(Kinds::NOTHING) } else { ty };
    }
    let (words, list) = (kinds.words(), kinds == Kinds::LIST);
    let of_moments = !signatures.is_empty();
    let ours = crate::script::elsewhere(name).and_then(|ours| ours.strip_prefix('.'));
    let takes = |params: &Vec<TypeId>| matches!(params.as_slice(), [own] if kinds_of(own).meets(kinds));
    let also =
        eval.set.scripts.signatures(name).iter().any(takes) && FUNCTIONS.iter().any(|known| known.name() == name);
    let first_name = name == "first" && kinds == Kinds::TEXT;
    eval.bad(|| {
        let finding = Diagnostic::error("E318", &place, format!("{words} has no `{name}`"));
        match (also, list) {
            _ if of_no_answer => {
                finding.help("only an answer has one: name the `as:` of a question, or write `msg.text`")
            }
            (true, _) => finding
                .help(format!("write `.{name}()`"))
                .fix(Fix::replace(format!("write `{name}()`"), &place, format!("{name}()")).guess()),
            (false, _) if ours.is_some_and(|ours| !ours.contains('…')) => {
                let ours = ours.unwrap_or_default();
                finding
                    .help(format!("write `.{ours}`"))
                    .fix(Fix::replace(format!("write `{ours}`"), &place, ours).guess())
            }
            (false, false) if first_name => finding.help("for the first word write `.split(\" \")[0]`"),
            (false, true) => finding.help("name an item first, such as `[0]`, or go through all with `.map(…)`"),
            (false, false) if of_moments && kinds == Kinds::TEXT => {
                finding.help("where it is an answer, ask with `type: date` or `type: datetime`")
            }
            (false, false) => finding.help(parts_of(kinds)),
        }
    });
    ValueType::ANY
}

/// The properties of such a value, for a finding.
fn parts_of(kinds: Kinds) -> &'static str {
    if kinds.meets(Kinds::DATE) {
        "a date has `year`, `month`, `day`, `weekday` (Monday is 1), and `.format(…)`"
    } else if kinds.meets(Kinds::DATETIME) {
        "a date with time has `date`, `time`, `year`, `month`, `day`, `weekday` (Monday is 1), `hour`, `minute`, and `.format(…)`"
    } else if kinds.meets(Kinds::CLOCK) {
        "a time has `hour` and `minute`, and `.format(…)`"
    } else if kinds.meets(Kinds::SPAN) {
        "a length of time has `days`, `hours` and `minutes`"
    } else if kinds.meets(Kinds::TEXT) {
        "a text has no parts, only functions such as `.len()` and `.upper()`: name the text itself"
    } else {
        "name the value itself, without what stands behind the dot"
    }
}

fn applied(eval: &mut Eval<'_>, name: &str, args: &[ValueType], method: bool, position: Position) -> ValueType {
    let place = eval.place(position, name.len());
    let scripts = &eval.set.scripts;
    let signatures = scripts.signatures(name);
    if signatures.is_empty() {
        return ValueType::ANY;
    }
    let counted: Vec<&Vec<TypeId>> = signatures.iter().filter(|params| params.len() == args.len()).collect();
    if counted.is_empty() {
        counts::wrong(eval, name, signatures, args.len(), method, &place);
        return given(name, args).or(Kinds::VAGUE);
    }
    let fits = |params: &[TypeId]| {
        params.iter().zip(args).all(|(param, arg)| {
            let takes = kinds_of(param);
            arg.kinds.is_vague() || takes.meets(arg.kinds.without(Kinds::UNSET)) || arg.kinds == Kinds::UNSET
        })
    };
    if counted.iter().any(|params| fits(params)) {
        eval.good(&place, "E318");
        if name == "at" {
            whose_clock(eval, args, &place);
        }
        written_time(eval, name, args, &place);
    } else {
        let wrong = args.iter().enumerate().find(|(number, arg)| {
            !counted.iter().any(|params| kinds_of(&params[*number]).meets(arg.kinds.without(Kinds::UNSET)))
        });
        let (number, arg) = wrong.unwrap_or((0, &args[0]));
        let words = arg.kinds.without(Kinds::UNSET).words();
        let takes = counted.iter().fold(Kinds::NONE, |all, params| all.and(kinds_of(&params[number])));
        eval.bad(|| {
            if let ("at", Some(KnownValue::Whole(hour))) = (name, args.get(1).map(|hour| &hour.known)) {
                let finding = Diagnostic::error("E318", &place, "`.at()` does not take a number here");
                return finding.help(format!("write the time of day: `.at(\"{hour:02}:00\")`"));
            }
            if name == "format" && args[0].kinds.without(Kinds::MISSING).within(Kinds::NUMERIC) {
                let finding = Diagnostic::error("E318", &place, "`.format()` of a number takes how many decimals");
                return finding.help("write `.format(2)`; a price is written by `money(cents, \"EUR\")`");
            }
            let message = match (method, number) {
                (true, 0) => format!("`.{name}()` does not work on {words}"),
                _ => format!("`{name}` does not take {words} here"),
            };
            let takes = takes.without(Kinds::NOTHING);
            let plain = takes.without(Kinds::OTHER);
            let takes = if plain == Kinds::NONE { takes } else { plain }.words();
            let finding = Diagnostic::error("E318", &place, message);
            match (&arg.known, takes.as_str()) {
                (KnownValue::Whole(number), takes) if takes == Kinds::SPAN.words() => finding.help(format!(
                    "it takes {takes}: write `minutes({number})`, `hours({number})` or `days({number})`"
                )),
                (KnownValue::Texts(texts), takes) if takes == Kinds::SPAN.words() => {
                    let meant = texts.first().and_then(|text| compare::span_call(text));
                    let meant = meant.unwrap_or_else(|| "minutes(30)".to_owned());
                    finding.help(format!("it takes {takes}, such as `{meant}`"))
                }
                (KnownValue::Texts(texts), "a number") if counted_in(name, texts).is_some() => {
                    finding.help(format!("write `{}`", counted_in(name, texts).unwrap_or_default()))
                }
                (_, "a number") if arg.kinds.meets(Kinds::TEXT) => {
                    finding.help("ask with `type: number`, or write `.to_number()` behind the text")
                }
                (_, takes) => finding.help(format!("it takes {takes}")),
            }
        });
    }
    given(name, args)
}

/// `days(180)` for `days("6 months")`, and `days(6)` for `days("6")`.
fn counted_in(name: &str, texts: &[String]) -> Option<String> {
    let [text] = texts else { return None };
    let of_time = matches!(name, "seconds" | "minutes" | "hours" | "days");
    let plain = || Some(format!("{name}({})", numeral(text)?));
    of_time.then(|| plain().or_else(|| Span::meant(text).and_then(Span::as_call))).flatten()
}

/// The type of a function's result, if the language defines it.
fn given(name: &str, args: &[ValueType]) -> ValueType {
    // Of a value that a server gave nothing is known, also not that it can be missing.
    let missing = args.first().is_some_and(|first| first.kinds.meets(Kinds::MISSING) && !first.kinds.is_vague());
    let kinds = match name {
        "now" | "datetime" | "at" | "local" => Kinds::DATETIME,
        "today" | "date" => Kinds::DATE,
        "time" => Kinds::CLOCK,
        "seconds" | "minutes" | "hours" | "days" => Kinds::SPAN,
        "money" | "format" | "lower" | "upper" | "trim" | "replace" | "join" | "to_text" | "to_string" | "capture" => {
            Kinds::TEXT
        }
        "is_empty" | "contains" | "starts_with" | "ends_with" | "is_match" => return ValueType::of(Kinds::YESNO),
        "len" => return ValueType::of(Kinds::WHOLE),
        "round" => Kinds::NUMERIC,
        "split" => Kinds::LIST,
        "slots" => return lists::slots(),
        "map" | "filter" | "sort" => return ValueType::of(Kinds::LIST),
        _ => return ValueType::ANY,
    };
    let of_text = args.first().is_none_or(|first| first.kinds.meets(Kinds::TEXT));
    let may_fail = matches!(name, "datetime" | "date" | "time" | "capture") || name == "local" && of_text;
    match (name, args.first()) {
        ("local", Some(first)) if first.kinds.within(Kinds::DATE.and(Kinds::MISSING)) => {
            ValueType::of(if missing { Kinds::DATE.and(Kinds::NOTHING) } else { Kinds::DATE })
        }
        _ if missing || may_fail => ValueType::of(kinds.and(Kinds::NOTHING)),
        _ => ValueType::of(kinds),
    }
}

/// The kinds that a parameter of this type accepts.
fn kinds_of(id: &TypeId) -> Kinds {
    let table = [
        (TypeId::of::<Dynamic>(), Kinds::ALL.and(Kinds::NOTHING)),
        (TypeId::of::<i64>(), Kinds::NUMERIC),
        (TypeId::of::<f64>(), Kinds::NUMERIC),
        (TypeId::of::<bool>(), Kinds::YESNO),
        (TypeId::of::<()>(), Kinds::NOTHING),
        (TypeId::of::<ImmutableString>(), Kinds::TEXT),
        (TypeId::of::<String>(), Kinds::TEXT),
        (TypeId::of::<&'static str>(), Kinds::TEXT),
        (TypeId::of::<jiff::civil::Date>(), Kinds::DATE),
        (TypeId::of::<jiff::civil::Time>(), Kinds::CLOCK),
        (TypeId::of::<jiff::Zoned>(), Kinds::DATETIME),
        (TypeId::of::<Span>(), Kinds::SPAN),
        (TypeId::of::<Array>(), Kinds::LIST),
        (TypeId::of::<Map>(), Kinds::MAP),
    ];
    table.iter().find(|(known, _)| known == id).map_or(Kinds::OTHER, |(_, kinds)| *kinds)
}
