//! Reads `secrets_key`: the files with the keys that encrypt the daemon's own secrets in the database.

use crate::{
    base::{
        counted::counted,
        diagnostic::Diagnostic,
        fields::Fields,
        limits::{SECRETS_KEY_BYTES, SECRETS_KEY_FILE_BYTES_MAX, SECRETS_KEYS_MAX},
        place::Place,
    },
    store::encryption::{BadKey, Keyring, SecretsKey},
};
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// A file with a key.
#[derive(Debug, Clone)]
pub struct SecretsKeyFile {
    pub path: PathBuf,
    /// Its place in the configuration.
    pub place: Place,
}

/// Reads the section; `folder` is that of the configuration. The files are read at the start of the daemon, so that all
/// other commands work also on a machine that has none of them.
pub(super) fn files(fields: &mut Fields<'_>, folder: &Path) -> Vec<SecretsKeyFile> {
    let Some(node) = fields.node("secrets_key").filter(|node| !node.is_null()) else { return Vec::new() };
    let mut files: Vec<SecretsKeyFile> = Vec::new();
    let wrong = |place: &Place, message: &str, help: &str| {
        fields.findings().push(Diagnostic::error("E906", place, message).help(help));
    };
    let written = node.one_or_many();
    if written.is_empty() {
        wrong(&node.place, "`secrets_key` names no file", "write the path of a file with a key, or leave it out");
    }
    if written.len() > SECRETS_KEYS_MAX {
        let message = format!("`secrets_key` names {} files, and at most {SECRETS_KEYS_MAX} are read", written.len());
        wrong(&node.place, &message, "take out the keys under which nothing is encrypted any more");
    }
    for item in written.iter().take(SECRETS_KEYS_MAX).filter(|item| !item.is_broken()) {
        match item.text().filter(|text| !text.trim().is_empty()) {
            None => {
                wrong(
                    &item.place,
                    "`secrets_key` names no file",
                    "write the path of a file with a key, or leave it out",
                );
            }
            Some(text) if SecretsKey::parse(text).is_ok() => {
                let help = "write it into a file that only the daemon's user may read, and here the path of the file";
                wrong(&item.place, "`secrets_key` is the key itself", help);
            }
            Some(text) => {
                let path = folder.join(text);
                if files.iter().any(|other| other.path == path) {
                    wrong(&item.place, "`secrets_key` names this file twice", "take one of them out");
                } else {
                    files.push(SecretsKeyFile { path, place: item.place.clone() });
                }
            }
        }
    }
    files
}

/// The keys of all files, in their order. The sentence names the file and the cure.
pub fn keyring(files: &[SecretsKeyFile]) -> Result<Keyring, String> {
    let mut keys: Vec<SecretsKey> = Vec::new();
    for file in files {
        let key = file.read()?;
        if let Some(at) = keys.iter().position(|other| other.id() == key.id()) {
            let (one, other) = (files[at].path.display(), file.path.display());
            return Err(format!(
                "`secrets_key`: `{one}` and `{other}` hold the same key; take one out, or make a new key by `transom \
                 secrets new-key FILE`"
            ));
        }
        keys.push(key);
    }
    Ok(Keyring::new(keys))
}

/// The errors of `transom check`: files that hold no key.
pub fn findings(files: &[SecretsKeyFile]) -> Vec<Diagnostic> {
    let failed = files.iter().filter_map(|file| Some((file, file.read().err()?)));
    failed.map(|(file, sentence)| Diagnostic::error("E906", &file.place, sentence)).collect()
}

impl SecretsKeyFile {
    fn read(&self) -> Result<SecretsKey, String> {
        let shown = self.path.display();
        let made = "as `transom secrets new-key FILE` writes it";
        let mut text = String::new();
        let most = SECRETS_KEY_FILE_BYTES_MAX as u64;
        let read = File::open(&self.path).and_then(|file| file.take(most + 1).read_to_string(&mut text));
        match read.map_err(|error| error.kind()) {
            Ok(bytes) if bytes > SECRETS_KEY_FILE_BYTES_MAX => {
                return Err(format!(
                    "`secrets_key`: `{shown}` has more than {SECRETS_KEY_FILE_BYTES_MAX} bytes, so it is no key; it must \
                     be one line, {made}"
                ));
            }
            Ok(_) => {}
            Err(io::ErrorKind::NotFound) => {
                return Err(format!(
                    "`secrets_key`: there is no file `{shown}`; put the key there under which the database is encrypted, \
                     or make the first one by `transom secrets new-key {shown}`"
                ));
            }
            Err(io::ErrorKind::PermissionDenied) => {
                return Err(format!(
                    "`secrets_key`: the user that the daemon runs as may not read `{shown}`; give it the right to"
                ));
            }
            Err(io::ErrorKind::InvalidData) => {
                return Err(format!(
                    "`secrets_key`: `{shown}` holds bytes that are no text; a key is one line, {made}"
                ));
            }
            Err(other) => return Err(format!("`secrets_key`: `{shown}` cannot be read: {other}")),
        }
        SecretsKey::parse(&text).map_err(|wrong| {
            let holds = match wrong {
                BadKey::Empty => "is empty".to_owned(),
                BadKey::NoText => "holds neither base64 nor hexadecimal digits, or more than one line".to_owned(),
                BadKey::Length(bytes) => format!("holds {}", counted(bytes, "byte")),
                BadKey::Constant => "holds one byte again and again, which anybody could guess".to_owned(),
            };
            format!(
                "`secrets_key`: `{shown}` {holds}; a key is {SECRETS_KEY_BYTES} random bytes as one line of base64 or \
                 hexadecimal digits, {made}"
            )
        })
    }

