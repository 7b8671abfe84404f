//! Checks the changes of formatting, and everything that it must not change.

use super::*;
use proptest::prelude::*;

fn fmt(text: &str) -> String {
    match format(&SourceFile::new("flows/a.yaml", text)) {
        Ok(text) => text,
        Err(findings) => panic!("{}\n{text}", findings.iter().map(|f| f.render(false)).collect::<String>()),
    }
}

/// Checks that a text is formatted to the other one, which then stays unchanged.
#[track_caller]
fn becomes(text: &str, wanted: &str) {
    assert_eq!(fmt(text), wanted, "\n{text}");
    assert_eq!(fmt(wanted), wanted, "formatted a second time");
}

#[test]
fn one_option_stands_on_a_line() {
    becomes(
        "steps:\n- ask:  'Which shop?'\n  options: [Madrid,  Sevilla]   # two\n",
        "steps:\n  - ask: Which shop?\n    options:  # two\n      - Madrid\n      - Sevilla\n",
    );
}

#[test]
fn texts_are_plain_when_that_is_safe() {
    becomes(
        "a: \"Hello\"\nb: 'Order: 5'\nc: \"Order: ${no}\"\nd: >-\n  folded\n  text\ne: |\n  Hello\n  there\n",
        "a: Hello\nb: \"Order: 5\"\nc: \"Order: ${no}\"\nd: folded text\ne: |\n  Hello\n  there\n",
    );
}

#[test]
fn a_text_on_one_line_stays_on_one_line() {
    let written = "steps:\n  - say: \"Order: ${no}\"\n  - say: 'He said \"it''s ${a}: here\"'  # why\n";
    becomes(written, written);
    // A text that the author wrote below stays below.
    becomes("say: |-\n  Order: ${no}\n", "say: |-\n  Order: ${no}\n");
}

#[test]
fn a_yes_keeps_its_quotes_and_gets_them() {
    becomes(
        "options:\n  - yes: {go: top}\n  - 'No'\n  - On\n",
        "options:\n  - \"yes\": {go: top}\n  - \"No\"\n  - \"On\"\n",
    );
    becomes("draft: true\ncode: \"007\"\nn: 007\n", "draft: true\ncode: \"007\"\nn: 007\n");
}

#[test]
fn a_text_stays_a_text_whatever_it_looks_like() {
    becomes(
        "vars:\n  a: \"none\"\n  b: |-\n    5\n  c: >-\n    true\n  d: 'nothing'\n  e: none\n",
        "vars:\n  a: \"none\"\n  b: \"5\"\n  c: \"true\"\n  d: \"nothing\"\n  e: none\n",
    );
}

#[test]
fn trees_that_are_typed_otherwise_are_not_the_same() {
    let file = |text: &str| SourceFile::new("flows/a.yaml", text);
    for (plain, quoted) in [("none", "\"none\""), ("5", "'5'"), ("true", "|-\n  true"), ("1e5", "'1e5'")] {
        assert!(!same(&file(&format!("a: {plain}\n")), &file(&format!("a: {quoted}\n"))), "{plain}");
    }
    assert!(same(&file("a: yes\n"), &file("a: \"yes\"\n")));
}

#[test]
fn a_condition_gets_single_quotes() {
    becomes("- if: \"!missing(x)\"\n  then: [end]\n", "- if: '!missing(x)'\n  then: [end]\n");
    becomes("- if: \"a == 1\"\n  then: [end]\n", "- if: a == 1\n  then: [end]\n");
}

#[test]
fn comments_stay_where_they_were() {
    becomes(
        "# on top\n\nflow: a   # name\n\n\nsteps:\n# before\n  - say: hi # short\n  # at the end\nblocks:\n    b:     # why\n        # inside\n        - end\n# last\n",
        "# on top\n\nflow: a   # name\n\nsteps:\n  # before\n  - say: hi  # short\n  # at the end\nblocks:\n  b:     # why\n    # inside\n    - end\n# last\n",
    );
}

#[test]
fn comments_within_brackets_spread_them_out() {
    becomes("a: [b,  # one\n  c]  # two\n", "a:  # two\n  - b     # one\n  - c\n");
}

#[test]
fn a_long_line_between_brackets_is_spread_out() {
    let long = "x".repeat(60);
    becomes(&format!("a: {{b: {long}, c: {long}}}\n"), &format!("a:\n  b: {long}\n  c: {long}\n"));
}

