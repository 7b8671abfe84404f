//! Runs `transom new`: writes a first bot into a new folder.

use super::{Failure, Outcome, terminal::paint::Paint};
use crate::flow::tools::{schema, testfile::write::scalar};
use jiff::tz::TimeZone;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The new folder, which is also the bot's name
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// Where the business is, such as `Europe/Madrid`; without it, this machine's zone
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
}

/// The files of `starter/`. The `.gitignore` has no dot there, because Git would apply it to this repository.
const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../starter/README.md")),
    ("config.example.yaml", include_str!("../../config.example.yaml")),
    (".gitignore", include_str!("../../starter/gitignore")),
    (".vscode/extensions.json", include_str!("../../starter/.vscode/extensions.json")),
    ("flows/_bot.yaml", include_str!("../../starter/flows/_bot.yaml")),
    ("flows/booking.yaml", include_str!("../../starter/flows/booking.yaml")),
    ("flows/booking.test.yaml", include_str!("../../starter/flows/booking.test.yaml")),
    ("flows/menu.yaml", include_str!("../../starter/flows/menu.yaml")),
    ("flows/menu.test.yaml", include_str!("../../starter/flows/menu.test.yaml")),
    ("flows/person.yaml", include_str!("../../starter/flows/person.yaml")),
    ("flows/person.test.yaml", include_str!("../../starter/flows/person.test.yaml")),
    ("flows/reminder.yaml", include_str!("../../starter/flows/reminder.yaml")),
    ("flows/reminder.test.yaml", include_str!("../../starter/flows/reminder.test.yaml")),
    ("flows/thanks.yaml", include_str!("../../starter/flows/thanks.yaml")),
    ("flows/thanks.test.yaml", include_str!("../../starter/flows/thanks.test.yaml")),
    ("scripts/prices.rhai", include_str!("../../starter/scripts/prices.rhai")),
];

/// The name and the zone in the files of `starter/`, which the new bot's own replace.
const NAME: &str = "My bot";
const ZONE: &str = "Europe/Madrid";

pub fn run(args: &Args) -> Outcome {
    let zone = match &args.timezone {
        Some(zone) if TimeZone::get(zone).is_err() => {
            return Err(Failure::Usage(format!("there is no time zone `{zone}`; write it like `{ZONE}`")));
        }
        Some(zone) => zone.clone(),
        None => own_zone(),
    };
    let folder = &args.folder;
    refuse_what_is_there(folder)?;
    fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    let name = name_of(folder)?;
    for (path, text) in FILES {
        write(&folder.join(path), &with_names(path, text, &name, &zone))?;
    }
    for (path, schema) in schema::all() {
        write(&folder.join("schema").join(path), &format!("{schema}\n"))?;
    }
    println!("{}", next(folder, &name, Paint::stdout()));
    Ok(())
}

/// Refuses a folder that is not empty, so that no file is overwritten.
fn refuse_what_is_there(folder: &Path) -> Outcome {
    let refuse = |what: &str| {
        Err(Failure::Failed(format!(
            "`{}` {what}, and a new bot needs a folder of its own; choose another name",
            folder.display()
        )))
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| refuse("is not empty")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => refuse("is a file"),
        Err(error) => Err(cannot(folder, &error)),
    }
}

/// The name of the bot from the folder: `Corner salon` for `corner-salon`.
fn name_of(folder: &Path) -> Result<String, Failure> {
    let whole = folder.canonicalize().map_err(|error| cannot(folder, &error))?;
    let name = whole.file_name().map(|name| name.to_string_lossy().replace(['-', '_'], " ")).unwrap_or_default();
    let mut letters = name.trim().chars();
    Ok(letters.next().map_or_else(|| NAME.to_owned(), |first| first.to_uppercase().chain(letters).collect()))
}

/// The time zone of this machine. On a server it is often UTC, which is not the zone of a business but a correct value.
fn own_zone() -> String {
    let zone = TimeZone::system();
    let name = zone.iana_name().filter(|name| !matches!(*name, "Etc/UTC" | "Etc/Unknown" | "GMT"));
    name.unwrap_or("UTC").to_owned()
}

