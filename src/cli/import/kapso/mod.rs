//! Reads `definition.json` of Kapso workflows: nodes, and edges with labels between them.

mod agents;
mod asks;
mod nodes;
mod values;

use super::{
    bot::{ImportedBot, ImportedFlow},
    graph::{Goal, Graph, Node, NodeId},
    names::Names,
    report::{Place, line},
    source::{Source, at, is_true, list, some_text, text},
    yaml::Yaml,
};
use crate::base::limits::IMPORT_BLOCKS_MAX;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads all definitions as one bot; the error is one sentence.
pub fn read(sources: &[Source]) -> Result<ImportedBot, String> {
    let mut workflows = Vec::new();
    for source in sources {
        let json = source.json()?;
        // The API wraps a workflow in `data`, and its graph in `definition`.
        let outer = if at(&json, "data").is_object() { at(&json, "data").clone() } else { json };
        let graph = if at(&outer, "definition").is_object() { at(&outer, "definition").clone() } else { outer.clone() };
        if !at(&graph, "nodes").is_array() {
            return Err(format!("`{}` is no definition of a Kapso workflow: it has no `nodes`", source.name));
        }
        let count = list(&graph, "nodes").len().max(list(&graph, "edges").len());
        if count > IMPORT_BLOCKS_MAX {
            return Err(format!(
                "`{}` has {count} nodes or edges, and at most {IMPORT_BLOCKS_MAX} are imported",
                source.name
            ));
        }
        let title = some_text(&outer, "name").unwrap_or_else(|| source.name.clone());
        workflows.push((source.name.clone(), title, outer, graph));
    }
    let name = workflows.first().map(|(_, title, ..)| line(title)).unwrap_or_default();
    let mut bot = ImportedBot { name, language: "en".to_owned(), timezone: "UTC".to_owned(), ..ImportedBot::default() };
    bot.teams.insert("support".into(), Yaml::Map(Vec::new()));
    bot.report.todo.insert("Set `language` and `timezone` in `flows/_bot.yaml`: a definition has neither.".into());
    for (file, title, outer, _) in &workflows {
        let key = some_text(outer, "slug").unwrap_or_else(|| file.clone());
        let name = bot.flow_names.of(&key, title, "workflow");
        some_text(outer, "id").into_iter().for_each(|id| bot.flow_names.also(&id, &name));
    }
    for (number, (file, title, outer, graph)) in workflows.iter().enumerate() {
        let key = some_text(outer, "slug").unwrap_or_else(|| file.clone());
        let name = bot.flow_names.of(&key, title, "workflow");
        let mut flow = Reader::new(&mut bot, title, graph).flow(name);
        flow.when = when(outer, number == 0, &mut bot, title);
        bot.flows.push(flow);
    }
    Ok(bot)
}

/// The triggers, which a definition alone does not have: then the first workflow answers any message.
fn when(outer: &Value, is_first: bool, bot: &mut ImportedBot, title: &str) -> Vec<Yaml> {
    let mut when = Vec::new();
    for trigger in list(outer, "triggers") {
        let kind = some_text(trigger, "trigger_type").or_else(|| some_text(trigger, "triggerType")).unwrap_or_default();
        match kind.as_str() {
            "inbound_message" => when.push(Yaml::map([("any_message", Yaml::bare(true))])),
            "api_call" => when.push(Yaml::map([("api", Yaml::bare(true))])),
            "project_event" => {
                let event = ["triggerable_attributes.event_name", "triggerableAttributes.event_name"];
                let event = event.iter().find_map(|path| some_text(trigger, path)).unwrap_or_default();
                when.push(Yaml::map([("event", Yaml::bare(super::names::slug(&event, "event")))]));
            }
            _ => bot
                .report
                .left(&place(title, "triggers", &kind, &text(trigger, "id")), "a trigger that no flow has here"),
        }
    }
    when.dedup();
    if when.is_empty() && is_first {
        let line = "The triggers of a workflow stand in its `workflow.yaml`, not in `definition.json`: decide what stands under `when`.";
        bot.report.todo.insert(line.into());
        when.push(Yaml::map([("any_message", Yaml::bare(true))]));
    }
    when
}

fn place(flow: &str, name: &str, kind: &str, id: &str) -> Place {
    Place { flow: line(flow), name: line(name), kind: kind.to_owned(), id: id.to_owned() }
}

