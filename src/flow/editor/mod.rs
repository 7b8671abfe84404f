//! What an editor asks while somebody writes a flow: what may stand here, what this is, where it is said, rename it.
//!
//! All of it reads the Specs and the last set that was parsed, so it works in files that are broken at the moment.

mod about;
mod code;
mod names;
mod offers;
mod rename;
mod slots;

pub use about::{Hover, hover};
pub use offers::{Offer, OfferKind, complete};
pub use rename::{Renamed, rename, renameable};
pub use slots::{Sort, sort_of};

use super::{FlowSet, lint::Around};
use crate::base::place::{Place, SourceFile};
use std::sync::Arc;

/// The bot that is being written.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub set: &'a FlowSet,
    pub around: &'a Around,
}

/// Where the name at a byte of a file is explained: a block, a flow, a variable, an entry of `_bot.yaml`.
pub fn definition(desk: &Desk<'_>, file: &Arc<SourceFile>, at: usize) -> Option<Place> {
    let named = names::name_at(desk, file, at)?;
    names::declaration(desk, file, &named.meaning)
}

/// Every place in `files` where the name at a byte of a file stands.
pub fn references(desk: &Desk<'_>, files: &[Arc<SourceFile>], file: &Arc<SourceFile>, at: usize) -> Vec<Place> {
    let Some(named) = names::name_at(desk, file, at) else { return Vec::new() };
    if matches!(named.meaning, names::Meaning::Key { .. }) {
        return Vec::new();
    }
    let all = files.iter().flat_map(|file| names::names(desk, file));
    all.filter(|other| other.meaning == named.meaning).map(|other| other.place).collect()
}

/// A part of a file for its outline, with the parts within it.
pub struct Part {
    pub name: String,
    pub detail: String,
    pub is_step: bool,
    pub place: Place,
    pub within: Vec<Part>,
}

/// The blocks and steps of a flow as it was last read.
pub fn outline(desk: &Desk<'_>, file: &SourceFile) -> Vec<Part> {
    let Some(flow) = desk.set.flows.values().find(|flow| flow.place.path() == file.path()) else { return Vec::new() };
    let mut blocks: Vec<Part> = flow
        .blocks
        .iter()
        .map(|(name, block)| Part {
            name: name.clone(),
            detail: "block".into(),
            is_step: false,
            place: block.place.clone(),
            within: Vec::new(),
        })
        .collect();
    blocks.sort_by_key(|block| block.place.range().start);
    let mut top = Part {
        name: flow.name.to_string(),
        detail: flow.title.clone().unwrap_or_default(),
        is_step: false,
        place: flow.place.clone(),
        within: Vec::new(),
    };
    let mut nodes: Vec<_> = flow.nodes.iter().filter(|node| !node.outline.verb.is_empty()).collect();
    nodes.sort_by_key(|node| node.place.range().start);
    for node in nodes {
        let start = node.place.range().start;
        let value = node.outline.yaml.get(node.outline.verb).and_then(|value| value.text()).unwrap_or_default();
        let step = Part {
            name: node.id.as_str().rsplit('.').next().unwrap_or_default().to_owned(),
            detail: value.split_whitespace().collect::<Vec<_>>().join(" "),
            is_step: true,
            place: node.place.clone(),
            within: Vec::new(),
        };
        let home = blocks.iter_mut().rev().find(|block| block.place.range().start < start);
        home.unwrap_or(&mut top).within.push(step);
    }
    std::iter::once(top).chain(blocks).collect()
}

#[cfg(test)]
mod tests;
