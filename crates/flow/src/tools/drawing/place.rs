//! Places the parts of a flow: a row goes straight down its spine; branches stand to the right of their step, or side
//! by side below it if they are equal.

use super::{
    card::{BODY, CODE, LINE, PADDING, TITLE, WAY, WIDTH, card},
    fan::{Column, fan},
    fold::Head,
    plot::{Face, Leads, Plot, Way},
    round::again,
    tree::{Branch, Drawn, Exit, Item, Row, Title, To, Tone, Tree},
    words::{self, BACK},
};

/// The distance between two boxes of a row.
const GAP: i32 = 26;
/// The distance if there are words beside the line.
pub const GAP_WORDS: i32 = 38;
/// The distance between parts side by side.
pub const ASIDE: i32 = 30;
/// A branch that is higher than its step by more than this is placed beside everything that follows the step.
const SMALL: i32 = 110;

/// The maximum width of words on a line.
const WAY_WIDTH: i32 = 170;

/// The whole flow; its top left corner is at (0, 0).
pub fn flow(tree: &Tree<'_>) -> Plot {
    let mut plots = tree.parts.iter().map(|part| {
        let mut plot = row(&part.row, &[]);
        let first = first_step(&part.row.items);
        match &part.title {
            Title::Start => {
                if tree.has_jump_to_top() {
                    plot = on_top(label("top".into()), plot, GAP / 2, first.clone());
                }
                on_top(start(tree), plot, GAP, first)
            }
            Title::Ending(title) => on_top(label((*title).into()), plot, GAP / 2, first),
            Title::Block(head) => on_top(label(head.clone()), plot, GAP / 2, first),
        }
    });
    let mut whole = plots.next().unwrap_or_default();
    whole.shift(-whole.left(), 0);
    let height = whole.bottom();
    // Separate parts are placed in columns of their own, no higher than the flow itself.
    let (mut x, mut y) = (whole.right() + 2 * ASIDE, 0);
    for mut plot in plots {
        if y > 0 && y + plot.bottom() > height {
            (x, y) = (whole.right() + 2 * ASIDE, 0);
        }
        plot.shift(x - plot.left(), y);
        y = plot.bottom() + 2 * GAP;
        whole.take(plot);
    }
    let (name, title) = (tree.flow.name.to_string(), tree.flow.title.clone());
    let width = TITLE.bold_width(title.as_deref().unwrap_or(&name)) + CODE.width(&name) + 40;
    let mut titled = Plot::card(Face::Title(name, title), width, 24);
    titled.shift(width / 2, 0);
    whole.shift(0, titled.bottom() + 20 - whole.top());
    titled.take(whole);
    titled
}

/// The steps of a row; `ways` lead into it.
pub fn row(row: &Row<'_>, ways: &[Way]) -> Plot {
    let mut below = Plot::bare((row.exit != Exit::Closed).then_some(0), ways);
    for (at, item) in row.items.iter().enumerate().rev() {
        below = match item {
            Item::Label(head) => on_top(label(head.clone()), below, GAP / 2, first_step(&row.items[at + 1..])),
            Item::Jump(jump) => self::jump(jump),
            Item::Stop => Plot::card(Face::Stop, 14, 14),
            Item::Back => Plot::card(Face::Back, CODE.width(BACK) + 2 * PADDING + 16, 24),
            Item::Step(drawn) => step(drawn, below),
        };
    }
    below
}

/// The words on a line, cut to the maximum width, with their width.
pub fn way_words(words: &str) -> (String, i32) {
    let words = WAY.cut(words, WAY_WIDTH);
    let width = WAY.width(&words);
    (words, width)
}

