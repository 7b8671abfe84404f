//! Defines the functions of language.md 6b for texts, numbers and lists.

use super::{
    amounts,
    convert::from_rhai,
    operators::{numeral, sorted},
    sandbox::{self, weight, work},
};
use crate::base::limits;
use jiff::{
    Zoned,
    civil::{Date, Time as Clock},
};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Map, NativeCallContext, Variant};
use std::{collections::HashMap, sync::Mutex};

type Fallible<T> = Result<T, Box<EvalAltResult>>;

pub fn register(engine: &mut Engine) {
    engine.register_fn("missing", |value: Dynamic| value.is_unit());
    engine.register_fn("title", |context: NativeCallContext<'_>, value: Dynamic| -> Fallible<String> {
        match told(&context) {
            Some(title) => Ok(title),
            None => from_rhai(value)?.print().ok_or_else(|| "a list or a map has no title".into()),
        }
    });
    written::<i64>(engine);
    written::<f64>(engine);
    written::<bool>(engine);
    written::<ImmutableString>(engine);
    written::<Date>(engine);
    written::<Clock>(engine);
    written::<Zoned>(engine);
    written::<Array>(engine);
    texts(engine);
    patterns(engine);
    lists(engine);
    nothing(engine);
    engine.register_fn("round", |number: f64| number.round() as i64);
    engine.register_fn("round", |number: i64| number);
    engine.register_fn("round", |number: i64, _: i64| number);
    engine.register_fn("round", |number: f64, digits: i64| {
        let factor = 10f64.powi(digits.clamp(0, 12) as i32);
        (number * factor).round() / factor
    });
    engine.register_fn("format", |number: f64, decimals: i64| amounts::number(number, decimals));
    engine.register_fn("format", |number: i64, decimals: i64| amounts::number(number as f64, decimals));
    engine.register_fn("money", |cents: i64, currency: &str| amounts::money(cents, currency));
    engine.register_fn("money", |cents: f64, currency: &str| amounts::money(cents.round() as i64, currency));
}

/// `size.text`: the original text of an answer of this type; nothing if no question filled the variable.
fn written<T: Variant + Clone>(engine: &mut Engine) {
    engine.register_get("text", |context: NativeCallContext<'_>, _: &mut T| -> Fallible<Dynamic> {
        let Some(text) = told(&context) else { return Ok(Dynamic::UNIT) };
        work(text.len() / sandbox::BYTES_PER_OPERATION)?;
        Ok(Dynamic::from(text))
    });
}

/// The text in the scope for the variable at this place of the code.
fn told(context: &NativeCallContext<'_>) -> Option<String> {
    let at = context.call_position();
    let at = (at.line().unwrap_or(1), at.position().unwrap_or(1));
    sandbox::call(|call| call.told.get(&at).cloned())
}

fn texts(engine: &mut Engine) {
    engine.register_fn("lower", |text: &str| read(text).map(str::to_lowercase));
    engine.register_fn("upper", |text: &str| read(text).map(str::to_uppercase));
    // Rhai's own function changes the text in place and returns nothing.
    engine.register_fn("trim", |text: &str| read(text).map(|text| text.trim().to_owned()));
    engine.register_fn("replace", |text: &str, from: &str, to: &str| bounded(read(text)?, from, to));
    engine.register_fn("contains", |text: &str, part: &str| read(text).map(|text| text.contains(part)));
    engine.register_fn("starts_with", |text: &str, part: &str| read(part).map(|part| text.starts_with(part)));
    engine.register_fn("ends_with", |text: &str, part: &str| read(part).map(|part| text.ends_with(part)));
    engine.register_fn("is_empty", |text: &str| text.is_empty());
    engine.register_fn("len", |text: &str| read(text).map(|text| text.chars().count() as i64));
    engine.register_fn("split", |text: &str, by: &str| -> Fallible<Array> {
        let by = if by.is_empty() { " " } else { by };
        let parts = read(text)?.split(by).take(limits::SCRIPT_ARRAY_ITEMS_MAX);
        let parts: Array = parts.map(|part| part.to_owned().into()).collect();
        work(parts.len())?;
        Ok(parts)
    });
    engine.register_fn("to_number", |text: &str| -> Fallible<Dynamic> {
        let text = read(text)?.trim().replace(',', ".");
        let number = || numeral(&text).map(Dynamic::from);
        Ok(text.parse::<i64>().ok().map(Dynamic::from).or_else(number).unwrap_or(Dynamic::UNIT))
    });
    for_any(engine, "to_text");
    // Rhai's own function writes the name of a type for a value that JSON does not have, such as a date. A map has a
    // variant of its own, because Rhai would find its function for it first.
    reader(engine, "to_json", |map: &mut Map| as_json(&Dynamic::from(map.clone())));
    engine.register_fn("to_json", |value: Dynamic| as_json(&value));
}

