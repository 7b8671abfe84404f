//! Parses `topics` of `_bot.yaml`: the subjects that people can say yes or no to.

use super::{bot::Topic, declarations::at_most_of};
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    yaml::Node,
};
use std::collections::BTreeMap;

/// The topics by name; without a word of them `service`, and `marketing` with consent.
pub fn topics(fields: &mut Fields<'_>, findings: &Findings) -> BTreeMap<String, Topic> {
    let mut topics = BTreeMap::from([("service".to_owned(), Topic::default())]);
    // A list of names has a finding, and its topics are known.
    let listed = fields.node("topics").and_then(Node::list).unwrap_or_default();
    for name in listed.iter().filter_map(Node::text) {
        topics.insert(name.to_owned(), Topic { needs_consent: name != "service", at_most: Vec::new() });
    }
    if !listed.is_empty() {
        let all: Vec<String> = listed.iter().filter_map(Node::text).map(|name| format!("{name}: {{}}")).collect();
        if let Some(node) = fields.node("topics") {
            let finding =
                Diagnostic::error("E201", &node.place, "`topics` gives each topic its rules, and this is a list");
            findings.push(
                finding.help(format!(
                    "write `topics: {{{}}}`; what needs consent is `{{needs: consent}}`",
                    all.join(", ")
                )),
            );
        }
        return topics;
    }
    let written = fields.map("topics");
    if fields.node("topics").is_none() {
        topics.insert("marketing".to_owned(), Topic { needs_consent: true, at_most: Vec::new() });
    }
    for entry in written {
        if let Some(word) = entry.value.text().filter(|_| !entry.value.is_broken()) {
            let message = format!("topic `{}` needs keys with values, and this is the text `{word}`", entry.key.text);
            let consent = matches!(word, "consent" | "opt_in" | "optin" | "needs_consent");
            let help = if consent { "write `{needs: consent}`" } else { "write `{}`, or `{needs: consent}`" };
            findings.push(Diagnostic::error("E201", &entry.value.place, message).help(help));
            topics.insert(entry.key.text.clone(), Topic { needs_consent: consent, at_most: Vec::new() });
            continue;
        }
        let mut topic = Fields::new(&entry.value, format!("topic `{}`", entry.key.text), findings).at(&entry.key.place);
        let at = |key: &str| entry.value.entry(key).filter(|entry| !entry.value.is_null());
        let other = ["consent", "opt_in"].into_iter().find_map(at).filter(|_| at("needs").is_none());
        if let Some(other) = other {
            let message = format!("topic `{}` has no key `{}`", entry.key.text, other.key.text);
            findings.push(Diagnostic::error("E203", &other.key.place, message).help("write `needs: consent`"));
            topic.know(&["consent", "opt_in"]);
        }
        topic.word("needs", &["consent"]);
        // The author wanted some condition, so no finding about a missing one follows.
        let needs_consent = at("needs").or(other).is_some();
        let at_most = topic.list("at_most").iter().filter_map(|item| at_most_of(item, findings)).collect();
        topic.finish();
        topics.insert(entry.key.text.clone(), Topic { needs_consent, at_most });
    }
    topics
}
