//! Tests names, their values, and expressions with them.

use super::*;

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
    clean(&["steps:\n  - say: ${contact.first_name ?? \"you\"} ${contact.city ?? \"here\"} ${env.SHOP_URL}\n"]);
}

#[test]
fn a_secret_outside_of_http_is_an_error() {
    one(&["steps:\n  - say: ${secrets.TOKEN}\n"], "a.yaml:3:12: error[E309] a secret may not stand here");
}

#[test]
fn unknown_senders_are_found_when_they_are_known() {
    let around = CheckContext { senders: Some(vec!["shop".into()]), ..CheckContext::default() };
    let found = found_in(BOT, &["sender: shpo\nsteps: []\n"], &around);
    assert_eq!(found, ["a.yaml:2:9: error[E413] the configuration has no sender `shpo`; did you mean `shop`?"]);
}

#[test]
fn a_comparison_that_no_option_makes_true_is_a_warning() {
    let flow = |condition: &str| {
        format!(
            "{HI}steps:\n  - ask: a\n    as: score\n    options: [\"1\", \"2\"]\n  - if: {condition}\n    then: [end]\n"
        )
    };
    // The id of an option is a text with this number, so the comparison is true if it was chosen.
    clean(&[&flow("score == 1")]);
    one(&[&flow("score == 3")], "a.yaml:7:9: warning[W315] this is never true: one of \"1\", \"2\" is compared with");
}

/// A question with these options, and a `switch` over its answer with these cases.
fn switching(options: &str, cases: &str) -> String {
    format!("{HI}steps:\n  - ask: a\n    as: x\n    {options}\n  - switch: x\n    cases: {{{cases}}}\n    else: []\n")
}

#[test]
fn a_case_that_no_value_takes_is_a_warning() {
    let bad = |options: &str, cases: &str, said: &str| {
        one(&[&switching(options, cases)], &format!("a.yaml:8:13: warning[W315] this case is never taken: {said}"));
    };
    bad("options: [Red, Blue]", "Bleu: []", "the value is never \"Bleu\"; did you mean `Blue`?");
    bad("options: [Red, Blue]", "red: []", "the value is never \"red\"; did you mean `Red`?");
    bad("options: [Red, Blue]", "Green: []", "the value is never \"Green\"; it can be \"Red\", \"Blue\"");
    bad("options: [{id: r, title: Red}, {id: b, title: Blue}]", "Red: []", "the value is never \"Red\"; it can be");
    bad("type: whole", "young: []", "the value is a number; write a number");
    bad("type: yesno", "maybe: []", "the value is true or false; write `true` or `false`");
    bad("type: date", "tomorrow: []", "the value is a date");
    one(
        &[&switching("options: [Red, Blue]", "\"Red, Bleu\": []")],
        "a.yaml:8:19: warning[W315] this case is never taken: the value is never \"Bleu\"",
    );
}

#[test]
fn a_case_that_some_value_takes_is_right() {
    for (options, cases) in [
        ("options: [Red, Blue]", "Red: [], Blue: []"),
        ("options: [Red, Blue]", "\"Red, Blue\": []"),
        ("options: [\"Yes, please\", \"No\"]", "\"Yes, please\": [], \"No\": []"),
        ("options: [\"1\", \"2\"]", "1: [], \"2, none\": []"),
        ("type: whole", "\"28, 45\": []"),
        ("type: number", "2.5: []"),
        ("type: yesno", "\"yes\": [], \"no\": []"),
        ("type: date", "2026-12-24: []"),
        ("type: time", "\"09:00\": []"),
        ("type: text", "anything: []"),
        ("type: number", "none: []"),
    ] {
        clean(&[&switching(options, cases)]);
    }
}

#[test]
fn what_a_set_has_filled_is_read_by_the_next_of_its_values() {
    let set =
        |values: &str, then: &str| format!("{HI}vars: {{n: one}}\nsteps:\n  - set: {{{values}}}\n  - say: {then}\n");
    clean(&[&set("d: \"${today() + days(3)}\", g: \"${d - today()}\"", "${g.days}")]);
    clean(&[&set("n: 2, m: \"${n * 2}\"", "${m}")]);
    one(&[&set("m: \"${n * 2}\", n: 2", "${m}")], "a.yaml:5:19: error[E318] `*` does not work on a text and a number");
    one(&[&set("g: \"${d - today()}\", d: \"${today()}\"", "${g.days}")], "a.yaml:5:17: error[E316] `d` is read here");
}

