//! Parses files into a set of flows. Parsing never fails: it returns what was understood, and every finding.

mod asking;
mod builder;
mod cache;
mod dedup;
mod jump_targets;
mod no_flow;
mod no_step;
mod shallow;
mod triggers;
mod typo_repair;
mod variables;

use self::{
    asking::{asks, mark_asking, parallel_asks},
    no_flow::no_flow,
};
use super::{agents, bot::Bot, declarations::declared_below, locale, replies, step_fields::nothing_behind};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        fix::Fix,
        limits::FLOW_NAMES_MAX,
        place::{Place, SourceFile},
        time::Span,
        yaml::{self, Entry},
    },
    definition::{Block, Body, Flow, FlowSet, IfBusy, OnUpdate, Sequence},
    knowledge, mcp,
    script::Scripts,
    steps,
    text::{Data, Names, Text},
};
pub use builder::Builder;
pub use cache::ParseCache;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
pub(crate) use variables::{groups, variables};

/// The name of the flow with the steps of `defaults`.
pub const BOT_FLOW: &str = "_bot";

/// Parses all files of a project: `_bot.yaml`, flows, `scripts/*.rhai`, `locales/*.yaml`, `knowledge/`, `mcp.lock.yaml`;
/// tests are skipped.
/// The findings are sorted; a set with errors must not go live.
pub fn parse_set(files: &[Arc<SourceFile>]) -> (FlowSet, Vec<Diagnostic>) {
    ParseCache::default().parse(files)
}

/// The files by kind; YAML files are parsed to trees.
struct Sorted {
    bot: Option<(Arc<SourceFile>, Option<Arc<yaml::Node>>)>,
    flows: Vec<(Arc<SourceFile>, Option<Arc<yaml::Node>>)>,
    scripts: Vec<Arc<SourceFile>>,
    locales: Vec<Arc<yaml::Node>>,
}

impl Sorted {
    fn new(files: &[Arc<SourceFile>], load: &mut dyn FnMut(&Arc<SourceFile>) -> Option<Arc<yaml::Node>>) -> Sorted {
        let mut sorted = Sorted { bot: None, flows: Vec::new(), scripts: Vec::new(), locales: Vec::new() };
        for file in files {
            let path = file.path();
            if knowledge::is_knowledge(path) || mcp::is_lock(path) {
                continue;
            } else if path.ends_with(".rhai") {
                sorted.scripts.push(file.clone());
            } else if file.is_of_tests() || !(path.ends_with(".yaml") || path.ends_with(".yml")) {
                continue;
            } else if file.is_locale() {
                if let Some(root) = load(file) {
                    sorted.locales.push(root);
                }
            } else if file.stem() == BOT_FLOW {
                sorted.bot = Some((file.clone(), load(file)));
            } else {
                sorted.flows.push((file.clone(), load(file)));
            }
        }
        sorted
    }
}

/// The translations by language; they may read the variables of their flows.
fn locales(sorted: &Sorted, scripts: &Scripts, findings: &Findings) -> BTreeMap<String, locale::Locale> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    if !sorted.locales.is_empty() {
        for (file, root) in &sorted.flows {
            let Some(root) = root else { continue };
            let mut own = BTreeSet::new();
            variables(root, &mut own);
            let name = root.get("flow").and_then(yaml::Node::text).unwrap_or(file.stem());
            names.insert(name, own.into_iter().collect());
        }
    }
    let mut all: BTreeMap<String, locale::Locale> = BTreeMap::new();
    for root in &sorted.locales {
        // The texts and variables of a flow that cannot be parsed are unknown.
        let lost = |flow: &str| sorted.flows.iter().any(|(file, root)| root.is_none() && file.stem() == flow);
        let locale = locale::parse(root, scripts, |flow| names.get(flow).map(Vec::as_slice), lost, findings);
        if let Some(first) = all.get(&locale.language) {
            let message = format!("there are two files for the language `{}`", locale.language);
            findings.push(Diagnostic::error("E405", &locale.place, message).label(&first.place, "first here"));
            continue;
        }
        all.insert(locale.language.clone(), locale);
    }
    all
}

/// The name of each flow, including files that cannot be parsed: jumps to them are not errors. If the name of a flow
/// and that of its file differ, E214 says so, and either of the two may be the right one.
fn flow_names(flows: &[(Arc<SourceFile>, Option<Arc<yaml::Node>>)]) -> BTreeSet<String> {
    let names = |(file, root): &(Arc<SourceFile>, Option<Arc<yaml::Node>>)| {
        let written = root.as_ref().and_then(|root| root.get("flow")?.text());
        [written.unwrap_or(file.stem()).to_owned(), file.stem().to_owned()]
    };
    flows.iter().flat_map(names).collect()
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
            senders_at: Vec::new(),
            triggers: Vec::new(),
            inputs: Vec::new(),
            returns: Vec::new(),
            vars: BTreeMap::new(),
            names: Vec::new(),
            if_busy: None,
            expires: Span::hours(24),
            on_expire: None,
            on_error: None,
            protect: false,
            sequence: None,
            stop_when: Vec::new(),
            on_stop: None,
            on_update: OnUpdate::Finish,
            ignore_quiet_hours: None,
            budget: None,
            asks: false,
            waits_for_delivery: false,
            entry: None,
            blocks: BTreeMap::new(),
            nodes: Vec::new(),
            by_id: HashMap::new(),
        }
    }
}

