//! Tests findings between several files of a bot: one mistake gives one finding, in one of the files.

use super::look;

/// All findings for these files, as `code path:line:column`.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let at = |finding: transom::base::diagnostic::Diagnostic| format!("{} {}", finding.code, finding.place);
    look(&files).into_iter().map(at).collect()
}

const TWO_TONGUES: &str = "bot: shop\nlanguage: en\nlanguages: {es: []}\n";

const NAME: &str = "locale: es\na.ask_1:\n  from: Your name?\n  to: ¿Su nombre?\na.say_1:\n  from: Hello ${name}\n  to: Hola ${name}\n";

#[test]
fn a_flow_that_cannot_be_read_spoils_no_translation() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - ask: Your name?\n   as: name\n  - say: Hello ${name}\n";
    let all = said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", NAME)]);
    assert!(all.len() == 1 && all[0].starts_with("E100 flows/a.yaml"), "{all:?}");
}

#[test]
fn a_step_that_cannot_be_read_spoils_no_translation() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - ak: Your name?\n    as: name\n  - say: Hello ${name}\n";
    let all = said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", NAME)]);
    // Nothing fills the name now: that is of the flow, too.
    assert!(all.iter().all(|said| said.contains("flows/a.yaml")), "{all:?}");
}

#[test]
fn what_is_left_of_a_translation_is_not_renamed_to_one_that_is_there() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Good day\n";
    let locale = "locale: es\na.say_1:\n  from: Good day\n  to: Buenos días\na.say_2:\n  from: Bye\n  to: Adiós\n";
    let files = [("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let all = look(&files);
    assert_eq!(all.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["W902"]);
    assert!(all[0].fix.is_none(), "{:?}", all[0].fix);
}

#[test]
fn a_translation_reads_the_same_parts_of_the_contact() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Hello ${contact.first_name ?? \"you\"}\n";
    let locale = "locale: es\na.say_1:\n  from: Hello ${contact.first_name ?? \"you\"}\n  to: Hola ${contact.nombre ?? \"tú\"}\n";
    let all = said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale)]);
    assert_eq!(all, ["W903 locales/es.yaml:4:7"]);
}

#[test]
fn a_colon_in_a_translation_is_said_where_it_stands() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - ask: \"Colour: which?\"\n    as: c\n    options: [Red one, Blue]\n  - say: ${title(c)}\n";
    let all = |options: &str, to: &str| {
        let locale = format!(
            "locale: es\na.ask_1:\n  from: \"Colour: which?\"\n  to:{to}\n  options:\n    Red one:{options}\n    Blue: Azul\n"
        );
        said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", &locale)])
    };
    let to = " \"¿De qué color?\"";
    assert!(all(" Rojo", to).is_empty());
    assert_eq!(all(" Rojo: claro", to), ["E108 locales/es.yaml:6:18"]);
    assert_eq!(all("\n      Rojo: claro", to), ["E108 locales/es.yaml:7:7"]);
    assert_eq!(all(" Rojo", " Color: ¿cuál?"), ["E108 locales/es.yaml:4:12"]);
    assert_eq!(all(" Rojo", "\n    Color: ¿cuál?"), ["E108 locales/es.yaml:5:5"]);
}

/// The advice of the only finding for these files.
fn advice(files: &[(&str, &str)]) -> String {
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let all = look(&files);
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].help.clone().unwrap_or_default()
}

#[test]
fn a_word_that_may_refuse_consent_is_not_advised_as_given() {
    let bot = "bot: shop\nlanguage: fr\ntopics: {marketing: {needs: consent}}\n";
    let flow = "flow: a\nwhen: [message: rappels]\nsteps:\n  - consent: {marketing: non}\n  - say: Merci.\n";
    let help = advice(&[("flows/_bot.yaml", bot), ("flows/a.yaml", flow)]);
    assert_eq!(help, "write `{marketing: given}` or `{marketing: withdrawn}`");
}

#[test]
fn a_translation_says_what_stands_in_the_place_of_a_missing_value() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: 'Hello ${contact.first_name ?? \"my good friend\"}!'\n";
    let locale = "locale: es\na.say_1:\n  from: 'Hello ${contact.first_name ?? \"my good friend\"}!'\n  to: '¡Hola, ${contact.first_name ?? \"mi buen amigo\"}!'\n";
    assert!(said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale)]).is_empty());
}

