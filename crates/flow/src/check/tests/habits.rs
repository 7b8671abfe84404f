//! Tests the findings about what other languages and products write: one mistake gives one finding with its cure.

use super::*;

/// The only finding for these steps of a flow.
#[track_caller]
fn step(steps: &str) -> String {
    let found = found(&[&format!("{HI}steps:\n{steps}")]);
    assert_eq!(found.len(), 1, "{steps}\n{found:#?}");
    found[0].clone()
}

#[test]
fn ways_in_the_place_of_the_name_are_one_finding() {
    let cure = "write `split: trial`, or a better name, and below it `cases: {a: [steps], b: [steps]}`";
    for steps in [
        "  - split: {a: [say: Hi], b: [say: Hello]}\n",
        "  - split:\n      a:\n        - say: Hi\n      b:\n        - say: Hello\n",
        "  - split: [a, b]\n  - say: Bye\n",
        "  - split:\n      - say: Hi\n      - say: Hello\n",
    ] {
        let said = step(steps);
        assert!(said.starts_with("a.yaml:4:5: error[E208] `split` takes the name of the trial"), "{said}");
        assert!(said.ends_with(cure), "{said}");
    }
    let weights = step("  - split: {a: 50, b: 50%}\n");
    assert!(weights.ends_with("`cases: {a: {weight: 50, do: [steps]}, b: {weight: 50, do: [steps]}}`"), "{weights}");
}

#[test]
fn ways_beside_the_name_are_one_finding() {
    let said = step("  - split: greeting\n    short: [say: Hi]\n    long: {weight: 2, do: [say: Hello]}\n");
    assert!(said.starts_with("a.yaml:5:5: error[E203] the ways of a `split` stand under `cases`"), "{said}");
    assert!(said.ends_with("write `cases: {short: [steps], long: [steps]}` below `split: greeting`"), "{said}");
    // One unknown key is no pair of ways.
    assert!(step("  - split: greeting\n    ways: {a: [say: Hi], b: [say: Hello]}\n").contains("it needs `cases:`"));
    assert!(step("  - split: greeting\n").contains("`split` needs `cases`"));
    assert!(step("  - split: greeting\n    cases: {a: [say: Hi]}\n").contains("E251"));
}

#[test]
fn the_offered_split_can_be_read() {
    let flow =
        format!("flow: a\n{HI}steps:\n  - split:\n      a:\n        - say: Hi\n      b:\n        - say: Hello\n");
    let files = |text: &str| [SourceFile::new("_bot.yaml", BOT), SourceFile::new("a.yaml", text)];
    let (_, found) = parse_set(&files(&flow));
    let edit = &found[0].fix.as_ref().unwrap().edits[0];
    let mut mended = flow.clone();
    mended.replace_range(edit.place.range(), &edit.text);
    assert_eq!(parse_set(&files(&mended)).1, [], "{mended}");
}

#[test]
fn a_case_that_is_a_text_empties_no_value() {
    let steps = |small: &str| {
        format!(
            "  - ask: Which?\n    as: size\n    options: [small, large]\n  - switch: size\n    cases:\n      small: {small}\n      \
             large: [set: {{price: 20}}]\n  - say: It is ${{price}}\n"
        )
    };
    assert!(step(&steps("price = 10")).contains("error[E220]"));
    // No size is left for whom the price could be missing.
    clean(&[&format!("{HI}steps:\n{}", steps("[set: {price: 10}]"))]);
    assert!(step(&steps("[say: Hi]")).contains("warning[W317]"));
}

#[test]
fn a_range_without_its_end_is_told_with_both_ways_out() {
    let ask = "  - ask: How many?\n    as: n\n    type: whole\n";
    let said = step(&format!("{ask}  - if: n in 1..14\n    then: [say: Yes]\n"));
    assert!(said.starts_with("a.yaml:7:14: warning[W331] `1..14` ends before 14"), "{said}");
    assert!(said.ends_with("write `1..=14` if 14 counts too, else `n >= 1 && n < 14`"), "{said}");
    clean(&[&format!("{HI}steps:\n{ask}  - if: n in 1..=14\n    then: [say: Yes]\n")]);
}

#[test]
fn one_word_or_another_is_two_texts() {
    let flow = |message: &str| format!("when: [message: {message}]\nsteps:\n  - say: Hi\n");
    for (written, meant) in
        [("menu ou carte", "[menu, carte]"), ("menu or card", "[menu, card]"), ("sí / no", "[sí, no]")]
    {
        let found = found(&[&flow(written)]);
        assert!(found.len() == 1 && found[0].contains("W422") && found[0].contains(meant), "{found:#?}");
    }
    for written in ["[trick or treat]", "\"trick or treat\"", "trick or treat now", "or"] {
        clean(&[&flow(written)]);
    }
}

