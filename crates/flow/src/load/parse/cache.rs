//! Parses a set of files again after a change, and keeps the results of unchanged files.

use super::{
    Sorted, bot_flow, flow_names, locales, mark_asking, parallel_asks, parse_flow, read_bot_texts, shallow, typo_repair,
};
use crate::{
    base::{
        cancel::Cancellation,
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        place::{Place, SourceFile},
        yaml,
    },
    definition::{Flow, FlowSet},
    knowledge::{Knowledge, is_knowledge},
    load::bot::{self, Bot},
    mcp::{McpLock, is_lock},
    script::Scripts,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// The results of earlier parsing. Valid for any set of files: results that no longer fit are parsed again.
#[derive(Default)]
pub struct ParseCache {
    loaded: HashMap<String, Loaded>,
    ground: Option<ParseInputs>,
    scripts: Option<(Scripts, Vec<Diagnostic>)>,
    flows: HashMap<String, KeptFlow>,
    knowledge: Option<KeptKnowledge>,
    mcp: Option<KeptLock>,
    cancel: Cancellation,
}

/// A YAML file as a tree.
struct Loaded {
    file: Arc<SourceFile>,
    root: Option<Arc<yaml::Node>>,
    findings: Vec<Diagnostic>,
}

/// The inputs that every flow is parsed with: if they change, all flows are parsed again.
#[derive(PartialEq)]
struct ParseInputs {
    bot: String,
    scripts: Vec<(String, String)>,
    names: BTreeSet<String>,
}

struct KeptFlow {
    file: Arc<SourceFile>,
    flow: Arc<Flow>,
    findings: Vec<Diagnostic>,
}

struct KeptKnowledge {
    files: Vec<Arc<SourceFile>>,
    language: String,
    knowledge: Arc<Knowledge>,
    findings: Vec<Diagnostic>,
}

struct KeptLock {
    file: Arc<SourceFile>,
    lock: Arc<McpLock>,
    findings: Vec<Diagnostic>,
}

impl ParseCache {
    /// For one parse, whose result is of no use if it was cancelled.
    pub fn until(cancel: Cancellation) -> ParseCache {
        ParseCache { cancel, ..ParseCache::default() }
    }

    /// Parses all files of a project; unchanged ones keep their earlier results.
    pub fn parse(&mut self, files: &[Arc<SourceFile>]) -> (FlowSet, Vec<Diagnostic>) {
        let findings = Findings::default();
        let sorted = Sorted::new(files, &mut |file| self.load(file, &findings));
        let names = flow_names(&sorted.flows);
        self.renew(&sorted, &names, files);
        let place = match (&sorted.bot, files.first()) {
            (Some((file, _)), _) => Place::start_of(file),
            (None, Some(first)) => Place::start_of(first),
            (None, None) => Place::start_of(&SourceFile::new("flows/_bot.yaml", "")),
        };
        let root = sorted.bot.as_ref().and_then(|(_, node)| node.as_deref());
        let mut bot = bot::parse(root, &place, Flow::empty(super::BOT_FLOW, &place), &findings);
        let scripts = self.scripts(&sorted, &bot, &findings);
        if let Some((file, _)) = &sorted.bot {
            bot.lost = bot::lost(file, root, &findings);
        }
        bot.flow = bot_flow(root, &bot, &scripts, &names, &findings);
        read_bot_texts(root, &mut bot, &scripts, &findings);
        if let Some(root) = root {
            typo_repair::say_the_rest(root, &findings);
        }
        let flows = self.flows(&sorted, &bot, &scripts, &names, &findings);
        let locales = locales(&sorted, &scripts, &findings);
        let (papers, files): (Vec<_>, Vec<_>) = files.iter().cloned().partition(|file| is_knowledge(file.path()));
        let knowledge = self.knowledge(papers, &bot.language, &findings);
        let mcp = self.mcp(&files, &findings);
        let set = FlowSet { bot, flows, scripts, locales, knowledge, mcp, files };
        let mut all = super::dedup::each_name_once(&set.bot, findings.into_sorted());
        set.bot.leave_out_what_is_lost(&mut all);
        (set, all)
    }

    fn load(&mut self, file: &Arc<SourceFile>, findings: &Findings) -> Option<Arc<yaml::Node>> {
        if self.cancel.is_cancelled() {
            return None;
        }
        let known = self.loaded.get(file.path()).filter(|known| same(&known.file, file));
        if let Some(known) = known {
            findings.extend(known.findings.iter().cloned());
            return known.root.clone();
        }
        let own = Findings::default();
        let mut root = yaml::load(file, &own);
        if let Some(root) = &mut root {
            typo_repair::file(file, root);
            shallow::options(root, &own);
        }
        let root = root.map(Arc::new);
        let own = own.into_sorted();
        findings.extend(own.iter().cloned());
        let loaded = Loaded { file: file.clone(), root: root.clone(), findings: own };
        self.loaded.insert(file.path().to_owned(), loaded);
        root
    }

    /// Forgets removed files, and all flows if the common inputs changed.
    fn renew(&mut self, sorted: &Sorted, names: &BTreeSet<String>, files: &[Arc<SourceFile>]) {
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path()).collect();
        self.loaded.retain(|path, _| paths.contains(path.as_str()));
        self.flows.retain(|path, _| paths.contains(path.as_str()));
        let pair = |file: &Arc<SourceFile>| (file.path().to_owned(), file.text().to_owned());
        let ground = ParseInputs {
            bot: sorted.bot.as_ref().map(|(file, _)| file.text().to_owned()).unwrap_or_default(),
            scripts: sorted.scripts.iter().map(pair).collect(),
            names: names.clone(),
        };
        if self.ground.as_ref() != Some(&ground) {
            self.flows.clear();
            self.scripts = None;
            self.ground = Some(ground);
        }
    }

    fn scripts(&mut self, sorted: &Sorted, bot: &Bot, findings: &Findings) -> Scripts {
        let (scripts, own) = self.scripts.get_or_insert_with(|| {
            let own = Findings::default();
            let scripts = Scripts::new(&sorted.scripts, bot.secrets.iter().cloned(), &own);
            (scripts, own.into_sorted())
        });
        findings.extend(own.iter().cloned());
        scripts.clone()
    }

    fn knowledge(&mut self, files: Vec<Arc<SourceFile>>, language: &str, findings: &Findings) -> Arc<Knowledge> {
        let is_kept = |kept: &&KeptKnowledge| {
            let same_files = || kept.files.iter().zip(&files).all(|(a, b)| same(a, b));
            kept.language == language && kept.files.len() == files.len() && same_files()
        };
        if let Some(kept) = self.knowledge.as_ref().filter(is_kept) {
            findings.extend(kept.findings.iter().cloned());
            return Arc::clone(&kept.knowledge);
        }
        let own = Findings::default();
        let knowledge = Arc::new(Knowledge::of(&files, language, &own));
        let own = own.into_sorted();
        findings.extend(own.iter().cloned());
        let (language, kept) = (language.to_owned(), Arc::clone(&knowledge));
        self.knowledge = Some(KeptKnowledge { files, language, knowledge: kept, findings: own });
        knowledge
    }

    fn mcp(&mut self, files: &[Arc<SourceFile>], findings: &Findings) -> Arc<McpLock> {
        let Some(file) = files.iter().find(|file| is_lock(file.path())) else { return Arc::default() };
        if let Some(kept) = self.mcp.as_ref().filter(|kept| same(&kept.file, file)) {
            findings.extend(kept.findings.iter().cloned());
            return Arc::clone(&kept.lock);
        }
        let own = Findings::default();
        let lock = Arc::new(McpLock::read(file, &own));
        let own = own.into_sorted();
        findings.extend(own.iter().cloned());
        self.mcp = Some(KeptLock { file: file.clone(), lock: Arc::clone(&lock), findings: own });
        lock
    }

    fn flows(
        &mut self,
        sorted: &Sorted,
        bot: &Bot,
        scripts: &Scripts,
        names: &BTreeSet<String>,
        findings: &Findings,
    ) -> BTreeMap<FlowName, Arc<Flow>> {
        let read = |file: &Arc<SourceFile>, root: &yaml::Node| {
            let own = Findings::default();
            let flow = parse_flow(file, root, bot, scripts, names, &own);
            (flow, own.into_sorted())
        };
        // Flows of changed files are parsed alone at first: whether they ask depends on the other flows.
        let mut fresh: BTreeMap<FlowName, (Arc<SourceFile>, Flow, Vec<Diagnostic>)> = BTreeMap::new();
        let mut kept: BTreeMap<FlowName, Arc<Flow>> = BTreeMap::new();
        let mut roots: BTreeMap<FlowName, (&Arc<SourceFile>, &yaml::Node)> = BTreeMap::new();
        for (file, root) in &sorted.flows {
            if self.cancel.is_cancelled() {
                break;
            }
            let Some(root) = root else { continue };
            let known = self.flows.get(file.path()).filter(|known| same(&known.file, file));
            let (name, place) = match known {
                Some(known) => (known.flow.name.clone(), known.flow.place.clone()),
                None => {
                    let (flow, own) = read(file, root);
                    let (name, place) = (flow.name.clone(), flow.place.clone());
                    if !roots.contains_key(&name) {
                        fresh.insert(name.clone(), (file.clone(), flow, own));
                    }
                    (name, place)
                }
            };
            if let Some((first, _)) = roots.get(&name) {
                let first = kept
                    .get(&name)
                    .map(|flow| &flow.place)
                    .or_else(|| fresh.get(&name).map(|(_, flow, _)| &flow.place))
                    .cloned()
                    .unwrap_or_else(|| Place::start_of(first));
                let finding = Diagnostic::error("E405", &place, format!("there are two flows called `{name}`"));
                findings.push(finding.label(&first, "first here").help("rename one of the two, and its file"));
                continue;
            }
            roots.insert(name.clone(), (file, root));
            if let Some(known) = known {
                kept.insert(name, known.flow.clone());
            }
        }
        let asking = mark_asking(kept.values().map(|flow| &**flow).chain(fresh.values().map(|(_, flow, _)| flow)));
        let mut all: BTreeMap<FlowName, Arc<Flow>> = BTreeMap::new();
        for (name, (file, root)) in roots {
            let asks = asking.contains(&name);
            let unchanged = kept.remove(&name).filter(|flow| flow.asks == asks);
            let flow = match unchanged {
                Some(flow) => flow,
                None => {
                    let (mut flow, own) = match fresh.remove(&name) {
                        Some((_, flow, own)) => (flow, own),
                        None => read(file, root),
                    };
                    flow.asks = asks;
                    let flow = Arc::new(flow);
                    let entry = KeptFlow { file: file.clone(), flow: flow.clone(), findings: own };
                    self.flows.insert(file.path().to_owned(), entry);
                    flow
                }
            };
            if let Some(known) = self.flows.get(file.path()) {
                findings.extend(known.findings.iter().cloned());
            }
            parallel_asks(&flow, root, findings);
            all.insert(name, flow);
        }
        all
    }
}

fn same(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> bool {
    Arc::ptr_eq(a, b) || a.path() == b.path() && a.text() == b.text()
}
