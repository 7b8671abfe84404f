//! Checks tests again while files change: a test is parsed again if it, its flow or the bot changed, or if its findings
//! depend on other flows.

use super::{Corpus, Scenario, check, parse};
use crate::{
    base::{diagnostic::Diagnostic, place::SourceFile},
    definition::{Flow, FlowSet},
};
use std::{collections::HashMap, sync::Arc};

#[derive(Default)]
pub struct KnownTests(HashMap<String, Test>);

struct Test {
    file: Arc<SourceFile>,
    flow: Option<Arc<Flow>>,
    bot: Option<Arc<SourceFile>>,
    /// True if the flows had no errors.
    sound: bool,
    /// True if the findings depend on nothing else.
    alone: bool,
    scenario: Option<Arc<Scenario>>,
    findings: Vec<Diagnostic>,
}

impl KnownTests {
    /// All findings about these tests. `sound`: the flows have no errors; with errors, their possible messages are not
    /// known yet.
    pub fn look(
        &mut self,
        files: &[Arc<SourceFile>],
        set: &FlowSet,
        sound: bool,
    ) -> (Vec<Arc<Scenario>>, Vec<Diagnostic>) {
        self.0.retain(|path, _| files.iter().any(|file| file.path() == path));
        let corpus = Corpus::new(set);
        let bot = set.files.iter().find(|file| file.stem() == "_bot");
        let (mut scenarios, mut findings) = (Vec::new(), Vec::new());
        for file in files {
            if !self.0.get(file.path()).is_some_and(|known| known.holds(file, set, bot, sound)) {
                self.0.insert(file.path().to_owned(), read(file, &corpus, bot, sound));
            }
            let Some(known) = self.0.get(file.path()) else { continue };
            findings.extend(known.findings.iter().cloned());
            scenarios.extend(known.scenario.clone());
        }
        (scenarios, findings)
    }
}

impl Test {
    fn holds(&self, file: &Arc<SourceFile>, set: &FlowSet, bot: Option<&Arc<SourceFile>>, sound: bool) -> bool {
        let same = |a: &Arc<SourceFile>, b: &Arc<SourceFile>| Arc::ptr_eq(a, b) || a.text() == b.text();
        let flow =
            self.flow.as_ref().is_some_and(|flow| set.flows.get(&flow.name).is_some_and(|now| Arc::ptr_eq(now, flow)));
        let bots = match (&self.bot, bot) {
            (Some(was), Some(is)) => same(was, is),
            (None, None) => true,
            _ => false,
        };
        self.alone && flow && bots && self.sound == sound && same(&self.file, file)
    }
}

fn read(file: &Arc<SourceFile>, corpus: &Corpus<'_>, bot: Option<&Arc<SourceFile>>, sound: bool) -> Test {
    let set = corpus.set;
    let (scenario, mut findings) = parse(file, set);
    if !sound {
        // A file that exists but cannot be parsed has a finding.
        let broken = |name: &str| set.files.iter().any(|file| file.stem() == name);
        findings.retain(|finding| {
            finding.code != "E951" || !scenario.as_ref().is_some_and(|scenario| broken(scenario.flow.as_str()))
        });
    }
    let mut alone = true;
    if let Some(scenario) = scenario.as_ref().filter(|_| sound && !findings.iter().any(Diagnostic::is_error)) {
        let (about, own) = check(scenario, corpus);
        findings.extend(about);
        alone = own;
    }
    let flow = scenario.as_ref().and_then(|scenario| set.flows.get(&scenario.flow).cloned());
    let scenario = scenario.map(Arc::new);
    Test { file: file.clone(), flow, bot: bot.cloned(), sound, alone, scenario, findings }
}
