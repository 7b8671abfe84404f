//! Tests the closed window: templates, nudges, holds, and the messages that the next inbound message releases.

use super::{Talk, check};
use crate::model::{
    content::Content,
    template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
};
use std::collections::BTreeMap;

fn ask(if_closed: &str) -> String {
    format!(
        "flow: visit
when: [{{api: true}}]
steps:
  - ask: Will you come?
    as: coming
    options: [{{id: come, title: I will come}}, {{id: move, title: Another day}}]
    {if_closed}
    timeout: 2d
    on_timeout: [{{say: Too late., if_closed: skip}}]
  - say: 'Answer: ${{coming}}'
"
    )
}

#[test]
fn open_says_it_itself() {
    check(
        &ask("if_closed: {template: visit_1}"),
        "< x\n* unanswered\n~ start visit api\n> Will you come? [I will come] [Another day]\n<- I will come\n> Answer: come",
    );
}

#[test]
fn closed_the_template_stands_for_the_question() {
    let flow = ask("if_closed: {template: visit_1, vars: [Ada]}");
    check(&flow, "~ start visit api\n! visit_1\n<- Another day\n> Answer: move");
    check(&flow, "~ start visit api\n! visit_1\n< i will come\n> Answer: come");
    check(&flow, "~ start visit api\n! visit_1\n< 2\n> Answer: move");
    check(&flow, "~ start visit api\n! visit_1\n+2d\n* run done");
}

#[test]
fn the_first_usable_template_goes() {
    let flow = ask("if_closed: {template: [visit_2, visit_1]}");
    check(&flow, "~ unusable visit_2\n~ start visit api\n! visit_1\n<- I will come\n> Answer: come");
    check(
        &flow,
        "~ unusable visit_2\n~ unusable visit_1\n~ start visit api\n= held 1\n~ usable\n! visit_2\n< 1\n> Answer: come",
    );
}

#[test]
fn a_held_question_takes_no_answer_from_what_releases_it() {
    let flow = ask("if_closed: hold");
    check(&flow, "~ start visit api\n= held 1\n< 1\n> Will you come? [I will come] [Another day]\n< 1\n> Answer: come");
}

#[test]
fn a_nudge_is_answered_by_an_id_or_brings_the_question() {
    let flow = ask("if_closed: {nudge: visit_1}");
    check(&flow, "~ start visit api\n! visit_1\n= held 1\n<- I will come\n> Answer: come\n= held 0");
    check(
        &flow,
        "~ start visit api\n! visit_1\n< what is it\n> Will you come? [I will come] [Another day]\n< 2\n> Answer: move",
    );
}

#[test]
fn the_first_reply_to_a_nudge_costs_no_try() {
    let flow = ask("if_closed: {nudge: visit_1}\n    tries: 2\n    on_fail: [{say: I give up.}]");
    check(
        &flow,
        "~ start visit api\n! visit_1\n< hm\n> Will you come? [I will come] [Another day]\n< what\n> Sorry, I did not get that. [I will come] [Another day]\n+1m\n< what\n> I give up.\n> Answer: ",
    );
}

#[test]
fn a_hold_that_expires_is_a_time_out() {
    let flow = ask("if_closed: {hold: 1d}")
        .replace("Too late., if_closed: skip", "'Too late.', if_closed: {template: late_1}");
    check(&flow, "~ start visit api\n= held 1\n+1d\n! late_1\n= held 1");
}

#[test]
fn held_time_does_not_count() {
    // The question is sent after a day; its two days begin then.
    let flow = ask("if_closed: hold").replace(", if_closed: skip", ", if_closed: {template: late_1}");
    check(
        &flow,
        "~ start visit api\n+1d\n< x\n> Will you come? [I will come] [Another day]\n+47h\n+1h\n! late_1\n= held 1",
    );
}

