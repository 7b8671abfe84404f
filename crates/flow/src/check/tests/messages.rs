//! Tests the limits of a channel: lengths, options, templates.

use super::*;

#[test]
fn limits_of_the_channel_are_counted_in_characters() {
    let buttons =
        |titles: &str| format!("steps:\n  - say: Hi\n    buttons: [{titles}]\n  - wait: reply\n    timeout: 2h\n");
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
        reference: None,
        parts: Default::default(),
    }
}

#[test]
fn templates_are_checked_against_the_lists() {
    let list = vec![template("hello", Category::Utility, "Hi {{name}}"), template("offer", Category::Marketing, "Hi")];
    let around = CheckContext { templates: Some(vec![list]), ..CheckContext::default() };
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

/// The findings about a `template` step with these keys, without the place.
fn of_template(versions: &[Template], keys: &str) -> Vec<String> {
    let around = CheckContext { templates: Some(vec![versions.to_vec()]), ..CheckContext::default() };
    // The other flow reacts to the buttons.
    let flows = [&format!("steps:\n  - template: news\n{keys}"), "when: [{any_message: true}]\nsteps: []\n"];
    let found = found_in(BOT, &flows, &around);
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
    assert!(said(image(), "    header: Hi\n").contains("this is no file; write `header:`"));
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
    assert!(said(text("Hi {{1}}"), "    header: https://a.example\n").contains("this is a file"));
    let place = "    header: {latitude: 40.4, longitude: -3.7}\n";
    assert!(said(Some(TemplateHeader::Location), "").contains("has a place above its text, and gets none"));
    assert_eq!(said(Some(TemplateHeader::Location), place), "");
    assert!(said(text("Hi {{1}}"), place).contains("has no place above its text"));
    assert!(said(text("Hi {{1}}"), "    header: ${contact.city}\n").starts_with("4:13: error[E805]"));
}

#[test]
fn the_files_of_cards_and_the_end_of_an_offer_are_compared_with_the_template() {
    let shape = || CardShape { header: Some(TemplateHeader::Image), body: "Hi".into(), buttons: Vec::new() };
    let parts = Parts { cards: vec![shape(), shape()], offer: Some(Offer::Ends), ..Parts::default() };
    let list = [Template { parts, ..template("news", Category::Utility, "Hi") }];
    let said = |second: &str, ends: &str| {
        let cards = format!("[{{header: https://a.example/1.png}}, {{header: {second}}}]");
        of_template(&list, &format!("    cards: {cards}\n    offer_ends: {ends}\n")).join("\n")
    };
    let day = "2026-12-01T09:00:00Z";
    for right in ["https://a.example/2.jpg", "https://a.example/2"] {
        assert_eq!(said(right, day), "", "{right}");
    }
    let wrong = said("https://a.example/2.mp4", day);
    assert!(wrong.contains("has an image on its card 2, and this is a video"), "{wrong}");
    let wrong = said("https://a.example/2.jpg", "tomorrow");
    assert!(wrong.contains("takes the moment at which its offer ends, and this is none"), "{wrong}");
}

#[test]
fn an_error_that_was_taken_has_all_its_parts() {
    let one = [template("news", Category::Utility, "Hi {{1}}")];
    for part in ["code", "text", "step"] {
        let values = |at: &str| format!("    vars: [\"${{contact.name ?? \\\"you\\\"}}\"]\n{at}");
        let taken = format!("    on_error: [{{template: news, vars: [\"${{error.{part}}}\"]}}]\n");
        let said = of_template(&one, &values(&taken)).join("\n");
        assert!(!said.contains("E805"), "{part}: {said}");
    }
    let never = of_template(&one, "    vars: [\"${error.code}\"]\n").join("\n");
    assert!(never.contains("E805"), "nothing failed there: {never}");
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
    let around = CheckContext { templates: Some(vec![list]), ..CheckContext::default() };
    assert_eq!(found_in(BOT, &[asked], &around), Vec::<String>::new(), "who cannot tap types");
    let of_four = vec![quick("A"), quick("B"), quick("C")];
    let list = vec![Template { buttons: of_four, ..template("news", Category::Utility, "Hi") }];
    let around = CheckContext { templates: Some(vec![list]), ..CheckContext::default() };
    let said = found_in(BOT, &[asked], &around);
    assert!(said.len() == 1 && said[0].contains("[W823] `news` has 3 buttons for 4 options"), "{said:#?}");
    // A template without a button, for a question that two buttons answer.
    let asked = "steps:\n  - ask: Shall we book?\n    options: [Book now, Not now]\n    if_closed: {template: news}\n  - say: Good\n";
    let of = |text: &str| {
        let list = vec![template("news", Category::Utility, text)];
        found_in(BOT, &[asked], &CheckContext { templates: Some(vec![list]), ..CheckContext::default() })
    };
    let said = of("Shall we book?");
    assert!(said.len() == 1 && said[0].contains("[W823] `news` has no button for 2 options"), "{said:#?}");
    assert_eq!(of("Shall we? Write *book now* or *not now*."), Vec::<String>::new());
}

#[test]
fn the_buttons_of_every_language_stand_for_its_options() {
    let quick = |title: &&str| TemplateButtonKind::QuickReply { title: (*title).into() };
    let version = |language: &str, titles: &[&str]| Template {
        language: language.into(),
        buttons: titles.iter().map(quick).collect(),
        ..template("news", Category::Utility, "Hi")
    };
    let said = |spanish: &[&str]| {
        let list = vec![version("en", &["Today", "Tomorrow"]), version("es", spanish)];
        let around = CheckContext { templates: Some(vec![list]), ..CheckContext::default() };
        let asked = "flow: a\nsteps:\n  - ask: When?\n    options: [Today, Tomorrow]\n    if_closed: {template: news}\n  - say: Good\n";
        let spanish = "locale: es\na.ask_1: {from: When?, to: ¿Cuándo?, options: {Today: Hoy, Tomorrow: Mañana}}\na.say_1: {from: Good, to: Bien}\n";
        let files = [("_bot.yaml", BOT), ("a.yaml", asked), ("locales/es.yaml", spanish)];
        let (set, mut findings) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        findings.extend(lint_around(&set, &around));
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(&["Hoy", "Mañana"]), "");
    let swapped = said(&["Mañana", "Hoy"]);
    assert!(swapped.contains("[E821] button 1 of `news` in `es` is `Mañana`, and option 1 is `Hoy`"), "{swapped}");
    let more = said(&["Hoy", "Mañana", "Más tarde"]);
    assert!(
        more.contains("[W823] `news` in `es` has 3 buttons for 2 options")
            && more.contains("a tap on `Más tarde` is no answer"),
        "{more}"
    );
    // An opt-out word is heard below all flows.
    assert_eq!(said(&["Hoy", "Mañana", "STOP"]), "");
    // Two options with one title are the mistake, and not the order.
    let twice = "steps:\n  - ask: Which?\n    options: [A, A, B]\n    if_closed: {template: news}\n  - say: Good\n";
    let list = vec![version("en", &["A", "B", "C"])];
    let around = CheckContext { templates: Some(vec![list]), ..CheckContext::default() };
    let found = found_in(BOT, &[twice], &around);
    assert!(found.len() == 1 && found[0].contains("[E705]"), "{found:#?}");
    let fewer = said(&["Hoy"]);
    assert!(fewer.contains("[W823] `news` in `es` has 1 button for 2 options"), "{fewer}");
}

#[test]
fn a_quick_reply_of_a_template_is_heard_or_told_of_once() {
    let quick = |title: &str| TemplateButtonKind::QuickReply { title: title.into() };
    let link = TemplateButtonKind::Url { title: "Open".into(), url: "https://a.example".into() };
    let buttons = vec![quick("Come in"), link, quick("Not now")];
    let news = Template { buttons, ..template("news", Category::Utility, "Hi") };
    let around = CheckContext { templates: Some(vec![vec![news.clone()], vec![news]]), ..CheckContext::default() };
    let said = |flows: &[&str]| found_in(BOT, flows, &around).join("\n");
    let sends = "when: [{api: true}]\nsteps:\n  - template: news\n";
    let alone = said(&[sends]);
    assert!(
        alone.starts_with("a.yaml:4:15: warning[W609] nothing waits for a tap on `Come in` or `Not now` of `news`"),
        "{alone}"
    );
    assert_eq!(alone.lines().count(), 1, "{alone}");
    let hears = |trigger: &str| format!("when: [{{{trigger}}}]\nsteps: [{{say: Good}}]\n");
    assert!(said(&[sends, &hears("button: Come in")]).contains("a tap on `Not now` of `news`"));
    assert_eq!(said(&[sends, &hears("button: Come in"), &hears("message: [not now]")]), "");
    assert_eq!(said(&[sends, &hears("any_message: true")]), "");
    let named = format!("{sends}    buttons: [come, later]\n");
    assert!(said(&[&named, &hears("button: [Come in, later]")]).contains("a tap on `Come in` of `news`"));
    assert_eq!(said(&[&named, &hears("button: [come, later]")]), "");
    assert_eq!(said(&[&format!("{sends}  - wait: reply\n")]), "");
    // If the template replaces a question, its buttons are for the options.
    let asks = "when: [{api: true}]\nsteps:\n  - ask: Now?\n    options: [Come in, Not now]\n    if_closed: {template: news}\n";
    assert_eq!(said(&[asks]), "");
    let instead = "when: [{api: true}]\nsteps:\n  - say: Hi\n    if_closed: {template: news}\n";
    assert!(said(&[instead]).starts_with("a.yaml:5:27: warning[W609]"));
}

#[test]
fn one_text_is_no_value_with_a_name() {
    let named = [template("news", Category::Utility, "Hi {{name}}")];
    for vars in ["Ana", "${contact.first_name ?? \"you\"}!", "dear ${contact.phone}"] {
        let said = of_template(&named, &format!("    vars: '{vars}'\n"));
        assert_eq!(said.len(), 1, "{vars}: {said:#?}");
        let wanted = "4:11: error[E804] the template `news` needs a value for `name`; its values have names: write `vars: {name: …}`";
        assert!(said[0].starts_with(wanted), "{vars}: {said:#?}");
    }
    let by_place = [template("news", Category::Utility, "Hi {{1}}")];
    assert_eq!(of_template(&by_place, "    vars: Ana\n"), Vec::<String>::new());
}

#[test]
fn an_unknown_template_is_said_once_where_it_stands() {
    let around = CheckContext {
        templates: Some(vec![vec![template("news", Category::Utility, "Hi")]]),
        ..CheckContext::default()
    };
    let flow = "when: [{api: true}]\nsteps:\n  - template: nwes\n    vars: [a]\n    buttons: [b]\n    language: es\n";
    let said = found_in(BOT, &[flow], &around);
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("a.yaml:4:15: error[E801]") && said[0].contains("did you mean `news`"), "{said:#?}");
}

#[test]
fn buttons_of_a_message_are_not_heard_by_who_hears_the_very_first_one() {
    let says = "when: [{message: [hi]}]\nsteps:\n  - say: Hi\n    buttons: [Prices]\n";
    let first = "when: [{first_message: true}]\nsteps: [{say: Welcome}]\n";
    one(&[says, first], "a.yaml:5:15: warning[W609]");
    clean(&[says, "when: [{any_message: true}]\nsteps: [{say: Welcome}]\n"]);
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
        found(&[&format!(
            "steps:\n  - say: Hi\n    buttons: [{{id: {}, title: A}}]\n  - wait: reply\n    timeout: 2h\n",
            "x".repeat(length)
        )])
    };
    assert_eq!(said(BUTTON_ID_CHARS_MAX), Vec::<String>::new());
    assert!(said(BUTTON_ID_CHARS_MAX + 1)[0].starts_with("a.yaml:4:20: error[E703] an id has at most 256 characters"));
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
