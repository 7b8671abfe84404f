//! Tests `urgent: true`: an emergency goes before every waiting question, and an opt-out word before an emergency.

use super::{Talk, check, check_bot};
use crate::{base::place::SourceFile, lint, parse_set};

const FLOWS: &str = "flow: book
when: [{message: book}]
steps:
  - ask: What is it about?
    as: about
  - say: Noted, ${about}.
---
flow: emergency
when:
  - message: [emergency, chest pain]
    match: word
    urgent: true
steps: [{say: Call 112 now.}]
";

#[test]
fn an_emergency_goes_before_a_question_that_takes_any_text() {
    let talk = "< book\n> What is it about?\n< I have chest pain\n> Call 112 now.\n> What is it about?\n< teeth\n> Noted, teeth.";
    check(FLOWS, talk);
    // Without the key, the message answers the question.
    check(
        &FLOWS.replace("    urgent: true\n", ""),
        "< book\n> What is it about?\n< I have chest pain\n> Noted, I have chest pain.",
    );
}

#[test]
fn an_emergency_goes_before_an_exact_answer_and_a_protected_question() {
    let asks = FLOWS.replace("    as: about", "    as: about\n    options: [Emergency, Other]\n    protect: true");
    let asked = "> What is it about? [Emergency] [Other]";
    check(&asks, &format!("< book\n{asked}\n< emergency\n> Call 112 now.\n{asked}\n<- Other\n> Noted, Other."));
    // A tap on its own button answers the question.
    check(&asks, &format!("< book\n{asked}\n<- Emergency\n> Noted, Emergency."));
}

#[test]
fn an_emergency_goes_before_a_whole_keyword() {
    let flows =
        format!("{FLOWS}---\nflow: about\nwhen: [{{message: what is an emergency}}]\nsteps: [{{say: A word.}}]\n");
    check(&flows, "< what is an emergency\n> Call 112 now.");
}

#[test]
fn an_emergency_that_asks_replaces_the_question() {
    let flows =
        FLOWS.replace("[{say: Call 112 now.}]", "[{ask: Where are you?, as: where}, {say: 'Stay at ${where}.'}]");
    check(
        &flows,
        "< book\n> What is it about?\n< emergency\n* run replaced\n> Where are you?\n< home\n> Stay at home.\n= runs 0",
    );
}

#[test]
fn an_opt_out_word_goes_before_an_emergency() {
    let flows = FLOWS.replace("[emergency, chest pain]", "[emergency, stop]");
    check(
        &flows,
        "< book\n> What is it about?\n< stop\n> You will hear no more from us. Write START to come back.\n* run stopped\n* drop all\n= runs 0",
    );
}

#[test]
fn an_emergency_whose_condition_does_not_hold_is_none() {
    let flows = FLOWS.replace("    urgent: true", "    urgent: true\n    if: contact.country == \"XX\"");
    check(&flows, "< book\n> What is it about?\n< chest pain\n> Noted, chest pain.");
}

#[test]
fn an_old_button_of_an_emergency_counts_while_another_question_waits() {
    let flows = "flow: hello
when: [{message: hi}]
steps:
  - say: Welcome.
    buttons: [{id: sos, title: Help me}]
---
flow: book
when: [{message: book}]
steps: [{ask: What is it about?, as: about}, {say: 'Noted, ${about}.'}]
---
flow: emergency
when: [{button: sos, urgent: true}]
steps: [{say: Call 112 now.}]
";
    check(
        flows,
        "< hi\n> Welcome. [Help me]\n< book\n> What is it about?\n<- Help me\n> Call 112 now.\n> What is it about?\n< teeth\n> Noted, teeth.",
    );
    let calm = flows.replace(", urgent: true", "");
    check(
        &calm,
        "< hi\n> Welcome. [Help me]\n< book\n> What is it about?\n<- Help me\n> What is it about?\n< teeth\n> Noted, teeth.",
    );
}

#[test]
fn nothing_is_urgent_while_a_person_has_the_conversation() {
    let flows = format!("{FLOWS}---\nflow: person\nwhen: [{{message: person}}]\nsteps: [{{handoff: support}}]\n");
    check_bot(
        "bot: Test\nteams: {support: {}}\n",
        &flows,
        "< person\n* handoff support\n* run handed_off\n= with_person true\n< emergency",
    );
}

#[test]
fn explain_says_that_it_is_urgent() {
    let mut talk = Talk::new("bot: Test\n", FLOWS);
    for line in ["< book", "> What is it about?"] {
        talk.line(line).unwrap();
    }
    let all = super::starting::told(&talk, "chest pain");
    assert!(
        all[0].starts == crate::Starts::Surely
            && all[0].why.contains("it is urgent, so it goes before every waiting question"),
        "{all:?}"
    );
    assert!(!all.iter().any(|explained| explained.why.contains("level")), "{all:?}");
}

