//! Remembers when the database was last copied by `transom backup`: in a small file in the folder of the database,
//! because the command cannot write into the database of a running daemon.

use crate::base::time::Time;
use std::{fs, io, path::Path};

const NAME: &str = "last-backup";

/// Writes the time of a backup.
pub fn write(data: &Path, at: Time) -> io::Result<()> {
    fs::write(data.join(NAME), at.0.to_string())
}

/// The time of the last backup; `None`: none was made from here.
pub fn read(data: &Path) -> Option<Time> {
    fs::read_to_string(data.join(NAME)).ok()?.trim().parse().ok().map(Time)
}
