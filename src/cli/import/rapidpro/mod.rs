//! Reads exports of RapidPro, TextIt and Glific: goflow's definitions 13 and 14, with triggers and campaigns.

mod actions;
mod calls;
mod cases;
mod context;
mod expressions;
mod functions;
mod messages;
mod router;
mod starts;
mod translated;

use super::{
    bot::{ImportedBot, ImportedFlow},
    graph::{Goal, Graph, Node, NodeId},
    names::Names,
    report::{Place, line},
    source::{Source, at, is_true, list, some_text, text},
    yaml::Yaml,
};
use crate::base::limits::{IMPORT_BLOCKS_MAX, IMPORT_FLOWS_MAX};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads all exports as one bot; the error is one sentence.
pub fn read(sources: &[Source]) -> Result<ImportedBot, String> {
    let mut exports = Vec::new();
    for source in sources {
        exports.push((source.name.clone(), source.json()?));
    }
    let mut found = Vec::new();
    for (name, json) in &exports {
        let flows = if at(json, "flows").is_array() { list(json, "flows") } else { std::slice::from_ref(json) };
        for outer in flows {
            // Glific keeps a definition within its own record of the flow.
            let flow = if at(outer, "definition").is_object() { at(outer, "definition") } else { outer };
            if at(flow, "nodes").is_array() || at(flow, "action_sets").is_array() || at(flow, "rule_sets").is_array() {
                found.push((outer, flow));
            } else if !at(json, "flows").is_array() {
                return Err(format!("`{name}` is no export of RapidPro: it has neither `flows` nor `nodes`"));
            }
        }
    }
    let nodes: usize = found.iter().map(|(_, flow)| list(flow, "nodes").len()).sum();
    let actions: usize =
        found.iter().flat_map(|(_, flow)| list(flow, "nodes")).map(|node| list(node, "actions").len()).sum();
    if found.len() > IMPORT_FLOWS_MAX || nodes > IMPORT_BLOCKS_MAX || actions > IMPORT_BLOCKS_MAX {
        return Err(format!(
            "the export has {} flows with {nodes} nodes; at most {IMPORT_FLOWS_MAX} flows with {IMPORT_BLOCKS_MAX} nodes \
             are imported",
            found.len()
        ));
    }
    let mut bot = begin(sources, &found);
    for (_, flow) in &found {
        bot.flow_names.of(&text(flow, "uuid"), &text_name(flow), "flow");
    }
    let led: BTreeMap<String, BTreeSet<String>> =
        found.iter().map(|(_, flow)| (text(flow, "uuid"), entered(flow))).collect();
    declare_moments(&mut bot, &exports);
    declare_fields(&mut bot, &exports);
    for (_, flow) in &found {
        if at(flow, "nodes").is_array() {
            let mut reader = Reader::new(&mut bot, flow);
            reader.leading_back = leading_back(&text(flow, "uuid"), &led);
            let read = reader.flow();
            bot.flows.push(read);
        } else {
            too_old(&mut bot, flow);
        }
    }
    if bot.flows.is_empty() {
        return Err(
            "there is no flow of version 13 or 14 in it; open the flows in RapidPro and export them again".to_owned()
        );
    }
    starts::add(&mut bot, &exports, &found);
    Ok(bot)
}

fn text_name(flow: &Value) -> String {
    some_text(flow, "name").unwrap_or_else(|| "flow".to_owned())
}

fn begin(sources: &[Source], found: &[(&Value, &Value)]) -> ImportedBot {
    let name = match found {
        [(_, one)] => text_name(one),
        _ => sources.first().map(|source| source.name.clone()).unwrap_or_default(),
    };
    let base = found.iter().find_map(|(_, flow)| translated::code(&text(flow, "language")));
    let mut bot = ImportedBot {
        name: line(&name),
        language: base.unwrap_or_else(|| "en".to_owned()),
        timezone: "UTC".to_owned(),
        ..ImportedBot::default()
    };
    bot.teams.insert("support".into(), Yaml::Map(Vec::new()));
    bot.report.todo.insert("Set `timezone` in `flows/_bot.yaml`: an export has none.".into());
    bot
}

