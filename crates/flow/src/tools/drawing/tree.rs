//! Builds a tree from a flow: rows of steps with branches, and each block at the most natural jump to it.

use super::{fold::Head, words};
use crate::{
    FlowSet,
    check::control_flow::ways,
    definition::{Flow, Node, NodeIx, Target},
};
use std::collections::BTreeMap;

pub struct Tree<'a> {
    pub flow: &'a Flow,
    /// `steps` first, then the parts without a jump to them: `on_error`, called blocks and the like.
    pub parts: Vec<Part<'a>>,
}

pub struct Part<'a> {
    pub title: Title,
    pub row: Row<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Title {
    /// The beginning of the flow.
    Start,
    /// The steps for an event that ends the flow: `on error`.
    Ending(&'static str),
    /// A block without a jump to it.
    Block(Head),
}

/// Steps that follow each other.
#[derive(Default)]
pub struct Row<'a> {
    pub items: Vec<Item<'a>>,
    pub exit: Exit,
}

/// The continuation behind the last step of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exit {
    /// The step behind the parent of the row.
    #[default]
    Joins,
    /// The parent of the row again.
    Repeats,
    /// None: every path in the row has ended or jumped.
    Closed,
}

pub enum Item<'a> {
    /// The beginning of a block.
    Label(Head),
    Step(Drawn<'a>),
    Jump(To),
    /// The end of the flow.
    Stop,
    /// The end of the called block or flow; its caller continues.
    Back,
}

pub struct Drawn<'a> {
    pub ix: NodeIx,
    pub node: &'a Node,
    pub branches: Vec<Branch<'a>>,
    /// The words on the line to the next step; `None`: there is no line.
    pub straight: Option<String>,
}

pub struct Branch<'a> {
    /// The key of its steps, or the verb of a step with a condition.
    pub key: String,
    pub words: String,
    /// True: the flow ends behind these steps, also if another flow called it.
    pub ends: bool,
    pub tone: Tone,
    pub row: Row<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A block, or `top`.
    Here(String),
    Flow(String),
    Nowhere(String),
}

/// The cause of a branch; the more usual it is, the nearer to the middle of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Choice,
    Time,
    Fault,
}

impl<'a> Tree<'a> {
    pub fn of(set: &'a FlowSet, flow: &'a Flow) -> Tree<'a> {
        let reader = Reader { set, flow };
        let mut main = reader.whole(flow.entry);
        // A block that jumps to the first step of the flow needs the name `top` there.
        let mut blocks: BTreeMap<String, Row<'a>> =
            flow.blocks.iter().map(|(name, block)| (name.clone(), reader.whole(block.entry))).collect();
        attach(&mut main, &mut blocks);
        let is_called_only = flow.triggers.is_empty();
        let settled = |mut row: Row<'a>| {
            if !is_called_only {
                ends_here(&mut row);
            }
            row
        };
        let mut parts = vec![Part { title: Title::Start, row: settled(main) }];
        let ends = [("on expire", flow.on_expire), ("on error", flow.on_error), ("on stop", flow.on_stop)];
        for (title, body) in ends {
            let Some(body) = body else { continue };
            let mut row = reader.whole(body.0);
            attach(&mut row, &mut blocks);
            parts.push(Part { title: Title::Ending(title), row: settled(row) });
        }
        // Blocks in the order of the file: first those that a call runs, then those that nothing uses.
        let mut rest: Vec<&String> = flow.blocks.keys().collect();
        rest.sort_by_key(|name| flow.blocks[*name].place.range().start);
        for name in rest {
            let Some(mut row) = blocks.remove(name) else { continue };
            attach(&mut row, &mut blocks);
            let row = if is_called(flow, name) { comes_back(row) } else { settled(row) };
            parts.push(Part { title: Title::Block(name.as_str().into()), row });
        }
        Tree { flow, parts }
    }

    /// True if some jump leads to the first step.
    pub fn has_jump_to_top(&self) -> bool {
        let mut found = false;
        for part in &self.parts {
            each_jump(&part.row, &mut |jump| found |= *jump == To::Here("top".into()));
        }
        found
    }
}

impl Row<'_> {
    pub fn is_open(&self) -> bool {
        self.exit == Exit::Joins
    }
}

/// Visits all jumps of a row and of its branches, in reading order.
pub fn each_jump<'r>(row: &'r Row<'_>, see: &mut impl FnMut(&'r To)) {
    for item in &row.items {
        match item {
            Item::Jump(jump) => see(jump),
            Item::Step(step) => step.branches.iter().for_each(|branch| each_jump(&branch.row, see)),
            Item::Label(_) | Item::Stop | Item::Back => {}
        }
    }
}

