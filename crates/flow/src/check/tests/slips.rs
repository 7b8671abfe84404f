//! Tests small slips whose code runs, and does something else: lengths of time, patterns, limits, fields, drafts.

use super::*;

#[test]
fn what_declares_wrongly_has_the_only_finding() {
    let inputs =
        |inputs: &str| format!("when: [{{event: back}}]\ninputs: {inputs}\nsteps:\n  - say: Hi\n    if_closed: skip\n");
    one(&[&inputs("{day: date perhaps}")], "a.yaml:3:15: error[E213]");
    one(&[&inputs("{day: {type: date, optional: oui}}")], "a.yaml:3:38: error[E206]");
    one(&[&inputs("[day]")], "a.yaml:3:9: error[E201]");
    one(&[&inputs("{day: date}")], "a.yaml:2:9: error[E416]");
    let asks = "when: [{message: [hi]}]\ntopic: news\nsteps:\n  - say: Hi\n";
    let topics = |topics: &str| found_in(&format!("bot: Shop\ntopics: {topics}\n"), &[asks], &CheckContext::default());
    let listed = topics("[service, news]");
    assert!(listed.len() == 1 && listed[0].contains("write `topics: {service: {}, news: {}}`"), "{listed:#?}");
    assert_eq!(topics("{service: {}, news: {}}"), Vec::<String>::new());
}

#[test]
fn the_phone_number_of_a_webhook_is_a_value_of_its_body() {
    let hook = |contact: &str| {
        format!(
            "when:\n  - webhook: paid\n    contact: {contact}\n    body: {{tel: phone}}\nsteps:\n  - say: Thanks.\n    if_closed: skip\n"
        )
    };
    one(
        &[&hook("tel")],
        "a.yaml:4:14: warning[W320] this is the text `tel`, and nothing works it out; write `${body.tel}`",
    );
    clean(&[&hook("${body.tel}")]);
}

/// A day and an hour of the opening hours, and what comes of them.
fn booking(then: &str) -> String {
    format!(
        "{HI}steps:\n  - ask: When?\n    as: day\n    type: date\n    check: '!hours.desk.slots(day, minutes(30)).is_empty()'\n  \
         - ask: What time?\n    as: hour\n    options: ${{hours.desk.slots(day, minutes(30))}}\n{then}"
    )
}

fn in_fields(fields: &str, then: &str) -> Vec<String> {
    let bot = BOT.replace("fields: {city: text}", &format!("fields: {{{fields}}}"));
    found_in(&bot, &[&booking(then)], &CheckContext::default())
}

#[track_caller]
fn one_in_fields(fields: &str, then: &str, begins: &str, ends: &str) {
    let found = in_fields(fields, then);
    assert!(found.len() == 1 && found[0].starts_with(begins) && found[0].contains(ends), "{found:#?}");
}

#[test]
fn a_day_is_no_moment_in_a_field() {
    one_in_fields(
        "visit_at: datetime",
        "  - set: {contact.visit_at: \"${day}\"}\n",
        "a.yaml:11:32: warning[W330] `contact.visit_at` is a moment, and this is a day",
        "say the time, `${day.at(\\\"10:00\\\", \\\"bot\\\")}`, or write `visit_at: date` under `fields`",
    );
    one_in_fields(
        "visit_at: datetime",
        "  - set: {contact.visit_at: \"${hour}\"}\n",
        "a.yaml:11:32: error[E318] `contact.visit_at` takes a value of type `datetime`, and this is a time",
        "write it like `${day.at(hour, \"bot\")}`",
    );
    one_in_fields(
        "visit_at: date",
        "  - set: {contact.visit_at: '${day.at(hour, \"bot\")}'}\n",
        "a.yaml:11:32: warning[W330] `contact.visit_at` is a day, and this is a moment: its time is lost; write \
         `visit_at: datetime`",
        "",
    );
    for (fields, value) in [
        ("visit_at: datetime", "${day.at(hour, \"bot\")}"),
        ("visit_at: date", "${day}"),
        ("visit_at: date", "${now()}"),
        ("visit_at: date", "${msg.at}"),
        ("visit_at: datetime", "${now() + days(1)}"),
    ] {
        assert_eq!(in_fields(fields, &format!("  - set: {{contact.visit_at: '{value}'}}\n")), [""; 0], "{value}");
    }
}

