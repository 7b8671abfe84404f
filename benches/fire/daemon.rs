//! Runs the daemon's process in its folder, and measures its memory.

use crate::meta::Meta;
use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Killed on drop.
pub struct Daemon(Child);

impl Daemon {
    pub fn start(program: &Path, folder: &Path, port: u16) -> Result<Daemon, String> {
        let open = || fs::File::options().create(true).append(true).open(folder.join("log")).map_err(|e| e.to_string());
        let mut command = Command::new(program);
        command.args(["serve", "--config"]).arg(folder.join("config.yaml")).current_dir(folder);
        command.stdin(Stdio::null()).stdout(open()?).stderr(open()?);
        let child = command.spawn().map_err(|error| format!("`{}`: {error}", program.display()))?;
        let mut daemon = Daemon(child);
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(daemon);
            }
            if let Ok(Some(status)) = daemon.0.try_wait() {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(format!("the daemon ended with {status}:\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the daemon does not listen".into())
    }

    /// The current resident memory.
    pub fn rss_mib(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    /// The peak of resident memory until then.
    pub async fn watch(&self, until: Instant) -> f64 {
        let mut most = self.rss_mib();
        while Instant::now() < until {
            tokio::time::sleep(LOOK_EVERY).await;
            most = most.max(self.rss_mib());
        }
        most
    }

    /// The peak of resident memory until `expected` messages of the fire have arrived.
    pub async fn watch_while(&self, meta: &Meta, expected: usize, at_most: Instant) -> f64 {
        let (mut most, began) = (self.rss_mib(), Instant::now());
        let mut told = began;
        while meta.count() < expected && Instant::now() < at_most {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.rss_mib();
            most = most.max(now);
            if told.elapsed() > Duration::from_secs(20) {
                told = Instant::now();
                let seconds = began.elapsed().as_secs();
                eprintln!("  after {seconds} s: {} of {expected} messages, {now:.0} MiB", meta.count());
            }
        }
        most
    }

    pub fn stop(mut self) -> Result<(), String> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().map_err(|error| format!("`kill`: {error}"))?;
        let began = Instant::now();
        while began.elapsed() < STOP_WITHIN {
            if let Ok(Some(_)) = self.0.try_wait() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("the daemon does not end {STOP_WITHIN:?} after SIGTERM"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
