//! Tests triggers `meaning` and questions with `understand`: when a model is asked, and what its answer changes.

mod hearing;

use super::Talk;
use crate::{
    base::place::SourceFile,
    model::effect::{AnswerShape, ModelCall},
};

const BOT: &str = "bot: Test\nmodels: [main, small]\nteams: {support: {}}\nagents: {router: small}\n";

fn bot(flows: &str, transcript: &str) {
    super::check_bot(BOT, flows, transcript);
}

const FLOWS: &str = "flow: returns
when:
  - meaning: wants to send something back
    like: [can I return the shoes]
    not: [I return on Monday]
  - message: [return]
steps:
  - say: Send it to us.
---
flow: booking
when: [{meaning: wants an appointment}]
steps:
  - ask: Which day?
    type: date
    as: day
  - say: 'Booked: ${day}'
---
flow: rest
when: [{any_message: true}]
steps:
  - say: 'I only know ${msg.text}'
";

#[test]
fn the_flow_starts_that_the_model_finds() {
    bot(FLOWS, "< the boots pinch, I do not want them\n* asks small try 1\n~ reply \"returns\"\n> Send it to us.");
    bot(FLOWS, "< hola, necesito cita\n~ reply \" Booking \"\n> Which day?\n< tomorrow\n> Booked: 2026-11-21");
}

#[test]
fn whatever_the_model_does_not_find_goes_on() {
    bot(FLOWS, "< good evening\n~ reply \"none of these\"\n> I only know good evening");
    bot(FLOWS, "< good evening\n~ reply null\n> I only know good evening");
    bot(FLOWS, "< good evening\n~ reply \"rest\"\n> I only know good evening");
    bot(FLOWS, "< good evening\n~ reply {\"flow\": \"returns\"}\n> I only know good evening");
    for kind in ["model_down", "model_slow", "model_refused", "over_budget", "bad_answer", "cut_prompt"] {
        bot(FLOWS, &format!("< good evening\n~ refuse {kind}\n> I only know good evening"));
    }
    let alone = FLOWS.split("---\nflow: rest").next().unwrap_or_default();
    bot(alone, "< good evening\n~ reply \"none of these\"\n* unanswered");
}

#[test]
fn no_model_is_asked_where_a_rule_takes_the_message() {
    let asks = |message: &str| {
        let mut talk = Talk::new(BOT, FLOWS);
        talk.line(&format!("< {message}")).unwrap();
        talk.questions.len()
    };
    assert_eq!(asks("return"), 0, "an exact keyword");
    assert_eq!(asks("123"), 0, "figures alone");
    assert_eq!(asks("👍"), 0, "an emoji alone");
    assert_eq!(asks("stop"), 0, "an opt-out");
    assert_eq!(asks("please return"), 1);
    bot(FLOWS, "~ image\n> I only know");
}

#[test]
fn a_question_for_any_text_is_not_left() {
    let asks = "flow: name
when: [{message: name}]
steps:
  - ask: Your name?
    check: name.len() < 6
    invalid: Shorter?
    as: name
  - say: 'Hello ${name}'
";
    bot(
        &format!("{FLOWS}---\n{asks}"),
        "< name\n> Your name?\n< I want to send it back\n> Shorter?\n< Ana\n> Hello Ana",
    );
}

const SIZE: &str = "flow: size
when: [{message: size}]
steps:
  - ask: Which size?
    type: whole
    as: size
    invalid: A number?
  - say: 'Size ${size}'
";

#[test]
fn a_question_of_another_type_is_asked_again_after_the_flow_that_is_meant() {
    let flows = format!("{FLOWS}---\n{SIZE}");
    bot(
        &flows,
        "< size\n> Which size?\n< how do I give the old ones back\n* asks small try 1\n~ reply \"returns\"\n> Send it to us.\n> Which size?\n< 42\n> Size 42",
    );
    bot(&flows, "< size\n> Which size?\n< well hm\n~ reply \"none of these\"\n> A number?");
    bot(&flows, "< size\n> Which size?\n< well hm\n~ refuse model_slow\n> A number?\n< 42\n> Size 42");
    let protected = flows.replace("    type: whole", "    protect: true\n    type: whole");
    bot(&protected, "< size\n> Which size?\n< how do I give the old ones back\n> A number?");
}

