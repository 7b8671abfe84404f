//! Checks the bots in `flows/examples/`: each loads without findings, and its tests cover all of its steps and
//! branches.

use super::root;
use std::{fs, path::PathBuf};
use transom::{
    flow,
    runtime::{
        bot::{reload, source_files},
        testbench,
    },
};

fn bots() -> Vec<PathBuf> {
    let listing = fs::read_dir(root().join("flows/examples")).expect("the examples are there");
    let mut bots: Vec<PathBuf> = listing.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    bots.sort();
    assert_eq!(bots.len(), 18, "{bots:?}");
    bots
}

#[test]
fn the_checker_has_nothing_to_say_against_them() {
    let mut wrong = Vec::new();
    for folder in bots() {
        let files = source_files::read(&folder).unwrap();
        let (set, mut findings) = flow::parse_set(&files.files);
        findings.extend(flow::lint(&set));
        findings.extend(reload::mock_findings(&set));
        wrong.extend(findings.iter().map(|finding| format!("{}: {}", folder.display(), finding.render(false))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn their_tests_pass_and_leave_no_way_out() {
    let mut wrong = Vec::new();
    for folder in bots() {
        let report = testbench::run(&folder, &testbench::TestOptions::default()).unwrap();
        if !report.is_good() {
            wrong.push(format!("{}:\n{:#}", folder.display(), report.to_json()));
        }
        // Fallbacks in `_bot.yaml` need not be covered by tests.
        let missing = report.coverage.flows.iter().flat_map(|flow| &flow.missing);
        if missing.filter(|missing| missing.place.path() != "flows/_bot.yaml").count() > 0 {
            wrong.push(format!("{}:\n{}", folder.display(), report.coverage.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn random_customers_find_nothing_in_them() {
    let mut wrong = Vec::new();
    for folder in bots() {
        let walks = testbench::Walks { count: 6, seed: 1 };
        let wandered = testbench::wander(&folder, &testbench::TestOptions::default(), walks).unwrap();
        if !wandered.is_good() {
            wrong.push(format!("{}:\n{:#}", folder.display(), wandered.to_json()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
