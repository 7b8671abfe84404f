//! Parses the expectations of a test: of the next message (`bot`), and of all effects of the last step (`expect`).

use super::{paper::PaperPart, uses};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        place::Place,
        yaml::{Entry, Kind, Node},
    },
    definition::FlowSet,
    load::spec::MESSAGE_KEYS,
    model::{effect::RunEnd, event::Reason},
};

/// The value of `bot`.
#[derive(Debug, Clone)]
pub enum BotSays {
    /// No message is unread.
    Nothing(Place),
    /// A part of the text, or a map of `text`, `template`, `window`, `buttons` and more.
    Message(Node),
}

/// One key under `expect`, with its value.
#[derive(Debug, Clone)]
pub struct Expected {
    pub aspect: Aspect,
    /// The place of the key.
    pub place: Place,
    pub value: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    Window,
    Run,
    Sent,
    Refused,
    Http,
    /// The questions to models.
    Model,
    /// The uses of tools of MCP servers.
    Mcp,
    SameKey,
    Contact,
    Handoff,
    /// The drafts of agents for a person.
    Suggestion,
    /// The drafts of agents that nobody is shown.
    Shadow,
    /// The next screen of an open form.
    Screen,
    Vars,
    /// The parts of the papers that replies of agents were taken from.
    Cites,
    /// The failures that `--wander` looks for.
    Trouble,
}

const ASPECTS: [(&str, Aspect); 16] = [
    ("window", Aspect::Window),
    ("run", Aspect::Run),
    ("sent", Aspect::Sent),
    ("refused", Aspect::Refused),
    ("http", Aspect::Http),
    ("model", Aspect::Model),
    ("mcp", Aspect::Mcp),
    ("same_key", Aspect::SameKey),
    ("contact", Aspect::Contact),
    ("handoff", Aspect::Handoff),
    ("suggestion", Aspect::Suggestion),
    ("shadow", Aspect::Shadow),
    ("screen", Aspect::Screen),
    ("vars", Aspect::Vars),
    ("cites", Aspect::Cites),
    ("trouble", Aspect::Trouble),
];

const WINDOW: [&str; 2] = ["open", "closed"];
const REFUSAL: [&str; 2] = ["flow", "why"];
const TROUBLE: [&str; 4] = ["kind", "flow", "step", "text"];
/// The keys of a call that was made.
const CALL: [&str; 5] = ["times", "query", "headers", "json", "form"];
const HANDOFF: [&str; 3] = ["team", "summary", "priority"];
/// The states of a run that has not ended; `none`: there was no run.
const RUNNING: [&str; 3] = ["waiting", "asking", "none"];

pub(super) fn bot(node: &Node, findings: &Findings) -> BotSays {
    if node.text() == Some("nothing") && node.scalar().is_some_and(|scalar| scalar.is_plain()) {
        return BotSays::Nothing(node.place.clone());
    }
    message(node, "`bot`", findings);
    BotSays::Message(node.clone())
}

pub(super) fn expect(node: &Node, set: &FlowSet, findings: &Findings) -> Vec<Expected> {
    let said = node.text().filter(|text| text.contains(' ') || text.ends_with(['?', '!', '.']));
    let help = match said {
        Some(text) => format!("what the bot says next is `bot: {text}`; `expect: {{run: done}}` looks at the rest"),
        None => "write `expect: {run: done}`; what the bot says next is `bot: …`".to_owned(),
    };
    entries(node, &help, findings).iter().filter_map(|entry| one(entry, &[], set, findings)).collect()
}

/// The entries of `expect`; nothing at all is a mistake. `help` tells what to write.
pub(super) fn entries<'n>(node: &'n Node, help: &str, findings: &Findings) -> &'n [Entry] {
    let entries = node.map().unwrap_or_default();
    if entries.is_empty() && !node.is_broken() {
        let message = format!("`expect` takes what should have happened, and this is {}", node.describe());
        findings.push(Diagnostic::error("E959", &node.place, message).help(help));
    }
    entries
}

