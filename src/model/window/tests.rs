use super::*;
use crate::model::{contact::Consent, template::Parameters};
use proptest::prelude::*;

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
    }
}

fn draft() -> Draft {
    let content = Content::Text { body: "hi".into() };
    Draft { run: Some(1), flow: Some("f".into()), turn: 1, ..Draft::plain(1, content, Origin::Flow) }
}

#[derive(Debug)]
struct Case {
    draft: Draft,
    window_age: Option<Span>,
    opted_out: bool,
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
        Case { draft: Draft { if_closed, ..draft() }, window_age: Some(Span::hours(25)), ..Case::default() }
    }
}

fn refused(reason: Reason) -> Plan {
    Plan::Refuse { reason }
}

#[test]
fn open_means_freeform() {
    assert_eq!(Case::default().plan(), Plan::Send);
}

#[test]
fn the_margin_counts_where_there_is_another_way() {
    let late = Some(WINDOW - Span::minutes(4));
    let hold = Plan::Hold { until: NOW + HOLD_DEFAULT };
    assert_eq!(Case { window_age: late, ..Case::default() }.plan(), hold);
    for (way, expected) in [
        (IfClosed::Skip, Plan::Skip),
        (IfClosed::Template(vec![template("0")]), Plan::Template(0)),
        (IfClosed::Fail, Plan::Send),
    ] {
        assert_eq!(Case { window_age: late, ..Case::closed(Some(way)) }.plan(), expected);
    }
    for origin in [Origin::Api, Origin::Person, Origin::OptOutConfirmation] {
        let case = Case { window_age: late, draft: Draft { origin, ..draft() }, ..Case::default() };
        assert_eq!(case.plan(), Plan::Send, "{origin:?}");
    }
    let edge = Case { window_age: Some(WINDOW - WINDOW_MARGIN), ..Case::default() };
    assert_eq!(edge.plan(), hold, "the margin itself is closed");
    let before = Case { window_age: Some(WINDOW - WINDOW_MARGIN - Span(1)), ..Case::default() };
    assert_eq!(before.plan(), Plan::Send);
}

#[test]
fn closed_takes_the_authors_way() {
    let until = NOW + HOLD_DEFAULT;
    for (way, expected) in [
        (None, Plan::Hold { until }),
        (Some(IfClosed::Hold(Span::days(3))), Plan::Hold { until: NOW + Span::days(3) }),
        (Some(IfClosed::Skip), Plan::Skip),
        (Some(IfClosed::Fail), Plan::Fail),
        (Some(IfClosed::Template(vec![template("0")])), Plan::Template(0)),
        (
            Some(IfClosed::Nudge { templates: vec![template("0")], hold: Span::days(2) }),
            Plan::Nudge { index: 0, until: NOW + Span::days(2) },
        ),
    ] {
        assert_eq!(Case::closed(way).plan(), expected);
    }
    let never = Case { window_age: None, ..Case::default() };
    assert_eq!(never.plan(), Plan::Hold { until });
}

#[test]
fn api_and_confirmation_find_no_other_way() {
    for (origin, expected) in [
        (Origin::Api, refused(Reason::WindowClosed)),
        (Origin::Person, refused(Reason::WindowClosed)),
        (Origin::OptOutConfirmation, Plan::Skip),
    ] {
        let case = Case { draft: Draft { origin, ..draft() }, ..Case::closed(None) };
        assert_eq!(case.plan(), expected);
    }
}

#[test]
fn the_first_usable_template_goes() {
    let both = IfClosed::Template(vec![template("0"), template("1")]);
    let case = |states: &[TemplateState]| Case { states: states.to_vec(), ..Case::closed(Some(both.clone())) }.plan();
    assert_eq!(case(&[TemplateState::NotNow, USABLE]), Plan::Template(1));
    assert_eq!(case(&[TemplateState::Never, USABLE]), Plan::Template(1));
    let wait = Plan::WaitTemplate { until: NOW + HOLD_DEFAULT };
    assert_eq!(case(&[TemplateState::NotNow, TemplateState::Never]), wait);
    let marketing = TemplateState::Usable(Category::Marketing);
    assert_eq!(case(&[marketing, USABLE]), Plan::Template(1), "marketing does not go under `service`");
    assert_eq!(case(&[marketing, marketing]), refused(Reason::TemplateUnusable));
}

