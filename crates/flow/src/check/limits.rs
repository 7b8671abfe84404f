//! Checks Meta's limits of messages, so that a refusal is found before a message is sent.
//!
//! Source: developers.facebook.com/docs/whatsapp/cloud-api/messages: reply buttons, lists, text.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::{
            BUTTON_BODY_CHARS_MAX, BUTTON_ID_CHARS_MAX, BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, CAPTION_CHARS_MAX,
            EDGE_CHARS_MAX, ROW_DESCRIPTION_CHARS_MAX, ROW_ID_CHARS_MAX, ROW_TITLE_CHARS_MAX, TEXT_CHARS_MAX,
        },
        place::Place,
        yaml,
    },
    definition::{Flow, Node},
    load::media::names_file,
    steps::Step,
};
use std::collections::BTreeMap;

pub fn check(flow: &Flow, findings: &Findings) {
    for node in flow.nodes.iter().filter(|node| matches!(node.outline.verb, "say" | "ask")) {
        message(node, findings);
    }
}

fn message(node: &Node, findings: &Findings) {
    let written = &node.outline.yaml;
    let mut body_max = if written.get("media").is_some() { CAPTION_CHARS_MAX } else { TEXT_CHARS_MAX };
    let options: Vec<Choice<'_>> =
        written.get("options").and_then(yaml::Node::list).unwrap_or_default().iter().filter_map(Choice::read).collect();
    let buttons: Vec<Choice<'_>> = written
        .get("buttons")
        .map_or(&[] as &[yaml::Node], yaml::Node::one_or_many)
        .iter()
        .filter_map(Choice::read)
        .collect();
    for (key, what) in [("header", "a header"), ("footer", "a footer")] {
        edge(node, key, what, findings);
    }
    // An option that was written otherwise than it is meant has a finding.
    let is_meant = |choice: &Choice<'_>| match &node.step {
        Step::Ask(ask) => ask.options.iter().any(|option| option.title.source() == choice.title.text),
        _ => true,
    };
    let options: Vec<Choice<'_>> = options.into_iter().filter(is_meant).collect();
    if !options.is_empty() {
        let short = options.iter().all(|option| option.fits(BUTTON_TITLE_CHARS_MAX));
        if options.len() <= BUTTONS_MAX && short {
            body_max = BUTTON_BODY_CHARS_MAX;
        }
        rows(&options, findings);
    }
    if !buttons.is_empty() {
        body_max = BUTTON_BODY_CHARS_MAX;
        if let Some(extra) = buttons.get(BUTTONS_MAX) {
            let message =
                format!("a message has at most {BUTTONS_MAX} buttons, and this is number {}", BUTTONS_MAX + 1);
            findings.push(Diagnostic::error("E701", extra.place, message).help("ask with `options` instead"));
        }
        for button in &buttons {
            title(button, BUTTON_TITLE_CHARS_MAX, "a button", findings);
            id(button, BUTTON_ID_CHARS_MAX, findings);
        }
        unique(&buttons, findings);
    }
    if let Some(link) = written.get("link") {
        body_max = BUTTON_BODY_CHARS_MAX;
        // In a map that cannot be parsed, the ends of its parts are unknown.
        if let Some(choice) = Choice::read(link).filter(|_| link.map().is_some() && !link.has_broken()) {
            title(&choice, BUTTON_TITLE_CHARS_MAX, "a link", findings);
        }
    }
    body(node, body_max, findings);
}

fn body(node: &Node, max: usize, findings: &Findings) {
    let Some(text) = node.outline.yaml.get(node.outline.verb).and_then(yaml::Node::scalar) else { return };
    // Only the fixed text counts: the characters outside `${…}`.
    let fixed =
        node.outline.texts.iter().find(|known| known.place() == &text.place).map_or(0, |known| known.fixed_chars());
    if fixed > max {
        let message = format!("this text has {fixed} characters, and WhatsApp takes {max} in such a message");
        findings.push(Diagnostic::error("E704", &text.place, message).help("say it in two messages"));
    }
}

/// Checks a header or footer; a header may also be the address of a file.
fn edge(node: &Node, key: &str, what: &str, findings: &Findings) {
    let Some(text) = node.outline.yaml.get(key).and_then(yaml::Node::scalar) else { return };
    let length = fixed(&text.text);
    if length > EDGE_CHARS_MAX && !names_file(&text.text) {
        let message = format!("{what} has at most {EDGE_CHARS_MAX} characters, and this has {length}");
        findings.push(Diagnostic::error("E703", &text.place, message).help("say it in the text itself"));
    }
}

