//! Tests combinations of two rules of the language.

use super::{Talk, check, check_bot};
use crate::{
    Becomes, FlowSet, Starts, Versions, World,
    base::{ids::VersionId, place::SourceFile},
    becomes, explain, parse_set,
};
use std::sync::Arc;

fn version(text: &str) -> Arc<FlowSet> {
    let (set, findings) = parse_set(&[SourceFile::new("flows/it.yaml", text)]);
    assert!(!findings.iter().any(|found| found.is_error()), "{findings:?}");
    Arc::new(set)
}

/// A conversation in which `new` replaces `old` after the first lines.
fn changed(old: &str, before: &[&str], new: &str, after: &[&str]) {
    let mut talk = Talk::new("bot: Test\n", old);
    let say = |talk: &mut Talk, lines: &[&str]| {
        for line in lines {
            talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
        }
    };
    say(&mut talk, before);
    talk.versions = Versions::new(VersionId(2), version(new)).with(VersionId(1), version(old));
    say(&mut talk, after);
    talk.nothing_unread().unwrap();
}

/// One flow waits for an hour, one asks with two hours of time, and a third asks beside both.
const THREE: &str = "flow: hour
when: [{message: hour}]
steps: [{wait: 1h}, {say: An hour.}]
---
flow: book
when: [{message: book}]
steps:
  - ask: Which day?
    timeout: 2h
    remind: {after: 90m, say: Still there?}
    on_timeout: [{say: Too late.}]
---
flow: aside
when: [{message: aside}]
if_busy: aside
steps: [{ask: What else?}, {say: Noted.}]
";

#[test]
fn a_question_whose_time_was_up_during_an_aside_times_out_and_is_not_asked_again() {
    check(THREE, "< book\n> Which day?\n< aside\n> What else?\n+3h\n< x\n> Noted.\n> Too late.\n= runs 0");
}

#[test]
fn a_run_that_waits_its_turn_holds_up_no_other() {
    check(
        THREE,
        "< hour\n< book\n> Which day?\n< aside\n> What else?\n+3h\n< x\n> Noted.\n> Too late.\n> An hour.\n= runs 0",
    );
}

#[test]
fn who_is_asked_again_is_not_reminded_in_the_same_breath() {
    check(THREE, "< book\n> Which day?\n< aside\n> What else?\n+100m\n< x\n> Noted.\n> Which day?\n+20m\n> Too late.");
}

#[test]
fn whoever_waits_for_a_person_goes_on_though_the_next_run_hands_over() {
    let flows = "flow: first
when: [{event: first}]
steps: [{wait: 1h}, {handoff: support, until_done: true}, {say: Back again., if_closed: hold}]
---
flow: second
when: [{message: second}]
steps: [{http: 'GET https://x.example'}, {handoff: support}]
";
    check(
        flows,
        "~ event first\n+59m\n< second\n+1m\n* handoff support\n~ answer 200\n~ back\n> Back again.\n* handoff support",
    );
}

#[test]
fn the_first_message_stays_the_first_while_it_waits_for_a_call() {
    let flows = "flow: call
when: [{event: go}]
steps: [{http: 'GET https://x.example'}]
---
flow: hello
when: [{first_message: true}]
steps: [{say: Welcome.}]
";
    check(flows, "~ event go\n< hi\n~ answer 200\n> Welcome.");
}

#[test]
fn closing_tells_what_becomes_of_starts_in_line() {
    let flows = format!("{THREE}---\nflow: promo\nwhen: [{{api: true}}]\nsteps: [{{say: An offer!}}]\n");
    check(&flows, "< book\n> Which day?\n~ start promo api\n* queued promo\n~ close\n* not meant promo\n= queue 0");
}

#[test]
fn what_was_gathered_when_a_person_took_over_is_still_the_answer() {
    let flow = "flow: a
when: [{message: a}]
steps: [{ask: 'A?', as: x, gather: 3s}, {say: 'Got ${x}.'}]
";
    check(flow, "< a\n> A?\n< this\n~ person\n+5s\n= runs 1\n~ back\n> Got this.");
}

