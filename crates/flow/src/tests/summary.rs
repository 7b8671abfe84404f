//! Tests `summary: auto` of `handoff`: the hand-off waits for nothing, and the case gets what a model says.

use super::Talk;

const BOT: &str = "bot: Test\nmodels: [main, small]\nteams: {support: {}}\nagents: {router: small}\n";

fn bot(transcript: &str) {
    super::check_bot(BOT, FLOW, transcript);
}

const FLOW: &str = "flow: person
when: [{message: person}]
steps:
  - say: A person comes.
  - handoff: support
    summary: auto
";

#[test]
fn the_hand_off_is_at_once_and_the_summary_follows() {
    bot(
        "< person\n* handoff support\n* asks small try 1\n> A person comes.\n~ reply \" Wants a person. \"\n* summary Wants a person.",
    );
    let mut talk = Talk::new(BOT, FLOW);
    talk.line("< person").unwrap();
    assert!(talk.questions[0].about_conversation && talk.session().is_owed());
    for line in ["> A person comes.", "~ reply \"Wants a person.\""] {
        talk.line(line).unwrap();
    }
    let case = talk.session().person.and_then(|person| person.case).unwrap();
    assert_eq!(case.summary.as_deref(), Some("Wants a person."));
    assert!(case.summary_call.is_none() && !talk.session().is_owed());
}

#[test]
fn a_summary_has_its_longest_length_and_an_empty_one_is_none() {
    use crate::base::limits::SUMMARY_CHARS_MAX;
    let (longest, longer) = ("é".repeat(SUMMARY_CHARS_MAX), "é".repeat(SUMMARY_CHARS_MAX + 1));
    bot(&format!("< person\n> A person comes.\n~ reply \"{longest}\"\n* summary {longest}"));
    bot(&format!("< person\n> A person comes.\n~ reply \"{longer}\"\n* summary {longest}"));
    for answer in ["reply \" \"", "reply null", "reply [1]", "refuse model_down"] {
        let mut talk = Talk::new(BOT, FLOW);
        for line in ["< person", "> A person comes.", &format!("~ {answer}")] {
            talk.line(line).unwrap();
        }
        assert_eq!(talk.session().person.and_then(|person| person.case).unwrap().summary, None, "{answer}");
    }
}

#[test]
fn a_summary_for_a_case_that_is_over_is_dropped() {
    bot("< person\n> A person comes.\n~ back\n~ reply \"Wants a person.\"\n= runs 0");
    bot("< person\n> A person comes.\n~ close\n~ reply \"Wants a person.\"");
    // The second hand-off asks anew, and the answer to the first question is late.
    let mut talk = Talk::new(BOT, FLOW);
    for line in ["< person", "> A person comes.", "~ back", "< person", "> A person comes."] {
        talk.line(line).unwrap();
    }
    assert_eq!(talk.questions.iter().map(|call| call.call).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_crash_asks_once_more_and_not_a_third_time() {
    bot(
        "< person\n> A person comes.\n~ restart\n* asks small try 2\n~ reply \"Wants a person.\"\n* summary Wants a person.",
    );
    let mut talk = Talk::new(BOT, FLOW);
    for line in ["< person", "> A person comes.", "~ restart", "~ restart"] {
        talk.line(line).unwrap();
    }
    assert_eq!(talk.questions.len(), 2);
    assert!(!talk.session().is_owed());
}
