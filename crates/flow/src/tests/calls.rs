//! Tests `http`, `call`, `go`, `switch` and the other steps that send nothing.

use super::{Talk, check};
use crate::{
    base::time::Span,
    model::{
        effect::CallBody,
        event::{CallAnswer, CallReturn, Event},
        value::Value,
    },
};
use std::collections::BTreeMap;

const SHOP: &str = "flow: shop
when: [{message: status}]
steps:
  - http: GET ${env.URL}/orders/7
    accept: [200, 404]
    as: shop
    on_error: [{say: 'Sorry: ${error.code}'}]
  - say: '${shop.status}: ${shop.body.state}'
";

fn bot(flows: &str, transcript: &str) {
    super::check_bot("bot: Test\nenv: [URL]\nteams: {support: {}}\n", flows, transcript);
}

#[test]
fn an_answer_is_kept() {
    bot(
        SHOP,
        "< status\n* call GET https://shop.example/orders/7 try 1\n~ answer 200 {\"state\": \"packed\"}\n> 200: packed",
    );
    bot(SHOP, "< status\n~ answer 404 {\"state\": \"gone\"}\n> 404: gone");
}

#[test]
fn get_is_tried_again_twice_with_growing_pauses() {
    bot(
        SHOP,
        "< status\n~ answer 503\n+1s\n* call GET https://shop.example/orders/7 try 2\n~ error timeout\n+1s\n+1s\n* call GET https://shop.example/orders/7 try 3\n~ answer 503\n> Sorry: http_503",
    );
    bot(SHOP, "< status\n~ answer 403\n> Sorry: http_403");
    bot(SHOP, "< status\n~ error blocked\n> Sorry: blocked");
}

#[test]
fn post_is_tried_once_unless_written() {
    let post = SHOP.replace("GET", "POST");
    bot(&post, "< status\n~ answer 503\n> Sorry: http_503");
    let retried = post.replace("    accept", "    retry: 1\n    accept");
    bot(
        &retried,
        "< status\n~ answer 503\n+1s\n* call POST https://shop.example/orders/7 try 2\n~ same_key\n~ answer 200 {\"state\": \"ok\"}\n> 200: ok",
    );
}

#[test]
fn a_call_in_flight_at_a_crash_is_repeated_with_its_key_or_unknown() {
    let post = SHOP.replace("GET", "POST");
    bot(&post, "< status\n~ restart\n> Sorry: unknown_outcome");
    let retried = post.replace("    accept", "    retry: 1\n    accept");
    bot(&retried, "< status\n~ restart\n* call POST https://shop.example/orders/7 try 2\n~ same_key");
}

#[test]
fn a_message_during_a_call_is_judged_when_the_run_parks() {
    let flows = format!("{SHOP}  - ask: More?\n    as: more\n  - say: 'You said ${{more}}'\n");
    bot(&flows, "< status\n< now\n~ answer 200 {\"state\": \"x\"}\n> 200: x\n> More?\n> You said now");
}

#[test]
fn what_comes_back_while_a_person_has_it_is_looked_at_afterwards() {
    let packed = "~ answer 200 {\"state\": \"packed\"}";
    bot(
        SHOP,
        &format!("< status\n~ person\n{packed}\n= runs 1\n~ restart\n= calls 0\n~ back\n> 200: packed\n= runs 0"),
    );
    bot(SHOP, &format!("< status\n~ person\n{packed}\n< hello?\n~ back\n> 200: packed"));
    bot(SHOP, "< status\n~ person\n~ answer 403\n~ back\n> Sorry: http_403");
}

#[test]
fn a_stale_answer_changes_nothing() {
    bot(
        SHOP,
        "< status\n< STOP\n> You will hear no more from us. Write START to come back.\n~ answer 200 {\"state\": \"x\"}",
    );
}

#[test]
fn on_timeout_takes_a_call_that_nobody_answered() {
    let flow = "flow: shop
when: [{message: status}]
steps:
  - http: POST ${env.URL}/x
    on_timeout: [{say: It takes long.}]
";
    bot(flow, "< status\n~ error timeout\n> It takes long.");
}

#[test]
fn call_comes_back_with_what_is_returned() {
    let flows = "flow: a
when: [{message: go}]
vars: {name: Ada}
steps:
  - call: b
    with: {who: '${name}'}
    as: greeting
  - say: ${greeting}
---
flow: b
inputs: {who: text}
steps:
  - set: {name: other}
  - end:
    return: 'Hello ${who}'
";
    check(flows, "< go\n> Hello Ada\n* run done");
}

