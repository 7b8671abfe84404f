//! Tests `suggest` of a team: an agent drafts the reply for the person, and nothing is sent or done by it.

use super::Talk;
use crate::{
    base::limits::AGENT_GIVEN_UP_MAX,
    model::{
        effect::{AnswerShape, TalkBy},
        session::{SuggestionSource, SuggestionState},
    },
};

const BOT: &str = "bot: Wheels
models: [main]
teams: {workshop: {suggest: helper}, office: {}}
agents: {scope: bicycle repairs, discloses: {no: the tests read replies}}
";

const PAPERS: &str = "---
title: Prices
source: https://wheels.example/prices
---

## Brakes

New brake pads are 45 € a pair.
";

const FLOWS: &str = "flow: person
when: [{message: person}]
steps:
  - say: A person comes.
  - handoff: workshop
---
flow: office
when: [{message: office}]
steps:
  - handoff: office
---
flow: desk
when: [{message: desk}]
steps:
  - agent: helper
    instructions: Answer in short sentences.
    knowledge: all
    tools:
      - free_times
      - says_it
      - {flow: book_time, confirm: 'Shall I book ${inputs.day}?'}
    exits:
      booked: {when: it is done, do: [{say: Done}]}
    limits: {calls: 2}
    on_limit: [{say: Enough}]
    on_error: [{say: 'Sorry: ${error.code}'}]
---
flow: free_times
description: The free times of a day.
inputs: {day: date}
returns: {times: text}
steps:
  - http: GET https://shop.example/times
    as: found
  - return: {times: '${found.body.times}'}
---
flow: says_it
description: Says it.
steps:
  - say: It is said.
---
flow: book_time
description: Books a visit.
inputs: {day: date}
steps:
  - http: POST https://shop.example/bookings
";

fn talk() -> Talk {
    let mut talk = Talk::with_files(BOT, FLOWS, &[("knowledge/prices.md", PAPERS)]);
    lines(&mut talk, "< person\n> A person comes.");
    talk
}

fn lines(talk: &mut Talk, transcript: &str) {
    for line in transcript.lines() {
        if let Err(what) = talk.line(line) {
            panic!("`{line}`: {what}\n{}", talk.trace.join("\n"));
        }
    }
}

fn state(talk: &Talk) -> Option<SuggestionState> {
    talk.session().suggestion().map(|open| open.state.clone())
}

fn text(talk: &Talk) -> String {
    match state(talk) {
        Some(SuggestionState::Ready { text, .. }) => text,
        other => panic!("{other:?}\n{}", talk.trace.join("\n")),
    }
}

fn why(talk: &Talk) -> String {
    match state(talk) {
        Some(SuggestionState::Without { why, text }) => format!("{}: {text}", why.as_str()),
        other => panic!("{other:?}\n{}", talk.trace.join("\n")),
    }
}

#[test]
fn a_message_to_a_person_is_answered_by_a_draft_with_its_papers_and_nothing_is_sent() {
    let mut talk = talk();
    assert!(state(&talk).is_none(), "the hand-off itself is no message to a person");
    let runs = talk.session().runs;
    lines(&mut talk, "< are new brake pads cheap?\n* asks main try 1");
    assert!(talk.session().is_owed() && talk.session().suggestion().unwrap().is_thinking());
    let question = &talk.questions[0].question;
    assert!(question.instruction.contains("Answer in short sentences.") && question.instruction.contains("draft"));
    assert!(question.sources[0].contains("45 €"), "{:?}", question.sources);
    let said: Vec<_> = question.talk.iter().map(|entry| (entry.by.clone(), entry.text.as_str())).collect();
    let (customer, flow) = (TalkBy::Customer, TalkBy::Flow);
    assert_eq!(
        said,
        [(customer.clone(), "person"), (flow, "A person comes."), (customer, "are new brake pads cheap?")]
    );
    lines(&mut talk, "~ says New brake pads are 45 € a pair.\n* draft New brake pads are 45 € a pair.");
    let source = SuggestionSource {
        title: "Prices › Brakes".into(),
        file: "prices.md".into(),
        link: Some("https://wheels.example/prices".into()),
    };
    let expected = SuggestionState::Ready { text: "New brake pads are 45 € a pair.".into(), sources: vec![source] };
    assert_eq!((state(&talk), talk.session().runs), (Some(expected), runs));
    assert!(!talk.session().is_owed());
    talk.nothing_unread().unwrap();
}

