//! Checks that the program accepts the examples in the documentation and the sample bot.

mod examples;
mod generated;
mod monitoring;

use std::{fs, path::Path, sync::Arc};
use transom::{
    base::{diagnostic::Diagnostic, place::SourceFile},
    flow,
    runtime::{
        bot::{reload, source_files},
        config::Config,
        testbench,
    },
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A YAML block of a page, by its first key.
struct Block {
    page: String,
    key: String,
    name: String,
    text: String,
}

/// All YAML blocks of hand-written pages; generated pages are tested with the specifications that they come from.
fn blocks() -> Vec<Block> {
    let mut pages = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).expect("docs/ is there") {
        let name = entry.expect("it can be read").file_name().into_string().expect("names are text");
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    let mut found = Vec::new();
    for page in pages {
        let text = fs::read_to_string(root().join(&page)).expect("the page is there");
        for block in text.split("```yaml\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let first = block.lines().next().and_then(|line| line.split_once(':'));
            let (key, name) = first.unwrap_or_else(|| panic!("{page}: a block that begins with no key:\n{block}"));
            let (key, name) = (key.to_owned(), name.trim().to_owned());
            found.push(Block { page: page.clone(), key, name, text: block.to_owned() });
        }
    }
    found
}

/// The examples of all pages except the README as one bot.
fn examples() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for block in blocks().into_iter().filter(|block| block.page != "README.md") {
        match block.key.as_str() {
            "bot" => files.push(("flows/_bot.yaml".to_owned(), block.text)),
            "flow" => files.push((format!("flows/{}.yaml", block.name), block.text)),
            "tests" => files.push((format!("flows/{}.test.yaml", block.name), block.text)),
            "evals" => files.push((format!("flows/{}.eval.yaml", block.name), block.text)),
            _ => {}
        }
    }
    files
}

fn errors(files: &[Arc<SourceFile>]) -> Vec<String> {
    let (set, mut findings) = flow::parse_set(files);
    findings.extend(flow::lint(&set));
    findings.extend(reload::mock_findings(&set));
    findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.render(false)).collect()
}

#[test]
fn every_block_is_of_a_kind_that_is_checked() {
    for block in blocks() {
        let known = ["bot", "flow", "tests", "evals", "locale", "templates"].contains(&block.key.as_str());
        assert!(known, "{}: nobody checks the block `{}: {}`", block.page, block.key, block.name);
    }
}

#[test]
fn the_examples_are_right_and_do_what_their_tests_say() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["flows", "files", "knowledge"] {
        fs::create_dir(folder.path().join(name)).expect("a folder in it");
    }
    fs::write(folder.path().join("files/menu.pdf"), "%PDF-").expect("what one of them sends");
    fs::write(folder.path().join("knowledge/prices.md"), "# Prices\n\nNew brakes are 45 €.\n")
        .expect("papers for `llm`");
    let examples = examples();
    assert!(examples.len() >= 28, "{} examples", examples.len());
    for (path, text) in &examples {
        fs::write(folder.path().join(path), text).expect("a file in it");
    }
    let report = testbench::run(folder.path(), &testbench::TestOptions::default()).expect("it is a bot");
    let findings: Vec<String> = report.findings.iter().map(|finding| finding.render(false)).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(report.is_good(), "{:#}", report.to_json());
    assert!(report.files.len() >= 4, "{} tests", report.files.len());
    let evals = testbench::run_evals(folder.path(), &testbench::EvalOptions::default()).expect("it is a bot");
    assert!(evals.errors() == 0 && !evals.files.is_empty(), "{:#}", evals.to_json());
    // The talks need recorded answers; what is looked for in the papers needs none.
    let is_search = |outcome: &testbench::EvalOutcome| matches!(outcome, testbench::EvalOutcome::Searched { .. });
    let found = evals.cases().filter(|(_, case)| is_search(&case.outcome)).map(|(_, case)| case.is_good());
    let found: Vec<bool> = found.collect();
    assert!(found.len() >= 2 && found.iter().all(|is_good| *is_good), "{:#}", evals.to_json());
}

