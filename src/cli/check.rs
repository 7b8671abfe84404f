//! `transom check`: every finding in the files of a bot, the way rustc prints them.

use super::{Failure, Outcome, paint::Paint};
use crate::{
    base::diagnostic::{Diagnostic, sort},
    flow,
    runtime::{bot, reload::mock_findings},
};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bot's folder: it holds `flows/`, and perhaps `scripts/` and `locales/`
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &Args) -> Outcome {
    let files = bot::read(&args.path).map_err(Failure::failed)?;
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings);
    findings.extend(flow::lint(&set));
    findings.extend(mock_findings(&set));
    sort(&mut findings);
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    match args.format {
        Format::Json => print_json(&findings, errors),
        Format::Text => print_text(&findings, errors, set.flows.len()),
    }
    if errors > 0 { Err(Failure::Said) } else { Ok(()) }
}

fn print_json(findings: &[Diagnostic], errors: usize) {
    let list: Vec<_> = findings.iter().map(Diagnostic::to_json).collect();
    println!("{:#}", json!({"findings": list, "errors": errors, "warnings": findings.len() - errors}));
}

fn print_text(findings: &[Diagnostic], errors: usize, flows: usize) {
    let paint = Paint::stdout();
    for finding in findings {
        println!("{}\n", finding.render(paint.is_on()));
    }
    let warnings = findings.len() - errors;
    let flows = counted(flows, "flow");
    let summary = match (errors, warnings) {
        (0, 0) => paint.good(format!("{flows}, nothing to say against them")),
        (0, _) => paint.warn(format!("{flows}, {}", counted(warnings, "warning"))),
        (_, 0) => paint.bad(format!("{flows}, {}", counted(errors, "error"))),
        _ => paint.bad(format!("{flows}, {} and {}", counted(errors, "error"), counted(warnings, "warning"))),
    };
    println!("{summary}");
}

fn counted(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
