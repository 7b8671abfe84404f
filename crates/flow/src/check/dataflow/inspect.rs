//! Checks one step in one of its states.

use super::{
    Sent, Walk, answers,
    exprs::{Eval, Use},
    refine::refine,
    state::State,
    transfer,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, place::Place, time::Span, yaml},
    check::{templates::every_use, unreachable::ends_before},
    definition::{Body, Flow, Node},
    script::Code,
    text::Text,
};

impl<'a> Walk<'a, '_> {
    /// Runs all checks of a step in one of its states.
    pub(super) fn look(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let mut states = vec![state.clone()];
        if let Some(guard) = &node.guard {
            let ty = self.code(flow, state, guard, Use::Asked);
            self.condition(guard, &ty);
            if let Some(guard) = guard.single() {
                states = refine(flow, state, guard, true);
            }
        }
        for state in &states {
            self.codes(flow, node, state);
            self.fits(flow, node, state);
            let written = &node.outline.yaml;
            // A reaction outside the window is left out and not refused.
            let opens = node.outline.verb == "agent" && written.get("opening").is_some();
            if opens || matches!(node.outline.verb, "say" | "ask") {
                let place = &node.place;
                self.send(flow, node, place, state, written.get("if_closed").is_some());
            }
            if node.outline.verb == "start" {
                self.begin(flow, node, state);
            }
            if node.outline.verb == "template" {
                self.found.late.insert(flow.name.clone());
                if let Some(first) = &state.templated {
                    self.found.judge.bad(second_template(node, first));
                }
            }
            for reminder in written.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
                let after = transfer::span(reminder.get("after")).unwrap_or(Span::ZERO);
                // The reminder is never sent, which has a finding.
                if ends_before(written, flow.expires, after).is_some() {
                    continue;
                }
                let then = state.clone().aged(state.age.later(after, after), &reminder.place, after, after);
                let Some(then) = then.in_time() else { continue };
                self.send(flow, node, &reminder.place, &then, reminder.get("if_closed").is_some());
            }
            let expires = matches!(node.outline.verb, "ask" | "agent")
                || written.get("wait").and_then(yaml::Node::text) == Some("reply");
            let expires = expires || node.outline.verb == "call" && written.get("timeout").is_some();
            if let (true, None, Some(Body(body))) = (expires, written.get("on_timeout"), flow.on_expire) {
                let late = match node.outline.verb {
                    "call" => self.call_over(flow, node, state),
                    _ => transfer::late(flow, node, state),
                };
                let late: Vec<State> = late.in_time().into_iter().collect();
                self.frame(flow, body, &late);
            }
        }
    }

    fn codes(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let outline = &node.outline;
        let guard = node.guard.as_ref().map(|guard| guard.place());
        let mut seen: Vec<Place> = guard.into_iter().collect();
        let values = template_values(node);
        let in_turn = transfer::in_turn(self.set, flow, node, state);
        let item = answers::offered(self.set, flow, node, state).filter(|_| state.var(flow, "item").is_none());
        for text in &outline.texts {
            // The values above this one in a `set` are already filled.
            let stands = |(place, _): &&(Place, State)| place.range().contains(&text.place().range().start);
            let state = in_turn.iter().find(stands).map_or(state, |(_, state)| state);
            let shown = text.sole().is_none() || matches!(outline.verb, "say" | "ask" | "template" | "react");
            for code in text.codes() {
                seen.push(code.place());
                let how = if shown { Use::Shown } else { Use::Asked };
                let ty = self.code_beside(flow, state, code, how, item_in(node, item.as_ref(), code));
                self.shown(node, text, code, &ty);
                let sent = values.iter().any(|value| value.range().contains(&text.place().range().start));
                self.written(node, text, code, &ty, sent);
                if sent && alone(text) && ty.may_miss() {
                    self.found.judge.bad(may_be_empty(text, self.set.is_of_several_languages()));
                }
            }
        }
        self.translated(flow, node, state);
        for code in &outline.codes {
            let place = code.place();
            if seen.contains(&place) {
                continue;
            }
            let check =
                outline.yaml.get("check").is_some_and(|check| check.place.range().contains(&place.range().start));
            match (check, &outline.fills) {
                (true, Some(name)) => {
                    let answered = state.clone().with(flow, name, answers::answer(self.set, flow, node, "", state));
                    let ty = self.code(flow, &answered, code, Use::Asked);
                    self.condition(code, &ty);
                }
                _ => {
                    let ty = self.code(flow, state, code, Use::Asked);
                    if check || asks(node, code) {
                        self.condition(code, &ty);
                    }
                }
            }
        }
    }

    /// Checks the expressions of translations that their sources do not have: those have their findings there.
    fn translated(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let set = self.set;
        for sentence in &node.outline.sentences {
            let known: Vec<&str> = sentence.text.codes().map(|code| code.source().trim()).collect();
            if known.is_empty() {
                continue;
            }
            let wordings =
                set.locales.values().filter_map(|locale| locale.find(node.id.as_str(), sentence.text.source()));
            for code in wordings.flat_map(|form| form.texts()).flat_map(Text::codes) {
                if !known.contains(&code.source().trim()) {
                    self.code(flow, state, code, Use::Asked);
                }
            }
        }
    }

    pub(super) fn code(&mut self, flow: &'a Flow, state: &State, code: &Code, how: Use) -> ValueType {
        self.code_beside(flow, state, code, how, Vec::new())
    }

    /// The same with names that are known only there.
    fn code_beside(
        &mut self,
        flow: &'a Flow,
        state: &State,
        code: &Code,
        how: Use,
        locals: Vec<(String, ValueType)>,
    ) -> ValueType {
        let mut eval = Eval { set: self.set, flow, state, code, judge: Some(&mut self.found.judge), locals };
        eval.value(how)
    }

    /// Checks a condition: a value other than true, false or nothing is an error at run time.
    pub(super) fn condition(&mut self, code: &Code, ty: &ValueType) {
        let place = code.place();
        let kinds = ty.kinds.without(Kinds::MISSING);
        if ty.kinds.is_vague() || kinds == Kinds::NONE || kinds.meets(Kinds::YESNO) {
            self.found.judge.good(&place, "E319");
            return;
        }
        let (what, source) = (kinds.words(), code.source().trim());
        let message = format!("a condition is true or false, and this is {what}");
        let help = match kinds {
            Kinds::WHOLE | Kinds::NUMBER | Kinds::NUMERIC => match span(source) {
                Some((from, to)) => format!(
                    "for a number between the two write `n >= {from} && n <= {to}`, with the name behind `as` for `n`"
                ),
                None => format!("compare it: `{source} > 0`"),
            },
            Kinds::TEXT => {
                let example = match &ty.known {
                    KnownValue::Texts(texts) => texts.first().map_or("…", String::as_str),
                    _ => "…",
                };
                format!("compare it, `{source} == \"{example}\"`, or ask whether it is there: `'!missing({source})'`")
            }
            Kinds::LIST => format!("ask whether something is in it: `'!{source}.is_empty()'`"),
            _ if source.starts_with("hours.") && source.matches('.').count() == 1 => {
                format!("to ask whether they are open write `{source}.open`")
            }
            _ => format!("to ask whether it is there write `'!missing({source})'`, in quotes"),
        };
        self.found.judge.bad(Diagnostic::error("E319", &place, message).help(help));
    }

    fn send(&mut self, flow: &'a Flow, node: &'a Node, place: &Place, state: &State, covered: bool) {
        if state.age.crosses() {
            self.found.late.insert(flow.name.clone());
        }
        let verb = node.outline.verb;
        self.found.judge.send(Sent { verb, place: place.clone(), age: state.age, trail: state.trail.clone(), covered });
    }
}

