//! Compiles and runs an expression or a script. Input: a letter for the kind, then the code; behind a line `---` stands
//! a file of `scripts/`.

use super::{choice, flows, text, within};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use transom_base::{
    diagnostic::Findings,
    limits::SCRIPT_RESULT_BYTES_MAX,
    place::{Place, SourceFile},
    time::Time,
    yaml::{Scalar, Style},
};
use transom_flow::{
    script::{Code, Scope, Scripts, with_fuel},
    text::{Names, Text},
};
use transom_model::value::Value;

/// A twentieth of what a script may use, so that many run; with `FUEL_TIME_MAX` it holds what one operation may cost.
const FUEL: u64 = 50_000;
/// A script may use two seconds for a million operations, so 100 ms for these; a program for fuzzing is a few times slower.
const FUEL_TIME_MAX: Duration = Duration::from_millis(1_000);
/// The operations beyond the limit that one step may still count before it is stopped.
const FUEL_OVER: u64 = 300_000;

fn variables() -> BTreeMap<String, Value> {
    let json = serde_json::json!({
        "contact": {"name": "Ana", "city": null, "tags": ["a", "b"]}, "score": "1", "list": [3, 1, 2], "count": 10,
        "order": {"lines": [{"name": "Tea", "price": 2.5}, {"name": "Cake", "price": 4}]}, "word": "a1-b2-c3", "half": 0.5,
    });
    let Value::Map(mut map) = Value::from_json(&json) else { return BTreeMap::new() };
    map.insert("day".to_owned(), Value::Date(jiff::civil::date(2026, 3, 28)));
    map
}

pub fn run(data: &[u8]) {
    let Some((kind, rest)) = choice(data, 3) else { return };
    let text = text(rest);
    let (code, module) = text.split_once("\n---\n").unwrap_or((&text, ""));
    let findings = Findings::default();
    let modules: Vec<_> =
        (!module.is_empty()).then(|| SourceFile::new("scripts/mine.rhai", module)).into_iter().collect();
    let limit = Duration::from_millis(500);
    let scripts = within(limit, "reading a script file", || Scripts::new(&modules, ["TOKEN".to_owned()], &findings));
    let variables = variables();
    let own: Vec<String> = variables.keys().filter(|name| *name != "contact").cloned().collect();
    let known = Names { own: &own, secrets: false };
    let file = SourceFile::new("flows/a.yaml", code);
    let source = Arc::new(Scalar::new(code, Style::Plain, Place::new(&file, 0..code.len())));
    let scope = Scope {
        names: &|name| variables.get(name).cloned(),
        now: Time(1_774_699_200_000),
        zone: jiff::tz::TimeZone::get("Europe/Madrid").expect("a zone"),
        contact_zone: jiff::tz::TimeZone::get("America/Mexico_City").expect("a zone"),
        language: "es",
        phone: Some("525512345678"),
    };
    let run: Box<dyn Fn() -> Result<Value, String>> = if kind == 2 {
        let text = within(limit, "reading a text", || Text::parse(&source, &scripts, &known, &findings));
        Box::new(move || text.eval(&scope).map_err(|error| error.to_string()))
    } else {
        let compile = || match kind {
            0 => Code::expression(&source, &scripts, &known, &findings),
            _ => Code::script(&source, &scripts, &known, &findings),
        };
        let Some(code) = within(limit, "compiling", compile) else {
            return findings.into_sorted().iter().for_each(flows::check);
        };
        Box::new(move || code.eval(&scope).map_err(|error| error.to_string()))
    };
    let (given, spent) = within(FUEL_TIME_MAX, "a script", || with_fuel(FUEL, &run));
    assert!(spent <= FUEL + FUEL_OVER, "{spent} operations of {FUEL} are spent");
    let (again, spent_again) = with_fuel(FUEL, &run);
    let shown = |given: &Result<Value, String>| format!("{given:?}");
    assert_eq!((shown(&given), spent), (shown(&again), spent_again), "a script gives one value, then another");
    if let Ok(value) = &given {
        let bytes = value.estimated_bytes();
        // Texts of a template string are joined afterwards.
        assert!(kind == 2 || bytes <= 16 * SCRIPT_RESULT_BYTES_MAX, "a value of {bytes} bytes");
        assert!(!value.is_deeper_than(200), "a value is nested too deeply");
        let stored = serde_json::to_string(value).expect("a value is JSON");
        if !value.is_too_deep() {
            serde_json::from_str::<Value>(&stored).expect("a stored value is read again");
        }
    }
    findings.into_sorted().iter().for_each(flows::check);
}
