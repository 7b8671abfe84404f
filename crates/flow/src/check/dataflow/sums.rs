//! Reports a sum that is put into a field of the contact as a text: `${n} + 1`.

use crate::{base::diagnostic::Diagnostic, definition::Field, engine::inputs, model::answer::AnswerType, text::Text};

/// The finding about such a text for a field of numbers; `key` is the field as it is written.
pub fn as_text(key: &str, field: &Field, text: &Text) -> Option<Diagnostic> {
    let sign = |piece: &str| piece.contains(['+', '-', '*', '/']);
    let of_number = matches!(field.kind.of, AnswerType::Whole | AnswerType::Number);
    let computes = text.sole().is_none() && text.codes().next().is_some() && text.pieces().flatten().any(sign);
    if !of_number || !computes {
        return None;
    }
    let takes = inputs::name_of(&field.kind);
    let message = format!("`{key}` takes {takes}, and this is a text with a value in it");
    let meant = text.source().replace("${", "").replace('}', "");
    let finding = Diagnostic::error("E318", text.place(), message);
    Some(finding.help(format!("what is worked out stands in one `${{ }}`: write `${{{meant}}}`")))
}