struct Reader<'a> {
    bot: &'a mut ImportedBot,
    json: &'a Value,
    title: String,
    names: Names,
    vars: BTreeSet<String>,
    /// Variables that hold a server's answer.
    answers: BTreeSet<String>,
    /// Ids of buttons and rows, with which the router of a function mostly compares.
    option_ids: BTreeSet<String>,
    by_id: BTreeMap<String, NodeId>,
    graph: Graph,
    places: BTreeMap<NodeId, Place>,
}

impl<'a> Reader<'a> {
    fn new(bot: &'a mut ImportedBot, title: &str, json: &'a Value) -> Reader<'a> {
        let mut reader = Reader {
            bot,
            json,
            title: line(title),
            names: Names::default(),
            vars: BTreeSet::new(),
            answers: BTreeSet::new(),
            option_ids: BTreeSet::new(),
            by_id: BTreeMap::new(),
            graph: Graph::default(),
            places: BTreeMap::new(),
        };
        for node in list(json, "nodes") {
            reader.survey(node);
        }
        reader
    }

    fn survey(&mut self, node: &Value) {
        let id = text(node, "id");
        let (kind, config) = (kind(node), config(node));
        let name = some_text(node, "data.display_name").unwrap_or_else(|| kind.replace('_', " "));
        let number = self.graph.add(Node::new(name.clone(), Vec::new(), Goal::End));
        self.places.insert(number, place(&self.title, &name, &kind, &id));
        self.by_id.insert(id, number);
        if matches!(kind.as_str(), "webhook" | "function") {
            self.answers.extend(some_text(config, "save_response_to").map(|name| values::bare(&name).to_owned()));
        }
        let rows = list(config, "list_sections").iter().flat_map(|section| list(section, "rows"));
        self.option_ids.extend(list(config, "buttons").iter().chain(rows).map(|option| text(option, "id")));
    }

    fn flow(mut self, name: String) -> ImportedFlow {
        for node in list(self.json, "nodes") {
            let id = text(node, "id");
            let number = self.by_id[&id];
            let place = self.places[&number].clone();
            if kind(node) == "start" && self.graph.start.is_none() {
                self.graph.start = Some(number);
            }
            let next = self.edge(&id, None).unwrap_or(Goal::End);
            let read = self.node(node, &place, next);
            let here = &mut self.graph.nodes[number];
            here.steps = read.steps;
            here.next = read.next.unwrap_or(next);
            here.copied = read.copied;
        }
        if self.graph.start.is_none() {
            self.graph.start = (!self.graph.nodes.is_empty()).then_some(0);
        }
        let vars = self.vars.iter().filter(|name| !self.answers.contains(*name));
        ImportedFlow {
            name,
            title: self.title.clone(),
            vars: vars.map(|name| (name.clone(), Yaml::text(""))).collect(),
            graph: self.graph,
            places: self.places,
            ..ImportedFlow::default()
        }
    }

    /// Where the edge of this label leads; without a label, the only or the `next` one.
    fn edge(&self, from: &str, label: Option<&str>) -> Option<Goal> {
        let of_it: Vec<&Value> = list(self.json, "edges").iter().filter(|edge| text(edge, "source") == from).collect();
        let found = match label {
            Some(label) => of_it.iter().find(|edge| text(edge, "label") == label),
            None => of_it.iter().find(|edge| matches!(text(edge, "label").as_str(), "next" | "")).or(of_it.first()),
        };
        let to = text(found?, "target");
        Some(self.by_id.get(&to).map_or(Goal::End, |number| Goal::Node(*number)))
    }

    fn variable(&mut self, name: &str) -> String {
        let key = values::bare(name).to_owned();
        let name = self.names.of(&key, &key, "value");
        self.vars.insert(name.clone());
        name
    }
}

fn kind(node: &Value) -> String {
    some_text(node, "data.node_type").or_else(|| some_text(node, "type")).unwrap_or_else(|| "no type".to_owned())
}

fn config(node: &Value) -> &Value {
    at(node, "data.config")
}

/// The steps of a node, and where they lead instead of its edge.
struct Read {
    steps: Vec<super::graph::Step>,
    next: Option<Goal>,
    copied: bool,
}

impl From<Vec<super::graph::Step>> for Read {
    fn from(steps: Vec<super::graph::Step>) -> Read {
        Read { steps, next: None, copied: false }
    }
}

/// The length of a wait for an answer, if it has one.
fn timeout(config: &Value) -> Option<u64> {
    let seconds = at(config, "timeout_seconds").as_u64().filter(|seconds| (1..=60 * 60 * 24 * 30).contains(seconds));
    seconds.filter(|_| at(config, "has_timeout").is_null() || is_true(config, "has_timeout"))
}