#[test]
fn messages_behind_it_wait_in_their_order() {
    bot(FLOWS, "< I want a visit\n< tomorrow\n~ reply \"booking\"\n> Which day?\n> Booked: 2026-11-21");
    bot(FLOWS, "< hm one\n< return\n~ reply \"none of these\"\n> I only know hm one\n> Send it to us.");
    bot(
        FLOWS,
        "< hm one\n< hm two\n~ reply \"none of these\"\n> I only know hm one\n* asks small try 1\n~ reply \"returns\"\n> Send it to us.",
    );
}

#[test]
fn stop_and_a_person_end_the_waiting() {
    bot(FLOWS, "< hm one\n< stop\n> You will hear no more from us. Write START to come back.\n~ reply \"returns\"");
    bot(FLOWS, "< hm one\n~ person\n~ reply \"returns\"\n= runs 0\n~ back\n< return\n> Send it to us.");
}

#[test]
fn a_crash_asks_once_more_and_not_a_third_time() {
    bot(FLOWS, "< hm one\n~ restart\n* asks small try 2\n~ reply \"returns\"\n> Send it to us.");
    bot(FLOWS, "< hm one\n~ restart\n~ restart\n> I only know hm one");
}

#[test]
fn a_flow_that_may_not_start_is_not_offered() {
    let guarded = FLOWS.replace(
        "  - meaning: wants to send something back",
        "  - meaning: wants to send something back\n    if: contact.tags.contains(\"buyer\")",
    );
    let mut talk = Talk::new(BOT, &guarded);
    talk.line("< the boots pinch").unwrap();
    assert_eq!(choices(&talk.questions[0]), ["booking", "none of these"]);
    let mut talk = Talk::new(BOT, FLOWS);
    talk.line("~ pause booking").unwrap();
    talk.line("< the boots pinch").unwrap();
    assert_eq!(choices(&talk.questions[0]), ["returns", "none of these"]);
    // Paused while the model thinks.
    bot(FLOWS, "< the boots pinch\n~ pause returns\n~ reply \"returns\"\n> I only know the boots pinch");
}

fn choices(call: &ModelCall) -> Vec<&str> {
    match &call.question.shape {
        AnswerShape::One(field) => field.among.iter().map(String::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_model_reads_the_authors_words_and_no_numbers_of_a_person() {
    let mut talk = Talk::new(BOT, FLOWS);
    talk.line("< take them back, I am ana@example.com").unwrap();
    let question = &talk.questions[0].question;
    assert_eq!(question.input.as_deref(), Some("take them back, I am ‹email 1›"));
    for part in [
        "`returns`: wants to send something back. For example: “can I return the shoes”. But not: “I return on Monday”",
        "`booking`: wants an appointment",
    ] {
        assert!(question.instruction.contains(part), "{}", question.instruction);
    }
    assert_eq!(choices(&talk.questions[0]), ["booking", "returns", "none of these"]);
}

#[test]
fn two_meanings_of_one_flow_have_two_names() {
    let flow = "flow: help
when:
  - meaning: asks for opening hours
    language: es
  - meaning: asks for the address
  - meaning: asks for the price
    at_most: 1/1d
steps:
  - say: Here you are.
";
    let mut talk = Talk::new(BOT, flow);
    talk.line("< where are you").unwrap();
    assert_eq!(choices(&talk.questions[0]), ["help 2", "help 3", "none of these"]);
    bot(flow, "< where are you\n~ reply \"help 3\"\n> Here you are.\n< and how much\n~ reply \"help 3\"\n* unanswered");
}

#[test]
fn gathered_texts_are_understood_together() {
    let flows = FLOWS.replace("when: [{any_message: true}]", "when: [{any_message: true, gather: 3s}]");
    bot(&flows, "< the boots\n+1s\n< they pinch\n+3s\n* asks small try 1\n~ reply \"returns\"\n> Send it to us.");
    bot(&flows, "< the boots\n+1s\n< they pinch\n+3s\n~ reply \"none of these\"\n> I only know the boots / they pinch");
}

const COLOURS: &str = "flow: colour
when: [{message: colour}]
steps:
  - ask: Which colour?
    options:
      - Red: [{say: Red it is.}]
      - Blue: [{say: Blue it is.}]
    understand: true
    invalid: Red or blue?
";

#[test]
fn an_option_is_taken_that_the_model_finds() {
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< the one of the sky\n* asks small try 1\n~ reply \"Blue\"\n> Blue it is.",
    );
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< no idea\n~ reply \"none of these\"\n> Red or blue? [Red] [Blue]\n< red\n> Red it is.",
    );
    bot(COLOURS, "< colour\n> Which colour? [Red] [Blue]\n< no idea\n~ reply \"Green\"\n> Red or blue? [Red] [Blue]");
    bot(COLOURS, "< colour\n> Which colour? [Red] [Blue]\n< no idea\n~ refuse model_down\n> Red or blue? [Red] [Blue]");
    // Each wrong answer is asked about once.
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< no idea\n~ reply \"none of these\"\n> Red or blue? [Red] [Blue]\n+1m\n< like the sky\n* asks small try 1\n~ reply \"Blue\"\n> Blue it is.",
    );
}