#[test]
fn a_sentence_in_a_value_of_a_template_reaches_no_translation() {
    let flow = "flow: a\nwhen: [event: paid]\nsteps:\n  - template: offer\n    vars: ['${contact.first_name ?? \"dear customer\"}']\n";
    let bot = format!("{TWO_TONGUES}quiet_hours: {{from: \"21:00\", to: \"08:00\"}}\n");
    let files = [("flows/_bot.yaml", bot.as_str()), ("flows/a.yaml", flow), ("locales/es.yaml", "locale: es\n")];
    assert_eq!(said(&files), ["W905 flows/a.yaml:5:37"]);
    let spoken = flow.replace("    vars", "    language: en\n    vars");
    let files = [("flows/_bot.yaml", bot.as_str()), ("flows/a.yaml", &spoken), ("locales/es.yaml", "locale: es\n")];
    assert!(said(&files).is_empty(), "it goes out in one language");
}

#[test]
fn marks_of_other_products_are_said_of_translations_too() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Good day\n";
    let locale = "locale: es\na.say_1:\n  from: Good day\n  to: \"**Buenos días**<br>\"\n";
    assert_eq!(
        said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale)]),
        ["W710 locales/es.yaml:4:8"]
    );
}

#[test]
fn the_colon_of_a_source_is_told_from_that_of_its_translation() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - ask: Which?\n    as: c\n    options: [\"Red: dark\", Blue]\n  - log: ${c}\n";
    let locale =
        "locale: es\na.ask_1:\n  from: Which?\n  to: ¿Cuál?\n  options:\n    Red: dark: Rojo\n    Blue: Azul\n";
    let files = [("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale)];
    let help = advice(&files);
    assert!(help.contains("where the source is `Red: dark` write `\"Red: dark\": Rojo`"), "{help}");
}

#[test]
fn a_block_of_another_flow_is_no_place_to_go_to() {
    let a = "flow: a\nwhen: [message: hi]\nsteps:\n  - go: b.part\n";
    let b = "flow: b\nwhen: [message: bye]\nsteps:\n  - go: part\nblocks:\n  part: [say: Hi]\n";
    let help = advice(&[("flows/a.yaml", a), ("flows/b.yaml", b)]);
    assert_eq!(help, "a block of another flow cannot be reached: write `b`, or make `part` a flow of its own");
}

#[test]
fn words_of_other_products_lead_to_ours() {
    let step = |step: &str| advice(&[("flows/a.yaml", &format!("flow: a\nwhen: [message: hi]\nsteps:\n  - {step}\n"))]);
    for (written, wanted) in [
        ("add_tag: vip", "write `- tag: …`"),
        ("for: item in contact.cart\n    do: [say: Hi]", "write `- repeat: {for: item, in: contact.cart}`"),
        ("while: contact.points < 3\n    do: [say: Hi]", "write `- repeat: {while: contact.points < 3}`"),
        ("run: say hi", "write `- call: …`"),
        ("wait_for_reply: true", "write `- wait: reply`"),
        ("end_conversation: true", "write `- end`"),
        ("choose:\n      - conditions: contact.vip", "write `- if: …` with `then:`"),
        ("go: start", "write `go: top`"),
        ("go: previous", "no step knows the one before"),
        ("set: contact.city = Madrid", "`{contact.city: Madrid}`"),
        ("if: ${{ contact.vip }}\n    then: [say: Hi]", "write `contact.vip`"),
        ("http: ${env.SHOP_URL}/x\n    method: POST", "write both in one line: `http: POST ${env.SHOP_URL}/x`"),
        ("say: Hi\n    quick_replies: [Yes, No]", "write `buttons:`"),
        ("say: Hi\n    attachment: files/menu.pdf", "write `media:`"),
        ("say: \"{{ states('sensor.x') }}\"", "for a value write"),
        ("say: \"{% if vip %}Hi{% endif %}\"", "in the branches of an `if`"),
    ] {
        let help = step(written);
        assert!(help.contains(wanted), "{written}: {help}");
    }
}

#[test]
fn a_key_of_a_step_is_no_misspelt_step() {
    let a = "flow: a\nwhen: [message: hi]\nsteps:\n  - uses: b\n    with: {x: 1}\n";
    let b = "flow: b\ninputs: {x: whole}\nsteps:\n  - log: ${x}\n";
    assert_eq!(advice(&[("flows/a.yaml", a), ("flows/b.yaml", b)]), "write `- call: …`");
}

#[test]
fn triggers_of_other_products_lead_to_ours() {
    let trigger =
        |written: &str| advice(&[("flows/a.yaml", &format!("flow: a\nwhen:\n  - {written}\nsteps:\n  - say: Hi\n"))]);
    for (written, wanted) in [
        ("keyword: [menu, start]", "`- message: [menu, start]`"),
        ("intent: greet", "`- message: [menu, start]`"),
        ("fallback: true", "`- any_message: true`"),
        ("welcome: true", "`- first_message: true`"),
        ("message: \"*\"", "`- any_message: true`"),
        ("message: any", "`- any_message: true`"),
        ("message: menu\n    contains: true", "write `match: contains`"),
        ("message: order {number}", "`match: regex`"),
    ] {
        let help = trigger(written);
        assert!(help.contains(wanted), "{written}: {help}");
    }
}

#[test]
fn a_jump_of_another_product_spoils_no_block() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Hi\n    next: bye\nblocks:\n  bye: [say: Bye]\n";
    assert_eq!(advice(&[("flows/a.yaml", flow)]), "write a step of its own behind this one: `- go: bye`");
}

#[test]
fn a_case_for_the_rest_is_an_else() {
    let flow = |value: &str| {
        format!(
            "flow: a\nwhen: [message: hi]\nsteps:\n  - switch: {value}\n    cases:\n      free: [say: Hi]\n      default: [say: Bye]\n    else: []\n"
        )
    };
    assert!(advice(&[("flows/a.yaml", &flow("contact.plan"))]).contains("under `else:`"));
    let open = flow("contact.city").replace("    else: []\n", "");
    assert!(advice(&[("flows/a.yaml", &open)]).contains("`default` is a value like others"));
}

#[test]
fn what_is_written_within_quotes_is_advised_with_its_escapes() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: \"Today is ${today().format('DD/MM')}\"\n";
    assert_eq!(advice(&[("flows/a.yaml", flow)]), "write `\\\"DD/MM\\\"`");
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: '${today().format(\"dddd at HH:mm\")}'\n";
    assert_eq!(advice(&[("flows/a.yaml", flow)]), "write `.format(\"EEEE ''at'' HH:mm\")`");
}

