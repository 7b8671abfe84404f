//! The moment of sending: what may leave now, in which form, and what else becomes of a message.

use super::{
    app::App,
    catch::caught,
    catalogue::Wish,
    lane::{Conversation, LaneError, LaneState, Work},
    outbox::{self, Pending, PendingState, SendAnswer},
    rows,
};
use crate::{
    base::{
        ids::ContactId,
        limits::{HOLD_DEFAULT, WINDOW},
        time::Time,
    },
    channel::{Outgoing, SendError},
    model::{
        content::Content,
        effect::IfClosed,
        event::{Event, Fate, Reason},
        template::TemplateMessage,
        window::{self, Plan},
    },
    store::WriteSet,
};
use std::sync::Arc;

/// What was decided about the message that is next.
enum Decision {
    Go { content: Content, as_template: Option<TemplateMessage>, nudge: bool },
    /// Look again at that moment; `keeps_place` is a rate or an offline sender.
    Later { at: Time, keeps_place: bool, reason: Option<Reason> },
    Hold { until: Time },
    Refuse { reason: Reason },
    Skip,
    Fail { code: String, text: String },
}

impl App {
    /// Sends what may leave, in order, until one is on the wire or nothing is due. Gives back what the
    /// engine wants to hear of it.
    pub(super) async fn dispatch(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
    ) -> Result<Vec<Event>, LaneError> {
        let mut events = Vec::new();
        let mut set = WriteSet::new(lane.contact.id);
        let mut on_wire = None;
        loop {
            let now = self.clock.now();
            let conversation = &mut lane.conversations[index];
            self.expire(conversation, now, &mut set, &mut events);
            let Some(place) = outbox::next(&conversation.outbox, now) else { break };
            let decision = self.decide(&lane.contact, &lane.conversations[index], place, now);
            let conversation = &mut lane.conversations[index];
            match decision {
                Decision::Go { content, as_template, nudge } => {
                    self.put_on_wire(&mut lane.contact, conversation, place, as_template, nudge, now, &mut set);
                    on_wire = Some((place, content));
                    break;
                }
                other => self.settle_undecided(conversation, place, other, now, &mut set, &mut events),
            }
        }
        self.commit_marks(set).await?;
        if let Some((place, content)) = on_wire {
            self.launch(lane, index, place, content);
        }
        Ok(events)
    }

    /// The first message of a turn may leave at once: then its row is written as `sending` in the same
    /// commit as the turn, which saves one commit of three. Gives back its place and content.
    pub(super) fn prepare(&self, lane: &mut LaneState, index: usize, set: &mut WriteSet) -> Option<(usize, Content)> {
        let now = self.clock.now();
        let place = outbox::next(&lane.conversations[index].outbox, now)?;
        if lane.conversations[index].outbox[place].attempt > 0 {
            return None;
        }
        match self.decide(&lane.contact, &lane.conversations[index], place, now) {
            Decision::Go { content, as_template, nudge } => {
                let conversation = &mut lane.conversations[index];
                self.put_on_wire(&mut lane.contact, conversation, place, as_template, nudge, now, set);
                Some((place, content))
            }
            _ => None,
        }
    }

    fn decide(
        &self,
        contact: &crate::model::contact::Contact,
        conversation: &Conversation,
        place: usize,
        now: Time,
    ) -> Decision {
        let pending = &conversation.outbox[place];
        let sender = match self.senders.get(conversation.sender) {
            Some(sender) => sender,
            None => return Decision::Fail { code: "no_sender".into(), text: "the sender is no longer configured".into() },
        };
        if let Some(until) = self.health.paused_until(conversation.sender, pending.draft.content.is_template(), now) {
            return Decision::Later { at: until, keeps_place: true, reason: Some(Reason::SenderDown) };
        }
        let topic = self.topic(&pending.draft.topic);
        let languages = self.languages(contact);
        let wish = Wish { sender: sender.id, languages: &languages, marketing: topic.needs_consent };
        let list: &[TemplateMessage] = match (&pending.draft.content, &pending.draft.if_closed) {
            (Content::Template(own), _) => std::slice::from_ref(own),
            (_, Some(IfClosed::Template(list) | IfClosed::Nudge { templates: list, .. })) => list,
            _ => &[],
        };
        let chosen = self.catalogue.choose(list, &wish);
        let plan = window::plan(&self.plan_input(contact, conversation, pending, &topic, chosen.is_ok(), now));
        let decision = match (plan, chosen) {
            (Plan::Send, Ok((_, template))) if pending.draft.content.is_template() => Decision::Go {
                content: Content::Template(template.clone()),
                as_template: Some(template),
                nudge: false,
            },
            (Plan::Send, _) => Decision::Go { content: pending.draft.content.clone(), as_template: None, nudge: false },
            (Plan::Template, Ok((_, template))) => Decision::Go {
                content: Content::Template(template.clone()),
                as_template: Some(template),
                nudge: false,
            },
            (Plan::Nudge, Ok((_, template))) => {
                Decision::Go { content: Content::Template(template.clone()), as_template: Some(template), nudge: true }
            }
            (Plan::Template | Plan::Nudge, Err(unusable)) => {
                Decision::Fail { code: "template_unusable".into(), text: unusable.why }
            }
            (Plan::WaitTemplate { until }, Err(unusable)) => {
                if !unusable.waits {
                    Decision::Fail { code: "template_unusable".into(), text: unusable.why }
                } else if until <= now {
                    Decision::Refuse { reason: Reason::TemplateUnusable }
                } else {
                    let at = until.min(now + self.template_retry());
                    Decision::Later { at, keeps_place: false, reason: Some(Reason::TemplateUnusable) }
                }
            }
            (Plan::WaitTemplate { .. }, Ok(_)) => Decision::Refuse { reason: Reason::TemplateUnusable },
            (Plan::Hold { until }, _) => Decision::Hold { until },
            (Plan::Later { at, reason }, _) => Decision::Later { at, keeps_place: false, reason: Some(reason) },
            (Plan::Skip, _) => Decision::Skip,
            (Plan::Fail, _) => {
                Decision::Fail { code: "window_closed".into(), text: "the 24-hour window is closed".into() }
            }
            (Plan::Refuse { reason }, _) => Decision::Refuse { reason },
        };
        if let (Decision::Go { .. }, false) = (&decision, pending.slot_taken) {
            if let Err(at) = self.limits.take(sender, contact.id, now) {
                return Decision::Later { at, keeps_place: true, reason: None };
            }
        }
        decision
    }
}
