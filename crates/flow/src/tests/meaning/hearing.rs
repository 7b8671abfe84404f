//! Tests voice notes that a model writes down: what their words do, and what waits behind them.

use super::super::Talk;
use crate::{base::limits::WAITING_MESSAGES_MAX, model::effect::ModelCall};

const BOT: &str = "bot: Test\nmodels: [main]\nvoice: {model: ears, max: 90s}\nteams: {support: {}}\n";

fn bot(flows: &str, transcript: &str) {
    super::super::check_bot(BOT, flows, transcript);
}

const FLOWS: &str = "flow: returns
when: [{message: return}]
steps:
  - say: Send it to us.
---
flow: booking
when: [{message: book}]
steps:
  - ask: Which day?
    type: date
    timeout: 10m
    on_timeout: [{say: Too late}]
    as: day
  - say: 'Booked: ${day}'
---
flow: recording
when: [{message: record}]
steps:
  - ask: Say it.
    type: audio
    as: sound
  - say: 'Kept ${sound.kind}'
---
flow: note
when: [{media: audio}]
steps:
  - say: Please write it.
---
flow: rest
when: [{any_message: true}]
steps:
  - say: 'I only know ${msg.text} ${msg.heard}'
";

#[test]
fn the_words_start_a_flow_as_typed_ones_do() {
    bot(FLOWS, "~ voice\n* asks ears try 1\n~ reply \"Return.\"\n* heard Return.\n> Send it to us.");
    bot(FLOWS, "~ voice\n~ reply \"hm hm\"\n> I only know hm hm true\n< hm\n> I only know hm false");
}

#[test]
fn an_unheard_note_stays_one_and_is_asked_about_once() {
    for kind in ["model_down", "model_slow", "model_refused", "over_budget", "bad_answer"] {
        bot(FLOWS, &format!("~ voice\n~ refuse {kind}\n> Please write it."));
    }
    for answer in ["null", "\" \"", "7", "{\"text\": \"return\"}"] {
        bot(FLOWS, &format!("~ voice\n~ reply {answer}\n> Please write it."));
    }
    let alone = FLOWS.split("---\nflow: note").next().unwrap_or_default();
    bot(alone, "~ voice\n~ refuse model_down\n* unanswered");
}

#[test]
fn a_bot_without_voice_asks_nobody() {
    super::super::check_bot("bot: Test\n", FLOWS, "~ voice\n> Please write it.");
}

#[test]
fn a_question_waits_for_the_words_and_a_question_for_a_recording_does_not() {
    bot(FLOWS, "< book\n> Which day?\n~ voice\n~ reply \"tomorrow, please\"\n> Booked: 2026-11-21");
    bot(FLOWS, "< record\n> Say it.\n~ voice\n> Kept audio");
}

#[test]
fn the_time_of_a_question_stands_still_while_its_answer_is_heard() {
    bot(FLOWS, "< book\n> Which day?\n+590s\n~ voice\n+30s\n~ reply \"tomorrow\"\n> Booked: 2026-11-21");
    bot(
        FLOWS,
        "< book\n> Which day?\n+590s\n~ voice\n+30s\n~ refuse model_slow\n> Please write it.\n+1s\n> Too late\n> Booked:",
    );
}

#[test]
fn messages_behind_it_keep_their_order() {
    bot(
        FLOWS,
        "~ voice\n< hm one\n< return\n~ reply \"hm\"\n> I only know hm true\n> I only know hm one false\n> Send it to us.",
    );
    bot(
        FLOWS,
        "~ voice\n~ voice\n< return\n~ reply \"one\"\n> I only know one true\n* asks ears try 1\n~ reply \"two\"\n> I only know two true\n> Send it to us.",
    );
    bot(
        FLOWS,
        "~ voice\n< book\n~ voice\n~ reply \"book\"\n> Which day?\n> Which day?\n~ reply \"tomorrow\"\n> Booked: 2026-11-21",
    );
}

#[test]
fn only_so_many_wait_behind_it() {
    let mut talk = Talk::new(BOT, FLOWS);
    talk.line("~ voice").unwrap();
    for _ in 0..WAITING_MESSAGES_MAX {
        talk.line("< hm").unwrap();
    }
    assert!(!talk.happened.contains(&"needs person".to_owned()), "{:?}", talk.happened);
    talk.line("< hm").unwrap();
    assert!(talk.happened.contains(&"needs person".to_owned()), "{:?}", talk.happened);
}

#[test]
fn an_opt_out_word_is_one_in_both_ways() {
    let stopped = "> You will hear no more from us. Write START to come back.";
    bot(FLOWS, &format!("< book\n> Which day?\n~ voice\n~ reply \"Stop!\"\n* opt_out true\n{stopped}"));
    bot(FLOWS, &format!("~ voice\n< stop\n{stopped}\n~ reply \"return\""));
    // Misheard, come back and misheard again: the customer learns of it each time.
    bot(
        FLOWS,
        &format!(
            "~ voice\n~ reply \"stop\"\n{stopped}\n< start\n> Welcome back! You will hear from us again.\n~ voice\n~ reply \"stop\"\n{stopped}"
        ),
    );
    bot(FLOWS, &format!("< stop\n{stopped}\n~ voice\n* needs person"));
}

#[test]
fn a_person_has_the_words_too_and_the_bot_is_silent() {
    bot(FLOWS, "~ person\n~ voice\n* asks ears try 1\n~ reply \"return\"\n* heard return");
}

#[test]
fn it_is_asked_for_once_more_after_a_restart() {
    bot(FLOWS, "~ voice\n~ restart\n* asks ears try 2\n~ reply \"return\"\n> Send it to us.");
    bot(FLOWS, "~ voice\n< hm\n~ restart\n~ restart\n> Please write it.\n> I only know hm false");
}

#[test]
fn the_language_goes_along_where_it_is_known() {
    let asked = |language: &str| -> ModelCall {
        let mut talk = Talk::new(BOT, FLOWS);
        talk.contact.data.language = Some(language.to_owned()).filter(|language| !language.is_empty());
        talk.line("~ voice").unwrap();
        talk.questions.remove(0)
    };
    let note = asked("pt-BR").voice.unwrap();
    assert_eq!((note.language.as_deref(), note.length_max.0, note.id.as_deref()), (Some("pt"), 90_000, Some("v1")));
    assert_eq!(asked("").voice.unwrap().language, None);
    assert_eq!(asked("fil").voice.unwrap().language, None, "servers take two letters");
}

#[test]
fn a_spoken_title_gives_no_consent() {
    let asks = "flow: news
when: [{message: news}]
steps:
  - ask: May we write to you?
    options:
      - {title: Gladly, consent: {marketing: given}}
      - {title: Rather not, consent: {marketing: withdrawn}}
    as: answer
  - say: 'Noted ${answer}'
";
    let all = format!("{FLOWS}---\n{asks}");
    bot(
        &all,
        "< news\n> May we write to you? [Gladly] [Rather not]\n~ voice\n~ reply \"Gladly.\"\n> Sorry, I did not get that. [Gladly] [Rather not]\n< gladly\n* consent marketing true\n> Noted Gladly",
    );
    bot(
        &all,
        "< news\n> May we write to you? [Gladly] [Rather not]\n~ voice\n~ reply \"Rather not\"\n* consent marketing false\n> Noted Rather not",
    );
}
