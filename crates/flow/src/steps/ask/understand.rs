//! Parses `understand` of `ask`.

use super::WrittenOption;
use crate::{base::limits::MODEL_CHOICES_MAX, definition::Kind, load::step_fields::StepFields, model::answer::AnswerType, steps::llm::keys::{is_given, no_model}};

/// Reads `understand`, which needs a model and an answer that is not any text.
pub(super) fn read_understand(fields: &mut StepFields<'_, '_>, kind: &Kind, written: &[WrittenOption]) -> bool {
    let Some(node) = fields.node("understand").filter(|_| fields.bool("understand")) else { return false };
    if kind.of == AnswerType::Text || !is_given(kind.of) {
        let message = match kind.of {
            AnswerType::Text | AnswerType::List | AnswerType::Any => "any text is an answer here, so nothing is left to understand".to_owned(),
            kind => format!("a model reads words, and the answer here is of type `{}`", kind.as_str()),
        };
        fields.wrong(node, "E544", format!("{message}; take `understand` out, or ask with `options` or another `type`"));
    }
    if written.iter().any(|option| !option.consent.is_empty()) {
        let message = "a consent is given by the customer's own word, and not by what a model makes of it";
        fields.wrong(node, "E544", format!("{message}; take `understand` out"));
    }
    let options = fields.list("options").len();
    if options > MODEL_CHOICES_MAX {
        let message = format!("a model chooses among at most {MODEL_CHOICES_MAX} options, and these are {options}");
        fields.wrong(node, "E544", format!("{message}; take `understand` out, or ask in two questions"));
    }
    if fields.bot().models.is_empty() {
        fields.report(no_model(&node.place));
    }
    true
}
