//! Drawings as SVG, for light and dark pages.

use super::{
    card::{BODY, CHIP, CODE, HEAD, LINE, TITLE, WAY},
    measure::Font,
    place,
    plot::{Card, Face, Line, Note, Plot, Rect},
    tree::{To, Tone, Tree},
    words::{BACK, Look, Words},
};
use crate::base::xml::escape;
use std::fmt::Write;

/// Around the drawing.
const MARGIN: i32 = 28;
/// Of the corners of lines.
const ROUND: i32 = 8;

const STYLE: &str = include_str!("style.css");

pub fn print(trees: &[Tree<'_>]) -> String {
    let mut whole = Plot::default();
    for tree in trees {
        let mut plot = place::flow(tree);
        let y = if whole.is_empty() { 0 } else { whole.bottom() + 2 * MARGIN };
        plot.shift(-plot.left(), y - plot.top());
        whole.take(plot);
    }
    whole.shift(MARGIN - whole.left(), MARGIN - whole.top());
    let (width, height) = (whole.right() + MARGIN, whole.bottom() + MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"transom-graph\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n"
    );
    let names: Vec<String> =
        trees.iter().map(|tree| tree.flow.title.clone().unwrap_or_else(|| tree.flow.name.to_string())).collect();
    let _ = writeln!(out, "<title>{}</title>", escape(&names.join(", ")));
    let _ = writeln!(out, "<style>\n{}</style>", STYLE);
    let _ = writeln!(out, "<rect class=\"page\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>");
    whole.lines.iter().for_each(|line| draw_line(&mut out, line));
    whole.notes.iter().for_each(|note| draw_note(&mut out, note));
    whole.cards.iter().for_each(|card| draw_card(&mut out, card));
    out.push_str("</svg>\n");
    out
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Choice => "choice",
        Tone::Time => "time",
        Tone::Fault => "fault",
    }
}

fn draw_line(out: &mut String, line: &Line) {
    let mut points: Vec<(i32, i32)> = Vec::new();
    for point in &line.points {
        if points.last() != Some(point) {
            points.push(*point);
        }
    }
    let [first, .., last] = points[..] else { return };
    let mut path = format!("M{} {}", first.0, first.1);
    for window in points.windows(3) {
        let [before, corner, after] = [window[0], window[1], window[2]];
        let (a, b) = (toward(corner, before), toward(corner, after));
        let _ = write!(path, "L{} {}Q{} {} {} {}", a.0, a.1, corner.0, corner.1, b.0, b.1);
    }
    let _ = write!(path, "L{} {}", last.0, last.1);
    let tone = tone(line.tone);
    let _ = writeln!(out, "<path class=\"way {tone}\" d=\"{path}\"/>");
    if line.arrow {
        let before = points[points.len() - 2];
        let (dx, dy) = ((last.0 - before.0).signum(), (last.1 - before.1).signum());
        let (x, y) = last;
        let (left, right) = ((x - 7 * dx - 4 * dy, y - 7 * dy - 4 * dx), (x - 7 * dx + 4 * dy, y - 7 * dy + 4 * dx));
        let _ =
            writeln!(out, "<path class=\"tip {tone}\" d=\"M{x} {y}L{} {}L{} {}Z\"/>", left.0, left.1, right.0, right.1);
    }
}

/// From a corner a little way to the next point.
fn toward(corner: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    let (dx, dy) = (to.0 - corner.0, to.1 - corner.1);
    let far = (dx.abs().max(dy.abs()) / 2).min(ROUND);
    (corner.0 + far * dx.signum(), corner.1 + far * dy.signum())
}

fn draw_note(out: &mut String, note: &Note) {
    text(out, &format!("words {}", tone(note.tone)), note.at, WAY, &note.words);
}

fn text(out: &mut String, class: &str, (x, y): (i32, i32), font: Font, words: &str) {
    let mono = if font.mono { " mono" } else { "" };
    let _ = writeln!(
        out,
        "<text class=\"{class}{mono}\" x=\"{x}\" y=\"{y}\" font-size=\"{}\">{}</text>",
        font.size,
        escape(words)
    );
}

fn rect(out: &mut String, class: &str, at: Rect, round: i32) {
    let Rect { x, y, w, h } = at;
    let _ = writeln!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>");
}

