//! Describes the values of a field: the shape for the schema, the meaning for completion, the words for the reference.

use super::FieldSpec;

/// The values of a field. The narrower the kind, the more an editor can help: use `Word`, `Known` and `Record` before
/// `Name` and `Map`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text with `${ Rhai }`.
    Text,
    /// Plain Rhai: one expression.
    Code,
    /// Plain Rhai: statements, the last of which is the value.
    Script,
    /// A name of the author's own; never interpolated.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A name that is declared elsewhere in the project.
    Known(Declared),
    /// The variable that the step fills.
    Variable,
    /// A type (`date`, `number`), or a list of allowed texts.
    Type,
    /// The type of an answer: not of all types, for nobody can send a map.
    Answer,
    /// `3/7d`.
    Limit,
    /// `5.00/1d`.
    Budget,
    /// `10:00`.
    Clock,
    Duration,
    Whole,
    YesNo,
    /// Always `true`.
    True,
    /// One step or a list.
    Steps,
    /// `name: steps`.
    Cases,
    /// One trigger or a list.
    Triggers,
    /// `name: value` with names of the author's own.
    Map,
    /// A list, or a single value.
    List,
    /// Any value; its texts may contain `${ Rhai }`.
    Data,
    /// Exactly these keys with their values.
    Record(&'static [FieldSpec]),
    /// `name: value` with names of the author's own, all of one kind.
    MapOf(&'static FieldKind),
    /// One value or a list of them.
    Many(&'static FieldKind),
    /// Any of these kinds.
    Either(&'static [FieldKind]),
}

/// The place where the names of a field are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// A block of this flow, else a flow, or `top`.
    Target,
    Flow,
    /// `topics:` of `_bot.yaml`.
    Topic,
    /// `teams:` of `_bot.yaml`.
    Team,
    /// `hours:` of `_bot.yaml`.
    Hours,
    /// The daemon's configuration.
    Sender,
    /// The provider's list.
    Template,
    /// `languages:` of `_bot.yaml`.
    Language,
    /// `fields:` of `_bot.yaml`, written `contact.name`.
    ContactField,
    /// `models:` of `_bot.yaml`.
    Model,
    /// `mcp:` of `_bot.yaml`.
    McpServer,
    /// `mcp.lock.yaml`, of the server beside it.
    McpTool,
}

impl FieldKind {
    /// The kind in words, for the reference and hover: "text", "one of `contact`, `bot`".
    pub fn words(&self) -> String {
        match self {
            FieldKind::Text => "text with `${ }`".into(),
            FieldKind::Code => "expression".into(),
            FieldKind::Script => "script".into(),
            FieldKind::Name => "name".into(),
            FieldKind::Word([word]) => format!("`{word}`"),
            FieldKind::Word(words) => format!("`{}`", words.join("`, `")),
            FieldKind::Known(declared) => declared.words().into(),
            FieldKind::Variable => "variable".into(),
            FieldKind::Type | FieldKind::Answer => "type".into(),
            FieldKind::Limit => "limit such as `3/7d`".into(),
            FieldKind::Budget => "amount in a time such as `5.00/1d`".into(),
            FieldKind::Clock => "time such as \"10:00\"".into(),
            FieldKind::Duration => "length of time".into(),
            FieldKind::Whole => "whole number".into(),
            FieldKind::YesNo => "`true` or `false`".into(),
            FieldKind::True => "`true`".into(),
            FieldKind::Steps => "steps".into(),
            FieldKind::Cases => "`value: steps`".into(),
            FieldKind::Triggers => "triggers".into(),
            FieldKind::Map => "`name: value`".into(),
            FieldKind::List => "list".into(),
            FieldKind::Data => "any value".into(),
            FieldKind::Record(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                format!("`{{{}}}`", names.join(", "))
            }
            FieldKind::MapOf(kind) => format!("`name:` {}", kind.words()),
            FieldKind::Many(kind) => format!("{}, or a list", kind.words()),
            FieldKind::Either(kinds) => {
                let words: Vec<String> = kinds.iter().map(FieldKind::words).collect();
                words.join(" · ")
            }
        }
    }

    /// The possible kinds of a value, with alternatives and lists resolved.
    pub fn shapes(&self) -> Vec<FieldKind> {
        match self {
            FieldKind::Either(kinds) => kinds.iter().flat_map(FieldKind::shapes).collect(),
            FieldKind::Many(kind) => kind.shapes(),
            kind => vec![*kind],
        }
    }
}

impl Declared {
    fn words(self) -> &'static str {
        match self {
            Declared::Target => "block or flow",
            Declared::Flow => "flow",
            Declared::Topic => "topic",
            Declared::Team => "team",
            Declared::Hours => "hours",
            Declared::Sender => "sender",
            Declared::Template => "template",
            Declared::Language => "language",
            Declared::ContactField => "field of the contact",
            Declared::Model => "model",
            Declared::McpServer => "MCP server",
            Declared::McpTool => "tool of the server",
        }
    }
}
