//! Runs `transom eval`: plays the talks of `flows/*.eval.yaml` several times, and tells how many plays kept all rules.

use super::{
    Failure, Outcome,
    client::workplace::Workplace,
    terminal::{out, paint::Paint, screen},
    test::{
        folder::split_all,
        live::{Live, told},
    },
};
use crate::{
    base::{counted::counted, limits::EVAL_PLAYS_MAX},
    model::effect::money,
    runtime::testbench::{self, CalibrationReport, EvalCaseReport, EvalOptions, EvalOutcome, EvalReport, PassRate},
};
use serde_json::Value as Json;
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bot's folder, which holds `flows/`, or evals in it
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only the cases with this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Play each talk so often, in place of its `repeat`
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=EVAL_PLAYS_MAX as i64))]
    repeat: Option<u8>,
    /// Ask the models of the configuration, for money, in place of the recorded answers
    #[arg(long)]
    live: bool,
    /// Write their answers beside the evals, which then need no model
    #[arg(long, requires = "live", conflicts_with = "models")]
    keep: bool,
    /// Ask each of these models in turn what would go to the first model of the bot: `small,large`
    #[arg(long, value_name = "NAMES", requires = "live", value_delimiter = ',')]
    models: Vec<String>,
    /// The most that `--live` may cost, in the currency of `prices`; 0.50 without it
    #[arg(long, value_name = "AMOUNT", requires = "live")]
    cost: Option<String>,
    /// Ask models without `prices`, too, whose cost nothing limits
    #[arg(long, requires = "live")]
    yes: bool,
    /// Compare with the results of an earlier run, which `--json` wrote
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    place: Workplace,
}

pub fn run(args: &Args) -> Outcome {
    let (folder, only) = split_all(&args.paths, ".eval.yaml")?;
    let earlier = args.against.as_deref().map(Earlier::read).transpose()?;
    let live = args.live.then(|| Live::check(&args.place, args.cost.as_deref(), args.keep, args.yes)).transpose()?;
    if let Some(live) = &live {
        live.announce("evals");
    }
    let options = EvalOptions {
        only: &only,
        name: args.name.as_deref(),
        repeat: args.repeat.map(usize::from),
        live: live.as_ref().map(Live::options),
        models: &args.models,
    };
    let report = testbench::run_evals(&folder, &options)?;
    if report.files.is_empty() && report.errors() == 0 {
        let why = "no evals; write `flows/NAME.eval.yaml` beside `flows/NAME.yaml`, as docs/evals.md shows";
        return Err(Failure::Failed(why.to_owned()));
    }
    if report.errors() == 0 && report.cases().count() == 0 {
        let why = format!("no case is called `{}`", args.name.as_deref().unwrap_or_default());
        return Err(Failure::Failed(why));
    }
    if out::is_json() {
        println!("{:#}", report.to_json());
    } else {
        print!("{}", text(&report, earlier.as_ref(), Paint::stdout()));
        if let Some(live) = &report.live {
            print!("{}", told(live, Paint::stdout()));
        }
    }
    if report.is_good() { Ok(()) } else { Err(Failure::Said) }
}

/// The pass rates of an earlier run.
struct Earlier(Vec<(String, String, Option<String>, PassRate)>);

