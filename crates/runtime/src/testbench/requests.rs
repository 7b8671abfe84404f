//! Checks a test's expectations of `http` calls: how often, with which content, and with one idempotency key.

use super::{
    Stop,
    compare::{self, differs},
    look::{failure, of_difference},
};
use crate::{
    base::{counted::counted, yaml::Node},
    http_step::{
        mocked::MockedCall,
        mocks::{example, fits},
    },
    model::effect::CallBody,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Advice for a call without a mock. The sandbox's mocks do not apply in a test (language.md 10): each case begins in
/// a world of its own.
pub(super) fn without_mock(call: &MockedCall) -> String {
    format!(
        "no mock answers `{} {}`; add {} to `mocks: http:` of the test (what `sandbox` in `_bot.yaml` says does not \
         count here)",
        call.method,
        call.url,
        example(&call.method, &call.url)
    )
}

/// Checks `{POST */bookings: 2}`, `{POST */bookings: {times: 1, json: {slot: s1}}}`, or a list of contents that some
/// calls had.
pub(super) fn calls(node: &Node, made: &[MockedCall]) -> Result<(), Stop> {
    let shown = || match made.is_empty() {
        true => "no call".to_owned(),
        false => made.iter().map(|call| format!("{} {}", call.method, call.url)).collect::<Vec<_>>().join("\n"),
    };
    let Some(entries) = node.map() else {
        return match made.is_empty() {
            true => Ok(()),
            false => Err(failure(&node.place, "no call should be made", "no call", shown()).into()),
        };
    };
    for entry in entries {
        let (method, pattern) = entry.key.text.split_once(' ').unwrap_or((&entry.key.text, "*"));
        let pattern = pattern.trim();
        let meant: Vec<&MockedCall> =
            made.iter().filter(|call| call.method == method && fits(pattern, &call.url)).collect();
        let asked = entry.value.list().unwrap_or_else(|| std::slice::from_ref(&entry.value));
        for one in asked {
            let times = if one.map().is_some() { one.get("times") } else { Some(one) };
            if let Some(times) = times
                && times.text().and_then(|text| text.parse().ok()) != Some(meant.len())
            {
                let expected = format!("`{}` {}", entry.key.text, counted(times.text().unwrap_or_default(), "time"));
                let got = format!("{}, of these calls:\n{}", counted(meant.len(), "time"), shown());
                return Err(failure(&times.place, "calls were not made as expected", expected, got).into());
            }
            if one.map().is_some() {
                carried(one, &meant, &entry.key.text, &shown())?;
            }
        }
    }
    Ok(())
}

/// Checks that one call had all expected content.
fn carried(wanted: &Node, made: &[&MockedCall], name: &str, all: &str) -> Result<(), Stop> {
    let got: Vec<Json> = made.iter().map(|call| request(call, wanted)).collect();
    let differences: Vec<_> = got.iter().map(|call| differs(wanted, call)).collect();
    if differences.iter().any(Option::is_none) {
        return Ok(());
    }
    let title = format!("no `{name}` carried this");
    Err(match (differences.as_slice(), got.as_slice()) {
        ([Some(only)], [call]) => of_difference(&title, only, compare::show(call)),
        ([], _) => failure(&wanted.place, title, compare::written(wanted), all.to_owned()),
        _ => {
            let shown = got.iter().map(compare::show).collect::<Vec<_>>().join("\n");
            failure(&wanted.place, title, compare::written(wanted), shown)
        }
    }
    .into())
}

/// The part of a call to compare; `times` was checked before, so it is taken from the expectation.
fn request(call: &MockedCall, wanted: &Node) -> Json {
    let query: serde_json::Map<String, Json> =
        call.query.iter().map(|(name, value)| (name.clone(), value.shown().into())).collect();
    let headers: serde_json::Map<String, Json> =
        call.headers.iter().map(|(name, value)| (name.to_lowercase(), value.shown().into())).collect();
    let (json, form) = match &call.body {
        Some(CallBody::Json(body)) => (body.clone(), Json::Null),
        Some(CallBody::WithSecrets(body)) => (body.shown(), Json::Null),
        Some(CallBody::Form(fields)) => {
            let fields: serde_json::Map<String, Json> =
                fields.iter().map(|(name, value)| (name.clone(), value.shown().into())).collect();
            (Json::Null, fields.into())
        }
        None => (Json::Null, Json::Null),
    };
    let times = wanted.get("times").and_then(Node::text).and_then(|text| text.parse::<usize>().ok());
    json!({"times": times, "query": query, "headers": headers, "json": json, "form": form})
}

/// Checks that all attempts of each request have the same key.
pub(super) fn same_key(node: &Node, made: &[MockedCall]) -> Result<(), Stop> {
    let mut first: Option<&MockedCall> = None;
    let (mut keyed, mut same) = (false, true);
    for call in made {
        keyed |= call.key.is_some();
        match first {
            Some(first) if call.attempt > 1 && first.method == call.method && first.url == call.url => {
                same &= call.key.is_some() && first.key == call.key;
            }
            _ => first = Some(call),
        }
    }
    let is = keyed && same;
    if is == (node.text() == Some("true")) {
        return Ok(());
    }
    // The keys are random, so numbers show which are equal.
    let keys: BTreeSet<&str> = made.iter().filter_map(|call| call.key.as_deref()).collect();
    let shown: Vec<String> = made
        .iter()
        .map(|call| {
            let number = call.key.as_deref().and_then(|key| keys.iter().position(|known| *known == key));
            let key = number.map_or_else(|| "without a key".to_owned(), |number| format!("with key {}", number + 1));
            format!("{} {}, try {}, {key}", call.method, call.url, call.attempt)
        })
        .collect();
    let expected = if is { "tries with different keys, or without" } else { "one key for all tries of a request" };
    let got = if shown.is_empty() { "no call".to_owned() } else { shown.join("\n") };
    Err(failure(&node.place, "the keys of calls are not as expected", expected, got).into())
}
