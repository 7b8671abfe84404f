//! Defines the command line: one file for each command. Exit codes: 0 success, 1 findings or failures, 2 wrong usage,
//! and for `serve` also a wrong configuration: errors that another attempt does not cure.
//!
//! Commands either read the database, ask the running daemon over its API, or run the program in their own process.

/// All output of commands goes through `screen`: these macros hide those of the standard library.
macro_rules! print {
    ($($text:tt)*) => { $crate::cli::terminal::screen::out(format_args!($($text)*)) };
}
macro_rules! println {
    () => { $crate::cli::terminal::screen::out(format_args!("\n")) };
    ($($text:tt)*) => { $crate::cli::terminal::screen::out(format_args!("{}\n", format_args!($($text)*))) };
}
macro_rules! eprint {
    ($($text:tt)*) => { $crate::cli::terminal::screen::err(format_args!($($text)*)) };
}
macro_rules! eprintln {
    () => { $crate::cli::terminal::screen::err(format_args!("\n")) };
    ($($text:tt)*) => { $crate::cli::terminal::screen::err(format_args!("{}\n", format_args!($($text)*))) };
}

mod audit;
mod backup;
mod balance;
mod broadcast;
mod cases;
mod chat;
mod check;
mod client;
mod contacts;
mod conversations;
mod dead_letters;
mod deploy;
mod doctor;
mod eval;
mod explain;
mod flows;
mod fmt;
mod graph;
mod help;
mod i18n;
mod import;
mod keys;
mod knowledge;
mod lsp;
mod mcp;
mod migrate;
mod models;
mod new;
mod people;
mod reference;
mod runs;
mod schedule;
mod schema;
mod secrets;
mod send;
mod senders;
mod serve;
mod shadow;
mod status;
mod templates;
mod terminal;
mod test;
mod trigger;
mod webhooks;

use clap::{Parser, Subcommand};
use client::advice;
use std::process::ExitCode;
use terminal::paint::Paint;

/// WhatsApp conversations written as YAML, run by one daemon.
#[derive(Debug, Parser)]
#[command(name = "transom", version, max_term_width = 100, disable_help_subcommand = true)]
struct Transom {
    #[command(subcommand)]
    command: Command,
    /// Print what was found as JSON, for programs; of commands that print data
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon; without a configuration file, a sandbox on this machine
    Serve(serve::Args),
    /// Make a bot to begin with, in a new folder
    New(new::Args),
    /// Make a bot of the export of another product
    Import(import::Args),
    /// Print every finding in the flows of a folder
    Check(check::Args),
    /// Explain a finding, a command or a word of the language; without one, print this page
    Help(help::Args),
    /// Run the tests that stand beside the flows
    Test(test::Args),
    /// Play the talks of evals several times, and tell how often the agents kept the rules
    Eval(eval::Args),
    /// Say what new flows would do to people half-way, before they are there
    Deploy(deploy::Args),
    /// Talk to the bot in this terminal: the whole program in one process, no account, no network
    Chat(chat::Args),
    /// Say which flow a message would start, and why each other one would not
    Explain(explain::Args),
    /// Write flows, tests and translations in their one form
    Fmt(fmt::Args),
    /// Draw a flow, or all of them: as a picture, as text, for Mermaid or Graphviz
    Graph(graph::Args),
    /// Explain a word of the language; all of them as the pages of docs/reference
    Reference(reference::Args),
    /// The JSON Schema of flows, for editors
    Schema(schema::Args),
    /// Help editors: findings, completion, hover, renaming, over standard input and output
    Lsp(lsp::Args),
    /// Let a programming assistant read, check and try the bot: a server of the Model Context Protocol
    Mcp(mcp::Args),
    /// Post a genuine webhook to a running daemon and print what came of it
    Trigger(trigger::Args),
    /// Send one message through a running daemon
    Send(send::Args),
    /// Write and count translations
    #[command(name = "i18n")]
    I18n(i18n::Args),
    /// Ask the business's own papers as the bot does, and list them
    Knowledge(knowledge::Args),
    /// The configured language models: what they are, and whether they answer
    Models(models::Args),
    /// API keys
    Keys(keys::Args),
    /// People who sign in to the studio: their roles, links and sign-outs
    People(people::Args),
    /// The acts of people, keys and commands: who, when, from where, on what, and the outcome
    Audit(audit::Args),
    /// Show what accounts have left for messages
    Balance(balance::Args),
    /// Send a flow to many once: with a forecast, by its count
    Broadcast(broadcast::Args),
    /// Show what schedules send, when, and why not
    Schedule(schedule::Args),
    /// The numbers that we send from, and which of them stand still
    Senders(senders::Args),
    /// The templates of the senders
    Templates(templates::Args),
    /// The flows that are live, and which of them stand still
    Flows(flows::Args),
    /// Runs of flows
    Runs(runs::Args),
    /// People, what is known of them, and what they agreed to
    Contacts(contacts::Args),
    /// Conversations, and who has them
    Conversations(conversations::Args),
    /// Cases that wait for people, and by when
    Cases(cases::Args),
    /// Drafts of agents that nobody was shown, each beside the reply that a person really wrote
    Shadow(shadow::Args),
    /// Items that could not be handled, and sends of which nobody knows whether they left
    DeadLetters(dead_letters::Args),
    /// Addresses that hear of events by signed POST, and deliveries that failed
    Webhooks(webhooks::Args),
    /// Keys that encrypt the daemon's own secrets in its database
    Secrets(secrets::Args),
    /// Check the whole way in and out and say in plain sentences what is wrong
    Doctor(doctor::Args),
    /// Show on one screen what the daemon does now, how fast, and what waits
    Status(status::Args),
    /// Bring the database up to this version of the program
    Migrate(migrate::Args),
    /// Copy the database into a file, also while the daemon runs
    Backup(backup::Args),
}

