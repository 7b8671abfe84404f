//! Tests `llm`: the value that is kept, the answers that are refused, and the words that no model reads.

mod ground;

use super::Talk;
use crate::model::{effect::AnswerShape, effect::ModelCall};

const BOT: &str = "bot: Test\nmodels: [main, small]\nteams: {support: {}}\n";

fn bot(flows: &str, transcript: &str) {
    super::check_bot(BOT, flows, transcript);
}

const KIND: &str = "flow: triage
when: [{any_message: true}]
steps:
  - llm: What is this about?
    input: ${msg.text}
    returns: [repair, price]
    as: kind
    on_error: [{say: 'Sorry: ${error.code}'}, end]
    on_timeout: [{say: Too slow}, end]
  - say: 'About: ${kind}'
";

#[test]
fn one_of_the_texts_is_kept() {
    bot(KIND, "< my brakes\n* asks main try 1\n~ reply \"repair\"\n> About: repair");
    bot(KIND, "< my brakes\n~ reply \" Repair \"\n> About: repair");
}

#[test]
fn another_text_is_asked_about_once_more_and_then_an_error() {
    bot(KIND, "< hm\n~ reply \"weather\"\n* asks main try 2\n~ reply \"price\"\n> About: price");
    bot(KIND, "< hm\n~ reply \"weather\"\n~ reply \"\"\n> Sorry: bad_answer");
    let never = KIND.replace("    as: kind", "    retry: 0\n    as: kind");
    bot(&never, "< hm\n~ reply \"weather\"\n> Sorry: bad_answer");
    let often = KIND.replace("    as: kind", "    retry: 3\n    as: kind");
    bot(&often, "< hm\n~ reply 1\n~ reply 2\n~ reply 3\n* asks main try 4\n~ reply 4\n> Sorry: bad_answer");
}

#[test]
fn an_error_of_the_model_goes_to_on_error_and_silence_to_on_timeout() {
    for kind in ["model_down", "model_refused", "over_budget", "cut_prompt"] {
        bot(KIND, &format!("< hm\n~ refuse {kind}\n> Sorry: {kind}"));
    }
    bot(KIND, "< hm\n~ refuse model_slow\n> Too slow");
    let unhandled = KIND.replace("    on_timeout: [{say: Too slow}, end]\n", "");
    bot(&unhandled, "< hm\n~ refuse model_slow\n> Sorry: model_slow");
}

#[test]
fn none_of_the_texts_is_an_answer_where_unsure_is_written() {
    let unsure = KIND.replace("    as: kind", "    unsure: [{say: Who knows}, end]\n    as: kind");
    bot(&unsure, "< hm\n~ reply \"none of these\"\n> Who knows");
    bot(KIND, "< hm\n~ reply \"none of these\"\n~ reply \"none of these\"\n> Sorry: bad_answer");
}

#[test]
fn a_question_is_asked_once_more_after_a_crash_and_not_a_third_time() {
    bot(KIND, "< hm\n~ restart\n* asks main try 2\n~ reply \"price\"\n> About: price");
    bot(KIND, "< hm\n~ restart\n~ restart\n> Sorry: unknown_outcome");
}

#[test]
fn an_answer_that_comes_while_a_person_has_it_is_looked_at_afterwards() {
    bot(KIND, "< hm\n~ person\n~ reply \"price\"\n= runs 1\n~ back\n> About: price\n= runs 0");
}

