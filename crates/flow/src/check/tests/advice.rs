//! Checks that following the advice of a finding removes it: each wrong flow, its finding, and the advised flow.

use super::*;

/// Wrong steps, a part of the advice, and the corrected steps.
const ADVISED: &[(&str, &str, &str)] = &[
    ("  - say Hello", "write `- say: Hello`", "  - say: Hello"),
    ("  - stop", "write `- end`", "  - say: Bye\n  - end"),
    (
        "  - wait\n    timeout: 2h",
        "write `- wait: …` with its value, and leave `timeout` below it",
        "  - wait: reply\n    timeout: 2h",
    ),
    ("  - end\n    return: 5", "write `- end:`, and leave `return` below it", "  - end:\n    return: 5"),
    (
        "  - say: Hi\n    if_closed: {hold:3d}",
        "write `hold: 3d`, with a blank after the `:`",
        "  - say: Hi\n    if_closed: {hold: 3d}",
    ),
    (
        "  - if: now().hour > \"18:00\"\n    then: [say: Late]",
        "write `.time` in place of `.hour`",
        "  - if: now().time > \"18:00\"\n    then: [say: Late]",
    ),
    (
        "  - if: today().weekday == \"lunes\"\n    then: [say: Monday]",
        "Monday is 1 and Sunday 7",
        "  - if: today().weekday == 1\n    then: [say: Monday]",
    ),
    (
        "  - if: not(contact.known)\n    then: [say: New]",
        "write `!…`",
        "  - if: '!contact.known'\n    then: [say: New]",
    ),
    (
        "  - if: non contact.known\n    then: [say: New]",
        "write `!contact.known` of a yes or no",
        "  - if: '!contact.known'\n    then: [say: New]",
    ),
    (
        "  - ask: Days?\n    type: whole\n    as: n\n    check: n entre 1 et 14",
        "write `n >= 1 && n <= 14`",
        "  - ask: Days?\n    type: whole\n    as: n\n    check: n >= 1 && n <= 14",
    ),
    (
        "  - if: contact.known == vrai\n    then: [say: Hi]",
        "write `true`, in small letters",
        "  - if: contact.known == true\n    then: [say: Hi]",
    ),
    (
        "  - if: =SI(contact.points = 3;VRAI;FAUX)\n    then: [say: Hi]",
        "write `contact.points == 3`",
        "  - if: contact.points == 3\n    then: [say: Hi]",
    ),
    (
        "  - if: IF(contact.points = 3)\n    then: [say: Hi]",
        "write `contact.points == 3`",
        "  - if: contact.points == 3\n    then: [say: Hi]",
    ),
    ("  - ask: Size?\n    as\u{a0}: size", "write ordinary blanks", "  - ask: Size?\n    as: size"),
    (
        "  - if: contact.known\n    then:\n      - say: Hi\n      end\n  - say: Bye",
        "write `- end`",
        "  - if: contact.known\n    then:\n      - say: Hi\n      - end\n  - say: Bye",
    ),
    ("  - ask: Size?\n    as：size", "write `as: size` with the `:` of the keyboard", "  - ask: Size?\n    as: size"),
    (
        "  - say: Hi $ {contact.name}",
        "write `${contact.name ?? \"there\"}`",
        "  - say: Hi ${contact.name ?? \"there\"}",
    ),
    (
        "  - say: You have $contact.points points",
        "write `${contact.points ?? \"…\"}`",
        "  - say: You have ${contact.points ?? \"no\"} points",
    ),
    (
        "  - say Look at this\n    media: https://shop.example/a.png",
        "write `- say: Look at this`, and leave `media` below it",
        "  - say: Look at this\n    media: https://shop.example/a.png",
    ),
    ("  - wait: 1h30\n  - log: x", "write `1h30m`", "  - wait: 1h30m\n  - log: x"),
    ("  - wait: 2j\n  - log: x", "write `2d`", "  - wait: 2d\n  - log: x"),
    (
        "  - ask: Where?\n    as: page\n  - say: Hi\n    link: ${page}",
        "write `link: {title: …, url: \"${page}\"}`",
        "  - ask: Where?\n    as: page\n  - say: Hi\n    link: {title: Open, url: \"${page}\"}",
    ),
    ("  - set: n = ${today().day}", "`{n: \"${today().day}\"}`", "  - set: {n: \"${today().day}\"}\n  - say: ${n}"),
    (
        "  - ask: Why?\n    as: contact.why\n  - say: Noted, ${why}",
        "write `as: why`",
        "  - ask: Why?\n    as: why\n  - say: Noted, ${why}",
    ),
    (
        "  - if: contact.visit < Date.now()\n    then: [say: Late]",
        "this moment is `now()`, and this day `today()`",
        "  - if: contact.visit < today()\n    then: [say: Late]",
    ),
    (
        "  - ask: Why?\n    as: why\n  - if: why.equals(\"none\")\n    then: [say: Good]",
        "write `==`",
        "  - ask: Why?\n    as: why\n  - if: why == \"none\"\n    then: [say: Good]",
    ),
    ("  - retourner: {a: 1}", "write `- return: …`", "  - return: {a: 1}"),
    ("  - demander: Size?\n    as: size", "write `- ask: …`", "  - ask: Size?\n    as: size"),
    ("  - se: contact.known\n    then: [say: Hi]", "write `- if: …`", "  - if: contact.known\n    then: [say: Hi]"),
    ("  - if: contact.known\n    alors: [say: Hi]", "write `then:`", "  - if: contact.known\n    then: [say: Hi]"),
    ("  - ask: Which?\n    opções: [Old, New]", "write `options:`", "  - ask: Which?\n    options: [Old, New]"),
    (
        "  - ask: Why?\n    as: ${why}\n  - say: Noted, ${why}",
        "write `why`",
        "  - ask: Why?\n    as: why\n  - say: Noted, ${why}",
    ),
    (
        "  - ask: Why?\n    as: the why\n  - say: Noted, ${the_why}",
        "write `the_why`",
        "  - ask: Why?\n    as: the_why\n  - say: Noted, ${the_why}",
    ),
    (
        "  - ask: Which of the two?\n    as: w\n    options: [The old one; The new one]\n  - if: w == \"The new one\"\n    then: [say: Hi]",
        "for several options write commas: `[The old one, The new one]`",
        "  - ask: Which of the two?\n    as: w\n    options: [The old one, The new one]\n  - if: w == \"The new one\"\n    then: [say: Hi]",
    ),
    (
        "  - ask: Which?\n    options: [Begin it all again -> a, Stop here]",
        "write `- Begin it all again: {go: a}`",
        "  - ask: Which?\n    options: [Begin it all again: {go: a}, Stop here]",
    ),
    (
        "  - say: ${today().at(18).format(\"HH:mm\")}",
        "`.at(\"18:00\")`",
        "  - say: ${today().at(\"18:00\").format(\"HH:mm\")}",
    ),
    (
        "  - if: contact.visit < \"60 jours\"\n    then: [say: Late]",
        "write `today() - days(60)`",
        "  - if: contact.visit < today() - days(60)\n    then: [say: Late]",
    ),
    (
        "  - script: |\n      print(\"x\");\n      1\n    as: n\n  - say: ${n}",
        "a script prints nothing",
        "  - script: |\n      1\n    as: n\n  - say: ${n}",
    ),
    (
        "  - script: |\n      if contact.known: 1\n    as: n\n  - say: ${n}",
        "what is done stands in braces",
        "  - script: |\n      if contact.known { 1 } else { 2 }\n    as: n\n  - say: ${n}",
    ),
    (
        "  - if: contact->known\n    then: [say: Hi]",
        "for a part of a value write `.`",
        "  - if: contact.known\n    then: [say: Hi]",
    ),
    (
        "  - http: GET https://a.example\n    headers: x-day: ${today().day}",
        "`headers: {x-day: \"${today().day}\"}`",
        "  - http: GET https://a.example\n    headers: {x-day: \"${today().day}\"}",
    ),
    (
        "  - say: Hi\n    link: {title: Mail, url: \"mailto:a@b.example\"}",
        "an address of mail and a number stand in the text",
        "  - say: Hi, we read a@b.example",
    ),
    (
        "  - if: contact.visit est vide\n    then: [say: None]",
        "write `missing(contact.visit)`",
        "  - if: missing(contact.visit)\n    then: [say: None]",
    ),
    (
        "  - if: contact.visit == vide\n    then: [say: None]",
        "write `missing(contact.visit)`",
        "  - if: missing(contact.visit)\n    then: [say: None]",
    ),
    (
        "  - ask: Why?\n    remind: {après: 2h, say: Hello?}",
        "write `after:`",
        "  - ask: Why?\n    remind: {after: 2h, say: Hello?}",
    ),
    (
        "  - say: Here\n    place: {lat: 44.83, longitude: -0.57}",
        "write `latitude:`",
        "  - say: Here\n    place: {latitude: 44.83, longitude: -0.57}",
    ),
    (
        "  - if: contact.known\n    then: [say: Hi]\n    elif: contact.points > 3\n      - say: Ho",
        "write `else:`, and below it `- if: …`",
        "  - if: contact.known\n    then: [say: Hi]\n    else:\n      - if: contact.points > 3\n        then: [say: Ho]",
    ),
    (
        "  - set: {n: 5}\n  - say: ${money(n * 0,8, \"EUR\")}",
        "write `0.8`",
        "  - set: {n: 5}\n  - say: ${money(n * 0.8, \"EUR\")}",
    ),
    ("  - set: {n: 5}\n  - say: ${n x 3}", "to multiply write `*`", "  - set: {n: 5}\n  - say: ${n * 3}"),
    (
        "  - ask: Days?\n    type: whole\n    as: n\n    check: n >= 1, n <= 9",
        "for both write `&&`",
        "  - ask: Days?\n    type: whole\n    as: n\n    check: n >= 1 && n <= 9",
    ),
    (
        "  - say: Which?\n    buttons: {yes: Of course, no: Not now}",
        "`- {id: yes, title: Of course}`",
        "  - say: Which?\n    buttons:\n      - {id: yes, title: Of course}\n  - wait: reply",
    ),
    (
        "  - wait: {until: 18h}\n  - log: x",
        "for a time of day write `until: \"18:00\"`",
        "  - wait: {until: \"18:00\"}\n  - log: x",
    ),
    (
        "  - set: {n: 1}\n  - set: {contact.points: \"${n} + 1\"}",
        "write `${n + 1}`",
        "  - set: {n: 1}\n  - set: {contact.points: \"${n + 1}\"}",
    ),
    ("  - say: ${today().format(\"Long\")}", "write `.format(\"long\")`", "  - say: ${today().format(\"long\")}"),
    ("  - return: ok: true", "write `return: {ok: true}`", "  - return: {ok: true}"),
    (
        "  - ask: Score?\n    type: whole\n    as: n\n    check: n > 0 und n < 9",
        "write `&&`",
        "  - ask: Score?\n    type: whole\n    as: n\n    check: n > 0 && n < 9",
    ),
    (
        "  - ask: Price?\n    type: whole\n    as: n\n  - say: ${money(n / 100, \"EUR\")}",
        "take `/ 100` out",
        "  - ask: Price?\n    type: whole\n    as: n\n  - say: ${money(n, \"EUR\")}",
    ),
    (
        "  - ask: Where?\n    as: place\n    options: [old, fresh]\n  - ask: Which?\n    as: fresh_one\n  - if: place == fresh\n    then: [say: \"${fresh_one}\"]",
        "for the text write `\"fresh\"`",
        "  - ask: Where?\n    as: place\n    options: [old, fresh]\n  - ask: Which?\n    as: fresh_one\n  - if: place == \"fresh\"\n    then: [say: \"${fresh_one}\"]",
    ),
    (
        "  - ask: Shall we?\n    options:\n      - Yes: say Good\n      - No",
        "write `{say: Good}`",
        "  - ask: Shall we?\n    options:\n      - Yes: {say: Good}\n      - No",
    ),
    (
        "  - ask: What?\n    options:\n      - Cut: 28 €\n      - Wash",
        "write \"Cut: 28 €\"",
        "  - ask: What?\n    options:\n      - \"Cut: 28 €\"\n      - Wash",
    ),
    (
        "  - ask: Book?\n    options:\n      - {id: yes, title: Yes, book}",
        "ends at its comma: put the whole text in quotes",
        "  - ask: Book?\n    options:\n      - {id: yes, title: \"Yes, book\"}",
    ),
    ("  - say: [Hello], how are you", "write \"[Hello], how are you\"", "  - say: \"[Hello], how are you\""),
    (
        "  - set: {day: [${today().format(\"d\")}]}",
        "write `'${today().format(\"d\")}'`",
        "  - set: {day: ['${today().format(\"d\")}']}",
    ),
    (
        "  - set: {day: [\"${today().format(\"d\")}\"]}",
        "write `'${today().format(\"d\")}'`",
        "  - set: {day: ['${today().format(\"d\")}']}",
    ),
    (
        "  - if: contact.known\n    then:\n      - say: Hi\n  else:\n      - say: New",
        "begin `else` in the column of the `if` that it belongs to",
        "  - if: contact.known\n    then:\n      - say: Hi\n    else:\n      - say: New",
    ),
    (
        "  - ask: Score?\n    type: whole\n    as: n\n    check: 1-10",
        "write `n >= 1 && n <= 10`",
        "  - ask: Score?\n    type: whole\n    as: n\n    check: n >= 1 && n <= 10",
    ),
    (
        "  - ask: Size?\n  as: size",
        "begin `as` in column 5, behind 4 blanks, right below `ask`",
        "  - ask: Size?\n    as: size",
    ),
    (
        "  - if: contact.visit == null\n    then: [say: None]",
        "write `missing(contact.visit)`",
        "  - if: missing(contact.visit)\n    then: [say: None]",
    ),
    (
        "  - if: contact.visit != none\n    then: [say: One]",
        "write `!missing(contact.visit)`",
        "  - if: '!missing(contact.visit)'\n    then: [say: One]",
    ),
    (
        "  - if: not contact.known\n    then: [say: New]",
        "write `!contact.known` of a yes or no",
        "  - if: '!contact.known'\n    then: [say: New]",
    ),
    (
        "  - if: \"${contact.known} == true\"\n    then: [say: Hi]",
        "write `contact.known == true`",
        "  - if: contact.known == true\n    then: [say: Hi]",
    ),
    (
        "  - ask: May we?\n    as: agrees\n    type: yesno\n  - if: agrees == \"Sí\"\n    then: [say: Good]",
        "write `agrees` alone",
        "  - ask: May we?\n    as: agrees\n    type: yesno\n  - if: agrees\n    then: [say: Good]",
    ),
    (
        "  - ask: May we?\n    as: agrees\n    type: yesno\n  - if: agrees == \"given\"\n    then: [say: Good]",
        "write `agrees`, or `'!agrees'` for a no",
        "  - ask: May we?\n    as: agrees\n    type: yesno\n  - if: agrees\n    then: [say: Good]",
    ),
    (
        "  - if: today().weekday != \"Sunday\"\n    then: [say: Open]",
        "Monday is 1 and Sunday 7",
        "  - if: today().weekday != 7\n    then: [say: Open]",
    ),
    (
        "  - if: contact.tags contains \"vip\" && contact.known\n    then: [say: Hi]",
        "write `contact.tags.contains(\"vip\")`",
        "  - if: contact.tags.contains(\"vip\") && contact.known\n    then: [say: Hi]",
    ),
    ("  - say: ${today.format(\"d\")}", "write `today()`", "  - say: ${today().format(\"d\")}"),
    (
        "  - ask: Name?\n    as: name\n  - say: ${name.length}",
        "write `.len()`",
        "  - ask: Name?\n    as: name\n  - say: ${name.len()}",
    ),
    (
        "  - if: contact.visit.weekday() == 7\n    then: [say: Sunday]",
        "write `.weekday`",
        "  - if: contact.visit.weekday == 7\n    then: [say: Sunday]",
    ),
    (
        "  - if: contact.visit == \"sunday\"\n    then: [say: Sunday]",
        "a part such as `.weekday` (Monday is 1)",
        "  - if: contact.visit.weekday == 7\n    then: [say: Sunday]",
    ),
    (
        "  - if: contact.visit > 5\n    then: [say: Late]",
        "compare it with a date such as `today() + days(5)`",
        "  - if: contact.visit > today() + days(5)\n    then: [say: Late]",
    ),
    (
        "  - if: contact.visit > 2026-01-01\n    then: [say: Late]",
        "write the date in quotes: `\"2026-01-01\"`",
        "  - if: contact.visit > \"2026-01-01\"\n    then: [say: Late]",
    ),
    (
        "  - if: contact.visit < 60d\n    then: [say: Late]",
        "for a date `today() - days(60)`",
        "  - if: contact.visit < today() - days(60)\n    then: [say: Late]",
    ),
    (
        "  - ask: Size?\n    as: size\n    type: int\n  - say: ${size}",
        "write `whole`",
        "  - ask: Size?\n    as: size\n    type: whole\n  - say: ${size}",
    ),
    (
        "  - say: Hello\n    if_closed: template reminder",
        "write `if_closed: {template: reminder}`",
        "  - say: Hello\n    if_closed: {template: reminder}",
    ),
    (
        "  - say: Hello\n    if_closed: hold 2d",
        "write `if_closed: {hold: 2d}`",
        "  - say: Hello\n    if_closed: {hold: 2d}",
    ),
    (
        "  - say: Hi\n    buttons: [{id: a, title: This is too long for a button}]\n  - wait: reply",
        "shorten it; the rest can stand in the text above",
        "  - say: Hi, this is too long for a button\n    buttons: [{id: a, title: Good}]\n  - wait: reply",
    ),
    (
        "  - go: book\nblocks:\n  booking:\n    - say: x",
        "did you mean `booking`?",
        "  - go: booking\nblocks:\n  booking:\n    - say: x",
    ),
    (
        "  - set: {contact.visit: today()}\n  - say: x",
        "write \"${today()}\"",
        "  - set: {contact.visit: \"${today()}\"}\n  - say: x",
    ),
    (
        "  - set: {n: 1}\n  - set: {n: n + 1}\n  - say: ${n}",
        "write \"${n + 1}\"",
        "  - set: {n: 1}\n  - set: {n: \"${n + 1}\"}\n  - say: ${n}",
    ),
    (
        "  - if: contact.visit\n    then: [say: x]",
        "write `'!missing(contact.visit)'`",
        "  - if: '!missing(contact.visit)'\n    then: [say: x]",
    ),
    (
        "  - set: {n: 1}\n  - repeat: {while: n < 3}\n    do:\n      - say: x",
        "such as `- set: {n: \"${n + 1}\"}`",
        "  - set: {n: 1}\n  - repeat: {while: n < 3}\n    do:\n      - say: x\n      - set: {n: \"${n + 1}\"}",
    ),
    ("  - say: Price # 5", "then write \"Price # 5\"", "  - say: \"Price # 5\""),
    ("  - say: Which?\n    options: [A, B]", "write `ask:` instead of `say:`", "  - ask: Which?\n    options: [A, B]"),
    (
        "  - ask: Which?\n    options: []",
        "write one option a line, `- Yes`",
        "  - ask: Which?\n    options:\n      - Yes\n      - No",
    ),
    (
        "  - wait: {until: 2h}\n  - log: x",
        "so long from now is `until: ${now() + hours(2)}`",
        "  - wait: {until: \"${now() + hours(2)}\"}\n  - log: x",
    ),
    (
        "  - if: not contact.visit\n    then: [say: x]",
        "`missing(contact.visit)` to ask whether there is none",
        "  - if: missing(contact.visit)\n    then: [say: x]",
    ),
    ("  - say: Hello ${contact.name or \"you\"}", "write `??`", "  - say: Hello ${contact.name ?? \"you\"}"),
    (
        "  - if: 5 < contact.points < 9\n    then: [say: x]",
        "compare twice: for `1 <= x <= 5` write `1 <= x && x <= 5`",
        "  - if: 5 < contact.points && contact.points < 9\n    then: [say: x]",
    ),
];