#[test]
fn a_field_that_cannot_be_a_name_is_said_once() {
    let bot = "bot: shop\nlanguage: en\nfields: {full-name: text}\n";
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - if: contact.full-name == \"Ana\"\n    then: [say: Hello]\n  - say: Dear ${contact.full-name ?? \"you\"}\n";
    assert_eq!(said(&[("flows/_bot.yaml", bot), ("flows/a.yaml", flow)]), ["E307 flows/_bot.yaml:3:10"]);
}

#[test]
fn a_script_with_a_mistake_is_there_all_the_same() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: ${shop::price(2)}\n";
    let all = said(&[("flows/a.yaml", flow), ("scripts/shop.rhai", "fn price(n) {\n  n *\n}\n")]);
    assert!(all.len() == 1 && all[0].starts_with("E308 scripts/shop.rhai"), "{all:?}");
}

#[test]
fn a_misspelt_input_is_not_missing_too() {
    let files = [
        (
            "flows/a.yaml",
            "flow: a\nwhen: [message: hi]\nsteps:\n  - call: b\n    with: {nam: Ana}\n    as: r\n  - log: ${r.ok}\n",
        ),
        (
            "flows/b.yaml",
            "flow: b\ninputs: {name: text}\nreturns: {ok: yesno}\nsteps:\n  - log: ${name}\n  - end:\n    return: {okay: true}\n",
        ),
    ];
    assert_eq!(said(&files), ["E416 flows/a.yaml:5:12", "E417 flows/b.yaml:7:14"]);
}

#[test]
fn calls_in_a_circle_are_said_once() {
    let files = [
        ("flows/a.yaml", "flow: a\nwhen: [message: hi]\nsteps:\n  - call: b\n"),
        ("flows/b.yaml", "flow: b\nsteps:\n  - call: a\n"),
    ];
    assert_eq!(said(&files), ["E604 flows/a.yaml:4:5"]);
}

