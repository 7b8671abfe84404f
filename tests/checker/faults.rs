//! Runs the fault catalogue: each seeded fault gives one finding at its place, and correct flows give none.

use super::{BOT, around, folder, of_flows};
use std::collections::BTreeSet;
use transom::{
    base::{diagnostic::Diagnostic, place::SourceFile},
    flow::CheckContext,
};

const FAULTS_MIN: usize = 60;
const CLEAN_MIN: usize = 40;

/// A file of the catalogue: `# E501 7:5 in words`, then the flow with its fault.
struct Fault {
    name: String,
    text: String,
    code: String,
    line: usize,
    column: usize,
}

fn faults() -> Vec<Fault> {
    let read = |(name, text): (String, String)| {
        let first = text.lines().next().unwrap_or_default();
        let mut words = first.strip_prefix("# ").unwrap_or_default().split(' ');
        let code = words.next().unwrap_or_default().to_owned();
        let (line, column) = words.next().and_then(|at| at.split_once(':')).expect("`# CODE LINE:COLUMN words`");
        let number = |text: &str| text.parse().expect("a number");
        Fault { line: number(line), column: number(column), name, text, code }
    };
    folder("faults").into_iter().map(read).collect()
}

/// A paper of the bot, in which its flows can look something up.
const PAPER: (&str, &str) = ("knowledge/repairs.md", "# Repairs\n\nA repair takes two days.\n");

/// The findings for one file beside the bot of the tests, which has a paper, unless its fault is that there is none.
fn check(name: &str, text: &str) -> Vec<Diagnostic> {
    let mut sources = vec![SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new(format!("flows/{name}"), text)];
    if !text.starts_with("# W548") {
        sources.push(SourceFile::new(PAPER.0, PAPER.1));
    }
    of_flows(&sources, &[], &around())
}

#[test]
fn each_seeded_fault_gives_one_finding_at_its_place_that_says_what_to_write() {
    let all = faults();
    let mut wrong = Vec::new();
    let (mut found, mut alone, mut helped, mut mended) = (0, 0, 0, 0);
    for fault in &all {
        let findings = check(&fault.name, &fault.text);
        let hit = findings.iter().find(|finding| {
            let at = (finding.place.line(), finding.place.column());
            finding.code == fault.code && at == (fault.line, fault.column)
        });
        found += usize::from(hit.is_some());
        alone += usize::from(hit.is_some() && findings.len() == 1);
        helped += usize::from(hit.is_some_and(|finding| finding.help.is_some()));
        mended += usize::from(hit.is_some_and(|finding| finding.fix.is_some()));
        if findings.len() != 1 || hit.is_none_or(|finding| finding.help.is_none() && finding.labels.is_empty()) {
            let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
            let (code, line, column) = (&fault.code, fault.line, fault.column);
            wrong.push(format!("{} wants {code} at {line}:{column}, and has:\n  {}", fault.name, said.join("\n  ")));
        }
    }
    let codes: BTreeSet<&str> = all.iter().map(|fault| fault.code.as_str()).collect();
    println!(
        "{} seeded faults of {} kinds: {found} found at their line and column, {alone} with no other message, \
         {helped} say what to write, {mended} offer a repair",
        all.len(),
        codes.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.len() >= FAULTS_MIN, "{} faults", all.len());
}

#[test]
fn flows_that_are_right_stay_without_a_word() {
    let clean = folder("clean");
    let mut sources = vec![SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new(PAPER.0, PAPER.1)];
    sources.extend(clean.iter().map(|(name, text)| SourceFile::new(format!("flows/{name}"), text.clone())));
    let mut alarms = of_flows(&sources, &[], &around());
    // A flow is right with and without a configuration.
    alarms.extend(of_flows(&sources, &[], &CheckContext::default()));
    let said: Vec<String> = alarms.iter().map(|finding| finding.render(false)).collect();
    let lines: usize = clean.iter().map(|(_, text)| text.lines().count()).sum();
    println!("{} right flows, {lines} lines: {} false alarms", clean.len(), said.len());
    assert!(said.is_empty(), "{}", said.join("\n"));
    assert!(clean.len() >= CLEAN_MIN, "{} flows", clean.len());
}

#[test]
fn the_right_flows_use_every_step_and_every_trigger() {
    let text: String = folder("clean").into_iter().map(|(_, text)| text).collect();
    let used = |name: &str| {
        text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches("- ").trim_start_matches("{");
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
                || text.contains(&format!("[{name}: "))
                || text.contains(&format!("{{{name}: "))
                || (name == "end" && line.trim_end() == "end")
        })
    };
    let verbs = transom::flow::steps::SPECS.iter().map(|spec| spec.name);
    let triggers = transom::flow::triggers::SPECS.iter().map(|spec| spec.name);
    let missing: Vec<&str> = verbs.chain(triggers).filter(|name| !used(name)).collect();
    assert!(missing.is_empty(), "no right flow has {missing:?}");
}