/// The steps of `defaults` in `_bot.yaml`: the blocks `on_error`, `on_fail` and `unanswered` of a separate flow.
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
    flow.waits_for_delivery = flow.nodes.iter().any(steps::wait::waits_for_delivery);
    flow
}

/// Parses the texts of `defaults`, and stores the first of its steps.
fn read_bot_texts(root: Option<&yaml::Node>, bot: &mut Bot, scripts: &Scripts, findings: &Findings) {
    let body = |name: &str| bot.flow.blocks.get(name).map(|block| Body(block.entry));
    let bodies = (body("on_error"), body("on_fail"), body("unanswered"));
    (bot.defaults.on_error, bot.defaults.ask_on_fail, bot.defaults.unanswered) = bodies;
    bot.replies = root.map(|root| replies::read(root, scripts, findings)).unwrap_or_default();
    let Some(defaults) = root.and_then(|root| root.get("defaults")) else { return };
    let names = Names { own: &[], secrets: false };
    let read = |node: Option<&yaml::Node>| Some(Text::parse(node?.scalar()?, scripts, &names, findings));
    bot.defaults.old_button = read(defaults.get("old_button"));
    bot.defaults.ask_invalid = read(defaults.get("ask").and_then(|ask| ask.get("invalid")));
    bot.defaults.ask_unclear = read(defaults.get("ask").and_then(|ask| ask.get("unclear")));
}