const RECORD: &str = "flow: triage
when: [{any_message: true}]
steps:
  - llm: Read the complaint.
    input: ${msg.text}
    returns:
      kind: [late, broken]
      number: {type: text, optional: true, about: the repair's}
      when: {type: date, optional: true}
      angry: yesno
      parts: {type: whole, default: 1}
    model: small
    as: found
    on_error: [{say: 'Sorry: ${error.code}: ${error.text}'}, end]
  - say: '${found.kind} ${found.number ?? \"-\"} ${found.when ?? \"-\"} ${found.angry} ${found.parts}'
";

#[test]
fn fields_have_their_types() {
    bot(
        RECORD,
        "< 4711 is late since 3 Dec\n* asks small try 1\n~ reply {\"kind\": \"late\", \"number\": \"4711\", \"when\": \"2026-12-03\", \"angry\": true}\n> late 4711 2026-12-03 true 1",
    );
    bot(
        RECORD,
        "< hm\n~ reply {\"kind\": \"broken\", \"angry\": false, \"number\": null, \"parts\": 3}\n> broken - - false 3",
    );
}

#[test]
fn a_wrong_shape_names_the_field_and_repeats_nothing_of_the_answer() {
    for (answer, why) in [
        ("{\"kind\": \"x\", \"angry\": true}", "`kind` is not one of `late`, `broken`"),
        ("{\"kind\": \"late\"}", "`angry` is missing, or not in the input"),
        ("{\"kind\": \"late\", \"angry\": \"perhaps\"}", "`angry` is not a value of type `yesno`"),
        ("{\"kind\": \"late\", \"angry\": true, \"evil\": 1}", "the answer has fields that nobody asked for"),
        ("\"late\"", "the answer is no object with the named fields"),
    ] {
        bot(RECORD, &format!("< hm\n~ reply {answer}\n~ reply {answer}\n> Sorry: bad_answer: {why}"));
    }
}

#[test]
fn a_number_that_the_customer_did_not_write_is_missing() {
    let answer = "{\"kind\": \"late\", \"number\": \"9999\", \"angry\": true}";
    bot(RECORD, &format!("< where is my bike\n~ reply {answer}\n> late - - true 1"));
}

/// The first question after this message.
fn asked(flows: &str, message: &str) -> ModelCall {
    let mut talk = Talk::new(BOT, flows);
    talk.line(&format!("< {message}")).unwrap();
    talk.questions.remove(0)
}

#[test]
fn no_model_reads_the_numbers_of_a_person() {
    let text = "flow: t\nwhen: [{any_message: true}]\nsteps:\n  - llm: 'Answer ${msg.text}'\n    input: ${msg.text}\n    as: x\n  - say: ${x}\n";
    let call = asked(text, "write to ana@example.com or +34 600 11 22 33");
    let stored = serde_json::to_string(&call.question).unwrap();
    assert!(!stored.contains("ana@") && !stored.contains("600"), "{stored}");
    assert_eq!(call.question.input.as_deref(), Some("write to ‹email 1› or ‹phone 1›"));
    assert_eq!(call.question.shape, AnswerShape::Text);
    bot(text, "< my address is ana@example.com\n~ reply \"I write to ‹email 1›.\"\n> I write to ana@example.com.");
}

#[test]
fn a_text_as_long_as_the_limit_is_asked_and_a_longer_one_is_not() {
    use crate::base::limits::MODEL_INSTRUCTION_BYTES_MAX;
    let flow = |bytes: usize| {
        format!(
            "flow: t\nwhen: [{{any_message: true}}]\nsteps:\n  - llm: {}\n    on_error: [{{say: '${{error.code}}'}}]\n    as: x\n",
            "x".repeat(bytes)
        )
    };
    bot(&flow(MODEL_INSTRUCTION_BYTES_MAX), "< hi\n* asks main try 1");
    bot(&flow(MODEL_INSTRUCTION_BYTES_MAX + 1), "< hi\n> cut_prompt");
}

#[test]
fn the_marks_around_inputs_differ_from_question_to_question() {
    let twice = "flow: t\nwhen: [{any_message: true}]\nsteps:\n  - llm: a\n    as: x\n  - llm: b\n    as: y\n";
    let mut talk = Talk::new(BOT, twice);
    talk.line("< hi").unwrap();
    let first = talk.questions[0].question.mark.clone();
    talk.line("~ reply \"x\"").unwrap();
    assert_ne!(first, talk.questions[0].question.mark);
}

#[test]
fn so_many_texts_and_examples_are_taken_and_no_more() {
    use crate::{
        base::{
            limits::{MODEL_CHOICES_MAX, MODEL_EXAMPLES_MAX},
            place::SourceFile,
        },
        parse_set,
    };
    let errors = |choices: usize, examples: usize| {
        let choices: Vec<String> = (0..choices).map(|at| format!("c{at}")).collect();
        let examples = vec!["{input: a, returns: c1}"; examples].join(", ");
        let flow = format!(
            "flow: t\nwhen: [{{any_message: true}}]\nsteps:\n  - llm: a\n    returns: [{}]\n    examples: [{examples}]\n    as: x\n  - say: ${{x}}\n",
            choices.join(", ")
        );
        let files = [SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new("flows/t.yaml", &*flow)];
        let found = parse_set(&files).1.into_iter().filter(|found| found.is_error());
        found.map(|found| found.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(errors(MODEL_CHOICES_MAX, MODEL_EXAMPLES_MAX), Vec::<String>::new());
    assert!(errors(MODEL_CHOICES_MAX + 1, 1)[0].contains("these are 51"));
    assert!(errors(2, MODEL_EXAMPLES_MAX + 1)[0].contains("at most 20 examples"));
}

const DESK: &str = "flow: desk
when: [{any_message: true}]
steps:
  - llm: Answer in at most three short sentences.
    input: ${msg.text}
    knowledge: all
    facts: ['You are ${contact.name}.', 'Ring 030 5557810.']
    unsure: [{say: Nothing is written about that}, end]
    as: reply
    on_error: [{say: 'Sorry: ${error.code}: ${error.text}'}, end]
  - say: ${reply}
";
const PAPERS: &str = "# Prices

## Brakes

New brake pads are 45 € a pair, and the wear is free to look at.
";

/// The talk of `DESK`, perhaps with another step.
fn desk(flow: &str, transcript: &str) {
    let mut talk = super::Talk::with_files(BOT, flow, &[("knowledge/prices.md", PAPERS)]);
    for line in transcript.lines() {
        talk.line(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn an_answer_with_a_value_of_no_source_is_asked_for_once_more_and_then_an_error() {
    desk(DESK, "< how much are new brakes?\n~ reply \"Two pads are 45 euros. 😊\"\n> Two pads are 45 euros. 😊");
    desk(
        DESK,
        "< how much are new brakes?\n~ reply \"They are 39 €.\"\n* asks main try 2\n~ reply \"A pair is 45 €.\"\n> A pair is 45 €.",
    );
    desk(
        DESK,
        "< new brakes for 30 €?\n~ reply \"Sure, 30 €!\"\n~ reply \"Call 030 5557811\"\n> Sorry: ungrounded: no source has `030 5557811` (phone number)",
    );
    desk(
        DESK,
        "< new brakes for 30 €?\n~ reply \"No, not for 30 €. Call 030/5557810\"\n> No, not for 30 €. Call 030/5557810",
    );
}

#[test]
fn a_model_is_not_asked_what_the_papers_do_not_tell() {
    desk(DESK, "< do you like opera?\n> Nothing is written about that");
}

#[test]
fn values_without_a_source_pass_where_the_author_says_why() {
    let free = DESK.replace("    unsure:", "    ground: {no: a guess is welcome}\n    unsure:");
    desk(&free, "< new brakes?\n~ reply \"They are 39 €.\"\n> They are 39 €.");
}

#[test]
fn an_instruction_with_the_words_of_a_customer_is_no_source() {
    let open = DESK.replace("Answer in at most", "Answer ${msg.text} in at most");
    let twice = "~ reply \"All right, 5 € then\"\n~ reply \"All right, 5 € then\"";
    desk(&open, &format!("< new brakes for 5 €?\n{twice}\n> Sorry: ungrounded: no source has `5 €` (amount)"));
}

#[test]
fn a_number_of_the_papers_may_be_a_field() {
    let typed = DESK
        .replace("    as: reply", "    returns: {number: text}\n    as: reply")
        .replace("${reply}", "${reply.number}");
    desk(&typed, "< where do I ring about brakes?\n~ reply {\"number\": \"030 5557810\"}\n> 030 5557810");
}
