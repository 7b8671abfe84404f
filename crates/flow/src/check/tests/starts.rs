//! Tests flows that flows start: their inputs, and the times of their messages.

use super::*;

#[test]
fn what_a_flow_is_given_is_what_it_takes() {
    let b = "inputs: {n: whole, who: {type: text, optional: true}, plan: {type: [free, pro], default: free}}\nsteps:\n  - log: ${n}\n";
    for verb in ["call", "start"] {
        let given = |with: &str| format!("{HI}steps:\n  - {verb}: b\n{with}");
        clean(&[&given("    with: {n: 3, who: Ada, plan: pro}\n"), b]);
        clean(&[&given("    with: {n: '${1 + 2}'}\n"), b]);
        let at = 5 + verb.len() + 2;
        one(&[&given(""), b], &format!("a.yaml:4:{at}: error[E416] `b` needs the input `n`; write `with: {{n: …}}`"));
        one(
            &[&given("    with: {n: 3, wo: Ada}\n"), b],
            "a.yaml:5:18: error[E416] `b` has no input `wo`; did you mean `who`?",
        );
        one(
            &[&given("    with: {n: three}\n"), b],
            "a.yaml:5:15: error[E416] the input `n` of `b` takes a value of type `whole`",
        );
        one(
            &[&given("    with: {n: 3, plan: gold}\n"), b],
            "a.yaml:5:24: error[E416] the input `plan` of `b` takes one of",
        );
    }
    one(
        &[&format!("{HI}steps:\n  - go: b\n"), b],
        "a.yaml:4:9: error[E416] `b` needs the input `n`; `go` carries nothing",
    );
}

#[test]
fn a_trigger_brings_what_its_flow_needs() {
    let steps = "inputs: {n: text}\nsteps:\n  - log: ${n}\n";
    one(&[&format!("{HI}{steps}")], "a.yaml:2:9: error[E416] this trigger does not bring the input `n`");
    clean(&[&format!("when: [{{message: '^no (?<n>.*)$', match: regex}}]\n{steps}")]);
    clean(&[&format!("{API}{steps}")]);
    clean(&[&format!(
        "when:\n  - webhook: paid\n    contact: ${{body.phone}}\n    body: {{phone: phone, n: text}}\n{steps}"
    )]);
}

#[test]
fn what_a_flow_gives_back_is_what_it_says() {
    let flow = |back: &str| {
        format!(
            "returns: {{size: [small, large], n: {{type: whole, optional: true}}}}\nsteps:\n  - end:\n    return: {back}\n"
        )
    };
    clean(&[&flow("{size: small, n: 3}")]);
    clean(&[&flow("{size: '${1 + 2}'}")]);
    clean(&[&flow("'${#{size: \"small\"}}'")]);
    one(&[&flow("{n: 3}")], "a.yaml:5:13: error[E417] `a` needs the value `size`; write `return: {size: …}`");
    one(&[&flow("{size: small, m: 3}")], "a.yaml:5:27: error[E417] `a` has no value `m`");
    one(&[&flow("{size: huge}")], "a.yaml:5:20: error[E417] the value `size` of `a` takes one of");
    one(&[&flow("small")], "a.yaml:5:13: error[E417] `a` returns names with values, and this is the text `small`");
}

#[test]
fn a_start_of_a_draft_is_said_where_everybody_comes_by() {
    let say = "steps:\n  - say: Hello\n";
    let start = |head: &str| format!("{HI}{head}steps:\n  - start: b\n");
    one(&[&start(""), &format!("draft: true\n{say}")], "a.yaml:4:12: warning[W415] `b` is a draft");
    clean(&[&start("draft: true\n"), &format!("draft: true\n{say}")]);
    clean(&[&start(""), say]);
}

#[test]
fn what_is_started_for_now_finds_the_window_as_its_start_does() {
    let say = "steps:\n  - say: Hello\n";
    clean(&[&format!("{HI}steps:\n  - start: b\n"), say]);
    clean(&[&format!("{HI}steps:\n  - start: b\n    at: ${{now() + hours(2)}}\n"), say]);
    clean(&[&format!("{HI}if_busy: skip\nsteps:\n  - start: top\n    at: ${{now() + hours(2)}}\n")]);
    clean(&[&format!(
        "{HI}steps:\n  - ask: Again?\n    options: [\"yes\", \"no\"]\n    on_timeout: [end]\n  - start: top\n"
    )]);
    one(&[&format!("{API}steps:\n  - start: b\n"), say], "b.yaml:3:5: error[E501] this message can go out at any time");
    one(
        &[&format!("{HI}steps:\n  - wait: 20h\n  - start: b\n"), say],
        "b.yaml:3:5: error[E501] this message can go out 20.0 h – 26.0 h after the last reply",
    );
    clean(&[&format!("{HI}steps:\n  - wait: 20h\n  - start: b\n"), &format!("if_busy: skip\n{say}")]);
    // Its own triggers start it with a message; the step does not.
    one(&[&format!("{API}steps:\n  - start: b\n"), &format!("when: [message: b]\n{say}")], "b.yaml:4:5: error[E501]");
}

