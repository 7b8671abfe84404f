//! Runs `transom migrate`: updates the tables without starting the daemon.

use super::{
    Failure, Outcome,
    client::workplace::{Workplace, exclusive, running},
};
use crate::store::Store;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
    /// Also write SQLite's file anew, without the room of rows that are gone; it needs as much room again meanwhile
    #[arg(long)]
    compact: bool,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    if let Some(api) = running(&config).await {
        return Err(Failure::Failed(format!(
            "a daemon runs on this database, at {}: it brought the tables to its own version when it started; stop it to \
             bring them to this one, or start the new daemon, which does it by itself",
            api.base()
        )));
    }
    // Opening the database migrates it, as at the start of the daemon.
    exclusive(&config).await?.close().await;
    println!("The database is up to date");
    if args.compact {
        Store::compact(config.database.expose()).await.map_err(Failure::failed)?;
        println!("Its file is compact");
    }
    Ok(())
}
