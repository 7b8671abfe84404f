//! Prints findings for people, for programs and for code hosts.

use super::paint::Paint;
use crate::{
    base::{codes, counted::counted, diagnostic::Diagnostic, place::Place},
    flow::Rare,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the lines of the files
    Text,
    /// One object with all findings
    Json,
    /// SARIF 2.1.0, as code hosts and editors read it
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

/// The findings in one bot.
#[derive(Default)]
pub struct Checked {
    pub findings: Vec<Diagnostic>,
    pub flows: usize,
    /// Flows that never need a template.
    pub without_templates: Vec<String>,
    /// The number of templates that flows send and that no catalogue could be asked about.
    pub unchecked_templates: usize,
    /// Schedules that come less than about once a month.
    pub rare: Vec<Rare>,
}

impl Checked {
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_error()).count()
    }
}

/// Prints the findings; `folder` is the base of their paths.
pub fn print(checked: &Checked, format: Format, folder: &Path) {
    match format {
        Format::Text => text(checked),
        Format::Json => println!("{:#}", as_json(checked)),
        Format::Sarif => println!("{:#}", sarif(&checked.findings, folder)),
        Format::Github => checked.findings.iter().for_each(|finding| println!("{}", github(finding, folder))),
    }
}

fn text(checked: &Checked) {
    let paint = Paint::stdout();
    for finding in &checked.findings {
        println!("{}\n", crate::cli::terminal::screen::coloured(&finding.render(paint.is_on())));
    }
    let errors = checked.errors();
    let warnings = checked.findings.len() - errors;
    let flows = counted(checked.flows, "flow");
    let summary = match (errors, warnings) {
        (0, 0) => {
            paint.good(format!("{flows}, nothing to say against {}", if checked.flows == 1 { "it" } else { "them" }))
        }
        (0, _) => paint.warn(format!("{flows}, {}", counted(warnings, "warning"))),
        (_, 0) => paint.bad(format!("{flows}, {}", counted(errors, "error"))),
        _ => paint.bad(format!("{flows}, {} and {}", counted(errors, "error"), counted(warnings, "warning"))),
    };
    println!("{summary}");
    if let Some(first) = checked.findings.iter().find(|finding| finding.is_error()).or(checked.findings.first()) {
        println!("{}", paint.faint(format!("`transom help {}` explains it with an example", first.code)));
    }
    // Shown only without errors, because errors are more important.
    if errors == 0 && !checked.without_templates.is_empty() {
        println!(
            "need no template, because their messages are sent while the window is open: {}",
            checked.without_templates.join(", ")
        );
    }
    if errors == 0 && checked.unchecked_templates > 0 {
        println!(
            "not compared with any catalogue, because none is known: {}; `transom templates pull` reads the platform's, and \
             `transom templates lock` keeps it for this check",
            counted(checked.unchecked_templates, "template")
        );
    }
    for rare in checked.rare.iter().filter(|_| errors == 0) {
        println!("comes less than once a month: {}, next on {} ({})", rare.flow, rare.next, rare.said);
    }
}

fn as_json(checked: &Checked) -> Value {
    let errors = checked.errors();
    json!({
        "findings": checked.findings, "errors": errors, "warnings": checked.findings.len() - errors,
        "without_templates": checked.without_templates, "unchecked_templates": checked.unchecked_templates, "rare_schedules": checked.rare,
    })
}

/// Formats findings as SARIF (docs.oasis-open.org/sarif/sarif/v2.1.0).
fn sarif(findings: &[Diagnostic], folder: &Path) -> Value {
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    let rule = |code: &&str| match codes::find(code) {
        Some(known) => json!({
            "id": code, "shortDescription": {"text": known.title},
            "help": {"text": if known.text.is_empty() { known.title } else { known.text }},
        }),
        None => json!({"id": code}),
    };
    let rules: Vec<Value> = used.iter().map(rule).collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let related = finding.labels.iter().map(|(place, words)| {
                let mut at = location(place, folder);
                at["message"] = json!({"text": words});
                at
            });
            let mut result = json!({
                "ruleId": finding.code,
                "level": if finding.is_error() { "error" } else { "warning" },
                "message": {"text": sentence(finding)},
                "locations": [location(&finding.place, folder)],
            });
            let related: Vec<Value> = related.collect();
            if !related.is_empty() {
                result["relatedLocations"] = related.into();
            }
            if let Some(fix) = &finding.fix {
                let changes = fix.edits.iter().map(|edit| {
                    json!({
                        "artifactLocation": {"uri": uri(&edit.place, folder)},
                        "replacements": [{
                            "deletedRegion": region(&edit.place),
                            "insertedContent": {"text": edit.text},
                        }],
                    })
                });
                let changes: Vec<Value> = changes.collect();
                result["fixes"] = json!([{"description": {"text": fix.title}, "artifactChanges": changes}]);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "transom", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            // The columns of findings count characters, which SARIF must name.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn location(place: &Place, folder: &Path) -> Value {
    json!({"physicalLocation": {"artifactLocation": {"uri": uri(place, folder)}, "region": region(place)}})
}

fn region(place: &Place) -> Value {
    let (end_line, end_column) = place.end_line_column();
    json!({
        "startLine": place.line(), "startColumn": place.column(), "endLine": end_line, "endColumn": end_column,
    })
}

/// The path relative to the current folder, as code hosts expect it.
fn uri(place: &Place, folder: &Path) -> String {
    let path = folder.join(place.path());
    let path = path.strip_prefix(".").unwrap_or(&path);
    path.to_string_lossy().replace('\\', "/").replace(' ', "%20")
}

/// Formats a finding as `::error file=…,line=…::…` (docs.github.com: workflow commands).
fn github(finding: &Diagnostic, folder: &Path) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let (end_line, end_column) = finding.place.end_line_column();
    let path = folder.join(finding.place.path());
    let path = path.strip_prefix(".").unwrap_or(&path).to_string_lossy().replace('\\', "/");
    format!(
        "::{} file={},line={},endLine={end_line},col={},endColumn={end_column},title={}::{}",
        if finding.is_error() { "error" } else { "warning" },
        property(&path),
        finding.place.line(),
        finding.place.column(),
        property(finding.code),
        data(&sentence(finding)),
    )
}

fn sentence(finding: &Diagnostic) -> String {
    match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{fix::Fix, place::SourceFile};

    fn finding() -> Diagnostic {
        let file = SourceFile::new("flows/a.yaml", "flow: a\nsteps:\n  - sya: 100%, hé\n");
        let place = Place::new(&file, 19..22);
        let fix = Fix::replace("write `say`", &place, "say");
        Diagnostic::error("E221", &place, "there is no step `sya`").help("did you mean `say`?").fix(fix)
    }

    #[test]
    fn github_gets_one_line_with_the_place() {
        assert_eq!(
            github(&finding(), Path::new("bots/shop")),
            "::error file=bots/shop/flows/a.yaml,line=3,endLine=3,col=5,endColumn=8,title=E221::there is no step `sya`; did you mean `say`?"
        );
    }

    #[test]
    fn sarif_holds_rule_place_and_repair() {
        let sarif = sarif(&[finding()], Path::new("."));
        let result = &sarif["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "E221");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startColumn"], 5);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "flows/a.yaml");
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["insertedContent"]["text"], "say");
    }
}
