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
pub enum Given {
    Value(Value),
    Secret(CallText),
    List(Vec<Given>),
    Map(BTreeMap<String, Given>),
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

pub fn given(value: Dynamic) -> Result<Given, String> {
    within(value, VALUE_DEPTH_MAX)
}

fn within(value: Dynamic, left: usize) -> Result<Given, String> {
    let value = value.flatten();
    if value.is::<CallText>() {
        return Ok(Given::Secret(value.cast::<CallText>()));
    }
    if !value.is::<Array>() && !value.is::<Map>() {
        return from_rhai(value).map(Given::Value);
    }
    let Some(left) = left.checked_sub(1) else {
        return Err(format!("more than {VALUE_DEPTH_MAX} lists and maps lie in each other"));
    };
    if value.is::<Array>() {
        let items = value.cast::<Array>().into_iter().map(|item| within(item, left));
        return Ok(Given::list(items.collect::<Result<_, _>>()?));
    }
    let entries = value.cast::<Map>().into_iter().map(|(key, value)| Ok((key.to_string(), within(value, left)?)));
    Ok(Given::map(entries.collect::<Result<_, String>>()?))
}

impl Given {
    pub fn list(items: Vec<Given>) -> Given {
        match items.iter().all(|item| matches!(item, Given::Value(_))) {
            true => Given::Value(Value::List(items.into_iter().filter_map(Given::value).collect())),
            false => Given::List(items),
        }
    }

    pub fn map(entries: BTreeMap<String, Given>) -> Given {
        match entries.values().all(|item| matches!(item, Given::Value(_))) {
            true => {
                let values = entries.into_iter().filter_map(|(key, item)| Some((key, item.value()?)));
                Given::Value(Value::Map(values.collect()))
            }
            false => Given::Map(entries),
        }
    }

    fn value(self) -> Option<Value> {
        match self {
            Given::Value(value) => Some(value),
            Given::Secret(_) | Given::List(_) | Given::Map(_) => None,
        }
    }

    /// The value inside a text; `None` for a list or a map, which a text cannot contain.
    pub fn print(&self) -> Option<CallText> {
        match self {
            Given::Value(value) => value.print().map(CallText::from),
            Given::Secret(text) => Some(text.clone()),
            Given::List(_) | Given::Map(_) => None,
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
            Given::Value(value) => CallJson::Plain(value.to_json()),
            Given::Secret(text) => CallJson::Text(text),
            Given::List(items) => CallJson::List(items.into_iter().map(Given::into_json).collect()),
            Given::Map(map) => CallJson::Map(map.into_iter().map(|(key, item)| (key, item.into_json())).collect()),
        }
    }

    /// True if lists and maps are nested more deeply than allowed.
    pub fn is_too_deep(&self) -> bool {
        fn beyond(given: &Given, left: usize) -> bool {
            match (given, left.checked_sub(1)) {
                (Given::Value(value), _) => value.is_deeper_than(left),
                (Given::Secret(_), _) => false,
                (Given::List(items), Some(left)) => items.iter().any(|item| beyond(item, left)),
                (Given::Map(map), Some(left)) => map.values().any(|item| beyond(item, left)),
                (Given::List(_) | Given::Map(_), None) => true,
            }
        }
        beyond(self, VALUE_DEPTH_MAX)
    }

    /// The approximate size of its JSON in bytes.
    pub fn size(&self) -> usize {
        match self {
            Given::Value(value) => size(value),
            Given::Secret(text) => text.bytes() + 2,
            Given::List(items) => 2 + items.iter().map(|item| item.size() + 1).sum::<usize>(),
            Given::Map(map) => 2 + map.iter().map(|(key, item)| key.len() + item.size() + 4).sum::<usize>(),
        }
    }
}