/// One key of `expect` with its value; `also` are the keys that the caller reads itself.
pub(super) fn one(entry: &Entry, also: &[&'static str], set: &FlowSet, findings: &Findings) -> Option<Expected> {
    let name = entry.key.text.as_str();
    let Some((_, aspect)) = ASPECTS.iter().find(|(known, _)| *known == name) else {
        let finding = Diagnostic::error("E203", &entry.key.place, format!("`expect` has no key `{name}`"));
        let of_contact = ["consent", "tags", "language", "name", "opted_out", "fields"].contains(&name);
        let help = match of_contact {
            true => Some(format!("it is known of the contact: write `expect: {{contact: {{{name}: …}}}}`")),
            false if matches!(name, "tag" | "tagged" | "label") => {
                let tag = entry.value.text().unwrap_or("…");
                Some(format!("write `expect: {{contact: {{tags: [{tag}]}}}}`"))
            }
            false if matches!(name, "says" | "said" | "text" | "message" | "bot") => {
                Some("what the bot says next is a step of its own, `- bot: …`".to_owned())
            }
            false => did_you_mean(name, ASPECTS.iter().map(|(known, _)| *known).chain(also.iter().copied())),
        };
        findings.push(finding.help_if(help));
        return None;
    };
    check(*aspect, &entry.value, set, findings);
    Some(Expected { aspect: *aspect, place: entry.key.place.clone(), value: entry.value.clone() })
}

fn is_count(node: &Node) -> bool {
    node.text().is_some_and(|text| text.parse::<usize>().is_ok())
}

/// Reports expectations that can never match, so that a misspelt word neither passes nor fails without an explanation.
fn check(aspect: Aspect, node: &Node, set: &FlowSet, findings: &Findings) {
    match aspect {
        Aspect::Window => word(node, "`window`", &WINDOW, findings),
        Aspect::Run => {
            let words: Vec<&str> = RunEnd::ALL.iter().map(|end| end.as_str()).chain(RUNNING).collect();
            word(node, "`run`", &words, findings);
        }
        Aspect::SameKey => word(node, "`same_key`", &["true", "false"], findings),
        Aspect::Sent => {
            for one in node.one_or_many().iter().filter(|one| one.text() != Some("nothing")) {
                message(one, "`sent`", findings);
            }
        }
        Aspect::Refused => {
            // The list of all reasons: a text must be a part of one of these words.
            let known = Reason::ALL.map(Reason::as_str);
            for (one, text) in node.one_or_many().iter().filter_map(|one| Some((one, one.text()?))) {
                let small = |text: &str| text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
                if !matches!(text, "nothing" | "none") && !known.iter().any(|word| small(word).contains(&small(text))) {
                    word(one, "`refused`", &known, findings);
                }
            }
            for one in node.one_or_many().iter().filter(|one| one.text().is_none()) {
                keys(one, "a refusal", &REFUSAL, findings);
                if let Some(why) = one.get("why") {
                    word(why, "`why`", &Reason::ALL.map(Reason::as_str), findings);
                }
            }
        }
        Aspect::Http => {
            for entry in node.map().unwrap_or_default() {
                let asked = entry.value.list().unwrap_or_else(|| std::slice::from_ref(&entry.value));
                asked.iter().filter(|one| one.map().is_some()).for_each(|one| keys(one, "a call", &CALL, findings));
                let told = asked.iter().all(|one| match one.map() {
                    Some(_) => one.get("times").is_none_or(is_count),
                    None => is_count(one),
                });
                if !entry.key.text.contains(' ') || !told {
                    let message = "`http` takes calls with how often they were made, or with what they carried";
                    let finding = Diagnostic::error("E960", &entry.key.place, message);
                    findings
                        .push(finding.help("write `{POST */bookings: 2}` or `{POST */bookings: {json: {slot: s1}}}`"));
                }
            }
            if node.map().is_none() && node.text() != Some("nothing") && !node.is_broken() {
                let message =
                    format!("`http` takes calls with how often they were made, and this is {}", node.describe());
                findings.push(Diagnostic::error("E960", &node.place, message).help("write `{POST */bookings: 2}`"));
            }
        }
        Aspect::Model => {
            for entry in node.map().unwrap_or_default() {
                if !is_count(&entry.value) {
                    let message = "`model` takes steps with how often each asked";
                    let finding = Diagnostic::error("E960", &entry.key.place, message);
                    findings.push(finding.help("write `{any: 1}`, or the id of an `llm` step before its number"));
                }
            }
            if node.map().is_none() && node.text() != Some("nothing") && !node.is_broken() {
                let message = format!("`model` takes steps with how often each asked, and this is {}", node.describe());
                findings.push(Diagnostic::error("E960", &node.place, message).help("write `{any: 1}`"));
            }
        }
        Aspect::Mcp => uses::look(node, findings),
        Aspect::Handoff => match &node.kind {
            Kind::Map(_) => keys(node, "`handoff`", &HANDOFF, findings),
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => {}
        },
        Aspect::Suggestion | Aspect::Shadow => {
            if node.scalar().is_none() && !node.is_broken() {
                let name = if aspect == Aspect::Shadow { "shadow" } else { "suggestion" };
                let message = format!("`{name}` takes a part of the draft, and this is {}", node.describe());
                let finding = Diagnostic::error("E959", &node.place, message);
                findings.push(finding.help(format!("write `{name}: \"We are open until six\"`, or `{name}: nothing`")));
            }
        }
        Aspect::Trouble => {
            for one in node.one_or_many().iter().filter(|one| one.text().is_none()) {
                keys(one, "a trouble", &TROUBLE, findings);
            }
        }
        Aspect::Cites => {
            for one in node.one_or_many() {
                match one.text().map(str::trim) {
                    Some("nothing") => {}
                    Some(name) if !name.is_empty() => drop(PaperPart::read(one, name, set, findings)),
                    _ if one.is_broken() => {}
                    _ => {
                        let message = format!("`cites` takes files of `knowledge/`, and this is {}", one.describe());
                        let finding = Diagnostic::error("E959", &one.place, message);
                        findings.push(
                            finding.help("write `cites: prices.csv`, `cites: \"faq.md#Returns\"`, or `cites: nothing`"),
                        );
                    }
                }
            }
        }
        Aspect::Screen => {}
        Aspect::Contact | Aspect::Vars => {
            if node.map().is_none() && !node.is_broken() {
                let message = format!("this takes names with values, and is {}", node.describe());
                findings.push(Diagnostic::error("E201", &node.place, message));
            }
        }
    }
}

fn message(node: &Node, what: &str, findings: &Findings) {
    match &node.kind {
        Kind::Map(_) => {
            keys(node, what, &MESSAGE_KEYS.iter().map(|key| key.name).collect::<Vec<_>>(), findings);
            if let Some(window) = node.get("window") {
                word(window, "`window`", &WINDOW, findings);
            }
        }
        Kind::Scalar(_) => {}
        Kind::Null | Kind::List(_) => {
            let message = format!("{what} takes a text or a map, and this is {}", node.describe());
            findings.push(Diagnostic::error("E959", &node.place, message));
        }
    }
}

fn keys(node: &Node, what: &str, known: &[&'static str], findings: &Findings) {
    let Some(entries) = node.map() else {
        if !node.is_broken() {
            let message = format!("{what} needs keys with values, and this is {}", node.describe());
            findings.push(Diagnostic::error("E201", &node.place, message));
        }
        return;
    };
    for entry in entries.iter().filter(|entry| !known.contains(&entry.key.text.as_str())) {
        let name = entry.key.text.as_str();
        let finding = Diagnostic::error("E203", &entry.key.place, format!("{what} has no key `{name}`"));
        let tapped = matches!(name, "options" | "choices" | "quick_replies") && known.contains(&"buttons");
        let help = tapped.then(|| "what can be tapped stands under `buttons:`".to_owned());
        findings.push(finding.help_if(help.or_else(|| did_you_mean(name, known.iter().copied()))));
    }
}

fn word(node: &Node, what: &str, known: &[&str], findings: &Findings) {
    let text = node.text().unwrap_or_default();
    if known.contains(&text) || node.is_broken() {
        return;
    }
    let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    let message = format!("{what} cannot be {}; it is one of {}", node.describe(), list.join(", "));
    let finding = Diagnostic::error("E207", &node.place, message);
    findings.push(finding.help_if(did_you_mean(text, known.iter().copied())));
}
