//! Models the unsent messages of one conversation, and selects the next one to send.

use crate::{
    base::{
        ids::{OutboundId, ProviderId},
        limits::SEND_UNANSWERED_MAX,
        time::{Span, Time},
    },
    model::{
        content::Content,
        effect::{MessageDraft, Origin},
        event::Reason,
        inbound::StatusError,
        template::TemplateMessage,
    },
    store::tables::charge::Charge,
};
use std::sync::Arc;
use tokio::sync::oneshot;

/// The state of a message in the rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateStage {
    #[default]
    None,
    /// It has a slot among unrequested messages; at its time it needs one of the sender.
    Unasked,
    /// It has a slot of the sender and may be sent.
    Taken,
}

/// An unsent message in the lane's memory; its row has the same data.
pub struct QueuedMessage {
    pub id: OutboundId,
    pub draft: Arc<MessageDraft>,
    pub state: QueuedState,
    /// The earliest time to send it.
    pub not_before: Option<Time>,
    /// The reason for waiting until then.
    pub waits_for: Option<Reason>,
    /// When a message of the contact released it: the contact has just written, so quiet hours do not apply.
    pub released_at: Option<Time>,
    /// False if it is outside the order (waits a day, a paused template, quiet hours, a hold).
    pub in_order: bool,
    /// The number of attempts.
    pub attempt: u32,
    pub attempted_at: Option<Time>,
    pub created_at: Time,
    /// It was refused once as outside the window and planned again: the next refusal is final.
    pub planned_again: bool,
    /// Its state in the rate limits of sender and pair.
    pub place: RateStage,
    /// The amount reserved for it, if its account pays.
    pub charge: Option<Box<Charge>>,
    /// Templates that the provider refused with this message's values.
    pub refused_templates: Vec<String>,
    /// The template that is sent instead of the draft's own content.
    pub sent_as: Option<TemplateMessage>,
    /// True if it is sent outside the window without a template.
    pub direct: bool,
    /// True if Meta refused to send it in that way.
    pub direct_refused: bool,
    /// True if the process that tried it died, and its row does not have the end of the wait for a status yet.
    pub interrupted: bool,
    /// The state of its nudge, the template that announces it.
    pub nudged: NudgeState,
    /// A status failed one attempt while a request was running, by the attempt's id at the provider.
    pub failed_early: Option<(ProviderId, StatusError)>,
    /// The API requests that wait for its result.
    pub waiters: Vec<oneshot::Sender<SendAnswer>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueuedState {
    Queued,
    Sending,
    /// Held for the contact's next message, at most until this time.
    Held {
        until: Time,
    },
    /// The result of the send is unknown; a status is awaited until this time.
    Unknown {
        until: Time,
    },
}

/// The state of the nudge of a message with `if_closed: {nudge: …}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NudgeState {
    #[default]
    No,
    /// It was sent, or is about to be: the message waits for an answer to it.
    Out,
    /// The contact has written since: the announced message may follow, and is already counted.
    Answered,
}

impl QueuedMessage {
    /// A new message of a turn.
    pub fn new(id: OutboundId, draft: Arc<MessageDraft>, now: Time) -> Self {
        QueuedMessage {
            id,
            draft,
            state: QueuedState::Queued,
            not_before: None,
            waits_for: None,
            released_at: None,
            in_order: true,
            attempt: 0,
            attempted_at: None,
            created_at: now,
            planned_again: false,
            place: RateStage::None,
            charge: None,
            refused_templates: Vec::new(),
            sent_as: None,
            direct: false,
            direct_refused: false,
            interrupted: false,
            nudged: NudgeState::No,
            failed_early: None,
            waiters: Vec::new(),
        }
    }

    /// True if it is not being sent, so that it can be cancelled.
    pub fn can_be_dropped(&self) -> bool {
        matches!(self.state, QueuedState::Queued | QueuedState::Held { .. })
    }

    /// Gives the result to the API requests that wait for this message, once each.
    pub fn answer(&mut self, answer: &SendAnswer) {
        for waiter in self.waiters.drain(..) {
            // The receiver is gone if the request has timed out.
            let _ = waiter.send(answer.clone());
        }
    }

