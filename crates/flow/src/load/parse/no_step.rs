//! Suggests a correction for entries that are not steps.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean, nearest},
        synonyms,
        yaml::{self, Entry},
    },
    steps,
};

/// True for `- then:` behind an `if`.
pub fn is_then(node: &yaml::Node) -> bool {
    matches!(node.map(), Some([first, ..]) if matches!(first.key.text.as_str(), "then" | "else"))
}

/// Reports a word in place of a step, with a suggestion. `leads_to`: a block or a flow has this name.
pub fn not_a_step(findings: &Findings, finding: Diagnostic, word: &str, before: &str, leads_to: bool) {
    let known = synonyms::key_in_text(word).filter(|(name, _)| steps::spec(name).is_some());
    let step = || synonyms::step_in_words(word, before, |name| steps::spec(name).is_some());
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

/// The advice for a step with two verbs.
pub fn two_verbs(first: &Entry, second: &Entry) -> String {
    let said = matches!(first.key.text.as_str(), "say" | "ask");
    match second.key.text.as_str() {
        "template" if said => {
            let name = second.value.text().unwrap_or("NAME");
            format!(
                "for a template that stands for the text when the window is closed write `if_closed: {{template: \
                 {name}, vars: …}}`; for two messages write a second step, `- template: …`"
            )
        }
        other => format!("write a second step, `- {other}: …`"),
    }
}

/// The step beside which other products' steps stand as keys: `- card: …` is sent by a `say`.
fn part_of(name: &str) -> Option<String> {
    Some(match name {
        "card" | "place" | "media" | "link" | "header" | "footer" => {
            format!("`{name}` stands beside a text: write `- say: …`, and `{name}: …` below the `say`")
        }
        "image" | "picture" | "video" | "audio" | "document" | "file" | "sticker" | "photo" => {
            "write `- say: …`, and `media:` with its address below the `say`".to_owned()
        }
        "location" => "to send a place write `- say: …` with `place: …` below it; to ask for one, `- ask: …` with `type: location`".to_owned(),
        "form" => "a form is opened by a question: write `- ask: …`, and `form: …` below the `ask`".to_owned(),
        "quick_replies" | "quickreplies" | "quick_reply" | "carousel" | "list" => {
            "write `- ask: …`, and `options:` with one answer a line below the `ask`".to_owned()
        }
        _ => return None,
    })
}

/// Reports a step without a known verb.
pub fn no_verb(findings: &Findings, node: &yaml::Node, entries: &[Entry]) {
    if let Some(first) = entries.first()
        && let Some(help) = no_step(node, first)
    {
        let message = format!("there is no step `{}`", first.key.text);
        findings.push(Diagnostic::error("E221", &first.key.place, message).help(help));
        return;
    }
    findings.push(match entries.first() {
        Some(first) => {
            let known: Vec<&str> = steps::SPECS.iter().map(|spec| spec.name).collect();
            let message = format!("there is no step `{}`", first.key.text);
            let help = did_you_mean(&first.key.text, known.iter().copied());
            let help = help.unwrap_or_else(|| format!("a step is one of {}", known.join(", ")));
            Diagnostic::error("E221", &first.key.place, message).help(help)
        }
        None => Diagnostic::error("E220", &node.place, "this step is empty"),
    });
}

/// The suggestion for a word that is not a misspelt step.
fn no_step(node: &yaml::Node, first: &Entry) -> Option<String> {
    let name = first.key.text.as_str();
    match name {
        "then" | "else" => {
            return Some(format!("`{name}:` belongs to an `if`: write it below that, without a `- `"));
        }
        "blocks" => return Some("`blocks:` stands below the steps, in column 1 and without a `- `".to_owned()),
        _ if synonyms::is_elseif(name) => {
            return Some(
                "write `else:` as deep as the `if`, and below it `- if: …` with a `then:` of its own".to_owned(),
            );
        }
        _ => {}
    }
    if let Some(help) = part_of(name).or_else(|| loop_of(node, first)) {
        return Some(help);
    }
    let a_list = first.value.list().is_some_and(|items| items.iter().all(|item| item.map().is_some()));
    if let (Some(ours), false) = (synonyms::verb(name), a_list) {
        return Some(match (name, ours) {
            (_, "end") => "write `- end`".to_owned(),
            _ => format!("write `- {ours}: …`"),
        });
    }
    if let Some(name) = name.strip_prefix("-\u{a0}") {
        return Some(format!(
            "the blank behind the `-` is a hard one, as word processors write it: type a plain one, `- {name}: …`"
        ));
    }
    if let Some(name) = name.strip_prefix('-') {
        return Some(format!("write a blank behind the `-`: `- {name}: …`"));
    }
    let is_verb = |entries: &[Entry]| entries.iter().any(|entry| steps::spec(&entry.key.text).is_some());
    let holds_steps =
        first.value.list().is_some() || first.value.map().is_some_and(|all| is_verb(all) || is_parts(all));
    let near = steps::SPECS.iter().any(|spec| nearest(name, [spec.name]).is_some());
    if near || !holds_steps {
        return None;
    }
    Some(match node.map() {
        // `steps:` with names below it.
        Some([_, second, ..]) if second.value.map().is_some() => {
            "steps have no names: begin each with `- `, such as `- say: …`".to_owned()
        }
        _ => format!("a part with a name stands under `blocks:`, at the end of the flow: `blocks: {{{name}: …}}`"),
    })
}

/// True for `name: steps` lines.
fn is_parts(entries: &[Entry]) -> bool {
    entries.iter().all(|entry| entry.value.list().is_some() || entry.value.map().is_some())
}

/// True for a word of another product, or of ours in a wrong place, which is not a misspelt step.
pub fn is_other_word(name: &str) -> bool {
    matches!(name, "then" | "else" | "blocks")
        || name.starts_with('-')
        || synonyms::verb(name).is_some()
        || part_of(name).is_some()
        || name.starts_with("wait_for_")
}

/// The advice for loops and choices of other products, with what they say.
fn loop_of(node: &yaml::Node, first: &Entry) -> Option<String> {
    let text = first.value.text();
    match first.key.text.to_lowercase().as_str() {
        "while" => Some(format!("write `- repeat: {{while: {}}}`, with its steps under `do:`", plain(text?))),
        "for" | "foreach" | "for_each" | "each" => {
            let (item, list) = match text?.split_once(" in ") {
                Some((item, list)) => (item, plain(list.trim())),
                None => (text?, node.get("in")?.place.text().to_owned()),
            };
            Some(format!("write `- repeat: {{for: {}, in: {list}}}`, with its steps under `do:`", item.trim()))
        }
        "choose" | "conditions" | "if_else" | "branch" if text.is_none() => {
            Some("write `- if: …` with `then:`, and what else there is under its `else:`".to_owned())
        }
        "wait_for_reply" | "wait_for_response" | "wait_for_input" | "wait_for_answer" => {
            Some("write `- wait: reply`, or `- ask: …` instead of the `say` before it".to_owned())
        }
        _ => None,
    }
}

/// A text that can stand behind a key, also within braces.
fn plain(text: &str) -> String {
    let safe = !text.contains([',', '{', '}', '[', ']', '#', ':', '"', '\'']);
    if safe { text.to_owned() } else { yaml::quoted(text) }
}
