//! Writes a graph as an author would: ways within their step where they can be, else as blocks with `go`.

use super::{
    graph::{Ask, Choice, Field, Goal, Graph, NodeId, Say, Step, Verb, Way},
    joins::joins,
    names::Names,
    yaml::{WrittenStep, Yaml},
};
use crate::base::limits::{BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, IMPORT_NESTING_MAX};
use std::collections::{BTreeMap, BTreeSet};

/// The steps of a flow and its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nested {
    pub steps: Vec<WrittenStep>,
    pub blocks: Vec<(String, Vec<WrittenStep>)>,
    /// Nodes to which nothing leads; they are blocks, too.
    pub orphans: Vec<NodeId>,
}

/// Writes all nodes. `names` are those of blocks; a name that a flow has cannot be one.
pub fn nest(graph: &Graph, names: &mut Names) -> Nested {
    let joins = joins(graph);
    let mut blocks = BTreeSet::new();
    // Each round finds jumps to nodes that stood within others; those become blocks in the next one.
    loop {
        let mut round =
            Round { graph, joins: &joins, blocks: &blocks, names, placed: BTreeSet::new(), jumps: BTreeSet::new() };
        let nested = round.all();
        let jumps = round.jumps;
        if jumps.is_subset(&blocks) {
            return nested;
        }
        blocks.extend(jumps);
    }
}

struct Round<'a> {
    graph: &'a Graph,
    joins: &'a BTreeMap<NodeId, NodeId>,
    blocks: &'a BTreeSet<NodeId>,
    names: &'a mut Names,
    placed: BTreeSet<NodeId>,
    jumps: BTreeSet<NodeId>,
}

/// A list of steps while it grows: the last text may still become a question.
#[derive(Default)]
struct Steps {
    done: Vec<WrittenStep>,
    last: Option<(Vec<String>, Say)>,
}

impl Steps {
    fn finish(mut self) -> Vec<WrittenStep> {
        self.flush();
        self.done
    }

    fn flush(&mut self) {
        if let Some((remarks, say)) = self.last.take() {
            let mut keys = said("say", &say);
            // A tap on a button of a text counts as its words.
            let fits = |choice: &Choice| choice.title.chars().count() <= BUTTON_TITLE_CHARS_MAX;
            let can_be_tapped = say.quick.len() <= BUTTONS_MAX && say.quick.iter().all(fits) && !say.text.is_empty();
            let titles = say.quick.iter().map(|choice| &choice.title);
            if !say.quick.is_empty() && can_be_tapped {
                keys.push(("buttons".to_owned(), Yaml::List(titles.map(Yaml::text).collect())));
            } else if !say.quick.is_empty() {
                let lines: String = titles.map(|title| format!("\n• {title}")).collect();
                keys[0].1 = Yaml::text(format!("{}{lines}", say.text));
            }
            self.done.push(WrittenStep { remarks, keys });
        }
    }

    fn say(&mut self, remarks: &[String], say: &Say) {
        if let Some((_, above)) = self.last.as_mut().filter(|(_, above)| say.joins && !above.text.is_empty()) {
            above.text = format!("{}\n{}", above.text, say.text);
            return;
        }
        self.flush();
        self.last = Some((remarks.to_vec(), say.clone()));
    }

    fn push(&mut self, step: WrittenStep) {
        self.flush();
        self.done.push(step);
    }
}

