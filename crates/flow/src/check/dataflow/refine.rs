//! Computes the states in which a condition is true: the values that exist, and the age.

use super::{
    parts,
    state::{State, States},
    time_arithmetic::{Linear, linear},
    types::{Kinds, KnownValue, ValueType},
    window_age::{Age, END},
};
use crate::{
    base::{
        limits::{LINT_CONDITION_LOOKS_MAX, LINT_CONDITION_STATES_MAX, WINDOW},
        time::Span,
    },
    definition::Flow,
};
use rhai::{Expr, Stmt};
use std::cell::Cell;

/// The states in which a condition can be true, or can be false.
pub fn refine(flow: &Flow, state: &State, condition: &Expr, wanted: bool) -> Vec<State> {
    part(&At { flow, looks: Cell::new(0) }, state, condition, wanted)
}

/// The flow of the condition, and the number of parts that were evaluated.
struct At<'a> {
    flow: &'a Flow,
    looks: Cell<u32>,
}

fn part(at: &At<'_>, state: &State, condition: &Expr, wanted: bool) -> Vec<State> {
    at.looks.set(at.looks.get() + 1);
    if at.looks.get() > LINT_CONDITION_LOOKS_MAX {
        // A part that is never evaluated gives no information.
        return vec![state.clone()];
    }
    let flow = at.flow;
    match condition {
        Expr::BoolConstant(truth, _) => {
            if *truth == wanted {
                vec![state.clone()]
            } else {
                Vec::new()
            }
        }
        Expr::And(parts, _) => all_of(at, state, parts, true, wanted),
        Expr::Or(parts, _) => all_of(at, state, parts, false, wanted),
        Expr::FnCall(call, _) if call.namespace.is_empty() => match (call.name.as_str(), call.args.as_slice()) {
            ("!", [inner]) => part(at, state, inner, !wanted),
            ("missing", [Expr::Variable(variable, ..)]) => presence(flow, state, variable.1.as_str(), !wanted),
            ("missing", [dotted @ Expr::Dot(..)]) => match parts::present(flow, state, dotted, !wanted) {
                Some(states) => states,
                None if !wanted => there(state, dotted),
                None => vec![state.clone()],
            },
            (op @ ("==" | "!=" | "<" | "<=" | ">" | ">="), [a, b]) => compared(flow, state, op, (a, b), wanted),
            ("in" | "contains", [_, Expr::Variable(variable, ..)]) if wanted => {
                presence(flow, state, variable.1.as_str(), true)
            }
            _ => vec![state.clone()],
        },
        Expr::Dot(pair, ..) => match (&pair.lhs, &pair.rhs) {
            (Expr::Variable(root, ..), Expr::Property(property, _))
                if root.1.as_str() == "window" && property.2.as_str() == "open" =>
            {
                let age = if wanted { state.age.below(END) } else { state.age.from(END) };
                aged(state, age)
            }
            (Expr::Variable(..), Expr::Property(..)) => match parts::holds(flow, state, condition, wanted, !wanted) {
                Some(states) => states,
                None if wanted => there(state, condition),
                None => vec![state.clone()],
            },
            (Expr::Variable(root, ..), Expr::MethodCall(call, _)) => {
                let name = root.1.as_str();
                match (call.name.as_str(), wanted) {
                    ("is_empty", false) | ("contains" | "starts_with" | "ends_with" | "is_match", true) => {
                        presence(flow, state, name, true)
                    }
                    _ => vec![state.clone()],
                }
            }
            _ => vec![state.clone()],
        },
        Expr::Variable(variable, ..) => {
            let name = variable.1.as_str();
            match (state.var(flow, name).map(|ty| &ty.known), wanted) {
                (Some(KnownValue::Truth(truth)), _) if *truth == wanted => {
                    if wanted {
                        presence(flow, state, name, true)
                    } else {
                        vec![state.clone()]
                    }
                }
                (Some(KnownValue::Truth(_)), true) => Vec::new(),
                // The value is false, or was never filled.
                (Some(KnownValue::Truth(_)), false) => presence(flow, state, name, false),
                // The value is known from here on: a second `if: member` takes the same branch.
                (Some(_), _) if is_yesno(flow, state, name) => yesno(flow, state, name, wanted),
                (_, true) => presence(flow, state, name, true),
                (_, false) => vec![state.clone()],
            }
        }
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Expr(inner)] => part(at, state, inner, wanted),
            [Stmt::FnCall(call, place)] => part(at, state, &Expr::FnCall(call.clone(), *place), wanted),
            _ => vec![state.clone()],
        },
        _ => vec![state.clone()],
    }
}

