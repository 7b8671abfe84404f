//! Implements `quiet_for`: the contact has not written for this time.

use super::{MessageAge, TriggerKind};
use crate::{base::time::Span, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct QuietFor {
    pub span: Span,
}

impl TriggerKind for QuietFor {
    const SPEC: Spec = Spec {
        name: "quiet_for",
        summary: "The contact has not written for so long, once for each silence; before quiet hours that it would fall \
                  into.",
        fields: &[FieldSpec::required("quiet_for", FieldKind::Duration, "How long after the contact's last message.")],
        example: "quiet_for: 23h",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("quiet_for");
        let span = fields.duration("quiet_for", Span::hours(23));
        if let Some(node) = fields.node("quiet_for").filter(|_| span <= Span::ZERO) {
            fields.wrong(node, "E243", "`quiet_for` is a time after the last message, such as `23h`");
        }
        QuietFor { span }
    }

    fn since(&self) -> MessageAge {
        MessageAge::UpTo(self.span)
    }
}