#[test]
fn what_is_started_later_or_for_many_can_find_it_closed() {
    let start = |more: &str| format!("{HI}steps:\n  - start: b\n{more}");
    let say = "steps:\n  - say: Hello\n";
    one(
        &[&start("    at: \"10:00\"\n"), say],
        "b.yaml:3:5: error[E501] this message can go out 0.0 h – 30.0 h after the last reply",
    );
    one(&[&start("    at: ${contact.city}\n"), say], "b.yaml:3:5: error[E501] this message can go out at any");
    one(
        &[&start("    at: ${now() + days(1)}\n"), say],
        "b.yaml:3:5: error[E501] this message can go out 24.0 h – 30.0 h",
    );
    for whom in ["everyone", "{tags: vip}"] {
        let found = found(&[&start(&format!("    for: {whom}\n")), say]);
        assert!(found[0].starts_with("b.yaml:3:5: error[E501] this message can go out at any time"), "{found:#?}");
    }
    // Each round adds its time, and the number of rounds is unknown.
    one(
        &[&format!("{HI}steps:\n  - say: Hello\n  - start: top\n    at: \"10:00\"\n")],
        "a.yaml:4:5: error[E501] this message can go out at any time",
    );
}

#[test]
fn a_late_message_of_a_started_flow_shows_the_way_over_the_start() {
    let files = [
        ("_bot.yaml", BOT.to_owned()),
        ("a.yaml", format!("flow: a\n{HI}steps:\n  - wait: 20h\n  - start: b\n")),
        ("b.yaml", "flow: b\nsteps:\n  - start: c\n    at: ${now() + hours(4)}\n".to_owned()),
        ("c.yaml", "flow: c\nif_busy: skip\nsteps:\n  - say: late\n".to_owned()),
    ];
    let (set, _) = parse_set(&files.map(|(name, text)| SourceFile::new(name, text)));
    let found = lint(&set);
    let way = found[0].labels.iter().map(|(place, words)| format!("{}:{} {words}", place.path(), place.line()));
    assert_eq!(
        way.collect::<Vec<_>>(),
        [
            "a.yaml:2 starts here with a message of the contact: 0 h",
            "a.yaml:4 20.0 h pass here",
            "a.yaml:5 begins the flow here, up to 6.0 h later",
            "b.yaml:3 begins the flow here, 4.0 h later",
        ]
    );
}

#[test]
fn what_a_start_leads_to_is_found_anew_when_only_the_start_has_changed() {
    let bodies = |wait: &str| {
        [format!("flow: a\n{HI}steps:\n  - wait: {wait}\n  - start: b\n"), "flow: b\nsteps:\n  - say: x\n".to_owned()]
    };
    let read = |wait: &str| {
        let [a, b] = bodies(wait);
        parse_set(&[SourceFile::new("_bot.yaml", BOT), SourceFile::new("a.yaml", a), SourceFile::new("b.yaml", b)]).0
    };
    let early = read("2h");
    let mut mixed = read("20h");
    mixed.flows.insert("b".into(), early.flows[&FlowName::from("b")].clone());
    let mut linter = Linter::default();
    let errors = |report: Report| report.findings.iter().filter(|found| found.is_error()).count();
    assert_eq!(errors(linter.report(&early, &CheckContext::default())), 0);
    assert_eq!(errors(linter.report(&mixed, &CheckContext::default())), 1);
    assert_eq!(errors(linter.report(&early, &CheckContext::default())), 0);
}

