//! Runs `transom lsp`: helps editors over standard input and output, in the Language Server Protocol.

use super::{Failure, Outcome, check::surroundings, client::workplace};
use crate::lsp::{self, Options, Roots, lsp_server::Connection};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// For editors that say so; it is always standard input and output
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    place: workplace::Workplace,
}

pub async fn run(args: Args) -> Outcome {
    let around = surroundings(&args.place, Path::new(".")).await?;
    let (connection, threads) = Connection::stdio();
    let complain = |why: &str| eprintln!("transom lsp: a bug of ours: {why}");
    let served = lsp::serve(&connection, Options { roots: Roots::Disk, around, complain });
    // The writer thread ends when all its senders are dropped.
    drop(connection);
    threads.join().map_err(|error| Failure::Failed(format!("the editor's end is gone: {error}")))?;
    served.map_err(Failure::failed)
}