#[test]
fn a_value_is_taken_that_the_model_finds_and_check_decides() {
    let flow = "flow: visit
when: [{message: visit}]
steps:
  - ask: Which day?
    type: date
    understand: true
    check: day > date(\"2026-12-01\")
    invalid: A day after the first of December?
    as: day
  - say: '${day} (${day.text})'
";
    bot(
        flow,
        "< visit\n> Which day?\n< the day of Saint Nicholas\n~ reply \"2026-12-06\"\n> 2026-12-06 (the day of Saint Nicholas)",
    );
    bot(
        flow,
        "< visit\n> Which day?\n< the day of Saint Andrew\n~ reply \"2026-11-30\"\n> A day after the first of December?",
    );
    bot(flow, "< visit\n> Which day?\n< whenever\n~ reply null\n> A day after the first of December?");
    bot(flow, "< visit\n> Which day?\n< whenever\n~ reply \"soon\"\n> A day after the first of December?");
    let mut talk = Talk::new(BOT, flow);
    talk.line("< visit").unwrap();
    talk.line("> Which day?").unwrap();
    talk.line("< the day of Saint Nicholas").unwrap();
    let instruction = &talk.questions[0].question.instruction;
    assert!(instruction.contains("Friday, 20 November 2026"), "{instruction}");
    let input = talk.questions[0].question.input.as_deref();
    assert_eq!(input, Some("Question: Which day?\nAnswer: the day of Saint Nicholas"));
}

#[test]
fn no_address_is_taken_that_the_customer_did_not_write() {
    let flow = "flow: mail
when: [{message: mail}]
steps:
  - ask: Your address?
    type: email
    understand: true
    invalid: Again?
    as: address
  - say: 'To ${address}'
";
    bot(flow, "< mail\n> Your address?\n< the one you have\n~ reply \"eve@example.com\"\n> Again?");
    bot(flow, "< mail\n> Your address?\n< ana at example dot com\n~ reply \"ana@example.com\"\n> Again?");
}

#[test]
fn an_address_or_number_must_stand_in_the_text_as_a_whole() {
    let flow = |kind: &str| {
        format!(
            "flow: mail\nwhen: [{{message: mail}}]\nsteps:\n  - ask: Yours?\n    type: {kind}\n    understand: true\n    invalid: Again?\n    as: it\n  - say: 'To ${{it}}'\n"
        )
    };
    for (kind, said, answer, taken) in [
        ("email", "not joana@b.com and not kk@b.com, but my other", "ana@b.com", false),
        ("email", "it is either joana@b.com or kk@b.com, the first", "joana@b.com", true),
        ("number", "I weigh 12 kilos or so, give or take 1", "77", false),
        ("number", "a dozen or so", "12", true),
        ("phone", "my order is 1111222 and I have no phone", "+12121111222", false),
        ("phone", "34 611 kilos and 12 boxes 22 60 of them", "+34611122260", false),
    ] {
        let end = if taken { format!("> To {answer}") } else { "> Again?".to_owned() };
        let mut talk = Talk::new(BOT, &flow(kind));
        let asked = format!("< {said}");
        for line in ["< mail", "> Yours?", asked.as_str()] {
            talk.line(line).unwrap();
        }
        if talk.questions.is_empty() {
            continue;
        }
        for line in [format!("~ reply \"{answer}\""), end] {
            talk.line(&line).unwrap_or_else(|why| panic!("{said}: {line}: {why}"));
        }
    }
}

#[test]
fn an_option_may_be_called_as_nothing_is() {
    for title in ["None of these", "none of these"] {
        let flow =
            COLOURS.replace("      - Blue: [{say: Blue it is.}]", &format!("      - {title}: [{{say: Another one.}}]"));
        bot(
            &flow,
            &format!(
                "< colour\n> Which colour? [Red] [{title}]\n< neither one nor the other\n~ reply \"{title}\"\n> Another one."
            ),
        );
    }
}

#[test]
fn of_two_options_with_one_title_none_is_taken() {
    let flow =
        COLOURS.replace("      - Red: [{say: Red it is.}]", "      - {id: a, title: Blue, do: [{say: The first.}]}");
    bot(
        &flow,
        "< colour\n> Which colour? (Blue) (Blue)\n< like the sky\n~ reply \"Blue\"\n> Red or blue? (Blue) (Blue)",
    );
}

#[test]
fn the_answer_itself_goes_before_what_a_model_finds_in_an_earlier_one() {
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< the one of the sky\n<- Red\n> Red it is.\n~ reply \"Blue\"",
    );
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< the one of the sky\n< red!\n> Red it is.\n~ reply \"Blue\"",
    );
    bot(
        COLOURS,
        "< colour\n> Which colour? [Red] [Blue]\n< the one of the sky\n< quickly\n~ reply \"Blue\"\n> Blue it is.\n* unanswered",
    );
}