/// The states for `&&` (`and`) or `||` of these parts.
fn all_of(at: &At<'_>, state: &State, parts: &[Expr], and: bool, wanted: bool) -> Vec<State> {
    // The states that no part has decided yet, and those that one has.
    let (mut open, mut decided) = (vec![state.clone()], Vec::new());
    for one in parts {
        let each = |truth: bool| open.iter().flat_map(|state| part(at, state, one, truth)).collect::<Vec<_>>();
        if and != wanted {
            decided.extend(each(wanted));
            decided = few(decided);
        }
        let still = if and == wanted { wanted } else { !wanted };
        open = few(each(still));
    }
    if and == wanted { open } else { decided }
}

/// Removes repeated states; if there are still too many, joins them as at a step. Each part may double the states, and
/// with 18 parts `check` would take minutes.
fn few(states: Vec<State>) -> Vec<State> {
    let mut kept: Vec<State> = Vec::new();
    for state in states {
        if !kept.iter().any(|known| known.says_the_same(&state)) {
            kept.push(state);
        }
    }
    if kept.len() <= LINT_CONDITION_STATES_MAX {
        return kept;
    }
    let mut joined = States::default();
    for state in &kept {
        joined.add(state);
    }
    joined.0
}

/// The state in which the first part of `contact.next_visit.date` exists.
pub fn there(state: &State, dotted: &Expr) -> Vec<State> {
    let Expr::Dot(pair, ..) = dotted else { return vec![state.clone()] };
    let first = match &pair.rhs {
        Expr::Dot(inner, ..) | Expr::Index(inner, ..) => &inner.lhs,
        other => other,
    };
    match (&pair.lhs, first) {
        (Expr::Variable(root, ..), Expr::Property(property, _)) => {
            vec![state.clone().fact(&format!("{}.{}", root.1, property.2), true)]
        }
        _ => vec![state.clone()],
    }
}

/// True for a literal, or a value computed from literals: `today() + days(1)`.
fn never_missing(expr: &Expr) -> bool {
    match expr {
        Expr::FnCall(call, _) => match (call.name.as_str(), call.args.as_slice()) {
            ("now" | "today", []) => true,
            ("days" | "hours" | "minutes", [_]) => true,
            ("+" | "-", [a, b]) => never_missing(a) && never_missing(b),
            _ => false,
        },
        other => is_there(other),
    }
}

fn is_yesno(flow: &Flow, state: &State, name: &str) -> bool {
    state.var(flow, name).is_some_and(|ty| ty.kinds.without(Kinds::MISSING) == Kinds::YESNO)
}

/// The states in which the answer is yes; or no, or missing.
fn yesno(flow: &Flow, state: &State, name: &str, wanted: bool) -> Vec<State> {
    if wanted {
        return vec![state.clone().with(flow, name, ValueType::truth(true))];
    }
    let mut found = vec![state.clone().with(flow, name, ValueType::truth(false))];
    if state.var(flow, name).is_some_and(ValueType::may_miss) {
        found.extend(presence(flow, state, name, false));
    }
    found
}

