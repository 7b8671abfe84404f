//! Runs the load generator's process, and reads its report.

use crate::{
    Bench, bot,
    system::{Kind, Place, Running},
};
use serde::Deserialize;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The figures of one run.
#[derive(Debug, Clone, Deserialize)]
pub struct Figures {
    pub answered_per_s: f64,
    pub statuses_per_s: f64,
    pub cpu_s_per_10k: Option<f64>,
    pub ack_p50_us: Option<f64>,
    pub ack_p99_us: Option<f64>,
    /// Of each request, also of those that were refused.
    pub exchange_p99_us: Option<f64>,
    pub exchange_max_us: Option<f64>,
    pub reply_p50_us: Option<f64>,
    pub reply_p99_us: Option<f64>,
    pub sent: u64,
    pub answered: u64,
    /// Acknowledged messages without an answer.
    pub unanswered: u64,
    pub doubled: u64,
    pub out_of_order: u64,
    pub wrong: u64,
    /// Webhooks that were not answered with 200.
    pub refused: u64,
    /// Those of them that were answered with 503 and `Retry-After`.
    pub shed: u64,
    pub reconnects: u64,
    pub errors_given: u64,
    /// True if all acknowledged messages were answered and all statuses accepted before the time limit.
    pub drained: bool,
    /// The time from the end of the load until then.
    pub drained_after_ms: Option<f64>,
    pub peak_kib: Option<f64>,
}

/// The mock is listening; the load waits for its target.
pub struct Load {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    pub mock: u16,
}

impl Load {
    pub fn new(bench: &Bench, arguments: &[&str]) -> Result<Load, String> {
        let mut child = Command::new(&bench.tools.load)
            .args(["--secret", bot::SECRET, "--token", bot::TOKEN, "--phone-number-id", bot::PHONE_NUMBER_ID])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the load does not start: {error}"))?;
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).map_err(|error| format!("the load says nothing: {error}"))?;
        let mock = line.trim().strip_prefix("mock ").and_then(|port| port.parse().ok());
        Ok(Load { child, stdin, stdout, mock: mock.ok_or("the load did not say its port")? })
    }

    /// Starts the load against `system`.
    pub fn begin(&mut self, system: &Running) -> Result<(), String> {
        let mut stdin = self.stdin.take().ok_or("the load runs already")?;
        writeln!(stdin, "{} {}", system.address, system.pid()).map_err(|error| format!("the load is gone: {error}"))
    }

    /// Waits for the end.
    pub fn figures(&mut self) -> Result<Figures, String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).map_err(|error| format!("the load is gone: {error}"))?;
        serde_json::from_str(&line).map_err(|error| format!("the load's report `{}`: {error}", line.trim()))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One run of a system in a fresh folder, from start to kill.
pub fn measure(bench: &Bench, kind: &Kind, arguments: &[&str]) -> Result<Figures, String> {
    let mut load = Load::new(bench, arguments)?;
    let place = Place::new(bench, kind.clone(), "run", load.mock)?;
    let system = place.start()?;
    load.begin(&system)?;
    let figures = load.figures()?;
    system.kill();
    Ok(figures)
}