#[test]
fn a_team_that_is_worked_out_is_one_that_there_is() {
    let bot = "bot: b\nfields: {plan: [gold, silver], city: text, seats: whole}\nteams: {gold: {}, support: {}}\n";
    let flow = |team: &str| format!("{HI}steps:\n  - handoff: {team}\n");
    let found = |team: &str| found_in(bot, &[&flow(team)], &CheckContext::default());
    assert_eq!(
        found("${contact.plan}"),
        ["a.yaml:4:16: error[E403] this can be \"silver\", and there is no team `silver`; \
          add it to `teams` in `_bot.yaml`; there are `gold`, `support`"]
    );
    assert_eq!(
        found("${contact.seats}"),
        ["a.yaml:4:16: error[E403] a team is named here, and this is a number; \
          write a value that is one of `gold`, `support`"]
    );
    assert_eq!(
        found("\"${if contact.plan == \\\"gold\\\" { \\\"gold\\\" } else { \\\"support\\\" }}\""),
        Vec::<String>::new()
    );
}

#[test]
fn what_cannot_stand_in_its_place_is_an_error() {
    let bot = "bot: b\nfields: {visit_at: datetime, seats: whole, kinds: list, city: text}\n";
    let found = |steps: &str| {
        found_in(bot, &[&format!("{HI}vars: {{plan: pro, n: 3}}\nsteps:\n{steps}")], &CheckContext::default())
    };
    for (steps, said) in [
        (
            "  - say: ${contact.tags}\n",
            "a.yaml:5:12: error[E318] a list cannot stand in a text; name one of it, `contact.tags[0]`",
        ),
        ("  - say: Yours are ${contact.tags}.\n", "a.yaml:5:22: error[E318] a list cannot stand in a text"),
        ("  - tag: ${contact.tags}\n", "a.yaml:5:12: error[E318] a list"),
        (
            "  - repeat: {for: x, in: plan}\n    do: [{say: x}]\n",
            "a.yaml:5:26: error[E318] `in` takes a list, and this is a text",
        ),
        (
            "  - repeat: {for: x, in: \"3\"}\n    do: [{say: x}]\n",
            "a.yaml:5:27: error[E318] `in` takes a list, and this is a number",
        ),
        ("  - set: {\"plan[]\": 6}\n", "a.yaml:5:11: error[E318] `[]` puts one more into a list, and this is a text"),
        (
            "  - set: {contact.visit_at: \"${n + 1}\"}\n",
            "a.yaml:5:32: error[E318] `contact.visit_at` takes a value of type `datetime`, and this is a number",
        ),
        (
            "  - wait: {until: \"${plan}\"}\n",
            "a.yaml:5:22: error[E318] `until` takes a date with its time, and this is a text",
        ),
        ("  - tag: \"\"\n", "a.yaml:5:10: error[E208] a tag needs a name, and this is empty"),
        ("  - emit: \" \"\n", "a.yaml:5:11: error[E208] an event needs a name, and this is empty"),
        ("  - say: \"\\u200b\"\n", "a.yaml:5:10: error[E208] there is nothing to say"),
        ("  - tag: \"\\u2060\"\n", "a.yaml:5:10: error[E208] a tag needs a name, and this is empty"),
        ("  - say: Look.\n    media: \"\"\n", "a.yaml:6:12: error[E208] the address of a file is empty"),
        (
            "  - say: Look.\n    media: [files/a.png, \" \"]\n",
            "a.yaml:6:26: error[E208] the address of a file is empty",
        ),
        ("  - say: Look.\n    card: {name: \"\"}\n", "a.yaml:6:18: error[E208] the `name` of the card is empty"),
        (
            "  - say: Look.\n    card: {name: {formatted_name: \"\\u200b\"}}\n",
            "a.yaml:6:35: error[E208] the `name` of the card is empty",
        ),
        ("  - say: ${contact.city}\n", "a.yaml:5:12: warning[W317] this can be missing, and nothing else stands here"),
        ("  - tag: [vip, \"${contact.city}\"]\n", "a.yaml:5:19: warning[W317] this can be missing"),
        ("  - say: In ${contact.city}\n", "a.yaml:5:15: warning[W317] not every contact has `city`"),
        ("  - say: In ${contact.city.upper()}\n", "a.yaml:5:15: warning[W317] not every contact has `city`"),
        ("  - say: Hi\n    footer: In ${contact.city}\n", "a.yaml:6:18: warning[W317] not every contact has `city`"),
        (
            "  - ask: Where?\n    as: q\n    options: [\"${contact.city}\", Other]\n",
            "a.yaml:7:18: warning[W317] this can be missing, and nothing else stands here",
        ),
        (
            "  - set: {x: \"${contact.city}\"}\n  - say: In ${x}\n",
            "a.yaml:6:15: warning[W317] `x` can be missing here, and this prints nothing then",
        ),
    ] {
        let found = found(steps);
        assert!(found.len() == 1 && found[0].starts_with(said), "{steps}\n{found:#?}");
    }
    for steps in [
        "  - say: ${contact.city ?? \"-\"}\n",
        "  - say: ${contact.city}\n    if: '!missing(contact.city)'\n",
        "  - say: In ${contact.city ?? \"town\"}\n",
        "  - switch: contact.city\n    cases:\n      Rome: [{say: \"In ${contact.city}\"}]\n    else: []\n",
        "  - set: {x: \"${contact.city ?? \\\"-\\\"}\"}\n  - say: In ${x}\n",
        "  - say: ${contact.tags.join(\", \")} ${contact.tags.len()}\n",
        "  - set: {\"list[]\": 6}\n  - repeat: {for: x, in: list}\n    do: [{say: \"${x}\"}]\n",
        "  - wait: {until: \"${now() + hours(2)}\"}\n",
    ] {
        assert_eq!(found(steps), Vec::<String>::new(), "{steps}");
    }
}