#[test]
fn anchors_aliases_and_merges_stay() {
    becomes(
        "base: &base {retry: 3}\na:\n    <<: *base\n    wait: 5s\nb: *base\nc: &c\n    d: 1\ne: [&x 1, *x]\n",
        "base: &base {retry: 3}\na:\n  <<: *base\n  wait: 5s\nb: *base\nc: &c\n  d: 1\ne: [&x 1, *x]\n",
    );
}

#[test]
fn nested_lists_and_empty_values_stay() {
    becomes(
        "a:\n- - 1\n  - 2\n-\n- {end}\n- {}\nb:\nc: ~\n",
        "a:\n  - - 1\n    - 2\n  -\n  - {end}\n  - {}\nb:\nc: ~\n",
    );
}

#[test]
fn blocks_of_text_keep_every_line() {
    becomes(
        "a:  |   # why\n     one\n\n       two\nb: |+\n  x\n\n\nc: 1\n",
        "a: |    # why\n  one\n\n    two\nb: |+\n  x\n\n\nc: 1\n",
    );
}

#[test]
fn a_comment_behind_a_text_that_goes_below_stays_on_its_first_line() {
    becomes("a: \"b\\nc\"  # why\n", "a: |-      # why\n  b\n  c\n");
}

#[test]
fn a_blank_at_the_end_of_the_last_text_stays() {
    becomes("a:\n  - \"b\\nc \"\n", "a:\n  - |-\n    b\n    c \n");
}

#[test]
fn a_comment_below_a_list_with_an_empty_item_stays_in_it() {
    becomes("a:\n   - \n   - x\n\n   # above\n", "a:\n  -\n  - x\n\n  # above\n");
}

#[test]
fn what_cannot_be_read_is_refused_with_the_finding_of_check() {
    let refused = format(&SourceFile::new("flows/a.yaml", "a: Order: 5\n")).unwrap_err();
    assert_eq!(refused[0].code, "E108");
    let refused = format(&SourceFile::new("flows/a.yaml", "a: 1\n---\nb: 2\n")).unwrap_err();
    assert_eq!(refused[0].code, "E102");
}

#[test]
fn windows_line_ends_become_plain_ones() {
    becomes("a: 1\r\nb:   # c\r\n  - x\r\n", "a: 1\nb:   # c\n  - x\n");
}

/// The typed value of each scalar without a typed field, from top to bottom.
fn typed_values(node: &Option<Node>) -> Vec<Option<crate::model::value::Value>> {
    fn walk(node: &Node, found: &mut Vec<Option<crate::model::value::Value>>) {
        found.extend(node.scalar().filter(|scalar| !scalar.is_broken()).map(|scalar| crate::text::typed(scalar)));
        node.list().unwrap_or_default().iter().for_each(|item| walk(item, found));
        node.map().unwrap_or_default().iter().for_each(|entry| walk(&entry.value, found));
    }
    let mut found = Vec::new();
    node.iter().for_each(|node| walk(node, &mut found));
    found
}

/// A value of some levels, written by hand in all styles.
fn written(depth: u32) -> BoxedStrategy<String> {
    let scalar = prop_oneof![
        "[a-zA-Z0-9 .,?!#:'\"${}\\[\\]é👋*&@%-]{0,14}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        "[a-z][a-z ]{0,10}[a-z]",
        prop_oneof![
            Just("yes"),
            Just("no"),
            Just("007"),
            Just("1.10"),
            Just("~"),
            Just(""),
            Just("true"),
            Just("12:30")
        ]
        .prop_map(str::to_owned),
        prop::sample::select(&["5", "true", "none", "nothing", "null", "1e5", "-3", "yes", "inf"][..]).prop_flat_map(
            |word| prop_oneof![
                Just(format!("\"{word}\"")),
                Just(format!("'{word}'")),
                Just(format!("|-\n@{word}")),
                Just(format!(">-\n@{word}")),
            ]
        ),
        "[a-z \\n\\t]{0,12}".prop_map(|text| format!("{text:?}")),
    ];
    if depth == 0 {
        return scalar.boxed();
    }
    let inner = written(depth - 1);
    let flow = prop_oneof![
        proptest::collection::vec("[a-z]{1,6}", 0..4).prop_map(|items| format!("[{}]", items.join(",  "))),
        proptest::collection::btree_map("[a-z]{1,4}", "'[a-z:#, ]{0,6}'", 0..3).prop_map(|map| format!(
            "{{{}}}",
            map.into_iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join(", ")
        )),
    ];
    let block = "(a|  b)( c)?".prop_map(|text| format!("|\n@{text}\n@\n@ x"));
    let map = proptest::collection::btree_map("[a-z]{1,5}", (inner.clone(), comment()), 1..4).prop_map(|map| {
        map.into_iter()
            .fold(String::new(), |all, (key, (value, comment))| format!("{all}\n@{key}:{}", joined(&value, &comment)))
    });
    let list = proptest::collection::vec((inner, comment()), 1..4).prop_map(|items| {
        items.into_iter().fold(String::new(), |all, (item, comment)| {
            let item = if item.starts_with('\n') { "x".to_owned() } else { item };
            format!("{all}\n@-{}", joined(&item, &comment))
        })
    });
    prop_oneof![scalar, flow, block, map, list].boxed()
}