#[test]
fn a_template_needs_no_window() {
    let content = Content::Template(template("0"));
    let case = Case { draft: Draft { content, ..draft() }, window_age: None, ..Case::default() };
    assert_eq!(case.plan(), Plan::Send);
    assert_eq!(Case { states: vec![TemplateState::Never], ..case }.plan(), refused(Reason::TemplateUnusable));
}

#[test]
fn marketing_by_api_respects_what_was_withdrawn() {
    let content = Content::Template(template("0"));
    let marketing = vec![TemplateState::Usable(Category::Marketing)];
    let api = |given: Option<bool>, require_consent| {
        let consent = given.map(|given| ("marketing".to_owned(), Consent { given, at: NOW })).into_iter().collect();
        let draft = Draft { content: content.clone(), origin: Origin::Api, ..draft() };
        let contact = ContactData { consent, ..ContactData::default() };
        Case { draft, contact, require_consent, states: marketing.clone(), ..Case::default() }.plan()
    };
    assert_eq!(api(None, false), Plan::Send);
    assert_eq!(api(Some(true), true), Plan::Send);
    assert_eq!(api(Some(false), false), refused(Reason::OptedOut));
    assert_eq!(api(None, true), refused(Reason::OptedOut));
}

#[test]
fn consent_and_caps_concern_what_is_unasked() {
    let topic = "marketing".to_owned();
    let contact =
        ContactData { unasked: [(topic.clone(), vec![NOW - Span::hours(1)])].into(), ..ContactData::default() };
    let mut case = Case {
        draft: Draft { topic: topic.clone(), ..draft() },
        contact,
        needs_consent: true,
        at_most: vec![AtMost::new(1, Span::days(1))],
        ..Case::default()
    };
    assert_eq!(case.plan(), refused(Reason::NoConsent));
    case.contact.consent.insert(topic, Consent { given: true, at: NOW });
    assert_eq!(case.plan(), refused(Reason::Capped));
    case.draft.asked_for = Some(NOW - ASKED_FOR);
    assert_eq!(case.plan(), Plan::Send);
    case.draft.asked_for = Some(NOW - ASKED_FOR - Span(1));
    assert_eq!(case.plan(), refused(Reason::Capped), "after 30 minutes it is unasked");
}

#[test]
fn quiet_hours_postpone_unless_ignored() {
    let at = NOW + Span::hours(3);
    let mut case = Case { quiet_until: Some(at), ..Case::default() };
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::QuietHours });
    case.draft.ignore_quiet_hours = true;
    assert_eq!(case.plan(), Plan::Send);
}

#[test]
fn a_person_silences_all_but_the_flow_that_handed_over() {
    let hold = Plan::Hold { until: NOW + HOLD_DEFAULT };
    for (origin, expected) in [
        (Origin::Flow, hold),
        (Origin::HandoffFlow, Plan::Send),
        (Origin::Person, Plan::Send),
        (Origin::Api, Plan::Send),
        (Origin::OptOutConfirmation, Plan::Send),
    ] {
        let case = Case { with_person: true, draft: Draft { origin, ..draft() }, ..Case::default() };
        assert_eq!(case.plan(), expected, "{origin:?}");
    }
}

#[test]
fn answers_after_says_who_may_speak_after_a_stop() {
    for (who, person, bot) in
        [(AnswersAfter::People, true, false), (AnswersAfter::Bot, true, true), (AnswersAfter::Nobody, false, false)]
    {
        let plan = |origin| {
            let draft = Draft { origin, asked_for: Some(NOW), ..draft() };
            Case { opted_out: true, answers_after: who, draft, ..Case::default() }.plan() == Plan::Send
        };
        assert_eq!((plan(Origin::Person), plan(Origin::Flow)), (person, bot), "{who:?}");
        assert!(plan(Origin::OptOutConfirmation) && !plan(Origin::Api));
    }
}

