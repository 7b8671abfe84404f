//! Writes the world and the acts of a case as JSON, as a play takes them.

use super::draft::now;
use crate::{
    base::{
        diagnostic::Findings,
        place::SourceFile,
        yaml::{self, Node, to_json},
    },
    flow::tools::testfile::{Fact, Head, TestAction, write},
    model::value::Value,
};
use serde_json::{Map, Value as Json, json};

/// The key of a world whose calls and settings are those of a test: what `sandbox` in `_bot.yaml` says does not count.
pub(super) const SANDBOX: &str = "sandbox";

/// The systems that are mocked.
const MOCKED: [&str; 3] = ["http", "model", "mcp"];

/// The world of a test.
pub(super) fn world(head: &Head) -> Map<String, Json> {
    let mut world = Map::from_iter([(SANDBOX.to_owned(), json!(false)), ("now".to_owned(), now(head).into())]);
    let facts: Vec<Fact> = last_of_each(&head.contact).iter().map(in_place).collect();
    if !facts.is_empty() {
        world.extend(
            loaded(&write::contact(&facts))
                .and_then(|contact| Some(("contact".to_owned(), facts_of(contact.get("contact")?)))),
        );
    }
    world.extend(head.sender.iter().map(|sender| ("sender".to_owned(), sender.as_str().into())));
    if !head.env.is_empty() {
        world.insert("env".to_owned(), json!(head.env));
    }
    if !head.templates.is_empty() {
        let states: Map<String, Json> =
            head.templates.iter().map(|(name, is)| (name.clone(), is.as_str().into())).collect();
        world.insert("templates".to_owned(), states.into());
    }
    let mocks: Map<String, Json> = MOCKED
        .iter()
        .map(|kind| {
            let nodes = head.mocks.iter().filter_map(|mocks| mocks.get(kind)).flat_map(Node::one_or_many);
            ((*kind).to_owned(), nodes.map(to_json).collect::<Json>())
        })
        .filter(|(_, all)| all.as_array().is_some_and(|all| !all.is_empty()))
        .collect();
    if !mocks.is_empty() {
        world.insert("mocks".to_owned(), mocks.into());
    }
    world
}

/// An act; `None` for a check.
pub(super) fn step(act: &TestAction) -> Option<Json> {
    if let TestAction::Set(facts) = act {
        let node = loaded(&write::act(&TestAction::Set(facts.iter().map(in_place).collect()))?)?;
        return Some(json!({"set": facts_of(node.get("set")?)}));
    }
    let node = loaded(&write::act(act)?)?;
    Some(match node.text() {
        // A word alone is a key with `true`.
        Some(word) => json!({word: true}),
        None => to_json(&node),
    })
}

/// All acts, without checks.
pub(super) fn steps<'a>(acts: impl IntoIterator<Item = &'a TestAction>) -> Vec<Json> {
    acts.into_iter().filter_map(step).collect()
}

fn loaded(text: &str) -> Option<Node> {
    yaml::load(&SourceFile::new("act", format!("{text}\n")), &Findings::default())
}

/// Facts, in which the word `none` is written as `null`: as a text it would be one.
fn facts_of(node: &Node) -> Json {
    let is_none = |node: &Node| node.scalar().is_some_and(|scalar| scalar.is_plain() && scalar.text == "none");
    let entries = node.map().unwrap_or_default().iter();
    let all = entries.map(|entry| {
        let value = if is_none(&entry.value) { Json::Null } else { to_json(&entry.value) };
        (entry.key.text.clone(), value)
    });
    Json::Object(all.collect())
}

/// A fact with its moment as the test has it, without an offset: read again it is in the same time zone.
fn in_place(fact: &Fact) -> Fact {
    match fact {
        Fact::Field(name, Value::DateTime(at)) if at.time_zone().iana_name().is_some() => {
            let seconds = if at.second() == 0 { "" } else { ":%S" };
            let written = at.strftime(&format!("%Y-%m-%dT%H:%M{seconds}")).to_string();
            Fact::Field(name.clone(), Value::text(written))
        }
        other => other.clone(),
    }
}

/// The facts of a file and its case without those that a later one replaces.
fn last_of_each(facts: &[Fact]) -> Vec<Fact> {
    let mut kept: Vec<Fact> = Vec::new();
    for fact in facts {
        let same = |one: &Fact| match (one, fact) {
            (Fact::Field(a, _), Fact::Field(b, _)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        };
        let before = kept.iter().position(same).map(|at| kept.remove(at));
        kept.push(match (before, fact) {
            (Some(Fact::Consent(mut topics)), Fact::Consent(new)) => {
                topics.retain(|(topic, _)| new.iter().all(|(other, _)| other != topic));
                topics.extend(new.iter().cloned());
                Fact::Consent(topics)
            }
            _ => fact.clone(),
        });
    }
    kept
}
