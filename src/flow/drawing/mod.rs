//! A flow as a drawing: SVG, Mermaid, DOT and text, all from one tree of its steps.
//!
//! `tree` says what leads where, `words` what is written on it, `place` where it stands, and each format has its
//! file. Bodies hang on their steps as they do in the file, so nothing of it ever crosses. A block stands where the
//! most natural jump leads to it; every other jump is a small sign with the block's name, which is what a person
//! draws instead of a line across the page.

mod card;
mod dot;
mod fan;
mod links;
mod measure;
mod mermaid;
mod paint;
mod place;
mod plot;
mod svg;
mod text;
mod tree;
mod words;

use super::{FlowSet, definition::Flow};
use tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    Mermaid,
    Dot,
    Text,
}

/// One flow, or all of a set one below the other.
pub fn draw(set: &FlowSet, flow: Option<&Flow>, format: Format) -> String {
    let flows: Vec<&Flow> = match flow {
        Some(flow) => vec![flow],
        None => set.flows.values().map(AsRef::as_ref).collect(),
    };
    let trees: Vec<Tree<'_>> = flows.into_iter().map(|flow| Tree::of(set, flow)).collect();
    match format {
        Format::Svg => svg::print(&trees),
        Format::Mermaid => mermaid::print(&trees),
        Format::Dot => dot::print(&trees),
        Format::Text => text::print(&trees),
    }
}

#[cfg(test)]
mod tests;
