//! Runs a daemon on Postgres: a private cluster from the installed binaries, on loopback, removed afterwards.

use crate::{
    Bench,
    load::measure,
    rounds,
    system::{self, Kind},
    table::{Better, Table, median},
};
use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const ROUNDS: usize = 3;
/// `nobody`: Postgres refuses to run as root.
const UNPRIVILEGED: u32 = 65534;

pub fn daemon(bench: &Bench, table: &mut Table) -> Result<(), String> {
    if !bench.wants("postgres", 45) {
        return Ok(());
    }
    let Some(binaries) = binaries() else {
        println!("(left out: no Postgres binaries are installed)");
        return Ok(());
    };
    let cluster = Cluster::start(bench, binaries)?;
    let mut rates = Vec::new();
    for round in 0..ROUNDS.min(bench.rounds) {
        let database = cluster.database(&format!("round{round}"))?;
        let kind = Kind::Daemon { database: Some(database) };
        let figures = measure(bench, &kind, rounds::SATURATE)?;
        table.check("daemon on Postgres", &figures);
        rates.push(figures.answered_per_s);
    }
    let detail = "the server's own work is on the same cores";
    table.row("Postgres, one daemon, answered/s", median(rates), detail, 3000.0, 6000.0, Better::Higher);
    Ok(())
}

struct Cluster {
    binaries: PathBuf,
    /// Outside the target folder, whose parents an unprivileged user may not enter.
    folder: tempfile::TempDir,
    port: u16,
    user: Option<u32>,
}

impl Cluster {
    fn start(bench: &Bench, binaries: PathBuf) -> Result<Cluster, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        // The owner of a fresh file is who we are; without a call into libc.
        let owner = fs::metadata(&bench.folder).map(|data| std::os::unix::fs::MetadataExt::uid(&data));
        let user = owner.is_ok_and(|uid| uid == 0).then_some(UNPRIVILEGED);
        if let Some(user) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(user)).map_err(|error| error.to_string())?;
        }
        let cluster = Cluster { binaries, folder, port: system::free_port()?, user };
        let data = cluster.data();
        cluster.run("initdb", &["--auth=trust", "--username=transom", "--encoding=UTF8", "-D"], &data)?;
        let options = format!("-h 127.0.0.1 -p {} -k {}", cluster.port, cluster.folder.path().display());
        let log = cluster.folder.path().join("log").display().to_string();
        cluster.run("pg_ctl", &["start", "-w", "-l", &log, "-o", &options, "-D"], &data)?;
        Ok(cluster)
    }

    /// A fresh database's URL.
    fn database(&self, name: &str) -> Result<String, String> {
        let port = self.port.to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "transom"], Path::new(name))?;
        Ok(format!("postgres://transom@127.0.0.1:{port}/{name}"))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str], last: &Path) -> Result<(), String> {
        let mut command = Command::new(self.binaries.join(program));
        command.args(arguments).arg(last).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        // Errors go to a file: a server that `pg_ctl` leaves behind would keep a pipe open for ever.
        let errors = fs::File::create(self.folder.path().join("errors")).map_err(|error| error.to_string())?;
        let status = command.stderr(errors).status().map_err(|error| format!("`{program}`: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let why = fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
        Err(format!("`{program}` ended with {status}: {}", why.trim()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["stop", "-m", "immediate", "-D"], &self.data());
    }
}

/// The folder of `initdb`: on the path, or where distributions put it.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let hidden = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let hidden = hidden.map(|entry| entry.path().join("bin"));
    let all = std::env::split_paths(&path).chain(hidden);
    // A link into the real folder would hide the server's other files from `initdb`.
    let found = all.filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok());
    found.filter_map(|program| Some(program.parent()?.to_owned())).find(|folder| folder.join("pg_ctl").exists())
}
