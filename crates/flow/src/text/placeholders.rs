//! Finds values in the notation of other products: `%name%`, `[nombre]`, `<name>`, `{first_name}`.

use crate::{
    base::{advice, synonyms, yaml::filtered},
    script::view,
};

/// The first placeholder in a plain part of a text. A word in brackets may be the author's own, so there it must be a
/// variable of the flow or a word for the name of the contact.
pub fn find<'p>(plain: &'p str, own: &[String]) -> Option<&'p str> {
    let named = |word: &str| own.iter().any(|name| name == word) || is_name(word);
    between(plain, "<<", ">>", &named)
        .or_else(|| between(plain, "*|", "|*", &named))
        .or_else(|| between(plain, "«", "»", &|word| is_name(word) && word.starts_with(char::is_uppercase)))
        .or_else(|| {
            between(plain, "$(", ")", &|path| {
                let (root, part) = path.split_once('.').unwrap_or((path, ""));
                is_name(path) || own.iter().any(|name| name == root) || !part.is_empty() && view(root).is_some()
            })
        })
        .or_else(|| of_fields(plain))
        .or_else(|| one_of(plain))
        .or_else(|| numbered(plain))
        .or_else(|| in_signs(plain, own, &named))
}

fn in_signs<'p>(plain: &'p str, own: &[String], named: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    enclosed(plain, '%', '%', &|word| word.len() >= PERCENT_CHARS_MIN)
        .or_else(|| enclosed(plain, '[', ']', named))
        .or_else(|| enclosed(plain, '<', '>', named))
        .or_else(|| enclosed(plain, '{', '}', &is_name))
        .or_else(|| behind_dollar(plain))
        .or_else(|| path_of_json(plain, own))
        .or_else(|| logic(plain))
}

/// A name or path between two marks: `<<Name>>`, `*|FNAME|*`, `$(contact.name)`.
fn between<'p>(plain: &'p str, open: &str, close: &str, is_meant: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    plain.match_indices(open).find_map(|(at, _)| {
        let inner = plain[at + open.len()..].split_once(close)?.0;
        let word = !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ' '));
        (word && is_meant(inner.trim())).then(|| &plain[at..at + open.len() + inner.len() + close.len()])
    })
}

/// `@fields.city` and `@results.city`.
fn of_fields(plain: &str) -> Option<&str> {
    ["@fields.", "@contact.fields.", "@results."].iter().find_map(|begin| {
        let at = plain.find(begin)?;
        let rest = &plain[at + begin.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| &plain[at..at + begin.len() + end])
    })
}

/// `{Hi|Hello}`, of which other products send one.
fn one_of(plain: &str) -> Option<&str> {
    plain.match_indices('{').find_map(|(at, _)| {
        let inner = plain[at + 1..].split_once('}')?.0;
        let parts: Vec<&str> = inner.split('|').collect();
        let words = |part: &&str| part.starts_with(char::is_alphabetic) && !part.contains(['{', '$', '\n', ':', '"']);
        let bare = !plain[..at].ends_with(['$', '{', '%']) && parts.len() > 1 && parts.iter().all(words);
        bare.then(|| &plain[at..at + inner.len() + 2])
    })
}

/// `{0}` of a program.
fn numbered(plain: &str) -> Option<&str> {
    plain.match_indices('{').find_map(|(at, _)| {
        let inner = plain[at + 1..].split_once('}')?.0;
        let number = inner.len() == 1 && inner.starts_with(|c: char| c.is_ascii_digit());
        // `[0-9]{5}` is a pattern.
        let bare = plain[..at]
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '*' | '_' | '¡' | '('));
        (number && bare).then(|| &plain[at..at + 3])
    })
}

/// `$.order.total` of a variable of the flow.
fn path_of_json<'p>(plain: &'p str, own: &[String]) -> Option<&'p str> {
    plain.match_indices("$.").find_map(|(at, _)| {
        let rest = &plain[at + 2..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
        let path = rest[..end].trim_end_matches('.');
        let root = path.split('.').next().unwrap_or_default();
        own.iter().any(|name| name == root).then(|| &plain[at..at + 2 + path.len()])
    })
}

/// `{% if … %}`, which other products work out.
fn logic(plain: &str) -> Option<&str> {
    let start = plain.find("{%")?;
    let end = start + plain[start..].find("%}")? + 2;
    Some(&plain[start..end])
}

/// Two letters between `%` may be bytes of an address.
const PERCENT_CHARS_MIN: usize = 3;

