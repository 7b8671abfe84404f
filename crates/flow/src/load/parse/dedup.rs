//! Reduces findings to one for each name.

use crate::{base::diagnostic::Diagnostic, load::bot::Bot, script::is_word};
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// If a name is declared in a way that cannot be used, its uses get no findings; an unknown name gets one finding for
/// all its places, unless each is misspelt.
pub fn each_name_once(bot: &Bot, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let wrong = bot.fields.iter().filter(|field| !is_word(&field.name));
    let read: Vec<String> = wrong.map(|field| format!("`contact.{}`", field.name)).collect();
    findings.retain(|finding| finding.code != "E303" || !read.iter().any(|name| finding.message.contains(name)));
    let parts = parts_of_invalid_names(&findings);
    findings.retain(|finding| !parts.contains(&(finding.place.path().to_owned(), finding.message.clone())));
    let mut said: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut all: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let finding = where_it_is(bot, finding);
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
    // The name that a flow reads is read by its translations, too.
    let unknown = |finding: &Diagnostic| finding.code == "E303" && !finding.place.path().starts_with(LOCALES);
    let in_flows: BTreeSet<String> =
        all.iter().filter(|finding| unknown(finding)).map(|finding| finding.message.clone()).collect();
    all.retain(|finding| finding.code != "E303" || unknown(finding) || !in_flows.contains(&finding.message));
    all
}

/// The findings that each word of an invalid name would have in the same file: `raison` stands for `la raison`.
fn parts_of_invalid_names(findings: &[Diagnostic]) -> BTreeSet<(String, String)> {
    let invalid = findings.iter().filter(|finding| finding.code == "E307").filter_map(|finding| {
        let name = finding.message.strip_prefix('`')?.split_once("` cannot be a name")?.0;
        Some((finding.place.path(), name))
    });
    let words = invalid.flat_map(|(path, name)| name.split(' ').map(move |word| (path, word)));
    words.map(|(path, word)| (path.to_owned(), nothing_called(word))).collect()
}

fn nothing_called(name: &str) -> String {
    format!("nothing here is called `{name}`")
}

const LOCALES: &str = "locales/";

/// Names the place of an unknown name that `_bot.yaml` declares: `contact.city` for `city`.
fn where_it_is(bot: &Bot, finding: Diagnostic) -> Diagnostic {
    let plain = finding.help.as_ref().is_some_and(|help| !help.starts_with("for the text"));
    let name = finding.message.strip_prefix("nothing here is called `").and_then(|rest| rest.strip_suffix('`'));
    let Some(name) = name.filter(|_| finding.code == "E303" && plain) else { return finding };
    let has = |names: &[String]| names.iter().any(|known| known == name);
    let ours = match () {
        () if bot.fields.iter().any(|field| field.name == name) => format!("write `contact.{name}`"),
        () if has(&bot.env) => format!("write `env.{name}`"),
        () if has(&bot.secrets) => format!("write `secrets.{name}`, which works in an `http` step only"),
        () if bot.hours.contains_key(name) => format!("write `hours.{name}`, such as `hours.{name}.open`"),
        () => return finding,
    };
    Diagnostic { fix: None, ..finding.help(ours) }
}
