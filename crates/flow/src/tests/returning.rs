//! Tests `return`: leaves a called block, and its caller continues.

use super::{Talk, check};
use crate::{
    Versions,
    base::{ids::VersionId, place::SourceFile},
    parse_set,
};
use std::sync::Arc;

const BOOKING: &str = "flow: a
when: [{message: go}]
steps:
  - call: book
    as: booking
  - if: booking.ok
    then: [{say: 'At ${booking.slot}.'}]
    else: [{say: 'Not today: ${booking.why}.'}]
blocks:
  book:
    - ask: When?
      as: hour
      options: [\"10:00\", Never]
    - if: hour == \"Never\"
      then:
        - return: {ok: false, why: nothing fits}
    - return: {ok: true, slot: '${hour}'}
";

#[test]
fn a_block_gives_its_caller_a_value() {
    check(BOOKING, "< go\n> When? [10:00] [Never]\n<- 10:00\n> At 10:00.\n* run done");
    check(BOOKING, "< go\n> When? [10:00] [Never]\n<- Never\n> Not today: nothing fits.\n* run done");
}

#[test]
fn a_bare_return_leaves_the_block_and_empties_its_variable() {
    let flow = "flow: a
when: [{message: go}]
vars: {rounds: 0}
steps:
  - repeat: {for: n, in: '[1, 2]'}
    do:
      - call: part
        as: given
      - say: '${n}: ${given ?? \"nothing\"}'
blocks:
  part:
    - return:
      if: n == 2
    - return: first
";
    check(flow, "< go\n> 1: first\n> 2: nothing\n* run done");
    let end = "flow: a
when: [{message: go}]
steps:
  - repeat: {for: n, in: '[1, 2]'}
    do: [{call: part, as: given}, {say: '${n}: ${given ?? \"nothing\"}'}]
blocks:
  part:
    - if: n == 1
      then: [{return: first}]
";
    check(end, "< go\n> 1: first\n> 2: nothing\n* run done");
}

#[test]
fn a_return_behind_a_jump_leaves_what_was_called() {
    let flow = "flow: a
when: [{message: go}]
steps: [{call: first, as: name}, {say: 'Back from ${name}.'}]
blocks:
  first: [{go: second}]
  second: [{return: second}]
";
    check(flow, "< go\n> Back from second.\n* run done");
}

#[test]
fn a_return_leaves_the_innermost_call_and_all_loops_in_it() {
    let flow = "flow: a
when: [{message: go}]
steps: [{call: outer, as: n}, {say: 'n is ${n}'}]
blocks:
  outer:
    - call: inner
      as: found
    - return: ${found + 1}
  inner:
    - repeat: {for: n, in: '[1, 2, 3]'}
      do:
        - if: n == 2
          then: [{return: '${n}'}]
";
    check(flow, "< go\n> n is 3\n* run done");
}

#[test]
fn in_an_on_error_it_leaves_the_block_and_the_flow_goes_on() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - call: book
    as: booking
  - if: '!booking.ok'
    then: [{say: 'Not booked: ${booking.why}'}]
  - say: Bye.
blocks:
  book:
    - http: POST https://shop.example/bookings
      on_error:
        - return: {ok: false, why: '${error.code}'}
    - return: {ok: true}
";
    check(flow, "< go\n~ answer 500\n> Not booked: http_500\n> Bye.\n* run done");
    check(flow, "< go\n~ answer 200 {}\n> Bye.\n* run done");
    // The error is handled, so the next one is caught again and does not count as an error inside error handling.
    let twice = flow.replace("  - say: Bye.\n", "  - call: book\n    as: booking\n  - say: Bye.\n");
    check(
        &twice,
        "< go\n~ answer 500\n> Not booked: http_500\n* call POST https://shop.example/bookings try 1\n~ answer 500\n> Bye.\n* run done",
    );
}

#[test]
fn where_nothing_was_called_it_is_the_end_of_the_flow() {
    check("flow: a\nwhen: [{message: go}]\nsteps: [{say: One.}, return, {say: Never.}]\n", "< go\n> One.\n* run done");
    let flows = "flow: a
when: [{message: go}]
steps: [{call: b, as: given}, {say: '${given.size}'}]
---
flow: b
returns: {size: whole}
steps: [{return: {size: '7'}}]
";
    check(flows, "< go\n> 7\n* run done");
    let wrong = flows.replace("'7'", "'${msg.text}'");
    check(&wrong, "< go\n> Something went wrong on our side. A person will look at it.\n* run failed");
}

#[test]
fn who_is_asked_in_a_called_block_moves_to_a_version_that_returns() {
    let old = "flow: it
when: [{message: go}]
on_update: move
steps: [{call: part, as: given}, {say: '${given ?? \"nothing\"}'}]
blocks:
  part: [{ask: Which?, as: colour}]
";
    let new = old.replace("as: colour}]", "as: colour}, {return: '${colour}!'}]");
    let read = |text: &str| Arc::new(parse_set(&[SourceFile::new("flows/it.yaml", text)]).0);
    let mut talk = Talk::new("bot: Test\n", old);
    talk.line("< go").unwrap();
    talk.line("> Which?").unwrap();
    talk.versions = Versions::new(VersionId(2), read(&new)).with(VersionId(1), read(old));
    for line in ["< red", "* moved", "> red!"] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
}