#[test]
fn urgency_that_does_nothing_is_told() {
    let found = |when: &str, more: &str| {
        let flow = format!("flow: x\n{more}when: [{{{when}, urgent: true}}]\nsteps: [{{say: A, if_closed: skip}}]\n");
        let files = [("flows/_bot.yaml", "bot: Test\nfields: {visit: date}\n"), ("flows/x.yaml", flow.as_str())];
        let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let (set, mut all) = parse_set(&files);
        all.extend(lint(&set));
        all.into_iter().filter(|finding| finding.code == "E260").count()
    };
    for when in
        ["schedule: daily 9:00, to: everyone", "event: paid", "any_message: true", "first_message: true", "api: true"]
    {
        assert_eq!(found(when, ""), 1, "{when}");
    }
    for when in ["message: help", "button: sos", "location: true", "media: any", "missed_call: true"] {
        assert_eq!(found(when, ""), 0, "{when}");
    }
    assert_eq!(found("message: help", "if_busy: queue\n"), 1);
    assert_eq!(found("message: help", "stop_when: [{message: enough, urgent: true}]\n"), 1);
}

const IN_SPANISH: &str = "locale: es
words: {emergency: [emergencia]}
emergency.say_1: {from: Call 112 now., to: Llama al 112.}
";
const ASKED: &str = "> Which language do you prefer? / ¿Qué idioma prefieres? [English] [Español]";

fn talk_in_languages(by: &str, flows: &str, transcript: &str) {
    let bot = format!(
        "bot: Test\nlanguage: en\nlanguages: {{en: [], es: []}}\nlanguage_by: {by}\nteams: {{support: {{}}}}\n"
    );
    let mut talk = Talk::with_files(&bot, flows, &[("locales/es.yaml", IN_SPANISH)]);
    for line in transcript.lines() {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{transcript}\n{}", talk.trace.join("\n")));
    }
    talk.nothing_unread().unwrap();
}

#[test]
fn an_emergency_goes_before_the_question_for_the_language() {
    for by in ["ask", "[greeting, ask]"] {
        talk_in_languages(by, FLOWS, "< I have chest pain!!\n> Call 112 now.");
        talk_in_languages(by, FLOWS, "< chest pain\n> Call 112 now.\n< chest pain\n> Call 112 now.");
    }
    // The word tells the language.
    talk_in_languages("[greeting, ask]", FLOWS, "< emergencia\n> Llama al 112.\n= contact.language es");
    // So does a sentence with it.
    let sentence = "< tengo una emergencia\n> Llama al 112.\n= contact.language es";
    talk_in_languages("[greeting, number, ask]", FLOWS, sentence);
    // Also where the bot learns languages by its question alone.
    talk_in_languages("ask", FLOWS, sentence);
    talk_in_languages("ask", FLOWS, &format!("< book\n{ASKED}\n< emergencia\n> Llama al 112.\n> What is it about?"));
}

#[test]
fn explain_says_that_an_emergency_goes_before_the_question_for_the_language() {
    let bot = "bot: Test\nlanguage: en\nlanguages: {en: [], es: []}\nlanguage_by: ask\nteams: {support: {}}\n";
    let talk = Talk::with_files(bot, FLOWS, &[("locales/es.yaml", IN_SPANISH)]);
    let all = super::starting::told(&talk, "chest pain");
    assert!(all[0].starts == crate::Starts::Surely && all[0].why.contains("it wins: it is urgent"), "{all:?}");
    let all = super::starting::told(&talk, "book");
    assert!(all.iter().all(|one| one.starts == crate::Starts::Not), "{all:?}");
    assert!(all.iter().any(|one| one.why.ends_with(crate::LANGUAGE_FIRST)), "{all:?}");
}

#[test]
fn an_emergency_goes_before_the_open_question_for_the_language_and_is_answered_once() {
    let asked = format!("< book\n{ASKED}\n< chest pain\n> Call 112 now.\n");
    talk_in_languages("ask", FLOWS, &asked);
    talk_in_languages("ask", FLOWS, &format!("{asked}< chest pain\n> Call 112 now.\n= contact.language "));
    // The question stays open, and the message that waits for it is answered then.
    talk_in_languages("ask", FLOWS, &format!("{asked}<- English\n> What is it about?"));
    let known = format!("< qwerty\n{ASKED}\n< emergencia\n> Llama al 112.\n= contact.language es");
    talk_in_languages("[greeting, ask]", FLOWS, &known);
}

#[test]
fn an_emergency_that_hands_over_ends_the_question_for_the_language() {
    let flows = FLOWS.replace("[{say: Call 112 now.}]", "[{say: Call 112 now.}, {handoff: support}]");
    let talk = format!(
        "< book\n{ASKED}\n< chest pain\n> Call 112 now.\n* handoff support\n* run handed_off\n~ back\n< teeth\n{ASKED}"
    );
    talk_in_languages("ask", &flows, &talk);
}
