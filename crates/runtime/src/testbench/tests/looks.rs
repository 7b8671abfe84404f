//! Tests the expectations of a case, and the texts of failures.

use super::*;

#[test]
fn a_wrong_text_shows_both_and_what_happened() {
    let report = play("- user: shop\n- advance: 1m\n- tap: Small\n- bot: \"Ordered *Large*\"");
    insta::assert_snapshot!(said(&report), @r#"
    case `a case`
    flows/shop.test.yaml:12:14: the bot says something else
      expected: "Ordered *Large*"
      got:      "Ordered *Small*,⏎number 7."
      what happened:
        Fri 27 Mar 09:00  < shop
                          > Which size? [Small] [Large]
        Fri 27 Mar 09:01  < [Small]
                          * POST https://shop.example/orders
                          * POST https://shop.example/orders
                          * POST https://shop.example/orders
                          > Ordered *Small*,⏎number 7.
    "#);
}

#[test]
fn each_expectation_fails_at_its_place_with_what_came_instead() {
    let failures = [
        "- user: shop\n- bot: {text: Which, buttons: [Small, Medium]}",
        "- user: shop\n- bot: nothing",
        "- user: gibberish\n- bot: Hello",
        "- user: shop\n- bot: {text: Which, window: closed}",
        "- user: shop\n- tap: Medium",
        "- tap: Small",
        "- user: shop\n- expect: {run: done}",
        "- user: shop\n- expect: {window: closed}",
        "- user: shop\n- expect: {sent: {template: arrived}}",
        "- user: shop\n- expect: {sent: nothing}",
        "- user: shop\n- expect: {contact: {name: Eva}}",
        "- user: shop\n- expect: {vars: {size: l}}",
        "- user: shop\n- expect: {handoff: desk}",
        "- user: shop\n- expect: {refused: [{flow: news, why: opted_out}]}",
        "- user: shop\n- tap: l\n- expect: {http: {POST */orders: 2}}",
        "- user: shop\n- tap: l\n- expect: {same_key: false}",
        "- user: shop\n- advance: 3h\n- expect: {vars: {size: l}}",
        "- advance_to: 2026-03-01",
        "- status: read",
    ];
    let all: Vec<String> = failures.into_iter().map(failure).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    flows/shop.test.yaml:10:45: the bot says something else: `buttons`
      expected: among others "Medium"
      got:      "Small", "Large", in: "Which size?" [Small] [Large]

    flows/shop.test.yaml:10:14: the bot should say nothing
      expected: no message
      got:      "Which size?" [Small] [Large]

    flows/shop.test.yaml:10:14: the bot should say something
      expected: "Hello"
      got:      no message

    flows/shop.test.yaml:10:36: the bot says something else: `window`
      expected: "closed"
      got:      "open", in: "Which size?" [Small] [Large]

    flows/shop.test.yaml:10:9: there is no such button to tap
      expected: a button with the id or title `Medium`
      got:      the buttons `Small`, `Large`

    flows/shop.test.yaml:9:9: there is no such button to tap
      expected: a button with the id or title `Small`
      got:      no message with buttons so far

    flows/shop.test.yaml:10:23: the newest run of `shop` is not as expected
      expected: "done"
      got:      "asking, waiting"

    flows/shop.test.yaml:10:26: the window is not as expected
      expected: "closed"
      got:      "open"

    flows/shop.test.yaml:10:35: this was not sent: `template`
      expected: "arrived"
      got:      nothing, in: "Which size?" [Small] [Large]

    flows/shop.test.yaml:10:24: nothing should be sent
      expected: nothing
      got:      "Which size?" [Small] [Large]

    flows/shop.test.yaml:10:34: the contact is not as expected: `name`
      expected: "Eva"
      got:      "Ana"

    flows/shop.test.yaml:10:31: a variable is not as expected: `size`
      expected: "l"
      got:      nothing

    flows/shop.test.yaml:10:27: this was not handed over
      expected: "desk"
      got:      no hand-off

    flows/shop.test.yaml:10:28: this was not refused
      expected: {flow: "news", why: "opted_out"}
      got:      nothing was refused

    flows/shop.test.yaml:11:40: calls were not made as expected
      expected: `POST */orders` 2 times
      got:      3 times, of these calls:
                POST https://shop.example/orders
                POST https://shop.example/orders
                POST https://shop.example/orders

    flows/shop.test.yaml:11:28: the keys of calls are not as expected
      expected: tries with different keys, or without
      got:      POST https://shop.example/orders, try 1, with key 1
                POST https://shop.example/orders, try 2, with key 1
                POST https://shop.example/orders, try 3, with key 1

    flows/shop.test.yaml:11:31: a variable is not as expected: `size`
      expected: "l"
      got:      nothing

    flows/shop.test.yaml:9:9: time moves forward only
      expected: a moment to come
      got:      one that has passed: it is Friday 2026-03-27T09:00

    flows/shop.test.yaml:9:9: a status is about a message that was sent
      expected: at least one message so far
      got:      none
    "#);
}

#[test]
fn a_strict_case_wants_every_message_looked_at() {
    let head = HEAD.replace("cases:", "strict: true\ncases:");
    let report = play_with(&head, "- user: shop\n- advance: 1m");
    assert!(said(&report).contains("flows/shop.test.yaml:11:9: a strict case"), "{}", said(&report));
    let report = play_with(&head, "- user: shop\n- bot: Which\n- advance: 1m");
    assert!(report.is_good(), "{}", said(&report));
}

#[test]
fn a_bot_with_errors_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    std::fs::write(folder.path().join("flows/a.yaml"), "flow: a\nsteps:\n  - sya: Hi\n").unwrap();
    std::fs::write(folder.path().join("flows/a.test.yaml"), "tests: a\ncases: []\n").unwrap();
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(!report.is_good() && report.files.is_empty(), "{report:?}");
}

