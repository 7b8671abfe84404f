//! Tells the parts of an expression that may be missing without harm, by the nodes above them.

use rhai::{ASTNode, Expr};

/// True for a value before `??`.
pub(super) fn is_replaced(path: &[ASTNode<'_>]) -> bool {
    path.windows(2).any(|pair| match pair {
        [ASTNode::Expr(Expr::Coalesce(values, _)), ASTNode::Expr(value)] => {
            values.last().is_some_and(|last| !std::ptr::eq(last, *value))
        }
        _ => false,
    })
}

/// True for the value of `missing(…)`.
pub(super) fn is_asked(path: &[ASTNode<'_>]) -> bool {
    path.iter().any(|node| matches!(node, ASTNode::Expr(Expr::FnCall(call, _)) if call.name == "missing"))
}