#[test]
fn a_value_that_can_be_missing_in_a_template_is_said_once() {
    let flow = "flow: a\nwhen:\n  - message: hi\n  - webhook: w\n    contact: ${body.phone}\n    body: {phone: phone, exam: text}\nsteps:\n  \
        - template: exam_ready\n    vars: [\"${exam}\"]\n";
    let config = "templates:\n  - {id: 60, sender: 1, name: exam_ready, language: en, category: utility, body: \"Ready: {{1}}\"}\n";
    assert_eq!(said(&[("flows/a.yaml", flow), ("config.yaml", config)]), ["E805 flows/a.yaml:9:12"]);
}

#[test]
fn two_flows_for_whatever_comes_are_told_of() {
    let flow = |name: &str, when: &str| format!("flow: {name}\nwhen: [{when}]\nsteps:\n  - say: Hello\n");
    let (a, b) = (flow("a", "any_message: true"), flow("b", "any_message: true"));
    assert_eq!(said(&[("flows/a.yaml", &a), ("flows/b.yaml", &b)]), ["W420 flows/b.yaml:2:8"]);
    let b = flow("b", "first_message: true");
    assert!(said(&[("flows/a.yaml", &a), ("flows/b.yaml", &b)]).is_empty());
}

#[test]
fn tests_expect_words_that_there_are() {
    let flow =
        "flow: a\nwhen: [message: hi]\nsteps:\n  - ask: Which size?\n    as: size\n    options: [small, large]\n";
    let test = "tests: a\ncases:\n  - name: one\n    steps:\n      - user: hi\n      - bot: nothin\n      - expect: {refused: no_consnet}\n";
    assert_eq!(said(&[("flows/a.yaml", flow), ("flows/a.test.yaml", test)]), ["E207 flows/a.test.yaml:7:27"]);
    let test = test.replace("no_consnet", "no_consent");
    assert_eq!(said(&[("flows/a.yaml", flow), ("flows/a.test.yaml", &test)]), ["W962 flows/a.test.yaml:6:14"]);
}

#[test]
fn what_follows_from_a_mistake_in_the_bot_is_not_said_of_its_flows() {
    const QUIET: &str = "quiet_hours: {from: \"21:00\", to: \"08:00\"}\n";
    const OFFER: &str = "topic: marketing\nwhen: [{schedule: \"0 11 1 * *\", to: everyone}]\nsteps:\n  - template: offer\n    vars: [you]\n";
    const DATE: &str =
        "when: [{date: contact.visit, at: \"10:00\"}]\nsteps:\n  - say: Today!\n    if_closed: {template: come_back}\n";
    const HELLO: &str = "when: [message: hi]\nsteps:\n  - say: Hello\n";
    const HANDOFF: &str = "when: [message: person]\nsteps:\n  - handoff: desk\n";
    let cases = [
        ("language: english\n", OFFER, "E218 flows/_bot.yaml:2:11"),
        ("fields: [visit]\n", DATE, "E201 flows/_bot.yaml:2:9"),
        ("fields: {visit: datetme}\n", DATE, "E213 flows/_bot.yaml:2:17"),
        ("fields: {visit: sometime}\n", DATE, "E213 flows/_bot.yaml:2:17"),
        ("teams: [desk]\n", HANDOFF, "E201 flows/_bot.yaml:2:8"),
        ("topics: {marketing: {needs: opt_in}}\n", OFFER, "E207 flows/_bot.yaml:2:29"),
        ("topics: {marketing: {consent: true}}\n", OFFER, "E203 flows/_bot.yaml:2:22"),
        ("opt_out: [no more]\n", HELLO, "E201 flows/_bot.yaml:2:10"),
        ("sandbox: {env: {SHOP: x}}\n", HELLO, "E410 flows/_bot.yaml:2:17"),
        (
            "hours: {shop: {open: {mon-fri: [\"09:00-17:00\"], fri: [\"09:00-14:00\"]}}}\n",
            HELLO,
            "E210 flows/_bot.yaml:2:55",
        ),
    ];
    for (bot, flow, wanted) in cases {
        let bot = format!("bot: shop\n{bot}{QUIET}");
        let flow = format!("flow: a\n{flow}");
        assert_eq!(said(&[("flows/_bot.yaml", &bot), ("flows/a.yaml", &flow)]), [wanted], "{bot}");
    }
    for (quiet, wanted) in [
        ("{from: 9pm, to: \"08:00\"}", "E210 flows/_bot.yaml:2:21"),
        ("{from: \"21:00\"}", "E202 flows/_bot.yaml:2:14"),
        ("{from: \"08:00\", to: \"08:00\"}", "E210 flows/_bot.yaml:2:14"),
    ] {
        let bot = format!("bot: shop\nquiet_hours: {quiet}\n");
        let flow = format!("flow: a\n{OFFER}");
        assert_eq!(said(&[("flows/_bot.yaml", &bot), ("flows/a.yaml", &flow)]), [wanted], "{bot}");
    }
}

