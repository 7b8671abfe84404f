//! Implements `window_closing`: the conversation's window ends soon.

use super::{MessageAge, TriggerKind};
use crate::{base::{limits::WINDOW, time::Span}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct WindowClosing {
    /// The time before its end.
    pub before: Span,
}

impl TriggerKind for WindowClosing {
    const SPEC: Spec = Spec {
        name: "window_closing",
        summary: "So long before the 24-hour window ends, once for each window; before quiet hours that it would fall \
                  into: `event.data.ends_at`.",
        fields: &[FieldSpec::required("window_closing", FieldKind::Duration, "How long before the end, at most 23h.")],
        example: "window_closing: 30m",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("window_closing");
        let before = fields.duration("window_closing", Span::minutes(30));
        if let Some(node) = fields.node("window_closing").filter(|_| before <= Span::ZERO || before > Span::hours(23)) {
            fields.wrong(node, "E243", format!("`window_closing` is a time before the end of 24 hours, and `{before}` is none; write at most 23 hours, such as `window_closing: 30m`"));
        }
        WindowClosing { before }
    }

    fn since(&self) -> MessageAge {
        MessageAge::UpTo(WINDOW - self.before)
    }
}