    /// True if it waits for a time that its writer chose, and blocks no other message: its row has everything.
    pub fn is_planned(&self) -> bool {
        self.state == QueuedState::Queued && self.draft.at.is_some() && self.draft.at == self.not_before
    }

    pub fn went_as_template(&self) -> bool {
        self.sent_as.is_some()
    }

    /// The turn that wrote it; `None` for a message of the API or a person.
    fn turn(&self) -> Option<u64> {
        match self.draft.origin {
            Origin::Flow | Origin::HandoffFlow | Origin::OptOutConfirmation => Some(self.draft.turn),
            Origin::Api | Origin::Person => None,
        }
    }

    /// True if it waits in the queue of unrequested messages: messages of a program or a person pass it.
    fn is_passed(&self) -> bool {
        self.place == RateStage::Unasked
    }

    /// True if it waits for an unknown message of its own turn.
    fn is_held_up(&self, unknown: &[u64]) -> bool {
        self.turn().is_some_and(|turn| unknown.contains(&turn))
    }

    /// How long the platform tries to deliver it, if its template sets a TTL.
    pub fn time_to_live(&self) -> Option<Span> {
        self.sent_as.as_ref().and_then(|template| template.ttl)
    }

    /// The button texts of the template that was sent in its place.
    pub fn words(&self) -> Vec<(String, String)> {
        self.sent_as.as_ref().map(TemplateMessage::words).unwrap_or_default()
    }

    /// The name of the template that is or was sent.
    pub fn template_name(&self) -> Option<String> {
        match (&self.sent_as, &self.draft.content) {
            (Some(template), _) | (None, Content::Template(template)) => Some(template.name.clone()),
            _ => None,
        }
    }
}

impl SendAnswer {
    pub fn failed(code: &str, text: &str, reason: Option<Reason>) -> Self {
        SendAnswer::Failed { code: code.into(), text: text.into(), reason }
    }
}

/// The result of a send for an API caller.
#[derive(Debug, Clone)]
pub enum SendAnswer {
    Accepted { provider_id: String },
    Failed { code: String, text: String, reason: Option<Reason> },
    Unknown,
}

/// True if a message with this reason has no time of its own: it waits for a stopped sender or an unusable template.
pub fn is_asked_anew(reason: Option<Reason>) -> bool {
    matches!(reason, Some(Reason::SenderDown | Reason::TemplateUnusable))
}

/// Makes messages that wait for a sender or a template due now; every other wait stays.
pub fn ask_anew(outbox: &mut [QueuedMessage], now: Time) {
    let waits = |pending: &&mut QueuedMessage| pending.state == QueuedState::Queued && is_asked_anew(pending.waits_for);
    for pending in outbox.iter_mut().filter(waits) {
        pending.not_before = pending.not_before.min(Some(now));
    }
}

/// The index of the message that may be sent now, if any.
pub fn next(outbox: &[QueuedMessage], now: Time) -> Option<usize> {
    let mut unknown: Vec<u64> = Vec::new();
    let mut passing = false;
    for (index, pending) in outbox.iter().enumerate() {
        match pending.state {
            // One at a time, because providers promise no order of concurrent requests.
            QueuedState::Sending => return None,
            QueuedState::Unknown { .. } => unknown.extend(pending.turn()),
            QueuedState::Held { .. } => {}
            QueuedState::Queued if pending.is_planned() && pending.not_before > Some(now) => {}
            QueuedState::Queued if pending.is_held_up(&unknown) || passing && pending.turn().is_some() => {}
            QueuedState::Queued => {
                let due = pending.not_before.is_none_or(|at| at <= now);
                match (due, pending.in_order) {
                    (true, _) => return Some(index),
                    (false, true) if pending.is_passed() => passing = true,
                    // It backs off for seconds and keeps its place.
                    (false, true) => return None,
                    (false, false) => {}
                }
            }
        }
    }
    None
}

