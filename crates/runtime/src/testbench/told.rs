//! Writes what the engine did into the transcript of a case, and keeps what expectations look at.

use super::{
    seen::{Handoff, Refusal},
    world::World,
};
use crate::model::{
    effect::{Effect, StartTarget},
    session::DraftMode,
};

impl World<'_> {
    pub(super) fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Handoff { team, summary, priority, .. } => {
                self.tell('*', format!("handed over to `{team}`"));
                self.handoffs.push(Handoff { team, summary, priority });
            }
            Effect::Started { flow, refused: Some(reason), .. } => {
                self.tell('!', format!("flow `{flow}` was not started: {}", reason.as_str()));
                self.refusals.push(Refusal { flow: flow.to_string(), why: reason.as_str() });
            }
            Effect::Plan(planned) => {
                let whom = if planned.whom == StartTarget::Contact { "later" } else { "for many" };
                self.tell('*', format!("flow `{}` is planned {whom}", planned.flow));
            }
            Effect::Started { flow, queued: true, .. } => {
                self.tell('*', format!("flow `{flow}` waits until the conversation is free"));
            }
            Effect::Failed { flow, step, code, text, .. } => {
                self.tell('!', format!("step `{step}` of `{flow}` failed: {code}: {text}"));
            }
            Effect::DeadLetter { reason, .. } => self.tell('!', format!("a run was given up: {reason}")),
            Effect::NeedsPerson { why } => self.tell('*', format!("marked as needing a person: {why}")),
            Effect::SummedUp { summary } => {
                self.tell('*', format!("the summary of the case: {}", summary.replace('\n', " ⏎ ")));
                if let Some(handoff) = self.handoffs.last_mut() {
                    handoff.summary = Some(summary);
                }
            }
            Effect::Suggested { mode, text, why } => {
                let (drafts, what) = match mode {
                    DraftMode::Suggest => (&mut self.suggestions, "draft for the person"),
                    DraftMode::Shadow => (&mut self.shadows, "draft in the shadow"),
                };
                let told = match &text {
                    Some(text) => format!("a {what}: {}", text.replace('\n', " ⏎ ")),
                    None => format!("no {what}: {}", why.unwrap_or_default()),
                };
                drafts.extend(text);
                self.tell('*', told);
            }
            Effect::CaseOverdue { limit, .. } => {
                self.tell('!', format!("the case is overdue: `{}_within` is over", limit.as_str()));
            }
            Effect::Heard { message, .. } => {
                self.tell('*', format!("🎤 heard: {}", message.kind.heard().unwrap_or_default().replace('\n', " ⏎ ")));
            }
            Effect::Unanswered => self.tell('*', "no flow understood this"),
            Effect::Late { .. } => self.tell('*', "it came too late to be answered by itself"),
            Effect::Alarm { text, .. } => self.tell('!', text),
            Effect::Started { .. }
            | Effect::Send(_)
            | Effect::Call(_)
            | Effect::Drop { .. }
            | Effect::Consent { .. }
            | Effect::OptOut { .. }
            | Effect::Emit { .. }
            | Effect::Split { .. }
            | Effect::Unplan { .. }
            | Effect::FormAnswered { .. }
            | Effect::RunBegan { .. }
            | Effect::StartDropped { .. }
            | Effect::RunMoved { .. }
            | Effect::Once { .. }
            | Effect::Happened { .. }
            | Effect::RunEnded { .. } => {}
        }
    }
}