#[test]
fn what_beginners_write_is_answered_with_what_to_write() {
    let help = |body: &str, begins: &str, help: &str| {
        let found = found(&[&format!("{HI}{body}")]);
        assert!(found.len() == 1 && found[0].starts_with(begins) && found[0].contains(help), "{body}\n{found:#?}");
    };
    help("steps:\n  - say: Hi ${contact.name | upper}\n", "a.yaml:4:30: error[E303]", "write `contact.name.upper()`");
    help(
        "steps:\n  - end:\n      return: 5\n",
        "a.yaml:5:7: error[E228]",
        "write `return:` below `end`, in the same column",
    );
    help(
        "steps:\n  - ask: Ok?\n    as: x\n    options: {yes: Yes please, no: No thanks}\n",
        "a.yaml:6:14: error[E235]",
        "write `- {id: yes, title: Yes please}`",
    );
    help("steps:\n  - wait: \"10:00\"\n", "a.yaml:4:11: error[E204]", "write `{until: \"10:00\"}`");
    help("steps:\n  - say: Hi {contact.name}!\n", "a.yaml:4:13: warning[W118]", "write `${contact.name ?? \"there\"}`");
}

#[test]
fn a_button_that_nobody_hears_is_a_warning() {
    let flow = |more: &str| format!("{HI}steps:\n  - say: Come?\n    buttons: [Come along]\n{more}");
    one(
        &[&flow("")],
        "a.yaml:5:15: warning[W609] nothing waits for a tap on `Come along`, and no flow begins with it; \
         to wait for the tap write `ask` with `options`",
    );
    clean(&[&flow("  - wait: reply\n    timeout: 2h\n")]);
    let other = |trigger: &str| format!("when: [{{{trigger}}}]\nsteps:\n  - say: b\n");
    for trigger in [
        "button: Come along",
        "message: [come ALONG!]",
        "message: [along], match: contains",
        "message: ['^come .*$'], match: regex",
        "any_message: true",
    ] {
        clean(&[&flow(""), &other(trigger)]);
    }
    assert_eq!(found(&[&flow(""), &other("button: come")]).len(), 1);
    clean(&[&format!("{HI}steps:\n  - say: News?\n    buttons: [{{title: Yes, consent: {{marketing: given}}}}]\n")]);
    // The calling flow waits for the answer.
    let caller = "when: [{message: [b]}]\nsteps:\n  - call: a\n  - wait: reply\n    timeout: 2h\n";
    clean(&[&flow(""), caller]);
}

