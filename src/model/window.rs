//! Freeform, template, later, held or not at all: decided when a message is sent, by a pure function.

use super::{
    contact::ContactData,
    effect::{Draft, IfClosed, Origin},
    event::Reason,
    schedule::AtMost,
    template::{Category, TemplateMessage},
};
use crate::base::{
    limits::{ASKED_FOR, HOLD_DEFAULT, WINDOW, WINDOW_MARGIN},
    time::{Span, Time},
};
use crate::model::content::Content;
use serde::{Deserialize, Serialize};

/// What we believe of one conversation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The newest opener's own timestamp: message, call, welcome. `None`: never opened, or the
    /// provider said that it is closed.
    pub opened_at: Option<Time>,
}

impl Window {
    /// The true end, which API sends and `session-status` use.
    pub fn ends_at(&self) -> Option<Time> {
        self.opened_at.map(|at| at + WINDOW)
    }

    /// Open to the true end.
    pub fn is_open(&self, now: Time) -> bool {
        self.ends_at().is_some_and(|end| now < end)
    }

    /// Open beyond the safety margin: what flows see as `window.open`.
    pub fn is_safe(&self, now: Time) -> bool {
        self.ends_at().is_some_and(|end| now < end - WINDOW_MARGIN)
    }

    /// A later opener wins; an older webhook that comes late changes nothing.
    pub fn open(&mut self, at: Time) {
        self.opened_at = self.opened_at.max(Some(at));
    }
}

/// What becomes of a message now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// As it is: freeform inside the window, or a message that is a template itself.
    Send,
    /// This one of `if_closed`'s templates stands for the message.
    Template(usize),
    /// As it is, outside the window, at the price of a utility template (Meta's Direct Send).
    Direct,
    /// This template now; the message itself is kept until the contact answers, at most until `until`.
    Nudge { index: usize, until: Time },
    /// Kept until the contact's next message, at most until then.
    Hold { until: Time },
    /// Kept outside the order until one of its templates is usable, at most until then.
    WaitTemplate { until: Time },
    /// Not now, for a rule that names the time. Planned again then.
    Later { at: Time, reason: Reason },
    /// Allowed in every way; its place in the pace of sender and pair comes then.
    Slot { at: Time },
    /// Left out, as its author wrote.
    Skip,
    /// The step's `on_error`.
    Fail,
    /// A hold ran out.
    Expired,
    /// Not allowed.
    Refuse { reason: Reason },
}

/// What a template can do at this sender now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateState {
    /// Approved, in a fitting language, and its values are valid.
    Usable(Category),
    /// Pending, paused, or unknown to the catalogue: may become usable.
    NotNow,
    /// Rejected or disabled, or its values can never be right.
    Never,
}

/// As what a message goes: each has its own price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentAs {
    /// Its own content, be it a text or a template.
    Itself,
    /// This one of `if_closed`'s templates.
    Template(usize),
    /// Its own content, outside the window.
    Direct,
}

/// Until when something keeps a sender from sending; past moments keep nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderState {
    /// The platform wants quiet, or its token is wrong.
    pub down_until: Option<Time>,
    /// The same for templates alone.
    pub templates_until: Option<Time>,
    /// As many people as the portfolio may reach in 24 hours outside their windows have been reached.
    pub full_until: Option<Time>,
}

/// Who may answer after an opt-out, inside the window (`opt_out.answers_after`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswersAfter {
    #[default]
    People,
    Bot,
    Nobody,
}

/// What the rules of a topic say about one message.
#[derive(Debug, Clone, Copy)]
pub struct TopicRules<'a> {
    pub needs_consent: bool,
    pub at_most: &'a [AtMost],
}

