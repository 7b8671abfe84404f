//! Runs `transom contacts import FILE.csv`: imports a table of people, and reports every refused row with its line and
//! reason.

mod columns;
mod report;

use super::{accepted, daemon};
use crate::{
    base::limits::{IMPORT_BATCH_BYTES_MAX, IMPORT_HEAD_BYTES_MAX, IMPORT_ROWS_MAX},
    cli::{
        Failure, Outcome,
        client::{call::Api, workplace},
        terminal::screen,
    },
    runtime::config::Config,
};
use columns::{Columns, Constants};
use report::{Refused, Report};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, IsTerminal, Read},
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The table: UTF-8, the first line names its columns. `phone`, `name`, `language`, `zone`, `tags` (`;` between
    /// them), the fields of `_bot.yaml` by name, and for each topic `consent.TOPIC` (`given` or `withdrawn`),
    /// `consent.TOPIC.proof`, `consent.TOPIC.at`; `proof` and `consent_at` stand for all topics
    file: PathBuf,
    /// Say what would become of each row, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// A column by another name, such as --map "Mobile number=phone"
    #[arg(long, value_name = "HEADING=COLUMN")]
    map: Vec<String>,
    /// A column that is not wanted
    #[arg(long, value_name = "HEADING")]
    skip: Vec<String>,
    /// The calling code of numbers that are written without one, such as 34
    #[arg(long, value_name = "CODE")]
    home: Option<String>,
    /// A tag for all of them
    #[arg(long)]
    tag: Vec<String>,
    /// A topic that all of them agreed to; needs --proof
    #[arg(long, value_name = "TOPIC", requires = "proof")]
    consent: Option<String>,
    /// The words that they agreed to, and where, for rows that give no proof of their own
    #[arg(long)]
    proof: Option<String>,
    /// Write the refused rows here, with line and reason, as a table that can be mended and imported
    #[arg(long, value_name = "FILE.csv")]
    report: Option<PathBuf>,
    /// Flows hear of each difference, as after a step; without it none starts
    #[arg(long)]
    start_flows: bool,
    /// The account that they belong to, where there are several
    #[arg(long)]
    account: Option<String>,
}

/// The rows of one request to the daemon.
#[derive(Default)]
struct Batch {
    rows: Vec<Json>,
    lines: Vec<(u64, csv::StringRecord)>,
    bytes: usize,
}

pub async fn run(config: &Config, args: Args) -> Outcome {
    workplace::account(config, args.account.as_deref())?;
    let api = daemon(config).await?;
    let delimiter = delimiter_of(&args.file)?;
    let (file, size) = open(&args.file)?;
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(BufReader::new(file));
    let headings = table.headers().map_err(|error| cannot_read(&args.file, &error))?.clone();
    let constants = Constants {
        tags: args.tag.clone(),
        consent: args.consent.clone(),
        proof: args.proof.clone(),
        home: args.home.clone(),
    };
    let columns = Columns::of(config, &headings, &args.map, &args.skip, constants)?;
    let by = format!("import of {}", args.file.file_name().unwrap_or_default().to_string_lossy());
    let frame = json!({"dry_run": args.dry_run, "start_flows": args.start_flows, "by": by, "account": args.account});
    let mut report = Report::new(args.report.as_deref(), delimiter, &headings)?;
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut batch = Batch::default();
    let mut record = csv::StringRecord::new();
    loop {
        let line = table.position().line();
        match table.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let why = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "it is not UTF-8; save the table as `CSV UTF-8`".to_owned(),
                    csv::ErrorKind::Io(_) => return Err(cannot_read(&args.file, &error)),
                    _ => error.to_string(),
                };
                report.refuse(Refused { line, reason: why }, &csv::StringRecord::new())?;
                continue;
            }
        }
        let line = record.position().map_or(line, csv::Position::line);
        match columns.row(&record, headings.len()) {
            Ok((phone, row)) => match seen.get(&phone) {
                Some(first) => {
                    let reason = format!("`{phone}` stands in line {first} already");
                    report.refuse(Refused { line, reason }, &record)?;
                }
                None => {
                    seen.insert(phone, line);
                    batch.bytes += row.to_string().len();
                    batch.rows.push(row);
                    batch.lines.push((line, record.clone()));
                }
            },
            Err(reason) => report.refuse(Refused { line, reason }, &record)?,
        }
        if batch.rows.len() == IMPORT_ROWS_MAX || batch.bytes >= IMPORT_BATCH_BYTES_MAX {
            send(&api, &frame, std::mem::take(&mut batch), &mut report).await?;
            progress(&report, table.position().byte(), size);
        }
    }
    send(&api, &frame, batch, &mut report).await?;
    report.finish(args.dry_run)
}

/// Sends one request; its results for each row go to the report.
async fn send(api: &Api, frame: &Json, batch: Batch, report: &mut Report) -> Outcome {
    let Some((first, _)) = batch.lines.first() else { return Ok(()) };
    let mut body = frame.clone();
    body["contacts"] = batch.rows.into();
    let answer = match api.post("/v1/contacts/import", &body).await {
        Ok(answer) => accepted(answer),
        Err(failure) => Err(failure),
    };
    let told = answer.map_err(|failure| match failure {
        Failure::Failed(why) if report.has_taken_some() => Failure::Failed(format!(
            "{why}\nIt stopped at line {first}; run the same command again: what was taken before stays as it is"
        )),
        other => other,
    })?;
    for row in told["data"].as_array().into_iter().flatten() {
        let place = row["row"].as_u64().and_then(|place| usize::try_from(place).ok()).unwrap_or(usize::MAX);
        let Some((line, record)) = batch.lines.get(place) else { continue };
        match row["state"].as_str() {
            Some("created") => report.created += 1,
            Some("changed") => report.changed += 1,
            Some("unchanged") => report.unchanged += 1,
            _ => {
                let errors = row["errors"].as_array().into_iter().flatten();
                let why: Vec<&str> = errors.filter_map(|error| error["detail"].as_str()).collect();
                report.refuse(Refused { line: *line, reason: why.join(" ") }, record)?;
            }
        }
    }
    Ok(())
}

/// Shows the progress on a terminal, in one line that is overwritten.
fn progress(report: &Report, read: u64, size: u64) {
    if std::io::stderr().is_terminal() {
        let percent = (read * 100).checked_div(size).unwrap_or(100).min(100);
        eprint!("{}{percent:>3} %  {}   ", screen::code("G"), report.counts());
    }
}

fn open(path: &Path) -> Result<(File, u64), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("cannot read `{}`: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    Ok((file, size))
}

/// The most frequent of comma, semicolon and tab in the first line: many European tables use semicolons.
fn delimiter_of(path: &Path) -> Result<u8, Failure> {
    let (file, _) = open(path)?;
    let mut head = Vec::new();
    let read = file.take(IMPORT_HEAD_BYTES_MAX).read_to_end(&mut head);
    read.map_err(|error| Failure::Failed(format!("cannot read `{}`: {error}", path.display())))?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    Ok([b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b','))
}

fn cannot_read(path: &Path, error: &csv::Error) -> Failure {
    Failure::Failed(format!("cannot read `{}`: {error}", path.display()))
}
