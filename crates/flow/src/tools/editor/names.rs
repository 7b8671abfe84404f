//! Lists every name in a file with its meaning; hover, definition and renaming use this one list.

use super::{
    EditedBot, code,
    slots::{BotFileKind, KeySpec, Seen, SlotKind, key_spec, sort_of, visit},
};
use crate::{
    base::{
        diagnostic::Findings,
        place::{Place, SourceFile},
        yaml::{self, Node, Scalar},
    },
    definition::Flow,
    load::{
        locale::WORDS,
        parse,
        spec::{Declared, FieldKind, HOURS_PARTS, VIEWS},
    },
    script::FUNCTIONS,
    steps,
};
use std::{ops::Range, sync::Arc};

/// The meaning of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A key of the language, with its description; its index within the Spec of its map is not compared.
    Key {
        spec: Described,
    },
    Flow(String),
    Block {
        flow: String,
        name: String,
    },
    Top {
        flow: String,
    },
    Variable {
        flow: String,
        name: String,
    },
    /// An entry of `_bot.yaml`: the key of its list, and its name.
    Listed {
        list: &'static str,
        name: String,
    },
    /// A view that the language provides to expressions, such as `contact`, and its part.
    View {
        name: &'static str,
        part: Option<&'static str>,
    },
    /// A tool of an MCP server, as it is pinned.
    Tool {
        server: String,
        name: String,
    },
    Function(String),
    Module(String),
    InModule {
        module: String,
        name: String,
    },
}

/// A key of the language, compared by the text of its description.
#[derive(Debug, Clone, Copy)]
pub struct Described(pub KeySpec);

impl PartialEq for Described {
    fn eq(&self, other: &Described) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for Described {}

/// A name and its place.
#[derive(Debug, Clone)]
pub struct Named {
    pub meaning: Meaning,
    pub place: Place,
    /// True if the name is declared here.
    pub declares: bool,
}

/// All names of one file.
pub fn names(desk: &EditedBot<'_>, file: &Arc<SourceFile>) -> Vec<Named> {
    let sort = sort_of(file);
    if matches!(sort, BotFileKind::Script | BotFileKind::Other) {
        return Vec::new();
    }
    let Some(root) = yaml::load(file, &Findings::default()) else { return Vec::new() };
    let flow = flow_of(sort, &root, file);
    let mut reader = Reader { desk, sort, flow, found: Vec::new() };
    visit(&root, sort, &mut |seen| reader.see(&seen));
    reader.found
}

/// The name at a byte of a file, or directly before it; a name within a text counts before the text.
pub fn name_at(desk: &EditedBot<'_>, file: &Arc<SourceFile>, at: usize) -> Option<Named> {
    let here = |named: &Named| named.place.range().start <= at && at <= named.place.range().end;
    names(desk, file).into_iter().filter(here).min_by_key(|named| named.place.range().len())
}

/// The flow that a file defines or tests.
pub fn flow_of(sort: BotFileKind, root: &Node, file: &SourceFile) -> String {
    let written = match sort {
        BotFileKind::Flow => root.get("flow"),
        BotFileKind::Test => root.get("tests"),
        BotFileKind::Eval => root.get("evals"),
        BotFileKind::Bot | BotFileKind::Script | BotFileKind::Locale | BotFileKind::Other => None,
    };
    let stem = if sort == BotFileKind::Bot { parse::BOT_FLOW } else { file.stem() };
    written.and_then(Node::text).unwrap_or(stem).to_owned()
}

struct Reader<'r, 'd> {
    desk: &'r EditedBot<'d>,
    sort: BotFileKind,
    flow: String,
    found: Vec<Named>,
}

impl Reader<'_, '_> {
    fn see(&mut self, seen: &Seen<'_>) {
        match (&seen.what, self.sort) {
            (SlotKind::Key { entry, .. }, BotFileKind::Locale) if seen.path.is_empty() => self.locale_key(&entry.key),
            (SlotKind::Key { entry, .. }, BotFileKind::Locale) if seen.path == [WORDS] => {
                // `clinic`, `clinic.when_2`, `clinic.stop_when`.
                let key = &entry.key;
                let flow = key.text.split_once('.').map_or(key.text.as_str(), |(flow, _)| flow);
                let meaning = Meaning::Flow(flow.to_owned());
                self.found.push(Named { meaning, place: key.part(0..flow.len()), declares: false });
            }
            (SlotKind::Key { entry, .. }, BotFileKind::Test | BotFileKind::Eval)
                if matches!(seen.path, [.., "expect", "vars"]) =>
            {
                self.variable(&entry.key, false);
            }
            (SlotKind::Value(node), BotFileKind::Locale) => {
                if let Some((flow, _)) = seen.path.first().and_then(|key| key.split_once('.')) {
                    self.flow = flow.to_owned();
                    self.code(node, &[FieldKind::Text]);
                }
            }
            (SlotKind::Key { entry, map }, _) => self.key(&entry.key, map, seen),
            (SlotKind::Value(node), _) => self.value(node, seen),
        }
    }

