//! Reports a part of a value that can be missing within a text, where it would print as nothing.

use super::types::ValueType;
use crate::{
    FlowSet,
    base::diagnostic::Diagnostic,
    script::{Code, view},
};
use rhai::Expr;

/// The finding for this value within other words.
pub fn in_text(set: &FlowSet, code: &Code, ty: &ValueType) -> Option<Diagnostic> {
    let Some(Expr::Dot(pair, ..)) = code.single() else { return None };
    let (Expr::Variable(root, ..), Expr::Property(part, _)) = (&pair.lhs, &pair.rhs) else { return None };
    let (root, part) = (root.1.as_str(), part.2.as_str());
    if !ty.may_miss() {
        return None;
    }
    let source = code.source().trim();
    let instead = |word: &str| code.within_quotes(&format!("${{{source} ?? \"{word}\"}}"));
    let (message, help) = match root {
        "contact" if matches!(part, "name" | "first_name") => (
            "not every contact has a name, and this prints nothing then".to_owned(),
            format!("say what stands in its place: `{}`", instead("there")),
        ),
        "contact" if !set.bot.fields.iter().any(|field| field.name == part) => return None,
        _ if root != "contact" && view(root).is_some() => return None,
        _ => {
            let message = match root {
                "contact" => format!("not every contact has `{part}`, and this prints nothing then"),
                _ => format!("`{source}` can be missing here, and this prints nothing then"),
            };
            let ask = format!("ask first: `if: '!missing({source})'`");
            (message, format!("say what stands in its place: `{}`, or {ask}", instead("…")))
        }
    };
    Some(Diagnostic::warning("W317", &code.place(), message).help(help))
}