fn presence(flow: &Flow, state: &State, name: &str, present: bool) -> Vec<State> {
    let Some(ty) = state.var(flow, name) else { return vec![state.clone()] };
    let left = if present {
        ValueType { kinds: ty.kinds.without(Kinds::MISSING), known: ty.known.clone() }
    } else {
        ValueType::of(Kinds(ty.kinds.0 & Kinds::MISSING.0))
    };
    if left.kinds.0 & (Kinds::ALL.0 | Kinds::MISSING.0) == 0 {
        return Vec::new();
    }
    vec![state.clone().with(flow, name, left)]
}

fn aged(state: &State, age: Option<Age>) -> Vec<State> {
    age.map(|age| State { age, ..state.clone() }).into_iter().collect()
}

/// The states after a comparison: `x == "no"` is false for a missing x; `window.ends_at - now() > hours(2)` limits the
/// age.
fn compared(flow: &Flow, state: &State, op: &str, (a, b): (&Expr, &Expr), wanted: bool) -> Vec<State> {
    if let (Some(left), Some(right)) = (linear(a), linear(b))
        && let Some(age) = bound(op, left.minus(right), state.age, wanted)
    {
        return aged(state, age);
    }
    for (name, other, turned) in [(a, b, false), (b, a, true)] {
        if let Expr::Dot(..) = name {
            let (holds, equals) = ((op == "!=") != wanted, matches!(op, "==" | "!="));
            if equals && let Some(states) = parts::compared(flow, state, name, other, holds) {
                return states;
            }
            match other {
                Expr::Unit(_) if equals && !holds => return there(state, name),
                Expr::Unit(_) => {}
                // A missing value is neither equal to nor before or after another value.
                other if (equals && holds || !equals && wanted) && never_missing(other) => return there(state, name),
                _ => {}
            }
        }
        if let Some(name) = type_asked(name)
            && let Some(ty) = state.var(flow, name)
        {
            // The kind of the value is no longer followed.
            return vec![state.clone().with(flow, name, ValueType::of(ty.kinds.and(Kinds::VAGUE)))];
        }
        let Expr::Variable(variable, ..) = name else { continue };
        let (name, holds) = (variable.1.as_str(), (op == "!=") != wanted);
        if let (Some(KnownValue::Whole(number)), Expr::IntegerConstant(other, _)) =
            (state.var(flow, name).map(|ty| &ty.known), other)
        {
            let order = if turned { other.cmp(number) } else { number.cmp(other) };
            let truth = match op {
                "==" => order.is_eq(),
                "!=" => order.is_ne(),
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            };
            return if truth == wanted { vec![state.clone()] } else { Vec::new() };
        }
        match other {
            Expr::Unit(_) => return presence(flow, state, name, !holds),
            Expr::BoolConstant(truth, _) if matches!(op, "==" | "!=") && is_yesno(flow, state, name) => {
                return yesno(flow, state, name, *truth == holds);
            }
            // If a comparison with an existing value is true, the other value exists too.
            other if holds && is_there(other) && matches!(op, "==" | "!=") => {
                return known_text(flow, presence(flow, state, name, true), name, other);
            }
            Expr::StringConstant(text, _) if matches!(op, "==" | "!=") => {
                return not_chosen(flow, state, name, text.as_str());
            }
            _ if wanted && !matches!(op, "==" | "!=") => return presence(flow, state, name, true),
            _ => {}
        }
    }
    vec![state.clone()]
}

/// The variable of `type_of(x)` or `x.type_of()`.
fn type_asked(expr: &Expr) -> Option<&str> {
    let (call, base) = match expr {
        Expr::FnCall(call, _) => (call, call.args.first()?),
        Expr::Dot(pair, ..) => match &pair.rhs {
            Expr::MethodCall(call, _) => (call, &pair.lhs),
            _ => return None,
        },
        _ => return None,
    };
    match base {
        Expr::Variable(variable, ..) if call.name.as_str() == "type_of" => Some(variable.1.as_str()),
        _ => None,
    }
}

/// The states for `slot != "Another day"`: this text is excluded.
fn not_chosen(flow: &Flow, state: &State, name: &str, text: &str) -> Vec<State> {
    let Some(ty) = state.var(flow, name) else { return vec![state.clone()] };
    ty.chosen(&[text], false).map(|left| state.clone().with(flow, name, left)).into_iter().collect()
}

