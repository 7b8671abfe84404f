//! Generates mocks for a first test: from the bot's sandbox, otherwise from the members of the answer that the flow
//! reads.

use super::{beginning, draft::MockLines};
use crate::{
    base::yaml::{Kind, to_json},
    flow::{
        Flow, FlowSet,
        definition::{Kind as DeclaredKind, Node, Target},
        engine::routing::meaning,
        steps::{
            Step,
            llm::{Llm, Returns},
        },
        tools::testfile::write,
        triggers::Trigger,
    },
    http_step::mocks::glob,
    model::answer::AnswerType,
};
use regex::Regex;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The mocks, and whether some of them are guessed.
pub(super) struct Guess {
    pub mocks: MockLines,
    pub guessed: bool,
}

/// Methods end a path of members: they are not a part of the value.
const METHODS: [&str; 16] = [
    "len",
    "is_empty",
    "contains",
    "map",
    "filter",
    "sort",
    "format",
    "lower",
    "upper",
    "trim",
    "split",
    "replace",
    "round",
    "starts_with",
    "is_match",
    "local",
];

/// The mocks for all `http` and `llm` steps that a flow can reach, including through `call` and `go`.
pub(super) fn mocks(set: &FlowSet, flow: &Flow) -> Guess {
    let mut guess = Guess { mocks: MockLines::default(), guessed: false };
    let mut seen = BTreeSet::new();
    let begins = flow.triggers.iter().find(|trigger| beginning::of(set, flow, &trigger.kind).is_some());
    if begins.is_some_and(|trigger| matches!(trigger.kind, Trigger::Meaning(_))) {
        // The model finds the first meaning of the flow, which has the flow's own name.
        guess.mocks.model.push(format!("{}: {}", meaning::STEP, write::scalar(flow.name.as_str())));
    }
    for flow in reached(set, flow) {
        for (node, reply) in flow.nodes.iter().filter_map(|node| Some((node, reply(node)?))) {
            guess.guessed = true;
            let step = write::scalar(node.id.as_str());
            guess.mocks.model.push(format!("{step}: {}", write::json(&reply)));
        }
        for node in flow.nodes.iter().filter(|node| node.outline.verb == "http") {
            let written = node.outline.yaml.get("http").and_then(|node| node.text()).unwrap_or_default();
            let Some((method, url)) = written.trim().split_once(' ') else { continue };
            let name = format!("{method} {}", pattern(url));
            if !seen.insert(name.clone()) {
                continue;
            }
            let known = of_sandbox(set, method, url);
            if known.is_empty() {
                guess.guessed = true;
                let answer = answer(flow, node);
                guess.mocks.http.push(format!("{}: {}", write::scalar(&name), write::json(&answer)));
            }
            for line in known {
                if !guess.mocks.http.contains(&line) {
                    guess.mocks.http.push(line);
                }
            }
        }
    }
    guess
}

/// An answer of a model that fits the step; `None`: it asks none.
fn reply(node: &Node) -> Option<Json> {
    match &node.step {
        Step::Llm(llm) => Some(value(llm)),
        Step::Agent(_) => Some(json!({"say": "An answer."})),
        _ => None,
    }
}

/// The answer of a model that fits the declaration: the first choice, a sample value of each type.
fn value(llm: &Llm) -> Json {
    match &llm.returns {
        Returns::Text => "An answer.".into(),
        Returns::One(kind) => sample(kind),
        Returns::Record(fields) => {
            let required = fields.iter().filter(|field| !field.optional && field.default.is_none());
            let all: Map<String, Json> = required.map(|field| (field.name.clone(), sample(&field.kind))).collect();
            json!({"json": all})
        }
    }
}

