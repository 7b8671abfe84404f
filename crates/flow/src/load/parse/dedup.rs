//! Reduces findings to one for each name.

use crate::{base::diagnostic::Diagnostic, load::bot::Bot, script::is_word};
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// If a name is declared in a way that cannot be used, its uses get no findings; an unknown name gets one finding for
/// all its places, unless each is misspelt.
pub fn each_name_once(bot: &Bot, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let wrong = bot.fields.iter().filter(|field| !is_word(&field.name));
    let read: Vec<String> = wrong.map(|field| format!("`contact.{}`", field.name)).collect();
    findings.retain(|finding| finding.code != "E303" || !read.iter().any(|name| finding.message.contains(name)));
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
