//! One turn of a conversation: what a step sees, and what it wants to happen next.

use super::definition::{Body, Flow, FlowSet, NodeIx};
use crate::model::session::Waiting;

/// What a step works with.
pub struct Turn<'a> {
    pub set: &'a FlowSet,
    pub flow: &'a Flow,
    pub at: NodeIx,
}

/// Where a run goes on.
#[derive(Debug)]
pub enum Next {
    /// With the step behind this one.
    Continue,
    Jump(NodeIx),
    /// Nothing comes after: the flow ends, or the called block returns.
    End,
    Park(Box<Waiting>),
}

impl From<Body> for Next {
    fn from(body: Body) -> Next {
        body.0.map_or(Next::End, Next::Jump)
    }
}
