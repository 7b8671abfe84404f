//! Reports a part of a value that can be missing within a text, where it would print as nothing.

use super::types::{Kinds, ValueType};
use crate::{
    FlowSet,
    base::{diagnostic::Diagnostic, yaml},
    definition::Node,
    script::{Code, view},
    text::Text,
};
use rhai::Expr;

/// The finding for this value within other words.
pub fn in_text(set: &FlowSet, code: &Code, ty: &ValueType) -> Option<Diagnostic> {
    if !ty.may_miss() {
        return None;
    }
    let source = code.source().trim();
    let (root, part) = match code.single()? {
        // A variable that is filled with a value that was missing; one that no step filled is reported where it is read.
        Expr::Variable(variable, ..) if !ty.kinds.meets(Kinds::UNSET) && !ty.only_missing() => {
            (variable.1.as_str(), "")
        }
        Expr::Dot(pair, ..) => match (&pair.lhs, &pair.rhs) {
            (Expr::Variable(root, ..), Expr::Property(part, _)) => (root.1.as_str(), part.2.as_str()),
            // `contact.city.upper()`
            (Expr::Variable(root, ..), Expr::Dot(further, ..)) if root.1 == "contact" => match &further.lhs {
                Expr::Property(part, _) => ("contact", part.2.as_str()),
                _ => return None,
            },
            // `found.row.price`
            (Expr::Variable(root, ..), Expr::Dot(further, ..)) => match (&further.lhs, &further.rhs) {
                (Expr::Property(..), Expr::Property(part, _)) => (root.1.as_str(), part.2.as_str()),
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    };
    let instead = |word: &str| code.within_quotes(&format!("${{{source} ?? \"{word}\"}}"));
    let (message, help) = match root {
        "contact" if matches!(part, "name" | "first_name") => (
            "not every contact has a name, and this prints nothing then".to_owned(),
            format!(
                "say what stands in its place: `{}`",
                instead(if set.bot.language.starts_with("en") { "there" } else { "…" })
            ),
        ),
        "contact" if !set.bot.fields.iter().any(|field| field.name == part) => return None,
        _ if root != "contact" && view(root).is_some() => return None,
        _ => {
            // The part that is missing, without what is made of it.
            let asked = if root == "contact" { format!("contact.{part}") } else { source.to_owned() };
            let message = match root {
                "contact" => format!("not every contact has `{part}`, and this prints nothing then"),
                _ => format!("`{source}` can be missing here, and this prints nothing then"),
            };
            let ask = format!("ask first: `if: '!missing({asked})'`");
            (message, format!("say what stands in its place: `{}`, or {ask}", instead("…")))
        }
    };
    Some(Diagnostic::warning("W317", &code.place(), message).help(help))
}

/// True for a text in the title of an option or of a button: the step fails if it is empty.
pub fn is_title(node: &Node, text: &Text) -> bool {
    let holds = |written: &yaml::Node| written.scalar().is_some() && stands_in(written, text);
    let titled = |item: &yaml::Node| holds(item) || item.get("title").is_some_and(holds);
    let written = ["options", "buttons"].into_iter().filter_map(|key| node.outline.yaml.get(key));
    is_message(node) && written.flat_map(yaml::Node::one_or_many).any(titled)
}

/// True for a text above or below that of a message, which is left out if it is empty.
pub fn is_edge(node: &Node, text: &Text) -> bool {
    let here = |key: &str| node.outline.yaml.get(key).is_some_and(|written| stands_in(written, text));
    is_message(node) && (here("header") || here("footer"))
}

fn is_message(node: &Node) -> bool {
    matches!(node.outline.verb, "say" | "ask")
}

fn stands_in(written: &yaml::Node, text: &Text) -> bool {
    written.place.to(text.place()) == written.place
}
