//! Folds the blocks of a drawing, so that a long flow can be looked at in parts.

use super::{
    card::CODE,
    tree::{Exit, Item, Row, Title, Tree},
};
use crate::definition::{Flow, NodeIx};
use std::collections::{BTreeMap, BTreeSet};

/// The width of the sign before the name of a block that can be folded.
pub const SIGN: i32 = 16;

/// The beginning of a part of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    pub fold: Fold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// It does not fold: it is no block, or the drawing is for paper.
    Fixed,
    Open,
    /// The number of steps that are not drawn.
    Closed(usize),
}

impl From<&str> for Head {
    fn from(name: &str) -> Head {
        Head { name: name.to_owned(), fold: Fold::Fixed }
    }
}

impl Head {
    /// The number of hidden steps as it is drawn.
    pub fn count(&self) -> Option<String> {
        match self.fold {
            Fold::Closed(steps) => Some(steps.to_string()),
            Fold::Fixed | Fold::Open => None,
        }
    }

    /// The width of the sign and of the number.
    pub fn sign_width(&self) -> i32 {
        match self.fold {
            Fold::Fixed => 0,
            Fold::Open => SIGN,
            Fold::Closed(_) => SIGN + SIGN / 2 + CODE.width(&self.count().unwrap_or_default()),
        }
    }
}

/// Makes each block of a drawing one that can be folded, and folds those with these names.
pub fn fold(tree: &mut Tree<'_>, folded: &BTreeSet<String>) {
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for name in blocks(tree).into_values().flatten() {
        *steps.entry(name).or_default() += 1;
    }
    // A block without steps has nothing to hide.
    let hidden = |name: &str| steps.get(name).copied().filter(|_| folded.contains(name));
    for part in &mut tree.parts {
        if let Title::Block(head) = &mut part.title {
            head.fold = Fold::Open;
            if let Some(steps) = hidden(&head.name) {
                head.fold = Fold::Closed(steps);
                hide(&mut part.row, 0);
            }
        }
        fold_row(&mut part.row, &hidden);
    }
}

fn fold_row(row: &mut Row<'_>, hidden: &impl Fn(&str) -> Option<usize>) {
    let mut at = 0;
    while at < row.items.len() {
        match &mut row.items[at] {
            Item::Label(head) => {
                head.fold = Fold::Open;
                if let Some(steps) = hidden(&head.name) {
                    head.fold = Fold::Closed(steps);
                    hide(row, at + 1);
                }
            }
            Item::Step(step) => step.branches.iter_mut().for_each(|branch| fold_row(&mut branch.row, hidden)),
            Item::Jump(_) | Item::Stop | Item::Back => {}
        }
        at += 1;
    }
}

/// Takes the items of a block away, which begin at `from`: those up to the next block, or all.
fn hide(row: &mut Row<'_>, from: usize) {
    let next = row.items[from..].iter().position(|item| matches!(item, Item::Label(_)));
    match next {
        Some(count) => drop(row.items.drain(from..from + count)),
        None => {
            row.items.truncate(from);
            row.exit = Exit::Closed;
        }
    }
}

/// The blocks in whose drawing each step stands, the outermost first. A block is drawn inside another one if a branch
/// there jumps to it; one to which the other's last step jumps stands below it.
pub fn blocks(tree: &Tree<'_>) -> BTreeMap<NodeIx, Vec<String>> {
    let mut around = BTreeMap::new();
    for part in &tree.parts {
        let own = match &part.title {
            Title::Block(head) => Some(head.name.as_str()),
            Title::Start | Title::Ending(_) => None,
        };
        surround(&part.row, own, &[], &mut around);
    }
    let mut all = BTreeMap::new();
    for (name, block) in &tree.flow.blocks {
        let names = around.get(name).cloned().unwrap_or_else(|| vec![name.clone()]);
        each_step(tree.flow, block.entry, &names, &mut all);
    }
    all
}

/// Notes for each block of a row, which begins with the block `own`, the blocks around it and itself.
fn surround(row: &Row<'_>, own: Option<&str>, outer: &[String], around: &mut BTreeMap<String, Vec<String>>) {
    let within = |name: &str| -> Vec<String> { outer.iter().cloned().chain([name.to_owned()]).collect() };
    let mut names = own.map_or_else(|| outer.to_vec(), within);
    if let Some(name) = own {
        around.insert(name.to_owned(), names.clone());
    }
    for item in &row.items {
        match item {
            Item::Label(head) => {
                names = within(&head.name);
                around.insert(head.name.clone(), names.clone());
            }
            Item::Step(step) => step.branches.iter().for_each(|branch| surround(&branch.row, None, &names, around)),
            Item::Jump(_) | Item::Stop | Item::Back => {}
        }
    }
}