/// True for a literal, which is never missing.
fn is_there(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::StringConstant(..) | Expr::IntegerConstant(..) | Expr::FloatConstant(..) | Expr::BoolConstant(..)
    )
}

/// The states for `x == "no"`: only this text is left; no state if `x` can never have it.
fn known_text(flow: &Flow, states: Vec<State>, name: &str, other: &Expr) -> Vec<State> {
    let Expr::StringConstant(text, _) = other else { return states };
    states
        .into_iter()
        .filter_map(|state| {
            let ty = state.var(flow, name)?;
            match &ty.known {
                KnownValue::Chosen(_) => {
                    let left = ty.chosen(&[text.as_str()], true)?;
                    Some(state.with(flow, name, left))
                }
                KnownValue::Texts(texts) if ty.kinds == Kinds::TEXT => texts
                    .iter()
                    .any(|known| known == text.as_str())
                    .then(|| state.clone().with(flow, name, ValueType::text(text.as_str()))),
                _ => Some(state),
            }
        })
        .collect()
}

/// The age if `left OP 0` is true; outer `None`: nothing is known.
fn bound(op: &str, left: Linear, age: Age, wanted: bool) -> Option<Option<Age>> {
    // The end of the window minus now is 24 h minus the age.
    let (flip, limit) = match (left.ends, left.now) {
        (1, -1) => (false, WINDOW.0.saturating_add(left.span)),
        (-1, 1) => (true, WINDOW.0.saturating_sub(left.span)),
        _ => return None,
    };
    let more = match op {
        ">" | ">=" => true,
        "<" | "<=" => false,
        _ => return None,
    };
    // `24 h - age > -span` means that the age is below `24 h + span`.
    let below = (more != flip) == wanted;
    Some(if below { age.below(Span(limit)) } else { age.from(Span(limit)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{limits::LINT_STATES_MAX, place::SourceFile},
        parse_set,
    };

    /// The states in which a condition over `v0`, `v1`, … is true; each of them may be missing.
    fn held(condition: &str, looks: u32) -> Vec<State> {
        let vars: String = (0..8).map(|n| format!("v{n}: none, ")).collect();
        let text = format!(
            "flow: a\nvars: {{{}}}\nsteps:\n  - if: '{condition}'\n    then: [{{say: x}}]\n",
            &vars[..vars.len() - 2]
        );
        let (set, _) = parse_set(&[SourceFile::new("_bot.yaml", "bot: b\n"), SourceFile::new("a.yaml", text)]);
        let flow = set.flows.values().next().expect("it is read");
        let node = flow.node(flow.entry.expect("it has a step"));
        let code = super::super::transfer::code_of(node, "if").and_then(|code| code.single()).expect("a condition");
        let mut state = State::new(flow, Age::NOW, &flow.place);
        for n in 0..8 {
            state = state.with(flow, &format!("v{n}"), ValueType::of(Kinds::YESNO).or(Kinds::NOTHING));
        }
        part(&At { flow, looks: Cell::new(looks) }, &state, code, true)
    }

    fn any_of(count: usize) -> String {
        let parts: Vec<String> = (0..count).map(|n| format!("(missing(v{n}) || !missing(v{n}))")).collect();
        parts.join(" && ")
    }

    #[test]
    fn a_condition_tells_so_many_states_apart() {
        assert_eq!(held(&any_of(5), 0).len(), LINT_CONDITION_STATES_MAX);
        assert!(held(&any_of(6), 0).len() <= LINT_STATES_MAX);
    }

    #[test]
    fn parts_that_nobody_looks_at_say_nothing() {
        let missing = |looks: u32| held("missing(v0)", looks)[0].vars.iter().any(|ty| ty.kinds == Kinds::NOTHING);
        assert!(missing(LINT_CONDITION_LOOKS_MAX - 1));
        assert!(!missing(LINT_CONDITION_LOOKS_MAX));
    }
}
