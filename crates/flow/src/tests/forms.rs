//! Tests forms (WhatsApp Flows): their answers, and the flow that answers their screens.

use super::Talk;
use crate::model::{content::Content, event::Event, form::FormScreenRequest, inbound::InboundKind, value::Value};

const VISIT: &str = "flow: visit
when: [{message: book}]
steps:
  - ask: When do you come?
    as: visit
    tries: 2
    form:
      id: visit_form
      button: Choose
      data: {days: ['2026-11-24']}
      returns: {day: date, people: {type: whole, default: 1}, hour: {type: time, optional: true}}
  - say: '${visit.day.format(\"d MMMM\")} for ${visit.people}, ${visit.wish}'
";

/// Sends the answers of the newest form, with its token.
fn filled(talk: &mut Talk, mut answers: serde_json::Value) {
    let token = talk.said.iter().rev().find_map(|content| match content {
        Content::Form(form) => Some(form.token.clone()),
        _ => None,
    });
    answers["flow_token"] = token.expect("a form was sent").into();
    let now = talk.now;
    talk.receive(InboundKind::Form { name: Some("flow".into()), response: answers }, now);
}

#[test]
fn a_form_comes_back_with_typed_answers() {
    let mut talk = Talk::new("bot: Test\n", VISIT);
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    filled(&mut talk, serde_json::json!({"day": "2026-11-24", "wish": "window"}));
    talk.line("> 24 November for 1, window").unwrap();
    // A day in the format of older date pickers, and a number as a text.
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    filled(&mut talk, serde_json::json!({"day": "1795478400000", "people": "3", "wish": ""}));
    talk.line("> 24 November for 3,").unwrap();
}

#[test]
fn an_answer_of_another_type_or_another_form_is_none() {
    let mut talk = Talk::new("bot: Test\n", VISIT);
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    filled(&mut talk, serde_json::json!({"day": "soon", "wish": "x"}));
    talk.line("> Sorry, I did not get that. [form: Choose]").unwrap();
    // A form of an earlier run answers nothing.
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    let old = talk.said.remove(talk.said.len() - 1);
    filled(&mut talk, serde_json::json!({"day": "2026-11-24", "wish": "x"}));
    talk.said.push(old);
    talk.line("> Sorry, I did not get that. [form: Choose]").unwrap();
}

const SCREENS: &str = "flow: visit
when: [{message: book}]
steps:
  - set: {shop: Sevilla}
  - ask: When do you come?
    as: visit
    form: {id: visit_form, button: Choose, exchange: screens, with: {shop: '${shop}'}}
  - say: '${visit.hour}'
---
flow: screens
inputs: {screen: text, action: text, data: map, shop: text}
steps:
  - if: action == \"INIT\"
    then:
      - end:
        return: {screen: DAY, data: {title: '${shop}'}}
  - if: data.day == \"taken\"
    then:
      - end:
        return: {error: That day is taken}
  - if: data.day == \"broken\"
    then:
      - script: 'let a = 1; a / 0'
  - http: GET ${env.URL}/hours
    as: got
  - end:
    return: {screen: HOUR, data: {hours: '${got.body}'}}
";

fn ask(talk: &mut Talk, token: Option<String>, action: &str, screen: &str, data: serde_json::Value) {
    let of = |content: &Content| match content {
        Content::Form(form) => Some(form.token.clone()),
        _ => None,
    };
    let token = token.or_else(|| talk.said.iter().rev().find_map(of)).unwrap_or_default();
    let (action, screen, data) = (action.into(), screen.into(), Value::from_json(&data));
    talk.event(Event::FormAsked(Box::new(FormScreenRequest { id: 7, token, action, screen, data })));
}

#[test]
fn a_flow_answers_the_screens_of_an_open_form() {
    let mut talk = Talk::new("bot: Test\nenv: [URL]\n", SCREENS);
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    let happened = |talk: &Talk, part: &str| {
        let all = talk.happened.join("\n");
        assert!(all.contains(part), "{part}: {all}");
    };
    ask(&mut talk, None, "INIT", "", serde_json::json!({}));
    happened(&talk, "\"screen\": Text(\"DAY\")");
    happened(&talk, "Sevilla");
    talk.happened.clear();
    ask(&mut talk, None, "data_exchange", "DAY", serde_json::json!({"day": "taken"}));
    happened(&talk, "That day is taken");
    talk.happened.clear();
    ask(&mut talk, None, "data_exchange", "DAY", serde_json::json!({"day": "2026-11-24"}));
    talk.line("* call GET https://shop.example/hours try 1").unwrap();
    talk.line("~ answer 200 [\"10:00\"]").unwrap();
    happened(&talk, "10:00");
    // The question still waits, and takes the answers that arrive at last.
    talk.happened.clear();
    filled(&mut talk, serde_json::json!({"hour": "10:00"}));
    talk.line("> 10:00").unwrap();
    ask(&mut talk, None, "BACK", "HOUR", serde_json::json!({}));
    happened(&talk, "form Gone");
}

#[test]
fn a_foreign_token_opens_no_form_and_a_failing_flow_says_nothing() {
    let mut talk = Talk::new("bot: Test\nenv: [URL]\n", SCREENS);
    talk.line("< book").unwrap();
    talk.line("> When do you come? [form: Choose]").unwrap();
    let own = talk.said.iter().find_map(|content| match content {
        Content::Form(form) => Some(form.token.clone()),
        _ => None,
    });
    let own = own.unwrap();
    let signed = own.rsplit(':').next().unwrap();
    for foreign in ["", "unused", "visit_form:1:t1~1~x~~form~y", &format!("visit_form:99:{signed}x")] {
        talk.happened.clear();
        ask(&mut talk, Some(foreign.to_owned()), "INIT", "", serde_json::json!({}));
        assert!(talk.happened.iter().any(|what| what == "form Gone"), "{foreign}: {:?}", talk.happened);
    }
    talk.happened.clear();
    ask(&mut talk, None, "data_exchange", "DAY", serde_json::json!({"day": "broken"}));
    assert!(talk.happened.iter().any(|what| what == "form Failed"), "{:?}", talk.happened);
    talk.nothing_unread().unwrap();
}
