//! Builds the steps and blocks of one flow.

use super::{
    jump_targets::{JumpTargets, nowhere},
    no_step::{is_then, no_verb, not_a_step, two_verbs},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        ids::{FlowName, StepId},
        place::Place,
        synonyms,
        yaml::{self, Entry, Kind, Scalar},
    },
    definition::{Block, Body, Flow, Node, NodeIx, Outline, Target},
    load::{bot::Bot, spec::Spec, step_fields::StepFields},
    script::{Code, Scripts, valid_name},
    steps::{self, Step},
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The builder of one flow's steps.
pub struct Builder<'a> {
    pub(super) flow: FlowName,
    pub(crate) bot: &'a Bot,
    pub(crate) scripts: &'a Scripts,
    pub(crate) findings: &'a Findings,
    /// The variables of the flow.
    pub(crate) names: &'a [String],
    flow_names: &'a BTreeSet<String>,
    written_blocks: &'a BTreeMap<String, &'a Entry>,
    /// The first step of each block; its steps are parsed after `steps`.
    block_entries: BTreeMap<String, (Option<NodeIx>, Vec<&'a yaml::Node>)>,
    nodes: Vec<Option<Node>>,
    /// The number of steps of each verb so far, for ids such as `ask_2`.
    counts: BTreeMap<&'static str, u32>,
    ids: HashMap<StepId, (NodeIx, Place)>,
    /// Names that look like blocks in a wrong place, where they have a finding.
    pub(super) astray: BTreeSet<String>,
    aims: RefCell<JumpTargets>,
    /// True if the `then` of the current `if` is a separate step behind it, which has a finding there.
    pub(crate) then_follows: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        flow: &FlowName,
        bot: &'a Bot,
        scripts: &'a Scripts,
        flow_names: &'a BTreeSet<String>,
        names: &'a [String],
        written_blocks: &'a BTreeMap<String, &'a Entry>,
        findings: &'a Findings,
    ) -> Self {
        Builder {
            flow: flow.clone(),
            bot,
            scripts,
            findings,
            names,
            flow_names,
            written_blocks,
            block_entries: BTreeMap::new(),
            nodes: Vec::new(),
            counts: BTreeMap::new(),
            ids: HashMap::new(),
            astray: BTreeSet::new(),
            aims: RefCell::default(),
            then_follows: false,
        }
    }

    /// The flow with this name; else the name that is perhaps meant.
    pub(crate) fn tool(&self, name: &str) -> Result<FlowName, Option<String>> {
        match self.flow_names.contains(name) {
            true => Ok(name.into()),
            false => Err(did_you_mean(name, self.flow_names.iter().map(String::as_str))),
        }
    }

    /// Gives every block its first index, so that a `go` can name a block further down.
    pub(super) fn reserve_blocks(&mut self) {
        for (name, entry) in self.written_blocks {
            let items = self.items(&entry.value);
            let first = self.reserve(items.len());
            self.block_entries.insert(name.clone(), (first, items));
        }
    }

    /// Parses the reserved blocks, in the order of the file.
    pub(super) fn blocks(&mut self) -> BTreeMap<String, Block> {
        let mut written: Vec<(&String, &&Entry)> = self.written_blocks.iter().collect();
        written.sort_by_key(|(_, entry)| entry.key.place.range().start);
        let mut blocks = BTreeMap::new();
        for (name, entry) in written {
            let (first, items) = self.block_entries.get(name).cloned().unwrap_or_default();
            if name == "top" {
                let finding = Diagnostic::error(
                    "E406",
                    &entry.key.place,
                    "`top` is the top of this flow, and no block may be called so",
                );
                self.findings.push(finding.help("give it another name, such as `begin`, also where a step goes to it"));
            }
            self.fill(first, &items, None);
            blocks.insert(name.clone(), Block { entry: first, place: entry.key.place.clone() });
        }
        blocks
    }

    /// Parses the steps under a key: nothing, one step, or a list.
    pub(crate) fn body(&mut self, node: &'a yaml::Node, next: Option<NodeIx>) -> Body {
        let items = self.items(node);
        let first = self.reserve(items.len());
        self.fill(first, &items, next);
        Body(first.or(next))
    }

    fn items(&self, node: &'a yaml::Node) -> Vec<&'a yaml::Node> {
        let empty = |node: &yaml::Node| match &node.kind {
            Kind::Null => true,
            Kind::Map(entries) => entries.is_empty(),
            Kind::Scalar(_) | Kind::List(_) => false,
        };
        node.one_or_many().iter().filter(|item| !empty(item)).collect()
    }

    fn reserve(&mut self, count: usize) -> Option<NodeIx> {
        let first = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.extend(std::iter::repeat_with(|| None).take(count));
        (count > 0).then_some(NodeIx(first))
    }

    fn fill(&mut self, first: Option<NodeIx>, items: &[&'a yaml::Node], next: Option<NodeIx>) {
        let Some(NodeIx(first)) = first else { return };
        for (offset, item) in items.iter().enumerate() {
            let ix = NodeIx(first + offset as u32);
            let following = if offset + 1 < items.len() { Some(NodeIx(ix.0 + 1)) } else { next };
            self.then_follows = items.get(offset + 1).is_some_and(|next| is_then(next));
            let node = self.step(item, ix, following);
            self.nodes[ix.0 as usize] = Some(node);
        }
    }

    fn step(&mut self, node: &'a yaml::Node, ix: NodeIx, next: Option<NodeIx>) -> Node {
        let before = self.findings.len();
        let Some((verb, place)) = self.verb(node) else {
            let id = StepId::from(format!("{}.unreadable_{}", self.flow, ix.0));
            return unreadable(id, node, next);
        };
        let several = self.findings.len() > before;
        let spec = verb;
        let count = self.counts.entry(spec.name).or_default();
        *count += 1;
        // An agent has a name, by which tests and reports know it.
        let named = node.get("agent").and_then(yaml::Node::text).filter(|name| valid_name(name).is_ok());
        let derived = match named.filter(|_| spec.name == "agent") {
            Some(name) => name.to_owned(),
            None => format!("{}_{count}", spec.name),
        };
        let id = self.id(node, &derived, ix, &place);
        let mut fields = StepFields::new(node, &place, spec, id.clone(), (Some(ix), next), self);
        fields.know(&["id", "note"]);
        if several {
            // Several verbs have a finding of their own, so the others are not reported as unknown keys.
            steps::SPECS.iter().for_each(|spec| fields.know(&[spec.name]));
            // The keys of the other verbs are not reported either.
            let others = steps::SPECS.iter().filter(|other| node.get(other.name).is_some());
            others.flat_map(|other| other.fields).for_each(|field| fields.leave(field.name));
        }
        let guard = if spec.name == "if" { None } else { fields.opt_code("if") };
        if guard.is_some() {
            // `if`, a step, `else`: the step was meant to be under `then`.
            let both = ["then", "else"].into_iter().filter_map(|key| node.entry(key));
            for entry in both.filter(|entry| spec.field(&entry.key.text).is_none()) {
                let message = format!("`if` beside `{}` only guards it, and has no `{}`", spec.name, entry.key.text);
                let finding = Diagnostic::error("E203", &entry.key.place, message);
                fields
                    .report(finding.help(format!("write `then:` below the `if`, and `- {}: …` below that", spec.name)));
            }
            fields.know(&["then", "else"]);
        }
        let step = Step::parse(spec.name, &mut fields);
        let on_error = fields.opt_last_steps("on_error");
        let outline = fields.finish();
        Node { id, place, guard, step, next, on_error, outline }
    }

    /// The verb of a step and its place. `None`: there is none, which has a finding.
    fn verb(&mut self, node: &'a yaml::Node) -> Option<(&'static Spec, Place)> {
        if let Some(word) = node.text() {
            if steps::ALONE.contains(&word) {
                return Some((steps::spec(word)?, node.place.clone()));
            }
            if !node.is_broken() {
                let finding = Diagnostic::error(
                    "E220",
                    &node.place,
                    format!("a step is a key with a value, and this is {}", node.describe()),
                );
                let before = node.place.file().text().get(..node.place.range().start).unwrap_or_default();
                let first = word.split(' ').next().unwrap_or_default();
                if before.trim_end().ends_with(',') && steps::spec(first).is_none() {
                    let help = "the text before it ends at its comma: put the whole text in quotes";
                    self.findings.push(finding.help(help));
                } else {
                    not_a_step(self.findings, finding, word, before, self.leads_to(word));
                }
            }
            return None;
        }
        let Some(entries) = node.map() else {
            let finding = Diagnostic::error(
                "E220",
                &node.place,
                format!("a step is a key with a value, and this is {}", node.describe()),
            );
            self.findings.push(finding.help("write `- say: Hello`"));
            return None;
        };
        let is_verb = |entry: &&Entry| steps::spec(&entry.key.text).is_some();
        let mut verbs: Vec<&Entry> = entries.iter().filter(is_verb).collect();
        if verbs.len() > 1 {
            // `if` beside another verb is its condition.
            verbs.retain(|entry| entry.key.text != "if");
        }
        if verbs.iter().any(|entry| entry.key.text == "end") {
            // `return` beside `end` is the value that the flow returns.
            verbs.retain(|entry| entry.key.text != "return");
        }
        if let [first, second, ..] = verbs[..] {
            let (a, b) = (&first.key.text, &second.key.text);
            let finding = Diagnostic::error(
                "E222",
                &node.place,
                format!("a step has one verb, and this one has `{a}` and `{b}`"),
            );
            self.findings.push(finding.label(&second.key.place, "a step of its own?").help(two_verbs(first, second)));
        }
        let Some(verb) = verbs.first() else {
            no_verb(self.findings, node, entries);
            return None;
        };
        let name = verb.key.text.as_str();
        if verb.key.is_misspelt() {
            self.findings.push(misspelt("step", &verb.key, "E221", steps::SPECS));
        }
        Some((steps::spec(name)?, verb.key.place.clone()))
    }

    fn id(&mut self, node: &yaml::Node, derived: &str, ix: NodeIx, place: &Place) -> StepId {
        let written = node.get("id");
        let name = match written.and_then(yaml::Node::text) {
            Some(text) if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) => {
                text
            }
            Some(_) => {
                if let Some(node) = written {
                    let finding = Diagnostic::error(
                        "E216",
                        &node.place,
                        "an `id` has letters, digits, `_` and `-` only; write one without blanks",
                    );
                    self.findings.push(finding);
                }
                derived
            }
            None => derived,
        };
        let id = StepId::from(format!("{}.{name}", self.flow));
        let place = written.map_or(place, |node| &node.place);
        if let Some((_, first)) = self.ids.get(&id) {
            let finding = Diagnostic::error("E217", place, format!("two steps of this flow are called `{name}`"));
            self.findings.push(finding.label(first, "first here").help("give one of the two another `id`"));
        } else {
            self.ids.insert(id.clone(), (ix, place.clone()));
        }
        id
    }

    pub(crate) fn leads_to(&self, name: &str) -> bool {
        self.written_blocks.contains_key(name) || self.flow_names.contains(name)
    }

    /// The target with this name: a block of this flow, else a flow.
    pub(crate) fn target(&self, name: &str, place: &Place) -> Target {
        let flow = self.flow_names.contains(name);
        if name == "top" {
            return Target::Top;
        }
        if let Some((entry, _)) = self.block_entries.get(name) {
            if flow {
                let message = format!("`{name}` is a block of this flow and also a flow");
                let finding = Diagnostic::error("E402", place, message);
                let block = &self.written_blocks[name].key.place;
                self.findings.push(finding.label(block, "the block").help("rename the block"));
            }
            self.aims.borrow_mut().meet(name);
            return Target::Block { name: name.to_owned(), entry: *entry };
        }
        if flow {
            return Target::Flow(name.into());
        }
        // The block in a wrong place has a finding.
        if !self.astray.contains(name) {
            let known = self.block_entries.keys().chain(self.flow_names).map(String::as_str).chain(["top"]);
            self.aims.borrow_mut().miss(name, nowhere(name, place, known));
        }
        Target::Unknown(name.to_owned())
    }

    /// Checks the name of a topic; `also`: further allowed names.
    pub(crate) fn check_topic(&self, name: &str, place: &Place, also: &[&str]) {
        let topics = &self.bot.topics;
        if !topics.contains_key(name) {
            let finding = Diagnostic::error("E407", place, format!("there is no topic `{name}`"));
            let known = did_you_mean(name, topics.keys().map(String::as_str).chain(also.iter().copied()));
            self.findings.push(finding.help_if(known.or_else(|| Some("add it to `topics` in `_bot.yaml`".into()))));
        }
    }

    pub(super) fn finish(self, flow: &mut Flow) {
        let blocks = self.written_blocks.iter().map(|(name, entry)| (name, &entry.key.place));
        self.aims.into_inner().tell(blocks, self.findings);
        flow.by_id = self.ids.into_iter().map(|(id, (ix, _))| (id, ix)).collect();
        flow.nodes = self.nodes.into_iter().flatten().collect();
    }
}

