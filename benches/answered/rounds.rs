//! Measures saturation, statuses and acknowledgement: both systems in turn, in the same rounds, in alternating order.

use crate::{
    Bench,
    load::{Figures, measure},
    system::{Kind, Place},
    table::{Better, Table, median},
};
use std::time::Duration;

/// Each kind of run with the load's arguments.
pub const SATURATE: &[&str] = &[];
const WITH_STATUSES: &[&str] = &["--statuses"];
const STEADY: &[&str] = &["--rate", "1000", "--warmup-ms", "1000", "--measure-ms", "4000"];

/// The duration of one run with start, warm-up and the wait for the last answers, in seconds.
const RUN_S: u64 = 8;
const IDLE_AFTER: Duration = Duration::from_millis(500);

/// The baseline's own rows: the method is right if they agree with the documentation.
pub fn floor_alone(bench: &Bench, table: &mut Table) -> Result<(), String> {
    let normal = Kind::Floor { synchronous: "normal", group: 256 };
    let single = Kind::Floor { synchronous: "full", group: 1 };
    let runs: [(&str, Kind, &[&str]); 5] = [
        ("full", Kind::FLOOR, SATURATE),
        ("normal", normal, SATURATE),
        ("full, with statuses", Kind::FLOOR, WITH_STATUSES),
        ("full, one message a commit", single, SATURATE),
        ("full, 1,000/s", Kind::FLOOR, STEADY),
    ];
    let mut all: Vec<Vec<Figures>> = runs.iter().map(|_| Vec::new()).collect();
    for round in 0..bench.rounds {
        for at in order(round, runs.len()) {
            let (name, kind, arguments) = &runs[at];
            let figures = measure(bench, kind, arguments)?;
            table.check(&format!("floor, {name}"), &figures);
            all[at].push(figures);
        }
    }
    for ((name, _, arguments), figures) in runs.iter().zip(&all) {
        let detail = describe(figures);
        let what = if arguments == &STEADY { "answered/s, asked for 1,000" } else { "answered/s, saturated" };
        table.plain(&format!("floor {name}: {what}"), middle(figures, |run| Some(run.answered_per_s)), &detail);
    }
    Ok(())
}

/// The daemon beside the baseline.
pub fn together(bench: &Bench, table: &mut Table) -> Result<(), String> {
    let saturation = bench.wants("saturation", 0);
    let statuses = bench.wants("statuses", 0);
    let steady = bench.wants("acknowledgement", 0);
    let mut runs: Vec<(usize, Kind, &[&str])> = Vec::new();
    if saturation || statuses {
        runs.push((0, Kind::FLOOR, SATURATE));
    }
    if saturation {
        runs.push((1, Kind::DAEMON, SATURATE));
    }
    if statuses {
        runs.push((2, Kind::DAEMON, WITH_STATUSES));
    }
    if steady {
        runs.extend([(3, Kind::FLOOR, STEADY), (4, Kind::DAEMON, STEADY)]);
    }
    if runs.is_empty() {
        return Ok(());
    }
    let names = ["floor", "daemon", "daemon with statuses", "floor at 1,000/s", "daemon at 1,000/s"];
    let mut all: [Vec<Figures>; 5] = Default::default();
    for round in 0..bench.rounds {
        // Other rows need some of the time too.
        if round > 0 && bench.began.elapsed() > Duration::from_secs(220) - Duration::from_secs(RUN_S) * 5 {
            println!("(only {round} rounds, for want of time)");
            break;
        }
        for at in order(round, runs.len()) {
            let (index, kind, arguments) = &runs[at];
            let figures = measure(bench, kind, arguments)?;
            table.check(names[*index], &figures);
            println!("  round {}: {}: {:.0} answered/s", round + 1, names[*index], figures.answered_per_s);
            all[*index].push(figures);
        }
    }
    for (name, runs) in names.iter().zip(&all).filter(|(_, runs)| !runs.is_empty()) {
        let value = middle(runs, |run| Some(run.answered_per_s));
        table.plain(&format!("{name}: answered/s"), value, &describe(runs));
    }
    let [floor, daemon, told, floor_steady, daemon_steady] = &all;
    if saturation {
        saturation_rows(table, floor, daemon);
    }
    if statuses {
        let detail = beside("answered/s", told, floor, |run| Some(run.answered_per_s));
        let value = ratio(told, floor, |run| Some(run.answered_per_s));
        let name = "with three stored statuses per reply ÷ floor that stores none";
        table.row(name, value, &detail, 0.4, 0.6, Better::Higher);
    }
    if saturation || statuses {
        let peaks = daemon.iter().chain(told).filter_map(|run| run.peak_kib);
        let peak = peaks.fold(0.0, f64::max) / 1024.0;
        table.row("memory, idle, MiB", idle_mib(bench)?, "VmRSS, ready, no message yet", 20.0, 12.0, Better::Lower);
        table.row("memory, peak, MiB", peak, "VmHWM, the highest of all rounds", 150.0, 100.0, Better::Lower);
    }
    if steady {
        let rows: [(&str, Figure, f64, f64); 2] = [
            ("acknowledgement at 1,000/s, p50 ÷ floor", |run| run.ack_p50_us, 1.5, 1.1),
            ("acknowledgement at 1,000/s, p99 ÷ floor", |run| run.ack_p99_us, 2.0, 1.3),
        ];
        for (name, figure, must, stretch) in rows {
            let detail = beside("µs", daemon_steady, floor_steady, figure);
            table.row(name, ratio(daemon_steady, floor_steady, figure), &detail, must, stretch, Better::Lower);
        }
        let detail = beside("µs", daemon_steady, floor_steady, |run| run.reply_p50_us);
        let value = ratio(daemon_steady, floor_steady, |run| run.reply_p50_us);
        table.plain("reply at 1,000/s, p50 ÷ floor", value, &detail);
    }
    Ok(())
}