/// The step with which these begin.
fn first_step(items: &[Item<'_>]) -> Leads {
    let first = items.iter().find(|item| !matches!(item, Item::Label(_)));
    match first {
        Some(Item::Step(drawn)) => Leads::To(drawn.node.id.to_string()),
        _ => Leads::Nowhere,
    }
}

/// Two parts one above the other, with a line between them.
fn on_top(mut upper: Plot, mut below: Plot, gap: i32, leads: Leads) -> Plot {
    let at = upper.bottom();
    if below.is_empty() {
        upper.exit = below.exit.map(|_| at);
        upper.exits = below.exits;
        return upper;
    }
    below.shift(0, at + gap);
    let down = upper.push_down(&below, ASIDE / 2);
    below.shift(0, down);
    upper.line(vec![(0, at), (0, at + gap + down)], Tone::Choice, gap >= GAP, leads);
    upper.exit = below.exit;
    upper.exits = std::mem::take(&mut below.exits);
    upper.take(below);
    upper
}

fn label(head: Head) -> Plot {
    let width = CODE.width(&head.name) + head.sign_width() + 2 * PADDING;
    Plot::card(Face::Label(head), width, 24)
}

fn jump(to: &To) -> Plot {
    let (To::Here(name) | To::Flow(name) | To::Nowhere(name)) = to;
    let width = CODE.width(name) + 2 * PADDING + 16;
    Plot::card(Face::Jump(to.clone()), width, 24)
}

fn start(tree: &Tree<'_>) -> Plot {
    let wrapped =
        |lines: Vec<String>| -> Vec<String> { lines.iter().flat_map(|line| BODY.wrap(line, WIDTH + 20, 2)).collect() };
    let mut lines = wrapped(words::starts(tree.flow));
    if lines.is_empty() {
        lines.push("called or started by others".into());
    }
    lines.extend(wrapped(words::stops(tree.flow)));
    let widest = lines.iter().map(|line| BODY.width(line)).max().unwrap_or(0);
    let height = i32::try_from(lines.len()).unwrap_or(1) * LINE + 14;
    Plot::card(Face::Start(lines), widest + 2 * PADDING + 22, height)
}

/// A step with all its branches, and the steps that follow it.
fn step(drawn: &Drawn<'_>, below: Plot) -> Plot {
    let ways = Ways::of(drawn);
    let mut plot = card(drawn);
    let id = drawn.node.id.as_str();
    if let Some(body) = ways.again {
        return again(plot, id, body, ways.aside, below);
    }
    let goes_on = below.exit.is_some() || !below.is_empty();
    let (words, by, under) = match (ways.fan.is_empty(), &ways.spine) {
        (false, _) => {
            let all = ways.fan.iter().map(|column| Way::into(id, column.key)).collect();
            (String::new(), all, follow(fan(id, &ways.fan, ways.anchored), below))
        }
        (true, Spine::Row(branch)) => {
            let by = vec![Way::into(id, &branch.key)];
            let under = follow(row(&branch.row, &by), below);
            (branch.words.clone(), by, under)
        }
        (true, Spine::Straight(words)) if goes_on => ((*words).to_owned(), vec![Way::next(id)], below),
        (true, _) => (String::new(), Vec::new(), Plot::default()),
    };
    aside(&mut plot, id, &ways, (words, by), under);
    plot
}

/// The branches of a step, by the place where they are drawn.
struct Ways<'d, 'a> {
    /// The part directly below the step.
    spine: Spine<'d, 'a>,
    /// Side by side below the step.
    fan: Vec<Column<'d, 'a>>,
    /// True: the first branch of the fan is on the spine; false: the fan is centred.
    anchored: bool,
    /// To the right, without a line back.
    aside: Vec<&'d Branch<'a>>,
    /// To the right, with a line back to the next step.
    back: Option<&'d Branch<'a>>,
    /// The steps of a loop.
    again: Option<&'d Branch<'a>>,
}

enum Spine<'d, 'a> {
    Row(&'d Branch<'a>),
    Straight(&'d str),
    Nothing,
}

impl<'d, 'a> Ways<'d, 'a> {
    fn of(drawn: &'d Drawn<'a>) -> Ways<'d, 'a> {
        let mut ways = Ways {
            spine: drawn.straight.as_deref().map_or(Spine::Nothing, Spine::Straight),
            fan: Vec::new(),
            anchored: false,
            aside: Vec::new(),
            back: None,
            again: None,
        };
        let mut open: Vec<&Branch<'a>> = Vec::new();
        let mut closed: Vec<&Branch<'a>> = Vec::new();
        for branch in &drawn.branches {
            match branch.row.exit {
                Exit::Repeats => ways.again = Some(branch),
                Exit::Joins => open.push(branch),
                Exit::Closed => closed.push(branch),
            }
        }
        match (&drawn.straight, open.len()) {
            (Some(_), 0) => ways.aside = closed,
            (Some(_), 1) => {
                ways.back = open.pop();
                ways.aside = closed;
            }
            (Some(words), _) => {
                ways.fan.push(Column { words, key: "", tone: Tone::Choice, row: None });
                ways.fan.extend(open.into_iter().map(Column::of));
                ways.anchored = true;
                ways.aside = closed;
            }
            (None, 1) => {
                ways.spine = Spine::Row(open.remove(0));
                ways.aside = closed;
            }
            (None, 0) => {
                let (choices, sides): (Vec<_>, Vec<_>) = closed.into_iter().partition(|b| b.tone == Tone::Choice);
                let (small, large): (Vec<_>, Vec<_>) = choices.into_iter().partition(|b| b.row.items.len() < 2);
                // A single long branch goes straight down with the short ones beside it; equal ones are side by side.
                match large.as_slice() {
                    [only] => {
                        ways.spine = Spine::Row(only);
                        ways.aside = small;
                    }
                    // In the order of the buttons.
                    _ => ways.fan = in_order(drawn, &[large, small].concat()),
                }
                ways.aside.extend(sides);
            }
            (None, _) => {
                let (choices, sides): (Vec<_>, Vec<_>) = closed.into_iter().partition(|b| b.tone == Tone::Choice);
                ways.fan = in_order(drawn, &[open, choices].concat());
                ways.aside = sides;
            }
        }
        ways
    }
}

/// These branches side by side in the order of the file; branches that nobody chooses are last.
fn in_order<'d, 'a>(drawn: &'d Drawn<'a>, some: &[&'d Branch<'a>]) -> Vec<Column<'d, 'a>> {
    let mut all: Vec<&Branch<'a>> =
        drawn.branches.iter().filter(|branch| some.iter().any(|one| std::ptr::eq(*one, *branch))).collect();
    all.sort_by_key(|branch| branch.tone);
    all.into_iter().map(Column::of).collect()
}

/// Places `below` behind the exit of `upper`.
pub fn follow(mut upper: Plot, mut below: Plot) -> Plot {
    let Some(exit) = upper.exit else { return upper };
    if below.is_empty() {
        upper.exit = below.exit.map(|_| exit);
        return upper;
    }
    below.shift(0, exit + GAP);
    let down = upper.push_down(&below, ASIDE / 2);
    below.shift(0, down);
    let leads = Leads::By(std::mem::take(&mut upper.exits));
    upper.line(vec![(0, exit), (0, exit + GAP + down)], Tone::Choice, true, leads);
    upper.exit = below.exit;
    upper.exits = std::mem::take(&mut below.exits);
    upper.take(below);
    upper
}

/// A branch that is being placed beside a step.
pub struct Side<'d, 'a> {
    pub branch: &'d Branch<'a>,
    pub plot: Plot,
    /// The height at which its line arrives.
    pub arrives: i32,
    pub tall: bool,
}

/// Places branches to the right of a step, and the next steps below it.
fn aside(plot: &mut Plot, id: &str, ways: &Ways<'_, '_>, (words, mut by): (String, Vec<Way>), mut under: Plot) {
    let (w, h) = plot.first;
    let back = ways.back;
    let body = |branch: &Branch<'_>| row(&branch.row, &[Way::into(id, &branch.key)]);
    let mut sides: Vec<Side<'_, '_>> = ways
        .aside
        .iter()
        .map(|&branch| {
            let plot = body(branch);
            Side { tall: !under.is_empty() && plot.bottom() > h + SMALL, branch, plot, arrives: 0 }
        })
        .collect();
    // Tall branches come first: their lines run above the others to the free space.
    sides.sort_by_key(|side| !side.tall);
    sides.extend(back.map(|branch| Side { branch, plot: body(branch), arrives: 0, tall: false }));
    let heights: i32 =
        sides.iter().map(|side| if side.tall { side.plot.first.1 } else { side.plot.bottom() } + 12).sum();
    // The line to a single branch is straight from the middle of the step.
    let mut y = match sides.as_slice() {
        [only] => (h - only.plot.first.1) / 2,
        _ => ((h - heights + 12) / 2).max(0),
    };
    for side in &mut sides {
        side.arrives = y + side.plot.first.1 / 2;
        side.plot.shift(0, y);
        y = 12 + if side.tall { y + side.plot.first.1 } else { side.plot.bottom() };
    }
    let count = i32::try_from(sides.len()).unwrap_or(0);
    let widest = sides.iter().map(|side| way_words(&side.branch.words).1).max().unwrap_or(0);
    let near = w / 2 + 12 + 7 * count + widest + 18;
    let stack_bottom = (y - 12).max(h);
    let mut leaves = 0;
    let mut exits = Vec::new();
    for (at, side) in (1..).zip(&sides) {
        leaves = side.arrives.min(h - 8 - 7 * (count - at)).max(leaves + 7);
        exits.push(leaves);
    }
    // Small branches are placed here; one with a line back is the last.
    let mut come_back = None;
    let mut tall = Vec::new();
    for (at, (mut side, leaves)) in (1..).zip(sides.into_iter().zip(exits)) {
        let turn = w / 2 + 8 + 7 * (count - at);
        if side.tall {
            tall.push((side, leaves, turn));
            continue;
        }
        let x = near - side.plot.left();
        side.plot.shift(x, 0);
        if back.is_some_and(|back| std::ptr::eq(back, side.branch)) {
            let exits = std::mem::take(&mut side.plot.exits);
            come_back = side.plot.exit.map(|exit| (x, exit, exits));
        }
        enter(plot, id, side, (w / 2, leaves), turn, x);
    }
    let lowest_line = tall.iter().map(|(side, ..)| side.arrives).max().unwrap_or(0);
    let gap = if words.is_empty() { GAP } else { GAP_WORDS };
    let mut from = h;
    if let Some((x, exit, exits)) = come_back {
        // Below the words of the line to the next step.
        from = (exit.max(stack_bottom).max(h) + 16).max(if words.is_empty() { 0 } else { h + 26 });
        plot.line(vec![(x, exit), (x, from), (0, from)], Tone::Choice, false, Leads::By(exits.clone()));
        by.extend(exits);
    }
    let (words, width) = way_words(&words);
    plot.note((8, h + 16), words, Tone::Choice, width);
    plot.exit = None;
    if under.is_empty() {
        if under.exit.is_some() {
            plot.line(vec![(0, h), (0, from)], Tone::Choice, false, Leads::By(by.clone()));
            plot.exit = Some(from);
            plot.exits = by;
        }
    } else {
        // A fan already has a gap above it.
        let start = from.max(lowest_line - gap + 14).max(h) + gap;
        under.shift(0, start);
        let down = plot.push_down(&under, ASIDE / 2).max(0);
        under.shift(0, down);
        plot.line(vec![(0, h), (0, start + down)], Tone::Choice, under.first != (0, 0), Leads::By(by));
        plot.exit = under.exit;
        plot.exits = std::mem::take(&mut under.exits);
        plot.take(under);
    }
    for (mut side, leaves, turn) in tall.into_iter().rev() {
        let mut x = near - side.plot.left();
        side.plot.shift(x, 0);
        let more = plot.push_right(&side.plot, ASIDE);
        side.plot.shift(more, 0);
        x += more;
        enter(plot, id, side, (w / 2, leaves), turn, x);
    }
}

/// Draws the line from the right of a step into a branch beside it, with its words.
pub fn enter(plot: &mut Plot, id: &str, side: Side<'_, '_>, from: (i32, i32), turn: i32, x: i32) {
    let left = x - side.plot.first.0 / 2;
    let y = side.arrives;
    let points = if y == from.1 { vec![from, (left, y)] } else { vec![from, (turn, from.1), (turn, y), (left, y)] };
    let (words, width) = way_words(&side.branch.words);
    let leads = Leads::By(vec![Way::into(id, &side.branch.key)]);
    plot.line(points, side.branch.tone, true, leads);
    plot.note((turn + 8, y - 6), words, side.branch.tone, width);
    plot.take(side.plot);
}
