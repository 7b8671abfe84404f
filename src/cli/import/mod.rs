//! Runs `transom import`: makes a bot's folder of the export of another product.
//!
//! A reader (`typebot`, `rapidpro`, `kapso`, `chatwoot`) turns bytes into an `ImportedBot`: flows as graphs, with a
//! report of what became of each part. `nest` writes the graphs as steps and blocks, `yaml` as text; `settle` takes out
//! what the checker refuses, and `first_test` plays the result once. Readers and writers touch no file.

mod bot;
mod chatwoot;
mod first_test;
mod folder;
mod graph;
mod joins;
mod kapso;
mod names;
mod nest;
mod rapidpro;
mod report;
mod requests;
mod settle;
mod source;
mod texts;
mod typebot;
mod yaml;

use super::{Failure, Outcome, terminal::paint::Paint};
use crate::base::counted::counted;
use bot::ImportedBot;
use source::Source;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The product that wrote the file
    #[arg(value_enum)]
    kind: Kind,
    /// Its export; several files of one product become one bot
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The new folder; without it, one with the name of the bot
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// The JSON of Typebot's “Export flow”, version 3 to 6
    Typebot,
    /// The JSON of RapidPro, TextIt or Glific (definitions 13 and 14)
    Rapidpro,
    /// Canned responses (JSON or CSV) and inboxes of Chatwoot's API
    Chatwoot,
    /// The `definition.json` of a Kapso workflow
    Kapso,
}

impl Kind {
    fn product(self) -> &'static str {
        match self {
            Kind::Typebot => "Typebot",
            Kind::Rapidpro => "RapidPro",
            Kind::Chatwoot => "Chatwoot",
            Kind::Kapso => "Kapso",
        }
    }

    fn read(self, sources: &[Source]) -> Result<ImportedBot, String> {
        match self {
            Kind::Typebot => typebot::read(sources),
            Kind::Rapidpro => rapidpro::read(sources),
            Kind::Chatwoot => chatwoot::read(sources),
            Kind::Kapso => kapso::read(sources),
        }
    }
}

pub fn run(args: &Args) -> Outcome {
    let sources = source::read(&args.files).map_err(Failure::Failed)?;
    let mut bot = args.kind.read(&sources).map_err(Failure::Failed)?;
    let folder = args.into.clone().unwrap_or_else(|| PathBuf::from(names::slug(&bot.name, "bot").replace('_', "-")));
    folder::refuse_what_is_there(&folder)?;
    let mut files = bot.files();
    settle::settle(&mut files, &mut bot.report);
    folder::translations(&bot, &mut files);
    folder::write(&folder, &files)?;
    let tested = first_test::write(&folder, &bot)?;
    folder::finish(&folder, args.kind.product(), &mut bot, &files, &tested)?;
    let paint = Paint::stdout();
    println!("{} {}.", paint.strong(format!("{} is in `{}`:", bot.name, folder.display())), bot.report.summary());
    println!(
        "IMPORT.md says what became of each part, and what is left to do ({}).",
        counted(bot.report.todo.len(), "point")
    );
    println!("{}", tested.sentence());
    println!("\n  cd {}\n  transom check\n  transom chat", folder.display());
    Ok(())
}