/// The value as JSON, as the `json` of an `http` step has it. A secret has no JSON.
fn as_json(value: &Dynamic) -> Fallible<String> {
    work(weight(std::slice::from_ref(value)))?;
    let text = from_rhai(value.clone())?.to_json().to_string();
    if text.len() > limits::SCRIPT_STRING_BYTES_MAX { Err("the text is too long".into()) } else { Ok(text) }
}

/// The text, for a function that reads all of it: pays for its length.
pub fn read(text: &str) -> Fallible<&str> {
    work(text.len() / sandbox::BYTES_PER_OPERATION)?;
    Ok(text)
}

fn for_any(engine: &mut Engine, name: &str) {
    engine.register_fn(name, |value: Dynamic| -> Fallible<String> {
        work(weight(std::slice::from_ref(&value)))?;
        let value = from_rhai(value)?;
        value.print().ok_or_else(|| "a list or a map is no text".into())
    });
}

fn patterns(engine: &mut Engine) {
    engine.register_fn("is_match", |text: &str, pattern: &str| -> Fallible<bool> {
        Ok(pattern_of(pattern)?.over(text)?.is_match(text))
    });
    engine.register_fn("is_match", |number: i64, pattern: &str| -> Fallible<bool> {
        let text = number.to_string();
        Ok(pattern_of(pattern)?.over(&text)?.is_match(&text))
    });
    engine.register_fn("capture", |text: &str, pattern: &str| -> Fallible<Dynamic> {
        let found =
            pattern_of(pattern)?.over(text)?.captures(text).and_then(|found| found.get(1).or_else(|| found.get(0)));
        Ok(found.map_or(Dynamic::UNIT, |found| found.as_str().to_owned().into()))
    });
}

/// A compiled pattern, with its number of states: `a{0,900}` has 900.
#[derive(Clone)]
struct Pattern {
    regex: Regex,
    states: usize,
}

impl Pattern {
    /// Pays for a search in `text`: for its length, and again for the states that do not fit into the cache of a search
    /// (the worst case of the crate `regex` is the length of the text times the number of states).
    fn over(&self, text: &str) -> Fallible<&Regex> {
        let beyond = self.states.saturating_sub(STATES_IN_CACHE);
        read(text)?;
        work(text.len().saturating_mul(beyond) / STATES_PER_OPERATION)?;
        Ok(&self.regex)
    }
}

/// Patterns with at most this number of states search in linear time.
const STATES_IN_CACHE: usize = 100;
/// The number of state transitions that take as long as one operation.
const STATES_PER_OPERATION: usize = 8;