/// Gives the names to a step of a block, to those in its branches, and to those that follow.
fn each_step(flow: &Flow, from: Option<NodeIx>, names: &[String], all: &mut BTreeMap<NodeIx, Vec<String>>) {
    let mut at = from;
    while let Some(ix) = at {
        if all.contains_key(&ix) {
            return;
        }
        all.insert(ix, names.to_vec());
        let node = flow.node(ix);
        node.outline.bodies.iter().for_each(|(_, body)| each_step(flow, body.0, names, all));
        at = node.next;
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        FlowSet,
        base::place::SourceFile,
        parse_set,
        tools::drawing::{draw_page, steps},
    };
    use std::collections::BTreeSet;

    const DESK: &str = "\
flow: desk
when:
  - message: hi
steps:
  - ask: What can I do?
    options:
      - Book: {go: book}
      - Ask: {go: person}
      - Hours: [{say: Ten to six}]
  - say: Good bye
blocks:
  book:
    - ask: When?
      options:
        - Today: {go: today}
        - Later: [{say: Later}, {go: person}]
  today: [{say: This day}, {go: last}]
  last: [{say: At last}]
  person: [{handoff: desk}]
  empty: []
  count: [{log: counted}, {log: twice}]
";

    fn set() -> FlowSet {
        let bot = SourceFile::new("flows/_bot.yaml", "bot: T\nteams: {desk: {}}\n");
        parse_set(&[bot, SourceFile::new("flows/desk.yaml", DESK)]).0
    }

    fn drawn(folded: &[&str]) -> String {
        let names: BTreeSet<String> = folded.iter().map(|&name| name.to_owned()).collect();
        let set = set();
        draw_page(&set, set.named("desk").unwrap(), &names)
    }

    #[test]
    fn each_step_names_the_blocks_in_whose_drawing_it_stands() {
        let set = set();
        let of = |words: &str| -> Vec<String> {
            let all = steps(&set, set.named("desk").unwrap());
            all.into_iter().find(|step| step.words == words).unwrap().blocks
        };
        assert!(of("What can I do?").is_empty() && of("Ten to six").is_empty() && of("Good bye").is_empty());
        assert_eq!(of("When?"), ["book"]);
        assert_eq!(of("Later"), ["book"]);
        assert_eq!(of("This day"), ["book", "today"]);
        assert_eq!(of("At last"), ["book", "last"]);
        assert_eq!(of("counted"), ["count"]);
    }

    #[test]
    fn a_folded_block_is_its_head_with_the_number_of_its_steps() {
        let all = drawn(&[]);
        assert_eq!(all.matches("class=\"label block\"").count(), 6, "{all}");
        let folded = drawn(&["book", "count", "nobody", "empty"]);
        assert!(folded.contains("<g class=\"label block folded\" data-block=\"book\">"), "{folded}");
        // `book` has a question, a text and two jumps; `today` and `last` are drawn inside it.
        assert!(folded.contains(">7</text>") && folded.contains(">2</text>"), "{folded}");
        for hidden in ["When?", "Later", "This day", "counted"] {
            assert!(all.contains(hidden) && !folded.contains(hidden), "{hidden}: {folded}");
        }
        assert!(!folded.contains("folded\" data-block=\"empty\""), "{folded}");
        assert!(folded.contains("data-way=\"Book\"") && folded.contains("Good bye"), "{folded}");
    }

    #[test]
    fn a_block_below_a_folded_one_is_still_drawn() {
        let folded = drawn(&["today"]);
        assert!(folded.contains("folded\" data-block=\"today\"") && !folded.contains("This day"), "{folded}");
        assert!(folded.contains("block\" data-block=\"last\"") && folded.contains("At last"), "{folded}");
        let both = drawn(&["today", "last"]);
        assert!(!both.contains("At last") && both.contains("folded\" data-block=\"last\""), "{both}");
    }

    #[test]
    fn a_folded_drawing_is_smaller() {
        let height = |text: &str| -> u32 {
            let after = text.split(" height=\"").nth(1).unwrap();
            after.split('"').next().unwrap().parse().unwrap()
        };
        assert!(height(&drawn(&["book", "person"])) < height(&drawn(&[])));
    }
}
