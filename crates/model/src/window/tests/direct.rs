//! Checks Direct Send, which is tried after the templates (platform.md 4.7).

use super::*;

#[test]
fn direct_send_is_the_rung_below_the_templates() {
    let ladder = || Some(IfClosed::Template(vec![template("0")]));
    let case = |state| Case { direct: true, states: vec![state], ..Case::closed(ladder()) };
    assert_eq!(case(USABLE).plan(), Plan::Template(0), "an approved template is surer");
    assert_eq!(case(TemplateState::NotNow).plan(), Plan::Direct);
    assert_eq!(case(TemplateState::Never).plan(), Plan::Direct);
    let off = Case { direct: false, ..case(TemplateState::Never) };
    assert_eq!(off.plan(), Plan::WaitTemplate { until: NOW + HOLD_DEFAULT });
    // Inside the window the message is sent freeform.
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
    // The author's template is advertising, so the message in its place is advertising too.
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