#[test]
fn only_what_finds_out_is_offered_and_used() {
    let mut talk = talk();
    lines(&mut talk, "< is tomorrow free?");
    let AnswerShape::Act(acts) = &talk.questions[0].question.shape else { panic!("acts") };
    let names: Vec<&str> = acts.iter().map(|act| act.name.as_str()).collect();
    assert_eq!(names, ["say", "search", "call_free_times", "exit_person", "exit_done", "exit_off_topic"]);
    lines(&mut talk, "~ uses book_time {\"day\": \"2026-03-04\"}\n* asks main try 2");
    lines(&mut talk, "~ uses free_times {\"day\": \"2026-03-04\"}\n* call GET https://shop.example/times try 1");
    assert!(talk.session().suggestion().unwrap().is_thinking() && talk.calls.iter().all(|call| call.method == "GET"));
    lines(&mut talk, "~ answer 200 {\"times\": \"10:00\"}\n* asks main try 1\n~ says We have 10:00.");
    assert_eq!(text(&talk), "We have 10:00.");
    talk.nothing_unread().unwrap();
}

#[test]
fn a_draft_that_no_source_speaks_for_is_none_and_neither_is_an_exit() {
    for (answers, because) in [
        ("~ says They cost 99 €.\n~ says They cost 98 €.", "guard: the guards refused the draft"),
        ("~ exits person {}", "unsure: the agent leaves the answer to you"),
        ("~ refuse model_down", "model: no model answered"),
        ("~ refuse over_budget", "budget: a limit"),
        ("~ searches a\n~ searches b", "budget: a limit"),
        ("~ uses says_it {}\n~ uses says_it {}", "guard: "),
    ] {
        let mut talk = talk();
        lines(&mut talk, "< how much are they?");
        lines(&mut talk, answers);
        assert!(why(&talk).starts_with(because), "{}", why(&talk));
        assert!(talk.happened.iter().any(|what| what.starts_with("no draft")));
        talk.nothing_unread().unwrap();
    }
}

#[test]
fn a_newer_message_begins_the_draft_anew_and_the_late_answer_is_dropped() {
    let mut talk = talk();
    lines(&mut talk, "< hello\n< are you open?\n~ says Hello!");
    assert!(talk.session().suggestion().unwrap().is_thinking(), "the first answer is late");
    lines(&mut talk, "~ says We are here.");
    assert_eq!((text(&talk).as_str(), talk.session().suggestion().unwrap().message.0), ("We are here.", 3));
    lines(&mut talk, "< and now?");
    assert!(talk.session().suggestion().unwrap().is_thinking(), "a draft for an older message is none");
}

#[test]
fn after_several_messages_the_running_question_is_waited_for() {
    let mut talk = talk();
    for number in 0..=AGENT_GIVEN_UP_MAX {
        lines(&mut talk, &format!("< message {number}"));
    }
    let asked = talk.questions.len();
    lines(&mut talk, "< one more");
    assert_eq!(talk.questions.len(), asked);
    talk.questions.drain(..asked - 1);
    lines(&mut talk, "~ says Too early.\n* asks main try 1\n~ says For all of them.");
    assert_eq!((text(&talk).as_str(), talk.session().suggestion().unwrap().message.0), ("For all of them.", 6));
}

#[test]
fn whoever_writes_or_throws_it_away_ends_it() {
    for end in ["~ person", "~ back", "~ close", "~ discard", "~ assign office", "~ leave", "< STOP"] {
        let mut talk = talk();
        lines(&mut talk, "< hello\n~ says Hello!");
        assert_eq!(text(&talk), "Hello!");
        let _ = talk.line(end);
        assert_eq!(state(&talk), None, "{end}");
        let mut talk = self::talk();
        lines(&mut talk, "< hello");
        let _ = talk.line(end);
        let _ = talk.line("~ says Hello!");
        assert_eq!(state(&talk), None, "{end} while the model is asked");
    }
}

#[test]
fn another_team_and_an_echo_of_nothing_have_no_draft() {
    let mut talk = Talk::with_files(BOT, FLOWS, &[("knowledge/prices.md", PAPERS)]);
    lines(&mut talk, "< office\n< hello\n~ react");
    assert!(talk.questions.is_empty() && state(&talk).is_none());
    let mut talk = self::talk();
    lines(&mut talk, "~ react");
    assert!(talk.questions.is_empty());
}

#[test]
fn a_crash_asks_once_more_and_not_a_third_time() {
    let mut talk = talk();
    lines(&mut talk, "< hello\n~ restart\n* asks main try 2");
    talk.questions.remove(0);
    lines(&mut talk, "~ says Hello!");
    assert_eq!(text(&talk), "Hello!");
    let mut talk = self::talk();
    lines(&mut talk, "< hello\n~ restart\n~ restart");
    assert!(why(&talk).starts_with("failed: "), "{}", why(&talk));
    assert!(!talk.session().is_owed());
}
