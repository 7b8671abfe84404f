//! Runs the daemon as a process: starts, kills, stops and observes it.

use std::{
    fs::{File, OpenOptions},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use transom::{
    base::clock::{Clock, SystemClock},
    store::{Query, Store},
};

/// The interval for checking whether it is ready or idle.
const LOOK: Duration = Duration::from_millis(30);
/// A probe that takes longer gets no answer from a stopped process.
const ANSWER: Duration = Duration::from_secs(1);
const START: Duration = Duration::from_secs(60);

pub struct Process {
    folder: TempDir,
    port: u16,
    /// The Postgres database, for looking into it; without one, SQLite in the folder.
    postgres: Option<String>,
    child: Option<Child>,
    lives: Vec<i64>,
}

/// Queries that count the unfinished work.
const LEFT: &[(&str, &str)] = &[
    ("messages unhandled", "select count(*) as n from inbound where handled_at is null"),
    (
        "sends unfinished",
        "select count(*) as n from outbound where state in ('queued', 'sending', 'held', 'unknown')
           and (state <> 'unknown' or hold_until is not null)",
    ),
    ("starts waiting", "select count(*) as n from start where state in ('waiting', 'queued')"),
    ("posts pending", "select count(*) as n from delivery where state = 'pending'"),
    ("events not taken up", "select count(*) as n from event where id > (select min(after) from subscription)"),
    ("conversations due", "select count(*) as n from session where due_at is not null"),
];

impl Process {
    /// A folder in which `write` puts bot and configuration; the daemon listens at the port.
    pub fn new(write: impl FnOnce(&Path, u16)) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        write(folder.path(), port);
        Process { folder, port, postgres: None, child: None, lives: Vec::new() }
    }

    /// As `new`, for a daemon that reaches its database at the first URL; the second one is for looking into it.
    pub fn on_postgres((url, direct): (&str, &str), write: impl FnOnce(&Path, u16)) -> Process {
        let mut process = Process::new(write);
        let file = process.folder.path().join("config.yaml");
        let config = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, config.replace("sqlite://data/transom.db", url)).unwrap();
        process.postgres = Some(direct.to_owned());
        process
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn webhooks(&self) -> String {
        self.at("/webhooks/meta")
    }

    /// A URL of the daemon.
    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn start(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = self.transom(&["serve", "--config", "config.yaml"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.child = Some(child);
        self.lives.push(SystemClock.now().0);
    }

    /// The start times of the processes in Unix milliseconds.
    pub fn lives(&self) -> Vec<i64> {
        self.lives.clone()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        assert_eq!(ended.code(), None, "it ended by itself before it was killed: {ended}\n{}", self.log());
    }

    /// Sends SIGSTOP or SIGCONT.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// The complete readiness; `None` if the process does not answer.
    pub async fn state(&self) -> Option<serde_json::Value> {
        let asked = crate::graph::client().get(format!("{}/readyz", self.admin()?)).timeout(ANSWER).send();
        serde_json::from_str(&asked.await.ok()?.text().await.ok()?).ok()
    }

    /// The URL of its probes; `None` while it does not listen.
    fn admin(&self) -> Option<String> {
        let file = std::fs::read(self.folder.path().join("data/daemon.json")).ok()?;
        let file: serde_json::Value = serde_json::from_slice(&file).ok()?;
        Some(format!("http://{}", file["admin"].as_str()?))
    }

    /// Sends SIGTERM; the process must exit with success.
    pub fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = child.wait().unwrap();
        assert!(ended.success(), "{ended}\n{}", self.log());
    }

    pub async fn ready(&mut self) {
        let client = crate::graph::client();
        let url = self.at("/readyz");
        let since = Instant::now();
        loop {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "it ended by itself: {ended:?}\n{}", self.log());
            assert!(since.elapsed() < START, "it is not ready after {START:?}\n{}", self.log());
            tokio::time::sleep(LOOK).await;
        }
    }

    pub async fn metrics(&self) -> String {
        let url = format!("{}/metrics", self.admin().unwrap());
        crate::graph::client().get(url).send().await.unwrap().text().await.unwrap()
    }

    /// Waits until all work is finished. The error says what is left.
    pub async fn rest(&self, patience: Duration) -> Result<(), String> {
        self.rest_but_for(&[], patience).await
    }

    /// As `rest`, but for the work with these names.
    pub async fn rest_but_for(&self, left_out: &[&str], patience: Duration) -> Result<(), String> {
        let store = self.store().await;
        let since = Instant::now();
        let mut calm = 0;
        loop {
            let mut left = Vec::new();
            for (name, text) in LEFT.iter().filter(|(name, _)| !left_out.contains(name)) {
                let count = store.one(&Query { name, text }, &[], |row| row.number("n")).await.unwrap().unwrap();
                if count > 0 {
                    left.push(format!("{count} {name}"));
                }
            }
            // Twice in a row: between two rows something may be in memory only.
            calm = if left.is_empty() { calm + 1 } else { 0 };
            if calm == 3 {
                store.close().await;
                return Ok(());
            }
            if since.elapsed() > patience {
                return Err(left.join(", "));
            }
            tokio::time::sleep(LOOK * 5).await;
        }
    }

    /// `transom dead-letters replay --all`: gives the number of messages sent again.
    pub fn replay_all(&self) -> usize {
        let replayed = self.transom(&["dead-letters", "replay", "--all", "--config", "config.yaml"]).output().unwrap();
        let said = String::from_utf8_lossy(&replayed.stdout).into_owned();
        assert!(replayed.status.success(), "{said}{}", String::from_utf8_lossy(&replayed.stderr));
        said.lines().filter(|line| line.ends_with(": replayed")).count()
    }

    /// The output of a command in the daemon's folder.
    pub fn says(&self, arguments: &[&str]) -> String {
        let arguments = [arguments, &["--config", "config.yaml"]].concat();
        let done = self.transom(&arguments).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
    }

    /// The database, for reading.
    pub async fn store(&self) -> Store {
        let file = self.folder.path().join("data/transom.db");
        let url = self.postgres.clone().unwrap_or_else(|| format!("sqlite://{}", file.display()));
        Store::open_read_only(&url).await.unwrap()
    }

    /// The log of all processes.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn transom(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_transom"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("TRANSOM_CONFIG").env_remove("TRANSOM_API_KEY");
        command
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            keep(self.folder.path());
        }
    }
}

/// The cron fields of one minute in UTC.
pub fn cron(minute: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(minute).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
    format!("{} {} {} {} *", at.minute(), at.hour(), at.day(), at.month())
}

/// A port below those that the system assigns itself, because it must still be free after a death. None is given
/// twice: tests run concurrently, and a daemon listens only a moment later.
fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let port = first + GIVEN.fetch_add(1, Ordering::Relaxed);
        assert!(port < 32_000, "one of so many is free");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Keeps the log of a failed test.
fn keep(folder: &Path) {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let _ = std::fs::create_dir_all(&kept);
    for name in ["log", "data/transom.db", "data/transom.db-wal", "data/wire.jsonl"] {
        if let (Ok(mut from), Some(file)) = (File::open(folder.join(name)), Path::new(name).file_name())
            && let Ok(mut to) = File::create(kept.join(file))
        {
            let _ = std::io::copy(&mut from, &mut to);
        }
    }
    eprintln!("log and database are kept in {}", kept.display());
}