impl Round<'_> {
    fn all(&mut self) -> Nested {
        let mut nested = Nested::default();
        if let Some(start) = self.graph.start {
            self.placed.insert(start);
            nested.steps = self.chain(start, None, 0);
        }
        for &block in self.blocks {
            self.block(block, &mut nested);
        }
        // Those that nothing leads to come last, and what they lead to stands within them.
        let led_to: BTreeSet<NodeId> = (0..self.graph.nodes.len()).flat_map(|node| self.graph.targets(node)).collect();
        let all = 0..self.graph.nodes.len();
        let heads_first = all.clone().filter(|node| !led_to.contains(node)).chain(all);
        for node in heads_first.collect::<Vec<_>>() {
            if !self.placed.contains(&node) && !self.graph.nodes[node].copied {
                nested.orphans.push(node);
                self.block(node, &mut nested);
            }
        }
        nested
    }

    fn block(&mut self, node: NodeId, nested: &mut Nested) {
        if self.placed.insert(node) {
            let name = self.name(node);
            let steps = self.chain(node, None, 0);
            nested.blocks.push((name, steps));
        }
    }

    fn name(&mut self, node: NodeId) -> String {
        self.names.of(&node.to_string(), &self.graph.nodes[node].title, "part")
    }

    /// The steps from this node on. `outer`: where falling off their end leads; without one the flow ends there.
    fn chain(&mut self, from: NodeId, outer: Option<NodeId>, depth: usize) -> Vec<WrittenStep> {
        let mut steps = Steps::default();
        let goal = self.node(from, &mut steps, outer, depth);
        self.follow(goal, &mut steps, outer, depth);
        steps.finish()
    }

    fn follow(&mut self, mut goal: Goal, steps: &mut Steps, outer: Option<NodeId>, depth: usize) {
        loop {
            match goal {
                Goal::Below => return,
                Goal::End => {
                    if outer.is_some() {
                        steps.push(word("end", ""));
                    }
                    return;
                }
                Goal::Node(node) if Some(node) == outer => return,
                Goal::Node(node) if self.may_stand_here(node, steps, depth) => {
                    // A question without words is copied: elsewhere it may still need its block.
                    if !self.blocks.contains(&node) {
                        self.placed.insert(node);
                    }
                    goal = self.node(node, steps, outer, depth);
                }
                Goal::Node(node) => {
                    steps.push(self.jump(node));
                    return;
                }
            }
        }
    }

    fn may_stand_here(&self, node: NodeId, steps: &Steps, depth: usize) -> bool {
        let here = &self.graph.nodes[node];
        if here.copied && steps.last.is_some() {
            return true;
        }
        let is_small = here.steps.len() <= 1 && here.steps.iter().all(|step| step.ways().is_empty());
        !self.placed.contains(&node) && !self.blocks.contains(&node) && (depth <= IMPORT_NESTING_MAX || is_small)
    }

    fn jump(&mut self, node: NodeId) -> WrittenStep {
        if self.graph.start == Some(node) {
            return word("go", "top");
        }
        self.jumps.insert(node);
        let name = self.name(node);
        word("go", &name)
    }

    /// Writes a node's steps; gives the goal behind them.
    fn node(&mut self, id: NodeId, steps: &mut Steps, outer: Option<NodeId>, depth: usize) -> Goal {
        let node = &self.graph.nodes[id];
        let Some((last, before)) = node.steps.split_last() else { return node.next };
        before.iter().for_each(|step| self.step(step, steps, None, depth));
        let has_ways = !last.ways().is_empty();
        let falls = node.falls || !has_ways || last.ways().iter().any(|way| way.to == Goal::Below);
        let behind = match (falls, node.next) {
            (true, next) => next,
            // Ways that come together again go on below the step.
            (false, _) => self.joins.get(&id).map_or(Goal::Below, |join| Goal::Node(*join)),
        };
        let falls_to = match behind {
            Goal::Node(next) => Some(next),
            Goal::End => None,
            Goal::Below => outer,
        };
        self.step(last, steps, falls_to, depth);
        behind
    }

    fn step(&mut self, step: &Step, steps: &mut Steps, falls_to: Option<NodeId>, depth: usize) {
        match &step.verb {
            Verb::Say(say) => steps.say(&step.remarks, say),
            Verb::Ask(ask) => self.ask(ask, &step.remarks, steps, falls_to, depth),
            Verb::Keys(keys) => {
                let keys = self.fields(keys, falls_to, depth);
                steps.push(WrittenStep { remarks: step.remarks.clone(), keys });
            }
        }
    }

    fn ask(&mut self, ask: &Ask, remarks: &[String], steps: &mut Steps, falls_to: Option<NodeId>, depth: usize) {
        let mut remarks = remarks.to_vec();
        let question = ask.question.clone().or_else(|| {
            let can_ask = |say: &Say| !say.text.is_empty();
            steps.last.as_ref().is_some_and(|(_, say)| can_ask(say)).then(|| steps.last.take()).flatten().map(
                |(said, say)| {
                    remarks.splice(0..0, said);
                    say
                },
            )
        });
        let keys = self.fields(&ask.keys, falls_to, depth);
        let question = match question {
            None if ask.fallback.is_empty() => {
                let mut written = vec![("wait".to_owned(), Yaml::bare("reply"))];
                written.extend(ask.variable.iter().map(|name| ("as".to_owned(), Yaml::bare(name))));
                written.extend(keys.into_iter().filter(|(key, _)| matches!(key.as_str(), "timeout" | "on_timeout")));
                return steps.push(WrittenStep { remarks, keys: written });
            }
            None => Say { text: ask.fallback.clone(), ..Say::default() },
            Some(say) => say,
        };
        let mut written = said("ask", &question);
        written.extend(ask.variable.iter().map(|name| ("as".to_owned(), Yaml::bare(name))));
        if ask.options.is_empty() && !question.quick.is_empty() {
            let options = question.quick.iter().map(|choice| self.option(choice, falls_to, depth)).collect();
            written.push(("options".to_owned(), Yaml::List(options)));
            written.extend(any_text(ask.variable.as_deref()));
        }
        if !ask.options.is_empty() {
            let options = ask.options.iter().map(|choice| self.option(choice, falls_to, depth)).collect();
            written.push(("options".to_owned(), Yaml::List(options)));
        }
        written.extend(keys);
        steps.push(WrittenStep { remarks, keys: written });
    }

    fn option(&mut self, choice: &Choice, falls_to: Option<NodeId>, depth: usize) -> Yaml {
        let way = choice.way.as_ref().map(|way| self.way(way, falls_to, depth)).filter(|steps| !steps.is_empty());
        match (&choice.id, &choice.about, way) {
            (None, None, None) => Yaml::text(&choice.title),
            (None, None, Some(steps)) => Yaml::Map(vec![(choice.title.clone(), Yaml::Steps(steps))]),
            (id, about, way) => {
                let mut keys = vec![("title".to_owned(), Yaml::text(&choice.title))];
                if let Some(id) = id {
                    keys.insert(0, ("id".to_owned(), Yaml::text(id)));
                }
                keys.extend(about.iter().map(|about| ("desc".to_owned(), Yaml::text(about))));
                keys.extend(way.map(|steps| ("do".to_owned(), Yaml::Steps(steps))));
                Yaml::Map(keys)
            }
        }
    }

    fn fields(&mut self, fields: &[(String, Field)], falls_to: Option<NodeId>, depth: usize) -> Vec<(String, Yaml)> {
        let mut written = Vec::new();
        for (key, field) in fields {
            // Behind `on_error` the flow ends: falling off leads nowhere.
            let to = falls_to.filter(|_| key != "on_error");
            let value = match field {
                Field::Plain(yaml) => yaml.clone(),
                Field::Way(way) => Yaml::Steps(self.hard_way(key, way, to, depth)),
                Field::Ways(ways) => Yaml::Map(
                    ways.iter().map(|(label, way)| (label.clone(), Yaml::Steps(self.way(way, to, depth)))).collect(),
                ),
                Field::Weighted(ways) => {
                    let weighed = |(name, weight, way): &(String, u32, Way)| {
                        let steps = Yaml::Steps(self.way(way, to, depth));
                        (name.clone(), Yaml::map([("weight", Yaml::bare(weight)), ("do", steps)]))
                    };
                    Yaml::Map(ways.iter().map(weighed).collect())
                }
            };
            // An `else` that does nothing says nothing.
            if !(key == "else" && value == Yaml::Steps(Vec::new())) {
                written.push((key.clone(), value));
            }
        }
        // For `check` a `switch` says that all other values are passed over.
        if written.first().is_some_and(|(key, _)| key == "switch") && written.iter().all(|(key, _)| key != "else") {
            written.push(("else".to_owned(), Yaml::Steps(Vec::new())));
        }
        written
    }

    /// The steps of a way. Where nothing would follow, an `on_error` says that the flow ends there.
    fn hard_way(&mut self, key: &str, way: &Way, to: Option<NodeId>, depth: usize) -> Vec<WrittenStep> {
        let steps = self.way(way, to, depth);
        if key == "on_error" && steps.is_empty() { vec![word("end", "")] } else { steps }
    }

    fn way(&mut self, way: &Way, falls_to: Option<NodeId>, depth: usize) -> Vec<WrittenStep> {
        let mut steps = Steps::default();
        way.steps.iter().for_each(|step| self.step(step, &mut steps, falls_to, depth + 1));
        self.follow(way.to, &mut steps, falls_to, depth + 1);
        steps.finish()
    }
}