#[test]
fn variables_are_known_when_the_run_is_over() {
    let lines = "- user: shop\n- tap: l\n- advance: 31h\n- expect: {run: done, vars: {size: l, number: 7}}";
    passes(lines);
}

#[test]
fn a_request_is_looked_at_whole() {
    passes("- user: shop\n- tap: l\n- expect: {http: {POST */orders: {times: 3, json: {size: l}}}}");
    let said = failure("- user: shop\n- tap: l\n- expect: {http: {POST */orders: {json: {size: Small}}}}");
    assert!(said.contains("no `POST */orders` carried this"), "{said}");
    let said = failure("- user: shop\n- tap: l\n- expect: {http: {POST */orders: {times: 1, json: {size: l}}}}");
    assert!(said.contains("`POST */orders` 1 time"), "{said}");
}

/// The notes of `explain` below "got:", without the transcript.
fn notes(steps: &str) -> Vec<String> {
    play(steps).files[0].cases[0].notes.clone()
}

#[test]
fn a_failure_says_why_nothing_was_said() {
    let notes = notes("- user: shop\n- user: purple\n- user: green\n- bot: Which size?");
    assert!(notes.iter().any(|note| note.contains("within 10 s of the last one")), "{notes:?}");
}

#[test]
fn a_failure_names_the_step_that_set_the_words_aside() {
    let steps = "- user: shop\n- tap: Small\n- bot: Which size?\n";
    let notes = notes(steps);
    let wanted = "the step in line 10 set it aside before `bot` looked";
    assert!(notes.iter().any(|note| note.contains(wanted)), "{notes:?}");
    assert!(play(steps).files[0].cases[0].explain().unwrap().contains("\n  note:     this was said"));
}

#[test]
fn a_call_without_a_mock_is_named_with_what_to_write() {
    let head =
        HEAD.lines().filter(|line| !line.starts_with("mocks:")).map(|line| format!("{line}\n")).collect::<String>();
    let report = play_with(&head, "- user: shop\n- tap: Small\n- bot: Ordered");
    let case = &report.files[0].cases[0];
    let wanted =
        "no mock answers `POST https://shop.example/orders`; add `- POST */orders: {json: {…}}` to `mocks: http:`";
    assert!(case.notes.iter().any(|note| note.contains(wanted)), "{:?}", case.notes);
    assert!(case.transcript.iter().any(|line| line.mark == '!' && line.text.starts_with("no mock answers POST")));
}

#[test]
fn a_handoff_of_an_earlier_act_is_told_as_that() {
    let head = HEAD.replace("{json: {number: 7, city: Sevilla}}", "{status: 503}");
    let report = play_with(&head, "- user: shop\n- tap: l\n- advance: 3m\n- user: hello\n- expect: {handoff: desk}");
    let said = said(&report);
    assert!(said.contains("an earlier act handed over to `desk`"), "{said}");
}

#[test]
fn a_case_takes_the_name_of_its_file_away() {
    let nobody = "  - name: nobody\n    contact: {name: none}\n    steps:\n      - user: shop\n      \
                  - expect: {contact: {name: none}}\n";
    let report = play_with(&format!("{HEAD}{nobody}"), "- user: shop\n- expect: {contact: {name: Ana}}");
    assert!(report.is_good() && report.passed() == 2, "{}", said(&report));
}

