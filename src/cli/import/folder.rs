//! Writes the folder of an imported bot; never over a file that is there.

use super::{bot::ImportedBot, first_test::Tested};
use crate::{
    base::place::SourceFile,
    cli::{Failure, Outcome},
    flow::{
        self,
        tools::{
            fmt,
            i18n::{self, Taken, Unused},
            po,
        },
    },
};
use std::{
    fs, io,
    path::{Component, Path},
};

/// Refuses a folder that has files, and a file in its place.
pub fn refuse_what_is_there(folder: &Path) -> Outcome {
    let refuse = |what: &str| {
        Err(Failure::Failed(format!(
            "`{}` {what}, and an import writes over nothing; name another folder with `--into`",
            folder.display()
        )))
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| refuse("is not empty")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => refuse("is a file"),
        Err(error) => Err(Failure::failed(format!("cannot read `{}`: {error}", folder.display()))),
    }
}

pub fn write(folder: &Path, files: &[(String, String)]) -> Outcome {
    files.iter().try_for_each(|(path, text)| one(folder, path, text))
}

fn one(folder: &Path, path: &str, text: &str) -> Outcome {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let target = folder.join(path);
    let written = if inside {
        target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = fs::File::create_new(&target)?;
            io::Write::write_all(&mut file, text.as_bytes())
        })
    } else {
        Err(io::Error::other("the path leads out of the folder"))
    };
    written.map_err(|error| Failure::failed(format!("cannot write `{}`: {error}", target.display())))
}

/// Adds a file of translations for each further language.
pub fn translations(bot: &ImportedBot, files: &mut Vec<(String, String)>) {
    let sources: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(path.as_str(), text.as_str())).collect();
    let (set, _) = flow::parse_set(&sources);
    for (language, texts) in &bot.translations {
        let entries = po::read(&i18n::to_po(&set, language, &[])).unwrap_or_default();
        let taken: Vec<po::Entry> = entries
            .into_iter()
            .filter_map(|entry| {
                Some(po::Entry { translation: texts.get(&entry.source)?.clone(), fuzzy: false, ..entry })
            })
            .collect();
        let path = format!("locales/{language}.yaml");
        let text = i18n::extract(&set, language, &Taken::of(&taken), Unused::TakenOut);
        let text = fmt::format(&SourceFile::new(path.as_str(), text.as_str())).unwrap_or(text);
        files.push((path, text));
    }
}

/// Writes `IMPORT.md`, at last: it names all files.
pub fn finish(
    folder: &Path,
    product: &str,
    bot: &mut ImportedBot,
    files: &[(String, String)],
    tested: &Tested,
) -> Outcome {
    let mut paths: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    paths.extend(tested.path.clone());
    paths.sort();
    one(folder, "IMPORT.md", &bot.report.page(product, &bot.name, &paths))
}