#[test]
fn a_rare_schedule_says_when_it_comes_next() {
    let flow = |schedule: &str| {
        format!("when: [{{schedule: {schedule}, to: everyone}}]\nsteps: [{{say: Hi, if_closed: skip}}]\n")
    };
    // Monday, 23 November 2026.
    let around = CheckContext { now: Some(Time(1_795_392_000_000)), ..CheckContext::default() };
    let bot = BOT.replace("bot: Shop", "bot: Shop\ntimezone: Europe/Madrid");
    let said = |schedule: &str, around: &CheckContext| found_in(&bot, &[&flow(schedule)], around).join("\n");
    let february = said("'0 10 * 2 *'", &around);
    assert!(february.ends_with("it comes next on Monday, 1 February 2027 at 10:00"), "{february}");
    let leap = said("29 february 9:00", &around);
    assert!(leap.ends_with("it comes next on Tuesday, 29 February 2028 at 09:00"), "{leap}");
    assert!(!said("'0 10 * 2 *'", &CheckContext::default()).contains("next on"));
    let set = |schedule: &str| {
        let files = [("_bot.yaml", bot.clone()), ("a.yaml", format!("flow: a\n{}", flow(schedule)))];
        parse_set(&files.map(|(path, text)| SourceFile::new(path, text))).0
    };
    let next = |schedule: &str| rare(&set(schedule), Time(1_795_392_000_000)).pop().map(|rare| rare.next);
    assert_eq!(next("24 december 9:00").as_deref(), Some("Thursday, 24 December 2026 at 09:00"));
    assert_eq!(next("first monday 9:00"), None);
    assert_eq!(next("day 1 9:00"), None);
}

#[test]
fn a_limit_as_long_as_the_pause_of_its_schedule_is_a_finding() {
    let bot = BOT.replace("bot: Shop", "bot: Shop\ntimezone: Europe/Madrid");
    let said = |schedule: &str, limit: &str| {
        let when = format!("when: [{{schedule: '{schedule}', to: everyone, at_most: {limit}}}]");
        found_in(&bot, &[&format!("{when}\nsteps: [{{say: Hi, if_closed: skip}}]\n")], &CheckContext::default())
            .join("\n")
    };
    // The schedule, the limit that refuses some of its starts, and the one that the help names.
    for (schedule, wrong, shorter) in [
        ("first tuesday 10:00", "1/30d", "1/27d"),
        ("first tuesday 10:00", "1/35d", "1/27d"),
        ("tuesday 10:00", "1/7d", "1/6d"),
        ("0 9 1 * *", "1/30d", "1/27d"),
        ("0 9 * * *", "1/1d", "1/19h"),
        ("0 9 * * MON,THU", "1/7d", "1/6d"),
        ("0 9 * * MON,WED,FRI", "3/7d", "3/6d"),
        ("0 9 * * *", "1/7d", "1/156h"),
        ("0 9 * * *", "1/180d", "1/4308h"),
    ] {
        let finding = said(schedule, wrong);
        assert!(
            finding.contains("W426") && finding.contains(&format!("`{wrong}`, this `at_most`, refuses")),
            "{schedule}: {finding}"
        );
        assert!(finding.contains(&format!("such as `{shorter}`")), "{schedule}: {finding}");
        assert!(!said(schedule, shorter).contains("W426"), "{schedule} with {shorter}");
    }
    // The message names the two starts that are compared.
    for (schedule, limit, between) in [
        ("tuesday 10:00", "1/7d", "from one to the next it is 7 days"),
        ("0 9 * * *", "1/20d", "from one to the one 20 starts later it is 20 days"),
        ("0 9 * * MON,WED,FRI", "3/7d", "from one to the one 3 starts later it is 7 days"),
    ] {
        assert!(said(schedule, limit).contains(between), "{schedule}: {}", said(schedule, limit));
    }
    for (schedule, right) in [
        ("tuesday 10:00", "1/30d"),
        ("first tuesday 10:00", "1/20d"),
        ("first tuesday 10:00", "1/45d"),
        ("0 9 * * *", "1/12h"),
        ("0 * * * *", "1/30m"),
        ("0 9 1 1,7 *", "1/90d"),
    ] {
        assert!(!said(schedule, right).contains("W426"), "{schedule} with {right}: {}", said(schedule, right));
    }
    // A condition leaves starts out as well.
    let flow = |more: &str| {
        format!(
            "topic: service\nwhen:\n  - schedule: daily 9:00\n    to: everyone\n    at_most: 1/300d\n{more}steps:\n  - say: Hi\n    if_closed: skip\n"
        )
    };
    let is_told = |more: &str| found(&[&flow(more)]).iter().any(|finding| finding.contains("W426"));
    assert!(is_told(""));
    assert!(!is_told("    if: today().day == 3\n"));
}
