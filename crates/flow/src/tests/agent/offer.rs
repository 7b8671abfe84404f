//! Tests offers of an agent: texts to tap below a reply, their guards, and taps on newer and older ones.

use super::*;
use crate::base::limits::{AGENT_OPTIONS_MAX, ROW_TITLE_CHARS_MAX};
use crate::model::channel_limits::{ChannelLimits, META};
use std::sync::LazyLock;

/// A platform that shows words alone.
static WORDS: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { buttons_max: 0, rows_max: 0, ..META.clone() });

const TIMES: &str = "< when on 3 December?\n~ uses free_times {\"day\": \"2026-12-03\"}\n";

/// A tap on a button of the message that was said as number `at`, from 0.
fn tap(talk: &mut Talk, at: usize, button: usize) {
    let Content::Buttons { buttons, .. } = &talk.said[at] else { panic!("{:?}", talk.said[at]) };
    let kind = InboundKind::Button { id: buttons[button].id.clone(), title: buttons[button].title.clone() };
    talk.receive(kind, talk.now);
}

/// The texts of the talk in the newest question.
fn talk_in_question(talk: &Talk) -> Vec<(TalkBy, String)> {
    let question = &talk.questions.last().unwrap().question;
    question.talk.iter().map(|entry| (entry.by.clone(), entry.text.clone())).collect()
}

#[test]
fn a_tap_is_the_next_message_of_the_talk() {
    let mut talk = talk_of(&flows());
    run(
        &mut talk,
        &format!(
            "{TIMES}~ offers Which one? | 10:00 | 12:30\n> Which one? [10:00] [12:30]\n<- 12:30\n* asks main try 1"
        ),
    );
    let said = talk_in_question(&talk);
    assert_eq!(
        said[said.len() - 2..],
        [(TalkBy::Agent, "Which one?\n[10:00] [12:30]".to_owned()), (TalkBy::Customer, "12:30".to_owned()),]
    );
    run(&mut talk, "~ says Fine, 12:30.\n> Fine, 12:30.");
}

#[test]
fn more_than_three_or_longer_ones_are_a_list_and_typed_ones_are_words() {
    desk(
        "< hi\n~ offers For which bike? | road | city | cargo | other\n> For which bike? (road) (city) (cargo) (other)\n<- cargo\n~ says Fine\n> Fine",
    );
    desk("< hi\n~ offers For which? | a very long cargo bike | city\n> For which? (a very long cargo bike) (city)");
    desk("< hi\n~ offers For which? | road | city\n> For which? [road] [city]\n< the road one\n~ says Fine\n> Fine");
}

#[test]
fn an_offer_that_cannot_be_shown_is_asked_for_once_more() {
    let many =
        |count: usize| (0..count).map(|n| format!(" | {}", "abcdefghijk".get(n..=n).unwrap())).collect::<String>();
    let long = "x".repeat(ROW_TITLE_CHARS_MAX + 1);
    for bad in
        ["", " | ", " | a | a", " | Yes | yes!", " | a\u{7}b", " | a\u{202e}b", " | \u{200b}", " | STOP", " | ‹card 1›"]
    {
        desk(&format!(
            "< hi\n~ offers For which bike?{bad}\n* asks main try 2\n~ offers For which bike?{bad}\n> Sorry: bad_answer"
        ));
    }
    desk(&format!(
        "< hi\n~ offers Which? | {long}\n* asks main try 2\n~ offers Which? | {}\n> Which? ({})",
        &long[1..],
        &long[1..]
    ));
    desk(&format!("< hi\n~ offers Which?{}\n* asks main try 2", many(AGENT_OPTIONS_MAX + 1)));
    desk("< hi\n~ offers  | a | b\n* asks main try 2");
    let titles: String = (0..AGENT_OPTIONS_MAX).map(|n| format!(" ({})", "abcdefghijk".get(n..=n).unwrap())).collect();
    desk(&format!("< hi\n~ offers Which?{}\n> Which?{titles}", many(AGENT_OPTIONS_MAX)));
    for odd in [
        "{\"text\": \"a\"}",
        "{\"text\": \"a\", \"options\": \"b\"}",
        "{\"text\": \"a\", \"options\": [1]}",
        "{\"text\": \"a\", \"options\": [\"b\", \" \"]}",
        "[]",
    ] {
        desk(&format!("< hi\n~ reply {{\"do\": \"offer\", \"with\": {odd}}}\n* asks main try 2"));
    }
}

#[test]
fn the_guards_read_the_options_too() {
    for (bad, error) in [
        ("Which? | for 39 € | none", "ungrounded"),
        ("Which? | half price | none", "ungrounded"),
        ("Which? | see evil.example/x | none", "ungrounded"),
        ("It is | booked | none", "ungrounded"),
        ("It is 39 € | fine | no", "ungrounded"),
        ("Wann wollen Sie mit Ihrem Fahrrad zu uns kommen? | morgens | abends", "wrong_language"),
    ] {
        let asked = "< I would like to bring my old bicycle to you because the brakes squeak\n";
        desk(&format!("{asked}~ offers {bad}\n* asks main try 2\n~ offers {bad}\n> Sorry: {error}"));
    }
    let mut talk = talk_of(&flows());
    run(&mut talk, &format!("{TIMES}~ offers Which time on 3 December? | 10:00 | 13:30\n* asks main try 2"));
    run(&mut talk, "~ offers Which time on 3 December? | 10:00 | 12:30\n> Which time on 3 December? [10:00] [12:30]");
}

