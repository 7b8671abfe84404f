//! Writes test results for build servers.

use crate::{
    base::{diagnostic::Diagnostic, xml::escape},
    runtime::testbench::{CaseReport, Report},
};
use std::{fmt::Write as _, time::Duration};

/// The results as JUnit XML, with a suite for each file.
pub(super) fn junit(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (failed, errors) = (report.failed(), report.errors());
    let all = report.passed() + failed + errors;
    let _ = writeln!(
        out,
        "<testsuites tests=\"{all}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{}\">",
        report.took.as_secs_f64()
    );
    if !report.findings.is_empty() {
        let count = report.findings.len();
        let _ = writeln!(out, "  <testsuite name=\"flows\" tests=\"{count}\" errors=\"{count}\">");
        report.findings.iter().for_each(|finding| junit_error(&mut out, finding));
        out.push_str("  </testsuite>\n");
    }
    for file in &report.files {
        let failed = file.cases.iter().filter(|case| case.failure.is_some()).count();
        let errors = file.findings.iter().filter(|finding| finding.is_error()).count();
        let took: Duration = file.cases.iter().map(|case| case.took).sum();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{}\">",
            escape(&file.path),
            file.cases.len() + errors,
            took.as_secs_f64()
        );
        file.findings.iter().filter(|finding| finding.is_error()).for_each(|finding| junit_error(&mut out, finding));
        for case in &file.cases {
            junit_case(&mut out, &file.path, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// A finding that prevented tests from running, as a failed case: otherwise a build server would show nothing.
fn junit_error(out: &mut String, finding: &Diagnostic) {
    let (path, line, message) = (escape(finding.place.path()), finding.place.line(), escape(&finding.to_string()));
    let _ = writeln!(out, "    <testcase name=\"{message}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\">");
    let _ = writeln!(out, "      <error message=\"{message}\"/>\n    </testcase>");
}

fn junit_case(out: &mut String, path: &str, case: &CaseReport) {
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        escape(&case.name),
        escape(path),
        escape(path),
        case.place.line(),
        case.took.as_secs_f64()
    );
    match (&case.failure, case.explain()) {
        (Some(failure), Some(explained)) => {
            let message = escape(&format!("{}: {}", failure.place, failure.what));
            let _ = writeln!(out, "{head}>\n      <failure message=\"{message}\">{}</failure>", escape(&explained));
            out.push_str("    </testcase>\n");
        }
        _ => {
            let _ = writeln!(out, "{head}/>");
        }
    }
}
