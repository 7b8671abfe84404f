//! Tests tools of MCP servers in an agent: what is pinned is used, an act waits for a yes, a crash repeats no act, and no
//! answer of a server gives orders.

use crate::tests::Talk;
use crate::{
    lint, mcp,
    model::{effect::AnswerShape, mcp::McpTool},
    parse_set,
};
use serde_json::json;
use std::collections::BTreeMap;

const BOT: &str = "bot: Wheels
models: [main]
mcp: [calendar]
teams: {workshop: {}}
agents: {scope: bicycle repairs, discloses: {no: the tests read replies}}
";

const FLOW: &str = "flow: desk
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Answer in short sentences.
    tools:
      - mcp: calendar
        only: [list, create]
        reads: [list]
        confirm: {create: 'Shall I book ${inputs.day} at ${inputs.time}?'}
        claims: {create: [booked]}
      - {flow: note_it, confirm: {no: it changes nothing that matters}}
    exits:
      booked: {when: it was done, after: calendar.create}
    on_error: [{say: 'Sorry: ${error.code}'}, end]
---
flow: note_it
description: Notes something down.
steps:
  - set: {noted: true}
  - return: {ok: true}
returns: {ok: yesno}
vars: {noted: false}
";

fn lock() -> String {
    lock_of(&["day", "time"])
}

/// The lock in which `create` requires these inputs.
fn lock_of(required: &[&str]) -> String {
    let text = |name: &str| json!({"type": "string", "description": name});
    let tools = [
        json!({"name": "list", "description": "The free times of a day.",
               "inputSchema": {"type": "object", "properties": {"day": text("The day.")}, "required": ["day"]}}),
        json!({"name": "create", "description": "Books a visit.",
               "inputSchema": {"type": "object", "properties": {"day": text("The day."), "time": text("When.")},
                               "required": required}}),
    ];
    let tools = tools.iter().map(|tool| McpTool::of(tool).unwrap()).collect();
    mcp::written(&BTreeMap::from([("calendar".to_owned(), tools)]))
}

fn desk(transcript: &str) -> Talk {
    let mut talk = Talk::with_files(BOT, FLOW, &[(mcp::LOCK, &lock())]);
    for (number, line) in transcript.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
        if let Err(what) = talk.line(line) {
            panic!("line {}, `{line}`: {what}\n{}", number + 1, talk.trace.join("\n"));
        }
    }
    talk.nothing_unread().unwrap_or_else(|what| panic!("{what}\n{}", talk.trace.join("\n")));
    talk
}

const READ: &str = "< when on 3 December?\n* asks main try 1\n~ uses calendar.list {\"day\": \"2026-12-03\"}\n\
    * uses calendar.list {\"day\":\"2026-12-03\"} try 1\n~ mcp {\"free\": [\"10:00\"]}\n* asks main try 1\n";

const ASKED: &str = "< 3 December at 10:00\n* asks main try 1\n\
    ~ uses calendar.create {\"day\": \"2026-12-03\", \"time\": \"10:00\"}\n> Shall I book 2026-12-03 at 10:00? [Yes] [No]\n";