fn draw_card(out: &mut String, card: &Card) {
    let at = card.at;
    let Rect { x, y, w, h } = at;
    match &card.face {
        Face::Title(name, title) => {
            let shown = title.as_deref().unwrap_or(name);
            text(out, "title", (x, y + 18), TITLE, shown);
            if title.is_some() {
                text(out, "name", (x + TITLE.width(shown) + 14, y + 18), CODE, name);
            }
        }
        Face::Start(lines) => {
            out.push_str("<g class=\"start\">\n");
            rect(out, "box", at, 14);
            let _ = writeln!(out, "<path class=\"icon\" d=\"M{} {}l-6 9h5l-2 7 7-10h-5l2-6z\"/>", x + 19, y + 9);
            for (n, line) in (1..).zip(lines) {
                text(out, "body", (x + 34, y + n * LINE + 2), BODY, line);
            }
            out.push_str("</g>\n");
        }
        Face::Label(name) => {
            out.push_str("<g class=\"label\">\n");
            rect(out, "box", at, 5);
            text(out, "name", (x + 12, y + 16), CODE, name);
            out.push_str("</g>\n");
        }
        Face::Jump(to) => {
            let (class, name) = match to {
                To::Here(name) => ("jump", name),
                To::Flow(name) => ("jump flow", name),
                To::Nowhere(name) => ("jump nowhere", name),
            };
            let _ = writeln!(out, "<g class=\"{class}\">");
            rect(out, "box", at, 12);
            let _ = writeln!(out, "<path class=\"arrow\" d=\"M{} {}h10m-4 -4l4 4l-4 4\"/>", x + 10, y + 12);
            text(out, "name", (x + 26, y + 16), CODE, name);
            out.push_str("</g>\n");
        }
        Face::Stop => {
            let _ = writeln!(out, "<circle class=\"stop\" cx=\"{}\" cy=\"{}\" r=\"6\"/>", x + w / 2, y + h / 2);
        }
        Face::Back => {
            out.push_str("<g class=\"jump back\">\n");
            rect(out, "box", at, 12);
            let _ = writeln!(out, "<path class=\"arrow\" d=\"M{} {}h-10m4 -4l-4 4l4 4\"/>", x + 20, y + 12);
            text(out, "name", (x + 26, y + 16), CODE, BACK);
            out.push_str("</g>\n");
        }
        Face::Step { id, words, lines, chips } => draw_step(out, at, id, words, lines, chips),
    }
}

fn draw_step(out: &mut String, at: Rect, id: &str, words: &Words, lines: &[String], chips: &[(Rect, String)]) {
    let Rect { x, y, w, h } = at;
    let class = match words.look {
        Look::Say => "say",
        Look::Ask => "ask",
        Look::Fork => "fork",
        Look::Wait => "wait",
        Look::Work => "work",
        Look::Note => "note",
        Look::Person => "person",
        Look::Call => "call",
        Look::End => "end",
    };
    let _ = writeln!(out, "<g class=\"{class}\" data-step=\"{}\">", escape(id));
    let mut left = x + 12;
    match words.look {
        Look::Say | Look::Ask => {
            // A speech bubble: one corner is sharp.
            let _ = writeln!(
                out,
                "<path class=\"box\" d=\"M{} {y}h{}a12 12 0 0 1 12 12v{}a12 12 0 0 1 -12 12h{}a3 3 0 0 1 -3 -3v{}a12 12 0 0 1 12 -12z\"/>",
                x + 12,
                w - 24,
                h - 24,
                15 - w,
                15 - h
            );
        }
        Look::Fork => {
            let _ = writeln!(
                out,
                "<path class=\"box\" d=\"M{} {y}h{}l10 {}l-10 {}h{}l-10 {}z\"/>",
                x + 10,
                w - 20,
                h / 2,
                h - h / 2,
                20 - w,
                h / 2 - h
            );
            left += 5;
        }
        Look::Work => {
            rect(out, "box", at, 4);
            let _ = writeln!(out, "<path class=\"bar\" d=\"M{} {}v{}\"/>", x + 2, y + 3, h - 6);
        }
        Look::Call => {
            rect(out, "box", at, 4);
            let _ = writeln!(out, "<path class=\"bar\" d=\"M{} {y}v{h}m{} 0v{}\"/>", x + 5, w - 10, -h);
        }
        Look::Wait | Look::End => rect(out, "box", at, (h / 2).min(18)),
        Look::Note | Look::Person => rect(out, "box", at, 6),
    }
    let mut head_x = left;
    if let Some(icon) = icon(words.look, left, y + 7) {
        let _ = writeln!(out, "{icon}");
        head_x += 18;
    }
    let one_line = words.look == Look::Note && lines.len() == 1 && words.guard.is_none() && words.notes.is_empty();
    text(out, "head", (head_x, y + 18), HEAD, &words.head);
    let font = if words.code { CODE } else { BODY };
    let mut base = y + 18 + LINE;
    if one_line {
        text(out, "body", (left + HEAD.width(&words.head.to_uppercase()) + 8, y + 18), font, &lines[0]);
    } else {
        if let Some(guard) = &words.guard {
            text(out, "guard", (left, base), CODE, guard);
            base += LINE;
        }
        for line in lines {
            text(out, "body", (left, base), font, line);
            base += LINE;
        }
        for note in &words.notes {
            text(out, "guard", (left, base), CODE, note);
            base += LINE;
        }
    }
    for (chip, title) in chips {
        let chip = Rect { x: x + chip.x, y: y + chip.y, ..*chip };
        rect(out, "chip", chip, 11);
        text(out, "chip-text", (chip.x + 8, chip.y + 15), CHIP, title);
    }
    out.push_str("</g>\n");
}

fn icon(look: Look, x: i32, y: i32) -> Option<String> {
    let path = match look {
        // A clock.
        Look::Wait => format!("M{} {}a6 6 0 1 0 0.01 0zm0 2.5v3.5l2.5 1.5", x + 6, y + 1),
        // Head and shoulders.
        Look::Person => format!("M{} {}a3 3 0 1 0 0.01 0zm-6 12c0 -7 12 -7 12 0z", x + 6, y),
        _ => return None,
    };
    Some(format!("<path class=\"icon\" d=\"{path}\"/>"))
}
