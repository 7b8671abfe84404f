//! Finds the allowed values and keys at each place of a file, by the Specs.

use crate::{
    base::{
        place::SourceFile,
        yaml::{Entry, Kind, Node},
    },
    load::spec::{BOT_KEYS, EVAL_KEYS, FLOW_KEYS, FieldKind, FieldSpec, STEP_KEYS, Spec, TEST_KEYS, TRIGGER_KEYS},
    mcp::is_lock,
    steps, triggers,
};

/// The kind of a file of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotFileKind {
    Flow,
    Bot,
    Script,
    Test,
    Eval,
    Locale,
    Other,
}

pub fn sort_of(file: &SourceFile) -> BotFileKind {
    let path = file.path();
    match () {
        () if path.ends_with(".rhai") => BotFileKind::Script,
        () if !path.ends_with(".yaml") && !path.ends_with(".yml") => BotFileKind::Other,
        () if file.is_test() => BotFileKind::Test,
        () if file.is_eval() => BotFileKind::Eval,
        // Recorded answers and pinned tools, which nobody writes.
        () if file.is_of_tests() || is_lock(path) => BotFileKind::Other,
        () if file.is_locale() => BotFileKind::Locale,
        () if file.stem() == "_bot" => BotFileKind::Bot,
        () => BotFileKind::Flow,
    }
}

impl BotFileKind {
    /// The kinds that the file as a whole accepts.
    pub fn kinds(self) -> Vec<FieldKind> {
        match self {
            BotFileKind::Flow => vec![FieldKind::Record(FLOW_KEYS)],
            BotFileKind::Bot => vec![FieldKind::Record(BOT_KEYS)],
            BotFileKind::Test => vec![FieldKind::Record(TEST_KEYS)],
            BotFileKind::Eval => vec![FieldKind::Record(EVAL_KEYS)],
            BotFileKind::Script | BotFileKind::Locale | BotFileKind::Other => Vec::new(),
        }
    }
}

/// A key or value of a file, with the kinds that are allowed there.
pub struct Seen<'n> {
    pub what: SlotKind<'n>,
    /// The allowed kinds; for a key, those of its map.
    pub kinds: &'n [FieldKind],
    /// The keys from the top of the file to this place.
    pub path: &'n [&'n str],
    /// The innermost map around it.
    pub around: Option<&'n Node>,
}

impl Seen<'_> {
    /// The MCP server that the map around it names.
    pub fn server(&self) -> Option<String> {
        self.around?.get("mcp")?.text().map(str::to_owned)
    }
}

pub enum SlotKind<'n> {
    Key { entry: &'n Entry, map: &'n Node },
    Value(&'n Node),
}

