//! Takes out steps that the checker refuses, so that an import never ends with a bot that does not load.

use super::{
    report::{Fate, ImportReport, Place, quote},
    texts::literal,
};
use crate::{
    base::{diagnostic::Diagnostic, limits::IMPORT_SETTLE_ROUNDS_MAX, place::SourceFile},
    flow::tools::workspace::Workspace,
};
use std::collections::BTreeMap;

/// The finding for a message that may find the window closed.
const LATE: &str = "E501";
/// The finding for a call that comes back to itself.
const CIRCLE: &str = "E604";

/// Replaces each step with an error by a line in the trace and a remark; both texts stand in the report.
pub fn settle(files: &mut [(String, String)], report: &mut ImportReport) {
    for _ in 0..IMPORT_SETTLE_ROUNDS_MAX {
        let errors = errors(files);
        let mut by_file: BTreeMap<String, Vec<(usize, &'static str, String)>> = BTreeMap::new();
        for error in &errors {
            let place = &error.place;
            by_file.entry(place.path().to_owned()).or_default().push((place.line(), error.code, error.message.clone()));
        }
        let mut changed = false;
        for (path, text) in files.iter_mut() {
            // The last one first, so that the lines above keep their numbers.
            let mut found = by_file.remove(path).unwrap_or_default();
            found.sort_by_key(|(line, ..)| std::cmp::Reverse(*line));
            let mut above = usize::MAX;
            for (line, code, why) in found {
                if let Some(taken) = item_around(text, line).filter(|taken| taken.last < above) {
                    above = taken.first;
                    match code {
                        LATE if !text.lines().nth(taken.first + 1).is_some_and(|next| next.contains("if_closed:")) => {
                            hold(path, text, &taken, report);
                        }
                        CIRCLE => jump(path, text, &taken, report),
                        _ => take_out(path, text, &taken, &why, report),
                    }
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
}

/// The errors that `transom check` finds in these files.
pub fn errors(files: &[(String, String)]) -> Vec<Diagnostic> {
    let mut workspace = Workspace::default();
    workspace.replace(files.iter().map(|(path, text)| SourceFile::new(path.as_str(), text.as_str())));
    workspace.look().findings.into_iter().filter(Diagnostic::is_error).collect()
}

/// The lines of the innermost step around a line.
struct Taken {
    first: usize,
    last: usize,
    indent: usize,
}

fn item_around(text: &str, line: usize) -> Option<Taken> {
    let lines: Vec<&str> = text.lines().collect();
    let indent_of = |text: &str| text.len() - text.trim_start().len();
    let mut at = line.checked_sub(1).filter(|at| *at < lines.len())?;
    let mut most = usize::MAX;
    loop {
        let (here, indent) = (lines[at], indent_of(lines[at]));
        if !here.trim().is_empty() && indent < most {
            if here.trim_start().starts_with("- ") && is_step(&lines, at) {
                let last = (at + 1..lines.len())
                    .find(|next| !lines[*next].trim().is_empty() && indent_of(lines[*next]) <= indent)
                    .unwrap_or(lines.len());
                return Some(Taken { first: at, last: last - 1, indent });
            }
            most = if here.trim_start().starts_with("- ") { indent } else { indent.max(1) };
        }
        at = at.checked_sub(1)?;
    }
}

/// Whether the list around this item is one of steps: that of `steps`, of a way or of a block.
fn is_step(lines: &[&str], at: usize) -> bool {
    let indent = lines[at].len() - lines[at].trim_start().len();
    let parent = lines[..at].iter().rev().find(|line| {
        let its = line.len() - line.trim_start().len();
        !line.trim().is_empty() && !line.trim_start().starts_with('#') && its < indent
    });
    let Some(parent) = parent else { return false };
    let key = parent.trim().trim_start_matches("- ").trim_end_matches(':');
    !matches!(
        key,
        "options"
            | "when"
            | "tag"
            | "untag"
            | "buttons"
            | "media"
            | "facts"
            | "examples"
            | "stop_when"
            | "card"
            | "vars"
    )
}

/// Flows that call each other in a circle lead on instead: `go` does not come back.
fn jump(path: &str, text: &mut String, taken: &Taken, report: &mut ImportReport) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let said = lines[taken.first].trim().trim_start_matches("- ").to_owned();
    let name = said.strip_prefix("call: ").unwrap_or("top").to_owned();
    lines.splice(taken.first..=taken.last, [format!("{}- go: {name}", " ".repeat(taken.indent))]);
    *text = lines.join("\n") + "\n";
    let place = Place {
        flow: path.to_owned(),
        name: format!("line {}", taken.first + 1),
        kind: "step".into(),
        id: quote(&said),
    };
    report.replaced(
        &place,
        format!("`go: {name}`: the flows call each other in a circle, and a `go` does not come back"),
    );
}

/// A message behind a long wait is kept until the customer writes; only the author knows a template for it.
fn hold(path: &str, text: &mut String, taken: &Taken, report: &mut ImportReport) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let said = quote(lines[taken.first].trim().trim_start_matches("- "));
    let last = lines
        .iter()
        .enumerate()
        .skip(taken.first + 1)
        .find(|(_, line)| !line.trim().is_empty() && line.len() - line.trim_start().len() <= taken.indent + 2);
    let at = last.map_or(lines.len(), |(at, _)| at);
    lines.insert(at, format!("{}if_closed: hold", " ".repeat(taken.indent + 2)));
    *text = lines.join("\n") + "\n";
    let place =
        Place { flow: path.to_owned(), name: format!("line {}", taken.first + 1), kind: "step".into(), id: said };
    report.replaced(
        &place,
        "it may come after the 24-hour window: it waits until the customer writes (`if_closed: hold`)",
    );
    report.todo.insert(
        "Messages with `if_closed: hold`: name a template, `if_closed: {template: NAME}`, or let them wait.".into(),
    );
}

fn take_out(path: &str, text: &mut String, taken: &Taken, why: &str, report: &mut ImportReport) {
    let lines: Vec<&str> = text.lines().collect();
    let step = lines[taken.first..=taken.last].join("\n");
    let blank = " ".repeat(taken.indent);
    let said = literal(&quote(why));
    let new = format!(
        "{blank}# Import: the checker refused a step here ({said}); see IMPORT.md.\n{blank}- log: {}",
        super::yaml::quoted(&format!("Import: {said}"))
    );
    let mut out: Vec<String> = lines[..taken.first].iter().map(|line| (*line).to_owned()).collect();
    out.push(new);
    out.extend(lines[taken.last + 1..].iter().map(|line| (*line).to_owned()));
    *text = out.join("\n") + "\n";
    let place = Place {
        flow: path.to_owned(),
        name: format!("line {}", taken.first + 1),
        kind: "step".to_owned(),
        id: quote(step.lines().next().unwrap_or_default().trim().trim_start_matches("- ")),
    };
    report.entries.push(super::report::Entry {
        place,
        fate: Fate::Left,
        became: format!("the checker refused it ({why}); it was: {}", quote(&step)),
    });
}
