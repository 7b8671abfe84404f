//! Answers questions about `a.b.c()`: where it begins, and what is called first.

use rhai::Expr;

/// The variable with which `a`, `a.b` and `a[0].b` begin.
pub fn root(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => root(&pair.lhs),
        _ => None,
    }
}

/// True for `.format(…)` of a date or time; texts have a function of that name too, from Rhai.
pub fn is_of_moment(rest: &Expr) -> bool {
    match rest {
        Expr::MethodCall(call, _) | Expr::FnCall(call, _) => call.name == "format",
        Expr::Dot(pair, ..) => is_of_moment(&pair.lhs),
        _ => false,
    }
}

pub fn is_call(rest: &Expr) -> bool {
    match rest {
        Expr::MethodCall(..) | Expr::FnCall(..) => true,
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => is_call(&pair.lhs),
        _ => false,
    }
}
