use super::*;

const BOT: &str = "\
bot: Shop
language: en
timezone: Europe/Madrid
env: [SHOP_URL, UNSET]
fields: {city: text, visits: whole}
topics: {service: {}, marketing: {needs: consent}}
teams: {desk: {}}
";

const SHOP: &str = "\
flow: shop
when:
  - message: [shop, hola]
steps:
  - ask: Which size?
    as: size
    options: [Small, {id: l, title: Large}]
    timeout: 3h
    on_timeout:
      - say: Another time then.
        if_closed: skip
      - end
  - http: POST ${env.SHOP_URL}/orders
    json: {size: \"${size}\"}
    retry: {times: 3, wait: 1m}
    as: order
    on_error:
      - handoff: desk
        summary: No order of ${size}
  - set: {contact.city: \"${order.body.city}\", number: \"${order.body.number}\"}
  - say: |
      Ordered *${size}*,
      number ${number}.
  - wait: 30h
  - say: Did it arrive?
    if_closed: {template: arrived, vars: [\"${number}\"]}
";

const NEWS: &str = "\
flow: news
topic: marketing
when:
  - schedule: \"30 2 * * SUN\"
    to: everyone
steps:
  - say: News!
    if_closed: {template: news}
";

const PAID: &str = "\
flow: paid
when:
  - event: paid
steps:
  - say: ${event.data.sum} arrived, thank you.
    if_closed: {template: paid, vars: [\"${event.data.sum}\"]}
";

const HEAD: &str = "\
tests: shop
now: 2026-03-27T09:00 Europe/Madrid
contact: {name: Ana, phone: \"+34600111222\", consent: {marketing: given}}
env: {SHOP_URL: \"https://shop.example\"}
mocks: {http: [{POST */orders: [{status: 503}, {status: 503}, {json: {number: 7, city: Sevilla}}]}]}
cases:
";

/// Plays one case of the shop's flows; `steps` are its lines.
fn play(steps: &str) -> Report {
    play_with(HEAD, steps)
}

fn play_with(head: &str, steps: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let indented: String = steps.trim().lines().map(|line| format!("      {line}\n")).collect();
    let test = format!("{head}  - name: a case\n    steps:\n{indented}");
    let flows = [("_bot.yaml", BOT), ("shop.yaml", SHOP), ("news.yaml", NEWS), ("paid.yaml", PAID)];
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in flows.into_iter().chain([("shop.test.yaml", test.as_str())]) {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    run(folder.path(), &Wish::default()).unwrap()
}

fn said(report: &Report) -> String {
    let findings = report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings));
    let findings = findings.map(ToString::to_string);
    let cases = report.files.iter().flat_map(|file| &file.cases);
    let failures = cases.filter_map(|case| Some(format!("case `{}`\n{}", case.name, case.explain()?)));
    findings.chain(failures).collect::<Vec<_>>().join("\n")
}

fn passes(steps: &str) {
    let report = play(steps);
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
}

/// The failure of a case without its transcript.
fn failure(steps: &str) -> String {
    let report = play(steps);
    let case = &report.files[0].cases[0];
    case.failure.as_ref().map(ToString::to_string).unwrap_or_else(|| panic!("it should fail: {}", said(&report)))
}

#[test]
fn the_sample_bot_passes_its_own_tests() {
    let report = run(Path::new(env!("CARGO_MANIFEST_DIR")), &Wish::default()).unwrap();
    assert!(report.is_good(), "{}", said(&report));
    assert!(report.passed() > 20, "{} cases", report.passed());
}

#[test]
fn a_talk_with_retries_that_take_no_time_passes() {
    passes(
        "
- user: shop
- bot: {text: Which size, buttons: [Small, Large], window: open}
- expect: {run: asking, vars: {size: none}}
- tap: l
- bot: \"Ordered *l*, number 7\"
- expect:
    http: {POST */orders: 3}
    same_key: true
    contact: {city: Sevilla, name: Ana, consent: {marketing: given}}
    run: waiting
    vars: {number: 7, size: l}
    refused: nothing
    handoff: nothing
- advance: 29h
- bot: nothing
- advance: 1h
- expect: {window: closed, sent: {template: arrived, vars: [7]}, run: done}",
    );
}

#[test]
fn a_restart_keeps_questions_waits_faults_and_what_the_mocks_have_answered() {
    passes(
        "
- user: shop
- restart
- expect: {run: asking, sent: nothing}
- tap: Large
- bot: Ordered
- expect: {http: {POST */orders: 3}}
- provider: {next_send: {fail: 131047}}
- restart
- advance: 30h
- expect: {sent: nothing, refused: window_closed}
- user: shop
- tap: Small
- bot: Ordered
- expect: {http: {POST */orders: 1}}",
    );
}

#[test]
fn a_timeout_falls_due_after_a_restart_too_and_once() {
    passes(
        "
- user: shop
- bot: Which size
- advance: 2h
- restart
- advance: 59m
- bot: nothing
- advance: 1m
- bot: Another time
- restart
- advance: 1d
- bot: nothing
- expect: {run: done}",
    );
}

#[test]
fn a_weekday_is_found_on_the_clock_of_now_where_clocks_change() {
    // 02:30 does not exist on that Sunday in Madrid: the schedule fires right after the gap, at three.
    passes(
        "
- advance_to: Sun 01:59
- expect: {sent: nothing}
- advance: 1m
- expect: {sent: {template: news}, window: closed}",
    );
}

#[test]
fn templates_are_as_the_head_says() {
    for (state, expected) in [
        ("approved", "{sent: {template: news}}"),
        ("paused", "{sent: nothing}"),
        ("rejected", "{sent: nothing}"),
        ("missing", "{sent: nothing}"),
    ] {
        let head = HEAD.replace("cases:", &format!("templates: {{news: {state}}}\ncases:"));
        let report = play_with(&head, &format!("- advance_to: Sun 04:00\n- expect: {expected}"));
        assert!(report.is_good(), "{state}: {}", said(&report));
    }
}

#[test]
fn what_is_refused_says_why() {
    passes("- user: STOP\n- advance: 7d\n- expect: {sent: nothing, refused: [{flow: news, why: opted_out}]}");
    let head = HEAD.replace("marketing: given", "marketing: withdrawn");
    let report = play_with(&head, "- advance: 7d\n- expect: {refused: no_consent}");
    assert!(report.is_good(), "{}", said(&report));
}

#[test]
fn events_statuses_and_changes_reach_the_bot() {
    passes(
        "
- event: {name: paid, data: {sum: 3}}
- bot: {template: paid, vars: [3]}
- set: {contact.city: Madrid, contact.tags: [vip], contact.visits: 3}
- expect: {contact: {city: Madrid, tags: [vip], visits: 3}}
- user: shop
- status: delivered
- status: read
- bot: nothing",
    );
}

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
    let report = run(folder.path(), &Wish::default()).unwrap();
    assert!(!report.is_good() && report.files.is_empty(), "{report:?}");
}

/// A folder with these files below `flows/`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
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
    assert!(said.contains("`POST */orders` 1 times"), "{said}");
}

const DESK: &str = "flow: desk_call\nwhen: [{message: person}, {api: true}]\ninputs: {who: {type: text, optional: true}}\n\
                    steps:\n  - say: Hello ${who ?? \"there\"}\n    if_closed: skip\n  - handoff: desk\n";

#[test]
fn the_api_and_persons_act_in_a_test_and_a_case_has_a_world_of_its_own() {
    let test = "tests: desk_call\ncontact: {name: Ana}\ncases:\n  - name: a\n    contact: {city: Sevilla}\n    \
                now: 2026-03-27T09:00 Europe/Madrid\n    steps:\n      - user: hi\n      - api: {who: Eva}\n      \
                - bot: Hello Eva\n      - expect: {handoff: desk, contact: {name: Ana, city: Sevilla}}\n      \
                - person: I am here\n      - user: person\n      - bot: nothing\n      - hand_back\n      \
                - user: person\n      - bot: Hello there\n";
    let folder = folder(&[("_bot.yaml", BOT), ("desk_call.yaml", DESK), ("desk_call.test.yaml", test)]);
    let report = run(folder.path(), &Wish::default()).unwrap();
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
}

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
    let report = run(folder.path(), &Wish::default()).unwrap();
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
    let walk = || wander(folder.path(), &Wish::default(), Walks { count: 60, seed: 1 }).unwrap();
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
    std::fs::write(&path, flow::scenario::write::append(test, &lines).unwrap()).unwrap();
    let report = run(folder.path(), &Wish::default()).unwrap();
    assert_eq!((report.passed(), report.failed()), (1, 1), "{}", said(&report));
    let mended = flow.replace("    type: whole\n", "    type: whole\n    check: n > 0\n");
    std::fs::write(folder.path().join("flows/sum.yaml"), mended).unwrap();
    assert!(run(folder.path(), &Wish::default()).unwrap().is_good());
}

#[test]
fn an_update_writes_the_words_of_the_bot_and_touches_nothing_else() {
    let test = "tests: desk_call\n# a remark\ncases:\n  - name: a\n    steps:\n      - user: person\n      - bot: \"Hallo\"   # stays\n";
    let folder = folder(&[("_bot.yaml", BOT), ("desk_call.yaml", DESK), ("desk_call.test.yaml", test)]);
    let report = run(folder.path(), &Wish { update: true, ..Wish::default() }).unwrap();
    assert_eq!((report.is_good(), report.files[0].rewritten), (true, 1));
    let new = std::fs::read_to_string(folder.path().join("flows/desk_call.test.yaml")).unwrap();
    assert_eq!(new, test.replace("\"Hallo\"", "Hello there"));
    assert!(run(folder.path(), &Wish::default()).unwrap().is_good());
}

#[test]
fn a_first_test_of_each_flow_that_can_have_one_passes() {
    let bot = Path::new(env!("CARGO_MANIFEST_DIR"));
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
    let report = run(copy.path(), &Wish::default()).unwrap();
    assert!(report.is_good() && report.files.len() == written && written >= 8, "{written}\n{}", said(&report));
}

const KINDS: &str = "\
flow: kinds
when:
  - order: true
  - form: visit
  - referral: any
  - missed_call: true
steps:
  - switch: msg.kind
    cases:
      order: [{say: '${msg.order.product_items[0].quantity} of ${msg.order.product_items[0].product_retailer_id}, ${msg.order.text}'}]
      form: [{say: 'Visit on ${msg.form.day} ${msg.form.flow_token}'}]
      call: [{say: We call back}]
    else:
      - say: ${msg.text} (${msg.referral.type} ${msg.referral.id} ${msg.referral.headline} ${msg.referral.body} ${msg.referral.url} ${msg.referral.click_id})
";

const THANKS: &str = "flow: thanks
when: [{reaction: \u{1f44d}}]
steps:
  - say: Thanks for ${msg.reaction}
    if_closed: skip
";

const FRIEND: &str = "\
flow: friend
when: [{message: friend}]
steps:
  - ask: Whom?
    as: whom
    type: contact
  - say: ${whom[0].name.formatted_name} at ${whom[0].phones[0].phone}
";

#[test]
fn whatever_a_customer_can_send_reaches_its_flow() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n";
    let first = "flow: first\nwhen: [{first_message: true}]\nsteps:\n  - say: Hello\n";
    let test = "tests: kinds
now: 2026-03-27T09:00 Europe/Madrid
strict: true
cases:
  - name: all of them
    steps:
      - welcome
      - bot: nothing
      - advance: 4s
      - bot: Hello
      - order: {text: please, product_items: [{product_retailer_id: A7, quantity: 2}]}
      - bot: 2 of A7, please
      - form: {name: visit, data: {day: Mon}}
      - bot: Visit on Mon visit
      - form: visit
      - bot: 'Visit on '
      - form: other
      - bot: nothing
      - reaction: \u{1f44d}
      - bot: Thanks for \u{1f44d}
      - reaction: none
      - bot: nothing
      - referral: 42
      - bot: '(ad 42    )'
      - referral: {type: post, id: p1, headline: New bikes, body: For you, url: 'https://x.example', click_id: c, text: Hi}
      - bot: Hi (post p1 New bikes For you https://x.example c)
      - missed_call
      - bot: We call back
      - missed_call: true
      - bot: We call back
      - user: friend
      - bot: Whom?
      - card: {name: Ben, phone: \"+34600111333\"}
      - bot: Ben at +34600111333
";
    let files = [
        ("_bot.yaml", bot),
        ("kinds.yaml", KINDS),
        ("friend.yaml", FRIEND),
        ("first.yaml", first),
        ("thanks.yaml", THANKS),
    ];
    let folder = folder(&[&files[..], &[("kinds.test.yaml", test)]].concat());
    let report = run(folder.path(), &Wish::default()).unwrap();
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
    for flow in ["kinds", "friend", "thanks"] {
        let drafted = init(folder.path(), flow).unwrap().unwrap();
        std::fs::write(folder.path().join(drafted.path), drafted.text).unwrap();
    }
    let report = run(folder.path(), &Wish::default()).unwrap();
    assert!(report.is_good() && report.passed() >= 3, "a first test can be guessed: {}", said(&report));
}
