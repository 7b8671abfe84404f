//! Checks a bot again and again while its files change, for an editor and `check --watch`.
//!
//! It keeps results by the content of each file. After a change only that file is parsed, and only flows whose paths
//! lead through it are walked.

use super::testfile::{
    KnownTests, Scenario,
    evals::{self, EvalFile},
};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, sort},
        place::SourceFile,
        time::Time,
    },
    check::{CheckContext, Linter, Report},
    load::parse::ParseCache,
};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Default)]
pub struct Workspace {
    files: BTreeMap<String, Arc<SourceFile>>,
    around: CheckContext,
    kept: ParseCache,
    linter: Linter,
    tests: KnownTests,
}

/// The result of one check.
pub struct Looked {
    pub set: FlowSet,
    /// The findings of parsing and checking, sorted.
    pub findings: Vec<Diagnostic>,
    /// The flows that never need a template.
    pub without_templates: Vec<String>,
    /// The tests beside the flows.
    pub tests: Vec<Arc<Scenario>>,
    /// The evals beside the flows.
    pub evals: Vec<EvalFile>,
}

impl Workspace {
    /// A workspace; `around` are the known senders and templates.
    pub fn new(around: CheckContext) -> Workspace {
        Workspace { around, ..Workspace::default() }
    }

    /// Adds a file, or its new text. Its path is that in the bot's folder: `flows/menu.yaml`, `flows/menu.test.yaml`.
    pub fn put(&mut self, file: Arc<SourceFile>) {
        self.files.insert(file.path().to_owned(), file);
    }

    /// Removes a file.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Replaces all files by these.
    pub fn replace(&mut self, files: impl IntoIterator<Item = Arc<SourceFile>>) {
        self.files = files.into_iter().map(|file| (file.path().to_owned(), file)).collect();
    }

    /// Sets the files that flows may send; see `Around::files`.
    pub fn sendable(&mut self, files: Option<BTreeMap<String, u64>>) {
        if self.around.files != files {
            self.around.files = files;
            // Results for the earlier files are no longer valid.
            self.linter = Linter::default();
        }
    }

    /// The time of the next look; see `Around::now`.
    pub fn at(&mut self, now: Time) {
        self.around.now = Some(now);
    }

    /// All findings about the files as they are now.
    pub fn look(&mut self) -> Looked {
        let (beside, files): (Vec<_>, Vec<_>) = self.files.values().cloned().partition(|file| file.is_of_tests());
        let tests: Vec<_> = beside.iter().filter(|file| file.is_test()).cloned().collect();
        let (set, mut findings) = self.kept.parse(&files);
        let Report { findings: said, without_templates } = self.linter.report(&set, &self.around);
        findings.extend(said);
        let sound = !findings.iter().any(Diagnostic::is_error);
        if !sound {
            translations_later(&mut findings);
        }
        let (tests, mut said) = self.tests.look(&tests, &set, sound);
        let mut evals = Vec::new();
        for file in beside.iter().filter(|file| file.is_eval()) {
            let (eval, found) = evals::parse(file, &set);
            evals.extend(eval);
            said.extend(found);
        }
        set.bot.leave_out_what_is_lost(&mut said);
        findings.extend(said);
        sort(&mut findings);
        Looked { set, findings, without_templates, tests, evals }
    }
}

