//! Reads `replies` of `_bot.yaml`: texts that people of the business send with one key.

use crate::{
    base::{diagnostic::Findings, fields::Fields, yaml::Node},
    script::Scripts,
    text::{Names, Text},
};
use std::collections::BTreeMap;

/// Says that the key is known and is a map; `read` parses the texts when the scripts are known.
pub(super) fn look(fields: &mut Fields<'_>) {
    for entry in fields.map("replies") {
        if entry.value.text().is_none() && !entry.value.is_broken() {
            let message = format!("reply `{}` is a text, and this is {}", entry.key.text, entry.value.describe());
            fields.wrong(&entry.value, "E208", message);
        }
    }
}

pub(super) fn read(root: &Node, scripts: &Scripts, findings: &Findings) -> BTreeMap<String, Text> {
    let names = Names { own: &[], secrets: false };
    let written = root.get("replies").and_then(Node::map).unwrap_or_default().iter();
    let text = |value: &Node| Some(Text::parse(value.scalar()?, scripts, &names, findings));
    written.filter_map(|entry| Some((entry.key.text.clone(), text(&entry.value)?))).collect()
}
