//! Holds an invariant for any bytes at each place that reads what others wrote. libFuzzer calls these functions with new
//! bytes (`.ci/fuzz`), `cargo test` with the kept ones of `seeds/`. A broken invariant panics.

pub mod answers;
pub mod expressions;
pub mod flows;
pub mod mcp_lines;
pub mod papers;
pub mod redaction;
pub mod webhooks;

use super::SLOWER;
use std::time::Duration;

/// Runs `run`, which may use this much processor time of its thread. The time of a clock would count other programs.
/// Where the system does not tell it (Linux does), nothing is held.
fn within<T>(most: Duration, named: &str, run: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let done = run();
    if let (Some(before), Some(after)) = (before, processor_time()) {
        let used = after.saturating_sub(before);
        assert!(used <= most * SLOWER, "{named} used {used:?} of processor time, and {most:?} are allowed");
    }
    done
}

fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
}

/// Texts of the input are UTF-8 where the program has checked that before.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// The first byte as a choice among `count`, and the rest.
fn choice(data: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first) % count, rest))
}

/// The first line as text, and the rest.
fn line(data: &[u8]) -> (String, &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (String::from_utf8_lossy(&data[..at]).into_owned(), data.get(at + 1..).unwrap_or_default())
}
