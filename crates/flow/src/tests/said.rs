//! Tests `x.text`: the original text of an answer is stored beside its value.

use super::{Talk, check};
use crate::{
    Versions,
    base::{ids::VersionId, place::SourceFile},
    parse_set,
};
use std::sync::Arc;

const AGE: &str = "flow: a
when: [{message: go}]
steps:
  - ask: How old are you?
    as: age
    type: whole
  - ask: And your name?
    as: name
  - say: '${age}: ${age.text}. ${name}: ${name.text}'
";

#[test]
fn what_was_written_stays_whatever_comes_next() {
    check(AGE, "< go\n> How old are you?\n< I'm 30\n> And your name?\n< Ada\n> 30: I'm 30. Ada: Ada");
    check(AGE, "< go\n> How old are you?\n< 30\n> And your name?\n< Ada\n> 30: 30. Ada: Ada");
}

#[test]
fn of_a_tap_it_is_what_stands_on_the_button() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Which one?
    as: size
    options: [{id: l, title: Large}, {id: s, title: Small}]
  - ask: Sure?
    as: sure
    type: yesno
  - say: '${size} ${size.text}, ${sure} ${sure.text}'
";
    check(
        flow,
        "< go\n> Which one? [Large] [Small]\n<- Large\n> Sure? [Yes] [No]\n< yes I am\n> l Large, true yes I am",
    );
}

#[test]
fn functions_work_on_it_in_conditions_and_scripts() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: When?
    as: day
    type: date
    check: '!day.text.contains(\"maybe\")'
    invalid: For certain?
  - if: day.text.lower().contains(\"morning\")
    then: [{say: 'In the morning: ${day.text.len()}'}]
  - script: |
      let said = day.text;
      said.upper()
    as: loud
  - say: ${loud}
";
    check(flow, "< go\n> When?\n< 3 May in the morning\n> In the morning: 20\n> 3 MAY IN THE MORNING");
    check(flow, "< go\n> When?\n< 3 May maybe\n> For certain?\n+1m\n< 3 May\n> 3 MAY");
}

#[test]
fn what_another_step_fills_has_no_such_text() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: How many?
    as: n
    type: whole
  - set: {n: '${n + 1}'}
  - say: '${n} ${n.text ?? \"-\"}'
";
    check(flow, "< go\n> How many?\n< about 4\n> 5 -");
    let never = "flow: a
when: [{message: go}]
steps:
  - ask: How many?
    as: n
    type: whole
    timeout: 1h
    on_timeout: [{say: '${n.text ?? \"nothing\"}'}]
";
    check(never, "< go\n> How many?\n+1h\n> nothing");
}

#[test]
fn a_called_block_and_a_caller_see_the_same() {
    let flow = "flow: a
when: [{message: go}]
steps: [{call: part, as: given}, {say: '${n.text} / ${given}'}]
blocks:
  part: [{ask: How many?, as: n, type: whole}, {return: '${n.text}'}]
";
    check(flow, "< go\n> How many?\n< about 4\n> about 4 / about 4");
}

#[test]
fn it_moves_with_a_run_to_the_next_version() {
    let old = AGE.replace("when:", "on_update: move\nwhen:");
    let new = old.replace("${age}: ${age.text}", "New ${age}: ${age.text}");
    let read = |text: &str| Arc::new(parse_set(&[SourceFile::new("flows/a.yaml", text)]).0);
    let mut talk = Talk::new("bot: Test\n", &old);
    for line in ["< go", "> How old are you?", "< I'm 30", "> And your name?"] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
    talk.versions = Versions::new(VersionId(2), read(&new)).with(VersionId(1), read(&old));
    for line in ["< Ada", "* moved", "> New 30: I'm 30. Ada: Ada"] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
}

#[test]
fn an_answer_may_be_called_answer() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: How many?
    as: answer
    type: whole
  - ask: How many more?
    type: whole
    check: answer > 3 && answer.text != \"none\"
    tries: 1
    on_fail: [{say: 'Not ${answer.text}.'}]
  - say: '${answer} ${answer.text}'
";
    check(flow, "< go\n> How many?\n< I want 30\n> How many more?\n< about 7\n> 30 I want 30");
    check(flow, "< go\n> How many?\n< I want 30\n> How many more?\n< 2\n> Not I want 30.\n> 30 I want 30");
}

#[test]
fn an_answer_with_parts_has_its_own_text() {
    let flow = "flow: a
when: [{message: go}]
vars: {slots: [{id: a, text: At nine}, {id: b, text: At ten}]}
steps:
  - ask: When?
    as: slot
    options: {each: '${slots}', id: '${item.id}', title: '${item.text}'}
  - say: '${slot.text}'
";
    check(flow, "< go\n> When? [At nine] [At ten]\n< at ten please\n> At ten");
}