    fn add(&mut self, scalar: Option<&Arc<Scalar>>, meaning: Meaning, declares: bool) {
        if let Some(scalar) = scalar {
            let place = scalar.part(0..scalar.text.len());
            self.found.push(Named { meaning, place, declares });
        }
    }

    fn locale_key(&mut self, key: &Arc<Scalar>) {
        if let Some((flow, _)) = key.text.split_once('.') {
            let meaning = Meaning::Flow(flow.to_owned());
            self.found.push(Named { meaning, place: key.part(0..flow.len()), declares: false });
        }
    }

    fn variable(&mut self, scalar: &Arc<Scalar>, declares: bool) {
        let name = scalar.text.trim_end_matches("[]");
        let meaning = match name.strip_prefix("contact.") {
            Some(field) => contact(field),
            None => Meaning::Variable { flow: self.flow.clone(), name: name.to_owned() },
        };
        let skip = name.len() - name.strip_prefix("contact.").unwrap_or(name).len();
        self.found.push(Named { meaning, place: scalar.part(skip..name.len()), declares });
    }

    fn key(&mut self, key: &Arc<Scalar>, map: &Node, seen: &Seen<'_>) {
        let name = || key.text.clone();
        match (self.sort, seen.path) {
            (BotFileKind::Flow, ["blocks"]) => {
                let meaning = Meaning::Block { flow: self.flow.clone(), name: name() };
                return self.add(Some(key), meaning, true);
            }
            (BotFileKind::Flow, ["vars" | "inputs"]) => return self.variable(key, true),
            (BotFileKind::Bot, [list @ ("topics" | "teams" | "hours" | "fields" | "languages" | "templates")]) => {
                let Some(list) = listed(list) else { return };
                return self.add(Some(key), Meaning::Listed { list, name: name() }, true);
            }
            (_, [.., "set"]) => return self.variable(key, true),
            (_, [.., "consent"]) if key.text != "all" => {
                return self.add(Some(key), Meaning::Listed { list: "topics", name: name() }, false);
            }
            (_, [.., "body"]) if seen.kinds.iter().any(|kind| matches!(kind, FieldKind::MapOf(_))) => {
                return self.variable(key, true);
            }
            _ => {}
        }
        if let Some(spec) = key_spec(seen.kinds, map, &key.text) {
            self.add(Some(key), Meaning::Key { spec: Described(spec) }, false);
        }
    }

    fn value(&mut self, node: &Node, seen: &Seen<'_>) {
        let Some(scalar) = node.scalar() else { return };
        let text = scalar.text.as_str();
        match (self.sort, seen.path) {
            (BotFileKind::Flow, ["flow"]) => return self.add(Some(scalar), Meaning::Flow(text.to_owned()), true),
            (BotFileKind::Bot, [list @ ("env" | "secrets")]) => {
                let Some(list) = listed(list) else { return };
                return self.add(Some(scalar), Meaning::Listed { list, name: text.to_owned() }, true);
            }
            _ => {}
        }
        let interpolated = text.contains("${");
        for kind in seen.kinds {
            match kind {
                FieldKind::Known(Declared::McpTool) => {
                    if let Some(server) = seen.server() {
                        self.add(Some(scalar), Meaning::Tool { server, name: text.to_owned() }, false);
                    }
                }
                FieldKind::Known(declared) if !interpolated => self.known(*declared, scalar),
                FieldKind::Variable => self.variable(scalar, true),
                // A step that is one word, such as `- end`.
                FieldKind::Steps => {
                    if let Some(spec) = steps::spec(text) {
                        self.add(Some(scalar), Meaning::Key { spec: Described(KeySpec::Head(spec)) }, false);
                    }
                }
                _ => {}
            }
        }
        if seen.path.last() == Some(&"message") {
            for name in parse::groups(text) {
                let start = name.as_ptr() as usize - text.as_ptr() as usize;
                let meaning = Meaning::Variable { flow: self.flow.clone(), name: name.to_owned() };
                self.found.push(Named { meaning, place: scalar.part(start..start + name.len()), declares: true });
            }
        }
        self.code(node, seen.kinds);
    }

