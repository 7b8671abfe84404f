use super::*;
use crate::{
    base::place::SourceFile,
    flow::parse_set,
    model::template::{Category, TemplateStatus},
};

const BOT: &str = "bot: Shop\nenv: [SHOP_URL]\nsecrets: [TOKEN]\nfields: {city: text}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
    hours: {desk: {open: {mon-fri: [\"09:00-14:00\"]}}}\nteams: {support: {hours: desk}}\n";

/// What is found about flows with these bodies, called a, b, … (`flow:` is written for them).
fn found_in(bot: &str, flows: &[&str], around: &Around) -> Vec<String> {
    let mut files = vec![SourceFile::new("_bot.yaml", bot)];
    for (number, body) in flows.iter().enumerate() {
        let name = char::from(b'a' + number as u8);
        files.push(SourceFile::new(format!("{name}.yaml"), format!("flow: {name}\n{body}")));
    }
    let (set, mut findings) = parse_set(&files);
    findings.extend(lint_around(&set, around));
    crate::base::diagnostic::sort(&mut findings);
    findings.iter().map(ToString::to_string).collect()
}

fn found(flows: &[&str]) -> Vec<String> {
    found_in(BOT, flows, &Around::default())
}

#[track_caller]
fn one(flows: &[&str], begins: &str) {
    let found = found(flows);
    assert!(found.len() == 1 && found[0].starts_with(begins), "{found:#?}");
}

#[track_caller]
fn clean(flows: &[&str]) {
    assert_eq!(found(flows), Vec::<String>::new());
}

#[test]
fn names_behind_a_dot_are_known() {
    one(&["steps:\n  - say: ${env.SHOP}\n"], "a.yaml:3:16: error[E410] `env` of `_bot.yaml` does not name `SHOP`");
    one(
        &["steps:\n  - say: ${contact.cty}\n"],
        "a.yaml:3:20: error[E408] a contact has no field `cty`; did you mean `city`?",
    );
    one(&["steps:\n  - if: hours.des.open\n    then: [end]\n"], "a.yaml:3:15: error[E404]");
    one(
        &["steps:\n  - if: window.opened\n    then: [end]\n"],
        "a.yaml:3:16: error[E412] `window` has no `opened`; did you mean `open`?",
    );
    clean(&["steps:\n  - say: ${contact.first_name ?? \"you\"} ${contact.city} ${env.SHOP_URL}\n"]);
}

#[test]
fn a_secret_outside_of_http_is_an_error() {
    one(&["steps:\n  - say: ${secrets.TOKEN}\n"], "a.yaml:3:12: error[E309] a secret may not stand here");
}

#[test]
fn unknown_senders_are_found_when_they_are_known() {
    let around = Around { senders: Some(vec!["shop".into()]), templates: None };
    let found = found_in(BOT, &["sender: shpo\nsteps: []\n"], &around);
    assert_eq!(found, ["a.yaml:1:7: error[E413] the configuration has no sender `shpo`; did you mean `shop`?"]);
}

#[test]
fn an_endless_loop_is_shown_at_the_go_that_closes_it() {
    one(&["steps:\n  - say: a\n  - go: top\n"], "a.yaml:4:5: error[E605]");
    one(&["steps:\n  - go: b\n", "steps:\n  - say: x\n  - go: a\n"], "b.yaml:4:5: error[E605]");
    clean(&[
        "vars: {n: 0}\nsteps:\n  - set: {n: \"${n + 1}\"}\n  - if: n < 3\n    then:\n      - go: top\n  - say: done\n",
    ]);
}

#[test]
fn unused_blocks_and_unreachable_steps_are_warnings() {
    one(
        &["steps:\n  - say: a\nblocks:\n  rest:\n    - say: b\n"],
        "a.yaml:5:3: warning[W602] nothing goes to the block `rest`",
    );
    one(&["steps:\n  - end\n  - say: a\n  - say: b\n"], "a.yaml:4:5: warning[W603] nothing leads to this step");
    clean(&["steps:\n  - if: window.open\n    then: [end]\n  - say: a\n"]);
}

#[test]
fn a_call_that_comes_back_to_itself_is_an_error() {
    let found = found(&["steps:\n  - call: b\n", "steps:\n  - call: a\n"]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:3:5: error[E604]"), "{found:#?}");
    clean(&["steps:\n  - call: b\n  - call: b\n", "steps:\n  - say: a\n"]);
}

#[test]
fn a_switch_without_else_is_a_warning() {
    one(&["steps:\n  - switch: contact.city\n    cases:\n      x: [end]\n"], "a.yaml:3:5: warning[W601]");
}

#[test]
fn names_of_jumps_are_known_and_stand_for_one_thing() {
    one(&["steps:\n  - go: sizes\nblocks:\n  size: [end]\n"], "a.yaml:3:9: error[E401]");
    let both = found(&["steps:\n  - go: b\nblocks:\n  b: [end]\n", "steps: []\n"]);
    assert!(both[0].starts_with("a.yaml:3:9: error[E402] `b` is a block of this flow and also a flow"), "{both:#?}");
}

#[test]
fn a_start_without_a_message_needs_if_closed() {
    one(
        &["when: [{api: true}]\nsteps:\n  - say: Hello\n"],
        "a.yaml:4:5: error[E501] this message can go out at any time after the last reply; write `if_closed:`",
    );
    clean(&["when: [{api: true}]\nsteps:\n  - say: Hello\n    if_closed: hold\n"]);
    clean(&["when: [{api: true}]\nsteps:\n  - if: '!window.open'\n    then: [end]\n  - say: Hello\n"]);
    clean(&["when: [{api: true}]\nsteps:\n  - say: Hello\n    if: window.open\n"]);
    one(&["when: [{api: true}]\nsteps:\n  - call: b\n", "steps:\n  - say: a\n"], "b.yaml:3:5: error[E501]");
}

#[test]
fn unasked_messages_without_quiet_hours_are_a_warning() {
    let bot = BOT.replace("quiet_hours: {from: \"21:00\", to: \"08:00\"}\n", "");
    let flow = "when: [{api: true}]\nsteps:\n  - say: Hello\n    if_closed: hold\n";
    let found = found_in(&bot, &[flow], &Around::default());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:2:9: warning[W606]"), "{found:#?}");
}

#[test]
fn limits_of_the_channel_are_counted_in_characters() {
    let buttons = |titles: &str| format!("steps:\n  - say: Hi\n    buttons: [{titles}]\n");
    clean(&[&buttons("{id: a, title: 'ááááááááááááááááááaá'}")]);
    one(&[&buttons("{id: a, title: 'ááááááááááááááááááaáx'}")], "a.yaml:4:30: error[E703]");
    one(&[&buttons("{id: a, title: A}, {id: b, title: A}")], "a.yaml:4:49: error[E705] two options are called `A`");
    one(
        &[&buttons("{id: a, title: A}, {id: b, title: B}, {id: c, title: C}, {id: d, title: D}")],
        "a.yaml:4:72: error[E701]",
    );
    one(&[&format!("steps:\n  - say: {}\n", "x".repeat(4097))], "a.yaml:3:10: error[E704]");
    clean(&[&format!("steps:\n  - say: {}\n", "x".repeat(4096))]);
}

fn template(name: &str, category: Category, body: &str) -> Template {
    Template {
        id: 1,
        name: name.into(),
        language: "en".into(),
        category,
        status: TemplateStatus::Approved,
        body: body.into(),
        header: None,
        buttons: Vec::new(),
    }
}

#[test]
fn templates_are_checked_against_the_lists() {
    let list = vec![template("hello", Category::Utility, "Hi {{name}}"), template("offer", Category::Marketing, "Hi")];
    let around = Around { senders: None, templates: Some(vec![list]) };
    let flow = |fallback: &str| format!("steps:\n  - say: Hello\n    if_closed: {fallback}\n");
    let check = |fallback: &str| found_in(BOT, &[&flow(fallback)], &around);
    assert_eq!(check("{template: hello, vars: {name: x}}"), Vec::<String>::new());
    assert!(check("{template: helo}")[0].starts_with("a.yaml:4:27: error[E801]"), "{:?}", check("{template: helo}"));
    assert!(check("{template: hello}")[0].contains("takes 1 values, and gets 0"));
    assert!(check("{template: hello, vars: {nmae: x}}")[0].contains("needs a value for `name`"));
    assert!(check("{nudge: offer}")[0].contains("error[E803]"));
}

const HI: &str = "when: [{message: [hi]}]\n";

#[test]
fn waits_that_cross_the_window_name_the_interval() {
    one(
        &[&format!("{HI}steps:\n  - wait: 23h\n  - say: a\n  - wait: 2h\n  - say: b\n")],
        "a.yaml:7:5: error[E501] this message goes out 25.0 h after the last reply",
    );
    clean(&[&format!("{HI}steps:\n  - wait: 23h54m\n  - say: a\n")]);
    one(&[&format!("{HI}steps:\n  - wait: 23h55m\n  - say: a\n")], "a.yaml:5:5: error[E501]");
    one(
        &[&format!(
            "{HI}steps:\n  - ask: Day?\n    as: day\n    timeout: 20h\n    on_timeout: []\n  - wait: 24h\n  - say: b\n"
        )],
        "a.yaml:9:5: error[E501] this message can go out 24.0 h – 44.0 h after the last reply",
    );
}

#[test]
fn an_answer_opens_the_window_again() {
    clean(&[&format!(
        "{HI}steps:\n  - wait: 23h\n  - ask: a\n    as: x\n    timeout: 1h\n    on_timeout: [end]\n  - wait: 23h\n  - say: b\n"
    )]);
    clean(&[
        "when: [{schedule: \"0 10 * * TUE\", to: everyone}]\nsteps:\n  - ask: a\n    options: [Yes, No]\n    as: x\n    if_closed: {template: t}\n  - say: b\n",
    ]);
}

#[test]
fn a_schedule_or_event_that_speaks_needs_if_closed() {
    one(
        &["when: [{schedule: \"0 10 * * TUE\", to: everyone}]\nsteps:\n  - say: a\n"],
        "a.yaml:4:5: error[E501] this message can go out at any time",
    );
    one(&["when: [{event: paid}]\nsteps:\n  - say: a\n"], "a.yaml:4:5: error[E501]");
}

#[test]
fn a_timeout_and_a_reminder_may_lie_beyond_the_window() {
    one(
        &[&format!("{HI}steps:\n  - ask: a\n    as: x\n    timeout: 25h\n    on_timeout:\n      - say: b\n")],
        "a.yaml:8:9: error[E501] this message goes out 25.0 h after the last reply",
    );
    one(
        &[&format!(
            "{HI}steps:\n  - ask: a\n    as: x\n    timeout: 3d\n    remind: {{after: 25h, say: b}}\n    on_timeout: [end]\n"
        )],
        "a.yaml:7:13: error[E501] this message goes out 25.0 h after the last reply",
    );
    one(
        &[&format!("{HI}expires: 2d\non_expire: [{{say: b}}]\nsteps:\n  - ask: a\n    as: x\n")],
        "a.yaml:4:14: error[E501] this message goes out 48.0 h after the last reply",
    );
}

#[test]
fn a_loop_with_waits_widens_to_any_time() {
    let found = found(&[&format!("{HI}steps:\n  - wait: 2h\n  - say: a\n  - go: top\n")]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with("a.yaml:5:5: error[E501] this message can go out 2.0 h or more after the last reply"),
        "{found:#?}"
    );
}

#[test]
fn an_end_of_a_called_flow_carries_its_time() {
    one(
        &[&format!("{HI}steps:\n  - call: b\n  - say: late\n"), "steps:\n  - wait: 2d\n"],
        "a.yaml:5:5: error[E501] this message goes out 48.0 h after the last reply",
    );
}

#[test]
fn a_loop_that_asks_is_no_endless_loop() {
    clean(&[&format!(
        "{HI}steps:\n  - ask: Again?\n    options:\n      - \"Yes\": {{go: top}}\n      - \"No\": {{}}\n"
    )]);
}

#[test]
fn the_same_keyword_in_two_flows_is_an_error() {
    let hello = "when: [{message: [Héllo!]}]\nsteps: []\n";
    one(
        &["when: [{message: [hello]}]\nsteps: []\n", hello],
        "b.yaml:2:19: error[E409] `Héllo!` starts the flow `a` already",
    );
    clean(&["when: [{message: [hello]}]\nsteps: []\n", "when: [{message: [hello], match: contains}]\nsteps: []\n"]);
}

#[test]
fn options_are_counted() {
    let ask = |options: &str| format!("{HI}steps:\n  - ask: a\n    as: x\n    options: {options}\n");
    clean(&[&ask("[A long title of 24 chars]")]);
    one(&[&ask("[a title of 25 characters!]")], "a.yaml:6:15: error[E703] an option has a title of at most 24");
    let eleven: Vec<String> = (0..11).map(|n| format!("o{n}")).collect();
    one(&[&ask(&format!("[{}]", eleven.join(", ")))], "a.yaml:6:14: error[E234] 11 options do not fit");
}

#[test]
fn an_option_compared_with_a_number_is_a_warning() {
    let flow = "when: [{message: [hi]}]\nsteps:\n  - ask: a\n    as: score\n    options: [\"1\", \"2\"]\n  - if: score == 1\n    then: [end]\n";
    one(&[flow], "a.yaml:7:9: warning[W315]");
}

#[test]
fn secrets_stand_in_http_and_nowhere_else() {
    clean(&[&format!(
        "{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/x\n    headers: {{authorization: \"Bearer ${{secrets.TOKEN}}\"}}\n"
    )]);
    one(&[&format!("{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/${{secrets.TOKEN}}\n")], "a.yaml:4:33: error[E309]");
    one(
        &[&format!(
            "{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/x\n    headers: {{authorization: \"${{secrets.TOKE}}\"}}\n"
        )],
        "a.yaml:5:41: error[E411] `secrets` of `_bot.yaml` does not name `TOKE`; did you mean `TOKEN`?",
    );
}
