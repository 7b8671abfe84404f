//! Formats the YAML files of a bot. Meaning, order and comments stay; the trees before and after are compared.

mod print;
mod scalar;

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fix::{self, EarlierFixes, Fix},
    limits::{FIX_ROUNDS_MAX, FMT_ROUNDS_MAX, YAML_MENDS_MAX},
    place::{Place, SourceFile},
    yaml::{self, Kind, Node, cst},
};
use std::sync::Arc;

/// Formats a file; its result formats to itself. `Err`: findings for YAML that cannot be parsed.
pub fn format(file: &Arc<SourceFile>) -> Result<String, Vec<Diagnostic>> {
    let mut text = file.text().to_owned();
    for _ in 0..FMT_ROUNDS_MAX {
        let written = cst::read(&text).map_err(|refusal| unreadable(file, &refusal))?;
        let printed = print::print(&text, &written);
        if printed == text {
            return Ok(text);
        }
        if !same(file, &SourceFile::new(file.path(), printed.as_str())) {
            break;
        }
        text = printed;
    }
    // The findings of `check` name the reason: often invisible characters from a copied text.
    let found = faults(file);
    if !found.is_empty() {
        return Err(found);
    }
    // A file whose formatted tree differs stays unchanged.
    let finding =
        Diagnostic::error("E119", &Place::start_of(file), "this file cannot be formatted without changing it");
    let help =
        "it was left alone: written out it may be larger than a file may be, so split it; if not, please report it";
    Err(vec![finding.help(help)])
}

/// Repairs values that YAML reads otherwise than meant, if only one meaning is possible. Returns the file, and the
/// findings that were repaired.
pub fn mend(file: &Arc<SourceFile>) -> (Arc<SourceFile>, Vec<Diagnostic>) {
    let (mut file, mut gone, mut mended) = (file.clone(), Vec::new(), EarlierFixes::default());
    // A repaired line may show findings that it hid.
    for _ in 0..FIX_ROUNDS_MAX {
        let findings = Findings::default();
        let whole = yaml::load(&file, &findings).is_some();
        let mendable: Vec<Diagnostic> =
            findings.into_sorted().into_iter().filter(|finding| mended.may_mend(finding)).collect();
        let fixes: Vec<&Fix> = mendable.iter().filter_map(|finding| finding.fix.as_ref()).collect();
        let (text, made) = fix::apply(file.path(), file.text(), &fixes);
        if !made.contains(&true) {
            break;
        }
        for (finding, _) in mendable.into_iter().zip(made).filter(|(_, made)| *made) {
            mended.add(&finding);
            gone.push(finding);
        }
        file = SourceFile::new(file.path(), text);
        // A file with this many broken lines has no simple typing errors, and each round parses the whole file.
        if !whole && gone.len() >= YAML_MENDS_MAX {
            break;
        }
    }
    (file, gone)
}

/// The errors in the YAML of a file.
pub fn faults(file: &Arc<SourceFile>) -> Vec<Diagnostic> {
    let findings = Findings::default();
    yaml::load(file, &findings);
    findings.into_sorted().into_iter().filter(Diagnostic::is_error).collect()
}

/// The findings of `check`, or else the error of the parser.
fn unreadable(file: &Arc<SourceFile>, refusal: &cst::Refusal) -> Vec<Diagnostic> {
    let found = faults(file);
    if !found.is_empty() {
        return found;
    }
    let place = Place::new(file, refusal.at..refusal.at + 1);
    vec![Diagnostic::error("E100", &place, format!("this cannot be read: {}", refusal.said))]
}

/// True if both files have the same meaning: equal trees, and the same findings.
fn same(before: &Arc<SourceFile>, after: &Arc<SourceFile>) -> bool {
    let read = |file: &Arc<SourceFile>| {
        let findings = Findings::default();
        let node = yaml::load(file, &findings);
        (node, findings.has_errors())
    };
    match (read(before), read(after)) {
        ((Some(a), broken), (Some(b), still)) => (broken || !still) && equal(&a, &b),
        ((None, _), (None, _)) => true,
        ((Some(_), _), (None, _)) | ((None, _), (Some(_), _)) => false,
    }
}

fn equal(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => true,
        // A shortened text already has an error and is written unchanged.
        (Kind::Scalar(a), Kind::Scalar(b)) => {
            let typed_alike = a.is_plain() == b.is_plain() || !scalar::is_typed(&a.text);
            a.text == b.text && typed_alike || a.is_broken()
        }
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key.text == b.key.text && equal(&a.value, &b.value))
        }
        (Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Map(_), _) => false,
    }
}

#[cfg(test)]
mod tests;
