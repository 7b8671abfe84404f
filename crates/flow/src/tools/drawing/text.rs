//! Writes drawings for a terminal: steps below each other, branches on rails.

use super::{
    tree::{Branch, Drawn, Exit, Item, Row, Title, To, Tree},
    words::{self, BACK, Look},
};

/// The number of characters of a line before its words are cut.
const WIDTH: usize = 72;

pub fn print(trees: &[Tree<'_>]) -> String {
    let flows: Vec<String> = trees.iter().map(one).collect();
    flows.join("\n")
}

fn one(tree: &Tree<'_>) -> String {
    let mut out = Vec::new();
    match &tree.flow.title {
        Some(title) => out.push(format!("{} — {title}", tree.flow.name)),
        None => out.push(tree.flow.name.to_string()),
    }
    for line in words::starts(tree.flow) {
        out.push(format!("▶ {line}"));
    }
    for line in words::stops(tree.flow) {
        out.push(format!("■ {line}"));
    }
    for part in &tree.parts {
        match &part.title {
            Title::Start if tree.has_jump_to_top() => out.push("[top]".into()),
            Title::Start => {}
            Title::Ending(title) => out.extend([String::new(), format!("[{title}]")]),
            Title::Block(head) => out.extend([String::new(), format!("[{}]", head.name)]),
        }
        row(&part.row, "", &mut out);
    }
    out.push(String::new());
    out.join("\n")
}

fn row(written: &Row<'_>, rail: &str, out: &mut Vec<String>) {
    for item in &written.items {
        match item {
            Item::Label(head) => out.push(format!("{rail}[{}]", head.name)),
            Item::Jump(jump) => out.push(format!("{rail}{}", sign(jump))),
            Item::Stop => out.push(format!("{rail}■")),
            Item::Back => out.push(format!("{rail}↩ {BACK}")),
            Item::Step(drawn) => step(drawn, rail, out),
        }
    }
    if written.exit == Exit::Repeats {
        out.push(format!("{rail}↺"));
    }
}

fn sign(to: &To) -> String {
    match to {
        To::Here(name) => format!("→ {name}"),
        To::Flow(name) => format!("⇒ flow {name}"),
        To::Nowhere(name) => format!("→ {name}?"),
    }
}

fn step(drawn: &Drawn<'_>, rail: &str, out: &mut Vec<String>) {
    let words = words::of(drawn.node);
    let mut line = format!("{rail}{} {}", mark(words.look), words.head);
    let body = words::one_line(&words.body);
    if !body.is_empty() {
        line.push_str("  ");
        line.push_str(&words::shortened(&body, WIDTH));
    }
    if let Some(guard) = &words.guard {
        line.push_str(&format!("  ({})", words::shortened(guard, WIDTH / 2)));
    }
    if !words.notes.is_empty() {
        line.push_str(&format!("  ({})", words::shortened(&words.notes.join(", "), WIDTH)));
    }
    out.push(line);
    let inner = drawn.straight.is_some() || drawn.branches.iter().any(|branch| branch.row.is_open());
    if !words.buttons.is_empty() {
        let bar = if inner || !drawn.branches.is_empty() { "│ " } else { "  " };
        let buttons: Vec<String> = words.buttons.iter().map(|title| format!("[{title}]")).collect();
        out.push(format!("{rail}{bar}  {}", words::shortened(&buttons.join(" "), WIDTH)));
    }
    let last = drawn.branches.len().saturating_sub(1);
    for (at, branch) in drawn.branches.iter().enumerate() {
        let closes = at == last && !inner;
        self::branch(branch, rail, closes, out);
    }
    if let Some(words) = drawn.straight.as_ref().filter(|words| !words.is_empty() && !drawn.branches.is_empty()) {
        out.push(format!("{rail}│ {words}:"));
    }
}

fn branch(branch: &Branch<'_>, rail: &str, closes: bool, out: &mut Vec<String>) {
    let (turn, bar) = if closes { ("└─ ", "   ") } else { ("├─ ", "│  ") };
    let mut below = Vec::new();
    row(&branch.row, "", &mut below);
    if let [only] = below.as_slice() {
        out.push(format!("{rail}{turn}{}: {only}", branch.words));
        return;
    }
    out.push(format!("{rail}{turn}{}:", branch.words));
    out.extend(below.into_iter().map(|line| format!("{rail}{bar}{line}")));
}

fn mark(look: Look) -> char {
    match look {
        Look::Say => '●',
        Look::Ask => '?',
        Look::Fork => '◆',
        Look::Wait => '◷',
        Look::Work => '◇',
        Look::Note => '·',
        Look::Person => '☺',
        Look::Call => '⇄',
        Look::End => '■',
    }
}
