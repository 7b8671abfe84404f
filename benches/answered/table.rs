//! Prints the measured rows beside their targets.

use crate::load::Figures;
use std::fmt;

/// The better direction of a figure.
#[derive(Clone, Copy)]
pub enum Better {
    Higher,
    Lower,
}

/// The table of figures.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 6]>,
    /// The number of runs whose replies were checked, and their errors.
    checked: usize,
    faults: Vec<String>,
}

impl Table {
    /// Adds a figure with a target.
    pub fn row(&mut self, name: &str, value: f64, detail: &str, must: f64, stretch: f64, better: Better) {
        let reached = |target: f64| match better {
            Better::Higher => value >= target,
            Better::Lower => value <= target,
        };
        let verdict = match (reached(must), reached(stretch)) {
            (_, true) => "stretch",
            (true, false) => "must",
            (false, false) => "short",
        };
        let cells = [name, &number(value), detail, &number(must), &number(stretch), verdict];
        self.push(cells.map(str::to_owned));
    }

    /// Adds a figure for comparison.
    pub fn plain(&mut self, name: &str, value: f64, detail: &str) {
        self.push([name, &number(value), detail, "", "", ""].map(str::to_owned));
    }

    /// Checks a run: figures of wrong answers would be worthless.
    pub fn check(&mut self, name: &str, figures: &Figures) {
        self.checked += 1;
        let counts = [
            ("unanswered", figures.unanswered),
            ("answered twice", figures.doubled),
            ("out of order", figures.out_of_order),
            ("wrong", figures.wrong),
            ("refused", figures.refused),
            ("lost connections", figures.reconnects),
        ];
        let found: Vec<String> =
            counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
        if !found.is_empty() || !figures.drained {
            let drained = if figures.drained { "" } else { " (not done in time)" };
            self.faults.push(format!("{name}: {} of {}{drained}", found.join(", "), figures.sent));
        }
    }

    fn push(&mut self, cells: [String; 6]) {
        println!("  {} = {}  {}", cells[0], cells[1], cells[2]);
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| figure | measured | from | must | stretch | reached |\n|---|---:|---|---:|---:|---|")?;
        for row in &self.rows {
            writeln!(out, "| {} |", row.join(" | "))?;
        }
        match (self.checked, self.faults.is_empty()) {
            (0, _) => return Ok(()),
            (runs, true) => {
                return write!(out, "\nEvery reply of {runs} runs was right, in order, and came exactly once.");
            }
            (_, false) => {}
        }
        write!(out, "\nNot as it should be:")?;
        self.faults.iter().try_for_each(|fault| write!(out, "\n- {fault}"))
    }
}

/// The median; NaN of an empty list.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
