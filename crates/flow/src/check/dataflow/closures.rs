//! Follows closures, `|item| …`: a body is checked with the types of the code around it, and its parameters hide names.

use super::{
    exprs::{Eval, Use},
    lists,
    types::ValueType,
};
use rhai::{Expr, FnCallExpr};

/// The type of the closure's result; `None`: the expression is no closure.
pub fn result(eval: &mut Eval<'_>, expr: &Expr, params: &[ValueType]) -> Option<ValueType> {
    let code = eval.code;
    let (closure, captured) = code.closure(expr)?;
    let around = eval.locals.len();
    let own = closure.own_params(captured).iter().enumerate();
    let typed = own.map(|(at, name)| (name.clone(), params.get(at).cloned().unwrap_or(ValueType::ANY)));
    eval.locals.extend(typed);
    let gives = eval.block(&closure.body, Use::Asked);
    eval.locals.truncate(around);
    // A closure of several statements may give something else earlier.
    Some(if closure.body.len() == 1 { gives } else { ValueType::ANY })
}

/// The types of the arguments of a function of this value, and the type of its closure's result.
pub fn arguments(eval: &mut Eval<'_>, base: &ValueType, call: &FnCallExpr) -> (Vec<ValueType>, Option<ValueType>) {
    let params = lists::params(base, &call.name);
    let mut gives = None;
    let one = |arg: &Expr| match result(eval, arg, &params) {
        Some(ty) => {
            gives = Some(ty);
            ValueType::ANY
        }
        None => eval.expr(arg, Use::Asked),
    };
    let args = call.args.iter().map(one).collect();
    (args, gives)
}