#[test]
fn a_called_block_sees_everything_and_comes_back() {
    let flow = "flow: a
when: [{message: go}]
vars: {count: 1}
steps:
  - call: more
  - call: more
  - say: ${count}
blocks:
  more:
    - set: {count: '${count + 1}'}
";
    check(flow, "< go\n> 3");
}

#[test]
fn go_does_not_come_back_and_end_all_ends_callers() {
    let flows = "flow: a
when: [{message: go}, {message: all, match: word}]
steps: [{call: b}, {say: Back in a.}]
---
flow: b
steps:
  - if: msg.text == \"all\"
    then: [{end: all}]
  - go: c
---
flow: c
steps: [{say: In c.}]
";
    check(flows, "< go\n> In c.\n> Back in a.\n* run done");
    check(flows, "< all\n* run done");
}

#[test]
fn a_called_question_answers_its_caller() {
    let flows = "flow: a
when: [{message: go}]
steps: [{call: ask_name, as: name}, {say: 'Hi ${name}'}]
---
flow: ask_name
steps: [{ask: 'Name?', as: name}, {end: , return: '${name}'}]
";
    check(flows, "< go\n> Name?\n< Ada\n> Hi Ada");
}

#[test]
fn switch_takes_the_case_of_the_value() {
    let flow = "flow: a
when: [{message: go}]
vars: {n: 45, t: pro}
steps:
  - switch: n
    cases: {'28, 45': [{say: Either.}], '5': [{say: Five.}]}
    else: [{say: Else.}]
  - switch: t
    cases: {pro: [{say: Pro.}]}
    else: []
  - switch: contact.city
    cases: {none: [{say: Nowhere.}]}
    else: []
";
    super::check_bot("bot: Test\nfields: {city: text}\n", flow, "< go\n> Either.\n> Pro.\n> Nowhere.");
}

#[test]
fn a_case_may_hold_a_comma() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Sure?
    as: sure
    options: ['Yes, please', 'Not now', 'No']
  - switch: sure
    cases:
      Not now, No: [{say: Later then.}]
      Yes, please: [{say: Good.}]
    else: [{say: Else.}]
";
    let asked = "< go\n> Sure? [Yes, please] [Not now] [No]";
    super::check(flow, &format!("{asked}\n<- Yes, please\n> Good."));
    super::check(flow, &format!("{asked}\n<- No\n> Later then."));
}

#[test]
fn set_fills_from_top_to_bottom() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - set: {n: 2, m: '${n + 1}', k: '${m * n}'}
  - say: ${k}
";
    super::check(flow, "< go\n> 6");
}

#[test]
fn set_tag_and_script() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - set:
      x: 1
      list[]: a
      contact.city: Madrid
      contact.visit: '2026-12-01T10:00'
  - set: {'list[]': b}
  - script: |
      let y = x + 1;
      y * 2
    as: z
  - tag: customer
  - untag: cold
  - say: '${z} ${list.len()} ${contact.city} ${contact.visit.format(\"HH:mm\")}'
  - set: {contact.city: none}
";
    let bot = "bot: Test\nfields: {city: text, visit: datetime}\ntimezone: Europe/Madrid\n";
    super::check_bot(bot, flow, "~ tag cold\n< go\n> 4 2 Madrid 10:00\n= contact.tags customer\n= contact.city ");
}

#[test]
fn a_wrong_type_is_an_error() {
    let flow = "flow: a
when: [{message: go}]
on_error: [{say: '${error.code} at ${error.step}'}]
steps: [{set: {contact.visit: '${true}'}}]
";
    super::check_bot("bot: Test\nfields: {visit: datetime}\n", flow, "< go\n> type at a.set_1");
}

#[test]
fn a_guard_passes_over_its_step() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: Never.
    if: 1 > 2
  - say: Always.
";
    check(flow, "< go\n> Always.");
}

#[test]
fn messages_have_media_links_and_buttons() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: A picture
    media: https://x.example/a.jpg
  - say: A page
    link: {title: Open, url: 'https://x.example/'}
  - say: Both
    media: https://x.example/a.mp4
    link: {title: Open, url: 'https://x.example/'}
  - say: Two
    media: [https://x.example/a.jpg, https://x.example/b.pdf]
  - say: A voice
    media: https://x.example/a.ogg
  - say: Read this
    media: https://x.example/a.jpg
    buttons: [{id: x, title: Fine}]
";
    check(
        flow,
        "< go\n> <image> A picture\n> A page [Open -> https://x.example/]\n> Both [Open -> https://x.example/]\n> <image> Two\n> <document>\n> <audio>\n> A voice\n> <image> Read this [Fine]",
    );
}