#[test]
fn a_hold_runs_out() {
    let case = Case { written: Span::days(7), ..Case::closed(None) };
    assert_eq!(case.plan(), Plan::Expired);
}

#[test]
fn a_paused_sender_waits() {
    let at = NOW + Span::hours(1);
    let case =
        |down_until| Case { sender: SenderState { down_until, ..SenderState::default() }, ..Case::default() }.plan();
    assert_eq!(case(Some(at)), Plan::Later { at, reason: Reason::SenderDown });
    assert_eq!(case(Some(NOW)), Plan::Send);
}

/// What everything but `but` forbids: each rule is asked before those that stand after it here (issue 6, part 2).
#[test]
fn rules_are_asked_in_their_order() {
    let at = NOW + Span::hours(1);
    let closed = IfClosed::Template(vec![template("0")]);
    let mut case = Case {
        draft: Draft { topic: "marketing".into(), ..Case::closed(Some(closed)).draft },
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
fn what_keeps_templates_back_keeps_no_text_back() {
    let at = Some(NOW + Span::hours(1));
    let sender = SenderState { down_until: None, templates_until: at, full_until: at };
    assert_eq!(Case { sender, ..Case::default() }.plan(), Plan::Send);
    // Inside the window nobody new is reached: the limit counts only what begins a conversation (platform.md 4.7).
    let content = Content::Template(template("0"));
    let full = SenderState { templates_until: None, ..sender };
    assert_eq!(Case { draft: Draft { content, ..draft() }, sender: full, ..Case::default() }.plan(), Plan::Send);
}

#[test]
fn direct_send_is_the_rung_below_the_templates() {
    let ladder = || Some(IfClosed::Template(vec![template("0")]));
    let case = |state| Case { direct: true, states: vec![state], ..Case::closed(ladder()) };
    assert_eq!(case(USABLE).plan(), Plan::Template(0), "an approved template is surer");
    assert_eq!(case(TemplateState::NotNow).plan(), Plan::Direct);
    assert_eq!(case(TemplateState::Never).plan(), Plan::Direct);
    let off = Case { direct: false, ..case(TemplateState::Never) };
    assert_eq!(off.plan(), Plan::WaitTemplate { until: NOW + HOLD_DEFAULT });
    // Inside the window nothing is bought.
    assert_eq!(Case { window_age: Some(Span::hours(1)), ..case(TemplateState::Never) }.plan(), Plan::Send);
}

#[test]
fn direct_send_carries_no_advertising() {
    let case = |state| Case {
        direct: true,
        states: vec![state],
        ..Case::closed(Some(IfClosed::Template(vec![template("0")])))
    };
    let mut contact = ContactData::default();
    let consent = Consent { given: true, at: NOW };
    contact.consent.insert("service".into(), consent);
    let wants_consent = Case { needs_consent: true, contact, ..case(TemplateState::Never) };
    assert_eq!(wants_consent.plan(), Plan::WaitTemplate { until: NOW + HOLD_DEFAULT });
    // The author's template is advertising, so what it stands for is, too.
    let marketing = TemplateState::Usable(Category::Marketing);
    assert_eq!(case(marketing).plan(), refused(Reason::TemplateUnusable));
}

#[test]
fn direct_send_is_only_for_who_wrote_a_template() {
    for (way, expected) in [
        (None, Plan::Hold { until: NOW + HOLD_DEFAULT }),
        (Some(IfClosed::Hold(Span::days(1))), Plan::Hold { until: NOW + Span::days(1) }),
        (Some(IfClosed::Skip), Plan::Skip),
        (Some(IfClosed::Fail), Plan::Fail),
    ] {
        assert_eq!(Case { direct: true, ..Case::closed(way) }.plan(), expected);
    }
    for origin in [Origin::Api, Origin::Person] {
        let mut case = Case { direct: true, ..Case::closed(None) };
        case.draft.origin = origin;
        assert_eq!(case.plan(), refused(Reason::WindowClosed));
    }
}

#[test]
fn direct_send_waits_and_pays_like_a_template() {
    let ladder = || Some(IfClosed::Template(vec![template("0")]));
    let case = || Case { direct: true, states: vec![TemplateState::Never], ..Case::closed(ladder()) };
    let at = NOW + Span::hours(1);
    let resting = SenderState { templates_until: Some(at), ..SenderState::default() };
    let later = |reason| Plan::Later { at, reason };
    assert_eq!(Case { sender: resting, ..case() }.plan(), later(Reason::TemplateUnusable));
    let full = SenderState { full_until: Some(at), ..SenderState::default() };
    assert_eq!(Case { sender: full, ..case() }.plan(), later(Reason::Capped));
    assert_eq!(Case { affords: false, ..case() }.plan(), refused(Reason::NoBalance));
    assert_eq!(Case { quiet_until: Some(at), ..case() }.plan(), later(Reason::QuietHours));
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
fn the_law_is_not_the_authors_to_ignore() {
    let at = NOW + Span::hours(3);
    let mut case = Case { quiet_until: Some(at), unlawful_until: Some(at), ..Case::default() };
    case.draft.ignore_quiet_hours = true;
    assert_eq!(case.plan(), Plan::Send, "no advertising: the author says why it may ring");
    case.needs_consent = true;
    case.contact.consent.insert("service".into(), Consent { given: true, at: NOW });
    assert_eq!(case.plan(), Plan::Later { at, reason: Reason::QuietHours });
}

#[test]
fn an_old_webhook_does_not_move_the_window() {
    let mut window = Window::default();
    window.open(NOW);
    window.open(NOW - Span::days(3));
    assert_eq!(window.opened_at, Some(NOW));
}

fn any_case() -> impl Strategy<Value = Case> {
    let origin = prop_oneof![
        Just(Origin::Flow),
        Just(Origin::HandoffFlow),
        Just(Origin::OptOutConfirmation),
        Just(Origin::Person),
        Just(Origin::Api)
    ];
    let ways = prop_oneof![
        Just(None),
        Just(Some(IfClosed::Skip)),
        Just(Some(IfClosed::Fail)),
        (0_i64..10).prop_map(|d| Some(IfClosed::Hold(Span::days(d)))),
        Just(Some(IfClosed::Template(vec![template("0"), template("1")]))),
        Just(Some(IfClosed::Nudge { templates: vec![template("0")], hold: Span::days(1) })),
    ];
    let state = prop_oneof![
        Just(USABLE),
        Just(TemplateState::Usable(Category::Marketing)),
        Just(TemplateState::NotNow),
        Just(TemplateState::Never)
    ];
    let answers = prop_oneof![Just(AnswersAfter::People), Just(AnswersAfter::Bot), Just(AnswersAfter::Nobody)];
    let down = SenderState { down_until: Some(NOW + Span(5)), ..SenderState::default() };
    let sender = prop_oneof![Just(SenderState::default()), Just(down)];
    let first =
        (origin, ways, proptest::option::of(0_i64..100_000_000), proptest::option::of(0_i64..4_000_000), any::<bool>());
    let second = (
        any::<[bool; 6]>(),
        proptest::collection::vec(state, 2),
        answers,
        sender,
        proptest::option::of(-5_i64..50_000_000),
        0_i64..700_000_000,
    );
    (first, second).prop_map(
        |((origin, if_closed, age, asked, is_template), (flags, states, answers_after, sender, quiet, written))| {
            let [opted_out, with_person, needs_consent, consented, capped, direct] = flags;
            let content = if is_template { Content::Template(template("0")) } else { draft().content };
            let contact = ContactData {
                consent: [("service".to_owned(), Consent { given: consented, at: NOW })].into(),
                unasked: [("service".to_owned(), vec![NOW - Span(1)])].into(),
                ..ContactData::default()
            };
            Case {
                draft: Draft { origin, if_closed, content, asked_for: asked.map(|ms| NOW - Span(ms)), ..draft() },
                window_age: age.map(Span),
                opted_out,
                contact,
                answers_after,
                with_person,
                needs_consent,
                at_most: if capped { vec![AtMost::new(1, Span::days(1))] } else { vec![] },
                require_consent: false,
                quiet_until: quiet.map(|ms| NOW + Span(ms)),
                unlawful_until: None,
                affords: true,
                direct,
                slot: NOW,
                sender,
                states,
                written: Span(written),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn never_freeform_at_or_past_the_true_end(case in any_case()) {
        if case.plan() == Plan::Send && !case.draft.content.is_template() {
            prop_assert!(case.window_age.is_some_and(|age| age < WINDOW));
        }
    }

    #[test]
    fn direct_send_only_where_the_sender_and_the_author_say_so(case in any_case()) {
        if case.plan() == Plan::Direct {
            prop_assert!(case.direct && !case.needs_consent && !case.opted_out);
            prop_assert!(matches!(case.draft.if_closed, Some(IfClosed::Template(_))));
            prop_assert!(!case.draft.content.is_template());
        }
    }

    #[test]
    fn after_a_stop_only_the_confirmation_and_whom_answers_after_names(case in any_case()) {
        let speaks = matches!(case.plan(), Plan::Send | Plan::Template(_) | Plan::Direct | Plan::Nudge { .. });
        if case.opted_out && speaks {
            let allowed = match case.draft.origin {
                Origin::OptOutConfirmation => true,
                Origin::Person => case.answers_after != AnswersAfter::Nobody,
                Origin::Flow | Origin::HandoffFlow => case.answers_after == AnswersAfter::Bot,
                Origin::Api => false,
            };
            prop_assert!(allowed);
            prop_assert!(case.draft.origin == Origin::OptOutConfirmation || !case.draft.content.is_template());
        }
    }

    #[test]
    fn quiet_hours_never_hold_up_what_was_asked_for(case in any_case()) {
        let asked = case.draft.asked_for.is_some_and(|at| NOW - at <= ASKED_FOR);
        let flow = matches!(case.draft.origin, Origin::Flow | Origin::HandoffFlow);
        let plan = case.plan();
        if asked || !flow {
            let quiet = matches!(plan, Plan::Later { reason: Reason::QuietHours, .. });
            prop_assert!(!quiet);
        } else if case.quiet_until.is_some_and(|at| at > NOW) {
            let speaks = matches!(plan, Plan::Send | Plan::Template(_) | Plan::Direct | Plan::Nudge { .. });
            prop_assert!(!speaks);
        }
    }

    #[test]
    fn unasked_needs_consent_and_obeys_caps(case in any_case()) {
        let asked = case.draft.asked_for.is_some_and(|at| NOW - at <= ASKED_FOR);
        let speaks = matches!(case.plan(), Plan::Send | Plan::Template(_) | Plan::Direct | Plan::Nudge { .. });
        if speaks && !asked && matches!(case.draft.origin, Origin::Flow | Origin::HandoffFlow) {
            prop_assert!(!case.needs_consent || case.contact.consent["service"].given);
            prop_assert!(case.at_most.is_empty());
        }
    }

    #[test]
    fn a_chosen_template_is_usable_and_a_later_moment_lies_ahead(case in any_case()) {
        match case.plan() {
            Plan::Template(i) | Plan::Nudge { index: i, .. } => { let usable = matches!(case.states[i], TemplateState::Usable(_)); prop_assert!(usable) },
            Plan::Later { at, .. } | Plan::Hold { until: at } | Plan::WaitTemplate { until: at } => prop_assert!(at > NOW),
            _ => {}
        }
    }
}
