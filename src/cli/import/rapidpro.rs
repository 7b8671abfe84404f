//! Reads.
use super::{bot::ImportedBot, source::Source};
pub fn read(_sources: &[Source]) -> Result<ImportedBot, String> {
    Err("not yet".into())
}
