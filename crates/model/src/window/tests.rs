use super::*;
use crate::{contact::Consent, template::Parameters};

mod any;
mod direct;
mod rules;

const NOW: Time = Time(1_800_000_000_000);
const USABLE: TemplateState = TemplateState::Usable(Category::Utility);

fn template(name: &str) -> TemplateMessage {
    TemplateMessage {
        name: name.into(),
        language: None,
        header: None,
        body: Parameters::None,
        buttons: vec![],
        ttl: None,
        reference: None,
        parts: Default::default(),
    }
}

fn draft() -> MessageDraft {
    let content = Content::Text { body: "hi".into() };
    MessageDraft { run: Some(1), flow: Some("f".into()), turn: 1, ..MessageDraft::plain(1, content, Origin::Flow) }
}

#[derive(Debug)]
struct Case {
    draft: MessageDraft,
    window_age: Option<Span>,
    opted_out: bool,
    undeliverable: bool,
    contact: ContactData,
    answers_after: AnswersAfter,
    with_person: bool,
    needs_consent: bool,
    at_most: Vec<AtMost>,
    require_consent: bool,
    quiet_until: Option<Time>,
    sender: SenderState,
    unlawful_until: Option<Time>,
    affords: bool,
    direct: bool,
    slot: Time,
    states: Vec<TemplateState>,
    written: Span,
}

impl Default for Case {
    fn default() -> Self {
        Case {
            draft: draft(),
            window_age: Some(Span::hours(1)),
            opted_out: false,
            undeliverable: false,
            contact: ContactData::default(),
            answers_after: AnswersAfter::People,
            with_person: false,
            needs_consent: false,
            at_most: vec![],
            require_consent: false,
            quiet_until: None,
            sender: SenderState::default(),
            unlawful_until: None,
            affords: true,
            direct: false,
            slot: NOW,
            states: vec![USABLE],
            written: Span::ZERO,
        }
    }
}

impl Case {
    fn plan(&self) -> Plan {
        let state =
            |t: &TemplateMessage| self.states.get(t.name.parse::<usize>().unwrap_or(0)).copied().unwrap_or(USABLE);
        plan(&PlanInput {
            now: NOW,
            draft: &self.draft,
            written_at: NOW - self.written,
            window: Window { opened_at: self.window_age.map(|age| NOW - age) },
            opted_out: self.opted_out,
            undeliverable: self.undeliverable,
            contact: &self.contact,
            answers_after: self.answers_after,
            with_person: self.with_person,
            topic: TopicRules { needs_consent: self.needs_consent, at_most: &self.at_most },
            consent_topics: &["marketing".into()],
            require_consent: self.require_consent,
            quiet_until: self.quiet_until,
            unlawful_until: self.unlawful_until,
            sender: self.sender,
            template: &state,
            direct: self.direct,
            affords: &|_| self.affords,
            slot: &|| self.slot,
        })
    }

    fn closed(if_closed: Option<IfClosed>) -> Case {
        Case { draft: MessageDraft { if_closed, ..draft() }, window_age: Some(Span::hours(25)), ..Case::default() }
    }
}

fn refused(reason: Reason) -> Plan {
    Plan::Refuse { reason }
}

/// Every rule forbids the message: each is checked before the rules behind it in this list.
#[test]
fn rules_are_asked_in_their_order() {
    let at = NOW + Span::hours(1);
    let closed = IfClosed::Template(vec![template("0")]);
    let mut case = Case {
        draft: MessageDraft { topic: "marketing".into(), ..Case::closed(Some(closed)).draft },
        window_age: None,
        opted_out: true,
        needs_consent: true,
        contact: ContactData {
            unasked: [("marketing".to_owned(), vec![NOW - Span(1)])].into(),
            ..ContactData::default()
        },
        at_most: vec![AtMost::new(1, Span::days(1))],
        quiet_until: Some(at),
        with_person: true,
        states: vec![TemplateState::NotNow],
        sender: SenderState { down_until: Some(at), templates_until: Some(at), full_until: Some(at) },
        affords: false,
        slot: at,
        ..Case::default()
    };
    assert_eq!(case.plan(), refused(Reason::OptedOut), "language.md 8");
    case.opted_out = false;
    assert_eq!(case.plan(), refused(Reason::NoConsent), "language.md 8");
    case.contact.consent.insert("marketing".into(), Consent { given: true, at: NOW });
    assert_eq!(case.plan(), refused(Reason::Capped), "a topic's `at_most`");
    case.at_most.clear();
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::QuietHours }, "platform.md 6.10");
    case.quiet_until = None;
    assert_eq!(case.plan(), Plan::Hold { until: NOW + HOLD_DEFAULT }, "a person has it");
    case.with_person = false;
    assert_eq!(
        case.plan(),
        Plan::WaitTemplate { until: NOW + HOLD_DEFAULT },
        "platform.md 6.13: approved is not sendable"
    );
    case.states = vec![TemplateState::Usable(Category::Marketing)];
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::SenderDown }, "131048, a wrong token");
    case.sender.down_until = None;
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::TemplateUnusable }, "131064: templates alone");
    case.sender.templates_until = None;
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::Capped }, "platform.md 4.7: the limit of the portfolio");
    case.sender.full_until = None;
    assert_eq!(case.plan(), refused(Reason::NoBalance), "product.md: balance");
    case.affords = true;
    assert_eq!(case.plan(), Plan::Slot { at }, "platform.md 4.9: pace of sender and pair");
    case.slot = NOW;
    assert_eq!(case.plan(), Plan::Template(0));
}

#[test]
fn nothing_is_paid_and_no_place_taken_for_what_does_not_go() {
    let asked = std::cell::Cell::new(0);
    for case in [Case { opted_out: true, ..Case::default() }, Case::closed(Some(IfClosed::Skip)), Case::closed(None)] {
        let count = |()| asked.set(asked.get() + 1);
        let consent_topics = [];
        let input = PlanInput {
            now: NOW,
            draft: &case.draft,
            written_at: NOW,
            window: Window { opened_at: case.window_age.map(|age| NOW - age) },
            opted_out: case.opted_out,
            undeliverable: case.undeliverable,
            contact: &case.contact,
            answers_after: AnswersAfter::People,
            with_person: false,
            topic: TopicRules { needs_consent: false, at_most: &[] },
            consent_topics: &consent_topics,
            require_consent: false,
            quiet_until: None,
            unlawful_until: None,
            sender: SenderState::default(),
            template: &|_| USABLE,
            direct: false,
            affords: &|_| {
                count(());
                true
            },
            slot: &|| {
                count(());
                NOW
            },
        };
        plan(&input);
    }
    assert_eq!(asked.get(), 0);
}

#[test]
fn an_old_webhook_does_not_move_the_window() {
    let mut window = Window::default();
    window.open(NOW);
    window.open(NOW - Span::days(3));
    assert_eq!(window.opened_at, Some(NOW));
}
