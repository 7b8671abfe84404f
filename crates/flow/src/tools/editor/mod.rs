//! Answers an editor while an author writes a flow: completion, description, definition, references, renaming.
//!
//! All answers come from the Specs and the last parsed set, so they also work in files that are currently broken.

mod about;
mod code;
mod names;
mod offers;
mod rename;
mod slots;

use crate::{
    FlowSet,
    base::place::{Place, SourceFile},
    check::CheckContext,
};
pub use about::{Hover, hover};
pub use offers::{Offer, OfferKind, complete};
pub use rename::{Renamed, rename, renameable};
pub use slots::{BotFileKind, sort_of};
use std::sync::Arc;

/// The bot that is being edited.
#[derive(Clone, Copy)]
pub struct EditedBot<'a> {
    pub set: &'a FlowSet,
    pub around: &'a CheckContext,
}

/// The place that declares the name at a byte of a file: a block, a flow, a variable, an entry of `_bot.yaml`.
pub fn definition(desk: &EditedBot<'_>, file: &Arc<SourceFile>, at: usize) -> Option<Place> {
    let named = names::name_at(desk, file, at)?;
    names::declaration(desk, file, &named.meaning)
}

/// Every place in `files` with the name that stands at a byte of a file.
pub fn references(desk: &EditedBot<'_>, files: &[Arc<SourceFile>], file: &Arc<SourceFile>, at: usize) -> Vec<Place> {
    let Some(named) = names::name_at(desk, file, at) else { return Vec::new() };
    if matches!(named.meaning, names::Meaning::Key { .. }) {
        return Vec::new();
    }
    let all = files.iter().flat_map(|file| names::names(desk, file));
    all.filter(|other| other.meaning == named.meaning).map(|other| other.place).collect()
}

/// A part of a file for its outline, with its inner parts.
pub struct Part {
    pub name: String,
    pub detail: String,
    pub is_step: bool,
    pub place: Place,
    pub within: Vec<Part>,
}

/// The blocks and steps of a flow as it was last parsed.
pub fn outline(desk: &EditedBot<'_>, file: &SourceFile) -> Vec<Part> {
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