/// `fields` of the export, with their types; those that flows write are added as they are met.
fn declare_fields(bot: &mut ImportedBot, exports: &[(String, Value)]) {
    for field in exports.iter().flat_map(|(_, json)| list(json, "fields")) {
        let key = text(field, "key");
        if let Some(name) = context::field_name(&key) {
            let is_moment = bot.fields.contains_key(&name);
            bot.fields.entry(name).or_insert_with(|| "text".to_owned());
            if !is_moment && !matches!(text(field, "type").as_str(), "text" | "") {
                let place = place("fields", &text(field, "name"), "field", &key);
                let kind = text(field, "type");
                bot.report.replaced(
                    &place,
                    format!("`contact.{key}` is a text (it was `{kind}`); change its type in `_bot.yaml`"),
                );
            }
        }
    }
}

/// Fields from which campaigns count are moments.
fn declare_moments(bot: &mut ImportedBot, exports: &[(String, Value)]) {
    let events =
        exports.iter().flat_map(|(_, json)| list(json, "campaigns")).flat_map(|campaign| list(campaign, "events"));
    for key in events.map(|event| text(event, "relative_to.key")) {
        if let Some(field) = starts::counted_from(&key) {
            bot.fields.insert(field, "datetime".to_owned());
        }
    }
}

/// The flows that a flow enters.
fn entered(flow: &Value) -> BTreeSet<String> {
    let actions = list(flow, "nodes").iter().flat_map(|node| list(node, "actions"));
    actions.filter(|action| text(action, "type") == "enter_flow").map(|action| text(action, "flow.uuid")).collect()
}

