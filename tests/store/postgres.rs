//! Runs a private Postgres cluster for the tests, from installed binaries, until the test process ends.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;
use transom::store::{Options, Store};

/// The database that the others are copied from.
const MIGRATED: &str = "migrated";

pub struct Cluster {
    port: u16,
    data: PathBuf,
    databases: AtomicU32,
    migrated: OnceCell<()>,
    /// The script's standard input closes when this process ends, in whatever way: the script then stops the server
    /// and removes the folder.
    script: Child,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();

/// The cluster of this test process. `None`, with a warning, if Postgres is not installed; an error in CI.
pub fn cluster() -> Option<&'static Cluster> {
    CLUSTER.get_or_init(|| start("off")).as_ref()
}

/// A cluster for one test, which may let it crash: what is committed survives that. It ends with the value.
pub fn own_cluster() -> Option<Cluster> {
    start("on")
}

/// A server and its replica, without which it commits nothing.
pub fn synchronous_pair() -> Option<[Cluster; 2]> {
    let primary = start("on")?;
    let replica = run(&binaries()?, "on", |bin, data| {
        let mut copy = Command::new(bin.join("pg_basebackup"));
        copy.args(["--write-recovery-conf", "--no-sync", "--checkpoint=fast", "--dbname"]);
        copy.arg(primary.url("postgres")).arg("--pgdata").arg(data);
        copy
    });
    Some([primary, replica])
}

impl Cluster {
    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills one of the server's processes, so that it ends all sessions and begins anew from its log.
    pub async fn crash(&self) {
        let mut victim = PgConnection::connect(&self.url("postgres")).await.unwrap();
        let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut victim).await.unwrap();
        assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
    }

    /// Kills the server as the end of its machine would.
    pub fn kill(&self) {
        let written = fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        let server = written.lines().next().unwrap();
        assert!(Command::new("kill").args(["-9", server]).status().unwrap().success());
    }

    /// Runs one statement as the superuser.
    pub async fn run(&self, statement: &'static str) {
        let mut admin = PgConnection::connect(&self.url("postgres")).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut admin).await.unwrap();
        admin.close().await.unwrap();
    }

    /// A new database with all tables, none of which has a row of a test. It is a copy, because all migrations take a
    /// second, and the copy a tenth of one.
    pub async fn database(&self) -> String {
        self.migrated.get_or_init(|| self.migrate()).await;
        self.create(&format!("template {MIGRATED}")).await
    }

    /// A new database without tables.
    pub async fn empty_database(&self) -> String {
        self.create("").await
    }

    /// Makes the database that `database` copies.
    async fn migrate(&self) {
        let mut admin = PgConnection::connect(&self.url("postgres")).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {MIGRATED}"))).execute(&mut admin).await.unwrap();
        let options = Options { durable: false, ..Options::default() };
        Store::open(&self.url(MIGRATED), options).await.unwrap().close().await;
        let mut own = PgConnection::connect(&self.url(MIGRATED)).await.unwrap();
        // The store that made the tables was a member.
        sqlx::raw_sql("delete from member").execute(&mut own).await.unwrap();
        own.close().await.unwrap();
        // No session may use a database that is copied, and those of the store end a moment after it.
        let sessions = "select count(*) from pg_stat_activity where datname = $1";
        let since = Instant::now();
        while sqlx::query_scalar::<_, i64>(sessions).bind(MIGRATED).fetch_one(&mut admin).await.unwrap() > 0 {
            assert!(since.elapsed() < Duration::from_secs(30), "the sessions of a closed store do not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        admin.close().await.unwrap();
    }

    async fn create(&self, how: &str) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let mut admin = PgConnection::connect(&self.url("postgres")).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name} {how}"))).execute(&mut admin).await.unwrap();
        admin.close().await.unwrap();
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

/// `synchronous_commit`: `off` is faster, and loses the newest commits when the server crashes.
fn start(synchronous_commit: &str) -> Option<Cluster> {
    let Some(bin) = binaries() else {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs Postgres: no `initdb` was found");
        eprintln!("\n*** SKIPPED: no `initdb` found; the Postgres half of the store's tests did not run ***\n");
        return None;
    };
    Some(run(&bin, synchronous_commit, |bin, data| {
        let mut initdb = Command::new(bin.join("initdb"));
        initdb.args(["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]).arg(data);
        initdb
    }))
}

/// Fills a new folder by the command that `filling` gives, and runs a server on it.
fn run(bin: &Path, synchronous_commit: &str, filling: impl Fn(&Path, &Path) -> Command) -> Cluster {
    let folder = tempfile::Builder::new().prefix("transom-pg-").tempdir().unwrap().keep();
    let user = unprivileged();
    if let Some((uid, gid)) = user {
        chown(&folder, Some(uid), Some(gid)).unwrap();
    }
    let as_user = |command: &mut Command| {
        command.current_dir(&folder);
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
    };
    let data = folder.join("data");
    let mut filling = filling(bin, &data);
    as_user(&mut filling);
    let made = filling.output().unwrap();
    assert!(made.status.success(), "{filling:?}: {}", String::from_utf8_lossy(&made.stderr));

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut script = Command::new("sh");
    script.arg("-c").arg(
        "\"$1\" -D \"$2\" -p \"$3\" -k \"$2\" -h 127.0.0.1 -F -c synchronous_commit=$5 -c full_page_writes=off \
           >\"$2/log\" 2>&1 </dev/null & server=$!
         cat >/dev/null
         kill -INT $server; wait $server; cd /; rm -rf \"$4\"",
    );
    script.arg("sh").arg(bin.join("postgres")).arg(&data).arg(port.to_string()).arg(&folder).arg(synchronous_commit);
    script.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    as_user(&mut script);
    let script = script.spawn().unwrap();
    let cluster = Cluster { port, data, databases: AtomicU32::new(0), migrated: OnceCell::new(), script };
    await_server(&cluster);
    cluster
}

fn await_server(cluster: &Cluster) {
    let url = cluster.url("postgres");
    let since = Instant::now();
    // A thread of its own: the caller may stand inside a runtime.
    let ready = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        while since.elapsed() < Duration::from_secs(30) {
            if runtime.block_on(PgConnection::connect(&url)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    });
    assert!(ready.join().unwrap(), "{}", fs::read_to_string(cluster.data.join("log")).unwrap_or_default());
}

/// The folder with `initdb` and `postgres`, with links resolved: Debian does not put them on the path.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("initdb"));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = versions.map(|version| version.path().join("bin/initdb")).collect();
    installed.sort();
    let found = on_path.chain(installed.into_iter().rev()).filter_map(|initdb| initdb.canonicalize().ok());
    found.map(|initdb| initdb.parent().unwrap().to_owned()).find(|folder| folder.join("postgres").exists())
}

/// Postgres refuses to run as root: then the user `postgres` or `nobody`.
fn unprivileged() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")).and_then(|ids| ids.split_whitespace().nth(1));
    if uid != Some("0") {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("the machine has a user without rights"))
}
