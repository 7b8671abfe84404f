//! Runs `transom test`: runs the authors' tests beside the flows, and prints what differed from the expected.

pub mod folder;
mod junit;
pub mod live;
mod made;

use super::{
    Failure, Outcome,
    client::workplace::Workplace,
    terminal::{out, paint::Paint},
};
use crate::{
    base::counted::counted,
    runtime::testbench::{self, Report, TestOptions, Walks},
};
use folder::split_all;
use junit::junit;
use live::Live;
use std::{fmt::Write as _, path::PathBuf, time::Duration};

/// The end of a test's path.
const ENDING: &str = ".test.yaml";

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<Action>,
    /// The bot's folder, which holds `flows/`, or test files in it
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the results as JUnit's XML into this file, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Name the steps, branches and triggers that no test has taken
    #[arg(long)]
    coverage: bool,
    /// Fail when less than this is taken
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min: Option<u8>,
    /// Write texts that differ from what the bot says anew into the test files
    #[arg(long, conflicts_with_all = ["wander", "record"])]
    update: bool,
    /// Let so many random customers loose on the bot
    #[arg(long, value_name = "N", conflicts_with = "record")]
    wander: Option<usize>,
    /// The seed of their choices: the same number gives the same customers
    #[arg(long, value_name = "S", default_value_t = 1, requires = "wander")]
    seed: u64,
    /// Ask the models of the configuration, for money, in place of their mocks
    #[arg(long, conflicts_with_all = ["wander", "record", "update"])]
    live: bool,
    /// Write their answers beside the tests, which then need no model
    #[arg(long, requires = "live")]
    keep: bool,
    /// The most that `--live` may cost, in the currency of `prices`; 0.50 without it
    #[arg(long, value_name = "AMOUNT", requires = "live")]
    cost: Option<String>,
    /// Ask models without `prices`, too, whose cost nothing limits
    #[arg(long, requires = "live")]
    yes: bool,
    /// Make a case of a run in the daemon's database, without personal data
    #[arg(long, value_name = "RUN")]
    record: Option<i64>,
    /// Put what `--wander` and `--record` found into the test files
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write a first test of a flow, with its mocks, beside it
    Init {
        flow: String,
        /// The bot's folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        bot: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
}

pub fn run(args: &Args) -> Outcome {
    if let Some(Action::Init { flow, bot }) = &args.what {
        out::refuse_json("test init")?;
        return made::init(bot, flow);
    }
    let (folder, only) = split_all(&args.paths, ENDING)?;
    let options = TestOptions { only: &only, update: args.update, ..TestOptions::default() };
    let format = if out::is_json() { Format::Json } else { args.format };
    if let Some(run) = args.record {
        out::refuse_json("test --record")?;
        return made::record(&args.place, &folder, run, args.write);
    }
    if let Some(count) = args.wander {
        if format == Format::Junit || args.junit.is_some() {
            return Err(Failure::Usage("what `--wander` finds are cases: it prints text or json".to_owned()));
        }
        let walks = Walks { count, seed: args.seed };
        return made::wander(&folder, &options, walks, format == Format::Json, args.write, args.coverage);
    }
    let live = args.live.then(|| Live::check(&args.place, args.cost.as_deref(), args.keep, args.yes)).transpose()?;
    if let Some(live) = &live {
        live.announce("tests");
    }
    let options = TestOptions { live: live.as_ref().map(Live::options), ..options };
    let report = testbench::run(&folder, &options)?;
    let shown = args.coverage || args.min.is_some();
    match format {
        Format::Text => {
            print!("{}", text(&report, Paint::stdout()));
            if let Some(report) = &report.live {
                print!("{}", live::told(report, Paint::stdout()));
            }
            if shown && !report.files.is_empty() {
                print!("\n{}", report.coverage.text());
            }
        }
        Format::Json => {
            let mut json = report.to_json();
            if shown {
                json["coverage"] = report.coverage.to_json();
            }
            println!("{json:#}");
        }
        Format::Junit => print!("{}", junit(&report)),
    }
    if let Some(file) = &args.junit {
        std::fs::write(file, junit(&report))
            .map_err(|error| Failure::Failed(format!("cannot write `{}`: {error}", file.display())))?;
    }
    let percent = report.coverage.counts().percent();
    if let Some(min) = args.min.map(usize::from).filter(|min| percent < *min) {
        let paint = Paint::stderr();
        eprintln!("{}", paint.bad(format!("coverage is {percent} %, and `--min` wants {min} %")));
        return Err(Failure::Said);
    }
    if report.is_good() { Ok(()) } else { Err(Failure::Said) }
}

fn text(report: &Report, paint: Paint) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings)) {
        let _ = writeln!(out, "{}\n", crate::cli::terminal::screen::coloured(&finding.render(paint.is_on())));
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
        let new = match file.rewritten {
            0 => String::new(),
            count => format!(", {} written anew", counted(count, "text")),
        };
        let _ = writeln!(out, "{mark} {} ({said}{new})", file.path);
    }
    let _ = writeln!(out, "{}", summary(report, paint));
    out
}

fn summary(report: &Report, paint: Paint) -> String {
    if report.findings.iter().any(|finding| finding.is_error()) {
        return paint.bad(format!("{} in the flows: no test was run", counted(report.errors(), "mistake")));
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

fn seconds(took: Duration) -> String {
    match took.as_millis() {
        ms @ 0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::{folder::split, *};
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
        let mut report = testbench::run(bot(test).path(), &TestOptions::default()).unwrap();
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
        let (folder, only) = split(&file, ENDING).unwrap_or_else(|_| panic!("it is a test of a bot"));
        let only: Vec<String> = only.into_iter().collect();
        assert_eq!(
            testbench::run(&folder, &TestOptions { only: &only, ..TestOptions::default() }).unwrap().passed(),
            1
        );
        fs::copy(&file, bot.path().join("flows/ho.test.yaml")).unwrap();
        let two = [file.clone(), bot.path().join("flows/ho.test.yaml")];
        let (folder, only) = split_all(&two, ENDING).unwrap_or_else(|_| panic!("they are tests of one bot"));
        assert_eq!(only, ["flows/hi.test.yaml", "flows/ho.test.yaml"]);
        assert_eq!(
            testbench::run(&folder, &TestOptions { only: &only, ..TestOptions::default() }).unwrap().files.len(),
            2
        );
        let all = split_all(&[file.clone(), bot.path().to_owned()], ENDING).unwrap_or_else(|_| panic!("one bot"));
        assert!(all.1.is_empty());
        assert!(matches!(split_all(&[file, std::env::temp_dir()], ENDING), Err(Failure::Usage(_))));
        assert!(matches!(split(&bot.path().join("flows/hi.yaml"), ENDING), Err(Failure::Usage(_))));
        assert!(matches!(split(&bot.path().join("flows/none.test.yaml"), ENDING), Err(Failure::Failed(_))));
    }
}
