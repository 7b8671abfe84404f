//! Measures faults: the process killed under load, and a provider that refuses one of twenty sends.

use crate::{
    Bench, bot,
    load::{Figures, Load, measure},
    system::{Kind, Place},
    table::{Better, Table},
};
use std::time::Duration;

/// Lives of the process, in milliseconds under load; uneven on purpose.
const LIVES_MS: [u64; 5] = [900, 1300, 700, 1150, 1450];
/// The number of running sends in that load: its rate times the mock's latency.
const IN_FLIGHT: f64 = 40.0;
/// The mock answers late, so that many sends are running when the process dies. A person writes again only after the
/// deaths and `unknown_after`: an unknown answer is not sent again once a later one was accepted (`on_unknown:
/// replies`), and such a row would measure the people's speed.
const UNDER_FIRE: &[&str] = &[
    "--rate",
    "1000",
    "--contacts",
    "11000",
    "--statuses",
    "--latency-ms",
    "40",
    "--warmup-ms",
    "0",
    "--measure-ms",
    "13000",
    "--drain-ms",
    "25000",
];
const REFUSED: &[&str] = &[
    "--rate",
    "200",
    "--contacts",
    "400",
    "--errors",
    "5",
    "--latency-ms",
    "20",
    "--warmup-ms",
    "0",
    "--measure-ms",
    "8000",
    "--drain-ms",
    "75000",
];

pub fn floor(bench: &Bench, table: &mut Table) -> Result<(), String> {
    let (figures, _) = killed(bench, &Kind::FLOOR)?;
    let name = "floor: `kill -9`: acknowledged and never answered";
    table.plain(name, count(figures.unanswered), &summary(&figures));
    table.plain("floor: `kill -9`: answered twice", count(figures.doubled), "it cannot tell what left");
    let figures = measure(bench, &Kind::FLOOR, REFUSED)?;
    table.plain("floor: 5 % refused: lost", count(figures.unanswered), &summary(&figures));
    table.plain("floor: 5 % refused: out of order", count(figures.out_of_order), "");
    Ok(())
}

/// `kill -9` under load, several times.
pub fn death(bench: &Bench, table: &mut Table) -> Result<(), String> {
    if !bench.wants("kill", 50) {
        return Ok(());
    }
    let (figures, unknown) = killed(bench, &Kind::DAEMON)?;
    let name = "`kill -9`: acknowledged and never answered";
    table.row(name, count(figures.unanswered), &summary(&figures), 0.0, 0.0, Better::Lower);
    let name = "`kill -9`: answered twice, with a provider that sends statuses";
    table.row(name, count(figures.doubled), "", 0.0, 0.0, Better::Lower);
    let name = "`kill -9`: out of order";
    table.row(name, count(figures.out_of_order), "", 0.0, 0.0, Better::Lower);
    let name = "`kill -9`: left unknown, listed, after `unknown_after`";
    let in_flight = LIVES_MS.len() as f64 * IN_FLIGHT;
    let detail = format!("about {in_flight} were in flight at the deaths");
    match unknown {
        Some(unknown) => table.row(name, unknown, &detail, in_flight, 0.0, Better::Lower),
        None => table.plain(name, f64::NAN, "the metrics do not say"),
    }
    table.check("daemon, killed", &Figures { reconnects: 0, ..figures });
    Ok(())
}

/// A provider that refuses one of twenty sends as retryable.
pub fn refusals(bench: &Bench, table: &mut Table) -> Result<(), String> {
    if !bench.wants("errors", 90) {
        return Ok(());
    }
    let figures = measure(bench, &Kind::DAEMON, REFUSED)?;
    let name = "5 % retryable provider errors: lost";
    table.row(name, count(figures.unanswered), &summary(&figures), 0.0, 0.0, Better::Lower);
    let name = "5 % retryable provider errors: out of order";
    table.row(name, count(figures.out_of_order), "", 0.0, 0.0, Better::Lower);
    table.check("daemon, 5 % refused", &figures);
    Ok(())
}

/// Continues the load while the process dies and restarts; at the end, counts unknown sends.
fn killed(bench: &Bench, kind: &Kind) -> Result<(Figures, Option<f64>), String> {
    let mut load = Load::new(bench, UNDER_FIRE)?;
    let place = Place::new(bench, kind.clone(), "killed", load.mock)?;
    let mut system = place.start()?;
    load.begin(&system)?;
    for life in LIVES_MS {
        std::thread::sleep(Duration::from_millis(life));
        system.kill();
        system = place.start()?;
    }
    let figures = load.figures()?;
    std::thread::sleep(Duration::from_secs(bot::UNKNOWN_AFTER_S + 1));
    let unknown = system.unknown_sends();
    Ok((figures, unknown))
}

/// A run's counts are far below the limit for exact integers in a float.
fn count(number: u64) -> f64 {
    number as f64
}

fn summary(figures: &Figures) -> String {
    format!(
        "{} sent, {} answered, {} lost connections, {} sends refused, all done in time: {}",
        figures.sent, figures.answered, figures.reconnects, figures.errors_given, figures.drained
    )
}