impl Earlier {
    fn read(path: &Path) -> Result<Earlier, Failure> {
        let failed = |why: String| Failure::Failed(format!("cannot compare with `{}`: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let json: Json = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        let files =
            json["files"].as_array().ok_or_else(|| failed("`transom eval --json` did not write it".to_owned()))?;
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let count = |json: &Json| json.as_u64().and_then(|count| usize::try_from(count).ok());
        let cases = files.iter().flat_map(|file| {
            let of_case = move |case: &Json| {
                let rate = PassRate { passed: count(&case["passed"])?, plays: count(&case["plays"])? };
                Some((text(&file["path"])?, text(&case["name"])?, text(&case["model"]), rate))
            };
            file["cases"].as_array().into_iter().flatten().filter_map(of_case).collect::<Vec<_>>()
        });
        Ok(Earlier(cases.collect()))
    }

    /// The rate of the same case and model.
    fn of(&self, path: &str, case: &EvalCaseReport) -> Option<PassRate> {
        let is_it = |known: &&(String, String, Option<String>, PassRate)| {
            known.0 == path && known.1 == case.name && known.2 == case.model
        };
        self.0.iter().find(is_it).map(|known| known.3)
    }
}

fn text(report: &EvalReport, earlier: Option<&Earlier>, paint: Paint) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings)) {
        let _ = writeln!(out, "{}\n", screen::coloured(&finding.render(paint.is_on())));
    }
    for (file, case) in report.cases() {
        if let Some(explained) = case.explain() {
            // A case may pass although one of its plays has failed.
            let mark = if case.is_good() { paint.warn("a play failed in") } else { paint.bad("FAILED") };
            let _ = writeln!(out, "{mark} {}: {}", file.path, paint.strong(titled(case)));
            let _ = writeln!(out, "{explained}");
        }
    }
    for file in &report.files {
        let Some(calibration) = file.calibration.as_ref() else { continue };
        for wrong in &calibration.wrong {
            let _ = writeln!(out, "{} {}: the judge\n{wrong}\n", paint.bad("FAILED"), file.path);
        }
        if let Some(why) = &calibration.void {
            let _ = writeln!(out, "{} {}: the judge\n  note:     {why}\n", paint.bad("FAILED"), file.path);
        }
    }
    for file in &report.files {
        let Some(calibration) = file.calibration.as_ref() else { continue };
        let mark = if calibration.is_good() { paint.good("ok    ") } else { paint.bad("FAILED") };
        let _ = writeln!(out, "{mark} {}: {}", file.path, calibrated(calibration));
    }
    for (file, case) in report.cases() {
        let mark = if case.is_good() { paint.good("ok    ") } else { paint.bad("FAILED") };
        let _ = write!(out, "{mark} {}: {}: {}", file.path, titled(case), figures(case));
        if let Some(was) = earlier.and_then(|earlier| earlier.of(&file.path, case)) {
            let _ = write!(out, "; was {} of {}", was.passed, was.plays);
        }
        out.push('\n');
    }
    let unread = report.files.iter().filter(|file| file.findings.iter().any(|finding| finding.is_error())).count();
    if unread > 0 {
        let _ = writeln!(out, "{} {} with mistakes, not run", paint.bad("ERROR "), counted(unread, "file"));
    }
    let unrecorded: usize = report.cases().map(|(_, case)| case.unrecorded()).sum();
    if unrecorded > 0 {
        let _ = writeln!(
            out,
            "{} {} not recorded: `transom eval --live --keep` asks the models and records their answers",
            paint.warn("note:"),
            if unrecorded == 1 { "1 play is".to_owned() } else { format!("{unrecorded} plays are") }
        );
    }
    let _ = writeln!(out, "{}", summary(report, paint));
    out
}

fn titled(case: &EvalCaseReport) -> String {
    match &case.model {
        Some(model) => format!("{} [{model}]", case.name),
        None => case.name.clone(),
    }
}

/// `the judge gets 2 of 3 labelled talks right, 0.0003 EUR; its verdicts do not count`.
fn calibrated(calibration: &CalibrationReport) -> String {
    let CalibrationReport { judge, labels, asked, currency, .. } = calibration;
    let talks = counted(*labels, "labelled talk");
    let mut text = match &calibration.void {
        None => format!("the judge `{judge}` gets {} of {talks} right", calibration.right()),
        Some(_) => format!("the judge `{judge}` has no verdict on all of its {talks}"),
    };
    if let Some(cost) = asked.cost.filter(|_| asked.questions > 0) {
        let _ = write!(text, ", {}", format!("{} {currency}", money(cost)).trim_end());
    }
    if !calibration.is_good() {
        text.push_str("; its verdicts do not count, and nothing that it judges is played");
    }
    text
}

/// `4 of 5 plays (38–96 %, 80 % wanted), 0.0021 EUR and 1.2 s a play`.
fn figures(case: &EvalCaseReport) -> String {
    let rate = case.rate();
    let EvalOutcome::Played { pass, .. } = &case.outcome else {
        return if case.is_good() { "found".to_owned() } else { "not found".to_owned() };
    };
    if rate.plays == 0 {
        return "not played".to_owned();
    }
    let (low, high) = rate.interval();
    let mut text = format!("{} of {}", rate.passed, counted(rate.plays, "play"));
    if case.asks_models() {
        let _ = write!(text, " ({low}–{high} %, {pass} % wanted)");
    }
    let mut costs: Vec<String> = case
        .cost()
        .map(|cost| format!("{} {}", money(cost), case.currency()).trim_end().to_owned())
        .into_iter()
        .collect();
    costs.extend(case.median_ms().map(|ms| match ms {
        0..1000 => format!("{ms} ms"),
        _ => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }));
    if !costs.is_empty() {
        let _ = write!(text, ", {} a play", costs.join(" and "));
    }
    let beside =
        [("the judge", case.aside_cost(|play| play.judge)), ("the customer", case.aside_cost(|play| play.customer))];
    for (whose, cost) in beside {
        if let Some(cost) = cost {
            let _ = write!(text, "; {whose} {}", format!("{} {}", money(cost), case.currency()).trim_end());
        }
    }
    text
}

fn summary(report: &EvalReport, paint: Paint) -> String {
    if report.findings.iter().any(|finding| finding.is_error()) {
        return paint.bad(format!("{} in the flows: no eval was run", counted(report.errors(), "mistake")));
    }
    let all = report.cases().count();
    let errors = match report.errors() {
        0 => String::new(),
        errors => format!(", {} in evals", counted(errors, "mistake")),
    };
    match report.is_good() {
        true => paint.good(format!("{} passed", counted(all, "case"))),
        false => paint.bad(format!("{} passed, {} failed{errors}", all - report.failed(), report.failed())),
    }
}
