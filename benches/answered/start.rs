//! Measures the time from a cold start to ready: with an empty database, and with a million conversations.

use crate::{
    Bench,
    load::Load,
    system::{Kind, Place},
    table::{Better, Table, median},
};
use std::process::Command;

const EMPTY_STARTS: usize = 9;
const FULL_STARTS: usize = 3;
const CONVERSATIONS: u64 = 1_000_000;
const CONVERSATIONS_QUICK: u64 = 50_000;
/// Conversations that are created by webhooks and then multiplied.
const SEEDS: u64 = 1000;
/// The port of `discard`: nothing is sent in these rows.
const NO_MOCK: u16 = 9;

pub fn floor(bench: &Bench, table: &mut Table) -> Result<(), String> {
    let (first, again) = empty(bench, &Kind::FLOOR)?;
    table.plain("floor: cold start to ready, no database yet, ms", first, &format!("again: {again:.1}"));
    let (full, detail) = many(bench, &Kind::FLOOR)?;
    table.plain(&format!("floor: {}", many_name(bench)), full, &detail);
    Ok(())
}

pub fn daemon(bench: &Bench, table: &mut Table) -> Result<(), String> {
    if bench.wants("start", 10) {
        let (first, again) = empty(bench, &Kind::DAEMON)?;
        let detail = format!("no file yet, schema made; {again:.1} when it is there");
        table.row("cold start to ready, empty database, ms", first, &detail, 150.0, 40.0, Better::Lower);
    }
    if bench.wants("start", 80) {
        let (full, detail) = many(bench, &Kind::DAEMON)?;
        table.row(many_name(bench), full, &detail, 300.0, 80.0, Better::Lower);
    }
    Ok(())
}

/// Medians in milliseconds: of the first start in a folder, and of the next.
fn empty(bench: &Bench, kind: &Kind) -> Result<(f64, f64), String> {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..EMPTY_STARTS {
        let place = Place::new(bench, kind.clone(), "start", NO_MOCK)?;
        for times in [&mut first, &mut again] {
            let system = place.start()?;
            times.push(system.ready_after.as_secs_f64() * 1000.0);
            system.stop()?;
        }
    }
    Ok((median(first), median(again)))
}

fn many_name(bench: &Bench) -> &'static str {
    match bench.quick {
        true => "cold start to ready, fifty thousand conversations, ms",
        false => "cold start to ready, a million conversations, ms",
    }
}

/// The median in milliseconds, and the content of the database.
fn many(bench: &Bench, kind: &Kind) -> Result<(f64, String), String> {
    let conversations = if bench.quick { CONVERSATIONS_QUICK } else { CONVERSATIONS };
    let contacts = SEEDS.to_string();
    let arguments = ["--contacts", &contacts, "--rate", "1000", "--warmup-ms", "0", "--measure-ms", "1200"];
    let mut load = Load::new(bench, &arguments)?;
    let place = Place::new(bench, kind.clone(), "many", load.mock)?;
    let system = place.start()?;
    load.begin(&system)?;
    let figures = load.figures()?;
    if figures.answered < SEEDS || !figures.drained {
        return Err(format!("only {} of {SEEDS} conversations were made to multiply", figures.answered));
    }
    system.stop()?;
    let output = Command::new(&bench.tools.grow)
        .arg(place.database())
        .args([&contacts, &(conversations / SEEDS).to_string()])
        .output()
        .map_err(|error| format!("`grow` does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("the database does not grow: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let grown = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut times = Vec::new();
    for _ in 0..FULL_STARTS {
        let system = place.start()?;
        times.push(system.ready_after.as_secs_f64() * 1000.0);
        system.stop()?;
    }
    Ok((median(times), grown))
}
