//! `transom migrate`: brings the tables up to date without starting the daemon.

use super::{
    Outcome,
    place::{Place, exclusive},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    // Opening as the only daemon does it; a running daemon has done it at its start.
    exclusive(&config).await?.close().await;
    println!("The database is up to date");
    Ok(())
}
