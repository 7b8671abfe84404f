//! Reads and writes the file by which commands find the daemon that runs on a database: its address, and a token that
//! only users who can read the folder know.

use crate::base::secret::Secret;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// The content of the file: `serve` writes it beside the database and removes it at the end.
#[derive(Serialize, Deserialize)]
pub struct DaemonFile {
    pub address: String,
    /// The address of its probes and metrics.
    #[serde(default)]
    admin: String,
    token: String,
    pub pid: u32,
    /// The fingerprint of its certificate, if it speaks TLS itself: no certificate is for an address of this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

const NAME: &str = "daemon.json";
const TOKEN_BYTES: usize = 32;

impl DaemonFile {
    /// The file for a daemon that listens at `address`, with its probes at `admin`. `token`: the one that all daemons
    /// of its database accept; without it, a new one.
    pub fn new(address: String, admin: String, token: Option<Secret>) -> io::Result<Self> {
        if let Some(token) = token {
            let (token, pid) = (token.expose().to_owned(), std::process::id());
            return Ok(DaemonFile { address, admin, token, pid, certificate: None });
        }
        let mut random = [0_u8; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(format!("no randomness: {error}")))?;
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(DaemonFile { address, admin, token, pid: std::process::id(), certificate: None })
    }

    /// The same file for a daemon that speaks TLS with this certificate.
    pub fn with_certificate(self, certificate: Option<String>) -> Self {
        DaemonFile { certificate, ..self }
    }

    pub fn token(&self) -> Secret {
        Secret::new(self.token.clone())
    }

    /// The URL of the daemon from this machine; for a daemon that listens at all addresses, the loopback address.
    pub fn url(&self) -> String {
        here(if self.certificate.is_some() { "https" } else { "http" }, &self.address)
    }

    /// The URL of its probes; without an `admin` address, they are where the daemon listens.
    pub fn admin_url(&self) -> String {
        if self.admin.is_empty() { self.url() } else { here("http", &self.admin) }
    }

    /// Writes the file, readable only by this user, completely or not at all.
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

    /// Reads the file of the last daemon in this folder, which may have been killed since.
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

fn here(scheme: &str, address: &str) -> String {
    format!("{scheme}://{}", address.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:"))
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
        let daemon = |address: &str, admin: &str| DaemonFile::new(address.into(), admin.into(), None).unwrap();
        let (old, new) = (daemon("0.0.0.0:1", ""), daemon("[::]:2", "0.0.0.0:3"));
        old.write(folder.path()).unwrap();
        new.write(folder.path()).unwrap();
        old.remove(folder.path());
        let found = DaemonFile::read(folder.path()).unwrap();
        assert_eq!((found.url().as_str(), found.pid), ("http://[::1]:2", std::process::id()));
        assert_eq!((found.admin_url(), old.admin_url()), ("http://127.0.0.1:3".to_owned(), old.url()));
        let secured = DaemonFile { certificate: Some("00ff".into()), ..daemon("0.0.0.0:8443", "127.0.0.1:3") };
        assert_eq!(
            (secured.url(), secured.admin_url()),
            ("https://127.0.0.1:8443".into(), "http://127.0.0.1:3".into())
        );
        new.remove(folder.path());
        assert!(DaemonFile::read(folder.path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        DaemonFile::new("127.0.0.1:1".into(), String::new(), None).unwrap().write(folder.path()).unwrap();
        let mode = fs::metadata(path_in(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