#[test]
fn the_time_of_a_question_stands_still_while_a_model_reads_the_answer() {
    let flow = COLOURS.replace("    understand: true", "    understand: true\n    timeout: 1h\n    on_timeout: [{say: Too late.}]\n    remind: {after: 50m, say: Well?}");
    bot(
        &flow,
        "< colour\n> Which colour? [Red] [Blue]\n+49m\n< the one of the sky\n+20m\n~ reply \"Blue\"\n> Blue it is.",
    );
    bot(
        &flow,
        "< colour\n> Which colour? [Red] [Blue]\n< well hm\n~ reply \"none of these\"\n> Red or blue? [Red] [Blue]\n+51m\n> Well?\n+10m\n> Too late.",
    );
}

#[test]
fn words_before_a_question_answer_it_only_where_they_can_mean_nothing_else() {
    let sure = "flow: sure
when: [{meaning: wants to undo the order}]
steps:
  - ask: Really undo it?
    type: yesno
    as: sure
    tries: 1
    on_fail: [{say: Then not.}]
  - say: 'Undone: ${sure}'
";
    bot(
        sure,
        "< I want to undo it\n< yes\n< it is too small\n~ reply \"sure\"\n> Really undo it? [Yes] [No]\n= runs 1\n< yes\n> Undone: true",
    );
    let name = sure.replace("type: yesno", "type: text");
    bot(&name, "< I want to undo it\n< it is too small\n~ reply \"sure\"\n> Really undo it?\n= runs 1");
    bot(FLOWS, "< I want a visit\n< tomorrow\n~ reply \"booking\"\n> Which day?\n> Booked: 2026-11-21");
}

#[test]
fn a_contact_who_hears_the_bot_after_a_stop_is_understood() {
    let after = format!("{BOT}opt_out: {{answers_after: bot}}\n");
    super::check_bot(
        &after,
        FLOWS,
        "< stop\n> You will hear no more from us. Write START to come back.\n< the boots pinch\n~ reply \"returns\"\n> Send it to us.",
    );
}

#[test]
fn no_consent_comes_of_what_a_model_finds() {
    let flow = COLOURS.replace(
        "      - Red: [{say: Red it is.}]",
        "      - {id: red, title: Red, consent: {marketing: given}, do: [{say: Red it is.}]}",
    );
    let said = crate::parse_set(&[
        crate::base::place::SourceFile::new("flows/_bot.yaml", BOT),
        crate::base::place::SourceFile::new("flows/colour.yaml", flow.as_str()),
    ]);
    assert!(said.1.iter().any(|finding| finding.code == "E544"), "{:?}", said.1);
}

