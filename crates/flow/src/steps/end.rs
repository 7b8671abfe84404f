//! Implements `end`: ends this flow, or the whole run.

use super::StepKind;
use crate::{base::diagnostic::Diagnostic, text::Data, engine::{inputs, turn::{StepFailure, Here, Next, Turn}}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, model::value::Value};

pub struct End {
    /// True: ends the whole run, not only this flow.
    pub all: bool,
    /// The value for the caller.
    pub returns: Option<Data>,
}

impl StepKind for End {
    const SPEC: Spec = Spec {
        name: "end",
        summary: "Ends this flow, and the caller goes on; `end: all` ends the run.",
        fields: &[
            FieldSpec::optional("end", FieldKind::Word(&["all"]), "`all`, or nothing."),
            FieldSpec::optional("return", FieldKind::Data, "What the caller gets: with `returns` of the flow a value for each of its names, else anything."),
        ],
        example: "end: all",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let written = fields.value().filter(|node| !node.is_null());
        let all = written.and_then(|node| node.text()) == Some("all");
        if let Some(node) = written
            && !all
        {
            let message = format!("`end` stands alone or as `end: all`, and this is {}", node.describe());
            let finding = Diagnostic::error("E228", &node.place, message);
            fields.report(match node.get("return") {
                Some(_) => finding.help("write `return:` below `end`, in the same column"),
                None => finding.help("write `- end`, without a value, or `end: all` for the flow and all that called it"),
            });
        }
        End { all, returns: fields.opt_data("return") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        if self.all {
            return Next::EndAll;
        }
        match self.returns.as_ref().map(|data| turn.data(here, data)).transpose() {
            Ok(value) => given_back(here, value),
            Err(failure) => Next::Fail(failure),
        }
    }
}

/// Ends the flow with this value, converted to its `returns`; `None`: nothing.
pub(super) fn given_back(here: Here<'_>, value: Option<Value>) -> Next {
    let Some(value) = value else { return Next::End(Value::Nothing) };
    if here.flow.returns.is_empty() {
        return Next::End(value);
    }
    match inputs::returned(&here.flow.returns, value, &here.set.bot.timezone) {
        Ok(value) => Next::End(value),
        Err(text) => Next::Fail(StepFailure::new("return", text)),
    }
}
