//! Checks that the templates of `_bot.yaml` have a text in each language of the bot.

use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings},
    check::templates::{every_use, written},
    load::locale::fallbacks,
};
use std::collections::BTreeSet;

pub fn check(set: &FlowSet, findings: &Findings) {
    let (mut spoken, mut named): (BTreeSet<&str>, BTreeSet<&str>) = Default::default();
    for node in set.every_flow().flat_map(|flow| &flow.nodes) {
        every_use(&node.outline, &mut |used| {
            let names = used.name.one_or_many().iter().filter_map(written);
            // Beside `language:` the template goes out in that one alone.
            if used.language.is_some() { named.extend(names) } else { spoken.extend(names) }
        });
    }
    for own in set.bot.templates.values() {
        let name = own.name.as_str();
        if named.contains(name) && !spoken.contains(name) {
            continue;
        }
        let has = |language: &str| own.versions.iter().any(|version| version.template.language == language);
        let others = set.bot.languages.keys().filter(|language| **language != set.bot.language);
        let missing: Vec<&str> = others
            .map(String::as_str)
            // Another language stands in for it, which has its own line here.
            .filter(|language| set.stand_in(language).is_none() && own.in_language(language).is_none())
            .filter(|language| {
                let mut covered = fallbacks(language, &set.bot.languages);
                !covered.by_ref().take_while(|covered| *covered != set.bot.language).any(has)
            })
            .collect();
        let Some(first) = missing.first() else { continue };
        let all: Vec<String> = missing.iter().map(|language| format!("`{language}`")).collect();
        let message = format!("the template `{name}` has no text in {}", all.join(", "));
        let finding = Diagnostic::warning("W904", &own.place, message);
        findings.push(finding.help(format!("write below it `languages: {{{first}: {{text: …}}}}`")));
    }
}
