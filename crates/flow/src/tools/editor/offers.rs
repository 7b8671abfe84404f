//! Lists the possible completions at a place: keys, values, names and the words of expressions.

mod marked;
mod own_names;
mod pinned;
mod returned;

use super::{
    EditedBot,
    code::{part_at, words},
    names::{Meaning, flow_of, names},
    slots::{BotFileKind, KeySpec, Seen, SlotKind, keys, sort_of, visit},
};
use crate::{
    base::{
        diagnostic::Findings,
        place::SourceFile,
        yaml::{self, Node},
    },
    load::spec::{Declared, FieldKind, HOURS_PARTS, VIEWS, parts},
    model::answer::AnswerType,
    script::{FUNCTIONS, PARTS},
    steps,
    tools::reference::field_line,
};
use std::{collections::BTreeSet, ops::Range, sync::Arc};

/// Replaces the word that is being typed while the file is parsed.
const MARK: &str = "transom_is_asked";

/// One completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub label: String,
    pub kind: OfferKind,
    /// A short description in one line.
    pub detail: String,
    /// A description in Markdown.
    pub about: String,
    pub insert: String,
    /// The bytes of the file that the completion replaces.
    pub replaces: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferKind {
    /// A step or trigger.
    Verb,
    Key,
    /// One of the words that a key accepts.
    Word,
    Flow,
    Block,
    /// An entry of `_bot.yaml`, a template, a sender.
    Name,
    Variable,
    /// A view such as `contact` or `window`, or a part of one.
    View,
    Function,
}

