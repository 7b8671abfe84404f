//! Reduces findings to one for each name.

use crate::{
    base::diagnostic::Diagnostic,
    flow::{load::bot::Bot, script::is_word},
};
use std::collections::{BTreeMap, btree_map};

/// If a name is declared in a way that cannot be used, its uses get no findings; an unknown name gets one finding for
/// all its places, unless each is misspelt.
pub fn each_name_once(bot: &Bot, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let wrong = bot.fields.iter().filter(|field| !is_word(&field.name));
    let read: Vec<String> = wrong.map(|field| format!("`contact.{}`", field.name)).collect();
    findings.retain(|finding| finding.code != "E303" || !read.iter().any(|name| finding.message.contains(name)));
    let mut said: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut all: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        if finding.code != "E307" && (finding.code != "E303" || finding.fix.is_some()) {
            all.push(finding);
            continue;
        }
        match said.entry((finding.place.path().to_owned(), finding.message.clone())) {
            btree_map::Entry::Occupied(first) if finding.code == "E303" => {
                let first = &mut all[*first.get()];
                *first = first.clone().and_at(&finding.place);
            }
            btree_map::Entry::Occupied(_) => {}
            btree_map::Entry::Vacant(free) => {
                free.insert(all.len());
                all.push(finding);
            }
        }
    }
    all
}
