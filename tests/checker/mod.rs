//! Tests the checker from outside: every code has an example that causes it, seeded faults are found at their place,
//! and correct flows have no findings. `cargo test --test it checker -- --nocapture` prints the figures.

mod bench_bot;
mod codes;
mod faults;
mod fix;
mod mistyped;
mod together;
mod whole;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};
use transom::{
    base::{
        diagnostic::{Diagnostic, sort},
        place::SourceFile,
        time::Time,
    },
    flow::{
        self, CheckContext, knowledge,
        tools::{fmt, testfile},
    },
    runtime::{
        bot::{check_context, grants, reload},
        config::Config,
    },
};

/// The bot around a flow, unless a test has its own.
const BOT: &str = include_str!("../flows/_bot.yaml");
const CONFIG: &str = include_str!("../flows/config.yaml");

/// 24 November 2026, for findings about what has passed.
const NOW: Time = Time(1_795_514_400_000);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder of the tests, by the path that flows use, sorted.
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

/// All findings for these files. Without a `_bot.yaml` or configuration of their own, those of the tests are used.
fn look(files: &[(String, String)]) -> Vec<Diagnostic> {
    let mut sources = Vec::new();
    let (mut tests, mut evals) = (Vec::new(), Vec::new());
    let mut config = None;
    for (path, text) in files {
        let file = SourceFile::new(path.clone(), text.clone());
        match path.as_str() {
            "config.yaml" => config = Some(file),
            path if path.ends_with(".test.yaml") => tests.push(file),
            path if path.ends_with(".eval.yaml") => evals.push(file),
            _ => sources.push(file),
        }
    }
    if !files.iter().any(|(path, _)| path == "flows/_bot.yaml") {
        sources.insert(0, SourceFile::new("flows/_bot.yaml", BOT));
    }
    let mut all = Vec::new();
    let mut granting = None;
    let around = match &config {
        Some(file) => {
            // An example of templates leaves out whose they are, and what is granted.
            let left_out = |key: &str| if file.text().contains(key) { "" } else { part_of(CONFIG, key) };
            let parts = ["senders:", "flows:", "models:"].map(left_out);
            let whole = format!("{}{}", file.text(), parts.concat());
            match Config::parse(&SourceFile::new("config.yaml", whole), Path::new(""), &|_| None) {
                Ok(config) => {
                    all.extend(config.warnings.clone());
                    let around = CheckContext { senders: Some(names(&config)), ..check_context::around(&config, &[]) };
                    granting = Some(config);
                    around
                }
                Err(findings) => {
                    all.extend(findings);
                    CheckContext::default()
                }
            }
        }
        None => CheckContext::default(),
    };
    let around = CheckContext { now: Some(NOW), ..around };
    all.extend(of_flows(&sources, &tests, &around));
    let set = flow::parse_set(&sources).0;
    all.extend(evals.iter().flat_map(|file| testfile::evals::parse(file, &set).1));
    if let Some(config) = &granting {
        all.extend(grants::ungranted(&set, config));
    }
    let written = sources.iter().filter(|file| !knowledge::is_knowledge(file.path()));
    let unwritten = written.filter_map(|file| fmt::format(file).err()).flatten();
    all.extend(unwritten.filter(|finding| finding.code == "E119"));
    sort(&mut all);
    all
}

fn of_flows(sources: &[Arc<SourceFile>], tests: &[Arc<SourceFile>], around: &CheckContext) -> Vec<Diagnostic> {
    let (set, mut all) = flow::parse_set(sources);
    all.extend(flow::lint_around(&set, around));
    all.extend(reload::mock_findings(&set));
    let sound = !all.iter().any(Diagnostic::is_error);
    let (tests, said) = testfile::KnownTests::default().look(tests, &set, sound);
    all.extend(said);
    all.extend(tests.iter().flat_map(|test| transom::runtime::testbench::mock_findings(test)));
    all
}

/// The configuration of the tests, as a daemon reads it.
fn around() -> CheckContext {
    let config = Config::parse(&SourceFile::new("config.yaml", CONFIG), Path::new(""), &|_| None);
    let config = config.expect("the configuration of the tests is right");
    let files = BTreeMap::from([("files/menu.pdf".to_owned(), 90_000), ("files/poster.png".to_owned(), 6_000_000)]);
    CheckContext { senders: Some(names(&config)), files: Some(files), ..check_context::around(&config, &[]) }
}

fn names(config: &Config) -> Vec<String> {
    config.senders.iter().map(|sender| sender.name.clone()).collect()
}

/// The part of the tests' configuration under this key, with the accounts if it is about senders.
fn part_of(config: &'static str, key: &str) -> &'static str {
    let begin = |key: &str| config.find(key).expect("the configuration of the tests has it");
    match key {
        "senders:" => &config[..begin("templates:")],
        "models:" => &config[begin("\nmodels:") + 1..],
        _ => &config[begin("\nflows:") + 1..begin("\nmodels:") + 1],
    }
}
