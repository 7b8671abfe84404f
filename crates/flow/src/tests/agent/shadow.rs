//! Tests `shadow` of a team: an agent drafts the reply as with `suggest`, and nobody is shown it.

use super::Talk;
use crate::model::session::{DraftMode, SuggestionState};

const BOT: &str = "bot: Wheels
models: [main]
teams: {workshop: {shadow: helper}, office: {suggest: helper}}
agents: {scope: bicycle repairs, discloses: {no: the tests read replies}}
";

const FLOWS: &str = "flow: person
when: [{message: person}]
steps:
  - say: A person comes.
  - handoff: workshop
---
flow: desk
when: [{message: desk}]
steps:
  - agent: helper
    instructions: Answer in short sentences.
    facts: [New brake pads are 45 € a pair.]
    tools:
      - {flow: book_time, confirm: 'Shall I book ${inputs.day}?'}
    on_error: [{say: 'Sorry: ${error.code}'}]
---
flow: book_time
description: Books a visit.
inputs: {day: date}
steps:
  - http: POST https://shop.example/bookings
";

fn talk() -> Talk {
    let mut talk = Talk::with_files(BOT, FLOWS, &[]);
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

/// The mode of the draft and its text, if it is there.
fn draft(talk: &Talk) -> Option<(DraftMode, Option<String>)> {
    let session = talk.session();
    let open = session.suggestion()?;
    let text = match &open.state {
        SuggestionState::Ready { text, .. } => Some(text.clone()),
        SuggestionState::Thinking { .. } | SuggestionState::Without { .. } => None,
    };
    Some((open.mode, text))
}

#[test]
fn a_message_to_a_person_is_answered_in_the_shadow_and_nothing_is_sent_or_done() {
    let mut talk = talk();
    let runs = talk.session().runs;
    lines(&mut talk, "< how much are brake pads?\n* asks main try 1");
    assert!(talk.session().is_owed());
    let question = &talk.questions[0].question;
    assert!(question.instruction.contains("Answer in short sentences."), "{}", question.instruction);
    lines(&mut talk, "~ uses book_time {\"day\": \"2026-03-04\"}\n* asks main try 2");
    lines(&mut talk, "~ says They are 45 €.\n* shadow They are 45 €.");
    assert_eq!(draft(&talk), Some((DraftMode::Shadow, Some("They are 45 €.".into()))));
    assert!(talk.calls.is_empty() && talk.session().runs == runs && !talk.session().is_owed());
    talk.nothing_unread().unwrap();
}

#[test]
fn a_draft_under_way_goes_on_after_the_person_has_written() {
    let mut talk = talk();
    lines(&mut talk, "< how much are brake pads?\n~ person\n~ says They are 45 €.\n* shadow They are 45 €.");
    let mut talk = self::talk();
    lines(&mut talk, "< how much are brake pads?\n~ says They are 45 €.\n* shadow They are 45 €.\n~ person");
    assert_eq!(draft(&talk), None, "it is recorded, and the person has answered");
    lines(&mut talk, "< and two pairs?\n~ says 90 €.\n* shadow 90 €.");
}

#[test]
fn a_draft_that_nobody_is_shown_cannot_be_thrown_away() {
    let mut talk = talk();
    lines(
        &mut talk,
        "< how much are brake pads?\n~ discard\n~ says They are 45 €.\n* shadow They are 45 €.\n~ discard",
    );
    assert!(draft(&talk).is_some());
}

#[test]
fn the_end_of_the_conversation_with_the_person_ends_it() {
    for end in ["~ back", "~ close", "~ assign office", "~ leave", "< STOP"] {
        let mut talk = talk();
        lines(&mut talk, "< how much are brake pads?");
        let _ = talk.line(end);
        let _ = talk.line("~ says They are 45 €.");
        assert_eq!(draft(&talk), None, "{end}");
        assert!(talk.happened.iter().all(|what| !what.starts_with("shadow")), "{end}: {:?}", talk.happened);
    }
}

#[test]
fn without_a_reply_the_reason_is_told() {
    for (answers, because) in [
        ("~ says They cost 99 €.\n~ says They cost 98 €.", "no shadow the guards refused the draft"),
        ("~ exits person {}", "no shadow the agent leaves the answer to you"),
        ("~ refuse over_budget", "no shadow a limit"),
        ("~ restart\n~ restart", "no shadow the draft could not be made"),
    ] {
        let mut talk = talk();
        lines(&mut talk, "< how much are they?");
        lines(&mut talk, answers);
        assert!(talk.happened.iter().any(|what| what.starts_with(because)), "{because}: {:?}", talk.happened);
        talk.nothing_unread().unwrap_or_default();
    }
}

#[test]
fn another_team_can_show_the_drafts_of_the_same_agent() {
    let mut talk = talk();
    lines(&mut talk, "< how much are brake pads?\n~ says They are 45 €.\n* shadow They are 45 €.\n~ assign office");
    lines(&mut talk, "< hello?\n~ says They are 45 €.\n* draft They are 45 €.");
    assert_eq!(draft(&talk), Some((DraftMode::Suggest, Some("They are 45 €.".into()))));
}
