//! Tests coverage, random customers, updates and generated tests.

use super::*;

const FORK: &str = "flow: fork
when:
  - message: fork
  - button: never
steps:
  - ask: Which?
    as: which
    options: [{id: a, title: Alpha}, {id: b, title: Beta}]
    timeout: 2h
    on_timeout:
      - log: gone
      - end
  - if: which == \"a\"
    then:
      - say: Alpha it is.
    else:
      - say: Beta it is.
  - say: And more.
    if: which == \"b\"
  - if: which == \"c\"
    then: [{say: Never.}]
";

#[test]
fn coverage_names_what_was_never_taken_once_and_with_its_line() {
    let test = "tests: fork\ncases:\n  - name: a\n    steps:\n      - user: fork\n      - tap: a\n";
    let folder = folder(&[("_bot.yaml", BOT), ("fork.yaml", FORK), ("fork.test.yaml", test)]);
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    insta::assert_snapshot!(report.coverage.text(), @r#"
      47 %  fork
              flows/fork.yaml:4: nothing started it by `button never`
              flows/fork.yaml:11: `on_timeout` of `ask: Which?` was never taken
              flows/fork.yaml:17: `else` of `if: which == "a"` was never taken
              flows/fork.yaml:18: `say: And more.` was never taken
              flows/fork.yaml:21: `then` of `if: which == "c"` was never taken
    coverage 47 %: 4 of 9 steps, 3 of 6 branches, 1 of 2 triggers
    "#);
}

#[test]
fn random_customers_find_a_broken_step_and_tell_it_as_a_short_case_that_fails() {
    let flow = "flow: sum\nwhen: [{message: sum}]\nsteps:\n  - ask: How many?\n    as: n\n    type: whole\n  - say: It is ${10 % n}.\n";
    let bot_file =
        "bot: Shop\ndefaults: {unanswered: [{say: What?}], on_error: [{say: Oh.}], ask: {on_fail: [{say: Enough.}]}}\n";
    let test =
        "tests: sum\ncases:\n  - name: a\n    steps:\n      - user: sum\n      - user: \"3\"\n      - bot: It is 1.\n";
    let folder = folder(&[("_bot.yaml", bot_file), ("sum.yaml", flow), ("sum.test.yaml", test)]);
    let walk = || wander(folder.path(), &TestOptions::default(), Walks { count: 60, seed: 1 }).unwrap();
    let found = walk();
    let zero = found.found.iter().find(|found| found.trouble.kind.as_str() == "error").expect("somebody says 0");
    let lines = zero.case.lines();
    assert!(lines.contains("- user: sum\n") && lines.contains("- user: \"0\"\n"), "{lines}");
    assert_eq!(zero.case.steps.len(), 3, "nothing else is needed:\n{lines}");
    assert_eq!(
        format!("{:?}", walk().to_json()["found"]),
        format!("{:?}", found.to_json()["found"]),
        "it repeats itself"
    );

    let path = folder.path().join("flows/sum.test.yaml");
    std::fs::write(&path, flow::tools::testfile::write::append(test, &lines).unwrap()).unwrap();
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert_eq!((report.passed(), report.failed()), (1, 1), "{}", said(&report));
    let mended = flow.replace("    type: whole\n", "    type: whole\n    check: n > 0\n");
    std::fs::write(folder.path().join("flows/sum.yaml"), mended).unwrap();
    assert!(run(folder.path(), &TestOptions::default()).unwrap().is_good());
}

#[test]
fn random_customers_tell_of_a_message_with_a_gap() {
    let flow = "flow: price\nwhen: [{message: price}]\nsteps:\n  - http: GET https://shop.example/price\n    as: price\n  \
                - say: The price is ${price.body.amount}.\n";
    let bot = "bot: Shop\ndefaults: {unanswered: [{say: What?}], on_error: [{say: Oh.}]}\n";
    let test = |body: &str| {
        format!(
            "tests: price\nmocks: {{http: {{GET */price: {{json: {body}}}}}}}\ncases:\n  - name: a\n    steps:\n      \
             - user: price\n      - bot: /The price is/\n"
        )
    };
    let found = |body: &str| {
        let folder = folder(&[("_bot.yaml", bot), ("price.yaml", flow), ("price.test.yaml", test(body).as_str())]);
        wander(folder.path(), &TestOptions::default(), Walks { count: 10, seed: 1 }).unwrap().found
    };
    let gaps = found("{sum: 5}");
    let gap = gaps.iter().find(|found| found.trouble.kind.as_str() == "gap").expect("somebody asks for the price");
    assert!(gap.trouble.text.contains("with nothing in the place of `price.body.amount`"), "{}", gap.trouble.text);
    assert!(found("{amount: 5}").is_empty());
}

#[test]
fn a_case_is_written_beside_the_flow_that_is_in_trouble() {
    let sum = "flow: sum\nwhen: [{message: sum}]\nsteps:\n  - ask: How many?\n    as: n\n    type: whole\n  - say: It is ${10 % n}.\n";
    let hello = "flow: hello\nwhen: [{message: hello}]\nsteps: [{say: Hello!}]\n";
    let bot_file =
        "bot: Shop\ndefaults: {unanswered: [{say: What?}], on_error: [{say: Oh.}], ask: {on_fail: [{say: Enough.}]}}\n";
    let test = |flow: &str, more: &str| {
        format!("tests: {flow}\n{more}cases:\n  - name: a\n    steps:\n      - user: {flow}\n")
    };
    let file_of = |files: &[(&str, &str)]| {
        let mut all = vec![("_bot.yaml", bot_file), ("sum.yaml", sum), ("hello.yaml", hello)];
        all.extend(files);
        let folder = folder(&all);
        let found = wander(folder.path(), &TestOptions::default(), Walks { count: 60, seed: 1 }).unwrap();
        let zero = found.found.into_iter().find(|found| found.trouble.kind.as_str() == "error");
        zero.expect("somebody says 0").file
    };
    let (hello_test, sum_test) = (test("hello", ""), test("sum", ""));
    assert_eq!(file_of(&[("hello.test.yaml", &hello_test)]), "flows/sum.test.yaml", "a new one");
    let both = file_of(&[("hello.test.yaml", &hello_test), ("sum.test.yaml", &sum_test)]);
    assert_eq!(both, "flows/sum.test.yaml");
    let elsewhere = file_of(&[("hello.test.yaml", &hello_test), ("numbers.test.yaml", &sum_test)]);
    assert_eq!(elsewhere, "flows/numbers.test.yaml", "what it is called says nothing");
}

#[test]
fn an_update_writes_the_words_of_the_bot_and_touches_nothing_else() {
    let test = "tests: desk_call\n# a remark\ncases:\n  - name: a\n    steps:\n      - user: person\n      - bot: \"Hallo\"   # stays\n";
    let folder = folder(&[("_bot.yaml", BOT), ("desk_call.yaml", super::talks::DESK), ("desk_call.test.yaml", test)]);
    let report = run(folder.path(), &TestOptions { update: true, ..TestOptions::default() }).unwrap();
    assert_eq!((report.is_good(), report.files[0].rewritten), (true, 1));
    let new = std::fs::read_to_string(folder.path().join("flows/desk_call.test.yaml")).unwrap();
    assert_eq!(new, test.replace("\"Hallo\"", "Hello there"));
    assert!(run(folder.path(), &TestOptions::default()).unwrap().is_good());
}

#[test]
fn a_first_test_of_each_flow_that_can_have_one_passes() {
    let bot = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut names: Vec<String> = std::fs::read_dir(bot.join("flows"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| !name.ends_with(".test.yaml") && name != "_bot.yaml")
        .filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned()))
        .collect();
    names.sort();
    let copy = tempfile::tempdir().unwrap();
    for part in ["flows", "scripts", "locales"] {
        std::fs::create_dir(copy.path().join(part)).unwrap();
        for entry in std::fs::read_dir(bot.join(part)).into_iter().flatten().map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_file() && !name.ends_with(".test.yaml") {
                std::fs::copy(entry.path(), copy.path().join(part).join(name)).unwrap();
            }
        }
    }
    let mut written = 0;
    for name in names {
        if let Ok(drafted) = init(bot, &name).unwrap() {
            std::fs::write(copy.path().join(drafted.path), drafted.text).unwrap();
            written += 1;
        }
    }
    let report = run(copy.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.files.len() == written && written >= 8, "{written}\n{}", said(&report));
}

