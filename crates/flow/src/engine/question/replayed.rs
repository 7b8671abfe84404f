//! Replays the answers of `tests/answers` through live questions: a question takes what its line means, and nothing else.

use crate::{
    base::time::Time,
    model::{
        answer::{self, AnswerContext, AnswerType},
        inbound::InboundKind,
        value::Value,
    },
    tests::Talk,
};

/// Of the ordinary answers, one of so many is replayed: each costs a turn of the engine.
const ORDINARY_ONE_IN: usize = 12;

/// Stands for the question of lines without one: a live question has a text.
const ANY_QUESTION: &str = "…";

/// A line of a file, with the question that it answers.
struct Line {
    kind: AnswerType,
    phone: &'static str,
    question: &'static str,
    said: &'static str,
    /// `None`: the message is no answer. Two values with ` | ` between them are asked back.
    meant: Option<&'static str>,
}

/// The moment at which a file's messages are written, and its lines; those of questions with options are left to the tests
/// of options.
fn lines_of(text: &'static str) -> (jiff::Zoned, Vec<Line>) {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).expect("a file names it");
    let (mut kind, mut phone, mut question) = (AnswerType::Any, "", ANY_QUESTION);
    let mut all = Vec::new();
    for line in text.lines().skip_while(|line| !line.starts_with('[')) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            let parts: Vec<&str> = section.trim_end_matches(']').split(' ').collect();
            kind = AnswerType::parse(parts[0]).expect("a type");
            phone = parts.get(2).copied().unwrap_or(field("phone "));
            question = ANY_QUESTION;
        } else if let Some(asked) = line.strip_prefix("? ") {
            question = asked;
        } else if kind != AnswerType::Choice {
            let (said, meant) = line.split_once(" => ").map_or((line, None), |(said, meant)| (said, Some(meant)));
            all.push(Line { kind, phone, question, said, meant });
        }
    }
    (field("now ").parse().expect("a moment with its zone"), all)
}

/// A conversation in which this question waits for its answer.
fn asked(language: &str, now: &jiff::Zoned, line: &Line) -> Talk {
    let zone = now.time_zone().iana_name().expect("a zone with a name");
    let bot = format!("bot: Test\nlanguage: {language}\ntimezone: {zone}\n");
    let question = serde_json::to_string(line.question).expect("a text");
    let flow = format!(
        "flow: it\nwhen: [{{message: zzq zzq}}]\nsteps:\n  - {{ask: {question}, type: {}, as: it, tries: 9}}\n  - {{ask: '.', as: photo, type: image}}\n",
        line.kind.as_str()
    );
    let mut talk = Talk::new(&bot, &flow);
    talk.now = Time(now.timestamp().as_millisecond());
    talk.contact.data.phone = Some(line.phone.into());
    talk.contact.data.zone = Some(zone.into());
    talk.line("< zzq zzq").expect("the flow starts");
    talk.unread.clear();
    talk
}

fn printed(value: &Value) -> String {
    match value {
        Value::DateTime(at) => at.strftime("%Y-%m-%dT%H:%M").to_string(),
        other => other.print().unwrap_or_default(),
    }
}

/// The value that the question takes from this message.
fn taken(talk: &Talk, said: &str) -> Option<String> {
    let mut talk = talk.clone();
    talk.line(&format!("< {said}")).expect("a message");
    let session = talk.session();
    let vars = session.runs.last()?.frames.iter().rev().find_map(|frame| frame.vars.clone())?;
    vars.get("it").map(printed)
}

/// Replays one of so many lines of a file, and gives their number. `is_exact`: a question must take all values, and
/// otherwise those that `answer::read` understands.
fn replay((language, text): (&'static str, &'static str), is_exact: bool, one_in: usize) -> usize {
    let (now, lines) = lines_of(text);
    let mut waiting: Option<(AnswerType, &str, &str, Talk)> = None;
    let mut wrong = Vec::new();
    let mut replayed = 0;
    for line in lines.iter().step_by(one_in) {
        let is_same = |(kind, phone, question, _): &(AnswerType, &str, &str, Talk)| {
            (*kind, *phone, *question) == (line.kind, line.phone, line.question)
        };
        if !waiting.as_ref().is_some_and(is_same) {
            waiting = Some((line.kind, line.phone, line.question, asked(language, &now, line)));
        }
        let Some((.., talk)) = &waiting else { continue };
        let found = taken(talk, line.said);
        let question = line.question;
        let hearing = AnswerContext { question, ..AnswerContext::new(now.clone(), language, Some(line.phone)) };
        let read = answer::understand(line.kind, &InboundKind::Text { body: line.said.into() }, &hearing);
        let one = line.meant.filter(|meant| !meant.contains(" | "));
        let must_be_taken = is_exact && question != ANY_QUESTION;
        let is_right = found.as_deref() == one || found.is_none() && !must_be_taken;
        replayed += 1;
        if !is_right || found != read.as_ref().map(printed) {
            wrong.push(format!(
                "{language} {:?} {question} {:?}: {found:?} instead of {one:?}, read as {read:?}",
                line.kind, line.said
            ));
        }
    }
    assert_eq!(wrong, [""; 0], "a live question takes another value");
    replayed
}

/// Tests for each language, which run side by side.
macro_rules! replayed_in {
    ($($language:ident),*) => { $(
        mod $language {
            use super::{LINES_MIN, ORDINARY_ONE_IN, replay};

            #[test]
            fn no_misleading_answer_is_taken_by_a_live_question() {
                let file = include_str!(concat!("../../../../../tests/answers/hostile/", stringify!($language), ".txt"));
                assert!(replay((stringify!($language), file), true, 1) > LINES_MIN);
            }

            #[test]
            fn a_live_question_takes_what_is_read() {
                let file = include_str!(concat!("../../../../../tests/answers/", stringify!($language), ".txt"));
                let replayed = replay((stringify!($language), file), false, ORDINARY_ONE_IN);
                assert!(replayed * ORDINARY_ONE_IN > LINES_MIN);
            }
        }
    )* };
}

replayed_in!(en, es, fr, de, pt, it);

/// Each file has more lines.
const LINES_MIN: usize = 900;