#[test]
fn a_message_that_waits_for_its_template_is_part_of_what_happened() {
    let head = HEAD.replace("cases:", "templates: {news: missing}\ncases:");
    let report = play_with(&head, "- advance_to: 2026-03-30T09:00\n- bot: \"news\"");
    let told = said(&report);
    let happened = told.split("what happened:").nth(1).unwrap();
    assert!(happened.contains("(template_unusable): News!"), "{told}");
    // It is tried again every ten minutes, and named once.
    assert_eq!(happened.matches("News!").count(), 1, "{told}");
}

#[test]
fn a_case_in_which_nothing_happened_says_so() {
    let report = play("- bot: Which size?");
    let told = report.files[0].cases[0].explain().unwrap();
    assert!(told.ends_with("  what happened:\n    nothing\n"), "{told}");
}

/// The report of a case about a flow that asks a model; `mocks` are those of the test.
fn asked(mocks: &str, steps: &str) -> super::super::Report {
    let folder = tempfile::tempdir().unwrap();
    let flow = "flow: ask\nwhen: [{any_message: true}]\nsteps:\n  - id: sort\n    llm: What is it about?\n    \
                input: ${msg.text}\n    returns: [repair, price]\n    as: kind\n    on_error: [{say: 'Sorry: ${error.code}'}, end]\n  \
                - say: 'About: ${kind}'\n";
    let steps: String = steps.lines().map(|line| format!("      {}\n", line.trim())).collect();
    let test = format!("tests: ask\n{mocks}cases:\n  - name: a case\n    steps:\n{steps}");
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in [("_bot.yaml", "bot: B\nmodels: [main]\n"), ("ask.yaml", flow), ("ask.test.yaml", &test)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    super::super::run(folder.path(), &super::super::TestOptions::default()).unwrap()
}

#[test]
fn a_mock_answers_for_a_model() {
    for (mocks, said) in [
        ("{sort: repair}", "About: repair"),
        ("{any: price}", "About: price"),
        ("[{ask.sort: price}, {any: repair}]", "About: price"),
        ("{sort: [weather, {text: repair}]}", "About: repair"),
        ("{sort: {slow: 5s, text: price}}", "About: price"),
        ("{sort: {slow: 21s, text: price}}", "Sorry: model_slow"),
        ("{sort: {cost: 0.02, text: price}}", "About: price"),
        ("{sort: {fail: timeout}}", "Sorry: model_slow"),
        ("{sort: {fail: down}}", "Sorry: model_down"),
        ("{sort: {fail: refused}}", "Sorry: model_refused"),
        ("{sort: {fail: empty}}", "Sorry: bad_answer"),
        ("{sort: {fail: malformed}}", "Sorry: bad_answer"),
        ("{sort: {fail: cut}}", "Sorry: bad_answer"),
        ("{sort: {fail: over_budget}}", "Sorry: over_budget"),
        ("{sort: {fail: cut_prompt}}", "Sorry: cut_prompt"),
    ] {
        let report = asked(&format!("mocks: {{model: {mocks}}}\n"), &format!("- user: hm\n- bot: \"{said}\""));
        assert!(report.is_good() && report.passed() == 1, "{mocks}: {:#}", report.to_json());
    }
}

#[test]
fn a_question_without_a_mock_is_named_with_what_to_write() {
    let report = asked("", "- user: hm\n- bot: \"Sorry: model_down\"\n- bot: more");
    let case = &report.files[0].cases[0];
    let wanted = "no mock answers the question of `ask.sort` to the model `main`; add `- sort: …` to `mocks: model:`";
    assert!(case.notes.iter().any(|note| note.contains(wanted)), "{:?}", case.notes);
    assert!(
        case.transcript.iter().any(|line| line.mark == '!' && line.text.starts_with("no mock answers the question"))
    );
}

#[test]
fn a_test_counts_the_questions() {
    let mocks = "mocks: {model: {sort: [weather, repair]}}\n";
    let steps = |expected: &str| format!("- user: hm\n- expect: {{model: {expected}}}");
    for right in ["{sort: 2}", "{any: 2, other: 0}", "{ask.sort: 2}"] {
        assert!(asked(mocks, &steps(right)).is_good(), "{right}");
    }
    for wrong in ["{sort: 1}", "nothing"] {
        let report = asked(mocks, &steps(wrong));
        let said = report.files[0].cases[0].explain().unwrap_or_default();
        assert!(!report.is_good() && said.contains("ask.sort"), "{said}");
    }
}

#[test]
fn the_budgets_of_the_bot_and_of_a_flow_hold_in_a_test() {
    let report = |bot: &str, of_flow: &str, lines: &str| {
        let folder = tempfile::tempdir().unwrap();
        let bot = format!("bot: B\nmodels: [main]\n{bot}");
        let flow = format!(
            "flow: ask\nwhen: [{{any_message: true}}]\n{of_flow}steps:\n  - llm: Answer.\n    input: ${{msg.text}}\n    as: \
             text\n    on_error: [{{say: 'Sorry: ${{error.code}}'}}, end]\n  - say: ${{text}}\n"
        );
        let test = format!(
            "tests: ask\nmocks: {{model: {{any: {{text: Hi, cost: 0.02}}}}}}\ncases:\n  - name: a case\n    steps:\n{lines}"
        );
        std::fs::create_dir(folder.path().join("flows")).unwrap();
        for (name, text) in [("_bot.yaml", &bot), ("ask.yaml", &flow), ("ask.test.yaml", &test)] {
            std::fs::write(folder.path().join("flows").join(name), text).unwrap();
        }
        super::super::run(folder.path(), &super::super::TestOptions::default()).unwrap()
    };
    let talk = |said: &[&str]| -> String {
        said.iter().map(|said| format!("      - user: hm\n      - bot: \"{said}\"\n")).collect()
    };
    let over = talk(&["Hi", "Hi", "Sorry: over_budget"]);
    let next_day = format!("{over}      - advance: 1d\n{}", talk(&["Hi"]));
    for (bot, of_flow) in [
        ("agents: {budget: 0.05/1d}\n", ""),
        ("agents: {budget: {contact: 0.05/1d}}\n", ""),
        ("agents: {budget: 1.00/1d}\n", "budget: 0.05/1d\n"),
    ] {
        for lines in [&over, &next_day] {
            let report = report(bot, of_flow, lines);
            assert!(report.is_good() && report.passed() == 1, "{bot}{of_flow}: {:#}", report.to_json());
        }
    }
    let enough = report("agents: {budget: 1.00/1d}\n", "", &talk(&["Hi", "Hi", "Hi"]));
    assert!(enough.is_good() && enough.passed() == 1, "{:#}", enough.to_json());
}

/// The report of a case about an agent whose questions may cost 0.05 together.
fn of_agent(answers: &str, steps: &str) -> super::super::Report {
    let folder = tempfile::tempdir().unwrap();
    let bot = "bot: B\nmodels: [main]\nteams: {bench: {}}\nagents: {scope: repairs, discloses: {no: a test}}\n";
    let flow = "flow: desk\nwhen: [{any_message: true}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [We \
                repair bikes.]\n    limits: {cost: 0.05}\n    on_limit: [{say: Enough for today}, end]\n";
    let test =
        format!("tests: desk\nmocks: {{model: {{helper: {answers}}}}}\ncases:\n  - name: a case\n    steps:\n{steps}");
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in [("_bot.yaml", bot), ("desk.yaml", flow), ("desk.test.yaml", &test)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    super::super::run(folder.path(), &super::super::TestOptions::default()).unwrap()
}

#[test]
fn the_prices_of_mocks_count_for_the_limit_of_a_step() {
    let talk = |said: &[&str]| {
        let lines = said.iter().map(|said| format!("      - user: hm\n      - bot: {said}\n"));
        lines.collect::<String>()
    };
    for (answers, said) in [
        ("{say: Hello, cost: 0.025}", &["Hello", "Hello", "Enough for today"][..]),
        // The answer would cost more than what is left, so the model is not asked.
        ("{say: Hello, cost: 0.03}", &["Hello", "Enough for today"]),
        ("[{say: Hello, cost: 0.05}, {say: again}]", &["Hello", "Enough for today"]),
        ("{say: Hello, cost: 0.06}", &["Enough for today"]),
        ("{say: Hello}", &["Hello", "Hello", "Hello", "Hello"]),
    ] {
        let report = of_agent(answers, &talk(said));
        assert!(report.is_good() && report.passed() == 1, "{answers}: {:#}", report.to_json());
    }
    let report = of_agent("{say: Hello, cost: much}", &talk(&["Hello"]));
    let findings = report.to_json()["files"][0]["findings"].to_string();
    assert!(findings.contains("E920") && findings.contains("cost: 0.02"), "{findings}");
}