#[test]
fn a_first_test_begins_as_the_trigger_does() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\ntopics: {news: {needs: consent}}\n\
               fields: {visit_at: datetime, born: date, city: text}\ndefaults: {unanswered: []}\n";
    let triggers = [
        ("by_date", "date: contact.visit_at\n    offset: -30d", "set: {contact.visit_at: "),
        ("by_day", "date: contact.born\n    at: \"09:00\"", "advance_to: 2026-01-15T09:00"),
        (
            "by_hook",
            "webhook: paid\n    contact: ${body.phone}\n    new_contact: create\n    body: {phone: phone, id: text}",
            "id: id",
        ),
        ("by_tag", "tag_added: vip", "set: {contact.tags: [vip]}"),
        ("by_field", "field_changed: contact.city", "set: {contact.city: city}"),
        ("by_consent", "consent: {news: given}", "set: {contact.consent: {news: given}}"),
        ("by_silence", "quiet_for: 3h", "advance_to: "),
        ("by_window", "window_closing: 1h", "advance_to: "),
        ("by_api", "api: true", "api: "),
    ];
    for (name, trigger, act) in triggers {
        let inputs = if name == "by_api" { "inputs: {size: text}\n" } else { "" };
        let flow = format!(
            "flow: {name}\nwhen:\n  - {trigger}\n{inputs}steps:\n  - say: It is {name}.\n    if_closed: {{template: news_tpl}}\n"
        );
        let folder = folder(&[("_bot.yaml", bot), (&format!("{name}.yaml"), flow.as_str())]);
        let drafted = init(folder.path(), name).unwrap().unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(drafted.remarks.is_empty(), "{name}: {:?}\n{}", drafted.remarks, drafted.text);
        assert!(drafted.text.contains(act), "{name}:\n{}", drafted.text);
        std::fs::write(folder.path().join(drafted.path), drafted.text).unwrap();
        let report = run(folder.path(), &TestOptions::default()).unwrap();
        assert!(report.is_good(), "{name}:\n{}", said(&report));
    }
}

