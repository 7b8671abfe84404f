//! Runs `transom backup FILE`: writes a complete copy of the database, also while the daemon runs.

use super::{
    Failure, Outcome,
    client::workplace::{Workplace, read_only},
    terminal::paint::Paint,
};
use crate::{
    base::clock::{Clock, SystemClock},
    runtime::health::backup_mark,
};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The copy; it must not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Workplace,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let store = read_only(&config).await?;
    let copied = store.backup(&args.file).await.map_err(Failure::failed);
    store.close().await;
    copied?;
    // The copy is there, so a mark that cannot be written is no failure of the backup.
    if let Err(error) = backup_mark::write(&config.data, SystemClock.now()) {
        eprintln!("{}", Paint::stderr().warn(format!("`transom doctor` will not know of this copy: {error}")));
    }
    let database = config.database.expose();
    let database = database.strip_prefix("sqlite://").unwrap_or(database);
    println!("The database {database} is copied to {}", args.file.display());
    Ok(())
}
