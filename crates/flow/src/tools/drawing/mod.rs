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
pub use steps::{DrawnStep, steps};
use tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    /// SVG without colours of its own, for a page that has a style sheet and follows runs: lines and signs carry the
    /// names of their steps and ways.
    Page,
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
        Format::Page => svg::print(&trees, Pen::bare()),
        Format::Mermaid => mermaid::print(&trees),
        Format::Dot => dot::print(&trees),
        Format::Text => text::print(&trees),
    }
}

#[cfg(test)]
mod tests;
