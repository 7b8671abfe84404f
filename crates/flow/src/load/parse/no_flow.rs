//! Reports tests, evals and translations in a file with the name of a flow.

use crate::base::{diagnostic::Diagnostic, place::SourceFile, yaml};

/// The finding for a test, an eval or a translation under the name of a flow.
pub(super) fn no_flow(file: &SourceFile, root: &yaml::Node) -> Option<Diagnostic> {
    let of = |key: &str| root.entry(key).filter(|_| root.get("flow").is_none() && root.get("steps").is_none());
    let stem = file.stem().trim_end_matches("_test").trim_end_matches("-test").trim_end_matches("_eval");
    let (entry, what, help) = if let Some(entry) = of("tests") {
        (entry, "tests", format!("call the file `{stem}.test.yaml`"))
    } else if let Some(entry) = of("evals") {
        (entry, "evals", format!("call the file `{stem}.eval.yaml`"))
    } else {
        let entry = of("locale")?;
        let language = entry.value.text().unwrap_or(stem);
        (entry, "translations", format!("put the file into the folder `locales`: `locales/{language}.yaml`"))
    };
    let message = format!("this file holds {what}, and its name is that of a flow");
    Some(Diagnostic::error("E202", &entry.key.place, message).help(help))
}
