//! Defines secrets in expressions as a separate type. Texts may stand around one, and no other operation is possible.

use super::convert::{from_rhai, size};
use crate::{
    base::limits::VALUE_DEPTH_MAX,
    model::{
        effect::{CallBody, CallJson, CallText},
        value::Value,
    },
};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use std::collections::{BTreeMap, BTreeSet};

/// The result of an expression where secrets are allowed. A list or map without a secret is a `Value`.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    Value(Value),
    Secret(CallText),
    List(Vec<Evaluated>),
    Map(BTreeMap<String, Evaluated>),
}

pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<CallText>("a secret");
    engine.register_fn("+", |a: CallText, b: CallText| a.with(b));
    engine.register_fn("+", |text: &str, secret: CallText| CallText::from(text).with(secret));
    engine.register_fn("+", |secret: CallText, text: &str| secret.with(text.into()));
    // Functions that print values of any kind print stars.
    engine.register_fn("to_string", |_: &mut CallText| "***");
    engine.register_fn("to_debug", |_: &mut CallText| "***");
    engine.register_fn("+=", |_: &mut ImmutableString, _: CallText| -> Result<(), Box<EvalAltResult>> {
        Err("a text cannot take a secret in; write `text + secret`".into())
    });
}

/// The value of `secrets`: names, never the secrets themselves.
pub fn all(names: &BTreeSet<String>) -> Dynamic {
    let secrets = names.iter().map(|name| (name.as_str().into(), Dynamic::from(CallText::secret(name))));
    secrets.collect::<Map>().into()
}

pub fn given(value: Dynamic) -> Result<Evaluated, String> {
    within(value, VALUE_DEPTH_MAX)
}

fn within(value: Dynamic, left: usize) -> Result<Evaluated, String> {
    let value = value.flatten();
    if value.is::<CallText>() {
        return Ok(Evaluated::Secret(value.cast::<CallText>()));
    }
    if !value.is::<Array>() && !value.is::<Map>() {
        return from_rhai(value).map(Evaluated::Value);
    }
    let Some(left) = left.checked_sub(1) else {
        return Err(format!("more than {VALUE_DEPTH_MAX} lists and maps lie in each other"));
    };
    if value.is::<Array>() {
        let items = value.cast::<Array>().into_iter().map(|item| within(item, left));
        return Ok(Evaluated::list(items.collect::<Result<_, _>>()?));
    }
    let entries = value.cast::<Map>().into_iter().map(|(key, value)| Ok((key.to_string(), within(value, left)?)));
    Ok(Evaluated::map(entries.collect::<Result<_, String>>()?))
}

impl Evaluated {
    pub fn list(items: Vec<Evaluated>) -> Evaluated {
        match items.iter().all(|item| matches!(item, Evaluated::Value(_))) {
            true => Evaluated::Value(Value::List(items.into_iter().filter_map(Evaluated::value).collect())),
            false => Evaluated::List(items),
        }
    }

    pub fn map(entries: BTreeMap<String, Evaluated>) -> Evaluated {
        match entries.values().all(|item| matches!(item, Evaluated::Value(_))) {
            true => {
                let values = entries.into_iter().filter_map(|(key, item)| Some((key, item.value()?)));
                Evaluated::Value(Value::Map(values.collect()))
            }
            false => Evaluated::Map(entries),
        }
    }

    fn value(self) -> Option<Value> {
        match self {
            Evaluated::Value(value) => Some(value),
            Evaluated::Secret(_) | Evaluated::List(_) | Evaluated::Map(_) => None,
        }
    }

    /// The value inside a text; `None` for a list or a map, which a text cannot contain.
    pub fn print(&self) -> Option<CallText> {
        match self {
            Evaluated::Value(value) => value.print().map(CallText::from),
            Evaluated::Secret(text) => Some(text.clone()),
            Evaluated::List(_) | Evaluated::Map(_) => None,
        }
    }

    pub fn into_body(self) -> CallBody {
        match self.into_json() {
            CallJson::Plain(json) => CallBody::Json(json),
            json => CallBody::WithSecrets(json),
        }
    }

    fn into_json(self) -> CallJson {
        match self {
            Evaluated::Value(value) => CallJson::Plain(value.to_json()),
            Evaluated::Secret(text) => CallJson::Text(text),
            Evaluated::List(items) => CallJson::List(items.into_iter().map(Evaluated::into_json).collect()),
            Evaluated::Map(map) => CallJson::Map(map.into_iter().map(|(key, item)| (key, item.into_json())).collect()),
        }
    }

    /// True if lists and maps are nested more deeply than allowed.
    pub fn is_too_deep(&self) -> bool {
        fn beyond(given: &Evaluated, left: usize) -> bool {
            match (given, left.checked_sub(1)) {
                (Evaluated::Value(value), _) => value.is_deeper_than(left),
                (Evaluated::Secret(_), _) => false,
                (Evaluated::List(items), Some(left)) => items.iter().any(|item| beyond(item, left)),
                (Evaluated::Map(map), Some(left)) => map.values().any(|item| beyond(item, left)),
                (Evaluated::List(_) | Evaluated::Map(_), None) => true,
            }
        }
        beyond(self, VALUE_DEPTH_MAX)
    }

    /// The approximate size of its JSON in bytes.
    pub fn size(&self) -> usize {
        match self {
            Evaluated::Value(value) => size(value),
            Evaluated::Secret(text) => text.bytes() + 2,
            Evaluated::List(items) => 2 + items.iter().map(|item| item.size() + 1).sum::<usize>(),
            Evaluated::Map(map) => 2 + map.iter().map(|(key, item)| key.len() + item.size() + 4).sum::<usize>(),
        }
    }
}
