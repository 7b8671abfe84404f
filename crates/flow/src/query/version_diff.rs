//! Compares two versions of the flows, for the forecast of a deployment and for runs on the old version.

mod heard;

use crate::{
    base::{
        ids::{FlowName, StepId},
        place::SourceFile,
    },
    check::templates_named,
    definition::{Flow, FlowSet, Role},
    load::default_language::LanguageBy,
};
pub use heard::WordDifferences;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The differences between two versions, in the order of flows and their steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Differences {
    pub added: Vec<FlowName>,
    pub removed: Vec<FlowName>,
    /// Flows whose own files differ.
    pub changed: Vec<FlowName>,
    /// `_bot.yaml`, scripts, locales and files of knowledge that differ.
    pub shared: Vec<String>,
    pub words: Vec<Reworded>,
    /// Words that start a flow or end a run of it.
    pub heard: Vec<WordDifferences>,
    /// `language_by`, where it differs.
    pub language_by: Option<Ways>,
    /// Templates that only the new version names.
    pub templates: Vec<String>,
    /// Triggers of the clock that only the new version has: flow and key.
    pub timed_added: Vec<(FlowName, String)>,
    pub timed_removed: Vec<(FlowName, String)>,
}

/// The ways in which the language of somebody new is learned, before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ways {
    pub was: Vec<LanguageBy>,
    pub is: Vec<LanguageBy>,
}

/// A text of a flow that is in both versions: changed, removed or added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reworded {
    pub flow: FlowName,
    pub step: StepId,
    pub was: Option<String>,
    pub is: Option<String>,
}

/// The triggers that `timed_…` compares.
const BY_THE_CLOCK: [&str; 4] = ["schedule", "date", "window_closing", "quiet_for"];

pub fn differences(old: &FlowSet, new: &FlowSet) -> Differences {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.flows.keys().collect(), new.flows.keys().collect());
    let both: Vec<(&Flow, &Flow)> =
        new.flows.values().filter_map(|flow| Some((old.flow(&flow.name)?, flow.as_ref()))).collect();
    let (was, is) = (timed(old), timed(new));
    let (asked, asks) = (&old.bot.language_by, &new.bot.language_by);
    let named_before = templates_named(old);
    Differences {
        added: after.difference(&before).map(|name| (*name).clone()).collect(),
        removed: before.difference(&after).map(|name| (*name).clone()).collect(),
        changed: both.iter().filter(|(old, new)| !same_file(old, new)).map(|(_, new)| new.name.clone()).collect(),
        shared: shared(old, new),
        words: both.iter().flat_map(|(old, new)| reworded(old, new)).collect(),
        heard: heard::heard(old, new),
        language_by: (asked != asks).then(|| Ways { was: asked.clone(), is: asks.clone() }),
        templates: templates_named(new).into_iter().filter(|name| !named_before.contains(name)).collect(),
        timed_added: is.difference(&was).cloned().collect(),
        timed_removed: was.difference(&is).cloned().collect(),
    }
}

/// True if nothing differs that a run can reach from these flows: their files, those of flows that they call or go to,
/// and the scripts and translations that these use. `_bot.yaml` is not compared.
pub fn same_in_reach<'a>(old: &FlowSet, new: &FlowSet, from: impl IntoIterator<Item = &'a FlowName>) -> bool {
    let mut open: Vec<FlowName> = from.into_iter().cloned().collect();
    let mut seen = BTreeSet::new();
    let changed: Vec<String> = shared(old, new);
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) || name == new.bot.flow.name {
            continue;
        }
        let (Some(before), Some(after)) = (old.flow(&name), new.flow(&name)) else { return false };
        if !same_file(before, after) || changed.iter().any(|path| is_used(path, after)) {
            return false;
        }
        let entered = after.nodes.iter().flat_map(|node| node.outline.entered().into_iter().chain(&node.outline.tools));
        open.extend(entered.cloned());
    }
    true
}

fn same_file(old: &Flow, new: &Flow) -> bool {
    old.place.file().text() == new.place.file().text()
}