#[test]
fn a_question_whose_hold_ends_while_a_person_has_it_ends_silently() {
    let bot = "bot: Test\ndefaults: {give_back: 30d}\n";
    let flow = "flow: a
when: [{event: go}]
steps: [{ask: 'A?', if_closed: {hold: 1d}, on_timeout: [{tag: late}]}]
";
    check_bot(bot, flow, "~ event go\n= held 1\n~ person\n+2d\n* run expired\n= contact.tags ");
    check_bot(bot, flow, "~ event go\n= held 1\n+2d\n= contact.tags late");
}

#[test]
fn the_tap_that_confirms_a_stop_counts_while_a_person_has_it() {
    let flow = "flow: a\nwhen: [{message: a}]\nsteps: [{say: A.}]\n";
    check(
        flow,
        "< cancel\n> Do you want to receive no more messages from us? [Yes] [No]\n~ person\n<- Yes\n> You will hear no more from us. Write START to come back.\n= contact.opted_out true",
    );
}

#[test]
fn an_unsure_word_of_the_bots_own_said_twice_is_a_stop() {
    let bot = "bot: Test\nopt_out: {unsure: [enough]}\n";
    let flow = "flow: a\nwhen: [{message: a}]\nsteps: [{say: A.}]\n";
    check_bot(
        bot,
        flow,
        "< enough\n> Do you want to receive no more messages from us? [Yes] [No]\n< Enough!\n> You will hear no more from us. Write START to come back.\n= contact.opted_out true",
    );
}

#[test]
fn after_a_stop_nothing_but_one_sentence_leaves() {
    let flow = |after: &str| {
        format!("flow: leave\nwhen: [{{message: leave}}]\nsteps: [{{consent: {{all: withdrawn}}}}, {after}]\n")
    };
    check(&flow("{say: Bye.}, {ask: 'Why?'}, {say: Never.}"), "< leave\n> Bye.\n* run done\n= runs 0");
    check(&flow("{say: Bye.}, {template: t_1}"), "< leave\n> Bye.\n* run done");
    check(&flow("{react: 👋}, {say: Bye.}, {tag: gone}"), "< leave\n> Bye.\n* run done\n= contact.tags gone");
    let words = |steps: &str| format!("flow: bye\nwhen: [{{consent: {{all: withdrawn}}}}]\nsteps: [{steps}]\n");
    check(&words("{say: Bye.}, {template: t_1}, {react: 👋}"), "< STOP\n> Bye.\n* run done");
}

#[test]
fn a_start_without_its_once_per_does_not_begin() {
    let flow = "flow: a\nwhen: [{event: e, once_per: '${event.data.id}'}]\nsteps: [{log: x}]\n";
    check(
        flow,
        "~ event e {\"id\": [1]}\n* not meant a\n~ event e {\"id\": 1}\n* started a\n~ event e {\"id\": 1}\n* not meant a",
    );
}

#[test]
fn explain_knows_the_words_that_end_everything() {
    let flows = "flow: a\nwhen: [{message: stop}, {message: [cancel], match: word}]\nsteps: [{say: A.}]\n";
    let talk = Talk::new("bot: Test\n", flows);
    let env = std::collections::BTreeMap::new();
    let world = World::of_contact(talk.now, &talk.contact, &env);
    let wins = |text: &str| {
        explain(&talk.versions, &talk.session(), &world, text).iter().any(|told| told.starts == Starts::Surely)
    };
    assert!(!wins("Stop!") && !wins("cancel") && wins("please cancel it"));
}

#[test]
fn a_reaction_interrupts_no_protected_question() {
    let flows = "flow: a
when: [{message: a}]
protect: true
steps: [{ask: 'A?', as: x}, {say: 'Got ${x}.'}]
---
flow: b
when: [{reaction: any}]
steps: [{ask: 'B?'}]
";
    check(flows, "< a\n> A?\n~ react\n< yes\n> Got yes.");
    check(flows, "< hi\n~ react\n> B?");
}

