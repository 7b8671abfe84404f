//! Renames a flow, block or variable in all files at once.

use super::{
    EditedBot,
    names::{Meaning, Named, name_at, names},
    slots::{BotFileKind, sort_of},
};
use crate::{
    base::{
        fix::Edit,
        place::{Place, SourceFile},
    },
    script::valid_name,
};
use std::sync::Arc;

/// The changes of a renaming; files are renamed after their texts are changed.
pub struct Renamed {
    pub edits: Vec<Edit>,
    /// The old and the new path of each renamed file.
    pub files: Vec<(String, String)>,
}

/// The name at a byte of a file, if it can be renamed; otherwise the reason.
pub fn renameable(desk: &EditedBot<'_>, file: &Arc<SourceFile>, at: usize) -> Result<Place, String> {
    let named = name_at(desk, file, at).ok_or("there is no name here")?;
    may_change(desk, &named.meaning)?;
    Ok(named.place)
}

/// Renames the name; `files` are all files of the bot, including tests.
pub fn rename(
    desk: &EditedBot<'_>,
    files: &[Arc<SourceFile>],
    file: &Arc<SourceFile>,
    at: usize,
    new: &str,
) -> Result<Renamed, String> {
    let Named { meaning, .. } = name_at(desk, file, at).ok_or("there is no name here")?;
    may_change(desk, &meaning)?;
    fits(desk, files, &meaning, new)?;
    let mut edits = Vec::new();
    for other in files {
        let same = names(desk, other).into_iter().filter(|named| named.meaning == meaning);
        edits.extend(same.map(|named| Edit { place: named.place, text: new.to_owned() }));
    }
    let moved = match &meaning {
        Meaning::Flow(old) => files.iter().filter_map(|file| moved(file, old, new)).collect(),
        _ => Vec::new(),
    };
    Ok(Renamed { edits, files: moved })
}

/// Checks that only files of this bot use the name.
fn may_change(desk: &EditedBot<'_>, meaning: &Meaning) -> Result<(), String> {
    match meaning {
        Meaning::Block { .. } => Ok(()),
        Meaning::Flow(name) if desk.set.named(name).is_some() => Ok(()),
        Meaning::Flow(name) => Err(format!("there is no flow `{name}`")),
        Meaning::Variable { flow, name } => {
            let input = desk.set.named(flow).is_some_and(|flow| flow.inputs.iter().any(|input| input.name == *name));
            let returned =
                desk.set.named(flow).is_some_and(|flow| flow.returns.iter().any(|returned| returned.name == *name));
            match (input, returned) {
                (true, _) => Err(format!("`{name}` is an input: callers and the API give it by this name")),
                (_, true) => Err(format!("`{name}` is given back: callers know it by this name")),
                _ => Ok(()),
            }
        }
        Meaning::Top { .. } => Err("`top` always means the first step".into()),
        Meaning::Listed { list: "fields", name } => {
            Err(format!("what contacts have under `{name}` is stored by this name"))
        }
        Meaning::Listed { list: "env" | "secrets", .. } => {
            Err("the daemon's configuration knows it by this name".into())
        }
        Meaning::Listed { name, .. } => Err(format!("what is stored knows `{name}` by this name")),
        Meaning::Tool { .. } => Err("the server gives its tools their names".into()),
        Meaning::Key { .. } | Meaning::View { .. } | Meaning::Function(_) => {
            Err("this is a word of the language".into())
        }
        Meaning::Module(_) | Meaning::InModule { .. } => Err("rename it in its script, and where it is called".into()),
    }
}

/// Checks that the new name is valid and free.
fn fits(desk: &EditedBot<'_>, files: &[Arc<SourceFile>], meaning: &Meaning, new: &str) -> Result<(), String> {
    let plain = !new.is_empty() && new.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match meaning {
        Meaning::Variable { flow, .. } => {
            valid_name(new)?;
            let wanted = Meaning::Variable { flow: flow.clone(), name: new.to_owned() };
            let taken = files.iter().any(|file| names(desk, file).iter().any(|named| named.meaning == wanted));
            if taken { Err(format!("the flow `{flow}` has a variable `{new}` already")) } else { Ok(()) }
        }
        _ if !plain => Err(format!("`{new}` cannot be a name: letters, digits, `_` and `-` only")),
        _ if new == "top" || new == "_bot" => Err(format!("the name `{new}` belongs to the language")),
        _ if desk.set.named(new).is_some() => Err(format!("there is a flow `{new}` already")),
        Meaning::Flow(_) => {
            let block = desk.set.flows.values().find(|flow| flow.blocks.contains_key(new));
            block.map_or(Ok(()), |flow| Err(format!("the flow `{}` has a block `{new}`", flow.name)))
        }
        Meaning::Block { flow, .. } => {
            let taken = desk.set.named(flow).is_some_and(|flow| flow.blocks.contains_key(new));
            if taken { Err(format!("the flow `{flow}` has a block `{new}` already")) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// The new path of a flow's file, test, eval or recording, which have the name of the flow.
fn moved(file: &SourceFile, old: &str, new: &str) -> Option<(String, String)> {
    if sort_of(file) != BotFileKind::Flow && !file.is_of_tests() {
        return None;
    }
    let stem = file.stem();
    let rest = stem.strip_prefix(old).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
    let path = file.path();
    let folder = &path[..path.len() - path.rsplit(['/', '\\']).next().map_or(0, str::len)];
    let extension = path.rsplit('.').next().unwrap_or("yaml");
    Some((path.to_owned(), format!("{folder}{new}{rest}.{extension}")))
}
