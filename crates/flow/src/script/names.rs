//! Checks the names of variables.

use super::{view, words};

/// True for letters, digits and `_`, a letter first.
pub fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// The variable that `as: NAME` means, also where it has a finding: `prenom` for `contact.prenom`.
pub fn meant_name(name: &str) -> String {
    match name.strip_prefix("contact.").filter(|field| is_word(field)) {
        Some(field) => field.to_owned(),
        None if is_word(name) => name.to_owned(),
        None => as_word(name),
    }
}

/// The nearest name of a variable for one that is none.
fn as_word(name: &str) -> String {
    let mut better: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    // `2nd` would become `nd`.
    if better.starts_with(|c: char| c.is_numeric()) {
        better.insert_str(0, "answer_");
    }
    while better.starts_with(|c: char| !c.is_alphabetic()) {
        better.remove(0);
    }
    let better = better.trim_end_matches('_');
    if better.is_empty() { "answer".to_owned() } else { better.to_owned() }
}

/// Checks that a variable may have this name; the error is the reason against it.
pub fn valid_name(name: &str) -> Result<(), String> {
    if !is_word(name) {
        let such = as_word(name);
        return Err(format!("`{name}` cannot be a name: letters, digits and `_`, a letter first; write `{such}`"));
    }
    if words::RESERVED.contains(&name) {
        return Err(format!("the name `{name}` is reserved; choose another, such as `my_{name}`"));
    }
    if view(name).is_some() {
        return Err(format!("the name `{name}` belongs to the language; choose another, such as `my_{name}`"));
    }
    Ok(())
}
