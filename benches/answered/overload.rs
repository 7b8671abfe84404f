//! Measures a load that nobody can answer at once: three times as many messages as the daemon answers, for some seconds,
//! from a provider that repeats what is refused.

use crate::{
    Bench,
    load::{Figures, measure},
    system::Kind,
    table::{Better, Table},
};

/// How many messages come for each that can be answered.
const TIMES: f64 = 3.0;
const SECONDS: f64 = 5.0;
/// As many webhooks at once as fit below the usual limit of open files, 1,024. With few of them a slow answer would slow
/// the load down to what the daemon can do.
const CONNECTIONS: &str = "900";
/// The saturation of this machine at this moment.
const SATURATE: &[&str] = &["--warmup-ms", "1000", "--measure-ms", "3000"];

/// Offers the load, and waits until everything is answered.
pub fn daemon(bench: &Bench, table: &mut Table) -> Result<(), String> {
    if !bench.wants("overload", 60) {
        return Ok(());
    }
    let saturated = measure(bench, &Kind::DAEMON, SATURATE)?;
    table.check("daemon, before the overload", &saturated);
    let (rate, lasts) = (saturated.answered_per_s * TIMES, SECONDS * 1000.0);
    let (rate, lasts) = (format!("{rate:.0}"), format!("{lasts:.0}"));
    let given = ["--warmup-ms", "0", "--drain-ms", "60000", "--connections", CONNECTIONS];
    let arguments = [&given[..], &["--rate", &rate, "--measure-ms", &lasts]].concat();
    let figures = measure(bench, &Kind::DAEMON, &arguments)?;
    rows(table, &figures, saturated.answered_per_s);
    Ok(())
}

fn rows(table: &mut Table, figures: &Figures, saturation: f64) {
    let ms = |us: Option<f64>| us.map_or(f64::NAN, |us| us / 1000.0);
    let offered = figures.sent as f64 / SECONDS;
    let detail = format!(
        "slowest {:.0} ms; {offered:.0}/s offered, {saturation:.0}/s is saturation, {:.0}/s answered meanwhile",
        ms(figures.exchange_max_us),
        figures.answered_per_s
    );
    let name = "overload, 3 × saturation: a webhook's answer, p99, ms";
    table.row(name, ms(figures.exchange_p99_us), &detail, 1000.0, 250.0, Better::Lower);
    let detail = format!("of {} messages; each is repeated until it is taken", figures.sent);
    table.plain("overload: refused with 503 and `Retry-After`", figures.shed as f64, &detail);
    let name = "overload: refused in any other way, and lost connections";
    let others = figures.refused - figures.shed + figures.reconnects;
    table.row(name, others as f64, "", 0.0, 0.0, Better::Lower);
    let peak = figures.peak_kib.map_or(f64::NAN, |kib| kib / 1024.0);
    table.row("overload: memory, peak, MiB", peak, "VmHWM", 150.0, 100.0, Better::Lower);
    let drained = figures.drained_after_ms.map_or(f64::NAN, |ms| ms / 1000.0);
    // The messages that were not answered during the load, at the speed of saturation.
    let left = (figures.sent as f64 - figures.answered_per_s * SECONDS) / saturation;
    let detail = format!("{left:.1} s of work were left when the load ended");
    let name = "overload: all answered, s after the load's end ÷ s of work left";
    table.plain("overload: all answered, s after the load's end", drained, &detail);
    table.row(name, drained / left.max(1.0), "", 2.0, 1.2, Better::Lower);
    for (what, count) in
        [("lost", figures.unanswered), ("answered twice", figures.doubled), ("out of order", figures.out_of_order)]
    {
        table.row(&format!("overload: {what}"), count as f64, "", 0.0, 0.0, Better::Lower);
    }
    let wrong = if figures.drained { "" } else { "not done in time" };
    table.row("overload: wrong answers", figures.wrong as f64, wrong, 0.0, 0.0, Better::Lower);
}