/// Removes findings about missing and outdated translations while flows have errors: for a text that cannot be parsed,
/// they would lead the author to delete needed translations.
fn translations_later(findings: &mut Vec<Diagnostic>) {
    findings.retain(|finding| !matches!(finding.code, "W901" | "W902" | "W904"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lint_around, parse_set};

    const BOT: &str = "bot: a\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n";
    const MENU: &str = "flow: menu\nwhen: [message: menu]\nsteps:\n  - call: shop\n  - say: Anything else?\n";
    const SHOP: &str = "flow: shop\nsteps:\n  - ask: What?\n    as: what\n  - say: A ${what}\n";

    fn file(name: &str, text: &str) -> Arc<SourceFile> {
        SourceFile::new(format!("flows/{name}.yaml"), text)
    }

    fn words(findings: &[Diagnostic]) -> Vec<String> {
        findings.iter().map(|finding| finding.render(false)).collect()
    }

    /// Checks that the findings after a change equal those without earlier results.
    #[track_caller]
    fn agree(workspace: &mut Workspace) -> Vec<String> {
        let files: Vec<_> = workspace.files.values().cloned().collect();
        let (set, mut all) = parse_set(&files);
        all.extend(lint_around(&set, &workspace.around));
        let sound = !all.iter().any(Diagnostic::is_error);
        if !sound {
            translations_later(&mut all);
        }
        let tests: Vec<_> = files.iter().filter(|file| file.stem().ends_with(".test")).cloned().collect();
        all.extend(KnownTests::default().look(&tests, &set, sound).1);
        set.bot.leave_out_what_is_lost(&mut all);
        sort(&mut all);
        let looked = workspace.look();
        assert_eq!(words(&looked.findings), words(&all));
        assert!(looked.set.flows.iter().all(|(name, flow)| set.flows[name].asks == flow.asks));
        looked.findings.iter().map(|finding| finding.code.to_owned()).collect()
    }

    #[test]
    fn a_change_is_seen_through_calls_and_taken_back() {
        let mut workspace = Workspace::default();
        workspace.replace([file("_bot", BOT), file("menu", MENU), file("shop", SHOP)]);
        assert!(agree(&mut workspace).is_empty());
        // The called flow now waits, so the messages of its caller can be late.
        workspace.put(file("shop", "flow: shop\nsteps:\n  - wait: 25h\n"));
        assert_eq!(agree(&mut workspace), ["E501"]);
        workspace.put(file("menu", &format!("# a line above\n{MENU}")));
        assert_eq!(agree(&mut workspace), ["E501"]);
        workspace.put(file("shop", SHOP));
        assert!(agree(&mut workspace).is_empty());
        workspace.remove("flows/shop.yaml");
        assert_eq!(agree(&mut workspace), ["E401"]);
        workspace.put(file("shop", "flow: shop\nsteps:\n  - say: *no\n"));
        assert_eq!(agree(&mut workspace), ["E109"]);
        workspace.put(file("shop", SHOP));
        workspace.put(file("_bot", "bot: a\nlanguages: {es: []}\n"));
        assert_eq!(agree(&mut workspace), ["W904"]);
    }

    #[test]
    fn a_test_is_looked_at_again_when_what_it_tests_changes() {
        let mut workspace = Workspace::default();
        let test = |says: &str| {
            let text =
                format!("tests: menu\ncases:\n  - name: a\n    steps:\n      - user: menu\n      - bot: {says}\n");
            SourceFile::new("flows/menu.test.yaml", text)
        };
        workspace.replace([file("_bot", BOT), file("menu", MENU), file("shop", SHOP), test("Anything else")]);
        assert!(agree(&mut workspace).is_empty());
        workspace.put(test("Anything esle"));
        assert_eq!(agree(&mut workspace), ["W962"]);
        workspace.put(file("menu", &MENU.replace("Anything else", "Anything esle")));
        assert!(agree(&mut workspace).is_empty());
        // The called flow sends it.
        workspace.put(test("Waht?"));
        assert_eq!(agree(&mut workspace), ["W962"]);
        workspace.put(file("shop", &SHOP.replace("What?", "Waht?")));
        assert!(agree(&mut workspace).is_empty());
        workspace.put(file("menu", "flow: menu\nsteps:\n  - sya: no\n"));
        assert_eq!(agree(&mut workspace), ["E221"], "what a broken flow says is not known");
        workspace.put(file("menu", "flow: menu\nsteps:\n  - say: *no\n"));
        assert_eq!(agree(&mut workspace), ["E109"]);
        workspace.remove("flows/menu.yaml");
        assert_eq!(agree(&mut workspace), ["E951"]);
    }

    #[test]
    fn what_an_unreadable_bot_declares_is_not_missing() {
        const UNREADABLE: &str = "bot: a\ndefaults:\n  on_error:\n    say: Sorry\n    - handoff: desk\n";
        let offer = "flow: offer\ntopic: news\nwhen:\n  - schedule: \"0 9 * * *\"\n    to: everyone\nsteps:\n  \
                     - if: hours.shop.open\n    then: [{set: {contact.plan: pro}}]\n  - say: ${env.URL}\n    \
                     if_closed: skip\n  - handoff: desk\n";
        let mut workspace = Workspace::default();
        workspace.replace([file("_bot", UNREADABLE), file("offer", offer)]);
        assert_eq!(agree(&mut workspace), ["E100"]);
        workspace.put(file("_bot", BOT));
        assert_eq!(agree(&mut workspace), ["E407", "E404", "E408", "E410", "E403"]);
    }

    #[test]
    fn what_did_not_change_is_not_read_again() {
        let mut workspace = Workspace::default();
        workspace.replace([file("_bot", BOT), file("menu", MENU), file("shop", SHOP)]);
        let first = workspace.look();
        workspace.put(file("shop", "flow: shop\nsteps:\n  - ask: Which one?\n"));
        let second = workspace.look();
        let at = |looked: &Looked, name: &str| looked.set.flows[&name.into()].clone();
        assert!(Arc::ptr_eq(&at(&first, "menu"), &at(&second, "menu")));
        assert!(!Arc::ptr_eq(&at(&first, "shop"), &at(&second, "shop")));
    }
}
