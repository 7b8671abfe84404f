//! Checks `docs/monitoring`: the alert rules and the dashboard name metrics that the daemon has, and each rule fires.

use super::root;
use std::{collections::BTreeSet, fs, process::Command};
use transom::{
    base::{ids::SenderId, time::Time},
    model::event::Reason,
    runtime::process::metrics::{Format, Metrics},
};

/// The names of all metrics, as a scraper sees them: without the suffixes of the samples of a histogram.
///
/// A family is on the page from its first label on, so each that the files name gets one.
fn known() -> BTreeSet<String> {
    let (metrics, sender) = (Metrics::new(), SenderId(1));
    metrics.webhook("meta", "ok");
    metrics.item("message", 1);
    metrics.message(sender, "sent");
    metrics.send_error(sender, "retry");
    metrics.sender_state(sender, "online");
    metrics.token_ends(sender, Some(Time(1_790_000_000_000)));
    metrics.run_began("menu");
    metrics.run_ended("menu", "done");
    metrics.start_refused("menu", true, Reason::OptedOut);
    metrics.start_refused("menu", false, Reason::OptedOut);
    metrics.http_call("2xx");
    metrics.alarm("flow_paused");
    metrics.balance("acme", 1);
    let page = metrics.page(Format::Plain);
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned()).collect()
}

/// All names in a file that can only be metrics of the daemon.
fn named(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/monitoring").join(file)).expect("the file is there");
    let names = regex::Regex::new(r"\b(?:transom|process)_[a-z_]+\b").unwrap();
    let names = names.find_iter(&text).map(|found| found.as_str());
    names.map(|name| name.strip_suffix("_bucket").unwrap_or(name).to_owned()).collect()
}

#[test]
fn rules_and_dashboard_name_metrics_that_exist() {
    let known = known();
    for file in ["alerts.yaml", "alerts.test.yaml", "dashboard.json"] {
        let named = named(file);
        assert!(named.len() > 10, "{file}: {named:?}");
        let foreign: Vec<_> = named.difference(&known).collect();
        assert!(foreign.is_empty(), "docs/monitoring/{file} names {foreign:?}; the daemon has {known:?}");
    }
}

#[test]
fn each_rule_has_a_test_in_which_it_fires_and_says_what_to_do() {
    let read = |file: &str| fs::read_to_string(root().join("docs/monitoring").join(file)).expect("the file is there");
    let (rules, tests) = (read("alerts.yaml"), read("alerts.test.yaml"));
    let names = regex::Regex::new(r"- alert: (\w+)").unwrap();
    let rules: Vec<&str> = names.captures_iter(&rules).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(rules.len() >= 15, "{rules:?}");
    for rule in rules {
        let fires = format!("alertname: {rule}\n        exp_alerts:\n          - exp_labels: {{severity: ");
        assert!(tests.contains(&fires), "no test of docs/monitoring/alerts.test.yaml lets `{rule}` fire");
    }
}

#[test]
fn promtool_plays_the_rules() {
    let promtool = |part: &str, file: &str| {
        let folder = root().join("docs/monitoring");
        let done = Command::new("promtool").args([part, "rules", file]).current_dir(folder).output().ok()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "promtool {part} rules {file}:\n{said}");
        Some(())
    };
    if promtool("check", "alerts.yaml").is_none() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs `promtool`, of Debian's `prometheus`");
        eprintln!("\n*** SKIPPED: no `promtool` found; the alert rules were not played ***\n");
        return;
    }
    promtool("test", "alerts.test.yaml").expect("it was there a moment ago");
}

#[test]
fn the_dashboard_is_one_that_grafana_takes() {
    let text = fs::read_to_string(root().join("docs/monitoring/dashboard.json")).expect("the file is there");
    let board: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let panels = board["panels"].as_array().expect("it has panels");
    let mut ids = BTreeSet::new();
    let mut places = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64()), "two panels have the id {}", panel["id"]);
        let place = &panel["gridPos"];
        assert!(places.insert((place["x"].as_u64(), place["y"].as_u64())), "two panels stand at {place}");
        assert!(place["x"].as_u64() < Some(24) && place["w"].as_u64() <= Some(24), "{place}");
        if panel["type"] == "row" {
            continue;
        }
        assert!(panel["description"].as_str().is_some_and(|text| text.len() > 10), "{}", panel["title"]);
        for query in panel["targets"].as_array().expect("a panel has queries") {
            let asked = query["expr"].as_str().unwrap_or_default();
            assert!(asked.contains("instance=~\"$instance\""), "`{asked}` ignores the chosen daemon");
        }
    }
}
