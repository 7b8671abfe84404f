//! Tests answers in sentences, and answers with two possible meanings.

use super::{check, check_bot};

fn asks(kind: &str, more: &str) -> String {
    format!(
        "flow: it\nwhen: [{{message: hi}}]\nsteps:\n  - {{ask: Tell me, as: it, type: {kind}{more}}}\n  - say: '${{it}}'\n"
    )
}

#[test]
fn an_answer_is_taken_out_of_its_sentence() {
    for (kind, said, taken) in [
        ("whole", "I'm 30", "30"),
        ("number", "R$ 50", "50"),
        ("number", "it's 72 kg", "72"),
        ("date", "it's 12 May 1985", "1985-05-12"),
        ("time", "about 3 pm would be great", "15:00"),
        ("email", "my email is ana@example.net thanks", "ana@example.net"),
        ("phone", "call me at +44 7400 123456", "+447400123456"),
        ("yesno", "yes, that works for me", "true"),
    ] {
        let buttons = if kind == "yesno" { " [Yes] [No]" } else { "" };
        check(&asks(kind, ""), &format!("< hi\n> Tell me{buttons}\n< {said}\n> {taken}"));
    }
}

#[test]
fn the_whole_message_stays_in_reach() {
    let flow = asks("whole", "").replace("'${it}'", "'${it}: ${msg.text}'");
    check(&flow, "< hi\n> Tell me\n< I'm 30\n> 30: I'm 30");
}

#[test]
fn two_answers_are_asked_back_with_both_as_buttons() {
    let asked = "< hi\n> Tell me\n< 5 or 6\n> Which one do you mean? [5] [6]\n";
    let flow = asks("number", "");
    check(&flow, &format!("{asked}<- 6\n> 6"));
    check(&flow, &format!("{asked}< 5\n> 5"));
    // A number is an answer of its own and not the number of a button.
    check(&flow, &format!("{asked}< 2\n> 2"));
    let time = asks("time", "");
    let asked = "< hi\n> Tell me\n< at 5pm or at 6pm\n> Which one do you mean? [17:00] [18:00]\n";
    check(&time, &format!("{asked}< 17:30\n> 17:30"));
    check(&time, &format!("{asked}<- 18:00\n> 18:00"));
}

#[test]
fn asking_back_costs_a_try_and_the_last_one_asks_nothing() {
    let flow = asks("number", ", tries: 2, on_fail: [{say: Enough.}, end]");
    let asked = "< hi\n> Tell me\n< 5 or 6\n> Which one do you mean? [5] [6]\n+11s\n";
    check(&flow, &format!("{asked}< 5 or 6\n> Enough."));
}

#[test]
fn the_check_says_which_is_meant() {
    check(&asks("number", ", check: it > 5"), "< hi\n> Tell me\n< 5 or 6\n> 6");
    check(&asks("date", r#", check: 'it < date("2000-01-01")'"#), "< hi\n> Tell me\n< 12/05/26\n> 1926-05-12");
}

#[test]
fn opening_hours_say_which_half_of_the_day_is_meant() {
    let bot = |hours: &str| format!("bot: Test\nhours: {{it: {{open: {{mon-sun: [\"{hours}\"]}}}}}}\n");
    let flow = asks("time", "");
    check_bot(&bot("09:00-18:00"), &flow, "< hi\n> Tell me\n< 3\n> 15:00");
    check_bot(&bot("18:00-23:00"), &flow, "< hi\n> Tell me\n< 8\n> 20:00");
    check_bot(&bot("00:00-05:00"), &flow, "< hi\n> Tell me\n< at three\n> 03:00");
    let asked = "< hi\n> Tell me\n< 3\n> Which one do you mean? [15:00] [03:00]\n";
    check_bot(&bot("00:00-24:00"), &flow, &format!("{asked}<- 03:00\n> 03:00"));
    check_bot(&bot("00:00-24:00"), &flow, "< hi\n> Tell me\n< 3 pm\n> 15:00");
}

#[test]
fn the_question_says_which_half_of_the_day_is_meant() {
    let flow = asks("time", "").replace("Tell me", "At what time in the morning?");
    check(&flow, "< hi\n> At what time in the morning?\n< 4\n> 04:00");
}

#[test]
fn a_keyword_goes_before_a_sentence_and_not_before_an_answer() {
    let other = "flow: table\nwhen: [{message: a table for 4}]\nsteps: [{say: A table!}]\n";
    let flows = format!("{}---\n{other}", asks("number", ""));
    check(&flows, "< hi\n> Tell me\n< a table for 4\n> A table!\n> Tell me");
    check(&flows, "< hi\n> Tell me\n< 4\n> 4");
}