#[test]
fn a_first_test_of_a_schedule_meets_its_audience_or_says_that_nothing_began() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {last_at: datetime, born: date, city: text}\n";
    for (condition, begins) in [
        ("'!missing(contact.last_at) && contact.last_at < now() - days(180)'", true),
        ("'!missing(contact.born) && contact.born > today()'", true),
        ("contact.city == \"Vigo\"", false),
    ] {
        let flow = format!(
            "flow: check_up\nwhen:\n  - schedule: 0 10 * * TUE\n    to: {{tags: [customer], if: {condition}}}\nsteps:\n  \
             - say: Time for a check-up.\n    if_closed: {{template: check_up}}\n"
        );
        let folder = folder(&[("_bot.yaml", bot), ("check_up.yaml", flow.as_str())]);
        let drafted = init(folder.path(), "check_up").unwrap().unwrap();
        let asserts = if begins { "template: check_up" } else { "expect: {run: none}" };
        assert!(drafted.text.contains(asserts), "{condition}:\n{}", drafted.text);
        assert_eq!(drafted.remarks.is_empty(), begins, "{condition}");
        std::fs::write(folder.path().join(&drafted.path), &drafted.text).unwrap();
        let report = run(folder.path(), &TestOptions::default()).unwrap();
        assert!(report.is_good() && report.passed() > 0, "{}\n{}", drafted.text, said(&report));
    }
}

#[test]
fn a_webhook_may_be_expected_to_be_refused() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n";
    let flow = "flow: paid\nwhen:\n  - webhook: paid\n    contact: ${body.phone}\n    body: {phone: phone, id: whole}\nsteps:\n  \
                - say: Paid ${id}.\n    if_closed: skip\n";
    let test = |body: &str, refused: &str| {
        format!(
            "tests: paid\nnow: 2026-03-28T13:00 Europe/Madrid\ncontact: {{phone: \"+34600111222\"}}\ncases:\n  - name: one\n    steps:\n      \
             - user: hello\n      - webhook: {{name: paid, body: {body}{refused}}}\n"
        )
    };
    let good = "{phone: \"+34600111222\", id: 7}";
    let bad = "{phone: \"+34600111222\", id: seven}";
    for (body, refused, what) in [
        (good, "", None),
        (bad, ", refused: id", None),
        (bad, ", refused: any", None),
        (bad, "", Some("the webhook is not taken")),
        (bad, ", refused: a stamp", Some("the webhook is refused for another reason")),
        (good, ", refused: any", Some("the webhook is taken")),
    ] {
        let folder =
            folder(&[("_bot.yaml", bot), ("paid.yaml", flow), ("paid.test.yaml", test(body, refused).as_str())]);
        let report = run(folder.path(), &TestOptions::default()).unwrap();
        let found = report.files[0].cases[0].failure.as_ref().map(|failure| failure.what.as_str());
        assert_eq!(found, what, "{body}{refused}: {}", said(&report));
    }
}
