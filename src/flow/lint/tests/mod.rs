//! What the checker finds in a set of flows, and what it passes over.

mod large;

use super::*;
use crate::{
    base::{
        limits::{BUTTON_ID_CHARS_MAX, EDGE_CHARS_MAX, OPTIONS_MAX},
        place::SourceFile,
    },
    flow::parse_set,
    model::template::{Category, TemplateButtonKind, TemplateHeader, TemplateStatus},
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
    let around = Around { senders: Some(vec!["shop".into()]), ..Around::default() };
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
    let say = "steps:\n  - say: Hello\n    if_closed: hold\n";
    let start = |more: &str| found_in(&bot, &[&format!("{HI}steps:\n  - start: b\n{more}"), say], &Around::default());
    for more in ["    at: \"10:00\"\n", "    for: everyone\n"] {
        let found = start(more);
        assert!(found.len() == 1 && found[0].starts_with("a.yaml:4:5: warning[W606]"), "{found:#?}");
    }
    assert_eq!(start(""), Vec::<String>::new(), "it goes on with what was asked for");
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
        ttl: None,
    }
}

#[test]
fn templates_are_checked_against_the_lists() {
    let list = vec![template("hello", Category::Utility, "Hi {{name}}"), template("offer", Category::Marketing, "Hi")];
    let around = Around { templates: Some(vec![list]), ..Around::default() };
    let flow = |fallback: &str| format!("steps:\n  - say: Hello\n    if_closed: {fallback}\n");
    let check = |fallback: &str| found_in(BOT, &[&flow(fallback)], &around);
    assert_eq!(check("{template: hello, vars: {name: x}}"), Vec::<String>::new());
    assert!(check("{template: helo}")[0].starts_with("a.yaml:4:27: error[E801]"), "{:?}", check("{template: helo}"));
    assert!(check("{template: hello}")[0].contains("takes 1 value, and gets 0"));
    assert!(
        check("{template: hello, vars: {nmae: x}}")[0].contains("needs a value for `name`; write `name:` for `nmae:`")
    );
    assert!(check("{template: hello, vars: [x]}")[0].contains("write `vars: {name: …}`"));
    assert!(check("{nudge: offer}")[0].contains("error[E803]"));
}

/// What is said of a `template` step with these keys, beside the place.
fn of_template(versions: &[Template], keys: &str) -> Vec<String> {
    let around = Around { templates: Some(vec![versions.to_vec()]), ..Around::default() };
    let found = found_in(BOT, &[&format!("steps:\n  - template: news\n{keys}")], &around);
    found.into_iter().map(|line| line.strip_prefix("a.yaml:").expect("of the flow").to_owned()).collect()
}

#[test]
fn the_header_of_a_template_is_filled_as_it_was_approved() {
    let with = |header: Option<TemplateHeader>| vec![Template { header, ..template("news", Category::Utility, "Hi") }];
    let said = |header: Option<TemplateHeader>, keys: &str| of_template(&with(header), keys).join("\n");
    assert_eq!(said(None, ""), "");
    assert!(said(None, "    header: Hi\n").starts_with("4:13: error[E804] the template `news` has no header"));
    let image = || Some(TemplateHeader::Image);
    let none = said(image(), "");
    assert!(
        none.starts_with("3:15: error[E804] the template `news` has an image above its text, and gets none"),
        "{none}"
    );
    assert!(said(image(), "    header: Hi\n").contains("this is no address; write `header:`"));
    assert!(said(image(), "    header: https://a.example/b.pdf\n").contains("and this is a document"));
    for right in ["https://a.example/b.png", "https://a.example/b", "https://a.example", "\"${env.SHOP_URL}/b.pdf\""] {
        assert_eq!(said(image(), &format!("    header: {right}\n")), "", "{right}");
    }
    let text = |text: &str| Some(TemplateHeader::Text(text.into()));
    assert!(
        said(text("Hi {{1}}"), "").contains("needs a value for its header; write `header:`; its header is: Hi {{1}}")
    );
    assert_eq!(said(text("Hi {{1}}"), "    header: Ana\n"), "");
    assert!(said(text("Hi"), "    header: Ana\n").contains("takes no value"));
    assert!(said(text("Hi {{1}}"), "    header: https://a.example\n").contains("this is an address"));
    assert!(said(Some(TemplateHeader::Location), "").contains("which flows do not fill"));
    assert!(said(text("Hi {{1}}"), "    header: ${contact.city}\n").starts_with("4:13: error[E805]"));
}

