//! Runs `transom secrets new-key|forget`: the keys of `secrets_key`, which encrypt secrets in the database.

mod forget;
mod new_key;

use super::{Failure, Outcome, client::workplace::CommandAt, terminal::out};
use forget::forget;
use new_key::new_key;
use std::path::PathBuf;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Make a key in a new file that only you may read
    NewKey {
        /// The file; it must not exist yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take out all that is encrypted under a key that is lost for good; no daemon may run
    Forget {
        /// The id of the key, as the daemon and `transom doctor` name it
        #[arg(value_name = "KEY")]
        key: String,
    },
}

pub async fn run(args: Args) -> Outcome {
    match &args.what {
        Action::NewKey { file } => new_key(file),
        Action::Forget { key } => forget(&args.place.config()?, key).await,
    }
}
