//! Checks each rule of the decision against its source: the law, a page of the platform, or a promise to authors.

use super::*;

/// One rule: the difference from `Case::default` (unasked, one hour after the contact's message), and the expected
/// decision.
struct Rule {
    says: &'static str,
    source: &'static str,
    given: fn(&mut Case),
    then: Plan,
}

/// The pages and laws behind the rules, as platform.md and language.md quote them.
const POLICY: &str = "Meta, WhatsApp Business Messaging Policy: opt-in first, and every opt-out is honoured";
const WINDOWS: &str = "Meta, messages/send-messages: customer service windows";
const KINDS: &str = "Meta, templates/template-categorization";
const PAUSING: &str = "Meta, templates: status, pausing, 132015 and 132016";
const LIMITS: &str = "Meta, messaging-limits: so many people a day outside their windows";
const ERRORS: &str = "Meta, support/error-codes";
const THROUGHPUT: &str = "Meta, throughput: so many a second, and one each six seconds to a person";
const LAW: &str = "law.rs: the hours of the contact's country";
const CONSENT: &str = "language.md 8, Consent";
const QUIET: &str = "language.md 8, Quiet hours";
const PEOPLE: &str = "language.md 8, People";
const STOPS: &str = "language.md 8, Opt-out words";
const CLOSED: &str = "language.md 6, if_closed";
const MARGIN: &str = "product.md, Rules of the window: the safety margin";
const BALANCE: &str = "product.md, balance";

const LATER: Time = Time(NOW.0 + 3_600_000);
const HELD: Plan = Plan::Hold { until: Time(NOW.0 + HOLD_DEFAULT.0) };
const WAITS: Plan = Plan::WaitTemplate { until: Time(NOW.0 + HOLD_DEFAULT.0) };
const MARKETING: TemplateState = TemplateState::Usable(Category::Marketing);

fn rules() -> Vec<Rule> {
    [who_said_no(), who_said_yes(), how_often(), at_night(), people(), windows(), templates(), senders()]
        .into_iter()
        .flatten()
        .collect()
}

fn rule(says: &'static str, source: &'static str, then: Plan, given: fn(&mut Case)) -> Rule {
    Rule { says, source, given, then }
}

const fn no(reason: Reason) -> Plan {
    Plan::Refuse { reason }
}

const fn later(reason: Reason) -> Plan {
    Plan::Later { at: LATER, reason }
}

fn consent(case: &mut Case, topic: &str, given: bool) {
    case.contact.consent.insert(topic.into(), Consent { given, at: NOW });
}

/// A topic with `{needs: consent}`, and whether consent was given.
fn wants(case: &mut Case, given: Option<bool>) {
    case.draft.topic = "marketing".into();
    case.needs_consent = true;
    given.into_iter().for_each(|given| consent(case, "marketing", given));
}

fn own_template(case: &mut Case, origin: Origin) {
    case.draft.content = Content::Template(template("0"));
    case.draft.origin = origin;
}

fn closed(case: &mut Case, way: Option<IfClosed>) {
    case.window_age = Some(WINDOW);
    case.draft.if_closed = way;
}

fn by_template(case: &mut Case, states: &[TemplateState]) {
    let all = (0..states.len()).map(|n| template(&n.to_string())).collect();
    closed(case, Some(IfClosed::Template(all)));
    case.states = states.to_vec();
}

fn sent_before(case: &mut Case, ages: &[Span]) {
    let stamps = ages.iter().map(|age| NOW - *age).collect();
    case.contact.unasked.insert(case.draft.topic.clone(), stamps);
}

