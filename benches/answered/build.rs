//! Builds the package of the baseline (`floor`), which is no part of the daemon's build, and describes the machine.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

const FSYNCS: u32 = 50;

/// The measuring programs.
pub struct Tools {
    pub floor: PathBuf,
    pub load: PathBuf,
    /// Multiplies a small number of conversations in a database.
    pub grow: PathBuf,
}

/// Builds the package `benches/floor` and gives the paths of its programs.
pub fn tools() -> Result<Tools, String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/floor");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(package.join("target"))
        .status()
        .map_err(|error| format!("`{}` does not run: {error}", env!("CARGO")))?;
    if !status.success() {
        return Err("the package `benches/floor` does not build".into());
    }
    let programs = package.join("target/release");
    Ok(Tools { floor: programs.join("floor"), load: programs.join("load"), grow: programs.join("grow") })
}

/// One line about the machine of the measurement.
pub fn machine(folder: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let busy = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy = busy.split(' ').next().unwrap_or("?").to_owned();
    let sync = sync_ms(folder).map_or("?".into(), |ms| format!("{ms:.2} ms"));
    format!("{cores} cores ({}), load average before: {busy}, 8 kB write and fdatasync: {sync}", std::env::consts::ARCH)
}

/// The mean time of a small durable write, which decides the cost of a commit.
fn sync_ms(folder: &Path) -> Option<f64> {
    let path = folder.join("sync");
    let mut file = fs::File::create(&path).ok()?;
    let began = Instant::now();
    for _ in 0..FSYNCS {
        file.write_all(&[7; 8192]).ok()?;
        file.sync_data().ok()?;
    }
    let elapsed = began.elapsed().as_secs_f64() * 1000.0 / f64::from(FSYNCS);
    fs::remove_file(path).ok()?;
    Some(elapsed)
}
