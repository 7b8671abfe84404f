//! Reads exports of Typebot, version 3 to 6: each bot becomes a flow, each group with several ways into it a block.

mod ai;
mod bubbles;
mod conditions;
mod http;
mod inputs;
mod integrations;
mod logic;
mod rich_text;
mod set_variable;
mod trigger;
mod variables;

use super::{
    bot::{ImportedBot, ImportedFlow},
    graph::{Goal, Graph, Node, NodeId, Step},
    report::{Place, line},
    source::{Source, at, list, some_text, text},
    texts::gap,
    yaml::Yaml,
};
use crate::base::limits::IMPORT_BLOCKS_MAX;
pub use http::{host_word, within};
use serde_json::Value;
use std::collections::BTreeMap;
use variables::Variables;

/// Reads all exports as one bot; the error is one sentence.
pub fn read(sources: &[Source]) -> Result<ImportedBot, String> {
    let mut bots = Vec::new();
    for source in sources {
        let json = source.json()?;
        let inner = if at(&json, "typebot").is_object() { at(&json, "typebot").clone() } else { json };
        refuse_what_is_none(&source.name, &inner)?;
        let title = some_text(&inner, "name").unwrap_or_else(|| source.name.clone());
        bots.push((title, inner));
    }
    let mut bot = ImportedBot {
        name: line(&bots.first().map(|(title, _)| title.clone()).unwrap_or_default()),
        language: "en".to_owned(),
        timezone: "UTC".to_owned(),
        ..ImportedBot::default()
    };
    bot.teams.insert("support".into(), Yaml::Map(Vec::new()));
    bot.report
        .todo
        .insert("Set `language` and `timezone` in `flows/_bot.yaml`: an export of Typebot has neither.".into());
    for (title, json) in &bots {
        bot.flow_names.of(&text(json, "id"), title, "bot");
    }
    for (at, (title, json)) in bots.iter().enumerate() {
        let flow = Reader::new(&mut bot, title, json).flow(at == 0);
        bot.flows.push(flow);
    }
    Ok(bot)
}

fn refuse_what_is_none(name: &str, json: &Value) -> Result<(), String> {
    let Some(groups) = at(json, "groups").as_array() else {
        return Err(match at(json, "blocks").is_array() {
            true => format!("`{name}` is an export of Typebot before version 3; open it there and export it again"),
            false => format!("`{name}` is no export of Typebot: it has no `groups`"),
        });
    };
    let blocks: usize = groups.iter().map(|group| list(group, "blocks").len()).sum();
    if blocks > IMPORT_BLOCKS_MAX || groups.len() > IMPORT_BLOCKS_MAX {
        return Err(format!("`{name}` has {blocks} blocks, and at most {IMPORT_BLOCKS_MAX} are imported"));
    }
    Ok(())
}

struct Reader<'a> {
    bot: &'a mut ImportedBot,
    json: &'a Value,
    title: String,
    variables: Variables,
    /// From an edge's id to its goal.
    edges: BTreeMap<String, Goal>,
    /// Edges by what they start from, for exports whose blocks do not name them.
    from: BTreeMap<(String, String), String>,
    /// The first node of each group.
    groups: BTreeMap<String, NodeId>,
    nodes: BTreeMap<(usize, usize), NodeId>,
    blocks: BTreeMap<String, NodeId>,
    graph: Graph,
    places: BTreeMap<NodeId, Place>,
}

/// The steps of a block, and where they lead.
struct Read {
    steps: Vec<Step>,
    /// Instead of the block's own next one.
    next: Option<Goal>,
    falls: bool,
}

impl From<Vec<Step>> for Read {
    fn from(steps: Vec<Step>) -> Read {
        Read { steps, next: None, falls: true }
    }
}

impl From<Step> for Read {
    fn from(step: Step) -> Read {
        vec![step].into()
    }
}