#[test]
fn a_clock_is_the_bots_or_the_contacts() {
    let log = |code: &str| booking(&format!("  - log: '${{{code}}}'\n"));
    one(&[&log("day.at(hour, \"boot\")")], "a.yaml:11:17: error[E318] `boot` is nobody's clock");
    one(&[&log("day.at(\"10:00\", \"Europe/Paris\")")], "a.yaml:11:17: error[E318] `Europe/Paris` is nobody's clock");
    clean(&[&log("day.at(hour, \"bot\")")]);
    clean(&[&log("day.at(\"10:00\", \"contact\")")]);
}

#[test]
fn a_pattern_has_the_parts_of_its_value() {
    let log = |code: &str| booking(&format!("  - log: '${{{code}}}'\n"));
    let wrong = |code: &str, said: &str| {
        let found = found(&[&log(code)]);
        assert!(
            found.len() == 1 && found[0].contains("warning[W321]") && found[0].contains(said),
            "{code}: {found:#?}"
        );
    };
    wrong(
        "day.format(\"EEEE d MMMM, HH:mm\")",
        "a day has no time: some letters of `EEEE d MMMM, HH:mm` print as they",
    );
    wrong(
        "day.format(\"EEEE d MMMM, HH:mm\")",
        "write `.format(\"EEEE d MMMM\")`; for a moment write `.at(\"10:00\")`",
    );
    wrong("day.format(\"HH:mm\")", "for a moment write `.at(\"10:00\")` before it");
    wrong("hour.format(\"d MMMM, HH:mm\")", "a time of day has no date");
    wrong("day.format(\"Full\")", "write `.format(\"full\")`");
    wrong(
        "day.format(\"short\")",
        "write `.format(\"medium\")`, or the order of your customers: `.format(\"dd/MM/yyyy\")`",
    );
    for style in ["full", "long", "medium", "day"] {
        clean(&[&log(&format!("day.format(\"{style}\")"))]);
    }
    wrong("day.format(\"EEEE j MMMM\")", "write `.format(\"EEEE d MMMM\")`");
    wrong("day.format(\"g MMMM\")", "write `.format(\"d MMMM\")`");
    wrong("day.format(\"EEEE d mmmm\")", "write `.format(\"EEEE d MMMM\")`");
    wrong("day.at(hour, \"bot\").format(\"d MMMM a HH:mm\")", "write `.format(\"d MMMM ''a'' HH:mm\")`");
    clean(&[&log("day.at(hour, \"bot\").format(\"EEEE d MMMM, HH:mm\")")]);
    clean(&[&log("day.format(\"EEEE d MMMM\") + hour.format(\"HH:mm\")")]);
    clean(&[&log("now().format(\"h:mm a\")")]);
}

#[test]
fn a_length_of_time_fits_into_a_day() {
    let log = |code: &str| booking(&format!("  - log: ${{{code}}}\n"));
    for every in ["hours(30)", "days(30)"] {
        one(&[&log(&format!("hours.desk.slots(day, {every})"))], "a.yaml:11:23: error[E318] nothing that lasts");
    }
    one(&[&log("hours.desk.slots(day, hours(6))")], "a.yaml:11:23: error[E318] nothing that lasts `6h` is over before");
    one(
        &[&log("hours.desk.slots(day, seconds(30))")],
        "a.yaml:11:23: error[E318] one time each `30s` is more than a day can offer; did you mean `minutes(30)`?",
    );
    clean(&[&log("hours.desk.slots(day, hours(5))")]);
    clean(&[&log("hours.desk.slots(day, hours(8), minutes(30))")]);
    one(
        &[&log("day + minutes(335)")],
        "a.yaml:11:16: error[E318] a date has no hours: `5h35m` cannot be moved from it; for days write `+ days(335)`",
    );
    clean(&[&log("day + hours(48)")]);
    clean(&[&log("now() - minutes(335)")]);
    one(&[&log("day + day(335)")], "a.yaml:11:18: error[E311] there is no function `day`; write `days(335)`");
}