/// The number of states of a pattern, with its repetitions expanded.
fn states(pattern: &Hir) -> usize {
    let all = |parts: &[Hir]| parts.iter().map(states).fold(1, usize::saturating_add);
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

/// The compiled patterns of expressions, a few at a time: every message uses the same ones.
fn pattern_of(pattern: &str) -> Fallible<Pattern> {
    static KNOWN: Mutex<Option<HashMap<String, Pattern>>> = Mutex::new(None);
    let lock = || KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Paid once in each script, whether the pattern is cached or not: the limit of a script must not depend on earlier
    // scripts.
    if sandbox::is_first(pattern) {
        work(PATTERN_OPERATIONS + pattern.len())?;
    }
    if let Some(known) = lock().get_or_insert_default().get(pattern) {
        return Ok(known.clone());
    }
    // Compiled without the lock, because all other conversations wait for it.
    let regex = build(pattern).map_err(|text| -> Box<EvalAltResult> { text.into() })?;
    let states = regex_syntax::parse(pattern).map_or(usize::MAX, |hir| states(&hir));
    let compiled = Pattern { regex, states };
    let mut known = lock();
    let known = known.get_or_insert_default();
    if known.len() >= limits::SCRIPT_PATTERNS_KEPT {
        known.clear();
    }
    known.insert(pattern.to_owned(), compiled.clone());
    Ok(compiled)
}

/// The number of operations that take as long as compiling a pattern; most of that time does not depend on its length.
const PATTERN_OPERATIONS: usize = 2_000;

/// Compiles a pattern within the size limit; the error is for the author.
pub fn build(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(limits::SCRIPT_PATTERN_BYTES_MAX)
        .dfa_size_limit(limits::SCRIPT_PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| {
            format!("the pattern `{pattern}` cannot be used: {}", error.to_string().lines().last().unwrap_or_default())
        })
}

fn lists(engine: &mut Engine) {
    engine.register_fn("join", |list: Array, by: &str| -> Fallible<String> {
        work(weight(&list))?;
        let mut parts = Vec::with_capacity(list.len());
        for item in list {
            parts.push(from_rhai(item)?.print().ok_or("a list of lists or maps cannot be joined")?);
        }
        let text = parts.join(by);
        if text.len() > limits::SCRIPT_STRING_BYTES_MAX { Err("the text is too long".into()) } else { Ok(text) }
    });
    // Rhai's own function sorts in place, returns nothing and refuses a list of different kinds.
    reader(engine, "sort", |list: &mut Array| in_order(list));
    reader(engine, "order", |list: &mut Array| in_order(list));
    reader(engine, "order_desc", |list: &mut Array| in_order(list).map(reversed));
    engine.register_fn("sort_desc", |list: &mut Array| -> Fallible<()> {
        *list = in_order(list).map(reversed)?;
        Ok(())
    });
    reader(engine, "is_empty", |list: &mut Array| Ok(list.is_empty()));
    reader(engine, "is_empty", |map: &mut Map| Ok(map.is_empty()));
    reader(engine, "first", |list: &mut Array| copied(list.first()));
    reader(engine, "last", |list: &mut Array| copied(list.last()));
}

/// Registers a function that reads a list or map in place: an argument by value would be copied for each call.
fn reader<T: Variant + Clone, R: Variant + Clone>(
    engine: &mut Engine,
    name: &str,
    read: impl Fn(&mut T) -> Fallible<R> + Send + Sync + 'static,
) {
    FuncRegistration::new(name).with_purity(true).register_into_engine(engine, read);
}

/// A copy of an item, which may itself be a list.
fn copied(item: Option<&Dynamic>) -> Fallible<Dynamic> {
    let Some(item) = item else { return Ok(Dynamic::UNIT) };
    work(weight(std::slice::from_ref(item)) / sandbox::VALUES_PER_OPERATION)?;
    Ok(item.clone())
}

/// A sorted copy of the list.
fn in_order(list: &Array) -> Fallible<Array> {
    work(weight(list) + list.len() * (1 + list.len().checked_ilog2().unwrap_or(0) as usize))?;
    let mut keyed = Vec::with_capacity(list.len());
    for item in list {
        keyed.push((from_rhai(item.clone())?, item.clone()));
    }
    keyed.sort_by(|(a, _), (b, _)| sorted(a, b));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn reversed(mut list: Array) -> Array {
    list.reverse();
    list
}

/// Defines the methods of a missing value: it has no letters, contains nothing and matches nothing.
fn nothing(engine: &mut Engine) {
    engine.register_fn("is_empty", |(): ()| true);
    engine.register_fn("len", |(): ()| 0i64);
    for name in ["lower", "upper", "trim", "local", "round"] {
        engine.register_fn(name, |(): ()| ());
    }
    for name in ["format", "split", "join", "at"] {
        engine.register_fn(name, |(): (), _: Dynamic| ());
    }
    engine.register_fn("replace", |(): (), _: Dynamic, _: Dynamic| ());
    for name in ["contains", "starts_with", "ends_with", "is_match"] {
        engine.register_fn(name, |(): (), _: Dynamic| false);
    }
    engine.register_fn("money", |(): (), _: Dynamic| ());
}

/// Replaces within the size limit of a text; a result that is too large is refused before it is built.
fn bounded(text: &str, from: &str, to: &str) -> Fallible<ImmutableString> {
    if from.is_empty() {
        return Ok(text.into());
    }
    let count = text.matches(from).count();
    // Each replacement is copied separately, and the result may be longer than the text.
    work(count / 8 + count.saturating_mul(to.len()) / sandbox::BYTES_PER_OPERATION)?;
    let size = text.len().saturating_sub(count * from.len()).saturating_add(count.saturating_mul(to.len()));
    if size > limits::SCRIPT_STRING_BYTES_MAX {
        return Err("the text is too long".into());
    }
    Ok(text.replace(from, to).into())
}