#[test]
fn no_model_reads_the_numbers_in_the_titles_of_options() {
    let flow = "flow: number
when: [{message: number}]
steps:
  - ask: Which number?
    options: ['+34600112233', Another]
    understand: true
  - say: Thank you.
";
    let mut talk = Talk::new(BOT, flow);
    for line in ["< number", "> Which number? [+34600112233] [Another]", "< the one of my wife"] {
        talk.line(line).unwrap();
    }
    assert_eq!(choices(&talk.questions[0]), ["‹phone 1›", "Another", "none of these"]);
    for line in ["~ reply \"‹phone 1›\"", "> Thank you."] {
        talk.line(line).unwrap();
    }
}

#[test]
fn a_message_about_a_flow_is_still_understood_after_a_tap() {
    let plain = COLOURS.replace("    understand: true\n", "");
    bot(
        &format!("{FLOWS}---\n{plain}"),
        "< colour\n> Which colour? [Red] [Blue]\n< the boots pinch\n<- Red\n> Red it is.\n~ reply \"returns\"\n> Send it to us.",
    );
}

#[test]
fn a_word_of_another_flow_is_heard_before_a_question() {
    let hours = "flow: hours\nwhen: [{message: hours, match: contains}]\nsteps:\n  - say: From nine.\n";
    let colours = COLOURS.replace("when: [{message: colour}]", "when: [{meaning: wants a colour}]");
    bot(
        &format!("{colours}---\n{hours}"),
        "< I want a colour\n< and what are your hours\n~ reply \"colour\"\n> Which colour? [Red] [Blue]\n> From nine.\n> Which colour? [Red] [Blue]",
    );
}

#[test]
fn an_urgent_message_waits_for_no_meaning() {
    let fire = "flow: fire\nwhen: [{message: fire, match: word, urgent: true}]\nsteps:\n  - say: Call 112.\n";
    bot(
        &format!("{FLOWS}---\n{fire}"),
        "< the boots pinch\n< there is a fire\n> Call 112.\n~ reply \"returns\"\n> Send it to us.",
    );
}

#[test]
fn a_flow_that_asks_is_not_begun_again_by_its_own_meaning() {
    let flow = COLOURS.replace("when: [{message: colour}]", "when: [{message: colour}, {meaning: wants a colour}]");
    bot(
        &flow,
        "< colour\n> Which colour? [Red] [Blue]\n< I want a colour\n~ reply \"none of these\"\n> Red or blue? [Red] [Blue]",
    );
}

#[test]
fn an_answer_goes_before_another_flow_and_each_is_asked_about_once() {
    let flows = format!("{FLOWS}---\n{COLOURS}");
    bot(
        &flows,
        "< colour\n> Which colour? [Red] [Blue]\n< take the old ones back\n* asks small try 1\n~ reply \"none of these\"\n* asks small try 1\n~ reply \"returns\"\n> Send it to us.\n> Which colour? [Red] [Blue]",
    );
    bot(
        &flows,
        "< colour\n> Which colour? [Red] [Blue]\n< well hm\n~ reply \"none of these\"\n~ reply \"none of these\"\n> Red or blue? [Red] [Blue]",
    );
}

#[test]
fn without_a_router_the_first_model_is_asked() {
    let plain = "bot: Test\nmodels: [main, small]\n";
    super::check_bot(plain, FLOWS, "< the boots pinch\n* asks main try 1\n~ reply \"returns\"\n> Send it to us.");
}

#[test]
fn the_words_that_authors_use_for_examples_lead_to_ours() {
    for (written, ours) in [("examples: [a b]", "like"), ("utterances: [a b]", "like"), ("except: [a b]", "not")] {
        let flow = format!("flow: a\nwhen:\n  - meaning: wants to pay\n    {written}\nsteps: [{{say: A}}]\n");
        let files = [SourceFile::new("_bot.yaml", BOT), SourceFile::new("a.yaml", flow)];
        let told = format!("{:?}", crate::parse_set(&files).1);
        assert!(told.contains(&format!("write `{ours}:`")), "{written}: {told}");
    }
}

#[test]
fn the_reference_names_urgent_where_it_means_something() {
    for (word, takes) in [("meaning", false), ("first_message", false), ("message", true)] {
        let text = crate::tools::reference::about(word).unwrap();
        assert_eq!(text.contains("| `urgent` |"), takes, "{word}: {text}");
    }
}
