//! Tests `repeat` in both forms, and `split`.

use super::{Talk, check};

fn flow(steps: &str) -> String {
    format!("flow: a\nwhen: [{{message: go}}]\nvars: {{found: [red, green], n: 0}}\nsteps:\n{steps}")
}

#[test]
fn each_item_has_its_round_and_the_variable_is_as_before() {
    let steps = "  - set: {color: mine}
  - repeat: {for: color, in: found}
    do:
      - say: '${color}!'
  - say: 'Done, ${color}'
";
    check(&flow(steps), "< go\n> red!\n> green!\n> Done, mine");
}

#[test]
fn a_question_may_be_asked_in_every_round() {
    let steps = "  - repeat: {for: color, in: found}
    do:
      - ask: 'How many ${color} ones?'
        as: many
        type: whole
      - set: {n: '${n + many}'}
  - say: 'Together ${n}'
";
    check(
        &flow(steps),
        "< go\n> How many red ones?\n< 2\n> How many green ones?\n~ restart\n< 3\n> Together 5\n* run done",
    );
}

#[test]
fn an_empty_or_missing_list_is_passed_over() {
    let steps = "  - repeat: {for: item, in: 'found.filter(|c| c == \"blue\")'}
    do: [{say: 'Never'}]
  - repeat: {for: item, in: contact.city}
    do: [{say: 'Never'}]
  - say: Done
";
    super::check_bot("bot: Test\nfields: {city: list}\n", &flow(steps), "< go\n> Done");
}

#[test]
fn what_is_no_list_is_an_error() {
    let steps = "  - repeat: {for: item, in: contact.phone}
    do: [{say: 'Never'}]
    on_error: [{say: '${error.code}'}]
";
    check(&flow(steps), "< go\n> type\n* run done");
}

#[test]
fn while_goes_on_as_long_as_it_holds_and_at_most_so_often() {
    let steps = |how: &str| {
        format!("  - repeat: {{while: {how}}}\n    do:\n      - set: {{n: '${{n + 1}}'}}\n  - say: 'n is ${{n}}'\n")
    };
    check(&flow(&steps("n < 3")), "< go\n> n is 3");
    check(&flow(&steps("n < 3, max: 2")), "< go\n> n is 2");
    check(&flow(&steps("true")), "< go\n> n is 100");
}

#[test]
fn loops_stand_in_loops() {
    let steps = "  - repeat: {for: a, in: found}
    do:
      - repeat: {for: b, in: found}
        do:
          - say: '${a} ${b}'
";
    check(&flow(steps), "< go\n> red red\n> red green\n> green red\n> green green\n* run done");
}

#[test]
fn a_jump_leaves_the_loop_and_it_begins_anew_next_time() {
    let steps = "  - repeat: {for: color, in: found}
    do:
      - ask: '${color}?'
        options: [{Next: {}}, {Again: {go: top}}]
  - say: Done
";
    check(
        &flow(steps),
        "< go\n> red? [Next] [Again]\n< again\n> red? [Next] [Again]\n< next\n> green? [Next] [Again]\n< next\n> Done",
    );
}

#[test]
fn a_called_block_has_loops_of_its_own() {
    let steps = "  - repeat: {for: a, in: found}
    do:
      - call: part
blocks:
  part:
    - repeat: {for: b, in: found}
      do:
        - say: '${a} ${b}'
";
    check(&flow(steps), "< go\n> red red\n> red green\n> green red\n> green green\n* run done");
}

#[test]
fn the_guard_is_asked_once() {
    let steps = "  - repeat: {for: a, in: found}
    if: n == 0
    do:
      - set: {n: 1}
      - say: '${a}'
  - say: Done
";
    check(&flow(steps), "< go\n> red\n> green\n> Done");
}

const SPLIT: &str = "flow: a
when: [{message: go}]
steps:
  - split: greeting
    cases:
      a: [{say: Hi}]
      b: {weight: 0, do: [{say: Hello}]}
";

#[test]
fn a_split_is_counted_and_sticks() {
    let mut talk = Talk::new("bot: Test\n", SPLIT);
    for line in ["< go", "> Hi", "* split greeting a", "< go", "> Hi", "* split greeting a again"] {
        talk.line(line).unwrap();
    }
    // A contact keeps its branch, whatever the weights are now; if the branch was removed, a new one is drawn.
    talk.contact.data.splits.insert("greeting".into(), "b".into());
    for line in ["< go", "> Hello", "* split greeting b again"] {
        talk.line(line).unwrap();
    }
    talk.contact.data.splits.insert("greeting".into(), "old".into());
    for line in ["< go", "> Hi", "* split greeting a"] {
        talk.line(line).unwrap();
    }
}
