//! Computes the types of maps that a flow writes as literals, whose keys are known.

use super::{
    state::State,
    transfer::worth,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{FlowSet, definition::Flow, script::Code};
use rhai::{ASTNode, Stmt};

/// The type of a map with these keys; any map if a key is computed.
pub fn written<'n>(names: impl Iterator<Item = &'n str> + Clone) -> ValueType {
    if names.clone().any(|name| name.contains("${")) { ValueType::of(Kinds::MAP) } else { ValueType::map(names) }
}

/// The result of a script, if the script ends with a literal map.
pub fn made(set: &FlowSet, flow: &Flow, state: &State, code: &Code) -> ValueType {
    let mut leaves = false;
    code.ast().walk(&mut |path| {
        leaves |= matches!(path.last(), Some(ASTNode::Stmt(Stmt::Return(..))));
        true
    });
    let ty = worth(set, flow, state, code);
    if !leaves && matches!(ty.known, KnownValue::Parts(..)) { ty } else { ValueType::ANY }
}