#[test]
fn secrets_stand_in_http_and_nowhere_else() {
    clean(&[&format!(
        "{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/x\n    headers: {{authorization: \"Bearer ${{secrets.TOKEN}}\"}}\n"
    )]);
    one(&[&format!("{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/${{secrets.TOKEN}}\n")], "a.yaml:4:33: error[E309]");
    one(
        &[&format!(
            "{HI}steps:\n  - http: GET https://shop.example/x\n    as: page\n  - http: GET ${{page.body.next}}\n    headers: {{authorization: \"Bearer ${{secrets.TOKEN}}\"}}\n"
        )],
        "a.yaml:7:30: error[E309] no secret goes to an address that begins with a value; begin the address with `${env.NAME}`, and put values behind the host",
    );
    one(
        &[&format!(
            "{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/x\n    headers: {{authorization: \"${{secrets.TOKE}}\"}}\n"
        )],
        "a.yaml:5:41: error[E411] `secrets` of `_bot.yaml` does not name `TOKE`; did you mean `TOKEN`?",
    );
}

#[test]
fn a_condition_on_an_answer_knows_that_it_was_asked() {
    // The question is asked only while the window is open: a contact who answered "no" has just written.
    clean(&[&format!(
        "{API}steps:\n  - ask: Still there?\n    if: window.open\n    as: answer\n    options: [\"yes\", \"no\"]\n    on_timeout: [end]\n\
         \x20 - if: answer == \"no\"\n    then:\n      - say: A pity.\n"
    )]);
    one(
        &[&format!(
            "{API}steps:\n  - ask: Still there?\n    if: window.open\n    as: answer\n    options: [\"yes\", \"no\"]\n    on_timeout: [end]\n\
             \x20 - if: answer != \"no\"\n    then:\n      - say: Good.\n"
        )],
        "a.yaml:11:9: error[E501] this message can go out at any time",
    );
}

#[test]
fn what_nothing_has_filled_yet_is_an_error_and_what_some_ways_miss_a_warning() {
    one(
        &[&format!("{HI}steps:\n  - say: For ${{day}}.\n  - ask: When?\n    as: day\n    on_timeout: [end]\n")],
        "a.yaml:4:16: error[E316] `day` is read here",
    );
    let asks = |timeout: &str| {
        format!(
            "{HI}steps:\n  - ask: When?\n    as: day\n    timeout: 2h\n    on_timeout: [{timeout}]\n  - say: For ${{day}}.\n"
        )
    };
    one(&[&asks("{log: late}")], "a.yaml:8:16: warning[W317] `day` can be missing here");
    clean(&[&asks("end")]);
    clean(&[&asks("{log: late}").replace("${day}", "${day ?? \"soon\"}")]);
    clean(&[&asks("{log: late}")
        .replace("  - say:", "  - if: '!missing(day)'\n    then: [end]\n  - say:")
        .replace("For ${day}.", "No day.")]);
}

#[test]
fn functions_are_called_with_what_they_take() {
    let say = |code: &str| {
        format!(
            "{HI}steps:\n  - ask: How many?\n    as: n\n    type: number\n    on_timeout: [end]\n  - say: It is ${{{code}}}.\n"
        )
    };
    one(&[&say("n.upper()")], "a.yaml:8:20: error[E318] `.upper()` does not work on a number");
    one(&[&say("days(1, 2)")], "a.yaml:8:18: error[E312] `days` takes 1 value, and gets 2");
    one(
        &[&say("today() + 2")],
        "a.yaml:8:26: error[E318] `+` does not work on a date and a number; write the length of time as `+ days(",
    );
    clean(&[&say("n + 1")]);
    clean(&[&say("(today() + days(2)).format(\"d MMMM\")")]);
}

#[test]
fn an_answer_is_compared_with_what_it_can_be() {
    let flow = |kind: &str, condition: &str| {
        format!(
            "{HI}steps:\n  - ask: a\n    as: x\n    {kind}\n    on_timeout: [end]\n  - if: {condition}\n    then: [end]\n"
        )
    };
    one(&[&flow("options: [Small, Large]", "x == \"Smal\"")], "a.yaml:8:9: warning[W315] this is never true");
    one(
        &[&flow("type: yesno", "x == \"yes\"")],
        "a.yaml:8:9: warning[W315] this is never true: true or false is compared with \"yes\"; write `x` alone",
    );
    clean(&[&flow("type: yesno", "x")]);
    clean(&[&flow("type: date", "x > today()")]);
    clean(&[&flow("type: number", "x == 3")]);
}

/// Checks that a repair changes only what it must.
#[track_caller]
fn mended(before: &str, after: &str) {
    let file = SourceFile::new("a.yaml", before);
    let (_, found) = parse_set(&[SourceFile::new("_bot.yaml", BOT), file.clone()]);
    let fixes: Vec<_> = found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.is_sure()).collect();
    assert_eq!(crate::base::fix::apply("a.yaml", file.text(), &fixes).0, after, "{found:#?}");
}

