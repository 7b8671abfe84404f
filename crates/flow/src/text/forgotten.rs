//! Finds values whose `${ }` was forgotten: they would be sent unchanged.

use super::placeholders;
use crate::{
    base::{diagnostic::Diagnostic, fix::Fix, yaml::Scalar},
    load::spec::VIEWS,
    script::{is_word, view},
};
use std::ops::Range;

/// A value without `${ }`: its range in the text, and our code for it. `None`: it is a number, which only templates know.
pub struct ForgottenBraces<'t> {
    range: Range<usize>,
    written: &'t str,
    meant: Option<String>,
}

/// The first one in a plain part of a text.
pub fn find<'t>(plain: &str, text: &'t str, own: &[String]) -> Option<ForgottenBraces<'t>> {
    if !plain.contains(['{', '$', '@', '%', '[', '<', '«', '*']) {
        return None;
    }
    let found = spaced(plain, own)
        .or_else(|| handlebars(plain))
        .or_else(|| in_braces(plain, own))
        .or_else(|| behind_sign(plain, own));
    let found = found.or_else(|| placeholders::find(plain, own))?;
    let at = text.find(found)?;
    let written = &text[at..at + found.len()];
    Some(ForgottenBraces { range: at..at + found.len(), written, meant: placeholders::meant(written, own) })
}

impl ForgottenBraces<'_> {
    pub fn finding(&self, source: &Scalar) -> Diagnostic {
        let shown = if self.written.starts_with("{{") { "{{ }}" } else { self.written };
        let place = source.part(self.range.clone());
        let finding = Diagnostic::warning("W118", &place, format!("`{shown}` is sent as it stands"));
        let Some(meant) = self.meant.clone() else {
            return finding.help(match self.written {
                logic if logic.starts_with("{%") => "say each text in its own step, in the branches of an `if`",
                choice if choice.contains('|') => {
                    "a text is said as it stands: for one of several by chance write a `split` step"
                }
                _ => "numbers are for the texts of templates: name the value, such as `${contact.phone}`",
            });
        };
        // Some contacts have no name: `Hi !`.
        let meant = match meant.as_str() {
            "contact.name" | "contact.first_name" => format!("{meant} ?? \"there\""),
            path if is_field(path) => format!("{meant} ?? \"…\""),
            _ => meant,
        };
        let inner = source.style.within_quotes(&meant);
        let fix = Fix::replace(format!("write `${{{inner}}}`"), &place, format!("${{{inner}}}")).guess();
        finding.help(format!("for a value write `${{{inner}}}`")).fix(fix)
    }
}

/// True for a field of the contact that the bot declares: not every contact has it.
fn is_field(path: &str) -> bool {
    let parts = VIEWS.iter().find(|view| view.name == "contact").map_or(&[][..], |view| view.parts);
    let part = path.strip_prefix("contact.");
    part.is_some_and(|part| is_word(part) && !parts.iter().any(|(known, _)| *known == part))
}

/// `$ {name}`, with a blank in it.
fn spaced<'p>(plain: &'p str, own: &[String]) -> Option<&'p str> {
    let start = plain.find("$ {")?;
    let end = start + plain[start..].find('}')? + 1;
    let path = plain[start + 3..end - 1].trim();
    let root = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    (own.iter().any(|name| name == root) || view(root).is_some()).then(|| &plain[start..end])
}

/// `{{ name }}`, also with a filter behind the name or a call in its place.
fn handlebars(plain: &str) -> Option<&str> {
    let start = plain.find("{{")?;
    let end = start + plain[start..].find("}}")? + 2;
    let inner = &plain[start + 2..end - 2];
    (!inner.trim().is_empty() && !inner.contains(['\n', '{'])).then(|| &plain[start..end])
}

/// A variable in `{name}`, or a key of one or of a view in `{contact.name}`.
fn in_braces<'p>(plain: &'p str, own: &[String]) -> Option<&'p str> {
    plain.match_indices('{').find_map(|(at, _)| {
        // The author of `$${name}` wants exactly this text.
        let path = plain[at + 1..].split_once('}')?.0;
        let word = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        let (root, part) = path.split_once('.').map_or((path, None), |(root, part)| (root, Some(part)));
        let known = own.iter().any(|name| name == root) || part.is_some_and(|_| view(root).is_some());
        let whole = part.is_none_or(|part| !part.is_empty());
        (word && known && whole && !plain[..at].ends_with('$')).then(|| &plain[at..at + path.len() + 2])
    })
}

/// A variable in `$name`, or a key of a view in `$contact.name` or `@contact.name`.
fn behind_sign<'p>(plain: &'p str, own: &[String]) -> Option<&'p str> {
    plain.match_indices(['$', '@']).find_map(|(at, sign)| {
        let rest = &plain[at + 1..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
        // A point behind it ends the sentence.
        let path = rest[..end].trim_end_matches('.');
        let (root, part) = path.split_once('.').map_or((path, None), |(root, part)| (root, Some(part)));
        let of_view = VIEWS.iter().find(|view| view.name == root).is_some_and(|view| {
            // Fields of the contact are named by the author; behind `@` they may be other names.
            part.is_some_and(|part| {
                sign == "$" && !part.is_empty() || view.parts.iter().any(|(known, _)| *known == part)
            })
        });
        let variable = sign == "$" && own.iter().any(|name| name == root);
        // `me@contact.name` is a mail address.
        let glued = plain[..at].ends_with(char::is_alphanumeric);
        let end = if of_view { path.len() } else { root.len() };
        (variable || !glued && of_view).then(|| &plain[at..at + 1 + end])
    })
}