fn sample(kind: &DeclaredKind) -> Json {
    if let Some(first) = kind.among.first() {
        return first.as_str().into();
    }
    match kind.of {
        AnswerType::Number | AnswerType::Whole => 3.into(),
        AnswerType::YesNo => true.into(),
        AnswerType::Date => "2026-12-03".into(),
        AnswerType::Time => "10:00".into(),
        AnswerType::DateTime => "2026-12-03T10:00".into(),
        _ => "an answer".into(),
    }
}

/// A flow and those that its `call` and `go` lead to.
fn reached<'a>(set: &'a FlowSet, flow: &'a Flow) -> Vec<&'a Flow> {
    let mut all: Vec<&Flow> = vec![flow];
    let mut at = 0;
    while let Some(flow) = all.get(at).copied() {
        at += 1;
        for node in &flow.nodes {
            let Some(Target::Flow(name)) = &node.outline.target else { continue };
            if let Some(next) = set.flow(name).filter(|next| all.iter().all(|known| known.name != next.name)) {
                all.push(next);
            }
        }
    }
    all
}

/// `${env.SHOP_URL}/orders/${id}` becomes `*/orders/*`.
fn pattern(url: &str) -> String {
    let holes = Regex::new(r"\$\{[^}]*\}").expect("the pattern is a constant");
    let url = holes.replace_all(url.trim(), "*");
    let url = url.split(['?', '#']).next().unwrap_or_default().to_owned();
    match url.split_once("://") {
        Some((_, rest)) => format!("*{}", rest.find('/').map_or("", |at| &rest[at..])),
        None => url,
    }
}

/// The rules of `sandbox.mocks` that match, as written there.
fn of_sandbox(set: &FlowSet, method: &str, url: &str) -> Vec<String> {
    let asked = pattern(url);
    let mut lines = Vec::new();
    for item in set.bot.sandbox.mocks.iter().filter_map(|mocks| mocks.get("http")).flat_map(|http| http.one_or_many()) {
        for entry in item.map().unwrap_or_default() {
            let Some((of, rule)) = entry.key.text.split_once(' ') else { continue };
            let meets = glob(rule.trim(), &asked.replace('*', "x")) || glob(&asked, &rule.trim().replace('*', "x"));
            if of == method && meets {
                let answer = match &entry.value.kind {
                    Kind::Null => "{}".to_owned(),
                    _ => write::json(&to_json(&entry.value)),
                };
                lines.push(format!("{}: {answer}", write::scalar(&entry.key.text)));
            }
        }
    }
    lines
}