/// A finding about a misspelt name of a step or trigger, which was parsed as the one that was meant.
pub(super) fn misspelt(what: &str, key: &Scalar, code: &'static str, specs: &[&Spec]) -> Diagnostic {
    let names = || specs.iter().map(|spec| spec.name);
    let written = key.written();
    if synonyms::same_step(written) == Some(key.text.as_str()) {
        let finding = Diagnostic::error(code, &key.place, format!("there is no {what} `{written}`"));
        return finding.help(format!("write `- {}: …`", key.text));
    }
    Diagnostic::error(code, &key.place, format!("there is no {what} `{written}`"))
        .help_if(did_you_mean(written, names()))
        .misspelt(written, names())
}

/// A step that cannot be read still fills the variable of its `as`.
fn unreadable(id: StepId, node: &yaml::Node, next: Option<NodeIx>) -> Node {
    let fills = node.get("as").and_then(yaml::Node::text).map(str::to_owned);
    let outline = Outline {
        verb: "",
        yaml: node.clone(),
        bodies: Vec::new(),
        target: None,
        tools: Vec::new(),
        codes: Vec::<Code>::new(),
        texts: Vec::new(),
        sentences: Vec::new(),
        fills,
        on_timeout: None,
        on_undelivered: None,
    };
    Node { id, place: node.place.clone(), guard: None, step: Step::Unreadable, next, on_error: None, outline }
}
