//! Checks the names of variables.

use super::{view, words};

/// True for letters, digits and `_`, a letter first.
pub fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// Checks that a variable may have this name; the error is the reason against it.
pub fn valid_name(name: &str) -> Result<(), String> {
    if !is_word(name) {
        let mut better: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        // `2nd` would become `nd`.
        if better.starts_with(|c: char| c.is_numeric()) {
            better.insert_str(0, "answer_");
        }
        while better.starts_with(|c: char| !c.is_alphabetic()) {
            better.remove(0);
        }
        let better = better.trim_end_matches('_');
        let such = if better.is_empty() { "answer" } else { better };
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
