//! Computes the value that a called block returns, and its keys in a condition: `if: booking.ok`.

use super::{
    exprs::Eval,
    state::State,
    transfer::value,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    FlowSet,
    base::yaml,
    definition::{Flow, Node},
};
use rhai::{Expr, Position};

/// The state behind an `end` or a `return`.
pub fn left(set: &FlowSet, flow: &Flow, node: &Node, state: &State) -> State {
    match node.outline.verb {
        "return" => State { gives: given_back(set, flow, node, state), ..state.clone() },
        // The `return` of an `end` is that of the flow.
        _ => State { over: true, gives: given_back(set, flow, node, state), ..state.clone() },
    }
}

/// The value that a `return` gives to the caller of its block.
fn given_back(set: &FlowSet, flow: &Flow, node: &Node, state: &State) -> ValueType {
    let Some(written) = node.outline.yaml.get("return").filter(|value| !value.is_null()) else {
        return ValueType::UNSET;
    };
    let Some(entries) = written.map() else { return value(set, flow, node, written, state) };
    let part = |entry: &yaml::Entry| (entry.key.text.clone(), value(set, flow, node, &entry.value, state));
    ValueType { kinds: Kinds::MAP, known: KnownValue::Gives(entries.iter().map(part).collect()) }
}

/// The type of a key of such a value, `booking.slot`, at this place of the code.
pub fn part(
    eval: &mut Eval<'_>,
    whole: &ValueType,
    parts: &[(String, ValueType)],
    name: &str,
    position: Position,
) -> ValueType {
    let Some((_, part)) = parts.iter().find(|(part, _)| part == name) else {
        let known: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
        eval.no_part(name, position, "what the call returns", &known);
        return ValueType::NOTHING;
    };
    let place = eval.place(position, name.len());
    eval.good(&place, "E412");
    if whole.kinds.is_vague() {
        // Another path may have returned anything else.
        return part.clone().or(Kinds::ANY);
    }
    if whole.may_miss() { part.clone().or(Kinds::NOTHING) } else { part.clone() }
}

/// The states in which the key is true, or false. `missing`: it may also be missing. `None`: the type of the map is
/// unknown.
pub fn holds(flow: &Flow, state: &State, dotted: &Expr, truth: bool, missing: bool) -> Option<Vec<State>> {
    let keep = |ty: &ValueType| match ty.known {
        KnownValue::Truth(known) => (known == truth).then(|| ty.clone()),
        _ if ty.kinds == Kinds::YESNO => Some(ValueType::truth(truth)),
        _ => Some(ty.clone()),
    };
    narrowed(flow, state, dotted, keep, missing)
}

/// The states in which the key exists, or does not.
pub fn present(flow: &Flow, state: &State, dotted: &Expr, there: bool) -> Option<Vec<State>> {
    narrowed(flow, state, dotted, |ty| there.then(|| ty.clone()), !there)
}

/// The states in which the key equals the literal, or does not. A missing value equals only `()`.
pub fn compared(flow: &Flow, state: &State, dotted: &Expr, other: &Expr, equal: bool) -> Option<Vec<State>> {
    match other {
        Expr::Unit(_) => present(flow, state, dotted, !equal),
        Expr::BoolConstant(truth, _) => holds(flow, state, dotted, *truth == equal, !equal),
        Expr::StringConstant(text, _) => {
            let keep = |ty: &ValueType| match &ty.known {
                KnownValue::Texts(texts) if ty.kinds == Kinds::TEXT => {
                    let left: Vec<String> =
                        texts.iter().filter(|known| (*known == text.as_str()) == equal).cloned().collect();
                    (!left.is_empty()).then(|| ValueType { kinds: Kinds::TEXT, known: KnownValue::Texts(left.into()) })
                }
                _ => Some(ty.clone()),
            };
            narrowed(flow, state, dotted, keep, !equal)
        }
        _ => None,
    }
}

/// The states in which the key has a value that `keep` accepts, and with `missing` those in which it has none.
fn narrowed(
    flow: &Flow,
    state: &State,
    dotted: &Expr,
    keep: impl Fn(&ValueType) -> Option<ValueType>,
    missing: bool,
) -> Option<Vec<State>> {
    let Expr::Dot(pair, ..) = dotted else { return None };
    let (Expr::Variable(root, ..), Expr::Property(property, _)) = (&pair.lhs, &pair.rhs) else { return None };
    let (name, part) = (root.1.as_str(), property.2.as_str());
    let whole = state.var(flow, name)?;
    let KnownValue::Gives(parts) = &whole.known else { return None };
    let Some((_, ty)) = parts.iter().find(|(known, _)| known == part) else {
        // The key is unknown, and has a finding: the condition may have meant each of the others.
        return Some(vec![state.clone().with(flow, name, ValueType::ANY)]);
    };
    let with = |ty: &ValueType| {
        let put =
            |(known, old): &(String, ValueType)| (known.clone(), if known == part { ty.clone() } else { old.clone() });
        let known = KnownValue::Gives(parts.iter().map(put).collect());
        state.clone().with(flow, name, ValueType { kinds: whole.kinds.without(Kinds::MISSING), known })
    };
    let mut found = Vec::new();
    if ty.kinds.meets(Kinds::ALL) {
        found.extend(keep(&ty.present()).as_ref().map(with));
    }
    if missing && ty.kinds.meets(Kinds::MISSING) {
        found.push(with(&ValueType::of(Kinds(ty.kinds.0 & Kinds::MISSING.0))));
    }
    if missing && whole.kinds.meets(Kinds::MISSING) {
        found.push(state.clone().with(flow, name, ValueType::of(Kinds(whole.kinds.0 & Kinds::MISSING.0))));
    }
    Some(found)
}