fn who_said_no() -> Vec<Rule> {
    vec![
        rule("where nobody was found, flows say nothing", ERRORS, no(Reason::Undeliverable), |c| {
            c.undeliverable = true
        }),
        rule("nor what was asked for", ERRORS, no(Reason::Undeliverable), |c| {
            (c.undeliverable, c.draft.asked_for) = (true, Some(NOW));
        }),
        rule("nor what a flow says that handed over", ERRORS, no(Reason::Undeliverable), |c| {
            (c.undeliverable, c.draft.origin) = (true, Origin::HandoffFlow);
        }),
        rule("a program tries: what arrives lifts it", ERRORS, Plan::Send, |c| {
            (c.undeliverable, c.draft.origin) = (true, Origin::Api);
        }),
        rule("and so does a person", ERRORS, Plan::Send, |c| {
            (c.undeliverable, c.draft.origin) = (true, Origin::Person);
        }),
        rule("a stop keeps back what flows say unasked", POLICY, no(Reason::OptedOut), |c| c.opted_out = true),
        rule("and their answers: people see to it", STOPS, no(Reason::OptedOut), |c| {
            (c.opted_out, c.draft.asked_for) = (true, Some(NOW));
        }),
        rule("and what a flow says that handed over", POLICY, no(Reason::OptedOut), |c| {
            (c.opted_out, c.draft.origin) = (true, Origin::HandoffFlow);
        }),
        rule("and what comes by the API", POLICY, no(Reason::OptedOut), |c| {
            (c.opted_out, c.draft.origin) = (true, Origin::Api);
        }),
        rule("a template by API, too", POLICY, no(Reason::OptedOut), |c| {
            c.opted_out = true;
            own_template(c, Origin::Api);
        }),
        rule("its one confirmation goes", STOPS, Plan::Send, |c| {
            (c.opted_out, c.draft.origin) = (true, Origin::OptOutConfirmation);
        }),
        rule("and is left out where the window is closed, never kept", STOPS, Plan::Skip, |c| {
            (c.opted_out, c.draft.origin, c.window_age) = (true, Origin::OptOutConfirmation, Some(WINDOW));
        }),
        rule("a person may answer whoever stopped", STOPS, Plan::Send, |c| {
            (c.opted_out, c.draft.origin) = (true, Origin::Person);
        }),
        rule("not with a template", POLICY, no(Reason::OptedOut), |c| {
            c.opted_out = true;
            own_template(c, Origin::Person);
        }),
        rule("nor where `answers_after: nobody`", STOPS, no(Reason::OptedOut), |c| {
            (c.opted_out, c.draft.origin, c.answers_after) = (true, Origin::Person, AnswersAfter::Nobody);
        }),
        rule("with `answers_after: bot` flows answer", STOPS, Plan::Send, |c| {
            (c.opted_out, c.draft.asked_for, c.answers_after) = (true, Some(NOW), AnswersAfter::Bot);
        }),
        rule("and say nothing that was not asked for", POLICY, no(Reason::OptedOut), |c| {
            (c.opted_out, c.answers_after) = (true, AnswersAfter::Bot);
        }),
    ]
}

fn who_said_yes() -> Vec<Rule> {
    vec![
        rule("a topic that needs consent reaches nobody who was not asked", POLICY, no(Reason::NoConsent), |c| {
            wants(c, None);
        }),
        rule("nor who took it back", POLICY, no(Reason::NoConsent), |c| wants(c, Some(false))),
        rule("whoever gave it is reached", CONSENT, Plan::Send, |c| wants(c, Some(true))),
        rule("consent to one topic is none to another", CONSENT, no(Reason::NoConsent), |c| {
            wants(c, None);
            consent(c, "service", true);
        }),
        rule("also by a flow that handed over", CONSENT, no(Reason::NoConsent), |c| {
            wants(c, None);
            c.draft.origin = Origin::HandoffFlow;
        }),
        rule("also as a template", POLICY, no(Reason::NoConsent), |c| {
            wants(c, Some(false));
            own_template(c, Origin::Flow);
            c.states = vec![MARKETING];
        }),
        rule("what was asked for needs none", CONSENT, Plan::Send, |c| {
            wants(c, None);
            c.draft.asked_for = Some(NOW - ASKED_FOR);
        }),
        rule("for half an hour and no longer", CONSENT, no(Reason::NoConsent), |c| {
            wants(c, None);
            c.draft.asked_for = Some(NOW - ASKED_FOR - Span(1));
        }),
        rule("MARKETING by API respects what was withdrawn", POLICY, no(Reason::OptedOut), |c| {
            own_template(c, Origin::Api);
            c.states = vec![MARKETING];
            consent(c, "marketing", false);
        }),
        rule("of whoever said nothing the API knows better", CONSENT, Plan::Send, |c| {
            own_template(c, Origin::Api);
            c.states = vec![MARKETING];
        }),
        rule("unless the account has `require_consent`", CONSENT, no(Reason::OptedOut), |c| {
            own_template(c, Origin::Api);
            (c.states, c.require_consent) = (vec![MARKETING], true);
        }),
        rule("which a consent that was given satisfies", CONSENT, Plan::Send, |c| {
            own_template(c, Origin::Api);
            (c.states, c.require_consent) = (vec![MARKETING], true);
            consent(c, "marketing", true);
        }),
        rule("UTILITY by API is about what somebody does", KINDS, Plan::Send, |c| {
            own_template(c, Origin::Api);
            consent(c, "marketing", false);
        }),
    ]
}

