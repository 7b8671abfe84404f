//! Reads the business's own papers and an author's other files. Input: a letter for the file, then its text.

use super::{choice, flows, text, within};
use std::{sync::Arc, time::Duration};
use transom_base::{
    diagnostic::Findings,
    limits::{KNOWLEDGE_CHUNK_CHARS_MAX, KNOWLEDGE_HEADING_CHARS_MAX},
    place::SourceFile,
};
use transom_flow::{
    knowledge::{Knowledge, Question},
    lint, parse_set,
    tools::{i18n, po, testfile},
};

const BOT: &str = "bot: Test\nlanguages: [en, es]\nfields: {city: text}\n";
const FLOW: &str = "flow: other\nwhen: [{message: other}]\nvars: {n: 1}\nsteps:\n  - ask: Which size?\n    as: size\n    options: [S, M]\n  - say: \"You have ${n} of ${size}\"\n";

pub fn run(data: &[u8]) {
    let Some((which, rest)) = choice(data, 8) else { return };
    let text = text(rest);
    match which {
        0 => translations(&text),
        1 => locale(&text),
        2 => paper("knowledge/a.md", &text),
        3 => paper("knowledge/a.csv", &text),
        4 => paper("knowledge/a.txt", &text),
        5 => tests("flows/other.test.yaml", &text),
        6 => tests("flows/other.eval.yaml", &text),
        _ => {
            let files = files("mcp.lock.yaml", &text);
            let (_, found) = within(Duration::from_secs(1), "a lock", || parse_set(&files));
            found.iter().for_each(flows::check);
        }
    }
}

fn files(path: &str, text: &str) -> Vec<Arc<SourceFile>> {
    [("flows/_bot.yaml", BOT), ("flows/other.yaml", FLOW), (path, text)]
        .map(|(path, text)| SourceFile::new(path, text))
        .into()
}

/// A PO file that is written and read again holds the same messages.
fn translations(text: &str) {
    let Ok(entries) = within(Duration::from_millis(300), "a PO file", || po::read(text)) else { return };
    let written = po::write("es", Some("nplurals=2; plural=(n != 1);"), &entries);
    let again = po::read(&written).unwrap_or_else(|(line, why)| panic!("line {line}: {why}\n{written}"));
    assert_eq!(said(&again), said(&entries), "a PO file says something else after it was written:\n{written}");
}

/// The parts that a translation consists of.
fn said(entries: &[po::Entry]) -> Vec<(&str, &str, &str, bool, &[String])> {
    entries
        .iter()
        .map(|entry| {
            let forms: &[String] = if entry.plural.is_some() { &entry.forms } else { &[] };
            (entry.context.as_str(), entry.source.as_str(), entry.translation.as_str(), entry.fuzzy, forms)
        })
        .collect()
}

/// A file of translations, and the one that `extract` writes of it, which has no errors and stays as it is.
fn locale(text: &str) {
    let files = files("locales/es.yaml", text);
    let (set, found) = within(Duration::from_secs(1), "a locale", || parse_set(&files));
    found.iter().chain(&lint(&set)).for_each(flows::check);
    let progress = i18n::progress(&set, "es");
    assert!(progress.translated <= progress.total, "more texts are translated than there are");
    if found.iter().any(|finding| finding.is_error()) {
        return;
    }
    let entries = po::read(&i18n::to_po(&set, "es", &[])).expect("a PO file of our own is read");
    let written = i18n::extract(&set, "es", &i18n::Taken::of(&entries), i18n::Unused::Kept);
    let (again, found) = parse_set(&self::files("locales/es.yaml", &written));
    let errors: Vec<_> =
        found.iter().filter(|finding| finding.is_error()).map(|finding| finding.render(false)).collect();
    assert!(errors.is_empty(), "{}\n{written}", errors.join("\n"));
    assert_eq!(i18n::progress(&again, "es").translated, progress.translated, "translations are lost:\n{written}");
}

/// The parts of a paper have their limits, and a question finds the same parts twice.
fn paper(path: &str, text: &str) {
    let file = SourceFile::new(path, text);
    let findings = Findings::default();
    let knowledge = within(Duration::from_millis(500), "a paper", || Knowledge::of(&[file], "en", &findings));
    findings.into_sorted().iter().for_each(flows::check);
    let asked: String = text.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    let question = Question { text: &asked, language: "en", within: &[], today: jiff::civil::date(2026, 11, 21) };
    let look = || {
        let found = knowledge.rank(&question, 20);
        found.iter().map(|found| (found.chunk.headings.clone(), found.chunk.text.clone())).collect::<Vec<_>>()
    };
    let found = within(Duration::from_millis(500), "a search", look);
    assert_eq!(found, look(), "a search finds one thing, then another");
    for (headings, text) in &found {
        assert!(text.chars().count() <= KNOWLEDGE_CHUNK_CHARS_MAX, "a part of {} letters", text.chars().count());
        for heading in headings {
            assert!(heading.chars().count() <= KNOWLEDGE_HEADING_CHARS_MAX, "{} letters", heading.chars().count());
        }
    }
}

fn tests(path: &str, text: &str) {
    let (set, _) = parse_set(&files("scripts/none.txt", ""));
    let file = SourceFile::new(path, text);
    let limit = Duration::from_secs(1);
    let found = if path.contains(".eval.") {
        within(limit, "an eval", || testfile::evals::parse(&file, &set).1)
    } else {
        let (scenario, found) = within(limit, "a test", || testfile::parse(&file, &set));
        for case in scenario.iter().flat_map(|scenario| &scenario.cases) {
            for step in &case.steps {
                let _ = format!("{step:?}");
            }
        }
        found
    };
    found.iter().for_each(flows::check);
}
