//! Places the steps of a loop below its step, with a line back.

use super::{
    card::WAY,
    place::{ASIDE, GAP_WORDS, Side, enter, follow, row, way_words},
    plot::{Leads, Plot, Way},
    tree::{Branch, Tone},
};

/// Places a loop: its steps below, the line back on the left, the line to the next step on the right.
pub fn again(mut plot: Plot, id: &str, body: &Branch<'_>, closed: Vec<&Branch<'_>>, below: Plot) -> Plot {
    let (w, h) = plot.first;
    let inside = vec![Way::into(id, &body.key)];
    let mut round = row(&body.row, &inside);
    round.shift(0, h + GAP_WORDS);
    let (words, width) = way_words(&body.words);
    plot.note((8, h + 16), words, Tone::Choice, width);
    plot.line(vec![(0, h), (0, h + GAP_WORDS)], Tone::Choice, true, Leads::By(inside));
    let mut at = round.bottom() + 14;
    let (exit, exits) = (round.exit, std::mem::take(&mut round.exits));
    plot.take(round);
    if let Some(exit) = exit {
        let left = plot.left().min(-w / 2) - 18;
        let round = vec![(0, exit), (0, at), (left, at), (left, h / 2), (-w / 2, h / 2)];
        plot.line(round, Tone::Choice, true, Leads::By(exits));
        at += 14;
    }
    let right = plot.right().max(w / 2 + WAY.width("done") + 12) + 16;
    plot.note((w / 2 + 8, h / 2 - 6), "done".into(), Tone::Choice, WAY.width("done"));
    let on = vec![Way::next(id)];
    let points = vec![(w / 2, h / 2), (right, h / 2), (right, at), (0, at)];
    plot.line(points, Tone::Choice, false, Leads::By(on.clone()));
    (plot.exit, plot.exits) = (Some(at), on);
    for branch in closed {
        let mut side = row(&branch.row, &[Way::into(id, &branch.key)]);
        let x = right + way_words(&branch.words).1 + ASIDE - side.left();
        side.shift(x, h / 2 + 14);
        let side = Side { branch, arrives: h / 2 + 14 + side.first.1 / 2, plot: side, tall: false };
        enter(&mut plot, id, side, (w / 2, h - 8), right + 10, x);
    }
    follow(plot, below)
}
