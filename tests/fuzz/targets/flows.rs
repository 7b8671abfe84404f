//! Loads, checks and formats a hostile file of a bot. Input: a letter for the file, then its text.

use super::{choice, text, within};
use std::{sync::Arc, time::Duration};
use transom_base::{
    cancel::Cancellation,
    diagnostic::{Diagnostic, Findings},
    place::{Place, SourceFile},
    yaml::{self, Kind, Node},
};
use transom_flow::{
    CheckContext, check_files,
    tools::{
        drawing::{self, Format},
        fmt,
    },
};

const BOT: &str =
    "bot: Test\nlanguages: [en, es]\nteams: {support: {}}\nenv: [URL]\nfields: {city: text, plan: [free, pro]}\n";
const FLOW: &str = "flow: other\nwhen: [{message: other}]\nsteps:\n  - ask: Which size?\n    as: size\n    options: [S, M]\n  - say: \"${size}\"\n";

pub fn run(data: &[u8]) {
    let Some((which, rest)) = choice(data, 3) else { return };
    let text = text(rest);
    let path = ["flows/a.yaml", "flows/_bot.yaml", "locales/es.yaml"][which];
    let file = SourceFile::new(path, text);
    let others = [("flows/_bot.yaml", BOT), ("flows/other.yaml", FLOW)];
    let mut files = vec![Arc::clone(&file)];
    files.extend(others.iter().filter(|(other, _)| *other != path).map(|(path, text)| SourceFile::new(*path, *text)));

    let load = || {
        let findings = Findings::default();
        (yaml::load(&file, &findings), findings.into_sorted())
    };
    let (node, found) = within(Duration::from_millis(500), "reading YAML", load);
    found.iter().for_each(check);
    if let Some(node) = &node {
        inside(node, file.text().len());
    }

    let look = |files: &[Arc<SourceFile>]| {
        check_files(files, &CheckContext::default(), &Cancellation::default()).expect("nobody has cancelled it")
    };
    let (set, found) = within(Duration::from_secs(2), "the checker", || look(&files));
    found.iter().for_each(check);
    let (_, again) = look(&files);
    assert_eq!(codes(&found), codes(&again), "the checker says one thing, then another");
    if !found.iter().any(Diagnostic::is_error) {
        for format in [Format::Text, Format::Mermaid] {
            within(Duration::from_secs(1), "a drawing", || drawing::draw(&set, None, format));
        }
    }

    let format = || fmt::format(&file);
    match within(Duration::from_secs(1), "formatting", format) {
        Err(why) => {
            assert!(!why.is_empty(), "a file is not formatted, and nothing says why");
            why.iter().for_each(check);
        }
        Ok(formatted) => {
            let formatted = SourceFile::new(path, formatted);
            let twice = fmt::format(&formatted).expect("a formatted file can be formatted");
            assert_eq!(twice, formatted.text(), "a formatted file is formatted once more");
            let (Some(before), Some(after)) = (&node, yaml::load(&formatted, &Findings::default())) else { return };
            assert!(same(before, &after), "formatting has changed the meaning");
            files[0] = formatted;
            let (_, after) = look(&files);
            let news: Vec<_> = after.iter().filter(|finding| finding.is_error()).map(|finding| finding.code).collect();
            assert!(found.iter().any(Diagnostic::is_error) || news.is_empty(), "formatting has made {news:?}");
        }
    }
    let (_, gone) = within(Duration::from_secs(4), "mending", || fmt::mend(&file));
    gone.iter().for_each(check);
}

fn codes(findings: &[Diagnostic]) -> Vec<(&str, &str, &str)> {
    findings.iter().map(|finding| (finding.code, finding.message.as_str(), finding.place.text())).collect()
}

/// Each place of a finding is within the text that the reader sees, and can be shown.
pub fn check(finding: &Diagnostic) {
    place(&finding.place);
    finding.labels.iter().for_each(|(at, _)| place(at));
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        place(&edit.place);
    }
    assert!(!finding.message.trim().is_empty(), "{} says nothing", finding.code);
    let shown = finding.render(false);
    assert!(shown.contains(finding.code), "{shown}");
}

fn place(place: &Place) {
    let (text, range) = (place.file().text(), place.range());
    assert!(range.start <= range.end && range.end <= text.len(), "{range:?} of {} bytes", text.len());
    assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{range:?} cuts a character");
    assert!(place.line() >= 1 && place.column() >= 1);
}

fn inside(node: &Node, bytes: usize) {
    assert!(node.place.range().end <= bytes, "{:?} of {bytes} bytes", node.place.range());
    match &node.kind {
        Kind::Null | Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| inside(item, bytes)),
        Kind::Map(entries) => entries.iter().for_each(|entry| inside(&entry.value, bytes)),
    }
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Scalar(a), Kind::Scalar(b)) => a.text == b.text || a.is_broken(),
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let pair = |(a, b): (&yaml::Entry, &yaml::Entry)| a.key.text == b.key.text && same(&a.value, &b.value);
            a.len() == b.len() && a.iter().zip(b).all(pair)
        }
        (Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Map(_), _) => false,
    }
}
