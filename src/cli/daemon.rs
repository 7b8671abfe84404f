//! The file by which commands find the daemon that runs on a database: its address, and a token that
//! proves that whoever shows it can read that folder.

use crate::base::secret::Secret;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// Written by `serve` beside the database, removed when it stops.
#[derive(Serialize, Deserialize)]
pub struct DaemonFile {
    pub address: String,
    /// Where its probes and metrics are.
    #[serde(default)]
    admin: String,
    token: String,
    pub pid: u32,
}

const NAME: &str = "daemon.json";
const TOKEN_BYTES: usize = 32;

impl DaemonFile {
    /// For a daemon that listens at `address`, with its probes at `admin`.
    pub fn new(address: String, admin: String) -> io::Result<Self> {
        let mut random = [0_u8; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(format!("no randomness: {error}")))?;
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(DaemonFile { address, admin, token, pid: std::process::id() })
    }

    pub fn token(&self) -> Secret {
        Secret::new(self.token.clone())
    }

    /// Where a command on this machine reaches the daemon: one that listens everywhere listens here, too.
    pub fn url(&self) -> String {
        here(&self.address)
    }

    /// The same for its probes; a daemon that says no other address has them where it listens.
    pub fn admin_url(&self) -> String {
        if self.admin.is_empty() { self.url() } else { here(&self.admin) }
    }

    /// Readable by this user only, and there as a whole or not at all.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let (path, fresh) = (path_in(folder), folder.join(format!("{NAME}.new")));
        let _ = fs::remove_file(&fresh);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(fresh, path)
    }

    /// What the last daemon on this folder wrote; it may have been killed since.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path_in(folder)).ok()?).ok()
    }

    /// Removes the file, unless another daemon has written its own since.
    pub fn remove(&self, folder: &Path) {
        if DaemonFile::read(folder).is_some_and(|file| file.token == self.token) {
            let _ = fs::remove_file(path_in(folder));
        }
    }
}

fn here(address: &str) -> String {
    format!("http://{}", address.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:"))
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_daemon_that_wrote_it_removes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let daemon = |address: &str, admin: &str| DaemonFile::new(address.into(), admin.into()).unwrap();
        let (old, new) = (daemon("0.0.0.0:1", ""), daemon("[::]:2", "0.0.0.0:3"));
        old.write(folder.path()).unwrap();
        new.write(folder.path()).unwrap();
        old.remove(folder.path());
        let found = DaemonFile::read(folder.path()).unwrap();
        assert_eq!((found.url().as_str(), found.pid), ("http://[::1]:2", std::process::id()));
        assert_eq!((found.admin_url(), old.admin_url()), ("http://127.0.0.1:3".to_owned(), old.url()));
        new.remove(folder.path());
        assert!(DaemonFile::read(folder.path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        DaemonFile::new("127.0.0.1:1".into(), String::new()).unwrap().write(folder.path()).unwrap();
        let mode = fs::metadata(path_in(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
