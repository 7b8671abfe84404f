//! Starts and stops a system under measurement, the baseline or the daemon, in a folder of its own.

use crate::{Bench, bot};
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(15);
const ASK_EVERY: Duration = Duration::from_millis(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The system to start.
#[derive(Clone)]
pub enum Kind {
    Floor {
        synchronous: &'static str,
        group: usize,
    },
    /// The daemon, on SQLite in its folder or on the database of this URL.
    Daemon {
        database: Option<String>,
    },
}

impl Kind {
    /// The baseline that counts: survives a power failure, commits in groups.
    pub const FLOOR: Kind = Kind::Floor { synchronous: "full", group: 256 };
    pub const DAEMON: Kind = Kind::Daemon { database: None };
}

/// A folder with the system's files, in which it may be started several times.
pub struct Place {
    kind: Kind,
    folder: PathBuf,
    port: u16,
    mock: u16,
    program: PathBuf,
}

/// A running system; killed on drop.
pub struct Running {
    child: Child,
    folder: PathBuf,
    pub address: SocketAddr,
    /// The time from the start of the process to the first 200 of `/readyz`.
    pub ready_after: Duration,
}

impl Place {
    pub fn new(bench: &Bench, kind: Kind, name: &str, mock: u16) -> Result<Place, String> {
        let folder = bench.folder(name);
        let port = free_port()?;
        if let Kind::Daemon { database } = &kind {
            let database = database.as_deref().unwrap_or("sqlite://data/transom.db");
            bot::write(&folder, port, mock, database).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        }
        let program = match kind {
            Kind::Floor { .. } => bench.tools.floor.clone(),
            Kind::Daemon { .. } => bench.daemon.clone(),
        };
        Ok(Place { kind, folder, port, mock, program })
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        match self.kind {
            Kind::Floor { .. } => self.folder.join("floor.db"),
            Kind::Daemon { .. } => self.folder.join("data/transom.db"),
        }
    }

    /// Starts the process and waits until it is ready.
    pub fn start(&self) -> Result<Running, String> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let log = self.folder.join("log");
        let open = || fs::OpenOptions::new().create(true).append(true).open(&log).map_err(|error| error.to_string());
        let mut command = self.command(address);
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(open()?).stderr(open()?);
        let began = Instant::now();
        let child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let mut running = Running { child, folder: self.folder.clone(), address, ready_after: Duration::ZERO };
        while began.elapsed() < READY_WITHIN {
            if get(address, "/readyz").is_some_and(|(status, _)| status == 200) {
                running.ready_after = began.elapsed();
                return Ok(running);
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("{:?} ended with {status}:\n{}", command.get_program(), last_lines(&log)));
            }
            std::thread::sleep(ASK_EVERY);
        }
        Err(format!("{:?} is not ready after {READY_WITHIN:?}:\n{}", command.get_program(), last_lines(&log)))
    }

    fn command(&self, address: SocketAddr) -> Command {
        let mut command = Command::new(&self.program);
        match &self.kind {
            Kind::Floor { synchronous, group } => {
                command.args(["--listen", &address.to_string(), "--provider", &format!("127.0.0.1:{}", self.mock)]);
                command.args(["--synchronous", synchronous, "--group", &group.to_string(), "--secret", bot::SECRET]);
                command.args(["--phone-number-id", bot::PHONE_NUMBER_ID, "--database"]).arg(self.database())
            }
            Kind::Daemon { .. } => command.args(["serve", "--config"]).arg(self.folder.join("config.yaml")),
        };
        command
    }
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A field of `/proc/PID/status` in MiB.
    pub fn memory_mib(&self, field: &str) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
    }

    /// The address of the metrics, from the daemon's output.
    fn probes(&self) -> Option<SocketAddr> {
        let file = fs::read(self.folder.join("data/daemon.json")).ok()?;
        serde_json::from_slice::<serde_json::Value>(&file).ok()?["admin"].as_str()?.parse().ok()
    }

    /// The number of unknown sends in the dead letters; `None` if it cannot be read.
    pub fn unknown_sends(&self) -> Option<f64> {
        let (status, text) = get(self.probes()?, "/metrics")?;
        let lines = text.lines().filter(|line| line.starts_with("transom_dead_letters{") && line.contains("unknown"));
        // `unknown_sender` is a webhook item for a number that is not ours.
        let values = lines.filter(|line| !line.contains("unknown_sender")).filter_map(|line| line.rsplit_once(' '));
        let count = values.filter_map(|(_, value)| value.parse::<f64>().ok()).fold(0.0, |sum, value| sum + value);
        (status == 200).then_some(count)
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.end();
    }

    /// Sends SIGTERM, and waits for a clean exit.
    pub fn stop(mut self) -> Result<(), String> {
        let pid = self.pid().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().map_err(|error| format!("`kill`: {error}"))?;
        let began = Instant::now();
        while began.elapsed() < STOP_WITHIN {
            if let Ok(Some(_)) = self.child.try_wait() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("the process does not end {STOP_WITHIN:?} after SIGTERM"))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A free port.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no port is free: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// Status and whole answer of a GET; `None` without an answer.
fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket.set_read_timeout(Some(ANSWER_WITHIN)).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Some((answer.get(9..12)?.parse().ok()?, answer))
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
