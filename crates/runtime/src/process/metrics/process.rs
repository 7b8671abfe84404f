//! Reads metrics of this process from the system, under the usual `process_*` names.

use std::{fmt::Write, fs};

/// Clock ticks per second in `/proc/self/stat`: the same on every architecture that we build for.
const TICKS: f64 = 100.0;
const PAGE_BYTES: u64 = 4_096;

/// Adds `process_*` to an OpenMetrics page; nothing without `/proc`.
pub fn write(page: &mut String) {
    let Some(stat) = fs::read_to_string("/proc/self/stat").ok().and_then(|text| Stat::read(&text)) else { return };
    let mut gauge = |name: &str, help: &str, kind: &str, value: String| {
        let sample = if kind == "counter" { "_total" } else { "" };
        writeln!(page, "# HELP process_{name} {help}.\n# TYPE process_{name} {kind}\nprocess_{name}{sample} {value}")
            .expect("writing into a string cannot fail");
    };
    gauge("cpu_seconds", "User and system time of the processors", "counter", stat.cpu_seconds.to_string());
    gauge("threads", "Threads of the process", "gauge", stat.threads.to_string());
    gauge("virtual_memory_bytes", "Addresses of the process", "gauge", stat.virtual_bytes.to_string());
    gauge("resident_memory_bytes", "Memory of the process", "gauge", stat.resident_bytes.to_string());
    if let Some(booted) = fs::read_to_string("/proc/stat").ok().and_then(|text| booted(&text)) {
        let at = booted as f64 + stat.started_after;
        gauge("start_time_seconds", "When the process began, in seconds since 1970", "gauge", at.to_string());
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        gauge("open_fds", "Open files and connections", "gauge", open.count().to_string());
    }
    if let Some(most) = open_files_max() {
        gauge("max_fds", "How many of them there may be", "gauge", most.to_string());
    }
}

/// The limit of open files and connections of this process; `None` if unknown or unlimited.
pub fn open_files_max() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
}

#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    threads: u64,
    /// Seconds after the start of the machine.
    started_after: f64,
    virtual_bytes: u64,
    resident_bytes: u64,
}

impl Stat {
    /// proc_pid_stat(5); the program's name is in brackets and may contain anything.
    fn read(text: &str) -> Option<Stat> {
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // The first field here is number 3 in the manual.
        let field = |number: usize| -> Option<u64> { fields.get(number - 3)?.parse().ok() };
        Some(Stat {
            cpu_seconds: (field(14)? + field(15)?) as f64 / TICKS,
            threads: field(20)?,
            started_after: field(22)? as f64 / TICKS,
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * PAGE_BYTES,
        })
    }
}

fn booted(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_brackets_moves_no_field() {
        let text = "7 (a b) c) S 1 7 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 4 0 12345 1000000 25 18446744073709551615 1 1";
        let expected = Stat {
            cpu_seconds: 2.0,
            threads: 4,
            started_after: 123.45,
            virtual_bytes: 1_000_000,
            resident_bytes: 102_400,
        };
        assert_eq!(Stat::read(text), Some(expected));
        assert_eq!(Stat::read("7 (cut"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_files() {
        let mut page = String::new();
        write(&mut page);
        for name in ["cpu_seconds_total", "resident_memory_bytes", "start_time_seconds", "open_fds", "max_fds"] {
            let line = page.lines().find_map(|line| line.strip_prefix(&format!("process_{name} ")));
            assert!(line.is_some_and(|value| value.parse::<f64>().is_ok_and(|v| v >= 0.0)), "{name} in\n{page}");
        }
    }
}
