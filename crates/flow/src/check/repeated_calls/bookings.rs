//! Steps that make something new each time: a request, or a step that leads to one in another flow.

use super::Map;
use crate::{
    FlowSet,
    base::ids::FlowName,
    definition::{Flow, Node, Target},
    steps::{Step, start::StartAction},
    triggers::Trigger,
};
use std::cell::RefCell;

/// Parts of the address of a POST that changes nothing.
const ASKING: [&str; 9] = ["search", "query", "avail", "find", "lookup", "graphql", "token", "login", "quote"];

/// Looks for the request behind a step, and never twice into one flow.
pub struct Bookings<'a> {
    set: &'a FlowSet,
    open: RefCell<Vec<FlowName>>,
}

impl<'a> Bookings<'a> {
    pub fn new(set: &'a FlowSet) -> Bookings<'a> {
        Bookings { set, open: RefCell::default() }
    }

    /// The request that a step makes, itself or in a flow that it calls, starts, or tells by an event.
    ///
    /// PUT and DELETE are the same when they are done twice, and a PATCH writes values: only a POST makes something
    /// new. A `start` with a `key` and a trigger with `once_per` or `at_most` see to it themselves that it is done
    /// once.
    pub fn of(&self, node: &'a Node) -> Option<&'a Node> {
        match &node.step {
            Step::Http(_) => posted_to(node).map(|_| node),
            Step::Start(start) => match &start.what {
                StartAction::Begin(Target::Flow(name)) if start.key.is_none() => self.of_flow(name),
                StartAction::Begin(_) | StartAction::Cancel(_) => None,
            },
            Step::Emit(emit) => {
                let name = emit.name.as_plain()?;
                let hears = |flow: &&'a Flow| {
                    flow.triggers.iter().any(|trigger| {
                        let each_time = trigger.once_per.is_none() && trigger.at_most.is_empty();
                        each_time && matches!(&trigger.kind, Trigger::Event(event) if event.name == name)
                    })
                };
                let mut flows = self.set.flows.values().map(|flow| &**flow).filter(hears);
                flows.find_map(|flow| self.of_flow(&flow.name))
            }
            _ => self.of_flow(called_flow(node)?),
        }
    }

    /// The request that a flow makes on all its ways, or before anybody is asked.
    pub fn of_flow(&self, name: &FlowName) -> Option<&'a Node> {
        let flow = self.set.flow(name)?;
        if self.open.borrow().contains(name) {
            return None;
        }
        self.open.borrow_mut().push(name.clone());
        let found = self.first_in(flow);
        self.open.borrow_mut().pop();
        found
    }

    fn first_in(&self, flow: &'a Flow) -> Option<&'a Node> {
        let entry = flow.entry?.0 as usize;
        let all: Vec<(usize, &'a Node)> =
            flow.nodes.iter().enumerate().filter_map(|(at, node)| Some((at, self.of(node)?))).collect();
        if all.is_empty() {
            return None;
        }
        let map = Map::new(self.set, flow);
        let found = all.into_iter().find(|(at, _)| map.unasked_to(*at)[entry] || !map.past(*at)[entry]);
        found.map(|(_, request)| request)
    }

    /// A flow that this step calls can fail after its request, and its caller deals with that.
    pub fn fails_behind(&self, node: &'a Node) -> bool {
        let Some(flow) = called_flow(node).and_then(|name| self.set.flow(name)) else { return false };
        if flow.on_error.is_some() || self.open.borrow().contains(&flow.name) {
            return false;
        }
        self.open.borrow_mut().push(flow.name.clone());
        let map = Map::new(self.set, flow);
        let fails = |at: usize| {
            let dealt_with = |at: usize| map.ways[at].iter().any(|way| way.by == "on_error");
            let may_fail = matches!(map.verb(at), "http" | "script" | "call");
            may_fail && !dealt_with(at) && !map.callers[at].iter().any(|call| dealt_with(*call))
        };
        let requests = (0..flow.nodes.len()).filter(|at| self.of(&flow.nodes[*at]).is_some());
        let found = requests.into_iter().any(|at| map.after(at).into_iter().any(&fails));
        self.open.borrow_mut().pop();
        found
    }
}

/// The address of a POST that makes something new.
pub fn posted_to(node: &Node) -> Option<&str> {
    let Step::Http(http) = &node.step else { return None };
    let address = http.url.as_ref().map_or("", |url| url.source());
    let asks = || ASKING.iter().any(|word| address.to_lowercase().contains(word));
    (http.method == "POST" && !asks()).then_some(address)
}

/// The other flow that a `call` runs.
pub fn called_flow(node: &Node) -> Option<&FlowName> {
    match &node.outline.target {
        Some(Target::Flow(name)) if node.outline.verb == "call" => Some(name),
        _ => None,
    }
}
