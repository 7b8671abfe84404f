//! Lists, reads and writes the files of the bot for an assistant. No path leads out of the bot's folders, and no change
//! of somebody else is overwritten: a file is written by the tag under which it was read.

use crate::{
    base::{counted::counted, diagnostic::did_you_mean, limits::MCP_ANSWER_BYTES_MAX},
    flow::{self, mcp::is_lock},
    runtime::bot::{
        bot_path::BotPath,
        publish::{self, Change, tag},
        source_files,
    },
    web::mcp::protocol::Done,
};
use std::path::Path;

/// The language by example, as the documentation has it.
const GUIDE: &str = include_str!("../../../docs/language.md");

/// A line for each flow, and one for each other file.
pub fn list(folder: &Path) -> Result<String, String> {
    let files = source_files::read(folder).map_err(|error| error.to_string())?;
    let tests = source_files::read_tests(folder).map_err(|error| error.to_string())?;
    let (set, _) = flow::parse_set(&files.files);
    let mut text = String::new();
    for flow in set.flows.values() {
        let triggers: Vec<&str> = flow.triggers.iter().map(|trigger| trigger.key.as_str()).collect();
        let begins = if triggers.is_empty() { "by other flows or the API".to_owned() } else { triggers.join(", ") };
        text.push_str(&format!("{} in {}: begins by {begins}", flow.name, flow.place.path()));
        if let Some(about) = flow.description.as_ref().or(flow.title.as_ref()) {
            text.push_str(&format!(". {about}"));
        }
        text.push('\n');
    }
    let is_flow = |path: &str| set.flows.values().any(|flow| flow.place.path() == path);
    let rest = files.files.iter().chain(&tests.files).chain(&tests.evals).filter(|file| !is_flow(file.path()));
    for file in rest {
        text.push_str(&format!("{}, {}\n", file.path(), counted(file.text().len(), "byte")));
    }
    Ok(text)
}

/// The text of a file, and its tag.
pub fn read(folder: &Path, path: &str) -> Result<Done, String> {
    let place = BotPath::readable(path).map_err(|why| format!("`{path}` is no file of the bot: {why}"))?;
    let content = place.read(folder).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    let content = content.ok_or_else(|| format!("there is no file `{path}`; `list_flows` names all"))?;
    let own = tag(&content);
    let text = String::from_utf8(content).map_err(|_| format!("`{path}` is not UTF-8"))?;
    if text.len() > MCP_ANSWER_BYTES_MAX {
        return Err(format!(
            "`{path}` has {}, and at most {MCP_ANSWER_BYTES_MAX} are read here",
            counted(text.len(), "byte")
        ));
    }
    Ok(Done { texts: vec![text, format!("tag: {own}")], is_error: false })
}

/// Writes a file, or deletes it without a text. Answers with its new tag.
pub fn write(folder: &Path, path: &str, text: Option<&str>, seen: Option<&str>) -> Result<String, String> {
    if is_lock(path) {
        return Err(format!("`{path}` is written by `transom mcp pull` alone: a person reads what has changed"));
    }
    let place = match text {
        Some(_) => BotPath::parse(path),
        None => BotPath::existing(path),
    };
    let place = place.map_err(|why| format!("`{path}` is no file of the bot: {why}"))?;
    let change = Change { path: place, text: text.map(str::to_owned), etag: seen.map(str::to_owned) };
    match publish::write_files(folder, &[change]) {
        Ok(()) => Ok(match text {
            Some(text) => format!("written; tag: {}", tag(text.as_bytes())),
            None => "deleted".to_owned(),
        }),
        Err(publish::NotPublished::Changed(_)) => Err(match seen {
            Some(_) => {
                format!("`{path}` was changed or deleted since you read it; read it again, and keep what is new")
            }
            None => format!("there is a file `{path}`; read it first, and give its tag"),
        }),
        Err(why) => Err(why.to_string()),
    }
}

/// A chapter of the guide, or the list of them.
pub fn guide(chapter: Option<&str>) -> Result<String, String> {
    let chapters = || GUIDE.split("\n## ").skip(1);
    let title = |chapter: &'static str| chapter.lines().next().unwrap_or_default();
    let Some(wanted) = chapter.map(str::trim) else {
        let titles: Vec<&str> = chapters().map(title).collect();
        return Ok(format!("Chapters:\n{}", titles.join("\n")));
    };
    match chapters().find(|chapter| title(chapter).eq_ignore_ascii_case(wanted)) {
        Some(chapter) => Ok(format!("## {}", chapter.trim_end())),
        None => {
            let help = did_you_mean(wanted, chapters().map(title)).map(|help| format!("; {help}"));
            Err(format!("the guide has no chapter `{wanted}`{}", help.unwrap_or_default()))
        }
    }
}
