//! Decides at the moment of sending whether a message goes out freeform, as a template, later, held or not at all, with
//! a pure function.

use super::{
    contact::ContactData,
    effect::{IfClosed, MessageDraft, Origin},
    event::Reason,
    schedule::AtMost,
    template::{Category, TemplateMessage},
};
use crate::base::{
    limits::{ASKED_FOR, HOLD_DEFAULT, WINDOW, WINDOW_MARGIN},
    time::{Span, Time},
};
use crate::content::Content;
use serde::{Deserialize, Serialize};

/// The known state of a conversation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The timestamp of the newest opener: message, call, welcome. `None`: never opened, or the provider reported that
    /// the window is closed.
    pub opened_at: Option<Time>,
}

impl Window {
    /// The exact end, for API sends and `session-status`.
    pub fn ends_at(&self) -> Option<Time> {
        self.opened_at.map(|at| at + WINDOW)
    }

    /// True until the exact end.
    pub fn is_open(&self, now: Time) -> bool {
        self.ends_at().is_some_and(|end| now < end)
    }

    /// True until the safety margin before the end; flows see it as `window.open`.
    pub fn is_safe(&self, now: Time) -> bool {
        self.ends_at().is_some_and(|end| now < end - WINDOW_MARGIN)
    }

    /// Opens the window. The latest opener wins: an older webhook that arrives late changes nothing.
    pub fn open(&mut self, at: Time) {
        self.opened_at = self.opened_at.max(Some(at));
    }
}

/// The decision about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Send it unchanged: freeform inside the window, or a message that is itself a template.
    Send,
    /// Send this template of `if_closed` in place of the message.
    Template(usize),
    /// Send it unchanged outside the window, at the price of a utility template (Meta's Direct Send).
    Direct,
    /// Send this template now, and keep the message until the contact answers, at the latest until `until`.
    Nudge { index: usize, until: Time },
    /// Keep it until the contact's next message, at the latest until `until`.
    Hold { until: Time },
    /// Keep it, without blocking later messages, until one of its templates is usable, at the latest until `until`.
    WaitTemplate { until: Time },
    /// Not now, because of a rule that gives a time. The decision is made again then.
    Later { at: Time, reason: Reason },
    /// Allowed; the rate limit of the sender and of the contact has its next free place at `at`.
    Slot { at: Time },
    /// Leave it out, as the author wrote.
    Skip,
    /// Run the step's `on_error`.
    Fail,
    /// The hold expired.
    Expired,
    /// Not allowed.
    Refuse { reason: Reason },
}

/// The state of a template at this sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateState {
    /// Approved, in a suitable language, with valid values.
    Usable(Category),
    /// Pending, paused, or unknown to the catalogue: it may become usable.
    NotNow,
    /// Rejected or disabled, or the values can never be valid.
    Never,
}

/// The form in which a message is sent; each has its own price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentAs {
    /// Its own content, a text or a template.
    Itself,
    /// This template of `if_closed`.
    Template(usize),
    /// Its own content by Direct Send, outside the window.
    Direct,
}

/// The times until which a sender cannot send; times in the past have no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderState {
    /// The platform asked for a pause, or the token is invalid.
    pub down_until: Option<Time>,
    /// Templates only: the platform asked for a pause.
    pub templates_until: Option<Time>,
    /// The portfolio has reached its maximum number of people outside their windows in 24 hours.
    pub full_until: Option<Time>,
}

/// The authors who may answer after an opt-out, inside the window (`opt_out.answers_after`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswersAfter {
    #[default]
    People,
    Bot,
    Nobody,
}

/// The rules of a topic for one message.
#[derive(Debug, Clone, Copy)]
pub struct TopicRules<'a> {
    pub needs_consent: bool,
    pub at_most: &'a [AtMost],
}

/// All inputs of the decision.
pub struct PlanInput<'a> {
    pub now: Time,
    pub draft: &'a MessageDraft,
    /// The time at which the message was written: holds count from it.
    pub written_at: Time,
    pub window: Window,
    pub opted_out: bool,
    /// True if the platform found nobody at the number several times in a row. API calls and persons may still send: a
    /// delivery clears the state.
    pub undeliverable: bool,
    pub contact: &'a ContactData,
    pub answers_after: AnswersAfter,
    /// True if a person has the conversation and another run than that of the draft handed it over (messages of that
    /// run just before and after the hand-off may be sent).
    pub with_person: bool,
    pub topic: TopicRules<'a>,
    /// The topics with `needs: consent`, for API sends, which have no topic of their own.
    pub consent_topics: &'a [String],
    /// The account's `require_consent`.
    pub require_consent: bool,
    /// `QuietHours::allowed_at`; not computed for a message that is asked for.
    pub quiet_until: Option<Time>,
    /// `QuietHours::lawful_at`: applies also to a flow that ignores quiet hours, under a topic that needs consent.
    pub unlawful_until: Option<Time>,
    pub sender: SenderState,
    pub template: &'a dyn Fn(&TemplateMessage) -> TemplateState,
    /// True if the sender may send this message outside the window when no template of its `if_closed` is usable.
    pub direct: bool,
    /// True if the account's budget covers the message. Called second to last; may reserve the amount.
    pub affords: &'a dyn Fn(SentAs) -> bool,
    /// Reserves a place in the rate limit of sender and contact, and returns its time. Called last, only for a message
    /// that will be sent.
    pub slot: &'a dyn Fn() -> Time,
}