#[test]
fn limits_that_contradict_each_other_are_found() {
    let flow = |check: &str, then: &str| {
        format!(
            "{HI}steps:\n  - ask: Stars?\n    as: note\n    type: whole\n    check: '{check}'\n  - if: '{then}'\n    \
             then: [{{log: x}}]\n"
        )
    };
    one(
        &[&flow("note >= 5 && note <= 1", "note > 2")],
        "a.yaml:7:31: warning[W315] this is never true: no value fulfils `note >= 5` and also `note <= 1`; for 1 to 5 write \
         `note >= 1 && note <= 5`",
    );
    one(
        &[&flow("note >= 1 || note <= 5", "note > 2")],
        "a.yaml:7:31: warning[W315] this is always true: every value fulfils `note >= 1` or `note <= 5`; for both \
         write `&&`",
    );
    one(&[&flow("note > 0", "note != 1 || note != 2")], "a.yaml:8:28: warning[W315] this is always true");
    one(
        &[&flow("note > 0", "msg.text == \"a\" && msg.text == \"b\"")],
        "a.yaml:8:38: warning[W315] this is never true",
    );
    for check in ["note >= 1 && note <= 5", "note < 1 || note > 5", "note == 1 || note == 2", "note != 1 && note != 2"]
    {
        clean(&[&flow(check, "note > 2")]);
    }
}

#[test]
fn an_id_that_becomes_the_language_is_a_code() {
    let flow = |id: &str| {
        format!(
            "{HI}steps:\n  - ask: Which?\n    as: lang\n    options: [{{id: {id}, title: Italiano}}, {{id: en, title: English}}]\n  \
             - set: {{contact.language: \"${{lang}}\"}}\n  - if: contact.language == \"en\"\n    then: [{{log: x}}]\n"
        )
    };
    one(
        &[&flow("ita")],
        "a.yaml:7:32: error[E218] `ita` is no code of a language; write `it`, as the `id` of what is chosen",
    );
    clean(&[&flow("it")]);
    one(&[&flow("it").replace("== \"en\"", "== \"fra\"")], "a.yaml:8:29: warning[W315] this is never true");
}

#[test]
fn a_schedule_of_every_minute_has_one_finding() {
    let flow = |schedule: &str, cap: &str| {
        format!("when: [{{schedule: \"{schedule}\", to: everyone{cap}}}]\nsteps: [{{say: Hi, if_closed: skip}}]\n")
    };
    for cap in ["", ", at_most: 1/28d"] {
        one(
            &[&flow("* 10 * * TUE", cap)],
            "a.yaml:2:19: warning[W423] this comes every minute from 10:00 to 10:59; for the full hour alone write `0 10 * * TUE`",
        );
    }
    clean(&[&flow("0 10 * * TUE", "")]);
    clean(&[&flow("*/15 10 * * TUE", "")]);
    for schedule in ["monday, 10:00 and tuesday 11:00", "monday 10:00, tuesday 11:00"] {
        one(
            &[&flow(schedule, "")],
            "a.yaml:2:19: error[E241] all days of a schedule come at all its times, and here each day has its own; write \
             one trigger for each: `- schedule: monday 10:00`, `- schedule: tuesday 11:00`",
        );
    }
    clean(&[&flow("monday and tuesday 10:00, 11:00", "")]);
    one(&[&flow("31 february 10:00", "")], "a.yaml:2:19: error[E241] `31 february 10:00` never comes");
}

#[test]
fn a_draft_is_no_rival_of_a_live_flow() {
    let live = format!("{HI}steps: [{{say: Hi.}}]\n");
    let draft = format!("draft: true\n{live}");
    clean(&[&live, &draft]);
    clean(&[&draft, &live]);
    one(&[&live, &live], "b.yaml:2:19: error[E409]");
    one(&[&draft, &draft], "b.yaml:3:19: error[E409]");
}

#[test]
fn a_mistaken_audience_says_nothing_about_its_texts() {
    let flow = |to: &str| {
        format!(
            "when: [{{schedule: tuesday 10:00, {to}}}]\nsteps:\n  - say: Hi ${{contact.city}}\n    if_closed: skip\n"
        )
    };
    clean(&[&flow("to: {if: contact.city != ()}")]);
    one(&[&flow("to: {if: contact.cty != ()}")], "a.yaml:2:51: error[E408]");
    one(&[&flow("to: {if: contact.city = ()}")], "a.yaml:2:");
    one(&[&flow("to: {iff: contact.city != ()}")], "a.yaml:2:");
    one(&[&flow("too: {if: contact.city != ()}")], "a.yaml:2:");
}