/// True if the code is the condition of an `if`, of a loop or of an audience.
fn asks(node: &Node, code: &Code) -> bool {
    let written = match node.outline.verb {
        "if" => node.outline.yaml.get("if"),
        "repeat" => node.outline.yaml.get("repeat").and_then(|repeat| repeat.get("while")),
        "start" => node.outline.yaml.get("for").and_then(|whom| whom.get("if")),
        _ => None,
    };
    written.is_some_and(|written| written.place.range().contains(&code.place().range().start))
}

/// The `item` of code in the options of a question.
fn item_in(node: &Node, item: Option<&ValueType>, code: &Code) -> Vec<(String, ValueType)> {
    let options = node.outline.yaml.get("options").map(|options| options.place.range());
    let within = options.is_some_and(|options| options.contains(&code.place().range().start));
    item.filter(|_| within).map(|ty| ("item".to_owned(), ty.clone())).into_iter().collect()
}

/// The values of the templates that a step sends: of the text, the header and the link suffixes.
fn template_values(node: &Node) -> Vec<Place> {
    let mut values = Vec::new();
    every_use(&node.outline, &mut |used| {
        values.extend([used.vars, used.header, used.buttons].into_iter().flatten().map(|given| given.place.clone()));
    });
    values
}

/// True if the text contains nothing else, so that it is empty without the value.
fn alone(text: &Text) -> bool {
    text.fixed_chars() == 0 && text.codes().count() == 1
}

/// In several languages a text in the place of the value would be the same in all of them.
fn may_be_empty(text: &Text, translated: bool) -> Diagnostic {
    let message = "this value can be missing, and WhatsApp takes no template with an empty one";
    Diagnostic::error("E805", text.place(), message).help(match translated {
        true => {
            "send who has no such value a template without it, behind an `if: missing(…)`, or write a sign that every \
             language reads: `${… ?? \"👋\"}`"
        }
        false => "write what stands in its place: `${… ?? \"…\"}`",
    })
}

fn second_template(node: &Node, first: &Place) -> Diagnostic {
    let message = "a second template, and the contact has not answered the first";
    let finding = Diagnostic::warning("W806", &node.place, message).label(first, "the first");
    finding.help("ask or wait for a reply between the two, or say both in one template")
}

/// The ends of two figures with a minus between them, which were meant as a span: `1-10`.
fn span(source: &str) -> Option<(&str, &str)> {
    let (from, to) = source.split_once('-').map(|(from, to)| (from.trim(), to.trim()))?;
    let is_figure = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_figure(from) && is_figure(to)).then_some((from, to))
}
