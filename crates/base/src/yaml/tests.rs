//! Tests every trap in the documentation of the language, with its line and column.

use super::*;
use proptest::prelude::*;

fn found(text: &str) -> Vec<String> {
    let findings = Findings::default();
    load(&SourceFile::new("a.yaml", text), &findings);
    findings.into_sorted().iter().map(|finding| finding.to_string().replacen("a.yaml:", "", 1)).collect()
}

/// Asserts one finding with this beginning and this part of its help.
#[track_caller]
fn trap(text: &str, begins: &str, help: &str) {
    let found = found(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    assert!(found[0].starts_with(begins), "{text}\n{found:#?}");
    assert!(found[0].contains(help), "{text}\n{found:#?}");
}

fn text_of(yaml: &str) -> String {
    let findings = Findings::default();
    let node = load(&SourceFile::new("a.yaml", yaml), &findings).unwrap();
    assert_eq!(findings.into_sorted(), []);
    node.get("a").unwrap().text().unwrap().to_owned()
}

#[test]
fn a_text_that_stops_at_a_hash_is_an_error() {
    trap("- say: Order #${no} is ready\n", "1:14: error[E103] the text stops at ` #`", "use `|`");
    trap("- say: 👋 Order #${no}\n", "1:16: error[E103]", "use `|`");
    trap("- say: ${list.map(|s| #{a: 1})}\n", "1:23: error[E103]", "use `|`");
    assert!(found("- say: Hello # a comment\n- say: there #\n").is_empty());
}

#[test]
fn a_text_that_is_only_a_hashtag_is_an_error() {
    trap("- say: #hashtag\n", "1:8: error[E103] a `#` begins a comment", "quotes");
    assert!(found("- say:  # what to say\n    hello\n").is_empty());
}

#[test]
fn other_mistakes_are_said_in_plain_words() {
    trap("steps:\n  - say: a\n   - say: b\n", "3:4: error[E100] this line is indented differently", "`-` in column 3");
    trap("flow:a\nsteps: []\n", "1:5: error[E100] a `:` has no blank behind it", "key: value");
    trap("steps:\n  - ask:Name?\n    as: name\n", "2:8: error[E100] a `:` has no blank behind it", "key: value");
    trap("a: {b:name, c: d}\n", "1:6: error[E100] a `:` has no blank behind it", "write `b: name`");
    trap("a:\n  say\u{a0}: x\n", "2:6: error[E115] this blank is no ordinary one (U+00A0)", "ordinary blanks");
    assert!(found("a:\n  Bonjour\u{a0}: x\n").is_empty());
    trap("- say: \"a \"b\" it's\"\n", "1:11: error[E112]", "use `|` and the text below it");
    assert!(!found("- say: \"a \"b\" it's\"\n")[0].contains("single quotes"));
    assert!(found("a: {\"b:c\", 10:30, https://a.example}\n").is_empty());
    trap(
        "when:\n  - message: [hi, hello\nsteps:\n  - say: Hi\n",
        "2:14: error[E100] this `[` is never closed",
        "[hi, hello]",
    );
    trap("steps:\n  -say: hi\n  - say: x\n", "2:3: error[E100] a `-` has no blank behind it", "- say");
    trap("flow: a\nsteps\n  - say: hi\n", "2:1: error[E100] a line `key: value` is expected here", "`:`");
    trap("steps: [a, b\nwhen: x\n", "1:8: error[E100] this `[` is never closed", "[a, b]");
    trap("then: [{say: *bold*}]\n", "1:14: error[E100] a text that begins with `*` needs quotes", "`\"*bold*\"`");
    trap("a: \"x\\q\"\n", "1:4: error[E100] a `\\` in double quotes", "single quotes");
}

#[test]
fn quotes_within_quotes_are_mended_once() {
    trap("- if: \"wish == \"book\"\"\n  then: [end]\n", "1:7: error[E111]", "`if: 'wish == \"book\"'`");
    trap("- if: \"a\" == x || y == \"b\"\n  then: [end]\n", "1:7: error[E111]", "`if: '\"a\" == x || y == \"b\"'`");
    trap(
        "options:\n  - {id: vaccin, title: 'Vaccin l'annuel'}\n",
        "2:34: error[E112] the quote ends here",
        "write `\"Vaccin l'annuel\"`",
    );
}

#[test]
fn a_step_without_its_dash_is_told_what_it_is() {
    for above in ["    options:\n      - Red\n      - Blue\n", "    as: wish\n"] {
        let line = 2 + above.lines().count() + 1;
        let text = format!("steps:\n  - ask: Which?\n{above}  say: ${{wish}}\n");
        trap(&text, &format!("{line}:3: error[E100]"), "a step begins with `- `: write `- say: ${wish}`");
    }
}

#[test]
fn a_text_with_a_colon_needs_quotes() {
    trap("- {id: a, title: Hello: you}\n", "1:23: error[E108]", "double quotes");
    trap("then: [{say: Order: x}]\n", "1:19: error[E108]", "double quotes");
    trap("- say: Order: ${no}\n", "1:13: error[E108] a text with `: ` needs quotes", "\"Order: ${no}\"");
    trap("- say: Choose:\n- say: b\n", "1:14: error[E108]", "\"Choose:\"");
}

#[test]
fn whatsapp_bold_is_no_alias() {
    trap("- say: *Bold* offer\n", "1:8: error[E109]", "\"*Bold* offer\"");
    trap("- say: *Bold*\n", "1:8: error[E109]", "bold");
    trap("steps:\n  - *bold* text\n", "2:5: error[E109]", "bold");
}

#[test]
fn reserved_first_letters_are_named() {
    trap("- say: `code`\n", "1:8: error[E110] a text cannot begin with ```", "\"`code`\"");
    trap("- say: @ana\n", "1:8: error[E110]", "\"@ana\"");
    trap("- say: % off\n", "1:8: error[E110]", "\"% off\"");
}

#[test]
fn double_braces_are_not_how_a_value_is_written() {
    trap("- say: {{ name }}\n", "1:8: error[E117]", "write `${name}`");
    trap("- say: {{ name }} is here\n", "1:8: error[E117]", "write `${name}`");
}

#[test]
fn conditions_that_yaml_cannot_read_ask_for_single_quotes() {
    trap("- if: !missing(x)\n", "1:7: error[E116]", "`if: '!missing(x)'`");
    trap("- if: \"yes\" == a\n", "1:7: error[E111]", "`if: '\"yes\" == a'`");
    trap("- check: [1,2].contains(q)\n", "1:10: error[E111]", "`check: '[1,2].contains(q)'`");
    trap("- if: a == \"x: y\"\n", "1:7: error[E111]", "`if: 'a == \"x: y\"'`");
}

#[test]
fn a_quote_left_open_between_brackets_is_closed_before_them() {
    trap("then: {say: \"Good morning}\n", "1:13: error[E114]", "`{say: \"Good morning\"}`");
    trap("- Yes: {say: 'Good morning}\n- No: {say: 'Bye'}\n", "1:14: error[E114]", "`{say: 'Good morning'}`");
    trap("a: [\"x\", \"y]\nb: c\n", "1:10: error[E114]", "`[\"x\", \"y\"]`");
    assert!(found("a: {say: \"Good\n  morning\"}\n").is_empty(), "a text may go on in the next line");
}

#[test]
fn a_text_that_is_not_indented_below_its_bar_is_named() {
    trap("- say: |\n  Good morning\n- say: x\n", "2:3: error[E100] the text of `say`", "behind 4 blanks");
    trap("a: |\n\nGood day to you\nb: c\n", "3:1: error[E100] the text of `a`", "behind 2 blanks");
    assert!(found("- say: |\n    Good\n\n      day\n# here\n- say: x\n").is_empty());
}

#[test]
fn dashes_of_word_processors_are_named_once() {
    trap("steps:\n  – say: a\n  – say: b\n", "2:3: error[E100] `–` begins no item", "minus");
    trap("steps:\n  - say: a\n    note: b\n  — say: b\n", "4:3: error[E100] `—` begins", "minus");
    trap("options:\n  * Red\n  * Blue\n", "2:3: error[E100] `*` begins", "minus");
    assert!(found("- say: |\n    Ours:\n    – rings\n    • bracelets\n").is_empty());
    assert!(found("- say: Ours\n    – rings\n  note: a\n").is_empty(), "a text goes on there");
}

#[test]
fn a_mark_that_nothing_refers_to_is_no_text() {
    trap("- say: &one\n", "1:8: error[E110] `&one` is never sent", "write \"&one\"");
    trap("- say: &Co are here\n", "1:8: error[E110] `&Co` is never sent", "write \"&Co are here\"");
    assert!(found("- say: &one Hello\n- say: *one\n").is_empty());
    assert!(found("a: &one {b: c}\nd: &two 2h\n").is_empty(), "nobody reads these");
}

#[test]
fn a_split_sentence_is_a_warning() {
    trap("- options: [Yes, please, No]\n", "1:18: warning[W107] `Yes` and `please` are two options", "- Yes, please");
    trap(
        "- buttons: [Yes, please, No]\n",
        "1:18: warning[W107] `Yes` and `please` are two buttons",
        "one button a line",
    );
    assert!(found("- options: [Madrid, Sevilla]\n").is_empty());
    assert!(found("- options: [yes, no]\n").is_empty());
}

#[test]
fn a_quote_that_ends_too_early_is_named() {
    trap("- say: \"Hi ${name ?? \"you\"}\"\n", "1:22: error[E112]", "use `|`");
    trap("- say: 'it's late'\n", "1:11: error[E112]", "twice");
    trap("- say: \"Hello\n- say: b\n", "1:8: error[E114]", "\"");
}

#[test]
fn a_key_written_twice_is_shown_with_its_first_place() {
    let findings = Findings::default();
    load(&SourceFile::new("a.yaml", "- say: a\n  say: b\n"), &findings);
    let all = findings.into_sorted();
    assert_eq!(
        all[0].to_string(),
        "a.yaml:2:3: error[E104] `say` is written twice; keep one of the two, or begin a step or item of its own with `- `"
    );
    assert_eq!(all[0].labels[0].0.to_string(), "a.yaml:1:3");
}

/// The file after its only finding is repaired, and whether the repair is sure.
#[track_caller]
fn mended(text: &str) -> (String, bool) {
    let file = SourceFile::new("a.yaml", text);
    let findings = Findings::default();
    load(&file, &findings);
    let all = findings.into_sorted();
    assert_eq!(all.len(), 1, "{text}\n{all:#?}");
    let fix = all[0].fix.as_ref().expect("it can be mended");
    (crate::fix::apply("a.yaml", text, &[fix]).0, fix.is_sure())
}

#[test]
fn a_repair_between_braces_mends_for_good_or_is_a_guess() {
    for (before, after) in [
        ("a: {t: Open, url: https://shop.example/${id}}\n", "a: {t: Open, url: \"https://shop.example/${id}\"}\n"),
        ("a: {url: https://shop.example/${id}, t: Open}\n", "a: {url: \"https://shop.example/${id}\", t: Open}\n"),
        ("a: [{say: Hi ${name}}]\n", "a: [{say: \"Hi ${name}\"}]\n"),
        ("a: [b, ${c}]\n", "a: [b, \"${c}\"]\n"),
    ] {
        assert_eq!(mended(before), (after.to_owned(), true));
        assert!(found(after).is_empty(), "{after}");
    }
    for text in [
        "a: {p: Hello, ${id}}\n",
        "a: {p: Hello ${id}, how are you}\n",
        "a: [Hello ${id}, how are you]\n",
        "a: [Hello, dear ${id}]\n",
        "a: {p: it's: ${id}}\n",
    ] {
        assert!(!mended(text).1, "{text}");
    }
}

#[test]
fn a_comment_is_no_part_of_the_repaired_value() {
    for (before, after) in [
        ("- say: *Bold* offer  # promo\n", "- say: \"*Bold* offer\"  # promo\n"),
        ("- say: @ana # internal\n", "- say: \"@ana\" # internal\n"),
        ("- if: !missing(id)  # first time\n", "- if: '!missing(id)'  # first time\n"),
        ("- say: !now  # loud\n", "- say: \"!now\"  # loud\n"),
        ("- if: \"yes\" == a  # it's so\n", "- if: '\"yes\" == a'  # it's so\n"),
        ("- if: a == \"x: y\"  # \"so\"\n", "- if: 'a == \"x: y\"'  # \"so\"\n"),
        ("- check: [1, 2].contains(q)  # few\n", "- check: '[1, 2].contains(q)'  # few\n"),
        ("- say: \"Hi ${name ?? \"you\"}\"  # greeting\n", "- say: 'Hi ${name ?? \"you\"}'  # greeting\n"),
        ("- say: Order: ${no}  # the number\n", "- say: \"Order: ${no}\"  # the number\n"),
        ("- {url: https://a.b/${no}}  # it: is\n", "- {url: \"https://a.b/${no}\"}  # it: is\n"),
    ] {
        assert_eq!(mended(before), (after.to_owned(), true));
        assert!(found(after).is_empty(), "{after}");
    }
    // It may be a comment or a part of the text.
    assert!(!mended("- say: @ana #internal\n").1);
}

#[test]
fn two_slashes_are_blamed_only_where_the_reader_stopped() {
    trap("flow: a\n// first\nwhen: [b]\n", "2:1: error[E100] a comment does not begin with `//`", "`# …`");
    assert!(!mended("flow: a\n// first\nwhen: [b]\n").1);
    for block in ["script: |\n  // count them\n  x + 1\n", "say: |\n  Hello\n  // that is all\n"] {
        trap(&format!("{block}steps: [a, b\nwhen: x\n"), "4:8: error[E100] this `[` is never closed", "[a, b]");
    }
}

#[test]
fn code_between_braces_needs_quotes() {
    trap("vars: {x: ${y}}\n", "1:11: error[E113]", "quotes");
    trap("vars: [a, ${y}]\n", "1:11: error[E113]", "quotes");
    let lines = "senders:\n  - {id: 12, name: Support,\n     access_token: ${META_ACCESS_TOKEN}, app_secret: x,\n     \
                 verify_token: v}\n  - {id: 13}\ntemplates:\n  - {id: 1}\n";
    trap(lines, "3:20: error[E113]", "write `\"${META_ACCESS_TOKEN}\"`");
    assert!(found("vars: {x: \"${y}\"}\n").is_empty());
}

#[test]
fn texts_stay_what_they_look_like() {
    for written in ["+15551234567", "007", "1.10", "yes", "on", "12:30", "0x1F", "1e3", "2026-01-01", ".5", "null"] {
        assert_eq!(text_of(&format!("a: {written}\n")), written);
    }
}

#[test]
fn tabs_and_second_documents_are_named() {
    trap("steps:\n\t- say: x\n", "2:1: error[E115]", "blanks");
    trap("a: 1\n---\nb: 2\n", "2:1: error[E102]", "---");
}

#[test]
fn all_mistakes_of_a_file_are_found_at_once() {
    let text = "steps:\n  - say: Order: ${no}\n  - say: *Bold* offer\n  - if: !missing(x)\n    then:\n      - say: @ana\n  - say: fine #not\n";
    let places: Vec<String> = found(text).iter().map(|line| line.split(" error").next().unwrap().to_owned()).collect();
    assert_eq!(places, ["2:15:", "3:10:", "4:9:", "6:14:", "7:15:"]);
}

#[test]
fn the_rest_of_a_broken_file_is_still_read() {
    let findings = Findings::default();
    let node =
        load(&SourceFile::new("a.yaml", "flow: a\nsteps:\n  - say: Order: x\n  - ask: Name?\n"), &findings).unwrap();
    let steps = node.get("steps").unwrap().list().unwrap();
    assert!(steps[0].get("say").unwrap().is_broken());
    assert_eq!(steps[1].get("ask").unwrap().text(), Some("Name?"));
}

#[test]
fn blocks_of_text_are_not_searched_for_mistakes() {
    let text = "- say: |\n    Order: *bold*\n    @ana #1\n- ask: >\n    a: b\n";
    assert!(found(text).is_empty(), "{:?}", found(text));
    let text = "- say: |\n    Order: *bold*\n    @ana #1\n- ask: @x\n";
    assert_eq!(found(text).len(), 1, "{:?}", found(text));
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let findings = Findings::default();
    let text = "base: &base {retry: 3, wait: 2s}\na:\n  <<: *base\n  wait: 5s\nb: *base\n";
    let node = load(&SourceFile::new("a.yaml", text), &findings).unwrap();
    assert_eq!(findings.into_sorted(), []);
    let a = node.get("a").unwrap();
    assert_eq!((a.get("retry").unwrap().text(), a.get("wait").unwrap().text()), (Some("3"), Some("5s")));
    assert_eq!(node.get("b").unwrap().get("wait").unwrap().text(), Some("2s"));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for i in 1..10 {
        let last = i - 1;
        bomb += &format!("a{i}: &a{i} [*a{last},*a{last},*a{last},*a{last},*a{last},*a{last},*a{last},*a{last}]\n");
    }
    let found = found(&bomb);
    assert!(found[0].contains("unfolds to more than"), "{found:?}");
}

#[test]
fn depth_and_size_have_limits() {
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    assert!(!found(&deep).is_empty());
    let long = format!("a: {}", "x".repeat(crate::limits::YAML_BYTES_MAX));
    assert!(found(&long)[0].contains("larger than"));
}

/// The place of `needle` in the text of `a:`.
#[track_caller]
fn part_at(yaml: &str, needle: &str) -> String {
    let findings = Findings::default();
    let node = load(&SourceFile::new("a.yaml", yaml), &findings).unwrap();
    let scalar = node.get("a").unwrap().scalar().unwrap();
    let at = scalar.text.find(needle).unwrap_or_else(|| panic!("{:?}", scalar.text));
    let place = scalar.part(at..at + needle.len());
    assert!(place.text().ends_with(needle.chars().last().unwrap()), "{place}: {:?}", place.text());
    place.to_string()
}

#[test]
fn a_part_of_a_text_has_its_exact_place() {
    assert_eq!(part_at("a: Hé 👋 ${x}\n", "x}"), "a.yaml:1:11");
    assert_eq!(part_at("a: \"q\\n\\u00e9 ${x}\"\n", "x}"), "a.yaml:1:17");
    assert_eq!(part_at("a: 'it''s ${x}'\n", "x}"), "a.yaml:1:13");
    assert_eq!(part_at("a: |\n  first\n    deeper ${x}\n", "x}"), "a.yaml:3:14");
    assert_eq!(part_at("a: |\r\n  👋 first\r\n  second ${x}\r\n", "x}"), "a.yaml:3:12");
    assert_eq!(part_at("a: >-\n  folded\n  text ${x}\n", "x}"), "a.yaml:3:10");
    assert_eq!(part_at("a: plain text\n  goes on ${x}\n", "x}"), "a.yaml:2:13");
    assert_eq!(part_at("a: \"quoted\n  goes on ${x}\"\n", "x}"), "a.yaml:2:13");
    assert_eq!(part_at("a: |\n\n  after an empty line ${x}\n", "x}"), "a.yaml:3:25");
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,80}") {
        found(&text);
    }

    #[test]
    fn reading_something_like_a_flow_never_panics(
        lines in proptest::collection::vec("( {0,6}(- )?(say|if|ask|options|then)?:? ?[-*&!|>%@`\"'#{}\\[\\],:${}a-zé👋 \\t]{0,20}\r?\n)", 0..8)
    ) {
        let text: String = lines.concat();
        let findings = Findings::default();
        if let Some(node) = load(&SourceFile::new("a.yaml", text), &findings) {
            every_part(&node);
        }
        for finding in findings.into_sorted() {
            finding.render(false);
        }
    }
}

fn every_part(node: &Node) {
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar(scalar) => {
            for (at, c) in scalar.text.char_indices() {
                scalar.part(at..at + c.len_utf8()).to_string();
            }
        }
        Kind::List(items) => items.iter().for_each(every_part),
        Kind::Map(entries) => entries.iter().for_each(|entry| every_part(&entry.value)),
    }
}
