//! Tests steps that lead nowhere, endless loops, and calls that never return.

use super::*;

#[test]
fn an_endless_loop_is_shown_at_the_go_that_closes_it() {
    one(&["steps:\n  - say: a\n  - go: top\n"], "a.yaml:4:5: error[E605]");
    one(&["steps:\n  - go: b\n", "steps:\n  - say: x\n  - go: a\n"], "b.yaml:4:5: error[E605]");
    clean(&[
        "vars: {n: 0}\nsteps:\n  - set: {n: \"${n + 1}\"}\n  - if: n < 3\n    then:\n      - go: top\n  - say: done\n",
    ]);
}

#[test]
fn unused_blocks_and_unreachable_steps_are_warnings() {
    one(
        &["steps:\n  - say: a\nblocks:\n  rest:\n    - say: b\n"],
        "a.yaml:5:3: warning[W602] nothing goes to the block `rest`",
    );
    one(&["steps:\n  - end\n  - say: a\n  - say: b\n"], "a.yaml:4:5: warning[W603] nothing leads to this step");
    clean(&["steps:\n  - if: window.open\n    then: [end]\n  - say: a\n"]);
}

#[test]
fn a_call_that_comes_back_to_itself_is_an_error() {
    let found = found(&["steps:\n  - call: b\n", "steps:\n  - call: a\n"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:3:5: error[E604]"), "{found:#?}");
    clean(&["steps:\n  - call: b\n  - call: b\n", "steps:\n  - say: a\n"]);
}

#[test]
fn a_switch_without_else_is_a_warning() {
    one(&["steps:\n  - switch: contact.city\n    cases:\n      x: [end]\n"], "a.yaml:3:5: warning[W601]");
}

#[test]
fn names_of_jumps_are_known_and_stand_for_one_thing() {
    one(&["steps:\n  - go: sizes\nblocks:\n  size: [end]\n"], "a.yaml:3:9: error[E401]");
    let both = found(&["steps:\n  - go: b\nblocks:\n  b: [end]\n", "steps: []\n"]);
    assert!(both[0].starts_with("a.yaml:3:9: error[E402] `b` is a block of this flow and also a flow"), "{both:#?}");
}

#[test]
fn a_loop_that_asks_is_no_endless_loop() {
    clean(&[&format!(
        "{HI}steps:\n  - ask: Again?\n    options:\n      - \"Yes\": {{go: top}}\n      - \"No\": {{}}\n"
    )]);
}

#[test]
fn a_loop_that_calls_what_asks_is_no_endless_loop() {
    let again = "steps:\n  - call: asks\n  - go: top\nblocks:\n  asks: [{ask: Which?, as: x}]\n";
    clean(&[&format!("{HI}{again}")]);
    clean(&[
        &format!("{HI}steps:\n  - call: b\n    timeout: 2h\n    on_timeout: [end]\n  - go: top\n"),
        "steps:\n  - ask: Which?\n",
    ]);
    one(&[&format!("{HI}steps:\n  - call: b\n  - go: top\n"), "steps:\n  - say: x\n"], "a.yaml:5:5: error[E605]");
}

#[test]
fn the_same_keyword_in_two_flows_is_an_error() {
    let hello = "when: [{message: [Héllo!]}]\nsteps: []\n";
    one(
        &["when: [{message: [hello]}]\nsteps: []\n", hello],
        "b.yaml:2:19: error[E409] `Héllo!` starts the flow `a` already",
    );
    clean(&["when: [{message: [hello]}]\nsteps: []\n", "when: [{message: [hello], match: contains}]\nsteps: []\n"]);
}

#[test]
fn a_keyword_for_one_language_ties_with_the_same_for_all() {
    let flow = |more: &str| format!("when:\n  - message: hola\n{more}steps: [{{say: Hi}}]\n");
    let bot = format!("{BOT}languages: {{en: [], es: [en], fr: [en]}}\n");
    let ties = |a: &str, b: &str| {
        let found = found_in(&bot, &[&flow(a), &flow(b)], &CheckContext::default());
        found.iter().filter(|found| found.contains("E409")).count()
    };
    assert_eq!(ties("    language: es\n", ""), 1);
    assert_eq!(ties("", "    language: es\n"), 1);
    assert_eq!(ties("    language: es\n", "    language: es\n"), 1);
    assert_eq!(ties("    language: es\n", "    language: fr\n"), 0);
}

#[test]
fn a_way_of_a_split_may_be_one_loop() {
    clean(&[
        "when: [{message: go}]\nsteps:\n  - split: trial\n    cases:\n      a: {repeat: {while: window.open, max: 2}, do: [{say: Hi}]}\n      b: [{say: Ho}]\n",
    ]);
}
