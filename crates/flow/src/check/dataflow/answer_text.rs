//! Checks `size.text`: the original text of an answer.

use super::{
    exprs::Eval,
    types::{Kinds, ValueType},
};
use crate::{base::yaml, definition::Node};
use rhai::Expr;

impl Eval<'_> {
    /// The type of `size.text.upper()`: of the original text of an answer, and of the functions behind it. `None`: the
    /// variable is not an answer, or has keys of its own.
    pub fn of_answer(&mut self, root: &Expr, base: &ValueType, rest: &Expr) -> Option<ValueType> {
        let text = self.written(root, base, rest)?;
        Some(match rest {
            Expr::Dot(rest, ..) => self.onward(text, &rest.rhs, false),
            Expr::Index(rest, ..) => self.onward(text, &rest.rhs, true),
            _ => text,
        })
    }

    fn written(&self, root: &Expr, base: &ValueType, rest: &Expr) -> Option<ValueType> {
        let Expr::Variable(variable, ..) = root else { return None };
        let part = match rest {
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => &pair.lhs,
            part => part,
        };
        let is_text = matches!(part, Expr::Property(property, _) if property.2.as_str() == "text");
        let name = variable.1.as_str();
        let answers =
            |node: &Node| node.outline.verb == "ask" && node.outline.fills.as_deref().unwrap_or("answer") == name;
        let parts = base.kinds.is_vague() || base.kinds.meets(Kinds::MAP.and(Kinds::OTHER));
        if !is_text || parts || !self.flow.nodes.iter().any(answers) {
            return None;
        }
        // A variable that another step fills too may have no such text.
        let set = |node: &Node| {
            let entries = node.outline.yaml.get("set").and_then(yaml::Node::map).unwrap_or_default();
            entries.iter().any(|entry| entry.key.text.trim_end_matches("[]") == name)
        };
        let other =
            |node: &Node| node.outline.fills.as_deref() == Some(name) && node.outline.verb != "ask" || set(node);
        let asked_only = !self.flow.nodes.iter().any(other);
        let ty = ValueType::of(Kinds::TEXT);
        Some(if base.may_miss() || !asked_only { ty.or(Kinds::NOTHING) } else { ty })
    }
}
