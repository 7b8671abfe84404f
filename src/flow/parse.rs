//! Files to a set of flows. Parsing never fails: it yields what could be understood, and every finding.

use super::{
    bot::{self, Bot},
    definition::{Block, Body, Flow, FlowSet, IfBusy, Node, NodeIx, Outline, Target, WrittenTrigger},
    locale,
    script::{Code, Scripts},
    step_fields::{StepFields, declared},
    steps::{self, Step},
    text::{Data, Names, Text},
    triggers::{self, Trigger},
};
use crate::base::{
    diagnostic::{Diagnostic, Findings, did_you_mean},
    fields::Fields,
    ids::{FlowName, StepId},
    place::{Place, SourceFile},
    time::Span,
    yaml::{self, Entry, Kind},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Verbs of the language that this version does not do yet.
const LATER_VERBS: [&str; 6] = ["react", "repeat", "split", "start", "llm", "agent"];
/// Triggers of the language that this version does not do yet.
const LATER_TRIGGERS: [&str; 12] = [
    "order",
    "form",
    "reaction",
    "referral",
    "missed_call",
    "date",
    "window_closing",
    "quiet_for",
    "delivery",
    "tag_added",
    "tag_removed",
    "webhook",
];
/// The name of the flow that holds the steps of `defaults`.
pub const BOT_FLOW: &str = "_bot";

/// Reads all files of a project: `_bot.yaml`, flows, `scripts/*.rhai`, `locales/*.yaml`; tests are passed over.
/// The findings come sorted; a set with errors must not go live.
pub fn parse_set(files: &[Arc<SourceFile>]) -> (FlowSet, Vec<Diagnostic>) {
    let findings = Findings::default();
    let sorted = Sorted::new(files, &findings);
    let place = match (&sorted.bot, files.first()) {
        (Some((file, _)), _) => Place::start_of(file),
        (None, Some(first)) => Place::start_of(first),
        (None, None) => Place::start_of(&SourceFile::new("flows/_bot.yaml", "")),
    };
    let root = sorted.bot.as_ref().and_then(|(_, node)| node.as_ref());
    let mut bot = bot::parse(root, &place, Flow::empty(BOT_FLOW, &place), &findings);
    let scripts = Scripts::new(&sorted.scripts, bot.secrets.iter().cloned(), &findings);
    let names = flow_names(&sorted.flows);

    bot.flow = bot_flow(root, &bot, &scripts, &names, &findings);
    read_bot_texts(root, &mut bot, &scripts, &findings);
    let mut flows: BTreeMap<FlowName, Flow> = BTreeMap::new();
    let mut places: BTreeMap<FlowName, Place> = BTreeMap::new();
    for (file, root) in &sorted.flows {
        let Some(root) = root else { continue };
        let flow = parse_flow(file, root, &bot, &scripts, &names, &findings);
        if let Some(first) = places.get(&flow.name) {
            let finding = Diagnostic::error("E405", &flow.place, format!("there are two flows called `{}`", flow.name));
            findings.push(finding.label(first, "first here").help("rename one of the two, and its file"));
            continue;
        }
        places.insert(flow.name.clone(), flow.place.clone());
        flows.insert(flow.name.clone(), flow);
    }
    mark_asking(&mut flows);
    let set = FlowSet { bot, flows, scripts, locales: sorted.locales, files: files.to_vec() };
    (set, findings.into_sorted())
}

/// The files by what they are; YAML is loaded.
struct Sorted {
    bot: Option<(Arc<SourceFile>, Option<yaml::Node>)>,
    flows: Vec<(Arc<SourceFile>, Option<yaml::Node>)>,
    scripts: Vec<Arc<SourceFile>>,
    locales: BTreeMap<String, locale::Locale>,
}

impl Sorted {
    fn new(files: &[Arc<SourceFile>], findings: &Findings) -> Sorted {
        let mut sorted = Sorted { bot: None, flows: Vec::new(), scripts: Vec::new(), locales: BTreeMap::new() };
        for file in files {
            let path = file.path();
            if path.ends_with(".rhai") {
                sorted.scripts.push(file.clone());
            } else if file.stem().ends_with(".test") || !(path.ends_with(".yaml") || path.ends_with(".yml")) {
                continue;
            } else if path.starts_with("locales/") || path.contains("/locales/") {
                if let Some(root) = yaml::load(file, findings) {
                    let locale = locale::parse(&root, findings);
                    sorted.locales.insert(locale.language.clone(), locale);
                }
            } else if file.stem() == BOT_FLOW {
                sorted.bot = Some((file.clone(), yaml::load(file, findings)));
            } else {
                sorted.flows.push((file.clone(), yaml::load(file, findings)));
            }
        }
        sorted
    }
}

/// The name of each flow, also of those whose file cannot be read: jumps to them are not wrong.
fn flow_names(flows: &[(Arc<SourceFile>, Option<yaml::Node>)]) -> BTreeSet<String> {
    let name = |(file, root): &(Arc<SourceFile>, Option<yaml::Node>)| {
        let written = root.as_ref().and_then(|root| root.get("flow")?.text());
        written.unwrap_or(file.stem()).to_owned()
    };
    flows.iter().map(name).collect()
}

impl Flow {
    fn empty(name: &str, place: &Place) -> Flow {
        Flow {
            name: name.into(),
            place: place.clone(),
            title: None,
            description: None,
            draft: false,
            topic: "service".into(),
            senders: Vec::new(),
            triggers: Vec::new(),
            inputs: Vec::new(),
            returns: Vec::new(),
            vars: BTreeMap::new(),
            if_busy: None,
            expires: Span::hours(24),
            on_expire: None,
            on_error: None,
            ignore_quiet_hours: None,
            asks: false,
            entry: None,
            blocks: BTreeMap::new(),
            nodes: Vec::new(),
            by_id: HashMap::new(),
        }
    }
}

/// The steps of `defaults` in `_bot.yaml`: blocks `on_error`, `on_fail` and `unanswered` of a flow of their own.
fn bot_flow(
    root: Option<&yaml::Node>,
    bot: &Bot,
    scripts: &Scripts,
    names: &BTreeSet<String>,
    findings: &Findings,
) -> Flow {
    let mut flow = Flow::empty(BOT_FLOW, &bot.place);
    let Some(defaults) = root.and_then(|root| root.get("defaults")) else { return flow };
    let written = [
        ("on_error", defaults.entry("on_error")),
        ("unanswered", defaults.entry("unanswered")),
        ("on_fail", defaults.get("ask").and_then(|ask| ask.entry("on_fail"))),
    ];
    let own = BTreeMap::new();
    let mut builder = Builder::new(&flow.name, bot, scripts, names, &[], &own, findings);
    for (name, entry) in written {
        let Some(entry) = entry else { continue };
        let body = builder.body(&entry.value, None);
        flow.blocks.insert(name.to_owned(), Block { entry: body.0, place: entry.key.place.clone() });
    }
    builder.finish(&mut flow);
    flow.asks = flow.nodes.iter().any(asks);
    flow
}

/// The texts of `defaults`, and where its steps begin.
fn read_bot_texts(root: Option<&yaml::Node>, bot: &mut Bot, scripts: &Scripts, findings: &Findings) {
    let body = |name: &str| bot.flow.blocks.get(name).map(|block| Body(block.entry));
    let (on_error, on_fail, unanswered) = (body("on_error"), body("on_fail"), body("unanswered"));
    bot.defaults.on_error = on_error;
    bot.defaults.ask_on_fail = on_fail;
    bot.defaults.unanswered = unanswered;
    let Some(defaults) = root.and_then(|root| root.get("defaults")) else { return };
    let names = Names { own: &[], secrets: false };
    let read = |node: Option<&yaml::Node>| Some(Text::parse(node?.scalar()?, scripts, &names, findings));
    bot.defaults.old_button = read(defaults.get("old_button"));
    bot.defaults.ask_invalid = read(defaults.get("ask").and_then(|ask| ask.get("invalid")));
}

fn parse_flow(
    file: &Arc<SourceFile>,
    root: &yaml::Node,
    bot: &Bot,
    scripts: &Scripts,
    flow_names: &BTreeSet<String>,
    findings: &Findings,
) -> Flow {
    let mut fields = Fields::new(root, "a flow", findings);
    let name = match fields.required("flow").map(|node| (node, node.text())) {
        Some((node, Some(name))) => {
            if name != file.stem() && !node.is_broken() {
                let message = format!("the flow `{name}` stands in a file called `{}.yaml`", file.stem());
                let help = format!("write `flow: {}`, or rename the file to `{name}.yaml`", file.stem());
                findings.push(Diagnostic::error("E214", &node.place, message).help(help));
            }
            name
        }
        Some((_, None)) | None => file.stem(),
    };
    let place = root.entry("flow").map_or_else(|| Place::start_of(file), |entry| entry.value.place.clone());
    let mut flow = Flow::empty(name, &place);
    flow.title = fields.opt_text("title").map(str::to_owned);
    flow.description = fields.opt_text("description").map(str::to_owned);
    flow.draft = fields.bool("draft");
    flow.senders = fields.texts("sender").into_iter().map(str::to_owned).collect();
    flow.inputs = declared(fields.map("inputs"), findings);
    flow.returns = declared(fields.map("returns"), findings);
    flow.expires = fields.duration("expires", bot.defaults.expires);
    head_words(&mut fields, &mut flow, findings);
    if let Some(topic) = fields.opt_text("topic") {
        flow.topic = topic.to_owned();
    }

    let mut own = BTreeSet::new();
    variables(root, &mut own);
    let own: Vec<String> = own.into_iter().collect();
    let blocks: BTreeMap<String, &Entry> =
        fields.map("blocks").iter().map(|entry| (entry.key.text.clone(), entry)).collect();
    let steps = fields.required("steps");
    let mut builder = Builder::new(&flow.name, bot, scripts, flow_names, &own, &blocks, findings);
    if let Some(node) = root.get("topic").and_then(yaml::Node::scalar) {
        builder.check_topic(&node.text, &node.place);
    }
    let names = Names { own: &own, secrets: false };
    for entry in fields.map("vars") {
        if let Err(message) = super::script::valid_name(&entry.key.text) {
            findings.push(Diagnostic::error("E307", &entry.key.place, message));
        }
        flow.vars.insert(entry.key.text.clone(), Data::parse(&entry.value, scripts, &names, findings));
    }
    flow.triggers = builder.triggers(fields.list("when"));
    builder.reserve_blocks();
    // `steps` stands first in the arena, so that the trace reads in the order of the file.
    flow.entry = steps.and_then(|node| builder.body(node, None).0);
    flow.blocks = builder.blocks();
    flow.on_expire = fields.node("on_expire").map(|node| builder.body(node, None));
    flow.on_error = fields.node("on_error").map(|node| builder.body(node, None));
    builder.finish(&mut flow);
    fields.finish();
    flow
}

/// Keys of a flow that take one of some words.
fn head_words(fields: &mut Fields<'_>, flow: &mut Flow, findings: &Findings) {
    flow.if_busy = match fields.word("if_busy", &["replace", "aside", "queue", "skip", "parallel"]) {
        Some("replace") => Some(IfBusy::Replace),
        Some("aside") => Some(IfBusy::Aside),
        Some("queue") => Some(IfBusy::Queue),
        Some("skip") => Some(IfBusy::Skip),
        Some(word) => {
            if let Some(node) = fields.node("if_busy") {
                findings.push(bot::later(&node.place, &format!("`if_busy: {word}`")));
            }
            None
        }
        None => None,
    };
    if let Some(word @ ("move" | "restart")) = fields.word("on_update", &["finish", "move", "restart"])
        && let Some(node) = fields.node("on_update")
    {
        findings.push(bot::later(&node.place, &format!("`on_update: {word}`")));
    }
    for name in ["protect", "stop_when", "on_stop"] {
        if let Some(entry) = fields.entry(name) {
            findings.push(bot::later(&entry.key.place, &format!("`{name}`")));
        }
    }
    if let Some(mut quiet) = fields.fields("quiet_hours") {
        let why = quiet.text("ignore");
        if why.is_empty() {
            let finding = Diagnostic::error("E215", quiet.place(), "`quiet_hours` of a flow needs a reason");
            findings.push(finding.help("write `quiet_hours: {ignore: \"why these messages may wake somebody\"}`"));
        }
        flow.ignore_quiet_hours = Some(why.to_owned());
        quiet.finish();
    }
}

/// The names that a flow fills somewhere: its expressions may read them.
fn variables(node: &yaml::Node, found: &mut BTreeSet<String>) {
    if let Some(items) = node.list() {
        items.iter().for_each(|item| variables(item, found));
    }
    for entry in node.map().unwrap_or_default() {
        match (entry.key.text.as_str(), &entry.value.kind) {
            ("as", Kind::Scalar(name)) => {
                found.insert(name.text.clone());
            }
            ("inputs" | "vars", Kind::Map(entries)) => found.extend(entries.iter().map(|entry| entry.key.text.clone())),
            ("set", Kind::Map(entries)) => {
                let names = entries.iter().map(|entry| entry.key.text.trim_end_matches("[]"));
                found.extend(names.filter(|name| !name.contains('.')).map(str::to_owned));
            }
            ("message", _) => {
                for pattern in entry.value.one_or_many().iter().filter_map(yaml::Node::text) {
                    found.extend(groups(pattern).map(str::to_owned));
                }
            }
            _ => {}
        }
        variables(&entry.value, found);
    }
    found.retain(|name| super::script::valid_name(name).is_ok());
}

/// The named groups of a regular expression: they become inputs.
pub(super) fn groups(pattern: &str) -> impl Iterator<Item = &str> {
    let starts = pattern.match_indices("(?").filter_map(|(at, _)| {
        let rest = pattern[at + 2..].strip_prefix('P').unwrap_or(&pattern[at + 2..]);
        let rest = rest.strip_prefix('<')?;
        rest.find('>').map(|end| &rest[..end])
    });
    starts.filter(|name| !name.is_empty() && !name.starts_with(['=', '!']))
}

/// A flow asks if it has, or calls a flow that has, a question or a hand-off.
fn mark_asking(flows: &mut BTreeMap<FlowName, Flow>) {
    for flow in flows.values_mut() {
        flow.asks = flow.nodes.iter().any(asks);
    }
    loop {
        let asking: BTreeSet<FlowName> =
            flows.values().filter(|flow| flow.asks).map(|flow| flow.name.clone()).collect();
        let reaches = |flow: &Flow| {
            flow.nodes
                .iter()
                .any(|node| matches!(&node.outline.target, Some(Target::Flow(name)) if asking.contains(name)))
        };
        let more: Vec<FlowName> =
            flows.values().filter(|flow| !flow.asks && reaches(flow)).map(|flow| flow.name.clone()).collect();
        if more.is_empty() {
            return;
        }
        for name in more {
            if let Some(flow) = flows.get_mut(&name) {
                flow.asks = true;
            }
        }
    }
}

fn asks(node: &Node) -> bool {
    match node.outline.verb {
        "ask" | "handoff" => true,
        "wait" => node.outline.yaml.get("wait").and_then(yaml::Node::text) == Some("reply"),
        _ => false,
    }
}

/// Fills the arena of one flow.
pub struct Builder<'a> {
    flow: FlowName,
    pub(super) bot: &'a Bot,
    pub(super) scripts: &'a Scripts,
    pub(super) findings: &'a Findings,
    /// The variables of the flow.
    pub(super) names: &'a [String],
    flow_names: &'a BTreeSet<String>,
    written_blocks: &'a BTreeMap<String, &'a Entry>,
    /// Where each block begins; its steps are read after `steps`.
    block_entries: BTreeMap<String, (Option<NodeIx>, Vec<&'a yaml::Node>)>,
    nodes: Vec<Option<Node>>,
    /// How many steps of each verb there are so far: `ask_2`.
    counts: BTreeMap<&'static str, u32>,
    ids: HashMap<StepId, (NodeIx, Place)>,
}

impl<'a> Builder<'a> {
    fn new(
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
        }
    }

    /// Gives every block its first number, so that a `go` may name one that stands further down.
    fn reserve_blocks(&mut self) {
        for (name, entry) in self.written_blocks {
            let items = self.items(&entry.value);
            let first = self.reserve(items.len());
            self.block_entries.insert(name.clone(), (first, items));
        }
    }

    /// Reads the blocks that were reserved, in the order of the file.
    fn blocks(&mut self) -> BTreeMap<String, Block> {
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
                self.findings.push(finding);
            }
            self.fill(first, &items, None);
            blocks.insert(name.clone(), Block { entry: first, place: entry.key.place.clone() });
        }
        blocks
    }

    /// The steps under a key: nothing, one step, or a list.
    pub(super) fn body(&mut self, node: &'a yaml::Node, next: Option<NodeIx>) -> Body {
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
            let node = self.step(item, ix, following);
            self.nodes[ix.0 as usize] = Some(node);
        }
    }

    fn step(&mut self, node: &'a yaml::Node, ix: NodeIx, next: Option<NodeIx>) -> Node {
        let Some((verb, place)) = self.verb(node) else {
            let id = StepId::from(format!("{}.unreadable_{}", self.flow, ix.0));
            return unreadable(id, node, next);
        };
        let spec = verb;
        let count = self.counts.entry(spec.name).or_default();
        *count += 1;
        let derived = format!("{}_{count}", spec.name);
        let id = self.id(node, &derived, ix, &place);
        let mut fields = StepFields::new(node, &place, spec, id.clone(), next, self);
        fields.know(&["id", "note"]);
        let guard = if spec.name == "if" { None } else { fields.opt_code("if") };
        let step = Step::parse(spec.name, &mut fields);
        let on_error = fields.opt_last_steps("on_error");
        let outline = fields.finish();
        Node { id, place, guard, step, next, on_error, outline }
    }

    /// The verb of a step and its place. `None`: there is none, which is reported.
    fn verb(&mut self, node: &'a yaml::Node) -> Option<(&'static super::spec::Spec, Place)> {
        if let Some(word) = node.text() {
            if word == "end" {
                return Some((steps::spec("end")?, node.place.clone()));
            }
            if !node.is_broken() {
                let finding = Diagnostic::error(
                    "E220",
                    &node.place,
                    format!("a step is a key with a value, and this is {}", node.describe()),
                );
                findings_help_step(self.findings, finding, word);
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
        let is_verb = |entry: &&Entry| {
            let name = entry.key.text.as_str();
            steps::spec(name).is_some() || LATER_VERBS.contains(&name)
        };
        let mut verbs: Vec<&Entry> = entries.iter().filter(is_verb).collect();
        if verbs.len() > 1 {
            // Beside another verb `if` is its guard.
            verbs.retain(|entry| entry.key.text != "if");
        }
        if let [first, second, ..] = verbs[..] {
            let (a, b) = (&first.key.text, &second.key.text);
            let finding = Diagnostic::error(
                "E222",
                &node.place,
                format!("a step has one verb, and this one has `{a}` and `{b}`"),
            );
            self.findings.push(
                finding.label(&second.key.place, "a step of its own?").help(format!("write a second step, `- {b}: …`")),
            );
        }
        let Some(verb) = verbs.first() else {
            self.no_verb(node, entries);
            return None;
        };
        let name = verb.key.text.as_str();
        if LATER_VERBS.contains(&name) && steps::spec(name).is_none() {
            self.findings.push(bot::later(&verb.key.place, &format!("the step `{name}`")));
            return None;
        }
        Some((steps::spec(name)?, verb.key.place.clone()))
    }

    fn no_verb(&self, node: &yaml::Node, entries: &[Entry]) {
        let names = || steps::SPECS.iter().map(|spec| spec.name).chain(LATER_VERBS);
        let near = entries.iter().find_map(|entry| Some((entry, did_you_mean(&entry.key.text, names())?)));
        let finding = match (near, entries.first()) {
            (Some((entry, help)), _) => {
                Diagnostic::error("E221", &entry.key.place, format!("there is no step `{}`", entry.key.text)).help(help)
            }
            (None, Some(first)) => {
                let known: Vec<&str> = names().collect();
                let finding =
                    Diagnostic::error("E221", &first.key.place, format!("there is no step `{}`", first.key.text));
                finding.help(format!("a step is one of {}", known.join(", ")))
            }
            (None, None) => Diagnostic::error("E220", &node.place, "this step is empty"),
        };
        self.findings.push(finding);
    }

    fn id(&mut self, node: &yaml::Node, derived: &str, ix: NodeIx, place: &Place) -> StepId {
        let written = node.get("id");
        let name = match written.and_then(yaml::Node::text) {
            Some(text) if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) => {
                text
            }
            Some(_) => {
                if let Some(node) = written {
                    let finding =
                        Diagnostic::error("E216", &node.place, "an `id` has letters, digits, `_` and `-` only");
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

    /// A block of this flow or else a flow.
    pub(super) fn target(&self, name: &str, place: &Place) -> Target {
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
            return Target::Block { name: name.to_owned(), entry: *entry };
        }
        if flow {
            return Target::Flow(name.into());
        }
        let known = self.block_entries.keys().chain(self.flow_names).map(String::as_str).chain(["top"]);
        let finding = Diagnostic::error("E401", place, format!("there is no block or flow called `{name}`"));
        self.findings.push(finding.help_if(did_you_mean(name, known)));
        Target::Unknown(name.to_owned())
    }

    pub(super) fn check_topic(&self, name: &str, place: &Place) {
        let topics = &self.bot.topics;
        if !topics.contains_key(name) {
            let finding = Diagnostic::error("E407", place, format!("there is no topic `{name}`"));
            let known = did_you_mean(name, topics.keys().map(String::as_str));
            self.findings.push(finding.help_if(known.or_else(|| Some("add it to `topics` in `_bot.yaml`".into()))));
        }
    }

    fn triggers(&mut self, items: &'a [yaml::Node]) -> Vec<WrittenTrigger> {
        items.iter().filter_map(|item| self.trigger(item)).collect()
    }

    fn trigger(&mut self, node: &'a yaml::Node) -> Option<WrittenTrigger> {
        let Some(entries) = node.map() else {
            if !node.is_broken() {
                let message = format!("a trigger is a key with a value, and this is {}", node.describe());
                self.findings
                    .push(Diagnostic::error("E223", &node.place, message).help("write `- message: [hi, hello]`"));
            }
            return None;
        };
        let known = |entry: &&Entry| {
            triggers::spec(&entry.key.text).is_some() || LATER_TRIGGERS.contains(&entry.key.text.as_str())
        };
        let found: Vec<&Entry> = entries.iter().filter(known).collect();
        if let [first, second, ..] = found[..] {
            let message =
                format!("a trigger has one kind, and this one has `{}` and `{}`", first.key.text, second.key.text);
            self.findings.push(Diagnostic::error("E224", &node.place, message).help("write two triggers"));
        }
        let Some(kind) = found.first() else {
            let names = triggers::SPECS.iter().map(|spec| spec.name).chain(LATER_TRIGGERS);
            if let Some(first) = entries.first() {
                let finding =
                    Diagnostic::error("E225", &first.key.place, format!("there is no trigger `{}`", first.key.text));
                self.findings.push(finding.help_if(did_you_mean(&first.key.text, names)));
            }
            return None;
        };
        let Some(spec) = triggers::spec(&kind.key.text) else {
            self.findings.push(bot::later(&kind.key.place, &format!("the trigger `{}`", kind.key.text)));
            return None;
        };
        let place = kind.key.place.clone();
        let id = StepId::from(format!("{}.{}", self.flow, spec.name));
        let mut fields = StepFields::new(node, &place, spec, id, None, self);
        let kind = Trigger::parse(spec.name, &mut fields)?;
        let guard = fields.opt_code("if");
        let at_most = fields.at_most("at_most");
        let once_per = fields.opt_text("once_per");
        fields.know(&["note"]);
        let outline = fields.finish();
        let key = kind.key().unwrap_or_else(|| key_of(spec.name, &outline.yaml));
        Some(WrittenTrigger { key, place, kind, guard, at_most, once_per, outline })
    }

    fn finish(self, flow: &mut Flow) {
        flow.by_id = self.ids.into_iter().map(|(id, (ix, _))| (id, ix)).collect();
        flow.nodes = self.nodes.into_iter().flatten().collect();
    }
}

fn findings_help_step(findings: &Findings, finding: Diagnostic, word: &str) {
    let help = match steps::spec(word) {
        Some(spec) => format!("write `- {}: …`", spec.name),
        None => format!("to say it write `- say: {word}`"),
    };
    findings.push(finding.help(help));
}

fn unreadable(id: StepId, node: &yaml::Node, next: Option<NodeIx>) -> Node {
    let outline = Outline {
        verb: "",
        yaml: node.clone(),
        bodies: Vec::new(),
        target: None,
        codes: Vec::<Code>::new(),
        texts: Vec::new(),
        fills: None,
    };
    Node { id, place: node.place.clone(), guard: None, step: Step::Unreadable, next, on_error: None, outline }
}

/// How reports know a trigger: its kind and what it is about.
fn key_of(kind: &str, node: &yaml::Node) -> String {
    let value = node.get(kind);
    let texts: Vec<&str> =
        value.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().filter_map(yaml::Node::text).collect();
    if texts.is_empty() || texts == ["true"] { kind.to_owned() } else { format!("{kind} {}", texts.join(" ")) }
}
