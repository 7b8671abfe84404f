//! Computes the items of lists: those of opening hours, and of lists that are made from others.

use super::types::{Kinds, KnownValue, ValueType};
use std::sync::Arc;

/// A list of such items. Items of lists in lists are not followed.
pub fn of(item: &ValueType) -> ValueType {
    let kinds = item.kinds.without(Kinds::MISSING);
    if item.kinds.is_vague() && item.known == KnownValue::No || !kinds.meets(Kinds::ALL) {
        return ValueType::of(Kinds::LIST);
    }
    let known = match &item.known {
        KnownValue::Items(_) => KnownValue::No,
        known => known.clone(),
    };
    let item = ValueType { kinds, known };
    ValueType { kinds: Kinds::LIST, known: KnownValue::Items(Arc::new(item)) }
}

/// The times of `hours.NAME.slots(…)`.
pub fn slots() -> ValueType {
    of(&ValueType { kinds: Kinds::CLOCK, known: KnownValue::BotClock })
}

/// The type of each item; any value if it is unknown.
pub fn item(list: &ValueType) -> ValueType {
    match &list.known {
        KnownValue::Items(item) => (**item).clone(),
        _ => ValueType::ANY,
    }
}

/// The type of one item that may be missing, `list.first()`: its kind is not checked.
pub fn one(list: &ValueType) -> ValueType {
    ValueType { kinds: Kinds::ANY, known: item(list).known }
}

/// The types of the parameters of a closure that a function of this list is given. Parameters behind them may be any.
pub fn params(list: &ValueType, function: &str) -> Vec<ValueType> {
    let (item, place) = (item(list), ValueType::of(Kinds::WHOLE));
    if list.kinds.is_vague() || list.kinds.without(Kinds::MISSING) != Kinds::LIST {
        return Vec::new();
    }
    match function {
        "map" | "filter" | "find" | "find_map" | "some" | "all" | "retain" | "drain" => vec![item, place],
        "sort" | "sort_by" | "order" | "order_by" | "dedup" => vec![item.clone(), item],
        "reduce" | "reduce_rev" => vec![ValueType::ANY, item, place],
        "zip" => vec![item, ValueType::ANY, place],
        _ => Vec::new(),
    }
}

/// The result of a function of this list if its items are known. `gives` is the result of its closure.
pub fn made(list: &ValueType, function: &str, gives: Option<&ValueType>) -> Option<ValueType> {
    if list.kinds.without(Kinds::MISSING) != Kinds::LIST {
        return None;
    }
    match function {
        "filter" | "sort" | "order" | "order_desc" | "order_by" | "extract" => Some(of(&item(list))),
        "map" => gives.map(of),
        "first" | "last" | "find" | "get" => Some(one(list)),
        _ => None,
    }
}

/// True if the function puts other items into its list.
pub fn fills(function: &str) -> bool {
    matches!(function, "push" | "append" | "insert" | "set" | "splice" | "pad" | "for_each")
}
