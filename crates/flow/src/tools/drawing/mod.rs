//! Draws a flow as SVG, Mermaid, DOT or text, all from one tree of its steps.
//!
//! `tree` holds the structure, `words` the texts, `place` the layout, and each format has its own file. Bodies are
//! drawn at their steps as in the file, so lines never cross. A block is drawn at the most natural jump to it; every
//! other jump is a small sign with the block's name, as a person would draw it in place of a line across the page.

mod card;
mod dot;
mod fan;
mod fold;
mod links;
mod measure;
mod mermaid;
mod paint;
mod pen;
mod place;
mod plot;
mod round;
mod steps;
mod svg;
mod text;
mod tree;
mod words;

use crate::{FlowSet, definition::Flow};
use pen::Pen;
use std::collections::BTreeSet;
pub use steps::{DrawnStep, steps};
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
        Format::Svg => svg::print(&trees, Pen::painted()),
        Format::Mermaid => mermaid::print(&trees),
        Format::Dot => dot::print(&trees),
        Format::Text => text::print(&trees),
    }
}

/// Draws a flow as SVG without colours of its own, for a page that has a style sheet and follows runs: lines, signs and
/// blocks carry the names of their steps and ways. Of the blocks with these names only the head is drawn.
pub fn draw_page(set: &FlowSet, flow: &Flow, folded: &BTreeSet<String>) -> String {
    let mut tree = Tree::of(set, flow);
    fold::fold(&mut tree, folded);
    svg::print(&[tree], Pen::bare())
}

#[cfg(test)]
mod tests;