#[test]
fn skip_and_fail() {
    let say = |way: &str| {
        format!(
            "flow: a\nwhen: [{{api: true}}]\nsteps:\n  - say: One\n    if_closed: {way}\n    on_error: [{{log: failed}}]\n  - emit: done\n"
        )
    };
    check(&say("skip").replace("    on_error: [{log: failed}]\n", ""), "~ start a api\n* emit done null\n* run done");
    check(&say("fail"), "~ start a api\n* run done\n= held 0");
    check(&say("fail"), "< x\n~ start a api\n> One\n* emit done null");
}

#[test]
fn a_held_say_outlives_its_run_and_a_stop_drops_it() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps: [{say: One}, {say: Two}]\n";
    check(flow, "~ start a api\n* run done\n= held 2\n< x\n> One\n> Two\n* unanswered");
    check(flow, "~ start a api\n= held 2\n~ close\n= held 0");
    check(
        flow,
        "~ start a api\n= held 2\n< STOP\n> You will hear no more from us. Write START to come back.\n= held 0",
    );
    check(flow, "~ start a api\n= held 2\n+7d\n= held 0");
}

#[test]
fn a_held_question_ends_with_its_run() {
    let flows = format!("{}---\nflow: b\nwhen: [{{message: b}}]\nsteps: [{{ask: B?}}]\n", ask("if_closed: hold"));
    check(&flows, "~ start visit api\n= held 1\n< b\n> B?\n* run replaced\n= held 0");
}

#[test]
fn a_template_step_needs_no_window() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps:\n  - template: shipped\n    vars: {no: '7'}\n  - emit: done\n";
    check(flow, "~ start a api\n! shipped\n* emit done null");
}

#[test]
fn an_unknown_send_counts_from_its_attempt() {
    check(
        &ask("if_closed: hold"),
        "< x\n* unanswered\n~ unknown\n~ start visit api\n= runs 1\n+1d\n+1d\n* run done\n= runs 0",
    );
}

#[test]
fn a_question_that_may_not_leave_ends_its_run() {
    let flow = ask("if_closed: hold")
        .replace("api: true", "message: go")
        .replace("when:", "topic: marketing\nwhen:")
        .replace("steps:\n", "steps:\n  - wait: 1h\n");
    check(&flow, "< go\n+1h\n* not sent no_consent\n* run refused\n= runs 0");
}