impl Command {
    /// The name of a command that prints no data for programs, or has its own option for them.
    fn without_data(&self) -> Option<&'static str> {
        Some(match self {
            Command::Serve(_) => "serve",
            Command::New(_) => "new",
            Command::Import(_) => "import",
            Command::Help(_) => "help",
            Command::Chat(_) => "chat",
            Command::Fmt(_) => "fmt",
            Command::Graph(_) => "graph",
            Command::Reference(_) => "reference",
            Command::Lsp(_) => "lsp",
            Command::Mcp(args) if args.serves() => "mcp",
            Command::Migrate(_) => "migrate",
            Command::Backup(_) => "backup",
            Command::Check(_)
            | Command::Schema(_)
            | Command::Trigger(_)
            | Command::Test(_)
            | Command::Eval(_)
            | Command::Deploy(_)
            | Command::Explain(_)
            | Command::Send(_)
            | Command::I18n(_)
            | Command::Knowledge(_)
            | Command::Models(_)
            | Command::Keys(_)
            | Command::People(_)
            | Command::Audit(_)
            | Command::Balance(_)
            | Command::Broadcast(_)
            | Command::Schedule(_)
            | Command::Senders(_)
            | Command::Templates(_)
            | Command::Flows(_)
            | Command::Runs(_)
            | Command::Contacts(_)
            | Command::Conversations(_)
            | Command::Cases(_)
            | Command::Shadow(_)
            | Command::DeadLetters(_)
            | Command::Webhooks(_)
            | Command::Secrets(_)
            | Command::Doctor(_)
            | Command::Status(_)
            | Command::Mcp(_) => return None,
        })
    }
}

/// The reason why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// Everything was printed already: findings, or a failed test.
    Said,
    /// The findings of a wrong configuration were printed already.
    Misconfigured,
    /// One clear sentence about the failure.
    Failed(String),
    /// The arguments do not fit together.
    Usage(String),
}

pub type Outcome = Result<(), Failure>;

impl Failure {
    pub fn failed(sentence: impl std::fmt::Display) -> Self {
        Failure::Failed(sentence.to_string())
    }

    /// The failure with the database's own reason added.
    pub fn because(self, trouble: Option<String>) -> Self {
        match (self, trouble) {
            (Failure::Failed(sentence), Some(trouble)) if !sentence.contains(&trouble) => {
                Failure::Failed(format!("{sentence}: {trouble}"))
            }
            (other, _) => other,
        }
    }

