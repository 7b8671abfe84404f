//! Writes drawings as SVG, for light and dark pages.

use super::{
    card::{BODY, CHIP, CODE, HEAD, LINE, TITLE, WAY},
    fold::{Fold, Head, SIGN},
    measure::Font,
    pen::Pen,
    place,
    plot::{Card, Face, Line, Note, Plot, Rect},
    tree::{To, Tone, Tree},
    words::{BACK, Look, StepTexts},
};
use crate::base::xml::escape;
use std::fmt::Write;

/// The margin of the drawing.
const MARGIN: i32 = 28;
/// The radius of corners of lines.
const ROUND: i32 = 8;

pub fn print(trees: &[Tree<'_>], mut out: Pen) -> String {
    let mut whole = Plot::default();
    for tree in trees {
        let mut plot = place::flow(tree);
        let y = if whole.is_empty() { 0 } else { whole.bottom() + 2 * MARGIN };
        plot.shift(-plot.left(), y - plot.top());
        whole.take(plot);
    }
    whole.shift(MARGIN - whole.left(), MARGIN - whole.top());
    let (width, height) = (whole.right() + MARGIN, whole.bottom() + MARGIN);
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"transom-graph\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">"
    );
    let names: Vec<String> =
        trees.iter().map(|tree| tree.flow.title.clone().unwrap_or_else(|| tree.flow.name.to_string())).collect();
    let _ = writeln!(out, "<title>{}</title>", escape(&names.join(", ")));
    let style = out.style();
    out.push_str(&style);
    let page = out.colours("rect", "page", "");
    let _ = writeln!(out, "<rect class=\"page\"{page} width=\"{width}\" height=\"{height}\" rx=\"12\"/>");
    whole.lines.iter().for_each(|line| draw_line(&mut out, line));
    whole.notes.iter().for_each(|note| draw_note(&mut out, note));
    whole.cards.iter().for_each(|card| draw_card(&mut out, card));
    out.push_str("</svg>\n");
    out.into_text()
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Choice => "choice",
        Tone::Time => "time",
        Tone::Fault => "fault",
    }
}

fn draw_line(out: &mut Pen, line: &Line) {
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
    let class = format!("way {tone}");
    let (colours, ways) = (out.colours("path", &class, ""), out.ways(&line.leads));
    let _ = writeln!(out, "<path class=\"{class}\"{colours}{ways} d=\"{path}\"/>");
    if line.arrow {
        let before = points[points.len() - 2];
        let (dx, dy) = ((last.0 - before.0).signum(), (last.1 - before.1).signum());
        let (x, y) = last;
        let (left, right) = ((x - 7 * dx - 4 * dy, y - 7 * dy - 4 * dx), (x - 7 * dx + 4 * dy, y - 7 * dy + 4 * dx));
        let path = format!("M{x} {y}L{} {}L{} {}Z", left.0, left.1, right.0, right.1);
        let class = format!("tip {tone}");
        let colours = out.colours("path", &class, "");
        let _ = writeln!(out, "<path class=\"{class}\"{colours}{ways} d=\"{path}\"/>");
    }
}

/// A point at a short distance from the corner to the next point.
fn toward(corner: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    let (dx, dy) = (to.0 - corner.0, to.1 - corner.1);
    let far = (dx.abs().max(dy.abs()) / 2).min(ROUND);
    (corner.0 + far * dx.signum(), corner.1 + far * dy.signum())
}

fn draw_note(out: &mut Pen, note: &Note) {
    text(out, &format!("words {}", tone(note.tone)), "", note.at, WAY, &note.words);
}

/// Writes a text element. `group`: the classes of its parents; also in the functions for other elements.
fn text(out: &mut Pen, class: &str, group: &str, (x, y): (i32, i32), font: Font, words: &str) {
    let class = format!("{class}{}", if font.mono { " mono" } else { "" });
    let colours = out.colours("text", &class, group);
    let _ = writeln!(
        out,
        "<text class=\"{class}\"{colours} x=\"{x}\" y=\"{y}\" font-size=\"{}\">{}</text>",
        font.size,
        escape(words)
    );
}

fn rect(out: &mut Pen, class: &str, group: &str, at: Rect, round: i32) {
    let Rect { x, y, w, h } = at;
    let colours = out.colours("rect", class, group);
    let _ = writeln!(
        out,
        "<rect class=\"{class}\"{colours} x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>"
    );
}

fn path_of(out: &mut Pen, class: &str, group: &str, path: &str) {
    let colours = out.colours("path", class, group);
    let _ = writeln!(out, "<path class=\"{class}\"{colours} d=\"{path}\"/>");
}

