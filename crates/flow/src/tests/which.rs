//! Tests answers in sentences, and answers with two possible meanings.

mod heard;

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

#[test]
fn a_place_names_a_button_only_if_it_can_be_no_value_of_its_own() {
    let dates =
        "< hi\n> Tell me\n< 27 november or 28 november\n> Which one do you mean? [27 Nov 2026] [28 Nov 2026]\n+11s\n";
    let date = asks("date", ", tries: 9, invalid: AGAIN");
    for said in ["the second one", "the latter", "la segunda opción", "the last one"] {
        check(&date, &format!("{dates}< {said}\n> 2026-11-28"));
    }
    // The second may be a day of December.
    for said in ["the second", "el primero", "2", "the 2nd"] {
        check(&date, &format!("{dates}< {said}\n> AGAIN [27 Nov 2026] [28 Nov 2026]"));
    }
    check(&date, &format!("{dates}< the 30th\n> 2026-11-30"));
    let times = "< hi\n> Tell me\n< at 5pm or at 6pm\n> Which one do you mean? [17:00] [18:00]\n+11s\n";
    let time = asks("time", ", tries: 9, invalid: AGAIN");
    check(&time, &format!("{times}< the second\n> 18:00"));
    check(&time, &format!("{times}< 2\n> AGAIN [17:00] [18:00]"));
    check(&time, &format!("{times}< 17:30\n> 17:30"));
    let numbers = "< hi\n> Tell me\n< 5 or 6\n> Which one do you mean? [5] [6]\n+11s\n";
    check(&asks("number", ""), &format!("{numbers}< the first\n> 5"));
}

#[test]
fn a_number_among_manners_names_an_option_and_a_sign_does_not() {
    let flow = "flow: it\nwhen: [{message: hi}]\nsteps:\n  - {ask: Which?, as: it, options: [Red, Green, Blue], invalid: AGAIN, tries: 9}\n  - say: '${it}'\n";
    let asked = "< hi\n> Which? [Red] [Green] [Blue]\n";
    for (said, taken) in
        [("number 3", "Blue"), ("2 please", "Green"), ("el 2", "Green"), ("3.", "Blue"), ("2)", "Green")]
    {
        check(flow, &format!("{asked}< {said}\n> {taken}"));
    }
    for said in ["-1", "+1", "2%", "red 👎", "Red ❌"] {
        check(flow, &format!("{asked}< {said}\n> AGAIN [Red] [Green] [Blue]"));
    }
}