impl PlanInput<'_> {
    /// True for a message that the contact asked for at most 30 minutes ago.
    pub fn is_asked_for(&self) -> bool {
        self.draft.asked_for.is_some_and(|at| self.now - at <= ASKED_FOR)
    }
}

/// Decides about every message, in this order: opt-out; for unasked messages the consent of the topic, caps and quiet
/// hours; a person who has the conversation; the window, and if it is closed, the author's `if_closed` with a usable
/// template; the sender and its limits; the budget; the rate limit. Caps of triggers are checked when a run starts.
pub fn plan(input: &PlanInput<'_>) -> Plan {
    let plan = allowed(input);
    match plan {
        Plan::Send | Plan::Template(_) | Plan::Direct | Plan::Nudge { .. } => can_leave(input, plan),
        other => other,
    }
}

/// Decides whether the message may be sent, and in which form.
fn allowed(input: &PlanInput<'_>) -> Plan {
    let draft = input.draft;
    // An expired hold ends the message, even if other conditions have changed.
    let hold_ends = input.written_at + hold_of(draft);
    let by_flow = matches!(draft.origin, Origin::Flow | Origin::HandoffFlow);
    if by_flow && input.now >= hold_ends {
        return Plan::Expired;
    }
    if input.opted_out && !passes_opt_out(input) {
        return Plan::Refuse { reason: Reason::OptedOut };
    }
    if input.undeliverable && by_flow {
        return Plan::Refuse { reason: Reason::Undeliverable };
    }
    if let Some(plan) = (by_flow && !input.is_asked_for()).then(|| unasked(input)).flatten() {
        return plan;
    }
    if input.with_person && draft.origin == Origin::Flow {
        return Plan::Hold { until: hold_ends };
    }
    if let Content::Template(template) = &draft.content {
        return itself_a_template(input, template, hold_ends);
    }
    freeform(input, hold_ends)
}

/// Decides whether the sender can send now and the budget covers it.
fn can_leave(input: &PlanInput<'_>, plan: Plan) -> Plan {
    let (now, sender) = (input.now, input.sender);
    let is_template = !matches!(plan, Plan::Send) || input.draft.content.is_template();
    if let Some(at) = sender.down_until.filter(|at| *at > now) {
        return Plan::Later { at, reason: Reason::SenderDown };
    }
    // Texts can be sent meanwhile, so a waiting template does not block later messages.
    if let Some(at) = sender.templates_until.filter(|at| is_template && *at > now) {
        return Plan::Later { at, reason: Reason::TemplateUnusable };
    }
    let sent_as = match plan {
        Plan::Template(index) => SentAs::Template(index),
        Plan::Direct => SentAs::Direct,
        // A nudge becomes a separate message, which is decided about separately.
        Plan::Nudge { .. } => return plan,
        _ => SentAs::Itself,
    };
    if let Some(at) = sender.full_until.filter(|at| is_template && !input.window.is_open(now) && *at > now) {
        return Plan::Later { at, reason: Reason::Capped };
    }
    if !(input.affords)(sent_as) {
        return Plan::Refuse { reason: Reason::NoBalance };
    }
    match (input.slot)() {
        at if at > now => Plan::Slot { at },
        _ => plan,
    }
}

/// True for the confirmation of an opt-out, and for the authors that `answers_after` names; only as freeform inside the
/// window.
fn passes_opt_out(input: &PlanInput<'_>) -> bool {
    let draft = input.draft;
    let inside = input.window.is_open(input.now) && !draft.content.is_template();
    match draft.origin {
        Origin::OptOutConfirmation => true,
        Origin::Person => inside && input.answers_after != AnswersAfter::Nobody,
        Origin::Flow | Origin::HandoffFlow => {
            inside && input.answers_after == AnswersAfter::Bot && input.is_asked_for()
        }
        Origin::Api => false,
    }
}