fn how_often() -> Vec<Rule> {
    vec![
        rule("a topic's `at_most` counts what was not asked for", CONSENT, no(Reason::Capped), |c| {
            c.at_most = vec![AtMost::new(1, Span::days(1))];
            sent_before(c, &[Span::days(1) - Span(1)]);
        }),
        rule("its days slide", CONSENT, Plan::Send, |c| {
            c.at_most = vec![AtMost::new(1, Span::days(1))];
            sent_before(c, &[Span::days(1)]);
        }),
        rule("of several the strictest counts", CONSENT, no(Reason::Capped), |c| {
            c.at_most = vec![AtMost::new(1, Span::days(1)), AtMost::new(3, Span::days(7))];
            sent_before(c, &[Span::days(6), Span::days(4), Span::days(2)]);
        }),
        rule("another topic's messages count there", CONSENT, Plan::Send, |c| {
            c.at_most = vec![AtMost::new(1, Span::days(1))];
            c.contact.unasked.insert("news".into(), vec![NOW]);
        }),
        rule("answers are not counted", CONSENT, Plan::Send, |c| {
            c.at_most = vec![AtMost::new(1, Span::days(1))];
            sent_before(c, &[Span(1)]);
            c.draft.asked_for = Some(NOW);
        }),
    ]
}

fn at_night() -> Vec<Rule> {
    vec![
        rule("what is unasked waits for the end of quiet hours", QUIET, later(Reason::QuietHours), |c| {
            c.quiet_until = Some(LATER);
        }),
        rule("a template, too", QUIET, later(Reason::QuietHours), |c| {
            c.quiet_until = Some(LATER);
            own_template(c, Origin::Flow);
        }),
        rule("an end that has come keeps nobody", QUIET, Plan::Send, |c| c.quiet_until = Some(NOW)),
        rule("whoever asks is awake", QUIET, Plan::Send, |c| {
            (c.quiet_until, c.draft.asked_for) = (Some(LATER), Some(NOW - ASKED_FOR));
        }),
        rule("a flow may ignore them with a reason", QUIET, Plan::Send, |c| {
            (c.quiet_until, c.draft.ignore_quiet_hours) = (Some(LATER), true);
        }),
        rule("where nothing is advertised also the law's", LAW, Plan::Send, |c| {
            (c.quiet_until, c.unlawful_until, c.draft.ignore_quiet_hours) = (Some(LATER), Some(LATER), true);
        }),
        rule("advertising never", LAW, later(Reason::QuietHours), |c| {
            wants(c, Some(true));
            (c.unlawful_until, c.draft.ignore_quiet_hours) = (Some(LATER), true);
        }),
        rule("who sends by the API sees to it themselves", QUIET, Plan::Send, |c| {
            (c.quiet_until, c.draft.origin) = (Some(LATER), Origin::Api);
        }),
        rule("people, too", QUIET, Plan::Send, |c| {
            (c.quiet_until, c.draft.origin) = (Some(LATER), Origin::Person);
        }),
    ]
}

fn people() -> Vec<Rule> {
    vec![
        rule("while a person has it, what flows say is kept", PEOPLE, HELD, |c| c.with_person = true),
        rule("answers, too", PEOPLE, HELD, |c| (c.with_person, c.draft.asked_for) = (true, Some(NOW))),
        rule("the flow that handed over speaks", PEOPLE, Plan::Send, |c| {
            (c.with_person, c.draft.origin) = (true, Origin::HandoffFlow);
        }),
        rule("the person speaks", PEOPLE, Plan::Send, |c| {
            (c.with_person, c.draft.origin) = (true, Origin::Person);
        }),
        rule("the API speaks", PEOPLE, Plan::Send, |c| (c.with_person, c.draft.origin) = (true, Origin::Api)),
        rule("a stop is confirmed", STOPS, Plan::Send, |c| {
            (c.with_person, c.draft.origin) = (true, Origin::OptOutConfirmation);
        }),
    ]
}