#[test]
fn a_repair_leaves_all_other_bytes_alone() {
    let cases = [
        ("  - say: Order: now  ", "  - say: \"Order: now\"  "),
        ("  - say: *Bold* offer # c", "  - say: \"*Bold* offer\" # c"),
        ("  - say: {{ name }}", "  - say: ${name}"),
        ("  - say: Order #12 is here", "  - say: \"Order #12 is here\""),
        ("  - say: \"Hi ${contact.name ?? \"you\"}\"", "  - say: 'Hi ${contact.name ?? \"you\"}'"),
        ("  - if: !missing(contact.name)\n    then: [end]", "  - if: '!missing(contact.name)'\n    then: [end]"),
        ("  - if: \"a\" == contact.name\n    then: [end]", "  - if: '\"a\" == contact.name'\n    then: [end]"),
        ("  - if: ${window.open}\n    then: [end]", "  - if: window.open\n    then: [end]"),
        ("  - if: contact.name = \"a\"\n    then: [end]", "  - if: contact.name == \"a\"\n    then: [end]"),
        ("  - sya: hello", "  - say: hello"),
        ("  - ask: a\n    tiemout: 2h", "  - ask: a\n    timeout: 2h"),
    ];
    for (wrong, right) in cases {
        let around = |middle: &str| format!("# first\nflow:   a\nsteps:\n{middle}\n  - log:  'x'   # last\n");
        mended(&around(wrong), &around(right));
    }
}

#[test]
fn a_misspelt_name_behind_a_dot_has_a_repair_at_all_of_its_places() {
    let repair = |wrong: &str, title: &str, right: &str| {
        let text = format!("flow: a\nwhen: [message: hi]\n{wrong}\n");
        let file = SourceFile::new("a.yaml", text.as_str());
        let (set, mut found) = parse_set(&[SourceFile::new("_bot.yaml", BOT), file.clone()]);
        found.extend(lint_around(&set, &CheckContext::default()));
        let [finding] = found.as_slice() else { panic!("{wrong}: {found:#?}") };
        let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("no repair of {finding}"));
        assert!(!fix.is_sure(), "another name may be meant");
        assert_eq!(fix.title, title);
        assert_eq!(crate::base::fix::apply("a.yaml", &text, &[fix]).0, text.replace(wrong, right));
    };
    let city = "write `contact.city`";
    repair("steps:\n  - say: ${contact.cty}", city, "steps:\n  - say: ${contact.city}");
    repair(
        "steps:\n  - say: a ${contact.cty}\n  - say: 'b ${contact.cty} ${contact.cty}'",
        city,
        "steps:\n  - say: a ${contact.city}\n  - say: 'b ${contact.city} ${contact.city}'",
    );
    repair("steps:\n  - set: {contact.cty: x}", city, "steps:\n  - set: {contact.city: x}");
    let language = "write `contact.language`";
    repair("steps:\n  - say: ${contact.lang}", language, "steps:\n  - say: ${contact.language}");
    repair("steps:\n  - set: {contact.idioma: es}", language, "steps:\n  - set: {contact.language: es}");
    repair("steps:\n  - say: ${env.SHOP_ULR}", "write `env.SHOP_URL`", "steps:\n  - say: ${env.SHOP_URL}");
    let window = "write `window.open`";
    repair("steps:\n  - if: window.opened\n    then: [end]", window, "steps:\n  - if: window.open\n    then: [end]");
}

#[test]
fn a_misspelt_field_of_a_trigger_has_a_repair() {
    let bot = "bot: Shop\nfields: {city: text, plan: text, visit: date}\n";
    let at_ten = |date: &str| format!("{date}\n    at: \"10:00\"");
    for (wrong, title, right) in [
        ("field_changed: contact.cty".to_owned(), "write `contact.city`", "field_changed: contact.city".to_owned()),
        ("field_changed: [plan, cty]".to_owned(), "write `city`", "field_changed: [plan, city]".to_owned()),
        (at_ten("date: contact.vist"), "write `contact.visit`", at_ten("date: contact.visit")),
    ] {
        let text = |trigger: &str| format!("flow: a\nwhen:\n  - {trigger}\nsteps:\n  - log: a\n");
        let file = SourceFile::new("a.yaml", text(&wrong));
        let (_, found) = parse_set(&[SourceFile::new("_bot.yaml", bot), file]);
        let finding = found.iter().find(|finding| finding.code == "E408").unwrap_or_else(|| panic!("{found:#?}"));
        let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("no repair of {finding}"));
        assert_eq!(fix.title, title);
        assert_eq!(crate::base::fix::apply("a.yaml", &text(&wrong), &[fix]).0, text(&right));
    }
}