struct Reader<'a> {
    set: &'a FlowSet,
    flow: &'a Flow,
}

impl<'a> Reader<'a> {
    /// Steps behind which the flow ends.
    fn whole(&self, entry: Option<NodeIx>) -> Row<'a> {
        let mut row = self.row(entry, None, None);
        if row.exit == Exit::Joins {
            row.items.push(Item::Stop);
            row.exit = Exit::Closed;
        }
        row
    }

    /// The steps from `start` until the step behind their parent (`join`), or the parent itself (`own`).
    fn row(&self, start: Option<NodeIx>, join: Option<NodeIx>, own: Option<NodeIx>) -> Row<'a> {
        let mut items = Vec::new();
        let mut at = start;
        loop {
            if at == join {
                return Row { items, exit: Exit::Joins };
            }
            let Some(ix) = at else {
                items.push(Item::Stop);
                return Row { items, exit: Exit::Closed };
            };
            if at == own {
                return Row { items, exit: Exit::Repeats };
            }
            let (item, goes_on) = self.item(ix);
            items.push(item);
            // A `return` with a value is drawn as a step before the sign.
            if returns(self.flow.node(ix)) && !matches!(items.last(), Some(Item::Back)) && !goes_on {
                items.push(Item::Back);
            }
            if !goes_on {
                return Row { items, exit: Exit::Closed };
            }
            at = self.flow.node(ix).next;
        }
    }

    /// A step, and whether it leads to the step behind it.
    fn item(&self, ix: NodeIx) -> (Item<'a>, bool) {
        let node = self.flow.node(ix);
        let guarded = node.guard.is_some();
        if node.outline.verb == "go" {
            let jump = self.to(node);
            if !guarded {
                return (Item::Jump(jump), false);
            }
            let row = Row { items: vec![Item::Jump(jump)], exit: Exit::Closed };
            return (guarded_step(ix, node, row), true);
        }
        if returns(node) {
            return match (guarded, gives(node)) {
                (false, false) => (Item::Back, false),
                (false, true) => {
                    (Item::Step(Drawn { ix, node, branches: Vec::new(), straight: Some(String::new()) }), false)
                }
                (true, _) => (guarded_step(ix, node, Row { items: vec![Item::Back], exit: Exit::Closed }), true),
            };
        }
        let mut branches = Vec::new();
        let mut plain: Vec<String> = Vec::new();
        for (key, body) in &node.outline.bodies {
            let (words, tone) = words::way(node, key);
            if body.0 == node.next {
                plain.push(words);
                continue;
            }
            let ends = matches!(key.as_str(), "on_error" | "out_of_hours");
            let row = self.row(body.0, node.next, Some(ix));
            branches.push(Branch { key: key.clone(), words, ends, tone, row });
        }
        let ways = ways(self.set, self.flow, node);
        let straight_on = ways.iter().filter(|way| way.by.is_empty()).count() > usize::from(guarded);
        let straight = (straight_on || guarded || !plain.is_empty())
            .then(|| words::straight(node, &plain, straight_on, branches.iter().any(|b| b.tone == Tone::Choice)));
        let goes_on = straight.is_some() || branches.iter().any(|branch| branch.row.is_open());
        (Item::Step(Drawn { ix, node, branches, straight }), goes_on)
    }

    fn to(&self, node: &Node) -> To {
        match &node.outline.target {
            Some(Target::Top) => To::Here("top".into()),
            Some(Target::Block { name, .. }) => To::Here(name.clone()),
            Some(Target::Flow(name)) => To::Flow(name.to_string()),
            Some(Target::Unknown(name)) => To::Nowhere(name.clone()),
            None => To::Nowhere(String::new()),
        }
    }
}

/// A `go` or `return` with a condition.
fn guarded_step<'a>(ix: NodeIx, node: &'a Node, row: Row<'a>) -> Item<'a> {
    let key = node.outline.verb.to_owned();
    let branch = Branch { key, words: "yes".into(), ends: false, tone: Tone::Choice, row };
    Item::Step(Drawn { ix, node, branches: vec![branch], straight: Some("no".into()) })
}

fn is_called(flow: &Flow, name: &str) -> bool {
    flow.nodes.iter().any(|node| {
        node.outline.verb == "call"
            && matches!(&node.outline.target, Some(Target::Block { name: called, .. }) if called == name)
    })
}

fn returns(node: &Node) -> bool {
    node.outline.verb == "return"
}

/// True if the `return` has a value.
fn gives(node: &Node) -> bool {
    node.outline.yaml.get("return").is_some_and(|value| !value.is_null())
}

