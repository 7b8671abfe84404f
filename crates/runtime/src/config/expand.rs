//! Replaces `${NAME}` by the environment and `${file:/run/secrets/x}` by a file's content, in every text of the
//! configuration.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    limits::SECRET_FILE_BYTES_MAX,
    yaml::{Entry, Kind, Node, Scalar, Style},
};
use std::{fs, io::Read, path::Path, sync::Arc};

/// The tree with expanded texts; a text that cannot be expanded is reported and marked as broken. `known` collects the
/// inserted values, so that no message repeats them.
pub fn expand(
    node: &Node,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    known: &mut Vec<String>,
    findings: &Findings,
) -> Node {
    let kind = match &node.kind {
        Kind::Null => Kind::Null,
        // The loader treats every plain word as a text, which flow authors need; here `url: null` means null.
        Kind::Scalar(scalar) if scalar.is_plain() && scalar.text == "null" => Kind::Null,
        Kind::Scalar(scalar) => Kind::Scalar(text(scalar, folder, env, known, findings)),
        Kind::List(items) => Kind::List(items.iter().map(|item| expand(item, folder, env, known, findings)).collect()),
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    value: expand(&entry.value, folder, env, known, findings),
                })
                .collect(),
        ),
    };
    Node { place: node.place.clone(), kind }
}

fn text(
    scalar: &Arc<Scalar>,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    known: &mut Vec<String>,
    findings: &Findings,
) -> Arc<Scalar> {
    // A broken text is already reported by the loader.
    if scalar.is_broken() || !scalar.text.contains("${") {
        return scalar.clone();
    }
    let (mut filled, mut at, mut whole) = (String::new(), 0, true);
    while let Some(start) = scalar.text[at..].find("${").map(|found| at + found) {
        // `$${` stands for `${`, as in flows.
        if scalar.text[..start].ends_with('$') && start > at {
            filled.push_str(&scalar.text[at..start - 1]);
            filled.push_str("${");
            at = start + 2;
            continue;
        }
        filled.push_str(&scalar.text[at..start]);
        let end = scalar.text[start..].find('}').map(|found| start + found);
        let name = end.map(|end| scalar.text[start + 2..end].trim());
        at = end.map_or(scalar.text.len(), |end| end + 1);
        let found = match name {
            None => Err(("`${` is not closed by `}`".to_owned(), None)),
            Some(name) => value(name, folder, env),
        };
        match found {
            Ok(value) => {
                filled.push_str(&value);
                known.push(value);
            }
            Err((message, help)) => {
                whole = false;
                findings.push(Diagnostic::error("E901", &scalar.part(start..at), message).help_if(help));
            }
        }
    }
    filled.push_str(&scalar.text[at..]);
    let (filled, style) = if whole { (filled, Style::DoubleQuoted) } else { (String::new(), Style::Broken) };
    Arc::new(Scalar::new(filled, style, scalar.place.clone()))
}

type Missing = (String, Option<String>);

fn value(name: &str, folder: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<String, Missing> {
    if let Some(path) = name.strip_prefix("file:") {
        return secret_file(&folder.join(path.trim()))
            .map_err(|why| (format!("cannot read the file `{}`: {why}", path.trim()), None));
    }
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if name.is_empty() || !plain {
        let message = format!("`${{{name}}}` is no name of the environment");
        return Err((message, Some("write `${NAME}` or `${file:/run/secrets/name}`".to_owned())));
    }
    env(name).ok_or_else(|| {
        let help = format!("set it before the start, for example `{name}=… transom serve`");
        (format!("`{name}` is not set in the environment"), Some(help))
    })
}

/// Reads a file without the final line end that editors and `echo` add.
fn secret_file(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|e| e.to_string())?;
    let limit = SECRET_FILE_BYTES_MAX as u64;
    file.take(limit + 1).read_to_string(&mut text).map_err(|e| e.to_string())?;
    if text.len() as u64 > limit {
        return Err(format!("it is longer than {limit} bytes"));
    }
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
