//! Checks the computed files of a message: an address, a path, or the file of a customer in an answer.

use super::super::{
    Walk,
    exprs::{Eval, Use},
    state::State,
    transfer,
    types::{Kinds, KnownValue, Shape, ValueType},
    views,
};
use crate::{
    base::{diagnostic::Diagnostic, yaml},
    definition::{Flow, Node},
    script::Code,
    text::Text,
};
use rhai::Expr;

/// The key of verdicts of this file, which other checks at the same place do not overwrite.
const FILE: &str = "file";

impl<'a> Walk<'a, '_> {
    /// Checks the files of a step in one of its states.
    pub(in crate::check::dataflow) fn sent_files(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let written = &node.outline.yaml;
        let media = written.get("media").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter();
        let closed = written.get("if_closed").and_then(|closed| closed.get("header"));
        let headers = written.get("header").into_iter().chain(closed).map(|file| ("header", file));
        for (key, file) in media.map(|file| ("media", file)).chain(headers) {
            let Some(code) = transfer::text_of(node, file).and_then(Text::sole) else { continue };
            let ty = transfer::worth(self.set, flow, state, code);
            let finding = match self.owner(flow, state, code).filter(|_| key == "media") {
                Some((owner, part)) => Some((
                    format!("`{owner}.{part}` is no address, and `media` takes one"),
                    format!("to send the customer's file on write `media: ${{{owner}}}`"),
                )),
                None => not_a_file(key, code, &ty),
            };
            match finding {
                Some((message, help)) => {
                    let finding = Diagnostic::error("E318", &code.place(), message).help(help);
                    self.found.judge.bad_as(FILE, finding);
                }
                None => self.found.judge.good(&code.place(), FILE),
            }
        }
    }

    /// The variable and the part of `photo.id`, if the variable is a customer's file and the part no address of it.
    fn owner(&self, flow: &'a Flow, state: &State, code: &'a Code) -> Option<(&'a str, &'a str)> {
        let first = match code.single()? {
            Expr::Coalesce(parts, _) => parts.first()?,
            one => one,
        };
        let Expr::Dot(pair, ..) = first else { return None };
        let (Expr::Variable(owner, ..), Expr::Property(part, _)) = (&pair.lhs, &pair.rhs) else { return None };
        let part = part.2.as_str();
        let mut eval = Eval { set: self.set, flow, state, code, judge: None, locals: Vec::new() };
        let is_file = eval.expr(&pair.lhs, Use::Asked).known == KnownValue::Shape(Shape::Media);
        (is_file && part != "url" && views::parts(Shape::Media).contains(&part)).then_some((owner.1.as_str(), part))
    }
}

/// The message and the advice about a value that cannot be sent as a file.
fn not_a_file(key: &str, code: &Code, ty: &ValueType) -> Option<(String, String)> {
    let kinds = ty.kinds.without(Kinds::MISSING);
    let listed = Kinds::LIST.and(Kinds::MAP);
    let is_file = ty.known == KnownValue::Shape(Shape::Media);
    if ty.kinds.is_vague() || kinds == Kinds::NONE || !kinds.within(listed) || is_file {
        return None;
    }
    let source = code.source().trim();
    let message = format!("`{key}` takes the address of a file, or a customer's file, and this is {}", kinds.words());
    let help = match kinds.meets(Kinds::LIST) {
        true => format!("name one of it, `${{{source}[0]}}`"),
        false => "write an address, a path in `files/`, or the answer of an `ask` with `type: image`".to_owned(),
    };
    Some((message, help))
}