fn comment() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), Just("  # a comment".to_owned()), Just("\n\n@# above".to_owned())].boxed()
}

/// A value behind a key or dash; each level is indented by three more blanks. A comment on the line is before the lines
/// below.
fn joined(value: &str, comment: &str) -> String {
    let deeper = value.replace("\n@", "\n@   ");
    match (deeper.split_once('\n'), comment.starts_with('\n')) {
        (Some((head, rest)), false) => format!(" {head}{comment}\n{rest}"),
        (Some(_), true) | (None, _) => format!(" {deeper}{comment}"),
    }
}

proptest! {
    #[test]
    fn formatting_changes_no_meaning_and_happens_once(body in written(3)) {
        let text = format!("root:{}\n", joined(&body, "")).replace('@', "");
        let file = SourceFile::new("flows/a.yaml", text.as_str());
        if let Ok(once) = format(&file) {
            // `format` has compared the trees; they are compared again here, together with all comments.
            let again = SourceFile::new("flows/a.yaml", once.as_str());
            prop_assert!(same(&file, &again), "{text}\n---\n{once}");
            let values = |file: &Arc<SourceFile>| typed_values(&yaml::load(file, &Findings::default()));
            prop_assert_eq!(values(&file), values(&again), "{}\n---\n{}", text, once);
            prop_assert_eq!(format(&again).ok(), Some(once.clone()), "twice\n{}", text);
            prop_assert_eq!(once.matches("# a").count(), text.matches("# a").count(), "{}\n---\n{}", text, once);
        } else {
            let findings = Findings::default();
            let read = yaml::load(&file, &findings);
            prop_assert!(read.is_none() || findings.has_errors(), "refused:\n{text}\n---\n{}",
                cst::read(&text).map_or_else(|r| r.said, |written| print::print(&text, &written)));
        }
    }

    #[test]
    fn anything_is_formatted_or_refused(text in "([a-c:\\-#'\"|>\\[\\]{},&*! ]|\n){0,60}") {
        let file = SourceFile::new("flows/a.yaml", text.as_str());
        if let Ok(once) = format(&file) {
            prop_assert_eq!(format(&SourceFile::new("flows/a.yaml", once.as_str())).ok(), Some(once), "{}", text);
        }
    }
}

#[test]
fn what_can_only_mean_one_thing_is_mended_and_said() {
    let file = SourceFile::new(
        "flows/a.yaml",
        "flow: a\nsteps:\n- say: Order: ${no} # the number\n- if: !missing(no)\n  then: [end]\n",
    );
    let (mended, gone) = mend(&file);
    let codes: Vec<_> = gone.iter().map(|finding| (finding.code, finding.place.line())).collect();
    assert_eq!(codes, [("E108", 3), ("E116", 4)]);
    assert!(faults(&mended).is_empty());
    let text = fmt(mended.text());
    assert!(
        text.contains("Order: ${no}") && text.contains("# the number") && text.contains("'!missing(no)'"),
        "{text}"
    );
}

#[test]
fn more_broken_lines_than_are_explained_are_mended_once_and_left() {
    let file = |lines: usize| {
        let text = format!("flow: a\nsteps:\n{}", "- say: Order: 1\n".repeat(lines));
        SourceFile::new("flows/a.yaml", text.as_str())
    };
    let (few, gone) = mend(&file(YAML_MENDS_MAX - 1));
    assert!(gone.len() == YAML_MENDS_MAX - 1 && faults(&few).is_empty());
    let (many, gone) = mend(&file(400));
    assert!(gone.len() == YAML_MENDS_MAX && !faults(&many).is_empty());
}

#[test]
fn what_may_mean_two_things_is_left_as_a_fault() {
    let file = SourceFile::new("flows/a.yaml", "flow: a\nsteps:\n  - say: In colours #red and blue\n");
    let (mended, gone) = mend(&file);
    assert!(gone.is_empty());
    assert_eq!(mended.text(), file.text());
    assert_eq!(faults(&mended).iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E103"]);
}