/// When the lane must look at this outbox again without a new event. A message behind another one is not due before
/// the other is done: otherwise its time would stay due and nothing would happen.
pub fn due_at(outbox: &[QueuedMessage]) -> Option<Time> {
    let mut unknown: Vec<u64> = Vec::new();
    let (mut blocked, mut passing) = (false, false);
    let mut due = None::<Time>;
    let mut at = |moment: Option<Time>| due = [due, moment].into_iter().flatten().min();
    for pending in outbox {
        match pending.state {
            QueuedState::Held { until } => at(Some(until)),
            QueuedState::Unknown { until } => {
                at(Some(until));
                unknown.extend(pending.turn());
            }
            // Its answer wakes the lane.
            QueuedState::Sending => blocked = true,
            QueuedState::Queued if blocked || pending.is_held_up(&unknown) => {}
            QueuedState::Queued if pending.is_planned() => at(pending.not_before),
            QueuedState::Queued if passing && pending.turn().is_some() => {}
            QueuedState::Queued => {
                at(pending.not_before);
                let keeps_place = pending.in_order && pending.not_before.is_some();
                blocked |= keeps_place && !pending.is_passed();
                passing |= keeps_place && pending.is_passed();
            }
        }
    }
    due
}

/// For an idle lane: true if a message could be sent, or waits for a send that was lost.
pub fn stands_still(outbox: &[QueuedMessage], now: Time) -> bool {
    let lost = |pending: &QueuedMessage| {
        let since = pending.attempted_at.unwrap_or(pending.created_at);
        pending.state == QueuedState::Sending && now - since >= SEND_UNANSWERED_MAX
    };
    next(outbox, now).is_some() || outbox.iter().any(lost)
}

/// True if a nudge is out and unanswered: it announces all held messages.
pub fn is_nudged(outbox: &[QueuedMessage]) -> bool {
    outbox.iter().any(|pending| pending.nudged == NudgeState::Out && matches!(pending.state, QueuedState::Held { .. }))
}

/// The nudge of a message was not sent: the next held message gets its own.
pub fn nudge_failed(outbox: &mut [QueuedMessage], nudge: &MessageDraft) {
    for kept in outbox.iter_mut().filter(|kept| nudge.nudge && kept.draft.number == nudge.number) {
        kept.nudged = NudgeState::No;
    }
}

/// True for a nudge whose message is no longer held, because it was sent itself or never will be.
pub fn has_outlived(outbox: &[QueuedMessage], place: usize) -> bool {
    let nudge = &outbox[place].draft;
    let kept = |other: &QueuedMessage| {
        !other.draft.nudge && other.draft.number == nudge.number && matches!(other.state, QueuedState::Held { .. })
    };
    nudge.nudge && !outbox.iter().any(kept)
}

/// The effect of an inbound message on an outbox.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ReleasedMessages {
    /// Messages that were held and are queued again, oldest first by id.
    pub again: Vec<OutboundId>,
    /// Unsent nudges: their messages are sent themselves now.
    pub dropped: Vec<OutboundId>,
}

/// Queues the held messages again, and removes nudges that are not needed any more.
pub fn release(outbox: &mut Vec<QueuedMessage>, now: Time) -> ReleasedMessages {
    let is_kept = |pending: &&QueuedMessage| !pending.draft.nudge && matches!(pending.state, QueuedState::Held { .. });
    let kept: Vec<u32> = outbox.iter().filter(is_kept).map(|pending| pending.draft.number).collect();
    let mut released = ReleasedMessages::default();
    let mut unsaid: Vec<u32> = Vec::new();
    outbox.retain(|pending| {
        let draft = &pending.draft;
        let dropped = draft.nudge && pending.state == QueuedState::Queued && kept.contains(&draft.number);
        released.dropped.extend(dropped.then_some(pending.id));
        unsaid.extend(dropped.then_some(draft.number));
        !dropped
    });
    for pending in outbox {
        let waits_outside =
            matches!(pending.state, QueuedState::Queued) && !pending.in_order && pending.not_before.is_some();
        if matches!(pending.state, QueuedState::Held { .. }) || waits_outside {
            pending.state = QueuedState::Queued;
            pending.not_before = None;
            pending.released_at = Some(now);
            pending.in_order = true;
            // A nudge that was removed has announced nothing.
            pending.nudged = match pending.nudged {
                NudgeState::Out if unsaid.contains(&pending.draft.number) => NudgeState::No,
                NudgeState::Out | NudgeState::Answered => NudgeState::Answered,
                NudgeState::No => NudgeState::No,
            };
            released.again.push(pending.id);
        } else if pending.place == RateStage::Unasked && pending.state == QueuedState::Queued {
            // It was in the queue of unrequested messages; this is not stored.
            (pending.place, pending.not_before, pending.released_at) = (RateStage::None, None, Some(now));
        }
    }
    released
}

