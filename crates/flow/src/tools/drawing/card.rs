//! Measures the box of a step: the size of its words, and their places in it.

use super::{
    measure::Font,
    plot::{Face, Plot, Rect},
    tree::Drawn,
    words::{self, Look, StepTexts},
};

pub const WIDTH: i32 = 248;
const WIDTH_LEAST: i32 = 96;
pub const PADDING: i32 = 12;

pub const HEAD: Font = Font::sans(11);
pub const BODY: Font = Font::sans(13);
pub const CODE: Font = Font::mono(12);
pub const CHIP: Font = Font::sans(12);
pub const WAY: Font = Font::sans(12);
pub const TITLE: Font = Font::sans(17);
/// The distance of two base lines in pixels.
pub const LINE: i32 = 18;

/// The box of a step, without its branches.
pub fn card(drawn: &Drawn<'_>) -> Plot {
    let mut words = words::of(drawn.node);
    let font = if words.code { CODE } else { BODY };
    let most = if words.look == Look::Note { 3 } else { 4 };
    let mut lines = font.wrap(&words.body, WIDTH - 2 * PADDING, most);
    if let Some(guard) = words.guard.take() {
        let guard = CODE.cut(&guard, WIDTH - 2 * PADDING);
        words.guard = Some(guard);
    }
    for note in &mut words.notes {
        *note = CODE.cut(note, WIDTH - 2 * PADDING);
    }
    let one_line = words.look == Look::Note && lines.len() == 1 && words.guard.is_none() && words.notes.is_empty();
    let head = HEAD.width(&words.head.to_uppercase());
    if one_line && head + 8 + font.width(&lines[0]) > WIDTH - 2 * PADDING {
        lines = vec![font.cut(&lines[0], WIDTH - 2 * PADDING - head - 8)];
    }
    let text = lines.iter().map(|line| font.width(line)).max().unwrap_or(0);
    let guard = words.guard.iter().chain(&words.notes).map(|line| CODE.width(line)).max().unwrap_or(0);
    let icon = if matches!(words.look, Look::Wait | Look::Person) { 18 } else { 0 };
    let content = match one_line {
        true => head + 8 + text,
        false => text.max(head + icon).max(guard),
    };
    let (mut chips, chips_width, chips_height) = chips(&words);
    let pointed = if words.look == Look::Fork { 10 } else { 0 };
    let least = if words.look == Look::End { 0 } else { WIDTH_LEAST };
    let width = (content.max(chips_width) + 2 * PADDING + pointed).clamp(least, WIDTH + pointed);
    let rows = i32::try_from(lines.len() + words.notes.len()).unwrap_or(0) + i32::from(words.guard.is_some());
    let text_top =
        if one_line || words.look == Look::End { 28 } else { 24 + rows * LINE + if rows > 0 { 8 } else { 4 } };
    // The buttons move with their card.
    for (rect, _) in &mut chips {
        rect.x += PADDING;
        rect.y += text_top - 2;
    }
    let height = text_top + chips_height;
    let face = Face::Step { id: drawn.node.id.to_string(), words, lines, chips };
    let mut plot = Plot::card(face, width, height);
    plot.exit = None;
    plot
}

/// The buttons in rows from (0, 0), with the total width and height.
fn chips(words: &StepTexts) -> (Vec<(Rect, String)>, i32, i32) {
    const MOST: usize = 8;
    let (mut all, mut x, mut y, mut widest) = (Vec::new(), 0, 0, 0);
    let room = WIDTH - 2 * PADDING;
    let more = (words.buttons.len() > MOST).then(|| format!("+{}", words.buttons.len() - MOST));
    for title in words.buttons.iter().take(MOST).chain(&more) {
        let title = CHIP.cut(title, room - 16);
        let w = CHIP.width(&title) + 16;
        if x > 0 && x + w > room {
            (x, y) = (0, y + 27);
        }
        all.push((Rect { x, y, w, h: 22 }, title));
        x += w + 6;
        widest = widest.max(x - 6);
    }
    let height = if all.is_empty() { 0 } else { y + 22 + 8 };
    (all, widest, height)
}