#[test]
fn a_reaction_does_not_end_what_is_being_gathered() {
    let flow = "flow: a
when: [{message: a}]
steps: [{ask: 'A?', as: x, gather: 10s}, {say: '${x}'}]
";
    check(flow, "< a\n> A?\n< one\n+1s\n~ react\n< two\n+10s\n> one / two");
}

#[test]
fn an_option_that_fails_the_check_is_a_bad_answer_also_when_tapped() {
    let flow = "flow: a
when: [{message: a}]
steps:
  - ask: Which?
    as: x
    options: [One, Two]
    check: x != \"One\"
    invalid: One is gone.
    tries: 2
    on_fail: [{say: I give up.}]
";
    check(flow, "< a\n> Which? [One] [Two]\n<- One\n> One is gone. [One] [Two]\n+1m\n<- One\n> I give up.");
    check(flow, "< a\n> Which? [One] [Two]\n< One\n> One is gone. [One] [Two]\n+1m\n<- Two\n* run done");
}

#[test]
fn only_a_pattern_anchored_at_both_ends_speaks_of_the_whole_message() {
    let flows = |pattern: &str| {
        format!(
            "flow: a\nwhen: [{{message: a}}]\nsteps: [{{ask: 'A?', as: x}}, {{say: 'Got ${{x}}.'}}]\n---\nflow: b\nwhen: [{{message: '{pattern}', match: regex}}]\nsteps: [{{say: B.}}]\n"
        )
    };
    check(&flows("^price|menu$"), "< a\n> A?\n< price it\n> Got price it.");
    check(&flows("^(price|menu)$"), "< a\n> A?\n< menu\n> B.\n> A?");
    check(&flows("^price$|^menu$"), "< a\n> A?\n< menu\n> B.\n> A?");
}

const PICTURES: &str = "media: ['https://x.example/a.png', 'https://x.example/b.png']";

#[test]
fn the_pictures_of_a_question_that_was_never_sent_stay_at_home() {
    let flow = format!(
        "flow: a
when: [{{event: go}}]
steps: [{{ask: 'A?', {PICTURES}, if_closed: hold, timeout: {{until: '20:00'}}, on_timeout: [{{tag: late}}]}}]
"
    );
    check(&flow, "~ event go\n= held 2\n+9h\n= contact.tags late\n= held 0\n< hi\n* unanswered");
}

#[test]
fn behind_a_nudge_the_whole_message_comes() {
    let flow =
        format!("flow: a\nwhen: [{{event: go}}]\nsteps: [{{say: 'Look!', {PICTURES}, if_closed: {{nudge: t_1}}}}]\n");
    check(&flow, "~ event go\n! t_1\n< hi\n> <image> Look!\n> <image>");
}

const DIVIDES: &str = "{script: 'let a = 1; a / 0'}";

#[test]
fn a_jump_inside_of_what_on_error_calls_does_not_end_the_error() {
    let flows = format!(
        "flow: a
when: [{{message: go}}]
on_error: [{{call: sorry}}]
steps: [{DIVIDES}]
---
flow: sorry
steps: [{{go: words}}]
blocks:
  words: [{{say: Sorry.}}, {DIVIDES}]
"
    );
    check(&flows, "< go\n> Sorry.\n* dead letter\n* run failed");
}

#[test]
fn the_on_error_of_a_call_takes_what_fails_in_its_block() {
    let flow = |more: &str| {
        format!(
            "flow: a
when: [{{message: go}}]
{more}steps:
  - call: part
    on_error: [{{say: 'The call: ${{error.code}} at ${{error.step}}'}}]
  - say: Never.
blocks:
  part: [{DIVIDES}]
"
        )
    };
    check(&flow(""), "< go\n> The call: script at a.script_1\n* run done");
    check(&flow("on_error: [{say: The flow.}]\n"), "< go\n> The call: script at a.script_1\n* run done");
}