#[test]
fn a_field_that_every_contact_has_is_not_declared_again() {
    for name in ["phone", "tags", "language", "consent"] {
        let bot = format!("bot: Shop\nfields: {{city: text, {name}: text}}\n");
        let found = found_in(&bot, &[], &CheckContext::default());
        assert!(
            found.len() == 1 && found[0].contains(&format!("every contact has `contact.{name}` already")),
            "{found:?}"
        );
    }
}

#[test]
fn what_a_flow_returns_has_the_parts_that_it_declares() {
    let b = "returns: {day: date, plan: [free, pro], note: {type: text, optional: true}}\nsteps:\n  \
             - end:\n    return: {day: \"${today()}\", plan: pro}\n";
    let reads = |code: &str| format!("{HI}steps:\n  - call: b\n    as: got\n  - if: {code}\n    then: [end]\n");
    clean(&[&reads("got.day > today()"), b]);
    clean(&[&reads("missing(got.note)"), b]);
    clean(&[&reads("got.plan == \"free\""), b]);
    one(
        &[&reads("got.dya > today()"), b],
        "a.yaml:6:13: error[E412] what `b` returns has no `dya`; did you mean `day`?",
    );
    one(&[&reads("got.plan == \"gold\""), b], "a.yaml:6:18: warning[W315]");
    one(&[&reads("got.day.is_empty()"), b], "a.yaml:6:17: error[E318]");
    // One path returns nothing: that may be tested, and the names stay known.
    let b = "returns: {day: date}\nsteps:\n  - if: contact.city == \"Madrid\"\n    then: [end]\n  \
             - end:\n    return: {day: \"${today()}\"}\n";
    clean(&[&reads("missing(got) || got.day > today()"), b]);
    one(&[&reads("missing(got.dya)"), b], "a.yaml:6:21: error[E412] what `b` returns has no `dya`");
}

#[test]
fn a_form_that_was_filled_in_has_the_parts_that_it_declares() {
    let of = |form: &str, code: &str| {
        format!(
            "{HI}steps:\n  - ask: When?\n    as: visit\n    timeout: 1h\n    on_timeout: [end]\n    form: {form}\n  \
             - if: {code}\n    then:\n      - say: Fine.\n"
        )
    };
    let form = "{id: f, button: Go, returns: {day: date, hour: time, wish: {type: text, optional: true}}}";
    let reads = |code: &str| of(form, code);
    clean(&[&reads("visit.day > today() && visit.day.day > 3")]);
    clean(&[&reads("visit[\"day\"] > today()")]);
    clean(&[&reads("missing(visit.wish)")]);
    // The form may return more keys than declared.
    clean(&[&reads("visit.allergies == \"nuts\"")]);
    clean(&[&of("{id: f, button: Go}", "visit.day == \"soon\"")]);
    one(
        &[&reads("visit.dya > today()")],
        "a.yaml:9:15: error[E412] what the form `returns` has no `dya`; did you mean `day`?",
    );
    one(&[&reads("visit.day.is_empty()")], "a.yaml:9:19: error[E318]");
    // A mistake in the form gets one finding.
    one(&[&of("f", "visit.day > today()")], "a.yaml:8:11: error[E201]");
}

#[test]
fn a_text_that_is_taken_for_a_date_is_said_once_at_its_question() {
    let asks = |more: &str, uses: &str| format!("{HI}steps:\n  - ask: Which day?\n    as: day\n{more}{uses}");
    for uses in [
        "  - if: day > today()\n    then: [end]\n  - say: x\n",
        "  - say: ${(day + days(1)).format(\"d\")} ${day.format(\"d MMMM\")}\n",
        "  - if: now() < day\n    then: [end]\n  - log: ${day.format(\"d\")}\n",
        "    check: day >= today()\n  - say: ${day.format(\"d MMMM\")}\n",
    ] {
        one(&[&asks("", uses)], "a.yaml:4:5: warning[W323]");
        clean(&[&asks("    type: date\n", &uses.replace("now() < day", "today() < day"))]);
    }
    let (bot, flow) =
        (BOT.replace("city: text", "city: text, visit: date"), asks("", "  - set: {contact.visit: \"${day}\"}\n"));
    let said = found_in(&bot, &[&flow], &CheckContext::default());
    assert!(said.len() == 1 && said[0].starts_with("a.yaml:4:5: warning[W323]"), "{said:#?}");
    // A text that is compared with a text, or shown, is meant as a text.
    clean(&[&asks("", "  - if: day == \"Monday\"\n    then: [end]\n  - say: ${day}\n")]);
}