#[test]
fn a_tap_on_an_earlier_offer_is_told_as_one() {
    let mut talk = talk_of(&flows());
    run(&mut talk, "< hi\n~ offers For which bike? | road | city\n> For which bike? [road] [city]\n<- city");
    run(&mut talk, "~ offers What for? | brakes | city\n> What for? [brakes] [city]");
    tap(&mut talk, 0, 1);
    run(&mut talk, "* asks main try 1");
    let said = talk_in_question(&talk);
    assert_eq!(said[said.len() - 2], (TalkBy::Customer, "city".to_owned()));
    assert!(said[said.len() - 1].0 == TalkBy::Note && said[said.len() - 1].1.contains("earlier message"), "{said:?}");
}

#[test]
fn a_button_of_an_earlier_run_answers_nothing_of_this_one() {
    // Both runs count their questions alike, so the ids differ by their run alone.
    let mut talk = talk_of(&flows());
    run(
        &mut talk,
        "< hi\n~ offers For which bike? | road | city\n> For which bike? [road] [city]\n<- city\n~ exits done\n> Ended: done",
    );
    run(&mut talk, "< hi\n~ offers What for? | brakes | tyres\n> What for? [brakes] [tyres]");
    tap(&mut talk, 0, 0);
    let said = talk_in_question(&talk);
    assert_eq!(said[said.len() - 2], (TalkBy::Customer, "road".to_owned()), "and not `brakes`");
    assert_eq!(said[said.len() - 1].0, TalkBy::Note);
}

#[test]
fn a_yes_of_an_earlier_run_begins_no_act() {
    let mut talk = talk_of(&flows());
    run(&mut talk, &format!("{BOOKING}< no, thanks\n~ exits done\n> Ended: done"));
    run(
        &mut talk,
        "< can I come on 24 December at 10:00?\n~ uses book_time {\"day\": \"2026-12-24\", \"time\": \"10:00\"}\n\
         > Shall I book Thursday 24 December at 10:00? [Yes] [No]",
    );
    tap(&mut talk, 0, 0);
    assert!(talk.calls.is_empty(), "it was about another day");
    run(&mut talk, "* asks main try 1");
}

#[test]
fn an_offered_yes_begins_no_act() {
    let mut talk = talk_of(&flows());
    run(&mut talk, "< hi\n~ offers Shall I look? | Yes | No\n> Shall I look? [Yes] [No]\n<- Yes");
    run(
        &mut talk,
        "~ uses book_time {\"day\": \"2026-12-03\", \"time\": \"10:00\"}\n> Shall I book Thursday 3 December at 10:00? [Yes] [No]",
    );
    tap(&mut talk, 0, 0);
    assert!(talk.calls.is_empty(), "that yes was about something else");
    run(&mut talk, "* asks main try 1");
}

#[test]
fn a_tap_goes_before_keywords_and_a_wish_for_a_person_needs_no_model() {
    let flows = format!(
        "{}---\nflow: hours\nwhen: [{{message: [hours], urgent: true}}]\nsteps:\n  - say: We open at nine\n",
        flows()
    );
    let mut talk = talk_of(&flows);
    run(
        &mut talk,
        "< hi\n~ offers What do you need? | hours | a human\n> What do you need? [hours] [a human]\n<- hours\n~ says Fine\n> Fine",
    );
    run(&mut talk, "< hours\n> We open at nine");
    desk(
        "< hi\n~ offers What do you need? | help | human\n> What do you need? [help] [human]\n<- human\n> One moment\n* handoff workshop",
    );
}

#[test]
fn a_second_tap_on_the_same_button_is_one_message() {
    let mut talk = talk_of(&flows());
    run(&mut talk, "< hi\n~ offers For which bike? | road | city\n> For which bike? [road] [city]\n<- city\n<- city");
    let said = talk_in_question(&talk);
    assert_eq!(said.iter().filter(|(_, text)| text == "city").count(), 1, "{said:?}");
    run(&mut talk, "<- road");
    let said = talk_in_question(&talk);
    assert_eq!(said.last().unwrap(), &(TalkBy::Customer, "road".to_owned()), "the other one is their correction");
}

#[test]
fn an_offer_is_switched_off_by_its_key_and_is_no_draft() {
    let flows = flows().replace("    knowledge: all\n", "    knowledge: all\n    offers: false\n");
    let mut talk = talk_of(&flows);
    run(&mut talk, "< hi\n* asks main try 1");
    let AnswerShape::Act(acts) = &talk.questions[0].question.shape else { panic!() };
    assert!(acts.iter().all(|act| act.name != "offer"));
    run(&mut talk, "~ offers Which? | a | b\n* asks main try 2\n~ offers Which? | a | b\n> Sorry: bad_answer");
}

#[test]
fn an_offer_counts_as_a_reply() {
    let turn = |n: u32| format!("< message {n}\n~ offers Which? | a | b\n> Which? [a] [b]\n");
    desk(&format!("{}{}{}{}< once more\n> Enough for today", turn(1), turn(2), turn(3), turn(4)));
}

#[test]
fn a_platform_without_buttons_shows_the_options_as_lines() {
    let mut talk = talk_of(&flows());
    talk.carries = &WORDS;
    run(&mut talk, "< hi\n~ offers For which bike? | road | city");
    let Some(Content::Text { body }) = talk.said.last().cloned() else { panic!("{:?}", talk.said) };
    assert!(body.starts_with("For which bike?") && body.contains("road") && body.contains("city"), "{body}");
}
