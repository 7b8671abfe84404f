//! What the documents and the sample bot show is read by the program: no example may be wrong.

mod examples;
mod generated;

use std::{fs, path::Path, sync::Arc};
use transom::{
    base::{diagnostic::Diagnostic, place::SourceFile},
    flow,
    runtime::{bot, reload, scenario},
};

/// What the examples of `docs/language.md` stand on.
const BOT: &str = "\
bot: Examples
language: en
timezone: Europe/Madrid
env: [SHOP_URL]
secrets: [SHOP_TOKEN]
fields: {city: text, plan: text, visit_at: datetime}
topics: {service: {}, marketing: {needs: consent, at_most: [1/1d]}}
hours: {support: {open: {mon-fri: [\"09:00-18:00\"]}}}
quiet_hours: {from: \"21:00\", to: \"08:00\"}
teams: {support: {hours: support}}
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The YAML blocks of a page that begin with this key, each as the file it would be.
fn blocks(page: &str, key: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(page)).expect("the page is there");
    let mut found = Vec::new();
    for block in text.split("```yaml\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        if let Some(name) = block.lines().next().and_then(|line| line.strip_prefix(key)) {
            found.push((name.trim().to_owned(), block.to_owned()));
        }
    }
    found
}

fn errors(files: &[Arc<SourceFile>]) -> Vec<String> {
    let (set, mut findings) = flow::parse_set(files);
    findings.extend(flow::lint(&set));
    findings.extend(reload::mock_findings(&set));
    findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.render(false)).collect()
}

#[test]
fn the_examples_of_the_language_are_right() {
    let flows = blocks("docs/language.md", "flow: ");
    assert!(flows.len() >= 12, "{} examples", flows.len());
    let mut files = vec![SourceFile::new("flows/_bot.yaml", BOT)];
    files.extend(flows.into_iter().map(|(name, text)| SourceFile::new(format!("flows/{name}.yaml"), text)));
    let errors = errors(&files);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_test_that_the_page_shows_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("flows")).expect("it is empty");
    let write = |name: String, text: &str| fs::write(folder.path().join("flows").join(name), text).expect("it is ours");
    write("_bot.yaml".to_owned(), BOT);
    let tests = blocks("docs/testing.md", "tests: ");
    assert_eq!(tests.len(), 1);
    for (name, text) in &tests {
        let flows = blocks("docs/language.md", "flow: ");
        let (_, flow) = flows.iter().find(|(flow, _)| flow == name).expect("the other page shows the flow");
        write(format!("{name}.yaml"), flow);
        write(format!("{name}.test.yaml"), text);
    }
    let report = scenario::run(folder.path(), &scenario::Wish::default()).expect("it runs");
    assert!(report.is_good() && report.passed() == 1, "{}", report.to_json());
}

#[test]
fn the_flow_of_the_readme_is_right_in_the_sample_bot() {
    let shown = blocks("README.md", "flow: ");
    assert_eq!(shown.len(), 1);
    let mut files = bot::read(root()).expect("the sample bot is there").files;
    for (name, text) in shown {
        let path = format!("flows/{name}.yaml");
        files.retain(|file| file.path() != path);
        files.push(SourceFile::new(path, text));
    }
    let errors = errors(&files);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_sample_bot_has_no_findings_at_all() {
    let files = bot::read(root()).expect("the sample bot is there");
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings);
    findings.extend(flow::lint(&set));
    findings.extend(reload::mock_findings(&set));
    let findings: Vec<String> = findings.iter().map(|finding: &Diagnostic| finding.render(false)).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_flow_of_the_sample_bot_has_its_tests() {
    let files = bot::read(root()).expect("the sample bot is there");
    let (set, _) = flow::parse_set(&files.files);
    let tests = bot::read_tests(root()).expect("so are its tests");
    let tested: Vec<&str> = tests.iter().filter_map(|file| file.stem().strip_suffix(".test")).collect();
    for name in set.flows.keys() {
        assert!(tested.contains(&name.as_str()), "`{name}` has no test");
    }
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let mut pages = vec!["README.md".to_owned(), "CONVENTIONS.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).expect("docs/ is there") {
        let name = entry.expect("it can be read").file_name().into_string().expect("names are text");
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    for page in pages {
        let text = fs::read_to_string(root().join(&page)).expect("the page is there");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let outside = link.starts_with("http") || link.is_empty();
            let target = root().join(&page).parent().expect("a page is in a folder").join(link);
            assert!(outside || target.exists(), "{page} links to {link}, which is not there");
        }
    }
}
