//! Lists the values that a called block or flow returns, for `booking.` behind `call: book` with `as: booking`.

use crate::{
    FlowSet,
    base::yaml::{Entry, Node},
};
use std::collections::BTreeSet;

/// The names of the values of `owner`, if a call of this file fills it.
pub fn names(set: &FlowSet, root: &Node, owner: &str) -> BTreeSet<String> {
    let mut called = Vec::new();
    calls(root, owner, &mut called);
    let mut found = BTreeSet::new();
    for target in called {
        if let Some(block) = root.get("blocks").and_then(|blocks| blocks.get(target)) {
            values(block, &mut found);
        } else if let Some(flow) = set.named(target) {
            found.extend(flow.returns.iter().map(|field| field.name.clone()));
            let ends = flow.nodes.iter().filter_map(|node| node.outline.yaml.get("return")?.map());
            found.extend(ends.flatten().map(|entry| entry.key.text.clone()));
        }
    }
    found
}

/// Collects the targets of the calls that fill this variable.
fn calls<'a>(node: &'a Node, owner: &str, found: &mut Vec<&'a str>) {
    if node.get("as").and_then(Node::text) == Some(owner) {
        found.extend(node.get("call").and_then(Node::text));
    }
    children(node).for_each(|child| calls(child, owner, found));
}

/// Collects the names of all maps under `return` below this node.
fn values(node: &Node, found: &mut BTreeSet<String>) {
    let given = node.get("return").and_then(Node::map).unwrap_or_default();
    found.extend(given.iter().map(|entry| entry.key.text.clone()));
    children(node).for_each(|child| values(child, found));
}

fn children(node: &Node) -> impl Iterator<Item = &Node> {
    let entries: &[Entry] = node.map().unwrap_or_default();
    node.list().unwrap_or_default().iter().chain(entries.iter().map(|entry| &entry.value))
}
