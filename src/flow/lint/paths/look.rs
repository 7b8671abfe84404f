//! All that is said about one step in one of its states.

use super::{
    Need, Sent, Walk, course,
    exprs::{Eval, Use},
    refine::refine,
    state::State,
    ty::Ty,
};
use crate::{
    base::{diagnostic::Diagnostic, place::Place, time::Span, yaml},
    flow::{
        definition::{Body, Flow, Node},
        lint::templates::every_use,
        script::Code,
        text::Text,
    },
};

impl<'a> Walk<'a, '_> {
    /// All that can be said about a step in one of its states.
    pub(super) fn look(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let set = self.set;
        let mut states = vec![state.clone()];
        if let Some(guard) = &node.guard {
            drop(self.code(flow, state, guard, Use::Asked));
            if let Some(guard) = guard.single() {
                states = refine(set, flow, state, guard, true);
            }
        }
        for state in &states {
            self.codes(flow, node, state);
            let written = &node.outline.yaml;
            // A reaction to what is past the window is left out, not refused.
            if matches!(node.outline.verb, "say" | "ask") {
                let place = &node.place;
                self.send(node, place, state, written.get("if_closed").is_some());
            }
            if node.outline.verb == "start" {
                self.begin(flow, node, state);
            }
            if node.outline.verb == "template" {
                self.found.need = Need::Sometimes;
                if let Some(first) = &state.templated {
                    self.found.judge.bad(second_template(node, first));
                }
            }
            for reminder in written.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
                let after = course::span(reminder.get("after")).unwrap_or(Span::ZERO);
                let then = state.clone().aged(state.age.later(after, after), &reminder.place, after, after);
                self.send(node, &reminder.place, &then, reminder.get("if_closed").is_some());
            }
            let expires = node.outline.verb == "ask" || written.get("wait").and_then(yaml::Node::text) == Some("reply");
            if let (true, None, Some(Body(body))) = (expires, written.get("on_timeout"), flow.on_expire) {
                let late = course::late(flow, node, state);
                self.frame(flow, body, &[late]);
            }
        }
    }

    fn codes(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let outline = &node.outline;
        let guard = node.guard.as_ref().map(|guard| guard.place());
        let mut seen: Vec<Place> = guard.into_iter().collect();
        let values = template_values(node);
        for text in &outline.texts {
            let shown = text.sole().is_none() || matches!(outline.verb, "say" | "ask" | "template" | "react");
            for code in text.codes() {
                seen.push(code.place());
                let ty = self.code(flow, state, code, if shown { Use::Shown } else { Use::Asked });
                let sent = values.iter().any(|value| value.range().contains(&text.place().range().start));
                if sent && alone(text) && ty.may_miss() {
                    self.found.judge.bad(may_be_empty(text));
                }
            }
        }
        for code in &outline.codes {
            let place = code.place();
            if seen.contains(&place) {
                continue;
            }
            let check =
                outline.yaml.get("check").is_some_and(|check| check.place.range().contains(&place.range().start));
            match (check, &outline.fills) {
                (true, Some(name)) => {
                    let answered = state.clone().with(flow, name, course::answer(&outline.yaml, ""));
                    drop(self.code(flow, &answered, code, Use::Asked));
                }
                _ => drop(self.code(flow, state, code, Use::Asked)),
            }
        }
    }

    fn code(&mut self, flow: &'a Flow, state: &State, code: &Code, how: Use) -> Ty {
        let mut eval =
            Eval { set: self.set, flow, state, code, judge: Some(&mut self.found.judge), locals: Vec::new() };
        eval.value(how)
    }

    fn send(&mut self, node: &'a Node, place: &Place, state: &State, covered: bool) {
        if state.age.crosses() {
            self.found.need = Need::Sometimes;
        }
        let verb = node.outline.verb;
        self.found.judge.send(Sent { verb, place: place.clone(), age: state.age, trail: state.trail.clone(), covered });
    }
}

/// The values of the templates that a step sends: of the text, the header and the ends of addresses.
fn template_values(node: &Node) -> Vec<Place> {
    let mut values = Vec::new();
    every_use(&node.outline, &mut |used| {
        values.extend([used.vars, used.header, used.buttons].into_iter().flatten().map(|given| given.place.clone()));
    });
    values
}

/// Nothing else stands in the text: without its value it is empty.
fn alone(text: &Text) -> bool {
    text.fixed_chars() == 0 && text.codes().count() == 1
}

fn may_be_empty(text: &Text) -> Diagnostic {
    let message = "this value can be missing, and WhatsApp takes no template with an empty one";
    Diagnostic::error("E805", text.place(), message).help("write what stands in its place: `${… ?? \"…\"}`")
}

fn second_template(node: &Node, first: &Place) -> Diagnostic {
    let message = "a second template, and the contact has not answered the first";
    let finding = Diagnostic::warning("W806", &node.place, message).label(first, "the first");
    finding.help("ask or wait for a reply between the two, or say both in one template")
}
