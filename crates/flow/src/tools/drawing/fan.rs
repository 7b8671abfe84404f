//! Places equal branches side by side below their step, and joins their lines again.

use super::{
    place::{ASIDE, row, way_words},
    plot::{Leads, Plot, Way},
    tree::{Branch, Row, Tone},
};

/// One branch of a fan; without a row it is only the line to the next step.
pub struct Column<'d, 'a> {
    pub words: &'d str,
    /// The key of the branch.
    pub key: &'d str,
    pub tone: Tone,
    pub row: Option<&'d Row<'a>>,
}

impl<'d, 'a> Column<'d, 'a> {
    pub fn of(branch: &'d Branch<'a>) -> Column<'d, 'a> {
        Column { words: &branch.words, key: &branch.key, tone: branch.tone, row: Some(&branch.row) }
    }
}

/// The distance below the step at which the lines divide.
const PARTS: i32 = 12;
/// The distance below the step at which the branches begin.
const BEGIN: i32 = 54;

/// All columns below (0, 0). `anchored`: the first column is on the spine; otherwise the fan is centred on the columns
/// that join again, or on all. `id` is the step.
pub fn fan(id: &str, columns: &[Column<'_, '_>], anchored: bool) -> Plot {
    let mut placed: Vec<(i32, i32, Way, Tone, Plot)> = Vec::new();
    for column in columns {
        let way = Way::into(id, column.key);
        let mut plot = match column.row {
            Some(written) => row(written, std::slice::from_ref(&way)),
            None => Plot::bare(Some(0), std::slice::from_ref(&way)),
        };
        // Parts beside the first step may reach above it.
        let begin = BEGIN - plot.top().min(0);
        plot.shift(0, begin);
        let (words, width) = way_words(column.words);
        plot.note((-width / 2, BEGIN - 16), words, column.tone, width);
        let edge = placed.iter().map(|(.., plot)| plot.right()).max();
        let x = edge.map_or(0, |edge| edge + ASIDE - plot.left());
        plot.shift(x, 0);
        placed.push((x, begin, way, column.tone, plot));
    }
    let open: Vec<i32> = placed.iter().filter(|(.., plot)| plot.exit.is_some()).map(|(x, ..)| *x).collect();
    let all: Vec<i32> = placed.iter().map(|(x, ..)| *x).collect();
    let over = if open.is_empty() { &all } else { &open };
    let middle = match (anchored, over.first(), over.last()) {
        (false, Some(first), Some(last)) => nearest_to((first + last) / 2, over),
        _ => 0,
    };
    let mut whole = Plot::default();
    let joins = placed.iter().map(|(.., plot)| plot.bottom()).max().unwrap_or(0) + 14;
    // Solid lines are drawn over dashed ones where they overlap.
    placed.sort_by_key(|(_, _, _, tone, _)| std::cmp::Reverse(*tone));
    for (x, begin, way, tone, mut plot) in placed {
        plot.shift(-middle, 0);
        let x = x - middle;
        let below = plot.cards.is_empty();
        whole.line(vec![(0, 0), (0, PARTS), (x, PARTS), (x, begin)], tone, !below, Leads::By(vec![way]));
        let (exit, exits) = (plot.exit, std::mem::take(&mut plot.exits));
        whole.take(plot);
        if let Some(exit) = exit {
            whole.line(vec![(x, exit), (x, joins), (0, joins)], Tone::Choice, false, Leads::By(exits.clone()));
            whole.exit = Some(joins);
            whole.exits.extend(exits);
        }
    }
    whole
}

/// The middle, moved to the nearest column if one is very near.
fn nearest_to(middle: i32, columns: &[i32]) -> i32 {
    columns.iter().copied().find(|x| (x - middle).abs() < 40).unwrap_or(middle)
}
