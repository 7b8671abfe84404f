//! Tests the times at which a message can be sent: the proof over all paths.

use super::*;

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
fn many_ways_to_one_step_are_no_loop() {
    let question = |n: usize| {
        format!(
            "  - ask: Q{n}?\n    as: a{n}\n    options: [{{id: x, title: X, do: {{go: later}}}}, {{id: y, title: Y}}]\n    \
             timeout: 1h\n    on_timeout: {{go: later}}\n"
        )
    };
    let many = |later: &str| {
        let questions: String = (0..30).map(question).collect();
        format!("{HI}steps:\n{questions}blocks:\n  later:\n{later}")
    };
    clean(&[&many("    - say: Bye\n")]);
    one(
        &[&many("    - wait: 23h\n    - say: Bye\n")],
        "a.yaml:157:7: error[E501] this message can go out 23.0 h – 24.0 h after",
    );
    // Here each round waits again.
    one(
        &[&format!("{HI}steps:\n  - wait: 1h\n  - say: Still here\n  - go: top\n")],
        "a.yaml:5:5: error[E501] this message can go out 1.0 h or more",
    );
}

#[test]
fn unasked_messages_without_quiet_hours_are_a_warning() {
    let bot = BOT.replace("quiet_hours: {from: \"21:00\", to: \"08:00\"}\n", "");
    let flow = "when: [{api: true}]\nsteps:\n  - say: Hello\n    if_closed: hold\n";
    let found = found_in(&bot, &[flow], &CheckContext::default());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:2:9: warning[W606]"), "{found:#?}");
    let say = "steps:\n  - say: Hello\n    if_closed: hold\n";
    let start =
        |more: &str| found_in(&bot, &[&format!("{HI}steps:\n  - start: b\n{more}"), say], &CheckContext::default());
    for more in ["    at: \"10:00\"\n", "    for: everyone\n"] {
        let found = start(more);
        assert!(found.len() == 1 && found[0].starts_with("a.yaml:4:5: warning[W606]"), "{found:#?}");
    }
    assert_eq!(start(""), Vec::<String>::new(), "it goes on with what was asked for");
}

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
fn a_moment_that_hangs_on_the_windows_end_is_as_late_as_that() {
    let wait = |until: &str| format!("{HI}steps:\n  - wait: {{until: \"{until}\"}}\n  - say: Still here?\n");
    clean(&[&wait("${window.ends_at - hours(2)}")]);
    clean(&[&wait("${contact.last_message_at + hours(20)}")]);
    clean(&[&format!(
        "{HI}steps:\n  - ask: Day?\n    as: day\n    timeout: {{until: \"${{window.ends_at - minutes(30)}}\"}}\n    \
         on_timeout: [{{say: Bye}}, end]\n  - say: ${{day}}\n"
    )]);
    one(&[&wait("${window.ends_at + hours(2)}")], "a.yaml:5:5: error[E501] this message goes out 26.0 h after");
    // A day has 24 hours, and tomorrow at six may be further away than that.
    clean(&[&wait("${today().at(\\\"18:00\\\")}").replace("say: Still here?", "log: later")]);
    one(
        &[&wait("${(today() + days(1)).at(\\\"18:00\\\")}")],
        "a.yaml:5:5: error[E501] this message can go out 0.0 h – 48.0 h after the last reply",
    );
    one(
        &[&format!(
            "{HI}steps:\n  - wait: 3h\n  - wait: {{until: \"${{window.ends_at - hours(2)}}\"}}\n  - wait: 3h\n  - say: x\n"
        )],
        "a.yaml:7:5: error[E501] this message goes out 25.0 h after",
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
fn the_end_of_the_window_bounds_the_time() {
    clean(&[&format!("{API}steps:\n  - if: window.ends_at - now() > hours(1)\n    then:\n      - say: a\n")]);
    clean(&[&format!("{API}steps:\n  - say: a\n    if: now() - contact.last_message_at < hours(20)\n")]);
    one(
        &[&format!("{API}steps:\n  - if: window.ends_at - now() < hours(1)\n    then:\n      - say: a\n")],
        "a.yaml:6:9: error[E501] this message can go out 23.0 h or more after the last reply",
    );
}

#[test]
fn a_late_message_shows_the_way_to_it() {
    let flow = format!("flow: a\n{HI}steps:\n  - wait: 20h\n  - wait: 5h\n  - say: late\n");
    let (set, _) = parse_set(&[SourceFile::new("_bot.yaml", BOT), SourceFile::new("a.yaml", flow)]);
    let found = lint(&set);
    let way: Vec<String> = found[0].labels.iter().map(|(place, words)| format!("{} {words}", place.line())).collect();
    assert_eq!(way, ["2 starts here with a message of the contact: 0 h", "4 20.0 h pass here", "5 5.0 h pass here"]);
}

#[test]
fn what_stops_a_run_says_when() {
    let flow = |stop: &str| {
        format!(
            "{HI}vars: {{name: none}}\nstop_when: [{stop}]\non_stop:\n  - say: Bye ${{name}}\nsteps:\n  - wait: 2h\n"
        )
    };
    one(
        &[&flow("{event: paid}, {reply: true}")],
        "a.yaml:6:5: error[E501] this message can go out at any time after the last reply",
    );
    clean(&[&flow("{reply: true}, {button: stop}")]);
}

#[test]
fn a_reaction_opens_no_window() {
    one(&["when: [{reaction: any}]\nsteps:\n  - say: a\n"], "a.yaml:4:5: error[E501]");
    clean(&[
        "when: [{order: true}, {form: any}, {referral: any}, {missed_call: true}, {quiet_for: 23h}]\nsteps:\n  - say: a\n",
    ]);
}

#[test]
fn flows_that_never_find_the_window_closed_are_named() {
    let files = [
        SourceFile::new("_bot.yaml", BOT),
        SourceFile::new("a.yaml", format!("flow: a\n{HI}steps:\n  - say: x\n")),
        SourceFile::new("b.yaml", format!("flow: b\n{API}steps:\n  - say: x\n    if_closed: hold\n")),
    ];
    let (set, _) = parse_set(&files);
    assert_eq!(report(&set, &CheckContext::default()).without_templates, ["a"]);
}

#[test]
fn what_comes_after_tries_of_a_day_is_late() {
    let flow = |own: &str, of_flow: &str| {
        format!(
            "when: [{{message: go}}]\n{of_flow}steps:\n  - http: GET ${{env.SHOP_URL}}/x\n    retry: {{times: 3, wait: 8h}}\n{own}"
        )
    };
    one(&[&flow("    on_error: [{say: Sorry.}]\n", "")], "a.yaml:6:17: error[E501]");
    one(&[&flow("", "on_error: [{say: Sorry.}]\n")], "a.yaml:3:13: error[E501]");
}

#[test]
fn a_day_far_beyond_the_calendar_breaks_nothing() {
    let bot = BOT.replace("{city: text}", "{city: text, born: date}");
    let flow = "when: [{date: contact.born, offset: 99999999d, at: \"10:00\"}]\nsteps: [{say: Hi, if_closed: skip}]\n";
    let files = [SourceFile::new("_bot.yaml", bot), SourceFile::new("a.yaml", format!("flow: a\n{flow}"))];
    let (set, _) = parse_set(&files);
    let mut contact = crate::model::contact::ContactData::default();
    contact.fields.insert("born".into(), crate::model::value::Value::Date(jiff::civil::date(2000, 1, 1)));
    for table in crate::dates(&set) {
        assert_eq!(table.date.moment(&contact, &set.bot), None);
    }
}

#[test]
fn a_consent_may_be_given_long_after_the_last_message() {
    let flow = |consent: &str| format!("when: [{{consent: {{{consent}}}}}]\nsteps:\n  - say: a\n");
    one(&[&flow("marketing: given")], "a.yaml:4:5: error[E501]");
    clean(&[&flow("all: withdrawn")]);
}

#[test]
fn after_a_hand_over_out_of_hours_nobody_comes_back() {
    let hand_over = "steps:\n  - handoff: support\n    out_of_hours:\n      - say: Closed\n";
    let calls = |flow: &str| format!("{HI}steps:\n  - call: {flow}\n  - say: after\n");
    clean(&[&calls("b"), hand_over]);
    clean(&[&format!(
        "{}blocks:\n  person:\n    - handoff: support\n      out_of_hours: [{{if: contact.city == \"x\", then: [say: Closed]}}]\n",
        calls("person")
    )]);
    // A run that continues when the person is done continues at any time, also for its caller.
    one(
        &[&calls("b"), &format!("{hand_over}    until_done: true\n")],
        "a.yaml:5:5: error[E501] this message can go out at any time after the last reply",
    );
    // Messages while the team is closed are sent at once.
    one(&[&format!("{HI}steps:\n  - wait: 2d\n  - call: b\n"), hand_over], "b.yaml:5:9: error[E501]");
}

#[test]
fn a_call_takes_no_longer_than_its_time() {
    let calls = |timeout: &str, then: &str| {
        format!(
            "{HI}steps:\n  - call: b\n    timeout: {timeout}\n    on_timeout:\n      - {then}\n      - end\n  - say: after\n"
        )
    };
    // The event may come at any time, but not after the end of the call.
    let paid = "steps:\n  - wait: {event: paid}\n  - say: Paid\n";
    clean(&[&calls("20h", "say: late"), paid]);
    clean(&[&calls("20h", "say: late"), "steps: [{go: c}]\n", paid]);
    // A jump out of the flow leaves the calls of its blocks, with their time limits.
    let leaves = |head: &str, block: &str| {
        format!(
            "{HI}{head}steps:\n  - call: part\n    timeout: 20h\n    on_timeout: [end]\nblocks:\n  part: [{block}]\n"
        )
    };
    one(&[&leaves("", "{go: b}"), paid], "b.yaml:4:5: error[E501] this message can go out at any time");
    let late = "on_error:\n  - wait: {event: x}\n  - say: Sorry\n";
    let fails = leaves(late, "{http: 'GET ${env.SHOP_URL}/x'}");
    one(&[&fails], "a.yaml:5:5: error[E501] this message can go out at any time");
    let found = found(&[&calls("30h", "say: late"), paid]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:7:9: error[E501] this message goes out 30.0 h after"), "{found:#?}");
    assert!(found[1].starts_with("a.yaml:9:5: error[E501] this message can go out 0.0 h – 30.0 h after"), "{found:#?}");
    assert!(found[2].starts_with("b.yaml:4:5: error[E501]"), "{found:#?}");
    // A contact who answers in the called flow has written since.
    let asks = "steps:\n  - ask: Which?\n    timeout: 40h\n    on_timeout: [{say: x}]\n  - wait: 40h\n  - say: never\n";
    one(
        &[&calls("30h", "say: late"), asks],
        "a.yaml:7:9: error[E501] this message can go out 0.0 h – 30.0 h after the last reply",
    );
    // Calls of blocks are checked in the same way, and the time that passed before counts too.
    one(
        &[&format!(
            "{HI}steps:\n  - wait: 10h\n  - call: pay\n    timeout: 20h\n    on_timeout: [{{say: late, if_closed: skip}}]\n\
             blocks:\n  pay:\n    - wait: {{event: paid}}\n    - say: Paid\n"
        )],
        "a.yaml:11:7: error[E501] this message can go out 10.0 h – 30.0 h after the last reply",
    );
    // Without `on_timeout` the flow ends with its last messages.
    one(
        &[
            &format!("{HI}on_expire: [{{say: late}}]\nsteps:\n  - call: b\n    timeout: 30h\n"),
            "steps: [{wait: {event: x}}]\n",
        ],
        "a.yaml:3:14: error[E501]",
    );
}

#[test]
fn what_a_call_gives_back_is_missing_when_its_time_was_up() {
    let calls = |end: &str| {
        format!(
            "{HI}steps:\n  - call: b\n    as: mood\n    timeout: 2h\n    on_timeout: [{end}]\n  - say: Fine, ${{mood}}\n"
        )
    };
    let asks = "steps:\n  - ask: How?\n    as: y\n  - end:\n    return: ${y}\n";
    clean(&[&calls("end"), asks]);
    one(&[&calls("{say: late}"), asks], "a.yaml:8:18: warning[W317]");
}

#[test]
fn people_write_while_a_flow_waits() {
    let asks = |said: &str| {
        format!(
            "{HI}steps:\n  - wait: 2d\n  - if: window.open\n    then:\n      - ask: Still there?\n        as: x\n  - say: {said}\n    if_closed: hold\n"
        )
    };
    clean(&[&asks("done ${x ?? \"-\"}")]);
    one(&[&asks("done ${x}")], "a.yaml:9:17: warning[W317]");
    // Afterwards the window closes again.
    one(
        &[&format!("{HI}steps:\n  - wait: 2d\n  - if: '!window.open'\n    then: [end]\n  - wait: 1h\n  - say: x\n")],
        "a.yaml:8:5: error[E501]",
    );
}

#[test]
fn a_finding_shows_where_nobody_answers() {
    let flow = format!("{HI}steps:\n  - ask: ok?\n    as: ok\n    timeout: 1h\n    on_timeout: [{{go: top}}]\n");
    let files = [SourceFile::new("_bot.yaml", BOT), SourceFile::new("a.yaml", format!("flow: a\n{flow}"))];
    let (set, findings) = parse_set(&files);
    assert!(findings.is_empty(), "{findings:?}");
    let found = lint(&set);
    let finding = found.iter().find(|finding| finding.code == "E501").expect("it asks for days");
    let late = finding.labels.iter().find(|(place, _)| place.line() == 6);
    assert!(
        late.is_some_and(|(_, words)| words == "1.0 h pass here when nobody answers, and it goes on"),
        "{finding:?}"
    );
}