#[test]
fn an_event_is_looked_for_only_where_one_can_come() {
    let shows = "steps:\n  - say: Order ${event.data.order ?? \"-\"}\n    if_closed: skip\n";
    one(&[&format!("{HI}{shows}")], "a.yaml:4:24: warning[W324]");
    clean(&[&format!("when: [{{event: paid}}]\n{shows}")]);
    clean(&[&format!("when: [{{message: [hi]}}, {{event: paid}}]\n{shows}")]);
    // The event comes from the caller, or from a `wait`.
    clean(&[shows, "when: [{event: paid}]\nsteps: [{call: a}]\n"]);
    clean(&[&format!("{HI}{}", shows.replace("steps:\n", "steps:\n  - wait: {event: paid}\n"))]);
    clean(&[&format!("{HI}{shows}"), "when: [{event: paid}]\nsteps: [{call: a}]\n"]);
    // Names of a function's own parameters do not count.
    clean(&[&format!(
        "{HI}vars: {{all: []}}\nsteps:\n  - log: ${{all.filter(|event| event.free).map(|body| body.name).len()}}\n"
    )]);
    clean(&[&format!("{HI}steps:\n  - script: 'let event = #{{free: 2}}; event.free'\n    as: n\n  - log: ${{n}}\n")]);
}

#[test]
fn a_tag_that_is_nearly_one_of_ours_is_told_of() {
    let asks = |tag: &str| {
        format!(
            "{HI}steps:\n  - tag: customer\n  - if: contact.tags.contains(\"{tag}\")\n    then: [end]\n  - say: x\n"
        )
    };
    one(&[&asks("custmer")], "a.yaml:5:9: warning[W612] no step gives the tag `custmer`, and one gives `customer`");
    clean(&[&asks("customer")]);
    // People and the API give tags, too.
    clean(&[&asks("wholesale")]);
    let weeks = asks("week_2").replace("tag: customer", "tag: week_1");
    clean(&[&weeks]);
    for (given, asked) in [("lead_es", "lead_en"), ("plan-a", "plan-b"), ("lead_cold", "lead_gold")] {
        clean(&[&asks(asked).replace("tag: customer", &format!("tag: {given}"))]);
    }
    one(&[&asks("vip_custmer").replace("tag: customer", "tag: vip_customer")], "a.yaml:5:9: warning[W612]");
    let later = "when: [{tag_added: custommer}]\nsteps: [{say: x, if_closed: skip}]\n";
    one(&[&asks("customer"), later], "b.yaml:2:20: warning[W612]");
}

#[test]
fn several_texts_in_one_are_told_of_and_a_sentence_is_not() {
    let hears = |text: &str| format!("when:\n  - message: {text}\nsteps: [{{say: x}}]\n");
    one(&[&hears("hi, hello, good morning")], "a.yaml:3:14: warning[W422]");
    for how in ["word", "starts", "contains", "like"] {
        one(&[&hears(&format!("breakdown, accident, stranded\n    match: {how}"))], "a.yaml:3:14: warning[W422]");
    }
    one(&[&hears("'/offer \\d+/i'\n    match: regex")], "a.yaml:3:14: warning[W425]");
    clean(&[&hears("'offer/\\d+'\n    match: regex")]);
    for text in
        ["Yes, please", "'hi, hello, hey'", "[hi, hello, hey]", "I have a question, please call me back, thanks"]
    {
        clean(&[&hears(text)]);
    }
}

#[test]
fn a_dollar_before_a_value_is_told_of() {
    let says = |text: &str| format!("{HI}vars: {{price: 12}}\nsteps:\n  - say: {text}\n");
    one(&[&says("It costs $${price}")], "a.yaml:5:19: warning[W118] `$${price}` is sent as `${price}`");
    clean(&[&says("It costs $ ${price}")]);
    clean(&[&says("Write $${word} for a value")]);
}

