//! `cargo bench --bench fire`: measures a schedule that fires for a million contacts while people write to the same
//! daemon.
//!
//! The forecast for each contact is compared with the messages at the provider's mock. `docs/performance.md` explains
//! method and figures.

mod daemon;
mod meta;
mod talk;
mod town;

use daemon::Daemon;
use meta::Meta;
use std::{
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use talk::Talk;
use town::Town;
use transom::base::clock::{Clock, SystemClock};

/// How long people write before the fire, after all of them are known.
const IDLE: Duration = Duration::from_secs(30);
/// The wait after the fire's last message, in which duplicates would arrive.
const AFTERMATH: Duration = Duration::from_secs(5);
/// The allowed time of an answer during the fire, as a multiple of the time before.
const SLOWER_MAX: f64 = 2.0;

pub struct Options {
    contacts: u32,
    /// Starts per second.
    rate: u32,
    /// Messages of people per second.
    talk: u32,
    daemon: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match read_options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fire-{}", std::process::id()));
    let done = run(&options, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("the bench stopped: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options, folder: &std::path::Path) -> Result<(), String> {
    let meta = Meta::listen().await?;
    let town = Town::new(folder, meta.port, options).await?;
    let foreseen = town.foresee().await?;
    println!(
        "{} contacts; the forecast in {:.1} s: {} are meant, {} get a text, {} a template, {:?} are refused",
        options.contacts,
        foreseen.took.as_secs_f64(),
        foreseen.sum.people,
        foreseen.sum.text,
        foreseen.sum.templates.values().sum::<i64>(),
        foreseen.sum.refused,
    );
    // The clock must be reached by then, with everybody known and the idle part over.
    let lead = talk::WARM_UP + IDLE + Duration::from_secs(15);
    let fire = (SystemClock.now().0 + i64::try_from(lead.as_millis()).unwrap_or(0)) / 60_000 * 60_000 + 60_000;
    town.fire_at(fire, options)?;
    let daemon = Daemon::start(&options.daemon, folder, town.port)?;
    let talk = Arc::new(Talk::new(town.port, options.talk)?);
    talk.make_known(&meta).await?;
    let before = daemon.rss_mib();
    let idle_until = Instant::now() + IDLE;
    let idle = tokio::join!(talk.talk(&meta, idle_until), daemon.watch(idle_until));
    println!("idle: {}, at most {:.0} MiB ({before:.0} when everybody was known)", idle.0, idle.1);

    let wait = (fire - SystemClock.now().0).max(0).unsigned_abs();
    tokio::time::sleep(Duration::from_millis(wait)).await;
    let began = Instant::now();
    let expected = foreseen.gets.len();
    let paced = Duration::from_secs_f64(f64::from(u32::try_from(expected).unwrap_or(0)) / f64::from(options.rate));
    let at_most = began + paced * 3 + Duration::from_secs(180);
    let all_came = meta.came(expected, at_most);
    let during = tokio::join!(talk.talk_while(&meta, all_came), daemon.watch_while(&meta, expected, at_most));
    let took = began.elapsed();
    tokio::time::sleep(AFTERMATH).await;
    println!(
        "fire: {}, at most {:.0} MiB, {:.0} s for {} messages",
        during.0,
        during.1,
        took.as_secs_f64(),
        meta.count()
    );

    let outcome = town.outcome().await?;
    daemon.stop()?;
    println!(
        "p99 of an answer {:.1} ms, idle {:.1} ms: {:.2} times (at most {SLOWER_MAX})",
        during.0.p99,
        idle.0.p99,
        during.0.p99 / idle.0.p99
    );
    println!("memory: {:.0} MiB more than idle", during.1 - idle.1);
    foreseen.compare(&meta, &outcome)?;
    println!("forecast and fire agree on each of {} people", foreseen.sum.people);
    if during.0.lost + idle.0.lost > 0 {
        return Err(format!("{} messages were not answered", during.0.lost + idle.0.lost));
    }
    Ok(())
}

fn read_options() -> Result<Options, String> {
    let daemon = PathBuf::from(env!("CARGO_BIN_EXE_transom"));
    let mut options = Options { contacts: 1_000_000, rate: 500, talk: 50, daemon };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse::<u32>().ok()).filter(|number| *number > 0);
            value.ok_or(format!("`{name}` needs a number above 0"))
        };
        match name.as_str() {
            // Cargo gives this one itself.
            "--bench" => {}
            "--contacts" => options.contacts = number()?,
            "--rate" => options.rate = number()?,
            "--talk" => options.talk = number()?,
            "--daemon" => {
                let file = arguments.next().ok_or("`--daemon` needs the path of a program")?;
                options.daemon = std::fs::canonicalize(&file).map_err(|error| format!("`--daemon {file}`: {error}"))?;
            }
            other => return Err(format!("`{other}`: use `--contacts N`, `--rate N`, `--talk N` or `--daemon FILE`")),
        }
    }
    Ok(options)
}
