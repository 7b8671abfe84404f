//! What to write where something stands that is no step.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        meant, yaml,
    },
    flow::steps,
};

/// `- then:` behind an `if`.
pub fn is_then(node: &yaml::Node) -> bool {
    matches!(node.map(), Some([first, ..]) if matches!(first.key.text.as_str(), "then" | "else"))
}

/// What to write for a word that stands where a step belongs.
/// `leads_to`: a block or a flow is called so.
pub fn not_a_step(findings: &Findings, finding: Diagnostic, word: &str, before: &str, leads_to: bool) {
    let known = meant::key_in_text(word).filter(|(name, _)| steps::spec(name).is_some());
    let step = || meant::step_in_words(word, before, |name| steps::spec(name).is_some());
    let inline = before.trim_end().ends_with([':', '[', '{', ',']);
    let help = match (known, step()) {
        _ if leads_to && inline => format!("to go there write `{{go: {word}}}`"),
        _ if leads_to => format!("to go there write `- go: {word}`"),
        (Some((_, help)), _) | (None, Some(help)) => help,
        (None, None) if before.trim_end().ends_with(':') => format!("to say it write `{{say: {}}}`", plain(word)),
        (None, None) => format!("to say it write `- say: {}`", plain(word)),
    };
    findings.push(finding.help(help));
}

/// A text as it can stand behind a key, also within braces.
fn plain(text: &str) -> String {
    let safe = !text.contains([',', '{', '}', '[', ']', '#', ':', '"', '\'']);
    if safe { text.to_owned() } else { yaml::quoted(text) }
}