/// Visits every key and every plain value, in the order of the file.
pub fn visit(root: &Node, sort: BotFileKind, see: &mut dyn FnMut(Seen<'_>)) {
    visit_below(root, None, &sort.kinds(), &[], see);
}

fn visit_below(node: &Node, around: Option<&Node>, kinds: &[FieldKind], path: &[&str], see: &mut dyn FnMut(Seen<'_>)) {
    match &node.kind {
        Kind::Null | Kind::Scalar(_) => see(Seen { what: SlotKind::Value(node), kinds, path, around }),
        Kind::List(items) => items.iter().for_each(|item| visit_below(item, around, kinds, path, see)),
        Kind::Map(entries) => {
            for entry in entries {
                see(Seen { what: SlotKind::Key { entry, map: node }, kinds, path, around: Some(node) });
                let path: Vec<&str> = path.iter().copied().chain([entry.key.text.as_str()]).collect();
                visit_below(&entry.value, Some(node), &below(kinds, node, &entry.key.text), &path, see);
            }
        }
    }
}

/// The kinds that the value of a key accepts; `kinds` are those of its map.
fn below(kinds: &[FieldKind], map: &Node, key: &str) -> Vec<FieldKind> {
    let mut found = Vec::new();
    for kind in kinds {
        match kind {
            FieldKind::Steps | FieldKind::Triggers => {
                found.extend(own_field(*kind, map, key).map(|field| field.kind.shapes()).unwrap_or_default());
            }
            FieldKind::Record(fields) => {
                let field = fields.iter().find(|field| field.name == key);
                found.extend(field.map(|field| field.kind.shapes()).unwrap_or_default());
            }
            FieldKind::MapOf(kind) => found.extend(kind.shapes()),
            FieldKind::Map | FieldKind::Data => found.push(FieldKind::Data),
            _ => {}
        }
    }
    // A `title: steps` entry is a case only if no key of the language has that name.
    if found.is_empty() && kinds.contains(&FieldKind::Cases) {
        found.push(FieldKind::Steps);
    }
    found
}

/// The description of a key of a step or trigger.
fn own_field(kind: FieldKind, map: &Node, key: &str) -> Option<&'static FieldSpec> {
    let (spec, common) = match kind {
        FieldKind::Triggers => (kind_of_trigger(map), TRIGGER_KEYS),
        _ => (verb_of(map), STEP_KEYS),
    };
    spec.and_then(|spec| spec.field(key)).or_else(|| common.iter().find(|field| field.name == key))
}

/// The verb of a step; `if` beside another verb is a condition and not the verb.
pub fn verb_of(map: &Node) -> Option<&'static Spec> {
    let mut verbs = map.map()?.iter().filter_map(|entry| steps::spec(&entry.key.text));
    let first = verbs.next()?;
    Some(if first.name == "if" { verbs.next().unwrap_or(first) } else { first })
}

pub fn kind_of_trigger(map: &Node) -> Option<&'static Spec> {
    map.map()?.iter().find_map(|entry| triggers::spec(&entry.key.text))
}

/// The description of a key.
#[derive(Debug, Clone, Copy)]
pub enum KeySpec {
    /// The verb of a step, or the kind of a trigger.
    Head(&'static Spec),
    Field(&'static FieldSpec),
}

/// The description of a key in a map.
pub fn key_spec(kinds: &[FieldKind], map: &Node, key: &str) -> Option<KeySpec> {
    kinds.iter().find_map(|kind| match kind {
        FieldKind::Steps => match verb_of(map) {
            Some(spec) if spec.name == key => Some(KeySpec::Head(spec)),
            _ => own_field(*kind, map, key).map(KeySpec::Field),
        },
        FieldKind::Triggers => match kind_of_trigger(map) {
            Some(spec) if spec.name == key => Some(KeySpec::Head(spec)),
            _ => own_field(*kind, map, key).map(KeySpec::Field),
        },
        FieldKind::Record(fields) => fields.iter().find(|field| field.name == key).map(KeySpec::Field),
        _ => None,
    })
}

/// The keys that can be added to a map.
pub fn keys(kinds: &[FieldKind], map: &Node) -> Vec<KeySpec> {
    let mut all = Vec::new();
    for kind in kinds {
        match kind {
            FieldKind::Steps => match verb_of(map) {
                // `if` may be the condition before the verb, or the verb itself.
                Some(spec) => {
                    all.extend(spec.fields.iter().skip(1).chain(STEP_KEYS).map(KeySpec::Field));
                    if spec.name == "if" {
                        all.extend(steps::SPECS.iter().map(|spec| KeySpec::Head(spec)));
                    }
                }
                None => all.extend(steps::SPECS.iter().map(|spec| KeySpec::Head(spec))),
            },
            FieldKind::Triggers => match kind_of_trigger(map) {
                Some(spec) => all.extend(spec.fields.iter().skip(1).chain(TRIGGER_KEYS).map(KeySpec::Field)),
                None => all.extend(triggers::SPECS.iter().map(|spec| KeySpec::Head(spec))),
            },
            FieldKind::Record(fields) => all.extend(fields.iter().map(KeySpec::Field)),
            _ => {}
        }
    }
    all.retain(|key| map.get(key.name()).is_none());
    all
}

impl KeySpec {
    pub fn name(&self) -> &'static str {
        match self {
            KeySpec::Head(spec) => spec.name,
            KeySpec::Field(field) => field.name,
        }
    }
}
