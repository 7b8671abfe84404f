//! Reports the results of tests in words that need no knowledge of the program.

use super::{coverage::Coverage, live::LiveReport};
use crate::base::{diagnostic::Diagnostic, place::Place};
use serde_json::json;
use std::{fmt, time::Duration};

/// The results of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// Errors of the bot itself; then no test was run.
    pub findings: Vec<Diagnostic>,
    pub files: Vec<FileReport>,
    pub took: Duration,
    pub coverage: Coverage,
    /// Of the real models that were asked.
    pub live: Option<LiveReport>,
}

#[derive(Debug)]
pub struct FileReport {
    pub path: String,
    /// Findings in the test file; with errors its cases were not run.
    pub findings: Vec<Diagnostic>,
    pub cases: Vec<CaseReport>,
    /// The number of rewritten expected texts.
    pub rewritten: usize,
}

#[derive(Debug)]
pub struct CaseReport {
    /// Its number in the file, from 0.
    pub number: usize,
    pub name: String,
    /// The place of its name.
    pub place: Place,
    pub took: Duration,
    pub failure: Option<FailedExpectation>,
    /// The index of the step that failed.
    pub failed_at: Option<usize>,
    /// Notes that help to understand a failure: a call without a mock, the reason for a missing message.
    pub notes: Vec<String>,
    /// The transcript, in order.
    pub transcript: Vec<TranscriptLine>,
}

/// A failed expectation of the test file, and the actual value.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedExpectation {
    pub place: Place,
    /// The kind of failure: "the bot says something else".
    pub what: String,
    pub expected: String,
    pub got: String,
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct TranscriptLine {
    /// In the test's time zone: `Tue 31 Mar 09:59`.
    pub at: String,
    /// `<` the customer, `>` the bot, `*` the world, `!` an unsent message.
    pub mark: char,
    pub text: String,
}

/// The number of transcript lines in a failure, newest last.
const LINES_SHOWN: usize = 14;

impl FileReport {
    /// Of a file that cannot be read.
    pub(super) fn unreadable(finding: &Diagnostic) -> FileReport {
        let path = finding.place.path().to_owned();
        FileReport { path, findings: vec![finding.clone()], cases: Vec::new(), rewritten: 0 }
    }
}

impl Report {
    pub fn passed(&self) -> usize {
        self.cases().filter(|case| case.failure.is_none()).count()
    }

    pub fn failed(&self) -> usize {
        self.cases().filter(|case| case.failure.is_some()).count()
    }

    /// The number of errors that kept files from being run.
    pub fn errors(&self) -> usize {
        let of_files = self.files.iter().flat_map(|file| &file.findings);
        self.findings.iter().chain(of_files).filter(|finding| finding.is_error()).count()
    }

    pub fn is_good(&self) -> bool {
        self.failed() == 0 && self.errors() == 0
    }

    fn cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.files.iter().flat_map(|file| &file.cases)
    }

    /// For machines: `{passed, failed, errors, ms, findings, files: [{path, findings, cases: […]}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        let files: Vec<_> = self
            .files
            .iter()
            .map(|file| {
                let cases: Vec<_> = file.cases.iter().map(CaseReport::to_json).collect();
                json!({"path": file.path, "findings": file.findings, "cases": cases})
            })
            .collect();
        let mut json = json!({
            "passed": self.passed(), "failed": self.failed(), "errors": self.errors(), "ms": ms(self.took),
            "findings": self.findings, "files": files,
        });
        if let Some(live) = &self.live {
            json["live"] = live.to_json();
        }
        json
    }
}

impl CaseReport {
    fn to_json(&self) -> serde_json::Value {
        let transcript: Vec<_> = self.transcript.iter().map(ToString::to_string).collect();
        let failure = self.failure.as_ref().map(|failure| {
            json!({
                "file": failure.place.path(), "line": failure.place.line(), "column": failure.place.column(),
                "what": failure.what, "expected": failure.expected, "got": failure.got, "notes": self.notes,
                "transcript": transcript,
            })
        });
        json!({
            "name": self.name, "line": self.place.line(), "passed": self.failure.is_none(), "ms": ms(self.took),
            "failure": failure,
        })
    }

    /// The failure with its transcript, on several lines; `None` if the case passed.
    pub fn explain(&self) -> Option<String> {
        let failure = self.failure.as_ref()?;
        let left_out = self.transcript.len().saturating_sub(LINES_SHOWN);
        let mut text = format!("{failure}\n");
        for note in &self.notes {
            text.push_str(&format!("  note:     {}\n", indented(note)));
        }
        text.push_str("  what happened:\n");
        if left_out > 0 {
            text.push_str(&format!("    ({left_out} lines before)\n"));
        }
        if self.transcript.is_empty() {
            text.push_str("    nothing\n");
        }
        let mut last = "";
        for line in &self.transcript[left_out..] {
            let at = if line.at == last { "" } else { &line.at };
            text.push_str(&format!("    {at:<17} {} {}\n", line.mark, line.text));
            last = &line.at;
        }
        Some(text)
    }
}

impl fmt::Display for FailedExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.place, self.what)?;
        writeln!(f, "  expected: {}", indented(&self.expected))?;
        write!(f, "  got:      {}", indented(&self.got))
    }
}

impl fmt::Display for TranscriptLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at, self.mark, self.text)
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n            ")
}

fn ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