impl<'a> Reader<'a> {
    fn new(bot: &'a mut ImportedBot, title: &str, json: &'a Value) -> Reader<'a> {
        let mut reader = Reader {
            bot,
            json,
            title: line(title),
            variables: Variables::read(json),
            edges: BTreeMap::new(),
            from: BTreeMap::new(),
            groups: BTreeMap::new(),
            nodes: BTreeMap::new(),
            blocks: BTreeMap::new(),
            graph: Graph::default(),
            places: BTreeMap::new(),
        };
        reader.number();
        reader.connect();
        reader
    }

    /// Gives each block a node; a group without blocks has one, too.
    fn number(&mut self) {
        for (group_at, group) in list(self.json, "groups").iter().enumerate() {
            let title = some_text(group, "title").unwrap_or_else(|| "part".to_owned());
            let blocks = list(group, "blocks");
            for block_at in 0..blocks.len().max(1) {
                let id = self.graph.add(Node::new(title.clone(), Vec::new(), Goal::End));
                self.nodes.insert((group_at, block_at), id);
                if block_at == 0 {
                    self.groups.insert(text(group, "id"), id);
                }
                if let Some(block) = blocks.get(block_at) {
                    self.blocks.insert(text(block, "id"), id);
                    let kind = some_text(block, "type").unwrap_or_else(|| "no type".to_owned());
                    let place = Place { flow: self.title.clone(), name: line(&title), kind, id: text(block, "id") };
                    self.places.insert(id, place);
                }
            }
        }
    }

    fn connect(&mut self) {
        for edge in list(self.json, "edges") {
            let goal = self.target(&text(edge, "to.groupId"), &text(edge, "to.blockId"));
            let id = text(edge, "id");
            let from = [text(edge, "from.blockId"), text(edge, "from.eventId")].concat();
            let item = [text(edge, "from.itemId"), text(edge, "from.pathId")].into_iter().rfind(|id| !id.is_empty());
            self.from.insert((from, item.unwrap_or_default()), id.clone());
            self.edges.insert(id, goal);
        }
    }

    fn target(&self, group: &str, block: &str) -> Goal {
        let node = self.blocks.get(block).filter(|_| !block.is_empty()).or_else(|| self.groups.get(group));
        node.map_or(Goal::End, |node| Goal::Node(*node))
    }

    /// Where the edge of an item, path or event leads; `None` if it has none.
    fn goal_of(&self, owner: &Value, block: &str) -> Option<Goal> {
        let named = some_text(owner, "outgoingEdgeId");
        let edge = named.or_else(|| {
            let item = if text(owner, "id") == block { String::new() } else { text(owner, "id") };
            self.from.get(&(block.to_owned(), item)).cloned()
        });
        edge.map(|edge| self.edges.get(&edge).copied().unwrap_or(Goal::End))
    }

    fn flow(mut self, is_first: bool) -> ImportedFlow {
        let start = self.start();
        self.graph.start = start;
        for (group_at, group) in list(self.json, "groups").iter().enumerate() {
            let blocks = list(group, "blocks");
            for (block_at, block) in blocks.iter().enumerate() {
                let node = self.nodes[&(group_at, block_at)];
                let below = self.nodes.get(&(group_at, block_at + 1)).map_or(Goal::End, |next| Goal::Node(*next));
                let next = self.goal_of(block, &text(block, "id")).unwrap_or(below);
                let place = self.places[&node].clone();
                let read = self.block(block, &place, next);
                let here = &mut self.graph.nodes[node];
                here.steps = read.steps;
                here.next = read.next.unwrap_or(next);
                here.falls = read.falls;
            }
        }
        self.other_events();
        let when = if is_first || self.starts_by_itself() { self.when() } else { Vec::new() };
        let name = self.bot.flow_names.of(&text(self.json, "id"), &self.title, "bot");
        ImportedFlow {
            name,
            title: self.title.clone(),
            when,
            vars: self.variables.declared(),
            graph: self.graph,
            places: self.places,
            ..ImportedFlow::default()
        }
    }

    /// The node of the start event (version 6) or start block (before), else the first group.
    fn start(&mut self) -> Option<NodeId> {
        for event in list(self.json, "events").iter().filter(|event| text(event, "type") == "start") {
            let place =
                Place { flow: self.title.clone(), name: "events".into(), kind: "start".into(), id: text(event, "id") };
            self.bot.report.kept(&place, "the top of the flow");
            if let Some(Goal::Node(node)) = self.goal_of(event, &text(event, "id")) {
                return Some(node);
            }
        }
        let starts = self.places.iter().find(|(_, place)| place.kind == "start").map(|(node, _)| *node);
        starts.or_else(|| self.nodes.values().next().copied())
    }

    /// Events beside the start: nothing here calls them, so their steps are named.
    fn other_events(&mut self) {
        for event in list(self.json, "events").iter().filter(|event| text(event, "type") != "start") {
            let kind = some_text(event, "type").unwrap_or_else(|| "event".into());
            let place = Place { flow: self.title.clone(), name: "events".into(), kind, id: text(event, "id") };
            let goal = self.goal_of(event, &text(event, "id"));
            let why = match goal {
                Some(Goal::Node(node)) => format!(
                    "nothing raises this event here; its steps begin at the group `{}`, so give that a trigger or a flow of its own",
                    line(&self.graph.nodes[node].title)
                ),
                _ => "it leads nowhere".to_owned(),
            };
            self.bot.report.left(&place, why);
        }
    }

    fn block(&mut self, block: &Value, place: &Place, next: Goal) -> Read {
        let kind = place.kind.as_str();
        match kind {
            "start" => {
                self.bot.report.kept(place, "the top of the flow");
                Vec::new().into()
            }
            "text" | "image" | "video" | "audio" | "embed" => self.bubble(block, place).into(),
            "Set variable" => self.set_variable(block, place).into(),
            "Condition" => self.condition(block, place, next),
            "Redirect" | "Code" | "Typebot link" | "Wait" | "AB test" | "webhook" | "Jump" | "Return" => {
                self.logic(block, place)
            }
            "Webhook" | "Zapier" | "Make.com" | "Pabbly" | "Pabbly Connect" => self.http(block, place).into(),
            "Email" | "Google Sheets" | "Google Analytics" | "Pixel" | "Chatwoot" => self.integration(block, place),
            kind if kind.ends_with(" input") || kind == "cards" => self.input(block, place),
            _ => self.forged(block, place).into(),
        }
    }

    /// A text with the variables of this bot; code in it is reported.
    fn text(&mut self, raw: &str, place: &Place) -> String {
        let (text, lost) = self.variables.template(raw);
        for code in lost {
            self.bot
                .report
                .left(place, format!("code within a text stays as it was written: `{}`", super::report::quote(&code)));
        }
        text
    }

    /// A step for a block without counterpart.
    fn without_counterpart(&mut self, place: &Place, why: &str) -> Step {
        self.bot.report.left(place, why);
        gap(&format!("the block `{}` ({}) did not fit: {why}", place.kind, place.id))
    }

    fn variable_of(&self, block: &Value, path: &str) -> Option<String> {
        let id = some_text(block, path)?;
        self.variables.by_id(&id).map(|variable| variable.name.clone())
    }

    /// `set` of several variables; none for an empty list.
    fn set(pairs: Vec<(String, String)>) -> Option<Step> {
        let pairs: Vec<_> = pairs.into_iter().map(|(name, text)| (name, Yaml::Text(text))).collect();
        (!pairs.is_empty()).then(|| Step::keys([("set", Yaml::Map(pairs))]))
    }
}