/// The template that a flow with these steps sends if the API starts it outside the window.
fn sent(steps: &str) -> TemplateMessage {
    let mut talk =
        Talk::new("bot: Test\n", &format!("flow: a\nwhen: [{{api: true}}]\nvars: {{n: 7}}\nsteps:\n{steps}"));
    talk.line("~ start a").unwrap();
    match talk.said.as_slice() {
        [Content::Template(template)] => template.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_template_carries_all_that_is_written() {
    let values = [
        "vars: {no: '${n}', who: Ada}",
        "header: 'Order ${n}'",
        "buttons: [later, {url: 'track/${n}'}]",
        "language: pt_BR",
    ];
    let beside = values.join(", ");
    for steps in [
        format!("  - template: shipped\n    {}\n", values.join("\n    ")),
        format!("  - say: Hello\n    if_closed: {{template: shipped, {beside}}}\n"),
        format!("  - say: Hello\n    if_closed: {{nudge: shipped, {beside}}}\n"),
    ] {
        let template = sent(&steps);
        assert_eq!((template.name.as_str(), template.language.as_deref()), ("shipped", Some("pt_BR")));
        assert_eq!(template.header, Some(HeaderValue::Text("Order 7".into())));
        let named = BTreeMap::from([("no".to_owned(), "7".to_owned()), ("who".to_owned(), "Ada".to_owned())]);
        assert_eq!(template.body, Parameters::Named(named));
        let [ButtonValue::Reply { title, .. }, ButtonValue::UrlSuffix(suffix)] = template.buttons.as_slice() else {
            panic!("{:?}", template.buttons)
        };
        assert_eq!((title.as_str(), suffix.as_str()), ("later", "track/7"));
    }
}

#[test]
fn a_template_carries_its_rare_parts() {
    let parts = "header: {latitude: '${n}.5', longitude: -9, name: Shop}\n    \
                 buttons: [{code: 'SAVE${n}'}, {form: {token: t, data: {first: '${n}'}}}, {form: {}}]\n    \
                 offer_ends: 2026-12-01T09:00:00Z\n    \
                 cards:\n      - {header: https://x.example/1.png, vars: ['${n}'], buttons: [buy]}\n      - {vars: [b]}\n";
    let template = sent(&format!("  - template: offer\n    {parts}"));
    let Some(HeaderValue::Location(place)) = &template.header else { panic!("{:?}", template.header) };
    assert_eq!((place.latitude, place.longitude, place.name.as_deref()), (7.5, -9.0, Some("Shop")));
    let form = |token: Option<&str>, data: Option<serde_json::Value>| ButtonValue::Form {
        token: token.map(str::to_owned),
        data,
    };
    let first = serde_json::json!({"first": 7});
    assert_eq!(
        template.buttons,
        [ButtonValue::CopyCode("SAVE7".into()), form(Some("t"), Some(first)), form(None, None)]
    );
    assert_eq!(template.parts.offer_ends.map(|at| at.0), Some(1_796_115_600_000));
    let [one, two] = template.parts.cards.as_slice() else { panic!("{:?}", template.parts) };
    assert_eq!((&one.body, &two.body), (&positional("7"), &positional("b")));
    assert!(matches!(&one.header, Some(HeaderValue::Media(media)) if media.url == "https://x.example/1.png"));
    assert!(matches!(one.buttons.as_slice(), [ButtonValue::Reply { .. }]), "{:?}", one.buttons);
}

fn positional(value: &str) -> Parameters {
    Parameters::Positional(vec![value.to_owned()])
}

#[test]
fn a_header_that_is_an_address_is_a_file() {
    let template = sent("  - template: shipped\n    header: https://x.example/${n}.pdf\n    vars: ['${n}', b]\n");
    assert_eq!(template.body, Parameters::Positional(vec!["7".into(), "b".into()]));
    let Some(HeaderValue::Media(media)) = template.header else { panic!("{:?}", template.header) };
    assert_eq!((media.kind.as_str(), media.url.as_str()), ("document", "https://x.example/7.pdf"));
}

#[test]
fn a_hold_lasts_as_long_as_it_says() {
    let say = |if_closed: &str| {
        format!("flow: a\nwhen: [{{api: true}}]\nsteps:\n  - say: Hello\n    if_closed: {if_closed}\n")
    };
    check(&say("{hold: 3h}"), "~ start a\n= held 1\n+2h\n+59m\n= held 1\n+1m\n= held 0\n< x");
    check(&say("{nudge: n, hold: 3h}"), "~ start a\n! n\n= held 1\n+2h\n+59m\n= held 1\n+1m\n= held 0\n< x");
    check(&say("hold"), "~ start a\n+6d\n+23h\n< x\n> Hello");
}

#[test]
fn a_reminder_may_find_the_window_closed() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: 'Name?'
    timeout: 3d
    on_timeout: [end]
    remind:
      - {after: 1h, say: Still there?}
      - {after: 25h, say: Still?, if_closed: {template: still}}
      - {after: 26h, say: Never said, if_closed: skip}
";
    check(flow, "< go\n> Name?\n+1h\n> Still there?\n+24h\n! still\n+1h\n+1d");
}

#[test]
fn the_template_of_a_question_carries_all_that_is_written() {
    let template = sent(
        "  - ask: Will you come?
    options: [{id: come, title: I will come}, {id: move, title: Another day}]
    if_closed: {template: visit, header: 'Visit ${n}', language: es, buttons: [move, {url: 'v/${n}'}]}
",
    );
    assert_eq!(
        (template.header, template.language.as_deref()),
        (Some(HeaderValue::Text("Visit 7".into())), Some("es"))
    );
    let [ButtonValue::Reply { title, .. }, ButtonValue::UrlSuffix(suffix)] = template.buttons.as_slice() else {
        panic!("{:?}", template.buttons)
    };
    assert_eq!(
        (title.as_str(), suffix.as_str()),
        ("Another day", "v/7"),
        "the button stands for the option that it names"
    );
}
