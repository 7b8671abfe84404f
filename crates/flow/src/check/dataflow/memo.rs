//! Keeps the results of walks while the flows on their paths do not change: after a change of one file only the
//! affected flows are walked.

use super::{Need, report::Judge, types::ValueType, window_age::Age};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        place::SourceFile,
        time::Span,
    },
    check::window,
    definition::Flow,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// The beginning of a walk.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WalkStart {
    /// The triggers of one flow, or of several flows that lead to the same ones.
    Triggers(Vec<FlowName>),
    /// The `on_stop` of a flow.
    Stop(FlowName),
    /// A flow without triggers, which a `start` step starts or only other flows call, at this age.
    Given(FlowName, Age),
    /// A call at this age, with the time by which it must end.
    Call(FlowName, Age, Span),
    /// A block of the bot's own steps.
    Bot(String),
}

/// The results of one walk.
pub struct Piece {
    /// A unique number.
    pub serial: u64,
    pub judge: Judge,
    /// The flows whose messages can find the window closed, as far as they belong to the walk; for the messages of a
    /// called flow its caller.
    pub late: BTreeSet<FlowName>,
    /// The age at its end; `None`: it has no end.
    pub end: Option<Age>,
    /// The values that its ends return; those that differ in their keys stay apart.
    pub gives: Vec<ValueType>,
    /// The flows that it walked through, including those of its calls.
    pub through: BTreeSet<FlowName>,
    /// Other flows that its trails name.
    pub told: BTreeSet<FlowName>,
    /// The calls that it used, and the flows of its `start` steps.
    pub calls: BTreeSet<WalkStart>,
}

impl WalkStart {
    /// The flows; for the bot's own steps the name of their block.
    fn flows(&self) -> Vec<FlowName> {
        match self {
            WalkStart::Triggers(names) => names.clone(),
            WalkStart::Stop(name) | WalkStart::Given(name, _) | WalkStart::Call(name, ..) => vec![name.clone()],
            WalkStart::Bot(block) => vec![block.as_str().into()],
        }
    }
}

impl Piece {
    pub fn need(&self) -> Need {
        if self.late.is_empty() { Need::Never } else { Need::Sometimes }
    }
}

#[derive(Default)]
pub struct Memo {
    pub pieces: HashMap<WalkStart, Arc<Piece>>,
    /// The flows at the last walk.
    flows: BTreeMap<FlowName, Arc<Flow>>,
    /// The files of translations at the last walk.
    locales: Vec<Arc<SourceFile>>,
    /// By file: the pieces with results for it, and their joined findings.
    said: HashMap<String, (Vec<u64>, Vec<Diagnostic>)>,
    serial: u64,
}

impl Memo {
    /// Forgets the walks through flows that have changed.
    pub fn renew(&mut self, set: &FlowSet) {
        let same = |name: &FlowName| match (self.flows.get(name), set.flows.get(name)) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        let names: BTreeSet<&FlowName> = self.flows.keys().chain(set.flows.keys()).collect();
        let changed: BTreeSet<FlowName> = names.into_iter().filter(|name| !same(name)).cloned().collect();
        self.pieces.retain(|begin, piece| {
            let touched = !changed.is_disjoint(&piece.through) || !changed.is_disjoint(&piece.told);
            !touched && !matches!(begin, WalkStart::Bot(_))
        });
        self.flows.clone_from(&set.flows);
        let locales: Vec<Arc<SourceFile>> = set.locales.values().map(|locale| locale.place.file().clone()).collect();
        let same = |(old, new): (&Arc<SourceFile>, &Arc<SourceFile>)| Arc::ptr_eq(old, new);
        if locales.len() != self.locales.len() || !self.locales.iter().zip(&locales).all(same) {
            self.pieces.clear();
        }
        self.locales = locales;
    }

    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// True if all calls that the walk used are known.
    pub fn is_whole(&self, begin: &WalkStart) -> bool {
        self.is_whole_but(begin, |_| false)
    }