/// The exponential back-off of a refused send: 1 s, 2 s, 4 s … at most five minutes.
pub fn backoff(attempt: u32) -> Span {
    Span::seconds(1_i64 << attempt.saturating_sub(1).min(9)).min(Span::minutes(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(id: i64, turn: u64, state: QueuedState) -> QueuedMessage {
        let content = Content::Text { body: "hi".into() };
        let draft = MessageDraft { turn, ..MessageDraft::plain(1, content, Origin::Flow) };
        QueuedMessage { state, ..QueuedMessage::new(OutboundId(id), Arc::new(draft), Time(0)) }
    }

    #[test]
    fn one_message_is_on_the_wire_at_a_time() {
        let outbox = [pending(1, 1, QueuedState::Sending), pending(2, 1, QueuedState::Queued)];
        assert_eq!(next(&outbox, Time(0)), None);
    }

    #[test]
    fn a_message_that_backs_off_keeps_its_place() {
        let mut outbox = [pending(1, 1, QueuedState::Queued), pending(2, 2, QueuedState::Queued)];
        outbox[0].not_before = Some(Time(1000));
        assert_eq!(next(&outbox, Time(999)), None);
        assert_eq!(next(&outbox, Time(1000)), Some(0));
        assert_eq!(due_at(&outbox), Some(Time(1000)));
    }

    #[test]
    fn a_program_and_a_person_pass_what_waits_among_the_unasked() {
        let mut outbox = [
            pending(1, 1, QueuedState::Queued),
            pending(2, 1, QueuedState::Queued),
            pending(3, 1, QueuedState::Queued),
        ];
        (outbox[0].not_before, outbox[0].place) = (Some(Time(4000)), RateStage::Unasked);
        assert_eq!((next(&outbox, Time(0)), due_at(&outbox)), (None, Some(Time(4000))));
        for origin in [Origin::Api, Origin::Person] {
            Arc::make_mut(&mut outbox[2].draft).origin = origin;
            assert_eq!(next(&outbox, Time(0)), Some(2));
        }
        // With a time of its own no further message passes it.
        outbox[2].not_before = Some(Time(1000));
        assert_eq!((next(&outbox, Time(999)), due_at(&outbox)), (None, Some(Time(1000))));
        outbox[0].place = RateStage::Taken;
        assert_eq!((next(&outbox, Time(1000)), due_at(&outbox)), (None, Some(Time(4000))));
    }

    #[test]
    fn a_planned_message_stands_in_nobodys_way_until_its_moment() {
        let mut outbox = vec![pending(1, 1, QueuedState::Queued), pending(2, 2, QueuedState::Queued)];
        Arc::make_mut(&mut outbox[0].draft).at = Some(Time(1000));
        outbox[0].not_before = Some(Time(1000));
        assert!(outbox[0].is_planned());
        assert_eq!((next(&outbox, Time(999)), due_at(&outbox[..1])), (Some(1), Some(Time(1000))));
        // A message of the contact does not release it before its time.
        assert_eq!(release(&mut outbox, Time(5)).again, []);
        assert_eq!((next(&outbox, Time(999)), next(&outbox, Time(1000))), (Some(1), Some(0)));
        // Behind a message that is being sent it is not due: the other's answer wakes the lane.
        outbox.swap(0, 1);
        outbox[0].state = QueuedState::Sending;
        assert_eq!((next(&outbox, Time(1000)), due_at(&outbox)), (None, None));
    }

    #[test]
    fn an_outbox_stands_still_when_nobody_will_ever_move_it() {
        let mut outbox = [pending(1, 1, QueuedState::Sending), pending(2, 1, QueuedState::Queued)];
        outbox[0].attempted_at = Some(Time(5));
        assert!(!stands_still(&outbox, Time(4) + SEND_UNANSWERED_MAX), "its answer may come");
        assert!(stands_still(&outbox, Time(5) + SEND_UNANSWERED_MAX));
        outbox[0].state = QueuedState::Unknown { until: Time(9) };
        assert!(!stands_still(&outbox, Time(8)), "its time wakes the lane");
        assert!(stands_still(&outbox[1..], Time(8)), "it could go");
        outbox[1].not_before = Some(Time(10));
        assert!(!stands_still(&outbox[1..], Time(8)));
    }

    #[test]
    fn what_stands_outside_the_order_lets_others_pass() {
        let mut outbox = [pending(1, 1, QueuedState::Queued), pending(2, 2, QueuedState::Queued)];
        outbox[0].not_before = Some(Time(1000));
        outbox[0].in_order = false;
        assert_eq!(next(&outbox, Time(0)), Some(1));
        let held = [pending(1, 1, QueuedState::Held { until: Time(9) }), pending(2, 2, QueuedState::Queued)];
        assert_eq!(next(&held, Time(0)), Some(1));
    }

    #[test]
    fn nothing_is_due_behind_a_message_that_backs_off() {
        let mut outbox = [pending(1, 1, QueuedState::Queued), pending(2, 2, QueuedState::Queued)];
        outbox[0].not_before = Some(Time(4000));
        outbox[1].not_before = Some(Time(1000));
        outbox[1].in_order = false;
        assert_eq!(next(&outbox, Time(1000)), None);
        assert_eq!(due_at(&outbox), Some(Time(4000)));
        outbox[0].state = QueuedState::Sending;
        assert_eq!(due_at(&outbox), None);
        outbox[0].state = QueuedState::Unknown { until: Time(9000) };
        Arc::make_mut(&mut outbox[1].draft).turn = 1;
        assert_eq!(due_at(&outbox), Some(Time(9000)));
    }

    #[test]
    fn an_unknown_send_holds_up_its_own_turn_and_nothing_else() {
        let outbox = [
            pending(1, 1, QueuedState::Unknown { until: Time(60) }),
            pending(2, 1, QueuedState::Queued),
            pending(3, 2, QueuedState::Queued),
        ];
        assert_eq!(next(&outbox, Time(0)), Some(2));
        // A message of the API carries the number of the last turn, and does not belong to it.
        let mut outbox = outbox;
        Arc::make_mut(&mut outbox[1].draft).origin = Origin::Api;
        assert_eq!((next(&outbox, Time(0)), due_at(&outbox)), (Some(1), Some(Time(60))));
        Arc::make_mut(&mut outbox[0].draft).origin = Origin::Api;
        Arc::make_mut(&mut outbox[1].draft).origin = Origin::Flow;
        assert_eq!(next(&outbox, Time(0)), Some(1));
    }

    #[test]
    fn an_inbound_releases_what_is_held_in_order() {
        let mut outbox = vec![
            pending(1, 1, QueuedState::Held { until: Time(9) }),
            pending(2, 2, QueuedState::Held { until: Time(9) }),
        ];
        assert_eq!(release(&mut outbox, Time(0)).again, [OutboundId(1), OutboundId(2)]);
        assert_eq!(next(&outbox, Time(0)), Some(0));
    }

    #[test]
    fn a_nudge_that_has_not_left_gives_way_to_the_message_it_was_to_prepare() {
        let nudge = |state| {
            let mut nudge = pending(2, 1, state);
            Arc::make_mut(&mut nudge.draft).nudge = true;
            nudge
        };
        for state in [QueuedState::Queued, QueuedState::Sending] {
            let mut outbox = vec![pending(1, 1, QueuedState::Held { until: Time(9) }), nudge(state)];
            assert!(!has_outlived(&outbox, 1));
            let dropped: Vec<OutboundId> =
                (state == QueuedState::Queued).then_some(OutboundId(2)).into_iter().collect();
            assert_eq!(release(&mut outbox, Time(0)), ReleasedMessages { again: vec![OutboundId(1)], dropped });
            assert!(outbox.len() == 1 || has_outlived(&outbox, 1));
        }
    }

    #[test]
    fn back_off_doubles_and_is_bounded() {
        let waits: Vec<i64> = (1..=11).map(|n| backoff(n).0 / 1000).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }
}