#[test]
fn the_columns_of_tables_are_known_and_their_cells_are_texts() {
    let table = "---\nvalid_until: 2027-12-31\n---\njob,price\nBrakes,30\n";
    let all = |text: &str| {
        let flow = format!(
            "flow: a\nwhen: [message: hi]\nsteps:\n  - look_up: brakes\n    as: found\n    unsure: [end]\n  - say: {text}\n"
        );
        said(&[("flows/a.yaml", flow.as_str()), ("knowledge/prices.csv", table)])
    };
    assert!(all("${found.row.job} costs ${found.row.price} €.").is_empty());
    assert_eq!(all("It is ${found.row.prise}."), ["E412 flows/a.yaml:7:28"]);
    assert_eq!(all("It is ${money(found.row.price, \"EUR\")}."), ["E318 flows/a.yaml:7:18"]);
    assert!(all("It is ${money(found.row.price.to_number() * 100, \"EUR\")}.").is_empty());
}

#[test]
fn an_answer_that_a_text_prints_is_shown_in_the_words_of_the_contact() {
    let all = |printed: &str| {
        let flow = format!(
            "flow: a\nwhen: [message: hi]\nsteps:\n  - ask: Which?\n    as: c\n    options: [Red, Blue]\n  - say: {printed}\n"
        );
        let locale = "locale: es\na.ask_1:\n  from: Which?\n  to: ¿Cuál?\n  options: {Red: Rojo, Blue: Azul}\n";
        said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow.as_str()), ("locales/es.yaml", locale)])
    };
    assert_eq!(all("${c}"), ["W906 flows/a.yaml:7:12"]);
    assert!(all("${title(c)}").is_empty());
}

#[test]
fn words_by_number_are_chosen_by_an_expression() {
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - set: {n: 2}\n  - say: ${n} dogs\n";
    let all = |count: &str| {
        let locale = format!(
            "locale: es\na.say_1:\n  from: ${{n}} dogs\n  to: {{count: {count}, one: un perro, other: \"${{n}} perros\"}}\n"
        );
        said(&[("flows/_bot.yaml", TWO_TONGUES), ("flows/a.yaml", flow), ("locales/es.yaml", locale.as_str())])
    };
    assert_eq!(all("n"), ["W320 locales/es.yaml:4:15"]);
    assert!(all("\"${n}\"").is_empty());
}

#[test]
fn keys_in_another_language_lead_to_ours() {
    let bot = "bot: T\nidioma: es\nzona_horaria: Europe/Madrid\n";
    let test = "pruebas: a\ncasos:\n  - name: x\n    steps:\n      - usuario: hi\n      - bot: Hi\n";
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Hi\n";
    let files = [("flows/_bot.yaml", bot), ("flows/a.yaml", flow), ("flows/a.test.yaml", test)];
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let helps: Vec<String> = look(&files).into_iter().filter_map(|finding| finding.help).collect();
    for ours in ["write `language:`", "write `timezone:`", "write `tests:`", "write `cases:`"] {
        assert!(helps.iter().any(|help| help == ours), "{ours}: {helps:?}");
    }
}

#[test]
fn a_value_of_a_template_has_two_braces() {
    let bot = |text: &str| {
        format!(
            "bot: T\nlanguage: en\ntemplates:\n  visit: {{category: utility, text: \"{text}\", examples: {{name: Ana}}}}\n"
        )
    };
    let flow = "flow: a\nwhen: [message: hi]\nsteps:\n  - template: visit\n    vars: {name: Ana}\n";
    let all = |text: &str| said(&[("flows/_bot.yaml", bot(text).as_str()), ("flows/a.yaml", flow)]);
    assert!(all("Hello {name}, see you.").iter().any(|finding| finding.starts_with("W831 flows/_bot.yaml:4:")));
    assert!(all("Hello {{name}}, see you.").is_empty());
}
