//! Implements `ground` of `llm` and `agent`: the values of a model's text that must have a source, further sources, and a
//! second model that judges the text.

pub mod verify;

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
    model::{
        effect::{ModelError, ModelErrorKind},
        grounding::{KIND_WORDS, Kind as ValueKind, Sources, readable, ungrounded},
    },
    steps::llm::keys::named_model,
    text::Text,
};

/// How the texts of a model are held to their sources.
pub struct Ground {
    /// False: every value passes, and the author has said why.
    pub is_on: bool,
    /// Texts that count as sources, but are not given to the model.
    pub also: Vec<Text>,
    /// The words of the kinds that are compared; `None`: all.
    pub kinds: Option<Vec<&'static str>>,
    /// The second model that is asked whether the sources support a text; `None`: nobody is asked.
    pub verify: Option<String>,
}

pub(in crate::steps) const GROUND: FieldKind =
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
        "A second model that is asked about each text whether the sources support it; without its yes the text is refused.",
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

/// Reads `ground`; without the key it is as `default` says.
pub(in crate::steps) fn read_ground(fields: &mut StepFields<'_, '_>, default: bool) -> Ground {
    let mut ground = Ground { is_on: default, also: Vec::new(), kinds: None, verify: None };
    let Some(node) = fields.node("ground") else { return ground };
    if node.map().is_some() {
        ground.is_on = true;
        read_map(fields, node, &mut ground);
        return ground;
    }
    let Some(is_on) = fields.opt_bool("ground") else { return ground };
    ground.is_on = is_on;
    if !is_on {
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
        fields.report(finding.help("write values that the model may say, such as `${order.total}`, or take it out"));
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

/// The texts whose values a model's text may hold, of the business and of the customer.
pub(in crate::steps) struct KnownTexts {
    pub given: Vec<String>,
    pub customer: Vec<String>,
}

impl Ground {
    /// True if a value of this kind needs no source.
    pub(in crate::steps) fn lets_pass(&self, kind: ValueKind) -> bool {
        self.kinds.as_ref().is_some_and(|compared| kind.passes(compared))
    }

    /// The further sources, with their values.
    pub(in crate::steps) fn more(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Vec<String>, StepFailure> {
        self.also.iter().map(|text| turn.render(here, text, &[]).map(|filled| as_source(turn, text, filled))).collect()
    }

    /// Refuses a text with a value that no source gave; values of the kinds `allowed` pass. The reason names the value,
    /// because the model shall leave it out, and nobody else wrote it.
    pub(in crate::steps) fn compare(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        known: &KnownTexts,
        text: &str,
        allowed: &[ValueKind],
    ) -> Result<(), ModelError> {
        if !self.is_on {
            return Ok(());
        }
        // A customer reads the figures of all scripts.
        let text = readable(text);
        let shown = |texts: &[String]| texts.iter().map(|text| readable(text)).collect::<Vec<_>>();
        let (given, customer) = (shown(&known.given), shown(&known.customer));
        let given: Vec<&str> = given.iter().map(AsRef::as_ref).collect();
        let customer: Vec<&str> = customer.iter().map(AsRef::as_ref).collect();
        let now = here.set.local(turn.now());
        let sources = Sources { given: &given, customer: &customer, now, language: turn.language() };
        let mut found = ungrounded(&text, &sources);
        found.retain(|one| !allowed.contains(&one.kind) && !self.lets_pass(one.kind));
        if found.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = found
            .iter()
            .take(NAMED_MAX)
            .map(|one| format!("`{}` ({})", &text[one.at.clone()], one.kind.as_str()))
            .collect();
        Err(ModelError::new(ModelErrorKind::Ungrounded, format!("no source has {}", named.join(", "))))
    }
}

/// A text of the author without the names that the customer has chosen: one that calls itself *Pads cost 1 €* gives no price.
pub(in crate::steps) fn as_source(turn: &Turn<'_>, text: &Text, filled: String) -> String {
    if !text.codes().any(|code| code.uses().names.contains("contact")) {
        return filled;
    }
    let own = [&turn.contact.name, &turn.contact.username].into_iter().flatten();
    own.map(|name| name.trim()).filter(|name| !name.is_empty()).fold(filled, |text, name| text.replace(name, " "))
}

/// More values are not named to the model at once.
const NAMED_MAX: usize = 5;
