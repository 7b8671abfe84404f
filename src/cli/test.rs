//! `transom test`: runs the authors' tests beside the flows and says what came instead of what was expected.

use super::{Failure, Outcome, paint::Paint};
use crate::{
    base::diagnostic::Diagnostic,
    runtime::scenario::{self, CaseReport, Report},
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bot's folder, which holds `flows/`, or one test file in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
}

pub fn run(args: &Args) -> Outcome {
    let (folder, only) = split(&args.path)?;
    let report = scenario::run(&folder, only.as_deref())?;
    if report.files.is_empty() && report.findings.is_empty() && only.is_some() {
        return Err(Failure::Usage(format!("`{}` is no test of a bot", args.path.display())));
    }
    match args.format {
        Format::Text => print!("{}", text(&report, Paint::stdout())),
        Format::Json => println!("{:#}", report.to_json()),
        Format::Junit => print!("{}", junit(&report)),
    }
    if report.is_good() { Ok(()) } else { Err(Failure::Said) }
}

/// A file `…/flows/x.test.yaml` is the test `flows/x.test.yaml` of the folder above `flows`.
fn split(path: &Path) -> Result<(PathBuf, Option<String>), Failure> {
    if path.is_dir() {
        return Ok((path.to_owned(), None));
    }
    let usage = |why: &str| Failure::Usage(format!("`{}` {why}", path.display()));
    if !path.exists() {
        return Err(usage("does not exist"));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let flows = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
    let bot = flows.filter(|flows| flows.ends_with("flows")).and_then(|flows| flows.parent().map(Path::to_owned));
    match bot {
        Some(bot) if name.ends_with(".test.yaml") => Ok((bot, Some(format!("flows/{name}")))),
        _ => Err(usage("is neither the folder of a bot nor a `flows/NAME.test.yaml` in one")),
    }
}

fn text(report: &Report, paint: Paint) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings)) {
        let _ = writeln!(out, "{}\n", finding.render(paint.is_on()));
    }
    for file in &report.files {
        for case in &file.cases {
            let Some(explained) = case.explain() else { continue };
            let _ = writeln!(out, "{} {}: {}", paint.bad("FAILED"), file.path, paint.strong(&case.name));
            let _ = writeln!(out, "{explained}");
        }
    }
    for file in &report.files {
        let failed = file.cases.iter().filter(|case| case.failure.is_some()).count();
        let errors = file.findings.iter().filter(|finding| finding.is_error()).count();
        let (mark, said) = match (errors, failed) {
            (0, 0) => (paint.good("ok    "), counted(file.cases.len(), "case")),
            (0, _) => (paint.bad("FAILED"), format!("{failed} of {}", counted(file.cases.len(), "case"))),
            _ => (paint.bad("ERROR "), format!("{}, not run", counted(errors, "mistake"))),
        };
        let _ = writeln!(out, "{mark} {} ({said})", file.path);
    }
    let _ = writeln!(out, "{}", summary(report, paint));
    out
}

fn summary(report: &Report, paint: Paint) -> String {
    if report.findings.iter().any(|finding| finding.is_error()) {
        return paint.bad(format!("{}: no test was run", counted(report.errors(), "mistake in the flows")));
    }
    if report.files.is_empty() {
        return "no tests; write `flows/NAME.test.yaml` beside `flows/NAME.yaml`".to_owned();
    }
    let took = seconds(report.took);
    let errors = match report.errors() {
        0 => String::new(),
        errors => format!(", {} in test files", counted(errors, "mistake")),
    };
    match report.is_good() {
        true => paint.good(format!("{} passed in {took}", counted(report.passed(), "case"))),
        false => paint.bad(format!("{} passed, {} failed{errors}, in {took}", report.passed(), report.failed())),
    }
}

/// For build servers: JUnit's XML, a suite for each file.
fn junit(report: &Report) -> String {
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
            xml(&file.path),
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

/// A mistake that kept tests from being run: a case of its own, or a build server would show nothing.
fn junit_error(out: &mut String, finding: &Diagnostic) {
    let (path, line, message) = (xml(finding.place.path()), finding.place.line(), xml(&finding.to_string()));
    let _ = writeln!(out, "    <testcase name=\"{message}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\">");
    let _ = writeln!(out, "      <error message=\"{message}\"/>\n    </testcase>");
}

fn junit_case(out: &mut String, path: &str, case: &CaseReport) {
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        xml(&case.name),
        xml(path),
        xml(path),
        case.place.line(),
        case.took.as_secs_f64()
    );
    match (&case.failure, case.explain()) {
        (Some(failure), Some(explained)) => {
            let message = xml(&format!("{}: {}", failure.place, failure.what));
            let _ = writeln!(out, "{head}>\n      <failure message=\"{message}\">{}</failure>", xml(&explained));
            out.push_str("    </testcase>\n");
        }
        _ => {
            let _ = writeln!(out, "{head}/>");
        }
    }
}

