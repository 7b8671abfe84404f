//! Makes a key in a new file.

use super::{Failure, Outcome, out};
use crate::{base::secret::Secret, store::encryption::SecretsKey};
use serde_json::json;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

pub(super) fn new_key(path: &Path) -> Outcome {
    let shown = path.display();
    let (key, text) =
        SecretsKey::draw().map_err(|error| Failure::Failed(format!("there are no random bytes: {error}")))?;
    write(path, &text).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Failed(format!(
            "`{shown}` exists already, and a key that something is encrypted under cannot be made again; name another file"
        )),
        _ => Failure::Failed(format!("cannot write the key into `{shown}`: {error}")),
    })?;
    out::either(
        || json!({"file": path, "key": key.id()}),
        || {
            println!("Key {} is in {shown}, which only you may read.", key.id());
            println!(
                "Name it in the configuration by `secrets_key`, in front of an older one, and restart the daemon. Keep a \
                 copy of it apart from the backups of the database."
            );
        },
    );
    Ok(())
}

/// Writes a new file, readable by its owner only. A file that could not be finished is removed.
fn write(path: &Path, text: &Secret) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(format!("{}\n", text.expose()).as_bytes()).and_then(|()| file.sync_all());
    written.inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}