fn windows() -> Vec<Rule> {
    vec![
        rule("inside the window words go as they are", WINDOWS, Plan::Send, |_| {}),
        rule("up to the margin", MARGIN, Plan::Send, |c| {
            c.window_age = Some(WINDOW - WINDOW_MARGIN - Span(1));
        }),
        rule("which is closed itself", MARGIN, HELD, |c| c.window_age = Some(WINDOW - WINDOW_MARGIN)),
        rule("where nothing else is left the true end counts", MARGIN, Plan::Send, |c| {
            (c.window_age, c.draft.if_closed) = (Some(WINDOW - Span(1)), Some(IfClosed::Fail));
        }),
        rule("also for the API", MARGIN, Plan::Send, |c| {
            (c.window_age, c.draft.origin) = (Some(WINDOW - Span(1)), Origin::Api);
        }),
        rule("at which it is refused", WINDOWS, no(Reason::WindowClosed), |c| {
            (c.window_age, c.draft.origin) = (Some(WINDOW), Origin::Api);
        }),
        rule("a person's words as well", WINDOWS, no(Reason::WindowClosed), |c| {
            (c.window_age, c.draft.origin) = (Some(WINDOW), Origin::Person);
        }),
        rule("who never wrote has no window", WINDOWS, HELD, |c| c.window_age = None),
        rule("`hold` keeps it as long as it says", CLOSED, Plan::Hold { until: LATER }, |c| {
            closed(c, Some(IfClosed::Hold(Span::hours(1))));
        }),
        rule("`skip` leaves it out", CLOSED, Plan::Skip, |c| closed(c, Some(IfClosed::Skip))),
        rule("`fail` takes `on_error`", CLOSED, Plan::Fail, |c| closed(c, Some(IfClosed::Fail))),
        rule("a template needs no window", WINDOWS, Plan::Template(0), |c| by_template(c, &[USABLE])),
        rule("a nudge goes, and what it prepares is kept", CLOSED, Plan::Nudge { index: 0, until: LATER }, |c| {
            let hold = Span::hours(1);
            closed(c, Some(IfClosed::Nudge { templates: vec![template("0")], hold }));
        }),
        rule("what was kept too long is over", CLOSED, Plan::Expired, |c| c.written = HOLD_DEFAULT),
        rule("at its own end", CLOSED, Plan::Expired, |c| {
            (c.written, c.draft.if_closed) = (Span::hours(1), Some(IfClosed::Hold(Span::hours(1))));
        }),
        rule("and not before", CLOSED, Plan::Send, |c| c.written = HOLD_DEFAULT - Span(1)),
    ]
}

fn templates() -> Vec<Rule> {
    vec![
        rule("of several the first usable one goes", CLOSED, Plan::Template(1), |c| {
            by_template(c, &[TemplateState::NotNow, USABLE]);
        }),
        rule("also after one that was rejected", PAUSING, Plan::Template(1), |c| {
            by_template(c, &[TemplateState::Never, USABLE]);
        }),
        rule("while one may come back it waits", PAUSING, WAITS, |c| {
            by_template(c, &[TemplateState::NotNow, TemplateState::Never]);
        }),
        rule("a template's state ends no run", CLOSED, WAITS, |c| by_template(c, &[TemplateState::Never])),
        rule("MARKETING is not sent under a topic without consent", KINDS, no(Reason::TemplateUnusable), |c| {
            by_template(c, &[MARKETING]);
        }),
        rule("one that is no advertising goes instead", KINDS, Plan::Template(1), |c| {
            by_template(c, &[MARKETING, USABLE]);
        }),
        rule("under a topic with consent it goes", KINDS, Plan::Template(0), |c| {
            by_template(c, &[MARKETING]);
            wants(c, Some(true));
        }),
        rule("UTILITY goes under any", KINDS, Plan::Template(0), |c| {
            by_template(c, &[USABLE]);
            wants(c, Some(true));
        }),
        rule("a message that is a template waits while it is paused", PAUSING, WAITS, |c| {
            own_template(c, Origin::Flow);
            c.states = vec![TemplateState::NotNow];
        }),
        rule("and ends when it can never go", PAUSING, no(Reason::TemplateUnusable), |c| {
            own_template(c, Origin::Flow);
            c.states = vec![TemplateState::Never];
        }),
        rule("by API it waits for nobody", PAUSING, no(Reason::TemplateUnusable), |c| {
            own_template(c, Origin::Api);
            c.states = vec![TemplateState::NotNow];
        }),
        rule("its category is asked as well", KINDS, no(Reason::TemplateUnusable), |c| {
            own_template(c, Origin::Flow);
            c.states = vec![MARKETING];
        }),
    ]
}

