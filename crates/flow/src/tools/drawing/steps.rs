//! Lists the steps of a flow with their places and words, for people who cannot see its drawing.

use super::words;
use crate::{base::place::Place, definition::Flow};

/// One step as it is drawn.
#[derive(Debug, Clone)]
pub struct DrawnStep {
    pub id: String,
    /// The place of its verb.
    pub place: Place,
    pub verb: &'static str,
    pub words: String,
}

/// The number of characters of a step's words.
const WORDS_SHOWN: usize = 120;

/// All steps, in the order of the file.
pub fn steps(flow: &Flow) -> Vec<DrawnStep> {
    let mut all: Vec<DrawnStep> = flow
        .nodes
        .iter()
        .map(|node| DrawnStep {
            id: node.id.to_string(),
            place: node.place.clone(),
            verb: node.outline.verb,
            words: words::shortened(&words::one_line(&words::of(node).body), WORDS_SHOWN),
        })
        .collect();
    all.sort_by_key(|step| step.place.range().start);
    all
}
