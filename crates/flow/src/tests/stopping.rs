//! Tests `stop_when` and `on_stop`, which end a run from outside.

use super::{check, check_bot};

fn lessons(stop: &str) -> String {
    format!(
        "flow: it
when: [{{message: go}}]
stop_when:
{stop}
steps:
  - say: One.
  - wait: 2h
  - say: Two.
    if_closed: hold
"
    )
}

#[test]
fn an_event_ends_the_run_and_on_stop_has_the_last_word() {
    let flow = lessons("  - event: bought\non_stop: [{log: bye}, {say: Thank you.}]");
    check(&flow, "< go\n> One.\n~ event other\n~ event bought\n> Thank you.\n* run stopped\n+3h");
    check(&flow, "< go\n> One.\n+2h\n> Two.\n* run done\n~ event bought");
}

#[test]
fn its_condition_sees_the_event_and_the_runs_own_body() {
    let flow = "flow: cart
when:
  - webhook: cart
    contact: ${body.phone}
    body: {cart: text}
stop_when:
  - event: purchase
    if: event.data.cart == body.cart && cart == event.data.cart
on_stop: [{log: 'bought ${body.cart}'}]
steps:
  - wait: 1h
  - say: Your basket is waiting.
    if_closed: skip
";
    check(
        flow,
        "< x\n~ hook cart {\"cart\": \"c1\"}\n* started cart\n~ event purchase {\"cart\": \"c2\"}\n+1h\n> Your basket is waiting.",
    );
    check(flow, "< x\n~ hook cart {\"cart\": \"c1\"}\n~ event purchase {\"cart\": \"c1\"}\n* run stopped\n+1h");
}

#[test]
fn a_reply_ends_it_and_is_judged_as_ever() {
    let flows = format!(
        "{}---\nflow: menu\nwhen: [{{message: menu}}]\nsteps: [{{say: The menu.}}]\n",
        lessons("  - reply: true")
    );
    check(&flows, "< go\n> One.\n< menu\n> The menu.\n* run stopped\n+3h");
}

#[test]
fn an_answer_to_its_own_question_is_no_reply() {
    let flow = "flow: it
when: [{message: go}]
stop_when: [{reply: true}]
steps:
  - ask: Name?
    as: name
  - say: Hi ${name}.
  - wait: 1h
  - say: Still here.
    if_closed: skip
";
    check(flow, "< go\n> Name?\n< Ada\n> Hi Ada.\n+1h\n> Still here.");
    check(flow, "< go\n> Name?\n< Ada\n> Hi Ada.\n< thanks\n* run stopped\n+1h");
}

#[test]
fn tags_and_consents_end_it() {
    check(&lessons("  - tag_added: customer"), "< go\n> One.\n~ gets other\n~ gets customer\n* run stopped\n+3h");
    check(&lessons("  - consent: {marketing: withdrawn}"), "< go\n> One.\n~ preference off\n* run stopped\n+3h");
    let fields = "bot: Test\nfields: {plan: text}\n";
    check_bot(fields, &lessons("  - field_changed: plan"), "< go\n> One.\n~ set plan pro\n* run stopped\n+3h");
}

#[test]
fn a_hand_off_ends_it_and_its_own_does_not() {
    let flow = lessons("  - handed_over: any");
    check(&flow, "< go\n> One.\n~ person\n* run stopped\n= runs 0");
    let own = "flow: it\nwhen: [{message: go}]\nstop_when: [{handed_over: any}]\nsteps: [{handoff: support}]\n";
    check_bot("bot: Test\nteams: {support: {}}\n", own, "< go\n* run handed_off");
}

#[test]
fn what_happened_while_nobody_looked_is_seen_before_the_next_message() {
    // A flow of another conversation gives the tag, so this conversation gets no event.
    check(&lessons("  - tag_added: customer"), "< go\n> One.\n~ tag customer\n+2h\n* run stopped");
    check(&lessons("  - reply: true"), "< go\n> One.\n+1h\n~ wrote_elsewhere\n+1h\n* run stopped");
    // A tag that the contact already has changes nothing.
    check(&lessons("  - tag_added: customer"), "~ tag customer\n< go\n> One.\n+2h\n> Two.");
}

#[test]
fn an_event_of_another_conversation_stops_it_and_starts_nothing() {
    let flows = format!(
        "{}---\nflow: other\nwhen: [{{event: bought}}]\nsteps: [{{say: Thanks.}}]\n",
        lessons("  - event: bought")
    );
    check(&flows, "< go\n> One.\n~ elsewhere bought\n* run stopped\n+3h");
}

#[test]
fn what_it_said_and_has_not_left_stays_at_home() {
    let flow = "flow: it
when: [{event: go}]
stop_when: [{event: bought}]
steps: [{say: Buy!, if_closed: hold}, {wait: 1d}]
";
    check(flow, "~ event go\n* started it\n= held 1\n~ event bought\n* run stopped\n= held 0\n< hi\n* unanswered");
}

#[test]
fn a_called_flow_has_a_stop_of_its_own() {
    let flows = "flow: it
when: [{message: go}]
steps: [{call: inner}, {say: After.}]
---
flow: inner
stop_when: [{event: enough}]
on_stop: [{say: Enough.}]
steps: [{wait: 1h}, {say: Inner., if_closed: skip}]
";
    check(flows, "< go\n~ event enough\n> Enough.\n* run stopped\n+2h");
}
