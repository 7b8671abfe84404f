//! Lists the keys of maps that the language defines, with their types: language.md 6b.

use super::types::{Kinds, KnownValue, Shape, ValueType};
use crate::{
    FlowSet,
    base::ids::FlowName,
    definition::{Field, Kind, Node},
    knowledge::Document,
    steps::agent::{Agent, WrittenExit},
};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the map of consents in findings.
pub const CONSENT: &str = "`contact.consent`";
/// The name of the cells of a row in findings.
const COLUMNS: &str = "a row of these tables";
/// The values of `contact.consent.TOPIC`, beside a missing one.
const STATES: [&str; 2] = ["given", "withdrawn"];
const TEXT_OR_NOTHING: ValueType = ValueType::of(Kinds::TEXT.and(Kinds::NOTHING));
const MOMENT_OR_NOTHING: ValueType = ValueType::of(Kinds::DATETIME.and(Kinds::NOTHING));

/// The names of the keys; empty: those that the author declares.
pub fn parts(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Http => &["status", "body", "headers"],
        Shape::Found => &["text", "title", "heading", "file", "source", "share", "row"],
        Shape::Media => &["kind", "id", "mime", "url", "caption", "filename", "voice"],
        Shape::Location => &["latitude", "longitude", "name", "address"],
        Shape::Hours => &["open", "opens_at", "closes_at", "holidays"],
        // `lint::names` checks these names everywhere, also where no path leads.
        Shape::View(_) => &[],
    }
}

pub fn words(shape: Shape) -> &'static str {
    match shape {
        Shape::Http => "the answer of an `http` step",
        Shape::Found => "a part of the knowledge",
        Shape::Media => "a file",
        Shape::Location => "a location",
        Shape::Hours => "opening hours",
        Shape::View(_) => "this",
    }
}

/// The advice to name a part of this map, which has this code.
pub fn part_to_name(set: &FlowSet, ty: &ValueType, source: &str) -> String {
    let of = |parts: &[(String, ValueType)]| parts.iter().map(|(name, _)| name.clone()).collect();
    let names: Vec<String> = match &ty.known {
        KnownValue::Shape(shape) => parts(*shape).iter().map(|name| (*name).to_owned()).collect(),
        KnownValue::Parts(_, parts) | KnownValue::Gives(parts) => of(parts),
        KnownValue::Returned(flow) => names_returned(set, flow).into_iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let said = |name: &&String| ["text", "body", "caption", "address"].contains(&name.as_str());
    let Some(example) = names.iter().find(said).or(names.first()) else {
        return format!("name a part of it, such as `{source}.name`");
    };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("name a part of it, such as `{source}.{example}`: it has {}", names.join(", "))
}

/// The type of a key; `None`: there is no such key.
pub fn part(set: &FlowSet, shape: Shape, name: &str) -> Option<ValueType> {
    Some(match (shape, name) {
        (Shape::Http, "status") => ValueType::of(Kinds::WHOLE),
        (Shape::Http, "body") => ValueType::ANY,
        (Shape::Http, "headers") => ValueType::of(Kinds::MAP),
        (Shape::Found, "text" | "title" | "file") => ValueType::of(Kinds::TEXT),
        (Shape::Found, "heading" | "source") => TEXT_OR_NOTHING,
        (Shape::Found, "share") => ValueType::of(Kinds::WHOLE),
        (Shape::Found, "row") => ValueType::of(Kinds::MAP.and(Kinds::NOTHING)),
        (Shape::Media, "voice") => ValueType::ANY,
        (Shape::Location, "latitude" | "longitude") => ValueType::of(Kinds::NUMERIC),
        (Shape::Media | Shape::Location, name) if parts(shape).contains(&name) => TEXT_OR_NOTHING,
        (Shape::Hours, "open") => ValueType::of(Kinds::YESNO),
        (Shape::Hours, "opens_at" | "closes_at") => MOMENT_OR_NOTHING,
        (Shape::Hours, "holidays") => ValueType::of(Kinds::LIST),
        (Shape::View("window"), "open") => ValueType::of(Kinds::YESNO),
        (Shape::View("window"), "ends_at") => MOMENT_OR_NOTHING,
        (Shape::View("msg"), "text" | "button" | "kind") => TEXT_OR_NOTHING,
        (Shape::View("msg"), "heard") => ValueType::of(Kinds::YESNO.and(Kinds::NOTHING)),
        (Shape::View("msg"), "at") => MOMENT_OR_NOTHING,
        (Shape::View("msg"), "media") => ValueType::shape(Shape::Media).or(Kinds::NOTHING),
        (Shape::View("msg"), "location") => ValueType::shape(Shape::Location).or(Kinds::NOTHING),
        (Shape::View("error"), "code" | "text" | "step") => ValueType::of(Kinds::TEXT.and(Kinds::NOTHING)),
        (Shape::View("event"), "name") => TEXT_OR_NOTHING,
        (Shape::View("handoff"), "team" | "agent" | "flow") => TEXT_OR_NOTHING,
        (Shape::View("env"), _) => ValueType::of(Kinds::TEXT),
        (Shape::View("hours"), name) if set.bot.hours.contains_key(name) => ValueType::shape(Shape::Hours),
        (Shape::View("contact"), "phone" | "name" | "first_name" | "language" | "zone" | "country") => TEXT_OR_NOTHING,
        (Shape::View("contact"), "username") if !set.bot.fields.iter().any(|field| field.name == "username") => {
            TEXT_OR_NOTHING
        }
        (Shape::View("contact"), "tags") => ValueType::of(Kinds::LIST),
        (Shape::View("contact"), "last_message_at") => MOMENT_OR_NOTHING,
        (Shape::View("contact"), "consent") => {
            let known = KnownValue::Texts(STATES.map(str::to_owned).into());
            let state = ValueType { kinds: Kinds::TEXT.and(Kinds::NOTHING), known };
            let topics = set.bot.topics.keys().map(|topic| (topic.clone(), state.clone()));
            ValueType { kinds: Kinds::MAP, known: KnownValue::Parts(CONSENT, topics.collect()) }
        }
        (Shape::View("contact"), name) => {
            let field = set.bot.fields.iter().find(|field| field.name == name)?;
            if field.default.is_some() { declared(field) } else { declared(field).or(Kinds::NOTHING) }
        }
        (Shape::View(_), _) => ValueType::ANY,
        (Shape::Http | Shape::Found | Shape::Media | Shape::Location | Shape::Hours, _) => return None,
    })
}

/// The type of a part of the knowledge that this `look_up` finds, with the columns of the tables that it searches.
pub fn found(set: &FlowSet, look_up: &Node) -> ValueType {
    let written = look_up.outline.yaml.get("knowledge").map(|node| node.one_or_many()).unwrap_or_default();
    let named: Vec<&str> = written.iter().filter_map(|item| item.text()).collect();
    let searched = |document: &&Document| {
        named.is_empty() || named.iter().any(|name| set.knowledge.named(name).any(|one| std::ptr::eq(one, *document)))
    };
    let mut columns: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut all, mut rows) = (0, 0);
    for chunk in set.knowledge.documents().iter().filter(searched).flat_map(|one| set.knowledge.chunks_of(one)) {
        all += 1;
        rows += usize::from(!chunk.row.is_empty());
        chunk.row.iter().for_each(|(column, _)| *columns.entry(column).or_default() += 1);
    }
    if columns.is_empty() {
        return ValueType::shape(Shape::Found);
    }
    // A section and a row of another table do not have this column.
    let cell = |count: usize| if count == all { ValueType::of(Kinds::TEXT) } else { TEXT_OR_NOTHING };
    let row = columns.iter().map(|(column, count)| ((*column).to_owned(), cell(*count)));
    let kinds = if rows == all { Kinds::MAP } else { Kinds::MAP.and(Kinds::NOTHING) };
    let row = ValueType { kinds, known: KnownValue::Parts(COLUMNS, row.collect()) };
    let others = parts(Shape::Found).iter().filter(|name| **name != "row");
    let others = others.filter_map(|name| Some(((*name).to_owned(), part(set, Shape::Found, name)?)));
    let parts = others.chain([("row".to_owned(), row)]).collect();
    ValueType { kinds: Kinds::MAP, known: KnownValue::Parts(words(Shape::Found), parts) }
}

