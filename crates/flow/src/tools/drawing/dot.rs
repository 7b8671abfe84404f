//! Writes drawings as DOT, the language of Graphviz.

use super::{
    links::{Face, lines, links},
    tree::{Tone, Tree},
    words::Look,
};
use std::fmt::Write;

pub fn print(trees: &[Tree<'_>]) -> String {
    let mut out = String::from("digraph flows {\n  node [fontname=\"Helvetica\", fontsize=11];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=10];\n");
    let several = trees.len() > 1;
    for (n, tree) in trees.iter().enumerate() {
        let prefix = if several { format!("f{n}_") } else { String::new() };
        if several {
            let _ = writeln!(out, "  subgraph cluster_{n} {{\n  label={};", quoted(tree.flow.name.as_str()));
        }
        let links = links(tree, &prefix);
        for point in &links.points {
            let words = quoted(&lines(&point.face).join("\n"));
            let _ = writeln!(out, "  {} [label={words}, {}];", point.id, shape(&point.face));
        }
        for arrow in &links.arrows {
            let mut looks = Vec::new();
            if !arrow.words.is_empty() {
                looks.push(format!("label={}", quoted(&arrow.words)));
            }
            if arrow.tone != Tone::Choice {
                looks.push("style=dashed".into());
            }
            let looks = if looks.is_empty() { String::new() } else { format!(" [{}]", looks.join(", ")) };
            let _ = writeln!(out, "  {} -> {}{looks};", arrow.from, arrow.to);
        }
        if several {
            out.push_str("  }\n");
        }
    }
    out.push_str("}\n");
    out
}

fn shape(face: &Face) -> &'static str {
    match face {
        Face::Start(_) => "shape=box, style=\"rounded,filled\", fillcolor=\"#1f2733\", fontcolor=white",
        Face::Flow(_) => "shape=component",
        Face::Nowhere(_) => "shape=box, style=dashed, color=red",
        Face::Stop => "shape=point, width=0.12",
        Face::Back => "shape=larrow",
        Face::Step(words) => match words.look {
            Look::Say | Look::Ask => "shape=box, style=\"rounded,filled\", fillcolor=\"#e7f6ec\"",
            Look::Fork => "shape=diamond, style=filled, fillcolor=\"#eaf2fe\"",
            Look::Wait => "shape=box, style=\"rounded,filled\", fillcolor=\"#fdf3dd\"",
            Look::Work => "shape=box, style=filled, fillcolor=\"#f2eefc\"",
            Look::Person => "shape=box, style=filled, fillcolor=\"#fdecea\"",
            Look::Call => "shape=component, style=filled, fillcolor=\"#f2eefc\"",
            Look::Note | Look::End => "shape=box, style=rounded",
        },
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