const URL: &str = "bot: Test\nenv: [URL]\nteams: {support: {}}\n";

#[test]
fn a_request_carries_what_is_written() {
    let flow = "flow: shop
when: [{message: go}]
vars: {n: 7}
steps:
  - http: PUT ${env.URL}/orders/${n}
    headers: {X-Shop: 'no ${n}'}
    query: {page: '${n}', q: a b}
    json: {number: '${n}', text: 'no ${n}', list: ['${n}', b], deep: {none: '${contact.city}'}}
    timeout: 3s
  - http: POST ${env.URL}/form
    form: {size: '${n}', note: a & b}
";
    let mut talk = Talk::new(&format!("{URL}fields: {{city: text}}\n"), flow);
    talk.line("< go").unwrap();
    let call = talk.calls[0].clone();
    assert_eq!(
        (call.method.as_str(), call.url.as_str(), call.timeout),
        ("PUT", "https://shop.example/orders/7", Span::seconds(3))
    );
    assert_eq!(call.headers, BTreeMap::from([("X-Shop".to_owned(), "no 7".into())]));
    assert_eq!(call.query, [("page".to_owned(), "7".into()), ("q".to_owned(), "a b".into())]);
    let json = serde_json::json!({"number": 7, "text": "no 7", "list": [7, "b"], "deep": {"none": null}});
    assert_eq!(call.body, Some(CallBody::Json(json)));
    assert_eq!(call.key, None, "nobody said that the server honours one");
    talk.line("~ answer 200").unwrap();
    let mut form = match talk.calls[0].body.clone() {
        Some(CallBody::Form(form)) => form,
        other => panic!("{other:?}"),
    };
    form.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(form, [("note".to_owned(), "a & b".into()), ("size".to_owned(), "7".into())]);
    assert_eq!(talk.calls[0].timeout, Span::seconds(10));
}

#[test]
fn headers_of_the_answer_are_kept() {
    let flow = "flow: shop\nwhen: [{message: go}]\nsteps:\n  - http: GET ${env.URL}/x\n    as: shop\n  - say: '${shop.headers[\"x-left\"]} left'\n";
    let mut talk = Talk::new(URL, flow);
    talk.line("< go").unwrap();
    let call = talk.calls.remove(0);
    let headers = BTreeMap::from([("x-left".to_owned(), "3".to_owned())]);
    let result = Ok(CallReturn::Http(CallAnswer { status: 200, headers, body: Value::Nothing }));
    talk.event(Event::Returned { run: call.run, call: call.call, result });
    talk.line("> 3 left").unwrap();
}

#[test]
fn retry_says_how_often_and_how_long_to_wait() {
    let flow = "flow: shop
when: [{message: go}]
steps:
  - http: POST ${env.URL}/x
    retry: {times: 3, wait: 10s, backoff: 3}
    on_error: [{say: Gave up}]
";
    let again = |wait: &str, attempt: u32| {
        format!("~ answer 503\n+{wait}\n= calls 0\n+1s\n* call POST https://shop.example/x try {attempt}\n~ same_key\n")
    };
    bot(flow, &format!("< go\n{}{}{}~ answer 503\n> Gave up", again("9s", 2), again("29s", 3), again("89s", 4)));
    let never = flow.replace("{times: 3, wait: 10s, backoff: 3}", "0");
    bot(&never, "< go\n~ answer 503\n> Gave up");
    bot(flow, "< go\n~ answer 400\n> Gave up");
}

#[test]
fn what_comes_back_has_the_names_and_types_that_were_said() {
    let flows = |back: &str| {
        format!(
            "flow: a\nwhen: [{{message: go}}]\non_error: [{{say: '${{error.code}}: ${{error.text}}'}}]\nsteps:\n  - call: b\n    as: got\n  - say: '${{got.n + 1}} ${{got.plan}}'\n---\nflow: b\nreturns: {{n: whole, plan: {{type: [free, pro], default: free}}}}\nsteps:\n  - end:\n    return: {back}\n"
        )
    };
    check(&flows("{n: '7'}"), "< go\n> 8 free");
    check(&flows("{n: 7, plan: pro}"), "< go\n> 8 pro");
    check(&flows("{n: '${\"x\"}'}"), "< go\n> return: the value `n` takes a value of type `whole`");
    check(&flows("'${1 + 1}'"), "< go\n> return: what the flow returns has names, and this is a single value");
}
