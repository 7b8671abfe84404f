//! Reads `ground` of an agent: the values of a reply that must have a source, and further sources.

use crate::{
    base::{
        blank::is_blank,
        diagnostic::{Diagnostic, probably},
        fields::Fields,
        limits::MODEL_FACTS_MAX,
        yaml::Node,
    },
    engine::turn::{Here, StepFailure, Turn},
    load::{
        spec::{Declared, FieldKind, FieldSpec},
        step_fields::StepFields,
    },
    model::grounding::{KIND_WORDS, Kind as ValueKind},
    steps::llm::keys::named_model,
    text::Text,
};

/// How a reply is held to its sources.
pub struct Ground {
    /// False: every value passes, and the author has said why.
    pub is_on: bool,
    /// Texts that count as sources, but are not given to the model.
    pub also: Vec<Text>,
    /// The words of the kinds that are compared; `None`: all.
    pub kinds: Option<Vec<&'static str>>,
    /// The second model that is asked whether the sources support a reply; `None`: nobody is asked.
    pub verify: Option<String>,
}

pub(super) const GROUND: FieldKind =
    FieldKind::Either(&[FieldKind::YesNo, FieldKind::Record(NOT_GROUNDED), FieldKind::Record(LIMITED)]);

const NOT_GROUNDED: &[FieldSpec] =
    &[FieldSpec::required("no", FieldKind::Name, "Why values without a source may reach the customer.")];

const LIMITED: &[FieldSpec] = &[
    FieldSpec::optional(
        "also",
        FieldKind::Many(&FieldKind::Text),
        "Texts that count as sources without being given to the model, such as `${order.total}`.",
    ),
    FieldSpec::default(
        "kinds",
        FieldKind::Many(&FieldKind::Word(KIND_WORDS)),
        "all",
        "The kinds of values that need a source; values of all other kinds pass, whoever has made them up.",
    ),
    FieldSpec::optional(
        "verify",
        FieldKind::Known(Declared::Model),
        "A second model that is asked before each reply whether the sources support it; without its yes the reply is refused.",
    ),
];

/// Words that authors take for a kind.
const ALIKE: [(&str, &str); 10] = [
    ("money", "amount"),
    ("price", "amount"),
    ("prices", "amount"),
    ("date", "day"),
    ("mail", "email"),
    ("url", "link"),
    ("discount", "offer"),
    ("duration", "length"),
    ("percentage", "percent"),
    ("hour", "time"),
];

pub(super) fn read_ground(fields: &mut StepFields<'_, '_>) -> Ground {
    let mut ground = Ground { is_on: true, also: Vec::new(), kinds: None, verify: None };
    let Some(node) = fields.node("ground") else { return ground };
    if node.map().is_some() {
        read_map(fields, node, &mut ground);
        return ground;
    }
    ground.is_on = fields.opt_bool("ground").unwrap_or(true);
    if !ground.is_on {
        let message = "nothing says why values without a source may pass";
        fields.report(Diagnostic::error("E529", &node.place, message).help("write `ground: {no: the reason}`"));
    }
    ground
}

fn read_map(fields: &mut StepFields<'_, '_>, node: &Node, ground: &mut Ground) {
    let findings = fields.findings();
    let mut keys = Fields::new(node, "`ground`", findings).at(&node.place);
    let (no, also, kinds) = (keys.entry("no"), keys.entry("also"), keys.entry("kinds"));
    let verify = keys.entry("verify");
    if [no, also, kinds, verify].iter().all(Option::is_none) && node.map().is_some_and(<[_]>::is_empty) {
        let finding = Diagnostic::error("E529", &node.place, "`ground` says nothing");
        fields.report(
            finding.help("write `{also: [\"${order.total}\"]}`, `{kinds: [amount, day]}` or `{no: the reason}`"),
        );
    }
    if let Some(no) = no {
        ground.is_on = false;
        for unused in [also, kinds, verify].into_iter().flatten() {
            let message = format!("`no` lets every value pass, so `{}` does nothing", unused.key.text);
            let finding =
                Diagnostic::error("E529", &unused.key.place, message).label(&no.key.place, "it is switched off here");
            fields.report(finding.help("take one of the two out"));
        }
    }
    keys.finish();
    if let Some(entry) = verify {
        let model = named_model(fields, &entry.value);
        ground.verify = Some(model).filter(|_| no.is_none());
    }
    if let Some(entry) = kinds {
        ground.kinds = Some(read_kinds(fields, &entry.value));
    }
    let Some(entry) = also else { return };
    let texts = entry.value.one_or_many();
    if texts.is_empty() || texts.iter().any(|text| text.text().is_some_and(is_blank)) {
        let finding = Diagnostic::error("E529", &entry.value.place, "`also` has an empty text, which is no source");
        fields.report(finding.help("write values that a reply may say, such as `${order.total}`, or take it out"));
    }
    if texts.len() > MODEL_FACTS_MAX {
        let message = format!("`also` has at most {MODEL_FACTS_MAX} texts");
        fields.wrong(&entry.value, "E529", format!("{message}; write several values into one of them"));
    }
    ground.also = texts.iter().map(|text| fields.text_of(text)).collect();
}

fn read_kinds(fields: &StepFields<'_, '_>, node: &Node) -> Vec<&'static str> {
    let items = node.one_or_many();
    if items.is_empty() {
        let finding = Diagnostic::error("E529", &node.place, "`kinds` names no kind of values");
        fields.report(finding.help("write `ground: {no: the reason}` if every value may pass"));
    }
    let mut kinds = Vec::new();
    for item in items {
        let Some(word) = item.text() else {
            fields.wrong(item, "E529", format!("a kind of values is a word, and this is {}", item.describe()));
            continue;
        };
        match KIND_WORDS.iter().copied().find(|known| *known == word) {
            Some(known) => kinds.push(known),
            None if item.is_broken() => {}
            None => {
                let alike = ALIKE.iter().find(|(other, _)| *other == word).map(|(_, known)| *known);
                let meant = alike.or_else(|| probably(word, KIND_WORDS.iter().copied()));
                let meant = meant.map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
                let listed = KIND_WORDS.join("`, `");
                let finding = Diagnostic::error("E529", &item.place, format!("`{word}` is no kind of values"));
                let finding = finding.misspelt(word, KIND_WORDS.iter().copied());
                fields.report(finding.help(format!("{meant}there are `{listed}`")));
            }
        }
    }
    kinds
}

impl Ground {
    /// True if a value of this kind needs no source.
    pub(super) fn lets_pass(&self, kind: ValueKind) -> bool {
        self.kinds.as_ref().is_some_and(|compared| kind.passes(compared))
    }

    /// The further sources, with their values.
    pub(super) fn more(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Vec<String>, StepFailure> {
        self.also.iter().map(|text| turn.render(here, text, &[])).collect()
    }
}
