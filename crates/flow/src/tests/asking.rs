//! Tests questions: their answers, bad answers, time-outs, reminders.

use super::{check, check_bot};

const NAME: &str = "flow: name
when: [{message: hi}]
steps:
  - ask: Your name?
    as: name
  - say: Thanks, ${name}
";

const COLOUR: &str = "flow: colour
when: [{message: hi}]
steps:
  - ask: Which colour?
    as: colour
    options: [Red, Green, Deep blue]
  - say: You chose ${colour}.
";

#[test]
fn an_answer_is_a_variable() {
    check(NAME, "< hi\n> Your name?\n< Ada\n> Thanks, Ada\n* run done");
}

#[test]
fn a_text_question_takes_no_picture() {
    check(NAME, "< hi\n> Your name?\n~ image\n> Sorry, I did not get that.\n< Ada\n> Thanks, Ada");
}

#[test]
fn a_reaction_answers_nothing() {
    check(NAME, "< hi\n> Your name?\n~ react\n< Ada\n> Thanks, Ada");
}

#[test]
fn what_could_not_be_passed_on_answers_nothing_and_costs_no_try() {
    let flow = NAME.replace("as: name", "as: name\n    tries: 2\n    on_fail: [{say: Enough.}]");
    let transcript =
        "< hi\n> Your name?\n~ unsupported\n+11s\n~ unsupported\n+11s\n~ unsupported\n< Ada\n> Thanks, Ada";
    check(&flow, transcript);
    let reply = "flow: it\nwhen: [{message: hi}]\nsteps: [{say: Go on.}, {wait: reply, as: said}, {say: '${said}!'}]\n";
    check(reply, "< hi\n> Go on.\n~ unsupported\n< well\n> well!");
}

#[test]
fn what_could_not_be_passed_on_starts_nothing_while_the_window_is_closed() {
    let flow = "flow: any\nwhen: [{any_message: true}]\nsteps: [{say: Any.}]\n---
flow: first\nwhen: [{first_message: true}]\nsteps: [{say: First.}]\n";
    check(flow, "~ unsupported\n* unanswered\n= held 0\n< hello\n> First.\n~ unsupported\n> Any.");
    check(flow, "< hello\n> First.\n+2d\n~ unsupported\n* unanswered\n< hello\n> Any.");
}

#[test]
fn options_are_understood_by_title_number_and_near_miss() {
    for said in ["red", "RED!", "1", "Red please", "the red one"] {
        check(COLOUR, &format!("< hi\n> Which colour? [Red] [Green] [Deep blue]\n< {said}\n> You chose Red."));
    }
    check(COLOUR, "< hi\n> Which colour? [Red] [Green] [Deep blue]\n< deep bleu\n> You chose Deep blue.");
    check(COLOUR, "< hi\n> Which colour? [Red] [Green] [Deep blue]\n<- Green\n> You chose Green.");
}

#[test]
fn two_options_at_once_are_asked_back() {
    check(
        COLOUR,
        "< hi\n> Which colour? [Red] [Green] [Deep blue]\n< red or green\n> Which one do you mean? [Red] [Green]",
    );
}

#[test]
fn an_id_that_nobody_sees_is_no_word_of_a_longer_text() {
    let flow = "flow: plan
when: [{message: hi}]
steps:
  - ask: Which plan?
    as: plan
    options: [{id: a, title: Basic}, {id: b, title: Full}]
  - say: Plan ${plan}
";
    let other = "flow: help
when: [{message: question, match: contains}]
steps: [{say: Ask away.}]
";
    let invalid = "> Sorry, I did not get that. [Basic] [Full]";
    check(flow, &format!("< hi\n> Which plan? [Basic] [Full]\n< I have a question\n{invalid}"));
    check(
        &format!("{flow}---\n{other}"),
        "< hi\n> Which plan? [Basic] [Full]\n< I have a question\n> Ask away.\n> Which plan? [Basic] [Full]",
    );
    for said in ["a", "A!", "the basic one"] {
        check(flow, &format!("< hi\n> Which plan? [Basic] [Full]\n< {said}\n> Plan a"));
    }
}