pub fn names_returned<'s>(set: &'s FlowSet, flow: &FlowName) -> Vec<&'s str> {
    set.flow(flow).map_or_else(Vec::new, |flow| flow.returns.iter().map(|field| field.name.as_str()).collect())
}

/// The type of a key that a flow returns; `None`: it declares no such key. `whole` are the kinds of the map itself.
pub fn returned(set: &FlowSet, flow: &FlowName, whole: Kinds, name: &str) -> Option<ValueType> {
    let ty = given_back(set.flow(flow)?.returns.iter().find(|field| field.name == name)?);
    Some(if whole.is_vague() { ty.or(Kinds::ANY) } else { ty })
}

/// The type of a submitted form.
pub fn filled(returns: &[Field]) -> ValueType {
    record("what the form `returns`", returns)
}

/// The type of a map with these members; `whose` names the declaration in findings.
pub fn record(whose: &'static str, returns: &[Field]) -> ValueType {
    let parts = returns.iter().map(|field| (field.name.clone(), given_back(field)));
    ValueType { kinds: Kinds::MAP, known: KnownValue::Parts(whose, parts.collect()) }
}

/// The value of a talk with an agent on the way `by`: in the steps of an exit that exit and what it gives, behind the
/// agent one of the exits without steps.
pub fn talk(agent: &Agent, by: &str) -> ValueType {
    let taken = |exit: &&WrittenExit| if by.is_empty() { exit.body.is_none() } else { exit.name == by };
    let exits: Vec<&WrittenExit> = agent.exits.iter().filter(taken).collect();
    let mut names: BTreeSet<String> = exits.iter().map(|exit| exit.name.clone()).collect();
    if by.is_empty() {
        // The exit `person` without steps hands over, and nothing goes on.
        names.remove("person");
        let own = |name: &&str| agent.exits.iter().any(|exit| exit.name == *name);
        names.extend(["done", "off_topic"].into_iter().filter(|name| !own(name)).map(str::to_owned));
    }
    let is_one = names.len() == 1;
    let mut parts: BTreeMap<String, ValueType> = BTreeMap::new();
    for field in exits.iter().flat_map(|exit| &exit.gives) {
        let given = given_back(field);
        parts.insert(field.name.clone(), if is_one { given } else { given.or(Kinds::NOTHING) });
    }
    parts.insert("exit".to_owned(), ValueType::declared(&Kind::choice(names.into_iter().collect())));
    parts.insert("turns".to_owned(), ValueType::of(Kinds::WHOLE));
    ValueType { kinds: Kinds::MAP, known: KnownValue::Parts("what the agent gives", parts.into_iter().collect()) }
}

fn given_back(field: &Field) -> ValueType {
    if field.optional { declared(field).or(Kinds::NOTHING) } else { declared(field) }
}

/// The type of a filled field or input.
pub fn declared(field: &Field) -> ValueType {
    ValueType::declared(&field.kind)
}
