//! Collects the names that a flow may read: those that its steps, triggers and head fill.

use crate::{
    base::{
        synonyms,
        yaml::{self, Kind},
    },
    steps,
};
use std::collections::BTreeSet;

/// Collects the names that a flow fills somewhere: its expressions may read them.
pub(crate) fn variables(node: &yaml::Node, found: &mut BTreeSet<String>) {
    if let Some(items) = node.list() {
        items.iter().for_each(|item| variables(item, found));
    }
    for entry in node.map().unwrap_or_default() {
        match (entry.key.text.as_str(), &entry.value.kind) {
            ("as", Kind::Scalar(name)) => {
                // Code with an invalid name in it gets no finding of its own.
                found.extend([crate::script::meant_name(&name.text), name.text.clone()]);
            }
            // The wrong key has a finding; otherwise each place that reads the name would have one too.
            (key, Kind::Scalar(name)) if synonyms::is_as(key) && crate::script::valid_name(&name.text).is_ok() => {
                found.insert(name.text.clone());
            }
            ("name", Kind::Scalar(name))
                if node.get("ask").is_some() && crate::script::valid_name(&name.text).is_ok() =>
            {
                found.insert(name.text.clone());
            }
            ("repeat", Kind::Map(_) | Kind::Scalar(_)) => {
                found.extend(crate::steps::repeat::variable(&entry.value).map(str::to_owned))
            }
            ("inputs" | "vars", Kind::Map(entries)) => found.extend(entries.iter().map(|entry| entry.key.text.clone())),
            ("inputs", Kind::List(items)) => found.extend(items.iter().filter_map(yaml::Node::text).map(str::to_owned)),
            ("set", Kind::Map(entries)) => {
                let names = entries.iter().map(|entry| steps::set::filled_by(entry).trim_end_matches("[]"));
                found.extend(names.filter(|name| !name.contains('.')).map(str::to_owned));
            }
            // One text has a finding, as in `set: n += 1`.
            ("set", Kind::Scalar(text)) => {
                let name = yaml::assignment(&text.text).map(|(name, _)| name.to_owned());
                found.extend(name.filter(|name| !name.contains('.')));
            }
            // A list of them has a finding.
            ("set", Kind::List(items)) => {
                let entries = items.iter().filter_map(yaml::Node::map).flatten();
                found.extend(entries.map(|entry| entry.key.text.clone()).filter(|name| !name.contains('.')));
            }
            ("body", Kind::Map(entries)) if node.get("webhook").is_some() => {
                found.extend(entries.iter().map(|entry| entry.key.text.clone()));
            }
            ("message", _) => {
                for pattern in entry.value.one_or_many().iter().filter_map(yaml::Node::text) {
                    found.extend(groups(pattern).map(str::to_owned));
                }
            }
            _ => {}
        }
        variables(&entry.value, found);
    }
    // A name that is not valid stays, so that places that read it get no finding.
    found.retain(|name| crate::script::view(name).is_none());
}

/// The named groups of a regular expression, which become inputs.
pub(crate) fn groups(pattern: &str) -> impl Iterator<Item = &str> {
    let starts = pattern.match_indices("(?").filter_map(|(at, _)| {
        let rest = pattern[at + 2..].strip_prefix('P').unwrap_or(&pattern[at + 2..]);
        let rest = rest.strip_prefix('<')?;
        rest.find('>').map(|end| &rest[..end])
    });
    starts.filter(|name| !name.is_empty() && !name.starts_with(['=', '!']))
}