#[test]
fn an_id_goes_before_a_number() {
    let flow = "flow: score
when: [{message: hi}]
steps:
  - ask: How was it?
    as: score
    options: [{id: '5', title: Great}, {id: '3', title: So so}, {id: '1', title: Bad}]
  - say: ${score}
";
    check(flow, "< hi\n> How was it? [Great] [So so] [Bad]\n< 1\n> 1");
    check(flow, "< hi\n> How was it? [Great] [So so] [Bad]\n< 2\n> 3");
    check(flow, "< hi\n> How was it? [Great] [So so] [Bad]\n<- Bad\n> 1");
}

#[test]
fn four_options_become_a_list() {
    let flow = "flow: many
when: [{message: hi}]
steps:
  - ask: Which?
    as: which
    options: [{id: a, title: Alpha, desc: the first}, Beta, Gamma, Delta]
  - say: ${which}
";
    check(flow, "< hi\n> Which? (Alpha) (Beta) (Gamma) (Delta)\n<- Alpha\n> a");
}

#[test]
fn options_from_data_answer_with_the_item() {
    let flow = "flow: slots
when: [{message: hi}]
vars:
  all: [{id: s1, title: '10:00'}, {id: s2, title: '12:30'}]
steps:
  - ask: When?
    as: slot
    options:
      each: ${all}
      id: ${item.id}
      title: ${item.title}
      also:
        - Another day: {go: other}
  - say: Slot ${slot.id} at ${slot.title}
blocks:
  other:
    - say: Another day then.
";
    check(flow, "< hi\n> When? [10:00] [12:30] [Another day]\n<- 12:30\n> Slot s2 at 12:30");
    check(flow, "< hi\n> When? [10:00] [12:30] [Another day]\n< another day\n> Another day then.");
}

#[test]
fn steps_of_an_option_go_on_behind_the_question() {
    let flow = "flow: menu
when: [{message: hi}]
steps:
  - ask: More?
    options:
      - Sure: [{say: Here it comes.}]
      - Nope: {}
  - say: Bye!
";
    check(flow, "< hi\n> More? [Sure] [Nope]\n<- Sure\n> Here it comes.\n> Bye!");
    check(flow, "< hi\n> More? [Sure] [Nope]\n<- Nope\n> Bye!");
}

#[test]
fn typed_answers_are_typed() {
    let flow = "flow: day
when: [{message: hi}]
steps:
  - ask: Which day?
    as: day
    type: date
    check: day >= today()
    invalid: Please choose a day.
  - say: ${day}
";
    check(flow, "< hi\n> Which day?\n< tomorrow\n> 2026-11-21");
    check(flow, "< hi\n> Which day?\n< 3.12.\n> 2026-12-03");
    check(flow, "< hi\n> Which day?\n< yesterday\n> Please choose a day.\n+1m\n< whenever\n> Please choose a day.");
}

#[test]
fn yes_and_no_are_true_and_false() {
    let flow = "flow: sure
when: [{message: hi}]
steps:
  - ask: Sure?
    as: sure
    type: yesno
  - if: sure
    then: [{say: Good.}]
    else: [{say: Pity.}]
";
    check(flow, "< hi\n> Sure? [Yes] [No]\n<- Yes\n> Good.");
    check(flow, "< hi\n> Sure? [Yes] [No]\n< nope\n> Pity.");
    check(flow, "~ language es\n< hi\n> Sure? [Sí] [No]\n< claro\n> Good.");
}

#[test]
fn a_picture_answers_a_picture_question() {
    let flow = "flow: photo
when: [{message: hi}]
steps:
  - ask: A photo, please.
    as: photo
    type: image
  - say: A ${photo.kind}, thanks.
";
    check(flow, "< hi\n> A photo, please.\n< here\n> Sorry, I did not get that.\n~ image\n> A image, thanks.");
}

