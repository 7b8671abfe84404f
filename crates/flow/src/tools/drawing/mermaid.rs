//! Writes drawings as Mermaid text, which GitHub and many wikis show.

use super::{
    links::{Face, lines, links},
    tree::{Tone, Tree},
    words::Look,
};
use std::fmt::Write;

pub fn print(trees: &[Tree<'_>]) -> String {
    let mut out = String::from("flowchart TD\n");
    let several = trees.len() > 1;
    for (n, tree) in trees.iter().enumerate() {
        let prefix = if several { format!("f{n}_") } else { String::new() };
        let indent = if several { "    " } else { "  " };
        if several {
            let _ = writeln!(out, "  subgraph f{n}[{}]", quoted(tree.flow.name.as_str()));
        }
        let links = links(tree, &prefix);
        for point in &links.points {
            let words = quoted(&lines(&point.face).join("\n"));
            let (id, shape) = (&point.id, shape(&point.face));
            let _ = match shape {
                Some((before, after)) => writeln!(out, "{indent}{id}{before}{words}{after}"),
                None => writeln!(out, "{indent}{id}(( ))"),
            };
        }
        for arrow in &links.arrows {
            let line = if arrow.tone == Tone::Choice { "-->" } else { "-.->" };
            let words = if arrow.words.is_empty() { String::new() } else { format!("|{}|", quoted(&arrow.words)) };
            let _ = writeln!(out, "{indent}{} {line}{words} {}", arrow.from, arrow.to);
        }
        if several {
            out.push_str("  end\n");
        }
    }
    out
}

fn shape(face: &Face) -> Option<(&'static str, &'static str)> {
    Some(match face {
        Face::Start(_) => ("([", "])"),
        Face::Flow(_) => ("[[", "]]"),
        Face::Nowhere(_) => ("{{", "}}"),
        Face::Stop => return None,
        Face::Back => (">", "]"),
        Face::Step(words) => match words.look {
            Look::Say | Look::Ask => ("(", ")"),
            Look::Fork => ("{", "}"),
            Look::Wait | Look::End => ("([", "])"),
            Look::Call => ("[[", "]]"),
            Look::Person => ("[/", "/]"),
            Look::Work | Look::Note => ("[", "]"),
        },
    })
}

/// Quotes a text: Mermaid decodes HTML entities inside quotes, and marks such as `#` begin one.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push_str("<br/>"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
