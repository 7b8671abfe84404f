//! Defines a value of the flow language, for answers, variables and fields.

use crate::base::{
    limits::{JSON_DEPTH_MAX, VALUE_DEPTH_MAX},
    private_use,
    time::Span,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::collections::BTreeMap;

/// Stored as plain JSON. A type that JSON does not have is an object with one `$` key: `{"$date": "2026-03-28"}`,
/// `{"$time": "09:30:00"}`, `{"$datetime": "2026-…[Europe/Madrid]"}`, `{"$span": 3600000}`. A map from a server that
/// looks like one of these is stored as `{"$map": …}`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// An unset variable; printed as an empty text.
    #[default]
    Nothing,
    YesNo(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    Date(jiff::civil::Date),
    Clock(jiff::civil::Time),
    /// Boxed, because it is by far the largest: thousands of conversations in memory have many other values.
    DateTime(Box<jiff::Zoned>),
    Span(Span),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    pub fn moment(at: jiff::Zoned) -> Self {
        Value::DateTime(Box::new(at))
    }

    /// The value inside a text: `Nothing` is empty, whole numbers have no decimals, dates are ISO 8601. `None` for a
    /// list or a map, which a text cannot contain.
    pub fn print(&self) -> Option<String> {
        Some(match self {
            Value::Nothing => String::new(),
            Value::YesNo(yes) => yes.to_string(),
            Value::Whole(number) => number.to_string(),
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => format!("{number:.0}"),
            // Floating point errors after the tenth decimal are cut: 0.1 + 0.2 prints 0.3.
            Value::Number(number) => {
                let text = format!("{number:.10}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            Value::Clock(time) => time.strftime(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string(),
            Value::DateTime(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Value::Span(span) => span.to_string(),
            Value::List(_) | Value::Map(_) => return None,
        })
    }

    /// True if lists and maps are nested more deeply than allowed: a stored row with such a value could not be read
    /// again.
    pub fn is_too_deep(&self) -> bool {
        self.is_deeper_than(VALUE_DEPTH_MAX)
    }

    /// True if more than this number of lists and maps are nested.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        match (self, levels.checked_sub(1)) {
            (Value::List(items), Some(left)) => items.iter().any(|item| item.is_deeper_than(left)),
            (Value::Map(map), Some(left)) => map.values().any(|item| item.is_deeper_than(left)),
            (Value::List(_) | Value::Map(_), None) => true,
            _ => false,
        }
    }

    /// The approximate size of its JSON in bytes; never less than that of its texts.
    pub fn estimated_bytes(&self) -> usize {
        match self {
            Value::Nothing | Value::YesNo(_) => 5,
            Value::Whole(_) | Value::Number(_) => 12,
            Value::Text(text) => text.len() + 2,
            Value::Date(_) | Value::Clock(_) | Value::DateTime(_) | Value::Span(_) => 60,
            Value::List(items) => 2 + items.iter().map(|item| item.estimated_bytes() + 1).sum::<usize>(),
            Value::Map(map) => {
                2 + map.iter().map(|(key, value)| key.len() + value.estimated_bytes() + 4).sum::<usize>()
            }
        }
    }

    /// Converts JSON of an API or a provider; never gives dates. JSON below the nesting limit stays text, and
    /// characters of private use are removed.
    pub fn from_json(json: &serde_json::Value) -> Self {
        Self::within(json, JSON_DEPTH_MAX)
    }

    fn within(json: &serde_json::Value, left: usize) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Array(_) | Json::Object(_) if left == 0 => Value::Text(json.to_string()),
            Json::Null => Value::Nothing,
            Json::Bool(b) => Value::YesNo(*b),
            Json::Number(n) => n.as_i64().map_or_else(|| Value::Number(n.as_f64().unwrap_or(f64::NAN)), Value::Whole),
            Json::String(s) => Value::Text(private_use::without(s)),
            Json::Array(items) => Value::List(items.iter().map(|item| Value::within(item, left - 1)).collect()),
            Json::Object(map) => {
                let plain = |name: &String| private_use::without(name);
                Value::Map(map.iter().map(|(name, value)| (plain(name), Value::within(value, left - 1))).collect())
            }
        }
    }

    /// JSON for an API, the `json` of an `http` step or a log: dates and times as ISO 8601 text, spans as milliseconds.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Nothing => Json::Null,
            Value::YesNo(b) => Json::Bool(*b),
            Value::Whole(n) => Json::from(*n),
            // Whole numbers have no decimals here, as in texts.
            Value::Number(n) if n.fract() == 0.0 && n.abs() < 9e15 => Json::from(*n as i64),
            Value::Number(n) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Value::Text(s) => Json::String(s.clone()),
            Value::Date(d) => Json::String(d.to_string()),
            // As in texts: a model that is given `09:00` and an API read the same.
            Value::Clock(_) => Json::String(self.print().unwrap_or_default()),
            Value::DateTime(z) => Json::String(z.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
            Value::Span(s) => Json::from(s.0),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Map(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }
}

/// True if the JSON is nested more deeply than servers may send.
pub fn is_too_deep(json: &serde_json::Value) -> bool {
    fn beyond(json: &serde_json::Value, left: usize) -> bool {
        match (json, left.checked_sub(1)) {
            (serde_json::Value::Array(items), Some(left)) => items.iter().any(|item| beyond(item, left)),
            (serde_json::Value::Object(map), Some(left)) => map.values().any(|item| beyond(item, left)),
            (serde_json::Value::Array(_) | serde_json::Value::Object(_), None) => true,
            _ => false,
        }
    }
    beyond(json, JSON_DEPTH_MAX)
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        fn tagged<S: Serializer, T: Serialize>(out: S, tag: &str, value: T) -> Result<S::Ok, S::Error> {
            out.collect_map([(tag, value)])
        }
        match self {
            Value::Nothing => out.serialize_unit(),
            Value::YesNo(b) => out.serialize_bool(*b),
            Value::Whole(n) => out.serialize_i64(*n),
            Value::Number(n) => out.serialize_f64(*n),
            Value::Text(s) => out.serialize_str(s),
            Value::Date(d) => tagged(out, "$date", d.to_string()),
            Value::Clock(t) => tagged(out, "$time", t.to_string()),
            Value::DateTime(z) => tagged(out, "$datetime", z.to_string()),
            Value::Span(s) => tagged(out, "$span", s.0),
            Value::List(items) => out.collect_seq(items),
            Value::Map(map) if looks_tagged(map) => {
                struct Plain<'m>(&'m BTreeMap<String, Value>);
                impl Serialize for Plain<'_> {
                    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                        out.collect_map(self.0)
                    }
                }
                tagged(out, "$map", Plain(map))
            }
            Value::Map(map) => out.collect_map(map),
        }
    }
}

