//! Holds a bot on its way from another product's export to a folder of files.

use super::{
    graph::Graph,
    names::Names,
    nest::nest,
    report::{ImportReport, Place},
    yaml::{self, Yaml},
};
use std::collections::{BTreeMap, BTreeSet};

/// A bot as it was read; `files` gives what is written.
#[derive(Debug, Clone, Default)]
pub struct ImportedBot {
    pub name: String,
    pub language: String,
    pub timezone: String,
    pub flows: Vec<ImportedFlow>,
    /// Of contacts, with their types.
    pub fields: BTreeMap<String, String>,
    pub env: BTreeSet<String>,
    pub secrets: BTreeSet<String>,
    pub teams: BTreeMap<String, Yaml>,
    pub hours: BTreeMap<String, Yaml>,
    pub has_models: bool,
    /// By language, what each text is in it.
    pub translations: BTreeMap<String, BTreeMap<String, String>>,
    /// Words that start flows, by language and flow.
    pub other_files: Vec<(String, String)>,
    /// Further keys of `_bot.yaml`.
    pub keys: Vec<(String, Yaml)>,
    /// Names of flows, by the ids of the source.
    pub flow_names: Names,
    pub report: ImportReport,
}

#[derive(Debug, Clone, Default)]
pub struct ImportedFlow {
    pub name: String,
    pub title: String,
    pub when: Vec<Yaml>,
    pub inputs: Vec<(String, Yaml)>,
    pub vars: Vec<(String, Yaml)>,
    pub keys: Vec<(String, Yaml)>,
    pub graph: Graph,
    /// The places of nodes, for the report of those that nothing leads to.
    pub places: BTreeMap<usize, Place>,
}

impl ImportedBot {
    /// The files of the folder, by path, without tests, translations and `IMPORT.md`.
    pub fn files(&mut self) -> Vec<(String, String)> {
        let mut files = vec![("flows/_bot.yaml".to_owned(), self.bot_file())];
        let taken: Vec<String> = self.flows.iter().map(|flow| flow.name.clone()).collect();
        for at in 0..self.flows.len() {
            let flow = self.flows[at].clone();
            files.push((format!("flows/{}.yaml", flow.name), self.flow_file(&flow, &taken)));
        }
        files.extend(self.other_files.iter().cloned());
        files
    }

    fn bot_file(&self) -> String {
        let mut entries = vec![
            ("bot".to_owned(), Yaml::text(&self.name)),
            ("language".to_owned(), Yaml::text(&self.language)),
            ("timezone".to_owned(), Yaml::text(&self.timezone)),
        ];
        if !self.translations.is_empty() {
            let mut languages = vec![(self.language.clone(), Yaml::List(Vec::new()))];
            let own = Yaml::List(vec![Yaml::text(&self.language)]);
            languages.extend(self.translations.keys().map(|code| (code.clone(), own.clone())));
            entries.push(("languages".to_owned(), Yaml::Map(languages)));
        }
        let names = |names: &BTreeSet<String>| Yaml::List(names.iter().map(Yaml::bare).collect());
        if !self.env.is_empty() {
            entries.push(("env".to_owned(), names(&self.env)));
        }
        if !self.secrets.is_empty() {
            entries.push(("secrets".to_owned(), names(&self.secrets)));
        }
        if self.has_models {
            entries.push(("models".to_owned(), Yaml::List(vec![Yaml::bare("main")])));
        }
        let types: Vec<_> = self.fields.iter().map(|(name, kind)| (name.clone(), Yaml::bare(kind))).collect();
        for (key, map) in [
            ("fields", types),
            ("hours", self.hours.clone().into_iter().collect()),
            ("teams", self.teams.clone().into_iter().collect()),
        ] {
            if !map.is_empty() {
                entries.push((key.to_owned(), Yaml::Map(map)));
            }
        }
        entries.extend(self.keys.iter().cloned());
        if !self.env.is_empty() {
            let value = |name: &String| {
                (name.clone(), Yaml::text(format!("https://{}.example", name.to_lowercase().replace('_', "-"))))
            };
            let env = Yaml::Map(self.env.iter().map(value).collect());
            entries.push(("sandbox".to_owned(), Yaml::map([("env", env)])));
        }
        yaml::file("flows/_bot.yaml", &["What all flows share; IMPORT.md says what came over.".to_owned()], &entries)
    }

    fn flow_file(&mut self, flow: &ImportedFlow, taken: &[String]) -> String {
        let mut names = Names::default();
        taken.iter().chain(["top".to_owned()].iter()).for_each(|name| names.reserve(name));
        let nested = nest(&flow.graph, &mut names);
        for node in &nested.orphans {
            if let Some(place) = flow.places.get(node) {
                let name = names.known(&node.to_string()).unwrap_or_default();
                self.report.replaced(place, format!("nothing leads to it; it is kept as the block `{name}`"));
            }
        }
        let mut entries = vec![("flow".to_owned(), Yaml::bare(&flow.name))];
        if !flow.title.is_empty() {
            entries.push(("title".to_owned(), Yaml::text(&flow.title)));
        }
        if !flow.when.is_empty() {
            entries.push(("when".to_owned(), Yaml::List(flow.when.clone())));
        }
        for (key, map) in [("inputs", &flow.inputs), ("vars", &flow.vars)] {
            if !map.is_empty() {
                entries.push((key.to_owned(), Yaml::Map(map.clone())));
            }
        }
        entries.extend(flow.keys.iter().cloned());
        entries.push(("steps".to_owned(), Yaml::Steps(nested.steps)));
        if !nested.blocks.is_empty() {
            let blocks = nested.blocks.into_iter().map(|(name, steps)| (name, Yaml::Steps(steps))).collect();
            entries.push(("blocks".to_owned(), Yaml::Map(blocks)));
        }
        yaml::file(&format!("flows/{}.yaml", flow.name), &[], &entries)
    }
}