    fn known(&mut self, declared: Declared, scalar: &Arc<Scalar>) {
        let name = scalar.text.clone();
        let own = || self.desk.set.named(&self.flow);
        let (meaning, range) = match declared {
            Declared::Target => (target(own(), &self.flow, &name), 0..name.len()),
            Declared::Flow => (Meaning::Flow(name.clone()), 0..name.len()),
            Declared::Topic => (Meaning::Listed { list: "topics", name: name.clone() }, 0..name.len()),
            Declared::Team => (Meaning::Listed { list: "teams", name: name.clone() }, 0..name.len()),
            Declared::Model => (Meaning::Listed { list: "models", name: name.clone() }, 0..name.len()),
            Declared::McpServer => (Meaning::Listed { list: "mcp", name: name.clone() }, 0..name.len()),
            Declared::Language => (Meaning::Listed { list: "languages", name: name.clone() }, 0..name.len()),
            Declared::Hours => {
                let known = |name: &str| self.desk.set.bot.hours.contains_key(name);
                let bare = name.strip_prefix("hours.").unwrap_or(&name);
                if !known(bare) {
                    return;
                }
                (Meaning::Listed { list: "hours", name: bare.to_owned() }, name.len() - bare.len()..name.len())
            }
            Declared::ContactField => {
                let bare = name.strip_prefix("contact.").unwrap_or(&name);
                (contact(bare), name.len() - bare.len()..name.len())
            }
            // Only the platform knows other templates.
            Declared::Template if self.desk.set.bot.templates.contains_key(&name) => {
                (Meaning::Listed { list: "templates", name: name.clone() }, 0..name.len())
            }
            Declared::Sender | Declared::Template | Declared::McpTool => return,
        };
        self.found.push(Named { meaning, place: scalar.part(range), declares: false });
    }

    fn code(&mut self, node: &Node, kinds: &[FieldKind]) {
        let Some(scalar) = node.scalar() else { return };
        for part in code::parts(scalar, kinds) {
            let text = &scalar.text[part.clone()];
            let words = code::words(text);
            let local = |name: &str| words.iter().any(|word| word.declared && &text[word.range.clone()] == name);
            for word in &words {
                let name = &text[word.range.clone()];
                let root = word.of.as_deref().unwrap_or(name);
                if local(name) && word.of.is_none() || local(root) && !word.called {
                    continue;
                }
                let Some(meaning) = self.meaning(name, word) else { continue };
                let place = scalar.part(part.start + word.range.start..part.start + word.range.end);
                self.found.push(Named { meaning, place, declares: false });
            }
        }
    }