fn draw_card(out: &mut Pen, card: &Card) {
    let at = card.at;
    let Rect { x, y, w, h } = at;
    match &card.face {
        Face::Title(name, title) => {
            let shown = title.as_deref().unwrap_or(name);
            text(out, "title", "", (x, y + 18), TITLE, shown);
            if title.is_some() {
                text(out, "name", "", (x + TITLE.bold_width(shown) + 14, y + 18), CODE, name);
            }
        }
        Face::Start(lines) => {
            out.push_str("<g class=\"start\">\n");
            rect(out, "box", "start", at, 14);
            path_of(out, "icon", "start", &format!("M{} {}l-6 9h5l-2 7 7-10h-5l2-6z", x + 19, y + 9));
            for (n, line) in (1..).zip(lines) {
                text(out, "body", "start", (x + 34, y + n * LINE + 2), BODY, line);
            }
            out.push_str("</g>\n");
        }
        Face::Label(head) => draw_head(out, at, head),
        Face::Jump(to) => {
            let (class, name) = match to {
                To::Here(name) => ("jump", name),
                To::Flow(name) => ("jump flow", name),
                To::Nowhere(name) => ("jump nowhere", name),
            };
            let goes = out.goes(name);
            let _ = writeln!(out, "<g class=\"{class}\"{goes}>");
            rect(out, "box", class, at, 12);
            path_of(out, "arrow", class, &format!("M{} {}h10m-4 -4l4 4l-4 4", x + 10, y + 12));
            text(out, "name", class, (x + 26, y + 16), CODE, name);
            out.push_str("</g>\n");
        }
        Face::Stop => {
            let colours = out.colours("circle", "stop", "");
            let (x, y) = (x + w / 2, y + h / 2);
            let _ = writeln!(out, "<circle class=\"stop\"{colours} cx=\"{x}\" cy=\"{y}\" r=\"6\"/>");
        }
        Face::Back => {
            out.push_str("<g class=\"jump back\">\n");
            rect(out, "box", "jump back", at, 12);
            path_of(out, "arrow", "jump back", &format!("M{} {}h-10m4 -4l-4 4l4 4", x + 20, y + 12));
            text(out, "name", "jump back", (x + 26, y + 16), CODE, BACK);
            out.push_str("</g>\n");
        }
        Face::Step { id, words, lines, chips } => draw_step(out, at, id, words, lines, chips),
    }
}

/// The name of a block. If it can be folded, a sign before the name says whether it is, and a number behind the name how
/// many steps are hidden.
fn draw_head(out: &mut Pen, at: Rect, head: &Head) {
    let Rect { x, y, .. } = at;
    let sign = match head.fold {
        Fold::Fixed => {
            out.push_str("<g class=\"label\">\n");
            None
        }
        Fold::Open => {
            let _ = writeln!(out, "<g class=\"label block\" data-block=\"{}\">", escape(&head.name));
            Some(format!("M{} {}h9l-4.5 6z", x + 11, y + 9))
        }
        Fold::Closed(_) => {
            let _ = writeln!(out, "<g class=\"label block folded\" data-block=\"{}\">", escape(&head.name));
            Some(format!("M{} {}v9l6 -4.5z", x + 13, y + 8))
        }
    };
    rect(out, "box", "label", at, 5);
    if let Some(sign) = &sign {
        path_of(out, "sign", "label", sign);
    }
    let from = x + 12 + if sign.is_some() { SIGN } else { 0 };
    text(out, "name", "label", (from, y + 16), CODE, &head.name);
    if let Some(count) = head.count() {
        text(out, "count", "label", (from + CODE.width(&head.name) + SIGN / 2, y + 16), CODE, &count);
    }
    out.push_str("</g>\n");
}

fn draw_step(out: &mut Pen, at: Rect, id: &str, words: &StepTexts, lines: &[String], chips: &[(Rect, String)]) {
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
            // A speech bubble has one sharp corner.
            let path = format!(
                "M{} {y}h{}a12 12 0 0 1 12 12v{}a12 12 0 0 1 -12 12h{}a3 3 0 0 1 -3 -3v{}a12 12 0 0 1 12 -12z",
                x + 12,
                w - 24,
                h - 24,
                15 - w,
                15 - h
            );
            path_of(out, "box", class, &path);
        }
        Look::Fork => {
            let path =
                format!("M{} {y}h{}l10 {}l-10 {}h{}l-10 {}z", x + 10, w - 20, h / 2, h - h / 2, 20 - w, h / 2 - h);
            path_of(out, "box", class, &path);
            left += 5;
        }
        Look::Work => {
            rect(out, "box", class, at, 4);
            path_of(out, "bar", class, &format!("M{} {}v{}", x + 2, y + 3, h - 6));
        }
        Look::Call => {
            rect(out, "box", class, at, 4);
            path_of(out, "bar", class, &format!("M{} {y}v{h}m{} 0v{}", x + 5, w - 10, -h));
        }
        Look::Wait | Look::End => rect(out, "box", class, at, (h / 2).min(18)),
        Look::Note | Look::Person => rect(out, "box", class, at, 6),
    }
    let mut head_x = left;
    if let Some(icon) = icon(words.look, left, y + 7) {
        path_of(out, "icon", class, &icon);
        head_x += 18;
    }
    let one_line = words.look == Look::Note && lines.len() == 1 && words.guard.is_none() && words.notes.is_empty();
    text(out, "head", class, (head_x, y + 18), HEAD, &words.head);
    let font = if words.code { CODE } else { BODY };
    let mut base = y + 18 + LINE;
    if one_line {
        text(out, "body", class, (left + HEAD.width(&words.head.to_uppercase()) + 8, y + 18), font, &lines[0]);
    } else {
        if let Some(guard) = &words.guard {
            text(out, "guard", class, (left, base), CODE, guard);
            base += LINE;
        }
        for line in lines {
            text(out, "body", class, (left, base), font, line);
            base += LINE;
        }
        for note in &words.notes {
            text(out, "guard", class, (left, base), CODE, note);
            base += LINE;
        }
    }
    for (chip, title) in chips {
        let chip = Rect { x: x + chip.x, y: y + chip.y, ..*chip };
        rect(out, "chip", class, chip, 11);
        text(out, "chip-text", class, (chip.x + 8, chip.y + 15), CHIP, title);
    }
    out.push_str("</g>\n");
}

fn icon(look: Look, x: i32, y: i32) -> Option<String> {
    Some(match look {
        // Draws a clock.
        Look::Wait => format!("M{} {}a6 6 0 1 0 0.01 0zm0 2.5v3.5l2.5 1.5", x + 6, y + 1),
        // Draws a head and shoulders.
        Look::Person => format!("M{} {}a3 3 0 1 0 0.01 0zm-6 12c0 -7 12 -7 12 0z", x + 6, y),
        _ => return None,
    })
}