#[test]
fn after_three_bad_answers_a_person_comes() {
    let flow = "flow: no
when: [{message: hi}]
steps:
  - ask: Your number?
    as: no
    check: no.is_match(\"^[0-9]{4}$\")
    invalid: Four digits.
    on_fail: [{handoff: support}]
";
    let transcript = "< hi\n> Your number?\n< a\n> Four digits.\n+1m\n< b\n> Four digits.\n+1m\n< c\n* handoff support\n* run handed_off";
    check(flow, transcript);
    check(flow, "< hi\n> Your number?\n< a\n> Four digits.\n+1m\n< 1234\n* run done");
}

#[test]
fn bad_answers_within_ten_seconds_count_once() {
    let flow = "flow: no
when: [{message: hi}]
steps:
  - ask: A number?
    as: no
    type: number
    tries: 2
    on_fail: [{say: I give up.}]
";
    check(flow, "< hi\n> A number?\n< a\n> Sorry, I did not get that.\n+10s\n< b\n+1s\n< c\n> I give up.");
}

#[test]
fn without_on_fail_no_valid_answer_is_raised() {
    let flow = "flow: no
when: [{message: hi}]
on_error: [{say: 'Error ${error.code}'}]
steps:
  - ask: A number?
    type: number
    tries: 1
";
    check(flow, "< hi\n> A number?\n< a\n> Error no_valid_answer\n* run done");
}

#[test]
fn other_takes_any_text_that_is_no_option() {
    let flow = "flow: colour
when: [{message: hi}]
steps:
  - ask: Which?
    options: [Red, Green]
    other: [{say: 'Not ${msg.text}'}]
  - say: Bye.
";
    check(flow, "< hi\n> Which? [Red] [Green]\n< purple\n> Not purple\n> Bye.");
    check(flow, "< hi\n> Which? [Red] [Green]\n~ image\n> Sorry, I did not get that. [Red] [Green]");
}

#[test]
fn nobody_answers() {
    let flow = "flow: name
when: [{message: hi}]
steps:
  - ask: Your name?
    timeout: 2h
    on_timeout: [{say: Another time then.}]
    remind: [{after: 30m, say: Still there?}, {after: 1h, say: Hello?}]
";
    check(flow, "< hi\n> Your name?\n+30m\n> Still there?\n+30m\n> Hello?\n+1h\n> Another time then.\n* run done");
    check(flow, "< hi\n> Your name?\n+30m\n> Still there?\n< Ada\n* run done\n+5h");
}

#[test]
fn a_late_timer_is_ignored() {
    check(NAME, "< hi\n> Your name?\n+1h\n< Ada\n> Thanks, Ada\n+3d");
}

#[test]
fn without_a_timeout_expires_ends_it_silently() {
    check(NAME, "< hi\n> Your name?\n+24h\n* run expired\n= runs 0");
    let flow = "flow: name
when: [{message: hi}]
expires: 1h
on_expire: [{say: Bye then.}]
steps:
  - ask: Your name?
";
    check(flow, "< hi\n> Your name?\n+1h\n> Bye then.\n* run expired");
}

#[test]
fn a_written_moment_is_the_deadline() {
    let flow = "flow: name
when: [{message: hi}]
steps:
  - ask: Your name?
    timeout: {until: '15:00'}
    on_timeout: [{say: Too late.}]
";
    // It is 13:00 in Madrid.
    check(flow, "< hi\n> Your name?\n+119m\n+1m\n> Too late.");
}

#[test]
fn wait_reply_takes_what_comes() {
    let flow = "flow: talk
when: [{message: hi}]
steps:
  - say: Tell me.
  - wait: reply
    as: story
  - say: 'I see: ${story}'
";
    check(flow, "< hi\n> Tell me.\n< Once upon a time\n> I see: Once upon a time");
    check(flow, "< hi\n> Tell me.\n+24h\n* run expired");
}

#[test]
fn a_second_tap_within_ten_seconds_changes_nothing() {
    let flow = "flow: two
when: [{message: hi}]
steps:
  - ask: First?
    options: [A, B]
  - ask: Second?
    options: [C, D]
  - say: Done.
";
    let begin = "< hi\n> First? [A] [B]\n<- A\n> Second? [C] [D]\n";
    check(flow, &format!("{begin}<- B #0\n+1s\n<- B\n+11s\n<- A\n> Second? [C] [D]\n<- D\n> Done."));
}

#[test]
fn an_old_button_asks_the_waiting_question_again_once_a_minute() {
    let flow = "flow: two
when: [{message: hi}]
steps:
  - ask: First?
    options: [A, B]
  - ask: Second?
    options: [C, D]
";
    let transcript = "< hi\n> First? [A] [B]\n<- A\n> Second? [C] [D]\n+1m\n<- A\n> Second? [C] [D]\n+30s\n<- A\n+31s\n<- A\n> Second? [C] [D]";
    check(flow, transcript);
}

#[test]
fn an_old_button_without_a_question_counts_as_if_typed() {
    let flows = "flow: menu
when: [{message: hi}]
steps:
  - ask: What?
    options: [Prices, Bye]
    timeout: 1h
---
flow: prices
when: [{message: prices}]
steps: [{say: It is free.}]
";
    check(flows, "< hi\n> What? [Prices] [Bye]\n+2h\n* run expired\n<- Prices\n> It is free.");
    let bot = "bot: Test\ndefaults: {old_button: That was a while ago.}\n";
    check_bot(bot, flows, "< hi\n> What? [Prices] [Bye]\n+2h\n<- Prices\n> That was a while ago.\n> It is free.");
}

#[test]
fn an_old_button_starts_a_button_trigger_by_its_id() {
    let flows = "flow: news
when: [{message: hi}]
steps:
  - say: News!
    buttons: [{id: more_news, title: More}]
---
flow: more
when: [{button: more_news}]
steps: [{say: Here is more.}]
";
    check(flows, "< hi\n> News! [More]\n<- More\n> Here is more.");
    // Nothing is old about a button of the newest message.
    let bot = "bot: Test\ndefaults: {old_button: That was a while ago.}\n";
    check_bot(bot, flows, "< hi\n> News! [More]\n<- More\n> Here is more.");
}

#[test]
fn the_bot_says_how_questions_are_that_say_nothing_themselves() {
    let bot = "bot: Test
defaults:
  expires: 2h
  ask: {tries: 2, invalid: 'A number, ${contact.first_name}.', on_fail: [{say: Enough}]}
";
    let flow = "flow: a\nwhen: [{message: go}]\nsteps: [{ask: 'How many?', type: whole, as: n}, {say: 'So ${n}'}]\n";
    check_bot(bot, flow, "< go\n> How many?\n< a lot\n> A number, Ada.\n+1m\n< very many\n> Enough\n* run done");
    check_bot(bot, flow, "< go\n> How many?\n+1h\n+59m\n= runs 1\n+1m\n* run expired");
}

#[test]
fn what_is_set_of_the_contact_counts_from_then_on() {
    let bot = "bot: Test\nlanguages: {en: [], es: [en]}\nfields: {city: text, tries: whole}\n";
    let flow = "flow: a
when: [{message: go}]
vars: {x: 1}
steps:
  - set: {contact.name: Eva Luna, contact.zone: Asia/Tokyo, contact.language: es, contact.tries: '3', x: none}
  - say: '${contact.first_name} ${contact.zone} ${contact.language} ${contact.tries + 1} ${missing(x)}'
  - set: {contact.tries: none}
  - say: '${contact.tries ?? \"never\"}'
";
    check_bot(bot, flow, "< go\n> Eva Asia/Tokyo es 4 true\n> never");
}

#[test]
fn a_field_that_nobody_has_filled_has_its_default() {
    let bot = "bot: Test\nfields: {plan: {type: [free, pro], default: free}, points: {type: whole, default: 0}}\n";
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: '${contact.plan} ${contact.points}'
  - set: {contact.plan: pro, contact.points: '${contact.points + 2}'}
  - say: '${contact.plan} ${contact.points}'
  - set: {contact.plan: none}
  - say: '${contact.plan}'
";
    check_bot(bot, flow, "< go\n> free 0\n> pro 2\n> free\n= contact.points 2");
}