#[test]
fn the_stop_of_a_flow_that_jumped_away_stops_no_more() {
    let flows = "flow: a
when: [{message: go}]
stop_when: [{tag_added: vip}]
steps: [{go: b}]
---
flow: b
steps: [{tag: vip}, {say: Welcome.}]
";
    check(flows, "< go\n> Welcome.\n* run done");
}

#[test]
fn a_called_flow_sees_what_happened_since_it_was_called() {
    let flows = "flow: a
when: [{message: go}]
steps: [{wait: 1h}, {call: inner}, {say: After.}]
---
flow: inner
stop_when: [{tag_added: customer}]
steps: [{wait: 2h}, {say: Inner., if_closed: skip}]
";
    check(flows, "< go\n+1h\n~ tag customer\n+2h\n* run stopped");
    check(flows, "< go\n~ tag customer\n+1h\n+2h\n> Inner.\n> After.");
}

#[test]
fn what_stops_a_flow_sees_its_variables_while_another_is_called() {
    let flows = "flow: a
when: [{message: go}]
vars: {cart: c1}
stop_when: [{event: bought, if: event.data == cart}]
steps: [{call: inner}]
---
flow: inner
steps: [{wait: 2h}, {say: Inner., if_closed: skip}]
";
    check(flows, "< go\n~ event bought \"c2\"\n= runs 1\n~ event bought \"c1\"\n* run stopped\n+3h");
}

#[test]
fn what_is_stopped_while_it_hands_over_waits_for_nobody() {
    let bot = "bot: Test\nhours: {desk: {open: {mon: \"01:00-02:00\"}}}\nteams: {support: {hours: desk}}\n";
    let flow = "flow: a
when: [{message: go}]
stop_when: [{event: enough}]
on_stop: [{tag: stopped}]
steps: [{handoff: support, until_done: true, out_of_hours: [{wait: 1h}]}, {say: Never.}]
";
    check_bot(
        bot,
        flow,
        "< go\n* handoff support closed\n~ event enough\n* run stopped\n= runs 0\n= contact.tags stopped",
    );
}

#[test]
fn who_stands_in_a_loop_that_has_changed_finishes_on_the_old_version() {
    let old = "flow: it
when: [{message: go}]
on_update: move
vars: {list: [1, 2]}
steps:
  - repeat: {for: n, in: list}
    do: [{ask: 'Round ${n}?'}]
  - say: Done.
";
    let new = "flow: it
when: [{message: go}]
on_update: move
vars: {list: [1, 2], n: 0}
steps:
  - ask: Round ${n}?
  - repeat: {for: n, in: list}
    do: [{say: 'Item ${n}'}]
";
    changed(old, &["< go", "> Round 1?"], new, &["< x", "> Round 2?", "< x", "> Done."]);
    let mut talk = Talk::new("bot: Test\n", old);
    talk.line("< go").unwrap();
    assert_eq!(becomes(&version(new), &version(old), &talk.session().runs[0]), Becomes::Finishes);
    let same = old.replace("Done.", "The end.");
    changed(old, &["< go", "> Round 1?"], &same, &["< x", "> Round 2?", "< x", "> The end."]);
}

#[test]
fn who_is_inside_a_call_that_has_another_time_finishes_on_the_old_version() {
    let old = "flow: it
when: [{message: go}]
on_update: move
steps:
  - call: b
    timeout: 2h
    on_timeout: [{say: Late}]
  - say: Old.
blocks:
  b: [{ask: Which?, timeout: 5h}]
";
    let new = old.replace("Late", "Too late").replace("Old", "New");
    changed(old, &["< go", "> Which?"], &new, &["+2h", "> Too late", "> New."]);
    let longer = new.replace("timeout: 2h", "timeout: 3h");
    changed(old, &["< go", "> Which?"], &longer, &["+2h", "> Late", "> Old."]);
    let without = new.replace("    timeout: 2h\n    on_timeout: [{say: Too late}]\n", "");
    changed(old, &["< go", "> Which?"], &without, &["+2h", "> Late", "> Old."]);
    changed(&without, &["< go", "> Which?"], &new, &["+3h", "+2h", "* run expired"]);
}

