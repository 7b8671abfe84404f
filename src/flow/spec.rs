//! What a step or trigger is, in one place: the parser, the checker, the reference and the schema read it.

/// Description of one verb or trigger.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The verb, as written: `say`.
    pub name: &'static str,
    /// One sentence for the reference.
    pub summary: &'static str,
    /// The value of the verb itself comes first, under the verb's own name.
    pub fields: &'static [FieldSpec],
    /// YAML of one step (or trigger) that parses clean.
    pub example: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    pub name: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    /// What is used when it is absent, in words; empty: nothing.
    pub default: &'static str,
    pub help: &'static str,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text with `${ Rhai }`.
    Text,
    /// Plain Rhai.
    Code,
    /// A name of this project or of the language; never interpolated.
    Name,
    Duration,
    Whole,
    YesNo,
    /// One step or a list.
    Steps,
    /// `name: steps`.
    Cases,
    /// `name: value` with texts.
    Map,
    List,
    /// Any value; its texts may hold `${ Rhai }`.
    Data,
}

impl FieldSpec {
    pub const fn required(name: &'static str, kind: FieldKind, help: &'static str) -> Self {
        FieldSpec { name, kind, required: true, default: "", help }
    }

    pub const fn optional(name: &'static str, kind: FieldKind, help: &'static str) -> Self {
        FieldSpec { name, kind, required: false, default: "", help }
    }

    /// An optional field that has a default.
    pub const fn default(name: &'static str, kind: FieldKind, default: &'static str, help: &'static str) -> Self {
        FieldSpec { name, kind, required: false, default, help }
    }
}
