//! Runs `transom i18n`: writes the translation files from the flows, and counts the texts of each language.

use super::{
    Failure, Outcome,
    terminal::{out, paint::Paint, table},
};
use crate::{
    base::{diagnostic::did_you_mean, place::SourceFile},
    flow::{
        self, FlowSet,
        tools::{
            fmt,
            i18n::{self, Taken, Unused},
            po,
        },
    },
    runtime::bot::source_files,
};
use serde_json::json;
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write `locales/LANGUAGE.yaml`: new texts are added empty, outdated translations marked, the others kept where
    /// they are.
    /// Where there is a `locales/LANGUAGE.po`, what translators wrote into it is taken over first
    Extract {
        /// The languages; without one, all of `languages` in `_bot.yaml`
        languages: Vec<String>,
        /// Write `locales/LANGUAGE.po` too, for the tools of translators (kept up from then on)
        #[arg(long)]
        po: bool,
        /// Take out translations that no flow says now, which stand under `unused` otherwise
        #[arg(long)]
        prune: bool,
        /// The bot's folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        bot: PathBuf,
    },
    /// Say of each language how many texts are translated, outdated and missing, and for how many of the flows that
    /// words start or end there are words in it
    Status {
        /// The bot's folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        bot: PathBuf,
        /// Exit 1 when a language has less than this many percent
        #[arg(long, value_name = "PERCENT")]
        min: Option<usize>,
    },
}

pub fn run(args: &Args) -> Outcome {
    match &args.action {
        Action::Extract { languages, po, prune, bot } => {
            let unused = if *prune { Unused::TakenOut } else { Unused::Kept };
            extract(bot, languages, *po, unused)
        }
        Action::Status { bot, min } => status(bot, *min),
    }
}

fn extract(folder: &Path, wanted: &[String], po: bool, unused: Unused) -> Outcome {
    let mut told = Vec::new();
    let mut set = read(folder)?;
    let wanted = match wanted {
        [] => others(&set).into_iter().filter(|language| i18n::needs_file(&set, language)).collect(),
        named => named.to_vec(),
    };
    if wanted.is_empty() {
        return Err(Failure::failed("`_bot.yaml` names no second language; write `languages: {en: [], es: [en]}`"));
    }
    wanted.iter().try_for_each(|language| is_of_bot(&set, language))?;
    let locales = folder.join("locales");
    fs::create_dir_all(&locales).map_err(|error| Failure::failed(format!("{}: {error}", locales.display())))?;
    for language in &wanted {
        let (path, exchanged) = (locales.join(format!("{language}.yaml")), locales.join(format!("{language}.po")));
        let taken = taken(&exchanged)?;
        let found = taken.as_deref().unwrap_or_default();
        let fuzzy = i18n::fuzzy(&set, language, found);
        let text = i18n::extract(&set, language, &Taken::of(found), unused);
        // The file is formatted as by `transom fmt`, so that `fmt --check` accepts it.
        let file = SourceFile::new(path.display().to_string(), text.as_str());
        write(&path, fmt::format(&file).as_ref().unwrap_or(&text))?;
        // Count the files as they are now, as `status` does.
        set = read(folder)?;
        let mut files = vec![path.clone()];
        if po || taken.is_some() {
            write(&exchanged, &i18n::to_po(&set, language, &fuzzy))?;
            files.push(exchanged);
        }
        let progress = i18n::progress(&set, language);
        if !out::is_json() {
            println!("{}: {} of {} texts are translated", path.display(), progress.translated, progress.total);
        }
        told.push(json!({
            "language": language, "files": files, "texts": progress.total, "translated": progress.translated,
            "outdated": progress.outdated, "missing": progress.missing(),
        }));
    }
    out::either(|| told.into(), || ());
    Ok(())
}

/// Refuses a language that the bot does not speak: nobody would read its file.
fn is_of_bot(set: &FlowSet, language: &str) -> Outcome {
    if language.is_empty() || !language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
        return Err(Failure::Usage(format!("`{language}` is no language; it is written like `es` or `pt_BR`")));
    }
    if set.bot.language.eq_ignore_ascii_case(language) {
        let own = &set.bot.language;
        return Err(Failure::Failed(format!("`{own}` is the bot's own language: its texts stand in the flows")));
    }
    let others = others(set);
    if others.iter().any(|other| other == language) {
        return Ok(());
    }
    let help = did_you_mean(language, others.iter().map(String::as_str)).unwrap_or_else(|| {
        format!("write `{language}: [{}]` below `languages` of `_bot.yaml` first", set.bot.language)
    });
    Err(Failure::Failed(format!("`{language}` is none of the bot's languages; {help}")))
}

/// The entries of a PO file; `None` if there is none.
fn taken(path: &Path) -> Result<Option<Vec<po::Entry>>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::failed(format!("{}: {error}", path.display()))),
    };
    let entries = po::read(&text);
    entries.map(Some).map_err(|(line, why)| Failure::failed(format!("{}:{line}: {why}", path.display())))
}

/// Writes the file completely or not at all: a partly written file would lose translations.
fn write(path: &Path, text: &str) -> Outcome {
    let fresh = path.with_extension("new");
    let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, path));
    written.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
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
        let (words, flows) = i18n::words(&set, language);
        let done = vec![language.clone(), format!("{} %", progress.percent())];
        rows.push([done, numbers.to_vec(), vec![format!("{words} of {flows}")]].concat());
    }
    let only = format!("the bot speaks `{}` only", set.bot.language);
    table::print(&["language", "done", "translated", "outdated", "missing", "words"], &rows, &only);
    match (short, min) {
        (true, Some(min)) => {
            eprintln!("{}", Paint::stderr().bad(format!("less than {min} % of the texts are translated")));
            Err(Failure::Said)
        }
        _ => Ok(()),
    }
}

/// The languages other than the bot's own.
fn others(set: &FlowSet) -> Vec<String> {
    set.bot.languages.keys().filter(|language| **language != set.bot.language).cloned().collect()
}

fn read(folder: &Path) -> Result<FlowSet, Failure> {
    let files = source_files::read(folder).map_err(Failure::failed)?;
    let (set, findings) = flow::parse_set(&files.files);
    // A translation file with errors would lose its translations if it were written again.
    match findings.iter().find(|finding| finding.is_error()) {
        Some(finding) => Err(Failure::failed(format!("the flows have errors; `transom check` shows all\n{finding}"))),
        None => Ok(set),
    }
}