fn unasked(input: &PlanInput<'_>) -> Option<Plan> {
    let draft = input.draft;
    let consented = input.contact.consent.get(&draft.topic).is_some_and(|c| c.given);
    if input.topic.needs_consent && !consented {
        return Some(Plan::Refuse { reason: Reason::NoConsent });
    }
    let stamps = input.contact.unasked.get(&draft.topic).map_or(&[][..], Vec::as_slice);
    if input.topic.at_most.iter().any(|cap| cap.reached(stamps, input.now)) {
        return Some(Plan::Refuse { reason: Reason::Capped });
    }
    let quiet = match draft.ignore_quiet_hours {
        false => input.quiet_until,
        // An author may ignore the bot's quiet hours for messages that are not advertising, but never the law.
        true => input.unlawful_until.filter(|_| input.topic.needs_consent),
    };
    quiet.filter(|at| *at > input.now).map(|at| Plan::Later { at, reason: Reason::QuietHours })
}

fn itself_a_template(input: &PlanInput<'_>, template: &TemplateMessage, hold_ends: Time) -> Plan {
    let flow = matches!(input.draft.origin, Origin::Flow | Origin::HandoffFlow);
    match (input.template)(template) {
        TemplateState::Usable(category) => {
            if let Some(reason) = category_refused(input, category) {
                return Plan::Refuse { reason };
            }
            Plan::Send
        }
        TemplateState::NotNow if flow => Plan::WaitTemplate { until: hold_ends },
        TemplateState::NotNow | TemplateState::Never => Plan::Refuse { reason: Reason::TemplateUnusable },
    }
}

/// A MARKETING template needs a topic with consent; for API sends, a topic that the contact did not withdraw from.
fn category_refused(input: &PlanInput<'_>, category: Category) -> Option<Reason> {
    if category != Category::Marketing {
        return None;
    }
    let consent = &input.contact.consent;
    match input.draft.origin {
        Origin::Flow | Origin::HandoffFlow | Origin::OptOutConfirmation => {
            (!input.topic.needs_consent).then_some(Reason::TemplateUnusable)
        }
        Origin::Api | Origin::Person => {
            let said = |given: bool| {
                input.consent_topics.iter().any(|topic| consent.get(topic).is_some_and(|c| c.given == given))
            };
            (said(false) || (input.require_consent && !said(true))).then_some(Reason::OptedOut)
        }
    }
}

fn freeform(input: &PlanInput<'_>, hold_ends: Time) -> Plan {
    let (now, draft, window) = (input.now, input.draft, input.window);
    match draft.origin {
        // Without an alternative the exact end counts, so that `session-status` and sends agree.
        Origin::Api | Origin::Person if window.is_open(now) => return Plan::Send,
        Origin::Api | Origin::Person => return Plan::Refuse { reason: Reason::WindowClosed },
        Origin::OptOutConfirmation if window.is_open(now) => return Plan::Send,
        Origin::OptOutConfirmation => return Plan::Skip,
        Origin::Flow | Origin::HandoffFlow => {}
    }
    let open = match draft.if_closed {
        Some(IfClosed::Fail) => window.is_open(now),
        _ => window.is_safe(now),
    };
    if open {
        return Plan::Send;
    }
    match &draft.if_closed {
        None | Some(IfClosed::Hold(_)) => Plan::Hold { until: hold_ends },
        Some(IfClosed::Skip) => Plan::Skip,
        Some(IfClosed::Fail) => Plan::Fail,
        Some(IfClosed::Template(templates)) => match first_usable(input, templates) {
            Ok(index) => Plan::Template(index),
            Err(plan) => match plan(hold_ends) {
                // Direct Send is for messages that are not advertising, so topics that need consent are excluded.
                Plan::WaitTemplate { .. } if input.direct && !input.topic.needs_consent => Plan::Direct,
                other => other,
            },
        },
        Some(IfClosed::Nudge { templates, .. }) => match first_usable(input, templates) {
            Ok(index) => Plan::Nudge { index, until: hold_ends },
            Err(plan) => plan(hold_ends),
        },
    }
}

/// The first usable template; without one, the next action: wait while one may become usable (the state of a template
/// never ends a run), refuse if none is allowed here.
fn first_usable(input: &PlanInput<'_>, templates: &[TemplateMessage]) -> Result<usize, fn(Time) -> Plan> {
    let mut may_come = templates.is_empty();
    for (index, template) in templates.iter().enumerate() {
        match (input.template)(template) {
            TemplateState::Usable(category) if category_refused(input, category).is_none() => return Ok(index),
            TemplateState::Usable(_) => {}
            TemplateState::NotNow | TemplateState::Never => may_come = true,
        }
    }
    Err(if may_come {
        |until| Plan::WaitTemplate { until }
    } else {
        |_| Plan::Refuse { reason: Reason::TemplateUnusable }
    })
}

/// How long the message is kept if it cannot be sent.
fn hold_of(draft: &MessageDraft) -> Span {
    match &draft.if_closed {
        Some(IfClosed::Hold(span) | IfClosed::Nudge { hold: span, .. }) => *span,
        _ => HOLD_DEFAULT,
    }
}

#[cfg(test)]
mod tests;
