//! Names, what they hold, and expressions over them.

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
    clean(&["steps:\n  - say: ${contact.first_name ?? \"you\"} ${contact.city} ${env.SHOP_URL}\n"]);
}

#[test]
fn a_secret_outside_of_http_is_an_error() {
    one(&["steps:\n  - say: ${secrets.TOKEN}\n"], "a.yaml:3:12: error[E309] a secret may not stand here");
}

#[test]
fn unknown_senders_are_found_when_they_are_known() {
    let around = Around { senders: Some(vec!["shop".into()]), ..Around::default() };
    let found = found_in(BOT, &["sender: shpo\nsteps: []\n"], &around);
    assert_eq!(found, ["a.yaml:1:7: error[E413] the configuration has no sender `shpo`; did you mean `shop`?"]);
}

#[test]
fn a_comparison_that_no_option_makes_true_is_a_warning() {
    let flow = |condition: &str| {
        format!(
            "{HI}steps:\n  - ask: a\n    as: score\n    options: [\"1\", \"2\"]\n  - if: {condition}\n    then: [end]\n"
        )
    };
    // The id of an option is a text, and spells the number: this is true when it is chosen.
    clean(&[&flow("score == 1")]);
    one(&[&flow("score == 3")], "a.yaml:7:9: warning[W315] this is never true: one of \"1\", \"2\" is compared with");
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

#[test]
fn a_condition_on_an_answer_knows_that_it_was_asked() {
    // The question was asked only while the window was open: who answered "no" has just written.
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
        "a.yaml:8:26: error[E318] `+` does not work on a date and a number; write how much it is: `days(2)`",
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
        "a.yaml:8:9: warning[W315] this is never true: true or false is compared with \"yes\"; write `true`",
    );
    clean(&[&flow("type: yesno", "x")]);
    clean(&[&flow("type: date", "x > today()")]);
    clean(&[&flow("type: number", "x == 3")]);
}

/// A repair changes what it must and leaves the rest of the file as it was.
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
        ("  - say: *Bold* offer # c", "  - say: \"*Bold* offer # c\""),
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
fn a_field_that_every_contact_has_is_not_declared_again() {
    for name in ["phone", "tags", "language", "consent"] {
        let bot = format!("bot: Shop\nfields: {{city: text, {name}: text}}\n");
        let found = found_in(&bot, &[], &Around::default());
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
    // One way comes back with nothing: that may be asked for, and the names stay known.
    let b = "returns: {day: date}\nsteps:\n  - if: contact.city == \"Madrid\"\n    then: [end]\n  \
             - end:\n    return: {day: \"${today()}\"}\n";
    clean(&[&reads("missing(got) || got.day > today()"), b]);
    one(&[&reads("missing(got.dya)"), b], "a.yaml:6:21: error[E412] what `b` returns has no `dya`");
}