/// Text of XML 1.0: its own signs escaped, control characters left out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

fn seconds(took: Duration) -> String {
    match took.as_millis() {
        ms @ 0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}

fn counted(number: usize, word: &str) -> String {
    match (number, word.split_once(' ')) {
        (1, _) => format!("1 {word}"),
        (_, Some((first, rest))) => format!("{number} {first}s {rest}"),
        (_, None) => format!("{number} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nteams: {desk: {}}\n";
    const FLOW: &str = "flow: hi\nwhen:\n  - message: hi\nsteps:\n  - say: Hello & welcome\n";
    const TEST: &str = "\
tests: hi
now: 2026-03-28T13:00 Europe/Madrid
cases:
  - name: greets
    steps:
      - user: hi
      - bot: Hello
  - name: says < goodbye
    steps:
      - user: hi
      - bot: Goodbye
";

    fn bot(test: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("flows")).unwrap();
        for (name, text) in [("_bot.yaml", BOT), ("hi.yaml", FLOW), ("hi.test.yaml", test)] {
            fs::write(folder.path().join("flows").join(name), text).unwrap();
        }
        folder
    }

    fn report(test: &str) -> Report {
        let mut report = scenario::run(bot(test).path(), None).unwrap();
        report.took = Duration::from_millis(12);
        for case in report.files.iter_mut().flat_map(|file| &mut file.cases) {
            case.took = Duration::from_millis(6);
        }
        report
    }

    #[test]
    fn a_failure_shows_place_expected_got_and_what_happened() {
        insta::assert_snapshot!(text(&report(TEST), Paint::plain()), @r#"
        FAILED flows/hi.test.yaml: says < goodbye
        flows/hi.test.yaml:11:14: the bot says something else
          expected: "Goodbye"
          got:      "Hello & welcome"
          what happened:
            Sat 28 Mar 13:00  < hi
                              > Hello & welcome

        FAILED flows/hi.test.yaml (1 of 2 cases)
        1 passed, 1 failed, in 12 ms
        "#);
    }

    #[test]
    fn a_mistake_in_a_test_file_is_shown_like_one_in_a_flow() {
        insta::assert_snapshot!(text(&report(&TEST.replace("user: hi\n      - bot: Hello", "usr: hi")), Paint::plain()), @r#"
        error[E957]: tests have no step `usr`
         --> flows/hi.test.yaml:6:9
          |
        6 |       - usr: hi
          |         ^^^
          |
          = help: did you mean `user`?

        ERROR  flows/hi.test.yaml (1 mistake, not run)
        0 passed, 0 failed, 1 mistake in test files, in 12 ms
        "#);
    }

    #[test]
    fn build_servers_get_junit() {
        insta::assert_snapshot!(junit(&report(TEST)), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" errors="0" time="0.012">
          <testsuite name="flows/hi.test.yaml" tests="2" failures="1" errors="0" time="0.012">
            <testcase name="greets" classname="flows/hi.test.yaml" file="flows/hi.test.yaml" line="4" time="0.006"/>
            <testcase name="says &lt; goodbye" classname="flows/hi.test.yaml" file="flows/hi.test.yaml" line="8" time="0.006">
              <failure message="flows/hi.test.yaml:11:14: the bot says something else">flows/hi.test.yaml:11:14: the bot says something else
          expected: &quot;Goodbye&quot;
          got:      &quot;Hello &amp; welcome&quot;
          what happened:
            Sat 28 Mar 13:00  &lt; hi
                              &gt; Hello &amp; welcome
        </failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn machines_get_counts_and_places() {
        let json = report(TEST).to_json();
        assert_eq!(
            (json["passed"].as_u64(), json["failed"].as_u64(), json["ms"].as_u64()),
            (Some(1), Some(1), Some(12))
        );
        let failure = &json["files"][0]["cases"][1]["failure"];
        assert_eq!((failure["file"].as_str(), failure["line"].as_u64()), (Some("flows/hi.test.yaml"), Some(11)));
        assert_eq!((failure["column"].as_u64(), failure["expected"].as_str()), (Some(14), Some("\"Goodbye\"")));
    }

    #[test]
    fn a_single_file_names_the_bot_around_it() {
        let bot = bot(TEST);
        let file = bot.path().join("flows/hi.test.yaml");
        let (folder, only) = split(&file).unwrap_or_else(|_| panic!("it is a test of a bot"));
        assert_eq!(scenario::run(&folder, only.as_deref()).unwrap().passed(), 1);
        for wrong in ["flows/hi.yaml", "flows/none.test.yaml"] {
            assert!(matches!(split(&bot.path().join(wrong)), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