#[test]
fn a_message_in_steps_that_are_repeated_by_mistake_has_no_finding_of_its_own() {
    let flow = "steps:\n  - say: One moment.\n  - http: POST https://shop.example/bookings\n    json: {a: 1}\n  \
                - http: POST https://shop.example/reminders\n    json: {a: 1}\n    on_error: {go: top}\n";
    one(&[&format!("{HI}{flow}")], "a.yaml:9:16: warning[W616]");
}

#[test]
fn a_block_at_the_margin_is_one_finding() {
    let flow = format!("{HI}steps:\n  - say: Hi.\n  - go: bye\nbye:\n  - say: Bye.\n");
    one(&[&flow], "a.yaml:6:1: error[E203] a flow has no key `bye`");
}

/// The findings of a flow with this text, and of its translation into Italian.
fn translated(text: &str, from: &str) -> Vec<String> {
    let files = [
        ("_bot.yaml", BOT.replace("bot: Shop", "bot: Shop\nlanguage: en\nlanguages: {it: []}")),
        ("a.yaml", format!("flow: a\n{HI}steps:\n  - say: '{text}'\n")),
        ("locales/it.yaml", format!("locale: it\na.say_1:\n  from: '{from}'\n  to: '{from} Ciao'\n")),
    ];
    let (set, mut findings) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
    findings.extend(lint(&set));
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_slip_in_a_text_says_nothing_about_its_translations() {
    for (text, code) in [
        ("Hi ${contact.nam ?? \"you\"}", "E408"),
        ("Hi ${contact.name ?? \"you\"", "E301"),
        ("Hi ${contact.name ? \"you\"}", "E30"),
    ] {
        let found = translated(text, "Hi ${contact.name ?? \"you\"}");
        assert!(found.len() == 1 && found[0].contains(code), "{text}: {found:#?}");
    }
    let found = translated("Hello", "Hi");
    assert!(found.iter().any(|finding| finding.contains("W901")), "{found:#?}");
}

#[test]
fn a_missing_value_of_a_template_has_one_cure_in_several_languages() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps:\n  - template: visit\n    vars: ['${contact.city}']\n";
    let with = |files: &[(&str, &str)]| {
        let own = [
            ("_bot.yaml", BOT.replace("bot: Shop", "bot: Shop\nlanguage: en\nlanguages: {it: []}")),
            ("a.yaml", flow.to_owned()),
        ];
        let more = files.iter().map(|(path, text)| (*path, (*text).to_owned()));
        let files: Vec<_> = own.into_iter().chain(more).map(|(path, text)| SourceFile::new(path, text)).collect();
        let (set, mut findings) = parse_set(&files);
        findings.extend(lint(&set));
        let found = findings.iter().find(|finding| finding.code == "E805").map(ToString::to_string);
        found.unwrap_or_default()
    };
    // With and without a file of the other language: W905 refuses words in the place of the value.
    for said in [with(&[]), with(&[("locales/it.yaml", "locale: it\n")])] {
        assert!(said.contains("behind an `if: missing(…)`"), "{said}");
    }
}