    /// As `is_whole`, without the calls that will still be walked.
    pub fn is_whole_but(&self, begin: &WalkStart, comes: impl Fn(&WalkStart) -> bool) -> bool {
        let mut todo = vec![begin];
        let mut seen: BTreeSet<&WalkStart> = BTreeSet::new();
        while let Some(next) = todo.pop() {
            if !seen.insert(next) {
                continue;
            }
            match self.pieces.get(next) {
                Some(piece) => todo.extend(&piece.calls),
                None if comes(next) => {}
                None => return false,
            }
        }
        true
    }

    /// The calls that the walks used and the flows of their `start` steps, each with its need for templates.
    pub fn led_to<'b>(&'b self, roots: impl Iterator<Item = &'b WalkStart>) -> BTreeMap<WalkStart, Need> {
        let mut found = BTreeMap::new();
        let mut todo: Vec<&WalkStart> = roots.collect();
        let mut seen: BTreeSet<&WalkStart> = BTreeSet::new();
        while let Some(next) = todo.pop() {
            let Some(piece) = self.pieces.get(next).filter(|_| seen.insert(next)) else { continue };
            for begin in &piece.calls {
                found.insert(begin.clone(), self.pieces.get(begin).map(|piece| piece.need()).unwrap_or_default());
                todo.push(begin);
            }
        }
        found
    }

    /// The flows that the walks reach: by calls, by `start` steps, and by a `go`, which belongs to the same walk.
    pub fn passed<'b>(&'b self, roots: impl Iterator<Item = &'b WalkStart> + Clone) -> BTreeSet<FlowName> {
        let led: BTreeSet<WalkStart> = self.led_to(roots.clone()).into_keys().chain(roots.cloned()).collect();
        let pieces = led.iter().filter_map(|begin| self.pieces.get(begin));
        let through = pieces.flat_map(|piece| piece.through.iter().cloned());
        through.chain(led.iter().flat_map(WalkStart::flows)).collect()
    }

    /// The joined findings of all pieces in use, by file; the other pieces are forgotten.
    pub fn findings(&mut self, roots: &BTreeSet<WalkStart>, findings: &Findings) {
        let mut used: BTreeSet<WalkStart> = BTreeSet::new();
        let mut todo: Vec<WalkStart> = roots.iter().cloned().collect();
        while let Some(next) = todo.pop() {
            if let Some(piece) = self.pieces.get(&next)
                && used.insert(next)
            {
                todo.extend(piece.calls.iter().cloned());
            }
        }
        self.pieces.retain(|begin, _| used.contains(begin));
        let mut files: BTreeMap<&str, Vec<&Arc<Piece>>> = BTreeMap::new();
        for begin in &used {
            let Some(piece) = self.pieces.get(begin) else { continue };
            for file in piece.judge.files.keys() {
                files.entry(file).or_default().push(piece);
            }
        }
        let mut said: HashMap<String, (Vec<u64>, Vec<Diagnostic>)> = HashMap::new();
        for (file, pieces) in files {
            let serials: Vec<u64> = pieces.iter().map(|piece| piece.serial).collect();
            let known = self.said.remove(file).filter(|(known, _)| *known == serials);
            let (serials, all) = known.unwrap_or_else(|| (serials, together(file, &pieces)));
            findings.extend(all.iter().cloned());
            said.insert(file.to_owned(), (serials, all));
        }
        self.said = said;
    }
}

fn together(file: &str, pieces: &[&Arc<Piece>]) -> Vec<Diagnostic> {
    let findings = Findings::default();
    let mut parts = pieces.iter().filter_map(|piece| piece.judge.files.get(file));
    let Some(first) = parts.next() else { return Vec::new() };
    let mut whole = first.clone();
    parts.for_each(|part| whole.absorb(part));
    window::check(whole.sends.values(), &findings);
    whole.finish(&findings);
    findings.into_sorted()
}
