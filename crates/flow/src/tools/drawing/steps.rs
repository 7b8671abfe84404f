//! Lists the steps of a flow with their places and words, for people who cannot see its drawing.

use super::{fold, tree::Tree, words};
use crate::{
    FlowSet,
    base::place::Place,
    definition::{Flow, NodeIx},
};

/// One step as it is drawn.
#[derive(Debug, Clone)]
pub struct DrawnStep {
    pub id: String,
    /// The place of its verb.
    pub place: Place,
    pub verb: &'static str,
    pub words: String,
    /// The blocks in whose drawing it stands, the outermost first: each of them can be folded.
    pub blocks: Vec<String>,
}

/// The number of characters of a step's words.
const WORDS_SHOWN: usize = 120;

/// All steps, in the order of the file.
pub fn steps(set: &FlowSet, flow: &Flow) -> Vec<DrawnStep> {
    let mut blocks = fold::blocks(&Tree::of(set, flow));
    let mut all: Vec<DrawnStep> = flow
        .nodes
        .iter()
        .zip(0..)
        .map(|(node, ix)| DrawnStep {
            id: node.id.to_string(),
            place: node.place.clone(),
            verb: node.outline.verb,
            words: words::shortened(&words::one_line(&words::of(node).body), WORDS_SHOWN),
            blocks: blocks.remove(&NodeIx(ix)).unwrap_or_default(),
        })
        .collect();
    all.sort_by_key(|step| step.place.range().start);
    all
}