#[test]
fn a_function_of_a_script_is_named_as_it_is_written() {
    let found = |script: &str, say: &str| {
        let flow = format!("flow: a\n{HI}steps:\n  - ask: What?\n    as: acte\n  - say: {say}\n");
        let files = [("_bot.yaml", BOT), ("scripts/prix.rhai", script), ("a.yaml", flow.as_str())];
        let (set, mut findings) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        findings.extend(lint(&set));
        findings.iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    let said = |script: &str, say: &str, code: &str, help: &str| {
        let found = found(script, say);
        assert!(found.len() == 1 && found[0].contains(code) && found[0].contains(help), "{found:#?}");
    };
    let right = "fn of(acte) { if acte == \"a\" { 3 } else { 5 } }";
    said(right, "${prix.of(acte)}", "E303", "a function of `scripts/prix.rhai` is written `prix::of(…)`");
    said(right, "${prix::of()}", "E312", "`prix::of` takes 1 value, and gets 0");
    said(&right.replace("if acte", "if act"), "${prix::of(acte)}", "E303", "did you mean `acte`?");
    said("fn of(acte) { var n = 3; n }", "${prix::of(acte)}", "E308", "write `let`");
    assert_eq!(found(right, "${prix::of(acte)}"), [""; 0]);
}

#[test]
fn a_year_has_four_digits() {
    let flow = |year: &str| format!("{HI}steps:\n  - if: today().year == {year}\n    then: [{{say: Hi.}}]\n");
    one(&[&flow("26")], "a.yaml:4:22: warning[W315] this is never true: `year` is 1000 to 9999");
    clean(&[&flow("2026")]);
}

#[test]
fn an_option_with_steps_of_its_own_is_no_value_behind_the_question() {
    let bot = "bot: b\nfields: {n: whole, plan: [free, plus]}\n";
    let flow = format!(
        "{HI}steps:\n  - ask: How many?\n    as: n\n    options: [\"1\", \"2\", {{More: {{end}}}}]\n  - set: {{contact.n: \"${{n}}\"}}\n"
    );
    assert_eq!(found_in(bot, &[&flow], &CheckContext::default()), Vec::<String>::new());
    let flow = flow.replace("{More: {end}}", "More");
    let found = found_in(bot, &[&flow], &CheckContext::default());
    assert!(found.len() == 1 && found[0].contains("this can be \"More\""), "{found:#?}");
}

#[test]
fn a_check_rules_out_only_what_no_other_step_fills() {
    let asked = "steps:\n  - {ask: How many?, type: whole, as: n, check: n <= 5}\n";
    one(&[&format!("{HI}{asked}  - {{if: n > 9, then: [{{say: x}}]}}\n")], "a.yaml:5:12: warning[W315]");
    clean(&[&format!("{HI}{asked}  - {{if: n > 4, then: [{{say: x}}]}}\n")]);
    clean(&[&format!("{HI}{asked}  - set: {{n: \"${{n + 7}}\"}}\n  - {{if: n > 9, then: [{{say: x}}]}}\n")]);
    clean(&[&format!("{HI}vars: {{n: 20}}\n{asked}  - {{if: n > 9, then: [{{say: x}}]}}\n")]);
    let either = asked.replace("n <= 5", "n <= 5 || n == 20");
    clean(&[&format!("{HI}{either}  - {{if: n > 9, then: [{{say: x}}]}}\n")]);
}

#[test]
fn a_flow_in_a_file_of_another_name_gives_one_finding() {
    let files = [
        SourceFile::new("_bot.yaml", BOT),
        SourceFile::new("lend.yaml", format!("flow: lend_book\n{HI}steps:\n  - say: Here you are.\n")),
        SourceFile::new("menu.yaml", "flow: menu\nwhen: [{message: [menu]}]\nsteps:\n  - go: lend\n"),
    ];
    let (set, mut findings) = parse_set(&files);
    findings.extend(lint_around(&set, &CheckContext::default()));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["E214"], "{findings:#?}");
}

#[test]
fn the_cure_fits_the_slip() {
    let one_says = |steps: &str, code: &str, said: &str| {
        let found = found(&[&booking(steps)]);
        assert!(found.iter().any(|one| one.contains(code) && one.contains(said)), "{steps}: {found:#?}");
    };
    let many = "  - ask: How many?\n    options: [5, 10, 20]\n    as: many\n";
    one_says(&format!("{many}  - say: That is ${{many + 1}}\n"), "W332", "write `.to_number()` behind the text");
    one_says("  - set: {price: 12,50}\n", "E201", "write `price: 12.50`");
    one_says("  - say: ${money(1250, EUR)}\n", "E303", "write `\"EUR\"`, in double quotes");
    one_says("  - say: ${(12.5).format(\"0.0\")}\n", "E318", "write `.format(2)`");
    one_says("  - diga: Hola\n", "E221", "write `- say: …`");
    // A phone number adds nothing.
    let phone = found(&[&booking("  - set: {mobile: +351912000111}\n  - log: ${mobile}\n")]);
    assert!(phone.iter().all(|one| !one.contains("W320")), "{phone:#?}");
    for (written, meant) in [("1/1y", "1/365d"), ("1/month", "1/30d"), ("once a year", "1/365d")] {
        let flow = format!("when: [{{message: hi, at_most: {written}}}]\nsteps: [{{say: Hi}}]\n");
        let found = found(&[&flow]);
        assert!(found.len() == 1 && found[0].contains(&format!("write `{meant}`")), "{written}: {found:#?}");
    }
}