/// Our code for a placeholder. `None`: it is a number, or no value.
pub fn meant(written: &str, own: &[String]) -> Option<String> {
    let signs = ['{', '}', '[', ']', '<', '>', '%', '$', '@', ' ', '«', '»', '*'];
    let called = written.strip_prefix("$(").and_then(|written| written.strip_suffix(')'));
    let inner = called.unwrap_or_else(|| written.trim_matches(signs).trim_matches('|')).trim_start_matches('.');
    let one_of_several = written.starts_with('{') && !written.starts_with("{{") && inner.contains('|');
    if inner.bytes().all(|byte| byte.is_ascii_digit()) || written.starts_with("{%") || one_of_several {
        return None;
    }
    if let Some(result) = inner.strip_prefix("results.") {
        return Some(result.to_owned());
    }
    if let Some(field) = inner.strip_prefix("contact.fields.").or_else(|| inner.strip_prefix("fields.")) {
        return Some(format!("contact.{}", synonyms::contact_part(field).unwrap_or(field)));
    }
    let (value, behind) = inner.split_once('|').map_or((inner, ""), |(value, filter)| (value.trim(), filter));
    let (root, last) = (value.split('.').next().unwrap_or(value), value.rsplit('.').next().unwrap_or(value));
    let known = own.iter().any(|name| name == root) || view(root).is_some();
    let ours = match synonyms::contact_part(last) {
        // `workflow.name`, where the flow has a `name`.
        _ if !known && own.iter().any(|name| name == last) => last.to_owned(),
        Some(part) if !known => format!("contact.{part}"),
        None if !known && advice::is_surname(last) => "contact.name".to_owned(),
        _ => value.to_owned(),
    };
    let whole = if behind.is_empty() { None } else { filtered(&format!("{ours}|{behind}")) };
    Some(whole.unwrap_or(ours))
}

/// True for a word that can only be the name of the contact.
fn is_name(word: &str) -> bool {
    matches!(synonyms::contact_part(word), Some("name" | "first_name")) || advice::is_surname(word)
}

/// A single word between these signs.
fn enclosed<'p>(plain: &'p str, open: char, close: char, is_meant: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    plain.match_indices(open).find_map(|(at, _)| {
        let word = plain[at + open.len_utf8()..].split_once(close)?.0;
        // `[First Name]`; between two `%` of a sentence stand words, too.
        let blanks = matches!(open, '[' | '<') && word.trim() == word;
        let letter = |c: char| c.is_alphabetic() || c == '_' || c == ' ' && blanks;
        let plainly = !word.is_empty() && word.chars().all(letter);
        // The author of `$${name}` wants exactly this text.
        (plainly && is_meant(word) && !plain[..at].ends_with('$')).then(|| &plain[at..at + word.len() + 2])
    })
}

/// `$first_name`, as in other products, where the flow has no such variable.
fn behind_dollar(plain: &str) -> Option<&str> {
    plain.match_indices('$').find_map(|(at, _)| {
        let rest = &plain[at + 1..];
        let end = rest.find(|c: char| !c.is_alphabetic() && c != '_').unwrap_or(rest.len());
        is_name(&rest[..end]).then(|| &plain[at..at + 1 + end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_other_products_are_found() {
        let own = ["size".to_owned()];
        for (plain, wanted) in [
            ("Hi %name%!", Some(("%name%", "contact.name"))),
            ("Hola [nombre],", Some(("[nombre]", "contact.name"))),
            ("Hola <nombre>,", Some(("<nombre>", "contact.name"))),
            ("Hi {first_name}", Some(("{first_name}", "contact.first_name"))),
            ("Hi $first_name", Some(("$first_name", "contact.first_name"))),
            ("Size [size]", Some(("[size]", "size"))),
            ("Hi [First Name],", Some(("[First Name]", "contact.first_name"))),
            ("Hi <<Name>>!", Some(("<<Name>>", "contact.name"))),
            ("Hola «Nombre»,", Some(("«Nombre»", "contact.name"))),
            ("Hi @fields.city!", Some(("@fields.city", "contact.city"))),
            ("Hi $(contact.name)", Some(("$(contact.name)", "contact.name"))),
            ("Hi *|FNAME|*", Some(("*|FNAME|*", "contact.first_name"))),
            ("Hi [Last Name]", Some(("[Last Name]", "contact.name"))),
            ("{Hi|Hello} there", Some(("{Hi|Hello}", ""))),
            ("Order {0} is here", Some(("{0}", ""))),
            ("Write «menú» or «mi nombre»", None),
            ("It matches [0-9]{5}", None),
            ("Answer [yes] or [no]", None),
            ("50% of 100% off", None),
            ("10% off and more % off", None),
            ("{% if size %}Hi{% endif %}", Some(("{% if size %}", ""))),
            ("https://shop.example/%C3%AF%BC%8C", None),
        ] {
            let found = find(plain, &own).map(|found| (found, meant(found, &own).unwrap_or_default()));
            assert_eq!(found, wanted.map(|(written, code)| (written, code.to_owned())), "{plain}");
        }
        assert_eq!(meant("{{ name | default(\"you\") }}", &own).as_deref(), Some("contact.name ?? \"you\""));
        assert_eq!(meant("{{user.first_name}}", &own).as_deref(), Some("contact.first_name"));
        assert_eq!(meant("{{1}}", &own), None);
    }
}