fn findings(bot: &str, flow: &str, lock: Option<String>) -> Vec<String> {
    let mut files = vec![crate::base::place::SourceFile::new("flows/_bot.yaml", bot)];
    for text in flow.split("\n---\n") {
        let name = text.lines().next().unwrap().trim_start_matches("flow: ");
        files.push(crate::base::place::SourceFile::new(format!("flows/{name}.yaml"), text));
    }
    files.extend(lock.map(|text| crate::base::place::SourceFile::new(mcp::LOCK, text)));
    let (set, mut found) = parse_set(&files);
    found.extend(lint(&set));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn the_model_is_told_what_the_lock_says() {
    let talk = {
        let mut talk = Talk::with_files(BOT, FLOW, &[(mcp::LOCK, &lock())]);
        talk.line("< hi").unwrap();
        talk
    };
    let AnswerShape::Act(acts) = &talk.questions[0].question.shape else { panic!() };
    let list = acts.iter().find(|act| act.name == "call_calendar.list").unwrap();
    assert_eq!(list.about, "The free times of a day.");
    let schema = list.schema.as_ref().unwrap();
    assert_eq!(
        (&schema["required"], &schema["properties"]["day"]["description"]),
        (&json!(["day"]), &json!("The day."))
    );
    let create = acts.iter().find(|act| act.name == "call_calendar.create").unwrap();
    assert!(create.about.ends_with("The customer is asked by a button before it is done."), "{}", create.about);
}

#[test]
fn a_tool_that_reads_is_used_and_its_answer_is_a_source() {
    desk(&format!("{READ}~ says At 10:00 it is free.\n> At 10:00 it is free."));
    // A price that nobody gave is refused after it, too.
    desk(&format!("{READ}~ says It is 45 €.\n* asks main try 2\n~ says It is 45 €.\n> Sorry: ungrounded"));
}

#[test]
fn inputs_that_the_pinned_schema_refuses_are_not_sent() {
    let talk = desk(
        "< when?\n* asks main try 1\n~ uses calendar.list {\"date\": \"x\"}\n* asks main try 2\n~ says Which day?\n> Which day?",
    );
    assert!(talk.used.is_empty() && talk.trace.join("\n").contains("`day` is missing"), "{}", talk.trace.join("\n"));
}

#[test]
fn an_act_begins_by_a_yes_alone_and_is_done_once() {
    let asks = "uses calendar.create {\"day\":\"2026-12-03\",\"time\":\"10:00\"} try 1";
    desk(&format!("{ASKED}<- No\n"));
    desk(&format!(
        "{ASKED}<- Yes\n* {asks}\n~ mcp {{\"id\": 7}}\n* asks main try 1\n\
         ~ uses calendar.create {{\"day\": \"2026-12-03\", \"time\": \"10:00\"}}\n* asks main try 1\n~ says It is booked.\n> It is booked."
    ));
    // Before it is done nobody may say so.
    desk(
        "< 3 December at 10:00\n* asks main try 1\n~ says It is booked.\n* asks main try 2\n~ says Booked!\n> Sorry: ungrounded",
    );
}

#[test]
fn after_a_crash_a_reading_tool_is_asked_again_and_an_act_is_not() {
    desk(
        "< when on 3 December?\n* asks main try 1\n~ uses calendar.list {\"day\": \"2026-12-03\"}\n\
         * uses calendar.list {\"day\":\"2026-12-03\"} try 1\n~ restart\n* uses calendar.list {\"day\":\"2026-12-03\"} try 2\n\
         ~ restart\n* asks main try 1",
    );
    let talk = desk(&format!(
        "{ASKED}<- Yes\n* uses calendar.create {{\"day\":\"2026-12-03\",\"time\":\"10:00\"}} try 1\n~ restart\n* needs person\n\
         * asks main try 1\n~ uses calendar.create {{\"day\": \"2026-12-03\", \"time\": \"11:00\"}}\n* asks main try 1\n\
         ~ says I do not know whether it worked.\n> I do not know whether it worked."
    ));
    assert_eq!(talk.used.len(), 1, "no second call was made");
}

#[test]
fn a_tool_that_its_server_describes_otherwise_is_out() {
    let talk = desk(
        "< when on 3 December?\n* asks main try 1\n~ uses calendar.list {\"day\": \"2026-12-03\"}\n\
         * uses calendar.list {\"day\":\"2026-12-03\"} try 1\n~ mcp_fails tool_changed\n* alarm mcp_changed\n* asks main try 1",
    );
    let AnswerShape::Act(acts) = &talk.questions[0].question.shape else { panic!() };
    let names: Vec<&str> = acts.iter().map(|act| act.name.as_str()).collect();
    assert!(!names.contains(&"call_calendar.list") && names.contains(&"call_calendar.create"), "{names:?}");
    assert!(talk.trace.join("\n").contains("`calendar.list`"), "the trace names it");
}

#[test]
fn after_an_answer_of_a_server_nothing_begins_without_a_question() {
    let talk = desk(&format!("{READ}~ uses note_it {{}}\n* asks main try 1\n~ says At 10:00.\n> At 10:00."));
    assert!(talk.trace.join("\n").contains("not begun without a question"), "{}", talk.trace.join("\n"));
    // In the next turn it may.
    desk(&format!(
        "{READ}~ says At 10:00.\n> At 10:00.\n< note it\n* asks main try 1\n~ uses note_it {{}}\n* asks main try 1"
    ));
}

#[test]
fn an_error_of_the_server_is_told_and_not_repeated() {
    let talk = desk(
        "< when on 3 December?\n* asks main try 1\n~ uses calendar.list {\"day\": \"2026-12-03\"}\n\
         * uses calendar.list {\"day\":\"2026-12-03\"} try 1\n~ mcp_error no such day\n* asks main try 1",
    );
    let last = talk.questions[0].question.talk.last().unwrap().text.clone();
    assert_eq!(last, "It failed: no such day");
    let huge = "x".repeat(20_000);
    let talk = desk(&format!(
        "< when on 3 December?\n* asks main try 1\n~ uses calendar.list {{\"day\": \"2026-12-03\"}}\n\
         * uses calendar.list {{\"day\":\"2026-12-03\"}} try 1\n~ mcp {huge}\n* asks main try 1"
    ));
    assert!(talk.questions[0].question.talk.last().unwrap().text.len() < 9_000);
}

#[test]
fn findings_name_what_is_missing_and_the_cure() {
    assert_eq!(findings(BOT, FLOW, Some(lock())), [] as [&str; 0]);
    let one = |bot: &str, from: &str, to: &str, lock: Option<String>| {
        let found = findings(bot, &FLOW.replace(from, to), lock);
        assert!(!found.is_empty(), "`{from}` to `{to}`");
        found.join("\n")
    };
    let found = one(BOT, "", "", None);
    assert!(found.contains("E527") && found.contains("transom mcp pull calendar"), "{found}");
    let found = one(BOT, "only: [list, create]", "only: [list, creates, create]", Some(lock()));
    assert!(found.contains("E527") && found.contains("did you mean `create`?"), "{found}");
    let found = one(BOT, "reads: [list]", "reads: [lists]", Some(lock()));
    assert!(found.contains("did you mean `list`?") && found.contains("E523"), "{found}");
    let found =
        one(BOT, "        confirm: {create: 'Shall I book ${inputs.day} at ${inputs.time}?'}\n", "", Some(lock()));
    assert!(found.contains("E523") && found.contains("confirm: {create:"), "{found}");
    let found = one(BOT, "        claims: {create: [booked]}\n", "", Some(lock()));
    assert!(found.contains("W530"), "{found}");
    let found = one(BOT, "${inputs.time}", "${inputs.hour}", Some(lock()));
    assert!(found.contains("E522") && found.contains("`hour`") && found.contains("W545"), "{found}");
    let found = one(&BOT.replace("mcp: [calendar]", "mcp: [calender]"), "", "", Some(lock()));
    assert!(found.contains("E527") && found.contains("did you mean `calender`?"), "{found}");
    let found = one(BOT, "reads: [list]", "reads: [list, create]", Some(lock()));
    assert!(found.contains("E523") && found.contains("only read"), "{found}");
    let odd = lock().replace("\"string\"", "\"blob\"");
    let found = one(BOT, "", "", Some(odd));
    assert!(found.contains("E522") && found.contains("the type `blob`"), "{found}");
}

#[test]
fn an_optional_input_of_the_question_is_told_unless_something_stands_in_its_place() {
    let found = |time: &str| {
        let all = findings(BOT, &FLOW.replace("${inputs.time}", time), Some(lock_of(&["day"])));
        all.into_iter().filter(|one| one.contains("W317")).collect::<Vec<_>>()
    };
    for time in ["${inputs.time}", "${inputs.time.upper()}", "${\"\" + inputs.time}", "${\"x\" ?? inputs.time}"] {
        let told = found(time);
        assert!(told.len() == 1 && told[0].contains("`inputs.time` can be missing"), "{time}: {told:?}");
    }
    for time in [
        "${inputs.time ?? \"–\"}",
        "${(inputs.time ?? \"any time\").upper()}",
        "${if missing(inputs.time) { \"–\" } else { inputs.time }}",
    ] {
        assert_eq!(found(time), Vec::<String>::new(), "{time}");
    }
}