fn rows(options: &[Choice<'_>], findings: &Findings) {
    for option in options {
        title(option, ROW_TITLE_CHARS_MAX, "an option", findings);
        if let Some(desc) = option.desc.filter(|desc| fixed(&desc.text) > ROW_DESCRIPTION_CHARS_MAX) {
            let message = format!(
                "a description has at most {ROW_DESCRIPTION_CHARS_MAX} characters, and this has {}",
                fixed(&desc.text)
            );
            findings
                .push(Diagnostic::error("E703", &desc.place, message).help("shorten it, or say it in the text itself"));
        }
        id(option, ROW_ID_CHARS_MAX, findings);
    }
    unique(options, findings);
}

fn title(choice: &Choice<'_>, max: usize, what: &str, findings: &Findings) {
    if !choice.fits(max) {
        let length = fixed(&choice.title.text);
        let message = format!("{what} has a title of at most {max} characters, and this has {length}");
        let finding = Diagnostic::error("E703", &choice.title.place, message);
        let help = match what {
            "an option" => "shorten it; in a list the rest can stand in `desc`",
            _ => "shorten it; the rest can stand in the text above",
        };
        findings.push(finding.help(help));
    }
}

fn id(choice: &Choice<'_>, max: usize, findings: &Findings) {
    if let Some(id) = choice.id.filter(|id| fixed(&id.text) > max) {
        let message = format!("an id has at most {max} characters, and this has {}", fixed(&id.text));
        findings.push(
            Diagnostic::error("E703", &id.place, message).help("shorten it: nobody sees it, and flows compare it"),
        );
    }
}

/// Reports two equal titles, which neither the contact nor WhatsApp can distinguish.
fn unique(choices: &[Choice<'_>], findings: &Findings) {
    let mut titles: BTreeMap<String, (&str, &Place)> = BTreeMap::new();
    let mut ids: BTreeMap<&str, &Place> = BTreeMap::new();
    for choice in choices {
        let title = choice.title.text.trim();
        if let Some((other, first)) = titles.insert(title.to_lowercase(), (title, &choice.title.place)) {
            let message = match other == title {
                true => format!("two options are called `{title}`"),
                false => {
                    format!("the options `{other}` and `{title}` are one to those who type: capitals do not count")
                }
            };
            findings.push(
                Diagnostic::error("E705", &choice.title.place, message)
                    .label(first, "first here")
                    .help("give one of the two another title"),
            );
        }
        let id = choice.id.unwrap_or(choice.title);
        if let Some(first) = ids.insert(id.text.trim(), &id.place)
            && choice.id.is_some()
        {
            let message = format!("two options have the id `{}`", id.text);
            findings.push(
                Diagnostic::error("E705", &id.place, message)
                    .label(first, "first here")
                    .help("give one of the two another id"),
            );
        }
    }
}

/// An option or button as written: a text, `title: steps`, or a map.
struct Choice<'a> {
    title: &'a yaml::Scalar,
    id: Option<&'a yaml::Scalar>,
    desc: Option<&'a yaml::Scalar>,
    place: &'a Place,
}

impl<'a> Choice<'a> {
    fn read(node: &'a yaml::Node) -> Option<Choice<'a>> {
        let part = |name: &str| Some(&**node.get(name)?.scalar()?);
        let title = match (node.scalar(), node.map()) {
            (Some(scalar), _) => &**scalar,
            (None, Some([entry])) if !matches!(entry.key.text.as_str(), "id" | "title") => &*entry.key,
            (None, Some(_)) => part("title").or_else(|| part("id"))?,
            (None, None) => return None,
        };
        // The intended length of a broken YAML text is unknown.
        (!title.is_broken()).then(|| Choice { title, id: part("id"), desc: part("desc"), place: &node.place })
    }

    fn fits(&self, max: usize) -> bool {
        fixed(&self.title.text) <= max
    }
}

/// The number of characters outside `${…}`.
fn fixed(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        count += rest[..at].chars().count();
        let mut depth = 0usize;
        let end = rest[at..].char_indices().find_map(|(offset, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => return None,
            }
            (depth == 0).then_some(at + offset + 1)
        });
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    count + rest.chars().count()
}
