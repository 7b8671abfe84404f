//! The window: each step carries how long ago the contact's last message may be, and a plain message that can
//! lie beyond its end is an error with that interval.
//!
//! A walk over all paths of each flow that something starts, calls walked in place; loops widen to *any time*.

use super::ways::{Spot, Way, target, ways};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        limits::{CALL_DEPTH_MAX, WINDOW, WINDOW_MARGIN},
        place::Place,
        time::Span,
        yaml,
    },
    flow::{
        FlowSet,
        definition::{Flow, Node, NodeIx, WrittenTrigger},
    },
};
use std::collections::{BTreeMap, HashMap};

/// Time since the contact's last message, at least and at most; `Span::MAX` stands for *any time*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Age {
    least: Span,
    most: Span,
}

const ANY: Span = Span(i64::MAX);
/// A plain message may leave up to here.
const END: Span = Span(WINDOW.0 - WINDOW_MARGIN.0);
/// How often the age at one step may grow before it counts as *any time*.
const GROWTHS_MAX: u32 = 8;

impl Age {
    const NOW: Age = Age { least: Span::ZERO, most: Span::ZERO };
    const ANY: Age = Age { least: Span::ZERO, most: ANY };

    fn join(self, other: Age) -> Age {
        Age { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    fn later(self, least: Span, most: Span) -> Age {
        let add = |a: Span, b: Span| if a == ANY || b == ANY { ANY } else { Span(a.0.saturating_add(b.0)) };
        Age { least: add(self.least, least), most: add(self.most, most) }
    }

    /// Between the least and the most: a wait that may end early.
    fn up_to(self, most: Span) -> Age {
        Age { least: self.least, most: self.later(Span::ZERO, most).most }
    }
}

pub fn check(set: &FlowSet, findings: &Findings) {
    let mut walk = Walk { set, sends: BTreeMap::new(), known: HashMap::new(), depth: 0 };
    for flow in set.flows.values() {
        let start = flow.triggers.iter().map(first_age).reduce(Age::join);
        if let Some(start) = start {
            walk.frame(flow, flow.entry, start);
        }
    }
    for (place, age) in walk.sends.into_values() {
        let finding = Diagnostic::error("E501", &place, format!("this message {}", words(age)));
        findings.push(finding.help("write `if_closed:` with a `template:`, `hold` or `skip`"));
    }
}

/// Whether a trigger starts its flow without a message or tap of the contact.
pub fn starts_unasked(trigger: &WrittenTrigger) -> bool {
    first_age(trigger) != Age::NOW
}

fn first_age(trigger: &WrittenTrigger) -> Age {
    match trigger.outline.verb {
        "message" | "button" | "any_message" | "first_message" | "media" | "location" => Age::NOW,
        // Only for the contact's own word: see language.md 8.
        "consent" => Age::NOW,
        _ => Age::ANY,
    }
}

struct Walk<'a> {
    set: &'a FlowSet,
    /// Plain messages that can lie beyond the end, with the widest age found.
    sends: BTreeMap<(FlowName, usize), (Place, Age)>,
    /// What a frame that was walked before ends with.
    known: HashMap<(FlowName, Option<NodeIx>, Age), Option<Age>>,
    depth: usize,
}

impl<'a> Walk<'a> {
    /// Walks from a step with an age to all ends of the flow (or called block). Gives the age there; `None`:
    /// it never comes to an end that a caller would see.
    fn frame(&mut self, flow: &'a Flow, entry: Option<NodeIx>, age: Age) -> Option<Age> {
        let Some(entry) = entry else { return Some(age) };
        let key = (flow.name.clone(), Some(entry), age);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if self.depth >= CALL_DEPTH_MAX {
            return Some(Age::ANY);
        }
        self.depth += 1;
        // A call that comes back to itself finds this instead of walking for ever.
        self.known.insert(key.clone(), Some(Age::ANY));
        let mut ages: HashMap<(FlowName, NodeIx), (Age, u32)> = HashMap::new();
        let mut end: Option<Age> = None;
        let mut todo: Vec<(Spot<'a>, Age)> = vec![((flow, entry), age)];
        while let Some(((flow, ix), age)) = todo.pop() {
            let slot = ages.entry((flow.name.clone(), ix)).or_insert((age, 0));
            let mut joined = slot.0.join(age);
            if joined == slot.0 && slot.1 > 0 {
                continue;
            }
            slot.1 += 1;
            if slot.1 > GROWTHS_MAX {
                joined.most = ANY;
            }
            slot.0 = joined;
            let mut leads: Vec<(Option<Spot<'a>>, Age)> = Vec::new();
            self.step(flow, flow.node(ix), joined, &mut leads);
            for (to, age) in leads {
                match to {
                    Some(to) => todo.push((to, age)),
                    None => end = Some(end.map_or(age, |end| end.join(age))),
                }
            }
        }
        self.depth -= 1;
        self.known.insert(key, end);
        end
    }

    fn step(&mut self, flow: &'a Flow, node: &'a Node, age: Age, leads: &mut Vec<(Option<Spot<'a>>, Age)>) {
        let set = self.set;
        let before = age;
        let guard = node.guard.as_ref().map_or("", |guard| guard.source());
        let age = if asks_open(guard) { open(age) } else { age };
        self.send(flow, node, &node.outline.yaml, &node.place, age);
        for way in ways(set, flow, node) {
            let passed_over = node.guard.is_some() && way.by.is_empty() && way.to.map(|to| to.1) == node.next;
            if passed_over {
                leads.push((way.to, before));
            }
            if let Some(age) = self.along(flow, node, &way, age) {
                leads.push((way.to, age));
            }
        }
        if node.outline.verb == "end" && node.outline.yaml.get("end").and_then(yaml::Node::text) != Some("all") {
            leads.push((None, age));
        }
    }

    /// The age behind one way on. `None`: that way is not taken from here.
    fn along(&mut self, flow: &'a Flow, node: &'a Node, way: &Way<'a>, age: Age) -> Option<Age> {
        let written = &node.outline.yaml;
        let timeout = written.get("timeout");
        match (node.outline.verb, way.by) {
            (_, "on_error") => Some(age),
            ("ask", "on_timeout") => Some(waited(age, timeout, flow.expires)),
            ("ask", _) => {
                self.reminders(flow, node, age);
                if let (None, Some(body)) = (written.get("on_timeout"), flow.on_expire) {
                    let late = waited(age, timeout, flow.expires);
                    self.frame(flow, body.0, late);
                }
                Some(Age::NOW)
            }
            ("wait", "on_timeout") => Some(waited(age, timeout, flow.expires)),
            ("wait", _) => Some(wait(age, written.get("wait"), timeout, flow.expires)),
            ("handoff", "until_done" | "") => Some(Age::ANY),
            ("handoff", "on_timeout") => Some(Age::ANY),
            ("http", _) => {
                let limit = timeout.and_then(yaml::Node::text).and_then(|text| Span::parse(text).ok());
                Some(age.up_to(Span(limit.unwrap_or(Span::seconds(10)).0.saturating_mul(3))))
            }
            ("call", "") => match target(self.set, flow, node) {
                Some(Some((other, entry))) => self.frame(other, Some(entry), age),
                Some(None) | None => Some(age),
            },
            ("if", by) => {
                let condition = written.get("if").and_then(yaml::Node::text).unwrap_or_default();
                match (condition.contains("window.open"), condition.contains("!window.open"), by) {
                    (true, false, "then") | (true, true, "else" | "") => Some(open(age)),
                    (true, true, "then") | (true, false, "else" | "") => closed(age),
                    _ => Some(age),
                }
            }
            _ => Some(age),
        }
    }

    /// Remembers a plain message that can lie beyond the end.
    fn send(&mut self, flow: &Flow, node: &Node, written: &yaml::Node, place: &Place, age: Age) {
        let speaks = matches!(node.outline.verb, "say" | "ask") || written.get("say").is_some();
        if !speaks || written.get("if_closed").is_some() || age.most < END {
            return;
        }
        let slot = self.sends.entry((flow.name.clone(), place.range().start)).or_insert((place.clone(), age));
        slot.1 = slot.1.join(age);
    }

    fn reminders(&mut self, flow: &Flow, node: &Node, age: Age) {
        let reminders = node.outline.yaml.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
        for reminder in reminders {
            let after = reminder.get("after").and_then(yaml::Node::text).and_then(|text| Span::parse(text).ok());
            let after = after.unwrap_or(Span::ZERO);
            self.send(flow, node, reminder, &reminder.place, age.later(after, after));
        }
    }
}

/// After a time-out: written as a length, or a moment that nobody knows yet.
fn waited(age: Age, timeout: Option<&yaml::Node>, default: Span) -> Age {
    match timeout {
        None => age.later(default, default),
        Some(node) => match node.text().map(Span::parse) {
            Some(Ok(span)) => age.later(span, span),
            Some(Err(_)) | None => age.later(Span::ZERO, ANY),
        },
    }
}

/// After a `wait` that was not cut short by its time-out.
fn wait(age: Age, value: Option<&yaml::Node>, timeout: Option<&yaml::Node>, default: Span) -> Age {
    let Some(value) = value else { return age };
    match value.text() {
        Some("reply") => Age::NOW,
        // Thirty minutes before the end, and never earlier than it is.
        Some("window_closing") => {
            let end = Span(WINDOW.0 - Span::minutes(30).0);
            Age { least: age.least.max(end), most: age.most.max(end) }
        }
        Some(text) => match Span::parse(text) {
            Ok(span) => age.later(span, span),
            Err(_) => age.later(Span::ZERO, ANY),
        },
        None if value.get("until").is_some() => match value.get("until").and_then(yaml::Node::text) {
            // The next time that the clock shows it.
            Some(text) if crate::flow::hours::clock(text).is_some() => age.up_to(Span::days(1)),
            Some(_) | None => age.later(Span::ZERO, ANY),
        },
        None => match timeout.and_then(yaml::Node::text).map(Span::parse) {
            Some(Ok(span)) => age.up_to(span),
            Some(Err(_)) => age.later(Span::ZERO, ANY),
            None => age.up_to(default),
        },
    }
}

fn asks_open(condition: &str) -> bool {
    condition.contains("window.open") && !condition.contains("!window.open") && !condition.contains("||")
}

/// What is left of an age when the window is known to be open.
fn open(age: Age) -> Age {
    let last = Span(END.0 - 1);
    Age { least: age.least.min(last), most: age.most.min(last) }
}

/// And when it is known to be closed; `None`: it cannot be.
fn closed(age: Age) -> Option<Age> {
    (age.most >= END).then(|| Age { least: age.least.max(END), most: age.most })
}

fn words(age: Age) -> String {
    let hours = |span: Span| format!("{:.1} h", span.0 as f64 / 3_600_000.0);
    match (age.least, age.most) {
        (Span::ZERO, ANY) => "can go out at any time after the last reply".into(),
        (least, ANY) => format!("can go out {} or more after the last reply", hours(least)),
        (least, most) if least == most => format!("goes out {} after the last reply", hours(least)),
        (least, most) => format!("can go out {} – {} after the last reply", hours(least), hours(most)),
    }
}