#[test]
fn the_buttons_of_a_template_are_those_that_it_has() {
    let quick = |title: &str| TemplateButtonKind::QuickReply { title: title.into() };
    let link = |url: &str| TemplateButtonKind::Url { title: "Open".into(), url: url.into() };
    let said = |buttons: Vec<TemplateButtonKind>, keys: &str| {
        of_template(&[Template { buttons, ..template("news", Category::Utility, "Hi") }], keys).join("\n")
    };
    let needed = said(vec![link("https://a.example/{{1}}")], "");
    assert!(
        needed.contains("needs the end of the address of its link; write `buttons: [{url: …}]`, for its button `Open`"),
        "{needed}"
    );
    assert_eq!(said(vec![quick("Yes"), link("https://a.example/{{1}}")], "    buttons: [{url: x}]\n"), "");
    assert_eq!(said(vec![link("https://a.example/")], ""), "");
    assert!(said(vec![link("https://a.example/")], "    buttons: [{url: x}]\n").starts_with("4:15: error[E804]"));
    assert!(said(vec![], "    buttons: [yes]\n").contains("has no buttons to tap"));
    assert!(said(vec![quick("Yes")], "    buttons: [yes, no]\n").starts_with("4:20: error[E804]"));
    assert_eq!(said(vec![quick("Yes"), quick("No")], "    buttons: [yes]\n"), "");
    let id = |length: usize| said(vec![quick("Yes")], &format!("    buttons: [{}]\n", "x".repeat(length)));
    assert_eq!(id(BUTTON_ID_CHARS_MAX), "");
    assert!(id(BUTTON_ID_CHARS_MAX + 1).contains("takes an id of at most 256 characters, and this has 257"));
    let asked = "steps:\n  - ask: Which?\n    options: [A, B, C, D]\n    if_closed: {template: news}\n  - say: Good\n";
    let list = vec![Template { buttons: vec![quick("A")], ..template("news", Category::Utility, "Hi") }];
    let around = Around { templates: Some(vec![list]), ..Around::default() };
    assert_eq!(found_in(BOT, &[asked], &around), Vec::<String>::new(), "who cannot tap types");
}

#[test]
fn every_language_of_a_template_counts_and_one_mistake_is_said_once() {
    let version = |language: &str, body: &str| Template {
        language: language.into(),
        ..template("news", Category::Utility, body)
    };
    let same = [version("en", "{{1}} and {{2}}"), version("es", "{{1}} y {{2}}")];
    let said = of_template(&same, "    vars: [a]\n");
    assert_eq!(
        said,
        ["4:11: error[E804] the template `news` takes 2 values, and gets 1; its text is: {{1}} and {{2}}"]
    );
    let other = [version("en", "{{1}}"), version("es", "{{1}} y {{2}}")];
    let said = of_template(&other, "    vars: [a]\n");
    assert_eq!(
        said,
        ["4:11: error[E804] the template `news` in `es` takes 2 values, and gets 1; its text is: {{1}} y {{2}}"]
    );
    assert_eq!(of_template(&other, "    vars: [a]\n    language: en_GB\n"), Vec::<String>::new());
    let said = of_template(&other, "    vars: [a]\n    language: fr\n");
    assert_eq!(said, ["5:15: error[E807] the template `news` does not exist in `fr`; it exists in `en`, `es`"]);
    let said = of_template(&other[1..], "    vars: [a, b]\n");
    let begins = "3:15: warning[W808] the template `news` does not exist in `en`, the language of the bot";
    assert!(said[0].starts_with(begins), "{said:?}");
    // A category that differs by language counts as the strictest.
    let mut mixed = same.to_vec();
    mixed[1].category = Category::Marketing;
    assert!(of_template(&mixed, "    vars: [a, b]\n")[0].contains("error[E803]"));
}