#[test]
fn an_event_restarts_a_flow_that_wants_it_as_time_does() {
    let old = "flow: it
when: [{message: go}]
on_update: restart
steps: [{say: One., if_closed: skip}, {wait: {event: e}}, {say: Two., if_closed: skip}]
";
    let new = old.replace("One.", "Uno.");
    changed(old, &["< go", "> One."], &new, &["~ event e", "> Uno.", "~ event e", "> Two."]);
}

#[test]
fn a_start_that_is_restarted_still_counts() {
    let old = "flow: it
when: [{event: e, at_most: 1/7d}]
on_update: restart
steps: [{wait: 1h}, {say: One., if_closed: hold}]
";
    let new = old.replace("One.", "Uno.");
    changed(old, &["~ event e", "= starts 1"], &new, &["+1h", "= starts 1", "~ event e", "* refused it capped"]);
}

const ASKS_THE_SHOP: &str = "flow: a
when: [{message: go}]
steps: [{http: 'GET https://x.example', as: r}, {ask: 'More?'}, {say: 'Ok.'}]
";

#[test]
fn no_answer_of_a_server_makes_a_conversation_unreadable() {
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    for body in [
        r#"{"at": {"$date": "2026-01-01T00:00:00Z"}}"#,
        r#"{"at": {"$date": {"$numberLong": "1"}}}"#,
        r#"{"$time": "soon"}"#,
        r#"[{"$span": 1}, {"$datetime": null}]"#,
        &deep,
    ] {
        check(ASKS_THE_SHOP, &format!("< go\n~ answer 200 {body}\n> More?\n< no\n> Ok."));
    }
}

#[test]
fn what_looks_like_our_own_mark_comes_back_as_the_map_that_it_was() {
    let flow = ASKS_THE_SHOP.replace("'Ok.'", "'${r.body.at[\"$date\"]}'");
    check(&flow, "< go\n~ answer 200 {\"at\": {\"$date\": \"2026-01-01\"}}\n> More?\n< no\n> 2026-01-01");
}

#[test]
fn nesting_without_end_is_an_error_of_the_step() {
    let flow = |step: &str| {
        format!(
            "flow: a\nwhen: [{{message: go}}]\nvars: {{x: 1}}\non_error: [{{say: '${{error.code}}'}}]\nsteps:\n{step}\n  - ask: More?\n"
        )
    };
    check(&flow("  - script: 'let a = []; for i in 0..200 { a = [a]; } a'\n    as: x"), "< go\n> script");
    let round = "  - repeat: {while: 'true', max: 200}\n    do: [{set: {x: ['${x}']}}]";
    check(&flow(round), "< go\n> too_deep");
}

#[test]
fn what_is_no_number_is_nothing() {
    let flow = "flow: a
when: [{message: go}]
steps: [{script: '0.0 / 0.0', as: x}, {ask: 'A?'}, {say: 'Got ${missing(x)}'}]
";
    check(flow, "< go\n> A?\n< y\n> Got true");
}

#[test]
fn window_closing_comes_before_the_quiet_hours_of_every_clock_that_may_be_the_contacts() {
    let bot = "bot: Test\ntimezone: America/Los_Angeles\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n";
    let flow = "flow: a
when: [{message: go}]
steps: [{wait: window_closing}, {say: 'Last chance.', if_closed: skip}]
";
    let mut talk = Talk::new(bot, flow);
    // Half an hour before the end it is 07:30 in the west of Brazil; the quiet hours begin at 23:00 UTC in the east.
    talk.contact.data.phone = Some("+5511987654321".into());
    for line in ["+25h", "< go", "+9h59m", "+1m", "> Last chance."] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
    }
}