/// Marks the ends of a called block, after which the caller continues. Steps for an error and for a hand-off end the
/// flow instead, unless they `return`.
fn comes_back(mut row: Row<'_>) -> Row<'_> {
    each_end(&mut row, false, &mut |item| *item = Item::Back);
    row
}

/// Replaces `return` by the end, in a flow without a caller.
fn ends_here(row: &mut Row<'_>) {
    each_end(row, true, &mut |item| *item = Item::Stop);
}

/// Visits the ends of a row; `all`: also those of branches behind which the flow ends.
fn each_end<'a>(row: &mut Row<'a>, all: bool, change: &mut impl FnMut(&mut Item<'a>)) {
    for item in &mut row.items {
        match item {
            Item::Stop | Item::Back => change(item),
            Item::Step(step) => {
                let own = step.branches.iter_mut().filter(|branch| all || !branch.ends);
                own.for_each(|branch| each_end(&mut branch.row, all, change));
            }
            Item::Label(_) | Item::Jump(_) => {}
        }
    }
}

/// The rank of a jump as the place for its block: its cause, its depth, and its number in reading order.
type Rank = (Tone, usize, usize);

/// Puts blocks behind jumps to them, the most natural jump first.
fn attach<'a>(row: &mut Row<'a>, blocks: &mut BTreeMap<String, Row<'a>>) {
    loop {
        join_alike(row, blocks);
        let (mut best, mut count): (Option<(Rank, String)>, usize) = (None, 0);
        rank(row, Tone::Choice, 0, &mut count, &mut |rank, name| {
            if blocks.contains_key(name) && best.as_ref().is_none_or(|(other, _)| rank < *other) {
                best = Some((rank, name.to_owned()));
            }
        });
        let Some(((.., number), name)) = best else { return };
        let Some(block) = blocks.remove(&name) else { return };
        put(row, &mut { number }, &mut Some((name, block)));
    }
}

fn rank(row: &Row<'_>, tone: Tone, depth: usize, count: &mut usize, see: &mut impl FnMut(Rank, &str)) {
    for item in &row.items {
        match item {
            Item::Jump(jump) => {
                if let To::Here(name) = jump {
                    see((tone, depth, *count), name);
                }
                *count += 1;
            }
            Item::Step(step) => {
                for branch in &step.branches {
                    rank(&branch.row, tone.max(branch.tone), depth + 1, count, see);
                }
            }
            Item::Label(_) | Item::Stop | Item::Back => {}
        }
    }
}

/// Replaces the jump with this number by the block.
fn put<'a>(row: &mut Row<'a>, number: &mut usize, block: &mut Option<(String, Row<'a>)>) {
    for at in 0..row.items.len() {
        match &mut row.items[at] {
            Item::Jump(_) if *number == 0 => {
                let Some((name, found)) = block.take() else { return };
                row.items.truncate(at);
                row.items.push(Item::Label(name.as_str().into()));
                row.items.extend(found.items);
                row.exit = found.exit;
                return;
            }
            Item::Jump(_) => *number -= 1,
            Item::Step(step) => {
                for branch in &mut step.branches {
                    put(&mut branch.row, number, block);
                    if block.is_none() {
                        return;
                    }
                }
            }
            Item::Label(_) | Item::Stop | Item::Back => {}
        }
    }
}

/// If several branches of the last step jump to one block, the block becomes the continuation of the step.
fn join_alike<'a>(row: &mut Row<'a>, blocks: &mut BTreeMap<String, Row<'a>>) {
    for item in &mut row.items {
        if let Item::Step(step) = item {
            step.branches.iter_mut().for_each(|branch| join_alike(&mut branch.row, blocks));
        }
    }
    let Some(Item::Step(step)) = row.items.last_mut() else { return };
    if row.exit != Exit::Closed || step.straight.is_some() || step.branches.iter().any(|b| b.row.is_open()) {
        return;
    }
    let leads = |branch: &Branch<'_>| match branch.row.items.last() {
        Some(Item::Jump(To::Here(name))) if branch.tone == Tone::Choice => Some(name.clone()),
        _ => None,
    };
    let names: Vec<String> = step.branches.iter().filter_map(leads).collect();
    let shared =
        names.iter().find(|name| blocks.contains_key(*name) && names.iter().filter(|other| other == name).count() > 1);
    let Some(name) = shared.cloned() else { return };
    let Some(block) = blocks.remove(&name) else { return };
    for branch in &mut step.branches {
        if leads(branch).as_ref() == Some(&name) {
            branch.row.items.pop();
            branch.row.exit = Exit::Joins;
        }
    }
    row.items.push(Item::Label(name.as_str().into()));
    row.items.extend(block.items);
    row.exit = block.exit;
}