    /// The failure with the exit code for errors that another attempt does not cure.
    pub fn lasting(self) -> Self {
        match self {
            Failure::Said | Failure::Misconfigured => Failure::Misconfigured,
            Failure::Failed(sentence) | Failure::Usage(sentence) => Failure::Usage(sentence),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Failed(format!("{error:#}"))
    }
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let command = match Transom::try_parse() {
        Ok(transom) => {
            terminal::out::choose(transom.json);
            transom.command
        }
        Err(help) => {
            // `--help` and `--version` are no errors; all others are wrong usage. clap selects the stream.
            let _ = help.print();
            return ExitCode::from(if help.use_stderr() { 2 } else { 0 });
        }
    };
    let paint = Paint::stderr();
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Said) => ExitCode::from(1),
        Err(Failure::Misconfigured) => ExitCode::from(2),
        Err(Failure::Failed(sentence)) => {
            complain(&sentence, paint);
            ExitCode::from(1)
        }
        Err(Failure::Usage(sentence)) => {
            complain(&sentence, paint);
            ExitCode::from(2)
        }
    }
}

/// Prints why the command failed, and which configuration it read where the user did not name it.
fn complain(sentence: &str, paint: Paint) {
    eprintln!("{} {}", paint.bad("error:"), advice::with_config(sentence));
    if let Some(which) = advice::which() {
        eprintln!("{} {which}", paint.faint("note:"));
    }
}

/// Ends the process quietly if its output is closed, as by `transom runs list | head`: the standard library panics
/// then, and the panic would look like a bug.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let closed = panic
            .payload()
            .downcast_ref::<String>()
            .is_some_and(|text| text.starts_with("failed printing to stdout") && text.contains("Broken pipe"));
        if closed {
            std::process::exit(1);
        }
        usual(panic);
    }));
}

fn run(command: Command) -> Outcome {
    if let Some(name) = command.without_data() {
        terminal::out::refuse_json(name)?;
    }
    match command {
        Command::Serve(args) => serve::run(args),
        Command::New(args) => new::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Check(args) => block_on(check::run(args)),
        Command::Help(args) => help::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Deploy(args) => block_on(deploy::run(args)),
        Command::Chat(args) => block_on(chat::run(args)),
        Command::Explain(args) => block_on(explain::run(args)),
        Command::Fmt(args) => fmt::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Reference(args) => reference::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Lsp(args) => block_on(lsp::run(args)),
        Command::Mcp(args) => block_on(mcp::run(args)),
        Command::Trigger(args) => block_on(trigger::run(args)),
        Command::Send(args) => block_on(send::run(args)),
        Command::I18n(args) => i18n::run(&args),
        Command::Knowledge(args) => block_on(knowledge::run(args)),
        Command::Models(args) => block_on(models::run(args)),
        Command::Keys(args) => block_on(keys::run(args)),
        Command::People(args) => block_on(people::run(args)),
        Command::Audit(args) => block_on(audit::run(args)),
        Command::Balance(args) => block_on(balance::run(args)),
        Command::Broadcast(args) => block_on(broadcast::run(args)),
        Command::Schedule(args) => block_on(schedule::run(args)),
        Command::Templates(args) => block_on(templates::run(args)),
        Command::Flows(args) => block_on(flows::run(args)),
        Command::Senders(args) => block_on(senders::run(args)),
        Command::Runs(args) => block_on(runs::run(args)),
        Command::Contacts(args) => block_on(contacts::run(args)),
        Command::Conversations(args) => block_on(conversations::run(args)),
        Command::Cases(args) => block_on(cases::run(args)),
        Command::Shadow(args) => block_on(shadow::run(args)),
        Command::DeadLetters(args) => block_on(dead_letters::run(args)),
        Command::Webhooks(args) => block_on(webhooks::run(args)),
        Command::Secrets(args) => block_on(secrets::run(args)),
        Command::Doctor(args) => block_on(doctor::run(args)),
        Command::Status(args) => block_on(status::run(args)),
        Command::Migrate(args) => block_on(migrate::run(args)),
        Command::Backup(args) => block_on(backup::run(args)),
    }
}

/// Runs a future on one thread, which is enough for all commands but the daemon.
fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("the program cannot start its event loop: {error}")))?
        .block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Transom::command().debug_assert();
    }
}