    /// A sentence if other users of the machine may read the file.
    #[cfg(unix)]
    pub fn open_to_others(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&self.path).ok()?.permissions().mode();
        let shown = self.path.display();
        (mode & 0o077 != 0).then(|| {
            format!(
                "`secrets_key`: other users of this machine may open `{shown}` (mode {:04o}); `chmod 600 {shown}` leaves \
                 it to the daemon's user",
                mode & 0o7777
            )
        })
    }

    #[cfg(not(unix))]
    pub fn open_to_others(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, config::Config};

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn file(folder: &Path, name: &str, text: &[u8]) -> SecretsKeyFile {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        SecretsKeyFile { path, place: Place::start_of(&SourceFile::new("config.yaml", "")) }
    }

    fn parsed(text: &str) -> Result<Config, Vec<Diagnostic>> {
        Config::parse(&SourceFile::new("config.yaml", text), Path::new("/etc/transom"), &|_| None)
    }

    #[test]
    fn paths_count_from_the_configuration_and_the_first_key_encrypts() {
        let paths = |text: &str| -> Vec<String> {
            let config = parsed(text).unwrap();
            config.secrets_key.iter().map(|file| file.path.display().to_string()).collect()
        };
        assert_eq!(paths("secrets_key: secrets.key"), ["/etc/transom/secrets.key"]);
        assert_eq!(paths("secrets_key: [/run/new.key, old.key]"), ["/run/new.key", "/etc/transom/old.key"]);
        assert!(paths("secrets_key: null").is_empty());
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (file(folder.path(), "one", KEY.as_bytes()), file(folder.path(), "other", &[b'e'; 64]));
        let other = SecretsKeyFile { path: other.path, place: one.place.clone() };
        std::fs::write(&other.path, "0f".to_owned() + &"1e".repeat(31)).unwrap();
        let first = |files: &[SecretsKeyFile]| keyring(files).unwrap().current().map(str::to_owned);
        assert_ne!(first(&[one.clone(), other.clone()]), first(&[other, one]));
        assert_eq!(first(&[]), None);
    }

    #[test]
    fn a_section_that_names_no_file_is_an_error_and_a_key_in_it_is_not_repeated() {
        let nine = format!("secrets_key: [{}]", (0..=SECRETS_KEYS_MAX).map(|n| format!("k{n}, ")).collect::<String>());
        for (text, words) in [
            ("secrets_key: []", "names no file"),
            ("secrets_key: \"\"", "names no file"),
            ("secrets_key: [a.key, a.key]", "names this file twice"),
            (nine.as_str(), "names 9 files, and at most 8 are read"),
            (&format!("secrets_key: {KEY}"), "is the key itself"),
        ] {
            let findings = parsed(text).unwrap_err();
            let told: String = findings.iter().map(|finding| finding.render(false)).collect();
            assert!(told.contains(words) && told.contains("E906"), "{text}: {told}");
            assert!(!told.contains(KEY), "{told}");
        }
        let eight = nine.replace(&format!("k{SECRETS_KEYS_MAX}, "), "");
        assert_eq!(parsed(&eight).unwrap().secrets_key.len(), SECRETS_KEYS_MAX);
    }

    #[test]
    fn a_file_without_a_key_is_named_with_its_cure() {
        let folder = tempfile::tempdir().unwrap();
        let padded = |bytes: usize| format!("{KEY}{}", " ".repeat(bytes - KEY.len())).into_bytes();
        for (name, text, words) in [
            ("empty", b"\n".to_vec(), "is empty"),
            ("short", b"AAECAwQFBgc=".to_vec(), "holds 8 bytes; a key is 32 random bytes"),
            ("words", b"correct horse battery staple".to_vec(), "holds neither base64 nor hexadecimal digits"),
            ("zeros", b"00".repeat(32), "one byte again and again"),
            ("bytes", vec![0xff; 32], "holds bytes that are no text"),
            ("large", padded(SECRETS_KEY_FILE_BYTES_MAX + 1), "has more than 1024 bytes"),
        ] {
            let told = keyring(&[file(folder.path(), name, &text)]).unwrap_err();
            assert!(told.contains(words) && told.contains(&format!("/{name}`")), "{told}");
            assert!(told.contains("`transom secrets new-key FILE`"), "{told}");
        }
        assert!(keyring(&[file(folder.path(), "full", &padded(SECRETS_KEY_FILE_BYTES_MAX))]).is_ok());
        let twice = [file(folder.path(), "a", KEY.as_bytes()), file(folder.path(), "b", format!("{KEY}\n").as_bytes())];
        assert!(keyring(&twice).unwrap_err().contains("hold the same key"));
        let gone = SecretsKeyFile { path: folder.path().join("gone"), place: twice[0].place.clone() };
        assert!(keyring(std::slice::from_ref(&gone)).unwrap_err().contains("there is no file"));
        assert_eq!(findings(&[gone]).len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_told_of() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let key = file(folder.path(), "k", KEY.as_bytes());
        for (mode, is_open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)] {
            std::fs::set_permissions(&key.path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(key.open_to_others().is_some(), is_open, "{mode:o}");
        }
    }
}