/// All completions at a byte of a file; the editor filters them by the typed text.
pub fn complete(desk: &EditedBot<'_>, file: &Arc<SourceFile>, at: usize) -> Vec<Offer> {
    let sort = sort_of(file);
    if !matches!(sort, BotFileKind::Flow | BotFileKind::Bot | BotFileKind::Test | BotFileKind::Eval) {
        return Vec::new();
    }
    let text = file.text();
    let at = at.min(text.len());
    let start = text[..at]
        .rfind(|c: char| !is_word(c))
        .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
    let end = at + text[at..].find(|c: char| !is_word(c)).unwrap_or(text.len() - at);
    let asked = CompletionRequest { desk, file, sort, word: start..end };
    for marked in asked.marked() {
        let marked = SourceFile::new(file.path(), marked);
        let Some(root) = yaml::load(&marked, &Findings::default()) else { continue };
        let mut offers = None;
        visit(&root, sort, &mut |seen| {
            if offers.is_none() {
                offers = asked.offers(&seen, &root);
            }
        });
        // A word that parses as a key may also be an item of a list.
        if let Some(mut offers) = offers.filter(|offers: &Vec<Offer>| !offers.is_empty()) {
            offers.sort_by(|a, b| (rank(a.kind), &a.label).cmp(&(rank(b.kind), &b.label)));
            offers.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
            return offers;
        }
    }
    Vec::new()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn rank(kind: OfferKind) -> u8 {
    match kind {
        OfferKind::Block | OfferKind::Variable => 0,
        OfferKind::Key | OfferKind::Verb | OfferKind::Word | OfferKind::Flow | OfferKind::Name => 1,
        OfferKind::View => 2,
        OfferKind::Function => 3,
    }
}

struct CompletionRequest<'a, 'd> {
    desk: &'a EditedBot<'d>,
    file: &'a Arc<SourceFile>,
    sort: BotFileKind,
    word: Range<usize>,
}

impl CompletionRequest<'_, '_> {
    /// `None`: the word is not at this place.
    fn offers(&self, seen: &Seen<'_>, root: &Node) -> Option<Vec<Offer>> {
        match &seen.what {
            SlotKind::Key { entry, map } if entry.key.text == MARK => Some(match self.own_keys(seen, root) {
                Some(offers) => offers,
                None => self.key_offers(seen.kinds, map),
            }),
            SlotKind::Key { entry, .. } if entry.key.text.contains(MARK) => {
                let key = Node { place: entry.key.place.clone(), kind: yaml::Kind::Scalar(entry.key.clone()) };
                if let Some(offers) = self.tool_keys(seen, &entry.key.text) {
                    return Some(offers);
                }
                match (seen.path.last(), entry.key.text.strip_prefix("contact.")) {
                    (Some(&"set"), Some(_)) => Some(self.of_contact(": ")),
                    _ => {
                        Some(self.value_offers(&key, &Seen { what: SlotKind::Value(&key), kinds: &[], ..*seen }, root))
                    }
                }
            }
            SlotKind::Value(node) if node.text().is_some_and(|text| text.contains(MARK)) => {
                Some(self.value_offers(node, seen, root))
            }
            _ => None,
        }
    }

    fn offer(&self, label: impl Into<String>, kind: OfferKind, detail: impl Into<String>) -> Offer {
        let label = label.into();
        Offer {
            insert: label.clone(),
            label,
            kind,
            detail: detail.into(),
            about: String::new(),
            replaces: self.word.clone(),
        }
    }

    fn key_offers(&self, kinds: &[FieldKind], map: &Node) -> Vec<Offer> {
        let rest = &self.file.text()[self.word.end..];
        let has_colon = rest.trim_start_matches(' ').starts_with(':');
        let offer = |spec: KeySpec| {
            let (kind, detail, about, takes) = match spec {
                KeySpec::Head(spec) => {
                    let example = format!("```yaml\n- {}\n```", spec.example.replace('\n', "\n  "));
                    (OfferKind::Verb, spec.summary.to_owned(), example, spec.value().kind)
                }
                KeySpec::Field(field) => (OfferKind::Key, field.kind.words(), field_line(field), field.kind),
            };
            let mut offer = self.offer(spec.name(), kind, detail);
            offer.about = about;
            if !has_colon {
                // Steps and maps are written below their key.
                offer.insert.push_str(if goes_below(takes) { ":" } else { ": " });
            }
            offer
        };
        let mut all: Vec<Offer> = keys(kinds, map).into_iter().map(offer).collect();
        if kinds.contains(&FieldKind::Steps) && map.map().is_some_and(|entries| entries.len() == 1) {
            all.extend(self.alone());
        }
        all
    }

    /// The flow's own names.
    fn variables(&self, root: &Node) -> BTreeSet<String> {
        let flow = flow_of(self.sort, root, self.file);
        let own = names(self.desk, self.file).into_iter().filter_map(|named| match named.meaning {
            Meaning::Variable { flow: of, name } if of == flow && named.declares => Some(name),
            _ => None,
        });
        own.collect()
    }

    /// Steps that are written as one word.
    fn alone(&self) -> impl Iterator<Item = Offer> {
        steps::ALONE
            .map(|verb| self.offer(verb, OfferKind::Word, steps::spec(verb).map_or("", |spec| spec.summary)))
            .into_iter()
    }

    fn value_offers(&self, node: &Node, seen: &Seen<'_>, root: &Node) -> Vec<Offer> {
        let Some(scalar) = node.scalar() else { return Vec::new() };
        let at = scalar.text.find(MARK).unwrap_or(0);
        if let Some(part) = part_at(node, seen.kinds, at) {
            return self.code_offers(&scalar.text[part.clone()], at - part.start, seen, root);
        }
        if seen.kinds.contains(&FieldKind::Text) && scalar.text[..at].ends_with('{') {
            return self.without_dollar(seen, root);
        }
        let mut all = Vec::new();
        if seen.path.last() == Some(&"consent") && seen.kinds.contains(&parts::CONSENT) {
            all.extend(self.topics().into_iter().map(|mut offer| {
                offer.insert =
                    format!("{{{}: {}}}", offer.label, if offer.label == "all" { "withdrawn" } else { "given" });
                offer
            }));
        }
        let typed = |name| self.offer(name, OfferKind::Word, "type");
        for kind in seen.kinds {
            match kind {
                FieldKind::Word(words) => {
                    all.extend(words.iter().map(|word| self.offer(*word, OfferKind::Word, "")));
                }
                FieldKind::YesNo => all.extend(["true", "false"].map(|word| self.offer(word, OfferKind::Word, ""))),
                FieldKind::True => all.push(self.offer("true", OfferKind::Word, "")),
                FieldKind::Answer => all.extend(AnswerType::sent().map(typed)),
                FieldKind::Type => all.extend(AnswerType::names().chain(["any"]).map(typed)),
                // A trigger by a date.
                FieldKind::Known(Declared::ContactField) if seen.path.last() == Some(&"date") => {
                    let dates = self
                        .desk
                        .set
                        .bot
                        .fields
                        .iter()
                        .filter(|field| matches!(field.kind.of, AnswerType::Date | AnswerType::DateTime));
                    all.extend(
                        dates.map(|field| self.offer(format!("contact.{}", field.name), OfferKind::Name, "field")),
                    );
                }
                FieldKind::Known(Declared::McpTool) => all.extend(self.pinned(seen, &scalar.text[..at])),
                FieldKind::Known(declared) => all.extend(self.known(*declared, root)),
                // A step that has only been begun: `- sa`.
                FieldKind::Steps | FieldKind::Triggers => {
                    let empty = Node { place: node.place.clone(), kind: yaml::Kind::Map(Vec::new()) };
                    all.extend(self.key_offers(&[*kind], &empty));
                    if *kind == FieldKind::Steps {
                        all.extend(self.alone());
                    }
                }
                _ => {}
            }
        }
        all
    }

    fn known(&self, declared: Declared, root: &Node) -> Vec<Offer> {
        let set = self.desk.set;
        let bot = &set.bot;
        let flows = || {
            set.flows
                .values()
                .map(|flow| self.offer(flow.name.as_str(), OfferKind::Flow, flow.title.clone().unwrap_or_default()))
        };
        let names = |names: Vec<String>, detail: &str| -> Vec<Offer> {
            names.into_iter().map(|name| self.offer(name, OfferKind::Name, detail)).collect()
        };
        match declared {
            Declared::Target => {
                let blocks = root.get("blocks").and_then(Node::map).unwrap_or_default();
                let blocks = blocks.iter().map(|entry| self.offer(entry.key.text.as_str(), OfferKind::Block, "block"));
                let top = self.offer("top", OfferKind::Block, "the first step of this flow");
                blocks.chain([top]).chain(flows()).collect()
            }
            Declared::Flow => flows().collect(),
            Declared::Topic => names(bot.topics.keys().cloned().collect(), "topic"),
            Declared::Team => names(bot.teams.keys().cloned().collect(), "team"),
            Declared::Model => names(bot.models.clone(), "model"),
            Declared::McpServer => names(bot.mcp.clone(), "MCP server"),
            // The server beside it is not known here.
            Declared::McpTool => Vec::new(),
            Declared::Hours => names(bot.hours.keys().cloned().collect(), "hours"),
            Declared::Language => names(bot.languages.keys().cloned().collect(), "language"),
            Declared::Sender => names(self.desk.around.senders.clone().unwrap_or_default(), "sender"),
            Declared::ContactField => {
                names(bot.fields.iter().map(|field| format!("contact.{}", field.name)).collect(), "field")
            }
            Declared::Template => {
                let lists = self.desk.around.templates.iter().flatten();
                let listed = lists.flatten().map(|template| template.name.clone());
                let known: BTreeSet<String> = listed.chain(bot.templates.keys().cloned()).collect();
                names(known.into_iter().collect(), "template")
            }
        }
    }

    fn code_offers(&self, code: &str, at: usize, seen: &Seen<'_>, root: &Node) -> Vec<Offer> {
        let all = words(code);
        let Some(word) = all.iter().find(|word| word.range.start <= at && at < word.range.end) else {
            return Vec::new();
        };
        let set = self.desk.set;
        if word.in_module {
            let module = word.of.as_deref().unwrap_or_default();
            let functions = set.scripts.modules().find(|(name, _)| *name == module).map(|(_, functions)| functions);
            let functions = functions.into_iter().flatten();
            return functions
                .map(|(name, _)| self.offer(name, OfferKind::Function, format!("of scripts/{module}.rhai")))
                .collect();
        }
        let methods = || FUNCTIONS.iter().filter(|function| function.is_method()).map(|f| self.function(f));
        let parts = || PARTS.iter().map(|part| self.function(part));
        let part = |(name, help): &(&str, &str)| self.offer(*name, OfferKind::View, *help);
        let named = |names: &[String], detail: &str| -> Vec<Offer> {
            names.iter().map(|name| self.offer(name.as_str(), OfferKind::Name, detail)).collect()
        };
        match (word.of_of.as_deref(), word.of.as_deref()) {
            (Some("hours"), Some(_)) => HOURS_PARTS.iter().map(part).collect(),
            (_, Some("env")) => named(&set.bot.env, "env"),
            (_, Some("secrets")) => named(&set.bot.secrets, "secret"),
            (_, Some("hours")) => named(&set.bot.hours.keys().cloned().collect::<Vec<_>>(), "hours"),
            (None, Some(owner)) => {
                let view = VIEWS.iter().find(|view| view.name == owner);
                let mut offers: Vec<Offer> = view.into_iter().flat_map(|view| view.parts.iter().map(part)).collect();
                if owner == "contact" {
                    offers.extend(
                        set.bot.fields.iter().map(|f| self.offer(f.name.as_str(), OfferKind::Name, f.kind.of.as_str())),
                    );
                }
                if view.is_none() {
                    let given = returned::names(set, root, owner);
                    offers.extend(given.into_iter().map(|name| self.offer(name, OfferKind::Name, "returned")));
                    offers.extend(parts());
                }
                offers.extend(methods());
                offers
            }
            (Some(_), Some(_)) => parts().chain(methods()).collect(),
            (_, None) => self.roots(seen, root),
        }
    }

    /// Completions for `{na` in a text: they insert the missing `$` too.
    fn without_dollar(&self, seen: &Seen<'_>, root: &Node) -> Vec<Offer> {
        let closed = self.file.text()[self.word.end..].starts_with('}');
        let mut all = self.roots(seen, root);
        for offer in &mut all {
            offer.replaces.start -= 1;
            offer.insert = format!("${{{}{}", offer.insert, if closed { "" } else { "}" });
        }
        all
    }

    /// The words with which an expression can begin.
    fn roots(&self, seen: &Seen<'_>, root: &Node) -> Vec<Offer> {
        let own = self.variables(root);
        let mut all: Vec<Offer> =
            own.into_iter().map(|name| self.offer(name, OfferKind::Variable, "variable")).collect();
        let views = VIEWS.iter().filter(|view| {
            view.name != "secrets"
                || seen.path.iter().any(|key| *key == "headers" || *key == "query" || *key == "json" || *key == "form")
        });
        all.extend(views.map(|view| self.offer(view.name, OfferKind::View, view.help)));
        all.extend(FUNCTIONS.iter().filter(|function| !function.is_method()).map(|f| self.function(f)));
        let modules = self.desk.set.scripts.modules();
        all.extend(modules.map(|(name, _)| {
            let mut offer = self.offer(name, OfferKind::Name, format!("scripts/{name}.rhai"));
            offer.insert.push_str("::");
            offer
        }));
        all
    }

    fn function(&self, function: &crate::script::Function) -> Offer {
        let mut offer = self.offer(function.name(), OfferKind::Function, function.help);
        offer.about = format!("```rhai\n{}\n```\n`{}` gives `{}`", function.call, function.example, function.gives);
        offer.insert.push_str(match function.call.split_once('(') {
            None => "",
            Some((_, ")")) => "()",
            Some(_) => "(",
        });
        offer
    }
}

/// True if the value is written below its key, not beside it.
fn goes_below(kind: FieldKind) -> bool {
    let shapes = kind.shapes();
    !shapes.is_empty()
        && shapes.iter().all(|kind| {
            matches!(
                kind,
                FieldKind::Steps
                    | FieldKind::Cases
                    | FieldKind::Triggers
                    | FieldKind::Record(_)
                    | FieldKind::MapOf(_)
                    | FieldKind::Map
            )
        })
}