    fn meaning(&self, name: &str, word: &code::Word) -> Option<Meaning> {
        let own = || name.to_owned();
        let function = || FUNCTIONS.iter().any(|f| f.name() == name).then(|| Meaning::Function(own()));
        let Some(of) = word.of.as_deref() else {
            if word.called {
                return function();
            }
            if let Some(view) = VIEWS.iter().find(|view| view.name == name) {
                return Some(Meaning::View { name: view.name, part: None });
            }
            if self.desk.set.scripts.modules().any(|(module, _)| module == name) {
                return Some(Meaning::Module(own()));
            }
            return Some(Meaning::Variable { flow: self.flow.clone(), name: own() });
        };
        if word.in_module {
            return Some(Meaning::InModule { module: of.to_owned(), name: own() });
        }
        if word.called {
            return function();
        }
        match of {
            "contact" => Some(contact(name)),
            "env" | "secrets" | "hours" => Some(Meaning::Listed { list: listed(of)?, name: own() }),
            _ if word.of_of.as_deref() == Some("hours") => {
                let part = HOURS_PARTS.iter().find(|(part, _)| *part == name)?;
                Some(Meaning::View { name: "hours", part: Some(part.0) })
            }
            _ if word.of_of.is_some() => None,
            _ => {
                let view = VIEWS.iter().find(|view| view.name == of)?;
                let (part, _) = view.parts.iter().find(|(part, _)| *part == name)?;
                Some(Meaning::View { name: view.name, part: Some(part) })
            }
        }
    }
}

/// The meaning of a target of `go` and `call`.
fn target(own: Option<&Flow>, flow: &str, name: &str) -> Meaning {
    if name == "top" {
        return Meaning::Top { flow: flow.to_owned() };
    }
    if own.is_some_and(|own| own.blocks.contains_key(name)) {
        return Meaning::Block { flow: flow.to_owned(), name: name.to_owned() };
    }
    Meaning::Flow(name.to_owned())
}

/// A field of the contact: built in, or else declared.
fn contact(name: &str) -> Meaning {
    let parts = VIEWS.iter().find(|view| view.name == "contact").map_or(&[][..], |view| view.parts);
    match parts.iter().find(|(part, _)| *part == name) {
        Some((part, _)) => Meaning::View { name: "contact", part: Some(part) },
        None => Meaning::Listed { list: "fields", name: name.to_owned() },
    }
}

/// The name of a list of `_bot.yaml`, as a static string.
fn listed(list: &str) -> Option<&'static str> {
    ["topics", "teams", "hours", "fields", "languages", "templates", "env", "secrets"]
        .into_iter()
        .find(|known| *known == list)
}

/// The place that declares a name.
pub fn declaration(desk: &EditedBot<'_>, file: &Arc<SourceFile>, meaning: &Meaning) -> Option<Place> {
    match meaning {
        Meaning::Flow(name) => desk.set.named(name).map(|flow| flow.place.clone()),
        Meaning::Block { flow, name } => desk.set.named(flow)?.blocks.get(name).map(|block| block.place.clone()),
        Meaning::Top { flow } => {
            let flow = desk.set.named(flow)?;
            Some(flow.entry.map_or_else(|| flow.place.clone(), |entry| flow.node(entry).place.clone()))
        }
        Meaning::Variable { flow, .. } => {
            let home = desk.set.named(flow).map_or_else(|| file.clone(), |flow| flow.place.file().clone());
            let home = if home.path() == file.path() { file.clone() } else { home };
            names(desk, &home).into_iter().find(|named| named.declares && named.meaning == *meaning).map(|n| n.place)
        }
        Meaning::Listed { .. } => {
            let bot = desk.set.files.iter().find(|file| sort_of(file) == BotFileKind::Bot)?;
            names(desk, bot).into_iter().find(|named| named.declares && named.meaning == *meaning).map(|n| n.place)
        }
        Meaning::Tool { server, name } => desk.set.mcp.tool(server, name).map(|locked| locked.place.clone()),
        Meaning::Module(module) => module_file(desk, module).map(Place::start_of),
        Meaning::InModule { module, name } => {
            let file = module_file(desk, module)?;
            let start = find_function(file.text(), name)?;
            Some(Place::new(file, start..start + name.len()))
        }
        Meaning::Key { .. } | Meaning::View { .. } | Meaning::Function(_) => None,
    }
}

fn module_file<'d>(desk: &EditedBot<'d>, module: &str) -> Option<&'d Arc<SourceFile>> {
    desk.set.files.iter().find(|file| sort_of(file) == BotFileKind::Script && file.stem() == module)
}

/// The byte offset of the name in `fn name(`.
pub fn find_function(text: &str, name: &str) -> Option<usize> {
    text.match_indices("fn ").find_map(|(at, _)| {
        let rest = text[at + 3..].trim_start();
        let start = text.len() - rest.len();
        let tail: Range<usize> = start..start + rest.len().min(name.len());
        let follows = rest.get(name.len()..)?.trim_start().starts_with('(');
        (text.get(tail) == Some(name) && follows).then_some(start)
    })
}