#[test]
fn the_examples_of_translations_are_right() {
    // The flows that the page translates.
    let flows = [
        ("flows/_bot.yaml", "bot: Examples\nlanguage: en\nlanguages: {en: [], es: [en]}\n"),
        (
            "flows/welcome.yaml",
            "flow: welcome\nwhen: [{message: [hi]}]\nsteps:\n  - ask: What can I do for you?\n    options: [Book a visit]\n    invalid: Please choose one.\n",
        ),
        (
            "flows/cart.yaml",
            "flow: cart\nwhen: [{message: [cart]}, {message: basket, match: word}]\nvars: {n: 2}\nsteps:\n  - say: There are ${n} things in your cart.\n",
        ),
    ];
    for block in blocks().into_iter().filter(|block| block.key == "locale") {
        let mut files: Vec<_> = flows.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        files.push(SourceFile::new(format!("locales/{}.yaml", block.name), block.text.clone()));
        let (set, mut findings) = flow::parse_set(&files);
        findings.extend(flow::lint(&set));
        // That the other flow has no translation here is no mistake of the page.
        let findings: Vec<String> =
            findings.iter().filter(|f| f.code != "W904").map(|finding| finding.render(false)).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}

#[test]
fn the_examples_of_templates_are_right() {
    let shown: Vec<Block> = blocks().into_iter().filter(|block| block.key == "templates").collect();
    assert_eq!(shown.len(), 1);
    for block in shown {
        let bot = format!("bot: Examples\nlanguage: en\nlanguages: {{en: [], es: [en]}}\n{}", block.text);
        let (set, mut findings) = flow::parse_set(&[SourceFile::new("flows/_bot.yaml", bot)]);
        findings.extend(flow::lint(&set));
        // That no flow is translated here is no mistake of the page.
        let findings: Vec<String> =
            findings.iter().filter(|f| f.code != "W904").map(|finding| finding.render(false)).collect();
        assert!(findings.is_empty() && !set.bot.templates.is_empty(), "{}", findings.join("\n"));
    }
}

#[test]
fn the_flow_of_the_readme_is_right_in_the_sample_bot() {
    let shown: Vec<Block> = blocks().into_iter().filter(|block| block.page == "README.md").collect();
    assert_eq!(shown.len(), 1);
    let mut files = source_files::read(root()).expect("the sample bot is there").files;
    for block in shown {
        let path = format!("flows/{}.yaml", block.name);
        files.retain(|file| file.path() != path);
        files.push(SourceFile::new(path, block.text));
    }
    let errors = errors(&files);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_sample_bot_has_no_findings_at_all() {
    let files = source_files::read(root()).expect("the sample bot is there");
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings);
    findings.extend(flow::lint(&set));
    findings.extend(reload::mock_findings(&set));
    let findings: Vec<String> = findings.iter().map(|finding: &Diagnostic| finding.render(false)).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_flow_of_the_sample_bot_has_its_tests() {
    let files = source_files::read(root()).expect("the sample bot is there");
    let (set, _) = flow::parse_set(&files.files);
    let tests = source_files::read_tests(root()).expect("so are its tests");
    let tested: Vec<&str> = tests.files.iter().filter_map(|file| file.stem().strip_suffix(".test")).collect();
    for name in set.flows.keys() {
        assert!(tested.contains(&name.as_str()), "`{name}` has no test");
    }
}

/// All documentation pages, by their paths in the repository.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = ["README.md", "CONVENTIONS.md", "flows/examples/README.md"].map(str::to_owned).into();
    for folder in ["docs", "docs/reference"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
            let name = entry.expect("it can be read").file_name().into_string().expect("names are text");
            if name.ends_with(".md") {
                pages.push(format!("{folder}/{name}"));
            }
        }
    }
    pages
}

/// The anchors of a page's headings: small letters, digits, `-` and `_`.
fn anchors(text: &str) -> Vec<String> {
    let mut fence = false;
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        fence ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if fence || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        // A link in a heading counts by its words.
        let words = heading.trim().split("](").next().unwrap_or_default().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let before = found.iter().filter(|known| **known == name).count();
        found.push(name.clone());
        if before > 0 {
            found.push(format!("{name}-{before}"));
        }
    }
    found
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let pages = pages();
    assert!(pages.iter().any(|page| page.starts_with("docs/reference/")));
    let mut followed = 0;
    for page in &pages {
        let text = fs::read_to_string(root().join(page)).expect("the page is there");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") || link.is_empty() {
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let here = root().join(page);
            let target = if path.is_empty() { here } else { here.parent().expect("a page is in a folder").join(path) };
            assert!(target.exists(), "{page} links to {link}, which is not there");
            if let Some(anchor) = anchor {
                let text = fs::read_to_string(&target).expect("what has headings is a text");
                assert!(anchors(&text).iter().any(|known| known == anchor), "{page} links to {link}: no such heading");
            }
            followed += 1;
        }
    }
    assert!(followed > 30, "{followed}");
}

/// A promise whose test was renamed or removed is a promise without a proof.
#[test]
fn the_tests_that_the_security_page_names_exist() {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    let mut sources = String::new();
    let mut folders = vec![root().join("tests")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it can be read").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                sources.push_str(&fs::read_to_string(path).expect("sources are text"));
            }
        }
    }
    let is_test = |name: &&str| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_test).collect();
    let missing: Vec<&&str> = named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:?}");
    assert!(named.len() > 40, "only {} tests are named", named.len());
}

#[test]
fn the_files_that_the_page_of_the_studios_checks_names_exist() {
    let text = fs::read_to_string(root().join("docs/studio-checks.md")).expect("the page is there");
    let mut count = 0;
    for row in text.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
        for name in cell.split('`').skip(1).step_by(2).filter(|name| !name.contains(' ') && *name != ".ci/run") {
            let places = [name.to_owned(), format!("tests/studio/{name}"), format!("tests/studio/{name}.test.mjs")];
            assert!(places.iter().any(|path| root().join(path).exists()), "`{name}` of {row}");
            count += 1;
        }
    }
    assert!(count > 50, "{count} files are named");
}

/// Checks that the configuration on a platform's page is all that the daemon needs.
#[test]
fn each_page_of_a_platform_shows_a_whole_configuration() {
    for kind in ["meta", "twilio", "kapso", "waplify", "autocalls", "chatwoot"] {
        let page = format!("docs/platforms/{kind}.md");
        let text = fs::read_to_string(root().join(&page)).expect("the page is there");
        let block = text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a configuration");
        let lines: Vec<&str> = block.lines().map(|line| line.strip_prefix("   ").unwrap_or(line)).collect();
        let file = SourceFile::new(page.clone(), lines.join("\n"));
        let said = |name: &str| text.contains(&format!("`{name}`")).then(|| "a-secret".to_owned());
        let config = Config::parse(&file, Path::new(""), &said);
        let config = config
            .unwrap_or_else(|all| panic!("{page}: {}", all.iter().map(|one| one.to_string()).collect::<String>()));
        assert_eq!((config.senders.len(), config.senders[0].provider()), (1, kind));
        assert!(config.warnings.is_empty(), "{page}: {:?}", config.warnings);
    }
}