#[test]
fn an_id_of_a_button_has_a_limit() {
    let said = |length: usize| {
        found(&[&format!("steps:\n  - say: Hi\n    buttons: [{{id: {}, title: A}}]\n", "x".repeat(length))])
    };
    assert_eq!(said(BUTTON_ID_CHARS_MAX), Vec::<String>::new());
    assert!(said(BUTTON_ID_CHARS_MAX + 1)[0].starts_with("a.yaml:4:20: error[E703] an id has at most 256 characters"));
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
    let options = |count| (0..count).map(|n| format!("o{n}")).collect::<Vec<_>>().join(", ");
    clean(&[&ask(&format!("[{}]", options(OPTIONS_MAX)))]);
    one(&[&ask(&format!("[{}]", options(OPTIONS_MAX + 1)))], "a.yaml:6:14: error[E234] 101 options are too many");
}

#[test]
fn header_and_footer_are_short() {
    let ask =
        |key: &str, text: &str| format!("{HI}steps:\n  - ask: a\n    as: x\n    options: [b]\n    {key}: {text}\n");
    for key in ["header", "footer"] {
        clean(&[&ask(key, &"x".repeat(EDGE_CHARS_MAX))]);
        one(&[&ask(key, &"x".repeat(EDGE_CHARS_MAX + 1))], "a.yaml:7:");
    }
    clean(&[&ask("header", "https://shop.example/a-picture-with-quite-a-long-name-that-is-more-than-sixty.jpg")]);
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

const API: &str = "when: [{api: true}]\n";

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
    assert_eq!(report(&set, &Around::default()).without_templates, ["a"]);
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
    // Its own triggers let it begin with a message; the step does not.
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
    one(
        &[&start("    at: ${contact.last_message_at}\n"), say],
        "b.yaml:3:5: error[E501] this message can go out at any",
    );
    one(
        &[&start("    at: ${now() + days(1)}\n"), say],
        "b.yaml:3:5: error[E501] this message can go out 24.0 h – 30.0 h",
    );
    for whom in ["everyone", "{tags: vip}"] {
        let found = found(&[&start(&format!("    for: {whom}\n")), say]);
        assert!(found[0].starts_with("b.yaml:3:5: error[E501] this message can go out at any time"), "{found:#?}");
    }
    // Each round adds its time: nobody knows how many there are.
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
    assert_eq!(errors(linter.report(&early, &Around::default())), 0);
    assert_eq!(errors(linter.report(&mixed, &Around::default())), 1);
    assert_eq!(errors(linter.report(&early, &Around::default())), 0);
}

#[test]
fn a_keyword_for_one_language_ties_with_the_same_for_all() {
    let flow = |more: &str| format!("when:\n  - message: hola\n{more}steps: [{{say: Hi}}]\n");
    let bot = format!("{BOT}languages: {{en: [], es: [en], fr: [en]}}\n");
    let ties = |a: &str, b: &str| {
        let found = found_in(&bot, &[&flow(a), &flow(b)], &Around::default());
        found.iter().filter(|found| found.contains("E409")).count()
    };
    assert_eq!(ties("    language: es\n", ""), 1);
    assert_eq!(ties("", "    language: es\n"), 1);
    assert_eq!(ties("    language: es\n", "    language: es\n"), 1);
    assert_eq!(ties("    language: es\n", "    language: fr\n"), 0);
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
fn a_way_of_a_split_may_be_one_loop() {
    clean(&[
        "when: [{message: go}]\nsteps:\n  - split: trial\n    cases:\n      a: {repeat: {while: window.open, max: 2}, do: [{say: Hi}]}\n      b: [{say: Ho}]\n",
    ]);
}

#[test]
fn a_day_far_beyond_the_calendar_breaks_nothing() {
    let bot = BOT.replace("{city: text}", "{city: text, born: date}");
    let flow = "when: [{date: contact.born, offset: 99999999d, at: \"10:00\"}]\nsteps: [{say: Hi, if_closed: skip}]\n";
    let files = [SourceFile::new("_bot.yaml", bot), SourceFile::new("a.yaml", format!("flow: a\n{flow}"))];
    let (set, _) = parse_set(&files);
    let mut contact = crate::model::contact::ContactData::default();
    contact.fields.insert("born".into(), crate::model::value::Value::Date(jiff::civil::date(2000, 1, 1)));
    for table in crate::flow::dates(&set) {
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
