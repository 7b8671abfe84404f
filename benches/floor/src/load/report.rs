//! Builds the figures of a run, with the kernel's data about the measured process.

use crate::Shared;
use serde_json::json;
use std::time::{Duration, Instant};

/// Clock ticks per second of `/proc/PID/stat`; the kernel's `USER_HZ` is 100 on every Linux we build for.
const TICKS_PER_SECOND: f64 = 100.0;

/// Counters at one time.
pub struct Snapshot {
    at: Instant,
    answered: u64,
    statuses: u64,
    cpu_s: Option<f64>,
    own_cpu_s: Option<f64>,
}

impl Snapshot {
    pub fn take(shared: &Shared, pid: Option<u32>) -> Snapshot {
        Snapshot {
            at: Instant::now(),
            answered: shared.book.answered.get(),
            statuses: shared.book.statuses_acknowledged.get(),
            cpu_s: pid.and_then(|pid| cpu_seconds(&pid.to_string())),
            own_cpu_s: cpu_seconds("self"),
        }
    }
}

pub fn report(
    shared: &Shared,
    before: &Snapshot,
    after: &Snapshot,
    drained: Option<Duration>,
    pid: Option<u32>,
) -> serde_json::Value {
    let book = &shared.book;
    let seconds = after.at.duration_since(before.at).as_secs_f64();
    let answered = (after.answered - before.answered) as f64;
    let statuses = (after.statuses - before.statuses) as f64;
    let per_10k = |from: Option<f64>, to: Option<f64>| Some((to? - from?) * 10_000.0 / answered.max(1.0));
    let mut acknowledgements = book.acknowledgements.take();
    let (mut replies, mut exchanges) = (book.replies.take(), book.exchanges.take());
    json!({
        "answered_per_s": answered / seconds,
        "statuses_per_s": statuses / seconds,
        "cpu_s_per_10k": per_10k(before.cpu_s, after.cpu_s),
        "load_cpu_s_per_10k": per_10k(before.own_cpu_s, after.own_cpu_s),
        "ack_p50_us": percentile(&mut acknowledgements, 50),
        "ack_p99_us": percentile(&mut acknowledgements, 99),
        "exchange_p99_us": percentile(&mut exchanges, 99),
        "exchange_max_us": exchanges.iter().max(),
        "reply_p50_us": percentile(&mut replies, 50),
        "reply_p99_us": percentile(&mut replies, 99),
        "sent": book.sent.get(),
        "acknowledged": book.acknowledged.get(),
        "answered": book.answered.get(),
        "unanswered": book.unanswered(),
        "doubled": book.doubled.get(),
        "out_of_order": book.out_of_order.get(),
        "wrong": book.wrong.get(),
        "refused": book.refused.get(),
        "shed": book.shed.get(),
        "reconnects": book.reconnects.get(),
        "errors_given": book.errors_given.get(),
        "other_requests": book.other_requests.get(),
        "drained": drained.is_some(),
        "drained_after_ms": drained.map(|took| took.as_millis() as u64),
        "rss_kib": pid.and_then(|pid| memory(pid, "VmRSS:")),
        "peak_kib": pid.and_then(|pid| memory(pid, "VmHWM:")),
    })
}

fn percentile(values: &mut [u32], percent: usize) -> Option<u32> {
    let index = (values.len() * percent / 100).min(values.len().checked_sub(1)?);
    Some(*values.select_nth_unstable(index).1)
}

/// User and system time of all threads so far.
fn cpu_seconds(pid: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name may hold blanks; the fields are counted from the bracket after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

fn memory(pid: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()?.parse().ok()
}