const FIELDS: &str =
    "bot: Shop\nfields: {visit: date, known: yesno, points: whole}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n";

#[test]
fn obeying_what_a_message_says_leaves_nothing_to_say() {
    let mut wrong = Vec::new();
    for (written, advice, mended) in ADVISED {
        let look = |steps: &str| found_in(FIELDS, &[&format!("{HI}steps:\n{steps}\n")], &CheckContext::default());
        let said = look(written);
        if said.len() != 1 || !said[0].contains(advice) {
            wrong.push(format!("{written}\n  should advise {advice:?}, and has {said:#?}"));
        }
        let after = look(mended);
        if !after.is_empty() {
            wrong.push(format!("{mended}\n  was advised, and has {after:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn quiet_hours_and_languages_in_short_are_one_mistake_with_its_repair() {
    let api = "when: [{api: true}]\nsteps:\n  - say: Hello\n    if_closed: hold\n";
    let with = |line: &str| found_in(&format!("bot: Shop\n{line}\n"), &[api], &CheckContext::default());
    let found = with("quiet_hours: 21:00-09:00");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].ends_with("write `quiet_hours: {from: \"21:00\", to: \"09:00\"}`"), "{found:#?}");
    assert_eq!(with("quiet_hours: {from: \"21:00\", to: \"09:00\"}"), Vec::<String>::new());
    let found = with("quiet_hours: {from: \"21:00\", to: \"09:00\"}\nlanguages: [en, es_MX]");
    assert!(found[0].contains("E201") && found[0].ends_with("write `languages: {en: [], es_MX: []}`"), "{found:#?}");
    // A language without a file has its finding at its name.
    let found = with("quiet_hours: {from: \"21:00\", to: \"09:00\"}\nlanguages: {en: [], fr: []}");
    assert!(found.len() == 1 && found[0].starts_with("_bot.yaml:3:21: warning[W904]"), "{found:#?}");
}
