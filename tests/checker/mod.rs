//! The checker from outside: every code is explained by an example that has it, seeded faults are found where they
//! are, and right flows stay without a word. `cargo test --test it checker -- --nocapture` prints the figures.

mod codes;
mod faults;
mod fix;

use std::{fs, path::Path, sync::Arc};
use transom::{
    base::{
        diagnostic::{Diagnostic, sort},
        place::SourceFile,
    },
    flow::{self, Around, scenario},
    runtime::{around, config::Config, reload},
};

/// What stands around a flow when nothing else is said.
const BOT: &str = include_str!("../flows/_bot.yaml");
const CONFIG: &str = include_str!("../flows/config.yaml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file that flows in the folder of the tests are known by, sorted.
fn folder(name: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(root().join("tests/flows").join(name))
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect();
    found.sort();
    found
}

/// Everything that any reader of these files says. Without a `_bot.yaml` or configuration of their own they stand
/// on those of the tests.
fn look(files: &[(String, String)]) -> Vec<Diagnostic> {
    let mut sources = Vec::new();
    let mut tests = Vec::new();
    let mut config = None;
    for (path, text) in files {
        let file = SourceFile::new(path.clone(), text.clone());
        match path.as_str() {
            "config.yaml" => config = Some(file),
            path if path.ends_with(".test.yaml") => tests.push(file),
            _ => sources.push(file),
        }
    }
    if !files.iter().any(|(path, _)| path == "flows/_bot.yaml") {
        sources.insert(0, SourceFile::new("flows/_bot.yaml", BOT));
    }
    let mut all = Vec::new();
    let around = match &config {
        Some(file) => {
            // An example of templates leaves out whose they are.
            let senders = if file.text().contains("senders:") { "" } else { senders_of(CONFIG) };
            let whole = SourceFile::new("config.yaml", format!("{}{senders}", file.text()));
            match Config::parse(&whole, Path::new(""), &|_| None) {
                Ok(config) => {
                    all.extend(config.warnings.clone());
                    Around { senders: Some(names(&config)), ..around::around(&config, &[]) }
                }
                Err(findings) => {
                    all.extend(findings);
                    Around::default()
                }
            }
        }
        None => Around::default(),
    };
    all.extend(of_flows(&sources, &tests, &around));
    sort(&mut all);
    all
}

fn of_flows(sources: &[Arc<SourceFile>], tests: &[Arc<SourceFile>], around: &Around) -> Vec<Diagnostic> {
    let (set, mut all) = flow::parse_set(sources);
    all.extend(flow::lint_around(&set, around));
    all.extend(reload::mock_findings(&set));
    for test in tests {
        all.extend(scenario::parse(test, &set).1);
    }
    all
}

/// The configuration of the tests, as a daemon knows it.
fn around() -> Around {
    let config = Config::parse(&SourceFile::new("config.yaml", CONFIG), Path::new(""), &|_| None);
    let config = config.expect("the configuration of the tests is right");
    Around { senders: Some(names(&config)), ..around::around(&config, &[]) }
}

fn names(config: &Config) -> Vec<String> {
    config.senders.iter().map(|sender| sender.name.clone()).collect()
}

fn senders_of(config: &'static str) -> &'static str {
    let end = config.find("templates:").expect("senders stand before templates");
    &config[..end]
}
