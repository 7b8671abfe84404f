//! Draws a flow as SVG, Mermaid, DOT or text, all from one tree of its steps.
//!
//! `tree` holds the structure, `words` the texts, `place` the layout, and each format has its own file. Bodies are
//! drawn at their steps as in the file, so lines never cross. A block is drawn at the most natural jump to it; every
//! other jump is a small sign with the block's name, as a person would draw it in place of a line across the page.

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

use crate::{FlowSet, definition::Flow};
use tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    Mermaid,
    Dot,
    Text,
}

/// Draws one flow, or all flows of a set one below the other.
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
