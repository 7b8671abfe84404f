//! Tests any events in any order: no panic, the session survives storage, one question at a time.

use super::Talk;
use crate::{base::limits, model::session::Waiting};
use proptest::prelude::*;

const BOT: &str = "bot: Test
teams: {support: {give_back: 2h}}
env: [URL]
topics: {marketing: {needs: consent, at_most: [2/1d]}}
defaults:
  on_error: [{say: Oh no.}, {handoff: support}]
  unanswered: [{say: What?}]
";

const FLOWS: &str = "flow: book
when: [{message: book}, {api: true, at_most: 2/1h}]
expires: 3h
on_expire: [{say: Bye then.}]
steps:
  - ask: Which?
    as: which
    options: [{id: a, title: Alpha}, {id: b, title: Beta, consent: {marketing: given}}, {id: c, title: Out, consent: {all: withdrawn}}]
    if_closed: {nudge: nudge_1}
    remind: {after: 20m, say: Still there?}
  - http: GET ${env.URL}/x
    as: answer
  - say: 'Got ${answer.status}'
    if_closed: fail
  - ask: How many?
    type: number
    timeout: 1h
    if_closed: {template: t_1}
  - call: other
  - wait: 1h
  - emit: booked
---
flow: other
steps:
  - wait: {event: paid}
    timeout: 30m
    on_timeout: [{say: No money., if_closed: skip}]
---
flow: help
when: [{message: help}]
if_busy: aside
steps: [{say: Help.}, {ask: 'Better?', options: ['Yes', 'No']}]
---
flow: on_booked
when: [{event: booked}, {event: paid}, {consent: {marketing: given}}, {handoff_done: any}]
topic: marketing
steps: [{say: Nice!}]
---
flow: human
when: [{message: agent}]
steps: [{handoff: support, until_done: 1h, unanswered: {after: 10m, say: Wait.}}]
---
flow: broken
when: [{message: broken, match: word}]
steps: [{script: 'let a = 1; a / 0'}]
---
flow: any
when: [{any_message: true}]
steps: [{say: Any.}, {wait: reply, timeout: 10m}, {say: Ok.}]
";

fn acts() -> impl Strategy<Value = Vec<String>> {
    let words = prop_oneof![
        Just("< book"),
        Just("< help"),
        Just("< agent"),
        Just("< broken thing"),
        Just("< a"),
        Just("< 1"),
        Just("< Alpha"),
        Just("< alpah"),
        Just("< 7"),
        Just("< no idea"),
        Just("< STOP"),
        Just("< START"),
        Just("< cancel"),
        Just("< yes"),
        Just("<- Alpha"),
        Just("<- Beta"),
        Just("<- Out"),
        Just("<- Yes"),
        Just("<- No"),
        Just("<- Alpha #1"),
        Just("~ image"),
        Just("~ react"),
        Just("~ person"),
        Just("~ back"),
        Just("~ close"),
        Just("~ restart"),
        Just("~ tick"),
        Just("~ event paid {}"),
        Just("~ event booked"),
        Just("~ start book api"),
        Just("~ start nobody api"),
        Just("~ answer 200 {}"),
        Just("~ answer 503"),
        Just("~ error timeout"),
        Just("~ fail 131026"),
        Just("~ unknown"),
        Just("~ delivered"),
        Just("~ read"),
        Just("~ failed 1"),
        Just("~ late 7h book"),
        Just("~ late 5h 1"),
        Just("~ preference off"),
        Just("~ preference on"),
        Just("~ unusable nudge_1"),
        Just("~ unusable t_1"),
        Just("~ usable"),
        Just("+1s"),
        Just("+11s"),
        Just("+5m"),
        Just("+30m"),
        Just("+2h"),
        Just("+25h"),
    ];
    proptest::collection::vec(words.prop_map(str::to_owned), 1..60)
}

/// The number of cases: `usual`, or that of `PROPTEST_CASES`.
pub fn cases(usual: u32) -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(usual)
    }
}

/// Plays all acts, and checks the session after each one.
pub fn play(talk: &mut Talk, acts: &[String]) -> Result<(), TestCaseError> {
    for act in acts {
        // An act may be impossible now (no such button, no open call) and then does nothing.
        talk.unread.clear();
        let _ = talk.line(act);
        let session = talk.session();
        prop_assert!(session.runs.iter().all(|run| run.waiting != Waiting::Ready));
        prop_assert!(session.runs.len() <= limits::RUNS_PER_CONVERSATION_MAX);
        prop_assert!(session.queue.len() <= limits::QUEUED_STARTS_MAX);
        prop_assert!(talk.session.len() <= limits::SESSION_BYTES_MAX);
        prop_assert!(session.due_at().is_none_or(|at| at > talk.now), "nothing stays due: {:?}", session.due_at());
        let asking: Vec<_> = session.runs.iter().filter(|run| run.waiting.asks()).collect();
        // A question that was put aside is asked again after the other one.
        let set_aside = |number: u32| session.runs.iter().any(|run| run.aside_of == Some(number));
        let open = asking.iter().filter(|run| !set_aside(run.number)).count();
        prop_assert!(open <= 1, "one question at a time: {:?}", session.runs);
        if talk.contact.opted_out.is_some() && act == "< STOP" {
            prop_assert!(session.runs.is_empty() && session.queue.is_empty());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]
    #[test]
    fn anything_may_happen(acts in acts()) {
        play(&mut Talk::new(BOT, FLOWS), &acts)?;
    }
}
