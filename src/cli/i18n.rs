//! `transom i18n`: writes the files of translations from the flows, and says how far each language is.

use super::{Failure, Outcome, paint::Paint, table};
use crate::{
    flow::{self, FlowSet, i18n},
    runtime::bot,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write `locales/LANGUAGE.yaml`: new texts are added empty, outdated translations marked, the others kept
    Extract {
        /// The languages; without one, all of `languages` in `_bot.yaml`
        languages: Vec<String>,
        /// The bot's folder
        #[arg(long, value_name = "PATH", default_value = ".")]
        bot: PathBuf,
    },
    /// Say of each language how many texts are translated, outdated and missing
    Status {
        /// The bot's folder
        #[arg(long, value_name = "PATH", default_value = ".")]
        bot: PathBuf,
        /// Exit 1 when a language has less than this many percent
        #[arg(long, value_name = "PERCENT")]
        min: Option<usize>,
    },
}

pub fn run(args: &Args) -> Outcome {
    match &args.action {
        Action::Extract { languages, bot } => extract(bot, languages),
        Action::Status { bot, min } => status(bot, *min),
    }
}

fn extract(folder: &Path, wanted: &[String]) -> Outcome {
    let set = read(folder)?;
    let wanted = if wanted.is_empty() { others(&set) } else { wanted.to_vec() };
    if wanted.is_empty() {
        return Err(Failure::failed("`_bot.yaml` names no second language; write `languages: {en: [], es: [en]}`"));
    }
    let locales = folder.join("locales");
    fs::create_dir_all(&locales).map_err(|error| Failure::failed(format!("{}: {error}", locales.display())))?;
    for language in &wanted {
        if language.is_empty() || !language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return Err(Failure::Usage(format!("`{language}` is no language; it is written like `es` or `pt_BR`")));
        }
        let path = locales.join(format!("{language}.yaml"));
        // Whole or not at all: a half-written file would lose translations.
        let fresh = locales.join(format!(".{language}.yaml.new"));
        let written = fs::write(&fresh, i18n::extract(&set, language)).and_then(|()| fs::rename(&fresh, &path));
        written.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        let progress = i18n::progress(&set, language);
        println!("{}: {} of {} texts are translated", path.display(), progress.translated, progress.total);
    }
    Ok(())
}

fn status(folder: &Path, min: Option<usize>) -> Outcome {
    let set = read(folder)?;
    let languages = others(&set);
    let mut rows = Vec::new();
    let mut short = false;
    for language in &languages {
        let progress = i18n::progress(&set, language);
        short |= min.is_some_and(|min| progress.percent() < min);
        let numbers = [progress.translated, progress.outdated, progress.missing()].map(|number| number.to_string());
        rows.push([vec![language.clone(), format!("{} %", progress.percent())], numbers.to_vec()].concat());
    }
    let only = format!("the bot speaks `{}` only", set.bot.language);
    table::print(&["language", "done", "translated", "outdated", "missing"], &rows, &only);
    match (short, min) {
        (true, Some(min)) => {
            eprintln!("{}", Paint::stderr().bad(format!("less than {min} % of the texts are translated")));
            Err(Failure::Said)
        }
        _ => Ok(()),
    }
}

/// The languages that need translations.
fn others(set: &FlowSet) -> Vec<String> {
    set.bot.languages.keys().filter(|language| **language != set.bot.language).cloned().collect()
}

fn read(folder: &Path) -> Result<FlowSet, Failure> {
    let files = bot::read(folder).map_err(Failure::failed)?;
    let (set, findings) = flow::parse_set(&files.files);
    // A file that cannot be read would lose its translations when it is written anew.
    match findings.iter().find(|finding| finding.is_error()) {
        Some(finding) => Err(Failure::failed(format!("the flows have errors; `transom check` shows all\n{finding}"))),
        None => Ok(set),
    }
}