/// All that the decision looks at.
pub struct PlanInput<'a> {
    pub now: Time,
    pub draft: &'a Draft,
    /// When the message was written: holds count from here.
    pub written_at: Time,
    pub window: Window,
    pub opted_out: bool,
    /// The platform has found nobody at the number, several times in a row. Programs and persons may try all the same:
    /// what arrives lifts it.
    pub undeliverable: bool,
    pub contact: &'a ContactData,
    pub answers_after: AnswersAfter,
    /// A person has the conversation, and it was not this draft's own run that handed it over (what that
    /// said just before, and says after, may leave).
    pub with_person: bool,
    pub topic: TopicRules<'a>,
    /// The topics whose `needs` is consent, for API sends (which have no topic of their own).
    pub consent_topics: &'a [String],
    /// The account's `require_consent`.
    pub require_consent: bool,
    /// `QuietHours::allowed_at`; not asked for what is asked for.
    pub quiet_until: Option<Time>,
    /// `QuietHours::lawful_at`: what a flow that ignores quiet hours still obeys under a topic that needs consent.
    pub unlawful_until: Option<Time>,
    pub sender: SenderState,
    pub template: &'a dyn Fn(&TemplateMessage) -> TemplateState,
    /// The sender may send this very message outside the window, where no template of its `if_closed` is usable.
    pub direct: bool,
    /// The account can pay for it. Asked last but one; may set the amount aside.
    pub affords: &'a dyn Fn(SentAs) -> bool,
    /// Takes a place in the pace of sender and pair, and says when it comes. Asked last, of what goes for certain.
    pub slot: &'a dyn Fn() -> Time,
}

impl PlanInput<'_> {
    /// What the contact asked for at most 30 minutes ago.
    pub fn is_asked_for(&self) -> bool {
        self.draft.asked_for.is_some_and(|at| self.now - at <= ASKED_FOR)
    }
}

/// The one decision, below everything that sends: opt-out; for what is unasked consent of the topic, caps and quiet
/// hours; a person who has the conversation; the window and, where it is closed, the author's way with a template that
/// is usable; the sender and its limits; the budget; the pace. Caps of triggers are asked when a run starts.
pub fn plan(input: &PlanInput<'_>) -> Plan {
    let plan = allowed(input);
    match plan {
        Plan::Send | Plan::Template(_) | Plan::Direct | Plan::Nudge { .. } => can_leave(input, plan),
        other => other,
    }
}

/// Whether it may be sent, and as what.
fn allowed(input: &PlanInput<'_>) -> Plan {
    let draft = input.draft;
    // A hold that ran out is over, whatever else changed meanwhile.
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

/// Whether the sender can take it now and the account pays.
fn can_leave(input: &PlanInput<'_>, plan: Plan) -> Plan {
    let (now, sender) = (input.now, input.sender);
    let is_template = !matches!(plan, Plan::Send) || input.draft.content.is_template();
    if let Some(at) = sender.down_until.filter(|at| *at > now) {
        return Plan::Later { at, reason: Reason::SenderDown };
    }
    // Texts may go meanwhile: what waits for these stands in nobody's way.
    if let Some(at) = sender.templates_until.filter(|at| is_template && *at > now) {
        return Plan::Later { at, reason: Reason::TemplateUnusable };
    }
    let sent_as = match plan {
        Plan::Template(index) => SentAs::Template(index),
        Plan::Direct => SentAs::Direct,
        // It becomes a message of its own, which asks for itself.
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

/// The one confirmation, and whoever `answers_after` names; by freeform inside the window only.
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
        // An author may wake somebody for what is no advertising; the law is not the author's.
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

/// A MARKETING template needs a topic with consent; by API, one that nobody withdrew.
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
        // Without another way the true end counts: so `session-status` and the sends agree.
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
                // Never what wants consent: Direct Send is for messages that are no advertising.
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

/// The first usable template; else what to do without one: wait while one may still become usable
/// (a template's state never ends a run), refuse when none is allowed here.
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

/// How long the message is kept when it cannot leave.
fn hold_of(draft: &Draft) -> Span {
    match &draft.if_closed {
        Some(IfClosed::Hold(span) | IfClosed::Nudge { hold: span, .. }) => *span,
        _ => HOLD_DEFAULT,
    }
}

#[cfg(test)]
mod tests;