#[test]
fn an_increment_is_told_from_a_number() {
    for (written, meant) in [("+1", "${n + 1}"), ("+= 2", "${n + 2}"), ("++", "${n + 1}"), ("-= 3", "${n - 3}")] {
        let said = step(&format!("  - set: {{n: 1}}\n  - set: {{n: {written}}}\n  - say: You have ${{n}}\n"));
        assert!(said.contains("warning[W320] this is the text"), "{said}");
        assert!(said.contains(&format!("write `n: \"{meant}\"`")), "{said}");
    }
    for written in ["-1", "\"+1\"", "\"+34600000001\""] {
        clean(&[&format!("{HI}steps:\n  - set: {{n: {written}}}\n  - say: You have ${{n}}\n")]);
    }
}

#[test]
fn digits_in_quotes_are_joined_and_not_added() {
    let steps = |code: &str| {
        format!(
            "  - ask: How many?\n    as: n\n    type: whole\n  - set: {{step: \"1\"}}\n  - set: {{m: '${{{code}}}'}}\n  - say: You have ${{m}} ${{step}}\n"
        )
    };
    for code in ["n + \"1\"", "\"10\" + n", "n + step"] {
        let said = step(&steps(code));
        assert!(said.contains("warning[W332]"), "{said}");
    }
    for code in ["n + 1", "\"0\" + n", "n + \" pieces\"", "n + step.to_number()"] {
        clean(&[&format!("{HI}steps:\n{}", steps(code))]);
    }
}

#[test]
fn a_word_of_an_invalid_name_is_not_unknown_too() {
    let said = step("  - ask: Pourquoi ?\n    as: la raison\n  - say: Merci, ${raison}\n");
    assert!(said.contains("error[E307]") && said.ends_with("write `la_raison`"), "{said}");
}

#[test]
fn code_for_options_is_no_text_to_translate() {
    let bot = "bot: Shop\nlanguage: en\nlanguages: {es: []}\nhours: {x: {open: {mon-fri: \"09:00-17:00\"}}}\n";
    let flow = format!(
        "flow: a\n{HI}steps:\n  - ask: Which day?\n    as: day\n    type: date\n  - ask: When?\n    as: slot\n    \
         options: hours.x.slots(day, minutes(30))\n"
    );
    let locale = "locale: es\na.ask_1:\n  from: Which day?\n  to: ¿Qué día?\na.ask_2:\n  from: When?\n  to: ¿Cuándo?\n";
    let files = [("_bot.yaml", bot), ("a.yaml", &flow), ("locales/es.yaml", locale)];
    let (set, mut found) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
    found.extend(lint(&set));
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["W320"], "{found:#?}");
}

#[test]
fn a_type_with_a_word_beside_it_shows_how_optional_is_written() {
    let said = |written: &str| {
        let found = found(&[&format!("inputs: {{jour: {written}}}\nsteps:\n  - log: ${{jour}}\n")]);
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0].clone()
    };
    for written in ["date facultative", "\"date?\"", "optional date", "date (opcional)", "date | null"] {
        let said = said(written);
        assert!(said.contains("E213") && said.contains("write `jour: {type: date, optional: true}`"), "{said}");
    }
    assert!(said("date obligatoire").ends_with("must be there: write `jour: date`"));
    assert!(said("date of birth").contains("did you mean `date`?"));
}

#[test]
fn a_bot_that_cannot_be_read_spoils_no_flow() {
    let flow = "when: [{date: contact.visit, at: \"10:00\"}]\nsteps:\n  - template: come_back\n    vars: [\"${contact.visit.format(\\\"HH:mm\\\")}\"]\n";
    let asks = "when: [message: hi]\nsteps:\n  - llm: Which one?\n    as: it\n    returns: text\n  - handoff: desk\n";
    for bot in [
        "bot: Shop\nfields: {visit: datetime\n",
        "bot: Shop\nfields:\n  visit: datetime\n topics: {}\n",
        "bot Shop\nfields: {visit: datetime}\nteams: {desk: {}}\n",
    ] {
        let found = found_in(bot, &[flow, asks], &CheckContext::default());
        let others: Vec<_> = found.iter().filter(|said| !said.starts_with("_bot.yaml")).collect();
        assert!(!found.is_empty() && others.is_empty(), "{bot}\n{others:#?}");
    }
    let found = found_in(
        "bot: Shop\nteams:\n  desk {}\n",
        &["when: [message: hi]\nsteps:\n  - handoff: desk\n"],
        &CheckContext::default(),
    );
    assert!(found.len() == 1 && found[0].contains("E201"), "{found:#?}");
}