/// The keys of types that JSON does not have.
const TAGS: [&str; 5] = ["$date", "$time", "$datetime", "$span", "$map"];

fn looks_tagged(map: &BTreeMap<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| TAGS.contains(&key.as_str()))
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        revive(serde_json::Value::deserialize(input)?).map_err(D::Error::custom)
    }
}

fn revive(json: serde_json::Value) -> Result<Value, String> {
    use serde_json::Value as Json;
    Ok(match json {
        Json::Null => Value::Nothing,
        Json::Bool(b) => Value::YesNo(b),
        Json::Number(n) => match n.as_i64() {
            // `1.0` was stored as a Number and stays one.
            Some(whole) if !n.is_f64() => Value::Whole(whole),
            _ => Value::Number(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => Value::Text(s),
        Json::Array(items) => Value::List(items.into_iter().map(revive).collect::<Result<_, _>>()?),
        Json::Object(map) => {
            if let (1, Some((key, inner))) = (map.len(), map.iter().next()) {
                let text = inner.as_str().unwrap_or_default();
                let bad = |e: jiff::Error| format!("{key}: {e}");
                match key.as_str() {
                    "$date" => return text.parse().map(Value::Date).map_err(bad),
                    "$time" => return text.parse().map(Value::Clock).map_err(bad),
                    "$datetime" => return text.parse().map(Value::moment).map_err(bad),
                    "$span" => return Ok(Value::Span(Span(inner.as_i64().unwrap_or(0)))),
                    "$map" => {
                        let Json::Object(map) = inner else { return Err("$map: no map".into()) };
                        let parts = map.clone().into_iter().map(|(k, v)| Ok((k, revive(v)?)));
                        return Ok(Value::Map(parts.collect::<Result<_, String>>()?));
                    }
                    _ => {}
                }
            }
            Value::Map(map.into_iter().map(|(k, v)| Ok((k, revive(v)?))).collect::<Result<_, String>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_returns_from_the_database_as_it_was() {
        let all = Value::List(vec![
            Value::Nothing,
            Value::YesNo(true),
            Value::Whole(7),
            Value::Number(7.0),
            Value::Number(0.5),
            Value::text("007"),
            Value::Date(jiff::civil::date(2026, 3, 28)),
            Value::Clock(jiff::civil::time(9, 30, 0, 0)),
            Value::moment("2026-03-28T09:30:00+01:00[Europe/Madrid]".parse().unwrap()),
            Value::Span(Span::hours(2)),
            Value::Map(BTreeMap::from([("a".into(), Value::Whole(1))])),
            Value::Map(BTreeMap::from([("$date".into(), Value::text("soon"))])),
            Value::Map(BTreeMap::from([(
                "$map".into(),
                Value::Map(BTreeMap::from([("$span".into(), Value::Nothing)])),
            )])),
        ]);
        let stored = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), all);
    }

    #[test]
    fn what_lies_too_deep_stays_text() {
        let nest = |levels: usize| {
            let text = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
            Value::from_json(&serde_json::from_str(&text).unwrap())
        };
        let (mut at, whole) = (&nest(JSON_DEPTH_MAX + 2), nest(JSON_DEPTH_MAX));
        for _ in 0..JSON_DEPTH_MAX {
            let Value::List(items) = at else { panic!("{at:?}") };
            at = &items[0];
        }
        assert_eq!(*at, Value::text("[[1]]"));
        assert!(!whole.is_too_deep());
        let deeper = (JSON_DEPTH_MAX..VALUE_DEPTH_MAX).fold(whole, |inner, _| Value::List(vec![inner]));
        assert!(!deeper.is_too_deep(), "at the limit");
        assert!(Value::List(vec![deeper]).is_too_deep());
    }
}