fn with_names(path: &str, text: &str, name: &str, zone: &str) -> String {
    match path {
        "README.md" => text.replacen(NAME, name, 1),
        "flows/_bot.yaml" => {
            // The remark behind the value stays in its column if there is room.
            let zone = format!("timezone: {zone:<width$} #", width = ZONE.len() + 9);
            let written = text.replacen(&format!("bot: {NAME}"), &format!("bot: {}", scalar(name)), 1);
            written.replacen(&format!("timezone: {ZONE:<width$} #", width = ZONE.len() + 9), &zone, 1)
        }
        // The flows of the new bot know no shop: nobody shall look for an address and a token that are needed nowhere.
        "config.example.yaml" => text
            .replacen(r#"env: {SHOP_URL: "${SHOP_URL}"}           "#, "env: {}                                 ", 1)
            .replacen(r#"secrets: {SHOP_TOKEN: "${SHOP_TOKEN}"}   "#, "secrets: {}                             ", 1),
        _ => text.to_owned(),
    }
}

fn write(path: &Path, text: &str) -> Outcome {
    let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
    parent.and_then(|()| fs::write(path, text)).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot write `{}`: {error}", path.display()))
}

/// The next commands, in lines that can be copied.
fn next(folder: &Path, name: &str, paint: Paint) -> String {
    let step = |command: &str, about: &str| {
        format!("  {}  {}\n", paint.good(format!("{command:<18}")), paint.faint(format!("# {about}")))
    };
    let mut text = format!(
        "{} {}\n\n",
        paint.strong(format!("{name} is ready.")),
        "It greets, tells the opening hours, books a visit, reminds of it, and gets a person."
    );
    if folder != Path::new(".") {
        text.push_str(&format!("  {}\n", paint.good(format!("cd {}", in_shell(&folder.display().to_string())))));
    }
    text.push_str(&step("transom chat", "talk to it: write “hello”, tap with “/tap 1”"));
    text.push_str(&step("transom check", "every mistake, with its place and what to write instead"));
    text.push_str(&step("transom test", "the conversations in flows/*.test.yaml"));
    text.push_str(
        "\nBegin in flows/_bot.yaml (name, clock, opening hours) and flows/menu.yaml: change a text, save, chat again.\n\
         `transom reference ask` explains a word of the language; README.md says what lies where.\n\n",
    );
    text.push_str(&step("transom serve", "opens the studio: http://127.0.0.1:8080/studio"));
    text.trim_end().to_owned()
}

/// A text quoted as one word for a shell.
fn in_shell(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if path.starts_with('-') {
        // `cd` would take it for an option.
        return in_shell(&format!("./{path}"));
    }
    match path.chars().all(plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::load::spec::BOT_KEYS;

    #[test]
    fn a_path_can_be_copied_into_a_shell() {
        for (path, quoted) in [
            ("corner-shop", "corner-shop"),
            ("a/b.c", "a/b.c"),
            ("My shop", "'My shop'"),
            ("Ana's $HOME", r"'Ana'\''s $HOME'"),
            ("-shop", "./-shop"),
            ("- shop", "'./- shop'"),
            ("café", "'café'"),
        ] {
            assert_eq!(in_shell(path), quoted);
        }
    }

    #[test]
    fn every_file_of_the_starter_is_written() {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter");
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        let mut written: Vec<String> = FILES.iter().map(|(path, _)| path.replace(".gitignore", "gitignore")).collect();
        // The file in the root of the repository is copied too.
        found.push("config.example.yaml".to_owned());
        found.sort();
        written.sort();
        assert_eq!(found, written);
    }

    #[test]
    fn every_key_of_bot_yaml_is_shown_with_a_remark() {
        let (_, text) = FILES.iter().find(|(path, _)| *path == "flows/_bot.yaml").unwrap();
        for key in BOT_KEYS {
            let line = text.lines().find(|line| line.trim_start_matches("# ").starts_with(&format!("{}:", key.name)));
            let line = line.unwrap_or_else(|| panic!("`{}` is missing", key.name));
            assert!(key.name == "bot" || line.contains("  # "), "{line}");
        }
    }

    #[test]
    fn a_name_that_yaml_would_read_otherwise_is_quoted() {
        let bot = |name: &str| {
            with_names(
                "flows/_bot.yaml",
                FILES.iter().find(|(path, _)| *path == "flows/_bot.yaml").unwrap().1,
                name,
                "America/Argentina/Buenos_Aires",
            )
        };
        assert!(bot("Salon Sol").contains("\nbot: Salon Sol\n"));
        assert!(bot("Null: #1").contains("\nbot: \"Null: #1\"\n"));
        assert!(bot("X").contains("\ntimezone: America/Argentina/Buenos_Aires # where"), "{}", bot("X"));
    }
}