/// Further figures of some runs, which show where the time goes.
fn describe(runs: &[Figures]) -> String {
    let ms = |figure: Figure| middle(runs, figure) / 1000.0;
    let mut text = format!(
        "CPU {:.2} s per 10,000, peak {:.0} MiB, acknowledged p50 {:.2} p99 {:.2} ms, answered p50 {:.2} p99 {:.2} ms",
        middle(runs, |run| run.cpu_s_per_10k),
        middle(runs, |run| run.peak_kib) / 1024.0,
        ms(|run| run.ack_p50_us),
        ms(|run| run.ack_p99_us),
        ms(|run| run.reply_p50_us),
        ms(|run| run.reply_p99_us),
    );
    let statuses = middle(runs, |run| Some(run.statuses_per_s));
    if statuses > 0.0 {
        text += &format!(", {statuses:.0} statuses/s");
    }
    text
}

/// One figure of a run.
type Figure = fn(&Figures) -> Option<f64>;

fn saturation_rows(table: &mut Table, floor: &[Figures], daemon: &[Figures]) {
    let detail = beside("answered/s", daemon, floor, |run| Some(run.answered_per_s));
    let value = ratio(daemon, floor, |run| Some(run.answered_per_s));
    table.row("answered/s at saturation ÷ floor", value, &detail, 0.5, 0.75, Better::Higher);
    let detail = beside("s", daemon, floor, |run| run.cpu_s_per_10k);
    let value = ratio(daemon, floor, |run| run.cpu_s_per_10k);
    table.row("CPU seconds per 10,000 answered ÷ floor", value, &detail, 1.9, 1.4, Better::Lower);
}

/// Memory of an idle daemon after its start.
fn idle_mib(bench: &Bench) -> Result<f64, String> {
    let system = Place::new(bench, Kind::DAEMON, "idle", 9)?.start()?;
    std::thread::sleep(IDLE_AFTER);
    system.memory_mib("VmRSS:").ok_or_else(|| "the daemon is gone".into())
}

/// The median over rounds of each round's ratio: a disturbance of the machine affects both systems.
fn ratio(ours: &[Figures], floor: &[Figures], figure: Figure) -> f64 {
    let pairs = ours.iter().zip(floor).filter_map(|(ours, floor)| Some(figure(ours)? / figure(floor)?));
    median(pairs.collect())
}

fn middle(runs: &[Figures], figure: Figure) -> f64 {
    median(runs.iter().filter_map(figure).collect())
}

fn beside(unit: &str, ours: &[Figures], floor: &[Figures], figure: Figure) -> String {
    let (ours, floor) = (middle(ours, figure), middle(floor, figure));
    let places = if floor < 100.0 { 2 } else { 0 };
    format!("{ours:.places$} and {floor:.places$} {unit}")
}

/// Alternates the direction of each round, so that no system is always first.
fn order(round: usize, count: usize) -> Vec<usize> {
    if round.is_multiple_of(2) { (0..count).collect() } else { (0..count).rev().collect() }
}