#[test]
fn a_plain_yes_takes_the_only_option_that_begins_so() {
    let flow = |options: &str| {
        format!(
            "flow: it\nwhen: [{{message: hi}}]\nsteps:\n  - {{ask: Well?, as: it, options: [{options}], invalid: AGAIN, tries: 9}}\n  - say: 'TAKEN ${{it}}'\n"
        )
    };
    let booking = flow(r#""Yes, please", Another day, Nothing now"#);
    let asked = "< hi\n> Well? [Yes, please] [Another day] [Nothing now]\n";
    for said in ["yes", "Yes!", "ok", "sure", "👍", "sí", "yes please"] {
        check(&booking, &format!("{asked}< {said}\n> TAKEN Yes, please"));
    }
    check(&booking, &format!("{asked}< another day\n> TAKEN Another day"));
    check(&booking, &format!("{asked}< no\n> AGAIN [Yes, please] [Another day] [Nothing now]"));
    let three = flow(r#""Yes, please", "No, thank you", Maybe later"#);
    let asked = "< hi\n> Well? [Yes, please] [No, thank you] [Maybe later]\n";
    for (said, taken) in [
        ("yes", "Yes, please"),
        ("no", "No, thank you"),
        ("no thanks", "No, thank you"),
        ("maybe", "Maybe later"),
        ("later", "Maybe later"),
    ] {
        check(&three, &format!("{asked}< {said}\n> TAKEN {taken}"));
    }
    // Two options begin with yes, and *No onions* is not a no.
    let two = flow(r#""Yes, today", "Yes, tomorrow", No onions"#);
    let asked = "< hi\n> Well? [Yes, today] [Yes, tomorrow] [No onions]\n";
    for said in ["yes", "no"] {
        check(&two, &format!("{asked}< {said}\n> AGAIN [Yes, today] [Yes, tomorrow] [No onions]"));
    }
}

#[test]
fn thanks_cost_no_try_of_a_question_with_options() {
    let flow = "flow: it\nwhen: [{message: hi}]\nsteps:\n  - {ask: Which?, as: it, options: [Red, Green], invalid: AGAIN, tries: 2, on_fail: [{say: Enough.}, end]}\n  - say: '${it}'\n";
    let asked = "< hi\n> Which? [Red] [Green]\n";
    for thanks in ["gracias", "thanks!", "ok, merci", "vielen Dank", "🙏"] {
        check(flow, &format!("{asked}< {thanks}\n+11s\n< {thanks}\n+11s\n< red\n> Red"));
    }
    check(flow, &format!("{asked}< pink\n> AGAIN [Red] [Green]\n+11s\n< thanks\n+11s\n< green\n> Green"));
}

#[test]
fn the_question_decides_whether_a_birth_is_its_answer() {
    let flow = |question: &str| asks("date", ", invalid: AGAIN").replace("Tell me", question);
    let own = flow("When were you born?");
    check(&own, "< hi\n> When were you born?\n< I was born on 3 May 1985\n> 1985-05-03");
    check(&own, "< hi\n> When were you born?\n< my son was born on 3 May 2020\n> AGAIN");
    let childs = flow("When was your child born?");
    check(&childs, "< hi\n> When was your child born?\n< my son was born on 3 May 2020\n> 2020-05-03");
    let day = flow("Which day would suit you?");
    check(&day, "< hi\n> Which day would suit you?\n< I was born on 3 May 1985\n> AGAIN");
}

#[test]
fn one_value_among_unknown_words_is_offered() {
    let date = asks("date", ", tries: 9, invalid: AGAIN").replace("Tell me", "Which day would you like to come?");
    let asked = "< hi\n> Which day would you like to come?\n< could friday work?\n> Do you mean this? Friday, 27 November 2026 [27 Nov 2026]\n";
    check(&date, &format!("{asked}<- 27 Nov 2026\n> 2026-11-27"));
    for yes in ["yes", "Yes please!", "sí", "👍", "ok", "yes, exactly", "friday"] {
        check(&date, &format!("{asked}< {yes}\n> 2026-11-27"));
    }
    for no in ["no", "nope", "no thanks", "👎"] {
        check(&date, &format!("{asked}< {no}\n> Which day would you like to come?\n< monday\n> 2026-11-23"));
    }
    for anew in ["monday", "no, monday", "the 23rd please"] {
        check(&date, &format!("{asked}< {anew}\n> 2026-11-23"));
    }
    // Another candidate takes the place of the first one.
    let again =
        "+11s\n< would monday work?\n> Do you mean this? Monday, 23 November 2026 [23 Nov 2026]\n< yes\n> 2026-11-23";
    check(&date, &format!("{asked}{again}"));
    check(&date, &format!("{asked}+11s\n< banana\n> AGAIN [27 Nov 2026]\n< yes\n> 2026-11-27"));
}

#[test]
fn an_offer_costs_a_try_and_a_no_costs_none() {
    let flow =
        asks("date", ", tries: 2, on_fail: [{say: Enough.}, end]").replace("Tell me", "Which day would you like?");
    let asked = "< hi\n> Which day would you like?\n< could friday work?\n> Do you mean this? Friday, 27 November 2026 [27 Nov 2026]\n+11s\n";
    check(&flow, &format!("{asked}< could saturday work?\n> Enough."));
    check(&flow, &format!("{asked}< no\n> Which day would you like?\n+11s\n< monday\n> 2026-11-23"));
}

#[test]
fn an_offer_passes_the_check_and_leaves_other_texts_to_their_steps() {
    let date = |more: &str| asks("date", more).replace("Tell me", "Which day would you like?");
    let asked = "< hi\n> Which day would you like?\n< could friday work?\n";
    check(&date(", invalid: AGAIN, check: 'it > date(\"2026-12-01\")'"), &format!("{asked}> AGAIN"));
    check(&date(", other: [{say: OTHER}, end]"), &format!("{asked}> OTHER"));
}

#[test]
fn one_option_among_unknown_words_is_offered() {
    let flow = "flow: it\nwhen: [{message: hi}]\nsteps:\n  - {ask: Which instrument?, as: it, options: [Drums, Piano, Violin], invalid: AGAIN, tries: 9}\n  - say: 'TAKEN ${it}'\n";
    let asked = "< hi\n> Which instrument? [Drums] [Piano] [Violin]\n< I want to thrash drums\n> Do you mean this? Drums [Drums]\n";
    for yes in ["yes", "Drums", "sure"] {
        check(flow, &format!("{asked}< {yes}\n> TAKEN Drums"));
    }
    check(flow, &format!("{asked}<- Drums\n> TAKEN Drums"));
    check(flow, &format!("{asked}< no\n> Which instrument? [Drums] [Piano] [Violin]\n< 2\n> TAKEN Piano"));
    check(flow, &format!("{asked}< violin\n> TAKEN Violin"));
    // There *yes* and *no* are answers of their own.
    let flow = flow.replace("Piano, Violin", "'No, thanks'");
    check(
        &flow,
        "< hi\n> Which instrument? [Drums] [No, thanks]\n< I want to thrash drums\n> AGAIN [Drums] [No, thanks]",
    );
}

#[test]
fn an_offer_speaks_the_language_of_the_contact() {
    let number = "flow: it\nwhen: [{message: hola}]\nsteps:\n  - {ask: '¿Cuántas pizzas?', as: it, type: whole}\n  - say: '${it}'\n";
    check_bot(
        "bot: Test\nlanguage: es\n",
        number,
        "< hola\n> ¿Cuántas pizzas?\n< ¿pueden ser 5?\n> ¿Te refieres a esto? 5 [5]\n< sí\n> 5",
    );
}
