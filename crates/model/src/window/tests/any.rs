//! Checks rules that apply to every message, whatever else is known.

use super::*;
use proptest::prelude::*;

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
                draft: MessageDraft {
                    origin,
                    if_closed,
                    content,
                    asked_for: asked.map(|ms| NOW - Span(ms)),
                    ..draft()
                },
                window_age: age.map(Span),
                opted_out,
                undeliverable: false,
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
