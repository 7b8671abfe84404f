//! Implements `look_up`: finds the part of the business's own papers that answers a question, without a model.

use super::StepKind;
use crate::{
    base::limits::KNOWLEDGE_NAMES_MAX,
    definition::Body,
    engine::{
        turn::{Here, Next, Turn},
        variables,
    },
    knowledge::{Found, Question, SHARE_DEFAULT},
    load::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    model::value::Value,
    text::Text,
};
use std::collections::BTreeMap;

pub struct LookUp {
    pub question: Text,
    /// The files and folders to search; empty: all.
    pub knowledge: Vec<String>,
    /// How much of the question the part must speak of, in percent.
    pub share: i64,
    pub fills: Option<String>,
    pub unsure: Option<Body>,
}

impl StepKind for LookUp {
    const SPEC: Spec = Spec {
        name: "look_up",
        summary: "Finds the part of `knowledge/` that answers a question best. No model is asked.",
        fields: &[
            FieldSpec::required("look_up", FieldKind::Text, "The question, such as `${msg.text}`."),
            FieldSpec::default(
                "knowledge",
                FieldKind::Many(&FieldKind::Name),
                "all",
                "Files and folders of `knowledge/` to search: `prices.csv`, `faq`.",
            ),
            FieldSpec::default(
                "share",
                FieldKind::Whole,
                "50",
                "How much of the question the part must speak of, in percent; rare words count more.",
            ),
            FieldSpec::optional(
                "as",
                FieldKind::Variable,
                "The variable for the part: `text` as a message, `title`, `heading`, `file`, `source`, `share`, and `row` \
                 with the cells of a table by their columns; missing for a part that is no row.",
            ),
            FieldSpec::optional("unsure", FieldKind::Steps, "What to do when no part fits; without it the variable is empty."),
        ],
        example: "look_up: how long is the guarantee?\nas: found",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let question = fields.text("look_up");
        let knowledge = fields.names_of("knowledge");
        if let Some(node) = fields.node("knowledge").filter(|_| knowledge.len() > KNOWLEDGE_NAMES_MAX) {
            let message = format!("one step names at most {KNOWLEDGE_NAMES_MAX} files and folders");
            fields.wrong(node, "E205", format!("{message}; put files into a folder and name the folder"));
        }
        let share = fields.whole("share", i64::from(SHARE_DEFAULT), 1..=100);
        let fills = fields.fills();
        LookUp { question, knowledge, share, fills, unsure: fields.opt_steps("unsure") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let text = match turn.render(here, &self.question, &[]) {
            Ok(text) => text,
            Err(failure) => return Next::Fail(failure),
        };
        let today = here.set.today(turn.now());
        let language = turn.language().to_owned();
        let question = Question { text: &text, language: &language, within: &self.knowledge, today };
        let found = here.set.knowledge.rank(&question, 1);
        let best = found.first().filter(|found| i64::from(found.share) >= self.share);
        let Some(best) = best else {
            turn.note_at(here, "no part of the knowledge fits");
            variables::keep(turn, here.run, self.fills.as_deref(), Value::Nothing);
            return self.unsure.map_or(Next::Continue, Next::Body);
        };
        let place = here.set.knowledge.place_of(best.chunk);
        turn.note_at(here, format!("found `{}:{}`, {} % of the question", place.path(), place.line(), best.share));
        variables::keep(turn, here.run, self.fills.as_deref(), value_of(best));
        Next::Continue
    }
}

/// The part as a value of the language.
fn value_of(found: &Found<'_>) -> Value {
    let text = |text: Option<&String>| text.map_or(Value::Nothing, Value::text);
    let cells = found.chunk.row.iter().map(|(name, cell)| (name.to_string(), Value::text(cell.as_str())));
    let row = if found.chunk.row.is_empty() { Value::Nothing } else { Value::Map(cells.collect()) };
    let parts = [
        ("text", Value::Text(found.message())),
        ("title", text(Some(&found.document.title))),
        ("heading", text(found.chunk.headings.last())),
        ("file", Value::text(found.document.name())),
        ("source", text(found.document.source.as_ref())),
        ("share", Value::Whole(i64::from(found.share))),
        ("row", row),
    ];
    Value::Map(parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}
