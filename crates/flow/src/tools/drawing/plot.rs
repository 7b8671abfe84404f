//! Holds a part of a drawing while it is assembled: boxes, lines and words around a spine at x = 0.

use super::{
    fold::Head,
    tree::{To, Tone},
    words::StepTexts,
};

/// A part with its entry at (0, 0); its line to the next step leaves at (0, `exit`).
#[derive(Default)]
pub struct Plot {
    pub cards: Vec<Card>,
    pub lines: Vec<Line>,
    pub notes: Vec<Note>,
    /// `None`: there is no next step.
    pub exit: Option<i32>,
    /// The ways on which a run comes to that exit.
    pub exits: Vec<Way>,
    /// The place of the first box; side branches are entered at its left.
    pub first: (i32, i32),
    /// Areas that no other part may cover.
    taken: Vec<Rect>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

pub struct Card {
    pub at: Rect,
    pub face: Face,
}

/// The content of a box.
pub enum Face {
    /// A step; the buttons have positions relative to the corner of the box.
    Step { id: String, words: StepTexts, lines: Vec<String>, chips: Vec<(Rect, String)> },
    /// The beginning of a block.
    Label(Head),
    /// A jump to the place with this name.
    Jump(To),
    /// The end of the flow.
    Stop,
    /// The end of a called block; its caller continues.
    Back,
    /// The triggers of the flow.
    Start(Vec<String>),
    /// The name of the flow and its title.
    Title(String, Option<String>),
}

/// A way out of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub from: String,
    /// The key of the branch; empty for the way to the next step.
    pub key: String,
}

/// The meaning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// A run that takes one of these ways passes it.
    By(Vec<Way>),
    /// From the beginning of a part to this step.
    To(String),
    Nowhere,
}

/// A line through these points, with round corners.
pub struct Line {
    pub points: Vec<(i32, i32)>,
    pub leads: Leads,
    pub tone: Tone,
    /// True: it ends with an arrow.
    pub arrow: bool,
}

/// Words beside a line.
pub struct Note {
    /// The left end of the base line.
    pub at: (i32, i32),
    pub words: String,
    pub tone: Tone,
}

/// The free space around a line beside other parts.
const BESIDE_LINE: i32 = 4;

impl Way {
    pub fn next(from: &str) -> Way {
        Way { from: from.to_owned(), key: String::new() }
    }

    pub fn into(from: &str, key: &str) -> Way {
        Way { from: from.to_owned(), key: key.to_owned() }
    }
}

impl Plot {
    /// A part that is only a spine, with the ways that lead into it.
    pub fn bare(exit: Option<i32>, ways: &[Way]) -> Plot {
        Plot { exit, exits: ways.to_vec(), ..Plot::default() }
    }

    pub fn card(face: Face, w: i32, h: i32) -> Plot {
        let at = Rect { x: -w / 2, y: 0, w, h };
        Plot { cards: vec![Card { at, face }], first: (w, h), taken: vec![at], ..Plot::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    pub fn line(&mut self, points: Vec<(i32, i32)>, tone: Tone, arrow: bool, leads: Leads) {
        for pair in points.windows(2) {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            self.taken.push(Rect {
                x: x1.min(x2) - BESIDE_LINE,
                y: y1.min(y2),
                w: (x1 - x2).abs() + 2 * BESIDE_LINE,
                h: (y1 - y2).abs().max(1),
            });
        }
        self.lines.push(Line { points, leads, tone, arrow });
    }

    /// Adds words. `at` is the left end of the base line; `width` and the height of the letters are kept free.
    pub fn note(&mut self, at: (i32, i32), words: String, tone: Tone, width: i32) {
        if words.is_empty() {
            return;
        }
        self.taken.push(Rect { x: at.0, y: at.1 - 12, w: width, h: 16 });
        self.notes.push(Note { at, words, tone });
    }

    pub fn shift(&mut self, dx: i32, dy: i32) {
        if dx == 0 && dy == 0 {
            return;
        }
        for rect in self.taken.iter_mut().chain(self.cards.iter_mut().map(|card| &mut card.at)) {
            rect.x += dx;
            rect.y += dy;
        }
        for point in self.lines.iter_mut().flat_map(|line| line.points.iter_mut()) {
            *point = (point.0 + dx, point.1 + dy);
        }
        for note in &mut self.notes {
            note.at = (note.at.0 + dx, note.at.1 + dy);
        }
        self.exit = self.exit.map(|exit| exit + dy);
    }

    /// Adds another part at its present place, without its entry and exit.
    pub fn take(&mut self, other: Plot) {
        self.cards.extend(other.cards);
        self.lines.extend(other.lines);
        self.notes.extend(other.notes);
        self.taken.extend(other.taken);
    }

    pub fn left(&self) -> i32 {
        self.taken.iter().map(|rect| rect.x).min().unwrap_or(0)
    }

    pub fn right(&self) -> i32 {
        self.taken.iter().map(|rect| rect.x + rect.w).max().unwrap_or(0)
    }

    pub fn top(&self) -> i32 {
        self.taken.iter().map(|rect| rect.y).min().unwrap_or(0)
    }

    pub fn bottom(&self) -> i32 {
        self.taken.iter().map(|rect| rect.y + rect.h).max().unwrap_or(0)
    }

    /// The distance by which `other` must move to the right so that it does not overlap this part.
    pub fn push_right(&self, other: &Plot, gap: i32) -> i32 {
        self.pairs(other, gap, |a, b| (a.y, a.h, b.y, b.h), |a, b| a.x + a.w + gap - b.x)
    }

    /// The distance by which `other` must move down so that it does not overlap this part.
    pub fn push_down(&self, other: &Plot, gap: i32) -> i32 {
        self.pairs(other, gap, |a, b| (a.x, a.w, b.x, b.w), |a, b| a.y + a.h + gap - b.y)
    }

    fn pairs(
        &self,
        other: &Plot,
        gap: i32,
        across: impl Fn(&Rect, &Rect) -> (i32, i32, i32, i32),
        along: impl Fn(&Rect, &Rect) -> i32,
    ) -> i32 {
        let mut most = 0;
        for a in &self.taken {
            for b in &other.taken {
                let (a1, a2, b1, b2) = across(a, b);
                if a1 < b1 + b2 + gap && b1 < a1 + a2 + gap {
                    most = most.max(along(a, b));
                }
            }
        }
        most
    }
}