/// An answer with all members that the flow reads.
fn answer(flow: &Flow, node: &Node) -> Json {
    let Some(name) = node.outline.fills.as_deref() else { return json!({"status": 200}) };
    let text = flow.place.file().text();
    let mut body = Json::Null;
    let read = Regex::new(&format!(r#"\b{}\.body((?:\??\.\w+)+)(?:\s*==\s*"([^"]*)")?"#, regex::escape(name)));
    let read = read.expect("a name in a constant pattern");
    for found in read.captures_iter(text) {
        let path = found.get(1).map_or("", |path| path.as_str());
        let mut parts: Vec<&str> = path.split(['.', '?']).filter(|part| !part.is_empty()).collect();
        let is_list = parts.last().is_some_and(|last| ["len", "is_empty", "map", "filter", "sort"].contains(last));
        if parts.last().is_some_and(|last| METHODS.contains(last)) {
            parts.pop();
        }
        let value = match found.get(2) {
            Some(literal) => Some(Json::from(literal.as_str())),
            None if is_list || is_offered(flow, &format!("{name}.body.{}", parts.join("."))) => {
                Some(items(flow, &format!("{name}.body.{}", parts.join("."))))
            }
            None => None,
        };
        put(&mut body, &parts, value);
    }
    if body.is_null() { json!({"json": {}}) } else { json!({"json": body}) }
}

fn is_offered(flow: &Flow, list: &str) -> bool {
    flow.nodes.iter().any(|node| offered(node).is_some_and(|(each, _)| each.contains(list)))
}

/// The list that a question offers, and its options as written.
fn offered(node: &Node) -> Option<(&str, String)> {
    let options = node.outline.yaml.get("options")?;
    Some((options.get("each")?.text()?, options.place.text().to_owned()))
}

/// Two sample items with the members that a question shows.
fn items(flow: &Flow, list: &str) -> Json {
    let shown = flow.nodes.iter().filter_map(offered).find(|(each, _)| each.contains(list));
    // Members may also be read later, by the name of the answer.
    let member = Regex::new(r"\bitem\.(\w+)").expect("the pattern is a constant");
    let mut members: Vec<String> = shown.map_or_else(Vec::new, |(_, options)| {
        member.captures_iter(&options).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect()
    });
    members.dedup();
    let item = |number: usize| -> Json {
        let all: Map<String, Json> = members
            .iter()
            .map(|name| match value_called(name) {
                Json::String(text) => (name.clone(), format!("{text} {number}").into()),
                Json::Number(_) => (name.clone(), (number * 10).into()),
                other => (name.clone(), other),
            })
            .collect();
        all.into()
    };
    json!([item(1), item(2)])
}

fn put(body: &mut Json, path: &[&str], value: Option<Json>) {
    let Some((first, rest)) = path.split_first() else { return };
    if !body.is_object() {
        *body = json!({});
    }
    let Some(slot) = body.as_object_mut().map(|map| map.entry((*first).to_owned()).or_insert(Json::Null)) else {
        return;
    };
    match (rest.is_empty(), value) {
        (true, Some(value)) => *slot = value,
        (true, None) if slot.is_null() => *slot = value_called(first),
        (true, None) => {}
        (false, value) => put(slot, rest, value),
    }
}

/// A sample value for a member of this name.
fn value_called(name: &str) -> Json {
    let name = name.to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    if name.starts_with("is_") || name.starts_with("has_") {
        return true.into();
    }
    if ends(&["cents", "price", "total", "count", "days", "amount", "stock", "qty", "quantity", "number", "minutes"]) {
        return 3.into();
    }
    if ends(&["_at", "date", "day"]) {
        return "2026-01-08T10:00".into();
    }
    if ends(&["time"]) {
        return "10:00".into();
    }
    name.replace('_', " ").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, flow::parse_set};

    fn guess(bot: &str, flow: &str) -> Vec<String> {
        let files = [SourceFile::new("flows/_bot.yaml", bot), SourceFile::new("flows/f.yaml", flow)];
        let (set, findings) = parse_set(&files);
        assert!(!findings.iter().any(|finding| finding.is_error()), "{findings:?}");
        mocks(&set, set.named("f").unwrap()).mocks.http
    }

    #[test]
    fn an_answer_holds_what_the_flow_reads_of_it() {
        let flow = "flow: f\nsteps:\n  - http: GET ${env.URL}/slots/${contact.name}?x=1\n    as: cal\n  - if: cal.body.slots.is_empty() || cal.body.state == \"closed\"\n    then: [end]\n  - ask: When?\n    options: {each: '${cal.body.slots}', id: '${item.id}', title: '${item.time}'}\n  - say: ${cal.body.shop.days}\n";
        assert_eq!(
            guess("bot: x\nenv: [URL]\n", flow),
            [
                "GET */slots/*: {json: {shop: {days: 3}, slots: [{id: id 1, time: \"10:00 1\"}, {id: id 2, time: \"10:00 2\"}], state: closed}}"
            ]
        );
    }

    #[test]
    fn the_sandbox_knows_better() {
        let bot = "bot: x\nenv: [URL]\nsandbox: {mocks: {http: [{GET */a/1: {json: {n: 7}}}, {GET */b: {}}]}}\n";
        let flow = "flow: f\nsteps:\n  - http: GET ${env.URL}/a/${contact.name}\n    as: a\n  - say: ${a.body.n}\n";
        assert_eq!(guess(bot, flow), ["GET */a/1: {json: {n: 7}}"]);
    }
}
