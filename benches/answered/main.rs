//! `cargo bench --bench answered`: measures the release daemon beside the baseline (`floor`), in the same interleaved
//! rounds.
//!
//! Webhooks are signed, each reply is checked at a mock of Meta's Graph API, and everything stays on 127.0.0.1.
//! `docs/performance.md` explains method and figures.

mod bot;
mod build;
mod faults;
mod load;
mod overload;
mod postgres;
mod rounds;
mod start;
mod system;
mod table;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use table::Table;

/// The rows that can be selected by name.
const ROWS: [&str; 9] =
    ["floor", "saturation", "statuses", "acknowledgement", "start", "kill", "errors", "postgres", "overload"];

/// No row begins after this time; skipped rows are named.
const TIME_MAX: Duration = Duration::from_secs(345);

/// The command-line options and paths.
pub struct Bench {
    rounds: usize,
    quick: bool,
    only: Vec<String>,
    began: Instant,
    tools: build::Tools,
    /// The daemon's program: of this build, unless set otherwise.
    daemon: PathBuf,
    /// All files go here and are removed at the end; on a real disk, never in memory.
    folder: PathBuf,
}

impl Bench {
    /// True if a row was requested and there is time for another `seconds`; prints a note if there is not.
    fn wants(&self, row: &str, seconds: u64) -> bool {
        let asked = self.only.is_empty() && row != "floor" || self.only.iter().any(|name| name == row);
        if asked && self.began.elapsed() + Duration::from_secs(seconds) > TIME_MAX {
            println!("(left out for want of time: {row})");
            return false;
        }
        asked
    }

    /// A fresh empty folder.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the target folder is writable");
        folder
    }
}

fn main() {
    let bench = match read_options() {
        Ok(bench) => bench,
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(2);
        }
    };
    let result = run(&bench);
    let _ = std::fs::remove_dir_all(&bench.folder);
    if let Err(message) = result {
        eprintln!("the bench stopped: {message}");
        std::process::exit(1);
    }
}

fn run(bench: &Bench) -> Result<(), String> {
    println!("{}\n", build::machine(&bench.folder));
    let mut table = Table::default();
    if bench.wants("floor", 0) {
        rounds::floor_alone(bench, &mut table)?;
        start::floor(bench, &mut table)?;
        faults::floor(bench, &mut table)?;
    }
    rounds::together(bench, &mut table)?;
    start::daemon(bench, &mut table)?;
    faults::death(bench, &mut table)?;
    postgres::daemon(bench, &mut table)?;
    faults::refusals(bench, &mut table)?;
    overload::daemon(bench, &mut table)?;
    println!("\n{table}\n{:.0} s in all", bench.began.elapsed().as_secs_f64());
    Ok(())
}

fn read_options() -> Result<Bench, String> {
    let (mut rounds, mut quick, mut only) = (None, false, Vec::new());
    let mut daemon = PathBuf::from(env!("CARGO_BIN_EXE_transom"));
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        match name.as_str() {
            // Cargo gives this one itself.
            "--bench" => {}
            "--quick" => quick = true,
            "--rounds" => {
                let value = arguments.next().and_then(|value| value.parse::<usize>().ok()).filter(|rounds| *rounds > 0);
                rounds = Some(value.ok_or("`--rounds` needs a number above 0")?);
            }
            "--only" => {
                let row = arguments.next().unwrap_or_default();
                if !ROWS.contains(&row.as_str()) {
                    return Err(format!("`--only {row}`: there is no such row; there are {}", ROWS.join(", ")));
                }
                only.push(row);
            }
            // An older build, to see what a change did.
            "--daemon" => {
                let file = arguments.next().ok_or("`--daemon` needs the path of a program")?;
                daemon = std::fs::canonicalize(&file).map_err(|error| format!("`--daemon {file}`: {error}"))?;
            }
            other => return Err(format!("`{other}`: use `--quick`, `--rounds N`, `--only ROW` or `--daemon FILE`")),
        }
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("answered-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    let rounds = rounds.unwrap_or(if quick { 1 } else { 4 });
    let tools = build::tools()?;
    Ok(Bench { rounds, quick, only, began: Instant::now(), tools, daemon, folder })
}