/// Paths of files without flows that differ.
fn shared(old: &FlowSet, new: &FlowSet) -> Vec<String> {
    let flows: BTreeSet<&str> = [old, new].iter().flat_map(|set| set.flows.values()).map(|f| f.place.path()).collect();
    let files = |set: &FlowSet| -> BTreeMap<String, std::sync::Arc<SourceFile>> {
        let papers = set.knowledge.documents().iter().map(|document| &document.file);
        let others = set.files.iter().filter(|file| !flows.contains(file.path())).chain(papers);
        others.map(|file| (file.path().to_owned(), std::sync::Arc::clone(file))).collect()
    };
    let (before, after) = (files(old), files(new));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let same = |path: &&String| match (before.get(*path), after.get(*path)) {
        (Some(before), Some(after)) => before.text() == after.text(),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    paths.into_iter().filter(|path| !same(path)).cloned().collect()
}

/// True for a script that the flow calls, and for every translation file: the flow's texts may change with it. Knowledge
/// does not count: a run is to answer from the newest.
fn is_used(path: &str, flow: &Flow) -> bool {
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    match path.split('/').next() {
        Some("scripts") => flow.place.file().text().contains(&format!("{stem}::")),
        Some("locales") => true,
        _ => false,
    }
}

/// Compares texts by their content, so that a new step, which changes the numbers of later steps, does not change their
/// texts.
fn reworded(old: &Flow, new: &Flow) -> Vec<Reworded> {
    if same_file(old, new) {
        return Vec::new();
    }
    let (before, after) = (said(old), said(new));
    let mut gone = without(&before, &after);
    let mut words = Vec::new();
    for (step, role, text) in without(&after, &before) {
        let same_place = gone.iter().position(|(known, r, _)| known == step && r == role);
        let was = same_place.map(|at| gone.remove(at).2.clone());
        words.push(Reworded { flow: new.name.clone(), step: step.clone(), was, is: Some(text.clone()) });
    }
    words.extend(gone.into_iter().map(|(step, _, text)| Reworded {
        flow: new.name.clone(),
        step: step.clone(),
        was: Some(text.clone()),
        is: None,
    }));
    words
}

type Said = (StepId, Role, String);

fn said(flow: &Flow) -> Vec<Said> {
    let steps = flow.nodes.iter().flat_map(|node| node.outline.sentences.iter().map(move |said| (node, said)));
    steps.map(|(node, said)| (node.id.clone(), said.role, said.text.source().trim().to_owned())).collect()
}

/// The texts that the other version lacks, each as often as it is missing.
fn without<'a>(these: &'a [Said], others: &[Said]) -> Vec<&'a Said> {
    let mut left: Vec<&str> = others.iter().map(|(_, _, text)| text.as_str()).collect();
    let mut rest = Vec::new();
    for said in these {
        match left.iter().position(|text| *text == said.2) {
            Some(at) => drop(left.swap_remove(at)),
            None => rest.push(said),
        }
    }
    rest
}