#[test]
fn names_of_values_stay_texts_only_in_quotes() {
    let posts = |json: &str| {
        format!(
            "{HI}steps:\n  - ask: Name?\n    as: name\n  - http: POST ${{env.SHOP_URL}}/x\n    json: {json}\n  - say: ok\n"
        )
    };
    one(&[&posts("{phone: contact.phone}")], "a.yaml:7:19: warning[W320]");
    one(&[&posts("{name: name}")], "a.yaml:7:18: warning[W320]");
    one(&[&posts("{all: [{city: contact.city}]}")], "a.yaml:7:25: warning[W320]");
    for json in ["{phone: \"contact.phone\"}", "{site: www.example.com, kind: name}", "{file: contact.pdf.zip()x}"] {
        clean(&[&posts(json)]);
    }
}

#[test]
fn two_values_in_their_braces_are_both_unwrapped() {
    let flow = format!(
        "{HI}vars: {{size: 41, wide: true}}\nsteps:\n  - if: ${{size}} > 40 && ${{wide}}\n    then: [end]\n  - say: x\n"
    );
    one(&[&flow], "a.yaml:5:9: error[E314] a condition is code already, without `${ }`; write `size > 40 && wide`");
}

#[test]
fn what_was_written_for_an_answer_is_a_text() {
    let flow = |more: &str| format!("{HI}steps:\n  - ask: How many?\n    as: n\n    type: whole\n{more}");
    clean(&[&flow("  - say: \"${n.text.upper()} ${n.text.len() + 1}\"\n")]);
    clean(&[&flow("  - if: n.text == \"seven\"\n    then: [end]\n")]);
    one(&[&flow("  - say: ${n.text - 1}\n")], "a.yaml:7:19: error[E318] `-` does not work on a text and a number");
    one(&[&flow("  - if: n.text\n    then: [end]\n")], "a.yaml:7:9: error[E319]");
    // Only answers have it.
    one(
        &[&format!("{HI}vars: {{n: 3}}\nsteps:\n  - say: ${{n.text}}\n")],
        "a.yaml:5:14: error[E318] a number has no `text`; only an answer has one",
    );
    // A value that is set later has no original text.
    let template = "  - set: {n: 4}\n  - template: order\n    vars: [\"${n.text}\"]\n";
    one(&[&flow(template)], "a.yaml:9:12: error[E805]");
}

#[test]
fn an_option_beside_a_typed_question_is_one_of_its_answers() {
    for kind in ["date", "datetime", "time", "number", "whole", "email", "phone"] {
        let asked = format!("{HI}steps:\n  - ask: a\n    as: x\n    type: {kind}\n    options: [None of these]\n");
        // The chosen option is a text, so both conditions may be true.
        clean(&[&format!("{asked}  - if: x == \"None of these\"\n    then: [end]\n")]);
        // A typed answer goes on behind the question, although its only option has steps.
        let asked = format!("{HI}steps:\n  - ask: a\n    as: x\n    type: {kind}\n");
        clean(&[&format!("{asked}    options: [{{None of these: [end]}}]\n  - say: Thanks\n")]);
    }
    // A choice has nothing beside its options.
    one(
        &[&format!("{HI}steps:\n  - ask: a\n    options: [{{One: [end]}}]\n  - say: b\n")],
        "a.yaml:6:5: warning[W603] nothing leads to this step",
    );
}

#[test]
fn a_time_of_day_is_compared_with_one() {
    let flow = format!("{HI}steps:\n  - ask: a\n    as: at\n    type: time\n  - if: at >= 13\n    then: [end]\n");
    let found = found(&[&flow]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("W315") && found[0].contains("`\"13:00\"`, or compare its `.hour`"), "{found:#?}");
}

#[test]
fn opening_hours_ask_for_the_day_of_a_time() {
    let flow = |check: &str| {
        format!(
            "{HI}steps:\n  - ask: a\n    as: day\n    type: date\n  - ask: b\n    as: at\n    type: time\n    check: {check}\n  - say: ${{day.format(\"day\")}} ${{at}}\n"
        )
    };
    let found = found(&[&flow("hours.desk.contains(at)")]);
    assert!(found.len() == 1 && found[0].contains("W334"), "{found:#?}");
    clean(&[&flow("hours.desk.contains(day.at(at))")]);
    clean(&[&flow("hours.desk.contains(today().at(at))")]);
}