fn senders() -> Vec<Rule> {
    vec![
        rule("a sender that must be quiet is", ERRORS, later(Reason::SenderDown), |c| {
            c.sender.down_until = Some(LATER);
        }),
        rule("until then and no longer", ERRORS, Plan::Send, |c| c.sender.down_until = Some(NOW)),
        rule("131064 and 131042 stop templates", ERRORS, later(Reason::TemplateUnusable), |c| {
            by_template(c, &[USABLE]);
            c.sender.templates_until = Some(LATER);
        }),
        rule("and no texts", ERRORS, Plan::Send, |c| c.sender.templates_until = Some(LATER)),
        rule("a portfolio that is full reaches nobody new", LIMITS, later(Reason::Capped), |c| {
            by_template(c, &[USABLE]);
            c.sender.full_until = Some(LATER);
        }),
        rule("inside the window nobody is new", LIMITS, Plan::Send, |c| {
            own_template(c, Origin::Flow);
            c.sender.full_until = Some(LATER);
        }),
        rule("nor does a text count", LIMITS, Plan::Send, |c| c.sender.full_until = Some(LATER)),
        rule("what the account cannot pay is not sent", BALANCE, no(Reason::NoBalance), |c| c.affords = false),
        rule("a place in the pace comes later", THROUGHPUT, Plan::Slot { at: LATER }, |c| c.slot = LATER),
        rule("a template takes one, too", THROUGHPUT, Plan::Slot { at: LATER }, |c| {
            by_template(c, &[USABLE]);
            c.slot = LATER;
        }),
    ]
}

#[test]
fn each_rule_decides_as_its_source_says() {
    let mut wrong = Vec::new();
    for Rule { says, source, given, then } in rules() {
        let mut case = Case::default();
        given(&mut case);
        let found = case.plan();
        if found != then {
            wrong.push(format!("{says} ({source}): {then:?} is right, and it is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_reason_and_each_way_out_has_its_rule() {
    let all = rules();
    // Reasons that are found before a message is written: `busy` and `too_late` of starts, drafts and paused flows.
    let elsewhere = [Reason::Busy, Reason::WithPerson, Reason::TooLate, Reason::Draft, Reason::Paused];
    for reason in Reason::ALL.into_iter().filter(|reason| !elsewhere.contains(reason)) {
        let gives = |rule: &Rule| matches!(rule.then, Plan::Refuse { reason: r } | Plan::Later { reason: r, .. } if r == reason);
        assert!(all.iter().any(gives), "no rule gives `{}`", reason.as_str());
    }
    let mut names: Vec<&str> = all.iter().map(|rule| rule.says).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "a rule stands there twice");
}

/// If the window ends during the wait, the author's `if_closed` applies, and all rules are checked again.
#[test]
fn what_waits_over_the_end_of_its_window_goes_the_authors_way() {
    let hold = Span::days(1);
    for (way, then) in [
        (None, HELD),
        (Some(IfClosed::Hold(hold)), Plan::Hold { until: NOW + hold }),
        (Some(IfClosed::Skip), Plan::Skip),
        (Some(IfClosed::Fail), Plan::Fail),
        (Some(IfClosed::Template(vec![template("0")])), Plan::Template(0)),
        (Some(IfClosed::Nudge { templates: vec![template("0")], hold }), Plan::Nudge { index: 0, until: NOW + hold }),
    ] {
        let draft = MessageDraft { if_closed: way.clone(), ..draft() };
        let evening = Case { quiet_until: Some(LATER), draft: draft.clone(), ..Case::default() };
        assert_eq!(evening.plan(), later(Reason::QuietHours), "{way:?}: open still, and night");
        let morning = Case { window_age: Some(WINDOW), draft, ..Case::default() };
        assert_eq!(morning.plan(), then, "{way:?}: after the night");
        let withdrawn = Case { opted_out: true, ..morning };
        assert_eq!(withdrawn.plan(), no(Reason::OptedOut), "{way:?}: stopped in the night");
    }
}