fn timed(set: &FlowSet) -> BTreeSet<(FlowName, String)> {
    let triggers = set.flows.values().flat_map(|flow| flow.triggers.iter().map(move |trigger| (flow, trigger)));
    let timed = triggers.filter(|(_, trigger)| BY_THE_CLOCK.contains(&trigger.outline.verb));
    timed.map(|(flow, trigger)| (flow.name.clone(), trigger.key.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_set;

    const BOT: &str = "bot: a\nlanguage: en\ntimezone: UTC\n";

    fn set(files: &[(&str, &str)]) -> FlowSet {
        let mut all = vec![SourceFile::new("flows/_bot.yaml", BOT)];
        all.extend(files.iter().map(|(path, text)| SourceFile::new(*path, *text)));
        let (set, findings) = parse_set(&all);
        assert!(!findings.iter().any(|finding| finding.is_error()), "{findings:?}");
        set
    }

    fn names(names: &[&str]) -> Vec<FlowName> {
        names.iter().map(|name| FlowName::from(*name)).collect()
    }

    const A: (&str, &str) = ("flows/a.yaml", "flow: a\nsteps:\n  - say: One\n  - say: Two\n  - call: b\n");
    const B: (&str, &str) = ("flows/b.yaml", "flow: b\nsteps:\n  - script: m::f()\n    as: x\n  - say: ${x}\n");
    const M: (&str, &str) = ("scripts/m.rhai", "fn f() { 1 }\n");

    #[test]
    fn the_same_files_differ_in_nothing() {
        assert_eq!(differences(&set(&[A, B, M]), &set(&[A, B, M])), Differences::default());
    }

    #[test]
    fn flows_come_go_and_change() {
        let new = [("flows/a.yaml", "flow: a\nsteps:\n  - say: One\n"), ("flows/c.yaml", "flow: c\nsteps: [end]\n")];
        let found = differences(&set(&[A, B, M]), &set(&new));
        assert_eq!((found.added, found.removed, found.changed), (names(&["c"]), names(&["b"]), names(&["a"])));
        assert_eq!(found.shared, ["scripts/m.rhai"]);
    }

    #[test]
    fn a_step_put_before_others_changes_no_text_of_theirs() {
        let new = ("flows/a.yaml", "flow: a\nsteps:\n  - say: Zero\n  - say: One\n  - say: Too\n  - call: b\n");
        let words = differences(&set(&[A, B, M]), &set(&[new, B, M])).words;
        let told: Vec<_> = words.iter().map(|w| (w.was.as_deref(), w.is.as_deref())).collect();
        assert_eq!(told, [(None, Some("Zero")), (None, Some("Too")), (Some("Two"), None)]);
    }

    #[test]
    fn a_text_that_changed_in_its_place_is_told_with_both() {
        let new = ("flows/a.yaml", "flow: a\nsteps:\n  - say: One\n  - say: 2\n  - call: b\n");
        let words = differences(&set(&[A, B, M]), &set(&[new, B, M])).words;
        assert_eq!(words.len(), 1);
        assert_eq!((words[0].was.as_deref(), words[0].is.as_deref()), (Some("Two"), Some("2")));
    }

    #[test]
    fn templates_and_times_are_told_when_they_are_new() {
        let weekly = "flow: w\nwhen:\n  - schedule: \"0 10 * * TUE\"\n    to: everyone\nsteps:\n  - say: Hi\n    \
                      if_closed: {template: hi_again}\n  - template: second\n";
        let (old, new) = (set(&[A, B, M]), set(&[A, B, M, ("flows/w.yaml", weekly)]));
        let found = differences(&old, &new);
        assert_eq!(found.templates, ["hi_again", "second"]);
        assert_eq!(found.timed_added.len(), 1);
        assert_eq!(differences(&new, &old).timed_removed, found.timed_added);
    }

    #[test]
    fn words_and_ways_to_learn_a_language_are_told() {
        let hours = |own: &str| format!("flow: hours\nwhen: [{{message: [{own}]}}]\nsteps: [end]\n");
        let version = |own: &str, spanish: &str, by: &str| {
            let bot = format!("bot: a\nlanguage: en\nlanguages: {{en: [], es: []}}\nlanguage_by: {by}\n");
            let files = [
                ("flows/_bot.yaml", bot),
                ("flows/hours.yaml", hours(own)),
                ("locales/es.yaml", format!("locale: es\nwords: {{hours: [{spanish}]}}\n")),
            ];
            parse_set(&files.map(|(path, text)| SourceFile::new(path, text))).0
        };
        let old = version("hours", "horario", "[greeting]");
        let found = differences(&old, &version("hours, open", "horarios", "[greeting, ask]"));
        let told: Vec<_> = found.heard.iter().map(|one| (one.language.as_deref(), &one.added, &one.removed)).collect();
        let (open, more, less) = (vec!["open".to_owned()], vec!["horarios".to_owned()], vec!["horario".to_owned()]);
        assert_eq!(told, [(None, &open, &Vec::new()), (Some("es"), &more, &less)]);
        let ways = found.language_by.map(|ways| (ways.was.len(), ways.is.len()));
        assert_eq!(ways, Some((1, 2)));
        assert_eq!(differences(&old, &version("hours", "horario", "[greeting]")), Differences::default());
    }

    #[test]
    fn what_is_reached_counts_and_what_is_not_does_not() {
        let a = FlowName::from("a");
        let old = set(&[A, B, M]);
        let same = |files: &[(&str, &str)]| same_in_reach(&old, &set(files), [&a]);
        assert!(same(&[A, B, M, ("flows/c.yaml", "flow: c\nsteps: [end]\n")]));
        assert!(!same(&[A, ("flows/b.yaml", "flow: b\nsteps: [end]\n"), M]));
        assert!(!same(&[A, B, ("scripts/m.rhai", "fn f() { 2 }\n")]));
        assert!(same(&[A, B, M, ("scripts/n.rhai", "fn g() { 2 }\n")]));
    }

    #[test]
    fn a_flow_that_is_only_started_is_not_reached() {
        let a = ("flows/a.yaml", "flow: a\nsteps:\n  - start: b\n");
        let (old, new) = (set(&[a, B, M]), set(&[a, ("flows/b.yaml", "flow: b\nsteps: [end]\n"), M]));
        assert!(same_in_reach(&old, &new, [&FlowName::from("a")]));
    }
}
