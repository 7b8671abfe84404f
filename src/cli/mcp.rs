//! Runs `transom mcp`: lets a programming assistant write, check and try a bot, in the Model Context Protocol over
//! standard input and output. It needs no daemon and reaches no network; without `--write` it changes nothing.
//!
//! `web/mcp/protocol.rs` reads requests and forms answers, `tools` lists the tools and reads their arguments, `files` reads and
//! writes the bot's files. Each other tool is a command of this program, run by `child` in the bot's folder: an
//! assistant reads what a person reads.
//!
//! `transom mcp pull` is the other direction: it pins the tools of foreign servers that agents use.

mod child;
mod files;
mod pull;
mod tools;

use super::{Failure, Outcome, terminal::screen};
use crate::{
    base::limits::{MCP_CALLS_AT_ONCE_MAX, MCP_LINE_BYTES_MAX},
    channel::mcp::lines::{self, Line},
    web::mcp::protocol::{self, Call, Request},
};
use serde_json::Value as Json;
use std::{collections::HashMap, path::PathBuf, sync::Arc};
use tokio::{
    io::BufReader,
    sync::{Mutex, Semaphore},
    task::{AbortHandle, JoinSet},
};
use tools::Tool;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<Action>,
    /// The bot's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    bot: PathBuf,
    /// Let the assistant write and delete flows, scripts, locales, tests and knowledge in this folder
    #[arg(long)]
    write: bool,
}

impl Args {
    /// True if it speaks the protocol, and so prints no data of its own.
    pub fn serves(&self) -> bool {
        self.what.is_none()
    }
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Ask MCP servers for their tools, and pin them for the bot's agents in `mcp.lock.yaml`
    Pull(pull::Args),
}

/// The bot that the tools work on.
#[derive(Debug)]
struct Workshop {
    folder: PathBuf,
    may_write: bool,
}

pub async fn run(args: Args) -> Outcome {
    if let Some(Action::Pull(args)) = args.what {
        return pull::run(args).await;
    }
    let failed = |error| Failure::Failed(format!("cannot read the folder `{}`: {error}", args.bot.display()));
    let folder = args.bot.canonicalize().map_err(failed)?;
    if !folder.join("flows").is_dir() {
        let why = format!("`{}` has no folder `flows`; name the bot's folder by `--bot DIR`", folder.display());
        return Err(Failure::Usage(why));
    }
    Server::new(Workshop { folder, may_write: args.write }).serve().await
}

struct Server {
    workshop: Arc<Workshop>,
    /// Calls that run, by the text of their request's id.
    running: Arc<Mutex<HashMap<String, AbortHandle>>>,
    places: Arc<Semaphore>,
    calls: JoinSet<()>,
}

impl Server {
    fn new(workshop: Workshop) -> Server {
        Server {
            workshop: Arc::new(workshop),
            running: Arc::default(),
            places: Arc::new(Semaphore::new(MCP_CALLS_AT_ONCE_MAX)),
            calls: JoinSet::new(),
        }
    }

    /// Answers until standard input ends; then lets the running calls end.
    async fn serve(mut self) -> Outcome {
        let mut input = BufReader::new(tokio::io::stdin());
        loop {
            while self.calls.try_join_next().is_some() {}
            match lines::next(&mut input, MCP_LINE_BYTES_MAX).await.map_err(Failure::failed)? {
                Line::Text(text) => self.take(&text).await,
                Line::TooLong(_) => {
                    lines::skip(&mut input).await.map_err(Failure::failed)?;
                    tell(&protocol::too_long());
                }
                Line::End => break,
            }
        }
        while self.calls.join_next().await.is_some() {}
        Ok(())
    }

    async fn take(&mut self, text: &[u8]) {
        match protocol::read(text, &*self.workshop) {
            Request::Nothing => {}
            Request::Answer(answer) | Request::NoSuchMethod(answer) => tell(&answer),
            Request::Cancel(id) => {
                if let Some(call) = self.running.lock().await.remove(&id) {
                    call.abort();
                }
            }
            Request::Call(call) => self.begin(call).await,
        }
    }

    async fn begin(&mut self, call: Call<&'static Tool>) {
        let (workshop, places) = (Arc::clone(&self.workshop), Arc::clone(&self.places));
        let (running, id) = (Arc::clone(&self.running), call.id.to_string());
        // The call cannot end before it stands among those that run.
        let mut all = self.running.lock().await;
        let own = id.clone();
        let task = self.calls.spawn(async move {
            let _place = places.acquire().await;
            let done = tools::run(&workshop, call.tool, &call.arguments).await;
            if running.lock().await.remove(&own).is_some() {
                tell(&call.answered(&done));
            }
        });
        all.insert(id, task);
    }
}

/// Writes one answer. A client that has gone away reads none.
fn tell(answer: &Json) {
    let mut out = screen::data();
    let _ = writeln!(out, "{answer}").and_then(|()| out.flush());
}