/// The flows from which ways lead to this one.
fn leading_back(to: &str, led: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = [to.to_owned()].into();
    loop {
        let more =
            led.iter().filter(|(from, into)| !found.contains(*from) && into.iter().any(|one| found.contains(one)));
        let more: Vec<String> = more.map(|(from, _)| from.clone()).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Definitions before 13 are another language.
fn too_old(bot: &mut ImportedBot, flow: &Value) {
    let title = some_text(flow, "metadata.name").unwrap_or_else(|| text_name(flow));
    let why = "the flow is older than version 13; open it in RapidPro, save it, and export it again";
    for (path, kind) in [("action_sets", "actions"), ("rule_sets", "rules")] {
        for one in list(flow, path) {
            bot.report.left(&place(&title, &text(one, "label"), kind, &text(one, "uuid")), why);
        }
    }
}

fn place(flow: &str, name: &str, kind: &str, id: &str) -> Place {
    Place { flow: line(flow), name: line(name), kind: kind.to_owned(), id: id.to_owned() }
}

struct Reader<'a> {
    bot: &'a mut ImportedBot,
    json: &'a Value,
    title: String,
    /// Names of results and locals.
    names: Names,
    /// Variables that something fills or reads.
    vars: BTreeSet<String>,
    /// Results whose category something reads.
    categories: BTreeSet<String>,
    /// Results that are answers of servers.
    answers: BTreeSet<String>,
    last_answer: Option<String>,
    inputs: BTreeSet<String>,
    /// Flows from which ways lead back to this one.
    leading_back: BTreeSet<String>,
    entries: BTreeMap<String, NodeId>,
    /// How many exits lead to each node.
    led_to: BTreeMap<String, usize>,
    graph: Graph,
    places: BTreeMap<NodeId, Place>,
}

impl<'a> Reader<'a> {
    fn new(bot: &'a mut ImportedBot, json: &'a Value) -> Reader<'a> {
        let mut reader = Reader {
            bot,
            json,
            title: line(&text_name(json)),
            names: Names::default(),
            vars: BTreeSet::new(),
            categories: BTreeSet::new(),
            answers: BTreeSet::new(),
            last_answer: None,
            inputs: BTreeSet::new(),
            leading_back: BTreeSet::new(),
            entries: BTreeMap::new(),
            led_to: BTreeMap::new(),
            graph: Graph::default(),
            places: BTreeMap::new(),
        };
        reader.survey();
        reader
    }

    /// Numbers the nodes, and learns which results are answers of servers or read by their category.
    fn survey(&mut self) {
        for node in list(self.json, "nodes") {
            let id = self.graph.add(Node::new(String::new(), Vec::new(), Goal::End));
            self.entries.insert(text(node, "uuid"), id);
            for exit in list(node, "exits") {
                *self.led_to.entry(text(exit, "destination_uuid")).or_default() += 1;
            }
            for action in list(node, "actions") {
                if matches!(text(action, "type").as_str(), "call_webhook" | "call_resthook") {
                    self.answers.extend(some_text(action, "result_name").map(|name| context::key(&name)));
                }
            }
            let operand = text(node, "router.operand");
            if list(node, "router.cases").iter().any(|case| text(case, "type") == "has_category")
                && let Some(rest) = operand.strip_prefix("@results.")
            {
                self.categories.insert(context::key(rest));
            }
        }
        let whole = self.json.to_string().to_lowercase();
        for (at, _) in whole.match_indices(".category") {
            let before: String = whole[..at]
                .chars()
                .rev()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            self.categories.insert(before);
        }
    }

    fn flow(mut self) -> ImportedFlow {
        let nodes = list(self.json, "nodes");
        self.graph.start = nodes.first().map(|node| self.entries[&text(node, "uuid")]);
        for node in nodes {
            self.node(node);
        }
        let name = self.bot.flow_names.of(&text(self.json, "uuid"), &self.title, "flow");
        let vars = self.vars.iter().map(|name| (name.clone(), Yaml::text(""))).collect();
        let inputs = self
            .inputs
            .iter()
            .map(|name| (name.clone(), Yaml::map([("type", Yaml::bare("text")), ("optional", Yaml::bare(true))])));
        let mut keys = Vec::new();
        if let Some(minutes) =
            at(self.json, "expire_after_minutes").as_u64().filter(|minutes| (1..=60 * 24 * 30).contains(minutes))
        {
            keys.push(("expires".to_owned(), Yaml::bare(super::texts::span(minutes * 60))));
        }
        let kind = text(self.json, "type");
        if !matches!(kind.as_str(), "messaging" | "" | "message") || is_true(self.json, "is_archived") {
            let place = place(&self.title, &self.title, "flow", &text(self.json, "uuid"));
            self.bot.report.replaced(&place, format!("a flow of the kind `{kind}` is one of messages now"));
        }
        ImportedFlow {
            name,
            title: self.title.clone(),
            vars,
            inputs: inputs.collect(),
            keys,
            graph: self.graph,
            places: self.places,
            ..ImportedFlow::default()
        }
    }

    /// The goal of an exit; an exit that leads nowhere is the end.
    fn exit(&self, node: &Value, uuid: &str) -> Goal {
        let exit = list(node, "exits").iter().find(|exit| text(exit, "uuid") == uuid);
        let to = exit.map(|exit| text(exit, "destination_uuid")).unwrap_or_default();
        self.entries.get(&to).map_or(Goal::End, |id| Goal::Node(*id))
    }

    fn category(&self, node: &Value, uuid: &str) -> Goal {
        let category = list(node, "router.categories").iter().find(|category| text(category, "uuid") == uuid);
        category.map_or(Goal::End, |category| self.exit(node, &text(category, "exit_uuid")))
    }

    /// The category of a router with one of these names.
    fn category_named(&self, node: &Value, names: &[&str]) -> Option<Goal> {
        let named = |category: &&Value| names.contains(&text(category, "name").to_lowercase().as_str());
        let category = list(node, "router.categories").iter().find(named)?;
        Some(self.exit(node, &text(category, "exit_uuid")))
    }

    /// The variable of a result; it is declared.
    fn result(&mut self, name: &str) -> String {
        let name = self.names.of(&context::key(name), name, "result");
        self.vars.insert(name.clone());
        name
    }
}