fn parse_flow(
    file: &Arc<SourceFile>,
    root: &yaml::Node,
    bot: &Bot,
    scripts: &Scripts,
    flow_names: &BTreeSet<String>,
    findings: &Findings,
) -> Flow {
    if root.is_null() {
        let finding = Diagnostic::error("E202", &Place::start_of(file), "there is no flow in this file");
        let write = format!("write `flow: {}`, `when:` and `steps:`, or take the file away", file.stem());
        findings.push(finding.help(write));
        return Flow::empty(file.stem(), &Place::start_of(file));
    }
    if let Some(finding) = no_flow(file, root) {
        findings.push(finding);
        return Flow::empty(file.stem(), &Place::start_of(file));
    }
    let mut fields = Fields::new(root, "a flow", findings);
    let name = match fields.required("flow").map(|node| (node, node.text())) {
        Some((node, Some(name))) => {
            if name != file.stem() && !node.is_broken() {
                let message = format!("the flow `{name}` stands in a file called `{}.yaml`", file.stem());
                let can_be = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
                let file_too = if can_be { format!(", or rename the file to `{name}.yaml`") } else { String::new() };
                let help = format!("write `flow: {}`{file_too}", file.stem());
                let fix = Fix::replace(format!("write `{}`", file.stem()), &node.place, file.stem()).guess();
                findings.push(Diagnostic::error("E214", &node.place, message).help(help).fix(fix));
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
    flow.inputs = declared_below(&mut fields, "inputs");
    flow.returns = declared_below(&mut fields, "returns");
    flow.protect = fields.bool("protect");
    flow.expires = fields.duration("expires", bot.defaults.expires);
    flow.budget = agents::budget(&mut fields);
    head_words(&mut fields, &mut flow, findings);
    flow.senders_at = fields.list("sender").iter().map(|node| node.place.clone()).collect();
    if let Some(topic) = fields.opt_text("topic") {
        flow.topic = topic.to_owned();
    } else if let Some(topic) = fields.list("topic").first().and_then(yaml::Node::text) {
        // A list has a finding; the first topic is used.
        flow.topic = topic.to_owned();
    }

    let mut own = BTreeSet::new();
    variables(root, &mut own);
    if own.len() > FLOW_NAMES_MAX {
        let message = format!("a flow has at most {FLOW_NAMES_MAX} variables, and this has {}", own.len());
        findings.push(Diagnostic::error("E101", &place, message).help("split it into several flows"));
        return flow;
    }
    let own: Vec<String> = own.into_iter().collect();
    let blocks: BTreeMap<String, &Entry> =
        fields.map("blocks").iter().map(|entry| (entry.key.text.clone(), entry)).collect();
    let steps = fields.required("steps");
    if let Some(entry) = root.entry("steps").filter(|entry| entry.value.is_null() && nothing_behind(&entry.key.place)) {
        let finding = Diagnostic::warning("W259", &entry.key.place, "nothing stands under `steps`");
        findings.push(finding.help("write below it what the flow does, such as `- say: …`"));
    }
    let mut builder = Builder::new(&flow.name, bot, scripts, flow_names, &own, &blocks, findings);
    if let Some(node) = root.get("topic").and_then(yaml::Node::scalar) {
        builder.check_topic(&node.text, &node.place, &[]);
    }
    builder.astray = jump_targets::astray(root);
    let names = Names { own: &own, secrets: false };
    for entry in fields.map("vars") {
        if let Err(message) = crate::script::valid_name(&entry.key.text) {
            findings.push(Diagnostic::error("E307", &entry.key.place, message));
        }
        flow.vars.insert(entry.key.text.clone(), Data::parse(&entry.value, scripts, &names, findings));
    }
    flow.triggers = builder.triggers(fields.list("when"));
    builder.reserve_blocks();
    // `steps` is parsed first, so that the trace has the order of the file.
    flow.entry = steps.and_then(|node| builder.body(node, None).0);
    flow.blocks = builder.blocks();
    flow.on_expire = fields.node("on_expire").map(|node| builder.body(node, None));
    flow.on_error = fields.node("on_error").map(|node| builder.body(node, None));
    flow.stop_when = builder.stops(fields.list("stop_when"));
    flow.on_stop = fields.node("on_stop").map(|node| builder.body(node, None));
    let never = flow.stop_when.is_empty() && flow.sequence.is_none() && root.get("stop_when").is_none();
    if let (true, Some(entry)) = (never, fields.entry("on_stop")) {
        let finding = Diagnostic::error("E247", &entry.key.place, "`on_stop` without `stop_when` is never reached");
        findings.push(finding.help("add `stop_when:` with what ends the flow"));
    }
    builder.finish(&mut flow);
    let stray: Vec<_> = fields.unread().filter_map(|entry| Some((entry, steps::spec(&entry.key.text)?))).collect();
    for (entry, spec) in stray {
        let message = format!("a flow has no key `{0}`: `{0}` is a step", spec.name);
        let finding = Diagnostic::error("E203", &entry.key.place, message);
        findings.push(finding.help(format!("write `- {}: …` below `steps:`, two blanks further in", spec.name)));
        fields.know(&[spec.name]);
    }
    fields.finish();
    typo_repair::say_the_rest(root, findings);
    flow.names = own;
    flow
}

/// Parses keys of a flow that accept one of some words.
fn head_words(fields: &mut Fields<'_>, flow: &mut Flow, findings: &Findings) {
    flow.if_busy = match fields.word("if_busy", &["replace", "aside", "queue", "skip", "parallel"]) {
        Some("replace") => Some(IfBusy::Replace),
        Some("aside") => Some(IfBusy::Aside),
        Some("queue") => Some(IfBusy::Queue),
        Some("skip") => Some(IfBusy::Skip),
        Some(_) => Some(IfBusy::Parallel),
        None => None,
    };
    flow.on_update = match fields.word("on_update", &["finish", "move", "restart"]) {
        Some("move") => OnUpdate::Move,
        Some("restart") => OnUpdate::Restart,
        Some(_) | None => OnUpdate::Finish,
    };
    flow.sequence = match fields.node("sequence").map(|node| (node, node.text())) {
        None => None,
        Some((_, Some("true"))) => Some(Sequence::Once),
        Some((node, _)) if node.map().is_some() => {
            let mut inner = Fields::new(node, "`sequence`", findings);
            let again = inner.bool("again");
            inner.finish();
            Some(if again { Sequence::Again } else { Sequence::Once })
        }
        Some((node, _)) => {
            let message = format!("`sequence` is `true` or `{{again: true}}`, and this is {}", node.describe());
            let finding = Diagnostic::error("E206", &node.place, message);
            findings.push(finding.help("write `sequence: true`, or take the line out"));
            None
        }
    };
    let Some(node) = fields.node("quiet_hours") else { return };
    let why = node.get("ignore").or(Some(node)).and_then(yaml::Node::text);
    flow.ignore_quiet_hours = Some(why.unwrap_or_default().to_owned());
    // In `quiet_hours: ignore`, `{ignore: true}`, `{}` only the reason is missing.
    let bare = |text: &str| matches!(text.to_lowercase().as_str(), "" | "true" | "yes" | "on" | "ignore");
    if why.is_some_and(bare) || node.map().is_some_and(<[_]>::is_empty) || node.is_null() {
        let finding = Diagnostic::error("E215", &node.place, "`quiet_hours` of a flow needs a reason");
        findings.push(finding.help("write `quiet_hours: {ignore: \"why these messages may wake somebody\"}`"));
        return;
    }
    let mut quiet = Fields::new(node, "`quiet_hours`", findings);
    quiet.text("ignore");
    quiet.finish();
}

#[cfg(test)]
mod tests;
