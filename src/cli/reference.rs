//! Runs `transom reference`: explains a word of the language; `--write` updates `docs/reference/`.

use super::{Failure, Outcome, help, terminal::paint::Paint};
use crate::{
    flow::tools::reference,
    web::{access_matrix, openapi},
};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A step, trigger, key, type, function, value, command (`templates push`) or finding: `ask`, `if_closed`, `date`; without one, all words
    /// of the language
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "docs/reference", conflicts_with = "words")]
    write: Option<PathBuf>,
}

pub fn run(args: &Args) -> Outcome {
    if let Some(folder) = &args.write {
        let failed = |error: std::io::Error| Failure::Failed(format!("cannot write `{}`: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(failed)?;
        for page in reference::pages() {
            std::fs::write(folder.join(page.name), page.text).map_err(failed)?;
        }
        std::fs::write(folder.join("api.md"), openapi::reference()).map_err(failed)?;
        std::fs::write(folder.join("access.md"), access_matrix::page()).map_err(failed)?;
        return Ok(());
    }
    if args.words.is_empty() {
        reference::pages().iter().for_each(|page| println!("{}", page.text));
        return Ok(());
    }
    help::about(&args.words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The text with highlighted headings on a terminal.
pub(super) fn painted(text: &str) -> String {
    let paint = Paint::stdout();
    let lines = text.trim_start().lines().map(|line| match line.strip_prefix("## ") {
        Some(heading) => format!("{}\n", paint.strong(heading.to_owned())),
        None => format!("{line}\n"),
    });
    lines.collect()
}