/// `other` for a question that takes any text beside its options.
fn any_text(variable: Option<&str>) -> Option<(String, Yaml)> {
    let set = variable.map(|name| WrittenStep {
        remarks: Vec::new(),
        keys: vec![("set".to_owned(), Yaml::Map(vec![(name.to_owned(), Yaml::text("${msg.text ?? \"\"}"))]))],
    });
    Some(("other".to_owned(), Yaml::Steps(set.into_iter().collect())))
}

fn word(key: &str, value: &str) -> WrittenStep {
    WrittenStep { remarks: Vec::new(), keys: vec![(key.to_owned(), Yaml::bare(value))] }
}

/// A text with what stands around it.
fn said(verb: &str, say: &Say) -> Vec<(String, Yaml)> {
    let mut keys = vec![(verb.to_owned(), Yaml::text(&say.text))];
    match say.media.as_slice() {
        [] => {}
        [one] => keys.push(("media".to_owned(), Yaml::text(one))),
        many => keys.push(("media".to_owned(), Yaml::List(many.iter().map(Yaml::text).collect()))),
    }
    keys.extend(say.header.iter().map(|text| ("header".to_owned(), Yaml::text(text))));
    keys.extend(say.footer.iter().map(|text| ("footer".to_owned(), Yaml::text(text))));
    keys.extend(
        say.link.iter().map(|(title, url)| {
            ("link".to_owned(), Yaml::map([("title", Yaml::text(title)), ("url", Yaml::text(url))]))
        }),
    );
    keys.extend(say.if_closed.iter().map(|closed| ("if_closed".to_owned(), closed.clone())));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::import::graph::Node;

    /// An `if` whose `then` leads to one node and that falls to another.
    fn branch(graph: &mut Graph, then: Goal, next: Goal) -> NodeId {
        let keys =
            vec![("if".to_owned(), Field::Plain(Yaml::text("true"))), ("then".to_owned(), Field::Way(Way::to(then)))];
        graph.add(Node::new("branch", vec![Verb::Keys(keys).into()], next))
    }

    fn written(graph: &Graph) -> (String, Vec<String>) {
        let nested = nest(graph, &mut Names::default());
        let names = nested.blocks.iter().map(|(name, _)| name.clone()).collect();
        let steps = crate::cli::import::yaml::file("a.yaml", &[], &[("steps".to_owned(), Yaml::Steps(nested.steps))]);
        (steps, names)
    }

    #[test]
    fn ways_that_come_together_go_on_below() {
        let mut graph = Graph::default();
        let end = graph.add(Node::new("end", vec![Step::say("c")], Goal::End));
        let then = graph.add(Node::new("then", vec![Step::say("b")], Goal::Node(end)));
        graph.start = Some(branch(&mut graph, Goal::Node(then), Goal::Node(end)));
        let (steps, blocks) = written(&graph);
        assert_eq!(steps, "steps:\n  - if: 'true'\n    then:\n      - say: b\n  - say: c\n");
        assert!(blocks.is_empty());
    }

    #[test]
    fn a_loop_is_a_block_and_one_to_the_start_leads_to_the_top() {
        let mut graph = Graph::default();
        let again = graph.add(Node::new("again", vec![Step::say("b")], Goal::Node(0)));
        graph.nodes[again].next = Goal::Node(again);
        graph.start = Some(graph.nodes.len());
        graph.add(Node::new("start", vec![Step::say("a")], Goal::Node(again)));
        assert_eq!(written(&graph), ("steps:\n  - say: a\n  - go: again\n".to_owned(), vec!["again".to_owned()]));
        graph.nodes[again].next = Goal::Node(1);
        assert!(written(&graph).0.ends_with("  - say: b\n  - go: top\n"));
    }

    #[test]
    fn steps_stand_within_steps_up_to_the_limit() {
        let deep = |levels: usize| {
            let mut graph = Graph::default();
            let mut inner = Goal::End;
            for _ in 0..levels {
                inner = Goal::Node(branch(&mut graph, inner, Goal::End));
            }
            graph.start = Some(levels - 1);
            written(&graph).1.len()
        };
        assert_eq!(deep(IMPORT_NESTING_MAX + 1), 0);
        assert_eq!(deep(IMPORT_NESTING_MAX + 2), 1);
    }
}
